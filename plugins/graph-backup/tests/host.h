/* SPDX-License-Identifier: Apache-2.0
 *
 * A host of a few lines, under which the tests run the study as the real one would.
 */
#pragma once

#include <assay/plugin.h>
#include <glib.h>

/* study.c, compiled under another name beside the environment plugin. */
const AssayPlugin *graph_backup_entry (void);

typedef struct Series
{
  char *name; /* "metric labels" */
  GArray *steps, *values;
} Series;

typedef struct Host
{
  AssayRun run;
  AssayHost table;
  GPtrArray *series;                     /* Series */
  GPtrArray *arrays;                     /* char * */
  char *failure, *stage_path, *products; /* products: the note of that name */
  guint n_stages, n_graphs, n_pictures, cancel_after, n_asked;
  double last_progress;
  guint8 *params;
  GPtrArray *saves;   /* Save */
  GBytes *to_restore; /* NULL: begin at the beginning */
} Host;

/* A checkpoint, and how much had been observed by then. */
typedef struct Save
{
  GBytes *bytes;
  guint n_observed;
} Save;

/** A run of the study with these parameters, "id=value ...", short unless they say else.
 *  @cancel_after: so many questions whether it is cancelled; 0: never. */
Host *run_with (const char *settings, uint64_t seed, guint cancel_after);
/** The same, from where @to_restore left off. */
Host *run_from (const char *settings, uint64_t seed, guint cancel_after, GBytes *to_restore);
void close_host (Host *host);
/** The first series whose name, "metric labels", begins so; NULL: none. */
const Series *series_named (Host *host, const char *name);
double last_of (Host *host, const char *name);
guint n_observed (Host *host);

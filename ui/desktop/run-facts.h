/* SPDX-License-Identifier: Apache-2.0
 *
 * All that one run directory says, read in a thread for the page of the run.
 */
#pragma once

#include "host/run/rundir.h"
#include "ui/desktop/session.h"

#define STUDIO_CONSOLE_BYTES 32768 /* of the end of console.log */

/** A series, thinned for a small picture: extremes are kept. */
typedef struct
{
  char *metric, *labels;
  GArray *steps, *values; /* double, rising steps, finite values */
  guint64 n;              /* observations, NaN included */
  double last, min, max;  /* over finite values; NaN: none */
  double last_step;
} StudioSeries;

/** An artifact, samples or a stage. */
typedef struct
{
  char *kind;        /* "graph", "table", "picture", "file", "samples"; of a stage NULL */
  char *name, *file; /* file: relative to the run; of a stage NULL */
  guint64 bytes;
  gboolean built; /* a stage that this run built; else it came from the cache */
} StudioPiece;

/** Immutable. */
typedef struct
{
  AssayRunDir *dir;
  JsonObject *env;       /* env.json; NULL: none */
  GPtrArray *series;     /* StudioSeries */
  GPtrArray *pieces;     /* StudioPiece: artifacts and samples, in the order they were finished */
  GPtrArray *stages;     /* StudioPiece */
  double progress;       /* 0..1 */
  char *doing;           /* NULL: not said */
  char *console;         /* its end: valid UTF-8 without control characters but tab and newline */
  guint64 console_bytes; /* of the whole */
  char *damage;          /* why the log could not be read to its end; NULL: it could */
} StudioRunFacts;

void studio_run_facts_free (StudioRunFacts *facts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StudioRunFacts, studio_run_facts_free)

/** In this thread. */
StudioRunFacts *studio_run_facts_read (AssayWorkspace *workspace, const char *run, GError **error);
/** In a thread; the task answers with facts and has the session as its source. */
void studio_run_facts_load (StudioSession *session, const char *run, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer data);
/** What a terminal wrote, as text: without escape sequences and control characters. */
char *studio_console_text (const char *bytes, gsize n);

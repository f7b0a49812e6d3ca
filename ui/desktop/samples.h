/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts that a run wrote, in memory, with the numbers that belong to them; and tables made of them.
 * Knows no widget; everything here may be done in a thread.
 */
#pragma once

#include "host/store/run-data.h"
#include <assay/plugin.h>

#define STUDIO_SAMPLES_MAX_BYTES (G_GUINT64_CONSTANT (256) << 20)

/** Texts are UTF-8 whose control characters, and such as turn the direction of writing, were
 *  replaced byte by byte, so that spans still hold. */
typedef struct
{
  const char *prompt, *text;
  guint first_span, n_spans; /* in `spans` */
  guint twins;               /* samples that have this text, itself included */
} StudioSample;

typedef struct
{
  char *id;
  double *values; /* [n samples], NaN: none */
} StudioSampleMetric;

/** Immutable, reference counted. */
typedef struct
{
  gatomicrefcount references;
  GArray *samples;    /* StudioSample */
  GArray *spans;      /* AssaySpan, within their text */
  GPtrArray *dims;    /* char *: in order of appearance */
  GPtrArray *levels;  /* GPtrArray of char * of each dimension, in order of appearance */
  GArray *codes;      /* gint32 [n samples][MAX_DIMS]: level of each dimension; -1: lacks it */
  GPtrArray *metrics; /* StudioSampleMetric */
  GStringChunk *texts;
  guint n_bad;  /* lines that are no sample */
  gboolean cut; /* the file is longer than what is read */
} StudioSamples;

#define STUDIO_SAMPLES_MAX_DIMS 16

/** Reads the file; lines that are no sample are counted, not an error. */
StudioSamples *studio_samples_read (const char *path, GCancellable *cancellable, GError **error);
/** The same of a text in memory. */
StudioSamples *studio_samples_parse (const char *text, gsize length);
StudioSamples *studio_samples_ref (StudioSamples *samples);
void studio_samples_unref (StudioSamples *samples);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StudioSamples, studio_samples_unref)

/** Adds the numbers of every metric whose dimensions are the samples' own. */
void studio_samples_join (StudioSamples *samples, const AssayRunData *data);

guint studio_samples_n (const StudioSamples *samples);
const StudioSample *studio_samples_at (const StudioSamples *samples, guint i);
/** Level of a sample on a dimension; NULL: it lacks it. */
const char *studio_samples_level (const StudioSamples *samples, guint i, guint dim);
/** The dimension that suits columns: the first with two to eight levels; -1: none. */
int studio_samples_arms (const StudioSamples *samples);

typedef enum
{
  STUDIO_SORT_FILE, /* as written */
  STUDIO_SORT_DIM,
  STUDIO_SORT_PROMPT,
  STUDIO_SORT_LENGTH, /* of the text in `column` */
  STUDIO_SORT_TWINS,
  STUDIO_SORT_METRIC,    /* in `column` */
  STUDIO_SORT_DIFFERENCE /* of a metric: last column minus first */
} StudioSortKind;

typedef struct
{
  char *title;
  StudioSortKind kind;
  guint index;  /* of the dimension or metric */
  guint column; /* of the table */
} StudioSampleSort;

/** All ways to sort a table whose columns are the levels of @arms (-1: one column). */
GPtrArray *studio_samples_sorts (const StudioSamples *samples, int arms);

typedef struct
{
  const char *search;           /* in prompts and texts, any case; NULL or "": all */
  int arms;                     /* dimension of the columns; -1: one column */
  const StudioSampleSort *sort; /* NULL: as written */
  gboolean descending;
  gboolean twins; /* only texts that occur more than once */
} StudioSampleQuery;

#define STUDIO_NO_SAMPLE G_MAXUINT32

/** Samples side by side: a row for all that agree on everything but the arms. */
typedef struct
{
  guint n_rows, n_columns;
  GPtrArray *titles; /* char *: of the columns */
  GArray *cells;     /* guint32 [n_rows][n_columns]: a sample, or STUDIO_NO_SAMPLE */
} StudioSampleTable;

StudioSampleTable *studio_sample_table_new (const StudioSamples *samples,
                                            const StudioSampleQuery *query,
                                            GCancellable *cancellable);
void studio_sample_table_free (StudioSampleTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StudioSampleTable, studio_sample_table_free)
guint32 studio_sample_table_cell (const StudioSampleTable *table, guint row, guint column);

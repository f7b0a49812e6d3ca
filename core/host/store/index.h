/* SPDX-License-Identifier: Apache-2.0
 *
 * The index of a workspace: what all runs are and how their series end, in SQLite.  It is a cache
 * in $XDG_CACHE_HOME/assay/, named after the workspace's path, and holds nothing that the run
 * directories do not say: it may be deleted at any time.  Where it cannot be written it lives in
 * memory.  Many processes may read while one writes; each object belongs to one thread.
 *
 * Keys of a filter over runs: study preset plan seed status id tag starred note reason started
 * finished duration (seconds), every parameter, and metric, min.metric, max.metric, mean.metric:
 * the last value (smallest, largest, mean) of the metric's series; of several label sets the mean
 * (smallest, largest, mean) over them.
 */
#pragma once

#include "host/run/rundir.h"
#include "host/store/filter.h"

typedef struct _AssayIndex AssayIndex;

/** Opens the index, making an empty one if there is none; one that is damaged or of an older
 *  version is cleared, a newer one is left alone and another file is used.  Not refreshed. */
AssayIndex *assay_index_open (AssayWorkspace *workspace, GError **error);
void assay_index_free (AssayIndex *index);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AssayIndex, assay_index_free)
/** The file, or ":memory:". */
const char *assay_index_path (AssayIndex *index);
/** Differs from the last answer if the content may have changed since, by us or another process. */
guint64 assay_index_version (AssayIndex *index);

/** Brings the index up to date: reads the run directories whose files changed, and those that say
 *  they run.  Runs that cannot be read are left out; see assay_index_problems. */
gboolean assay_index_refresh (AssayIndex *index, GError **error);
/** Empties and refills it: the content is that of any sequence of refreshes. */
gboolean assay_index_rebuild (AssayIndex *index, GError **error);
/** A sentence for every run that could not be read, as of the last refresh. */
const char *const *assay_index_problems (AssayIndex *index);

/** How one series of a run stands.  Over finite values; all NaN if there are none. */
typedef struct
{
  const char *metric, *labels; /* labels: "split=train", or "" */
  guint64 n;                   /* observations, NaN included */
  double step;                 /* of the last observation */
  double last, min, max, mean; /* last: the last finite value */
  double at;                   /* at the step asked for, interpolated; NaN: not asked or outside */
} AssaySummary;

typedef struct
{
  const char *id, *study;
  const char *preset, *plan, *reason, *note; /* or NULL */
  const char *parameters;                    /* canonical JSON object */
  const char *const *tags;
  gboolean star;
  guint64 seed;
  AssayState state;
  double started, finished; /* Unix seconds; 0: not yet */
  double progress;          /* 0..1, as the run last said; NaN: it did not */
  GArray *summaries;        /* AssaySummary, by metric and labels; NULL unless asked for */
} AssayRunRow;

/** Rows of one answer; all texts live as long as it does. */
typedef struct
{
  GArray *rows; /* AssayRunRow */
  GStringChunk *texts;
} AssayRunRows;
void assay_run_rows_free (AssayRunRows *rows);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AssayRunRows, assay_run_rows_free)

typedef struct
{
  const AssayFilter *filter; /* NULL: all */
  const char *order;         /* any key of a filter; NULL: newest first */
  gboolean descending;
  guint limit, offset; /* limit 0: no limit */
  gboolean summaries;
  const char *const *metrics; /* summaries of these only; NULL: of all */
  gboolean at;                /* summaries with `at`, the value at @step (reads the logs) */
  double step;
} AssayIndexQuery;

/** Rows as of the last refresh. */
AssayRunRows *assay_index_query (AssayIndex *index, const AssayIndexQuery *query, GError **error);
/** Value of a filter's key in a row (with summaries, for keys of metrics); NULL: it has none. */
char *assay_run_row_value (const AssayRunRow *row, const char *key);
/** {"id", "study", "preset", "plan", "seed", "status", "reason", "started", "finished",
 *  "duration", "parameters": {}, "tags": [], "starred", "note", "metrics": [{"metric", "labels",
 *  "n", "step", "last", "min", "max", "mean", "at"}] (with summaries)}; absent values are null. */
JsonNode *assay_run_row_json (const AssayRunRow *row);

typedef enum
{
  ASSAY_SUMMARY_LAST,
  ASSAY_SUMMARY_MIN,
  ASSAY_SUMMARY_MAX,
  ASSAY_SUMMARY_MEAN
} AssaySummaryKind;

typedef struct
{
  const AssayFilter *filter;
  const char *const *by; /* keys of a filter; NULL: study and all parameters, so all but the seed */
  const char *metric;    /* NULL: counts only */
  const char *labels;    /* one label set of it ("" is none); NULL: the mean over its label sets */
  AssaySummaryKind kind;
} AssayGroupQuery;

/** Runs that are alike.  The interval is that of data model, section 4, for a mean over one unit;
 *  it needs two values.  Only finished (done) runs give values. */
typedef struct
{
  const char *const
      *values;       /* one per `by`; NULL: no such value.  Without `by`: study, parameters */
  const char *study; /* of all of them; NULL: they are of several */
  guint n_runs, n_failed, n_live; /* all; failed; queued or running */
  guint n;                        /* values behind the mean */
  double mean, low, high;         /* NaN: none */
  const char *const *ids;         /* of the runs, by seed */
} AssayRunGroup;

typedef struct
{
  GArray *groups;        /* AssayRunGroup */
  const char *const *by; /* what `values` are */
  GStringChunk *texts;
  GPtrArray *arrays;
} AssayRunGroups;
void assay_run_groups_free (AssayRunGroups *groups);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AssayRunGroups, assay_run_groups_free)

/** Groups in natural order of their values. */
AssayRunGroups *assay_index_group (AssayIndex *index, const AssayGroupQuery *query, GError **error);
/** [{"by": {key: value}, "n", "n-runs", "n-failed", "n-live", "mean", "low", "high", "runs": []}]
 */
JsonNode *assay_run_groups_json (const AssayRunGroups *groups);

/** Mean of x[n] and the interval that groups have; NaN: none. */
void assay_group_mean (const double *x, guint n, double *mean, double *low, double *high);

/** What is measured: one row for every metric and label set, or array, of a study. */
typedef struct
{
  const char *study, *metric, *labels;
  const char *axes; /* "step" for a series; of an array its axes: "arm split input" */
  guint n_runs;     /* that have it */
  guint64 cells;    /* over all runs */
} AssayCatalogueRow;

typedef struct
{
  GArray *rows; /* AssayCatalogueRow, by study, metric and labels */
  GStringChunk *texts;
} AssayCatalogue;
void assay_catalogue_free (AssayCatalogue *catalogue);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AssayCatalogue, assay_catalogue_free)
AssayCatalogue *assay_index_catalogue (AssayIndex *index, const AssayFilter *filter,
                                       GError **error);

/** Summaries of one run straight from its log; @step NaN: without `at`.  Texts live as long as
 *  @texts.  FAILED: the log is damaged. */
GArray *assay_run_summaries (AssayRunDir *dir, double step, GStringChunk *texts, GError **error);

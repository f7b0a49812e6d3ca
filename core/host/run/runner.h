/* SPDX-License-Identifier: Apache-2.0
 *
 * One run in execution; inside host/run only.
 */
#pragma once

#include "base/log/log.h"
#include "host/run/record.h"
#include "host/run/spec.h"
#include "host/run/supervisor.h"

#include <signal.h>

typedef struct AssayRunner AssayRunner;

/** What the study holds: its AssayRun, and behind it the host's. */
typedef struct
{
  AssayRun run;
  AssayRunner *runner;
} AssayRunHandle;

typedef struct
{
  double last;  /* step; -inf: none yet */
  gboolean one; /* the metric has no step: one observation */
} AssaySeriesState;

struct AssayRunner
{
  char *dir, *workspace;
  AssayRunDir *record; /* run.json as read at the start */
  const AssayPlugin *plugin;
  AssayStudyInfo *study;
  AssaySpec *spec;
  void *params;
  gsize params_size;
  AssayRunHandle handle;
  int lock;
  AssayStatus status;

  AssayLogWriter *log;
  guint64 log_limit;
  double grace;               /* seconds between being asked to end and being ended */
  GHashTable *series_numbers; /* "metric\nlabels" as the study wrote them -> number + 1 */
  GArray *last_steps;         /* AssaySeriesState, one per series of the log */
  guint unchecked;            /* observations since the log's size was last looked at */

  GHashTable *axes;    /* dim -> JsonNode, array of names or numbers */
  GHashTable *written; /* files of this run, relative: each once */
  GHashTable *samples; /* name -> AssaySamples */
  GHashTable *files;   /* names given out by assay_file -> bytes counted so far */
  guint64 bytes;       /* of arrays, samples and artifacts */
  char *file_path;     /* lent by assay_file */

  GHashTable *stages; /* name -> AssayStageUse */
  gboolean in_stage;  /* the study's build function is at work */

  GBytes *restored;
  gboolean checkpoint_turn;
  GHashTable *notes;  /* key -> value, for env.json */
  GPtrArray *plugins; /* const AssayPlugin *, environment plugins loaded so far */

  gint64 next_progress; /* monotonic microseconds */
  double fraction;      /* last progress */
  GCancellable *cancellable;
  AssayRunEventFunc func;
  gpointer func_data;

  char *failure; /* NULL: none */
  gint ended;    /* atomic: somebody has written the last status */
};

/** Set by SIGTERM (how often); only in assay-runner. */
extern volatile sig_atomic_t assay_runner_terminated;

static inline AssayRunner *
assay_runner_of (AssayRun *run)
{
  return ((AssayRunHandle *) run)->runner;
}

AssayRunner *assay_runner_new (const char *dir);
/** Takes the lock and reads run.json; FALSE: this process has no business there. */
gboolean assay_runner_prepare (AssayRunner *runner, GError **error);
/** Runs the study and writes how it ended. */
AssayState assay_runner_work (AssayRunner *runner);
/** Writes the last status, once; FALSE: it could not be written. */
gboolean assay_runner_end (AssayRunner *runner, AssayState state, const char *reason);
void assay_runner_free (AssayRunner *runner);

/** Ends the run as failed with a sentence; the first one counts. */
void assay_runner_fail (AssayRunner *runner, const char *format, ...) G_GNUC_PRINTF (2, 3);
/** Whether anything may still be written: not failed, and not inside a stage. */
gboolean assay_runner_may_write (AssayRunner *runner, const char *what);
gboolean assay_runner_cancelled (AssayRunner *runner);
/** Appends an event; fails the run if the log cannot take it.  @flush: readers see it now. */
void assay_runner_event (AssayRunner *runner, const char *kind, JsonObject *object, gboolean flush);
/** Counts a written file against the run's limit; FALSE: the run has failed. */
gboolean assay_runner_count (AssayRunner *runner, guint64 bytes);

/** Labels of a metric or a sample as the log keeps them: known dimensions, closed values, sorted
 *  by dimension.  @dims: what is allowed (NULL: any).  NULL: *@problem is a sentence. */
char *assay_labels_canonical (const AssayStudyInfo *study, const char *const *dims,
                              const char *labels, char **problem);

extern const AssayHost assay_host_table;

/* host-data.c, host-artifact.c: what is written beside the log. */
void assay_host_axis (AssayRun *run, const char *dim, const char *const *names,
                      const double *numbers, uint32_t n);
void assay_host_property (AssayRun *run, const char *item, const char *property,
                          const char *const *names, uint32_t n);
void assay_host_array (AssayRun *run, const char *metric, const char *labels, const char *axes,
                       const uint64_t *shape, uint32_t type, const void *data);
void assay_host_sample (AssayRun *run, const char *name, const char *labels, const char *prompt,
                        const char *text, const AssaySpan *spans, uint32_t n_spans);
void assay_host_table_artifact (AssayRun *run, const char *name, const AssayColumn *columns,
                                uint32_t n_columns, uint32_t n_rows);
void assay_host_graph (AssayRun *run, const char *name, const AssayGraph *graph);
void assay_host_picture (AssayRun *run, const char *name, uint32_t width, uint32_t height,
                         const uint8_t *rgb);
const char *assay_host_file (AssayRun *run, const char *name);
/** Letters, digits, '.', '_', '-'; else the run fails. */
gboolean assay_runner_check_name (AssayRunner *runner, const char *what, const char *name);
/** Adds "file", "bytes" and "sha256" of a written file. */
gboolean assay_runner_describe_file (AssayRunner *runner, JsonObject *event, const char *file);
/** Writes down what samples and files came to; before a checkpoint and at the end. */
void assay_runner_settle_samples (AssayRunner *runner);
void assay_runner_settle_files (AssayRunner *runner);
void assay_samples_free (gpointer samples);

/* host-stage.c */
const char *assay_host_stage (AssayRun *run, const AssayStage *stage);
void assay_stage_use_free (gpointer use);

/* host-checkpoint.c */
void assay_host_save (AssayRun *run, const void *data, uint64_t size);
const void *assay_host_restore (AssayRun *run, uint64_t *size);
/** Opens the log: behind the last whole checkpoint, else anew; removes what came after it. */
gboolean assay_runner_open_log (AssayRunner *runner, GError **error);

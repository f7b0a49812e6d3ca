/* SPDX-License-Identifier: Apache-2.0
 *
 * A host that keeps what a run says, so that tests can look at it.
 */
#ifndef OVEROPTIMIZATION_RECORDER_H
#define OVEROPTIMIZATION_RECORDER_H

#include <assay/plugin.h>
#include <glib.h>

/* A series, and a checkpoint with how many points there were by then. */
typedef struct RecordedSeries
{
  char *name; /* "metric labels" */
  GArray *steps, *values;
} RecordedSeries;

typedef struct RecordedSave
{
  GBytes *bytes;
  guint n_points;
} RecordedSave;

typedef struct Recorder Recorder;
struct Recorder
{
  AssayRun run;
  AssayHost table;
  GHashTable *arrays;  /* "metric labels" -> GArray of double */
  GPtrArray *samples;  /* "name labels|prompt|text" */
  GHashTable *notes;   /* key -> value */
  GPtrArray *stages;   /* names of the stages that were built */
  GHashTable *results; /* name -> path of a stage's result */
  char *failure, *folder;
  GPtrArray *series; /* RecordedSeries */
  guint n_points;
  GPtrArray *saves;            /* RecordedSave */
  GBytes *to_restore;          /* NULL: begin at the beginning */
  guint cancel_after, n_asked; /* so many questions; 0: never */
  const Recorder *stages_of;   /* whose results are taken before any is built; NULL: nobody's */
};

Recorder *recorder_new (uint64_t seed);
void recorder_free (Recorder *recorder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Recorder, recorder_free)

/** Values of the array written as "metric labels"; fails the test where there is none. */
const double *recorded (const Recorder *recorder, const char *name, guint *n);
/** The last value. */
double recorded_last (const Recorder *recorder, const char *name);
double recorded_mean (const Recorder *recorder, const char *name);
/** The series written as "metric labels"; fails the test where there is none. */
const RecordedSeries *recorded_series (const Recorder *recorder, const char *name);

#endif

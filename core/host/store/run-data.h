/* SPDX-License-Identifier: Apache-2.0
 *
 * What one run measured, whole: its series and arrays with their labels and axes.
 */
#pragma once

#include "host/run/rundir.h"

typedef struct
{
  const char *dim, *level;
} AssayLabel;

typedef struct
{
  const char *metric, *labels;
  GArray *label_list;     /* AssayLabel */
  GArray *steps, *values; /* double; steps rise strictly: the last value at a step counts */
} AssaySeriesData;

typedef struct
{
  const char *metric, *labels;
  GArray *label_list;
  GPtrArray *axes;   /* char *: dimensions */
  GPtrArray *levels; /* GPtrArray of char * of each axis */
  double *values;    /* [n], row-major; NaN: missing */
  gsize n;
} AssayArrayData;

typedef struct
{
  GPtrArray *series;        /* AssaySeriesData, in the order of the log */
  GPtrArray *arrays;        /* AssayArrayData */
  GHashTable *properties;   /* property -> (GHashTable of level -> value) */
  GPtrArray *shared_stages; /* char *: names of stages that all seeds share */
  GStringChunk *texts;
} AssayRunData;

/** Reads the observed @metrics (NULL: all).  FAILED: the log or an array is damaged, or names
 *  what it may not. */
AssayRunData *assay_run_data_read (AssayRunDir *dir, const char *const *metrics, GError **error);
void assay_run_data_free (AssayRunData *data);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AssayRunData, assay_run_data_free)

/** "split=train arm=a" as a list; texts go to @texts. */
GArray *assay_labels_parse (const char *labels, GStringChunk *texts);

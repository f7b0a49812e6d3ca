/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs side by side: who stands on which side, in which parameters the sides differ, and what they
 * measured.  Made in threads; knows no widget.
 */
#pragma once

#include "host/store/index.h"
#include "ui/desktop/session.h"

#define STUDIO_MAX_SIDES 6
#define STUDIO_MAX_COMPARED 2000 /* runs; a filter holds no more ids */

typedef struct
{
  char *title; /* "agent=graph", "seed 3", "plan of today" */
  GStrv runs;
  guint n_done, n_failed, n_live;
} StudioSide;

/** A parameter, with what each side has. */
typedef struct
{
  char *id;
  GStrv values; /* a text per side: one value, several, or "–" */
  gboolean differs;
} StudioComparedParameter;

/** How a series of a metric ends on each side; NaN: nothing. */
typedef struct
{
  char *metric, *labels;
  double mean[STUDIO_MAX_SIDES], low[STUDIO_MAX_SIDES], high[STUDIO_MAX_SIDES];
  guint n[STUDIO_MAX_SIDES];
} StudioComparedMetric;

typedef struct
{
  char *study;
  GPtrArray *sides;      /* StudioSide, at most STUDIO_MAX_SIDES */
  GPtrArray *parameters; /* StudioComparedParameter */
  GPtrArray *metrics;    /* StudioComparedMetric */
  char *left_out;        /* what is not on any side, in words; NULL: nothing */
} StudioComparison;

void studio_comparison_free (StudioComparison *comparison);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StudioComparison, studio_comparison_free)

/** Compares @runs of @study: a side for every setting of the parameters, seeds together; where all
 *  have one setting, a side for every run.  With @plans (two ids) a side for each plan instead. */
void studio_comparison_load (StudioSession *session, const char *study, const char *const *runs,
                             const char *const *plans, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer data);
StudioComparison *studio_comparison_load_finish (GAsyncResult *result, GError **error);
/** All runs of all sides; free with g_strfreev. */
GStrv studio_comparison_runs (const StudioComparison *comparison);

/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns of metrics: which summary of which series.  Their keys are those of filters ("loss",
 * "min.loss"), and two forms of the table's own: "loss{split=train}" is one label set instead of
 * the mean over all, "loss@1000" the value at a step.
 */
#pragma once

#include "host/store/index.h"

typedef struct
{
  char *metric;
  char *labels; /* NULL: all label sets */
  AssaySummaryKind kind;
  gboolean at;
  double step; /* with `at` */
} StudioMetricColumn;

/** Any text is a column of something. */
void studio_metric_column_parse (const char *key, StudioMetricColumn *column);
void studio_metric_column_clear (StudioMetricColumn *column);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (StudioMetricColumn, studio_metric_column_clear)

/** What filters do not know: one label set, or a step. */
gboolean studio_metric_column_is_own (const char *key);
/** Whether logs are read for it. */
gboolean studio_metric_column_is_at (const char *key);
/** "loss{split=train}, smallest" and so on; free with g_free. */
char *studio_metric_column_title (const char *key);
/** From a run's AssaySummary; NaN: it has none, or was not asked for. */
double studio_metric_column_value (const StudioMetricColumn *column, const GArray *summaries);

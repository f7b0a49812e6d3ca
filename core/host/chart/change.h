/* SPDX-License-Identifier: Apache-2.0
 *
 * A declared figure with what a face changes on it.
 */
#pragma once

#include "host/chart/build.h"

typedef enum
{
  CHART_SMOOTH_NONE,
  CHART_SMOOTH_EMA, /* amount: weight of what was, in 0..1 */
  CHART_SMOOTH_MEAN /* amount: points at either side */
} ChartSmooth;

typedef struct _ChartChange
{
  AssayFigure figure; /* the declared one, changed */
  GStringChunk *texts;
  const char *slider; /* its level; NULL: panels */
  ChartSmooth smooth;
  double amount;
  AssayChartView view;                /* from = to: all */
  const char *hide_color, *hide_dash; /* levels with "|" between them; NULL: none */
  gboolean live;                      /* runs that have not ended count as far as they have come */
} ChartChange;

/** @options (may be NULL) as assay_chart_new_with takes them. */
gboolean chart_change_init (ChartChange *change, const AssayStudyInfo *study,
                            const AssayFigure *figure, GHashTable *options, GError **error);
void chart_change_clear (ChartChange *change);
/** Shows what the change says; a range without any data is as none. */
void chart_look_at (AssayChart *chart, const ChartChange *change);
/** Smooths all lines; `raw` keeps what was measured, and the caption says so. */
void chart_smooth (AssayChart *chart, ChartSmooth kind, double amount);

/* SPDX-License-Identifier: Apache-2.0
 *
 * Charts of every mark from made-up data, good and bad.
 */
#pragma once

#include "host/chart/plot.h"

typedef enum
{
  DATA_GOOD,
  DATA_EMPTY,
  DATA_NAN,
  DATA_ONE,
  DATA_HUGE,
  DATA_NEGATIVE_ON_LOG,
  DATA_HOSTILE,
  N_DATA
} DataKind;

extern const char *const data_names[N_DATA];
extern const char *const hostile_texts[];
extern const guint n_hostile_texts;

/** A chart of this mark; small multiples when @cols > 1. */
AssayChart *synthetic_chart (guint32 mark, DataKind kind, guint cols);
/** @n_series noisy lines of @n points. */
AssayChart *synthetic_lines (guint n_series, guint n);
/** A random maze-like graph, laid out if @engine is given. */
AssayGraphData *synthetic_graph (guint n, const char *engine);

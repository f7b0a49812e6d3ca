/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs side by side: who stands on which side, in which parameters the sides differ, and what they
 * measured.  Made in threads; knows no widget.
 */
#pragma once

#include "host/store/index.h"
#include "ui/desktop/session.h"

#define STUDIO_MAX_SIDES 6       /* shown at once: as many colours are told apart */
#define STUDIO_MAX_COMPARED 4000 /* runs: a filter holds no more ids */

typedef struct
{
  char *letter; /* "A", after "Z" "AA": its place among all sides */
  char *title;  /* "agent=graph", "seed=3", "standard, 2026-11-28 14:02" */
  char *name;   /* "A · agent=graph": what it is called in tables and figures */
  char *key;    /* its values: the same side has the same when runs come or go */
  GStrv runs;
  guint n_done, n_failed, n_live;
} StudioSide;

/** Something by which sides may differ. */
typedef struct
{
  char *title; /* "setting", "run", "plan", "agent" */
  GStrv by;    /* keys of a filter; NULL: all parameters */
} StudioWay;

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
  GPtrArray *ways;       /* StudioWay: by what these runs can be told apart */
  guint way;             /* the one that was taken */
  GPtrArray *all;        /* StudioSide: every side */
  GPtrArray *sides;      /* StudioSide of `all` that are shown, at most STUDIO_MAX_SIDES */
  GPtrArray *parameters; /* StudioComparedParameter, of the sides that are shown */
  GPtrArray *metrics;    /* StudioComparedMetric, likewise */
  char *left_out;        /* what is not shown, in words; NULL: nothing */
} StudioComparison;

void studio_comparison_free (StudioComparison *comparison);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StudioComparison, studio_comparison_free)

/** What is to be compared; all of it is copied. */
typedef struct
{
  const char *study;
  const char *const *runs;  /* these runs; NULL: those of `plans` */
  const char *const *plans; /* in the order of their sides, if they are what tells them apart */
  const char *const *by;    /* keys of a filter whose values tell sides apart; NULL: all parameters.
                               Where these tell none apart: all parameters, and then run by run */
  const char *const *shown; /* keys of the sides to be shown; NULL, or none of them: the first */
} StudioComparisonRequest;

void studio_comparison_load (StudioSession *session, const StudioComparisonRequest *request,
                             GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer data);
StudioComparison *studio_comparison_load_finish (GAsyncResult *result, GError **error);

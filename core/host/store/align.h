/* SPDX-License-Identifier: Apache-2.0
 *
 * One series (metric and labels) over many runs: what a crash and a NaN count as, and steps that
 * differ between seeds.
 */
#pragma once

#include "host/store/run-data.h"
#include <assay/plugin.h>

/** The series in one run. */
typedef struct
{
  guint run;          /* the caller's number */
  const char *config; /* what runs of other seeds share; compared as a text */
  gboolean failed;
  gboolean live;               /* as far as it has come; it cuts no other curve short */
  const AssaySeriesData *data; /* NULL: a failed run that never wrote it */
  GArray *steps, *values;      /* double; made by assay_align */
} AssayCurve;

#define ASSAY_ALIGN_MAX_STEPS 1000 /* of a grid of steps that had to be made */

/** Fills steps and values of all @curves.  *@interpolated: steps differed between seeds.
 *  *@disjoint: somewhere seeds share no range of steps; these curves are then empty. */
void assay_align (GArray *curves, guint crash, double floor_value, gboolean *interpolated,
                  gboolean *disjoint);
void assay_curve_clear (gpointer curve);

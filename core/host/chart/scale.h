/* SPDX-License-Identifier: Apache-2.0
 *
 * From data to pixels, and the numbers along an axis.
 */
#pragma once

#include <assay/plugin.h>
#include <glib.h>

/** A range of data laid on a range of pixels. */
typedef struct
{
  guint32 kind;    /* AssayScale */
  double lo, hi;   /* data, lo < hi; above 0 on ASSAY_LOG10 */
  double knee;     /* ASSAY_SYMLOG: linear within +-knee, logarithmic outside */
  double from, to; /* pixels of lo and hi */
} ChartScale;

/** Sets lo, hi and knee so that the data fit with a little air.  @lo > @hi: no data.
 *  @least: smallest distance from 0 among the data, for the logarithmic kinds. */
void chart_scale_fit (ChartScale *scale, guint32 kind, double lo, double hi, double least);
/** Pixel of a value, within +-1e6; NaN where the scale has no place for it. */
double chart_scale_map (const ChartScale *scale, double value);
/** Value at a pixel. */
double chart_scale_invert (const ChartScale *scale, double pixel);
/** Whether the scale has a place for the value at all. */
gboolean chart_scale_takes (guint32 kind, double value);

typedef struct
{
  double at;
  char *label; /* NULL: a minor tick */
} ChartTick;

/** Ticks whose labels stand at least @gap pixels apart, and a twelfth of the axis (element:
 *  ChartTick).  Labels are to be multiplied by ten to the power @exponent. */
GArray *chart_ticks (const ChartScale *scale, double gap, int *exponent);

/** A number for a person: three significant digits, no letter for the power, typographic minus. */
char *chart_number (double value);
/** Fixed decimals, thousands set apart. */
char *chart_fixed (double value, int decimals);
/** "10⁻³". */
char *chart_power_of_ten (int exponent);

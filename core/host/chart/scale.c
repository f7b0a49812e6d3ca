/* SPDX-License-Identifier: Apache-2.0 */
#include "host/chart/scale.h"
#include <math.h>

#define LARGEST 1e300   /* so that a difference of two ends is finite */
#define SMALLEST 1e-290 /* so that halves and millionths of it are not 0 */
#define PIXEL_LIMIT 1e6

/* The linear kind is halved, so that hi - lo cannot overflow. */
static double
transform (const ChartScale *scale, double v)
{
  switch (scale->kind)
    {
    case ASSAY_LOG10:
      return v > 0 ? log10 (v) : NAN;
    case ASSAY_SYMLOG:
      return fabs (v) <= scale->knee ? v / scale->knee
                                     : copysign (1 + log10 (fabs (v) / scale->knee), v);
    case ASSAY_SQRT:
      return copysign (sqrt (fabs (v)), v);
    default:
      return v * .5;
    }
}

static double
untransform (const ChartScale *scale, double t)
{
  switch (scale->kind)
    {
    case ASSAY_LOG10:
      return pow (10, t);
    case ASSAY_SYMLOG:
      return fabs (t) <= 1 ? t * scale->knee : copysign (scale->knee * pow (10, fabs (t) - 1), t);
    case ASSAY_SQRT:
      return copysign (t * t, t);
    default:
      return t * 2;
    }
}

gboolean
chart_scale_takes (guint32 kind, double value)
{
  return isfinite (value) && (kind != ASSAY_LOG10 || value > 0);
}

double
chart_scale_map (const ChartScale *scale, double value)
{
  double lo = transform (scale, scale->lo), hi = transform (scale, scale->hi);
  double part = (transform (scale, CLAMP (value, -LARGEST, LARGEST)) - lo) / (hi - lo);
  double pixel = scale->from + part * (scale->to - scale->from);

  return isnan (value) || isnan (pixel) ? NAN : CLAMP (pixel, -PIXEL_LIMIT, PIXEL_LIMIT);
}

double
chart_scale_invert (const ChartScale *scale, double pixel)
{
  double lo = transform (scale, scale->lo), hi = transform (scale, scale->hi);

  return untransform (scale, lo + (pixel - scale->from) / (scale->to - scale->from) * (hi - lo));
}

/* One value gets room around it, and a range below the resolution of a double is widened. */
static void
widen (double *lo, double *hi)
{
  double size = MAX (fabs (*lo), fabs (*hi));

  if (size > SMALLEST && *hi - *lo > size * 1e-9)
    return;
  if (size <= SMALLEST)
    {
      *lo = 0;
      *hi = 1;
    }
  else
    {
      double room = size * .05;

      *lo -= room;
      *hi += room;
    }
}

void
chart_scale_fit (ChartScale *scale, guint32 kind, double lo, double hi, double least)
{
  double air;

  scale->kind = kind;
  scale->knee = 1;
  if (!(lo <= hi))
    {
      lo = kind == ASSAY_LOG10 ? .1 : 0;
      hi = 1;
    }
  lo = CLAMP (lo, -LARGEST, LARGEST);
  hi = CLAMP (hi, -LARGEST, LARGEST);
  if (kind == ASSAY_LOG10)
    {
      lo = MAX (lo, SMALLEST);
      hi = MAX (hi, lo);
      if (hi / lo < 1 + 1e-9)
        {
          lo /= 1.6;
          hi *= 1.6;
        }
    }
  else
    widen (&lo, &hi);
  if (kind == ASSAY_SYMLOG)
    {
      double size = MAX (fabs (lo), fabs (hi));

      /* Six decades are enough to look at; below them all is linear. */
      least = CLAMP (least, size * 1e-6, size * .1);
      scale->knee = pow (10, floor (log10 (least)));
    }
  scale->lo = lo;
  scale->hi = hi;
  air = .03 * (transform (scale, hi) - transform (scale, lo));
  /* Data that end at zero end at the axis. */
  if (lo != 0 || kind == ASSAY_LOG10)
    scale->lo = untransform (scale, transform (scale, lo) - air);
  if (hi != 0 || kind == ASSAY_LOG10)
    scale->hi = untransform (scale, transform (scale, hi) + air);
  /* Air on a range of hundreds of decades would leave the numbers that there are. */
  if (kind == ASSAY_LOG10)
    {
      scale->lo = MAX (scale->lo, SMALLEST / 1e6);
      scale->hi = MIN (scale->hi, LARGEST * 1e6);
    }
}

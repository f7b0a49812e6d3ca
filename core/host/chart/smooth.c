/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines made smoother, beside what was measured.
 */
#include "host/chart/change.h"
#include <math.h>

/* Exponential, divided by the weight that there has been, so that the first values do not drag it
 * towards 0 (Kingma and Ba 2015, section 3). */
static void
smooth_ema (GArray *y, double weight)
{
  double sum = 0, mass = 0;

  for (guint i = 0; i < y->len; i++)
    {
      double *v = &g_array_index (y, double, i);

      if (!isfinite (*v))
        continue;
      sum = weight * sum + (1 - weight) * *v;
      mass = weight * mass + (1 - weight);
      *v = sum / mass;
    }
}

/* Mean of the @k points at either side; as many of both, so that it does not lag at the ends. */
static void
smooth_mean (GArray *y, guint k)
{
  guint n = y->len;
  g_autofree double *sums = g_new0 (double, n + 1), *counts = g_new0 (double, n + 1);

  for (guint i = 0; i < n; i++)
    {
      double v = g_array_index (y, double, i);

      sums[i + 1] = sums[i] + (isfinite (v) ? v : 0);
      counts[i + 1] = counts[i] + isfinite (v);
    }
  for (guint i = 0; i < n; i++)
    {
      guint reach = MIN (k, MIN (i, n - 1 - i));
      double count = counts[i + reach + 1] - counts[i - reach];
      double *v = &g_array_index (y, double, i);

      if (isfinite (*v) && count > 0)
        *v = (sums[i + reach + 1] - sums[i - reach]) / count;
    }
}

void
chart_smooth (AssayChart *chart, ChartSmooth kind, double amount)
{
  g_autofree char *number = chart_number (amount);

  if (kind == CHART_SMOOTH_NONE || chart->kind != ASSAY_LINE)
    return;
  for (guint p = 0; p < chart->panels->len; p++)
    {
      ChartPanel *panel = chart->panels->pdata[p];

      for (guint k = 0; k < panel->series->len; k++)
        {
          ChartSeries *s = panel->series->pdata[k];

          g_array_set_size (s->raw, 0);
          g_array_append_vals (s->raw, s->y->data, s->y->len);
          if (kind == CHART_SMOOTH_EMA)
            smooth_ema (s->y, amount);
          else
            smooth_mean (s->y, (guint) amount);
        }
    }
  if (kind == CHART_SMOOTH_EMA)
    chart_note (chart,
                "Smoothed: exponential mean, weight %s, without its bias to 0; faint: as measured, "
                "and so are the bands",
                number);
  else
    chart_note (chart,
                "Smoothed: mean of %s points at either side; faint: as measured, and so are the "
                "bands",
                number);
}

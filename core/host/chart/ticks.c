/* SPDX-License-Identifier: Apache-2.0 */
#include "host/chart/scale.h"
#include <math.h>
#include <string.h>

#define MAX_TICKS 200
#define AT_MOST 12 /* on however long an axis: more are read no better */
#define MINUS "\xe2\x88\x92"

static const char *const superscripts[] = { "⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹" };

char *
chart_power_of_ten (int exponent)
{
  g_autofree char *digits = g_strdup_printf ("%d", ABS (exponent));
  GString *out = g_string_new (exponent < 0 ? "10⁻" : "10");

  for (const char *d = digits; *d; d++)
    g_string_append (out, superscripts[*d - '0']);
  return g_string_free (out, FALSE);
}

char *
chart_fixed (double value, int decimals)
{
  char format[16], digits[400];
  const char *d = digits;
  GString *out = g_string_new (NULL);
  size_t whole;

  g_snprintf (format, sizeof format, "%%.%df", CLAMP (decimals, 0, 15));
  g_ascii_formatd (digits, sizeof digits, format, value);
  if (*d == '-')
    {
      d++;
      if (strspn (d, "0.") != strlen (d)) /* no minus zero */
        g_string_append (out, MINUS);
    }
  whole = strcspn (d, ".");
  for (size_t i = 0; d[i]; i++)
    {
      g_string_append_c (out, d[i]);
      if (i + 1 < whole && (whole - i - 1) % 3 == 0 && whole > 3)
        g_string_append_c (out, ',');
    }
  return g_string_free (out, FALSE);
}

static void
strip_zeros (char *text)
{
  char *end = text + strlen (text);

  if (!strchr (text, '.'))
    return;
  while (end[-1] == '0')
    *--end = '\0';
  if (end[-1] == '.')
    end[-1] = '\0';
}

char *
chart_number (double value)
{
  double size = fabs (value);
  int power;

  if (isnan (value))
    return g_strdup ("–");
  if (isinf (value))
    return g_strdup (value > 0 ? "∞" : MINUS "∞");
  if (value == 0)
    return g_strdup ("0");
  power = (int) floor (log10 (size) + 1e-12);
  if (power >= -4 && power < 6)
    {
      char *text = chart_fixed (value, MAX (0, 2 - power));

      strip_zeros (text);
      return text;
    }
  else
    {
      /* In two steps: ten to the power -310 is no double. */
      double mantissa = value * pow (10, -power / 2) * pow (10, -(power - power / 2));
      g_autofree char *front = chart_fixed (mantissa, 2);
      g_autofree char *back = chart_power_of_ten (power);

      strip_zeros (front);
      return g_strdup_printf ("%s×%s", front, back);
    }
}

static void
tick_clear (gpointer data)
{
  g_free (((ChartTick *) data)->label);
}

static void
add (GArray *ticks, double at, char *label)
{
  ChartTick tick = { at, label };

  g_array_append_val (ticks, tick);
}

/* Smallest of 1, 2, 5 times a power of ten that is not below @least. */
static double
nice_step (double least)
{
  double power = pow (10, floor (log10 (least)));
  static const double steps[] = { 1, 2, 5, 10 };

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    if (steps[i] * power >= least * (1 - 1e-9))
      return steps[i] * power;
  return 10 * power;
}

static double
ten_to (int power)
{
  return pow (10, power);
}

static void
linear_ticks (const ChartScale *scale, double gap, int *exponent, GArray *ticks)
{
  double pixels = fabs (scale->to - scale->from), span = scale->hi * .5 - scale->lo * .5;
  double step, first, last, size = MAX (fabs (scale->lo), fabs (scale->hi));
  int decimals;

  for (;; gap /= 2)
    {
      step = nice_step (MAX (2 * gap / MAX (pixels, 1), 1e-9) * span);
      first = ceil (scale->lo / step - 1e-9);
      last = floor (scale->hi / step + 1e-9);
      if (last > first || gap < 2)
        break;
    }
  if (last - first > MAX_TICKS)
    last = first + MAX_TICKS;
  *exponent = size >= 1e6 || size < 1e-3 ? (int) floor (log10 (size)) : 0;
  /* A range far from zero needs more digits than a step; 12 are what an axis can bear. */
  decimals = CLAMP ((int) -floor (log10 (step) + 1e-9) + *exponent, 0, 12);
  for (double i = first; i <= last; i++)
    add (ticks, i * step,
         chart_fixed (i * step * ten_to (-*exponent / 2) * ten_to (-(*exponent - *exponent / 2)),
                      decimals));
}

/* 1, 2, 5 times powers of ten as plain digits while they are short. */
static char *
log_label (double mantissa, int power, gboolean plain)
{
  g_autofree char *ten = NULL;

  if (plain)
    return chart_fixed (mantissa * ten_to (power), MAX (0, -power));
  ten = chart_power_of_ten (power);
  return mantissa == 1 ? g_steal_pointer (&ten) : g_strdup_printf ("%g×%s", mantissa, ten);
}

/* Takes a candidate when its pixel is free. */
static void
offer (const ChartScale *scale, double gap, GArray *ticks, double at, gboolean powers)
{
  double pixel = chart_scale_map (scale, at);

  if (at < scale->lo || at > scale->hi)
    return;
  for (guint i = 0; i < ticks->len; i++)
    if (fabs (chart_scale_map (scale, g_array_index (ticks, ChartTick, i).at) - pixel) < gap)
      return;
  if (powers && at != 0)
    {
      int power = (int) lrint (log10 (fabs (at)));
      g_autofree char *label = log_label (1, power, power >= -3 && power <= 5);

      add (ticks, at, g_strconcat (at < 0 ? MINUS : "", label, NULL));
    }
  else
    add (ticks, at, chart_number (at));
}

static void
log_ticks (const ChartScale *scale, double gap, int *exponent, GArray *ticks)
{
  double lo = log10 (scale->lo), hi = log10 (scale->hi);
  double decade = fabs (scale->to - scale->from) / (hi - lo);
  int first = (int) floor (lo), last = (int) floor (hi);
  int every = (int) MAX (1, ceil (gap / decade));
  gboolean plain = lo >= -3.01 && hi <= 5.4;
  gboolean halves = decade > 3.4 * gap; /* room for 2 and 5 */
  guint labels = 0;

  for (int p = first; p <= last; p++)
    for (int m = 1; m <= 9; m++)
      {
        double at = m * ten_to (p);
        gboolean labelled = m == 1 ? p % every == 0 : halves && (m == 2 || m == 5);

        if (at < scale->lo * (1 - 1e-9) || at > scale->hi * (1 + 1e-9))
          continue;
        if (labelled)
          labels++;
        if (labelled || (m == 1 && decade > 3) || decade > 24)
          add (ticks, at, labelled ? log_label (m, p, plain) : NULL);
      }
  if (labels < 3 && last - first < 2)
    {
      static const int order[] = { 1, 2, 5, 3, 7, 4, 6, 8, 9 };

      g_array_set_size (ticks, 0);
      for (guint k = 0; k < G_N_ELEMENTS (order); k++)
        for (int p = first; p <= last; p++)
          offer (scale, gap * .8, ticks, order[k] * ten_to (p), FALSE);
    }
  if (ticks->len < 2)
    {
      g_array_set_size (ticks, 0);
      linear_ticks (scale, gap, exponent, ticks);
    }
}

static int
compare_at (gconstpointer a, gconstpointer b)
{
  double x = ((const ChartTick *) a)->at, y = ((const ChartTick *) b)->at;

  return (x > y) - (x < y);
}

static void
symlog_ticks (const ChartScale *scale, double gap, int *exponent, GArray *ticks)
{
  int knee = (int) lrint (log10 (scale->knee));
  int top = (int) floor (log10 (MAX (fabs (scale->lo), fabs (scale->hi))) + 1e-9);

  offer (scale, gap, ticks, 0, TRUE);
  for (int p = top; p >= knee; p--)
    {
      offer (scale, gap, ticks, ten_to (p), TRUE);
      offer (scale, gap, ticks, -ten_to (p), TRUE);
    }
  if (ticks->len < 2)
    {
      g_array_set_size (ticks, 0);
      linear_ticks (scale, gap, exponent, ticks);
    }
}

static void
sqrt_ticks (const ChartScale *scale, double gap, int *exponent, GArray *ticks)
{
  double step = nice_step ((scale->hi * .5 - scale->lo * .5) / 4);

  offer (scale, gap, ticks, 0, FALSE);
  for (int level = 0; level < 6; level++, step = nice_step (step / 4))
    for (double i = 8; i >= -8; i--)
      offer (scale, gap, ticks, i * step, FALSE);
}

GArray *
chart_ticks (const ChartScale *scale, double gap, int *exponent)
{
  static void (*const makers[]) (const ChartScale *, double, int *, GArray *)
      = { [ASSAY_LINEAR] = linear_ticks,
          [ASSAY_LOG10] = log_ticks,
          [ASSAY_SYMLOG] = symlog_ticks,
          [ASSAY_SQRT] = sqrt_ticks };
  GArray *ticks = g_array_new (FALSE, FALSE, sizeof (ChartTick));

  g_array_set_clear_func (ticks, tick_clear);
  *exponent = 0;
  gap = MAX (gap, fabs (scale->to - scale->from) / AT_MOST);
  makers[MIN (scale->kind, ASSAY_SQRT)](scale, gap, exponent, ticks);
  g_array_sort (ticks, compare_at);
  return ticks;
}

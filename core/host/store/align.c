/* SPDX-License-Identifier: Apache-2.0 */
#include "host/store/align.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Runs that differ in seed only. */
typedef struct
{
  GArray *steps; /* of the first finished run; NULL: none finished */
  double low, high;
  gboolean differ, live;
} Config;

typedef struct
{
  GArray *curves;
  guint crash;
  double floor_value;
  GHashTable *configs; /* config -> Config */
  GArray *any_steps;   /* of any finished run; NULL: none */
  GArray *grid;        /* made where steps differ; else NULL */
} Aligner;

void
assay_curve_clear (gpointer data)
{
  AssayCurve *curve = data;

  g_clear_pointer (&curve->steps, g_array_unref);
  g_clear_pointer (&curve->values, g_array_unref);
}

static double *
doubles (GArray *array)
{
  return (double *) (void *) array->data;
}

static gboolean
equal_steps (GArray *a, GArray *b)
{
  return a->len == b->len
         && (a->len == 0 || memcmp (a->data, b->data, a->len * sizeof (double)) == 0);
}

/* ---- What runs share ---- */

static Config *
config_of (Aligner *a, const AssayCurve *curve)
{
  Config *config = g_hash_table_lookup (a->configs, curve->config);

  if (config == NULL)
    {
      config = g_new0 (Config, 1);
      config->low = -INFINITY;
      config->high = INFINITY;
      g_hash_table_insert (a->configs, (gpointer) curve->config, config);
    }
  return config;
}

static gboolean
begins (GArray *whole, GArray *part)
{
  return part->len <= whole->len
         && memcmp (whole->data, part->data, part->len * sizeof (double)) == 0;
}

/* Curves that still grow are held against those that have ended, else against the longest. */
static gboolean
survey_live (Aligner *a)
{
  gboolean differ = FALSE;

  for (int pass = 0; pass < 2; pass++)
    for (guint i = 0; i < a->curves->len; i++)
      {
        const AssayCurve *curve = &g_array_index (a->curves, AssayCurve, i);
        Config *config = config_of (a, curve);
        GArray *steps = curve->data != NULL ? curve->data->steps : NULL;

        if (!curve->live || steps == NULL || steps->len == 0)
          continue;
        if (pass == 1)
          differ = differ || !begins (config->steps, steps);
        else if (config->steps == NULL || (config->live && config->steps->len < steps->len))
          {
            config->steps = steps;
            config->live = TRUE;
          }
      }
  return differ;
}

static gboolean
survey (Aligner *a)
{
  gboolean differ = FALSE;

  for (guint i = 0; i < a->curves->len; i++)
    {
      const AssayCurve *curve = &g_array_index (a->curves, AssayCurve, i);
      Config *config = config_of (a, curve);
      GArray *steps = curve->data != NULL ? curve->data->steps : NULL;

      if (curve->failed || curve->live || steps == NULL || steps->len == 0)
        continue;
      config->low = MAX (config->low, doubles (steps)[0]);
      config->high = MIN (config->high, doubles (steps)[steps->len - 1]);
      if (config->steps == NULL)
        config->steps = steps;
      else if (!equal_steps (config->steps, steps))
        config->differ = differ = TRUE;
      if (a->any_steps == NULL)
        a->any_steps = steps;
    }
  return survey_live (a) || differ;
}

static int
compare_doubles (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* Every step at which a finished run wrote, or an even choice of them. */
static GArray *
make_grid (Aligner *a)
{
  GArray *all = g_array_new (FALSE, FALSE, sizeof (double));
  guint n = 0, keep;

  for (guint i = 0; i < a->curves->len; i++)
    {
      const AssayCurve *curve = &g_array_index (a->curves, AssayCurve, i);

      if (!curve->failed && curve->data != NULL)
        g_array_append_vals (all, curve->data->steps->data, curve->data->steps->len);
    }
  if (all->len > 0)
    qsort (all->data, all->len, sizeof (double), compare_doubles);
  for (guint i = 0; i < all->len; i++)
    if (n == 0 || doubles (all)[i] != doubles (all)[n - 1])
      doubles (all)[n++] = doubles (all)[i];
  keep = MIN (n, ASSAY_ALIGN_MAX_STEPS);
  for (guint i = 0; n > keep && i < keep; i++)
    doubles (all)[i] = doubles (all)[(guint64) i * (n - 1) / (keep - 1)];
  g_array_set_size (all, keep);
  return all;
}

/* ---- Values ---- */

/* The observed values with NaN as the metric wants it. */
static GArray *
without_nan (const Aligner *a, GArray *observed)
{
  GArray *values = g_array_sized_new (FALSE, FALSE, sizeof (double), observed->len);
  double last = NAN;

  for (guint i = 0; i < observed->len; i++)
    {
      double value = doubles (observed)[i];

      if (isfinite (value))
        last = value;
      else
        value = a->crash == ASSAY_CRASH_LAST    ? last
                : a->crash == ASSAY_CRASH_FLOOR ? a->floor_value
                                                : NAN;
      g_array_append_val (values, value);
    }
  return values;
}

/* Value at a step inside of the range, on the line between its neighbours; *@from is where to
 * look first, as steps are asked for in rising order. */
static double
interpolate (GArray *steps, GArray *values, double step, guint *from)
{
  const double *s = doubles (steps), *v = doubles (values);

  while (*from + 1 < steps->len && s[*from + 1] <= step)
    (*from)++;
  if (s[*from] == step || *from + 1 == steps->len)
    return v[*from];
  return v[*from] + (v[*from + 1] - v[*from]) * ((step - s[*from]) / (s[*from + 1] - s[*from]));
}

/* What a crashed run counts as behind its last step, or before its first. */
static double
after_crash (const Aligner *a, GArray *values, gboolean is_after)
{
  if (a->crash == ASSAY_CRASH_FLOOR)
    return a->floor_value;
  return is_after && values->len > 0 ? doubles (values)[values->len - 1] : NAN;
}

static void
set_curve (const Aligner *a, AssayCurve *curve, GArray *values, GArray *grid, double low,
           double high)
{
  GArray *steps = curve->data != NULL ? curve->data->steps : NULL;
  double first = steps != NULL && steps->len > 0 ? doubles (steps)[0] : INFINITY;
  double last = steps != NULL && steps->len > 0 ? doubles (steps)[steps->len - 1] : -INFINITY;
  guint from = 0;

  curve->steps = g_array_new (FALSE, FALSE, sizeof (double));
  curve->values = g_array_new (FALSE, FALSE, sizeof (double));
  for (guint i = 0; i < grid->len; i++)
    {
      double step = doubles (grid)[i], value;

      if (step < low || step > high || (curve->live && (step < first || step > last)))
        continue;
      if (curve->failed && a->crash == ASSAY_CRASH_MISSING)
        value = NAN;
      else if (step >= first && step <= last)
        value = interpolate (steps, values, step, &from);
      else
        value = after_crash (a, values, step > last);
      g_array_append_val (curve->steps, step);
      g_array_append_val (curve->values, value);
    }
}

static void
align_curve (Aligner *a, AssayCurve *curve, gboolean *disjoint)
{
  const Config *config = config_of (a, curve);
  g_autoptr (GArray) nothing = g_array_new (FALSE, FALSE, sizeof (double));
  GArray *own = curve->data != NULL ? curve->data->steps : nothing;
  g_autoptr (GArray) values = without_nan (a, curve->data != NULL ? curve->data->values : nothing);
  GArray *grid = a->grid;

  if (grid == NULL)
    grid = !curve->failed          ? own
           : config->steps != NULL ? config->steps
           : a->any_steps != NULL  ? a->any_steps
                                   : own;
  if (grid == own && !curve->failed)
    {
      curve->steps = g_array_ref (own);
      curve->values = g_steal_pointer (&values);
      return;
    }
  set_curve (a, curve, values, grid, config->low, config->high);
  if (curve->steps->len == 0 && grid->len > 0)
    *disjoint = TRUE;
}

void
assay_align (GArray *curves, guint crash, double floor_value, gboolean *interpolated,
             gboolean *disjoint)
{
  g_autoptr (GHashTable) configs = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  g_autoptr (GArray) grid = NULL;
  Aligner a = { curves, crash, floor_value, configs, NULL, NULL };

  *interpolated = survey (&a);
  if (*interpolated)
    a.grid = grid = make_grid (&a);
  for (guint i = 0; i < curves->len; i++)
    align_curve (&a, &g_array_index (curves, AssayCurve, i), disjoint);
}

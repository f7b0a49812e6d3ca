/* SPDX-License-Identifier: Apache-2.0 */
#include "host/store/align.h"
#include <math.h>

typedef struct
{
  const char *config;
  gboolean failed, live;
  double first, step;
  guint n;
} Given;

/* Curves whose value is their step. */
static GArray *
curves_of (const Given *given, guint n)
{
  GArray *curves = g_array_new (FALSE, TRUE, sizeof (AssayCurve));

  for (guint i = 0; i < n; i++)
    {
      AssaySeriesData *data = g_new0 (AssaySeriesData, 1);
      AssayCurve curve = { .run = i,
                           .config = given[i].config,
                           .failed = given[i].failed,
                           .live = given[i].live,
                           .data = data };

      data->steps = g_array_new (FALSE, FALSE, sizeof (double));
      data->values = g_array_new (FALSE, FALSE, sizeof (double));
      for (guint k = 0; k < given[i].n; k++)
        {
          double step = given[i].first + k * given[i].step;

          g_array_append_val (data->steps, step);
          g_array_append_val (data->values, step);
        }
      g_array_append_val (curves, curve);
    }
  return curves;
}

static void
curves_free (GArray *curves)
{
  for (guint i = 0; i < curves->len; i++)
    {
      AssayCurve *curve = &g_array_index (curves, AssayCurve, i);

      g_array_unref (curve->data->steps);
      g_array_unref (curve->data->values);
      g_free ((gpointer) curve->data);
      assay_curve_clear (curve);
    }
  g_array_unref (curves);
}

static const AssayCurve *
aligned (const GArray *curves, guint i)
{
  const AssayCurve *curve = &g_array_index (curves, AssayCurve, i);

  for (guint k = 0; k < curve->steps->len; k++)
    g_assert_cmpfloat_with_epsilon (g_array_index (curve->values, double, k),
                                    g_array_index (curve->steps, double, k), 1e-12);
  return curve;
}

static void
test_live_curves_cut_none_short (void)
{
  static const Given given[] = { { "a", FALSE, FALSE, 10, 10, 100 },
                                 { "a", FALSE, TRUE, 10, 10, 7 },
                                 { "a", FALSE, TRUE, 10, 10, 0 },
                                 { "b", FALSE, TRUE, 10, 10, 3 },
                                 { "b", FALSE, TRUE, 10, 10, 5 } };
  static const guint lengths[] = { 100, 7, 0, 3, 5 };
  GArray *curves = curves_of (given, G_N_ELEMENTS (given));
  gboolean interpolated, disjoint = FALSE;

  assay_align (curves, ASSAY_CRASH_MISSING, 0, &interpolated, &disjoint);
  g_assert_false (interpolated || disjoint);
  for (guint i = 0; i < G_N_ELEMENTS (given); i++)
    g_assert_cmpuint (aligned (curves, i)->steps->len, ==, lengths[i]);
  curves_free (curves);
}

static void
test_live_curves_on_other_steps_end_where_they_are (void)
{
  static const Given given[]
      = { { "a", FALSE, FALSE, 10, 10, 100 }, { "a", FALSE, TRUE, 15, 10, 7 } };
  GArray *curves = curves_of (given, G_N_ELEMENTS (given));
  gboolean interpolated, disjoint = FALSE;
  const AssayCurve *whole, *live;

  assay_align (curves, ASSAY_CRASH_MISSING, 0, &interpolated, &disjoint);
  g_assert_true (interpolated);
  whole = aligned (curves, 0);
  live = aligned (curves, 1);
  g_assert_cmpfloat (g_array_index (whole->steps, double, whole->steps->len - 1), ==, 1000);
  g_assert_cmpfloat (g_array_index (live->steps, double, 0), ==, 15);
  g_assert_cmpfloat (g_array_index (live->steps, double, live->steps->len - 1), ==, 75);
  curves_free (curves);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/align/live-curves-cut-none-short", test_live_curves_cut_none_short);
  g_test_add_func ("/align/live-curves-on-other-steps-end-where-they-are",
                   test_live_curves_on_other_steps_end_where_they_are);
  return g_test_run ();
}

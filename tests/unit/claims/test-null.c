/* SPDX-License-Identifier: Apache-2.0
 *
 * Worlds in which nothing is true: how often does the rule call an effect?
 */
#include "world.h"

#include "base/num/stats.h"
#include <math.h>

#if defined(__SANITIZE_ADDRESS__)
#define WORLDS 400 /* ten times slower; the rates are tested in the ordinary build */
#else
#define WORLDS 10000
#endif

static guint64 state;

static AssayFrame *
paired_world (guint n, double effect)
{
  AssayFrame *frame = world_new ("seed:item arm:label");
  gint32 codes[2];

  for (guint s = 0; s < n; s++)
    {
      char name[16];
      double common = 2 * world_normal (&state);

      g_snprintf (name, sizeof name, "%u", s + 1);
      codes[0] = assay_frame_level (frame->dims->pdata[0], name);
      codes[1] = assay_frame_level (frame->dims->pdata[1], "a");
      assay_frame_add (frame, codes, common + world_normal (&state) + effect);
      codes[1] = assay_frame_level (frame->dims->pdata[1], "b");
      assay_frame_add (frame, codes, common + world_normal (&state));
    }
  return frame;
}

/* Share of worlds in which the interval lies above 0. */
static double
share_above (AssayFrame *(*world) (guint n, double effect), guint n, double effect, guint worlds,
             const AssayFold *fold, const char *units)
{
  guint above = 0;

  state = 88172645463325252u + n;
  for (guint i = 0; i < worlds; i++)
    {
      g_autoptr (AssayFrame) frame = world (n, effect);
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) parts = assay_interval (frame, NULL, fold, units, "null world", &error);

      g_assert_no_error (error);
      g_assert_cmpuint (parts->len, ==, 1);
      above += ((AssayVerdictPart *) parts->pdata[0])->low > 0;
    }
  return (double) above / worlds;
}

static const AssayFold paired_mean[]
    = { ASSAY_DIFF ("arm", "a", "b"), ASSAY_MEAN ("seed"), { ASSAY_FOLD_END } };
static const AssayFold paired_iqm[]
    = { ASSAY_DIFF ("arm", "a", "b"), ASSAY_IQM ("seed"), { ASSAY_FOLD_END } };

static void
check_rate (gconstpointer data)
{
  guint n = GPOINTER_TO_UINT (data);
  double rate = share_above (paired_world, n, 0, WORLDS, paired_mean, "seed"),
         slack = 3 * sqrt (.025 * .975 / WORLDS);

  g_test_message ("n = %u: reproduced in %.2f %% of %d null worlds", n, 100 * rate, WORLDS);
  g_assert_cmpfloat (rate, <=, MAX (.03, .025 + slack));
  g_assert_cmpfloat (rate, >=, .025 - MAX (.01, slack));
}

static void
check_power (void)
{
  g_assert_cmpfloat (share_above (paired_world, 10, 2.5, WORLDS / 20, paired_mean, "seed"), >, .95);
  g_assert_cmpfloat (share_above (paired_world, 10, 2.5, WORLDS / 20, paired_iqm, "seed"), >, .9);
}

static void
check_iqm (void)
{
  g_assert_cmpfloat (share_above (paired_world, 10, 0, WORLDS / 10, paired_iqm, "seed"), <=, .04);
  g_assert_cmpfloat (share_above (paired_world, 5, 0, WORLDS / 10, paired_iqm, "seed"), <=, .04);
}

/* Flat curves of noise: the raw maximum is far above the last value, the chosen one is not. */
static AssayFrame *
flat_curves (guint n, double effect)
{
  AssayFrame *frame = world_new ("seed:item step:number");

  for (guint s = 0; s < n; s++)
    for (guint t = 0; t < 20; t++)
      {
        g_autofree char *levels = g_strdup_printf ("%u %u", s + 1, t);

        world_put (frame, levels, world_normal (&state) + effect * (t < 10 ? t : 20. - t) / 10);
      }
  assay_frame_finish (frame, NULL);
  return frame;
}

static void
check_drop (void)
{
  static const AssayFold drop[]
      = { ASSAY_DROP ("step", "seed"), ASSAY_MEAN ("seed"), { ASSAY_FOLD_END } };
  static const AssayFold raw[]
      = { ASSAY_QUANTILE ("step", 1), ASSAY_MEAN ("seed"), { ASSAY_FOLD_END } };

  g_assert_cmpfloat (share_above (flat_curves, 6, 0, WORLDS / 10, drop, "seed"), <=, .04);
  g_assert_cmpfloat (share_above (flat_curves, 6, 0, WORLDS / 20, raw, "seed"), >, .9);
  g_assert_cmpfloat (share_above (flat_curves, 10, 4, WORLDS / 20, drop, "seed"), >, .9);
}

/* A share of few seeds is 0 or 1 often enough, and then no redraw varies. */
static void
check_win (void)
{
  static const AssayFold win[] = { ASSAY_WIN ("seed", "arm", "a", "b"), { ASSAY_FOLD_END } };
  static const guint sizes[] = { 3, 5, 10 };

  for (guint k = 0; k < G_N_ELEMENTS (sizes); k++)
    {
      guint above = 0, worlds = WORLDS / 10;

      state = 77 + k;
      for (guint i = 0; i < worlds; i++)
        {
          g_autoptr (AssayFrame) frame = paired_world (sizes[k], 0);
          g_autoptr (GPtrArray) parts = assay_interval (frame, NULL, win, "seed", "win", NULL);

          above += ((AssayVerdictPart *) parts->pdata[0])->low > .5;
        }
      g_assert_cmpfloat ((double) above / worlds, <=, .03);
    }
}

/* The same inputs serve every seed: seeds alone are too few to redraw. */
static AssayFrame *
shared_inputs (guint n, double effect)
{
  AssayFrame *frame = world_new ("seed:item input:item");
  double of_input[30];

  for (guint i = 0; i < 30; i++)
    of_input[i] = world_normal (&state);
  for (guint s = 0; s < n; s++)
    {
      double of_seed = .2 * world_normal (&state);

      for (guint i = 0; i < 30; i++)
        {
          g_autofree char *levels = g_strdup_printf ("%u %u", s + 1, i);

          world_put (frame, levels, of_input[i] + of_seed + .3 * world_normal (&state) + effect);
        }
    }
  assay_frame_finish (frame, NULL);
  return frame;
}

static void
check_two_units (void)
{
  static const AssayFold mean[] = { ASSAY_MEAN ("input"), ASSAY_MEAN ("seed"), { ASSAY_FOLD_END } };
  guint worlds = WORLDS / 40;
  double both = share_above (shared_inputs, 4, 0, worlds, mean, "seed input"),
         seeds = share_above (shared_inputs, 4, 0, worlds, mean, "seed");

  g_test_message ("both units %.3f, seeds only %.3f", both, seeds);
  g_assert_cmpfloat (both, <=, .025 + 3 * sqrt (.025 / worlds));
  g_assert_cmpfloat (seeds, >, .06);
}

int
main (int argc, char **argv)
{
  static const guint sizes[] = { 3, 5, 10, 30 };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *name = g_strdup_printf (
          "/claims-null/paired-mean-of-%u-seeds-is-reproduced-in-at-most-3-percent", sizes[i]);

      g_test_add_data_func (name, GUINT_TO_POINTER (sizes[i]), check_rate);
    }
  g_test_add_func ("/claims-null/a-true-effect-is-found", check_power);
  g_test_add_func ("/claims-null/iqm-keeps-the-rate", check_iqm);
  g_test_add_func ("/claims-null/wins-of-few-seeds-keep-the-rate", check_win);
  g_test_add_func ("/claims-null/drop-of-flat-curves-keeps-the-rate", check_drop);
  g_test_add_func ("/claims-null/inputs-shared-by-seeds-are-a-unit", check_two_units);
  return g_test_run ();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/num/random.h"
#include "learn/text/gao-fit.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#define REPLICATES 8
#define POINTS 20

typedef struct Data
{
  double kl[REPLICATES * POINTS], reward[REPLICATES * POINTS];
} Data;

/* alpha 1.5, beta 0.4 and noise of this size, one draw a replicate and one a point. */
static void
fill (Data *data, AssayGaoForm form, double noise)
{
  AssayStream stream;

  assay_stream_init (&stream, 3, "gao");
  for (int r = 0; r < REPLICATES; r++)
    {
      double alpha = 1.5 + noise * assay_normal (&stream);

      for (int i = 0; i < POINTS; i++)
        {
          double kl = 0.5 * i, d = sqrt (kl);
          double bend = form == ASSAY_GAO_RL ? (d > 0 ? log (d) : 0) : d;

          data->kl[r * POINTS + i] = kl;
          data->reward[r * POINTS + i]
              = d * (alpha - 0.4 * bend) + 0.1 * noise * assay_normal (&stream);
        }
    }
}

static AssayGaoFit
fit (const Data *data, AssayGaoForm form, double up_to)
{
  AssayGaoFit fit;
  AssayTextError error = { "" };

  g_assert_true (
      assay_gao_fit (form, data->kl, data->reward, REPLICATES, POINTS, up_to, &fit, &error));
  return fit;
}

static void
exact_rewards_give_back_their_coefficients (void)
{
  static const AssayGaoForm forms[] = { ASSAY_GAO_BEST_OF_N, ASSAY_GAO_RL };

  for (int i = 0; i < 2; i++)
    {
      Data data;
      AssayGaoFit all, part;

      fill (&data, forms[i], 0);
      all = fit (&data, forms[i], INFINITY);
      part = fit (&data, forms[i], 3);
      g_assert_cmpfloat_with_epsilon (all.alpha.value, 1.5, 1e-10);
      g_assert_cmpfloat_with_epsilon (all.beta.value, 0.4, 1e-10);
      g_assert_cmpfloat_with_epsilon (all.r2, 1, 1e-10);
      g_assert_cmpuint (all.n_fitted, ==, REPLICATES * POINTS);
      g_assert_true (all.n_held_out == 0 && isnan (all.held_out_r2));
      g_assert_cmpfloat_with_epsilon (part.beta.value, 0.4, 1e-9);
      g_assert_cmpfloat_with_epsilon (part.held_out_r2, 1, 1e-9);
      g_assert_cmpuint (part.n_fitted, ==, REPLICATES * 7);
      g_assert_cmpuint (part.n_held_out, ==, REPLICATES * 13);
      g_assert_cmpfloat_with_epsilon (all.peak.value, i == 0 ? 1.875 : exp (2.75), 1e-7);
    }
}

static void
the_peak_is_where_the_reward_is_greatest (void)
{
  static const AssayGaoForm forms[] = { ASSAY_GAO_BEST_OF_N, ASSAY_GAO_RL };

  for (int i = 0; i < 2; i++)
    {
      Data data;
      AssayGaoFit found;
      double d;

      fill (&data, forms[i], 0.1);
      found = fit (&data, forms[i], INFINITY);
      d = found.peak.value;
      g_assert_cmpfloat (assay_gao_reward (&found, d * d), >,
                         assay_gao_reward (&found, d * d * 1.01));
      g_assert_cmpfloat (assay_gao_reward (&found, d * d), >,
                         assay_gao_reward (&found, d * d * 0.99));
    }
}

/* In 200 worlds a 95 % interval for the mean alpha holds it in about 190. */
static void
intervals_hold_the_truth_as_often_as_they_say (void)
{
  AssayStream stream;
  int held = 0;

  assay_stream_init (&stream, 11, "coverage");
  for (int world = 0; world < 200; world++)
    {
      double kl[REPLICATES * 4], reward[REPLICATES * 4];
      AssayGaoFit found;
      AssayTextError error = { "" };

      for (int r = 0; r < REPLICATES; r++)
        {
          double alpha = 1.5 + 0.3 * assay_normal (&stream);

          for (int i = 0; i < 4; i++)
            {
              double d = 0.5 + i;

              kl[r * 4 + i] = d * d;
              reward[r * 4 + i] = d * (alpha - 0.2 * d);
            }
        }
      g_assert_true (
          assay_gao_fit (ASSAY_GAO_BEST_OF_N, kl, reward, REPLICATES, 4, INFINITY, &found, &error));
      held += found.alpha.low <= 1.5 && 1.5 <= found.alpha.high;
    }
  g_assert_cmpint (held, >=, 180);
  g_assert_cmpint (held, <=, 199);
}

static void
few_replicates_have_no_interval (void)
{
  Data data;
  AssayGaoFit found;
  AssayTextError error = { "" };

  fill (&data, ASSAY_GAO_RL, 0.1);
  g_assert_true (
      assay_gao_fit (ASSAY_GAO_RL, data.kl, data.reward, 2, POINTS, INFINITY, &found, &error));
  g_assert_true (isfinite (found.alpha.value) && isnan (found.alpha.low)
                 && isnan (found.beta.high));
}

static void
rewards_that_only_rise_have_no_peak (void)
{
  static const double kl[] = { 1, 4, 9 }, reward[] = { 1, 2.5, 5 };
  AssayGaoFit found;
  AssayTextError error = { "" };

  g_assert_true (assay_gao_fit (ASSAY_GAO_BEST_OF_N, kl, reward, 1, 3, INFINITY, &found, &error));
  g_assert_cmpfloat (found.beta.value, <, 0);
  g_assert_true (isnan (found.peak.value));
}

static void
missing_points_are_left_out (void)
{
  static const double kl[] = { 1, NAN, 4, 9, 2 };
  static const double reward[] = { 1 * (2 - .5), 7, 2 * (2 - 1.), 3 * (2 - 1.5), NAN };
  AssayGaoFit found;
  AssayTextError error = { "" };

  g_assert_true (assay_gao_fit (ASSAY_GAO_BEST_OF_N, kl, reward, 1, 5, INFINITY, &found, &error));
  g_assert_cmpuint (found.n_fitted, ==, 3);
  g_assert_cmpfloat_with_epsilon (found.alpha.value, 2, 1e-12);
  g_assert_cmpfloat_with_epsilon (found.beta.value, 0.5, 1e-12);
}

static void
what_cannot_be_fitted_is_named (void)
{
  static const double kl[] = { 0, 1, 1, 1 }, negative[] = { 0, 1, -0.5, 2 },
                      reward[] = { 0, 1, 2, 3 };
  AssayGaoFit found;
  AssayTextError error = { "" };

  g_assert_false (assay_gao_fit (ASSAY_GAO_BEST_OF_N, kl, reward, 1, 4, INFINITY, &found, &error));
  g_assert_nonnull (strstr (error.text, "two different KL"));
  g_assert_false (assay_gao_fit (ASSAY_GAO_RL, kl, reward, 2, 2, INFINITY, &found, &error));
  g_assert_nonnull (strstr (error.text, "two different KL"));
  g_assert_false (assay_gao_fit (ASSAY_GAO_RL, negative, reward, 1, 4, INFINITY, &found, &error));
  g_assert_nonnull (strstr (error.text, "-0.5"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gao-fit/exact-rewards-give-back-their-coefficients",
                   exact_rewards_give_back_their_coefficients);
  g_test_add_func ("/gao-fit/the-peak-is-where-the-reward-is-greatest",
                   the_peak_is_where_the_reward_is_greatest);
  g_test_add_func ("/gao-fit/intervals-hold-the-truth-as-often-as-they-say",
                   intervals_hold_the_truth_as_often_as_they_say);
  g_test_add_func ("/gao-fit/few-replicates-have-no-interval", few_replicates_have_no_interval);
  g_test_add_func ("/gao-fit/rewards-that-only-rise-have-no-peak",
                   rewards_that_only_rise_have_no_peak);
  g_test_add_func ("/gao-fit/missing-points-are-left-out", missing_points_are_left_out);
  g_test_add_func ("/gao-fit/what-cannot-be-fitted-is-named", what_cannot_be_fitted_is_named);
  return g_test_run ();
}

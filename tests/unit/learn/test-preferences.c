/* SPDX-License-Identifier: Apache-2.0 */
#include "base/num/random.h"
#include "check.h"
#include "planted.h"

#include <assay/random.h>
#include <glib/gstdio.h>

/* ---- pairs ---- */

static void
test_noise_is_exact (void)
{
  static const double fractions[] = { 0, 0.25, 0.35, 0.5, 1 };
  Planted planted;
  AssayStream stream = planted_stream ("noise");

  planted_init (&planted, 203);
  for (guint i = 0; i < G_N_ELEMENTS (fractions); i++)
    {
      uint32_t expected = (uint32_t) lround (fractions[i] * 203), n = 0;

      memset (planted.pairs->flipped, 0, 203);
      g_assert_cmpuint (assay_pairs_flip (planted.pairs, NULL, 0, fractions[i], &stream), ==,
                        expected);
      for (uint32_t k = 0; k < 203; k++)
        n += planted.pairs->flipped[k];
      g_assert_cmpuint (n, ==, expected);
    }
  planted_clear (&planted);
}

/** Of some rows only these; a second flip takes the first back. */
static void
test_noise_of_some_rows (void)
{
  Planted planted;
  AssayStream stream = planted_stream ("noise");
  uint32_t rows[30];

  planted_init (&planted, 100);
  for (uint32_t i = 0; i < 30; i++)
    rows[i] = 3 * i + 2;
  g_assert_cmpuint (assay_pairs_flip (planted.pairs, rows, 30, 0.5, &stream), ==, 15);
  for (uint32_t i = 0, n = 0; i < 100; i++)
    {
      g_assert_true (!planted.pairs->flipped[i] || (i % 3 == 2 && i < 90));
      n += planted.pairs->flipped[i];
      g_assert_true (i < 99 || n == 15);
    }
  g_assert_cmpuint (assay_pairs_flip (planted.pairs, NULL, 0, 1, &stream), ==, 100);
  g_assert_true (planted.pairs->flipped[0] && planted.pairs->flipped[1]);
  planted_clear (&planted);
}

static void
test_split_deals_each_number_once (void)
{
  AssayStream stream = planted_stream ("split");
  uint32_t rows[77], n;
  bool seen[77] = { false };

  n = assay_split (rows, 77, 0.1, &stream);
  g_assert_cmpuint (n, ==, 77 - 8);
  for (uint32_t i = 0; i < 77; i++)
    {
      g_assert_false (seen[rows[i]]);
      seen[rows[i]] = true;
    }
  g_assert_cmpuint (assay_split (rows, 77, 0, &stream), ==, 77);
  g_assert_cmpuint (assay_split (rows, 77, 1, &stream), ==, 0);
}

static void
test_unequal_numbers_end (void)
{
  if (check_dies ("*3 chosen answers, 2 rejected ones*"))
    assay_pairs_new (assay_sequences_new (3, 2), assay_sequences_new (2, 2));
}

static void
test_part_beyond_all_ends (void)
{
  if (check_dies ("*A part of pairs is 0 to 1, not 1.5*"))
    {
      AssayStream stream = planted_stream ("split");
      uint32_t rows[4];

      assay_split (rows, 4, 1.5, &stream);
    }
}

/* ---- training ---- */

typedef struct Run
{
  Planted planted;
  AssayRewardModel *model;
  AssayWorkers *workers;
  AssayTraining *training;
} Run;

static void
run_init (Run *run, uint32_t n, double decay, const AssayTrainingOptions *options,
          uint32_t n_threads)
{
  AssayStream stream = planted_stream ("order");
  g_autofree uint32_t *rows = planted_rows (n);

  planted_init (&run->planted, n);
  run->model = planted_model ("model");
  run->workers = assay_workers_new (n_threads);
  run->training = assay_preference_training_new (run->model, run->planted.pairs, rows, n, decay,
                                                 options, &stream, run->workers);
}

static void
run_clear (Run *run)
{
  assay_training_free (run->training);
  assay_workers_free (run->workers);
  assay_reward_model_free (run->model);
  planted_clear (&run->planted);
}

/** The mean loss of all pairs at the model's values, from scores in double. */
static double
expected_loss (const Run *run, double decay)
{
  const AssayPairs *pairs = run->planted.pairs;
  AssayScorer *scorer = assay_scorer_new (run->model, NULL);
  g_autofree double *scores = g_new (double, 2 * pairs->n);
  double sum = 0;

  assay_score (scorer, run->model->params->values, pairs->chosen, scores, 2);
  assay_score (scorer, run->model->params->values, pairs->rejected, scores + 1, 2);
  for (uint32_t i = 0; i < pairs->n; i++)
    {
      double a = scores[2 * i], b = scores[2 * i + 1];

      sum += log1p (exp (pairs->flipped[i] ? a - b : b - a)) + decay / 2 * (a * a + b * b);
    }
  assay_scorer_free (scorer);
  return sum / pairs->n;
}

/** The loss's slope at the vector @at, from a little to both sides of it, along @gradient's part
 *  in one array, whose norm is @norm. */
static double
slope (const Run *run, double decay, const float *at, const AssayWeight *array,
       const float *gradient, double norm)
{
  const AssayParams *params = run->model->params;
  double h = 4e-3, loss[2];

  for (int side = 0; side < 2; side++)
    {
      double along = norm > 0 ? (side == 0 ? h : -h) / norm : 0;

      memcpy (params->values, at, params->size * sizeof *at);
      for (size_t k = array->offset; k < array->offset + array->size; k++)
        params->values[k] += (float) (along * (double) gradient[k]);
      loss[side] = expected_loss (run, decay);
    }
  return (loss[0] - loss[1]) / (2 * h);
}

/** One step of plain descent at rate 1 tells the gradient: along its part in each array the loss
 *  rises by that part's norm. */
static void
check_gradient (double decay)
{
  enum
  {
    N = 60
  };
  AssayTrainingOptions options
      = { .epochs = 1, .batch = N, .shards = 3, .optimizer = { .kind = ASSAY_SGD, .rate = 1 } };
  AssayStream stream = planted_stream ("noise");
  AssayTrainingStep step;
  Run run;
  AssayParams *params;
  g_autofree float *at = NULL, *gradient = NULL;

  run_init (&run, N, decay, &options, 1);
  params = run.model->params;
  assay_pairs_flip (run.planted.pairs, NULL, 0, 0.3, &stream);
  for (size_t i = 0; i < params->size; i++)
    params->values[i] *= 3;
  at = g_memdup2 (params->values, params->size * sizeof *at);
  gradient = g_new (float, params->size);
  g_assert_true (assay_training_step (run.training, &step));
  for (size_t i = 0; i < params->size; i++)
    gradient[i] = at[i] - params->values[i];
  for (uint32_t i = 0; i < params->n; i++)
    {
      const AssayWeight *array = params->params[i];
      double norm = 0;

      for (size_t k = array->offset; k < array->offset + array->size; k++)
        norm += (double) gradient[k] * (double) gradient[k];
      norm = sqrt (norm);
      g_assert_cmpfloat_with_epsilon (slope (&run, decay, at, array, gradient, norm), norm,
                                      2e-4 + 0.01 * norm);
    }
  memcpy (params->values, at, params->size * sizeof *at);
  g_assert_cmpfloat_with_epsilon (step.loss, expected_loss (&run, decay), 1e-5);
  run_clear (&run);
}

static void
test_gradient (void)
{
  check_gradient (0);
  check_gradient (0.3);
}

static bool
count_steps (const AssayTrainingStep *step, void *data)
{
  ++*(uint32_t *) data;
  return true;
}

/** Trained on 900 pairs, it judges 300 others. */
static void
test_learns_planted_rewards (void)
{
  enum
  {
    N = 1200
  };
  AssayTrainingOptions options = planted_options (10);
  Planted planted;
  AssayRewardModel *model = planted_model ("model");
  AssayScorer *scorer = assay_scorer_new (model, NULL);
  AssayStream stream = planted_stream ("order");
  g_autofree uint32_t *rows = g_new (uint32_t, N);
  AssayPreferenceReport before, after;
  AssayTraining *training;
  uint32_t n, steps = 0;

  planted_init (&planted, N);
  n = assay_split (rows, N, 0.25, &stream);
  g_assert_cmpuint (n, ==, 900);
  before
      = assay_preference_validate (scorer, model->params->values, planted.pairs, rows + n, N - n);
  training = assay_preference_training_new (model, planted.pairs, rows, n, 0.001, &options, &stream,
                                            NULL);
  g_assert_true (assay_training_run (training, count_steps, &steps));
  g_assert_cmpuint (steps, ==, 570);
  after = assay_preference_validate (scorer, model->params->values, planted.pairs, rows + n, N - n);
  g_test_message ("accuracy %g, then %g; loss %g, then %g; calibration %g", before.accuracy,
                  after.accuracy, before.loss, after.loss, after.calibration_error);
  g_assert_cmpuint (after.n, ==, 300);
  g_assert_cmpfloat (before.accuracy, <, 0.7);
  g_assert_cmpfloat (after.accuracy, >, 0.9);
  g_assert_cmpfloat (after.loss, <, 0.3);
  g_assert_cmpfloat (after.calibration_error, <, 0.1);
  assay_training_free (training);
  assay_scorer_free (scorer);
  assay_reward_model_free (model);
  planted_clear (&planted);
}

/** Labels of which 30 % are wrong: it agrees with the clean ones more than with those given. */
static void
test_sees_through_noise (void)
{
  AssayTrainingOptions options = planted_options (3);
  AssayStream stream = planted_stream ("noise");
  AssayPreferenceReport report;
  AssayScorer *scorer;
  Run run;

  run_init (&run, 1000, 0, &options, 2);
  assay_pairs_flip (run.planted.pairs, NULL, 0, 0.3, &stream);
  assay_training_run (run.training, NULL, NULL);
  scorer = assay_scorer_new (run.model, run.workers);
  report
      = assay_preference_validate (scorer, run.model->params->values, run.planted.pairs, NULL, 0);
  g_assert_cmpuint (report.n, ==, 1000);
  g_assert_cmpfloat (report.clean_accuracy, >, 0.8);
  g_assert_cmpfloat (report.accuracy, <, 0.75);
  g_assert_cmpfloat (report.clean_loss, <, report.loss);
  assay_scorer_free (scorer);
  run_clear (&run);
}

static void
test_threads_change_nothing (void)
{
  AssayTrainingOptions options = planted_options (1);
  Run one, two;

  run_init (&one, 100, 0.001, &options, 1);
  run_init (&two, 100, 0.001, &options, 2);
  assay_training_run (one.training, NULL, NULL);
  assay_training_run (two.training, NULL, NULL);
  planted_assert_equal (one.model->params, two.model->params);
  run_clear (&one);
  run_clear (&two);
}

/** Ids behind the ends, and how the pair's sequences lie in memory, change no bit. */
static void
test_padding_changes_nothing (void)
{
  AssayTrainingOptions options = planted_options (1);
  Run plain, padded;

  run_init (&plain, 100, 0.001, &options, 1);
  run_init (&padded, 100, 0.001, &options, 1);
  for (uint32_t i = 0; i < 100; i++)
    for (uint32_t t = padded.planted.chosen->lengths[i]; t < PLANTED_STEPS; t++)
      assay_sequence (padded.planted.chosen, i)[t] = 7;
  assay_training_run (plain.training, NULL, NULL);
  assay_training_run (padded.training, NULL, NULL);
  planted_assert_equal (plain.model->params, padded.model->params);
  run_clear (&plain);
  run_clear (&padded);
}

static void
test_saved_goes_on (void)
{
  AssayTrainingOptions options = planted_options (2);
  g_autofree char *folder = g_dir_make_tmp (NULL, NULL);
  g_autofree char *path = g_build_filename (folder, "training.safetensors", NULL);
  AssayTensorsError error;
  Run whole, first, second;

  run_init (&whole, 70, 0.001, &options, 1);
  run_init (&first, 70, 0.001, &options, 1);
  run_init (&second, 70, 0.001, &options, 1);
  for (int i = 0; i < 7; i++)
    assay_training_step (first.training, NULL);
  g_assert_true (assay_training_save (first.training, path, &error));
  g_assert_true (assay_training_load (second.training, path, &error));
  planted_assert_equal (first.model->params, second.model->params);
  assay_training_run (whole.training, NULL, NULL);
  assay_training_run (second.training, NULL, NULL);
  planted_assert_equal (whole.model->params, second.model->params);
  g_remove (path);
  g_rmdir (folder);
  run_clear (&whole);
  run_clear (&first);
  run_clear (&second);
}

/** With a frozen trunk only the head learns. */
static void
test_frozen_trunk_stays (void)
{
  AssayTrainingOptions options = planted_options (1);
  Run run;
  g_autofree float *before = NULL;
  const AssayParams *params;

  run_init (&run, 50, 0, &options, 1);
  params = run.model->params;
  before = g_memdup2 (params->values, params->size * sizeof *before);
  assay_params_freeze (run.model->params, "", true);
  g_assert_cmpuint (assay_params_freeze (run.model->params, "reward.", false), ==, 2);
  assay_training_run (run.training, NULL, NULL);
  g_assert_cmpmem (before, run.model->head.w->offset * sizeof *before, params->values,
                   run.model->head.w->offset * sizeof *before);
  g_assert_false (memcmp (before, params->values, params->size * sizeof *before) == 0);
  run_clear (&run);
}

/** One pair of equal answers: no difference, whatever is learnt. */
static void
test_equal_answers (void)
{
  AssayTrainingOptions options = planted_options (2);
  AssaySequences *sequences = assay_sequences_new (1, 3);
  AssayRewardModel *model = planted_model ("model");
  AssayScorer *scorer = assay_scorer_new (model, NULL);
  AssayStream stream = planted_stream ("order");
  AssayPairs *pairs;
  AssayTraining *training;
  AssayTrainingStep step;
  AssayPreferenceReport report;

  assay_sequences_set (sequences, 0, (const int32_t[]){ 3 }, 1, 1); /* an empty answer */
  pairs = assay_pairs_new (sequences, sequences);
  training = assay_preference_training_new (model, pairs, (const uint32_t[]){ 0 }, 1, 0, &options,
                                            &stream, NULL);
  while (assay_training_step (training, &step))
    g_assert_true (fabs (step.loss - G_LN2) < 1e-6 && step.norm < 1e-6);
  report = assay_preference_validate (scorer, model->params->values, pairs, NULL, 0);
  g_assert_true (report.n == 1 && report.accuracy == 0.5 && report.clean_accuracy == 0.5);
  g_assert_true (report.loss == log (2) && report.bins[0].n == 1 && report.calibration_error == 0);
  report = assay_preference_validate (scorer, model->params->values, pairs, (const uint32_t[]){ 0 },
                                      0);
  g_assert_true (report.n == 0 && report.loss == 0 && report.accuracy == 0);
  assay_training_free (training);
  assay_pairs_free (pairs);
  assay_scorer_free (scorer);
  assay_reward_model_free (model);
  assay_sequences_free (sequences);
}

/* ---- reports ---- */

/** By hand: differences 2, -1, 0 and 100, the second's label flipped. */
static void
test_report (void)
{
  AssaySequences *sequences = assay_sequences_new (4, 1);
  AssayPairs *pairs = assay_pairs_new (sequences, sequences);
  const double chosen[] = { 3, 0, 1, 100 }, rejected[] = { 1, 1, 1, 0 };
  double sure = 1 / (1 + exp (-2)), unsure = 1 / (1 + exp (-1));
  AssayPreferenceReport report;

  pairs->flipped[1] = 1;
  report = assay_preference_report (pairs, NULL, 0, chosen, rejected, 1);
  g_assert_cmpuint (report.n, ==, 4);
  g_assert_cmpfloat (report.accuracy, ==, 3.5 / 4);
  g_assert_cmpfloat (report.clean_accuracy, ==, 2.5 / 4);
  g_assert_cmpfloat_with_epsilon (report.loss, (-log (sure) - log (unsure) + G_LN2) / 4, 1e-12);
  g_assert_cmpfloat_with_epsilon (report.clean_loss, (-log (sure) - log (1 - unsure) + G_LN2) / 4,
                                  1e-12);
  g_assert_true (report.bins[0].n == 1 && report.bins[0].predicted == 0.5
                 && report.bins[0].observed == 0.5);
  /* .73 and .88 */
  g_assert_true (report.bins[4].n == 1 && report.bins[4].observed == 1
                 && report.bins[4].clean == 0);
  g_assert_cmpfloat_with_epsilon (report.bins[4].predicted, unsure, 1e-15);
  g_assert_true (report.bins[7].n == 1 && report.bins[9].n == 1 && report.bins[9].predicted == 1);
  g_assert_cmpfloat_with_epsilon (report.calibration_error, (1 - unsure + 1 - sure) / 4, 1e-12);
  assay_pairs_free (pairs);
  assay_sequences_free (sequences);
}

static void
test_report_of_scores_that_are_no_numbers (void)
{
  AssaySequences *sequences = assay_sequences_new (1, 1);
  AssayPairs *pairs = assay_pairs_new (sequences, sequences);
  double none = NAN, infinite = INFINITY, one = 1;
  AssayPreferenceReport report = assay_preference_report (pairs, NULL, 0, &none, &one, 1);

  g_assert_true (isnan (report.loss) && report.accuracy == 0 && report.bins[9].n == 1);
  report = assay_preference_report (pairs, NULL, 0, &infinite, &one, 1);
  g_assert_true (report.loss == 0 && report.accuracy == 1);
  assay_pairs_free (pairs);
  assay_sequences_free (sequences);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/preferences/noise-is-exact", test_noise_is_exact);
  g_test_add_func ("/preferences/noise-of-some-rows", test_noise_of_some_rows);
  g_test_add_func ("/preferences/split-deals-each-number-once", test_split_deals_each_number_once);
  g_test_add_func ("/preferences/unequal-numbers-end", test_unequal_numbers_end);
  g_test_add_func ("/preferences/part-beyond-all-ends", test_part_beyond_all_ends);
  g_test_add_func ("/preferences/gradient", test_gradient);
  g_test_add_func ("/preferences/learns-planted-rewards", test_learns_planted_rewards);
  g_test_add_func ("/preferences/sees-through-noise", test_sees_through_noise);
  g_test_add_func ("/preferences/threads-change-no-bit", test_threads_change_nothing);
  g_test_add_func ("/preferences/padding-changes-no-bit", test_padding_changes_nothing);
  g_test_add_func ("/preferences/saved-goes-on-to-the-same-bits", test_saved_goes_on);
  g_test_add_func ("/preferences/frozen-trunk-stays", test_frozen_trunk_stays);
  g_test_add_func ("/preferences/equal-answers-teach-nothing", test_equal_answers);
  g_test_add_func ("/preferences/report", test_report);
  g_test_add_func ("/preferences/report-of-scores-that-are-no-numbers",
                   test_report_of_scores_that_are_no_numbers);
  return g_test_run ();
}

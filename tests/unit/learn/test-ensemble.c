/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/text/ensemble.h"

#include "base/num/random.h"
#include "check.h"
#include "planted.h"

#include <assay/random.h>

#define PAIRS 120
#define SEED 11

/** A trained ensemble of @n. */
static AssayEnsemble *
trained (const Planted *planted, AssayDiversity diversity, uint32_t n, const AssayTrunks *trunks,
         AssayWorkers *workers)
{
  AssayEnsemble *ensemble
      = assay_ensemble_new (&planted_config, n, diversity, trunks, SEED, workers);
  g_autofree uint32_t *rows = planted_rows (planted->pairs->n);
  AssayEnsembleTraining training = { .diversity = diversity,
                                     .seed = SEED,
                                     .pairs = planted->pairs,
                                     .rows = rows,
                                     .n_rows = planted->pairs->n,
                                     .decay = 0.001,
                                     .options = planted_options (2) };

  g_assert_true (assay_ensemble_train (ensemble, &training, workers));
  return ensemble;
}

/* ---- members ---- */

static void
test_identical_members_equal_one (void)
{
  Planted planted;
  AssayEnsemble *one, *three;
  g_autofree double *single = NULL, *scores = NULL, *mean = NULL, *variance = NULL;
  const double *members[3];
  g_autofree double *columns = NULL;

  planted_init (&planted, PAIRS);
  one = trained (&planted, ASSAY_DIVERSITY_SEED, 1, NULL, NULL);
  three = trained (&planted, ASSAY_DIVERSITY_IDENTICAL, 3, NULL, NULL);
  single = g_new (double, PAIRS);
  scores = g_new (double, 3 * PAIRS);
  columns = g_new (double, 3 * PAIRS);
  mean = g_new (double, PAIRS);
  variance = g_new (double, PAIRS);
  assay_ensemble_score (one, planted.chosen, single);
  assay_ensemble_score (three, planted.chosen, scores);
  for (uint32_t i = 0; i < 3; i++)
    {
      planted_assert_equal (three->members[i]->params, one->members[0]->params);
      members[i] = columns + i * PAIRS;
      for (uint32_t k = 0; k < PAIRS; k++)
        columns[i * PAIRS + k] = scores[3 * k + i];
    }
  assay_members_moments (&(AssayMembers){ members, 3, PAIRS }, mean, variance);
  for (uint32_t k = 0; k < PAIRS; k++)
    g_assert_true (mean[k] == single[k] && variance[k] == 0);
  assay_ensemble_free (one);
  assay_ensemble_free (three);
  planted_clear (&planted);
}

/** The first members are the same in a larger ensemble, except that parts get smaller. */
static void
test_members_do_not_depend_on_their_number (void)
{
  static const AssayDiversity kinds[]
      = { ASSAY_DIVERSITY_SEED, ASSAY_DIVERSITY_BOOTSTRAP, ASSAY_DIVERSITY_PRETRAIN };
  Planted planted;

  planted_init (&planted, PAIRS);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      AssayEnsemble *two = trained (&planted, kinds[i], 2, NULL, NULL);
      AssayEnsemble *three = trained (&planted, kinds[i], 3, NULL, NULL);

      planted_assert_equal (two->members[0]->params, three->members[0]->params);
      planted_assert_equal (two->members[1]->params, three->members[1]->params);
      g_assert_false (planted_are_equal (three->members[0]->params, three->members[1]->params));
      g_assert_false (planted_are_equal (three->members[1]->params, three->members[2]->params));
      assay_ensemble_free (two);
      assay_ensemble_free (three);
    }
  planted_clear (&planted);
}

/** Three members on two threads: two side by side, the third on both. */
static void
test_threads_change_nothing (void)
{
  AssayWorkers *workers = assay_workers_new (2);
  Planted planted;
  AssayEnsemble *one, *two;
  g_autofree double *a = g_new (double, 3 * PAIRS), *b = g_new (double, 3 * PAIRS);

  planted_init (&planted, PAIRS);
  one = trained (&planted, ASSAY_DIVERSITY_SEED, 3, NULL, NULL);
  two = trained (&planted, ASSAY_DIVERSITY_SEED, 3, NULL, workers);
  for (uint32_t i = 0; i < 3; i++)
    planted_assert_equal (one->members[i]->params, two->members[i]->params);
  assay_ensemble_score (one, planted.rejected, a);
  assay_ensemble_score (two, planted.rejected, b);
  g_assert_cmpmem (a, 3 * PAIRS * sizeof *a, b, 3 * PAIRS * sizeof *b);
  assay_ensemble_free (one);
  assay_ensemble_free (two);
  assay_workers_free (workers);
  planted_clear (&planted);
}

static bool
trunks_are_equal (const AssayRewardModel *a, const AssayRewardModel *b)
{
  return memcmp (a->params->values, b->params->values, a->head.w->offset * sizeof (float)) == 0;
}

static bool
heads_are_equal (const AssayRewardModel *a, const AssayRewardModel *b)
{
  return memcmp (a->params->values + a->head.w->offset, b->params->values + b->head.w->offset,
                 a->head.w->size * sizeof (float))
         == 0;
}

/** What members begin with: one trunk and many heads, or many of both. */
static void
test_beginnings (void)
{
  AssayRewardModel *first = planted_model ("first"), *second = planted_model ("second");
  const float *values[] = { first->params->values, second->params->values };
  AssayTrunks trunks = { first->params, values, 1 };
  AssayEnsemble *ensemble
      = assay_ensemble_new (&planted_config, 2, ASSAY_DIVERSITY_SEED, NULL, SEED, NULL);

  g_assert_true (trunks_are_equal (ensemble->members[0], ensemble->members[1]));
  g_assert_false (heads_are_equal (ensemble->members[0], ensemble->members[1]));
  assay_ensemble_free (ensemble);
  ensemble
      = assay_ensemble_new (&planted_config, 2, ASSAY_DIVERSITY_BOOTSTRAP, &trunks, SEED, NULL);
  g_assert_true (trunks_are_equal (ensemble->members[0], first));
  g_assert_true (trunks_are_equal (ensemble->members[1], first));
  g_assert_false (heads_are_equal (ensemble->members[0], first));
  assay_ensemble_free (ensemble);
  trunks.n = 2;
  ensemble = assay_ensemble_new (&planted_config, 2, ASSAY_DIVERSITY_PRETRAIN, &trunks, SEED, NULL);
  g_assert_true (trunks_are_equal (ensemble->members[0], first));
  g_assert_true (trunks_are_equal (ensemble->members[1], second));
  g_assert_false (heads_are_equal (ensemble->members[0], ensemble->members[1]));
  assay_ensemble_free (ensemble);
  ensemble = assay_ensemble_new (&planted_config, 2, ASSAY_DIVERSITY_PRETRAIN, NULL, SEED, NULL);
  g_assert_false (trunks_are_equal (ensemble->members[0], ensemble->members[1]));
  assay_ensemble_free (ensemble);
  assay_reward_model_free (first);
  assay_reward_model_free (second);
}

static void
test_wrong_number_of_trunks_ends (void)
{
  if (check_dies ("*3 members of pretrain diversity, 1 trunks*"))
    {
      AssayRewardModel *model = planted_model ("trunk");
      const float *values = model->params->values;

      assay_ensemble_new (&planted_config, 3, ASSAY_DIVERSITY_PRETRAIN,
                          &(AssayTrunks){ model->params, &values, 1 }, SEED, NULL);
    }
}

/* ---- their pairs ---- */

static void
test_bootstrap_draws_with_repetition (void)
{
  enum
  {
    N = 1000
  };
  g_autofree uint32_t *rows = planted_rows (N), *own = g_new (uint32_t, N);
  g_autofree uint32_t *other = g_new (uint32_t, N), *times = g_new0 (uint32_t, N);
  uint32_t missing = 0;

  g_assert_cmpuint (assay_ensemble_rows (ASSAY_DIVERSITY_BOOTSTRAP, SEED, 0, 2, rows, N, own), ==,
                    N);
  g_assert_cmpuint (assay_ensemble_rows (ASSAY_DIVERSITY_BOOTSTRAP, SEED, 1, 2, rows, N, other), ==,
                    N);
  g_assert_false (memcmp (own, other, N * sizeof *own) == 0);
  for (uint32_t i = 0; i < N; i++)
    times[own[i]]++;
  for (uint32_t i = 0; i < N; i++)
    missing += times[i] == 0;
  /* (1 - 1/N)^N of them, with a deviation of about 10 */
  g_assert_cmpfloat_with_epsilon (missing, N * exp (-1), 40);
}

static void
test_disjoint_parts_are_all (void)
{
  enum
  {
    N = 103
  };
  uint32_t rows[N], own[N], times[2 * N] = { 0 }, total = 0;
  bool in_order = true;

  for (uint32_t i = 0; i < N; i++)
    rows[i] = 2 * i;
  for (uint32_t member = 0; member < 5; member++)
    {
      uint32_t n = assay_ensemble_rows (ASSAY_DIVERSITY_DISJOINT, SEED, member, 5, rows, N, own);

      g_assert_true (n == 20 || n == 21);
      for (uint32_t i = 0; i < n; i++)
        {
          in_order &= own[i] == rows[total + i];
          times[own[i]]++;
        }
      total += n;
    }
  g_assert_cmpuint (total, ==, N);
  g_assert_false (in_order);
  for (uint32_t i = 0; i < 2 * N; i++)
    g_assert_cmpuint (times[i], ==, i % 2 == 0);
}

/** With more members than pairs some are left as they were drawn. */
static void
test_more_members_than_pairs (void)
{
  Planted planted;
  AssayEnsemble *ensemble, *before;
  uint32_t trained_ones = 0;

  planted_init (&planted, 2);
  before = assay_ensemble_new (&planted_config, 4, ASSAY_DIVERSITY_DISJOINT, NULL, SEED, NULL);
  ensemble = trained (&planted, ASSAY_DIVERSITY_DISJOINT, 4, NULL, NULL);
  for (uint32_t i = 0; i < 4; i++)
    trained_ones += !planted_are_equal (before->members[i]->params, ensemble->members[i]->params);
  g_assert_cmpuint (trained_ones, ==, 2);
  assay_ensemble_free (before);
  assay_ensemble_free (ensemble);
  planted_clear (&planted);
}

/* ---- reports ---- */

typedef struct Told
{
  uint64_t steps[3];
  uint64_t most; /* of all, until the training is ended */
  uint64_t total;
} Told;

static bool
tell (uint32_t member, const AssayTrainingStep *step, void *data)
{
  Told *told = data;

  g_assert_cmpuint (step->step, ==, told->steps[member] + 1);
  told->steps[member]++;
  return ++told->total < told->most;
}

static void
test_reports_and_ends (void)
{
  AssayWorkers *workers = assay_workers_new (2);
  g_autofree uint32_t *rows = planted_rows (PAIRS);
  Told told = { .most = UINT64_MAX };
  Planted planted;
  AssayEnsembleTraining training = { .diversity = ASSAY_DIVERSITY_SEED,
                                     .seed = SEED,
                                     .rows = rows,
                                     .n_rows = PAIRS,
                                     .options = planted_options (2),
                                     .report = tell,
                                     .data = &told };
  AssayEnsemble *ensemble
      = assay_ensemble_new (&planted_config, 3, ASSAY_DIVERSITY_SEED, NULL, SEED, workers);

  planted_init (&planted, PAIRS);
  training.pairs = planted.pairs;
  g_assert_true (assay_ensemble_train (ensemble, &training, workers));
  g_assert_true (told.steps[0] == 16 && told.steps[1] == 16 && told.steps[2] == 16);
  told = (Told){ .most = 5 };
  g_assert_false (assay_ensemble_train (ensemble, &training, workers));
  g_assert_cmpuint (told.steps[2], ==, 0);
  g_assert_cmpuint (told.total, <=, 6); /* the other thread may be waiting to report */
  assay_ensemble_free (ensemble);
  assay_workers_free (workers);
  planted_clear (&planted);
}

/* ---- together ---- */

static void
test_correlation (void)
{
  /* b = 2 a + 1; c has the correlation 0 with both. */
  const double scores[] = { 1, 3, 1, 2, 5, -1, 3, 7, -1, 4, 9, 1 };
  const double two[] = { 1, -3, 2, -5, 3, -7 }, constant[] = { 1, 0, 1, 1 };

  g_assert_cmpfloat_with_epsilon (assay_members_correlation (scores, 4, 3), 1.0 / 3, 1e-12);
  g_assert_cmpfloat_with_epsilon (assay_members_correlation (two, 3, 2), -1, 1e-12);
  g_assert_true (isnan (assay_members_correlation (constant, 2, 2)));
  g_assert_true (isnan (assay_members_correlation (scores, 12, 1)));
}

/** Members that learnt the same correlate; bootstrapped ones less than their seeds make them. */
static void
test_members_agree (void)
{
  Planted planted;
  AssayEnsemble *ensemble;
  g_autofree double *scores = g_new (double, 3 * 600);
  double correlation;

  planted_init (&planted, 600);
  ensemble = trained (&planted, ASSAY_DIVERSITY_BOOTSTRAP, 3, NULL, NULL);
  assay_ensemble_score (ensemble, planted.chosen, scores);
  correlation = assay_members_correlation (scores, 600, 3);
  g_test_message ("correlation %g", correlation);
  g_assert_cmpfloat (correlation, >, 0.7);
  g_assert_cmpfloat (correlation, <, 0.9999);
  assay_ensemble_free (ensemble);
  planted_clear (&planted);
}

static void
test_average (void)
{
  Planted planted;
  AssayEnsemble *same, *other;
  AssayRewardModel *average;

  planted_init (&planted, PAIRS);
  same = trained (&planted, ASSAY_DIVERSITY_IDENTICAL, 3, NULL, NULL);
  average = assay_ensemble_average (same);
  planted_assert_equal (average->params, same->members[0]->params);
  assay_reward_model_free (average);
  other = trained (&planted, ASSAY_DIVERSITY_SEED, 2, NULL, NULL);
  average = assay_ensemble_average (other);
  for (size_t i = 0; i < average->params->size; i++)
    g_assert_cmpfloat_with_epsilon (
        average->params->values[i],
        (other->members[0]->params->values[i] + other->members[1]->params->values[i]) / 2, 1e-6f);
  assay_reward_model_free (average);
  assay_ensemble_free (same);
  assay_ensemble_free (other);
  planted_clear (&planted);
}

static void
test_diversities_have_names (void)
{
  for (guint i = 0; i < ASSAY_N_DIVERSITIES; i++)
    {
      g_assert_nonnull (assay_diversities[i].id);
      g_assert_nonnull (assay_diversities[i].title);
      for (guint k = 0; k < i; k++)
        g_assert_cmpstr (assay_diversities[i].id, !=, assay_diversities[k].id);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ensemble/identical-members-equal-one", test_identical_members_equal_one);
  g_test_add_func ("/ensemble/members-do-not-depend-on-their-number",
                   test_members_do_not_depend_on_their_number);
  g_test_add_func ("/ensemble/threads-change-no-bit", test_threads_change_nothing);
  g_test_add_func ("/ensemble/what-members-begin-with", test_beginnings);
  g_test_add_func ("/ensemble/wrong-number-of-trunks-ends", test_wrong_number_of_trunks_ends);
  g_test_add_func ("/ensemble/bootstrap-draws-with-repetition",
                   test_bootstrap_draws_with_repetition);
  g_test_add_func ("/ensemble/disjoint-parts-are-all", test_disjoint_parts_are_all);
  g_test_add_func ("/ensemble/more-members-than-pairs", test_more_members_than_pairs);
  g_test_add_func ("/ensemble/reports-and-ends", test_reports_and_ends);
  g_test_add_func ("/ensemble/correlation", test_correlation);
  g_test_add_func ("/ensemble/members-agree", test_members_agree);
  g_test_add_func ("/ensemble/average", test_average);
  g_test_add_func ("/ensemble/diversities-have-names", test_diversities_have_names);
  return g_test_run ();
}

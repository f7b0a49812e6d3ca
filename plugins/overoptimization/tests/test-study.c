/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs in the made-up world, as small as they can be.
 */
#include "best-of-n.h"
#include "recorder.h"
#include "run.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define PROMPTS 8
#define ANSWERS 64
#define GRID 7 /* 1, 2, ..., 64 */

static Setup
small (const char *reward)
{
  Setup setup = { .task = task_options_default (),
                  .world = 1,
                  .demonstrations = 300,
                  .policy_width = 16,
                  .pairs = 200,
                  .width = 16,
                  .epochs = 2,
                  .noise = .25,
                  .rm_rate = .002,
                  .diversity = ASSAY_DIVERSITY_SEED,
                  .norm = ASSAY_NORMALIZE_ZSCORE,
                  .reward = reward,
                  .members = 5,
                  .lambda = .5,
                  .answers = ANSWERS,
                  .ppo = assay_ppo_defaults (assay_policy_estimator_find ("ppo")),
                  .evaluations = 4,
                  .draws = 2,
                  .checkpoint = 1e6 };

  setup.task.evaluation_prompts = PROMPTS;
  setup.ppo.iterations = 8;
  setup.ppo.rollouts = 16;
  setup.ppo.minibatch = 8;
  setup.ppo.optimizer.rate = .001;
  return setup;
}

static Recorder *
best_of_n (uint64_t seed, AssayDiversity diversity)
{
  Setup setup = small ("single");
  Recorder *recorder = recorder_new (seed);

  setup.diversity = diversity;
  run_best_of_n (&recorder->run, &setup);
  g_assert_cmpstr (recorder->failure, ==, NULL);
  return recorder;
}

/* ---- Best of n ---------------------------------------------------------------------------- */

/* Gold of an objective at place @g of the grid, mean over prompts. */
static double
gold_at (const Recorder *recorder, const char *objective, guint g)
{
  guint n, o = 0;
  const double *all = recorded (recorder, "bon-gold ", &n);
  double sum = 0;

  g_assert_cmpuint (n, ==, BON_OBJECTIVES * GRID * PROMPTS);
  while (!g_str_equal (bon_objectives[o], objective))
    o++;
  for (guint p = 0; p < PROMPTS; p++)
    sum += all[(o * GRID + g) * PROMPTS + p] / PROMPTS;
  return sum;
}

static void
the_oracle_beats_all_and_chance_nobody (void)
{
  g_autoptr (Recorder) recorder = best_of_n (1, ASSAY_DIVERSITY_SEED);

  for (guint o = 0; o < BON_OBJECTIVES; o++)
    {
      double first = gold_at (recorder, bon_objectives[o], 0),
             last = gold_at (recorder, bon_objectives[o], GRID - 1);

      g_assert_cmpfloat_with_epsilon (first, gold_at (recorder, "gold", 0), 1e-12);
      if (!g_str_equal (bon_objectives[o], "gold"))
        g_assert_cmpfloat (last, <, gold_at (recorder, "gold", GRID - 1) - .5);
    }
  g_assert_cmpfloat (gold_at (recorder, "gold", GRID - 1), >, gold_at (recorder, "gold", 0) + 1);
  /* The best of eight: its own deviation is a tenth or so. */
  g_assert_cmpfloat_with_epsilon (gold_at (recorder, "random", 3), gold_at (recorder, "random", 0),
                                  .4);
}

static void
identical_members_are_one (void)
{
  g_autoptr (Recorder) recorder = best_of_n (1, ASSAY_DIVERSITY_IDENTICAL);
  static const char *const objectives[] = { "mean", "wco", "uwo", "median", "lcb" };
  guint n, m;
  const double *sizes = recorded (recorder, "bon-gold-by-k ", &n);
  const double *models = recorded (recorder, "model-gold ", &m);

  for (guint i = 0; i < G_N_ELEMENTS (objectives); i++)
    {
      g_autofree char *name = g_strdup_printf ("twins-gap objective=%s", objectives[i]);

      g_assert_cmpfloat (recorded_last (recorder, name), ==, 0);
      g_assert_cmpfloat_with_epsilon (gold_at (recorder, objectives[i], GRID - 1),
                                      gold_at (recorder, "mean", GRID - 1), 1e-12);
    }
  /* mean, wco, uwo; each k; each prompt: always the first model's. */
  for (guint i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (sizes[i], models[(GRID - 1) * PROMPTS + i % PROMPTS], 1e-12);
  g_assert_cmpfloat_with_epsilon (recorded_last (recorder, "agreement "), 1, 1e-9);
}

static void
one_member_is_single_and_no_coefficient_the_mean (void)
{
  g_autoptr (Recorder) recorder = best_of_n (2, ASSAY_DIVERSITY_SEED);
  guint n;
  const double *sizes = recorded (recorder, "bon-gold-by-k ", &n);
  const double *coefficients = recorded (recorder, "bon-gold-by-coefficient ", &n);
  double single[3] = { 0 }, uwo = 0;

  for (guint p = 0; p < PROMPTS; p++)
    {
      for (guint o = 0; o < 3; o++)
        single[o] += sizes[o * SETUP_MODELS * PROMPTS + p] / PROMPTS;
      uwo += coefficients[p] / PROMPTS;
    }
  for (guint o = 0; o < 3; o++)
    g_assert_cmpfloat_with_epsilon (single[o], gold_at (recorder, "single", GRID - 1), 1e-12);
  g_assert_cmpfloat_with_epsilon (uwo, gold_at (recorder, "mean", GRID - 1), 1e-12);
}

static void
terms_sum_to_gold_and_kl_stays_below_its_bound (void)
{
  g_autoptr (Recorder) recorder = best_of_n (3, ASSAY_DIVERSITY_BOOTSTRAP);
  guint n, oracle = 7;
  const double *terms = recorded (recorder, "bon-terms ", &n),
               *kl = recorded (recorder, "bon-kl ", &n);

  g_assert_cmpstr (bon_objectives[oracle], ==, "gold");
  for (guint g = 0; g < GRID; g++)
    {
      double sum = 0;

      for (guint t = 0; t < TASK_TERMS; t++)
        sum += terms[(oracle * TASK_TERMS + t) * GRID + g];
      g_assert_cmpfloat_with_epsilon (sum, gold_at (recorder, "gold", g), 1e-5);
      for (guint o = 0; o < BON_OBJECTIVES; o++)
        g_assert_cmpfloat (kl[(2 * o + 1) * GRID + g], <=, kl[2 * o * GRID + g] + 1e-9);
    }
  g_assert_cmpfloat (recorded_last (recorder, "guard-entropy "), >, 1);
  g_assert_cmpfloat (recorded_last (recorder, "guard-duplicates "), <, .05);
}

static void
seeds_are_replicates_of_one_world (void)
{
  g_autoptr (Recorder) a = best_of_n (1, ASSAY_DIVERSITY_SEED),
                       b = best_of_n (1, ASSAY_DIVERSITY_SEED),
                       c = best_of_n (2, ASSAY_DIVERSITY_SEED);
  guint n;

  g_assert_cmpmem (recorded (a, "bon-gold ", &n), n * sizeof (double),
                   recorded (b, "bon-gold ", &n), n * sizeof (double));
  g_assert_cmpfloat (gold_at (a, "single", 3), !=, gold_at (c, "single", 3));
  g_assert_cmpuint (a->samples->len, ==, BON_OBJECTIVES * PROMPTS);
  for (guint i = 0; i < a->samples->len; i++)
    {
      g_auto (GStrv) x = g_strsplit (a->samples->pdata[i], "|", 3),
                     y = g_strsplit (c->samples->pdata[i], "|", 3);

      g_assert_cmpstr (x[1], ==, y[1]); /* the prompt */
    }
}

/* ---- Policies ----------------------------------------------------------------------------- */

static Recorder *stages; /* of small (), seed 1 */

static Recorder *
optimize (const Setup *setup, GBytes *from)
{
  Recorder *recorder = recorder_new (1);

  if (!stages)
    stages = best_of_n (1, ASSAY_DIVERSITY_SEED);
  recorder->stages_of = stages;
  recorder->to_restore = from;
  run_policy (&recorder->run, setup);
  return recorder;
}

static void
every_objective_can_be_optimised (gconstpointer reward)
{
  Setup setup = small (reward);
  g_autoptr (Recorder) recorder = optimize (&setup, NULL);
  g_autofree char *gold = g_strdup_printf ("gold objective=%s", (const char *) reward),
                  *kl = g_strdup_printf ("kl objective=%s estimator=exact", (const char *) reward);
  const RecordedSeries *series;
  guint n;

  g_assert_cmpstr (recorder->failure, ==, NULL);
  recorded (recorder, gold, &n);
  g_assert_cmpuint (n, ==, 5 * PROMPTS);
  series = recorded_series (recorder, kl);
  g_assert_cmpuint (series->values->len, ==, 5);
  g_assert_cmpfloat_with_epsilon (g_array_index (series->values, double, 0), 0, 1e-6);
  g_assert_cmpfloat (g_array_index (series->values, double, 4), >, 0);
  g_assert_cmpfloat (g_array_index (series->steps, double, 4), ==, 8);
}

static void
an_oracle_raises_gold (void)
{
  Setup setup = small ("gold");
  g_autoptr (Recorder) recorder = NULL;
  const RecordedSeries *gold;

  setup.ppo.iterations = 60;
  setup.ppo.rollouts = 32;
  setup.ppo.minibatch = 16;
  setup.ppo.optimizer.rate = .003;
  setup.draws = 8;
  recorder = optimize (&setup, NULL);
  gold = recorded_series (recorder, "mean-gold objective=gold");
  g_assert_cmpfloat (g_array_index (gold->values, double, gold->values->len - 1), >,
                     g_array_index (gold->values, double, 0) + .3);
}

/* The first model so many times is the first model. */
static void
twins_learn_what_one_learns (void)
{
  Setup one = small ("single"), five = small ("twins");
  g_autoptr (Recorder) a = optimize (&one, NULL), b = optimize (&five, NULL);
  guint n;

  g_assert_cmpmem (recorded (a, "gold objective=single", &n), n * sizeof (double),
                   recorded (b, "gold objective=twins", &n), n * sizeof (double));
}

/* What @whole observed behind its first @skipped points is what @resumed observed. */
static void
assert_goes_on (const Recorder *whole, guint skipped, const Recorder *resumed)
{
  g_assert_cmpuint (resumed->n_points, ==, whole->n_points - skipped);
  for (guint i = 0; i < resumed->series->len; i++)
    {
      const RecordedSeries *b = resumed->series->pdata[i], *a = recorded_series (whole, b->name);
      guint first = a->values->len - b->values->len;

      g_assert_cmpmem (&g_array_index (a->values, double, first), b->values->len * sizeof (double),
                       b->values->data, b->values->len * sizeof (double));
    }
}

static void
a_resumed_run_gives_the_same_bits (gconstpointer estimator)
{
  static const char *const arrays[]
      = { "gold objective=uwo", "proxy objective=uwo", "gold-last objective=uwo",
          "fit-r2 objective=uwo", "its-score objective=uwo" };
  Setup setup = small ("uwo");
  g_autoptr (Recorder) whole = NULL;

  setup.ppo = assay_ppo_defaults (assay_policy_estimator_find (estimator));
  setup.ppo.iterations = 6;
  setup.ppo.rollouts = 16;
  setup.ppo.minibatch = 8;
  setup.checkpoint = 0;
  whole = optimize (&setup, NULL);
  g_assert_cmpstr (whole->failure, ==, NULL);
  g_assert_cmpuint (whole->saves->len, ==, 5);
  for (guint i = 0; i < whole->saves->len; i += 2)
    {
      const RecordedSave *save = whole->saves->pdata[i];
      g_autoptr (Recorder) resumed = optimize (&setup, save->bytes);

      g_assert_cmpstr (resumed->failure, ==, NULL);
      assert_goes_on (whole, save->n_points, resumed);
      for (guint a = 0; a < G_N_ELEMENTS (arrays); a++)
        {
          guint n;

          g_assert_cmpmem (recorded (whole, arrays[a], &n), n * sizeof (double),
                           recorded (resumed, arrays[a], &n), n * sizeof (double));
        }
    }
}

static void
another_run_s_checkpoint_is_refused (void)
{
  Setup setup = small ("mean");
  g_autofree char *zeros = g_malloc0 (1 << 20);

  for (gsize size = 1; size <= 1 << 20; size *= 32)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (zeros, size);
      g_autoptr (Recorder) recorder = optimize (&setup, bytes);

      g_assert_cmpstr (recorder->failure, ==, "The checkpoint is not of this run; run it anew.");
      g_assert_cmpuint (recorder->n_points, ==, 0);
    }
}

static void
a_run_can_be_cancelled (void)
{
  Setup setup = small ("mean");

  for (guint after = 1; after < 200; after = after * 3 + 1)
    {
      g_autoptr (Recorder) recorder = recorder_new (1);

      recorder->cancel_after = after;
      run_policy (&recorder->run, &setup);
      g_assert_cmpstr (recorder->failure, ==, NULL);
      g_assert_cmpuint (g_hash_table_size (recorder->arrays), ==, 0);
      g_assert_cmpuint (recorder->n_asked, <, after + 4);
    }
}

static void
a_damaged_stage_is_named (void)
{
  Setup setup = small ("mean");
  g_autoptr (Recorder) first = recorder_new (1), second = recorder_new (1);

  run_policy (&first->run, &setup);
  g_assert_cmpstr (first->failure, ==, NULL);
  g_assert_true (
      g_file_set_contents (g_hash_table_lookup (first->results, "models.16"), "nothing", -1, NULL));
  second->stages_of = first;
  run_policy (&second->run, &setup);
  g_assert_nonnull (second->failure);
  g_assert_nonnull (strstr (second->failure, "A stage's result is damaged"));
  g_assert_nonnull (strstr (second->failure, "models.16"));
}

static void
best_of_n_and_policies_share_their_stages (void)
{
  Setup setup = small ("wco");
  g_autoptr (Recorder) recorder = optimize (&setup, NULL);

  g_assert_cmpuint (recorder->stages->len, ==, 0);
  g_assert_cmpuint (stages->stages->len, ==, 7);
}

int
main (int argc, char **argv)
{
  static const char *const rewards[]
      = { "single", "mean", "wco", "uwo", "median", "lcb", "average", "gold", "random", "twins" };
  static const char *const estimators[] = { "ppo", "reinforce-leave-one-out" };
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/best-of-n/the-oracle-beats-all-and-chance-nobody",
                   the_oracle_beats_all_and_chance_nobody);
  g_test_add_func ("/best-of-n/identical-members-are-one", identical_members_are_one);
  g_test_add_func ("/best-of-n/one-member-is-single-and-no-coefficient-the-mean",
                   one_member_is_single_and_no_coefficient_the_mean);
  g_test_add_func ("/best-of-n/terms-sum-to-gold-and-kl-stays-below-its-bound",
                   terms_sum_to_gold_and_kl_stays_below_its_bound);
  g_test_add_func ("/best-of-n/seeds-are-replicates-of-one-world",
                   seeds_are_replicates_of_one_world);
  for (guint i = 0; i < G_N_ELEMENTS (rewards); i++)
    {
      g_autofree char *path = g_strdup_printf ("/policy/optimised-for/%s", rewards[i]);

      g_test_add_data_func (path, rewards[i], every_objective_can_be_optimised);
    }
  g_test_add_func ("/policy/an-oracle-raises-gold", an_oracle_raises_gold);
  g_test_add_func ("/policy/twins-learn-what-one-learns", twins_learn_what_one_learns);
  for (guint i = 0; i < G_N_ELEMENTS (estimators); i++)
    {
      g_autofree char *path
          = g_strdup_printf ("/policy/a-resumed-run-gives-the-same-bits/%s", estimators[i]);

      g_test_add_data_func (path, estimators[i], a_resumed_run_gives_the_same_bits);
    }
  g_test_add_func ("/policy/another-run-s-checkpoint-is-refused",
                   another_run_s_checkpoint_is_refused);
  g_test_add_func ("/policy/a-run-can-be-cancelled", a_run_can_be_cancelled);
  g_test_add_func ("/policy/a-damaged-stage-is-named", a_damaged_stage_is_named);
  g_test_add_func ("/policy/best-of-n-and-policies-share-their-stages",
                   best_of_n_and_policies_share_their_stages);
  status = g_test_run ();
  if (stages)
    recorder_free (stages);
  return status;
}

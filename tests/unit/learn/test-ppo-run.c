/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs: the same bits on any threads and after a pause, shards, reports, and what is refused.
 */
#include "learn/text/ppo-internal.h"
#include "ppo-lab.h"

#include <glib/gstdio.h>
#include <stdlib.h>

#define ROLLOUTS 24
#define STEPS 10

static const AssayGptConfig config
    = { .d = 16, .layers = 2, .heads = 2, .context = 16, .vocabulary = 12 };
static char *folder;

/** Each LAB_PROMPT + 1 in the answer counts. */
static bool
reward (const AssaySequences *answers, double *rewards, void *data)
{
  for (uint32_t i = 0; i < answers->n; i++)
    {
      rewards[i] = 0;
      for (uint32_t t = answers->prompts[i]; t < answers->lengths[i]; t++)
        rewards[i] += assay_sequence (answers, i)[t] == LAB_PROMPT + 1;
    }
  return true;
}

static AssayPpoOptions
defaults (const char *estimator)
{
  AssayPpoOptions options = assay_ppo_defaults (assay_policy_estimator_find (estimator));

  options.iterations = 8;
  options.rollouts = ROLLOUTS;
  options.minibatch = 10; /* the last has 4 */
  options.steps = STEPS;
  options.end = LAB_END;
  options.kl_coefficient = 0.05;
  options.optimizer.rate = 2e-3;
  return options;
}

static AssayPpo *
ppo_new (const AssayPpoOptions *options, AssayWorkers *workers)
{
  float *values = lab_values (&config, 5);
  AssayTextError error = { "" };
  AssayPpo *ppo = assay_ppo_new (&config, values, options, 11, workers, &error);

  g_assert_cmpstr (error.text, ==, "");
  free (values);
  return ppo;
}

/** Prompts of one to three ids. */
static AssaySequences *
prompts_of (const AssayPpo *ppo)
{
  static const int32_t ids[] = { 3, 7, 5 };
  AssaySequences *prompts
      = assay_sequences_new (ppo->options.rollouts / ppo->options.per_prompt, STEPS);

  for (uint32_t i = 0; i < prompts->n; i++)
    assay_sequences_set (prompts, i, ids, 1 + i % 3, 1 + i % 3);
  return prompts;
}

static AssayPpoReport
iterate (AssayPpo *ppo, uint32_t n)
{
  AssaySequences *prompts = prompts_of (ppo);
  AssayPpoReport report = { 0 };

  for (uint32_t i = 0; i < n; i++)
    {
      AssayTextError error = { "" };

      assay_ppo_iterate (ppo, prompts, reward, NULL, &report, &error);
      g_assert_cmpstr (error.text, ==, "");
    }
  assay_sequences_free (prompts);
  return report;
}

static GBytes *
state_of (const AssayPpo *ppo)
{
  size_t size = assay_ppo_state_size (ppo);
  void *state = g_malloc (size);

  assay_ppo_get_state (ppo, state);
  return g_bytes_new_take (state, size);
}

static void
assert_same_state (const AssayPpo *a, const AssayPpo *b)
{
  g_autoptr (GBytes) of_a = state_of (a), of_b = state_of (b);

  g_assert_true (g_bytes_equal (of_a, of_b));
}

/* ---- bits ---- */

/* All that an iteration can be made of, one after another. */
static AssayPpoOptions
variant (uint32_t i)
{
  AssayPpoOptions options = defaults (i < 4 ? "ppo" : "reinforce-leave-one-out");

  options.kl = i % ASSAY_KLS;
  options.kl_place = i / 2 % 2;
  options.value = i % 2;
  options.entropy_coefficient = i == 1 ? 0.01 : 0;
  options.kl_target = i == 2 ? 1 : 0;
  options.reward_clip = i == 3 ? 2 : 0;
  options.shards = 3;
  return options;
}

#define VARIANTS 6

static void
test_threads (void)
{
  AssayWorkers *workers = assay_workers_new (3);

  for (uint32_t i = 0; i < VARIANTS; i++)
    {
      AssayPpoOptions options = variant (i);
      AssayPpo *one = ppo_new (&options, NULL), *three = ppo_new (&options, workers);
      AssayPpoReport a = iterate (one, 2), b = iterate (three, 2);

      assert_same_state (one, three);
      g_assert_cmpmem (&a, sizeof a, &b, sizeof b);
      assay_ppo_free (one);
      assay_ppo_free (three);
    }
  assay_workers_free (workers);
}

static void
test_file (void)
{
  g_autofree char *path = g_build_filename (folder, "run.safetensors", NULL);

  for (uint32_t i = 0; i < VARIANTS; i++)
    {
      AssayPpoOptions options = variant (i);
      AssayPpo *through = ppo_new (&options, NULL), *before = ppo_new (&options, NULL);
      AssayPpo *after = ppo_new (&options, NULL);
      AssayTextError error = { "" };

      iterate (through, 4);
      iterate (before, 2);
      assay_ppo_save (before, path, &error);
      g_assert_cmpstr (error.text, ==, "");
      assay_ppo_load (after, path, &error);
      g_assert_cmpstr (error.text, ==, "");
      assert_same_state (before, after);
      iterate (after, 2);
      assert_same_state (through, after);
      assay_ppo_free (through);
      assay_ppo_free (before);
      assay_ppo_free (after);
    }
}

/* Even if what goes on was made of another policy and seed. */
static void
test_bytes (void)
{
  AssayPpoOptions options = defaults ("ppo");
  AssayPpo *through = ppo_new (&options, NULL), *before = ppo_new (&options, NULL), *after;
  float *other = lab_values (&config, 99);
  g_autoptr (GBytes) state = NULL;
  AssayTextError error = { "" };

  after = assay_ppo_new (&config, other, &options, 12, NULL, &error);
  iterate (through, 3);
  iterate (before, 1);
  state = state_of (before);
  g_assert_true (assay_ppo_set_state (after, g_bytes_get_data (state, NULL),
                                      g_bytes_get_size (state), &error));
  iterate (after, 2);
  assert_same_state (through, after);
  free (other);
  assay_ppo_free (through);
  assay_ppo_free (before);
  assay_ppo_free (after);
}

/* A row alone in its shard has no padding.  (Adam would make much of gradients that are 0 but for
 * rounding.) */
static void
test_padding (void)
{
  AssayPpoOptions options = defaults ("ppo");
  AssayPpo *together, *alone;

  options.kl = ASSAY_KL_EXACT;
  options.kl_place = ASSAY_KL_IN_LOSS;
  options.minibatch = ROLLOUTS;
  options.optimizer = (AssayOptimizerOptions){ .kind = ASSAY_SGD, .rate = 0.02 };
  options.shards = 1;
  together = ppo_new (&options, NULL);
  options.shards = ROLLOUTS;
  alone = ppo_new (&options, NULL);
  g_assert_cmpfloat (iterate (together, 1).gradient_norm, >, 1);
  iterate (alone, 1);
  for (size_t i = 0; i < together->params->size; i++)
    g_assert_cmpfloat_with_epsilon ((double) together->params->values[i],
                                    (double) alone->params->values[i], 1e-5);
  assay_ppo_free (together);
  assay_ppo_free (alone);
}

/* What is read of an answer does not depend on the others. */
static void
test_companions (void)
{
  AssayPpoOptions options = defaults ("ppo");
  AssayPpo *ppo = ppo_new (&options, NULL);
  AssaySequences *one = assay_sequences_new (1, STEPS);
  AssayDivergence all, sum = { 0 };

  iterate (ppo, 4);
  assay_ppo_divergence (ppo, ppo->answers, &all);
  for (uint32_t i = 0; i < ROLLOUTS; i++)
    {
      AssayDivergence single;

      assay_sequences_set (one, 0, assay_sequence (ppo->answers, i), ppo->answers->prompts[i],
                           ppo->answers->lengths[i]);
      assay_ppo_divergence (ppo, one, &single);
      for (uint32_t k = 0; k < ASSAY_KLS; k++)
        sum.kl[k] += single.kl[k] / ROLLOUTS;
    }
  for (uint32_t k = 0; k < ASSAY_KLS; k++)
    g_assert_cmpfloat_with_epsilon (all.kl[k], sum.kl[k], 1e-4);
  g_assert_cmpfloat (all.kl[ASSAY_KL_EXACT], >, 0.01);
  assay_sequences_free (one);
  assay_ppo_free (ppo);
}

static size_t
held (const AssayPpo *ppo)
{
  size_t bytes = 0;

  for (uint32_t i = 0; i < ppo->options.shards; i++)
    bytes += assay_tape_held (ppo->work->trainer->tapes[i]);
  return bytes;
}

/* All answers are as long as they can be. */
static void
test_memory (void)
{
  AssayPpoOptions options = defaults ("ppo");
  AssayPpo *ppo;
  size_t bytes;

  options.end = -1;
  ppo = ppo_new (&options, NULL);
  iterate (ppo, 1);
  bytes = held (ppo);
  iterate (ppo, 3);
  g_assert_cmpuint (held (ppo), ==, bytes);
  assay_ppo_free (ppo);
}

/* ---- reports ---- */

static void
test_first_report (void)
{
  AssayPpoOptions options = defaults ("ppo");
  AssayPpo *ppo = ppo_new (&options, NULL);
  AssayPpoReport report = iterate (ppo, 1);
  double mean = 0, length = 0;

  for (uint32_t i = 0; i < ROLLOUTS; i++)
    {
      mean += ppo->rewards[i] / ROLLOUTS;
      length += (double) (ppo->answers->lengths[i] - ppo->answers->prompts[i]) / ROLLOUTS;
    }
  g_assert_cmpfloat_with_epsilon (report.reward, mean, 1e-9);
  g_assert_cmpfloat_with_epsilon (report.divergence.length, length, 1e-9);
  for (uint32_t k = 0; k < ASSAY_KLS; k++)
    g_assert_cmpfloat_with_epsilon (report.divergence.kl[k], 0, 1e-5);
  /* A value function of zeros explains nothing. */
  g_assert_cmpfloat_with_epsilon (report.explained_variance, 0, 1e-9);
  g_assert_cmpfloat (report.kl_coefficient, ==, 0.05);
  g_assert_cmpfloat (report.divergence.entropy, >, 0);
  g_assert_cmpfloat (report.divergence.entropy, <, log (config.vocabulary));
  g_assert_cmpfloat (report.gradient_norm, >, 0);
  g_assert_cmpfloat (report.approximate_kl, >, 0);
  g_assert_cmpfloat (report.value_loss, >, 0);
  assay_ppo_free (ppo);
}

/* What is trained is at first the policy that wrote the answers: ratios are 1, and the surrogate is
 * less the mean of the advantages, which whitening makes 0. */
static void
test_first_gradient (void)
{
  AssayPpoOptions options = defaults ("ppo");
  AssayPpoReport report;
  AssayPpo *ppo;

  options.epochs = 1;
  options.minibatch = ROLLOUTS;
  ppo = ppo_new (&options, NULL);
  iterate (ppo, 2);
  report = iterate (ppo, 1);
  g_assert_cmpfloat (report.clip_fraction, ==, 0);
  g_assert_cmpfloat (report.approximate_kl, <, 1e-8);
  g_assert_cmpfloat_with_epsilon (report.policy_loss, 0, 1e-5);
  g_assert_cmpfloat (report.divergence.kl[ASSAY_KL_EXACT], >, 1e-6);
  assay_ppo_free (ppo);
}

static void
test_learns (gconstpointer estimator)
{
  AssayPpoOptions options = defaults (estimator);
  AssayPpo *ppo;
  AssayPpoReport first, last;

  options.iterations = 25;
  options.rollouts = 64;
  options.minibatch = 32;
  options.optimizer.rate = 1e-2;
  ppo = ppo_new (&options, NULL);
  first = iterate (ppo, 1);
  last = iterate (ppo, 24);
  g_assert_cmpfloat (last.reward, >, 2 * first.reward + 1);
  g_assert_cmpfloat (last.divergence.kl[ASSAY_KL_EXACT], >, 0.5);
  g_assert_cmpfloat (last.rate, <, first.rate);
  if (options.estimator->values)
    g_assert_cmpfloat (last.explained_variance, >, 0.05);
  else
    g_assert_true (isnan (last.explained_variance));
  assay_ppo_free (ppo);
}

/* Ziegler et al. 2019, section 2.2. */
static void
test_controller (void)
{
  AssayPpoOptions options = defaults ("ppo");
  AssayPpo *ppo;

  options.kl = ASSAY_KL_EXACT;
  options.kl_horizon = 240; /* ROLLOUTS are a tenth of it */
  options.kl_target = 1e6;
  ppo = ppo_new (&options, NULL);
  iterate (ppo, 1);
  g_assert_cmpfloat_with_epsilon (assay_ppo_kl_coefficient (ppo), 0.05 * (1 - 0.2 * 0.1), 1e-12);
  assay_ppo_free (ppo);

  options.kl_target = 1e-6;
  ppo = ppo_new (&options, NULL);
  iterate (ppo, 3); /* of which the first is of the initial policy, and lowers it */
  g_assert_cmpfloat_with_epsilon (assay_ppo_kl_coefficient (ppo), 0.05 * 0.98 * 1.02 * 1.02, 1e-12);
  assay_ppo_free (ppo);

  options.kl_target = 0;
  ppo = ppo_new (&options, NULL);
  iterate (ppo, 2);
  g_assert_cmpfloat (assay_ppo_kl_coefficient (ppo), ==, 0.05);
  assay_ppo_free (ppo);
}

/* With a penalty of the divergence alone the policy stays where it is; the adaptive one holds the
 * divergence near its target. */
static void
test_controlled (void)
{
  AssayPpoOptions options = defaults ("ppo");
  double last[2];

  options.iterations = 40;
  options.rollouts = 64;
  options.optimizer.rate = 5e-3;
  options.kl = ASSAY_KL_EXACT;
  options.kl_horizon = 64;
  for (uint32_t i = 0; i < 2; i++)
    {
      AssayPpo *ppo;

      options.kl_target = i == 0 ? 0.3 : 3;
      ppo = ppo_new (&options, NULL);
      last[i] = iterate (ppo, 40).divergence.kl[ASSAY_KL_EXACT];
      assay_ppo_free (ppo);
    }
  g_test_message ("%g and %g", last[0], last[1]);
  g_assert_cmpfloat (last[0], <, 0.6);
  g_assert_cmpfloat (last[1], >, 1.5);
  g_assert_cmpfloat (last[1], <, 6);
}

/* ---- what is refused ---- */

typedef struct Refused
{
  bool answers; /* what the callback returns */
  double one;   /* the reward of answer 5 */
} Refused;

static bool
refused_reward (const AssaySequences *answers, double *rewards, void *data)
{
  const Refused *refused = data;

  reward (answers, rewards, NULL);
  rewards[5] = refused->one;
  return refused->answers;
}

static void
test_rewards_refused (void)
{
  static const struct
  {
    Refused refused;
    const char *sentence;
  } cases[] = {
    { { true, NAN }, "The reward of answer 5 of iteration 2 is *nan, not a finite number." },
    { { true, INFINITY }, "The reward of answer 5 of iteration 2 is inf, not a finite number." },
    { { true, -INFINITY }, "The reward of answer 5 of iteration 2 is -inf, not a finite number." },
    { { false, 0 }, "The answers of iteration 2 got no rewards." },
  };
  AssayPpoOptions options = defaults ("ppo");
  AssayPpo *ppo = ppo_new (&options, NULL), *other = ppo_new (&options, NULL);
  AssaySequences *prompts = prompts_of (ppo);

  iterate (ppo, 1);
  iterate (other, 1);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Refused refused = cases[i].refused;
      AssayTextError error = { "" };

      g_assert_false (assay_ppo_iterate (ppo, prompts, refused_reward, &refused, NULL, &error));
      g_assert_true (g_pattern_match_simple (cases[i].sentence, error.text));
      assert_same_state (ppo, other);
    }
  assay_sequences_free (prompts);
  assay_ppo_free (ppo);
  assay_ppo_free (other);
}

static void
assert_prompts_refused (AssayPpo *ppo, const AssaySequences *prompts, const char *sentence)
{
  AssayTextError error = { "" };

  g_assert_false (assay_ppo_iterate (ppo, prompts, reward, NULL, NULL, &error));
  g_assert_cmpstr (error.text, ==, sentence);
}

static void
test_prompts_refused (void)
{
  AssayPpoOptions options = defaults ("ppo");
  AssayPpo *ppo = ppo_new (&options, NULL);
  AssaySequences *prompts = prompts_of (ppo), *few = assay_sequences_new (3, STEPS);

  assert_prompts_refused (ppo, few, "An iteration takes 24 prompts, not 3.");
  prompts->prompts[2] = STEPS;
  assert_prompts_refused (ppo, prompts, "Prompt 2 has 10 ids; it must have 1 to 9.");
  prompts->prompts[2] = 0;
  assert_prompts_refused (ppo, prompts, "Prompt 2 has 0 ids; it must have 1 to 9.");
  prompts->prompts[2] = 2;
  assay_sequence (prompts, 2)[1] = 12;
  assert_prompts_refused (ppo, prompts, "Prompt 2 has the id 12, which is none of the 12 ids.");
  assay_sequence (prompts, 2)[1] = -1;
  assert_prompts_refused (ppo, prompts, "Prompt 2 has the id -1, which is none of the 12 ids.");
  assay_sequences_free (prompts);
  assay_sequences_free (few);
  assay_ppo_free (ppo);
}

/* A policy that is lost says so. */
static void
test_loss_refused (void)
{
  AssayPpoOptions options = defaults ("ppo");
  AssaySequences *prompts;
  AssayTextError error = { "" };
  AssayPpo *ppo;
  bool went = true;

  options.optimizer.rate = 1e9;
  ppo = ppo_new (&options, NULL);
  prompts = prompts_of (ppo);
  for (uint32_t i = 0; i < 8 && went; i++)
    went = assay_ppo_iterate (ppo, prompts, reward, NULL, NULL, &error);
  g_assert_false (went);
  g_assert_true (
      g_pattern_match_simple ("The * of iteration * is not a finite number; *", error.text));
  assay_sequences_free (prompts);
  assay_ppo_free (ppo);
}

#define REFUSES(change, sentence)                                                                  \
  do                                                                                               \
    {                                                                                              \
      AssayPpoOptions options = defaults ("reinforce-leave-one-out");                              \
      float values[1];                                                                             \
      AssayTextError error;                                                                        \
                                                                                                   \
      options.change;                                                                              \
      g_assert_null (assay_ppo_new (&config, values, &options, 1, NULL, &error));                  \
      g_assert_cmpstr (error.text, ==, sentence);                                                  \
    }                                                                                              \
  while (0)

static void
test_options_refused (void)
{
  REFUSES (iterations = 0, "There must be an iteration.");
  REFUSES (per_prompt = 5, "The rollouts must be a multiple of the answers to a prompt.");
  REFUSES (per_prompt = 0, "The rollouts must be a multiple of the answers to a prompt.");
  REFUSES (per_prompt = 1,
           "The estimator compares answers to one prompt, of which there must be at "
           "least 2.");
  REFUSES (steps = 17, "The longest row must have at least 2 ids and fit the model's context.");
  REFUSES (end = 12, "The end token is none of the vocabulary.");
  REFUSES (minibatch = 0, "There must be an epoch, a minibatch and a shard.");
  REFUSES (epochs = 2, "The estimator sees each answer once: one epoch.");
  REFUSES (clip = -0.1, "The clip ranges must be in 0..1e9.");
  REFUSES (reward_clip = NAN, "The clip ranges must be in 0..1e9.");
  REFUSES (kl_coefficient = -1, "The coefficients must be in 0..1e9.");
  REFUSES (lambda = 1.5, "Gamma and lambda must be in 0..1.");
  REFUSES (kl = ASSAY_KLS, "There is no such estimator of the divergence, place of it or value "
                           "function.");
  REFUSES (kl_coefficient = 0;
           options.kl_target = 6,
           "An adaptive coefficient must begin above 0, and have a target and a horizon above 0.");
  REFUSES (optimizer.rate = INFINITY, "The learning rate and the largest norm must be in 0..1e9, "
                                      "the schedule's floor in 0..1.");
}

static void
test_states_refused (void)
{
  g_autofree char *path = g_build_filename (folder, "refused.safetensors", NULL);
  AssayPpoOptions options = defaults ("ppo"), wider = options;
  AssayPpo *ppo = ppo_new (&options, NULL), *other = ppo_new (&options, NULL), *network;
  g_autoptr (GBytes) state = NULL;
  const double nan = NAN;
  AssayTextError error;

  wider.value = ASSAY_VALUE_NETWORK;
  network = ppo_new (&wider, NULL);
  iterate (ppo, 1);
  iterate (other, 1);

  g_assert_false (assay_ppo_load (ppo, "/nowhere/at/all", &error));
  g_assert_true (assay_ppo_save (network, path, &error));
  g_assert_false (assay_ppo_load (ppo, path, &error));
  g_assert_nonnull (strstr (error.text, path));
  assert_same_state (ppo, other);

  memcpy (&other->state.kl_coefficient, &nan, sizeof nan);
  g_assert_true (assay_ppo_save (other, path, &error));
  g_assert_false (assay_ppo_load (ppo, path, &error));
  g_assert_nonnull (strstr (error.text, "KL coefficient"));
  state = state_of (other);
  g_assert_false (
      assay_ppo_set_state (ppo, g_bytes_get_data (state, NULL), g_bytes_get_size (state), &error));
  g_assert_false (assay_ppo_set_state (ppo, g_bytes_get_data (state, NULL),
                                       g_bytes_get_size (state) - 1, &error));
  other->state.kl_coefficient = ppo->state.kl_coefficient;
  assert_same_state (ppo, other);
  g_remove (path);
  assay_ppo_free (ppo);
  assay_ppo_free (other);
  assay_ppo_free (network);
}

int
main (int argc, char **argv)
{
  int failed;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("assay-ppo-XXXXXX", NULL);
  g_assert_nonnull (folder);
  g_test_add_func ("/ppo-run/threads-do-not-change-bits", test_threads);
  g_test_add_func ("/ppo-run/goes-on-from-a-file-to-the-same-bits", test_file);
  g_test_add_func ("/ppo-run/goes-on-from-bytes-to-the-same-bits", test_bytes);
  g_test_add_func ("/ppo-run/padding-does-not-matter", test_padding);
  g_test_add_func ("/ppo-run/companions-do-not-matter", test_companions);
  g_test_add_func ("/ppo-run/memory-does-not-grow", test_memory);
  g_test_add_func ("/ppo-run/first-report-is-of-the-initial-policy", test_first_report);
  g_test_add_func ("/ppo-run/first-gradient-is-of-ratios-of-1", test_first_gradient);
  g_test_add_data_func ("/ppo-run/ppo-raises-the-reward", "ppo", test_learns);
  g_test_add_data_func ("/ppo-run/leave-one-out-raises-the-reward", "reinforce-leave-one-out",
                        test_learns);
  g_test_add_func ("/ppo-run/controller-moves-towards-its-target", test_controller);
  g_test_add_func ("/ppo-run/controller-holds-the-divergence", test_controlled);
  g_test_add_func ("/ppo-run/rewards-that-are-no-numbers-are-refused", test_rewards_refused);
  g_test_add_func ("/ppo-run/prompts-without-room-are-refused", test_prompts_refused);
  g_test_add_func ("/ppo-run/a-lost-policy-is-said-so", test_loss_refused);
  g_test_add_func ("/ppo-run/options-out-of-range-are-refused", test_options_refused);
  g_test_add_func ("/ppo-run/states-that-do-not-fit-are-refused", test_states_refused);
  failed = g_test_run ();
  g_remove (folder);
  g_free (folder);
  return failed;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs: the same bits on any threads and after a pause, shards, reports.
 */
#include "learn/text/ppo-internal.h"
#include "ppo-lab.h"

#include <glib/gstdio.h>
#include <stdlib.h>

static char *folder;

/* ---- bits ---- */

/* All that an iteration can be made of, one after another. */
static AssayPpoOptions
variant (uint32_t i)
{
  AssayPpoOptions options = lab_options (i < 4 ? "ppo" : "reinforce-leave-one-out");

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
      AssayPpo *one = lab_new (&options, NULL), *three = lab_new (&options, workers);
      AssayPpoReport a = lab_iterate (one, 2), b = lab_iterate (three, 2);

      lab_assert_same_state (one, three);
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
      AssayPpo *through = lab_new (&options, NULL), *before = lab_new (&options, NULL);
      AssayPpo *after = lab_new (&options, NULL);
      AssayTextError error = { "" };

      lab_iterate (through, 4);
      lab_iterate (before, 2);
      assay_ppo_save (before, path, &error);
      g_assert_cmpstr (error.text, ==, "");
      assay_ppo_load (after, path, &error);
      g_assert_cmpstr (error.text, ==, "");
      lab_assert_same_state (before, after);
      lab_iterate (after, 2);
      lab_assert_same_state (through, after);
      assay_ppo_free (through);
      assay_ppo_free (before);
      assay_ppo_free (after);
    }
}

/* Even if what goes on was made of another policy and seed. */
static void
test_bytes (void)
{
  AssayPpoOptions options = lab_options ("ppo");
  AssayPpo *through = lab_new (&options, NULL), *before = lab_new (&options, NULL), *after;
  float *other = lab_values (&lab_config, 99);
  g_autoptr (GBytes) state = NULL;
  AssayTextError error = { "" };

  after = assay_ppo_new (&lab_config, other, &options, 12, NULL, &error);
  lab_iterate (through, 3);
  lab_iterate (before, 1);
  state = lab_state (before);
  g_assert_true (assay_ppo_set_state (after, g_bytes_get_data (state, NULL),
                                      g_bytes_get_size (state), &error));
  lab_iterate (after, 2);
  lab_assert_same_state (through, after);
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
  AssayPpoOptions options = lab_options ("ppo");
  AssayPpo *together, *alone;

  options.kl = ASSAY_KL_EXACT;
  options.kl_place = ASSAY_KL_IN_LOSS;
  options.minibatch = LAB_ROLLOUTS;
  options.optimizer = (AssayOptimizerOptions){ .kind = ASSAY_SGD, .rate = 0.02 };
  options.shards = 1;
  together = lab_new (&options, NULL);
  options.shards = LAB_ROLLOUTS;
  alone = lab_new (&options, NULL);
  g_assert_cmpfloat (lab_iterate (together, 1).gradient_norm, >, 1);
  lab_iterate (alone, 1);
  for (size_t i = 0; i < together->params->size; i++)
    g_assert_cmpfloat_with_epsilon ((double) together->params->values[i],
                                    (double) alone->params->values[i], 1e-5);
  assay_ppo_free (together);
  assay_ppo_free (alone);
}

/* Log-probabilities are those with which the decoder drew. */
static void
test_drawn (void)
{
  AssayPpoOptions options = lab_options ("ppo");
  AssayPpo *ppo = lab_new (&options, NULL);
  AssaySequences *rows = lab_prompts_of (ppo);
  AssayTokens *tokens;
  AssaySampling sampling = { .temperature = 1, .end = LAB_END };
  AssayStream streams[LAB_ROLLOUTS];
  float log_probs[LAB_ROLLOUTS * LAB_STEPS];

  lab_iterate (ppo, 3);
  for (uint32_t i = 0; i < LAB_ROLLOUTS; i++)
    assay_stream_init (&streams[i], i, "drawn");
  assay_answer (ppo->work->sampler, ppo->params->values, &sampling, rows, streams, log_probs);
  tokens = lab_read (&lab_config, ppo->params->values, ppo->reference, rows);
  for (uint32_t i = 0; i < LAB_ROLLOUTS; i++)
    for (uint32_t t = rows->prompts[i]; t < rows->lengths[i]; t++)
      g_assert_cmpfloat_with_epsilon (
          (double) tokens->log_probs[tokens->first[i] + t - rows->prompts[i]],
          (double) log_probs[i * LAB_STEPS + t], 1e-4);
  assay_tokens_free (tokens);
  assay_sequences_free (rows);
  assay_ppo_free (ppo);
}

/* Each epoch deals all answers out, into minibatches of the size asked for; not always the same. */
static void
test_minibatches (void)
{
  AssayPpoOptions options = lab_options ("ppo");
  AssayPpo *ppo = lab_new (&options, NULL);
  uint32_t first[LAB_ROLLOUTS];

  for (uint32_t epoch = 0; epoch < 3; epoch++)
    {
      uint32_t counts[3] = { 0 };

      lab_iterate (ppo, 1);
      for (uint32_t i = 0; i < LAB_ROLLOUTS; i++)
        counts[ppo->work->minibatches[i]]++;
      g_assert_cmpuint (counts[0], ==, 10);
      g_assert_cmpuint (counts[1], ==, 10);
      g_assert_cmpuint (counts[2], ==, 4);
      if (epoch == 0)
        memcpy (first, ppo->work->minibatches, sizeof first);
      else
        g_assert_cmpint (memcmp (first, ppo->work->minibatches, sizeof first), !=, 0);
    }
  assay_ppo_free (ppo);
}

/* What is read of an answer does not depend on the others. */
static void
test_companions (void)
{
  AssayPpoOptions options = lab_options ("ppo");
  AssayPpo *ppo = lab_new (&options, NULL);
  AssaySequences *one = assay_sequences_new (1, LAB_STEPS);
  AssayDivergence all, sum = { 0 };

  lab_iterate (ppo, 4);
  assay_ppo_divergence (ppo, ppo->answers, &all);
  for (uint32_t i = 0; i < LAB_ROLLOUTS; i++)
    {
      AssayDivergence single;

      assay_sequences_set (one, 0, assay_sequence (ppo->answers, i), ppo->answers->prompts[i],
                           ppo->answers->lengths[i]);
      assay_ppo_divergence (ppo, one, &single);
      for (uint32_t k = 0; k < ASSAY_KLS; k++)
        sum.kl[k] += single.kl[k] / LAB_ROLLOUTS;
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
  AssayPpoOptions options = lab_options ("ppo");
  AssayPpo *ppo;
  size_t bytes;

  options.end = -1;
  ppo = lab_new (&options, NULL);
  lab_iterate (ppo, 1);
  bytes = held (ppo);
  lab_iterate (ppo, 3);
  g_assert_cmpuint (held (ppo), ==, bytes);
  assay_ppo_free (ppo);
}

/* ---- reports ---- */

static void
test_first_report (void)
{
  AssayPpoOptions options = lab_options ("ppo");
  AssayPpo *ppo = lab_new (&options, NULL);
  AssayPpoReport report = lab_iterate (ppo, 1);
  double mean = 0, length = 0;

  for (uint32_t i = 0; i < LAB_ROLLOUTS; i++)
    {
      mean += ppo->rewards[i] / LAB_ROLLOUTS;
      length += (double) (ppo->answers->lengths[i] - ppo->answers->prompts[i]) / LAB_ROLLOUTS;
    }
  g_assert_cmpfloat_with_epsilon (report.reward, mean, 1e-9);
  g_assert_cmpfloat_with_epsilon (report.divergence.length, length, 1e-9);
  for (uint32_t k = 0; k < ASSAY_KLS; k++)
    g_assert_cmpfloat_with_epsilon (report.divergence.kl[k], 0, 1e-5);
  /* A value function of zeros explains nothing. */
  g_assert_cmpfloat_with_epsilon (report.explained_variance, 0, 1e-9);
  g_assert_cmpfloat (report.kl_coefficient, ==, 0.05);
  g_assert_cmpfloat (report.divergence.entropy, >, 0);
  g_assert_cmpfloat (report.divergence.entropy, <, log (lab_config.vocabulary));
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
  AssayPpoOptions options = lab_options ("ppo");
  AssayPpoReport report;
  AssayPpo *ppo;

  options.epochs = 1;
  options.minibatch = LAB_ROLLOUTS;
  ppo = lab_new (&options, NULL);
  lab_iterate (ppo, 2);
  report = lab_iterate (ppo, 1);
  g_assert_cmpfloat (report.clip_fraction, ==, 0);
  g_assert_cmpfloat (report.approximate_kl, <, 1e-8);
  g_assert_cmpfloat_with_epsilon (report.policy_loss, 0, 1e-5);
  g_assert_cmpfloat (report.divergence.kl[ASSAY_KL_EXACT], >, 1e-6);
  assay_ppo_free (ppo);
}

static void
test_learns (gconstpointer estimator)
{
  AssayPpoOptions options = lab_options (estimator);
  AssayPpo *ppo;
  AssayPpoReport first, last;

  options.iterations = 25;
  options.rollouts = 64;
  options.minibatch = 32;
  options.optimizer.rate = 1e-2;
  ppo = lab_new (&options, NULL);
  first = lab_iterate (ppo, 1);
  last = lab_iterate (ppo, 24);
  g_assert_cmpfloat (last.reward, >, 2 * first.reward + 1);
  g_assert_cmpfloat (last.divergence.kl[ASSAY_KL_EXACT], >, 0.5);
  g_assert_cmpfloat (last.rate, <, first.rate);
  if (options.estimator->values)
    g_assert_cmpfloat (last.explained_variance, >, 0.05);
  else
    g_assert_true (isnan (last.explained_variance));
  assay_ppo_free (ppo);
}

static bool
extreme_reward (const AssaySequences *answers, double *rewards, void *data)
{
  for (uint32_t i = 0; i < answers->n; i++)
    rewards[i] = i % 3 * 1e6 - 1e6;
  return true;
}

/* The last token gets what is left of the reward; what is reported is the callback's. */
static void
test_reward_clip (void)
{
  AssayPpoOptions options = lab_options ("ppo");
  AssayPpoReport report;
  AssaySequences *prompts;
  AssayTextError error;
  AssayPpo *ppo;

  options.kl_coefficient = 0;
  options.reward_clip = 3;
  ppo = lab_new (&options, NULL);
  prompts = lab_prompts_of (ppo);
  g_assert_true (assay_ppo_iterate (ppo, prompts, extreme_reward, NULL, &report, &error));
  for (uint32_t i = 0; i < LAB_ROLLOUTS; i++)
    {
      const size_t *first = ppo->work->tokens->first + i;

      for (size_t t = first[0]; t + 1 < first[1]; t++)
        g_assert_cmpfloat (ppo->work->rewards[t], ==, 0);
      g_assert_cmpfloat (ppo->work->rewards[first[1] - 1], ==, i % 3 * 3.0 - 3);
    }
  g_assert_cmpfloat_with_epsilon (report.reward_sd, 1e6 * sqrt (2 / 3.0), 1e-3);
  assay_sequences_free (prompts);
  assay_ppo_free (ppo);
}

static bool
no_reward (const AssaySequences *answers, double *rewards, void *data)
{
  memset (rewards, 0, answers->n * sizeof *rewards);
  return true;
}

/* With nothing else to gain, a bonus for entropy leads to all ids alike. */
static void
test_entropy_bonus (void)
{
  AssayPpoOptions options = lab_options ("ppo");
  AssayPpoReport report;
  AssaySequences *prompts;
  AssayTextError error;
  AssayPpo *ppo;

  options.kl_coefficient = 0;
  options.entropy_coefficient = 1;
  options.whiten = false;
  options.optimizer.rate = 1e-2;
  options.iterations = 20;
  ppo = lab_new (&options, NULL);
  prompts = lab_prompts_of (ppo);
  for (uint32_t i = 0; i < options.iterations; i++)
    g_assert_true (assay_ppo_iterate (ppo, prompts, no_reward, NULL, &report, &error));
  g_assert_cmpfloat (report.divergence.entropy, >, 0.97 * log (lab_config.vocabulary));
  assay_sequences_free (prompts);
  assay_ppo_free (ppo);
}

/* Ziegler et al. 2019, section 2.2. */
static void
test_controller (void)
{
  AssayPpoOptions options = lab_options ("ppo");
  AssayPpo *ppo;

  options.kl = ASSAY_KL_EXACT;
  options.kl_horizon = 240; /* LAB_ROLLOUTS are a tenth of it */
  options.kl_target = 1e6;
  ppo = lab_new (&options, NULL);
  lab_iterate (ppo, 1);
  g_assert_cmpfloat_with_epsilon (assay_ppo_kl_coefficient (ppo), 0.05 * (1 - 0.2 * 0.1), 1e-12);
  assay_ppo_free (ppo);

  options.kl_target = 1e-6;
  ppo = lab_new (&options, NULL);
  lab_iterate (ppo, 3); /* of which the first is of the initial policy, and lowers it */
  g_assert_cmpfloat_with_epsilon (assay_ppo_kl_coefficient (ppo), 0.05 * 0.98 * 1.02 * 1.02, 1e-12);
  assay_ppo_free (ppo);

  options.kl_target = 0;
  ppo = lab_new (&options, NULL);
  lab_iterate (ppo, 2);
  g_assert_cmpfloat (assay_ppo_kl_coefficient (ppo), ==, 0.05);
  assay_ppo_free (ppo);
}

/* The adaptive coefficient holds the divergence near its target, whatever could be gained. */
static void
test_controlled (void)
{
  static const double targets[] = { 0.3, 3 };
  AssayPpoOptions options = lab_options ("ppo");

  options.iterations = 60;
  options.rollouts = 64;
  options.optimizer.rate = 5e-3;
  options.kl = ASSAY_KL_EXACT;
  options.kl_horizon = 64;
  for (uint32_t i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      AssayPpo *ppo;
      double mean = 0;

      options.kl_target = targets[i];
      ppo = lab_new (&options, NULL);
      lab_iterate (ppo, 20);
      for (uint32_t k = 0; k < 40; k++)
        mean += lab_iterate (ppo, 1).divergence.kl[ASSAY_KL_EXACT] / 40;
      g_test_message ("%g of %g", mean, targets[i]);
      g_assert_cmpfloat (mean, >, targets[i] / 2);
      g_assert_cmpfloat (mean, <, targets[i] * 2);
      assay_ppo_free (ppo);
    }
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
  g_test_add_func ("/ppo-run/log-probabilities-are-those-drawn-with", test_drawn);
  g_test_add_func ("/ppo-run/minibatches-deal-all-answers-out", test_minibatches);
  g_test_add_func ("/ppo-run/companions-do-not-matter", test_companions);
  g_test_add_func ("/ppo-run/memory-does-not-grow", test_memory);
  g_test_add_func ("/ppo-run/first-report-is-of-the-initial-policy", test_first_report);
  g_test_add_func ("/ppo-run/first-gradient-is-of-ratios-of-1", test_first_gradient);
  g_test_add_data_func ("/ppo-run/ppo-raises-the-reward", "ppo", test_learns);
  g_test_add_data_func ("/ppo-run/leave-one-out-raises-the-reward", "reinforce-leave-one-out",
                        test_learns);
  g_test_add_func ("/ppo-run/rewards-are-cut-off", test_reward_clip);
  g_test_add_func ("/ppo-run/a-bonus-raises-the-entropy", test_entropy_bonus);
  g_test_add_func ("/ppo-run/controller-moves-towards-its-target", test_controller);
  g_test_add_func ("/ppo-run/controller-holds-the-divergence", test_controlled);
  failed = g_test_run ();
  g_remove (folder);
  g_free (folder);
  return failed;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Policies whose optimum is known: with a penalty beta on the divergence it is
 * reference exp (reward / beta), normalised over answers.
 */
#include "ppo-lab.h"

#include <stdlib.h>

#define BETA 0.5
#define VOCABULARY 4

typedef struct Case
{
  const char *name, *estimator;
  AssayKl kl;
  AssayKlPlace place;
  uint32_t longest; /* ids of an answer */
  AssayValueKind value;
  bool whiten;
} Case;

static const AssayGptConfig config
    = { .d = 16, .layers = 1, .heads = 2, .context = 4, .vocabulary = VOCABULARY };

/** Any function of the whole answer. */
static double
reward_of (const int32_t *ids, uint32_t length)
{
  double reward = 0;

  for (uint32_t t = 1; t < length; t++)
    reward += cos (1.0 + ids[t] * (1.7 + t));
  return length > 2 && ids[1] == ids[2] ? reward + 0.5 : reward;
}

static bool
reward (const AssaySequences *answers, double *rewards, void *data)
{
  for (uint32_t i = 0; i < answers->n; i++)
    rewards[i] = reward_of (assay_sequence (answers, i), answers->lengths[i]);
  return true;
}

static AssayPpoOptions
options_of (const Case *c)
{
  AssayPpoOptions options = assay_ppo_defaults (assay_policy_estimator_find (c->estimator));

  options.iterations = 100;
  options.rollouts = 256;
  options.minibatch = options.estimator->once ? 256 : 128;
  options.epochs = options.estimator->once ? 1 : 2;
  options.per_prompt = options.estimator->groups ? 8 : 1;
  options.steps = 1 + c->longest;
  options.end = LAB_END;
  options.kl = c->kl;
  options.kl_place = c->place;
  options.kl_coefficient = BETA;
  options.value = c->value;
  options.value_clip = 0;
  options.whiten = c->whiten;
  options.lambda = 1;
  options.optimizer.rate = 8e-3;
  options.optimizer.max_norm = 10;
  options.floor = 0.01;
  return options;
}

static AssayPpo *
optimised (const Case *c, const float *values)
{
  AssayPpoOptions options = options_of (c);
  AssaySequences *prompts = lab_prompts (options.rollouts / options.per_prompt, options.steps);
  AssayTextError error = { "" };
  AssayPpo *ppo = assay_ppo_new (&config, values, &options, 7, NULL, &error);

  g_assert_cmpstr (error.text, ==, "");
  for (uint32_t i = 0; i < options.iterations; i++)
    {
      assay_ppo_iterate (ppo, prompts, reward, NULL, NULL, &error);
      g_assert_cmpstr (error.text, ==, "");
    }
  assay_sequences_free (prompts);
  return ppo;
}

/** Half the sum of absolute differences of the policy's probabilities of all answers, which are
 *  log p and log q, from the optimum's. */
static double
distance (const AssaySequences *answers, const double *p, const double *q)
{
  double sum = 0, difference = 0;

  for (uint32_t i = 0; i < answers->n; i++)
    sum += exp (q[i] + reward_of (assay_sequence (answers, i), answers->lengths[i]) / BETA);
  for (uint32_t i = 0; i < answers->n; i++)
    difference += fabs (
        exp (p[i])
        - exp (q[i] + reward_of (assay_sequence (answers, i), answers->lengths[i]) / BETA) / sum);
  return difference / 2;
}

static void
test_optimum (gconstpointer data)
{
  const Case *c = data;
  float *values = lab_values (&config, 3);
  AssayPpo *ppo = optimised (c, values);
  AssaySequences *answers = lab_all_answers (VOCABULARY, c->longest);
  AssayTokens *tokens = lab_read (&config, ppo->params->values, values, answers);
  double *p = lab_log_probs (tokens, answers->n, tokens->log_probs);
  double *q = lab_log_probs (tokens, answers->n, tokens->reference);

  g_test_message ("from %g to %g", distance (answers, q, q), distance (answers, p, q));
  g_assert_cmpfloat (distance (answers, q, q), >, 0.4);
  g_assert_cmpfloat (distance (answers, p, q), <, 0.04);
  g_free (p);
  g_free (q);
  assay_tokens_free (tokens);
  assay_sequences_free (answers);
  assay_ppo_free (ppo);
  free (values);
}

#define PPO "ppo"
#define LEAVE "reinforce-leave-one-out"

/* One token: with the divergence in the reward or in the loss the optimum is the same. */
static const Case cases[] = {
  { "ppo-k1-in-reward", PPO, ASSAY_KL_K1, ASSAY_KL_IN_REWARD, 1, ASSAY_VALUE_HEAD, false },
  { "ppo-exact-in-reward", PPO, ASSAY_KL_EXACT, ASSAY_KL_IN_REWARD, 1, ASSAY_VALUE_HEAD, false },
  { "ppo-k1-in-loss", PPO, ASSAY_KL_K1, ASSAY_KL_IN_LOSS, 1, ASSAY_VALUE_HEAD, false },
  { "ppo-k3-in-loss", PPO, ASSAY_KL_K3, ASSAY_KL_IN_LOSS, 1, ASSAY_VALUE_HEAD, false },
  { "ppo-exact-in-loss", PPO, ASSAY_KL_EXACT, ASSAY_KL_IN_LOSS, 1, ASSAY_VALUE_HEAD, false },
  { "ppo-whitened", PPO, ASSAY_KL_K1, ASSAY_KL_IN_REWARD, 1, ASSAY_VALUE_HEAD, true },
  { "ppo-with-a-value-network", PPO, ASSAY_KL_K1, ASSAY_KL_IN_REWARD, 1, ASSAY_VALUE_NETWORK,
    false },
  { "leave-one-out-k1-in-reward", LEAVE, ASSAY_KL_K1, ASSAY_KL_IN_REWARD, 1 },
  { "leave-one-out-exact-in-reward", LEAVE, ASSAY_KL_EXACT, ASSAY_KL_IN_REWARD, 1 },
  { "leave-one-out-exact-in-loss", LEAVE, ASSAY_KL_EXACT, ASSAY_KL_IN_LOSS, 1 },
  /* Two tokens: only in the reward does the first one answer for the second one's divergence. */
  { "ppo-k1-in-reward-of-two-tokens", PPO, ASSAY_KL_K1, ASSAY_KL_IN_REWARD, 2 },
  { "ppo-exact-in-reward-of-two-tokens", PPO, ASSAY_KL_EXACT, ASSAY_KL_IN_REWARD, 2 },
  { "leave-one-out-k1-in-reward-of-two-tokens", LEAVE, ASSAY_KL_K1, ASSAY_KL_IN_REWARD, 2 },
  { "leave-one-out-exact-in-reward-of-two-tokens", LEAVE, ASSAY_KL_EXACT, ASSAY_KL_IN_REWARD, 2 },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/ppo/%s-reaches-the-optimum", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_optimum);
    }
  return g_test_run ();
}

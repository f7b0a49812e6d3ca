/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/text/advantage.h"
#include "learn/text/ppo-internal.h"

#include <math.h>
#include <stdio.h>

/* ---- answers ---- */

static bool
check_prompt (const AssayPpo *ppo, const AssaySequences *prompts, uint32_t row,
              AssayTextError *error)
{
  uint32_t n = prompts->prompts[row], vocabulary = ppo->policy->config.vocabulary;

  if (n == 0 || n >= ppo->options.steps || n > prompts->steps)
    return assay_ppo_fail (error, "Prompt %u has %u ids; it must have 1 to %u.", row, n,
                           ppo->options.steps - 1);
  for (uint32_t t = 0; t < n; t++)
    {
      int32_t id = assay_sequence (prompts, row)[t];

      if (id < 0 || (uint32_t) id >= vocabulary)
        return assay_ppo_fail (error, "Prompt %u has the id %d, which is none of the %u ids.", row,
                               (int) id, vocabulary);
    }
  return true;
}

static bool
set_prompts (AssayPpo *ppo, const AssaySequences *prompts, AssayTextError *error)
{
  uint32_t per_prompt = ppo->options.per_prompt, n = ppo->options.rollouts / per_prompt;

  if (prompts->n != n)
    return assay_ppo_fail (error, "An iteration takes %u prompts, not %u.", n, prompts->n);
  for (uint32_t i = 0; i < n; i++)
    {
      if (!check_prompt (ppo, prompts, i, error))
        return false;
      for (uint32_t k = 0; k < per_prompt; k++)
        assay_sequences_set (ppo->answers, i * per_prompt + k, assay_sequence (prompts, i),
                             prompts->prompts[i], prompts->prompts[i]);
    }
  return true;
}

static void
answer (AssayPpo *ppo)
{
  for (uint32_t i = 0; i < ppo->options.rollouts; i++)
    {
      char name[64];

      snprintf (name, sizeof name, "answer %llu/%u", (unsigned long long) ppo->state.iterations, i);
      assay_stream_init (&ppo->work->streams[i], ppo->state.seed, name);
    }
  assay_ppo_answer (ppo, ppo->answers, ppo->work->streams);
}

static bool
get_rewards (AssayPpo *ppo, AssayReward reward, void *data, AssayTextError *error)
{
  if (!reward (ppo->answers, ppo->rewards, data))
    return assay_ppo_fail (error, "The answers of iteration %llu got no rewards.",
                           (unsigned long long) ppo->state.iterations + 1);
  for (uint32_t i = 0; i < ppo->options.rollouts; i++)
    if (!isfinite (ppo->rewards[i]))
      return assay_ppo_fail (error,
                             "The reward of answer %u of iteration %llu is %g, not a finite "
                             "number.",
                             i, (unsigned long long) ppo->state.iterations + 1, ppo->rewards[i]);
  return true;
}

/* ---- advantages ---- */

/** The coefficient of the divergence in the reward. */
static double
penalty (const AssayPpo *ppo)
{
  return ppo->options.kl_place == ASSAY_KL_IN_REWARD ? assay_ppo_kl_coefficient (ppo) : 0;
}

/** Writes the rewards of the tokens of row @i; returns their sum. */
static double
token_rewards (const AssayPpo *ppo, uint32_t i)
{
  const AssayTokens *tokens = ppo->work->tokens;
  double *rewards = ppo->work->rewards, cut = ppo->options.reward_clip;
  double last = ppo->rewards[i], sum = 0;

  if (cut > 0)
    last = fmax (-cut, fmin (cut, last));
  for (size_t t = tokens->first[i]; t < tokens->first[i + 1]; t++)
    {
      double k[ASSAY_KLS];

      assay_kl_estimates ((double) tokens->log_probs[t] - (double) tokens->reference[t],
                          (double) tokens->exact[t], k);
      rewards[t] = -penalty (ppo) * k[ppo->options.kl];
      if (t + 1 == tokens->first[i + 1])
        rewards[t] += last;
      sum += rewards[t];
    }
  return sum;
}

static void
gae_advantages (AssayPpo *ppo)
{
  const struct AssayPpoWork *work = ppo->work;

  for (uint32_t i = 0; i < ppo->options.rollouts; i++)
    {
      size_t first = work->tokens->first[i], n = work->tokens->first[i + 1] - first;

      token_rewards (ppo, i);
      assay_gae (work->rewards + first, work->tokens->values + first, n, ppo->options.gamma,
                 ppo->options.lambda, work->advantages + first, work->returns + first);
    }
}

static void
leave_one_out_advantages (AssayPpo *ppo)
{
  const struct AssayPpoWork *work = ppo->work;
  uint32_t per_prompt = ppo->options.per_prompt;

  for (uint32_t i = 0; i < ppo->options.rollouts; i++)
    work->row_returns[i] = token_rewards (ppo, i);
  for (uint32_t i = 0; i < ppo->options.rollouts; i += per_prompt)
    assay_leave_one_out (work->row_returns + i, per_prompt, work->row_returns + i);
  for (uint32_t i = 0; i < ppo->options.rollouts; i++)
    for (size_t t = work->tokens->first[i]; t < work->tokens->first[i + 1]; t++)
      work->advantages[t] = work->row_returns[i];
}

/** A distribution's divergence does not depend on what was drawn from it, so as a reward it tells
 *  nothing of its own token.  What that adds in expectation is the log ratio's excess: with it the
 *  gradient is the divergence's. */
static void
add_own_divergence (AssayPpo *ppo)
{
  const AssayTokens *tokens = ppo->work->tokens;

  for (size_t t = 0; t < tokens->first[ppo->options.rollouts]; t++)
    ppo->work->advantages[t] -= penalty (ppo)
                                * ((double) tokens->log_probs[t] - (double) tokens->reference[t]
                                   - (double) tokens->exact[t]);
}

/* ---- the report ---- */

/* Mean and squared deviations from it, number by number (Welford 1962). */
typedef struct Moments
{
  double n, mean, squares;
} Moments;

static void
moments_add (Moments *moments, double x)
{
  double off = x - moments->mean;

  moments->mean += off / ++moments->n;
  moments->squares += off * (x - moments->mean);
}

static double
explained_variance (const AssayPpo *ppo)
{
  const struct AssayPpoWork *work = ppo->work;
  Moments returns = { 0 }, rest = { 0 };

  if (!ppo->options.estimator->values)
    return NAN;
  for (size_t t = 0; t < work->tokens->first[ppo->options.rollouts]; t++)
    {
      moments_add (&returns, work->returns[t]);
      moments_add (&rest, work->returns[t] - (double) work->tokens->values[t]);
    }
  return returns.squares > 0 ? 1 - rest.squares / returns.squares : NAN;
}

static void
report_answers (const AssayPpo *ppo, AssayPpoReport *report)
{
  Moments rewards = { 0 };

  for (uint32_t i = 0; i < ppo->options.rollouts; i++)
    moments_add (&rewards, ppo->rewards[i]);
  report->reward = rewards.mean;
  report->reward_sd = sqrt (rewards.squares / rewards.n);
  report->divergence = assay_tokens_divergence (ppo->work->tokens, ppo->options.rollouts);
  report->kl_coefficient = assay_ppo_kl_coefficient (ppo);
  report->explained_variance = explained_variance (ppo);
}

bool
assay_ppo_roll_out (AssayPpo *ppo, const AssaySequences *prompts, AssayReward reward, void *data,
                    AssayPpoReport *report, AssayTextError *error)
{
  const struct AssayPpoWork *work = ppo->work;

  if (!set_prompts (ppo, prompts, error))
    return false;
  answer (ppo);
  if (!get_rewards (ppo, reward, data, error))
    return false;
  assay_reader_read (work->reader, ppo->params->values, ppo->reference, ppo->answers, work->tokens);
  if (ppo->options.estimator->values)
    gae_advantages (ppo);
  else
    leave_one_out_advantages (ppo);
  report_answers (ppo, report);
  if (ppo->options.kl == ASSAY_KL_EXACT)
    add_own_divergence (ppo);
  if (ppo->options.whiten)
    assay_whiten (work->advantages, work->tokens->first[ppo->options.rollouts]);
  return true;
}

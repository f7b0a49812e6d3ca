/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/text/ppo-internal.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const AssayPolicyEstimator assay_policy_estimators[] = {
  { .id = "ppo", .title = "PPO", .values = true },
  { .id = "reinforce-leave-one-out",
    .title = "Leave-one-out REINFORCE",
    .groups = true,
    .once = true },
};

const uint32_t assay_n_policy_estimators
    = sizeof assay_policy_estimators / sizeof *assay_policy_estimators;

const char *const assay_kl_place_ids[ASSAY_KL_PLACES] = { "reward", "loss" };
const char *const assay_value_kind_ids[ASSAY_VALUE_KINDS] = { "head", "network" };

const AssayPolicyEstimator *
assay_policy_estimator_find (const char *id)
{
  for (uint32_t i = 0; i < assay_n_policy_estimators; i++)
    if (strcmp (assay_policy_estimators[i].id, id) == 0)
      return &assay_policy_estimators[i];
  return NULL;
}

bool
assay_ppo_fail (AssayTextError *error, const char *what, ...)
{
  va_list arguments;

  va_start (arguments, what);
  vsnprintf (error->text, sizeof error->text, what, arguments);
  va_end (arguments);
  return false;
}

/* ---- options ---- */

AssayPpoOptions
assay_ppo_defaults (const AssayPolicyEstimator *estimator)
{
  AssayPpoOptions options = {
    .estimator = estimator,
    .iterations = 100,
    .rollouts = 256,
    .per_prompt = 1,
    .end = -1,
    .epochs = 4,
    .minibatch = 32,
    .shards = 4, /* less padding than of 2 */
    .clip = 0.2,
    .value_clip = 0.2,
    .value_coefficient = 1,
    .gamma = 1,
    .lambda = 0.95,
    .whiten = true,
    .kl_horizon = 10000,
    .optimizer
    = { .kind = ASSAY_ADAMW, .rate = 1e-4, .beta1 = 0.9, .beta2 = 0.95, .epsilon = 1e-8 },
    .schedule = ASSAY_SCHEDULE_COSINE,
    .floor = 0.1,
  };

  if (estimator->once)
    {
      options.epochs = 1;
      options.clip = 0;
      options.whiten = false;
    }
  if (estimator->groups)
    options.per_prompt = 4;
  return options;
}

static bool
is_in (double x, double low, double high)
{
  return x >= low && x <= high;
}

static bool
check (const AssayPpoOptions *o, const AssayGptConfig *config, AssayTextError *error)
{
  double huge = 1e9;
  const struct
  {
    bool holds;
    const char *otherwise;
  } rules[] = {
    { o->iterations > 0, "There must be an iteration." },
    { o->per_prompt > 0 && o->rollouts > 0 && o->rollouts % o->per_prompt == 0,
      "The rollouts must be a multiple of the answers to a prompt." },
    { !o->estimator->groups || o->per_prompt > 1,
      "The estimator compares answers to one prompt, of which there must be at least 2." },
    { o->steps >= 2 && o->steps <= config->context,
      "The longest row must have at least 2 ids and fit the model's context." },
    { o->end >= -1 && o->end < (int64_t) config->vocabulary,
      "The end token is none of the vocabulary." },
    { o->epochs > 0 && o->minibatch > 0 && o->shards > 0,
      "There must be an epoch, a minibatch and a shard." },
    { !o->estimator->once || o->epochs == 1, "The estimator sees each answer once: one epoch." },
    { is_in (o->clip, 0, huge) && is_in (o->value_clip, 0, huge) && is_in (o->reward_clip, 0, huge),
      "The clip ranges must be in 0..1e9." },
    { is_in (o->value_coefficient, 0, huge) && is_in (o->entropy_coefficient, 0, huge)
          && is_in (o->kl_coefficient, 0, huge),
      "The coefficients must be in 0..1e9." },
    { is_in (o->gamma, 0, 1) && is_in (o->lambda, 0, 1), "Gamma and lambda must be in 0..1." },
    { (uint32_t) o->kl < ASSAY_KLS && (uint32_t) o->kl_place < ASSAY_KL_PLACES
          && (uint32_t) o->value < ASSAY_VALUE_KINDS,
      "There is no such estimator of the divergence, place of it or value function." },
    { o->kl_target == 0
          || (is_in (o->kl_target, 0, huge) && o->kl_coefficient > 0 && o->kl_horizon > 0),
      "An adaptive coefficient must begin above 0, and have a target and a horizon above 0." },
    { is_in (o->optimizer.rate, 0, huge) && is_in (o->optimizer.max_norm, 0, huge)
          && is_in (o->floor, 0, 1),
      "The learning rate and the largest norm must be in 0..1e9, the schedule's floor in 0..1." },
  };

  for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
    if (!rules[i].holds)
      return assay_ppo_fail (error, "%s", rules[i].otherwise);
  return true;
}

/* ---- making ---- */

/** The models, all trunks with the policy's values. */
static void
add_models (AssayPpo *ppo, const AssayGptConfig *config, const float *values)
{
  AssayParams *params = assay_params_new ();
  size_t size;

  ppo->params = params;
  ppo->policy = assay_gpt_new (params, config);
  size = params->size;
  if (ppo->options.estimator->values && ppo->options.value == ASSAY_VALUE_NETWORK)
    {
      params->prefix = "value.";
      ppo->value_trunk = assay_gpt_new (params, config);
      params->prefix = NULL;
    }
  if (ppo->options.estimator->values)
    assay_head_init (&ppo->value_head, params, "value", config->d, 1, 0);
  params->values = assay_params_vector (params);
  memcpy (params->values, values, size * sizeof *values);
  if (ppo->value_trunk != NULL)
    memcpy (params->values + size, values, size * sizeof *values);
  ppo->reference = assay_params_vector (params);
  memcpy (ppo->reference, params->values, params->size * sizeof *values);
}

static bool
keeps_logits (const AssayPpoOptions *options)
{
  return options->kl == ASSAY_KL_EXACT && options->kl_place == ASSAY_KL_IN_LOSS
         && options->kl_coefficient > 0;
}

static struct AssayPpoWork *
work_new (const AssayPpo *ppo, AssayWorkers *workers)
{
  const AssayPpoOptions *options = &ppo->options;
  struct AssayPpoWork *work = assay_alloc_zeroed (sizeof *work);
  size_t capacity = (size_t) options->rollouts * (options->steps - 1);
  double **vectors[] = { &work->rewards, &work->advantages, &work->returns };

  work->workers = workers;
  work->sampler = assay_sampler_new (ppo->policy, workers);
  work->reader = assay_reader_new (ppo->params, ppo->policy,
                                   ppo->value_trunk != NULL ? ppo->value_trunk : ppo->policy,
                                   options->estimator->values ? &ppo->value_head : NULL, workers);
  work->trainer = assay_trainer_new (ppo->params, options->shards, workers);
  work->tokens = assay_tokens_new (options->rollouts, capacity,
                                   keeps_logits (options) ? ppo->policy->config.vocabulary : 0);
  work->streams = assay_alloc_zeroed (options->rollouts * sizeof *work->streams);
  for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++)
    *vectors[i] = assay_alloc_zeroed (capacity * sizeof (double));
  work->row_returns = assay_alloc_zeroed (options->rollouts * sizeof (double));
  work->minibatches = assay_alloc_zeroed (options->rollouts * sizeof *work->minibatches);
  work->rows = assay_alloc_zeroed (options->rollouts * sizeof *work->rows);
  work->cuts = assay_alloc_zeroed ((options->shards + 1) * sizeof *work->cuts);
  work->sums = assay_alloc_zeroed (options->shards * sizeof *work->sums);
  return work;
}

static void
work_free (struct AssayPpoWork *work)
{
  assay_sampler_free (work->sampler);
  assay_reader_free (work->reader);
  assay_trainer_free (work->trainer);
  assay_tokens_free (work->tokens);
  free (work->streams);
  free (work->rewards);
  free (work->advantages);
  free (work->returns);
  free (work->row_returns);
  free (work->minibatches);
  free (work->rows);
  free (work->cuts);
  free (work->sums);
  free (work);
}

static void
set_kl_coefficient (AssayPpo *ppo, double coefficient)
{
  memcpy (&ppo->state.kl_coefficient, &coefficient, sizeof coefficient);
}

double
assay_ppo_kl_coefficient (const AssayPpo *ppo)
{
  double coefficient;

  memcpy (&coefficient, &ppo->state.kl_coefficient, sizeof coefficient);
  return coefficient;
}

AssayPpo *
assay_ppo_new (const AssayGptConfig *config, const float *values, const AssayPpoOptions *options,
               uint64_t seed, AssayWorkers *workers, AssayTextError *error)
{
  AssayOptimizerOptions optimizer = options->optimizer;
  AssayPpo *ppo;

  if (!check (options, config, error))
    return NULL;
  if (optimizer.max_norm == 0)
    optimizer.max_norm = INFINITY; /* so that the norm is known */
  ppo = assay_alloc_zeroed (sizeof *ppo);
  ppo->options = *options;
  ppo->state.seed = seed;
  set_kl_coefficient (ppo, options->kl_coefficient);
  add_models (ppo, config, values);
  ppo->optimizer = assay_optimizer_new (ppo->params, &optimizer);
  ppo->answers = assay_sequences_new (options->rollouts, options->steps);
  ppo->rewards = assay_alloc_zeroed (options->rollouts * sizeof *ppo->rewards);
  ppo->work = work_new (ppo, workers);
  return ppo;
}

void
assay_ppo_free (AssayPpo *ppo)
{
  if (ppo == NULL)
    return;
  work_free (ppo->work);
  free (ppo->rewards);
  assay_sequences_free (ppo->answers);
  assay_optimizer_free (ppo->optimizer);
  free (ppo->reference);
  assay_gpt_free (ppo->value_trunk);
  assay_gpt_free (ppo->policy);
  assay_params_free (ppo->params);
  free (ppo);
}

/* ---- an iteration ---- */

/** Ziegler et al. 2019, section 2.2: the error counts up to a fifth of the target. */
static void
adapt (AssayPpo *ppo, const AssayDivergence *divergence)
{
  const AssayPpoOptions *options = &ppo->options;
  double error;

  if (options->kl_target == 0)
    return;
  error = fmax (-0.2, fmin (0.2, divergence->kl[options->kl] / options->kl_target - 1));
  set_kl_coefficient (ppo, assay_ppo_kl_coefficient (ppo)
                               * (1 + error * options->rollouts / options->kl_horizon));
}

bool
assay_ppo_iterate (AssayPpo *ppo, const AssaySequences *prompts, AssayReward reward, void *data,
                   AssayPpoReport *report, AssayTextError *error)
{
  AssayPpoReport own = { 0 };

  if (!assay_ppo_roll_out (ppo, prompts, reward, data, &own, error)
      || !assay_ppo_train (ppo, &own, error))
    return false;
  adapt (ppo, &own.divergence);
  ppo->state.iterations++;
  if (report != NULL)
    *report = own;
  return true;
}

/* ---- evaluation ---- */

void
assay_ppo_answer (AssayPpo *ppo, AssaySequences *rows, AssayStream *streams)
{
  AssaySampling sampling = { .temperature = 1, .end = ppo->options.end };

  assay_answer (ppo->work->sampler, ppo->params->values, &sampling, rows, streams, NULL);
}

void
assay_ppo_divergence (AssayPpo *ppo, const AssaySequences *answers, AssayDivergence *result)
{
  AssayTokens *tokens = assay_tokens_new (answers->n, (size_t) answers->n * answers->steps, 0);

  assay_reader_read (ppo->work->reader, ppo->params->values, ppo->reference, answers, tokens);
  *result = assay_tokens_divergence (tokens, answers->n);
  assay_tokens_free (tokens);
}

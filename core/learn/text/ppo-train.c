/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/text/answer-batch.h"
#include "learn/text/ppo-internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- minibatches ---- */

uint32_t
assay_ppo_minibatches (const AssayPpoOptions *options)
{
  return (options->rollouts - 1) / options->minibatch + 1;
}

/** Deals the rows out at random. */
static void
deal (AssayPpo *ppo, uint32_t epoch)
{
  uint32_t n = ppo->options.rollouts, *minibatches = ppo->work->minibatches;
  AssayStream stream;
  char name[64];

  snprintf (name, sizeof name, "epoch %llu/%u", (unsigned long long) ppo->state.iterations, epoch);
  assay_stream_init (&stream, ppo->state.seed, name);
  for (uint32_t i = 0; i < n; i++)
    {
      uint32_t k = (uint32_t) assay_below (&stream, i + 1);

      minibatches[i] = minibatches[k];
      minibatches[k] = i / ppo->options.minibatch;
    }
}

/** Collects the rows of a minibatch from the shortest to the longest; returns their number. */
static uint32_t
collect (const AssayPpo *ppo, uint32_t minibatch)
{
  const struct AssayPpoWork *work = ppo->work;
  uint32_t n = 0;

  for (uint32_t i = 0; i < ppo->options.rollouts; i++)
    if (work->minibatches[work->tokens->order[i]] == minibatch)
      work->rows[n++] = work->tokens->order[i];
  return n;
}

/** Cuts the rows into shards of about as many ids, with those that pad each row to its shard's
 *  longest; returns the number of answer tokens. */
static size_t
cut (const AssayPpo *ppo, uint32_t n)
{
  const struct AssayPpoWork *work = ppo->work;
  const AssaySequences *answers = ppo->answers;
  size_t left = 0, tokens = 0;

  for (uint32_t i = 0; i < n; i++)
    {
      left += answers->lengths[work->rows[i]];
      tokens += answers->lengths[work->rows[i]] - answers->prompts[work->rows[i]];
    }
  for (uint32_t shard = ppo->options.shards; shard-- > 0;)
    {
      size_t share = left / (shard + 1), longest = n > 0 ? answers->lengths[work->rows[n - 1]] : 0;
      size_t padded = longest;

      work->cuts[shard + 1] = n;
      for (; n > 0 && (shard == 0 || padded <= share + longest / 2); padded += longest)
        left -= answers->lengths[work->rows[--n]];
    }
  work->cuts[0] = 0;
  return tokens;
}

/* ---- the gradient ---- */

typedef struct Gradient
{
  const AssayPpo *ppo;
  AssayPpoTerms terms;
} Gradient;

/** The numbers of the tokens of rows[n_rows]. */
static const size_t *
numbers (AssayTape *tape, const AssayTokens *tokens, size_t n, const uint32_t *rows,
         uint32_t n_rows)
{
  size_t *all = assay_tape_alloc (tape, n * sizeof *all), *next = all;

  for (uint32_t i = 0; i < n_rows; i++)
    for (size_t t = tokens->first[rows[i]]; t < tokens->first[rows[i] + 1]; t++)
      *next++ = t;
  return all;
}

static AssayTensor *
values (AssayTape *tape, const AssayPpo *ppo, const AssayAnswerBatch *batch, AssayTensor *states)
{
  if (!ppo->options.estimator->values)
    return NULL;
  if (ppo->value_trunk != NULL)
    states = assay_answer_states (tape, ppo->value_trunk, batch);
  return assay_head (tape, &ppo->value_head, states);
}

/** The divergence from the reference, whose logits were kept; NULL unless the loss has it. */
static AssayTensor *
exact (AssayTape *tape, const Gradient *gradient, AssayTensor *logits, const size_t *token)
{
  const float *kept = gradient->terms.tokens->logits;
  size_t n = logits->shape[0], vocabulary = logits->shape[1];
  AssayTensor *reference;

  if (gradient->terms.kl_coefficient == 0 || gradient->terms.kl != ASSAY_KL_EXACT)
    return NULL;
  reference = assay_tensor_new (tape, ASSAY_FP32, 2, logits->shape);
  for (size_t i = 0; i < n; i++)
    memcpy (reference->data + i * vocabulary, kept + token[i] * vocabulary,
            vocabulary * sizeof *kept);
  return assay_kl (tape, logits, reference);
}

static AssayTensor *
shard_loss (AssayTape *tape, uint32_t shard, void *data)
{
  const Gradient *gradient = data;
  const AssayPpo *ppo = gradient->ppo;
  const struct AssayPpoWork *work = ppo->work;
  const uint32_t *rows = work->rows + work->cuts[shard];
  uint32_t n_rows = work->cuts[shard + 1] - work->cuts[shard];
  AssayAnswerBatch batch
      = assay_answer_batch (tape, ppo->answers, rows, n_rows, ASSAY_TARGETS_ANSWERS);
  AssayTensor *states, *logits, *entropy = NULL;
  const size_t *token;

  if (batch.n == 0)
    {
      AssayTensor *nothing = assay_tensor_new (tape, ASSAY_FP32, 0, NULL);

      *nothing->data = 0;
      work->sums[shard] = (AssayPpoSums){ 0 };
      return nothing;
    }
  token = numbers (tape, work->tokens, batch.n, rows, n_rows);
  states = assay_answer_states (tape, ppo->policy, &batch);
  logits = assay_gpt_unembed (tape, ppo->policy, states);
  if (gradient->terms.entropy_coefficient != 0)
    entropy = assay_entropy (tape, logits);
  return assay_ppo_loss (
      tape, assay_log_prob (tape, logits, batch.targets), values (tape, ppo, &batch, states),
      entropy, exact (tape, gradient, logits, token), token, &gradient->terms, &work->sums[shard]);
}

/* ---- training ---- */

/** Adds a gradient's share of the means over @n gradients of @tokens tokens. */
static void
add_to_report (AssayPpoReport *report, const AssayPpo *ppo, double tokens, double norm, double n)
{
  for (uint32_t i = 0; i < ppo->options.shards; i++)
    {
      const AssayPpoSums *sums = &ppo->work->sums[i];

      report->policy_loss += sums->policy / tokens / n;
      report->value_loss += sums->value / tokens / n;
      report->kl_loss += sums->kl / tokens / n;
      report->clip_fraction += sums->clipped / tokens / n;
      report->approximate_kl += sums->approximate_kl / tokens / n;
    }
  report->gradient_norm += norm / n;
}

static bool
is_finite (double x, const char *what, const AssayPpo *ppo, AssayTextError *error)
{
  return isfinite (x)
         || assay_ppo_fail (error,
                            "The %s of iteration %llu is not a finite number; a smaller learning "
                            "rate or a clipped gradient may help.",
                            what, (unsigned long long) ppo->state.iterations + 1);
}

static bool
train_minibatch (AssayPpo *ppo, uint32_t minibatch, AssayPpoReport *report, AssayTextError *error)
{
  const AssayPpoOptions *options = &ppo->options;
  const struct AssayPpoWork *work = ppo->work;
  uint32_t rows = collect (ppo, minibatch);
  size_t tokens = cut (ppo, rows);
  uint64_t gradients = (uint64_t) options->epochs * assay_ppo_minibatches (options);
  bool in_loss = options->kl_place == ASSAY_KL_IN_LOSS;
  Gradient gradient
      = { ppo,
          { .tokens = work->tokens,
            .advantages = work->advantages,
            .returns = work->returns,
            .clip = options->clip,
            .value_clip = options->value_clip,
            .value_coefficient = options->value_coefficient,
            .entropy_coefficient = options->entropy_coefficient,
            .kl_coefficient = in_loss ? assay_ppo_kl_coefficient (ppo) : 0,
            .kl = options->kl,
            .divisor = options->estimator->values ? (double) tokens : (double) rows } };
  double norm;

  report->rate = options->optimizer.rate
                 * assay_schedule (options->schedule, ppo->optimizer->steps, options->warm_up,
                                   options->iterations * gradients, options->floor);
  ppo->optimizer->options.rate = report->rate;
  if (!is_finite (assay_gradient (work->trainer, shard_loss, &gradient, false), "loss", ppo, error))
    return false;
  norm = assay_optimizer_step (ppo->optimizer, work->trainer->grads[0], work->workers);
  add_to_report (report, ppo, (double) tokens, norm, (double) gradients);
  return is_finite (norm, "gradient", ppo, error);
}

bool
assay_ppo_train (AssayPpo *ppo, AssayPpoReport *report, AssayTextError *error)
{
  for (uint32_t epoch = 0; epoch < ppo->options.epochs; epoch++)
    {
      deal (ppo, epoch);
      for (uint32_t i = 0; i < assay_ppo_minibatches (&ppo->options); i++)
        if (!train_minibatch (ppo, i, report, error))
          return false;
    }
  return true;
}

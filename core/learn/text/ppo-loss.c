/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/text/ppo-loss.h"

#include "learn/tensor/op.h"

#include <math.h>

enum
{
  LOG_PROB,
  VALUE,
  ENTROPY,
  EXACT,
  INPUTS
};

/* The scalar, its inputs (NULL: none) and its gradients with respect to them. */
typedef struct Loss
{
  AssayTensor *y, *inputs[INPUTS];
  float *gradients[INPUTS];
} Loss;

static void
backward (AssayTape *tape, void *context)
{
  const Loss *loss = context;
  float scale = *loss->y->grad;

  for (size_t i = 0; i < INPUTS; i++)
    if (loss->inputs[i] != NULL && loss->inputs[i]->needs_grad)
      {
        size_t n = loss->inputs[i]->size;

        assay_kernels ()->affine (loss->gradients[i], loss->gradients[i], scale, 0, n);
        assay_tensor_adopt_grad (tape, loss->gradients[i], loss->inputs[i]);
      }
}

/* A part of a token's loss, and its derivative. */
typedef struct Part
{
  double value, slope;
} Part;

static double
clamped (double x, double low, double high)
{
  return x < low ? low : x > high ? high : x;
}

/** By the log-probability, whose ratio's derivative is the ratio. */
static Part
surrogate (double ratio, double advantage, double clip)
{
  double plain = ratio * advantage, cut;

  if (clip > 0)
    {
      cut = clamped (ratio, 1 - clip, 1 + clip) * advantage;
      if (cut < plain)
        return (Part){ -cut, 0 };
    }
  return (Part){ -plain, -plain };
}

static Part
value_loss (double value, double old, double wanted, double clip)
{
  double off = value - wanted, cut;

  if (clip > 0)
    {
      cut = clamped (value, old - clip, old + clip) - wanted;
      if (cut * cut > off * off)
        return (Part){ cut * cut / 2, 0 };
    }
  return (Part){ off * off / 2, off };
}

/** By the log-probability: (ratio k)' = ratio (k + k'). */
static Part
divergence (AssayKl kl, double l, double ratio)
{
  double k[ASSAY_KLS];
  const double slopes[ASSAY_KLS] = { 1, l, -expm1 (-l), 0 };

  assay_kl_estimates (l, 0, k);
  return (Part){ ratio * k[kl], ratio * (k[kl] + slopes[kl]) };
}

/** Token @i: its gradients, and what it adds to @sums; returns its loss before the divisor. */
static double
token_loss (const Loss *loss, size_t i, size_t token, const AssayPpoTerms *terms,
            AssayPpoSums *sums)
{
  double log_prob = (double) loss->inputs[LOG_PROB]->data[i];
  double r = log_prob - (double) terms->tokens->log_probs[token], ratio = exp (r);
  Part policy = surrogate (ratio, terms->advantages[token], terms->clip), value = { 0 }, kl = { 0 };

  if (loss->inputs[VALUE] != NULL)
    value
        = value_loss ((double) loss->inputs[VALUE]->data[i], (double) terms->tokens->values[token],
                      terms->returns[token], terms->value_clip);
  if (loss->inputs[EXACT] != NULL)
    kl.value = (double) loss->inputs[EXACT]->data[i];
  else if (terms->kl_coefficient != 0)
    kl = divergence (terms->kl, log_prob - (double) terms->tokens->reference[token], ratio);
  loss->gradients[LOG_PROB][i]
      = (float) ((policy.slope + terms->kl_coefficient * kl.slope) / terms->divisor);
  if (loss->inputs[VALUE] != NULL)
    loss->gradients[VALUE][i] = (float) (terms->value_coefficient * value.slope / terms->divisor);
  sums->policy += policy.value;
  sums->value += value.value;
  sums->kl += kl.value;
  sums->clipped += terms->clip > 0 && fabs (ratio - 1) > terms->clip;
  sums->approximate_kl += expm1 (r) - r;
  return policy.value + terms->value_coefficient * value.value + terms->kl_coefficient * kl.value;
}

/** Of an input that the loss is linear in; returns the sum of its values times @coefficient. */
static double
linear_term (const Loss *loss, size_t input, double coefficient, double divisor)
{
  double sum = 0;

  if (loss->inputs[input] == NULL)
    return 0;
  for (size_t i = 0; i < loss->inputs[input]->size; i++)
    {
      sum += coefficient * (double) loss->inputs[input]->data[i];
      loss->gradients[input][i] = (float) (coefficient / divisor);
    }
  return sum;
}

AssayTensor *
assay_ppo_loss (AssayTape *tape, AssayTensor *log_probs, AssayTensor *values, AssayTensor *entropy,
                AssayTensor *exact, const size_t *token, const AssayPpoTerms *terms,
                AssayPpoSums *sums)
{
  Loss loss = { .y = assay_tensor_new (tape, ASSAY_FP32, 0, NULL),
                .inputs = { log_probs, values, entropy, exact } };
  size_t n = log_probs->size;
  double sum = 0;
  Loss *kept;

  for (size_t i = 0; i < INPUTS; i++)
    if (loss.inputs[i] != NULL)
      {
        assay_require (loss.inputs[i]->size == n, "each input must have a number for each token");
        loss.gradients[i] = assay_tape_alloc (tape, n * sizeof (float));
      }
  *sums = (AssayPpoSums){ 0 };
  for (size_t i = 0; i < n; i++)
    sum += token_loss (&loss, i, token[i], terms, sums);
  sum += linear_term (&loss, ENTROPY, -terms->entropy_coefficient, terms->divisor);
  linear_term (&loss, EXACT, terms->kl_coefficient, terms->divisor);
  *loss.y->data = (float) (sum / terms->divisor);
  kept = assay_tape_record (tape, backward, sizeof loss, loss.y, loss.inputs, INPUTS);
  if (kept != NULL)
    *kept = loss;
  return loss.y;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/rl/dqn.h"
#include "learn/rl/q-ops.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK 256 /* states of one forward pass: their activations stay in cache */

static const char *
what_is_wrong (const AssayDqnOptions *options)
{
  if (!(options->huber_delta >= 0))
    return "the delta of Huber's loss is not negative";
  if (!(options->target_rate >= 0 && options->target_rate <= 1))
    return "the rate of a target network lies between 0 and 1";
  return NULL;
}

AssayDqn *
assay_dqn_new (const AssayDqnOptions *options, AssayStream *stream, const char **why)
{
  const char *wrong = what_is_wrong (options);
  AssayParams *params = assay_params_new ();
  AssayQNetwork *network
      = wrong == NULL ? assay_q_network_new (params, &options->network, &wrong) : NULL;
  size_t noise_size;
  AssayDqn *dqn;

  if (why != NULL)
    *why = wrong;
  if (network == NULL)
    {
      assay_params_free (params);
      return NULL;
    }
  dqn = assay_alloc_zeroed (sizeof *dqn);
  dqn->options = *options;
  dqn->params = params;
  dqn->network = network;
  assay_params_init (params, stream);
  assay_q_network_init (network, params);
  dqn->target = assay_params_vector (params);
  dqn->grads = assay_params_vector (params);
  dqn->optimizer = assay_optimizer_new (params, &options->optimizer);
  dqn->tape = assay_tape_new (params->n);
  dqn->values_tape = assay_tape_new (params->n);
  if ((noise_size = assay_q_network_noise_size (network)) > 0)
    {
      dqn->noise = assay_alloc_zeroed (noise_size * sizeof *dqn->noise);
      dqn->target_noise = assay_alloc_zeroed (noise_size * sizeof *dqn->target_noise);
    }
  assay_stream_init (&dqn->stream, assay_bits (stream), "dqn.noise");
  assay_dqn_renew_target (dqn);
  return dqn;
}

void
assay_dqn_free (AssayDqn *dqn)
{
  if (dqn == NULL)
    return;
  assay_q_network_free (dqn->network);
  assay_optimizer_free (dqn->optimizer);
  assay_params_free (dqn->params);
  assay_tape_free (dqn->tape);
  assay_tape_free (dqn->values_tape);
  free (dqn->target);
  free (dqn->grads);
  free (dqn->noise);
  free (dqn->target_noise);
  free (dqn->errors);
  free (dqn->targets);
  free (dqn->choices);
  free (dqn);
}

void
assay_dqn_renew_target (AssayDqn *dqn)
{
  memcpy (dqn->target, dqn->params->values, dqn->params->size * sizeof *dqn->target);
}

/* ---- values ---- */

static AssayTensor *
forward (const AssayDqn *dqn, AssayTape *tape, const void *observations, size_t n,
         const float *noise)
{
  const AssayEncoding *encoding = &dqn->options.network.encoding;
  size_t shape[ASSAY_MAX_DIMS] = { n };
  AssayTensor *x;

  memcpy (shape + 1, encoding->shape, encoding->n_dims * sizeof *shape);
  x = assay_tensor_new (tape, ASSAY_FP32, encoding->n_dims + 1, shape);
  assay_encode (encoding, observations, n, x->data);
  return assay_q_network (tape, dqn->network, x, noise);
}

/** Of the values alone, which the way back does not need; valid until the next such pass. */
static const float *
outputs (AssayDqn *dqn, AssayDqnNetwork which, const void *observations, size_t n,
         const float *noise)
{
  const float *values = which == ASSAY_DQN_TARGET ? dqn->target : dqn->params->values;

  assay_tape_begin (dqn->values_tape, values, NULL, false);
  return forward (dqn, dqn->values_tape, observations, n, noise)->data;
}

/** Expected values of @rows distributions given by logits. */
static void
expect (const AssayQNetworkOptions *o, const float *logits, size_t rows, float *values)
{
  float probabilities[4096];

  for (size_t i = 0; i < rows; i++)
    {
      double sum = 0;

      assay_kernels ()->softmax (probabilities, logits + i * o->n_atoms, 1, o->n_atoms);
      for (uint32_t k = 0; k < o->n_atoms; k++)
        sum += (double) probabilities[k] * assay_dqn_atom (o, k);
      values[i] = (float) sum;
    }
}

/** The values [n][n_actions] that outputs of the network stand for: themselves, or the means of
 *  distributions. */
static const float *
values_of (AssayDqn *dqn, const float *out, size_t n)
{
  const AssayQNetworkOptions *o = &dqn->options.network;
  float *values;

  if (o->n_atoms == 0)
    return out;
  values = assay_tape_alloc (dqn->values_tape, n * o->n_actions * sizeof *values);
  expect (o, out, n * o->n_actions, values);
  return values;
}

static size_t
chunk_at (size_t begin, size_t n)
{
  return n - begin < CHUNK ? n - begin : CHUNK;
}

static const uint8_t *
observation_at (const AssayDqn *dqn, const void *observations, size_t i)
{
  return (const uint8_t *) observations + i * dqn->options.network.encoding.bytes;
}

void
assay_dqn_values (AssayDqn *dqn, AssayDqnNetwork which, const void *observations, size_t n,
                  float *values)
{
  size_t n_actions = dqn->options.network.n_actions;

  for (size_t at = 0; at < n; at += CHUNK)
    {
      size_t m = chunk_at (at, n);
      const float *q = outputs (dqn, which, observation_at (dqn, observations, at), m, NULL);

      memcpy (values + at * n_actions, values_of (dqn, q, m), m * n_actions * sizeof *values);
    }
}

void
assay_dqn_distributions (AssayDqn *dqn, AssayDqnNetwork which, const void *observations, size_t n,
                         float *probabilities)
{
  size_t n_actions = dqn->options.network.n_actions, n_atoms = dqn->options.network.n_atoms;

  for (size_t at = 0; at < n; at += CHUNK)
    {
      size_t m = chunk_at (at, n);
      const float *q = outputs (dqn, which, observation_at (dqn, observations, at), m, NULL);

      assay_kernels ()->softmax (probabilities + at * n_actions * n_atoms, q, m * n_actions,
                                 n_atoms);
    }
}

/** The first of the greatest. */
static int32_t
best_of (const float *values, uint32_t n)
{
  uint32_t best = 0;

  for (uint32_t a = 1; a < n; a++)
    if (values[a] > values[best])
      best = a;
  return (int32_t) best;
}

/** Best actions of at most CHUNK states. */
static void
choose (AssayDqn *dqn, AssayDqnNetwork which, const void *observations, size_t n,
        const float *noise, int32_t *actions)
{
  uint32_t n_actions = dqn->options.network.n_actions;
  const float *values = values_of (dqn, outputs (dqn, which, observations, n, noise), n);

  for (size_t i = 0; i < n; i++)
    actions[i] = best_of (values + i * n_actions, n_actions);
}

void
assay_dqn_act (AssayDqn *dqn, const void *observations, size_t n, double epsilon,
               AssayStream *stream, int32_t *actions)
{
  uint32_t n_actions = dqn->options.network.n_actions;
  float *noise = stream != NULL ? dqn->noise : NULL;
  size_t n_random = 0;

  for (size_t i = 0; i < n; i++)
    {
      bool random = stream != NULL && epsilon > 0 && assay_uniform (stream) < epsilon;

      actions[i] = random ? (int32_t) assay_below (stream, n_actions) : -1;
      n_random += random;
    }
  if (n_random == n)
    return;
  if (noise != NULL)
    assay_q_network_draw_noise (dqn->network, stream, noise);
  for (size_t at = 0; at < n; at += CHUNK)
    {
      size_t m = chunk_at (at, n);
      int32_t best[CHUNK];

      choose (dqn, ASSAY_DQN_ONLINE, observation_at (dqn, observations, at), m, noise, best);
      for (size_t i = 0; i < m; i++)
        if (actions[at + i] < 0)
          actions[at + i] = best[i];
    }
}

/* ---- updates ---- */

void
assay_dqn_project (const AssayQNetworkOptions *options, const float *probabilities, float shift,
                   float factor, float weight, float *out)
{
  uint32_t last = options->n_atoms - 1;
  float step = (options->v_max - options->v_min) / (float) last;

  for (uint32_t k = 0; k <= last; k++)
    {
      float z = shift + factor * assay_dqn_atom (options, k);
      float at = (z - options->v_min) / step, mass = weight * probabilities[k];
      uint32_t lower;

      /* Not a number: the whole distribution is none. */
      if (at != at)
        mass = at;
      at = at > 0 ? at : 0;
      at = at < (float) last ? at : (float) last;
      lower = (uint32_t) at;
      lower = lower < last ? lower : last - 1;
      out[lower] += mass * ((float) (lower + 1) - at);
      out[lower + 1] += mass * (at - (float) lower);
    }
}

/** r + discount max Q, one for each transition. */
static void
value_targets (const AssayDqn *dqn, const AssayBatch *batch, const float *next)
{
  uint32_t n_actions = dqn->options.network.n_actions;

  for (uint32_t i = 0; i < batch->n; i++)
    {
      float value = next[i * n_actions + (uint32_t) dqn->choices[i]];

      /* A value beyond the end does not count, whatever it is. */
      dqn->targets[i]
          = batch->returns[i] + (batch->discounts[i] != 0 ? batch->discounts[i] * value : 0);
    }
}

static void
distribution_targets (const AssayDqn *dqn, const AssayBatch *batch, const float *logits)
{
  const AssayQNetworkOptions *o = &dqn->options.network;
  float probabilities[4096];

  memset (dqn->targets, 0, (size_t) batch->n * o->n_atoms * sizeof *dqn->targets);
  for (uint32_t i = 0; i < batch->n; i++)
    {
      size_t row = (size_t) i * o->n_actions + (size_t) dqn->choices[i];

      assay_kernels ()->softmax (probabilities, logits + row * o->n_atoms, 1, o->n_atoms);
      assay_dqn_project (o, probabilities, batch->returns[i], batch->discounts[i], 1,
                         dqn->targets + (size_t) i * o->n_atoms);
    }
}

static void
make_targets (AssayDqn *dqn, const AssayBatch *batch)
{
  const AssayQNetworkOptions *o = &dqn->options.network;
  const float *next, *values;

  if (dqn->options.double_q)
    choose (dqn, ASSAY_DQN_ONLINE, batch->next_observations, batch->n, dqn->noise, dqn->choices);
  next = outputs (dqn, ASSAY_DQN_TARGET, batch->next_observations, batch->n, dqn->target_noise);
  values = values_of (dqn, next, batch->n);
  for (uint32_t i = 0; i < batch->n && !dqn->options.double_q; i++)
    dqn->choices[i] = best_of (values + i * o->n_actions, o->n_actions);
  if (o->n_atoms > 0)
    distribution_targets (dqn, batch, next);
  else
    value_targets (dqn, batch, values);
}

/** Room for a batch of @n: only larger ones than before allocate. */
static void
make_room (AssayDqn *dqn, uint32_t n)
{
  size_t atoms = dqn->options.network.n_atoms > 0 ? dqn->options.network.n_atoms : 1;

  if (n <= dqn->room)
    return;
  free (dqn->errors);
  free (dqn->targets);
  free (dqn->choices);
  dqn->errors = assay_alloc_zeroed (n * sizeof *dqn->errors);
  dqn->targets = assay_alloc_zeroed (n * atoms * sizeof *dqn->targets);
  dqn->choices = assay_alloc_zeroed (n * sizeof *dqn->choices);
  dqn->room = n;
}

static void
follow (AssayDqn *dqn)
{
  const AssayDqnOptions *o = &dqn->options;

  if (o->target_every > 0 && dqn->updates % o->target_every == 0)
    assay_dqn_renew_target (dqn);
  else if (o->target_rate > 0)
    assay_moving_average (dqn->target, dqn->params->values, 1 - o->target_rate, dqn->params->size,
                          NULL);
}

static AssayTensor *
loss_of (AssayDqn *dqn, const AssayBatch *batch, const float *targets)
{
  const AssayDqnOptions *o = &dqn->options;
  AssayTensor *out = forward (dqn, dqn->tape, batch->observations, batch->n, dqn->noise);

  if (o->network.n_atoms > 0)
    return assay_distribution_loss (dqn->tape, out, o->network.n_atoms, batch->actions, targets,
                                    batch->weights, dqn->errors);
  return assay_q_loss (dqn->tape, out, batch->actions, targets, batch->weights, o->huber_delta,
                       dqn->errors);
}

double
assay_dqn_update (AssayDqn *dqn, const AssayBatch *batch, const float *targets)
{
  AssayTensor *loss;

  if (batch->n == 0)
    return 0;
  make_room (dqn, batch->n);
  if (dqn->noise != NULL)
    {
      assay_q_network_draw_noise (dqn->network, &dqn->stream, dqn->noise);
      assay_q_network_draw_noise (dqn->network, &dqn->stream, dqn->target_noise);
    }
  if (targets == NULL)
    {
      make_targets (dqn, batch);
      targets = dqn->targets;
    }
  assay_tape_begin (dqn->tape, dqn->params->values, dqn->grads, false);
  loss = loss_of (dqn, batch, targets);
  assay_tape_backward (dqn->tape, loss, 1, dqn->params->params, dqn->params->n);
  assay_optimizer_step (dqn->optimizer, dqn->grads, NULL);
  dqn->updates++;
  follow (dqn);
  return *loss->data;
}

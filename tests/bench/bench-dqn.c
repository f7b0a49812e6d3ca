/* SPDX-License-Identifier: Apache-2.0
 *
 * One update of DQN: a batch from a replay memory, the target network's values, Huber's loss of
 * the online network's, the way back, Adam.  On one core.
 */
#include "bench.h"
#include "learn/nn/cnn.h"
#include "learn/nn/optim.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum
{
  BATCH = 32,
  MEMORY = 10000,
  UPDATES = 100
};

typedef struct Learner
{
  AssayParams *params;
  AssayMlp *mlp;
  AssayCnn *cnn; /* one of both */
  AssayOptimizer *optimizer;
  AssayTape *tape;
  AssayStream stream;
  float *target, *grads;
  size_t state, n_actions;
  float *states, *nexts, *rewards, *alive;
  int32_t *actions;
} Learner;

static void
tear_down (void *data)
{
  Learner *l = data;

  assay_optimizer_free (l->optimizer);
  assay_tape_free (l->tape);
  assay_mlp_free (l->mlp);
  assay_cnn_free (l->cnn);
  assay_params_free (l->params);
  free (l->target);
  free (l->grads);
  free (l->states);
  free (l->nexts);
  free (l->rewards);
  free (l->alive);
  free (l->actions);
  free (l);
}

static float *
uniform (Learner *l, size_t n)
{
  float *x = assay_alloc_zeroed (n * sizeof *x);

  for (size_t i = 0; i < n; i++)
    x[i] = (float) assay_uniform (&l->stream);
  return x;
}

static Learner *
begin (void)
{
  Learner *l = assay_alloc_zeroed (sizeof *l);

  l->params = assay_params_new ();
  assay_stream_init (&l->stream, 1, "dqn");
  return l;
}

static Learner *
fill (Learner *l, size_t state, size_t n_actions)
{
  assay_params_init (l->params, &l->stream);
  l->optimizer = assay_optimizer_new (l->params, &assay_adam_defaults);
  l->tape = assay_tape_new (l->params->n);
  l->target = assay_params_vector (l->params);
  l->grads = assay_params_vector (l->params);
  l->state = state;
  l->n_actions = n_actions;
  l->states = uniform (l, MEMORY * state);
  l->nexts = uniform (l, MEMORY * state);
  l->rewards = uniform (l, MEMORY);
  l->alive = uniform (l, MEMORY);
  l->actions = assay_alloc_zeroed (MEMORY * sizeof *l->actions);
  for (size_t i = 0; i < MEMORY; i++)
    {
      l->alive[i] = l->alive[i] < 0.95f;
      l->actions[i] = (int32_t) assay_below (&l->stream, (uint32_t) n_actions);
    }
  return l;
}

static void *
mlp_set_up (void)
{
  static const size_t sizes[] = { 4, 128, 128, 2 };
  Learner *l = begin ();

  l->mlp = assay_mlp_new (l->params, "q", sizes, 4, ASSAY_RELU);
  return fill (l, sizes[0], sizes[3]);
}

static void *
cnn_set_up (void)
{
  static const size_t image[] = { 10, 10, 4 }, dense[] = { 128, 6 };
  static const AssayConvLayer conv = { 16, 3, 1, 0 };
  Learner *l = begin ();

  l->cnn = assay_cnn_new (l->params, "q", image, &conv, 1, dense, 2, ASSAY_RELU);
  return fill (l, image[0] * image[1] * image[2], dense[1]);
}

static AssayTensor *
values_of (Learner *l, const float *x)
{
  const size_t flat[] = { BATCH, l->state }, image[] = { BATCH, 10, 10, 4 };

  return l->mlp != NULL ? assay_mlp (l->tape, l->mlp, assay_tensor_wrap (l->tape, x, 2, flat))
                        : assay_cnn (l->tape, l->cnn, assay_tensor_wrap (l->tape, x, 4, image));
}

typedef struct Loss
{
  AssayTensor *values, *loss;
  float slopes[BATCH];
  int32_t actions[BATCH];
} Loss;

static void
loss_back (AssayTape *tape, void *context)
{
  const Loss *loss = context;
  bool fresh;
  float *grad = assay_tensor_grad (tape, loss->values, &fresh);
  size_t n = loss->values->shape[1];

  memset (grad, 0, loss->values->size * sizeof *grad);
  for (size_t i = 0; i < BATCH; i++)
    grad[i * n + (size_t) loss->actions[i]] = loss->slopes[i] * *loss->loss->grad;
}

/** The mean of Huber's loss of the chosen actions' values. */
static AssayTensor *
loss_of (Learner *l, AssayTensor *values, const size_t *rows, const float *goals)
{
  AssayTensor *loss = assay_tensor_new (l->tape, ASSAY_FP32, 0, NULL);
  Loss *kept = assay_tape_record (l->tape, loss_back, sizeof *kept, loss, &values, 1);
  float sum = 0;

  kept->values = values;
  kept->loss = loss;
  for (size_t i = 0; i < BATCH; i++)
    {
      int32_t action = l->actions[rows[i]];
      float error = values->data[i * l->n_actions + (size_t) action] - goals[i];
      float clipped = fmaxf (-1, fminf (1, error));

      sum += clipped * (error - 0.5f * clipped);
      kept->actions[i] = action;
      kept->slopes[i] = clipped / BATCH;
    }
  *loss->data = sum / BATCH;
  return loss;
}

static double
update (Learner *l)
{
  static float states[BATCH * 400], nexts[BATCH * 400];
  size_t rows[BATCH];
  float goals[BATCH];
  AssayTensor *values, *loss;

  for (size_t i = 0; i < BATCH; i++)
    {
      rows[i] = assay_below (&l->stream, MEMORY);
      memcpy (states + i * l->state, l->states + rows[i] * l->state, l->state * sizeof (float));
      memcpy (nexts + i * l->state, l->nexts + rows[i] * l->state, l->state * sizeof (float));
    }
  assay_tape_begin (l->tape, l->target, NULL, false);
  values = values_of (l, nexts);
  for (size_t i = 0; i < BATCH; i++)
    {
      float best = values->data[i * l->n_actions];

      for (size_t a = 1; a < l->n_actions; a++)
        best = fmaxf (best, values->data[i * l->n_actions + a]);
      goals[i] = l->rewards[rows[i]] + 0.99f * l->alive[rows[i]] * best;
    }
  assay_tape_begin (l->tape, l->params->values, l->grads, false);
  loss = loss_of (l, values_of (l, states), rows, goals);
  assay_tape_backward (l->tape, loss, 1, l->params->params, l->params->n);
  assay_optimizer_step (l->optimizer, l->grads, NULL);
  return *loss->data;
}

/** Updates a second; the target network follows after UPDATES. */
static double
updates (void *data)
{
  Learner *l = data;
  double start = bench_now (), sum = 0;

  for (int i = 0; i < UPDATES; i++)
    sum += update (l);
  memcpy (l->target, l->params->values, l->params->size * sizeof (float));
  return isfinite (sum) ? UPDATES / (bench_now () - start) : NAN;
}

static const BenchPeer mlp_peers[] = {
  { "torch tuned", "dqn-mlp", "tuned-1", 10 },
  { "numpy", "dqn-mlp-numpy", "tuned-1", 5 },
  { 0 },
};

static const BenchPeer cnn_peers[] = {
  { "torch installed", "dqn-cnn", "installed", 3.5 },
  { "torch tuned", "dqn-cnn", "tuned", 0 },
  { 0 },
};

static const BenchCase cases[] = {
  { .suite = "numerics",
    .name = "dqn-mlp",
    .unit = "updates/s",
    .yardstick = 33040,
    .higher = true,
    .set_up = mlp_set_up,
    .measure = updates,
    .tear_down = tear_down,
    .peers = mlp_peers },
  { .suite = "numerics",
    .name = "dqn-cnn",
    .unit = "updates/s",
    .higher = true,
    .set_up = cnn_set_up,
    .measure = updates,
    .tear_down = tear_down,
    .roof = &bench_gemm_1,
    .work = 40.8e-3,
    .share = 0.65,
    .peers = cnn_peers },
};

const BenchTable bench_dqn = BENCH_TABLE (cases);

/* SPDX-License-Identifier: Apache-2.0
 *
 * One update of DQN on one core: a batch drawn from a replay memory, the target network's values,
 * Huber's loss of the online network's, the way back, Adam.
 */
#include "bench.h"
#include "learn/rl/dqn.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum
{
  BATCH = 32,
  MEMORY = 10000,
  UPDATES = 100, /* in a measurement; the target network is renewed after as many */
  LARGEST = 10 * 10 * 4
};

typedef struct Learner
{
  AssayDqn *dqn;
  AssayReplay *replay;
  AssayBatch *batch;
  AssayStream stream;
} Learner;

static void
tear_down (void *data)
{
  Learner *l = data;

  assay_dqn_free (l->dqn);
  assay_replay_free (l->replay);
  assay_batch_free (l->batch);
  free (l);
}

/** Any observation: floats in [0, 1), or bytes 0 and 1. */
static const void *
draw (AssayStream *stream, const AssayEncoding *encoding)
{
  static union
  {
    float numbers[LARGEST];
    uint8_t bytes[LARGEST];
  } observation;

  for (size_t i = 0; i < encoding->elements; i++)
    if (encoding->type == ASSAY_F32)
      observation.numbers[i] = (float) assay_uniform (stream);
    else
      observation.bytes[i] = (uint8_t) assay_below (stream, 2);
  return &observation;
}

static void
fill (Learner *l, const AssayQNetworkOptions *network)
{
  bool ended = true;

  while (l->replay->used < MEMORY)
    {
      if (ended)
        assay_replay_begin (l->replay, 0, draw (&l->stream, &network->encoding));
      ended = assay_uniform (&l->stream) < 0.05;
      assay_replay_add (l->replay, 0, (int32_t) assay_below (&l->stream, network->n_actions),
                        (float) assay_normal (&l->stream), draw (&l->stream, &network->encoding),
                        ended, false);
    }
}

static void *
set_up (AssayQNetworkOptions network, const AssayView *view)
{
  Learner *l = assay_alloc_zeroed (sizeof *l);
  const char *why = "its view is not made of numbers";
  bool fits = assay_encoding_init (&network.encoding, view, NULL, 0);

  assay_stream_init (&l->stream, 1, "dqn");
  if (fits)
    l->dqn = assay_dqn_new (&(AssayDqnOptions){ .network = network,
                                                .huber_delta = 1,
                                                .target_every = UPDATES,
                                                .optimizer = assay_adam_defaults },
                            &l->stream, &why);
  if (l->dqn != NULL)
    l->replay = assay_replay_new (&(AssayReplayOptions){ .capacity = MEMORY,
                                                         .lanes = 1,
                                                         .observation_size = network.encoding.bytes,
                                                         .n_steps = 1,
                                                         .discount = 0.99 },
                                  &why);
  if (l->replay == NULL)
    {
      fprintf (stderr, "bench: no learner: %s\n", why);
      tear_down (l);
      return NULL;
    }
  l->batch = assay_batch_new (BATCH, network.encoding.bytes);
  fill (l, &network);
  return l;
}

static void *
mlp_set_up (void)
{
  static const AssayView view = { .type = ASSAY_F32, .n_dims = 1, .shape = { 4 } };

  return set_up ((AssayQNetworkOptions){ .n_actions = 2, .n_hidden = 2, .hidden = { 128, 128 } },
                 &view);
}

/* MinAtar's. */
static void *
cnn_set_up (void)
{
  static const AssayView view = { .type = ASSAY_U8, .n_dims = 3, .shape = { 10, 10, 4 } };

  return set_up ((AssayQNetworkOptions){ .n_actions = 6,
                                         .n_convs = 1,
                                         .convs = { { .filters = 16, .size = 3, .stride = 1 } },
                                         .n_hidden = 1,
                                         .hidden = { 128 } },
                 &view);
}

static double
updates (void *data)
{
  Learner *l = data;
  double start = bench_now (), loss = 0;

  for (int i = 0; i < UPDATES; i++)
    {
      if (!assay_replay_sample (l->replay, &l->stream, l->batch))
        return NAN;
      loss += assay_dqn_update (l->dqn, l->batch, NULL);
    }
  return isfinite (loss) ? UPDATES / (bench_now () - start) : NAN;
}

static const BenchPeer mlp_peers[] = {
  { "torch tuned", "dqn-mlp", "tuned-1", 10 },
  { "numpy", "dqn-mlp-numpy", "tuned-1", 5 },
  { NULL },
};

static const BenchPeer cnn_peers[] = {
  { "torch installed", "dqn-cnn", "installed", 3.5 },
  { "torch tuned", "dqn-cnn", "tuned", 0 },
  { NULL },
};

/* dqn-mlp's yardstick is ten times PyTorch's rate where it was first measured. */
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
    .work = 40.8e-3, /* GFLOP: twice forward, once back */
    .share = 0.65,
    .peers = cnn_peers },
};

const BenchTable bench_dqn = BENCH_TABLE (cases);

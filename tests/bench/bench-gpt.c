/* SPDX-License-Identifier: Apache-2.0
 *
 * Training of GPTs in four sizes.  Operations of a token as shared/performance.md counts them: 6
 * (12 L d^2 + d V) + 12 L T d, attention over the full square.
 */
#include "bench.h"
#include "gpt-step.h"
#include "learn/text/sample.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- training ------------------------------------------------------------------- */

#define SET_UP(size)                                                                               \
  static void *set_up_##size (void)                                                                \
  {                                                                                                \
    return gpt_step_new (*#size);                                                                  \
  }
SET_UP (a)
SET_UP (b)
SET_UP (c)
SET_UP (d)

static double
train (void *data)
{
  double start = bench_now ();
  double loss = gpt_step (data);

  return isfinite (loss) ? GPT_TOKENS / (bench_now () - start) : NAN;
}

static void
tear_down (void *data)
{
  gpt_step_free (data);
}

/* The bytes of seven vectors pass: four are read, three written. */
static double
adamw (void *data)
{
  GptStep *step = data;
  double start = bench_now ();

  assay_optimizer_step (step->optimizer, step->trainer->grads[0], step->workers);
  return 1e-9 * 7 * sizeof (float) * (double) step->params->size / (bench_now () - start);
}

#define GFLOP(L, d, T, V) (1e-9 * (6.0 * (12.0 * L * d * d + (double) d * V) + 12.0 * L * T * d))

#define PEERS(size, tuned, installed)                                                              \
  static const BenchPeer peers_##size[]                                                            \
      = { { "torch tuned", "gpt-train-" #size, "tuned", tuned },                                   \
          { "torch installed", "gpt-train-" #size, "installed", installed },                       \
          { NULL } };
PEERS (a, 2.2, 4.4)
PEERS (b, 1.6, 2.9)
PEERS (c, 1.6, 2.8)
PEERS (d, 1.25, 2.3)

#define TRAIN(size, gflop, part)                                                                   \
  {                                                                                                \
    .suite = "numerics", .name = "gpt-train-" #size, .unit = "tokens/s", .higher = true,           \
    .set_up = set_up_##size, .measure = train, .tear_down = tear_down, .roof = &bench_gemm_2,      \
    .work = gflop, .share = part, .peers = peers_##size                                            \
  }

/* ---- sampling ------------------------------------------------------------------- */

#define MAX_SEQUENCES 256

/* The context of size b is filled from its first token, two workers. */
typedef struct Sampling
{
  GptStep *step;
  AssaySampler *sampler;
  uint32_t n, prompts[MAX_SEQUENCES];
  int32_t *ids; /* [n][context] */
  AssayStream streams[MAX_SEQUENCES];
} Sampling;

static void *
sample_set_up (uint32_t n)
{
  Sampling *sampling = assay_alloc_zeroed (sizeof *sampling);

  sampling->step = gpt_step_new ('b');
  sampling->sampler = assay_sampler_new (sampling->step->gpt, sampling->step->workers);
  sampling->n = n;
  sampling->ids = assay_alloc_zeroed (n * sampling->step->config.context * sizeof (int32_t));
  for (uint32_t i = 0; i < n; i++)
    {
      sampling->prompts[i] = 1;
      assay_stream_init (&sampling->streams[i], i, "bench");
    }
  return sampling;
}

static void *
set_up_64 (void)
{
  return sample_set_up (64);
}

static void *
set_up_256 (void)
{
  return sample_set_up (256);
}

static double
sample (void *data)
{
  static const AssaySampling options = { .temperature = 1, .end = -1 };
  Sampling *sampling = data;
  uint32_t context = sampling->step->config.context;
  double start = bench_now ();

  assay_generate (sampling->sampler, sampling->step->params->values, &options, sampling->ids,
                  sampling->prompts, NULL, NULL, sampling->n, context, sampling->streams);
  return sampling->n * (context - 1) / (bench_now () - start);
}

static void
sample_tear_down (void *data)
{
  Sampling *sampling = data;

  assay_sampler_free (sampling->sampler);
  gpt_step_free (sampling->step);
  free (sampling->ids);
  free (sampling);
}

#define SAMPLE_PEERS(size, written, best)                                                          \
  static const BenchPeer sample_peers_##size[]                                                     \
      = { { "torch as written", "gpt-sample-b-" #size "-products", "installed", written },         \
          { "torch best", "gpt-sample-b-" #size "-sums", "tuned", best },                          \
          { NULL } };
SAMPLE_PEERS (64, 5.2, 2.4)
SAMPLE_PEERS (256, 4.4, 1.75)

#define SAMPLE(size, aim)                                                                          \
  {                                                                                                \
    .suite = "numerics", .name = "gpt-sample-b-" #size, .unit = "tokens/s", .yardstick = aim,      \
    .higher = true, .set_up = set_up_##size, .measure = sample, .tear_down = sample_tear_down,     \
    .peers = sample_peers_##size                                                                   \
  }

/* ---- memory --------------------------------------------------------------------- */

static double
memory (char size)
{
  char command[4096];
  double mib = NAN;
  FILE *child;

  snprintf (command, sizeof command, "'%s' %c", BENCH_GPT_MEMORY, size);
  child = popen (command, "re");
  if (child == NULL || fscanf (child, "%lf", &mib) != 1)
    fprintf (stderr, "bench: %s failed\n", command);
  if (child != NULL)
    pclose (child);
  return mib;
}

static double
memory_b (void *data)
{
  return memory ('b');
}

static double
memory_d (void *data)
{
  return memory ('d');
}

#define MEMORY(size, mib)                                                                          \
  {                                                                                                \
    .suite = "numerics", .name = "gpt-memory-" #size, .unit = "MiB", .yardstick = mib,             \
    .exact = true, .measure = memory_##size                                                        \
  }

static const BenchCase cases[] = {
  TRAIN (a, GFLOP (2, 64, 64, 256), 0.58),
  TRAIN (b, GFLOP (4, 128, 128, 512), 0.74),
  TRAIN (c, GFLOP (6, 256, 256, 2048), 0.79),
  TRAIN (d, GFLOP (8, 512, 256, 8192), 0.90),
  SAMPLE (64, 90000),
  SAMPLE (256, 75000),
  MEMORY (b, 130),
  MEMORY (d, 1400),
  { .suite = "numerics",
    .name = "adamw",
    .unit = "GB/s",
    .higher = true,
    .set_up = set_up_d,
    .measure = adamw,
    .tear_down = tear_down,
    .roof = &bench_triad,
    .work = 1,
    .share = 0.8 },
};

const BenchTable bench_gpt = BENCH_TABLE (cases);

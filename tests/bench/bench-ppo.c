/* SPDX-License-Identifier: Apache-2.0
 *
 * An iteration of PPO of size a, on two workers: answers of up to 19 ids to prompts of 5, about
 * half of which come to an end before.  Its roof is the rate of the other cases' sampling and
 * training with as many tokens: no padding, no reference, no values, no advantages.
 */
#include "bench.h"
#include "gpt-step.h"
#include "learn/tensor/blas.h"
#include "learn/text/ppo.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum
{
  PROMPT = 5,
  STEPS = 24,
  EPOCHS = 4,
  MINIBATCH = 32,
  THREADS = 2, /* as gpt_step has */
  END = 0
};

/* ---- the roof ------------------------------------------------------------------- */

typedef struct Parts
{
  GptStep *step;
  AssaySampler *sampler;
  AssaySequences *rows;
  AssayStream *streams;
} Parts;

/** Any prompts, all different. */
static AssaySequences *
prompts_new (uint32_t n, uint32_t vocabulary)
{
  AssaySequences *rows = assay_sequences_new (n, STEPS);
  AssayStream stream;

  assay_stream_init (&stream, 1, "prompts");
  for (uint32_t i = 0; i < n; i++)
    {
      int32_t ids[PROMPT];

      for (uint32_t t = 0; t < PROMPT; t++)
        ids[t] = (int32_t) assay_below (&stream, vocabulary);
      assay_sequences_set (rows, i, ids, PROMPT, PROMPT);
    }
  return rows;
}

static void *
parts_set_up (uint32_t n)
{
  Parts *parts = assay_alloc_zeroed (sizeof *parts);

  parts->step = gpt_step_new ('a');
  parts->sampler = assay_sampler_new (parts->step->gpt, parts->step->workers);
  parts->rows = prompts_new (n, parts->step->config.vocabulary);
  parts->streams = assay_alloc_zeroed (n * sizeof *parts->streams);
  for (uint32_t i = 0; i < n; i++)
    assay_stream_init (&parts->streams[i], i, "bench");
  return parts;
}

static double
sample_and_train (void *data)
{
  static const AssaySampling options = { .temperature = 1, .end = -1 };
  Parts *parts = data;
  double tokens = (double) parts->rows->n * STEPS, loss = 0, start = bench_now (), sampled, steps;

  assay_answer (parts->sampler, parts->step->params->values, &options, parts->rows, parts->streams,
                NULL);
  sampled = bench_now () - start;
  steps = ceil (EPOCHS * tokens / GPT_TOKENS);
  start = bench_now ();
  for (double i = 0; i < steps; i++)
    loss += gpt_step (parts->step);
  if (!isfinite (loss))
    return NAN;
  return tokens / (sampled + (bench_now () - start) * EPOCHS * tokens / (steps * GPT_TOKENS));
}

static void
parts_tear_down (void *data)
{
  Parts *parts = data;

  assay_sampler_free (parts->sampler);
  gpt_step_free (parts->step);
  assay_sequences_free (parts->rows);
  free (parts->streams);
  free (parts);
}

/* ---- the iteration -------------------------------------------------------------- */

typedef struct Iteration
{
  AssayWorkers *workers;
  AssayPpo *ppo;
  AssaySequences *prompts;
} Iteration;

static bool
reward (const AssaySequences *answers, double *rewards, void *data)
{
  for (uint32_t i = 0; i < answers->n; i++)
    rewards[i] = assay_sequence (answers, i)[PROMPT] % 7;
  return true;
}

/** A step's values, the end with a bias of 3 among the logits: about 7 % of all ids. */
static void
make_end_likely (GptStep *step)
{
  const float *embedding = step->params->values + step->gpt->head->offset + END * step->config.d;
  float *bias = step->params->values + step->gpt->bias->offset, squares = 0;

  for (uint32_t i = 0; i < step->config.d; i++)
    squares += embedding[i] * embedding[i];
  for (uint32_t i = 0; i < step->config.d; i++)
    bias[i] += 3 * embedding[i] / squares;
}

static void *
iteration_set_up (uint32_t n)
{
  Iteration *iteration = assay_alloc_zeroed (sizeof *iteration);
  AssayPpoOptions options = assay_ppo_defaults (assay_policy_estimator_find ("ppo"));
  GptStep *step = gpt_step_new ('a');
  AssayTextError error;

  make_end_likely (step);
  options.rollouts = n;
  options.steps = STEPS;
  options.end = END;
  options.epochs = EPOCHS;
  options.minibatch = MINIBATCH;
  options.kl_coefficient = 0.1;
  options.optimizer.rate = 1e-7; /* so that answers stay as long as they are */
  iteration->workers = assay_workers_new (THREADS);
  iteration->prompts = prompts_new (n, step->config.vocabulary);
  iteration->ppo = assay_ppo_new (&step->config, step->params->values, &options, 1,
                                  iteration->workers, &error);
  gpt_step_free (step);
  if (iteration->ppo == NULL)
    fprintf (stderr, "bench: %s\n", error.text);
  return iteration;
}

static double
iterate (void *data)
{
  Iteration *iteration = data;
  AssayPpo *ppo = iteration->ppo;
  AssayTextError error;
  double start = bench_now (), seconds, tokens = 0;

  if (ppo == NULL || !assay_ppo_iterate (ppo, iteration->prompts, reward, NULL, NULL, &error))
    return NAN;
  seconds = bench_now () - start;
  for (uint32_t i = 0; i < ppo->answers->n; i++)
    tokens += ppo->answers->lengths[i];
  return tokens / seconds;
}

static void
iteration_tear_down (void *data)
{
  Iteration *iteration = data;

  assay_ppo_free (iteration->ppo);
  assay_sequences_free (iteration->prompts);
  assay_workers_free (iteration->workers);
  free (iteration);
}

#define SIZE(n)                                                                                    \
  static void *parts_set_up_##n (void)                                                             \
  {                                                                                                \
    return parts_set_up (n);                                                                       \
  }                                                                                                \
  static void *iteration_set_up_##n (void)                                                         \
  {                                                                                                \
    return iteration_set_up (n);                                                                   \
  }                                                                                                \
  static const BenchRoof roof_##n = { .name = "sample-and-train-" #n,                              \
                                      .unit = "tokens/s",                                          \
                                      .set_up = parts_set_up_##n,                                  \
                                      .measure = sample_and_train,                                 \
                                      .tear_down = parts_tear_down,                                \
                                      .by = assay_blas_name };
SIZE (48)
SIZE (256)

#define CASE(n)                                                                                    \
  {                                                                                                \
    .suite = "numerics", .name = "ppo-iteration-" #n, .unit = "tokens/s", .higher = true,          \
    .set_up = iteration_set_up_##n, .measure = iterate, .tear_down = iteration_tear_down,          \
    .roof = &roof_##n, .work = 1, .share = 0.6                                                     \
  }

static const BenchCase cases[] = { CASE (48), CASE (256) };

const BenchTable bench_ppo = BENCH_TABLE (cases);

/* SPDX-License-Identifier: Apache-2.0
 *
 * Reward models of the size that the studies use, 21 thousand weights: scores on one thread, and
 * the training of two members side by side on two.  Only operations that are needed count: behind
 * the last attention those of the last token, of attention the full square.
 */
#include "base/num/random.h"
#include "bench.h"
#include "learn/text/ensemble.h"

#include <assay/random.h>
#include <math.h>
#include <stdlib.h>

#define D 32
#define STEPS 24
#define SHORTEST 12 /* of what is trained on: lengths differ, as answers' do */
#define ANSWERS 4096
#define PAIRS 1024
#define MEMBERS 2

static const AssayGptConfig config
    = { .d = D, .layers = 1, .heads = 2, .context = STEPS, .vocabulary = 256 };

/** @n rows of @least to STEPS ids. */
static AssaySequences *
random_sequences (uint32_t n, uint32_t least, AssayStream *stream)
{
  AssaySequences *sequences = assay_sequences_new (n, STEPS);

  for (uint32_t i = 0; i < n; i++)
    {
      sequences->prompts[i] = 4;
      sequences->lengths[i] = least + assay_below (stream, STEPS - least + 1);
      for (uint32_t t = 0; t < sequences->lengths[i]; t++)
        assay_sequence (sequences, i)[t] = (int32_t) assay_below (stream, config.vocabulary);
    }
  return sequences;
}

/* ---- scores --------------------------------------------------------------------- */

typedef struct Scoring
{
  AssayRewardModel *model;
  AssayScorer *scorer;
  AssaySequences *answers;
  double scores[ANSWERS];
} Scoring;

static void *
score_set_up (void)
{
  Scoring *scoring = assay_alloc_zeroed (sizeof *scoring);
  AssayStream stream;

  assay_stream_init (&stream, 1, "bench");
  scoring->model = assay_reward_model_new (&config, &stream);
  scoring->scorer = assay_scorer_new (scoring->model, NULL);
  scoring->answers = random_sequences (ANSWERS, STEPS, &stream);
  return scoring;
}

static double
score (void *data)
{
  Scoring *scoring = data;
  double start = bench_now ();

  assay_score (scoring->scorer, scoring->model->params->values, scoring->answers, scoring->scores,
               1);
  return isfinite (scoring->scores[0]) ? ANSWERS / (bench_now () - start) : NAN;
}

static void
score_tear_down (void *data)
{
  Scoring *scoring = data;

  assay_scorer_free (scoring->scorer);
  assay_reward_model_free (scoring->model);
  assay_sequences_free (scoring->answers);
  free (scoring);
}

/* ---- training ------------------------------------------------------------------- */

typedef struct Training
{
  AssayWorkers *workers;
  AssayEnsemble *ensemble;
  AssaySequences *chosen, *rejected;
  AssayPairs *pairs;
  uint32_t rows[PAIRS];
  double tokens; /* of all pairs */
} Training;

static void *
train_set_up (void)
{
  Training *training = assay_alloc_zeroed (sizeof *training);
  AssayStream stream;

  assay_stream_init (&stream, 1, "bench");
  training->workers = assay_workers_new (MEMBERS);
  training->ensemble
      = assay_ensemble_new (&config, MEMBERS, ASSAY_DIVERSITY_SEED, NULL, 1, training->workers);
  training->chosen = random_sequences (PAIRS, SHORTEST, &stream);
  training->rejected = random_sequences (PAIRS, SHORTEST, &stream);
  training->pairs = assay_pairs_new (training->chosen, training->rejected);
  for (uint32_t i = 0; i < PAIRS; i++)
    {
      training->rows[i] = i;
      training->tokens += training->chosen->lengths[i] + training->rejected->lengths[i];
    }
  return training;
}

static double
train (void *data)
{
  Training *training = data;
  AssayEnsembleTraining options
      = { .diversity = ASSAY_DIVERSITY_SEED,
          .pairs = training->pairs,
          .rows = training->rows,
          .n_rows = PAIRS,
          .decay = 0.001,
          .options = { .epochs = 1, .batch = 32, .shards = 1, .optimizer = assay_adam_defaults } };
  double start = bench_now ();

  options.options.optimizer.max_norm = 1;
  assay_ensemble_train (training->ensemble, &options, training->workers);
  return MEMBERS * training->tokens / (bench_now () - start);
}

static void
train_tear_down (void *data)
{
  Training *training = data;

  assay_ensemble_free (training->ensemble);
  assay_workers_free (training->workers);
  assay_pairs_free (training->pairs);
  assay_sequences_free (training->chosen);
  assay_sequences_free (training->rejected);
  free (training);
}

/* Operations of an answer of T tokens: q, k and v of each, attention, the rest of the last. */
#define GFLOP(T) (1e-9 * (6.0 * (T) *D * D + 4.0 * (T) * (T) *D + 18.0 * D * D))
#define MEAN ((SHORTEST + STEPS) / 2.0)

static const BenchCase cases[] = {
  { .suite = "numerics",
    .name = "reward-score",
    .unit = "answers/s",
    .higher = true,
    .set_up = score_set_up,
    .measure = score,
    .tear_down = score_tear_down,
    .roof = &bench_gemm_1,
    .work = GFLOP (STEPS),
    .share = 0.5 },
  /* The way back is twice the way there. */
  { .suite = "numerics",
    .name = "reward-train",
    .unit = "tokens/s",
    .higher = true,
    .set_up = train_set_up,
    .measure = train,
    .tear_down = train_tear_down,
    .roof = &bench_gemm_2,
    .work = 3 * GFLOP (MEAN) / MEAN,
    .share = 0.4 },
};

const BenchTable bench_reward = BENCH_TABLE (cases);

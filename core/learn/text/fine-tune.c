/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/text/fine-tune.h"

#include "learn/text/blocks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static uint32_t
n_targets (const AssaySequences *sequences, uint32_t row, AssayTargets targets)
{
  return sequences->lengths[row] - assay_first_target (sequences, row, targets);
}

static void
check (const AssayGpt *gpt, const AssaySequences *sequences)
{
  for (uint32_t i = 0; i < sequences->n; i++)
    if (sequences->prompts[i] == 0 || sequences->lengths[i] < sequences->prompts[i]
        || sequences->lengths[i] > sequences->steps
        || sequences->lengths[i] - 1 > gpt->config.context)
      {
        fprintf (stderr,
                 "assay_fine_tuning: row %u has %u ids, of which %u are the prompt; a row "
                 "has %u, the context %u\n",
                 i, sequences->lengths[i], sequences->prompts[i], sequences->steps,
                 gpt->config.context);
        abort ();
      }
}

/* ---- logits of targets, block by block ---- */

/* A walk over some rows on a tape. */
typedef struct Walk
{
  AssayTape *tape;
  const AssayGpt *gpt;
  const AssaySequences *sequences;
  AssayTargets targets;
  uint32_t i, n;          /* the next block begins there; rows */
  uint32_t *rows;         /* [n], longest first */
  AssayItem *items;       /* [n], likewise */
  AssayAnswerBatch block; /* the present one */
  AssayTensor *logits;    /* of its targets */
} Walk;

/** Of @rows, or of those from @first on if it is NULL. */
static void
begin_walk (Walk *walk, const uint32_t *rows, uint32_t first)
{
  const AssaySequences *sequences = walk->sequences;

  walk->rows = assay_tape_alloc (walk->tape, walk->n * sizeof *walk->rows);
  walk->items = assay_tape_alloc (walk->tape, 2 * walk->n * sizeof *walk->items);
  for (uint32_t i = 0; i < walk->n; i++)
    {
      uint32_t row = rows != NULL ? rows[i] : first + i;

      walk->items[i] = (AssayItem){ sequences->lengths[row], row };
    }
  assay_sort_items (walk->items, walk->items + walk->n, walk->n);
  for (uint32_t i = 0; i < walk->n; i++)
    walk->rows[i] = walk->items[i].place;
}

/** Goes to the next block that has targets.  False: there is none. */
static bool
next_block (Walk *walk)
{
  while (walk->i < walk->n)
    {
      const uint32_t *rows = walk->rows + walk->i;
      uint32_t size = assay_block_size (walk->items + walk->i, walk->n - walk->i);

      walk->i += size;
      walk->block = assay_answer_batch (walk->tape, walk->sequences, rows, size, walk->targets);
      if (walk->block.n == 0)
        continue;
      walk->logits = assay_gpt_unembed (walk->tape, walk->gpt,
                                        assay_answer_states (walk->tape, walk->gpt, &walk->block));
      return true;
    }
  return false;
}

/* ---- training ---- */

typedef struct FineTuning
{
  const AssayGpt *gpt;
  const AssaySequences *sequences;
  AssayTargets targets;
  uint32_t *tokens, *weights; /* [sequences->n] */
} FineTuning;

static AssayTensor *
loss (AssayTape *tape, const uint32_t *rows, uint32_t n, float divisor, void *data)
{
  const FineTuning *tuning = data;
  Walk walk = { tape, tuning->gpt, tuning->sequences, tuning->targets, .n = n };
  AssayTensor *sum = NULL;

  begin_walk (&walk, rows, 0);
  while (next_block (&walk))
    {
      AssayTensor *part = assay_cross_entropy (tape, walk.logits, walk.block.targets, divisor);

      sum = sum != NULL ? assay_add (tape, sum, part) : part;
    }
  return sum != NULL ? sum : assay_training_no_loss (tape);
}

static void
fine_tuning_free (void *data)
{
  FineTuning *tuning = data;

  free (tuning->tokens);
  free (tuning->weights);
  free (tuning);
}

AssayTraining *
assay_fine_tuning_new (AssayParams *params, const AssayGpt *gpt, const AssaySequences *sequences,
                       AssayTargets targets, const AssayTrainingOptions *options,
                       const AssayStream *stream, AssayWorkers *workers)
{
  FineTuning *tuning = assay_alloc_zeroed (sizeof *tuning);
  AssayTrainingData data
      = { .n = sequences->n, .loss = loss, .data = tuning, .free_data = fine_tuning_free };

  check (gpt, sequences);
  *tuning = (FineTuning){ .gpt = gpt, .sequences = sequences, .targets = targets };
  data.tokens = tuning->tokens = assay_alloc_zeroed (data.n * sizeof (uint32_t));
  data.weights = tuning->weights = assay_alloc_zeroed (data.n * sizeof (uint32_t));
  for (uint32_t i = 0; i < data.n; i++)
    {
      tuning->tokens[i] = sequences->lengths[i] - 1;
      tuning->weights[i] = n_targets (sequences, i, targets);
    }
  return assay_training_new (params, &data, options, stream, workers);
}

/* ---- evaluation ---- */

#define ROWS 64 /* of an item of work */

typedef struct Evaluation
{
  const AssayParams *params;
  const AssayGpt *gpt;
  const AssaySequences *sequences;
  AssayTargets targets;
  uint32_t n_threads;
  AssayTape **tapes; /* [n_threads] */
  double *losses;    /* [items] */
} Evaluation;

static void
evaluate_rows (void *data, uint32_t item)
{
  const Evaluation *e = data;
  AssayTape *tape = e->tapes[item % e->n_threads];
  uint32_t begin = item * ROWS, rest = e->sequences->n - begin;
  Walk walk = { tape, e->gpt, e->sequences, e->targets, .n = rest < ROWS ? rest : ROWS };

  assay_tape_begin (tape, e->params->values, NULL, false);
  begin_walk (&walk, NULL, begin);
  while (next_block (&walk))
    {
      AssayTensor *log_probs = assay_log_prob (tape, walk.logits, walk.block.targets);

      for (size_t i = 0; i < log_probs->size; i++)
        e->losses[item] -= log_probs->data[i];
    }
}

static AssayLanguageLoss
mean_of (const Evaluation *e, uint32_t n_items)
{
  AssayLanguageLoss result = { 0 };

  for (uint32_t i = 0; i < e->sequences->n; i++)
    result.n += n_targets (e->sequences, i, e->targets);
  for (uint32_t i = 0; i < n_items; i++)
    result.loss += e->losses[i];
  result.loss /= result.n > 0 ? (double) result.n : 1;
  result.perplexity = exp (result.loss);
  return result;
}

AssayLanguageLoss
assay_language_loss (const AssayParams *params, const AssayGpt *gpt,
                     const AssaySequences *sequences, AssayTargets targets, AssayWorkers *workers)
{
  uint32_t n_items = (sequences->n + ROWS - 1) / ROWS;
  Evaluation e = { .params = params,
                   .gpt = gpt,
                   .sequences = sequences,
                   .targets = targets,
                   .n_threads = assay_workers_n (workers) };
  AssayLanguageLoss result;

  check (gpt, sequences);
  e.tapes = assay_alloc_zeroed (e.n_threads * sizeof *e.tapes);
  e.losses = assay_alloc_zeroed (n_items * sizeof *e.losses);
  for (uint32_t i = 0; i < e.n_threads; i++)
    e.tapes[i] = assay_tape_new (params->n);
  assay_workers_run (workers, evaluate_rows, &e, n_items);
  result = mean_of (&e, n_items);
  for (uint32_t i = 0; i < e.n_threads; i++)
    assay_tape_free (e.tapes[i]);
  free (e.tapes);
  free (e.losses);
  return result;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/text/fine-tune.h"

#include "learn/text/blocks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/** The position of a row's first target, or the row's length. */
static uint32_t
first_target (const AssaySequences *sequences, uint32_t row, AssayTargets targets)
{
  uint32_t begin = targets == ASSAY_TARGETS_ANSWERS ? sequences->prompts[row] : 1;
  uint32_t length = sequences->lengths[row];

  return begin < length ? begin : length;
}

static uint32_t
n_targets (const AssaySequences *sequences, uint32_t row, AssayTargets targets)
{
  return sequences->lengths[row] - first_target (sequences, row, targets);
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
  const uint32_t *rows;
  AssayIds *spans;           /* [n]: what is given to the model, all but a row's last id */
  AssayItem *items;          /* [n], longest first */
  uint32_t i, n;             /* the next block begins there */
  AssayTensor *logits, *ids; /* of the present block's targets: [targets][vocabulary] and int32 */
} Walk;

static void
begin_walk (Walk *walk)
{
  walk->spans = assay_tape_alloc (walk->tape, walk->n * sizeof *walk->spans);
  walk->items = assay_tape_alloc (walk->tape, 2 * walk->n * sizeof *walk->items);
  for (uint32_t i = 0; i < walk->n; i++)
    {
      uint32_t row = walk->rows[i], length = walk->sequences->lengths[row];

      walk->spans[i] = (AssayIds){ assay_sequence (walk->sequences, row), length - 1 };
      walk->items[i] = (AssayItem){ length - 1, i };
    }
  assay_sort_items (walk->items, walk->items + walk->n, walk->n);
}

static size_t
count_targets (const Walk *walk, const AssayItem *items, uint32_t size)
{
  size_t n = 0;

  for (uint32_t i = 0; i < size; i++)
    n += n_targets (walk->sequences, walk->rows[items[i].place], walk->targets);
  return n;
}

/** Where each target of a block is predicted, among its rows times its steps; walk->ids is what it
 *  is. */
static AssayTensor *
find_targets (Walk *walk, const AssayItem *items, uint32_t size, size_t n)
{
  AssayTensor *places = assay_tensor_new (walk->tape, ASSAY_INT32, 1, &n);
  size_t steps = items[0].length;

  walk->ids = assay_tensor_new (walk->tape, ASSAY_INT32, 1, &n);
  n = 0;
  for (uint32_t i = 0; i < size; i++)
    {
      uint32_t row = walk->rows[items[i].place], end = walk->sequences->lengths[row];

      for (uint32_t t = first_target (walk->sequences, row, walk->targets); t < end; t++, n++)
        {
          places->ints[n] = (int32_t) (i * steps + t - 1);
          walk->ids->ints[n] = assay_sequence (walk->sequences, row)[t];
        }
    }
  return places;
}

/** Goes to the next block that has targets.  False: there is none. */
static bool
next_block (Walk *walk)
{
  while (walk->i < walk->n)
    {
      const AssayItem *items = walk->items + walk->i;
      uint32_t size = assay_block_size (items, walk->n - walk->i);
      size_t n = count_targets (walk, items, size);
      AssayTensor *places, *states;

      walk->i += size;
      if (n == 0)
        continue;
      places = find_targets (walk, items, size, n);
      states = assay_gpt_states_at (walk->tape, walk->gpt,
                                    assay_block_ids (walk->tape, walk->spans, items, size), places);
      walk->logits = assay_gpt_unembed (walk->tape, walk->gpt, states);
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
  Walk walk = { tape, tuning->gpt, tuning->sequences, tuning->targets, rows, .n = n };
  AssayTensor *sum = NULL;

  begin_walk (&walk);
  while (next_block (&walk))
    {
      AssayTensor *part = assay_cross_entropy (tape, walk.logits, walk.ids, divisor);

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
  uint32_t begin = item * ROWS, rest = e->sequences->n - begin, rows[ROWS];
  Walk walk = { tape, e->gpt, e->sequences, e->targets, rows, .n = rest < ROWS ? rest : ROWS };

  for (uint32_t i = 0; i < walk.n; i++)
    rows[i] = begin + i;
  assay_tape_begin (tape, e->params->values, NULL, false);
  begin_walk (&walk);
  while (next_block (&walk))
    {
      AssayTensor *log_probs = assay_log_prob (tape, walk.logits, walk.ids);

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

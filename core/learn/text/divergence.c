/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/text/divergence.h"

#include "learn/text/answer-batch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Rows that are read at once: enough for the products, and of them no more than have this many
 * logits. */
#define ROWS 32
#define LOGITS ((size_t) 1 << 22)

const char *const assay_kl_ids[ASSAY_KLS] = { "k1", "k2", "k3", "exact" };

void
assay_kl_estimates (double l, double exact, double estimates[ASSAY_KLS])
{
  estimates[ASSAY_KL_K1] = l;
  estimates[ASSAY_KL_K2] = l * l / 2;
  estimates[ASSAY_KL_K3] = expm1 (-l) + l;
  estimates[ASSAY_KL_EXACT] = exact;
}

/* ---- tokens ---- */

AssayTokens *
assay_tokens_new (uint32_t rows, size_t capacity, uint32_t vocabulary)
{
  AssayTokens *tokens = assay_alloc_zeroed (sizeof *tokens);
  float **vectors[] = { &tokens->log_probs, &tokens->reference, &tokens->exact, &tokens->entropy,
                        &tokens->values };

  tokens->rows = rows;
  tokens->capacity = capacity;
  tokens->first = assay_alloc_zeroed ((rows + 1) * sizeof *tokens->first);
  tokens->order = assay_alloc_zeroed (rows * sizeof *tokens->order);
  for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++)
    *vectors[i] = assay_alloc_zeroed (capacity * sizeof (float));
  if (vocabulary > 0)
    tokens->logits = assay_alloc_zeroed (capacity * vocabulary * sizeof (float));
  return tokens;
}

void
assay_tokens_free (AssayTokens *tokens)
{
  if (tokens == NULL)
    return;
  free (tokens->first);
  free (tokens->order);
  free (tokens->log_probs);
  free (tokens->reference);
  free (tokens->exact);
  free (tokens->entropy);
  free (tokens->values);
  free (tokens->logits);
  free (tokens);
}

/** Where each row's tokens are, and the rows by length. */
static void
lay_out (AssayTokens *tokens, const AssaySequences *answers)
{
  uint32_t n = 0;

  tokens->first[0] = 0;
  for (uint32_t i = 0; i < answers->n; i++)
    tokens->first[i + 1] = tokens->first[i] + answers->lengths[i] - answers->prompts[i];
  for (uint32_t length = 0; length <= answers->steps; length++)
    for (uint32_t i = 0; i < answers->n; i++)
      if (answers->lengths[i] == length)
        tokens->order[n++] = i;
}

AssayDivergence
assay_tokens_divergence (const AssayTokens *tokens, uint32_t rows)
{
  AssayDivergence sums = { 0 };
  size_t n = tokens->first[rows];

  for (size_t t = 0; t < n; t++)
    {
      double log_prob = (double) tokens->log_probs[t], estimates[ASSAY_KLS];

      assay_kl_estimates (log_prob - (double) tokens->reference[t], (double) tokens->exact[t],
                          estimates);
      for (uint32_t k = 0; k < ASSAY_KLS; k++)
        sums.kl[k] += estimates[k] / rows;
      sums.log_prob += log_prob / rows;
      sums.entropy += (double) tokens->entropy[t] / (double) n;
    }
  sums.length = (double) n / rows;
  return sums;
}

/* ---- reading ---- */

struct AssayReader
{
  const AssayParams *params;
  const AssayGpt *policy, *trunk;
  const AssayHead *value_head;
  AssayWorkers *workers;
  uint32_t n_threads;
  AssayTape *(*tapes)[2]; /* [n_threads]: of the policy, of the reference */
};

AssayReader *
assay_reader_new (const AssayParams *params, const AssayGpt *policy, const AssayGpt *trunk,
                  const AssayHead *value_head, AssayWorkers *workers)
{
  AssayReader *reader = assay_alloc_zeroed (sizeof *reader);

  *reader = (AssayReader){ .params = params,
                           .policy = policy,
                           .trunk = trunk,
                           .value_head = value_head,
                           .workers = workers,
                           .n_threads = workers != NULL ? assay_workers_n (workers) : 1 };
  reader->tapes = assay_alloc_zeroed (reader->n_threads * sizeof *reader->tapes);
  for (uint32_t i = 0; i < reader->n_threads; i++)
    for (uint32_t k = 0; k < 2; k++)
      reader->tapes[i][k] = assay_tape_new (params->n);
  return reader;
}

void
assay_reader_free (AssayReader *reader)
{
  if (reader == NULL)
    return;
  for (uint32_t i = 0; i < reader->n_threads; i++)
    for (uint32_t k = 0; k < 2; k++)
      assay_tape_free (reader->tapes[i][k]);
  free (reader->tapes);
  free (reader);
}

typedef struct Work
{
  const AssayReader *reader;
  const float *values, *reference;
  const AssaySequences *answers;
  AssayTokens *tokens;
  uint32_t rows; /* of an item */
} Work;

/** Puts what was found of the tokens of rows[n_rows], @width numbers each, where they belong. */
static void
spread (float *to, const float *from, size_t width, const AssayTokens *tokens, const uint32_t *rows,
        uint32_t n_rows)
{
  for (uint32_t i = 0; i < n_rows; i++)
    {
      size_t first = tokens->first[rows[i]], n = tokens->first[rows[i] + 1] - first;

      memcpy (to + first * width, from, n * width * sizeof *to);
      from += n * width;
    }
}

static void
read_rows (void *data, uint32_t item)
{
  const Work *work = data;
  const AssayReader *reader = work->reader;
  AssayTokens *tokens = work->tokens;
  AssayTape *const *tapes = reader->tapes[item % reader->n_threads], *tape = tapes[0];
  const uint32_t *rows = tokens->order + item * work->rows;
  uint32_t left = work->answers->n - item * work->rows;
  uint32_t n = left < work->rows ? left : work->rows;
  AssayAnswerBatch batch;
  AssayTensor *states, *logits, *reference;

  assay_tape_begin (tape, work->values, NULL, false);
  assay_tape_begin (tapes[1], work->reference, NULL, false);
  batch = assay_answer_batch (tape, work->answers, rows, n, ASSAY_TARGETS_ANSWERS);
  if (batch.n == 0)
    return;
  states = assay_answer_states (tape, reader->policy, &batch);
  logits = assay_gpt_unembed (tape, reader->policy, states);
  reference = assay_gpt_unembed (tapes[1], reader->policy,
                                 assay_answer_states (tapes[1], reader->policy, &batch));
  spread (tokens->log_probs, assay_log_prob (tape, logits, batch.targets)->data, 1, tokens, rows,
          n);
  spread (tokens->reference, assay_log_prob (tape, reference, batch.targets)->data, 1, tokens, rows,
          n);
  spread (tokens->entropy, assay_entropy (tape, logits)->data, 1, tokens, rows, n);
  spread (tokens->exact, assay_kl (tape, logits, reference)->data, 1, tokens, rows, n);
  if (tokens->logits != NULL)
    spread (tokens->logits, reference->data, reader->policy->config.vocabulary, tokens, rows, n);
  if (reader->value_head == NULL)
    return;
  if (reader->trunk != reader->policy)
    states = assay_answer_states (tape, reader->trunk, &batch);
  spread (tokens->values, assay_head (tape, reader->value_head, states)->data, 1, tokens, rows, n);
}

void
assay_reader_read (AssayReader *reader, const float *values, const float *reference,
                   const AssaySequences *answers, AssayTokens *tokens)
{
  size_t row = (size_t) answers->steps * reader->policy->config.vocabulary;
  size_t rows = LOGITS / row < ROWS ? LOGITS / row : ROWS;
  Work work = { reader, values, reference, answers, tokens, rows > 0 ? (uint32_t) rows : 1 };

  lay_out (tokens, answers);
  assay_workers_run (reader->workers, read_rows, &work, (answers->n + work.rows - 1) / work.rows);
}

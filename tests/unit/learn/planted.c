/* SPDX-License-Identifier: Apache-2.0 */
#include "planted.h"

#include "base/num/random.h"

#include <assay/random.h>
#include <string.h>

const AssayGptConfig planted_config = {
  .d = 16, .layers = 2, .heads = 2, .context = PLANTED_STEPS, .vocabulary = PLANTED_VOCABULARY
};

AssayStream
planted_stream (const char *name)
{
  AssayStream stream;

  assay_stream_init (&stream, 5, name);
  return stream;
}

/** Draws an answer to the @prompt ids of a row; what it is worth. */
static double
draw_answer (const Planted *planted, AssayStream *stream, AssaySequences *sequences, uint32_t row,
             const int32_t *prompt, uint32_t n_prompt)
{
  int32_t ids[PLANTED_STEPS];
  uint32_t n = assay_below (stream, 8);
  double worth = 0;

  memcpy (ids, prompt, n_prompt * sizeof *ids);
  for (uint32_t t = 0; t < n; t++)
    {
      ids[n_prompt + t] = (int32_t) (2 + assay_below (stream, PLANTED_VOCABULARY - 2));
      worth += planted->worth[ids[n_prompt + t]];
    }
  ids[n_prompt + n] = PLANTED_END;
  assay_sequences_set (sequences, row, ids, n_prompt, n_prompt + n + 1);
  return worth;
}

static void
swap_rows (Planted *planted, uint32_t row)
{
  int32_t kept[PLANTED_STEPS];
  uint32_t prompt = planted->chosen->prompts[row], length = planted->chosen->lengths[row];

  memcpy (kept, assay_sequence (planted->chosen, row), sizeof kept);
  assay_sequences_set (planted->chosen, row, assay_sequence (planted->rejected, row), prompt,
                       planted->rejected->lengths[row]);
  assay_sequences_set (planted->rejected, row, kept, prompt, length);
}

void
planted_init (Planted *planted, uint32_t n)
{
  AssayStream stream = planted_stream ("planted");

  planted->chosen = assay_sequences_new (n, PLANTED_STEPS);
  planted->rejected = assay_sequences_new (n, PLANTED_STEPS);
  for (uint32_t i = 0; i < PLANTED_VOCABULARY; i++)
    planted->worth[i] = assay_normal (&stream);
  for (uint32_t i = 0; i < n; i++)
    {
      int32_t prompt[PLANTED_PROMPT];
      uint32_t n_prompt = 1 + assay_below (&stream, PLANTED_PROMPT);
      double a, b;

      for (uint32_t t = 0; t < n_prompt; t++)
        prompt[t] = (int32_t) assay_below (&stream, PLANTED_VOCABULARY);
      a = draw_answer (planted, &stream, planted->chosen, i, prompt, n_prompt);
      b = draw_answer (planted, &stream, planted->rejected, i, prompt, n_prompt);
      if (a < b)
        swap_rows (planted, i);
    }
  planted->pairs = assay_pairs_new (planted->chosen, planted->rejected);
}

void
planted_clear (Planted *planted)
{
  assay_pairs_free (planted->pairs);
  assay_sequences_free (planted->chosen);
  assay_sequences_free (planted->rejected);
}

uint32_t *
planted_rows (uint32_t n)
{
  uint32_t *rows = g_new (uint32_t, n);

  for (uint32_t i = 0; i < n; i++)
    rows[i] = i;
  return rows;
}

AssayRewardModel *
planted_model (const char *name)
{
  AssayStream stream = planted_stream (name);

  return assay_reward_model_new (&planted_config, &stream);
}

AssayTrainingOptions
planted_options (uint32_t epochs)
{
  AssayTrainingOptions options = { .epochs = epochs,
                                   .batch = 16,
                                   .shards = 2,
                                   .optimizer = assay_adam_defaults,
                                   .schedule = ASSAY_SCHEDULE_COSINE,
                                   .warm_up = 5,
                                   .floor = 0.1 };

  options.optimizer.kind = ASSAY_ADAMW;
  options.optimizer.rate = 3e-3;
  options.optimizer.max_norm = 1;
  return options;
}

bool
planted_are_equal (const AssayParams *a, const AssayParams *b)
{
  g_assert_cmpuint (a->size, ==, b->size);
  return memcmp (a->values, b->values, a->size * sizeof *a->values) == 0;
}

void
planted_assert_equal (const AssayParams *a, const AssayParams *b)
{
  g_assert_true (planted_are_equal (a, b));
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "ppo-lab.h"

#include <stdlib.h>

float *
lab_values (const AssayGptConfig *config, uint64_t seed)
{
  AssayParams *params = assay_params_new ();
  AssayGpt *gpt = assay_gpt_new (params, config);
  AssayStream stream;
  float *values;

  assay_stream_init (&stream, seed, "lab");
  assay_params_init (params, &stream);
  values = assay_params_vector (params);
  for (uint32_t i = 0; i < params->n; i++)
    for (size_t k = 0; k < params->params[i]->size; k++)
      values[params->params[i]->offset + k]
          = params->values[params->params[i]->offset + k] + 0.2f * (float) assay_normal (&stream);
  assay_gpt_free (gpt);
  assay_params_free (params);
  return values;
}

AssaySequences *
lab_prompts (uint32_t n, uint32_t steps)
{
  const int32_t prompt = LAB_PROMPT;
  AssaySequences *prompts = assay_sequences_new (n, steps);

  for (uint32_t i = 0; i < n; i++)
    assay_sequences_set (prompts, i, &prompt, 1, 1);
  return prompts;
}

/** The answers that begin as row[length] does, from row @n of @all (NULL: counted only) on;
 *  returns what comes behind them. */
static uint32_t
add_answers (AssaySequences *all, uint32_t n, int32_t *row, uint32_t length, uint32_t vocabulary,
             uint32_t longest)
{
  if (length > longest || (length > 1 && row[length - 1] == LAB_END))
    {
      if (all != NULL)
        assay_sequences_set (all, n, row, 1, length);
      return n + 1;
    }
  for (uint32_t id = 0; id < vocabulary; id++)
    {
      row[length] = (int32_t) id;
      n = add_answers (all, n, row, length + 1, vocabulary, longest);
    }
  return n;
}

AssaySequences *
lab_all_answers (uint32_t vocabulary, uint32_t longest)
{
  int32_t row[16] = { LAB_PROMPT };
  AssaySequences *all;

  g_assert_cmpuint (longest, <, G_N_ELEMENTS (row));
  all = assay_sequences_new (add_answers (NULL, 0, row, 1, vocabulary, longest), longest + 1);
  add_answers (all, 0, row, 1, vocabulary, longest);
  return all;
}

double *
lab_log_probs (const AssayTokens *tokens, uint32_t rows, const float *of_tokens)
{
  double *sums = g_new0 (double, rows);

  for (uint32_t i = 0; i < rows; i++)
    for (size_t t = tokens->first[i]; t < tokens->first[i + 1]; t++)
      sums[i] += (double) of_tokens[t];
  return sums;
}

AssayTokens *
lab_read (const AssayGptConfig *config, const float *values, const float *reference,
          const AssaySequences *answers)
{
  AssayParams *params = assay_params_new ();
  AssayGpt *gpt = assay_gpt_new (params, config);
  AssayReader *reader = assay_reader_new (params, gpt, gpt, NULL, NULL);
  AssayTokens *tokens = assay_tokens_new (answers->n, (size_t) answers->n * answers->steps, 0);

  assay_reader_read (reader, values, reference, answers, tokens);
  assay_reader_free (reader);
  assay_gpt_free (gpt);
  assay_params_free (params);
  return tokens;
}

/* ---- runs ---- */

const AssayGptConfig lab_config
    = { .d = 16, .layers = 2, .heads = 2, .context = 16, .vocabulary = 12 };

bool
lab_reward (const AssaySequences *answers, double *rewards, void *data)
{
  for (uint32_t i = 0; i < answers->n; i++)
    {
      rewards[i] = 0;
      for (uint32_t t = answers->prompts[i]; t < answers->lengths[i]; t++)
        rewards[i] += assay_sequence (answers, i)[t] == LAB_PROMPT + 1;
    }
  return true;
}

AssayPpoOptions
lab_options (const char *estimator)
{
  AssayPpoOptions options = assay_ppo_defaults (assay_policy_estimator_find (estimator));

  options.iterations = 8;
  options.rollouts = LAB_ROLLOUTS;
  options.minibatch = 10; /* the last has 4 */
  options.steps = LAB_STEPS;
  options.end = LAB_END;
  options.kl_coefficient = 0.05;
  options.optimizer.rate = 2e-3;
  return options;
}

AssayPpo *
lab_new (const AssayPpoOptions *options, AssayWorkers *workers)
{
  float *values = lab_values (&lab_config, 5);
  AssayTextError error = { "" };
  AssayPpo *ppo = assay_ppo_new (&lab_config, values, options, 11, workers, &error);

  g_assert_cmpstr (error.text, ==, "");
  free (values);
  return ppo;
}

AssaySequences *
lab_prompts_of (const AssayPpo *ppo)
{
  static const int32_t ids[] = { 3, 7, 5 };
  AssaySequences *prompts
      = assay_sequences_new (ppo->options.rollouts / ppo->options.per_prompt, LAB_STEPS);

  for (uint32_t i = 0; i < prompts->n; i++)
    assay_sequences_set (prompts, i, ids, 1 + i % 3, 1 + i % 3);
  return prompts;
}

AssayPpoReport
lab_iterate (AssayPpo *ppo, uint32_t n)
{
  AssaySequences *prompts = lab_prompts_of (ppo);
  AssayPpoReport report = { 0 };

  for (uint32_t i = 0; i < n; i++)
    {
      AssayTextError error = { "" };

      assay_ppo_iterate (ppo, prompts, lab_reward, NULL, &report, &error);
      g_assert_cmpstr (error.text, ==, "");
    }
  assay_sequences_free (prompts);
  return report;
}

GBytes *
lab_state (const AssayPpo *ppo)
{
  size_t size = assay_ppo_state_size (ppo);
  void *state = g_malloc (size);

  assay_ppo_get_state (ppo, state);
  return g_bytes_new_take (state, size);
}

void
lab_assert_same_state (const AssayPpo *a, const AssayPpo *b)
{
  g_autoptr (GBytes) of_a = lab_state (a), of_b = lab_state (b);

  g_assert_true (g_bytes_equal (of_a, of_b));
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/text/reward-model.h"

#include "learn/text/blocks.h"

#include <math.h>
#include <stdlib.h>

AssayRewardModel *
assay_reward_model_new (const AssayGptConfig *config, AssayStream *stream)
{
  AssayRewardModel *model = assay_alloc_zeroed (sizeof *model);
  AssayGptConfig trunk = *config;

  trunk.untied = false;
  model->params = assay_params_new ();
  model->trunk = assay_gpt_new (model->params, &trunk);
  assay_head_init (&model->head, model->params, "reward", config->d, 1,
                   1 / sqrtf ((float) config->d + 1));
  assay_params_init (model->params, stream);
  return model;
}

void
assay_reward_model_free (AssayRewardModel *model)
{
  if (model == NULL)
    return;
  assay_gpt_free (model->trunk);
  assay_params_free (model->params);
  free (model);
}

void
assay_reward_model_take_trunk (AssayRewardModel *model, const AssayParams *from,
                               const float *values)
{
  AssayParams *params = model->params;

  /* The head's arrays are the last two. */
  for (uint32_t i = 0; i < model->head.w->index; i++)
    assay_params_copy (params, params->params[i], from, values);
}

AssayTensor *
assay_reward_scores (AssayTape *tape, const AssayRewardModel *model, const AssayIds *sequences,
                     uint32_t n)
{
  AssayTensor **states = assay_tape_alloc (tape, n * sizeof *states), *scores;
  AssayTensor *places = assay_tensor_new (tape, ASSAY_INT32, 1, (size_t[]){ n });
  AssayItem *items = assay_tape_alloc (tape, 2 * n * sizeof *items);
  uint32_t n_blocks = 0;

  for (uint32_t i = 0; i < n; i++)
    items[i] = (AssayItem){ sequences[i].n, i };
  assay_sort_items (items, items + n, n);
  for (uint32_t i = 0, size; i < n; i += size)
    {
      AssayTensor *last;

      size = assay_block_size (items + i, n - i);
      last = assay_tensor_new (tape, ASSAY_INT32, 1, (size_t[]){ size });
      for (uint32_t k = 0; k < size; k++)
        {
          last->ints[k] = (int32_t) (k * items[i].length + items[i + k].length - 1);
          places->ints[items[i + k].place] = (int32_t) (i + k);
        }
      states[n_blocks++] = assay_gpt_states_at (
          tape, model->trunk, assay_block_ids (tape, sequences, items + i, size), last);
    }
  scores = assay_head (tape, &model->head, assay_concat (tape, states, n_blocks, 0));
  return assay_reshape (tape, assay_embedding (tape, scores, places, NULL), 1, (size_t[]){ n });
}

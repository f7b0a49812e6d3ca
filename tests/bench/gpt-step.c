/* SPDX-License-Identifier: Apache-2.0 */
#include "gpt-step.h"

#include <stdlib.h>

#define SHARDS 2

static const AssayGptConfig sizes[] = {
  { .d = 64, .layers = 2, .heads = 4, .context = 64, .vocabulary = 256 },
  { .d = 128, .layers = 4, .heads = 4, .context = 128, .vocabulary = 512 },
  { .d = 256, .layers = 6, .heads = 8, .context = 256, .vocabulary = 2048 },
  { .d = 512, .layers = 8, .heads = 8, .context = 256, .vocabulary = 8192 },
};

static const AssayOptimizerOptions adamw = {
  .kind = ASSAY_ADAMW, .rate = 1e-3, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .decay = 0.1
};

const AssayGptConfig *
gpt_config (char size)
{
  return &sizes[size - 'a'];
}

GptStep *
gpt_step_new (char size)
{
  GptStep *step = assay_alloc_zeroed (sizeof *step);
  AssayStream stream;

  step->config = *gpt_config (size);
  assay_stream_init (&stream, 1, "bench");
  step->params = assay_params_new ();
  step->gpt = assay_gpt_new (step->params, &step->config);
  assay_params_init (step->params, &stream);
  step->workers = assay_workers_new (SHARDS);
  step->trainer = assay_trainer_new (step->params, SHARDS, step->workers);
  step->optimizer = assay_optimizer_new (step->params, &adamw);
  step->ids = assay_alloc_zeroed (GPT_TOKENS * sizeof *step->ids);
  step->targets = assay_alloc_zeroed (GPT_TOKENS * sizeof *step->targets);
  for (size_t i = 0; i < GPT_TOKENS; i++)
    step->ids[i] = (int32_t) assay_below (&stream, step->config.vocabulary);
  for (size_t i = 0; i < GPT_TOKENS; i++)
    step->targets[i] = step->ids[(i + 1) % GPT_TOKENS];
  return step;
}

void
gpt_step_free (GptStep *step)
{
  assay_optimizer_free (step->optimizer);
  assay_trainer_free (step->trainer);
  assay_workers_free (step->workers);
  assay_gpt_free (step->gpt);
  assay_params_free (step->params);
  free (step->ids);
  free (step->targets);
  free (step);
}

static AssayTensor *
loss (AssayTape *tape, uint32_t shard, void *data)
{
  const GptStep *step = data;
  size_t tokens = GPT_TOKENS / SHARDS, context = step->config.context;
  const size_t *shape = ASSAY_SHAPE (tokens / context, context);
  size_t begin = shard * tokens;

  return assay_gpt_loss (
      tape, step->gpt, assay_tensor_wrap_ints (tape, step->ids + begin, 2, shape),
      assay_tensor_wrap_ints (tape, step->targets + begin, 2, shape), GPT_TOKENS);
}

double
gpt_step (GptStep *step)
{
  double value = assay_gradient (step->trainer, loss, step, false);

  assay_optimizer_step (step->optimizer, step->trainer->grads[0], step->workers);
  return value;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/nn/gpt.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define DEVIATION 0.02f

static void
add_layer (AssayParams *params, AssayGptLayer *layer, uint32_t i, const AssayGptConfig *config)
{
  size_t d = config->d;
  float last = DEVIATION / sqrtf (2 * (float) config->layers);

#define MATRIX(rows, columns, deviation, name)                                                     \
  assay_params_add (params, ASSAY_SHAPE (rows, columns), ASSAY_INIT_NORMAL, deviation,             \
                    "h.%u." name ".weight", i)
#define VECTOR(size, init, name)                                                                   \
  assay_params_add (params, ASSAY_SHAPE (size), init, 0, "h.%u." name, i)
  layer->gain1 = VECTOR (d, ASSAY_INIT_ONE, "ln_1.weight");
  layer->bias1 = VECTOR (d, ASSAY_INIT_ZERO, "ln_1.bias");
  layer->qkv_w = MATRIX (3 * d, d, DEVIATION, "attn.c_attn");
  layer->qkv_b = VECTOR (3 * d, ASSAY_INIT_ZERO, "attn.c_attn.bias");
  layer->attended_w = MATRIX (d, d, last, "attn.c_proj");
  layer->attended_b = VECTOR (d, ASSAY_INIT_ZERO, "attn.c_proj.bias");
  layer->gain2 = VECTOR (d, ASSAY_INIT_ONE, "ln_2.weight");
  layer->bias2 = VECTOR (d, ASSAY_INIT_ZERO, "ln_2.bias");
  layer->up_w = MATRIX (4 * d, d, DEVIATION, "mlp.c_fc");
  layer->up_b = VECTOR (4 * d, ASSAY_INIT_ZERO, "mlp.c_fc.bias");
  layer->down_w = MATRIX (d, 4 * d, last, "mlp.c_proj");
  layer->down_b = VECTOR (d, ASSAY_INIT_ZERO, "mlp.c_proj.bias");
#undef MATRIX
#undef VECTOR
}

AssayGpt *
assay_gpt_new (AssayParams *params, const AssayGptConfig *config)
{
  AssayGpt *gpt = assay_alloc_zeroed (sizeof *gpt);
  size_t d = config->d;

  if (config->heads == 0 || d == 0 || d % config->heads != 0)
    {
      fprintf (stderr, "%s: d = %u is no multiple of heads = %u\n", __func__, config->d,
               config->heads);
      abort ();
    }
  gpt->config = *config;
  gpt->layers = assay_alloc_zeroed (config->layers * sizeof *gpt->layers);
  gpt->embedding = assay_params_add (params, ASSAY_SHAPE (config->vocabulary, d), ASSAY_INIT_NORMAL,
                                     DEVIATION, "wte.weight");
  gpt->positions = assay_params_add (params, ASSAY_SHAPE (config->context, d), ASSAY_INIT_NORMAL,
                                     DEVIATION, "wpe.weight");
  for (uint32_t i = 0; i < config->layers; i++)
    add_layer (params, &gpt->layers[i], i, config);
  gpt->gain = assay_params_add (params, ASSAY_SHAPE (d), ASSAY_INIT_ONE, 0, "ln_f.weight");
  gpt->bias = assay_params_add (params, ASSAY_SHAPE (d), ASSAY_INIT_ZERO, 0, "ln_f.bias");
  return gpt;
}

void
assay_gpt_free (AssayGpt *gpt)
{
  if (gpt == NULL)
    return;
  free (gpt->layers);
  free (gpt);
}

/* ---- forward ---- */

static AssayTensor *
norm (AssayTape *tape, AssayTensor *x, const AssayWeight *gain, const AssayWeight *bias)
{
  return assay_layer_norm (tape, x, assay_tape_param (tape, gain), assay_tape_param (tape, bias),
                           ASSAY_GPT_EPSILON);
}

static AssayTensor *
linear (AssayTape *tape, AssayTensor *x, const AssayWeight *w, const AssayWeight *b,
        AssayActivation act)
{
  return assay_linear (tape, x, assay_tape_param (tape, w), assay_tape_param (tape, b), act);
}

/** @residual + x w^T + b */
static AssayTensor *
branch_end (AssayTape *tape, AssayTensor *x, const AssayWeight *w, const AssayWeight *b,
            AssayTensor *residual)
{
  return assay_linear_residual (tape, x, assay_tape_param (tape, w), assay_tape_param (tape, b),
                                residual);
}

static AssayTensor *
layer_forward (AssayTape *tape, const AssayGptConfig *config, const AssayGptLayer *layer,
               AssayTensor *x)
{
  AssayTensor *y;

  y = norm (tape, x, layer->gain1, layer->bias1);
  y = linear (tape, y, layer->qkv_w, layer->qkv_b, ASSAY_IDENTITY);
  y = assay_attention (tape, y, config->heads, config->heads);
  x = branch_end (tape, y, layer->attended_w, layer->attended_b, x);
  y = norm (tape, x, layer->gain2, layer->bias2);
  y = linear (tape, y, layer->up_w, layer->up_b, ASSAY_GELU);
  return branch_end (tape, y, layer->down_w, layer->down_b, x);
}

AssayTensor *
assay_gpt_states (AssayTape *tape, const AssayGpt *gpt, AssayTensor *ids)
{
  AssayTensor *x = assay_embedding (tape, assay_tape_param (tape, gpt->embedding), ids,
                                    assay_tape_param (tape, gpt->positions));

  for (uint32_t i = 0; i < gpt->config.layers; i++)
    x = layer_forward (tape, &gpt->config, &gpt->layers[i], x);
  return norm (tape, x, gpt->gain, gpt->bias);
}

AssayTensor *
assay_gpt_logits (AssayTape *tape, const AssayGpt *gpt, AssayTensor *ids)
{
  return assay_linear (tape, assay_gpt_states (tape, gpt, ids),
                       assay_tape_param (tape, gpt->embedding), NULL, ASSAY_IDENTITY);
}

AssayTensor *
assay_gpt_loss (AssayTape *tape, const AssayGpt *gpt, AssayTensor *ids, AssayTensor *targets,
                float divisor)
{
  return assay_cross_entropy (tape, assay_gpt_logits (tape, gpt, ids), targets, divisor);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/nn/gpt.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define DEVIATION 0.02f

/* ---- arrays ---- */

typedef struct Names
{
  const char *embedding, *positions, *layers, *norm1, *qkv, *attended, *norm2, *up, *down, *norm;
} Names;

static const Names gpt2 = { .embedding = "wte",
                            .positions = "wpe",
                            .layers = "h",
                            .norm1 = "ln_1",
                            .qkv = "attn.c_attn",
                            .attended = "attn.c_proj",
                            .norm2 = "ln_2",
                            .up = "mlp.c_fc",
                            .down = "mlp.c_proj",
                            .norm = "ln_f" };

static const Names phi3 = { .embedding = "model.embed_tokens",
                            .layers = "model.layers",
                            .norm1 = "input_layernorm",
                            .qkv = "self_attn.qkv_proj",
                            .attended = "self_attn.o_proj",
                            .norm2 = "post_attention_layernorm",
                            .up = "mlp.gate_up_proj",
                            .down = "mlp.down_proj",
                            .norm = "model.norm" };

/* Where arrays go, and what stands before their names. */
typedef struct Place
{
  AssayParams *params;
  char prefix[32];
  bool biases;
} Place;

static const AssayWeight *
add_matrix (const Place *place, const char *name, size_t rows, size_t columns, float deviation)
{
  return assay_params_add (place->params, ASSAY_SHAPE (rows, columns), ASSAY_INIT_NORMAL, deviation,
                           "%s%s.weight", place->prefix, name);
}

static const AssayWeight *
add_bias (const Place *place, const char *name, size_t n)
{
  if (!place->biases)
    return NULL;
  return assay_params_add (place->params, ASSAY_SHAPE (n), ASSAY_INIT_ZERO, 0, "%s%s.bias",
                           place->prefix, name);
}

static const AssayWeight *
add_gain (const Place *place, const char *name, size_t n)
{
  return assay_params_add (place->params, ASSAY_SHAPE (n), ASSAY_INIT_ONE, 0, "%s%s.weight",
                           place->prefix, name);
}

static void
add_layer (Place *place, const Names *names, AssayGptLayer *layer, uint32_t i,
           const AssayGptConfig *config)
{
  size_t d = config->d, hidden = config->hidden;
  size_t qkv = (config->heads + 2 * (size_t) config->kv_heads) * (d / config->heads);
  size_t up = config->feed_forward == ASSAY_FEED_FORWARD_SWIGLU ? 2 * hidden : hidden;
  float last = DEVIATION / sqrtf (2 * (float) config->layers);

  snprintf (place->prefix, sizeof place->prefix, "%s.%u.", names->layers, i);
  layer->gain1 = add_gain (place, names->norm1, d);
  layer->bias1 = add_bias (place, names->norm1, d);
  layer->qkv_w = add_matrix (place, names->qkv, qkv, d, DEVIATION);
  layer->qkv_b = add_bias (place, names->qkv, qkv);
  layer->attended_w = add_matrix (place, names->attended, d, d, last);
  layer->attended_b = add_bias (place, names->attended, d);
  layer->gain2 = add_gain (place, names->norm2, d);
  layer->bias2 = add_bias (place, names->norm2, d);
  layer->up_w = add_matrix (place, names->up, up, d, DEVIATION);
  layer->up_b = add_bias (place, names->up, up);
  layer->down_w = add_matrix (place, names->down, d, hidden, last);
  layer->down_b = add_bias (place, names->down, d);
}

static void
add_arrays (AssayGpt *gpt, AssayParams *params, const Names *names)
{
  const AssayGptConfig *config = &gpt->config;
  Place place = { params, "", config->norm == ASSAY_NORM_LAYER };
  size_t d = config->d;

  gpt->embedding = add_matrix (&place, names->embedding, config->vocabulary, d, DEVIATION);
  if (config->positions == ASSAY_POSITIONS_LEARNED)
    gpt->positions = add_matrix (&place, names->positions, config->context, d, DEVIATION);
  for (uint32_t i = 0; i < config->layers; i++)
    add_layer (&place, names, &gpt->layers[i], i, config);
  place.prefix[0] = '\0';
  gpt->gain = add_gain (&place, names->norm, d);
  gpt->bias = add_bias (&place, names->norm, d);
  gpt->head = gpt->embedding;
  if (config->untied)
    gpt->head = add_matrix (&place, "lm_head", config->vocabulary, d, DEVIATION);
}

static void
require (bool holds, const char *what, const AssayGptConfig *config)
{
  if (holds)
    return;
  fprintf (stderr, "assay_gpt_new: d = %u, heads = %u, kv_heads = %u: %s\n", config->d,
           config->heads, config->kv_heads, what);
  abort ();
}

/** The options' defaults written out, and checked. */
static AssayGptConfig
complete (AssayGptConfig config)
{
  if (config.kv_heads == 0)
    config.kv_heads = config.heads;
  if (config.hidden == 0)
    config.hidden = 4 * config.d;
  require (config.heads > 0 && config.d > 0 && config.d % config.heads == 0,
           "d must be a multiple of heads", &config);
  require (config.heads % config.kv_heads == 0, "heads must be a multiple of kv_heads", &config);
  require (config.positions != ASSAY_POSITIONS_ROTARY || config.d / config.heads % 2 == 0,
           "rotary positions need heads of an even size", &config);
  return config;
}

AssayGpt *
assay_gpt_new (AssayParams *params, const AssayGptConfig *config)
{
  AssayGpt *gpt = assay_alloc_zeroed (sizeof *gpt);
  bool rotary = config->positions == ASSAY_POSITIONS_ROTARY;
  bool is_phi3 = rotary && config->norm == ASSAY_NORM_RMS
                 && config->feed_forward == ASSAY_FEED_FORWARD_SWIGLU;

  gpt->config = complete (*config);
  gpt->layers = assay_alloc_zeroed (config->layers * sizeof *gpt->layers);
  add_arrays (gpt, params, is_phi3 ? &phi3 : &gpt2);
  if (rotary)
    {
      size_t size = config->d / config->heads;

      gpt->rotary = assay_alloc_zeroed (config->context * size * sizeof (float));
      assay_rotary_table (gpt->rotary, config->context, size, ASSAY_GPT_ROTARY_BASE);
    }
  return gpt;
}

void
assay_gpt_free (AssayGpt *gpt)
{
  if (gpt == NULL)
    return;
  free (gpt->layers);
  free (gpt->rotary);
  free (gpt);
}

AssayActivation
assay_gpt_activation (const AssayGptConfig *config)
{
  static const AssayActivation activations[] = { [ASSAY_FEED_FORWARD_GELU] = ASSAY_GELU,
                                                 [ASSAY_FEED_FORWARD_SWIGLU] = ASSAY_IDENTITY,
                                                 [ASSAY_FEED_FORWARD_GELU_TANH] = ASSAY_GELU_TANH };

  return activations[config->feed_forward];
}

/* ---- forward ---- */

/* What runs through the layers. */
typedef struct Pass
{
  AssayTape *tape;
  const AssayGpt *gpt;
  const AssayTap *taps;
  uint32_t n_taps;
  AssayTensor *places; /* of the states that are wanted; NULL: all */
  uint32_t layer;
} Pass;

static AssayTensor *
tapped (const Pass *pass, AssaySite site, AssayTensor *x)
{
  return assay_tap (pass->tape, x, pass->taps, pass->n_taps, pass->layer, site);
}

/** NULL of NULL. */
static AssayTensor *
param (const Pass *pass, const AssayWeight *weight)
{
  return weight != NULL ? assay_tape_param (pass->tape, weight) : NULL;
}

static AssayTensor *
norm (const Pass *pass, AssayTensor *x, const AssayWeight *gain, const AssayWeight *bias)
{
  if (pass->gpt->config.norm == ASSAY_NORM_RMS)
    return assay_rms_norm (pass->tape, x, param (pass, gain), ASSAY_GPT_EPSILON);
  return assay_layer_norm (pass->tape, x, param (pass, gain), param (pass, bias),
                           ASSAY_GPT_EPSILON);
}

static AssayTensor *
linear (const Pass *pass, AssayTensor *x, const AssayWeight *w, const AssayWeight *b,
        AssayActivation act)
{
  return assay_linear (pass->tape, x, param (pass, w), param (pass, b), act);
}

/** @residual + x w^T + b; where @site is tapped, what is added is computed apart. */
static AssayTensor *
branch_end (const Pass *pass, AssaySite site, AssayTensor *x, const AssayWeight *w,
            const AssayWeight *b, AssayTensor *residual)
{
  if (!assay_is_tapped (pass->taps, pass->n_taps, pass->layer, site))
    return assay_linear_residual (pass->tape, x, param (pass, w), param (pass, b), residual);
  return assay_add (pass->tape, residual,
                    tapped (pass, site, linear (pass, x, w, b, ASSAY_IDENTITY)));
}

/** The rows of x [B][T][width] at the places that are wanted. */
static AssayTensor *
wanted (const Pass *pass, AssayTensor *x)
{
  size_t width = x->shape[2];

  if (pass->places == NULL)
    return x;
  x = assay_reshape (pass->tape, x, 2, ASSAY_SHAPE (x->shape[0] * x->shape[1], width));
  return assay_embedding (pass->tape, x, pass->places, NULL);
}

static AssayTensor *
rotary_table (const Pass *pass)
{
  const AssayGptConfig *config = &pass->gpt->config;

  return assay_tensor_wrap (pass->tape, pass->gpt->rotary, 2,
                            ASSAY_SHAPE (config->context, config->d / config->heads));
}

static AssayTensor *
attention (const Pass *pass, const AssayGptLayer *layer, AssayTensor *x)
{
  const AssayGptConfig *config = &pass->gpt->config;
  AssayTensor *y = norm (pass, x, layer->gain1, layer->bias1);

  y = linear (pass, y, layer->qkv_w, layer->qkv_b, ASSAY_IDENTITY);
  if (pass->gpt->rotary != NULL)
    y = assay_rotary (pass->tape, y, config->heads, config->kv_heads, rotary_table (pass));
  y = assay_attention (pass->tape, y, config->heads, config->kv_heads);
  y = tapped (pass, ASSAY_SITE_HEADS, y);
  /* Nothing behind the last attention looks at other positions. */
  if (pass->layer + 1 == config->layers)
    {
      y = wanted (pass, y);
      x = wanted (pass, x);
    }
  return branch_end (pass, ASSAY_SITE_ATTENTION, y, layer->attended_w, layer->attended_b, x);
}

static AssayTensor *
feed_forward (const Pass *pass, const AssayGptLayer *layer, AssayTensor *x)
{
  const AssayGptConfig *config = &pass->gpt->config;
  AssayTensor *y = norm (pass, x, layer->gain2, layer->bias2);

  y = linear (pass, y, layer->up_w, layer->up_b, assay_gpt_activation (config));
  if (config->feed_forward == ASSAY_FEED_FORWARD_SWIGLU)
    y = assay_swiglu (pass->tape, y);
  y = tapped (pass, ASSAY_SITE_HIDDEN, y);
  return branch_end (pass, ASSAY_SITE_FEED_FORWARD, y, layer->down_w, layer->down_b, x);
}

static AssayTensor *
states (Pass pass, AssayTensor *ids)
{
  const AssayGpt *gpt = pass.gpt;
  AssayTensor *x = assay_embedding (pass.tape, param (&pass, gpt->embedding), ids,
                                    param (&pass, gpt->positions));

  if (gpt->config.layers == 0)
    x = wanted (&pass, x);
  for (; pass.layer < gpt->config.layers; pass.layer++)
    {
      x = tapped (&pass, ASSAY_SITE_STREAM, x);
      x = attention (&pass, &gpt->layers[pass.layer], x);
      x = feed_forward (&pass, &gpt->layers[pass.layer], x);
    }
  return norm (&pass, tapped (&pass, ASSAY_SITE_STREAM, x), gpt->gain, gpt->bias);
}

AssayTensor *
assay_gpt_states (AssayTape *tape, const AssayGpt *gpt, AssayTensor *ids)
{
  return states ((Pass){ .tape = tape, .gpt = gpt }, ids);
}

AssayTensor *
assay_gpt_states_tapped (AssayTape *tape, const AssayGpt *gpt, AssayTensor *ids,
                         const AssayTap *taps, uint32_t n)
{
  return states ((Pass){ .tape = tape, .gpt = gpt, .taps = taps, .n_taps = n }, ids);
}

AssayTensor *
assay_gpt_states_at (AssayTape *tape, const AssayGpt *gpt, AssayTensor *ids, AssayTensor *places)
{
  return states ((Pass){ .tape = tape, .gpt = gpt, .places = places }, ids);
}

AssayTensor *
assay_gpt_unembed (AssayTape *tape, const AssayGpt *gpt, AssayTensor *states)
{
  return assay_linear (tape, states, assay_tape_param (tape, gpt->head), NULL, ASSAY_IDENTITY);
}

AssayTensor *
assay_gpt_logits (AssayTape *tape, const AssayGpt *gpt, AssayTensor *ids)
{
  return assay_gpt_unembed (tape, gpt, assay_gpt_states (tape, gpt, ids));
}

AssayTensor *
assay_gpt_loss (AssayTape *tape, const AssayGpt *gpt, AssayTensor *ids, AssayTensor *targets,
                float divisor)
{
  return assay_cross_entropy (tape, assay_gpt_logits (tape, gpt, ids), targets, divisor);
}

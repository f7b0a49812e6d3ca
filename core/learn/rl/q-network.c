/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/rl/q-network.h"
#include "learn/rl/q-ops.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_WIDTH (1u << 24) /* of a layer: beyond this an option is a mistake */

/* A layer, perhaps noisy. */
typedef struct Dense
{
  const AssayWeight *weight, *bias;
  const AssayWeight *weight_deviation, *bias_deviation; /* NULL: not noisy */
  size_t in, out;
  size_t noise; /* where its noise begins: [in], then [out] */
} Dense;

/* From the shared layers to the output: all of it, or one of the two streams of a dueling head. */
typedef struct Head
{
  Dense hidden; /* if there are hidden layers */
  Dense out;
} Head;

struct AssayQNetwork
{
  AssayQNetworkOptions options;
  const AssayWeight *filters[ASSAY_Q_LAYERS], *filter_biases[ASSAY_Q_LAYERS];
  size_t features;  /* what the convolutions leave, or an observation's numbers */
  uint32_t n_dense; /* shared */
  Dense dense[ASSAY_Q_LAYERS];
  Head head, value; /* value: of a dueling network */
  size_t noise_size;
};

/* ---- making ---- */

static const char *
what_is_wrong (const AssayQNetworkOptions *o)
{
  size_t height = o->encoding.shape[0], width = o->encoding.shape[1];

  if (o->n_actions < 1 || o->n_actions > MAX_WIDTH)
    return "a Q network has at least one action";
  if (o->encoding.size < 1 || o->encoding.size > MAX_WIDTH)
    return "a Q network's observations have between 1 and 2^24 numbers";
  if (o->n_convs > ASSAY_Q_LAYERS || o->n_hidden > ASSAY_Q_LAYERS)
    return "a Q network has at most 4 convolutions and 4 hidden layers";
  if (o->n_convs > 0 && o->encoding.n_dims != 3)
    return "a Q network with convolutions looks at observations of rows, columns and channels";
  for (uint32_t i = 0; i < o->n_convs; i++)
    {
      const AssayQConv *c = &o->convs[i];

      if (c->filters < 1 || c->size < 1 || c->stride < 1 || c->filters > 4096
          || c->padding >= c->size || c->size > height + 2 * c->padding
          || c->size > width + 2 * c->padding)
        return "a convolution of a Q network does not fit over what it looks at";
      height = (height + 2 * c->padding - c->size) / c->stride + 1;
      width = (width + 2 * c->padding - c->size) / c->stride + 1;
    }
  for (uint32_t i = 0; i < o->n_hidden; i++)
    if (o->hidden[i] < 1 || o->hidden[i] > MAX_WIDTH)
      return "a hidden layer of a Q network has between 1 and 2^24 units";
  if (o->n_atoms == 1 || o->n_atoms > 4096)
    return "a distribution has between 2 and 4096 atoms";
  if (o->n_atoms > 0 && !(o->v_min < o->v_max && isfinite (o->v_min) && isfinite (o->v_max)))
    return "the atoms of a distribution lie between two values, the lesser first";
  if (o->noisy && !(o->noise >= 0 && isfinite (o->noise)))
    return "the noise of a noisy network is not negative";
  return NULL;
}

static Dense
dense_new (AssayQNetwork *network, AssayParams *params, const char *name, size_t in, size_t out)
{
  float bound = (float) (1 / sqrt ((double) in));
  Dense dense = { .in = in, .out = out, .noise = network->noise_size };

  dense.weight = assay_params_add (params, ASSAY_SHAPE (out, in), ASSAY_INIT_UNIFORM, bound,
                                   "%s.weight", name);
  dense.bias
      = assay_params_add (params, ASSAY_SHAPE (out), ASSAY_INIT_UNIFORM, bound, "%s.bias", name);
  if (!network->options.noisy)
    return dense;
  dense.weight_deviation = assay_params_add (params, ASSAY_SHAPE (out, in), ASSAY_INIT_ZERO, 0,
                                             "%s.weight_deviation", name);
  dense.bias_deviation
      = assay_params_add (params, ASSAY_SHAPE (out), ASSAY_INIT_ZERO, 0, "%s.bias_deviation", name);
  network->noise_size += in + out;
  return dense;
}

/** Returns the numbers that the last convolution makes of an observation. */
static size_t
add_convs (AssayQNetwork *network, AssayParams *params)
{
  const AssayQNetworkOptions *o = &network->options;
  size_t height = o->encoding.shape[0], width = o->encoding.shape[1];
  size_t channels = o->encoding.shape[2];

  if (o->n_convs == 0)
    return o->encoding.size;
  for (uint32_t i = 0; i < o->n_convs; i++)
    {
      const AssayQConv *c = &o->convs[i];
      float bound = (float) (1 / sqrt ((double) (c->size * c->size * channels)));

      network->filters[i]
          = assay_params_add (params, ASSAY_SHAPE (c->filters, c->size, c->size, channels),
                              ASSAY_INIT_UNIFORM, bound, "conv.%u.weight", i);
      network->filter_biases[i] = assay_params_add (params, ASSAY_SHAPE (c->filters),
                                                    ASSAY_INIT_UNIFORM, bound, "conv.%u.bias", i);
      height = (height + 2 * c->padding - c->size) / c->stride + 1;
      width = (width + 2 * c->padding - c->size) / c->stride + 1;
      channels = c->filters;
    }
  return height * width * channels;
}

static Head
head_new (AssayQNetwork *network, AssayParams *params, const char *name, size_t in, size_t out)
{
  const AssayQNetworkOptions *o = &network->options;
  size_t hidden = o->n_hidden > 0 ? o->hidden[o->n_hidden - 1] : in;
  char part[64];
  Head head = { 0 };

  if (o->n_hidden > 0)
    {
      snprintf (part, sizeof part, "%s.hidden", name);
      head.hidden = dense_new (network, params, part, in, hidden);
    }
  snprintf (part, sizeof part, "%s.out", name);
  head.out = dense_new (network, params, part, hidden, out);
  return head;
}

AssayQNetwork *
assay_q_network_new (AssayParams *params, const AssayQNetworkOptions *options, const char **why)
{
  const char *wrong = what_is_wrong (options);
  size_t atoms = options->n_atoms > 0 ? options->n_atoms : 1, width;
  AssayQNetwork *network;

  if (why != NULL)
    *why = wrong;
  if (wrong != NULL)
    return NULL;
  network = assay_alloc_zeroed (sizeof *network);
  network->options = *options;
  network->features = width = add_convs (network, params);
  network->n_dense = options->n_hidden > 0 ? options->n_hidden - 1 : 0;
  for (uint32_t i = 0; i < network->n_dense; i++)
    {
      char name[32];

      snprintf (name, sizeof name, "dense.%u", i);
      network->dense[i] = dense_new (network, params, name, width, options->hidden[i]);
      width = options->hidden[i];
    }
  network->head = head_new (network, params, options->dueling ? "advantage" : "values", width,
                            options->n_actions * atoms);
  if (options->dueling)
    network->value = head_new (network, params, "value", width, atoms);
  return network;
}

void
assay_q_network_free (AssayQNetwork *network)
{
  free (network);
}

/** Deviations sigma 0 / sqrt (inputs), as in section 3.2 of Fortunato et al. */
static void
init_dense (const AssayQNetwork *network, AssayParams *params, const Dense *dense)
{
  float deviation;

  if (dense->weight_deviation == NULL)
    return;
  deviation = network->options.noise / sqrtf ((float) dense->in);
  for (size_t i = 0; i < dense->weight_deviation->size; i++)
    params->values[dense->weight_deviation->offset + i] = deviation;
  for (size_t i = 0; i < dense->bias_deviation->size; i++)
    params->values[dense->bias_deviation->offset + i] = deviation;
}

void
assay_q_network_init (const AssayQNetwork *network, AssayParams *params)
{
  for (uint32_t i = 0; i < network->n_dense; i++)
    init_dense (network, params, &network->dense[i]);
  init_dense (network, params, &network->head.hidden);
  init_dense (network, params, &network->head.out);
  init_dense (network, params, &network->value.hidden);
  init_dense (network, params, &network->value.out);
}

/* ---- noise ---- */

size_t
assay_q_network_noise_size (const AssayQNetwork *network)
{
  return network->noise_size;
}

void
assay_q_network_draw_noise (const AssayQNetwork *network, AssayStream *stream, float *noise)
{
  for (size_t i = 0; i < network->noise_size; i++)
    {
      float x = (float) assay_normal (stream);

      noise[i] = copysignf (sqrtf (fabsf (x)), x);
    }
}

/* ---- forward ---- */

static AssayTensor *
dense (AssayTape *tape, const Dense *layer, AssayTensor *x, const float *noise, AssayActivation act)
{
  AssayTensor *weight = assay_tape_param (tape, layer->weight);
  AssayTensor *bias = assay_tape_param (tape, layer->bias);

  if (noise != NULL && layer->weight_deviation != NULL)
    {
      const float *in = noise + layer->noise, *out = in + layer->in;

      weight
          = assay_perturb (tape, weight, assay_tape_param (tape, layer->weight_deviation), out, in);
      bias = assay_perturb (tape, bias, assay_tape_param (tape, layer->bias_deviation), out, NULL);
    }
  return assay_linear (tape, x, weight, bias, act);
}

static AssayTensor *
run_head (AssayTape *tape, const Head *head, AssayTensor *x, const float *noise)
{
  if (head->hidden.weight != NULL)
    x = dense (tape, &head->hidden, x, noise, ASSAY_RELU);
  return dense (tape, &head->out, x, noise, ASSAY_IDENTITY);
}

AssayTensor *
assay_q_network (AssayTape *tape, const AssayQNetwork *network, AssayTensor *x, const float *noise)
{
  const AssayQNetworkOptions *o = &network->options;
  size_t n = x->shape[0];
  AssayTensor *advantage;

  for (uint32_t i = 0; i < o->n_convs; i++)
    x = assay_conv2d (tape, x, assay_tape_param (tape, network->filters[i]),
                      assay_tape_param (tape, network->filter_biases[i]), o->convs[i].stride,
                      o->convs[i].padding, ASSAY_RELU);
  if (x->n_dims != 2)
    x = assay_reshape (tape, x, 2, (size_t[]){ n, network->features });
  for (uint32_t i = 0; i < network->n_dense; i++)
    x = dense (tape, &network->dense[i], x, noise, ASSAY_RELU);
  advantage = run_head (tape, &network->head, x, noise);
  if (!o->dueling)
    return advantage;
  return assay_dueling (tape, run_head (tape, &network->value, x, noise), advantage);
}

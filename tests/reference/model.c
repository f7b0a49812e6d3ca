/* SPDX-License-Identifier: Apache-2.0 */
#include "model.h"
#include "learn/nn/cnn.h"
#include "learn/nn/gpt.h"
#include "learn/nn/gru.h"
#include "learn/nn/mlp.h"

#include <glib.h>

#define MAX_NUMBERS 16

struct Model
{
  const struct Kind *kind;
  AssayGpt *gpt;
  AssayMlp *mlp; /* a GRU's head, too */
  AssayCnn *cnn;
  AssayGru *gru;
};

/* Whole numbers between commas. */
static uint32_t
numbers (const AssayTensors *file, const char *key, size_t *out)
{
  const char *text = assay_tensors_metadata (file, key);
  uint32_t n = 0;

  g_assert_nonnull (text);
  for (; *text != '\0'; text += *text == ',')
    {
      g_assert_cmpuint (n, <, MAX_NUMBERS);
      out[n++] = g_ascii_strtoull (text, (char **) &text, 10);
    }
  return n;
}

static uint32_t
number (const AssayTensors *file, const char *key)
{
  size_t found[MAX_NUMBERS];

  g_assert_cmpuint (numbers (file, key, found), ==, 1);
  return (uint32_t) found[0];
}

/* ---- GPT ---- */

static void
gpt_new (Model *model, AssayParams *params, const AssayTensors *file)
{
  AssayGptConfig config = {
    .d = number (file, "d"),
    .layers = number (file, "layers"),
    .heads = number (file, "heads"),
    .context = number (file, "context"),
    .vocabulary = number (file, "vocabulary"),
    .kv_heads = number (file, "kv_heads"),
    .hidden = number (file, "hidden"),
    .positions = number (file, "positions"),
    .norm = number (file, "norm"),
    .feed_forward = number (file, "feed_forward"),
    .untied = number (file, "untied"),
  };

  model->gpt = assay_gpt_new (params, &config);
}

static AssayTensor *
gpt_logits (const Model *model, AssayTape *tape, AssayTensor *inputs)
{
  return assay_gpt_logits (tape, model->gpt, inputs);
}

/* ---- MLP ---- */

static void
mlp_new (Model *model, AssayParams *params, const AssayTensors *file)
{
  size_t sizes[MAX_NUMBERS];
  uint32_t n = numbers (file, "sizes", sizes);

  model->mlp = assay_mlp_new (params, "mlp", sizes, n, ASSAY_GELU);
}

static AssayTensor *
mlp_logits (const Model *model, AssayTape *tape, AssayTensor *inputs)
{
  return assay_mlp (tape, model->mlp, inputs);
}

/* ---- CNN ---- */

static void
cnn_new (Model *model, AssayParams *params, const AssayTensors *file)
{
  size_t image[MAX_NUMBERS], dense[MAX_NUMBERS], found[4][MAX_NUMBERS];
  AssayConvLayer convs[MAX_NUMBERS];
  uint32_t n = numbers (file, "filters", found[0]);

  g_assert_cmpuint (numbers (file, "windows", found[1]), ==, n);
  g_assert_cmpuint (numbers (file, "strides", found[2]), ==, n);
  g_assert_cmpuint (numbers (file, "paddings", found[3]), ==, n);
  for (uint32_t i = 0; i < n; i++)
    convs[i] = (AssayConvLayer){ found[0][i], found[1][i], found[2][i], found[3][i] };
  g_assert_cmpuint (numbers (file, "image", image), ==, 3);
  model->cnn = assay_cnn_new (params, "cnn", image, convs, n, dense, numbers (file, "dense", dense),
                              ASSAY_SILU);
}

static AssayTensor *
cnn_logits (const Model *model, AssayTape *tape, AssayTensor *inputs)
{
  return assay_cnn (tape, model->cnn, inputs);
}

/* ---- GRU, with a head on its last state ---- */

static void
gru_new (Model *model, AssayParams *params, const AssayTensors *file)
{
  size_t sizes[] = { number (file, "size"), number (file, "classes") };

  model->gru = assay_gru_new (params, "gru", number (file, "in"), sizes[0]);
  model->mlp = assay_mlp_new (params, "head", sizes, 2, ASSAY_IDENTITY);
}

static AssayTensor *
gru_logits (const Model *model, AssayTape *tape, AssayTensor *inputs)
{
  return assay_mlp (tape, model->mlp, assay_gru (tape, model->gru, inputs, NULL, NULL));
}

/* ---- all ---- */

static const struct Kind
{
  const char *name;
  void (*create) (Model *model, AssayParams *params, const AssayTensors *file);
  AssayTensor *(*logits) (const Model *model, AssayTape *tape, AssayTensor *inputs);
} kinds[] = {
  { "gpt", gpt_new, gpt_logits },
  { "mlp", mlp_new, mlp_logits },
  { "cnn", cnn_new, cnn_logits },
  { "gru", gru_new, gru_logits },
};

Model *
model_new (AssayParams *params, const AssayTensors *file)
{
  const char *name = assay_tensors_metadata (file, "model");
  Model *model = g_new0 (Model, 1);

  model->kind = kinds;
  while (g_strcmp0 (model->kind->name, name) != 0)
    g_assert_true (++model->kind < kinds + G_N_ELEMENTS (kinds));
  model->kind->create (model, params, file);
  return model;
}

void
model_free (Model *model)
{
  assay_gpt_free (model->gpt);
  assay_mlp_free (model->mlp);
  assay_cnn_free (model->cnn);
  assay_gru_free (model->gru);
  g_free (model);
}

AssayTensor *
model_logits (const Model *model, AssayTape *tape, AssayTensor *inputs)
{
  return model->kind->logits (model, tape, inputs);
}

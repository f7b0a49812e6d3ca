/* SPDX-License-Identifier: Apache-2.0
 *
 * The convolutional network and the recurrent unit over a sequence.
 */
#include "check.h"
#include "learn/nn/cnn.h"
#include "learn/nn/gru.h"

typedef struct Model
{
  AssayParams *params;
  AssayTape *tape;
  float *grads;
} Model;

static Model
begin (AssayParams *params)
{
  AssayStream stream;

  assay_stream_init (&stream, 1, "init");
  assay_params_init (params, &stream);
  return (Model){ params, assay_tape_new (params->n), assay_params_vector (params) };
}

static void
clear (Model *model)
{
  assay_tape_free (model->tape);
  assay_params_free (model->params);
  free (model->grads);
}

/** The gradient of weights . output, along a random direction, against a difference. */
static void
check_slope (Model *m, AssayTensor *(*forward) (Model *m, void *data), void *data)
{
  size_t n = m->params->size;
  g_autofree float *direction = g_new (float, n), *values = g_memdup2 (m->params->values, n * 4);
  float weights[256];
  double slope = 0, ends[2];
  AssayTensor *y;

  check_fill (weights, G_N_ELEMENTS (weights), -1, 1, "weights");
  check_fill (direction, n, -1, 1, "direction");
  assay_tape_begin (m->tape, values, m->grads, false);
  y = forward (m, data);
  g_assert_cmpuint (y->size, <=, G_N_ELEMENTS (weights));
  assay_tape_backward (m->tape, check_dot (m->tape, y, weights), 1, m->params->params,
                       m->params->n);
  for (size_t i = 0; i < n; i++)
    slope += (double) direction[i] * m->grads[i];
  for (int side = 0; side < 2; side++)
    {
      for (size_t i = 0; i < n; i++)
        values[i] = m->params->values[i] + (side == 0 ? 1e-3f : -1e-3f) * direction[i];
      assay_tape_begin (m->tape, values, NULL, false);
      ends[side] = *check_dot (m->tape, forward (m, data), weights)->data;
    }
  g_assert_cmpfloat_with_epsilon ((ends[0] - ends[1]) / 2e-3, slope, 5e-3 * (1 + fabs (slope)));
}

/* ---- convolutional network ---- */

typedef struct Images
{
  AssayCnn *cnn;
  float x[3 * 10 * 9 * 4];
} Images;

static AssayTensor *
look (Model *m, void *data)
{
  Images *images = data;

  return assay_cnn (m->tape, images->cnn,
                    assay_tensor_wrap (m->tape, images->x, 4, (const size_t[]){ 3, 10, 9, 4 }));
}

static void
test_cnn (void)
{
  static const size_t image[] = { 10, 9, 4 }, dense[] = { 20, 5 };
  static const AssayConvLayer convs[] = { { 16, 3, 1, 1 }, { 8, 4, 2, 0 } };
  AssayParams *params = assay_params_new ();
  Images images = { assay_cnn_new (params, "q", image, convs, 2, dense, 2, ASSAY_TANH), { 0 } };
  Model m = begin (params);
  AssayTensor *y;

  g_assert_cmpuint (images.cnn->features, ==, 4 * 3 * 8);
  g_assert_nonnull (assay_params_find (params, "q.conv.1.weight"));
  g_assert_nonnull (assay_params_find (params, "q.dense.1.bias"));
  check_fill (images.x, G_N_ELEMENTS (images.x), -1, 1, "x");
  assay_tape_begin (m.tape, params->values, NULL, false);
  y = look (&m, &images);
  g_assert_cmpuint (y->shape[0], ==, 3);
  g_assert_cmpuint (y->shape[1], ==, 5);
  check_slope (&m, look, &images);
  assay_cnn_free (images.cnn);
  clear (&m);
}

static void
test_cnn_without_convolutions (void)
{
  static const size_t image[] = { 10, 9, 4 }, dense[] = { 7 };
  AssayParams *params = assay_params_new ();
  Images images = { assay_cnn_new (params, "q", image, NULL, 0, dense, 1, ASSAY_RELU), { 0 } };
  Model m = begin (params);

  check_fill (images.x, G_N_ELEMENTS (images.x), -1, 1, "x");
  check_slope (&m, look, &images);
  assay_cnn_free (images.cnn);
  clear (&m);
}

/* ---- recurrent unit ---- */

enum
{
  STEPS = 6,
  BATCH = 3,
  WIDTH = 5,
  SIZE = 7
};

typedef struct Sequence
{
  AssayGru *gru;
  float x[STEPS * BATCH * WIDTH];
} Sequence;

static AssayTensor *
run (Model *m, void *data)
{
  Sequence *s = data;

  return assay_gru (m->tape, s->gru,
                    assay_tensor_wrap (m->tape, s->x, 3, (const size_t[]){ STEPS, BATCH, WIDTH }),
                    NULL, NULL);
}

/** The same states as by the cell, from any point on; the gradient's slope. */
static void
test_gru (void)
{
  AssayParams *params = assay_params_new ();
  Sequence s = { assay_gru_new (params, "rnn", WIDTH, SIZE), { 0 } };
  Model m = begin (params);
  AssayTensor *states[STEPS], *again[STEPS], *x, *h, *parts[4];

  check_fill (s.x, G_N_ELEMENTS (s.x), -1, 1, "x");
  assay_tape_begin (m.tape, params->values, NULL, false);
  for (uint32_t i = 0; i < 4; i++)
    parts[i] = assay_tape_param (m.tape, params->params[i]);
  x = assay_tensor_wrap (m.tape, s.x, 3, (const size_t[]){ STEPS, BATCH, WIDTH });
  g_assert_true (assay_gru (m.tape, s.gru, x, NULL, states) == states[STEPS - 1]);
  h = states[1];
  for (size_t t = 2; t < STEPS; t++)
    {
      AssayTensor *now = assay_reshape (m.tape, assay_rows (m.tape, x, t, 1), 2,
                                        (const size_t[]){ BATCH, WIDTH });

      h = assay_gru_cell (m.tape, now, h, parts[0], parts[1], parts[2], parts[3]);
      for (size_t i = 0; i < BATCH * SIZE; i++)
        g_assert_cmpfloat_with_epsilon (h->data[i], states[t]->data[i], 1e-6);
    }
  assay_gru (m.tape, s.gru, assay_rows (m.tape, x, 2, STEPS - 2), states[1], again);
  for (size_t i = 0; i < BATCH * SIZE; i++)
    g_assert_cmpfloat_with_epsilon (again[STEPS - 3]->data[i], states[STEPS - 1]->data[i], 1e-6);
  g_assert_true (assay_gru (m.tape, s.gru, assay_rows (m.tape, x, 0, 0), h, NULL) == h);
  check_slope (&m, run, &s);
  assay_gru_free (s.gru);
  clear (&m);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/models/cnn", test_cnn);
  g_test_add_func ("/models/cnn-without-convolutions", test_cnn_without_convolutions);
  g_test_add_func ("/models/gru-over-a-sequence", test_gru);
  return g_test_run ();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/nn/params.h"

#include <glib.h>
#include <math.h>
#include <string.h>

static AssayParams *
drawn (AssayInit init, float scale, const size_t *shape, uint64_t seed, const AssayWeight **param)
{
  AssayParams *params = assay_params_new ();
  AssayStream stream;

  *param = assay_params_add (params, shape, init, scale, "w");
  assay_stream_init (&stream, seed, "init");
  assay_params_init (params, &stream);
  return params;
}

static void
test_layout (void)
{
  AssayParams *params = assay_params_new ();
  const AssayWeight *all[40];
  AssayStream stream;
  float *vector;

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    all[i] = i % 2 == 0
                 ? assay_params_add (params, ASSAY_SHAPE (3, i + 1), ASSAY_INIT_ONE, 0,
                                     "h.%u.weight", i)
                 : assay_params_add (params, ASSAY_SHAPE (i), ASSAY_INIT_ZERO, 0, "h.%u.bias", i);
  assay_stream_init (&stream, 1, "init");
  assay_params_init (params, &stream);
  g_assert_cmpuint (params->n, ==, G_N_ELEMENTS (all));
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_assert_true (params->params[i] == all[i]);
      g_assert_cmpuint (all[i]->index, ==, i);
      g_assert_cmpuint (all[i]->offset % 16, ==, 0);
      g_assert_cmpuint (all[i]->size, ==, i % 2 == 0 ? 3 * (i + 1) : i);
      g_assert_true (all[i]->decays == (i % 2 == 0));
      g_assert_cmpfloat (params->values[all[i]->offset], ==, i % 2 == 0 ? 1 : 0);
      if (i > 0)
        g_assert_cmpuint (all[i]->offset, >=, all[i - 1]->offset + all[i - 1]->size);
    }
  g_assert_true (assay_params_find (params, "h.7.bias") == all[7]);
  g_assert_null (assay_params_find (params, "h.7.weight"));
  vector = assay_params_vector (params);
  for (size_t i = 0; i < params->size; i++)
    g_assert_cmpfloat (vector[i], ==, 0);
  free (vector);
  assay_params_free (params);
}

static void
test_scalar (void)
{
  const AssayWeight *param;
  AssayParams *params = drawn (ASSAY_INIT_ONE, 0, (const size_t[]){ 0 }, 1, &param);

  g_assert_cmpuint (param->n_dims, ==, 0);
  g_assert_cmpuint (param->size, ==, 1);
  g_assert_cmpfloat (params->values[0], ==, 1);
  assay_params_free (params);
}

static void
test_spread (void)
{
  static const struct
  {
    AssayInit init;
    float scale;
    size_t shape[5];
    double deviation, bound;
  } rows[] = {
    { ASSAY_INIT_NORMAL, 0.02f, { 100, 200 }, 0.02, 0.12 },
    { ASSAY_INIT_UNIFORM, 0.5f, { 20000 }, 0.288675, 0.5 },
    { ASSAY_INIT_KAIMING, 1, { 100, 300 }, 0.0577350, 0.1 },
    { ASSAY_INIT_KAIMING, 1.41421356f, { 64, 3, 3, 8 }, 0.166667, 0.288675 },
    { ASSAY_INIT_XAVIER, 1, { 100, 300 }, 0.0707107, 0.122474 },
    { ASSAY_INIT_XAVIER, 1, { 64, 3, 3, 8 }, 0.0555556, 0.0962250 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const AssayWeight *param;
      AssayParams *params = drawn (rows[i].init, rows[i].scale, rows[i].shape, 3, &param);
      double sum = 0, squares = 0, greatest = 0, n = (double) param->size;

      for (size_t j = 0; j < param->size; j++)
        {
          double w = params->values[j];

          sum += w;
          squares += w * w;
          greatest = fmax (greatest, fabs (w));
        }
      g_assert_cmpfloat (fabs (sum / n), <, 4 * rows[i].deviation / sqrt (n));
      g_assert_cmpfloat_with_epsilon (sqrt (squares / n), rows[i].deviation,
                                      0.03 * rows[i].deviation);
      g_assert_cmpfloat (greatest, <=, rows[i].bound * 1.00001);
      assay_params_free (params);
    }
}

static void
test_orthogonal (void)
{
  static const size_t shapes[][3] = { { 20, 50 }, { 50, 20 }, { 30, 30 }, { 1, 7 }, { 7, 1 } };

  for (guint s = 0; s < G_N_ELEMENTS (shapes); s++)
    {
      const AssayWeight *param;
      AssayParams *params = drawn (ASSAY_INIT_ORTHOGONAL, 2, shapes[s], 5, &param);
      size_t rows = shapes[s][0], columns = shapes[s][1];
      bool wide = rows <= columns;
      size_t n = wide ? rows : columns, length = wide ? columns : rows;

      for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < n; b++)
          {
            double dot = 0;

            for (size_t i = 0; i < length; i++)
              dot += (double) params->values[wide ? a * columns + i : i * columns + a]
                     * params->values[wide ? b * columns + i : i * columns + b];
            g_assert_cmpfloat_with_epsilon (dot, a == b ? 4 : 0, 2e-6);
          }
      assay_params_free (params);
    }
}

static void
test_seeds (void)
{
  const AssayWeight *param;
  AssayParams *a = drawn (ASSAY_INIT_NORMAL, 1, ASSAY_SHAPE (5, 5), 1, &param);
  AssayParams *b = drawn (ASSAY_INIT_NORMAL, 1, ASSAY_SHAPE (5, 5), 1, &param);
  AssayParams *c = drawn (ASSAY_INIT_NORMAL, 1, ASSAY_SHAPE (5, 5), 2, &param);

  g_assert_true (memcmp (a->values, b->values, a->size * sizeof (float)) == 0);
  g_assert_true (memcmp (a->values, c->values, a->size * sizeof (float)) != 0);
  assay_params_free (a);
  assay_params_free (b);
  assay_params_free (c);
}

static void
test_freeze (void)
{
  AssayParams *params = assay_params_new ();
  const AssayWeight *a = assay_params_add (params, ASSAY_SHAPE (2), ASSAY_INIT_ONE, 0, "h.1.w");
  const AssayWeight *b = assay_params_add (params, ASSAY_SHAPE (2), ASSAY_INIT_ONE, 0, "h.10.w");

  g_assert_cmpuint (assay_params_freeze (params, "h.1.", true), ==, 1);
  g_assert_true (a->frozen && !b->frozen);
  g_assert_cmpuint (assay_params_freeze (params, "", true), ==, 2);
  g_assert_true (a->frozen && b->frozen);
  g_assert_cmpuint (assay_params_freeze (params, "h.1", false), ==, 2);
  g_assert_true (!a->frozen && !b->frozen);
  g_assert_cmpuint (assay_params_freeze (params, "x", true), ==, 0);
  assay_params_free (params);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/params/arrays-lie-in-order-on-cache-lines", test_layout);
  g_test_add_func ("/params/a-scalar-has-no-dimension", test_scalar);
  g_test_add_func ("/params/initialisers-have-their-spread-and-bound", test_spread);
  g_test_add_func ("/params/orthogonal-rows-or-columns", test_orthogonal);
  g_test_add_func ("/params/arrays-are-frozen-by-prefix", test_freeze);
  g_test_add_func ("/params/the-seed-decides", test_seeds);
  return g_test_run ();
}

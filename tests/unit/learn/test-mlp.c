/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/nn/mlp.h"

#include <glib.h>
#include <math.h>

/* Two layers against the formula. */
static void
test_formula (void)
{
  static const size_t sizes[] = { 3, 5, 2 };
  AssayParams *params = assay_params_new ();
  AssayMlp *mlp = assay_mlp_new (params, "q", sizes, 3, ASSAY_TANH);
  AssayTape *tape;
  AssayTensor *y;
  AssayStream stream;
  float x[2][3] = { { 1, -2, 0.5f }, { 0, 0.25f, -1 } };

  g_assert_true (assay_params_find (params, "q.1.weight") == mlp->weights[1]);
  assay_stream_init (&stream, 1, "init");
  assay_params_init (params, &stream);
  tape = assay_tape_new (params->n);
  assay_tape_begin (tape, params->values, NULL, false);
  y = assay_mlp (tape, mlp, assay_tensor_wrap (tape, x[0], 2, ASSAY_SHAPE (2, 3)));
  g_assert_cmpuint (y->size, ==, 4);
  for (guint row = 0; row < 2; row++)
    for (guint out = 0; out < 2; out++)
      {
        double sum = params->values[mlp->biases[1]->offset + out];

        for (guint j = 0; j < 5; j++)
          {
            double hidden = params->values[mlp->biases[0]->offset + j];

            for (guint k = 0; k < 3; k++)
              hidden += (double) x[row][k] * params->values[mlp->weights[0]->offset + j * 3 + k];
            sum += tanh (hidden) * params->values[mlp->weights[1]->offset + out * 5 + j];
          }
        g_assert_cmpfloat_with_epsilon (y->data[row * 2 + out], sum, 1e-6);
      }
  assay_tape_free (tape);
  assay_mlp_free (mlp);
  assay_params_free (params);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mlp/is-the-formula", test_formula);
  return g_test_run ();
}

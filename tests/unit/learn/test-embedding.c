/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

static const int32_t ids[] = { 2, 0, 2, 4, 4, 2 }; /* two sequences of three */

static AssayTensor *
embedding (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  bool with_positions = check->inputs[1].high != 0;

  return assay_embedding (tape, in[0],
                          assay_tensor_wrap_ints (tape, ids, 2, (const size_t[]){ 2, 3 }),
                          with_positions ? in[1] : NULL);
}

static void
embedding_reference (double *y, const double *const *in, const Check *check)
{
  size_t width = check->inputs[0].shape[1];
  bool with_positions = check->inputs[1].high != 0;

  for (size_t i = 0; i < 6; i++)
    for (size_t j = 0; j < width; j++)
      y[i * width + j]
          = in[0][(size_t) ids[i] * width + j] + (with_positions ? in[1][i % 3 * width + j] : 0);
}

static const Check checks[] = {
  { .name = "embedding",
    .op = embedding,
    .reference = embedding_reference,
    .inputs = { { -1, 1, { 5, 18 } } } },
  { .name = "embedding-with-positions",
    .op = embedding,
    .reference = embedding_reference,
    .inputs = { { -1, 1, { 5, 16 } }, { -1, 1, { 4, 16 } } } },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  check_add ("learn/embedding", checks, G_N_ELEMENTS (checks));
  return g_test_run ();
}

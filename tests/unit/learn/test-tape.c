/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

/* Two parameters in a row: [2][3] and [4]. */
static const AssayWeight weights[]
    = { { .index = 0, .n_dims = 2, .size = 6, .shape = { 2, 3 } },
        { .index = 1, .n_dims = 1, .offset = 6, .size = 4, .shape = { 4 } } };
static const AssayWeight *const list[] = { &weights[0], &weights[1] };

#define SIZE 10

typedef struct Scene
{
  AssayTape *tape;
  float values[SIZE], grads[SIZE];
} Scene;

static void
set_up (Scene *scene, gconstpointer data)
{
  scene->tape = assay_tape_new (2);
  check_fill (scene->values, SIZE, -1, 1, "values");
  memset (scene->grads, 0xff, sizeof scene->grads);
}

static void
tear_down (Scene *scene, gconstpointer data)
{
  assay_tape_free (scene->tape);
}

static AssayTensor *
begin (Scene *scene, bool accumulate)
{
  assay_tape_begin (scene->tape, scene->values, scene->grads, accumulate);
  return assay_tape_param (scene->tape, list[0]);
}

static void
test_param (Scene *scene, gconstpointer data)
{
  AssayTensor *x = begin (scene, false);

  g_assert_true (x == assay_tape_param (scene->tape, list[0]));
  g_assert_true (x->data == scene->values && x->needs_grad);
  g_assert_true (assay_tape_param (scene->tape, list[1])->data == scene->values + 6);
}

static void
test_unreached (Scene *scene, gconstpointer data)
{
  AssayTensor *x = begin (scene, false);

  assay_tape_backward (scene->tape, assay_sum_all (scene->tape, x), 2, list, 2);
  for (size_t i = 0; i < SIZE; i++)
    g_assert_cmpfloat (scene->grads[i], ==, i < 6 ? 2 : 0);

  /* Accumulating, what was there stays. */
  x = begin (scene, true);
  assay_tape_backward (scene->tape, assay_sum_all (scene->tape, x), 1, list, 2);
  for (size_t i = 0; i < SIZE; i++)
    g_assert_cmpfloat (scene->grads[i], ==, i < 6 ? 3 : 0);
}

static void
test_constant_loss (Scene *scene, gconstpointer data)
{
  float one = 1;

  begin (scene, false);
  assay_tape_backward (scene->tape, assay_tensor_wrap (scene->tape, &one, 0, NULL), 1, list, 2);
  for (size_t i = 0; i < SIZE; i++)
    g_assert_cmpfloat (scene->grads[i], ==, 0);
}

static void
test_unused_branch (Scene *scene, gconstpointer data)
{
  AssayTensor *x = begin (scene, false), *loss = assay_sum_all (scene->tape, x);

  assay_square (scene->tape, assay_exp (scene->tape, x)); /* nobody's input */
  assay_tape_backward (scene->tape, loss, 1, list, 2);
  for (size_t i = 0; i < 6; i++)
    g_assert_cmpfloat (scene->grads[i], ==, 1);
}

static void
test_part_of_parameter (Scene *scene, gconstpointer data)
{
  AssayTensor *x = begin (scene, false);

  x = assay_rows (scene->tape, x, 1, 1);
  x = assay_reshape (scene->tape, x, 1, (const size_t[]){ 3 });
  assay_tape_backward (scene->tape, assay_sum_all (scene->tape, assay_square (scene->tape, x)), 1,
                       list, 2);
  for (size_t i = 0; i < SIZE; i++)
    g_assert_cmpfloat (scene->grads[i], ==, i >= 3 && i < 6 ? 2 * scene->values[i] : 0);
}

/* A chain of residuals: the gradient is handed on and never copied, yet each branch sees its own.
 */
static void
test_residuals (Scene *scene, gconstpointer data)
{
  AssayTensor *x = begin (scene, false), *y = assay_affine (scene->tape, x, 2, 0);

  for (int i = 0; i < 3; i++) /* y + 3 y = 4 y */
    y = assay_add (scene->tape, y, assay_affine (scene->tape, y, 3, 0));
  assay_tape_backward (scene->tape, assay_sum_all (scene->tape, y), 1, list, 2);
  for (size_t i = 0; i < 6; i++)
    g_assert_cmpfloat (scene->grads[i], ==, 2 * 64);
}

static void
test_many_sizes (Scene *scene, gconstpointer data)
{
  AssayTensor *sum = assay_sum_all (scene->tape, begin (scene, false));
  g_autofree float *zeros = g_new0 (float, 400);

  for (size_t n = 1; n <= 400; n++) /* more sizes than the tape keeps apart */
    {
      AssayTensor *x = assay_add (scene->tape, assay_tensor_wrap (scene->tape, zeros, 1, &n), sum);

      sum = assay_affine (scene->tape, assay_mean_all (scene->tape, x), 1, 0);
    }
  assay_tape_backward (scene->tape, sum, 1, list, 2);
  for (size_t i = 0; i < 6; i++)
    g_assert_cmpfloat_with_epsilon (scene->grads[i], 1, 1e-4);
}

static void
one_step (Scene *scene)
{
  AssayTensor *x = begin (scene, false);
  AssayTensor *y = assay_matmul (scene->tape, x, x, true);

  y = assay_log_softmax (scene->tape, assay_gelu (scene->tape, y));
  assay_tape_backward (scene->tape, assay_mean_all (scene->tape, y), 1, list, 2);
}

static void
test_steady (Scene *scene, gconstpointer data)
{
  size_t held;
  float first[SIZE];

  one_step (scene);
  memcpy (first, scene->grads, sizeof first);
  held = assay_tape_held (scene->tape);
  for (int i = 0; i < 100; i++)
    one_step (scene);
  g_assert_cmpuint (assay_tape_held (scene->tape), ==, held);
  g_assert_cmpmem (first, sizeof first, scene->grads, sizeof scene->grads);
}

/* ---- an operation of one's own: x^3, forward and adjoint ---- */

typedef struct Cube
{
  AssayTensor *x, *y;
} Cube;

static unsigned n_calls;

static void
cube_back (AssayTape *tape, void *context)
{
  const Cube *cube = context;
  bool fresh;
  float *grad = assay_tensor_grad (tape, cube->x, &fresh);

  n_calls++;
  for (size_t i = 0; i < cube->x->size; i++)
    grad[i] = (fresh ? 0 : grad[i]) + 3 * cube->x->data[i] * cube->x->data[i] * cube->y->grad[i];
}

static AssayTensor *
cube (AssayTape *tape, AssayTensor *const *in, const Check *check)
{
  AssayTensor *x = in[0], *y = assay_tensor_new (tape, ASSAY_FP32, x->n_dims, x->shape);
  Cube *context = assay_tape_record (tape, cube_back, sizeof *context, y, &x, 1);

  for (size_t i = 0; i < x->size; i++)
    y->data[i] = x->data[i] * x->data[i] * x->data[i];
  if (context != NULL)
    *context = (Cube){ x, y };
  return y;
}

static void
cube_reference (double *y, const double *const *in, const Check *check)
{
  for (size_t i = 0; i < check_size (&check->inputs[0]); i++)
    y[i] = in[0][i] * in[0][i] * in[0][i];
}

static void
test_custom (void)
{
  const Check check = {
    .name = "cube", .op = cube, .reference = cube_reference, .inputs = { { -1, 1, { 2, 3 } } }
  };

  n_calls = 0;
  check_op (&check);
  g_assert_cmpuint (n_calls, ==, 5); /* three steps, and two with a NaN */
}

/* ---- what a programmer got wrong ---- */

typedef void (*Mistake) (Scene *scene, AssayTensor *x);

static void
reshape_to_more (Scene *scene, AssayTensor *x)
{
  assay_reshape (scene->tape, x, 1, (const size_t[]){ 7 });
}

static void
rows_past_the_end (Scene *scene, AssayTensor *x)
{
  assay_rows (scene->tape, x, 1, 2);
}

static void
huge (Scene *scene, AssayTensor *x)
{
  assay_tensor_new (scene->tape, ASSAY_FP32, 2, (const size_t[]){ SIZE_MAX, 3 });
}

static void
more_than_memory (Scene *scene, AssayTensor *x)
{
  assay_tape_alloc (scene->tape, SIZE_MAX - 3);
}

static void
loss_of_many (Scene *scene, AssayTensor *x)
{
  assay_tape_backward (scene->tape, x, 1, list, 2);
}

static void
backward_without_gradients (Scene *scene, AssayTensor *x)
{
  assay_tape_begin (scene->tape, scene->values, NULL, false);
  x = assay_tape_param (scene->tape, list[0]);
  assay_tape_backward (scene->tape, assay_sum_all (scene->tape, x), 1, list, 2);
}

static void
linear_of_other_width (Scene *scene, AssayTensor *x)
{
  assay_linear (scene->tape, x, assay_tape_param (scene->tape, list[1]), NULL, ASSAY_RELU);
}

static void
add_other_shape (Scene *scene, AssayTensor *x)
{
  assay_add (scene->tape, x, assay_tape_param (scene->tape, list[1]));
}

static const struct
{
  const char *name, *message;
  Mistake make;
} mistakes[] = {
  { "reshape", "*assay_reshape: 6 elements have no shape of 7*", reshape_to_more },
  { "rows", "*assay_rows: x has no rows 1 to 3*", rows_past_the_end },
  { "huge-shape", "*no memory has such a shape*", huge },
  { "no-memory", "*There is no memory for another*", more_than_memory },
  { "loss", "*the loss must be one number, not 6*", loss_of_many },
  { "no-gradients", "*the step began without gradients*", backward_without_gradients },
  { "linear", "*assay_linear: the last dimension of x*", linear_of_other_width },
  { "add", "*assay_add: b must have the shape of a*", add_other_shape },
};

static void
test_mistake (Scene *scene, gconstpointer data)
{
  size_t i = GPOINTER_TO_SIZE (data);

  if (!check_dies (mistakes[i].message))
    return;
  mistakes[i].make (scene, begin (scene, false));
}

#define ADD(path, test) g_test_add ("/learn/tape/" path, Scene, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("a-parameter-is-one-tensor", test_param);
  ADD ("unreached-parameters-get-0-unless-accumulating", test_unreached);
  ADD ("a-loss-of-constants", test_constant_loss);
  ADD ("what-the-loss-does-not-use-costs-nothing", test_unused_branch);
  ADD ("the-gradient-of-a-part-leaves-0-elsewhere", test_part_of_parameter);
  ADD ("residuals-hand-gradients-on", test_residuals);
  ADD ("more-sizes-of-gradients-than-are-kept-apart", test_many_sizes);
  ADD ("a-steady-step-allocates-nothing-and-repeats-its-bits", test_steady);
  g_test_add_func ("/learn/tape/an-operation-of-ones-own", test_custom);
  for (size_t i = 0; i < G_N_ELEMENTS (mistakes); i++)
    {
      g_autofree char *path = g_strdup_printf ("/learn/tape/mistake/%s", mistakes[i].name);

      g_test_add (path, Scene, GSIZE_TO_POINTER (i), set_up, test_mistake, tear_down);
    }
  return g_test_run ();
}

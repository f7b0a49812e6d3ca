/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

#include "base/num/random.h"

void
check_fill (float *x, size_t n, double low, double high, const char *name)
{
  AssayStream stream;

  assay_stream_init (&stream, 1, name);
  for (size_t i = 0; i < n; i++)
    x[i] = (float) (low + (high - low) * assay_uniform (&stream));
}

double
check_nmse (const float *x, const double *reference, size_t n)
{
  double error = 0, size = 0;

  for (size_t i = 0; i < n; i++)
    {
      if (!isfinite (reference[i]) && (isnan (reference[i]) ? isnan (x[i]) : x[i] == reference[i]))
        continue;
      if (!isfinite (reference[i]) || !isfinite (x[i]))
        return INFINITY;
      error += (x[i] - reference[i]) * (x[i] - reference[i]);
      size += reference[i] * reference[i];
    }
  return error > 0 ? error / size : 0;
}

double
check_max (double a, double b)
{
  return isnan (a) || isnan (b) ? (double) NAN : fmax (a, b);
}

double
check_min (double a, double b)
{
  return -check_max (-a, -b);
}

/* ---- a scalar of any tensor ---- */

typedef struct Dot
{
  AssayTensor *x, *y;
  const float *weights;
} Dot;

static void
dot_back (AssayTape *tape, void *context)
{
  const Dot *dot = context;
  bool fresh;
  float *grad = assay_tensor_grad (tape, dot->x, &fresh);

  for (size_t i = 0; i < dot->x->size; i++)
    grad[i] = (fresh ? 0 : grad[i]) + *dot->y->grad * dot->weights[i];
}

AssayTensor *
check_dot (AssayTape *tape, AssayTensor *x, const float *weights)
{
  AssayTensor *y = assay_tensor_new (tape, ASSAY_FP32, 0, NULL);
  Dot *dot = assay_tape_record (tape, dot_back, sizeof *dot, y, &x, 1);
  double sum = 0;

  for (size_t i = 0; i < x->size; i++)
    sum += (double) x->data[i] * weights[i];
  *y->data = (float) sum;
  if (dot != NULL)
    *dot = (Dot){ x, y, weights };
  return y;
}

/* ---- an operation's inputs as parameters ---- */

typedef struct Scene
{
  const Check *check;
  uint32_t n;
  AssayWeight params[CHECK_MAX_INPUTS];
  const AssayWeight *list[CHECK_MAX_INPUTS];
  size_t size; /* of all */
  float *values, *grads;
  double *doubles; /* values */
  float *y, *weights;
  size_t n_outputs;
  AssayTape *tape;
} Scene;

static uint32_t
n_dims (const CheckInput *input)
{
  uint32_t n = 0;

  while (n < ASSAY_MAX_DIMS && input->shape[n] > 0)
    n++;
  return n;
}

size_t
check_size (const CheckInput *input)
{
  size_t size = 1;

  for (uint32_t i = 0; i < n_dims (input); i++)
    size *= input->shape[i];
  return size;
}

static void
lay_out (Scene *scene, const Check *check)
{
  *scene = (Scene){ .check = check };
  for (; scene->n < CHECK_MAX_INPUTS && check->inputs[scene->n].high != 0; scene->n++)
    {
      const CheckInput *input = &check->inputs[scene->n];
      AssayWeight *param = &scene->params[scene->n];

      *param = (AssayWeight){ .index = scene->n,
                              .n_dims = n_dims (input),
                              .offset = scene->size,
                              .size = check_size (input) };
      memcpy (param->shape, input->shape, sizeof param->shape);
      scene->list[scene->n] = param;
      scene->size += param->size;
    }
  scene->values = g_new0 (float, scene->size);
  scene->grads = g_new0 (float, scene->size);
  scene->doubles = g_new0 (double, scene->size);
  for (uint32_t i = 0; i < scene->n; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s %u", check->name, i);

      check_fill (scene->values + scene->params[i].offset, scene->params[i].size,
                  check->inputs[i].low, check->inputs[i].high, name);
    }
  for (size_t i = 0; i < scene->size; i++)
    scene->doubles[i] = scene->values[i];
  scene->tape = assay_tape_new (scene->n);
}

static void
clear (Scene *scene)
{
  assay_tape_free (scene->tape);
  g_free (scene->values);
  g_free (scene->grads);
  g_free (scene->doubles);
  g_free (scene->y);
  g_free (scene->weights);
}

static AssayTensor *
forward (Scene *scene, float *grads, bool accumulate)
{
  AssayTensor *inputs[CHECK_MAX_INPUTS];

  assay_tape_begin (scene->tape, scene->values, grads, accumulate);
  for (uint32_t i = 0; i < scene->n; i++)
    inputs[i] = assay_tape_param (scene->tape, scene->list[i]);
  return scene->check->op (scene->tape, inputs, scene->check);
}

/** One step; its values are compared with those kept in scene->y. */
static void
step (Scene *scene, bool accumulate)
{
  AssayTensor *y = forward (scene, scene->grads, accumulate);

  g_assert_cmpmem (y->data, y->size * sizeof (float), scene->y, scene->n_outputs * sizeof (float));
  assay_tape_backward (scene->tape, check_dot (scene->tape, y, scene->weights), 1, scene->list,
                       scene->n);
}

/** The weighted sum of the reference's outputs. */
static double
value (const Scene *scene, double *y)
{
  const double *inputs[CHECK_MAX_INPUTS];
  double sum = 0;

  for (uint32_t i = 0; i < scene->n; i++)
    inputs[i] = scene->doubles + scene->params[i].offset;
  scene->check->reference (y, inputs, scene->check);
  for (size_t i = 0; i < scene->n_outputs; i++)
    sum += y[i] * scene->weights[i];
  return sum;
}

static double
central_difference (const Scene *scene, size_t i, double *y)
{
  double x = scene->doubles[i], h = 1e-5 * fmax (1, fabs (x)), above, below;

  scene->doubles[i] = x + h;
  above = value (scene, y);
  scene->doubles[i] = x - h;
  below = value (scene, y);
  scene->doubles[i] = x;
  return (above - below) / (2 * h);
}

static void
assert_below (const Scene *scene, const char *what, double error, double bound)
{
  if (!(error <= bound))
    g_error ("%s: the error of %s is %g, more than %g", scene->check->name, what, error, bound);
}

static void
check_gradients (const Scene *scene, double *y)
{
  double bound = scene->check->gradient_nmse > 0 ? scene->check->gradient_nmse : 1e-9;

  for (uint32_t i = 0; i < scene->n; i++)
    {
      const AssayWeight *param = &scene->params[i];
      g_autofree double *expected = g_new (double, param->size);
      g_autofree char *what = g_strdup_printf ("the gradient of input %u", i);

      for (size_t j = 0; j < param->size; j++)
        expected[j] = central_difference (scene, param->offset + j, y);
      assert_below (scene, what, check_nmse (scene->grads + param->offset, expected, param->size),
                    bound);
    }
}

/** A NaN in the first or last element of an input reaches those outputs that it reaches in the
 *  reference, and no others; going back ends. */
static void
check_not_numbers (Scene *scene, double *expected)
{
  for (uint32_t i = 0; i < scene->n; i++)
    for (uint32_t last = 0; last < 2; last++)
      {
        const AssayWeight *param = &scene->params[i];
        size_t at = param->offset + (last ? param->size - 1 : 0);
        float kept = scene->values[at];
        AssayTensor *y;

        scene->values[at] = NAN;
        scene->doubles[at] = NAN;
        value (scene, expected);
        y = forward (scene, scene->grads, false);
        for (size_t j = 0; j < y->size; j++)
          if (isnan (y->data[j]) != isnan (expected[j]))
            g_error ("%s: with NaN in input %u, output %zu is %g, not %g", scene->check->name, i, j,
                     (double) y->data[j], expected[j]);
        assay_tape_backward (scene->tape, check_dot (scene->tape, y, scene->weights), 1,
                             scene->list, scene->n);
        scene->values[at] = kept;
        scene->doubles[at] = kept;
      }
}

void
check_op (const Check *check)
{
  Scene scene;
  AssayTensor *y;
  g_autofree float *before = NULL, *first = NULL;
  g_autofree double *expected = NULL;

  lay_out (&scene, check);
  before = g_memdup2 (scene.values, scene.size * sizeof (float));
  y = forward (&scene, NULL, false);
  g_assert_false (y->needs_grad);
  scene.n_outputs = y->size;
  scene.y = g_memdup2 (y->data, y->size * sizeof (float));
  scene.weights = g_new (float, y->size);
  check_fill (scene.weights, y->size, -1, 1, "weights");
  expected = g_new (double, y->size);
  value (&scene, expected);
  assert_below (&scene, "the values", check_nmse (scene.y, expected, scene.n_outputs),
                check->nmse > 0 ? check->nmse : 1e-12);

  /* What is in the gradients before does not matter. */
  memset (scene.grads, 0xff, scene.size * sizeof (float));
  step (&scene, false);
  check_gradients (&scene, expected);
  first = g_memdup2 (scene.grads, scene.size * sizeof (float));
  step (&scene, false);
  g_assert_cmpmem (scene.grads, scene.size * sizeof (float), first, scene.size * sizeof (float));
  step (&scene, true);
  for (size_t i = 0; i < scene.size; i++)
    g_assert_cmpfloat_with_epsilon (scene.grads[i], 2 * first[i], 1e-5 * (1 + fabsf (first[i])));
  g_assert_cmpmem (scene.values, scene.size * sizeof (float), before, scene.size * sizeof (float));
  check_not_numbers (&scene, expected);
  clear (&scene);
}

static void
run (gconstpointer check)
{
  check_op (check);
}

void
check_add (const char *group, const Check *checks, size_t n)
{
  for (size_t i = 0; i < n; i++)
    {
      g_autofree char *path = g_strdup_printf ("/%s/%s", group, checks[i].name);

      g_test_add_data_func (path, &checks[i], run);
    }
}

bool
check_dies (const char *pattern)
{
  if (g_test_subprocess ())
    return true;
  if (g_getenv ("ASSAY_EMULATED") != NULL)
    {
      g_test_skip ("an emulated program cannot start itself");
      return false;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr (pattern);
  return false;
}

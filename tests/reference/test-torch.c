/* SPDX-License-Identifier: Apache-2.0
 *
 * Programs of operations and whole models against PyTorch in double precision: generate.py
 * writes a file for each, read here.  Without PyTorch: skipped, but under CI a failure.
 */
#include "../unit/learn/check.h"
#include "base/tensors/tensors.h"
#include "learn/nn/checkpoint.h"
#include "learn/nn/optim.h"
#include "model.h"
#include "program.h"

#include <glib/gstdio.h>
#include <sys/wait.h>

#define PYTHON "/usr/bin/python3" /* Debian's, the one that has Debian's PyTorch */
#define NO_TORCH 77

/* ---- files -------------------------------------------------------------------- */

static const AssayTensorView *
view (const AssayTensors *file, const char *prefix, const char *name)
{
  g_autofree char *full = g_strconcat (prefix, name, NULL);
  const AssayTensorView *found = assay_tensors_find (file, full);

  if (found == NULL)
    g_error ("no tensor %s", full);
  return found;
}

static size_t
view_size (const AssayTensorView *is)
{
  return is->bytes / assay_type_size (is->type);
}

static double
number (const AssayTensors *file, const char *key)
{
  const char *text = assay_tensors_metadata (file, key);

  g_assert_nonnull (text);
  return g_ascii_strtod (text, NULL);
}

/* The name behind a prefix, or NULL. */
static const char *
behind (const char *name, const char *prefix)
{
  return g_str_has_prefix (name, prefix) ? name + strlen (prefix) : NULL;
}

static double
largest (const float *x, size_t n)
{
  double max = 0;

  for (size_t i = 0; i < n; i++)
    max = fmax (max, fabs (x[i]));
  return max;
}

static bool
is_nothing (const double *x, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (!(fabs (x[i]) < 1e-12))
      return false;
  return true;
}

/* @x against a tensor of the file.  The error is at most @bound, or ten times that of PyTorch in
 * single precision where a result hangs on rounding.  What is 0 but for rounding is to be small. */
static void
compare (const AssayTensors *file, const char *prefix, const char *name, const float *x,
         double bound)
{
  const AssayTensorView *truth = view (file, prefix, name);
  g_autofree char *key = g_strconcat ("float32.", prefix, name, NULL);
  double nmse = check_nmse (x, truth->data, view_size (truth));

  bound = fmax (bound, 100 * number (file, key)); /* of squares */
  if (is_nothing (truth->data, view_size (truth)))
    nmse = largest (x, view_size (truth)) < 1e-6 ? 0 : INFINITY;
  g_test_message ("%s%s: %.2g, bound %.2g", prefix, name, nmse, bound);
  if (!(nmse <= bound))
    g_test_fail_printf ("%s%s: the error is %.3g, its bound %.3g", prefix, name, nmse, bound);
}

/* ---- programs ----------------------------------------------------------------- */

typedef struct Scene
{
  AssayTensors *file;
  AssayParams *params; /* of a program: the inputs that have gradients */
  AssayTape *tape;
  float *grads;
} Scene;

static void
shape_of (size_t *shape, const AssayTensorView *is)
{
  g_assert_cmpuint (is->n_dims, <=, ASSAY_MAX_DIMS);
  for (uint32_t i = 0; i < is->n_dims; i++)
    shape[i] = is->shape[i];
}

/* Parameters are never empty; an empty input is wrapped instead. */
static void
add_inputs (Scene *scene)
{
  AssayStream stream;

  assay_stream_init (&stream, 1, "test");
  scene->params = assay_params_new ();
  for (uint32_t i = 0; i < assay_tensors_n (scene->file); i++)
    {
      const AssayTensorView *is = assay_tensors_at (scene->file, i);
      size_t shape[ASSAY_MAX_DIMS + 1] = { 0 };

      shape_of (shape, is);
      if (behind (is->name, "in.") != NULL && is->bytes > 0)
        assay_params_add (scene->params, shape, ASSAY_INIT_ZERO, 0, "%s", is->name);
    }
  assay_params_init (scene->params, &stream);
  for (uint32_t i = 0; i < scene->params->n; i++)
    {
      const AssayWeight *param = scene->params->params[i];

      memcpy (scene->params->values + param->offset, view (scene->file, "", param->name)->data,
              param->size * sizeof (float));
    }
}

static size_t
make_arguments (const Scene *scene, ProgramValue *values)
{
  size_t n = 0;

  for (uint32_t i = 0; i < assay_tensors_n (scene->file); i++)
    {
      const AssayTensorView *is = assay_tensors_at (scene->file, i);
      const char *in = behind (is->name, "in."), *name = in ? in : behind (is->name, "const.");
      size_t shape[ASSAY_MAX_DIMS];
      AssayTensor *x;

      if (name == NULL)
        continue;
      shape_of (shape, is);
      if (is->type == ASSAY_I32)
        x = assay_tensor_wrap_ints (scene->tape, is->data, is->n_dims, shape);
      else if (in != NULL && is->bytes > 0)
        x = assay_tape_param (scene->tape, assay_params_find (scene->params, is->name));
      else
        x = assay_tensor_wrap (scene->tape, is->data, is->n_dims, shape);
      values[n++] = (ProgramValue){ name, x };
    }
  return n;
}

static void
test_program (const Scene *scene)
{
  const char *text = assay_tensors_metadata (scene->file, "program");
  const AssayTensorView *truth = view (scene->file, "", "out");
  ProgramValue values[PROGRAM_MAX_VALUES];
  double bound = program_bound (text);
  AssayTensor *out;
  size_t n;

  assay_tape_begin (scene->tape, scene->params->values, scene->grads, false);
  n = make_arguments (scene, values);
  out = program_run (scene->tape, text, values, &n);
  g_assert_cmpuint (out->n_dims, ==, truth->n_dims);
  for (uint32_t i = 0; i < out->n_dims; i++)
    g_assert_cmpuint (out->shape[i], ==, truth->shape[i]);
  compare (scene->file, "", "out", out->data, bound);
  out = check_dot (scene->tape, out, view (scene->file, "", "up")->data);
  assay_tape_backward (scene->tape, out, 1, scene->params->params, scene->params->n);
  for (uint32_t i = 0; i < scene->params->n; i++)
    {
      const AssayWeight *param = scene->params->params[i];

      compare (scene->file, "grad.", behind (param->name, "in."), scene->grads + param->offset,
               bound);
    }
}

/* ---- models ------------------------------------------------------------------- */

/* Errors of sums in another order; that of the parameters is of how far they went. */
enum
{
  STEPS = 10
};
#define LOGITS_BOUND 1e-11
#define LOSS_BOUND 1e-12
#define GRADIENT_BOUND 1e-10
#define STEPS_BOUND 1e-6

static AssayTensor *
wrap (AssayTape *tape, const AssayTensorView *is)
{
  size_t shape[ASSAY_MAX_DIMS];

  shape_of (shape, is);
  return is->type == ASSAY_I32 ? assay_tensor_wrap_ints (tape, is->data, is->n_dims, shape)
                               : assay_tensor_wrap (tape, is->data, is->n_dims, shape);
}

/* Forward and backward; on the first step compares what came out. */
static void
step (const Scene *scene, const Model *model, bool first)
{
  const AssayTensorView *targets = view (scene->file, "const.", "targets");
  const int32_t *ids = targets->data;
  AssayTensor *logits, *loss;
  size_t counted = 0;

  for (size_t i = 0; i < view_size (targets); i++)
    counted += ids[i] >= 0;
  assay_tape_begin (scene->tape, scene->params->values, scene->grads, false);
  logits = model_logits (model, scene->tape,
                         wrap (scene->tape, view (scene->file, "const.", "inputs")));
  if (first)
    compare (scene->file, "", "logits", logits->data, LOGITS_BOUND);
  loss = assay_cross_entropy (scene->tape, logits, wrap (scene->tape, targets), (float) counted);
  if (first)
    compare (scene->file, "", "loss", loss->data, LOSS_BOUND);
  assay_tape_backward (scene->tape, loss, 1, scene->params->params, scene->params->n);
  for (uint32_t i = 0; first && i < scene->params->n; i++)
    compare (scene->file, "grad.", scene->params->params[i]->name,
             scene->grads + scene->params->params[i]->offset, GRADIENT_BOUND);
}

/* How far a parameter went. */
static void
compare_way (const Scene *scene, const AssayWeight *param)
{
  const float *from = view (scene->file, "param.", param->name)->data;
  g_autofree float *way = g_new (float, param->size);

  for (size_t i = 0; i < param->size; i++)
    way[i] = scene->params->values[param->offset + i] - from[i];
  compare (scene->file, "step10.", param->name, way, STEPS_BOUND);
}

/* Sends the arrays through a file of ours, in which each stands by the name and shape that the
 * independent side gave it. */
static void
go_through_a_file (const Scene *scene)
{
  g_autofree char *path = g_strdup_printf ("%s/assay-%d.safetensors", g_get_tmp_dir (), getpid ());
  AssayCheckpoint checkpoint = { .params = scene->params };
  AssayTensorsError error = { "" };
  AssayTensors *file;

  g_assert_true (assay_checkpoint_save (&checkpoint, path, &error));
  file = assay_tensors_open (path, &error);
  g_assert_nonnull (file);
  for (uint32_t i = 0; i < scene->params->n; i++)
    {
      const char *name = scene->params->params[i]->name;
      const AssayTensorView *ours = view (file, "", name),
                            *theirs = view (scene->file, "param.", name);

      g_assert_cmpuint (ours->n_dims, ==, theirs->n_dims);
      g_assert_cmpmem (ours->shape, ours->n_dims * sizeof *ours->shape, theirs->shape,
                       theirs->n_dims * sizeof *theirs->shape);
      g_assert_cmpmem (ours->data, ours->bytes, theirs->data, theirs->bytes);
    }
  assay_tensors_free (file);
  memset (scene->params->values, 0x7f, scene->params->size * sizeof (float));
  g_assert_true (assay_checkpoint_load (&checkpoint, path, &error));
  g_unlink (path);
}

static void
test_model (Scene *scene)
{
  AssayOptimizerOptions options = assay_adam_defaults;
  AssayOptimizer *optimizer;
  AssayStream stream;
  Model *model;

  assay_stream_init (&stream, 1, "test");
  model = model_new (scene->params, scene->file);
  assay_params_init (scene->params, &stream);
  for (uint32_t i = 0; i < scene->params->n; i++)
    {
      const AssayWeight *param = scene->params->params[i];
      const AssayTensorView *is = view (scene->file, "param.", param->name);

      g_assert_cmpuint (view_size (is), ==, param->size);
      memcpy (scene->params->values + param->offset, is->data, is->bytes);
    }
  go_through_a_file (scene);
  scene->tape = assay_tape_new (scene->params->n);
  scene->grads = assay_params_vector (scene->params);
  options.kind = ASSAY_ADAMW;
  options.rate = (float) number (scene->file, "rate");
  options.beta1 = (float) number (scene->file, "beta1");
  options.beta2 = (float) number (scene->file, "beta2");
  options.epsilon = (float) number (scene->file, "epsilon");
  options.decay = (float) number (scene->file, "decay");
  options.max_norm = (float) number (scene->file, "max_norm");
  optimizer = assay_optimizer_new (scene->params, &options);
  for (int i = 0; i < STEPS; i++)
    {
      step (scene, model, i == 0);
      assay_optimizer_step (optimizer, scene->grads, NULL);
    }
  for (uint32_t i = 0; i < scene->params->n; i++)
    compare_way (scene, scene->params->params[i]);
  assay_optimizer_free (optimizer);
  model_free (model);
}

/* ---- all ---------------------------------------------------------------------- */

static void
test_file (const void *path)
{
  AssayTensorsError error;
  Scene scene = { .file = assay_tensors_open (path, &error) };

  if (scene.file == NULL)
    g_error ("%s: %s", (const char *) path, error.text);
  if (assay_tensors_metadata (scene.file, "model") != NULL)
    {
      scene.params = assay_params_new ();
      test_model (&scene);
    }
  else
    {
      add_inputs (&scene);
      scene.tape = assay_tape_new (scene.params->n);
      scene.grads = assay_params_vector (scene.params);
      test_program (&scene);
    }
  assay_tape_free (scene.tape);
  assay_params_free (scene.params);
  assay_tensors_free (scene.file);
  free (scene.grads);
}

static void
test_nothing (void)
{
  if (g_strcmp0 (g_getenv ("CI"), "true") == 0)
    g_test_fail_printf ("no PyTorch in " PYTHON ", and this is CI: install python3-torch");
  else
    g_test_skip ("no PyTorch in " PYTHON "; ./dev test --peers installs it");
}

/* Writes the cases; false: there is no PyTorch. */
static bool
generate (const char *folder)
{
  g_autofree char *script = g_test_build_filename (G_TEST_DIST, "reference", "generate.py", NULL);
  const char *argv[] = { PYTHON, script, folder, NULL };
  g_autoptr (GError) error = NULL;
  int status;

  if (!g_file_test (PYTHON, G_FILE_TEST_IS_EXECUTABLE))
    return false;
  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, &status,
                &error);
  g_assert_no_error (error);
  if (WIFEXITED (status) && WEXITSTATUS (status) == NO_TORCH)
    return false;
  g_spawn_check_wait_status (status, &error);
  g_assert_no_error (error);
  return true;
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = NULL;
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);

  g_test_init (&argc, &argv, NULL);
  folder = g_test_build_filename (G_TEST_BUILT, "reference", "torch", NULL);
  if (generate (folder))
    {
      g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
      const char *name;

      while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *test = g_strdup_printf ("/torch/%.*s", (int) strcspn (name, "."), name);
          char *path = g_build_filename (folder, name, NULL);

          g_ptr_array_add (paths, path);
          g_test_add_data_func (test, path, test_file);
        }
    }
  if (paths->len == 0)
    g_test_add_func ("/torch/parity", test_nothing);
  return g_test_run ();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/nn/checkpoint.h"
#include "learn/nn/mlp.h"
#include "learn/nn/train.h"

#include <assay/random.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <math.h>

#define ROWS 8
#define IN 6
#define CLASSES 5

static char *folder, *path;

/* A training on random batches: all that a step changes is in the checkpoint. */
typedef struct Run
{
  AssayParams *params;
  AssayMlp *mlp;
  AssayOptimizer *optimizer;
  AssayTrainer *trainer;
  float *average;
  AssayStream stream;
  uint64_t samples;
  float x[ROWS * IN];
  int32_t y[ROWS];
  AssayCheckpoint checkpoint;
} Run;

static Run *
run_new (size_t hidden, AssayOptimizerKind kind, uint64_t seed)
{
  const size_t sizes[] = { IN, hidden, CLASSES };
  AssayOptimizerOptions options = assay_adam_defaults;
  Run *run = g_new0 (Run, 1);

  options.kind = kind;
  options.rate = 0.01;
  options.decay = 0.1;
  run->params = assay_params_new ();
  run->mlp = assay_mlp_new (run->params, "mlp", sizes, 3, ASSAY_GELU);
  assay_stream_init (&run->stream, seed, "train");
  assay_params_init (run->params, &run->stream);
  run->optimizer = assay_optimizer_new (run->params, &options);
  run->trainer = assay_trainer_new (run->params, 2, NULL);
  run->average = assay_params_vector (run->params);
  run->checkpoint = (AssayCheckpoint){ .params = run->params,
                                       .optimizer = run->optimizer,
                                       .average = run->average,
                                       .streams = &run->stream,
                                       .n_streams = 1,
                                       .counters = &run->samples,
                                       .n_counters = 1 };
  return run;
}

static void
run_free (Run *run)
{
  assay_trainer_free (run->trainer);
  assay_optimizer_free (run->optimizer);
  assay_mlp_free (run->mlp);
  assay_params_free (run->params);
  free (run->average);
  g_free (run);
}

static AssayTensor *
loss (AssayTape *tape, uint32_t shard, void *data)
{
  const Run *run = data;
  size_t rows = ROWS / 2, begin = shard * rows;
  AssayTensor *x = assay_tensor_wrap (tape, run->x + begin * IN, 2, ASSAY_SHAPE (rows, IN));
  AssayTensor *y = assay_tensor_wrap_ints (tape, run->y + begin, 1, ASSAY_SHAPE (rows));

  return assay_cross_entropy (tape, assay_mlp (tape, run->mlp, x), y, ROWS);
}

static void
train (Run *run, guint steps)
{
  for (guint t = 0; t < steps; t++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (run->x); i++)
        run->x[i] = (float) assay_normal (&run->stream);
      for (guint i = 0; i < ROWS; i++)
        run->y[i] = (int32_t) assay_below (&run->stream, CLASSES);
      assay_gradient (run->trainer, loss, run, false);
      assay_optimizer_step (run->optimizer, run->trainer->grads[0], NULL);
      assay_moving_average (run->average, run->params->values, 0.9f, run->params->size, NULL);
      run->samples += ROWS;
    }
}

static void
save (const AssayCheckpoint *checkpoint)
{
  AssayTensorsError error = { "" };

  g_assert_true (assay_checkpoint_save (checkpoint, path, &error));
  g_assert_cmpstr (error.text, ==, "");
}

static void
load (const AssayCheckpoint *checkpoint)
{
  AssayTensorsError error = { "" };

  assay_checkpoint_load (checkpoint, path, &error);
  g_assert_cmpstr (error.text, ==, "");
}

static void
assert_equal (const Run *a, const Run *b)
{
  size_t bytes = a->params->size * sizeof (float);

  g_assert_cmpmem (a->params->values, bytes, b->params->values, bytes);
  g_assert_cmpmem (a->average, bytes, b->average, bytes);
  g_assert_cmpmem (a->optimizer->moments1, bytes, b->optimizer->moments1, bytes);
  if (a->optimizer->moments2 != NULL)
    g_assert_cmpmem (a->optimizer->moments2, bytes, b->optimizer->moments2, bytes);
  g_assert_cmpuint (a->optimizer->steps, ==, b->optimizer->steps);
  g_assert_cmpuint (a->samples, ==, b->samples);
}

static void
test_continue (void)
{
  static const AssayOptimizerKind kinds[] = { ASSAY_SGD, ASSAY_ADAM, ASSAY_ADAMW };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      Run *straight = run_new (9, kinds[i], 1), *first = run_new (9, kinds[i], 1);
      Run *second = run_new (9, kinds[i], 2);

      train (straight, 7);
      train (first, 3);
      save (&first->checkpoint);
      load (&second->checkpoint);
      assert_equal (first, second);
      train (second, 4);
      assert_equal (straight, second);
      run_free (straight);
      run_free (first);
      run_free (second);
    }
}

static void
test_params_only (void)
{
  Run *trained = run_new (9, ASSAY_ADAMW, 1), *other = run_new (9, ASSAY_ADAMW, 2);
  AssayCheckpoint only = { .params = other->params };

  train (trained, 2);
  save (&trained->checkpoint);
  load (&only); /* leaves the training alone */
  g_assert_cmpmem (trained->params->values, trained->params->size * sizeof (float),
                   other->params->values, other->params->size * sizeof (float));
  only.params = trained->params;
  save (&only);
  only.params = other->params;
  load (&only);
  run_free (trained);
  run_free (other);
}

/** Loading into @run is refused with a sentence that has @word and names the file. */
static void
expect_refusal (Run *run, const AssayCheckpoint *checkpoint, const char *word)
{
  AssayTensorsError error = { "" };
  gsize bytes = run->params->size * sizeof (float);
  g_autofree float *kept = g_memdup2 (run->params->values, bytes);

  g_assert_false (assay_checkpoint_load (checkpoint, path, &error));
  if (strstr (error.text, word) == NULL || !g_str_has_prefix (error.text, path))
    g_error ("\"%s\" is not about %s", error.text, word);
  g_assert_cmpmem (kept, bytes, run->params->values, bytes);
}

static void
test_refusals (void)
{
  Run *run = run_new (9, ASSAY_ADAMW, 1), *wide = run_new (10, ASSAY_ADAMW, 1);
  Run *sgd = run_new (9, ASSAY_SGD, 1);
  AssayCheckpoint partial = run->checkpoint;
  AssayTensorsEntry newer = { "assay-checkpoint", "2" };
  AssayTensorsError error = { "" };

  save (&wide->checkpoint);
  expect_refusal (run, &run->checkpoint,
                  "\"mlp.0.weight\" has the shape [10, 6], the model needs [9, 6]");
  save (&sgd->checkpoint);
  expect_refusal (run, &run->checkpoint, "\"training.moments2.mlp.0.weight\" is missing");
  save (&run->checkpoint);
  expect_refusal (sgd, &sgd->checkpoint, "\"training.moments2.mlp.0.weight\" is none of");
  partial.n_counters = 0;
  expect_refusal (run, &partial, "\"training.counters\" is none of");
  partial.n_counters = 1;
  partial.n_streams = 0;
  save (&partial);
  expect_refusal (run, &run->checkpoint, "\"training.streams\" is missing");
  run->average[3] = NAN;
  save (&run->checkpoint);
  expect_refusal (wide, &wide->checkpoint, "\"mlp.0.weight\" has the shape");
  expect_refusal (run, &run->checkpoint, "\"training.average.mlp.0.weight\" has a NaN");
  run->average[3] = 0;
  run->params->values[run->mlp->biases[1]->offset] = INFINITY;
  save (&run->checkpoint);
  expect_refusal (run, &run->checkpoint, "\"mlp.1.bias\" has a NaN or an infinity");
  g_assert_true (assay_tensors_write (path, NULL, 0, &newer, 1, &error));
  expect_refusal (run, &run->checkpoint, "newer");
  g_assert_true (g_file_set_contents (path, "{}", -1, NULL));
  expect_refusal (run, &run->checkpoint, "too short");
  g_remove (path);
  expect_refusal (run, &run->checkpoint, "could not open");
  run_free (run);
  run_free (wide);
  run_free (sgd);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("assay-checkpoint-XXXXXX", NULL);
  path = g_build_filename (folder, "model.safetensors", NULL);
  g_test_add_func ("/checkpoint/training-goes-on-to-the-same-bits", test_continue);
  g_test_add_func ("/checkpoint/a-model-without-its-training", test_params_only);
  g_test_add_func ("/checkpoint/wrong-files-are-refused-and-change-nothing", test_refusals);
  status = g_test_run ();
  g_remove (path);
  g_rmdir (folder);
  g_free (path);
  g_free (folder);
  return status;
}

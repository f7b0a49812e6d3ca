/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/text/fine-tune.h"

#include "base/num/random.h"
#include "check.h"
#include "learn/text/blocks.h"

#include <assay/random.h>
#include <glib/gstdio.h>
#include <malloc.h>

#define VOCABULARY 11
#define STEPS 12
#define ROWS 50

static const AssayGptConfig config
    = { .d = 16, .layers = 2, .heads = 2, .context = STEPS, .vocabulary = VOCABULARY };

typedef struct Model
{
  AssayParams *params;
  AssayGpt *gpt;
} Model;

static AssayStream
stream_of (const char *name)
{
  AssayStream stream;

  assay_stream_init (&stream, 3, name);
  return stream;
}

static Model
model_new (void)
{
  Model model = { assay_params_new () };
  AssayStream stream = stream_of ("model");

  model.gpt = assay_gpt_new (model.params, &config);
  assay_params_init (model.params, &stream);
  return model;
}

static void
model_clear (Model *model)
{
  assay_gpt_free (model->gpt);
  assay_params_free (model->params);
}

/** The answer to a prompt is its last id, each time one more, up to an end token, 0. */
static AssaySequences *
demonstrations (uint32_t n)
{
  AssaySequences *sequences = assay_sequences_new (n, STEPS);
  AssayStream stream = stream_of ("demonstrations");

  for (uint32_t i = 0; i < n; i++)
    {
      int32_t ids[STEPS];
      uint32_t prompt = 1 + assay_below (&stream, 5), length = prompt;

      for (uint32_t t = 0; t < prompt; t++)
        ids[t] = (int32_t) (1 + assay_below (&stream, VOCABULARY - 1));
      while (length + 1 < STEPS && ids[length - 1] + 1 < VOCABULARY)
        {
          ids[length] = ids[length - 1] + 1;
          length++;
        }
      ids[length++] = 0;
      assay_sequences_set (sequences, i, ids, prompt, length);
    }
  return sequences;
}

static AssayTrainingOptions
usual_options (uint32_t epochs)
{
  AssayTrainingOptions options = { .epochs = epochs,
                                   .batch = 16,
                                   .shards = 2,
                                   .optimizer = assay_adam_defaults,
                                   .schedule = ASSAY_SCHEDULE_LINEAR,
                                   .warm_up = 3 };

  options.optimizer.kind = ASSAY_ADAMW;
  options.optimizer.rate = 1e-2;
  options.optimizer.decay = 0.01;
  options.optimizer.max_norm = 1;
  return options;
}

/** A training of a new model on @sequences, or on the usual ones. */
typedef struct Run
{
  Model model;
  AssaySequences *sequences;
  AssayWorkers *workers;
  AssayTraining *training;
} Run;

static Run
run_new (const AssayTrainingOptions *options, uint32_t n_threads, uint32_t n_rows)
{
  Run run = { model_new (), demonstrations (n_rows), assay_workers_new (n_threads) };
  AssayStream stream = stream_of ("order");

  run.training = assay_fine_tuning_new (run.model.params, run.model.gpt, run.sequences,
                                        ASSAY_TARGETS_ANSWERS, options, &stream, run.workers);
  return run;
}

static void
run_clear (Run *run)
{
  assay_training_free (run->training);
  assay_workers_free (run->workers);
  assay_sequences_free (run->sequences);
  model_clear (&run->model);
}

static bool
same_values (const Run *a, const Run *b)
{
  const AssayParams *x = a->model.params, *y = b->model.params;

  return memcmp (x->values, y->values, x->size * sizeof *x->values) == 0;
}

/* ---- what is learnt ---- */

static void
test_learns (void)
{
  AssayTrainingOptions options = usual_options (30);
  Run run = run_new (&options, 2, 200);
  AssayLanguageLoss before, after;

  before = assay_language_loss (run.model.params, run.model.gpt, run.sequences,
                                ASSAY_TARGETS_ANSWERS, run.workers);
  g_assert_cmpfloat_with_epsilon (before.loss, log (VOCABULARY), 0.3);
  g_assert_true (assay_training_run (run.training, NULL, NULL));
  g_assert_false (assay_training_step (run.training, NULL));
  after = assay_language_loss (run.model.params, run.model.gpt, run.sequences,
                               ASSAY_TARGETS_ANSWERS, run.workers);
  g_assert_cmpuint (after.n, ==, before.n);
  g_assert_cmpfloat (after.loss, <, 0.05);
  g_assert_cmpfloat (after.perplexity, ==, exp (after.loss));
  run_clear (&run);
}

/** The mean cross entropy of the targets, row by row without padding. */
static double
expected_loss (const Model *model, const AssaySequences *sequences, AssayTargets targets,
               uint64_t *n)
{
  AssayTape *tape = assay_tape_new (model->params->n);
  double sum = 0;

  *n = 0;
  for (uint32_t i = 0; i < sequences->n; i++)
    {
      uint32_t begin = targets == ASSAY_TARGETS_ROWS ? 1 : sequences->prompts[i];
      size_t length = sequences->lengths[i];
      const int32_t *ids = assay_sequence (sequences, i);
      AssayTensor *logs;

      assay_tape_begin (tape, model->params->values, NULL, false);
      logs = assay_log_softmax (
          tape, assay_gpt_logits (tape, model->gpt,
                                  assay_tensor_wrap_ints (tape, ids, 2, ASSAY_SHAPE (1, length))));
      for (size_t t = begin; t < length; t++, ++*n)
        sum -= (double) logs->data[(t - 1) * VOCABULARY + (size_t) ids[t]];
    }
  assay_tape_free (tape);
  return sum / (double) *n;
}

static void
test_loss_is_of_targets (void)
{
  static const AssayTargets kinds[] = { ASSAY_TARGETS_ANSWERS, ASSAY_TARGETS_ROWS };
  Model model = model_new ();
  AssaySequences *sequences = demonstrations (ROWS);
  AssayTrainingOptions options = usual_options (1);

  options.batch = ROWS;
  options.optimizer.rate = 0;
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      AssayStream stream = stream_of ("order");
      AssayTraining *training = assay_fine_tuning_new (model.params, model.gpt, sequences, kinds[i],
                                                       &options, &stream, NULL);
      AssayLanguageLoss loss
          = assay_language_loss (model.params, model.gpt, sequences, kinds[i], NULL);
      AssayTrainingStep step;
      uint64_t n;
      double expected = expected_loss (&model, sequences, kinds[i], &n);

      g_assert_true (assay_training_step (training, &step));
      g_assert_cmpfloat_with_epsilon (step.loss, expected, 1e-5);
      g_assert_cmpfloat_with_epsilon (loss.loss, expected, 1e-6);
      g_assert_cmpuint (loss.n, ==, n);
      assay_training_free (training);
    }
  assay_sequences_free (sequences);
  model_clear (&model);
}

/** Ids behind the ends, and more room there, change no bit. */
static void
test_padding_changes_nothing (void)
{
  AssayTrainingOptions options = usual_options (2);
  Run plain = run_new (&options, 1, ROWS), padded = run_new (&options, 1, ROWS);
  AssaySequences *wide = assay_sequences_new (ROWS, STEPS + 5);
  AssayStream stream = stream_of ("order");
  AssayLanguageLoss a, b;

  for (uint32_t i = 0; i < ROWS; i++)
    {
      uint32_t length = plain.sequences->lengths[i];

      assay_sequences_set (wide, i, assay_sequence (plain.sequences, i),
                           plain.sequences->prompts[i], length);
      for (uint32_t t = length; t < wide->steps; t++)
        assay_sequence (wide, i)[t] = (int32_t) (t % VOCABULARY);
    }
  assay_training_free (padded.training);
  padded.training = assay_fine_tuning_new (padded.model.params, padded.model.gpt, wide,
                                           ASSAY_TARGETS_ANSWERS, &options, &stream, NULL);
  assay_training_run (plain.training, NULL, NULL);
  assay_training_run (padded.training, NULL, NULL);
  g_assert_true (same_values (&plain, &padded));
  a = assay_language_loss (plain.model.params, plain.model.gpt, plain.sequences, ASSAY_TARGETS_ROWS,
                           NULL);
  b = assay_language_loss (plain.model.params, plain.model.gpt, wide, ASSAY_TARGETS_ROWS, NULL);
  g_assert_true (a.loss == b.loss && a.n == b.n);
  assay_sequences_free (wide);
  run_clear (&plain);
  run_clear (&padded);
}

/* ---- how it goes ---- */

static void
test_threads_change_nothing (void)
{
  AssayTrainingOptions options = usual_options (2);
  Run one, three;
  AssayLanguageLoss a, b;

  options.shards = 3;
  one = run_new (&options, 1, ROWS);
  three = run_new (&options, 3, ROWS);
  assay_training_run (one.training, NULL, NULL);
  assay_training_run (three.training, NULL, NULL);
  g_assert_true (same_values (&one, &three));
  a = assay_language_loss (one.model.params, one.model.gpt, one.sequences, ASSAY_TARGETS_ROWS,
                           NULL);
  b = assay_language_loss (one.model.params, one.model.gpt, one.sequences, ASSAY_TARGETS_ROWS,
                           three.workers);
  g_assert_true (a.loss == b.loss);
  run_clear (&one);
  run_clear (&three);
}

/** A batch in parts has the same gradient but for rounding. */
static void
test_parts_add_up (void)
{
  AssayTrainingOptions options = usual_options (1);
  Run whole, parts;

  options.batch = 20;
  options.optimizer.kind = ASSAY_SGD;
  options.optimizer.beta1 = 0;
  whole = run_new (&options, 1, ROWS);
  options.parts = 7;
  parts = run_new (&options, 1, ROWS);
  assay_training_run (whole.training, NULL, NULL);
  assay_training_run (parts.training, NULL, NULL);
  g_assert_false (same_values (&whole, &parts));
  for (size_t i = 0; i < whole.model.params->size; i++)
    g_assert_cmpfloat_with_epsilon (whole.model.params->values[i], parts.model.params->values[i],
                                    2e-6f);
  run_clear (&whole);
  run_clear (&parts);
}

static bool
count_epochs (const AssayTrainingStep *step, void *data)
{
  uint32_t *epochs = data;

  g_assert_cmpuint (step->epoch, ==, *epochs);
  g_assert_cmpuint (step->steps, ==, 12);
  g_assert_true (step->epoch_ended == (step->step % 4 == 0));
  g_assert_cmpfloat_with_epsilon (
      step->rate, 1e-2 * assay_schedule (ASSAY_SCHEDULE_LINEAR, step->step - 1, 3, 12, 0), 1e-15);
  g_assert_cmpfloat (step->norm, >, 0);
  if (step->step % 4 == 1)
    g_assert_cmpfloat (step->epoch_loss, ==, step->loss);
  *epochs += step->epoch_ended;
  return true;
}

/** 50 rows are 3 batches of 16 and one of 2. */
static void
test_reports_each_step (void)
{
  AssayTrainingOptions options = usual_options (3);
  Run run = run_new (&options, 1, ROWS);
  uint32_t epochs = 0;

  g_assert_true (assay_training_run (run.training, count_epochs, &epochs));
  g_assert_cmpuint (epochs, ==, 3);
  run_clear (&run);
}

static bool
leave_off_after (const AssayTrainingStep *step, void *data)
{
  return step->step < *(const uint64_t *) data;
}

static void
test_leaves_off_and_goes_on (void)
{
  AssayTrainingOptions options = usual_options (2);
  Run whole = run_new (&options, 1, ROWS), broken = run_new (&options, 1, ROWS);
  uint64_t at = 3;

  assay_training_run (whole.training, NULL, NULL);
  g_assert_false (assay_training_run (broken.training, leave_off_after, &at));
  g_assert_false (same_values (&whole, &broken));
  g_assert_true (assay_training_run (broken.training, NULL, NULL));
  g_assert_true (same_values (&whole, &broken));
  run_clear (&whole);
  run_clear (&broken);
}

static void
test_frozen_arrays_stay (void)
{
  AssayTrainingOptions options = usual_options (1);
  Run run = run_new (&options, 1, ROWS);
  AssayParams *params = run.model.params;
  g_autofree float *before = g_memdup2 (params->values, params->size * sizeof (float));

  g_assert_cmpuint (assay_params_freeze (params, "h.0.", true), >, 0);
  assay_training_run (run.training, NULL, NULL);
  for (uint32_t i = 0; i < params->n; i++)
    {
      const AssayWeight *array = params->params[i];
      bool same = memcmp (before + array->offset, params->values + array->offset,
                          array->size * sizeof (float))
                  == 0;

      g_assert_true (same == array->frozen);
    }
  run_clear (&run);
}

/** After an epoch of rows of one length, a step asks for no memory that it keeps. */
static void
test_memory_does_not_grow (void)
{
  AssayTrainingOptions options = usual_options (4);
  Run run = run_new (&options, 1, 48);
  struct mallinfo2 before, after;
  AssayStream stream = stream_of ("order");

  for (uint32_t i = 0; i < 48; i++)
    {
      run.sequences->prompts[i] = 2;
      run.sequences->lengths[i] = STEPS;
    }
  assay_training_free (run.training);
  run.training = assay_fine_tuning_new (run.model.params, run.model.gpt, run.sequences,
                                        ASSAY_TARGETS_ANSWERS, &options, &stream, NULL);
  for (int i = 0; i < 3; i++)
    assay_training_step (run.training, NULL);
  before = mallinfo2 ();
  while (assay_training_step (run.training, NULL))
    ;
  after = mallinfo2 ();
  g_assert_cmpuint (after.uordblks + after.hblkhd, ==, before.uordblks + before.hblkhd);
  run_clear (&run);
}

/* ---- its state ---- */

/** Saved after @at steps and loaded into another. */
static void
check_goes_on (uint64_t at)
{
  AssayTrainingOptions options = usual_options (3);
  Run whole = run_new (&options, 1, ROWS), first = run_new (&options, 1, ROWS);
  Run second = run_new (&options, 2, ROWS);
  g_autofree char *folder = g_dir_make_tmp (NULL, NULL);
  g_autofree char *path = g_build_filename (folder, "training.safetensors", NULL);
  AssayTensorsError error;
  AssayTrainingStep a, b;

  for (uint64_t i = 0; i < at; i++)
    g_assert_true (assay_training_step (first.training, NULL));
  g_assert_true (assay_training_save (first.training, path, &error));
  g_assert_true (assay_training_load (second.training, path, &error));
  while (assay_training_step (whole.training, &a))
    if (a.step > at)
      {
        g_assert_true (assay_training_step (second.training, &b));
        g_assert_true (a.step == b.step && a.epoch == b.epoch && a.loss == b.loss);
        g_assert_true (a.rate == b.rate && a.norm == b.norm && a.epoch_loss == b.epoch_loss);
      }
  g_assert_false (assay_training_step (second.training, NULL));
  g_assert_true (same_values (&whole, &second));
  g_remove (path);
  g_rmdir (folder);
  run_clear (&whole);
  run_clear (&first);
  run_clear (&second);
}

static void
test_saved_goes_on (void)
{
  check_goes_on (0);
  check_goes_on (2);
  check_goes_on (4);
  check_goes_on (9);
  check_goes_on (12);
}

static void
test_other_state_is_refused (void)
{
  AssayTrainingOptions options = usual_options (1), longer = usual_options (2);
  Run one = run_new (&longer, 1, ROWS), fewer = run_new (&options, 1, ROWS - 1);
  Run shorter = run_new (&options, 1, ROWS);
  g_autofree char *folder = g_dir_make_tmp (NULL, NULL);
  g_autofree char *path = g_build_filename (folder, "training.safetensors", NULL);
  AssayTensorsError error;

  assay_training_run (one.training, NULL, NULL);
  g_assert_true (assay_training_save (one.training, path, &error));
  g_assert_false (assay_training_load (fewer.training, path, &error));
  g_assert_nonnull (strstr (error.text, "on 50 rows by batches of 16, not of this one"));
  g_assert_false (assay_training_load (shorter.training, path, &error));
  g_assert_nonnull (strstr (error.text, "saved at step 8"));
  g_remove (path);
  g_assert_false (assay_training_load (one.training, path, &error));
  g_rmdir (folder);
  run_clear (&one);
  run_clear (&fewer);
  run_clear (&shorter);
}

/* ---- rows with little in them ---- */

static void
test_nothing_to_learn (void)
{
  Model model = model_new ();
  AssaySequences *sequences = assay_sequences_new (3, STEPS);
  AssayTrainingOptions options = usual_options (2);
  AssayStream stream = stream_of ("order");
  AssayTraining *training;
  AssayTrainingStep step;
  AssayLanguageLoss loss;
  g_autofree float *before = g_memdup2 (model.params->values, model.params->size * sizeof (float));

  for (uint32_t i = 0; i < 3; i++)
    assay_sequences_set (sequences, i, (const int32_t[]){ 4, 5 }, 1 + i % 2, 1 + i % 2);
  options.optimizer.decay = 0;
  training = assay_fine_tuning_new (model.params, model.gpt, sequences, ASSAY_TARGETS_ANSWERS,
                                    &options, &stream, NULL);
  while (assay_training_step (training, &step))
    g_assert_true (step.loss == 0 && step.norm == 0 && step.epoch_loss == 0);
  g_assert_cmpmem (before, model.params->size * sizeof (float), model.params->values,
                   model.params->size * sizeof (float));
  loss = assay_language_loss (model.params, model.gpt, sequences, ASSAY_TARGETS_ANSWERS, NULL);
  g_assert_true (loss.n == 0 && loss.loss == 0 && loss.perplexity == 1);
  loss = assay_language_loss (model.params, model.gpt, sequences, ASSAY_TARGETS_ROWS, NULL);
  g_assert_true (loss.n == 1 && loss.loss > 0);
  assay_training_free (training);
  assay_sequences_free (sequences);
  model_clear (&model);
}

static void
test_one_row (void)
{
  AssayTrainingOptions options = usual_options (40);
  Run run;
  AssayTrainingStep first, last;

  options.shards = 5;
  options.parts = 2;
  run = run_new (&options, 2, 1);
  g_assert_true (assay_training_step (run.training, &first));
  while (assay_training_step (run.training, &last))
    ;
  g_assert_cmpuint (last.step, ==, 40);
  g_assert_cmpfloat (last.loss, <, first.loss / 4);
  run_clear (&run);
}

static void
test_row_beyond_the_context_ends (void)
{
  if (check_dies ("*row 0 has 14 ids*the context 12*"))
    {
      Model model = model_new ();
      AssaySequences *sequences = assay_sequences_new (1, 14);
      AssayTrainingOptions options = usual_options (1);
      AssayStream stream = stream_of ("order");

      sequences->prompts[0] = 1;
      sequences->lengths[0] = 14;
      assay_fine_tuning_new (model.params, model.gpt, sequences, ASSAY_TARGETS_ROWS, &options,
                             &stream, NULL);
    }
}

/* ---- blocks ---- */

static void
test_sorted_longest_first (void)
{
  AssayStream stream = stream_of ("items");
  AssayItem items[300], room[300];

  for (uint32_t n = 0; n <= 300; n += n < 20 ? 1 : 35)
    {
      for (uint32_t i = 0; i < n; i++)
        items[i] = (AssayItem){ assay_below (&stream, 9), i };
      assay_sort_items (items, room, n);
      for (uint32_t i = 1; i < n; i++)
        g_assert_true (
            items[i - 1].length > items[i].length
            || (items[i - 1].length == items[i].length && items[i - 1].place < items[i].place));
    }
}

/** Of 64 rows of 8 to 40 ids, blocks pad less than an eighth. */
static void
test_little_is_padded (void)
{
  AssayStream stream = stream_of ("lengths");
  AssayItem items[64], room[64];
  uint32_t used = 0, padded = 0;

  for (uint32_t i = 0; i < 64; i++)
    items[i] = (AssayItem){ 8 + assay_below (&stream, 33), i };
  assay_sort_items (items, room, 64);
  for (uint32_t i = 0, size; i < 64; i += size)
    {
      size = assay_block_size (items + i, 64 - i);
      padded += size * items[i].length;
      for (uint32_t k = 0; k < size; k++)
        used += items[i + k].length;
    }
  g_assert_cmpuint (padded, >=, used);
  g_assert_cmpuint (padded, <, used + used / 8);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fine-tune/learns-answers", test_learns);
  g_test_add_func ("/fine-tune/loss-is-the-mean-of-targets", test_loss_is_of_targets);
  g_test_add_func ("/fine-tune/padding-changes-no-bit", test_padding_changes_nothing);
  g_test_add_func ("/fine-tune/threads-change-no-bit", test_threads_change_nothing);
  g_test_add_func ("/fine-tune/parts-add-up", test_parts_add_up);
  g_test_add_func ("/fine-tune/reports-each-step", test_reports_each_step);
  g_test_add_func ("/fine-tune/leaves-off-and-goes-on", test_leaves_off_and_goes_on);
  g_test_add_func ("/fine-tune/frozen-arrays-stay", test_frozen_arrays_stay);
  g_test_add_func ("/fine-tune/memory-does-not-grow", test_memory_does_not_grow);
  g_test_add_func ("/fine-tune/saved-goes-on-to-the-same-bits", test_saved_goes_on);
  g_test_add_func ("/fine-tune/state-of-another-training-is-refused", test_other_state_is_refused);
  g_test_add_func ("/fine-tune/rows-without-targets-teach-nothing", test_nothing_to_learn);
  g_test_add_func ("/fine-tune/one-row", test_one_row);
  g_test_add_func ("/fine-tune/row-beyond-the-context-ends", test_row_beyond_the_context_ends);
  g_test_add_func ("/fine-tune/sorted-longest-first", test_sorted_longest_first);
  g_test_add_func ("/fine-tune/little-is-padded", test_little_is_padded);
  return g_test_run ();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "text-parts.h"

#include "learn/text/fine-tune.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DECAY 0.001 /* of scores' squares (Coste et al. 2023, configuration) */
#define BATCH 32

static AssayTrainingOptions
training_of (uint32_t epochs, double rate)
{
  return (AssayTrainingOptions){ .epochs = epochs,
                                 .batch = BATCH,
                                 .optimizer = { ASSAY_ADAMW, rate, 0.9, 0.95, 1e-8, 0.1, 1 },
                                 .schedule = ASSAY_SCHEDULE_COSINE,
                                 .warm_up = 10,
                                 .floor = 0.1 };
}

/* ---- A stage's result ------------------------------------------------------------------------ */

static bool
keep (AssayRun *run, const char *path, const AssayTensorView *views, uint32_t n)
{
  AssayTensorsError error;

  if (assay_tensors_write (path, views, n, NULL, 0, &error))
    return true;
  assay_fail (run, error.text);
  return false;
}

static AssayTensorView
numbers_view (const char *name, const double *data, uint64_t n)
{
  return (AssayTensorView){ name, ASSAY_F64, 1, { n }, data, n * sizeof *data };
}

/* ---- Trunks
 * -------------------------------------------------------------------------------------- */

typedef struct Language
{
  AssayParams *params;
  AssayGpt *gpt;
} Language;

static Language
language_new (const AssayGptConfig *config)
{
  Language model = { .params = assay_params_new () };

  model.gpt = assay_gpt_new (model.params, config);
  return model;
}

static void
language_clear (Language *model)
{
  assay_gpt_free (model->gpt);
  assay_params_free (model->params);
}

/* Both answers of each pair to train on. */
static AssaySequences *
training_rows (const TextLab *lab)
{
  uint32_t n = lab->n_train;
  AssaySequences *all = assay_sequences_new (2 * n, lab->pairs->chosen->steps);

  for (uint32_t i = 0; i < 2 * n; i++)
    {
      const AssaySequences *side = i < n ? lab->pairs->chosen : lab->pairs->rejected;
      uint32_t row = lab->rows[i % n];

      assay_sequences_set (all, i, assay_sequence (side, row), side->prompts[row],
                           side->lengths[row]);
    }
  return all;
}

bool
text_trunk_build (AssayRun *run, const char *path, void *data)
{
  const TextOrder *order = data;
  Language model = language_new (&order->lab->config);
  AssaySequences *rows = training_rows (order->lab);
  AssayTrainingOptions options = training_of (order->lab->setup->lm_epochs, 2e-3);
  AssayTraining *training;
  AssayStream stream;
  char name[32];
  bool ok = true;

  snprintf (name, sizeof name, "trunk.%u", order->member);
  assay_stream (run, name, &stream);
  assay_params_init (model.params, &stream);
  training = assay_fine_tuning_new (model.params, model.gpt, rows, ASSAY_TARGETS_ROWS, &options,
                                    &stream, NULL);
  while (ok && assay_training_step (training, NULL))
    ok = !assay_cancelled (run);
  assay_training_free (training);
  ok = ok
       && keep (run, path,
                &(AssayTensorView){ "values",
                                    ASSAY_F32,
                                    1,
                                    { model.params->size },
                                    model.params->values,
                                    model.params->size * sizeof *model.params->values },
                1);
  assay_sequences_free (rows);
  language_clear (&model);
  return ok;
}

/* ---- Members
 * --------------------------------------------------------------------------------------- */

/* One member in training. */
typedef struct Pupil
{
  const TextOrder *order;
  AssayEnsemble *ensemble;
  AssayRewardModel *model;
  AssayPairs *pairs;
  uint32_t *own; /* rows */
  uint32_t n_own, epochs;
  double *accuracy, *loss, *train_loss, *scores;
} Pupil;

static const float *
trunk_values (const AssayTensors *file, size_t size)
{
  const AssayTensorView *view = file != NULL ? assay_tensors_find (file, "values") : NULL;

  return view != NULL && view->type == ASSAY_F32 && view->bytes == size * sizeof (float)
             ? view->data
             : NULL;
}

/* Members before their training, on the trunks of their stages where there are any; NULL: the run
 * has failed. */
static AssayEnsemble *
new_ensemble (AssayRun *run, const TextLab *lab)
{
  uint32_t n = lab->setup->diversity == ASSAY_DIVERSITY_PRETRAIN ? lab->setup->members : 1;
  Language model = language_new (&lab->config);
  AssayTensors *files[ASSAY_MAX_MEMBERS] = { NULL };
  const float *values[ASSAY_MAX_MEMBERS];
  AssayTrunks trunks = { model.params, values, n };
  AssayEnsemble *ensemble = NULL;
  AssayTensorsError error;
  bool ok = true;

  for (uint32_t i = 0; ok && lab->trunks[0] != NULL && i < n; i++)
    {
      files[i] = assay_tensors_open (lab->trunks[i], &error);
      values[i] = trunk_values (files[i], model.params->size);
      ok = values[i] != NULL;
    }
  if (ok)
    ensemble = assay_ensemble_new (&lab->config, lab->setup->members, lab->setup->diversity,
                                   lab->trunks[0] != NULL ? &trunks : NULL, run->seed, NULL);
  else
    assay_fail (run, "A language model in the cache is damaged: empty the cache and run again.");
  for (uint32_t i = 0; i < n; i++)
    assay_tensors_free (files[i]);
  language_clear (&model);
  return ensemble;
}

static void
validate (Pupil *pupil, uint32_t epoch)
{
  const TextLab *lab = pupil->order->lab;
  AssayPreferenceReport report
      = assay_preference_validate (pupil->ensemble->scorer, pupil->model->params->values,
                                   pupil->pairs, lab->rows + lab->n_train, lab->n_validate);

  pupil->accuracy[epoch] = report.clean_accuracy;
  pupil->loss[epoch] = report.clean_loss;
}

static bool
teach (AssayRun *run, Pupil *pupil)
{
  const TextSetup *setup = pupil->order->lab->setup;
  AssayTrainingOptions options = training_of (pupil->epochs, setup->rate);
  AssayTrainingStep step;
  AssayTraining *training;
  AssayStream stream;
  char name[32];
  bool going = true;

  snprintf (name, sizeof name, "order.%u", pupil->order->member);
  assay_stream (run, name, &stream);
  training = assay_preference_training_new (pupil->model, pupil->pairs, pupil->own, pupil->n_own,
                                            DECAY, &options, &stream, NULL);
  validate (pupil, 0);
  while (going && assay_training_step (training, &step))
    {
      if (step.epoch_ended)
        {
          pupil->train_loss[step.epoch] = step.epoch_loss;
          validate (pupil, step.epoch + 1);
        }
      going = !assay_cancelled (run);
    }
  assay_training_free (training);
  return going;
}

/* The same wrong labels for all members, as in the paper; a coin's for the control. */
static void
label (AssayRun *run, Pupil *pupil)
{
  const TextLab *lab = pupil->order->lab;
  AssayStream stream;

  assay_stream (run, pupil->order->shuffled ? "coin" : "wrong-labels", &stream);
  assay_pairs_flip (pupil->pairs, lab->rows, lab->n_train,
                    pupil->order->shuffled ? 0.5 : lab->setup->noise, &stream);
}

static void
score (Pupil *pupil)
{
  const TextLab *lab = pupil->order->lab;
  const float *values = pupil->model->params->values;
  const uint32_t *rows = lab->rows + lab->n_train;

  assay_score_rows (pupil->ensemble->scorer, values, lab->pairs->chosen, rows, lab->n_validate,
                    pupil->scores, 1);
  assay_score_rows (pupil->ensemble->scorer, values, lab->pairs->rejected, rows, lab->n_validate,
                    pupil->scores + lab->n_validate, 1);
}

static bool
keep_pupil (AssayRun *run, const Pupil *pupil, const char *path)
{
  const AssayTensorView views[] = {
    numbers_view ("scores", pupil->scores, 2 * (uint64_t) pupil->order->lab->n_validate),
    numbers_view ("accuracy", pupil->accuracy, pupil->epochs + 1),
    numbers_view ("loss", pupil->loss, pupil->epochs + 1),
    numbers_view ("train-loss", pupil->train_loss, pupil->epochs),
  };

  return keep (run, path, views, 4);
}

bool
text_model_build (AssayRun *run, const char *path, void *data)
{
  const TextOrder *order = data;
  const TextLab *lab = order->lab;
  uint32_t epochs = lab->setup->epochs;
  Pupil pupil = { .order = order, .epochs = epochs, .ensemble = new_ensemble (run, lab) };
  double *numbers;
  bool ok;

  if (pupil.ensemble == NULL)
    return false;
  numbers = assay_alloc_zeroed ((3 * epochs + 2 + 2 * lab->n_validate) * sizeof *numbers);
  pupil.accuracy = numbers;
  pupil.loss = numbers + epochs + 1;
  pupil.train_loss = numbers + 2 * (epochs + 1);
  pupil.scores = numbers + 3 * epochs + 2;
  pupil.model = pupil.ensemble->members[order->member];
  pupil.pairs = assay_pairs_new (lab->pairs->chosen, lab->pairs->rejected);
  pupil.own = assay_alloc_zeroed (lab->n_train * sizeof *pupil.own);
  pupil.n_own = assay_ensemble_rows (lab->setup->diversity, run->seed, order->member,
                                     lab->setup->members, lab->rows, lab->n_train, pupil.own);
  label (run, &pupil);
  ok = teach (run, &pupil);
  if (ok)
    score (&pupil);
  ok = ok && keep_pupil (run, &pupil, path);
  free (pupil.own);
  assay_pairs_free (pupil.pairs);
  assay_ensemble_free (pupil.ensemble);
  free (numbers);
  return ok;
}

/* ---- Reading a member
 * ---------------------------------------------------------------------------- */

static const double *
find_numbers (const AssayTensors *file, const char *name, uint64_t n)
{
  const AssayTensorView *view = file != NULL ? assay_tensors_find (file, name) : NULL;

  return view != NULL && view->type == ASSAY_F64 && view->bytes == n * sizeof (double) ? view->data
                                                                                       : NULL;
}

bool
text_model_open (AssayRun *run, const TextLab *lab, const char *path, TextModel *model)
{
  AssayTensorsError error;
  uint32_t epochs = lab->setup->epochs;

  model->file = assay_tensors_open (path, &error);
  model->scores = find_numbers (model->file, "scores", 2 * (uint64_t) lab->n_validate);
  model->accuracy = find_numbers (model->file, "accuracy", epochs + 1);
  model->loss = find_numbers (model->file, "loss", epochs + 1);
  model->train_loss = find_numbers (model->file, "train-loss", epochs);
  if (model->scores != NULL && model->accuracy != NULL && model->loss != NULL
      && model->train_loss != NULL)
    return true;
  assay_fail (run, "A reward model in the cache is damaged: empty the cache and run again.");
  return false;
}

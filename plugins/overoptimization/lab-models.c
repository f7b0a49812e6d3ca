/* SPDX-License-Identifier: Apache-2.0 */
#include "lab-parts.h"

#include "learn/text/fine-tune.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DECAY 0.001 /* of scores' squares (Coste et al. 2023, configuration) */
#define BATCH 32    /* pairs (table 2) */

static const AssayTrainingOptions trunk_training
    = { .epochs = 2,
        .batch = 32,
        .optimizer = { ASSAY_ADAMW, 2e-3, 0.9, 0.95, 1e-8, 0.01, 1 },
        .schedule = ASSAY_SCHEDULE_COSINE,
        .warm_up = 20,
        .floor = 0.1 };

/* ---- Trunks ------------------------------------------------------------------------------- */

/* A language model of a reward model's shape, taught by demonstrations: what all members begin with
 * (Coste et al. 2023, section 4.3).  False: cancelled. */
static bool
teach (AssayRun *run, LabPolicy *model, const AssaySequences *rows, AssayStream *stream)
{
  AssayTraining *training;
  bool going = true;

  assay_params_init (model->params, stream);
  training = assay_fine_tuning_new (model->params, model->gpt, rows, ASSAY_TARGETS_ANSWERS,
                                    &trunk_training, stream, NULL);
  while (going && assay_training_step (training, NULL))
    going = !assay_cancelled (run);
  assay_training_free (training);
  return going;
}

static uint32_t
count_trunks (const Lab *lab)
{
  return lab->setup->diversity == ASSAY_DIVERSITY_PRETRAIN ? SETUP_MODELS : 1;
}

bool
lab_build_trunks (AssayRun *run, const char *path, void *data)
{
  const Lab *lab = data;
  AssaySequences *rows = lab_demonstrations (run, lab);
  LabPolicy model = lab_policy_new (&lab->reward);
  size_t size = model.params->size;
  uint32_t n = count_trunks (lab);
  float *values = malloc (n * size * sizeof *values);
  LabArray array = { "values", ASSAY_F32, n * size, values };
  bool ok = values || lab_no_memory (run);

  for (uint32_t i = 0; ok && i < n; i++)
    {
      AssayStream *stream = lab_streams (run->seed, "trunk", i, 1);

      ok = stream && teach (run, &model, rows, stream);
      if (ok)
        memcpy (values + i * size, model.params->values, size * sizeof *values);
      free (stream);
    }
  ok = ok && lab_keep (run, path, &array, 1);
  free (values);
  lab_policy_clear (&model);
  assay_sequences_free (rows);
  return ok;
}

/* ---- Reward models ------------------------------------------------------------------------ */

/* Members in training, and what is written down about them. */
typedef struct Training
{
  AssayRun *run;
  const Lab *lab;
  const Setup *setup;
  AssayEnsemble *ensemble;
  AssayPairs *pairs;
  uint32_t *rows; /* to train on, then those for validation */
  uint32_t n;     /* the first */
  uint32_t epochs;
  double *accuracy, *loss; /* [LAB_SCORERS][epochs + 1] */
  double *train_loss;      /* [SETUP_MODELS][epochs] */
  LabCost cost;
} Training;

static void
validate (Training *t, const AssayRewardModel *model, uint32_t member, uint32_t epoch)
{
  AssayPreferenceReport report = assay_preference_validate (
      t->ensemble->scorer, model->params->values, t->pairs, t->rows + t->n, LAB_VALIDATION);

  t->accuracy[member * (t->epochs + 1) + epoch] = report.clean_accuracy;
  t->loss[member * (t->epochs + 1) + epoch] = report.clean_loss;
}

static bool
follow (uint32_t member, const AssayTrainingStep *step, void *data)
{
  Training *t = data;
  double done = (member + (double) step->step / (double) step->steps) / SETUP_MODELS;

  if (step->epoch_ended)
    {
      t->cost.seconds += lab_seconds ();
      t->train_loss[member * t->epochs + step->epoch] = step->epoch_loss;
      validate (t, t->ensemble->members[member], member, step->epoch + 1);
      t->cost.seconds -= lab_seconds ();
    }
  lab_progress (t->lab, t->run, done, "reward models");
  return !assay_cancelled (t->run);
}

static bool
train (Training *t)
{
  AssayEnsembleTraining training
      = { .diversity = t->setup->diversity,
          .seed = t->run->seed,
          .pairs = t->pairs,
          .rows = t->rows,
          .n_rows = t->n,
          .decay = DECAY,
          .options = { .epochs = t->epochs,
                       .batch = BATCH,
                       .optimizer = { ASSAY_ADAMW, t->setup->rm_rate, 0.9, 0.95, 1e-8, 0.01, 1 },
                       .schedule = ASSAY_SCHEDULE_COSINE,
                       .warm_up = 10,
                       .floor = 0.1 },
          .report = follow,
          .data = t };
  AssayStream stream;
  uint64_t words = 0;

  assay_stream (t->run, "wrong-labels", &stream);
  assay_pairs_flip (t->pairs, t->rows, t->n, t->setup->noise, &stream);
  for (uint32_t m = 0; m < SETUP_MODELS; m++)
    validate (t, t->ensemble->members[m], m, 0);
  for (uint32_t i = 0; i < t->n; i++)
    words += t->pairs->chosen->lengths[i] + t->pairs->rejected->lengths[i];
  t->cost.words = (double) words * t->epochs * SETUP_MODELS;
  t->cost.seconds -= lab_seconds ();
  if (!assay_ensemble_train (t->ensemble, &training, NULL))
    return false;
  t->cost.seconds += lab_seconds ();
  return true;
}

static bool
keep_models (Training *t, const char *path)
{
  AssayRewardModel *average = assay_ensemble_average (t->ensemble);
  size_t size = average->params->size;
  uint32_t columns = t->epochs + 1;
  float *values = malloc (LAB_SCORERS * size * sizeof *values);
  LabArray arrays[] = { { "values", ASSAY_F32, LAB_SCORERS * size, values },
                        { "accuracy", ASSAY_F64, LAB_SCORERS * columns, t->accuracy },
                        { "loss", ASSAY_F64, LAB_SCORERS * columns, t->loss },
                        { "train-loss", ASSAY_F64, SETUP_MODELS * t->epochs, t->train_loss },
                        { "cost", ASSAY_F64, 2, &t->cost } };
  bool ok = values || lab_no_memory (t->run);

  for (uint32_t m = 0; ok && m < LAB_SCORERS; m++)
    {
      const AssayRewardModel *model = m < SETUP_MODELS ? t->ensemble->members[m] : average;

      memcpy (values + m * size, model->params->values, size * sizeof *values);
    }
  for (uint32_t e = 0; e < t->epochs; e++)
    t->accuracy[SETUP_MODELS * columns + e] = t->loss[SETUP_MODELS * columns + e] = NAN;
  validate (t, average, SETUP_MODELS, t->epochs);
  ok = ok && lab_keep (t->run, path, arrays, 5);
  free (values);
  assay_reward_model_free (average);
  return ok;
}

static AssayEnsemble *
new_ensemble (AssayRun *run, const Lab *lab)
{
  LabPolicy model = lab_policy_new (&lab->reward);
  size_t size = model.params->size;
  uint32_t n = count_trunks (lab);
  LabArray array = { "values", ASSAY_F32, n * size, NULL };
  AssayTensors *file = lab_open (run, lab->trunks_path, &array, 1);
  const float *values[SETUP_MODELS];
  AssayTrunks trunks = { model.params, values, n };
  AssayEnsemble *ensemble = NULL;

  for (uint32_t i = 0; file && i < n; i++)
    values[i] = (const float *) array.data + i * size;
  if (file)
    ensemble = assay_ensemble_new (&lab->reward, SETUP_MODELS, lab->setup->diversity, &trunks,
                                   run->seed, NULL);
  assay_tensors_free (file);
  lab_policy_clear (&model);
  return ensemble;
}

static bool
train_on (AssayRun *run, const Lab *lab, const AssaySequences *chosen,
          const AssaySequences *rejected, const char *path)
{
  uint32_t epochs = lab->setup->epochs, n = lab->setup->pairs;
  Training t = { .run = run,
                 .lab = lab,
                 .setup = lab->setup,
                 .ensemble = new_ensemble (run, lab),
                 .n = n,
                 .epochs = epochs,
                 .rows = malloc ((n + LAB_VALIDATION) * sizeof (uint32_t)),
                 .accuracy = calloc (LAB_SCORERS * (epochs + 1), sizeof (double)),
                 .loss = calloc (LAB_SCORERS * (epochs + 1), sizeof (double)),
                 .train_loss = calloc (SETUP_MODELS * epochs, sizeof (double)) };
  bool ok = t.ensemble != NULL;

  if (ok && !(t.rows && t.accuracy && t.loss && t.train_loss))
    ok = lab_no_memory (run);
  t.pairs = ok ? assay_pairs_new (chosen, rejected) : NULL;
  for (uint32_t i = 0; ok && i < n + LAB_VALIDATION; i++)
    t.rows[i] = i;
  ok = ok && train (&t) && keep_models (&t, path);
  assay_pairs_free (t.pairs);
  assay_ensemble_free (t.ensemble);
  free (t.rows);
  free (t.accuracy);
  free (t.loss);
  free (t.train_loss);
  return ok;
}

bool
lab_build_models (AssayRun *run, const char *path, void *data)
{
  const Lab *lab = data;
  uint64_t n = lab->setup->pairs + LAB_VALIDATION, steps = task_steps (lab->task);
  LabArray arrays[] = {
    { "chosen.ids", ASSAY_I32, n * steps, NULL }, { "chosen.prompts", ASSAY_U32, n, NULL },
    { "chosen.lengths", ASSAY_U32, n, NULL },     { "rejected.ids", ASSAY_I32, n * steps, NULL },
    { "rejected.prompts", ASSAY_U32, n, NULL },   { "rejected.lengths", ASSAY_U32, n, NULL },
  };
  AssayTensors *file = lab_open (run, lab->pairs_path, arrays, 2 * LAB_N_SEQUENCES);
  AssaySequences *chosen, *rejected;
  bool ok;

  if (!file)
    return false;
  chosen = lab_sequences (arrays);
  rejected = lab_sequences (arrays + LAB_N_SEQUENCES);
  ok = train_on (run, lab, chosen, rejected, path);
  assay_sequences_free (chosen);
  assay_sequences_free (rejected);
  assay_tensors_free (file);
  return ok;
}

/* ---- Scores ------------------------------------------------------------------------------- */

bool
lab_models_open (AssayRun *run, const Lab *lab, LabModels *models)
{
  AssayStream stream;
  LabArray values = { "values", ASSAY_F32, 0, NULL };

  assay_stream_init (&stream, 0, "shape"); /* what is drawn is not used */
  *models = (LabModels){ .model = assay_reward_model_new (&lab->reward, &stream) };
  models->size = models->model->params->size;
  values.n = LAB_SCORERS * models->size;
  models->file = lab_open (run, lab->models_path, &values, 1);
  if (!models->file)
    return false;
  models->values = values.data;
  models->scorer = assay_scorer_new (models->model, NULL);
  return true;
}

void
lab_models_close (LabModels *models)
{
  if (models->scorer)
    assay_scorer_free (models->scorer);
  assay_tensors_free (models->file);
  assay_reward_model_free (models->model);
}

void
lab_models_score (const LabModels *models, uint32_t scorer, const AssaySequences *rows,
                  double *scores, size_t stride)
{
  assay_score (models->scorer, models->values + scorer * models->size, rows, scores, stride);
}

/* Scores [rows->n][LAB_SCORERS].  False: the run has ended. */
static bool
score_all (AssayRun *run, const Lab *lab, const AssaySequences *rows, double *scores)
{
  LabModels models;
  bool ok = lab_models_open (run, lab, &models);

  for (uint32_t m = 0; ok && m < LAB_SCORERS; m++)
    {
      lab_models_score (&models, m, rows, scores + m, LAB_SCORERS);
      lab_progress (lab, run, (m + 1.) / LAB_SCORERS, "scores");
      ok = !assay_cancelled (run);
    }
  lab_models_close (&models);
  return ok;
}

bool
lab_build_scale (AssayRun *run, const char *path, void *data)
{
  const Lab *lab = data;
  AssaySequences *rows = assay_sequences_new (LAB_SCALE, task_steps (lab->task));
  double *scores = malloc (LAB_SCALE * LAB_SCORERS * sizeof *scores), gold[LAB_SCALE];
  LabArray arrays[] = { { "scores", ASSAY_F64, LAB_SCALE * LAB_SCORERS, scores },
                        { "gold", ASSAY_F64, LAB_SCALE, gold } };
  bool ok = (scores || lab_no_memory (run)) && lab_write_sample (run, lab, rows)
            && score_all (run, lab, rows, scores);

  if (ok)
    {
      task_gold_reward (rows, gold, lab->task);
      ok = lab_keep (run, path, arrays, 2);
    }
  free (scores);
  assay_sequences_free (rows);
  return ok;
}

bool
lab_build_scores (AssayRun *run, const char *path, void *data)
{
  const Lab *lab = data;
  LabAnswers answers;
  double *scores;
  LabCost cost = { 0 };
  bool ok;

  if (!lab_answers_open (run, lab, &answers))
    return false;
  scores = malloc ((size_t) answers.rows->n * LAB_SCORERS * sizeof *scores);
  ok = scores || lab_no_memory (run);
  cost.seconds = -lab_seconds ();
  ok = ok && score_all (run, lab, answers.rows, scores);
  cost.seconds += lab_seconds ();
  for (uint32_t i = 0; i < answers.rows->n; i++)
    cost.words += (double) answers.rows->lengths[i] * LAB_SCORERS;
  if (ok)
    {
      LabArray arrays[]
          = { { "scores", ASSAY_F64, (uint64_t) answers.rows->n * LAB_SCORERS, scores },
              { "cost", ASSAY_F64, 2, &cost } };

      ok = lab_keep (run, path, arrays, 2);
    }
  free (scores);
  lab_answers_close (&answers);
  return ok;
}

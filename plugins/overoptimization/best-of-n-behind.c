/* SPDX-License-Identifier: Apache-2.0 */
#include "best-of-n.h"

#include "lab-parts.h"
#include "measure.h"
#include "samples.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BINS 10
#define SHOWN 400 /* answers of the scatter */

/* ---- Selections --------------------------------------------------------------------------- */

/* Who has chosen, and from what. */
typedef struct Chooser
{
  const Bon *bon;
  uint32_t objective;
  JudgeObjective judge;
  double origin; /* the objective's mean over the initial policy */
} Chooser;

/* Where everything about them goes; room for one prompt at a time besides. */
typedef struct Selections
{
  double *terms;   /* [objectives][TASK_TERMS][grid] */
  double *errors;  /* [objectives][2][grid] */
  double *kl;      /* [objectives][2][grid] */
  double *wins;    /* [objectives][prompts] */
  double *weights; /* [members][answers]: of single models at the largest n */
  double *mine, *score, *value, *work, *curve;
  double *shared, *own, *variance;
  uint32_t *order, *by_gold;
  void *scratch;
  SamplesNumbers numbers;
} Selections;

static bool
selections_init (Selections *s, const Bon *bon)
{
  size_t n = bon->n_answers, grid = bon->n_grid, objectives = BON_OBJECTIVES;

  *s = (Selections){ .terms = calloc (objectives * TASK_TERMS * grid, sizeof (double)),
                     .errors = calloc (objectives * 2 * grid, sizeof (double)),
                     .kl = calloc (objectives * 2 * grid, sizeof (double)),
                     .wins = calloc (objectives * bon->n_prompts, sizeof (double)),
                     .weights = malloc (SETUP_MODELS * n * sizeof (double)),
                     .mine = malloc (9 * n * sizeof (double)),
                     .curve = malloc (grid * sizeof (double)),
                     .order = malloc (2 * n * sizeof (uint32_t)),
                     .scratch = malloc (assay_best_of_n_scratch (bon->bon)) };
  if (!s->terms || !s->errors || !s->kl || !s->wins || !s->weights || !s->mine || !s->curve
      || !s->order || !s->scratch)
    return false;
  s->score = s->mine + n;
  s->value = s->mine + 2 * n;
  s->work = s->mine + 3 * n; /* 2 n */
  s->shared = s->mine + 5 * n;
  s->own = s->mine + 6 * n;
  s->variance = s->mine + 7 * n;
  s->by_gold = s->order + n;
  return samples_numbers_init (&s->numbers, BON_OBJECTIVES,
                               bon->n_prompts < SAMPLES_MOST ? bon->n_prompts : SAMPLES_MOST);
}

static void
selections_clear (Selections *s)
{
  free (s->terms);
  free (s->errors);
  free (s->kl);
  free (s->wins);
  free (s->weights);
  free (s->mine);
  free (s->curve);
  free (s->order);
  free (s->scratch);
  samples_numbers_clear (&s->numbers);
}

/* Adds the mean over prompts of a value of the selected answers, along n. */
static void
add_value (Selections *s, const Bon *bon, const double *value, double *sum)
{
  assay_best_of_n_curves (bon->bon, s->score, value, s->curve, NULL, s->scratch);
  for (uint32_t g = 0; g < bon->n_grid; g++)
    sum[g] += s->curve[g] / bon->n_prompts;
}

static void
add_terms (Selections *s, const Chooser *chooser, uint32_t prompt)
{
  const Bon *bon = chooser->bon;
  const float *parts = bon->answers.parts + (size_t) prompt * bon->n_answers * TASK_TERMS;

  for (uint32_t t = 0; t < TASK_TERMS; t++)
    {
      for (uint32_t i = 0; i < bon->n_answers; i++)
        s->value[i] = parts[(size_t) i * TASK_TERMS + t];
      add_value (s, bon, s->value,
                 s->terms + ((size_t) chooser->objective * TASK_TERMS + t) * bon->n_grid);
    }
}

/* The bound, and the estimate from these answers. */
static void
add_kl (Selections *s, const Chooser *chooser)
{
  const Bon *bon = chooser->bon;
  double *kl = s->kl + (size_t) chooser->objective * 2 * bon->n_grid;

  assay_best_of_n_kl_estimates (bon->bon, s->score, s->curve, s->scratch);
  for (uint32_t g = 0; g < bon->n_grid; g++)
    {
      kl[g] = assay_best_of_n_kl (bon->grid[g]);
      kl[bon->n_grid + g] += s->curve[g] / bon->n_prompts;
    }
}

static void
add_wins (Selections *s, const Chooser *chooser, const JudgeAnswers *answers, uint32_t prompt)
{
  const Bon *bon = chooser->bon;
  uint32_t k = bon->lab.setup->members;
  double *win = s->wins + (size_t) chooser->objective * bon->n_prompts + prompt;

  measure_weights (bon->bon, bon->n_grid - 1, s->score, s->order, s->mine);
  for (uint32_t m = 0; m < k; m++)
    *win += measure_win (s->mine, s->weights + (size_t) m * answers->n, answers->gold, s->by_gold,
                         (uint32_t) answers->n)
            / k;
}

static void
show_best (AssayRun *run, Selections *s, const Chooser *chooser, const JudgeAnswers *answers,
           uint32_t prompt)
{
  const Bon *bon = chooser->bon;
  uint32_t best = 0;

  for (uint32_t i = 1; i < answers->n; i++)
    best = s->score[i] > s->score[best] ? i : best;
  samples_text (run, bon->lab.task, "best", bon_objectives[chooser->objective], prompt + 1,
                bon->answers.rows, prompt * bon->n_answers + best);
  samples_numbers_set (&s->numbers, chooser->objective, prompt, answers, best,
                       s->score[best] - chooser->origin);
}

static void
look_at (AssayRun *run, Selections *s, const Chooser *chooser, uint32_t prompt)
{
  const Bon *bon = chooser->bon;
  JudgeAnswers answers = bon_answers (bon, prompt);
  double *errors = s->errors + (size_t) chooser->objective * 2 * bon->n_grid;

  judge (&chooser->judge, &answers, s->work, s->score);
  add_terms (s, chooser, prompt);
  add_value (s, bon, s->shared, errors);
  add_value (s, bon, s->own, errors + bon->n_grid);
  add_kl (s, chooser);
  add_wins (s, chooser, &answers, prompt);
  if (prompt < s->numbers.n_samples)
    show_best (run, s, chooser, &answers, prompt);
}

/* What all objectives need to know about a prompt's answers. */
static void
prepare (Selections *s, const Bon *bon, uint32_t prompt)
{
  JudgeAnswers answers = bon_answers (bon, prompt);
  uint32_t n = bon->n_answers;

  judge_errors (&bon->scale, &answers, bon->lab.setup->members, s->shared, s->own, s->variance);
  measure_order (answers.gold, n, s->by_gold);
  for (uint32_t m = 0; m < bon->lab.setup->members; m++)
    measure_weights (bon->bon, bon->n_grid - 1, answers.scores + (size_t) m * n, s->order,
                     s->weights + (size_t) m * n);
}

static void
write_selections (AssayRun *run, const Bon *bon, const Selections *s)
{
  static const char *const kinds[2] = { "shared", "idiosyncratic" };
  static const char *const estimators[2] = { "bound", "plug-in" };
  uint64_t o = BON_OBJECTIVES, n = bon->n_grid;

  assay_axis (run, "term", task_term_ids, NULL, TASK_TERMS);
  assay_axis (run, "error", kinds, NULL, 2);
  assay_axis (run, "estimator", estimators, NULL, 2);
  assay_array (run, "bon-terms", NULL, "objective term n", (uint64_t[]){ o, TASK_TERMS, n },
               ASSAY_F64, s->terms);
  assay_array (run, "bon-error", NULL, "objective error n", (uint64_t[]){ o, 2, n }, ASSAY_F64,
               s->errors);
  assay_array (run, "bon-kl", NULL, "objective estimator n", (uint64_t[]){ o, 2, n }, ASSAY_F64,
               s->kl);
  assay_array (run, "bon-win", NULL, "objective prompt", (uint64_t[]){ o, bon->n_prompts },
               ASSAY_F64, s->wins);
  samples_numbers_write (run, &s->numbers, NULL);
}

bool
bon_write_selections (AssayRun *run, const Bon *bon)
{
  const Setup *setup = bon->lab.setup;
  Chooser choosers[BON_OBJECTIVES];
  Selections s;
  bool ok = selections_init (&s, bon) || lab_no_memory (run);

  for (uint32_t o = 0; o < BON_OBJECTIVES; o++)
    {
      choosers[o] = (Chooser){
        .bon = bon,
        .objective = o,
        .judge = judge_objective (bon_objectives[o], 0, setup->members, setup->lambda),
      };
      choosers[o].origin = judge_origin (&choosers[o].judge, &bon->scale);
    }
  for (uint32_t p = 0; ok && p < bon->n_prompts; p++)
    {
      prepare (&s, bon, p);
      for (uint32_t o = 0; o < BON_OBJECTIVES; o++)
        look_at (run, &s, &choosers[o], p);
      assay_progress (run, .95 + .04 * (p + 1) / bon->n_prompts, "what is behind the curves");
      ok = !assay_cancelled (run);
    }
  if (ok)
    write_selections (run, bon, &s);
  selections_clear (&s);
  return ok;
}

/* ---- Reward models ------------------------------------------------------------------------ */

static bool
write_training (AssayRun *run, const Bon *bon, LabCost *cost)
{
  uint64_t columns = bon->lab.setup->epochs + 1;
  LabArray arrays[] = { { "accuracy", ASSAY_F64, LAB_SCORERS * columns, NULL },
                        { "loss", ASSAY_F64, LAB_SCORERS * columns, NULL },
                        { "train-loss", ASSAY_F64, SETUP_MODELS * (columns - 1), NULL },
                        { "cost", ASSAY_F64, 2, NULL } };
  AssayTensors *file = lab_open (run, bon->lab.models_path, arrays, 4);
  double *epochs = malloc (columns * sizeof *epochs);

  for (uint32_t e = 0; epochs && e < columns; e++)
    epochs[e] = e;
  if (file && epochs)
    {
      memcpy (cost, arrays[3].data, sizeof *cost);
      assay_axis (run, "step", NULL, epochs, (uint32_t) columns);
      assay_array (run, "rm-accuracy", NULL, "model step", (uint64_t[]){ SETUP_MODELS, columns },
                   ASSAY_F64, arrays[0].data);
      assay_array (run, "rm-loss", NULL, "model step", (uint64_t[]){ SETUP_MODELS, columns },
                   ASSAY_F64, arrays[1].data);
      assay_axis (run, "step", NULL, epochs + 1, (uint32_t) columns - 1);
      assay_array (run, "rm-train-loss", NULL, "model step",
                   (uint64_t[]){ SETUP_MODELS, columns - 1 }, ASSAY_F64, arrays[2].data);
    }
  free (epochs);
  assay_tensors_free (file);
  return file != NULL;
}

static void
write_scales (AssayRun *run, const Bon *bon)
{
  uint64_t shape = SETUP_MODELS;
  double *members = malloc (LAB_SCALE * SETUP_MODELS * sizeof *members), agreement;

  assay_array (run, "scale-mean", NULL, "model", &shape, ASSAY_F64, bon->scale.mean);
  assay_array (run, "scale-deviation", NULL, "model", &shape, ASSAY_F64, bon->scale.deviation);
  for (uint32_t i = 0; members && i < LAB_SCALE; i++)
    for (uint32_t m = 0; m < SETUP_MODELS; m++)
      members[i * SETUP_MODELS + m] = bon->scale.scores[m * LAB_SCALE + i];
  if (members)
    {
      agreement = assay_members_correlation (members, LAB_SCALE, SETUP_MODELS);
      assay_array (run, "agreement", NULL, "", NULL, ASSAY_F64, &agreement);
    }
  free (members);
}

/* Whether the members' deviation tells the error of their mean: over all answers, the mean brought
 * to the deviation that gold has. */
static void
write_reliability (AssayRun *run, const Bon *bon)
{
  uint32_t n = bon->n_prompts * bon->n_answers, k = bon->lab.setup->members, shown = 0;
  double *deviation = malloc (2 * (size_t) n * sizeof *deviation), *error = deviation + n;
  uint32_t *order = malloc (n * sizeof *order);
  double bins[2][BINS], some[2][SHOWN];
  uint32_t stride = n > SHOWN ? n / SHOWN : 1;

  for (uint32_t i = 0; deviation && order && i < n; i++)
    {
      JudgeAnswers a = bon_answers (bon, i / bon->n_answers);
      uint32_t at = i % bon->n_answers;
      double sum = 0, squares = 0, gold;

      for (uint32_t m = 0; m < k; m++)
        {
          double score = a.scores[(size_t) m * a.n + at];

          sum += score;
          squares += score * score;
        }
      gold = (a.gold[at] - bon->scale.gold_mean) * bon->scale.gold_factor;
      deviation[i] = sqrt (fmax (squares / k - sum / k * (sum / k), 0));
      error[i] = fabs (sum / k - gold);
      if (i % stride == 0 && shown < SHOWN)
        {
          some[0][shown] = a.gold[at];
          some[1][shown++] = sum / k;
        }
    }
  if (deviation && order)
    {
      uint64_t shape = BINS, n_shown = shown;

      measure_bins (deviation, error, n, BINS, order, bins[0], bins[1]);
      assay_array (run, "bin-deviation", NULL, "bin", &shape, ASSAY_F64, bins[0]);
      assay_array (run, "bin-error", NULL, "bin", &shape, ASSAY_F64, bins[1]);
      assay_array (run, "answer-gold", NULL, "draw", &n_shown, ASSAY_F64, some[0]);
      assay_array (run, "answer-proxy", NULL, "draw", &n_shown, ASSAY_F64, some[1]);
    }
  free (deviation);
  free (order);
}

/* The task's terms: their weights are the knobs, the two sources of error among them. */
static void
write_task (AssayRun *run, const Task *task)
{
  double deviations[TASK_TERMS];
  AssayColumn columns[] = { { "term", NULL, task_term_ids },
                            { "weight", task->options.weights, NULL },
                            { "deviation", deviations, NULL } };

  for (uint32_t t = 0; t < TASK_TERMS; t++)
    deviations[t] = task->options.weights[t] * task->scale.term_sd[t] / task->scale.sd;
  assay_table (run, "gold", columns, 3, TASK_TERMS);
}

static void
write_cost (AssayRun *run, const char *work, LabCost cost)
{
  char labels[64];
  double rate = cost.words / cost.seconds;

  snprintf (labels, sizeof labels, "work=%s", work);
  assay_array (run, "words-per-second", labels, "", NULL, ASSAY_F64, &rate);
  assay_array (run, "seconds", labels, "", NULL, ASSAY_F64, &cost.seconds);
}

void
bon_write_models (AssayRun *run, const Bon *bon, LabCost analysis)
{
  LabCost training = { 0 }, tuning = { 0 };

  assay_array (run, "guard-entropy", NULL, "", NULL, ASSAY_F64, &bon->answers.guards[0]);
  assay_array (run, "guard-duplicates", NULL, "", NULL, ASSAY_F64, &bon->answers.guards[1]);
  write_scales (run, bon);
  write_reliability (run, bon);
  write_task (run, bon->lab.task);
  if (!write_training (run, bon, &training) || !lab_policy_cost (run, &bon->lab, &tuning))
    return;
  write_cost (run, "fine-tuning", tuning);
  write_cost (run, "reward-models", training);
  write_cost (run, "sampling", bon->answers.cost);
  write_cost (run, "scoring", bon->scoring);
  assay_array (run, "seconds", "work=analysis", "", NULL, ASSAY_F64, &analysis.seconds);
}

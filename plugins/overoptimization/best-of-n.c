/* SPDX-License-Identifier: Apache-2.0
 *
 * A run of best-of-n: curves of every objective, then what is behind them.
 */
#include "best-of-n.h"

#include "lab-parts.h"
#include "measure.h"

#include "learn/text/best-of-n-analysis.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GRID_MOST 32

const char *const bon_objectives[BON_OBJECTIVES]
    = { "single", "mean", "wco", "uwo", "median", "lcb", "average", "gold", "random" };
static const double coefficients[] = { 0, 0.1, 0.2, 0.5, 1, 2 };
static const char *const with_coefficient[] = { "uwo", "lcb" };
static const char *const by_size[] = { "mean", "wco", "uwo" };

#define LENGTH(array) ((uint32_t) (sizeof (array) / sizeof (array)[0]))

static int
place_of (const char *id, const char *const *ids, uint32_t n)
{
  for (uint32_t i = 0; i < n; i++)
    if (!strcmp (id, ids[i]))
      return (int) i;
  return -1;
}

/* ---- What is looked at -------------------------------------------------------------------- */

/* Scaled scores, prompt by prompt, [LAB_SCORERS][answers] each. */
static void
scale_scores (Bon *bon, const double *scores)
{
  uint32_t n = bon->n_answers;

  for (uint32_t p = 0; p < bon->n_prompts; p++)
    for (uint32_t m = 0; m < LAB_SCORERS; m++)
      for (uint32_t i = 0; i < n; i++)
        bon->scores[((size_t) p * LAB_SCORERS + m) * n + i]
            = (scores[((size_t) p * n + i) * LAB_SCORERS + m] - bon->scale.scales[m].shift)
              * bon->scale.scales[m].factor;
}

static bool
read_scores (AssayRun *run, Bon *bon)
{
  uint64_t n = (uint64_t) bon->n_prompts * bon->n_answers;
  LabArray arrays[]
      = { { "scores", ASSAY_F64, n * LAB_SCORERS, NULL }, { "cost", ASSAY_F64, 2, NULL } };
  AssayTensors *file = lab_open (run, bon->lab.scores_path, arrays, 2);

  if (!file)
    return false;
  memcpy (&bon->scoring, arrays[1].data, sizeof bon->scoring);
  scale_scores (bon, arrays[0].data);
  assay_tensors_free (file);
  return true;
}

static void
fill_grid (Bon *bon)
{
  for (uint32_t n = 1; n <= bon->n_answers && bon->n_grid < GRID_MOST; n *= 2)
    bon->grid[bon->n_grid++] = n;
}

static bool
bon_init (Bon *bon, AssayRun *run, const Setup *setup)
{
  size_t n;
  AssayTextError error;

  *bon = (Bon){ .n_prompts = setup->task.evaluation_prompts, .n_answers = setup->answers };
  if (!lab_init (&bon->lab, run, setup))
    return false;
  if (!lab_train (&bon->lab) || !lab_answer (&bon->lab)
      || !judge_scale_init (&bon->scale, run, &bon->lab)
      || !lab_answers_open (run, &bon->lab, &bon->answers))
    return false;
  n = (size_t) bon->n_prompts * bon->n_answers;
  bon->grid = malloc (GRID_MOST * sizeof *bon->grid);
  bon->scores = malloc (n * LAB_SCORERS * sizeof *bon->scores);
  bon->random = malloc (n * sizeof *bon->random);
  if (!bon->grid || !bon->scores || !bon->random)
    return lab_no_memory (run);
  fill_grid (bon);
  task_random_reward (bon->answers.rows, bon->random, bon->lab.task);
  bon->bon = assay_best_of_n_new (bon->n_answers, bon->grid, bon->n_grid, &error);
  if (!bon->bon)
    {
      assay_fail (run, error.text);
      return false;
    }
  return read_scores (run, bon);
}

static void
bon_clear (Bon *bon)
{
  assay_best_of_n_free (bon->bon);
  if (bon->answers.file)
    lab_answers_close (&bon->answers);
  judge_scale_clear (&bon->scale);
  lab_clear (&bon->lab);
  free (bon->grid);
  free (bon->scores);
  free (bon->random);
}

JudgeAnswers
bon_answers (const Bon *bon, uint32_t prompt)
{
  size_t first = (size_t) prompt * bon->n_answers;

  return (JudgeAnswers){ bon->n_answers, bon->answers.gold + first,
                         bon->scores + first * LAB_SCORERS, bon->random + first };
}

/* ---- Curves ------------------------------------------------------------------------------- */

/* All that is written of them; [..][grid][prompts] or [..][prompts]. */
typedef struct Curves
{
  double *gold, *proxy;             /* [BON_OBJECTIVES][grid][prompts] */
  double *model_gold, *model_proxy; /* [SETUP_MODELS][grid][prompts], [SETUP_MODELS][grid] */
  double *by_k;                     /* [by_size][SETUP_MODELS][prompts] */
  double *by_coefficient;           /* [with_coefficient][coefficients][prompts] */
  double *values;                   /* of all */
} Curves;

static bool
curves_init (Curves *c, const Bon *bon)
{
  size_t curve = (size_t) bon->n_grid * bon->n_prompts, p = bon->n_prompts;
  size_t sizes[] = { BON_OBJECTIVES * curve,
                     BON_OBJECTIVES * curve,
                     SETUP_MODELS * curve,
                     SETUP_MODELS * (size_t) bon->n_grid,
                     LENGTH (by_size) * SETUP_MODELS * p,
                     LENGTH (with_coefficient) * LENGTH (coefficients) * p };
  double **parts[]
      = { &c->gold, &c->proxy, &c->model_gold, &c->model_proxy, &c->by_k, &c->by_coefficient };
  size_t all = 0;

  for (uint32_t i = 0; i < LENGTH (sizes); i++)
    all += sizes[i];
  c->values = calloc (all, sizeof *c->values);
  all = 0;
  for (uint32_t i = 0; c->values && i < LENGTH (sizes); i++)
    {
      *parts[i] = c->values + all;
      all += sizes[i];
    }
  return c->values != NULL;
}

/* Adds @weight of curves [prompts][grid]; the proxy's less its mean at n = 1. */
static void
add_curve (Curves *c, const Bon *bon, uint32_t objective, const double *gold, const double *proxy,
           double weight)
{
  size_t at = (size_t) objective * bon->n_grid * bon->n_prompts;
  double origin = 0;

  for (uint32_t p = 0; p < bon->n_prompts; p++)
    origin += proxy[p * bon->n_grid] / bon->n_prompts;
  for (uint32_t p = 0; p < bon->n_prompts; p++)
    for (uint32_t g = 0; g < bon->n_grid; g++)
      {
        c->gold[at + g * bon->n_prompts + p] += weight * gold[p * bon->n_grid + g];
        c->proxy[at + g * bon->n_prompts + p] += weight * (proxy[p * bon->n_grid + g] - origin);
      }
}

static void
add_model (Curves *c, const Bon *bon, const AssayBestOfNRow *row)
{
  uint32_t n = bon->n_grid;

  for (uint32_t p = 0; p < bon->n_prompts; p++)
    for (uint32_t g = 0; g < n; g++)
      {
        c->model_gold[((size_t) row->member * n + g) * bon->n_prompts + p] = row->gold[p * n + g];
        c->model_proxy[row->member * n + g] += row->proxy[p * n + g] / bon->n_prompts;
      }
}

/* Gold at the largest n into [prompts]. */
static void
put_last (const Bon *bon, const AssayBestOfNRow *row, double *out)
{
  for (uint32_t p = 0; p < bon->n_prompts; p++)
    out[p] = row->gold[p * bon->n_grid + bon->n_grid - 1];
}

static void
add_row (Curves *c, const Bon *bon, const AssayBestOfNRow *row)
{
  const Setup *setup = bon->lab.setup;
  const char *id = row->objective->id;
  bool usual = isnan (row->lambda) || row->lambda == setup->lambda;
  int objective = place_of (id, bon_objectives, BON_OBJECTIVES);
  int sized = place_of (id, by_size, LENGTH (by_size));
  int swept = place_of (id, with_coefficient, LENGTH (with_coefficient));

  if (row->objective->single)
    {
      add_curve (c, bon, (uint32_t) objective, row->gold, row->proxy, 1. / SETUP_MODELS);
      add_model (c, bon, row);
      return;
    }
  if (row->size == setup->members && usual)
    add_curve (c, bon, (uint32_t) objective, row->gold, row->proxy, 1);
  if (sized >= 0 && usual)
    put_last (bon, row, c->by_k + ((size_t) sized * SETUP_MODELS + row->size - 1) * bon->n_prompts);
  for (uint32_t i = 0; swept >= 0 && row->size == setup->members && i < LENGTH (coefficients); i++)
    if (row->lambda == coefficients[i])
      put_last (bon, row,
                c->by_coefficient + ((size_t) swept * LENGTH (coefficients) + i) * bon->n_prompts);
}

/* The library's analysis of @n_members scores an answer, [prompts][answers][members]; NULL: the run
 * has ended. */
static AssayBestOfNAnalysis *
analyze (AssayRun *run, const Bon *bon, const double *members, uint32_t n_members,
         const uint32_t *sizes, uint32_t n_sizes)
{
  static const AssayScoreScale as_they_are[SETUP_MODELS]
      = { { 0, 1 }, { 0, 1 }, { 0, 1 }, { 0, 1 }, { 0, 1 }, { 0, 1 }, { 0, 1 }, { 0, 1 } };
  double lambdas[LENGTH (coefficients) + 1];
  uint32_t n_lambdas = 0;
  bool listed = false;
  AssayTextError error;
  AssayBestOfNAnalysis *analysis;

  for (; n_lambdas < LENGTH (coefficients); n_lambdas++)
    {
      lambdas[n_lambdas] = coefficients[n_lambdas];
      listed = listed || coefficients[n_lambdas] == bon->lab.setup->lambda;
    }
  if (!listed)
    lambdas[n_lambdas++] = bon->lab.setup->lambda;
  analysis
      = assay_best_of_n_analyze (&(AssayScoredAnswers){ bon->n_prompts, bon->n_answers, n_members,
                                                        bon->answers.gold, members },
                                 &(AssayBestOfNRequest){ .scales = as_they_are,
                                                         .grid = bon->grid,
                                                         .n_grid = bon->n_grid,
                                                         .sizes = sizes,
                                                         .n_sizes = n_sizes,
                                                         .lambdas = lambdas,
                                                         .n_lambdas = n_lambdas },
                                 NULL, &error);
  if (!analysis)
    assay_fail (run, error.text);
  return analysis;
}

/* Scores of the models @of[n], side by side for the analysis; for free(). */
static double *
side_by_side (const Bon *bon, const uint32_t *of, uint32_t n)
{
  uint32_t n_answers = bon->n_answers;
  double *out = malloc ((size_t) bon->n_prompts * n_answers * n * sizeof *out);

  for (uint32_t p = 0; out && p < bon->n_prompts; p++)
    for (uint32_t m = 0; m < n; m++)
      for (uint32_t i = 0; i < n_answers; i++)
        out[((size_t) p * n_answers + i) * n + m]
            = bon->scores[((size_t) p * LAB_SCORERS + of[m]) * n_answers + i];
  return out;
}

static bool
add_models (AssayRun *run, const Bon *bon, Curves *c)
{
  static const uint32_t all[SETUP_MODELS] = { 0, 1, 2, 3, 4, 5, 6, 7 };
  static const uint32_t sizes[SETUP_MODELS] = { 1, 2, 3, 4, 5, 6, 7, 8 };
  double *members = side_by_side (bon, all, SETUP_MODELS);
  AssayBestOfNAnalysis *analysis
      = members ? analyze (run, bon, members, SETUP_MODELS, sizes, SETUP_MODELS) : NULL;

  free (members);
  if (!members)
    return lab_no_memory (run);
  for (uint32_t r = 0; analysis && r < analysis->n_rows; r++)
    add_row (c, bon, &analysis->rows[r]);
  assay_best_of_n_analysis_free (analysis);
  return analysis != NULL;
}

/* Curves of what is no objective over members. */
static bool
add_others (AssayRun *run, const Bon *bon, Curves *c)
{
  size_t n = (size_t) bon->n_prompts * bon->n_grid;
  double *gold = malloc (2 * n * sizeof *gold), *proxy = gold + n,
         *score = malloc (3 * (size_t) bon->n_answers * sizeof *score);
  void *scratch = malloc (assay_best_of_n_scratch (bon->bon));
  bool ok = gold && score && scratch;

  for (uint32_t o = 0; ok && o < BON_OBJECTIVES; o++)
    {
      JudgeObjective objective = judge_objective (bon_objectives[o], 0, 1, 0);

      if (objective.kind == JUDGE_MODELS)
        continue;
      for (uint32_t p = 0; p < bon->n_prompts; p++)
        {
          JudgeAnswers answers = bon_answers (bon, p);

          judge (&objective, &answers, score + bon->n_answers, score);
          assay_best_of_n_curves (bon->bon, score, answers.gold, gold + p * bon->n_grid,
                                  proxy + p * bon->n_grid, scratch);
        }
      add_curve (c, bon, o, gold, proxy, 1);
    }
  free (gold);
  free (score);
  free (scratch);
  return ok || lab_no_memory (run);
}

/* ---- Identical members -------------------------------------------------------------------- */

/* The largest difference between curves of so many times the first model and of it alone. */
static bool
write_twins (AssayRun *run, const Bon *bon)
{
  static const uint32_t first[5] = { 0 };
  const uint32_t size = LENGTH (first);
  double *members = side_by_side (bon, first, size);
  AssayBestOfNAnalysis *analysis = members ? analyze (run, bon, members, size, &size, 1) : NULL;
  size_t n = (size_t) bon->n_prompts * bon->n_grid;

  free (members);
  if (!members)
    return lab_no_memory (run);
  for (uint32_t r = 0; analysis && r < analysis->n_rows; r++)
    {
      const AssayBestOfNRow *row = &analysis->rows[r];
      char labels[64];
      double gap = 0;

      if (row->objective->single || !(isnan (row->lambda) || row->lambda == bon->lab.setup->lambda))
        continue;
      for (size_t i = 0; i < n; i++)
        gap = fmax (gap, fabs (row->gold[i] - analysis->rows[0].gold[i]));
      snprintf (labels, sizeof labels, "objective=%s", row->objective->id);
      assay_array (run, "twins-gap", labels, "", NULL, ASSAY_F64, &gap);
    }
  assay_best_of_n_analysis_free (analysis);
  return analysis != NULL;
}

/* ---- Writing ------------------------------------------------------------------------------ */

static void
set_axes (AssayRun *run, const Bon *bon)
{
  static const char *const models[SETUP_MODELS] = { "1", "2", "3", "4", "5", "6", "7", "8" };
  const char *halves[1024];
  double numbers[GRID_MOST];

  assay_axis (run, "objective", bon_objectives, NULL, BON_OBJECTIVES);
  for (uint32_t g = 0; g < bon->n_grid; g++)
    numbers[g] = bon->grid[g];
  assay_axis (run, "n", NULL, numbers, bon->n_grid);
  for (uint32_t i = 0; i < SETUP_MODELS; i++)
    numbers[i] = i + 1;
  assay_axis (run, "k", NULL, numbers, SETUP_MODELS);
  assay_axis (run, "coefficient", NULL, coefficients, LENGTH (coefficients));
  assay_axis (run, "model", models, NULL, SETUP_MODELS);
  for (uint32_t p = 0; p < bon->n_prompts; p++)
    halves[p] = task_split_ids[p < bon->lab.task->n_prompts[TASK_PEAK] ? TASK_PEAK : TASK_MEASURE];
  assay_property (run, "prompt", "half", halves, bon->n_prompts);
}

static void
write_curves (AssayRun *run, const Bon *bon, const Curves *c)
{
  uint64_t n = bon->n_grid, p = bon->n_prompts;

  assay_array (run, "bon-gold", NULL, "objective n prompt", (uint64_t[]){ BON_OBJECTIVES, n, p },
               ASSAY_F64, c->gold);
  assay_array (run, "bon-proxy", NULL, "objective n prompt", (uint64_t[]){ BON_OBJECTIVES, n, p },
               ASSAY_F64, c->proxy);
  assay_array (run, "model-gold", NULL, "model n prompt", (uint64_t[]){ SETUP_MODELS, n, p },
               ASSAY_F64, c->model_gold);
  assay_array (run, "model-proxy", NULL, "model n", (uint64_t[]){ SETUP_MODELS, n }, ASSAY_F64,
               c->model_proxy);
  assay_axis (run, "objective", by_size, NULL, LENGTH (by_size));
  assay_array (run, "bon-gold-by-k", NULL, "objective k prompt",
               (uint64_t[]){ LENGTH (by_size), SETUP_MODELS, p }, ASSAY_F64, c->by_k);
  assay_axis (run, "objective", with_coefficient, NULL, LENGTH (with_coefficient));
  assay_array (run, "bon-gold-by-coefficient", NULL, "objective coefficient prompt",
               (uint64_t[]){ LENGTH (with_coefficient), LENGTH (coefficients), p }, ASSAY_F64,
               c->by_coefficient);
  assay_axis (run, "objective", bon_objectives, NULL, BON_OBJECTIVES);
}

/* Functional forms of every objective's mean curve, against the bound. */
static void
write_fits (AssayRun *run, const Bon *bon, const Curves *c)
{
  double fits[FIT_VALUES][BON_OBJECTIVES], kl[GRID_MOST], gold[GRID_MOST];
  uint64_t shape = BON_OBJECTIVES;
  AssayStream stream;

  assay_stream (run, "orders", &stream);
  for (uint32_t o = 0; o < BON_OBJECTIVES; o++)
    {
      double values[FIT_VALUES];

      for (uint32_t g = 0; g < bon->n_grid; g++)
        {
          const double *row = c->gold + ((size_t) o * bon->n_grid + g) * bon->n_prompts;

          kl[g] = assay_best_of_n_kl (bon->grid[g]);
          gold[g] = 0;
          for (uint32_t p = 0; p < bon->n_prompts; p++)
            gold[g] += row[p] / bon->n_prompts;
        }
      measure_fit (ASSAY_GAO_BEST_OF_N, kl, gold, bon->n_grid, &stream, values);
      for (uint32_t v = 0; v < FIT_VALUES; v++)
        fits[v][o] = values[v];
    }
  for (uint32_t v = 0; v < FIT_VALUES; v++)
    assay_array (run, measure_fit_metrics[v], NULL, "objective", &shape, ASSAY_F64, fits[v]);
}

void
run_best_of_n (AssayRun *run, const Setup *setup)
{
  Bon bon;
  Curves curves = { 0 };
  LabCost cost = { 0 };

  if (bon_init (&bon, run, setup))
    {
      bool ok;

      assay_progress (run, .9, "analysis");
      cost.seconds = -lab_seconds ();
      set_axes (run, &bon);
      ok = (curves_init (&curves, &bon) || lab_no_memory (run)) && add_models (run, &bon, &curves)
           && add_others (run, &bon, &curves) && write_twins (run, &bon);
      cost.seconds += lab_seconds ();
      cost.words = (double) bon.n_prompts * bon.n_answers;
      if (ok && !assay_cancelled (run))
        {
          write_curves (run, &bon, &curves);
          write_fits (run, &bon, &curves);
          assay_progress (run, .95, "what is behind the curves");
          if (bon_write_selections (run, &bon))
            bon_write_models (run, &bon, cost);
        }
    }
  free (curves.values);
  bon_clear (&bon);
}

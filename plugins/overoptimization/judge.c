/* SPDX-License-Identifier: Apache-2.0 */
#include "judge.h"

#include "lab-parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct
{
  const char *id;
  JudgeKind kind;
  uint32_t first, models;
} own_objectives[] = {
  { "twins", JUDGE_TWINS, 0, 1 },
  { "average", JUDGE_AVERAGE, SETUP_MODELS, 1 },
  { "gold", JUDGE_GOLD, 0, 0 },
  { "random", JUDGE_RANDOM, 0, 0 },
};

JudgeObjective
judge_objective (const char *id, uint32_t first, uint32_t n, double lambda)
{
  JudgeObjective objective = { .id = id, .members = n, .models = n, .lambda = lambda };

  for (size_t i = 0; i < sizeof own_objectives / sizeof own_objectives[0]; i++)
    if (!strcmp (id, own_objectives[i].id))
      {
        objective.kind = own_objectives[i].kind;
        objective.first = own_objectives[i].first;
        objective.models = own_objectives[i].models;
      }
  objective.objective = assay_objective_find (objective.kind == JUDGE_TWINS ? "uwo" : id);
  if (objective.objective && objective.objective->single)
    {
      objective.first = first;
      objective.members = objective.models = 1;
    }
  return objective;
}

/* ---- The scale ---------------------------------------------------------------------------- */

static double
mean_of (const double *x, size_t n)
{
  double sum = 0;

  for (size_t i = 0; i < n; i++)
    sum += x[i];
  return sum / (double) n;
}

static double
deviation_of (const double *x, size_t n)
{
  double mean = mean_of (x, n), sum = 0;

  for (size_t i = 0; i < n; i++)
    sum += (x[i] - mean) * (x[i] - mean);
  return sqrt (sum / (double) n);
}

/* @scores [n][LAB_SCORERS] */
static void
fill (JudgeScale *scale, const double *scores)
{
  double deviation = 0;

  for (uint32_t m = 0; m < LAB_SCORERS; m++)
    {
      double *own = scale->scores + m * LAB_SCALE;

      for (uint32_t i = 0; i < LAB_SCALE; i++)
        own[i] = scores[i * LAB_SCORERS + m];
      scale->mean[m] = mean_of (own, LAB_SCALE);
      scale->deviation[m] = deviation_of (own, LAB_SCALE);
      for (uint32_t i = 0; i < LAB_SCALE; i++)
        own[i] = (own[i] - scale->scales[m].shift) * scale->scales[m].factor;
      if (m < SETUP_MODELS)
        deviation += deviation_of (own, LAB_SCALE) / SETUP_MODELS;
    }
  scale->gold_mean = mean_of (scale->gold, LAB_SCALE);
  scale->gold_factor = deviation / deviation_of (scale->gold, LAB_SCALE);
}

bool
judge_scale_init (JudgeScale *scale, AssayRun *run, const Lab *lab)
{
  LabArray arrays[] = { { "scores", ASSAY_F64, LAB_SCALE * LAB_SCORERS, NULL },
                        { "gold", ASSAY_F64, LAB_SCALE, NULL } };
  AssayTensors *file = lab_open (run, lab->scale_path, arrays, 2);
  AssayTextError error;
  bool ok;

  *scale = (JudgeScale){ 0 };
  if (!file)
    return false;
  scale->scores = malloc (LAB_SCALE * LAB_SCORERS * sizeof *scale->scores);
  scale->gold = malloc (LAB_SCALE * sizeof *scale->gold);
  ok = (scale->scores && scale->gold) || lab_no_memory (run);
  if (ok
      && !assay_score_scales_fit (arrays[0].data, LAB_SCALE, LAB_SCORERS, lab->setup->norm,
                                  scale->scales, &error))
    {
      assay_fail (run, error.text);
      ok = false;
    }
  if (ok)
    {
      memcpy (scale->gold, arrays[1].data, LAB_SCALE * sizeof *scale->gold);
      fill (scale, arrays[0].data);
    }
  assay_tensors_free (file);
  return ok;
}

void
judge_scale_clear (JudgeScale *scale)
{
  free (scale->scores);
  free (scale->gold);
}

/* ---- Objectives --------------------------------------------------------------------------- */

void
judge (const JudgeObjective *objective, const JudgeAnswers *answers, double *work, double *out)
{
  const double *scores[SETUP_MODELS], *first = answers->scores + objective->first * answers->n;
  const double *as_it_is[]
      = { [JUDGE_AVERAGE] = first, [JUDGE_GOLD] = answers->gold, [JUDGE_RANDOM] = answers->random };
  AssayMembers members = { scores, objective->members, answers->n };

  if (!objective->objective)
    {
      memcpy (out, as_it_is[objective->kind], answers->n * sizeof *out);
      return;
    }
  for (uint32_t i = 0; i < objective->members; i++)
    scores[i] = first + (objective->kind == JUDGE_TWINS ? 0 : i) * answers->n;
  assay_members_moments (&members, work, work + answers->n);
  objective->objective->score (&members, work, work + answers->n, objective->lambda, out);
}

double
judge_origin (const JudgeObjective *objective, const JudgeScale *scale)
{
  double *work = malloc (3 * LAB_SCALE * sizeof *work), *out = work + 2 * LAB_SCALE, mean = NAN;
  JudgeAnswers answers = { LAB_SCALE, scale->gold, scale->scores, NULL };

  if (objective->kind == JUDGE_RANDOM)
    mean = 0;
  else if (work)
    {
      judge (objective, &answers, work, out);
      mean = mean_of (out, LAB_SCALE);
    }
  free (work);
  return mean;
}

void
judge_errors (const JudgeScale *scale, const JudgeAnswers *answers, uint32_t k, double *shared,
              double *own, double *variance)
{
  for (size_t i = 0; i < answers->n; i++)
    {
      double gold = (answers->gold[i] - scale->gold_mean) * scale->gold_factor;
      double sum = 0, squares = 0, deviations;

      for (uint32_t m = 0; m < k; m++)
        {
          double error = answers->scores[m * answers->n + i] - gold;

          sum += error;
          squares += error * error;
        }
      deviations = squares - sum * sum / k;
      shared[i] = k > 1 ? (sum * sum - squares) / (k * (k - 1.)) : NAN;
      own[i] = k > 1 ? deviations / (k - 1.) : NAN;
      variance[i] = deviations / k;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/text/best-of-n-analysis.h"

#include "learn/tensor/arena.h"
#include "learn/text/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The ensembles of one size, each as the set of its members. */
typedef struct Ensembles
{
  uint32_t size, n;
  uint64_t sets[ASSAY_MAX_MEMBERS];
} Ensembles;

typedef struct Plan
{
  const AssayScoredAnswers *answers;
  AssayBestOfNAnalysis *analysis;
  AssayBestOfN *bon;
  Ensembles *ensembles; /* [n_sizes] */
  uint32_t n_sizes;
  char *scratch; /* [threads][scratch_size] */
  size_t scratch_size;
  uint32_t n_threads;
} Plan;

/* ---- Ensembles --------------------------------------------------------------------- */

/* Sets of @k of @m members, counted as far as it matters. */
static uint32_t
count_sets (uint32_t m, uint32_t k)
{
  double n = 1;

  for (uint32_t i = 1; i <= k; i++)
    n = n * (m - k + i) / i;
  return n <= ASSAY_ALL_ENSEMBLES ? (uint32_t) (n + 0.5) : ASSAY_ALL_ENSEMBLES + 1;
}

/* The next greater number with as many bits (Gosper). */
static uint64_t
next_set (uint64_t set)
{
  uint64_t low = set & -set, ripple = set + low;

  return ripple == 0 ? 0 : ripple | ((set ^ ripple) / low >> 2);
}

static void
list_ensembles (Ensembles *ensembles, uint32_t m, uint32_t k)
{
  uint32_t n = count_sets (m, k);

  *ensembles = (Ensembles){ .size = k, .n = n <= ASSAY_ALL_ENSEMBLES ? n : m };
  if (n <= ASSAY_ALL_ENSEMBLES)
    {
      uint64_t set = k == 64 ? UINT64_MAX : ((uint64_t) 1 << k) - 1;

      for (uint32_t i = 0; i < n; i++, set = next_set (set))
        ensembles->sets[i] = set;
      return;
    }
  for (uint32_t i = 0; i < m; i++)
    for (uint32_t j = 0; j < k; j++)
      ensembles->sets[i] |= (uint64_t) 1 << (i + j) % m;
}

/* ---- One prompt --------------------------------------------------------------------- */

/* What a thread works in. */
typedef struct Scratch
{
  double *members;                  /* [members][answers], on one scale */
  double *mean, *variance, *score;  /* [answers] */
  double *gold_curve, *proxy_curve; /* [grid] */
  void *bon;
} Scratch;

static size_t
scratch_size (const Plan *plan)
{
  size_t n = plan->answers->n_answers;
  size_t doubles = (plan->answers->n_members + 3) * n + 2 * (size_t) plan->bon->n_grid;

  return (doubles * sizeof (double) + assay_best_of_n_scratch (plan->bon) + ASSAY_ALIGNMENT - 1)
         / ASSAY_ALIGNMENT * ASSAY_ALIGNMENT;
}

static Scratch
divide (const Plan *plan, uint32_t thread)
{
  double *at = (double *) (plan->scratch + thread * plan->scratch_size);
  size_t n = plan->answers->n_answers;
  Scratch scratch = { .members = at };

  at += plan->answers->n_members * n;
  scratch.mean = at;
  scratch.variance = at + n;
  scratch.score = at + 2 * n;
  scratch.gold_curve = at + 3 * n;
  scratch.proxy_curve = scratch.gold_curve + plan->bon->n_grid;
  scratch.bon = scratch.proxy_curve + plan->bon->n_grid;
  return scratch;
}

static void
scale_members (const Plan *plan, uint32_t prompt, double *members)
{
  size_t n = plan->answers->n_answers, m = plan->answers->n_members;
  const double *scores = plan->answers->members + prompt * n * m;

  for (size_t i = 0; i < m; i++)
    {
      AssayScoreScale scale = plan->analysis->scales[i];

      for (size_t j = 0; j < n; j++)
        members[i * n + j] = (scores[j * m + i] - scale.shift) * scale.factor;
    }
}

/* Adds one ensemble's curves to the row's mean. */
static void
add_curves (const Plan *plan, AssayBestOfNRow *row, uint32_t prompt, const double *score,
            const Scratch *scratch)
{
  size_t n_grid = plan->bon->n_grid, at = prompt * n_grid;

  assay_best_of_n_curves (plan->bon, score,
                          plan->answers->gold + (size_t) prompt * plan->answers->n_answers,
                          scratch->gold_curve, scratch->proxy_curve, scratch->bon);
  for (size_t g = 0; g < n_grid; g++)
    {
      row->gold[at + g] += scratch->gold_curve[g] / row->n_ensembles;
      row->proxy[at + g] += scratch->proxy_curve[g] / row->n_ensembles;
    }
}

static void
add_ensemble (const Plan *plan, uint32_t prompt, uint32_t size, uint64_t set,
              const Scratch *scratch)
{
  const double *scores[ASSAY_MAX_MEMBERS];
  size_t n = plan->answers->n_answers;
  AssayMembers members = { scores, 0, n };

  for (uint32_t i = 0; i < plan->answers->n_members; i++)
    if (set >> i & 1)
      scores[members.n_members++] = scratch->members + i * n;
  assay_members_moments (&members, scratch->mean, scratch->variance);
  for (uint32_t i = 0; i < plan->analysis->n_rows; i++)
    {
      AssayBestOfNRow *row = &plan->analysis->rows[i];

      if (row->objective->single || row->size != size)
        continue;
      row->objective->score (&members, scratch->mean, scratch->variance, row->lambda,
                             scratch->score);
      add_curves (plan, row, prompt, scratch->score, scratch);
    }
}

static void
analyze_prompt (void *data, uint32_t prompt)
{
  const Plan *plan = data;
  Scratch scratch = divide (plan, prompt % plan->n_threads);

  scale_members (plan, prompt, scratch.members);
  for (uint32_t i = 0; i < plan->answers->n_members; i++)
    add_curves (plan, &plan->analysis->rows[i], prompt,
                scratch.members + (size_t) i * plan->answers->n_answers, &scratch);
  for (uint32_t i = 0; i < plan->n_sizes; i++)
    for (uint32_t j = 0; j < plan->ensembles[i].n; j++)
      add_ensemble (plan, prompt, plan->ensembles[i].size, plan->ensembles[i].sets[j], &scratch);
}

/* ---- Rows --------------------------------------------------------------------------- */

static uint32_t
put_single_rows (AssayBestOfNRow *rows, uint32_t n_members)
{
  for (uint32_t i = 0; i < n_members; i++)
    rows[i] = (AssayBestOfNRow){ .objective = assay_objective_find ("single"),
                                 .member = i,
                                 .size = 1,
                                 .n_ensembles = 1,
                                 .lambda = NAN };
  return n_members;
}

static uint32_t
put_rows (AssayBestOfNRow *rows, const Ensembles *ensembles, const AssayBestOfNRequest *request)
{
  uint32_t n = 0;

  for (uint32_t i = 0; i < assay_n_objectives; i++)
    {
      const AssayObjective *objective = &assay_objectives[i];
      bool constrained = objective->lambda > 0;

      for (uint32_t j = 0; !objective->single && j < (constrained ? request->n_lambdas : 1); j++)
        rows[n++] = (AssayBestOfNRow){ .objective = objective,
                                       .size = ensembles->size,
                                       .n_ensembles = ensembles->n,
                                       .lambda = constrained ? request->lambdas[j] : NAN };
    }
  return n;
}

static void
make_rows (Plan *plan, const AssayBestOfNRequest *request)
{
  AssayBestOfNAnalysis *analysis = plan->analysis;
  size_t most = plan->answers->n_members
                + (size_t) request->n_sizes * assay_n_objectives * (1 + request->n_lambdas);
  size_t curve = (size_t) analysis->n_prompts * analysis->n_grid;

  analysis->rows = assay_alloc_zeroed (most * sizeof *analysis->rows);
  analysis->n_rows = put_single_rows (analysis->rows, plan->answers->n_members);
  for (uint32_t i = 0; i < request->n_sizes; i++)
    {
      list_ensembles (&plan->ensembles[i], plan->answers->n_members, request->sizes[i]);
      analysis->n_rows
          += put_rows (analysis->rows + analysis->n_rows, &plan->ensembles[i], request);
    }
  analysis->curves = assay_alloc_zeroed (2 * analysis->n_rows * curve * sizeof (double));
  for (uint32_t i = 0; i < analysis->n_rows; i++)
    {
      analysis->rows[i].gold = analysis->curves + 2 * i * curve;
      analysis->rows[i].proxy = analysis->rows[i].gold + curve;
    }
}

/* ---- The analysis ---------------------------------------------------------------------- */

static bool
check_request (const AssayScoredAnswers *answers, const AssayBestOfNRequest *request,
               AssayTextError *error)
{
  size_t n = (size_t) answers->n_prompts * answers->n_answers;

  for (uint32_t i = 0; i < request->n_sizes; i++)
    {
      if (request->sizes[i] < 1 || request->sizes[i] > answers->n_members)
        return assay_text_fail (error, "no ensemble of %u can be made of %u members",
                                request->sizes[i], answers->n_members);
      for (uint32_t j = 0; j < i; j++)
        if (request->sizes[i] == request->sizes[j])
          return assay_text_fail (error, "ensembles of %u are asked for twice", request->sizes[i]);
    }
  for (uint32_t i = 0; i < request->n_lambdas; i++)
    if (!(request->lambdas[i] >= 0) || isinf (request->lambdas[i]))
      return assay_text_fail (error, "lambda must be 0 or more, not %g", request->lambdas[i]);
  for (size_t i = 0; i < n; i++)
    if (!isfinite (answers->gold[i]))
      return assay_text_fail (error,
                              "the gold score of prompt %zu's answer %zu is not a finite number: "
                              "score it again, or leave the answer out",
                              i / answers->n_answers + 1, i % answers->n_answers + 1);
  return true;
}

/* Fits, or only checks the scores where scales are given. */
static bool
find_scales (const AssayScoredAnswers *answers, const AssayBestOfNRequest *request,
             AssayScoreScale *scales, AssayTextError *error)
{
  size_t n = (size_t) answers->n_prompts * answers->n_answers;
  AssayNormalization normalization
      = request->scales != NULL ? ASSAY_NORMALIZE_NONE : request->normalization;

  if (!assay_score_scales_fit (answers->members, n, answers->n_members, normalization, scales,
                               error))
    return false;
  if (request->scales != NULL)
    memcpy (scales, request->scales, answers->n_members * sizeof *scales);
  return true;
}

AssayBestOfNAnalysis *
assay_best_of_n_analyze (const AssayScoredAnswers *answers, const AssayBestOfNRequest *request,
                         AssayWorkers *workers, AssayTextError *error)
{
  AssayBestOfNAnalysis *analysis = assay_alloc_zeroed (sizeof *analysis);
  Plan plan = { .answers = answers,
                .analysis = analysis,
                .n_sizes = request->n_sizes,
                .n_threads = workers != NULL ? assay_workers_n (workers) : 1 };
  bool ok = check_request (answers, request, error);

  analysis->n_prompts = answers->n_prompts;
  analysis->n_grid = request->n_grid;
  analysis->scales = assay_alloc_zeroed (answers->n_members * sizeof *analysis->scales);
  ok = ok && find_scales (answers, request, analysis->scales, error)
       && (plan.bon
           = assay_best_of_n_new (answers->n_answers, request->grid, request->n_grid, error))
              != NULL;
  if (!ok)
    {
      assay_best_of_n_analysis_free (analysis);
      return NULL;
    }
  plan.ensembles = assay_alloc_zeroed (request->n_sizes * sizeof *plan.ensembles);
  make_rows (&plan, request);
  plan.scratch_size = scratch_size (&plan);
  plan.scratch = assay_alloc_zeroed (plan.n_threads * plan.scratch_size);
  assay_workers_run (workers, analyze_prompt, &plan, answers->n_prompts);
  free (plan.scratch);
  free (plan.ensembles);
  assay_best_of_n_free (plan.bon);
  return analysis;
}

void
assay_best_of_n_analysis_free (AssayBestOfNAnalysis *analysis)
{
  if (analysis == NULL)
    return;
  free (analysis->rows);
  free (analysis->scales);
  free (analysis->curves);
  free (analysis);
}

void
assay_best_of_n_mean (const AssayBestOfNAnalysis *analysis, const double *curve, double *mean)
{
  for (uint32_t g = 0; g < analysis->n_grid; g++)
    {
      double sum = 0;

      for (uint32_t p = 0; p < analysis->n_prompts; p++)
        sum += curve[(size_t) p * analysis->n_grid + g];
      mean[g] = sum / analysis->n_prompts;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/num/random.h"
#include "learn/text/best-of-n-analysis.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#define PROMPTS 6
#define ANSWERS 40
#define MEMBERS 5

static const uint32_t grid[] = { 1, 3, 16, 40 };
static const uint32_t sizes[] = { 2, 5 };
static const double lambdas[] = { 0, 0.5, 2 };

typedef struct Data
{
  double gold[PROMPTS * ANSWERS], members[PROMPTS * ANSWERS * MEMBERS];
  AssayScoredAnswers answers;
} Data;

static void
fill (Data *data, bool identical)
{
  AssayStream stream;

  assay_stream_init (&stream, 4, "analysis");
  for (int i = 0; i < PROMPTS * ANSWERS; i++)
    {
      data->gold[i] = assay_normal (&stream);
      for (int j = 0; j < MEMBERS; j++)
        data->members[i * MEMBERS + j] = identical && j > 0
                                             ? data->members[i * MEMBERS]
                                             : 3 + 0.1 * j + data->gold[i] + assay_normal (&stream);
    }
  data->answers = (AssayScoredAnswers){ PROMPTS, ANSWERS, MEMBERS, data->gold, data->members };
}

static AssayBestOfNRequest
request (void)
{
  return (AssayBestOfNRequest){ .normalization = ASSAY_NORMALIZE_ZSCORE,
                                .grid = grid,
                                .n_grid = G_N_ELEMENTS (grid),
                                .sizes = sizes,
                                .n_sizes = G_N_ELEMENTS (sizes),
                                .lambdas = lambdas,
                                .n_lambdas = G_N_ELEMENTS (lambdas) };
}

static AssayBestOfNAnalysis *
analyze (const Data *data, const AssayBestOfNRequest *request, uint32_t threads)
{
  AssayTextError error = { "" };
  AssayWorkers *workers = threads > 1 ? assay_workers_new (threads) : NULL;
  AssayBestOfNAnalysis *analysis
      = assay_best_of_n_analyze (&data->answers, request, workers, &error);

  g_assert_nonnull (analysis);
  if (workers != NULL)
    assay_workers_free (workers);
  return analysis;
}

static void
equal_members_are_a_single_one (void)
{
  Data data;
  AssayBestOfNRequest asked = request ();
  AssayBestOfNAnalysis *analysis = NULL;
  size_t curve = PROMPTS * G_N_ELEMENTS (grid) * sizeof (double);

  fill (&data, true);
  analysis = analyze (&data, &asked, 1);
  g_assert_cmpuint (analysis->n_rows, ==, MEMBERS + 2 * (3 + 2 * G_N_ELEMENTS (lambdas)));
  for (uint32_t i = 1; i < analysis->n_rows; i++)
    if (analysis->rows[i].n_ensembles == 1) /* else a mean over ensembles rounds */
      {
        g_assert_cmpmem (analysis->rows[i].gold, curve, analysis->rows[0].gold, curve);
        g_assert_cmpmem (analysis->rows[i].proxy, curve, analysis->rows[0].proxy, curve);
      }
    else
      for (size_t j = 0; j < PROMPTS * G_N_ELEMENTS (grid); j++)
        g_assert_cmpfloat_with_epsilon (analysis->rows[i].gold[j], analysis->rows[0].gold[j],
                                        1e-12);
  assay_best_of_n_analysis_free (analysis);
}

/* What an objective makes of one answer, and the curves, written down as the paper has them. */

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
objective_by_hand (const char *id, const double *x, uint32_t k, double lambda)
{
  double mean = 0, variance = 0, sorted[MEMBERS];

  memcpy (sorted, x, k * sizeof *x);
  qsort (sorted, k, sizeof *x, compare);
  for (uint32_t i = 0; i < k; i++)
    mean += x[i] / k;
  for (uint32_t i = 0; i < k; i++)
    variance += (x[i] - mean) * (x[i] - mean) / k;
  if (strcmp (id, "wco") == 0)
    return sorted[0];
  if (strcmp (id, "median") == 0)
    return (sorted[(k - 1) / 2] + sorted[k / 2]) / 2;
  if (strcmp (id, "uwo") == 0)
    return mean - lambda * variance;
  if (strcmp (id, "lcb") == 0)
    return mean - lambda * sqrt (variance);
  return mean;
}

/* Row's gold for one prompt and n, over all sets of its size. */
static double
gold_by_hand (const Data *data, const AssayBestOfNAnalysis *analysis, const AssayBestOfNRow *row,
              uint32_t prompt, uint32_t g)
{
  double total = 0;
  AssayTextError error = { "" };
  AssayBestOfN *bon = assay_best_of_n_new (ANSWERS, grid, G_N_ELEMENTS (grid), &error);
  g_autofree void *scratch = g_malloc (assay_best_of_n_scratch (bon));
  int n = 0;

  for (uint32_t set = 0; set < 1u << MEMBERS; set++)
    {
      double score[ANSWERS], curve[G_N_ELEMENTS (grid)];

      if (__builtin_popcount (set) != (int) row->size
          || (row->objective->single && set != 1u << row->member))
        continue;
      for (int j = 0; j < ANSWERS; j++)
        {
          double x[MEMBERS];
          uint32_t k = 0;

          for (int i = 0; i < MEMBERS; i++)
            if (set >> i & 1)
              x[k++] = (data->members[(prompt * ANSWERS + j) * MEMBERS + i]
                        - analysis->scales[i].shift)
                       * analysis->scales[i].factor;
          score[j] = objective_by_hand (row->objective->id, x, k, row->lambda);
        }
      assay_best_of_n_curves (bon, score, data->gold + prompt * ANSWERS, curve, NULL, scratch);
      total += curve[g];
      n++;
    }
  assay_best_of_n_free (bon);
  return total / n;
}

static void
objectives_are_those_of_the_paper (void)
{
  Data data;
  AssayBestOfNRequest asked = request ();
  AssayBestOfNAnalysis *analysis = NULL;

  fill (&data, false);
  analysis = analyze (&data, &asked, 1);
  for (uint32_t i = 0; i < analysis->n_rows; i++)
    for (uint32_t p = 0; p < PROMPTS; p += 5)
      for (uint32_t g = 0; g < G_N_ELEMENTS (grid); g++)
        g_assert_cmpfloat_with_epsilon (analysis->rows[i].gold[p * G_N_ELEMENTS (grid) + g],
                                        gold_by_hand (&data, analysis, &analysis->rows[i], p, g),
                                        1e-10);
  assay_best_of_n_analysis_free (analysis);
}

static void
threads_do_not_change_bits (void)
{
  Data data;
  AssayBestOfNRequest asked = request ();
  AssayBestOfNAnalysis *one = NULL, *three = NULL;
  size_t curve = PROMPTS * G_N_ELEMENTS (grid) * sizeof (double);

  fill (&data, false);
  one = analyze (&data, &asked, 1);
  three = analyze (&data, &asked, 3);
  g_assert_cmpmem (one->curves, 2 * one->n_rows * curve, three->curves, 2 * three->n_rows * curve);
  assay_best_of_n_analysis_free (one);
  assay_best_of_n_analysis_free (three);
}

static void
normalization_does_what_it_says (void)
{
  Data data;
  AssayScoreScale scales[MEMBERS];
  AssayTextError error = { "" };

  fill (&data, false);
  g_assert_true (assay_score_scales_fit (data.members, PROMPTS * ANSWERS, MEMBERS,
                                         ASSAY_NORMALIZE_ZSCORE, scales, &error));
  for (int j = 0; j < MEMBERS; j++)
    {
      double mean = 0, squares = 0;

      for (int i = 0; i < PROMPTS * ANSWERS; i++)
        {
          double x = (data.members[i * MEMBERS + j] - scales[j].shift) * scales[j].factor;

          mean += x / (PROMPTS * ANSWERS);
          squares += x * x / (PROMPTS * ANSWERS);
        }
      g_assert_cmpfloat_with_epsilon (mean, 0, 1e-12);
      g_assert_cmpfloat_with_epsilon (squares, 1, 1e-12);
    }
  g_assert_true (assay_score_scales_fit (data.members, PROMPTS * ANSWERS, MEMBERS,
                                         ASSAY_NORMALIZE_CENTER, scales, &error));
  g_assert_true (scales[0].factor == 1 && scales[0].shift > 2);
  g_assert_true (assay_score_scales_fit (data.members, PROMPTS * ANSWERS, MEMBERS,
                                         ASSAY_NORMALIZE_NONE, scales, &error));
  g_assert_true (scales[0].factor == 1 && scales[0].shift == 0);
}

static void
given_scales_are_used (void)
{
  static const AssayScoreScale scales[MEMBERS]
      = { { 0, 1 }, { 0, 2 }, { 1, 1 }, { 0, 1 }, { 0, 1 } };
  Data data;
  AssayBestOfNRequest asked = request ();
  AssayBestOfNAnalysis *plain = NULL, *scaled = NULL;

  fill (&data, true);
  asked.normalization = ASSAY_NORMALIZE_NONE;
  plain = analyze (&data, &asked, 1);
  asked.scales = scales;
  scaled = analyze (&data, &asked, 1);
  g_assert_cmpfloat_with_epsilon (scaled->rows[1].proxy[2], 2 * plain->rows[1].proxy[2], 1e-12);
  g_assert_cmpfloat_with_epsilon (scaled->rows[2].proxy[2], plain->rows[2].proxy[2] - 1, 1e-12);
  assay_best_of_n_analysis_free (plain);
  assay_best_of_n_analysis_free (scaled);
}

static void
many_members_make_as_many_ensembles (void)
{
  static const uint32_t all[] = { 1, 2, 3, 7, 8 };
  static const uint32_t n_ensembles[] = { 8, 8, 8, 8, 1 };
  double gold[4] = { 1, 2, 3, 4 }, members[32];
  AssayScoredAnswers answers = { 2, 2, 8, gold, members };
  AssayBestOfNRequest asked = {
    .grid = (const uint32_t[]){ 2 }, .n_grid = 1, .sizes = all, .n_sizes = G_N_ELEMENTS (all)
  };
  AssayTextError error = { "" };
  AssayBestOfNAnalysis *analysis = NULL;

  for (int i = 0; i < 32; i++)
    members[i] = i;
  analysis = assay_best_of_n_analyze (&answers, &asked, NULL, &error);
  g_assert_nonnull (analysis);
  g_assert_cmpuint (analysis->n_rows, ==, 8 + 3 * G_N_ELEMENTS (all)); /* no lambda was asked for */
  for (uint32_t i = 0; i < G_N_ELEMENTS (all); i++)
    g_assert_cmpuint (analysis->rows[8 + 3 * i].n_ensembles, ==, n_ensembles[i]);
  for (uint32_t i = 0; i < analysis->n_rows; i++)
    {
      double mean = 0;

      assay_best_of_n_mean (analysis, analysis->rows[i].gold, &mean);
      g_assert_cmpfloat_with_epsilon (mean, 3, 1e-14);
    }
  assay_best_of_n_analysis_free (analysis);
}

static void
assert_refused (const Data *data, const AssayBestOfNRequest *asked, const char *because)
{
  AssayTextError error = { "" };

  g_assert_null (assay_best_of_n_analyze (&data->answers, asked, NULL, &error));
  if (strstr (error.text, because) == NULL)
    g_error ("%s, not: %s", error.text, because);
}

static void
what_cannot_be_analyzed_is_named (void)
{
  Data data;
  AssayBestOfNRequest asked = request (), bad = asked;

  fill (&data, false);
  data.members[7 * MEMBERS + 2] = NAN;
  assert_refused (&data, &asked, "member 3's score of answer 8 is not a finite number");
  fill (&data, false);
  data.gold[ANSWERS + 3] = INFINITY;
  assert_refused (&data, &asked, "gold score of prompt 2's answer 4");
  fill (&data, false);
  for (int i = 0; i < PROMPTS * ANSWERS; i++)
    data.members[i * MEMBERS + 1] = 2;
  assert_refused (&data, &asked, "member 2 scores all answers alike");
  fill (&data, false);
  bad.sizes = (const uint32_t[]){ 6, 2 };
  assert_refused (&data, &bad, "no ensemble of 6");
  bad.sizes = (const uint32_t[]){ 2, 2 };
  assert_refused (&data, &bad, "twice");
  bad = asked;
  bad.lambdas = (const double[]){ 0, NAN, 1 };
  assert_refused (&data, &bad, "lambda");
  bad = asked;
  bad.grid = (const uint32_t[]){ 1, 2, 3, 41 };
  assert_refused (&data, &bad, "n must be 1 to 40");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/best-of-n-analysis/equal-members-are-a-single-one",
                   equal_members_are_a_single_one);
  g_test_add_func ("/best-of-n-analysis/objectives-are-those-of-the-paper",
                   objectives_are_those_of_the_paper);
  g_test_add_func ("/best-of-n-analysis/threads-do-not-change-bits", threads_do_not_change_bits);
  g_test_add_func ("/best-of-n-analysis/normalization-does-what-it-says",
                   normalization_does_what_it_says);
  g_test_add_func ("/best-of-n-analysis/given-scales-are-used", given_scales_are_used);
  g_test_add_func ("/best-of-n-analysis/many-members-make-as-many-ensembles",
                   many_members_make_as_many_ensembles);
  g_test_add_func ("/best-of-n-analysis/what-cannot-be-analyzed-is-named",
                   what_cannot_be_analyzed_is_named);
  return g_test_run ();
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * What the study of 100,000 scored answers costs once they are scored.
 */
#include "base/num/random.h"
#include "bench.h"
#include "learn/text/best-of-n-analysis.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define PROMPTS 50
#define ANSWERS 2000
#define MEMBERS 5

typedef struct Data
{
  AssayScoredAnswers answers;
  double gold[PROMPTS * ANSWERS], members[PROMPTS * ANSWERS * MEMBERS];
  AssayWorkers *workers;
} Data;

static void *
set_up (void)
{
  Data *data = malloc (sizeof *data);
  AssayStream stream;

  assay_stream_init (&stream, 1, "best-of-n");
  for (size_t i = 0; i < PROMPTS * ANSWERS; i++)
    {
      double shared = assay_normal (&stream);

      data->gold[i] = assay_normal (&stream);
      for (size_t j = 0; j < MEMBERS; j++)
        data->members[i * MEMBERS + j] = (float) (data->gold[i] + shared + assay_normal (&stream));
    }
  data->answers = (AssayScoredAnswers){ PROMPTS, ANSWERS, MEMBERS, data->gold, data->members };
  data->workers = assay_workers_new (2);
  return data;
}

/* All objectives, all ensembles of 1 to 5 members, the paper's lambdas and the grid of n. */
static double
analyze (void *user)
{
  static const uint32_t sizes[] = { 2, 3, 4, 5 };
  static const uint32_t grid[] = { 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2000 };
  static const double lambdas[] = { 0.05, 0.1, 0.2, 0.5, 1, 2 };
  static const AssayBestOfNRequest request = { .normalization = ASSAY_NORMALIZE_ZSCORE,
                                               .grid = grid,
                                               .n_grid = 12,
                                               .sizes = sizes,
                                               .n_sizes = 4,
                                               .lambdas = lambdas,
                                               .n_lambdas = 6 };
  const Data *data = user;
  AssayTextError error = { "" };
  double start = bench_now (), took;
  AssayBestOfNAnalysis *analysis
      = assay_best_of_n_analyze (&data->answers, &request, data->workers, &error);

  took = 1e3 * (bench_now () - start);
  if (analysis == NULL)
    {
      fprintf (stderr, "bench: %s\n", error.text);
      return NAN;
    }
  assay_best_of_n_analysis_free (analysis);
  return took;
}

static void
tear_down (void *user)
{
  Data *data = user;

  assay_workers_free (data->workers);
  free (data);
}

static const BenchCase cases[] = {
  { .suite = "numerics",
    .name = "best-of-n",
    .unit = "ms",
    .yardstick = 1000,
    .set_up = set_up,
    .measure = analyze,
    .tear_down = tear_down },
};

const BenchTable bench_best_of_n = BENCH_TABLE (cases);

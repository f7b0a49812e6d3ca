/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/text/gao-fit.h"

#include "base/num/random.h"
#include "base/num/resample.h"
#include "base/num/stats.h"
#include "learn/tensor/arena.h"
#include "learn/text/text.h"

#include <math.h>
#include <stdlib.h>

#define MIN_REPLICATES 3

/* Reward is linear in (alpha, beta): alpha d + beta q (d). */
typedef struct Regressors
{
  double d, q;
} Regressors;

static Regressors
best_of_n_regressors (double kl)
{
  double d = sqrt (kl);

  return (Regressors){ d, -d * d };
}

static Regressors
rl_regressors (double kl)
{
  double d = sqrt (kl);

  return (Regressors){ d, d > 0 ? -d * log (d) : 0 };
}

static double
best_of_n_peak (double alpha, double beta)
{
  return beta > 0 && alpha > 0 ? alpha / (2 * beta) : NAN;
}

static double
rl_peak (double alpha, double beta)
{
  double peak = exp (alpha / beta - 1);

  return beta > 0 && isfinite (peak) ? peak : NAN;
}

static const struct
{
  Regressors (*regressors) (double kl);
  double (*peak) (double alpha, double beta);
} forms[] = {
  [ASSAY_GAO_BEST_OF_N] = { best_of_n_regressors, best_of_n_peak },
  [ASSAY_GAO_RL] = { rl_regressors, rl_peak },
};

/* Sums of products, all that least squares needs of some points. */
typedef struct Sums
{
  double dd, dq, qq, dy, qy;
} Sums;

static void
add_sums (Sums *sums, const Sums *more, double weight)
{
  sums->dd += weight * more->dd;
  sums->dq += weight * more->dq;
  sums->qq += weight * more->qq;
  sums->dy += weight * more->dy;
  sums->qy += weight * more->qy;
}

/* False: the regressors are (nearly) one. */
static bool
solve (const Sums *s, double *alpha, double *beta)
{
  double determinant = s->dd * s->qq - s->dq * s->dq;

  if (!(determinant > 1e-10 * s->dd * s->qq))
    return false;
  *alpha = (s->dy * s->qq - s->qy * s->dq) / determinant;
  *beta = (s->qy * s->dd - s->dy * s->dq) / determinant;
  return isfinite (*alpha) && isfinite (*beta);
}

double
assay_gao_reward (const AssayGaoFit *fit, double kl)
{
  Regressors r = forms[fit->form].regressors (kl);

  return fit->alpha.value * r.d + fit->beta.value * r.q;
}

/* ---- Points ----------------------------------------------------------------------- */

typedef struct Points
{
  const double *kl, *reward;
  size_t n; /* of all replicates */
  double up_to;
} Points;

static bool
is_there (const Points *points, size_t i)
{
  return isfinite (points->kl[i]) && isfinite (points->reward[i]);
}

/* R^2 of the fitted, or of the held-out points. */
static double
determination (const AssayGaoFit *fit, const Points *points, bool held_out, uint32_t *n)
{
  double mean = 0, squares = 0, errors = 0;

  *n = 0;
  for (size_t i = 0; i < points->n; i++)
    {
      double step, error;

      if (!is_there (points, i) || (points->kl[i] > points->up_to) != held_out)
        continue;
      step = points->reward[i] - mean;
      mean += step / ++*n;
      squares += step * (points->reward[i] - mean);
      error = points->reward[i] - assay_gao_reward (fit, points->kl[i]);
      errors += error * error;
    }
  return squares > 0 ? 1 - errors / squares : NAN;
}

static bool
sum_points (AssayGaoForm form, const Points *points, uint32_t n_replicates, Sums *sums,
            AssayTextError *error)
{
  size_t n_points = points->n / n_replicates;

  for (size_t i = 0; i < points->n; i++)
    {
      Sums *own = &sums[i / n_points];
      Regressors r;

      if (!is_there (points, i) || points->kl[i] > points->up_to)
        continue;
      if (points->kl[i] < 0)
        return assay_text_fail (error,
                                "replicate %zu has a KL of %g, where a square root is needed: take "
                                "an estimator that is never negative",
                                i / n_points + 1, points->kl[i]);
      r = forms[form].regressors (points->kl[i]);
      add_sums (own,
                &(Sums){ r.d * r.d, r.d * r.q, r.q * r.q, r.d * points->reward[i],
                         r.q * points->reward[i] },
                1);
    }
  return true;
}

/* ---- Intervals --------------------------------------------------------------------- */

/* Mean and sum of squares about it, one value at a time (Welford). */
typedef struct Spread
{
  double mean, squares;
  uint32_t n;
} Spread;

static void
add_value (Spread *spread, double x)
{
  double step = x - spread->mean;

  if (!isfinite (x))
    return;
  spread->mean += step / ++spread->n;
  spread->squares += step * (x - spread->mean);
}

static void
set_interval (AssayGaoValue *value, const Spread *spread, uint32_t n_replicates)
{
  double half
      = assay_t_quantile (0.975, n_replicates - 1) * sqrt (spread->squares / (spread->n - 1.0));

  if (spread->n < ASSAY_REDRAWS / 2 || isnan (value->value))
    return;
  value->low = value->value - half;
  value->high = value->value + half;
}

static void
find_intervals (AssayGaoFit *fit, const Sums *sums, uint32_t n_replicates)
{
  Spread alphas = { 0 }, betas = { 0 }, peaks = { 0 };
  double *counts = assay_alloc_zeroed (n_replicates * sizeof *counts);
  AssayStream stream;

  assay_stream_init (&stream, 0, "gao-fit");
  for (uint32_t draw = 0; draw < ASSAY_REDRAWS; draw++)
    {
      Sums all = { 0 };
      double alpha = NAN, beta = NAN;

      assay_redraw (&stream, n_replicates, counts);
      for (uint32_t i = 0; i < n_replicates; i++)
        add_sums (&all, &sums[i], counts[i]);
      if (!solve (&all, &alpha, &beta))
        continue;
      add_value (&alphas, alpha);
      add_value (&betas, beta);
      add_value (&peaks, forms[fit->form].peak (alpha, beta));
    }
  set_interval (&fit->alpha, &alphas, n_replicates);
  set_interval (&fit->beta, &betas, n_replicates);
  set_interval (&fit->peak, &peaks, n_replicates);
  free (counts);
}

bool
assay_gao_fit (AssayGaoForm form, const double *kl, const double *reward, uint32_t n_replicates,
               uint32_t n_points, double up_to, AssayGaoFit *fit, AssayTextError *error)
{
  Points points = { kl, reward, (size_t) n_replicates * n_points, up_to };
  Sums *sums = assay_alloc_zeroed (n_replicates * sizeof *sums), all = { 0 };
  bool ok = sum_points (form, &points, n_replicates, sums, error);

  *fit = (AssayGaoFit){
    .form = form, .alpha = { NAN, NAN, NAN }, .beta = { NAN, NAN, NAN }, .peak = { NAN, NAN, NAN }
  };
  for (uint32_t i = 0; i < n_replicates; i++)
    add_sums (&all, &sums[i], 1);
  if (ok && !solve (&all, &fit->alpha.value, &fit->beta.value))
    ok = assay_text_fail (error, "rewards at fewer than two different KL above 0 cannot tell alpha "
                                 "from beta: measure more of them");
  if (ok)
    {
      fit->peak.value = forms[form].peak (fit->alpha.value, fit->beta.value);
      fit->r2 = determination (fit, &points, false, &fit->n_fitted);
      fit->held_out_r2 = determination (fit, &points, true, &fit->n_held_out);
      if (n_replicates >= MIN_REPLICATES)
        find_intervals (fit, sums, n_replicates);
    }
  free (sums);
  return ok;
}

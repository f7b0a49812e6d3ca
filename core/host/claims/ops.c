/* SPDX-License-Identifier: Apache-2.0
 *
 * The closed table of folds, and what each does to one group.  A missing cell is NaN in and out.
 */
#include "base/num/stats.h"
#include "host/claims/chain.h"

#include <math.h>

static inline double
cell (const double *values, gint32 i)
{
  return i < 0 ? NAN : values[i];
}

/* The cells of a group that are there and have weight, into x and v; the weights, or NULL. */
static guint
gather (ClaimWork *work, guint group, const double **w)
{
  const ClaimNode *node = work->node;
  guint n = 0;

  for (guint e = node->start[group]; e < node->start[group + 1]; e++)
    {
      double value = cell (work->in, node->in[e]), weight = work->w ? work->w[e] : 1;

      if (isnan (value) || weight <= 0)
        continue;
      work->x[n] = value;
      work->v[n++] = weight;
    }
  *w = work->w ? work->v : NULL;
  return n;
}

/* Pairs of cells that are both there, into x and y. */
static guint
gather_pairs (ClaimWork *work, guint group, const double **w)
{
  const ClaimNode *node = work->node;
  guint n = 0;

  for (guint e = node->start[group]; e < node->start[group + 1]; e++)
    {
      double a = cell (work->in, node->in[e]), b = cell (work->in2, node->in2[e]),
             weight = work->w ? work->w[e] : 1;

      if (isnan (a) || isnan (b) || weight <= 0)
        continue;
      work->x[n] = a;
      work->y[n] = b;
      work->v[n++] = weight;
    }
  *w = work->w ? work->v : NULL;
  return n;
}

/* Places along the dimension, into x, and the values there, into y. */
static guint
gather_along (ClaimWork *work, guint group, const double **w)
{
  const ClaimNode *node = work->node;
  guint n = 0;

  for (guint e = node->start[group]; e < node->start[group + 1]; e++)
    {
      double value = cell (work->in, node->in[e]), weight = work->w ? work->w[e] : 1;

      if (isnan (value) || weight <= 0)
        continue;
      work->x[n] = node->at[e];
      work->y[n] = value;
      work->v[n++] = weight;
    }
  *w = work->w ? work->v : NULL;
  return n;
}

/* ---- Statistics ------------------------------------------------------ */

static void
fold_mean (ClaimWork *work, guint group, double *out)
{
  const ClaimNode *node = work->node;
  double sum = 0, total = 0;

  for (guint e = node->start[group]; e < node->start[group + 1]; e++)
    {
      double value = cell (work->in, node->in[e]), weight = work->w ? work->w[e] : 1;

      if (isnan (value))
        continue;
      sum += weight * value;
      total += weight;
    }
  *out = total > 0 ? sum / total : NAN;
}

static void
fold_iqm (ClaimWork *work, guint group, double *out)
{
  const double *w;
  guint n = gather (work, group, &w);

  *out = n ? assay_iqm (work->x, w, n, work->scratch) : NAN;
}

static void
fold_sd (ClaimWork *work, guint group, double *out)
{
  const double *w;
  guint n = gather (work, group, &w);
  double total = 0;

  for (guint i = 0; i < n; i++)
    total += w ? w[i] : 1;
  *out = total > 1 ? assay_sd (work->x, w, n) : NAN;
}

static void
quantile (ClaimWork *work, guint group, double q, double *out)
{
  const double *w;
  guint n = gather (work, group, &w);

  *out = n ? assay_quantile (work->x, w, n, q, work->scratch) : NAN;
}

static void
fold_median (ClaimWork *work, guint group, double *out)
{
  quantile (work, group, .5, out);
}

static void
fold_quantile (ClaimWork *work, guint group, double *out)
{
  quantile (work, group, work->node->fold->x, out);
}

static void
fold_share (ClaimWork *work, guint group, double *out)
{
  const double *w;
  guint n = gather (work, group, &w);

  for (guint i = 0; i < n; i++)
    work->x[i] = work->x[i] > work->node->threshold;
  *out = n ? assay_weighted_mean (work->x, w, n) : NAN;
}

/* ---- Along an ordered dimension -------------------------------------- */

/* The compiler leaves one entry, or the two neighbours of a place between levels. */
static void
fold_at (ClaimWork *work, guint group, double *out)
{
  const ClaimNode *node = work->node;
  guint e = node->start[group], n = node->start[group + 1] - e;
  double a, b;

  *out = NAN;
  if (n == 1)
    *out = cell (work->in, node->in[e]);
  if (n != 2)
    return;
  a = cell (work->in, node->in[e]);
  b = cell (work->in, node->in[e + 1]);
  *out = a + (b - a) * (node->threshold - node->at[e]) / (node->at[e + 1] - node->at[e]);
}

static gboolean
reaches_both_ends (const ClaimNode *node, guint group, const double *at, guint n)
{
  return n && at[0] == node->ends[2 * group] && at[n - 1] == node->ends[2 * group + 1];
}

static void
fold_auc (ClaimWork *work, guint group, double *out)
{
  const double *w, *x = work->x, *y = work->y;
  guint n = gather_along (work, group, &w);
  double area = 0;

  *out = NAN;
  if (!reaches_both_ends (work->node, group, x, n))
    return;
  for (guint i = 1; i < n; i++)
    area += (x[i] - x[i - 1]) * (y[i] + y[i - 1]) / 2;
  *out = n == 1 ? y[0] : area / (x[n - 1] - x[0]);
}

static void
fold_slope (ClaimWork *work, guint group, double *out)
{
  const double *w;
  guint n = gather_along (work, group, &w);

  *out = n > 1 ? assay_slope (work->x, work->y, w, n) : NAN;
}

static void
fold_trend (ClaimWork *work, guint group, double *out)
{
  const double *w;
  guint n = gather_along (work, group, &w);

  *out = n > 1 ? assay_spearman (work->x, work->y, w, n, work->scratch) : NAN;
}

static void
fold_reach (ClaimWork *work, guint group, double *out)
{
  const ClaimNode *node = work->node;
  const double *w, *x = work->x, *y = work->y;
  guint n = gather_along (work, group, &w);
  double v = node->threshold;

  *out = NAN;
  for (guint i = 0; i < n; i++)
    {
      if (node->up ? y[i] < v : y[i] > v)
        continue;
      if (i)
        *out = x[i - 1] + (x[i] - x[i - 1]) * (v - y[i - 1]) / (y[i] - y[i - 1]);
      else if (x[0] == node->ends[2 * group])
        *out = x[0];
      return;
    }
  if (n && x[n - 1] == node->ends[2 * group + 1])
    *out = x[n - 1];
}

/* The other metric passes from the side on which it starts. */
static void
fold_when (ClaimWork *work, guint group, double *out)
{
  const double *w, *y = work->x, *m = work->y;
  guint n = gather_pairs (work, group, &w);
  double v = work->node->fold->x;

  *out = NAN;
  for (guint i = 0; i < n; i++)
    {
      if (m[0] < v ? m[i] < v : m[0] > v && m[i] > v)
        continue;
      *out = i ? y[i - 1] + (y[i] - y[i - 1]) * (v - m[i - 1]) / (m[i] - m[i - 1]) : y[0];
      return;
    }
}

/* ---- A chosen level -------------------------------------------------- */

/* The column with the best mean over the rows of one half; -1: none has a value there. */
static gint
choose (ClaimWork *work, guint group, guint half, const double *w)
{
  const ClaimNode *node = work->node;
  guint begin = node->start[group], row0 = node->first[group], rows = node->first[group + 1] - row0,
        columns = (node->start[group + 1] - begin) / rows;
  double best = 0;
  gint chosen = -1;

  if (columns == 1)
    return 0;
  for (guint c = 0; c < columns; c++)
    {
      double sum = 0, total = 0, mean;

      for (guint r = 0; r < rows; r++)
        {
          guint e = begin + r * columns + c;
          double value = cell (work->in, node->in[e]), weight = w ? w[e] : 1;

          if (node->half[row0 + r] != half || isnan (value))
            continue;
          sum += weight * value;
          total += weight;
        }
      if (total <= 0)
        continue;
      mean = node->up ? sum / total : -sum / total;
      if (chosen < 0 || mean > best)
        {
          best = mean;
          chosen = (gint) c;
        }
    }
  return chosen;
}

static void
select_level (ClaimWork *work, guint group, double *out, gboolean drop)
{
  const ClaimNode *node = work->node;
  guint begin = node->start[group], row0 = node->first[group], rows = node->first[group + 1] - row0,
        columns = (node->start[group + 1] - begin) / rows;
  gint chosen[2], last = (gint) node->ends[2 * group + 1];

  for (guint half = 0; half < 2; half++)
    {
      chosen[half] = choose (work, group, half, work->w);
      if (chosen[half] < 0 && work->w) /* the redraw left this half empty */
        chosen[half] = choose (work, group, half, NULL);
    }
  for (guint r = 0; r < rows; r++)
    {
      gint other = chosen[!node->half[row0 + r]];

      out[r] = other < 0 ? NAN : cell (work->in, node->in[begin + r * columns + other]);
      if (drop)
        out[r] -= last < 0 ? NAN : cell (work->in, node->in[begin + r * columns + last]);
    }
}

static void
fold_best (ClaimWork *work, guint group, double *out)
{
  select_level (work, group, out, FALSE);
}

static void
fold_drop (ClaimWork *work, guint group, double *out)
{
  select_level (work, group, out, TRUE);
}

void
assay_claim_best_by (ClaimWork *work, guint group, double *out)
{
  const double *w;
  guint n = gather_pairs (work, group, &w), best = 0;

  for (guint i = 1; i < n; i++)
    if (work->node->up ? work->y[i] > work->y[best] : work->y[i] < work->y[best])
      best = i;
  *out = n ? work->x[best] : NAN;
}

void
assay_claim_drop_by (ClaimWork *work, guint group, double *out)
{
  const ClaimNode *node = work->node;
  guint end = node->start[group + 1];

  assay_claim_best_by (work, group, out);
  if (end == node->start[group] || node->at[end - 1] != node->ends[2 * group + 1])
    *out = NAN;
  else
    *out -= cell (work->in, node->in[end - 1]);
}

/* ---- Between levels -------------------------------------------------- */

static void
fold_diff (ClaimWork *work, guint group, double *out)
{
  const ClaimNode *node = work->node;

  *out = cell (work->in, node->in[group]) - cell (work->in2, node->in2[group]);
}

static double
logarithm (double x)
{
  return x > 0 ? log (x) : NAN;
}

static void
fold_ratio (ClaimWork *work, guint group, double *out)
{
  const ClaimNode *node = work->node;
  double a = cell (work->in, node->in[group]), b = cell (work->in2, node->in2[group]);

  *out = node->logs_in ? a - b : logarithm (a) - logarithm (b);
}

/* Two entries: the value and the zero, the one and the zero. */
static void
fold_anchor (ClaimWork *work, guint group, double *out)
{
  const ClaimNode *node = work->node;
  guint e = node->start[group];
  double zero = cell (work->in, node->in2[e]), one = cell (work->in, node->in[e + 1]);

  *out = one == zero ? NAN : (cell (work->in, node->in[e]) - zero) / (one - zero);
}

static void
fold_win (ClaimWork *work, guint group, double *out)
{
  const double *w;
  guint n = gather_pairs (work, group, &w);

  for (guint i = 0; i < n; i++)
    work->x[i] = work->x[i] > work->y[i] ? 1 : work->x[i] == work->y[i] ? .5 : 0;
  *out = n ? assay_weighted_mean (work->x, w, n) : NAN;
}

static void
fold_auroc (ClaimWork *work, guint group, double *out)
{
  const ClaimNode *node = work->node;
  guint n = 0, m = 0, end = node->start[group + 1];

  /* Those of a come first. */
  for (guint e = node->start[group]; e < end; e++)
    {
      double value = cell (work->in, node->in[e]), weight = work->w ? work->w[e] : 1;

      if (isnan (value) || weight <= 0)
        continue;
      work->x[n + m] = value;
      work->v[n + m] = weight;
      if (node->at[e] == 0)
        n++;
      else
        m++;
    }
  *out = n && m ? assay_auroc (work->x, work->v, n, work->x + n, work->v + n, m, work->scratch)
                : NAN;
}

static void
fold_spearman (ClaimWork *work, guint group, double *out)
{
  const double *w;
  guint n = gather_pairs (work, group, &w);

  *out = n > 1 ? assay_spearman (work->x, work->y, w, n, work->scratch) : NAN;
}

/* ---- Cell by cell ---------------------------------------------------- */

static void
fold_log (ClaimWork *work, guint group, double *out)
{
  double value = cell (work->in, work->node->in[group]);

  *out = work->node->logs_in ? value : logarithm (value);
}

void
assay_claim_copy (ClaimWork *work, guint group, double *out)
{
  *out = cell (work->in, work->node->in[group]);
}

void
assay_claim_exp (ClaimWork *work, guint group, double *out)
{
  *out = exp (cell (work->in, work->node->in[group]));
}

double
assay_claim_scale (double x, guint scale)
{
  switch (scale)
    {
    case ASSAY_LOG10:
      return x > 0 ? log10 (x) : NAN;
    case ASSAY_SYMLOG:
      return copysign (log10 (1 + fabs (x)), x);
    case ASSAY_SQRT:
      return copysign (sqrt (fabs (x)), x);
    default:
      return x;
    }
}

static const ClaimOp ops[ASSAY_N_FOLD_OPS] = {
  [ASSAY_OP_MEAN] = { "MEAN", CLAIM_STATISTIC, CLAIM_LOGS_KEEP, fold_mean, "mean over {over}" },
  [ASSAY_OP_IQM]
  = { "IQM", CLAIM_STATISTIC, CLAIM_LOGS_KEEP, fold_iqm, "interquartile mean over {over}" },
  [ASSAY_OP_SD]
  = { "SD", CLAIM_STATISTIC, CLAIM_LOGS_LEAVE, fold_sd, "standard deviation over {over}" },
  [ASSAY_OP_MEDIAN]
  = { "MEDIAN", CLAIM_STATISTIC, CLAIM_LOGS_KEEP, fold_median, "median over {over}" },
  [ASSAY_OP_QUANTILE]
  = { "QUANTILE", CLAIM_STATISTIC, CLAIM_LOGS_KEEP, fold_quantile, "{x} quantile over {over}" },
  [ASSAY_OP_SHARE]
  = { "SHARE", CLAIM_STATISTIC, CLAIM_LOGS_LEAVE, fold_share, "share of {over} above {x}" },
  [ASSAY_OP_AT] = { "AT", CLAIM_ORDERED, CLAIM_LOGS_KEEP, fold_at, "value at {over} {a}" },
  [ASSAY_OP_AUC] = { "AUC", CLAIM_ORDERED, CLAIM_LOGS_KEEP, fold_auc, "mean height along {over}" },
  [ASSAY_OP_SLOPE]
  = { "SLOPE", CLAIM_ORDERED, CLAIM_LOGS_LEAVE, fold_slope, "least-squares slope along {over}" },
  [ASSAY_OP_TREND]
  = { "TREND", CLAIM_ORDERED, CLAIM_LOGS_LEAVE, fold_trend, "rank correlation with {over}" },
  [ASSAY_OP_REACH]
  = { "REACH", CLAIM_ORDERED, CLAIM_LOGS_LEAVE, fold_reach, "first {over} at which it passes {x}" },
  [ASSAY_OP_WHEN] = { "WHEN", CLAIM_ORDERED, CLAIM_LOGS_KEEP, fold_when,
                      "value at the {over} where {by} first passes {x}" },
  [ASSAY_OP_BEST]
  = { "BEST", CLAIM_SELECT, CLAIM_LOGS_KEEP, fold_best, "value at the best {over}, chosen {by}" },
  [ASSAY_OP_DROP] = { "DROP", CLAIM_SELECT, CLAIM_LOGS_KEEP, fold_drop,
                      "best minus last {over}, the best chosen {by}" },
  [ASSAY_OP_DIFF] = { "DIFF", CLAIM_PAIR, CLAIM_LOGS_KEEP, fold_diff, "{over} {a} minus {b}" },
  [ASSAY_OP_RATIO] = { "RATIO", CLAIM_PAIR, CLAIM_LOGS_ENTER, fold_ratio,
                       "{over} {a} divided by {b} (in logarithms)" },
  [ASSAY_OP_ANCHOR] = { "ANCHOR", CLAIM_ANCHOR, CLAIM_LOGS_LEAVE, fold_anchor,
                        "placed between {over} {a} (0) and {b} (1)" },
  [ASSAY_OP_WIN] = { "WIN", CLAIM_CONTRAST, CLAIM_LOGS_LEAVE, fold_win,
                     "share of {over} in which {between} {a} exceeds {b}, ties half" },
  [ASSAY_OP_AUROC] = { "AUROC", CLAIM_CONTRAST, CLAIM_LOGS_LEAVE, fold_auroc,
                       "probability over {over} that {between} {a} exceeds {b}" },
  [ASSAY_OP_SPEARMAN] = { "SPEARMAN", CLAIM_CONTRAST, CLAIM_LOGS_LEAVE, fold_spearman,
                          "rank correlation over {over} of {between} {a} and {b}" },
  [ASSAY_OP_LOG] = { "LOG", CLAIM_CELL, CLAIM_LOGS_LEAVE, fold_log, "logarithm" },
};

const ClaimOp *
assay_claim_op (guint op)
{
  return op < ASSAY_N_FOLD_OPS && ops[op].name ? &ops[op] : NULL;
}

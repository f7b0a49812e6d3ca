/* SPDX-License-Identifier: Apache-2.0
 *
 * Every fold against a slow calculation from its definition, on random frames with holes.
 */
#include "world.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SEEDS 6
#define ITEMS 9
#define ARMS 3
#define STEPS 5

static const double places[STEPS] = { 0, 1, 2, 5, 9 };
static const char *const arms[ARMS] = { "a", "b", "c" };

/* cells[seed][item][arm][step]; NaN: missing */
typedef double Cells[SEEDS][ITEMS][ARMS][STEPS];

static guint64 state = 88172645463325252u;

static void
fill (Cells cells, double holes)
{
  for (guint s = 0; s < SEEDS; s++)
    for (guint i = 0; i < ITEMS; i++)
      for (guint a = 0; a < ARMS; a++)
        for (guint t = 0; t < STEPS; t++)
          cells[s][i][a][t] = world_uniform (&state) < holes
                                  ? NAN
                                  : 5 + floor (world_normal (&state) * 8) / 8 + .3 * a + .2 * t;
}

/* Cells in a random order; half of the missing ones are absent, half are NaN.  An item comes
 * @times[item] times. */
static AssayFrame *
frame_of (Cells cells, const guint *times)
{
  AssayFrame *frame = world_new ("seed:item item:item arm:label step:number");
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint s = 0; s < SEEDS; s++)
    for (guint i = 0; i < ITEMS; i++)
      for (guint copy = 0; copy < (times ? times[i] : 1); copy++)
        for (guint a = 0; a < ARMS; a++)
          for (guint t = 0; t < STEPS; t++)
            {
              double value = cells[s][i][a][t];

              if (isnan (value) && (s + t) % 2)
                continue;
              g_ptr_array_add (
                  rows, g_strdup_printf ("%u i%u.%u %s %g", s + 1, i, copy, arms[a], places[t]));
              g_array_append_val (values, value);
            }
  for (guint left = rows->len; left; left--)
    {
      guint pick = (guint) (world_uniform (&state) * left);

      world_put (frame, rows->pdata[pick], g_array_index (values, double, pick));
      g_ptr_array_remove_index_fast (rows, pick);
      g_array_remove_index_fast (values, pick);
    }
  return frame;
}

static ClaimChain *
chain_of (const AssayFrame *frame, const AssayFold *fold)
{
  static ClaimSource source;
  g_autoptr (GError) error = NULL;
  ClaimChain *chain;

  source = (ClaimSource){ .frame = frame };
  chain = assay_chain_new (&source, "value", NULL, fold, NULL, &error);
  g_assert_no_error (error);
  return chain;
}

/* The value at levels "2 - a -"; NaN if the cell is absent. */
static double
result_at (const AssayFrame *frame, const char *levels)
{
  g_auto (GStrv) words = g_strsplit (levels, " ", -1);

  for (guint i = 0; i < assay_frame_n (frame); i++)
    {
      gboolean match = TRUE;
      guint word = 0;

      for (guint d = 0; d < frame->dims->len; d++)
        {
          const AssayFrameDim *dim = frame->dims->pdata[d];

          match = match
                  && !strcmp (words[word++],
                              dim->levels->pdata[g_array_index (dim->codes, gint32, i)]);
        }
      if (match)
        return g_array_index (frame->values, double, i);
    }
  return NAN;
}

static void
assert_close (double a, double b, const char *what)
{
  if ((isnan (a) && isnan (b)) || fabs (a - b) <= 1e-9 * (1 + fabs (b)))
    return;
  g_error ("%s: %.17g, by hand %.17g", what, a, b);
}

/* ---- By hand --------------------------------------------------------- */

static int
ascending (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

typedef struct
{
  double x[SEEDS * ITEMS * STEPS * 4];
  guint n;
} Bag;

static void
put_in (Bag *bag, double value)
{
  if (!isnan (value))
    bag->x[bag->n++] = value;
}

static double
mean_of (const Bag *bag)
{
  double sum = 0;

  for (guint i = 0; i < bag->n; i++)
    sum += bag->x[i];
  return bag->n ? sum / bag->n : NAN;
}

static double
sd_of (const Bag *bag)
{
  double sum = 0, mean = mean_of (bag);

  for (guint i = 0; i < bag->n; i++)
    sum += (bag->x[i] - mean) * (bag->x[i] - mean);
  return bag->n > 1 ? sqrt (sum / (bag->n - 1)) : NAN;
}

static double
quantile_of (Bag *bag, double q)
{
  double at = q * (bag->n - 1);
  guint low = (guint) at;

  if (!bag->n)
    return NAN;
  qsort (bag->x, bag->n, sizeof (double), ascending);
  return low + 1 < bag->n ? bag->x[low] + (at - low) * (bag->x[low + 1] - bag->x[low])
                          : bag->x[bag->n - 1];
}

/* Each value stands for 1/n of the whole; the middle half is averaged. */
static double
iqm_of (Bag *bag)
{
  double sum = 0;

  qsort (bag->x, bag->n, sizeof (double), ascending);
  for (guint i = 0; i < bag->n; i++)
    sum += bag->x[i] * fmax (0, fmin ((i + 1.) / bag->n, .75) - fmax ((double) i / bag->n, .25));
  return bag->n ? sum / .5 : NAN;
}

static double
share_of (const Bag *bag, double x)
{
  guint above = 0;

  for (guint i = 0; i < bag->n; i++)
    above += bag->x[i] > x;
  return bag->n ? (double) above / bag->n : NAN;
}

static double
correlation (const double *x, const double *y, guint n)
{
  double mx = 0, my = 0, xx = 0, yy = 0, xy = 0;

  for (guint i = 0; i < n; i++)
    {
      mx += x[i] / n;
      my += y[i] / n;
    }
  for (guint i = 0; i < n; i++)
    {
      xx += (x[i] - mx) * (x[i] - mx);
      yy += (y[i] - my) * (y[i] - my);
      xy += (x[i] - mx) * (y[i] - my);
    }
  return xx > 0 && yy > 0 ? xy / sqrt (xx * yy) : NAN;
}

static double
rank_correlation (const double *x, const double *y, guint n)
{
  double rx[128], ry[128];

  for (guint i = 0; i < n; i++)
    {
      rx[i] = ry[i] = 0;
      for (guint j = 0; j < n; j++)
        {
          rx[i] += x[j] < x[i] ? 1 : x[j] == x[i] ? .5 : 0;
          ry[i] += y[j] < y[i] ? 1 : y[j] == y[i] ? .5 : 0;
        }
    }
  return n > 1 ? correlation (rx, ry, n) : NAN;
}

/* ---- Statistics ------------------------------------------------------ */

static double
statistic_by_hand (guint op, Bag *bag)
{
  switch (op)
    {
    case ASSAY_OP_MEAN:
      return mean_of (bag);
    case ASSAY_OP_IQM:
      return iqm_of (bag);
    case ASSAY_OP_SD:
      return sd_of (bag);
    case ASSAY_OP_MEDIAN:
      return quantile_of (bag, .5);
    case ASSAY_OP_QUANTILE:
      return quantile_of (bag, .3);
    default:
      return share_of (bag, 5.5);
    }
}

static const AssayFold statistics[] = {
  ASSAY_MEAN ("item"),   ASSAY_IQM ("item"),          ASSAY_SD ("item"),
  ASSAY_MEDIAN ("item"), ASSAY_QUANTILE ("item", .3), ASSAY_SHARE ("item", 5.5),
};

static void
test_statistics (void)
{
  for (guint round = 0; round < 4; round++)
    for (guint k = 0; k < G_N_ELEMENTS (statistics); k++)
      {
        static Cells cells;
        AssayFold one[2] = { statistics[k] }, two[2] = { statistics[k] };
        g_autoptr (AssayFrame) frame = NULL, of_one = NULL, of_two = NULL;

        fill (cells, round * .25);
        frame = frame_of (cells, NULL);
        two[0].over = "seed item";
        of_one = assay_fold_frame (frame, NULL, one, NULL);
        of_two = assay_fold_frame (frame, NULL, two, NULL);
        for (guint a = 0; a < ARMS; a++)
          for (guint t = 0; t < STEPS; t++)
            {
              Bag all = { .n = 0 };
              g_autofree char *at = g_strdup_printf ("%s %g", arms[a], places[t]);

              for (guint s = 0; s < SEEDS; s++)
                {
                  Bag bag = { .n = 0 };
                  g_autofree char *cell = g_strdup_printf ("%u %s", s + 1, at);

                  for (guint i = 0; i < ITEMS; i++)
                    {
                      put_in (&bag, cells[s][i][a][t]);
                      put_in (&all, cells[s][i][a][t]);
                    }
                  assert_close (result_at (of_one, cell), statistic_by_hand (one[0].op, &bag),
                                assay_claim_op (one[0].op)->name);
                }
              assert_close (result_at (of_two, at), statistic_by_hand (two[0].op, &all),
                            assay_claim_op (two[0].op)->name);
            }
      }
}

/* A weight of k is the same as k copies. */
static void
test_weights (void)
{
  static const AssayFold folds[] = {
    ASSAY_MEAN ("item"),
    ASSAY_IQM ("item"),
    ASSAY_SD ("item"),
    ASSAY_MEDIAN ("item"),
    ASSAY_QUANTILE ("item", .3),
    ASSAY_SHARE ("item", 5.5),
    ASSAY_WIN ("item", "arm", "a", "b"),
    ASSAY_AUROC ("item", "arm", "a", "b"),
    ASSAY_SPEARMAN ("item", "arm", "a", "b"),
  };

  for (guint round = 0; round < 3; round++)
    for (guint k = 0; k < G_N_ELEMENTS (folds); k++)
      {
        static Cells cells;
        AssayFold fold[2] = { folds[k] };
        guint times[ITEMS];
        g_autoptr (AssayFrame) frame = NULL, copies = NULL, expected = NULL, weighed = NULL;
        g_autoptr (ClaimChain) chain = NULL;
        g_autofree double *weights = NULL;
        g_autofree guint32 *order = NULL;
        ClaimNode *node;
        const ClaimShape *shape;
        ClaimAxis *axis;
        int column;

        fill (cells, .15 * round);
        for (guint i = 0; i < ITEMS; i++)
          times[i] = (guint) (world_uniform (&state) * 4);
        times[0] = 2;
        frame = frame_of (cells, NULL);
        copies = frame_of (cells, times);
        expected = assay_fold_frame (copies, NULL, fold, NULL);
        chain = chain_of (frame, fold);
        node = chain->result;
        shape = node->input->shape;
        axis = assay_chain_axis (chain, "item");
        for (column = 0; chain->axes->pdata[shape->axes[column]] != axis;)
          column++;
        weights = g_new (double, node->n_entries);
        for (guint e = 0; e < node->n_entries; e++)
          {
            gint32 code = shape->codes[(gsize) node->in[e] * shape->n_axes + (guint) column];

            weights[e] = times[atoi ((char *) axis->levels->pdata[code] + 1)];
          }
        assay_chain_run (chain, node, weights, node->estimate);
        weighed = assay_chain_frame (chain, &order);
        for (guint i = 0; i < assay_frame_n (expected); i++)
          {
            g_autoptr (GString) at = g_string_new (NULL);

            for (guint d = 0; d < expected->dims->len; d++)
              {
                const AssayFrameDim *dim = expected->dims->pdata[d];

                g_string_append_printf (
                    at, "%s%s", d ? " " : "",
                    (char *) dim->levels->pdata[g_array_index (dim->codes, gint32, i)]);
              }
            assert_close (result_at (weighed, at->str), g_array_index (expected->values, double, i),
                          assay_claim_op (fold[0].op)->name);
          }
      }
}

/* ---- Along a dimension ----------------------------------------------- */

static double
along_by_hand (const AssayFold *fold, const double *v)
{
  double x[STEPS], y[STEPS], sum = 0, mx = 0, my = 0, xx = 0;
  guint n = 0;

  for (guint t = 0; t < STEPS; t++)
    if (!isnan (v[t]))
      {
        x[n] = places[t];
        y[n++] = v[t];
      }
  switch (fold->op)
    {
    case ASSAY_OP_AT:
      if (!strcmp (fold->a, "first"))
        return v[0];
      if (!strcmp (fold->a, "last"))
        return v[STEPS - 1];
      return !strcmp (fold->a, "5") ? v[3] : v[2] + (v[3] - v[2]) / 3; /* at 3, between 2 and 5 */
    case ASSAY_OP_AUC:
      if (isnan (v[0]) || isnan (v[STEPS - 1]))
        return NAN;
      for (guint i = 1; i < n; i++)
        sum += (x[i] - x[i - 1]) * (y[i] + y[i - 1]) / 2;
      return sum / (x[n - 1] - x[0]);
    case ASSAY_OP_SLOPE:
      for (guint i = 0; i < n; i++)
        {
          mx += x[i] / n;
          my += y[i] / n;
        }
      for (guint i = 0; i < n; i++)
        {
          xx += (x[i] - mx) * (x[i] - mx);
          sum += (x[i] - mx) * (y[i] - my);
        }
      return n > 1 ? sum / xx : NAN;
    case ASSAY_OP_TREND:
      return rank_correlation (x, y, n);
    default:
      for (guint i = 0; i < n; i++)
        if (y[i] >= fold->x)
          return i == 0 ? (x[0] == 0 ? 0 : NAN)
                        : x[i - 1] + (fold->x - y[i - 1]) / (y[i] - y[i - 1]) * (x[i] - x[i - 1]);
      return isnan (v[STEPS - 1]) ? NAN : places[STEPS - 1];
    }
}

static void
test_along (void)
{
  static const AssayFold folds[] = {
    ASSAY_AT ("step", "first"), ASSAY_AT ("step", "last"), ASSAY_AT ("step", "5"),
    ASSAY_AT ("step", "3"),     ASSAY_AUC ("step"),        ASSAY_SLOPE ("step"),
    ASSAY_TREND ("step"),       ASSAY_REACH ("step", 6),
  };

  for (guint round = 0; round < 3; round++)
    for (guint k = 0; k < G_N_ELEMENTS (folds); k++)
      {
        static Cells cells;
        AssayFold fold[2] = { folds[k] };
        g_autoptr (AssayFrame) frame = NULL, result = NULL;

        fill (cells, .15 * round);
        frame = frame_of (cells, NULL);
        result = assay_fold_frame (frame, NULL, fold, NULL);
        for (guint s = 0; s < SEEDS; s++)
          for (guint i = 0; i < ITEMS; i++)
            for (guint a = 0; a < ARMS; a++)
              {
                g_autofree char *at = g_strdup_printf ("%u i%u.0 %s", s + 1, i, arms[a]);

                assert_close (result_at (result, at), along_by_hand (fold, cells[s][i][a]),
                              assay_claim_op (fold[0].op)->name);
              }
      }
}

/* SLOPE measures distance on the scale that the dimension declares. */
static void
test_scale (void)
{
  static const AssayFold slope[]
      = { ASSAY_SLOPE ("size"), ASSAY_MEAN ("seed"), { ASSAY_FOLD_END } };
  g_autoptr (AssayFrame) frame = world_new ("seed:item size:number"), result = NULL;

  assay_frame_dim (frame, "size")->scale = ASSAY_LOG10;
  world_put (frame, "1 1", 0);
  world_put (frame, "1 10", 2);
  world_put (frame, "1 100", 4);
  result = assay_fold_frame (frame, NULL, slope, NULL);
  assert_close (g_array_index (result->values, double, 0), 2, "slope per decade");
}

/* ---- A chosen level -------------------------------------------------- */

static void
test_choice (void)
{
  for (guint round = 0; round < 4; round++)
    {
      static Cells cells;
      static const AssayFold best[] = { ASSAY_BEST ("step", "seed"), { ASSAY_FOLD_END } },
                             drop[] = { ASSAY_DROP ("step", "seed"), { ASSAY_FOLD_END } };
      g_autoptr (AssayFrame) frame = NULL, of_best = NULL, of_drop = NULL;

      fill (cells, .1 * round);
      frame = frame_of (cells, NULL);
      of_best = assay_fold_frame (frame, NULL, best, NULL);
      of_drop = assay_fold_frame (frame, NULL, drop, NULL);
      for (guint i = 0; i < ITEMS; i++)
        for (guint a = 0; a < ARMS; a++)
          for (guint s = 0; s < SEEDS; s++)
            {
              double top = -INFINITY;
              guint chosen = 0;
              g_autofree char *at = g_strdup_printf ("%u i%u.0 %s", s + 1, i, arms[a]);

              for (guint t = 0; t < STEPS; t++)
                {
                  Bag others = { .n = 0 };

                  for (guint o = 0; o < SEEDS; o++)
                    if (o % 2 != s % 2)
                      put_in (&others, cells[o][i][a][t]);
                  if (mean_of (&others) > top)
                    {
                      top = mean_of (&others);
                      chosen = t;
                    }
                }
              assert_close (result_at (of_best, at), cells[s][i][a][chosen], "BEST");
              assert_close (result_at (of_drop, at),
                            cells[s][i][a][chosen] - cells[s][i][a][STEPS - 1], "DROP");
            }
    }
}

/* ---- Between levels -------------------------------------------------- */

static void
test_pairs (void)
{
  for (guint round = 0; round < 3; round++)
    {
      static Cells cells;
      static const AssayFold diff[]
          = { ASSAY_DIFF ("arm", "a", "c"), { ASSAY_FOLD_END } },
          every[] = { ASSAY_DIFF ("arm", "a", "*"), { ASSAY_FOLD_END } },
          tuple[] = { ASSAY_DIFF ("arm step", "a 5", "b 0"), { ASSAY_FOLD_END } },
          ratio[] = { ASSAY_RATIO ("arm", "a", "b"), ASSAY_MEAN ("seed"), { ASSAY_FOLD_END } },
          anchor[] = { ASSAY_ANCHOR ("arm", "a", "c"), { ASSAY_FOLD_END } },
          logarithm[] = { ASSAY_LOG (), { ASSAY_FOLD_END } };
      const AssayFold *folds[] = { diff, every, tuple, ratio, anchor, logarithm };
      g_autoptr (AssayFrame) frame = NULL;
      AssayFrame *results[G_N_ELEMENTS (folds)];

      fill (cells, .1 * round);
      cells[0][0][0][0] = -1; /* has no logarithm */
      frame = frame_of (cells, NULL);
      for (guint k = 0; k < G_N_ELEMENTS (folds); k++)
        results[k] = assay_fold_frame (frame, NULL, folds[k], NULL);
      for (guint i = 0; i < ITEMS; i++)
        for (guint t = 0; t < STEPS; t++)
          {
            Bag logs = { .n = 0 };
            g_autofree char *pair = g_strdup_printf ("i%u.0 %g", i, places[t]);

            for (guint s = 0; s < SEEDS; s++)
              {
                const double a = cells[s][i][0][t], b = cells[s][i][1][t], c = cells[s][i][2][t];
                g_autofree char *at = g_strdup_printf ("%u %s", s + 1, pair),
                                *anchored = g_strdup_printf ("%u i%u.0 b %g", s + 1, i, places[t]),
                                *against_b = g_strdup_printf ("%u i%u.0 %g b", s + 1, i, places[t]),
                                *of_tuple = g_strdup_printf ("%u i%u.0", s + 1, i);

                assert_close (result_at (results[0], at), a - c, "DIFF");
                assert_close (result_at (results[1], against_b), a - b, "DIFF to every other");
                assert_close (result_at (results[2], of_tuple),
                              cells[s][i][0][3] - cells[s][i][1][0], "DIFF of a tuple");
                assert_close (result_at (results[4], anchored), a == c ? NAN : (b - a) / (c - a),
                              "ANCHOR");
                assert_close (result_at (results[5], anchored), b > 0 ? log (b) : NAN, "LOG");
                put_in (&logs, a > 0 && b > 0 ? log (a) - log (b) : NAN);
              }
            assert_close (result_at (results[3], pair), exp (mean_of (&logs)), "RATIO");
          }
      for (guint k = 0; k < G_N_ELEMENTS (folds); k++)
        assay_frame_free (results[k]);
    }
}

static void
test_contrasts (void)
{
  for (guint round = 0; round < 3; round++)
    {
      static Cells cells;
      static const AssayFold win[]
          = { ASSAY_WIN ("item", "arm", "a", "b"), { ASSAY_FOLD_END } },
          auroc[] = { ASSAY_AUROC ("item", "arm", "a", "b"), { ASSAY_FOLD_END } },
          rho[] = { ASSAY_SPEARMAN ("item", "arm", "a", "b"), { ASSAY_FOLD_END } };
      g_autoptr (AssayFrame) frame = NULL, of_win = NULL, of_auroc = NULL, of_rho = NULL;

      fill (cells, .15 * round);
      frame = frame_of (cells, NULL);
      of_win = assay_fold_frame (frame, NULL, win, NULL);
      of_auroc = assay_fold_frame (frame, NULL, auroc, NULL);
      of_rho = assay_fold_frame (frame, NULL, rho, NULL);
      for (guint s = 0; s < SEEDS; s++)
        for (guint t = 0; t < STEPS; t++)
          {
            double x[ITEMS], y[ITEMS], wins = 0, over = 0;
            guint n = 0, pairs = 0;
            g_autofree char *at = g_strdup_printf ("%u %g", s + 1, places[t]);

            for (guint i = 0; i < ITEMS; i++)
              for (guint j = 0; j < ITEMS; j++)
                {
                  double a = cells[s][i][0][t], b = cells[s][j][1][t],
                         win_of = a > b    ? 1
                                  : a == b ? .5
                                           : 0;

                  if (isnan (a) || isnan (b))
                    continue;
                  over += win_of;
                  pairs++;
                  if (i != j)
                    continue;
                  wins += win_of;
                  x[n] = a;
                  y[n++] = b;
                }
            assert_close (result_at (of_win, at), n ? wins / n : NAN, "WIN");
            assert_close (result_at (of_auroc, at), pairs ? over / pairs : NAN, "AUROC");
            assert_close (result_at (of_rho, at), rank_correlation (x, y, n), "SPEARMAN");
          }
    }
}

/* ---- What lacks a dimension is constant along it --------------------- */

static void
test_constant (void)
{
  static const AssayFold anchor[]
      = { ASSAY_ANCHOR ("agent", "zero", "one"), ASSAY_MEAN ("seed"), { ASSAY_FOLD_END } };
  static const AssayFold diff[]
      = { ASSAY_DIFF ("agent", "zero", "tuned"), ASSAY_MEAN ("seed"), { ASSAY_FOLD_END } };
  g_autoptr (AssayFrame) frame = world_new ("seed:item agent:label n:number"), placed = NULL,
                         apart = NULL;

  for (guint s = 1; s <= 2; s++)
    for (guint n = 1; n <= 3; n++)
      {
        g_autofree char *tuned = g_strdup_printf ("%u tuned %u", s, n),
                        *zero = g_strdup_printf ("%u zero -", s),
                        *one = g_strdup_printf ("%u one -", s);

        world_put (frame, tuned, 10 + n);
        if (n > 1)
          continue;
        world_put (frame, zero, 10);
        world_put (frame, one, 14);
      }
  placed = assay_fold_frame (frame, NULL, anchor, NULL);
  assert_close (result_at (placed, "tuned 2"), .5, "anchors without n");
  apart = assay_fold_frame (frame, NULL, diff, NULL);
  assert_close (result_at (apart, "3"), -3, "a side without n");
}

/* ---- Errors ---------------------------------------------------------- */

static void
test_errors (void)
{
  static const struct
  {
    AssayFold fold[2];
    const char *part;
  } cases[] = {
    { { ASSAY_DIFF ("arm", "a", "z") }, "dimension arm has no level z here, only a, b, c" },
    { { ASSAY_DIFF ("lever", "a", "b") }, "no dimension lever here" },
    { { ASSAY_DIFF ("arm step", "a", "b 1") }, "does not name one level for each of 2" },
    { { ASSAY_DIFF ("arm step", "a 1", "*") }, "\"*\" stands for the levels of one dimension" },
    { { ASSAY_AUC ("item") }, "needs one dimension with an order" },
    { { ASSAY_AT ("step", "77") }, "has no level 77" },
    { { ASSAY_BEST ("step", "arm") }, "cannot choose by arm" },
    { { ASSAY_BEST ("step", NULL) }, "needs what to choose by" },
    { { ASSAY_DROP ("lever", "seed") }, "no dimension lever here" },
    { { ASSAY_MEAN ("") }, "names no dimension" },
    { { { .op = 99 } }, "there is no fold number 99" },
  };
  static Cells cells;
  g_autoptr (AssayFrame) frame = NULL;

  fill (cells, 0);
  frame = frame_of (cells, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      AssayFrame *result = assay_fold_frame (frame, NULL, cases[i].fold, &error);

      g_assert_null (result);
      if (!error || !strstr (error->message, cases[i].part))
        g_error ("case %u: \"%s\" does not say \"%s\"", i, error ? error->message : "(none)",
                 cases[i].part);
    }
}

static void
test_order (void)
{
  static Cells cells;
  static const AssayFold fold[] = { ASSAY_AUC ("step"),
                                    ASSAY_DIFF ("arm", "a", "b"),
                                    ASSAY_IQM ("item"),
                                    ASSAY_MEAN ("seed"),
                                    { ASSAY_FOLD_END } };
  double low = 0;

  fill (cells, .05);
  for (guint round = 0; round < 3; round++)
    {
      g_autoptr (AssayFrame) frame = frame_of (cells, NULL); /* in another order each time */
      g_autoptr (GPtrArray) parts = assay_interval (frame, NULL, fold, "seed item", "rule", NULL);
      const AssayVerdictPart *part = parts->pdata[0];

      if (round)
        g_assert_cmpfloat (part->low, ==, low);
      low = part->low;
      g_assert_false (isnan (low));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/claims/fold/statistics-are-their-definitions", test_statistics);
  g_test_add_func ("/claims/fold/a-weight-is-a-number-of-copies", test_weights);
  g_test_add_func ("/claims/fold/folds-along-a-dimension-are-their-definitions", test_along);
  g_test_add_func ("/claims/fold/slope-is-per-unit-of-the-scale", test_scale);
  g_test_add_func ("/claims/fold/the-best-level-is-chosen-on-the-other-half", test_choice);
  g_test_add_func ("/claims/fold/pairs-meet-in-the-same-cell", test_pairs);
  g_test_add_func ("/claims/fold/contrasts-are-their-definitions", test_contrasts);
  g_test_add_func ("/claims/fold/what-lacks-a-dimension-is-constant-along-it", test_constant);
  g_test_add_func ("/claims/fold/errors-name-the-fold-and-the-mend", test_errors);
  g_test_add_func ("/claims/fold/the-order-of-cells-changes-no-bit", test_order);
  return g_test_run ();
}

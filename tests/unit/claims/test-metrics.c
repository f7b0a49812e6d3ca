/* SPDX-License-Identifier: Apache-2.0
 *
 * Derived metrics, metrics that look at others, units of every kind, bands.
 */
#include "world.h"

#include "base/num/stats.h"
#include <math.h>
#include <string.h>

typedef struct
{
  double unused;
} Params;

static void
run_nothing (AssayRun *run)
{
}

static const AssayDim dims[] = {
  { .id = "arm", .title = "Arm", .kind = ASSAY_LABEL },
  { .id = "beta", .title = "Penalty", .kind = ASSAY_NUMBER },
  { .id = "prompt", .title = "Prompt", .kind = ASSAY_ITEM },
  { .id = "query", .title = "Query", .kind = ASSAY_ITEM },
  { .id = "query-b", .title = "Other query", .kind = ASSAY_ITEM, .same_as = "query" },
  { .id = "author", .title = "Author", .kind = ASSAY_LABEL, .of = "prompt" },
};

static const AssayMetric metrics[] = {
  { .id = "gold", .title = "Gold", .dims = "step prompt beta" },
  { .id = "proxy", .title = "Proxy", .dims = "step beta", .better = ASSAY_DOWN },
  { .id = "kl", .title = "Divergence", .dims = "step beta", .better = ASSAY_DOWN },
  { .id = "flat", .title = "No step", .dims = "beta" },
  { .id = "corr", .title = "Correlation", .dims = "query query-b" },
  { .id = "peak",
    .title = "Peak",
    .of = "gold",
    .fold = ASSAY_FOLDS (ASSAY_BEST ("step", "prompt"), ASSAY_MEAN ("prompt")) },
  { .id = "final",
    .title = "End",
    .of = "gold",
    .fold = ASSAY_FOLDS (ASSAY_AT ("step", "last"), ASSAY_MEAN ("prompt")) },
  { .id = "gain",
    .title = "Gain over no penalty",
    .of = "final",
    .fold = ASSAY_FOLDS (ASSAY_DIFF ("beta", "1", "0")) },
  { .id = "doubled", .title = "Of penalty one", .of = "final", .where = "beta=1" },
  { .id = "plain", .title = "Of penalty nought", .of = "final", .where = "beta=0" },
};

static const AssayStudy study = {
  .size = sizeof (AssayStudy),
  .id = "metrics",
  .title = "Metrics",
  .question = "Do chains of chains add up?",
  .params_size = sizeof (Params),
  .dims = ASSAY_TABLE (dims),
  .metrics = ASSAY_TABLE (metrics),
  .run = run_nothing,
};

#define PROMPTS 10

/* gold (seed, prompt, beta, step) = rises to step 2, falls after, unless beta is 1. */
static double
gold_at (guint seed, guint prompt, guint beta, guint step)
{
  double rise = step <= 2 ? step : beta ? 2 : 4. - step;

  return 10 + rise + .1 * seed + .01 * prompt;
}

static World *
make_world (void)
{
  World *world = world_source (&study);
  AssayFrame *gold = world_new ("seed:item prompt:item beta:number step:number"),
             *proxy = world_new ("seed:item beta:number step:number"),
             *kl = world_new ("seed:item beta:number step:number"),
             *flat = world_new ("seed:item beta:number");

  for (guint s = 1; s <= 4; s++)
    for (guint b = 0; b < 2; b++)
      {
        g_autofree char *one = g_strdup_printf ("%u %u", s, b);

        world_put (flat, one, 3 + b);
        for (guint t = 0; t <= 4; t++)
          {
            g_autofree char *run = g_strdup_printf ("%u %u %u", s, b, t);

            world_put (proxy, run, fabs (t - 3.));
            world_put (kl, run, t * (1. + b));
            for (guint p = 0; p < PROMPTS; p++)
              {
                g_autofree char *levels = g_strdup_printf ("%u p%u %u %u", s, p, b, t);

                world_put (gold, levels, gold_at (s, p, b, t));
              }
          }
      }
  for (guint p = 0; p < PROMPTS; p++)
    {
      g_autofree char *prompt = g_strdup_printf ("p%u", p),
                      *author = g_strdup_printf ("w%u", p / 5);

      world_property (gold, "author", prompt, author);
    }
  world_add (world, "gold", gold);
  world_add (world, "proxy", proxy);
  world_add (world, "kl", kl);
  world_add (world, "flat", flat);
  return world;
}

/* The one value of a chain. */
static double
value_of (World *world, const char *metric, const char *where, const AssayFold *fold)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ClaimChain) chain
      = assay_chain_new (&world->source, metric, where, fold, NULL, &error);
  double value;

  g_assert_no_error (error);
  g_assert_null (assay_chain_unfolded (chain, NULL));
  g_assert_cmpuint (chain->result->shape->n, ==, 1);
  value = chain->result->estimate[0];
  return chain->result->logs ? exp (value) : value;
}

static void
assert_close (double a, double b)
{
  g_assert_cmpfloat_with_epsilon (a, b, 1e-9);
}

static const AssayFold mean_seed[] = { ASSAY_MEAN ("seed"), { ASSAY_FOLD_END } };

static void
test_derived (void)
{
  g_autoptr (World) world = make_world ();
  static const AssayFold tuple[]
      = { ASSAY_DIFF ("metric beta", "final 0", "peak 1"),
          ASSAY_MEAN ("seed"),
          { ASSAY_FOLD_END } },
      across[]
      = { ASSAY_DIFF ("metric", "doubled", "plain"), ASSAY_MEAN ("seed"), { ASSAY_FOLD_END } },
      lacking[] = { ASSAY_DIFF ("metric", "gold", "flat"),
                    ASSAY_MEAN ("prompt"),
                    ASSAY_AUC ("step"),
                    ASSAY_MEAN ("seed"),
                    { ASSAY_FOLD_END } };
  double base = 10 + .25 + .045;

  assert_close (value_of (world, "peak", "beta=0", mean_seed), base + 2);
  assert_close (value_of (world, "final", "beta=0", mean_seed), base);
  assert_close (value_of (world, "final peak", NULL, tuple), -2);
  /* Derived of derived; a filter on what the derived metric compares holds for its result. */
  assert_close (value_of (world, "gain", NULL, mean_seed), 2);
  assert_close (value_of (world, "doubled plain", NULL, across), 2);
  /* A metric that lacks a dimension is constant along it. */
  assert_close (value_of (world, "gold flat", "beta=1", lacking), base + 1.5 - 4);
  assert_close (
      value_of (world, "gold flat", "beta=1 step<=4 not (step>4 or prompt=\"a\\\"b\")", lacking),
      base + 1.5 - 4);
}

static void
test_companions (void)
{
  g_autoptr (World) world = make_world ();
  static const AssayFold by_proxy[] = { ASSAY_MEAN ("prompt"),
                                        ASSAY_BEST ("step", "proxy"),
                                        ASSAY_MEAN ("seed"),
                                        { ASSAY_FOLD_END } },
                         lost[] = { ASSAY_MEAN ("prompt"),
                                    ASSAY_DROP ("step", "proxy"),
                                    ASSAY_MEAN ("seed"),
                                    { ASSAY_FOLD_END } },
                         when[] = { ASSAY_MEAN ("prompt"),
                                    ASSAY_WHEN ("step", "kl", 3),
                                    ASSAY_MEAN ("seed"),
                                    { ASSAY_FOLD_END } };
  double base = 10 + .25 + .045;

  /* The proxy is best (lowest) at step 3, where gold is past its peak. */
  assert_close (value_of (world, "gold", "beta=0", by_proxy), base + 1);
  assert_close (value_of (world, "gold", "beta=0", lost), 1);
  /* Divergence 3 is passed at step 3 without, at step 1.5 with penalty. */
  assert_close (value_of (world, "gold", "beta=0", when), base + 1);
  assert_close (value_of (world, "gold", "beta=1", when), base + 1.5);
}

static void
test_reach (void)
{
  g_autoptr (World) world = make_world ();
  static const AssayFold reach[] = { ASSAY_MEAN ("prompt"),
                                     ASSAY_REACH ("step", 11.5),
                                     ASSAY_MEDIAN ("seed"),
                                     { ASSAY_FOLD_END } },
                         never[] = { ASSAY_MEAN ("prompt"),
                                     ASSAY_REACH ("step", 99),
                                     ASSAY_MEAN ("seed"),
                                     { ASSAY_FOLD_END } },
                         ratio[] = { ASSAY_MEAN ("prompt"),
                                     ASSAY_REACH ("step", 11.5),
                                     ASSAY_RATIO ("beta", "1", "0"),
                                     ASSAY_MEAN ("seed"),
                                     { ASSAY_FOLD_END } };
  g_autoptr (ClaimChain) capped
      = assay_chain_new (&world->source, "gold", "beta=0", never, NULL, NULL),
      free_of_cap = assay_chain_new (&world->source, "gold", "beta=0", reach, NULL, NULL);

  assert_close (value_of (world, "gold", "beta=0", reach), 1.5 - .25 - .045);
  assert_close (value_of (world, "gold", NULL, ratio), 1);
  assert_close (capped->result->estimate[0], 4);
  assert_close (assay_chain_capped (capped), 1);
  assert_close (assay_chain_capped (free_of_cap), 0);
}

/* ---- Units ----------------------------------------------------------- */

static const AssayVerdictPart *
interval (GPtrArray **parts, World *world, const char *metric, const char *where,
          const AssayFold *fold, const char *units)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ClaimChain) chain
      = assay_chain_new (&world->source, metric, where, fold, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (assay_chain_set_units (chain, units, &error));
  *parts = assay_chain_interval (chain, "test");
  g_assert_cmpuint ((*parts)->len, ==, 1);
  return (*parts)->pdata[0];
}

/* The variance over redraws of a mean is s^2 / n. */
static void
test_variance (void)
{
  guint64 state = 88172645463325252u;
  double x[12], mean, sd;
  g_autoptr (World) world = world_source (&study);
  AssayFrame *frame = world_new ("seed:item");
  g_autoptr (GPtrArray) parts = NULL;
  const AssayVerdictPart *part;

  for (guint s = 0; s < G_N_ELEMENTS (x); s++)
    {
      g_autofree char *level = g_strdup_printf ("%u", s + 1);

      x[s] = 1e6 + world_normal (&state);
      world_put (frame, level, x[s]);
    }
  world_add (world, "flat", frame);
  mean = assay_weighted_mean (x, NULL, G_N_ELEMENTS (x));
  sd = assay_sd (x, NULL, G_N_ELEMENTS (x));
  part = interval (&parts, world, "flat", NULL, mean_seed, "seed");
  assert_close (part->effect, mean);
  g_assert_cmpfloat (part->df, ==, 11);
  g_assert_cmpfloat_with_epsilon (part->error / (sd / sqrt (12)), 1, .06);
  g_assert_cmpfloat_with_epsilon ((part->high - part->effect) / part->error,
                                  assay_t_quantile (.975, 11), 1e-6);
}

static void
test_units (void)
{
  g_autoptr (World) world = make_world ();
  static const AssayFold means[] = {
    ASSAY_AT ("step", "last"), ASSAY_MEAN ("prompt"), ASSAY_MEAN ("seed"), { ASSAY_FOLD_END }
  };
  g_autoptr (GPtrArray) two = NULL, authors = NULL, strata = NULL, chosen = NULL;
  const AssayVerdictPart *part = interval (&two, world, "gold", "beta=0", means, "seed prompt");

  g_assert_cmpuint (part->shares->len, ==, 2);
  g_assert_cmpuint (g_array_index (part->shares, AssayUnitShare, 0).n, ==, 4);
  g_assert_cmpuint (g_array_index (part->shares, AssayUnitShare, 1).n, ==, PROMPTS);
  assert_close (g_array_index (part->shares, AssayUnitShare, 0).share
                    + g_array_index (part->shares, AssayUnitShare, 1).share,
                1);
  /* Seeds differ by .1, prompts by .01: nearly all variance is the seeds'. */
  g_assert_cmpfloat (g_array_index (part->shares, AssayUnitShare, 0).share, >, .95);
  g_assert_cmpfloat (part->df, >, 3);
  g_assert_cmpfloat (part->df, <, 4);

  /* Clusters: the authors are the units, and there are two. */
  part = interval (&authors, world, "gold", "beta=0", means, "author");
  g_assert_cmpuint (part->n, ==, 2);
  g_assert_cmpfloat (part->df, ==, 1);
  g_assert_cmpfloat (part->error, >, .015);

  /* Prompts redrawn within their authors: what lies between authors is no chance. */
  part = interval (&strata, world, "gold", "beta=0", means, "prompt/author");
  g_assert_cmpuint (part->n, ==, PROMPTS);
  g_assert_cmpfloat (part->df, ==, 8);
  g_assert_cmpfloat (part->error, <, .006);

  /* A unit below a derived metric is reached through it. */
  part = interval (&chosen, world, "peak", "beta=0", mean_seed, "seed prompt");
  g_assert_cmpuint (g_array_index (part->shares, AssayUnitShare, 1).n, ==, PROMPTS);
  g_assert_cmpfloat (part->error, >, 0);
}

/* Strength of a query a: cells (a, b) are a + b; the redraw of a moves both axes. */
static void
test_second_axis (void)
{
  static const AssayFold both[] = { ASSAY_MEAN ("query query-b"), { ASSAY_FOLD_END } },
                         in_turn[]
                         = { ASSAY_MEAN ("query"), ASSAY_MEAN ("query-b"), { ASSAY_FOLD_END } };
  g_autoptr (World) world = world_source (&study);
  AssayFrame *corr = world_new ("query:item query-b:item");
  double x[12], sd;
  guint64 state = 9;
  g_autoptr (GPtrArray) together = NULL, apart = NULL;
  const AssayVerdictPart *part;

  for (guint a = 0; a < G_N_ELEMENTS (x); a++)
    x[a] = world_normal (&state);
  for (guint a = 0; a < G_N_ELEMENTS (x); a++)
    for (guint b = 0; b < G_N_ELEMENTS (x); b++)
      {
        g_autofree char *levels = g_strdup_printf ("q%u q%u", a, b);

        world_put (corr, levels, x[a] + x[b]);
      }
  world_add (world, "corr", corr);
  sd = assay_sd (x, NULL, G_N_ELEMENTS (x));
  part = interval (&together, world, "corr", NULL, both, "query");
  g_assert_cmpfloat_with_epsilon (part->error / (2 * sd / sqrt (12)), 1, .08);
  g_assert_cmpuint (part->n, ==, 12);
  part = interval (&apart, world, "corr", NULL, in_turn, "query");
  g_assert_cmpfloat_with_epsilon (part->error / (2 * sd / sqrt (12)), 1, .08);
}

/* ---- Bands ----------------------------------------------------------- */

/* What a figure gets whose filter leaves no run. */
static void
test_band_of_nothing (void)
{
  g_autoptr (AssayFrame) frame = world_new ("seed:item step:number");
  g_autoptr (GError) error = NULL;
  g_autoptr (AssayBandFrame) band
      = assay_band (frame, "seed", ASSAY_CENTER_IQM, ASSAY_BAND_CI, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (assay_frame_n (band->frame), ==, 0);
}

static void
test_band (void)
{
  g_autoptr (AssayFrame) frame = world_new ("seed:item arm:label step:number");
  g_autoptr (AssayBandFrame) ci = NULL, sd = NULL, range = NULL, none = NULL;

  for (guint s = 1; s <= 5; s++)
    for (guint t = 0; t < 3; t++)
      {
        g_autofree char *a = g_strdup_printf ("%u a %u", s, t),
                        *b = g_strdup_printf ("%u b %u", s, t);

        world_put (frame, a, s + 10. * t);
        if (s == 1)
          world_put (frame, b, 7);
      }
  ci = assay_band (frame, "seed", ASSAY_CENTER_MEAN, ASSAY_BAND_CI, NULL);
  sd = assay_band (frame, "seed", ASSAY_CENTER_MEDIAN, ASSAY_BAND_SD, NULL);
  range = assay_band (frame, "seed", ASSAY_CENTER_IQM, ASSAY_BAND_RANGE, NULL);
  none = assay_band (frame, "seed", ASSAY_CENTER_MEAN, ASSAY_BAND_NONE, NULL);
  g_assert_cmpuint (assay_frame_n (ci->frame), ==, 6);
  g_assert_cmpstr (((AssayFrameDim *) ci->frame->dims->pdata[0])->id, ==, "arm");
  for (guint i = 0; i < 6; i++)
    {
      double center = g_array_index (ci->frame->values, double, i),
             low = g_array_index (ci->low, double, i), high = g_array_index (ci->high, double, i);

      if (i >= 3) /* arm b: one seed has no band */
        {
          g_assert_cmpuint (g_array_index (ci->n, guint, i), ==, 1);
          assert_close (center, 7);
          g_assert_true (isnan (low) && isnan (high));
          g_assert_true (isnan (g_array_index (range->low, double, i)));
          continue;
        }
      g_assert_cmpuint (g_array_index (ci->n, guint, i), ==, 5);
      assert_close (center, 3 + 10. * i);
      /* t (4) x sqrt (2.5 / 5) = 1.963, up to the noise of a thousand redraws */
      g_assert_cmpfloat_with_epsilon (high - center, 1.963, .12);
      g_assert_cmpfloat_with_epsilon (center - low, high - center, 1e-9);
      assert_close (g_array_index (sd->high, double, i) - center, sqrt (2.5));
      assert_close (g_array_index (range->low, double, i), 1 + 10. * i);
      assert_close (g_array_index (range->high, double, i), 5 + 10. * i);
      g_assert_true (isnan (g_array_index (none->low, double, i)));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/claims/metric/derived-metrics-are-chains-in-front", test_derived);
  g_test_add_func ("/claims/metric/another-metric-chooses-and-matches", test_companions);
  g_test_add_func ("/claims/metric/reach-is-interpolated-and-capped", test_reach);
  g_test_add_func ("/claims/unit/variance-of-a-mean-is-the-classical-one", test_variance);
  g_test_add_func ("/claims/unit/items-clusters-and-strata-are-redrawn", test_units);
  g_test_add_func ("/claims/unit/a-second-axis-moves-with-the-first", test_second_axis);
  g_test_add_func ("/claims/band/bands-are-intervals-or-spreads", test_band);
  g_test_add_func ("/claims/band/nothing-has-an-empty-band", test_band_of_nothing);
  return g_test_run ();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/num/random.h"
#include "base/num/resample.h"

#include <glib.h>
#include <math.h>
#include <string.h>

static void
test_counts (void)
{
  AssayStream stream;
  double counts[7], sum = 0, first = 0;

  assay_stream_init (&stream, 0, "counts");
  for (guint draw = 0; draw < 10000; draw++)
    {
      assay_redraw (&stream, 7, counts);
      sum = 0;
      for (guint i = 0; i < 7; i++)
        sum += counts[i];
      g_assert_cmpfloat (sum, ==, 6);
      first += counts[0];
    }
  g_assert_cmpfloat_with_epsilon (first / 10000, 6.0 / 7, .03);
}

/* Two ways to the same number, and the closed form that it estimates. */
static void
test_variance (void)
{
  for (guint n = 2; n <= 30; n += 4)
    {
      g_autofree double *x = g_new (double, n), *covariance = g_new (double, n *n);
      double mean = 0, squares = 0, drawn, expected;

      for (guint i = 0; i < n; i++)
        x[i] = 1e6 + sin (i * i + 1.0) * (i == 1 ? 3 : 1);
      for (guint i = 0; i < n; i++)
        mean += x[i] / n;
      for (guint i = 0; i < n; i++)
        squares += (x[i] - mean) * (x[i] - mean);
      expected = squares / (n - 1) / n;
      drawn = assay_redraw_variance (x, n, "rule");
      assay_redraw_covariance (n, "rule", covariance);
      g_assert_cmpfloat_with_epsilon (assay_redraw_variance_by (x, n, covariance), drawn,
                                      1e-9 * drawn);
      /* The variance of a variance of 1,000 draws: a few percent. */
      g_assert_cmpfloat_with_epsilon (drawn / expected, 1, .2);
      g_assert_cmpfloat (drawn, ==, assay_redraw_variance (x, n, "rule"));
      g_assert_cmpfloat (drawn, !=, assay_redraw_variance (x, n, "other rule"));
    }
}

static void
test_constant (void)
{
  double x[3] = { 2.5, 2.5, 2.5 }, covariance[9];

  assay_redraw_covariance (3, "rule", covariance);
  g_assert_cmpfloat (assay_redraw_variance (x, 3, "rule"), ==, 0);
  g_assert_cmpfloat (assay_redraw_variance_by (x, 3, covariance), ==, 0);
}

/* ---- bits ---- */

/* By the definition: assay_below, one word after the other, of blocks made one after the other. */
static void
refill_plainly (AssayStream *s)
{
  const uint32_t key[2] = { (uint32_t) s->key, (uint32_t) (s->key >> 32) };

  for (guint i = 0; i < ASSAY_STREAM_WORDS; i += 4, s->block++)
    {
      const uint32_t counter[4] = { (uint32_t) s->block, (uint32_t) (s->block >> 32),
                                    (uint32_t) s->name, (uint32_t) (s->name >> 32) };

      assay_philox (counter, key, s->words + i);
    }
  s->used = 0;
}

static double
plain_variance (const double *x, guint n)
{
  double center = 0, mean = 0, squares = 0;
  AssayStream stream;

  for (guint i = 0; i < n; i++)
    center += x[i];
  center /= n;
  assay_stream_init (&stream, 0, "bits");
  stream.refill = refill_plainly;
  for (guint redraw = 1; redraw <= ASSAY_REDRAWS; redraw++)
    {
      double sum = 0, step;

      for (guint i = 1; i < n; i++)
        sum += x[assay_below (&stream, n)] - center;
      step = sum / (n - 1) - mean;
      mean += step / redraw;
      squares += step * (sum / (n - 1) - mean);
    }
  return squares / (ASSAY_REDRAWS - 1);
}

static void
test_variance_bits (void)
{
  static const guint sizes[] = { 2, 3, 64, 65, 66, 1000 };
  g_autofree double *x = g_new (double, 1000);

  for (guint i = 0; i < 1000; i++)
    x[i] = 1e3 + sin (i * i + 1.0);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    g_assert_true (assay_redraw_variance (x, sizes[i], "bits") == plain_variance (x, sizes[i]));
}

/* Every third word is 0, which assay_below refuses for all numbers but powers of two. */
static void
refill_with_zeros (AssayStream *s)
{
  refill_plainly (s);
  for (guint i = 0; i < ASSAY_STREAM_WORDS; i += 3)
    s->words[i] = 0;
}

static void
test_refused_words (void)
{
  AssayStream stream, plain;

  for (guint n = 2; n <= 200; n += 3)
    {
      g_autofree double *counts = g_new (double, n), *expected = g_new (double, n);

      assay_stream_init (&plain, n, "refused");
      plain.refill = refill_with_zeros;
      stream = plain;
      for (guint redraw = 0; redraw < 3; redraw++)
        {
          memset (expected, 0, n * sizeof *expected);
          for (guint i = 1; i < n; i++)
            expected[assay_below (&plain, n)]++;
          assay_redraw (&stream, n, counts);
          g_assert_cmpmem (counts, n * sizeof *counts, expected, n * sizeof *expected);
          g_assert_cmphex (assay_bits (&stream), ==, assay_bits (&plain));
        }
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/resample/draws-one-less-than-there-are", test_counts);
  g_test_add_func ("/resample/both-ways-give-the-closed-form", test_variance);
  g_test_add_func ("/resample/equal-values-have-no-variance", test_constant);
  g_test_add_func ("/resample/many-words-at-a-time-give-the-bits-of-single-ones",
                   test_variance_bits);
  g_test_add_func ("/resample/refused-words-are-passed-over", test_refused_words);
  return g_test_run ();
}

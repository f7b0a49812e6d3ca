/* SPDX-License-Identifier: Apache-2.0
 *
 * The pinned bits come from an independent implementation of random.h's formula.
 */
#include "base/num/random.h"

#include <glib.h>

static void
test_known_answers (void)
{
  /* Random123 1.14, kat_vectors, philox4x32 10 */
  static const struct
  {
    uint32_t counter[4], key[2], expected[4];
  } rows[] = {
    { { 0, 0, 0, 0 }, { 0, 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
    { { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff },
      { 0xffffffff, 0xffffffff },
      { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
    { { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
      { 0xa4093822, 0x299f31d0 },
      { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      uint32_t out[4];

      assay_philox (rows[i].counter, rows[i].key, out);
      g_assert_cmpmem (out, sizeof out, rows[i].expected, sizeof rows[i].expected);
    }
}

static void
test_pinned_bits (void)
{
  static const struct
  {
    uint64_t seed;
    const char *name;
    uint64_t block;
    uint32_t words[4];
  } rows[] = {
    { 1, "agent", 0, { 0x627262e6, 0xdba93acb, 0xa919dfc6, 0xf1c44faa } },
    { 1, "agent", 1, { 0x73c7031e, 0x8f2be6e3, 0x7135189e, 0xa77d8d4d } },
    { 1, "agent", 16, { 0x15206859, 0xbd774563, 0xcb4c172f, 0x42a1ab2a } },
    { 1, "agent", (uint64_t) 1 << 60, { 0xbcbeba53, 0x9dcd55cc, 0x07a766de, 0x01c44a7e } },
    { 0, "", 0, { 0x4ab98097, 0x1aa722e1, 0xcbc37e0f, 0x440d76b4 } },
    { UINT64_MAX, "\xc3\xa4", 0, { 0x7ec50656, 0xdce0a8a1, 0xe43cf7dd, 0x66067078 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      AssayStream s;

      assay_stream_init (&s, rows[i].seed, rows[i].name);
      if (rows[i].block > 0)
        assay_stream_seek (&s, 4 * rows[i].block);
      for (guint j = 0; j < 4; j++)
        g_assert_cmphex (assay_bits (&s), ==, rows[i].words[j]);
    }
}

static void
test_pinned_draws (void)
{
  static const uint32_t below[] = { 738, 64, 703, 76, 228, 691 };
  static const uint32_t order[] = { 7, 2, 3, 4, 0, 5, 1, 6 };
  static const uint32_t drawn[] = { 2, 2, 2, 0, 2, 2, 2, 0, 0, 2, 3, 0 };
  static const double weights[] = { 0.5, 0, 2, 1 };
  uint32_t items[8] = { 0, 1, 2, 3, 4, 5, 6, 7 };
  AssayStream s;

  assay_stream_init (&s, 7, "pins");
  g_assert_true (assay_uniform (&s) == 0x1.c016c1361f088p-2);
  g_assert_true (assay_uniform (&s) == 0x1.ba84f08c98964p-2);
  g_assert_true (assay_uniform (&s) == 0x1.fc8fd948f7cf4p-3);
  for (guint i = 0; i < G_N_ELEMENTS (below); i++)
    g_assert_cmpuint (assay_below (&s, 1000), ==, below[i]);
  g_assert_true (assay_normal (&s) == 0x1.18406d6b4279cp-1);
  g_assert_true (assay_normal (&s) == -0x1.b26d8938a3f8ep-5);
  g_assert_true (assay_normal (&s) == 0x1.81794c3a36b44p+0);
  g_assert_true (assay_normal (&s) == 0x1.1d6ac5c4a2322p-1);
  assay_permute (&s, items, 8);
  g_assert_cmpmem (items, sizeof items, order, sizeof order);
  for (guint i = 0; i < G_N_ELEMENTS (drawn); i++)
    g_assert_cmpuint (assay_categorical (&s, weights, 4), ==, drawn[i]);
}

static void
test_seek (void)
{
  static uint32_t words[2000];
  AssayStream s, t;

  assay_stream_init (&s, 3, "seek");
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    words[i] = assay_bits (&s);
  assay_stream_init (&t, 9, "places");
  for (guint i = 0; i < 500; i++)
    {
      uint32_t at = assay_below (&t, 1900);

      assay_stream_seek (&s, at);
      for (guint j = 0; j < 100; j++)
        g_assert_cmphex (assay_bits (&s), ==, words[at + j]);
    }
}

/* Many blocks are made at once: where the number of a block needs its upper half, too. */
static void
test_blocks (void)
{
  static const uint64_t first[] = { 0, 5, UINT32_MAX - 20, (uint64_t) 1 << 60 };
  AssayStream s;

  assay_stream_init (&s, 0x123456789abcdef, "blocks");
  for (guint i = 0; i < G_N_ELEMENTS (first); i++)
    {
      assay_stream_seek (&s, 4 * first[i]);
      for (uint64_t block = first[i]; block < first[i] + 40; block++)
        {
          const uint32_t counter[4] = { (uint32_t) block, (uint32_t) (block >> 32),
                                        (uint32_t) s.name, (uint32_t) (s.name >> 32) };
          const uint32_t key[2] = { 0x89abcdef, 0x1234567 };
          uint32_t expected[4];

          assay_philox (counter, key, expected);
          for (guint j = 0; j < 4; j++)
            g_assert_cmphex (assay_bits (&s), ==, expected[j]);
        }
    }
}

static void
test_copies (void)
{
  AssayStream s, fork;

  assay_stream_init (&s, 3, "copies");
  for (guint i = 0; i < 77; i++)
    assay_bits (&s);
  fork = s;
  fork.refill = NULL;
  assay_stream_attach (&fork);
  for (guint i = 0; i < 1000; i++)
    g_assert_cmphex (assay_bits (&s), ==, assay_bits (&fork));
}

static void
test_distinct (void)
{
  static const char *const names[] = { "",      "a",      "b",     "aa",    "ab",     "ba",
                                       "agent", "agent ", "Agent", "level", "policy", "\xc3\xa4" };
  static const uint64_t seeds[] = { 0, 1, 2, 3, 1u << 31, 1ull << 32, 1ull << 63, UINT64_MAX };
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    for (guint j = 0; j < G_N_ELEMENTS (seeds); j++)
      {
        AssayStream s;

        assay_stream_init (&s, seeds[j], names[i]);
        for (guint k = 0; k < 100; k++, n++)
          {
            uint64_t two = (uint64_t) assay_bits (&s) << 32;

            two |= assay_bits (&s);
            g_hash_table_add (seen, g_memdup2 (&two, sizeof two));
          }
      }
  /* Birthdays among 64 bits: 5e-12 for this many. */
  g_assert_cmpuint (g_hash_table_size (seen), ==, n);
}

/* Chi-square of counts against equal shares, in standard deviations from its mean. */
static double
chi_square (const guint *counts, guint n_cells, double n)
{
  double sum = 0, expected = n / n_cells, df = n_cells - 1;

  for (guint i = 0; i < n_cells; i++)
    sum += (counts[i] - expected) * (counts[i] - expected) / expected;
  return (sum - df) / sqrt (2 * df);
}

static void
test_uniform_bits (void)
{
  static guint bytes[256], pairs[65536];
  AssayStream s;
  uint32_t before = 0;

  assay_stream_init (&s, 11, "chi-square");
  for (guint i = 0; i < 1u << 20; i++)
    {
      uint32_t word = assay_bits (&s);

      for (guint j = 0; j < 4; j++)
        bytes[word >> (8 * j) & 255]++;
      pairs[(before & 255) << 8 | (word & 255)]++;
      before = word;
    }
  g_assert_cmpfloat (fabs (chi_square (bytes, 256, 4.0 * (1 << 20))), <, 4);
  g_assert_cmpfloat (fabs (chi_square (pairs, 65536, 1 << 20)), <, 4);
}

static void
test_below (void)
{
  static const uint32_t sizes[] = { 1, 2, 3, 7, 1000, 0x80000001u, UINT32_MAX };
  AssayStream s;

  assay_stream_init (&s, 12, "below");
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      guint counts[7] = { 0 }, n_cells = MIN (sizes[i], 7);

      for (guint j = 0; j < 70000; j++)
        {
          uint32_t drawn = assay_below (&s, sizes[i]);

          g_assert_cmpuint (drawn, <, sizes[i]);
          counts[(uint64_t) drawn * n_cells / sizes[i]]++;
        }
      if (n_cells > 1 && sizes[i] != 1000)
        g_assert_cmpfloat (fabs (chi_square (counts, n_cells, 70000)), <, 4);
    }
}

static int
by_size (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* Kolmogorov's statistic times sqrt (n); 1.95 is exceeded once in a thousand cases. */
static double
kolmogorov (double *p, guint n)
{
  double largest = 0;

  qsort (p, n, sizeof *p, by_size);
  for (guint i = 0; i < n; i++)
    largest = fmax (largest, fmax (p[i] - (double) i / n, (double) (i + 1) / n - p[i]));
  return largest * sqrt (n);
}

static void
test_uniform (void)
{
  static double p[100000];
  AssayStream s;

  assay_stream_init (&s, 13, "uniform");
  for (guint i = 0; i < G_N_ELEMENTS (p); i++)
    {
      p[i] = assay_uniform (&s);
      g_assert_true (p[i] >= 0 && p[i] < 1);
    }
  g_assert_cmpfloat (kolmogorov (p, G_N_ELEMENTS (p)), <, 1.95);
}

static void
test_normal (void)
{
  enum
  {
    N = 1000000
  };
  g_autofree double *p = g_new (double, N);
  double sums[5] = { 0 };
  AssayStream s;

  assay_stream_init (&s, 14, "normal");
  for (guint i = 0; i < N; i++)
    {
      double x = assay_normal (&s);

      for (guint k = 1; k <= 4; k++)
        sums[k] += pow (x, k) / N;
      p[i] = 0.5 * erfc (-x * M_SQRT1_2);
    }
  /* Four standard errors: variances of the powers are 1, 2, 15, 96. */
  g_assert_cmpfloat (fabs (sums[1]), <, 4 * sqrt (1.0 / N));
  g_assert_cmpfloat (fabs (sums[2] - 1), <, 4 * sqrt (2.0 / N));
  g_assert_cmpfloat (fabs (sums[3]), <, 4 * sqrt (15.0 / N));
  g_assert_cmpfloat (fabs (sums[4] - 3), <, 4 * sqrt (96.0 / N));
  g_assert_cmpfloat (kolmogorov (p, N), <, 1.95);
}

static void
test_categorical (void)
{
  static const double weights[] = { 0, 1, 2, 0, 5, 0 };
  guint counts[6] = { 0 };
  AssayStream s;

  assay_stream_init (&s, 15, "categorical");
  for (guint i = 0; i < 80000; i++)
    counts[assay_categorical (&s, weights, 6)]++;
  for (guint i = 0; i < 6; i++)
    g_assert_cmpfloat (fabs (counts[i] - 10000 * weights[i]), <=, 4 * sqrt (10000 * weights[i]));
}

static void
test_permute (void)
{
  guint counts[16] = { 0 };
  AssayStream s;

  assay_stream_init (&s, 16, "permute");
  for (guint i = 0; i < 40000; i++)
    {
      uint32_t order[4] = { 0, 1, 2, 3 }, seen = 0;

      assay_permute (&s, order, 4);
      for (guint j = 0; j < 4; j++)
        {
          seen |= 1u << order[j];
          counts[4 * j + order[j]]++;
        }
      g_assert_cmphex (seen, ==, 15);
    }
  g_assert_cmpfloat (fabs (chi_square (counts, 16, 160000)), <, 4);
}

static void
test_places (void)
{
  AssayStream s, again, copy;

  assay_stream_init (&s, 3, "place");
  for (uint32_t i = 0; i < 300; i++)
    {
      AssayStreamPlace place = assay_stream_place (&s);

      g_assert_cmpuint (place.word, ==, i);
      assay_stream_restore (&again, &place);
      copy = s;
      for (uint32_t k = 0; k < 70; k++)
        g_assert_cmpuint (assay_bits (&again), ==, assay_bits (&copy));
      assay_bits (&s);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/random/philox-gives-the-published-answers", test_known_answers);
  g_test_add_func ("/random/bits-of-streams-never-change", test_pinned_bits);
  g_test_add_func ("/random/draws-of-every-kind-never-change", test_pinned_draws);
  g_test_add_func ("/random/seek-finds-every-word", test_seek);
  g_test_add_func ("/random/a-place-is-come-back-to", test_places);
  g_test_add_func ("/random/blocks-made-at-once-are-those-made-one-by-one", test_blocks);
  g_test_add_func ("/random/a-copy-goes-on-alike", test_copies);
  g_test_add_func ("/random/seeds-and-names-share-nothing", test_distinct);
  g_test_add_func ("/random/bits-are-uniform-alone-and-in-pairs", test_uniform_bits);
  g_test_add_func ("/random/below-is-uniform-and-below", test_below);
  g_test_add_func ("/random/uniform-is-uniform", test_uniform);
  g_test_add_func ("/random/normal-is-normal", test_normal);
  g_test_add_func ("/random/categorical-keeps-to-its-weights", test_categorical);
  g_test_add_func ("/random/permute-shuffles-evenly", test_permute);
  return g_test_run ();
}

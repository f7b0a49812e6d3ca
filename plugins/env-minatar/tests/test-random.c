/* SPDX-License-Identifier: Apache-2.0
 *
 * Draws: the published generator by its known outputs, the rules' way to draw
 * from it, and which draws a game makes.
 */
#include "base/num/random.h"
#include "scene.h"
#include <math.h>
#include <string.h>

static Mt
seeded (uint32_t seed)
{
  Mt mt;

  ma_mt_seed (&mt, seed);
  return mt;
}

/* The outputs for the seed 5489, as the authors and the C++ standard give them. */
static void
mt_gives_the_known_numbers (void)
{
  static const uint32_t first[] = { 3499211612u, 581869302u, 3890346734u, 3586334585u, 545404204u };
  Mt mt = seeded (5489);
  uint32_t last = 0;

  for (uint32_t i = 0; i < 10000; i++)
    {
      last = ma_mt_bits (&mt);
      if (i < G_N_ELEMENTS (first))
        g_assert_cmpuint (last, ==, first[i]);
    }
  g_assert_cmpuint (last, ==, 4123659995u);
}

/* GLib's GRand is the same generator with another seeding only for arrays. */
static void
mt_agrees_with_another (void)
{
  for (uint32_t seed = 0; seed < 200; seed++)
    {
      g_autoptr (GRand) other = g_rand_new_with_seed (seed * 21474836u);
      Mt mt = seeded (seed * 21474836u);

      for (uint32_t i = 0; i < 1300; i++)
        g_assert_cmpuint (ma_mt_bits (&mt), ==, g_rand_int (other));
    }
}

/* ((a >> 5) 2^26 + (b >> 6)) / 2^53 */
static void
uniforms_take_two_words (void)
{
  Mt mt = seeded (7), words = mt;
  Random random = { .mt = &mt };

  for (uint32_t i = 0; i < 2000; i++)
    {
      uint64_t a = ma_mt_bits (&words), b = ma_mt_bits (&words);

      g_assert_cmpfloat (ma_uniform (&random), ==,
                         (double) ((a >> 5) * (1u << 26) + (b >> 6)) / 9007199254740992.0);
    }
  g_assert_cmpmem (&mt, sizeof mt, &words, sizeof words);
}

/* A word under a mask, redrawn while too great; of one value nothing is drawn. */
static void
integers_are_masked_and_redrawn (void)
{
  static const uint32_t masks[] = { 0, 0, 1, 3, 3, 7, 7, 7, 7, 15 };
  Mt mt = seeded (7), words = mt;
  Random random = { .mt = &mt };

  for (uint32_t round = 0; round < 5000; round++)
    {
      uint32_t n = 1 + round % 9, expected = 0;

      if (n > 1)
        do
          expected = ma_mt_bits (&words) & masks[n];
        while (expected >= n);
      g_assert_cmpuint (ma_below (&random, n), ==, expected);
    }
  g_assert_cmpmem (&mt, sizeof mt, &words, sizeof words);
}

static void
the_house_draws_from_philox (void)
{
  AssayStream stream;
  Random random = { .mt = NULL };

  assay_stream_init (&random.stream, 3, "minatar");
  assay_stream_init (&stream, 3, "minatar");
  for (uint32_t i = 1; i < 200; i++)
    {
      g_assert_cmpfloat (ma_uniform (&random), ==, assay_uniform (&stream));
      g_assert_cmpuint (ma_below (&random, i), ==, assay_below (&stream, i));
    }
}

/* What is left of a generator after the words that a test drew itself. */
static void
assert_stream (Scene *s, const Mt *words)
{
  g_autofree uint8_t *state = state_of (s);

  g_assert_cmpmem (state + s->is->key_size + 16, sizeof *words, words, sizeof *words);
}

static Scene
published (const char *name, uint32_t seed)
{
  Scene s = open_scene (name);

  set_scene_option (&s, "mt19937", 1);
  set_scene_option (&s, "sticky", 0.1);
  reset_scene (&s, seed);
  return s;
}

/* Seeded with 0 the first words are 2357136044, 2546248239, 3071714933: the first
 * is even, so Breakout's ball starts at the left. */
static void
a_reset_draws_as_published (void)
{
  Mt words = seeded (0);
  Scene s = published ("breakout", 0);
  Breakout w;
  Freeway road;
  Random random = { .mt = &words };

  g_assert_cmpuint (ma_mt_bits (&words), ==, 2357136044u);
  get_world (&s, &w, sizeof w);
  g_assert_cmpuint (w.x, ==, 0);
  assert_stream (&s, &words);
  close_scene (&s);

  words = seeded (0);
  s = published ("freeway", 0);
  get_world (&s, &road, sizeof road);
  for (int i = 0; i < N_CARS; i++)
    g_assert_cmpuint (road.cars[i].magnitude, ==, 1 + ma_below (&random, 5));
  for (int i = 0; i < N_CARS; i++)
    g_assert_cmpint (road.cars[i].dx, ==, ma_uniform (&random) < 0.5 ? -1 : 1);
  assert_stream (&s, &words);
  close_scene (&s);
}

/* Eleven sticky draws, then Asterix's first spawn behind that of its step. */
static void
a_step_draws_sticky_first (void)
{
  Scene s = published ("asterix", 42);
  Mt words = seeded (42);
  Random random = { .mt = &words };
  Asterix w;
  bool right, gold;
  uint32_t row;

  for (uint32_t t = 1; t <= 11; t++)
    ma_uniform (&random);
  right = ma_uniform (&random) < 0.5;
  gold = ma_uniform (&random) < 1.0 / 3;
  row = ma_below (&random, ASTERIX_ROWS);
  idle (&s, 11);
  get_world (&s, &w, sizeof w);
  g_assert_cmpint (w.rows[row].dx, ==, right ? 1 : -1);
  g_assert_cmpuint (w.rows[row].is, ==, gold ? GOLD : ENEMY);
  assert_stream (&s, &words);
  close_scene (&s);
}

/* Repeated is the action executed last, which may itself have been a repetition. */
static void
actions_stick_and_repeats_chain (void)
{
  Scene s = published ("breakout", 5);
  Mt words = seeded (5);
  Random random = { .mt = &words };
  int last = NOTHING;
  uint32_t repeated = 0;

  set_scene_option (&s, "sticky", 0.5);
  ma_below (&random, 2); /* the reset */
  for (uint32_t t = 0; t < 3000; t++)
    {
      int asked = (int) (t * 7 % 11 % 6);
      Breakout before, w;
      bool was_over = s.terminated;
      bool again = ma_uniform (&random) < 0.5;

      get_world (&s, &before, sizeof before);
      play (&s, asked);
      get_world (&s, &w, sizeof w);
      repeated += again;
      last = again ? last : asked;
      g_assert_cmpuint (w.head.last_action, ==, last);
      if (!was_over)
        g_assert_cmpint (w.paddle, ==,
                         CLAMP (before.paddle + (last == RIGHT) - (last == LEFT), 0, SIDE - 1));
      else
        {
          /* The draw goes on after the end, and nothing else does. */
          before.head.last_action = w.head.last_action;
          g_assert_cmpmem (&before, sizeof before, &w, sizeof w);
          assert_result (&s, 0, 1);
        }
      if (t % 100 == 99)
        {
          reset_scene (&s, UINT64_MAX); /* the stream and the action go on */
          ma_below (&random, 2);
          get_world (&s, &w, sizeof w);
          g_assert_cmpuint (w.head.last_action, ==, last);
        }
      assert_stream (&s, &words);
    }
  g_assert_cmpuint (repeated, >, 1350);
  g_assert_cmpuint (repeated, <, 1650);
  close_scene (&s);
}

/* From the house's streams. */
static void
sticky_has_its_probability (void)
{
  static const double probabilities[] = { 0, 0.1, 0.25, 1 };
  enum
  {
    STEPS = 2000
  };

  for (uint32_t k = 0; k < G_N_ELEMENTS (probabilities); k++)
    {
      Scene s = open_scene ("freeway");
      double p = probabilities[k], repeated = 0;

      set_scene_option (&s, "sticky", p);
      for (int t = 0; t < STEPS; t++)
        {
          Freeway before, w;

          get_world (&s, &before, sizeof before);
          play (&s, (before.head.last_action + 1) % N_ACTIONS);
          get_world (&s, &w, sizeof w);
          repeated += w.head.last_action == before.head.last_action;
        }
      /* Within five standard deviations; exact at 0 and 1. */
      g_assert_cmpfloat (fabs (repeated - STEPS * p), <=, 5 * sqrt (STEPS * p * (1 - p)));
      close_scene (&s);
    }
}

/* An action that is none does nothing, and is remembered as nothing. */
static void
unknown_actions_do_nothing (void)
{
  static const int32_t unknown[] = { -1, 6, 3, INT32_MIN, INT32_MAX };
  Scene s = open_scene ("breakout-minimal");

  for (uint32_t k = 0; k < G_N_ELEMENTS (unknown); k++)
    {
      Breakout w;

      reset_scene (&s, 3);
      play (&s, unknown[k]);
      get_world (&s, &w, sizeof w);
      g_assert_cmpuint (w.paddle, ==, 4);
      g_assert_cmpuint (w.head.last_action, ==, NOTHING);
    }
  close_scene (&s);
}

static void
options_are_checked (void)
{
  Scene s = open_scene ("asterix");
  static const struct
  {
    const char *id;
    double value;
    bool fine;
  } rows[] = { { "sticky", 0, true },     { "sticky", 1, true },    { "sticky", 1.1, false },
               { "sticky", -0.1, false }, { "sticky", NAN, false }, { "ramping", 1, true },
               { "ramping", 0.5, false }, { "mt19937", 1, true },   { "mt19937", 1, true },
               { "mt19937", 2, false },   { "mt19937", 0, true },   { "mt19937", 0.1, false },
               { "", 0, false },          { "speed", 1, false } };

  for (uint32_t i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      if (s.is->set_option (s.env, rows[i].id, rows[i].value) != rows[i].fine)
        {
          g_test_message ("%s %g", rows[i].id, rows[i].value);
          g_test_fail ();
        }
      reset_scene (&s, i);
      idle (&s, 30);
    }
  close_scene (&s);
}

/* Only the low 32 bits of a seed count, as there are no more. */
static void
published_seeds_have_32_bits (void)
{
  Scene s = published ("freeway", 9);
  g_autofree uint8_t *one = state_of (&s), *other = NULL;

  reset_scene (&s, UINT64_C (0x500000009));
  other = state_of (&s);
  g_assert_cmpmem (one, s.is->state_size, other, s.is->state_size);
  close_scene (&s);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/random/mt19937-gives-the-known-numbers", mt_gives_the_known_numbers);
  g_test_add_func ("/random/mt19937-agrees-with-another", mt_agrees_with_another);
  g_test_add_func ("/random/uniforms-take-two-words", uniforms_take_two_words);
  g_test_add_func ("/random/integers-are-masked-and-redrawn", integers_are_masked_and_redrawn);
  g_test_add_func ("/random/the-house-draws-from-philox", the_house_draws_from_philox);
  g_test_add_func ("/random/a-reset-draws-as-published", a_reset_draws_as_published);
  g_test_add_func ("/random/a-step-draws-sticky-first", a_step_draws_sticky_first);
  g_test_add_func ("/random/actions-stick-and-repeats-chain", actions_stick_and_repeats_chain);
  g_test_add_func ("/random/sticky-has-its-probability", sticky_has_its_probability);
  g_test_add_func ("/random/unknown-actions-do-nothing", unknown_actions_do_nothing);
  g_test_add_func ("/random/options-are-checked", options_are_checked);
  g_test_add_func ("/random/published-seeds-have-32-bits", published_seeds_have_32_bits);
  return g_test_run ();
}

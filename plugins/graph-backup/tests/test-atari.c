/* SPDX-License-Identifier: Apache-2.0
 *
 * A user's emulator as an environment.
 */
#include "../atari-world.h"
#include "../deep.h"
#include "base/num/random.h"

#include <glib.h>

/* ATARI_GOOD and ATARI_OLD: libraries made of fake-atari.c. */

static void
refused (const char *library, const char *rom, const char *part)
{
  char why[512] = "";
  AtariWorld world;

  g_assert_false (atari_open (&world, library, rom, why, sizeof why));
  g_assert_nonnull (strstr (why, part));
  g_assert_null (world.library);
}

static void
what_is_no_emulator_is_refused_with_a_sentence (void)
{
  refused ("", "", "need");
  refused (ATARI_GOOD, "", "ROM of yours");
  refused ("/nowhere/lib.so", "good.bin", "cannot be loaded");
  refused ("libm.so.6", "good.bin", "exports no");
  refused (ATARI_OLD, "good.bin", "version 2");
  refused (ATARI_GOOD, "bad.bin", "this is no game");
}

static void
frames_are_skipped_shrunk_and_stacked (void)
{
  enum
  {
    SIDE = 84
  };
  g_autofree guint8 *seen = g_malloc0 (SIDE * SIDE * 4);
  const guint64 seed = 0;
  const gint32 right = 1;
  guint8 terminated = 0, truncated = 0;
  float reward, sum = 0;
  char why[512];
  AtariWorld world;
  guint steps = 0, n_lit = 0;
  void *env;

  g_assert_true (atari_open (&world, ATARI_GOOD, "good.bin", why, sizeof why));
  g_assert_cmpuint (world.environment.n_actions, ==, 3);
  env = world.environment.create (&world.environment, 1, 0);
  g_assert_nonnull (env);
  world.environment.reset (env, &seed, NULL, seen);
  for (guint i = 0; i < SIDE * SIDE; i++)
    {
      g_assert_cmpuint (seen[i * 4], ==, seen[i * 4 + 3]);
      n_lit += seen[i * 4] > 0;
    }
  /* 8 x 8 pixels of the screen, less than 5 x 5 of ours. */
  g_assert_cmpuint (n_lit, >=, 12);
  g_assert_cmpuint (n_lit, <=, 30);
  for (; !terminated && steps < 100; steps++, sum += reward)
    world.environment.step (env, &right, seen, &reward, &terminated, &truncated);
  /* 132 columns to go, eight an action. */
  g_assert_cmpuint (steps, ==, 17);
  g_assert_cmpfloat (sum, ==, 7);
  world.environment.step (env, &right, seen, &reward, &terminated, &truncated);
  g_assert_cmpfloat (reward, ==, 0);
  world.environment.destroy (env);
  atari_close (&world);
}

static void
a_deep_agent_lives_in_it (void)
{
  DeepSettings settings = { .policy = DEEP_LEARN,
                            .rule = { .method = METHOD_GRAPH, .n = 3, .breadth = 5 },
                            .n_convs = 2,
                            .convs = { { 4, 5, 5, 0 }, { 4, 5, 5, 0 } },
                            .hidden = 8,
                            .rate = 1e-3,
                            .gamma = 0.9,
                            .sign_reward = true,
                            .steps = 60,
                            .explore = 1,
                            .warm_up = 20,
                            .update_every = 8,
                            .batch = 4,
                            .renew_every = 30,
                            .eval_worlds = 1 };
  DeepStreams streams;
  AssayStream *all = (AssayStream *) &streams;
  char why[512];
  AtariWorld world;
  Deep deep;

  for (guint i = 0; i < sizeof streams / sizeof *all; i++)
    assay_stream_init (&all[i], i, "atari");
  g_assert_true (atari_open (&world, ATARI_GOOD, "good.bin", why, sizeof why));
  g_assert_true (deep_init (&deep, &world.environment, NULL, 0, &settings, &streams));
  for (guint i = 0; i < settings.steps; i++)
    g_assert_true (deep_step (&deep));
  g_assert_cmpuint (deep.n_updates, ==, (60 - 24) / 8 + 1);
  g_assert_cmpuint (deep.graph.n_seen, >, 3);
  deep_clear (&deep);
  atari_close (&world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/atari/what-is-no-emulator-is-refused-with-a-sentence",
                   what_is_no_emulator_is_refused_with_a_sentence);
  g_test_add_func ("/atari/frames-are-skipped-shrunk-and-stacked",
                   frames_are_skipped_shrunk_and_stacked);
  g_test_add_func ("/atari/a-deep-agent-lives-in-it", a_deep_agent_lives_in_it);
  return g_test_run ();
}

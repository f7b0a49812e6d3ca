/* SPDX-License-Identifier: Apache-2.0
 *
 * The games against rules.py, which was written a second time from the description of their rules:
 * the same bits at every step of every episode, so also the same distributions of returns.
 */
#include "scene.h"
#include <gio/gio.h>
#include <string.h>

enum
{
  SEED = 7,
  STEPS = 8000
};

typedef struct Case
{
  const char *game, *policy;
} Case;

/* What rules.py writes of a step, before the observation. */
typedef struct Record
{
  uint8_t action, reward, over;
} Record;

static GBytes *
play_by_the_rules (const Case *is)
{
  g_autofree char *seed = g_strdup_printf ("%d", SEED), *steps = g_strdup_printf ("%d", STEPS);
  const char *argv[] = { "python3", RULES, is->game, is->policy, seed, steps, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process
      = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  GBytes *output = NULL;

  g_assert_no_error (error);
  g_subprocess_communicate (process, NULL, NULL, &output, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_successful (process));
  return output;
}

static void
the_same_steps (const void *data)
{
  const Case *is = data;
  Scene s = open_scene (is->game);
  size_t n_seen = (size_t) N_CELLS * s.n_channels, size;
  g_autoptr (GBytes) output = play_by_the_rules (is);
  const uint8_t *at = g_bytes_get_data (output, &size);
  uint32_t episodes = 0;
  double sum = 0, best = 0, reward = 0;

  set_scene_option (&s, "mt19937", 1);
  set_scene_option (&s, "sticky", 0.1);
  reset_scene (&s, SEED);
  g_assert_cmpuint (size, ==, n_seen + STEPS * (sizeof (Record) + n_seen));
  g_assert_cmpmem (s.observation, n_seen, at, n_seen);
  at += n_seen;
  for (uint32_t t = 0; t < STEPS; t++, at += n_seen)
    {
      Record record;

      memcpy (&record, at, sizeof record);
      at += sizeof record;
      play (&s, record.action);
      if (memcmp (s.observation, at, n_seen) != 0 || s.reward != record.reward
          || s.terminated != record.over)
        {
          g_test_fail_printf ("step %u, in episode %u, is another", t, episodes);
          break;
        }
      reward += s.reward;
      if (!s.terminated)
        continue;
      episodes++;
      sum += reward;
      best = MAX (best, reward);
      reward = 0;
      reset_scene (&s, UINT64_MAX); /* the stream goes on */
    }
  g_test_message ("%u episodes, mean return %.2f, best %.0f", episodes, sum / MAX (episodes, 1),
                  best);
  close_scene (&s);
}

int
main (int argc, char **argv)
{
  static const Case cases[] = { { "asterix", "random" },        { "asterix", "scripted" },
                                { "breakout", "random" },       { "breakout", "scripted" },
                                { "freeway", "random" },        { "freeway", "scripted" },
                                { "seaquest", "random" },       { "seaquest", "scripted" },
                                { "space-invaders", "random" }, { "space-invaders", "scripted" } };

  g_test_init (&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf (
          "/rules/the-same-steps-as-a-second-implementation/%s/%s", cases[i].game, cases[i].policy);

      g_test_add_data_func (path, &cases[i], the_same_steps);
    }
  return g_test_run ();
}

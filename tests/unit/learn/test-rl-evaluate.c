/* SPDX-License-Identifier: Apache-2.0 */
#include "corridor.h"
#include "learn/rl/encoding.h"
#include "learn/rl/evaluate.h"

#include <glib.h>

#define EPISODES 37

static void
forward (void *data, const void *observations, uint32_t n, int32_t *actions)
{
  for (uint32_t i = 0; i < n; i++)
    actions[i] = corridor_forward ((const uint8_t *) observations + i * CORRIDOR_CELLS);
}

static void
back (void *data, const void *observations, uint32_t n, int32_t *actions)
{
  for (uint32_t i = 0; i < n; i++)
    actions[i] = !corridor_forward ((const uint8_t *) observations + i * CORRIDOR_CELLS);
}

static void
test_naive (void)
{
  AssayEvaluationOptions options = { .n_episodes = EPISODES, .seed = 100, .n_worlds = 4 };
  AssayEvaluation evaluation;
  double returns[EPISODES], total = 0;
  uint32_t lengths[EPISODES], steps = 0;
  void *world = corridor.create (&corridor, 1, 0);

  g_assert_true (
      assay_evaluate (&corridor, &options, forward, NULL, &evaluation, returns, lengths));
  for (uint32_t k = 0; k < EPISODES; k++)
    {
      uint8_t seen[CORRIDOR_CELLS], terminated = 0, truncated = 0;
      uint32_t length = 0;
      float reward = 0;

      corridor.reset (world, &(uint64_t){ 100 + k }, NULL, seen);
      for (; !terminated && !truncated; length++)
        corridor.step (world, &(int32_t){ corridor_forward (seen) }, seen, &reward, &terminated,
                       &truncated);
      g_assert_cmpuint (lengths[k], ==, length);
      g_assert_cmpfloat (returns[k], ==, reward);
      steps += length;
      total += reward;
    }
  g_assert_cmpuint (evaluation.steps, ==, steps);
  g_assert_cmpfloat (evaluation.mean_return, ==, total / EPISODES);
  g_assert_cmpfloat (evaluation.mean_length, ==, (double) steps / EPISODES);
  g_assert_cmpfloat (evaluation.share_terminated, ==, 1);
  corridor.destroy (world);
}

/* Random actions, too, are the episode's own. */
static void
test_worlds (void)
{
  AssayEvaluationOptions options = { .n_episodes = EPISODES, .seed = 7, .epsilon = 0.5 };
  AssayEvaluation one, many;
  double a[EPISODES], b[EPISODES];
  uint32_t m[EPISODES], n[EPISODES];
  bool differ = false;

  g_assert_true (assay_evaluate (&corridor, &options, forward, NULL, &one, a, m));
  options.n_worlds = 100;
  g_assert_true (assay_evaluate (&corridor, &options, forward, NULL, &many, b, n));
  g_assert_cmpmem (a, sizeof a, b, sizeof b);
  g_assert_cmpmem (m, sizeof m, n, sizeof n);
  g_assert_cmpmem (&one, sizeof one, &many, sizeof many);
  for (uint32_t k = 1; k < EPISODES; k++)
    differ |= m[k] != m[0];
  g_assert_true (differ);
}

static void
test_caps (void)
{
  const uint64_t seeds[] = { 5, 5, 9 };
  AssayEvaluationOptions options = { .n_episodes = 3, .seeds = seeds, .n_worlds = 2 };
  AssayEvaluation evaluation;
  double returns[3];
  uint32_t lengths[3];

  g_assert_true (assay_evaluate (&corridor, &options, back, NULL, &evaluation, returns, lengths));
  g_assert_cmpfloat (evaluation.mean_length, ==, CORRIDOR_STEPS);
  g_assert_cmpfloat (evaluation.mean_return, ==, 0);
  g_assert_cmpfloat (evaluation.share_terminated, ==, 0);
  options.max_steps = 3;
  g_assert_true (assay_evaluate (&corridor, &options, back, NULL, &evaluation, NULL, NULL));
  g_assert_cmpuint (evaluation.steps, ==, 9);
  g_assert_true (
      assay_evaluate (&corridor, &options, forward, NULL, &evaluation, returns, lengths));
  g_assert_cmpuint (lengths[0], ==, lengths[1]);
}

static void
test_refused (void)
{
  AssayEnvironment endless = corridor;
  AssayEvaluationOptions options = { .n_episodes = 0, .seed = 7 };
  AssayEvaluation evaluation;

  g_assert_false (assay_evaluate (&corridor, &options, back, NULL, &evaluation, NULL, NULL));
  options.n_episodes = 1;
  options.view = 9;
  g_assert_false (assay_evaluate (&corridor, &options, back, NULL, &evaluation, NULL, NULL));
  options.view = 0;
  endless.max_steps = 0;
  g_assert_false (assay_evaluate (&endless, &options, back, NULL, &evaluation, NULL, NULL));
}

static void
test_encodings (void)
{
  static const AssayView bytes = { "b", "B", ASSAY_U8, 2, { 3, 7 }, 0, 255 };
  static const AssayView floats = { "f", "F", ASSAY_F32, 1, { 5 }, 0, 1 };
  static const AssayView cells = { "c", "C", ASSAY_U8, 3, { 1, 2, 2 }, 0, 255 };
  static const uint32_t levels[] = { 3, 2 };
  static const float one_hot[] = { 0, 0, 1, 1, 0, /**/ 1, 0, 0, 0, 0 };
  AssayEncoding encoding;
  uint8_t seen[42];
  float numbers[42], given[5] = { 1, -2, 3, 0.5f, 9 };

  for (uint32_t i = 0; i < 42; i++)
    seen[i] = (uint8_t) (i * 37);
  g_assert_true (assay_encoding_init (&encoding, &bytes, NULL, 0));
  g_assert_cmpuint (encoding.size, ==, 21);
  assay_encode (&encoding, seen, 2, numbers);
  for (uint32_t i = 0; i < 42; i++)
    g_assert_cmpfloat (numbers[i], ==, seen[i]);
  g_assert_true (assay_encoding_init (&encoding, &floats, NULL, 0));
  g_assert_cmpuint (encoding.bytes, ==, sizeof given);
  assay_encode (&encoding, given, 1, numbers);
  g_assert_cmpmem (numbers, sizeof given, given, sizeof given);
  g_assert_true (assay_encoding_init (&encoding, &cells, levels, 2));
  g_assert_cmpuint (encoding.shape[2], ==, 5);
  g_assert_cmpuint (encoding.size, ==, 10);
  /* 200 is no level. */
  assay_encode (&encoding, (uint8_t[]){ 2, 0, 0, 200 }, 1, numbers);
  g_assert_cmpmem (numbers, sizeof one_hot, one_hot, sizeof one_hot);
  g_assert_false (assay_encoding_init (&encoding, &cells, levels, 1));
  g_assert_false (assay_encoding_init (&encoding, &floats, levels, 2));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rl/evaluate/plays-what-a-plain-loop-plays", test_naive);
  g_test_add_func ("/rl/evaluate/the-number-of-worlds-changes-nothing", test_worlds);
  g_test_add_func ("/rl/evaluate/given-seeds-and-caps-hold", test_caps);
  g_test_add_func ("/rl/evaluate/refuses-what-has-no-end", test_refused);
  g_test_add_func ("/rl/encoding/bytes-floats-and-one-hot", test_encodings);
  return g_test_run ();
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * What policy optimisation refuses, each with a sentence and with nothing changed.
 */
#include "ppo-lab.h"

#include <glib/gstdio.h>
#include <stdlib.h>

static char *folder;

typedef struct Refused
{
  bool answers; /* what the callback returns */
  double one;   /* the reward of answer 5 */
} Refused;

static bool
refused_reward (const AssaySequences *answers, double *rewards, void *data)
{
  const Refused *refused = data;

  lab_reward (answers, rewards, NULL);
  rewards[5] = refused->one;
  return refused->answers;
}

static void
test_rewards_refused (void)
{
  static const struct
  {
    Refused refused;
    const char *sentence;
  } cases[] = {
    { { true, NAN }, "The reward of answer 5 of iteration 2 is *nan, not a finite number." },
    { { true, INFINITY }, "The reward of answer 5 of iteration 2 is inf, not a finite number." },
    { { true, -INFINITY }, "The reward of answer 5 of iteration 2 is -inf, not a finite number." },
    { { false, 0 }, "The answers of iteration 2 got no rewards." },
  };
  AssayPpoOptions options = lab_options ("ppo");
  AssayPpo *ppo = lab_new (&options, NULL), *other = lab_new (&options, NULL);
  AssaySequences *prompts = lab_prompts_of (ppo);

  lab_iterate (ppo, 1);
  lab_iterate (other, 1);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Refused refused = cases[i].refused;
      AssayTextError error = { "" };

      g_assert_false (assay_ppo_iterate (ppo, prompts, refused_reward, &refused, NULL, &error));
      g_assert_true (g_pattern_match_simple (cases[i].sentence, error.text));
      lab_assert_same_state (ppo, other);
    }
  assay_sequences_free (prompts);
  assay_ppo_free (ppo);
  assay_ppo_free (other);
}

static void
assert_prompts_refused (AssayPpo *ppo, const AssaySequences *prompts, const char *sentence)
{
  AssayTextError error = { "" };

  g_assert_false (assay_ppo_iterate (ppo, prompts, lab_reward, NULL, NULL, &error));
  g_assert_cmpstr (error.text, ==, sentence);
}

static void
test_prompts_refused (void)
{
  AssayPpoOptions options = lab_options ("ppo");
  AssayPpo *ppo = lab_new (&options, NULL);
  AssaySequences *prompts = lab_prompts_of (ppo), *few = assay_sequences_new (3, LAB_STEPS);

  assert_prompts_refused (ppo, few, "An iteration takes 24 prompts, not 3.");
  prompts->prompts[2] = LAB_STEPS;
  assert_prompts_refused (ppo, prompts, "Prompt 2 has 10 ids; it must have 1 to 9.");
  prompts->prompts[2] = 0;
  assert_prompts_refused (ppo, prompts, "Prompt 2 has 0 ids; it must have 1 to 9.");
  prompts->prompts[2] = 2;
  assay_sequence (prompts, 2)[1] = 12;
  assert_prompts_refused (ppo, prompts, "Prompt 2 has the id 12, which is none of the 12 ids.");
  assay_sequence (prompts, 2)[1] = -1;
  assert_prompts_refused (ppo, prompts, "Prompt 2 has the id -1, which is none of the 12 ids.");
  assay_sequences_free (prompts);
  assay_sequences_free (few);
  assay_ppo_free (ppo);
}

/* A policy that is lost says so. */
static void
test_loss_refused (void)
{
  AssayPpoOptions options = lab_options ("ppo");
  AssaySequences *prompts;
  AssayTextError error = { "" };
  AssayPpo *ppo;
  bool went = true;

  options.optimizer.rate = 1e9;
  ppo = lab_new (&options, NULL);
  prompts = lab_prompts_of (ppo);
  for (uint32_t i = 0; i < 8 && went; i++)
    went = assay_ppo_iterate (ppo, prompts, lab_reward, NULL, NULL, &error);
  g_assert_false (went);
  g_assert_true (
      g_pattern_match_simple ("The * of iteration * is not a finite number; *", error.text));
  assay_sequences_free (prompts);
  assay_ppo_free (ppo);
}

#define REFUSES(change, sentence)                                                                  \
  do                                                                                               \
    {                                                                                              \
      AssayPpoOptions options = lab_options ("reinforce-leave-one-out");                           \
      float values[1];                                                                             \
      AssayTextError error;                                                                        \
                                                                                                   \
      options.change;                                                                              \
      g_assert_null (assay_ppo_new (&lab_config, values, &options, 1, NULL, &error));              \
      g_assert_cmpstr (error.text, ==, sentence);                                                  \
    }                                                                                              \
  while (0)

static void
test_options_refused (void)
{
  REFUSES (iterations = 0, "There must be an iteration.");
  REFUSES (per_prompt = 5, "The rollouts must be a multiple of the answers to a prompt.");
  REFUSES (per_prompt = 0, "The rollouts must be a multiple of the answers to a prompt.");
  REFUSES (per_prompt = 1,
           "The estimator compares answers to one prompt, of which there must be at "
           "least 2.");
  REFUSES (steps = 17, "The longest row must have at least 2 ids and fit the model's context.");
  REFUSES (end = 12, "The end token is none of the vocabulary.");
  REFUSES (minibatch = 0, "There must be an epoch, a minibatch and a shard.");
  REFUSES (epochs = 2, "The estimator sees each answer once: one epoch.");
  REFUSES (clip = -0.1, "The clip ranges must be in 0..1e9.");
  REFUSES (reward_clip = NAN, "The clip ranges must be in 0..1e9.");
  REFUSES (kl_coefficient = -1, "The coefficients must be in 0..1e9.");
  REFUSES (lambda = 1.5, "Gamma and lambda must be in 0..1.");
  REFUSES (kl = ASSAY_KLS, "There is no such estimator of the divergence, place of it or value "
                           "function.");
  REFUSES (kl_coefficient = 0;
           options.kl_target = 6,
           "An adaptive coefficient must begin above 0, and have a target and a horizon above 0.");
  REFUSES (optimizer.rate = INFINITY, "The learning rate and the largest norm must be in 0..1e9, "
                                      "the schedule's floor in 0..1.");
}

static void
test_states_refused (void)
{
  g_autofree char *path = g_build_filename (folder, "refused.safetensors", NULL);
  AssayPpoOptions options = lab_options ("ppo"), wider = options;
  AssayPpo *ppo = lab_new (&options, NULL), *other = lab_new (&options, NULL), *network;
  g_autoptr (GBytes) state = NULL;
  const double nan = NAN;
  AssayTextError error;

  wider.value = ASSAY_VALUE_NETWORK;
  network = lab_new (&wider, NULL);
  lab_iterate (ppo, 1);
  lab_iterate (other, 1);

  g_assert_false (assay_ppo_load (ppo, "/nowhere/at/all", &error));
  g_assert_true (assay_ppo_save (network, path, &error));
  g_assert_false (assay_ppo_load (ppo, path, &error));
  g_assert_nonnull (strstr (error.text, path));
  lab_assert_same_state (ppo, other);

  memcpy (&other->state.kl_coefficient, &nan, sizeof nan);
  g_assert_true (assay_ppo_save (other, path, &error));
  g_assert_false (assay_ppo_load (ppo, path, &error));
  g_assert_nonnull (strstr (error.text, "KL coefficient"));
  state = lab_state (other);
  g_assert_false (
      assay_ppo_set_state (ppo, g_bytes_get_data (state, NULL), g_bytes_get_size (state), &error));
  g_assert_false (assay_ppo_set_state (ppo, g_bytes_get_data (state, NULL),
                                       g_bytes_get_size (state) - 1, &error));
  other->state.kl_coefficient = ppo->state.kl_coefficient;
  lab_assert_same_state (ppo, other);
  g_remove (path);
  assay_ppo_free (ppo);
  assay_ppo_free (other);
  assay_ppo_free (network);
}

int
main (int argc, char **argv)
{
  int failed;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("assay-ppo-XXXXXX", NULL);
  g_assert_nonnull (folder);
  g_test_add_func ("/ppo-refused/rewards-that-are-no-numbers-are-refused", test_rewards_refused);
  g_test_add_func ("/ppo-refused/prompts-without-room-are-refused", test_prompts_refused);
  g_test_add_func ("/ppo-refused/a-lost-policy-is-said-so", test_loss_refused);
  g_test_add_func ("/ppo-refused/options-out-of-range-are-refused", test_options_refused);
  g_test_add_func ("/ppo-refused/states-that-do-not-fit-are-refused", test_states_refused);
  failed = g_test_run ();
  g_remove (folder);
  g_free (folder);
  return failed;
}

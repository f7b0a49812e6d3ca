/* SPDX-License-Identifier: Apache-2.0 */
#include "base/num/random.h"
#include "check.h"
#include "learn/nn/checkpoint.h"
#include "planted.h"

#include <assay/random.h>
#include <glib/gstdio.h>

/* ---- scores ---- */

/** Options of a trunk by the bits of @choice. */
#define N_CHOICES 32
static AssayGptConfig
combination (guint choice)
{
  return (AssayGptConfig){ .d = 24,
                           .layers = choice & 1 ? 1 : 3,
                           .heads = 4,
                           .context = 40,
                           .vocabulary = 21,
                           .kv_heads = choice & 2 ? 2 : 0,
                           .hidden = choice & 4 ? 17 : 0,
                           .positions = choice & 8 ? ASSAY_POSITIONS_ROTARY : 0,
                           .norm = choice & 16 ? ASSAY_NORM_RMS : 0,
                           .feed_forward = choice & 16 ? ASSAY_FEED_FORWARD_SWIGLU : 0,
                           .untied = choice & 1 };
}

static AssaySequences *
random_sequences (uint32_t n, uint32_t steps, uint32_t vocabulary)
{
  AssaySequences *sequences = assay_sequences_new (n, steps);
  AssayStream stream = planted_stream ("sequences");

  for (uint32_t i = 0; i < n; i++)
    {
      sequences->lengths[i] = 1 + assay_below (&stream, steps);
      sequences->prompts[i] = 1 + assay_below (&stream, sequences->lengths[i]);
      for (uint32_t t = 0; t < steps; t++) /* behind the end, too: nobody reads it */
        assay_sequence (sequences, i)[t] = (int32_t) assay_below (&stream, vocabulary);
    }
  return sequences;
}

/** head (state of the last token), row by row on a tape of its own. */
static double
expected_score (const AssayRewardModel *model, const AssaySequences *sequences, uint32_t row)
{
  AssayTape *tape = assay_tape_new (model->params->n);
  size_t length = sequences->lengths[row], d = model->trunk->config.d;
  const float *values = model->params->values, *w = values + model->head.w->offset;
  double sum = values[model->head.b->offset];
  AssayTensor *states;

  assay_tape_begin (tape, values, NULL, false);
  states = assay_gpt_states (
      tape, model->trunk,
      assay_tensor_wrap_ints (tape, assay_sequence (sequences, row), 2, ASSAY_SHAPE (1, length)));
  for (size_t k = 0; k < d; k++)
    sum += (double) w[k] * (double) states->data[(length - 1) * d + k];
  assay_tape_free (tape);
  return sum;
}

static void
test_score_is_the_last_state (void)
{
  for (guint choice = 0; choice < N_CHOICES; choice++)
    {
      AssayGptConfig config = combination (choice);
      AssayStream stream = planted_stream ("model");
      AssayRewardModel *model = assay_reward_model_new (&config, &stream);
      AssaySequences *sequences = random_sequences (20, 40, config.vocabulary);
      AssayScorer *scorer = assay_scorer_new (model, NULL);
      AssayTape *tape = assay_tape_new (model->params->n);
      AssayIds ids[20];
      AssayTensor *on_tape;
      double scores[20];

      for (size_t i = 0; i < model->params->size; i++) /* far from the first, tame draw */
        model->params->values[i] += (float) (0.1 * assay_normal (&stream));
      for (uint32_t i = 0; i < 20; i++)
        ids[i] = (AssayIds){ assay_sequence (sequences, i), sequences->lengths[i] };
      assay_score (scorer, model->params->values, sequences, scores, 1);
      assay_tape_begin (tape, model->params->values, NULL, false);
      on_tape = assay_reward_scores (tape, model, ids, 20);
      g_assert_true (on_tape->n_dims == 1 && on_tape->size == 20);
      for (uint32_t i = 0; i < 20; i++)
        {
          double expected = expected_score (model, sequences, i);

          g_assert_cmpfloat_with_epsilon (scores[i], expected, 2e-5);
          g_assert_cmpfloat_with_epsilon (on_tape->data[i], expected, 2e-5);
        }
      g_assert_null (assay_params_find (model->params, "lm_head.weight"));
      assay_tape_free (tape);
      assay_scorer_free (scorer);
      assay_sequences_free (sequences);
      assay_reward_model_free (model);
    }
}

/** A trunk without layers has the last token's embedding as its state. */
static void
test_no_layers (void)
{
  AssayGptConfig config = { .d = 16, .heads = 1, .context = 9, .vocabulary = 7 };
  AssayStream stream = planted_stream ("model");
  AssayRewardModel *model = assay_reward_model_new (&config, &stream);
  AssaySequences *sequences = random_sequences (9, 9, 7);
  AssayScorer *scorer = assay_scorer_new (model, NULL);
  double scores[9];

  assay_score (scorer, model->params->values, sequences, scores, 1);
  for (uint32_t i = 0; i < 9; i++)
    g_assert_cmpfloat_with_epsilon (scores[i], expected_score (model, sequences, i), 1e-5);
  assay_scorer_free (scorer);
  assay_sequences_free (sequences);
  assay_reward_model_free (model);
}

/** Alone, in another row's place, with more room behind it, among all, and on three threads. */
static void
test_companions_change_nothing (void)
{
  enum
  {
    N = 150
  };
  AssayGptConfig config = combination (0);
  AssayStream stream = planted_stream ("model");
  AssayRewardModel *model = assay_reward_model_new (&config, &stream);
  AssaySequences *all = random_sequences (N, 40, config.vocabulary);
  AssaySequences *alone = assay_sequences_new (1, 45);
  AssayWorkers *workers = assay_workers_new (3);
  AssayScorer *scorer = assay_scorer_new (model, NULL), *threaded;
  double scores[N], others[2 * N], score;
  uint32_t rows[N];

  threaded = assay_scorer_new (model, workers);
  assay_score (scorer, model->params->values, all, scores, 1);
  assay_score (threaded, model->params->values, all, others, 2);
  for (uint32_t i = 0; i < N; i++)
    {
      assay_sequences_set (alone, 0, assay_sequence (all, i), all->prompts[i], all->lengths[i]);
      assay_score (scorer, model->params->values, alone, &score, 1);
      g_assert_true (score == scores[i] && others[2 * i] == scores[i]);
      rows[i] = N - 1 - i / 2;
    }
  assay_score_rows (threaded, model->params->values, all, rows, N, others, 1);
  for (uint32_t i = 0; i < N; i++)
    g_assert_true (others[i] == scores[rows[i]]);
  assay_score_rows (threaded, model->params->values, all, rows, 0, NULL, 1);
  assay_scorer_free (scorer);
  assay_scorer_free (threaded);
  assay_workers_free (workers);
  assay_sequences_free (all);
  assay_sequences_free (alone);
  assay_reward_model_free (model);
}

static void
test_bad_sequence_ends (void)
{
  if (check_dies ("*id 13 of row 1 is none of 13*"))
    {
      AssayRewardModel *model = planted_model ("model");
      AssaySequences *sequences = assay_sequences_new (2, 4);
      double scores[2];

      assay_sequences_set (sequences, 0, (const int32_t[]){ 12 }, 1, 1);
      assay_sequences_set (sequences, 1, (const int32_t[]){ 12, 13 }, 1, 2);
      assay_score (assay_scorer_new (model, NULL), model->params->values, sequences, scores, 1);
    }
}

static void
test_empty_sequence_ends (void)
{
  if (check_dies ("*row 0 has 0 ids*"))
    {
      AssayRewardModel *model = planted_model ("model");
      AssaySequences *sequences = assay_sequences_new (1, 4);
      double score;

      assay_score (assay_scorer_new (model, NULL), model->params->values, sequences, &score, 1);
    }
}

/* ---- its arrays ---- */

static void
test_takes_a_trunk (void)
{
  AssayParams *params = assay_params_new ();
  AssayGptConfig config = planted_config;
  AssayRewardModel *model = planted_model ("model"), *same = planted_model ("model");
  AssayStream stream = planted_stream ("trunk");
  AssayGpt *gpt;

  config.untied = true; /* its head is left */
  gpt = assay_gpt_new (params, &config);
  assay_params_init (params, &stream);
  planted_assert_equal (model->params, same->params);
  assay_reward_model_take_trunk (model, params, params->values);
  for (uint32_t i = 0; i < model->params->n; i++)
    {
      const AssayWeight *array = model->params->params[i];
      const AssayWeight *its = assay_params_find (params, array->name);
      const float *from
          = its != NULL ? params->values + its->offset : same->params->values + array->offset;

      g_assert_true ((its == NULL) == g_str_has_prefix (array->name, "reward."));
      g_assert_cmpmem (model->params->values + array->offset, array->size * sizeof (float), from,
                       array->size * sizeof (float));
    }
  assay_gpt_free (gpt);
  assay_params_free (params);
  assay_reward_model_free (model);
  assay_reward_model_free (same);
}

static void
test_other_trunk_ends (void)
{
  if (check_dies ("*wte.weight is of another shape*"))
    {
      AssayGptConfig config = planted_config;
      AssayStream stream = planted_stream ("model");
      AssayRewardModel *wide;

      config.d = 32;
      wide = assay_reward_model_new (&config, &stream);
      assay_reward_model_take_trunk (planted_model ("model"), wide->params, wide->params->values);
    }
}

static void
test_saved_and_loaded (void)
{
  AssayRewardModel *model = planted_model ("a"), *other = planted_model ("b");
  g_autofree char *folder = g_dir_make_tmp (NULL, NULL);
  g_autofree char *path = g_build_filename (folder, "reward.safetensors", NULL);
  AssayCheckpoint saved = { .params = model->params }, loaded = { .params = other->params };
  AssayTensorsError error;

  g_assert_false (planted_are_equal (model->params, other->params));
  g_assert_true (assay_checkpoint_save (&saved, path, &error));
  g_assert_true (assay_checkpoint_load (&loaded, path, &error));
  planted_assert_equal (model->params, other->params);
  g_remove (path);
  g_rmdir (folder);
  assay_reward_model_free (model);
  assay_reward_model_free (other);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reward-model/score-is-of-the-last-state", test_score_is_the_last_state);
  g_test_add_func ("/reward-model/trunk-without-layers", test_no_layers);
  g_test_add_func ("/reward-model/companions-change-no-bit", test_companions_change_nothing);
  g_test_add_func ("/reward-model/bad-sequence-ends", test_bad_sequence_ends);
  g_test_add_func ("/reward-model/empty-sequence-ends", test_empty_sequence_ends);
  g_test_add_func ("/reward-model/takes-a-trunk", test_takes_a_trunk);
  g_test_add_func ("/reward-model/other-trunk-ends", test_other_trunk_ends);
  g_test_add_func ("/reward-model/saved-and-loaded", test_saved_and_loaded);
  return g_test_run ();
}

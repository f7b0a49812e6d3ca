/* SPDX-License-Identifier: Apache-2.0
 *
 * Reward models on made-up preference rows.
 */
#include "../text-parts.h"

#include "learn/text/bpe.h"
#include "recorder.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

/* ---- Traits ------------------------------------------------------------------------------- */

static void
test_traits_are_counted (void)
{
  static const struct
  {
    const char *text;
    float traits[TEXT_FEATURES]; /* length, lines, bullets, digits, questions, exclamations,
                                    refusals */
  } known[] = {
    { "", { 0 } },
    { "One line.", { 9, 1 } },
    { "First:\n\n - a\n * b\n\xe2\x80\xa2 c\n12. d\n3) e\n4 f\n", { 39, 7, 5, 3 } },
    { "Why? No! 3.14 and 2", { 19, 1, 0, 3, 1, 1 } },
    { "I can't. I CAN\xe2\x80\x99T. I'm sorry, that's not appropriate.", { 54, 1, 0, 0, 0, 0, 4 } },
    { "I can", { 5, 1 } },
    { "\xe2\x80", { 2, 1 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    {
      float traits[TEXT_FEATURES];

      text_features ((AssayText){ known[i].text, strlen (known[i].text) }, traits);
      for (guint t = 0; t < TEXT_FEATURES; t++)
        if (traits[t] != known[i].traits[t])
          g_test_fail_printf ("%s: %s are %g", known[i].text, text_feature_ids[t],
                              (double) traits[t]);
    }
}

/* ---- Rows ---------------------------------------------------------------------------------- */

#define ROWS 400

static const char *const nouns[] = { "tea", "rain", "bread", "music", "stones", "boats" };
static const char *const good[] = { "kind", "clear", "warm", "gentle" };
static const char *const bad[] = { "rude", "cold", "harsh", "bitter" };

/* People like kind words; a row's words are its own, so that it can be learnt but not remembered.
 * @longer: the part of the rows in which the better answer is the longer one. */
static char *
write_rows (const char *folder, guint n, double longer, const char *first)
{
  char *path = g_build_filename (folder, "rows.jsonl", NULL);
  g_autoptr (GString) out = g_string_new (first);
  GRand *rand = g_rand_new_with_seed (1);

  for (guint i = 0; i < n; i++)
    {
      const char *noun = nouns[g_rand_int_range (rand, 0, G_N_ELEMENTS (nouns))];
      const char *kind = good[g_rand_int_range (rand, 0, G_N_ELEMENTS (good))];
      const char *rude = bad[g_rand_int_range (rand, 0, G_N_ELEMENTS (bad))];
      bool is_longer = g_rand_double (rand) < longer;

      g_string_append_printf (out,
                              "{\"prompt\": \"Tell me about %s, number %u.\", "
                              "\"chosen\": \"It is %s %s%s.\", \"rejected\": \"It is %s %s%s.\"}\n",
                              noun, i, kind, noun, is_longer ? ", as they say" : "", rude, noun,
                              is_longer ? "" : ", as they say");
    }
  g_rand_free (rand);
  g_assert_true (g_file_set_contents (path, out->str, (gssize) out->len, NULL));
  return path;
}

static TextSetup
setup_of (const char *rows)
{
  return (TextSetup){ .text = { .rows = rows, .held_out = 0.25, .vocabulary = 320, .context = 32 },
                      .lm_epochs = 1,
                      .width = 16,
                      .members = 3,
                      .epochs = 3,
                      .rate = 3e-3,
                      .diversity = ASSAY_DIVERSITY_SEED,
                      .normalization = ASSAY_NORMALIZE_ZSCORE,
                      .lambda = 0.5 };
}

/* Runs on made-up rows and removes them. */
static Recorder *
run_on (double longer, TextSetup setup)
{
  Recorder *recorder = recorder_new (1);
  g_autofree char *rows = write_rows (recorder->folder, ROWS, longer, NULL);

  setup.text.rows = rows;
  run_preferences (&recorder->run, &setup);
  g_unlink (rows);
  return recorder;
}

/* ---- Encoding -------------------------------------------------------------------------------- */

static TextPairs *
encode_rows (const Recorder *recorder, const char *rows, uint32_t context, AssayBpe **bpe)
{
  TextOptions options = { .rows = rows, .held_out = 0.5, .vocabulary = 300, .context = context };
  g_autofree char *tokenizer = g_build_filename (recorder->folder, "tokenizer.json", NULL);
  g_autofree char *encoded = g_build_filename (recorder->folder, "pairs", NULL);
  AssayTextError error = { "" };
  TextPairs *pairs;

  g_assert_true (text_tokenizer_build (&options, tokenizer, &error));
  g_assert_true (text_pairs_build (&options, tokenizer, encoded, &error));
  pairs = text_pairs_open (encoded, &error);
  g_assert_nonnull (pairs);
  *bpe = assay_bpe_open (tokenizer, &error);
  g_unlink (tokenizer);
  g_unlink (encoded);
  return pairs;
}

static char *
decode (const AssayBpe *bpe, const AssaySequences *rows, uint32_t row)
{
  char *text = g_malloc0 (4096);

  assay_bpe_decode (bpe, assay_sequence (rows, row), rows->lengths[row], text, 4095);
  return text;
}

static void
test_a_row_is_prompt_and_answer_with_marks (void)
{
  g_autoptr (Recorder) recorder = recorder_new (1);
  g_autofree char *rows = write_rows (recorder->folder, ROWS, 0.5, NULL);
  AssayBpe *bpe;
  TextPairs *pairs = encode_rows (recorder, rows, 128, &bpe);

  g_assert_cmpuint (pairs->n, ==, ROWS);
  g_assert_cmpuint (pairs->n_tokens, ==, assay_bpe_n (bpe));
  for (uint32_t i = 0; i < pairs->n; i++)
    {
      g_autofree char *text = decode (bpe, pairs->chosen, i);
      g_autofree char *begins = g_strdup_printf (", number %u." TEXT_ANSWER "It is ", i);
      uint32_t last = pairs->chosen->lengths[i] - 1;

      g_assert_true (g_str_has_prefix (text, "Tell me about "));
      g_assert_nonnull (strstr (text, begins));
      g_assert_true (g_str_has_suffix (text, "." TEXT_END));
      g_assert_cmpint (assay_sequence (pairs->chosen, i)[pairs->chosen->prompts[i] - 1], ==,
                       assay_bpe_id (bpe, TEXT_ANSWER, strlen (TEXT_ANSWER)));
      g_assert_cmpint (assay_sequence (pairs->chosen, i)[last], ==,
                       assay_bpe_id (bpe, TEXT_END, strlen (TEXT_END)));
    }
  g_assert_cmpuint (pairs->n_held_out, >, ROWS / 3);
  g_assert_cmpuint (pairs->n_held_out, <, 2 * ROWS / 3);
  assay_bpe_free (bpe);
  text_pairs_free (pairs);
  g_unlink (rows);
}

/* Too long for the context: the end of the prompt stays, and the beginning of the answer. */
static void
test_what_is_too_long_keeps_the_end_of_the_prompt (void)
{
  g_autoptr (Recorder) recorder = recorder_new (1);
  g_autofree char *rows = write_rows (recorder->folder, ROWS, 0.5, NULL);
  AssayBpe *bpe;
  TextPairs *pairs = encode_rows (recorder, rows, 12, &bpe);

  for (uint32_t i = 0; i < pairs->n; i++)
    {
      const AssaySequences *sides[] = { pairs->chosen, pairs->rejected };

      for (int s = 0; s < 2; s++)
        {
          g_autofree char *text = decode (bpe, sides[s], i);
          g_auto (GStrv) parts = g_strsplit (text, TEXT_ANSWER, -1);
          g_autofree char *all = g_strdup_printf ("Tell me about tea, number %u.", i);
          const char *tail = strrchr (all, ' ');

          g_assert_cmpuint (sides[s]->lengths[i], ==, 12);
          g_assert_cmpuint (sides[s]->prompts[i], >=, 12 / 4);
          g_assert_true (g_str_has_suffix (parts[0], "."));
          g_assert_true (g_str_has_suffix (tail, parts[0]) || g_str_has_suffix (parts[0], tail));
          g_assert_true (g_str_has_prefix (parts[1], "It is "));
          g_assert_true (g_str_has_suffix (parts[1], TEXT_END));
        }
    }
  assay_bpe_free (bpe);
  text_pairs_free (pairs);
  g_unlink (rows);
}

static void
test_no_prompt_is_on_both_sides (void)
{
  g_autoptr (Recorder) recorder = recorder_new (1);
  g_autofree char *path = g_build_filename (recorder->folder, "rows.jsonl", NULL);
  g_autoptr (GString) out = g_string_new (NULL);
  AssayBpe *bpe;
  TextPairs *pairs;

  for (guint i = 0; i < ROWS; i++)
    g_string_append_printf (out,
                            "{\"prompt\": \"Prompt %u\", \"chosen\": \"yes %u\", "
                            "\"rejected\": \"no %u\"}\n",
                            i % 100, i, i);
  g_assert_true (g_file_set_contents (path, out->str, (gssize) out->len, NULL));
  pairs = encode_rows (recorder, path, 32, &bpe);
  for (uint32_t i = 100; i < pairs->n; i++)
    g_assert_cmpint (pairs->held_out[i], ==, pairs->held_out[i - 100]);
  assay_bpe_free (bpe);
  text_pairs_free (pairs);
  g_unlink (path);
}

/* ---- What is learnt
 * ------------------------------------------------------------------------------ */

static double
accuracy (const Recorder *recorder, const char *scorer)
{
  g_autofree char *name = g_strdup_printf ("pair-right scorer=%s", scorer);

  return recorded_mean (recorder, name);
}

static void
test_kind_words_are_learnt_and_length_is_not (void)
{
  g_autoptr (Recorder) recorder = run_on (0.5, setup_of (NULL));

  g_assert_cmpstr (recorder->failure, ==, NULL);
  g_assert_cmpfloat (accuracy (recorder, "single"), >, 0.9);
  g_assert_cmpfloat (accuracy (recorder, "mean"), >=, accuracy (recorder, "single") - 1e-9);
  g_assert_cmpfloat (fabs (accuracy (recorder, "shuffled") - 0.5), <, 0.35);
  g_assert_cmpfloat (accuracy (recorder, "shuffled"), <, accuracy (recorder, "single"));
  g_assert_cmpfloat (fabs (accuracy (recorder, "length") - 0.5), <, 0.2);
  g_assert_cmpfloat (fabs (accuracy (recorder, "random") - 0.5), <, 0.2);
  g_assert_cmpfloat (recorded_mean (recorder, "pair-loss scorer=mean"), <=,
                     recorded_mean (recorder, "pair-loss scorer=single"));
  g_assert_cmpfloat (recorded_mean (recorder, "pair-loss scorer=mean"), <, 0.5);
}

static void
test_a_love_of_length_is_reported (void)
{
  g_autoptr (Recorder) recorder = run_on (0.95, setup_of (NULL));
  guint n;

  g_assert_cmpstr (recorder->failure, ==, NULL);
  g_assert_cmpfloat (accuracy (recorder, "length"), >, 0.85);
  g_assert_cmpfloat (recorded_mean (recorder, "pair-longer scorer=human"), >, 0.85);
  g_assert_cmpfloat (recorded_mean (recorder, "pair-longer scorer=length"), ==, 1);
  g_assert_cmpfloat (recorded (recorder, "trait-preferred scorer=length", &n)[TEXT_LENGTH], ==, 1);
  g_assert_cmpfloat (recorded (recorder, "trait-correlation scorer=length", &n)[TEXT_LENGTH], >,
                     0.95);
  /* It is right where people like the longer one, and only there. */
  g_assert_cmpfloat (recorded (recorder, "trait-accuracy scorer=length side=more", &n)[TEXT_LENGTH],
                     ==, 1);
  g_assert_cmpfloat (recorded (recorder, "trait-accuracy scorer=length side=less", &n)[TEXT_LENGTH],
                     ==, 0);
  g_assert_cmpuint (n, ==, TEXT_FEATURES);
}

static void
test_calibration_adds_up (void)
{
  g_autoptr (Recorder) recorder = run_on (0.5, setup_of (NULL));
  guint n;
  const double *share = recorded (recorder, "sure-share scorer=mean", &n);
  const double *right = recorded (recorder, "sure-right scorer=mean", &n);
  const double *sure = recorded (recorder, "sureness scorer=mean", &n);
  double all = 0, correct = 0, error = 0;

  for (guint i = 0; i < n; i++)
    {
      all += share[i];
      correct += share[i] > 0 ? share[i] * right[i] : 0;
      error += share[i] > 0 ? share[i] * fabs (right[i] - sure[i]) : 0;
      g_assert_true (share[i] == 0 || (sure[i] >= 0.5 + i / 20. && sure[i] <= 0.5 + (i + 1) / 20.));
    }
  g_assert_cmpfloat_with_epsilon (all, 1, 1e-12);
  g_assert_cmpfloat_with_epsilon (error, recorded_last (recorder, "calibration-error scorer=mean"),
                                  1e-12);
  /* Of raw scores; of scaled ones the mean may order a pair or two otherwise. */
  g_assert_cmpfloat_with_epsilon (correct, accuracy (recorder, "mean"), 0.05);
}

static void
test_doubt_is_highest_where_the_ensemble_errs (void)
{
  TextSetup setup = setup_of (NULL);
  guint n;

  setup.noise = 0.35;
  setup.epochs = 1;
  {
    g_autoptr (Recorder) recorder = run_on (0.5, setup);
    const double *wrong = recorded (recorder, "pair-wrong ", &n);
    const double *close = recorded (recorder, "pair-doubt signal=closeness", &n);
    const double *fifths;
    double pairs = 0, above = 0, sum = 0;

    g_assert_cmpstr (recorder->failure, ==, NULL);
    for (guint i = 0; i < n; i++)
      for (guint j = 0; j < n; j++)
        if (wrong[i] > 0.5 && wrong[j] < 0.5)
          {
            pairs++;
            above += close[i] > close[j] ? 1 : close[i] < close[j] ? 0 : 0.5;
          }
    g_assert_cmpfloat (pairs, >, 0);
    g_assert_cmpfloat_with_epsilon (recorded_last (recorder, "doubt-auroc signal=closeness"),
                                    above / pairs, 1e-12);
    fifths = recorded (recorder, "doubt-wrong signal=closeness", &n);
    g_assert_cmpuint (n, ==, 5);
    for (guint i = 0; i < n; i++)
      sum += fifths[i] / 5;
    g_assert_cmpfloat_with_epsilon (sum, recorded_mean (recorder, "pair-wrong "), 0.01);
  }
}

/* ---- Stages
 * ------------------------------------------------------------------------------------------ */

static void
test_more_members_are_added_to_those_there_are (void)
{
  g_autoptr (Recorder) recorder = recorder_new (1);
  g_autofree char *rows = write_rows (recorder->folder, ROWS, 0.5, NULL);
  TextSetup setup = setup_of (rows);
  guint built;

  setup.members = 2;
  run_preferences (&recorder->run, &setup);
  g_assert_cmpstr (recorder->failure, ==, NULL);
  built = recorder->stages->len; /* tokenizer, pairs, trunk, two members and the control */
  g_assert_cmpuint (built, ==, 6);
  g_hash_table_remove_all (recorder->arrays);
  setup.members = 3;
  run_preferences (&recorder->run, &setup);
  g_assert_cmpuint (recorder->stages->len, ==, built + 1);
  g_assert_cmpstr (recorder->stages->pdata[built], ==, "text-model.2");
  g_unlink (rows);
}

static void
test_equal_seeds_give_equal_bits (void)
{
  g_autoptr (Recorder) a = run_on (0.5, setup_of (NULL));
  g_autoptr (Recorder) b = run_on (0.5, setup_of (NULL));
  GHashTableIter iter;
  gpointer name, value;

  g_hash_table_iter_init (&iter, a->arrays);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      const GArray *x = value, *y = g_hash_table_lookup (b->arrays, name);

      g_assert_nonnull (y);
      g_assert_cmpmem (x->data, x->len * sizeof (double), y->data, y->len * sizeof (double));
    }
}

static void
test_every_diversity_runs (void)
{
  for (int d = 0; d < ASSAY_N_DIVERSITIES; d++)
    {
      TextSetup setup = setup_of (NULL);

      setup.diversity = (AssayDiversity) d;
      setup.members = 2;
      setup.epochs = 1;
      {
        g_autoptr (Recorder) recorder = run_on (0.5, setup);

        g_assert_cmpstr (recorder->failure, ==, NULL);
      }
    }
}

static void
test_one_member_is_no_ensemble (void)
{
  TextSetup setup = setup_of (NULL);

  setup.members = 1;
  setup.lm_epochs = 0;
  {
    g_autoptr (Recorder) recorder = run_on (0.5, setup);

    g_assert_cmpstr (recorder->failure, ==, NULL);
    g_assert_false (g_hash_table_contains (recorder->arrays, "pair-right scorer=mean"));
    g_assert_false (g_hash_table_contains (recorder->arrays, "pair-doubt signal=votes"));
    g_assert_true (g_hash_table_contains (recorder->arrays, "pair-right scorer=single"));
  }
}

/* ---- Hostile input
 * -------------------------------------------------------------------------------------- */

static void
test_no_file_is_one_sentence_with_the_parameter (void)
{
  g_autoptr (Recorder) recorder = recorder_new (1);
  TextSetup setup = setup_of ("");

  run_preferences (&recorder->run, &setup);
  g_assert_nonnull (strstr (recorder->failure, "--set rows=FILE"));
}

static void
test_bad_rows_are_named_and_counted (void)
{
  static const char bad_rows[] = "{\"prompt\": 1}\nnothing\n";

  for (uint32_t allowed = 0; allowed <= 2; allowed++)
    {
      g_autoptr (Recorder) recorder = recorder_new (1);
      g_autofree char *rows = write_rows (recorder->folder, ROWS, 0.5, bad_rows);
      TextSetup setup = setup_of (rows);

      setup.text.bad_rows = allowed;
      setup.epochs = 1;
      run_preferences (&recorder->run, &setup);
      if (allowed < 2)
        g_assert_nonnull (strstr (recorder->failure, "rows.jsonl: line 1: "));
      else
        {
          g_assert_cmpstr (recorder->failure, ==, NULL);
          g_assert_cmpstr (g_hash_table_lookup (recorder->notes, "malformed"), ==, "2");
          g_assert_nonnull (strstr (g_hash_table_lookup (recorder->notes, "bad-row-2"), "line 2"));
        }
      g_unlink (rows);
    }
}

static void
test_too_few_rows_are_refused (void)
{
  g_autoptr (Recorder) recorder = recorder_new (1);
  g_autofree char *rows = write_rows (recorder->folder, 40, 0.5, NULL);
  TextSetup setup = setup_of (rows);

  run_preferences (&recorder->run, &setup);
  g_assert_nonnull (strstr (recorder->failure, "at least 32 of each are needed"));
  g_unlink (rows);
}

/* ---- Real rows
 * --------------------------------------------------------------------------------------------- */

#define HH "/work/shared/data/hh-rlhf/harmless-base-test.jsonl"

static void
test_real_transcripts_are_encoded (void)
{
  g_autoptr (Recorder) recorder = recorder_new (1);
  AssayBpe *bpe;
  TextPairs *pairs;

  if (!g_file_test (HH, G_FILE_TEST_EXISTS))
    {
      g_test_skip ("there is no " HH);
      return;
    }
  pairs = encode_rows (recorder, HH, 128, &bpe);
  g_assert_cmpuint (pairs->n, >, 2200);
  for (uint32_t i = 0; i < pairs->n; i++)
    {
      g_autofree char *text = decode (bpe, pairs->chosen, i);

      g_assert_nonnull (strstr (text, "Assistant:" TEXT_ANSWER));
    }
  assay_bpe_free (bpe);
  text_pairs_free (pairs);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/text/traits-are-counted", test_traits_are_counted);
  g_test_add_func ("/text/a-row-is-prompt-and-answer-with-marks",
                   test_a_row_is_prompt_and_answer_with_marks);
  g_test_add_func ("/text/what-is-too-long-keeps-the-end-of-the-prompt",
                   test_what_is_too_long_keeps_the_end_of_the_prompt);
  g_test_add_func ("/text/no-prompt-is-on-both-sides", test_no_prompt_is_on_both_sides);
  g_test_add_func ("/text/kind-words-are-learnt-and-length-is-not",
                   test_kind_words_are_learnt_and_length_is_not);
  g_test_add_func ("/text/a-love-of-length-is-reported", test_a_love_of_length_is_reported);
  g_test_add_func ("/text/calibration-adds-up", test_calibration_adds_up);
  g_test_add_func ("/text/doubt-is-highest-where-the-ensemble-errs",
                   test_doubt_is_highest_where_the_ensemble_errs);
  g_test_add_func ("/text/more-members-are-added-to-those-there-are",
                   test_more_members_are_added_to_those_there_are);
  g_test_add_func ("/text/equal-seeds-give-equal-bits", test_equal_seeds_give_equal_bits);
  g_test_add_func ("/text/every-diversity-runs", test_every_diversity_runs);
  g_test_add_func ("/text/one-member-is-no-ensemble", test_one_member_is_no_ensemble);
  g_test_add_func ("/text/no-file-is-one-sentence-with-the-parameter",
                   test_no_file_is_one_sentence_with_the_parameter);
  g_test_add_func ("/text/bad-rows-are-named-and-counted", test_bad_rows_are_named_and_counted);
  g_test_add_func ("/text/too-few-rows-are-refused", test_too_few_rows_are_refused);
  g_test_add_func ("/text/real-transcripts-are-encoded", test_real_transcripts_are_encoded);
  return g_test_run ();
}

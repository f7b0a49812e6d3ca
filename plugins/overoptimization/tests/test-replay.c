/* SPDX-License-Identifier: Apache-2.0 */
#include "../replay.h"
#include "recorder.h"
#include "scores.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define PROMPTS 12
#define ANSWERS 40
#define MEMBERS 5
#define GRID 7 /* 1, 2, 4, 8, 16, 32, 40 */

static const char *const ensembles[] = { "mean", "wco", "uwo", "median", "lcb" };

static ReplaySetup
setup_of (const char *path)
{
  return (ReplaySetup){ .scores = path, .normalization = ASSAY_NORMALIZE_ZSCORE, .lambda = 0.5 };
}

/* Replays @scores as a file of this form and removes it. */
static Recorder *
replay_as (const Scores *scores, ScoresForm form, const char *bad, ReplaySetup setup)
{
  Recorder *recorder = recorder_new (1);
  g_autofree char *path = scores_write (scores, form, recorder->folder, bad);

  setup.scores = path;
  run_replay (&recorder->run, &setup);
  g_unlink (path);
  return recorder;
}

static Recorder *
replay (const Scores *scores)
{
  Recorder *recorder = replay_as (scores, SCORES_LINES, NULL, setup_of (NULL));

  g_assert_cmpstr (recorder->failure, ==, NULL);
  return recorder;
}

/* ---- The curves, from first principles ------------------------------------------------------- */

static void
standardise (const double *x, gsize n, gsize stride, double *mean, double *sd)
{
  double sum = 0, squares = 0;

  for (gsize i = 0; i < n; i++)
    sum += x[i * stride];
  *mean = sum / (double) n;
  for (gsize i = 0; i < n; i++)
    squares += (x[i * stride] - *mean) * (x[i * stride] - *mean);
  *sd = sqrt (squares / (double) n);
}

/* Score of an answer by the objective, each member standardised over all answers. */
static double
score_of (const Scores *s, const double *shift, const double *factor, guint prompt, guint answer,
          const char *objective)
{
  double sum = 0, squares = 0, least = INFINITY, mean;

  for (guint m = 0; m < s->n_members; m++)
    {
      double x
          = (s->members[((gsize) prompt * s->n_members + m) * s->n_answers + answer] - shift[m])
            * factor[m];

      sum += x;
      squares += x * x;
      least = fmin (least, x);
    }
  mean = sum / s->n_members;
  if (g_str_equal (objective, "mean"))
    return mean;
  if (g_str_equal (objective, "wco"))
    return least;
  return mean - 0.5 * (squares / s->n_members - mean * mean);
}

/* The chance that the best of n is the one that @above others beat: C(N-1-above, n-1) / C(N, n). */
static double
chance (guint answers, guint above, guint n)
{
  if (above + n > answers)
    return 0;
  return exp (lgamma (answers - above) - lgamma (n) - lgamma (answers - above - n + 1.0)
              - (lgamma (answers + 1.0) - lgamma (n + 1.0) - lgamma (answers - n + 1.0)));
}

static double
expected_gold (const Scores *s, guint prompt, guint n, const char *objective)
{
  double shift[MEMBERS], factor[MEMBERS], mean, sd, sum = 0;

  for (guint m = 0; m < s->n_members; m++)
    {
      g_autofree double *all = g_new (double, (gsize) s->n_prompts * s->n_answers);

      for (guint p = 0; p < s->n_prompts; p++)
        memcpy (all + (gsize) p * s->n_answers,
                s->members + ((gsize) p * s->n_members + m) * s->n_answers,
                s->n_answers * sizeof *all);
      standardise (all, (gsize) s->n_prompts * s->n_answers, 1, &shift[m], &sd);
      factor[m] = 1 / sd;
    }
  standardise (s->gold, (gsize) s->n_prompts * s->n_answers, 1, &mean, &sd);
  for (guint i = 0; i < s->n_answers; i++)
    {
      double score = score_of (s, shift, factor, prompt, i, objective);
      guint above = 0;

      for (guint j = 0; j < s->n_answers; j++)
        above += score_of (s, shift, factor, prompt, j, objective) > score;
      sum += chance (s->n_answers, above, n) * (s->gold[(gsize) prompt * s->n_answers + i] - mean)
             / sd;
    }
  return sum;
}

static void
test_curves_are_the_expected_best_of_n (void)
{
  static const guint grid[GRID] = { 1, 2, 4, 8, 16, 32, 40 };
  g_autoptr (Scores) scores = scores_new (PROMPTS, ANSWERS, MEMBERS, 1);
  g_autoptr (Recorder) recorder = replay (scores);

  for (guint o = 0; o < 3; o++)
    {
      g_autofree char *name = g_strdup_printf ("bon-gold objective=%s", ensembles[o]);
      guint n;
      const double *gold = recorded (recorder, name, &n);

      g_assert_cmpuint (n, ==, PROMPTS * GRID);
      for (guint p = 0; p < PROMPTS; p += 5)
        for (guint g = 0; g < GRID; g++)
          g_assert_cmpfloat_with_epsilon (gold[p * GRID + g],
                                          expected_gold (scores, p, grid[g], ensembles[o]), 1e-9);
    }
}

static void
test_no_proxy_beats_gold (void)
{
  g_autoptr (Scores) scores = scores_new (PROMPTS, ANSWERS, MEMBERS, 2);
  g_autoptr (Recorder) recorder = replay (scores);
  guint n;
  const double *best = recorded (recorder, "bon-gold objective=gold", &n);

  for (guint o = 0; o < G_N_ELEMENTS (ensembles); o++)
    {
      g_autofree char *name = g_strdup_printf ("bon-gold objective=%s", ensembles[o]);
      const double *gold = recorded (recorder, name, &n);

      for (guint i = 0; i < n; i++)
        g_assert_cmpfloat (gold[i], <=, best[i] + 1e-12);
      g_assert_cmpfloat (recorded_mean (recorder, name), >,
                         recorded_mean (recorder, "bon-gold objective=random"));
    }
  g_assert_cmpfloat (fabs (recorded_mean (recorder, "bon-gold objective=random")), <, 0.2);
}

static void
test_equal_members_are_as_one (void)
{
  g_autoptr (Scores) scores = scores_new (PROMPTS, ANSWERS, MEMBERS, 3);
  g_autoptr (Recorder) recorder = replay (scores);

  for (guint o = 0; o < G_N_ELEMENTS (ensembles); o++)
    {
      g_autofree char *name = g_strdup_printf ("prompt-twins-gap objective=%s", ensembles[o]);

      g_assert_cmpfloat (recorded_mean (recorder, name), ==, 0);
    }
}

/* ---- The published code's ensembles ------------------------------------------------------------
 */

static void
test_what_the_published_code_prints_is_its_first_member (void)
{
  g_autoptr (Scores) scores = scores_new (PROMPTS, ANSWERS, MEMBERS, 4);
  g_autoptr (Recorder) recorder = replay (scores);
  guint n;
  const double *first = recorded (recorder, "model-gold model=1", &n);

  for (guint o = 0; o < 3; o++)
    {
      g_autofree char *printed_name = g_strdup_printf ("printed-gold objective=%s", ensembles[o]);
      g_autofree char *true_name = g_strdup_printf ("bon-gold objective=%s", ensembles[o]);
      const double *printed = recorded (recorder, printed_name, &n);
      const double *real = recorded (recorder, true_name, &n);
      double apart = 0;

      g_assert_cmpmem (printed, n * sizeof *printed, first, n * sizeof *first);
      for (guint i = 0; i < n; i++)
        apart = fmax (apart, fabs (printed[i] - real[i]));
      g_assert_cmpfloat (apart, >, 0.01);
    }
  g_assert_false (g_hash_table_contains (recorder->arrays, "printed-gold objective=median"));
}

/* What that code writes of an ensemble: answers and proxies in a new order, gold in the old. */
static void
test_gold_that_came_apart_from_its_answers_is_seen (void)
{
  g_autoptr (Scores) scores = scores_new (PROMPTS, ANSWERS, MEMBERS, 5);
  gsize n = (gsize) PROMPTS * ANSWERS;

  for (gsize i = 0; i < n; i += 2)
    {
      scores->texts[i + 1] = scores->texts[i];
      scores->gold[i + 1] = scores->gold[i];
    }
  {
    g_autoptr (Recorder) whole = replay (scores);

    g_assert_cmpfloat_with_epsilon (recorded_last (whole, "guard-duplicates "), 0.5, 1e-12);
    g_assert_cmpfloat (recorded_mean (whole, "gold-apart "), ==, 0);
  }
  for (gsize i = 0; i < n; i += ANSWERS)
    {
      double first = scores->gold[i];

      memmove (scores->gold + i, scores->gold + i + 1, (ANSWERS - 1) * sizeof first);
      scores->gold[i + ANSWERS - 1] = first;
    }
  {
    g_autoptr (Recorder) apart = replay (scores);

    g_assert_cmpfloat_with_epsilon (recorded_mean (apart, "gold-apart "), 0.5, 1e-12);
  }
}

/* ---- Settings and forms
 * ---------------------------------------------------------------------------- */

static void
check_same (const Recorder *a, const Recorder *b)
{
  GHashTableIter iter;
  gpointer name, value;

  g_assert_cmpuint (g_hash_table_size (a->arrays), ==, g_hash_table_size (b->arrays));
  g_hash_table_iter_init (&iter, a->arrays);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      const GArray *one = value, *other = g_hash_table_lookup (b->arrays, name);

      g_assert_nonnull (other);
      g_assert_cmpmem (one->data, one->len * sizeof (double), other->data,
                       other->len * sizeof (double));
    }
}

static void
test_every_form_of_a_file_gives_the_same (void)
{
  g_autoptr (Scores) scores = scores_new (PROMPTS, ANSWERS, MEMBERS, 6);
  g_autoptr (Recorder) lines = replay (scores);
  g_autoptr (Recorder) array = replay_as (scores, SCORES_ARRAY, NULL, setup_of (NULL));
  g_autoptr (Recorder) turned = replay_as (scores, SCORES_BY_ANSWERS, NULL, setup_of (NULL));

  check_same (lines, array);
  check_same (lines, turned);
}

static void
test_a_single_member_is_replayed (void)
{
  g_autoptr (Scores) scores = scores_new (PROMPTS, ANSWERS, 1, 7);
  g_autoptr (Recorder) recorder = replay (scores);
  guint n, m;
  const double *single = recorded (recorder, "bon-gold objective=single", &n);
  const double *first = recorded (recorder, "model-gold model=1", &m);

  g_assert_cmpmem (single, n * sizeof *single, first, m * sizeof *first);
  g_assert_false (g_hash_table_contains (recorder->arrays, "bon-gold objective=mean"));
}

static void
test_largest_n_lambda_and_scale_count (void)
{
  g_autoptr (Scores) scores = scores_new (PROMPTS, ANSWERS, MEMBERS, 8);
  g_autoptr (Recorder) usual = replay (scores);
  ReplaySetup setup = setup_of (NULL);
  guint n;

  setup.largest_n = 10;
  setup.lambda = 0.3;
  setup.normalization = ASSAY_NORMALIZE_NONE;
  {
    g_autoptr (Recorder) other = replay_as (scores, SCORES_LINES, NULL, setup);

    g_assert_cmpstr (other->failure, ==, NULL);
    recorded (other, "bon-gold objective=uwo", &n);
    g_assert_cmpuint (n, ==, PROMPTS * 5); /* 1, 2, 4, 8, 10 */
    g_assert_cmpfloat (recorded_last (other, "bon-gold objective=wco"), !=,
                       recorded_last (usual, "bon-gold objective=wco"));
    /* The sweep is the same whatever lambda is asked for. */
    recorded (other, "bon-gold-by-coefficient objective=uwo coefficient=0.5", &n);
    g_assert_cmpuint (n, ==, PROMPTS);
  }
}

/* The first text is the one that member 1 likes best, of the prompt where that is furthest above
 * its gold, both standardised. */
static void
test_texts_are_kept_where_the_first_model_is_fooled_most (void)
{
  g_autoptr (Scores) scores = scores_new (PROMPTS, ANSWERS, 1, 9);
  g_autoptr (Recorder) recorder = replay (scores);
  g_autofree char *text = NULL;
  double worst = -INFINITY, mean[2], sd[2];

  standardise (scores->members, PROMPTS * ANSWERS, 1, &mean[0], &sd[0]);
  standardise (scores->gold, PROMPTS * ANSWERS, 1, &mean[1], &sd[1]);
  for (guint p = 0; p < PROMPTS; p++)
    {
      gsize top = (gsize) p * ANSWERS;
      double by;

      for (gsize i = top; i < (gsize) (p + 1) * ANSWERS; i++)
        top = scores->members[i] > scores->members[top] ? i : top;
      by = (scores->members[top] - mean[0]) / sd[0] - (scores->gold[top] - mean[1]) / sd[1];
      if (by <= worst)
        continue;
      worst = by;
      g_free (text);
      text = g_strdup_printf ("best objective=single sample=1|Question %u?%s|Answer %u to %u.", p,
                              p % 2 ? "\nMore of it." : "", (guint) (top % ANSWERS), p);
    }
  g_assert_cmpuint (recorder->samples->len, ==, PROMPTS);
  g_assert_cmpstr (recorder->samples->pdata[0], ==, text);
}

/* ---- Hostile input
 * ---------------------------------------------------------------------------------- */

static void
test_no_file_is_one_sentence_with_the_parameter (void)
{
  g_autoptr (Recorder) recorder = recorder_new (1);
  ReplaySetup setup = setup_of ("");

  run_replay (&recorder->run, &setup);
  g_assert_nonnull (strstr (recorder->failure, "--set scores=FILE"));
}

static void
test_bad_rows_are_named_and_counted (void)
{
  static const char bad[]
      = "{\"instruction\": \"a\", \"answers\": [\"x\"], \"gold_scores\": [1, 2], "
        "\"proxy_scores\": [1]}\n{\"instruction\": 3}";
  g_autoptr (Scores) scores = scores_new (PROMPTS, ANSWERS, MEMBERS, 10);
  ReplaySetup setup = setup_of (NULL);
  g_autoptr (Recorder) strict = replay_as (scores, SCORES_LINES, bad, setup);

  g_assert_nonnull (strstr (strict->failure, "scores.jsonl: line 1: "));
  setup.bad_rows = 1;
  {
    g_autoptr (Recorder) one = replay_as (scores, SCORES_LINES, bad, setup);

    g_assert_true (g_str_has_prefix (one->failure, "2 malformed rows, the first: "));
    g_assert_nonnull (strstr (one->failure, "line 1"));
  }
  setup.bad_rows = 2;
  {
    g_autoptr (Recorder) both = replay_as (scores, SCORES_LINES, bad, setup);
    g_autoptr (Recorder) none = replay (scores);

    g_assert_cmpstr (both->failure, ==, NULL);
    g_assert_nonnull (strstr (g_hash_table_lookup (both->notes, "bad-row-2"), "line 2"));
    check_same (both, none);
  }
}

static void
test_scores_without_a_spread_are_refused (void)
{
  g_autoptr (Scores) scores = scores_new (PROMPTS, ANSWERS, MEMBERS, 11);
  gsize n = (gsize) PROMPTS * ANSWERS;

  for (gsize p = 0; p < PROMPTS; p++)
    for (gsize i = 0; i < ANSWERS; i++)
      scores->members[(p * MEMBERS + 2) * ANSWERS + i] = 1;
  {
    g_autoptr (Recorder) recorder = replay_as (scores, SCORES_LINES, NULL, setup_of (NULL));

    g_assert_nonnull (strstr (recorder->failure, "member 3"));
  }
  for (gsize i = 0; i < n; i++)
    scores->gold[i] = 2;
  {
    g_autoptr (Recorder) recorder = replay_as (scores, SCORES_LINES, NULL, setup_of (NULL));

    g_assert_nonnull (strstr (recorder->failure, "gold scores are all equal"));
  }
}

/* As many answers as members: only the caller can say which index comes first. */
static void
test_a_square_of_scores_asks_for_its_order (void)
{
  g_autoptr (Scores) scores = scores_new (PROMPTS, MEMBERS, MEMBERS, 12);
  ReplaySetup setup = setup_of (NULL);
  g_autoptr (Recorder) asked = replay_as (scores, SCORES_LINES, NULL, setup);

  g_assert_nonnull (strstr (asked->failure, "say whether members or answers come first"));
  setup.order = ASSAY_SCORES_BY_MEMBERS;
  {
    g_autoptr (Recorder) told = replay_as (scores, SCORES_LINES, NULL, setup);

    g_assert_cmpstr (told->failure, ==, NULL);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/replay/curves-are-the-expected-best-of-n",
                   test_curves_are_the_expected_best_of_n);
  g_test_add_func ("/replay/no-proxy-beats-gold", test_no_proxy_beats_gold);
  g_test_add_func ("/replay/equal-members-are-as-one", test_equal_members_are_as_one);
  g_test_add_func ("/replay/what-the-published-code-prints-is-its-first-member",
                   test_what_the_published_code_prints_is_its_first_member);
  g_test_add_func ("/replay/gold-that-came-apart-from-its-answers-is-seen",
                   test_gold_that_came_apart_from_its_answers_is_seen);
  g_test_add_func ("/replay/every-form-of-a-file-gives-the-same",
                   test_every_form_of_a_file_gives_the_same);
  g_test_add_func ("/replay/a-single-member-is-replayed", test_a_single_member_is_replayed);
  g_test_add_func ("/replay/largest-n-lambda-and-scale-count",
                   test_largest_n_lambda_and_scale_count);
  g_test_add_func ("/replay/texts-are-kept-where-the-first-model-is-fooled-most",
                   test_texts_are_kept_where_the_first_model_is_fooled_most);
  g_test_add_func ("/replay/no-file-is-one-sentence-with-the-parameter",
                   test_no_file_is_one_sentence_with_the_parameter);
  g_test_add_func ("/replay/bad-rows-are-named-and-counted", test_bad_rows_are_named_and_counted);
  g_test_add_func ("/replay/scores-without-a-spread-are-refused",
                   test_scores_without_a_spread_are_refused);
  g_test_add_func ("/replay/a-square-of-scores-asks-for-its-order",
                   test_a_square_of_scores_asks_for_its_order);
  return g_test_run ();
}

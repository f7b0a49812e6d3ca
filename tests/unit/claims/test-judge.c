/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include "host/registry/json.h"
#include <math.h>
#include <string.h>

/* A study of rows alone; it never runs. */
typedef struct
{
  double unused;
} Params;

static void
run_nothing (AssayRun *run)
{
}

static const AssayDim dims[] = {
  { .id = "arm", .title = "Arm", .kind = ASSAY_LABEL, .values = "new old null" },
  { .id = "input", .title = "Input", .kind = ASSAY_ITEM },
  { .id = "author", .title = "Author", .kind = ASSAY_LABEL, .of = "input" },
};

static const AssayMetric metrics[] = {
  { .id = "score", .title = "Score", .dims = "arm" },
  { .id = "per-input", .title = "Score of an input", .dims = "arm input" },
  { .id = "gain",
    .title = "Gain",
    .of = "score",
    .fold = ASSAY_FOLDS (ASSAY_DIFF ("arm", "new", "old")) },
  { .id = "seconds", .title = "Time", .dims = "arm", .flags = ASSAY_TIMING },
};

#define GAIN .metric = "gain", .fold = ASSAY_FOLDS (ASSAY_MEAN ("seed"))

static const AssayClaim claims[] = {
  { .id = "up", .says = "New beats old", GAIN, .expect = ASSAY_ABOVE (0), .caveat = "few arms" },
  { .id = "down", .says = "Old beats new", GAIN, .expect = ASSAY_BELOW (0), .caveat = "old arms" },
  { .id = "exactly", .says = "By about two", GAIN, .expect = ASSAY_WITHIN (1.5, 2.5) },
  { .id = "far", .says = "By five", GAIN, .expect = ASSAY_WITHIN (5, 6) },
  { .id = "about-two", .says = "By two", GAIN, .expect = ASSAY_ABOVE (2), .caveat = "2 arms" },
  { .id = "gated", .says = "Gated", GAIN, .expect = ASSAY_ABOVE (0), .needs = "down" },
  { .id = "gated-twice", .says = "Gated", GAIN, .expect = ASSAY_ABOVE (0), .needs = "gated" },
  { .id = "gated-well", .says = "Gated", GAIN, .expect = ASSAY_ABOVE (0), .needs = "up exactly" },
  { .id = "both", .says = "Both", .all_of = "up exactly" },
  { .id = "both-not", .says = "Both", .all_of = "up down" },
  { .id = "open", .says = "Open", .all_of = "up about-two" },
  { .id = "each",
    .says = "Every arm against null",
    .metric = "score",
    .fold = ASSAY_FOLDS (ASSAY_DIFF ("arm", "null", "*"), ASSAY_MEAN ("seed")),
    .each = "arm",
    .expect = ASSAY_BELOW (0) },
  { .id = "unfolded",
    .says = "Forgotten",
    .metric = "score",
    .fold = ASSAY_FOLDS (ASSAY_MEAN ("seed")),
    .expect = ASSAY_ABOVE (0) },
  { .id = "elsewhere", .says = "Big", GAIN, .expect = ASSAY_ABOVE (0), .presets = "paper" },
  { .id = "never",
    .says = "Atari",
    .expect = { 0 },
    .not_run = "needs the Atari games",
    .caveat = "Pong" },
  { .id = "nothing",
    .says = "Nothing",
    .metric = "gain",
    .where = "seed=99",
    .fold = ASSAY_FOLDS (ASSAY_MEAN ("seed")),
    .expect = ASSAY_ABOVE (0) },
  { .id = "inputs",
    .says = "Over inputs",
    .metric = "per-input",
    .fold
    = ASSAY_FOLDS (ASSAY_DIFF ("arm", "new", "old"), ASSAY_MEAN ("input"), ASSAY_MEAN ("seed")),
    .units = "seed input",
    .expect = ASSAY_ABOVE (0) },
  { .id = "authors",
    .says = "Over authors",
    .metric = "per-input",
    .fold
    = ASSAY_FOLDS (ASSAY_DIFF ("arm", "new", "old"), ASSAY_MEAN ("input"), ASSAY_MEAN ("seed")),
    .units = "seed author",
    .expect = ASSAY_ABOVE (0) },
  { .id = "ratio",
    .says = "Twice as good",
    .metric = "score",
    .fold = ASSAY_FOLDS (ASSAY_RATIO ("arm", "new", "old"), ASSAY_MEAN ("seed")),
    .expect = ASSAY_ABOVE (1.1) },
};

static const AssayPreset presets[] = {
  { .id = "quick", .title = "Quick", .plan = "", .seeds = 6, .seconds = 1 },
  { .id = "paper", .title = "Paper", .plan = "", .seeds = 6, .seconds = 1 },
};

static const AssayStudy study = {
  .size = sizeof (AssayStudy),
  .id = "rows",
  .title = "Rows",
  .question = "Do verdicts follow the rules?",
  .params_size = sizeof (Params),
  .dims = ASSAY_TABLE (dims),
  .metrics = ASSAY_TABLE (metrics),
  .claims = ASSAY_TABLE (claims),
  .presets = ASSAY_TABLE (presets),
  .run = run_nothing,
};

static const double noise[] = { .3, -.2, .1, -.3, .2, -.1, .15, -.15 };

/* new is 2 above old, a little differently in each seed; null lies 1 above old. */
static World *
make_world (guint n_seeds, guint n_inputs)
{
  World *world = world_source (&study);
  AssayFrame *score = world_new ("seed:item arm:label"),
             *inputs = world_new ("seed:item arm:label input:item"),
             *seconds = world_new ("seed:item arm:label");

  for (guint s = 1; s <= n_seeds; s++)
    {
      double base = 10 + 3 * noise[(s + 3) % 8];
      const char *arms[] = { "new", "old", "null" };

      for (guint a = 0; a < 3; a++)
        {
          g_autofree char *levels = g_strdup_printf ("%u %s", s, arms[a]);
          double value = base + (a == 0 ? 2 + noise[s % 8] : a == 2 ? 1 - noise[s % 8] : 0);

          world_put (score, levels, value);
          world_put (seconds, levels, value);
          for (guint i = 0; i < n_inputs; i++)
            {
              g_autofree char *cell = g_strdup_printf ("%u %s q%u", s, arms[a], i);

              world_put (inputs, cell, value + (a == 0 ? noise[(i + s) % 8] : 0));
            }
        }
    }
  for (guint i = 0; i < n_inputs; i++)
    {
      g_autofree char *item = g_strdup_printf ("q%u", i), *author = g_strdup_printf ("w%u", i / 2);

      world_property (inputs, "author", item, author);
    }
  score->n_runs = n_seeds;
  world_add (world, "score", score);
  world_add (world, "per-input", inputs);
  world_add (world, "seconds", seconds);
  return world;
}

static const AssayVerdict *
find (GPtrArray *verdicts, const char *id)
{
  for (guint i = 0; i < verdicts->len; i++)
    if (!strcmp (((AssayVerdict *) verdicts->pdata[i])->claim->id, id))
      return verdicts->pdata[i];
  g_assert_not_reached ();
}

static GPtrArray *
judge (World *world, const char *preset)
{
  ClaimFacts facts = { .any = TRUE, .preset = preset, .n_runs = 6 };

  return assay_claims_judge_from (&world->source, &facts);
}

static void
assert_verdict (GPtrArray *verdicts, const char *id, AssayVerdictKind kind)
{
  const AssayVerdict *verdict = find (verdicts, id);

  if (verdict->kind != kind)
    g_error ("%s is %s (%s), not %s: %g [%g, %g]", id, assay_verdict_name (verdict->kind),
             verdict->reason ? verdict->reason : "no reason", assay_verdict_name (kind),
             verdict->effect, verdict->low, verdict->high);
}

static void
assert_reason (GPtrArray *verdicts, const char *id, const char *part)
{
  const AssayVerdict *verdict = find (verdicts, id);

  if (!verdict->reason || !strstr (verdict->reason, part))
    g_error ("%s: reason \"%s\" does not speak of \"%s\"", id,
             verdict->reason ? verdict->reason : "(none)", part);
}

static void
test_rules (void)
{
  g_autoptr (World) world = make_world (6, 16);
  g_autoptr (GPtrArray) verdicts = judge (world, "quick");
  const AssayVerdict *each, *ratio, *authors;

  assert_verdict (verdicts, "up", ASSAY_REPRODUCED);
  assert_verdict (verdicts, "down", ASSAY_CONTRADICTED);
  assert_verdict (verdicts, "exactly", ASSAY_REPRODUCED);
  assert_verdict (verdicts, "far", ASSAY_CONTRADICTED);
  assert_verdict (verdicts, "about-two", ASSAY_INCONCLUSIVE);
  assert_verdict (verdicts, "both", ASSAY_REPRODUCED);
  assert_verdict (verdicts, "both-not", ASSAY_CONTRADICTED);
  assert_verdict (verdicts, "open", ASSAY_INCONCLUSIVE);
  assert_reason (verdicts, "open", "about-two");
  assert_verdict (verdicts, "inputs", ASSAY_REPRODUCED);
  assert_verdict (verdicts, "authors", ASSAY_REPRODUCED);
  g_assert_cmpuint (find (verdicts, "up")->n, ==, 6);
  g_assert_cmpfloat (find (verdicts, "up")->low, <, 2.05);
  g_assert_cmpfloat (find (verdicts, "up")->high, >, 1.95);

  each = find (verdicts, "each");
  g_assert_cmpuint (each->parts->len, ==, 2);
  g_assert_cmpstr (((AssayVerdictPart *) each->parts->pdata[0])->level, ==, "new");
  g_assert_cmpint (((AssayVerdictPart *) each->parts->pdata[0])->kind, ==, ASSAY_REPRODUCED);
  g_assert_cmpint (((AssayVerdictPart *) each->parts->pdata[1])->kind, ==, ASSAY_CONTRADICTED);
  assert_verdict (verdicts, "each", ASSAY_CONTRADICTED);
  g_assert_cmpfloat (each->effect, >, 0); /* the weakest part */

  ratio = find (verdicts, "ratio");
  g_assert_cmpfloat (ratio->effect, >, 1.1);
  g_assert_cmpfloat (ratio->effect, <, 1.3);
  g_assert_cmpfloat (ratio->low, <, ratio->effect);

  authors = find (verdicts, "authors");
  g_assert_cmpuint (((AssayVerdictPart *) authors->parts->pdata[0])->shares->len, ==, 2);
  g_assert_cmpuint (
      g_array_index (((AssayVerdictPart *) authors->parts->pdata[0])->shares, AssayUnitShare, 1).n,
      ==, 8);
}

/* "...: 2.017 is not below 0" */
static void
assert_four_digits (const char *reason)
{
  const char *number = strrchr (reason, ':');
  g_autofree char *expected = g_strdup_printf ("%.4g", g_ascii_strtod (number + 1, NULL));
  g_autofree char *words = g_strdup_printf (": %s is not below 0", expected);

  g_assert_true (g_str_has_suffix (reason, words));
}

static void
test_gates (void)
{
  g_autoptr (World) world = make_world (6, 16);
  g_autoptr (GPtrArray) verdicts = judge (world, "quick");

  assert_verdict (verdicts, "gated", ASSAY_NOT_EVALUABLE);
  assert_reason (verdicts, "gated", "it needs down, which does not hold");
  assert_four_digits (find (verdicts, "gated")->reason);
  g_assert_cmpfloat (find (verdicts, "gated")->effect, >, 1); /* the effect is shown all the same */
  assert_verdict (verdicts, "gated-twice", ASSAY_NOT_EVALUABLE);
  assert_reason (verdicts, "gated-twice", "it needs gated, which is not evaluable");
  assert_verdict (verdicts, "gated-well", ASSAY_REPRODUCED);
}

static void
test_no_verdict (void)
{
  g_autoptr (World) world = make_world (6, 16);
  g_autoptr (GPtrArray) verdicts = judge (world, "quick"), paper = judge (world, "paper");

  assert_verdict (verdicts, "unfolded", ASSAY_NOT_EVALUABLE);
  assert_reason (verdicts, "unfolded", "arm");
  assert_verdict (verdicts, "elsewhere", ASSAY_NOT_RUN);
  assert_reason (verdicts, "elsewhere", "preset paper");
  g_assert_true (isnan (find (verdicts, "elsewhere")->effect));
  assert_verdict (paper, "elsewhere", ASSAY_REPRODUCED);
  assert_verdict (verdicts, "never", ASSAY_NOT_RUN);
  assert_reason (verdicts, "never", "Atari");
  assert_verdict (verdicts, "nothing", ASSAY_NOT_RUN);
}

static void
assert_caveat (GPtrArray *verdicts, const char *id, const char *caveat)
{
  GPtrArray *notes = find (verdicts, id)->notes;
  g_autofree char *expected = g_strconcat ("why it may not hold here: ", caveat, NULL);

  g_assert_cmpint (g_ptr_array_find_with_equal_func (notes, expected, g_str_equal, NULL), ==,
                   caveat != NULL);
  for (guint i = 0; i < notes->len && caveat == NULL; i++)
    g_assert_null (strstr (notes->pdata[i], "may not hold"));
}

static void
test_caveats (void)
{
  g_autoptr (World) world = make_world (6, 16);
  g_autoptr (GPtrArray) verdicts = judge (world, "quick");

  assert_caveat (verdicts, "down", "old arms");
  assert_caveat (verdicts, "about-two", "2 arms");
  assert_caveat (verdicts, "up", NULL);
  assert_caveat (verdicts, "never", NULL);
  assert_caveat (verdicts, "far", NULL);
}

static void
test_too_little (void)
{
  g_autoptr (World) two = make_world (2, 16), few = make_world (6, 6), one = make_world (1, 1);
  g_autoptr (GPtrArray) of_two = judge (two, "quick"), of_few = judge (few, "quick"),
                        of_one = judge (one, "quick");

  assert_verdict (of_two, "up", ASSAY_INCONCLUSIVE);
  assert_reason (of_two, "up", "2 levels of seed, 3 needed");
  assert_verdict (of_few, "up", ASSAY_REPRODUCED);
  assert_verdict (of_few, "inputs", ASSAY_INCONCLUSIVE);
  assert_reason (of_few, "inputs", "6 levels of input, 8 needed");
  assert_verdict (of_few, "authors", ASSAY_INCONCLUSIVE);
  assert_verdict (of_one, "up", ASSAY_INCONCLUSIVE);
}

static void
test_missing (void)
{
  for (guint missing = 0; missing <= 4; missing += 2)
    {
      g_autoptr (World) world = make_world (8, 16);
      AssayFrame *score = g_hash_table_lookup (world->frames, "score");
      g_autoptr (GPtrArray) verdicts = NULL;

      for (guint i = 0; i < missing; i++)
        g_array_index (score->values, double, 3 * i + i % 2) = i % 2 ? INFINITY : NAN;
      verdicts = judge (world, "quick");
      assert_verdict (verdicts, "up", missing < 3 ? ASSAY_REPRODUCED : ASSAY_INCONCLUSIVE);
      if (missing > 3)
        assert_reason (verdicts, "up", "17 % of cells are missing");
      else
        g_assert_cmpuint (find (verdicts, "up")->n, ==, 8 - missing);
    }
}

static void
test_hostile (void)
{
  g_autoptr (World) empty = world_source (&study), nan = make_world (6, 16),
                    none = make_world (0, 0);
  AssayFrame *score = g_hash_table_lookup (nan->frames, "score");
  g_autoptr (GPtrArray) of_empty = judge (empty, NULL), of_nan = NULL,
                        of_none = judge (none, "quick"), of_nobody = NULL;
  ClaimFacts nobody = { .any = FALSE };

  for (guint i = 0; i < score->values->len; i++)
    g_array_index (score->values, double, i) = NAN;
  of_nan = judge (nan, "quick");
  of_nobody = assay_claims_judge_from (&nan->source, &nobody);
  assert_verdict (of_empty, "up", ASSAY_NOT_EVALUABLE);
  assert_verdict (of_nan, "up", ASSAY_INCONCLUSIVE);
  assert_reason (of_nan, "up", "100 % of cells are missing");
  assert_reason (of_nan, "gated", "it needs down, which does not hold: there is no value");
  assert_verdict (of_none, "up", ASSAY_NOT_RUN);
  assert_verdict (of_nobody, "up", ASSAY_NOT_RUN);
  assert_reason (of_nobody, "up", "no runs");
}

static void
test_json (void)
{
  g_autoptr (World) world = make_world (6, 16);
  g_autoptr (GPtrArray) verdicts = judge (world, "quick"), again = judge (world, "quick");
  g_autoptr (JsonNode) node = assay_claims_json (verdicts), twin = assay_claims_json (again);
  g_autofree char *text = assay_json_canonical (node), *same = assay_json_canonical (twin);
  JsonObject *up = json_array_get_object_element (json_node_get_array (node), 0);
  JsonObject *never = NULL;

  g_assert_cmpstr (text, ==, same);
  g_assert_cmpstr (assay_json_text (up, "id", NULL), ==, "up");
  g_assert_cmpstr (assay_json_text (up, "statement", NULL), ==, "New beats old");
  g_assert_cmpstr (assay_json_text (up, "verdict", NULL), ==, "reproduced");
  g_assert_cmpfloat (assay_json_real (up, "ci_low", NAN), <, assay_json_real (up, "effect", NAN));
  g_assert_true (json_object_has_member (up, "paper"));
  g_assert_true (json_object_has_member (up, "source"));
  for (guint i = 0; i < verdicts->len; i++)
    if (!strcmp (((AssayVerdict *) verdicts->pdata[i])->claim->id, "never"))
      never = json_array_get_object_element (json_node_get_array (node), i);
  g_assert_true (json_object_get_null_member (never, "effect"));
}

static void
test_words (void)
{
  g_autoptr (World) world = make_world (3, 8);
  g_autofree char *gated
      = assay_claim_rule (world->study, assay_study_claim (world->study, "gated")),
      *both = assay_claim_rule (world->study, assay_study_claim (world->study, "both")),
      *elsewhere = assay_claim_rule (world->study, assay_study_claim (world->study, "elsewhere")),
      *never = assay_claim_rule (world->study, assay_study_claim (world->study, "never"));

  g_assert_cmpstr (gated, ==,
                   "gain [= score: arm new minus old]: mean over seed; is above 0; redrawn: seed; "
                   "needs down");
  g_assert_cmpstr (both, ==, "all of up and exactly are reproduced");
  g_assert_true (g_str_has_suffix (elsewhere, "judged in paper"));
  g_assert_cmpstr (never, ==, "not run: needs the Atari games");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/claims/verdicts-follow-the-interval", test_rules);
  g_test_add_func ("/claims/a-gate-holds-by-its-point-estimate", test_gates);
  g_test_add_func ("/claims/what-cannot-be-judged-says-why", test_no_verdict);
  g_test_add_func ("/claims/a-caveat-is-told-where-a-claim-does-not-hold", test_caveats);
  g_test_add_func ("/claims/too-few-units-are-inconclusive", test_too_little);
  g_test_add_func ("/claims/a-tenth-of-cells-may-be-missing", test_missing);
  g_test_add_func ("/claims/hostile-frames-end-in-a-sentence", test_hostile);
  g_test_add_func ("/claims/json-is-the-same-each-time", test_json);
  g_test_add_func ("/claims/rules-read-as-sentences", test_words);
  return g_test_run ();
}

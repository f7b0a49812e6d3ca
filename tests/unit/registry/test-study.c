/* SPDX-License-Identifier: Apache-2.0
 *
 * Studies as C tables and as JSON, right and wrong.
 */
#include "host/registry/json.h"
#include "host/registry/registry.h"

#include <math.h>
#include <string.h>

static void
run (AssayRun *r)
{
}

typedef struct
{
  int64_t n_steps;
  double rate;
  const char *agent;
  bool fresh;
  const char *data;
} Params;

/** A study in which everything stands once, and rows that a test may spoil. */
typedef struct
{
  AssayStudy study;
  AssayParam params[5];
  AssayDim dims[3];
  AssayMetric metrics[3];
  AssayClaim claims[4];
  AssayReference references[1];
  AssayFigure figures[2];
  AssayPreset presets[2];
} Whole;

#define ROWS(whole, rows)                                                                          \
  {                                                                                                \
    (whole)->rows, G_N_ELEMENTS ((whole)->rows), sizeof (whole)->rows[0]                           \
  }

static const AssayFold mean_seed[] = { ASSAY_AUC ("step"),
                                       ASSAY_DIFF ("agent", "graph", "tree"),
                                       ASSAY_MEAN ("seed level"),
                                       { .op = ASSAY_FOLD_END } };

static void
fill (Whole *w)
{
  *w = (Whole){
    .params = { { .id = "n_steps",
                  .title = "Steps",
                  .type = ASSAY_INT,
                  .number = 10,
                  .min = 1,
                  .max = 100,
                  .ui_max = 50,
                  .ui_min = 1,
                  .flags = ASSAY_LOG_SLIDER,
                  .offset = offsetof (Params, n_steps) },
                { .id = "rate",
                  .type = ASSAY_REAL,
                  .number = 0.1,
                  .unit = "1/s",
                  .offset = offsetof (Params, rate) },
                { .id = "agent",
                  .type = ASSAY_CHOICE,
                  .text = "graph",
                  .choices = "graph, tree",
                  .group = "Agent",
                  .offset = offsetof (Params, agent) },
                { .id = "fresh",
                  .type = ASSAY_BOOL,
                  .number = 1,
                  .when = "agent=graph,tree n_steps!=10",
                  .offset = offsetof (Params, fresh) },
                { .id = "data", .type = ASSAY_FILE, .offset = offsetof (Params, data) } },
    .dims = { { .id = "level", .kind = ASSAY_ITEM },
              { .id = "family", .of = "level" },
              { .id = "level-b", .kind = ASSAY_ITEM, .same_as = "level" } },
    .metrics = { { .id = "return",
                   .dims = "step, level",
                   .better = ASSAY_DOWN,
                   .crash = ASSAY_CRASH_FLOOR,
                   .floor = -1 },
                 { .id = "seconds", .flags = ASSAY_TIMING },
                 { .id = "auc", .of = "return", .where = "agent=graph", .fold = mean_seed } },
    .claims = { { .id = "J1",
                  .says = "It learns",
                  .source = "Fig 1",
                  .metric = "return auc",
                  .fold = mean_seed,
                  .units = "seed/level",
                  .each = "family",
                  .expect = ASSAY_WITHIN (-1, 2),
                  .needs = "gate",
                  .presets = "quick" },
                { .id = "gate", .metric = "return", .fold = mean_seed, .expect = ASSAY_ABOVE (5) },
                { .id = "both", .all_of = "J1 gate" },
                { .id = "J2", .not_run = "Atari cannot be had here" } },
    .references = { { .metric = "return", .where = "agent=graph", .value = 0.5 } },
    .figures = { { .id = "curves", .x = "step", .y = "return", .color = "agent" },
                 { .id = "graph", .mark = ASSAY_GRAPH, .y = "transitions", .beside = "curves" } },
    .presets
    = { { .id = "quick", .plan = "agent=graph,tree\nn-steps=1,3 rate=lin(0..1,5)", .seeds = 3 },
        { .id = "golden", .seeds = 1, .flags = ASSAY_HIDDEN } },
  };
  w->study = (AssayStudy){ .size = sizeof (AssayStudy),
                           .id = "whole",
                           .title = "The whole",
                           .params_size = sizeof (Params),
                           .params = ROWS (w, params),
                           .dims = ROWS (w, dims),
                           .metrics = ROWS (w, metrics),
                           .claims = ROWS (w, claims),
                           .references = ROWS (w, references),
                           .figures = ROWS (w, figures),
                           .presets = ROWS (w, presets),
                           .plugins = "env-a, env-b",
                           .threads = "n_steps",
                           .run = run };
}

static AssayStudyInfo *
info_of (Whole *w)
{
  g_autoptr (GError) error = NULL;
  AssayStudyInfo *info = assay_study_info_from_study (&w->study, &error);

  g_assert_no_error (error);
  return info;
}

static char *
describe (const AssayStudyInfo *info)
{
  g_autoptr (JsonNode) node = json_node_alloc ();

  json_node_take_object (json_node_init (node, JSON_NODE_OBJECT), assay_study_info_describe (info));
  return assay_json_canonical (node);
}

static void
test_rows_are_copied (void)
{
  Whole w;
  g_autoptr (AssayStudyInfo) info = NULL;

  fill (&w);
  info = info_of (&w);
  memset (&w, 0xff, sizeof w);
  g_assert_cmpstr (info->id, ==, "whole");
  g_assert_cmpuint (info->n_params, ==, 5);
  g_assert_cmpstr (info->params[0].id, ==, "n-steps");
  g_assert_cmpstr (info->threads, ==, "n-steps");
  g_assert_cmpuint (info->params[4].offset, ==, offsetof (Params, data));
  g_assert_cmpuint (info->params_size, ==, sizeof (Params));
  g_assert_cmpuint (info->claims[0].fold[1].op, ==, ASSAY_OP_DIFF);
  g_assert_cmpstr (info->claims[0].fold[1].b, ==, "tree");
  g_assert_cmpuint (info->claims[0].fold[3].op, ==, ASSAY_FOLD_END);
  g_assert_true (info->claims[0].fold != mean_seed);
}

static void
test_rows_may_be_longer (void)
{
  struct
  {
    AssayMetric metric;
    const char *later;
  } metrics[3];
  Whole w;
  g_autoptr (AssayStudyInfo) info = NULL;

  fill (&w);
  for (guint i = 0; i < 3; i++)
    metrics[i].metric = w.metrics[i];
  w.study.metrics = (AssayTable){ metrics, 3, sizeof metrics[0] };
  info = info_of (&w);
  g_assert_cmpstr (info->metrics[2].id, ==, "auc");
}

static void
test_json_and_back (void)
{
  Whole w;
  g_autoptr (AssayStudyInfo) info = NULL, back = NULL;
  g_autoptr (JsonObject) object = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *there = NULL, *again = NULL;

  fill (&w);
  info = info_of (&w);
  object = assay_study_info_describe (info);
  back = assay_study_info_from_json (object, &error);
  g_assert_no_error (error);
  there = describe (info);
  again = describe (back);
  g_assert_cmpstr (there, ==, again);
  g_assert_cmpstr (info->rules, ==, back->rules);
  g_assert_cmpuint (back->metrics[0].crash, ==, ASSAY_CRASH_FLOOR);
  g_assert_cmpuint (back->metrics[1].flags, ==, ASSAY_TIMING);
  g_assert_cmpfloat (back->claims[0].expect.hi, ==, 2);
  g_assert_cmpuint (back->claims[1].expect.kind, ==, ASSAY_EXPECT_ABOVE);
  g_assert_cmpuint (back->presets[1].flags, ==, ASSAY_HIDDEN);
  g_assert_cmpfloat (back->params[0].ui_max, ==, 50);
}

static void
test_json_of_a_parameter (void)
{
  Whole w;
  g_autoptr (AssayStudyInfo) info = NULL;
  g_autofree char *text = NULL;

  fill (&w);
  info = info_of (&w);
  text = describe (info);
  g_assert_nonnull (strstr (text, "{\"default\":10,\"id\":\"n-steps\",\"log-slider\":true,"
                                  "\"offset\":0,\"range\":[1,100],\"slider\":[1,50],"
                                  "\"title\":\"Steps\",\"type\":\"int\"}"));
  g_assert_nonnull (strstr (text, "{\"choices\":\"graph, tree\",\"default\":\"graph\","
                                  "\"group\":\"Agent\",\"id\":\"agent\",\"offset\":16,"
                                  "\"type\":\"choice\"}"));
  g_assert_nonnull (strstr (text, "{\"default\":true,\"id\":\"fresh\""));
}

static void
test_rules_follow_claims (void)
{
  Whole w;
  g_autoptr (AssayStudyInfo) info = NULL, other = NULL, third = NULL;

  fill (&w);
  info = info_of (&w);
  w.figures[0].title = "A title changes no rule";
  other = info_of (&w);
  g_assert_cmpstr (info->rules, ==, other->rules);
  w.claims[1].expect.lo = 6;
  third = info_of (&w);
  g_assert_cmpstr (info->rules, !=, third->rules);
}

static void
test_look_ups (void)
{
  Whole w;
  g_autoptr (AssayStudyInfo) info = NULL;

  fill (&w);
  info = info_of (&w);
  g_assert_true (assay_study_param (info, "agent") == &info->params[2]);
  g_assert_true (assay_study_metric (info, "auc") == &info->metrics[2]);
  g_assert_true (assay_study_claim (info, "J2") == &info->claims[3]);
  g_assert_true (assay_study_figure (info, "graph") == &info->figures[1]);
  g_assert_true (assay_study_preset (info, "golden") == &info->presets[1]);
  g_assert_null (assay_study_param (info, "n_steps"));
  g_assert_null (assay_study_claim (info, NULL));
  g_assert_true (assay_study_dim (info, "level") == &info->dims[0]);
  g_assert_cmpuint (assay_study_dim (info, "n-steps")->kind, ==, ASSAY_NUMBER);
  g_assert_cmpuint (assay_study_dim (info, "n-steps")->scale, ==, ASSAY_LOG10);
  g_assert_cmpstr (assay_study_dim (info, "agent")->values, ==, "graph, tree");
  g_assert_cmpstr (assay_study_dim (info, "fresh")->values, ==, "false true");
  g_assert_cmpuint (assay_study_dim (info, "seed")->kind, ==, ASSAY_ITEM);
  g_assert_cmpuint (assay_study_dim (info, "step")->kind, ==, ASSAY_NUMBER);
  g_assert_cmpuint (assay_study_dim (info, "metric")->kind, ==, ASSAY_LABEL);
  g_assert_null (assay_study_dim (info, "return"));
}

static void
test_half_a_slider (void)
{
  Whole w;
  g_autoptr (AssayStudyInfo) info = NULL;

  fill (&w);
  w.params[0].ui_min = 0;
  info = info_of (&w);
  g_assert_cmpfloat (info->params[0].ui_min, ==, 1);
  g_assert_cmpfloat (info->params[0].ui_max, ==, 50);
}

static void
test_words (void)
{
  g_auto (GStrv) words = assay_words (" a, b,,c\n d\t");
  g_auto (GStrv) none = assay_words (NULL);
  g_autofree char *joined = g_strjoinv ("|", words);

  g_assert_cmpstr (joined, ==, "a|b|c|d");
  g_assert_cmpuint (g_strv_length (none), ==, 0);
}

/* ---- what is wrong ---- */

static const AssayFold unknown_op[] = { { .op = 99 }, { .op = ASSAY_FOLD_END } };
static const AssayFold not_finite[]
    = { ASSAY_MEAN ("seed"), ASSAY_REACH ("step", NAN), { .op = ASSAY_FOLD_END } };

/* NAME, what is done to the study, what is said of it. */
#define FAULTS(X)                                                                                  \
  X (no_id, w->study.id = NULL, "study, id: missing")                                              \
  X (strange_id, w->study.id = "a b", "study \"a b\", id: \"a b\" is no id")                       \
  X (no_run, w->study.run = NULL, "study, run: NULL")                                              \
  X (no_rows, w->study.dims.rows = NULL, "dims, rows: NULL, with 3 rows")                          \
  X (too_many, w->study.dims.n = 5000, "dims, n: 5000 rows; at most 4096")                         \
  X (short_rows, w->study.dims.stride = 16, "dims, stride: rows of 16 bytes")                      \
  X (odd_rows, w->study.dims.stride = sizeof (AssayDim) + 1, "no array of structs")                \
  X (type, w->params[1].type = 6, "params[1] \"rate\", type: 6 is none of the values")             \
  X (flags, w->params[1].flags = 8, "params[1] \"rate\", log-slider: flags 0x8")                   \
  X (infinite, w->params[1].max = INFINITY, "range: not finite; equal ends mean no limit")         \
  X (backwards, w->params[1].min = 3, "range: begins at 3, above its end 0")                       \
  X (default_out, w->params[0].number = 200, "default: 200 is outside the legal range 1..100")     \
  X (default_half, w->params[0].number = 1.5, "default: 1.5 is no whole number")                   \
  X (default_nan, w->params[1].number = NAN, "params[1] \"rate\", default: not a finite number")   \
  X (log_zero, w->params[0].min = w->params[0].ui_min = 0, "must begin above 0")                   \
  X (no_choices, w->params[2].choices = NULL, "choices: empty")                                    \
  X (bad_choice, w->params[2].text = "forest", "default: \"forest\" is none of the choices")       \
  X (twice_choice, w->params[2].choices = "graph tree graph", "\"graph\" stands twice")            \
  X (quoted_choice, w->params[2].choices = "graph a=b", "\"a=b\" holds one of")                    \
  X (outside, w->study.params_size = 16, "lie outside params_size, 16")                            \
  X (wrapped, w->params[4].offset = (size_t) -8, "lie outside params_size")                        \
  X (overlap, w->params[1].offset = 0, "offset: 0 overlaps \"n-steps\" at 0")                      \
  X (when_unknown, w->params[3].when = "agnt=graph", "when: there is no parameter \"agnt\"")       \
  X (when_below, w->params[0].when = "fresh=true", "no parameter \"fresh\" above this one")        \
  X (when_self, w->params[3].when = "fresh=true", "no parameter \"fresh\" above this one")         \
  X (when_choice, w->params[3].when = "agent=forest", "\"forest\" is no choice of agent")          \
  X (when_words, w->params[3].when = "agent", "\"agent\" is not written NAME=VALUE")               \
  X (param_twice, w->params[1].id = "agent", "params[2] \"agent\", id: taken already, in params")  \
  X (dim_param, w->dims[0].id = "agent", "dims[0] \"agent\", id: taken already, in params")        \
  X (dim_seed, w->dims[1].id = "seed", "id: taken already, in every study")                        \
  X (metric_dim, w->metrics[1].id = "level", "metrics[1] \"level\", id: taken already, in dims")   \
  X (of_unknown, w->dims[1].of = "prompt", "of: \"prompt\" is no other item")                      \
  X (of_self, w->dims[0].of = "level", "of: \"level\" is no other item")                           \
  X (of_label, w->dims[2].same_as = "family", "same-as: \"family\" is no other item")              \
  X (dims_unknown, w->metrics[0].dims = "step arm", "dims: there is no \"arm\"")                   \
  X (derived_unknown, w->metrics[2].of = "gold", "of: there is no metric \"gold\"")                \
  X (derived_circle, w->metrics[2].of = "auc", "of: derived from itself")                          \
  X (derived_dims, w->metrics[2].dims = "step", "a derived metric has the dimensions that")        \
  X (observed_fold, w->metrics[0].fold = mean_seed, "an observed metric is neither")               \
  X (fold_op, w->claims[0].fold = unknown_op, "fold: fold[0], op: 99 is none of")                  \
  X (fold_nan, w->claims[0].fold = not_finite, "fold: fold[1], x: not a finite number")            \
  X (metric_unknown, w->claims[0].metric = "gold", "claims[0] \"J1\", metric: there is no")        \
  X (unit_unknown, w->claims[0].units = "seed/env", "units: there is no \"env\"")                  \
  X (each_unknown, w->claims[0].each = "env", "each: there is no \"env\"")                         \
  X (needs_unknown, w->claims[0].needs = "gait", "needs: there is no \"gait\"")                    \
  X (needs_circle, w->claims[1].needs = "both", "leads back to itself")                            \
  X (parts_unknown, w->claims[2].all_of = "J1 J9", "all-of: there is no \"J9\"")                   \
  X (parts_metric, w->claims[2].metric = "return", "a claim of parts has no metric")               \
  X (preset_unknown, w->claims[0].presets = "quik", "presets: there is no \"quik\"")               \
  X (no_expectation, w->claims[0].expect.kind = 0, "expect: missing: nothing could be judged")     \
  X (expect_kind, w->claims[0].expect.kind = 7, "expect: 7 is none of")                            \
  X (expect_range, w->claims[0].expect.lo = 3, "expect: begins at 3, above its end 2")             \
  X (no_metric, w->claims[0].metric = NULL, "metric: missing; a claim has")                        \
  X (timing, w->claims[0].metric = "seconds", "\"seconds\" is a time, which is drawn but never")   \
  X (claim_twice, w->claims[1].id = "J1", "claims[1] \"J1\", id: taken already, in claims")        \
  X (reference, w->references[0].metric = "gold", "references[0], metric: there is no")            \
  X (mark, w->figures[0].mark = 13, "figures[0] \"curves\", mark: 13 is none of")                  \
  X (channel, w->figures[0].color = "agnt", "figures[0] \"curves\", color: there is no \"agnt\"")  \
  X (beside, w->figures[1].beside = "curve", "beside: there is no figure \"curve\"")               \
  X (plan_unknown, w->presets[0].plan = "dept=1", "plan: there is no parameter \"dept\"")          \
  X (plan_choice, w->presets[0].plan = "agent=graph,forest", "\"forest\" is no choice")            \
  X (when_not, w->params[3].when = "agent!=forest", "\"forest\" is no choice of agent")            \
  X (plan_not, w->presets[0].plan = "agent!=graph", "\"agent!=graph\" is not written NAME=VALUE")  \
  X (plan_words, w->presets[0].plan = "agent=", "is not written NAME=VALUE")                       \
  X (no_seeds, w->presets[0].seeds = 0, "seeds: 0; a preset runs at least one")                    \
  X (threads, w->study.threads = "rate", "threads: \"rate\" is no whole-number parameter")         \
  X (control, w->study.help = "a\x1b[31mred", "help: holds a control character")                   \
  X (control_c1, w->study.help = "a\xc2\x9b", "help: holds a control character")                   \
  X (not_utf8, w->study.title = "caf\xe9", "title: not UTF-8")

#define FUNCTION(name, spoil, says)                                                                \
  static void spoil_##name (Whole *w)                                                              \
  {                                                                                                \
    spoil;                                                                                         \
  }
FAULTS (FUNCTION)

typedef struct
{
  const char *name;
  void (*spoil) (Whole *w);
  const char *says;
} Fault;

#define ROW(name, spoil, says) { #name, spoil_##name, says },
static const Fault faults[] = { FAULTS (ROW) };

static void
test_fault (gconstpointer data)
{
  const Fault *fault = data;
  g_autoptr (GError) error = NULL;
  Whole w;

  fill (&w);
  fault->spoil (&w);
  g_assert_null (assay_study_info_from_study (&w.study, &error));
  g_assert_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE);
  if (!strstr (error->message, fault->says))
    g_test_fail_printf ("expected \"%s\" in \"%s\"", fault->says, error->message);
}

static void
test_a_long_text (void)
{
  g_autofree char *text = g_strnfill (100000, 'x'), *id = g_strnfill (60000, ' ');
  g_autoptr (GError) error = NULL;
  Whole w;

  fill (&w);
  w.study.help = text;
  g_assert_null (assay_study_info_from_study (&w.study, &error));
  g_assert_nonnull (strstr (error->message, "help: longer than 64 kB"));
  g_clear_error (&error);
  w.study.help = NULL;
  w.study.id = id;
  g_assert_null (assay_study_info_from_study (&w.study, &error));
  g_assert_cmpuint (strlen (error->message), <, 1100);
}

/* Every member in turn replaced by values of other types, three of nine each time: an error or
   a study, never a crash. */
static void
spoil_members (JsonNode *root, JsonNode *node, guint *refused)
{
  static guint next;
  static const char *const values[] = { "null",       "-1",   "1e300",       "\"\\u001b\"", "[[]]",
                                        "{\"a\":{}}", "true", "[1,2,3,4,5]", "\"seed\"" };
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  GList *members = object ? json_object_get_members (object) : NULL;

  for (GList *at = members; at; at = at->next)
    {
      g_autofree char *key = g_strdup (at->data); /* setting a member frees its key */
      JsonNode *kept = json_node_copy (json_object_get_member (object, key));

      for (guint i = next++ % 3; i < G_N_ELEMENTS (values); i += 3)
        {
          g_autoptr (AssayStudyInfo) info = NULL;

          json_object_set_member (object, key, assay_json_parse (values[i], -1, "v", NULL));
          info = assay_study_info_from_json (json_node_get_object (root), NULL);
          *refused += info == NULL;
        }
      json_object_set_member (object, key, kept);
      spoil_members (root, kept, refused);
    }
  g_list_free (members);
  for (guint i = 0; array && i < json_array_get_length (array); i++)
    spoil_members (root, json_array_get_element (array, i), refused);
}

static void
test_hostile_json (void)
{
  g_autoptr (AssayStudyInfo) info = NULL, last = NULL;
  g_autoptr (JsonNode) root = json_node_alloc ();
  g_autoptr (GError) error = NULL;
  guint refused = 0;
  Whole w;

  fill (&w);
  info = info_of (&w);
  json_node_take_object (json_node_init (root, JSON_NODE_OBJECT), assay_study_info_describe (info));
  spoil_members (root, root, &refused);
  g_assert_cmpuint (refused, >, 200);
  last = assay_study_info_from_json (json_node_get_object (root), &error);
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/study/rows-are-copied", test_rows_are_copied);
  g_test_add_func ("/study/rows-may-be-longer-than-known", test_rows_may_be_longer);
  g_test_add_func ("/study/json-and-back-is-the-same", test_json_and_back);
  g_test_add_func ("/study/json-of-a-parameter-is-its-schema", test_json_of_a_parameter);
  g_test_add_func ("/study/rules-change-with-claims-only", test_rules_follow_claims);
  g_test_add_func ("/study/rows-are-found-by-id", test_look_ups);
  g_test_add_func ("/study/lists-are-split-at-blanks-and-commas", test_words);
  g_test_add_func ("/study/half-a-slider-is-cut-to-the-range", test_half_a_slider);
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autofree char *path = g_strconcat ("/study/wrong/", faults[i].name, NULL);

      g_test_add_data_func (path, &faults[i], test_fault);
    }
  g_test_add_func ("/study/wrong/long_text", test_a_long_text);
  g_test_add_func ("/study/hostile-json-is-refused", test_hostile_json);
  return g_test_run ();
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * What the index answers: rows, filters, groups.
 */
#include "index-fixture.h"

#include "base/num/random.h"
#include "base/num/stats.h"

static void
test_rows (void)
{
  AssayWorkspace *workspace = small_workspace ();
  g_autoptr (AssayIndex) index = open_index (workspace);
  g_autoptr (AssayRunRows) rows = query (index, "id=a1", NULL);
  const AssayRunRow *row = &g_array_index (rows->rows, AssayRunRow, 0);
  const AssaySummary *loss, *reward;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *json = NULL;

  g_assert_cmpuint (rows->rows->len, ==, 1);
  g_assert_cmpuint (row->state, ==, ASSAY_DONE);
  g_assert_cmpstr (row->tags[1], ==, "a b");
  g_assert_cmpstr (row->note, ==, "see, \"this\"");
  g_assert_cmpuint (row->summaries->len, ==, 3);
  loss = &g_array_index (row->summaries, AssaySummary, 1);
  reward = &g_array_index (row->summaries, AssaySummary, 2);
  g_assert_cmpstr (loss->labels, ==, "split=train");
  g_assert_cmpfloat (loss->last, ==, 5);
  g_assert_cmpfloat (loss->min, ==, 3);
  g_assert_cmpfloat (loss->mean, ==, 4);
  g_assert_cmpuint (loss->n, ==, 5);
  g_assert_cmpfloat (loss->step, ==, 4);
  g_assert_cmpstr (reward->metric, ==, "return");
  g_assert_cmpfloat (reward->last, ==, 4);
  g_assert_cmpfloat (reward->max, ==, 4);
  g_assert_cmpfloat (reward->mean, ==, 1.75);
  node = assay_run_row_json (row);
  json = assay_json_canonical (node);
  g_assert_cmpstr (
      json, ==,
      "{\"duration\":60,\"finished\":160,\"id\":\"a1\",\"metrics\":["
      "{\"at\":null,\"labels\":\"split=test\",\"last\":1,\"max\":1,\"mean\":0.5,\"metric\":"
      "\"loss\","
      "\"min\":0,\"n\":2,\"step\":1},"
      "{\"at\":null,\"labels\":\"split=train\",\"last\":5,\"max\":5,\"mean\":4,\"metric\":\"loss\","
      "\"min\":3,\"n\":5,\"step\":4},"
      "{\"at\":null,\"labels\":\"\",\"last\":4,\"max\":4,\"mean\":1.75,\"metric\":\"return\","
      "\"min\":0,\"n\":4,\"step\":30}],"
      "\"note\":\"see, \\\"this\\\"\",\"parameters\":{\"agent\":\"graph\",\"depth\":10},"
      "\"plan\":\"p1\",\"preset\":\"quick\",\"reason\":null,\"seed\":1,\"starred\":true,"
      "\"started\":100,\"status\":\"done\",\"study\":\"sums\",\"tags\":[\"good\",\"a b\"]}");
  fixture_free (workspace);
}

static void
test_filters (void)
{
  AssayWorkspace *workspace = small_workspace ();
  g_autoptr (AssayIndex) index = open_index (workspace);

  assert_ids (index, NULL, NULL, "b1 a2 a1"); /* not started, then newest first */
  assert_ids (index, "study=sums and depth>=5 and status=done", NULL, "a1");
  assert_ids (index, "depth>9", NULL, "a1");
  assert_ids (index, "depth<10 or study=other", "id", "a2 b1");
  assert_ids (index, "depth!=9", "id", "a1 b1");
  assert_ids (index, "not depth=9,10", "id", "b1");
  assert_ids (index, "agent~GRA", "id", "a1");
  assert_ids (index, "tag=\"a b\" starred=true", "id", "a1");
  assert_ids (index, "tag!=good", "id", "a2 b1");
  assert_ids (index, "reason~memory", "id", "a2");
  assert_ids (index, "note~\"see, \\\"\"", "id", "a1");
  assert_ids (index, "duration<30", "id", "a2");
  assert_ids (index, "duration!=10", "id", "a1 b1");
  assert_ids (index, "seed=1,7", "id", "a1 b1");
  assert_ids (index, "seed<2,1", "id", "a1 b1");
  assert_ids (index, "return>=4", "id", "a1");
  assert_ids (index, "return=1", "id", "a2");
  assert_ids (index, "return!=1", "id", "a1 b1");
  assert_ids (index, "loss=3", "id", "a1"); /* mean of 5 and 1 */
  assert_ids (index, "min.loss=0 max.loss=5 mean.return=1.75", "id", "a1");
  assert_ids (index, "nothing=1", "id", "");
  assert_ids (index, "nothing!=1", "id", "a1 a2 b1");
  assert_ids (index, "study=\"sums' OR 1=1 --\"", "id", "");
  assert_ids (index, NULL, "return", "a2 a1 b1"); /* numbers as numbers; none at the end */
  assert_ids (index, NULL, "depth", "a2 a1 b1");
  assert_ids (index, NULL, "agent", "a1 a2 b1");
  fixture_free (workspace);
}

static void
test_order_and_limit (void)
{
  AssayWorkspace *workspace = small_workspace ();
  g_autoptr (AssayIndex) index = open_index (workspace);
  AssayIndexQuery q = { .order = "depth", .descending = TRUE, .limit = 1, .offset = 1 };
  g_autoptr (AssayRunRows) rows = assay_index_query (index, &q, NULL);

  g_assert_cmpuint (rows->rows->len, ==, 1);
  g_assert_cmpstr (g_array_index (rows->rows, AssayRunRow, 0).id, ==, "a2");
  g_assert_null (g_array_index (rows->rows, AssayRunRow, 0).summaries);
  fixture_free (workspace);
}

static void
test_at_step (void)
{
  AssayWorkspace *workspace = small_workspace ();
  g_autoptr (AssayIndex) index = open_index (workspace);
  const double expected[][2]
      = { { 0, 0 }, { 15, 1.5 }, { 20, 2 }, { 30, 4 }, { 31, NAN }, { -1, NAN } };

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      const char *metrics[] = { "return", NULL };
      g_autoptr (AssayFilter) filter = assay_filter_parse ("id=a1", NULL);
      AssayIndexQuery q
          = { .filter = filter, .metrics = metrics, .at = TRUE, .step = expected[i][0] };
      g_autoptr (AssayRunRows) rows = assay_index_query (index, &q, NULL);
      GArray *summaries = g_array_index (rows->rows, AssayRunRow, 0).summaries;
      double at;

      g_assert_cmpuint (summaries->len, ==, 1);
      at = g_array_index (summaries, AssaySummary, 0).at;
      g_assert_true (at == expected[i][1] || (isnan (at) && isnan (expected[i][1])));
    }
  fixture_free (workspace);
}

static void
test_catalogue (void)
{
  AssayWorkspace *workspace = small_workspace ();
  g_autoptr (AssayIndex) index = open_index (workspace);
  g_autofree char *text = dump (index);

  g_assert_nonnull (strstr (text, "sums loss [split=test] step 1 2\n"
                                  "sums loss [split=train] step 1 5\n"
                                  "sums return [] step 2 6\n"
                                  "sums score [arm=x] prompt try 1 4\n"));
  fixture_free (workspace);
}

static void
test_odd_contents (void)
{
  AssayWorkspace *workspace = fixture_workspace ();
  g_autoptr (AssayIndex) index = NULL;
  g_autoptr (AssayRunRows) rows = NULL;
  const double one[] = { 1 };
  AssayLogWriter *log;

  fixture_run (
      workspace,
      &(FixtureRun){ .id = "o1",
                     .parameters
                     = "{\"a\":{\"x\":1},\"b\":[1,2],\"c\":null,\"d\":\"q\\\",\\\"e\\\":5\","
                       "\"e\":\"{,\",\"f'\":true,\"g\":0.1,\"ключ\":\"знач\"}",
                     .notes = "{\"tags\":[1,null,\"x\\u001fy\",\"ok\"],\"star\":\"yes\","
                              "\"note\":5}" });
  log = fixture_log (workspace, "o1");
  fixture_series (log, "m'; DROP TABLE run; --", "a=\"b\" \xc3\xa9=1", 1, 1, one);
  fixture_close (log);
  index = open_index (workspace);
  assert_ids (index, "d~\"e\\\":5\"", NULL, "o1");
  assert_ids (index, "e=\"{,\"", NULL, "o1");
  assert_ids (index, "e=5", NULL, "");
  assert_ids (index, "\"f'\"=true", NULL, "o1");
  assert_ids (index, "ключ=знач g=0.1", NULL, "o1");
  assert_ids (index, "x=1", NULL, ""); /* what is no scalar is no parameter */
  assert_ids (index, "tag=ok tag!=x,1", NULL, "o1");
  assert_ids (index, "starred=true", NULL, "");
  assert_ids (index, "\"m'; DROP TABLE run; --\"=1", NULL, "o1");
  assert_ids (index, NULL, "m'; DROP TABLE run; --", "o1");
  rows = query (index, NULL, NULL);
  g_assert_cmpuint (rows->rows->len, ==, 1);
  fixture_free (workspace);
}

/* ---- The filter in SQL means what it means in memory ---- */

static const char *const values[]
    = { "1",   "2", "2.0", "-3e-1", "x",    "X y", "\"\\", "",     "ü",
        "a,b", "0", "10",  "9",     "true", "nan", "1e3",  "100.5" };

static void
append_random (GString *out, AssayStream *stream, guint depth)
{
  static const char *const keys[]
      = { "study",    "preset",  "plan", "seed",   "status",     "id",
          "tag",      "starred", "note", "reason", "started",    "finished",
          "duration", "p",       "q",    "return", "min.return", "none" };
  static const char *const ops[] = { "=", "!=", "<", "<=", ">", ">=", "~" };
  guint kind = depth == 0 ? 0 : assay_below (stream, 4), n = 1 + assay_below (stream, 3);

  if (kind <= 1)
    {
      g_string_append_printf (out, "%s%s", keys[assay_below (stream, G_N_ELEMENTS (keys))],
                              ops[assay_below (stream, G_N_ELEMENTS (ops))]);
      for (guint i = 0; i < n; i++)
        {
          g_autofree char *word
              = assay_filter_quote (values[assay_below (stream, G_N_ELEMENTS (values))]);

          g_string_append_printf (out, "%s%s", i > 0 ? "," : "", word);
        }
      return;
    }
  g_string_append (out, kind == 2 ? "not (" : "(");
  for (guint i = 0; i < n; i++)
    {
      g_string_append (out, i == 0 ? "" : assay_below (stream, 2) ? " or " : " and ");
      append_random (out, stream, depth - 1);
    }
  g_string_append_c (out, ')');
}

typedef struct
{
  const AssayRunRow *row;
  GPtrArray *texts;
} Lookup;

static const char *
lookup (gpointer data, const char *key)
{
  Lookup *l = data;
  char *text = assay_run_row_value (l->row, key);

  g_ptr_array_add (l->texts, text);
  return text;
}

static AssayWorkspace *
random_workspace (AssayStream *stream)
{
  static const char *const states[] = { "done", "failed", "cancelled", "interrupted" };
  AssayWorkspace *workspace = fixture_workspace ();

#define PICK values[assay_below (stream, G_N_ELEMENTS (values))]
  for (guint i = 0; i < 60; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i), *p = fixture_quote (PICK);
      g_autofree char *tag = fixture_quote (PICK), *note = fixture_quote (PICK);
      g_autofree char *parameters = g_strdup_printf (i % 3 == 0   ? "{\"p\":%s}"
                                                     : i % 3 == 1 ? "{\"p\":%s,\"q\":%u.5}"
                                                                  : "{\"q\":true,\"z\":%s}",
                                                     p, assay_below (stream, 3));
      g_autofree char *notes = g_strdup_printf ("{\"tags\":[%s,\"x\"],\"star\":%s,\"note\":%s}",
                                                tag, i % 2 ? "true" : "false", note);

      fixture_run (workspace, &(FixtureRun){ .id = id,
                                             .study = i % 2 ? "x" : "1",
                                             .parameters = parameters,
                                             .preset = i % 5 ? PICK : NULL,
                                             .plan = i % 7 ? "2.0" : NULL,
                                             .reason = i % 4 ? NULL : PICK,
                                             .notes = i % 6 ? notes : NULL,
                                             .state = states[assay_below (stream, 4)],
                                             .seed = assay_below (stream, 11),
                                             .started = assay_below (stream, 3),
                                             .finished = assay_below (stream, 3) });
      if (i % 3 > 0)
        {
          AssayLogWriter *log = fixture_log (workspace, id);
          double value = assay_below (stream, 5) * .5;

          fixture_series (log, "return", NULL, 1, 1, &value);
          fixture_close (log);
        }
    }
  return workspace;
}

static void
test_sql_agrees (void)
{
  AssayStream stream;
  AssayWorkspace *workspace;
  g_autoptr (AssayIndex) index = NULL;
  g_autoptr (AssayRunRows) all = NULL;
  guint n_matched = 0;

  assay_stream_init (&stream, 3, "index");
  workspace = random_workspace (&stream);
  index = open_index (workspace);
  all = query (index, NULL, "id");
  g_assert_cmpuint (all->rows->len, ==, 60);
  for (guint round = 0; round < 300; round++)
    {
      g_autoptr (GString) text = g_string_new (NULL), expected = g_string_new (NULL);
      g_autoptr (AssayFilter) filter = NULL;
      g_autofree char *found = NULL;

      /* Ten times not changes nothing but the way it is asked. */
      g_string_append (text, round % 2 ? "not not not not not not not not not not " : "");
      append_random (text, &stream, 3);
      filter = assay_filter_parse (text->str, NULL);
      for (guint i = 0; i < all->rows->len; i++)
        {
          g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
          const AssayRunRow *row = &g_array_index (all->rows, AssayRunRow, i);
          Lookup l = { row, texts };

          if (!assay_filter_match (filter, lookup, &l))
            continue;
          g_string_append_printf (expected, "%s%s", expected->len > 0 ? " " : "", row->id);
          n_matched++;
        }
      found = ids_of (index, text->str, "id");
      if (strcmp (found, expected->str) != 0)
        g_error ("%s: SQL finds %s, memory %s", text->str, found, expected->str);
    }
  g_assert_cmpuint (n_matched, >, 2000);
  g_assert_cmpuint (n_matched, <, 16000);
  fixture_free (workspace);
}

/* The largest filters that the language admits. */
static void
test_large_filters (void)
{
  AssayWorkspace *workspace = small_workspace ();
  g_autoptr (AssayIndex) index = open_index (workspace);
  static const char *const parts[]
      = { "seed=1 ", "depth=9,10 ", "seed=2 or ", "note!=5 ", "return>0 " };

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (AssayFilter) filter = NULL;
      g_autoptr (AssayRunRows) rows = NULL;
      g_autoptr (GError) error = NULL;

      while (text->len + 30 < ASSAY_FILTER_MAX_BYTES)
        g_string_append (text, parts[i]);
      g_string_append (text, "seed=1");
      filter = assay_filter_parse (text->str, &error);
      g_assert_no_error (error);
      rows = assay_index_query (index, &(AssayIndexQuery){ .filter = filter }, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (rows->rows->len, >, 0);
    }
  {
    g_autoptr (GString) text = g_string_new ("seed=1");

    while (text->len + 2 < ASSAY_FILTER_MAX_BYTES)
      g_string_append (text, ",1");
    assert_ids (index, text->str, "id", "a1 b1");
    g_string_assign (text, "");
    for (guint i = 0; i < 99; i++)
      g_string_append (text, "not (seed=1 or ");
    g_string_append (text, "seed=1");
    for (guint i = 0; i < 99; i++)
      g_string_append_c (text, ')');
    assert_ids (index, text->str, "id", "a2");
  }
  fixture_free (workspace);
}

/* ---- Groups ---- */

static AssayWorkspace *
grouped_workspace (void)
{
  AssayWorkspace *workspace = fixture_workspace ();

  for (guint depth = 2; depth <= 10; depth += 8)
    for (guint seed = 1; seed <= 12; seed++)
      {
        g_autofree char *id = g_strdup_printf ("%u-%u", depth, seed);
        g_autofree char *parameters = g_strdup_printf ("{\"depth\":%u,\"agent\":\"x\"}", depth);
        AssayLogWriter *log;
        double value = depth + sin (seed);

        fixture_run (workspace, &(FixtureRun){ .id = id,
                                               .parameters = parameters,
                                               .seed = seed,
                                               .state = seed == 11   ? "failed"
                                                        : seed == 12 ? "cancelled"
                                                                     : "done" });
        log = fixture_log (workspace, id);
        fixture_series (log, "return", "split=a", 1, 1, &value);
        value += 2;
        fixture_series (log, "return", "split=b", 1, 1, &value);
        fixture_close (log);
      }
  return workspace;
}

static void
test_groups (void)
{
  AssayWorkspace *workspace = grouped_workspace ();
  g_autoptr (AssayIndex) index = open_index (workspace);
  AssayGroupQuery q = { .metric = "return", .labels = "split=a" };
  g_autoptr (AssayRunGroups) groups = assay_index_group (index, &q, NULL), both = NULL;
  const AssayRunGroup *group = &g_array_index (groups->groups, AssayRunGroup, 0);
  double x[10], mean, half;

  g_assert_cmpuint (groups->groups->len, ==, 2);
  g_assert_cmpstr (groups->by[1], ==, "parameters");
  g_assert_cmpstr (group->values[0], ==, "sums");
  g_assert_cmpstr (group->ids[0], ==, "2-1");
  for (guint g = 0; g < 2; g++)
    {
      guint depth = g == 0 ? 2 : 10;

      group = &g_array_index (groups->groups, AssayRunGroup, g);
      for (guint i = 0; i < 10; i++)
        x[i] = depth + sin (i + 1);
      mean = assay_weighted_mean (x, NULL, 10);
      half = assay_t_quantile (.975, 9) * assay_sd (x, NULL, 10) / sqrt (10);
      g_assert_cmpuint (group->n, ==, 10);
      g_assert_cmpuint (group->n_runs, ==, 12);
      g_assert_cmpuint (group->n_failed, ==, 1);
      g_assert_cmpfloat_with_epsilon (group->mean, mean, 1e-12);
      /* The classical interval, up to the noise of a thousand redraws. */
      g_assert_cmpfloat_with_epsilon ((group->high - group->mean) / half, 1, .06);
      g_assert_cmpfloat_with_epsilon (group->mean - group->low, group->high - group->mean, 1e-12);
      g_assert_cmpstr (group->ids[11], !=, NULL);
    }
  q.labels = NULL;
  both = assay_index_group (index, &q, NULL);
  g_assert_cmpfloat_with_epsilon (g_array_index (both->groups, AssayRunGroup, 0).mean,
                                  g_array_index (groups->groups, AssayRunGroup, 0).mean + 1, 1e-9);
  fixture_free (workspace);
}

static void
test_groups_by_keys (void)
{
  AssayWorkspace *workspace = grouped_workspace ();
  g_autoptr (AssayIndex) index = open_index (workspace);
  const char *by[] = { "status", "depth", NULL };
  g_autoptr (AssayFilter) filter = assay_filter_parse ("seed>9", NULL);
  AssayGroupQuery q = { .by = by, .filter = filter, .metric = "return", .kind = ASSAY_SUMMARY_MAX };
  g_autoptr (AssayRunGroups) groups = assay_index_group (index, &q, NULL);
  const char *expected[][2] = { { "cancelled", "2" }, { "cancelled", "10" }, { "done", "2" },
                                { "done", "10" },     { "failed", "2" },     { "failed", "10" } };
  g_autoptr (JsonNode) node = assay_run_groups_json (groups);
  g_autofree char *json = assay_json_canonical (node);

  g_assert_cmpuint (groups->groups->len, ==, 6);
  for (guint i = 0; i < 6; i++)
    {
      const AssayRunGroup *group = &g_array_index (groups->groups, AssayRunGroup, i);

      g_assert_cmpstr (group->values[0], ==, expected[i][0]);
      g_assert_cmpstr (group->values[1], ==, expected[i][1]);
      g_assert_cmpuint (group->n, ==, i == 2 || i == 3);
      g_assert_true (isnan (group->low)); /* one value has no interval */
    }
  g_assert_cmpfloat_with_epsilon (g_array_index (groups->groups, AssayRunGroup, 2).mean,
                                  4 + sin (10), 1e-12);
  g_assert_nonnull (
      strstr (json, "{\"by\":{\"depth\":\"10\",\"status\":\"failed\"},\"high\":null"));
  fixture_free (workspace);
}

static void
test_groups_by_tags (void)
{
  AssayWorkspace *workspace = small_workspace ();
  g_autoptr (AssayIndex) index = open_index (workspace);
  AssayGroupQuery q = { .by = (const char *[]){ "tag", NULL } };
  g_autoptr (AssayRunGroups) groups = assay_index_group (index, &q, NULL);

  g_assert_cmpuint (groups->groups->len, ==, 2);
  g_assert_cmpstr (g_array_index (groups->groups, AssayRunGroup, 0).values[0], ==, "good,a b");
  g_assert_null (g_array_index (groups->groups, AssayRunGroup, 1).values[0]);
  g_assert_cmpuint (g_array_index (groups->groups, AssayRunGroup, 1).n_runs, ==, 2);
  fixture_free (workspace);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/index/a-row-says-all-of-a-run", test_rows);
  g_test_add_func ("/index/filters-and-orders", test_filters);
  g_test_add_func ("/index/descending-limit-and-offset", test_order_and_limit);
  g_test_add_func ("/index/value-at-a-step-is-interpolated", test_at_step);
  g_test_add_func ("/index/catalogue-of-metrics", test_catalogue);
  g_test_add_func ("/index/odd-names-and-values-stay-what-they-are", test_odd_contents);
  g_test_add_func ("/index/sql-and-memory-agree-on-random-filters", test_sql_agrees);
  g_test_add_func ("/index/the-largest-filters-work", test_large_filters);
  g_test_add_func ("/index/groups-have-the-classical-interval", test_groups);
  g_test_add_func ("/index/groups-by-any-keys", test_groups_by_keys);
  g_test_add_func ("/index/groups-by-tags", test_groups_by_tags);
  return g_test_run ();
}

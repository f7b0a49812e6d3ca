/* SPDX-License-Identifier: Apache-2.0
 *
 * An index over a small workspace, and short ways to ask it.
 */
#pragma once

#include "fixture.h"

#include "host/store/index.h"

static inline AssayIndex *
open_index (AssayWorkspace *workspace)
{
  g_autoptr (GError) error = NULL;
  AssayIndex *index = assay_index_open (workspace, &error);

  g_assert_no_error (error);
  g_assert_true (assay_index_refresh (index, &error));
  g_assert_no_error (error);
  return index;
}

static inline void
refresh (AssayIndex *index)
{
  g_autoptr (GError) error = NULL;

  assay_index_refresh (index, &error);
  g_assert_no_error (error);
}

static inline AssayRunRows *
query (AssayIndex *index, const char *filter, const char *order)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AssayFilter) parsed = assay_filter_parse (filter, &error);
  AssayIndexQuery q = { .filter = parsed, .order = order, .summaries = TRUE };
  AssayRunRows *rows;

  g_assert_no_error (error);
  rows = assay_index_query (index, &q, &error);
  g_assert_no_error (error);
  return rows;
}

static inline char *
ids_of (AssayIndex *index, const char *filter, const char *order)
{
  g_autoptr (AssayRunRows) rows = query (index, filter, order);
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < rows->rows->len; i++)
    g_string_append_printf (out, "%s%s", i > 0 ? " " : "",
                            g_array_index (rows->rows, AssayRunRow, i).id);
  return g_string_free (out, FALSE);
}

#define assert_ids(index, filter, order, expected)                                                 \
  do                                                                                               \
    {                                                                                              \
      g_autofree char *found_ = ids_of (index, filter, order);                                     \
      g_assert_cmpstr (found_, ==, expected);                                                      \
    }                                                                                              \
  while (0)

/* Everything that the index says, in one text. */
static inline char *
dump (AssayIndex *index)
{
  g_autoptr (AssayRunRows) rows = query (index, NULL, "id");
  g_autoptr (AssayCatalogue) catalogue = assay_index_catalogue (index, NULL, NULL);
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < rows->rows->len; i++)
    {
      g_autoptr (JsonNode) node = assay_run_row_json (&g_array_index (rows->rows, AssayRunRow, i));
      g_autofree char *json = assay_json_canonical (node);

      g_string_append_printf (out, "%s\n", json);
    }
  for (guint i = 0; i < catalogue->rows->len; i++)
    {
      AssayCatalogueRow *row = &g_array_index (catalogue->rows, AssayCatalogueRow, i);

      g_string_append_printf (out, "%s %s [%s] %s %u %" G_GUINT64_FORMAT "\n", row->study,
                              row->metric, row->labels, row->axes, row->n_runs, row->cells);
    }
  return g_string_free (out, FALSE);
}

/* Three runs of two studies, one failed, with notes and metrics. */
static inline AssayWorkspace *
small_workspace (void)
{
  AssayWorkspace *workspace = fixture_workspace ();
  const double rising[] = { 0, 1, 2, 4 }, broken[] = { NAN, 3, NAN, 5, NAN };
  AssayLogWriter *log;

  fixture_run (workspace, &(FixtureRun){ .id = "a1",
                                         .parameters = "{\"depth\":10,\"agent\":\"graph\"}",
                                         .seed = 1,
                                         .started = 100,
                                         .finished = 160,
                                         .preset = "quick",
                                         .plan = "p1",
                                         .notes = "{\"tags\":[\"good\",\"a b\"],\"star\":true,"
                                                  "\"note\":\"see, \\\"this\\\"\"}" });
  fixture_run (workspace, &(FixtureRun){ .id = "a2",
                                         .parameters = "{\"depth\":9,\"agent\":\"tree\"}",
                                         .seed = 2,
                                         .started = 200,
                                         .finished = 210,
                                         .state = "failed",
                                         .reason = "ran out of memory" });
  fixture_run (workspace,
               &(FixtureRun){ .id = "b1", .study = "other", .seed = 1, .state = "cancelled" });
  log = fixture_log (workspace, "a1");
  fixture_series (log, "return", NULL, 10, 4, rising);
  fixture_series (log, "loss", "split=train", 1, 5, broken);
  fixture_series (log, "loss", "split=test", 1, 2, rising);
  fixture_array (workspace, log, "a1", "score", "arm=x", (const char *[]){ "prompt", "try", NULL },
                 (const char *[]){ "[\"p\",\"q\"]", "[1,2]", NULL }, (guint64[]){ 2, 2 }, rising);
  fixture_close (log);
  log = fixture_log (workspace, "a2");
  fixture_series (log, "return", NULL, 10, 2, rising);
  fixture_close (log);
  return workspace;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "artifacts.h"
#include "ui/desktop/artifact.h"
#include "ui/desktop/sample-cell.h"
#include "ui/desktop/samples-view.h"
#include "ui/desktop/samples.h"
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define PARSE(text) studio_samples_parse (text, strlen (text))

static char *workspace; /* with one run of the gallery */

/* ---- without a window ---- */

static const char two_arms[]
    = "{\"arm\":\"sft\",\"input\":\"10\",\"prompt\":\"Why?\",\"text\":\"Because.\"}\n"
      "{\"arm\":\"rlhf\",\"input\":\"10\",\"prompt\":\"Why?\",\"text\":\"It pays, because.\"}\n"
      "{\"arm\":\"sft\",\"input\":\"9\",\"prompt\":\"How?\",\"text\":\"Because.\"}\n"
      "{\"arm\":\"rlhf\",\"input\":\"9\",\"prompt\":\"How?\",\"text\":\"Ärgerlich.\"}\n"
      "{\"arm\":\"sft\",\"input\":\"2\",\"prompt\":\"When?\",\"text\":\"Now.\"}\n";

static StudioSampleTable *
table_of (const StudioSamples *samples, StudioSampleQuery query)
{
  return studio_sample_table_new (samples, &query, NULL);
}

static const char *
text_at (const StudioSamples *samples, const StudioSampleTable *table, guint row, guint column)
{
  guint32 i = studio_sample_table_cell (table, row, column);

  return i != STUDIO_NO_SAMPLE ? studio_samples_at (samples, i)->text : NULL;
}

static void
arms_stand_side_by_side (void)
{
  g_autoptr (StudioSamples) samples = PARSE (two_arms);
  int arms = studio_samples_arms (samples);
  g_autoptr (StudioSampleTable) table = table_of (samples, (StudioSampleQuery){ .arms = arms });

  g_assert_cmpint (arms, ==, 0);
  g_assert_cmpuint (table->n_rows, ==, 3);
  g_assert_cmpuint (table->n_columns, ==, 2);
  g_assert_cmpstr (table->titles->pdata[1], ==, "rlhf");
  g_assert_cmpstr (text_at (samples, table, 0, 0), ==, "Because.");
  g_assert_cmpstr (text_at (samples, table, 0, 1), ==, "It pays, because.");
  g_assert_cmpstr (text_at (samples, table, 2, 0), ==, "Now.");
  g_assert_null (text_at (samples, table, 2, 1));
}

static void
equal_texts_are_counted (void)
{
  g_autoptr (StudioSamples) samples = PARSE (two_arms);
  g_autoptr (StudioSampleTable) table
      = table_of (samples, (StudioSampleQuery){ .arms = 0, .twins = TRUE });

  g_assert_cmpuint (studio_samples_at (samples, 0)->twins, ==, 2);
  g_assert_cmpuint (studio_samples_at (samples, 2)->twins, ==, 2);
  g_assert_cmpuint (studio_samples_at (samples, 3)->twins, ==, 1);
  g_assert_cmpuint (table->n_rows, ==, 2);
}

static void
searching_knows_no_case (void)
{
  static const struct
  {
    const char *search;
    guint rows;
  } searches[] = { { "BECAUSE", 2 }, { "ÄRGER", 1 }, { "when", 1 }, { "nothing", 0 }, { "", 3 } };
  g_autoptr (StudioSamples) samples = PARSE (two_arms);

  for (guint i = 0; i < G_N_ELEMENTS (searches); i++)
    {
      g_autoptr (StudioSampleTable) table
          = table_of (samples, (StudioSampleQuery){ .arms = 0, .search = searches[i].search });

      g_assert_cmpuint (table->n_rows, ==, searches[i].rows);
    }
}

static const StudioSampleSort *
sort_titled (GPtrArray *sorts, const char *title)
{
  for (guint i = 0; i < sorts->len; i++)
    if (strcmp (((StudioSampleSort *) sorts->pdata[i])->title, title) == 0)
      return sorts->pdata[i];
  g_error ("no way to sort is called %s", title);
}

static void
dimensions_sort_as_numbers (void)
{
  g_autoptr (StudioSamples) samples = PARSE (two_arms);
  g_autoptr (GPtrArray) sorts = studio_samples_sorts (samples, 0);
  StudioSampleQuery query = { .arms = 0, .sort = sort_titled (sorts, "input") };
  g_autoptr (StudioSampleTable) up = table_of (samples, query), down = NULL;

  g_assert_cmpstr (text_at (samples, up, 0, 0), ==, "Now.");
  g_assert_cmpstr (text_at (samples, up, 1, 1), ==, "Ärgerlich.");
  query.descending = TRUE;
  down = table_of (samples, query);
  g_assert_cmpstr (text_at (samples, down, 0, 1), ==, "It pays, because.");
}

static void
hostile_lines_do_no_harm (void)
{
  static const char lines[] = "{\"arm\":\"a\",\"prompt\":\"p\",\"text\":\"\\u001b["
                              "31mred\\u202eturned\\u0007\",\"spans\":[[0,4,1],"
                              "[5,99999,2],[3,2,1],[0,2,null]]}\n"
                              "not json at all\n"
                              "{\"arm\":\"a\",\"text\":\"\xff\xfe\"}\n"
                              "{\"arm\":\"a\",\"text\":\"cut\n"
                              "[1,2,3]\n"
                              "{}\n"
                              "{\"arm\":5,\"text\":{\"a\":[1,{}]},\"prompt\":null}\n"
                              "{\"text\":\"\\ud800\"}\n"
                              "{\"text\":\"ä\",\"spans\":[[1,2,3]]}\n"
                              "{\"text\":\"x\",\"spans\":[[0,1]]}\n"
                              "{\"text\":\"<b>&amp;</b>\"} trailing\n"
                              "{\"text\":\"torn";
  g_autoptr (StudioSamples) samples = PARSE (lines);
  const StudioSample *first = studio_samples_at (samples, 0);

  g_assert_cmpuint (studio_samples_n (samples), ==, 4);
  g_assert_cmpuint (samples->n_bad, ==, 7);
  g_assert_cmpstr (first->text, ==, " [31mred\xef\xbf\xbdturned ");
  g_assert_true (g_utf8_validate (first->text, -1, NULL));
  /* Spans that end outside, before they begin, or within a character are left out. */
  g_assert_cmpuint (first->n_spans, ==, 2);
  g_assert_cmpuint (studio_samples_at (samples, 3)->n_spans, ==, 0);
}

static void
samples_of_one_place_get_rows_of_their_own (void)
{
  g_autoptr (StudioSamples) samples = PARSE ("{\"arm\":\"a\",\"prompt\":\"p\",\"text\":\"1\"}\n"
                                             "{\"arm\":\"a\",\"prompt\":\"p\",\"text\":\"2\"}\n"
                                             "{\"arm\":\"b\",\"prompt\":\"p\",\"text\":\"3\"}\n"
                                             "{\"prompt\":\"p\",\"text\":\"no arm\"}\n");
  g_autoptr (StudioSampleTable) table = table_of (samples, (StudioSampleQuery){ .arms = 0 });
  g_autoptr (StudioSampleTable) all = table_of (samples, (StudioSampleQuery){ .arms = -1 });

  g_assert_cmpuint (table->n_rows, ==, 2);
  g_assert_cmpstr (text_at (samples, table, 0, 1), ==, "3");
  g_assert_cmpstr (text_at (samples, table, 1, 0), ==, "2");
  g_assert_cmpuint (all->n_rows, ==, 4);
}

static void
a_hundred_thousand_samples_take_a_moment (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (StudioSamples) samples = NULL;
  g_autoptr (GPtrArray) sorts = NULL;
  g_autoptr (StudioSampleTable) table = NULL;
  gint64 start, parsed, made;

  for (guint i = 0; i < 100000; i++)
    g_string_append_printf (text,
                            "{\"arm\":\"%s\",\"input\":\"%u\",\"prompt\":\"question %u of many\","
                            "\"text\":\"an answer of some length, number %u, which goes on\"}\n",
                            i % 2 ? "sft" : "rlhf", i / 2, i / 2, i * 7919u % 65536);
  start = g_get_monotonic_time ();
  samples = studio_samples_parse (text->str, text->len);
  parsed = g_get_monotonic_time ();
  sorts = studio_samples_sorts (samples, 0);
  table = table_of (samples, (StudioSampleQuery){ .arms = 0,
                                                  .search = "number 1",
                                                  .sort = sort_titled (sorts, "Length of sft") });
  made = g_get_monotonic_time ();
  g_test_message ("read in %.0f ms, searched and sorted in %.0f ms",
                  (double) (parsed - start) / 1000, (double) (made - parsed) / 1000);
  g_assert_cmpuint (studio_samples_n (samples), ==, 100000);
  g_assert_cmpuint (table->n_rows, >, 1000);
}

/* ---- the view ---- */

typedef struct
{
  GtkWidget *view;
  const char *state;
  guint rows;
} Wanted;

static gboolean
shows (gpointer data)
{
  const Wanted *wanted = data;
  GtkWidget *states = desktop_test_find (wanted->view, GTK_TYPE_STACK, "states");
  GtkWidget *table = desktop_test_find (wanted->view, GTK_TYPE_COLUMN_VIEW, NULL);

  if (!g_str_equal (gtk_stack_get_visible_child_name (GTK_STACK (states)), wanted->state))
    return FALSE;
  return wanted->rows == 0
         || g_list_model_get_n_items (
                G_LIST_MODEL (gtk_column_view_get_model (GTK_COLUMN_VIEW (table))))
                == wanted->rows;
}

static GtkWidget *
open_artifact (StudioWindow *window, const char *file)
{
  return GTK_WIDGET (artifacts_open (window, workspace, file));
}

static void
texts_of_a_run_are_read (void)
{
  StudioWindow *window = desktop_test_open_workspace (workspace);
  GtkWidget *root = open_artifact (window, "samples/answers.jsonl");
  Wanted wanted = { desktop_test_find (root, STUDIO_TYPE_SAMPLES_VIEW, NULL), "samples", 24 };
  GtkEditable *search;
  GtkDropDown *sort;

  desktop_test_until (shows, &wanted);
  desktop_test_settle ();
  desktop_test_picture (root, "samples-light");
  desktop_test_dark (TRUE);
  desktop_test_picture (root, "samples-dark");
  desktop_test_dark (FALSE);
  gtk_window_set_default_size (GTK_WINDOW (root), 360, 640);
  for (int i = 0; i < 4; i++)
    desktop_test_settle ();
  desktop_test_picture (root, "samples-narrow");
  /* The numbers of the run's arrays belong to its texts. */
  sort = GTK_DROP_DOWN (desktop_test_find (root, GTK_TYPE_DROP_DOWN, "sort"));
  g_assert_cmpuint (g_list_model_get_n_items (gtk_drop_down_get_model (sort)), ==,
                    1 + 1 + 2 * 3 + 2 + 2);
  search = GTK_EDITABLE (desktop_test_find (root, GTK_TYPE_SEARCH_ENTRY, "search"));
  gtk_editable_set_text (search, "question 7:");
  g_signal_emit_by_name (search, "search-changed");
  wanted.rows = 1;
  desktop_test_until (shows, &wanted);
  desktop_test_close (window);
}

/* ---- what stands in the table ---- */

/* Row @i of the table, as it is drawn. */
static GtkWidget *
row_of (GtkWidget *root, guint i)
{
  GtkWidget *cell = desktop_test_find (root, STUDIO_TYPE_SAMPLE_CELL, NULL), *row = cell;

  while (row != NULL && !GTK_IS_LIST_VIEW (gtk_widget_get_parent (row)))
    row = gtk_widget_get_parent (row);
  for (; row != NULL && i > 0; i--)
    row = gtk_widget_get_next_sibling (row);
  g_assert_nonnull (row);
  return row;
}

static guint
n_marked (GtkWidget *widget)
{
  guint n = STUDIO_IS_SAMPLE_CELL (widget) && gtk_widget_has_css_class (widget, "twin");

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    n += n_marked (child);
  return n;
}

/* Of eleven inputs one has the same answer in both arms, and one always the same in the second. */
static guint
n_twins (guint row)
{
  return row % 11 == 3 ? 2 : row % 11 == 7 ? 1 : 0;
}

static void
duplicates_are_marked_and_can_be_seen_alone (void)
{
  StudioWindow *window = desktop_test_open_workspace (workspace);
  GtkWidget *root = open_artifact (window, "samples/answers.jsonl");
  Wanted wanted = { desktop_test_find (root, STUDIO_TYPE_SAMPLES_VIEW, NULL), "samples", 24 };
  GtkToggleButton *twins;

  desktop_test_until (shows, &wanted);
  desktop_test_settle ();
  for (guint i = 0; i < 24; i++)
    g_assert_cmpuint (n_marked (row_of (root, i)), ==, n_twins (i));
  twins = GTK_TOGGLE_BUTTON (desktop_test_find (root, GTK_TYPE_TOGGLE_BUTTON, "twins"));
  gtk_toggle_button_set_active (twins, TRUE);
  wanted.rows = 4;
  desktop_test_until (shows, &wanted);
  desktop_test_settle ();
  for (guint i = 0; i < 4; i++)
    g_assert_cmpuint (n_marked (row_of (root, i)), ==, i % 2 == 0 ? 2 : 1);
  desktop_test_picture (root, "samples-twins");
  desktop_test_close (window);
}

/* The samples of the run as the view reads them. */
static StudioSamples *
samples_of_run (StudioWindow *window)
{
  g_autofree char *run = artifacts_run (workspace);
  AssayWorkspace *place = studio_session_workspace (studio_window_session (window));
  g_autoptr (AssayRunDir) dir = assay_run_dir_open (place, run, NULL);
  g_autofree char *path = assay_run_dir_file (dir, "samples/answers.jsonl");
  g_autoptr (AssayRunData) data = assay_run_data_read (dir, NULL, NULL);
  StudioSamples *samples = studio_samples_read (path, NULL, NULL);

  g_assert_nonnull (samples);
  studio_samples_join (samples, data);
  return samples;
}

static double
key_of (const StudioSamples *samples, const StudioSampleTable *table, guint row,
        const StudioSampleSort *sort)
{
  const double *values = ((StudioSampleMetric *) samples->metrics->pdata[sort->index])->values;

  if (sort->kind == STUDIO_SORT_METRIC)
    return values[studio_sample_table_cell (table, row, sort->column)];
  return values[studio_sample_table_cell (table, row, table->n_columns - 1)]
         - values[studio_sample_table_cell (table, row, 0)];
}

typedef struct
{
  GtkWidget *root;
  char *title;
} First;

/* The first row is chosen, and so its details are seen. */
static gboolean
is_first (gpointer data)
{
  const First *first = data;
  GtkWidget *details = desktop_test_find (first->root, GTK_TYPE_SCROLLED_WINDOW, "details");

  return desktop_test_find (details, GTK_TYPE_LABEL, first->title) != NULL;
}

static void
assert_sorted (GtkWidget *root, const StudioSamples *samples, const StudioSampleSort *sort,
               gboolean descending)
{
  g_autoptr (StudioSampleTable) table = table_of (
      samples, (StudioSampleQuery){ .arms = 0, .sort = sort, .descending = descending });
  First first = { root, NULL };

  for (guint row = 1; row < table->n_rows && sort->kind >= STUDIO_SORT_METRIC; row++)
    {
      double before = key_of (samples, table, row - 1, sort),
             after = key_of (samples, table, row, sort);

      g_assert_true (descending ? before >= after : before <= after);
    }
  first.title = g_strdup_printf (
      "input %s", studio_samples_level (samples, studio_sample_table_cell (table, 0, 0), 1));
  desktop_test_until (is_first, &first);
  g_free (first.title);
}

static void
rows_are_sorted_by_every_metric_and_all_else (void)
{
  StudioWindow *window = desktop_test_open_workspace (workspace);
  GtkWidget *root = open_artifact (window, "samples/answers.jsonl");
  Wanted wanted = { desktop_test_find (root, STUDIO_TYPE_SAMPLES_VIEW, NULL), "samples", 24 };
  g_autoptr (StudioSamples) samples = samples_of_run (window);
  g_autoptr (GPtrArray) sorts = studio_samples_sorts (samples, 0);
  GtkDropDown *sort;
  GtkToggleButton *descending;
  guint metrics = 0;

  desktop_test_until (shows, &wanted);
  sort = GTK_DROP_DOWN (desktop_test_find (root, GTK_TYPE_DROP_DOWN, "sort"));
  descending = GTK_TOGGLE_BUTTON (desktop_test_find (root, GTK_TYPE_TOGGLE_BUTTON, "descending"));
  for (guint i = 0; i < sorts->len; i++)
    for (int down = 0; down <= 1; down++)
      {
        const StudioSampleSort *way = sorts->pdata[i];

        gtk_drop_down_set_selected (sort, i);
        gtk_toggle_button_set_active (descending, down);
        assert_sorted (root, samples, way, down);
        metrics += way->kind >= STUDIO_SORT_METRIC;
      }
  /* Two metrics: of each arm, and the difference; up and down. */
  g_assert_cmpuint (metrics, ==, 2 * 3 * 2);
  desktop_test_close (window);
}

static void
tables_and_pictures_of_a_run_are_shown (void)
{
  StudioWindow *window = desktop_test_open_workspace (workspace);
  GtkWidget *root = open_artifact (window, "artifacts/losses.table.json");
  Wanted wanted = { root, "table", 300 };

  desktop_test_until (shows, &wanted);
  desktop_test_settle ();
  desktop_test_picture (root, "table-light");
  gtk_window_destroy (GTK_WINDOW (root));
  root = open_artifact (window, "artifacts/frame.ppm");
  wanted = (Wanted){ root, "picture", 0 };
  desktop_test_until (shows, &wanted);
  gtk_widget_activate_action (desktop_test_find (root, GTK_TYPE_DRAWING_AREA, NULL),
                              "picture.zoom-in", NULL);
  desktop_test_settle ();
  desktop_test_picture (root, "picture-light");
  desktop_test_close (window);
}

static void
broken_artifacts_say_what_is_wrong (void)
{
  static const char *const files[]
      = { "artifacts/no.table.json", "artifacts/no.ppm",         "samples/no.jsonl",
          "artifacts/bad.ppm",       "artifacts/bad.table.json", "samples/bad.jsonl" };
  StudioWindow *window = desktop_test_open_workspace (workspace);
  g_autofree char *run = artifacts_run (workspace);

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (workspace, "runs", run, files[i], NULL);
      Wanted wanted = { .state = "problem" };

      if (strstr (files[i], "bad") != NULL)
        g_assert_true (g_file_set_contents (path, "P6 999999 9 255\n{\"rows\":[}", -1, NULL));
      wanted.view = open_artifact (window, files[i]);
      desktop_test_until (shows, &wanted);
      g_remove (path);
      gtk_window_destroy (GTK_WINDOW (wanted.view));
    }
  desktop_test_close (window);
}

static void
kinds_are_told_by_names (void)
{
  static const struct
  {
    const char *file, *name;
    StudioArtifactKind kind;
  } files[] = { { "artifacts/a.b.graph.json", "a.b", STUDIO_ARTIFACT_GRAPH },
                { "artifacts/t.table.json", "t", STUDIO_ARTIFACT_TABLE },
                { "artifacts/p.ppm", "p", STUDIO_ARTIFACT_PICTURE },
                { "samples/s.jsonl", "s", STUDIO_ARTIFACT_SAMPLES },
                { "artifacts/s.jsonl", "s.jsonl", STUDIO_ARTIFACT_FILE } };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *name = studio_artifact_name (files[i].file);

      g_assert_cmpint (studio_artifact_kind (files[i].file), ==, files[i].kind);
      g_assert_cmpstr (name, ==, files[i].name);
    }
}

int
main (int argc, char **argv)
{
  desktop_test_init (&argc, &argv);
  workspace = desktop_test_folder ("samples");
  desktop_test_run_gallery (workspace, "--set agent=plain --seeds 1");
#define ADD(name, function) g_test_add_func ("/desktop/samples/" name, function)
  ADD ("arms-stand-side-by-side", arms_stand_side_by_side);
  ADD ("equal-texts-are-counted", equal_texts_are_counted);
  ADD ("searching-knows-no-case", searching_knows_no_case);
  ADD ("dimensions-sort-as-numbers", dimensions_sort_as_numbers);
  ADD ("hostile-lines-do-no-harm", hostile_lines_do_no_harm);
  ADD ("samples-of-one-place-get-rows-of-their-own", samples_of_one_place_get_rows_of_their_own);
  ADD ("a-hundred-thousand-samples-take-a-moment", a_hundred_thousand_samples_take_a_moment);
  ADD ("kinds-are-told-by-names", kinds_are_told_by_names);
  ADD ("texts-of-a-run-are-read", texts_of_a_run_are_read);
  ADD ("duplicates-are-marked-and-can-be-seen-alone", duplicates_are_marked_and_can_be_seen_alone);
  ADD ("rows-are-sorted-by-every-metric-and-all-else",
       rows_are_sorted_by_every_metric_and_all_else);
  ADD ("tables-and-pictures-of-a-run-are-shown", tables_and_pictures_of_a_run_are_shown);
  ADD ("broken-artifacts-say-what-is-wrong", broken_artifacts_say_what_is_wrong);
  return g_test_run ();
}

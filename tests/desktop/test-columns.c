/* SPDX-License-Identifier: Apache-2.0 */
/* Columns of the runs table: how wide, in which order, and which summaries. */
#include "desktop.h"
#include "host/registry/text.h"
#include "many.h"
#include "ui/desktop/runs-metric.h"
#include "ui/desktop/runs-table.h"

#include <math.h>
#include <string.h>

static void
assert_column (const char *key, const char *metric, const char *labels, AssaySummaryKind kind,
               double step, const char *title)
{
  g_auto (StudioMetricColumn) column = { 0 };
  g_autofree char *shown = studio_metric_column_title (key);

  studio_metric_column_parse (key, &column);
  g_assert_cmpstr (column.metric, ==, metric);
  g_assert_cmpstr (column.labels, ==, labels);
  g_assert_cmpint (column.kind, ==, kind);
  g_assert_cmpint (column.at, ==, !isnan (step));
  g_assert_true (isnan (step) || column.step == step);
  g_assert_cmpstr (shown, ==, title);
}

static void
keys_say_which_summary (void)
{
  assert_column ("loss", "loss", NULL, ASSAY_SUMMARY_LAST, NAN, "loss");
  assert_column ("min.loss", "loss", NULL, ASSAY_SUMMARY_MIN, NAN, "loss, smallest");
  assert_column ("loss@1000", "loss", NULL, ASSAY_SUMMARY_LAST, 1000, "loss at 1000");
  assert_column ("max.loss{split=a@b}", "loss", "split=a@b", ASSAY_SUMMARY_MAX, NAN,
                 "loss split=a@b, largest");
  assert_column ("loss{x={1}}@2.5", "loss", "x={1}", ASSAY_SUMMARY_LAST, 2.5, "loss x={1} at 2.5");
  assert_column ("loss{", "loss{", NULL, ASSAY_SUMMARY_LAST, NAN, "loss{");
  assert_column ("@", "", NULL, ASSAY_SUMMARY_LAST, 0, " at 0");
  assert_column ("", "", NULL, ASSAY_SUMMARY_LAST, NAN, "");
}

static void
one_label_set_or_the_mean_over_all (void)
{
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (AssaySummary));
  const AssaySummary rows[] = {
    { .metric = "loss", .labels = "split=test", .last = 3, .min = 1, .at = NAN },
    { .metric = "loss", .labels = "split=train", .last = 5, .min = 2, .at = 8 },
    { .metric = "other", .labels = "", .last = 100, .min = -100, .at = 100 },
  };
  const struct
  {
    const char *key;
    double value;
  } cases[] = { { "loss", 4 },     { "loss{split=train}", 5 },
                { "min.loss", 1 }, { "loss{split=no}", NAN },
                { "loss@7", 8 },   { "loss{split=test}@7", NAN } };

  g_array_append_vals (all, rows, G_N_ELEMENTS (rows));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (StudioMetricColumn) column = { 0 };
      double value;

      studio_metric_column_parse (cases[i].key, &column);
      value = studio_metric_column_value (&column, all);
      g_assert_true (value == cases[i].value || (isnan (value) && isnan (cases[i].value)));
    }
}

/* ---- the table ---- */

typedef struct
{
  StudioWindow *window;
  GtkWidget *view;
  StudioRunsTable *table;
  char *path;
} Fixture;

static gboolean
has_rows (gpointer data)
{
  StudioRunsAnswer *answer = studio_runs_table_answer (((Fixture *) data)->table);

  return answer != NULL && answer->n > 0;
}

static void
fixture_open (Fixture *f)
{
  f->window = desktop_test_open_workspace (f->path);
  studio_window_show_page (f->window, "runs");
  f->view = desktop_test_find (f->window, g_type_from_name ("StudioRunsView"), NULL);
  f->table = STUDIO_RUNS_TABLE (desktop_test_find (f->view, STUDIO_TYPE_RUNS_TABLE, NULL));
  desktop_test_until (has_rows, f);
}

static GtkWidget *
open_columns (Fixture *f)
{
  GtkWidget *button = desktop_test_find (f->view, GTK_TYPE_MENU_BUTTON, "columns_button");

  gtk_menu_button_popup (GTK_MENU_BUTTON (button));
  return GTK_WIDGET (gtk_menu_button_get_popover (GTK_MENU_BUTTON (button)));
}

static gboolean
has_at (gpointer popover)
{
  return desktop_test_find (popover, GTK_TYPE_LABEL, "At") != NULL;
}

static gboolean
has_column_at (gpointer data)
{
  g_auto (GStrv) columns = studio_runs_table_columns (((Fixture *) data)->table);

  return g_strv_contains ((const char *const *) columns, "loss@1");
}

typedef struct
{
  Fixture *f;
  const char *text;
} Shown;

/* Somewhere in the table this text stands. */
static GtkWidget *
find_inscription (GtkWidget *widget, const char *text)
{
  if (GTK_IS_INSCRIPTION (widget)
      && g_strcmp0 (gtk_inscription_get_text (GTK_INSCRIPTION (widget)), text) == 0)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_inscription (child, text);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static gboolean
text_is_shown (gpointer data)
{
  Shown *shown = data;

  return find_inscription (GTK_WIDGET (shown->f->table), shown->text) != NULL;
}

/* Interpolated from the run's own log. */
static char *
value_at (Fixture *f, double step)
{
  StudioRunsAnswer *answer = studio_runs_table_answer (f->table);
  StudioSession *session = studio_window_session (f->window);
  g_autoptr (AssayRunDir) dir
      = assay_run_dir_open (studio_session_workspace (session), answer->identities[0], NULL);
  g_autoptr (GStringChunk) texts = g_string_chunk_new (256);
  g_autoptr (GArray) summaries = assay_run_summaries (dir, step, texts, NULL);

  g_assert_cmpuint (summaries->len, ==, 1);
  g_assert_false (isnan (g_array_index (summaries, AssaySummary, 0).at));
  return assay_number_text (g_array_index (summaries, AssaySummary, 0).at);
}

static void
values_at_a_step_are_read_from_the_logs (void)
{
  g_autofree char *text = NULL;
  Fixture f = { .path = many_runs_folder () };
  GtkWidget *popover, *step, *at;
  Shown shown = { &f };

  many_runs_write (f.path, 300);
  fixture_open (&f);
  popover = open_columns (&f);
  desktop_test_until (has_at, popover);
  step = desktop_test_find (popover, GTK_TYPE_SPIN_BUTTON, NULL);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (step), 2);
  at = desktop_test_find (popover, GTK_TYPE_LABEL, "At");
  gtk_toggle_button_set_active (
      GTK_TOGGLE_BUTTON (gtk_widget_get_ancestor (at, GTK_TYPE_TOGGLE_BUTTON)), TRUE);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (step), 1); /* columns that are there follow */
  desktop_test_until (has_column_at, &f);
  desktop_test_picture (popover, "runs-columns");
  text = value_at (&f, 1);
  shown.text = text;
  desktop_test_until (text_is_shown, &shown);
  gtk_menu_button_popdown (
      GTK_MENU_BUTTON (desktop_test_find (f.view, GTK_TYPE_MENU_BUTTON, "columns_button")));
  desktop_test_picture (GTK_WIDGET (f.window), "runs-at-step");
  desktop_test_close (f.window);
  fixture_open (&f); /* remembered */
  desktop_test_until (has_column_at, &f);
  desktop_test_until (text_is_shown, &shown);
  desktop_test_close (f.window);
  many_runs_remove (f.path);
  g_free (f.path);
}

/* ---- sorting by what the index does not know ---- */

static void
on_answer (GObject *source, GAsyncResult *result, gpointer data)
{
  *(StudioRunsAnswer **) data = g_task_propagate_pointer (G_TASK (result), NULL);
}

static gboolean
is_answered (gpointer answer)
{
  return *(StudioRunsAnswer **) answer != NULL;
}

static StudioRunsAnswer *
ask (Fixture *f, const char *order, gboolean descending)
{
  StudioRunsQuestion *question = g_new0 (StudioRunsQuestion, 1);
  StudioRunsAnswer *answer = NULL;
  GTask *task = g_task_new (NULL, NULL, on_answer, &answer);

  question->order = g_strdup (order);
  question->descending = descending;
  question->metrics = g_strdupv ((char *[]){ "loss", NULL });
  g_task_set_task_data (task, question, (GDestroyNotify) studio_runs_question_free);
  studio_session_run (studio_window_session (f->window), task, studio_runs_answer_job);
  desktop_test_until (is_answered, &answer);
  return answer;
}

static void
runs_are_sorted_by_one_label_set (void)
{
  Fixture f = { .path = many_runs_folder () };

  many_runs_write (f.path, 300);
  fixture_open (&f);
  for (guint descending = 0; descending < 2; descending++)
    {
      g_autoptr (StudioRunsAnswer) own = ask (&f, "loss{}", descending > 0);
      double last = descending ? INFINITY : -INFINITY;

      g_assert_cmpuint (own->n, ==, 300);
      for (guint i = 0; i < own->n; i++)
        {
          const GArray *summaries = studio_runs_answer_run (own, i)->summaries;
          double value = g_array_index (summaries, AssaySummary, 0).last;
          g_autofree char *text = studio_runs_answer_text (own, i, "loss{}");
          g_autofree char *number = assay_number_text (value);

          g_assert_cmpstr (text, ==, number);
          g_assert_true (descending ? value <= last : value >= last);
          last = value;
        }
    }
  desktop_test_close (f.window);
  many_runs_remove (f.path);
  g_free (f.path);
}

/* ---- order and width ---- */

static void
columns_are_as_wide_as_what_they_hold (void)
{
  static const char *const first[] = { "starred", "status", "study", "seed", "agent", "depth" };
  Fixture f = { .path = many_runs_folder () };
  Shown shown = { &f, "graph" };
  g_auto (GStrv) columns = NULL;
  GtkWidget *text;

  many_runs_write (f.path, 300);
  fixture_open (&f);
  desktop_test_until (text_is_shown, &shown);
  desktop_test_settle ();
  columns = studio_runs_table_columns (f.table);
  for (guint i = 0; i < G_N_ELEMENTS (first); i++)
    g_assert_cmpstr (columns[i], ==, first[i]);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (PangoLayout) layout = NULL;
      int width;

      text = find_inscription (GTK_WIDGET (f.table), i == 0 ? "graph" : "many");
      layout = gtk_widget_create_pango_layout (text, i == 0 ? "graph" : "many");
      pango_layout_get_pixel_size (layout, &width, NULL);
      g_assert_cmpint (gtk_widget_get_width (text), >=, width);
      g_assert_cmpint (gtk_widget_get_width (text), <=, 240);
    }
  desktop_test_close (f.window);
  many_runs_remove (f.path);
  g_free (f.path);
}

/* Where columns are remembered, in memory. */
static void
find_settings (void)
{
  g_autofree char *folder
      = g_build_filename (g_getenv ("G_TEST_BUILDDIR"), "..", "data", "desktop", NULL);

  g_setenv ("GSETTINGS_SCHEMA_DIR", folder, TRUE);
}

int
main (int argc, char **argv)
{
  find_settings ();
  desktop_test_init (&argc, &argv);
#define ADD(name, test) g_test_add_func ("/desktop/columns/" name, test)
  ADD ("keys-say-which-summary", keys_say_which_summary);
  ADD ("one-label-set-or-the-mean-over-all", one_label_set_or_the_mean_over_all);
  ADD ("values-at-a-step-are-read-from-the-logs", values_at_a_step_are_read_from_the_logs);
  ADD ("runs-are-sorted-by-one-label-set", runs_are_sorted_by_one_label_set);
  ADD ("they-are-as-wide-as-what-they-hold", columns_are_as_wide_as_what_they_hold);
#undef ADD
  return g_test_run ();
}

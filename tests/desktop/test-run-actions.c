/* SPDX-License-Identifier: Apache-2.0 */
/* What is done with chosen runs: tags, leading elsewhere, verify. */
#include "desktop.h"
#include "ui/desktop/runs-table.h"

#include <string.h>

static char *workspace;

typedef struct
{
  StudioWindow *window;
  GtkWidget *view;
  StudioRunsTable *table;
} Fixture;

static gboolean
is_ready (gpointer data)
{
  const Fixture *f = data;
  StudioRunsAnswer *answer = studio_runs_table_answer (f->table);

  return answer != NULL && answer->n > 0
         && studio_session_registry (studio_window_session (f->window)) != NULL;
}

static void
fixture_open (Fixture *f)
{
  f->window = desktop_test_open_workspace (workspace);
  studio_window_show_page (f->window, "runs");
  f->view = desktop_test_find (f->window, g_type_from_name ("StudioRunsView"), NULL);
  f->table = STUDIO_RUNS_TABLE (desktop_test_find (f->view, STUDIO_TYPE_RUNS_TABLE, NULL));
  desktop_test_until (is_ready, f);
}

/* Ids of the first @n rows, which are chosen. */
static GStrv
choose (Fixture *f, guint n)
{
  StudioRunsAnswer *answer = studio_runs_table_answer (f->table);
  GStrv ids = g_new0 (char *, n + 1);

  g_assert_cmpuint (answer->n, >=, n);
  for (guint i = 0; i < n; i++)
    ids[i] = g_strdup (answer->identities[i]);
  studio_runs_table_select (f->table, (const char *const *) ids);
  desktop_test_settle ();
  return ids;
}

/* ---- tags ---- */

typedef struct
{
  Fixture *f;
  const char *run, *tags;
} Tagged;

static gboolean
has_tags (gpointer data)
{
  const Tagged *tagged = data;
  StudioRunsAnswer *answer = studio_runs_table_answer (tagged->f->table);

  for (guint i = 0; i < answer->n; i++)
    if (strcmp (answer->identities[i], tagged->run) == 0)
      {
        g_autofree char *text = studio_runs_answer_text (answer, i, "tag");

        return strcmp (text, tagged->tags) == 0;
      }
  return FALSE;
}

/* Opens the dialog, which shows @before, types @tags and answers. */
static void
type_tags (Fixture *f, const char *before, const char *tags, const char *response)
{
  AdwMessageDialog *dialog;
  GtkWidget *entry;

  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (f->window), "win.run-tag", NULL));
  dialog = desktop_test_dialog (f->window, ADW_TYPE_MESSAGE_DIALOG);
  g_assert_nonnull (dialog);
  desktop_test_settle ();
  entry = adw_message_dialog_get_extra_child (dialog);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (entry)), ==, before);
  gtk_editable_set_text (GTK_EDITABLE (entry), tags);
  if (strcmp (response, "save") == 0)
    desktop_test_picture (GTK_WIDGET (dialog), "run-tags");
  adw_message_dialog_response (dialog, response);
  gtk_window_destroy (GTK_WINDOW (dialog));
}

static void
tags_are_typed_in_a_dialog (void)
{
  Fixture f;
  g_auto (GStrv) two = NULL, one = NULL;

  fixture_open (&f);
  two = choose (&f, 2);
  type_tags (&f, "", "baseline, for the paper, ,", "save");
  desktop_test_until (has_tags, &(Tagged){ &f, two[0], "baseline, for the paper" });
  desktop_test_until (has_tags, &(Tagged){ &f, two[1], "baseline, for the paper" });
  one = choose (&f, 1);
  type_tags (&f, "baseline, for the paper", "never", "cancel");
  type_tags (&f, "baseline, for the paper", "odd, baseline", "save");
  desktop_test_until (has_tags, &(Tagged){ &f, one[0], "odd, baseline" });
  desktop_test_until (has_tags, &(Tagged){ &f, two[1], "baseline, for the paper" });
  desktop_test_close (f.window);
}

/* ---- leading elsewhere ---- */

static gboolean
is_shown (gpointer widget)
{
  return gtk_widget_get_mapped (widget);
}

static void
chosen_runs_are_shown_elsewhere (void)
{
  static const struct
  {
    const char *label, *type;
  } ways[] = { { "win.run-figures", "StudioFiguresView" },
               { "win.run-claims", "StudioClaimsView" },
               { "win.run-compare", "StudioCompareView" } };
  g_auto (GStrv) ids = NULL;
  Fixture f;

  fixture_open (&f);
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      const StudioSelection *selection
          = studio_session_selection (studio_window_session (f.window));

      studio_session_select (studio_window_session (f.window), "gallery", NULL, NULL);
      g_assert_null (selection->runs);
      studio_window_show_page (f.window, "runs");
      desktop_test_settle ();
      g_strfreev (ids);
      ids = choose (&f, 2);
      g_assert_true (gtk_widget_activate_action (GTK_WIDGET (f.window), ways[i].label, NULL));
      g_assert_cmpstr (selection->study, ==, "gallery");
      g_assert_true (
          g_strv_equal ((const char *const *) selection->runs, (const char *const *) ids));
      desktop_test_until (is_shown,
                          desktop_test_find (f.window, g_type_from_name (ways[i].type), NULL));
    }
  desktop_test_close (f.window);
}

static GtkWidget *
find_button_of (GtkWidget *widget, const char *action)
{
  if (GTK_IS_BUTTON (widget)
      && g_strcmp0 (gtk_actionable_get_action_name (GTK_ACTIONABLE (widget)), action) == 0)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_button_of (child, action);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
the_button_compares (void)
{
  Fixture f;
  g_auto (GStrv) ids = NULL;
  GtkWidget *button, *parameters;

  fixture_open (&f);
  button = find_button_of (f.view, "win.run-compare");
  g_assert_nonnull (button);
  ids = choose (&f, 1);
  g_assert_false (gtk_widget_is_sensitive (button));
  g_strfreev (ids);
  ids = choose (&f, 2);
  g_assert_true (gtk_widget_get_mapped (button) && gtk_widget_is_sensitive (button));
  g_signal_emit_by_name (button, "clicked");
  parameters = desktop_test_find (
      desktop_test_find (f.window, g_type_from_name ("StudioCompareView"), NULL), ADW_TYPE_BIN,
      "parameters");
  desktop_test_until (is_shown, parameters);
  desktop_test_close (f.window);
}

/* ---- verify ---- */

static gboolean
is_verified (gpointer row)
{
  const char *title = adw_preferences_row_get_title (row);

  return strcmp (title, "Equal to the last bit") == 0
         || strcmp (title, "It comes out differently") == 0
         || strcmp (title, "Could not be verified") == 0;
}

static void
assert_verdict (Fixture *f, const char *run, const char *title)
{
  GtkWidget *row = desktop_test_find (f->view, ADW_TYPE_ACTION_ROW, "verify_row");

  studio_window_show_run (f->window, run);
  desktop_test_settle ();
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (f->window), "win.run-verify", NULL));
  desktop_test_until (is_shown, row);
  desktop_test_until (is_verified, row);
  g_assert_cmpstr (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)), ==, title);
}

/* The run claims to have measured what another one did. */
static void
falsify (const char *run, const char *other)
{
  g_autofree char *from = g_build_filename (workspace, "runs", other, "metrics.alog", NULL);
  g_autofree char *to = g_build_filename (workspace, "runs", run, "metrics.alog", NULL);
  g_autofree char *bytes = NULL;
  gsize n;

  g_assert_true (g_file_get_contents (from, &bytes, &n, NULL));
  g_assert_true (g_file_set_contents (to, bytes, (gssize) n, NULL));
}

static void
a_run_is_verified (void)
{
  Fixture f;
  g_auto (GStrv) ids = NULL;

  fixture_open (&f);
  ids = choose (&f, 2);
  assert_verdict (&f, ids[0], "Equal to the last bit");
  desktop_test_picture (GTK_WIDGET (f.window), "run-verified");
  falsify (ids[1], ids[0]);
  assert_verdict (&f, ids[1], "It comes out differently");
  desktop_test_close (f.window);
}

int
main (int argc, char **argv)
{
  desktop_test_init (&argc, &argv);
  workspace = desktop_test_folder ("run-actions");
  desktop_test_run_gallery (workspace, "--preset quick -j 2");
#define ADD(name, test) g_test_add_func ("/desktop/run-actions/" name, test)
  ADD ("tags-are-typed-in-a-dialog", tags_are_typed_in_a_dialog);
  ADD ("chosen-runs-are-shown-elsewhere", chosen_runs_are_shown_elsewhere);
  ADD ("the-button-compares", the_button_compares);
  ADD ("a-run-is-verified", a_run_is_verified);
#undef ADD
  return g_test_run ();
}

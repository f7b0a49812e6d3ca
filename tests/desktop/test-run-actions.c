/* SPDX-License-Identifier: Apache-2.0 */
/* What is done with chosen runs: tags, leading elsewhere, verify. */
#include "desktop.h"
#include "host/registry/json.h"
#include "ui/desktop/run-commands.h"
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

/* What "assay tag" shows; NULL: no notes. */
static char *
notes_of (const char *run, const char *member)
{
  g_autofree char *path = g_build_filename (workspace, "runs", run, "notes.json", NULL);
  g_autoptr (JsonNode) node = assay_json_load (path, NULL);
  JsonNode *found
      = node != NULL ? json_object_get_member (json_node_get_object (node), member) : NULL;

  return found != NULL ? json_to_string (found, FALSE) : NULL;
}

typedef struct
{
  const char *run, *member, *text; /* text NULL: no such member */
} Noted;

static gboolean
is_noted (gpointer data)
{
  const Noted *noted = data;
  g_autofree char *text = notes_of (noted->run, noted->member);

  return g_strcmp0 (text, noted->text) == 0;
}

static void
give (Fixture *f, const char *action)
{
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (f->window), action, NULL));
}

static void
type_note (Fixture *f, const char *text)
{
  AdwMessageDialog *dialog;
  GtkWidget *view;

  give (f, "win.run-note");
  dialog = desktop_test_dialog (f->window, ADW_TYPE_MESSAGE_DIALOG);
  view = desktop_test_find (dialog, GTK_TYPE_TEXT_VIEW, NULL);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)), text, -1);
  adw_message_dialog_response (dialog, "save");
  gtk_window_destroy (GTK_WINDOW (dialog));
}

typedef struct
{
  Fixture *f;
  const char *text;
} Said;

static gboolean
is_said (gpointer data)
{
  const Said *said = data;

  return desktop_test_find (said->f->window, GTK_TYPE_LABEL, said->text) != NULL;
}

/* Each run gets back what it had, one step after the other. */
static void
notes_on_many_runs_are_undone (void)
{
  Fixture f;
  g_auto (GStrv) one = NULL, four = NULL;

  fixture_open (&f);
  one = choose (&f, 1);
  type_tags (&f, "odd, baseline", "odd", "save");
  desktop_test_until (is_said, &(Said){ &f, "Tags saved" });
  four = choose (&f, 4);
  type_tags (&f, "", "odd, all", "save");
  desktop_test_until (is_said, &(Said){ &f, "Tags saved for 4 runs" });
  type_note (&f, "seen");
  desktop_test_until (is_said, &(Said){ &f, "Note saved for 4 runs" });
  desktop_test_picture (GTK_WIDGET (f.window), "runs-undo");
  give (&f, "win.run-star");
  desktop_test_until (is_said, &(Said){ &f, "4 runs starred" });
  g_assert_true (
      is_noted (&(Noted){ four[1], "tags", "[\"baseline\",\"for the paper\",\"odd\",\"all\"]" }));
  g_assert_true (is_noted (&(Noted){ four[3], "tags", "[\"odd\",\"all\"]" }));
  g_assert_true (is_noted (&(Noted){ four[3], "note", "\"seen\"" }));
  g_assert_true (is_noted (&(Noted){ four[3], "star", "true" }));
  give (&f, "win.undo");
  give (&f, "win.undo");
  give (&f, "win.undo");
  desktop_test_until (is_noted, &(Noted){ four[3], "tags", NULL });
  desktop_test_until (is_noted, &(Noted){ four[2], "note", NULL });
  desktop_test_until (is_noted, &(Noted){ four[1], "star", NULL });
  desktop_test_until (is_noted, &(Noted){ four[1], "tags", "[\"baseline\",\"for the paper\"]" });
  desktop_test_until (is_noted, &(Noted){ four[0], "tags", "[\"odd\"]" });
  give (&f, "win.undo");
  desktop_test_until (is_noted, &(Noted){ one[0], "tags", "[\"odd\",\"baseline\"]" });
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

/* ---- out of the window ---- */

static void
on_text (GObject *clipboard, GAsyncResult *result, gpointer text)
{
  *(char **) text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (clipboard), result, NULL);
}

static gboolean
is_set (gpointer text)
{
  return *(char **) text != NULL;
}

static void
ids_are_copied (void)
{
  g_autofree char *expected = NULL, *text = NULL;
  g_auto (GStrv) ids = NULL;
  Fixture f;

  fixture_open (&f);
  ids = choose (&f, 3);
  give (&f, "win.run-copy-id");
  expected = g_strjoinv (" ", ids);
  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (f.view), NULL, on_text, &text);
  desktop_test_until (is_set, &text);
  g_assert_cmpstr (text, ==, expected);
  desktop_test_close (f.window);
}

/* A program of ours opens folders: it writes down which. */
static char *
install_opener (void)
{
  char *told = g_build_filename (g_get_user_data_dir (), "opened", NULL);
  g_autofree char *applications = g_build_filename (g_get_user_data_dir (), "applications", NULL);
  g_autofree char *entry = g_build_filename (applications, "opener.desktop", NULL);
  g_autofree char *list = g_build_filename (g_get_user_config_dir (), "mimeapps.list", NULL);
  g_autofree char *script = g_build_filename (g_get_user_data_dir (), "opener", NULL);
  g_autofree char *body = g_strdup_printf ("#!/bin/sh\necho \"$1\" >> '%s'\n", told);
  g_autofree char *text
      = g_strdup_printf ("[Desktop Entry]\nType=Application\nName=Opener\nExec=%s %%u\n"
                         "MimeType=inode/directory;\n",
                         script);

  g_mkdir_with_parents (applications, 0700);
  g_assert_true (g_file_set_contents_full (script, body, -1, 0, 0700, NULL));
  g_assert_true (g_file_set_contents (entry, text, -1, NULL));
  g_assert_true (g_file_set_contents (
      list, "[Default Applications]\ninode/directory=opener.desktop\n", -1, NULL));
  return told;
}

typedef struct
{
  const char *told;
  GStrv folders;
} Opened;

/* In any order: each is a process. */
static gboolean
are_opened (gpointer data)
{
  const Opened *opened = data;
  g_autofree char *text = NULL;
  guint n = 0;

  if (!g_file_get_contents (opened->told, &text, NULL, NULL))
    return FALSE;
  for (char **folder = opened->folders; *folder != NULL; folder++)
    n += strstr (text, *folder) != NULL;
  return n == g_strv_length (opened->folders);
}

static void
folders_are_opened (void)
{
  g_autofree char *told = install_opener ();
  g_autoptr (GStrvBuilder) folders = g_strv_builder_new ();
  g_auto (GStrv) ids = NULL, expected = NULL;
  Fixture f;

  fixture_open (&f);
  ids = choose (&f, 2);
  for (char **id = ids; *id != NULL; id++)
    {
      g_autofree char *folder = g_build_filename (workspace, "runs", *id, NULL);

      g_strv_builder_add (folders, folder);
    }
  expected = g_strv_builder_end (folders);
  give (&f, "win.run-folder");
  desktop_test_until (are_opened, &(Opened){ told, expected });
  desktop_test_close (f.window);
}

/* ---- export ---- */

static void
on_exported (GObject *session, GAsyncResult *result, gpointer done)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (g_task_propagate_boolean (G_TASK (result), &error));
  g_assert_no_error (error);
  *(gboolean *) done = TRUE;
}

static gboolean
is_done (gpointer done)
{
  return *(gboolean *) done;
}

static void
assert_command_line_writes (const char *path, GStrv ids, const char *format)
{
  const char *words[] = { g_getenv ("ASSAY_TEST_PROGRAM"),
                          "export",
                          ids[0],
                          ids[1],
                          ids[2],
                          "--workspace",
                          workspace,
                          "--format",
                          format,
                          NULL };
  GSubprocessFlags flags = G_SUBPROCESS_FLAGS_STDOUT_PIPE;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) program = g_subprocess_newv (words, flags, &error);
  g_autoptr (GBytes) theirs = NULL;
  g_autofree char *mine = NULL;
  gsize n;

  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate (program, NULL, NULL, &theirs, NULL, &error));
  g_assert_true (g_subprocess_get_successful (program));
  g_assert_true (g_file_get_contents (path, &mine, &n, &error));
  g_assert_cmpuint (n, >, 1000);
  g_assert_cmpmem (mine, n, g_bytes_get_data (theirs, NULL), g_bytes_get_size (theirs));
}

/* The dialog, which tells where to, is test-dialogs'. */
static void
exports_are_the_command_lines (void)
{
  static const char *const formats[] = { "csv", "jsonl", "json", "bundle" };
  g_auto (GStrv) ids = NULL;
  Fixture f;

  fixture_open (&f);
  ids = choose (&f, 3);
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autofree char *path = g_build_filename (g_get_user_data_dir (), formats[i], NULL);
      gboolean done = FALSE;
      AssayExportFormat format;

      g_assert_true (assay_export_format (formats[i], &format, NULL));
      studio_run_export (studio_window_session (f.window), (const char *const *) ids, format, path,
                         NULL, on_exported, &done);
      desktop_test_until (is_done, &done);
      assert_command_line_writes (path, ids, formats[i]);
    }
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
  ADD ("notes-on-many-runs-are-undone", notes_on_many_runs_are_undone);
  ADD ("chosen-runs-are-shown-elsewhere", chosen_runs_are_shown_elsewhere);
  ADD ("the-button-compares", the_button_compares);
  ADD ("ids-are-copied", ids_are_copied);
  ADD ("folders-are-opened", folders_are_opened);
  ADD ("exports-are-the-command-lines", exports_are_the_command_lines);
  ADD ("a-run-is-verified", a_run_is_verified);
#undef ADD
  return g_test_run ();
}

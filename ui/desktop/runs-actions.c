/* SPDX-License-Identifier: Apache-2.0
 *
 * The commands of the runs view.
 */
#include "ui/desktop/runs-view-private.h"

#include "ui/desktop/file-dialog.h"
#include "ui/desktop/window.h"
#include <string.h>

#define MAX_FOLDERS 5 /* opened at once */

/* ---- doing it ---- */

static void on_command_done (GObject *session, GAsyncResult *result, gpointer data);

typedef struct
{
  StudioRunsView *view;
  StudioRunOutcome *outcome;
} Done;

static void
undo_done (gpointer data)
{
  Done *done = data;

  studio_run_command_undo (done->view->session, g_steal_pointer (&done->outcome),
                           done->view->closing, on_command_done, done->view);
}

static void
done_free (gpointer data)
{
  Done *done = data;

  studio_run_outcome_free (done->outcome);
  g_free (done);
}

/* A single star is seen where it was set. */
static gboolean
goes_without_saying (const StudioRunOutcome *outcome)
{
  return !outcome->failed && g_strv_length (outcome->done) < 2
         && (outcome->command == STUDIO_STAR_RUNS || outcome->command == STUDIO_UNSTAR_RUNS);
}

static void
on_command_done (GObject *session, GAsyncResult *result, gpointer data)
{
  StudioRunsView *view = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (StudioRunOutcome) outcome = g_task_propagate_pointer (G_TASK (result), &error);
  StudioWindow *window;
  Done *done;

  if (outcome == NULL)
    return;
  studio_session_refresh (STUDIO_SESSION (session));
  studio_run_page_runs_changed (view->page);
  window = studio_window_of (view);
  if (goes_without_saying (outcome))
    return;
  if (!studio_run_outcome_can_be_undone (outcome))
    {
      studio_window_toast (window, outcome->sentence, NULL, NULL);
      return;
    }
  done = g_new (Done, 1);
  *done = (Done){ view, g_steal_pointer (&outcome) };
  studio_window_toast_undo (window, done->outcome->sentence, undo_done, done, done_free);
}

void
studio_runs_view_command (StudioRunsView *view, StudioRunCommand command, const char *const *runs,
                          const char *text)
{
  if (*runs != NULL)
    studio_run_command (view->session, command, runs, text, view->closing, on_command_done, view);
}

static void
do_to_chosen (StudioRunsView *view, StudioRunCommand command)
{
  g_auto (GStrv) runs = studio_runs_view_runs (view);

  studio_runs_view_command (view, command, (const char *const *) runs, NULL);
}

static void
on_cancel (GSimpleAction *action, GVariant *parameter, gpointer view)
{
  do_to_chosen (view, STUDIO_CANCEL_RUNS);
}

static void
on_retry (GSimpleAction *action, GVariant *parameter, gpointer view)
{
  do_to_chosen (view, STUDIO_RETRY_RUNS);
}

static void
on_resume (GSimpleAction *action, GVariant *parameter, gpointer view)
{
  do_to_chosen (view, STUDIO_RESUME_RUNS);
}

static void
on_delete (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  StudioRunsView *view = data;

  do_to_chosen (view, STUDIO_DELETE_RUNS);
  if (studio_run_page_run (view->page) != NULL)
    studio_run_page_leave (view->page);
}

/* Takes the stars away when all that is chosen has one. */
static void
on_star (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  StudioRunsView *view = data;
  StudioRunsAnswer *answer = studio_runs_table_answer (view->table);
  g_auto (GStrv) runs = studio_runs_view_runs (view);
  g_autoptr (GHashTable) wanted = g_hash_table_new (g_str_hash, g_str_equal);
  gboolean all = answer != NULL && answer->rows != NULL;

  for (char **run = runs; *run != NULL; run++)
    g_hash_table_add (wanted, *run);
  for (guint i = 0; all && i < answer->n; i++)
    all = studio_runs_answer_run (answer, i)->star
          || !g_hash_table_contains (wanted, answer->identities[i]);
  studio_runs_view_command (view, all ? STUDIO_UNSTAR_RUNS : STUDIO_STAR_RUNS,
                            (const char *const *) runs, NULL);
}

/* ---- dialogs ---- */

typedef struct
{
  StudioRunsView *view;
  GStrv runs;
  StudioRunCommand command;
  GtkWidget *input; /* of the text */
  char *before;     /* tags in lines */
} Dialog;

static void
dialog_free (gpointer data, GClosure *closure)
{
  Dialog *dialog = data;

  g_strfreev (dialog->runs);
  g_free (dialog->before);
  g_free (dialog);
}

/* Tags to add in lines, and those to take away behind a "-". */
static char *
tag_changes (const char *typed, const char *before)
{
  g_auto (GStrv) new = g_strsplit (typed, ",", -1), old = g_strsplit (before, "\n", -1);
  GString *lines = g_string_new (NULL);

  for (char **tag = new; *tag != NULL; tag++)
    if (*g_strstrip (*tag) != '\0')
      g_string_append_printf (lines, "%s\n", *tag);
  for (char **tag = old; *tag != NULL; tag++)
    if (**tag != '\0' && !g_strv_contains ((const char *const *) new, *tag))
      g_string_append_printf (lines, "-%s\n", *tag);
  return g_string_free (lines, FALSE);
}

static void
on_dialog_response (AdwMessageDialog *window, const char *response, Dialog *dialog)
{
  g_autofree char *text = NULL;

  if (strcmp (response, "save") != 0)
    return;
  if (dialog->command == STUDIO_NOTE_RUNS)
    {
      GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (dialog->input));

      g_object_get (buffer, "text", &text, NULL);
    }
  else
    text = tag_changes (gtk_editable_get_text (GTK_EDITABLE (dialog->input)), dialog->before);
  studio_runs_view_command (dialog->view, dialog->command, (const char *const *) dialog->runs,
                            text);
}

static void
present_dialog (StudioRunsView *view, StudioRunCommand command, GtkWidget *input, GtkWidget *shown,
                const char *heading, const char *body, const char *before)
{
  GtkWidget *window = adw_message_dialog_new (GTK_WINDOW (studio_window_of (view)), heading, body);
  Dialog *dialog = g_new (Dialog, 1);

  *dialog = (Dialog){ view, studio_runs_view_runs (view), command, input, g_strdup (before) };
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (window), "cancel", "_Cancel", "save",
                                    "_Save", NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (window), "save",
                                              ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (window), "save");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (window), "cancel");
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (window), shown);
  g_signal_connect_data (window, "response", G_CALLBACK (on_dialog_response), dialog, dialog_free,
                         0);
  gtk_window_present (GTK_WINDOW (window));
  gtk_widget_grab_focus (input);
}

static void
on_note (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  StudioRunsView *view = data;
  const AssayRunRow *run = studio_runs_view_one (view);
  GtkWidget *text = gtk_text_view_new (), *frame = gtk_scrolled_window_new ();

  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (text), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (text), FALSE);
  gtk_widget_add_css_class (text, "run-note");
  gtk_widget_add_css_class (frame, "card");
  if (run != NULL && run->note != NULL)
    gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (text)), run->note, -1);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (frame), text);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (frame), 120);
  gtk_accessible_update_property (GTK_ACCESSIBLE (text), GTK_ACCESSIBLE_PROPERTY_LABEL, "Note", -1);
  present_dialog (view, STUDIO_NOTE_RUNS, text, frame, "Note",
                  run != NULL ? "It is kept with the run, in notes.json."
                              : "It replaces the notes of all chosen runs.",
                  "");
}

/* Tags that every chosen run has. */
static char *
common_tags (StudioRunsView *view, const char *separator)
{
  const AssayRunRow *run = studio_runs_view_one (view);

  return run != NULL ? g_strjoinv (separator, (GStrv) run->tags) : g_strdup ("");
}

static void
on_tag (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  StudioRunsView *view = data;
  gboolean one = studio_runs_view_one (view) != NULL;
  GtkWidget *entry = gtk_entry_new ();
  g_autofree char *shown = common_tags (view, ", "), *before = common_tags (view, "\n");

  gtk_editable_set_text (GTK_EDITABLE (entry), shown);
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_entry_set_placeholder_text (GTK_ENTRY (entry), "baseline, for the paper");
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, "Tags",
                                  -1);
  present_dialog (view, STUDIO_TAG_RUNS, entry, entry, "Tags",
                  one ? "Separate tags by commas."
                      : "Tags to add to all chosen runs, separated by commas.",
                  before);
}

/* ---- leading elsewhere ---- */

static void
on_open (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  StudioRunsView *view = data;
  g_auto (GStrv) runs = studio_runs_view_runs (view);

  if (runs[0] != NULL)
    studio_runs_view_show_run (view, runs[0]);
}

static void
on_folder (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  StudioRunsView *view = data;
  const char *workspace = assay_workspace_path (studio_session_workspace (view->session));
  g_auto (GStrv) runs = studio_runs_view_runs (view);

  for (guint i = 0; runs[i] != NULL && i < MAX_FOLDERS; i++)
    {
      g_autofree char *path = g_build_filename (workspace, "runs", runs[i], NULL);
      g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);

      if (uri != NULL)
        gtk_show_uri (GTK_WINDOW (studio_window_of (view)), uri, GDK_CURRENT_TIME);
    }
}

static void
on_copy_id (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  StudioRunsView *view = data;
  g_auto (GStrv) runs = studio_runs_view_runs (view);
  g_autofree char *text = g_strjoinv (" ", runs);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (view)), text);
  studio_window_toast (studio_window_of (view),
                       runs[0] != NULL && runs[1] != NULL ? "Ids copied" : "Id copied", NULL, NULL);
}

/* Notes a study; FALSE: it is another one (or NULL: of several), which a toast says. */
static gboolean
agrees (StudioRunsView *view, const char **study, const char *other)
{
  if (other != NULL && (*study == NULL || strcmp (*study, other) == 0))
    {
      *study = other;
      return TRUE;
    }
  studio_window_toast (studio_window_of (view),
                       "These are runs of different studies; choose runs of one", NULL, NULL);
  return FALSE;
}

/* The study of the chosen runs or groups; NULL: there are several. */
static char *
study_of_chosen (StudioRunsView *view, const char *const *runs)
{
  StudioRunsAnswer *answer = studio_runs_table_answer (view->table);
  g_autoptr (GHashTable) wanted = g_hash_table_new (g_str_hash, g_str_equal);
  const char *study = NULL;

  for (; *runs != NULL; runs++)
    g_hash_table_add (wanted, (gpointer) *runs);
  for (guint i = 0; answer != NULL && i < answer->n; i++)
    {
      const AssayRunRow *run = studio_runs_answer_run (answer, i);
      const AssayRunGroup *group = studio_runs_answer_group (answer, i);
      const char *id = run != NULL ? run->id : group->ids[0];

      if (id != NULL && g_hash_table_contains (wanted, id)
          && !agrees (view, &study, run != NULL ? run->study : group->study))
        return NULL;
    }
  return g_strdup (study != NULL ? study : studio_run_page_study (view->page));
}

static void
show_chosen (StudioRunsView *view, const char *page)
{
  g_auto (GStrv) runs = studio_runs_view_runs (view);
  g_autofree char *study = study_of_chosen (view, (const char *const *) runs);

  if (study == NULL)
    return;
  studio_session_select (view->session, study, NULL, (const char *const *) runs);
  studio_window_show_page (studio_window_of (view), page);
}

static void
on_figures (GSimpleAction *action, GVariant *parameter, gpointer view)
{
  show_chosen (view, "figures");
}

static void
on_claims (GSimpleAction *action, GVariant *parameter, gpointer view)
{
  show_chosen (view, "claims");
}

/* Groups are what is compared where runs stand in groups. */
static void
on_compare (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  StudioRunsView *view = data;
  StudioRunsAnswer *answer = studio_runs_table_answer (view->table);
  gboolean grouped = answer != NULL && answer->groups != NULL;
  g_auto (GStrv) runs = studio_runs_view_runs (view);
  g_autofree char *study = study_of_chosen (view, (const char *const *) runs);

  if (study == NULL)
    return;
  studio_session_select_groups (view->session, study, (const char *const *) runs,
                                grouped ? (const char *const *) view->choice->by : NULL);
  studio_window_show_page (studio_window_of (view), "compare");
}

/* ---- export ---- */

typedef struct
{
  GStrv runs;
  AssayExportFormat format;
} Export;

static void
on_exported (GObject *session, GAsyncResult *result, gpointer data)
{
  StudioRunsView *view = data;
  g_autoptr (GError) error = NULL;
  gboolean done = g_task_propagate_boolean (G_TASK (result), &error);

  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    studio_window_toast (studio_window_of (view), done ? "Runs exported" : error->message, NULL,
                         NULL);
}

static void
export_free (gpointer data)
{
  Export *export = data;

  g_strfreev (export->runs);
  g_free (export);
}

static void
on_file_chosen (gpointer data, const char *path, GtkFileChooser *dialog)
{
  StudioRunsView *view = data;
  const Export *export = g_object_get_data (G_OBJECT (dialog), "export");

  studio_run_export (view->session, (const char *const *) export->runs, export->format, path,
                     view->closing, on_exported, view);
}

static void
on_export (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  static const char *const names[ASSAY_N_EXPORTS]
      = { "runs.csv", "runs.jsonl", "runs.json", "runs.tar.gz" };
  StudioRunsView *view = data;
  Export *export;
  AssayExportFormat format;
  GtkFileChooserNative *dialog;

  if (!assay_export_format (g_variant_get_string (parameter, NULL), &format, NULL))
    return;
  export = g_new (Export, 1);
  *export = (Export){ studio_runs_view_runs (view), format };
  dialog = studio_file_dialog_new (view, "Export Runs", GTK_FILE_CHOOSER_ACTION_SAVE, "_Export",
                                   on_file_chosen);
  g_object_set_data_full (G_OBJECT (dialog), "export", export, export_free);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), names[format]);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

/* ---- the view itself ---- */

static void
on_clear_filter (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  StudioRunsView *view = data;

  studio_filter_entry_set_text (view->entry, "");
  studio_filter_entry_grab_focus (view->entry);
}

static void
on_verify (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  StudioRunsView *view = data;

  studio_run_page_verify (view->page);
}

static const GActionEntry entries[] = {
  { .name = "run-clear-filter", .activate = on_clear_filter },
  { .name = "run-open", .activate = on_open },
  { .name = "run-cancel", .activate = on_cancel },
  { .name = "run-retry", .activate = on_retry },
  { .name = "run-resume", .activate = on_resume },
  { .name = "run-delete", .activate = on_delete },
  { .name = "run-star", .activate = on_star },
  { .name = "run-tag", .activate = on_tag },
  { .name = "run-note", .activate = on_note },
  { .name = "run-copy-id", .activate = on_copy_id },
  { .name = "run-folder", .activate = on_folder },
  { .name = "run-export", .activate = on_export, .parameter_type = "s" },
  { .name = "run-figures", .activate = on_figures },
  { .name = "run-claims", .activate = on_claims },
  { .name = "run-compare", .activate = on_compare },
  { .name = "run-verify", .activate = on_verify },
};

void
studio_runs_view_add_actions (gpointer view, GActionMap *map)
{
  g_action_map_add_action_entries (map, entries, G_N_ELEMENTS (entries), view);
  STUDIO_RUNS_VIEW (view)->actions = map;
  studio_runs_view_update_actions (view);
}

/* ---- what can be done now ---- */

typedef struct
{
  guint n, live, ended; /* chosen; running; ended other than well */
  gboolean page, mapped;
} Situation;

static Situation
situation_of (StudioRunsView *view)
{
  StudioRunsAnswer *answer = studio_runs_table_answer (view->table);
  Situation now = { .mapped = gtk_widget_get_mapped (GTK_WIDGET (view)) };
  g_autoptr (GtkBitset) rows = studio_runs_table_selected_rows (view->table);
  guint of_state[ASSAY_N_STATES] = { 0 };
  GtkBitsetIter iter;
  AssayState state;
  guint row;

  now.page = studio_run_page_run (view->page) != NULL;
  if (now.page && studio_run_page_state (view->page, &state))
    of_state[state]++;
  else if (!now.page && answer != NULL && gtk_bitset_iter_init_first (&iter, rows, &row))
    do
      if (row < answer->n && answer->rows != NULL)
        of_state[studio_runs_answer_run (answer, row)->state]++;
      else if (row < answer->n)
        {
          const AssayRunGroup *group = studio_runs_answer_group (answer, row);

          of_state[ASSAY_FAILED] += group->n_failed;
          of_state[ASSAY_RUNNING] += group->n_live;
          of_state[ASSAY_DONE] += group->n_runs - group->n_failed - group->n_live;
        }
    while (gtk_bitset_iter_next (&iter, &row));
  for (guint i = 0; i < ASSAY_N_STATES; i++)
    now.n += of_state[i];
  now.live = of_state[ASSAY_RUNNING] + of_state[ASSAY_QUEUED];
  now.ended = of_state[ASSAY_FAILED] + of_state[ASSAY_CANCELLED] + of_state[ASSAY_INTERRUPTED];
  return now;
}

static void
enable (StudioRunsView *view, const char *name, gboolean can)
{
  g_simple_action_set_enabled (G_SIMPLE_ACTION (g_action_map_lookup_action (view->actions, name)),
                               can);
}

void
studio_runs_view_update_actions (StudioRunsView *view)
{
  static const char *const any[]
      = { "run-retry",  "run-star",   "run-tag",     "run-note",  "run-copy-id",
          "run-folder", "run-export", "run-figures", "run-claims" };
  Situation now;

  if (view->actions == NULL)
    return;
  now = situation_of (view);
  for (guint i = 0; i < G_N_ELEMENTS (any); i++)
    enable (view, any[i], now.mapped && now.n > 0);
  enable (view, "run-clear-filter", now.mapped);
  enable (view, "run-open", now.mapped && !now.page && now.n == 1);
  enable (view, "run-cancel", now.mapped && now.live > 0);
  enable (view, "run-resume", now.mapped && now.ended > 0);
  enable (view, "run-delete", now.mapped && now.n > now.live);
  enable (view, "run-compare", now.mapped && !now.page && now.n > 1);
  enable (view, "run-verify", now.mapped && now.page);
}

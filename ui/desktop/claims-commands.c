/* SPDX-License-Identifier: Apache-2.0
 *
 * The commands of the Claims page.
 */
#include "ui/desktop/claims-view-private.h"

#include "ui/desktop/file-dialog.h"
#include "ui/desktop/window.h"

static void
copy (StudioClaimsView *view, char *text)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (view)), text);
  g_free (text);
  studio_session_notice (view->session, "The verdicts are in the clipboard");
}

static void
on_copy (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  StudioClaimsView *view = data;

  if (view->verdicts != NULL)
    copy (view,
          assay_claims_text (view->verdicts->set, view->verdicts->study, view->verdicts->verdicts));
}

static void
on_copy_csv (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  StudioClaimsView *view = data;

  if (view->verdicts != NULL)
    copy (view, assay_claims_csv (view->verdicts->verdicts));
}

typedef struct
{
  StudioClaimsView *view;
  char *path;
} Writing;

static void
on_report_written (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autofree Writing *writing = data;
  g_autofree char *path = writing->path;
  g_autoptr (StudioClaimsView) view = writing->view;
  g_autoptr (GError) error = NULL;
  g_autofree char *action = NULL;
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (view));

  if (!studio_verdicts_report_finish (result, &error))
    {
      studio_session_notice (view->session, "%s", error->message);
      return;
    }
  action = g_action_print_detailed_name ("win.claims-open-report", g_variant_new_string (path));
  g_free (view->report);
  view->report = g_strdup (path);
  studio_window_enable (view, "claims-open-report", TRUE);
  if (root != NULL)
    studio_window_toast (STUDIO_WINDOW (root), "The report is written", "Open", action);
}

static void
on_report_chosen (gpointer data, const char *path, GtkFileChooser *dialog)
{
  StudioClaimsView *view = data;
  Writing *writing;

  if (view->verdicts == NULL)
    return;
  writing = g_new (Writing, 1);
  *writing = (Writing){ g_object_ref (view), g_strdup (path) };
  studio_verdicts_report (view->verdicts, writing->path, on_report_written, writing);
}

static void
on_report (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  StudioClaimsView *view = data;
  g_autofree char *name = NULL;
  GtkFileChooserNative *dialog;

  if (view->verdicts == NULL || view->verdicts->set == NULL)
    {
      studio_session_notice (view->session, "There are no runs to report on yet");
      return;
    }
  dialog = studio_file_dialog_new (view, "Write a Report", GTK_FILE_CHOOSER_ACTION_SAVE, "_Write",
                                   on_report_chosen);
  name = g_strconcat (view->verdicts->study->id, ".html", NULL);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static void
on_open_report (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  StudioClaimsView *view = data;
  const char *named = g_variant_get_string (parameter, NULL);
  const char *path = *named == '\0' && view->report != NULL ? view->report : named;
  g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);

  if (uri != NULL)
    gtk_show_uri (GTK_WINDOW (gtk_widget_get_root (data)), uri, GDK_CURRENT_TIME);
}

/* What is shown becomes what is selected, so that the other pages show the same. */
static void
select_shown (StudioClaimsView *view)
{
  const StudioSelection *selection = studio_session_selection (view->session);
  const AssayRunSet *set = view->verdicts->set;

  if (selection->study == NULL)
    studio_session_select (view->session, view->verdicts->study->id,
                           set != NULL ? set->preset : NULL, NULL);
}

/* The first one behind the claim whose details are shown; NULL: there is none. */
static const char *
figure_of_shown (StudioClaimsView *view)
{
  const AssayVerdict *verdict = studio_claims_view_verdict (view);
  g_autoptr (GPtrArray) figures = NULL;

  if (verdict == NULL)
    return NULL;
  figures = studio_claim_figures (view->verdicts->study, verdict->claim);
  return figures->len > 0 ? ((const AssayFigure *) figures->pdata[0])->id : NULL;
}

static void
on_figure (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  StudioClaimsView *view = data;
  const char *figure = g_variant_get_string (parameter, NULL);

  if (*figure == '\0')
    figure = figure_of_shown (view);
  if (figure == NULL || view->verdicts == NULL)
    return;
  select_shown (view);
  studio_window_show_figure (studio_window_of (view), figure);
}

/* By their ids: some may be of older plans than the one that was judged. */
static void
on_runs (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  StudioClaimsView *view = data;
  const AssayVerdict *verdict = studio_claims_view_verdict (view);
  g_autoptr (GString) filter = g_string_new ("id=");

  if (verdict == NULL || verdict->runs->len == 0)
    return;
  for (guint i = 0; i < verdict->runs->len; i++)
    g_string_append_printf (filter, "%s%s", i > 0 ? "," : "", (char *) verdict->runs->pdata[i]);
  if (filter->len > ASSAY_FILTER_MAX_BYTES)
    {
      g_string_printf (filter, "study=%s", view->verdicts->study->id);
      studio_session_notice (view->session,
                             "Too many runs to name each: these are all of the study");
    }
  select_shown (view);
  studio_window_show_runs (studio_window_of (view), filter->str);
}

/* The one that is named, or the one that is chosen in the list. */
static void
on_show_claim (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  StudioClaimsView *view = data;
  const char *claim = g_variant_get_string (parameter, NULL);

  if (*claim != '\0')
    studio_claims_view_show_claim (view, claim);
  adw_leaflet_set_visible_child_name (view->leaflet, "details");
}

static void
on_run (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  StudioClaimsView *view = data;

  if (view->verdicts != NULL)
    studio_window_show_study (studio_window_of (view), view->verdicts->study->id);
}

static const GActionEntry entries[] = {
  { .name = "claims-copy", .activate = on_copy },
  { .name = "claims-copy-csv", .activate = on_copy_csv },
  { .name = "claims-report", .activate = on_report },
  { .name = "claims-open-report", .activate = on_open_report, .parameter_type = "s" },
  { .name = "claims-figure", .activate = on_figure, .parameter_type = "s" },
  { .name = "claims-show", .activate = on_show_claim, .parameter_type = "s" },
  { .name = "claims-runs", .activate = on_runs },
  { .name = "claims-run", .activate = on_run },
};

void
studio_claims_view_add_actions (gpointer view, GActionMap *map)
{
  g_action_map_add_action_entries (map, entries, G_N_ELEMENTS (entries), view);
  studio_window_enable (view, "claims-open-report", FALSE); /* until one is written */
}

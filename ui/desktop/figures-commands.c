/* SPDX-License-Identifier: Apache-2.0
 *
 * The commands of the Figures page.
 */
#include "ui/desktop/figures-view-private.h"

#include "host/registry/text.h"
#include "ui/desktop/file-dialog.h"
#include "ui/desktop/window.h"
#include <string.h>

static AssayChart *
chart_of (StudioFiguresView *view)
{
  return studio_chart_area_get_chart (view->area);
}

/* ---- export ---- */

typedef struct
{
  StudioFiguresView *view;
  char *path;
} Export;

static void
export_free (Export *export)
{
  g_object_unref (export->view);
  g_free (export->path);
  g_free (export);
}

static void
on_written (GObject *object, GAsyncResult *result, gpointer data)
{
  Export *export = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_path_get_basename (export->path);

  if (export->view->session == NULL)
    ;
  else if (studio_figure_write_finish (result, &error))
    studio_session_notice (export->view->session, "Exported as %s", name);
  else
    studio_session_notice (export->view->session, "%s", error->message);
  export_free (export);
}

static void
on_made (GObject *session, GAsyncResult *result, gpointer data)
{
  Export *export = data;
  g_autoptr (GError) error = NULL;
  StudioFigure *figure = studio_figure_load_finish (STUDIO_SESSION (session), result, &error);

  if (figure == NULL)
    {
      studio_session_notice (STUDIO_SESSION (session), "%s", error->message);
      export_free (export);
      return;
    }
  studio_figure_write (figure, export->path, on_written, export);
}

/* What is looked at is among the options, so that it looks as it does on the screen. */
static void
export_to (StudioFiguresView *view, const char *path)
{
  StudioFigureRequest request;
  Export *export;

  if (!studio_figures_view_request (view, &request))
    {
      studio_session_notice (view->session, "There is no figure to export");
      return;
    }
  export = g_new (Export, 1);
  *export = (Export){ g_object_ref (view), g_strdup (path) };
  studio_figure_load (view->session, &request, NULL, on_made, export);
}

static const struct
{
  const char *ending, *name;
} formats[] = { { ".svg", "SVG picture" },
                { ".pdf", "PDF document" },
                { ".png", "PNG picture" },
                { ".csv", "Data as CSV" } };

/* The path with an ending, that of the chosen filter if it has none. */
static char *
path_with_ending (GtkFileChooser *chooser, const char *path)
{
  GtkFileFilter *filter = gtk_file_chooser_get_filter (chooser);
  g_autofree char *lower = g_ascii_strdown (path, -1);

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (g_str_has_suffix (lower, formats[i].ending))
      return g_strdup (path);
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (filter != NULL && g_strcmp0 (gtk_file_filter_get_name (filter), formats[i].name) == 0)
      return g_strconcat (path, formats[i].ending, NULL);
  return g_strconcat (path, ".svg", NULL);
}

static void
on_path_chosen (gpointer view, const char *path, GtkFileChooser *dialog)
{
  g_autofree char *full = path_with_ending (dialog, path);

  export_to (view, full);
}

static void
ask_for_path (StudioFiguresView *view)
{
  GtkFileChooserNative *dialog = studio_file_dialog_new (
      view, "Export the Figure", GTK_FILE_CHOOSER_ACTION_SAVE, "_Export", on_path_chosen);
  g_autofree char *name = g_strconcat (view->figure, ".svg", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();
      g_autofree char *pattern = g_strconcat ("*", formats[i].ending, NULL);

      gtk_file_filter_set_name (filter, formats[i].name);
      gtk_file_filter_add_pattern (filter, pattern);
      gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (dialog), filter);
    }
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static void
on_export (GSimpleAction *action, GVariant *parameter, gpointer view)
{
  const char *path = g_variant_get_string (parameter, NULL);

  if (*path != '\0')
    export_to (view, path);
  else
    ask_for_path (view);
}

/* ---- clipboard ---- */

/* Twice as large as on the screen, black on white. */
static GdkTexture *
picture_of (StudioFiguresView *view)
{
  int width = MAX (gtk_widget_get_width (GTK_WIDGET (view->area)), 320);
  int height = MAX (gtk_widget_get_height (GTK_WIDGET (view->area)), 240);
  cairo_surface_t *surface
      = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, 2 * width, 2 * height);
  gsize stride = (gsize) cairo_image_surface_get_stride (surface);
  cairo_t *cr = cairo_create (surface);
  g_autoptr (GBytes) bytes = NULL;

  cairo_scale (cr, 2, 2);
  assay_chart_draw (chart_of (view), cr, width, height);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  bytes = g_bytes_new_with_free_func (cairo_image_surface_get_data (surface),
                                      stride * 2 * (gsize) height,
                                      (GDestroyNotify) cairo_surface_destroy, surface);
  /* It moved the places of what is on the screen. */
  studio_chart_area_changed (view->area);
  return gdk_memory_texture_new (2 * width, 2 * height, GDK_MEMORY_DEFAULT, bytes, stride);
}

static void
on_copy (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  StudioFiguresView *view = data;
  g_autoptr (GdkTexture) texture = picture_of (view);

  gdk_clipboard_set_texture (gtk_widget_get_clipboard (GTK_WIDGET (view)), texture);
  studio_session_notice (view->session, "The picture is in the clipboard");
}

static void
on_copy_data (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  StudioFiguresView *view = data;
  g_autofree char *csv = assay_chart_csv (chart_of (view));

  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (view)), csv);
  studio_session_notice (view->session, "The data are in the clipboard");
}

static void
append_option (GString *command, const char *option, const char *value)
{
  if (value == NULL)
    return;
  assay_append_word (command, option);
  assay_append_word (command, value);
}

static void
append_change (GString *command, GHashTable *options, const char *name)
{
  const char *value = g_hash_table_lookup (options, name);
  g_autofree char *text = value != NULL ? g_strdup_printf ("%s=%s", name, value) : NULL;

  append_option (command, "--with", text);
}

/* `assay plot` that draws what is seen. */
static char *
command_of (StudioFiguresView *view)
{
  const StudioSelection *selection = studio_session_selection (view->session);
  const char *study = studio_run_chooser_study (view->chooser);
  GString *command = g_string_new ("assay plot");
  g_autofree char *path = g_strconcat (view->figure, ".svg", NULL);
  const char *const nothing[] = { NULL }, *const *run = nothing;

  if (selection->runs != NULL)
    run = (const char *const *) selection->runs;
  if (*run == NULL)
    assay_append_word (command, study);
  for (; *run != NULL; run++)
    assay_append_word (command, *run);
  append_option (command, "--preset", selection->runs == NULL ? selection->preset : NULL);
  append_option (command, "--figure", view->figure);
  for (guint i = 0; i < assay_n_chart_options; i++)
    append_change (command, view->options, assay_chart_options[i].name);
  append_option (command, "-o", path);
  append_option (command, "--workspace",
                 assay_workspace_path (studio_session_workspace (view->session)));
  return g_string_free (command, FALSE);
}

static void
on_copy_command (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  StudioFiguresView *view = data;
  g_autofree char *command = command_of (view);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (view)), command);
  studio_session_notice (view->session, "The command line is in the clipboard");
}

/* ---- figures that are kept ---- */

static void
keep_as (StudioFiguresView *view, const char *name)
{
  const char *study = studio_run_chooser_study (view->chooser);
  const char *id = studio_figure_store_add (view->store, name, study, view->figure, view->options);
  g_autofree char *saved = g_strdup (id);

  studio_figures_view_show (view, view->figure, saved);
}

static void
on_name_given (AdwMessageDialog *dialog, const char *response, gpointer view)
{
  GtkEditable *entry = GTK_EDITABLE (adw_message_dialog_get_extra_child (dialog));

  if (g_str_equal (response, "keep") && *gtk_editable_get_text (entry) != '\0')
    keep_as (view, gtk_editable_get_text (entry));
}

/* "Learning curves, y-scale log10, band t". */
static char *
proposed_name (StudioFiguresView *view)
{
  GString *name = g_string_new (assay_chart_title (chart_of (view)));

  for (guint i = 0; i < assay_n_chart_options; i++)
    {
      const char *option = assay_chart_options[i].name;
      const char *value = g_hash_table_lookup (view->options, option);

      if (value != NULL && assay_chart_options[i].title != NULL)
        g_string_append_printf (name, ", %s %s", option, value);
    }
  return g_string_free (name, FALSE);
}

static void
ask_for_name (StudioFiguresView *view)
{
  GtkWidget *dialog = adw_message_dialog_new (
      GTK_WINDOW (studio_window_of (view)), "Keep This Figure",
      "It is listed below those of the study and drawn anew from the runs that are chosen.");
  GtkWidget *entry = gtk_entry_new ();
  g_autofree char *name = proposed_name (view);

  gtk_editable_set_text (GTK_EDITABLE (entry), name);
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, "Name",
                                  -1);
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), entry);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", "_Cancel", "keep",
                                    "_Keep", NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "keep",
                                              ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "keep");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_name_given), view, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_keep (GSimpleAction *action, GVariant *parameter, gpointer view)
{
  const char *name = g_variant_get_string (parameter, NULL);

  if (*name != '\0')
    keep_as (view, name);
  else
    ask_for_name (view);
}

static void
unremove (gpointer store)
{
  studio_figure_store_restore (store);
}

static void
on_remove (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  StudioFiguresView *view = data;
  const char *named = g_variant_get_string (parameter, NULL);
  const char *meant = *named == '\0' && view->saved != NULL ? view->saved : named;
  const StudioSavedFigure *saved = studio_figure_store_find (view->store, meant);
  g_autofree char *text = NULL, *id = NULL;

  if (saved == NULL)
    return;
  text = g_strdup_printf ("“%s” is deleted", saved->name);
  id = g_strdup (saved->id);
  studio_figure_store_remove (view->store, id);
  if (studio_window_of (view) != NULL)
    studio_window_toast_undo (studio_window_of (view), text, unremove, g_object_ref (view->store),
                              g_object_unref);
}

/* ---- what is shown ---- */

/* One that the study declares, one that was kept, or the one that is chosen in the list. */
static void
on_figure (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  StudioFiguresView *view = data;
  const char *id = g_variant_get_string (parameter, NULL);
  const StudioSavedFigure *saved = studio_figure_store_find (view->store, id);

  if (saved != NULL)
    studio_figures_view_show (view, saved->figure, saved->id);
  else if (*id != '\0')
    studio_figures_view_show (view, id, NULL);
  else if (view->figure != NULL)
    adw_leaflet_set_visible_child_name (view->leaflet, "figure");
}

static void
on_option (GSimpleAction *action, GVariant *parameter, gpointer view)
{
  const char *name, *value;

  g_variant_get (parameter, "(&s&s)", &name, &value);
  studio_figures_view_set_option (view, name, value);
}

static void
on_as_declared (GSimpleAction *action, GVariant *parameter, gpointer view)
{
  studio_figures_view_as_declared (view);
}

static void
on_options (GSimpleAction *action, GVariant *state, gpointer data)
{
  StudioFiguresView *view = data;

  adw_flap_set_reveal_flap (view->flap, g_variant_get_boolean (state));
  g_simple_action_set_state (action, state);
}

static void
on_next (GSimpleAction *action, GVariant *parameter, gpointer view)
{
  studio_figures_view_step (view, 1);
}

static void
on_previous (GSimpleAction *action, GVariant *parameter, gpointer view)
{
  studio_figures_view_step (view, -1);
}

static void
on_zoom_in (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  studio_chart_area_zoom (((StudioFiguresView *) data)->area, 1.25);
}

static void
on_zoom_out (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  studio_chart_area_zoom (((StudioFiguresView *) data)->area, 1 / 1.25);
}

static void
on_reset (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  studio_chart_area_reset (((StudioFiguresView *) data)->area);
}

static const GActionEntry entries[] = {
  { .name = "figure", .activate = on_figure, .parameter_type = "s" },
  { .name = "figure-option", .activate = on_option, .parameter_type = "(ss)" },
  { .name = "figure-remove", .activate = on_remove, .parameter_type = "s" },
  { .name = "figure-options", .state = "false", .change_state = on_options },
  { .name = "figure-as-declared", .activate = on_as_declared },
  { .name = "figure-next", .activate = on_next },
  { .name = "figure-previous", .activate = on_previous },
  { .name = "figure-export", .activate = on_export, .parameter_type = "s" },
  { .name = "figure-copy", .activate = on_copy },
  { .name = "figure-copy-data", .activate = on_copy_data },
  { .name = "figure-copy-command", .activate = on_copy_command },
  { .name = "figure-keep", .activate = on_keep, .parameter_type = "s" },
  { .name = "figure-zoom-in", .activate = on_zoom_in },
  { .name = "figure-zoom-out", .activate = on_zoom_out },
  { .name = "figure-reset", .activate = on_reset },
};

/* Those that have keys of their own work while the page is seen, and on a chart. */
void
studio_figures_view_update_actions (StudioFiguresView *view)
{
  gboolean seen = gtk_widget_get_mapped (GTK_WIDGET (view)), chart = chart_of (view) != NULL;
  const struct
  {
    const char *name;
    gboolean enabled;
  } rows[] = {
    { "figure-next", seen },
    { "figure-previous", seen },
    { "figure-options", seen },
    { "figure-option", seen },
    { "figure-export", seen && chart },
    { "figure-copy", seen && chart },
    { "figure-copy-data", seen && chart },
    { "figure-keep", seen && chart },
    { "figure-zoom-in", seen && chart },
    { "figure-zoom-out", seen && chart },
    { "figure-reset", seen && chart && studio_chart_area_is_zoomed (view->area) },
    { "figure-as-declared", seen && g_hash_table_size (view->options) > 0 },
    { "figure-copy-command", seen && chart },
  };

  /* A window that goes has no commands any more. */
  if (view->actions == NULL || gtk_widget_in_destruction (GTK_WIDGET (view->actions)))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_simple_action_set_enabled (
        G_SIMPLE_ACTION (g_action_map_lookup_action (view->actions, rows[i].name)),
        rows[i].enabled);
}

void
studio_figures_view_add_actions (gpointer data, GActionMap *map)
{
  StudioFiguresView *view = data;

  g_set_weak_pointer (&view->actions, map);
  g_action_map_add_action_entries (map, entries, G_N_ELEMENTS (entries), view);
  studio_figures_view_update_actions (view);
}

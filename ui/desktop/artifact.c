/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/artifact.h"

#include "ui/desktop/graph-view.h"
#include "ui/desktop/picture-view.h"
#include "ui/desktop/samples-view.h"
#include "ui/desktop/shortcuts.h"
#include "ui/desktop/table-view.h"
#include <string.h>

static const struct
{
  const char *title, *icon, *folder, *ending;
} kinds[STUDIO_N_ARTIFACTS] = {
  [STUDIO_ARTIFACT_FILE] = { "File", "text-x-generic-symbolic", "artifacts/", "" },
  [STUDIO_ARTIFACT_GRAPH] = { "Graph", "network-workgroup-symbolic", "artifacts/", ".graph.json" },
  [STUDIO_ARTIFACT_SAMPLES] = { "Samples", "user-available-symbolic", "samples/", ".jsonl" },
  [STUDIO_ARTIFACT_TABLE]
  = { "Table", "x-office-spreadsheet-symbolic", "artifacts/", ".table.json" },
  [STUDIO_ARTIFACT_PICTURE] = { "Picture", "image-x-generic-symbolic", "artifacts/", ".ppm" },
};

StudioArtifactKind
studio_artifact_kind (const char *file)
{
  for (guint i = STUDIO_ARTIFACT_GRAPH; i < STUDIO_N_ARTIFACTS; i++)
    if (g_str_has_prefix (file, kinds[i].folder) && g_str_has_suffix (file, kinds[i].ending))
      return i;
  return STUDIO_ARTIFACT_FILE;
}

const char *
studio_artifact_kind_title (StudioArtifactKind kind)
{
  return kinds[kind].title;
}

const char *
studio_artifact_kind_icon (StudioArtifactKind kind)
{
  return kinds[kind].icon;
}

char *
studio_artifact_name (const char *file)
{
  g_autofree char *base = g_path_get_basename (file);
  gsize length = strlen (base), ending = strlen (kinds[studio_artifact_kind (file)].ending);

  return g_strndup (base, length - MIN (ending, length));
}

/* ---- windows ---- */

static GtkWidget *
view_of (StudioWindow *window, const char *run, const char *file, const char *path)
{
  g_autofree char *name = studio_artifact_name (file), *folder = g_path_get_dirname (path);

  switch (studio_artifact_kind (file))
    {
    case STUDIO_ARTIFACT_GRAPH:
      return studio_graph_view_new (folder, name);
    case STUDIO_ARTIFACT_SAMPLES:
      return studio_samples_view_new (studio_window_session (window), run, name);
    case STUDIO_ARTIFACT_TABLE:
      return studio_table_view_new (path);
    case STUDIO_ARTIFACT_PICTURE:
      return studio_picture_view_new (path);
    default:
      return NULL;
    }
}

static void
on_shortcuts (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  const char *section = g_object_get_data (G_OBJECT (action), "section");

  gtk_window_present (GTK_WINDOW (studio_shortcuts_new (window, section)));
}

/* The key is that of the main window. */
static void
add_shortcuts (GtkWidget *window, StudioArtifactKind kind)
{
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();
  g_autoptr (GSimpleAction) action = g_simple_action_new ("shortcuts", NULL);

  g_object_set_data (G_OBJECT (action), "section", (gpointer) kinds[kind].title);
  g_signal_connect (action, "activate", G_CALLBACK (on_shortcuts), window);
  g_action_map_add_action (G_ACTION_MAP (group), G_ACTION (action));
  gtk_widget_insert_action_group (window, "win", G_ACTION_GROUP (group));
}

static void
show_window (StudioWindow *parent, const char *run, const char *file, GtkWidget *view)
{
  StudioArtifactKind kind = studio_artifact_kind (file);
  g_autofree char *name = studio_artifact_name (file);
  g_autofree char *title = g_strdup_printf ("%s: %s", kinds[kind].title, name);
  GtkWidget *window = adw_window_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *header = adw_header_bar_new ();

  adw_header_bar_set_title_widget (ADW_HEADER_BAR (header), adw_window_title_new (title, run));
  gtk_box_append (GTK_BOX (box), header);
  gtk_widget_set_vexpand (view, TRUE);
  gtk_box_append (GTK_BOX (box), view);
  adw_window_set_content (ADW_WINDOW (window), box);
  gtk_window_set_title (GTK_WINDOW (window), title);
  gtk_window_set_default_size (GTK_WINDOW (window), 1000, 700);
  gtk_widget_set_size_request (window, 360, 300);
  gtk_window_set_application (GTK_WINDOW (window),
                              gtk_window_get_application (GTK_WINDOW (parent)));
  gtk_window_set_transient_for (GTK_WINDOW (window), GTK_WINDOW (parent));
  gtk_window_set_destroy_with_parent (GTK_WINDOW (window), TRUE);
  add_shortcuts (window, kind);
  gtk_window_present (GTK_WINDOW (window));
}

void
studio_artifact_open (StudioWindow *window, const char *run, const char *artifact)
{
  AssayWorkspace *workspace = studio_session_workspace (studio_window_session (window));
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = assay_workspace_file (workspace, "runs", run, &error);
  g_autofree char *path = folder != NULL ? assay_path_inside (folder, artifact, &error) : NULL;
  g_autofree char *uri = NULL;
  GtkWidget *view;

  if (path == NULL)
    {
      studio_window_toast (window, error->message, NULL, NULL);
      return;
    }
  view = view_of (window, run, artifact, path);
  if (view != NULL)
    {
      show_window (window, run, artifact, view);
      return;
    }
  uri = g_filename_to_uri (path, NULL, NULL);
  gtk_show_uri (GTK_WINDOW (window), uri, GDK_CURRENT_TIME);
}

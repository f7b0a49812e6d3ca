/* SPDX-License-Identifier: Apache-2.0 */
#include "artifacts.h"

#include "ui/desktop/artifact.h"

GtkWindow *
artifacts_window (void)
{
  g_autoptr (GListModel) windows = g_object_ref (gtk_window_get_toplevels ());

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

      if (ADW_IS_WINDOW (window) && gtk_widget_get_visible (GTK_WIDGET (window)))
        return window;
    }
  return NULL;
}

char *
artifacts_run (const char *workspace)
{
  g_autofree char *folder = g_build_filename (workspace, "runs", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);

  return g_strdup (g_dir_read_name (dir));
}

GtkWindow *
artifacts_open (StudioWindow *window, const char *workspace, const char *file)
{
  g_autofree char *run = artifacts_run (workspace);

  studio_artifact_open (window, run, file);
  g_assert_nonnull (artifacts_window ());
  return artifacts_window ();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "figures.h"

#include "ui/desktop/figures-view.h"
#include <string.h>

StudioChartArea *
figures_area (gpointer window)
{
  GtkWidget *view = desktop_test_find (window, STUDIO_TYPE_FIGURES_VIEW, NULL);

  return STUDIO_CHART_AREA (desktop_test_find (view, STUDIO_TYPE_CHART_AREA, NULL));
}

AssayChart *
figures_chart (gpointer window)
{
  return studio_chart_area_get_chart (figures_area (window));
}

typedef struct
{
  StudioWindow *window;
  const char *title, *says;
} Wanted;

static gboolean
is_shown (gpointer data)
{
  const Wanted *wanted = data;
  GtkWidget *view = desktop_test_find (wanted->window, STUDIO_TYPE_FIGURES_VIEW, NULL);
  GtkWidget *busy = desktop_test_find (view, GTK_TYPE_SPINNER, "busy");
  AssayChart *chart = figures_chart (wanted->window);
  g_autofree char *caption = chart != NULL ? assay_chart_caption (chart) : NULL;

  return chart != NULL && !gtk_spinner_get_spinning (GTK_SPINNER (busy))
         && g_str_equal (assay_chart_title (chart), wanted->title)
         && (wanted->says == NULL || strstr (caption, wanted->says) != NULL);
}

void
figures_wait (StudioWindow *window, const char *title, const char *says)
{
  Wanted wanted = { window, title, says };

  desktop_test_until (is_shown, &wanted);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window));
}

void
figures_give (StudioWindow *window, const char *action, const char *target)
{
  g_action_group_activate_action (G_ACTION_GROUP (window), action,
                                  target != NULL ? g_variant_new_string (target) : NULL);
}

void
figures_set_option (StudioWindow *window, const char *name, const char *value)
{
  g_action_group_activate_action (G_ACTION_GROUP (window), "figure-option",
                                  g_variant_new ("(ss)", name, value));
}

StudioWindow *
figures_open (const char *workspace)
{
  StudioWindow *window = desktop_test_open_workspace (workspace);

  studio_window_show_page (window, "figures");
  figures_wait (window, "Learning curves", NULL);
  return window;
}

/* ---- files ---- */

/* Pictures end in these bytes; data are written under another name first. */
static gboolean
is_complete (gpointer path)
{
  static const char *const ends[][2]
      = { { ".svg", "</svg>\n" }, { ".pdf", "%%EOF\n" }, { ".png", "IEND\xae\x42\x60\x82" } };
  g_autofree char *text = NULL;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, NULL))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      gsize n = strlen (ends[i][1]);

      if (g_str_has_suffix (path, ends[i][0]))
        return length > n && memcmp (text + length - n, ends[i][1], n) == 0;
    }
  return TRUE;
}

void
figures_export (StudioWindow *window, const char *path)
{
  figures_give (window, "figure-export", path);
  desktop_test_until (is_complete, (gpointer) path);
}

void
figures_run (const char *command, const char *folder)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) words = NULL;
  int status;

  g_assert_true (g_shell_parse_argv (command, NULL, &words, &error));
  g_free (words[0]);
  words[0] = g_strdup (g_getenv ("ASSAY_TEST_PROGRAM"));
  g_spawn_sync (folder, words, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, NULL, &status,
                &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
}

void
figures_assert_equal_files (const char *one, const char *other)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *a = NULL, *b = NULL;
  gsize n, m;

  g_file_get_contents (one, &a, &n, &error);
  g_assert_no_error (error);
  g_file_get_contents (other, &b, &m, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (a, n, b, m);
}

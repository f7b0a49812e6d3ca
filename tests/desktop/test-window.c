/* SPDX-License-Identifier: Apache-2.0 */
#include "desktop.h"
#include "ui/desktop/actions.h"

static void
every_action_of_the_table_exists (void)
{
  StudioWindow *window = desktop_test_open ();
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (window));

  for (guint i = 0; i < studio_n_actions; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *name = NULL;
      g_autoptr (GVariant) target = NULL;
      GActionGroup *group;

      g_assert_true (g_action_parse_detailed_name (studio_actions[i].name, &name, &target, &error));
      group = g_str_has_prefix (name, "app.") ? G_ACTION_GROUP (application)
                                              : G_ACTION_GROUP (window);
      if (!g_action_group_has_action (group, name + 4))
        g_error ("no action %s", name);
      for (guint k = 0; studio_actions[i].keys[k] != NULL; k++)
        g_assert_true (gtk_accelerator_parse (studio_actions[i].keys[k], NULL, NULL));
    }
  desktop_test_close (window);
}

static void
every_page_shows (void)
{
  static const char *const names[] = { "studies", "runs", "figures", "compare", "claims", "queue" };
  StudioWindow *window = desktop_test_open ();

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *picture = g_strconcat ("empty-", names[i], NULL);

      g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.page", "s", names[i]));
      desktop_test_settle ();
      desktop_test_picture (GTK_WIDGET (window), picture);
    }
  desktop_test_close (window);
}

int
main (int argc, char **argv)
{
  desktop_test_init (&argc, &argv);
  g_test_add_func ("/desktop/window/every-action-of-the-table-exists",
                   every_action_of_the_table_exists);
  g_test_add_func ("/desktop/window/every-page-shows", every_page_shows);
  return g_test_run ();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/application.h"

#include "ui/desktop/actions.h"
#include "ui/desktop/window.h"

struct _StudioApplication
{
  AdwApplication parent_instance;
};

G_DEFINE_FINAL_TYPE (StudioApplication, studio_application, ADW_TYPE_APPLICATION)

static const GOptionEntry options[]
    = { { "workspace", 0, 0, G_OPTION_ARG_FILENAME, NULL,
          "Folder of runs (else ASSAY_WORKSPACE, else the user's data folder)", "DIR" },
        G_OPTION_ENTRY_NULL };

/* The window of this workspace, opened or brought to the front. */
static void
open_workspace (GtkApplication *application, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (StudioSession) session = studio_session_new (path, &error);
  GtkWindow *window;

  if (session == NULL)
    {
      window = GTK_WINDOW (studio_window_new_failed (application, error->message));
      gtk_window_present (window);
      return;
    }
  window = studio_window_find (application, session);
  if (window == NULL)
    window = GTK_WINDOW (studio_window_new (application, session));
  gtk_window_present (window);
}

static int
studio_application_command_line (GApplication *application, GApplicationCommandLine *line)
{
  const char *path = NULL;

  g_variant_dict_lookup (g_application_command_line_get_options_dict (line), "workspace", "^&ay",
                         &path);
  open_workspace (GTK_APPLICATION (application), path);
  return 0;
}

static void
studio_application_activate (GApplication *application)
{
  open_workspace (GTK_APPLICATION (application), NULL);
}

static void
on_quit (GSimpleAction *action, GVariant *parameter, gpointer application)
{
  GList *windows;

  while ((windows = gtk_application_get_windows (GTK_APPLICATION (application))) != NULL)
    gtk_window_destroy (GTK_WINDOW (windows->data));
  g_application_quit (G_APPLICATION (application));
}

static void
studio_application_startup (GApplication *application)
{
  static const GActionEntry entries[] = { { .name = "quit", .activate = on_quit } };

  G_APPLICATION_CLASS (studio_application_parent_class)->startup (application);
  g_action_map_add_action_entries (G_ACTION_MAP (application), entries, G_N_ELEMENTS (entries),
                                   application);
  studio_actions_set_accels (GTK_APPLICATION (application));
}

static void
studio_application_class_init (StudioApplicationClass *class)
{
  G_APPLICATION_CLASS (class)->startup = studio_application_startup;
  G_APPLICATION_CLASS (class)->activate = studio_application_activate;
  G_APPLICATION_CLASS (class)->command_line = studio_application_command_line;
}

static void
studio_application_init (StudioApplication *application)
{
  g_application_add_main_option_entries (G_APPLICATION (application), options);
}

StudioApplication *
studio_application_new (void)
{
  return g_object_new (STUDIO_TYPE_APPLICATION, "application-id", STUDIO_APPLICATION_ID, "flags",
                       G_APPLICATION_HANDLES_COMMAND_LINE, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/application.h"

#include "ui/desktop/actions.h"
#include "ui/desktop/settings.h"
#include "ui/desktop/watchdog.h"
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

/* ASSAY_STUDIO_WATCHDOG=1: at the end, how long the main thread was held. */
static gboolean
is_watched (void)
{
  return g_getenv ("ASSAY_STUDIO_WATCHDOG") != NULL;
}

static void
studio_application_shutdown (GApplication *application)
{
  StudioWatch watch = studio_watchdog_read ();

  if (is_watched ())
    g_printerr (
        "watchdog: %u of %u turns took more than %d ms, the longest %.1f ms; %u frames, the "
        "longest %.1f ms\n",
        watch.late, watch.turns, STUDIO_WATCHDOG_MS, watch.longest, watch.frames,
        watch.longest_frame);
  G_APPLICATION_CLASS (studio_application_parent_class)->shutdown (application);
}

/* What comes before is not waited for by anybody who does something. */
static void
on_first_frame (GdkFrameClock *clock, gpointer data)
{
  g_signal_handlers_disconnect_by_func (clock, on_first_frame, data);
  studio_watchdog_start ();
}

static void
watch_from_first_frame (GtkWidget *window)
{
  static gboolean watching;

  if (is_watched () && !watching)
    g_signal_connect (gtk_widget_get_frame_clock (window), "after-paint",
                      G_CALLBACK (on_first_frame), NULL);
  watching = TRUE;
}

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
  studio_settings_add_recent (assay_workspace_path (studio_session_workspace (session)));
  window = studio_window_find (application, session);
  if (window == NULL)
    window = GTK_WINDOW (studio_window_new (application, session));
  gtk_window_present (window);
  watch_from_first_frame (GTK_WIDGET (window));
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

/* The action of a notification, a menu or a chooser: a folder; empty: the one that was opened
 * before the last one. */
static void
on_workspace (GSimpleAction *action, GVariant *parameter, gpointer application)
{
  const char *path = g_variant_get_string (parameter, NULL);
  g_auto (GStrv) recent = g_settings_get_strv (studio_settings (), "recent-workspaces");

  if (*path == '\0')
    path = recent[0] != NULL ? recent[1] : NULL;
  if (path != NULL)
    open_workspace (application, path);
}

static void
on_preferences (GSimpleAction *action, GVariant *parameter, gpointer application)
{
  gtk_window_present (
      studio_application_preferences (gtk_application_get_active_window (application)));
}

static void
on_about (GSimpleAction *action, GVariant *parameter, gpointer application)
{
  adw_show_about_window (
      gtk_application_get_active_window (application), "application-name", "Assay",
      "application-icon", STUDIO_APPLICATION_ID, "version", ASSAY_VERSION, "developer-name",
      "The Assay developers", "license-type", GTK_LICENSE_APACHE_2_0, "comments",
      "Runs studies of how learning systems behave, and says of every published claim whether it "
      "held.",
      NULL);
}

/* ---- preferences ---- */

static const struct
{
  const char *name;
  AdwColorScheme scheme;
} styles[] = { { "system", ADW_COLOR_SCHEME_DEFAULT },
               { "light", ADW_COLOR_SCHEME_FORCE_LIGHT },
               { "dark", ADW_COLOR_SCHEME_FORCE_DARK } };

static guint
style_number (void)
{
  g_autofree char *name = g_settings_get_string (studio_settings (), "style");
  guint i = G_N_ELEMENTS (styles) - 1;

  while (i > 0 && g_strcmp0 (styles[i].name, name) != 0)
    i--;
  return i;
}

static void
apply_style (void)
{
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (),
                                      styles[style_number ()].scheme);
}

static gboolean
style_to_row (GValue *value, GVariant *variant, gpointer data)
{
  g_value_set_uint (value, style_number ());
  return TRUE;
}

static GVariant *
style_from_row (const GValue *value, const GVariantType *type, gpointer data)
{
  return g_variant_new_string (styles[MIN (g_value_get_uint (value), 2)].name);
}

GtkWindow *
studio_application_preferences (GtkWindow *parent)
{
  g_autoptr (GtkBuilder) builder
      = gtk_builder_new_from_resource ("/org/assay/Studio/preferences.ui");
  GtkWindow *window = GTK_WINDOW (gtk_builder_get_object (builder, "preferences"));

  g_settings_bind_with_mapping (studio_settings (), "style",
                                gtk_builder_get_object (builder, "style"), "selected",
                                G_SETTINGS_BIND_DEFAULT, style_to_row, style_from_row, NULL, NULL);
  g_settings_bind (studio_settings (), "cores", gtk_builder_get_object (builder, "cores"), "value",
                   G_SETTINGS_BIND_DEFAULT);
  gtk_window_set_transient_for (window, parent);
  return window;
}

/* ---- the application ---- */

static void
studio_application_startup (GApplication *application)
{
  static const GActionEntry entries[] = {
    { .name = "quit", .activate = on_quit },
    { .name = "workspace", .activate = on_workspace, .parameter_type = "s" },
    { .name = "preferences", .activate = on_preferences },
    { .name = "about", .activate = on_about },
  };

  G_APPLICATION_CLASS (studio_application_parent_class)->startup (application);
  g_action_map_add_action_entries (G_ACTION_MAP (application), entries, G_N_ELEMENTS (entries),
                                   application);
  studio_actions_set_accels (GTK_APPLICATION (application));
  g_signal_connect (studio_settings (), "changed::style", G_CALLBACK (apply_style), NULL);
  apply_style ();
}

/* GTK 4.8 asks for the place of a menu that was open after its window is gone. */
static gboolean
put_menu_away (GtkWindow *window)
{
  GtkWidget *focus = gtk_window_get_focus (window);
  GtkWidget *menu = focus != NULL ? gtk_widget_get_ancestor (focus, GTK_TYPE_POPOVER) : NULL;

  if (menu != NULL)
    gtk_popover_popdown (GTK_POPOVER (menu));
  return GDK_EVENT_PROPAGATE;
}

static void
studio_application_window_added (GtkApplication *application, GtkWindow *window)
{
  GTK_APPLICATION_CLASS (studio_application_parent_class)->window_added (application, window);
  g_signal_connect (window, "close-request", G_CALLBACK (put_menu_away), NULL);
}

static void
studio_application_class_init (StudioApplicationClass *class)
{
  G_APPLICATION_CLASS (class)->startup = studio_application_startup;
  G_APPLICATION_CLASS (class)->shutdown = studio_application_shutdown;
  G_APPLICATION_CLASS (class)->activate = studio_application_activate;
  G_APPLICATION_CLASS (class)->command_line = studio_application_command_line;
  GTK_APPLICATION_CLASS (class)->window_added = studio_application_window_added;
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

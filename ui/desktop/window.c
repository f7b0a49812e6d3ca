/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/window.h"

#include "ui/desktop/actions.h"
#include "ui/desktop/claims-view.h"
#include "ui/desktop/compare-view.h"
#include "ui/desktop/figures-view.h"
#include "ui/desktop/file-dialog.h"
#include "ui/desktop/queue-view.h"
#include "ui/desktop/runs-view.h"
#include "ui/desktop/settings.h"
#include "ui/desktop/shortcuts.h"
#include "ui/desktop/studies-view.h"

struct _StudioWindow
{
  AdwApplicationWindow parent_instance;
  StudioSession *session; /* NULL: it could not be opened */
  StudioUndo *undo;
  GtkStack *states;
  AdwStatusPage *failure;
  AdwToastOverlay *toasts;
  AdwViewStack *pages;
  AdwViewSwitcherTitle *switcher;
  AdwViewSwitcherBar *bar;
  GtkMenuButton *menu_button;
  GMenu *recent;
};

G_DEFINE_FINAL_TYPE (StudioWindow, studio_window, ADW_TYPE_APPLICATION_WINDOW)

/* The pages, in the order of the switcher. */
static const struct
{
  const char *name, *title, *icon;
  GType (*type) (void);
  void (*add_actions) (gpointer view, GActionMap *map);
} pages[] = {
  { "studies", "Studies", "applications-science-symbolic", studio_studies_view_get_type,
    studio_studies_view_add_actions },
  { "runs", "Runs", "view-list-symbolic", studio_runs_view_get_type, studio_runs_view_add_actions },
  { "figures", "Figures", "studio-figures-symbolic", studio_figures_view_get_type,
    studio_figures_view_add_actions },
  { "compare", "Compare", "view-dual-symbolic", studio_compare_view_get_type,
    studio_compare_view_add_actions },
  { "claims", "Claims", "studio-claims-symbolic", studio_claims_view_get_type,
    studio_claims_view_add_actions },
  { "queue", "Queue", "studio-queue-symbolic", studio_queue_view_get_type,
    studio_queue_view_add_actions },
};

static gpointer
page (StudioWindow *window, const char *name)
{
  return adw_view_stack_get_child_by_name (window->pages, name);
}

/* ---- what pages ask of the window ---- */

StudioSession *
studio_window_session (StudioWindow *window)
{
  return window->session;
}

StudioWindow *
studio_window_of (gpointer widget)
{
  return STUDIO_WINDOW (gtk_widget_get_ancestor (GTK_WIDGET (widget), STUDIO_TYPE_WINDOW));
}

void
studio_window_enable (gpointer widget, const char *action, gboolean enabled)
{
  GtkRoot *root = gtk_widget_get_root (widget);
  GAction *found = NULL;

  if (STUDIO_IS_WINDOW (root) && !gtk_widget_in_destruction (GTK_WIDGET (root)))
    found = g_action_map_lookup_action (G_ACTION_MAP (root), action);
  if (found != NULL)
    g_simple_action_set_enabled (G_SIMPLE_ACTION (found), enabled);
}

void
studio_window_show_page (StudioWindow *window, const char *name)
{
  adw_view_stack_set_visible_child_name (window->pages, name);
}

void
studio_window_show_study (StudioWindow *window, const char *study)
{
  studio_window_show_page (window, "studies");
  studio_studies_view_show_study (page (window, "studies"), study);
}

void
studio_window_show_runs (StudioWindow *window, const char *filter)
{
  studio_window_show_page (window, "runs");
  studio_runs_view_show_filter (page (window, "runs"), filter);
}

void
studio_window_show_run (StudioWindow *window, const char *run)
{
  studio_window_show_page (window, "runs");
  studio_runs_view_show_run (page (window, "runs"), run);
}

void
studio_window_show_figure (StudioWindow *window, const char *figure)
{
  studio_window_show_page (window, "figures");
  studio_figures_view_show_figure (page (window, "figures"), figure);
}

static AdwToast *
toast_new (const char *text)
{
  g_autofree char *markup = g_markup_escape_text (text, -1);

  return adw_toast_new (markup);
}

void
studio_window_toast (StudioWindow *window, const char *text, const char *label, const char *action)
{
  AdwToast *toast = toast_new (text);

  if (label != NULL)
    {
      adw_toast_set_button_label (toast, label);
      adw_toast_set_detailed_action_name (toast, action);
    }
  adw_toast_overlay_add_toast (window->toasts, toast);
}

void
studio_window_toast_undo (StudioWindow *window, const char *text, StudioUndoFunc undo,
                          gpointer data, GDestroyNotify destroy)
{
  AdwToast *toast = toast_new (text);

  studio_undo_add (window->undo, toast, undo, data, destroy);
  adw_toast_overlay_add_toast (window->toasts, toast);
}

/* ---- actions ---- */

static void
on_page (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  studio_window_show_page (window, g_variant_get_string (parameter, NULL));
}

static void
on_run (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  const char *run = g_variant_get_string (parameter, NULL);

  if (*run != '\0')
    studio_window_show_run (window, run);
}

/* A page that can be searched, or has something to go back from, has such an action. */
static void
on_search (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  StudioWindow *window = data;

  gtk_widget_activate_action (adw_view_stack_get_visible_child (window->pages), "view.search",
                              NULL);
}

static void
on_back (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  StudioWindow *window = data;

  gtk_widget_activate_action (adw_view_stack_get_visible_child (window->pages), "view.back", NULL);
}

static void
on_refresh (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  StudioWindow *window = data;

  studio_session_rescan (window->session);
  studio_session_refresh (window->session);
}

/* Those of the page first. */
static void
on_shortcuts (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  StudioWindow *window = data;
  GtkWidget *shown = adw_view_stack_get_visible_child (window->pages);
  const char *page
      = shown != NULL
            ? adw_view_stack_page_get_title (adw_view_stack_get_page (window->pages, shown))
            : "";

  gtk_window_present (GTK_WINDOW (studio_shortcuts_new (GTK_WINDOW (window), page)));
}

static void
on_menu (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  StudioWindow *window = data;

  gtk_menu_button_popup (window->menu_button);
}

static void
on_folder_chosen (gpointer window, const char *path, GtkFileChooser *dialog)
{
  g_action_group_activate_action (G_ACTION_GROUP (gtk_window_get_application (window)), "workspace",
                                  g_variant_new_string (path));
}

/* A folder without a workspace becomes one, as on the command line. */
static void
on_open_workspace (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  GtkFileChooserNative *dialog = studio_file_dialog_new (
      window, "Open a Workspace", GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, "_Open", on_folder_chosen);

  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

/* Those that a window which could not be opened has, too. */
static const GActionEntry always[] = {
  { .name = "open-workspace", .activate = on_open_workspace },
  { .name = "shortcuts", .activate = on_shortcuts },
  { .name = "menu", .activate = on_menu },
};

static const GActionEntry entries[] = {
  { .name = "page", .activate = on_page, .parameter_type = "s" },
  { .name = "show-run", .activate = on_run, .parameter_type = "s" },
  { .name = "search", .activate = on_search },
  { .name = "back", .activate = on_back },
  { .name = "refresh", .activate = on_refresh },
};

static gboolean
show_bar (gpointer data)
{
  StudioWindow *window = data;

  if (window->bar != NULL)
    adw_view_switcher_bar_set_reveal (window->bar,
                                      adw_view_switcher_title_get_title_visible (window->switcher));
  return G_SOURCE_REMOVE;
}

/* It changes while the window is laid out, when nothing else can ask to be: without animations the
 * bar's place would stay empty. */
static void
on_title_visible (AdwViewSwitcherTitle *switcher, GParamSpec *spec, StudioWindow *window)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, show_bar, g_object_ref (window), g_object_unref);
}

static void
on_notice (StudioSession *session, const char *text, StudioWindow *window)
{
  studio_window_toast (window, text, NULL, NULL);
}

/* ---- the window ---- */

static void
add_pages (StudioWindow *window)
{
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      GtkWidget *view = g_object_new (pages[i].type (), "session", window->session, NULL);
      AdwViewStackPage *added
          = adw_view_stack_add_titled (window->pages, view, pages[i].name, pages[i].title);

      adw_view_stack_page_set_icon_name (added, pages[i].icon);
      if (STUDIO_IS_QUEUE_VIEW (view))
        g_object_bind_property (view, "live", added, "badge-number", G_BINDING_SYNC_CREATE);
      pages[i].add_actions (view, G_ACTION_MAP (window));
    }
}

/* The workspace's name, where it is not the one that is taken without a word. */
static void
show_name (StudioWindow *window)
{
  const char *path = assay_workspace_path (studio_session_workspace (window->session));
  g_autofree char *usual = g_build_filename (g_get_user_data_dir (), "assay", "workspace", NULL);
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *title = g_strdup_printf ("%s – Assay", name);

  if (g_strcmp0 (path, usual) == 0)
    return;
  adw_view_switcher_title_set_subtitle (window->switcher, name);
  gtk_window_set_title (GTK_WINDOW (window), title);
}

static void
show_recent (StudioWindow *window)
{
  g_auto (GStrv) paths = g_settings_get_strv (studio_settings (), "recent-workspaces");

  g_menu_remove_all (window->recent);
  for (guint i = 0; paths[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (paths[i], "_", -1);
      g_autofree char *label = g_strjoinv ("__", parts); /* one alone marks a key */
      g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

      g_menu_item_set_action_and_target (item, "app.workspace", "s", paths[i]);
      g_menu_append_item (window->recent, item);
    }
}

StudioWindow *
studio_window_new (GtkApplication *application, StudioSession *session)
{
  StudioWindow *window = g_object_new (STUDIO_TYPE_WINDOW, "application", application, NULL);

  window->session = g_object_ref (session);
  g_action_map_add_action_entries (G_ACTION_MAP (window), entries, G_N_ELEMENTS (entries), window);
  window->undo = studio_undo_new (G_ACTION_MAP (window));
  add_pages (window);
  show_name (window);
  g_signal_connect_object (session, "notice", G_CALLBACK (on_notice), window, 0);
  return window;
}

StudioWindow *
studio_window_new_failed (GtkApplication *application, const char *reason)
{
  StudioWindow *window = g_object_new (STUDIO_TYPE_WINDOW, "application", application, NULL);
  g_autofree char *markup = g_markup_escape_text (reason, -1);

  adw_status_page_set_description (window->failure, markup);
  gtk_stack_set_visible_child (window->states, GTK_WIDGET (window->failure));
  return window;
}

GtkWindow *
studio_window_find (GtkApplication *application, StudioSession *session)
{
  const char *path = assay_workspace_path (studio_session_workspace (session));

  for (GList *item = gtk_application_get_windows (application); item != NULL; item = item->next)
    {
      StudioWindow *window = STUDIO_IS_WINDOW (item->data) ? item->data : NULL;

      if (window != NULL && window->session != NULL
          && g_str_equal (assay_workspace_path (studio_session_workspace (window->session)), path))
        return GTK_WINDOW (window);
    }
  return NULL;
}

static void
studio_window_dispose (GObject *object)
{
  StudioWindow *window = STUDIO_WINDOW (object);

  if (window->session != NULL)
    studio_session_close (window->session);
  g_clear_pointer (&window->undo, studio_undo_free);
  g_clear_object (&window->session);
  G_OBJECT_CLASS (studio_window_parent_class)->dispose (object);
}

static void
studio_window_class_init (StudioWindowClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = studio_window_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/assay/Studio/window.ui");
  studio_actions_bind_last (widget_class);
  gtk_widget_class_bind_template_child (widget_class, StudioWindow, states);
  gtk_widget_class_bind_template_child (widget_class, StudioWindow, failure);
  gtk_widget_class_bind_template_child (widget_class, StudioWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, StudioWindow, pages);
  gtk_widget_class_bind_template_child (widget_class, StudioWindow, switcher);
  gtk_widget_class_bind_template_child (widget_class, StudioWindow, bar);
  gtk_widget_class_bind_template_child (widget_class, StudioWindow, menu_button);
  gtk_widget_class_bind_template_child (widget_class, StudioWindow, recent);
  gtk_widget_class_bind_template_callback (widget_class, on_title_visible);
}

static void
studio_window_init (StudioWindow *window)
{
  const GSettingsBindFlags once = G_SETTINGS_BIND_DEFAULT | G_SETTINGS_BIND_GET_NO_CHANGES;
  GSettings *settings = studio_settings ();

  gtk_widget_init_template (GTK_WIDGET (window));
  g_action_map_add_action_entries (G_ACTION_MAP (window), always, G_N_ELEMENTS (always), window);
  /* Read once and kept on every change, so the next window is like the last one. */
  g_settings_bind (settings, "window-width", window, "default-width", once);
  g_settings_bind (settings, "window-height", window, "default-height", once);
  g_settings_bind (settings, "window-maximized", window, "maximized", once);
  g_signal_connect_object (settings, "changed::recent-workspaces", G_CALLBACK (show_recent), window,
                           G_CONNECT_SWAPPED);
  show_recent (window);
}

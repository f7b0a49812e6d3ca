/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/window.h"

#include "ui/desktop/actions.h"
#include "ui/desktop/claims-view.h"
#include "ui/desktop/compare-view.h"
#include "ui/desktop/figures-view.h"
#include "ui/desktop/queue-view.h"
#include "ui/desktop/runs-view.h"
#include "ui/desktop/studies-view.h"

struct _StudioWindow
{
  AdwApplicationWindow parent_instance;
  StudioSession *session; /* NULL: it could not be opened */
  GtkStack *states;
  AdwStatusPage *failure;
  AdwToastOverlay *toasts;
  AdwViewStack *pages;
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
  { "figures", "Figures", "image-x-generic-symbolic", studio_figures_view_get_type,
    studio_figures_view_add_actions },
  { "compare", "Compare", "view-dual-symbolic", studio_compare_view_get_type,
    studio_compare_view_add_actions },
  { "claims", "Claims", "object-select-symbolic", studio_claims_view_get_type,
    studio_claims_view_add_actions },
  { "queue", "Queue", "emblem-system-symbolic", studio_queue_view_get_type,
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

void
studio_window_toast (StudioWindow *window, const char *text, const char *label, const char *action)
{
  g_autofree char *markup = g_markup_escape_text (text, -1);
  AdwToast *toast = adw_toast_new (markup);

  if (label != NULL)
    {
      adw_toast_set_button_label (toast, label);
      adw_toast_set_detailed_action_name (toast, action);
    }
  adw_toast_overlay_add_toast (window->toasts, toast);
}

/* ---- actions ---- */

static void
on_page (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  studio_window_show_page (window, g_variant_get_string (parameter, NULL));
}

static void
on_figure (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  studio_window_show_figure (window, g_variant_get_string (parameter, NULL));
}

static void
on_run (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  studio_window_show_run (window, g_variant_get_string (parameter, NULL));
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

static void
on_shortcuts (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  GtkWidget *shortcuts = studio_actions_shortcuts ();

  gtk_window_set_transient_for (GTK_WINDOW (shortcuts), window);
  gtk_window_present (GTK_WINDOW (shortcuts));
}

static const GActionEntry entries[] = {
  { .name = "page", .activate = on_page, .parameter_type = "s" },
  { .name = "figure", .activate = on_figure, .parameter_type = "s" },
  { .name = "show-run", .activate = on_run, .parameter_type = "s" },
  { .name = "search", .activate = on_search },
  { .name = "back", .activate = on_back },
  { .name = "refresh", .activate = on_refresh },
  { .name = "shortcuts", .activate = on_shortcuts },
};

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
      pages[i].add_actions (view, G_ACTION_MAP (window));
    }
}

StudioWindow *
studio_window_new (GtkApplication *application, StudioSession *session)
{
  StudioWindow *window = g_object_new (STUDIO_TYPE_WINDOW, "application", application, NULL);

  window->session = g_object_ref (session);
  g_action_map_add_action_entries (G_ACTION_MAP (window), entries, G_N_ELEMENTS (entries), window);
  add_pages (window);
  g_signal_connect_object (session, "notice", G_CALLBACK (on_notice), window, 0);
  return window;
}

StudioWindow *
studio_window_new_failed (GtkApplication *application, const char *reason)
{
  StudioWindow *window = g_object_new (STUDIO_TYPE_WINDOW, "application", application, NULL);

  adw_status_page_set_description (window->failure, reason);
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
  g_clear_object (&window->session);
  G_OBJECT_CLASS (studio_window_parent_class)->dispose (object);
}

static void
studio_window_class_init (StudioWindowClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = studio_window_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/assay/Studio/window.ui");
  gtk_widget_class_bind_template_child (widget_class, StudioWindow, states);
  gtk_widget_class_bind_template_child (widget_class, StudioWindow, failure);
  gtk_widget_class_bind_template_child (widget_class, StudioWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, StudioWindow, pages);
}

static void
studio_window_init (StudioWindow *window)
{
  gtk_widget_init_template (GTK_WIDGET (window));
}

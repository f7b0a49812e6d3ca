/* SPDX-License-Identifier: Apache-2.0 */
/* Every view as one meets it who does not see it or has no mouse: what has the focus or shows a
 * picture has a name, tables have heads, Tab leads round.  And every action, on every page. */
#include "ui/desktop/actions.h"
#include "views.h"
#include <string.h>
#ifdef __SANITIZE_ADDRESS__
#include <dlfcn.h>
#include <sanitizer/lsan_interface.h>
#endif

#define MOST_KEYS 400 /* Tab after Tab on a page */

static StudioWindow *window;

/* ---- names ---- */

static gboolean
has_text (GtkWidget *widget)
{
  if (GTK_IS_LABEL (widget) && gtk_label_get_text (GTK_LABEL (widget))[0] != '\0')
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (gtk_widget_get_visible (child) && has_text (child))
      return TRUE;
  return FALSE;
}

/* Roles that are called what they contain. */
static gboolean
is_named_by_content (GtkWidget *widget)
{
  static const GtkAccessibleRole roles[] = { GTK_ACCESSIBLE_ROLE_BUTTON,
                                             GTK_ACCESSIBLE_ROLE_CHECKBOX,
                                             GTK_ACCESSIBLE_ROLE_RADIO,
                                             GTK_ACCESSIBLE_ROLE_LINK,
                                             GTK_ACCESSIBLE_ROLE_LABEL,
                                             GTK_ACCESSIBLE_ROLE_LIST_ITEM,
                                             GTK_ACCESSIBLE_ROLE_ROW,
                                             GTK_ACCESSIBLE_ROLE_GRID_CELL,
                                             GTK_ACCESSIBLE_ROLE_TAB,
                                             GTK_ACCESSIBLE_ROLE_OPTION,
                                             GTK_ACCESSIBLE_ROLE_MENU_ITEM,
                                             GTK_ACCESSIBLE_ROLE_COMBO_BOX,
                                             GTK_ACCESSIBLE_ROLE_MENU_ITEM_RADIO };
  GtkAccessibleRole role = gtk_accessible_get_accessible_role (GTK_ACCESSIBLE (widget));

  for (guint i = 0; i < G_N_ELEMENTS (roles); i++)
    if (role == roles[i])
      return has_text (widget);
  return FALSE;
}

static gboolean
is_named (GtkWidget *widget)
{
  GtkAccessible *accessible = GTK_ACCESSIBLE (widget);

  return gtk_test_accessible_has_property (accessible, GTK_ACCESSIBLE_PROPERTY_LABEL)
         || gtk_test_accessible_has_relation (accessible, GTK_ACCESSIBLE_RELATION_LABELLED_BY)
         || is_named_by_content (widget);
}

/* It, or the control that it is a part of: the text of an entry, the picture of a button. */
static gboolean
is_named_or_part (GtkWidget *widget, guint depth)
{
  for (; widget != NULL && !GTK_IS_WINDOW (widget); widget = gtk_widget_get_parent (widget))
    if (is_named (widget))
      return TRUE;
    else if (depth-- == 0)
      break;
  return FALSE;
}

static gboolean
shows_a_picture (GtkWidget *widget)
{
  GtkAccessibleRole role = gtk_accessible_get_accessible_role (GTK_ACCESSIBLE (widget));

  return role == GTK_ACCESSIBLE_ROLE_IMG || role == GTK_ACCESSIBLE_ROLE_PROGRESS_BAR
         || role == GTK_ACCESSIBLE_ROLE_METER;
}

static char *
path_of (GtkWidget *widget)
{
  GString *path = g_string_new (NULL);

  for (; widget != NULL; widget = gtk_widget_get_parent (widget))
    {
      const char *id = gtk_buildable_get_buildable_id (GTK_BUILDABLE (widget));

      g_string_append_printf (path, "%s%s%s%s", path->len > 0 ? " < " : "",
                              G_OBJECT_TYPE_NAME (widget), id != NULL ? " " : "",
                              id != NULL ? id : "");
    }
  return g_string_free (path, FALSE);
}

static guint
complain (const char *view, const char *what, GtkWidget *widget)
{
  g_autofree char *path = path_of (widget);

  g_test_message ("%s: %s: %s", view, what, path);
  return 1;
}

static guint
n_headless (GtkColumnView *table, const char *view)
{
  GListModel *columns = gtk_column_view_get_columns (table);
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (columns); i++)
    {
      g_autoptr (GtkColumnViewColumn) column = g_list_model_get_item (columns, i);
      const char *title = gtk_column_view_column_get_title (column);

      if (gtk_column_view_column_get_visible (column) && (title == NULL || title[0] == '\0'))
        n += complain (view, "a column without a head", GTK_WIDGET (table));
    }
  return n;
}

/* It passes the focus on to what it holds, or scrolls. */
static gboolean
is_container (GtkWidget *widget)
{
  return GTK_IS_SCROLLED_WINDOW (widget) || GTK_IS_LIST_BOX (widget) || GTK_IS_WINDOW (widget);
}

/* How many of what is seen of @widget have no name where they need one. */
static guint
n_nameless (GtkWidget *widget, const char *view)
{
  guint n = 0;

  if (!gtk_widget_get_mapped (widget))
    return 0;
  if (gtk_widget_get_focusable (widget) && !is_container (widget) && !is_named_or_part (widget, 3))
    n += complain (view, "nothing to call it", widget);
  else if (shows_a_picture (widget) && !is_named_or_part (widget, 6))
    n += complain (view, "a picture of nothing", widget);
  if (GTK_IS_COLUMN_VIEW (widget))
    n += n_headless (GTK_COLUMN_VIEW (widget), view);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    n += n_nameless (child, view);
  return n;
}

static void
everything_has_a_name (void)
{
  guint n = 0;

  for (guint i = 0; i < n_desktop_views; i++)
    {
      GtkWidget *shown = desktop_view_show (window, &desktop_views[i]);

      if (!ADW_IS_ABOUT_WINDOW (shown)) /* libadwaita's */
        n += n_nameless (shown, desktop_views[i].name);
      desktop_view_hide (window, shown);
    }
  g_assert_cmpuint (n, ==, 0);
}

/* ---- Tab ---- */

/* Whether a controller of @widget takes the key. */
static gboolean
takes_key (GtkWidget *widget, GtkPropagationPhase phase, guint key)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);
  gboolean taken = FALSE;

  for (guint i = 0; i < g_list_model_get_n_items (controllers) && !taken; i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_EVENT_CONTROLLER_KEY (controller)
          && gtk_event_controller_get_propagation_phase (controller) == phase)
        g_signal_emit_by_name (controller, "key-pressed", key, 0,
                               key == GDK_KEY_Tab ? 0 : GDK_SHIFT_MASK, &taken);
    }
  return taken;
}

static gboolean
is_captured (GtkWidget *widget, guint key)
{
  return !GTK_IS_WINDOW (widget)
         && (is_captured (gtk_widget_get_parent (widget), key)
             || takes_key (widget, GTK_PHASE_CAPTURE, key));
}

/* As GTK does: down to what has the focus, up again, and then the window's own.  A window's search
 * wants real events. */
static void
press_tab (GtkWindow *root, GtkDirectionType direction)
{
  guint key = direction == GTK_DIR_TAB_FORWARD ? GDK_KEY_Tab : GDK_KEY_ISO_Left_Tab;
  GtkWidget *focus = gtk_window_get_focus (root);

  if (focus != NULL && is_captured (focus, key))
    return;
  for (; focus != NULL && !GTK_IS_WINDOW (focus); focus = gtk_widget_get_parent (focus))
    if (takes_key (focus, GTK_PHASE_BUBBLE, key))
      return;
  g_signal_emit_by_name (root, "move-focus", direction);
}

/* Where the focus goes from nowhere, stop by stop, until it has been there.  It may stay for some
 * keys: a chart reads its curves by Tab. */
static GPtrArray *
stops_of (GtkWidget *shown, GtkDirectionType direction, const char *view)
{
  GtkWindow *root = GTK_WINDOW (gtk_widget_get_root (shown));
  GPtrArray *stops = g_ptr_array_new_with_free_func (g_object_unref);
  GtkWidget *focus = NULL, *last;
  guint again;

  gtk_window_set_focus (root, NULL);
  for (guint keys = 0; keys < MOST_KEYS; keys++)
    {
      last = focus;
      press_tab (root, direction);
      focus = gtk_window_get_focus (root);
      if (focus == NULL)
        g_error ("%s: Tab loses the focus at %s", view, path_of (last));
      if (focus == last)
        continue;
      if (!g_ptr_array_find (stops, focus, &again))
        g_ptr_array_add (stops, g_object_ref (focus));
      else if (stops->len - again
               >= stops->len / 2) /* what is beside a row may have been made anew */
        return stops;
      else
        g_error ("%s: Tab goes round in %s", view, path_of (focus));
    }
  g_error ("%s: Tab stays in %s", view, path_of (focus));
}

static void
tab_leads_round (void)
{
  for (guint i = 0; i < n_desktop_views; i++)
    {
      const DesktopView *view = &desktop_views[i];
      GtkWidget *shown = desktop_view_show (window, view);

      if (!GTK_IS_POPOVER (shown))
        {
          g_autoptr (GPtrArray) there = stops_of (shown, GTK_DIR_TAB_FORWARD, view->name);
          g_autoptr (GPtrArray) back = stops_of (shown, GTK_DIR_TAB_BACKWARD, view->name);

          g_test_message ("%s: %u stops, %u back", view->name, there->len, back->len);
          g_assert_cmpuint (2 * there->len, >=, back->len);
          g_assert_cmpuint (2 * back->len, >=, there->len);
        }
      desktop_view_hide (window, shown);
    }
}

/* ---- every action ---- */

/* What starts runs or other programs, or ends this one; all but the folder have tests of their own.
 */
static gboolean
is_left_out (const char *action)
{
  static const char *const names[] = { "win.run",        "win.run-retry",    "win.run-resume",
                                       "win.run-verify", "win.queue-resume", "win.queue-retry",
                                       "win.run-folder", "app.quit",         NULL };

  return g_strv_contains (names, action);
}

/* Menu and windows over the window: as a person leaves them before the next. */
static void
close_dialogs (void)
{
  GtkWidget *menu = desktop_test_find (window, GTK_TYPE_MENU_BUTTON, "menu_button");
  GtkWindow *dialog;

  gtk_menu_button_popdown (GTK_MENU_BUTTON (menu));
  while ((dialog = desktop_test_dialog (window, GTK_TYPE_WINDOW)) != NULL)
    {
      if (GTK_IS_FILE_CHOOSER_DIALOG (dialog))
        gtk_dialog_response (GTK_DIALOG (dialog), GTK_RESPONSE_CANCEL);
      else
        gtk_window_destroy (dialog);
      desktop_test_settle ();
    }
}

/* As its key or its item of a menu does: nothing happens where it is not enabled. */
static guint
take (const StudioAction *action)
{
  g_autofree char *name = NULL;
  g_autoptr (GVariant) target = NULL;
  GActionGroup *group = G_ACTION_GROUP (window);

  g_assert_true (g_action_parse_detailed_name (action->name, &name, &target, NULL));
  if (g_str_has_prefix (name, "app."))
    group = G_ACTION_GROUP (gtk_window_get_application (GTK_WINDOW (window)));
  else if (!g_str_has_prefix (name, "win."))
    return 0; /* a widget's own */
  if (is_left_out (name) || !g_action_group_get_action_enabled (group, name + 4))
    return 0;
  g_test_message ("%s", action->name);
  g_action_group_activate_action (group, name + 4, g_steal_pointer (&target));
  desktop_test_settle ();
  close_dialogs ();
  return 1;
}

/* No warning, whatever is shown; a warning ends the test. */
static void
every_action_can_be_taken_on_every_page (void)
{
  static const char *const pages[] = { "studies", "runs", "figures", "compare", "claims", "queue" };
  guint taken = 0;

  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    for (guint k = 0; k < studio_n_actions; k++)
      {
        studio_window_show_page (window, pages[i]); /* an action may have led elsewhere */
        if (!g_str_has_prefix (studio_actions[k].name, "win.page"))
          taken += take (&studio_actions[k]);
      }
  g_assert_cmpuint (taken, >, studio_n_actions);
}

#ifdef __SANITIZE_ADDRESS__
static void
on_read (gpointer collector, gboolean *read)
{
  *read = TRUE;
}

static gboolean
is_true (gpointer value)
{
  return *(gboolean *) value;
}
#endif

/* GTK's file dialog asks libcloudproviders, which loses the names of the folders that it reads
 * first.  There is one collector in a process, so it reads them here, where no leak is counted. */
static void
let_cloud_providers_be_read (void)
{
#ifdef __SANITIZE_ADDRESS__
  gpointer (*collector) (void)
      = (gpointer (*) (void)) dlsym (RTLD_DEFAULT, "cloud_providers_collector_dup_singleton");
  static gpointer kept;
  gboolean read = FALSE;

  if (collector == NULL)
    return;
  __lsan_disable ();
  kept = collector ();
  g_signal_connect (kept, "providers-changed", G_CALLBACK (on_read), &read);
  desktop_test_until (is_true, &read);
  g_signal_handlers_disconnect_by_data (kept, &read);
  __lsan_enable ();
#endif
}

int
main (int argc, char **argv)
{
  int status;

  desktop_test_init (&argc, &argv);
  let_cloud_providers_be_read ();
  window = desktop_views_window ();
#define ADD(name, test) g_test_add_func ("/desktop/views/" name, test)
  ADD ("everything-has-a-name", everything_has_a_name);
  ADD ("tab-leads-round", tab_leads_round);
  ADD ("every-action-can-be-taken-on-every-page", every_action_can_be_taken_on_every_page);
#undef ADD
  status = g_test_run ();
  desktop_test_close (window);
  return status;
}

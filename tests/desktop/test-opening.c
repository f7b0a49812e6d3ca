/* SPDX-License-Identifier: Apache-2.0
 *
 * What a window opens on: nothing yet, workspaces known or out of order, plugins that are no good.
 */
#include "desktop.h"
#include "ui/desktop/settings.h"
#include "ui/desktop/studies-view.h"
#include "ui/desktop/welcome.h"
#include <string.h>

/* ---- the first time ---- */

static gboolean
is_welcomed (gpointer window)
{
  return gtk_widget_get_mapped (desktop_test_find (window, STUDIO_TYPE_WELCOME, NULL));
}

static gboolean
is_not_welcomed (gpointer window)
{
  return !gtk_widget_get_visible (desktop_test_find (window, STUDIO_TYPE_WELCOME, NULL));
}

static gboolean
can_run (gpointer window)
{
  StudioForm *form = studio_studies_view_form (desktop_test_studies (window));

  return gtk_widget_get_mapped (GTK_WIDGET (form)) && studio_form_is_settled (form)
         && g_action_group_get_action_enabled (window, "run");
}

/* Whatever has been run takes its place. */
static void
an_empty_workspace_leads_to_a_first_run (void)
{
  g_autofree char *path = desktop_test_folder ("first");
  StudioWindow *window = desktop_test_open_workspace (path);

  desktop_test_until (desktop_test_has_studies, window);
  desktop_test_until (is_welcomed, window);
  g_signal_emit_by_name (desktop_test_find (desktop_test_find (window, STUDIO_TYPE_WELCOME, NULL),
                                            GTK_TYPE_BUTTON, "_Try the Shortest Study"),
                         "clicked");
  desktop_test_until (can_run, window);
  desktop_test_run_gallery (path, "--set agent=plain --seeds 1");
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.back", NULL));
  desktop_test_until (is_not_welcomed, window);
  desktop_test_close (window);
}

/* ---- workspaces ---- */

static gboolean
is_window_of (GtkWindow *window, const char *path)
{
  StudioSession *session
      = STUDIO_IS_WINDOW (window) ? studio_window_session (STUDIO_WINDOW (window)) : NULL;

  return session != NULL
         && g_str_equal (assay_workspace_path (studio_session_workspace (session)), path);
}

/* NULL: none; @n: how many. */
static GtkWindow *
window_on (GtkApplication *application, const char *path, guint *n)
{
  GtkWindow *found = NULL;

  *n = 0;
  for (GList *item = gtk_application_get_windows (application); item != NULL; item = item->next)
    if (is_window_of (item->data, path))
      {
        found = item->data;
        ++*n;
      }
  return found;
}

static GtkWindow *
open_by_action (GtkApplication *application, const char *path)
{
  g_action_group_activate_action (G_ACTION_GROUP (application), "workspace",
                                  g_variant_new_string (path));
  desktop_test_settle ();
  return gtk_application_get_windows (application)->data; /* the one used last */
}

static gboolean
is_used_last (gpointer window)
{
  return gtk_application_get_windows (gtk_window_get_application (window))->data == window;
}

/* The one submenu of the main menu; @sections hold items. */
static GMenuModel *
find_submenu (GMenuModel *menu)
{
  GMenuModel *found = NULL;

  for (int i = 0; found == NULL && i < g_menu_model_get_n_items (menu); i++)
    {
      g_autoptr (GMenuModel) section = g_menu_model_get_item_link (menu, i, G_MENU_LINK_SECTION);

      found = g_menu_model_get_item_link (menu, i, G_MENU_LINK_SUBMENU);
      if (found == NULL && section != NULL)
        found = find_submenu (section);
    }
  return found;
}

static void
assert_recent (GtkWindow *window, int i, const char *path, const char *ending)
{
  GtkWidget *button = desktop_test_find (window, GTK_TYPE_MENU_BUTTON, "menu_button");
  g_autoptr (GMenuModel) recent
      = find_submenu (gtk_menu_button_get_menu_model (GTK_MENU_BUTTON (button)));
  g_autofree char *target = NULL, *label = NULL;

  g_assert_true (
      g_menu_model_get_item_attribute (recent, i, G_MENU_ATTRIBUTE_TARGET, "s", &target));
  g_assert_true (g_menu_model_get_item_attribute (recent, i, G_MENU_ATTRIBUTE_LABEL, "s", &label));
  g_assert_cmpstr (target, ==, path);
  g_assert_true (g_str_has_suffix (label, ending));
}

static void
recent_workspaces_are_in_the_menu_and_open_once (void)
{
  StudioWindow *window = desktop_test_open ();
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (window));
  g_autofree char *first = desktop_test_folder ("recent-one");
  g_autofree char *second = desktop_test_folder ("recent <i>two</i> & _more");
  GtkWindow *one = open_by_action (application, first);
  GtkWindow *two = open_by_action (application, second);
  guint n;

  g_assert_true (one != two && is_window_of (one, first) && is_window_of (two, second));
  assert_recent (one, 0, second, "recent <i>two</i> & __more");
  assert_recent (two, 1, first, "recent-one");
  open_by_action (application, first);
  desktop_test_until (is_used_last, one); /* when the server has given it the focus */
  g_assert_true (window_on (application, first, &n) == one);
  g_assert_cmpuint (n, ==, 1);
  assert_recent (two, 0, first, "recent-one");
  gtk_window_destroy (one);
  gtk_window_destroy (two);
  desktop_test_close (window);
}

/* What it is about, and a way on, with keys for it; it is not remembered. */
static void
assert_says (GtkApplication *application, const char *path, const char *sentence)
{
  g_auto (GStrv) before = g_settings_get_strv (studio_settings (), "recent-workspaces"),
                 after = NULL;
  GtkWindow *window = open_by_action (application, path);
  GtkWidget *page = desktop_test_find (window, ADW_TYPE_STATUS_PAGE, "failure"), *button;

  g_assert_true (gtk_widget_get_mapped (page));
  g_assert_nonnull (desktop_test_find (page, GTK_TYPE_LABEL, sentence));
  button = desktop_test_find (page, GTK_TYPE_BUTTON, NULL);
  g_assert_true (gtk_widget_is_sensitive (button));
  g_assert_cmpstr (gtk_actionable_get_action_name (GTK_ACTIONABLE (button)), ==,
                   "win.open-workspace");
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.shortcuts", NULL));
  gtk_window_destroy (desktop_test_dialog (window, GTK_TYPE_WINDOW));
  after = g_settings_get_strv (studio_settings (), "recent-workspaces");
  g_assert_true (g_strv_equal ((const char *const *) before, (const char *const *) after));
  desktop_test_resize (STUDIO_WINDOW (window), 360, 640);
  desktop_test_picture (GTK_WIDGET (window), "workspace-failed");
  gtk_window_destroy (window);
}

static void
a_workspace_that_cannot_be_opened_says_why (void)
{
  StudioWindow *window = desktop_test_open ();
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (window));
  g_autofree char *newer = desktop_test_folder ("newer <b>& damaged"), *file = NULL;
  g_autofree char *of_newer = g_strdup_printf (
      "%s/workspace.json has format 99; this Assay knows formats up to 1: use a newer one", newer);
  g_autofree char *not_empty = desktop_test_folder ("full"), *of_full = NULL;

  file = g_build_filename (newer, "workspace.json", NULL);
  g_assert_true (g_file_set_contents (file, "{\"format\": 99}", -1, NULL));
  assert_says (application, newer, of_newer);
  g_free (file);
  file = g_build_filename (not_empty, "thesis.tex", NULL);
  g_assert_true (g_file_set_contents (file, "x", -1, NULL));
  of_full = g_strdup_printf ("%s is no workspace and holds other files (\"thesis.tex\"): name an "
                             "empty or a new folder",
                             not_empty);
  assert_says (application, not_empty, of_full);
  desktop_test_close (window);
}

/* ---- plugins ---- */

static void
copy_plugin (const char *name, const char *folder)
{
  g_autofree char *base = g_strdup_printf ("assay-%s.so", name);
  g_autofree char *from
      = g_test_build_filename (G_TEST_BUILT, "unit", "registry", "broken", base, NULL);
  g_autofree char *to = g_build_filename (folder, base, NULL);
  g_autoptr (GFile) source = g_file_new_for_path (from), copy = g_file_new_for_path (to);
  g_autoptr (GError) error = NULL;

  g_file_copy (source, copy, G_FILE_COPY_OVERWRITE, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

static GtkWidget *
card_with (StudioWindow *window, const char *text)
{
  GtkWidget *label = desktop_test_find (desktop_test_studies (window), GTK_TYPE_LABEL, text);

  g_assert_nonnull (label);
  return gtk_widget_get_ancestor (label, GTK_TYPE_FLOW_BOX_CHILD);
}

static gboolean
is_settled (gpointer window)
{
  StudioForm *form = studio_studies_view_form (desktop_test_studies (window));

  return gtk_widget_get_mapped (GTK_WIDGET (form)) && studio_form_is_settled (form);
}

/* On its card and where it would be run. */
static void
assert_blocked (StudioWindow *window)
{
  const char *reason = "It needs the plugin nowhere, which is not there";
  GtkWidget *card = card_with (window, reason), *label;

  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (card), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                       reason);
  desktop_test_resize (window, 1280, 800);
  desktop_test_picture (GTK_WIDGET (window), "plugins-blocked");
  studio_window_show_study (window, "broken-needs-absent");
  desktop_test_until (is_settled, window);
  label = desktop_test_find (studio_studies_view_form (desktop_test_studies (window)),
                             GTK_TYPE_LABEL, reason);
  g_assert_true (label != NULL && gtk_widget_get_mapped (label));
  g_assert_false (g_action_group_get_action_enabled (G_ACTION_GROUP (window), "run"));
}

/* A plugin that crashes when it is loaded, and a study that lacks what it needs. */
static void
bad_plugins_say_what_is_wrong_with_them (void)
{
  static const char *const names[] = { "fine", "needs-absent", "crash-at-load", "major" };
  g_autofree char *folder = desktop_test_folder ("bad-plugins");
  g_autofree char *workspace = desktop_test_folder ("bad-plugins-workspace");
  StudioWindow *window;
  GtkWidget *refused;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    copy_plugin (names[i], folder);
  g_setenv ("ASSAY_PLUGIN_PATH", folder, TRUE);
  window = desktop_test_open_workspace (workspace);
  desktop_test_until (desktop_test_has_studies, window);
  desktop_test_settle ();
  refused
      = desktop_test_find (desktop_test_studies (window), ADW_TYPE_PREFERENCES_GROUP, "refused");
  g_assert_true (gtk_widget_get_mapped (refused));
  g_assert_nonnull (desktop_test_find (refused, GTK_TYPE_LABEL, "crash-at-load"));
  g_assert_nonnull (desktop_test_find (refused, GTK_TYPE_LABEL, "major"));
  assert_blocked (window);
  desktop_test_close (window);
  g_unsetenv ("ASSAY_PLUGIN_PATH");
}

int
main (int argc, char **argv)
{
  desktop_test_init (&argc, &argv);
#define ADD(name, test) g_test_add_func ("/desktop/opening/" name, test)
  ADD ("an-empty-workspace-leads-to-a-first-run", an_empty_workspace_leads_to_a_first_run);
  ADD ("recent-workspaces-are-in-the-menu-and-open-once",
       recent_workspaces_are_in_the_menu_and_open_once);
  ADD ("a-workspace-that-cannot-be-opened-says-why", a_workspace_that_cannot_be_opened_says_why);
  ADD ("bad-plugins-say-what-is-wrong-with-them", bad_plugins_say_what_is_wrong_with_them);
#undef ADD
  return g_test_run ();
}

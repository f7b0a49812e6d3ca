/* SPDX-License-Identifier: Apache-2.0 */
/* What keys and commands mean on each page, and where the mouse finds them. */
#include "keys.h"

#include "ui/desktop/claim-row.h"
#include "ui/desktop/runs-table.h"
#include "ui/desktop/settings.h"
#include "ui/desktop/studies-view.h"

static void
show_page (const char *name)
{
  GtkWidget *view = desktop_test_find (keys_window, STUDIO_TYPE_STUDIES_VIEW, NULL);

  if (g_str_equal (name, "study"))
    studio_window_show_study (keys_window, "gallery");
  else
    studio_window_show_page (keys_window, name);
  if (g_str_equal (name, "runs"))
    studio_runs_table_select (
        STUDIO_RUNS_TABLE (desktop_test_find (keys_window, STUDIO_TYPE_RUNS_TABLE, NULL)),
        (const char *const[]){
            studio_runs_table_answer (
                STUDIO_RUNS_TABLE (desktop_test_find (keys_window, STUDIO_TYPE_RUNS_TABLE, NULL)))
                ->identities[0],
            NULL });
  if (g_str_equal (name, "studies"))
    studio_studies_view_show_study (STUDIO_STUDIES_VIEW (view), NULL);
  desktop_test_settle ();
}

static gboolean
can (const StudioAction *row)
{
  g_autofree char *name = keys_action (row);

  if (row->when == STUDIO_KEYS_LOCAL)
    return FALSE;
  return !g_str_has_prefix (name, "win.")
         || g_action_group_get_action_enabled (G_ACTION_GROUP (keys_window), name + 4);
}

static void
assert_no_clash (const char *page)
{
  g_autoptr (GHashTable) taken = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < studio_n_actions; i++)
    for (guint k = 0; can (&studio_actions[i]) && studio_actions[i].keys[k] != NULL; k++)
      {
        const char *key = studio_actions[i].keys[k];
        const char *other = g_hash_table_lookup (taken, key);

        if (other != NULL)
          g_error ("%s and %s share %s on %s", other, studio_actions[i].name, key, page);
        g_hash_table_insert (taken, (gpointer) key, (gpointer) studio_actions[i].name);
      }
}

static const char *const pages[]
    = { "studies", "study", "runs", "figures", "compare", "claims", "queue" };

static void
a_key_means_one_thing_on_each_page (void)
{
  studio_session_select (studio_window_session (keys_window), "gallery", NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      show_page (pages[i]);
      assert_no_clash (pages[i]);
    }
}

static const char *
page_of_window (void)
{
  return adw_view_stack_get_visible_child_name (
      ADW_VIEW_STACK (desktop_test_find (keys_window, ADW_TYPE_VIEW_STACK, "pages")));
}

static gboolean
can_name (gpointer action)
{
  return g_action_group_get_action_enabled (G_ACTION_GROUP (keys_window), action);
}

static gboolean
has_kept (gpointer data)
{
  return desktop_test_find (keys_window, GTK_TYPE_LABEL, "A kept one") != NULL;
}

static gboolean
has_not_kept (gpointer data)
{
  return !has_kept (NULL);
}

static gboolean
is_judged (gpointer data)
{
  return desktop_test_find (keys_window, STUDIO_TYPE_CLAIM_ROW, NULL) != NULL;
}

/* As keys give them: about what is seen. */
static void
empty_names_mean_what_is_seen (void)
{
  studio_session_select (studio_window_session (keys_window), "gallery", NULL, NULL);
  show_page ("study");
  desktop_test_give (keys_window, "win.study-figure::");
  g_assert_cmpstr (page_of_window (), ==, "figures");
  desktop_test_until (can_name, "figure-keep");
  desktop_test_give (keys_window, "win.figure-keep::A kept one");
  desktop_test_until (has_kept, NULL);
  desktop_test_give (keys_window, "win.figure-remove::");
  desktop_test_until (has_not_kept, NULL);
  desktop_test_give (keys_window, "win.undo");
  desktop_test_until (has_kept, NULL);
  desktop_test_give (keys_window, "win.figure-option(('y-scale','log10'))");
  desktop_test_until (can_name, "figure-as-declared");
  desktop_test_give (keys_window, "win.figure-as-declared");
  show_page ("claims");
  desktop_test_until (is_judged, NULL);
  desktop_test_give (keys_window, "win.claims-show::A3");
  desktop_test_give (keys_window, "win.claims-figure::");
  g_assert_cmpstr (page_of_window (), ==, "figures");
  g_assert_false (can_name ("claims-open-report"));
}

static gboolean
is_other (gpointer path)
{
  GList *windows
      = gtk_application_get_windows (gtk_window_get_application (GTK_WINDOW (keys_window)));

  for (; windows != NULL; windows = windows->next)
    if (windows->data != keys_window && STUDIO_IS_WINDOW (windows->data)
        && g_str_equal (
            assay_workspace_path (studio_session_workspace (studio_window_session (windows->data))),
            path))
      return TRUE;
  return FALSE;
}

static void
the_workspace_before_is_opened_again (void)
{
  g_autofree char *before = desktop_test_folder ("before");
  g_autofree char *here = g_strdup (
      assay_workspace_path (studio_session_workspace (studio_window_session (keys_window))));
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (keys_window));

  studio_settings_add_recent (before);
  studio_settings_add_recent (here);
  g_action_group_activate_action (G_ACTION_GROUP (application), "workspace",
                                  g_variant_new_string (""));
  desktop_test_until (is_other, before);
  desktop_test_settle ();
  for (GList *item = gtk_application_get_windows (application), *next; item != NULL; item = next)
    {
      next = item->next;
      if (item->data != keys_window)
        gtk_window_destroy (item->data);
    }
  desktop_test_settle ();
}

static void
add_menu (GHashTable *found, GMenuModel *menu)
{
  for (int i = 0; menu != NULL && i < g_menu_model_get_n_items (menu); i++)
    {
      const char *const links[] = { G_MENU_LINK_SECTION, G_MENU_LINK_SUBMENU };
      char *action = NULL;

      if (g_menu_model_get_item_attribute (menu, i, G_MENU_ATTRIBUTE_ACTION, "s", &action))
        g_hash_table_add (found, action);
      for (guint k = 0; k < G_N_ELEMENTS (links); k++)
        {
          g_autoptr (GMenuModel) link = g_menu_model_get_item_link (menu, i, links[k]);

          add_menu (found, link);
        }
    }
}

/* What buttons, rows and menus in it lead to. */
static void
add_actions (GHashTable *found, GtkWidget *widget)
{
  const char *action = GTK_IS_ACTIONABLE (widget)
                           ? gtk_actionable_get_action_name (GTK_ACTIONABLE (widget))
                           : NULL;

  if (action != NULL)
    g_hash_table_add (found, g_strdup (action));
  if (GTK_IS_MENU_BUTTON (widget))
    add_menu (found, gtk_menu_button_get_menu_model (GTK_MENU_BUTTON (widget)));
  if (GTK_IS_POPOVER_MENU (widget))
    add_menu (found, gtk_popover_menu_get_menu_model (GTK_POPOVER_MENU (widget)));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    add_actions (found, child);
}

typedef struct
{
  GHashTable *found;
  const char *action;
} Wanted;

static gboolean
is_found (gpointer data)
{
  const Wanted *wanted = data;

  add_actions (wanted->found, GTK_WIDGET (keys_window));
  return g_hash_table_contains (wanted->found, wanted->action);
}

/* Some pages are filled a few rows in each frame: what comes last there. */
static const char *
last_of (const char *page)
{
  return g_str_equal (page, "study")    ? "win.study-figure"
         : g_str_equal (page, "claims") ? "win.claims-show"
                                        : "app.quit";
}

/* What the mouse does without a button: it clicks pages, rows and entries, turns its wheel; and
 * what rows have that are there only while something runs or is kept. */
static gboolean
is_done_in_place (const char *name)
{
  static const char *const names[] = { "win.page",
                                       "win.search",
                                       "win.menu",
                                       "win.figure",
                                       "win.figure-option",
                                       "win.figure-next",
                                       "win.figure-previous",
                                       "win.figure-zoom-in",
                                       "win.figure-zoom-out",
                                       "win.figure-remove",
                                       "win.queue-cancel-run",
                                       "win.show-run",
                                       NULL };

  return g_strv_contains (names, name);
}

static void
the_mouse_finds_every_command (void)
{
  g_autoptr (GHashTable) found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GtkMenuButton *menu
      = GTK_MENU_BUTTON (desktop_test_find (keys_window, GTK_TYPE_MENU_BUTTON, "menu_button"));

  gtk_menu_button_popup (menu);
  desktop_test_settle ();
  desktop_test_picture (GTK_WIDGET (gtk_menu_button_get_popover (menu)), "menu");
  gtk_menu_button_popdown (menu);
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      show_page (pages[i]);
      desktop_test_until (is_found, &(Wanted){ found, last_of (pages[i]) });
    }
  for (guint i = 0; i < studio_n_actions; i++)
    {
      g_autofree char *name = keys_action (&studio_actions[i]);

      if ((g_str_has_prefix (name, "win.") || g_str_has_prefix (name, "app."))
          && !is_done_in_place (name) && !g_hash_table_contains (found, name))
        g_error ("no button or menu leads to %s", name);
    }
}

void
keys_add_page_tests (void)
{
#define ADD(name, test) g_test_add_func ("/desktop/keys/" name, test)
  ADD ("a-key-means-one-thing-on-each-page", a_key_means_one_thing_on_each_page);
  ADD ("the-mouse-finds-every-command", the_mouse_finds_every_command);
  ADD ("empty-names-mean-what-is-seen", empty_names_mean_what_is_seen);
  ADD ("the-workspace-before-is-opened-again", the_workspace_before_is_opened_again);
#undef ADD
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The table of commands and keys: nothing is missing, nothing is in the way of something else.  All
 * tests look at one window. */
#include "desktop.h"
#include "ui/desktop/actions.h"
#include "ui/desktop/artifact.h"
#include "ui/desktop/chart-area.h"
#include "ui/desktop/claim-row.h"
#include "ui/desktop/figures-view.h"
#include "ui/desktop/filter-entry.h"
#include "ui/desktop/graph-canvas.h"
#include "ui/desktop/graph-view.h"
#include "ui/desktop/picture-view.h"
#include "ui/desktop/runs-table.h"
#include "ui/desktop/samples-view.h"
#include "ui/desktop/settings.h"
#include "ui/desktop/shortcuts.h"
#include "ui/desktop/studies-view.h"
#include "ui/desktop/table-view.h"

#include <string.h>

static StudioWindow *window;

static gboolean
is_ready (gpointer data)
{
  gpointer table = desktop_test_find (window, STUDIO_TYPE_RUNS_TABLE, NULL);
  StudioRunsAnswer *answer = studio_runs_table_answer (table);

  return studio_session_registry (studio_window_session (window)) != NULL && answer != NULL
         && answer->n > 0;
}

static char *
name_of (const StudioAction *row)
{
  g_autoptr (GVariant) target = NULL;
  char *name = NULL;

  g_assert_true (g_action_parse_detailed_name (row->name, &name, &target, NULL));
  return name;
}

static gboolean
has_row (const char *name)
{
  for (guint i = 0; i < studio_n_actions; i++)
    {
      g_autofree char *other = name_of (&studio_actions[i]);

      if (g_str_equal (name, other))
        return TRUE;
    }
  return FALSE;
}

/* ---- the table ---- */

/* Widgets that have actions of their own, and what those are called. */
static const struct
{
  GType (*type) (void);
  const char *prefix;
} owners[] = { { studio_graph_view_get_type, "graph." },
               { studio_samples_view_get_type, "samples." },
               { studio_table_view_get_type, "table." },
               { studio_picture_view_get_type, "picture." },
               { gtk_window_get_type, "window." } };

/* Asks for each action of the class until one is @wanted (NULL: none); a row for each, where
 * @wanted is NULL. */
static gboolean
class_has (GType type, const char *prefix, const char *wanted)
{
  g_autoptr (GTypeClass) class = g_type_class_ref (type);
  const GVariantType *parameter;
  const char *name, *property;
  GType owner;

  for (guint i = 0; gtk_widget_class_query_action (GTK_WIDGET_CLASS (class), i, &owner, &name,
                                                   &parameter, &property);
       i++)
    {
      if (wanted != NULL && g_str_equal (name, wanted))
        return TRUE;
      if (wanted == NULL && g_str_has_prefix (name, prefix) && !has_row (name))
        g_error ("action %s has no row", name);
    }
  return FALSE;
}

static gboolean
exists (const char *name)
{
  if (g_str_has_prefix (name, "win."))
    return g_action_group_has_action (G_ACTION_GROUP (window), name + 4);
  if (g_str_has_prefix (name, "app."))
    return g_action_group_has_action (
        G_ACTION_GROUP (gtk_window_get_application (GTK_WINDOW (window))), name + 4);
  for (guint i = 0; i < G_N_ELEMENTS (owners); i++)
    if (g_str_has_prefix (name, owners[i].prefix))
      return class_has (owners[i].type (), owners[i].prefix, name);
  return FALSE;
}

/* Not actions: a widget does them itself (widgets_answer_their_keys). */
static gboolean
is_of_a_widget (const StudioAction *row)
{
  static const char *const prefixes[] = { "chart.", "canvas.", "runs.", "filter." };

  for (guint i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (g_str_has_prefix (row->name, prefixes[i]))
      return TRUE;
  return FALSE;
}

static void
every_row_is_whole (void)
{
  g_autoptr (GHashTable) sections = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < studio_n_actions; i++)
    {
      const StudioAction *row = &studio_actions[i];
      g_autofree char *name = name_of (row);

      if (!is_of_a_widget (row) && !exists (name))
        g_error ("no action %s", name);
      g_assert_cmpuint (strlen (row->title), >, 2);
      if (row->keys[0] == NULL)
        g_error ("%s has no key", name);
      for (guint k = 0; row->keys[k] != NULL; k++)
        g_assert_true (gtk_accelerator_parse (row->keys[k], NULL, NULL));
      if (i > 0 && !g_str_equal (row->section, studio_actions[i - 1].section))
        g_assert_true (g_hash_table_add (sections, (gpointer) row->section));
    }
}

static void
assert_rows (GActionGroup *group, const char *prefix)
{
  g_auto (GStrv) names = g_action_group_list_actions (group);

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *name = g_strconcat (prefix, names[i], NULL);

      if (!has_row (name))
        g_error ("action %s has no row", name);
    }
}

static void
every_action_has_a_row (void)
{
  assert_rows (G_ACTION_GROUP (window), "win.");
  assert_rows (G_ACTION_GROUP (gtk_window_get_application (GTK_WINDOW (window))), "app.");
  for (guint i = 0; i + 1 < G_N_ELEMENTS (owners); i++)
    class_has (owners[i].type (), owners[i].prefix, NULL);
}

/* ---- texts ---- */

static gboolean
is_bound (gpointer widget, const char *accelerator)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);
  g_autoptr (GtkShortcutTrigger) trigger = gtk_shortcut_trigger_parse_string (accelerator);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GListModel) shortcuts = g_list_model_get_item (controllers, i);

      for (guint k = 0;
           GTK_IS_SHORTCUT_CONTROLLER (shortcuts) && k < g_list_model_get_n_items (shortcuts); k++)
        {
          g_autoptr (GtkShortcut) shortcut = g_list_model_get_item (shortcuts, k);

          if (gtk_shortcut_trigger_equal (gtk_shortcut_get_trigger (shortcut), trigger))
            return TRUE;
        }
    }
  return FALSE;
}

/* Letters, and what input methods take. */
static gboolean
is_typed (const char *accelerator)
{
  GdkModifierType held;
  guint key;

  gtk_accelerator_parse (accelerator, &key, &held);
  return (!(held & (GDK_CONTROL_MASK | GDK_ALT_MASK)) && gdk_keyval_to_unicode (key) >= ' ')
         || g_str_equal (accelerator, "<Control><Shift>u");
}

/* It turns a long text's pages sideways; ours are wrapped. */
static gboolean
turns_sideways (const char *accelerator)
{
  return g_str_equal (accelerator, "<Control>Page_Up")
         || g_str_equal (accelerator, "<Control>Page_Down");
}

/* What comes before the focus must be nothing that one does to a text. */
static void
texts_keep_their_keys (void)
{
  GtkWidget *text = g_object_ref_sink (gtk_text_new ());
  GtkWidget *view = g_object_ref_sink (gtk_text_view_new ());

  g_assert_true (is_bound (text, "<Control>z") && is_bound (view, "<Control><Shift>z"));
  for (guint i = 0; i < studio_n_actions; i++)
    for (guint k = 0; studio_actions[i].keys[k] != NULL; k++)
      {
        const char *key = studio_actions[i].keys[k];

        if (studio_actions[i].when == STUDIO_KEYS_FIRST
            && (is_typed (key) || is_bound (text, key)
                || (is_bound (view, key) && !turns_sideways (key))))
          g_error ("%s takes %s from texts", studio_actions[i].name, key);
      }
  g_object_unref (text);
  g_object_unref (view);
}

static void
count (gpointer number)
{
  (*(guint *) number)++;
}

static void
forget (gpointer number)
{
}

static void
nothing_is_undone_while_somebody_types (void)
{
  guint n = 0;

  studio_window_show_page (window, "runs");
  studio_window_toast_undo (window, "First", count, &n, forget);
  studio_window_toast_undo (window, "Second", count, &n, forget);
  studio_filter_entry_grab_focus (
      STUDIO_FILTER_ENTRY (desktop_test_find (window, STUDIO_TYPE_FILTER_ENTRY, NULL)));
  g_assert_false (desktop_test_press (window, "<Control>z"));
  g_assert_cmpuint (n, ==, 0);
  gtk_window_set_focus (GTK_WINDOW (window), NULL);
  g_assert_true (desktop_test_press (window, "<Control>z"));
  g_assert_true (desktop_test_press (window, "<Control>z"));
  g_assert_cmpuint (n, ==, 2);
  g_assert_false (desktop_test_press (window, "<Control>z"));
}

/* ---- keys of widgets ---- */

static void
assert_bound (gpointer widget, const char *prefix)
{
  guint n = 0;

  for (guint i = 0; i < studio_n_actions; i++)
    for (guint k = 0;
         g_str_has_prefix (studio_actions[i].name, prefix) && studio_actions[i].keys[k] != NULL;
         k++, n++)
      if (!is_bound (widget, studio_actions[i].keys[k]))
        g_error ("%s does not answer %s", studio_actions[i].name, studio_actions[i].keys[k]);
  g_assert_cmpuint (n, >, 0);
}

static void
widgets_answer_their_keys (void)
{
  static const struct
  {
    GType (*type) (void);
    const char *prefix;
  } widgets[] = { { studio_chart_area_get_type, "chart." },
                  { studio_graph_canvas_get_type, "canvas." },
                  { studio_graph_view_get_type, "graph." },
                  { studio_samples_view_get_type, "samples." },
                  { studio_table_view_get_type, "table." },
                  { studio_picture_view_get_type, "picture." },
                  { studio_runs_table_get_type, "runs." },
                  { studio_runs_table_get_type, "win.run-delete" },
                  { studio_figures_view_get_type, "win.figure-remove" } };

  for (guint i = 0; i < G_N_ELEMENTS (widgets); i++)
    {
      GType type = widgets[i].type ();
      GtkWidget *widget = desktop_test_find (window, type, NULL);

      if (widget != NULL)
        {
          assert_bound (widget, widgets[i].prefix);
          continue;
        }
      widget = g_object_ref_sink (g_object_new (type, NULL));
      assert_bound (widget, widgets[i].prefix);
      g_object_unref (widget);
    }
}

static const char *
key_of (const char *name, guint k)
{
  for (guint i = 0; i < studio_n_actions; i++)
    if (g_str_equal (studio_actions[i].name, name))
      return studio_actions[i].keys[k];
  g_assert_not_reached ();
}

static gboolean
is_mapped (gpointer widget)
{
  return gtk_widget_get_mapped (widget);
}

/* Each key of the table does what the table says. */
static void
the_filter_answers_its_keys (void)
{
  GtkWidget *entry = desktop_test_find (window, STUDIO_TYPE_FILTER_ENTRY, NULL);
  GtkWidget *words = desktop_test_find (entry, GTK_TYPE_POPOVER, NULL);
  GtkEditable *text = GTK_EDITABLE (desktop_test_find (entry, GTK_TYPE_ENTRY, NULL));

  studio_window_show_page (window, "runs");
  studio_filter_entry_grab_focus (STUDIO_FILTER_ENTRY (entry));
  for (guint k = 0; k < 2; k++)
    {
      gtk_editable_set_text (text, "statu");
      gtk_editable_set_position (text, -1);
      gtk_popover_popdown (GTK_POPOVER (words));
      g_assert_true (desktop_test_press (text, key_of ("filter.offer", 0)));
      desktop_test_until (is_mapped, words);
      g_assert_true (desktop_test_press (text, key_of ("filter.offer", 0)));
      g_assert_true (desktop_test_press (text, key_of ("filter.take", k)));
      g_assert_true (g_str_has_prefix (gtk_editable_get_text (text), "status"));
    }
  gtk_editable_set_text (text, "statu");
  gtk_editable_set_position (text, -1);
  desktop_test_until (is_mapped, words);
  g_assert_true (desktop_test_press (text, key_of ("filter.close", 0)));
  g_assert_false (gtk_widget_get_visible (words));
  g_assert_false (desktop_test_press (text, key_of ("filter.close", 0)));
  gtk_editable_set_text (text, "");
}

/* ---- windows of keys ---- */

/* The row that tells @action; NULL: none. */
static GtkWidget *
find_row (GtkWidget *widget, const StudioAction *action)
{
  if (g_object_get_data (G_OBJECT (widget), "action") == action)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_row (child, action);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static gboolean
has_no_windows (gpointer data)
{
  return desktop_test_dialog (window, GTK_TYPE_WINDOW) == NULL;
}

static gboolean
is_complete (gpointer keys)
{
  return studio_shortcuts_is_complete (keys);
}

static gboolean
is_of_main_window (const StudioAction *row)
{
  static const char *const others[] = { "Graph", "Samples", "Table", "Picture", NULL };

  return !g_strv_contains (others, row->section);
}

/* The window of keys over @parent tells all rows of @section, or of the main window's. */
static GtkWindow *
open_keys (gpointer parent, const char *section)
{
  GtkWindow *keys;

  g_assert_true (gtk_widget_activate_action (parent, "win.shortcuts", NULL));
  keys = desktop_test_dialog (parent, STUDIO_TYPE_SHORTCUTS);
  g_assert_nonnull (keys);
  desktop_test_until (is_complete, keys);
  for (guint i = 0; i < studio_n_actions; i++)
    {
      const StudioAction *row = &studio_actions[i];
      gboolean wanted = section == NULL ? is_of_main_window (row)
                                        : g_str_equal (row->section, section)
                                              || g_strcmp0 (row->group, STUDIO_EVERY_WINDOW) == 0;

      if (wanted != (find_row (GTK_WIDGET (keys), row) != NULL))
        g_error ("the keys of %s: \"%s\"", section, row->title);
    }
  return keys;
}

static void
type_search (GtkWindow *keys, const char *text)
{
  GtkWidget *search = desktop_test_find (keys, GTK_TYPE_SEARCH_ENTRY, NULL);

  gtk_editable_set_text (GTK_EDITABLE (search), text);
  g_signal_emit_by_name (search, "search-changed"); /* which it would after a moment */
}

static gboolean
is_shown (GtkWindow *keys, const char *name)
{
  for (guint i = 0; i < studio_n_actions; i++)
    if (g_str_equal (studio_actions[i].name, name))
      return gtk_widget_get_child_visible (find_row (GTK_WIDGET (keys), &studio_actions[i]))
             && gtk_widget_get_visible (
                 gtk_widget_get_parent (find_row (GTK_WIDGET (keys), &studio_actions[i])));
  g_assert_not_reached ();
}

static void
the_main_window_shows_its_keys (void)
{
  static const struct
  {
    const char *picture;
    int width;
    gboolean dark;
  } looks[] = { { "keys", 560, FALSE }, { "keys-dark", 560, TRUE }, { "keys-narrow", 360, FALSE } };
  GtkWindow *keys;

  studio_window_show_page (window, "runs");
  keys = open_keys (window, NULL);
  g_assert_cmpstr (gtk_label_get_text (GTK_LABEL (gtk_widget_get_first_child (
                       desktop_test_find (keys, GTK_TYPE_BOX, "groups")))),
                   ==, "Runs");
  for (guint i = 0; i < G_N_ELEMENTS (looks); i++)
    {
      desktop_test_dark (looks[i].dark);
      desktop_test_resize (keys, looks[i].width, 640);
      desktop_test_picture (GTK_WIDGET (keys), looks[i].picture);
    }
  desktop_test_dark (FALSE);
  type_search (keys, "chart zoom");
  g_assert_true (is_shown (keys, "chart.zoom-in"));
  g_assert_false (is_shown (keys, "chart.pick"));
  g_assert_false (is_shown (keys, "win.run-retry"));
  type_search (keys, "teleport");
  g_assert_true (gtk_widget_get_visible (desktop_test_find (keys, GTK_TYPE_LABEL, "nothing")));
  g_assert_true (is_bound (keys, "Escape"));
  g_signal_emit_by_name (desktop_test_find (keys, GTK_TYPE_SEARCH_ENTRY, NULL), "stop-search");
  g_assert_true (is_shown (keys, "win.run-retry"));
  g_signal_emit_by_name (desktop_test_find (keys, GTK_TYPE_SEARCH_ENTRY, NULL), "stop-search");
  desktop_test_until (has_no_windows, NULL);
}

static char *
some_run (void)
{
  g_autofree char *folder = g_build_filename (
      assay_workspace_path (studio_session_workspace (studio_window_session (window))), "runs",
      NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);

  return g_strdup (g_dir_read_name (dir));
}

static void
windows_of_artifacts_show_theirs (void)
{
  static const struct
  {
    const char *file, *section, *picture;
  } artifacts[] = { { "artifacts/maze.graph.json", "Graph", "keys-graph" },
                    { "samples/answers.jsonl", "Samples", "keys-samples" },
                    { "artifacts/losses.table.json", "Table", "keys-table" },
                    { "artifacts/frame.ppm", "Picture", "keys-picture" } };
  g_autofree char *run = some_run ();

  for (guint i = 0; i < G_N_ELEMENTS (artifacts); i++)
    {
      GtkWidget *shown;
      GtkWindow *keys;

      studio_artifact_open (window, run, artifacts[i].file);
      shown = desktop_test_dialog (window, ADW_TYPE_WINDOW);
      g_assert_nonnull (shown);
      keys = open_keys (shown, artifacts[i].section);
      desktop_test_picture (GTK_WIDGET (keys), artifacts[i].picture);
      gtk_window_destroy (keys);
      g_assert_true (gtk_widget_activate_action (shown, "window.close", NULL));
      desktop_test_until (has_no_windows, NULL);
    }
}

/* ---- pages ---- */

static void
show_page (const char *name)
{
  GtkWidget *view = desktop_test_find (window, STUDIO_TYPE_STUDIES_VIEW, NULL);

  if (g_str_equal (name, "study"))
    studio_window_show_study (window, "gallery");
  else
    studio_window_show_page (window, name);
  if (g_str_equal (name, "runs"))
    studio_runs_table_select (
        STUDIO_RUNS_TABLE (desktop_test_find (window, STUDIO_TYPE_RUNS_TABLE, NULL)),
        (const char *const[]){ studio_runs_table_answer (STUDIO_RUNS_TABLE (desktop_test_find (
                                                             window, STUDIO_TYPE_RUNS_TABLE, NULL)))
                                   ->identities[0],
                               NULL });
  if (g_str_equal (name, "studies"))
    studio_studies_view_show_study (STUDIO_STUDIES_VIEW (view), NULL);
  desktop_test_settle ();
}

static gboolean
can (const StudioAction *row)
{
  g_autofree char *name = name_of (row);

  if (row->when == STUDIO_KEYS_LOCAL)
    return FALSE;
  return !g_str_has_prefix (name, "win.")
         || g_action_group_get_action_enabled (G_ACTION_GROUP (window), name + 4);
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
  studio_session_select (studio_window_session (window), "gallery", NULL, NULL);
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
      ADW_VIEW_STACK (desktop_test_find (window, ADW_TYPE_VIEW_STACK, "pages")));
}

static void
give (const char *detailed)
{
  g_autofree char *name = NULL;
  g_autoptr (GVariant) target = NULL;

  g_assert_true (g_action_parse_detailed_name (detailed, &name, &target, NULL));
  g_assert_true (gtk_widget_activate_action_variant (GTK_WIDGET (window), name, target));
}

static gboolean
can_name (gpointer action)
{
  return g_action_group_get_action_enabled (G_ACTION_GROUP (window), action);
}

static gboolean
has_kept (gpointer data)
{
  return desktop_test_find (window, GTK_TYPE_LABEL, "A kept one") != NULL;
}

static gboolean
has_not_kept (gpointer data)
{
  return !has_kept (NULL);
}

static gboolean
is_judged (gpointer data)
{
  return desktop_test_find (window, STUDIO_TYPE_CLAIM_ROW, NULL) != NULL;
}

/* As keys give them: about what is seen. */
static void
empty_names_mean_what_is_seen (void)
{
  studio_session_select (studio_window_session (window), "gallery", NULL, NULL);
  show_page ("study");
  give ("win.study-figure::");
  g_assert_cmpstr (page_of_window (), ==, "figures");
  desktop_test_until (can_name, "figure-keep");
  give ("win.figure-keep::A kept one");
  desktop_test_until (has_kept, NULL);
  give ("win.figure-remove::");
  desktop_test_until (has_not_kept, NULL);
  give ("win.undo");
  desktop_test_until (has_kept, NULL);
  give ("win.figure-option(('y-scale','log10'))");
  desktop_test_until (can_name, "figure-as-declared");
  give ("win.figure-as-declared");
  show_page ("claims");
  desktop_test_until (is_judged, NULL);
  give ("win.claims-show::A3");
  give ("win.claims-figure::");
  g_assert_cmpstr (page_of_window (), ==, "figures");
  g_assert_false (can_name ("claims-open-report"));
}

static gboolean
is_other (gpointer path)
{
  GList *windows = gtk_application_get_windows (gtk_window_get_application (GTK_WINDOW (window)));

  for (; windows != NULL; windows = windows->next)
    if (windows->data != window && STUDIO_IS_WINDOW (windows->data)
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
  g_autofree char *here
      = g_strdup (assay_workspace_path (studio_session_workspace (studio_window_session (window))));
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (window));

  studio_settings_add_recent (before);
  studio_settings_add_recent (here);
  g_action_group_activate_action (G_ACTION_GROUP (application), "workspace",
                                  g_variant_new_string (""));
  desktop_test_until (is_other, before);
  desktop_test_settle ();
  for (GList *item = gtk_application_get_windows (application), *next; item != NULL; item = next)
    {
      next = item->next;
      if (item->data != window)
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

static gboolean
is_told (gpointer found)
{
  add_actions (found, GTK_WIDGET (window));
  return g_hash_table_contains (found, "win.study-figure");
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
      = GTK_MENU_BUTTON (desktop_test_find (window, GTK_TYPE_MENU_BUTTON, "menu_button"));

  gtk_menu_button_popup (menu);
  desktop_test_settle ();
  desktop_test_picture (GTK_WIDGET (gtk_menu_button_get_popover (menu)), "menu");
  gtk_menu_button_popdown (menu);
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      show_page (pages[i]);
      if (g_str_equal (pages[i], "study"))
        desktop_test_until (is_told, found); /* a few rows in each frame */
      add_actions (found, GTK_WIDGET (window));
    }
  for (guint i = 0; i < studio_n_actions; i++)
    {
      g_autofree char *name = name_of (&studio_actions[i]);

      if ((g_str_has_prefix (name, "win.") || g_str_has_prefix (name, "app."))
          && !is_done_in_place (name) && !g_hash_table_contains (found, name))
        g_error ("no button or menu leads to %s", name);
    }
}

int
main (int argc, char **argv)
{
  g_autofree char *workspace = NULL;
  int result;

  desktop_test_init (&argc, &argv);
  workspace = desktop_test_folder ("keys");
  desktop_test_run_gallery (workspace, "--preset quick --seeds 2 -j 2");
  studio_settings_add_recent (workspace); /* as the program does */
  window = desktop_test_open_workspace (workspace);
  studio_window_show_page (window, "runs");
  desktop_test_until (is_ready, NULL);
#define ADD(name, test) g_test_add_func ("/desktop/keys/" name, test)
  ADD ("every-row-is-whole", every_row_is_whole);
  ADD ("every-action-has-a-row", every_action_has_a_row);
  ADD ("texts-keep-their-keys", texts_keep_their_keys);
  ADD ("nothing-is-undone-while-somebody-types", nothing_is_undone_while_somebody_types);
  ADD ("widgets-answer-their-keys", widgets_answer_their_keys);
  ADD ("the-filter-answers-its-keys", the_filter_answers_its_keys);
  ADD ("the-main-window-shows-its-keys", the_main_window_shows_its_keys);
  ADD ("windows-of-artifacts-show-theirs", windows_of_artifacts_show_theirs);
  ADD ("a-key-means-one-thing-on-each-page", a_key_means_one_thing_on_each_page);
  ADD ("the-mouse-finds-every-command", the_mouse_finds_every_command);
  ADD ("empty-names-mean-what-is-seen", empty_names_mean_what_is_seen);
  ADD ("the-workspace-before-is-opened-again", the_workspace_before_is_opened_again);
#undef ADD
  result = g_test_run ();
  desktop_test_close (window);
  return result;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The table of commands and keys: nothing is missing, nothing is in the way of something else.  All
 * tests look at one window. */
#include "keys.h"

#include "ui/desktop/chart-area.h"
#include "ui/desktop/figures-view.h"
#include "ui/desktop/filter-entry.h"
#include "ui/desktop/graph-canvas.h"
#include "ui/desktop/graph-view.h"
#include "ui/desktop/picture-view.h"
#include "ui/desktop/runs-table.h"
#include "ui/desktop/samples-view.h"
#include "ui/desktop/settings.h"
#include "ui/desktop/table-view.h"

#include <string.h>

StudioWindow *keys_window;

static gboolean
is_ready (gpointer data)
{
  gpointer table = desktop_test_find (keys_window, STUDIO_TYPE_RUNS_TABLE, NULL);
  StudioRunsAnswer *answer = studio_runs_table_answer (table);

  return studio_session_registry (studio_window_session (keys_window)) != NULL && answer != NULL
         && answer->n > 0;
}

char *
keys_action (const StudioAction *row)
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
      g_autofree char *other = keys_action (&studio_actions[i]);

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
    return g_action_group_has_action (G_ACTION_GROUP (keys_window), name + 4);
  if (g_str_has_prefix (name, "app."))
    return g_action_group_has_action (
        G_ACTION_GROUP (gtk_window_get_application (GTK_WINDOW (keys_window))), name + 4);
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
      g_autofree char *name = keys_action (row);

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
  assert_rows (G_ACTION_GROUP (keys_window), "win.");
  assert_rows (G_ACTION_GROUP (gtk_window_get_application (GTK_WINDOW (keys_window))), "app.");
  for (guint i = 0; i + 1 < G_N_ELEMENTS (owners); i++)
    class_has (owners[i].type (), owners[i].prefix, NULL);
}

/* ---- texts ---- */

gboolean
keys_is_bound (gpointer widget, const char *accelerator)
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

  g_assert_true (keys_is_bound (text, "<Control>z") && keys_is_bound (view, "<Control><Shift>z"));
  for (guint i = 0; i < studio_n_actions; i++)
    for (guint k = 0; studio_actions[i].keys[k] != NULL; k++)
      {
        const char *key = studio_actions[i].keys[k];

        if (studio_actions[i].when == STUDIO_KEYS_FIRST
            && (is_typed (key) || keys_is_bound (text, key)
                || (keys_is_bound (view, key) && !turns_sideways (key))))
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

  studio_window_show_page (keys_window, "runs");
  studio_window_toast_undo (keys_window, "First", count, &n, forget);
  studio_window_toast_undo (keys_window, "Second", count, &n, forget);
  studio_filter_entry_grab_focus (
      STUDIO_FILTER_ENTRY (desktop_test_find (keys_window, STUDIO_TYPE_FILTER_ENTRY, NULL)));
  g_assert_false (desktop_test_press (keys_window, "<Control>z"));
  g_assert_cmpuint (n, ==, 0);
  gtk_window_set_focus (GTK_WINDOW (keys_window), NULL);
  g_assert_true (desktop_test_press (keys_window, "<Control>z"));
  g_assert_true (desktop_test_press (keys_window, "<Control>z"));
  g_assert_cmpuint (n, ==, 2);
  g_assert_false (desktop_test_press (keys_window, "<Control>z"));
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
      if (!keys_is_bound (widget, studio_actions[i].keys[k]))
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
      GtkWidget *widget = desktop_test_find (keys_window, type, NULL);

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
  GtkWidget *entry = desktop_test_find (keys_window, STUDIO_TYPE_FILTER_ENTRY, NULL);
  GtkWidget *words = desktop_test_find (entry, GTK_TYPE_POPOVER, NULL);
  GtkEditable *text = GTK_EDITABLE (desktop_test_find (entry, GTK_TYPE_ENTRY, NULL));

  studio_window_show_page (keys_window, "runs");
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

int
main (int argc, char **argv)
{
  g_autofree char *workspace = NULL;
  int result;

  desktop_test_init (&argc, &argv);
  workspace = desktop_test_folder ("keys");
  desktop_test_run_gallery (workspace, "--preset quick --seeds 2 -j 2");
  studio_settings_add_recent (workspace); /* as the program does */
  keys_window = desktop_test_open_workspace (workspace);
  studio_window_show_page (keys_window, "runs");
  desktop_test_until (is_ready, NULL);
#define ADD(name, test) g_test_add_func ("/desktop/keys/" name, test)
  ADD ("every-row-is-whole", every_row_is_whole);
  ADD ("every-action-has-a-row", every_action_has_a_row);
  ADD ("texts-keep-their-keys", texts_keep_their_keys);
  ADD ("nothing-is-undone-while-somebody-types", nothing_is_undone_while_somebody_types);
  ADD ("widgets-answer-their-keys", widgets_answer_their_keys);
  ADD ("the-filter-answers-its-keys", the_filter_answers_its_keys);
#undef ADD
  keys_add_window_tests ();
  keys_add_page_tests ();
  result = g_test_run ();
  desktop_test_close (keys_window);
  return result;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/shortcuts.h"

#include "ui/desktop/actions.h"
#include "ui/desktop/slices.h"
#include <string.h>

struct _StudioShortcuts
{
  AdwWindow parent_instance;
  const char *section; /* told alone; NULL: all of the main window */
  GtkSearchEntry *search;
  GtkBox *groups; /* of headings, each followed by its list */
  GtkWidget *list, *nothing;
  StudioSlices *fill; /* makes the rows; NULL: all are there */
  guint first, done;  /* row of the table that is told first; rows that are */
  const char *group;  /* of the list that is being filled */
};

G_DEFINE_FINAL_TYPE (StudioShortcuts, studio_shortcuts, ADW_TYPE_WINDOW)

/* ---- which rows ---- */

static const char *
group_of (const StudioAction *action)
{
  return action->group != NULL ? action->group : action->section;
}

/* 0 where there is none. */
static guint
first_of (const char *section)
{
  for (guint i = 0; i < studio_n_actions; i++)
    if (g_str_equal (studio_actions[i].section, section))
      return i;
  return 0;
}

/* Windows of artifacts have sections of their own, whose commands begin otherwise. */
static gboolean
is_of_main_window (const StudioAction *action)
{
  return g_str_has_prefix (studio_actions[first_of (action->section)].name, "win.");
}

static gboolean
is_told (const StudioShortcuts *shortcuts, const StudioAction *action)
{
  if (shortcuts->section == NULL)
    return is_of_main_window (action);
  return g_str_equal (action->section, shortcuts->section)
         || g_str_equal (group_of (action), STUDIO_EVERY_WINDOW);
}

/* ---- rows ---- */

/* Four ways with a key held are told by the first and the last. */
static char *
keys_text (const StudioAction *action)
{
  if (action->keys[3] != NULL && action->keys[0][0] == '<')
    return g_strconcat (action->keys[0], "...", action->keys[3], NULL);
  return g_strjoinv (" ", (GStrv) action->keys);
}

static char *
spoken_keys (const StudioAction *action)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint k = 0; action->keys[k] != NULL; k++)
    {
      g_autofree char *label = NULL;
      GdkModifierType held;
      guint key;

      gtk_accelerator_parse (action->keys[k], &key, &held);
      label = gtk_accelerator_get_label (key, held);
      g_string_append_printf (text, "%s%s", k > 0 ? ", " : "", label);
    }
  return g_strdup (text->str);
}

static GtkWidget *
row_new (const StudioAction *action)
{
  GtkWidget *row = gtk_list_box_row_new (), *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *title = gtk_label_new (action->title), *keys;
  g_autofree char *text = keys_text (action), *spoken = spoken_keys (action);

  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_wrap (GTK_LABEL (title), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (title), PANGO_WRAP_WORD_CHAR);
  gtk_widget_set_hexpand (title, TRUE);
  keys = gtk_shortcut_label_new (text);
  gtk_widget_set_valign (keys, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (box, "param");
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), keys);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  g_object_set_data (G_OBJECT (row), "action", (gpointer) action);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  action->title, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, spoken, -1);
  return row;
}

/* ---- the search ---- */

static gboolean
has_word (const char *text, const char *word)
{
  g_autofree char *low = g_utf8_casefold (text, -1), *wanted = g_utf8_casefold (word, -1);

  return strstr (low, wanted) != NULL;
}

static gboolean
is_found (GtkListBoxRow *row, gpointer data)
{
  const StudioShortcuts *shortcuts = data;
  const StudioAction *action = g_object_get_data (G_OBJECT (row), "action");
  g_auto (GStrv) words
      = g_strsplit (gtk_editable_get_text (GTK_EDITABLE (shortcuts->search)), " ", -1);
  gboolean found = TRUE;

  for (guint i = 0; words[i] != NULL; i++)
    found &= has_word (action->title, words[i]) || has_word (group_of (action), words[i])
             || has_word (action->section, words[i]);
  return found;
}

static gboolean
any_is_found (StudioShortcuts *shortcuts, GtkListBox *list)
{
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (list, i)) != NULL; i++)
    if (is_found (row, shortcuts))
      return TRUE;
  return FALSE;
}

static void
on_search (StudioShortcuts *shortcuts)
{
  gboolean any = FALSE;

  for (GtkWidget *heading = gtk_widget_get_first_child (GTK_WIDGET (shortcuts->groups));
       heading != NULL;)
    {
      GtkWidget *list = gtk_widget_get_next_sibling (heading);
      gboolean found = any_is_found (shortcuts, GTK_LIST_BOX (list));

      gtk_list_box_invalidate_filter (GTK_LIST_BOX (list));
      gtk_widget_set_visible (heading, found);
      gtk_widget_set_visible (list, found);
      any |= found;
      heading = gtk_widget_get_next_sibling (list);
    }
  gtk_widget_set_visible (shortcuts->nothing, !any);
}

static void
on_stop_search (StudioShortcuts *shortcuts)
{
  if (*gtk_editable_get_text (GTK_EDITABLE (shortcuts->search)) != '\0')
    gtk_editable_set_text (GTK_EDITABLE (shortcuts->search), "");
  else
    gtk_window_close (GTK_WINDOW (shortcuts));
}

/* ---- filling ---- */

static void
begin_group (StudioShortcuts *shortcuts, const char *group)
{
  GtkWidget *heading = gtk_label_new (group);

  shortcuts->group = group;
  shortcuts->list = gtk_list_box_new ();
  gtk_label_set_xalign (GTK_LABEL (heading), 0);
  gtk_widget_add_css_class (heading, "heading");
  gtk_widget_set_margin_top (heading, 12);
  gtk_widget_add_css_class (shortcuts->list, "boxed-list");
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (shortcuts->list), GTK_SELECTION_NONE);
  gtk_list_box_set_filter_func (GTK_LIST_BOX (shortcuts->list), is_found, shortcuts, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (shortcuts->list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  group, -1);
  gtk_box_append (shortcuts->groups, heading);
  gtk_box_append (shortcuts->groups, shortcuts->list);
}

static gboolean
fill_piece (gpointer data)
{
  StudioShortcuts *shortcuts = data;
  const StudioAction *action
      = &studio_actions[(shortcuts->first + shortcuts->done) % studio_n_actions];

  if (is_told (shortcuts, action))
    {
      GtkWidget *row = row_new (action);

      if (g_strcmp0 (shortcuts->group, group_of (action)) != 0)
        begin_group (shortcuts, group_of (action));
      gtk_list_box_append (GTK_LIST_BOX (shortcuts->list), row);
      studio_slices_lay_out (row, GTK_WIDGET (shortcuts->groups));
    }
  if (++shortcuts->done < studio_n_actions)
    return TRUE;
  shortcuts->fill = NULL;
  on_search (shortcuts);
  return FALSE;
}

gboolean
studio_shortcuts_is_complete (StudioShortcuts *shortcuts)
{
  return shortcuts->fill == NULL;
}

/* ---- the window ---- */

GtkWidget *
studio_shortcuts_new (GtkWindow *parent, const char *section)
{
  StudioShortcuts *shortcuts
      = g_object_new (STUDIO_TYPE_SHORTCUTS, "transient-for", parent, "application",
                      gtk_window_get_application (parent), NULL);

  shortcuts->first = first_of (section);
  if (!is_of_main_window (&studio_actions[shortcuts->first]))
    shortcuts->section = section;
  shortcuts->fill = studio_slices_start (fill_piece, shortcuts);
  return GTK_WIDGET (shortcuts);
}

static void
studio_shortcuts_dispose (GObject *object)
{
  StudioShortcuts *shortcuts = STUDIO_SHORTCUTS (object);

  g_clear_pointer (&shortcuts->fill, studio_slices_stop);
  G_OBJECT_CLASS (studio_shortcuts_parent_class)->dispose (object);
}

static void
studio_shortcuts_class_init (StudioShortcutsClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = studio_shortcuts_dispose;
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/assay/Studio/shortcuts.ui");
  gtk_widget_class_bind_template_child (widget_class, StudioShortcuts, search);
  gtk_widget_class_bind_template_child (widget_class, StudioShortcuts, groups);
  gtk_widget_class_bind_template_child (widget_class, StudioShortcuts, nothing);
  gtk_widget_class_bind_template_callback (widget_class, on_search);
  gtk_widget_class_bind_template_callback (widget_class, on_stop_search);
}

static void
studio_shortcuts_init (StudioShortcuts *shortcuts)
{
  gtk_widget_init_template (GTK_WIDGET (shortcuts));
  gtk_search_entry_set_key_capture_widget (shortcuts->search, GTK_WIDGET (shortcuts));
}

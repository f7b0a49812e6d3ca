/* SPDX-License-Identifier: Apache-2.0
 *
 * The windows that show the keys.
 */
#include "ui/desktop/actions.h"

#include <string.h>

static const char *
group_of (const StudioAction *action)
{
  return action->group != NULL ? action->group : action->section;
}

/* "Left Right": one of them does it; "Left...Down" would be a range. */
static void
append_shortcut (GString *xml, const StudioAction *action)
{
  g_autofree char *keys = g_strjoinv (" ", (GStrv) action->keys);
  g_autofree char *shortcut = g_markup_printf_escaped (
      "<child><object class='GtkShortcutsShortcut'><property name='title'>%s</property>"
      "<property name='accelerator'>%s</property></object></child>",
      action->title, keys);

  g_string_append (xml, shortcut);
}

/* The group that begins with the row @i; returns the row behind it. */
static guint
append_group (GString *xml, guint i)
{
  const StudioAction *first = &studio_actions[i];

  g_string_append_printf (xml,
                          "<child><object class='GtkShortcutsGroup'>"
                          "<property name='title'>%s</property>",
                          group_of (first));
  for (; i < studio_n_actions && g_str_equal (studio_actions[i].section, first->section)
         && g_str_equal (group_of (&studio_actions[i]), group_of (first));
       i++)
    append_shortcut (xml, &studio_actions[i]);
  g_string_append (xml, "</object></child>");
  return i;
}

static guint
first_of_every_window (void)
{
  guint i = 0;

  while (g_strcmp0 (studio_actions[i].group, STUDIO_EVERY_WINDOW) != 0)
    i++;
  return i;
}

static guint
append_section (GString *xml, guint i, gboolean alone)
{
  const char *section = studio_actions[i].section;

  g_string_append_printf (
      xml,
      "<child><object class='GtkShortcutsSection'><property name='section-name'>%s</property>"
      "<property name='title'>%s</property><property name='max-height'>60</property>",
      section, section);
  while (i < studio_n_actions && g_str_equal (studio_actions[i].section, section))
    i = append_group (xml, i);
  if (alone)
    append_group (xml, first_of_every_window ());
  g_string_append (xml, "</object></child>");
  return i;
}

static guint
section_end (guint i)
{
  const char *section = studio_actions[i].section;

  while (i < studio_n_actions && g_str_equal (studio_actions[i].section, section))
    i++;
  return i;
}

/* Windows of artifacts have sections of their own, of commands that begin otherwise. */
static gboolean
is_of_main_window (guint i)
{
  return g_str_has_prefix (studio_actions[i].name, "win.")
         || g_str_has_prefix (studio_actions[i].name, "app.");
}

/* GTK 4.8 fills a shortcuts window from XML only.  A page for each section: where one is cut into
 * several, the buttons between them have widths below 0. */
GtkWidget *
studio_shortcuts_new (const char *section)
{
  g_autoptr (GString) xml
      = g_string_new ("<interface><object class='GtkShortcutsWindow' id='window'>"
                      "<property name='modal'>1</property>");
  g_autoptr (GtkBuilder) builder = NULL;

  for (guint i = 0; i < studio_n_actions;)
    if (section != NULL ? g_str_equal (studio_actions[i].section, section) : is_of_main_window (i))
      i = append_section (xml, i, section != NULL);
    else
      i = section_end (i);
  g_string_append (xml, "</object></interface>");
  builder = gtk_builder_new_from_string (xml->str, (gssize) xml->len);
  return GTK_WIDGET (gtk_builder_get_object (builder, "window")); /* GTK has it as it has each */
}

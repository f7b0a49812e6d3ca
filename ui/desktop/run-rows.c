/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/run-rows.h"

#include "ui/desktop/artifact.h"
#include "ui/desktop/runs-answer.h"
#include <string.h>

#define LONG_VALUE 20 /* bytes; may be cut, so it is told whole in a tooltip */

static void
row_free (gpointer data)
{
  StudioRunRow *row = data;

  g_free (row->title);
  g_free (row->subtitle);
  g_free (row->value);
  g_free (row->file);
  g_free (row);
}

GPtrArray *
studio_run_rows_new (void)
{
  return g_ptr_array_new_with_free_func (row_free);
}

StudioRunRow *
studio_run_rows_add (StudioRunPage *page, AdwPreferencesGroup *group, const char *title,
                     const char *subtitle)
{
  StudioRunRow *row = g_new0 (StudioRunRow, 1);

  row->group = group;
  row->title = studio_line_text (title);
  row->subtitle = studio_line_text (subtitle);
  g_ptr_array_add (page->rows, row);
  return row;
}

/* ---- making ---- */

static void
on_open (AdwActionRow *row, StudioRunPage *page)
{
  studio_artifact_open (studio_window_of (page), page->run,
                        g_object_get_data (G_OBJECT (row), "file"));
}

static void
make_opening (StudioRunPage *page, AdwActionRow *made, const char *file)
{
  g_object_set_data_full (G_OBJECT (made), "file", g_strdup (file), g_free);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (made), TRUE);
  adw_action_row_add_suffix (made, gtk_image_new_from_icon_name ("go-next-symbolic"));
  g_signal_connect (made, "activated", G_CALLBACK (on_open), page);
}

static void
add_value (AdwActionRow *made, const char *value)
{
  g_autofree char *line = studio_line_text (value);
  GtkWidget *text = gtk_label_new (line);

  gtk_label_set_ellipsize (GTK_LABEL (text), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_selectable (GTK_LABEL (text), TRUE);
  gtk_widget_set_can_focus (text, FALSE);
  gtk_label_set_max_width_chars (GTK_LABEL (text), 40);
  gtk_label_set_xalign (GTK_LABEL (text), 1);
  gtk_widget_set_tooltip_text (text, strlen (line) > LONG_VALUE ? line : NULL);
  gtk_widget_add_css_class (text, "numeric");
  gtk_widget_add_css_class (text, "dim-label");
  adw_action_row_add_suffix (made, text);
}

static GtkWidget *
make_plain (StudioRunPage *page, const StudioRunRow *row)
{
  AdwActionRow *made = ADW_ACTION_ROW (adw_action_row_new ());
  g_autofree char *markup = g_markup_escape_text (row->subtitle, -1);

  g_object_set (made, "use-markup", FALSE, "title", row->title, "title-lines", 2, NULL);
  if (*markup != '\0')
    adw_action_row_set_subtitle (made, markup);
  if (row->icon != NULL)
    adw_action_row_add_prefix (made, gtk_image_new_from_icon_name (row->icon));
  if (row->value != NULL)
    add_value (made, row->value);
  if (row->file != NULL)
    make_opening (page, made, row->file);
  return GTK_WIDGET (made);
}

static GtkWidget *
make_unfolding (const StudioRunRow *row)
{
  GtkWidget *made = adw_expander_row_new ();
  g_autofree char *markup = g_markup_escape_text (row->subtitle, -1);

  g_object_set (made, "use-markup", FALSE, "title", row->title, "subtitle", markup, NULL);
  return made;
}

static GtkWidget *
unfolding_before (const StudioRunPage *page, guint i)
{
  const StudioRunRow *row;

  do
    row = page->rows->pdata[--i];
  while (!row->unfolds);
  return row->made;
}

gboolean
studio_run_rows_make (StudioRunPage *page)
{
  StudioRunRow *row;
  GtkWidget *parent;

  if (page->n_made == page->rows->len)
    return FALSE;
  row = page->rows->pdata[page->n_made];
  row->made = row->unfolds ? make_unfolding (row) : make_plain (page, row);
  parent = row->group != NULL ? GTK_WIDGET (row->group) : unfolding_before (page, page->n_made);
  if (row->group != NULL)
    adw_preferences_group_add (row->group, row->made);
  else
    adw_expander_row_add_row (ADW_EXPANDER_ROW (parent), row->made);
  studio_slices_lay_out (row->made, parent);
  page->n_made++;
  return TRUE;
}

/* What is folded away goes with the row that holds it. */
void
studio_run_rows_clear (StudioRunPage *page)
{
  for (guint i = 0; i < page->n_made; i++)
    {
      const StudioRunRow *row = page->rows->pdata[i];

      if (row->group != NULL)
        adw_preferences_group_remove (row->group, row->made);
    }
  g_ptr_array_set_size (page->rows, 0);
  page->n_made = 0;
}

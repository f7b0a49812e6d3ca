/* SPDX-License-Identifier: Apache-2.0
 *
 * The list of figures: those that the study declares, then those that were kept.
 */
#include "ui/desktop/figures-view-private.h"

static const char *
mark_name (guint32 mark)
{
  static const char *const names[ASSAY_N_MARKS]
      = { "Lines",     "Bars",       "Points",   "Violins", "Boxes", "Strips", "Heat map",
          "Histogram", "Cumulative", "Survival", "Graph",   "Table", "Samples" };

  return names[MIN (mark, ASSAY_N_MARKS - 1)];
}

static GtkWidget *
text_label (const char *text, const char *css)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  if (css != NULL)
    gtk_widget_add_css_class (label, css);
  return label;
}

static GtkWidget *
remove_button (const StudioSavedFigure *saved)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("user-trash-symbolic");
  g_autofree char *label = g_strdup_printf ("Delete “%s”", saved->name);

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.figure-remove");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", saved->id);
  return button;
}

static GtkListBoxRow *
add_row (StudioFiguresView *view, const AssayFigure *figure, const StudioSavedFigure *saved)
{
  const char *title = figure->title != NULL ? figure->title : figure->id;
  g_autofree char *below
      = saved != NULL ? g_strdup (title)
        : figure->source != NULL
            ? g_strdup_printf ("%s · %s", mark_name (figure->mark), figure->source)
            : g_strdup (mark_name (figure->mark));
  GtkWidget *row = gtk_list_box_row_new (), *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  GtkWidget *name = text_label (saved != NULL ? saved->name : title, NULL);

  gtk_box_append (GTK_BOX (texts), name);
  gtk_box_append (GTK_BOX (texts), text_label (below, "caption"));
  gtk_widget_add_css_class (gtk_widget_get_last_child (texts), "dim-label");
  gtk_widget_set_hexpand (texts, TRUE);
  gtk_widget_set_margin_top (box, 6);
  gtk_widget_set_margin_bottom (box, 6);
  gtk_box_append (GTK_BOX (box), texts);
  if (saved != NULL)
    gtk_box_append (GTK_BOX (box), remove_button (saved));
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_widget_set_tooltip_text (row, title);
  g_object_set_data_full (G_OBJECT (row), "figure", g_strdup (figure->id), g_free);
  g_object_set_data_full (G_OBJECT (row), "saved", saved != NULL ? g_strdup (saved->id) : NULL,
                          g_free);
  gtk_list_box_append (view->list, row);
  studio_slices_lay_out (row, GTK_WIDGET (view->list));
  return GTK_LIST_BOX_ROW (row);
}

const char *
studio_figures_view_row (GtkListBoxRow *row, const char *key)
{
  return row != NULL ? g_object_get_data (G_OBJECT (row), key) : NULL;
}

static void
set_header (GtkListBoxRow *row, GtkListBoxRow *before, gpointer data)
{
  gboolean saved = studio_figures_view_row (row, "saved") != NULL;
  GtkWidget *label;

  if (before != NULL && (studio_figures_view_row (before, "saved") != NULL) == saved)
    {
      gtk_list_box_row_set_header (row, NULL);
      return;
    }
  label = text_label (saved ? "Kept by you" : "Declared by the study", "heading");
  gtk_widget_add_css_class (label, "figure-group");
  gtk_list_box_row_set_header (row, label);
}

gboolean
studio_figures_view_is_shown (const StudioFiguresView *view, GtkListBoxRow *row)
{
  return g_strcmp0 (studio_figures_view_row (row, "figure"), view->figure) == 0
         && g_strcmp0 (studio_figures_view_row (row, "saved"), view->saved) == 0;
}

void
studio_figures_view_select_shown (StudioFiguresView *view)
{
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (view->list, i)) != NULL; i++)
    if (studio_figures_view_is_shown (view, row))
      gtk_list_box_select_row (view->list, row);
}

/* Row @i of the list: those declared, then those that were kept.  NULL: a kept one of another
 * study. */
static GtkListBoxRow *
make_row (StudioFiguresView *view, guint i)
{
  AssayStudyInfo *study = view->listed;
  const StudioSavedFigure *kept;
  const AssayFigure *figure;

  if (i < study->n_figures)
    return add_row (view, &study->figures[i], NULL);
  kept = studio_figure_store_list (view->store)->pdata[i - study->n_figures];
  figure = assay_study_figure (study, kept->figure);
  return figure != NULL && g_strcmp0 (kept->study, study->id) == 0 ? add_row (view, figure, kept)
                                                                   : NULL;
}

static gboolean
fill_piece (gpointer data)
{
  StudioFiguresView *view = data;
  guint n = view->listed->n_figures + studio_figure_store_list (view->store)->len;
  GtkListBoxRow *row = make_row (view, view->next_row++);

  if (row != NULL && studio_figures_view_is_shown (view, row))
    gtk_list_box_select_row (view->list, row);
  if (view->next_row < n)
    return TRUE;
  view->fill = NULL;
  return FALSE;
}

gboolean
studio_figures_view_lists_shown (StudioFiguresView *view)
{
  const StudioSavedFigure *kept
      = view->saved != NULL ? studio_figure_store_find (view->store, view->saved) : NULL;

  return view->figure != NULL && assay_study_figure (view->listed, view->figure) != NULL
         && (view->saved == NULL
             || (kept != NULL && g_strcmp0 (kept->study, view->listed->id) == 0));
}

void
studio_figures_view_unlist (StudioFiguresView *view)
{
  g_clear_pointer (&view->fill, studio_slices_stop);
  g_clear_pointer (&view->listed, assay_study_info_unref);
}

static void
clear (StudioFiguresView *view)
{
  GtkListBoxRow *row;

  view->filling = TRUE; /* the list selects others while it loses its rows */
  while ((row = gtk_list_box_get_row_at_index (view->list, 0)) != NULL)
    gtk_list_box_remove (view->list, GTK_WIDGET (row));
  view->filling = FALSE;
  studio_figures_view_unlist (view);
}

void
studio_figures_view_list (StudioFiguresView *view, AssayStudyInfo *study)
{
  clear (view);
  view->listed = study;
  view->next_row = 0;
  if (study != NULL && study->n_figures > 0)
    view->fill = studio_slices_start (fill_piece, view);
}

void
studio_figures_view_group_list (StudioFiguresView *view)
{
  gtk_list_box_set_header_func (view->list, set_header, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/param-list.h"

#include "ui/desktop/param-row.h"
#include "ui/desktop/slices.h"

struct _StudioParamList
{
  AdwBin parent_instance;
  AssayStudyInfo *study;
  const StudioDraft *draft;
  StudioOutline *outline;
  StudioParamRow **rows; /* [n_params] NULL: not made yet */
  GtkWidget **groups;    /* [n_params] the list of the parameter's group, shared by several */
  StudioSlices *fill;    /* shows the rows; NULL: all are as they should be */
  guint next;            /* row to be shown */
  GtkBox *box;
};

G_DEFINE_FINAL_TYPE (StudioParamList, studio_param_list, ADW_TYPE_BIN)

enum
{
  EDITED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
on_edited (StudioParamRow *row, const char *text, gboolean several, StudioParamList *list)
{
  g_signal_emit (list, signals[EDITED], 0, studio_param_row_param (row)->id, text, several);
}

static int
compare_rows (GtkListBoxRow *a, GtkListBoxRow *b, gpointer data)
{
  const AssayParam *first = studio_param_row_param (STUDIO_PARAM_ROW (a));
  const AssayParam *second = studio_param_row_param (STUDIO_PARAM_ROW (b));

  return first < second ? -1 : first > second;
}

/* The list of a group, under its heading; not shown while no row is. */
static GtkWidget *
group_new (StudioParamList *list, const char *group)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  const char *name = group != NULL ? group : "Parameters";
  GtkWidget *heading = gtk_label_new (name), *rows = gtk_list_box_new ();

  gtk_widget_add_css_class (heading, "heading");
  gtk_label_set_xalign (GTK_LABEL (heading), 0);
  gtk_widget_add_css_class (rows, "boxed-list");
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (rows), GTK_SELECTION_NONE);
  gtk_list_box_set_sort_func (GTK_LIST_BOX (rows), compare_rows, NULL, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (rows), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_box_append (GTK_BOX (box), heading);
  gtk_box_append (GTK_BOX (box), rows);
  gtk_widget_set_visible (box, FALSE);
  gtk_box_append (list->box, box);
  return rows;
}

static void
make_groups (StudioParamList *list)
{
  const AssayStudyInfo *study = list->study;

  list->rows = g_new0 (StudioParamRow *, study->n_params + 1);
  list->groups = g_new0 (GtkWidget *, study->n_params + 1);
  for (guint i = 0; i < study->n_params; i++)
    {
      for (guint k = 0; k < i && list->groups[i] == NULL; k++)
        if (g_strcmp0 (study->params[k].group, study->params[i].group) == 0)
          list->groups[i] = list->groups[k];
      if (list->groups[i] == NULL)
        list->groups[i] = group_new (list, study->params[i].group);
    }
}

static void
show_row (StudioParamList *list, guint i)
{
  const AssayParam *param = &list->study->params[i];
  const char *const *values = (const char *const *) list->outline->values[i];

  if (list->rows[i] == NULL)
    {
      list->rows[i] = studio_param_row_new (param);
      g_signal_connect (list->rows[i], "edited", G_CALLBACK (on_edited), list);
      studio_param_row_show (list->rows[i], studio_draft_get (list->draft, param->id), values,
                             list->outline->problems[i]);
      gtk_list_box_append (GTK_LIST_BOX (list->groups[i]), GTK_WIDGET (list->rows[i]));
      gtk_widget_set_visible (gtk_widget_get_parent (list->groups[i]), TRUE);
      studio_slices_lay_out (GTK_WIDGET (list->rows[i]), GTK_WIDGET (list));
      return;
    }
  studio_param_row_show (list->rows[i], studio_draft_get (list->draft, param->id), values,
                         list->outline->problems[i]);
  gtk_widget_set_visible (GTK_WIDGET (list->rows[i]), TRUE);
  gtk_widget_set_visible (gtk_widget_get_parent (list->groups[i]), TRUE);
}

static gboolean
applies (const StudioParamList *list, guint i)
{
  return list->rows[i] != NULL && list->outline->values[i] != NULL;
}

static gboolean
group_applies (const StudioParamList *list, const GtkWidget *group)
{
  for (guint i = 0; i < list->study->n_params; i++)
    if (list->groups[i] == group && applies (list, i))
      return TRUE;
  return FALSE;
}

/* What was hidden and is shown again is mapped anew, which costs as much as making it: so nothing
 * is hidden that stays. */
static void
hide_rows (StudioParamList *list)
{
  for (guint i = 0; i < list->study->n_params; i++)
    {
      if (list->rows[i] != NULL && !applies (list, i))
        gtk_widget_set_visible (GTK_WIDGET (list->rows[i]), FALSE);
      if (!group_applies (list, list->groups[i]))
        gtk_widget_set_visible (gtk_widget_get_parent (list->groups[i]), FALSE);
    }
}

/* Rows cost milliseconds each when they are made. */
static gboolean
fill_piece (gpointer data)
{
  StudioParamList *list = data;

  if (list->next < list->study->n_params && list->outline->values[list->next] != NULL)
    show_row (list, list->next);
  if (++list->next < list->study->n_params)
    return TRUE;
  list->fill = NULL;
  return FALSE;
}

void
studio_param_list_show (StudioParamList *list, const StudioDraft *draft, StudioOutline *outline)
{
  studio_outline_ref (outline);
  g_clear_pointer (&list->outline, studio_outline_unref);
  list->outline = outline;
  list->draft = draft;
  hide_rows (list);
  list->next = 0;
  if (list->fill == NULL)
    list->fill = studio_slices_start (fill_piece, list);
}

gboolean
studio_param_list_is_complete (StudioParamList *list)
{
  return list->fill == NULL;
}

static void
forget_study (StudioParamList *list)
{
  g_clear_pointer (&list->fill, studio_slices_stop);
  if (list->box != NULL)
    studio_slices_empty (list->box);
  g_clear_pointer (&list->rows, g_free);
  g_clear_pointer (&list->groups, g_free);
  g_clear_pointer (&list->outline, studio_outline_unref);
  list->draft = NULL;
  g_clear_pointer (&list->study, assay_study_info_unref);
}

void
studio_param_list_set_study (StudioParamList *list, AssayStudyInfo *study)
{
  forget_study (list);
  if (study == NULL)
    return;
  list->study = assay_study_info_ref (study);
  make_groups (list);
}

static void
studio_param_list_dispose (GObject *object)
{
  StudioParamList *list = STUDIO_PARAM_LIST (object);

  list->box = NULL;
  forget_study (list);
  G_OBJECT_CLASS (studio_param_list_parent_class)->dispose (object);
}

static void
studio_param_list_class_init (StudioParamListClass *class)
{
  G_OBJECT_CLASS (class)->dispose = studio_param_list_dispose;
  signals[EDITED]
      = g_signal_new ("edited", STUDIO_TYPE_PARAM_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                      G_TYPE_NONE, 3, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_BOOLEAN);
}

static void
studio_param_list_init (StudioParamList *list)
{
  list->box = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, 24));
  adw_bin_set_child (ADW_BIN (list), GTK_WIDGET (list->box));
}

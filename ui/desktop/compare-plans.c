/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/compare-plans.h"

#include "host/store/index.h"
#include "ui/desktop/words.h"

typedef struct
{
  char *study, *id, *title;
} Plan;

struct _StudioComparePlans
{
  GtkPopover parent_instance;
  StudioSession *session;
  GCancellable *closing;
  GPtrArray *plans;   /* Plan, newest first */
  GPtrArray *offered; /* Plan of the study that is chosen, lent */
  GtkDropDown *study, *first, *second;
  GtkWidget *compare;
};

static guint chosen;

G_DEFINE_FINAL_TYPE (StudioComparePlans, studio_compare_plans, GTK_TYPE_POPOVER)

static void
plan_free (gpointer data)
{
  Plan *plan = data;

  g_free (plan->study);
  g_free (plan->id);
  g_free (plan->title);
  g_free (plan);
}

/* ---- which plans there are ---- */

static int
newest_first (gconstpointer a, gconstpointer b)
{
  const Plan *x = *(const Plan *const *) a, *y = *(const Plan *const *) b;

  return g_strcmp0 (y->id, x->id); /* ids begin with the time */
}

static void
find_plans (GTask *task, AssayIndex *index)
{
  static const char *const by[] = { "study", "plan", "preset", NULL };
  GError *error = NULL;
  g_autoptr (AssayRunGroups) groups
      = assay_index_group (index, &(AssayGroupQuery){ .by = by }, &error);
  GPtrArray *plans;

  if (groups == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  plans = g_ptr_array_new_with_free_func (plan_free);
  for (guint i = 0; i < groups->groups->len; i++)
    {
      const AssayRunGroup *group = &g_array_index (groups->groups, AssayRunGroup, i);
      const char *id = group->values[1];
      g_autofree char *count = studio_count (group->n_runs, "run");
      Plan *plan;

      if (group->values[0] == NULL || id == NULL)
        continue;
      plan = g_new0 (Plan, 1);
      plan->study = g_strdup (group->values[0]);
      plan->id = g_strdup (id);
      /* 20261123-224501-...: a day and a time (UTC) that can be read. */
      plan->title
          = strlen (id) > 15
                ? g_strdup_printf ("%s · %.4s-%.2s-%.2s %.2s:%.2s:%.2s · %s",
                                   group->values[2] != NULL ? group->values[2] : "own settings", id,
                                   id + 4, id + 6, id + 9, id + 11, id + 13, count)
                : g_strdup (id);
      g_ptr_array_add (plans, plan);
    }
  g_ptr_array_sort (plans, newest_first);
  g_task_return_pointer (task, plans, (GDestroyNotify) g_ptr_array_unref);
}

/* ---- choosing ---- */

static void
on_study (GtkDropDown *drop, GParamSpec *spec, StudioComparePlans *popover)
{
  GtkStringObject *item = gtk_drop_down_get_selected_item (popover->study);
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);

  g_ptr_array_set_size (popover->offered, 0);
  for (guint i = 0; item != NULL && i < popover->plans->len; i++)
    {
      Plan *plan = popover->plans->pdata[i];

      if (g_strcmp0 (plan->study, gtk_string_object_get_string (item)) != 0)
        continue;
      g_ptr_array_add (popover->offered, plan);
      gtk_string_list_append (titles, plan->title);
    }
  gtk_drop_down_set_model (popover->first, G_LIST_MODEL (titles));
  gtk_drop_down_set_model (popover->second, G_LIST_MODEL (titles));
  if (popover->offered->len > 1)
    gtk_drop_down_set_selected (popover->first, 1);
  gtk_widget_set_sensitive (popover->compare, popover->offered->len > 1);
}

static void
on_plans (GObject *source, GAsyncResult *result, gpointer data)
{
  StudioComparePlans *popover = data;
  g_autoptr (GError) error = NULL;
  GPtrArray *plans = g_task_propagate_pointer (G_TASK (result), &error);
  g_autoptr (GtkStringList) studies = NULL;

  if (plans == NULL)
    return;
  g_ptr_array_unref (popover->plans);
  popover->plans = plans;
  studies = gtk_string_list_new (NULL);
  for (guint i = 0; i < plans->len; i++)
    {
      const char *study = ((Plan *) plans->pdata[i])->study;
      guint k = 0;

      while (k < i && g_strcmp0 (((Plan *) plans->pdata[k])->study, study) != 0)
        k++;
      if (k == i)
        gtk_string_list_append (studies, study);
    }
  gtk_drop_down_set_model (popover->study, G_LIST_MODEL (studies));
  on_study (NULL, NULL, popover);
}

static void
on_map (StudioComparePlans *popover, gpointer data)
{
  studio_session_run (popover->session, g_task_new (NULL, popover->closing, on_plans, popover),
                      find_plans);
}

static void
on_compare (GtkButton *button, StudioComparePlans *popover)
{
  guint first = gtk_drop_down_get_selected (popover->first);
  guint second = gtk_drop_down_get_selected (popover->second);
  const Plan *a, *b;

  if (first >= popover->offered->len || second >= popover->offered->len || first == second)
    return;
  a = popover->offered->pdata[first];
  b = popover->offered->pdata[second];
  gtk_popover_popdown (GTK_POPOVER (popover));
  g_signal_emit (popover, chosen, 0, a->study, a->id, b->id);
}

/* ---- the widget ---- */

static GtkDropDown *
add_drop_down (GtkWidget *box, const char *title)
{
  GtkWidget *label = gtk_label_new (title), *drop = gtk_drop_down_new (NULL, NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "caption-heading");
  gtk_accessible_update_property (GTK_ACCESSIBLE (drop), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), drop);
  return GTK_DROP_DOWN (drop);
}

static void
studio_compare_plans_dispose (GObject *object)
{
  StudioComparePlans *popover = STUDIO_COMPARE_PLANS (object);

  g_cancellable_cancel (popover->closing);
  g_clear_object (&popover->session);
  G_OBJECT_CLASS (studio_compare_plans_parent_class)->dispose (object);
}

static void
studio_compare_plans_finalize (GObject *object)
{
  StudioComparePlans *popover = STUDIO_COMPARE_PLANS (object);

  g_object_unref (popover->closing);
  g_ptr_array_unref (popover->offered);
  g_ptr_array_unref (popover->plans);
  G_OBJECT_CLASS (studio_compare_plans_parent_class)->finalize (object);
}

static void
studio_compare_plans_class_init (StudioComparePlansClass *class)
{
  G_OBJECT_CLASS (class)->dispose = studio_compare_plans_dispose;
  G_OBJECT_CLASS (class)->finalize = studio_compare_plans_finalize;
  chosen = g_signal_new ("chosen", STUDIO_TYPE_COMPARE_PLANS, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                         NULL, G_TYPE_NONE, 3, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING);
}

static void
studio_compare_plans_init (StudioComparePlans *popover)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  popover->closing = g_cancellable_new ();
  popover->plans = g_ptr_array_new_with_free_func (plan_free);
  popover->offered = g_ptr_array_new ();
  popover->study = add_drop_down (box, "Study");
  popover->first = add_drop_down (box, "This plan");
  popover->second = add_drop_down (box, "beside this one");
  popover->compare = gtk_button_new_with_label ("Compare");
  gtk_widget_add_css_class (popover->compare, "suggested-action");
  gtk_widget_set_sensitive (popover->compare, FALSE);
  gtk_widget_set_margin_top (popover->compare, 6);
  gtk_box_append (GTK_BOX (box), popover->compare);
  gtk_widget_set_margin_start (box, 6);
  gtk_widget_set_margin_end (box, 6);
  gtk_widget_set_margin_top (box, 6);
  gtk_widget_set_margin_bottom (box, 6);
  gtk_popover_set_child (GTK_POPOVER (popover), box);
  g_signal_connect (popover->study, "notify::selected", G_CALLBACK (on_study), popover);
  g_signal_connect (popover->compare, "clicked", G_CALLBACK (on_compare), popover);
  g_signal_connect (popover, "map", G_CALLBACK (on_map), NULL);
}

GtkWidget *
studio_compare_plans_new (StudioSession *session)
{
  StudioComparePlans *popover = g_object_new (STUDIO_TYPE_COMPARE_PLANS, NULL);

  popover->session = g_object_ref (session);
  return GTK_WIDGET (popover);
}

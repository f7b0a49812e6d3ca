/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/plan-row.h"
#include "ui/desktop/flow.h"
#include "ui/desktop/queue-plan.h"
#include "ui/desktop/runs-answer.h"
#include "ui/desktop/split.h"

#define SIDE_BY_SIDE 560

struct _StudioPlanRow
{
  AdwBin parent_instance;
  AdwBin *head;
  GtkLabel *title, *origin, *counts;
  GtkWidget *cancel, *retry, *resume, *figures, *claims;
  GtkProgressBar *progress;
  GtkListBox *failed, *running, *waiting;
  GtkButton *all_failed;
  GtkLabel *more; /* that wait, too */
  char *plan;
};

G_DEFINE_FINAL_TYPE (StudioPlanRow, studio_plan_row, ADW_TYPE_BIN)

/* The target first: an action is looked up with what it has. */
static void
lead (gpointer widget, const char *action, const char *id)
{
  gtk_actionable_set_action_target (GTK_ACTIONABLE (widget), "s", id);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (widget), action);
}

/* ---- one run ---- */

typedef enum
{
  RUNNING,
  WAITING,
  FAILED
} Kind;

static void
add_icon (GtkWidget *row, const char *name, const char *class)
{
  GtkWidget *icon = gtk_image_new_from_icon_name (name);

  gtk_widget_add_css_class (icon, class);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), icon);
}

static void
add_bar (GtkWidget *row)
{
  GtkWidget *bar = gtk_progress_bar_new ();

  gtk_widget_set_valign (bar, GTK_ALIGN_CENTER);
  gtk_widget_set_size_request (bar, 70, -1);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), bar);
  g_object_set_data (G_OBJECT (row), "bar", bar);
}

/* What can be done to the run: kept with the row as @name. */
static void
add_button (GtkWidget *row, const char *name, const char *icon, const char *tooltip)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, tooltip);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  g_object_set_data (G_OBJECT (row), name, button);
}

/* Its parts are kept with the row, which is used again for another run. */
static GtkWidget *
run_row_new (Kind kind)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  if (kind == FAILED)
    add_icon (row, "dialog-error-symbolic", "error");
  if (kind == WAITING)
    add_icon (row, "content-loading-symbolic", "dim-label");
  if (kind == RUNNING)
    add_bar (row);
  if (kind == FAILED)
    add_button (row, "retry", "view-refresh-symbolic", "Run it again, as a new run");
  else
    add_button (row, "cancel", "process-stop-symbolic", "Cancel this run");
  return row;
}

static void
show_progress (gpointer row, const StudioQueueRun *run)
{
  GtkProgressBar *bar = g_object_get_data (row, "bar");
  g_autofree char *progress = g_strdup_printf ("Progress of %s", run->what);

  gtk_progress_bar_set_fraction (bar, run->fraction);
  gtk_accessible_update_property (GTK_ACCESSIBLE (bar), GTK_ACCESSIBLE_PROPERTY_LABEL, progress,
                                  -1);
}

static void
show_button (gpointer row, const char *name, const char *verb, const char *action,
             const StudioQueueRun *run)
{
  GtkWidget *button = g_object_get_data (row, name);
  g_autofree char *label = g_strdup_printf ("%s %s", verb, run->what);

  if (button == NULL)
    return;
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  lead (button, action, run->id);
}

static void
show_run (gpointer row, const StudioQueueRun *run)
{
  g_autofree char *state = studio_queue_run_state (run);
  g_autofree char *line = studio_line_text (state);

  adw_preferences_row_set_title (row, run->what);
  adw_action_row_set_subtitle (row, line);
  gtk_accessible_update_property (row, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, line, -1);
  lead (row, "win.show-run", run->id);
  if (g_object_get_data (row, "bar") != NULL)
    show_progress (row, run);
  show_button (row, "cancel", "Cancel", "win.queue-cancel-run", run);
  show_button (row, "retry", "Retry", "win.queue-retry", run);
}

/* As many rows as there are runs; those that are there are used again. */
static void
show_runs (GtkListBox *list, const GPtrArray *runs, Kind kind)
{
  GtkListBoxRow *row;

  while ((row = gtk_list_box_get_row_at_index (list, (int) runs->len)) != NULL)
    gtk_list_box_remove (list, GTK_WIDGET (row));
  for (guint i = 0; i < runs->len; i++)
    {
      row = gtk_list_box_get_row_at_index (list, (int) i);
      if (row == NULL)
        {
          row = GTK_LIST_BOX_ROW (run_row_new (kind));
          gtk_list_box_append (list, GTK_WIDGET (row));
        }
      show_run (row, runs->pdata[i]);
    }
  gtk_widget_set_visible (GTK_WIDGET (list), runs->len > 0);
}

/* ---- the plan ---- */

static void
show_waiting (StudioPlanRow *row, const StudioQueuePlan *plan)
{
  guint shown = plan->waiting->len;
  guint more = plan->counts[ASSAY_QUEUED] > shown ? plan->counts[ASSAY_QUEUED] - shown : 0;
  g_autofree char *text = g_strdup_printf ("and %u more that wait", more);

  show_runs (row->waiting, plan->waiting, WAITING);
  gtk_label_set_text (row->more, text);
  gtk_widget_set_visible (GTK_WIDGET (row->more), more > 0 && shown > 0);
}

static void
show_failed (StudioPlanRow *row, const StudioQueuePlan *plan)
{
  guint n = studio_queue_plan_lost (plan);
  g_autofree char *text = g_strdup_printf ("Show All %u", n);

  show_runs (row->failed, plan->failed, FAILED);
  gtk_button_set_label (row->all_failed, text);
  gtk_widget_set_visible (GTK_WIDGET (row->all_failed), n > plan->failed->len);
  lead (row->all_failed, "win.queue-failed", plan->id);
}

const char *
studio_plan_row_plan (StudioPlanRow *row)
{
  return row->plan;
}

static void
show_commands (StudioPlanRow *row, const StudioQueuePlan *plan)
{
  gboolean known = plan->problem == NULL;
  const struct
  {
    GtkWidget *button;
    gboolean visible;
    const char *action;
  } commands[] = {
    { row->figures, known, "win.queue-figures" },
    { row->claims, known, "win.queue-claims" },
    { row->retry, studio_queue_plan_can_be_retried (plan), "win.queue-retry" },
    { row->resume, studio_queue_plan_can_be_resumed (plan), "win.queue-resume" },
    { row->cancel, plan->live, "win.queue-cancel" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      gtk_widget_set_visible (commands[i].button, commands[i].visible);
      lead (commands[i].button, commands[i].action, plan->id);
    }
}

void
studio_plan_row_show (StudioPlanRow *row, const StudioQueuePlan *plan)
{
  gboolean known = plan->problem == NULL;
  g_autofree char *counts = known ? studio_queue_plan_counts (plan) : g_strdup (plan->problem);
  g_autofree char *origin = known ? studio_queue_plan_origin (plan) : g_strdup (plan->id);

  g_free (row->plan);
  row->plan = g_strdup (plan->id);
  gtk_label_set_text (row->title, known ? plan->title : "A plan that cannot be read");
  gtk_label_set_text (row->origin, origin);
  gtk_label_set_text (row->counts, counts);
  gtk_progress_bar_set_fraction (row->progress, plan->fraction);
  gtk_widget_set_visible (GTK_WIDGET (row->progress), plan->live);
  show_commands (row, plan);
  show_runs (row->running, plan->running, RUNNING);
  show_failed (row, plan);
  show_waiting (row, plan);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  known ? plan->title : plan->id,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, counts, -1);
}

/* ---- the widget ---- */

static GtkWidget *
button_new (StudioFlow *flow, const char *label, const char *tooltip)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  studio_flow_append (flow, button);
  return button;
}

static GtkLabel *
label_new (GtkWidget *box, const char *class)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_widget_add_css_class (label, class);
  gtk_box_append (GTK_BOX (box), label);
  return GTK_LABEL (label);
}

static void
make_head (StudioPlanRow *row)
{
  GtkWidget *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  StudioFlow *buttons = STUDIO_FLOW (studio_flow_new ());

  row->title = label_new (words, "heading");
  row->origin = label_new (words, "dim-label");
  gtk_widget_add_css_class (GTK_WIDGET (row->origin), "caption");
  row->figures = button_new (buttons, "Figures", "Figures of these runs");
  row->claims = button_new (buttons, "Claims", "Claims, judged on these runs");
  row->retry = button_new (buttons, "Retry", "Run what failed again, as new runs");
  row->resume = button_new (buttons, "Resume", "Run what is not done, from where it stopped");
  row->cancel = button_new (buttons, "Cancel", "Cancel all that is not done");
  adw_bin_set_child (row->head, studio_split_new (words, GTK_WIDGET (buttons), SIDE_BY_SIDE));
}

static void
studio_plan_row_finalize (GObject *object)
{
  g_free (STUDIO_PLAN_ROW (object)->plan);
  G_OBJECT_CLASS (studio_plan_row_parent_class)->finalize (object);
}

static void
studio_plan_row_class_init (StudioPlanRowClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = studio_plan_row_finalize;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/assay/Studio/plan-row.ui");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_bind_template_child (widget_class, StudioPlanRow, head);
  gtk_widget_class_bind_template_child (widget_class, StudioPlanRow, counts);
  gtk_widget_class_bind_template_child (widget_class, StudioPlanRow, progress);
  gtk_widget_class_bind_template_child (widget_class, StudioPlanRow, failed);
  gtk_widget_class_bind_template_child (widget_class, StudioPlanRow, all_failed);
  gtk_widget_class_bind_template_child (widget_class, StudioPlanRow, running);
  gtk_widget_class_bind_template_child (widget_class, StudioPlanRow, waiting);
  gtk_widget_class_bind_template_child (widget_class, StudioPlanRow, more);
}

static void
studio_plan_row_init (StudioPlanRow *row)
{
  gtk_widget_init_template (GTK_WIDGET (row));
  make_head (row);
}

StudioPlanRow *
studio_plan_row_new (void)
{
  return g_object_new (STUDIO_TYPE_PLAN_ROW, NULL);
}

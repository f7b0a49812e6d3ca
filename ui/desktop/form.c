/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/form-private.h"

#include "ui/desktop/flow.h"
#include "ui/desktop/launch.h"
#include "ui/desktop/preset-row.h"
#include "ui/desktop/split.h"
#include "ui/desktop/task.h"
#include "ui/desktop/window.h"
#include "ui/desktop/words.h"
#include <math.h>
#include <string.h>

#define BAR_WIDTH 620

G_DEFINE_FINAL_TYPE (StudioForm, studio_form, ADW_TYPE_BIN)

/* ---- the outline ---- */

static void show_estimate (StudioForm *form, double seconds);
static void show_outline (StudioForm *form);

static void
make_outline (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  AssayStudyInfo *study = g_object_get_data (G_OBJECT (task), "study");

  g_task_return_pointer (task, studio_outline_new (data, study),
                         (GDestroyNotify) studio_outline_unref);
}

static void
measure_seconds (GTask *task, AssayIndex *index)
{
  StudioOutline *outline = g_task_get_task_data (task);
  guint cores = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (task), "cores"));
  double *seconds = g_new (double, 1);

  *seconds = studio_outline_seconds (outline, index, cores);
  g_task_return_pointer (task, seconds, g_free);
}

static void
on_seconds (GObject *object, GAsyncResult *result, gpointer data)
{
  StudioForm *form = STUDIO_FORM (object);
  g_autofree double *seconds = g_task_propagate_pointer (G_TASK (result), NULL);

  if (seconds != NULL && g_task_get_task_data (G_TASK (result)) == form->outline)
    show_estimate (form, *seconds);
}

static void
begin_seconds (StudioForm *form)
{
  GTask *task = g_task_new (form, form->cancellable, on_seconds, NULL);

  g_task_set_task_data (task, studio_outline_ref (form->outline),
                        (GDestroyNotify) studio_outline_unref);
  g_object_set_data (G_OBJECT (task), "cores", GUINT_TO_POINTER (form->draft->cores));
  studio_session_run (form->session, task, measure_seconds);
}

/* Where nothing can be said of a value's use, what was known before goes on holding. */
static void
take_outline (StudioForm *form, StudioOutline *outline)
{
  if (outline->values == NULL && form->outline != NULL)
    {
      outline->values = g_new0 (GStrv, outline->study->n_params + 1);
      for (guint i = 0; form->outline->values != NULL && i < outline->study->n_params; i++)
        outline->values[i] = g_strdupv (form->outline->values[i]);
    }
  g_clear_pointer (&form->outline, studio_outline_unref);
  form->outline = outline;
}

static void
on_outline (GObject *object, GAsyncResult *result, gpointer data)
{
  StudioForm *form = STUDIO_FORM (object);
  StudioOutline *outline = g_task_propagate_pointer (G_TASK (result), NULL);

  if (outline == NULL) /* another study is shown */
    return;
  form->outlining = FALSE;
  take_outline (form, outline);
  if (form->stale)
    studio_form_outline (form);
  show_outline (form);
}

/* One at a time: a plan of 100,000 runs takes seconds. */
void
studio_form_outline (StudioForm *form)
{
  g_autoptr (GTask) task = NULL;

  form->stale = form->outlining;
  if (form->outlining)
    return;
  form->outlining = TRUE;
  task = g_task_new (form, form->cancellable, on_outline, NULL);
  g_task_set_task_data (task, studio_draft_copy (form->draft), (GDestroyNotify) studio_draft_free);
  g_object_set_data_full (G_OBJECT (task), "study", assay_study_info_ref (form->study),
                          (GDestroyNotify) assay_study_info_unref);
  studio_task_run (task, make_outline);
}

gboolean
studio_form_is_settled (StudioForm *form)
{
  return form->outline != NULL && !form->outlining
         && studio_param_list_is_complete (form->parameters) && !form->running;
}

gboolean
studio_form_is_kept (StudioForm *form)
{
  return form->save == 0 && form->saving == 0;
}

void
studio_form_changed (StudioForm *form)
{
  studio_form_keep_soon (form);
  studio_form_outline (form);
}

static void
on_edited (StudioParamList *list, const char *id, const char *text, gboolean several,
           StudioForm *form)
{
  if (text == NULL)
    {
      studio_form_reset_param (form, id);
      return;
    }
  studio_draft_set (form->draft, id, text, several);
  studio_form_changed (form);
}

/* ---- what it comes to ---- */

static gboolean
can_run (StudioForm *form)
{
  return gtk_widget_get_mapped (GTK_WIDGET (form)) && form->outline != NULL
         && form->outline->plan != NULL && !form->stale && !form->running
         && form->study->blocked == NULL;
}

/* What passes by stands above the bar while the form is seen. */
static void
lift_toasts (StudioForm *form)
{
  GtkWidget *root = GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (form)));

  if (root != NULL && gtk_widget_get_mapped (GTK_WIDGET (form)))
    gtk_widget_add_css_class (root, "with-bar");
  else if (root != NULL)
    gtk_widget_remove_css_class (root, "with-bar");
}

static void
update_actions (StudioForm *form)
{
  gboolean seen = gtk_widget_get_mapped (GTK_WIDGET (form));

  studio_window_enable (form, "run", can_run (form));
  studio_window_enable (form, "copy-command",
                        seen && form->outline != NULL && form->outline->plan != NULL);
  studio_window_enable (form, "reset", seen && form->draft != NULL);
}

/* The first thing that is in the way; NULL: nothing. */
static const char *
obstacle (StudioForm *form)
{
  const StudioOutline *outline = form->outline;

  if (form->study->blocked != NULL)
    return form->study->blocked;
  if (outline->plan == NULL && outline->problem == NULL)
    return "One of the values cannot be used: see above";
  return outline->problem;
}

static void
show_estimate (StudioForm *form, double seconds)
{
  const char *problem = obstacle (form);
  g_autofree char *runs = NULL, *time = NULL, *text = NULL;

  if (problem == NULL)
    {
      runs = studio_count (form->outline->plan->specs->len, "run");
      time = seconds >= 0 ? studio_duration (seconds) : NULL;
      text = time != NULL ? g_strdup_printf ("%s · about %s", runs, time) : g_strdup (runs);
    }
  gtk_label_set_text (form->estimate, problem != NULL ? problem : text);
  if (problem != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (form->estimate), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (form->estimate), "error");
}

static void
show_outline (StudioForm *form)
{
  if (form->outline->values != NULL)
    studio_param_list_show (form->parameters, form->draft, form->outline);
  studio_form_mark_seeds (form, form->outline->wrong_seeds);
  show_estimate (form, NAN);
  if (form->outline->plan != NULL)
    begin_seconds (form);
  update_actions (form);
}

/* ---- the study ---- */

static void
forget_study (StudioForm *form)
{
  studio_form_keep_now (form);
  g_cancellable_cancel (form->cancellable);
  g_clear_object (&form->cancellable);
  form->outlining = form->stale = FALSE;
  if (form->parameters != NULL)
    studio_param_list_set_study (form->parameters, NULL);
  g_clear_pointer (&form->outline, studio_outline_unref);
  g_clear_pointer (&form->draft, studio_draft_free);
  g_clear_pointer (&form->study, assay_study_info_unref);
}

void
studio_form_set_study (StudioForm *form, AssayStudyInfo *study)
{
  forget_study (form);
  if (study == NULL)
    return;
  form->study = assay_study_info_ref (study);
  form->cancellable = g_cancellable_new ();
  form->filling = TRUE;
  studio_preset_row_set_study (form->preset, study);
  form->filling = FALSE;
  studio_param_list_set_study (form->parameters, study);
  gtk_label_set_text (form->estimate, "");
  update_actions (form);
  studio_form_load_draft (form);
}

void
studio_form_set_session (StudioForm *form, StudioSession *session)
{
  g_set_object (&form->session, session);
}

const StudioDraft *
studio_form_draft (StudioForm *form)
{
  return form->draft;
}

const AssayPlan *
studio_form_plan (StudioForm *form)
{
  return form->outline != NULL ? form->outline->plan : NULL;
}

/* ---- commands ---- */

static void
on_launched (GObject *object, GAsyncResult *result, gpointer data)
{
  StudioForm *form = STUDIO_FORM (object);
  g_autoptr (GError) error = NULL;
  g_autoptr (StudioLaunched) launched = studio_launch_finish (result, &error);
  g_autofree char *runs = NULL, *text = NULL;

  form->running = FALSE;
  if (gtk_widget_get_root (GTK_WIDGET (form)) == NULL)
    return;
  if (form->study != NULL)
    update_actions (form);
  if (launched == NULL)
    {
      studio_session_notice (form->session, "Nothing was started: %s", error->message);
      return;
    }
  runs = studio_count (launched->n_runs, "run");
  text = g_strdup_printf ("%s started", runs);
  studio_session_refresh (form->session);
  studio_session_select (form->session, launched->study, launched->preset, NULL);
  studio_window_toast (studio_window_of (form), text, "Show Queue", "win.page::queue");
}

void
studio_form_run (StudioForm *form)
{
  if (!can_run (form))
    return;
  form->running = TRUE;
  update_actions (form);
  studio_launch (form, form->session, form->draft, form->outline, on_launched, NULL);
}

char *
studio_form_command (StudioForm *form)
{
  g_autofree gboolean *uses = NULL;
  g_autofree char *workspace = NULL;

  if (form->outline == NULL || form->outline->plan == NULL)
    return NULL;
  uses = studio_outline_uses (form->outline);
  workspace = studio_launch_workspace (form->session);
  return studio_draft_command (form->draft, form->study, uses, workspace);
}

void
studio_form_copy_command (StudioForm *form)
{
  g_autofree char *command = studio_form_command (form);

  if (command == NULL)
    return;
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (form)), command);
  studio_window_toast (studio_window_of (form), "Command line copied", NULL, NULL);
}

/* ---- the widget ---- */

static GtkWidget *
button_new (const char *label, const char *action, const char *tooltip)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (label);
  g_auto (GStrv) parts = g_strsplit (label, "_", 2);
  g_autofree char *name = g_strjoinv (NULL, parts); /* GTK 4.8 would say the underscore, too */

  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_widget_set_tooltip_text (button, tooltip);
  return button;
}

static void
make_bar (StudioForm *form)
{
  GtkWidget *buttons = studio_flow_new ();
  GtkWidget *run = button_new ("_Run", "win.run", "Run in the background");

  form->estimate = GTK_LABEL (gtk_label_new (""));
  gtk_label_set_xalign (form->estimate, 0);
  gtk_label_set_wrap (form->estimate, TRUE);
  gtk_label_set_wrap_mode (form->estimate, PANGO_WRAP_WORD_CHAR);
  gtk_widget_set_name (GTK_WIDGET (form->estimate), "estimate");
  gtk_widget_set_valign (GTK_WIDGET (form->estimate), GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (GTK_WIDGET (form->estimate), "numeric");
  gtk_widget_add_css_class (run, "suggested-action");
  studio_flow_append (STUDIO_FLOW (buttons),
                      button_new ("R_eset", "win.reset", "Everything as the preset has it"));
  studio_flow_append (STUDIO_FLOW (buttons),
                      button_new ("_Copy as Command", "win.copy-command",
                                  "The command line that makes the same runs"));
  studio_flow_append (STUDIO_FLOW (buttons), run);
  adw_bin_set_child (form->bar, studio_split_new (GTK_WIDGET (form->estimate), buttons, BAR_WIDTH));
}

static void
studio_form_dispose (GObject *object)
{
  StudioForm *form = STUDIO_FORM (object);

  if (form->study != NULL)
    forget_study (form);
  studio_form_drop_step (form);
  g_clear_object (&form->session);
  G_OBJECT_CLASS (studio_form_parent_class)->dispose (object);
}

static void
studio_form_class_init (StudioFormClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = studio_form_dispose;
  g_type_ensure (STUDIO_TYPE_PARAM_LIST);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/assay/Studio/form.ui");
  gtk_widget_class_bind_template_child (widget_class, StudioForm, parameters);
  gtk_widget_class_bind_template_child (widget_class, StudioForm, bar);
  gtk_widget_class_bind_template_callback (widget_class, on_edited);
  studio_form_bind_plan (widget_class);
}

static void
studio_form_init (StudioForm *form)
{
  gtk_widget_init_template (GTK_WIDGET (form));
  make_bar (form);
  g_signal_connect (form, "map", G_CALLBACK (update_actions), NULL); /* hidden, it runs nothing */
  g_signal_connect (form, "unmap", G_CALLBACK (update_actions), NULL);
  g_signal_connect (form, "map", G_CALLBACK (lift_toasts), NULL);
  g_signal_connect (form, "unmap", G_CALLBACK (lift_toasts), NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/run-rows.h"

#include "host/run/supervisor.h"
#include "ui/desktop/flow.h"
#include "ui/desktop/runs-answer.h"
#include "ui/desktop/task.h"

#define TICK_SECONDS 1

G_DEFINE_FINAL_TYPE (StudioRunPage, studio_run_page, ADW_TYPE_BIN)

static guint left;

/* ---- reading ---- */

static void load (StudioRunPage *page);

static gboolean
is_alive (const StudioRunFacts *facts)
{
  return facts->dir->state == ASSAY_RUNNING || facts->dir->state == ASSAY_QUEUED;
}

static gboolean
on_tick (gpointer page)
{
  load (page);
  return G_SOURCE_CONTINUE;
}

static void
watch (StudioRunPage *page, gboolean live)
{
  if (!live)
    g_clear_handle_id (&page->tick, g_source_remove);
  else if (page->tick == 0)
    page->tick = g_timeout_add_seconds (TICK_SECONDS, on_tick, page);
}

static void
take_facts (StudioRunPage *page, StudioRunFacts *facts)
{
  g_clear_pointer (&page->facts, studio_run_facts_free);
  page->facts = facts;
  watch (page, is_alive (facts));
  studio_run_page_fill (page);
  gtk_stack_set_visible_child_name (page->states, "run");
  /* What can be done to it may have changed. */
  g_signal_emit_by_name (page, "changed");
}

static void
on_loaded (GObject *session, GAsyncResult *result, gpointer data)
{
  StudioRunPage *page = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (StudioRunFacts) facts = g_task_propagate_pointer (G_TASK (result), &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&page->loading);
  if (facts != NULL)
    take_facts (page, g_steal_pointer (&facts));
  else
    {
      g_autofree char *words = g_markup_escape_text (error->message, -1);

      watch (page, FALSE);
      adw_status_page_set_description (page->failure, words);
      gtk_stack_set_visible_child_name (page->states, "failed");
    }
  if (page->stale)
    load (page);
}

static void
load (StudioRunPage *page)
{
  if (page->run == NULL)
    return;
  page->stale = page->loading != NULL;
  if (page->stale)
    return;
  page->loading = g_cancellable_new ();
  studio_run_facts_load (page->session, page->run, page->loading, on_loaded, page);
}

static void
stop_loading (StudioRunPage *page)
{
  if (page->loading != NULL)
    g_cancellable_cancel (page->loading);
  g_clear_object (&page->loading);
  page->stale = FALSE;
  watch (page, FALSE);
}

/* ---- verify ---- */

static void
stop_verifying (StudioRunPage *page)
{
  if (page->verifying != NULL)
    g_cancellable_cancel (page->verifying);
  g_clear_object (&page->verifying);
  gtk_widget_set_visible (GTK_WIDGET (page->verify_group), FALSE);
}

typedef struct
{
  AssayRegistry *registry;
  char *run;
} Verification;

static void
verification_free (gpointer data)
{
  Verification *verification = data;

  assay_registry_unref (verification->registry);
  g_free (verification->run);
  g_free (verification);
}

static void
verify (GTask *task, gpointer session, gpointer data, GCancellable *cancellable)
{
  const Verification *verification = data;
  char *difference = NULL;
  GError *error = NULL;

  if (!assay_verify (studio_session_workspace (session), verification->registry, verification->run,
                     cancellable, &difference, &error))
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, difference != NULL ? difference : g_strdup (""), g_free);
}

static void
on_verified (GObject *session, GAsyncResult *result, gpointer data)
{
  StudioRunPage *page = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *difference = g_task_propagate_pointer (G_TASK (result), &error);
  g_autofree char *words = NULL, *line = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
      || g_task_get_cancellable (G_TASK (result)) != page->verifying)
    return;
  g_clear_object (&page->verifying);
  line = studio_line_text (error != NULL ? error->message : difference);
  words = g_markup_escape_text (line, -1);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (page->verify_row),
                                 error != NULL         ? "Could not be verified"
                                 : *difference != '\0' ? "It comes out differently"
                                                       : "Equal to the last bit");
  adw_action_row_set_subtitle (
      page->verify_row, *words != '\0' ? words : "Every observation, array, sample and artifact");
  gtk_spinner_stop (page->verify_spinner);
  gtk_button_set_label (page->verify_button, "Verify Again");
}

void
studio_run_page_verify (StudioRunPage *page)
{
  AssayRegistry *registry = studio_session_registry (page->session);
  g_autoptr (GTask) task = NULL;
  Verification *verification;

  if (page->verifying != NULL || page->run == NULL || registry == NULL)
    {
      stop_verifying (page);
      return;
    }
  page->verifying = g_cancellable_new ();
  verification = g_new (Verification, 1);
  *verification = (Verification){ assay_registry_ref (registry), g_strdup (page->run) };
  task = g_task_new (page->session, page->verifying, on_verified, page);
  g_task_set_task_data (task, verification, verification_free);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (page->verify_row), "Verifying");
  adw_action_row_set_subtitle (page->verify_row, "The run is done again, stages and all");
  gtk_spinner_start (page->verify_spinner);
  gtk_button_set_label (page->verify_button, "Stop");
  gtk_widget_set_visible (GTK_WIDGET (page->verify_group), TRUE);
  studio_task_run (task, verify);
}

/* ---- from outside ---- */

void
studio_run_page_set_session (StudioRunPage *page, StudioSession *session)
{
  page->session = g_object_ref (session);
}

void
studio_run_page_show (StudioRunPage *page, const char *run)
{
  g_autofree char *next = g_strdup (run);

  studio_run_page_save_notes (page);
  stop_loading (page);
  stop_verifying (page);
  studio_run_page_stop_filling (page);
  g_clear_pointer (&page->facts, studio_run_facts_free);
  g_clear_pointer (&page->told, g_free);
  g_free (page->run);
  page->run = g_steal_pointer (&next);
  gtk_label_set_text (page->title, page->run != NULL ? page->run : "");
  gtk_label_set_text (page->subtitle, "");
  gtk_stack_set_visible_child_name (page->states, "loading");
  load (page);
}

const char *
studio_run_page_run (StudioRunPage *page)
{
  return page->run;
}

const char *
studio_run_page_study (StudioRunPage *page)
{
  return page->facts != NULL ? page->facts->dir->study : NULL;
}

gboolean
studio_run_page_state (StudioRunPage *page, AssayState *state)
{
  if (page->facts != NULL)
    *state = page->facts->dir->state;
  return page->facts != NULL;
}

void
studio_run_page_leave (StudioRunPage *page)
{
  studio_run_page_save_notes (page);
  g_signal_emit (page, left, 0);
}

void
studio_run_page_runs_changed (StudioRunPage *page)
{
  load (page);
}

/* ---- the widget ---- */

static void
studio_run_page_dispose (GObject *object)
{
  StudioRunPage *page = STUDIO_RUN_PAGE (object);

  if (page->session != NULL && page->tags != NULL)
    studio_run_page_save_notes (page);
  if (page->loading != NULL)
    g_cancellable_cancel (page->loading);
  if (page->verifying != NULL)
    g_cancellable_cancel (page->verifying);
  g_clear_object (&page->loading);
  g_clear_object (&page->verifying);
  studio_run_page_stop_filling (page);
  g_clear_handle_id (&page->tick, g_source_remove);
  g_clear_handle_id (&page->saving, g_source_remove);
  g_clear_object (&page->session);
  page->tags = NULL;
  G_OBJECT_CLASS (studio_run_page_parent_class)->dispose (object);
}

static void
studio_run_page_finalize (GObject *object)
{
  StudioRunPage *page = STUDIO_RUN_PAGE (object);

  studio_run_facts_free (page->facts);
  g_ptr_array_unref (page->rows);
  g_free (page->run);
  g_free (page->told);
  g_free (page->kept_tags);
  g_free (page->kept_note);
  G_OBJECT_CLASS (studio_run_page_parent_class)->finalize (object);
}

static void
bind_children (GtkWidgetClass *class)
{
#define BIND(child) gtk_widget_class_bind_template_child (class, StudioRunPage, child)
  BIND (title);
  BIND (subtitle);
  BIND (state);
  BIND (reason);
  BIND (advice);
  BIND (remedies);
  BIND (times);
  BIND (damage);
  BIND (console_title);
  BIND (states);
  BIND (failure);
  BIND (state_card);
  BIND (state_icon);
  BIND (progress);
  BIND (measured);
  BIND (console_box);
  BIND (cards);
  BIND (console_window);
  BIND (console);
  BIND (note);
  BIND (tags);
  BIND (parameters);
  BIND (results);
  BIND (stages);
  BIND (provenance);
  BIND (verify_group);
  BIND (verify_row);
  BIND (verify_spinner);
  BIND (verify_button);
#undef BIND
}

static void
studio_run_page_class_init (StudioRunPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = studio_run_page_dispose;
  G_OBJECT_CLASS (class)->finalize = studio_run_page_finalize;
  left = g_signal_new ("left", STUDIO_TYPE_RUN_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                       G_TYPE_NONE, 0);
  g_signal_new ("changed", STUDIO_TYPE_RUN_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 0);
  g_type_ensure (STUDIO_TYPE_FLOW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/assay/Studio/run-page.ui");
  bind_children (widget_class);
}

static void
studio_run_page_init (StudioRunPage *page)
{
  page->rows = studio_run_rows_new ();
  gtk_widget_init_template (GTK_WIDGET (page));
  studio_run_page_watch_notes (page);
}

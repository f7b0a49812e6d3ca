/* SPDX-License-Identifier: Apache-2.0
 *
 * The form's draft: its file, and what is undone.
 */
#include "ui/desktop/form-private.h"

#include "ui/desktop/preset-row.h"
#include "ui/desktop/settings.h"
#include "ui/desktop/task.h"
#include "ui/desktop/window.h"

#define SAVE_MS 250 /* after the last change */

/* ---- its file ---- */

typedef struct
{
  StudioDraft *draft;
  char *study;
} Kept;

static void
kept_free (gpointer data)
{
  Kept *kept = data;

  studio_draft_free (kept->draft);
  g_free (kept->study);
  g_free (kept);
}

/* Savings of all forms, in order: one at a time. */
static void
save_draft (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  static GMutex lock;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);
  Kept *kept = data;
  GError *error = NULL;

  if (studio_draft_save (kept->draft, kept->study, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_saved (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  StudioForm *form = STUDIO_FORM (object);

  if (--form->saving == 0 && form->study != NULL && form->draft == NULL)
    studio_form_load_draft (form); /* it waited for this */
  if (!g_task_propagate_boolean (G_TASK (result), &error) && form->session != NULL)
    studio_session_notice (form->session, "What you set cannot be kept: %s", error->message);
}

static gboolean
on_save (gpointer data)
{
  StudioForm *form = data;
  g_autoptr (GTask) task = g_task_new (form, NULL, on_saved, NULL);
  Kept *kept = g_new (Kept, 1);

  form->save = 0;
  form->saving++;
  *kept = (Kept){ studio_draft_copy (form->draft), g_strdup (form->study->id) };
  g_task_set_task_data (task, kept, kept_free);
  studio_task_run (task, save_draft);
  return G_SOURCE_REMOVE;
}

void
studio_form_keep_soon (StudioForm *form)
{
  g_clear_handle_id (&form->save, g_source_remove);
  form->save = g_timeout_add (SAVE_MS, on_save, form);
}

void
studio_form_keep_now (StudioForm *form)
{
  if (form->save == 0)
    return;
  g_source_remove (form->save);
  on_save (form);
}

/* As the person prefers, where nothing was set for the study. */
static StudioDraft *
new_draft (void)
{
  StudioDraft *draft = studio_draft_new ();

  draft->cores = MIN (g_settings_get_uint (studio_settings (), "cores"), g_get_num_processors ());
  return draft;
}

/* ---- what can be undone ---- */

struct StudioFormStep
{
  StudioForm *form; /* of the window that undoes it */
  char *study, *param;
  StudioDraft *before;
  void (*put_back) (StudioDraft *draft, const StudioFormStep *step);
};

static void
step_free (gpointer data)
{
  StudioFormStep *step = data;

  if (step == NULL)
    return;
  g_free (step->study);
  g_free (step->param);
  studio_draft_free (step->before);
  g_free (step);
}

void
studio_form_drop_step (StudioForm *form)
{
  g_clear_pointer (&form->step, step_free);
}

/* FALSE: there is none for this study. */
static gboolean
take_step (StudioForm *form)
{
  g_autofree char *study = NULL;

  if (form->step == NULL || form->draft == NULL
      || !g_str_equal (form->step->study, form->study->id))
    return FALSE;
  form->step->put_back (form->draft, form->step);
  studio_form_drop_step (form);
  studio_form_show_draft (form);
  studio_form_changed (form);
  return TRUE;
}

/* It is seen, wherever the person has gone meanwhile. */
static void
undo (gpointer data)
{
  StudioFormStep *step = data, *taken = g_new (StudioFormStep, 1);
  StudioForm *form = step->form;

  *taken = *step;
  *step = (StudioFormStep){ NULL };
  studio_form_drop_step (form);
  form->step = taken;
  if (form->study == NULL || !gtk_widget_get_mapped (GTK_WIDGET (form))
      || !g_str_equal (taken->study, form->study->id))
    studio_window_show_study (studio_window_of (form), taken->study);
  else
    take_step (form);
}

/* Takes @before. */
static void
say (StudioForm *form, const char *text, StudioDraft *before, const char *param,
     void (*put_back) (StudioDraft *draft, const StudioFormStep *step))
{
  StudioFormStep *step = g_new (StudioFormStep, 1);

  *step = (StudioFormStep){ form, g_strdup (form->study->id), g_strdup (param), before, put_back };
  studio_window_toast_undo (studio_window_of (form), text, undo, step, step_free);
}

static void
put_back_all (StudioDraft *draft, const StudioFormStep *step)
{
  studio_draft_assign (draft, step->before);
}

static void
put_back_preset (StudioDraft *draft, const StudioFormStep *step)
{
  g_free (draft->preset);
  draft->preset = g_strdup (step->before->preset);
}

static void
put_back_param (StudioDraft *draft, const StudioFormStep *step)
{
  const StudioSetting *setting = studio_draft_get (step->before, step->param);

  studio_draft_set (draft, step->param, setting->text, setting->several);
}

void
studio_form_reset (StudioForm *form)
{
  g_autoptr (StudioDraft) fresh = new_draft ();

  if (form->draft == NULL)
    return;
  fresh->preset = g_strdup (form->draft->preset);
  say (form, "All is as the preset has it", studio_draft_copy (form->draft), NULL, put_back_all);
  studio_draft_assign (form->draft, fresh);
  studio_form_show_draft (form);
  studio_form_changed (form);
}

static const char *
title_of (const AssayStudyInfo *study, const char *param)
{
  for (guint i = 0; i < study->n_params; i++)
    if (g_str_equal (study->params[i].id, param) && study->params[i].title != NULL)
      return study->params[i].title;
  return param;
}

void
studio_form_reset_param (StudioForm *form, const char *param)
{
  g_autofree char *text
      = g_strdup_printf ("“%s” is as the preset has it", title_of (form->study, param));

  if (studio_draft_get (form->draft, param) == NULL)
    return;
  say (form, text, studio_draft_copy (form->draft), param, put_back_param);
  studio_draft_reset (form->draft, param);
  studio_form_changed (form);
}

/* What was changed stays, which is said where there is something. */
void
studio_form_set_preset (StudioForm *form, const AssayPreset *preset)
{
  guint n = g_hash_table_size (form->draft->settings);
  g_autofree char *text
      = g_strdup_printf (n == 1 ? "Another preset; %u value stays as you set it"
                                : "Another preset; %u values stay as you set them",
                         n);

  if (n > 0)
    say (form, text, studio_draft_copy (form->draft), NULL, put_back_preset);
  g_free (form->draft->preset);
  form->draft->preset = preset != NULL ? g_strdup (preset->id) : NULL;
  studio_form_changed (form);
}

/* ---- loading it ---- */

static void
load_draft (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_task_return_pointer (task, studio_draft_load (data), (GDestroyNotify) studio_draft_free);
}

/* A preset that the study has no more, or hides, is as none. */
static void
on_loaded (GObject *object, GAsyncResult *result, gpointer data)
{
  StudioForm *form = STUDIO_FORM (object);
  g_autoptr (GError) error = NULL;
  StudioDraft *draft = g_task_propagate_pointer (G_TASK (result), &error);

  if (error != NULL) /* another study is shown */
    return;
  if (draft == NULL)
    draft = new_draft ();
  if (draft->preset != NULL && !studio_preset_row_offers (form->preset, draft->preset))
    g_clear_pointer (&draft->preset, g_free);
  form->draft = draft;
  studio_form_show_draft (form);
  if (!take_step (form))
    studio_form_outline (form);
}

void
studio_form_load_draft (StudioForm *form)
{
  g_autoptr (GTask) task = NULL;

  if (form->saving > 0) /* it may be the same file */
    return;
  task = g_task_new (form, form->cancellable, on_loaded, NULL);
  g_task_set_task_data (task, g_strdup (form->study->id), g_free);
  studio_task_run (task, load_draft);
}

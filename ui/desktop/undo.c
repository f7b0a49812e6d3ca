/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/undo.h"

#define MOST 100 /* steps that are remembered */

typedef struct
{
  AdwToast *toast;
  StudioUndoFunc func;
  gpointer data;
  GDestroyNotify destroy;
} Step;

struct StudioUndo
{
  GSimpleAction *action;
  GQueue steps; /* of Step, newest first */
};

static void
step_free (gpointer data)
{
  Step *step = data;

  step->destroy (step->data);
  g_object_unref (step->toast);
  g_free (step);
}

static void
on_undo (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  StudioUndo *undo = data;
  Step *step = g_queue_pop_head (&undo->steps);

  g_simple_action_set_enabled (action, !g_queue_is_empty (&undo->steps));
  adw_toast_dismiss (step->toast);
  step->func (step->data);
  step_free (step);
}

StudioUndo *
studio_undo_new (GActionMap *map)
{
  StudioUndo *undo = g_new0 (StudioUndo, 1);

  undo->action = g_simple_action_new ("undo", NULL);
  g_simple_action_set_enabled (undo->action, FALSE);
  g_signal_connect (undo->action, "activate", G_CALLBACK (on_undo), undo);
  g_action_map_add_action (map, G_ACTION (undo->action));
  return undo;
}

void
studio_undo_free (StudioUndo *undo)
{
  g_simple_action_set_enabled (undo->action, FALSE);
  g_signal_handlers_disconnect_by_data (undo->action, undo);
  g_object_unref (undo->action);
  g_queue_clear_full (&undo->steps, step_free);
  g_free (undo);
}

void
studio_undo_add (StudioUndo *undo, AdwToast *toast, StudioUndoFunc func, gpointer data,
                 GDestroyNotify destroy)
{
  Step *before = g_queue_peek_head (&undo->steps), *step = g_new (Step, 1);

  if (before != NULL)
    adw_toast_dismiss (before->toast);
  *step = (Step){ g_object_ref (toast), func, data, destroy };
  g_queue_push_head (&undo->steps, step);
  if (undo->steps.length > MOST)
    step_free (g_queue_pop_tail (&undo->steps));
  adw_toast_set_priority (toast, ADW_TOAST_PRIORITY_HIGH); /* it is about what was done just now */
  adw_toast_set_button_label (toast, "_Undo");
  adw_toast_set_action_name (toast, "win.undo");
  g_simple_action_set_enabled (undo->action, TRUE);
}

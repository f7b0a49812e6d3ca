/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/run-commands.h"

#include "ui/desktop/queue-orders.h"
#include "ui/desktop/task.h"

#include "host/registry/json.h"
#include "host/run/supervisor.h"
#include <string.h>

typedef struct
{
  StudioRunCommand command;
  GStrv runs;
  char *text;
  AssayRegistry *registry; /* NULL: not scanned yet */
  AssayExportFormat format;
  GPtrArray *before;  /* JsonNode, see StudioRunOutcome: of runs that are done, or to be put back */
  const char *member; /* of the notes, that is put back */
} Work;

static void
work_free (gpointer data)
{
  Work *work = data;

  g_strfreev (work->runs);
  g_free (work->text);
  g_clear_pointer (&work->registry, assay_registry_unref);
  g_clear_pointer (&work->before, g_ptr_array_unref);
  g_free (work);
}

void
studio_run_outcome_free (StudioRunOutcome *outcome)
{
  if (outcome == NULL)
    return;
  g_strfreev (outcome->done);
  g_clear_pointer (&outcome->before, g_ptr_array_unref);
  g_free (outcome->sentence);
  g_free (outcome);
}

static void
node_free (gpointer node)
{
  if (node != NULL)
    json_node_unref (node);
}

/* ---- one run: the one of this number ---- */

/* The member of the notes that a command changes; NULL: it changes none. */
static const char *member_of (StudioRunCommand command);

/* Notes are read, changed and written: one thread at a time. */
static GMutex notes_lock;

static void
change_tags (JsonObject *notes, const char *text)
{
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func (g_free);
  JsonArray *old = assay_json_array (notes, "tags"), *array = json_array_new ();
  g_auto (GStrv) changes = g_strsplit (text, "\n", -1);

  for (guint i = 0; old != NULL && i < json_array_get_length (old); i++)
    {
      JsonNode *tag = json_array_get_element (old, i);

      if (JSON_NODE_HOLDS_VALUE (tag) && json_node_get_value_type (tag) == G_TYPE_STRING)
        g_ptr_array_add (kept, json_node_dup_string (tag));
    }
  for (char **change = changes; *change != NULL; change++)
    {
      const char *name = *change + (**change == '-');
      guint at;

      if (g_ptr_array_find_with_equal_func (kept, name, g_str_equal, &at))
        g_ptr_array_remove_index (kept, at);
      if (**change != '-' && *name != '\0')
        g_ptr_array_add (kept, g_strdup (name));
    }
  for (guint i = 0; i < kept->len; i++)
    json_array_add_string_element (array, kept->pdata[i]);
  json_object_set_array_member (notes, "tags", array);
}

static void
set_notes (JsonObject *notes, const Work *work)
{
  if (work->command == STUDIO_NOTE_RUNS)
    json_object_set_string_member (notes, "note", work->text);
  else if (work->command == STUDIO_TAG_RUNS)
    change_tags (notes, work->text);
  else
    json_object_set_boolean_member (notes, "star", work->command == STUDIO_STAR_RUNS);
}

static void
put_back (JsonObject *notes, const char *member, JsonNode *before)
{
  if (before != NULL)
    json_object_set_member (notes, member, json_node_copy (before));
  else
    json_object_remove_member (notes, member);
}

static gboolean
change_notes (AssayWorkspace *workspace, Work *work, guint i, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&notes_lock);
  g_autoptr (AssayRunDir) dir = assay_run_dir_open (workspace, work->runs[i], error);
  const char *member = member_of (work->command);
  g_autoptr (JsonObject) notes = NULL;
  g_autoptr (JsonNode) before = NULL;

  if (dir == NULL)
    return FALSE;
  notes = dir->notes != NULL ? json_object_ref (dir->notes) : json_object_new ();
  if (member != NULL)
    before = json_object_dup_member (notes, member);
  if (member != NULL)
    set_notes (notes, work);
  else
    put_back (notes, work->member, work->before->pdata[i]);
  if (!assay_run_dir_save_notes (dir, notes, error))
    return FALSE;
  if (member != NULL)
    g_ptr_array_add (work->before, g_steal_pointer (&before));
  return TRUE;
}

static gboolean
cancel_run (AssayWorkspace *workspace, Work *work, guint i, GError **error)
{
  return assay_run_cancel (workspace, work->runs[i], error);
}

static gboolean
delete_run (AssayWorkspace *workspace, Work *work, guint i, GError **error)
{
  return assay_run_trash (workspace, work->runs[i], error);
}

static gboolean
restore_run (AssayWorkspace *workspace, Work *work, guint i, GError **error)
{
  return assay_run_restore (workspace, work->runs[i], error);
}

/* ---- runs of one plan ---- */

static gboolean
is_alive (const AssayRunDir *dir)
{
  return dir->state == ASSAY_QUEUED || dir->state == ASSAY_RUNNING;
}

/* As their plan was executed, if it is still there. */
static gboolean
start_again (AssayWorkspace *workspace, const Work *work, GPtrArray *dirs, GError **error)
{
  const AssayRunDir *first = dirs->pdata[0];
  g_autoptr (AssayStudyInfo) info
      = work->registry != NULL ? assay_registry_study (work->registry, first->study, error) : NULL;
  g_autoptr (AssayPlan) old = NULL;
  g_autoptr (AssayPlan) plan = NULL;

  if (work->registry == NULL)
    g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "The plugins are not known yet");
  if (info == NULL)
    return FALSE;
  plan = assay_plan_of_runs (info, (AssayRunDir **) dirs->pdata, dirs->len, error);
  if (plan != NULL && first->plan != NULL)
    old = assay_plan_open (workspace, work->registry, first->plan, NULL);
  return plan != NULL
         && studio_execute_as (workspace, plan, old, work->command == STUDIO_RESUME_RUNS, error);
}

/* Runs without a plan are together by study. */
static void
add_to_plan (GHashTable *plans, AssayRunDir *dir)
{
  const char *plan = dir->plan != NULL ? dir->plan : dir->study;
  GPtrArray *list = g_hash_table_lookup (plans, plan);

  if (list == NULL)
    {
      list = g_ptr_array_new_with_free_func ((GDestroyNotify) assay_run_dir_free);
      g_hash_table_insert (plans, g_strdup (plan), list);
    }
  g_ptr_array_add (list, dir);
}

/* A plan for each of which runs are; returns the runs whose plan began. */
static void
run_again (AssayWorkspace *workspace, const Work *work, GStrvBuilder *done, GError **error)
{
  g_autoptr (GHashTable) plans
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  GHashTableIter iter;
  gpointer list;

  for (char **run = work->runs; *run != NULL; run++)
    {
      GError **place = *error == NULL ? error : NULL;
      AssayRunDir *dir = assay_run_dir_open (workspace, *run, place);

      if (dir == NULL)
        continue;
      if (work->command == STUDIO_RESUME_RUNS && (is_alive (dir) || dir->state == ASSAY_DONE))
        {
          g_set_error (place, ASSAY_ERROR, ASSAY_ERROR_USAGE, "Run %s is %s: nothing to resume",
                       *run, assay_state_name (dir->state));
          assay_run_dir_free (dir);
          continue;
        }
      add_to_plan (plans, dir);
    }
  g_hash_table_iter_init (&iter, plans);
  while (g_hash_table_iter_next (&iter, NULL, &list))
    if (start_again (workspace, work, list, *error == NULL ? error : NULL))
      for (guint i = 0; i < ((GPtrArray *) list)->len; i++)
        g_strv_builder_add (done, ((AssayRunDir *) ((GPtrArray *) list)->pdata[i])->id);
}

/* ---- all of them ---- */

static const struct
{
  gboolean (*each) (AssayWorkspace *workspace, Work *work, guint i, GError **error);
  const char *one, *many; /* what was done, in words */
  const char *member;     /* of the notes */
  StudioRunCommand undo;  /* 0: none */
} commands[STUDIO_N_RUN_COMMANDS] = {
  [STUDIO_CANCEL_RUNS] = { cancel_run, "The run was asked to end", "%u runs were asked to end" },
  [STUDIO_DELETE_RUNS] = { delete_run, "Run moved to the trash", "%u runs moved to the trash", NULL,
                           STUDIO_RESTORE_RUNS },
  [STUDIO_RESTORE_RUNS] = { restore_run, "The run is back", "%u runs are back" },
  [STUDIO_STAR_RUNS]
  = { change_notes, "Starred", "%u runs starred", "star", STUDIO_PUT_NOTES_BACK },
  [STUDIO_UNSTAR_RUNS]
  = { change_notes, "Star taken away", "%u stars taken away", "star", STUDIO_PUT_NOTES_BACK },
  [STUDIO_NOTE_RUNS]
  = { change_notes, "Note saved", "Note saved for %u runs", "note", STUDIO_PUT_NOTES_BACK },
  [STUDIO_TAG_RUNS]
  = { change_notes, "Tags saved", "Tags saved for %u runs", "tags", STUDIO_PUT_NOTES_BACK },
  [STUDIO_RETRY_RUNS] = { NULL, "A new run was started", "%u new runs were started" },
  [STUDIO_RESUME_RUNS] = { NULL, "The run goes on", "%u runs go on" },
  [STUDIO_PUT_NOTES_BACK] = { change_notes, "The run is as before", "%u runs are as before" },
};

static const char *
member_of (StudioRunCommand command)
{
  return commands[command].member;
}

static char *
make_sentence (StudioRunCommand command, guint done, guint wanted, const GError *error)
{
  GString *text = g_string_new (NULL);

  if (done == 1)
    g_string_append (text, commands[command].one);
  else if (done > 1)
    {
      g_auto (GStrv) parts = g_strsplit (commands[command].many, "%u", 2);

      g_string_append_printf (text, "%s%u%s", parts[0], done, parts[1]);
    }
  if (error != NULL && done > 0)
    g_string_append_printf (text, "; %u not: ", wanted - done);
  if (error != NULL)
    g_string_append (text, error->message);
  return g_string_free (text, FALSE);
}

static void
do_command (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Work *work = data;
  AssayWorkspace *workspace = studio_session_workspace (source);
  g_autoptr (GStrvBuilder) done = g_strv_builder_new ();
  g_autoptr (GError) error = NULL;
  StudioRunOutcome *outcome = g_new0 (StudioRunOutcome, 1);

  if (commands[work->command].each == NULL)
    run_again (workspace, work, done, &error);
  else
    for (guint i = 0; work->runs[i] != NULL; i++)
      if (commands[work->command].each (workspace, work, i, error == NULL ? &error : NULL))
        g_strv_builder_add (done, work->runs[i]);
  outcome->command = work->command;
  outcome->done = g_strv_builder_end (done);
  outcome->before = member_of (work->command) != NULL ? g_steal_pointer (&work->before) : NULL;
  outcome->failed = error != NULL;
  outcome->sentence = make_sentence (work->command, g_strv_length (outcome->done),
                                     g_strv_length (work->runs), error);
  g_task_return_pointer (task, outcome, (GDestroyNotify) studio_run_outcome_free);
}

static GTask *
new_task (StudioSession *session, const Work *content, GCancellable *cancellable,
          GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (session, cancellable, callback, data);
  AssayRegistry *registry = studio_session_registry (session);
  Work *work = g_new (Work, 1);

  *work = *content;
  work->registry = registry != NULL ? assay_registry_ref (registry) : NULL;
  g_task_set_task_data (task, work, work_free);
  return task;
}

void
studio_run_command (StudioSession *session, StudioRunCommand command, const char *const *runs,
                    const char *text, GCancellable *cancellable, GAsyncReadyCallback callback,
                    gpointer data)
{
  g_autoptr (GTask) task
      = new_task (session,
                  &(Work){ .command = command,
                           .runs = g_strdupv ((GStrv) runs),
                           .text = g_strdup (text),
                           .before = g_ptr_array_new_with_free_func (node_free) },
                  cancellable, callback, data);

  studio_task_run (task, do_command);
}

gboolean
studio_run_outcome_can_be_undone (const StudioRunOutcome *outcome)
{
  return commands[outcome->command].undo != 0 && outcome->done[0] != NULL;
}

void
studio_run_command_undo (StudioSession *session, StudioRunOutcome *outcome,
                         GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (StudioRunOutcome) taken = outcome;
  g_autoptr (GTask) task = new_task (session,
                                     &(Work){ .command = commands[taken->command].undo,
                                              .runs = g_steal_pointer (&taken->done),
                                              .before = g_steal_pointer (&taken->before),
                                              .member = member_of (taken->command) },
                                     cancellable, callback, data);

  studio_task_run (task, do_command);
}

static void
do_export (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Work *work = data;
  GError *error = NULL;

  if (assay_export_file (studio_session_workspace (source), (const char *const *) work->runs,
                         work->format, NULL, work->text, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
studio_run_export (StudioSession *session, const char *const *runs, AssayExportFormat format,
                   const char *path, GCancellable *cancellable, GAsyncReadyCallback callback,
                   gpointer data)
{
  g_autoptr (GTask) task = new_task (
      session,
      &(Work){ .runs = g_strdupv ((GStrv) runs), .text = g_strdup (path), .format = format },
      cancellable, callback, data);

  studio_task_run (task, do_export);
}

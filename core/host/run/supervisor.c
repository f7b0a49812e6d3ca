/* SPDX-License-Identifier: Apache-2.0
 *
 * Executes a plan: one process a run, as many at once as the budget of cores allows.
 */
#include "host/run/supervisor.h"
#include "host/registry/json.h"
#include "host/run/assign.h"
#include "host/run/child.h"
#include "host/run/environ.h"
#include "host/run/lock.h"
#include "host/run/provenance.h"

#include <glib-unix.h>
#include <string.h>

#define TICK 50 /* milliseconds: limits are looked at so often, progress every fourth time */

typedef struct
{
  AssayWorkspace *workspace;
  AssayPlan *plan;
  const AssaySuperviseOptions *options;
  GCancellable *cancellable;
  AssayRunEventFunc func;
  gpointer data;
  AssayPlanResult *result;
  AssayChildOptions child_options;
  AssayAssignment *assignment; /* [n]: what is to be done with each run */
  GMainContext *context;
  GPtrArray *children; /* AssayChild, living */
  guint next;          /* run to look at next */
  guint cores, cores_taken;
  guint ticks;
  gboolean stopping;
} Supervisor;

static void
tell (Supervisor *s, guint index, AssayState state, double progress, const char *doing,
      const char *reason)
{
  AssayRunEvent event = { .index = index,
                          .run = s->plan->runs[index],
                          .state = state,
                          .progress = progress,
                          .doing = doing,
                          .reason = reason,
                          .reused = s->assignment[index] == ASSAY_ASSIGN_REUSED };

  if (s->func)
    s->func (&event, s->data);
}

static char *
run_path (Supervisor *s, guint index)
{
  return g_build_filename (assay_workspace_path (s->workspace), "runs", s->plan->runs[index], NULL);
}

/* ---- how runs end ---- */

static void
count (Supervisor *s, AssayState state)
{
  guint *counters[ASSAY_N_STATES] = {
    [ASSAY_DONE] = &s->result->done,
    [ASSAY_FAILED] = &s->result->failed,
    [ASSAY_CANCELLED] = &s->result->cancelled,
    [ASSAY_INTERRUPTED] = &s->result->interrupted,
  };

  if (counters[state])
    ++*counters[state];
  if (s->options->max_failures && s->result->failed >= s->options->max_failures)
    s->stopping = TRUE;
}

static void
finish_child (Supervisor *s, AssayChild *child)
{
  g_autofree char *reason = NULL;
  AssayState state = assay_child_settle (child, &reason);
  guint index = child->index;

  s->cores_taken -= child->cores;
  g_ptr_array_remove_fast (s->children, child);
  count (s, state);
  tell (s, index, state, state == ASSAY_DONE, NULL, reason);
}

static gboolean
on_child_end (int fd, GIOCondition condition, gpointer data)
{
  Supervisor *s = data;

  /* One wake-up may stand for several children. */
  for (guint i = s->children->len; i-- > 0;)
    if (assay_child_reap (s->children->pdata[i]))
      finish_child (s, s->children->pdata[i]);
  return G_SOURCE_CONTINUE;
}

static void
watch_exit (Supervisor *s, AssayChild *child)
{
  if (child->pidfd < 0)
    return; /* the tick looks */
  child->source = g_unix_fd_source_new (child->pidfd, G_IO_IN);
  g_source_set_callback (child->source, G_SOURCE_FUNC (on_child_end), s, NULL);
  g_source_attach (child->source, s->context);
}

/* ---- starting runs ---- */

static void
start_run (Supervisor *s, guint index, guint cores)
{
  g_autofree char *dir = run_path (s, index);
  g_autoptr (GError) error = NULL;
  AssayChild *child = assay_child_start (&s->child_options, dir, index, &error);

  if (!child)
    {
      const AssayStatus status = {
        .state = ASSAY_FAILED, .attempt = 1, .reason = error->message, .exit_code = -1, .signal = -1
      };

      assay_status_write (dir, &status, TRUE, NULL);
      count (s, ASSAY_FAILED);
      tell (s, index, ASSAY_FAILED, 0, NULL, error->message);
      return;
    }
  child->cores = cores;
  s->cores_taken += cores;
  g_ptr_array_add (s->children, child);
  watch_exit (s, child);
  tell (s, index, ASSAY_RUNNING, 0, NULL, NULL);
}

static guint
cores_of (Supervisor *s, guint index)
{
  return MIN (assay_spec_threads (s->plan->specs->pdata[index]), s->cores);
}

/** Starts what fits into the budget, in the order of the plan. */
static void
start_runs (Supervisor *s)
{
  while (!s->stopping && s->next < s->plan->specs->len)
    {
      guint index = s->next, cores = cores_of (s, index);

      if (s->assignment[index] == ASSAY_ASSIGN_REUSED)
        {
          s->next++;
          continue;
        }
      if (s->cores_taken + cores > s->cores)
        return;
      s->next++;
      start_run (s, index, cores);
    }
}

/** Runs that will not be started say so. */
static void
drop_rest (Supervisor *s)
{
  gboolean failures = s->options->max_failures && s->result->failed >= s->options->max_failures;
  const AssayStatus status
      = { .state = ASSAY_CANCELLED,
          .attempt = 1,
          .reason = failures ? "not started: the plan stopped after too many failures"
                             : "not started: the plan was cancelled",
          .exit_code = -1,
          .signal = -1 };

  for (; s->next < s->plan->specs->len; s->next++)
    {
      g_autofree char *dir = NULL;

      if (s->assignment[s->next] == ASSAY_ASSIGN_REUSED)
        continue;
      dir = run_path (s, s->next);
      assay_status_write (dir, &status, FALSE, NULL);
      s->result->not_started++;
      tell (s, s->next, ASSAY_CANCELLED, 0, NULL, status.reason);
    }
}

/* ---- while they run ---- */

static void
look_at_progress (Supervisor *s, AssayChild *child)
{
  double fraction;
  const char *doing;

  if (s->func && assay_child_progress (child, &fraction, &doing))
    tell (s, child->index, ASSAY_RUNNING, fraction, doing, NULL);
}

static void
cancel_children (Supervisor *s)
{
  s->stopping = TRUE;
  for (guint i = 0; i < s->children->len; i++)
    {
      AssayChild *child = s->children->pdata[i];

      child->cancelled = TRUE;
      assay_child_ask_to_end (child, &s->child_options);
    }
}

static gboolean
on_tick (gpointer data)
{
  Supervisor *s = data;

  s->ticks++;
  on_child_end (-1, 0, s);
  if (s->cancellable && g_cancellable_is_cancelled (s->cancellable))
    cancel_children (s);
  for (guint i = 0; i < s->children->len; i++)
    {
      assay_child_check (s->children->pdata[i], &s->child_options);
      if (s->ticks % 4 == 0)
        look_at_progress (s, s->children->pdata[i]);
    }
  return G_SOURCE_CONTINUE;
}

static void
run_processes (Supervisor *s)
{
  GSource *tick = g_timeout_source_new (TICK);

  s->context = g_main_context_new ();
  s->children = g_ptr_array_new_with_free_func ((GDestroyNotify) assay_child_free);
  g_main_context_push_thread_default (s->context);
  g_source_set_callback (tick, on_tick, s, NULL);
  g_source_attach (tick, s->context);
  for (;;)
    {
      if (s->cancellable && g_cancellable_is_cancelled (s->cancellable))
        cancel_children (s);
      start_runs (s);
      if (!s->children->len)
        break;
      g_main_context_iteration (s->context, TRUE);
    }
  g_source_destroy (tick);
  g_source_unref (tick);
  g_main_context_pop_thread_default (s->context);
  g_ptr_array_unref (s->children);
  g_main_context_unref (s->context);
}

/* ---- inline ---- */

typedef struct
{
  Supervisor *s;
  guint index;
} InlineRun;

static void
on_inline (const AssayRunEvent *event, gpointer data)
{
  InlineRun *run = data;

  tell (run->s, run->index, event->state, event->progress, event->doing, event->reason);
}

static void
run_inline (Supervisor *s)
{
  for (; s->next < s->plan->specs->len && !s->stopping; s->next++)
    {
      InlineRun run = { s, s->next };
      g_autofree char *dir = NULL;
      g_autoptr (GError) error = NULL;
      AssayState state;

      if (s->assignment[s->next] == ASSAY_ASSIGN_REUSED)
        continue;
      if (s->cancellable && g_cancellable_is_cancelled (s->cancellable))
        break;
      dir = run_path (s, s->next);
      tell (s, s->next, ASSAY_RUNNING, 0, NULL, NULL);
      state = assay_run_execute (dir, s->plan->study, s->cancellable, on_inline, &run, &error);
      count (s, state);
      tell (s, s->next, state, state == ASSAY_DONE, NULL, error ? error->message : NULL);
    }
}

/* ---- the whole ---- */

static JsonObject *
limits_object (const AssaySuperviseOptions *options)
{
  JsonObject *object = json_object_new ();

  json_object_set_double_member (object, "time", options->time_limit);
  json_object_set_double_member (object, "grace", options->grace > 0 ? options->grace : 5);
  json_object_set_int_member (object, "memory", (gint64) options->memory_limit);
  json_object_set_int_member (
      object, "log", (gint64) (options->log_limit ? options->log_limit : ASSAY_DEFAULT_LOG_LIMIT));
  return object;
}

static gboolean
assign_runs (Supervisor *s, GError **error)
{
  g_auto (GStrv) plugins = NULL;
  AssayRunTemplate shared = { .workspace = s->workspace, .plan = s->plan };
  gboolean assigned;

  if (!assay_environment_plugins (s->plan->study, &plugins, error))
    return FALSE;
  shared.plugins = plugins;
  shared.cpu = s->options->cpu ? s->options->cpu : "auto";
  shared.limits = limits_object (s->options);
  shared.env = assay_provenance (s->plan, (const char *const *) plugins, shared.cpu);
  assigned = assay_assign_runs (&shared, s->options->resume, s->cancellable, s->assignment, error);
  json_object_unref (shared.limits);
  json_object_unref (shared.env);
  for (guint i = 0; assigned && i < s->plan->specs->len; i++)
    {
      gboolean reused = s->assignment[i] == ASSAY_ASSIGN_REUSED;

      s->result->reused += reused;
      tell (s, i, reused ? ASSAY_DONE : ASSAY_QUEUED, reused, NULL, NULL);
    }
  return assigned;
}

static gboolean
supervise (Supervisor *s, GError **error)
{
  g_auto (GStrv) child_environ = assay_runner_environ (s->options->cpu, error);
  g_autofree char *program = child_environ ? assay_program_path ("assay-runner", error) : NULL;

  if (!program || !assign_runs (s, error) || !assay_plan_save (s->plan, s->workspace, error))
    return FALSE;
  s->child_options = (AssayChildOptions){
    .program = program,
    .environ = child_environ,
    .time_limit = s->options->time_limit,
    .grace = s->options->grace > 0 ? s->options->grace : 5,
    .memory_limit = s->options->memory_limit,
  };
  if (s->options->inline_)
    run_inline (s);
  else
    run_processes (s);
  drop_rest (s);
  return TRUE;
}

gboolean
assay_supervise (AssayWorkspace *workspace, AssayPlan *plan, const AssaySuperviseOptions *options,
                 GCancellable *cancellable, AssayRunEventFunc func, gpointer data,
                 AssayPlanResult *result, GError **error)
{
  AssayPlanResult own = { 0 };
  Supervisor s = { .workspace = workspace,
                   .plan = plan,
                   .options = options,
                   .cancellable = cancellable,
                   .func = func,
                   .data = data,
                   .result = result ? result : &own,
                   .cores = options->cores ? options->cores : g_get_num_processors () };
  gboolean done;
  int lock;

  *s.result = own;
  if (plan->study->blocked)
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_INCOMPATIBLE, "%s cannot run: %s",
                   plan->study->id, plan->study->blocked);
      return FALSE;
    }
  if (g_strcmp0 (plan->identity, plan->study->identity) != 0)
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_INCOMPATIBLE,
                   "The code of %s has changed since plan %s was made: plan it again",
                   plan->study->id, plan->id);
      return FALSE;
    }
  assay_plan_set_options (plan, options);
  lock = assay_plan_lock (plan, workspace, error);
  if (lock < 0)
    return FALSE;
  s.assignment = g_new0 (AssayAssignment, plan->specs->len + 1);
  done = assay_plan_save (plan, workspace, error) && supervise (&s, error);
  g_free (s.assignment);
  assay_lock_release (lock);
  return done;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/queue.h"

#include "host/registry/json.h"
#include "host/run/supervisor.h"
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define NEWEST 20     /* plans that are shown */
#define LOCKS 200     /* plans that are asked whether they are executed */
#define FAILURES 5    /* that are shown at once */
#define WAITING 5     /* the same of runs that wait */
#define TIMED 200     /* finished runs whose times count for the rest */
#define MANY 2000     /* runs of a plan; parameters of larger ones are not compared */
#define DIFFERENCES 3 /* parameters that tell one run from another */

/* What a plan's file says, as long as the file is the same. */
typedef struct
{
  gint64 size, changed;
  StudioQueuePlan *plan;
  GStrv differing; /* parameters that are not the same in all runs */
} Known;

struct _StudioQueueReader
{
  AssayWorkspace *workspace;
  GHashTable *known; /* id -> Known */
  GHashTable *tails; /* run -> AssayProgressTail */
};

static void
run_free (gpointer data)
{
  StudioQueueRun *run = data;

  g_free (run->id);
  g_free (run->what);
  g_free (run->doing);
  g_free (run->reason);
  g_free (run);
}

static void
plan_free (gpointer data)
{
  StudioQueuePlan *plan = data;

  g_free (plan->id);
  g_free (plan->study);
  g_free (plan->title);
  g_free (plan->preset);
  g_free (plan->problem);
  g_clear_pointer (&plan->runs, g_ptr_array_unref);
  g_clear_pointer (&plan->running, g_ptr_array_unref);
  g_clear_pointer (&plan->waiting, g_ptr_array_unref);
  g_clear_pointer (&plan->failed, g_ptr_array_unref);
  g_free (plan);
}

static void
known_free (gpointer data)
{
  Known *known = data;

  plan_free (known->plan);
  g_strfreev (known->differing);
  g_free (known);
}

StudioQueueReader *
studio_queue_reader_new (AssayWorkspace *workspace)
{
  StudioQueueReader *reader = g_new (StudioQueueReader, 1);

  reader->workspace = workspace;
  reader->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, known_free);
  reader->tails = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                         (GDestroyNotify) assay_progress_tail_free);
  return reader;
}

void
studio_queue_reader_free (StudioQueueReader *reader)
{
  if (reader == NULL)
    return;
  g_hash_table_unref (reader->known);
  g_hash_table_unref (reader->tails);
  g_free (reader);
}

/* ---- the plan's file ---- */

static GStrv
differing_params (const AssayPlan *plan)
{
  GPtrArray *ids = g_ptr_array_new ();
  const AssaySpec *first = plan->specs->len > 0 ? plan->specs->pdata[0] : NULL;

  for (guint i = 0; i < plan->study->n_params && plan->specs->len <= MANY; i++)
    for (guint k = 1; k < plan->specs->len; k++)
      {
        const AssaySpec *spec = plan->specs->pdata[k];

        if (spec->applies[i] == first->applies[i]
            && g_strcmp0 (spec->values[i], first->values[i]) == 0)
          continue;
        g_ptr_array_add (ids, g_strdup (plan->study->params[i].id));
        break;
      }
  g_ptr_array_add (ids, NULL);
  return (GStrv) g_ptr_array_free (ids, FALSE);
}

static GPtrArray *
assigned_runs (const AssayPlan *plan)
{
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < plan->specs->len; i++)
    if (plan->runs[i] != NULL)
      g_ptr_array_add (ids, g_strdup (plan->runs[i]));
  g_ptr_array_add (ids, NULL);
  return ids;
}

static void
take_plan (Known *known, const AssayPlan *plan)
{
  StudioQueuePlan *told = known->plan;

  told->study = g_strdup (plan->study->id);
  told->title = g_strdup (plan->study->title != NULL ? plan->study->title : plan->study->id);
  told->preset = g_strdup (plan->preset);
  told->created = plan->created;
  told->cores = plan->options != NULL ? (guint) assay_json_int (plan->options, "cores", 0) : 0;
  told->runs = assigned_runs (plan);
  told->n = plan->specs->len;
  known->differing = differing_params (plan);
}

static Known *
know_plan (StudioQueueReader *reader, AssayRegistry *registry, const char *id)
{
  g_autofree char *name = g_strconcat (id, ".json", NULL);
  g_autofree char *path = assay_workspace_file (reader->workspace, "plans", name, NULL);
  Known *known = g_hash_table_lookup (reader->known, id);
  g_autoptr (AssayPlan) plan = NULL;
  g_autoptr (GError) error = NULL;
  GStatBuf st;
  gint64 changed;

  if (path == NULL || g_stat (path, &st) != 0)
    return NULL;
  changed = (gint64) st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
  if (known != NULL && known->size == st.st_size && known->changed == changed)
    return known;
  known = g_new0 (Known, 1);
  known->size = st.st_size;
  known->changed = changed;
  known->plan = g_new0 (StudioQueuePlan, 1);
  known->plan->id = g_strdup (id);
  plan = assay_plan_open (reader->workspace, registry, id, &error);
  if (plan != NULL)
    take_plan (known, plan);
  else
    known->plan->problem = g_strdup (error->message);
  g_hash_table_replace (reader->known, g_strdup (id), known);
  return known;
}

/* ---- its runs ---- */

static AssayRunRows *
query (AssayIndex *index, const char *plan, const char *states, guint limit)
{
  g_autofree char *text = g_strdup_printf ("plan=%s status=%s", plan, states);
  g_autoptr (AssayFilter) filter = assay_filter_parse (text, NULL);
  const AssayIndexQuery asked = { .filter = filter, .limit = limit };

  return assay_index_query (index, &asked, NULL);
}

static void
count_states (StudioQueuePlan *plan, AssayIndex *index)
{
  static const char *const by[] = { "status", NULL };
  g_autofree char *text = g_strdup_printf ("plan=%s", plan->id);
  g_autoptr (AssayFilter) filter = assay_filter_parse (text, NULL);
  const AssayGroupQuery asked = { .filter = filter, .by = by };
  g_autoptr (AssayRunGroups) groups = assay_index_group (index, &asked, NULL);
  guint own = 0, assigned = plan->runs->len - 1;

  for (guint i = 0; groups != NULL && i < groups->groups->len; i++)
    {
      const AssayRunGroup *group = &g_array_index (groups->groups, AssayRunGroup, i);

      for (guint s = 0; s < ASSAY_N_STATES; s++)
        if (g_strcmp0 (group->values[0], assay_state_name (s)) == 0)
          plan->counts[s] = group->n_runs;
      own += group->n_runs;
    }
  plan->elsewhere = assigned > own ? assigned - own : 0;
}

/* "seed 3 · agent=graph" */
static char *
what_of (const Known *known, const AssayRunRow *row)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint shown = 0;

  g_string_append_printf (text, "seed %" G_GUINT64_FORMAT, row->seed);
  for (guint i = 0; known->differing[i] != NULL && shown < DIFFERENCES; i++)
    {
      g_autofree char *value = assay_run_row_value (row, known->differing[i]);

      if (value == NULL)
        continue;
      g_string_append_printf (text, " · %s=%s", known->differing[i], value);
      shown++;
    }
  return g_strdup (text->str);
}

static StudioQueueRun *
run_new (const Known *known, const AssayRunRow *row)
{
  StudioQueueRun *run = g_new0 (StudioQueueRun, 1);

  run->id = g_strdup (row->id);
  run->what = what_of (known, row);
  run->reason = g_strdup (row->reason);
  run->remaining = NAN;
  return run;
}

/* The log is read on from where it was read to the last time. */
static void
read_progress (StudioQueueReader *reader, StudioQueueRun *run, double started)
{
  AssayProgressTail *tail = g_hash_table_lookup (reader->tails, run->id);
  double elapsed = (double) g_get_real_time () / 1e6 - started;
  const char *doing = NULL;

  if (tail == NULL)
    {
      g_autofree char *folder = assay_workspace_file (reader->workspace, "runs", run->id, NULL);
      g_autofree char *log
          = folder != NULL ? g_build_filename (folder, "metrics.alog", NULL) : NULL;

      tail = log != NULL ? assay_progress_tail_new (log) : NULL;
      if (tail == NULL)
        return;
      g_hash_table_insert (reader->tails, g_strdup (run->id), tail);
    }
  assay_progress_tail_poll (tail);
  run->fraction = assay_progress_tail_last (tail, &doing);
  run->doing = g_strdup (doing);
  if (run->fraction > 0.01 && elapsed > 1)
    run->remaining = elapsed * (1 - run->fraction) / run->fraction;
}

static void
read_running (StudioQueueReader *reader, const Known *known, StudioQueuePlan *plan,
              AssayIndex *index)
{
  g_autoptr (AssayRunRows) rows = query (index, plan->id, "running", 0);

  for (guint i = 0; rows != NULL && i < rows->rows->len; i++)
    {
      const AssayRunRow *row = &g_array_index (rows->rows, AssayRunRow, i);
      StudioQueueRun *run = run_new (known, row);

      read_progress (reader, run, row->started);
      g_ptr_array_add (plan->running, run);
    }
}

static void
read_some (const Known *known, GPtrArray *runs, const char *states, guint limit, AssayIndex *index)
{
  g_autoptr (AssayRunRows) rows = query (index, known->plan->id, states, limit);

  for (guint i = 0; rows != NULL && i < rows->rows->len; i++)
    g_ptr_array_add (runs, run_new (known, &g_array_index (rows->rows, AssayRunRow, i)));
}

/* Mean seconds of a finished run; where none has finished, what the running ones promise. */
static double
seconds_of_a_run (const StudioQueuePlan *plan, AssayIndex *index)
{
  g_autoptr (AssayRunRows) rows = query (index, plan->id, "done", TIMED);
  double sum = 0;
  guint n = 0;

  for (guint i = 0; rows != NULL && i < rows->rows->len; i++)
    {
      const AssayRunRow *row = &g_array_index (rows->rows, AssayRunRow, i);

      sum += MAX (row->finished - row->started, 0);
      n++;
    }
  for (guint i = 0; n == 0 && i < plan->running->len; i++)
    {
      const StudioQueueRun *run = plan->running->pdata[i];

      if (!isnan (run->remaining))
        return run->remaining / (1 - MIN (run->fraction, 0.99));
    }
  return n > 0 ? sum / n : NAN;
}

static void
estimate (StudioQueuePlan *plan, AssayIndex *index)
{
  guint ended = 0, side_by_side = MAX (plan->running->len, 1);
  double moving = 0, left = plan->counts[ASSAY_QUEUED];
  guint own = plan->counts[ASSAY_QUEUED] + plan->counts[ASSAY_RUNNING];

  for (guint s = ASSAY_DONE; s < ASSAY_N_STATES; s++)
    ended += plan->counts[s];
  for (guint i = 0; i < plan->running->len; i++)
    moving += ((StudioQueueRun *) plan->running->pdata[i])->fraction;
  own += ended;
  left += plan->running->len - moving;
  plan->fraction = own > 0 ? (ended + moving) / own : plan->elsewhere > 0 ? 1 : 0;
  plan->remaining = plan->live ? seconds_of_a_run (plan, index) * left / side_by_side : NAN;
}

static StudioQueuePlan *
plan_now (StudioQueueReader *reader, const Known *known, gboolean live, AssayIndex *index)
{
  StudioQueuePlan *plan = g_memdup2 (known->plan, sizeof *plan);

  plan->id = g_strdup (plan->id);
  plan->study = g_strdup (plan->study);
  plan->title = g_strdup (plan->title);
  plan->preset = g_strdup (plan->preset);
  plan->problem = g_strdup (plan->problem);
  plan->runs = plan->runs != NULL ? g_ptr_array_ref (plan->runs) : NULL;
  plan->live = live;
  plan->running = g_ptr_array_new_with_free_func (run_free);
  plan->waiting = g_ptr_array_new_with_free_func (run_free);
  plan->failed = g_ptr_array_new_with_free_func (run_free);
  if (plan->problem != NULL)
    return plan;
  count_states (plan, index);
  /* Where the supervisor has just ended the index has not seen yet what became of the runs. */
  plan->live = live || plan->counts[ASSAY_QUEUED] + plan->counts[ASSAY_RUNNING] > 0;
  if (plan->live)
    read_running (reader, known, plan, index);
  if (plan->counts[ASSAY_FAILED] + plan->counts[ASSAY_INTERRUPTED] > 0)
    read_some (known, plan->failed, "failed,interrupted", FAILURES, index);
  if (plan->counts[ASSAY_QUEUED] > 0)
    read_some (known, plan->waiting, "queued", WAITING, index);
  estimate (plan, index);
  return plan;
}

static gboolean
is_not_running (gpointer id, gpointer tail, gpointer plans)
{
  for (guint i = 0; i < ((GPtrArray *) plans)->len; i++)
    {
      const StudioQueuePlan *plan = ((GPtrArray *) plans)->pdata[i];

      for (guint k = 0; k < plan->running->len; k++)
        if (strcmp (((StudioQueueRun *) plan->running->pdata[k])->id, id) == 0)
          return FALSE;
    }
  return TRUE;
}

gboolean
studio_queue_plan_can_be_resumed (const StudioQueuePlan *plan)
{
  return plan->problem == NULL && !plan->live
         && plan->counts[ASSAY_FAILED] + plan->counts[ASSAY_CANCELLED]
                    + plan->counts[ASSAY_INTERRUPTED] + plan->counts[ASSAY_QUEUED]
                > 0;
}

GPtrArray *
studio_queue_read (StudioQueueReader *reader, AssayRegistry *registry, AssayIndex *index)
{
  GPtrArray *plans = g_ptr_array_new_with_free_func (plan_free);
  g_auto (GStrv) ids = assay_workspace_list (reader->workspace, "plans", NULL);
  guint n = ids != NULL ? g_strv_length (ids) : 0;

  for (guint k = 0; k < MIN (n, LOCKS); k++)
    {
      const char *id = ids[n - 1 - k]; /* they begin with the time of their making */
      gboolean live = assay_plan_is_executed (reader->workspace, id);
      const Known *known = k < NEWEST || live ? know_plan (reader, registry, id) : NULL;

      if (known != NULL)
        g_ptr_array_add (plans, plan_now (reader, known, live, index));
    }
  g_hash_table_foreach_remove (reader->tails, is_not_running, plans);
  return plans;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/queue.h"
#include "ui/desktop/queue-plan.h"
#include "ui/desktop/queue-progress.h"

#include "host/registry/json.h"
#include "host/run/supervisor.h"
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define NEWEST 20  /* plans that are shown */
#define LOCKS 200  /* plans that are asked whether they are executed */
#define FAILURES 5 /* that are shown at once */
#define WAITING 5  /* the same of runs that wait */
#define AHEAD 20   /* runs of the plan among which these are looked for: some are cancelled */
#define TIMED 200  /* finished runs whose times count for the rest */
#define MANY 2000  /* runs of a plan; parameters of larger ones are not compared */
#define LOST "status=failed,interrupted"
#define DIFFERENCES 3 /* parameters that tell one run from another */

/* What a plan's file says, as long as the file is the same. */
typedef struct
{
  gint64 size, changed;
  StudioQueuePlan *plan;
  GStrv differing;    /* parameters that are not the same in all runs */
  char *threads;      /* the parameter that says how many cores a run takes; NULL: one */
  GHashTable *places; /* run -> its place in plan->runs */
  gint64 looked;      /* when runs/ was last changed, as `there` was counted */
  guint there;        /* of its runs, whichever plan they are of now */
  GPtrArray *failed;  /* StudioQueueRun, when `lost` runs were lost; NULL: not read yet */
  guint lost;
  guint next; /* the place from which on runs wait: they are started in this order */
} Known;

struct _StudioQueueReader
{
  AssayWorkspace *workspace;
  GHashTable *known; /* id -> Known */
  StudioQueueProgress *progress;
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
  g_free (known->threads);
  g_clear_pointer (&known->failed, g_ptr_array_unref);
  g_clear_pointer (&known->places, g_hash_table_unref);
  g_free (known);
}

StudioQueueReader *
studio_queue_reader_new (AssayWorkspace *workspace)
{
  StudioQueueReader *reader = g_new (StudioQueueReader, 1);

  reader->workspace = workspace;
  reader->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, known_free);
  reader->progress = studio_queue_progress_new (workspace);
  return reader;
}

void
studio_queue_reader_free (StudioQueueReader *reader)
{
  if (reader == NULL)
    return;
  g_hash_table_unref (reader->known);
  studio_queue_progress_free (reader->progress);
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

static GHashTable *
places_of (const GPtrArray *runs)
{
  GHashTable *places = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; runs->pdata[i] != NULL; i++)
    g_hash_table_insert (places, runs->pdata[i], GUINT_TO_POINTER (i));
  return places;
}

static guint
place_of (const Known *known, const StudioQueueRun *run)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (known->places, run->id));
}

static void
take_plan (Known *known, const AssayPlan *plan)
{
  StudioQueuePlan *told = known->plan;
  AssaySuperviseOptions options;

  assay_plan_get_options (plan, &options);

  told->study = g_strdup (plan->study->id);
  told->title = g_strdup (plan->study->title != NULL ? plan->study->title : plan->study->id);
  told->preset = g_strdup (plan->preset);
  told->created = plan->created;
  told->cores = options.cores;
  told->inline_ = options.inline_;
  told->runs = assigned_runs (plan);
  told->n = plan->specs->len;
  known->differing = differing_params (plan);
  if (plan->study->threads != NULL)
    known->threads = g_strdelimit (g_strdup (plan->study->threads), "_", '-');
  known->places = places_of (told->runs);
}

static gint64
time_of_change (const GStatBuf *st)
{
  return (gint64) st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
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
  changed = time_of_change (&st);
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
query (AssayIndex *index, const char *plan, const char *which, guint limit)
{
  g_autofree char *text = g_strdup_printf ("plan=%s %s", plan, which);
  g_autoptr (AssayFilter) filter = assay_filter_parse (text, NULL);
  const AssayIndexQuery asked = { .filter = filter, .limit = limit };

  return assay_index_query (index, &asked, NULL);
}

/* Deleted ones are gone. */
static guint
count_there (StudioQueueReader *reader, Known *known)
{
  g_autofree char *folder
      = g_build_filename (assay_workspace_path (reader->workspace), "runs", NULL);
  const GPtrArray *runs = known->plan->runs;
  GStatBuf st;

  if (g_stat (folder, &st) != 0 || time_of_change (&st) == known->looked)
    return known->there;
  known->looked = time_of_change (&st);
  known->there = 0;
  for (guint i = 0; runs->pdata[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (folder, runs->pdata[i], NULL);

      known->there += g_file_test (path, G_FILE_TEST_EXISTS);
    }
  return known->there;
}

static StudioQueuePlan *
find_plan (const GPtrArray *plans, const char *id)
{
  for (guint i = 0; i < plans->len; i++)
    if (g_strcmp0 (((StudioQueuePlan *) plans->pdata[i])->id, id) == 0)
      return plans->pdata[i];
  return NULL;
}

static char *
filter_of (const GPtrArray *plans)
{
  GString *text = g_string_new ("plan=");

  for (guint i = 0; i < plans->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "," : "",
                            ((StudioQueuePlan *) plans->pdata[i])->id);
  return g_string_free (text, FALSE);
}

/* Of all plans in one answer: each looks at all runs. */
static void
count_states (const GPtrArray *plans, AssayIndex *index)
{
  static const char *const by[] = { "plan", "status", NULL };
  g_autofree char *text = filter_of (plans);
  g_autoptr (AssayFilter) filter = plans->len > 0 ? assay_filter_parse (text, NULL) : NULL;
  const AssayGroupQuery asked = { .filter = filter, .by = by };
  g_autoptr (AssayRunGroups) groups
      = filter != NULL ? assay_index_group (index, &asked, NULL) : NULL;

  for (guint i = 0; groups != NULL && i < groups->groups->len; i++)
    {
      const AssayRunGroup *group = &g_array_index (groups->groups, AssayRunGroup, i);
      StudioQueuePlan *plan = find_plan (plans, group->values[0]);

      for (guint s = 0; plan != NULL && s < ASSAY_N_STATES; s++)
        if (g_strcmp0 (group->values[1], assay_state_name (s)) == 0)
          plan->counts[s] = group->n_runs;
    }
}

static void
count_others (StudioQueueReader *reader, Known *known, StudioQueuePlan *plan)
{
  guint own = studio_queue_plan_own (plan), assigned = plan->runs->len - 1;
  guint there = own < assigned ? count_there (reader, known) : assigned;

  plan->elsewhere = there > own ? there - own : 0;
  plan->deleted = assigned - there;
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

/* As assay_spec_threads has it, within the plan's budget. */
static guint
cores_of (const Known *known, const AssayRunRow *row)
{
  g_autofree char *value
      = known->threads != NULL ? assay_run_row_value (row, known->threads) : NULL;
  gint64 threads = value != NULL ? g_ascii_strtoll (value, NULL, 10) : 1;
  guint budget = known->plan->cores > 0 ? known->plan->cores : g_get_num_processors ();

  return (guint) CLAMP (threads, 1, budget);
}

static StudioQueueRun *
run_new (const Known *known, const AssayRunRow *row)
{
  StudioQueueRun *run = g_new0 (StudioQueueRun, 1);

  run->id = g_strdup (row->id);
  run->what = what_of (known, row);
  run->cores = cores_of (known, row);
  run->reason = g_strdup (row->reason);
  run->remaining = NAN;
  return run;
}

static int
by_place (gconstpointer a, gconstpointer b, gpointer known)
{
  guint x = place_of (known, *(StudioQueueRun **) a), y = place_of (known, *(StudioQueueRun **) b);

  return (x > y) - (x < y);
}

static void
read_running (StudioQueueReader *reader, Known *known, StudioQueuePlan *plan, AssayIndex *index)
{
  g_autoptr (AssayRunRows) rows = query (index, plan->id, "status=running", 0);

  for (guint i = 0; rows != NULL && i < rows->rows->len; i++)
    {
      const AssayRunRow *row = &g_array_index (rows->rows, AssayRunRow, i);
      StudioQueueRun *run = run_new (known, row);

      studio_queue_progress_read (reader->progress, run, row->started);
      plan->taken += run->cores;
      known->next = MAX (known->next, place_of (known, run) + 1);
      g_ptr_array_add (plan->running, run);
    }
  g_ptr_array_sort_with_data (plan->running, by_place, known);
}

static void
read_some (const Known *known, GPtrArray *runs, const char *which, guint limit, AssayIndex *index)
{
  g_autoptr (AssayRunRows) rows = query (index, known->plan->id, which, limit);

  for (guint i = 0; rows != NULL && i < rows->rows->len; i++)
    g_ptr_array_add (runs, run_new (known, &g_array_index (rows->rows, AssayRunRow, i)));
}

/* Those that are started next, first. */
static void
read_waiting (Known *known, StudioQueuePlan *plan, AssayIndex *index)
{
  g_autoptr (GString) which = g_string_new ("status=queued id=");

  for (guint i = known->next; i < known->next + AHEAD && plan->runs->pdata[i] != NULL; i++)
    g_string_append_printf (which, "%s%s", i > known->next ? "," : "",
                            (char *) plan->runs->pdata[i]);
  if (known->next + 1 >= plan->runs->len)
    return;
  read_some (known, plan->waiting, which->str, 0, index);
  g_ptr_array_sort_with_data (plan->waiting, by_place, known);
  if (plan->waiting->len > WAITING)
    g_ptr_array_set_size (plan->waiting, WAITING);
}

/* Mean seconds of a finished run; where none has finished, what the running ones promise. */
static double
seconds_of_a_run (const StudioQueuePlan *plan, AssayIndex *index)
{
  g_autoptr (AssayRunRows) rows = query (index, plan->id, "status=done", TIMED);
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

/* At least as long as the run that needs longest. */
static double
remaining_of (const StudioQueuePlan *plan, double left, AssayIndex *index)
{
  double remaining = seconds_of_a_run (plan, index) * left / MAX (plan->running->len, 1);

  for (guint i = 0; i < plan->running->len; i++)
    {
      double one = ((StudioQueueRun *) plan->running->pdata[i])->remaining;

      if (one > remaining)
        remaining = one;
    }
  return remaining;
}

static void
estimate (StudioQueuePlan *plan, AssayIndex *index)
{
  guint ended = studio_queue_plan_ended (plan), own = studio_queue_plan_own (plan);
  double moving = 0, left = plan->counts[ASSAY_QUEUED];

  for (guint i = 0; i < plan->running->len; i++)
    moving += ((StudioQueueRun *) plan->running->pdata[i])->fraction;
  left += plan->running->len - moving;
  plan->fraction = own > 0 ? (ended + moving) / own : plan->elsewhere > 0 ? 1 : 0;
  plan->remaining = plan->live ? remaining_of (plan, left, index) : NAN;
}

/* What has ended stays as it is as long as there are as many. */
static void
read_failed (Known *known, StudioQueuePlan *plan, AssayIndex *index)
{
  guint lost = studio_queue_plan_lost (plan);

  if (plan->live || known->failed == NULL || known->lost != lost)
    {
      g_clear_pointer (&known->failed, g_ptr_array_unref);
      known->failed = g_ptr_array_new_with_free_func (run_free);
      known->lost = lost;
      if (lost > 0)
        read_some (known, known->failed, LOST, FAILURES, index);
    }
  g_ptr_array_unref (plan->failed);
  plan->failed = g_ptr_array_ref (known->failed);
}

static StudioQueuePlan *
plan_new (const Known *known, gboolean live)
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
  plan->failed = known->failed != NULL ? g_ptr_array_ref (known->failed)
                                       : g_ptr_array_new_with_free_func (run_free);
  return plan;
}

/* Its states have been counted. */
static void
fill_plan (StudioQueueReader *reader, Known *known, StudioQueuePlan *plan, AssayIndex *index)
{
  count_others (reader, known, plan);
  /* Where the supervisor has just ended the index has not seen yet what became of the runs. */
  plan->live |= plan->counts[ASSAY_QUEUED] + plan->counts[ASSAY_RUNNING] > 0;
  read_failed (known, plan, index);
  if (plan->live)
    read_running (reader, known, plan, index);
  if (plan->counts[ASSAY_QUEUED] > 0)
    read_waiting (known, plan, index);
  estimate (plan, index);
}

/* Ids begin with the second of their making: "20261128-193000-". */
static int
by_age (gconstpointer a, gconstpointer b)
{
  const StudioQueuePlan *x = *(StudioQueuePlan **) a, *y = *(StudioQueuePlan **) b;
  int order = strncmp (y->id, x->id, 16);

  return order != 0 ? order : (x->created < y->created) - (x->created > y->created);
}

static GPtrArray *
newest_plans (StudioQueueReader *reader, AssayRegistry *registry)
{
  GPtrArray *plans = g_ptr_array_new_with_free_func (plan_free);
  g_auto (GStrv) ids = assay_workspace_list (reader->workspace, "plans", NULL);
  guint n = ids != NULL ? g_strv_length (ids) : 0;

  for (guint k = 0; k < MIN (n, LOCKS); k++)
    {
      const char *id = ids[n - 1 - k];
      gboolean live = assay_plan_is_executed (reader->workspace, id);
      const Known *known = k < NEWEST || live ? know_plan (reader, registry, id) : NULL;

      if (known != NULL)
        g_ptr_array_add (plans, plan_new (known, live));
    }
  g_ptr_array_sort (plans, by_age);
  return plans;
}

/* Of one whose runs were deleted nothing is left to show. */
static gboolean
is_deleted (const StudioQueuePlan *plan)
{
  return !plan->live && plan->deleted > 0 && plan->deleted == plan->runs->len - 1;
}

GPtrArray *
studio_queue_read (StudioQueueReader *reader, AssayRegistry *registry, AssayIndex *index)
{
  GPtrArray *plans = newest_plans (reader, registry);

  count_states (plans, index);
  for (guint i = plans->len; i-- > 0;)
    {
      StudioQueuePlan *plan = plans->pdata[i];

      if (plan->problem == NULL)
        fill_plan (reader, g_hash_table_lookup (reader->known, plan->id), plan, index);
      if (is_deleted (plan))
        g_ptr_array_remove_index (plans, i);
    }
  studio_queue_progress_forget (reader->progress, plans);
  return plans;
}

GStrv
studio_queue_lost_runs (AssayIndex *index, const char *plan)
{
  g_autoptr (AssayRunRows) rows = query (index, plan, LOST, 0);
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();

  for (guint i = 0; rows != NULL && i < rows->rows->len; i++)
    g_strv_builder_add (ids, g_array_index (rows->rows, AssayRunRow, i).id);
  return g_strv_builder_end (ids);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/queue-plan.h"

#include "ui/desktop/words.h"
#include <math.h>

/* ---- numbers ---- */

guint
studio_queue_plan_lost (const StudioQueuePlan *plan)
{
  return plan->counts[ASSAY_FAILED] + plan->counts[ASSAY_INTERRUPTED];
}

guint
studio_queue_plan_ended (const StudioQueuePlan *plan)
{
  return plan->counts[ASSAY_DONE] + plan->counts[ASSAY_CANCELLED] + studio_queue_plan_lost (plan);
}

guint
studio_queue_plan_own (const StudioQueuePlan *plan)
{
  return plan->counts[ASSAY_QUEUED] + plan->counts[ASSAY_RUNNING] + studio_queue_plan_ended (plan);
}

gboolean
studio_queue_plan_can_be_resumed (const StudioQueuePlan *plan)
{
  return plan->problem == NULL && !plan->live
         && studio_queue_plan_own (plan) > plan->counts[ASSAY_DONE];
}

gboolean
studio_queue_plan_can_be_retried (const StudioQueuePlan *plan)
{
  return plan->problem == NULL && studio_queue_plan_lost (plan) > 0;
}

/* Plans run beside each other: all have ended when the one that needs longest has. */
static void
add_plan (StudioQueueTotal *total, const StudioQueuePlan *plan)
{
  if (total->plans == 0 || isnan (plan->remaining) || plan->remaining > total->remaining)
    total->remaining = plan->remaining;
  total->plans++;
  total->runs += studio_queue_plan_own (plan);
  total->ended += studio_queue_plan_ended (plan);
  total->lost += studio_queue_plan_lost (plan);
  total->taken += plan->taken;
  total->fraction += plan->fraction * studio_queue_plan_own (plan); /* of the sum, for now */
}

StudioQueueTotal
studio_queue_total (const GPtrArray *plans)
{
  StudioQueueTotal total = { .cores = g_get_num_processors () };

  for (guint i = 0; i < plans->len; i++)
    if (((StudioQueuePlan *) plans->pdata[i])->live)
      add_plan (&total, plans->pdata[i]);
  total.fraction /= MAX (total.runs, 1);
  return total;
}

/* ---- words ---- */

/* No more exact than it is known; NULL: nothing is known. */
static char *
time_left (double seconds)
{
  double step = seconds < 60 ? 5 : seconds < 600 ? 30 : 60;
  g_autofree char *text = isnan (seconds) ? NULL : studio_duration (step * ceil (seconds / step));

  return text != NULL ? g_strdup_printf ("about %s left", text) : NULL;
}

static void
append_part (GString *text, const char *part)
{
  if (part != NULL)
    g_string_append_printf (text, "%s%s", text->len > 0 ? " · " : "", part);
}

static void
append_count (GString *text, guint n, const char *words)
{
  g_autofree char *part = g_strdup_printf ("%u %s", n, words);

  append_part (text, n > 0 ? part : NULL);
}

char *
studio_queue_plan_counts (const StudioQueuePlan *plan)
{
  static const struct
  {
    AssayState state;
    const char *words;
  } shown[] = { { ASSAY_DONE, "done" },           { ASSAY_RUNNING, "running" },
                { ASSAY_QUEUED, "waiting" },      { ASSAY_FAILED, "failed" },
                { ASSAY_CANCELLED, "cancelled" }, { ASSAY_INTERRUPTED, "interrupted" } };
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *left = time_left (plan->remaining);

  for (guint i = 0; i < G_N_ELEMENTS (shown); i++)
    append_count (text, plan->counts[shown[i].state], shown[i].words);
  append_count (text, plan->elsewhere, "in other plans");
  append_count (text, plan->deleted, "deleted");
  if (text->len == 0)
    append_count (text, plan->n, "to run");
  append_part (text, left);
  return g_strdup (text->str);
}

/* What --executor says: inline runs keep the process busy that was asked for them. */
static char *
executor_of (const StudioQueuePlan *plan)
{
  g_autofree char *cores
      = plan->cores > 0 ? studio_count (plan->cores, "core") : g_strdup ("all cores");

  return plan->inline_ ? g_strdup ("inline, one run after another")
                       : g_strdup_printf ("%s, local processes", cores);
}

char *
studio_queue_plan_origin (const StudioQueuePlan *plan)
{
  g_autofree char *when = studio_when (plan->created);
  g_autofree char *runs = studio_count (plan->n, "run");
  g_autofree char *executor = executor_of (plan);

  return g_strdup_printf ("%s%s%s, %s, started %s", plan->preset != NULL ? plan->preset : "",
                          plan->preset != NULL ? ": " : "", runs, executor, when);
}

char *
studio_queue_plan_end (const StudioQueuePlan *plan)
{
  const char *noun = plan->n == 1 ? "run" : "runs";
  guint done = plan->counts[ASSAY_DONE] + plan->elsewhere, lost = studio_queue_plan_lost (plan);

  if (lost > 0)
    return g_strdup_printf ("%u of %u %s failed: %s", lost, plan->n, noun, plan->title);
  if (plan->counts[ASSAY_CANCELLED] > 0)
    return g_strdup_printf ("Cancelled, %u of %u %s done: %s", done, plan->n, noun, plan->title);
  return plan->n == 1 ? g_strdup_printf ("The run is done: %s", plan->title)
                      : g_strdup_printf ("All %u runs are done: %s", plan->n, plan->title);
}

char *
studio_queue_run_state (const StudioQueueRun *run)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *left = time_left (run->remaining);
  g_autofree char *done = g_strdup_printf ("%d %%", (int) (100 * run->fraction));

  if (run->reason != NULL)
    return g_strdup (run->reason);
  append_part (text, run->doing);
  append_part (text, run->fraction > 0 ? done : NULL);
  append_part (text, left);
  return g_strdup (text->str);
}

/* Plans know nothing of each other: together they may want more than there is. */
static char *
cores_taken (const StudioQueueTotal *total)
{
  return g_strdup_printf (total->taken > total->cores ? "%u cores wanted of %u" : "%u of %u cores",
                          total->taken, total->cores);
}

char *
studio_queue_total_words (const StudioQueueTotal *total)
{
  g_autofree char *plans = studio_count (total->plans, "plan");
  g_autofree char *runs = studio_count (total->runs, "run");
  g_autofree char *left = time_left (total->remaining);
  g_autofree char *lost = total->lost > 0 ? g_strdup_printf (", %u failed", total->lost) : NULL;
  g_autofree char *cores = cores_taken (total);

  return g_strdup_printf ("%s: %u of %s%s, %s%s%s", plans, total->ended, runs,
                          lost != NULL ? lost : "", left != NULL ? left : "",
                          left != NULL ? ", " : "", cores);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/runs-words.h"

#include "ui/desktop/runs-metric.h"
#include <math.h>
#include <string.h>

/* ---- states ---- */

static const struct
{
  const char *title, *icon, *style;
} states[ASSAY_N_STATES] = {
  [ASSAY_QUEUED] = { "Queued", "content-loading-symbolic", "dim-label" },
  [ASSAY_RUNNING] = { "Running", "media-playback-start-symbolic", "accent" },
  [ASSAY_DONE] = { "Done", "object-select-symbolic", "success" },
  [ASSAY_FAILED] = { "Failed", "dialog-error-symbolic", "error" },
  [ASSAY_CANCELLED] = { "Cancelled", "process-stop-symbolic", "dim-label" },
  [ASSAY_INTERRUPTED] = { "Interrupted", "dialog-warning-symbolic", "warning" },
};

const char *
studio_state_icon (AssayState state)
{
  return states[state].icon;
}

const char *
studio_state_style (AssayState state)
{
  return states[state].style;
}

const char *
studio_state_title (AssayState state)
{
  return states[state].title;
}

char *
studio_run_state (const AssayRunRow *run)
{
  if (run->state != ASSAY_RUNNING || isnan (run->progress))
    return g_strdup (states[run->state].title);
  return g_strdup_printf ("%s · %.0f %%", states[run->state].title, 100 * run->progress);
}

/* ---- columns ---- */

static const struct
{
  const char *key, *title;
  guint chars;
  gboolean expand;
  gboolean numbers;
} known[] = {
  { "starred", "★", 3, FALSE, FALSE },
  { "status", "State", 13, FALSE, FALSE },
  { "study", "Study", 18, FALSE, FALSE },
  { "id", "Run", 15, FALSE, FALSE },
  { "preset", "Preset", 12, FALSE, FALSE },
  { "plan", "Plan", 24, FALSE, FALSE },
  { "seed", "Seed", 6, FALSE, TRUE },
  { "started", "Started", 16, FALSE, FALSE },
  { "finished", "Finished", 16, FALSE, FALSE },
  { "duration", "Duration", 12, FALSE, TRUE },
  { "tag", "Tags", 14, TRUE, FALSE },
  { "note", "Note", 18, TRUE, FALSE },
  { "reason", "Reason", 30, TRUE, FALSE },
  { "parameters", "Parameters", 30, TRUE, FALSE },
  { "runs", "Runs", 6, FALSE, TRUE },
  { "failed", "Failed", 6, FALSE, TRUE },
  { "live", "Running or queued", 16, FALSE, TRUE },
  { "mean", "Mean", 10, FALSE, TRUE },
  { "interval", "95 % interval", 20, FALSE, TRUE },
};

static int
find_known (const char *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (strcmp (known[i].key, key) == 0)
      return (int) i;
  return -1;
}

char *
studio_column_title (const char *key)
{
  int place = find_known (key);

  return place >= 0 ? g_strdup (known[place].title) : studio_metric_column_title (key);
}

char *
studio_column_head (const StudioRunsAnswer *answer, const char *key)
{
  if (strcmp (key, "mean") == 0 && answer != NULL && answer->mean_of != NULL)
    return g_strdup_printf ("Mean of %s", answer->mean_of);
  return studio_column_title (key);
}

gboolean
studio_column_is_known (const char *key)
{
  return find_known (key) >= 0;
}

gboolean
studio_column_expands (const char *key)
{
  int place = find_known (key);

  return place >= 0 && known[place].expand;
}

guint
studio_column_chars (const char *key)
{
  int place = find_known (key);

  return place >= 0 ? known[place].chars : 12;
}

gboolean
studio_column_has_numbers (const StudioRunsAnswer *answer, const char *key, gboolean seen)
{
  int place = find_known (key);

  if (place >= 0)
    return known[place].numbers;
  /* Values of parameters tell; others are metrics. */
  return answer == NULL || seen
         || !(g_strv_contains ((const char *const *) answer->parameters, key)
              || (answer->groups != NULL && g_strv_contains (answer->groups->by, key)));
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * The AssayHost table: what a study can ask of the host, and its small functions.
 */
#include "base/num/random.h"
#include "host/registry/json.h"
#include "host/run/runner.h"

#include <math.h>
#include <string.h>

#define CHECK_SIZE_EVERY 256
#define PROGRESS_PERIOD 200000 /* microseconds */
#define MAX_NOTES 1000
#define MAX_NOTE 4096

/* ---- failing, events ---- */

void
assay_runner_fail (AssayRunner *runner, const char *format, ...)
{
  va_list args;

  if (runner->failure)
    return;
  va_start (args, format);
  runner->failure = g_strdup_vprintf (format, args);
  va_end (args);
}

gboolean
assay_runner_may_write (AssayRunner *runner, const char *what)
{
  if (runner->in_stage)
    assay_runner_fail (runner,
                       "%s was called while a stage is built: a result from the cache could not do "
                       "that again",
                       what);
  return runner->failure == NULL;
}

gboolean
assay_runner_cancelled (AssayRunner *runner)
{
  return runner->failure || assay_runner_terminated
         || (runner->cancellable && g_cancellable_is_cancelled (runner->cancellable));
}

/** Fails if the log has failed or is over its limit. */
static gboolean
check_log (AssayRunner *runner)
{
  const char *problem = assay_log_error (runner->log);

  runner->unchecked = 0;
  if (*problem)
    assay_runner_fail (runner, "%s", problem);
  else if (assay_log_size (runner->log) > runner->log_limit)
    assay_runner_fail (runner, "log limit: metrics.alog has more than %" G_GUINT64_FORMAT " bytes",
                       runner->log_limit);
  return runner->failure == NULL;
}

void
assay_runner_event (AssayRunner *runner, const char *kind, JsonObject *object, gboolean flush)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;

  json_node_set_object (node, object);
  text = assay_json_canonical (node);
  assay_log_event (runner->log, kind, text);
  if (flush)
    assay_log_flush (runner->log, FALSE);
  check_log (runner);
}

/* ---- series ---- */

static const AssayMetric *
observed_metric (AssayRunner *runner, const char *id)
{
  const AssayMetric *metric = id ? assay_study_metric (runner->study, id) : NULL;

  if (!metric)
    assay_runner_fail (runner, "series: the study declares no metric \"%s\"", id ? id : "");
  else if (metric->of)
    assay_runner_fail (runner, "series: metric %s is derived from %s; the host computes it", id,
                       metric->of);
  return runner->failure ? NULL : metric;
}

/** All of the metric's dimensions but the step must be in the labels. */
static char *
metric_labels (AssayRunner *runner, const AssayMetric *metric, const char *labels,
               gboolean *has_step)
{
  g_auto (GStrv) dims = assay_words (metric->dims);
  char *problem = NULL;
  g_autofree char *canonical
      = assay_labels_canonical (runner->study, (const char *const *) dims, labels, &problem);
  g_autofree char *spaced = g_strdup_printf (" %s", canonical ? canonical : "");

  *has_step = FALSE;
  for (guint i = 0; canonical && dims[i]; i++)
    {
      g_autofree char *pair = g_strdup_printf (" %s=", dims[i]);
      gboolean is_step = strcmp (dims[i], "step") == 0;

      *has_step |= is_step;
      if (!is_step && !strstr (spaced, pair))
        {
          problem = g_strdup_printf ("it is declared over %s: give %s=... as a label", dims[i],
                                     dims[i]);
          g_clear_pointer (&canonical, g_free);
        }
      else if (is_step && strstr (spaced, pair))
        {
          problem = g_strdup ("step is no label, it is given with each observation");
          g_clear_pointer (&canonical, g_free);
        }
    }
  if (problem)
    assay_runner_fail (runner, "series %s: %s", metric->id, problem);
  g_free (problem);
  return g_steal_pointer (&canonical);
}

static guint32
new_series (AssayRunner *runner, const char *id, const char *labels)
{
  const AssayMetric *metric = observed_metric (runner, id);
  gboolean has_step;
  g_autofree char *canonical = metric ? metric_labels (runner, metric, labels, &has_step) : NULL;
  guint32 number = canonical ? assay_log_series (runner->log, id, canonical) : UINT32_MAX;

  if (!canonical || !check_log (runner) || number == UINT32_MAX)
    return UINT32_MAX;
  while (runner->last_steps->len <= number)
    {
      AssaySeriesState fresh = { .last = -INFINITY, .one = !has_step };

      g_array_append_val (runner->last_steps, fresh);
    }
  g_array_index (runner->last_steps, AssaySeriesState, number).one = !has_step;
  return number;
}

static uint32_t
host_series (AssayRun *run, const char *metric, const char *labels)
{
  AssayRunner *runner = assay_runner_of (run);
  g_autofree char *words = NULL;
  guint32 number;

  if (!assay_runner_may_write (runner, "assay_series"))
    return UINT32_MAX;
  words = g_strdup_printf ("%s\n%s", metric ? metric : "", labels ? labels : "");
  number = GPOINTER_TO_UINT (g_hash_table_lookup (runner->series_numbers, words));
  if (number)
    return number - 1;
  number = new_series (runner, metric, labels);
  if (number != UINT32_MAX)
    g_hash_table_insert (runner->series_numbers, g_steal_pointer (&words),
                         GUINT_TO_POINTER (number + 1));
  return number;
}

static void
refuse_step (AssayRunner *runner, uint32_t series, double step, double last, gboolean one)
{
  if (one)
    assay_runner_fail (runner,
                       "observe: series %u has no dimension step, so it takes one observation; "
                       "declare step among the metric's dims",
                       series);
  else if (!isfinite (step))
    assay_runner_fail (runner, "observe: a step of series %u is not a finite number", series);
  else
    assay_runner_fail (runner, "observe: the steps of series %u fall from %g to %g", series, last,
                       step);
}

static void
host_observe (AssayRun *run, uint32_t series, double step, double value)
{
  AssayRunner *runner = assay_runner_of (run);
  AssaySeriesState *state;

  if (G_UNLIKELY (runner->failure || runner->in_stage)
      && !assay_runner_may_write (runner, "assay_observe"))
    return;
  if (series >= runner->last_steps->len)
    {
      assay_runner_fail (runner, "observe: there is no series %u", series);
      return;
    }
  state = &g_array_index (runner->last_steps, AssaySeriesState, series);
  if (!(step >= state->last && step < INFINITY) || (state->one && state->last > -INFINITY))
    {
      refuse_step (runner, series, step, state->last, state->one && state->last > -INFINITY);
      return;
    }
  state->last = step;
  if (!assay_log_observe (runner->log, series, step, value)
      || ++runner->unchecked >= CHECK_SIZE_EVERY)
    check_log (runner);
}

/* ---- words to the host ---- */

static void
host_progress (AssayRun *run, double fraction, const char *doing)
{
  AssayRunner *runner = assay_runner_of (run);
  gint64 now = g_get_monotonic_time ();
  g_autoptr (JsonObject) object = NULL;
  g_autofree char *text = NULL;

  if (now < runner->next_progress || runner->failure)
    return;
  runner->next_progress = now + PROGRESS_PERIOD;
  runner->fraction = fraction = fraction > 0 ? MIN (fraction, 1) : 0; /* NaN is 0 */
  text = g_utf8_make_valid (doing ? doing : "", doing ? (gssize) MIN (strlen (doing), 200) : 0);
  object = json_object_new ();
  json_object_set_string_member (object, "doing", text);
  json_object_set_double_member (object, "fraction", fraction);
  assay_runner_event (runner, "progress", object, TRUE);
  if (runner->func)
    {
      AssayRunEvent event = {
        .run = runner->record->id, .state = ASSAY_RUNNING, .progress = fraction, .doing = text
      };
      runner->func (&event, runner->func_data);
    }
}

static bool
host_cancelled (AssayRun *run)
{
  return assay_runner_cancelled (assay_runner_of (run));
}

static void
host_note (AssayRun *run, const char *key, const char *value)
{
  AssayRunner *runner = assay_runner_of (run);

  if (!key || !*key || g_hash_table_size (runner->notes) >= MAX_NOTES)
    return;
  g_hash_table_replace (
      runner->notes, g_utf8_make_valid (key, MIN (strlen (key), MAX_NOTE)),
      g_utf8_make_valid (value ? value : "", value ? (gssize) MIN (strlen (value), MAX_NOTE) : 0));
}

static void
host_fail (AssayRun *run, const char *message)
{
  g_autofree char *text = g_utf8_make_valid (message ? message : "",
                                             message ? (gssize) MIN (strlen (message), 2000) : 0);

  assay_runner_fail (assay_runner_of (run), "%s", *text ? text : "the study failed without a word");
}

static void
host_stream (AssayRun *run, const char *name, AssayStream *stream)
{
  assay_stream_init (stream, run->seed, name ? name : "");
}

/* ---- environments ---- */

static const AssayEnvironment *
find_environment (const AssayPlugin *plugin, const char *id)
{
  const char *row = plugin->environments.rows;

  for (guint i = 0; i < plugin->environments.n; i++, row += plugin->environments.stride)
    if (strcmp (((const AssayEnvironment *) row)->id, id) == 0)
      return (const AssayEnvironment *) row;
  return NULL;
}

static gboolean
load_plugins (AssayRunner *runner)
{
  JsonArray *paths = assay_json_array (runner->record->run, "plugins");

  if (runner->plugins)
    return TRUE;
  runner->plugins = g_ptr_array_new ();
  g_ptr_array_add (runner->plugins, (gpointer) runner->plugin);
  for (guint i = 0; paths && i < json_array_get_length (paths); i++)
    {
      g_autoptr (GError) error = NULL;
      const char *path = json_array_get_string_element (paths, i);
      const AssayPlugin *plugin = path ? assay_plugin_load (path, &error) : NULL;

      if (!plugin)
        {
          assay_runner_fail (runner, "%s", error ? error->message : "run.json names no plugin");
          return FALSE;
        }
      g_ptr_array_add (runner->plugins, (gpointer) plugin);
    }
  return TRUE;
}

static const AssayEnvironment *
host_environment (AssayRun *run, const char *id)
{
  AssayRunner *runner = assay_runner_of (run);
  const AssayEnvironment *environment = NULL;

  if (!id || !load_plugins (runner))
    return NULL;
  for (guint i = 0; i < runner->plugins->len && !environment; i++)
    environment = find_environment (runner->plugins->pdata[i], id);
  if (!environment)
    assay_runner_fail (runner, "no plugin of this study has an environment \"%s\"", id);
  return environment;
}

static const void *
host_extension (AssayRun *run, const char *id)
{
  return NULL; /* none yet */
}

const AssayHost assay_host_table = {
  .size = sizeof (AssayHost),
  .series = host_series,
  .observe = host_observe,
  .axis = assay_host_axis,
  .property = assay_host_property,
  .array = assay_host_array,
  .sample = assay_host_sample,
  .table = assay_host_table_artifact,
  .graph = assay_host_graph,
  .picture = assay_host_picture,
  .file = assay_host_file,
  .progress = host_progress,
  .cancelled = host_cancelled,
  .note = host_note,
  .fail = host_fail,
  .stream = host_stream,
  .stage = assay_host_stage,
  .save = assay_host_save,
  .restore = assay_host_restore,
  .environment = host_environment,
  .get_extension = host_extension,
};

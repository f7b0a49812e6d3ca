/* SPDX-License-Identifier: Apache-2.0 */
#include "host/store/summary.h"

#include "base/log/log.h"
#include "host/registry/json.h"
#include <math.h>
#include <string.h>

/* Sums of one series while the log is read. */
typedef struct
{
  AssaySummary summary;
  guint64 n_finite;
  double sum;
  double before_step, before, after_step, after; /* neighbours of the step asked for */
} Tally;

typedef struct
{
  AssayLogDigest *digest;
  GArray *tallies;   /* Tally */
  GArray *of_number; /* guint: place in tallies, by the series' number in the log */
  double step;
} Digester;

void
assay_log_digest_free (AssayLogDigest *digest)
{
  if (digest == NULL)
    return;
  g_array_unref (digest->summaries);
  g_array_unref (digest->arrays);
  g_string_chunk_free (digest->texts);
  g_free (digest);
}

static void
add_series (Digester *d, const AssayLogFrame *frame)
{
  Tally tally = { .before_step = NAN, .after_step = NAN };
  guint place = d->tallies->len;

  tally.summary = (AssaySummary){
    .metric = g_string_chunk_insert_const (d->digest->texts, frame->metric),
    .labels = g_string_chunk_insert_const (d->digest->texts, frame->labels ? frame->labels : ""),
    .step = NAN,
    .last = NAN,
    .min = INFINITY,
    .max = -INFINITY,
    .mean = NAN,
    .at = NAN,
  };
  g_array_append_val (d->tallies, tally);
  while (d->of_number->len <= frame->series)
    g_array_append_val (d->of_number, place);
  g_array_index (d->of_number, guint, frame->series) = place;
}

static void
note_neighbours (Tally *tally, double at, const double *steps, const double *values, guint32 n)
{
  for (guint32 i = 0; i < n; i++)
    if (!isfinite (values[i]))
      continue;
    else if (steps[i] <= at)
      {
        tally->before_step = steps[i];
        tally->before = values[i];
      }
    else if (isnan (tally->after_step))
      {
        tally->after_step = steps[i];
        tally->after = values[i];
      }
}

static void
add_observations (Digester *d, const AssayLogFrame *frame)
{
  Tally *tally;
  AssaySummary *s;

  if (frame->series >= d->of_number->len || frame->n == 0)
    return;
  tally = &g_array_index (d->tallies, Tally, g_array_index (d->of_number, guint, frame->series));
  s = &tally->summary;
  for (guint32 i = 0; i < frame->n; i++)
    {
      double value = frame->values[i];

      if (!isfinite (value))
        continue;
      s->last = value;
      s->min = value < s->min ? value : s->min;
      s->max = value > s->max ? value : s->max;
      tally->sum += value;
      tally->n_finite++;
    }
  s->n += frame->n;
  s->step = frame->steps[frame->n - 1];
  if (!isnan (d->step))
    note_neighbours (tally, d->step, frame->steps, frame->values, frame->n);
}

static double
at_step (const Tally *tally, double step)
{
  double part = (step - tally->before_step) / (tally->after_step - tally->before_step);

  if (tally->before_step == step)
    return tally->before;
  return tally->before + part * (tally->after - tally->before); /* NaN where one is not there */
}

static void
finish (Digester *d)
{
  for (guint i = 0; i < d->tallies->len; i++)
    {
      Tally *tally = &g_array_index (d->tallies, Tally, i);

      if (tally->n_finite == 0)
        tally->summary.min = tally->summary.max = NAN;
      else
        tally->summary.mean = tally->sum / (double) tally->n_finite;
      if (!isnan (d->step))
        tally->summary.at = at_step (tally, d->step);
      g_array_append_val (d->digest->summaries, tally->summary);
    }
}

static void
add_array (Digester *d, const char *json)
{
  g_autoptr (JsonNode) node = assay_json_parse (json, -1, "array", NULL);
  JsonObject *object
      = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonArray *shape = object != NULL ? assay_json_array (object, "shape") : NULL;
  AssayArrayEntry entry = { .cells = 1 };
  double cells = 1;

  if (shape == NULL)
    return;
  for (guint i = 0; i < json_array_get_length (shape); i++)
    {
      JsonNode *size = json_array_get_element (shape, i);

      cells *= JSON_NODE_HOLDS_VALUE (size) ? json_node_get_double (size) : 0;
    }
  entry.metric
      = g_string_chunk_insert_const (d->digest->texts, assay_json_text (object, "metric", ""));
  entry.labels
      = g_string_chunk_insert_const (d->digest->texts, assay_json_text (object, "labels", ""));
  entry.axes = g_string_chunk_insert_const (d->digest->texts, assay_json_text (object, "axes", ""));
  entry.cells = cells >= 0 && cells < 1e15 ? (guint64) cells : 0;
  g_array_append_val (d->digest->arrays, entry);
}

static gboolean
read_frames (Digester *d, AssayLogReader *log, GError **error)
{
  AssayLogFrame frame;
  AssayLogError problem = { 0 };

  for (;;)
    switch (assay_log_next (log, &frame, &problem))
      {
      case ASSAY_LOG_SERIES:
        add_series (d, &frame);
        break;
      case ASSAY_LOG_OBSERVATIONS:
        add_observations (d, &frame);
        break;
      case ASSAY_LOG_EVENT:
        if (strcmp (frame.name, "array") == 0)
          add_array (d, frame.text);
        break;
      case ASSAY_LOG_END:
        return TRUE;
      default:
        g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "%s", problem.text);
        return FALSE;
      }
}

AssayLogDigest *
assay_log_digest (const char *path, double step, GError **error)
{
  g_autoptr (AssayLogDigest) digest = g_new0 (AssayLogDigest, 1);
  g_autoptr (GArray) tallies = g_array_new (FALSE, FALSE, sizeof (Tally));
  g_autoptr (GArray) of_number = g_array_new (FALSE, FALSE, sizeof (guint));
  Digester d = { digest, tallies, of_number, step };
  AssayLogError problem = { 0 };
  AssayLogReader *log;
  gboolean ok;

  digest->summaries = g_array_new (FALSE, FALSE, sizeof (AssaySummary));
  digest->arrays = g_array_new (FALSE, FALSE, sizeof (AssayArrayEntry));
  digest->texts = g_string_chunk_new (512);
  if (path == NULL || !g_file_test (path, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&digest);
  if (!(log = assay_log_open (path, &problem)))
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "%s", problem.text);
      return NULL;
    }
  ok = read_frames (&d, log, error);
  assay_log_free (log);
  if (!ok)
    return NULL;
  finish (&d);
  return g_steal_pointer (&digest);
}

GArray *
assay_run_summaries (AssayRunDir *dir, double step, GStringChunk *texts, GError **error)
{
  g_autofree char *path = assay_run_dir_file (dir, "metrics.alog");
  g_autoptr (AssayLogDigest) digest = assay_log_digest (path, step, error);

  if (digest == NULL)
    return NULL;
  for (guint i = 0; i < digest->summaries->len; i++)
    {
      AssaySummary *s = &g_array_index (digest->summaries, AssaySummary, i);

      s->metric = g_string_chunk_insert_const (texts, s->metric);
      s->labels = g_string_chunk_insert_const (texts, s->labels);
    }
  return g_array_ref (digest->summaries);
}

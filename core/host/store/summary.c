/* SPDX-License-Identifier: Apache-2.0 */
#include "host/store/summary.h"

#include "base/log/log.h"
#include "host/registry/json.h"
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#define MARKED 256 /* bytes before the offset that make the mark */

AssayLogDigest *
assay_log_digest_new (void)
{
  AssayLogDigest *digest = g_new0 (AssayLogDigest, 1);

  digest->tallies = g_array_new (FALSE, FALSE, sizeof (AssayTally));
  digest->arrays = g_array_new (FALSE, FALSE, sizeof (AssayArrayEntry));
  digest->texts = g_string_chunk_new (512);
  digest->progress = NAN;
  return digest;
}

void
assay_log_digest_free (AssayLogDigest *digest)
{
  if (digest == NULL)
    return;
  g_array_unref (digest->tallies);
  g_array_unref (digest->arrays);
  g_string_chunk_free (digest->texts);
  g_free (digest);
}

AssayTally *
assay_log_digest_add (AssayLogDigest *digest, const char *metric, const char *labels)
{
  AssayTally tally = { .before_step = NAN, .after_step = NAN };

  tally.summary = (AssaySummary){
    .metric = g_string_chunk_insert_const (digest->texts, metric),
    .labels = g_string_chunk_insert_const (digest->texts, labels != NULL ? labels : ""),
    .step = NAN,
    .last = NAN,
    .min = NAN,
    .max = NAN,
    .mean = NAN,
    .at = NAN,
  };
  g_array_append_val (digest->tallies, tally);
  return &g_array_index (digest->tallies, AssayTally, digest->tallies->len - 1);
}

/* ---- Reading ---- */

static void
note_neighbours (AssayTally *tally, double at, const double *steps, const double *values, guint32 n)
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
add_observations (AssayLogDigest *digest, const AssayLogFrame *frame, double step)
{
  AssayTally *tally = &g_array_index (digest->tallies, AssayTally, frame->series);
  AssaySummary *s = &tally->summary;
  double min = isnan (s->min) ? INFINITY : s->min, max = isnan (s->max) ? -INFINITY : s->max;

  for (guint32 i = 0; i < frame->n; i++)
    {
      double value = frame->values[i];

      if (!isfinite (value))
        continue;
      s->last = value;
      min = value < min ? value : min;
      max = value > max ? value : max;
      tally->sum += value;
      tally->n_finite++;
    }
  s->n += frame->n;
  s->step = frame->steps[frame->n - 1];
  if (tally->n_finite > 0)
    {
      s->min = min;
      s->max = max;
      s->mean = tally->sum / (double) tally->n_finite;
    }
  if (!isnan (step))
    note_neighbours (tally, step, frame->steps, frame->values, frame->n);
}

static double
at_step (const AssayTally *tally, double step)
{
  double part = (step - tally->before_step) / (tally->after_step - tally->before_step);

  if (tally->before_step == step)
    return tally->before;
  return tally->before + part * (tally->after - tally->before); /* NaN where one is not there */
}

static void
add_array (AssayLogDigest *digest, const char *json)
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
      = g_string_chunk_insert_const (digest->texts, assay_json_text (object, "metric", ""));
  entry.labels
      = g_string_chunk_insert_const (digest->texts, assay_json_text (object, "labels", ""));
  entry.axes = g_string_chunk_insert_const (digest->texts, assay_json_text (object, "axes", ""));
  entry.cells = cells >= 0 && cells < 1e15 ? (guint64) cells : 0;
  g_array_append_val (digest->arrays, entry);
}

/* Only the last one counts, so that the others are not parsed. */
static void
take_progress (AssayLogDigest *digest, const char *json)
{
  g_autoptr (JsonNode) node = json != NULL ? assay_json_parse (json, -1, "progress", NULL) : NULL;

  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    digest->progress = CLAMP (assay_json_real (json_node_get_object (node), "fraction", 0), 0, 1);
}

static gboolean
read_frames (AssayLogDigest *digest, AssayLogReader *log, double step, GError **error)
{
  AssayLogFrame frame;
  AssayLogError problem = { 0 };
  g_autoptr (GString) progress = g_string_new (NULL);

  for (;;)
    switch (assay_log_next (log, &frame, &problem))
      {
      case ASSAY_LOG_SERIES:
        assay_log_digest_add (digest, frame.metric, frame.labels);
        break;
      case ASSAY_LOG_OBSERVATIONS:
        add_observations (digest, &frame, step);
        break;
      case ASSAY_LOG_EVENT:
        if (strcmp (frame.name, "array") == 0)
          add_array (digest, frame.text);
        else if (strcmp (frame.name, "progress") == 0)
          g_string_assign (progress, frame.text);
        break;
      case ASSAY_LOG_END:
        take_progress (digest, progress->len > 0 ? progress->str : NULL);
        digest->offset = assay_log_offset (log);
        return TRUE;
      default:
        g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "%s", problem.text);
        return FALSE;
      }
}

/* A checksum of the last bytes before @offset: values, so that another log has others there. */
static gboolean
mark_of (const char *path, guint64 offset, guint32 *mark)
{
  guint64 size = MIN (offset, MARKED);
  char bytes[MARKED];
  int fd = open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  gboolean ok = fd >= 0 && pread (fd, bytes, size, (off_t) (offset - size)) == (ssize_t) size;

  if (fd >= 0)
    close (fd);
  *mark = ok ? assay_crc32c (0, bytes, size) : 0;
  return ok;
}

/* Goes to the offset, if the log there is the one that was read. */
static gboolean
resume (const AssayLogDigest *digest, AssayLogReader *log, const char *path, GError **error)
{
  guint32 mark;

  if (digest->offset == 0)
    return TRUE;
  if (mark_of (path, digest->offset, &mark) && mark == digest->mark)
    {
      assay_log_seek (log, digest->offset, digest->tallies->len);
      return TRUE;
    }
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "%s: begun anew since it was read", path);
  return FALSE;
}

gboolean
assay_log_digest_read (AssayLogDigest *digest, const char *path, double step, GError **error)
{
  AssayLogError problem = { 0 };
  AssayLogReader *log;
  gboolean ok;

  if (path == NULL || !g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  if (!(log = assay_log_open (path, &problem)))
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "%s", problem.text);
      return FALSE;
    }
  g_array_set_size (digest->arrays, 0);
  ok = resume (digest, log, path, error) && read_frames (digest, log, step, error);
  assay_log_free (log);
  if (!ok)
    return FALSE;
  mark_of (path, digest->offset, &digest->mark);
  for (guint i = 0; i < digest->tallies->len && !isnan (step); i++)
    {
      AssayTally *tally = &g_array_index (digest->tallies, AssayTally, i);

      tally->summary.at = at_step (tally, step);
    }
  return TRUE;
}

GArray *
assay_run_summaries (AssayRunDir *dir, double step, GStringChunk *texts, GError **error)
{
  g_autofree char *path = assay_run_dir_file (dir, "metrics.alog");
  g_autoptr (AssayLogDigest) digest = assay_log_digest_new ();
  GArray *summaries;

  if (!assay_log_digest_read (digest, path, step, error))
    return NULL;
  summaries = g_array_new (FALSE, FALSE, sizeof (AssaySummary));
  for (guint i = 0; i < digest->tallies->len; i++)
    {
      AssaySummary s = g_array_index (digest->tallies, AssayTally, i).summary;

      s.metric = g_string_chunk_insert_const (texts, s.metric);
      s.labels = g_string_chunk_insert_const (texts, s.labels);
      g_array_append_val (summaries, s);
    }
  return summaries;
}

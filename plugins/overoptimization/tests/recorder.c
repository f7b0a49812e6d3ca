/* SPDX-License-Identifier: Apache-2.0 */
#include "recorder.h"

#include "base/num/random.h"

#include <glib/gstdio.h>
#include <string.h>

static Recorder *
of (AssayRun *run)
{
  return (Recorder *) run;
}

static void
take_array (AssayRun *run, const char *metric, const char *labels, const char *axes,
            const uint64_t *shape, uint32_t type, const void *data)
{
  char *name = g_strdup_printf ("%s %s", metric, labels ? labels : "");
  GArray *values = g_array_new (FALSE, FALSE, sizeof (double));
  g_auto (GStrv) words = g_strsplit (axes, " ", -1);
  uint64_t n = 1;

  for (guint i = 0; words[i] && *words[i]; i++)
    n *= shape[i];
  for (uint64_t i = 0; i < n; i++)
    {
      double value
          = type == ASSAY_F64 ? ((const double *) data)[i] : (double) ((const float *) data)[i];

      g_array_append_val (values, value);
    }
  g_assert_true (type == ASSAY_F64 || type == ASSAY_F32);
  g_assert_false (g_hash_table_contains (of (run)->arrays, name));
  g_hash_table_insert (of (run)->arrays, name, values);
}

static void
take_sample (AssayRun *run, const char *name, const char *labels, const char *prompt,
             const char *text, const AssaySpan *spans, uint32_t n_spans)
{
  g_ptr_array_add (of (run)->samples, g_strdup_printf ("%s %s|%s|%s", name, labels, prompt, text));
}

static void
take_note (AssayRun *run, const char *key, const char *value)
{
  g_hash_table_insert (of (run)->notes, g_strdup (key), g_strdup (value));
}

static void
take_failure (AssayRun *run, const char *message)
{
  if (!of (run)->failure)
    of (run)->failure = g_strdup (message);
}

static void
ignore_progress (AssayRun *run, double fraction, const char *doing)
{
  g_assert_cmpfloat (fraction, >=, 0);
  g_assert_cmpfloat (fraction, <=, 1);
}

static bool
never_cancelled (AssayRun *run)
{
  return of (run)->failure != NULL;
}

static void
ignore_axis (AssayRun *run, const char *dim, const char *const *names, const double *numbers,
             uint32_t n)
{
  g_assert_true ((names == NULL) != (numbers == NULL));
}

static void
ignore_property (AssayRun *run, const char *item, const char *property, const char *const *names,
                 uint32_t n)
{
}

static void
ignore_table (AssayRun *run, const char *name, const AssayColumn *columns, uint32_t n_columns,
              uint32_t n_rows)
{
}

static void
give_stream (AssayRun *run, const char *name, AssayStream *stream)
{
  assay_stream_init (stream, run->seed, name);
}

/* Numbers of series and their points are all there is to them. */
static uint32_t
open_series (AssayRun *run, const char *metric, const char *labels)
{
  return of (run)->n_series++;
}

static void
take_point (AssayRun *run, uint32_t series, double step, double value)
{
  g_assert_cmpuint (series, <, of (run)->n_series);
  of (run)->n_points++;
}

static const char *
give_stage (AssayRun *run, const AssayStage *stage)
{
  Recorder *recorder = of (run);
  const char *known = g_hash_table_lookup (recorder->results, stage->name);
  char *path = g_build_filename (recorder->folder, stage->name, NULL);

  if (known)
    {
      g_free (path);
      return known;
    }
  g_ptr_array_add (recorder->stages, g_strdup (stage->name));
  if (!stage->build (run, path, stage->data))
    {
      g_free (path);
      return NULL;
    }
  g_hash_table_insert (recorder->results, g_strdup (stage->name), path);
  return path;
}

Recorder *
recorder_new (uint64_t seed)
{
  Recorder *recorder = g_new0 (Recorder, 1);

  recorder->table = (AssayHost){ .size = sizeof (AssayHost),
                                 .series = open_series,
                                 .observe = take_point,
                                 .array = take_array,
                                 .sample = take_sample,
                                 .note = take_note,
                                 .fail = take_failure,
                                 .progress = ignore_progress,
                                 .cancelled = never_cancelled,
                                 .axis = ignore_axis,
                                 .property = ignore_property,
                                 .table = ignore_table,
                                 .stream = give_stream,
                                 .stage = give_stage };
  recorder->run = (AssayRun){ .size = sizeof (AssayRun), .host = &recorder->table, .seed = seed };
  recorder->arrays
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_array_unref);
  recorder->samples = g_ptr_array_new_with_free_func (g_free);
  recorder->stages = g_ptr_array_new_with_free_func (g_free);
  recorder->notes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  recorder->results = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  recorder->folder = g_dir_make_tmp (NULL, NULL);
  return recorder;
}

void
recorder_free (Recorder *recorder)
{
  GHashTableIter iter;
  gpointer path;

  g_hash_table_iter_init (&iter, recorder->results);
  while (g_hash_table_iter_next (&iter, NULL, &path))
    g_unlink (path);
  g_rmdir (recorder->folder);
  g_hash_table_unref (recorder->arrays);
  g_hash_table_unref (recorder->notes);
  g_hash_table_unref (recorder->results);
  g_ptr_array_unref (recorder->samples);
  g_ptr_array_unref (recorder->stages);
  g_free (recorder->failure);
  g_free (recorder->folder);
  g_free (recorder);
}

const double *
recorded (const Recorder *recorder, const char *name, guint *n)
{
  const GArray *values = g_hash_table_lookup (recorder->arrays, name);

  if (!values)
    g_error ("the run wrote no \"%s\"", name);
  *n = values->len;
  return (const double *) (const void *) values->data;
}

double
recorded_last (const Recorder *recorder, const char *name)
{
  guint n;
  const double *values = recorded (recorder, name, &n);

  return values[n - 1];
}

double
recorded_mean (const Recorder *recorder, const char *name)
{
  guint n;
  const double *values = recorded (recorder, name, &n);
  double sum = 0;

  for (guint i = 0; i < n; i++)
    sum += values[i];
  return sum / n;
}

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
is_cancelled (AssayRun *run)
{
  Recorder *recorder = of (run);

  recorder->n_asked++;
  return recorder->failure
         || (recorder->cancel_after && recorder->n_asked >= recorder->cancel_after);
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

static uint32_t
open_series (AssayRun *run, const char *metric, const char *labels)
{
  GPtrArray *all = of (run)->series;
  RecordedSeries *series = g_new0 (RecordedSeries, 1);

  series->name = g_strdup_printf ("%s %s", metric, labels ? labels : "");
  for (guint i = 0; i < all->len; i++)
    if (g_str_equal (((RecordedSeries *) all->pdata[i])->name, series->name))
      {
        g_free (series->name);
        g_free (series);
        return i;
      }
  series->steps = g_array_new (FALSE, FALSE, sizeof (double));
  series->values = g_array_new (FALSE, FALSE, sizeof (double));
  g_ptr_array_add (all, series);
  return all->len - 1;
}

static void
take_point (AssayRun *run, uint32_t number, double step, double value)
{
  RecordedSeries *series;

  g_assert_cmpuint (number, <, of (run)->series->len);
  series = of (run)->series->pdata[number];
  g_array_append_val (series->steps, step);
  g_array_append_val (series->values, value);
  of (run)->n_points++;
}

static void
free_series (gpointer data)
{
  RecordedSeries *series = data;

  g_free (series->name);
  g_array_unref (series->steps);
  g_array_unref (series->values);
  g_free (series);
}

static void
take_save (AssayRun *run, const void *data, uint64_t size)
{
  RecordedSave *save = g_new0 (RecordedSave, 1);

  save->bytes = g_bytes_new (data, size);
  save->n_points = of (run)->n_points;
  g_ptr_array_add (of (run)->saves, save);
}

static void
free_save (gpointer data)
{
  RecordedSave *save = data;

  g_bytes_unref (save->bytes);
  g_free (save);
}

static const void *
give_save (AssayRun *run, uint64_t *size)
{
  gsize n = 0;
  const void *data = of (run)->to_restore ? g_bytes_get_data (of (run)->to_restore, &n) : NULL;

  *size = n;
  return data;
}

static const char *
give_stage (AssayRun *run, const AssayStage *stage)
{
  Recorder *recorder = of (run);
  const char *known = g_hash_table_lookup (
      recorder->stages_of ? recorder->stages_of->results : recorder->results, stage->name);
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
                                 .cancelled = is_cancelled,
                                 .axis = ignore_axis,
                                 .property = ignore_property,
                                 .table = ignore_table,
                                 .stream = give_stream,
                                 .stage = give_stage,
                                 .save = take_save,
                                 .restore = give_save };
  recorder->run = (AssayRun){ .size = sizeof (AssayRun), .host = &recorder->table, .seed = seed };
  recorder->arrays
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_array_unref);
  recorder->series = g_ptr_array_new_with_free_func (free_series);
  recorder->saves = g_ptr_array_new_with_free_func (free_save);
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
  g_ptr_array_unref (recorder->series);
  g_ptr_array_unref (recorder->saves);
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

const RecordedSeries *
recorded_series (const Recorder *recorder, const char *name)
{
  for (guint i = 0; i < recorder->series->len; i++)
    if (g_str_equal (((RecordedSeries *) recorder->series->pdata[i])->name, name))
      return recorder->series->pdata[i];
  g_error ("the run observed no \"%s\"", name);
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

/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/samples.h"

#include "base/json/json.h"
#include "host/registry/error.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define MAX_LINE (8 << 20)
#define MAX_SPANS 100000 /* of one text */
#define DIMS STUDIO_SAMPLES_MAX_DIMS

static void
metric_free (gpointer data)
{
  StudioSampleMetric *metric = data;

  g_free (metric->id);
  g_free (metric->values);
  g_free (metric);
}

static StudioSamples *
samples_new (void)
{
  StudioSamples *samples = g_new0 (StudioSamples, 1);

  g_atomic_ref_count_init (&samples->references);
  samples->samples = g_array_new (FALSE, FALSE, sizeof (StudioSample));
  samples->spans = g_array_new (FALSE, FALSE, sizeof (AssaySpan));
  samples->dims = g_ptr_array_new ();
  samples->levels = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  samples->codes = g_array_new (FALSE, FALSE, sizeof (gint32));
  samples->metrics = g_ptr_array_new_with_free_func (metric_free);
  samples->texts = g_string_chunk_new (1 << 16);
  return samples;
}

StudioSamples *
studio_samples_ref (StudioSamples *samples)
{
  g_atomic_ref_count_inc (&samples->references);
  return samples;
}

void
studio_samples_unref (StudioSamples *samples)
{
  if (!g_atomic_ref_count_dec (&samples->references))
    return;
  g_array_unref (samples->samples);
  g_array_unref (samples->spans);
  g_ptr_array_unref (samples->dims);
  g_ptr_array_unref (samples->levels);
  g_array_unref (samples->codes);
  g_ptr_array_unref (samples->metrics);
  g_string_chunk_free (samples->texts);
  g_free (samples);
}

guint
studio_samples_n (const StudioSamples *samples)
{
  return samples->samples->len;
}

const StudioSample *
studio_samples_at (const StudioSamples *samples, guint i)
{
  return &g_array_index (samples->samples, StudioSample, i);
}

static gint32
code_of (const StudioSamples *samples, guint i, guint dim)
{
  return g_array_index (samples->codes, gint32, (gsize) i * DIMS + dim);
}

static const char *
level_of (const StudioSamples *samples, guint dim, gint32 code)
{
  return code >= 0 ? ((GPtrArray *) samples->levels->pdata[dim])->pdata[code] : NULL;
}

const char *
studio_samples_level (const StudioSamples *samples, guint i, guint dim)
{
  return level_of (samples, dim, code_of (samples, i, dim));
}

/* ---- reading ---- */

typedef struct
{
  StudioSamples *samples;
  GPtrArray *codes; /* GHashTable of each dimension: level -> code + 1 */
  char *room;       /* for one decoded string: as long as the longest line */
} Reader;

/* Same bytes, harmless: control characters become spaces, those that turn the direction of
 * writing the replacement character, which is as long. */
static void
make_harmless (char *text, gboolean keep_lines)
{
  for (guchar *p = (guchar *) text; *p != '\0'; p++)
    if ((*p < 0x20 && !(keep_lines && (*p == '\n' || *p == '\t'))) || *p == 0x7f)
      *p = ' ';
    else if (*p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0)
      p[1] = 0xa0; /* C1 controls: a no-break space */
    else if (*p == 0xe2
             && ((p[1] == 0x80 && p[2] >= 0xaa && p[2] <= 0xae)
                 || (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9)))
      {
        p[0] = 0xef;
        p[1] = 0xbf;
        p[2] = 0xbd;
      }
}

static gint32
find_level (Reader *reader, guint dim, const char *level)
{
  GHashTable *codes = reader->codes->pdata[dim];
  GPtrArray *levels = reader->samples->levels->pdata[dim];
  gint32 code = GPOINTER_TO_INT (g_hash_table_lookup (codes, level)) - 1;

  if (code < 0)
    {
      char *kept = g_string_chunk_insert (reader->samples->texts, level);

      code = (gint32) levels->len;
      g_ptr_array_add (levels, kept);
      g_hash_table_insert (codes, kept, GINT_TO_POINTER (code + 1));
    }
  return code;
}

/* -1: there are too many. */
static int
find_dim (Reader *reader, const char *id)
{
  StudioSamples *samples = reader->samples;

  for (guint i = 0; i < samples->dims->len; i++)
    if (strcmp (samples->dims->pdata[i], id) == 0)
      return (int) i;
  if (samples->dims->len == DIMS)
    return -1;
  g_ptr_array_add (samples->dims, g_string_chunk_insert (samples->texts, id));
  g_ptr_array_add (samples->levels, g_ptr_array_new ());
  g_ptr_array_add (reader->codes, g_hash_table_new (g_str_hash, g_str_equal));
  return (int) samples->dims->len - 1;
}

/* [[from, to, value], ...] */
static gboolean
read_spans (Reader *reader, JsonCursor *json)
{
  GArray *spans = reader->samples->spans;
  guint first = spans->len;

  if (!json_expect (json, '['))
    return FALSE;
  if (json_take (json, ']'))
    return TRUE;
  do
    {
      guint64 from, to;
      double value = 0;
      AssaySpan span;

      if (!json_expect (json, '[') || !json_whole (json, &from) || !json_expect (json, ',')
          || !json_whole (json, &to) || !json_expect (json, ','))
        return FALSE;
      /* A value that is no number is written as null. */
      if (json_peek (json) == 'n' ? !json_skip (json) : !json_number (json, &value))
        return FALSE;
      if (!json_expect (json, ']'))
        return FALSE;
      span = (AssaySpan){ (guint32) MIN (from, G_MAXUINT32), (guint32) MIN (to, G_MAXUINT32),
                          (float) value };
      if (spans->len - first < MAX_SPANS)
        g_array_append_val (spans, span);
    }
  while (json_take (json, ','));
  return json_expect (json, ']');
}

/* A text or a number, as text; NULL: neither. */
static char *
read_word (Reader *reader, JsonCursor *json)
{
  const char *start;
  char *end;

  if (json_peek (json) == '"')
    {
      end = json_string (json, reader->room);
      return end != NULL ? reader->room : NULL;
    }
  start = json->at;
  if (!json_skip (json))
    return NULL;
  memcpy (reader->room, start, (gsize) (json->at - start));
  reader->room[json->at - start] = '\0';
  return reader->room;
}

static gboolean
read_member (Reader *reader, JsonCursor *json, StudioSample *sample, gint32 *codes)
{
  StudioSamples *samples = reader->samples;
  char key[128], *word;
  gboolean is_prompt, is_text;
  int dim;

  if (json_peek (json) != '"' || json_string (json, reader->room) == NULL
      || !json_expect (json, ':'))
    return FALSE;
  g_strlcpy (key, reader->room, sizeof key);
  make_harmless (key, FALSE);
  if (strcmp (key, "spans") == 0)
    return read_spans (reader, json);
  word = read_word (reader, json);
  if (word == NULL)
    return FALSE;
  is_prompt = strcmp (key, "prompt") == 0;
  is_text = strcmp (key, "text") == 0;
  make_harmless (word, is_prompt || is_text);
  if (is_prompt)
    sample->prompt = g_string_chunk_insert_const (samples->texts, word);
  else if (is_text)
    sample->text = g_string_chunk_insert_const (samples->texts, word);
  else if ((dim = find_dim (reader, key)) >= 0)
    codes[dim] = find_level (reader, (guint) dim, word);
  return TRUE;
}

static int
compare_spans (gconstpointer a, gconstpointer b)
{
  const AssaySpan *x = a, *y = b;

  return x->from != y->from ? (x->from > y->from) - (x->from < y->from)
                            : (x->to > y->to) - (x->to < y->to);
}

/* Spans that lie within the text, begin and end at characters, in order. */
static void
keep_good_spans (StudioSamples *samples, StudioSample *sample)
{
  GArray *spans = samples->spans;
  gsize length = strlen (sample->text);
  guint kept = sample->first_span;

  for (guint i = sample->first_span; i < spans->len; i++)
    {
      AssaySpan span = g_array_index (spans, AssaySpan, i);

      if (span.from < span.to && span.to <= length && isfinite (span.value)
          && ((guchar) sample->text[span.from] & 0xc0) != 0x80
          && ((guchar) sample->text[span.to] & 0xc0) != 0x80)
        g_array_index (spans, AssaySpan, kept++) = span;
    }
  g_array_set_size (spans, kept);
  sample->n_spans = kept - sample->first_span;
  if (sample->n_spans > 1)
    qsort (&g_array_index (spans, AssaySpan, sample->first_span), sample->n_spans,
           sizeof (AssaySpan), compare_spans);
}

static gboolean
read_line (Reader *reader, const char *line, gsize length)
{
  StudioSamples *samples = reader->samples;
  JsonCursor json = { line, line + length, NULL };
  StudioSample sample = { .prompt = "", .text = "", .first_span = samples->spans->len, .twins = 1 };
  gint32 codes[DIMS];

  memset (codes, 0xff, sizeof codes);
  if (!json_take (&json, '{'))
    return FALSE;
  if (!json_take (&json, '}'))
    {
      do
        if (!read_member (reader, &json, &sample, codes))
          return FALSE;
      while (json_take (&json, ','));
      if (!json_expect (&json, '}'))
        return FALSE;
    }
  if (json_peek (&json) != '\0')
    return FALSE;
  keep_good_spans (samples, &sample);
  g_array_append_val (samples->samples, sample);
  g_array_append_vals (samples->codes, codes, DIMS);
  return TRUE;
}

static void
add_line (Reader *reader, const char *line, gsize length)
{
  guint spans = reader->samples->spans->len;

  if (length == 0)
    return;
  if (length < MAX_LINE && g_utf8_validate (line, (gssize) length, NULL)
      && read_line (reader, line, length))
    return;
  reader->samples->n_bad++;
  g_array_set_size (reader->samples->spans, spans);
}

/* Equal texts are one in memory (g_string_chunk_insert_const), so their address tells. */
static void
count_twins (StudioSamples *samples)
{
  g_autoptr (GHashTable) counts = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < samples->samples->len; i++)
    {
      gpointer text = (gpointer) studio_samples_at (samples, i)->text;

      g_hash_table_insert (
          counts, text,
          GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (counts, text)) + 1));
    }
  for (guint i = 0; i < samples->samples->len; i++)
    {
      StudioSample *sample = &g_array_index (samples->samples, StudioSample, i);

      if (*sample->text != '\0')
        sample->twins = GPOINTER_TO_UINT (g_hash_table_lookup (counts, sample->text));
    }
}

static gsize
longest_line (const char *text, gsize length)
{
  gsize longest = 0;

  for (gsize at = 0; at < length;)
    {
      const char *end = memchr (text + at, '\n', length - at);
      gsize line = end != NULL ? (gsize) (end - text) - at : length - at;

      longest = MAX (longest, line);
      at += line + 1;
    }
  return longest;
}

static StudioSamples *
parse (const char *text, gsize length, GCancellable *cancellable)
{
  g_autoptr (GPtrArray) codes
      = g_ptr_array_new_with_free_func ((GDestroyNotify) g_hash_table_unref);
  g_autofree char *room = g_malloc (longest_line (text, length) + 2);
  Reader reader = { samples_new (), codes, room };

  for (gsize at = 0; at < length && !g_cancellable_is_cancelled (cancellable);)
    {
      const char *end = memchr (text + at, '\n', length - at);
      gsize line = end != NULL ? (gsize) (end - text) - at : length - at;

      guint bad = reader.samples->n_bad;

      add_line (&reader, text + at, line);
      /* A last line without an end is being written. */
      if (end == NULL)
        reader.samples->n_bad = bad;
      at += line + 1;
    }
  count_twins (reader.samples);
  return reader.samples;
}

StudioSamples *
studio_samples_parse (const char *text, gsize length)
{
  return parse (text, length, NULL);
}

/* Read, not mapped: a file that is cut while it is read would end the program. */
StudioSamples *
studio_samples_read (const char *path, GCancellable *cancellable, GError **error)
{
  FILE *file = fopen (path, "re");
  g_autofree char *text = NULL;
  gsize size = 0, room = 1 << 20, n;
  StudioSamples *samples;
  gboolean cut = FALSE;

  if (file == NULL)
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_NOT_FOUND,
                   "%s cannot be read: %s. The run may not have written it yet.", path,
                   g_strerror (errno));
      return NULL;
    }
  text = g_malloc (room);
  while ((n = fread (text + size, 1, room - size, file)) > 0)
    {
      size += n;
      cut = size >= STUDIO_SAMPLES_MAX_BYTES;
      if (cut || g_cancellable_is_cancelled (cancellable))
        break;
      if (size == room)
        text = g_realloc (text, room *= 2);
    }
  fclose (file);
  samples = parse (text, size, cancellable);
  samples->cut = cut;
  return samples;
}

/* ---- numbers ---- */

static guint
n_dims_of (const StudioSamples *samples, guint i)
{
  guint n = 0;

  for (guint dim = 0; dim < samples->dims->len; dim++)
    n += code_of (samples, i, dim) >= 0;
  return n;
}

static int
dim_named (const StudioSamples *samples, const char *id)
{
  for (guint i = 0; i < samples->dims->len; i++)
    if (strcmp (samples->dims->pdata[i], id) == 0)
      return (int) i;
  return -1;
}

static StudioSampleMetric *
metric_named (StudioSamples *samples, const char *id)
{
  StudioSampleMetric *metric;

  for (guint i = 0; i < samples->metrics->len; i++)
    {
      metric = samples->metrics->pdata[i];
      if (strcmp (metric->id, id) == 0)
        return metric;
    }
  metric = g_new0 (StudioSampleMetric, 1);
  metric->id = g_strdup (id);
  metric->values = g_new (double, samples->samples->len + 1);
  for (guint i = 0; i < samples->samples->len; i++)
    metric->values[i] = NAN;
  g_ptr_array_add (samples->metrics, metric);
  return metric;
}

static gboolean
has_labels (const StudioSamples *samples, guint i, const GArray *labels)
{
  for (guint k = 0; k < labels->len; k++)
    {
      const AssayLabel *label = &g_array_index (labels, AssayLabel, k);
      int dim = dim_named (samples, label->dim);
      const char *level = dim >= 0 ? studio_samples_level (samples, i, (guint) dim) : NULL;

      if (level == NULL || strcmp (level, label->level) != 0)
        return FALSE;
    }
  return TRUE;
}

/* For each level of a dimension its place on an axis; -1: it is not there. */
static GArray *
places_on (const StudioSamples *samples, int dim, const GPtrArray *axis)
{
  const GPtrArray *levels = samples->levels->pdata[dim];
  g_autoptr (GHashTable) table = g_hash_table_new (g_str_hash, g_str_equal);
  GArray *places = g_array_sized_new (FALSE, FALSE, sizeof (int), levels->len);

  for (guint i = 0; i < axis->len; i++)
    g_hash_table_insert (table, axis->pdata[i], GUINT_TO_POINTER (i + 1));
  for (guint i = 0; i < levels->len; i++)
    {
      int place = GPOINTER_TO_INT (g_hash_table_lookup (table, levels->pdata[i])) - 1;

      g_array_append_val (places, place);
    }
  return places;
}

static void
join_array (StudioSamples *samples, const AssayArrayData *array)
{
  g_autoptr (GPtrArray) places = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  g_autofree int *dims = g_new (int, array->axes->len + 1);
  StudioSampleMetric *metric = NULL;

  for (guint a = 0; a < array->axes->len; a++)
    {
      dims[a] = dim_named (samples, array->axes->pdata[a]);
      if (dims[a] < 0)
        return;
      g_ptr_array_add (places, places_on (samples, dims[a], array->levels->pdata[a]));
    }
  for (guint i = 0; i < samples->samples->len; i++)
    {
      gsize at = 0;
      gboolean found = n_dims_of (samples, i) == array->axes->len + array->label_list->len
                       && has_labels (samples, i, array->label_list);

      for (guint a = 0; found && a < array->axes->len; a++)
        {
          gint32 code = code_of (samples, i, (guint) dims[a]);
          int place = code >= 0 ? g_array_index ((GArray *) places->pdata[a], int, code) : -1;

          found = place >= 0;
          at = at * ((GPtrArray *) array->levels->pdata[a])->len + (gsize) place;
        }
      if (!found)
        continue;
      if (metric == NULL)
        metric = metric_named (samples, array->metric);
      metric->values[i] = array->values[at];
    }
}

/* At a sample's step; of a metric without steps, its one value. */
static double
value_of_series (const AssaySeriesData *series, const char *step)
{
  double at;

  if (step == NULL)
    return series->values->len == 1 ? g_array_index (series->values, double, 0) : (double) NAN;
  at = g_ascii_strtod (step, NULL);
  for (guint i = 0; i < series->steps->len; i++)
    if (g_array_index (series->steps, double, i) == at)
      return g_array_index (series->values, double, i);
  return NAN;
}

static void
join_series (StudioSamples *samples, const AssaySeriesData *series)
{
  int step = dim_named (samples, "step");
  StudioSampleMetric *metric = NULL;

  /* A metric that knows nothing of the samples is no number of theirs. */
  if (series->label_list->len == 0 && step < 0)
    return;
  for (guint i = 0; i < samples->samples->len; i++)
    {
      const char *at = step >= 0 ? studio_samples_level (samples, i, (guint) step) : NULL;

      if (n_dims_of (samples, i) != series->label_list->len + (at != NULL)
          || !has_labels (samples, i, series->label_list))
        continue;
      if (metric == NULL)
        metric = metric_named (samples, series->metric);
      metric->values[i] = value_of_series (series, at);
    }
}

void
studio_samples_join (StudioSamples *samples, const AssayRunData *data)
{
  for (guint i = 0; i < data->arrays->len; i++)
    join_array (samples, data->arrays->pdata[i]);
  for (guint i = 0; i < data->series->len; i++)
    join_series (samples, data->series->pdata[i]);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Samples searched, put side by side and sorted.
 */
#include "host/store/frame.h"
#include "ui/desktop/samples.h"
#include <math.h>
#include <string.h>

#define DIMS STUDIO_SAMPLES_MAX_DIMS
#define MOST_ARMS 8
#define MAX_COLUMNS 24

int
studio_samples_arms (const StudioSamples *samples)
{
  for (guint i = 0; i < samples->dims->len; i++)
    {
      guint n = ((GPtrArray *) samples->levels->pdata[i])->len;

      if (n >= 2 && n <= MOST_ARMS)
        return (int) i;
    }
  return -1;
}

static guint
n_columns_of (const StudioSamples *samples, int arms)
{
  return arms >= 0 ? MIN (((GPtrArray *) samples->levels->pdata[arms])->len, MAX_COLUMNS) : 1;
}

/* ---- ways to sort ---- */

static void
sort_free (gpointer data)
{
  StudioSampleSort *sort = data;

  g_free (sort->title);
  g_free (sort);
}

static void G_GNUC_PRINTF (5, 6) add_sort (GPtrArray *sorts, StudioSortKind kind, guint index,
                                           guint column, const char *format, ...)
{
  StudioSampleSort *sort = g_new (StudioSampleSort, 1);
  va_list words;

  va_start (words, format);
  *sort = (StudioSampleSort){ g_strdup_vprintf (format, words), kind, index, column };
  va_end (words);
  g_ptr_array_add (sorts, sort);
}

static void
add_metric_sorts (const StudioSamples *samples, int arms, GPtrArray *sorts)
{
  guint n = n_columns_of (samples, arms);

  for (guint m = 0; m < samples->metrics->len; m++)
    {
      const char *id = ((StudioSampleMetric *) samples->metrics->pdata[m])->id;
      const GPtrArray *levels = arms >= 0 ? samples->levels->pdata[arms] : NULL;

      for (guint c = 0; c < n; c++)
        add_sort (sorts, STUDIO_SORT_METRIC, m, c, n > 1 ? "%s of %s" : "%s", id,
                  levels != NULL ? (const char *) levels->pdata[c] : "");
      if (n == 2)
        add_sort (sorts, STUDIO_SORT_DIFFERENCE, m, 0, "%s: %s − %s", id,
                  (const char *) levels->pdata[1], (const char *) levels->pdata[0]);
    }
}

GPtrArray *
studio_samples_sorts (const StudioSamples *samples, int arms)
{
  GPtrArray *sorts = g_ptr_array_new_with_free_func (sort_free);
  guint n = n_columns_of (samples, arms);

  add_sort (sorts, STUDIO_SORT_FILE, 0, 0, "As written");
  for (guint i = 0; i < samples->dims->len; i++)
    if ((int) i != arms)
      add_sort (sorts, STUDIO_SORT_DIM, i, 0, "%s", (const char *) samples->dims->pdata[i]);
  add_metric_sorts (samples, arms, sorts);
  add_sort (sorts, STUDIO_SORT_PROMPT, 0, 0, "Prompt");
  add_sort (sorts, STUDIO_SORT_TWINS, 0, 0, "How often the text occurs");
  for (guint c = 0; c < n; c++)
    add_sort (sorts, STUDIO_SORT_LENGTH, 0, c, n > 1 ? "Length of %s" : "Length%s",
              n > 1 ? (const char *) ((GPtrArray *) samples->levels->pdata[arms])->pdata[c] : "");
  return sorts;
}

/* ---- side by side ---- */

typedef struct
{
  const StudioSamples *samples;
  const StudioSampleQuery *query;
  StudioSampleTable *table;
  GHashTable *rows; /* key -> row + 1 */
  GStringChunk *keys;
} Making;

guint32
studio_sample_table_cell (const StudioSampleTable *table, guint row, guint column)
{
  return g_array_index (table->cells, guint32, (gsize) row * table->n_columns + column);
}

static guint
add_row (StudioSampleTable *table)
{
  guint32 none = STUDIO_NO_SAMPLE;

  for (guint i = 0; i < table->n_columns; i++)
    g_array_append_val (table->cells, none);
  return table->n_rows++;
}

/* Everything that tells rows apart, in few characters: the levels' codes, the prompt's address. */
static void
make_key (const Making *m, guint i, guint time, char *key, gsize size)
{
  const gint32 *codes = &g_array_index (m->samples->codes, gint32, (gsize) i * DIMS);
  gsize at = (gsize) g_snprintf (key, size, "%p", studio_samples_at (m->samples, i)->prompt);

  for (guint dim = 0; dim < m->samples->dims->len; dim++)
    if ((int) dim != m->query->arms)
      at += (gsize) g_snprintf (key + at, size - at, ",%d", codes[dim]);
  if (time > 0)
    g_snprintf (key + at, size - at, "+%u", time);
}

/* A sample whose place is taken goes into a further row of the same kind. */
static void
place (Making *m, guint i, guint column)
{
  char key[32 + 12 * DIMS + 16];

  for (guint time = 0;; time++)
    {
      guint row;
      guint32 *cell;

      make_key (m, i, time, key, sizeof key);
      row = GPOINTER_TO_UINT (g_hash_table_lookup (m->rows, key));
      if (row == 0)
        {
          row = add_row (m->table) + 1;
          g_hash_table_insert (m->rows, g_string_chunk_insert (m->keys, key),
                               GUINT_TO_POINTER (row));
        }
      cell = &g_array_index (m->table->cells, guint32,
                             (gsize) (row - 1) * m->table->n_columns + column);
      if (*cell == STUDIO_NO_SAMPLE)
        {
          *cell = i;
          return;
        }
    }
}

static void
place_all (Making *m, GCancellable *cancellable)
{
  const StudioSamples *samples = m->samples;
  int arms = m->query->arms;

  for (guint i = 0; i < studio_samples_n (samples); i++)
    {
      gint32 column
          = arms >= 0 ? g_array_index (samples->codes, gint32, (gsize) i * DIMS + (guint) arms) : 0;

      if ((i & 1023) == 0 && g_cancellable_is_cancelled (cancellable))
        return;
      if (column >= 0 && (guint) column < m->table->n_columns)
        place (m, i, (guint) column);
    }
}

/* ---- searching ---- */

static gboolean
contains (const char *text, const char *folded, gboolean ascii)
{
  g_autofree char *mine = NULL;

  if (ascii)
    return strcasestr (text, folded) != NULL;
  mine = g_utf8_casefold (text, -1);
  return strstr (mine, folded) != NULL;
}

static gboolean
matches (const StudioSamples *samples, guint32 i, const char *folded, gboolean ascii)
{
  const StudioSample *sample = studio_samples_at (samples, i);

  return contains (sample->text, folded, ascii) || contains (sample->prompt, folded, ascii);
}

static gboolean
row_passes (const Making *m, guint row, const char *folded, gboolean ascii)
{
  gboolean found = *folded == '\0', twins = !m->query->twins;

  for (guint c = 0; c < m->table->n_columns && !(found && twins); c++)
    {
      guint32 i = studio_sample_table_cell (m->table, row, c);

      if (i == STUDIO_NO_SAMPLE)
        continue;
      found = found || matches (m->samples, i, folded, ascii);
      twins = twins || studio_samples_at (m->samples, i)->twins > 1;
    }
  return found && twins;
}

static void
drop_rows (Making *m, GCancellable *cancellable)
{
  StudioSampleTable *table = m->table;
  const char *search = m->query->search != NULL ? m->query->search : "";
  gboolean ascii = g_str_is_ascii (search);
  g_autofree char *folded = ascii ? g_strdup (search) : g_utf8_casefold (search, -1);
  gsize width = table->n_columns * sizeof (guint32);
  guint kept = 0;

  if (*folded == '\0' && !m->query->twins)
    return;
  for (guint row = 0; row < table->n_rows; row++)
    {
      if ((row & 255) == 0 && g_cancellable_is_cancelled (cancellable))
        return;
      if (row_passes (m, row, folded, ascii))
        memmove (table->cells->data + kept++ * width, table->cells->data + row * width, width);
    }
  table->n_rows = kept;
  g_array_set_size (table->cells, kept * table->n_columns);
}

/* ---- sorting ---- */

typedef struct
{
  guint row;
  double number; /* NaN: none, which comes last */
  const char *text;
} SortKey;

static guint32
first_cell (const StudioSampleTable *table, guint row)
{
  for (guint c = 0; c < table->n_columns; c++)
    if (studio_sample_table_cell (table, row, c) != STUDIO_NO_SAMPLE)
      return studio_sample_table_cell (table, row, c);
  return STUDIO_NO_SAMPLE;
}

static double
metric_at (const Making *m, guint row, guint column)
{
  const StudioSampleMetric *metric = m->samples->metrics->pdata[m->query->sort->index];
  guint32 i = studio_sample_table_cell (m->table, row, column);

  return i != STUDIO_NO_SAMPLE ? metric->values[i] : (double) NAN;
}

static guint
most_twins (const Making *m, guint row)
{
  guint most = 0;

  for (guint c = 0; c < m->table->n_columns; c++)
    {
      guint32 i = studio_sample_table_cell (m->table, row, c);

      if (i != STUDIO_NO_SAMPLE)
        most = MAX (most, studio_samples_at (m->samples, i)->twins);
    }
  return most;
}

static SortKey
key_of (const Making *m, guint row)
{
  const StudioSampleSort *sort = m->query->sort;
  guint32 first = first_cell (m->table, row), cell = STUDIO_NO_SAMPLE;
  SortKey key = { row, NAN, NULL };

  if (sort->column < m->table->n_columns)
    cell = studio_sample_table_cell (m->table, row, sort->column);
  if (sort->kind == STUDIO_SORT_DIM)
    key.text = studio_samples_level (m->samples, first, sort->index);
  else if (sort->kind == STUDIO_SORT_PROMPT)
    key.text = studio_samples_at (m->samples, first)->prompt;
  else if (sort->kind == STUDIO_SORT_LENGTH && cell != STUDIO_NO_SAMPLE)
    key.number = (double) strlen (studio_samples_at (m->samples, cell)->text);
  else if (sort->kind == STUDIO_SORT_TWINS)
    key.number = most_twins (m, row);
  else if (sort->kind == STUDIO_SORT_METRIC)
    key.number = metric_at (m, row, MIN (sort->column, m->table->n_columns - 1));
  else if (sort->kind == STUDIO_SORT_DIFFERENCE)
    key.number = metric_at (m, row, m->table->n_columns - 1) - metric_at (m, row, 0);
  return key;
}

/* Whichever way it goes, what has no value comes last, and equal rows stay as written. */
static int
compare_keys (gconstpointer a, gconstpointer b, gpointer data)
{
  const SortKey *x = a, *y = b;
  int way = *(gboolean *) data ? -1 : 1, order = 0;

  if (x->text != NULL && y->text != NULL)
    order = way * assay_natural_compare (x->text, y->text);
  else if (x->text != NULL || y->text != NULL)
    order = x->text == NULL ? 1 : -1;
  else if (isnan (x->number) || isnan (y->number))
    order = isnan (x->number) - isnan (y->number);
  else
    order = way * ((x->number > y->number) - (x->number < y->number));
  return order != 0 ? order : (x->row > y->row) - (x->row < y->row);
}

static void
sort_rows (Making *m)
{
  StudioSampleTable *table = m->table;
  gsize width = table->n_columns * sizeof (guint32);
  gboolean descending = m->query->descending;
  g_autofree SortKey *keys = NULL;
  GArray *sorted;

  if (m->query->sort == NULL || (m->query->sort->kind == STUDIO_SORT_FILE && !descending))
    return;
  keys = g_new (SortKey, table->n_rows + 1);
  for (guint row = 0; row < table->n_rows; row++)
    {
      keys[row] = key_of (m, row);
      if (m->query->sort->kind == STUDIO_SORT_FILE)
        keys[row].number = row;
    }
  g_qsort_with_data (keys, (int) table->n_rows, sizeof *keys, compare_keys, &descending);
  sorted = g_array_sized_new (FALSE, FALSE, sizeof (guint32), table->n_rows * table->n_columns);
  for (guint row = 0; row < table->n_rows; row++)
    g_array_append_vals (sorted, table->cells->data + keys[row].row * width, table->n_columns);
  g_array_unref (table->cells);
  table->cells = sorted;
}

StudioSampleTable *
studio_sample_table_new (const StudioSamples *samples, const StudioSampleQuery *query,
                         GCancellable *cancellable)
{
  StudioSampleTable *table = g_new0 (StudioSampleTable, 1);
  g_autoptr (GHashTable) rows = g_hash_table_new (g_str_hash, g_str_equal);
  GStringChunk *keys = g_string_chunk_new (1 << 16);
  Making m = { samples, query, table, rows, keys };

  table->n_columns = n_columns_of (samples, query->arms);
  table->titles = g_ptr_array_new_with_free_func (g_free);
  table->cells = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (guint c = 0; c < table->n_columns; c++)
    g_ptr_array_add (table->titles,
                     query->arms >= 0
                         ? g_strdup (((GPtrArray *) samples->levels->pdata[query->arms])->pdata[c])
                         : g_strdup ("Text"));
  place_all (&m, cancellable);
  drop_rows (&m, cancellable);
  if (!g_cancellable_is_cancelled (cancellable))
    sort_rows (&m);
  g_string_chunk_free (keys);
  return table;
}

void
studio_sample_table_free (StudioSampleTable *table)
{
  g_ptr_array_unref (table->titles);
  g_array_unref (table->cells);
  g_free (table);
}

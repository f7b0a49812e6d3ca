/* SPDX-License-Identifier: Apache-2.0 */
#include "host/store/frame.h"

#include "host/store/filter.h"
#include <math.h>
#include <string.h>

/* What callers see, and the way back from a level to its code. */
typedef struct
{
  AssayFrameDim dim;
  GHashTable *codes; /* level -> code */
} FrameDim;

static void
frame_dim_free (gpointer data)
{
  FrameDim *full = data;

  g_hash_table_unref (full->codes);
  g_ptr_array_unref (full->dim.levels);
  g_array_unref (full->dim.numbers);
  g_array_unref (full->dim.codes);
  g_free (full);
}

AssayFrame *
assay_frame_new (void)
{
  AssayFrame *frame = g_new0 (AssayFrame, 1);

  frame->dims = g_ptr_array_new_with_free_func (frame_dim_free);
  frame->values = g_array_new (FALSE, FALSE, sizeof (double));
  frame->properties = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                             (GDestroyNotify) g_hash_table_unref);
  frame->shared_stages = g_ptr_array_new_with_free_func (g_free);
  frame->runs = g_ptr_array_new_with_free_func (g_free);
  frame->run_of = g_array_new (FALSE, FALSE, sizeof (guint32));
  return frame;
}

void
assay_frame_free (AssayFrame *frame)
{
  if (frame == NULL)
    return;
  g_ptr_array_unref (frame->dims);
  g_array_unref (frame->values);
  g_hash_table_unref (frame->properties);
  g_ptr_array_unref (frame->shared_stages);
  g_ptr_array_unref (frame->runs);
  g_array_unref (frame->run_of);
  g_free (frame);
}

guint
assay_frame_n (const AssayFrame *frame)
{
  return frame->values->len;
}

AssayFrameDim *
assay_frame_dim (const AssayFrame *frame, const char *id)
{
  for (guint i = 0; i < frame->dims->len; i++)
    {
      AssayFrameDim *dim = frame->dims->pdata[i];

      if (strcmp (dim->id, id) == 0)
        return dim;
    }
  return NULL;
}

AssayFrameDim *
assay_frame_add_dim (AssayFrame *frame, const char *id, guint kind)
{
  FrameDim *full = g_new0 (FrameDim, 1);

  g_return_val_if_fail (frame->values->len == 0, NULL);
  full->dim.id = g_intern_string (id);
  full->dim.kind = kind;
  full->dim.levels = g_ptr_array_new_with_free_func (g_free);
  full->dim.numbers = g_array_new (FALSE, FALSE, sizeof (double));
  full->dim.codes = g_array_new (FALSE, FALSE, sizeof (gint32));
  full->codes = g_hash_table_new (g_str_hash, g_str_equal);
  g_ptr_array_add (frame->dims, full);
  return &full->dim;
}

gint32
assay_frame_level (AssayFrameDim *dim, const char *level)
{
  FrameDim *full = (FrameDim *) dim;
  const double none = NAN;
  gpointer code;
  char *own;

  if (g_hash_table_lookup_extended (full->codes, level, NULL, &code))
    return GPOINTER_TO_INT (code);
  own = g_strdup (level);
  g_ptr_array_add (dim->levels, own);
  g_array_append_val (dim->numbers, none);
  g_hash_table_insert (full->codes, own, GINT_TO_POINTER ((gint) dim->levels->len - 1));
  return (gint32) dim->levels->len - 1;
}

void
assay_frame_add (AssayFrame *frame, const gint32 *codes, double value)
{
  for (guint i = 0; i < frame->dims->len; i++)
    {
      AssayFrameDim *dim = frame->dims->pdata[i];

      g_array_append_val (dim->codes, codes[i]);
    }
  g_array_append_val (frame->values, value);
}

/* ---- Taking away ---- */

void
assay_frame_remove_dim (AssayFrame *frame, AssayFrameDim *dim)
{
  g_ptr_array_remove (frame->dims, dim);
}

/* Renames codes so that levels no cell uses are gone; the others keep their order. */
static void
drop_unused (FrameDim *full)
{
  AssayFrameDim *dim = &full->dim;
  g_autofree gint32 *renamed = g_new0 (gint32, dim->levels->len + 1);
  gint32 *codes = (gint32 *) (void *) dim->codes->data;
  guint n = 0;

  for (guint i = 0; i < dim->codes->len; i++)
    renamed[codes[i]] = 1;
  for (guint i = 0; i < dim->levels->len; i++)
    {
      char *level = dim->levels->pdata[i];

      if (renamed[i] == 0)
        {
          g_hash_table_remove (full->codes, level);
          g_free (level);
          continue;
        }
      renamed[i] = (gint32) n;
      dim->levels->pdata[n] = level;
      g_array_index (dim->numbers, double, n) = g_array_index (dim->numbers, double, i);
      g_hash_table_insert (full->codes, level, GINT_TO_POINTER ((gint) n++));
    }
  for (guint i = n; i < dim->levels->len; i++)
    dim->levels->pdata[i] = NULL;
  g_ptr_array_set_size (dim->levels, (int) n);
  g_array_set_size (dim->numbers, n);
  for (guint i = 0; i < dim->codes->len; i++)
    codes[i] = renamed[codes[i]];
}

void
assay_frame_drop_unused_levels (AssayFrame *frame)
{
  for (guint d = 0; d < frame->dims->len; d++)
    drop_unused (frame->dims->pdata[d]);
}

/* ---- Order of levels ---- */

int
assay_natural_compare (const char *a, const char *b)
{
  const char *p = a, *q = b;

  while (*p != '\0' && *q != '\0')
    {
      gsize m, n;
      int order;

      if (!g_ascii_isdigit (*p) || !g_ascii_isdigit (*q))
        {
          if (*p != *q)
            return (guchar) *p < (guchar) *q ? -1 : 1;
          p++, q++;
          continue;
        }
      p += strspn (p, "0");
      q += strspn (q, "0");
      m = strspn (p, "0123456789");
      n = strspn (q, "0123456789");
      order = m != n ? (m < n ? -1 : 1) : memcmp (p, q, m);
      if (order != 0)
        return order;
      p += m, q += n;
    }
  if (*p != '\0' || *q != '\0')
    return *p == '\0' ? -1 : 1;
  return strcmp (a, b); /* "01" and "1" */
}

typedef struct
{
  const char *text;
  guint declared; /* place in the declared list */
  double number;
  gint32 code; /* before sorting */
} Level;

/* Sorted: declared, in declared order; numbers; the rest; and "" last. */
static int
compare_levels (gconstpointer a, gconstpointer b)
{
  const Level *x = a, *y = b;

  if ((*x->text == '\0') != (*y->text == '\0'))
    return *x->text == '\0' ? 1 : -1;
  if (x->declared != y->declared)
    return x->declared < y->declared ? -1 : 1;
  if (isnan (x->number) != isnan (y->number))
    return isnan (x->number) ? 1 : -1;
  if (x->number < y->number || x->number > y->number)
    return x->number < y->number ? -1 : 1;
  return assay_natural_compare (x->text, y->text);
}

static guint
declared_place (const GStrv declared, const char *level)
{
  for (guint i = 0; declared != NULL && declared[i] != NULL; i++)
    if (assay_filter_equal (declared[i], level))
      return i;
  return G_MAXUINT;
}

static double
level_number (const char *level)
{
  double number;

  return assay_filter_number (level, &number) ? number : NAN;
}

/* Sorts the levels and renames the codes of the cells. */
static void
order_levels (FrameDim *full, const AssayStudyInfo *study)
{
  AssayFrameDim *dim = &full->dim;
  const AssayDim *declared = study != NULL ? assay_study_dim (study, dim->id) : NULL;
  g_auto (GStrv) closed
      = declared != NULL && declared->values != NULL ? assay_words (declared->values) : NULL;
  guint n = dim->levels->len;
  g_autofree Level *levels = g_new (Level, n + 1);
  g_autofree gint32 *renamed = g_new (gint32, n + 1);

  if (declared != NULL)
    {
      dim->kind = declared->kind;
      dim->scale = declared->scale;
    }
  for (guint i = 0; i < n; i++)
    {
      const char *text = dim->levels->pdata[i];

      levels[i] = (Level){ text, declared_place (closed, text), level_number (text), (gint32) i };
    }
  qsort (levels, n, sizeof (Level), compare_levels);
  for (guint i = 0; i < n; i++)
    {
      renamed[levels[i].code] = (gint32) i;
      dim->levels->pdata[i] = (gpointer) levels[i].text;
      g_array_index (dim->numbers, double, i) = levels[i].number;
      g_hash_table_insert (full->codes, dim->levels->pdata[i], GINT_TO_POINTER ((gint) i));
    }
  for (guint i = 0; i < dim->codes->len; i++)
    g_array_index (dim->codes, gint32, i) = renamed[g_array_index (dim->codes, gint32, i)];
}

/* ---- Order of cells ---- */

/* One stable pass of a counting sort: puts @order into order of the codes of @dim. */
static void
sort_pass (const AssayFrameDim *dim, guint32 *order, guint32 *scratch, guint n)
{
  const gint32 *codes = (const gint32 *) dim->codes->data;
  g_autofree guint32 *start = g_new0 (guint32, dim->levels->len + 1);

  for (guint i = 0; i < n; i++)
    start[codes[i] + 1]++;
  for (guint i = 1; i <= dim->levels->len; i++)
    start[i] += start[i - 1];
  for (guint i = 0; i < n; i++)
    scratch[start[codes[order[i]]]++] = order[i];
  memcpy (order, scratch, n * sizeof *order);
}

static gboolean
is_sorted (const AssayFrame *frame)
{
  for (guint i = 1; i < frame->values->len; i++)
    for (guint d = 0; d < frame->dims->len; d++)
      {
        const AssayFrameDim *dim = frame->dims->pdata[d];
        const gint32 *codes = (const gint32 *) dim->codes->data;

        if (codes[i - 1] > codes[i])
          return FALSE;
        if (codes[i - 1] < codes[i])
          break;
      }
  return TRUE;
}

static void
sort_cells (AssayFrame *frame)
{
  guint n = frame->values->len;
  g_autofree guint32 *order = NULL, *scratch = NULL;
  g_autofree double *values = NULL;

  if (is_sorted (frame))
    return;
  order = g_new (guint32, n);
  scratch = g_new (guint32, n);
  values = g_new (double, n);
  for (guint i = 0; i < n; i++)
    order[i] = i;
  for (guint d = frame->dims->len; d-- > 0;)
    sort_pass (frame->dims->pdata[d], order, scratch, n);
  for (guint d = 0; d < frame->dims->len; d++)
    {
      AssayFrameDim *dim = frame->dims->pdata[d];
      gint32 *codes = (gint32 *) dim->codes->data;

      for (guint i = 0; i < n; i++)
        scratch[i] = (guint32) codes[order[i]];
      memcpy (codes, scratch, n * sizeof *codes);
    }
  for (guint i = 0; i < n; i++)
    values[i] = g_array_index (frame->values, double, order[i]);
  memcpy (frame->values->data, values, n * sizeof *values);
  if (frame->run_of->len == 0)
    return;
  for (guint i = 0; i < n; i++)
    scratch[i] = g_array_index (frame->run_of, guint32, order[i]);
  memcpy (frame->run_of->data, scratch, n * sizeof *scratch);
}

void
assay_frame_finish (AssayFrame *frame, const AssayStudyInfo *study)
{
  for (guint d = 0; d < frame->dims->len; d++)
    order_levels (frame->dims->pdata[d], study);
  sort_cells (frame);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "host/claims/chain.h"

#include <string.h>

ClaimShape *
assay_shape_new (guint n_axes, guint n)
{
  ClaimShape *shape = g_new0 (ClaimShape, 1);

  shape->n_axes = n_axes;
  shape->axes = g_new0 (guint, MAX (n_axes, 1));
  shape->n = n;
  shape->codes = g_new (gint32, MAX ((gsize) n * n_axes, 1));
  return shape;
}

void
assay_shape_free (ClaimShape *shape)
{
  if (!shape)
    return;
  g_free (shape->axes);
  g_free (shape->codes);
  g_free (shape);
}

int
assay_shape_column (const ClaimShape *shape, guint axis)
{
  for (guint i = 0; i < shape->n_axes; i++)
    if (shape->axes[i] == axis)
      return (int) i;
  return -1;
}

/* One stable counting pass over a column; codes start at -1. */
static void
sort_by_column (const ClaimShape *shape, guint32 *cells, guint32 *room, guint n, guint column)
{
  const gint32 *codes = shape->codes + column;
  gint32 top = -1;
  guint *begin;

  for (guint i = 0; i < n; i++)
    top = MAX (top, codes[(gsize) cells[i] * shape->n_axes]);
  begin = g_new0 (guint, top + 3);
  for (guint i = 0; i < n; i++)
    begin[codes[(gsize) cells[i] * shape->n_axes] + 2]++;
  for (gint32 i = 0; i <= top + 1; i++)
    begin[i + 1] += begin[i];
  for (guint i = 0; i < n; i++)
    room[begin[codes[(gsize) cells[i] * shape->n_axes] + 1]++] = cells[i];
  memcpy (cells, room, n * sizeof *cells);
  g_free (begin);
}

void
assay_shape_sort (const ClaimShape *shape, guint32 *cells, guint n, const guint *columns,
                  guint n_columns)
{
  g_autofree guint32 *room = g_new (guint32, MAX (n, 1));

  for (guint i = n_columns; i > 0; i--)
    sort_by_column (shape, cells, room, n, columns[i - 1]);
}

gboolean
assay_shape_equal (const ClaimShape *shape, guint a, guint b, const guint *columns, guint n_columns)
{
  const gint32 *x = shape->codes + (gsize) a * shape->n_axes,
               *y = shape->codes + (gsize) b * shape->n_axes;

  for (guint i = 0; i < n_columns; i++)
    if (x[columns[i]] != y[columns[i]])
      return FALSE;
  return TRUE;
}

static gboolean
has_no_level (const ClaimShape *shape, const guint32 *cells, guint n, guint column)
{
  for (guint i = 0; i < n; i++)
    if (shape->codes[(gsize) cells[i] * shape->n_axes + column] >= 0)
      return FALSE;
  return TRUE;
}

/* <0, 0, >0 as the cells are ordered on the columns. */
static int
compare (const ClaimShape *shape, guint a, guint b, const guint *columns, guint n_columns)
{
  const gint32 *x = shape->codes + (gsize) a * shape->n_axes,
               *y = shape->codes + (gsize) b * shape->n_axes;

  for (guint i = 0; i < n_columns; i++)
    if (x[columns[i]] != y[columns[i]])
      return x[columns[i]] < y[columns[i]] ? -1 : 1;
  return 0;
}

GArray *
assay_shape_pairs (const ClaimShape *shape, const guint32 *a, guint n_a, const guint32 *b,
                   guint n_b, const guint *columns, guint n_columns)
{
  GArray *pairs = g_array_new (FALSE, FALSE, sizeof (ClaimPair));
  g_autofree guint *shared = g_new (guint, MAX (n_columns, 1));
  g_autofree guint32 *sorted_a = g_memdup2 (a, n_a * sizeof *a),
                     *sorted_b = g_memdup2 (b, n_b * sizeof *b);
  guint n_shared = 0, j = 0;

  for (guint i = 0; i < n_columns; i++)
    if (!has_no_level (shape, a, n_a, columns[i]) && !has_no_level (shape, b, n_b, columns[i]))
      shared[n_shared++] = columns[i];
  assay_shape_sort (shape, sorted_a, n_a, shared, n_shared);
  assay_shape_sort (shape, sorted_b, n_b, shared, n_shared);
  for (guint i = 0; i < n_a; i++)
    {
      while (j < n_b && compare (shape, sorted_b[j], sorted_a[i], shared, n_shared) < 0)
        j++;
      for (guint k = j; k < n_b && !compare (shape, sorted_b[k], sorted_a[i], shared, n_shared);
           k++)
        {
          ClaimPair pair = { sorted_a[i], sorted_b[k] };

          g_array_append_val (pairs, pair);
        }
      if (pairs->len > CLAIM_MAX_CELLS)
        break;
    }
  return pairs;
}

/* Cells that lack a dimension are constant along it, so they do not make it vary. */
gboolean
assay_shape_has_one_level (const ClaimShape *shape, guint column)
{
  gint32 level = -1;

  for (guint i = 0; i < shape->n; i++)
    {
      gint32 code = shape->codes[(gsize) i * shape->n_axes + column];

      if (code >= 0 && level >= 0 && code != level)
        return FALSE;
      level = MAX (level, code);
    }
  return TRUE;
}

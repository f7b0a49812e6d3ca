/* SPDX-License-Identifier: Apache-2.0
 *
 * One fold over cells of a known shape: which cells make a group, which cell a group becomes.
 */
#include "host/claims/making.h"

#include <math.h>
#include <string.h>

ClaimAxis *
assay_making_axis (const Making *m, guint column)
{
  return m->chain->axes->pdata[m->input->shape->axes[column]];
}

void G_GNUC_PRINTF (3, 4)
    assay_making_complain (const Making *m, GError **error, const char *format, ...)
{
  va_list args;
  g_autofree char *text = NULL;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE, "fold %u, %s%s%s%s: %s", m->number,
               m->op->name, m->fold->over ? " (\"" : "", m->fold->over ? m->fold->over : "",
               m->fold->over ? "\")" : "", text);
}

/* Column of a dimension; -1: it is not there, which is an error where the check is strict or
 * the fold needs it. */
gboolean
assay_making_column (const Making *m, const char *id, gboolean needed, int *column, GError **error)
{
  int axis = -1;

  for (guint i = 0; i < m->chain->axes->len; i++)
    if (!strcmp (((ClaimAxis *) m->chain->axes->pdata[i])->id, id))
      axis = (int) i;
  *column = axis < 0 ? -1 : assay_shape_column (m->input->shape, (guint) axis);
  if (*column >= 0 || !(needed || m->chain->source->strict))
    return TRUE;
  assay_making_complain (
      m, error,
      "the value has no dimension %s here; it is unknown, or an earlier fold or a single "
      "value removed it",
      id);
  return FALSE;
}

/* Splits the input's columns into those named in @over and the rest. */
gboolean
assay_making_split (Making *m, const char *over, gboolean needed, GError **error)
{
  const ClaimShape *shape = m->input->shape;
  g_auto (GStrv) words = assay_words (over);
  g_autofree gboolean *gone = g_new0 (gboolean, shape->n_axes + 1);

  m->over = g_new0 (guint, shape->n_axes + 1);
  m->rest = g_new0 (guint, shape->n_axes + 1);
  for (guint i = 0; words[i]; i++)
    {
      int column;

      if (!assay_making_column (m, words[i], needed, &column, error))
        return FALSE;
      if (column >= 0 && !gone[column])
        {
          gone[column] = TRUE;
          m->over[m->n_over++] = (guint) column;
        }
    }
  for (guint i = 0; i < shape->n_axes; i++)
    if (!gone[i])
      m->rest[m->n_rest++] = i;
  return TRUE;
}

guint32 *
assay_shape_cells (const ClaimShape *shape)
{
  guint32 *cells = g_new (guint32, MAX (shape->n, 1));

  for (guint i = 0; i < shape->n; i++)
    cells[i] = i;
  return cells;
}

ClaimNode *
assay_making_node (const Making *m)
{
  ClaimNode *node = assay_chain_add (m->chain, m->input, m->op->kernel);

  node->fold = m->fold;
  node->up = m->up;
  node->logs_in = m->input->logs;
  node->logs
      = m->op->logs == CLAIM_LOGS_ENTER || (m->op->logs == CLAIM_LOGS_KEEP && m->input->logs);
  node->threshold = node->logs_in ? log (m->fold->x) : m->fold->x;
  node->over = g_new0 (guint, m->n_over + 1);
  for (guint i = 0; i < m->n_over; i++)
    node->over[node->n_over++] = m->input->shape->axes[m->over[i]];
  return node;
}

/* The shape of the outputs: one cell per entry of @cells, with these columns of the input. */
ClaimShape *
assay_making_shape (const Making *m, const guint32 *cells, guint n, const guint *columns,
                    guint n_columns)
{
  const ClaimShape *from = m->input->shape;
  ClaimShape *shape = assay_shape_new (n_columns, n);

  for (guint c = 0; c < n_columns; c++)
    shape->axes[c] = from->axes[columns[c]];
  for (guint i = 0; i < n; i++)
    for (guint c = 0; c < n_columns; c++)
      shape->codes[(gsize) i * n_columns + c]
          = from->codes[(gsize) cells[i] * from->n_axes + columns[c]];
  return shape;
}

/* Cuts sorted cells into groups that agree on @columns: start, n_groups, shape. */
void
assay_making_groups (const Making *m, ClaimNode *node, const guint32 *cells, guint n,
                     const guint *columns, guint n_columns)
{
  g_autofree guint32 *heads = g_new (guint32, MAX (n, 1));

  node->start = g_new (guint32, (gsize) n + 1);
  for (guint i = 0; i < n; i++)
    if (i == 0 || !assay_shape_equal (m->input->shape, cells[i - 1], cells[i], columns, n_columns))
      {
        node->start[node->n_groups] = i;
        heads[node->n_groups++] = cells[i];
      }
  node->start[node->n_groups] = n;
  node->n_entries = n;
  node->shape = assay_making_shape (m, heads, node->n_groups, columns, n_columns);
}

guint32 *
assay_making_sorted (const Making *m, const guint *before, guint n_before, const guint *after,
                     guint n_after)
{
  guint32 *cells = assay_shape_cells (m->input->shape);
  g_autofree guint *columns = g_new (guint, n_before + n_after + 1);

  for (guint i = 0; i < n_before; i++)
    columns[i] = before[i];
  for (guint i = 0; i < n_after; i++)
    columns[n_before + i] = after[i];
  assay_shape_sort (m->input->shape, cells, m->input->shape->n, columns, n_before + n_after);
  return cells;
}

gint32
assay_axis_code (const ClaimAxis *axis, const char *level)
{
  gint32 code = GPOINTER_TO_INT (g_hash_table_lookup (axis->codes, level)) - 1;
  char *end;
  double number = g_ascii_strtod (level, &end);

  if (code >= 0 || !axis->numeric || *end || end == level)
    return code;
  for (guint i = 0; i < axis->numbers->len; i++)
    if (g_array_index (axis->numbers, double, i) == number)
      return (gint32) i;
  return -1;
}

gboolean
assay_making_no_level (const Making *m, const ClaimAxis *axis, const char *level, GError **error)
{
  GString *known = g_string_new (NULL);

  for (guint i = 0; i < axis->levels->len && i < 12; i++)
    g_string_append_printf (known, "%s%s", i ? ", " : "", (char *) axis->levels->pdata[i]);
  assay_making_complain (m, error, "dimension %s has no level %s here, only %s%s", axis->id, level,
                         known->len ? known->str : "none", axis->levels->len > 12 ? ", ..." : "");
  /* The runs lack it; the chain may be right. */
  if (error && *error)
    (*error)->code = ASSAY_ERROR_NOT_FOUND;
  g_string_free (known, TRUE);
  return FALSE;
}

/* One entry per group, in order. */
void
assay_making_singles (ClaimNode *node, guint n)
{
  node->n_groups = node->n_entries = n;
  node->start = g_new (guint32, (gsize) n + 1);
  for (guint i = 0; i <= n; i++)
    node->start[i] = i;
}

/* ---- Statistics ------------------------------------------------------ */

ClaimNode *
assay_make_statistic (Making *m, GError **error)
{
  ClaimNode *node;
  guint32 *cells;

  if (!assay_making_split (m, m->fold->over, FALSE, error))
    return NULL;
  node = assay_making_node (m);
  cells = assay_making_sorted (m, m->rest, m->n_rest, m->over, m->n_over);
  assay_making_groups (m, node, cells, m->input->shape->n, m->rest, m->n_rest);
  node->in = (gint32 *) cells;
  return node;
}

ClaimNode *
assay_make_cell (Making *m, GError **error)
{
  ClaimNode *node = assay_making_node (m);
  guint n = m->input->shape->n;

  assay_making_singles (node, n);
  node->in = (gint32 *) assay_shape_cells (m->input->shape);
  node->shape = assay_shape_new (m->input->shape->n_axes, n);
  memcpy (node->shape->axes, m->input->shape->axes, node->shape->n_axes * sizeof (guint));
  memcpy (node->shape->codes, m->input->shape->codes,
          (gsize) n * node->shape->n_axes * sizeof (gint32));
  return node;
}

static ClaimNode *(*const makers[]) (Making *m, GError **error) = {
  [CLAIM_STATISTIC] = assay_make_statistic, [CLAIM_ORDERED] = assay_make_ordered,
  [CLAIM_SELECT] = assay_make_selection,    [CLAIM_PAIR] = assay_make_pair,
  [CLAIM_ANCHOR] = assay_make_anchor,       [CLAIM_CONTRAST] = assay_make_contrast,
  [CLAIM_CELL] = assay_make_cell,
};

ClaimNode *
assay_chain_fold (ClaimChain *chain, ClaimNode *input, const AssayFold *fold, guint number,
                  gboolean up, const char *where, GError **error)
{
  Making m = { chain, input, fold, assay_claim_op (fold->op), number, up, where };
  ClaimNode *node;

  if (!m.op)
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
                   "fold %u: there is no fold number %u; use the ASSAY_ macros of plugin.h", number,
                   fold->op);
      return NULL;
    }
  if (m.op->grouping != CLAIM_CELL && !(fold->over && *fold->over))
    {
      assay_making_complain (&m, error, "names no dimension");
      return NULL;
    }
  node = makers[m.op->grouping](&m, error);
  g_free (m.over);
  g_free (m.rest);
  return node;
}

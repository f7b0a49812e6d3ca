/* SPDX-License-Identifier: Apache-2.0
 *
 * One fold over cells of a known shape: which cells make a group, which cell a group becomes.
 */
#include "host/claims/chain.h"

#include <math.h>
#include <string.h>

/* A fold being made. */
typedef struct
{
  ClaimChain *chain;
  ClaimNode *input;
  const AssayFold *fold;
  const ClaimOp *op;
  guint number;
  gboolean up;
  const char *where;
  guint *over, n_over; /* columns of the input's shape that go */
  guint *rest, n_rest; /* and that stay */
} Making;

static ClaimAxis *
axis_at (const Making *m, guint column)
{
  return m->chain->axes->pdata[m->input->shape->axes[column]];
}

static void G_GNUC_PRINTF (3, 4) complain (const Making *m, GError **error, const char *format, ...)
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
static gboolean
find_column (const Making *m, const char *id, gboolean needed, int *column, GError **error)
{
  int axis = -1;

  for (guint i = 0; i < m->chain->axes->len; i++)
    if (!strcmp (((ClaimAxis *) m->chain->axes->pdata[i])->id, id))
      axis = (int) i;
  *column = axis < 0 ? -1 : assay_shape_column (m->input->shape, (guint) axis);
  if (*column >= 0 || !(needed || m->chain->source->strict))
    return TRUE;
  complain (m, error,
            "the value has no dimension %s here; it is unknown, or an earlier fold or a single "
            "value removed it",
            id);
  return FALSE;
}

/* Splits the input's columns into those named in @over and the rest. */
static gboolean
split_columns (Making *m, const char *over, gboolean needed, GError **error)
{
  const ClaimShape *shape = m->input->shape;
  g_auto (GStrv) words = assay_words (over);
  g_autofree gboolean *gone = g_new0 (gboolean, shape->n_axes + 1);

  m->over = g_new0 (guint, shape->n_axes + 1);
  m->rest = g_new0 (guint, shape->n_axes + 1);
  for (guint i = 0; words[i]; i++)
    {
      int column;

      if (!find_column (m, words[i], needed, &column, error))
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

static guint32 *
all_cells (const ClaimShape *shape)
{
  guint32 *cells = g_new (guint32, MAX (shape->n, 1));

  for (guint i = 0; i < shape->n; i++)
    cells[i] = i;
  return cells;
}

static ClaimNode *
new_node (const Making *m)
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
static ClaimShape *
shape_of (const Making *m, const guint32 *cells, guint n, const guint *columns, guint n_columns)
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
static void
set_groups (const Making *m, ClaimNode *node, const guint32 *cells, guint n, const guint *columns,
            guint n_columns)
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
  node->shape = shape_of (m, heads, node->n_groups, columns, n_columns);
}

static guint32 *
sorted_cells (const Making *m, const guint *before, guint n_before, const guint *after,
              guint n_after)
{
  guint32 *cells = all_cells (m->input->shape);
  g_autofree guint *columns = g_new (guint, n_before + n_after + 1);

  for (guint i = 0; i < n_before; i++)
    columns[i] = before[i];
  for (guint i = 0; i < n_after; i++)
    columns[n_before + i] = after[i];
  assay_shape_sort (m->input->shape, cells, m->input->shape->n, columns, n_before + n_after);
  return cells;
}

/* ---- Statistics ------------------------------------------------------ */

static ClaimNode *
make_statistic (Making *m, GError **error)
{
  ClaimNode *node;
  guint32 *cells;

  if (!split_columns (m, m->fold->over, FALSE, error))
    return NULL;
  node = new_node (m);
  cells = sorted_cells (m, m->rest, m->n_rest, m->over, m->n_over);
  set_groups (m, node, cells, m->input->shape->n, m->rest, m->n_rest);
  node->in = (gint32 *) cells;
  return node;
}

/* ---- Along an ordered dimension -------------------------------------- */

/* Columns of the shape of @node that are no items: groups that agree on them are siblings, and
 * should reach equally far. */
static void
spread_ends (const Making *m, ClaimNode *node)
{
  const ClaimShape *shape = node->shape;
  g_autofree guint32 *groups = all_cells (shape);
  g_autofree guint *columns = g_new (guint, shape->n_axes + 1);
  guint n_columns = 0;

  for (guint i = 0; i < shape->n_axes; i++)
    if (((ClaimAxis *) m->chain->axes->pdata[shape->axes[i]])->kind != ASSAY_ITEM)
      columns[n_columns++] = i;
  assay_shape_sort (shape, groups, shape->n, columns, n_columns);
  for (guint i = 0, j; i < shape->n; i = j)
    {
      double lo = NAN, hi = NAN;

      for (j = i;
           j < shape->n && assay_shape_equal (shape, groups[i], groups[j], columns, n_columns); j++)
        {
          lo = fmin (lo, node->ends[2 * groups[j]]);
          hi = fmax (hi, node->ends[2 * groups[j] + 1]);
        }
      for (guint k = i; k < j; k++)
        {
          node->ends[2 * groups[k]] = lo;
          node->ends[2 * groups[k] + 1] = hi;
        }
    }
}

/* Keeps the entries for which @keep holds. */
static void
keep_entries (ClaimNode *node, const gboolean *keep)
{
  guint n = 0;

  for (guint g = 0; g < node->n_groups; g++)
    {
      guint begin = node->start[g], end = node->start[g + 1];

      node->start[g] = n;
      for (guint e = begin; e < end; e++)
        if (keep[e])
          {
            node->in[n] = node->in[e];
            node->at[n++] = node->at[e];
          }
    }
  node->start[node->n_groups] = n;
  node->n_entries = n;
}

/* Places along the dimension; cells without one stay only where a group has nothing else. */
static void
place_entries (const Making *m, ClaimNode *node, guint column)
{
  const ClaimAxis *axis = axis_at (m, column);
  const ClaimShape *shape = m->input->shape;
  gboolean scaled = axis->numeric && (m->fold->op == ASSAY_OP_AUC || m->fold->op == ASSAY_OP_SLOPE);
  g_autofree gboolean *keep = g_new0 (gboolean, (gsize) node->n_entries + 1);

  node->at = g_new0 (double, (gsize) node->n_entries + 1);
  node->ends = g_new (double, 2 * (gsize) node->n_groups + 1);
  for (guint g = 0; g < node->n_groups; g++)
    {
      double lo = NAN, hi = NAN;

      for (guint e = node->start[g]; e < node->start[g + 1]; e++)
        {
          gint32 code = shape->codes[(gsize) node->in[e] * shape->n_axes + column];

          node->at[e] = code < 0 ? NAN : g_array_index (axis->numbers, double, code);
          if (scaled)
            node->at[e] = assay_claim_scale (node->at[e], axis->scale);
          keep[e] = !isnan (node->at[e]);
          lo = fmin (lo, node->at[e]);
          hi = fmax (hi, node->at[e]);
        }
      if (isnan (lo) && node->start[g + 1] == node->start[g] + 1)
        {
          keep[node->start[g]] = TRUE;
          node->at[node->start[g]] = lo = hi = 0;
        }
      node->ends[2 * g] = lo;
      node->ends[2 * g + 1] = hi;
    }
  keep_entries (node, keep);
  spread_ends (m, node);
}

static gint32
level_code (const ClaimAxis *axis, const char *level)
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

static gboolean
no_level (const Making *m, const ClaimAxis *axis, const char *level, GError **error)
{
  GString *known = g_string_new (NULL);

  for (guint i = 0; i < axis->levels->len && i < 12; i++)
    g_string_append_printf (known, "%s%s", i ? ", " : "", (char *) axis->levels->pdata[i]);
  complain (m, error, "dimension %s has no level %s here, only %s%s", axis->id, level,
            known->len ? known->str : "none", axis->levels->len > 12 ? ", ..." : "");
  g_string_free (known, TRUE);
  return FALSE;
}

/* Leaves each group the one entry at the place, or the two neighbours of a number between. */
static gboolean
select_place (const Making *m, ClaimNode *node, guint column, GError **error)
{
  const ClaimAxis *axis = axis_at (m, column);
  const char *place = m->fold->a ? m->fold->a : "";
  g_autofree gboolean *keep = g_new0 (gboolean, (gsize) node->n_entries + 1);
  gboolean first = !strcmp (place, "first"), last = !strcmp (place, "last");
  double below = NAN, above = NAN;

  if (!first && !last)
    {
      gint32 code = level_code (axis, place);
      char *end;
      double number = g_ascii_strtod (place, &end);

      if (code >= 0)
        below = above = g_array_index (axis->numbers, double, code);
      for (guint i = 0; code < 0 && axis->numeric && end != place && !*end && i < axis->levels->len;
           i++)
        {
          double x = g_array_index (axis->numbers, double, i);

          below = x < number ? fmax (below, x) : below;
          above = x > number ? fmin (above, x) : above;
        }
      if (isnan (below) || isnan (above))
        return no_level (m, axis, place, error);
      node->threshold = number;
    }
  for (guint g = 0; g < node->n_groups; g++)
    for (guint e = node->start[g], n = node->start[g + 1] - e; e < node->start[g + 1]; e++)
      {
        gint32 code
            = m->input->shape->codes[(gsize) node->in[e] * m->input->shape->n_axes + column];

        keep[e] = first || last ? node->at[e] == node->ends[2 * g + last]
                                : node->at[e] == below || node->at[e] == above;
        if (n == 1 && code < 0)
          keep[e] = TRUE;
        /* Half of a pair of neighbours is no value. */
        else if (n == 1 && below != above && !first && !last)
          keep[e] = FALSE;
      }
  keep_entries (node, keep);
  for (guint g = 0; g < node->n_groups && below != above && !first && !last; g++)
    if (node->start[g + 1] - node->start[g] == 1
        && m->input->shape
                   ->codes[(gsize) node->in[node->start[g]] * m->input->shape->n_axes + column]
               >= 0)
      node->in[node->start[g]] = -1;
  return TRUE;
}

/* The cells of the metric @by that belong to the entries of @node: in2. */
static gboolean
add_companion (const Making *m, ClaimNode *node, GError **error)
{
  ClaimNode *other = assay_chain_metrics (m->chain, m->fold->by, m->where, error);
  const ClaimShape *mine = m->input->shape, *theirs;
  ClaimShape *both;
  g_autofree guint32 *a = NULL, *b = NULL;
  g_autofree guint *columns = g_new (guint, mine->n_axes + 1);
  g_autofree gint32 *found = NULL;
  g_autoptr (GArray) pairs = NULL;

  if (!other)
    return FALSE;
  theirs = other->shape;
  for (guint i = 0; i < theirs->n_axes; i++)
    if (assay_shape_column (mine, theirs->axes[i]) < 0)
      {
        complain (m, error,
                  "metric %s has dimension %s, which the value has not; name a derived metric "
                  "that folds it",
                  m->fold->by, ((ClaimAxis *) m->chain->axes->pdata[theirs->axes[i]])->id);
        return FALSE;
      }
  both = assay_shape_new (mine->n_axes, mine->n + theirs->n);
  memcpy (both->axes, mine->axes, mine->n_axes * sizeof *mine->axes);
  memcpy (both->codes, mine->codes, (gsize) mine->n * mine->n_axes * sizeof *mine->codes);
  for (guint c = 0; c < mine->n_axes; c++)
    {
      int column = assay_shape_column (theirs, mine->axes[c]);

      columns[c] = c;
      for (guint i = 0; i < theirs->n; i++)
        both->codes[(gsize) (mine->n + i) * mine->n_axes + c]
            = column < 0 ? -1 : theirs->codes[(gsize) i * theirs->n_axes + column];
    }
  a = all_cells (both);
  b = g_new (guint32, MAX (theirs->n, 1));
  memcpy (b, a + mine->n, theirs->n * sizeof *b);
  pairs = assay_shape_pairs (both, a, mine->n, b, theirs->n, columns, mine->n_axes);
  assay_shape_free (both);
  found = g_new (gint32, MAX (mine->n, 1));
  memset (found, 0xff, mine->n * sizeof *found);
  for (guint i = 0; i < pairs->len; i++)
    {
      ClaimPair pair = g_array_index (pairs, ClaimPair, i);

      found[pair.a] = (gint32) (pair.b - mine->n);
    }
  node->other = other;
  node->in2 = g_new (gint32, MAX (node->n_entries, 1));
  for (guint e = 0; e < node->n_entries; e++)
    node->in2[e] = found[node->in[e]];
  return TRUE;
}

static ClaimNode *
make_ordered (Making *m, GError **error)
{
  ClaimNode *node;
  guint32 *cells;

  if (!split_columns (m, m->fold->over, FALSE, error))
    return NULL;
  if (m->n_over == 0)
    return m->input;
  if (axis_at (m, m->over[0])->kind == ASSAY_ITEM || m->n_over != 1)
    {
      complain (m, error, "needs one dimension with an order, not %s", m->fold->over);
      return NULL;
    }
  cells = sorted_cells (m, m->rest, m->n_rest, m->over, m->n_over);
  node = new_node (m);
  set_groups (m, node, cells, m->input->shape->n, m->rest, m->n_rest);
  node->in = (gint32 *) cells;
  place_entries (m, node, m->over[0]);
  if (m->fold->op == ASSAY_OP_AT && !select_place (m, node, m->over[0], error))
    return NULL;
  if (m->fold->op == ASSAY_OP_WHEN && !add_companion (m, node, error))
    return NULL;
  return node;
}

/* ---- A chosen level -------------------------------------------------- */

static ClaimNode *
make_chosen_by_metric (Making *m, const AssayMetric *by, GError **error)
{
  ClaimNode *node = new_node (m);
  guint32 *cells = sorted_cells (m, m->rest, m->n_rest, m->over, m->n_over);

  set_groups (m, node, cells, m->input->shape->n, m->rest, m->n_rest);
  node->in = (gint32 *) cells;
  node->up = by->better == ASSAY_UP;
  node->kernel = m->fold->op == ASSAY_OP_BEST ? assay_claim_best_by : assay_claim_drop_by;
  place_entries (m, node, m->over[0]);
  return add_companion (m, node, error) ? node : NULL;
}

/* Distinct codes in a column of sorted or unsorted cells: column of each code in the matrix. */
static guint
number_codes (const ClaimShape *shape, const guint32 *cells, guint n, guint column, guint *place,
              guint n_codes)
{
  guint used = 0;

  memset (place, 0, n_codes * sizeof *place);
  for (guint i = 0; i < n; i++)
    place[shape->codes[(gsize) cells[i] * shape->n_axes + column] + 1] = 1;
  for (guint i = 0; i < n_codes; i++)
    place[i] = place[i] ? used++ : G_MAXUINT;
  return used;
}

/* The last level of `over` that any group with the same labels has, as a column of each group. */
static void
set_last_columns (const Making *m, ClaimNode *node, const guint32 *heads, const gint32 *top,
                  const gint32 *second_code_of_column, const guint *first_column)
{
  ClaimShape *groups, *kept = node->shape;
  guint n_columns = 0;
  g_autofree guint *columns = g_new (guint, m->n_rest + 1);
  int by = -1;

  find_column (m, m->fold->by, FALSE, &by, NULL);
  for (guint i = 0; i < m->n_rest; i++)
    if ((int) m->rest[i] != by)
      columns[n_columns++] = m->rest[i];
  groups = shape_of (m, heads, node->n_groups, columns, n_columns);
  node->ends = g_new (double, 2 * (gsize) node->n_groups + 1);
  for (guint g = 0; g < node->n_groups; g++)
    node->ends[2 * g] = node->ends[2 * g + 1] = top[g];
  node->shape = groups;
  spread_ends (m, node);
  node->shape = kept;
  assay_shape_free (groups);
  for (guint g = 0; g < node->n_groups; g++)
    {
      double wanted = node->ends[2 * g + 1];

      node->ends[2 * g + 1] = -1;
      for (guint c = first_column[g]; c < first_column[g + 1]; c++)
        if (second_code_of_column[c] == wanted)
          node->ends[2 * g + 1] = c - first_column[g];
    }
}

static ClaimNode *
make_chosen_by_half (Making *m, int by, GError **error)
{
  const ClaimShape *shape = m->input->shape;
  guint over = m->over[0], n = shape->n, n_groups = 0, n_rows = 0, n_columns = 0;
  gsize n_entries = 0;
  g_autofree guint *before = g_new (guint, m->n_rest + 1);
  guint n_before = 0, after[2] = { (guint) by, over };
  guint row_codes = axis_at (m, (guint) by)->levels->len + 1,
        column_codes = axis_at (m, over)->levels->len + 1;
  g_autofree guint32 *cells = NULL, *heads = NULL, *row_heads = NULL;
  g_autofree guint *begin = NULL, *first_column = NULL, *row = g_new (guint, row_codes),
                   *column = g_new (guint, column_codes);
  g_autofree gint32 *code_of_column = NULL, *top = NULL;
  ClaimNode *node;

  for (guint i = 0; i < m->n_rest; i++)
    if ((int) m->rest[i] != by)
      before[n_before++] = m->rest[i];
  cells = sorted_cells (m, before, n_before, after, 2);
  begin = g_new (guint, (gsize) n + 1);
  for (guint i = 0; i < n; i++)
    if (i == 0 || !assay_shape_equal (shape, cells[i - 1], cells[i], before, n_before))
      begin[n_groups++] = i;
  begin[n_groups] = n;

  node = new_node (m);
  node->n_groups = n_groups;
  node->start = g_new0 (guint32, (gsize) n_groups + 1);
  node->first = g_new0 (guint32, (gsize) n_groups + 1);
  heads = g_new (guint32, MAX (n, 1));
  row_heads = g_new (guint32, MAX (n, 1));
  top = g_new (gint32, MAX (n_groups, 1));
  first_column = g_new0 (guint, (gsize) n_groups + 1);
  code_of_column = g_new (gint32, MAX (n, 1));
  for (guint g = 0; g < n_groups; g++)
    {
      guint size = begin[g + 1] - begin[g];
      guint rows = number_codes (shape, cells + begin[g], size, (guint) by, row, row_codes);
      guint columns = number_codes (shape, cells + begin[g], size, over, column, column_codes);

      heads[g] = cells[begin[g]];
      n_entries += (gsize) rows * columns;
      if (n_entries > CLAIM_MAX_CELLS)
        {
          complain (m, error, "makes more than 32 million cells; fold another dimension first");
          return NULL;
        }
      node->start[g + 1] = (guint32) n_entries;
      node->first[g + 1] = n_rows += rows;
      for (guint c = 0; c < column_codes; c++)
        if (column[c] != G_MAXUINT)
          {
            code_of_column[n_columns++] = (gint32) c - 1;
            top[g] = (gint32) c - 1;
          }
      first_column[g + 1] = n_columns;
    }
  node->n_entries = (guint) n_entries;
  node->in = g_new (gint32, MAX (n_entries, 1));
  memset (node->in, 0xff, n_entries * sizeof *node->in);
  node->half = g_new0 (guint8, (gsize) n_rows + 1);
  for (guint g = 0; g < n_groups; g++)
    {
      guint size = begin[g + 1] - begin[g], columns;

      number_codes (shape, cells + begin[g], size, (guint) by, row, row_codes);
      columns = number_codes (shape, cells + begin[g], size, over, column, column_codes);
      for (guint i = begin[g]; i < begin[g + 1]; i++)
        {
          const gint32 *codes = shape->codes + (gsize) cells[i] * shape->n_axes;
          guint r = row[codes[by] + 1];

          node->in[node->start[g] + r * columns + column[codes[over] + 1]] = (gint32) cells[i];
          node->half[node->first[g] + r] = codes[by] & 1;
          row_heads[node->first[g] + r] = cells[i];
        }
    }
  node->shape = shape_of (m, row_heads, n_rows, m->rest, m->n_rest);
  set_last_columns (m, node, heads, top, code_of_column, first_column);
  /* The weights that count are those of `by`, not of `over`. */
  node->over[0] = shape->axes[by];
  return node;
}

static ClaimNode *
make_selection (Making *m, GError **error)
{
  const AssayStudyInfo *study = m->chain->source->study;
  const AssayMetric *metric = study && !m->chain->source->frame && m->fold->by
                                  ? assay_study_metric (study, m->fold->by)
                                  : NULL;
  int by;

  if (!split_columns (m, m->fold->over, FALSE, error))
    return NULL;
  if (m->n_over > 1)
    {
      complain (m, error, "chooses along one dimension only");
      return NULL;
    }
  if (!m->fold->by)
    {
      complain (m, error, "needs what to choose by: an item, seed or a metric");
      return NULL;
    }
  if (m->n_over == 0 && m->fold->op == ASSAY_OP_BEST)
    return m->input;
  if (m->n_over == 0)
    {
      find_column (m, m->fold->over, TRUE, &by, error);
      return NULL;
    }
  if (metric)
    return make_chosen_by_metric (m, metric, error);
  if (!find_column (m, m->fold->by, TRUE, &by, error))
    return NULL;
  if (axis_at (m, (guint) by)->kind != ASSAY_ITEM || by == (int) m->over[0])
    {
      complain (m, error, "cannot choose by %s: name an item, seed or a metric", m->fold->by);
      return NULL;
    }
  return make_chosen_by_half (m, by, error);
}

/* ---- Between levels -------------------------------------------------- */

/* The codes that a tuple of levels has on the columns; one column takes the whole text. */
static gboolean
parse_levels (const Making *m, const guint *columns, guint n_columns, const char *text,
              gint32 *codes, GError **error)
{
  g_auto (GStrv) words = NULL;

  if (n_columns == 1)
    {
      ClaimAxis *axis = axis_at (m, columns[0]);

      codes[0] = text ? level_code (axis, text) : -1;
      return codes[0] >= 0 ? TRUE : no_level (m, axis, text ? text : "(none)", error);
    }
  words = assay_words (text);
  if (g_strv_length (words) != n_columns)
    {
      complain (m, error, "\"%s\" does not name one level for each of %u dimensions",
                text ? text : "", n_columns);
      return FALSE;
    }
  for (guint i = 0; i < n_columns; i++)
    {
      codes[i] = level_code (axis_at (m, columns[i]), words[i]);
      if (codes[i] < 0)
        return no_level (m, axis_at (m, columns[i]), words[i], error);
    }
  return TRUE;
}

/* The cells that have these codes on the columns. */
static guint32 *
cells_at (const ClaimShape *shape, const guint *columns, guint n_columns, const gint32 *codes,
          guint *n)
{
  guint32 *cells = g_new (guint32, MAX (shape->n, 1));

  *n = 0;
  for (guint i = 0; i < shape->n; i++)
    {
      gboolean match = TRUE;

      for (guint c = 0; c < n_columns; c++)
        match = match && shape->codes[(gsize) i * shape->n_axes + columns[c]] == codes[c];
      if (match)
        cells[(*n)++] = i;
    }
  return cells;
}

static gboolean
too_many (const Making *m, guint n, GError **error)
{
  if (n > CLAIM_MAX_CELLS)
    complain (m, error, "makes more than 32 million pairs; fold another dimension first");
  return n > CLAIM_MAX_CELLS;
}

/* Output of a pair: what a has on the column, or where it lacks the dimension, b. */
static gint32
merged (const ClaimShape *shape, ClaimPair pair, guint column)
{
  gint32 code = shape->codes[(gsize) pair.a * shape->n_axes + column];

  return code >= 0 ? code : shape->codes[(gsize) pair.b * shape->n_axes + column];
}

/* All pairs of a with b, or with every other level when b is "*". */
static GArray *
contrast_pairs (const Making *m, gboolean every, GError **error)
{
  const ClaimShape *shape = m->input->shape;
  g_autofree gint32 *a = g_new0 (gint32, m->n_over + 1), *b = g_new0 (gint32, m->n_over + 1);
  g_autofree guint32 *cells_a = NULL;
  guint n_a, levels = every ? axis_at (m, m->over[0])->levels->len : 1;
  GArray *pairs = g_array_new (FALSE, FALSE, sizeof (ClaimPair));

  if (!parse_levels (m, m->over, m->n_over, m->fold->a, a, error)
      || (!every && !parse_levels (m, m->over, m->n_over, m->fold->b, b, error)))
    {
      g_array_unref (pairs);
      return NULL;
    }
  cells_a = cells_at (shape, m->over, m->n_over, a, &n_a);
  for (guint level = 0; level < levels; level++)
    {
      g_autofree guint32 *cells_b = NULL;
      g_autoptr (GArray) some = NULL;
      guint n_b;

      if (every)
        b[0] = (gint32) level;
      if (every && b[0] == a[0])
        continue;
      cells_b = cells_at (shape, m->over, m->n_over, b, &n_b);
      some = assay_shape_pairs (shape, cells_a, n_a, cells_b, n_b, m->rest, m->n_rest);
      g_array_append_vals (pairs, some->data, some->len);
      if (too_many (m, pairs->len, error))
        {
          g_array_unref (pairs);
          return NULL;
        }
    }
  return pairs;
}

/* One entry per group, in order. */
static void
set_single_entries (ClaimNode *node, guint n)
{
  node->n_groups = node->n_entries = n;
  node->start = g_new (guint32, (gsize) n + 1);
  for (guint i = 0; i <= n; i++)
    node->start[i] = i;
}

static ClaimNode *
make_pair (Making *m, GError **error)
{
  const ClaimShape *shape = m->input->shape;
  gboolean every = m->fold->b && !strcmp (m->fold->b, "*");
  g_autoptr (GArray) pairs = NULL;
  ClaimNode *node;
  guint kept;

  if (!split_columns (m, m->fold->over, TRUE, error))
    return NULL;
  if (every && m->n_over != 1)
    {
      complain (m, error, "\"*\" stands for the levels of one dimension, not of several");
      return NULL;
    }
  pairs = contrast_pairs (m, every, error);
  if (!pairs)
    return NULL;
  node = new_node (m);
  set_single_entries (node, pairs->len);
  node->n_over = 0;
  node->in = g_new (gint32, MAX (pairs->len, 1));
  node->in2 = g_new (gint32, MAX (pairs->len, 1));
  kept = m->n_rest + every;
  node->shape = assay_shape_new (kept, pairs->len);
  for (guint c = 0; c < m->n_rest; c++)
    node->shape->axes[c] = shape->axes[m->rest[c]];
  if (every)
    node->shape->axes[m->n_rest] = shape->axes[m->over[0]];
  for (guint i = 0; i < pairs->len; i++)
    {
      ClaimPair pair = g_array_index (pairs, ClaimPair, i);

      node->in[i] = (gint32) pair.a;
      node->in2[i] = (gint32) pair.b;
      for (guint c = 0; c < m->n_rest; c++)
        node->shape->codes[(gsize) i * kept + c] = merged (shape, pair, m->rest[c]);
      if (every)
        node->shape->codes[(gsize) i * kept + m->n_rest]
            = shape->codes[(gsize) pair.b * shape->n_axes + m->over[0]];
    }
  return node;
}

/* For each cell of the input the partner at one level of `over`; -1: none. */
static gint32 *
partners (const Making *m, const char *level, const guint32 *cells, guint n, GError **error)
{
  const ClaimShape *shape = m->input->shape;
  gint32 code, *found;
  g_autofree guint32 *there = NULL;
  g_autoptr (GArray) pairs = NULL;
  guint n_there;

  if (!parse_levels (m, m->over, 1, level, &code, error))
    return NULL;
  there = cells_at (shape, m->over, 1, &code, &n_there);
  pairs = assay_shape_pairs (shape, cells, n, there, n_there, m->rest, m->n_rest);
  if (too_many (m, pairs->len, error))
    return NULL;
  found = g_new (gint32, MAX (shape->n, 1));
  memset (found, 0xff, shape->n * sizeof *found);
  for (guint i = pairs->len; i > 0; i--)
    {
      ClaimPair pair = g_array_index (pairs, ClaimPair, i - 1);

      found[pair.a] = (gint32) pair.b;
    }
  return found;
}

static ClaimNode *
make_anchor (Making *m, GError **error)
{
  const ClaimShape *shape = m->input->shape;
  gint32 zero, one;
  g_autofree gint32 *zeros = NULL, *ones = NULL;
  g_autofree guint32 *cells = NULL;
  g_autofree guint *columns = NULL;
  ClaimNode *node;
  guint n = 0;

  if (!split_columns (m, m->fold->over, TRUE, error))
    return NULL;
  if (m->n_over != 1)
    {
      complain (m, error, "takes one dimension");
      return NULL;
    }
  if (!parse_levels (m, m->over, 1, m->fold->a, &zero, error)
      || !parse_levels (m, m->over, 1, m->fold->b, &one, error))
    return NULL;
  cells = g_new (guint32, MAX (shape->n, 1));
  for (guint i = 0; i < shape->n; i++)
    {
      gint32 code = shape->codes[(gsize) i * shape->n_axes + m->over[0]];

      if (code != zero && code != one)
        cells[n++] = i;
    }
  zeros = partners (m, m->fold->a, cells, n, error);
  ones = zeros ? partners (m, m->fold->b, cells, n, error) : NULL;
  if (!ones)
    return NULL;
  node = new_node (m);
  node->n_over = 0;
  node->n_groups = n;
  node->n_entries = 2 * n;
  node->start = g_new (guint32, (gsize) n + 1);
  node->in = g_new (gint32, 2 * (gsize) n + 1);
  node->in2 = g_new (gint32, 2 * (gsize) n + 1);
  for (guint i = 0; i < n; i++)
    {
      node->start[i] = 2 * i;
      node->in[2 * i] = (gint32) cells[i];
      node->in[2 * i + 1] = ones[cells[i]];
      node->in2[2 * i] = node->in2[2 * i + 1] = zeros[cells[i]];
    }
  node->start[n] = 2 * n;
  columns = g_new (guint, shape->n_axes + 1);
  for (guint c = 0; c < shape->n_axes; c++)
    columns[c] = c;
  node->shape = shape_of (m, cells, n, columns, shape->n_axes);
  return node;
}

/* ---- Over one dimension, between two levels of another --------------- */

/* Groups pairs of cells by the columns @rest of their merged codes. */
static void
group_pairs (const Making *m, ClaimNode *node, const GArray *pairs, const guint *rest, guint n_rest)
{
  const ClaimShape *shape = m->input->shape;
  ClaimShape *all = assay_shape_new (shape->n_axes, pairs->len);
  g_autofree guint32 *order = NULL, *heads = g_new (guint32, MAX (pairs->len, 1));

  for (guint i = 0; i < pairs->len; i++)
    for (guint c = 0; c < shape->n_axes; c++)
      all->codes[(gsize) i * shape->n_axes + c]
          = merged (shape, g_array_index (pairs, ClaimPair, i), c);
  order = all_cells (all);
  assay_shape_sort (all, order, all->n, rest, n_rest);
  node->start = g_new (guint32, (gsize) pairs->len + 1);
  node->in = g_new (gint32, MAX (pairs->len, 1));
  node->in2 = g_new (gint32, MAX (pairs->len, 1));
  for (guint i = 0; i < pairs->len; i++)
    {
      ClaimPair pair = g_array_index (pairs, ClaimPair, order[i]);

      node->in[i] = (gint32) pair.a;
      node->in2[i] = (gint32) pair.b;
      if (i && assay_shape_equal (all, order[i - 1], order[i], rest, n_rest))
        continue;
      node->start[node->n_groups] = i;
      heads[node->n_groups++] = order[i];
    }
  node->start[node->n_groups] = node->n_entries = pairs->len;
  node->shape = assay_shape_new (n_rest, node->n_groups);
  for (guint c = 0; c < n_rest; c++)
    node->shape->axes[c] = shape->axes[rest[c]];
  for (guint g = 0; g < node->n_groups; g++)
    for (guint c = 0; c < n_rest; c++)
      node->shape->codes[(gsize) g * n_rest + c]
          = all->codes[(gsize) heads[g] * shape->n_axes + rest[c]];
  assay_shape_free (all);
}

/* Turns the groups of pairs of AUROC, one pair for each group of a and of b, into the cells of
 * both: those of a at 0, those of b at 1. */
static void
unpair (const Making *m, ClaimNode *node, const guint32 *a, guint n_a, const guint32 *b, guint n_b,
        const guint *rest, guint n_rest)
{
  const ClaimShape *shape = m->input->shape;
  GArray *cells = g_array_new (FALSE, FALSE, sizeof (gint32)),
         *sides = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint g = 0; g < node->n_groups; g++)
    {
      guint32 head[2] = { (guint32) node->in[node->start[g]], (guint32) node->in2[node->start[g]] };
      const guint32 *side[2] = { a, b };
      guint n_side[2] = { n_a, n_b };

      node->start[g] = cells->len;
      for (guint s = 0; s < 2; s++)
        for (guint i = 0; i < n_side[s]; i++)
          if (assay_shape_equal (shape, head[s], side[s][i], rest, n_rest))
            {
              double at = s;

              g_array_append_val (cells, side[s][i]);
              g_array_append_val (sides, at);
            }
    }
  g_free (node->in);
  g_clear_pointer (&node->in2, g_free);
  node->n_entries = node->start[node->n_groups] = cells->len;
  node->in = (gint32 *) g_array_free (cells, FALSE);
  node->at = (double *) g_array_free (sides, FALSE);
}

/* One cell for each combination of the columns. */
static guint
one_of_each (const ClaimShape *shape, guint32 *cells, guint n, const guint *columns,
             guint n_columns)
{
  guint kept = 0;

  assay_shape_sort (shape, cells, n, columns, n_columns);
  for (guint i = 0; i < n; i++)
    if (kept == 0 || !assay_shape_equal (shape, cells[kept - 1], cells[i], columns, n_columns))
      cells[kept++] = cells[i];
  return kept;
}

static ClaimNode *
make_contrast (Making *m, GError **error)
{
  const ClaimShape *shape = m->input->shape;
  g_autofree guint *rest = NULL, *over = NULL, *between = NULL;
  g_autofree gint32 *codes = NULL;
  g_autofree guint32 *a = NULL, *b = NULL;
  g_autoptr (GArray) pairs = NULL;
  guint n_rest = 0, n_over, n_between, n_a, n_b;
  gboolean unpaired = m->fold->op == ASSAY_OP_AUROC;
  ClaimNode *node;

  if (!split_columns (m, m->fold->between, TRUE, error))
    return NULL;
  between = g_steal_pointer (&m->over);
  n_between = m->n_over;
  m->n_over = m->n_rest = 0;
  g_clear_pointer (&m->rest, g_free);
  if (!split_columns (m, m->fold->over, TRUE, error))
    return NULL;
  over = g_memdup2 (m->over, (m->n_over + 1) * sizeof *over);
  n_over = m->n_over;
  if (!n_over || !n_between)
    {
      complain (m, error, "needs a dimension to go over and one to go between");
      return NULL;
    }
  codes = g_new0 (gint32, n_between + 1);
  rest = g_new0 (guint, shape->n_axes + 1);
  for (guint i = 0; i < m->n_rest; i++)
    {
      gboolean is_between = FALSE;

      for (guint j = 0; j < n_between; j++)
        is_between = is_between || between[j] == m->rest[i];
      if (!is_between)
        rest[n_rest++] = m->rest[i];
    }
  if (!parse_levels (m, between, n_between, m->fold->a, codes, error))
    return NULL;
  a = cells_at (shape, between, n_between, codes, &n_a);
  if (!parse_levels (m, between, n_between, m->fold->b, codes, error))
    return NULL;
  b = cells_at (shape, between, n_between, codes, &n_b);
  if (unpaired)
    {
      g_autofree guint32 *heads_a = g_memdup2 (a, n_a * sizeof *a),
                         *heads_b = g_memdup2 (b, n_b * sizeof *b);
      guint n_heads_a = one_of_each (shape, heads_a, n_a, rest, n_rest),
            n_heads_b = one_of_each (shape, heads_b, n_b, rest, n_rest);

      pairs = assay_shape_pairs (shape, heads_a, n_heads_a, heads_b, n_heads_b, rest, n_rest);
    }
  else
    {
      for (guint i = 0; i < n_over; i++)
        rest[n_rest + i] = over[i];
      pairs = assay_shape_pairs (shape, a, n_a, b, n_b, rest, n_rest + n_over);
    }
  if (too_many (m, pairs->len, error))
    return NULL;
  node = new_node (m);
  group_pairs (m, node, pairs, rest, n_rest);
  if (unpaired)
    unpair (m, node, a, n_a, b, n_b, rest, n_rest);
  return node;
}

static ClaimNode *
make_cell (Making *m, GError **error)
{
  ClaimNode *node = new_node (m);
  guint n = m->input->shape->n;

  set_single_entries (node, n);
  node->in = (gint32 *) all_cells (m->input->shape);
  node->shape = assay_shape_new (m->input->shape->n_axes, n);
  memcpy (node->shape->axes, m->input->shape->axes, node->shape->n_axes * sizeof (guint));
  memcpy (node->shape->codes, m->input->shape->codes,
          (gsize) n * node->shape->n_axes * sizeof (gint32));
  return node;
}

static ClaimNode *(*const makers[]) (Making *m, GError **error) = {
  [CLAIM_STATISTIC] = make_statistic, [CLAIM_ORDERED] = make_ordered,
  [CLAIM_SELECT] = make_selection,    [CLAIM_PAIR] = make_pair,
  [CLAIM_ANCHOR] = make_anchor,       [CLAIM_CONTRAST] = make_contrast,
  [CLAIM_CELL] = make_cell,
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
      complain (&m, error, "names no dimension");
      return NULL;
    }
  node = makers[m.op->grouping](&m, error);
  g_free (m.over);
  g_free (m.rest);
  return node;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "host/claims/source.h"

#include "host/store/filter-node.h"
#include <string.h>

typedef struct
{
  const AssayFrame *frame;
  const AssayStudyInfo *study;
  guint cell;
} Row;

static const char *
level_at (const Row *row, const char *id)
{
  const AssayFrameDim *dim = assay_frame_dim (row->frame, id);

  return dim ? dim->levels->pdata[g_array_index (dim->codes, gint32, row->cell)] : NULL;
}

static const char *
look_up (gpointer data, const char *key)
{
  const Row *row = data;
  const char *level = level_at (row, key);

  if (!level)
    {
      const AssayDim *dim = row->study ? assay_study_dim (row->study, key) : NULL;
      const char *item = dim && dim->of ? level_at (row, dim->of) : NULL;
      GHashTable *values = g_hash_table_lookup (row->frame->properties, key);

      level = item && values ? g_hash_table_lookup (values, item) : NULL;
    }
  return level && *level ? level : NULL;
}

/* The dimensions on which a filter looks, itself or through a property. */
static GPtrArray *
filter_dims (const AssayFilter *filter, const Row *row)
{
  g_auto (GStrv) keys = assay_filter_keys (filter);
  GPtrArray *dims = g_ptr_array_new ();

  for (guint i = 0; keys[i]; i++)
    {
      const AssayDim *known = row->study ? assay_study_dim (row->study, keys[i]) : NULL;
      AssayFrameDim *dim = assay_frame_dim (row->frame, keys[i]);

      if (!dim && known && known->of)
        dim = assay_frame_dim (row->frame, known->of);
      if (dim && !g_ptr_array_find (dims, dim, NULL))
        g_ptr_array_add (dims, dim);
    }
  return dims;
}

#define MEMO_MAX (1u << 20)

/* The cells that pass; each combination of levels is put to the filter once. */
static GArray *
passing_cells (const AssayFilter *filter, Row *row)
{
  GArray *cells = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GPtrArray) dims = filter_dims (filter, row);
  g_autofree guint8 *memo = NULL; /* 1: passes, 2: does not */
  gsize size = 1;

  for (guint d = 0; d < dims->len && size <= MEMO_MAX; d++)
    size *= ((AssayFrameDim *) dims->pdata[d])->levels->len + 1;
  memo = g_new0 (guint8, MIN (size, MEMO_MAX) + 1);
  for (row->cell = 0; row->cell < assay_frame_n (row->frame); row->cell++)
    {
      gsize at = 0;

      for (guint d = 0; d < dims->len && size <= MEMO_MAX; d++)
        {
          const AssayFrameDim *dim = dims->pdata[d];

          at = at * (dim->levels->len + 1) + (gsize) g_array_index (dim->codes, gint32, row->cell);
        }
      if (size > MEMO_MAX || !memo[at])
        memo[at] = assay_filter_match (filter, look_up, row) ? 1 : 2;
      if (memo[at] == 1)
        g_array_append_val (cells, row->cell);
    }
  return cells;
}

AssayFrame *
assay_claim_filter_frame (const AssayFrame *frame, const AssayStudyInfo *study, const char *where,
                          GError **error)
{
  g_autoptr (AssayFilter) filter = assay_filter_parse (where, error);
  Row row = { frame, study, 0 };
  g_autoptr (GArray) cells = NULL;
  AssayFrame *kept;
  GHashTableIter iter;
  gpointer id, values;

  if (!filter)
    return NULL;
  cells = passing_cells (filter, &row);
  kept = assay_frame_new ();
  kept->n_runs = frame->n_runs;
  kept->n_crashed = frame->n_crashed;
  g_hash_table_iter_init (&iter, frame->properties);
  while (g_hash_table_iter_next (&iter, &id, &values))
    g_hash_table_insert (kept->properties, g_strdup (id), g_hash_table_ref (values));
  for (guint d = 0; d < frame->dims->len; d++)
    {
      const AssayFrameDim *from = frame->dims->pdata[d];
      AssayFrameDim *to = assay_frame_add_dim (kept, from->id, from->kind);
      g_autofree gint32 *renamed = g_new (gint32, from->levels->len + 1);

      to->scale = from->scale;
      memset (renamed, 0xff, from->levels->len * sizeof *renamed);
      for (guint i = 0; i < cells->len; i++)
        {
          gint32 code = g_array_index (from->codes, gint32, g_array_index (cells, guint, i));

          if (renamed[code] < 0)
            renamed[code] = assay_frame_level (to, from->levels->pdata[code]);
          g_array_append_val (to->codes, renamed[code]);
        }
    }
  for (guint i = 0; i < cells->len; i++)
    g_array_append_val (kept->values,
                        g_array_index (frame->values, double, g_array_index (cells, guint, i)));
  assay_frame_finish (kept, study);
  return kept;
}

/* ---- Filters on what a metric lacks ---------------------------------- */

static gboolean
lists (const char *words, const char *id)
{
  g_auto (GStrv) ids = assay_words (words);

  return g_strv_contains ((const char *const *) ids, id);
}

gboolean
assay_claim_has_dimension (const AssayStudyInfo *study, const AssayMetric *metric, const char *id)
{
  for (guint i = 0; i < study->n_dims; i++)
    {
      const AssayDim *dim = &study->dims[i];

      if (!strcmp (dim->id, id))
        return assay_study_param (study, id) || lists (metric->dims, id)
               || (dim->of && lists (metric->dims, dim->of));
    }
  return strcmp (id, "step") || lists (metric->dims, id);
}

static void
append_quoted (GString *text, const char *value)
{
  g_string_append_c (text, '"');
  for (; *value; value++)
    switch (*value)
      {
      case '\n':
        g_string_append (text, "\\n");
        break;
      case '\t':
        g_string_append (text, "\\t");
        break;
      case '"':
      case '\\':
        g_string_append_c (text, '\\');
        G_GNUC_FALLTHROUGH;
      default:
        g_string_append_c (text, *value);
      }
  g_string_append_c (text, '"');
}

static void
append_test (GString *text, const AssayFilterNode *node)
{
  static const char *const operators[ASSAY_N_TESTS]
      = { [ASSAY_TEST_EQ] = "=",      [ASSAY_TEST_NE] = "!=", [ASSAY_TEST_LE] = "<=",
          [ASSAY_TEST_LT] = "<",      [ASSAY_TEST_GE] = ">=", [ASSAY_TEST_GT] = ">",
          [ASSAY_TEST_CONTAINS] = "~" };

  append_quoted (text, node->key);
  g_string_append (text, operators[node->op]);
  for (guint i = 0; i < node->values->len; i++)
    {
      if (i)
        g_string_append_c (text, ',');
      append_quoted (text, g_array_index (node->values, AssayTestValue, i).text);
    }
}

/* The filter without tests on dimensions that the metric lacks: it is constant along them, so such
 * a test holds.  NULL: nothing is left, it holds. */
static char *
prune (const AssayFilterNode *node, const AssayStudyInfo *study, const AssayMetric *metric)
{
  g_autoptr (GString) text = g_string_new ("(");

  if (node->kind == ASSAY_NODE_TEST && !assay_claim_has_dimension (study, metric, node->key))
    return NULL;
  if (node->kind == ASSAY_NODE_TEST)
    append_test (text, node);
  for (guint i = 0; node->kind != ASSAY_NODE_TEST && i < node->children->len; i++)
    {
      g_autofree char *child = prune (node->children->pdata[i], study, metric);

      if (!child && node->kind != ASSAY_NODE_AND)
        return NULL;
      if (!child)
        continue;
      g_string_append_printf (text, "%s%s",
                              node->kind == ASSAY_NODE_NOT  ? "not "
                              : text->len == 1              ? ""
                              : node->kind == ASSAY_NODE_OR ? " or "
                                                            : " and ",
                              child);
    }
  if (text->len == 1)
    return NULL;
  g_string_append_c (text, ')');
  return g_string_free (g_steal_pointer (&text), FALSE);
}

gboolean
assay_claim_prune_where (const AssayStudyInfo *study, const AssayMetric *metric, const char *where,
                         char **pruned, GError **error)
{
  g_autoptr (AssayFilter) filter = assay_filter_parse (where, error);
  g_auto (GStrv) keys = filter ? assay_filter_keys (filter) : NULL;
  gboolean lacks = FALSE;

  *pruned = NULL;
  for (guint i = 0; keys && keys[i]; i++)
    lacks = lacks || !assay_claim_has_dimension (study, metric, keys[i]);
  if (filter && assay_filter_root (filter))
    *pruned = lacks ? prune (assay_filter_root (filter), study, metric) : g_strdup (where);
  return filter != NULL;
}

/* ---- Parameters that rules name -------------------------------------- */

static void
keep_params (const AssayStudyInfo *study, const char *words, GPtrArray *ids)
{
  g_auto (GStrv) list = assay_words (words);

  for (guint i = 0; list[i]; i++)
    {
      char *slash = strchr (list[i], '/');
      const char *names[] = { list[i], slash ? slash + 1 : NULL };

      if (slash)
        *slash = '\0';
      for (guint n = 0; n < 2; n++)
        if (names[n] && assay_study_param (study, names[n])
            && !g_ptr_array_find_with_equal_func (ids, names[n], g_str_equal, NULL))
          g_ptr_array_add (ids, g_strdup (names[n]));
    }
}

static void
keep_of_folds (const AssayStudyInfo *study, const AssayFold *fold, GPtrArray *ids)
{
  for (; fold && fold->op != ASSAY_FOLD_END; fold++)
    {
      keep_params (study, fold->over, ids);
      keep_params (study, fold->between, ids);
      keep_params (study, fold->by, ids);
    }
}

char *
assay_figure_dims (const AssayFigure *figure)
{
  const char *const places[] = { figure->x,   figure->y,   figure->color, figure->dash,
                                 figure->row, figure->col, figure->slider };
  GString *words = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    if (places[i])
      g_string_append_printf (words, "%s ", places[i]);
  return g_string_free (words, FALSE);
}

GStrv
assay_claim_named_params (const AssayStudyInfo *study)
{
  GPtrArray *ids = g_ptr_array_new ();

  for (guint i = 0; i < study->n_claims; i++)
    {
      keep_of_folds (study, study->claims[i].fold, ids);
      keep_params (study, study->claims[i].each, ids);
      keep_params (study, study->claims[i].units, ids);
    }
  for (guint i = 0; i < study->n_metrics; i++)
    keep_of_folds (study, study->metrics[i].fold, ids);
  for (guint i = 0; i < study->n_figures; i++)
    {
      g_autofree char *shown = assay_figure_dims (&study->figures[i]);

      keep_of_folds (study, study->figures[i].fold, ids);
      keep_params (study, shown, ids);
    }
  g_ptr_array_add (ids, NULL);
  return (GStrv) g_ptr_array_free (ids, FALSE);
}

char *
assay_claim_kept (const AssayStudyInfo *study, const char *each, const char *units)
{
  g_auto (GStrv) words = assay_words (units);
  GString *kept = g_string_new (each);

  for (guint i = 0; words[i]; i++)
    {
      const char *stratum = strchr (words[i], '/');
      const AssayDim *dim = stratum && study ? assay_study_dim (study, stratum + 1) : NULL;

      if (stratum && !(dim && dim->of))
        g_string_append_printf (kept, " %s", stratum + 1);
    }
  return g_string_free (kept, FALSE);
}

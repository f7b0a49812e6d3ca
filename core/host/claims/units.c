/* SPDX-License-Identifier: Apache-2.0
 *
 * Units: what is redrawn, where its weights count, and which of its levels stand behind a result.
 */
#include "host/claims/chain.h"

#include <math.h>
#include <string.h>

void
assay_claim_unit_free (gpointer data)
{
  ClaimUnit *unit = data;

  g_free (unit->id);
  g_free (unit->over);
  g_array_unref (unit->axes);
  g_ptr_array_unref (unit->code_of);
  g_free (unit->stratum_of);
  g_free (unit->atom);
  g_free (unit->begin);
  g_free (unit->weight);
  g_free (unit->seen);
  g_free (unit);
}

static int
find_axis (const ClaimChain *chain, const char *id)
{
  for (guint i = 0; i < chain->axes->len; i++)
    if (!strcmp (assay_chain_axis_at (chain, i)->id, id))
      return (int) i;
  return -1;
}

/* ---- What a unit is -------------------------------------------------- */

static const char *
property_value (const ClaimChain *chain, const char *property, const char *item)
{
  for (guint i = 0; i < chain->leaves->len; i++)
    {
      const ClaimLeaf *leaf = chain->leaves->pdata[i];
      GHashTable *values = g_hash_table_lookup (leaf->frame->properties, property);
      const char *value = values ? g_hash_table_lookup (values, item) : NULL;

      if (value)
        return value;
    }
  return NULL;
}

/* Codes of texts in order of first appearance. */
static gint32
intern (GHashTable *codes, const char *text)
{
  gpointer code;

  if (!text)
    return -1;
  if (g_hash_table_lookup_extended (codes, text, NULL, &code))
    return GPOINTER_TO_INT (code);
  g_hash_table_insert (codes, g_strdup (text), GINT_TO_POINTER (g_hash_table_size (codes)));
  return (gint32) g_hash_table_size (codes) - 1;
}

static void
add_unit_axis (const ClaimChain *chain, ClaimUnit *unit, guint axis, const char *property,
               GHashTable *codes)
{
  const GPtrArray *levels = assay_chain_axis_at (chain, axis)->levels;
  gint32 *code_of = g_new (gint32, levels->len + 1);

  for (guint i = 0; i < levels->len; i++)
    code_of[i] = intern (codes, property ? property_value (chain, property, levels->pdata[i])
                                         : levels->pdata[i]);
  g_array_append_val (unit->axes, axis);
  g_ptr_array_add (unit->code_of, code_of);
}

/* Strata by properties of the item that the rule names, or that stand after "/". */
static void
set_strata_by_property (const ClaimChain *chain, ClaimUnit *unit, GHashTable *codes)
{
  const AssayStudyInfo *study = chain->source->study;
  g_autoptr (GHashTable) strata = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer level, code;
  gboolean any = FALSE;

  for (guint d = 0; study && d < study->n_dims; d++)
    any = any
          || (!g_strcmp0 (study->dims[d].of, unit->id)
              && (g_hash_table_contains (chain->named, study->dims[d].id)
                  || !g_strcmp0 (unit->over, study->dims[d].id)));
  if (!any)
    return;
  unit->stratum_of = g_new0 (gint32, unit->n_codes + 1);
  g_hash_table_iter_init (&iter, codes);
  while (g_hash_table_iter_next (&iter, &level, &code))
    {
      g_autoptr (GString) key = g_string_new (NULL);

      for (guint d = 0; d < study->n_dims; d++)
        if (!g_strcmp0 (study->dims[d].of, unit->id)
            && (g_hash_table_contains (chain->named, study->dims[d].id)
                || !g_strcmp0 (unit->over, study->dims[d].id)))
          {
            const char *value = property_value (chain, study->dims[d].id, level);

            g_string_append_printf (key, "%s\n", value ? value : "");
          }
      unit->stratum_of[GPOINTER_TO_INT (code)] = intern (strata, key->str);
    }
  unit->n_strata_codes = g_hash_table_size (strata);
}

static gboolean
is_property (const ClaimChain *chain, const char *id, const char *of)
{
  const AssayDim *dim
      = chain->source->study && id ? assay_study_dim (chain->source->study, id) : NULL;

  return dim && dim->of && (!of || !strcmp (dim->of, of));
}

static ClaimUnit *
unit_new (ClaimChain *chain, const char *word, GError **error)
{
  const AssayStudyInfo *study = chain->source->study;
  g_auto (GStrv) parts = g_strsplit (word, "/", 2);
  g_autoptr (GHashTable) codes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gboolean property = is_property (chain, parts[0], NULL);
  const char *item = property ? assay_study_dim (study, parts[0])->of : parts[0];
  ClaimUnit *unit = g_new0 (ClaimUnit, 1);

  unit->id = g_strdup (parts[0]);
  unit->over = g_strdup (parts[1]);
  unit->seed = !strcmp (unit->id, "seed");
  unit->axes = g_array_new (FALSE, FALSE, sizeof (guint));
  unit->code_of = g_ptr_array_new_with_free_func (g_free);
  unit->own = -1;
  unit->stratum = -1;
  unit->n_strata_codes = 1;
  g_ptr_array_add (chain->units, unit);
  for (guint a = 0; a < chain->axes->len; a++)
    {
      const ClaimAxis *axis = assay_chain_axis_at (chain, a);
      gboolean own = property && !strcmp (axis->id, unit->id);

      if (own)
        unit->own = (int) unit->axes->len;
      if (own || !strcmp (axis->id, item) || (axis->dim && !g_strcmp0 (axis->dim->same_as, item)))
        add_unit_axis (chain, unit, a, property && !own ? unit->id : NULL, codes);
    }
  unit->n_codes = g_hash_table_size (codes);
  for (guint i = 0; i < unit->axes->len; i++)
    {
      const ClaimAxis *axis = assay_chain_axis_at (chain, g_array_index (unit->axes, guint, i));

      if (!property && axis->kind != ASSAY_ITEM)
        {
          g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
                       "unit %s cannot be redrawn: only items and seeds are exchangeable",
                       unit->id);
          return NULL;
        }
    }
  if (!property)
    set_strata_by_property (chain, unit, codes);
  if (unit->over && !is_property (chain, unit->over, unit->id))
    {
      unit->stratum = find_axis (chain, unit->over);
      if (unit->stratum < 0)
        {
          g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
                       "unit %s/%s: there is no dimension %s", unit->id, unit->over, unit->over);
          return NULL;
        }
      unit->n_strata_codes *= assay_chain_axis_at (chain, (guint) unit->stratum)->levels->len + 1;
    }
  if ((gsize) unit->n_strata_codes * unit->n_codes > CLAIM_MAX_CELLS)
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
                   "unit %s has more than 32 million levels in its strata", word);
      return NULL;
    }
  return unit;
}

/* ---- Where a unit's weights count ------------------------------------ */

/* The cells whose levels say which atoms an entry has. */
static const gint32 *
entry_codes (const ClaimNode *node, guint group, guint e, const ClaimShape **shape)
{
  gint32 cell = node->in[e];

  if (node->first) /* a choice: its rows are outputs */
    {
      guint rows = node->first[group + 1] - node->first[group],
            columns = (node->start[group + 1] - node->start[group]) / rows;

      *shape = node->shape;
      cell = (gint32) (node->first[group] + (e - node->start[group]) / columns);
    }
  else
    *shape = node->input->shape;
  return cell < 0 ? NULL : (*shape)->codes + (gsize) cell * (*shape)->n_axes;
}

/* The atoms of all entries by one axis, as keys: stratum * n_codes + code. */
static gint32 *
entry_keys (const ClaimUnit *unit, const ClaimNode *node, guint place, guint n_levels)
{
  guint axis = g_array_index (unit->axes, guint, place);
  const gint32 *code_of = unit->code_of->pdata[place];
  gint32 *keys = g_new (gint32, MAX (node->n_entries, 1));

  for (guint g = 0; g < node->n_groups; g++)
    for (guint e = node->start[g]; e < node->start[g + 1]; e++)
      {
        const ClaimShape *shape;
        const gint32 *codes = entry_codes (node, g, e, &shape);
        int column = codes ? assay_shape_column (shape, axis) : -1,
            strata = unit->stratum < 0 ? -1 : assay_shape_column (shape, (guint) unit->stratum);
        gint32 code = column < 0 || codes[column] < 0 ? -1 : code_of[codes[column]], stratum = 0;

        /* Of a pair, the side that has the dimension. */
        if (code < 0 && codes && node->in2 && !node->other && !node->first && column >= 0)
          {
            gint32 other = shape->codes[(gsize) node->in2[e] * shape->n_axes + column];

            code = other < 0 ? -1 : code_of[other];
          }
        if (unit->stratum_of && code >= 0)
          stratum = unit->stratum_of[code];
        if (strata >= 0 && codes)
          stratum = stratum * (gint32) (n_levels + 1) + codes[strata] + 1;
        keys[e] = code < 0 ? -1 : stratum * (gint32) unit->n_codes + code;
      }
  return keys;
}

static gboolean
touch_node (ClaimChain *chain, ClaimUnit *unit, guint number, ClaimNode *node, gboolean *any,
            GError **error)
{
  guint n_levels
      = unit->stratum < 0 ? 0 : assay_chain_axis_at (chain, (guint) unit->stratum)->levels->len;
  gboolean own
      = unit->own >= 0
        && assay_shape_column (node->input->shape, g_array_index (unit->axes, guint, unit->own))
               >= 0;

  for (guint i = 0; i < node->n_over; i++)
    for (guint place = 0; place < unit->axes->len; place++)
      {
        GPtrArray *factors = node->touch->pdata[number];

        /* Where the property is a dimension itself, it carries the weight, not its items. */
        if (g_array_index (unit->axes, guint, place) != node->over[i]
            || (own && (int) place != unit->own))
          continue;
        if (unit->stratum >= 0
            && assay_shape_column (node->input->shape, (guint) unit->stratum) < 0)
          {
            g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
                         "unit %s/%s: %s is folded before %s; fold them together, or %s first",
                         unit->id, unit->over, unit->over, unit->id, unit->id);
            return FALSE;
          }
        *any = TRUE;
        if (!factors)
          factors = node->touch->pdata[number] = g_ptr_array_new_with_free_func (g_free);
        g_ptr_array_add (factors, entry_keys (unit, node, place, n_levels));
      }
  return TRUE;
}

/* ---- Walks: which atoms stand behind an output ----------------------- */

static void walk (ClaimChain *chain, ClaimNode *node, guint cell);

static void
walk_group (ClaimChain *chain, ClaimNode *node, guint group)
{
  const double *in = node->input->estimate,
               *in2 = node->other ? node->other->estimate : node->input->estimate;

  for (guint e = node->start[group]; e < node->start[group + 1]; e++)
    {
      if (node->in[e] < 0 || isnan (in[node->in[e]])
          || (node->in2 && (node->in2[e] < 0 || isnan (in2[node->in2[e]]))))
        continue;
      for (guint u = 0; node->touch && u < chain->units->len; u++)
        {
          ClaimUnit *unit = chain->units->pdata[u];
          GPtrArray *factors = node->touch->pdata[u];

          for (guint f = 0; factors && f < factors->len; f++)
            {
              gint32 key = ((gint32 *) factors->pdata[f])[e];

              if (key >= 0)
                unit->seen[key] = chain->walk;
            }
        }
      walk (chain, node->input, (guint) node->in[e]);
      if (node->in2)
        walk (chain, node->other ? node->other : node->input, (guint) node->in2[e]);
    }
}

static void
walk (ClaimChain *chain, ClaimNode *node, guint cell)
{
  for (guint p = 0; node->parts && p < node->parts->len; p++)
    {
      ClaimNode *part = node->parts->pdata[p];

      if (cell < part->shape->n)
        {
          walk (chain, part, cell);
          return;
        }
      cell -= part->shape->n;
    }
  if (!node->kernel)
    return;
  if (node->group_of)
    cell = node->group_of[cell];
  if (node->seen[cell] == chain->walk)
    return;
  node->seen[cell] = chain->walk;
  walk_group (chain, node, cell);
}

static void
prepare_walks (ClaimChain *chain)
{
  for (guint i = 0; i < chain->order->len; i++)
    {
      ClaimNode *node = chain->order->pdata[i];

      g_free (node->seen);
      node->seen = g_new0 (guint32, (gsize) node->n_groups + 1);
      if (!node->first || node->group_of)
        continue;
      node->group_of = g_new (guint32, MAX (node->shape->n, 1));
      for (guint g = 0; g < node->n_groups; g++)
        for (guint o = node->first[g]; o < node->first[g + 1]; o++)
          node->group_of[o] = g;
    }
}

/* Numbers the atoms that the last walk saw, stratum by stratum, and puts their numbers in place of
 * keys. */
static void
number_atoms (ClaimChain *chain, ClaimUnit *unit, guint number)
{
  gsize n_keys = (gsize) unit->n_strata_codes * unit->n_codes;

  unit->atom = g_new (gint32, n_keys + 1);
  unit->begin = g_new0 (guint, (gsize) unit->n_strata_codes + 1);
  for (guint s = 0; s < unit->n_strata_codes; s++)
    {
      guint before = unit->n_atoms;

      for (gsize key = (gsize) s * unit->n_codes; key < (gsize) (s + 1) * unit->n_codes; key++)
        unit->atom[key] = unit->seen[key] == chain->walk ? (gint32) unit->n_atoms++ : -1;
      if (unit->n_atoms > before)
        unit->begin[++unit->n_strata] = unit->n_atoms;
    }
  unit->weight = g_new (double, MAX (unit->n_atoms, 1));
  g_free (unit->seen);
  unit->seen = g_new0 (guint32, (gsize) unit->n_atoms + 1);
  for (guint i = 0; i < chain->order->len; i++)
    {
      ClaimNode *node = chain->order->pdata[i];
      GPtrArray *factors = node->touch ? node->touch->pdata[number] : NULL;

      for (guint f = 0; factors && f < factors->len; f++)
        for (guint e = 0; e < node->n_entries; e++)
          {
            gint32 *keys = factors->pdata[f];

            keys[e] = keys[e] < 0 ? -1 : unit->atom[keys[e]];
          }
    }
}

static void
free_factors (gpointer factors)
{
  if (factors)
    g_ptr_array_unref (factors);
}

gboolean
assay_chain_set_units (ClaimChain *chain, const char *units, GError **error)
{
  g_auto (GStrv) words = assay_words (units ? units : "seed");
  guint n_words = g_strv_length (words);

  g_return_val_if_fail (chain->units->len == 0, FALSE);
  for (guint i = 0; i < chain->order->len; i++)
    {
      ClaimNode *node = chain->order->pdata[i];

      node->touch = g_ptr_array_new_with_free_func (free_factors);
      g_ptr_array_set_size (node->touch, (gint) n_words);
    }
  for (guint u = 0; u < n_words; u++)
    {
      ClaimUnit *unit = unit_new (chain, words[u], error);
      gboolean any = FALSE;

      if (!unit)
        return FALSE;
      for (guint i = 0; i < chain->order->len; i++)
        {
          ClaimNode *node = chain->order->pdata[i];

          if (node->n_over && !touch_node (chain, unit, u, node, &any, error))
            return FALSE;
        }
      unit->seen = g_new0 (guint32, (gsize) unit->n_strata_codes * unit->n_codes + 1);
      if (any)
        continue;
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
                   "unit %s is redrawn, but no fold takes it together; add MEAN (\"%s\")", words[u],
                   unit->id);
      return FALSE;
    }
  prepare_walks (chain);
  chain->walk++;
  for (guint o = 0; o < chain->result->shape->n; o++)
    walk (chain, chain->result, o);
  for (guint u = 0; u < n_words; u++)
    number_atoms (chain, chain->units->pdata[u], u);
  return TRUE;
}

void
assay_chain_walk (ClaimChain *chain, guint output)
{
  chain->walk++;
  walk (chain, chain->result, output);
}

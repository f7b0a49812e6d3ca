/* SPDX-License-Identifier: Apache-2.0
 *
 * Chains for pictures: folded frames, and bands.
 */
#include "host/claims/chain.h"

#include "base/num/stats.h"
#include "host/claims/source.h"
#include <math.h>
#include <string.h>

static void
copy_facts (const ClaimChain *chain, AssayFrame *to)
{
  for (guint i = 0; i < chain->leaves->len; i++)
    {
      const AssayFrame *from = ((ClaimLeaf *) chain->leaves->pdata[i])->frame;
      GHashTableIter iter;
      gpointer id, values;

      to->n_runs = MAX (to->n_runs, from->n_runs);
      to->n_crashed = MAX (to->n_crashed, from->n_crashed);
      g_hash_table_iter_init (&iter, from->properties);
      while (g_hash_table_iter_next (&iter, &id, &values))
        if (!g_hash_table_contains (to->properties, id))
          g_hash_table_insert (to->properties, g_strdup (id), g_hash_table_ref (values));
      for (guint s = 0; s < from->shared_stages->len; s++)
        if (!g_ptr_array_find_with_equal_func (to->shared_stages, from->shared_stages->pdata[s],
                                               g_str_equal, NULL))
          g_ptr_array_add (to->shared_stages, g_strdup (from->shared_stages->pdata[s]));
    }
}

AssayFrame *
assay_chain_frame (const ClaimChain *chain, guint32 **cells)
{
  const ClaimShape *shape = chain->result->shape;
  AssayFrame *frame = assay_frame_new ();
  g_autofree gint32 *codes = g_new0 (gint32, shape->n_axes + 1);
  g_autofree guint *columns = g_new (guint, shape->n_axes + 1);

  for (guint c = 0; c < shape->n_axes; c++)
    {
      const ClaimAxis *axis = chain->axes->pdata[shape->axes[c]];
      AssayFrameDim *dim = assay_frame_add_dim (frame, axis->id, axis->kind);

      dim->scale = axis->scale;
      for (guint l = 0; l < axis->levels->len; l++)
        {
          gint32 code = assay_frame_level (dim, axis->levels->pdata[l]);

          if (axis->numeric)
            g_array_index (dim->numbers, double, code) = g_array_index (axis->numbers, double, l);
        }
      columns[c] = c;
    }
  *cells = g_new (guint32, MAX (shape->n, 1));
  for (guint i = 0; i < shape->n; i++)
    (*cells)[i] = i;
  assay_shape_sort (shape, *cells, shape->n, columns, shape->n_axes);
  for (guint i = 0; i < shape->n; i++)
    {
      double value = chain->result->estimate[(*cells)[i]];

      for (guint c = 0; c < shape->n_axes; c++)
        {
          codes[c] = shape->codes[(gsize) (*cells)[i] * shape->n_axes + c];
          if (codes[c] < 0)
            codes[c] = assay_frame_level (frame->dims->pdata[c], "");
        }
      assay_frame_add (frame, codes, chain->result->logs ? exp (value) : value);
    }
  copy_facts (chain, frame);
  return frame;
}

AssayFrame *
assay_fold_frame (const AssayFrame *frame, const AssayStudyInfo *study, const AssayFold *fold,
                  GError **error)
{
  ClaimSource source = { .study = study, .frame = frame };
  g_autoptr (ClaimChain) chain = assay_chain_new (&source, "value", NULL, fold, NULL, error);
  g_autofree guint32 *cells = NULL;

  if (!chain)
    return NULL;
  return assay_chain_frame (chain, &cells);
}

GPtrArray *
assay_interval (const AssayFrame *frame, const AssayStudyInfo *study, const AssayFold *fold,
                const char *units, const char *rule, GError **error)
{
  ClaimSource source = { .study = study, .frame = frame };
  g_autofree char *keep = assay_claim_kept (study, NULL, units);
  g_autoptr (ClaimChain) chain = assay_chain_new (&source, "value", NULL, fold, keep, error);

  if (!chain || !assay_chain_set_units (chain, units, error))
    return NULL;
  return assay_chain_interval (chain, rule);
}

/* ---- Bands ----------------------------------------------------------- */

static const guint center_ops[] = { [ASSAY_CENTER_MEAN] = ASSAY_OP_MEAN,
                                    [ASSAY_CENTER_MEDIAN] = ASSAY_OP_MEDIAN,
                                    [ASSAY_CENTER_IQM] = ASSAY_OP_IQM };

/* The two ends of a band that is no interval: quantiles, or one standard deviation. */
static const struct
{
  gboolean sd;
  double low, high;
} ends[] = { [ASSAY_BAND_SD] = { TRUE, 0, 0 },
             [ASSAY_BAND_QUARTILES] = { FALSE, .25, .75 },
             [ASSAY_BAND_RANGE] = { FALSE, 0, 1 },
             [ASSAY_BAND_T] = { TRUE, 0, 0 },
             [ASSAY_BAND_PERCENTILES] = { FALSE, .025, .975 } };

/* "seed/env" for "env seed": the first item, or seed, within each level of the others. */
static char *
band_units (const AssayFrame *frame, const char *over)
{
  g_auto (GStrv) words = assay_words (over);
  const char *item = NULL, *other = NULL;

  for (guint i = 0; words[i]; i++)
    {
      const AssayFrameDim *dim = assay_frame_dim (frame, words[i]);

      if (dim && dim->kind == ASSAY_ITEM && (!item || !strcmp (words[i], "seed")))
        {
          other = item ? item : other;
          item = words[i];
        }
      else if (dim)
        other = words[i];
    }
  if (!item)
    return NULL;
  return other ? g_strdup_printf ("%s/%s", item, other) : g_strdup (item);
}

static gboolean
add_interval (AssayBandFrame *band, ClaimChain *chain, const char *units, GError **error)
{
  g_autoptr (GPtrArray) parts = NULL;

  if (!assay_chain_set_units (chain, units, error))
    return FALSE;
  parts = assay_chain_interval (chain, "band");
  for (guint i = 0; i < parts->len; i++)
    {
      const AssayVerdictPart *part = parts->pdata[i];
      const double none = NAN;

      g_array_append_val (band->low, *(part->n > 1 ? &part->low : &none));
      g_array_append_val (band->high, *(part->n > 1 ? &part->high : &none));
    }
  return TRUE;
}

static gboolean
add_ends (AssayBandFrame *band, const AssayFrame *frame, const char *over, guint kind,
          GError **error)
{
  AssayFold mean[2] = { { .op = ASSAY_OP_MEAN, .over = over } };
  g_autoptr (AssayFrame) means
      = kind == ASSAY_BAND_T ? assay_fold_frame (frame, NULL, mean, error) : NULL;
  AssayFold folds[2][2] = { { { .op = ASSAY_OP_QUANTILE, .over = over, .x = ends[kind].low } },
                            { { .op = ASSAY_OP_QUANTILE, .over = over, .x = ends[kind].high } } };
  g_autoptr (AssayFrame) low = NULL, high = NULL;

  if (ends[kind].sd)
    folds[0][0] = (AssayFold){ .op = ASSAY_OP_SD, .over = over };
  low = assay_fold_frame (frame, NULL, folds[0], error);
  high = low && !ends[kind].sd ? assay_fold_frame (frame, NULL, folds[1], error) : NULL;
  if (!low || (!high && !ends[kind].sd) || (!means && kind == ASSAY_BAND_T))
    return FALSE;
  for (guint i = 0; i < assay_frame_n (low); i++)
    {
      double center = g_array_index (band->frame->values, double, i),
             a = g_array_index (low->values, double, i), b;
      guint n = g_array_index (band->n, guint, i);

      if (means && n > 1)
        {
          center = g_array_index (means->values, double, i);
          a *= assay_t_quantile (.975, n - 1) / sqrt (n);
        }
      b = high ? g_array_index (high->values, double, i) : center + a;
      if (!high)
        a = center - a;
      if (n < 2)
        a = b = NAN;
      g_array_append_val (band->low, a);
      g_array_append_val (band->high, b);
    }
  return TRUE;
}

/* Finite values behind each cell: the first fold is the only node above the leaf. */
static void
add_counts (AssayBandFrame *band, const ClaimChain *chain, const guint32 *cells)
{
  const ClaimNode *node = chain->result;

  for (guint i = 0; i < node->shape->n; i++)
    {
      guint n = 0;

      for (guint e = node->start[cells[i]]; e < node->start[cells[i] + 1]; e++)
        n += node->in[e] >= 0 && !isnan (node->input->estimate[node->in[e]]);
      g_array_append_val (band->n, n);
    }
}

AssayBandFrame *
assay_band (const AssayFrame *frame, const char *over, guint center, guint kind, GError **error)
{
  AssayFold fold[2] = { { .op = center_ops[center], .over = over } };
  ClaimSource source = { .frame = frame };
  g_autofree char *units = band_units (frame, over);
  g_autofree char *keep = assay_claim_kept (NULL, NULL, units);
  g_autoptr (ClaimChain) chain = assay_chain_new (&source, "value", NULL, fold, keep, error);
  g_autoptr (AssayBandFrame) band = g_new0 (AssayBandFrame, 1);
  g_autofree guint32 *cells = NULL;
  gboolean ok = TRUE;

  band->low = g_array_new (FALSE, FALSE, sizeof (double));
  band->high = g_array_new (FALSE, FALSE, sizeof (double));
  band->n = g_array_new (FALSE, FALSE, sizeof (guint));
  if (!chain)
    return NULL;
  band->frame = assay_chain_frame (chain, &cells);
  add_counts (band, chain, cells);
  if (assay_frame_n (band->frame) == 0)
    return g_steal_pointer (&band);
  if (kind == ASSAY_BAND_CI && units)
    ok = add_interval (band, chain, units, error);
  else if (kind != ASSAY_BAND_CI && kind != ASSAY_BAND_NONE)
    ok = add_ends (band, frame, over, kind, error);
  while (ok && band->low->len < assay_frame_n (band->frame))
    {
      const double none = NAN;

      g_array_append_val (band->low, none);
      g_array_append_val (band->high, none);
    }
  return ok ? g_steal_pointer (&band) : NULL;
}

void
assay_band_frame_free (AssayBandFrame *band)
{
  if (!band)
    return;
  assay_frame_free (band->frame);
  g_clear_pointer (&band->low, g_array_unref);
  g_clear_pointer (&band->high, g_array_unref);
  g_clear_pointer (&band->n, g_array_unref);
  g_free (band);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Intervals.  Each unit alone is redrawn 1,000 times, n - 1 of n in every stratum; the counts are
 * weights, and what depends on them is computed again.
 */
#include "host/claims/chain.h"

#include "base/num/random.h"
#include "base/num/resample.h"
#include "base/num/stats.h"
#include <math.h>

/* ---- Redraws --------------------------------------------------------- */

/* Running mean and sum of squares of one output. */
typedef struct
{
  guint n;
  double mean, squares;
} Moments;

static void
add_moment (Moments *moments, double value)
{
  double step = value - moments->mean;

  if (!isfinite (value))
    return;
  moments->mean += step / ++moments->n;
  moments->squares += step * (value - moments->mean);
}

static void
draw (ClaimUnit *unit, AssayStream *stream)
{
  for (guint s = 0; s < unit->n_strata; s++)
    {
      guint n = unit->begin[s + 1] - unit->begin[s];

      if (n > 1)
        assay_redraw (stream, n, unit->weight + unit->begin[s]);
      else
        unit->weight[unit->begin[s]] = 1;
    }
}

static const double *
entry_weights (const ClaimUnit *unit, const ClaimNode *node, const GPtrArray *factors, double *room)
{
  for (guint f = 0; f < factors->len; f++)
    {
      const gint32 *atoms = factors->pdata[f];

      for (guint e = 0; e < node->n_entries; e++)
        {
          double weight = atoms[e] < 0 ? 1 : unit->weight[atoms[e]];

          room[e] = f ? room[e] * weight : weight;
        }
    }
  return room;
}

/* Marks what has to be computed again when a unit is redrawn; the largest number of entries. */
static guint
mark_dirty (ClaimChain *chain, guint number)
{
  guint largest = 1;

  for (guint i = 0; i < chain->order->len; i++)
    {
      ClaimNode *node = chain->order->pdata[i];

      node->dirty = node->touch->pdata[number] || (node->input && node->input->dirty)
                    || (node->other && node->other->dirty);
      for (guint p = 0; node->parts && p < node->parts->len; p++)
        node->dirty = node->dirty || ((ClaimNode *) node->parts->pdata[p])->dirty;
      largest = MAX (largest, node->n_entries);
      if (!node->dirty)
        continue;
      if (!node->redrawn)
        node->redrawn = g_new (double, MAX (node->shape->n, 1));
      node->now = node->redrawn;
    }
  return largest;
}

static Moments *
redraw (ClaimChain *chain, guint number, const char *rule)
{
  ClaimUnit *unit = chain->units->pdata[number];
  Moments *moments = g_new0 (Moments, MAX (chain->result->shape->n, 1));
  g_autofree double *room = g_new (double, mark_dirty (chain, number));
  g_autofree char *name
      = g_strdup_printf ("%s\n%s/%s", rule, unit->id, unit->over ? unit->over : "");
  AssayStream stream;

  assay_stream_init (&stream, 0, name);
  for (guint r = 0; r < ASSAY_REDRAWS; r++)
    {
      draw (unit, &stream);
      for (guint i = 0; i < chain->order->len; i++)
        {
          ClaimNode *node = chain->order->pdata[i];
          GPtrArray *factors = node->touch->pdata[number];

          if (node->dirty)
            assay_chain_run (chain, node,
                             factors ? entry_weights (unit, node, factors, room) : NULL,
                             node->redrawn);
        }
      for (guint o = 0; o < chain->result->shape->n; o++)
        add_moment (&moments[o], chain->result->now[o]);
    }
  for (guint i = 0; i < chain->order->len; i++)
    {
      ClaimNode *node = chain->order->pdata[i];

      node->now = node->estimate;
    }
  return moments;
}

/* ---- Intervals ------------------------------------------------------- */

static void
clear_share (gpointer share)
{
  g_free (((AssayUnitShare *) share)->unit);
}

/* Atoms of the unit behind the output of the last walk, and the degrees of freedom they give. */
static guint
count_atoms (const ClaimChain *chain, const ClaimUnit *unit, guint *df, guint *smallest)
{
  guint n = 0;

  *df = 0;
  *smallest = G_MAXUINT;
  for (guint s = 0; s < unit->n_strata; s++)
    {
      guint here = 0;

      for (guint a = unit->begin[s]; a < unit->begin[s + 1]; a++)
        here += unit->seen[a] == chain->walk;
      n += here;
      *df += here > 1 ? here - 1 : 0;
      *smallest = here ? MIN (*smallest, here) : *smallest;
    }
  return n;
}

static void
set_interval (AssayVerdictPart *part, double variance, double df, gboolean logs)
{
  double half;

  part->df = df;
  if (isnan (part->effect) || isnan (variance) || (variance > 0 && !(df > 0)))
    variance = NAN;
  half = variance > 0 ? assay_t_quantile (.975, df) * sqrt (variance) : variance;
  part->error = sqrt (variance);
  part->low = part->effect - half;
  part->high = part->effect + half;
  part->ratio = logs;
  if (!logs)
    return;
  part->effect = exp (part->effect);
  part->low = exp (part->low);
  part->high = exp (part->high);
}

/* Where all of few units agree, redraws of a share do not vary, and yet the share is not certain:
 * the exact bound of n successes in n (Clopper and Pearson 1934) takes their place. */
static void
widen_unanimous (const ClaimChain *chain, AssayVerdictPart *part)
{
  const ClaimNode *node = chain->result;
  gboolean share
      = node->fold && (node->fold->op == ASSAY_OP_SHARE || node->fold->op == ASSAY_OP_WIN);
  guint n = 0;

  for (guint u = 0; share && u < chain->units->len; u++)
    if (node->touch->pdata[u])
      n = g_array_index (part->shares, AssayUnitShare, u).n;
  if (!n || part->error > 0)
    return;
  if (part->effect == 1)
    part->low = pow (.025, 1. / n);
  if (part->effect == 0)
    part->high = 1 - pow (.025, 1. / n);
}

static char *
level_text (const ClaimChain *chain, guint output)
{
  const ClaimShape *shape = chain->result->shape;
  GString *text = g_string_new (NULL);

  for (guint c = 0; c < shape->n_axes; c++)
    {
      const ClaimAxis *axis = assay_chain_axis_at (chain, shape->axes[c]);
      gint32 code = shape->codes[(gsize) output * shape->n_axes + c];
      gboolean varies = FALSE;

      for (guint i = 1; i < shape->n && !varies; i++)
        varies = shape->codes[(gsize) i * shape->n_axes + c] != shape->codes[c];
      if (varies || g_hash_table_contains (chain->named, axis->id))
        g_string_append_printf (text, "%s%s", text->len ? " " : "",
                                code < 0 ? "" : (char *) axis->levels->pdata[code]);
    }
  return g_string_free (text, text->len == 0);
}

static AssayVerdictPart *
part_new (ClaimChain *chain, guint output, Moments *const *moments)
{
  AssayVerdictPart *part = g_new0 (AssayVerdictPart, 1);
  guint n_units = chain->units->len;
  g_autofree double *variances = g_new0 (double, n_units + 1);
  double variance = 0, below = 0;

  part->effect = chain->result->estimate[output];
  part->p = NAN;
  part->level = level_text (chain, output);
  part->shares = g_array_new (FALSE, FALSE, sizeof (AssayUnitShare));
  g_array_set_clear_func (part->shares, clear_share);
  assay_chain_walk (chain, output);
  for (guint u = 0; u < n_units; u++)
    {
      const ClaimUnit *unit = chain->units->pdata[u];
      const Moments *m = &moments[u][output];
      guint df, smallest;
      AssayUnitShare share = { g_strdup (unit->id), count_atoms (chain, unit, &df, &smallest), 0 };

      /* A statistic that most redraws cannot give has no interval. */
      variances[u] = m->n < ASSAY_REDRAWS / 2 ? NAN : m->squares / (m->n - 1);
      variance += variances[u];
      if (df)
        below += variances[u] * variances[u] / df;
      else if (variances[u] > 0)
        below = INFINITY;
      if (unit->seed)
        part->smallest = smallest;
      if (u == 0)
        part->n = share.n;
      g_array_append_val (part->shares, share);
    }
  for (guint u = 0; u < n_units; u++)
    g_array_index (part->shares, AssayUnitShare, u).share
        = variance > 0 ? variances[u] / variance : 0;
  set_interval (part, variance, below > 0 ? variance * variance / below : NAN, chain->result->logs);
  widen_unanimous (chain, part);
  return part;
}

GPtrArray *
assay_chain_interval (ClaimChain *chain, const char *rule)
{
  GPtrArray *parts = g_ptr_array_new_with_free_func ((GDestroyNotify) assay_verdict_part_free);
  g_autoptr (GPtrArray) moments = g_ptr_array_new_with_free_func (g_free);
  g_autofree guint32 *order = g_new (guint32, MAX (chain->result->shape->n, 1));
  g_autofree guint *columns = g_new (guint, chain->result->shape->n_axes + 1);

  for (guint u = 0; u < chain->units->len; u++)
    g_ptr_array_add (moments, redraw (chain, u, rule));
  for (guint i = 0; i < chain->result->shape->n; i++)
    order[i] = i;
  for (guint c = 0; c < chain->result->shape->n_axes; c++)
    columns[c] = c;
  assay_shape_sort (chain->result->shape, order, chain->result->shape->n, columns,
                    chain->result->shape->n_axes);
  for (guint i = 0; i < chain->result->shape->n; i++)
    g_ptr_array_add (parts, part_new (chain, order[i], (Moments *const *) moments->pdata));
  return parts;
}

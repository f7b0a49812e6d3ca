/* SPDX-License-Identifier: Apache-2.0
 *
 * Which runs stand behind a result: backwards from its values to the cells of which they were made.
 */
#include "host/claims/chain.h"

/* Outputs of each node that are wanted, as chain->order; NULL: none yet. */
typedef struct
{
  const ClaimChain *chain;
  guint8 **wanted;
} Behind;

static guint8 *
wanted_of (const Behind *b, ClaimNode *node)
{
  guint i = 0;

  g_ptr_array_find (b->chain->order, node, &i);
  if (!b->wanted[i])
    b->wanted[i] = g_new0 (guint8, (gsize) node->shape->n + 1);
  return b->wanted[i];
}

static void
want_parts (const Behind *b, const ClaimNode *node, const guint8 *wanted)
{
  guint at = 0;

  for (guint p = 0; p < node->parts->len; p++)
    {
      ClaimNode *part = node->parts->pdata[p];
      guint8 *below = wanted_of (b, part);

      for (guint i = 0; i < part->shape->n; i++)
        below[i] |= wanted[at + i];
      at += part->shape->n;
    }
}

/* A choice looks at all that it could have chosen. */
static gboolean
wants_group (const ClaimNode *node, guint group, const guint8 *wanted)
{
  guint from = node->first ? node->first[group] : group,
        to = node->first ? node->first[group + 1] : group + 1;

  for (guint i = from; i < to; i++)
    if (wanted[i])
      return TRUE;
  return FALSE;
}

static void
want_inputs (const Behind *b, const ClaimNode *node, const guint8 *wanted)
{
  guint8 *in = wanted_of (b, node->input), *in2 = node->other ? wanted_of (b, node->other) : in;

  for (guint g = 0; g < node->n_groups; g++)
    {
      if (!wants_group (node, g, wanted))
        continue;
      for (guint e = node->start[g]; e < node->start[g + 1]; e++)
        {
          if (node->in[e] >= 0)
            in[node->in[e]] = TRUE;
          if (node->in2 && node->in2[e] >= 0)
            in2[node->in2[e]] = TRUE;
        }
    }
}

static void
add_runs (const ClaimNode *leaf, const guint8 *wanted, GHashTable *known, GPtrArray *runs)
{
  const AssayFrame *frame = leaf->frame;
  g_autofree guint8 *seen = g_new0 (guint8, (gsize) frame->runs->len + 1);

  for (guint i = 0; i < frame->run_of->len; i++)
    if (wanted[i])
      seen[g_array_index (frame->run_of, guint32, i)] = TRUE;
  for (guint i = 0; i < frame->runs->len; i++)
    if (seen[i] && g_hash_table_add (known, frame->runs->pdata[i]))
      g_ptr_array_add (runs, g_strdup (frame->runs->pdata[i]));
}

GPtrArray *
assay_chain_runs (const ClaimChain *chain)
{
  g_autofree guint8 **wanted = g_new0 (guint8 *, (gsize) chain->order->len + 1);
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *runs = g_ptr_array_new_with_free_func (g_free);
  Behind b = { chain, wanted };
  guint8 *all = wanted_of (&b, chain->result);

  for (guint i = 0; i < chain->result->shape->n; i++)
    all[i] = TRUE;
  for (guint i = chain->order->len; i-- > 0;)
    {
      const ClaimNode *node = chain->order->pdata[i];

      if (wanted[i] && node->parts)
        want_parts (&b, node, wanted[i]);
      else if (wanted[i] && node->kernel)
        want_inputs (&b, node, wanted[i]);
      else if (wanted[i])
        add_runs (node, wanted[i], known, runs);
      g_free (wanted[i]);
    }
  return runs;
}

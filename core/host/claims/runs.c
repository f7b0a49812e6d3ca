/* SPDX-License-Identifier: Apache-2.0
 *
 * Chains and verdicts over runs: where frames are loaded.
 */
#include "host/claims/judge.h"
#include "host/claims/source.h"

#include <string.h>

typedef struct
{
  AssayFrame *frame;
  char *note;
} Loaded;

static void
loaded_free (gpointer data)
{
  Loaded *loaded = data;

  assay_frame_free (loaded->frame);
  g_free (loaded->note);
  g_free (loaded);
}

static const AssayFrame *
load (ClaimSource *source, const char *metric, const char *where, char **note, GError **error)
{
  ClaimRunSource *runs = (ClaimRunSource *) source;
  g_autofree char *key = g_strdup_printf ("%s\n%s", metric, where ? where : "");
  const char *metrics[] = { metric, NULL };
  Loaded *loaded = g_hash_table_lookup (runs->frames, key);

  if (!loaded)
    {
      char *said = NULL;
      AssayFrame *frame = assay_frame_load_keep (runs->set, source->study, metrics, where,
                                                 (const char *const *) source->keep, &said, error);

      if (!frame)
        return NULL;
      loaded = g_new0 (Loaded, 1);
      loaded->frame = frame;
      loaded->note = said;
      g_hash_table_insert (runs->frames, g_steal_pointer (&key), loaded);
    }
  *note = g_strdup (loaded->note);
  return loaded->frame;
}

ClaimRunSource *
assay_claim_run_source_new (AssayRunSet *set, const AssayStudyInfo *study)
{
  ClaimRunSource *runs = g_new0 (ClaimRunSource, 1);

  runs->source.study = study;
  runs->source.load = load;
  runs->source.keep = assay_claim_named_params (study);
  runs->set = set;
  runs->frames = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, loaded_free);
  return runs;
}

void
assay_claim_run_source_free (ClaimRunSource *runs)
{
  if (!runs)
    return;
  g_strfreev (runs->source.keep);
  g_hash_table_unref (runs->frames);
  g_free (runs);
}

AssayFrame *
assay_claim_fold_runs (AssayRunSet *set, const AssayStudyInfo *study, const char *metrics,
                       const char *where, const AssayFold *fold, const char *keep, GPtrArray *notes,
                       GError **error)
{
  g_autoptr (ClaimRunSource) source = assay_claim_run_source_new (set, study);
  g_autoptr (ClaimChain) chain
      = assay_chain_new (&source->source, metrics, where, fold, keep, error);
  g_autofree guint32 *cells = NULL;

  if (!chain)
    return NULL;
  for (guint i = 0; i < chain->notes->len; i++)
    if (!g_ptr_array_find_with_equal_func (notes, chain->notes->pdata[i], g_str_equal, NULL))
      g_ptr_array_add (notes, g_strdup (chain->notes->pdata[i]));
  return assay_chain_frame (chain, &cells);
}

AssayFrame *
assay_fold_metric (AssayRunSet *set, const AssayStudyInfo *study, const char *metrics,
                   const char *where, const AssayFold *fold, const char *keep, char **note,
                   GError **error)
{
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  AssayFrame *frame = (set->sides ? assay_claim_fold_sides : assay_claim_fold_runs) (
      set, study, metrics, where, fold, keep, notes, error);

  if (note)
    *note = NULL;
  if (note && frame && notes->len)
    {
      g_ptr_array_add (notes, NULL);
      *note = g_strjoinv ("; ", (char **) notes->pdata);
    }
  return frame;
}

GPtrArray *
assay_claims_judge (AssayRunSet *set, const AssayStudyInfo *study, GError **error)
{
  g_autoptr (ClaimRunSource) source = assay_claim_run_source_new (set, study);
  ClaimFacts facts = { .any = set && set->dirs->len > 0 };

  if (set)
    {
      facts.preset = set->preset;
      facts.n_runs = set->dirs->len;
      facts.n_missing = set->n_missing;
      for (guint i = 0; i < set->dirs->len; i++)
        {
          const AssayRunDir *dir = set->dirs->pdata[i];

          facts.n_other_rules += g_strcmp0 (dir->rules, study->rules) != 0;
          facts.n_failed += dir->state == ASSAY_FAILED;
        }
    }
  return assay_claims_judge_from (&source->source, &facts);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Verdicts: the expectation against the interval, gates, parts, and the reasons for none.
 */
#include "host/claims/judge.h"

#include "base/num/stats.h"
#include "host/claims/rule.h"
#include "host/claims/source.h"
#include <math.h>
#include <string.h>

#define MIN_SEEDS 3
#define MIN_ITEMS 8
#define MAX_MISSING .1
#define LEVEL .05 /* two-sided, of the 95 % interval */

typedef struct
{
  ClaimSource *source;
  const AssayStudyInfo *study;
  const ClaimFacts *facts;
  GPtrArray *verdicts; /* AssayVerdict or NULL, as the study's claims */
  GPtrArray *open;     /* const AssayClaim *: being judged */
} Judge;

static AssayVerdict *judge_claim (Judge *judge, const AssayClaim *claim);

const char *
assay_verdict_name (AssayVerdictKind kind)
{
  static const char *const names[]
      = { "reproduced", "contradicted", "inconclusive", "not evaluable", "not run" };

  return names[kind];
}

void
assay_verdict_part_free (AssayVerdictPart *part)
{
  if (!part)
    return;
  g_free (part->level);
  g_clear_pointer (&part->shares, g_array_unref);
  g_free (part);
}

void
assay_verdict_free (AssayVerdict *verdict)
{
  if (!verdict)
    return;
  g_free (verdict->rule);
  g_free (verdict->reason);
  g_ptr_array_unref (verdict->parts);
  g_ptr_array_unref (verdict->notes);
  g_ptr_array_unref (verdict->runs);
  g_free (verdict);
}

/* ---- One part -------------------------------------------------------- */

/* How far a value lies on the right side of the expectation; negative: on the wrong one. */
static double
margin (const AssayExpect *expect, double value)
{
  switch (expect->kind)
    {
    case ASSAY_EXPECT_ABOVE:
      return value - expect->lo;
    case ASSAY_EXPECT_BELOW:
      return expect->hi - value;
    default:
      return fmin (value - expect->lo, expect->hi - value);
    }
}

/* The expectation on the scale on which the interval is symmetric. */
static AssayExpect
on_scale (const AssayExpect *expect, gboolean ratio)
{
  AssayExpect scaled = *expect;

  if (ratio)
    {
      scaled.lo = expect->lo > 0 ? log (expect->lo) : -INFINITY;
      scaled.hi = expect->hi > 0 ? log (expect->hi) : -INFINITY;
    }
  return scaled;
}

static void
judge_part (const AssayExpect *expect, AssayVerdictPart *part)
{
  AssayExpect scaled = on_scale (expect, part->ratio);
  double value = part->ratio ? log (part->effect) : part->effect,
         against = -margin (&scaled, value);
  gboolean within = expect->kind == ASSAY_EXPECT_WITHIN;
  double worst = fmin (margin (expect, part->low), margin (expect, part->high)),
         best = within && part->low <= expect->hi && part->high >= expect->lo
                    ? 0
                    : fmax (margin (expect, part->low), margin (expect, part->high));

  part->kind = ASSAY_INCONCLUSIVE;
  part->holds = within ? against <= 0 : against < 0;
  if (isnan (part->effect) || isnan (part->low) || isnan (part->high))
    return;
  if (within ? worst >= 0 : worst > 0)
    part->kind = ASSAY_REPRODUCED;
  if (best < 0)
    part->kind = ASSAY_CONTRADICTED;
  part->p = against <= 0       ? 1
            : part->error == 0 ? 0
            : !(part->df > 0)  ? 1
                               : 2 * assay_t_cdf (-against / part->error, part->df);
}

/* Contradictions that do not survive Holm's adjustment over all parts are none. */
static gboolean
any_contradicted (GPtrArray *parts, gboolean write)
{
  g_autofree double *p = g_new (double, parts->len + 1), *adjusted = g_new (double, parts->len + 1);
  guint n = 0;
  gboolean any = FALSE;

  for (guint i = 0; i < parts->len; i++)
    if (!isnan (((AssayVerdictPart *) parts->pdata[i])->p))
      p[n++] = ((AssayVerdictPart *) parts->pdata[i])->p;
  assay_holm (p, adjusted, n);
  n = 0;
  for (guint i = 0; i < parts->len; i++)
    {
      AssayVerdictPart *part = parts->pdata[i];
      gboolean holds = isnan (part->p) ? FALSE : adjusted[n++] < LEVEL;

      if (part->kind == ASSAY_CONTRADICTED && !holds && write)
        part->kind = ASSAY_INCONCLUSIVE;
      any = any || (part->kind == ASSAY_CONTRADICTED && holds);
    }
  return any;
}

/* ---- The whole ------------------------------------------------------- */

static void G_GNUC_PRINTF (3, 4)
    set_reason (AssayVerdict *verdict, AssayVerdictKind kind, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  verdict->kind = kind;
  g_free (verdict->reason);
  verdict->reason = g_strdup_vprintf (format, args);
  va_end (args);
}

/* Why a part cannot be decided whatever its interval; NULL: it can. */
static char *
too_little (const ClaimChain *chain, const AssayVerdictPart *part)
{
  for (guint u = 0; u < chain->units->len; u++)
    {
      const ClaimUnit *unit = chain->units->pdata[u];
      const AssayUnitShare *share = &g_array_index (part->shares, AssayUnitShare, u);
      guint least = unit->seed ? MIN_SEEDS : MIN_ITEMS, n = share->n;

      if (unit->seed && unit->n_strata > 1 && part->smallest)
        n = MIN (n, part->smallest);
      if (n < least)
        return g_strdup_printf ("%u level%s of %s%s, %u needed", n, n == 1 ? "" : "s", unit->id,
                                unit->over ? " in one stratum" : "", least);
    }
  return NULL;
}

static void
combine_parts (AssayVerdict *verdict, const AssayExpect *expect)
{
  GPtrArray *parts = verdict->parts;
  const AssayVerdictPart *weakest = NULL;
  gboolean all = parts->len > 0;
  g_autoptr (GString) open = g_string_new (NULL);

  verdict->kind = any_contradicted (parts, TRUE) ? ASSAY_CONTRADICTED : ASSAY_INCONCLUSIVE;
  for (guint i = 0; i < parts->len; i++)
    {
      const AssayVerdictPart *part = parts->pdata[i];
      double worst = fmin (margin (expect, part->low), margin (expect, part->high));

      if (!weakest || isnan (weakest->low)
          || worst < fmin (margin (expect, weakest->low), margin (expect, weakest->high)))
        weakest = part;
      all = all && part->kind == ASSAY_REPRODUCED;
      if (part->kind == ASSAY_INCONCLUSIVE && part->level)
        g_string_append_printf (open, "%s%s", open->len ? ", " : "", part->level);
    }
  if (weakest)
    {
      verdict->effect = weakest->effect;
      verdict->low = weakest->low;
      verdict->high = weakest->high;
      verdict->n = weakest->n;
    }
  if (all)
    verdict->kind = ASSAY_REPRODUCED;
  if (verdict->kind == ASSAY_INCONCLUSIVE && weakest && isnan (weakest->effect))
    set_reason (verdict, ASSAY_INCONCLUSIVE, "no value%s%s: cells are missing",
                open->len ? " for " : "", open->str);
  else if (verdict->kind == ASSAY_INCONCLUSIVE)
    {
      g_autofree char *words = assay_claim_expectation (expect);

      set_reason (verdict, ASSAY_INCONCLUSIVE, "the interval%s%s does not decide whether it is %s",
                  open->len ? " for " : "", open->str, words);
    }
}

static void
add_notes (const Judge *judge, AssayVerdict *verdict, const ClaimChain *chain)
{
  const ClaimFacts *facts = judge->facts;
  double capped = assay_chain_capped (chain);

  for (guint i = 0; i < chain->notes->len; i++)
    g_ptr_array_add (verdict->notes, g_strdup (chain->notes->pdata[i]));
  for (guint i = 0; i < chain->leaves->len; i++)
    {
      const AssayFrame *frame = ((ClaimLeaf *) chain->leaves->pdata[i])->frame;

      verdict->n_crashed = MAX (verdict->n_crashed, frame->n_crashed);
      for (guint s = 0; s < frame->shared_stages->len; s++)
        {
          char *note
              = g_strdup_printf ("stage %s is shared by all seeds: its chance is in no interval",
                                 (char *) frame->shared_stages->pdata[s]);

          if (g_ptr_array_find_with_equal_func (verdict->notes, note, g_str_equal, NULL))
            g_free (note);
          else
            g_ptr_array_add (verdict->notes, note);
        }
    }
  verdict->n_missing = facts->n_missing;
  if (capped > 0)
    g_ptr_array_add (
        verdict->notes,
        g_strdup_printf ("%.0f %% never reach the threshold: counted as the end", 100 * capped));
  if (facts->n_other_rules)
    g_ptr_array_add (verdict->notes,
                     g_strdup_printf ("%u of %u runs were made under other rules: the rules were "
                                      "written or changed later",
                                      facts->n_other_rules, facts->n_runs));
}

/* The first metric behind a claim that must not be judged; NULL: none. */
static const char *
timing_metric (const AssayStudyInfo *study, const char *metrics, guint depth)
{
  g_auto (GStrv) ids = assay_words (metrics);

  for (guint i = 0; ids[i] && depth < 64; i++)
    {
      const AssayMetric *metric = assay_study_metric (study, ids[i]);
      const char *below;

      if (!metric)
        continue;
      if (metric->flags & ASSAY_TIMING)
        return metric->id;
      below = timing_metric (study, metric->of, depth + 1);
      if (below)
        return below;
    }
  return NULL;
}

char *
assay_claim_timing (const AssayStudyInfo *study, const AssayClaim *claim)
{
  const char *timing = timing_metric (study, claim->metric, 0);

  for (const AssayFold *fold = claim->fold; !timing && fold && fold->op != ASSAY_FOLD_END; fold++)
    timing = timing_metric (study, fold->by, 0);
  return timing ? g_strdup_printf ("metric %s is a timing, which is drawn and never judged", timing)
                : NULL;
}

/* Effect, interval and verdict of a claim with a chain. */
static void
measure (Judge *judge, AssayVerdict *verdict)
{
  const AssayClaim *claim = verdict->claim;
  g_autofree char *timing = assay_claim_timing (judge->study, claim),
                  *keep = assay_claim_kept (judge->study, claim->each, claim->units),
                  *rule = assay_claim_measure (judge->study, claim);
  g_autoptr (GError) error = NULL;
  g_autoptr (ClaimChain) chain = NULL;
  const ClaimAxis *unfolded;
  double missing;
  char *lacking = NULL;

  if (timing)
    {
      set_reason (verdict, ASSAY_NOT_EVALUABLE, "%s", timing);
      return;
    }
  chain = assay_chain_new (judge->source, claim->metric, claim->where, claim->fold, keep, &error);
  if (chain && chain->empty)
    {
      verdict->n_crashed = judge->facts->n_failed;
      verdict->n_missing = judge->facts->n_missing;
      set_reason (verdict, ASSAY_NOT_RUN, "no finished run of this plan gives %s%s%s",
                  chain->empty->metric, claim->where ? " where " : "",
                  claim->where ? claim->where : "");
      return;
    }
  unfolded = chain ? assay_chain_unfolded (chain, claim->each) : NULL;
  if (unfolded)
    g_set_error (&error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
                 "dimension %s has several levels and is not folded", unfolded->id);
  if (error || !assay_chain_set_units (chain, claim->units, &error))
    {
      set_reason (verdict, ASSAY_NOT_EVALUABLE, "%s", error->message);
      return;
    }
  g_ptr_array_unref (verdict->runs);
  verdict->runs = assay_chain_runs (chain);
  g_ptr_array_unref (verdict->parts);
  verdict->parts = assay_chain_interval (chain, rule);
  missing = assay_chain_missing (chain);
  for (guint i = 0; i < verdict->parts->len; i++)
    {
      AssayVerdictPart *part = verdict->parts->pdata[i];
      g_autofree char *why = too_little (chain, part);

      judge_part (&claim->expect, part);
      if (!why)
        continue;
      part->kind = ASSAY_INCONCLUSIVE;
      part->p = NAN;
      if (!lacking)
        lacking = g_strdup_printf ("%s%s%s", part->level ? part->level : "",
                                   part->level ? ": " : "", why);
    }
  if (missing > MAX_MISSING)
    for (guint i = 0; i < verdict->parts->len; i++)
      {
        ((AssayVerdictPart *) verdict->parts->pdata[i])->kind = ASSAY_INCONCLUSIVE;
        ((AssayVerdictPart *) verdict->parts->pdata[i])->p = NAN;
      }
  add_notes (judge, verdict, chain);
  combine_parts (verdict, &claim->expect);
  if (verdict->kind == ASSAY_INCONCLUSIVE && missing > MAX_MISSING)
    set_reason (verdict, ASSAY_INCONCLUSIVE, "%.0f %% of cells are missing", 100 * missing);
  else if (verdict->kind == ASSAY_INCONCLUSIVE && lacking)
    set_reason (verdict, ASSAY_INCONCLUSIVE, "%s", lacking);
  g_free (lacking);
}

/* ---- Gates and parts ------------------------------------------------- */

/* All parts of a claim and of the claims below it, borrowed. */
static void
collect_parts (Judge *judge, const AssayVerdict *verdict, GPtrArray *parts, guint depth)
{
  g_auto (GStrv) ids = assay_words (verdict->claim->all_of);

  for (guint i = 0; i < verdict->parts->len; i++)
    g_ptr_array_add (parts, verdict->parts->pdata[i]);
  for (guint i = 0; ids[i] && depth < 64; i++)
    {
      const AssayClaim *claim = assay_study_claim (judge->study, ids[i]);

      if (claim)
        collect_parts (judge, judge_claim (judge, claim), parts, depth + 1);
    }
}

static void
add_runs (AssayVerdict *verdict, const AssayVerdict *part)
{
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < verdict->runs->len; i++)
    g_hash_table_add (known, verdict->runs->pdata[i]);
  for (guint i = 0; i < part->runs->len; i++)
    if (!g_hash_table_contains (known, part->runs->pdata[i]))
      g_ptr_array_add (verdict->runs, g_strdup (part->runs->pdata[i]));
}

static void
judge_all_of (Judge *judge, AssayVerdict *verdict)
{
  g_auto (GStrv) ids = assay_words (verdict->claim->all_of);
  g_autoptr (GPtrArray) parts = g_ptr_array_new ();
  AssayVerdictKind worst = ASSAY_REPRODUCED;
  const AssayVerdict *blamed = NULL;

  for (guint i = 0; ids[i]; i++)
    {
      const AssayClaim *claim = assay_study_claim (judge->study, ids[i]);
      const AssayVerdict *part = claim ? judge_claim (judge, claim) : NULL;

      if (!part)
        {
          set_reason (verdict, ASSAY_NOT_EVALUABLE, "there is no claim %s", ids[i]);
          return;
        }
      add_runs (verdict, part);
      verdict->n = i == 0 ? part->n : MIN (verdict->n, part->n);
      verdict->n_crashed = MAX (verdict->n_crashed, part->n_crashed);
      verdict->n_missing = MAX (verdict->n_missing, part->n_missing);
      /* A contradiction is counted over all parts together, below. */
      if (part->kind > ASSAY_CONTRADICTED && part->kind > worst)
        {
          worst = part->kind;
          blamed = part;
        }
      else if (part->kind == ASSAY_CONTRADICTED && worst == ASSAY_REPRODUCED)
        {
          worst = ASSAY_INCONCLUSIVE;
          blamed = part;
        }
    }
  collect_parts (judge, verdict, parts, 0);
  if (any_contradicted (parts, FALSE))
    {
      verdict->kind = ASSAY_CONTRADICTED;
      return;
    }
  verdict->kind = worst;
  if (blamed)
    set_reason (verdict, worst, "%s: %s", blamed->claim->id,
                blamed->reason ? blamed->reason : assay_verdict_name (blamed->kind));
}

/* Why a part of a gate does not hold, as people read numbers. */
static char *
part_fails (const AssayClaim *gate, const AssayVerdictPart *part)
{
  g_autofree char *expected = assay_claim_expectation (&gate->expect);
  char value[G_ASCII_DTOSTR_BUF_SIZE];

  if (!isfinite (part->effect))
    return g_strdup_printf ("%s%sthere is no value", part->level ? part->level : "",
                            part->level ? ": " : "");
  g_ascii_formatd (value, sizeof value, "%.4g", part->effect);
  return g_strdup_printf ("%s%s%s is not %s", part->level ? part->level : "",
                          part->level ? ": " : "", value,
                          expected ? expected : "expected to be anything");
}

/* Why a gate does not hold by its point estimate; NULL: it holds. */
static char *
gate_fails (Judge *judge, const char *id)
{
  const AssayClaim *claim = assay_study_claim (judge->study, id);
  const AssayVerdict *gate = claim ? judge_claim (judge, claim) : NULL;
  g_auto (GStrv) ids = claim ? assay_words (claim->all_of) : NULL;

  if (!gate)
    return g_strdup_printf ("there is no claim %s to need", id);
  if (gate->kind == ASSAY_NOT_RUN || gate->kind == ASSAY_NOT_EVALUABLE)
    return g_strdup_printf ("it needs %s, which is %s: %s", id, assay_verdict_name (gate->kind),
                            gate->reason ? gate->reason : "no reason is known");
  for (guint i = 0; ids && ids[i]; i++)
    {
      char *why = gate_fails (judge, ids[i]);

      if (why)
        return why;
    }
  if (!claim->all_of && gate->parts->len == 0)
    return g_strdup_printf ("it needs %s, which has no value", id);
  for (guint i = 0; i < gate->parts->len; i++)
    {
      const AssayVerdictPart *part = gate->parts->pdata[i];
      g_autofree char *why = part->holds ? NULL : part_fails (claim, part);

      if (why)
        return g_strdup_printf ("it needs %s, which does not hold: %s", id, why);
    }
  return NULL;
}

static void
check_gates (Judge *judge, AssayVerdict *verdict)
{
  g_auto (GStrv) ids = assay_words (verdict->claim->needs);

  for (guint i = 0; ids[i]; i++)
    {
      g_autofree char *why = gate_fails (judge, ids[i]);

      if (!why)
        continue;
      set_reason (verdict, ASSAY_NOT_EVALUABLE, "%s", why);
      return;
    }
}

/* ---- Claims ---------------------------------------------------------- */

/* Whether the claim cannot be judged on these runs at all, and why. */
static gboolean
not_run (const Judge *judge, AssayVerdict *verdict)
{
  const AssayClaim *claim = verdict->claim;
  const ClaimFacts *facts = judge->facts;
  g_auto (GStrv) presets = assay_words (claim->presets);
  g_autofree char *list = g_strjoinv (", ", presets);

  if (claim->not_run)
    set_reason (verdict, ASSAY_NOT_RUN, "%s", claim->not_run);
  else if (!facts->any)
    set_reason (verdict, ASSAY_NOT_RUN, "there are no runs of this study yet");
  else if (claim->presets
           && !(facts->preset && g_strv_contains ((const char *const *) presets, facts->preset)))
    set_reason (verdict, ASSAY_NOT_RUN, "it can be judged in preset %s; these runs are of %s%s",
                list, facts->preset ? "preset " : "no preset", facts->preset ? facts->preset : "");
  else
    return FALSE;
  return TRUE;
}

static AssayVerdict *
verdict_new (const Judge *judge, const AssayClaim *claim)
{
  AssayVerdict *verdict = g_new0 (AssayVerdict, 1);

  verdict->claim = claim;
  verdict->effect = verdict->low = verdict->high = NAN;
  verdict->rule = assay_claim_rule (judge->study, claim);
  verdict->parts = g_ptr_array_new_with_free_func ((GDestroyNotify) assay_verdict_part_free);
  verdict->notes = g_ptr_array_new_with_free_func (g_free);
  verdict->runs = g_ptr_array_new_with_free_func (g_free);
  return verdict;
}

static void
add_caveat (AssayVerdict *verdict)
{
  if (verdict->claim->caveat
      && (verdict->kind == ASSAY_CONTRADICTED || verdict->kind == ASSAY_INCONCLUSIVE))
    g_ptr_array_add (verdict->notes,
                     g_strdup_printf ("why it may not hold here: %s", verdict->claim->caveat));
}

static AssayVerdict *
judge_claim (Judge *judge, const AssayClaim *claim)
{
  AssayVerdict **slot = (AssayVerdict **) &judge->verdicts->pdata[claim - judge->study->claims];
  AssayVerdict *verdict = *slot;

  if (verdict)
    {
      if (g_ptr_array_find (judge->open, claim, NULL))
        set_reason (verdict, ASSAY_NOT_EVALUABLE, "it needs itself");
      return verdict;
    }
  *slot = verdict = verdict_new (judge, claim);
  if (not_run (judge, verdict))
    return verdict;
  g_ptr_array_add (judge->open, (gpointer) claim);
  if (claim->all_of)
    judge_all_of (judge, verdict);
  else if (claim->metric)
    measure (judge, verdict);
  else
    set_reason (verdict, ASSAY_NOT_EVALUABLE, "it has neither a metric nor parts");
  if (verdict->kind < ASSAY_NOT_EVALUABLE)
    check_gates (judge, verdict);
  add_caveat (verdict);
  g_ptr_array_set_size (judge->open, (gint) judge->open->len - 1);
  return verdict;
}

GPtrArray *
assay_claims_judge_from (ClaimSource *source, const ClaimFacts *facts)
{
  Judge judge = { .source = source, .study = source->study, .facts = facts };

  judge.verdicts = g_ptr_array_new_with_free_func ((GDestroyNotify) assay_verdict_free);
  judge.open = g_ptr_array_new ();
  g_ptr_array_set_size (judge.verdicts, (gint) judge.study->n_claims);
  for (guint i = 0; i < judge.study->n_claims; i++)
    judge_claim (&judge, &judge.study->claims[i]);
  g_ptr_array_unref (judge.open);
  return judge.verdicts;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Type check of claims, derived metrics and figures against the presets in which they count.
 */
#include "host/claims/made-up.h"
#include "host/claims/rule.h"
#include "host/claims/source.h"
#include "host/store/filter.h"

#include <math.h>
#include <string.h>

typedef struct
{
  const AssayStudyInfo *study;
  GPtrArray *sentences;
  ClaimMadeUp *made; /* of the preset at hand */
  const AssayPreset *preset;
} Check;

static void G_GNUC_PRINTF (4, 5)
    say (Check *check, const char *what, const char *id, const char *format, ...)
{
  g_autofree char *text = NULL;
  char *sentence;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  sentence = g_strdup_printf ("study %s, %s %s%s%s: %s", check->study->id, what, id,
                              check->preset ? ", preset " : "",
                              check->preset ? check->preset->id : "", text);
  g_ptr_array_add (check->sentences, sentence);
}

static gboolean
listed (const char *list, const char *id)
{
  g_auto (GStrv) words = assay_words (list);

  return g_strv_contains ((const char *const *) words, id);
}

/* ---- What needs no preset -------------------------------------------- */

/* Every key of a filter must be a dimension. */
static void
check_where (Check *check, const char *what, const char *id, const char *where)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AssayFilter) filter = assay_filter_parse (where, &error);
  g_auto (GStrv) keys = filter ? assay_filter_keys (filter) : NULL;

  if (error)
    say (check, what, id, "`where`: %s", error->message);
  for (guint i = 0; keys && keys[i]; i++)
    if (!assay_study_dim (check->study, keys[i]))
      say (check, what, id, "`where` names %s, and there is no such dimension", keys[i]);
}

/* What the registry's own checks leave: they know no filter, fold or number. */
static void
check_row (Check *check, const AssayClaim *claim)
{
  g_autofree char *timing = assay_claim_timing (check->study, claim);

  check_where (check, "claim", claim->id, claim->where);
  if (timing)
    say (check, "claim", claim->id, "%s; judge a deterministic one", timing);
}

/* ---- Against a preset ------------------------------------------------ */

/* Folds that may well have no value on made-up numbers. */
static gboolean
may_be_missing (const AssayStudyInfo *study, const AssayFold *fold, const char *metrics,
                guint depth)
{
  g_auto (GStrv) ids = assay_words (metrics);

  for (; fold && fold->op != ASSAY_FOLD_END; fold++)
    if (fold->op == ASSAY_OP_WHEN || fold->op == ASSAY_OP_LOG || fold->op == ASSAY_OP_RATIO
        || fold->op == ASSAY_OP_SPEARMAN)
      return TRUE;
  for (guint i = 0; ids[i] && depth < 32; i++)
    {
      const AssayMetric *metric = assay_study_metric (study, ids[i]);

      if (metric && metric->of && may_be_missing (study, metric->fold, metric->of, depth + 1))
        return TRUE;
    }
  return FALSE;
}

static gboolean
all_missing (const ClaimNode *node)
{
  for (guint i = 0; i < node->shape->n; i++)
    if (!isnan (node->estimate[i]))
      return FALSE;
  return TRUE;
}

/* A filter on what no metric behind the claim has would hold everywhere. */
static void
check_filtered (Check *check, const AssayClaim *claim, const ClaimChain *chain)
{
  g_autoptr (AssayFilter) filter = assay_filter_parse (claim->where, NULL);
  g_auto (GStrv) keys = filter ? assay_filter_keys (filter) : NULL;

  for (guint k = 0; keys && keys[k]; k++)
    {
      gboolean had = !assay_study_dim (check->study, keys[k]);

      for (guint i = 0; i < chain->leaves->len; i++)
        {
          const char *id = ((ClaimLeaf *) chain->leaves->pdata[i])->metric;

          had = had
                || assay_claim_has_dimension (check->study, assay_study_metric (check->study, id),
                                              keys[k]);
        }
      if (!had)
        say (check, "claim", claim->id, "`where` names %s, which no metric behind it has", keys[k]);
    }
}

static void
say_unfolded (Check *check, const char *what, const char *id, const ClaimAxis *axis,
              const char *mend)
{
  GString *levels = g_string_new (NULL);

  for (guint i = 0; i < axis->levels->len && i < 6; i++)
    g_string_append_printf (levels, "%s%s", i ? ", " : "", (char *) axis->levels->pdata[i]);
  say (check, what, id, "dimension %s (%s%s) is not folded; %s", axis->id, levels->str,
       axis->levels->len > 6 ? ", ..." : "", mend);
  g_string_free (levels, TRUE);
}

static void
check_claim (Check *check, const AssayClaim *claim)
{
  g_autofree char *keep = assay_claim_kept (check->study, claim->each, claim->units);
  g_autoptr (GError) error = NULL;
  g_autoptr (ClaimChain) chain = assay_chain_new (&check->made->source, claim->metric, claim->where,
                                                  claim->fold, keep, &error);
  g_auto (GStrv) each = assay_words (claim->each);
  const ClaimLeaf *empty = chain ? chain->empty : NULL;
  const ClaimAxis *unfolded = chain ? assay_chain_unfolded (chain, claim->each) : NULL;

  if (error)
    {
      say (check, "claim", claim->id, "%s", error->message);
      return;
    }
  if (empty)
    {
      say (check, "claim", claim->id,
           "no run of this preset gives %s where %s; change the filter, "
           "the plan or `presets`",
           empty->metric, empty->where ? empty->where : "(anything)");
      return;
    }
  check_filtered (check, claim, chain);
  if (unfolded)
    say_unfolded (check, "claim", claim->id, unfolded,
                  "fold it, name it in `each`, or fix it in `where`");
  for (guint i = 0; each[i]; i++)
    {
      gboolean found = FALSE;

      for (guint c = 0; c < chain->result->shape->n_axes; c++)
        found = found
                || !strcmp (((ClaimAxis *) chain->axes->pdata[chain->result->shape->axes[c]])->id,
                            each[i]);
      if (!found)
        say (check, "claim", claim->id, "`each` names %s, which is not left after the folds",
             each[i]);
    }
  if (!assay_chain_set_units (chain, claim->units, &error))
    say (check, "claim", claim->id, "%s", error->message);
  else if (all_missing (chain->result)
           && !may_be_missing (check->study, claim->fold, claim->metric, 0))
    say (check, "claim", claim->id,
         "nothing is left to judge: no run has all the levels that its "
         "folds set against each other");
}

/* A derived metric is well if it can be had from one of the presets; where it must be had the
 * claims say. */
static void
check_metric (Check *check, const AssayMetric *metric, GPtrArray *made)
{
  g_autofree char *first = NULL;

  for (guint i = 0; i < made->len; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ClaimChain) chain = NULL;
      ClaimMadeUp *runs = made->pdata[i];

      if (!runs)
        continue;
      chain = assay_chain_new (&runs->source, metric->id, NULL, NULL, NULL, &error);
      if (chain)
        return;
      if (!first)
        first = g_strdup (error->message);
    }
  if (first)
    say (check, "metric", metric->id, "%s", first);
}

/* ---- Figures --------------------------------------------------------- */

static gboolean
draws_metrics (const AssayFigure *figure)
{
  return figure->mark != ASSAY_GRAPH && figure->mark != ASSAY_SAMPLES;
}

/* Channels of a figure: its metrics, and every dimension that it shows or averages. */
static void
figure_channels (const Check *check, const AssayFigure *figure, GString *metrics, GString *dims)
{
  const char *over = figure->over || figure->per ? figure->over : "seed";
  const char *channels[] = { figure->x,   figure->y,   figure->color,  figure->dash, figure->row,
                             figure->col, figure->per, figure->slider, over };

  for (guint c = 0; c < G_N_ELEMENTS (channels); c++)
    {
      g_auto (GStrv) words = assay_words (channels[c]);

      for (guint i = 0; words[i]; i++)
        {
          if (assay_study_metric (check->study, words[i]))
            g_string_append_printf (metrics, " %s", words[i]);
          else
            g_string_append_printf (dims, " %s", words[i]);
        }
    }
}

typedef enum
{
  DRAWN,
  NO_DATA,
  HIDES_A_DIMENSION, /* a slip wherever it happens */
  FAILS              /* a slip if it fails on every preset: some may lack a level that it names */
} FigureState;

/* A line against a metric runs along a number that no channel names. */
static gboolean
is_path (const Check *check, const AssayFigure *figure, const ClaimAxis *axis)
{
  return figure->mark == ASSAY_LINE && axis && axis->kind == ASSAY_NUMBER
         && assay_study_metric (check->study, figure->x);
}

/* How the figure fares on one preset; @why: one sentence, of the last two states. */
static FigureState
try_figure (const Check *check, const AssayFigure *figure, ClaimMadeUp *made, char **why)
{
  g_autoptr (GString) metrics = g_string_new (NULL), dims = g_string_new ("metric");
  g_auto (GStrv) ids = NULL;
  FigureState state = DRAWN;
  gboolean has_path = FALSE;

  figure_channels (check, figure, metrics, dims);
  ids = assay_words (metrics->str);
  *why = ids[0] ? NULL : g_strdup ("it shows no metric");
  for (guint i = 0; ids[i]; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ClaimChain) chain
          = assay_chain_new (&made->source, ids[i], figure->where, figure->fold, dims->str, &error);
      const ClaimAxis *unfolded = chain ? assay_chain_unfolded (chain, dims->str) : NULL;

      if (!has_path && is_path (check, figure, unfolded))
        {
          has_path = TRUE;
          g_string_append_printf (dims, " %s", unfolded->id);
          unfolded = assay_chain_unfolded (chain, dims->str);
        }
      if (error)
        *why = g_strdup_printf ("metric %s, %s", ids[i], error->message);
      else if (unfolded)
        *why = g_strdup_printf ("metric %s has dimension %s, which no channel shows; fold it, "
                                "average it (`over`), or fix it in `where`",
                                ids[i], unfolded->id);
      if (*why)
        return error ? FAILS : HIDES_A_DIMENSION;
      if (chain->empty)
        state = NO_DATA;
    }
  return *why ? FAILS : state;
}

static void
check_figure (Check *check, const AssayFigure *figure, GPtrArray *made)
{
  g_autofree char *first = NULL;
  gboolean drawn = FALSE, tried = FALSE;

  for (guint i = 0; i < made->len; i++)
    {
      g_autofree char *why = NULL;
      FigureState state;

      if (!made->pdata[i] || check->study->presets[i].flags & ASSAY_HIDDEN)
        continue;
      tried = TRUE;
      state = try_figure (check, figure, made->pdata[i], &why);
      drawn = drawn || state == DRAWN;
      if (state == HIDES_A_DIMENSION)
        {
          check->preset = &check->study->presets[i];
          say (check, "figure", figure->id, "%s", why);
          check->preset = NULL;
          return;
        }
      if (!first)
        first = g_steal_pointer (&why);
    }
  if (tried && !drawn)
    say (check, "figure", figure->id, "%s",
         first ? first : "no preset gives it data; change `where` or a plan");
}

/* ---- All ------------------------------------------------------------- */

/* Hidden presets, those of tests, count where they are named. */
static gboolean
counts (const AssayClaim *claim, const AssayPreset *preset)
{
  if (!claim->metric || claim->not_run)
    return FALSE;
  return claim->presets ? listed (claim->presets, preset->id) : !(preset->flags & ASSAY_HIDDEN);
}

static void
made_up_free (gpointer made)
{
  assay_claim_made_up_free (made);
}

GPtrArray *
assay_claims_check (const AssayStudyInfo *study)
{
  Check check = { study, g_ptr_array_new_with_free_func (g_free), NULL, NULL };
  g_autoptr (GPtrArray) made = g_ptr_array_new_with_free_func (made_up_free);

  for (guint i = 0; i < study->n_claims; i++)
    check_row (&check, &study->claims[i]);
  for (guint i = 0; i < study->n_metrics; i++)
    check_where (&check, "metric", study->metrics[i].id, study->metrics[i].where);
  for (guint i = 0; i < study->n_figures; i++)
    check_where (&check, "figure", study->figures[i].id, study->figures[i].where);
  for (guint p = 0; p < study->n_presets; p++)
    {
      g_autoptr (GError) error = NULL;

      check.preset = &study->presets[p];
      check.made = assay_claim_made_up_new (study, check.preset, &error);
      g_ptr_array_add (made, check.made);
      if (!check.made)
        {
          say (&check, "preset", check.preset->id, "%s", error->message);
          continue;
        }
      for (guint i = 0; i < study->n_claims; i++)
        if (counts (&study->claims[i], check.preset))
          check_claim (&check, &study->claims[i]);
    }
  check.preset = NULL;
  for (guint i = 0; i < study->n_metrics; i++)
    if (study->metrics[i].of)
      check_metric (&check, &study->metrics[i], made);
  for (guint i = 0; i < study->n_figures; i++)
    if (draws_metrics (&study->figures[i]))
      check_figure (&check, &study->figures[i], made);
  if (check.sentences->len)
    return check.sentences;
  g_ptr_array_unref (check.sentences);
  return NULL;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules in words: what is printed before any run is what decides after.
 */
#include "host/claims/rule.h"

#include <string.h>

static char *
list_words (const char *list)
{
  g_auto (GStrv) words = assay_words (list);
  GString *text = g_string_new (NULL);
  guint n = g_strv_length (words);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%s%s", i == 0 ? "" : i + 1 < n ? ", " : " and ", words[i]);
  return g_string_free (text, FALSE);
}

static char *
by_words (const AssayStudyInfo *study, const AssayFold *fold)
{
  if (!fold->by)
    return g_strdup ("by nothing");
  if (fold->op == ASSAY_OP_WHEN)
    return g_strdup (fold->by);
  if (study && assay_study_metric (study, fold->by))
    return g_strdup_printf ("by %s", fold->by);
  return g_strdup_printf ("on one half of %s and measured on the other", fold->by);
}

static char *
fold_words (const AssayStudyInfo *study, const AssayFold *fold)
{
  const ClaimOp *op = assay_claim_op (fold->op);
  gboolean every = fold->b && !strcmp (fold->b, "*");
  g_autofree char *over = list_words (fold->over), *between = list_words (fold->between),
                  *by = by_words (study, fold), *x = assay_json_number (fold->x);
  const struct
  {
    const char *key, *value;
  } fills[] = { { "{over}", over },
                { "{between}", between },
                { "{a}", fold->a ? fold->a : "?" },
                { "{b}", every     ? "each other"
                         : fold->b ? fold->b
                                   : "?" },
                { "{by}", by },
                { "{x}", x } };
  g_autoptr (GString) text = g_string_new (op ? op->words : "an unknown fold");

  for (guint i = 0; i < G_N_ELEMENTS (fills); i++)
    g_string_replace (text, fills[i].key, fills[i].value, 0);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
append_measure (GString *text, const AssayStudyInfo *study, const char *metrics, const char *where,
                const AssayFold *fold, guint depth)
{
  g_auto (GStrv) ids = assay_words (metrics);

  for (guint i = 0; ids[i]; i++)
    {
      const AssayMetric *metric = assay_study_metric (study, ids[i]);

      g_string_append_printf (text, "%s%s", i ? " and " : "", ids[i]);
      if (!metric || !metric->of || depth > 16)
        continue;
      g_string_append (text, " [= ");
      append_measure (text, study, metric->of, metric->where, metric->fold, depth + 1);
      g_string_append_c (text, ']');
    }
  if (where && *where)
    g_string_append_printf (text, " where %s", where);
  for (const char *mark = ":"; fold && fold->op != ASSAY_FOLD_END; fold++, mark = ", then")
    {
      g_autofree char *words = fold_words (study, fold);

      g_string_append_printf (text, "%s %s", mark, words);
    }
}

char *
assay_claim_measure (const AssayStudyInfo *study, const AssayClaim *claim)
{
  GString *text = g_string_new (NULL);

  append_measure (text, study, claim->metric, claim->where, claim->fold, 0);
  return g_string_free (text, FALSE);
}

char *
assay_claim_expectation (const AssayExpect *expect)
{
  g_autofree char *lo = assay_json_number (expect->lo), *hi = assay_json_number (expect->hi);

  switch (expect->kind)
    {
    case ASSAY_EXPECT_ABOVE:
      return g_strdup_printf ("above %s", lo);
    case ASSAY_EXPECT_BELOW:
      return g_strdup_printf ("below %s", hi);
    case ASSAY_EXPECT_WITHIN:
      return g_strdup_printf ("within %s and %s", lo, hi);
    default:
      return NULL;
    }
}

static void
append_units (GString *text, const char *units)
{
  g_auto (GStrv) words = assay_words (units ? units : "seed");

  g_string_append (text, "; redrawn: ");
  for (guint i = 0; words[i]; i++)
    {
      char *slash = strchr (words[i], '/');

      if (slash)
        *slash = '\0';
      g_string_append_printf (text, "%s%s", i ? " and, apart from it, " : "", words[i]);
      if (slash)
        g_string_append_printf (text, " separately in each %s", slash + 1);
    }
}

char *
assay_claim_rule (const AssayStudyInfo *study, const AssayClaim *claim)
{
  GString *text = g_string_new (NULL);
  g_autofree char *expectation = assay_claim_expectation (&claim->expect);
  g_autofree char *needs = list_words (claim->needs), *parts = list_words (claim->all_of),
                  *presets = list_words (claim->presets);

  if (claim->all_of)
    g_string_append_printf (text, "all of %s are reproduced", parts);
  else if (claim->metric)
    {
      append_measure (text, study, claim->metric, claim->where, claim->fold, 0);
      if (expectation)
        g_string_append_printf (text, "; is %s", expectation);
      if (claim->each)
        g_string_append_printf (text, " for each %s", claim->each);
      append_units (text, claim->units);
    }
  if (claim->needs)
    g_string_append_printf (text, "%sneeds %s", text->len ? "; " : "", needs);
  if (claim->presets)
    g_string_append_printf (text, "%sjudged in %s", text->len ? "; " : "", presets);
  if (claim->not_run)
    g_string_append_printf (text, "%snot run: %s", text->len ? "; " : "", claim->not_run);
  return g_string_free (text, FALSE);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Verdicts as text and as CSV.
 */
#include "host/claims/claims.h"

#include "host/registry/json.h"
#include "host/registry/text.h"
#include <math.h>

char *
assay_verdict_effect_text (const AssayVerdict *verdict)
{
  g_autofree char *effect = assay_number_text (verdict->effect),
                  *low = assay_number_text (verdict->low),
                  *high = assay_number_text (verdict->high);

  if (isnan (verdict->effect))
    return g_strdup ("—");
  if (isnan (verdict->low) || isnan (verdict->high))
    return g_steal_pointer (&effect);
  return g_strdup_printf ("%s [%s, %s]", effect, low, high);
}

char *
assay_verdict_count_text (const AssayVerdict *verdict)
{
  g_autoptr (GString) less = g_string_new (NULL);
  g_autofree char *n = verdict->n > 0 ? g_strdup_printf ("%u", verdict->n) : g_strdup ("—");

  if (verdict->n_crashed > 0)
    g_string_append_printf (less, "%u crashed", verdict->n_crashed);
  if (verdict->n_missing > 0)
    g_string_append_printf (less, "%s%u missing", less->len > 0 ? ", " : "", verdict->n_missing);
  return less->len > 0 ? g_strdup_printf ("%s (%s)", n, less->str) : g_steal_pointer (&n);
}

static const char *
paper_words (const AssayClaim *claim)
{
  if (claim->paper != NULL)
    return claim->paper;
  return claim->source != NULL ? "not stated" : "ours";
}

char *
assay_claims_text (const AssayRunSet *set, const AssayStudyInfo *study, const GPtrArray *verdicts)
{
  GString *out = g_string_new (NULL);

  g_string_append_printf (out, "%s — %s\n", study->id, study->title);
  if (set != NULL && set->plan != NULL)
    g_string_append_printf (out, "Plan %s%s%s, %u runs\n", set->plan,
                            set->preset != NULL ? ", preset " : "",
                            set->preset != NULL ? set->preset : "", set->dirs->len);
  for (guint i = 0; i < verdicts->len; i++)
    {
      const AssayVerdict *verdict = verdicts->pdata[i];
      const AssayClaim *claim = verdict->claim;
      g_autofree char *effect = assay_verdict_effect_text (verdict),
                      *counts = assay_verdict_count_text (verdict);

      g_string_append_printf (out, "\n%s: %s\n", claim->id, assay_verdict_name (verdict->kind));
      if (claim->says != NULL)
        g_string_append_printf (out, "  %s\n", claim->says);
      g_string_append_printf (out, "  ours %s, n %s; paper: %s\n", effect, counts,
                              paper_words (claim));
      if (verdict->reason != NULL)
        g_string_append_printf (out, "  %s\n", verdict->reason);
    }
  return g_string_free (out, FALSE);
}

static void
csv_text (GString *out, const char *text)
{
  g_string_append_c (out, '"');
  for (const char *p = text != NULL ? text : ""; *p != '\0'; p++)
    {
      if (*p == '"')
        g_string_append_c (out, '"');
      g_string_append_c (out, *p);
    }
  g_string_append_c (out, '"');
}

static void
csv_number (GString *out, double number)
{
  g_autofree char *text = isfinite (number) ? assay_json_number (number) : g_strdup ("");

  g_string_append (out, text);
}

char *
assay_claims_csv (const GPtrArray *verdicts)
{
  GString *out = g_string_new (
      "claim,statement,source,paper,effect,ci_low,ci_high,n,crashed,missing,verdict,reason,rule\n");

  for (guint i = 0; i < verdicts->len; i++)
    {
      const AssayVerdict *verdict = verdicts->pdata[i];
      const AssayClaim *claim = verdict->claim;
      const char *const first[] = { claim->id, claim->says, claim->source, claim->paper };
      const double numbers[] = { verdict->effect, verdict->low, verdict->high };
      const char *const last[]
          = { assay_verdict_name (verdict->kind), verdict->reason, verdict->rule };

      for (guint k = 0; k < G_N_ELEMENTS (first); k++, g_string_append_c (out, ','))
        csv_text (out, first[k]);
      for (guint k = 0; k < G_N_ELEMENTS (numbers); k++, g_string_append_c (out, ','))
        csv_number (out, numbers[k]);
      g_string_append_printf (out, "%u,%u,%u", verdict->n, verdict->n_crashed, verdict->n_missing);
      for (guint k = 0; k < G_N_ELEMENTS (last); k++)
        {
          g_string_append_c (out, ',');
          csv_text (out, last[k]);
        }
      g_string_append_c (out, '\n');
    }
  return g_string_free (out, FALSE);
}

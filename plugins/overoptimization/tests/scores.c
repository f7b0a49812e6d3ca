/* SPDX-License-Identifier: Apache-2.0 */
#include "scores.h"

#include <math.h>

static double
normal (GRand *rand)
{
  return sqrt (-2 * log (1 - g_rand_double (rand))) * cos (2 * G_PI * g_rand_double (rand));
}

Scores *
scores_new (guint n_prompts, guint n_answers, guint n_members, guint32 seed)
{
  Scores *scores = g_new0 (Scores, 1);
  gsize n = (gsize) n_prompts * n_answers;
  GRand *rand = g_rand_new_with_seed (seed);

  scores->n_prompts = n_prompts;
  scores->n_answers = n_answers;
  scores->n_members = n_members;
  scores->gold = g_new (double, n);
  scores->texts = g_new (guint, n);
  scores->members = g_new (double, n *n_members);
  for (gsize i = 0; i < n; i++)
    {
      scores->gold[i] = normal (rand);
      scores->texts[i] = (guint) (i % n_answers);
    }
  for (gsize p = 0; p < n_prompts; p++)
    for (gsize m = 0; m < n_members; m++)
      for (gsize i = 0; i < n_answers; i++)
        {
          double heavy = normal (rand) / fmax (fabs (normal (rand)), 0.05);

          /* Every member has a scale of its own, as reward models do. */
          scores->members[(p * n_members + m) * n_answers + i]
              = 3.0 * (double) m + (1.0 + (double) m) * (scores->gold[p * n_answers + i] + heavy);
        }
  g_rand_free (rand);
  return scores;
}

void
scores_free (Scores *scores)
{
  g_free (scores->gold);
  g_free (scores->members);
  g_free (scores->texts);
  g_free (scores);
}

static void
add_numbers (GString *out, const double *x, gsize n, gsize stride)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  for (gsize i = 0; i < n; i++)
    g_string_append_printf (out, "%s%s", i > 0 ? ", " : "[",
                            g_ascii_dtostr (text, sizeof text, x[i * stride]));
  g_string_append_c (out, ']');
}

static void
add_members (GString *out, const Scores *scores, gsize prompt, ScoresForm form)
{
  gsize n = scores->n_answers, k = scores->n_members;
  const double *x = scores->members + prompt * n * k;

  if (k == 1)
    {
      add_numbers (out, x, n, 1);
      return;
    }
  for (gsize i = 0; i < (form == SCORES_BY_ANSWERS ? n : k); i++)
    {
      g_string_append (out, i > 0 ? ", " : "[");
      if (form == SCORES_BY_ANSWERS)
        add_numbers (out, x + i, k, n);
      else
        add_numbers (out, x + i * n, n, 1);
    }
  g_string_append_c (out, ']');
}

static void
add_row (GString *out, const Scores *scores, gsize prompt, ScoresForm form)
{
  g_string_append_printf (
      out, "{\"instruction\": \"Question %" G_GSIZE_FORMAT "?\", \"input\": \"%s\", \"answers\": [",
      prompt, prompt % 2 ? "More of it." : "");
  for (gsize i = 0; i < scores->n_answers; i++)
    g_string_append_printf (out, "%s\"Answer %u to %" G_GSIZE_FORMAT ".\"", i > 0 ? ", " : "",
                            scores->texts[prompt * scores->n_answers + i], prompt);
  g_string_append (out, "], \"gold_scores\": ");
  add_numbers (out, scores->gold + prompt * scores->n_answers, scores->n_answers, 1);
  g_string_append (out, ", \"proxy_scores\": ");
  add_members (out, scores, prompt, form);
  g_string_append_c (out, '}');
}

char *
scores_write (const Scores *scores, ScoresForm form, const char *folder, const char *bad)
{
  char *path = g_build_filename (folder, "scores.jsonl", NULL);
  g_autoptr (GString) out = g_string_new (form == SCORES_ARRAY ? "[" : "");
  g_autoptr (GError) error = NULL;

  if (bad)
    g_string_append_printf (out, "%s%s\n", bad, form == SCORES_ARRAY ? "," : "");
  for (gsize p = 0; p < scores->n_prompts; p++)
    {
      add_row (out, scores, p, form);
      g_string_append (out, form == SCORES_ARRAY && p + 1 < scores->n_prompts ? ",\n" : "\n");
    }
  if (form == SCORES_ARRAY)
    g_string_append (out, "]\n");
  g_file_set_contents (path, out->str, (gssize) out->len, &error);
  g_assert_no_error (error);
  return path;
}

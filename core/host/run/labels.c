/* SPDX-License-Identifier: Apache-2.0
 *
 * Labels: "split=train arm=a", checked against what the study declared and put in order.
 */
#include "host/registry/json.h"
#include "host/run/runner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static char *
shown (const char *text)
{
  return g_utf8_make_valid (text, MIN (strlen (text), 60));
}

static gboolean
has_control (const char *text)
{
  for (; *text; text++)
    if (g_ascii_iscntrl (*text))
      return TRUE;
  return FALSE;
}

/** The level as the log keeps it; NULL: *@problem. */
static char *
canonical_level (const AssayDim *dim, const char *level, char **problem)
{
  g_auto (GStrv) values = assay_words (dim->values);
  g_autofree char *quoted = shown (level);
  char *end = NULL;
  double number;

  if (!*level)
    *problem = g_strdup_printf ("%s has no value", dim->id);
  else if (has_control (level))
    *problem = g_strdup_printf ("the value of %s holds a control character", dim->id);
  else if (dim->kind == ASSAY_NUMBER)
    {
      number = g_ascii_strtod (level, &end);
      if (*end == '\0' && isfinite (number))
        return assay_json_number (number == 0 ? 0 : number);
      *problem = g_strdup_printf ("%s=%s: %s is a number", dim->id, quoted, dim->id);
    }
  else if (dim->values && !g_strv_contains ((const char *const *) values, level))
    *problem = g_strdup_printf ("%s=%s: it is declared as one of %s", dim->id, quoted, dim->values);
  else
    return g_strdup (level);
  return NULL;
}

static char *
canonical_pair (const AssayStudyInfo *study, const char *const *dims, const char *word,
                char **problem)
{
  const char *equals = strchr (word, '=');
  g_autofree char *id = equals ? g_strndup (word, equals - word) : shown (word);
  const AssayDim *dim = equals ? assay_study_dim (study, id) : NULL;
  g_autofree char *level = NULL;

  if (!equals)
    *problem = g_strdup_printf ("\"%s\" is no label: write dimension=value", id);
  else if (!dim)
    *problem = g_strdup_printf ("the study declares no dimension \"%s\"", id);
  else if (dims && !g_strv_contains (dims, id))
    *problem = g_strdup_printf ("it is not declared over %s", id);
  else
    level = canonical_level (dim, equals + 1, problem);
  return level ? g_strconcat (id, "=", level, NULL) : NULL;
}

static int
compare_pairs (const void *a, const void *b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

char *
assay_labels_canonical (const AssayStudyInfo *study, const char *const *dims, const char *labels,
                        char **problem)
{
  g_autoptr (GPtrArray) pairs = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) words = NULL;

  if (labels && !g_utf8_validate (labels, -1, NULL))
    {
      *problem = g_strdup ("its labels are not UTF-8 text");
      return NULL;
    }
  words = g_strsplit_set (labels ? labels : "", " \t\n\r", -1);
  for (guint i = 0; words[i]; i++)
    {
      char *pair = *words[i] ? canonical_pair (study, dims, words[i], problem) : NULL;

      if (*words[i] && !pair)
        return NULL;
      if (pair)
        g_ptr_array_add (pairs, pair);
    }
  if (pairs->len)
    qsort (pairs->pdata, pairs->len, sizeof (gpointer), compare_pairs);
  for (guint i = 1; i < pairs->len; i++)
    {
      const char *a = pairs->pdata[i - 1], *b = pairs->pdata[i];
      gsize n = strchr (a, '=') - a + 1;

      if (strncmp (a, b, n) == 0)
        {
          *problem = g_strdup_printf ("%.*s is given twice", (int) n - 1, a);
          return NULL;
        }
    }
  g_ptr_array_add (pairs, NULL);
  return g_strjoinv (" ", (GStrv) pairs->pdata);
}

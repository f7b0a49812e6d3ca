/* SPDX-License-Identifier: Apache-2.0
 *
 * The values of one sweep expression: a list, or lin, log, uniform, loguniform.
 */
#include "base/num/random.h"
#include "host/registry/json.h"
#include "host/run/plan.h"

#include <math.h>
#include <string.h>

#define MAX_VALUES 100000

typedef struct
{
  double from, to;
  guint64 n, seed;
} Range;

typedef double (*Law) (const Range *range, guint i, AssayStream *stream);

static double
between (const Range *r, double t)
{
  return r->from + (r->to - r->from) * t;
}

static double
log_between (const Range *r, double t)
{
  return exp (log (r->from) + (log (r->to) - log (r->from)) * t);
}

static double
position (const Range *r, guint i)
{
  return r->n > 1 ? (double) i / (double) (r->n - 1) : 0;
}

static double
law_lin (const Range *r, guint i, AssayStream *stream)
{
  return between (r, position (r, i));
}

static double
law_log (const Range *r, guint i, AssayStream *stream)
{
  return log_between (r, position (r, i));
}

static double
law_uniform (const Range *r, guint i, AssayStream *stream)
{
  return between (r, assay_uniform (stream));
}

static double
law_loguniform (const Range *r, guint i, AssayStream *stream)
{
  return log_between (r, assay_uniform (stream));
}

static const struct
{
  const char *name, *form;
  Law law;
  gboolean logarithmic, random;
} LAWS[] = {
  { "lin", "lin(FROM..TO,N)", law_lin, FALSE, FALSE },
  { "log", "log(FROM..TO,N)", law_log, TRUE, FALSE },
  { "uniform", "uniform(FROM..TO,N,SEED)", law_uniform, FALSE, TRUE },
  { "loguniform", "loguniform(FROM..TO,N,SEED)", law_loguniform, TRUE, TRUE },
};

static gboolean
read_real (const char *text, double *value)
{
  char *end;

  *value = g_ascii_strtod (text, &end);
  return *text && *end == '\0' && isfinite (*value);
}

static gboolean
read_count (const char *text, guint64 max, guint64 *value)
{
  return g_ascii_string_to_unsigned (text, 10, 0, max, value, NULL);
}

static gboolean
read_range (const char *inside, gboolean random, Range *range)
{
  g_auto (GStrv) parts = g_strsplit (inside, ",", 5);
  g_auto (GStrv) ends = NULL;
  guint n = g_strv_length (parts);

  for (guint i = 0; i < n; i++)
    g_strstrip (parts[i]);
  if (n != (random ? 3 : 2))
    return FALSE;
  ends = g_strsplit (parts[0], "..", 3);
  return g_strv_length (ends) == 2 && read_real (ends[0], &range->from)
         && read_real (ends[1], &range->to) && read_count (parts[1], MAX_VALUES, &range->n)
         && range->n > 0 && (!random || read_count (parts[2], G_MAXINT64, &range->seed));
}

static GStrv
refuse (const AssayParam *param, const char *expression, const char *rule, GError **error)
{
  g_autofree char *shown = g_utf8_make_valid (expression, MIN (strlen (expression), 60));

  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE, "%s=%s: %s", param->id, shown, rule);
  return NULL;
}

/* Twelve digits: 0.001 stays 0.001 whatever the last bit of exp() is. */
static char *
value_text (const AssayParam *param, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (param->type == ASSAY_INT)
    return g_strdup_printf ("%.0f", round (value));
  return g_strdup (g_ascii_formatd (text, sizeof text, "%.12g", value));
}

/** The values so far, each once. */
typedef struct
{
  GPtrArray *list; /* owns */
  GHashTable *set;
} Values;

static gboolean
add_value (Values *values, const AssayParam *param, const char *text, GError **error)
{
  g_autofree char *value = assay_param_parse (param, text, error);

  if (!value)
    return FALSE;
  if (values->list->len >= MAX_VALUES)
    return refuse (param, text, "a sweep has at most 100000 values", error) != NULL;
  if (!g_hash_table_contains (values->set, value))
    {
      g_hash_table_add (values->set, value);
      g_ptr_array_add (values->list, g_steal_pointer (&value));
    }
  return TRUE;
}

static gboolean
add_range (Values *values, const AssayParam *param, const char *expression, guint law,
           GError **error)
{
  const char *open = strchr (expression, '(');
  g_autofree char *inside = g_strndup (open + 1, strlen (open) - 2);
  g_autofree char *form = g_strdup_printf ("write %s", LAWS[law].form);
  AssayStream stream;
  Range range = { 0 };

  if (!read_range (inside, LAWS[law].random, &range))
    return refuse (param, expression, form, error) != NULL;
  if (param->type != ASSAY_INT && param->type != ASSAY_REAL)
    return refuse (param, expression, "only numbers have a range; list the values", error) != NULL;
  if (LAWS[law].logarithmic && (range.from <= 0 || range.to <= 0))
    return refuse (param, expression, "a logarithmic range begins and ends above 0", error) != NULL;
  assay_stream_init (&stream, range.seed, param->id);
  for (guint i = 0; i < range.n; i++)
    {
      g_autofree char *text = value_text (param, LAWS[law].law (&range, i, &stream));

      if (!add_value (values, param, text, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_range (const char *expression, guint law)
{
  gsize n = strlen (LAWS[law].name);

  return strncmp (expression, LAWS[law].name, n) == 0 && expression[n] == '('
         && g_str_has_suffix (expression, ")");
}

static gboolean
add_list (Values *values, const AssayParam *param, const char *expression, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (expression, ",", MAX_VALUES + 1);

  if (!*parts) /* "k=" is the empty text */
    return add_value (values, param, "", error);
  for (guint i = 0; parts[i]; i++)
    if (!add_value (values, param, parts[i], error))
      return FALSE;
  return TRUE;
}

GStrv
assay_sweep_values (const AssayParam *param, const char *expression, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) set = g_hash_table_new (g_str_hash, g_str_equal);
  Values values = { list, set };
  guint law = 0;
  gboolean fine;

  while (law < G_N_ELEMENTS (LAWS) && !is_range (expression, law))
    law++;
  fine = law < G_N_ELEMENTS (LAWS) ? add_range (&values, param, expression, law, error)
                                   : add_list (&values, param, expression, error);
  if (!fine)
    return NULL;
  g_ptr_array_add (list, NULL);
  return (GStrv) g_ptr_array_free (g_steal_pointer (&list), FALSE);
}

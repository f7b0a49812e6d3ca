/* SPDX-License-Identifier: Apache-2.0
 *
 * One value of one parameter: from text to canonical text, or a sentence.
 */
#include "host/registry/json.h"
#include "host/run/spec.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define MAX_TEXT 65536
#define MAX_INTEGER 9007199254740992.0 /* 2^53: beyond it JSON numbers lose integers */

static char *
refuse (const AssayParam *param, const char *text, const char *rule, GError **error)
{
  g_autofree char *shown = g_utf8_make_valid (text, MIN (strlen (text), 60));

  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE, "%s=%s: %s", param->id, shown, rule);
  return NULL;
}

static char *
range_words (const AssayParam *param)
{
  g_autofree char *min = assay_json_number (param->min), *max = assay_json_number (param->max);
  const char *kind = param->type == ASSAY_INT ? "a whole number" : "a number";

  return param->min == param->max
             ? g_strdup_printf ("%s must be %s", param->id, kind)
             : g_strdup_printf ("%s must be %s from %s to %s", param->id, kind, min, max);
}

/* Decimal notation only: strtod would also take "inf", "nan" and hexadecimal. */
static gboolean
read_number (const char *text, double *value)
{
  char *end;

  if (!*text || strspn (text, "+-.0123456789eE") != strlen (text))
    return FALSE;
  errno = 0;
  *value = g_ascii_strtod (text, &end);
  return *end == '\0' && end != text && isfinite (*value);
}

static char *
parse_number (const AssayParam *param, const char *text, GError **error)
{
  g_autofree char *rule = range_words (param);
  double value;

  if (!read_number (text, &value))
    return refuse (param, text, rule, error);
  if (param->type == ASSAY_INT && (value != floor (value) || fabs (value) > MAX_INTEGER))
    return refuse (param, text, rule, error);
  if (param->min != param->max && (value < param->min || value > param->max))
    return refuse (param, text, rule, error);
  if (param->type == ASSAY_INT)
    return g_strdup_printf ("%" G_GINT64_FORMAT, (gint64) value);
  return assay_json_number (value == 0 ? 0 : value);
}

static char *
parse_bool (const AssayParam *param, const char *text, GError **error)
{
  static const char *const yes[] = { "true", "yes", "on", "1", NULL };
  static const char *const no[] = { "false", "no", "off", "0", NULL };

  if (g_strv_contains (yes, text))
    return g_strdup ("true");
  if (g_strv_contains (no, text))
    return g_strdup ("false");
  return refuse (param, text, "say true or false", error);
}

static char *
parse_choice (const AssayParam *param, const char *text, GError **error)
{
  g_auto (GStrv) choices = assay_words (param->choices);
  g_autofree char *list = NULL, *rule = NULL;

  if (g_strv_contains ((const char *const *) choices, text))
    return g_strdup (text);
  list = g_strjoinv (", ", choices);
  rule = g_strdup_printf ("%s is one of %s", param->id, list);
  return refuse (param, text, rule, error);
}

static char *
parse_string (const AssayParam *param, const char *text, GError **error)
{
  if (strlen (text) > MAX_TEXT)
    return refuse (param, text, "a text has at most 65536 bytes", error);
  return g_strdup (text);
}

static char *
parse_file (const AssayParam *param, const char *text, GError **error)
{
  /* Absolute, so that a run means the same file wherever it is resumed from. */
  return *text ? g_canonicalize_filename (text, NULL) : g_strdup ("");
}

char *
assay_param_parse (const AssayParam *param, const char *text, GError **error)
{
  static char *(*const parsers[]) (const AssayParam *, const char *, GError **) = {
    [ASSAY_BOOL] = parse_bool,     [ASSAY_INT] = parse_number,    [ASSAY_REAL] = parse_number,
    [ASSAY_CHOICE] = parse_choice, [ASSAY_STRING] = parse_string, [ASSAY_FILE] = parse_file,
  };

  if (!g_utf8_validate (text, -1, NULL))
    return refuse (param, text, "this is not UTF-8 text", error);
  return parsers[param->type](param, text, error);
}

char *
assay_param_default (const AssayParam *param)
{
  switch (param->type)
    {
    case ASSAY_BOOL:
      return g_strdup (param->number ? "true" : "false");
    case ASSAY_INT:
      return g_strdup_printf ("%" G_GINT64_FORMAT, (gint64) param->number);
    case ASSAY_REAL:
      return assay_json_number (param->number == 0 ? 0 : param->number);
    default:
      return g_strdup (param->text ? param->text : "");
    }
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Canonical JSON (RFC 8785), reading and replacing JSON files, members with fallbacks.
 */
#include "host/registry/json.h"

#include "base/file/file.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- numbers ---- */

/* Significant digits of a positive number and its decimal exponent: 0.d1d2d3... * 10^exponent. */
typedef struct
{
  char digits[20];
  int n, exponent;
} Decimal;

/** Rounds @value to @n digits; true if that reads back as @value. */
static gboolean
decimal_round (double value, int n, Decimal *decimal)
{
  char text[40], format[8];
  const char *at;

  g_snprintf (format, sizeof format, "%%.%de", n - 1);
  g_ascii_formatd (text, sizeof text, format, value);
  decimal->n = 0;
  for (at = text; *at != 'e'; at++)
    if (*at != '.')
      decimal->digits[decimal->n++] = *at;
  decimal->digits[decimal->n] = '\0';
  decimal->exponent = atoi (at + 1) + 1;
  return g_ascii_strtod (text, NULL) == value;
}

/** The next decimal of as many digits, upwards; true if it reads back as @value. */
static gboolean
decimal_next (double value, Decimal *decimal)
{
  g_autofree char *text = NULL;
  int i = decimal->n - 1;

  while (i >= 0 && decimal->digits[i] == '9')
    decimal->digits[i--] = '0';
  if (i < 0)
    return FALSE;
  decimal->digits[i]++;
  text = g_strdup_printf ("0.%se%d", decimal->digits, decimal->exponent);
  return g_ascii_strtod (text, NULL) == value;
}

/** The shortest decimal that reads back as @value, the nearest of these. */
static void
decimal_shortest (double value, Decimal *decimal)
{
  /* Every decimal of 15 digits survives the way through a normal double, so
     shorter ones come out of 15 digits with zeros at the end. */
  for (int n = value < DBL_MIN ? 1 : 15; n <= 17; n++)
    {
      if (decimal_round (value, n, decimal))
        break;
      /* Just below a power of two the interval is lopsided: the nearest of 16
         digits may read back as the neighbour, though the next one up does not. */
      if (n == 16 && decimal_next (value, decimal))
        break;
    }
  while (decimal->n > 1 && decimal->digits[decimal->n - 1] == '0')
    decimal->digits[--decimal->n] = '\0';
}

/** Number::toString of ECMA-262, section 6.1.6.1.20. */
static void
append_number (GString *out, double value)
{
  Decimal d;
  int e;

  if (!isfinite (value))
    {
      g_string_append (out, "null");
      return;
    }
  if (value == 0)
    {
      g_string_append_c (out, '0');
      return;
    }
  if (value < 0)
    g_string_append_c (out, '-');
  decimal_shortest (fabs (value), &d);
  e = d.exponent;
  if (d.n <= e && e <= 21)
    g_string_append_printf (out, "%s%.*s", d.digits, e - d.n, "000000000000000000000");
  else if (0 < e && e <= 21)
    g_string_append_printf (out, "%.*s.%s", e, d.digits, d.digits + e);
  else if (-6 < e && e <= 0)
    g_string_append_printf (out, "0.%.*s%s", -e, "000000", d.digits);
  else
    {
      g_string_append_c (out, d.digits[0]);
      if (d.n > 1)
        g_string_append_printf (out, ".%s", d.digits + 1);
      g_string_append_printf (out, "e%+d", e - 1);
    }
}

char *
assay_json_number (double value)
{
  GString *out = g_string_new (NULL);

  append_number (out, value);
  return g_string_free (out, FALSE);
}

/* ---- canonical form ---- */

static void
append_string (GString *out, const char *text)
{
  static const char *const short_forms = "btn?fr";
  g_autofree char *valid = NULL;

  if (!g_utf8_validate (text, -1, NULL))
    text = valid = g_utf8_make_valid (text, -1);
  g_string_append_c (out, '"');
  for (const guchar *at = (const guchar *) text; *at; at++)
    {
      if (*at == '"' || *at == '\\')
        g_string_append_printf (out, "\\%c", *at);
      else if (*at >= 8 && *at <= 13 && *at != 11)
        g_string_append_printf (out, "\\%c", short_forms[*at - 8]);
      else if (*at < 32)
        g_string_append_printf (out, "\\u%04x", *at);
      else
        g_string_append_c (out, *at);
    }
  g_string_append_c (out, '"');
}

/** Order by UTF-16 code units, as RFC 8785 wants: astral characters, which begin with
 *  F0..F4 in UTF-8, stand before U+E000..U+FFFF, which begin with EE and EF. */
static int
compare_keys (gconstpointer a, gconstpointer b)
{
  const guchar *x = a, *y = b;

  for (; *x && *x == *y; x++)
    y++;
  if (*x >= 0xee && *y >= 0xee && (*x >= 0xf0) != (*y >= 0xf0))
    return *x >= 0xf0 ? -1 : 1;
  return (int) *x - (int) *y;
}

static void append_node (GString *out, JsonNode *node);

static void
append_object (GString *out, JsonObject *object)
{
  GList *keys = g_list_sort (json_object_get_members (object), compare_keys);

  g_string_append_c (out, '{');
  for (GList *at = keys; at; at = at->next)
    {
      if (at != keys)
        g_string_append_c (out, ',');
      append_string (out, at->data);
      g_string_append_c (out, ':');
      append_node (out, json_object_get_member (object, at->data));
    }
  g_string_append_c (out, '}');
  g_list_free (keys);
}

static void
append_array (GString *out, JsonArray *array)
{
  guint n = json_array_get_length (array);

  g_string_append_c (out, '[');
  for (guint i = 0; i < n; i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      append_node (out, json_array_get_element (array, i));
    }
  g_string_append_c (out, ']');
}

static void
append_value (GString *out, JsonNode *node)
{
  GType type = json_node_get_value_type (node);

  if (type == G_TYPE_BOOLEAN)
    g_string_append (out, json_node_get_boolean (node) ? "true" : "false");
  else if (type == G_TYPE_STRING)
    append_string (out, json_node_get_string (node));
  else if (type == G_TYPE_INT64 && ABS (json_node_get_int (node)) <= (G_GINT64_CONSTANT (1) << 53))
    g_string_append_printf (out, "%" G_GINT64_FORMAT, json_node_get_int (node));
  else
    append_number (out, json_node_get_double (node));
}

static void
append_node (GString *out, JsonNode *node)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    append_object (out, json_node_get_object (node));
  else if (JSON_NODE_HOLDS_ARRAY (node))
    append_array (out, json_node_get_array (node));
  else if (JSON_NODE_HOLDS_VALUE (node))
    append_value (out, node);
  else
    g_string_append (out, "null");
}

char *
assay_json_canonical (JsonNode *node)
{
  GString *out = g_string_new (NULL);

  append_node (out, node);
  return g_string_free (out, FALSE);
}

/* ---- files ---- */

JsonNode *
assay_json_load (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) reason = NULL;
  struct stat info;
  gsize length;

  /* Asked before reading, so that a pipe or a device in a file's place blocks nobody. */
  if (stat (path, &info) == 0 && (!S_ISREG (info.st_mode) || info.st_size > ASSAY_JSON_MAX_BYTES))
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE, "%s is no file of at most 64 MB", path);
      return NULL;
    }
  if (!g_file_get_contents (path, &text, &length, &reason))
    {
      gboolean absent = g_error_matches (reason, G_FILE_ERROR, G_FILE_ERROR_NOENT);

      g_set_error (error, ASSAY_ERROR, absent ? ASSAY_ERROR_NOT_FOUND : ASSAY_ERROR_FAILED, "%s",
                   reason->message);
      return NULL;
    }
  return assay_json_parse (text, (gssize) length, path, error);
}

gboolean
assay_json_save (const char *path, JsonNode *node, GError **error)
{
  g_autofree char *canonical = assay_json_canonical (node);
  g_autofree char *text = g_strconcat (canonical, "\n", NULL);

  if (assay_file_replace (path, text, strlen (text)))
    return TRUE;
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "%s could not be written: %s", path,
               g_strerror (errno));
  return FALSE;
}

/* ---- members ---- */

static JsonNode *
value_member (JsonObject *object, const char *key)
{
  JsonNode *node = object ? json_object_get_member (object, key) : NULL;

  return node && JSON_NODE_HOLDS_VALUE (node) ? node : NULL;
}

const char *
assay_json_text (JsonObject *object, const char *key, const char *fallback)
{
  JsonNode *node = value_member (object, key);

  if (!node || json_node_get_value_type (node) != G_TYPE_STRING)
    return fallback;
  return json_node_get_string (node);
}

double
assay_json_real (JsonObject *object, const char *key, double fallback)
{
  JsonNode *node = value_member (object, key);
  GType type = node ? json_node_get_value_type (node) : G_TYPE_NONE;

  return type == G_TYPE_DOUBLE || type == G_TYPE_INT64 ? json_node_get_double (node) : fallback;
}

gint64
assay_json_int (JsonObject *object, const char *key, gint64 fallback)
{
  JsonNode *node = value_member (object, key);

  if (!node || json_node_get_value_type (node) != G_TYPE_INT64)
    return fallback;
  return json_node_get_int (node);
}

gboolean
assay_json_bool (JsonObject *object, const char *key, gboolean fallback)
{
  JsonNode *node = value_member (object, key);

  if (!node || json_node_get_value_type (node) != G_TYPE_BOOLEAN)
    return fallback;
  return json_node_get_boolean (node);
}

JsonObject *
assay_json_object (JsonObject *object, const char *key)
{
  JsonNode *node = object ? json_object_get_member (object, key) : NULL;

  return node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

JsonArray *
assay_json_array (JsonObject *object, const char *key)
{
  JsonNode *node = object ? json_object_get_member (object, key) : NULL;

  return node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

/* ---- sha256 ---- */

char *
assay_sha256 (const void *data, gsize size)
{
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, data, size);
}

char *
assay_sha256_file (const char *path, GError **error)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) in = g_file_read (file, NULL, error);
  g_autofree guchar *block = g_malloc (1 << 16);
  gssize n;

  if (!in)
    {
      g_prefix_error (error, "%s could not be read: ", path);
      return NULL;
    }
  while ((n = g_input_stream_read (G_INPUT_STREAM (in), block, 1 << 16, NULL, error)) > 0)
    g_checksum_update (sum, block, n);
  if (n < 0)
    {
      g_prefix_error (error, "%s could not be read: ", path);
      return NULL;
    }
  return g_strdup (g_checksum_get_string (sum));
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * A strict JSON parser (RFC 8259) into json-glib's nodes.  json-glib's own parser
 * recurses without limit, takes comments and duplicate keys, and is slower.
 */
#include "host/registry/json.h"

#include <math.h>
#include <string.h>

#define MAX_DEPTH 64

typedef struct
{
  const char *start, *at, *end, *what;
  guint depth;
  GError **error;
} Parser;

static JsonNode *parse_node (Parser *p);

static gpointer
fail (Parser *p, const char *message)
{
  guint line = 1;
  const char *begin = p->start;

  for (const char *c = p->start; c < p->at; c++)
    if (*c == '\n')
      {
        line++;
        begin = c + 1;
      }
  g_set_error (p->error, ASSAY_ERROR, ASSAY_ERROR_USAGE, "%s, line %u, column %ld: %s", p->what,
               line, g_utf8_strlen (begin, p->at - begin) + 1, message);
  return NULL;
}

static void
skip_blanks (Parser *p)
{
  while (p->at < p->end && strchr (" \t\r\n", *p->at) && *p->at)
    p->at++;
}

/** Steps over @c, blanks before it skipped. */
static gboolean
take (Parser *p, char c)
{
  skip_blanks (p);
  if (p->at >= p->end || *p->at != c)
    return FALSE;
  p->at++;
  return TRUE;
}

/** Four hexadecimal digits; -1 if they are not there. */
static int
parse_hex (Parser *p)
{
  int code = 0;

  if (p->end - p->at < 4)
    return -1;
  for (int i = 0; i < 4; i++)
    {
      int digit = g_ascii_xdigit_value (p->at[i]);

      if (digit < 0)
        return -1;
      code = code * 16 + digit;
    }
  p->at += 4;
  return code;
}

/** Behind "\u": one character, of two units if need be. */
static gboolean
parse_unicode (Parser *p, GString *out)
{
  int high = parse_hex (p), low;

  if (high >= 0xd800 && high < 0xdc00)
    {
      if (p->end - p->at < 2 || p->at[0] != '\\' || p->at[1] != 'u')
        return FALSE;
      p->at += 2;
      low = parse_hex (p);
      if (low < 0xdc00 || low > 0xdfff)
        return FALSE;
      high = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
    }
  else if (high <= 0 || (high >= 0xdc00 && high <= 0xdfff))
    return FALSE; /* U+0000 too: a C text cannot hold it */
  g_string_append_unichar (out, (gunichar) high);
  return TRUE;
}

static gboolean
parse_escape (Parser *p, GString *out)
{
  static const char escapes[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
  const char *found;

  if (p->at >= p->end || !*p->at)
    return FALSE;
  if (*p->at == 'u')
    {
      p->at++;
      return parse_unicode (p, out);
    }
  found = strchr (escapes, *p->at);
  if (!found)
    return FALSE;
  p->at++;
  g_string_append_c (out, meant[found - escapes]);
  return TRUE;
}

/** Behind the opening quote. */
static char *
parse_string (Parser *p)
{
  g_autoptr (GString) out = g_string_new (NULL);

  for (;;)
    {
      const char *from = p->at;

      while (p->at < p->end && *p->at != '"' && *p->at != '\\' && (guchar) *p->at >= 32)
        p->at++;
      g_string_append_len (out, from, p->at - from);
      if (p->at >= p->end)
        return fail (p, "a text does not end");
      if (*p->at == '"')
        break;
      if (*p->at != '\\')
        return fail (p, "a control character in a text: write it as \\u00..");
      p->at++;
      if (!parse_escape (p, out))
        return fail (p, "no such escape in JSON");
    }
  p->at++;
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static gboolean
skip_digits (Parser *p)
{
  const char *from = p->at;

  while (p->at < p->end && g_ascii_isdigit (*p->at))
    p->at++;
  return p->at > from;
}

static JsonNode *
parse_number (Parser *p)
{
  const char *from = p->at;
  gboolean whole = TRUE;
  char text[400];
  gint64 integer;
  double real;

  if (*p->at == '-')
    p->at++;
  if (p->at < p->end && *p->at == '0')
    p->at++;
  else if (!skip_digits (p))
    return fail (p, "a value is missing here");
  if (p->at < p->end && *p->at == '.')
    {
      p->at++;
      whole = FALSE;
      if (!skip_digits (p))
        return fail (p, "digits must follow the point");
    }
  if (p->at < p->end && (*p->at == 'e' || *p->at == 'E'))
    {
      p->at++;
      whole = FALSE;
      if (p->at < p->end && (*p->at == '+' || *p->at == '-'))
        p->at++;
      if (!skip_digits (p))
        return fail (p, "digits must follow the exponent's e");
    }
  if ((gsize) (p->at - from) >= sizeof text)
    return fail (p, "a number of more than 400 characters");
  memcpy (text, from, (gsize) (p->at - from));
  text[p->at - from] = '\0';
  if (whole && g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &integer, NULL))
    return json_node_init_int (json_node_alloc (), integer);
  real = g_ascii_strtod (text, NULL);
  if (!isfinite (real))
    return fail (p, "a number too large for a double");
  return json_node_init_double (json_node_alloc (), real);
}

static JsonNode *
parse_array (Parser *p)
{
  g_autoptr (JsonArray) array = json_array_new ();

  if (!take (p, ']'))
    for (;;)
      {
        JsonNode *node = parse_node (p);

        if (!node)
          return NULL;
        json_array_add_element (array, node);
        if (take (p, ']'))
          break;
        if (!take (p, ','))
          return fail (p, "expected , or ]");
      }
  return json_node_init_array (json_node_alloc (), array);
}

static gboolean
parse_member (Parser *p, JsonObject *object)
{
  g_autofree char *key = NULL;
  JsonNode *node;

  if (!take (p, '"'))
    return fail (p, "expected a member's name in double quotes") != NULL;
  if (!(key = parse_string (p)))
    return FALSE;
  if (json_object_has_member (object, key))
    return fail (p, "this member's name stands twice in one object") != NULL;
  if (!take (p, ':'))
    return fail (p, "expected :") != NULL;
  if (!(node = parse_node (p)))
    return FALSE;
  json_object_set_member (object, key, node);
  return TRUE;
}

static JsonNode *
parse_object (Parser *p)
{
  g_autoptr (JsonObject) object = json_object_new ();

  if (!take (p, '}'))
    for (;;)
      {
        if (!parse_member (p, object))
          return NULL;
        if (take (p, '}'))
          break;
        if (!take (p, ','))
          return fail (p, "expected , or }");
      }
  return json_node_init_object (json_node_alloc (), object);
}

static gboolean
take_word (Parser *p, const char *word)
{
  gsize n = strlen (word);

  if ((gsize) (p->end - p->at) < n || memcmp (p->at, word, n) != 0)
    return FALSE;
  p->at += n;
  return TRUE;
}

static JsonNode *
parse_text (Parser *p)
{
  g_autofree char *text = parse_string (p);

  return text ? json_node_init_string (json_node_alloc (), text) : NULL;
}

static JsonNode *
parse_bracket (Parser *p, JsonNode *(*parse) (Parser *) )
{
  JsonNode *node;

  if (++p->depth > MAX_DEPTH)
    return fail (p, "nested more than 64 deep");
  node = parse (p);
  p->depth--;
  return node;
}

static JsonNode *
parse_node (Parser *p)
{
  if (take (p, '{'))
    return parse_bracket (p, parse_object);
  if (take (p, '['))
    return parse_bracket (p, parse_array);
  if (take (p, '"'))
    return parse_text (p);
  if (take_word (p, "true"))
    return json_node_init_boolean (json_node_alloc (), TRUE);
  if (take_word (p, "false"))
    return json_node_init_boolean (json_node_alloc (), FALSE);
  if (take_word (p, "null"))
    return json_node_init_null (json_node_alloc ());
  if (p->at < p->end)
    return parse_number (p);
  return fail (p, "a value is missing here");
}

JsonNode *
assay_json_parse (const char *text, gssize length, const char *what, GError **error)
{
  gsize size = length < 0 ? strlen (text) : (gsize) length;
  Parser p = { text, text, text + size, what, 0, error };
  JsonNode *node;

  if (size > ASSAY_JSON_MAX_BYTES)
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE, "%s has more than 64 MB", what);
      return NULL;
    }
  if (!g_utf8_validate (text, (gssize) size, &p.at))
    return fail (&p, "not UTF-8, or a zero byte");
  p.at = text;
  node = parse_node (&p);
  skip_blanks (&p);
  if (node && p.at < p.end)
    {
      json_node_unref (node);
      return fail (&p, "nothing may follow the value");
    }
  return node;
}

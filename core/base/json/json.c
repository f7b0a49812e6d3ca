/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json/json.h"

#include <string.h>

#define MAX_DEPTH 32

static bool
wrong (JsonCursor *json, const char *what)
{
  if (json->wrong == NULL)
    json->wrong = what;
  return false;
}

bool
json_take (JsonCursor *json, char c)
{
  while (json->at < json->end && *json->at != '\0' && strchr (" \t\r\n", *json->at) != NULL)
    json->at++;
  if (json->at >= json->end || *json->at != c)
    return false;
  json->at++;
  return true;
}

static const char *
expectation (char c)
{
  static const char *const texts[]
      = { "{ is missing", "} is missing", "[ is missing", "] is missing",
          ": is missing", ", is missing", "\" is missing" };

  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    if (texts[i][0] == c)
      return texts[i];
  return "a character is missing";
}

bool
json_expect (JsonCursor *json, char c)
{
  return json_take (json, c) || wrong (json, expectation (c));
}

/* ---- Strings --------------------------------------------------------------- */

static bool
hex4 (JsonCursor *json, uint32_t *code)
{
  *code = 0;
  for (int i = 0; i < 4; i++)
    {
      static const char digits[] = "0123456789abcdef0123456789ABCDEF";
      const char *found
          = json->at < json->end && *json->at != '\0' ? strchr (digits, *json->at) : NULL;

      if (found == NULL)
        return wrong (json, "\\u without four hexadecimal digits");
      *code = *code * 16 + (uint32_t) (found - digits) % 16;
      json->at++;
    }
  return true;
}

static char *
put_utf8 (char *out, uint32_t code)
{
  if (code < 0x80)
    *out++ = (char) code;
  else if (code < 0x800)
    *out++ = (char) (0xc0 | code >> 6);
  else
    {
      if (code < 0x10000)
        *out++ = (char) (0xe0 | code >> 12);
      else
        {
          *out++ = (char) (0xf0 | code >> 18);
          *out++ = (char) (0x80 | (code >> 12 & 63));
        }
      *out++ = (char) (0x80 | (code >> 6 & 63));
    }
  if (code >= 0x80)
    *out++ = (char) (0x80 | (code & 63));
  return out;
}

/* What follows a backslash. */
static char *
escape (JsonCursor *json, char *out)
{
  static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  char c = json->at < json->end ? *json->at++ : '\0';
  const char *found = c != '\0' ? strchr (from, c) : NULL;
  uint32_t code = 0, low = 0;

  if (found != NULL)
    {
      *out = to[found - from];
      return out + 1;
    }
  if (c != 'u' || !hex4 (json, &code))
    return wrong (json, "an unknown escape in a string") ? out : NULL;
  if (code >= 0xd800 && code < 0xdc00 && json->end - json->at >= 6 && json->at[0] == '\\'
      && json->at[1] == 'u')
    {
      json->at += 2;
      if (!hex4 (json, &low))
        return NULL;
      if (low >= 0xdc00 && low < 0xe000)
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
  if (code == 0 || (code >= 0xd800 && code < 0xe000))
    return wrong (json, "a character that no text may hold") ? out : NULL;
  return put_utf8 (out, code);
}

/* Bytes of the UTF-8 character at @at; 0: it is none (RFC 3629). */
static size_t
utf8_length (const unsigned char *at, size_t left)
{
  static const struct
  {
    unsigned char first, last, low, high; /* range of byte 1, and of byte 2 */
    size_t length;
  } rows[] = { { 0x20, 0x7f, 0, 0, 1 },       { 0xc2, 0xdf, 0x80, 0xbf, 2 },
               { 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
               { 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
               { 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 },
               { 0xf4, 0xf4, 0x80, 0x8f, 4 } };

  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
      if (at[0] < rows[i].first || at[0] > rows[i].last || rows[i].length > left)
        continue;
      if (rows[i].length > 1 && (at[1] < rows[i].low || at[1] > rows[i].high))
        return 0;
      for (size_t j = 2; j < rows[i].length; j++)
        if ((at[j] & 0xc0) != 0x80)
          return 0;
      return rows[i].length;
    }
  return 0;
}

char *
json_string (JsonCursor *json, char *out)
{
  if (!json_expect (json, '"'))
    return NULL;
  while (json->at < json->end && *json->at != '"')
    {
      size_t n = utf8_length ((const unsigned char *) json->at, (size_t) (json->end - json->at));

      if (n == 0)
        return wrong (json, "a string that is not UTF-8") ? out : NULL;
      if (*json->at == '\\')
        {
          json->at++;
          out = escape (json, out);
          if (out == NULL)
            return NULL;
          continue;
        }
      memcpy (out, json->at, n);
      out += n;
      json->at += n;
    }
  if (json->at >= json->end)
    return wrong (json, "a string without end") ? out : NULL;
  json->at++;
  *out = '\0';
  return out + 1;
}

/* ---- Numbers and the rest --------------------------------------------------- */

bool
json_whole (JsonCursor *json, uint64_t *number)
{
  const char *start = NULL;

  json_take (json, '\0'); /* only skips blanks: no text holds a 0 */
  start = json->at;
  *number = 0;
  for (; json->at < json->end && *json->at >= '0' && *json->at <= '9'; json->at++)
    {
      uint64_t digit = (uint64_t) (*json->at - '0');

      if (*number > (UINT64_MAX - digit) / 10)
        return wrong (json, "a number that is too large");
      *number = *number * 10 + digit;
    }
  if (json->at == start || (json->at < json->end && strchr (".eE", *json->at) != NULL))
    return wrong (json, "something else where a whole number must stand");
  return json->at - start == 1 || *start != '0' || wrong (json, "a number with leading zeros");
}

static bool
skip_string (JsonCursor *json)
{
  for (; json->at < json->end; json->at++)
    if (*json->at == '\\' && json->at + 1 < json->end)
      json->at++;
    else if (*json->at == '"')
      {
        json->at++;
        return true;
      }
  return wrong (json, "a string without end");
}

/* Brackets and strings are matched, words and numbers are not looked at. */
bool
json_skip (JsonCursor *json)
{
  char open[MAX_DEPTH];
  int depth = 0;

  json_take (json, '\0');
  for (bool any = false; json->at < json->end; any = true)
    {
      char c = *json->at;

      if (depth == 0 && any && (c == ',' || c == '}' || c == ']'))
        return true;
      json->at++;
      if (c == '"' && !skip_string (json))
        return false;
      if (c == '{' || c == '[')
        {
          if (depth == MAX_DEPTH)
            return wrong (json, "brackets nested too deep");
          open[depth++] = c;
        }
      if ((c == '}' || c == ']') && (depth == 0 || open[--depth] != (c == '}' ? '{' : '[')))
        return wrong (json, "brackets that do not match");
    }
  return wrong (json, "a value without end");
}

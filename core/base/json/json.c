/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 32

static bool
wrong (JsonCursor *json, const char *what)
{
  if (json->wrong == NULL)
    json->wrong = what;
  return false;
}

char
json_peek (JsonCursor *json)
{
  while (json->at < json->end
         && (*json->at == ' ' || *json->at == '\t' || *json->at == '\r' || *json->at == '\n'))
    json->at++;
  return json->at < json->end ? *json->at : '\0';
}

bool
json_take (JsonCursor *json, char c)
{
  if (json_peek (json) != c || json->at == json->end)
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

/* A string is decoded to *out, or only checked where out is NULL. */
static void
put (char **out, const char *bytes, size_t n)
{
  if (out == NULL)
    return;
  memmove (*out, bytes, n);
  *out += n;
}

static void
put_utf8 (char **to, uint32_t code)
{
  char bytes[4], *out = bytes;

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
  put (to, bytes, (size_t) (out - bytes));
}

/* What follows a backslash. */
static bool
escape (JsonCursor *json, char **out)
{
  static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  char c = json->at < json->end ? *json->at++ : '\0';
  const char *found = c != '\0' ? strchr (from, c) : NULL;
  uint32_t code = 0, low = 0;

  if (found != NULL)
    {
      put (out, &to[found - from], 1);
      return true;
    }
  if (c != 'u' || !hex4 (json, &code))
    return wrong (json, "an unknown escape in a string");
  if (code >= 0xd800 && code < 0xdc00 && json->end - json->at >= 6 && json->at[0] == '\\'
      && json->at[1] == 'u')
    {
      json->at += 2;
      if (!hex4 (json, &low))
        return false;
      if (low >= 0xdc00 && low < 0xe000)
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
  if (code == 0)
    return wrong (json, "the character U+0000 in a string, which no text may hold");
  if (code >= 0xd800 && code < 0xe000)
    return wrong (json, "half of a surrogate pair in a string, which no text may hold");
  put_utf8 (out, code);
  return true;
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

/* Bytes that stand for themselves; most of a text is such a run.  Of bytes above 127, which a
 * char may hold as negative or as positive, the caller knows. */
static size_t
plain_length (const char *at, const char *end)
{
  const char *start = at;

  while (at < end && (signed char) *at >= ' ' && *at != '"' && *at != '\\')
    at++;
  return (size_t) (at - start);
}

static bool
read_string (JsonCursor *json, char **out)
{
  if (!json_expect (json, '"'))
    return false;
  while (json->at < json->end && *json->at != '"')
    {
      size_t n = plain_length (json->at, json->end);

      if (n == 0 && *json->at == '\\')
        {
          json->at++;
          if (!escape (json, out))
            return false;
          continue;
        }
      if (n == 0)
        n = utf8_length ((const unsigned char *) json->at, (size_t) (json->end - json->at));
      if (n == 0)
        return wrong (json, (unsigned char) *json->at < ' ' ? "a control character in a string"
                                                            : "a string that is not UTF-8");
      put (out, json->at, n);
      json->at += n;
    }
  if (json->at >= json->end)
    return wrong (json, "a string without end");
  json->at++;
  return true;
}

char *
json_string (JsonCursor *json, char *out)
{
  if (!read_string (json, &out))
    return NULL;
  *out = '\0';
  return out + 1;
}

/* ---- Numbers and the rest --------------------------------------------------- */

bool
json_whole (JsonCursor *json, uint64_t *number)
{
  const char *start = NULL;

  json_peek (json);
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

/* ---- Real numbers ------------------------------------------------------------ */

#define MAX_DIGITS 200

/* 0.d1d2d3... x 10^..., as the digits without point and the power that belongs to their end. */
typedef struct Decimal
{
  char digits[MAX_DIGITS + 16]; /* with room for the power in words */
  size_t n;
  long power;
} Decimal;

/* One or more digits; those of a fraction lower the power. */
static bool
take_digits (JsonCursor *json, Decimal *decimal, bool fraction)
{
  const char *start = json->at;

  for (; json->at < json->end && *json->at >= '0' && *json->at <= '9'; json->at++)
    {
      if (decimal->n == MAX_DIGITS)
        return wrong (json, "a number of more than 200 digits");
      decimal->power -= fraction;
      if (decimal->n > 0 || *json->at != '0')
        decimal->digits[decimal->n++] = *json->at;
    }
  return json->at > start || wrong (json, "something else where a number must stand");
}

static bool
take_power (JsonCursor *json, Decimal *decimal)
{
  bool negative = json->at < json->end && *json->at == '-';
  const char *start = NULL;
  long power = 0;

  json->at += json->at < json->end && (*json->at == '-' || *json->at == '+');
  start = json->at;
  for (; json->at < json->end && *json->at >= '0' && *json->at <= '9'; json->at++)
    power = power < 100000 ? 10 * power + (*json->at - '0') : power;
  decimal->power += negative ? -power : power;
  return json->at > start || wrong (json, "a number whose power has no digits");
}

/* One rounding where digits and power are exact in a double; else by the C library, without a
 * point, which would be the locale's. */
static double
decimal_value (Decimal *decimal)
{
  static const double powers[]
      = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
          1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
  double value = 0;

  if (decimal->n <= 15 && decimal->power >= -22 && decimal->power <= 22)
    {
      for (size_t i = 0; i < decimal->n; i++)
        value = 10 * value + (decimal->digits[i] - '0');
      return decimal->power < 0 ? value / powers[-decimal->power] : value * powers[decimal->power];
    }
  if (decimal->n == 0)
    return 0;
  snprintf (decimal->digits + decimal->n, sizeof decimal->digits - decimal->n, "e%ld",
            decimal->power);
  return strtod (decimal->digits, NULL);
}

bool
json_number (JsonCursor *json, double *number)
{
  bool negative = json_peek (json) == '-';
  Decimal decimal = { .n = 0, .power = 0 };
  const char *start = NULL;

  json->at += negative;
  start = json->at;
  if (json->at < json->end && (*json->at == 'N' || *json->at == 'I'))
    return wrong (json, "NaN or Infinity, which JSON does not have");
  if (!take_digits (json, &decimal, false))
    return false;
  if (json->at - start > 1 && *start == '0')
    return wrong (json, "a number with leading zeros");
  if (json->at < json->end && *json->at == '.')
    {
      json->at++;
      if (!take_digits (json, &decimal, true))
        return false;
    }
  if (json->at < json->end && (*json->at == 'e' || *json->at == 'E'))
    {
      json->at++;
      if (!take_power (json, &decimal))
        return false;
    }
  *number = decimal_value (&decimal);
  if (isinf (*number))
    return wrong (json, "a number that is too large");
  *number = negative ? -*number : *number;
  return true;
}

/* ---- Any value ---------------------------------------------------------------- */

static bool
skip_word (JsonCursor *json)
{
  static const char *const words[] = { "true", "false", "null" };

  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
    {
      size_t n = strlen (words[i]);

      if ((size_t) (json->end - json->at) >= n && memcmp (json->at, words[i], n) == 0)
        {
          json->at += n;
          return true;
        }
    }
  return wrong (json, json->at == json->end ? "a value without end"
                                            : "something that is no value of JSON");
}

static bool
skip_scalar (JsonCursor *json)
{
  char c = json_peek (json);
  double number = 0;

  if (c == '"')
    return read_string (json, NULL);
  if (c == '}' || c == ']')
    return wrong (json, "a value is missing, or brackets that do not match");
  if (c != '\0' && strchr ("-0123456789NI", c) != NULL)
    return json_number (json, &number);
  return skip_word (json);
}

static bool
skip_key (JsonCursor *json)
{
  return read_string (json, NULL) && json_expect (json, ':');
}

bool
json_skip (JsonCursor *json)
{
  char close[MAX_DEPTH];
  size_t depth = 0;

  for (;;)
    {
      char c = json_peek (json);

      if (c == '{' || c == '[')
        {
          if (depth == MAX_DEPTH)
            return wrong (json, "brackets nested too deep");
          json->at++;
          close[depth++] = c == '{' ? '}' : ']';
        }
      else if (!skip_scalar (json))
        return false;
      if ((c != '{' && c != '[') || json_peek (json) == close[depth - 1])
        {
          while (depth > 0 && json_take (json, close[depth - 1]))
            depth--;
          if (depth == 0)
            return true;
          if (!json_expect (json, ','))
            return false;
        }
      if (close[depth - 1] == '}' && !skip_key (json))
        return false;
    }
}

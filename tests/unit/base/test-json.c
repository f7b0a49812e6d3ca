/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json/json.h"

#include <glib.h>
#include <locale.h>
#include <math.h>
#include <string.h>

static JsonCursor
cursor (const char *text)
{
  return (JsonCursor){ text, text + strlen (text), NULL };
}

static void
numbers_are_the_nearest_doubles (void)
{
  static const struct
  {
    const char *text;
    double value;
  } cases[] = { { "0", 0 },
                { "-0", -0.0 },
                { " 12", 12 },
                { "-1.5", -1.5 },
                { "0.1", 0.1 },
                { "1e22", 1e22 },
                { "1E-22", 1e-22 },
                { "123456789012345.6789", 123456789012345.6789 },
                { "-0.7821592092514038", -0.7821592092514038 },
                { "9007199254740993", 9007199254740992.0 },
                { "1.7976931348623157e308", 1.7976931348623157e308 },
                { "4.9e-324", 4.9e-324 },
                { "1e-400", 0 },
                { "0e99999999999", 0 },
                { "0.00000000000000000000000000000000000000000000000000000000001e59", 1 } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      JsonCursor json = cursor (cases[i].text);
      double value = NAN;

      g_assert_true (json_number (&json, &value));
      g_assert_true (value == cases[i].value && !signbit (value) == !signbit (cases[i].value));
      g_assert_true (json.at == json.end);
    }
}

static void
random_doubles_come_back (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (int i = 0; i < 20000; i++)
    {
      guint64 bits = (guint64) g_rand_int (rand) << 32 | g_rand_int (rand);
      char text[64];
      JsonCursor json;
      double value = 0, again = 0;

      memcpy (&value, &bits, sizeof value);
      if (!isfinite (value))
        continue;
      g_ascii_formatd (text, sizeof text, i % 2 ? "%.17g" : "%.16e", value);
      json = cursor (text);
      g_assert_true (json_number (&json, &again));
      g_assert_true (again == g_ascii_strtod (text, NULL));
    }
}

static void
numbers_do_not_hang_on_the_locale (void)
{
  JsonCursor json = cursor ("0.12345678901234567");
  double value = 0;

  if (setlocale (LC_NUMERIC, "de_DE.UTF-8") == NULL)
    {
      g_test_skip ("the locale de_DE.UTF-8 is not installed");
      return;
    }
  g_assert_true (json_number (&json, &value));
  setlocale (LC_NUMERIC, "C");
  g_assert_cmpfloat (value, ==, 0.12345678901234567);
}

static void
what_is_no_number_is_named (void)
{
  g_autofree char *digits = g_strnfill (300, '7');
  const struct
  {
    const char *text, *wrong;
  } cases[] = { { "", "where a number" },
                { "-", "where a number" },
                { "+1", "where a number" },
                { ".5", "where a number" },
                { "1.", "where a number" },
                { "\"1\"", "where a number" },
                { "null", "where a number" },
                { "01", "leading zeros" },
                { "-01", "leading zeros" },
                { "1e", "no digits" },
                { "1e+", "no digits" },
                { "NaN", "NaN" },
                { "-Infinity", "Infinity" },
                { "1e309", "too large" },
                { "1e99999999999999999999", "too large" },
                { digits, "200 digits" } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      JsonCursor json = cursor (cases[i].text);
      double value = 0;

      g_assert_false (json_number (&json, &value));
      g_assert_nonnull (strstr (json.wrong, cases[i].wrong));
    }
}

static void
strings_are_decoded_in_place (void)
{
  char text[] = "\"a\\n\\u00e9\\ud83d\\ude00\xc3\xa9\" ,";
  JsonCursor json = { text, text + strlen (text), NULL };

  g_assert_nonnull (json_string (&json, text));
  g_assert_cmpstr (text, ==, "a\n\xc3\xa9\xf0\x9f\x98\x80\xc3\xa9");
  g_assert_true (json_take (&json, ','));
}

static void
what_is_no_string_is_named (void)
{
  static const struct
  {
    const char *text, *wrong;
  } cases[] = { { "\"a\\u0000\"", "U+0000" },     { "\"\\ud800\"", "surrogate" },
                { "\"\\udc00\"", "surrogate" },   { "\"\\ud800\\u0041\"", "surrogate" },
                { "\"a\xff\"", "not UTF-8" },     { "\"\xed\xa0\x80\"", "not UTF-8" },
                { "\"\xc0\x80\"", "not UTF-8" },  { "\"\xf5\x80\x80\x80\"", "not UTF-8" },
                { "\"\xe2\x82", "not UTF-8" },    { "\"a\nb\"", "control character" },
                { "\"a\\x\"", "unknown escape" }, { "\"a\\u12g4\"", "hexadecimal" },
                { "\"a", "without end" },         { "\"a\\", "unknown escape" },
                { "\"", "without end" } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      JsonCursor json = cursor (cases[i].text), again = json;
      char out[64];

      g_assert_null (json_string (&json, out));
      g_assert_nonnull (strstr (json.wrong, cases[i].wrong));
      g_assert_false (json_skip (&again) && again.at == again.end);
    }
}

static void
values_are_skipped_to_their_last_byte (void)
{
  static const char *const texts[] = { "1",
                                       "-2.5e3",
                                       "\"x\\u00e9\"",
                                       "true",
                                       "null",
                                       "[]",
                                       "{}",
                                       "[1, [2, {\"a\": [], \"b\": {}}], \"]\"]",
                                       "{ \"a\" : { } , \"b\" : [ ] }" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      JsonCursor json = cursor (texts[i]);

      g_assert_true (json_skip (&json));
      g_assert_true (json.at == json.end);
    }
}

static void
what_is_no_value_is_named (void)
{
  g_autofree char *deep = g_strnfill (100000, '[');
  const struct
  {
    const char *text, *wrong;
  } cases[] = { { "", "without end" },
                { "[1,", "without end" },
                { "[1", ", is missing" },
                { "[1}", ", is missing" },
                { "{\"a\" 1}", ": is missing" },
                { "{\"a\": 1,}", "\" is missing" },
                { "{1: 2}", "\" is missing" },
                { "[1,]", "a value is missing" },
                { "[01]", "leading zeros" },
                { "nonsense", "no value" },
                { "[NaN]", "NaN" },
                { "]", "do not match" },
                { deep, "too deep" } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      JsonCursor json = cursor (cases[i].text);

      g_assert_false (json_skip (&json));
      g_assert_nonnull (strstr (json.wrong, cases[i].wrong));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json/numbers-are-the-nearest-doubles", numbers_are_the_nearest_doubles);
  g_test_add_func ("/json/random-doubles-come-back", random_doubles_come_back);
  g_test_add_func ("/json/numbers-do-not-hang-on-the-locale", numbers_do_not_hang_on_the_locale);
  g_test_add_func ("/json/what-is-no-number-is-named", what_is_no_number_is_named);
  g_test_add_func ("/json/strings-are-decoded-in-place", strings_are_decoded_in_place);
  g_test_add_func ("/json/what-is-no-string-is-named", what_is_no_string_is_named);
  g_test_add_func ("/json/values-are-skipped-to-their-last-byte",
                   values_are_skipped_to_their_last_byte);
  g_test_add_func ("/json/what-is-no-value-is-named", what_is_no_value_is_named);
  return g_test_run ();
}

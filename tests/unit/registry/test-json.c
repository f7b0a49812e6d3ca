/* SPDX-License-Identifier: Apache-2.0 */
#include "host/registry/json.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static char *
canonical (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = assay_json_parse (text, -1, "text", &error);

  g_assert_no_error (error);
  return assay_json_canonical (node);
}

/* RFC 8785, appendix B. */
static void
test_numbers_of_the_rfc (void)
{
  static const struct
  {
    guint64 bits;
    const char *text;
  } rows[] = {
    { 0x0000000000000000, "0" },
    { 0x8000000000000000, "0" },
    { 0x0000000000000001, "5e-324" },
    { 0x8000000000000001, "-5e-324" },
    { 0x7fefffffffffffff, "1.7976931348623157e+308" },
    { 0xffefffffffffffff, "-1.7976931348623157e+308" },
    { 0x4340000000000000, "9007199254740992" },
    { 0xc340000000000000, "-9007199254740992" },
    { 0x4430000000000000, "295147905179352830000" },
    { 0x7fffffffffffffff, "null" },
    { 0x7ff0000000000000, "null" },
    { 0x44b52d02c7e14af5, "9.999999999999997e+22" },
    { 0x44b52d02c7e14af6, "1e+23" },
    { 0x44b52d02c7e14af7, "1.0000000000000001e+23" },
    { 0x444b1ae4d6e2ef4e, "999999999999999700000" },
    { 0x444b1ae4d6e2ef4f, "999999999999999900000" },
    { 0x444b1ae4d6e2ef50, "1e+21" },
    { 0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7" },
    { 0x3eb0c6f7a0b5ed8d, "0.000001" },
    { 0x41b3de4355555553, "333333333.3333332" },
    { 0x41b3de4355555554, "333333333.33333325" },
    { 0x41b3de4355555555, "333333333.3333333" },
    { 0x41b3de4355555556, "333333333.3333334" },
    { 0x41b3de4355555557, "333333333.33333343" },
    { 0xbecbf647612f3696, "-0.0000033333333333333333" },
    { 0x43143ff3c1cb0959, "1424953923781206.2" },
    /* 2^-44: the nearest decimal of 16 digits reads back as its neighbour. */
    { 0x3d30000000000000, "5.684341886080802e-14" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = NULL;
      double value;

      memcpy (&value, &rows[i].bits, sizeof value);
      text = assay_json_number (value);
      g_assert_cmpstr (text, ==, rows[i].text);
    }
}

static guint
count_digits (const char *text)
{
  guint n = 0, zeros = 0;

  for (; *text && *text != 'e'; text++)
    if (g_ascii_isdigit (*text) && (n > 0 || *text != '0'))
      {
        n++;
        zeros = *text == '0' ? zeros + 1 : 0;
      }
  return n - zeros;
}

/** The fewest digits with which printf's nearest decimal reads back. */
static guint
fewest_digits (double value)
{
  for (guint n = 1; n < 17; n++)
    {
      g_autofree char *text = g_strdup_printf ("%.*e", n - 1, value);

      if (strtod (text, NULL) == value)
        return n;
    }
  return 17;
}

static void
test_numbers_are_short_and_read_back (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (guint i = 0; i < 5000; i++)
    {
      guint64 bits = (guint64) g_rand_int (rand) << 32 | g_rand_int (rand);
      g_autofree char *text = NULL;
      double value;

      if (i % 4 == 0)
        bits &= ~G_GUINT64_CONSTANT (0xffffffffffff); /* few digits in binary */
      memcpy (&value, &bits, sizeof value);
      if (i % 4 == 1)
        value = round (g_rand_double (rand) * 1e6) / 1e3;
      if (!isfinite (value) || value == 0)
        continue;
      text = assay_json_number (value);
      g_assert_true (strtod (text, NULL) == value);
      g_assert_cmpuint (count_digits (text), <=, fewest_digits (value));
    }
}

static void
test_canonical_form (void)
{
  /* RFC 8785, section 3.2.2 and, for the order of keys, 3.2.3. */
  g_autofree char *sample
      = canonical ("{\n \"numbers\": [333333333.33333329, 1E30, 4.50, 2e-3, "
                   "0.000000000000000000000000001],\n \"string\": "
                   "\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\",\n"
                   " \"literals\": [null, true, false]}");
  g_autofree char *order = canonical ("{\"\\u20ac\":1,\"\\r\":2,\"\\ufb33\":3,\"1\":4,"
                                      "\"\\ud83d\\ude00\":5,\"\\u0080\":6,\"\\u00f6\":7}");

  g_assert_cmpstr (sample, ==,
                   "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,"
                   "0.002,1e-27],\"string\":\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
  g_assert_cmpstr (order, ==,
                   "{\"\\r\":2,\"1\":4,\"\xc2\x80\":6,\"\xc3\xb6\":7,\"\xe2\x82\xac\":1,"
                   "\"\xf0\x9f\x98\x80\":5,\"\xef\xac\xb3\":3}");
}

static void
test_canonical_form_is_a_fixed_point (void)
{
  static const char *const texts[]
      = { "[]", "{}", "null", "-1", "[9007199254740993,-0,1e400000]" + 0, "\"\\u007f\\b\\f\"" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (JsonNode) node = assay_json_parse (texts[i], -1, "text", NULL);
      g_autofree char *once = NULL, *twice = NULL;

      if (i == 4)
        {
          g_assert_null (node); /* a number beyond every double */
          continue;
        }
      once = assay_json_canonical (node);
      twice = canonical (once);
      g_assert_cmpstr (once, ==, twice);
    }
}

static void
test_errors_name_line_and_column (void)
{
  static const struct
  {
    const char *text, *error;
  } rows[] = {
    { "", "x.json, line 1, column 1: a value is missing here" },
    { "{\"a\": 1,\n \"b\" 2}", "x.json, line 2, column 6: expected :" },
    { "[1, 2", "expected , or ]" },
    { "[1,]", "column 4: a value is missing here" },
    { "{\"a\":1,}", "expected a member's name" },
    { "{\"a\":1,\"a\":2}", "twice" },
    { "[01]", "expected , or ]" },
    { "[1.]", "digits must follow the point" },
    { "[1e]", "digits must follow the exponent" },
    { "[.5]", "a value is missing" },
    { "[1e999]", "too large" },
    { "\"a", "does not end" },
    { "\"\\x\"", "no such escape" },
    { "\"\\ud800\"", "no such escape" },
    { "\"\\udc00\"", "no such escape" },
    { "\"\\u0000\"", "no such escape" },
    { "\"\t\"", "control character" },
    { "\"\xff\"", "not UTF-8" },
    { "nul", "a value is missing" },
    { "// no\n1", "a value is missing" },
    { "1 2", "nothing may follow" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (assay_json_parse (rows[i].text, -1, "x.json", &error));
      g_assert_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE);
      g_assert_nonnull (strstr (error->message, rows[i].error));
    }
}

static void
test_depth_is_limited (void)
{
  g_autofree char *deep = g_strnfill (1000000, '[');
  g_autoptr (GError) error = NULL;

  g_assert_null (assay_json_parse (deep, -1, "deep", &error));
  g_assert_nonnull (strstr (error->message, "64 deep"));
}

static void
test_members_have_fallbacks (void)
{
  g_autoptr (JsonNode) node = assay_json_parse (
      "{\"t\":\"x\",\"i\":3,\"r\":0.5,\"b\":true,\"o\":{},\"a\":[],\"n\":null}", -1, "text", NULL);
  JsonObject *o = json_node_get_object (node);

  g_assert_cmpstr (assay_json_text (o, "t", "f"), ==, "x");
  g_assert_cmpstr (assay_json_text (o, "i", "f"), ==, "f");
  g_assert_cmpstr (assay_json_text (o, "n", "f"), ==, "f");
  g_assert_cmpstr (assay_json_text (NULL, "t", "f"), ==, "f");
  g_assert_cmpint (assay_json_int (o, "i", 7), ==, 3);
  g_assert_cmpint (assay_json_int (o, "r", 7), ==, 7);
  g_assert_cmpfloat (assay_json_real (o, "i", 7), ==, 3);
  g_assert_cmpfloat (assay_json_real (o, "t", 7), ==, 7);
  g_assert_true (assay_json_bool (o, "b", FALSE));
  g_assert_true (assay_json_bool (o, "absent", TRUE));
  g_assert_nonnull (assay_json_object (o, "o"));
  g_assert_null (assay_json_object (o, "a"));
  g_assert_nonnull (assay_json_array (o, "a"));
  g_assert_null (assay_json_array (o, "absent"));
}

static void
test_files (void)
{
  g_autofree char *dir = g_dir_make_tmp (NULL, NULL);
  g_autofree char *path = g_build_filename (dir, "a.json", NULL), *text = NULL, *sum = NULL;
  g_autoptr (JsonNode) node = assay_json_parse ("{\"b\":1,\"a\":[0.1]}", -1, "text", NULL);
  g_autoptr (JsonNode) back = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (assay_json_save (path, node, &error));
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "{\"a\":[0.1],\"b\":1}\n");
  back = assay_json_load (path, &error);
  g_assert_no_error (error);
  g_assert_true (json_node_equal (node, back));
  sum = assay_sha256_file (path, &error);
  g_assert_cmpuint (strlen (sum), ==, 64);

  g_assert_null (assay_json_load (dir, &error));
  g_assert_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE);
  g_clear_error (&error);
  g_unlink (path);
  g_assert_null (assay_json_load (path, &error));
  g_assert_error (error, ASSAY_ERROR, ASSAY_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, path));
  g_clear_error (&error);
  g_rmdir (dir);
  g_assert_false (assay_json_save (path, node, &error));
  g_assert_nonnull (strstr (error->message, path));
}

static void
test_sha256 (void)
{
  g_autofree char *sum = assay_sha256 ("abc", 3); /* FIPS 180-2 */

  g_assert_cmpstr (sum, ==, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/json/numbers-are-written-as-in-the-rfc", test_numbers_of_the_rfc);
  g_test_add_func ("/json/numbers-are-shortest-and-read-back",
                   test_numbers_are_short_and_read_back);
  g_test_add_func ("/json/canonical-form-is-that-of-the-rfc", test_canonical_form);
  g_test_add_func ("/json/canonical-form-is-a-fixed-point", test_canonical_form_is_a_fixed_point);
  g_test_add_func ("/json/errors-name-line-and-column", test_errors_name_line_and_column);
  g_test_add_func ("/json/a-million-brackets-are-an-error", test_depth_is_limited);
  g_test_add_func ("/json/members-have-fallbacks", test_members_have_fallbacks);
  g_test_add_func ("/json/files-come-back-as-they-were-saved", test_files);
  g_test_add_func ("/json/sha256-of-abc", test_sha256);
  return g_test_run ();
}

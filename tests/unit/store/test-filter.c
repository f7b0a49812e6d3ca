/* SPDX-License-Identifier: Apache-2.0 */
#include "host/store/filter-node.h"

#include "base/num/random.h"
#include <assay/random.h>
#include <locale.h>
#include <string.h>

/* A row: keys and values in turn. */
static const char *
lookup (gpointer row, const char *key)
{
  for (const char *const *pair = row; *pair != NULL; pair += 2)
    if (strcmp (pair[0], key) == 0)
      return pair[1];
  return NULL;
}

static const char *const graph_row[] = { "study",
                                         "graph-backup",
                                         "depth",
                                         "10",
                                         "agent",
                                         "graph",
                                         "status",
                                         "done",
                                         "title",
                                         "A B Straße",
                                         "eta",
                                         "1/100",
                                         "rate",
                                         "1e-3",
                                         "starred",
                                         "true",
                                         "tag",
                                         "a\x1f"
                                         "b c\x1f",
                                         NULL };

static gboolean
holds (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AssayFilter) filter = assay_filter_parse (text, &error);

  g_assert_no_error (error);
  return assay_filter_match (filter, lookup, (gpointer) graph_row);
}

static void
test_conditions (void)
{
  static const struct
  {
    const char *text;
    gboolean holds;
  } cases[] = {
    { "", TRUE },
    { NULL, TRUE },
    { " \t\n", TRUE },
    { "study=graph-backup and depth>=5 and status=done", TRUE },
    { "study=graph-backup depth>=5 (status=failed or starred=true)", TRUE },
    { "study=graph-backup depth>=5 (status=failed or starred=false)", FALSE },
    { "depth>9", TRUE }, /* as text "10" is below "9" */
    { "depth<9", FALSE },
    { "depth=10.0", TRUE },
    { "depth=1e1,3", TRUE },
    { "depth!=10.0", FALSE },
    { "depth!=1,2", TRUE },
    { "depth!=1,10", FALSE },
    { "rate<=0.001", TRUE },
    { "rate<0.001", FALSE },
    { "agent=tree,graph", TRUE },
    { "agent>=a", FALSE }, /* texts have no order */
    { "agent<a", FALSE },
    { "depth>ten", FALSE },
    { "missing=1", FALSE },
    { "missing<1", FALSE },
    { "missing~a", FALSE },
    { "missing!=1", TRUE },
    { "not missing=1", TRUE },
    { "title~\"a b\"", TRUE },
    { "title~STRASSE", TRUE }, /* case folding, not lower case */
    { "title~\"b  s\"", FALSE },
    { "eta=1/100", TRUE },
    { "not (agent=graph)", FALSE },
    { "not not agent=graph", TRUE },
    { "agent = graph , tree", TRUE },
    { "agent=x or depth=10 and status=done", TRUE }, /* and binds closer */
    { "(agent=x or depth=10) and status=failed", FALSE },
    { "status=failed or not agent=x", TRUE },
    { "agent=\"graph\"depth=10", TRUE },
    { "tag=a", TRUE },
    { "tag=\"b c\"", TRUE },
    { "tag=c", FALSE },
    { "tag~C", TRUE },
    { "tag!=a", FALSE },
    { "tag!=c", TRUE },
    { "depth=0xA", FALSE }, /* hexadecimal is no number here */
    { "\"depth\">=\"5\"", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    if (holds (cases[i].text) != cases[i].holds)
      g_error ("'%s' should %shold", cases[i].text, cases[i].holds ? "" : "not ");
}

static void
test_errors_point_at_the_place (void)
{
  static const struct
  {
    const char *text;
    int column;
    const char *says;
  } cases[] = {
    { "depth", 6, "operator" },
    { "depth 5", 7, "operator" },
    { "depth==5", 6, "did you mean '='" },
    { "depth=<5", 6, "did you mean '<='" },
    { "depth=>5", 6, "did you mean '>='" },
    { "depth<>5", 6, "did you mean '!='" },
    { "name=~x", 5, "did you mean '~'" },
    { "a=1 && b=2", 5, "did you mean 'and'" },
    { "a=1 || b=2", 5, "did you mean 'or'" },
    { "!a=1", 1, "did you mean 'not'" },
    { "a=", 3, "a value is expected" },
    { "a=and b=1", 3, "write \"and\"" },
    { "a=1,", 5, "a value is expected" },
    { "a=1,,2", 5, "a value is expected" },
    { "=5", 1, "name" },
    { "a=1 and", 8, "name" },
    { "a=1 or or b=1", 8, "before 'or'" },
    { "(a=1", 1, "never closed" },
    { "a=1)", 4, "closes nothing" },
    { "()", 2, "name" },
    { "a=\"x", 3, "never closed" },
    { "a=\"\\q\"", 4, "after \\" },
    { "å=\"ö\" ü", 8, "operator" }, /* columns are characters */
    { "a=b\\c", 4, "name" },
    { "a=\xff", 3, "UTF-8" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *column = g_strdup_printf ("column %d:", cases[i].column);

      g_assert_null (assay_filter_parse (cases[i].text, &error));
      g_assert_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE);
      if (!strstr (error->message, column) || !strstr (error->message, cases[i].says))
        g_error ("'%s' gives: %s", cases[i].text, error->message);
    }
}

static void
test_caret_stands_below_the_place (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (assay_filter_parse ("study=å and depth==5", &error));
  g_assert_cmpstr (error->message, ==,
                   "filter, column 18: there is no operator '=='; did you mean '='?\n"
                   "  study=å and depth==5\n"
                   "                   ^");
}

static void
test_limits (void)
{
  g_autofree char *deep = g_strnfill (100000, '('), *nots = NULL;
  g_autofree char *just = NULL, *beyond = NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < 30000; i++)
    g_string_append (text, "not ");
  nots = g_strndup (text->str, 60000);
  for (const char **bad = (const char *[]){ deep, text->str, nots, deep + 50000, NULL }; *bad;
       bad++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (assay_filter_parse (*bad, &error));
      g_assert_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE);
      g_assert_cmpuint (strlen (error->message), <, 400);
    }
  for (guint depth = 198; depth <= 201; depth++)
    {
      g_autofree char *open = g_strnfill (depth, '('), *close = g_strnfill (depth, ')');
      g_autofree char *whole = g_strconcat (open, "a=1", close, NULL);
      g_autoptr (AssayFilter) filter = assay_filter_parse (whole, NULL);

      g_assert_cmpint (filter != NULL, ==, depth < ASSAY_FILTER_MAX_DEPTH);
    }
}

static void
test_keys_and_values (void)
{
  g_autoptr (AssayFilter) filter
      = assay_filter_parse ("a=1,2 b=x (c=3 or d=4) not e=5 a=2.0,3 b!=y c>1", NULL);
  g_auto (GStrv) keys = assay_filter_keys (filter), a = assay_filter_values (filter, "a");
  g_auto (GStrv) b = assay_filter_values (filter, "b"), c = assay_filter_values (filter, "c");
  g_autoptr (AssayFilter) one = assay_filter_parse ("a=1", NULL);
  g_autoptr (AssayFilter) either = assay_filter_parse ("a=1 or a=2", NULL);
  g_autoptr (AssayFilter) none = assay_filter_parse (NULL, NULL);
  g_auto (GStrv) of_one = assay_filter_values (one, "a");
  g_auto (GStrv) no_keys = assay_filter_keys (none);

  g_assert_cmpstrv (keys, ((const char *[]){ "a", "b", "c", "d", "e", NULL }));
  g_assert_cmpstrv (a, ((const char *[]){ "2", NULL }));
  g_assert_cmpstrv (b, ((const char *[]){ "x", NULL }));
  g_assert_null (c);
  g_assert_cmpstrv (of_one, ((const char *[]){ "1", NULL }));
  g_assert_null (assay_filter_values (either, "a"));
  g_assert_null (assay_filter_values (none, "a"));
  g_assert_cmpuint (g_strv_length (no_keys), ==, 0);
}

static void
test_print (void)
{
  static const char *const cases[][2] = {
    { "a=1 b=2", "a=1 and b=2" },
    { "((a=1)) and ((b=2) c=3)", "a=1 and b=2 and c=3" },
    { "a=1 or (b=2 or c=3)", "a=1 or b=2 or c=3" },
    { "(a=1 or b=2) c=3", "(a=1 or b=2) and c=3" },
    { "not (a=1 b=2)", "not (a=1 and b=2)" },
    { "not not a=1", "not not a=1" },
    { "a=\"x\" b=\"\" c=\"or\" d=\"a\\\"b\\\\c\\n\\t,\"",
      "a=x and b=\"\" and c=\"or\" and d=\"a\\\"b\\\\c\\n\\t,\"" },
    { "  ", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (AssayFilter) filter = assay_filter_parse (cases[i][0], NULL);
      g_autofree char *text = assay_filter_print (filter);

      g_assert_cmpstr (text, ==, cases[i][1]);
    }
}

/* ---- Random filters --------------------------------------------------------- */

static const char *const random_values[] = { "1", "2",  "2.0", "-3e-1", "x",    "X y",   "\"\\",
                                             "",  "or", "ü",   "a,b",   "x\ny", "1e999", "nan" };

static void
append_quoted (GString *out, const char *text)
{
  g_string_append_c (out, '"');
  for (; *text != '\0'; text++)
    {
      if (*text == '"' || *text == '\\')
        g_string_append_c (out, '\\');
      g_string_append_c (out, *text);
    }
  g_string_append_c (out, '"');
}

static void
append_random (GString *out, AssayStream *stream, guint depth)
{
  static const char *const ops[] = { "=", "!=", "<", "<=", ">", ">=", "~" };
  static const char *const glue[] = { " and ", " ", " or " };
  guint kind = depth == 0 ? 0 : assay_below (stream, 4);
  guint n = 1 + assay_below (stream, 3);

  if (kind <= 1)
    {
      g_string_append_printf (out, "k%u%s", assay_below (stream, 3), ops[assay_below (stream, 7)]);
      for (guint i = 0; i < n; i++)
        {
          g_string_append (out, i > 0 ? "," : "");
          append_quoted (out, random_values[assay_below (stream, G_N_ELEMENTS (random_values))]);
        }
      return;
    }
  g_string_append (out, kind == 2 ? "not (" : "(");
  for (guint i = 0; i < n; i++)
    {
      g_string_append (out, i > 0 ? glue[assay_below (stream, 3)] : "");
      append_random (out, stream, depth - 1);
    }
  g_string_append_c (out, ')');
}

static void
test_print_round_trips (void)
{
  AssayStream stream;
  guint held = 0;

  assay_stream_init (&stream, 1, "filter");
  for (guint round = 0; round < 1000; round++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (AssayFilter) filter = NULL, again = NULL;
      g_autofree char *print = NULL, *print_again = NULL;

      append_random (text, &stream, 4);
      filter = assay_filter_parse (text->str, NULL);
      g_assert_nonnull (filter);
      print = assay_filter_print (filter);
      again = assay_filter_parse (print, NULL);
      g_assert_nonnull (again);
      print_again = assay_filter_print (again);
      g_assert_cmpstr (print, ==, print_again);
      for (guint i = 0; i < 20; i++)
        {
          const char *row[7] = { "k0" };
          gboolean match;

          for (guint k = 0; k < 3; k++)
            {
              row[2 * k] = (const char *[]){ "k0", "k1", "k2" }[k];
              row[2 * k + 1] = random_values[assay_below (&stream, G_N_ELEMENTS (random_values))];
            }
          match = assay_filter_match (filter, lookup, row);
          g_assert_cmpint (match, ==, assay_filter_match (again, lookup, row));
          held += (guint) match;
        }
    }
  g_assert_cmpuint (held, >, 3000);
  g_assert_cmpuint (held, <, 17000);
}

static void
test_numbers_whatever_the_locale (void)
{
  double x;

  /* A comma is the decimal point in most of Europe. */
  if (setlocale (LC_ALL, "de_DE.UTF-8") == NULL && setlocale (LC_ALL, "fr_FR.UTF-8") == NULL)
    g_test_message ("no such locale here; the C locale is tested");
  g_assert_true (assay_filter_number ("0.5", &x) && x == 0.5);
  g_assert_true (assay_filter_number ("+.5e1", &x) && x == 5);
  g_assert_true (holds ("rate=0.001"));
  for (const char **bad = (const char *[]){ "", " 1", "1 ", "0,5", "nan", "inf", "-inf", "1e999",
                                            "0x1", "1e", "--1", "+", "1.2.3", "٣", NULL };
       *bad != NULL; bad++)
    g_assert_false (assay_filter_number (*bad, &x));
  setlocale (LC_ALL, "");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/filter/conditions-hold-as-documented", test_conditions);
  g_test_add_func ("/filter/errors-point-at-the-place", test_errors_point_at_the_place);
  g_test_add_func ("/filter/caret-stands-below-the-place", test_caret_stands_below_the_place);
  g_test_add_func ("/filter/long-and-deep-texts-are-refused", test_limits);
  g_test_add_func ("/filter/keys-and-admitted-values", test_keys_and_values);
  g_test_add_func ("/filter/prints-its-normal-form", test_print);
  g_test_add_func ("/filter/print-parses-to-an-equal-filter", test_print_round_trips);
  g_test_add_func ("/filter/numbers-whatever-the-locale", test_numbers_whatever_the_locale);
  return g_test_run ();
}

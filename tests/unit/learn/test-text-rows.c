/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/text/best-of-n-table.h"
#include "learn/text/documents.h"
#include "learn/text/preferences.h"

#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define HH_RLHF "/work/shared/data/hh-rlhf/harmless-base-test.jsonl"

/* A file in memory, the last one closed. */
static const char *
file_of (const char *text, gsize size)
{
  static int fd = -1;
  static char path[64];

  if (fd >= 0)
    close (fd);
  fd = memfd_create ("rows", MFD_CLOEXEC);
  g_assert_true (fd >= 0 && write (fd, text, size) == (gssize) size);
  g_snprintf (path, sizeof path, "/proc/self/fd/%d", fd);
  return path;
}

static void
assert_text (AssayText text, const char *expected)
{
  g_assert_cmpmem (text.bytes, text.length, expected, strlen (expected));
}

static void
assert_says (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("\"%s\" does not say: %s", text, part);
}

/* ---- Plain text ------------------------------------------------------------------- */

static void
plain_text_is_any_bytes (void)
{
  static const char bytes[] = "\xef\xbb\xbf"
                              "a\xff\r\n\r\n\0b\nc";
  AssayTextFile file;
  AssayTextError error = { "" };
  AssayText line;
  size_t at = 0;

  g_assert_true (assay_text_open (&file, file_of (bytes, sizeof bytes - 1), &error));
  g_assert_cmpuint (file.text.length, ==, sizeof bytes - 1 - 3);
  g_assert_true (assay_text_line (file.text, &at, &line));
  assert_text (line, "a\xff");
  g_assert_true (assay_text_line (file.text, &at, &line) && line.length == 0);
  g_assert_true (assay_text_line (file.text, &at, &line) && line.length == 2);
  g_assert_true (assay_text_line (file.text, &at, &line));
  assert_text (line, "c");
  g_assert_false (assay_text_line (file.text, &at, &line));
  assay_text_close (&file);
  g_assert_true (assay_text_open (&file, file_of ("", 0), &error));
  at = 0;
  g_assert_false (assay_text_line (file.text, &at, &line));
  assay_text_close (&file);
}

static void
what_is_no_text_file_is_named (void)
{
  g_autofree char *folder = g_dir_make_tmp ("assay-text-XXXXXX", NULL);
  g_autofree char *fifo = g_build_filename (folder, "fifo", NULL);
  AssayTextFile file;
  AssayTextError error = { "" };

  g_assert_false (assay_text_open (&file, "/does/not/exist", &error));
  assert_says (error.text, "/does/not/exist: ");
  g_assert_false (assay_text_open (&file, folder, &error));
  assert_says (error.text, "is not a file");
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  g_assert_false (assay_text_open (&file, fifo, &error));
  assert_says (error.text, "is not a file");
  g_assert_false (assay_text_open (&file, file_of ("\xff\xfe{\0", 4), &error));
  assert_says (error.text, "UTF-16");
  g_unlink (fifo);
  g_rmdir (folder);
}

static void
documents_are_rows_with_text (void)
{
  static const char text[] = "{\"text\": \"one\"}\n{\"id\": 3, \"text\": \"\"}\n";
  AssayTextError error = { "" };
  AssayDocuments *documents = assay_documents_open (file_of (text, sizeof text - 1), NULL, &error);

  g_assert_nonnull (documents);
  g_assert_cmpuint (documents->n, ==, 2);
  assert_text (documents->texts[0], "one");
  assert_text (documents->texts[1], "");
  assay_documents_free (documents);
}

/* ---- Preferences ------------------------------------------------------------------- */

static AssayPreferences *
read_rows (const char *text, AssayBadRows *bad)
{
  AssayTextError error = { "" };
  AssayPreferences *rows = assay_preferences_open (file_of (text, strlen (text)), bad, &error);

  if (rows == NULL)
    g_error ("%s", error.text);
  return rows;
}

static void
every_form_of_preference_is_read (void)
{
  AssayPreferences *rows = read_rows (
      "{\"prompt\": \"p\", \"chosen\": \"c\\n\", \"rejected\": \"r\"}\n"
      "{\"rejected\": \"\\n\\nHuman: x\\n\\nAssistant: y\\n\\nHuman: z\\n\\nAssistant: no\","
      " \"chosen\": \"\\n\\nHuman: x\\n\\nAssistant: y\\n\\nHuman: z\\n\\nAssistant: nice\"}\n"
      "{\"chosen\": \"\\n\\nHuman: x\\n\\nAssistant: a\\n\\nHuman: z\\n\\nAssistant: b\","
      " \"rejected\": \"\\n\\nHuman: x\\n\\nAssistant:\"}\n"
      "{\"instruction\": \"i\", \"input\": \"j\", \"answers\": [\"a\", \"b\"], \"preference\": 1}\n"
      "{\"instruction\": \"i\", \"input\": \"\", \"answers\": [ \"a\" , \"b\" ], \"preference\": "
      "0}\n"
      "{\"\\u0070rompt\": \"\xc3\xa9\", \"chosen\": \"\", \"rejected\": \"\\ud83d\\ude00\","
      " \"margin\": {\"a\": [1, null, -2e3]}}",
      NULL);

  g_assert_cmpuint (rows->n, ==, 6);
  assert_text (rows->rows[0].prompt, "p");
  assert_text (rows->rows[0].chosen, "c\n");
  assert_text (rows->rows[0].rejected, "r");
  assert_text (rows->rows[1].prompt, "\n\nHuman: x\n\nAssistant: y\n\nHuman: z\n\nAssistant:");
  assert_text (rows->rows[1].chosen, " nice");
  assert_text (rows->rows[1].rejected, " no");
  assert_text (rows->rows[2].prompt, "\n\nHuman: x\n\nAssistant:");
  assert_text (rows->rows[2].chosen, " a\n\nHuman: z\n\nAssistant: b");
  assert_text (rows->rows[2].rejected, "");
  assert_text (rows->rows[3].prompt, "i\nj");
  assert_text (rows->rows[3].chosen, "b");
  assert_text (rows->rows[3].rejected, "a");
  assert_text (rows->rows[4].prompt, "i");
  assert_text (rows->rows[4].chosen, "a");
  assert_text (rows->rows[5].prompt, "\xc3\xa9");
  assert_text (rows->rows[5].rejected, "\xf0\x9f\x98\x80");
  assay_preferences_free (rows);
}

#define GOOD "{\"prompt\":\"p\",\"chosen\":\"c\",\"rejected\":\"r\"}"

static void
layouts_of_a_file_do_not_matter (void)
{
  static const char *const texts[] = {
    GOOD "\n" GOOD,
    "\xef\xbb\xbf" GOOD "\r\n\r\n  \n" GOOD "\r\n\n",
    "[" GOOD "," GOOD "]",
    " \n[\n  " GOOD "\n,\r\n" GOOD "\n]\n\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      AssayPreferences *rows = read_rows (texts[i], NULL);

      g_assert_cmpuint (rows->n, ==, 2);
      assert_text (rows->rows[1].rejected, "r");
      assay_preferences_free (rows);
    }
}

static void
malformed_rows_are_named_by_file_line_and_reason (void)
{
  g_autofree char *deep = g_strnfill (1000, '[');
  g_autofree char *deep_row = g_strconcat (GOOD "\n{\"a\":", deep, NULL);
  const struct
  {
    const char *text, *place, *reason;
  } cases[] = {
    { "", "", "holds no rows" },
    { "\n \n", "", "holds no rows" },
    { "[]", "", "holds no rows" },
    { "nonsense", "line 1: ", "object in braces" },
    { GOOD "\n5", "line 2: ", "object in braces" },
    { GOOD "\n\n[]\n", "line 3: ", "object in braces" },
    { GOOD "\n{\"prompt\": \"a", "line 2: byte 14 ", "without end; the file ends here" },
    { GOOD "\n{\"prompt\": \"a\n" GOOD, "line 2: ", "string" },
    { GOOD GOOD, "line 1: ", "follows the row's last brace" },
    { "{\"prompt\":\"p\",\"chosen\":\"c\",\"rejected\":NaN}", "line 1: ", "NaN" },
    { "{\"prompt\":\"p\",\"chosen\":\"c\",\"rejected\":\"\\u0000\"}", "line 1: ", "U+0000" },
    { "{\"prompt\":\"p\",\"chosen\":\"c\",\"rejected\":\"\xff\"}", "line 1: ", "not UTF-8" },
    { "{\"prompt\":\"p\",\"chosen\":\"c\",\"rejected\":7}",
      "line 1: ", "\"rejected\" must be a text" },
    { "{\"prompt\":[\"p\"],\"chosen\":\"c\",\"rejected\":\"\"}",
      "line 1: ", "\"prompt\" must be a text" },
    { "{\"prompt\":\"p\",\"chosen\":\"c\"}", "line 1: ", "\"rejected\" is missing" },
    { "{\"prompt\":\"p\",\"chosen\":\"c\",\"chosen\":\"d\",\"rejected\":\"\"}",
      "line 1: ", "\"chosen\" stands twice" },
    { "{\"prompt\":\"p\",\"chosen\":\"c\",\"rejected\":\"c\"}", "line 1: ", "equal" },
    { "{\"chosen\":\"c\",\"rejected\":\"d\"}", "line 1: ", "Assistant:" },
    { "{\"chosen\":\"\\n\\nAssistant: c\"}", "line 1: ", "\"rejected\" is missing" },
    { "{}", "line 1: ", "\"instruction\", \"answers\"" },
    { "{\"a\":1,}", "line 1: ", "\" is missing" },
    { "{\"instruction\":\"i\",\"answers\":[\"a\"],\"preference\":0}", "line 1: ", "two texts" },
    { "{\"instruction\":\"i\",\"answers\":[\"a\",\"b\",\"c\"],\"preference\":0}",
      "line 1: ", "two texts" },
    { "{\"instruction\":\"i\",\"answers\":[1,2],\"preference\":0}", "line 1: ", "two texts" },
    { "{\"instruction\":\"i\",\"answers\":\"ab\",\"preference\":0}", "line 1: ", "two texts" },
    { "{\"instruction\":\"i\",\"answers\":[\"a\",\"b\"],\"preference\":2}", "line 1: ", "0 or 1" },
    { "{\"instruction\":\"i\",\"answers\":[\"a\",\"b\"],\"preference\":true}",
      "line 1: ", "0 or 1" },
    { "{\"instruction\":\"i\",\"answers\":[\"a\",\"b\"]}",
      "line 1: ", "\"preference\" is missing" },
    { "[" GOOD ",\n" GOOD "\n", "line 3: ", ", is missing; the file ends here" },
    { "[" GOOD " " GOOD "]", "line 1: ", ", is missing" },
    { "[" GOOD ",\n\n5]", "line 3: ", "object in braces" },
    { "[" GOOD "]\n" GOOD, "line 2: ", "follows the array" },
    { "[" GOOD ",]", "line 1: ", "value is missing" },
    { deep_row, "line 2: ", "too deep" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      AssayTextError error = { "" };
      const char *path = file_of (cases[i].text, strlen (cases[i].text));
      g_autofree char *begin
          = g_strconcat (path, cases[i].place[0] != '\0' ? ": " : "", cases[i].place, NULL);

      if (assay_preferences_open (path, NULL, &error) != NULL)
        g_error ("%s was read", cases[i].text);
      g_assert_true (g_str_has_prefix (error.text, begin));
      assert_says (error.text, cases[i].reason);
    }
}

static void
malformed_rows_are_passed_over_and_counted (void)
{
  static const char text[] = GOOD "\n{\n" GOOD "\n{\"prompt\": 5}\nx\n" GOOD;
  AssayTextError texts[2] = { { "" }, { "" } }, error = { "" };
  AssayBadRows bad = { .texts = texts, .room = 2 };
  AssayPreferences *rows = read_rows (text, &bad);

  g_assert_cmpuint (rows->n, ==, 3);
  g_assert_cmpuint (bad.n, ==, 3);
  assert_says (texts[0].text, "line 2: ");
  assert_says (texts[1].text, "line 4: \"prompt\" must be a text");
  assay_preferences_free (rows);
  bad = (AssayBadRows){ .room = 0 };
  rows = read_rows ("[" GOOD ", 5, {\"a\": [1]}, " GOOD "]", &bad);
  g_assert_cmpuint (rows->n, ==, 2);
  g_assert_cmpuint (bad.n, ==, 2);
  assay_preferences_free (rows);
  g_assert_null (assay_preferences_open (file_of ("x\ny\n", 4), &bad, &error));
  assert_says (error.text, "none of 2 rows is good; ");
  assert_says (error.text, "line 1: ");
  /* In an array nobody can tell where the next row begins. */
  g_assert_null (assay_preferences_open (file_of ("[{\"a\" 1}]", 9), &bad, &error));
  assert_says (error.text, ": is missing");
}

static void
a_row_of_many_megabytes_is_refused (void)
{
  static const char start[] = GOOD "\n{\"prompt\": \"";
  AssayTextError error = { "" };
  const char *path = file_of (start, sizeof start - 1);
  AssayBadRows bad = { .room = 0 };
  AssayPreferences *rows = NULL;

  g_assert_cmpint (truncate (path, (off_t) ASSAY_ROW_MAX + 100), ==, 0);
  g_assert_null (assay_preferences_open (path, NULL, &error));
  assert_says (error.text, "line 2: a row of more than 64 MiB");
  rows = assay_preferences_open (path, &bad, &error);
  g_assert_nonnull (rows);
  g_assert_true (rows->n == 1 && bad.n == 1);
  assay_preferences_free (rows);
}

static void
real_transcripts_are_read (void)
{
  AssayTextError error = { "" };
  AssayPreferences *rows = NULL;

  if (!g_file_test (HH_RLHF, G_FILE_TEST_EXISTS))
    {
      g_test_skip (HH_RLHF " is not here");
      return;
    }
  rows = assay_preferences_open (HH_RLHF, NULL, &error);
  g_assert_nonnull (rows);
  g_assert_cmpuint (rows->n, ==, 2312);
  for (size_t i = 0; i < rows->n; i++)
    {
      AssayText prompt = rows->rows[i].prompt;

      g_assert_true (g_str_has_prefix (prompt.bytes, "\n\nHuman:"));
      g_assert_cmpmem (prompt.bytes + prompt.length - 12, 12, "\n\nAssistant:", 12);
      g_assert_true (g_utf8_validate (prompt.bytes, (gssize) prompt.length, NULL));
    }
  assert_says (rows->rows[0].chosen.bytes, " No, sorry!  All of these involve a pen");
  assay_preferences_free (rows);
}

/* ---- Tables ------------------------------------------------------------------------ */

static AssayBestOfNTable *
read_table (const char *text, AssayScoreOrder order)
{
  AssayTextError error = { "" };
  AssayBestOfNTable *table
      = assay_best_of_n_table_open (file_of (text, strlen (text)), order, NULL, &error);

  if (table == NULL)
    g_error ("%s", error.text);
  return table;
}

#define ROW(answers, gold, proxy)                                                                  \
  "{\"instruction\":\"i\",\"input\":\"j\\n\",\"answers\":" answers ",\"gold_scores\":" gold        \
  ",\"proxy_scores\":" proxy "}"
#define ABC "[\"a\",\"b\\u00e9\",\"a\"]"

static void
tables_are_read (void)
{
  AssayBestOfNTable *table = read_table (
      "[" ROW (ABC, "[1,-2.5,3e2]", "[4,5,6]") ",\n" ROW (ABC, "[7,8,9]", "[1,2,3]") "]",
      ASSAY_SCORES_BY_SHAPE);
  AssayArena *arena = assay_arena_new ();

  g_assert_true (table->n_prompts == 2 && table->n_answers == 3 && table->n_members == 1);
  g_assert_true (table->gold[1] == -2.5 && table->gold[2] == 300 && table->gold[5] == 9);
  g_assert_true (table->members[0] == 4 && table->members[5] == 3);
  g_assert_true (table->hashes[0] == table->hashes[2] && table->hashes[0] != table->hashes[1]
                 && table->hashes[1] == table->hashes[4]);
  assert_text (assay_best_of_n_answer (table, 1, 1, arena), "b\xc3\xa9");
  assert_text (assay_best_of_n_instruction (table, 0, arena), "i");
  assert_text (assay_best_of_n_input (table, 1, arena), "j\n");
  assay_arena_free (arena);
  assay_best_of_n_table_free (table);
}

static void
shapes_of_scores_are_told_apart (void)
{
  static const struct
  {
    const char *proxy;
    AssayScoreOrder order;
  } cases[] = {
    { "[[1,2,3],[4,5,6]]", ASSAY_SCORES_BY_SHAPE },
    { "[[1,4],[2,5],[3,6]]", ASSAY_SCORES_BY_SHAPE },
    { "[[1,2,3],[4,5,6]]", ASSAY_SCORES_BY_MEMBERS },
    { "[[1,4],[2,5],[3,6]]", ASSAY_SCORES_BY_ANSWERS },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      static const double members[] = { 1, 4, 2, 5, 3, 6 };
      g_autofree char *text = g_strdup_printf (ROW (ABC, "[0,0,0]", "%s"), cases[i].proxy);
      AssayBestOfNTable *table = read_table (text, cases[i].order);

      g_assert_cmpuint (table->n_members, ==, 2);
      g_assert_cmpmem (table->members, sizeof members, members, sizeof members);
      assay_best_of_n_table_free (table);
    }
}

static void
square_scores_are_read_as_told (void)
{
  static const char text[] = ROW ("[\"a\",\"b\"]", "[0,0]", "[[1,2],[3,4]]");
  AssayBestOfNTable *table = read_table (text, ASSAY_SCORES_BY_MEMBERS);
  AssayTextError error = { "" };

  g_assert_true (table->members[1] == 3 && table->members[2] == 2);
  assay_best_of_n_table_free (table);
  table = read_table (text, ASSAY_SCORES_BY_ANSWERS);
  g_assert_true (table->members[1] == 2 && table->members[2] == 3);
  assay_best_of_n_table_free (table);
  g_assert_null (assay_best_of_n_table_open (file_of (text, sizeof text - 1), ASSAY_SCORES_BY_SHAPE,
                                             NULL, &error));
  assert_says (error.text, "say whether members or answers come first");
  table = read_table (ROW ("[\"a\"]", "[0]", "[[1]]"), ASSAY_SCORES_BY_SHAPE);
  g_assert_true (table->n_members == 1 && table->members[0] == 1);
  assay_best_of_n_table_free (table);
}

static void
malformed_tables_are_named (void)
{
  static const struct
  {
    const char *text, *reason;
  } cases[] = {
    { ROW ("[]", "[]", "[]"), "no answers" },
    { ROW ("5", "[1]", "[1]"), "\"answers\" must be a list" },
    { ROW ("[\"a\",5]", "[1,2]", "[1,2]"), "no text" },
    { ROW (ABC, "[1,2]", "[1,2,3]"), "3 answers, but 2 \"gold_scores\"" },
    { ROW (ABC, "[1,2,null]", "[1,2,3]"), "\"gold_scores\": something else where a number" },
    { ROW (ABC, "[1,2,\"3\"]", "[1,2,3]"), "where a number must stand" },
    { ROW (ABC, "[1,2,NaN]", "[1,2,3]"), "NaN" },
    { ROW (ABC, "[1,2,1e999]", "[1,2,3]"), "too large" },
    { ROW (ABC, "[1,2,3]", "[1,2]"), "3 answers, but 2 \"proxy_scores\"" },
    { ROW (ABC, "[1,2,3]", "[[1,2],[3,4]]"), "3 answers, but 2 x 2 \"proxy_scores\"" },
    { ROW (ABC, "[1,2,3]", "[[1,2,3],[4,5]]"), "equally long" },
    { ROW (ABC, "[1,2,3]", "[[],[],[]]"), "equally long" },
    { ROW (ABC, "[1,2,3]", "[[1,2,3],4]"), "mixes lists" },
    { ROW (ABC, "[1,2,3]", "[1,[2],3]"), "where a number must stand" },
    { ROW (ABC, "[1,2,3]", "{}"), "\"proxy_scores\" must be a list" },
    { "{\"instruction\":\"i\",\"answers\":[\"a\"],\"gold_scores\":[1]}",
      "\"proxy_scores\" is missing" },
    { "{\"answers\":[\"a\"],\"gold_scores\":[1],\"proxy_scores\":[1]}",
      "\"instruction\" is missing" },
    { ROW (ABC, "[1,2,3]", "[1,2,3]") "\n" ROW ("[\"a\"]", "[1]", "[1]"),
      "line 2: 1 answers, where the rows before have 3" },
    { ROW (ABC, "[1,2,3]", "[1,2,3]") "\n" ROW (ABC, "[1,2,3]", "[[1,2,3],[1,2,3]]"),
      "line 2: 2 members, where the rows before have 1" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      AssayTextError error = { "" };
      const char *path = file_of (cases[i].text, strlen (cases[i].text));

      if (assay_best_of_n_table_open (path, ASSAY_SCORES_BY_SHAPE, NULL, &error) != NULL)
        g_error ("%s was read", cases[i].text);
      g_assert_true (g_str_has_prefix (error.text, path));
      assert_says (error.text, cases[i].reason);
    }
}

static void
bad_rows_leave_a_table_whole (void)
{
  AssayBadRows bad = { .room = 0 };
  AssayTextError error = { "" };
  static const char text[]
      = ROW (ABC, "[1,2]", "[1,2,3]") "\n" ROW (ABC, "[1,2,3]", "[4,5,6]") "\n" ROW (
          "[\"a\"]", "[1]", "[1]") "\n" ROW (ABC, "[7,8,9]", "[1,1,1]") "\n";
  AssayBestOfNTable *table = assay_best_of_n_table_open (file_of (text, sizeof text - 1),
                                                         ASSAY_SCORES_BY_SHAPE, &bad, &error);

  g_assert_nonnull (table);
  g_assert_true (table->n_prompts == 2 && bad.n == 2);
  g_assert_true (table->gold[0] == 1 && table->gold[3] == 7 && table->members[1] == 5);
  assay_best_of_n_table_free (table);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text-rows/plain-text-is-any-bytes", plain_text_is_any_bytes);
  g_test_add_func ("/text-rows/what-is-no-text-file-is-named", what_is_no_text_file_is_named);
  g_test_add_func ("/text-rows/documents-are-rows-with-text", documents_are_rows_with_text);
  g_test_add_func ("/text-rows/every-form-of-preference-is-read", every_form_of_preference_is_read);
  g_test_add_func ("/text-rows/layouts-of-a-file-do-not-matter", layouts_of_a_file_do_not_matter);
  g_test_add_func ("/text-rows/malformed-rows-are-named-by-file-line-and-reason",
                   malformed_rows_are_named_by_file_line_and_reason);
  g_test_add_func ("/text-rows/malformed-rows-are-passed-over-and-counted",
                   malformed_rows_are_passed_over_and_counted);
  g_test_add_func ("/text-rows/a-row-of-many-megabytes-is-refused",
                   a_row_of_many_megabytes_is_refused);
  g_test_add_func ("/text-rows/real-transcripts-are-read", real_transcripts_are_read);
  g_test_add_func ("/text-rows/tables-are-read", tables_are_read);
  g_test_add_func ("/text-rows/shapes-of-scores-are-told-apart", shapes_of_scores_are_told_apart);
  g_test_add_func ("/text-rows/square-scores-are-read-as-told", square_scores_are_read_as_told);
  g_test_add_func ("/text-rows/malformed-tables-are-named", malformed_tables_are_named);
  g_test_add_func ("/text-rows/bad-rows-leave-a-table-whole", bad_rows_leave_a_table_whole);
  return g_test_run ();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "log-util.h"

#include <math.h>
#include <unistd.h>

static char *folder, *path;

static AssayLogWriter *
create (void)
{
  AssayLogError error = { "" };
  AssayLogWriter *log = assay_log_create (path, &error);

  g_assert_cmpstr (error.text, ==, "");
  g_assert_nonnull (log);
  return log;
}

static void
close_log (AssayLogWriter *log)
{
  AssayLogError error = { "" };

  g_assert_true (assay_log_close (log, &error));
  g_assert_cmpstr (error.text, ==, "");
}

static guint64
file_size (void)
{
  GStatBuf st;

  g_assert_cmpint (g_stat (path, &st), ==, 0);
  return (guint64) st.st_size;
}

static void
assert_frames (const char *const *expected)
{
  AssayLogKind end = ASSAY_LOG_DAMAGED;
  g_autoptr (GPtrArray) lines = read_all (path, &end, NULL);

  g_assert_cmpint (end, ==, ASSAY_LOG_END);
  for (guint i = 0; expected[i] != NULL; i++)
    {
      g_assert_cmpuint (i, <, lines->len);
      g_assert_cmpstr (lines->pdata[i], ==, expected[i]);
    }
  g_assert_cmpuint (lines->len, ==, g_strv_length ((char **) expected));
}

static void
test_round_trip (void)
{
  static const char *const expected[] = { "series 0 return|arm=a split=train",
                                          "series 1 loss|",
                                          "observations 0 0:0 1:0.5 2:1",
                                          "observations 1 0:0 1:-1 2:-2",
                                          "event progress {\"fraction\":0.5}",
                                          "observations 1 3:-3",
                                          "event checkpoint {\"file\":\"checkpoints/1\"}",
                                          "observations 0 4:2",
                                          "event progress {}",
                                          NULL };

  g_assert_true (write_example (path));
  assert_frames (expected);
}

static void
test_numbers (void)
{
  static const double values[]
      = { NAN, INFINITY, -INFINITY, -0.0, 5e-324, 1.7976931348623157e308, 0.1 };
  AssayLogError error = { "" };
  AssayLogWriter *log = create ();
  uint32_t series = assay_log_series (log, "m", "");
  AssayLogReader *reader = NULL;
  AssayLogFrame frame;

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    assay_log_observe (log, series, values[i], values[i]);
  close_log (log);
  reader = assay_log_open (path, &error);
  assay_log_next (reader, &frame, &error);
  g_assert_cmpint (assay_log_next (reader, &frame, &error), ==, ASSAY_LOG_OBSERVATIONS);
  g_assert_cmpmem (frame.steps, 8 * frame.n, values, sizeof values);
  g_assert_cmpmem (frame.values, 8 * frame.n, values, sizeof values);
  assay_log_free (reader);
}

static void
test_bytes (void)
{
  /* The format, written down once more by hand: it never changes within a number. */
  static const guint8 expected[] = {
    'a', 's', 's', 'a', 'y', 'L', 'o',  'g',  1,   0, 0,   0,   0, 0, 0, 0, /* crc: below */
    7,   0,   0,   0,   1,   0,   0,    0,    0,   0, 0,   0,   0, 0, 0, 0,    'm', 0, 0, /* series
                                                                                             0 */
    20,  0,   0,   0,   2,   0,   0,    0,    0,   0, 0,   0,   0, 0, 0, 0, /* observations */
    0,   0,   0,   0,   0,   0,   0xf0, 0x3f, 0,   0, 0,   0,   0, 0, 0, 0x40, 5,   0, 0, 0,
    3,   0,   0,   0,   0,   0,   0,    0,    'e', 0, '{', '}', 0, /* event */
  };
  static const guint checks[] = { 12, 24, 43, 75 };
  AssayLogWriter *log = create ();
  g_autofree char *text = NULL;
  gsize size = 0;

  assay_log_observe (log, assay_log_series (log, "m", NULL), 1, 2);
  assay_log_event (log, "e", "{}");
  close_log (log);
  g_assert_true (g_file_get_contents (path, &text, &size, NULL));
  g_assert_cmpuint (size, ==, sizeof expected);
  for (guint i = 0; i < size; i++)
    {
      gboolean check = FALSE;

      for (guint k = 0; k < G_N_ELEMENTS (checks); k++)
        check = check || (i >= checks[k] && i < checks[k] + 4);
      if (!check)
        g_assert_cmphex ((guint8) text[i], ==, expected[i]);
    }
  g_assert_cmphex (log_get (text + 12), ==, assay_crc32c_portable (0, text, 12));
  g_assert_cmphex (log_get (text + 24), ==,
                   assay_crc32c_portable (assay_crc32c_portable (0, text + 16, 8), text + 28, 7));
}

static void
test_series_numbers (void)
{
  AssayLogWriter *log = create ();

  g_assert_cmpuint (assay_log_series (log, "a", "x=1"), ==, 0);
  g_assert_cmpuint (assay_log_series (log, "a", "x=2"), ==, 1);
  g_assert_cmpuint (assay_log_series (log, "ax", "=2"), ==, 2);
  g_assert_cmpuint (assay_log_series (log, "a", ""), ==, 3);
  g_assert_cmpuint (assay_log_series (log, "a", NULL), ==, 3);
  g_assert_cmpuint (assay_log_series (log, "a", "x=1"), ==, 0);
  close_log (log);
}

static void
test_many_series (void)
{
  AssayLogError error = { "" };
  AssayLogWriter *log = create ();
  AssayLogKind end = ASSAY_LOG_DAMAGED;
  g_autoptr (GPtrArray) lines = NULL;

  for (guint i = 0; i < ASSAY_LOG_MAX_SERIES; i++)
    {
      g_autofree char *labels = g_strdup_printf ("item=%u", i);

      g_assert_cmpuint (assay_log_series (log, "m", labels), ==, i);
      g_assert_true (assay_log_observe (log, i, 0, i));
    }
  g_assert_cmpuint (assay_log_series (log, "m", "item=17"), ==, 17);
  g_assert_cmpuint (assay_log_series (log, "m", "one more"), ==, UINT32_MAX);
  g_assert_nonnull (strstr (assay_log_error (log), "10000"));
  g_assert_false (assay_log_close (log, &error));
  g_assert_nonnull (strstr (error.text, path));
  lines = read_all (path, &end, NULL);
  g_assert_cmpint (end, ==, ASSAY_LOG_END);
}

static void
test_long_words (void)
{
  AssayLogError error = { "" };
  AssayLogWriter *log = create ();
  g_autofree char *labels = g_strnfill (ASSAY_LOG_MAX_WORDS - 1, 'x');
  g_autofree char *longer = g_strnfill (ASSAY_LOG_MAX_WORDS, 'x');

  g_assert_cmpuint (assay_log_series (log, "m", labels), ==, 0);
  g_assert_cmpuint (assay_log_series (log, "m", longer), ==, UINT32_MAX);
  g_assert_nonnull (strstr (assay_log_error (log), "4096 bytes"));
  g_assert_false (assay_log_close (log, &error));
}

static void
test_large_events (void)
{
  AssayLogError error = { "" };
  AssayLogWriter *log = create ();
  AssayLogKind end = ASSAY_LOG_DAMAGED;
  g_autofree char *text = g_strnfill (ASSAY_LOG_MAX_EVENT - 3, 'x');
  g_autofree char *longer = g_strnfill (ASSAY_LOG_MAX_EVENT - 2, 'x');
  g_autoptr (GPtrArray) lines = NULL;

  g_assert_true (assay_log_event (log, "e", text));
  g_assert_false (assay_log_event (log, "e", longer));
  g_assert_false (assay_log_close (log, &error));
  lines = read_all (path, &end, NULL);
  g_assert_cmpint (end, ==, ASSAY_LOG_END);
  g_assert_cmpuint (lines->len, ==, 1);
  g_assert_cmpuint (strlen (lines->pdata[0]), ==, strlen ("event e ") + strlen (text));
}

static void
test_unknown_series (void)
{
  AssayLogError error = { "" };
  AssayLogWriter *log = create ();

  g_assert_false (assay_log_observe (log, 0, 1, 1));
  g_assert_nonnull (strstr (assay_log_error (log), "no series"));
  g_assert_false (assay_log_close (log, &error));
}

static void
test_age (void)
{
  AssayLogWriter *log = create ();
  uint32_t series = assay_log_series (log, "m", NULL);
  gint64 start = g_get_monotonic_time ();
  guint64 before = file_size ();

  assay_log_observe (log, series, 0, 0);
  /* On a machine that stood still meanwhile it may be written already. */
  if (g_get_monotonic_time () - start < 150000)
    g_assert_cmpuint (file_size (), ==, before);
  g_usleep (230000);
  assay_log_observe (log, series, 1, 0);
  g_assert_cmpuint (file_size (), >, before + 32);
  g_assert_cmpuint (file_size (), ==, assay_log_size (log));
  assay_log_observe (log, series, 2, 0);
  g_assert_true (assay_log_flush (log, TRUE));
  g_assert_cmpuint (assay_log_size (log), ==, file_size ());
  close_log (log);
}

static void
test_growing (void)
{
  AssayLogError error = { "" };
  AssayLogWriter *log = create ();
  uint32_t series = assay_log_series (log, "m", NULL);
  AssayLogReader *reader = assay_log_open (path, &error);
  AssayLogFrame frame;

  g_assert_cmpint (assay_log_next (reader, &frame, &error), ==, ASSAY_LOG_END);
  assay_log_flush (log, FALSE);
  g_assert_cmpint (assay_log_next (reader, &frame, &error), ==, ASSAY_LOG_SERIES);
  for (guint round = 0; round < 50; round++)
    {
      guint n = 1 + round * round * 10, seen = 0;

      g_assert_cmpint (assay_log_next (reader, &frame, &error), ==, ASSAY_LOG_END);
      g_assert_cmpuint (assay_log_torn (reader), ==, 0);
      for (guint i = 0; i < n; i++)
        assay_log_observe (log, series, i, round);
      assay_log_flush (log, FALSE);
      while (seen < n)
        {
          g_assert_cmpint (assay_log_next (reader, &frame, &error), ==, ASSAY_LOG_OBSERVATIONS);
          for (guint i = 0; i < frame.n; i++)
            {
              g_assert_true (frame.steps[i] == seen + i);
              g_assert_true (frame.values[i] == round);
            }
          seen += frame.n;
        }
      g_assert_cmpuint (seen, ==, n);
    }
  close_log (log);
  assay_log_free (reader);
}

static void
test_write_byte_by_byte (void)
{
  AssayLogError error = { "" };
  AssayLogKind end = ASSAY_LOG_END;
  g_autofree char *bytes = NULL;
  g_autoptr (GPtrArray) whole = NULL, seen = g_ptr_array_new_with_free_func (g_free);
  AssayLogReader *reader = NULL;
  AssayLogFrame frame;
  FILE *file = NULL;
  gsize size = 0;

  write_example (path);
  whole = read_all (path, &end, NULL);
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  file = fopen (path, "w");
  reader = assay_log_open (path, &error);
  g_assert_nonnull (reader);
  for (gsize i = 0; i < size; i++)
    {
      fputc (bytes[i], file);
      fflush (file);
      end = assay_log_next (reader, &frame, &error);
      g_assert_cmpint (end, !=, ASSAY_LOG_DAMAGED);
      if (end != ASSAY_LOG_END)
        g_ptr_array_add (seen, describe_frame (&frame));
    }
  fclose (file);
  assay_log_free (reader);
  g_assert_cmpuint (seen->len, ==, whole->len);
  g_assert_true (is_beginning (seen, whole));
}

static void
test_resume (void)
{
  static const char *const expected[] = { "series 0 return|arm=a split=train",
                                          "series 1 loss|",
                                          "observations 0 0:0 1:0.5 2:1",
                                          "observations 1 0:0 1:-1 2:-2",
                                          "event progress {\"fraction\":0.5}",
                                          "observations 1 3:-3",
                                          "event checkpoint {\"file\":\"checkpoints/1\"}",
                                          "series 2 new|",
                                          "observations 1 9:9",
                                          "observations 2 0:1",
                                          NULL };
  AssayLogError error = { "" };
  AssayLogReader *reader = NULL;
  AssayLogWriter *log = NULL;
  AssayLogFrame frame;
  uint64_t end = 0;

  write_example (path);
  reader = assay_log_open (path, &error);
  while (assay_log_next (reader, &frame, &error) != ASSAY_LOG_END)
    if (frame.kind == ASSAY_LOG_EVENT && g_str_equal (frame.name, "checkpoint"))
      end = frame.end;
  assay_log_free (reader);
  log = assay_log_resume (path, end, &error);
  g_assert_nonnull (log);
  g_assert_cmpuint (file_size (), ==, end);
  g_assert_cmpuint (assay_log_series (log, "loss", NULL), ==, 1);
  g_assert_cmpuint (assay_log_series (log, "new", NULL), ==, 2);
  assay_log_observe (log, 1, 9, 9);
  assay_log_observe (log, 2, 0, 1);
  close_log (log);
  assert_frames (expected);
}

static void
test_resume_elsewhere (void)
{
  AssayLogError error = { "" };
  guint64 size = 0, resumed = 0;

  write_example (path);
  size = file_size ();
  for (guint64 at = 0; at <= size + 1; at++)
    {
      AssayLogWriter *log = NULL;

      write_example (path);
      log = assay_log_resume (path, at, &error);
      if (log == NULL)
        {
          g_assert_nonnull (strstr (error.text, "no frame ends"));
          g_assert_cmpuint (file_size (), ==, size);
          continue;
        }
      resumed++;
      close_log (log);
    }
  /* The file's header and its nine frames. */
  g_assert_cmpuint (resumed, ==, 10);
}

static void
test_resume_missing (void)
{
  AssayLogError error = { "" };

  g_unlink (path);
  g_assert_null (assay_log_resume (path, 16, &error));
  g_assert_nonnull (strstr (error.text, path));
}

static void
test_create_replaces (void)
{
  AssayLogError error = { "" };
  AssayLogReader *reader = NULL;
  AssayLogFrame frame;
  guint n = 0;

  write_example (path);
  reader = assay_log_open (path, &error);
  close_log (create ());
  while (assay_log_next (reader, &frame, &error) != ASSAY_LOG_END)
    n++;
  g_assert_cmpuint (n, ==, 9);
  assay_log_free (reader);
  assert_frames ((const char *const[]){ NULL });
}

static void
test_create_follows_no_link (void)
{
  g_autofree char *target = g_build_filename (folder, "target", NULL), *text = NULL;

  g_unlink (path);
  g_assert_true (g_file_set_contents (target, "kept", 4, NULL));
  g_assert_cmpint (symlink (target, path), ==, 0);
  close_log (create ());
  g_assert_true (g_file_get_contents (target, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "kept");
  g_unlink (target);
}

static void
test_size_per_observation (void)
{
  AssayLogWriter *log = create ();
  uint32_t series[4];

  for (guint i = 0; i < 4; i++)
    series[i] = assay_log_series (log, "m", (const char *[]){ "a", "b", "c", "d" }[i]);
  for (guint i = 0; i < 100000; i++)
    assay_log_observe (log, series[i % 4], i, i);
  close_log (log);
  g_assert_cmpuint (file_size (), <=, 32 * 100000);
}

static void
test_crc (void)
{
  guint8 bytes[300], zeros[32] = { 0 }, ones[32];

  g_assert_cmphex (assay_crc32c (0, "123456789", 9), ==, 0xe3069283);
  g_assert_cmphex (assay_crc32c (0, zeros, 32), ==, 0x8a9136aa); /* RFC 3720, B.4 */
  memset (ones, 0xff, 32);
  g_assert_cmphex (assay_crc32c (0, ones, 32), ==, 0x62a8ab43);
  for (guint i = 0; i < sizeof bytes; i++)
    bytes[i] = (guint8) (i * i * 7 + i);
  for (guint from = 0; from < 9; from++)
    for (guint n = 0; n < 280; n++)
      {
        uint32_t crc = assay_crc32c (5, bytes + from, n);

        g_assert_cmphex (crc, ==, assay_crc32c_portable (5, bytes + from, n));
        g_assert_cmphex (
            crc, ==,
            assay_crc32c (assay_crc32c (5, bytes + from, n / 3), bytes + from + n / 3, n - n / 3));
      }
}

int
main (int argc, char **argv)
{
  int result = 0;

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  folder = g_dir_make_tmp ("assay-log-XXXXXX", NULL);
  path = g_build_filename (folder, "metrics.alog", NULL);
  g_test_add_func ("/log/what-is-written-is-read-in-order", test_round_trip);
  g_test_add_func ("/log/every-number-keeps-its-bits", test_numbers);
  g_test_add_func ("/log/the-bytes-are-those-of-the-format", test_bytes);
  g_test_add_func ("/log/the-same-words-give-the-same-series", test_series_numbers);
  g_test_add_func ("/log/ten-thousand-series-and-no-more", test_many_series);
  g_test_add_func ("/log/words-have-a-limit", test_long_words);
  g_test_add_func ("/log/events-have-a-limit", test_large_events);
  g_test_add_func ("/log/a-series-that-does-not-exist-is-an-error", test_unknown_series);
  g_test_add_func ("/log/an-old-observation-reaches-the-file-with-the-next", test_age);
  g_test_add_func ("/log/a-growing-log-is-followed", test_growing);
  g_test_add_func ("/log/a-log-that-comes-byte-by-byte-is-followed", test_write_byte_by_byte);
  g_test_add_func ("/log/resuming-cuts-and-keeps-the-numbers", test_resume);
  g_test_add_func ("/log/resuming-is-refused-but-at-the-end-of-a-frame", test_resume_elsewhere);
  g_test_add_func ("/log/a-missing-log-cannot-be-resumed", test_resume_missing);
  g_test_add_func ("/log/a-reader-keeps-the-log-that-is-replaced", test_create_replaces);
  g_test_add_func ("/log/a-link-is-replaced-not-followed", test_create_follows_no_link);
  g_test_add_func ("/log/an-observation-takes-at-most-32-bytes", test_size_per_observation);
  g_test_add_func ("/log/crc32c-gives-the-published-checks-both-ways", test_crc);
  result = g_test_run ();
  g_unlink (path);
  g_rmdir (folder);
  g_free (path);
  g_free (folder);
  return result;
}

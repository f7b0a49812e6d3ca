/* SPDX-License-Identifier: Apache-2.0
 *
 * Torn, flipped, hostile logs and failing disks: what is read is always the beginning of
 * what was written.
 */
#include "log-util.h"

#include <sys/stat.h>
#include <unistd.h>

static char *folder, *path, *bytes;
static gsize size;
static GPtrArray *whole;

static void
put (const void *data, gsize n)
{
  FILE *file = fopen (path, "we");

  g_assert_cmpuint (fwrite (data, 1, n, file), ==, n);
  fclose (file);
}

static void
test_torn_anywhere (void)
{
  guint longest = 0;

  for (gsize n = 0; n <= size; n++)
    {
      AssayLogKind end = ASSAY_LOG_DAMAGED;
      g_autoptr (GPtrArray) lines = NULL;

      put (bytes, n);
      lines = read_all (path, &end, NULL);
      g_assert_cmpint (end, ==, ASSAY_LOG_END);
      g_assert_true (is_beginning (lines, whole));
      g_assert_cmpuint (lines->len, >=, longest);
      longest = lines->len;
    }
  g_assert_cmpuint (longest, ==, whole->len);
}

static void
test_torn_count (void)
{
  AssayLogError error = { "" };
  AssayLogReader *reader = NULL;
  AssayLogFrame frame;

  put (bytes, size - 5);
  reader = assay_log_open (path, &error);
  while (assay_log_next (reader, &frame, &error) != ASSAY_LOG_END)
    continue;
  g_assert_cmpuint (assay_log_torn (reader), ==, size - 5 - assay_log_offset (reader));
  g_assert_cmpuint (assay_log_torn (reader), >, 0);
  assay_log_free (reader);
}

static void
test_bit_flips (void)
{
  guint damaged = 0;

  for (gsize bit = 0; bit < 8 * size; bit++)
    {
      AssayLogError error = { "" };
      AssayLogKind end = ASSAY_LOG_END;
      g_autoptr (GPtrArray) lines = NULL;

      bytes[bit / 8] ^= (char) (1 << bit % 8);
      put (bytes, size);
      bytes[bit / 8] ^= (char) (1 << bit % 8);
      lines = read_all (path, &end, &error);
      g_assert_true (is_beginning (lines, whole));
      g_assert_cmpuint (lines->len, <, whole->len);
      if (end == ASSAY_LOG_DAMAGED)
        {
          g_assert_nonnull (strstr (error.text, path));
          damaged++;
        }
    }
  /* All but sizes that now reach beyond the end. */
  g_assert_cmpuint (damaged, >, 8 * size * 8 / 10);
}

static void
test_damage_stays (void)
{
  AssayLogError error = { "" };
  AssayLogReader *reader = NULL;
  AssayLogFrame frame;
  g_autofree char *place = NULL;

  bytes[70] ^= 1;
  put (bytes, size);
  bytes[70] ^= 1;
  reader = assay_log_open (path, &error);
  while (assay_log_next (reader, &frame, &error) != ASSAY_LOG_DAMAGED)
    g_assert_cmpint (frame.kind, !=, ASSAY_LOG_END);
  place = g_strdup_printf ("damaged at byte %" G_GUINT64_FORMAT, frame.offset);
  g_assert_nonnull (strstr (error.text, place));
  g_assert_cmpuint (assay_log_offset (reader), ==, frame.offset);
  g_assert_cmpint (assay_log_next (reader, &frame, &error), ==, ASSAY_LOG_DAMAGED);
  assay_log_free (reader);
}

static void
test_zeros (void)
{
  AssayLogKind end = ASSAY_LOG_DAMAGED;
  g_autofree char *longer = g_malloc0 (size + 70000);
  g_autoptr (GPtrArray) tail = NULL, middle = NULL;

  memcpy (longer, bytes, size);
  put (longer, size + 70000);
  tail = read_all (path, &end, NULL);
  g_assert_cmpint (end, ==, ASSAY_LOG_END);
  g_assert_cmpuint (tail->len, ==, whole->len);
  longer[size + 69999] = 1;
  put (longer, size + 70000);
  middle = read_all (path, &end, NULL);
  g_assert_cmpint (end, ==, ASSAY_LOG_DAMAGED);
  g_assert_cmpuint (middle->len, ==, whole->len);
}

static void
assert_refused (const char *why)
{
  AssayLogError error = { "" };

  g_assert_null (assay_log_open (path, &error));
  g_assert_nonnull (strstr (error.text, path));
  g_assert_nonnull (strstr (error.text, why));
}

static void
test_newer_format (void)
{
  char header[16];

  memcpy (header, bytes, 16);
  log_put (header + 8, ASSAY_LOG_FORMAT + 1);
  log_put (header + 12, assay_crc32c (0, header, 12));
  put (header, 16);
  assert_refused ("newer");
  g_assert_null (assay_log_resume (path, 16, &(AssayLogError){ "" }));
}

static void
test_not_a_log (void)
{
  put ("{\"format\": 1}", 13);
  assert_refused ("not a run log");
  put ("x", 1);
  assert_refused ("not a run log");
  g_unlink (path);
  assert_refused ("No such file");
  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  assert_refused ("not a file");
  g_rmdir (path);
  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  assert_refused ("not a file");
  g_unlink (path);
}

/* Reads a log of one hostile frame behind a good series. */
static void
assert_hostile (uint32_t kind, const void *body, uint32_t n, const char *why)
{
  g_autoptr (GByteArray) log = g_byte_array_new ();
  static const char series[] = "\0\0\0\0metric\0";
  const struct
  {
    uint32_t kind, n;
    const void *body;
  } frames[] = { { LOG_SERIES, sizeof series, series }, { kind, n, body } };
  AssayLogError error = { "" };
  AssayLogKind end = ASSAY_LOG_END;
  g_autoptr (GPtrArray) lines = NULL;

  g_byte_array_append (log, (const guint8 *) bytes, 16);
  for (guint i = 0; i < 2; i++)
    {
      guint at = log->len;

      g_byte_array_set_size (log, at + LOG_FRAME_HEADER + frames[i].n);
      log_put (log->data + at, frames[i].n);
      log_put (log->data + at + 4, frames[i].kind);
      memcpy (log->data + at + LOG_FRAME_HEADER, frames[i].body, frames[i].n);
      log_put (log->data + at + 8, log_frame_crc (log->data + at, frames[i].n));
    }
  put (log->data, log->len);
  lines = read_all (path, &end, &error);
  g_assert_cmpuint (lines->len, ==, 1);
  g_assert_cmpint (end, ==, ASSAY_LOG_DAMAGED);
  g_assert_nonnull (strstr (error.text, why));
}

static void
test_hostile_frames (void)
{
  assert_hostile (LOG_SERIES, "\0\0\0\0again\0", 11, "out of order");
  assert_hostile (LOG_SERIES, "\2\0\0\0skipped\0", 13, "out of order");
  assert_hostile (LOG_SERIES, "\1\0\0", 3, "without metric and labels");
  assert_hostile (LOG_SERIES, "\1\0\0\0no-end", 10, "without metric and labels");
  assert_hostile (LOG_SERIES, "\1\0\0\0a\0b\0c\0", 10, "without metric and labels");
  assert_hostile (LOG_OBSERVATIONS, "\1\0\0\0aaaaaaaabbbbbbbb", 20, "does not exist");
  assert_hostile (LOG_OBSERVATIONS, "\377\377\377\377aaaaaaaabbbbbbbb", 20, "does not exist");
  assert_hostile (LOG_OBSERVATIONS, "\0\0\0\0", 4, "wrong size");
  assert_hostile (LOG_OBSERVATIONS, "\0\0\0\0aaaaaaaa", 12, "wrong size");
  assert_hostile (LOG_OBSERVATIONS, "", 0, "wrong size");
  assert_hostile (LOG_EVENT, "", 0, "without kind and text");
  assert_hostile (LOG_EVENT, "kind", 5, "without kind and text");
  assert_hostile (LOG_EVENT, "kind\0text", 9, "without kind and text");
  assert_hostile (LOG_EVENT, "a\0b\0c", 6, "without kind and text");
  assert_hostile (0, "", 0, "unknown kind");
  assert_hostile (99, "x", 1, "unknown kind");
}

static void
test_large_frame (void)
{
  gsize n = LOG_MAX_BODY + 100;
  g_autofree char *log = g_malloc0 (n);
  AssayLogError error = { "" };
  AssayLogKind end = ASSAY_LOG_END;
  g_autoptr (GPtrArray) lines = NULL;

  memcpy (log, bytes, 16);
  log_put (log + 16, LOG_MAX_BODY + 1);
  put (log, n);
  lines = read_all (path, &end, &error);
  g_assert_cmpint (end, ==, ASSAY_LOG_DAMAGED);
  g_assert_nonnull (strstr (error.text, "16 MiB"));
}

static void
test_cut_while_read (void)
{
  AssayLogError error = { "" };
  AssayLogReader *reader = NULL;
  AssayLogFrame frame;

  put (bytes, size);
  reader = assay_log_open (path, &error);
  while (assay_log_next (reader, &frame, &error) != ASSAY_LOG_END)
    continue;
  g_assert_cmpint (truncate (path, 40), ==, 0);
  g_assert_cmpint (assay_log_next (reader, &frame, &error), ==, ASSAY_LOG_DAMAGED);
  g_assert_nonnull (strstr (error.text, "cut"));
  assay_log_free (reader);
}

#ifdef ASSAY_FAULT_INJECTION

static void
fail_until_pass (const char *how)
{
  guint n = 1;

  for (gboolean ok = FALSE; !ok; n++)
    {
      g_autofree char *spec = g_strdup_printf ("write:%u%s", n, how);
      AssayLogKind end = ASSAY_LOG_DAMAGED;
      g_autoptr (GPtrArray) lines = NULL;

      g_unlink (path);
      assay_file_fault (spec);
      ok = write_example (path);
      assay_file_fault (NULL);
      lines = read_all (path, &end, NULL);
      g_assert_true (is_beginning (lines, whole));
      if (!g_file_test (path, G_FILE_TEST_EXISTS))
        continue;
      g_assert_cmpint (end, ==, ASSAY_LOG_END);
      g_assert_cmpint (ok, ==, lines->len == whole->len);
    }
  g_assert_cmpuint (n, >, 3);
}

static void
test_write_fails (void)
{
  fail_until_pass ("");
  fail_until_pass (":short");
  fail_until_pass ("+");
}

static void
test_failure_is_sticky (void)
{
  AssayLogError error = { "" };
  AssayLogWriter *log = assay_log_create (path, &error);
  uint32_t series = assay_log_series (log, "m", NULL);
  guint64 before = assay_log_size (log);

  g_assert_true (assay_log_flush (log, FALSE));
  before = assay_log_size (log);
  assay_log_observe (log, series, 0, 0);
  assay_file_fault ("write:1");
  g_assert_false (assay_log_flush (log, FALSE));
  assay_file_fault (NULL);
  g_assert_nonnull (strstr (assay_log_error (log), "No space left"));
  g_assert_false (assay_log_observe (log, series, 1, 1));
  g_assert_false (assay_log_event (log, "e", "{}"));
  g_assert_cmpuint (assay_log_series (log, "n", NULL), ==, UINT32_MAX);
  g_assert_false (assay_log_flush (log, TRUE));
  g_assert_false (assay_log_close (log, &error));
  g_assert_nonnull (strstr (error.text, "No space left"));
  {
    GStatBuf st;

    g_assert_cmpint (g_stat (path, &st), ==, 0);
    g_assert_cmpuint ((guint64) st.st_size, ==, before);
  }
}

static void
test_sync_fails (void)
{
  AssayLogError error = { "" };
  AssayLogWriter *log = assay_log_create (path, &error);

  assay_file_fault ("fsync:1");
  g_assert_false (assay_log_flush (log, TRUE));
  assay_file_fault (NULL);
  g_assert_nonnull (strstr (assay_log_error (log), "could not keep"));
  g_assert_false (assay_log_close (log, &error));
}

#endif

int
main (int argc, char **argv)
{
  AssayLogKind end = ASSAY_LOG_DAMAGED;
  int result = 0;

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  folder = g_dir_make_tmp ("assay-log-XXXXXX", NULL);
  path = g_build_filename (folder, "metrics.alog", NULL);
  g_assert_true (write_example (path));
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  whole = read_all (path, &end, NULL);
  g_test_add_func ("/log/torn-at-any-byte-reads-as-its-whole-frames", test_torn_anywhere);
  g_test_add_func ("/log/the-torn-tail-is-counted", test_torn_count);
  g_test_add_func ("/log/any-flipped-bit-is-noticed", test_bit_flips);
  g_test_add_func ("/log/damage-is-placed-and-stays", test_damage_stays);
  g_test_add_func ("/log/a-tail-of-zeros-reads-as-torn", test_zeros);
  g_test_add_func ("/log/a-newer-format-is-refused", test_newer_format);
  g_test_add_func ("/log/what-is-no-log-is-refused", test_not_a_log);
  g_test_add_func ("/log/hostile-frames-are-refused-with-a-reason", test_hostile_frames);
  g_test_add_func ("/log/a-frame-of-more-than-16-mib-is-refused", test_large_frame);
  g_test_add_func ("/log/a-log-cut-under-its-reader-is-noticed", test_cut_while_read);
#ifdef ASSAY_FAULT_INJECTION
  g_test_add_func ("/log/any-failing-write-leaves-a-whole-beginning", test_write_fails);
  g_test_add_func ("/log/a-failed-writer-says-so-and-writes-no-more", test_failure_is_sticky);
  g_test_add_func ("/log/a-failing-fsync-is-reported", test_sync_fails);
#endif
  result = g_test_run ();
  g_ptr_array_unref (whole);
  g_unlink (path);
  g_rmdir (folder);
  g_free (bytes);
  g_free (path);
  g_free (folder);
  return result;
}

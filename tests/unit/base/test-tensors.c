/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file/file.h"
#include "base/tensors/tensors.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <sys/stat.h>

static char *folder, *path;

static const double numbers[6] = { 1, 2, 3, 4, 5, NAN };
static const guint8 small[3] = { 7, 8, 9 };
static const AssayTensorView views[] = {
  { .name = "small", .type = ASSAY_U8, .n_dims = 1, .shape = { 3 }, .data = small, .bytes = 3 },
  { .name = "values",
    .type = ASSAY_F64,
    .n_dims = 2,
    .shape = { 2, 3 },
    .data = numbers,
    .bytes = 48 },
  { .name = "nothing", .type = ASSAY_F32, .n_dims = 2, .shape = { 0, 4 } },
  { .name = "one \"\\\n\xc3\xa9", .type = ASSAY_U16, .n_dims = 0, .data = small, .bytes = 2 }
};
static const AssayTensorsEntry metadata[]
    = { { "axes", "arm split" }, { "axis.arm", "[\"a\\\\b\",\"\xc3\xa9\\n\"]\n\t\x01" } };

static AssayTensors *
open_file (void)
{
  AssayTensorsError error = { "" };
  AssayTensors *file = assay_tensors_open (path, &error);

  g_assert_cmpstr (error.text, ==, "");
  g_assert_nonnull (file);
  return file;
}

static void
write_file (const AssayTensorView *tensors, guint n, const AssayTensorsEntry *entries,
            guint n_entries)
{
  AssayTensorsError error = { "" };

  g_assert_true (assay_tensors_write (path, tensors, n, entries, n_entries, &error));
  g_assert_cmpstr (error.text, ==, "");
}

static void
test_round_trip (void)
{
  AssayTensors *file = NULL;

  write_file (views, G_N_ELEMENTS (views), metadata, G_N_ELEMENTS (metadata));
  file = open_file ();
  g_assert_cmpuint (assay_tensors_n (file), ==, G_N_ELEMENTS (views));
  for (guint i = 0; i < G_N_ELEMENTS (views); i++)
    {
      const AssayTensorView *view = assay_tensors_find (file, views[i].name);
      gsize element = assay_type_size (views[i].type);

      g_assert_true (view == assay_tensors_at (file, i));
      g_assert_cmpuint (view->type, ==, views[i].type);
      g_assert_cmpmem (view->shape, 8 * view->n_dims, views[i].shape, 8 * views[i].n_dims);
      g_assert_cmpmem (view->data, view->bytes, views[i].data, views[i].bytes);
      g_assert_cmpuint ((guintptr) view->data % element, ==, 0);
    }
  g_assert_null (assay_tensors_at (file, G_N_ELEMENTS (views)));
  g_assert_null (assay_tensors_find (file, "other"));
  g_assert_cmpstr (assay_tensors_metadata (file, "axes"), ==, metadata[0].value);
  g_assert_cmpstr (assay_tensors_metadata (file, "axis.arm"), ==, metadata[1].value);
  g_assert_null (assay_tensors_metadata (file, "other"));
  assay_tensors_free (file);
}

static void
test_bytes (void)
{
  static const char header[]
      = "{\"__metadata__\":{\"axes\":\"arm split\"},"
        "\"small\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]},"
        "\"values\":{\"dtype\":\"F64\",\"shape\":[2,3],\"data_offsets\":[3,51]}}";
  gsize length = (strlen (header) + 7) / 8 * 8, size = 0;
  g_autofree char *bytes = NULL;

  write_file (views, 2, metadata, 1);
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  g_assert_cmpuint (size, ==, 8 + length + 51);
  for (guint i = 0; i < 8; i++)
    g_assert_cmphex ((guint8) bytes[i], ==, length >> (8 * i) & 255);
  g_assert_cmpmem (bytes + 8, strlen (header), header, strlen (header));
  for (gsize i = strlen (header); i < length; i++)
    g_assert_cmpint (bytes[8 + i], ==, ' ');
  g_assert_cmpmem (bytes + 8 + length, 3, small, 3);
  g_assert_cmpmem (bytes + 8 + length + 3, 48, numbers, 48);
}

static void
test_equal_bytes (void)
{
  g_autofree char *first = NULL, *second = NULL;
  gsize n_first = 0, n_second = 0;

  write_file (views, 4, metadata, 2);
  g_assert_true (g_file_get_contents (path, &first, &n_first, NULL));
  g_unlink (path);
  write_file (views, 4, metadata, 2);
  g_assert_true (g_file_get_contents (path, &second, &n_second, NULL));
  g_assert_cmpmem (first, n_first, second, n_second);
}

static void
test_empty (void)
{
  AssayTensors *file = NULL;

  write_file (NULL, 0, NULL, 0);
  file = open_file ();
  g_assert_cmpuint (assay_tensors_n (file), ==, 0);
  assay_tensors_free (file);
}

/* ---- Files of others -------------------------------------------------------------- */

static void
put (const char *header, gsize length, gsize n_data)
{
  g_autofree guint8 *bytes = g_malloc0 (8 + strlen (header) + n_data);
  FILE *file = fopen (path, "we");
  gsize n = 8 + strlen (header) + n_data;

  for (guint i = 0; i < 8; i++)
    bytes[i] = (guint8) ((guint64) length >> (8 * i));
  memcpy (bytes + 8, header, strlen (header));
  g_assert_cmpuint (fwrite (bytes, 1, n, file), ==, n);
  fclose (file);
}

static void
test_written_by_others (void)
{
  /* Blanks, fields in any order, an unknown field, a type we do not compute with. */
  static const char header[]
      = "{ \"b\" : {\"shape\": [2 ,1], \"x\": {\"y\": [1, \"]\\\"}\", null]}, "
        "\"data_offsets\":[4,8],"
        " \"dtype\":\"BF16\"},\n\t\"\\u0061\\ud83d\\ude00\":{\"dtype\":\"I32\",\"shape\":[],"
        "\"data_offsets\":[0,4]}}   ";
  AssayTensors *file = NULL;

  put (header, strlen (header), 8);
  file = open_file ();
  g_assert_cmpuint (assay_tensors_find (file, "b")->type, ==, UINT32_MAX);
  g_assert_cmpuint (assay_tensors_find (file, "b")->bytes, ==, 4);
  g_assert_cmpuint (assay_tensors_find (file, "a\xf0\x9f\x98\x80")->type, ==, ASSAY_I32);
  assay_tensors_free (file);
}

static void
assert_refused (const char *header, gsize length, gsize n_data, const char *why)
{
  AssayTensorsError error = { "" };

  put (header, length, n_data);
  g_assert_null (assay_tensors_open (path, &error));
  g_assert_nonnull (strstr (error.text, path));
  if (strstr (error.text, why) == NULL)
    g_error ("%s: %s, not: %s", header, error.text, why);
}

#define U8(name, shape, from, to)                                                                  \
  "\"" name "\":{\"dtype\":\"U8\",\"shape\":[" shape "],\"data_offsets\":[" from "," to "]}"

static void
test_hostile (void)
{
  static const struct
  {
    const char *header;
    gsize n_data;
    const char *why;
  } rows[] = {
    { "{" U8 ("a", "2", "0", "2") "," U8 ("b", "2", "1", "3") "}", 3, "overlaps" },
    { "{" U8 ("a", "2", "0", "2") "," U8 ("b", "2", "0", "2") "}", 2, "overlaps" },
    { "{" U8 ("a", "2", "0", "2") "," U8 ("b", "2", "3", "5") "}", 5, "gap" },
    { "{" U8 ("a", "2", "0", "2") "}", 3, "belong to no tensor" },
    { "{}", 1, "belong to no tensor" },
    { "{" U8 ("a", "2", "0", "2") "}", 1, "outside" },
    { "{" U8 ("a", "2", "2", "0") "}", 2, "outside" },
    { "{" U8 ("a", "2", "0", "18446744073709551615") "}", 2, "outside" },
    { "{" U8 ("a", "2", "0", "18446744073709551616") "}", 2, "too large" },
    { "{" U8 ("a", "3", "0", "2") "}", 2, "not its shape" },
    { "{" U8 ("a", "4294967296,4294967296", "0", "0") "}", 0, "too large" },
    { "{" U8 ("a", "1,1,1,1,1,1,1,1,1", "0", "1") "}", 1, "more than 8 dimensions" },
    { "{" U8 ("a", "NaN", "0", "1") "}", 1, "whole number" },
    { "{" U8 ("a", "-1", "0", "1") "}", 1, "whole number" },
    { "{" U8 ("a", "1.0", "0", "1") "}", 1, "whole number" },
    { "{" U8 ("a", "1e0", "0", "1") "}", 1, "whole number" },
    { "{" U8 ("a", "01", "0", "1") "}", 1, "leading zeros" },
    { "{" U8 ("a", "1", "0", "1") "," U8 ("a", "1", "1", "2") "}", 2, "twice" },
    { "{\"__metadata__\":{},\"__metadata__\":{}}", 0, "twice" },
    { "{\"__metadata__\":{\"a\":1}}", 0, "is missing" },
    { "{\"__metadata__\":[]}", 0, "is missing" },
    { "{\"a\":{\"dtype\":\"U8\",\"shape\":[1]}}", 1, "lacks data_offsets" },
    { "{\"a\":{\"dtype\":\"U8\",\"data_offsets\":[0,1]}}", 1, "lacks shape" },
    { "{\"a\":{\"shape\":[1],\"data_offsets\":[0,1]}}", 1, "lacks dtype" },
    { "{\"a\":{}}", 0, "lacks dtype" },
    { "{\"a\":{\"dtype\":\"U9\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1, "unknown type \"U9\"" },
    { "{\"a\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,7]}}", 7, "not its shape" },
    { "{\"a\":{\"dtype\":8}}", 0, "is missing" },
    { "{\"a\":{\"x\":[}}", 0, "do not match" },
    { "{\"a\":{\"x\":\"", 0, "without end" },
    { "{\"a", 0, "without end" },
    { "{\"\\x\":{}}", 0, "unknown escape" },
    { "{\"\\u12g4\":{}}", 0, "hexadecimal" },
    { "{\"\\u0000\":{}}", 0, "no text may hold" },
    { "{\"\\ud800\":{}}", 0, "no text may hold" },
    { "{\"\\udc00\\ud800\":{}}", 0, "no text may hold" },
    { "{\"\xff\":{}}", 0, "not UTF-8" },
    { "{\"\xc0\x80\":{}}", 0, "not UTF-8" },
    { "{\"\xed\xa0\x80\":{}}", 0, "not UTF-8" },
    { "{\"a\nb\":{}}", 0, "control character" },
    { "{} x", 0, "follows the header" },
    { " {}", 0, "does not begin with {" },
    { "[]", 0, "does not begin with {" },
    { "", 0, "does not begin with {" },
    { "{", 0, "is missing" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    assert_refused (rows[i].header, strlen (rows[i].header), rows[i].n_data, rows[i].why);
}

static void
test_hostile_length (void)
{
  g_autofree char *header = g_strnfill (200, ' ');

  header[0] = '{';
  header[1] = '}';
  assert_refused ("{}", 3, 0, "longer than the file");
  assert_refused ("{}", G_MAXSIZE, 0, "longer than the file");
  assert_refused ("{}", G_MAXSIZE - 7, 0, "longer than the file");
  put (header, 200, 0);
  assay_tensors_free (open_file ());
}

static void
test_deep (void)
{
  g_autofree char *brackets = g_strnfill (100000, '[');
  g_autofree char *header = g_strdup_printf ("{\"a\":{\"x\":%s", brackets);

  assert_refused (header, strlen (header), 0, "too deep");
}

static void
test_cut_anywhere (void)
{
  g_autofree char *bytes = NULL;
  gsize size = 0;

  write_file (views, 4, metadata, 2);
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  for (gsize n = 0; n < size; n++)
    {
      AssayTensorsError error = { "" };
      FILE *file = fopen (path, "we");

      g_assert_cmpuint (fwrite (bytes, 1, n, file), ==, n);
      fclose (file);
      g_assert_null (assay_tensors_open (path, &error));
      g_assert_nonnull (strstr (error.text, path));
    }
}

static void
test_not_a_file (void)
{
  AssayTensorsError error = { "" };

  g_unlink (path);
  g_assert_null (assay_tensors_open (path, &error));
  g_assert_nonnull (strstr (error.text, "No such file"));
  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  g_assert_null (assay_tensors_open (path, &error));
  g_assert_nonnull (strstr (error.text, "not a file"));
  g_unlink (path);
  g_assert_null (assay_tensors_open (folder, &error));
  g_assert_nonnull (strstr (error.text, "not a file"));
}

/* ---- Refused writes ---------------------------------------------------------------- */

static void
assert_not_written (AssayTensorView view, const char *why)
{
  AssayTensorsError error = { "" };

  g_unlink (path);
  g_assert_false (assay_tensors_write (path, &view, 1, NULL, 0, &error));
  g_assert_nonnull (strstr (error.text, why));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_refused_writes (void)
{
  AssayTensorView view = views[1];

  view.bytes = 47;
  assert_not_written (view, "not its shape");
  view = views[1];
  view.shape[0] = view.shape[1] = (guint64) 1 << 40;
  assert_not_written (view, "too large");
  view = views[1];
  view.type = UINT32_MAX;
  assert_not_written (view, "no type");
  view = views[1];
  view.n_dims = ASSAY_TENSOR_MAX_DIMS + 1;
  assert_not_written (view, "too many dimensions");
}

#ifdef ASSAY_FAULT_INJECTION
static void
test_write_fails (void)
{
  guint n = 1;

  for (gboolean ok = FALSE; !ok; n++)
    {
      g_autofree char *spec = g_strdup_printf ("write:%u", n);
      AssayTensorsError error = { "" };
      AssayTensors *file = NULL;

      write_file (views, 1, NULL, 0);
      assay_file_fault (spec);
      ok = assay_tensors_write (path, views, 4, NULL, 0, &error);
      assay_file_fault (NULL);
      if (!ok)
        g_assert_nonnull (strstr (error.text, "No space left"));
      file = open_file ();
      g_assert_cmpuint (assay_tensors_n (file), ==, ok ? 4 : 1);
      assay_tensors_free (file);
    }
  g_assert_cmpuint (n, >, 4);
}
#endif

int
main (int argc, char **argv)
{
  int result = 0;

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  folder = g_dir_make_tmp ("assay-tensors-XXXXXX", NULL);
  path = g_build_filename (folder, "values.safetensors", NULL);
  g_test_add_func ("/tensors/what-is-written-is-read-and-aligned", test_round_trip);
  g_test_add_func ("/tensors/the-bytes-are-those-of-the-format", test_bytes);
  g_test_add_func ("/tensors/equal-content-gives-equal-bytes", test_equal_bytes);
  g_test_add_func ("/tensors/no-tensor-at-all-is-a-file-too", test_empty);
  g_test_add_func ("/tensors/files-of-others-are-read", test_written_by_others);
  g_test_add_func ("/tensors/hostile-headers-are-refused-with-a-reason", test_hostile);
  g_test_add_func ("/tensors/hostile-lengths-are-refused", test_hostile_length);
  g_test_add_func ("/tensors/deep-nesting-is-refused", test_deep);
  g_test_add_func ("/tensors/a-file-cut-anywhere-is-refused", test_cut_anywhere);
  g_test_add_func ("/tensors/what-is-no-file-is-refused", test_not_a_file);
  g_test_add_func ("/tensors/wrong-views-are-not-written", test_refused_writes);
#ifdef ASSAY_FAULT_INJECTION
  g_test_add_func ("/tensors/the-old-file-stands-when-any-write-fails", test_write_fails);
#endif
  result = g_test_run ();
  g_unlink (path);
  g_rmdir (folder);
  g_free (path);
  g_free (folder);
  return result;
}

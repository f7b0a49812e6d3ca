/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include "host/store/export.h"
#include "host/store/tar.h"
#include <gio/gio.h>
#include <unistd.h>

static char *
exported (AssayWorkspace *workspace, const char *const *ids, AssayExportFormat format,
          const char *where, gsize *size)
{
  g_autoptr (GOutputStream) out = g_memory_output_stream_new_resizable ();
  g_autoptr (AssayFilter) filter = assay_filter_parse (where, NULL);
  g_autoptr (GError) error = NULL;

  assay_export (workspace, ids, format, filter, out, &error);
  g_assert_no_error (error);
  if (size != NULL)
    *size = g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (out));
  g_output_stream_write_all (out, "", 1, NULL, NULL, NULL);
  g_output_stream_close (out, NULL, NULL);
  return g_memory_output_stream_steal_data (G_MEMORY_OUTPUT_STREAM (out));
}

/* Two runs with every kind of character in what they hold. */
static AssayWorkspace *
odd_workspace (void)
{
  AssayWorkspace *workspace = fixture_workspace ();
  AssayLogWriter *log;

  fixture_run (workspace,
               &(FixtureRun){ .id = "a1",
                              .study = "sums",
                              .plan = "20260101-000000-abcdef",
                              .parameters
                              = "{\"name\":\"a,\\\"b\\\"\\r\\nc = 'd'\",\"rate\":0.1,\"on\":true}",
                              .seed = 3 });
  log = fixture_log (workspace, "a1");
  fixture_series (log, "loss", "split=tr\xc3\xa4in", .5, 3, (double[]){ 1e-3, NAN, -INFINITY });
  fixture_array (workspace, log, "a1", "score", "arm=x", (const char *[]){ "prompt", NULL },
                 (const char *[]){ "[\"=1+1\",\"two words, \\\"q\\\"\"]", NULL }, (guint64[]){ 2 },
                 (double[]){ 1, NAN });
  fixture_close (log);
  fixture_run (workspace, &(FixtureRun){ .id = "b1", .parameters = "{\"depth\":5}", .seed = 1 });
  log = fixture_log (workspace, "b1");
  fixture_array (workspace, log, "b1", "loss", "", (const char *[]){ "step", NULL },
                 (const char *[]){ "[7,8]", NULL }, (guint64[]){ 2 }, (double[]){ 4, 5 });
  fixture_close (log);
  return workspace;
}

static const char *const both[] = { "a1", "b1", NULL };

static void
test_csv (void)
{
  AssayWorkspace *workspace = odd_workspace ();
  g_autofree char *text = exported (workspace, both, ASSAY_EXPORT_CSV, NULL, NULL);
#define A1 "a1,sums,3,,\"a,\"\"b\"\"\r\nc = 'd'\",true,0.1,"

  g_assert_cmpstr (text, ==,
                   "run,study,seed,parameters.depth,parameters.name,parameters.on,parameters.rate,"
                   "metric,labels,step,value\r\n" A1 "loss,split=tr\xc3\xa4in,0,0.001\r\n" A1
                   "loss,split=tr\xc3\xa4in,0.5,\r\n" A1 "loss,split=tr\xc3\xa4in,1,-inf\r\n" A1
                   "score,\"arm=x prompt=\"\"=1+1\"\"\",,1\r\n" A1
                   "score,\"arm=x prompt=\"\"two words, \\\"\"q\\\"\"\"\"\",,\r\n"
                   "b1,sums,1,5,,,,loss,,7,4\r\nb1,sums,1,5,,,,loss,,8,5\r\n");
  fixture_free (workspace);
}

static void
test_jsonl (void)
{
  AssayWorkspace *workspace = odd_workspace ();
  g_autofree char *text = exported (workspace, both, ASSAY_EXPORT_JSONL, NULL, NULL);
#define P                                                                                          \
  "\"parameters\":{\"name\":\"a,\\\"b\\\"\\r\\nc = "                                               \
  "'d'\",\"on\":true,\"rate\":0.1},\"run\":\"a1\",\"seed\":3,"

  g_assert_cmpstr (
      text, ==,
      "{\"labels\":{\"split\":\"tr\xc3\xa4in\"},\"metric\":\"loss\"," P
      "\"step\":0,\"study\":\"sums\",\"value\":0.001}\n"
      "{\"labels\":{\"split\":\"tr\xc3\xa4in\"},\"metric\":\"loss\"," P
      "\"step\":0.5,\"study\":\"sums\",\"value\":null}\n"
      "{\"labels\":{\"split\":\"tr\xc3\xa4in\"},\"metric\":\"loss\"," P
      "\"step\":1,\"study\":\"sums\",\"value\":null}\n"
      "{\"labels\":{\"arm\":\"x\",\"prompt\":\"=1+1\"},\"metric\":\"score\"," P
      "\"step\":null,\"study\":\"sums\",\"value\":1}\n"
      "{\"labels\":{\"arm\":\"x\",\"prompt\":\"two words, \\\"q\\\"\"},\"metric\":\"score\"," P
      "\"step\":null,\"study\":\"sums\",\"value\":null}\n"
      "{\"labels\":{},\"metric\":\"loss\",\"parameters\":{\"depth\":5},\"run\":\"b1\",\"seed\":1,"
      "\"step\":7,\"study\":\"sums\",\"value\":4}\n"
      "{\"labels\":{},\"metric\":\"loss\",\"parameters\":{\"depth\":5},\"run\":\"b1\",\"seed\":1,"
      "\"step\":8,\"study\":\"sums\",\"value\":5}\n");
  fixture_free (workspace);
}

static guint
count_lines (const char *text)
{
  guint n = 0;

  for (; (text = strchr (text, '\n')); text++)
    n++;
  return n;
}

static void
test_filtered (void)
{
  static const struct
  {
    const char *where;
    guint lines;
  } cases[] = {
    { "metric=loss", 5 }, { "prompt~words", 1 },    { "step>=1 step<8", 2 },
    { "depth=5", 2 },     { "run=a1 arm=x", 2 },    { "value>0.5", 3 },
    { "split!=x", 7 },    { "rate=0.1 seed=3", 5 }, { "study=sums on=true", 5 },
    { "none=1", 0 },
  };
  AssayWorkspace *workspace = odd_workspace ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = exported (workspace, both, ASSAY_EXPORT_JSONL, cases[i].where, NULL);

      g_assert_cmpuint (count_lines (text), ==, cases[i].lines);
    }
  fixture_free (workspace);
}

static void
test_json (void)
{
  AssayWorkspace *workspace = odd_workspace ();
  g_autofree char *text = exported (workspace, both, ASSAY_EXPORT_JSON, NULL, NULL);
  g_autoptr (JsonNode) node = assay_json_parse (text, -1, "export", NULL);
  JsonObject *first;

  g_assert_nonnull (node);
  g_assert_cmpuint (json_array_get_length (json_node_get_array (node)), ==, 2);
  first = json_array_get_object_element (json_node_get_array (node), 0);
  g_assert_cmpstr (assay_json_text (first, "id", NULL), ==, "a1");
  g_assert_cmpuint (json_array_get_length (assay_json_array (first, "metrics")), ==, 1);
  fixture_free (workspace);
}

static void
test_formats (void)
{
  g_autoptr (GError) error = NULL;
  AssayExportFormat format;

  g_assert_true (assay_export_format ("bundle", &format, NULL) && format == ASSAY_EXPORT_BUNDLE);
  g_assert_false (assay_export_format ("xml", &format, &error));
  g_assert_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE);
}

/* ---- Bundles ---- */

/* Unpacks with the system's tar, which knows the format better than we do. */
static char *
unpack (const char *bundle, gsize size)
{
  g_autofree char *folder = g_dir_make_tmp ("bundle-XXXXXX", NULL);
  g_autofree char *file = g_build_filename (folder, "b.tar.gz", NULL);
  int status = -1;

  g_assert_true (g_file_set_contents (file, bundle, (gssize) size, NULL));
  g_assert_true (g_spawn_sync (NULL, (char *[]){ "tar", "-xzf", file, "-C", folder, NULL }, NULL,
                               G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, NULL));
  g_assert_cmpint (status, ==, 0);
  return g_steal_pointer (&folder);
}

static void
test_bundle (void)
{
  AssayWorkspace *workspace = odd_workspace ();
  g_autofree char *plan = fixture_path (workspace, "plans", "20260101-000000-abcdef.json", NULL);
  g_autofree char *link = fixture_path (workspace, "runs", "a1", "artifacts");
  g_autofree char *secret = g_build_filename (link, "secret", NULL);
  g_autofree char *odd = g_build_filename (link, "gr\xc3\xa4ph 1.json", NULL);
  g_autofree char *deep_name = g_strnfill (120, 'n');
  g_autofree char *deep = g_build_filename (link, deep_name, deep_name, NULL);
  g_autofree char *lock = fixture_path (workspace, "runs", "a1", "lock");
  g_autofree char *log = fixture_path (workspace, "runs", "a1", "metrics.alog");
  g_autofree char *bundle = NULL, *again = NULL, *folder = NULL, *text = NULL, *log_text = NULL;
  gsize size, again_size, log_size;

  fixture_write (plan, "{\"format\":1,\"command\":\"assay run sums --set 'a=b c'\",\"runs\":[]}");
  fixture_write (odd, "{}");
  fixture_write (deep, "deep");
  fixture_write (lock, "");
  g_assert_cmpint (symlink ("/etc/passwd", secret), ==, 0);
  bundle = exported (workspace, both, ASSAY_EXPORT_BUNDLE, NULL, &size);
  again = exported (workspace, both, ASSAY_EXPORT_BUNDLE, NULL, &again_size);
  g_assert_cmpmem (bundle, size, again, again_size);
  folder = unpack (bundle, size);
  {
    g_autofree char *path = g_build_filename (folder, "assay-bundle", NULL);
    AssayWorkspace *unpacked = assay_workspace_open (path, FALSE, NULL);
    g_autoptr (AssayRunDir) run = assay_run_dir_open (unpacked, "b1", NULL);

    g_assert_nonnull (run); /* the bundle is a workspace */
    assay_workspace_free (unpacked);
  }
  {
    g_autofree char *readme = g_build_filename (folder, "assay-bundle", "README.txt", NULL);

    g_assert_true (g_file_get_contents (readme, &text, NULL, NULL));
    g_assert_nonnull (strstr (text, "assay run sums --set 'a=b c'\n"));
    g_assert_nonnull (
        strstr (text, "assay run sums --set 'name=a,\"b\"\r\nc = '\\''d'\\''' --set on=true "
                      "--set rate=0.1 --seeds 3..3\n"));
    g_assert_nonnull (strstr (text, "assay run sums --set depth=5 --seeds 1..1\n"));
    g_assert_nonnull (strstr (text, "runs/a1/artifacts/secret"));
  }
  for (const char **name
       = (const char *[]){ "run.json", "status.json", "metrics.alog", "arrays/score.safetensors",
                           "artifacts/gr\xc3\xa4ph 1.json", NULL };
       *name != NULL; name++)
    {
      g_autofree char *path = g_build_filename (folder, "assay-bundle", "runs", "a1", *name, NULL);

      g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
    }
  for (const char **name = (const char *[]){ "lock", "artifacts/secret", NULL }; *name; name++)
    {
      g_autofree char *path = g_build_filename (folder, "assay-bundle", "runs", "a1", *name, NULL);

      g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
    }
  {
    g_autofree char *unpacked
        = g_build_filename (folder, "assay-bundle/runs/a1/artifacts", deep_name, deep_name, NULL);
    g_autofree char *found = NULL;

    g_assert_true (g_file_get_contents (unpacked, &found, NULL, NULL));
    g_assert_cmpstr (found, ==, "deep");
  }
  g_assert_true (g_file_get_contents (log, &log_text, &log_size, NULL));
  {
    g_autofree char *path = g_build_filename (folder, "assay-bundle/runs/a1/metrics.alog", NULL);
    g_autofree char *found = NULL;
    gsize found_size;

    g_assert_true (g_file_get_contents (path, &found, &found_size, NULL));
    g_assert_cmpmem (found, found_size, log_text, log_size);
  }
  fixture_delete (folder);
  fixture_free (workspace);
}

/* Names whose pax record gains a digit by counting itself. */
static void
test_long_names (void)
{
  g_autoptr (GOutputStream) out = g_memory_output_stream_new_resizable ();
  g_autoptr (GConverter) gzip
      = G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 1));
  g_autoptr (GOutputStream) packed = g_converter_output_stream_new (out, gzip);
  g_autofree char *folder = NULL;

  for (guint n = 80; n <= 110; n++)
    {
      g_autofree char *tail = g_strnfill (n, 'x'), *name = g_strconcat ("d/", tail, NULL);

      g_assert_true (assay_tar_add (packed, name, name, strlen (name), NULL));
    }
  g_assert_true (assay_tar_end (packed, NULL));
  g_output_stream_close (packed, NULL, NULL);
  folder = unpack (g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (out)),
                   g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (out)));
  for (guint n = 80; n <= 110; n++)
    {
      g_autofree char *tail = g_strnfill (n, 'x'),
                      *path = g_build_filename (folder, "d", tail, NULL);
      g_autofree char *text = NULL, *name = g_strconcat ("d/", tail, NULL);

      g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
      g_assert_cmpstr (text, ==, name);
    }
  fixture_delete (folder);
}

/* ---- Files ---- */

static void
test_file_appears_whole (void)
{
  AssayWorkspace *workspace = odd_workspace ();
  g_autofree char *folder = g_dir_make_tmp ("export-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "out.csv", NULL);
  g_autofree char *log = fixture_path (workspace, "runs", "b1", "metrics.alog");
  g_autofree char *old = NULL, *expected = exported (workspace, both, ASSAY_EXPORT_CSV, NULL, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = NULL;

  g_assert_true (assay_export_file (workspace, both, ASSAY_EXPORT_CSV, NULL, path, &error));
  g_assert_true (g_file_get_contents (path, &old, NULL, NULL));
  g_assert_cmpstr (old, ==, expected);
  g_clear_pointer (&old, g_free);
  /* The second run is damaged: the old file stands, and nothing lies beside it. */
  g_assert_true (g_file_set_contents (log, "no log at all", -1, NULL));
  g_assert_false (assay_export_file (workspace, both, ASSAY_EXPORT_CSV, NULL, path, &error));
  g_assert_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED);
  g_assert_true (g_file_get_contents (path, &old, NULL, NULL));
  g_assert_cmpstr (old, ==, expected);
  dir = g_dir_open (folder, 0, NULL);
  g_assert_cmpstr (g_dir_read_name (dir), ==, "out.csv");
  g_assert_null (g_dir_read_name (dir));
  g_clear_error (&error);
  g_assert_false (
      assay_export_file (workspace, both, ASSAY_EXPORT_JSON, NULL, "/nowhere/at/all", &error));
  g_assert_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED);
  fixture_delete (folder);
  fixture_free (workspace);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/export/csv-quotes-what-must-be", test_csv);
  g_test_add_func ("/export/json-lines", test_jsonl);
  g_test_add_func ("/export/cells-are-filtered", test_filtered);
  g_test_add_func ("/export/json-of-runs", test_json);
  g_test_add_func ("/export/names-of-formats", test_formats);
  g_test_add_func ("/export/bundle-is-whole-and-the-same-twice", test_bundle);
  g_test_add_func ("/export/tar-of-long-names", test_long_names);
  g_test_add_func ("/export/a-file-appears-whole-or-not", test_file_appears_whole);
  return g_test_run ();
}

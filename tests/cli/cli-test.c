/* SPDX-License-Identifier: Apache-2.0
 *
 * The command line as a user has it: the built program, a fresh workspace, the template study.
 */
#include "../children.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>

typedef struct
{
  char *folder, *workspace;
} Fixture;

typedef struct
{
  int code;
  char *out, *err;
} Result;

static void
result_clear (Result *result)
{
  g_free (result->out);
  g_free (result->err);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Result, result_clear)

/* Runs `assay WORDS` in the fixture's workspace. */
static Result
assay (Fixture *fixture, const char *words)
{
  g_autoptr (GSubprocessLauncher) launcher
      = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autoptr (GError) error = NULL;
  g_autofree char *line = g_strdup_printf ("%s %s", g_getenv ("ASSAY_PROGRAM"), words);
  g_auto (GStrv) argv = NULL;
  g_autoptr (GSubprocess) process = NULL;
  Result result = { 0 };

  g_subprocess_launcher_setenv (launcher, "ASSAY_WORKSPACE", fixture->workspace, TRUE);
  g_assert_true (g_shell_parse_argv (line, NULL, &argv, &error));
  process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv, &error);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, NULL, NULL, &result.out, &result.err, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (process));
  result.code = g_subprocess_get_exit_status (process);
  return result;
}

static JsonNode *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  JsonNode *node = json_from_string (text, &error);

  g_assert_no_error (error);
  g_assert_nonnull (node);
  return node;
}

static JsonNode *
assay_json (Fixture *fixture, const char *words)
{
  g_auto (Result) result = assay (fixture, words);

  if (result.code != 0)
    g_test_message ("%s: %s", words, result.err);
  g_assert_cmpint (result.code, ==, 0);
  return parse (result.out);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("assay-cli-XXXXXX", NULL);
  fixture->workspace = g_build_filename (fixture->folder, "workspace", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autofree char *command = g_strdup_printf ("rm -rf '%s'", fixture->folder);

  g_assert_cmpint (system (command), ==, 0);
  g_free (fixture->workspace);
  g_free (fixture->folder);
}

/* Runs the template's golden preset and returns the id of its first run. */
static char *
golden_run (Fixture *fixture)
{
  g_autoptr (JsonNode) ran = assay_json (fixture, "run template --preset golden --seeds 3 --json");
  g_autoptr (JsonNode) runs = assay_json (fixture, "runs --json");
  JsonArray *array = json_node_get_array (runs);

  g_assert_cmpint (json_array_get_length (array), >, 0);
  return g_strdup (json_object_get_string_member (json_array_get_object_element (array, 0), "id"));
}

/* ---- the face ---- */

static void
test_help (Fixture *fixture, gconstpointer data)
{
  g_auto (Result) result = assay (fixture, "--help");
  g_auto (GStrv) lines = g_strsplit (result.out, "\n", -1);
  guint verbs = 0;

  g_assert_cmpint (result.code, ==, 0);
  for (char **line = lines; *line != NULL; line++)
    if (g_str_has_prefix (*line, "  ") && g_ascii_isalpha ((*line)[2]))
      {
        g_autofree char *verb = g_strndup (*line + 2, strcspn (*line + 2, " "));
        g_autofree char *words = g_strconcat (verb, " --help", NULL);
        g_autofree char *man = g_strconcat ("--print-man ", verb, NULL);
        g_autofree char *usage = g_strconcat ("assay ", verb, NULL);
        g_auto (Result) help = assay (fixture, words);
        g_auto (Result) page = assay (fixture, man);

        g_assert_cmpint (help.code, ==, 0);
        g_assert_nonnull (strstr (help.out, usage));
        g_assert_nonnull (strstr (help.out, "Example:"));
        g_assert_true (g_str_has_prefix (page.out, ".TH ASSAY"));
        verbs++;
      }
  g_assert_cmpuint (verbs, >=, 20);
}

static void
test_exit_codes (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *words, *says;
    int code;
  } cases[] = {
    { "", "usage", 2 },
    { "frobnicate", "no verb", 2 },
    { "ru template", "did you mean", 2 },
    { "run", "it takes", 2 },
    { "run template --nonsense", "nonsense", 2 },
    { "run template --set no-such=1", "no-such", 2 },
    { "run template --seeds banana", "banana", 2 },
    { "run template --time-limit soon", "soon", 2 },
    { "run template --executor slurm", "slurm", 2 },
    { "run no-such-study", "no-such-study", 3 },
    { "show 0000", "0000", 3 },
    { "inspect no-such-study", "no-such-study", 3 },
    { "plot template --figure none", "", 3 },
    { "plot template --with colour=agent", "hide-color", 2 },
    { "runs 'status='", "", 2 },
    { "export x --format pictures", "pictures", 2 },
    { "plugin frob", "plugin", 2 },
  };
  g_autofree char *id = golden_run (fixture);

  g_assert_nonnull (id);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Result) result = assay (fixture, cases[i].words);

      if (result.code != cases[i].code
          || !strstr (*result.err ? result.err : result.out, cases[i].says))
        g_test_message ("assay %s: %d, %s", cases[i].words, result.code, result.err);
      g_assert_cmpint (result.code, ==, cases[i].code);
      g_assert_nonnull (strstr (*result.err ? result.err : result.out, cases[i].says));
      g_assert_null (strstr (result.err, "CRITICAL"));
    }
}

static void
test_completion (Fixture *fixture, gconstpointer data)
{
  g_auto (Result) verbs = assay (fixture, "--complete cla");
  g_auto (Result) studies = assay (fixture, "--complete claims templ");
  g_auto (Result) presets = assay (fixture, "--complete run template --preset ''");
  g_auto (Result) options = assay (fixture, "--complete run --see");
  g_auto (Result) values = assay (fixture, "--complete run --executor ''");
  g_auto (Result) number = assay (fixture, "--complete run -j ''");
  g_auto (Result) words = assay (fixture, "--complete plugin ''");

  g_assert_cmpstr (verbs.out, ==, "claims\n");
  g_assert_cmpstr (studies.out, ==, "template\n");
  g_assert_cmpstr (presets.out, ==, "quick\n"); /* `golden` is hidden */
  g_assert_cmpstr (options.out, ==, "--seeds\n");
  g_assert_cmpstr (values.out, ==, "local\ninline\n");
  g_assert_cmpstr (number.out, ==, "");
  g_assert_cmpstr (words.out, ==, "check\nlist\n");
}

/* ---- from plugin to verdict ---- */

static void
test_studies (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonNode) studies = assay_json (fixture, "studies --json");
  g_auto (Result) inspect = assay (fixture, "inspect template");
  gboolean found = FALSE;

  for (guint i = 0; i < json_array_get_length (json_node_get_array (studies)); i++)
    {
      JsonObject *study = json_array_get_object_element (json_node_get_array (studies), i);

      found |= g_strcmp0 (json_object_get_string_member (study, "id"), "template") == 0;
    }
  g_assert_true (found);
  g_assert_cmpint (inspect.code, ==, 0);
  g_assert_nonnull (strstr (inspect.out, "rule:"));
}

static void
test_run_to_verdict (Fixture *fixture, gconstpointer data)
{
  static const char *const members[] = { "id",     "statement", "source",  "rule", "paper",
                                         "effect", "ci_low",    "ci_high", "n",    "verdict" };
  g_autoptr (JsonNode) ran = assay_json (fixture, "run template --preset quick --json");
  g_autoptr (JsonNode) claims = assay_json (fixture, "claims template --json");
  JsonObject *result = json_node_get_object (ran);
  JsonArray *array = json_node_get_array (claims);

  g_assert_cmpint (json_object_get_int_member (result, "done"), ==,
                   json_object_get_int_member (result, "runs"));
  g_assert_cmpint (json_array_get_length (array), >, 0);
  for (guint i = 0; i < json_array_get_length (array); i++)
    for (guint m = 0; m < G_N_ELEMENTS (members); m++)
      g_assert_true (json_object_has_member (json_array_get_object_element (array, i), members[m]));
  g_assert_cmpstr (
      json_object_get_string_member (json_array_get_object_element (array, 0), "verdict"), !=,
      "not run");
}

static void
test_claims_before_any_run (Fixture *fixture, gconstpointer data)
{
  g_autofree char *made = g_build_filename (fixture->workspace, "workspace.json", NULL);
  g_autoptr (JsonNode) ran = assay_json (fixture, "run template --preset golden --json");
  g_auto (Result) gone = assay (fixture, "rm x");
  g_auto (Result) other = assay (fixture, "claims template --preset quick --json");
  g_autoptr (JsonNode) claims = NULL;

  g_assert_cmpint (gone.code, ==, 3);
  g_assert_true (g_file_test (made, G_FILE_TEST_EXISTS));
  g_assert_cmpint (other.code, ==, 0);
  claims = parse (other.out);
  g_assert_cmpstr (json_object_get_string_member (
                       json_array_get_object_element (json_node_get_array (claims), 0), "verdict"),
                   ==, "not run");
}

static void
test_dry_run_writes_nothing (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonNode) plan = assay_json (fixture, "run template --dry-run --seeds 2 --json");
  g_autofree char *runs = g_build_filename (fixture->workspace, "runs", NULL);

  g_assert_cmpint (json_array_get_length (json_node_get_array (plan)), >=, 2);
  g_assert_false (g_file_test (runs, G_FILE_TEST_EXISTS));
}

static void
test_runs_json (Fixture *fixture, gconstpointer data)
{
  static const char *const members[]
      = { "id", "study", "preset", "seed", "status", "parameters", "started", "finished" };
  g_autofree char *id = golden_run (fixture);
  g_autoptr (JsonNode) runs = assay_json (fixture, "runs 'status=done and seed=1' --json");
  g_autoptr (JsonNode) none = assay_json (fixture, "runs status=failed --json");
  JsonArray *array = json_node_get_array (runs);

  g_assert_cmpint (json_array_get_length (array), >, 0);
  g_assert_cmpint (json_array_get_length (json_node_get_array (none)), ==, 0);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *run = json_array_get_object_element (array, i);

      for (guint m = 0; m < G_N_ELEMENTS (members); m++)
        g_assert_true (json_object_has_member (run, members[m]));
      g_assert_cmpint (json_object_get_int_member (run, "seed"), ==, 1);
    }
}

static void
test_show_cat_diff (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = golden_run (fixture);
  g_autofree char *show = g_strdup_printf ("show %.10s --json", id);
  g_autofree char *cat = g_strdup_printf ("cat %s", id);
  g_autofree char *diff = g_strdup_printf ("diff %s %s --json", id, id);
  g_autoptr (JsonNode) shown = assay_json (fixture, show);
  g_autoptr (JsonNode) same = assay_json (fixture, diff);
  g_auto (Result) lines = assay (fixture, cat);
  g_auto (GStrv) split = g_strsplit (g_strchomp (lines.out), "\n", -1);

  g_assert_cmpstr (json_object_get_string_member (json_node_get_object (shown), "id"), ==, id);
  g_assert_cmpint (json_object_get_size (
                       json_object_get_object_member (json_node_get_object (same), "parameters")),
                   ==, 0);
  g_assert_cmpuint (g_strv_length (split), >, 1);
  for (char **line = split; *line != NULL; line++)
    json_node_unref (parse (*line));
}

static void
test_tags (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = golden_run (fixture);
  g_autofree char *tag = g_strdup_printf ("tag %s paper old --star --note 'a \"b\" <c>'", id);
  g_autofree char *untag = g_strdup_printf ("tag %s -- -old", id);
  g_auto (Result) first = assay (fixture, tag), second = assay (fixture, untag);
  g_autoptr (JsonNode) starred = assay_json (fixture, "runs starred=true --json");
  JsonObject *run;

  g_assert_cmpint (first.code, ==, 0);
  g_assert_cmpint (second.code, ==, 0);
  g_assert_cmpint (json_array_get_length (json_node_get_array (starred)), ==, 1);
  run = json_array_get_object_element (json_node_get_array (starred), 0);
  g_assert_cmpstr (json_object_get_string_member (run, "note"), ==, "a \"b\" <c>");
  g_assert_cmpint (json_array_get_length (json_object_get_array_member (run, "tags")), ==, 1);
}

static void
test_rm_and_gc (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = golden_run (fixture);
  g_autofree char *rm = g_strdup_printf ("rm %s", id);
  g_autofree char *show = g_strdup_printf ("show %s", id);
  g_autofree char *trash = g_build_filename (fixture->workspace, "trash", id, NULL);
  g_auto (Result) removed = assay (fixture, rm), shown = assay (fixture, show);
  g_auto (Result) gone = { 0 };

  g_assert_cmpint (removed.code, ==, 0);
  g_assert_cmpint (shown.code, ==, 3);
  g_assert_true (g_file_test (trash, G_FILE_TEST_IS_DIR));
  gone = assay (fixture, "gc");
  g_assert_cmpint (gone.code, ==, 0);
  g_assert_false (g_file_test (trash, G_FILE_TEST_EXISTS));
}

static void
test_plot_report_export_verify (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = golden_run (fixture);
  g_autofree char *plot = g_strdup_printf (
      "plot template -o %s/p --format svg,png,pdf --with center=median", fixture->workspace);
  g_autofree char *report
      = g_strdup_printf ("report template -o %s/report.html", fixture->workspace);
  g_autofree char *html = g_strdup_printf ("%s/report.html", fixture->workspace);
  g_autofree char *verify = g_strdup_printf ("verify %s --json", id);
  g_autofree char *text = NULL;
  g_auto (Result) plotted = assay (fixture, plot), reported = assay (fixture, report);
  g_autoptr (JsonNode) verified = NULL;
  g_auto (GStrv) files = g_strsplit (g_strchomp (plotted.out), "\n", -1);

  g_assert_cmpint (plotted.code, ==, 0);
  g_assert_cmpuint (g_strv_length (files), >=, 3);
  for (char **file = files; *file != NULL; file++)
    g_assert_true (g_file_test (*file, G_FILE_TEST_EXISTS));
  g_assert_cmpint (reported.code, ==, 0);
  g_assert_true (g_file_get_contents (html, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, "<svg"));
  for (guint i = 0; i < 4; i++)
    {
      static const char *const formats[] = { "csv", "jsonl", "json", "bundle" };
      g_autofree char *export = g_strdup_printf ("export %s --format %s -o %s/x.%s", id, formats[i],
                                                 fixture->workspace, formats[i]);
      g_auto (Result) exported = assay (fixture, export);

      g_assert_cmpint (exported.code, ==, 0);
    }
  verified = assay_json (fixture, verify);
  g_assert_true (json_object_get_boolean_member (json_node_get_object (verified), "equal"));
}

/* The exact tier: figures of the deep agents have nothing to show. */
static void
test_plot_graph (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonNode) ran = assay_json (fixture, "run graph-backup --preset golden --json");
  g_autofree char *plot = g_strdup_printf ("plot graph-backup -o %s/p", fixture->folder);
  g_autofree char *plot_dot
      = g_strdup_printf ("plot graph-backup --figure transitions -o %s/only.dot", fixture->folder);
  g_autofree char *beside = g_strdup_printf ("%s/p/transitions.dot", fixture->folder);
  g_autofree char *only = g_strdup_printf ("%s/only.dot", fixture->folder);
  g_autofree char *empty = g_strdup_printf ("%s/p/deep-learning.svg", fixture->folder);
  g_autofree char *first = NULL, *second = NULL;
  g_auto (Result) all = assay (fixture, plot), one = assay (fixture, plot_dot);

  g_assert_cmpint (all.code, ==, 0);
  g_assert_cmpint (one.code, ==, 0);
  g_assert_nonnull (strstr (all.err, " deep-learning"));
  g_assert_false (g_file_test (empty, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_get_contents (beside, &first, NULL, NULL));
  g_assert_true (g_file_get_contents (only, &second, NULL, NULL));
  g_assert_true (g_str_has_prefix (first, "digraph \""));
  g_assert_cmpstr (first, ==, second);
}

static void
test_config_file (Fixture *fixture, gconstpointer data)
{
  g_autofree char *good = g_build_filename (fixture->folder, "good.json", NULL);
  g_autofree char *bad = g_build_filename (fixture->folder, "bad.json", NULL);
  g_autofree char *run_good = g_strdup_printf ("run %s --json", good);
  g_autofree char *run_bad = g_strdup_printf ("run %s", bad);
  g_auto (Result) refused = { 0 };
  g_autoptr (JsonNode) ran = NULL;

  g_file_set_contents (good, "{\"study\": \"template\", \"preset\": \"golden\", \"seeds\": 2}", -1,
                       NULL);
  g_file_set_contents (bad, "{\"study\": \"template\",\n \"preset\": }", -1, NULL);
  ran = assay_json (fixture, run_good);
  g_assert_cmpint (json_object_get_int_member (json_node_get_object (ran), "failed"), ==, 0);
  refused = assay (fixture, run_bad);
  g_assert_cmpint (refused.code, ==, 2);
  g_assert_nonnull (strstr (refused.err, "bad.json"));
}

static void
test_resume_recomputes_nothing (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonNode) first = assay_json (fixture, "run template --preset golden --json");
  g_autoptr (JsonNode) again = assay_json (fixture, "run template --preset golden --resume --json");
  JsonObject *result = json_node_get_object (again);

  g_assert_cmpint (json_object_get_int_member (result, "reused"), ==,
                   json_object_get_int_member (result, "runs"));
}

static void
test_doctor (Fixture *fixture, gconstpointer data)
{
  g_auto (Result) result = assay (fixture, "doctor --json");
  g_autoptr (JsonNode) node = parse (result.out);

  g_assert_cmpint (json_array_get_length (json_node_get_array (node)), >, 4);
  g_assert_cmpint (result.code, ==, 0);
}

#define TEST(name, function) g_test_add ("/cli/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  test_children_unwind_fast ();
  g_test_set_nonfatal_assertions ();
  TEST ("every-verb-has-help-an-example-and-a-man-page", test_help);
  TEST ("exit-codes-and-sentences-for-wrong-input", test_exit_codes);
  TEST ("completion-knows-verbs-studies-presets-and-options", test_completion);
  TEST ("studies-are-listed-and-rules-shown", test_studies);
  TEST ("a-study-runs-from-plugin-to-verdict", test_run_to_verdict);
  TEST ("claims-of-a-preset-that-never-ran-read-not-run", test_claims_before_any_run);
  TEST ("dry-run-writes-nothing", test_dry_run_writes_nothing);
  TEST ("runs-are-filtered-and-have-a-stable-schema", test_runs_json);
  TEST ("a-run-can-be-shown-printed-and-compared", test_show_cat_diff);
  TEST ("tags-stars-and-notes-are-kept", test_tags);
  TEST ("removed-runs-go-to-trash-and-gc-empties-it", test_rm_and_gc);
  TEST ("figures-report-exports-and-verify-work", test_plot_report_export_verify);
  TEST ("graphs-are-drawn-with-their-dot-and-empty-figures-left-out", test_plot_graph);
  TEST ("a-config-file-runs-and-a-broken-one-is-named", test_config_file);
  TEST ("resume-recomputes-no-finished-run", test_resume_recomputes_nothing);
  TEST ("doctor-finds-a-healthy-build", test_doctor);
  return g_test_run ();
}

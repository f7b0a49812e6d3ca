/* SPDX-License-Identifier: Apache-2.0 */
#include "engine.h"
#include "host/registry/json.h"

#include <glib/gstdio.h>
#include <string.h>

static void
check_value (const AssayStudyInfo *study, const char *id, const char *text, const char *canonical)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *value = assay_param_parse (assay_study_param (study, id), text, &error);

  g_assert_cmpstr (value, ==, canonical);
  if (!canonical)
    {
      g_assert_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE);
      g_assert_nonnull (strstr (error->message, id));
    }
}

static void
test_values (void)
{
  AssayPluginInfo *plugin = engine_scan ();
  const AssayStudyInfo *study = plugin->study;
  const struct
  {
    const char *id, *text, *canonical;
  } cases[] = {
    { "steps", "7", "7" },
    { "steps", "1e3", "1000" },
    { "steps", "+7", "7" },
    { "steps", "7.5", NULL },
    { "steps", "-1", NULL },
    { "steps", "1e10", NULL },
    { "steps", "0x10", NULL },
    { "steps", "", NULL },
    { "steps", "7 ", NULL },
    { "steps", "nan", NULL },
    { "rate", "0.10", "0.1" },
    { "rate", ".5", "0.5" },
    { "rate", "1e-7", "1e-7" },
    { "rate", "-0", "0" },
    { "rate", "1.5", NULL },
    { "rate", "inf", NULL },
    { "rate", "0,5", NULL },
    { "flag", "yes", "true" },
    { "flag", "0", "false" },
    { "flag", "perhaps", NULL },
    { "behaviour", "well", "well" },
    { "behaviour", "Well", NULL },
    { "note", "any, text = \"here\"", "any, text = \"here\"" },
    { "note", "\xff", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    check_value (study, cases[i].id, cases[i].text, cases[i].canonical);
  assay_plugin_info_free (plugin);
}

static void
test_errors_name_the_mend (void)
{
  AssayPluginInfo *plugin = engine_scan ();
  const char *const unknown[] = { "stepz", "3", NULL }, *const range[] = { "rate", "7", NULL },
                    *const choice[] = { "behaviour", "good", NULL };
  g_autoptr (GError) a = NULL, b = NULL, c = NULL;

  g_assert_null (assay_spec_new (plugin->study, unknown, 1, &a));
  g_assert_cmpstr (a->message, ==, "hostile has no parameter \"stepz\"; the nearest is \"steps\"");
  g_assert_null (assay_spec_new (plugin->study, range, 1, &b));
  g_assert_cmpstr (b->message, ==, "rate=7: rate must be a number from 0 to 1");
  g_assert_null (assay_spec_new (plugin->study, choice, 1, &c));
  g_assert_nonnull (strstr (c->message, "well, crash"));
  assay_plugin_info_free (plugin);
}

static void
test_key (void)
{
  AssayPluginInfo *plugin = engine_scan ();
  const char *const a[] = { "rate", "0.250", NULL }, *const b[] = { "rate", "2.5e-1", NULL },
                    *const c[] = { "rate", "0.3", NULL };
  g_autoptr (AssaySpec) x = assay_spec_new (plugin->study, a, 1, NULL);
  g_autoptr (AssaySpec) y = assay_spec_new (plugin->study, b, 1, NULL);
  g_autoptr (AssaySpec) z = assay_spec_new (plugin->study, c, 1, NULL);
  g_autoptr (AssaySpec) other = assay_spec_with_seed (x, 2, NULL);
  const char *text = "{\"files\":{},\"parameters\":{\"behaviour\":\"well\",\"flag\":false,"
                     "\"note\":\"\",\"rate\":0.25,\"steps\":20,\"threads\":1},\"seed\":1,"
                     "\"study\":\"hostile\"}";
  g_autofree char *key = assay_sha256 (text, strlen (text));

  g_assert_cmpstr (x->key, ==, key);
  g_assert_cmpstr (x->key, ==, y->key);
  g_assert_cmpstr (x->key, !=, z->key);
  g_assert_cmpstr (x->key, !=, other->key);
  assay_plugin_info_free (plugin);
}

static void
test_when (void)
{
  AssayPluginInfo *plugin = engine_scan ();
  const char *const slow[] = { "behaviour", "slow", "pause", "5", NULL };
  const char *const well[] = { "behaviour", "well", "pause", "5", NULL };
  const char *const fail[] = { "behaviour", "fail", "rate", "1", NULL };
  const char *const fail_low[] = { "behaviour", "fail", "rate", "0.2", NULL };
  g_autoptr (AssaySpec) x = assay_spec_new (plugin->study, slow, 1, NULL);
  g_autoptr (AssaySpec) y = assay_spec_new (plugin->study, well, 1, NULL);
  g_autoptr (AssaySpec) other = assay_spec_new (plugin->study, fail, 1, NULL);
  g_autoptr (AssaySpec) low = assay_spec_new (plugin->study, fail_low, 1, NULL);
  g_autoptr (AssaySpec) plain = assay_spec_new (plugin->study, NULL, 1, NULL);

  g_assert_cmpstr (assay_spec_value (x, "pause"), ==, "5");
  g_assert_null (assay_spec_value (y, "pause"));
  g_assert_null (assay_spec_value (y, "size"));
  g_assert_cmpstr (assay_spec_value (other, "size"), ==, "1");
  g_assert_null (assay_spec_value (low, "size"));
  g_assert_cmpstr (y->key, ==, plain->key);
  assay_plugin_info_free (plugin);
}

typedef struct
{
  const char *behaviour;
  int64_t steps, pause;
  double rate;
  bool flag;
  const char *note;
  int64_t size;
  const char *corpus;
  int64_t stage_number, threads;
} Params;

static void
test_fill (void)
{
  AssayPluginInfo *plugin = engine_scan ();
  const char *const settings[] = { "behaviour", "slow", "pause", "5",       "rate", "0.75", "flag",
                                   "true",      "note", "hi",    "threads", "3",    NULL };
  g_autoptr (AssaySpec) spec = assay_spec_new (plugin->study, settings, 1, NULL);
  g_autoptr (JsonObject) object = assay_spec_parameters (spec);
  g_autoptr (AssaySpec) again = assay_spec_from_json (plugin->study, object, 1, NULL);
  Params p;

  g_assert_cmpuint (plugin->study->params_size, ==, sizeof p);
  assay_spec_fill (again, &p, sizeof p);
  g_assert_cmpstr (p.behaviour, ==, "slow");
  g_assert_cmpint (p.pause, ==, 5);
  g_assert_cmpint (p.steps, ==, 20);
  g_assert_cmpfloat (p.rate, ==, 0.75);
  g_assert_true (p.flag);
  g_assert_cmpstr (p.note, ==, "hi");
  g_assert_cmpint (p.stage_number, ==, 1); /* does not apply: the default */
  g_assert_cmpuint (assay_spec_threads (spec), ==, 3);
  g_assert_cmpstr (spec->key, ==, again->key);
  assay_plugin_info_free (plugin);
}

static void
test_file_content (void)
{
  AssayPluginInfo *plugin = engine_scan ();
  g_autofree char *folder = g_dir_make_tmp ("assay-XXXXXX", NULL);
  g_autofree char *one = g_build_filename (folder, "one", NULL);
  g_autofree char *two = g_build_filename (folder, "two", NULL);
  const char *const a[] = { "corpus", one, NULL }, *const b[] = { "corpus", two, NULL };
  g_autoptr (GError) error = NULL;

  g_assert_null (assay_spec_new (plugin->study, a, 1, &error));
  g_assert_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE);
  g_file_set_contents (one, "same", -1, NULL);
  g_file_set_contents (two, "same", -1, NULL);
  {
    g_autoptr (AssaySpec) x = assay_spec_new (plugin->study, a, 1, NULL);
    g_autoptr (AssaySpec) y = assay_spec_new (plugin->study, b, 1, NULL);

    g_assert_cmpstr (x->key, ==, y->key);
    g_file_set_contents (two, "other", -1, NULL);
    {
      g_autoptr (AssaySpec) z = assay_spec_new (plugin->study, b, 1, NULL);

      g_assert_cmpstr (x->key, !=, z->key);
    }
  }
  g_unlink (one);
  g_unlink (two);
  g_rmdir (folder);
  assay_plugin_info_free (plugin);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/run/spec/values-have-one-canonical-text", test_values);
  g_test_add_func ("/run/spec/errors-name-the-mend", test_errors_name_the_mend);
  g_test_add_func ("/run/spec/key-is-the-hash-of-canonical-json", test_key);
  g_test_add_func ("/run/spec/what-does-not-apply-is-left-out", test_when);
  g_test_add_func ("/run/spec/fills-the-struct-of-the-study", test_fill);
  g_test_add_func ("/run/spec/files-count-by-content", test_file_content);
  return g_test_run ();
}

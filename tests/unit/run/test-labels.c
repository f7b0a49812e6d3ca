/* SPDX-License-Identifier: Apache-2.0 */
#include "engine.h"
#include "host/run/runner.h"

#include <string.h>

static void
check (const AssayStudyInfo *study, const char *const *dims, const char *labels,
       const char *expected, const char *says)
{
  g_autofree char *problem = NULL;
  g_autofree char *canonical = assay_labels_canonical (study, dims, labels, &problem);

  g_assert_cmpstr (canonical, ==, expected);
  g_assert_true ((canonical == NULL) == (problem != NULL));
  if (says && !strstr (problem, says))
    g_error ("\"%s\" lacks \"%s\"", problem, says);
}

static void
test_canonical (void)
{
  AssayPluginInfo *plugin = engine_scan ();
  const char *const dims[] = { "arm", "lambda", "step", NULL };

  check (plugin->study, dims, "lambda=0.50 arm=a", "arm=a lambda=0.5", NULL);
  check (plugin->study, dims, "  arm=b\tlambda=-1e1 ", "arm=b lambda=-10", NULL);
  check (plugin->study, dims, NULL, "", NULL);
  check (plugin->study, NULL, "input=a=b,c\"'<&\\;|$", "input=a=b,c\"'<&\\;|$", NULL);
  check (plugin->study, NULL, "input=\xc3\xa4\xe2\x82\xac", "input=\xc3\xa4\xe2\x82\xac", NULL);
  assay_plugin_info_free (plugin);
}

static void
test_refused (void)
{
  AssayPluginInfo *plugin = engine_scan ();
  const char *const dims[] = { "arm", "lambda", NULL };

  check (plugin->study, dims, "arm", NULL, "write dimension=value");
  check (plugin->study, dims, "arm=c", NULL, "one of a b");
  check (plugin->study, dims, "arm=", NULL, "no value");
  check (plugin->study, dims, "=a", NULL, "no dimension");
  check (plugin->study, dims, "lambda=much", NULL, "is a number");
  check (plugin->study, dims, "lambda=inf", NULL, "is a number");
  check (plugin->study, dims, "arm=a arm=a", NULL, "given twice");
  check (plugin->study, dims, "input=1", NULL, "not declared over input");
  check (plugin->study, dims, "colour=red", NULL, "no dimension \"colour\"");
  check (plugin->study, dims, "arm=\xff", NULL, "not UTF-8");
  check (plugin->study, NULL,
         "input=a\x01"
         "b",
         NULL, "control character");
  assay_plugin_info_free (plugin);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/run/labels/have-one-form", test_canonical);
  g_test_add_func ("/run/labels/wrong-ones-are-named", test_refused);
  return g_test_run ();
}

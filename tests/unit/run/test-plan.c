/* SPDX-License-Identifier: Apache-2.0 */
#include "engine.h"
#include "host/registry/json.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static void
check_sweep (const AssayStudyInfo *study, const char *id, const char *expression,
             const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) values = assay_sweep_values (assay_study_param (study, id), expression, &error);
  g_autofree char *text = values ? g_strjoinv (" ", values) : NULL;

  g_assert_cmpstr (text, ==, expected);
  if (!expected)
    g_assert_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE);
}

static void
test_sweeps (void)
{
  AssayPluginInfo *plugin = engine_scan ();
  const AssayStudyInfo *study = plugin->study;

  check_sweep (study, "rate", "0.5,0.25,0.50", "0.5 0.25");
  check_sweep (study, "rate", "lin(0..1,6)", "0 0.2 0.4 0.6 0.8 1");
  check_sweep (study, "rate", "lin(1..0,3)", "1 0.5 0");
  check_sweep (study, "rate", "log(1e-3..1,4)", "0.001 0.01 0.1 1");
  check_sweep (study, "rate", "log(1e-4..1e-3, 3)", "0.0001 0.000316227766017 0.001");
  check_sweep (study, "steps", "log(1..1000,4)", "1 10 100 1000");
  check_sweep (study, "steps", "lin(1..3,9)", "1 2 3");
  check_sweep (study, "flag", "true,false", "true false");
  check_sweep (study, "behaviour", "well,slow", "well slow");
  check_sweep (study, "note", "", "");
  check_sweep (study, "rate", "lin(0..1)", NULL);
  check_sweep (study, "rate", "lin(0..1,0)", NULL);
  check_sweep (study, "rate", "lin(0..1,1000000)", NULL);
  check_sweep (study, "rate", "log(0..1,3)", NULL);
  check_sweep (study, "rate", "lin(0..2,3)", NULL);
  check_sweep (study, "rate", "0.5,,0.6", NULL);
  check_sweep (study, "behaviour", "lin(0..1,3)", NULL);
  check_sweep (study, "rate", "uniform(0..1,3)", NULL);
  assay_plugin_info_free (plugin);
}

static void
test_random_sweeps (void)
{
  AssayPluginInfo *plugin = engine_scan ();
  const AssayParam *rate = assay_study_param (plugin->study, "rate");
  g_auto (GStrv) a = assay_sweep_values (rate, "loguniform(1e-4..1,200,7)", NULL);
  g_auto (GStrv) b = assay_sweep_values (rate, "loguniform(1e-4..1,200,7)", NULL);
  g_auto (GStrv) c = assay_sweep_values (rate, "loguniform(1e-4..1,200,8)", NULL);
  double sum = 0;

  g_assert_true (g_strv_equal ((const char *const *) a, (const char *const *) b));
  g_assert_false (g_strv_equal ((const char *const *) a, (const char *const *) c));
  g_assert_cmpuint (g_strv_length (a), ==, 200);
  for (guint i = 0; a[i]; i++)
    sum += log10 (g_ascii_strtod (a[i], NULL));
  g_assert_cmpfloat_with_epsilon (sum / 200, -2, 0.3); /* sd of the mean: 0.08 */
  assay_plugin_info_free (plugin);
}

static AssayPlan *
make (AssayPluginInfo *plugin, const char *preset, const char *set, const char *sweep,
      const char *seeds, GError **error)
{
  const char *const sets[] = { set, NULL }, *const sweeps[] = { sweep, NULL };
  const AssayPlanRequest request
      = { .preset = preset, .set = sets, .sweep = sweeps, .seeds = seeds };

  return assay_plan_new (plugin->study, &request, error);
}

static void
test_grids (void)
{
  AssayPluginInfo *plugin = engine_scan ();
  g_autoptr (AssayPlan) plan = make (plugin, "grid", NULL, NULL, NULL, NULL);
  const AssaySpec *first = plan->specs->pdata[0], *second = plan->specs->pdata[1],
                  *slow = plan->specs->pdata[6], *next = plan->specs->pdata[8];

  g_assert_cmpuint (plan->specs->len, ==, 16); /* (3 * 2 + 2) * 2 seeds */
  g_assert_cmpstr (assay_spec_value (first, "rate"), ==, "0");
  g_assert_cmpstr (assay_spec_value (first, "flag"), ==, "false");
  g_assert_cmpstr (assay_spec_value (second, "flag"), ==, "true");
  g_assert_cmpstr (assay_spec_value (slow, "pause"), ==, "1");
  g_assert_cmpuint (first->seed, ==, 1);
  g_assert_cmpuint (next->seed, ==, 2); /* the seed is the outermost */
  g_assert_cmpstr (assay_spec_value (next, "rate"), ==, "0");
  assay_plugin_info_free (plugin);
}

static void
test_set_and_sweep (void)
{
  AssayPluginInfo *plugin = engine_scan ();
  g_autoptr (AssayPlan) set = make (plugin, "grid", "rate=0.5", NULL, "1", NULL);
  g_autoptr (AssayPlan) sweep = make (plugin, "grid", NULL, "steps=5,6", "3..4", NULL);
  g_autoptr (AssayPlan) quick = make (plugin, NULL, NULL, NULL, NULL, NULL);

  g_assert_cmpuint (set->specs->len, ==, 4);    /* equal ones once: 2 flags + 2 pauses */
  g_assert_cmpuint (sweep->specs->len, ==, 32); /* 8 * 2 * 2 seeds */
  g_assert_cmpuint (((AssaySpec *) sweep->specs->pdata[0])->seed, ==, 3);
  g_assert_cmpstr (quick->preset, ==, "quick");
  g_assert_cmpuint (quick->specs->len, ==, 2);
  assay_plugin_info_free (plugin);
}

static void
test_errors (void)
{
  const struct
  {
    const char *preset, *set, *sweep, *seeds, *says;
  } cases[] = {
    { "quick", "stepz=5", NULL, NULL, "--set hostile has no parameter \"stepz\"" },
    { "quick", "rate=5", NULL, NULL, "--set rate=5: rate must be" },
    { "quick", "rate", NULL, NULL, "write parameter=value" },
    { "quick", NULL, "rate=0,5", NULL, "--sweep rate=5" },
    { "quick", "pause=5", NULL, NULL, "pause applies only when behaviour=slow" },
    { "quick", NULL, "steps=lin(1..100000,1000)", "200", "more than 100000 runs" },
    { "quick", NULL, "steps=lin(1..100000000,9000)", "99", "more than 100000 runs" },
    { "slow", NULL, NULL, NULL, "it has quick, grid" },
    { "quick", NULL, NULL, "0", "--seeds 0" },
    { "quick", NULL, NULL, "5..3", "--seeds 5..3" },
    { "quick", NULL, NULL, "1..2..3", "--seeds" },
    { "quick", NULL, NULL, "1..1000000000", "--seeds" },
    { "quick", NULL, NULL, "many", "--seeds many" },
  };
  AssayPluginInfo *plugin = engine_scan ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (AssayPlan) plan
          = make (plugin, cases[i].preset, cases[i].set, cases[i].sweep, cases[i].seeds, &error);

      g_assert_null (plan);
      g_assert_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE);
      if (!strstr (error->message, cases[i].says))
        g_error ("\"%s\" lacks \"%s\"", error->message, cases[i].says);
    }
  assay_plugin_info_free (plugin);
}

static void
test_saved (void)
{
  g_autoptr (Engine) engine = engine_new ();
  g_autoptr (AssayPlan) plan = engine_plan (engine, "rate=0.125 note=x", "3"), back = NULL;
  g_autoptr (GError) error = NULL;

  plan->runs[1] = g_strdup ("abc");
  g_assert_true (assay_plan_save (plan, engine->workspace, &error));
  back = assay_plan_open (engine->workspace, engine_registry (engine), plan->id, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (back->specs->len, ==, 3);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpstr (((AssaySpec *) back->specs->pdata[i])->key, ==,
                     ((AssaySpec *) plan->specs->pdata[i])->key);
  g_assert_cmpstr (back->runs[0], ==, NULL);
  g_assert_cmpstr (back->runs[1], ==, "abc");
  g_assert_cmpstr (back->identity, ==, plan->identity);
  g_assert_cmpstr (back->set[0], ==, "rate=0.125");
  g_assert_cmpstr (back->seeds, ==, "1..3");
  g_assert_null (assay_plan_open (engine->workspace, engine_registry (engine), "none", &error));
  g_assert_error (error, ASSAY_ERROR, ASSAY_ERROR_NOT_FOUND);
}

static void
test_requests (void)
{
  g_autoptr (Engine) engine = engine_new ();
  const char *good = "{\"study\": \"hostile\", \"preset\": \"quick\",\n \"set\": {\"flag\": true,"
                     "\"rate\": 0.5},\n \"sweep\": {\"steps\": [1, 2], \"note\": [\"a\"]}, "
                     "\"seeds\": \"2..4\"}";
  const struct
  {
    const char *text, *says;
  } bad[] = {
    { "{\"study\": \"hostile\",\n\"sets\": {}}", "plan.json:2: \"sets\" means nothing here" },
    { "{\"study\":\n\"hostil\"}", "hostile" },
    { "{}", "plan.json:1: \"study\" must name a study" },
    { "[1]", "a plan is an object" },
    { "{\"study\": \"hostile\",\n\n\"set\": {\"rate\": 7}}", "plan.json:3: rate=7" },
    { "{\"study\": \"hostile\",\n\"set\": {\n\"rat\": 7}}", "plan.json:3: hostile has no" },
    { "{\"study\": \"hostile\",\"set\": {\"rate\": [1]}}", "rate: a number" },
    { "{\"study\": \"hostile\",\"set\": []}", "\"set\" is an object" },
    { "{\"study\": \"hostile\",\n\"sweep\": {\"rate\": []}}",
      "plan.json:2: rate: the list is empty" },
    { "{\"study\": \"hostile\",\"sweep\": {\"note\": [\"a,b\"]}}", "comma" },
    { "{\"study\": \"hostile\",\"seeds\": {}}", "\"seeds\" is a number" },
    { "{\"study\": \"hostile\",\"seeds\": -4}", "--seeds -4" },
    { "{\"study\": \"hostile\"", "plan.json" },
    { "", "plan.json" },
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (AssayPlan) plan
      = assay_plan_from_request (engine_registry (engine), good, -1, "plan.json", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (plan->specs->len, ==, 6);
  g_assert_cmpstr (assay_spec_value (plan->specs->pdata[0], "flag"), ==, "true");
  g_assert_cmpstr (assay_spec_value (plan->specs->pdata[0], "note"), ==, "a");
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) problem = NULL;

      g_assert_null (
          assay_plan_from_request (engine->registry, bad[i].text, -1, "plan.json", &problem));
      if (!strstr (problem->message, bad[i].says))
        g_error ("\"%s\" lacks \"%s\"", problem->message, bad[i].says);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/run/plan/sweeps-list-their-values", test_sweeps);
  g_test_add_func ("/run/plan/random-sweeps-follow-their-seed", test_random_sweeps);
  g_test_add_func ("/run/plan/grids-are-per-line-seeds-outermost", test_grids);
  g_test_add_func ("/run/plan/set-overrides-and-sweep-multiplies-every-grid", test_set_and_sweep);
  g_test_add_func ("/run/plan/errors-name-place-and-mend", test_errors);
  g_test_add_func ("/run/plan/comes-back-from-its-file", test_saved);
  g_test_add_func ("/run/plan/requests-name-file-and-line", test_requests);
  return g_test_run ();
}

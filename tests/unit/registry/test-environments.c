/* SPDX-License-Identifier: Apache-2.0
 *
 * How environments describe themselves, and what is wrong with a description.
 */
#include "host/registry/json.h"
#include "host/registry/plugin.h"

#include <math.h>

static void *
create (const AssayEnvironment *environment, uint32_t n, uint32_t view)
{
  return NULL;
}

static void
destroy (void *env)
{
}

static void
reset (void *env, const uint64_t *seeds, const uint8_t *which, void *observations)
{
}

static void
step (void *env, const int32_t *actions, void *observations, float *rewards, uint8_t *terminated,
      uint8_t *truncated)
{
}

static void
get_state (void *env, uint32_t i, void *state)
{
}

static bool
set_state (void *env, uint32_t i, const void *state)
{
  return false;
}

static void
observe (void *env, uint32_t i, void *observation)
{
}

static bool
set_option (void *env, const char *id, double value)
{
  return false;
}

static const AssayView view = { "full", "All", ASSAY_U8, 1, { 4 }, 0, 1 };

static AssayEnvironment
with_options (const AssayOption *options, uint32_t n)
{
  return (AssayEnvironment){ .size = sizeof (AssayEnvironment),
                             .n_actions = 2,
                             .id = "toy.one",
                             .title = "One",
                             .actions = "left right",
                             .views = { &view, 1, sizeof view },
                             .create = create,
                             .destroy = destroy,
                             .reset = reset,
                             .step = step,
                             .get_state = get_state,
                             .set_state = set_state,
                             .observe = observe,
                             .options = { options, n, sizeof *options },
                             .set_option = set_option };
}

static AssayPlugin
plugin_of (const AssayEnvironment *environment)
{
  return (AssayPlugin){ .size = sizeof (AssayPlugin),
                        .abi_major = ASSAY_ABI_MAJOR,
                        .abi_minor = ASSAY_ABI_MINOR,
                        .id = "toy",
                        .environments = { environment, 1, sizeof *environment } };
}

/* The first problem, or NULL; free with g_free. */
static char *
problem_of (const AssayEnvironment *environment)
{
  AssayPlugin plugin = plugin_of (environment);
  gboolean incompatible;
  g_auto (GStrv) problems = assay_plugin_check (&plugin, "/a/assay-toy.so", &incompatible);

  return g_strdup (problems[0]);
}

static void
test_bad_options (void)
{
  static const struct
  {
    AssayOption options[2];
    const char *reason;
  } rows[] = {
    { { { "a", "A", 0, 0, 1 }, { "b", "B", 1, 0, 1 } }, NULL },
    { { { "a", NULL, 2, 0, 1 }, { "b", NULL, 0, 0, 1 } },
      "options[0] \"a\", value: 2 is not in 0..1" },
    { { { "a", NULL, 0, 0, 1 }, { "b", NULL, 0, 1, -1 } },
      "options[1] \"b\", range: begins at 1, above its end -1" },
    { { { "a", NULL, 0, 0, 1 }, { "a", NULL, 0, 0, 1 } }, "options[1] \"a\", id: taken already" },
    { { { "a", NULL, 0, 0, 1 }, { NULL, NULL, 0, 0, 1 } }, "options[1], id: missing" },
    { { { "a b", NULL, 0, 0, 1 }, { "b", NULL, 0, 0, 1 } }, "options[0] \"a b\", id: " },
    { { { "a", NULL, NAN, 0, 1 }, { "b", NULL, 0, 0, 1 } }, "options[0] \"a\", default: " },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      AssayEnvironment environment = with_options (rows[i].options, 2);
      g_autofree char *problem = problem_of (&environment);

      if (!rows[i].reason)
        g_assert_cmpstr (problem, ==, NULL);
      else if (!problem || !strstr (problem, rows[i].reason))
        g_error ("expected \"... %s ...\", got \"%s\"", rows[i].reason, problem);
    }
}

static void
test_options_need_their_function (void)
{
  static const AssayOption option = { "a", "A", 0, 0, 1 };
  AssayEnvironment environment = with_options (&option, 1);
  g_autofree char *problem = NULL;

  environment.set_option = NULL;
  problem = problem_of (&environment);
  g_assert_nonnull (problem);
  g_assert_nonnull (strstr (problem, "set_option: NULL"));
  environment.options.n = 0;
  g_free (problem);
  problem = problem_of (&environment);
  g_assert_cmpstr (problem, ==, NULL);
}

/* From the plugin's rows to JSON and on to what everybody reads. */
static void
test_description (void)
{
  static const AssayOption options[]
      = { { "sticky", "Probability", 0.25, 0, 1 }, { "noise", NULL, 3, -1, 5 } };
  AssayEnvironment environment = with_options (options, 2);
  AssayPlugin plugin = plugin_of (&environment);
  g_autoptr (JsonNode) node = assay_plugin_describe (&plugin);
  AssayPluginInfo *info = plugin_info_from_answer ("/a/assay-toy.so", json_node_get_object (node));

  g_assert_cmpstr (info->reason, ==, NULL);
  g_assert_cmpuint (info->n_environments, ==, 1);
  g_assert_cmpuint (info->environments[0].n_views, ==, 1);
  g_assert_cmpstr (info->environments[0].views[0].id, ==, "full");
  g_assert_cmpuint (info->environments[0].n_options, ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      const AssayOption *option = &info->environments[0].options[i];

      g_assert_cmpstr (option->id, ==, options[i].id);
      g_assert_cmpstr (option->title, ==, options[i].title);
      g_assert_cmpfloat (option->value, ==, options[i].value);
      g_assert_cmpfloat (option->min, ==, options[i].min);
      g_assert_cmpfloat (option->max, ==, options[i].max);
    }
  assay_plugin_info_free (info);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/environments/bad-options-are-named", test_bad_options);
  g_test_add_func ("/environments/options-need-their-function", test_options_need_their_function);
  g_test_add_func ("/environments/description-holds-views-and-options", test_description);
  return g_test_run ();
}

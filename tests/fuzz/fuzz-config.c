/* SPDX-License-Identifier: Apache-2.0
 *
 * Any text is a plan request, a sweep or a parameter's value, or an error; what is accepted is
 * canonical and comes back as itself.
 */
#include "fuzz.h"
#include "host/registry/json.h"
#include "host/run/assign.h"

typedef struct
{
  bool flag;
  int64_t count;
  double rate;
  const char *agent, *note;
  int64_t depth;
} Params;

static const AssayParam params[] = {
  { .id = "flag", .title = "Flag", .type = ASSAY_BOOL, .offset = offsetof (Params, flag) },
  { .id = "count",
    .title = "Count",
    .type = ASSAY_INT,
    .offset = offsetof (Params, count),
    .min = -5,
    .max = 1e6 },
  { .id = "rate", .title = "Rate", .type = ASSAY_REAL, .offset = offsetof (Params, rate) },
  { .id = "agent",
    .title = "Agent",
    .type = ASSAY_CHOICE,
    .offset = offsetof (Params, agent),
    .text = "graph",
    .choices = "graph tree" },
  { .id = "note", .title = "Note", .type = ASSAY_STRING, .offset = offsetof (Params, note) },
  { .id = "depth",
    .title = "Depth",
    .type = ASSAY_INT,
    .offset = offsetof (Params, depth),
    .number = 3,
    .min = 1,
    .max = 9,
    .when = "agent=tree" },
};
static const AssayMetric metrics[] = { { .id = "value", .dims = "step" } };

static void
run (AssayRun *unused)
{
}

static const AssayStudy study = {
  ASSAY_STUDY_HEADER (Params, params),
  .id = "fuzzed",
  .title = "Fuzzed",
  .question = "What is accepted?",
  .metrics = ASSAY_TABLE (metrics),
  .run = run,
};

static void
check_value (const AssayParam *param, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *value = assay_param_parse (param, text, &error), *again = NULL;

  FUZZ_CHECK ((value == NULL) == (error != NULL));
  if (!value)
    return;
  again = assay_param_parse (param, value, NULL);
  FUZZ_CHECK (g_strcmp0 (value, again) == 0);
}

static void
check_sweep (const AssayParam *param, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) values = assay_sweep_values (param, text, &error);

  FUZZ_CHECK ((values == NULL) == (error != NULL));
  for (guint i = 0; values && i < 50 && values[i]; i++)
    check_value (param, values[i]);
}

static void
check_spec (AssaySpec *spec)
{
  g_autoptr (JsonObject) object = assay_spec_parameters (spec);
  g_autoptr (AssaySpec) again = assay_spec_from_json (spec->study, object, spec->seed, NULL);
  Params filled;

  FUZZ_CHECK (again != NULL && strcmp (again->key, spec->key) == 0);
  assay_spec_fill (again, &filled, sizeof filled);
  FUZZ_CHECK (filled.depth >= 1 && filled.depth <= 9 && filled.agent && filled.note);
}

static void
check_request (AssayStudyInfo *info, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = assay_json_parse (text, -1, "request", NULL);
  g_autoptr (AssayPlan) plan = NULL;

  if (!node || !JSON_NODE_HOLDS_OBJECT (node))
    return;
  plan = assay_plan_of_object (info, json_node_get_object (node), text, "request", &error);
  FUZZ_CHECK ((plan == NULL) == (error != NULL));
  for (guint i = 0; plan && i < plan->specs->len && i < 20; i++)
    check_spec (plan->specs->pdata[i]);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static AssayStudyInfo *info;
  g_autofree char *text = g_strndup ((const char *) data, size);

  if (!info)
    info = assay_study_info_from_study (&study, NULL);
  FUZZ_CHECK (info != NULL);
  for (guint i = 0; i < info->n_params; i++)
    {
      check_value (&info->params[i], text);
      check_sweep (&info->params[i], text);
    }
  check_request (info, text);
  return 0;
}

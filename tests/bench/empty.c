/* SPDX-License-Identifier: Apache-2.0 */
/* A study that does nothing: what is left is what a run costs. */
#include <assay/plugin.h>

typedef struct
{
  bool unused;
} Params;

static const AssayParam params[] = { { .id = "unused", .title = "Unused", .type = ASSAY_BOOL } };
static const AssayMetric metrics[] = { { .id = "nothing", .dims = "step" } };

static void
run (AssayRun *run)
{
}

static const AssayStudy study = {
  ASSAY_STUDY_HEADER (Params, params),
  .id = "empty",
  .title = "Nothing",
  .question = "What does a run cost?",
  .metrics = ASSAY_TABLE (metrics),
  .run = run,
};
ASSAY_STUDY_PLUGIN ("empty", study, "1.0", "Apache-2.0")

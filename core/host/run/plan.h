/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "host/run/spec.h"
#include "host/run/workspace.h"

#define ASSAY_PLAN_MAX_RUNS 100000

/** Which runs: the product of a preset's grids, --set, --sweep and seeds, equal ones once. */
typedef struct
{
  char *id; /* "20261123-224501-3fa9c1": time of making (UTC) and six random digits */
  AssayStudyInfo *study;
  char *preset;           /* or NULL */
  GStrv set, sweep;       /* as typed: "k=v", "k=a,b,c" */
  char *seeds;            /* "1..5" */
  GPtrArray *specs;       /* AssaySpec, seed outermost: all of seed 1 first */
  char **runs;            /* [specs->len]: id of the run, NULL: it has none yet */
  char *identity, *rules; /* of the study when the plan was made */
  char *command;          /* the command line that made it */
  double created;         /* Unix seconds */
  gboolean saved;         /* plans/<id>.json is ours */
  JsonObject *options;    /* how it is supervised: AssaySuperviseOptions; NULL: not yet */
} AssayPlan;

typedef struct
{
  const char *preset;       /* NULL: "quick" if the study has it, else defaults */
  const char *const *set;   /* "k=v", applied to every grid */
  const char *const *sweep; /* "k=a,b,c" or "k=log(1e-4..1e-1,7)", multiplied onto every grid */
  const char *seeds;        /* "5" (1..5), "3..7", NULL: the preset's */
  gboolean keep_idle;       /* what is set but applies in no run is left out, not an error */
} AssayPlanRequest;

/** At most ASSAY_PLAN_MAX_RUNS runs.  Errors are USAGE and name flag, value and mend. */
AssayPlan *assay_plan_new (AssayStudyInfo *study, const AssayPlanRequest *request, GError **error);
/** From a JSON file {"study", "preset", "set": {..}, "sweep": {..}, "seeds"}; a value of "sweep"
 *  is an array or an expression.  Errors name file and line. */
AssayPlan *assay_plan_load_request (AssayRegistry *registry, const char *path, GError **error);
/** The same from text; @what names it in errors. */
AssayPlan *assay_plan_from_request (AssayRegistry *registry, const char *text, gssize length,
                                    const char *what, GError **error);
/** From plans/<id>.json. */
AssayPlan *assay_plan_open (AssayWorkspace *workspace, AssayRegistry *registry, const char *id,
                            GError **error);
gboolean assay_plan_save (AssayPlan *plan, AssayWorkspace *workspace, GError **error);
void assay_plan_free (AssayPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AssayPlan, assay_plan_free)

/** The values of one sweep expression, canonical texts, each once. */
GStrv assay_sweep_values (const AssayParam *param, const char *expression, GError **error);

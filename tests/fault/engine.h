/* SPDX-License-Identifier: Apache-2.0
 *
 * What tests of the run engine share: a workspace of their own and the hostile study.
 */
#pragma once

#include "base/log/log.h"
#include "host/run/supervisor.h"

typedef struct
{
  char *path;
  AssayWorkspace *workspace;
  AssayPluginInfo *plugin;
  AssayStudyInfo *study;   /* of the plugin */
  AssayRegistry *registry; /* NULL until engine_registry () */
} Engine;

/** A fresh workspace in memory where there is room, and the study "hostile". */
Engine *engine_new (void);
/** The same with another study, that of the plugin @id in ASSAY_PLUGIN_PATH. */
Engine *engine_new_of (const char *id);
AssayRegistry *engine_registry (Engine *engine);
/** The description of the hostile study alone. */
AssayPluginInfo *engine_scan (void);
/** Removes it all. */
void engine_free (Engine *engine);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Engine, engine_free)

/** "behaviour=well steps=5"; @seeds "3" or NULL for 1. */
AssayPlan *engine_plan (Engine *engine, const char *set, const char *seeds);
/** Executes a plan of @set; result may be NULL. */
AssayPlan *engine_run (Engine *engine, const char *set, const char *seeds,
                       const AssaySuperviseOptions *options, AssayPlanResult *result);
AssayRunDir *engine_open (Engine *engine, AssayPlan *plan, guint index);
/** Everything observed, as text: a line "metric labels: step value, ..." a series (not timing). */
char *engine_observations (AssayRunDir *dir);
/** Waits until @path exists, at most 10 s. */
gboolean engine_wait_for (const char *path);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "host/run/plan.h"

/** env.json as far as the supervisor knows it, once for a plan: the plugin's file, build id and
 *  sha256, the git state of its source, library version, CPU, command line, --cpu. */
JsonObject *assay_provenance (const AssayPlan *plan, const char *const *plugins, const char *cpu);

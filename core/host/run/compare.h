/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "host/registry/registry.h"
#include "host/run/rundir.h"

/** The first difference between what two runs of one study wrote: deterministic observations,
 *  arrays, samples, artifacts.  *@difference: NULL, if there is none; it says "here" of @b.
 *  FALSE: one of them cannot be read. */
gboolean assay_runs_compare (const AssayStudyInfo *study, AssayRunDir *a, AssayRunDir *b,
                             char **difference, GError **error);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "host/store/export.h"

/** The runs (AssayRunDir) and their plans as one tar.gz. */
gboolean assay_export_bundle (AssayWorkspace *workspace, GPtrArray *dirs, GOutputStream *out,
                              GError **error);

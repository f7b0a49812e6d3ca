/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "host/registry/error.h"

/** A folder: workspace.json, runs/, plans/, cache/, trash/.  See DESIGN.md. */
typedef struct _AssayWorkspace AssayWorkspace;

#define ASSAY_WORKSPACE_FORMAT 1

/** @path, else ASSAY_WORKSPACE, else $XDG_DATA_HOME/assay/workspace; made if @create.
 *  A newer format is refused. */
AssayWorkspace *assay_workspace_open (const char *path, gboolean create, GError **error);
void assay_workspace_free (AssayWorkspace *workspace);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AssayWorkspace, assay_workspace_free)

const char *assay_workspace_path (AssayWorkspace *workspace);
/** workspace/part/name, checked not to leave the workspace by "..", "/" or symbolic links. */
char *assay_workspace_file (AssayWorkspace *workspace, const char *part, const char *name,
                            GError **error);
/** @folder/@name, refused if it exists and lies elsewhere by symbolic links. */
char *assay_path_inside (const char *folder, const char *name, GError **error);
/** Ids in runs/, plans/, cache/ or trash/, sorted; none if there is no such folder. */
GStrv assay_workspace_list (AssayWorkspace *workspace, const char *part, GError **error);

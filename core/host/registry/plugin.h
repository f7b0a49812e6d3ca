/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside the registry: from a file to an AssayPluginInfo.
 */
#pragma once

#include "study.h"

/** Loads a plugin and finds its entry; runs its constructors, but not the entry. */
AssayPluginEntry plugin_open (const char *path, GError **error);

/** An info that says only why the file is refused. */
AssayPluginInfo *plugin_info_refused (const char *path, const char *reason, gboolean incompatible);
/** From the scanner's answer or the cache's copy of it. */
AssayPluginInfo *plugin_info_from_answer (const char *path, JsonObject *answer);
/** Refuses a plugin that was usable so far; its study and environments go. */
void plugin_info_refuse (AssayPluginInfo *info, const char *reason);
void plugin_info_set_build_id (AssayPluginInfo *info, const char *build_id);

/** Scans files side by side, each in a child process: answers[i] belongs to paths[i]. */
void scan_files (const char *scanner, const char *const *paths, guint n, JsonObject **answers);

/* SPDX-License-Identifier: Apache-2.0
 *
 * Many run directories, written as fast as files can be written.
 */
#pragma once

#include <glib.h>

/** Writes @n runs of the study "many" into the workspace at @path, ten seeds a setting: rate, depth
 *  and agent differ, gamma does not; every 25th setting failed; metric "loss" of a few points. */
void many_runs_write (const char *path, guint n);
/** A folder in memory where there is room; free with g_free after many_runs_remove. */
char *many_runs_folder (void);
void many_runs_remove (const char *path);

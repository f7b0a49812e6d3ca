/* SPDX-License-Identifier: Apache-2.0
 *
 * A study with a figure of every kind, and frames for them, made up.
 */
#pragma once

#include "host/chart/build.h"

extern const AssayStudy world_study;
/** The metric "gain" is over depth as well. */
extern gboolean world_depths;

AssayFrame *world_fold (AssayRunSet *set, const AssayStudyInfo *study, const char *metric,
                        const char *where, const AssayFold *fold, const char *keep, char **note,
                        GError **error);
AssayRunSet *world_set (void);
void world_set_free (AssayRunSet *set);

/* SPDX-License-Identifier: Apache-2.0
 *
 * Between the files of a comparison.
 */
#pragma once

#include "ui/desktop/comparison.h"

/** Rows of one side, which lie in an answer of the index. */
typedef GPtrArray StudioMembers;

/** The rows by their values of @by (NULL: of all parameters), in natural order of these; plans in
 *  the order of @plans, if it is not NULL.  Elements are StudioMembers. */
GPtrArray *studio_comparison_split (const AssayRunRows *rows, const char *const *by,
                                    const char *const *plans);
/** The side of each of @split, which was split by @by; @ids: all parameters.  Elements are
 *  StudioSide. */
GPtrArray *studio_comparison_sides (const GPtrArray *split, const char *const *by,
                                    const char *const *ids);
/** All that tells these rows apart: StudioWay.  @by (NULL: all parameters) is among them, and
 *  @way its place. */
GPtrArray *studio_comparison_ways (const AssayRunRows *rows, const char *const *by,
                                   const char *const *ids, guint *way);

/** Ids of all parameters of the rows, sorted; free with g_strfreev. */
GStrv studio_comparison_parameter_ids (const AssayRunRows *rows);
/** The values of a key among rows: "3", "1, 2, 5", "7 values", "–". */
char *studio_comparison_values (const StudioMembers *members, const char *key);

/** StudioComparedParameter and StudioComparedMetric of these sides (StudioMembers, at most
 *  STUDIO_MAX_SIDES). */
GPtrArray *studio_comparison_parameters (const GPtrArray *split, const char *const *ids);
GPtrArray *studio_comparison_metrics (const GPtrArray *split);

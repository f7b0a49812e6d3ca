/* SPDX-License-Identifier: Apache-2.0
 *
 * Frames made up in memory.
 */
#pragma once

#include "host/claims/judge.h"

/** A frame with dimensions "seed:item arm:label step:number". */
AssayFrame *world_new (const char *dims);
/** Appends a cell at "1 graph 0.5"; "-" is no level. */
void world_put (AssayFrame *frame, const char *levels, double value);
/** Says that an item's property has a value. */
void world_property (AssayFrame *frame, const char *property, const char *item, const char *value);

/** A source of finished frames by metric, filtered as the store would. */
typedef struct
{
  ClaimSource source;
  GHashTable *frames;  /* metric -> AssayFrame, owned */
  GPtrArray *filtered; /* AssayFrame, owned */
  AssayStudyInfo *study;
} World;
World *world_source (const AssayStudy *study);
/** Takes the frame. */
void world_add (World *world, const char *metric, AssayFrame *frame);
void world_free (World *world);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (World, world_free)

/** Standard normal numbers, the same in every run of the test. */
double world_normal (guint64 *state);
double world_uniform (guint64 *state);

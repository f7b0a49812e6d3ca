/* SPDX-License-Identifier: Apache-2.0
 *
 * Frames that a preset would give, made up from declarations alone: the type check is the ordinary
 * compiler on these.
 */
#pragma once

#include "host/claims/chain.h"

typedef struct
{
  ClaimSource source;
  GPtrArray *runs;     /* GHashTable: parameter id -> text; those that do not apply are absent */
  GHashTable *levels;  /* open dimension -> GPtrArray of char *: levels that rules name */
  GHashTable *frames;  /* metric -> AssayFrame */
  GPtrArray *filtered; /* AssayFrame */
} ClaimMadeUp;

/** Of the runs that a preset plans; seeds are always two. */
ClaimMadeUp *assay_claim_made_up_new (const AssayStudyInfo *study, const AssayPreset *preset,
                                      GError **error);
void assay_claim_made_up_free (ClaimMadeUp *made);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClaimMadeUp, assay_claim_made_up_free)

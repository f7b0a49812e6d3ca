/* SPDX-License-Identifier: Apache-2.0
 *
 * Claims beside each other: what each side of a comparison says of them.
 */
#pragma once

#include "ui/desktop/comparison.h"
#include <adwaita.h>

#define STUDIO_TYPE_COMPARE_CLAIMS (studio_compare_claims_get_type ())
G_DECLARE_FINAL_TYPE (StudioCompareClaims, studio_compare_claims, STUDIO, COMPARE_CLAIMS, AdwBin)

/** Judges the claims on the runs of every side and shows the verdicts.  @comparison stays until
 *  studio_compare_claims_clear(). */
void studio_compare_claims_judge (StudioCompareClaims *claims, StudioSession *session,
                                  const StudioComparison *comparison);
/** Shows nothing; what is being judged does not matter any more. */
void studio_compare_claims_clear (StudioCompareClaims *claims);
void studio_compare_claims_set_narrow (StudioCompareClaims *claims, gboolean narrow);

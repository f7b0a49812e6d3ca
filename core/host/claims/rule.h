/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "host/claims/chain.h"
#include "host/registry/json.h"

/** The chain of a claim in words; it keys the random stream. */
char *assay_claim_measure (const AssayStudyInfo *study, const AssayClaim *claim);
/** "above 0.5"; NULL: nothing is expected. */
char *assay_claim_expectation (const AssayExpect *expect);

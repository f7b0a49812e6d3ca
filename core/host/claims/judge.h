/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "host/claims/chain.h"

/** What is known of the runs beside their observations. */
typedef struct
{
  gboolean any;       /* there are runs */
  const char *preset; /* of their plan; NULL: none */
  guint n_runs, n_failed, n_missing;
  guint n_other_rules; /* runs made under other rules */
} ClaimFacts;

/** assay_claims_judge on any source of frames. */
GPtrArray *assay_claims_judge_from (ClaimSource *source, const ClaimFacts *facts);

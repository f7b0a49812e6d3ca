/* SPDX-License-Identifier: Apache-2.0
 *
 * Offline replay: the whole best-of-n study of answers that somebody else sampled and scored.  No
 * model is needed, and nothing is random but the control that scores at random.
 */
#ifndef OVEROPTIMIZATION_REPLAY_H
#define OVEROPTIMIZATION_REPLAY_H

#include "learn/text/best-of-n-table.h"
#include "learn/text/objectives.h"

#include <assay/plugin.h>

typedef struct ReplaySetup
{
  const char *scores; /* path of the table; "": the run fails and says what to give */
  AssayScoreOrder order;
  uint32_t bad_rows; /* so many malformed rows are left out and counted; one more fails the run */
  AssayNormalization normalization; /* of members, over all answers of the table */
  double lambda;                    /* of the uncertainty-weighted objective, >= 0 */
  uint32_t largest_n;               /* 0, or more than there are answers: all of them */
} ReplaySetup;

/** Runs it: the metrics of best of n in metrics.h, and those of replays in real-metrics.h. */
void run_replay (AssayRun *run, const ReplaySetup *setup);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * The words in which tables name runs on files.
 */
#ifndef OVEROPTIMIZATION_REAL_ARMS_H
#define OVEROPTIMIZATION_REAL_ARMS_H

#define REPLAY "data=replay"
#define TEXT "data=preferences"

/* One value each in a plan, so their mean only takes them away. */
#define PINNED_TEXT                                                                                \
  ASSAY_MEAN ("data bad-rows held-out vocabulary context lm-epochs members noise width epochs "    \
              "rm-rate norm lambda")
#define PINNED_REPLAY ASSAY_MEAN ("data scores-order bad-rows largest-n lambda norm seed")
#define NEEDS_REPLAY "gate-replay-gold"

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * The words in which claims, derived metrics and figures name arms of the study.
 */
#ifndef OVEROPTIMIZATION_ARMS_H
#define OVEROPTIMIZATION_ARMS_H

#define PAPERS "objective=single,mean,wco,uwo"
#define CAUTIOUS "objective=wco,uwo"

/* All that a claim does not sweep stands where the paper's main setting has its counterpart. */
#define NOISY "noise=0.25"
#define CLEAN "noise=0"
#define SIZE "width=32"
#define DATA "pairs=4000 epochs=5"
#define MAIN SIZE " " DATA " diversity=seed policy-width=64"
#define BON "optimizer=best-of-n"
#define PPO "optimizer=ppo"
#define SMALL "beta=0.015" /* the penalty that plays the part of the paper's 0.01 */
#define FIVE "members=5"
#define HALF "lambda=0.5"

/* Parameters that `where` has pinned: one value each, so their mean only takes them away.  `reward`
 * and its settings say again what the label `objective` says. */
#define PIN_DATA "pairs epochs "
#define PIN_REST "optimizer diversity policy-width "
#define PIN_REWARD "reward member members lambda "
#define PINNED ASSAY_MEAN ("noise width " PIN_DATA PIN_REST)
#define PINNED_POLICY ASSAY_MEAN ("noise width " PIN_DATA PIN_REST PIN_REWARD)

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * Why claims may fail here though the papers are right: what is known of this study's world, models
 * and numbers, each with where a reader sees it.
 */
#ifndef OVEROPTIMIZATION_CAVEATS_H
#define OVEROPTIMIZATION_CAVEATS_H

/* Best of n. */
#define PLATEAU                                                                                    \
  "best of a thousand or two is little optimisation: gold levels off at the largest n and falls "  \
  "under no "                                                                                      \
  "objective, a single model's neither (figure bon-sqrt-kl); the paper, too, calls such a fall "   \
  "hard to observe under best-of-n"
#define ALIKE                                                                                      \
  "members that differ by head and order of data alone score much alike here (figure agreement), " \
  "and what selection exploits is what all have learned alike (figure bon-errors), which no "      \
  "ensemble sees; bootstrapped members gain more (control-bootstrap)"
#define NARROW                                                                                     \
  "the rule allows .05 deviations, and an interval over 48 prompts and a few replicates is about " \
  "as wide; more prompts or seeds decide it"
#define SMALL_STEPS                                                                                \
  "one model more is worth some hundredths of a deviation here, since members score much alike "   \
  "(figure agreement): less than a few replicates can tell"
#define FEW_RANKS                                                                                  \
  "the eight models of a replicate hardly differ in accuracy and loss (figure rm-accuracy), so "   \
  "that ranks among them say little"

/* Policies. */
#define DRIFT                                                                                      \
  "without a penalty policies drift far, one rewarded at random, too (control-random-rl), and "    \
  "some end with answers full of markers that every member loves (figure rl-samples): by chance, " \
  "under any objective, so that intervals over a few replicates are wide"
#define WHITENED                                                                                   \
  "advantages are brought to deviation 1, so a reward that means nothing still makes steps, and "  \
  "a policy without a penalty drifts where gold is lower"
#define LEARNT_ALIKE                                                                               \
  "what policies exploit is mostly what all members have learned alike (figure rl-errors), which " \
  "no ensemble sees; in the paper's language members err more on their own"
#define SCALED                                                                                     \
  "scores have deviation 1 under the initial policy here and the paper does not say its scale, "   \
  "so that its penalties and coefficients do not carry over; the grid has half decades"
#define FEW_ANSWERS                                                                                \
  "a replicate has 192 answers of each policy, so its win rate alone has a deviation of 4 "        \
  "points, "                                                                                       \
  "and the paper's effect is 8 to 13; members score much alike here (figure agreement)"
#define EARLY "policies come to 4 nats within a few evaluations, between which gold is interpolated"

/* Reward models and scaling. */
#define SMALL_WORLD                                                                                \
  "this world has 256 words, and much of gold is a sum over them, which 1,000 pairs show even to " \
  "a small model; language is not so"
#define THREE_SIZES                                                                                \
  "the sizes here lie within a factor of nine, the papers' within 1,000, and the largest model "   \
  "has another layer"
#define MORE_TO_GAIN                                                                               \
  "with few pairs members err more, and more on their own, so there is more for an ensemble to "   \
  "gain"
#define FEW_POINTS                                                                                 \
  "a curve has 20 points of 192 answers, and drift (control-random-rl) adds to it what the form "  \
  "does not know"
#define TWO_POLICIES                                                                               \
  "the policies differ fourfold in size and write alike: both are worse than their "               \
  "demonstrations"
#define TINY_MODELS                                                                                \
  "the reward models have tens of thousands of parameters and learn from some thousand pairs, so " \
  "that they know little but length and single words"
#define ONE_TABLE                                                                                  \
  "a table has one set of reward models and its own prompts, and only prompts are redrawn"

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * What can be set.  Included by study.c only.
 */
#include "real-params.h"
#include <assay/plugin.h>

/* The made-up world, with models of its own. */
#define BAZAAR "data=bazaar"
#define SCORED "data=bazaar,replay,preferences"
#define LEARNT "data=bazaar,preferences"
#define POLICIES "optimizer=ppo,reinforce"
#define ENSEMBLES "reward=mean,wco,uwo,median,lcb,average,twins"

#define PARAMS(P)                                                                                  \
  P (CHOICE, data, "bazaar", "Data", .choices = "bazaar replay preferences", .group = "World",     \
     .help                                                                                         \
     = "`bazaar`: the made-up world of this study, whose gold reward is known. `replay`: "         \
       "answers that somebody else sampled and scored; no model is made. `preferences`: reward "   \
       "models on somebody's preference rows; no policy.")                                         \
  P (INT, world, 1, "World", .min = 1, .max = 1000000, .when = BAZAAR, .group = "World",           \
     .help                                                                                         \
     = "Which words, tastes, rules and prompts there are. All replicates live in one world, "      \
       "as the paper's have one gold model and one set of prompts; what is new in each is "        \
       "its demonstrations, pairs, reward models and policy.")                                     \
  P (INT, prompts, 48, "Evaluation prompts", .min = 8, .max = 1024, .ui_max = 128,                 \
     .unit = "prompts", .when = BAZAAR, .group = "World", .help = "An even number.")               \
  P (REAL, idiosyncratic, 1, "Weight of idiosyncratic error", .min = 0, .max = 100, .ui_max = 4,   \
     .when = BAZAAR, .group = "World",                                                             \
     .help = "Rare words and clashes, hardly seen in training: every reward model guesses its "    \
             "own.")                                                                               \
  P (REAL, shared, 1, "Weight of shared error", .min = 0, .max = 100, .ui_max = 4, .when = BAZAAR, \
     .group = "World",                                                                             \
     .help = "A feature that helps as far as training data goes and harms beyond: every reward "   \
             "model learns the first half.")                                                       \
  P (CHOICE, feature, "marker", "Shared feature", .choices = "marker length", .when = BAZAAR,      \
     .group = "World")                                                                             \
  P (CHOICE, optimizer, "best-of-n", "Optimizer", .choices = "best-of-n ppo reinforce",            \
     .when = BAZAAR, .group = "Arm",                                                               \
     .help = "`best-of-n` looks at every objective, size of ensemble, coefficient and n at once; " \
             "`reinforce` (leave-one-out) is a control of PPO.")                                   \
  P (CHOICE, reward, "single", "What the policy is rewarded by",                                   \
     .choices = "single mean wco uwo median lcb average gold random twins", .when = POLICIES,      \
     .group = "Arm",                                                                               \
     .help = "Of the reward models' scores: one's, the mean, the smallest (WCO), the mean less "   \
             "lambda variances (UWO); departures: the median, the mean less lambda deviations "    \
             "(lcb), the score by averaged weights (average); controls: gold itself, noise "       \
             "(random), the first model as many times over under UWO (twins).")                    \
  P (INT, member, 1, "Which reward model", .min = 1, .max = 8, .when = "reward=single",            \
     .group = "Arm")                                                                               \
  P (INT, members, 5, "Size of the ensemble", .min = 1, .max = 8, .when = LEARNT, .group = "Arm")  \
  P (REAL, lambda, 0.5, "Coefficient", .min = 0, .max = 100, .ui_max = 2, .when = SCORED,          \
     .group = "Arm",                                                                               \
     .help = "Of UWO's variance and lcb's deviation. The paper has 0.1 and 0.5 on a scale that "   \
             "it does not give; here on scores of deviation 1 over the initial policy.")           \
  P (REAL, beta, 0, "KL coefficient", .min = 0, .max = 100, .ui_max = 1, .when = POLICIES,         \
     .group = "Arm", .unit = "1/nat")                                                              \
  P (REAL, noise, 0.25, "Wrong labels", .min = 0, .max = 0.5, .when = LEARNT,                      \
     .group = "Reward models", .help = "The share of preference labels that are flipped.")         \
  P (INT, pairs, 4000, "Preference pairs", .min = 64, .max = 100000, .ui_min = 250,                \
     .ui_max = 8000, .flags = ASSAY_LOG_SLIDER, .unit = "pairs", .when = BAZAAR,                   \
     .group = "Reward models",                                                                     \
     .help = "Two answers of the initial policy to a training prompt, the better by gold first. "  \
             "500 more, without wrong labels, are for validation.")                                \
  P (INT, width, 32, "Width of the reward models", .min = 8, .max = 256, .ui_max = 64,             \
     .unit = "units", .when = LEARNT, .group = "Reward models",                                    \
     .help = "A multiple of 8. One layer up to 32 units, two beyond. The policy has 64 and two: "  \
             "16, 32 and 48 units make 8,000, 22,000 and 71,000 parameters.")                      \
  P (INT, epochs, 5, "Epochs", .min = 1, .max = 100, .ui_max = 20, .when = LEARNT,                 \
     .group = "Reward models", .help = "Of every reward model over its pairs (paper: 5).")         \
  P (REAL, rm_rate, 0.001, "Learning rate", .min = 1e-6, .max = 1, .ui_min = 1e-4, .ui_max = 0.01, \
     .flags = ASSAY_LOG_SLIDER, .when = LEARNT, .group = "Reward models")                          \
  P (CHOICE, diversity, "seed", "What members differ by",                                          \
     .choices = "seed bootstrap disjoint pretrain identical", .when = LEARNT,                      \
     .group = "Reward models",                                                                     \
     .help = "`seed` is the paper's: the head's first draw and the order of the data; the rest "   \
             "are departures.")                                                                    \
  P (CHOICE, norm, "zscore", "Scale of the scores", .choices = "none center zscore",               \
     .when = SCORED, .group = "Reward models",                                                     \
     .help = "Each member's scores on answers of the initial policy get mean 0, and deviation 1. " \
             "The smallest of several scores and their variance mean little without.")             \
  P (INT, demonstrations, 4000, "Demonstrations", .min = 64, .max = 100000, .ui_max = 10000,       \
     .unit = "answers", .when = BAZAAR, .group = "Policy")                                         \
  P (INT, policy_width, 64, "Width of the policy", .min = 16, .max = 512, .ui_max = 128,           \
     .unit = "units", .when = BAZAAR, .group = "Policy",                                           \
     .help = "A multiple of 16; two layers. Pairs are answers of one with 64, whatever this is.")  \
  P (INT, answers, 2048, "Answers a prompt", .min = 2, .max = 65536, .ui_min = 256,                \
     .ui_max = 4096, .when = "optimizer=best-of-n", .group = "Best of n",                          \
     .help = "n runs over the powers of 2 up to it.")                                              \
  P (INT, iterations, 100, "Iterations", .min = 1, .max = 100000, .ui_max = 1000,                  \
     .when = POLICIES, .group = "Policy optimisation")                                             \
  P (INT, rollouts, 48, "Answers an iteration", .min = 4, .max = 4096, .ui_max = 256,              \
     .when = POLICIES, .group = "Policy optimisation",                                             \
     .help = "A multiple of 4; half of them make a gradient.")                                     \
  P (INT, ppo_epochs, 4, "Passes over the answers", .min = 1, .max = 100, .ui_max = 8,             \
     .when = "optimizer=ppo", .group = "Policy optimisation")                                      \
  P (REAL, rate, 0.0003, "Learning rate", .min = 1e-7, .max = 1, .ui_min = 1e-5, .ui_max = 0.01,   \
     .flags = ASSAY_LOG_SLIDER, .when = POLICIES, .group = "Policy optimisation")                  \
  P (REAL, clip, 0.2, "Clip", .min = 0, .max = 10, .ui_max = 1, .when = "optimizer=ppo",           \
     .group = "Policy optimisation", .help = "Of policy / old policy, and of values.")             \
  P (REAL, gae, 0.95, "Lambda of advantages", .min = 0, .max = 1, .when = "optimizer=ppo",         \
     .group = "Policy optimisation")                                                               \
  P (CHOICE, kl_estimator, "k1", "KL estimator", .choices = "k1 k2 k3 exact", .when = POLICIES,    \
     .group = "Policy optimisation", .help = "Of the penalty; all four are measured always.")      \
  P (CHOICE, kl_place, "reward", "Place of the penalty", .choices = "reward loss",                 \
     .when = POLICIES, .group = "Policy optimisation")                                             \
  P (REAL, kl_target, 0, "KL aimed at", .min = 0, .max = 1000, .ui_max = 20, .unit = "nats",       \
     .when = POLICIES, .group = "Policy optimisation",                                             \
     .help = "Above 0 the coefficient adapts. The paper has a fixed one, its published "           \
             "configuration a target of 6.")                                                       \
  P (INT, evaluations, 20, "Evaluations", .min = 1, .max = 1000, .ui_max = 100, .when = POLICIES,  \
     .group = "Measurement")                                                                       \
  P (INT, draws, 4, "Answers a prompt and evaluation", .min = 1, .max = 64, .when = POLICIES,      \
     .group = "Measurement")                                                                       \
  P (REAL, checkpoint, 60, "Time between checkpoints", .min = 0, .max = 1e6, .ui_max = 3600,       \
     .unit = "s", .when = POLICIES, .group = "Measurement", .help = "Processor time at least.")    \
  REAL_PARAMS (P)

ASSAY_PARAMS (Params, params, PARAMS)

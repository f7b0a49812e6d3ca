/* SPDX-License-Identifier: Apache-2.0
 *
 * Ensembles of reward models (Coste et al. 2023; Eisenstein et al. 2023): members that differ by a
 * source of diversity, their scores side by side, and what they have in common.
 */
#ifndef ASSAY_LEARN_ENSEMBLE_H
#define ASSAY_LEARN_ENSEMBLE_H

#include "learn/text/objectives.h"
#include "learn/text/preference-training.h"

/** What members do not have in common. */
typedef enum AssayDiversity
{
  ASSAY_DIVERSITY_IDENTICAL, /* nothing: a control */
  ASSAY_DIVERSITY_SEED,      /* the head's first draw and the order of the data */
  ASSAY_DIVERSITY_BOOTSTRAP, /* these, and the pairs: as many, drawn with repetition */
  ASSAY_DIVERSITY_DISJOINT,  /* these, and the pairs: each member has a part of its own */
  ASSAY_DIVERSITY_PRETRAIN,  /* as seed, and the trunk that training begins with */
  ASSAY_N_DIVERSITIES
} AssayDiversity;

typedef struct AssayDiversityName
{
  const char *id, *title;
  bool departure; /* not the paper's way */
} AssayDiversityName;

extern const AssayDiversityName assay_diversities[ASSAY_N_DIVERSITIES];

typedef struct AssayEnsemble
{
  uint32_t n; /* 1 to ASSAY_MAX_MEMBERS */
  AssayGptConfig config;
  AssayRewardModel *members[ASSAY_MAX_MEMBERS];
  AssayScorer *scorer;
} AssayEnsemble;

/** Trunks that training begins with: vectors of the layout of @params (a fine-tuned GPT's). */
typedef struct AssayTrunks
{
  const AssayParams *params;
  const float *const *values; /* [n] */
  uint32_t n;                 /* 1, or with ASSAY_DIVERSITY_PRETRAIN one for each member */
} AssayTrunks;

/** Members before their training, and the scorer over @workers (see assay_scorer_new).  Member i
 *  depends on @seed, i, the diversity and the trunks, not on @n; of identical ones all are member
 *  0, which is that of any ensemble of that seed but a pretrained one.  @trunks NULL: drawn, one
 * for all, with ASSAY_DIVERSITY_PRETRAIN one for each. */
AssayEnsemble *assay_ensemble_new (const AssayGptConfig *config, uint32_t n,
                                   AssayDiversity diversity, const AssayTrunks *trunks,
                                   uint64_t seed, AssayWorkers *workers);
void assay_ensemble_free (AssayEnsemble *ensemble);

/** The pairs that member @member of @n_members is to be trained on, of rows[n], into own[n];
 *  returns how many.  Disjoint parts differ in size by 1 at most; where there are more members
 *  than pairs some get none. */
uint32_t assay_ensemble_rows (AssayDiversity diversity, uint64_t seed, uint32_t member,
                              uint32_t n_members, const uint32_t *rows, uint32_t n, uint32_t *own);

typedef struct AssayEnsembleTraining
{
  AssayDiversity diversity;
  uint64_t seed;
  const AssayPairs *pairs;
  const uint32_t *rows; /* [n_rows], to train on */
  uint32_t n_rows;
  double decay; /* see assay_preference_training_new */
  AssayTrainingOptions options;
  /* Told of each step of each member, one call at a time, on any thread, so that it may not use the
   * workers that train; false ends all members' training.  NULL: nobody is. */
  bool (*report) (uint32_t member, const AssayTrainingStep *step, void *data);
  void *data;
} AssayEnsembleTraining;

/** Trains all members, side by side on @workers (NULL: one after another).  False: @report ended
 *  it, and the members are not to be used. */
bool assay_ensemble_train (AssayEnsemble *ensemble, const AssayEnsembleTraining *training,
                           AssayWorkers *workers);

/** Scores of all members, [sequences->n][members]. */
void assay_ensemble_score (AssayEnsemble *ensemble, const AssaySequences *sequences,
                           double *scores);

/** The mean over pairs of members of the correlation of their scores [n_answers][n_members]
 *  (Pearson's).  NaN: there is no pair, or a member whose scores are all equal. */
double assay_members_correlation (const double *scores, size_t n_answers, uint32_t n_members);

/** A model whose weights are the mean of the members' (Rame et al. 2024, WARM): one model's cost.
 *  For assay_reward_model_free. */
AssayRewardModel *assay_ensemble_average (const AssayEnsemble *ensemble);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * What an ensemble of reward models makes of its members' scores (Coste et al. 2023, section 4).
 * Scores are matrices [answers][members] of double; variance is that of the population (1/k).
 */
#ifndef ASSAY_LEARN_OBJECTIVES_H
#define ASSAY_LEARN_OBJECTIVES_H

#include "learn/text/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ASSAY_MAX_MEMBERS 64

/** Members' scores of one block of answers: members[i][j] is member i's of answer j. */
typedef struct AssayMembers
{
  const double *const *scores; /* [n_members] */
  uint32_t n_members;
  size_t n_answers;
} AssayMembers;

typedef struct AssayObjective
{
  const char *id, *title;
  bool departure; /* not among the paper's */
  bool single;    /* of one member alone */
  double lambda;  /* the usual coefficient; 0: it has none */
  /* Needs the members' mean and variance [answers], which callers compute once for all. */
  void (*score) (const AssayMembers *members, const double *mean, const double *variance,
                 double lambda, double *out);
} AssayObjective;

extern const AssayObjective assay_objectives[];
extern const uint32_t assay_n_objectives;

/** NULL: there is none of this id. */
const AssayObjective *assay_objective_find (const char *id);

/** Mean and population variance over members of each answer's scores.  Equal members give exactly
 *  their score and 0. */
void assay_members_moments (const AssayMembers *members, double *mean, double *variance);

/** How members are put on one scale, on scores of the initial policy's answers. */
typedef enum AssayNormalization
{
  ASSAY_NORMALIZE_NONE,
  ASSAY_NORMALIZE_CENTER, /* each member's mean becomes 0 */
  ASSAY_NORMALIZE_ZSCORE, /* and its standard deviation 1 */
} AssayNormalization;

/** A score s becomes (s - shift) * factor. */
typedef struct AssayScoreScale
{
  double shift, factor;
} AssayScoreScale;

/** Finds scales[n_members] from scores [n_answers][n_members].  False: a score is NaN or infinite,
 *  or a member whose scores are all equal has no standard deviation; see @error. */
bool assay_score_scales_fit (const double *scores, size_t n_answers, uint32_t n_members,
                             AssayNormalization normalization, AssayScoreScale *scales,
                             AssayTextError *error);

#endif

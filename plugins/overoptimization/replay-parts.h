/* SPDX-License-Identifier: Apache-2.0
 *
 * For replay*.c only.
 */
#ifndef OVEROPTIMIZATION_REPLAY_PARTS_H
#define OVEROPTIMIZATION_REPLAY_PARTS_H

#include "replay.h"

#include "learn/text/best-of-n-analysis.h"

#define REPLAY_GRID_MAX 40 /* powers of 2, and the largest n */
#define REPLAY_RANDOM 8    /* scorers that know nothing, averaged */
#define REPLAY_TENTHS 10
#define REPLAY_SHOWN 4000 /* answers in the scatter */
#define REPLAY_BEST 12    /* prompts whose best answers are kept as text */

typedef struct Replay
{
  AssayRun *run;
  const ReplaySetup *setup;
  AssayBestOfNTable *table; /* gold has mean 0 and deviation 1 over all answers */
  uint32_t grid[REPLAY_GRID_MAX], n_grid;
  AssayBestOfN *bon;
  void *scratch; /* of bon */
  AssayBestOfNAnalysis *analysis;
  AssayScoreScale mean_scale; /* gives the ensemble's mean deviation 1 over all answers */
} Replay;

/** Coefficients that are always looked at. */
extern const double replay_lambdas[];
extern const uint32_t replay_n_lambdas;

/** Whether there are members enough for it. */
bool replay_has (const Replay *replay, const AssayObjective *objective);
/** The coefficient at which an objective's curve is drawn; NaN: it has none. */
double replay_lambda (const Replay *replay, const AssayObjective *objective);
/** The row of this objective with this size and coefficient (NaN where it has none), or NULL. */
const AssayBestOfNRow *replay_row (const Replay *replay, const AssayObjective *objective,
                                   uint32_t size, double lambda);

/** Writes @data [prompts][grid] (@grid false: [prompts]) at these labels. */
void replay_put (const Replay *replay, const char *metric, const char *labels, bool grid,
                 const double *data);
/** Writes a number at objective=@objective. */
void replay_put_number (const Replay *replay, const char *metric, const char *objective,
                        double value);
/** "objective=ID", lent until the next call. */
const char *replay_label (const char *objective);

/** Member scores of a prompt on their scales, [members][answers]. */
void replay_members (const Replay *replay, uint32_t prompt, double *members);
/** An objective's scores of a prompt's answers; @moments [2][answers] is written, too.  A single
 *  objective is that of the first member. */
void replay_score (const Replay *replay, const AssayObjective *objective, const double *members,
                   double *moments, double *score);

/* Each writes its metrics. */
void replay_curves (const Replay *replay);   /* replay-curves.c: all that is a curve over n */
void replay_controls (const Replay *replay); /* replay-controls.c: gold, random, twins */
void replay_fits (const Replay *replay);     /* replay-fits.c: the functional forms */
void replay_answers (Replay *replay);        /* replay-answers.c: what is said of single answers */

#endif

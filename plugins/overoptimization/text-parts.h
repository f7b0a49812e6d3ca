/* SPDX-License-Identifier: Apache-2.0
 *
 * For text-*.c only.
 */
#ifndef OVEROPTIMIZATION_TEXT_PARTS_H
#define OVEROPTIMIZATION_TEXT_PARTS_H

#include "text-run.h"

/** Who orders pairs.  Objectives come first, in the order of assay_objectives. */
typedef enum TextScorer
{
  TEXT_SINGLE, /* the average member */
  TEXT_MEAN,
  TEXT_WCO,
  TEXT_UWO,
  TEXT_MEDIAN,
  TEXT_LCB,
  TEXT_BY_LENGTH, /* control: logistic regression on the difference of lengths alone */
  TEXT_SHUFFLED,  /* control: a member whose training labels are a coin's */
  TEXT_RANDOM,    /* control: scores that know nothing */
  TEXT_HUMAN,     /* the labels */
  TEXT_SCORERS
} TextScorer;

extern const char *const text_scorer_ids[TEXT_SCORERS];

/* ---- Models (text-models.c) ---------------------------------------------------------------- */

typedef struct TextLab
{
  const TextSetup *setup;
  TextPairs *pairs;
  uint32_t *rows; /* [pairs->n]: those to train on, then those held out */
  uint32_t n_train, n_validate;
  AssayGptConfig config;
  const char *trunks[ASSAY_MAX_MEMBERS]; /* paths; NULL: drawn */
} TextLab;

/** Which of the stages of models is built. */
typedef struct TextOrder
{
  const TextLab *lab;
  uint32_t member; /* of a trunk or a model */
  bool shuffled;
} TextOrder;

/** Stage builders (AssayStage.build) whose data is a TextOrder. */
bool text_trunk_build (AssayRun *run, const char *path, void *data);
bool text_model_build (AssayRun *run, const char *path, void *data);

/** What a model's stage has kept, mapped. */
typedef struct TextModel
{
  AssayTensors *file;
  const double *scores;          /* [2][n_validate]: of the chosen, of the rejected answers */
  const double *accuracy, *loss; /* [epochs + 1] on what is held out, before training first */
  const double *train_loss;      /* [epochs] */
} TextModel;

/** False: the run has failed. */
bool text_model_open (AssayRun *run, const TextLab *lab, const char *path, TextModel *model);

/* ---- What comes out -------------------------------------------------------------------------- */

typedef struct TextScores
{
  AssayRun *run;
  const TextSetup *setup;
  const TextPairs *pairs;
  const uint32_t *rows; /* [n] of the pairs: those held out */
  uint32_t n, n_members;
  const TextModel *members, *shuffled;
  double *margins;          /* [members][n]: score of the chosen less that of the rejected */
  double *by[TEXT_SCORERS]; /* [n] each: margins; NULL where there is no such scorer */
} TextScores;

/** Fills margins and by[] (text-scorers.c); false: the run has failed. */
bool text_scores_fill (TextScores *scores, const uint32_t *train, uint32_t n_train);
void text_scores_clear (TextScores *scores);

void text_report_curves (const TextScores *scores); /* text-report.c */
void text_report_pairs (const TextScores *scores);  /* accuracy, loss: pair by pair */
void text_report_calibration (const TextScores *scores);
void text_report_disagreement (const TextScores *scores); /* text-doubt.c */
void text_report_bias (const TextScores *scores);         /* text-bias.c */

/** Writes @data [n] over @axis at scorer=@scorer (NULL: without). */
void text_put (const TextScores *scores, const char *metric, const char *labels, const char *axis,
               uint64_t n, const double *data);
/** "scorer=ID", lent until the next call. */
const char *text_label (TextScorer scorer);

#endif

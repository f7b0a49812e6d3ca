/* SPDX-License-Identifier: Apache-2.0
 *
 * How the stages of a lab are built.  Each writes its result to @path; false: failed or cancelled.
 * A result hangs on the seed of @run, on results of stages before and on the parameters that lab.c
 * names, on nothing else.
 */
#ifndef OVEROPTIMIZATION_LAB_PARTS_H
#define OVEROPTIMIZATION_LAB_PARTS_H

#include "lab.h"

/* ---- lab-policy.c: what the policy writes ------------------------------------------------- */

/** "values" F32, "cost" F64 [2]. */
bool lab_build_policy (AssayRun *run, const Lab *lab, const AssayGptConfig *config,
                       const char *path);
/** "chosen." and "rejected." sequences: the pairs to train on, then LAB_VALIDATION more. */
bool lab_build_pairs (AssayRun *run, const char *path, void *lab);
/** Sequences, "gold" F64, "parts" F32 [answers][TASK_TERMS], "guards" F64 [2] (entropy over its
 *  threshold, duplicates), "cost".  Prompts of TASK_PEAK come first. */
bool lab_build_answers (AssayRun *run, const char *path, void *lab);
/** Writes answers of the initial policy to prompts of training behind the rows.  False: the run has
 *  ended. */
bool lab_write_sample (AssayRun *run, const Lab *lab, AssaySequences *rows);
/** Demonstrations for prompts of training; for assay_sequences_free. */
AssaySequences *lab_demonstrations (AssayRun *run, const Lab *lab);

/* ---- lab-models.c: what scores it --------------------------------------------------------- */

/** "values" F32: one trunk, or one for each model. */
bool lab_build_trunks (AssayRun *run, const char *path, void *lab);
/** "values" F32 [LAB_SCORERS][size], "accuracy" and "loss" F64 [LAB_SCORERS][epochs + 1] (of the
 *  averaged weights the last column only, else NaN), "train-loss" F64 [SETUP_MODELS][epochs],
 *  "cost". */
bool lab_build_models (AssayRun *run, const char *path, void *lab);
/** "scores" F64 [LAB_SCALE][LAB_SCORERS] and "gold" F64 of answers of the initial policy to prompts
 *  of training. */
bool lab_build_scale (AssayRun *run, const char *path, void *lab);
/** "scores" F64 [answers][LAB_SCORERS], "cost". */
bool lab_build_scores (AssayRun *run, const char *path, void *lab);

/* ---- lab.c -------------------------------------------------------------------------------- */

/** Processor time of this process. */
double lab_seconds (void);
/** Ends the run for want of memory; false. */
bool lab_no_memory (AssayRun *run);

#endif

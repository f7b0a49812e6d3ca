/* SPDX-License-Identifier: Apache-2.0
 *
 * What can be set where data come from files.  Included by params.h only.
 */
#include "real-arms.h"

#define REAL_PARAMS(P)                                                                             \
  P (FILE, scores, "", "Best-of-n table", .when = REPLAY, .group = "Files",                        \
     .help = "JSON lines, or one JSON array, of rows with `instruction`, `input` (or none), "      \
             "`answers`, `gold_scores` and `proxy_scores`: a number an answer, or a list of them " \
             "for each reward model.")                                                             \
  P (CHOICE, scores_order, "by-shape", "First index of several models' scores",                    \
     .choices = "by-shape by-models by-answers", .when = REPLAY, .group = "Files",                 \
     .help = "`by-shape` tells by the number of answers, and asks where models are as many.")      \
  P (INT, bad_rows, 0, "Malformed rows to leave out", .min = 0, .max = 1e9, .ui_max = 100,         \
     .unit = "rows", .when = REPLAY, .group = "Files",                                             \
     .help = "One more ends the run; the first ones are named in its facts.")                      \
  P (INT, largest_n, 0, "Largest n", .min = 0, .max = 16777216, .ui_max = 16384, .when = REPLAY,   \
     .group = "Files",                                                                             \
     .help = "0: all answers to a prompt. n runs over the powers of 2 up to it.")                  \
  P (FILE, rows, "", "Preference rows", .when = TEXT, .group = "Files",                            \
     .help = "JSON lines, or one JSON array, of rows with `prompt`, `chosen` and `rejected`; or "  \
             "`chosen` and `rejected` transcripts (hh-rlhf); or `instruction`, `input`, "          \
             "`answers` and `preference` (llm_optimization).")                                     \
  P (REAL, held_out, 0.2, "Part held out", .min = 0.01, .max = 0.9, .ui_max = 0.5, .when = TEXT,   \
     .group = "Files",                                                                             \
     .help = "Of the prompts, by their text: the same in every replicate, and no prompt on both "  \
             "sides.")                                                                             \
  P (INT, vocabulary, 1024, "Tokens", .min = 258, .max = 65536, .ui_max = 8192,                    \
     .flags = ASSAY_LOG_SLIDER, .unit = "tokens", .when = TEXT, .group = "Reward models",          \
     .help = "Of the byte-level BPE that is learnt from the rows to train on.")                    \
  P (INT, context, 128, "Longest sequence", .min = 8, .max = 4096, .ui_min = 32, .ui_max = 512,    \
     .flags = ASSAY_LOG_SLIDER, .unit = "tokens", .when = TEXT, .group = "Reward models",          \
     .help = "Longer ones keep the end of the prompt, at least a quarter of this, and the "        \
             "beginning of the answer.")                                                           \
  P (INT, lm_epochs, 1, "Epochs as a language model", .min = 0, .max = 100, .ui_max = 5,           \
     .when = TEXT, .group = "Reward models",                                                       \
     .help = "On the rows to train on, both answers, before any preference: the trunk that "       \
             "members begin with. 0: a drawn one.")

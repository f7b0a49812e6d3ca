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
     .help = "0: all answers to a prompt. n runs over the powers of 2 up to it.")

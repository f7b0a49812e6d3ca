/* SPDX-License-Identifier: Apache-2.0
 *
 * What can be counted in an answer without understanding it: reward models may learn to love any
 * of it.
 */
#ifndef OVEROPTIMIZATION_TEXT_FEATURES_H
#define OVEROPTIMIZATION_TEXT_FEATURES_H

#include "learn/text/text.h"

typedef enum TextFeature
{
  TEXT_LENGTH,       /* bytes */
  TEXT_LINES,        /* that are not blank */
  TEXT_BULLETS,      /* lines that begin with -, *, a bullet, or a number and . or ) */
  TEXT_DIGITS,       /* runs of digits */
  TEXT_QUESTIONS,    /* ? */
  TEXT_EXCLAMATIONS, /* ! */
  TEXT_REFUSALS,     /* phrases of text-features.c, any case */
  TEXT_FEATURES
} TextFeature;

extern const char *const text_feature_ids[TEXT_FEATURES];

void text_features (AssayText text, float features[TEXT_FEATURES]);

#endif

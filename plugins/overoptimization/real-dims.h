/* SPDX-License-Identifier: Apache-2.0
 *
 * Dimensions of reward models on somebody's preferences: rows of the table in metrics.h, which
 * includes this.
 */

/* Rows without their table: */
/* clang-format off */

{ .id = "scorer",
  .title = "Scorer",
  .kind = ASSAY_LABEL,
  .values = "single mean wco uwo median lcb length shuffled random human" },
{ .id = "pair", .title = "Pair", .kind = ASSAY_ITEM },
{ .id = "sure", .title = "Probability given to the preferred answer", .kind = ASSAY_NUMBER },
{ .id = "signal", .title = "Signal", .kind = ASSAY_LABEL, .values = "deviation closeness votes" },
{ .id = "fifth", .title = "Fifth of the pairs, by the signal", .kind = ASSAY_NUMBER },
{ .id = "trait",
  .title = "Trait of an answer",
  .kind = ASSAY_LABEL,
  .values = "length lines bullets digits questions exclamations refusals" },
{ .id = "side",
  .title = "Answer that people prefer",
  .kind = ASSAY_LABEL,
  .values = "more less" },

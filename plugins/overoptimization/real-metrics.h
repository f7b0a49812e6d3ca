/* SPDX-License-Identifier: Apache-2.0
 *
 * What is measured on data from files beyond the metrics of best of n: rows of the table in
 * metrics.h, which includes this.
 */

/* clang-format off: rows without their table */

/* ---- Replay ---- */
{ .id = "printed-gold",
  .title = "Gold reward as the published code prints it",
  .unit = "sd",
  .dims = "objective n prompt",
  .help = "llm_optimization's ensemble_rm.py sorts an ensemble's scores and answers and leaves the "
          "gold scores in the order of its first member, so for every objective it prints that "
          "member's gold." },
{ .id = "gold-apart",
  .title = "Answers that equal an earlier one and have another gold score",
  .dims = "prompt",
  .better = ASSAY_DOWN,
  .help = "Share of a prompt's answers. A gold model sees nothing but the text: more than a few "
          "mean that scores and answers have come apart, as in files that the published code has "
          "sorted." },
{ .id = "prompt-twins-gap",
  .title = "Identical members less a single one",
  .unit = "sd",
  .dims = "objective prompt",
  .better = ASSAY_DOWN,
  .help = "Largest difference of the gold curves over n." },
{ .id = "prompt-error",
  .title = "Mean |ensemble's mean - gold|",
  .unit = "sd",
  .dims = "bin prompt",
  .better = ASSAY_DOWN,
  .help = "Over a tenth of the prompt's answers, by the members' deviation; both with deviation 1 "
          "over all answers." },
{ .id = "prompt-deviation",
  .title = "Deviation between members",
  .unit = "sd",
  .dims = "bin prompt",
  .help = "Mean over the same tenth." },
{ .id = "printed-gold-mean",
  .title = "Gold reward as the published code prints it",
  .unit = "sd",
  .of = "printed-gold",
  .fold = ASSAY_FOLDS (ASSAY_MEAN ("prompt")) },
{ .id = "printed-final",
  .title = "Gold reward at the largest n as the published code prints it",
  .unit = "sd",
  .of = "printed-gold",
  .fold = ASSAY_FOLDS (ASSAY_AT ("n", "last"), ASSAY_MEAN ("prompt")) },
/* clang-format on */

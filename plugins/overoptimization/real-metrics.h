/* SPDX-License-Identifier: Apache-2.0
 *
 * What is measured on data from files beyond the metrics of best of n: rows of the table in
 * metrics.h, which includes this.
 */

/* Rows without their table: */
/* clang-format off */

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

/* ---- Preferences ---- */
{ .id = "pair-right",
  .title = "Validation accuracy",
  .dims = "scorer pair",
  .help = "Share of pairs held out that are ordered as their labels say; equal scores are half "
          "right. single: the average member. length: logistic regression on the logarithm of "
          "the lengths' quotient. shuffled: a model whose training labels are a coin's. random: "
          "scores that know nothing." },
{ .id = "pair-loss",
  .title = "Validation loss",
  .unit = "nats",
  .dims = "scorer pair",
  .better = ASSAY_DOWN,
  .help = "-log sigmoid of the margin; log 2 = 0.693 knows nothing. Of mean: of the mean margin, "
          "which is never above the members' mean loss (it is convex)." },
{ .id = "sureness",
  .title = "Probability given to the preferred answer",
  .dims = "scorer sure",
  .help = "Its mean over the pairs of a bin of a twentieth." },
{ .id = "sure-right",
  .title = "Share of pairs in which it is right",
  .dims = "scorer sure",
  .help = "Over the same bin." },
{ .id = "sure-share", .title = "Share of pairs that are in the bin", .dims = "scorer sure" },
{ .id = "calibration-error",
  .title = "Miscalibration",
  .dims = "scorer",
  .better = ASSAY_DOWN,
  .help = "Mean over pairs of |probability - share that is right| of their bin." },
{ .id = "pair-doubt",
  .title = "Doubt",
  .dims = "signal pair",
  .help = "deviation: of the members' margins, each on the scale that `norm` says. closeness: less "
          "the size of the mean margin, which a single model could tell as well. votes: share of "
          "members that order the pair the other way than the mean." },
{ .id = "pair-wrong", .title = "Ordered wrongly by the ensemble's mean", .dims = "pair" },
{ .id = "doubt-auroc",
  .title = "AUROC of wrong against right orderings",
  .dims = "signal",
  .help = "P (doubt in a pair that the mean orders wrongly > doubt in one that it orders rightly), "
          "ties half: 0.5 tells nothing." },
{ .id = "doubt-wrong",
  .title = "Share of pairs ordered wrongly by the ensemble's mean",
  .dims = "signal fifth",
  .better = ASSAY_DOWN },
{ .id = "trait-preferred",
  .title = "Share in which the answer with more is preferred",
  .dims = "scorer trait",
  .help = "Of the pairs whose answers differ in it. length: bytes. bullets: lines that begin with a "
          "dash, a star, a bullet or a number. refusals: phrases such as `I can't`." },
{ .id = "trait-correlation",
  .title = "Rank correlation of margin and difference in the trait",
  .dims = "scorer trait",
  .help = "Spearman's, each pair in both orders, so that nothing hangs on which answer is named "
          "first." },
{ .id = "trait-accuracy",
  .title = "Accuracy, by the answer that people prefer",
  .dims = "scorer side trait" },
{ .id = "trait-differs", .title = "Share of pairs whose answers differ in it", .dims = "trait" },
{ .id = "pair-accuracy",
  .title = "Accuracy",
  .of = "pair-right",
  .fold = ASSAY_FOLDS (ASSAY_MEAN ("pair")) },
{ .id = "pair-mean-loss",
  .title = "Loss (nats)",
  .better = ASSAY_DOWN,
  .of = "pair-loss",
  .fold = ASSAY_FOLDS (ASSAY_MEAN ("pair")) },
{ .id = "pair-longer",
  .title = "Longer answer preferred",
  .dims = "scorer pair",
  .help = "1, 0, or half where lengths or scores are equal." },

/* SPDX-License-Identifier: Apache-2.0
 *
 * Plans over files, which --set gives: rows of the table in presets.h, which includes this.
 */

/* Rows without their table: */
/* clang-format off */

{ .id = "replay",
  .title = "A best-of-n table of yours (--set scores=FILE)",
  .help = "Every objective, size of ensemble, coefficient and n on answers that are sampled and "
          "scored already: B1 to B4, B12 and B13 on prompts like the file's.",
  .plan = "data=replay",
  .seeds = 1,
  .seconds = 5 },
{ .id = "preferences",
  .title = "Reward-model ensembles on preference rows of yours (--set rows=FILE)",
  .help = "Five ensembles of five small models that differ by their seeds, and five of bootstrapped "
          "ones, with a tokenizer learnt from the rows: accuracy, calibration, disagreement against "
          "error, length and format bias. Sized for a few thousand rows.",
  .plan = "data=preferences noise=0 epochs=2 lm-epochs=2 diversity=seed,bootstrap",
  .seeds = 5,
  .seconds = 120 },

/* SPDX-License-Identifier: Apache-2.0
 *
 * Reward-model overoptimisation and what ensembles do about it (Coste et al. 2023; Gao et al.
 * 2022).  Tables; the work is in best-of-n.c and policy.c.
 */
#include "claims.h"
#include "figures.h"
#include "metrics.h"
#include "params.h"
#include "presets.h"
#include "real-study.h"

static void
run_study (AssayRun *run)
{
  const Params *p = run->params;

  if (strcmp (p->data, "replay") == 0)
    replay_scores (run, p);
  else
    assay_fail (run, "The runs of this study are being written.");
}

static const AssayStudy study = {
  ASSAY_STUDY_HEADER (Params, params),
  .id = "overoptimization",
  .title = "Reward-model overoptimization",
  .question = "Does an ensemble of reward models keep best-of-n and PPO from exploiting them?",
  .paper = "Coste, Anwar, Kirk, Krueger: Reward Model Ensembles Help Mitigate Overoptimization. "
           "arXiv 2310.02743. Gao, Schulman, Hilton: Scaling Laws for Reward Model "
           "Overoptimization. arXiv 2210.10760",
  .help = "Small transformers in a made-up world whose gold reward is known. Every replicate has "
          "new demonstrations, pairs, reward models and a new initial policy. The report prints "
          "the weights of the two sources of error and the grid of penalties.",
  .dims = ASSAY_TABLE (dims),
  .metrics = ASSAY_TABLE (metrics),
  .claims = ASSAY_TABLE (claims),
  .references = ASSAY_TABLE (references),
  .figures = ASSAY_TABLE (figures),
  .presets = ASSAY_TABLE (presets),
  .run = run_study,
};

static const AssayPlugin plugin = {
  ASSAY_PLUGIN_HEADER, .id = "overoptimization", .title = "Reward-model overoptimization",
  .version = "0.1.0",  .license = "Apache-2.0",  .study = &study,
};

const AssayPlugin *
assay_plugin_entry (void)
{
  return &plugin;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Reward-model overoptimisation and what ensembles do about it (Coste et al. 2023; Gao et al.
 * 2022).  Tables; the work is in best-of-n.c and policy.c.
 */
#include "claims.h"
#include "figures.h"
#include "learn/tensor/blas.h"
#include "metrics.h"
#include "params.h"
#include "presets.h"
#include "run.h"

#include <string.h>

static bool
is (const char *value, const char *name)
{
  return !strcmp (value, name);
}

/* Of ids[n] the place of @value, which is one of them. */
static uint32_t
place_of (const char *value, const char *const *ids, uint32_t n)
{
  uint32_t i = 0;

  while (i + 1 < n && !is (value, ids[i]))
    i++;
  return i;
}

static const char *const norms[] = { "none", "center", "zscore" }; /* AssayNormalization */

static AssayDiversity
diversity_of (const Params *p)
{
  const char *ids[ASSAY_N_DIVERSITIES];

  for (uint32_t i = 0; i < ASSAY_N_DIVERSITIES; i++)
    ids[i] = assay_diversities[i].id;
  return place_of (p->diversity, ids, ASSAY_N_DIVERSITIES);
}

#include "real-study.h"

static TaskOptions
task_of (const Params *p)
{
  TaskOptions options = task_options_default ();

  options.evaluation_prompts = (uint32_t) p->prompts;
  options.shared_feature = place_of (p->feature, task_feature_ids, TASK_FEATURES);
  options.weights[TASK_IDIOSYNCRATIC] = p->idiosyncratic;
  options.weights[TASK_SHARED] = p->shared;
  return options;
}

static AssayPpoOptions
ppo_of (const Params *p)
{
  AssayPpoOptions options = assay_ppo_defaults (assay_policy_estimator_find (
      is (p->optimizer, "reinforce") ? "reinforce-leave-one-out" : "ppo"));

  options.iterations = (uint32_t) p->iterations;
  options.rollouts = (uint32_t) p->rollouts;
  options.minibatch = options.rollouts / 2;
  options.optimizer.rate = p->rate;
  options.optimizer.max_norm = 1;
  options.kl = place_of (p->kl_estimator, assay_kl_ids, ASSAY_KLS);
  options.kl_place = place_of (p->kl_place, assay_kl_place_ids, ASSAY_KL_PLACES);
  options.kl_coefficient = p->beta;
  options.kl_target = p->kl_target;
  if (!options.estimator->values)
    return options;
  options.epochs = (uint32_t) p->ppo_epochs;
  options.clip = options.value_clip = p->clip;
  options.lambda = p->gae;
  return options;
}

static void
run_bazaar (AssayRun *run)
{
  const Params *p = run->params;
  Setup setup = { .task = task_of (p),
                  .world = (uint64_t) p->world,
                  .demonstrations = (uint32_t) p->demonstrations,
                  .policy_width = (uint32_t) p->policy_width,
                  .pairs = (uint32_t) p->pairs,
                  .width = (uint32_t) p->width,
                  .epochs = (uint32_t) p->epochs,
                  .noise = p->noise,
                  .rm_rate = p->rm_rate,
                  .diversity = diversity_of (p),
                  .norm = place_of (p->norm, norms, 3),
                  .reward = p->reward,
                  .member = (uint32_t) p->member - 1,
                  .members = (uint32_t) p->members,
                  .lambda = p->lambda,
                  .answers = (uint32_t) p->answers,
                  .ppo = ppo_of (p),
                  .evaluations = (uint32_t) p->evaluations,
                  .draws = (uint32_t) p->draws,
                  .checkpoint = p->checkpoint };

  if (setup.policy_width % 16 || setup.width % 8 || setup.ppo.rollouts % 4)
    assay_fail (run, "A policy's width is a multiple of 16, a reward model's of 8, and answers an "
                     "iteration come in fours.");
  else if (is (p->optimizer, "best-of-n"))
    run_best_of_n (run, &setup);
  else
    run_policy (run, &setup);
}

static void
run_study (AssayRun *run)
{
  const Params *p = run->params;

  if (is (p->data, "replay"))
    {
      replay_scores (run, p);
      return;
    }
  assay_note (run, "products", assay_blas_name ());
  if (is (p->data, "preferences"))
    learn_preferences (run, p);
  else
    run_bazaar (run);
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

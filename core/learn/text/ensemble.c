/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/text/ensemble.h"

#include "base/num/random.h"

#include <assay/random.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const AssayDiversityName assay_diversities[ASSAY_N_DIVERSITIES] = {
  [ASSAY_DIVERSITY_IDENTICAL] = { "identical", "None (control)", true },
  [ASSAY_DIVERSITY_SEED] = { "seed", "Head and order of the data", false },
  [ASSAY_DIVERSITY_BOOTSTRAP] = { "bootstrap", "Resampled pairs", true },
  [ASSAY_DIVERSITY_DISJOINT] = { "disjoint", "Disjoint parts of the pairs", true },
  [ASSAY_DIVERSITY_PRETRAIN] = { "pretrain", "Pretraining", true },
};

/* ---- members ---- */

/** The number that a member's streams go by. */
static uint32_t
number_of (AssayDiversity diversity, uint32_t member)
{
  return diversity == ASSAY_DIVERSITY_IDENTICAL ? 0 : member;
}

static AssayStream
member_stream (AssayDiversity diversity, uint64_t seed, uint32_t member, const char *what)
{
  AssayStream stream;
  char name[64];

  snprintf (name, sizeof name, "ensemble.%u.%s", number_of (diversity, member), what);
  assay_stream_init (&stream, seed, name);
  return stream;
}

static void
check (uint32_t n, AssayDiversity diversity, const AssayTrunks *trunks)
{
  bool own = diversity == ASSAY_DIVERSITY_PRETRAIN;

  if (n > 0 && n <= ASSAY_MAX_MEMBERS && (trunks == NULL || trunks->n == (own ? n : 1)))
    return;
  fprintf (stderr, "assay_ensemble_new: %u members of %s diversity, %u trunks\n", n,
           assay_diversities[diversity].id, trunks != NULL ? trunks->n : 0);
  abort ();
}

static AssayRewardModel *
member_new (const AssayEnsemble *ensemble, uint32_t member, AssayDiversity diversity,
            const AssayTrunks *trunks, uint64_t seed)
{
  AssayStream stream = member_stream (diversity, seed, member, "draw");
  AssayRewardModel *model = assay_reward_model_new (&ensemble->config, &stream);
  const AssayRewardModel *first = ensemble->members[0];

  if (trunks != NULL)
    assay_reward_model_take_trunk (model, trunks->params,
                                   trunks->values[trunks->n > 1 ? member : 0]);
  else if (diversity != ASSAY_DIVERSITY_PRETRAIN && first != NULL)
    assay_reward_model_take_trunk (model, first->params, first->params->values);
  return model;
}

AssayEnsemble *
assay_ensemble_new (const AssayGptConfig *config, uint32_t n, AssayDiversity diversity,
                    const AssayTrunks *trunks, uint64_t seed, AssayWorkers *workers)
{
  AssayEnsemble *ensemble = assay_alloc_zeroed (sizeof *ensemble);

  check (n, diversity, trunks);
  ensemble->n = n;
  ensemble->config = *config;
  for (uint32_t i = 0; i < n; i++)
    ensemble->members[i] = member_new (ensemble, i, diversity, trunks, seed);
  ensemble->scorer = assay_scorer_new (ensemble->members[0], workers);
  return ensemble;
}

void
assay_ensemble_free (AssayEnsemble *ensemble)
{
  if (ensemble == NULL)
    return;
  assay_scorer_free (ensemble->scorer);
  for (uint32_t i = 0; i < ensemble->n; i++)
    assay_reward_model_free (ensemble->members[i]);
  free (ensemble);
}

/* ---- the members' pairs ---- */

static uint32_t
bootstrap (uint64_t seed, uint32_t member, const uint32_t *rows, uint32_t n, uint32_t *own)
{
  AssayStream stream = member_stream (ASSAY_DIVERSITY_BOOTSTRAP, seed, member, "pairs");

  for (uint32_t i = 0; i < n; i++)
    own[i] = rows[assay_below (&stream, n)];
  return n;
}

/** All members shuffle alike, and each takes its part. */
static uint32_t
disjoint (uint64_t seed, uint32_t member, uint32_t n_members, const uint32_t *rows, uint32_t n,
          uint32_t *own)
{
  AssayStream stream = member_stream (ASSAY_DIVERSITY_DISJOINT, seed, 0, "parts");
  uint32_t begin = (uint32_t) ((uint64_t) n * member / n_members);
  uint32_t end = (uint32_t) ((uint64_t) n * (member + 1) / n_members);

  memcpy (own, rows, n * sizeof *own);
  assay_permute (&stream, own, n);
  memmove (own, own + begin, (end - begin) * sizeof *own);
  return end - begin;
}

uint32_t
assay_ensemble_rows (AssayDiversity diversity, uint64_t seed, uint32_t member, uint32_t n_members,
                     const uint32_t *rows, uint32_t n, uint32_t *own)
{
  if (diversity == ASSAY_DIVERSITY_BOOTSTRAP)
    return bootstrap (seed, member, rows, n, own);
  if (diversity == ASSAY_DIVERSITY_DISJOINT)
    return disjoint (seed, member, n_members, rows, n, own);
  memcpy (own, rows, n * sizeof *own);
  return n;
}

/* ---- training ---- */

typedef struct Work
{
  const AssayEnsemble *ensemble;
  const AssayEnsembleTraining *training;
  AssayWorkers *workers; /* of each member's own training; NULL: its thread */
  uint32_t first;        /* member of item 0 */
  pthread_mutex_t mutex; /* one report at a time */
  atomic_bool ended;
} Work;

typedef struct Member
{
  Work *work;
  uint32_t number;
} Member;

static bool
report (const AssayTrainingStep *step, void *data)
{
  const Member *member = data;
  Work *work = member->work;
  const AssayEnsembleTraining *training = work->training;

  if (training->report != NULL && !work->ended)
    {
      pthread_mutex_lock (&work->mutex);
      if (!training->report (member->number, step, training->data))
        work->ended = true;
      pthread_mutex_unlock (&work->mutex);
    }
  return !work->ended;
}

static void
train_member (void *data, uint32_t item)
{
  Work *work = data;
  const AssayEnsembleTraining *its = work->training;
  Member member = { work, work->first + item };
  AssayStream stream = member_stream (its->diversity, its->seed, member.number, "order");
  uint32_t *rows = assay_alloc_zeroed (its->n_rows * sizeof *rows);
  uint32_t n = assay_ensemble_rows (its->diversity, its->seed, member.number, work->ensemble->n,
                                    its->rows, its->n_rows, rows);

  if (n > 0 && !work->ended)
    {
      AssayTraining *training
          = assay_preference_training_new (work->ensemble->members[member.number], its->pairs, rows,
                                           n, its->decay, &its->options, &stream, work->workers);

      assay_training_run (training, report, &member);
      assay_training_free (training);
    }
  free (rows);
}

bool
assay_ensemble_train (AssayEnsemble *ensemble, const AssayEnsembleTraining *training,
                      AssayWorkers *workers)
{
  Work work = { .ensemble = ensemble, .training = training };
  uint32_t side_by_side = ensemble->n - ensemble->n % assay_workers_n (workers);

  pthread_mutex_init (&work.mutex, NULL);
  assay_workers_run (workers, train_member, &work, side_by_side);
  /* The rest would leave threads idle: these share each step instead. */
  work.workers = workers;
  work.first = side_by_side;
  for (uint32_t i = side_by_side; i < ensemble->n; i++)
    train_member (&work, i - side_by_side);
  pthread_mutex_destroy (&work.mutex);
  return !work.ended;
}

/* ---- what members say together ---- */

void
assay_ensemble_score (AssayEnsemble *ensemble, const AssaySequences *sequences, double *scores)
{
  for (uint32_t i = 0; i < ensemble->n; i++)
    assay_score (ensemble->scorer, ensemble->members[i]->params->values, sequences, scores + i,
                 ensemble->n);
}

static double
mean_of (const double *scores, size_t n_answers, uint32_t n_members, uint32_t member)
{
  double sum = 0;

  for (size_t i = 0; i < n_answers; i++)
    sum += scores[i * n_members + member];
  return sum / (double) n_answers;
}

/** The sum of products of two members' deviations from their means. */
static double
product_of (const double *scores, size_t n_answers, uint32_t n_members, const double *means,
            uint32_t a, uint32_t b)
{
  double sum = 0;

  for (size_t i = 0; i < n_answers; i++, scores += n_members)
    sum += (scores[a] - means[a]) * (scores[b] - means[b]);
  return sum;
}

double
assay_members_correlation (const double *scores, size_t n_answers, uint32_t n_members)
{
  double means[ASSAY_MAX_MEMBERS], squares[ASSAY_MAX_MEMBERS], sum = 0;
  double n_pairs = n_members * (n_members - 1.0) / 2;

  for (uint32_t a = 0; a < n_members; a++)
    {
      means[a] = mean_of (scores, n_answers, n_members, a);
      squares[a] = product_of (scores, n_answers, n_members, means, a, a);
    }
  for (uint32_t a = 0; a < n_members; a++)
    for (uint32_t b = 0; b < a; b++)
      sum += product_of (scores, n_answers, n_members, means, a, b)
             / sqrt (squares[a] * squares[b]);
  return n_pairs > 0 ? sum / n_pairs : NAN;
}

AssayRewardModel *
assay_ensemble_average (const AssayEnsemble *ensemble)
{
  AssayStream stream;
  AssayRewardModel *model;

  assay_stream_init (&stream, 0, "overwritten");
  model = assay_reward_model_new (&ensemble->config, &stream);
  for (size_t k = 0; k < model->params->size; k++)
    {
      double sum = 0;

      for (uint32_t i = 0; i < ensemble->n; i++)
        sum += (double) ensemble->members[i]->params->values[k];
      model->params->values[k] = (float) (sum / ensemble->n);
    }
  return model;
}

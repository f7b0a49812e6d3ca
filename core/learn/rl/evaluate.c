/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/rl/evaluate.h"
#include "learn/rl/view.h"
#include "learn/tensor/arena.h"

#include <stdlib.h>

typedef struct Episode
{
  double total; /* of its rewards */
  uint32_t length;
  bool terminated;
} Episode;

/* What runs in one world. */
typedef struct World
{
  uint32_t episode; /* n_episodes: nothing more */
  AssayStream stream;
} World;

typedef struct Evaluator
{
  const AssayEnvironment *environment;
  const AssayEvaluationOptions *options;
  void *worlds;
  uint32_t n;    /* worlds */
  uint32_t next; /* episode to start */
  uint32_t left; /* episodes that have not ended */
  World *running;
  Episode *episodes;
  uint64_t *seeds;
  uint8_t *observations, *starts, *terminated, *truncated;
  float *rewards;
  int32_t *actions;
} Evaluator;

static bool
begin (Evaluator *e)
{
  const AssayView *view = assay_view (e->environment, e->options->view);

  if (view == NULL || e->options->n_episodes == 0
      || (e->options->max_steps == 0 && e->environment->max_steps == 0))
    return false;
  e->worlds = e->environment->create (e->environment, e->n, e->options->view);
  if (e->worlds == NULL)
    return false;
  e->running = assay_alloc_zeroed (e->n * sizeof *e->running);
  e->episodes = assay_alloc_zeroed (e->options->n_episodes * sizeof *e->episodes);
  e->seeds = assay_alloc_zeroed (e->n * sizeof *e->seeds);
  e->observations = assay_alloc_zeroed (e->n * assay_view_bytes (view));
  e->starts = assay_alloc_zeroed (e->n);
  e->terminated = assay_alloc_zeroed (e->n);
  e->truncated = assay_alloc_zeroed (e->n);
  e->rewards = assay_alloc_zeroed (e->n * sizeof *e->rewards);
  e->actions = assay_alloc_zeroed (e->n * sizeof *e->actions);
  return true;
}

static void
end (Evaluator *e)
{
  e->environment->destroy (e->worlds);
  free (e->running);
  free (e->episodes);
  free (e->seeds);
  free (e->observations);
  free (e->starts);
  free (e->terminated);
  free (e->truncated);
  free (e->rewards);
  free (e->actions);
}

/** The next episode, if there is one, begins in world @i at the coming reset. */
static void
start_next (Evaluator *e, uint32_t i)
{
  World *world = &e->running[i];

  world->episode = e->next;
  if (e->next == e->options->n_episodes)
    return;
  e->seeds[i] = e->options->seeds != NULL ? e->options->seeds[e->next] : e->options->seed + e->next;
  assay_stream_init (&world->stream, e->seeds[i], "evaluate");
  e->starts[i] = 1;
  e->next++;
}

static void
reset_started (Evaluator *e)
{
  e->environment->reset (e->worlds, e->seeds, e->starts, e->observations);
  for (uint32_t i = 0; i < e->n; i++)
    e->starts[i] = 0;
}

static void
explore (Evaluator *e)
{
  for (uint32_t i = 0; i < e->n; i++)
    if (assay_uniform (&e->running[i].stream) < e->options->epsilon)
      e->actions[i] = (int32_t) assay_below (&e->running[i].stream, e->environment->n_actions);
}

/** Books a step of world @i; returns whether its episode has ended. */
static bool
book (Evaluator *e, uint32_t i)
{
  Episode *episode = &e->episodes[e->running[i].episode];

  episode->total += e->rewards[i];
  episode->length++;
  episode->terminated = e->terminated[i];
  return e->terminated[i] || e->truncated[i] || episode->length == e->options->max_steps;
}

static void
play (Evaluator *e, AssayPolicy policy, void *data)
{
  bool any = true;

  for (uint32_t i = 0; i < e->n; i++)
    start_next (e, i);
  while (e->left > 0)
    {
      if (any)
        reset_started (e);
      any = false;
      policy (data, e->observations, e->n, e->actions);
      if (e->options->epsilon > 0)
        explore (e);
      e->environment->step (e->worlds, e->actions, e->observations, e->rewards, e->terminated,
                            e->truncated);
      for (uint32_t i = 0; i < e->n; i++)
        if (e->running[i].episode < e->options->n_episodes && book (e, i))
          {
            e->left--;
            start_next (e, i);
            any = true;
          }
    }
}

static void
sum_up (const Evaluator *e, AssayEvaluation *evaluation, double *returns, uint32_t *lengths)
{
  uint32_t n = e->options->n_episodes, terminated = 0;
  double total = 0;

  *evaluation = (AssayEvaluation){ 0 };
  for (uint32_t k = 0; k < n; k++)
    {
      total += e->episodes[k].total;
      evaluation->steps += e->episodes[k].length;
      terminated += e->episodes[k].terminated;
      if (returns != NULL)
        returns[k] = e->episodes[k].total;
      if (lengths != NULL)
        lengths[k] = e->episodes[k].length;
    }
  evaluation->mean_return = total / n;
  evaluation->mean_length = (double) evaluation->steps / n;
  evaluation->share_terminated = (double) terminated / n;
}

bool
assay_evaluate (const AssayEnvironment *environment, const AssayEvaluationOptions *options,
                AssayPolicy policy, void *data, AssayEvaluation *evaluation, double *returns,
                uint32_t *lengths)
{
  Evaluator e = { .environment = environment,
                  .options = options,
                  .n = options->n_worlds > 0 ? options->n_worlds : 1,
                  .left = options->n_episodes };

  if (e.n > options->n_episodes)
    e.n = options->n_episodes;
  if (!begin (&e))
    return false;
  play (&e, policy, data);
  sum_up (&e, evaluation, returns, lengths);
  end (&e);
  return true;
}

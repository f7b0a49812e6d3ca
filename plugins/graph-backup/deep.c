/* SPDX-License-Identifier: Apache-2.0 */
#include "deep.h"

#include "grow.h"

#define FIRST_NODES 1024
#define ADAM_EPSILON 1.5e-4f /* as published */

/* ---- Living ------------------------------------------------------------------------ */

/* The node of the present moment, with room for it everywhere.  False: out of memory. */
static bool
arrive (Deep *d, bool first, uint32_t *node)
{
  uint32_t n = d->graph.n_nodes;

  *node = nodes_meet (&d->nodes, d->world.observations, worlds_key (&d->world, 0), first);
  if (*node == INTERN_NONE)
    return false;
  while (n <= *node)
    n *= 2;
  return n == d->graph.n_nodes || (graph_grow (&d->graph, n) && backup_grow (&d->backup, n));
}

static bool
begin_episode (Deep *d)
{
  worlds_begin (&d->world, 0, &d->streams.levels);
  if (!arrive (d, true, &d->node))
    return false;
  graph_start (&d->graph, d->node);
  return true;
}

/* Number of the action that does nothing: "none", "done". */
static int32_t
no_op (const AssayEnvironment *environment)
{
  const char *at = environment->actions;

  for (int32_t i = 0; at && *at; i++)
    {
      size_t length = strcspn (at, " ,");

      if (length == 4 && (!strncmp (at, "none", 4) || !strncmp (at, "done", 4)))
        return i;
      at += length + strspn (at + length, " ,");
    }
  return 0;
}

static double
epsilon_now (const Deep *d)
{
  double left = 1 - (double) d->n_steps / (d->settings.explore * d->settings.steps);

  return left > 0 ? d->settings.epsilon + (1 - d->settings.epsilon) * left : d->settings.epsilon;
}

static int32_t
greedy (const float *row, uint32_t n)
{
  int32_t best = 0;

  for (uint32_t a = 1; a < n; a++)
    if (row[a] > row[best])
      best = (int32_t) a;
  return best;
}

/* The action for the present moment and, in @probability, how likely it was. */
static int32_t
choose (Deep *d, float *probability)
{
  AssayStream *stream = &d->streams.explore;
  double epsilon = epsilon_now (d);
  int32_t best, action;

  *probability = 1;
  if (d->settings.policy == DEEP_NO_OP)
    return no_op (d->world.environment);
  if (d->settings.policy == DEEP_RANDOM)
    {
      *probability = 1.0f / (float) d->n_actions;
      return (int32_t) assay_below (stream, d->n_actions);
    }
  assay_dqn_values (d->dqn, ASSAY_DQN_ONLINE, d->world.observations, 1, d->values);
  best = greedy (d->values, d->n_actions);
  d->forwards++;
  action = assay_uniform (stream) < epsilon ? (int32_t) assay_below (stream, d->n_actions) : best;
  *probability = (float) (epsilon / d->n_actions + (action == best ? 1 - epsilon : 0));
  return action;
}

bool
deep_take (Deep *d, int32_t action, float probability)
{
  Worlds *w = &d->world;
  uint32_t next;
  float reward;

  worlds_step (w, &action);
  reward = w->rewards[0];
  if (d->settings.sign_reward)
    reward = (float) ((reward > 0) - (reward < 0));
  if (!arrive (d, false, &next))
    return false;
  memory_add (&d->memory, d->node, (uint32_t) action, reward, next,
              (w->terminated[0] ? STEP_TERMINAL : 0) | (w->ended[0] ? STEP_LAST : 0), probability);
  if (!graph_add (&d->graph, d->node, (uint32_t) action, reward, next, w->terminated[0]))
    return false;
  d->node = next;
  d->n_steps++;
  if (!w->ended[0])
    return true;
  d->return_sum += w->returns[0];
  d->n_episodes++;
  return begin_episode (d);
}

/* ---- Learning ------------------------------------------------------------------------ */

/* Room for @n observations and their values.  False: out of memory. */
static bool
make_room (Deep *d, uint32_t n)
{
  if (n <= d->n_seen)
    return true;
  if (!grow_array (&d->seen, d->n_seen, n, d->world.observation_size, 0)
      || !grow_array (&d->values, d->n_seen, n, d->n_actions * sizeof *d->values, 0))
    return false;
  d->n_seen = n;
  return true;
}

/* Has the wanted rows from the target network, all at once.  False: out of memory. */
static bool
evaluate_wanted (Deep *d)
{
  const uint32_t *wanted = d->backup.wanted;
  uint32_t n = d->backup.n_wanted;

  if (!make_room (d, n))
    return false;
  for (uint32_t i = 0; i < n; i++)
    nodes_observation (&d->nodes, wanted[i], d->seen + i * d->world.observation_size);
  assay_dqn_values (d->dqn, ASSAY_DQN_TARGET, d->seen, n, d->values);
  for (uint32_t i = 0; i < n; i++)
    backup_put (&d->backup, wanted[i], d->values + i * d->n_actions);
  d->forwards += n;
  return true;
}

/* One minibatch.  False: out of memory. */
static bool
update (Deep *d)
{
  const DeepSettings *s = &d->settings;

  for (uint32_t i = 0; i < s->batch; i++)
    d->sampled[i] = assay_below (&d->streams.replay, d->memory.n);
  if (!backup_plan (&d->backup, &s->rule, &d->memory, &d->graph, d->sampled, s->batch)
      || !evaluate_wanted (d))
    return false;
  for (uint32_t i = 0; i < s->batch; i++)
    {
      Target target;

      backup_planned (&d->backup, &s->rule, &d->memory, &d->graph, i, &target);
      nodes_observation (&d->nodes, target.node,
                         d->batch.observations + i * d->world.observation_size);
      d->batch.actions[i] = (int32_t) target.action;
      d->targets[i] = (float) target.value;
      d->target_sum += target.value / s->batch;
    }
  d->loss += assay_dqn_update (d->dqn, &d->batch, d->targets);
  d->forwards += 3 * s->batch;
  d->n_recent++;
  d->n_updates++;
  return true;
}

/* The update that is due, or as many as the grant lasts for. */
static bool
learn (Deep *d)
{
  if (!d->settings.forwards)
    return update (d);
  for (d->grant += d->settings.forwards; d->grant > 0;)
    {
      uint64_t before = d->forwards;

      if (!update (d))
        return false;
      d->grant -= (int64_t) (d->forwards - before);
    }
  return true;
}

bool
deep_step (Deep *d)
{
  const DeepSettings *s = &d->settings;
  float probability;
  int32_t action = choose (d, &probability);

  if (!deep_take (d, action, probability))
    return false;
  if (s->policy != DEEP_LEARN)
    return true;
  if (d->n_steps >= s->warm_up && d->n_steps % s->update_every == 0 && !learn (d))
    return false;
  if (d->n_steps % s->renew_every == 0)
    {
      assay_dqn_renew_target (d->dqn);
      backup_renew (&d->backup);
    }
  return true;
}

/* ---- Looking ------------------------------------------------------------------------- */

/* An action for every world of the evaluation that still runs. */
static void
choose_all (Deep *d)
{
  Worlds *w = &d->eval;
  AssayStream *stream = &d->streams.evaluate;
  uint32_t n = 0;

  if (d->dqn)
    {
      for (uint32_t i = 0; i < w->n; i++)
        if (!w->ended[i])
          memcpy (d->seen + n++ * w->observation_size, w->observations + i * w->observation_size,
                  w->observation_size);
      assay_dqn_values (d->dqn, ASSAY_DQN_ONLINE, d->seen, n, d->values);
      n = 0;
    }
  for (uint32_t i = 0; i < w->n; i++)
    {
      if (w->ended[i])
        continue;
      if (d->settings.policy == DEEP_NO_OP)
        d->eval_actions[i] = no_op (w->environment);
      else if (d->settings.policy == DEEP_RANDOM || assay_uniform (stream) < d->settings.epsilon)
        d->eval_actions[i] = (int32_t) assay_below (stream, d->n_actions);
      else
        d->eval_actions[i] = greedy (d->values + n * d->n_actions, d->n_actions);
      n++;
    }
}

static bool
all_ended (const Worlds *w)
{
  for (uint32_t i = 0; i < w->n; i++)
    if (!w->ended[i])
      return false;
  return true;
}

double
deep_evaluate (Deep *d, double *success)
{
  Worlds *w = &d->eval;
  double sum = 0, solved = 0;

  for (uint32_t i = 0; i < w->n; i++)
    worlds_begin (w, i, &d->streams.evaluate);
  while (!all_ended (w))
    {
      choose_all (d);
      worlds_step (w, d->eval_actions);
    }
  for (uint32_t i = 0; i < w->n; i++)
    {
      sum += w->returns[i];
      solved += w->returns[i] > 0;
    }
  *success = solved / w->n;
  return sum / w->n;
}

double
deep_value (Deep *d, uint32_t node)
{
  nodes_observation (&d->nodes, node, d->seen);
  assay_dqn_values (d->dqn, ASSAY_DQN_ONLINE, d->seen, 1, d->values);
  return d->values[greedy (d->values, d->n_actions)];
}

/* ---- Beginning and end --------------------------------------------------------------- */

bool
deep_encoding (AssayEncoding *encoding, const AssayEnvironment *environment)
{
  /* Types, colors and states of a cell; an agent's state is its direction. */
  static const uint32_t cell[] = { 11, 6, 4 };
  const AssayView *view = environment->views.rows;
  bool cells = !strncmp (environment->id, "minigrid.", 9);

  return view->type == ASSAY_U8 && view->n_dims == 3
         && assay_encoding_init (encoding, view, cells ? cell : NULL, cells ? 3 : 0);
}

static AssayDqn *
make_dqn (Deep *d)
{
  const DeepSettings *s = &d->settings;
  AssayDqnOptions options = { .network = { .n_actions = d->n_actions,
                                           .n_convs = s->n_convs,
                                           .n_hidden = s->n_convs ? 1 : 2,
                                           .hidden = { s->hidden, s->hidden } },
                              .huber_delta = 1,
                              .optimizer = assay_adam_defaults };

  memcpy (options.network.convs, s->convs, sizeof s->convs);
  options.optimizer.rate = (float) s->rate;
  options.optimizer.epsilon = ADAM_EPSILON;
  if (!deep_encoding (&options.network.encoding, d->world.environment))
    return NULL;
  return assay_dqn_new (&options, &d->streams.weights, NULL);
}

static bool
allocate (Deep *d)
{
  const DeepSettings *s = &d->settings;

  d->batch.n = s->batch;
  d->batch.observations = malloc (s->batch * d->world.observation_size);
  d->batch.actions = malloc (s->batch * sizeof *d->batch.actions);
  d->sampled = malloc (s->batch * sizeof *d->sampled);
  d->targets = malloc (s->batch * sizeof *d->targets);
  d->eval_actions = calloc (s->eval_worlds, sizeof *d->eval_actions);
  return d->batch.observations && d->batch.actions && d->sampled && d->targets && d->eval_actions
         && make_room (d, s->eval_worlds);
}

bool
deep_init (Deep *d, const AssayEnvironment *environment, const uint64_t *levels, uint32_t n_levels,
           const DeepSettings *settings, const DeepStreams *streams)
{
  const AssayView *view = environment->views.rows;
  bool learns = settings->policy == DEEP_LEARN;

  *d = (Deep){ .settings = *settings, .streams = *streams, .n_actions = environment->n_actions };
  if (worlds_init (&d->world, environment, 1, levels, n_levels)
      && worlds_init (&d->eval, environment, settings->eval_worlds, levels, n_levels)
      && allocate (d) && (!learns || (d->dqn = make_dqn (d)))
      && nodes_init (&d->nodes, settings->node, d->world.observation_size, view->high == 1,
                     environment->key_size)
      && memory_init (&d->memory, settings->steps)
      && graph_init (&d->graph, FIRST_NODES, d->n_actions)
      && backup_init (&d->backup, FIRST_NODES, d->n_actions, settings->gamma, &d->streams.branches)
      && begin_episode (d))
    return true;
  deep_clear (d);
  return false;
}

void
deep_clear (Deep *d)
{
  worlds_clear (&d->world);
  worlds_clear (&d->eval);
  nodes_clear (&d->nodes);
  memory_clear (&d->memory);
  graph_clear (&d->graph);
  backup_clear (&d->backup);
  assay_dqn_free (d->dqn);
  free (d->batch.observations);
  free (d->batch.actions);
  free (d->sampled);
  free (d->targets);
  free (d->eval_actions);
  free (d->seen);
  free (d->values);
  *d = (Deep){ .n_steps = 0 };
}

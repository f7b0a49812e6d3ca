/* SPDX-License-Identifier: Apache-2.0 */
#include "corridor.h"
#include "learn/rl/dqn.h"
#include "learn/rl/evaluate.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

/* ---- a chain whose optimal values are known ---- */

#define STATES 5
#define GAMMA 0.8

static const AssayView state_view = { "state", "State", ASSAY_U8, 1, { STATES }, 0, 1 };

/** Every transition of a chain: action 1 goes right, 0 left; +1 and the end behind the last state.
 */
static AssayBatch *
chain (void)
{
  AssayBatch *batch = assay_batch_new (2 * STATES, STATES);

  for (uint32_t i = 0; i < batch->n; i++)
    {
      uint32_t state = i / 2, next = i % 2 ? state + 1 : state > 0 ? state - 1 : 0;
      bool ends = next == STATES;

      batch->actions[i] = i % 2;
      batch->observations[i * STATES + state] = 1;
      batch->next_observations[i * STATES + (ends ? 0 : next)] = 1;
      batch->returns[i] = ends;
      batch->discounts[i] = ends ? 0 : GAMMA;
      batch->weights[i] = 1;
    }
  return batch;
}

typedef struct Variant
{
  const char *name;
  bool double_q, dueling, noisy, atoms, cnn;
  bool prioritized;
  uint32_t n_steps;
} Variant;

static const Variant variants[] = {
  { "plain", .n_steps = 1 },
  { "double", .double_q = true, .n_steps = 1 },
  { "dueling", .dueling = true, .n_steps = 1 },
  { "c51", .atoms = true, .n_steps = 1 },
  { "noisy", .noisy = true, .n_steps = 1 },
  { "by-priority", .prioritized = true, .n_steps = 1 },
  { "three-steps", .n_steps = 3 },
  { "convolutions", .cnn = true, .n_steps = 1 },
  { "all-together", true, true, true, true, true, true, 3 },
};

static AssayDqnOptions
options_of (const Variant *variant, const AssayView *view, uint32_t n_hidden)
{
  AssayDqnOptions o = { .network = { .n_actions = 2,
                                     .n_hidden = n_hidden,
                                     .hidden = { 24, 24 },
                                     .dueling = variant->dueling,
                                     .noisy = variant->noisy,
                                     .noise = 0.5f,
                                     .v_min = 0,
                                     .v_max = 1.25f },
                        .double_q = variant->double_q,
                        .huber_delta = 1,
                        .target_every = 25,
                        .optimizer = assay_adam_defaults };

  o.optimizer.rate = 0.01f;
  o.network.n_atoms = variant->atoms ? 21 : 0;
  g_assert_true (assay_encoding_init (&o.network.encoding, view, NULL, 0));
  if (variant->cnn)
    {
      o.network.n_convs = 1;
      o.network.convs[0] = (AssayQConv){ .filters = 8, .size = 3, .stride = 1, .padding = 1 };
    }
  return o;
}

/* Sweeps over all transitions: a table in effect, so that it must come to the optimal values. */
static void
test_chain (gconstpointer data)
{
  AssayDqnOptions o = options_of (data, &state_view, 0);
  AssayBatch *batch = chain ();
  float values[2 * STATES];
  AssayStream stream;
  AssayDqn *dqn;

  assay_stream_init (&stream, 1, "chain");
  dqn = assay_dqn_new (&o, &stream, NULL);
  for (uint32_t i = 0; i < 4000; i++)
    {
      dqn->optimizer->options.rate
          = (float) (0.02 * assay_schedule (ASSAY_SCHEDULE_LINEAR, i, 0, 4000, 0));
      assay_dqn_update (dqn, batch, NULL);
    }
  for (uint32_t s = 0; s < STATES; s++)
    {
      uint8_t seen[STATES] = { 0 };
      double right = pow (GAMMA, STATES - 1 - s), left = GAMMA * pow (GAMMA, STATES - MAX (s, 1));

      seen[s] = 1;
      assay_dqn_values (dqn, ASSAY_DQN_ONLINE, seen, 1, values);
      g_assert_cmpfloat_with_epsilon (values[1], right, 1e-3);
      g_assert_cmpfloat_with_epsilon (values[0], left, 1e-3);
    }
  assay_batch_free (batch);
  assay_dqn_free (dqn);
}

/* ---- the corridor ---- */

#define WORLDS 4

typedef struct Agent
{
  const Variant *variant;
  AssayVecEnv *env;
  AssayReplay *replay;
  AssayBatch *batch;
  AssayDqn *dqn;
  AssayStream acts, draws;
} Agent;

static void
agent_init (Agent *agent, const Variant *variant, uint64_t seed)
{
  AssayVecEnvOptions worlds = { .n = WORLDS, .view = variant->cnn ? 2 : 0, .seed = seed };
  AssayReplayOptions replay = { .capacity = 2000,
                                .lanes = WORLDS,
                                .observation_size = CORRIDOR_CELLS,
                                .n_steps = variant->n_steps,
                                .discount = GAMMA,
                                .prioritized = variant->prioritized,
                                .alpha = 0.5,
                                .beta = 0.4 };
  AssayStream stream;
  AssayDqnOptions o;

  agent->variant = variant;
  agent->env = assay_vecenv_new (&corridor, &worlds);
  agent->replay = assay_replay_new (&replay, NULL);
  agent->batch = assay_batch_new (32, CORRIDOR_CELLS);
  o = options_of (variant, agent->env->view, 2);
  assay_stream_init (&stream, seed, "weights");
  agent->dqn = assay_dqn_new (&o, &stream, NULL);
  assay_stream_init (&agent->acts, seed, "acts");
  assay_stream_init (&agent->draws, seed, "draws");
  assay_vecenv_reset (agent->env);
}

static void
agent_clear (Agent *agent)
{
  assay_vecenv_free (agent->env);
  assay_replay_free (agent->replay);
  assay_batch_free (agent->batch);
  assay_dqn_free (agent->dqn);
}

static void
train (Agent *agent, uint32_t steps)
{
  double epsilon = agent->variant->noisy ? 0 : 0.2;

  for (uint32_t t = 0; t < steps; t++)
    {
      int32_t actions[WORLDS];

      assay_dqn_act (agent->dqn, agent->env->observations, WORLDS, epsilon, &agent->acts, actions);
      assay_vecenv_step (agent->env, actions);
      assay_replay_add_step (agent->replay, agent->env, actions);
      g_assert_true (assay_replay_sample (agent->replay, &agent->draws, agent->batch));
      assay_dqn_update (agent->dqn, agent->batch, NULL);
      if (agent->variant->prioritized)
        assay_replay_set_priorities (agent->replay, agent->batch->entries, agent->dqn->errors,
                                     agent->batch->n, 1e-3);
    }
}

static void
greedy (void *data, const void *observations, uint32_t n, int32_t *actions)
{
  assay_dqn_act (data, observations, n, 0, NULL, actions);
}

static void
forward (void *data, const void *observations, uint32_t n, int32_t *actions)
{
  for (uint32_t i = 0; i < n; i++)
    actions[i] = corridor_forward ((const uint8_t *) observations + i * CORRIDOR_CELLS);
}

static void
test_corridor (gconstpointer data)
{
  const Variant *variant = data;
  AssayEvaluationOptions options
      = { .view = variant->cnn ? 2 : 0, .n_episodes = 30, .n_worlds = 7, .seed = 1000 };
  AssayEvaluation learned, optimal, before;
  Agent agent;

  agent_init (&agent, variant, 1);
  g_assert_true (assay_evaluate (&corridor, &options, greedy, agent.dqn, &before, NULL, NULL));
  g_assert_cmpfloat (before.mean_return, <, 1);
  train (&agent, 600);
  g_assert_true (assay_evaluate (&corridor, &options, greedy, agent.dqn, &learned, NULL, NULL));
  g_assert_true (assay_evaluate (&corridor, &options, forward, NULL, &optimal, NULL, NULL));
  g_assert_cmpfloat (learned.mean_return, ==, 1);
  g_assert_cmpfloat (learned.mean_length, ==, optimal.mean_length);
  agent_clear (&agent);
}

static void
assert_equal_agents (const Agent *a, const Agent *b)
{
  size_t bytes = a->dqn->params->size * sizeof (float);

  g_assert_cmpmem (a->dqn->params->values, bytes, b->dqn->params->values, bytes);
  g_assert_cmpmem (a->dqn->target, bytes, b->dqn->target, bytes);
  g_assert_cmpmem (a->batch->entries, 32 * 4, b->batch->entries, 32 * 4);
  g_assert_cmpmem (a->env->observations, WORLDS * CORRIDOR_CELLS, b->env->observations,
                   WORLDS * CORRIDOR_CELLS);
}

static void
test_equal_runs (gconstpointer data)
{
  Agent a, b, other;

  agent_init (&a, data, 5);
  agent_init (&b, data, 5);
  agent_init (&other, data, 6);
  train (&a, 60);
  train (&b, 60);
  train (&other, 60);
  assert_equal_agents (&a, &b);
  g_assert_true (memcmp (a.dqn->params->values, other.dqn->params->values, 256) != 0);
  agent_clear (&a);
  agent_clear (&b);
  agent_clear (&other);
}

/** As bytes, the way a run's checkpoint does it. */
static void
copy_state (const Agent *from, Agent *to, bool by_file)
{
  size_t worlds = assay_vecenv_state_size (from->env);
  size_t replay = assay_replay_state_size (from->replay), dqn = assay_dqn_state_size (from->dqn);
  g_autofree uint8_t *bytes = g_malloc (MAX (MAX (worlds, replay), dqn));

  assay_vecenv_get_state (from->env, bytes);
  g_assert_true (assay_vecenv_set_state (to->env, bytes, worlds));
  assay_replay_get_state (from->replay, bytes);
  g_assert_true (assay_replay_set_state (to->replay, bytes, replay));
  to->acts = from->acts;
  to->draws = from->draws;
  if (by_file)
    return;
  assay_dqn_get_state (from->dqn, bytes);
  g_assert_false (assay_dqn_set_state (to->dqn, bytes, dqn - 1));
  g_assert_true (assay_dqn_set_state (to->dqn, bytes, dqn));
}

static void
copy_by_file (const Agent *from, Agent *to)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("assay-dqn-XXXXXX", &error);
  g_autofree char *path = NULL;
  AssayCheckpoint saved = assay_dqn_checkpoint (from->dqn);
  AssayCheckpoint loaded = assay_dqn_checkpoint (to->dqn);
  AssayTensorsError wrong;

  g_assert_no_error (error);
  path = g_build_filename (folder, "dqn.safetensors", NULL);
  g_assert_true (assay_checkpoint_save (&saved, path, &wrong));
  g_assert_true (assay_checkpoint_load (&loaded, path, &wrong));
  g_assert_cmpint (g_remove (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
test_continues (gconstpointer data)
{
  for (uint32_t by_file = 0; by_file < 2; by_file++)
    {
      Agent whole, resumed;

      agent_init (&whole, data, 5);
      agent_init (&resumed, data, 99);
      train (&whole, 47);
      train (&resumed, 10);
      copy_state (&whole, &resumed, by_file);
      if (by_file)
        copy_by_file (&whole, &resumed);
      train (&whole, 40);
      train (&resumed, 40);
      assert_equal_agents (&whole, &resumed);
      agent_clear (&whole);
      agent_clear (&resumed);
    }
}

static void
add_variant (const Variant *variant)
{
  g_autofree char *learns = g_strconcat ("/rl/dqn/learns-the-corridor/", variant->name, NULL);
  g_autofree char *equal = g_strconcat ("/rl/dqn/equal-runs/", variant->name, NULL);
  g_autofree char *goes_on = g_strconcat ("/rl/dqn/goes-on-from-its-state/", variant->name, NULL);

  g_test_add_data_func (learns, variant, test_corridor);
  g_test_add_data_func (equal, variant, test_equal_runs);
  g_test_add_data_func (goes_on, variant, test_continues);
}

int
main (int argc, char **argv)
{
  static const Variant tables[]
      = { { "plain" }, { "double", .double_q = true }, { "dueling", .dueling = true } };

  g_test_init (&argc, &argv, NULL);
  for (uint32_t i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      g_autofree char *path = g_strconcat ("/rl/dqn/optimal-values/", tables[i].name, NULL);

      g_test_add_data_func (path, &tables[i], test_chain);
    }
  for (uint32_t i = 0; i < G_N_ELEMENTS (variants); i++)
    add_variant (&variants[i]);
  return g_test_run ();
}

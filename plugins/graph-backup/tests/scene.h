/* SPDX-License-Identifier: Apache-2.0
 *
 * What the tests share: small graphs and memories by hand, and the MiniGrid levels.
 */
#pragma once

#include "../agent.h"
#include "../mdp.h"
#include <glib.h>

#define G_EPSILON 1e-12
#define assert_close(a, b) g_assert_cmpfloat_with_epsilon (a, b, G_EPSILON)

/** A memory and its graph, with values to back up from. */
typedef struct Scene
{
  Memory memory;
  Graph graph;
  Backup backup;
  AssayStream stream;
  double *q;
} Scene;

void scene_open (Scene *scene, uint32_t n_nodes, uint32_t n_actions, double gamma);
void scene_close (Scene *scene);
/** Remembers a step in memory and graph, chosen with probability @behaviour. */
void scene_step (Scene *scene, uint32_t node, uint32_t action, double reward, uint32_t next,
                 uint32_t flags, double behaviour);
/** Sets a value of the target network. */
void scene_value (Scene *scene, uint32_t node, uint32_t action, double value);
double scene_target (Scene *scene, BackupRule rule, uint32_t t);

const AssayEnvironment *minigrid (const char *id);
void open_streams (AgentStreams *streams, uint64_t seed);

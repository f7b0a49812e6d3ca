/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include "base/num/random.h"

void
scene_open (Scene *scene, uint32_t n_nodes, uint32_t n_actions, double gamma)
{
  assay_stream_init (&scene->stream, 1, "branches");
  g_assert_true (memory_init (&scene->memory, 64));
  g_assert_true (graph_init (&scene->graph, n_nodes, n_actions));
  g_assert_true (backup_init (&scene->backup, n_nodes, n_actions, gamma, &scene->stream));
  scene->q = backup_values_new (&scene->backup);
  backup_sync (&scene->backup, scene->q);
}

void
scene_close (Scene *scene)
{
  memory_clear (&scene->memory);
  graph_clear (&scene->graph);
  backup_clear (&scene->backup);
  free (scene->q);
}

void
scene_step (Scene *scene, uint32_t node, uint32_t action, double reward, uint32_t next,
            uint32_t flags, double behaviour)
{
  memory_add (&scene->memory, node, action, (float) reward, next, flags, (float) behaviour);
  g_assert_true (
      graph_add (&scene->graph, node, action, (float) reward, next, flags & STEP_TERMINAL));
}

void
scene_value (Scene *scene, uint32_t node, uint32_t action, double value)
{
  scene->q[node * scene->backup.stride + action] = value;
  backup_sync (&scene->backup, scene->q);
}

double
scene_target (Scene *scene, BackupRule rule, uint32_t t)
{
  Target target;

  g_assert_true (backup_target (&scene->backup, &rule, &scene->memory, &scene->graph, t, &target));
  return target.value;
}

/* The environment plugin, linked in. */
const AssayPlugin *assay_plugin_entry (void);

const AssayEnvironment *
minigrid (const char *id)
{
  const AssayTable *table = &assay_plugin_entry ()->environments;

  for (uint32_t i = 0; i < table->n; i++)
    {
      const AssayEnvironment *e
          = (const AssayEnvironment *) ((const char *) table->rows + (size_t) i * table->stride);

      if (g_str_equal (e->id, id))
        return e;
    }
  g_assert_not_reached ();
}

void
open_streams (AgentStreams *streams, uint64_t seed)
{
  assay_stream_init (&streams->levels, seed, "levels");
  assay_stream_init (&streams->explore, seed, "explore");
  assay_stream_init (&streams->replay, seed, "replay");
  assay_stream_init (&streams->branches, seed, "branches");
  assay_stream_init (&streams->evaluate, seed, "evaluate");
}

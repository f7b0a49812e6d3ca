/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"
#include <string.h>

uint32_t
n_environments (void)
{
  return assay_plugin_entry ()->environments.n;
}

const AssayEnvironment *
environment (uint32_t i)
{
  const AssayTable *table = &assay_plugin_entry ()->environments;

  return (const AssayEnvironment *) ((const char *) table->rows + (size_t) i * table->stride);
}

const AssayEnvironment *
environment_named (const char *name)
{
  g_autofree char *id = g_strconcat ("minatar.", name, NULL);

  for (uint32_t i = 0; i < n_environments (); i++)
    if (g_str_equal (environment (i)->id, id))
      return environment (i);
  g_assert_not_reached ();
}

uint32_t
channels_of (const AssayEnvironment *is)
{
  return ((const AssayView *) is->views.rows)->shape[2];
}

Scene
open_scene (const char *name)
{
  Scene scene = { .is = environment_named (name) };

  scene.n_channels = channels_of (scene.is);
  scene.env = scene.is->create (scene.is, 1, 0);
  g_assert_nonnull (scene.env);
  set_scene_option (&scene, "sticky", 0);
  reset_scene (&scene, 1);
  return scene;
}

void
close_scene (Scene *scene)
{
  scene->is->destroy (scene->env);
  scene->env = NULL;
}

void
reset_scene (Scene *scene, uint64_t seed)
{
  scene->is->reset (scene->env, &seed, NULL, scene->observation);
  scene->reward = 0;
  scene->terminated = scene->truncated = 0;
}

void
set_scene_option (Scene *scene, const char *id, double value)
{
  g_assert_true (scene->is->set_option (scene->env, id, value));
}

bool
try_world (Scene *scene, const void *world, size_t size)
{
  g_autofree uint8_t *state = state_of (scene);

  g_assert_cmpuint (size, ==, scene->is->key_size);
  memcpy (state, world, size);
  return scene->is->set_state (scene->env, 0, state);
}

void
set_world (Scene *scene, const void *world, size_t size)
{
  g_assert_true (try_world (scene, world, size));
}

void
get_world (Scene *scene, void *world, size_t size)
{
  g_autofree uint8_t *state = state_of (scene);

  g_assert_cmpuint (size, ==, scene->is->key_size);
  memcpy (world, state, size);
}

void
play (Scene *scene, int32_t action)
{
  scene->is->step (scene->env, &action, scene->observation, &scene->reward, &scene->terminated,
                   &scene->truncated);
}

void
idle (Scene *scene, uint32_t n)
{
  for (uint32_t i = 0; i < n; i++)
    play (scene, NOTHING);
}

bool
sees (const Scene *scene, int x, int y, uint32_t channel)
{
  return scene->observation[(uint32_t) (y * SIDE + x) * scene->n_channels + channel] == 1;
}

uint32_t
count_seen (const Scene *scene, uint32_t channel)
{
  uint32_t n = 0;

  for (uint32_t i = 0; i < N_CELLS; i++)
    n += scene->observation[i * scene->n_channels + channel];
  return n;
}

uint8_t *
state_of (Scene *scene)
{
  uint8_t *state = g_malloc (scene->is->state_size);

  scene->is->get_state (scene->env, 0, state);
  return state;
}

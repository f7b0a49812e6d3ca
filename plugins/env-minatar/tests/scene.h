/* SPDX-License-Identifier: Apache-2.0
 *
 * One world, set and read as the struct of its game.
 */
#ifndef MINATAR_SCENE_H
#define MINATAR_SCENE_H

#include "../worlds.h"
#include <glib.h>

/** The last step of one world. */
typedef struct Scene
{
  const AssayEnvironment *is;
  void *env;
  uint32_t n_channels;
  uint8_t observation[N_CELLS * MAX_CHANNELS];
  float reward;
  uint8_t terminated, truncated;
} Scene;

/** The environments of the plugin. */
uint32_t n_environments (void);
const AssayEnvironment *environment (uint32_t i);
/** "breakout-minimal" */
const AssayEnvironment *environment_named (const char *name);
uint32_t channels_of (const AssayEnvironment *is);

/** One world, reset with seed 1; no action is sticky. */
Scene open_scene (const char *name);
void close_scene (Scene *scene);
void reset_scene (Scene *scene, uint64_t seed);
void set_scene_option (Scene *scene, const char *id, double value);

/** Puts @world, of @size bytes, in place of the one there is. */
void set_world (Scene *scene, const void *world, size_t size);
bool try_world (Scene *scene, const void *world, size_t size);
void get_world (Scene *scene, void *world, size_t size);
/** One step. */
void play (Scene *scene, int32_t action);
/** Steps of doing nothing. */
void idle (Scene *scene, uint32_t n);
bool sees (const Scene *scene, int x, int y, uint32_t channel);
/** How many cells of a channel are on. */
uint32_t count_seen (const Scene *scene, uint32_t channel);

/** A state as bytes; free with g_free. */
uint8_t *state_of (Scene *scene);

#define assert_result(scene, reward_, over)                                                        \
  do                                                                                               \
    {                                                                                              \
      g_assert_cmpfloat ((scene)->reward, ==, (reward_));                                          \
      g_assert_cmpuint ((scene)->terminated, ==, (over));                                          \
      g_assert_cmpuint ((scene)->truncated, ==, 0);                                                \
    }                                                                                              \
  while (0)

#endif

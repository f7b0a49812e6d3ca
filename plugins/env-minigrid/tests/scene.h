/* SPDX-License-Identifier: Apache-2.0
 *
 * Worlds written down as text, and played by letters.
 */
#ifndef MINIGRID_SCENE_H
#define MINIGRID_SCENE_H

#include "../minigrid.h"
#include <glib.h>

/** The last step of one world. */
typedef struct Scene
{
  const AssayEnvironment *is;
  void *env;
  uint8_t observation[MAX_SIDE * MAX_SIDE * 3];
  float reward;
  uint8_t terminated, truncated;
} Scene;

/** The environments of the plugin. */
uint32_t n_environments (void);
const AssayEnvironment *environment (uint32_t i);
/** "DoorKey-5x5" */
const AssayEnvironment *environment_named (const char *name);

/** One world; @view 0 full, 1 partial. */
Scene open_scene (const char *name, uint32_t view);
void close_scene (Scene *scene);
void reset_scene (Scene *scene, uint64_t seed);

/** Sets the world from rows of two characters a cell, as `text` writes them
 *  (the agent's cell is empty, or @under), after @steps; false if it is refused. */
bool try_scene (Scene *scene, const char *rows, Cell under, Cell carried, uint32_t steps);
void set_scene (Scene *scene, const char *rows);
void set_carrying (Scene *scene, const char *rows, Cell carried);

/** l, r, f, p, d, t, and . for done. */
void play (Scene *scene, const char *letters);
void assert_rows (Scene *scene, const char *rows);
void assert_carries (Scene *scene, Cell cell);

/** A state as bytes; free with g_free. */
uint8_t *state_of (Scene *scene);
Cell cell_in_state (const Scene *scene, const uint8_t *state, int x, int y);

#define NOTHING ((Cell){ EMPTY, 0, 0 })
#define THING(type, color) ((Cell){ type, color, 0 })

#endif

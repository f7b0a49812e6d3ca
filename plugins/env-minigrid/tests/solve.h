/* SPDX-License-Identifier: Apache-2.0
 *
 * Breadth-first search for a way to win a level, on its own reading of the
 * rules; the caller plays it and so proves it.
 */
#ifndef MINIGRID_SOLVE_H
#define MINIGRID_SOLVE_H

#include "scene.h"

/** Plays until the mission is won; false if no way is found. */
bool solve (Scene *scene);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * A user's emulator (atari.h) as an environment: four frames an action, the greater of the last
 * two, 84 x 84, four in a stack, up to thirty frames of nothing at the start.
 */
#ifndef GRAPH_BACKUP_ATARI_WORLD_H
#define GRAPH_BACKUP_ATARI_WORLD_H

#include "atari.h"
#include <assay/plugin.h>

typedef struct AtariWorld
{
  AssayEnvironment environment; /* first: its functions are given its address */
  const AssayAtari *emulator;
  void *library;
  const char *rom;
  AssayView view;
  int32_t actions[ASSAY_ATARI_ACTIONS]; /* of the 18, those that the game has */
} AtariWorld;

/** Loads the emulator at @library and tries the game at @rom, which must stay.  False: @why, of
 *  @size bytes, is a sentence. */
bool atari_open (AtariWorld *world, const char *library, const char *rom, char *why, size_t size);
void atari_close (AtariWorld *world);

#endif

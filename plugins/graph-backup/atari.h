/* SPDX-License-Identifier: Apache-2.0
 *
 * An Atari 2600 emulator that the user supplies.  Assay ships neither emulator nor games: the
 * Arcade Learning Environment is under another licence and the games are other people's.  To try
 * claim J3, write these functions over an emulator that you own (sixty lines over ALE's
 * ALEInterface), build them as a shared library, and name it and a ROM that you own:
 *
 *     assay run graph-backup --preset atari --set emulator=./my-atari.so --set rom=./game.bin
 *
 * C99, no other header.  A library exports one symbol, assay_atari, a table of the functions
 * below.  Calls come from one thread.  All memory is the library's.
 */
#ifndef GRAPH_BACKUP_ATARI_H
#define GRAPH_BACKUP_ATARI_H

#include <stdint.h>

#define ASSAY_ATARI_VERSION 1
#define ASSAY_ATARI_SYMBOL "assay_atari"
#define ASSAY_ATARI_ROWS 210
#define ASSAY_ATARI_COLUMNS 160
#define ASSAY_ATARI_ACTIONS 18

typedef struct AssayAtari
{
  uint32_t version; /* ASSAY_ATARI_VERSION */
  uint32_t reserved;

  /** A machine without a game; equal seeds play alike.  Sticky actions and frame skip are off:
   *  the caller does both.  NULL: cannot, and why () says so. */
  void *(*new_machine) (uint64_t seed);
  void (*free_machine) (void *machine);
  /** Puts the game at @path in and switches on.  Not 0: cannot, and why () says so. */
  int (*load) (void *machine, const char *path);
  /** Starts the game anew. */
  void (*reset) (void *machine);
  /** Plays one frame under @action, a number of the 2600's 18 (0: none); returns the points. */
  double (*act) (void *machine, int32_t action);
  /** The screen in grey, [ASSAY_ATARI_ROWS][ASSAY_ATARI_COLUMNS]. */
  void (*screen) (void *machine, uint8_t *grey);
  /** Lives left; 0 where a game has none. */
  int32_t (*lives) (void *machine);
  int (*game_over) (void *machine);
  /** The actions that mean something in this game, in ascending order, into @actions
   *  [ASSAY_ATARI_ACTIONS]; returns their number, at least 1. */
  uint32_t (*legal_actions) (void *machine, int32_t *actions);
  /** One sentence about the last failure. */
  const char *(*why) (void);
} AssayAtari;

#endif

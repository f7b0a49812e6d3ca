/* SPDX-License-Identifier: Apache-2.0
 *
 * An emulator as a user might write one, of a game in which a dot goes right under action 3 and
 * left under 4, and a point waits at the right rim.
 */
#include "../atari.h"

#include <stdlib.h>
#include <string.h>

#ifndef VERSION
#define VERSION ASSAY_ATARI_VERSION
#endif

typedef struct Machine
{
  int32_t x, frames;
  int over;
} Machine;

static void *
new_machine (uint64_t seed)
{
  return calloc (1, sizeof (Machine));
}

static int
load (void *machine, const char *path)
{
  return strstr (path, "good") == NULL;
}

static void
reset (void *machine)
{
  *(Machine *) machine = (Machine){ .x = 20 };
}

static double
act (void *machine, int32_t action)
{
  Machine *m = machine;

  m->x += action == 3 ? 2 : action == 4 ? -2 : 0;
  m->x = m->x < 0 ? 0 : m->x;
  m->over = m->x >= ASSAY_ATARI_COLUMNS - 8 || ++m->frames >= 400;
  return m->x >= ASSAY_ATARI_COLUMNS - 8 ? 7 : 0;
}

static void
screen (void *machine, uint8_t *grey)
{
  const Machine *m = machine;

  memset (grey, 0, ASSAY_ATARI_ROWS * ASSAY_ATARI_COLUMNS);
  for (int y = 100; y < 108; y++)
    memset (grey + y * ASSAY_ATARI_COLUMNS + m->x, 255, 8);
}

static int32_t
lives (void *machine)
{
  return 0;
}

static int
game_over (void *machine)
{
  return ((const Machine *) machine)->over;
}

static uint32_t
legal_actions (void *machine, int32_t *actions)
{
  static const int32_t legal[] = { 0, 3, 4 };

  memcpy (actions, legal, sizeof legal);
  return 3;
}

static const char *
why (void)
{
  return "this is no game.";
}

#if defined(__GNUC__)
__attribute__ ((visibility ("default")))
#endif
extern const AssayAtari assay_atari;
const AssayAtari assay_atari = { VERSION, 0,      new_machine, free,      load,          reset,
                                 act,     screen, lives,       game_over, legal_actions, why };

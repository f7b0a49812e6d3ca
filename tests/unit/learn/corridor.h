/* SPDX-License-Identifier: Apache-2.0
 *
 * An environment for tests: a corridor of cells, an agent that starts somewhere in its first half
 * (the seed says where) and goes forward or back, sometimes slipping; +1 and the end at the last
 * cell.  Forward is action 1 in even cells and action 0 in odd ones.
 */
#ifndef TEST_CORRIDOR_H
#define TEST_CORRIDOR_H

#include <assay/plugin.h>

#define CORRIDOR_CELLS 6
#define CORRIDOR_STEPS 20 /* an episode is truncated here */

/** Views: 0 one-hot bytes [cells], 1 one-hot floats [cells], 2 one-hot bytes [1][cells][1]. */
extern const AssayEnvironment corridor;

/** The action that leads forward from what is seen, in bytes. */
static inline int32_t
corridor_forward (const uint8_t *seen)
{
  uint32_t at = 0;

  while (!seen[at])
    at++;
  return at % 2 == 0;
}

#endif

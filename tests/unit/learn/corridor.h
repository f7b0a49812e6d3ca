/* SPDX-License-Identifier: Apache-2.0
 *
 * An environment for tests: a corridor of cells, an agent that starts somewhere in its left half
 * (the seed says where) and goes left or right, sometimes slipping; +1 and the end at the right.
 */
#ifndef TEST_CORRIDOR_H
#define TEST_CORRIDOR_H

#include <assay/plugin.h>

#define CORRIDOR_CELLS 6
#define CORRIDOR_STEPS 20 /* an episode is truncated here */

/** Views: 0 one-hot bytes [cells], 1 one-hot floats [cells], 2 one-hot bytes [1][cells][1]. */
extern const AssayEnvironment corridor;

#endif

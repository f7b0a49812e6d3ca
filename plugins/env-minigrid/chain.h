/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIGRID_CHAIN_H
#define MINIGRID_CHAIN_H

#include "minigrid.h"

enum
{
  MAX_CHAIN = 8
};

typedef struct ChainRoom
{
  Area area; /* with its walls */
  int entry; /* the wall with the door, as a direction */
  int door_x, door_y;
} ChainRoom;

/** Draws level->n rooms; false, if the walk got stuck. */
bool mg_chain_attempt (const Level *level, Random *random, ChainRoom *rooms);
/** The way out when no attempt succeeds: the smallest rooms side by side. */
void mg_chain_in_a_row (const Level *level, ChainRoom *rooms);
/** Walls, doors, agent and goal of the rooms. */
void mg_chain_build (const Level *level, World *world, Random *random, const ChainRoom *rooms);

#endif

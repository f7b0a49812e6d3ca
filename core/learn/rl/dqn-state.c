/* SPDX-License-Identifier: Apache-2.0
 *
 * What an agent continues from.
 */
#include "learn/rl/dqn.h"

#include <string.h>

AssayCheckpoint
assay_dqn_checkpoint (AssayDqn *dqn)
{
  return (AssayCheckpoint){
    .params = dqn->params,
    .optimizer = dqn->optimizer,
    .average = dqn->target,
    .streams = &dqn->stream,
    .n_streams = dqn->noise != NULL,
    .counters = &dqn->updates,
    .n_counters = 1,
  };
}

/* A piece of the state, as it lies in memory; the place of the noise follows them. */
typedef struct Piece
{
  void *data;
  size_t size;
} Piece;

#define N_PIECES 6

static void
list_pieces (const AssayDqn *dqn, Piece pieces[N_PIECES])
{
  size_t vector = dqn->params->size * sizeof (float);
  const Piece list[N_PIECES] = {
    { dqn->params->values, vector },
    { dqn->target, vector },
    { dqn->optimizer->moments1, vector },
    { dqn->optimizer->moments2, dqn->optimizer->moments2 != NULL ? vector : 0 },
    { &dqn->optimizer->steps, sizeof dqn->optimizer->steps },
    { (void *) &dqn->updates, sizeof dqn->updates },
  };

  memcpy (pieces, list, sizeof list);
}

size_t
assay_dqn_state_size (const AssayDqn *dqn)
{
  Piece pieces[N_PIECES];
  size_t size = sizeof (AssayStreamPlace);

  list_pieces (dqn, pieces);
  for (uint32_t i = 0; i < N_PIECES; i++)
    size += pieces[i].size;
  return size;
}

void
assay_dqn_get_state (const AssayDqn *dqn, void *state)
{
  AssayStreamPlace place = assay_stream_place (&dqn->stream);
  Piece pieces[N_PIECES];
  uint8_t *at = state;

  list_pieces (dqn, pieces);
  for (uint32_t i = 0; i < N_PIECES; at += pieces[i++].size)
    if (pieces[i].size > 0)
      memcpy (at, pieces[i].data, pieces[i].size);
  memcpy (at, &place, sizeof place);
}

bool
assay_dqn_set_state (AssayDqn *dqn, const void *state, size_t size)
{
  Piece pieces[N_PIECES];
  const uint8_t *at = state;
  AssayStreamPlace place;

  if (size != assay_dqn_state_size (dqn))
    return false;
  list_pieces (dqn, pieces);
  for (uint32_t i = 0; i < N_PIECES; at += pieces[i++].size)
    if (pieces[i].size > 0)
      memcpy (pieces[i].data, at, pieces[i].size);
  memcpy (&place, at, sizeof place);
  assay_stream_restore (&dqn->stream, &place);
  return true;
}

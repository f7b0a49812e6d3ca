/* SPDX-License-Identifier: Apache-2.0
 *
 * What a run continues from.
 */
#include "learn/text/ppo-internal.h"

#include <math.h>
#include <string.h>

#define N_COUNTERS (sizeof (AssayPpoState) / sizeof (uint64_t))

static bool
check_state (const AssayPpoState *state, const char *of, AssayTextError *error)
{
  double coefficient;

  memcpy (&coefficient, &state->kl_coefficient, sizeof coefficient);
  return (isfinite (coefficient) && coefficient >= 0)
         || assay_ppo_fail (error, "%.200s: its KL coefficient is %g, which none can be.", of,
                            coefficient);
}

/* ---- a file ---- */

static AssayCheckpoint
checkpoint_of (AssayPpo *ppo)
{
  return (AssayCheckpoint){
    .params = ppo->params,
    .optimizer = ppo->optimizer,
    .average = ppo->reference,
    .counters = (uint64_t *) &ppo->state,
    .n_counters = N_COUNTERS,
  };
}

bool
assay_ppo_save (AssayPpo *ppo, const char *path, AssayTextError *error)
{
  AssayCheckpoint checkpoint = checkpoint_of (ppo);
  AssayTensorsError why;

  return assay_checkpoint_save (&checkpoint, path, &why) || assay_ppo_fail (error, "%s", why.text);
}

/** The counters alone, which a file can have without being a run's. */
static bool
check_file (const char *path, AssayTextError *error)
{
  AssayTensorsError why;
  AssayTensors *file = assay_tensors_open (path, &why);
  const AssayTensorView *view;
  AssayPpoState state;
  bool ok = true;

  if (file == NULL)
    return assay_ppo_fail (error, "%s", why.text);
  view = assay_tensors_find (file, "training.counters");
  if (view != NULL && view->bytes == sizeof state)
    {
      uint64_t numbers[N_COUNTERS];
      uint32_t words[2 * N_COUNTERS];

      memcpy (words, view->data, sizeof words);
      for (size_t i = 0; i < N_COUNTERS; i++)
        numbers[i] = words[2 * i] | (uint64_t) words[2 * i + 1] << 32;
      memcpy (&state, numbers, sizeof state);
      ok = check_state (&state, path, error);
    }
  assay_tensors_free (file);
  return ok;
}

bool
assay_ppo_load (AssayPpo *ppo, const char *path, AssayTextError *error)
{
  AssayCheckpoint checkpoint = checkpoint_of (ppo);
  AssayTensorsError why;

  return check_file (path, error)
         && (assay_checkpoint_load (&checkpoint, path, &why)
             || assay_ppo_fail (error, "%s", why.text));
}

/* ---- bytes ---- */

typedef struct Piece
{
  void *data;
  size_t size;
} Piece;

#define N_PIECES 6

static void
list_pieces (const AssayPpo *ppo, Piece pieces[N_PIECES])
{
  size_t vector = ppo->params->size * sizeof (float);
  AssayOptimizer *optimizer = ppo->optimizer;
  const Piece list[N_PIECES] = {
    { (void *) &ppo->state, sizeof ppo->state }, /* the first: it is checked */
    { ppo->params->values, vector },
    { ppo->reference, vector },
    { optimizer->moments1, vector },
    { optimizer->moments2, optimizer->moments2 != NULL ? vector : 0 },
    { &optimizer->steps, sizeof optimizer->steps },
  };

  memcpy (pieces, list, sizeof list);
}

size_t
assay_ppo_state_size (const AssayPpo *ppo)
{
  Piece pieces[N_PIECES];
  size_t size = 0;

  list_pieces (ppo, pieces);
  for (uint32_t i = 0; i < N_PIECES; i++)
    size += pieces[i].size;
  return size;
}

void
assay_ppo_get_state (const AssayPpo *ppo, void *state)
{
  Piece pieces[N_PIECES];
  uint8_t *at = state;

  list_pieces (ppo, pieces);
  for (uint32_t i = 0; i < N_PIECES; at += pieces[i++].size)
    if (pieces[i].size > 0)
      memcpy (at, pieces[i].data, pieces[i].size);
}

bool
assay_ppo_set_state (AssayPpo *ppo, const void *state, size_t size, AssayTextError *error)
{
  Piece pieces[N_PIECES];
  const uint8_t *at = state;
  AssayPpoState counters;

  if (size != assay_ppo_state_size (ppo))
    return assay_ppo_fail (error, "A saved run of %zu bytes does not fit this one of %zu.", size,
                           assay_ppo_state_size (ppo));
  memcpy (&counters, state, sizeof counters);
  if (!check_state (&counters, "The saved run", error))
    return false;
  list_pieces (ppo, pieces);
  for (uint32_t i = 0; i < N_PIECES; at += pieces[i++].size)
    if (pieces[i].size > 0)
      memcpy (pieces[i].data, at, pieces[i].size);
  return true;
}

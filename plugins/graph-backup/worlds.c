/* SPDX-License-Identifier: Apache-2.0 */
#include "worlds.h"

#include <stdlib.h>
#include <string.h>

static size_t
view_size (const AssayView *view)
{
  size_t size = view->type == ASSAY_U8 ? 1 : sizeof (float);

  for (uint32_t d = 0; d < view->n_dims; d++)
    size *= view->shape[d];
  return size;
}

bool
worlds_init (Worlds *w, const AssayEnvironment *environment, uint32_t n, const uint64_t *levels,
             uint32_t n_levels)
{
  *w = (Worlds){ .environment = environment,
                 .n = n,
                 .observation_size = view_size (environment->views.rows),
                 .levels = levels,
                 .n_levels = n_levels };
  w->env = environment->create (environment, n, 0);
  w->observations = calloc (n, w->observation_size);
  w->rewards = calloc (n, sizeof *w->rewards);
  w->terminated = calloc (n, 1);
  w->truncated = calloc (n, 1);
  w->ended = calloc (n, 1);
  w->which = calloc (n, 1);
  w->clocks = calloc (n, sizeof *w->clocks);
  w->returns = calloc (n, sizeof *w->returns);
  w->seeds = calloc (n, sizeof *w->seeds);
  w->state = malloc (environment->state_size);
  if (w->env && w->observations && w->rewards && w->terminated && w->truncated && w->ended
      && w->which && w->clocks && w->returns && w->seeds && w->state)
    return true;
  worlds_clear (w);
  return false;
}

void
worlds_clear (Worlds *w)
{
  if (w->env)
    w->environment->destroy (w->env);
  free (w->observations);
  free (w->rewards);
  free (w->terminated);
  free (w->truncated);
  free (w->ended);
  free (w->which);
  free (w->clocks);
  free (w->returns);
  free (w->seeds);
  free (w->state);
  *w = (Worlds){ .n = 0 };
}

void
worlds_begin (Worlds *w, uint32_t i, AssayStream *stream)
{
  if (w->levels)
    w->seeds[i] = w->levels[assay_below (stream, w->n_levels)];
  else
    {
      w->seeds[i] = (uint64_t) assay_bits (stream) << 32;
      w->seeds[i] |= assay_bits (stream);
    }
  w->which[i] = 1;
  w->environment->reset (w->env, w->seeds, w->which, w->observations);
  w->which[i] = 0;
  w->ended[i] = w->terminated[i] = 0;
  w->clocks[i] = 0;
  w->returns[i] = 0;
}

void
worlds_step (Worlds *w, const int32_t *actions)
{
  uint32_t limit = worlds_limit (w->environment);

  w->environment->step (w->env, actions, w->observations, w->rewards, w->terminated, w->truncated);
  for (uint32_t i = 0; i < w->n; i++)
    {
      if (w->ended[i])
        continue;
      w->clocks[i]++;
      w->returns[i] += w->rewards[i];
      w->ended[i] = w->terminated[i] || w->truncated[i] || w->clocks[i] >= limit;
    }
}

const void *
worlds_key (Worlds *w, uint32_t i)
{
  w->environment->get_state (w->env, i, w->state);
  return w->state;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "mdp.h"

#include "intern.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const mdp_view_ids[N_VIEWS] = { "full", "partial" };

bool
mdp_allocate (Mdp *mdp, uint32_t n_states, uint32_t n_actions, uint32_t n_starts)
{
  size_t pairs = (size_t) n_states * n_actions;

  *mdp = (Mdp){ .n_states = n_states, .n_actions = n_actions, .n_starts = n_starts };
  mdp->next = malloc (pairs * sizeof *mdp->next);
  mdp->reward = calloc (pairs, 1);
  mdp->terminal = calloc (pairs, 1);
  mdp->starts = calloc (n_starts, sizeof *mdp->starts);
  mdp->parent = calloc (n_states, sizeof *mdp->parent);
  mdp->parent_action = calloc (n_states, 1);
  mdp->level = calloc (n_states, sizeof *mdp->level);
  if (!mdp->next || !mdp->reward || !mdp->terminal || !mdp->starts || !mdp->parent
      || !mdp->parent_action || !mdp->level)
    {
      mdp_clear (mdp);
      return false;
    }
  for (size_t i = 0; i < pairs; i++)
    mdp->next[i] = (uint32_t) (i / n_actions);
  return true;
}

void
mdp_clear (Mdp *mdp)
{
  free (mdp->next);
  free (mdp->reward);
  free (mdp->terminal);
  free (mdp->starts);
  free (mdp->parent);
  free (mdp->parent_action);
  free (mdp->level);
  for (int v = 0; v < N_VIEWS; v++)
    free (mdp->view[v]);
  *mdp = (Mdp){ .n_states = 0 };
}

/* What the search carries. */
typedef struct Search
{
  const AssayEnvironment *environment;
  void *worlds; /* one per action */
  uint8_t *state, *observations;
  float *rewards;
  uint8_t *terminated, *truncated;
  int32_t *actions;
  Intern keys;
  uint32_t capacity; /* of the MDP's arrays */
} Search;

static size_t
view_bytes (const AssayView *view)
{
  size_t n = view->type == ASSAY_U8 ? 1 : 4;

  for (uint32_t d = 0; d < view->n_dims; d++)
    n *= view->shape[d];
  return n;
}

static const AssayView *
view_at (const AssayEnvironment *environment, uint32_t i)
{
  return (const AssayView *) ((const char *) environment->views.rows
                              + (size_t) i * environment->views.stride);
}

static bool
search_open (Search *s, const AssayEnvironment *e)
{
  uint32_t n = e->n_actions;

  *s = (Search){ .environment = e };
  s->worlds = e->create (e, n, 0);
  s->state = malloc (e->state_size);
  s->observations = malloc (n * view_bytes (view_at (e, 0)));
  s->rewards = malloc (n * sizeof *s->rewards);
  s->terminated = malloc (n);
  s->truncated = malloc (n);
  s->actions = malloc (n * sizeof *s->actions);
  if (!intern_init (&s->keys, e->key_size) || !s->worlds || !s->state || !s->observations
      || !s->rewards || !s->terminated || !s->truncated || !s->actions)
    return false;
  for (uint32_t a = 0; a < n; a++)
    s->actions[a] = (int32_t) a;
  return true;
}

static void
search_close (Search *s)
{
  if (s->worlds)
    s->environment->destroy (s->worlds);
  free (s->state);
  free (s->observations);
  free (s->rewards);
  free (s->terminated);
  free (s->truncated);
  free (s->actions);
  intern_clear (&s->keys);
}

#define GROW(pointer, n)                                                                           \
  do                                                                                               \
    {                                                                                              \
      void *grown_ = realloc (pointer, (n) * sizeof *(pointer));                                   \
      if (!grown_)                                                                                 \
        return false;                                                                              \
      pointer = grown_;                                                                            \
    }                                                                                              \
  while (0)

static bool
reserve (Mdp *mdp, Search *s, uint32_t n_states)
{
  size_t capacity, pairs;

  if (n_states <= s->capacity)
    return true;
  capacity = (size_t) n_states * 2;
  pairs = capacity * mdp->n_actions;
  GROW (mdp->next, pairs);
  GROW (mdp->reward, pairs);
  GROW (mdp->terminal, pairs);
  GROW (mdp->parent, capacity);
  GROW (mdp->parent_action, capacity);
  GROW (mdp->level, capacity);
  s->capacity = (uint32_t) capacity;
  return true;
}

/* Number of the state in world @i; a new one starts as a dead end, which is what
 * a state stays that only the end of an episode leads to. */
static uint32_t
note_state (Mdp *mdp, Search *s, uint32_t i, bool *is_new)
{
  uint32_t number;

  s->environment->get_state (s->worlds, i, s->state);
  number = intern_add (&s->keys, s->state, is_new);
  if (number == INTERN_NONE || !*is_new)
    return number;
  mdp->n_states = s->keys.n;
  if (!reserve (mdp, s, mdp->n_states))
    return INTERN_NONE;
  for (uint32_t a = 0; a < mdp->n_actions; a++)
    {
      size_t pair = (size_t) number * mdp->n_actions + a;

      mdp->next[pair] = number;
      mdp->reward[pair] = 0;
      mdp->terminal[pair] = 1;
    }
  mdp->parent[number] = number;
  mdp->parent_action[number] = 0;
  mdp->level[number] = 0;
  return number;
}

typedef struct Queue
{
  uint32_t *states, n, at, capacity;
  uint8_t *queued; /* by state */
} Queue;

static bool
enqueue (Queue *queue, uint32_t state, uint32_t n_states)
{
  if (n_states > queue->capacity)
    {
      uint32_t capacity = n_states * 2;

      GROW (queue->states, capacity);
      GROW (queue->queued, capacity);
      memset (queue->queued + queue->capacity, 0, capacity - queue->capacity);
      queue->capacity = capacity;
    }
  if (queue->queued[state])
    return true;
  queue->queued[state] = 1;
  queue->states[queue->n++] = state;
  return true;
}

static MdpResult
add_starts (Mdp *mdp, Search *s, Queue *queue, uint8_t *clock, const uint64_t *seeds, uint32_t n)
{
  const AssayEnvironment *e = s->environment;
  uint64_t *all = malloc (e->n_actions * sizeof *all);

  if (!all)
    return MDP_NO_MEMORY;
  for (uint32_t level = 0; level < n; level++)
    {
      bool is_new;
      uint32_t start;

      for (uint32_t a = 0; a < e->n_actions; a++)
        all[a] = seeds[level];
      e->reset (s->worlds, all, NULL, s->observations);
      start = note_state (mdp, s, 0, &is_new);
      if (start == INTERN_NONE || !enqueue (queue, start, mdp->n_states))
        break;
      if (is_new)
        mdp->level[start] = level;
      if (level == 0)
        memcpy (clock, s->state + e->key_size, e->state_size - e->key_size);
      mdp->starts[mdp->n_starts++] = start;
    }
  free (all);
  return mdp->n_starts == n ? MDP_OK : MDP_NO_MEMORY;
}

/* Every action from @state, each in a world of its own, all at time 0. */
static MdpResult
expand (Mdp *mdp, Search *s, Queue *queue, const uint8_t *clock, uint8_t *state, uint32_t number)
{
  const AssayEnvironment *e = s->environment;

  memcpy (state, s->keys.keys + (size_t) number * e->key_size, e->key_size);
  memcpy (state + e->key_size, clock, e->state_size - e->key_size);
  for (uint32_t a = 0; a < e->n_actions; a++)
    if (!e->set_state (s->worlds, a, state))
      return MDP_REFUSED;
  e->step (s->worlds, s->actions, s->observations, s->rewards, s->terminated, s->truncated);
  for (uint32_t a = 0; a < e->n_actions; a++)
    {
      size_t pair = (size_t) number * e->n_actions + a;
      bool is_new;
      uint32_t next = note_state (mdp, s, a, &is_new);

      if (next == INTERN_NONE)
        return MDP_NO_MEMORY;
      if (is_new)
        {
          mdp->parent[next] = number;
          mdp->parent_action[next] = (uint8_t) a;
          mdp->level[next] = mdp->level[number];
        }
      mdp->next[pair] = next;
      mdp->reward[pair] = s->rewards[a] > 0;
      mdp->terminal[pair] = s->terminated[a] != 0;
      if (!s->terminated[a] && !enqueue (queue, next, mdp->n_states))
        return MDP_NO_MEMORY;
    }
  return MDP_OK;
}

static MdpResult
number_view (Mdp *mdp, Search *s, const uint8_t *clock, uint8_t *state, int v)
{
  const AssayEnvironment *e = s->environment;
  Intern seen = { .n = 0 };
  uint8_t *observation = NULL;
  void *world = NULL;
  MdpResult result = MDP_NO_MEMORY;
  uint32_t which = 0;

  while (which < e->views.n && strcmp (view_at (e, which)->id, mdp_view_ids[v]))
    which++;
  if (which == e->views.n)
    return MDP_OK;
  world = e->create (e, 1, which);
  observation = malloc (view_bytes (view_at (e, which)));
  mdp->view[v] = malloc (mdp->n_states * sizeof *mdp->view[v]);
  if (!world || !observation || !mdp->view[v]
      || !intern_init (&seen, view_bytes (view_at (e, which))))
    goto out;
  e->reset (world, &(uint64_t){ 1 }, NULL, observation);
  memcpy (state + e->key_size, clock, e->state_size - e->key_size);
  for (uint32_t i = 0; i < mdp->n_states; i++)
    {
      bool is_new;

      memcpy (state, s->keys.keys + (size_t) i * e->key_size, e->key_size);
      if (!e->set_state (world, 0, state))
        {
          result = MDP_REFUSED;
          goto out;
        }
      e->observe (world, 0, observation);
      mdp->view[v][i] = intern_add (&seen, observation, &is_new);
      if (mdp->view[v][i] == INTERN_NONE)
        goto out;
    }
  mdp->n_observations[v] = seen.n;
  result = MDP_OK;
out:
  if (world)
    e->destroy (world);
  free (observation);
  intern_clear (&seen);
  return result;
}

MdpResult
mdp_enumerate (Mdp *mdp, const AssayEnvironment *e, const uint64_t *seeds, uint32_t n_seeds,
               uint32_t max_states, bool (*cancelled) (void *), void *data)
{
  Search search;
  Queue queue = { .states = NULL };
  MdpResult result = MDP_NO_MEMORY;
  uint8_t *clock = malloc (e->state_size - e->key_size + 1), *state = malloc (e->state_size);

  *mdp = (Mdp){ .n_actions = e->n_actions, .max_steps = e->max_steps };
  mdp->starts = malloc (n_seeds * sizeof *mdp->starts);
  if (search_open (&search, e) && clock && state && mdp->starts)
    result = add_starts (mdp, &search, &queue, clock, seeds, n_seeds);
  while (result == MDP_OK && queue.at < queue.n)
    {
      if (mdp->n_states > max_states)
        result = MDP_TOO_LARGE;
      else if (queue.at % 1024 == 0 && cancelled && cancelled (data))
        result = MDP_CANCELLED;
      else
        result = expand (mdp, &search, &queue, clock, state, queue.states[queue.at++]);
    }
  for (int v = 0; v < N_VIEWS && result == MDP_OK; v++)
    result = number_view (mdp, &search, clock, state, v);
  search_close (&search);
  free (queue.states);
  free (queue.queued);
  free (clock);
  free (state);
  if (result != MDP_OK)
    mdp_clear (mdp);
  return result;
}

/* ---- The file ------------------------------------------------------------- */

typedef struct Header
{
  char magic[8];
  uint32_t n_states, n_actions, n_starts, max_steps, n_observations[N_VIEWS];
} Header;

static const char magic[8] = "assaymd1";

typedef struct Part
{
  void **at;
  size_t bytes;
} Part;

#define N_PARTS (7 + N_VIEWS)

/* Every array of the MDP, in the order of the file; absent views have no bytes. */
static void
list_parts (Mdp *mdp, Part parts[N_PARTS])
{
  size_t n = mdp->n_states, pairs = n * mdp->n_actions;
  Part list[7]
      = { { (void **) &mdp->next, pairs * 4 }, { (void **) &mdp->starts, mdp->n_starts * 4u },
          { (void **) &mdp->parent, n * 4 },   { (void **) &mdp->level, n * 4 },
          { (void **) &mdp->reward, pairs },   { (void **) &mdp->terminal, pairs },
          { (void **) &mdp->parent_action, n } };

  memcpy (parts, list, sizeof list);
  for (int v = 0; v < N_VIEWS; v++)
    parts[7 + v] = (Part){ (void **) &mdp->view[v], mdp->n_observations[v] ? n * 4 : 0 };
}

bool
mdp_save (const Mdp *mdp, const char *path)
{
  Mdp copy = *mdp;
  Part parts[N_PARTS];
  Header header = { .n_states = mdp->n_states,
                    .n_actions = mdp->n_actions,
                    .n_starts = mdp->n_starts,
                    .max_steps = mdp->max_steps };
  FILE *file = fopen (path, "wb");
  bool ok = file != NULL;

  memcpy (header.magic, magic, sizeof magic);
  memcpy (header.n_observations, mdp->n_observations, sizeof header.n_observations);
  list_parts (&copy, parts);
  ok = ok && fwrite (&header, sizeof header, 1, file) == 1;
  for (int i = 0; i < N_PARTS; i++)
    ok = ok && fwrite (*parts[i].at, 1, parts[i].bytes, file) == parts[i].bytes;
  if (file && fclose (file))
    ok = false;
  return ok;
}

static bool
below (const uint32_t *values, size_t n, uint32_t limit)
{
  for (size_t i = 0; i < n; i++)
    if (values[i] >= limit)
      return false;
  return true;
}

static bool
check (const Mdp *mdp)
{
  size_t n = mdp->n_states;
  bool ok = below (mdp->next, n * mdp->n_actions, mdp->n_states)
            && below (mdp->starts, mdp->n_starts, mdp->n_states)
            && below (mdp->parent, n, mdp->n_states) && below (mdp->level, n, mdp->n_starts);

  for (int v = 0; v < N_VIEWS && ok; v++)
    ok = !mdp->view[v] || below (mdp->view[v], n, mdp->n_observations[v]);
  for (size_t i = 0; i < n && ok; i++)
    ok = mdp->parent_action[i] < mdp->n_actions;
  return ok;
}

bool
mdp_load (Mdp *mdp, const char *path)
{
  Part parts[N_PARTS];
  Header header;
  size_t bytes = sizeof header;
  FILE *file = fopen (path, "rb");
  bool ok = file && fread (&header, sizeof header, 1, file) == 1
            && !memcmp (header.magic, magic, sizeof magic) && header.n_states > 0
            && header.n_states < UINT32_MAX / 1024 && header.n_actions > 0
            && header.n_actions <= 256 && header.n_starts > 0;

  *mdp = (Mdp){ .n_states = 0 };
  if (ok)
    {
      mdp->n_states = header.n_states;
      mdp->n_actions = header.n_actions;
      mdp->n_starts = header.n_starts;
      mdp->max_steps = header.max_steps;
      memcpy (mdp->n_observations, header.n_observations, sizeof header.n_observations);
      list_parts (mdp, parts);
      for (int i = 0; i < N_PARTS; i++)
        bytes += parts[i].bytes;
      /* The length is known before anything is allocated by a number from the file. */
      ok = !fseek (file, 0, SEEK_END) && ftell (file) == (long) bytes
           && !fseek (file, sizeof header, SEEK_SET);
    }
  for (int i = 0; i < N_PARTS && ok; i++)
    if (parts[i].bytes)
      {
        *parts[i].at = malloc (parts[i].bytes);
        ok = *parts[i].at && fread (*parts[i].at, 1, parts[i].bytes, file) == parts[i].bytes;
      }
  ok = ok && check (mdp);
  if (file)
    fclose (file);
  if (!ok)
    mdp_clear (mdp);
  return ok;
}

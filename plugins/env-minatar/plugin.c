/* SPDX-License-Identifier: Apache-2.0
 *
 * The batch of worlds behind AssayEnvironment, with sticky actions, and the table of environments.
 */
#include "base/num/random.h"
#include "worlds.h"
#include <stdlib.h>
#include <string.h>

/* name, id, title, its world, channels, the highest reward of a step, the minimal set of actions
 * (how many, their names, which), what it is about */
#define GAMES(G)                                                                                   \
  G (asterix, "asterix", "Asterix", Asterix, 4, 1, 5, "none left up right down",                   \
     LIST (0, 1, 2, 3, 4), "Gather gold and avoid enemies.")                                       \
  G (breakout, "breakout", "Breakout", Breakout, 4, 1, 3, "none left right", LIST (0, 1, 3),       \
     "Keep the ball in play and break the bricks.")                                                \
  G (freeway, "freeway", "Freeway", Freeway, 7, 1, 3, "none up down", LIST (0, 2, 4),              \
     "Bring the chicken across the road as often as time allows.")                                 \
  G (seaquest, "seaquest", "Seaquest", Seaquest, 10, 12, 6, ALL_ACTIONS, LIST (0, 1, 2, 3, 4, 5),  \
     "Shoot fish and submarines, gather divers and surface before the air is out.")                \
  G (space_invaders, "space-invaders", "Space Invaders", Invaders, 6, 2, 4,                        \
     "none left right fire", LIST (0, 1, 3, 5), "Shoot the aliens before they come down.")

#define ALL_ACTIONS "none left up right down fire"
#define LIST(...)                                                                                  \
  {                                                                                                \
    __VA_ARGS__                                                                                    \
  }

/** An environment: a game and a set of actions. */
typedef struct Variant
{
  const char *id;
  const Game *game;
  int32_t n_actions;
  uint8_t actions[N_ACTIONS];
} Variant;

#define VARIANTS(name, id_, title, World, channels, highest, n_minimal, names, minimal, about)     \
  { "minatar." id_, &ma_##name, N_ACTIONS, { 0, 1, 2, 3, 4, 5 } },                                 \
      { "minatar." id_ "-minimal", &ma_##name, n_minimal, minimal },

static const Variant variants[] = { GAMES (VARIANTS) };

typedef enum Option
{
  STICKY,
  RAMPING,
  MT19937,
  N_OPTIONS
} Option;

static const AssayOption options[N_OPTIONS] = {
  [STICKY] = { "sticky", "Probability that the last action is repeated", 0.1, 0, 1 },
  [RAMPING] = { "ramping", "Whether the game grows harder", 1, 0, 1 },
  [MT19937] = { "mt19937", "Draw as the published games do", 0, 0, 1 },
};

/** One batch; its worlds lie one behind the other, `stride` bytes each. */
typedef struct Batch
{
  const Variant *variant;
  const Game *game;
  size_t stride, view_size;
  uint32_t n;
  bool ramping;
  double sticky;
  uint8_t *worlds;
  Random *random;
  Mt *mts; /* [n]; NULL: the house's streams */
} Batch;

/** What follows the key in a state: the stream's place, or the generator's words. */
typedef struct Place
{
  uint64_t seed, word;
  Mt mt;
} Place;

/* In place of a seed, with the option mt19937: the stream goes on where it is. */
#define NO_SEED UINT64_MAX
#define MT_DEFAULT_SEED 5489
#define STREAM_NAME "minatar"

static void *
world_of (const Batch *batch, uint32_t i)
{
  return batch->worlds + i * batch->stride;
}

/* By id, because the host may hand over a copy of its description. */
static const Variant *
find_variant (const AssayEnvironment *environment)
{
  for (size_t i = 0; i < sizeof variants / sizeof variants[0]; i++)
    if (strcmp (variants[i].id, environment->id) == 0)
      return &variants[i];
  return NULL;
}

static void
destroy (void *env)
{
  Batch *batch = env;

  if (batch == NULL)
    return;
  free (batch->worlds);
  free (batch->random);
  free (batch->mts);
  free (batch);
}

/* A world as it begins from @seed. */
static void
begin (Batch *batch, uint32_t i, uint64_t seed)
{
  Random *random = &batch->random[i];
  Head *head = world_of (batch, i);

  if (random->mt == NULL)
    {
      assay_stream_init (&random->stream, seed, STREAM_NAME);
      head->last_action = NOTHING;
    }
  else if (seed != NO_SEED)
    ma_mt_seed (random->mt, (uint32_t) seed);
  head->over = 0;
  batch->game->reset (head, random);
}

static void *
create (const AssayEnvironment *environment, uint32_t n, uint32_t view)
{
  const Variant *variant = find_variant (environment);
  Batch *batch = variant != NULL && view < 1 ? calloc (1, sizeof *batch) : NULL;

  if (batch == NULL)
    return NULL;
  batch->variant = variant;
  batch->game = variant->game;
  batch->stride = (variant->game->size + 7) / 8 * 8;
  batch->view_size = (size_t) N_CELLS * variant->game->n_channels;
  batch->n = n;
  batch->sticky = options[STICKY].value;
  batch->ramping = options[RAMPING].value != 0;
  batch->worlds = calloc (n + (size_t) 1, batch->stride);
  batch->random = calloc (n + (size_t) 1, sizeof *batch->random);
  if (batch->worlds == NULL || batch->random == NULL)
    {
      destroy (batch);
      return NULL;
    }
  /* Until its first reset a world is one that has ended. */
  for (uint32_t i = 0; i < n; i++)
    {
      begin (batch, i, 0);
      ((Head *) world_of (batch, i))->over = 1;
    }
  return batch;
}

/* Gives every world a generator of its own, or its stream back. */
static bool
use_mt (Batch *batch, bool use)
{
  Mt *mts = use ? calloc (batch->n + (size_t) 1, sizeof *mts) : NULL;

  if (use && mts == NULL)
    return false;
  for (uint32_t i = 0; i < batch->n; i++)
    {
      batch->random[i].mt = use ? &mts[i] : NULL;
      if (use)
        ma_mt_seed (&mts[i], MT_DEFAULT_SEED);
    }
  free (batch->mts);
  batch->mts = mts;
  return true;
}

static bool
set_option (void *env, const char *id, double value)
{
  Batch *batch = env;

  for (Option option = 0; option < N_OPTIONS; option++)
    {
      if (strcmp (options[option].id, id) != 0)
        continue;
      if (!(value >= options[option].min && value <= options[option].max))
        return false;
      if (option == STICKY)
        batch->sticky = value;
      else if (value != 0 && value != 1)
        return false;
      else if (option == RAMPING)
        batch->ramping = value != 0;
      else
        return use_mt (batch, value != 0);
      return true;
    }
  return false;
}

static void
observe (void *env, uint32_t i, void *observation)
{
  Batch *batch = env;

  memset (observation, 0, batch->view_size);
  batch->game->observe (world_of (batch, i), observation);
}

static void
reset (void *env, const uint64_t *seeds, const uint8_t *which, void *observations)
{
  Batch *batch = env;

  for (uint32_t i = 0; i < batch->n; i++)
    if (which == NULL || which[i])
      {
        begin (batch, i, seeds[i]);
        observe (batch, i, (uint8_t *) observations + i * batch->view_size);
      }
}

/* One step of a world; returns the reward. */
static float
step_one (Batch *batch, uint32_t i, int32_t requested)
{
  const Variant *variant = batch->variant;
  Random *random = &batch->random[i];
  Head *head = world_of (batch, i);
  uint8_t action = NOTHING;

  /* The published games draw after the end, too. */
  if (head->over && random->mt == NULL)
    return 0;
  if (requested >= 0 && requested < variant->n_actions)
    action = variant->actions[requested];
  if (ma_uniform (random) >= batch->sticky)
    head->last_action = action;
  return head->over ? 0 : batch->game->step (head, head->last_action, random, batch->ramping);
}

static void
step (void *env, const int32_t *actions, void *observations, float *rewards, uint8_t *terminated,
      uint8_t *truncated)
{
  Batch *batch = env;
  uint8_t *out = observations;

  for (uint32_t i = 0; i < batch->n; i++, out += batch->view_size)
    {
      rewards[i] = step_one (batch, i, actions[i]);
      terminated[i] = ((const Head *) world_of (batch, i))->over;
      truncated[i] = 0;
      observe (batch, i, out);
    }
}

static void
get_state (void *env, uint32_t i, void *state)
{
  Batch *batch = env;
  const Random *random = &batch->random[i];
  Place place = { 0 };

  if (random->mt != NULL)
    place.mt = *random->mt;
  else
    {
      place.seed = random->stream.key;
      place.word = random->stream.block * 4 + random->stream.used - ASSAY_STREAM_WORDS;
    }
  memcpy (state, world_of (batch, i), batch->game->size);
  memcpy ((uint8_t *) state + batch->game->size, &place, sizeof place);
}

static bool
is_zero (const void *bytes, size_t n)
{
  const uint8_t *at = bytes;

  return n == 0 || (at[0] == 0 && memcmp (at, at + 1, n - 1) == 0);
}

/* A place is of a stream or of a generator; the other is zero. */
static bool
is_place (const Place *place, bool mt)
{
  if (mt)
    return place->seed == 0 && place->word == 0 && place->mt.next <= 624
           && !is_zero (place->mt.words, sizeof place->mt.words);
  return place->word < UINT64_MAX / 2 && is_zero (&place->mt, sizeof place->mt);
}

static bool
set_state (void *env, uint32_t i, const void *state)
{
  Batch *batch = env;
  Random *random = &batch->random[i];
  union
  {
    uint64_t aligned;
    uint8_t bytes[MAX_WORLD];
  } world;
  Place place;

  memcpy (world.bytes, state, batch->game->size);
  memcpy (&place, (const uint8_t *) state + batch->game->size, sizeof place);
  if (!is_place (&place, random->mt != NULL) || !batch->game->is_valid (&world))
    return false;
  memcpy (world_of (batch, i), world.bytes, batch->game->size);
  if (random->mt != NULL)
    *random->mt = place.mt;
  else
    {
      assay_stream_init (&random->stream, place.seed, STREAM_NAME);
      assay_stream_seek (&random->stream, place.word);
    }
  return true;
}

static void
draw (void *env, uint32_t i, uint32_t tile, uint8_t *rgb)
{
  Batch *batch = env;
  uint8_t seen[N_CELLS * MAX_CHANNELS];

  observe (batch, i, seen);
  ma_draw (batch->game, seen, tile, rgb);
}

static size_t
text (void *env, uint32_t i, char *out, size_t size)
{
  Batch *batch = env;
  uint8_t seen[N_CELLS * MAX_CHANNELS];

  observe (batch, i, seen);
  return ma_text (batch->game, world_of (batch, i), seen, out, size);
}

#define VIEWS(channels)                                                                            \
  {                                                                                                \
    (const AssayView[]){                                                                           \
      { "full", "Cells by channel", ASSAY_U8, 3, { SIDE, SIDE, channels }, 0, 1 },                 \
    },                                                                                             \
        1, sizeof (AssayView)                                                                      \
  }

#define ENVIRONMENT(id_, title_, n, names, World, channels, highest, about)                        \
  { .size = sizeof (AssayEnvironment),                                                             \
    .n_actions = n,                                                                                \
    .id = "minatar." id_,                                                                          \
    .title = "MinAtar " title_,                                                                    \
    .help = about,                                                                                 \
    .actions = names,                                                                              \
    .views = VIEWS (channels),                                                                     \
    .reward_min = 0,                                                                               \
    .reward_max = highest,                                                                         \
    .rows = SIDE,                                                                                  \
    .columns = SIDE,                                                                               \
    .state_size = sizeof (World) + sizeof (Place),                                                 \
    .key_size = sizeof (World),                                                                    \
    .create = create,                                                                              \
    .destroy = destroy,                                                                            \
    .reset = reset,                                                                                \
    .step = step,                                                                                  \
    .get_state = get_state,                                                                        \
    .set_state = set_state,                                                                        \
    .observe = observe,                                                                            \
    .draw = draw,                                                                                  \
    .text = text,                                                                                  \
    .options = ASSAY_TABLE (options),                                                              \
    .set_option = set_option },

#define ENVIRONMENTS(name, id, title, World, channels, highest, n, names, list, about)             \
  ENVIRONMENT (id, title, N_ACTIONS, ALL_ACTIONS, World, channels, highest, about)                 \
  ENVIRONMENT (id "-minimal", title ", minimal actions", n, names, World, channels, highest, about)

static const AssayEnvironment environments[] = { GAMES (ENVIRONMENTS) };

static const AssayPlugin plugin = {
  ASSAY_PLUGIN_HEADER, .id = "env-minatar",     .title = "MinAtar",
  .version = "0.1.0",  .license = "Apache-2.0", .environments = ASSAY_TABLE (environments),
};

const AssayPlugin *
assay_plugin_entry (void)
{
  return &plugin;
}

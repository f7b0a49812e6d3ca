/* SPDX-License-Identifier: Apache-2.0 */
#include "atari-world.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum
{
  SIDE = 84,
  STACK = 4,
  SKIP = 4,     /* frames an action lasts */
  NO_OPS = 30,  /* frames at the start, at most */
  LIMIT = 27000 /* actions of an episode: half an hour of play */
};
#define SCREEN (ASSAY_ATARI_ROWS * ASSAY_ATARI_COLUMNS)
#define PIXELS ((size_t) SIDE * SIDE * STACK)

typedef struct Machine
{
  void *machine;
  bool over;
  uint32_t steps;
  uint8_t stack[SIDE * SIDE * STACK]; /* [row][column][frame], the newest last */
} Machine;

typedef struct Batch
{
  const AtariWorld *world;
  uint32_t n;
  uint8_t screens[2][SCREEN];
  Machine machines[];
} Batch;

/* ---- The screen ---------------------------------------------------------------------- */

/* Mean of the source's pixels under one of ours, those at its rim in part. */
static uint8_t
area_mean (const uint8_t *screen, uint32_t row, uint32_t column)
{
  double top = row * (double) ASSAY_ATARI_ROWS / SIDE;
  double bottom = (row + 1) * (double) ASSAY_ATARI_ROWS / SIDE;
  double left = column * (double) ASSAY_ATARI_COLUMNS / SIDE;
  double right = (column + 1) * (double) ASSAY_ATARI_COLUMNS / SIDE, sum = 0;

  for (uint32_t y = (uint32_t) top; y < bottom && y < ASSAY_ATARI_ROWS; y++)
    for (uint32_t x = (uint32_t) left; x < right && x < ASSAY_ATARI_COLUMNS; x++)
      {
        double height = (y + 1 < bottom ? y + 1 : bottom) - (y > top ? y : top);
        double width = (x + 1 < right ? x + 1 : right) - (x > left ? x : left);

        sum += height * width * screen[y * ASSAY_ATARI_COLUMNS + x];
      }
  return (uint8_t) (sum / ((bottom - top) * (right - left)) + 0.5);
}

/* Moves the stack on by the greater of the two screens. */
static void
push (Batch *b, Machine *m)
{
  uint8_t *screen = b->screens[0];

  for (uint32_t i = 0; i < SCREEN; i++)
    if (b->screens[1][i] > screen[i])
      screen[i] = b->screens[1][i];
  memmove (m->stack, m->stack + 1, PIXELS - 1);
  for (uint32_t row = 0; row < SIDE; row++)
    for (uint32_t column = 0; column < SIDE; column++)
      m->stack[(row * SIDE + column) * STACK + STACK - 1] = area_mean (screen, row, column);
}

/* ---- The environment ------------------------------------------------------------------ */

static void
destroy (void *env)
{
  Batch *b = env;

  for (uint32_t i = 0; i < b->n; i++)
    if (b->machines[i].machine)
      b->world->emulator->free_machine (b->machines[i].machine);
  free (b);
}

static void *
create (const AssayEnvironment *environment, uint32_t n, uint32_t view)
{
  const AtariWorld *world = (const AtariWorld *) environment;
  Batch *b = calloc (1, sizeof *b + n * sizeof b->machines[0]);

  if (!b)
    return NULL;
  b->world = world;
  b->n = n;
  for (uint32_t i = 0; i < n; i++)
    {
      b->machines[i].machine = world->emulator->new_machine (i);
      b->machines[i].over = true;
      if (!b->machines[i].machine
          || world->emulator->load (b->machines[i].machine, world->rom) != 0)
        {
          destroy (b);
          return NULL;
        }
    }
  return b;
}

static void
observe (void *env, uint32_t i, void *observation)
{
  memcpy (observation, ((Batch *) env)->machines[i].stack, PIXELS);
}

static void
reset (void *env, const uint64_t *seeds, const uint8_t *which, void *observations)
{
  Batch *b = env;
  const AssayAtari *e = b->world->emulator;

  for (uint32_t i = 0; i < b->n; i++)
    {
      Machine *m = &b->machines[i];

      if (which && !which[i])
        continue;
      e->reset (m->machine);
      for (uint64_t k = seeds[i] % (NO_OPS + 1); k && !e->game_over (m->machine); k--)
        e->act (m->machine, 0);
      m->over = false;
      m->steps = 0;
      e->screen (m->machine, b->screens[0]);
      memset (b->screens[1], 0, SCREEN);
      for (int k = 0; k < STACK; k++)
        push (b, m);
      observe (b, i, (uint8_t *) observations + i * PIXELS);
    }
}

static float
play (Batch *b, Machine *m, int32_t action)
{
  const AssayAtari *e = b->world->emulator;
  double points = 0;

  memset (b->screens, 0, sizeof b->screens);
  for (int k = 0; k < SKIP && !m->over; k++)
    {
      points += e->act (m->machine, action);
      m->over = e->game_over (m->machine) != 0;
      if (k >= SKIP - 2 || m->over)
        e->screen (m->machine, b->screens[k % 2]);
    }
  push (b, m);
  m->steps++;
  return (float) points;
}

static void
step (void *env, const int32_t *actions, void *observations, float *rewards, uint8_t *terminated,
      uint8_t *truncated)
{
  Batch *b = env;

  for (uint32_t i = 0; i < b->n; i++)
    {
      Machine *m = &b->machines[i];
      uint32_t action = (uint32_t) actions[i];
      bool done = m->over || m->steps >= LIMIT;

      rewards[i] = 0;
      if (!done)
        rewards[i]
            = play (b, m, action < b->world->environment.n_actions ? b->world->actions[action] : 0);
      terminated[i] = m->over;
      truncated[i] = m->steps >= LIMIT;
      observe (b, i, (uint8_t *) observations + i * PIXELS);
    }
}

/* The machine does not give its state: two stacks are as near as one comes to it. */
static void
get_state (void *env, uint32_t i, void *state)
{
  const uint8_t *stack = ((Batch *) env)->machines[i].stack;
  uint64_t hash = 0xcbf29ce484222325u;

  for (size_t k = 0; k < PIXELS; k++)
    hash = (hash ^ stack[k]) * 0x100000001b3u;
  memcpy (state, &hash, sizeof hash);
}

static bool
set_state (void *env, uint32_t i, const void *state)
{
  return false;
}

/* ---- Opening ---------------------------------------------------------------------------- */

static bool
is_whole (const AssayAtari *e)
{
  return e->new_machine && e->free_machine && e->load && e->reset && e->act && e->screen && e->lives
         && e->game_over && e->legal_actions && e->why;
}

static const AssayAtari *
find_table (AtariWorld *w, const char *library, char *why, size_t size)
{
  const AssayAtari *e;

  w->library = dlopen (library, RTLD_NOW | RTLD_LOCAL);
  if (!w->library)
    {
      snprintf (why, size, "The emulator cannot be loaded: %s.", dlerror ());
      return NULL;
    }
  e = dlsym (w->library, ASSAY_ATARI_SYMBOL);
  if (!e)
    snprintf (why, size, "%s exports no `%s`; atari.h says what it has to be.", library,
              ASSAY_ATARI_SYMBOL);
  else if (e->version != ASSAY_ATARI_VERSION)
    snprintf (why, size, "%s is of version %u of atari.h, and this is %u; build it anew.", library,
              (unsigned) e->version, ASSAY_ATARI_VERSION);
  else if (!is_whole (e))
    snprintf (why, size, "%s leaves functions of atari.h out.", library);
  else
    return e;
  return NULL;
}

/* Plays a game for its actions. */
static bool
try_game (AtariWorld *w, char *why, size_t size)
{
  const AssayAtari *e = w->emulator;
  void *machine = e->new_machine (0);
  bool ok = machine && e->load (machine, w->rom) == 0;

  if (!ok)
    snprintf (why, size, "The emulator does not take %s: %s", w->rom, e->why ());
  else
    {
      w->environment.n_actions = e->legal_actions (machine, w->actions);
      ok = w->environment.n_actions >= 1 && w->environment.n_actions <= ASSAY_ATARI_ACTIONS;
      if (!ok)
        snprintf (why, size, "The emulator says that %s has %u actions.", w->rom,
                  (unsigned) w->environment.n_actions);
    }
  if (machine)
    e->free_machine (machine);
  return ok;
}

bool
atari_open (AtariWorld *w, const char *library, const char *rom, char *why, size_t size)
{
  *w = (AtariWorld){ .rom = rom };
  if (!*library || !*rom)
    {
      snprintf (why, size,
                "An Atari game needs an emulator and a ROM of yours: set `emulator` and "
                "`rom`; atari.h says how.");
      return false;
    }
  w->emulator = find_table (w, library, why, size);
  w->view = (AssayView){ "full", "Four frames", ASSAY_U8, 3, { SIDE, SIDE, STACK }, 0, 255 };
  w->environment = (AssayEnvironment){ .size = sizeof w->environment,
                                       .id = "atari",
                                       .title = "Atari",
                                       .actions = "none",
                                       .views = { &w->view, 1, sizeof w->view },
                                       .max_steps = LIMIT,
                                       .state_size = sizeof (uint64_t),
                                       .key_size = sizeof (uint64_t),
                                       .create = create,
                                       .destroy = destroy,
                                       .reset = reset,
                                       .step = step,
                                       .get_state = get_state,
                                       .set_state = set_state,
                                       .observe = observe };
  if (w->emulator && try_game (w, why, size))
    return true;
  atari_close (w);
  return false;
}

void
atari_close (AtariWorld *w)
{
  if (w->library)
    dlclose (w->library);
  w->library = NULL;
}

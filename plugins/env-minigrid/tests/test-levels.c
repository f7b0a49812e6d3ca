/* SPDX-License-Identifier: Apache-2.0
 *
 * Levels: solvable, and distributed as published.
 */
#include "../chain.h"
#include "solve.h"
#include <math.h>
#include <string.h>

static void
every_level_can_be_won (gconstpointer data)
{
  const AssayEnvironment *e = data;
  Scene s = open_scene (strchr (e->id, '.') + 1, 0);

  for (uint64_t seed = 1; seed <= 1500; seed++)
    {
      char text[2048];

      reset_scene (&s, seed);
      e->text (s.env, 0, text, sizeof text);
      if (!solve (&s) || !s.terminated)
        g_error ("seed %u is not won:\n%s", (unsigned) seed, text);
    }
  close_scene (&s);
}

/* Every level has just the objects of its kind, and starts well. */
static void
levels_hold_what_they_should (gconstpointer data)
{
  const AssayEnvironment *e = data;
  const char *name = strchr (e->id, '.') + 1;
  Scene s = open_scene (name, 0);
  bool corridor = g_str_has_prefix (name, "Key"), unlock = g_str_has_prefix (name, "Unlock");
  bool key = corridor || unlock || g_str_has_prefix (name, "Door");
  bool rooms = g_str_has_prefix (name, "Multi");
  uint32_t n_rooms = g_str_has_prefix (name, "MultiRoom-N2") ? 2 : 4;

  for (uint64_t seed = 1; seed <= 500; seed++)
    {
      g_autofree uint8_t *state = NULL;
      const World *world;
      uint32_t count[N_TYPES] = { 0 }, locked = 0, open = 0, front;

      reset_scene (&s, seed);
      state = state_of (&s);
      world = (const World *) state;
      g_assert_true (e->set_state (s.env, 0, state));
      for (uint32_t i = 0; i < e->rows * e->columns; i++)
        {
          Cell cell = world->cells[i];

          count[cell.type]++;
          locked += cell.type == DOOR && cell.state == LOCKED;
          open += cell.type == DOOR && cell.state == OPEN;
        }
      g_assert_cmpuint (count[KEY], ==, key);
      g_assert_cmpuint (locked, ==, key);
      g_assert_cmpuint (open, ==, 0);
      g_assert_cmpuint (count[BALL], ==, corridor);
      g_assert_cmpuint (count[BOX], ==, strcmp (name, "UnlockPickup") == 0);
      g_assert_cmpuint (count[GOAL], ==, !(corridor || unlock));
      g_assert_cmpuint (count[LAVA] > 0, ==, g_str_has_prefix (name, "Lava"));
      if (rooms)
        g_assert_cmpuint (count[DOOR], ==, n_rooms - 1);
      g_assert_cmpuint (cell_in_state (&s, state, world->x, world->y).type, ==, EMPTY);
      front = cell_in_state (&s, state, world->x + mg_dx[world->facing],
                             world->y + mg_dy[world->facing])
                  .type;
      if (unlock)
        g_assert_true (front == EMPTY || front == WALL);
    }
  close_scene (&s);
}

/* Chi-square of @n equally likely cells.  The bound is the 1 - 1e-6 quantile
 * (Wilson and Hilferty 1931); the seeds are fixed, so it holds or it does not. */
static void
assert_uniform (const uint32_t *counts, uint32_t n)
{
  double total = 0, chi2 = 0, df = n - 1.0, h = 2 / (9 * df);
  double bound = df * pow (1 - h + 4.753 * sqrt (h), 3);

  for (uint32_t i = 0; i < n; i++)
    total += counts[i];
  for (uint32_t i = 0; i < n; i++)
    chi2 += pow (counts[i] - total / n, 2) / (total / n);
  if (chi2 > bound)
    g_error ("chi-square %g of %u cells is over %g", chi2, n, bound);
}

/** Where things of a level are. */
typedef struct Found
{
  int x, y;
  Cell cell;
} Found;

static Found
find (const Scene *s, const uint8_t *state, uint8_t type)
{
  for (int x = 0; x < (int) s->is->columns; x++)
    for (int y = 0; y < (int) s->is->rows; y++)
      if (cell_in_state (s, state, x, y).type == type)
        return (Found){ x, y, cell_in_state (s, state, x, y) };
  g_assert_not_reached ();
}

static void
door_key_is_uniform (void)
{
  Scene s = open_scene ("DoorKey-8x8", 0);
  uint32_t doors[20] = { 0 }, keys[6] = { 0 }, agents[24] = { 0 };

  for (uint64_t seed = 1; seed <= 20000; seed++)
    {
      g_autofree uint8_t *state = NULL;
      const World *world;
      Found door, key;

      reset_scene (&s, seed);
      state = state_of (&s);
      world = (const World *) state;
      door = find (&s, state, DOOR);
      key = find (&s, state, KEY);
      /* The wall stands at x = 2..5, the door at y = 1..5. */
      doors[(door.x - 2) * 5 + door.y - 1]++;
      g_assert_true (key.x < door.x && world->x < door.x);
      if (door.x != 2)
        continue;
      keys[key.y - 1]++;
      agents[(world->y - 1) * 4 + world->facing]++;
    }
  assert_uniform (doors, 20);
  assert_uniform (keys, 6);
  assert_uniform (agents, 24);
  close_scene (&s);
}

static void
lava_gap_is_uniform (void)
{
  Scene s = open_scene ("LavaGapS7", 0);
  uint32_t gaps[15] = { 0 };

  for (uint64_t seed = 1; seed <= 15000; seed++)
    {
      g_autofree uint8_t *state = NULL;
      int x, y = 1;

      reset_scene (&s, seed);
      state = state_of (&s);
      x = find (&s, state, LAVA).x;
      while (cell_in_state (&s, state, x, y).type == LAVA)
        y++;
      gaps[(x - 2) * 5 + y - 1]++;
    }
  assert_uniform (gaps, 15);
  close_scene (&s);
}

/* The only free cell of a line across the room, 1..7; 0: there is none or more. */
static int
gap_in_line (const Scene *s, const uint8_t *state, bool along_y, int line)
{
  int gap = 0;

  for (int at = 1; at <= 7; at++)
    if (cell_in_state (s, state, along_y ? line : at, along_y ? at : line).type == EMPTY)
      gap = gap == 0 ? at : 8;
  return gap == 8 ? 0 : gap;
}

/* One river: six lines and seven gaps. */
static void
crossing_is_uniform (gconstpointer data)
{
  Scene s = open_scene (data, 0);
  uint32_t gaps[42] = { 0 };

  for (uint64_t seed = 1; seed <= 21000; seed++)
    {
      g_autofree uint8_t *state = NULL;
      uint32_t n = 0;

      reset_scene (&s, seed);
      state = state_of (&s);
      for (int line = 0; line < 6; line++)
        {
          int gap = gap_in_line (&s, state, line < 3, line % 3 * 2 + 2);

          if (gap > 0)
            n++, gaps[line * 7 + gap - 1]++;
        }
      g_assert_cmpuint (n, ==, 1);
    }
  assert_uniform (gaps, 42);
  close_scene (&s);
}

static void
unlock_is_uniform (void)
{
  Scene s = open_scene ("UnlockPickup", 0);
  uint32_t doors[4] = { 0 }, colors[36] = { 0 }, boxes[11] = { 0 };

  for (uint64_t seed = 1; seed <= 15000; seed++)
    {
      g_autofree uint8_t *state = NULL;
      Found door, box;
      uint32_t at = 0;

      reset_scene (&s, seed);
      state = state_of (&s);
      door = find (&s, state, DOOR);
      box = find (&s, state, BOX);
      g_assert_cmpint (door.x, ==, 5);
      g_assert_cmpuint (find (&s, state, KEY).cell.color, ==, door.cell.color);
      doors[door.y - 1]++;
      colors[door.cell.color * 6 + box.cell.color]++;
      /* Published: the box keeps two steps from (8, 3), where the agent stands
       * before it is placed. Eleven cells remain. */
      g_assert_cmpint (ABS (box.x - 8) + ABS (box.y - 3), >=, 2);
      for (int x = 6; x <= 9; x++)
        for (int y = 1; y <= 4; y++)
          if (ABS (x - 8) + ABS (y - 3) >= 2 && x * 10 + y < box.x * 10 + box.y)
            at++;
      boxes[at]++;
    }
  assert_uniform (doors, 4);
  assert_uniform (colors, 36);
  assert_uniform (boxes, 11);
  close_scene (&s);
}

/* Doors are added at random until all rooms are reached.  Beside the locked one
 * the corridor, the left rooms and the free right room need three of four; the
 * left ring gets its third door only if the right room's door comes last of the
 * four: in one level of four. */
static void
key_corridor_is_as_published (void)
{
  Scene s = open_scene ("KeyCorridorS3R2", 0);
  uint32_t balls[2] = { 0 }, keys[2] = { 0 }, extra[4] = { 0 }, agents[2] = { 0 };

  for (uint64_t seed = 1; seed <= 12000; seed++)
    {
      g_autofree uint8_t *state = NULL;
      const World *world;
      uint32_t doors = 0;

      reset_scene (&s, seed);
      state = state_of (&s);
      world = (const World *) state;
      for (uint32_t i = 0; i < 35; i++)
        doors += world->cells[i].type == DOOR;
      g_assert_true (doors == 4 || doors == 5);
      /* Three of four, dealt to three cells so that all four are equal. */
      extra[doors == 5 ? 3 : seed % 3]++;
      balls[find (&s, state, BALL).y / 3]++;
      keys[find (&s, state, KEY).y / 3]++;
      g_assert_true (world->x == 3 && (world->y == 2 || world->y == 3));
      agents[world->y - 2]++;
    }
  assert_uniform (balls, 2);
  assert_uniform (keys, 2);
  assert_uniform (extra, 4);
  g_assert_cmpuint (agents[0], >, 0);
  g_assert_cmpuint (agents[1], >, 0);
  close_scene (&s);
}

static void
four_rooms_have_four_gaps (void)
{
  Scene s = open_scene ("FourRooms", 0);
  uint32_t gaps[4][8] = { { 0 } };

  for (uint64_t seed = 1; seed <= 8000; seed++)
    {
      g_autofree uint8_t *state = NULL;
      uint32_t n = 0;

      reset_scene (&s, seed);
      state = state_of (&s);
      for (int at = 1; at < 18; at++)
        {
          if (cell_in_state (&s, state, 9, at).type != WALL)
            n++, gaps[at / 9][at % 9 - 1]++;
          if (cell_in_state (&s, state, at, 9).type != WALL)
            n++, gaps[2 + at / 9][at % 9 - 1]++;
        }
      g_assert_cmpuint (n, ==, 4);
    }
  for (uint32_t i = 0; i < 4; i++)
    assert_uniform (gaps[i], 8);
  close_scene (&s);
}

static const Level chain_level = {
  .id = "chain", .width = 25, .height = 25, .max_steps = 80, .target = GOAL, .n = 4, .room = 5
};

/* Attempts are bounded by 1000, so the way out is hardly ever taken. */
static void
chains_seldom_get_stuck (void)
{
  uint32_t stuck = 0;

  for (uint64_t seed = 1; seed <= 2000; seed++)
    {
      ChainRoom rooms[MAX_CHAIN];
      Random random;

      mg_seed (&random, seed);
      if (!mg_chain_attempt (&chain_level, &random, rooms))
        {
          stuck++;
          continue;
        }
      for (int i = 0; i < 4; i++)
        {
          Area a = rooms[i].area;

          g_assert_true (a.x >= 0 && a.y >= 0 && a.x + a.width <= 25 && a.y + a.height < 25);
          g_assert_true (a.width >= 4 && a.width <= 5 && a.height >= 4 && a.height <= 5);
          for (int j = 0; j < i - 1; j++)
            {
              Area b = rooms[j].area;

              g_assert_true (a.x >= b.x + b.width || b.x >= a.x + a.width || a.y >= b.y + b.height
                             || b.y >= a.y + a.height);
            }
        }
    }
  /* Mostly because the first room sticks out of the grid. */
  g_assert_cmpuint (stuck, <, 1000);
}

static void
the_way_out_of_stuck_chains_can_be_won (void)
{
  Scene s = open_scene ("MultiRoom-N4-S5", 0);
  g_autofree uint8_t *state = g_malloc0 (s.is->state_size);
  ChainRoom rooms[MAX_CHAIN];
  Random random;

  mg_seed (&random, 1);
  mg_chain_in_a_row (&chain_level, rooms);
  mg_chain_build (&chain_level, (World *) state, &random, rooms);
  g_assert_true (s.is->set_state (s.env, 0, state));
  g_assert_true (solve (&s) && s.terminated);
  close_scene (&s);
}

/* Any color, but never that of the door before. */
static void
doors_of_a_chain_change_color (void)
{
  g_autofree World *world = g_malloc0 (environment_named ("MultiRoom-N4-S5")->state_size);
  uint32_t first[6] = { 0 }, change[5] = { 0 };

  for (uint64_t seed = 1; seed <= 6000; seed++)
    {
      ChainRoom rooms[MAX_CHAIN];
      Random random;
      uint32_t before;

      mg_seed (&random, seed);
      mg_chain_in_a_row (&chain_level, rooms);
      mg_chain_build (&chain_level, world, &random, rooms);
      before = mg_cell (&chain_level, world, rooms[1].door_x, rooms[1].door_y)->color;
      first[before]++;
      for (int i = 2; i < 4; i++)
        {
          uint32_t color = mg_cell (&chain_level, world, rooms[i].door_x, rooms[i].door_y)->color;

          g_assert_cmpuint (color, !=, before);
          change[(color + 5 - before) % 6]++;
          before = color;
        }
    }
  assert_uniform (first, 6);
  assert_uniform (change, 5);
}

/* Every state of Empty-8x8, found by playing: 35 cells in four directions, and
 * the goal entered from its two sides. */
static void
empty_has_142_states (void)
{
  Scene s = open_scene ("Empty-8x8", 0);
  g_autoptr (GHashTable) known = g_hash_table_new (g_bytes_hash, g_bytes_equal);
  g_autoptr (GPtrArray) states = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  reset_scene (&s, 1);
  g_ptr_array_add (states, g_bytes_new_take (state_of (&s), s.is->state_size));
  g_hash_table_add (known, states->pdata[0]);
  for (uint32_t i = 0; i < states->len; i++)
    for (const char *letter = "lrfpdt."; *letter != '\0'; letter++)
      {
        char one[2] = { *letter, '\0' };
        uint8_t *next;
        GBytes *bytes;

        g_assert_true (s.is->set_state (s.env, 0, g_bytes_get_data (states->pdata[i], NULL)));
        play (&s, one);
        next = state_of (&s);
        memset (next + s.is->key_size, 0, s.is->state_size - s.is->key_size);
        bytes = g_bytes_new_take (next, s.is->state_size);
        if (g_hash_table_contains (known, bytes))
          {
            g_bytes_unref (bytes);
            continue;
          }
        g_hash_table_add (known, bytes);
        g_ptr_array_add (states, bytes);
      }
  g_assert_cmpuint (states->len, ==, 35 * 4 + 2);
  close_scene (&s);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  for (uint32_t i = 0; i < n_environments (); i++)
    {
      const AssayEnvironment *e = environment (i);
      g_autofree char *won = g_strconcat ("/levels/1500-seeds-can-be-won/", e->id, NULL);
      g_autofree char *holds = g_strconcat ("/levels/hold-what-they-should/", e->id, NULL);

      g_test_add_data_func (won, e, every_level_can_be_won);
      g_test_add_data_func (holds, e, levels_hold_what_they_should);
    }
  g_test_add_func ("/levels/door-key-places-uniformly", door_key_is_uniform);
  g_test_add_func ("/levels/lava-gap-places-uniformly", lava_gap_is_uniform);
  g_test_add_data_func ("/levels/simple-crossing-places-uniformly", "SimpleCrossingS9N1",
                        crossing_is_uniform);
  g_test_add_data_func ("/levels/lava-crossing-places-uniformly", "LavaCrossingS9N1",
                        crossing_is_uniform);
  g_test_add_func ("/levels/unlock-places-uniformly", unlock_is_uniform);
  g_test_add_func ("/levels/key-corridor-is-distributed-as-published",
                   key_corridor_is_as_published);
  g_test_add_func ("/levels/four-rooms-have-four-gaps", four_rooms_have_four_gaps);
  g_test_add_func ("/levels/chains-seldom-get-stuck", chains_seldom_get_stuck);
  g_test_add_func ("/levels/the-way-out-of-stuck-chains-can-be-won",
                   the_way_out_of_stuck_chains_can_be_won);
  g_test_add_func ("/levels/doors-of-a-chain-have-any-color-but-the-last",
                   doors_of_a_chain_change_color);
  g_test_add_func ("/levels/empty-8x8-has-142-states", empty_has_142_states);
  return g_test_run ();
}

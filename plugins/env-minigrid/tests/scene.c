/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"
#include <string.h>

uint32_t
n_environments (void)
{
  return assay_plugin_entry ()->environments.n;
}

const AssayEnvironment *
environment (uint32_t i)
{
  const AssayTable *table = &assay_plugin_entry ()->environments;

  return (const AssayEnvironment *) ((const char *) table->rows + (size_t) i * table->stride);
}

const AssayEnvironment *
environment_named (const char *name)
{
  g_autofree char *id = g_strconcat ("minigrid.", name, NULL);

  for (uint32_t i = 0; i < n_environments (); i++)
    if (g_str_equal (environment (i)->id, id))
      return environment (i);
  g_assert_not_reached ();
}

Scene
open_scene (const char *name, uint32_t view)
{
  Scene scene = { .is = environment_named (name) };

  scene.env = scene.is->create (scene.is, 1, view);
  g_assert_nonnull (scene.env);
  return scene;
}

void
close_scene (Scene *scene)
{
  scene->is->destroy (scene->env);
  scene->env = NULL;
}

void
reset_scene (Scene *scene, uint64_t seed)
{
  scene->is->reset (scene->env, &seed, NULL, scene->observation);
  scene->reward = 0;
  scene->terminated = scene->truncated = 0;
}

static Cell
read_cell (const char *at)
{
  static const char types[] = " .#_+koBG~", letters[] = "rgbpye", doors[] = "/+L";
  static const uint8_t fixed[N_TYPES] = { [WALL] = GREY, [GOAL] = GREEN };
  const char *door = strchr (doors, at[0]), *type = strchr (types, at[0]);
  const char *color = strchr (letters, at[1]);
  Cell cell = NOTHING;

  if (door != NULL)
    {
      g_assert_nonnull (color);
      return (Cell){ DOOR, (uint8_t) (color - letters), (uint8_t) (door - doors) };
    }
  g_assert_nonnull (type);
  cell.type = (uint8_t) (at[0] == ' ' ? EMPTY : type - types);
  cell.color = color != NULL ? (uint8_t) (color - letters) : fixed[cell.type];
  return cell;
}

bool
try_scene (Scene *scene, const char *rows, Cell under, Cell carried, uint32_t steps)
{
  static const char directions[] = ">v<^";
  uint32_t width = scene->is->columns, height = scene->is->rows;
  g_autofree uint8_t *state = g_malloc0 (scene->is->state_size);
  World *world = (World *) state;

  g_assert_cmpuint (strlen (rows), ==, (2 * width + 1) * height);
  world->carried = carried;
  for (uint32_t y = 0; y < height; y++)
    for (uint32_t x = 0; x < width; x++)
      {
        const char *at = rows + y * (2 * width + 1) + 2 * x, *facing = strchr (directions, at[0]);

        world->cells[x * height + y] = facing != NULL ? under : read_cell (at);
        if (facing != NULL)
          {
            world->x = (uint8_t) x;
            world->y = (uint8_t) y;
            world->facing = (uint8_t) (facing - directions);
          }
      }
  state[scene->is->key_size] = (uint8_t) steps;
  state[scene->is->key_size + 1] = (uint8_t) (steps >> 8);
  scene->reward = 0;
  scene->terminated = scene->truncated = 0;
  return scene->is->set_state (scene->env, 0, state);
}

void
set_scene (Scene *scene, const char *rows)
{
  g_assert_true (try_scene (scene, rows, NOTHING, NOTHING, 0));
}

void
set_carrying (Scene *scene, const char *rows, Cell carried)
{
  g_assert_true (try_scene (scene, rows, NOTHING, carried, 0));
}

void
play (Scene *scene, const char *letters)
{
  static const char actions[] = "lrfpdt.";

  for (; *letters != '\0'; letters++)
    {
      int32_t action = (int32_t) (strchr (actions, *letters) - actions);

      scene->is->step (scene->env, &action, scene->observation, &scene->reward, &scene->terminated,
                       &scene->truncated);
    }
}

void
assert_rows (Scene *scene, const char *rows)
{
  char text[2048];

  g_assert_cmpuint (scene->is->text (scene->env, 0, text, sizeof text), <, sizeof text);
  strrchr (text, '\n')[1] = '\0';
  g_assert_cmpstr (text, ==, rows);
}

uint8_t *
state_of (Scene *scene)
{
  uint8_t *state = g_malloc (scene->is->state_size);

  scene->is->get_state (scene->env, 0, state);
  return state;
}

Cell
cell_in_state (const Scene *scene, const uint8_t *state, int x, int y)
{
  return ((const World *) state)->cells[x * (int) scene->is->rows + y];
}

void
assert_carries (Scene *scene, Cell cell)
{
  g_autofree uint8_t *state = state_of (scene);

  g_assert_cmpmem (&((World *) state)->carried, sizeof cell, &cell, sizeof cell);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Who stands on which side, and what the sides are called.
 */
#include "ui/desktop/comparison-private.h"

#include "host/store/frame.h"
#include "ui/desktop/runs-answer.h"
#include "ui/desktop/words.h"
#include <string.h>

#define NOTHING "\x1d" /* a key that a run has no value of, in the key of its side */

/* ---- splitting ---- */

/* What is alike within a side and differs between sides. */
static char *
key_of (const AssayRunRow *row, const char *const *by)
{
  g_autoptr (GString) key = g_string_new (by == NULL ? row->parameters : NULL);

  for (; by != NULL && *by != NULL; by++)
    {
      g_autofree char *value = assay_run_row_value (row, *by);

      g_string_append_printf (key, "%s\x1e", value != NULL ? value : NOTHING);
    }
  return g_string_free (g_steal_pointer (&key), FALSE);
}

static gboolean
is_run_by_run (const char *const *by)
{
  return by != NULL && strcmp (by[0], "id") == 0 && by[1] == NULL;
}

/* Single runs stand in the order of their settings, not of their ids. */
static char *
order_of (const AssayRunRow *row, const char *const *by)
{
  return is_run_by_run (by)
             ? g_strdup_printf ("%s %" G_GUINT64_FORMAT " %s", row->parameters, row->seed, row->id)
             : key_of (row, by);
}

typedef struct
{
  const char *const *by, *const *plans;
} Order;

static guint
place_of_plan (const char *const *plans, const char *plan)
{
  guint i = 0;

  while (plans[i] != NULL && g_strcmp0 (plans[i], plan) != 0)
    i++;
  return i;
}

static int
compare_members (gconstpointer a, gconstpointer b, gpointer data)
{
  const AssayRunRow *x = (*(const StudioMembers *const *) a)->pdata[0];
  const AssayRunRow *y = (*(const StudioMembers *const *) b)->pdata[0];
  const Order *order = data;
  g_autofree char *mine = order_of (x, order->by), *other = order_of (y, order->by);

  if (order->plans != NULL && order->by != NULL && strcmp (order->by[0], "plan") == 0)
    return (int) place_of_plan (order->plans, x->plan)
           - (int) place_of_plan (order->plans, y->plan);
  return assay_natural_compare (mine, other);
}

GPtrArray *
studio_comparison_split (const AssayRunRows *rows, const char *const *by, const char *const *plans)
{
  GPtrArray *split = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Order order = { by, plans };

  for (guint i = 0; i < rows->rows->len; i++)
    {
      AssayRunRow *row = &g_array_index (rows->rows, AssayRunRow, i);
      g_autofree char *key = key_of (row, by);
      StudioMembers *members = g_hash_table_lookup (known, key);

      if (members == NULL)
        {
          members = g_ptr_array_new ();
          g_hash_table_insert (known, g_steal_pointer (&key), members);
          g_ptr_array_add (split, members);
        }
      g_ptr_array_add (members, row);
    }
  g_ptr_array_sort_with_data (split, compare_members, &order);
  return split;
}

/* ---- names ---- */

/* "A" to "Z", "AA" to "AZ", ... */
static char *
letter_of (guint i)
{
  g_autofree char *before = i >= 26 ? letter_of (i / 26 - 1) : g_strdup ("");

  return g_strdup_printf ("%s%c", before, 'A' + i % 26);
}

static char *
title_of_plan (const StudioMembers *members)
{
  const AssayRunRow *row = members->pdata[0];
  double started = 0;
  g_autofree char *when = NULL;

  for (guint i = 0; i < members->len; i++)
    started = MAX (started, ((const AssayRunRow *) members->pdata[i])->started);
  when = studio_time_text (started);
  return g_strdup_printf ("%s, %s", row->preset != NULL ? row->preset : "own settings",
                          *when != '\0' ? when : row->plan);
}

static gboolean
differs (const GPtrArray *split, const char *key)
{
  g_autofree char *first = NULL;

  for (guint i = 0; i < split->len; i++)
    {
      g_autofree char *value
          = assay_run_row_value (((const StudioMembers *) split->pdata[i])->pdata[0], key);

      if (i == 0)
        first = g_steal_pointer (&value);
      else if (g_strcmp0 (first, value) != 0)
        return TRUE;
    }
  return FALSE;
}

/* Keys that tell the sides apart: of settings the parameters that differ, of single runs the seed,
 * too, of all else what they were split by. */
static GStrv
telling_keys (const GPtrArray *split, const char *const *by, const char *const *ids)
{
  g_autoptr (GStrvBuilder) keys = g_strv_builder_new ();
  gboolean runs = is_run_by_run (by);
  const char *const *from = by == NULL || runs ? ids : by;

  for (; *from != NULL; from++)
    if (differs (split, *from))
      g_strv_builder_add (keys, *from);
  if (runs && differs (split, "seed"))
    g_strv_builder_add (keys, "seed");
  return g_strv_builder_end (keys);
}

static char *
title_of (const StudioMembers *members, const char *const *keys)
{
  const AssayRunRow *row = members->pdata[0];
  g_autoptr (GString) title = g_string_new (NULL);

  if (keys[0] != NULL && strcmp (keys[0], "plan") == 0 && keys[1] == NULL)
    return title_of_plan (members);
  for (; *keys != NULL; keys++)
    {
      g_autofree char *value = studio_comparison_values (members, *keys);

      g_string_append_printf (title, "%s%s=%s", title->len > 0 ? " " : "", *keys, value);
    }
  return title->len > 0 ? studio_line_text (title->str) : g_strdup (row->id);
}

static StudioSide *
side_of (const StudioMembers *members, guint i, const char *const *by, const char *const *keys)
{
  StudioSide *side = g_new0 (StudioSide, 1);

  side->letter = letter_of (i);
  side->title = title_of (members, keys);
  side->name = g_strdup_printf ("%s · %s", side->letter, side->title);
  side->key = key_of (members->pdata[0], by);
  side->runs = g_new0 (char *, members->len + 1);
  for (guint k = 0; k < members->len; k++)
    {
      const AssayRunRow *row = members->pdata[k];

      side->runs[k] = g_strdup (row->id);
      side->n_done += row->state == ASSAY_DONE;
      side->n_failed += row->state == ASSAY_FAILED;
      side->n_live += row->state == ASSAY_RUNNING || row->state == ASSAY_QUEUED;
    }
  return side;
}

static void
side_free (gpointer data)
{
  StudioSide *side = data;

  g_free (side->letter);
  g_free (side->title);
  g_free (side->name);
  g_free (side->key);
  g_strfreev (side->runs);
  g_free (side);
}

GPtrArray *
studio_comparison_sides (const GPtrArray *split, const char *const *by, const char *const *ids)
{
  g_auto (GStrv) keys = telling_keys (split, by, ids);
  GPtrArray *sides = g_ptr_array_new_with_free_func (side_free);

  for (guint i = 0; i < split->len; i++)
    g_ptr_array_add (sides, side_of (split->pdata[i], i, by, (const char *const *) keys));
  return sides;
}

/* ---- ways ---- */

static gboolean
varies (const AssayRunRows *rows, const char *key)
{
  g_autofree char *first = NULL;

  for (guint i = 0; i < rows->rows->len; i++)
    {
      g_autofree char *value
          = assay_run_row_value (&g_array_index (rows->rows, AssayRunRow, i), key);

      if (i == 0)
        first = g_steal_pointer (&value);
      else if (g_strcmp0 (first, value) != 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
equal_keys (const char *const *a, const char *const *b)
{
  return a == NULL || b == NULL ? a == b : g_strv_equal (a, b);
}

static void
add_way (GPtrArray *ways, const char *title, const char *const *by)
{
  StudioWay *way;

  for (guint i = 0; i < ways->len; i++)
    if (equal_keys ((const char *const *) ((StudioWay *) ways->pdata[i])->by, by))
      return;
  way = g_new (StudioWay, 1);
  *way = (StudioWay){ g_strdup (title), g_strdupv ((GStrv) by) };
  g_ptr_array_add (ways, way);
}

static void
add_key (GPtrArray *ways, const AssayRunRows *rows, const char *key)
{
  if (varies (rows, key))
    add_way (ways, key, (const char *const[]){ key, NULL });
}

static void
way_free (gpointer data)
{
  StudioWay *way = data;

  g_free (way->title);
  g_strfreev (way->by);
  g_free (way);
}

/* "agent and rate" */
static char *
join_keys (const char *const *by)
{
  return by != NULL ? g_strjoinv (" and ", (GStrv) by) : g_strdup ("setting");
}

GPtrArray *
studio_comparison_ways (const AssayRunRows *rows, const char *const *by, const char *const *ids,
                        guint *way)
{
  static const char *const others[] = { "preset", "seed", "status", "tag" };
  GPtrArray *ways = g_ptr_array_new_with_free_func (way_free);
  g_autofree char *title = join_keys (by);
  gboolean settings = FALSE;

  for (const char *const *id = ids; *id != NULL && !settings; id++)
    settings = varies (rows, *id);
  if (settings)
    add_way (ways, "setting", NULL);
  add_way (ways, "run", (const char *const[]){ "id", NULL });
  add_key (ways, rows, "plan");
  for (; *ids != NULL; ids++)
    add_key (ways, rows, *ids);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    add_key (ways, rows, others[i]);
  add_way (ways, title, by);
  for (*way = 0; !equal_keys ((const char *const *) ((StudioWay *) ways->pdata[*way])->by, by);)
    ++*way;
  return ways;
}

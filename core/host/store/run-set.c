/* SPDX-License-Identifier: Apache-2.0
 *
 * Which runs stand behind a verdict or a picture.
 */
#include "host/registry/json.h"
#include "host/store/frame.h"

#include <string.h>

#define SECOND_OF_ID 15 /* "20261123-224501" of a plan's id */

static AssayRunSet *
new_set (void)
{
  AssayRunSet *set = g_new0 (AssayRunSet, 1);

  set->dirs = g_ptr_array_new_with_free_func ((GDestroyNotify) assay_run_dir_free);
  set->live = g_ptr_array_new_with_free_func ((GDestroyNotify) assay_run_dir_free);
  set->notes = g_ptr_array_new_with_free_func (g_free);
  return set;
}

void
assay_run_set_free (AssayRunSet *set)
{
  if (set == NULL)
    return;
  g_ptr_array_unref (set->dirs);
  g_ptr_array_unref (set->live);
  g_ptr_array_unref (set->notes);
  g_clear_pointer (&set->sides, g_ptr_array_unref);
  g_free (set->plan);
  g_free (set->preset);
  g_free (set);
}

static void G_GNUC_PRINTF (2, 3) say (AssayRunSet *set, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_ptr_array_add (set->notes, g_strdup_vprintf (format, args));
  va_end (args);
}

static gboolean
has_ended (const AssayRunDir *dir)
{
  return dir->state == ASSAY_DONE || dir->state == ASSAY_FAILED;
}

/* ---- The newest plan ---- */

/* A plan of the study and preset, or NULL; one that cannot be read is passed over and named. */
static JsonNode *
load_plan (AssayWorkspace *workspace, const char *id, const char *study, const char *preset,
           AssayRunSet *set)
{
  g_autofree char *name = g_strconcat (id, ".json", NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *path = assay_workspace_file (workspace, "plans", name, &error);
  g_autoptr (JsonNode) node = path != NULL ? assay_json_load (path, &error) : NULL;
  JsonObject *plan
      = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

  if (node == NULL)
    say (set, "plan %s could not be read: %s", id, error->message);
  else if (plan == NULL || assay_json_array (plan, "runs") == NULL)
    say (set, "plan %s could not be read: %s holds no plan", id, path);
  else if (assay_json_int (plan, "format", 0) != 1)
    say (set, "plan %s is of another format than this program knows; use the program that wrote it",
         id);
  else if (g_strcmp0 (assay_json_text (plan, "study", NULL), study) == 0
           && (preset == NULL || g_strcmp0 (assay_json_text (plan, "preset", NULL), preset) == 0))
    return g_steal_pointer (&node);
  return NULL;
}

/* Ids begin with the second in which a plan was made; within one second `created` decides. */
static JsonNode *
newest_plan (AssayWorkspace *workspace, const char *study, const char *preset, AssayRunSet *set,
             GError **error)
{
  g_auto (GStrv) ids = assay_workspace_list (workspace, "plans", error);
  g_autoptr (JsonNode) newest = NULL;

  if (ids == NULL)
    return NULL;
  for (guint i = g_strv_length (ids); i-- > 0;)
    {
      g_autoptr (JsonNode) plan = NULL;

      if (newest != NULL && strncmp (ids[i], set->plan, SECOND_OF_ID) != 0)
        break;
      if (!(plan = load_plan (workspace, ids[i], study, preset, set)))
        continue;
      if (newest != NULL
          && assay_json_real (json_node_get_object (plan), "created", 0)
                 <= assay_json_real (json_node_get_object (newest), "created", 0))
        continue;
      g_clear_pointer (&newest, json_node_unref);
      newest = g_steal_pointer (&plan);
      g_free (set->plan);
      set->plan = g_strdup (ids[i]);
    }
  if (newest == NULL)
    g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_NOT_FOUND,
                 "no plan of %s%s%s in %s; start one with: assay run %s%s%s", study,
                 preset != NULL ? ", preset " : "", preset != NULL ? preset : "",
                 assay_workspace_path (workspace), study, preset != NULL ? " --preset " : "",
                 preset != NULL ? preset : "");
  return g_steal_pointer (&newest);
}

/* ---- Its runs ---- */

typedef struct
{
  AssayWorkspace *workspace;
  AssayRunSet *set;
  const char *identity; /* of the plan */
  GStrv ids;            /* of all runs, sorted; NULL until a run must be searched */
  guint n_completed, n_other_code, n_unreadable;
} Search;

/* A run directory whose key and code are those of the plan. */
static AssayRunDir *
open_fitting (Search *s, const char *id, const char *key)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AssayRunDir) dir = assay_run_dir_open (s->workspace, id, &error);

  if (dir == NULL)
    s->n_unreadable++;
  else if (g_strcmp0 (dir->key, key) != 0)
    return NULL;
  else if (g_strcmp0 (dir->identity, s->identity) != 0)
    s->n_other_code++;
  else
    return g_steal_pointer (&dir);
  return NULL;
}

/* A finished run of equal key and code from any plan: its id begins as the key does. */
static AssayRunDir *
find_elsewhere (Search *s, const char *key)
{
  g_autofree char *start = g_strndup (key, 12);
  guint low = 0, high;

  if (s->ids == NULL && !(s->ids = assay_workspace_list (s->workspace, "runs", NULL)))
    return NULL;
  high = g_strv_length (s->ids);
  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (strcmp (s->ids[middle], start) < 0)
        low = middle + 1;
      else
        high = middle;
    }
  for (; s->ids[low] != NULL && g_str_has_prefix (s->ids[low], start); low++)
    {
      g_autoptr (AssayRunDir) dir = open_fitting (s, s->ids[low], key);

      if (dir != NULL && dir->state == ASSAY_DONE)
        return g_steal_pointer (&dir);
    }
  return NULL;
}

static void
add_run (Search *s, JsonObject *run)
{
  const char *id = assay_json_text (run, "run", NULL), *key = assay_json_text (run, "key", "");
  g_autoptr (AssayRunDir) dir = id != NULL ? open_fitting (s, id, key) : NULL, other = NULL;

  if ((dir == NULL || !has_ended (dir)) && *key != '\0' && (other = find_elsewhere (s, key)))
    s->n_completed++;
  if (other != NULL)
    g_ptr_array_add (s->set->dirs, g_steal_pointer (&other));
  else if (dir != NULL && has_ended (dir))
    g_ptr_array_add (s->set->dirs, g_steal_pointer (&dir));
  else
    {
      s->set->n_missing++;
      if (dir != NULL && dir->state == ASSAY_RUNNING)
        g_ptr_array_add (s->set->live, g_steal_pointer (&dir));
    }
}

static void
say_what_these_are (const Search *s, JsonObject *plan, const AssayStudyInfo *study)
{
  AssayRunSet *set = s->set;

  if (s->n_completed > 0)
    say (set, "%u runs were taken from other plans: same parameters, seed and code",
         s->n_completed);
  if (s->n_other_code > 0)
    say (set, "%u runs of the same parameters and seed but other code were left out",
         s->n_other_code);
  if (s->n_unreadable > 0)
    say (set, "%u run directories were left out because they are gone or could not be read",
         s->n_unreadable);
  if (set->n_missing > 0)
    say (set, "%u of %u runs of the plan have not ended", set->n_missing,
         json_array_get_length (assay_json_array (plan, "runs")));
  if (study->identity != NULL && strcmp (s->identity, study->identity) != 0)
    say (set, "the runs were made by other code than the study has now");
  if (g_strcmp0 (assay_json_text (plan, "rules", NULL), study->rules) != 0)
    say (set, "rule changed after the runs: claims or derived metrics are not those of the plan");
}

AssayRunSet *
assay_run_set_for_claims (AssayWorkspace *workspace, AssayStudyInfo *study, const char *preset,
                          GError **error)
{
  g_autoptr (AssayRunSet) set = new_set ();
  g_autoptr (JsonNode) node = newest_plan (workspace, study->id, preset, set, error);
  Search search = { .workspace = workspace, .set = set };
  JsonObject *plan;
  JsonArray *runs;

  if (node == NULL)
    return NULL;
  plan = json_node_get_object (node);
  runs = assay_json_array (plan, "runs");
  set->preset = g_strdup (assay_json_text (plan, "preset", NULL));
  search.identity = assay_json_text (plan, "identity", "");
  for (guint i = 0; i < json_array_get_length (runs); i++)
    {
      JsonNode *run = json_array_get_element (runs, i);

      if (JSON_NODE_HOLDS_OBJECT (run))
        add_run (&search, json_node_get_object (run));
      else
        set->n_missing++;
    }
  say_what_these_are (&search, plan, study);
  g_strfreev (search.ids);
  return g_steal_pointer (&set);
}

/* ---- Runs by name ---- */

/* Of two runs of one key the later one stays: they would fill the same cells. */
static void
add_newer (AssayRunSet *set, AssayRunDir *dir)
{
  for (guint i = 0; i < set->dirs->len; i++)
    {
      AssayRunDir *other = set->dirs->pdata[i];

      if (strcmp (other->id, dir->id) == 0)
        {
          assay_run_dir_free (dir);
          return;
        }
      if (g_strcmp0 (other->key, dir->key) != 0)
        continue;
      if (dir->started > other->started)
        {
          set->dirs->pdata[i] = dir;
          dir = other;
        }
      other = set->dirs->pdata[i];
      say (set, "run %s was left out: %s has the same study, parameters and seed and is newer",
           dir->id, other->id);
      assay_run_dir_free (dir);
      return;
    }
  g_ptr_array_add (set->dirs, dir);
}

/* The preset that all of them are of. */
static void
set_preset (AssayRunSet *set)
{
  const char *preset = set->dirs->len > 0 ? ((AssayRunDir *) set->dirs->pdata[0])->preset : NULL;

  for (guint i = 1; i < set->dirs->len; i++)
    if (g_strcmp0 (((AssayRunDir *) set->dirs->pdata[i])->preset, preset) != 0)
      return;
  set->preset = g_strdup (preset);
}

AssayRunSet *
assay_run_set_of (AssayWorkspace *workspace, const char *const *ids, GError **error)
{
  g_autoptr (AssayRunSet) set = new_set ();

  for (guint i = 0; ids[i] != NULL; i++)
    {
      g_autoptr (AssayRunDir) dir = assay_run_dir_open (workspace, ids[i], error);

      if (dir == NULL)
        return NULL;
      if (has_ended (dir))
        add_newer (set, g_steal_pointer (&dir));
      else
        {
          set->n_missing++;
          say (set, "run %s was left out: it is %s", dir->id, assay_state_name (dir->state));
          if (dir->state == ASSAY_RUNNING)
            g_ptr_array_add (set->live, g_steal_pointer (&dir));
        }
    }
  set_preset (set);
  return g_steal_pointer (&set);
}

/* ---- Runs in sides ---- */

static void
side_free (gpointer data)
{
  AssayRunSide *side = data;

  g_free (side->name);
  g_hash_table_unref (side->dirs);
  g_free (side);
}

/* Moves runs into the whole set. */
static void
take_dirs (AssayRunSide *side, GPtrArray *whole, GPtrArray *part)
{
  for (guint i = 0; i < part->len; i++)
    {
      g_ptr_array_add (whole, part->pdata[i]);
      g_hash_table_add (side->dirs, part->pdata[i]);
    }
  g_ptr_array_set_free_func (part, NULL);
}

static void
add_side (AssayRunSet *set, const char *name, AssayRunSet *part)
{
  AssayRunSide *side = g_new (AssayRunSide, 1);

  *side = (AssayRunSide){ g_strdup (name), g_hash_table_new (NULL, NULL) };
  g_ptr_array_add (set->sides, side);
  take_dirs (side, set->dirs, part->dirs);
  take_dirs (side, set->live, part->live);
  set->n_missing += part->n_missing;
  for (guint i = 0; i < part->notes->len; i++)
    say (set, "%s", (const char *) part->notes->pdata[i]);
}

AssayRunSet *
assay_run_set_of_sides (AssayWorkspace *workspace, const char *const *names,
                        const char *const *const *ids, guint n, GError **error)
{
  g_autoptr (AssayRunSet) set = new_set ();

  set->sides = g_ptr_array_new_with_free_func (side_free);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (AssayRunSet) part = assay_run_set_of (workspace, ids[i], error);

      if (part == NULL)
        return NULL;
      add_side (set, names[i], part);
    }
  set_preset (set);
  return g_steal_pointer (&set);
}

gint
assay_run_set_side (const AssayRunSet *set, const AssayRunDir *dir)
{
  for (guint i = 0; set->sides != NULL && i < set->sides->len; i++)
    if (g_hash_table_contains (((AssayRunSide *) set->sides->pdata[i])->dirs, dir))
      return (gint) i;
  return -1;
}

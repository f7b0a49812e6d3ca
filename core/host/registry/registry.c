/* SPDX-License-Identifier: Apache-2.0 */
#include "cache.h"
#include "elf-info.h"
#include "paths.h"
#include "plugin.h"

#include "host/registry/json.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct _AssayRegistry
{
  gatomicrefcount references;
  GPtrArray *plugins; /* AssayPluginInfo */
};

/** A file that was found, on its way to an AssayPluginInfo. */
typedef struct
{
  char *path;
  struct stat stat;
  ElfInfo elf;
  GError *error; /* refused before any scan */
  JsonObject *answer;
} Candidate;

static void
candidate_free (gpointer data)
{
  Candidate *candidate = data;

  g_free (candidate->path);
  elf_info_clear (&candidate->elf);
  g_clear_error (&candidate->error);
  g_clear_pointer (&candidate->answer, json_object_unref);
  g_free (candidate);
}

static Candidate *
candidate_new (char *path)
{
  Candidate *candidate = g_new0 (Candidate, 1);
  g_autofree char *shown = g_filename_display_name (path);

  candidate->path = path;
  if (!g_utf8_validate (path, -1, NULL))
    {
      g_set_error (&candidate->error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
                   "%s is not used: its path is not UTF-8", shown);
      return candidate;
    }
  /* Before it is read: should the file change in between, the next start sees it.  What
     stat cannot find elf_read () cannot read either, and says so. */
  stat (path, &candidate->stat);
  elf_read (path, &candidate->elf, &candidate->error);
  return candidate;
}

/* ---- finding ---- */

static gint
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
find_in_folder (const char *folder, GPtrArray *candidates)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    if (g_str_has_prefix (name, "assay-") && g_str_has_suffix (name, ".so"))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_texts);
  for (guint i = 0; i < names->len; i++)
    g_ptr_array_add (candidates, candidate_new (g_build_filename (folder, names->pdata[i], NULL)));
}

/** Every file named assay-*.so, in the order in which ids are given away. */
static GPtrArray *
find_all (void)
{
  GPtrArray *candidates = g_ptr_array_new_with_free_func (candidate_free);
  g_auto (GStrv) folders = paths_plugin_folders ();
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; folders[i]; i++)
    {
      g_autofree char *folder = g_canonicalize_filename (folders[i], NULL);
      struct stat info;

      /* One folder by two names is one folder. */
      if (stat (folder, &info) == 0
          && g_hash_table_add (
              seen, g_strdup_printf ("%lu:%lu", (gulong) info.st_dev, (gulong) info.st_ino)))
        find_in_folder (folder, candidates);
    }
  return candidates;
}

/* ---- asking ---- */

/** Fills in the answers: from the cache, and for the others from scanners side by side. */
static void
ask (GPtrArray *candidates, Cache *cache, const char *scanner)
{
  g_autofree const char **paths = g_new0 (const char *, candidates->len + 1);
  g_autofree JsonObject **answers = g_new0 (JsonObject *, candidates->len + 1);
  g_autofree Candidate **asked = g_new0 (Candidate *, candidates->len + 1);
  guint n = 0;

  for (guint i = 0; i < candidates->len; i++)
    {
      Candidate *c = candidates->pdata[i];
      JsonObject *known = c->error ? NULL : cache_find (cache, c->path, &c->stat, c->elf.build_id);

      if (known)
        c->answer = json_object_ref (known);
      if (c->error || known)
        continue;
      paths[n] = c->path;
      asked[n++] = c;
    }
  scan_files (scanner, paths, n, answers);
  for (guint i = 0; i < n; i++)
    {
      Candidate *c = asked[i];

      c->answer = answers[i];
      cache_put (cache, c->path, &c->stat, c->elf.build_id, c->answer);
    }
}

static AssayPluginInfo *
candidate_info (const Candidate *c)
{
  AssayPluginInfo *info;

  if (c->error)
    return plugin_info_refused (c->path, c->error->message,
                                g_error_matches (c->error, ASSAY_ERROR, ASSAY_ERROR_INCOMPATIBLE));
  info = plugin_info_from_answer (c->path, c->answer);
  plugin_info_set_build_id (info, c->elf.build_id);
  return info;
}

/* ---- ids and identity ---- */

/** Takes @id for @info; or refuses it, naming the plugin that has it. */
static void
take_id (GHashTable *taken, AssayPluginInfo *info, const char *what, const char *id)
{
  g_autofree char *key = g_strconcat (what, " ", id, NULL), *reason = NULL;
  AssayPluginInfo *first = g_hash_table_lookup (taken, key);

  if (!first)
    {
      g_hash_table_insert (taken, g_steal_pointer (&key), info);
      return;
    }
  if (first == info)
    return;
  reason = g_strdup_printf ("%s is not used: the %s \"%s\" comes from %s, which was found first",
                            info->path, what, id, first->path);
  plugin_info_refuse (info, reason);
}

static void
take_ids (GPtrArray *plugins)
{
  g_autoptr (GHashTable) taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < plugins->len; i++)
    {
      AssayPluginInfo *info = plugins->pdata[i];

      if (!info->reason)
        take_id (taken, info, "plugin", info->id);
      if (!info->reason && info->study)
        take_id (taken, info, "study", info->study->id);
      for (guint j = 0; !info->reason && j < info->n_environments; j++)
        take_id (taken, info, "environment", info->environments[j].id);
    }
}

/** The plugin of this id: the usable one, else a refused one, else NULL. */
static guint
find_plugin (GPtrArray *plugins, const char *id)
{
  guint found = G_MAXUINT;

  for (guint i = 0; i < plugins->len; i++)
    {
      const AssayPluginInfo *info = plugins->pdata[i];

      if (g_strcmp0 (info->id, id) != 0)
        continue;
      if (!info->reason)
        return i;
      if (found == G_MAXUINT)
        found = i;
    }
  return found;
}

static void
add_build_ids (GPtrArray *ids, const Candidate *candidate)
{
  g_ptr_array_add (ids, g_strdup (candidate->elf.build_id));
  for (guint i = 0; candidate->elf.libraries && candidate->elf.libraries[i]; i++)
    {
      const char *library = candidate->elf.libraries[i];
      char *id = assay_elf_build_id (library, NULL, NULL);

      g_ptr_array_add (ids, id ? id : g_strdup (library));
    }
}

/** sha256 over the sorted build ids, a line each. */
static char *
identity_of (GPtrArray *ids)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_ptr_array_sort (ids, compare_texts);
  for (guint i = 0; i < ids->len; i++)
    if (i == 0 || strcmp (ids->pdata[i], ids->pdata[i - 1]) != 0)
      g_string_append_printf (text, "%s\n", (const char *) ids->pdata[i]);
  return assay_sha256 (text->str, text->len);
}

static gboolean
add_file (GPtrArray *ids, const char *path, GError **error)
{
  g_auto (GStrv) libraries = NULL;
  char *id = assay_elf_build_id (path, &libraries, error);

  if (!id)
    return FALSE;
  g_ptr_array_add (ids, id);
  for (guint i = 0; libraries && libraries[i]; i++)
    {
      char *of_library = assay_elf_build_id (libraries[i], NULL, NULL);

      g_ptr_array_add (ids, of_library ? of_library : g_strdup (libraries[i]));
    }
  return TRUE;
}

char *
assay_code_identity (const char *plugin, const char *const *environments, GError **error)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  gboolean fine = add_file (ids, plugin, error);

  for (guint i = 0; fine && environments && environments[i]; i++)
    fine = add_file (ids, environments[i], error);
  return fine ? identity_of (ids) : NULL;
}

/** What code a run of this study is made of, and why it cannot run. */
static void
identify (AssayStudyInfo *study, const Candidate *own, GPtrArray *candidates, GPtrArray *plugins)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) words = assay_words (study->plugins);
  g_autofree char *identity = NULL, *blocked = NULL;

  add_build_ids (ids, own);
  for (guint i = 0; words[i]; i++)
    {
      guint found = plugins ? find_plugin (plugins, words[i]) : G_MAXUINT;
      const AssayPluginInfo *info = found != G_MAXUINT ? plugins->pdata[found] : NULL;

      if (info && !info->reason)
        add_build_ids (ids, candidates->pdata[found]);
      else if (!blocked)
        blocked = info ? g_strdup_printf ("It needs the plugin %s, which is refused: %s", words[i],
                                          info->reason)
                       : g_strdup_printf ("It needs the plugin %s, which is not there", words[i]);
    }
  identity = identity_of (ids);
  study_set_identity (study, identity, plugins ? blocked : NULL);
}

/* ---- the registry ---- */

/** The scanner and what its answers depend on. */
static char *
find_scanner (char **version, GError **error)
{
  char *scanner = assay_program_path ("assay-scan", error);

  *version = scanner ? assay_elf_build_id (scanner, NULL, error) : NULL;
  if (scanner && !*version)
    g_clear_pointer (&scanner, g_free);
  return scanner;
}

AssayRegistry *
assay_registry_new (GError **error)
{
  g_autofree char *version = NULL, *scanner = find_scanner (&version, error);
  g_autoptr (GPtrArray) candidates = NULL;
  AssayRegistry *registry;
  Cache cache;

  if (!scanner)
    return NULL;
  candidates = find_all ();
  cache_open (&cache, version);
  ask (candidates, &cache, scanner);
  cache_close (&cache);

  registry = g_new0 (AssayRegistry, 1);
  g_atomic_ref_count_init (&registry->references);
  registry->plugins = g_ptr_array_new_with_free_func ((GDestroyNotify) assay_plugin_info_free);
  for (guint i = 0; i < candidates->len; i++)
    g_ptr_array_add (registry->plugins, candidate_info (candidates->pdata[i]));
  take_ids (registry->plugins);
  for (guint i = 0; i < candidates->len; i++)
    {
      AssayPluginInfo *info = registry->plugins->pdata[i];

      if (info->study)
        identify (info->study, candidates->pdata[i], candidates, registry->plugins);
    }
  return registry;
}

AssayRegistry *
assay_registry_ref (AssayRegistry *registry)
{
  g_atomic_ref_count_inc (&registry->references);
  return registry;
}

void
assay_registry_unref (AssayRegistry *registry)
{
  if (!g_atomic_ref_count_dec (&registry->references))
    return;
  g_ptr_array_unref (registry->plugins);
  g_free (registry);
}

guint
assay_registry_n_plugins (AssayRegistry *registry)
{
  return registry->plugins->len;
}

const AssayPluginInfo *
assay_registry_plugin (AssayRegistry *registry, guint i)
{
  return registry->plugins->pdata[i];
}

const AssayEnvironmentInfo *
assay_registry_environment (AssayRegistry *registry, const char *id)
{
  for (guint i = 0; i < registry->plugins->len; i++)
    {
      const AssayPluginInfo *info = registry->plugins->pdata[i];

      for (guint j = 0; j < info->n_environments; j++)
        if (strcmp (info->environments[j].id, id) == 0)
          return &info->environments[j];
    }
  return NULL;
}

/** Edits that turn @a into @b (Levenshtein 1966). */
static guint
distance (const char *a, const char *b)
{
  gsize n = strlen (b);
  g_autofree guint *row = g_new (guint, n + 1);

  for (gsize j = 0; j <= n; j++)
    row[j] = (guint) j;
  for (gsize i = 0; a[i]; i++)
    {
      guint diagonal = row[0];

      row[0] = (guint) i + 1;
      for (gsize j = 0; j < n; j++)
        {
          guint above = row[j + 1];

          row[j + 1] = MIN (MIN (above, row[j]) + 1, diagonal + (a[i] != b[j]));
          diagonal = above;
        }
    }
  return row[n];
}

static const char *
nearest_study (AssayRegistry *registry, const char *id)
{
  guint best = (guint) strlen (id) / 2 + 1;
  const char *nearest = NULL;

  for (guint i = 0; i < registry->plugins->len && strlen (id) < 100; i++)
    {
      const AssayPluginInfo *info = registry->plugins->pdata[i];
      guint d = info->study ? distance (id, info->study->id) : G_MAXUINT;

      if (d < best)
        {
          best = d;
          nearest = info->study->id;
        }
    }
  return nearest;
}

AssayStudyInfo *
assay_registry_study (AssayRegistry *registry, const char *id, GError **error)
{
  const char *nearest;
  guint refused = find_plugin (registry->plugins, id);

  for (guint i = 0; i < registry->plugins->len; i++)
    {
      AssayPluginInfo *info = registry->plugins->pdata[i];

      if (info->study && strcmp (info->study->id, id) == 0)
        return assay_study_info_ref (info->study);
    }
  if (refused != G_MAXUINT && ((AssayPluginInfo *) registry->plugins->pdata[refused])->reason)
    {
      g_set_error_literal (error, ASSAY_ERROR, ASSAY_ERROR_INCOMPATIBLE,
                           ((AssayPluginInfo *) registry->plugins->pdata[refused])->reason);
      return NULL;
    }
  nearest = nearest_study (registry, id);
  if (nearest)
    g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_NOT_FOUND,
                 "There is no study \"%s\"; did you mean \"%s\"?", id, nearest);
  else
    g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_NOT_FOUND,
                 "There is no study \"%s\"; \"assay studies\" lists them", id);
  return NULL;
}

AssayPluginInfo *
assay_plugin_scan (const char *path, GError **error)
{
  g_autofree char *version = NULL, *scanner = find_scanner (&version, error);
  AssayPluginInfo *info;
  Candidate *candidate;

  if (!scanner)
    return NULL;
  candidate = candidate_new (g_strdup (path));
  if (g_error_matches (candidate->error, ASSAY_ERROR, ASSAY_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&candidate->error));
      candidate_free (candidate);
      return NULL;
    }
  if (!candidate->error)
    scan_files (scanner, &path, 1, &candidate->answer);
  info = candidate_info (candidate);
  if (info->study)
    identify (info->study, candidate, NULL, NULL);
  candidate_free (candidate);
  return info;
}

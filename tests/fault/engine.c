/* SPDX-License-Identifier: Apache-2.0 */
#include "engine.h"

#include "../children.h"
#include "base/log/log.h"
#include "host/run/tree.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static AssayPluginInfo *
scan (const char *id)
{
  g_autofree char *name = g_strdup_printf ("assay-%s.so", id);
  g_autofree char *path = g_build_filename (g_getenv ("ASSAY_PLUGIN_PATH"), name, NULL);
  g_autoptr (GError) error = NULL;
  AssayPluginInfo *plugin = assay_plugin_scan (path, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (plugin->reason, ==, NULL);
  return plugin;
}

AssayPluginInfo *
engine_scan (void)
{
  return scan ("hostile");
}

Engine *
engine_new_of (const char *id)
{
  Engine *engine = g_new0 (Engine, 1);
  g_autoptr (GError) error = NULL;
  const char *folder = g_access ("/dev/shm", W_OK) == 0 ? "/dev/shm" : g_get_tmp_dir ();
  g_autofree char *template = g_build_filename (folder, "assay-test-XXXXXX", NULL);

  test_children_unwind_fast ();
  engine->path = g_strdup (g_mkdtemp (template));
  engine->workspace = assay_workspace_open (engine->path, TRUE, &error);
  g_assert_no_error (error);
  engine->plugin = scan (id);
  engine->study = engine->plugin->study;
  return engine;
}

Engine *
engine_new (void)
{
  return engine_new_of ("hostile");
}

AssayRegistry *
engine_registry (Engine *engine)
{
  g_autoptr (GError) error = NULL;

  if (!engine->registry)
    engine->registry = assay_registry_new (&error);
  g_assert_no_error (error);
  return engine->registry;
}

void
engine_free (Engine *engine)
{
  g_clear_pointer (&engine->registry, assay_registry_unref);
  assay_plugin_info_free (engine->plugin);
  assay_workspace_free (engine->workspace);
  assay_tree_remove (engine->path, NULL);
  g_free (engine->path);
  g_free (engine);
}

AssayPlan *
engine_plan (Engine *engine, const char *set, const char *seeds)
{
  g_auto (GStrv) words = assay_words (set);
  const AssayPlanRequest request
      = { .set = (const char *const *) words, .seeds = seeds ? seeds : "1" };
  g_autoptr (GError) error = NULL;
  AssayPlan *plan = assay_plan_new (engine->study, &request, &error);

  g_assert_no_error (error);
  return plan;
}

/** What a sanitizer says of a runner stands in its console only. */
static void
check_consoles (Engine *engine, AssayPlan *plan)
{
  for (guint i = 0; i < plan->specs->len; i++)
    {
      g_autofree char *path
          = g_build_filename (engine->path, "runs", plan->runs[i], "console.log", NULL);
      g_autofree char *text = NULL;

      if (g_file_get_contents (path, &text, NULL, NULL) && strstr (text, "Sanitizer"))
        g_error ("%s", text);
    }
}

AssayPlan *
engine_run (Engine *engine, const char *set, const char *seeds,
            const AssaySuperviseOptions *options, AssayPlanResult *result)
{
  const AssaySuperviseOptions none = { .cores = 2 };
  AssayPlan *plan = engine_plan (engine, set, seeds);
  g_autoptr (GError) error = NULL;

  assay_supervise (engine->workspace, plan, options ? options : &none, NULL, NULL, NULL, result,
                   &error);
  g_assert_no_error (error);
  check_consoles (engine, plan);
  return plan;
}

AssayRunDir *
engine_open (Engine *engine, AssayPlan *plan, guint index)
{
  g_autoptr (GError) error = NULL;
  AssayRunDir *dir = assay_run_dir_open (engine->workspace, plan->runs[index], &error);

  g_assert_no_error (error);
  return dir;
}

static gint
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (a, b);
}

char *
engine_observations (AssayRunDir *dir)
{
  g_autofree char *path = assay_run_dir_file (dir, "metrics.alog");
  AssayLogError error;
  AssayLogReader *reader = assay_log_open (path, &error);
  AssayLogFrame frame;
  AssayLogKind kind;
  g_autoptr (GHashTable) lines = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) texts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GString *all = g_string_new ("");
  GList *names;

  g_assert_nonnull (reader);
  while ((kind = assay_log_next (reader, &frame, &error)) != ASSAY_LOG_END)
    {
      g_assert_cmpint (kind, !=, ASSAY_LOG_DAMAGED);
      if (kind == ASSAY_LOG_SERIES && strcmp (frame.metric, "seconds") != 0)
        {
          GString *line = g_string_new ("");

          g_hash_table_insert (lines, GUINT_TO_POINTER (frame.series + 1), line);
          g_hash_table_insert (texts, g_strdup_printf ("%s %s", frame.metric, frame.labels), line);
        }
      else if (kind == ASSAY_LOG_OBSERVATIONS)
        {
          GString *line = g_hash_table_lookup (lines, GUINT_TO_POINTER (frame.series + 1));

          for (guint i = 0; line && i < frame.n; i++)
            g_string_append_printf (line, " %a=%a", frame.steps[i], frame.values[i]);
        }
    }
  assay_log_free (reader);
  names = g_list_sort (g_hash_table_get_keys (texts), compare_texts);
  for (GList *l = names; l; l = l->next)
    {
      GString *line = g_hash_table_lookup (texts, l->data);

      g_string_append_printf (all, "%s:%s\n", (char *) l->data, line->str);
      g_string_free (line, TRUE);
    }
  g_list_free (names);
  return g_string_free (all, FALSE);
}

gboolean
engine_wait_for (const char *path)
{
  for (int i = 0; i < 1000; i++)
    {
      if (g_file_test (path, G_FILE_TEST_EXISTS))
        return TRUE;
      g_usleep (10000);
    }
  return FALSE;
}

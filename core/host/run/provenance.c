/* SPDX-License-Identifier: Apache-2.0 */
#include "host/run/provenance.h"
#include "host/registry/json.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static void
set_text (JsonObject *object, const char *key, const char *text)
{
  if (text)
    json_object_set_string_member (object, key, text);
  else
    json_object_set_null_member (object, key);
}

static JsonObject *
describe_plugin (const char *path)
{
  JsonObject *object = json_object_new ();
  g_autofree char *build_id = assay_elf_build_id (path, NULL, NULL);
  g_autofree char *hash = assay_sha256_file (path, NULL);

  set_text (object, "path", path);
  set_text (object, "build-id", build_id);
  set_text (object, "sha256", hash);
  return object;
}

/* ---- git ---- */

/** What `git -C folder arguments...` prints, without the last newline; NULL: no git, or no
 *  repository. */
static char *
git (const char *folder, const char *const *arguments)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autofree char *program = g_find_program_in_path ("git"), *out = NULL;
  int status = -1;

  if (!program)
    return NULL;
  g_ptr_array_add (argv, program);
  g_ptr_array_add (argv, (gpointer) "-C");
  g_ptr_array_add (argv, (gpointer) folder);
  for (guint i = 0; arguments[i]; i++)
    g_ptr_array_add (argv, (gpointer) arguments[i]);
  g_ptr_array_add (argv, NULL);
  if (!g_spawn_sync (NULL, (char **) argv->pdata, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL,
                     &out, NULL, &status, NULL)
      || status != 0)
    return NULL;
  g_strchomp (out);
  return g_utf8_make_valid (out, -1);
}

static JsonObject *
git_state (const char *source)
{
  static const char *const head[] = { "rev-parse", "HEAD", NULL };
  static const char *const changes[]
      = { "status", "--porcelain", "--untracked-files=no", "--", ".", NULL };
  g_autofree char *folder
      = source && g_path_is_absolute (source) ? g_path_get_dirname (source) : NULL;
  g_autofree char *commit = NULL, *changed = NULL;
  JsonObject *object;

  if (!folder || !g_file_test (folder, G_FILE_TEST_IS_DIR))
    return NULL;
  commit = git (folder, head);
  if (!commit)
    return NULL;
  changed = git (folder, changes);
  object = json_object_new ();
  set_text (object, "commit", commit);
  json_object_set_boolean_member (object, "changed", changed && *changed);
  return object;
}

/* ---- the machine ---- */

static char *
cpu_model (void)
{
  g_autofree char *text = NULL;
  const char *line, *colon;

  if (!g_file_get_contents ("/proc/cpuinfo", &text, NULL, NULL))
    return NULL;
  line = strstr (text, "model name");
  colon = line ? strchr (line, ':') : NULL;
  return colon ? g_strstrip (g_strndup (colon + 1, strcspn (colon + 1, "\n"))) : NULL;
}

static JsonObject *
machine (const char *cpu)
{
  JsonObject *object = json_object_new ();
  g_autofree char *model = cpu_model ();
  struct utsname name;

  set_text (object, "cpu", model);
  set_text (object, "cpu-level", cpu);
  json_object_set_int_member (object, "cores", g_get_num_processors ());
  set_text (object, "host", g_get_host_name ());
  if (uname (&name) == 0)
    {
      set_text (object, "kernel", name.release);
      set_text (object, "architecture", name.machine);
    }
  return object;
}

JsonObject *
assay_provenance (const AssayPlan *plan, const char *const *plugins, const char *cpu)
{
  const AssayStudyInfo *study = plan->study;
  JsonObject *object = json_object_new (), *state = git_state (study->plugin_source);
  JsonArray *others = json_array_new ();

  for (guint i = 0; plugins && plugins[i]; i++)
    json_array_add_object_element (others, describe_plugin (plugins[i]));
  json_object_set_int_member (object, "format", 1);
  json_object_set_object_member (object, "plugin", describe_plugin (study->plugin_path));
  json_object_set_array_member (object, "environments", others);
  set_text (object, "plugin-version", study->plugin_version);
  set_text (object, "source", study->plugin_source);
  if (state)
    json_object_set_object_member (object, "git", state);
  else
    json_object_set_null_member (object, "git");
  set_text (object, "identity", plan->identity);
  set_text (object, "assay-version", ASSAY_VERSION);
  set_text (object, "command", plan->command);
  json_object_set_object_member (object, "machine", machine (cpu));
  return object;
}

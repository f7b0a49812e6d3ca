/* SPDX-License-Identifier: Apache-2.0 */
#include "host/run/rundir.h"
#include "ui/cli/cli.h"
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

typedef struct
{
  JsonArray *checks;
  gboolean bad;
} Doctor;

/* One line: what was looked at, whether it is well, and what was found. */
static void
check (Doctor *doctor, gboolean ok, const char *what, const char *found)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "check", what);
  json_object_set_boolean_member (object, "ok", ok);
  json_object_set_string_member (object, "found", found);
  json_array_add_object_element (doctor->checks, object);
  doctor->bad |= !ok;
  if (!assay_cli_json)
    g_print ("%s  %-12s %s\n", ok ? "ok  " : "BAD ", what, found);
}

static void
check_programs (Doctor *doctor)
{
  static const char *const programs[] = { "assay-runner", "assay-scan", "assay-layout" };

  for (guint i = 0; i < G_N_ELEMENTS (programs); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *path = assay_program_path (programs[i], &error);

      check (doctor, path != NULL, programs[i], path != NULL ? path : error->message);
    }
}

static void
check_plugins (Doctor *doctor)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AssayRegistry) registry = assay_registry_new (&error);
  g_autofree char *summary = NULL;
  guint studies = 0, environments = 0;

  if (registry == NULL)
    {
      check (doctor, FALSE, "plugins", error->message);
      return;
    }
  for (guint i = 0; i < assay_registry_n_plugins (registry); i++)
    {
      const AssayPluginInfo *plugin = assay_registry_plugin (registry, i);

      studies += plugin->study != NULL;
      environments += plugin->n_environments;
      if (plugin->reason != NULL)
        check (doctor, FALSE, "plugin", plugin->reason);
      else if (plugin->study != NULL && plugin->study->blocked != NULL)
        check (doctor, FALSE, "study", plugin->study->blocked);
    }
  summary = g_strdup_printf ("%u studies, %u environments", studies, environments);
  check (doctor, studies > 0, "plugins", summary);
}

static void
check_workspace (Doctor *doctor)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AssayWorkspace) workspace = assay_cli_workspace (TRUE, &error);
  g_auto (GStrv) runs = NULL;
  g_autofree char *found = NULL, *free_space = NULL;
  struct statvfs disk;

  if (workspace == NULL)
    {
      check (doctor, FALSE, "workspace", error->message);
      return;
    }
  runs = assay_workspace_list (workspace, "runs", NULL);
  if (statvfs (assay_workspace_path (workspace), &disk) == 0)
    free_space = g_format_size ((guint64) disk.f_bavail * disk.f_frsize);
  found = g_strdup_printf ("%s, %u runs, %s free%s", assay_workspace_path (workspace),
                           runs != NULL ? g_strv_length (runs) : 0,
                           free_space != NULL ? free_space : "?",
                           g_access (assay_workspace_path (workspace), W_OK) == 0
                               ? ""
                               : "; not writable, so nothing can be run here");
  check (doctor, TRUE, "workspace", found);
}

static const char *
instruction_set (void)
{
#if defined(__x86_64__)
  if (__builtin_cpu_supports ("avx512f"))
    return "avx512";
  if (__builtin_cpu_supports ("avx2"))
    return "avx2";
#endif
  return "generic";
}

static void
check_machine (Doctor *doctor)
{
  g_autofree char *found
      = g_strdup_printf ("%u cores, %s instructions", g_get_num_processors (), instruction_set ());
  const char *core = g_getenv ("OPENBLAS_CORETYPE");

  check (doctor, TRUE, "machine", found);
  if (core != NULL)
    {
      g_autofree char *note = g_strdup_printf (
          "OPENBLAS_CORETYPE=%s is set in your shell; runs ignore it, other programs do not", core);

      check (doctor, TRUE, "BLAS", note);
    }
}

int
assay_verb_doctor (char **words, GError **error)
{
  Doctor doctor = { json_array_new (), FALSE };

  check (&doctor, TRUE, "assay", ASSAY_VERSION);
  check_machine (&doctor);
  check_programs (&doctor);
  check_plugins (&doctor);
  check_workspace (&doctor);
  if (assay_cli_json)
    {
      JsonNode *node = json_node_new (JSON_NODE_ARRAY);

      json_node_take_array (node, doctor.checks);
      assay_cli_print_json (node);
    }
  else
    json_array_unref (doctor.checks);
  return doctor.bad ? ASSAY_ERROR_FAILED : 0;
}

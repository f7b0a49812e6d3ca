/* SPDX-License-Identifier: Apache-2.0
 *
 * assay-scan FILE: loads one plugin, checks it and prints on stdout lines of JSON:
 * {"doing": ...} before each step that may be the last one, then either the
 * description or {"problems": [...], "reason": ..., "incompatible": bool}.
 * What the plugin itself prints goes to stderr.
 */
#include "plugin.h"

#include "host/registry/json.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define MAX_DATA RLIM_INFINITY /* the sanitizer's shadow takes terabytes */
#else
#define MAX_DATA ((rlim_t) 2 << 30)
#endif

static int answer_fd;

static void
say (const char *line)
{
  gsize n = strlen (line), at = 0;

  while (at < n)
    {
      gssize written = write (answer_fd, line + at, n - at);

      if (written <= 0)
        _exit (1);
      at += (gsize) written;
    }
}

static void
say_node (JsonNode *node)
{
  g_autofree char *text = assay_json_canonical (node);
  g_autofree char *line = g_strconcat (text, "\n", NULL);

  say (line);
  json_node_unref (node);
}

static void
refuse (const char *const *problems, gboolean incompatible)
{
  JsonObject *object = json_object_new ();
  JsonArray *array = json_array_new ();

  for (guint i = 0; problems[i]; i++)
    json_array_add_string_element (array, problems[i]);
  json_object_set_string_member (object, "reason", problems[0]);
  json_object_set_boolean_member (object, "incompatible", incompatible);
  json_object_set_array_member (object, "problems", array);
  say_node (json_node_init_object (json_node_alloc (), object));
  json_object_unref (object);
}

/** So that whatever the plugin does at load ends with this process. */
static void
confine (void)
{
  struct rlimit data = { MAX_DATA, MAX_DATA }, none = { 0, 0 }, cpu = { 10, 10 };

  setpgid (0, 0);
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  setrlimit (RLIMIT_CORE, &none);
  setrlimit (RLIMIT_CPU, &cpu);
  setrlimit (RLIMIT_DATA, &data);
}

static void
scan (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) problems = NULL;
  const AssayPlugin *plugin;
  AssayPluginEntry entry;
  gboolean incompatible;

  say ("{\"doing\":\"while it was loaded\"}\n");
  entry = plugin_open (path, &error);
  if (!entry)
    {
      const char *only[] = { error->message, NULL };

      refuse (only, FALSE);
      return;
    }
  say ("{\"doing\":\"in assay_plugin_entry\"}\n");
  plugin = entry ();
  say ("{\"doing\":\"while its tables were read: a table or a text is not where it says\"}\n");
  problems = assay_plugin_check (plugin, path, &incompatible);
  if (problems[0])
    refuse ((const char *const *) problems, incompatible);
  else
    say_node (assay_plugin_describe (plugin));
}

int
main (int argc, char **argv)
{
  if (argc != 2)
    {
      fputs ("usage: assay-scan FILE\n", stderr);
      return 2;
    }
  confine ();
  answer_fd = fcntl (STDOUT_FILENO, F_DUPFD_CLOEXEC, 100);
  if (answer_fd < 0 || dup2 (STDERR_FILENO, STDOUT_FILENO) < 0)
    return 1;
  scan (argv[1]);
  /* Not exit: the plugin's destructors are not our business. */
  _exit (0);
}

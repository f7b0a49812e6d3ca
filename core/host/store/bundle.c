/* SPDX-License-Identifier: Apache-2.0
 *
 * One archive that says what was run, what came out, and how to run it again.
 */
#include "host/store/export-private.h"

#include "host/registry/json.h"
#include "host/registry/text.h"
#include "host/store/tar.h"
#include <string.h>
#include <sys/stat.h>

#define FOLDER "assay-bundle"
#define MAX_DEPTH 8

/* A member to be: name in the archive, path on the disk. */
typedef struct
{
  char *name, *path;
} Member;

typedef struct
{
  AssayWorkspace *workspace;
  GPtrArray *dirs;
  GPtrArray *members;  /* Member */
  GPtrArray *left_out; /* char *: names */
  GPtrArray *plans;    /* char *: ids, sorted */
} Bundle;

static void
member_free (gpointer data)
{
  Member *member = data;

  g_free (member->name);
  g_free (member->path);
  g_free (member);
}

static void
add_member (Bundle *b, const char *name, const char *path)
{
  Member *member = g_new (Member, 1);

  member->name = g_strdup (name);
  member->path = g_strdup (path);
  g_ptr_array_add (b->members, member);
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* ---- What goes in ---- */

static GPtrArray *
names_in (const char *path)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  GDir *dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)))
    g_ptr_array_add (names, g_strdup (name));
  g_clear_pointer (&dir, g_dir_close);
  if (names->len > 0)
    qsort (names->pdata, names->len, sizeof (gpointer), compare_texts);
  return names;
}

/* Regular files below @path, in order of their names; links are never followed. */
static void
collect (Bundle *b, const char *name, const char *path, guint depth)
{
  struct stat st;

  if (lstat (path, &st) != 0)
    return;
  if (S_ISREG (st.st_mode))
    add_member (b, name, path);
  else if (!S_ISDIR (st.st_mode) || depth == MAX_DEPTH)
    g_ptr_array_add (b->left_out, g_strdup (name));
  else
    {
      g_autoptr (GPtrArray) names = names_in (path);

      for (guint i = 0; i < names->len; i++)
        {
          g_autofree char *child = g_build_filename (path, names->pdata[i], NULL);
          g_autofree char *child_name = g_strconcat (name, "/", names->pdata[i], NULL);

          collect (b, child_name, child, depth + 1);
        }
    }
}

static void
collect_run (Bundle *b, const AssayRunDir *dir)
{
  static const char *const parts[]
      = { "run.json",    "env.json", "status.json", "notes.json", "metrics.alog",
          "console.log", "arrays",   "samples",     "artifacts" };

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *path = g_build_filename (dir->path, parts[i], NULL);
      g_autofree char *name = g_strconcat (FOLDER "/runs/", dir->id, "/", parts[i], NULL);

      collect (b, name, path, 0);
    }
}

static void
collect_plans (Bundle *b)
{
  for (guint i = 0; i < b->dirs->len; i++)
    {
      const AssayRunDir *dir = b->dirs->pdata[i];

      if (dir->plan != NULL
          && !g_ptr_array_find_with_equal_func (b->plans, dir->plan, g_str_equal, NULL))
        g_ptr_array_add (b->plans, g_strdup (dir->plan));
    }
  if (b->plans->len > 0)
    qsort (b->plans->pdata, b->plans->len, sizeof (gpointer), compare_texts);
  for (guint i = 0; i < b->plans->len; i++)
    {
      g_autofree char *file = g_strconcat (b->plans->pdata[i], ".json", NULL);
      g_autofree char *path = assay_workspace_file (b->workspace, "plans", file, NULL);
      g_autofree char *name = g_strconcat (FOLDER "/plans/", file, NULL);

      if (path != NULL)
        collect (b, name, path, MAX_DEPTH);
    }
}

/* ---- README.txt ---- */

static void
add_setting (JsonObject *parameters, const char *id, JsonNode *value, gpointer command)
{
  g_autofree char *text
      = JSON_NODE_HOLDS_VALUE (value) && json_node_get_value_type (value) == G_TYPE_STRING
            ? json_node_dup_string (value)
            : assay_json_canonical (value);
  g_autofree char *setting = g_strconcat (id, "=", text, NULL);

  assay_append_word (command, "--set");
  assay_append_word (command, setting);
}

static void
add_run_lines (GString *out, const AssayRunDir *dir)
{
  g_autofree char *seeds
      = g_strdup_printf ("%" G_GUINT64_FORMAT "..%" G_GUINT64_FORMAT, dir->seed, dir->seed);

  g_string_append_printf (out, "  run %s (%s)\n    code %s\n    assay run", dir->id,
                          assay_state_name (dir->state), dir->identity);
  assay_append_word (out, dir->study);
  if (dir->parameters != NULL)
    {
      g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), dir->parameters);
      g_autofree char *canonical = assay_json_canonical (node);
      g_autoptr (JsonNode) sorted = json_from_string (canonical, NULL);

      if (sorted != NULL)
        json_object_foreach_member (json_node_get_object (sorted), add_setting, out);
    }
  assay_append_word (out, "--seeds");
  assay_append_word (out, seeds);
  g_string_append_c (out, '\n');
}

/* A text of a file on one line, so that it cannot pass for another line of ours. */
static void
add_line (GString *out, const char *indent, const char *text)
{
  g_autofree char *line = g_utf8_make_valid (text, -1);

  g_strdelimit (line, "\r\n", ' ');
  g_string_append_printf (out, "%s%s\n", indent, line);
}

static void
add_plan_lines (Bundle *b, GString *out, const char *id)
{
  g_autofree char *file = g_strconcat (id, ".json", NULL);
  g_autofree char *path = assay_workspace_file (b->workspace, "plans", file, NULL);
  g_autoptr (JsonNode) node = path != NULL ? assay_json_load (path, NULL) : NULL;
  const char *command = node != NULL && JSON_NODE_HOLDS_OBJECT (node)
                            ? assay_json_text (json_node_get_object (node), "command", NULL)
                            : NULL;

  add_line (out, "  plan ", id);
  add_line (out, "    ", command != NULL ? command : "(the plan's file is not there)");
}

static char *
readme (Bundle *b)
{
  GString *out
      = g_string_new ("A bundle of Assay: runs with their settings, logs, results and provenance.\n"
                      "\n"
                      "  plans/<id>.json           what was planned, and the command\n"
                      "  runs/<id>/run.json        what was run: parameters, seed, code identity\n"
                      "  runs/<id>/env.json        with which program, library, processor\n"
                      "  runs/<id>/metrics.alog    what was measured; assay cat prints it\n"
                      "  runs/<id>/arrays/         tables of measurements (safetensors)\n"
                      "\n"
                      "It is a workspace: assay runs --workspace FOLDER lists it, and plot, claims "
                      "and report work on it.\n"
                      "\n");

  if (b->plans->len > 0)
    g_string_append (out, "Commands that run the whole plans again:\n\n");
  for (guint i = 0; i < b->plans->len; i++)
    add_plan_lines (b, out, b->plans->pdata[i]);
  g_string_append_printf (out, "%sCommands that run each run again:\n\n",
                          b->plans->len > 0 ? "\n" : "");
  for (guint i = 0; i < b->dirs->len; i++)
    add_run_lines (out, b->dirs->pdata[i]);
  if (b->left_out->len > 0)
    g_string_append (out, "\nLeft out, being no regular files:\n\n");
  for (guint i = 0; i < b->left_out->len; i++)
    add_line (out, "  ", b->left_out->pdata[i]);
  return g_string_free (out, FALSE);
}

/* ---- Writing ---- */

static gboolean
write_members (Bundle *b, GOutputStream *out, GError **error)
{
  g_autofree char *text = readme (b);
  g_autofree char *workspace = g_strdup_printf ("{\"format\":%d}\n", ASSAY_WORKSPACE_FORMAT);

  if (!assay_tar_add (out, FOLDER "/README.txt", text, strlen (text), error)
      || !assay_tar_add (out, FOLDER "/workspace.json", workspace, strlen (workspace), error))
    return FALSE;
  for (guint i = 0; i < b->members->len; i++)
    {
      const Member *member = b->members->pdata[i];

      if (!assay_tar_add_file (out, member->name, member->path, error))
        return FALSE;
    }
  return assay_tar_end (out, error);
}

gboolean
assay_export_bundle (AssayWorkspace *workspace, GPtrArray *dirs, GOutputStream *out, GError **error)
{
  g_autoptr (GConverter) gzip
      = G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 6));
  g_autoptr (GOutputStream) packed = g_converter_output_stream_new (out, gzip);
  g_autoptr (GPtrArray) members = g_ptr_array_new_with_free_func (member_free);
  g_autoptr (GPtrArray) left_out = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) plans = g_ptr_array_new_with_free_func (g_free);
  Bundle b = { workspace, dirs, members, left_out, plans };

  /* Whoever gave @out closes it; and an archive that failed half-way must not be ended well. */
  g_filter_output_stream_set_close_base_stream (G_FILTER_OUTPUT_STREAM (packed), FALSE);
  for (guint i = 0; i < dirs->len; i++)
    collect_run (&b, dirs->pdata[i]);
  collect_plans (&b);
  return write_members (&b, packed, error) && g_output_stream_close (packed, NULL, error);
}

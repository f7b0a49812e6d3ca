/* SPDX-License-Identifier: Apache-2.0
 *
 * Workspaces made by hand, as a runner would write them.
 */
#pragma once

#include "base/log/log.h"
#include "base/tensors/tensors.h"
#include "host/registry/json.h"
#include "host/registry/registry.h"
#include "host/run/rundir.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

/** A run to be written; NULL and 0 are sensible. */
typedef struct
{
  const char *id, *study, *parameters; /* JSON; NULL: "{}" */
  const char *state;                   /* NULL: "done" */
  const char *preset, *plan, *reason, *identity, *key, *notes;
  guint64 seed;
  double started, finished;
} FixtureRun;

static inline AssayWorkspace *
fixture_workspace (void)
{
  g_autofree char *path = g_dir_make_tmp ("assay-XXXXXX", NULL);
  g_autoptr (GError) error = NULL;
  AssayWorkspace *workspace = assay_workspace_open (path, TRUE, &error);

  g_assert_no_error (error);
  return workspace;
}

static inline void
fixture_delete (const char *path)
{
  g_autoptr (GDir) dir
      = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)))
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      fixture_delete (child);
    }
  g_remove (path);
}

static inline void
fixture_free (AssayWorkspace *workspace)
{
  g_autofree char *path = g_strdup (assay_workspace_path (workspace));

  assay_workspace_free (workspace);
  fixture_delete (path);
}

static inline char *
fixture_path (AssayWorkspace *workspace, const char *part, const char *id, const char *name)
{
  return g_build_filename (assay_workspace_path (workspace), part, id, name, NULL);
}

static inline void
fixture_write (const char *path, const char *text)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;

  g_mkdir_with_parents (folder, 0700);
  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

static inline char *
fixture_quote (const char *text)
{
  g_autoptr (JsonNode) node = text != NULL ? json_node_init_string (json_node_alloc (), text)
                                           : json_node_new (JSON_NODE_NULL);

  return assay_json_canonical (node);
}

static inline void
fixture_status (AssayWorkspace *workspace, const FixtureRun *run)
{
  g_autofree char *path = fixture_path (workspace, "runs", run->id, "status.json");
  g_autofree char *reason = fixture_quote (run->reason);
  g_autofree char *text = g_strdup_printf (
      "{\"format\":1,\"state\":\"%s\",\"started\":%d,\"finished\":%d,\"reason\":%s,\"pid\":%d}",
      run->state ? run->state : "done", (int) run->started, (int) run->finished, reason,
      (int) getpid ());

  fixture_write (path, text);
}

static inline void
fixture_notes (AssayWorkspace *workspace, const char *id, const char *json)
{
  g_autofree char *path = fixture_path (workspace, "runs", id, "notes.json");

  fixture_write (path, json);
}

/** run.json, status.json and, if it has any, notes.json. */
static inline void
fixture_run (AssayWorkspace *workspace, const FixtureRun *run)
{
  g_autofree char *path = fixture_path (workspace, "runs", run->id, "run.json");
  g_autofree char *preset = fixture_quote (run->preset), *plan = fixture_quote (run->plan);
  g_autofree char *text = g_strdup_printf (
      "{\"format\":1,\"id\":\"%s\",\"key\":\"%s\",\"study\":\"%s\",\"preset\":%s,\"plan\":%s,"
      "\"parameters\":%s,\"seed\":%d,\"identity\":\"%s\",\"rules\":\"r\"}",
      run->id, run->key ? run->key : run->id, run->study ? run->study : "sums", preset, plan,
      run->parameters ? run->parameters : "{}", (int) run->seed,
      run->identity ? run->identity : "code");

  fixture_write (path, text);
  fixture_status (workspace, run);
  if (run->notes != NULL)
    fixture_notes (workspace, run->id, run->notes);
}

static inline AssayLogWriter *
fixture_log (AssayWorkspace *workspace, const char *id)
{
  g_autofree char *path = fixture_path (workspace, "runs", id, "metrics.alog");
  AssayLogError error = { 0 };
  AssayLogWriter *log = assay_log_create (path, &error);

  g_assert_cmpstr (error.text, ==, "");
  return log;
}

static inline void
fixture_close (AssayLogWriter *log)
{
  AssayLogError error = { 0 };

  g_assert_true (assay_log_close (log, &error));
}

/** Values at steps 0, @step, 2 @step, ... */
static inline void
fixture_series (AssayLogWriter *log, const char *metric, const char *labels, double step, guint n,
                const double *values)
{
  guint32 series = assay_log_series (log, metric, labels);

  for (guint i = 0; i < n; i++)
    g_assert_true (assay_log_observe (log, series, i * step, values[i]));
}

/** An array of F64 with its file and its event; @axes and @levels end with NULL, levels are JSON.
 */
static inline void
fixture_array (AssayWorkspace *workspace, AssayLogWriter *log, const char *id, const char *metric,
               const char *labels, const char *const *axes, const char *const *levels,
               const guint64 *shape, const double *values)
{
  g_autofree char *file = g_strdup_printf ("arrays/%s.safetensors", metric);
  g_autofree char *path = fixture_path (workspace, "runs", id, file);
  g_autofree char *folder = g_path_get_dirname (path), *joined = g_strjoinv (" ", (char **) axes);
  AssayTensorView view = { .name = "values", .type = ASSAY_F64, .data = values, .bytes = 8 };
  AssayTensorsEntry metadata[8];
  AssayTensorsError error = { 0 };
  g_autoptr (GString) lengths = g_string_new (NULL);
  g_autofree char *sha = NULL, *event = NULL, *quoted = fixture_quote (labels);
  char keys[5][64];

  g_mkdir_with_parents (folder, 0700);
  for (guint i = 0; axes[i] != NULL; i++)
    {
      view.shape[view.n_dims++] = shape[i];
      view.bytes *= shape[i];
      g_snprintf (keys[i], sizeof keys[i], "axis.%s", axes[i]);
      metadata[i] = (AssayTensorsEntry){ keys[i], levels[i] };
      g_string_append_printf (lengths, "%s%d", i > 0 ? "," : "", (int) shape[i]);
    }
  g_assert_true (assay_tensors_write (path, &view, 1, metadata, view.n_dims, &error));
  sha = assay_sha256_file (path, NULL);
  event = g_strdup_printf ("{\"metric\":\"%s\",\"labels\":%s,\"axes\":\"%s\",\"shape\":[%s],"
                           "\"type\":\"f64\",\"file\":\"%s\",\"bytes\":1,\"sha256\":\"%s\"}",
                           metric, quoted, joined, lengths->str, file, sha);
  g_assert_true (assay_log_event (log, "array", event));
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "many.h"

#include "base/log/log.h"
#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#define SEEDS 10
#define POINTS 12

static void G_GNUC_PRINTF (3, 4)
    write_file (const char *folder, const char *name, const char *format, ...)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  FILE *file = fopen (path, "we");
  va_list values;

  g_assert_nonnull (file);
  va_start (values, format);
  vfprintf (file, format, values);
  va_end (values);
  g_assert_cmpint (fclose (file), ==, 0);
}

static void
write_log (const char *folder, guint setting, guint seed)
{
  g_autofree char *path = g_build_filename (folder, "metrics.alog", NULL);
  AssayLogError error = { "" };
  AssayLogWriter *log = assay_log_create (path, &error);
  guint32 series = assay_log_series (log, "loss", "");

  for (guint i = 0; i < POINTS; i++)
    assay_log_observe (log, series, 10. * i, exp (-.2 * i) + .01 * (setting % 100) + .001 * seed);
  g_assert_true (assay_log_close (log, &error));
}

static void
write_run (const char *runs, guint setting, guint seed)
{
  g_autofree char *id = g_strdup_printf ("%08x%04x", setting * 2654435761u, seed);
  g_autofree char *folder = g_build_filename (runs, id, NULL);
  guint started = 1763900000 + setting * 10 + seed;

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  write_file (
      folder, "run.json",
      "{\"format\":1,\"id\":\"%s\",\"identity\":\"code\",\"key\":\"%s%052x\",\"parameters\":"
      "{\"agent\":\"%s\",\"depth\":%u,\"gamma\":0.99,\"rate\":%u.5},\"plan\":"
      "\"20260101-000000-abcdef\",\"preset\":\"standard\",\"rules\":\"r\",\"seed\":%u,"
      "\"study\":\"many\"}",
      id, id, setting, setting % 2 ? "graph" : "tree", setting / 2 % 20, setting, seed);
  write_file (folder, "status.json",
              "{\"format\":1,\"state\":\"%s\",\"started\":%u,\"finished\":%u,\"reason\":%s}",
              setting % 25 ? "done" : "failed", started, started + 60 + setting % 50,
              setting % 25 ? "null" : "\"ran out of memory\"");
  write_log (folder, setting, seed);
}

void
many_runs_write (const char *path, guint n)
{
  g_autofree char *runs = g_build_filename (path, "runs", NULL);

  g_mkdir_with_parents (runs, 0700);
  for (guint i = 0; i < n; i++)
    write_run (runs, i / SEEDS, i % SEEDS + 1);
}

char *
many_runs_folder (void)
{
  const char *folder = g_access ("/dev/shm", W_OK) == 0 ? "/dev/shm" : g_get_tmp_dir ();
  char *template = g_build_filename (folder, "assay-desktop-XXXXXX", NULL);

  g_assert_nonnull (g_mkdtemp (template));
  return template;
}

void
many_runs_remove (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)))
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR) && !g_file_test (child, G_FILE_TEST_IS_SYMLINK))
        many_runs_remove (child);
      else
        g_unlink (child);
    }
  g_rmdir (path);
}

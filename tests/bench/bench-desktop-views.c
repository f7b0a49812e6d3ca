/* SPDX-License-Identifier: Apache-2.0
 *
 * The suite "desktop": a workspace of 10,000 runs that is opened; samples of 10,000 rows that are
 * scrolled.
 */
#include "../desktop/desktop.h"
#include "../desktop/many.h"
#include "bench-desktop.h"
#include "frames.h"
#include "ui/desktop/application.h"
#include "ui/desktop/runs-table.h"
#include "ui/desktop/samples-view.h"

#include <glib/gstdio.h>

/* ---- a workspace ---- */

#define RUNS 10000

typedef struct Opening
{
  GtkApplication *application;
  char *workspace;
} Opening;

static guint
n_rows (StudioWindow *window)
{
  StudioRunsTable *table
      = STUDIO_RUNS_TABLE (desktop_test_find (window, STUDIO_TYPE_RUNS_TABLE, NULL));
  StudioRunsAnswer *answer = studio_runs_table_answer (table);

  return answer ? answer->n : 0;
}

static void
on_frame (GdkFrameClock *clock, gboolean *drawn)
{
  *drawn = TRUE;
}

/* A window on the workspace, until a frame with all its runs has been drawn. */
static StudioWindow *
open_window (Opening *opening)
{
  StudioSession *session = studio_session_new (opening->workspace, NULL);
  StudioWindow *window = studio_window_new (opening->application, session);
  gboolean drawn = FALSE;

  g_object_unref (session);
  studio_window_show_page (window, "runs");
  gtk_window_present (GTK_WINDOW (window));
  while (n_rows (window) < RUNS)
    g_main_context_iteration (NULL, TRUE);
  g_signal_connect (gtk_widget_get_frame_clock (GTK_WIDGET (window)), "after-paint",
                    G_CALLBACK (on_frame), &drawn);
  gtk_widget_queue_draw (GTK_WIDGET (window));
  while (!drawn)
    g_main_context_iteration (NULL, TRUE);
  g_signal_handlers_disconnect_by_data (gtk_widget_get_frame_clock (GTK_WIDGET (window)), &drawn);
  return window;
}

static void *
set_up_workspace (void)
{
  Opening *opening;

  if (!bench_frames_can ())
    return NULL;
  opening = g_new0 (Opening, 1);
  opening->workspace = many_runs_folder ();
  many_runs_write (opening->workspace, RUNS);
  opening->application = GTK_APPLICATION (studio_application_new ());
  g_application_set_flags (G_APPLICATION (opening->application), G_APPLICATION_NON_UNIQUE);
  g_application_register (G_APPLICATION (opening->application), NULL, NULL);
  /* The index is there, as whoever used the workspace before has left it. */
  gtk_window_destroy (GTK_WINDOW (open_window (opening)));
  return opening;
}

static double
open_workspace (void *opening)
{
  double start = bench_now ();
  StudioWindow *window = open_window (opening);
  double taken = bench_now () - start;

  gtk_window_destroy (GTK_WINDOW (window));
  return 1e3 * taken;
}

static void
tear_down_workspace (void *data)
{
  Opening *opening = data;

  many_runs_remove (opening->workspace);
  g_object_unref (opening->application);
  g_free (opening->workspace);
  g_free (opening);
}

/* ---- samples ---- */

#define ROWS 10000
#define WORDS 40
#define STEP 37 /* pixels a frame */

typedef struct Reading
{
  char *workspace;
  StudioSession *session;
  GtkWindow *window;
  GtkAdjustment *scroll;
  BenchFrames frames;
} Reading;

/* Forty words, each with a value of its own, as a reward per token. */
static void
write_sample (GString *out, const char *arm, guint row)
{
  static const char *const words[] = { "the", "summary", "leaves", "out", "what", "he", "asked" };
  guint at = 0;

  g_string_append_printf (out,
                          "{\"arm\":\"%s\",\"input\":\"%u\",\"prompt\":\"question %u of "
                          "many, with a few words more\",\"text\":\"",
                          arm, row, row);
  for (guint i = 0; i < WORDS; i++)
    g_string_append_printf (out, "%s%s", i > 0 ? " " : "", words[(i + row) % 7]);
  g_string_append (out, "\",\"spans\":[");
  for (guint i = 0; i < WORDS; i++)
    {
      guint length = (guint) strlen (words[(i + row) % 7]);

      g_string_append_printf (out, "%s[%u,%u,%.2f]", i > 0 ? "," : "", at, at + length,
                              (i * 37 + row) % 200 / 100. - 1);
      at += length + 1;
    }
  g_string_append (out, "]}\n");
}

static void
write_samples (const char *folder)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autofree char *samples = g_build_filename (folder, "samples", NULL);
  g_autofree char *path = g_build_filename (samples, "answers.jsonl", NULL);

  for (guint row = 0; row < ROWS; row++)
    {
      write_sample (out, "sft", row);
      write_sample (out, "rlhf", row);
    }
  g_mkdir (samples, 0700);
  g_file_set_contents (path, out->str, (gssize) out->len, NULL);
}

static void
scroll (gpointer data, guint frame)
{
  GtkAdjustment *adjustment = ((Reading *) data)->scroll;

  gtk_adjustment_set_value (adjustment, gtk_adjustment_get_value (adjustment) + STEP);
}

static void
show_samples (Reading *reading, const char *run)
{
  GtkWidget *view = studio_samples_view_new (reading->session, run, "answers"), *table;

  reading->window = GTK_WINDOW (gtk_window_new ());
  gtk_window_set_decorated (reading->window, FALSE);
  gtk_widget_set_size_request (view, 1280, 800);
  gtk_window_set_child (reading->window, view);
  gtk_window_present (reading->window);
  bench_frames_show (view, 1280);
  table = desktop_test_find (view, GTK_TYPE_COLUMN_VIEW, NULL);
  reading->scroll = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (table));
  while (gtk_adjustment_get_upper (reading->scroll) < 10 * ROWS)
    g_main_context_iteration (NULL, TRUE);
  bench_frames_follow (&reading->frames, view, scroll, reading);
}

static void *
set_up_samples (void)
{
  Reading *reading;
  g_autofree char *runs = NULL, *folder = NULL;
  g_autoptr (GDir) dir = NULL;
  const char *run;

  if (!bench_frames_can ())
    return NULL;
  reading = g_new0 (Reading, 1);
  reading->workspace = many_runs_folder ();
  many_runs_write (reading->workspace, 1);
  runs = g_build_filename (reading->workspace, "runs", NULL);
  dir = g_dir_open (runs, 0, NULL);
  run = g_dir_read_name (dir);
  folder = g_build_filename (runs, run, NULL);
  write_samples (folder);
  reading->session = studio_session_new (reading->workspace, NULL);
  show_samples (reading, run);
  return reading;
}

static double
scroll_whole (void *data)
{
  Reading *reading = data;

  bench_frames_run (&reading->frames);
  return bench_frames_percentile (reading->frames.whole, 95);
}

static double
scroll_working (void *data)
{
  Reading *reading = data;

  bench_frames_run (&reading->frames);
  return bench_frames_percentile (reading->frames.working, 95);
}

static void
tear_down_samples (void *data)
{
  Reading *reading = data;

  gtk_window_destroy (reading->window);
  g_object_unref (reading->session);
  many_runs_remove (reading->workspace);
  g_free (reading->workspace);
  g_free (reading);
}

static const BenchCase cases[] = {
  { .suite = "desktop",
    .name = "open-workspace",
    .unit = "ms",
    .yardstick = 1000,
    .set_up = set_up_workspace,
    .measure = open_workspace,
    .tear_down = tear_down_workspace },
  { .suite = "desktop",
    .name = "samples-frame-95",
    .unit = "ms",
    .yardstick = 33,
    .set_up = set_up_samples,
    .measure = scroll_whole,
    .tear_down = tear_down_samples },
  { .suite = "desktop",
    .name = "samples-work-95",
    .unit = "ms",
    .yardstick = 33,
    .set_up = set_up_samples,
    .measure = scroll_working,
    .tear_down = tear_down_samples },
};

const BenchTable bench_desktop_views = BENCH_TABLE (cases);

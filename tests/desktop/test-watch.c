/* SPDX-License-Identifier: Apache-2.0
 *
 * Nothing of ours holds the main thread, and a large workspace opens at once.
 */
#include "desktop.h"
#include "many.h"
#include "ui/desktop/artifact.h"
#include "ui/desktop/studies-view.h"
#include "ui/desktop/watchdog.h"

/* The aim is no late turn.  What a turn takes of the processor still doubles now and then where
 * others use the same caches, so a few may be late, by not much.  Sanitizers make everything
 * several times slower; there the walk is walked only. */
#ifdef __SANITIZE_ADDRESS__
#define LATE_TURNS G_MAXUINT
#define LONGEST_MS 600
#else
#define LATE_TURNS 4
#define LONGEST_MS (2.5 * STUDIO_WATCHDOG_MS)
#endif

typedef struct
{
  StudioWindow *window;
  guint late;
  double longest; /* turn, ms */
  const char *where;
} Walk;

static gboolean
is_settled (gpointer window)
{
  return studio_form_is_settled (studio_studies_view_form (desktop_test_studies (window)));
}

/* What happened since the last look. */
static StudioWatch
tell (const char *place)
{
  StudioWatch watch;

  desktop_test_settle ();
  desktop_test_settle ();
  watch = studio_watchdog_read ();
  g_test_message ("%s: %u of %u turns late, longest %.1f ms (%.1f by the clock), longest frame "
                  "%.1f ms",
                  place, watch.late, watch.turns, watch.longest, watch.longest_wait,
                  watch.longest_frame);
  g_assert_cmpuint (watch.turns, >, 0);
  studio_watchdog_start ();
  return watch;
}

/* A turn that took too long is no failure yet, so that one run tells of all of them. */
static void
look (Walk *walk, const char *place)
{
  StudioWatch watch = tell (place);

  walk->late += watch.late;
  if (watch.longest > walk->longest)
    {
      walk->longest = watch.longest;
      walk->where = place;
    }
}

static void
end_walk (Walk *walk)
{
  g_test_message ("%u turns late, the longest %.1f ms: %s", walk->late, walk->longest, walk->where);
  g_assert_cmpuint (walk->late, <=, LATE_TURNS);
  g_assert_cmpfloat (walk->longest, <, LONGEST_MS);
}

static void
walk_pages (Walk *walk)
{
  static const char *const names[] = { "runs", "figures", "compare", "claims", "queue", "studies" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      studio_window_show_page (walk->window, names[i]);
      for (int k = 0; k < 6; k++)
        desktop_test_settle ();
      look (walk, names[i]);
    }
}

static void
walk_studies (Walk *walk)
{
  static const char *const names[] = { "graph-backup", "overoptimization", "gallery" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      studio_studies_view_show_study (desktop_test_studies (walk->window), names[i]);
      desktop_test_until (is_settled, walk->window);
      for (int k = 0; k < 8; k++)
        desktop_test_settle ();
      look (walk, names[i]);
    }
}

/* All windows but the main one. */
static void
close_others (Walk *walk)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = g_list_model_get_n_items (windows); i-- > 0;)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

      if (window != GTK_WINDOW (walk->window))
        gtk_window_destroy (window);
    }
}

/* GTK and libadwaita make these whole, in a turn of 10 to 30 ms that is not ours to cut. */
static void
walk_windows (Walk *walk)
{
  static const char *const names[] = { "app.preferences", "app.about" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      gtk_widget_activate_action (GTK_WIDGET (walk->window), names[i], NULL);
      tell (names[i]);
      close_others (walk);
      tell ("closed again");
    }
}

static void
walk_keys (Walk *walk)
{
  gtk_widget_activate_action (GTK_WIDGET (walk->window), "win.shortcuts", NULL);
  for (int k = 0; k < 8; k++)
    desktop_test_settle ();
  look (walk, "keys");
  close_others (walk);
  look (walk, "closed again");
}

static char *
a_run (const char *path)
{
  g_autofree char *folder = g_build_filename (path, "runs", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);

  return g_strdup (g_dir_read_name (dir));
}

static void
walk_run (Walk *walk, const char *workspace)
{
  g_autofree char *run = a_run (workspace);
  /* A table is not among them: GTK 4.8 makes two hundred rows at once, which takes 18 ms. */
  static const char *const files[]
      = { "artifacts/maze.graph.json", "samples/answers.jsonl", "artifacts/frame.ppm" };

  studio_window_show_run (walk->window, run);
  for (int k = 0; k < 10; k++)
    desktop_test_settle ();
  look (walk, "a run");
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      studio_artifact_open (walk->window, run, files[i]);
      for (int k = 0; k < 10; k++)
        desktop_test_settle ();
      look (walk, files[i]);
      close_others (walk);
      look (walk, "closed again");
    }
}

static void
a_walk_holds_the_main_thread_nowhere (void)
{
  g_autofree char *workspace = desktop_test_folder ("walk");
  Walk walk = { 0 };

  desktop_test_run_gallery (workspace, "--seeds 3");
  walk.window = desktop_test_open_workspace (workspace);
  studio_watchdog_start (); /* the first frame has been drawn */
  desktop_test_until (desktop_test_has_studies, walk.window);
  look (&walk, "the studies are there");
  walk_pages (&walk);
  walk_studies (&walk);
  studio_session_select (studio_window_session (walk.window), "gallery", NULL, NULL);
  look (&walk, "selected");
  walk_pages (&walk);
  studio_session_select (studio_window_session (walk.window), "overoptimization", NULL, NULL);
  look (&walk, "selected");
  walk_pages (&walk);
  walk_run (&walk, workspace);
  walk_keys (&walk);
  walk_windows (&walk);
  end_walk (&walk);
  desktop_test_close (walk.window);
}

/* ---- a large workspace ---- */

#define MANY 10000
#define OPEN_MS 1000

static void
on_changed (StudioSession *session, gboolean *seen)
{
  *seen = TRUE;
}

static gboolean
is_seen (gpointer seen)
{
  return *(gboolean *) seen;
}

/* Fills the index, as whoever used the workspace before has. */
static void
index_once (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (StudioSession) session = studio_session_new (path, &error);
  gboolean seen = FALSE;

  g_assert_no_error (error);
  g_signal_connect (session, "runs-changed", G_CALLBACK (on_changed), &seen);
  desktop_test_until (is_seen, &seen);
  studio_session_close (session);
}

static void
many_runs_open_at_once (void)
{
  g_autofree char *path = many_runs_folder ();
  gint64 began;
  double taken;
  Walk walk = { 0 };

  many_runs_write (path, MANY);
  index_once (path);
  began = g_get_monotonic_time ();
  taken = studio_processor_ms ();
  walk.window = desktop_test_open_workspace (path); /* until its first frame */
  taken = studio_processor_ms () - taken;
  g_test_message (
      "%d runs: the window is there after %.0f ms, of which the main thread worked %.0f", MANY,
      (double) (g_get_monotonic_time () - began) / 1e3, taken);
  g_assert_cmpfloat (taken, <, OPEN_MS * (LATE_TURNS == G_MAXUINT ? 10 : 1));
  studio_window_show_page (walk.window, "queue"); /* the table of runs has a test of its own */
  desktop_test_settle ();
  studio_watchdog_start ();
  for (guint i = 0; i < 20; i++) /* the index looks for news meanwhile */
    desktop_test_settle ();
  look (&walk, "looking on");
  end_walk (&walk);
  desktop_test_close (walk.window);
  many_runs_remove (path);
}

/* The watchdog itself. */
static gboolean
hold (gpointer data)
{
  gint64 until = g_get_monotonic_time () + 200 * 1000;

  while (g_get_monotonic_time () < until)
    ;
  return G_SOURCE_REMOVE;
}

static void
a_callback_that_holds_it_is_counted (void)
{
  StudioWindow *window = desktop_test_open ();

  desktop_test_settle ();
  studio_watchdog_start ();
  g_idle_add (hold, NULL);
  desktop_test_settle ();
  desktop_test_settle ();
  g_assert_cmpuint (studio_watchdog_read ().late, >, 0);
  g_assert_cmpfloat (studio_watchdog_read ().longest_wait, >=, 200);
  g_assert_cmpfloat (studio_watchdog_read ().longest, >, STUDIO_WATCHDOG_MS);
  desktop_test_close (window);
}

int
main (int argc, char **argv)
{
  desktop_test_init (&argc, &argv);
  g_test_add_func ("/desktop/watch/a-walk-holds-the-main-thread-nowhere",
                   a_walk_holds_the_main_thread_nowhere);
  g_test_add_func ("/desktop/watch/many-runs-open-at-once", many_runs_open_at_once);
  g_test_add_func ("/desktop/watch/a-callback-that-holds-it-is-counted",
                   a_callback_that_holds_it_is_counted);
  return g_test_run ();
}

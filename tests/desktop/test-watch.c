/* SPDX-License-Identifier: Apache-2.0
 *
 * Nothing of ours holds the main thread, and a large workspace opens at once.
 */
#include "desktop.h"
#include "many.h"
#include "ui/desktop/studies-view.h"
#include "ui/desktop/watchdog.h"
#include <time.h>

/* The aim is 16 ms.  Switching to a page for the first time, GTK takes up to 70 ms of its own (it
 * realizes widgets and looks up styles in the turn that switches), so the test is held to what a
 * job of ours on the main thread would pass at once. */
#ifdef __SANITIZE_ADDRESS__
#define HELD_MS 600
#else
#define HELD_MS 150
#endif

static gboolean
has_studies (gpointer window)
{
  return studio_session_registry (studio_window_session (window)) != NULL;
}

static StudioStudiesView *
studies_of (StudioWindow *window)
{
  return STUDIO_STUDIES_VIEW (desktop_test_find (window, STUDIO_TYPE_STUDIES_VIEW, NULL));
}

static gboolean
is_settled (gpointer window)
{
  return studio_form_is_settled (studio_studies_view_form (studies_of (window)));
}

static void
tell (const char *after)
{
  StudioWatch watch = studio_watchdog_read ();

  g_test_message ("after %s: %u of %u turns late, longest %.1f ms (%.1f by the clock); %u frames, "
                  "longest %.1f ms",
                  after, watch.late, watch.turns, watch.longest, watch.longest_wait, watch.frames,
                  watch.longest_frame);
}

static void
walk_pages (StudioWindow *window)
{
  static const char *const names[] = { "runs", "figures", "compare", "claims", "queue", "studies" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      studio_window_show_page (window, names[i]);
      desktop_test_settle ();
      desktop_test_settle ();
      tell (names[i]);
    }
}

static void
a_walk_holds_the_main_thread_nowhere (void)
{
  g_autofree char *workspace = desktop_test_folder ("walk");
  StudioWindow *window;
  StudioWatch watch;

  desktop_test_run_gallery (workspace, "--seeds 3");
  window = desktop_test_open_workspace (workspace);
  studio_watchdog_watch_frames (GTK_WIDGET (window));
  studio_watchdog_start (); /* the first frame has been drawn */
  desktop_test_until (has_studies, window);
  walk_pages (window);
  studio_studies_view_show_study (studies_of (window), "graph-backup");
  desktop_test_until (is_settled, window);
  desktop_test_settle ();
  tell ("a study's page");
  studio_session_select (studio_window_session (window), "gallery", NULL, NULL);
  walk_pages (window);
  watch = studio_watchdog_read ();
  g_assert_cmpuint (watch.turns, >, 0);
  g_assert_cmpuint (watch.frames, >, 0);
  g_assert_cmpfloat (watch.longest, <, HELD_MS);
  desktop_test_close (window);
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

static double
processor_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6;
}

static void
many_runs_open_at_once (void)
{
  g_autofree char *path = many_runs_folder ();
  gint64 began;
  double taken;
  StudioWindow *window;
  StudioWatch watch;

  many_runs_write (path, MANY);
  index_once (path);
  began = g_get_monotonic_time ();
  taken = processor_ms ();
  window = desktop_test_open_workspace (path); /* until its first frame */
  taken = processor_ms () - taken;
  g_test_message (
      "%d runs: the window is there after %.0f ms, of which the main thread worked %.0f", MANY,
      (double) (g_get_monotonic_time () - began) / 1e3, taken);
  g_assert_cmpfloat (taken, <, OPEN_MS * (HELD_MS > 1000 ? 10 : 1));
  studio_watchdog_watch_frames (GTK_WIDGET (window));
  studio_window_show_page (window, "queue"); /* the table of runs has a test of its own */
  desktop_test_settle ();
  studio_watchdog_start ();
  for (guint i = 0; i < 20; i++) /* the index looks for news meanwhile */
    desktop_test_settle ();
  tell ("looking on");
  watch = studio_watchdog_read ();
  g_assert_cmpfloat (watch.longest, <, HELD_MS);
  desktop_test_close (window);
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

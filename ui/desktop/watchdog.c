/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/watchdog.h"

#include <time.h>

/* All of the main thread; times in milliseconds. */
static struct
{
  GPollFunc poll; /* the context's own; NULL: not started yet */
  gboolean turning;
  double woke, woke_at; /* when the last poll returned: processor's time, clock on the wall */
  double frame_began;   /* processor's time; 0: no frame goes on */
  double in_frames;     /* of this turn */
  StudioWatch watch;
} dog;

double
studio_processor_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6;
}

static double
wall_time (void)
{
  return (double) g_get_monotonic_time () / 1e3;
}

static void
end_turn (void)
{
  double took = studio_processor_ms () - dog.woke - dog.in_frames;

  dog.watch.turns++;
  dog.watch.late += took > STUDIO_WATCHDOG_MS;
  dog.watch.longest = MAX (dog.watch.longest, took);
  dog.watch.longest_wait = MAX (dog.watch.longest_wait, wall_time () - dog.woke_at);
}

static void
begin_turn (void)
{
  dog.turning = TRUE;
  dog.woke = studio_processor_ms ();
  dog.woke_at = wall_time ();
  dog.in_frames = 0;
}

/* A turn goes from the end of one poll to the beginning of the next. */
static int
watch_poll (GPollFD *fds, guint n, int timeout)
{
  int answer;

  if (dog.turning)
    end_turn ();
  answer = dog.poll (fds, n, timeout);
  begin_turn ();
  return answer;
}

static void
on_frame_begins (GdkFrameClock *clock, gpointer data)
{
  dog.frame_began = studio_processor_ms ();
}

static void
on_frame_ends (GdkFrameClock *clock, gpointer data)
{
  double took = studio_processor_ms () - dog.frame_began;

  if (dog.frame_began == 0)
    return;
  dog.watch.frames++;
  dog.watch.longest_frame = MAX (dog.watch.longest_frame, took);
  dog.in_frames += took;
  dog.frame_began = 0;
}

static void
on_realize (GtkWidget *window, gpointer data)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (window);

  g_signal_connect (clock, "before-paint", G_CALLBACK (on_frame_begins), NULL);
  g_signal_connect (clock, "after-paint", G_CALLBACK (on_frame_ends), NULL);
}

static void
watch_window (GtkWidget *window)
{
  if (gtk_widget_get_realized (window))
    on_realize (window, NULL);
  g_signal_connect (window, "realize", G_CALLBACK (on_realize), NULL);
}

static void
on_windows (GListModel *windows, guint at, guint removed, guint added, gpointer data)
{
  for (guint i = at; i < at + added; i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

      watch_window (window);
    }
}

static void
watch_windows (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  on_windows (windows, 0, 0, g_list_model_get_n_items (windows), NULL);
  g_signal_connect (windows, "items-changed", G_CALLBACK (on_windows), NULL);
}

void
studio_watchdog_start (void)
{
  if (dog.poll == NULL)
    {
      dog.poll = g_main_context_get_poll_func (NULL);
      g_main_context_set_poll_func (NULL, watch_poll);
      watch_windows ();
    }
  dog.watch = (StudioWatch){ 0 };
  begin_turn (); /* the rest of the turn that goes on */
}

StudioWatch
studio_watchdog_read (void)
{
  return dog.watch;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/watchdog.h"

/* All of the main thread. */
static struct
{
  GPollFunc poll;     /* the context's own; NULL: not started yet */
  gint64 woke;        /* when the last poll returned; 0: none has */
  gint64 frame_began; /* 0: no frame goes on */
  gint64 in_frames;   /* microseconds of this turn */
  StudioWatch watch;
} dog;

/* A turn goes from the end of one poll to the beginning of the next. */
static int
watch_poll (GPollFD *fds, guint n, int timeout)
{
  double took = (double) (g_get_monotonic_time () - dog.woke - dog.in_frames) / 1000;
  int answer;

  if (dog.woke > 0)
    {
      dog.watch.turns++;
      dog.watch.late += took > STUDIO_WATCHDOG_MS;
      dog.watch.longest = MAX (dog.watch.longest, took);
    }
  answer = dog.poll (fds, n, timeout);
  dog.woke = g_get_monotonic_time ();
  dog.in_frames = 0;
  return answer;
}

void
studio_watchdog_start (void)
{
  if (dog.poll == NULL)
    {
      dog.poll = g_main_context_get_poll_func (NULL);
      g_main_context_set_poll_func (NULL, watch_poll);
    }
  dog.woke = 0; /* the turn that goes on is not counted */
  dog.watch = (StudioWatch){ 0 };
}

StudioWatch
studio_watchdog_read (void)
{
  return dog.watch;
}

static void
on_frame_begins (GdkFrameClock *clock, gpointer data)
{
  dog.frame_began = g_get_monotonic_time ();
}

static void
on_frame_ends (GdkFrameClock *clock, gpointer data)
{
  gint64 took = g_get_monotonic_time () - dog.frame_began;

  if (dog.frame_began == 0)
    return;
  dog.watch.frames++;
  dog.watch.longest_frame = MAX (dog.watch.longest_frame, (double) took / 1000);
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

void
studio_watchdog_watch_frames (GtkWidget *window)
{
  if (gtk_widget_get_realized (window))
    on_realize (window, NULL);
  else
    g_signal_connect (window, "realize", G_CALLBACK (on_realize), NULL);
}

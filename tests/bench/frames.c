/* SPDX-License-Identifier: Apache-2.0 */
#include "frames.h"

#include "ui/desktop/watchdog.h"
#include <adwaita.h>
#include <stdio.h>
#include <stdlib.h>

gboolean
bench_frames_can (void)
{
  if (!gtk_init_check ())
    {
      fprintf (stderr, "bench: there is no display; ./dev bench desktop gives it one\n");
      return FALSE;
    }
  adw_init ();
  return TRUE;
}

void
bench_frames_show (GtkWidget *widget, int width)
{
  while (!gtk_widget_get_mapped (widget) || gtk_widget_get_width (widget) < width)
    g_main_context_iteration (NULL, TRUE);
  for (int i = 0; i < 20; i++)
    g_main_context_iteration (NULL, FALSE);
}

static void
on_before (GdkFrameClock *clock, BenchFrames *frames)
{
  frames->begun = studio_processor_ms ();
}

static void
on_update (GdkFrameClock *clock, BenchFrames *frames)
{
  if (frames->frame < BENCH_FRAMES)
    frames->move (frames->data, frames->frame);
}

static void
on_after (GdkFrameClock *clock, BenchFrames *frames)
{
  gint64 now = g_get_monotonic_time ();

  if (frames->frame < BENCH_FRAMES)
    {
      frames->whole[frames->frame] = (double) (now - frames->last) / 1e3;
      frames->working[frames->frame] = studio_processor_ms () - frames->begun;
      frames->frame++;
    }
  frames->last = now;
}

void
bench_frames_follow (BenchFrames *frames, GtkWidget *widget,
                     void (*move) (gpointer data, guint frame), gpointer data)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (widget);

  *frames = (BenchFrames){ .widget = widget, .move = move, .data = data, .frame = BENCH_FRAMES };
  g_signal_connect (clock, "before-paint", G_CALLBACK (on_before), frames);
  g_signal_connect (clock, "update", G_CALLBACK (on_update), frames);
  g_signal_connect (clock, "after-paint", G_CALLBACK (on_after), frames);
}

void
bench_frames_run (BenchFrames *frames)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (frames->widget);

  frames->frame = 0;
  frames->last = g_get_monotonic_time ();
  gdk_frame_clock_begin_updating (clock);
  while (frames->frame < BENCH_FRAMES)
    g_main_context_iteration (NULL, TRUE);
  gdk_frame_clock_end_updating (clock);
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

double
bench_frames_percentile (double values[BENCH_FRAMES], int percent)
{
  qsort (values, BENCH_FRAMES, sizeof *values, compare);
  return values[(BENCH_FRAMES - 1) * percent / 100];
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * What frames of a window take while something moves in each of them.
 */
#pragma once

#include <gtk/gtk.h>

#define BENCH_FRAMES 60

typedef struct BenchFrames
{
  GtkWidget *widget;
  void (*move) (gpointer data, guint frame); /* called before a frame is laid out */
  gpointer data;
  guint frame; /* BENCH_FRAMES: at rest */
  gint64 last;
  double begun;
  double whole[BENCH_FRAMES];   /* from the end of a frame to the end of the next, ms */
  double working[BENCH_FRAMES]; /* processor time of the main thread in a frame, ms */
} BenchFrames;

/** Runs the main loop until the widget is mapped and has this width. */
void bench_frames_show (GtkWidget *widget, int width);
/** Follows the frames of a mapped widget from now on. */
void bench_frames_follow (BenchFrames *frames, GtkWidget *widget,
                          void (*move) (gpointer data, guint frame), gpointer data);
/** BENCH_FRAMES frames, as fast as they come. */
void bench_frames_run (BenchFrames *frames);
/** Sorts the values. */
double bench_frames_percentile (double values[BENCH_FRAMES], int percent);
/** Whether there is a display, and adwaita is begun; says on stderr what is missing. */
gboolean bench_frames_can (void);

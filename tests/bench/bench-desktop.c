/* SPDX-License-Identifier: Apache-2.0
 *
 * The suite "desktop": a chart of 8 series of 100,000 points that is panned in a window of
 * 1280x800, frame by frame, as a hand would; a workspace of 10,000 runs that is opened.
 */
#include "../desktop/many.h"
#include "base/num/random.h"
#include "bench.h"
#include "host/chart/plot.h"
#include "ui/desktop/application.h"
#include "ui/desktop/chart-area.h"
#include "ui/desktop/runs-table.h"
#include "ui/desktop/watchdog.h"
#include "ui/desktop/window.h"

#include <adwaita.h>
#include <assay/random.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define SERIES 8
#define POINTS 100000
#define WIDTH 1280
#define HEIGHT 800
#define FRAMES 60

typedef struct Stage
{
  GtkWindow *window;
  StudioChartArea *area;
  guint frame;
  gint64 last;            /* end of the frame before, microseconds */
  double whole[FRAMES];   /* from the end of a frame to the end of the next, ms */
  double share[FRAMES];   /* of it drawing the chart, ms */
  double working[FRAMES]; /* processor time of the main thread in a frame, ms */
  double begun;
} Stage;

/* A slow walk with fast noise: every pixel column has much to leave out. */
static void
add_walk (ChartPanel *panel, int k, AssayStream *stream)
{
  ChartSeries *s = chart_add_series (panel, "walk", k, -1);
  double level = k;

  for (int i = 0; i < POINTS; i++)
    {
      double x = i, y;

      level += .004 * assay_normal (stream);
      y = level + .25 * assay_normal (stream);
      g_array_append_val (s->x, x);
      g_array_append_val (s->y, y);
    }
}

static AssayChart *
walks (void)
{
  AssayChart *chart = chart_new (ASSAY_LINE, "walks", "Eight series of 100,000 points");
  ChartPanel *panel = chart_add_panel (chart, NULL, NULL);
  AssayStream stream = { 0 };

  assay_stream_init (&stream, 1, "walks");
  for (int k = 0; k < SERIES; k++)
    {
      char name[16];

      snprintf (name, sizeof name, "series %d", k);
      chart_key_add (&chart->color, name);
      add_walk (panel, k, &stream);
    }
  chart->color.title = g_strdup ("Series");
  return chart;
}

static void
on_before (GdkFrameClock *clock, Stage *stage)
{
  stage->begun = studio_processor_ms ();
}

/* Four fifths of all points are seen; it goes to and fro by a hundredth of the width. */
static void
on_update (GdkFrameClock *clock, Stage *stage)
{
  if (stage->frame < FRAMES)
    studio_chart_area_pan (stage->area, stage->frame / 10 % 2 == 0 ? .01 : -.01, 0);
}

static void
on_after (GdkFrameClock *clock, Stage *stage)
{
  gint64 now = g_get_monotonic_time ();

  if (stage->frame < FRAMES)
    {
      stage->whole[stage->frame] = (double) (now - stage->last) / 1e3;
      stage->working[stage->frame] = studio_processor_ms () - stage->begun;
      stage->share[stage->frame] = studio_chart_area_cost (stage->area);
      stage->frame++;
    }
  stage->last = now;
}

static void
follow (Stage *stage)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (stage->area));

  g_signal_connect (clock, "before-paint", G_CALLBACK (on_before), stage);
  g_signal_connect (clock, "update", G_CALLBACK (on_update), stage);
  g_signal_connect (clock, "after-paint", G_CALLBACK (on_after), stage);
}

static void *
set_up (void)
{
  Stage *stage;

  if (!gtk_init_check ())
    {
      fprintf (stderr, "bench: there is no display; ./dev bench desktop gives it one\n");
      return NULL;
    }
  adw_init ();
  stage = g_new0 (Stage, 1);
  stage->frame = FRAMES;
  stage->window = GTK_WINDOW (gtk_window_new ());
  gtk_window_set_decorated (stage->window, FALSE);
  stage->area = STUDIO_CHART_AREA (studio_chart_area_new ());
  gtk_widget_set_size_request (GTK_WIDGET (stage->area), WIDTH, HEIGHT);
  gtk_window_set_child (stage->window, GTK_WIDGET (stage->area));
  studio_chart_area_set_chart (stage->area, walks (), NULL);
  gtk_window_present (stage->window);
  while (!gtk_widget_get_mapped (GTK_WIDGET (stage->area))
         || gtk_widget_get_width (GTK_WIDGET (stage->area)) < WIDTH)
    g_main_context_iteration (NULL, TRUE);
  for (int i = 0; i < 20; i++)
    g_main_context_iteration (NULL, FALSE);
  studio_chart_area_zoom (stage->area, 1.25);
  follow (stage);
  return stage;
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
percentile (double *values, int percent)
{
  qsort (values, FRAMES, sizeof *values, compare);
  return values[(FRAMES - 1) * percent / 100];
}

static void
pan (Stage *stage)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (stage->area));

  stage->frame = 0;
  stage->last = g_get_monotonic_time ();
  gdk_frame_clock_begin_updating (clock);
  while (stage->frame < FRAMES)
    g_main_context_iteration (NULL, TRUE);
  gdk_frame_clock_end_updating (clock);
}

static double
share (void *stage)
{
  pan (stage);
  return percentile (((Stage *) stage)->share, 50);
}

static double
whole (void *stage)
{
  pan (stage);
  return percentile (((Stage *) stage)->whole, 95);
}

static double
working (void *stage)
{
  pan (stage);
  return percentile (((Stage *) stage)->working, 95);
}

/* Reading the point under a pointer that is moved over all of it, each time elsewhere. */
static double
read_out (void *data)
{
  Stage *stage = data;
  double start = bench_now ();

  for (int i = 0; i < FRAMES; i++)
    studio_chart_area_point_at (stage->area, 80 + 18 * i, 120 + 9 * i);
  return 1e3 * (bench_now () - start) / FRAMES;
}

static void
tear_down (void *data)
{
  Stage *stage = data;

  gtk_window_destroy (stage->window);
  g_free (stage);
}

/* ---- a workspace ---- */

#define RUNS 10000

typedef struct Opening
{
  GtkApplication *application;
  char *workspace;
} Opening;

static GtkWidget *
find (GtkWidget *widget, GType type)
{
  GtkWidget *found = g_type_is_a (G_OBJECT_TYPE (widget), type) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); !found && child;
       child = gtk_widget_get_next_sibling (child))
    found = find (child, type);
  return found;
}

static guint
n_rows (StudioWindow *window)
{
  StudioRunsTable *table = STUDIO_RUNS_TABLE (find (GTK_WIDGET (window), STUDIO_TYPE_RUNS_TABLE));
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

  if (!gtk_init_check ())
    {
      fprintf (stderr, "bench: there is no display; ./dev bench desktop gives it one\n");
      return NULL;
    }
  adw_init ();
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

static const BenchCase cases[] = {
  { .suite = "desktop",
    .name = "pan-chart",
    .unit = "ms",
    .yardstick = 12,
    .set_up = set_up,
    .measure = share,
    .tear_down = tear_down },
  { .suite = "desktop",
    .name = "pan-frame-95",
    .unit = "ms",
    .yardstick = 33,
    .set_up = set_up,
    .measure = whole,
    .tear_down = tear_down },
  { .suite = "desktop",
    .name = "pan-work-95",
    .unit = "ms",
    .yardstick = 33,
    .set_up = set_up,
    .measure = working,
    .tear_down = tear_down },
  { .suite = "desktop",
    .name = "read-out",
    .unit = "ms",
    .yardstick = 2,
    .set_up = set_up,
    .measure = read_out,
    .tear_down = tear_down },
  { .suite = "desktop",
    .name = "open-workspace",
    .unit = "ms",
    .yardstick = 1000,
    .set_up = set_up_workspace,
    .measure = open_workspace,
    .tear_down = tear_down_workspace },
};

static const BenchTable table = BENCH_TABLE (cases);
const BenchTable *const bench_tables[] = { &table };
const size_t bench_n_tables = 1;

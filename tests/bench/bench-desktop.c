/* SPDX-License-Identifier: Apache-2.0
 *
 * The suite "desktop": a chart of 8 series of 100,000 points that is panned in a window of
 * 1280x800, frame by frame, as a hand would.
 */
#include "bench-desktop.h"
#include "base/num/random.h"
#include "frames.h"
#include "host/chart/plot.h"
#include "ui/desktop/chart-area.h"

#include <assay/random.h>
#include <math.h>
#include <stdio.h>

#define SERIES 8
#define POINTS 100000
#define WIDTH 1280
#define HEIGHT 800

typedef struct Stage
{
  GtkWindow *window;
  StudioChartArea *area;
  BenchFrames frames;
  double share[BENCH_FRAMES]; /* of the frame before: drawing the chart, ms */
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

/* Four fifths of all points are seen; it goes to and fro by a hundredth of the width. */
static void
pan (gpointer data, guint frame)
{
  Stage *stage = data;

  stage->share[frame] = studio_chart_area_cost (stage->area);
  studio_chart_area_pan (stage->area, frame / 10 % 2 == 0 ? .01 : -.01, 0);
}

static void *
set_up (void)
{
  Stage *stage;

  if (!bench_frames_can ())
    return NULL;
  stage = g_new0 (Stage, 1);
  stage->window = GTK_WINDOW (gtk_window_new ());
  gtk_window_set_decorated (stage->window, FALSE);
  stage->area = STUDIO_CHART_AREA (studio_chart_area_new ());
  gtk_widget_set_size_request (GTK_WIDGET (stage->area), WIDTH, HEIGHT);
  gtk_window_set_child (stage->window, GTK_WIDGET (stage->area));
  studio_chart_area_set_chart (stage->area, walks (), NULL);
  gtk_window_present (stage->window);
  bench_frames_show (GTK_WIDGET (stage->area), WIDTH);
  studio_chart_area_zoom (stage->area, 1.25);
  bench_frames_follow (&stage->frames, GTK_WIDGET (stage->area), pan, stage);
  return stage;
}

static double
share (void *data)
{
  Stage *stage = data;

  bench_frames_run (&stage->frames);
  return bench_frames_percentile (stage->share, 50);
}

static double
whole (void *data)
{
  Stage *stage = data;

  bench_frames_run (&stage->frames);
  return bench_frames_percentile (stage->frames.whole, 95);
}

static double
working (void *data)
{
  Stage *stage = data;

  bench_frames_run (&stage->frames);
  return bench_frames_percentile (stage->frames.working, 95);
}

/* Reading the point under a pointer that is moved over all of it, each time elsewhere. */
static double
read_out (void *data)
{
  Stage *stage = data;
  double start = bench_now ();

  for (int i = 0; i < BENCH_FRAMES; i++)
    studio_chart_area_point_at (stage->area, 80 + 18 * i, 120 + 9 * i);
  return 1e3 * (bench_now () - start) / BENCH_FRAMES;
}

static void
tear_down (void *data)
{
  Stage *stage = data;

  gtk_window_destroy (stage->window);
  g_free (stage);
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
};

static const BenchTable table = BENCH_TABLE (cases);
const BenchTable *const bench_tables[] = { &table, &bench_desktop_views };
const size_t bench_n_tables = 2;

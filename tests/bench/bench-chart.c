/* SPDX-License-Identifier: Apache-2.0 */
#include "base/num/random.h"
#include "bench.h"
#include "host/chart/plot.h"

#include <assay/random.h>
#include <math.h>
#include <stdio.h>

#define SERIES 8
#define POINTS 100000
#define WIDTH 1200
#define HEIGHT 800

typedef struct Canvas
{
  AssayChart *chart;
  cairo_surface_t *surface;
} Canvas;

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

static void *
set_up (void)
{
  Canvas *canvas = g_new0 (Canvas, 1);
  ChartPanel *panel;
  AssayStream stream = { 0 };

  canvas->chart = chart_new (ASSAY_LINE, "walks", "Eight series of 100,000 points");
  canvas->surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, WIDTH, HEIGHT);
  panel = chart_add_panel (canvas->chart, NULL, NULL);
  assay_stream_init (&stream, 1, "walks");
  for (int k = 0; k < SERIES; k++)
    {
      char name[16];

      snprintf (name, sizeof name, "series %d", k);
      chart_key_add (&canvas->chart->color, name);
      add_walk (panel, k, &stream);
    }
  canvas->chart->color.title = g_strdup ("Series");
  chart_prepare (canvas->chart);
  return canvas;
}

static double
draw (void *data)
{
  Canvas *canvas = data;
  double start = bench_now (), end;
  cairo_t *cr = cairo_create (canvas->surface);
  cairo_status_t status;

  assay_chart_draw (canvas->chart, cr, WIDTH, HEIGHT);
  cairo_surface_flush (canvas->surface);
  end = bench_now ();
  status = cairo_status (cr);
  cairo_destroy (cr);
  return status == CAIRO_STATUS_SUCCESS ? 1e3 * (end - start) : NAN;
}

static void
tear_down (void *data)
{
  Canvas *canvas = data;

  assay_chart_free (canvas->chart);
  cairo_surface_destroy (canvas->surface);
  g_free (canvas);
}

static const BenchCase cases[] = { { .suite = "workbench",
                                     .name = "chart",
                                     .unit = "ms",
                                     .yardstick = 25,
                                     .set_up = set_up,
                                     .measure = draw,
                                     .tear_down = tear_down } };

const BenchTable bench_chart = BENCH_TABLE (cases);

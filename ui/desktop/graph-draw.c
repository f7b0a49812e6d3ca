/* SPDX-License-Identifier: Apache-2.0
 *
 * Draws by itself what a vector library draws too slowly by ten thousands: thin lines and dots.
 */
#include "host/chart/style.h"
#include "ui/desktop/graph-scene.h"
#include <math.h>
#include <string.h>

#define AIR 24            /* pixels around the whole */
#define MOST_PIXELS 1.5e6 /* of all edges together */
#define MOST_LAYERS 3     /* as many edges over each other, on average */
#define FULL_INK .1       /* edges drawn fully cover so much of the picture, at most */
#define EDGES_ALPHA .65f  /* so that nodes are seen over them */
#define PICTURE_RADIUS 9  /* from which on a node shows its picture */
#define DARKEST .7        /* of the ramp's colours on a dark paper */
#define DIM .25f          /* what does not belong to the selected node */

typedef struct
{
  const StudioGraphScene *scene;
  const StudioGraphLook *look;
  guint32 *pixels;
  guint8 *mask;      /* lines of one colour; empty but while they are drawn */
  int width, height; /* device pixels */
  double scale, tx, ty;
  float *x, *y; /* [n_nodes], device pixels */
} Canvas;

/* ---- looks ---- */

void
studio_graph_look_set_column (StudioGraphLook *look, const StudioGraphScene *scene,
                              const AssayGraphColumn *column)
{
  double most, least;

  look->column = column != NULL && column->numbers != NULL ? column : NULL;
  look->lo = INFINITY;
  look->hi = -INFINITY;
  for (guint i = 0; look->column != NULL && i < scene->graph->n_nodes; i++)
    if (isfinite (column->numbers[i]))
      {
        look->lo = MIN (look->lo, column->numbers[i]);
        look->hi = MAX (look->hi, column->numbers[i]);
      }
  most = MAX (-look->lo, look->hi);
  least = MIN (-look->lo, look->hi);
  look->diverging = look->lo < 0 && look->hi > 0 && least >= most / 20;
  if (look->diverging)
    {
      look->lo = -most;
      look->hi = most;
    }
}

void
studio_graph_look_fit (StudioGraphLook *look, const StudioGraphScene *scene)
{
  double width = MAX ((double) (scene->right - scene->left), 1),
         height = MAX ((double) (scene->bottom - scene->top), 1);

  look->scale
      = MIN (MAX (look->width - 2 * AIR, 1) / width, MAX (look->height - 2 * AIR, 1) / height);
  look->scale = MIN (look->scale, 60 / MAX (scene->spacing, 1e-9));
  look->tx = look->width / 2. - look->scale * (double) (scene->left + scene->right) / 2;
  look->ty = look->height / 2. - look->scale * (double) (scene->top + scene->bottom) / 2;
}

double
studio_graph_look_radius (const StudioGraphLook *look, const StudioGraphScene *scene)
{
  return CLAMP (.28 * look->scale * scene->spacing, 1.1, 18);
}

/* Light ink is for a dark paper. */
static gboolean
is_dark (const StudioGraphLook *look)
{
  return look->ink[0] + look->ink[1] + look->ink[2] > 1.5f;
}

/* What stands out is high: dark on white, bright on black. */
void
studio_graph_look_colour (const StudioGraphLook *look, double value, float rgb[3])
{
  ChartRgb colour;

  if (!(look->hi > look->lo))
    colour = chart_colours[1];
  else if (look->diverging)
    colour = chart_diverging ((is_dark (look) ? DARKEST : 1) * value / look->hi);
  else if (is_dark (look))
    colour = chart_ramp (DARKEST * (look->hi - value) / (look->hi - look->lo));
  else
    colour = chart_ramp ((value - look->lo) / (look->hi - look->lo));
  rgb[0] = (float) colour.r;
  rgb[1] = (float) colour.g;
  rgb[2] = (float) colour.b;
}

/* ---- pixels ---- */

/* Lays a colour with this coverage over a pixel. */
static inline void
blend (guint32 *pixel, const float rgb[3], float alpha)
{
  guint32 a = (guint32) (alpha * 256.f + .5f), rest = 256 - a, old = *pixel;
  guint32 r = (guint32) (rgb[0] * 255.f + .5f), g = (guint32) (rgb[1] * 255.f + .5f),
          b = (guint32) (rgb[2] * 255.f + .5f);
  guint32 alpha_out = (a * 255 + rest * (old >> 24)) >> 8;

  *pixel = alpha_out << 24 | (((a * r + rest * (old >> 16 & 255)) >> 8) << 16)
           | (((a * g + rest * (old >> 8 & 255)) >> 8) << 8) | ((a * b + rest * (old & 255)) >> 8);
}

/* Cuts a line to the canvas (Liang and Barsky); FALSE: nothing of it is seen. */
static gboolean
clip (const Canvas *canvas, float *x0, float *y0, float *x1, float *y1)
{
  float dx = *x1 - *x0, dy = *y1 - *y0, from = 0, to = 1;
  const float p[] = { -dx, dx, -dy, dy };
  const float q[]
      = { *x0, (float) canvas->width - 1.01f - *x0, *y0, (float) canvas->height - 1.01f - *y0 };

  for (int i = 0; i < 4; i++)
    {
      if (p[i] == 0)
        {
          if (q[i] < 0)
            return FALSE;
        }
      else if (p[i] < 0)
        from = MAX (from, q[i] / p[i]);
      else
        to = MIN (to, q[i] / p[i]);
    }
  if (from > to)
    return FALSE;
  *x1 = *x0 + to * dx;
  *y1 = *y0 + to * dy;
  *x0 += from * dx;
  *y0 += from * dy;
  return TRUE;
}

/* A line one pixel wide, whose coverage is shared by two pixels at each step, into the mask: lines
 * of one colour are added up as bytes, which is many times quicker than to blend each. */
static void
draw_line (Canvas *canvas, float x0, float y0, float x1, float y1, float alpha)
{
  float dx, dy, length;
  gboolean steep;
  int n, step, across, most, at, slope, cover = (int) (alpha * 255.f + .5f);
  guint8 *mask;

  if (!clip (canvas, &x0, &y0, &x1, &y1))
    return;
  dx = x1 - x0;
  dy = y1 - y0;
  steep = fabsf (dy) > fabsf (dx);
  length = steep ? fabsf (dy) : fabsf (dx);
  n = (int) length + 1;
  step = steep ? (dy < 0 ? -canvas->width : canvas->width) : (dx < 0 ? -1 : 1);
  across = steep ? 1 : canvas->width;
  /* 16 bits behind the point: far less than a pixel is lost on the longest line. */
  most = (steep ? canvas->width - 2 : canvas->height - 2) << 16;
  at = (int) ((steep ? x0 : y0) * 65536.f);
  slope = length > 0 ? (int) ((steep ? dx : dy) / length * 65536.f) : 0;
  mask = canvas->mask + (steep ? (gsize) (int) y0 * (gsize) canvas->width : (gsize) (int) x0);
  for (int i = 0; i < n; i++, at += slope, mask += step)
    {
      int place = CLAMP (at, 0, most), second = cover * (place >> 8 & 255) >> 8;
      guint8 *pixel = mask + (place >> 16) * across;
      int a = pixel[0] + cover - second, b = pixel[across] + second;

      pixel[0] = (guint8) MIN (a, 255);
      pixel[across] = (guint8) MIN (b, 255);
    }
}

/* Lays what is in the mask over the picture, in one colour, and empties it. */
static void
lay_mask (Canvas *canvas, const float rgb[3], float alpha)
{
  gsize n = (gsize) canvas->width * (gsize) canvas->height;

  for (gsize i = 0; i < n; i++)
    if (canvas->mask[i] != 0)
      {
        blend (&canvas->pixels[i], rgb, alpha * (float) canvas->mask[i] / 255.f);
        canvas->mask[i] = 0;
      }
}

/* A dot with a rim; @hollow: the rim only. */
static void
draw_dot (Canvas *canvas, float x, float y, float radius, const float rgb[3], const float rim[3],
          float alpha, gboolean hollow)
{
  int left = MAX ((int) floorf (x - radius - 1), 0),
      right = MIN ((int) ceilf (x + radius + 1), canvas->width - 1),
      top = MAX ((int) floorf (y - radius - 1), 0),
      bottom = MIN ((int) ceilf (y + radius + 1), canvas->height - 1);
  float edge = radius > 4 ? 1.f : radius > 2.5f ? .6f : .3f;

  for (int row = top; row <= bottom; row++)
    for (int column = left; column <= right; column++)
      {
        float dx = (float) column + .5f - x, dy = (float) row + .5f - y,
              far = sqrtf (dx * dx + dy * dy);
        float cover = CLAMP (radius + .5f - far, 0, 1),
              inside = CLAMP (radius + .5f - edge - far, 0, 1);
        guint32 *pixel = canvas->pixels + (gsize) row * (gsize) canvas->width + column;

        if (cover <= 0)
          continue;
        blend (pixel, rim, alpha * cover * (hollow ? 1 - inside : 1));
        if (!hollow && inside > 0)
          blend (pixel, rgb, alpha * inside);
      }
}

/* The node's picture in a frame of its colour, pixel by pixel. */
static void
draw_picture (Canvas *canvas, guint node, float x, float y, float radius, const float rgb[3],
              float alpha)
{
  const AssayGraphData *graph = canvas->scene->graph;
  guint width = graph->picture_width, height = graph->picture_height;
  const guint8 *picture = graph->pictures + (gsize) graph->picture_of[node] * width * height * 3;
  float side = 2 * radius, frame = MAX (2.f, .12f * radius);
  int left = (int) (x - radius - frame), top = (int) (y - radius - frame),
      size = (int) (side + 2 * frame);

  for (int row = MAX (top, 0); row < MIN (top + size, canvas->height); row++)
    for (int column = MAX (left, 0); column < MIN (left + size, canvas->width); column++)
      {
        float u = ((float) column - (x - radius)) / side, v = ((float) row - (y - radius)) / side;
        guint32 *pixel = canvas->pixels + (gsize) row * (gsize) canvas->width + column;
        const guint8 *from;

        if (u < 0 || v < 0 || u >= 1 || v >= 1)
          {
            blend (pixel, rgb, alpha);
            continue;
          }
        from = picture + 3 * ((gsize) (v * (float) height) * width + (gsize) (u * (float) width));
        blend (
            pixel,
            (const float[]){ (float) from[0] / 255, (float) from[1] / 255, (float) from[2] / 255 },
            alpha);
      }
}

/* ---- edges ---- */

/* Pixels that all edges would take, at most. */
static double
length_of_edges (const Canvas *canvas)
{
  const AssayGraphData *graph = canvas->scene->graph;
  double sum = 0, most = canvas->width + canvas->height;

  for (guint i = 0; i < graph->n_edges; i++)
    {
      float x0 = canvas->x[graph->from[i]], x1 = canvas->x[graph->to[i]],
            y0 = canvas->y[graph->from[i]], y1 = canvas->y[graph->to[i]];
      float far = fabsf (x1 - x0) + fabsf (y1 - y0);

      if (MAX (x0, x1) < 0 || MIN (x0, x1) > (float) canvas->width || MAX (y0, y1) < 0
          || MIN (y0, y1) > (float) canvas->height)
        continue;
      sum += MIN ((double) far, most) + 1;
    }
  return sum;
}

/* Of very many edges the same few are drawn each time, so that nothing flickers. */
static gboolean
is_kept (guint edge, double share)
{
  return share >= 1 || (double) (edge * 2654435761u >> 8) / (1 << 24) < share;
}

static void
draw_edges (Canvas *canvas)
{
  const AssayGraphData *graph = canvas->scene->graph;
  double area = (double) canvas->width * canvas->height, length = length_of_edges (canvas);
  double share = MIN (1, MIN (MOST_PIXELS, MOST_LAYERS * area) / MAX (length, 1));
  /* The more of them lie over each other, the fainter is each. */
  float alpha = (float) CLAMP (FULL_INK * area / MAX (share * length, 1), .03, .5);

  alpha *= canvas->look->selected >= 0 ? .5f : 1;
  for (guint i = 0; i < graph->n_edges; i++)
    if (is_kept (i, share))
      draw_line (canvas, canvas->x[graph->from[i]], canvas->y[graph->from[i]],
                 canvas->x[graph->to[i]], canvas->y[graph->to[i]], alpha);
  lay_mask (canvas, canvas->look->ink, EDGES_ALPHA);
}

/* ---- nodes ---- */

static void
draw_node (Canvas *canvas, guint node, float radius, float alpha)
{
  const StudioGraphLook *look = canvas->look;
  const AssayGraphData *graph = canvas->scene->graph;
  double value = look->column != NULL ? look->column->numbers[node] : 0;
  static const float black[3] = { .08f, .08f, .08f };
  const float *rim = is_dark (look) && isfinite (value) ? black : look->ink;
  float rgb[3], x = canvas->x[node], y = canvas->y[node];

  studio_graph_look_colour (look, look->column != NULL ? value : 0, rgb);
  if (graph->pictures != NULL && graph->picture_of[node] >= 0
      && radius >= PICTURE_RADIUS * (float) look->pixels)
    draw_picture (canvas, node, x, y, radius, isfinite (value) ? rgb : rim, alpha);
  else
    draw_dot (canvas, x, y, radius, rgb, rim, alpha, !isfinite (value));
}

static gboolean
is_seen (const Canvas *canvas, guint node, float margin)
{
  return canvas->x[node] >= -margin && canvas->y[node] >= -margin
         && canvas->x[node] <= (float) canvas->width + margin
         && canvas->y[node] <= (float) canvas->height + margin;
}

static void
draw_nodes (Canvas *canvas)
{
  float radius
      = (float) (studio_graph_look_radius (canvas->look, canvas->scene) * canvas->look->pixels);
  float alpha = canvas->look->selected >= 0 ? DIM : 1;

  for (guint i = 0; i < canvas->scene->graph->n_nodes; i++)
    if (is_seen (canvas, i, 2 * radius))
      draw_node (canvas, i, radius, alpha);
}

/* The selected node and those around it, over all others. */
static void
draw_neighbourhood (Canvas *canvas)
{
  const StudioGraphScene *scene = canvas->scene;
  guint node = (guint) canvas->look->selected;
  float radius
      = (float) (MAX (studio_graph_look_radius (canvas->look, scene), 4) * canvas->look->pixels);
  int around = canvas->look->pixels;

  for (guint i = scene->link_start[node]; i < scene->link_start[node + 1]; i++)
    for (int k = -around; k <= around; k++)
      draw_line (canvas, canvas->x[node] + (float) k * .4f, canvas->y[node] + (float) k * .4f,
                 canvas->x[scene->links[i].node] + (float) k * .4f,
                 canvas->y[scene->links[i].node] + (float) k * .4f, .7f);
  lay_mask (canvas, canvas->look->ink, 1);
  for (guint i = scene->link_start[node]; i < scene->link_start[node + 1]; i++)
    if (is_seen (canvas, scene->links[i].node, 2 * radius))
      draw_node (canvas, scene->links[i].node, radius, 1);
  if (is_seen (canvas, node, 2 * radius))
    draw_node (canvas, node, 1.3f * radius, 1);
}

static void
place_nodes (Canvas *canvas)
{
  const StudioGraphScene *scene = canvas->scene;
  float scale = (float) canvas->scale, tx = (float) canvas->tx, ty = (float) canvas->ty;

  for (guint i = 0; i < scene->graph->n_nodes; i++)
    {
      canvas->x[i] = scale * scene->x[i] + tx;
      canvas->y[i] = scale * scene->y[i] + ty;
    }
}

guint32 *
studio_graph_draw (const StudioGraphScene *scene, const StudioGraphLook *look)
{
  guint n = scene->graph->n_nodes;
  g_autofree float *places = g_new (float, 2 * (gsize) n + 1);
  g_autofree guint8 *mask = NULL;
  Canvas canvas = { .scene = scene,
                    .look = look,
                    .width = look->width * look->pixels,
                    .height = look->height * look->pixels,
                    .scale = look->scale * look->pixels,
                    .tx = look->tx * look->pixels,
                    .ty = look->ty * look->pixels,
                    .x = places,
                    .y = places + n };

  canvas.pixels = g_new0 (guint32, (gsize) canvas.width * (gsize) canvas.height + 1);
  if (canvas.width < 4 || canvas.height < 4)
    return canvas.pixels;
  canvas.mask = mask = g_malloc0 ((gsize) canvas.width * (gsize) canvas.height);
  place_nodes (&canvas);
  draw_edges (&canvas);
  draw_nodes (&canvas);
  if (look->selected >= 0 && (guint) look->selected < n)
    draw_neighbourhood (&canvas);
  return canvas.pixels;
}

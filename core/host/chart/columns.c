/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns of pixels straight into an image, for the screen: cairo would sort their edges first,
 * which takes ten times as long as to draw them.
 */
#include "host/chart/marks.h"
#include <math.h>

#define STRIP 16 /* pixels side by side that share a line of the cache */

typedef struct
{
  guint32 *pixels;
  int stride; /* in pixels */
  int left, top, right, bottom;
  guint32 colour, alpha; /* colour: premultiplied; alpha: 0..255 */
} Canvas;

static guint32
channel (double part)
{
  return (guint32) lrint (CLAMP (part, 0, 1) * 255);
}

/* FALSE: what is drawn on is no image, or the clip and the colour are not plain. */
static gboolean
canvas_of (cairo_t *cr, Canvas *canvas)
{
  cairo_surface_t *target = cairo_get_group_target (cr);
  double r, g, b, a, x0, y0, x1, y1, dx = 0, dy = 0;
  cairo_format_t format;

  if (cairo_surface_get_type (target) != CAIRO_SURFACE_TYPE_IMAGE
      || cairo_pattern_get_rgba (cairo_get_source (cr), &r, &g, &b, &a) != CAIRO_STATUS_SUCCESS)
    return FALSE;
  format = cairo_image_surface_get_format (target);
  cairo_surface_get_device_offset (target, &dx, &dy);
  if ((format != CAIRO_FORMAT_ARGB32 && format != CAIRO_FORMAT_RGB24) || dx != 0 || dy != 0)
    return FALSE;
  cairo_surface_flush (target);
  cairo_clip_extents (cr, &x0, &y0, &x1, &y1);
  cairo_user_to_device (cr, &x0, &y0);
  cairo_user_to_device (cr, &x1, &y1);
  *canvas = (Canvas){ (guint32 *) (void *) cairo_image_surface_get_data (target),
                      cairo_image_surface_get_stride (target) / 4,
                      MAX ((int) ceil (x0), 0),
                      MAX ((int) ceil (y0), 0),
                      MIN ((int) floor (x1), cairo_image_surface_get_width (target)),
                      MIN ((int) floor (y1), cairo_image_surface_get_height (target)),
                      channel (a) << 24 | channel (r * a) << 16 | channel (g * a) << 8
                          | channel (b * a),
                      channel (a) };
  return canvas->pixels != NULL;
}

/* Source over what is there, two channels at once. */
static inline guint32
over (guint32 under, guint32 colour, guint32 rest)
{
  guint32 even = (under & 0xff00ff) * rest + 0x800080,
          odd = (under >> 8 & 0xff00ff) * rest + 0x800080;

  even = (even + (even >> 8 & 0xff00ff)) >> 8 & 0xff00ff;
  odd = (odd + (odd >> 8 & 0xff00ff)) & 0xff00ff00;
  return colour + (even | odd);
}

/* One row of a strip: all of it, or the columns that reach there. */
static void
paint_row (const Canvas *c, guint32 *row, int left, int right, int y, const int *tops,
           const int *feet, gboolean whole)
{
  guint32 rest = 255 - c->alpha;

  for (int x = left; x < right; x++)
    if (whole || (y >= tops[x] && y < feet[x]))
      row[x] = rest == 0 ? c->colour : over (row[x], c->colour, rest);
}

/* The columns left..right of one strip, whose tops and feet are given for each. */
static void
paint_strip (const Canvas *c, int left, int right, const int *tops, const int *feet)
{
  int first = c->bottom, end = c->top, all_from = c->top, all_to = c->bottom;

  for (int x = left; x < right; x++)
    {
      first = MIN (first, tops[x]);
      end = MAX (end, feet[x]);
      all_from = MAX (all_from, tops[x]);
      all_to = MIN (all_to, feet[x]);
    }
  for (int y = first; y < end; y++)
    paint_row (c, c->pixels + (gsize) y * (gsize) c->stride, left, right, y, tops, feet,
               y >= all_from && y < all_to);
}

gboolean
chart_paint_columns (cairo_t *cr, const double *x, const double *top, const double *foot, guint n,
                     double width)
{
  Canvas c;
  g_autofree int *tops = NULL, *feet = NULL;

  if (!canvas_of (cr, &c))
    return FALSE;
  if (c.left >= c.right || c.top >= c.bottom)
    return TRUE;
  tops = g_new0 (int, c.right);
  feet = g_new0 (int, c.right);
  for (guint i = 0; i < n; i++)
    {
      double x0 = floor (x[i]), x1 = x0 + 1, y0 = top[i] - width / 2, y1 = foot[i] + width / 2;

      cairo_user_to_device (cr, &x0, &y0);
      cairo_user_to_device (cr, &x1, &y1);
      for (int k = MAX ((int) floor (x0), c.left); k < MIN ((int) ceil (x1), c.right); k++)
        {
          tops[k] = (int) CLAMP (round (y0), c.top, c.bottom);
          feet[k] = (int) CLAMP (MAX (round (y1), tops[k] + 1), c.top, c.bottom);
        }
    }
  for (int left = c.left; left < c.right; left += STRIP)
    paint_strip (&c, left, MIN (left + STRIP, c.right), tops, feet);
  cairo_surface_mark_dirty (cairo_get_group_target (cr));
  return TRUE;
}

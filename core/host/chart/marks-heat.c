/* SPDX-License-Identifier: Apache-2.0
 *
 * Heat maps and tables: a number for every pair of categories.
 */
#include "host/chart/marks.h"
#include <math.h>

#define MANY_CELLS 2500 /* beyond it the cells are one picture */

static guint
count (const ChartAxis *axis)
{
  return axis->categories ? MAX (axis->categories->len, 1) : 1;
}

void
chart_prepare_heat (AssayChart *chart)
{
  double most;

  for (guint p = 0; p < chart->panels->len; p++)
    {
      ChartPanel *panel = chart->panels->pdata[p];

      for (guint k = 0; k < panel->series->len; k++)
        {
          ChartSeries *s = panel->series->pdata[k];

          for (guint i = 0; i < s->z->len; i++)
            chart_axis_hold (&chart->z, chart_at (s->z, i));
        }
    }
  /* Zero is the middle of the colours. */
  most = MAX (-chart->z.lo, chart->z.hi);
  if (chart_is_diverging (chart))
    {
      chart_axis_hold (&chart->z, most);
      chart_axis_hold (&chart->z, -most);
    }
}

#define HEAD 24 /* of a table */

static double
names_width (const ChartPanel *panel)
{
  return MIN (140, panel->box.width * .3);
}

static ChartBox
table_box (const AssayChart *chart, const ChartPanel *panel, double x, double y)
{
  double names = names_width (panel), width = (panel->box.width - names) / count (&chart->x);
  double height = MIN ((panel->box.height - HEAD) / count (&chart->y), 50);

  return (ChartBox){ panel->box.x + names + x * width, panel->box.y + HEAD + y * height, width,
                     height };
}

ChartBox
chart_cell_box (const AssayChart *chart, const ChartPanel *panel, double x, double y)
{
  if (chart->kind == ASSAY_TABLE_OF_CELLS)
    return table_box (chart, panel, x, y);
  double width = panel->box.width / count (&chart->x),
         height = panel->box.height / count (&chart->y);

  return (ChartBox){ panel->box.x + x * width, panel->box.y + y * height, width, height };
}

static void
draw_missing (cairo_t *cr, const ChartPanel *panel)
{
  chart_set_grey (cr, .93);
  cairo_rectangle (cr, panel->box.x, panel->box.y, panel->box.width, panel->box.height);
  cairo_fill (cr);
}

/* Every cell as a block of pixels: a hundred thousand rectangles would choke any viewer. */
static void
draw_picture (const AssayChart *chart, const ChartPanel *panel, const ChartSeries *s, cairo_t *cr)
{
  int columns = (int) count (&chart->x), rows = (int) count (&chart->y);
  int block = CLAMP (900 / MAX (columns, rows), 1, 8), stride;
  cairo_surface_t *surface
      = cairo_image_surface_create (CAIRO_FORMAT_RGB24, columns * block, rows * block);
  unsigned char *data = cairo_image_surface_get_data (surface);

  if (!data)
    {
      cairo_surface_destroy (surface);
      return;
    }
  stride = cairo_image_surface_get_stride (surface);
  for (int y = 0; y < rows * block; y++)
    for (int x = 0; x < columns * block; x++)
      ((guint32 *) (void *) (data + (gsize) y * stride))[x] = 0xededed;
  for (guint i = 0; i < s->z->len; i++)
    {
      double value = chart_at (s->z, i);
      int x0 = (int) chart_at (s->x, i) * block, y0 = (int) chart_at (s->y, i) * block;
      ChartRgb c = chart_cell_colour (chart, value);
      guint32 pixel = (guint32) lrint (c.r * 255) << 16 | (guint32) lrint (c.g * 255) << 8
                      | (guint32) lrint (c.b * 255);

      if (!isfinite (value))
        continue;
      for (int y = y0; y < y0 + block; y++)
        for (int x = x0; x < x0 + block; x++)
          ((guint32 *) (void *) (data + (gsize) y * stride))[x] = pixel;
    }
  cairo_surface_mark_dirty (surface);
  cairo_save (cr);
  cairo_translate (cr, panel->box.x, panel->box.y);
  cairo_scale (cr, panel->box.width / (columns * block), panel->box.height / (rows * block));
  cairo_set_source_surface (cr, surface, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
  cairo_rectangle (cr, 0, 0, columns * block, rows * block);
  cairo_fill (cr);
  cairo_restore (cr);
  cairo_surface_destroy (surface);
}

/* All cells with as many decimals as the largest needs for three digits. */
static char *
cell_text (const AssayChart *chart, double value)
{
  double most = MAX (fabs (chart->z.lo), fabs (chart->z.hi));
  int power = most > 0 ? (int) floor (log10 (most)) : 0;

  return power < -2 || power > 5 ? chart_number (value)
                                 : chart_fixed (value, CLAMP (2 - power, 0, 3));
}

/* The size at which the ends of the scale fit into a cell, so that all numbers have one; 0: none.
 */
static double
value_size (const AssayChart *chart, cairo_t *cr, const ChartBox *box)
{
  g_autofree char *low = cell_text (chart, chart->z.lo), *high = cell_text (chart, chart->z.hi);
  ChartFont font = { .size = CLAMP (box->width / 4, 8, 10.5) };
  double widths[2], widest;

  chart_text_size (cr, low, &font, &widths[0], NULL);
  chart_text_size (cr, high, &font, &widths[1], NULL);
  widest = MAX (widths[0], widths[1]);
  if (widest > box->width - 3)
    font.size *= (box->width - 3) / widest;
  return box->height < 13 || font.size < 7 ? 0 : font.size;
}

static void
print_value (const AssayChart *chart, cairo_t *cr, const ChartBox *box, ChartRgb under,
             double value)
{
  g_autofree char *text = cell_text (chart, value);
  ChartFont font = { .size = value_size (chart, cr, box) };

  if (font.size <= 0)
    return;
  /* On the cell, whatever the ground. */
  under = chart_lightness (under) < 58 ? (ChartRgb){ 1, 1, 1 } : (ChartRgb){ .1, .1, .1 };
  chart_set_colour (cr, under, 1);
  chart_text (cr, text, &font, box->x + box->width / 2, box->y + box->height / 2, .5, .5);
}

static void
draw_cells (const AssayChart *chart, const ChartPanel *panel, const ChartSeries *s, cairo_t *cr)
{
  for (guint i = 0; i < s->z->len; i++)
    {
      double value = chart_at (s->z, i);
      ChartBox box = chart_cell_box (chart, panel, chart_at (s->x, i), chart_at (s->y, i));
      ChartRgb colour = chart_cell_colour (chart, value);

      if (!isfinite (value))
        continue;
      chart_set_colour (cr, colour, 1);
      cairo_rectangle (cr, box.x, box.y, box.width + .3, box.height + .3);
      cairo_fill (cr);
      print_value (chart, cr, &box, colour, value);
    }
}

/* A line wherever the property changes. */
static void
draw_borders (const AssayChart *chart, const ChartPanel *panel, cairo_t *cr)
{
  const ChartBox *b = &panel->box;

  cairo_set_line_width (cr, 1);
  chart_set_grey (cr, .1);
  for (guint i = 1; chart->x.blocks && i < chart->x.blocks->len; i++)
    if (g_strcmp0 (chart->x.blocks->pdata[i], chart->x.blocks->pdata[i - 1]) != 0)
      {
        double x = b->x + b->width * i / count (&chart->x);

        cairo_move_to (cr, x, b->y);
        cairo_line_to (cr, x, b->y + b->height);
      }
  for (guint i = 1; chart->y.blocks && i < chart->y.blocks->len; i++)
    if (g_strcmp0 (chart->y.blocks->pdata[i], chart->y.blocks->pdata[i - 1]) != 0)
      {
        double y = b->y + b->height * i / count (&chart->y);

        cairo_move_to (cr, b->x, y);
        cairo_line_to (cr, b->x + b->width, y);
      }
  cairo_stroke (cr);
}

/* First category of the block that holds @i, and the first behind it. */
static void
block_of (const GPtrArray *blocks, guint i, guint *from, guint *to)
{
  for (*from = i; *from > 0 && g_strcmp0 (blocks->pdata[*from - 1], blocks->pdata[i]) == 0;)
    --*from;
  for (*to = i + 1; *to < blocks->len && g_strcmp0 (blocks->pdata[*to], blocks->pdata[i]) == 0;)
    ++*to;
}

static double
block_mean (const ChartSeries *s, guint x0, guint x1, guint y0, guint y1)
{
  double sum = 0, n = 0;

  for (guint i = 0; i < s->z->len; i++)
    {
      double x = chart_at (s->x, i), y = chart_at (s->y, i), z = chart_at (s->z, i);

      if (x >= x0 && x < x1 && y >= y0 && y < y1 && isfinite (z))
        {
          sum += z;
          n++;
        }
    }
  return n > 0 ? sum / n : NAN;
}

/* The mean of every block, where single cells are too small for numbers. */
static void
draw_block_means (const AssayChart *chart, const ChartPanel *panel, const ChartSeries *s,
                  cairo_t *cr)
{
  const GPtrArray *xb = chart->x.blocks, *yb = chart->y.blocks;
  ChartBox one = chart_cell_box (chart, panel, 0, 0);
  guint x0, x1, y0, y1;

  if (!xb || !yb || xb->len != count (&chart->x) || yb->len != count (&chart->y)
      || (one.width > 24 && one.height > 13))
    return;
  for (guint y = 0; y < yb->len; y = y1)
    {
      block_of (yb, y, &y0, &y1);
      for (guint x = 0; x < xb->len; x = x1)
        {
          ChartBox box;
          double mean;

          block_of (xb, x, &x0, &x1);
          mean = block_mean (s, x0, x1, y0, y1);
          box = (ChartBox){ panel->box.x + x0 * one.width, panel->box.y + y0 * one.height,
                            (x1 - x0) * one.width, (y1 - y0) * one.height };
          if (isfinite (mean))
            print_value (chart, cr, &box, chart_cell_colour (chart, mean), mean);
        }
    }
}

void
chart_draw_heat (AssayChart *chart, ChartPanel *panel, cairo_t *cr)
{
  gboolean many = count (&chart->x) * (guint64) count (&chart->y) > MANY_CELLS;

  draw_missing (cr, panel);
  for (guint k = 0; k < panel->series->len; k++)
    {
      if (many)
        draw_picture (chart, panel, panel->series->pdata[k], cr);
      else
        draw_cells (chart, panel, panel->series->pdata[k], cr);
      draw_block_means (chart, panel, panel->series->pdata[k], cr);
    }
  draw_borders (chart, panel, cr);
}

void
chart_size_heat (AssayChart *chart, double *width, double *height)
{
  double letters = 0, n = count (&chart->x);

  for (guint i = 0; n <= 8 && chart->x.categories && i < chart->x.categories->len; i++)
    letters = MAX (letters, g_utf8_strlen (chart->x.categories->pdata[i], 13));
  *width = CLAMP (n * MAX (44, 7 * letters + 10), chart->n_cols > 1 ? 150 : 200,
                  chart->n_cols > 1 ? 260 : 420);
  *height = CLAMP (count (&chart->y) * 26., 130, chart->n_rows > 1 ? 240 : 400);
  /* A matrix of one kind of thing against itself is square. */
  if (count (&chart->x) == count (&chart->y) && count (&chart->x) > 8)
    *height = *width;
}

/* ---- table ---- */

static const ChartFont cell_font = { .size = 11 };
static const ChartFont small_font = { .size = 9 };
static const ChartFont head_font = { .size = 11, .bold = TRUE };

void
chart_size_table (AssayChart *chart, double *width, double *height)
{
  *width = CLAMP (110 + count (&chart->x) * 100., 260, 1200);
  *height = 26 + count (&chart->y) * (chart->references->len ? 46. : 34.);
}

static void
rule (cairo_t *cr, const ChartBox *box, double y, double width)
{
  chart_set_grey (cr, .1);
  cairo_set_line_width (cr, width);
  cairo_move_to (cr, box->x, y);
  cairo_line_to (cr, box->x + box->width, y);
  cairo_stroke (cr);
}

static const ChartReference *
find_paper (const AssayChart *chart, double x, double y)
{
  for (guint i = 0; i < chart->references->len; i++)
    {
      const ChartReference *paper = chart->references->pdata[i];

      if (paper->x == x && paper->y == y)
        return paper;
    }
  return NULL;
}

/* Number above; below it, smaller, its interval, then the paper's cell. */
static void
table_cell (const AssayChart *chart, const ChartSeries *s, guint i, const ChartBox *box,
            cairo_t *cr)
{
  g_autofree char *number = cell_text (chart, chart_at (s->z, i));
  const ChartReference *paper = find_paper (chart, chart_at (s->x, i), chart_at (s->y, i));
  double low = chart_at (s->low, i), high = chart_at (s->high, i);
  g_autofree char *a = cell_text (chart, low), *b = cell_text (chart, high);
  g_autofree char *theirs = paper ? chart_number (paper->value) : NULL;
  double x = box->x + box->width / 2, y = box->y + 12;
  ChartFont font = cell_font, small = small_font;

  font.width = small.width = MAX (box->width - 4, 8);
  chart_set_grey (cr, .1);
  chart_text (cr, number, &font, x, y, .5, .5);
  chart_set_grey (cr, .4);
  if (isfinite (low) && isfinite (high))
    {
      g_autofree char *interval = g_strdup_printf ("[%s, %s]", a, b);

      chart_text (cr, interval, &small, x, y += 13, .5, .5);
    }
  if (theirs)
    {
      g_autofree char *text = g_strdup_printf ("paper: %s", theirs);

      chart_text (cr, text, &small, x, y + 12, .5, .5);
    }
}

void
chart_draw_table (AssayChart *chart, ChartPanel *panel, cairo_t *cr)
{
  guint columns = count (&chart->x), rows = count (&chart->y);
  double names = names_width (panel), head = HEAD;
  ChartBox first = chart_cell_box (chart, panel, 0, 0);
  double width = first.width, height = first.height;
  const ChartBox *b = &panel->box;
  ChartFont head_cell = head_font, name = cell_font;

  head_cell.width = MAX (width - 4, 8);
  name.width = names - 6;
  rule (cr, b, b->y + .5, 1.2);
  rule (cr, b, b->y + head, .7);
  rule (cr, b, b->y + head + rows * height - .5, 1.2);
  chart_set_grey (cr, .1);
  for (guint x = 0; chart->x.categories && x < columns; x++)
    chart_text (cr, chart->x.categories->pdata[x], &head_cell, b->x + names + (x + .5) * width,
                b->y + head / 2, .5, .5);
  for (guint y = 0; chart->y.categories && y < rows; y++)
    chart_text (cr, chart->y.categories->pdata[y], &name, b->x + 2, b->y + head + (y + .5) * height,
                0, .5);
  for (guint k = 0; k < panel->series->len; k++)
    {
      const ChartSeries *s = panel->series->pdata[k];

      for (guint i = 0; i < s->z->len; i++)
        {
          ChartBox box = chart_cell_box (chart, panel, chart_at (s->x, i), chart_at (s->y, i));

          table_cell (chart, s, i, &box, cr);
        }
    }
}

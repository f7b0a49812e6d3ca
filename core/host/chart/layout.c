/* SPDX-License-Identifier: Apache-2.0
 *
 * Where everything goes: title, legend, panels, axes, colour bar, caption.
 */
#include "host/chart/legend.h"
#include "host/chart/marks.h"
#include "host/chart/plot.h"
#include <math.h>

#define PAD 8
#define GAP 12 /* between panels */
#define TICK 3.5
#define BAR_WIDTH 11 /* of the colour bar */
#define MAX_CATEGORY 120
#define COMPACT 480 /* width below which the legend stands below */

static const ChartFont title_font = { .size = 13, .bold = TRUE };
static const ChartFont axis_font = { .size = 11.5 };
static const ChartFont tick_font = { .size = 10.5 };
static const ChartFont strip_font = { .size = 11, .bold = TRUE };
static const ChartFont caption_font = { .size = 10 };

/* The space that is left, and what the panels need around them. */
typedef struct
{
  ChartBox rest;
  double left, bottom, top; /* of one panel: tick labels, strip */
  double slant;             /* category labels are turned */
  guint every;              /* category label k is shown when k % every == 0 */
  double width, height;     /* of one panel's data area */
  int x_exponent, y_exponent;
} Layout;

static ChartFont
with_width (ChartFont font, double width, int lines)
{
  font.width = MAX (width, 1);
  font.lines = lines;
  return font;
}

static void
take_title (AssayChart *chart, cairo_t *cr, ChartBox *rest, gboolean paint)
{
  ChartFont font = with_width (title_font, rest->width, 2);
  double height;

  if (chart->bare || !*chart->title)
    return;
  chart_text_size (cr, chart->title, &font, NULL, &height);
  if (paint)
    {
      chart_set_grey (cr, .1);
      chart_text (cr, chart->title, &font, rest->x, rest->y, 0, 0);
    }
  rest->y += height + 6;
  rest->height -= height + 6;
}

static void
take_caption (AssayChart *chart, cairo_t *cr, ChartBox *rest, gboolean paint)
{
  g_autofree char *caption = assay_chart_caption (chart);
  ChartFont font = with_width (caption_font, rest->width, 6);
  double height;

  if (chart->bare || !*caption)
    return;
  chart_text_size (cr, caption, &font, NULL, &height);
  if (paint)
    {
      chart_set_grey (cr, .35);
      chart_text (cr, caption, &font, rest->x, rest->y + rest->height, 0, 1);
    }
  rest->height -= height + 6;
}

static double
title_height (cairo_t *cr, const char *title)
{
  double height = 0;

  if (title && *title)
    chart_text_size (cr, title, &axis_font, NULL, &height);
  return height;
}

/* It stands upright, and takes a second line where @length is too short for it. */
static double
upright_title_height (cairo_t *cr, const char *title, double length)
{
  const ChartFont font = with_width (axis_font, length, 2);
  double height = 0;

  if (title && *title)
    chart_text_size (cr, title, &font, NULL, &height);
  return height;
}

static char *
axis_title (const ChartAxis *axis, int exponent)
{
  g_autofree char *power = exponent ? chart_power_of_ten (exponent) : NULL;
  const char *title = axis->title ? axis->title : "";

  return power ? g_strdup_printf ("%s (×%s)", title, power) : g_strdup (title);
}

static double
widest_category (cairo_t *cr, const ChartAxis *axis)
{
  double widest = 0, width;

  for (guint i = 0; i < axis->categories->len && i < 500; i++)
    {
      chart_text_size (cr, axis->categories->pdata[i], &tick_font, &width, NULL);
      widest = MAX (widest, width);
    }
  return widest;
}

static double
widest_tick (cairo_t *cr, const ChartScale *scale, double gap, int *exponent)
{
  g_autoptr (GArray) ticks = chart_ticks (scale, gap, exponent);
  double widest = 0, width;

  for (guint i = 0; i < ticks->len; i++)
    if (g_array_index (ticks, ChartTick, i).label)
      {
        chart_text_size (cr, g_array_index (ticks, ChartTick, i).label, &tick_font, &width, NULL);
        widest = MAX (widest, width);
      }
  return widest;
}

static double
y_gap (void)
{
  return 26;
}

/* Labels of a numeric x axis need room of their own width. */
static double
x_gap (cairo_t *cr, const ChartScale *scale)
{
  int exponent;

  return MAX (34, widest_tick (cr, scale, 50, &exponent) + 14);
}

static void
measure_x (AssayChart *chart, cairo_t *cr, Layout *l)
{
  double line = 14, labels = line;

  l->slant = 0;
  l->every = 1;
  if (chart->x.categories)
    {
      double band = l->width / MAX (chart->x.categories->len, 1);
      double widest = MIN (widest_category (cr, &chart->x), MAX_CATEGORY);

      if (widest > band - 5)
        {
          l->slant = -G_PI / 4;
          labels = (widest + line) * sin (G_PI / 4);
          l->every = (guint) MAX (1, ceil (13 / band));
        }
    }
  l->bottom = TICK + 3 + labels + (chart->x.title ? title_height (cr, chart->x.title) + 4 : 0);
}

static void
measure_y (AssayChart *chart, cairo_t *cr, Layout *l)
{
  double labels;

  if (chart->y.categories)
    labels = MIN (widest_category (cr, &chart->y), MIN (MAX_CATEGORY * 1.5, l->rest.width * .35));
  else
    {
      chart->y.scale.from = l->height;
      chart->y.scale.to = 0;
      labels = widest_tick (cr, &chart->y.scale, y_gap (), &l->y_exponent);
    }
  l->left = labels + TICK + 4;
  if (chart->y.title)
    l->left += upright_title_height (cr, chart->y.title, l->rest.height - l->bottom - l->top) + 5;
}

/* Two rounds: the labels decide the margins, and the margins the labels. */
static void
measure (AssayChart *chart, cairo_t *cr, Layout *l, double least_left)
{
  gboolean axes = chart->mark->flags & CHART_AXES;
  ChartPanel *first = chart->panels->pdata[0];
  double strip_row = first->row ? 18 : 0, across = l->rest.width - strip_row;
  double strips = first->col ? (first->row ? 1 : chart->n_rows) : 0;

  l->top = first->col ? 18 : 0;
  l->left = l->bottom = 0;
  for (int round = 0; round < (axes ? 3 : 1); round++)
    {
      l->width = (across - l->left - GAP * (chart->n_cols - 1.)) / chart->n_cols;
      l->height = (l->rest.height - l->bottom - l->top * strips - GAP * (chart->n_rows - 1.))
                  / chart->n_rows;
      l->width = MAX (l->width, 10);
      l->height = MAX (l->height, 10);
      if (!axes)
        return;
      chart->x.scale.from = 0;
      chart->x.scale.to = l->width;
      measure_x (chart, cr, l);
      measure_y (chart, cr, l);
      l->left = MAX (l->left, least_left);
    }
}

static void
tick_line (cairo_t *cr, double x0, double y0, double x1, double y1)
{
  cairo_move_to (cr, x0, y0);
  cairo_line_to (cr, x1, y1);
}

static void
draw_x_categories (AssayChart *chart, cairo_t *cr, const ChartBox *box, const Layout *l,
                   gboolean labels)
{
  double band = box->width / chart->x.categories->len, y = box->y + box->height + TICK + 3;
  ChartFont font = with_width (tick_font, l->slant != 0 ? MAX_CATEGORY : MAX (band - 2, 8), 1);

  font.angle = l->slant;
  for (guint i = 0; labels && i < chart->x.categories->len; i++)
    if (i % l->every == 0)
      chart_text (cr, chart->x.categories->pdata[i], &font, box->x + (i + .5) * band, y,
                  l->slant != 0 ? 1 : .5, 0);
}

static void
draw_y_categories (AssayChart *chart, cairo_t *cr, const ChartBox *box, const Layout *l)
{
  guint n = chart->y.categories->len, every = (guint) MAX (1, ceil (12. * n / box->height));
  ChartFont font = with_width (tick_font, MIN (MAX_CATEGORY * 1.5, l->left), 1);

  for (guint i = 0; i < n; i += every)
    chart_text (cr, chart->y.categories->pdata[i], &font, box->x - TICK - 3,
                box->y + (i + .5) * box->height / n, 1, .5);
}

/* Moved a little where it would run into the next panel or off the page. */
static void
draw_x_label (cairo_t *cr, const ChartBox *box, const char *label, double x, double y)
{
  double width, room = GAP / 2. - 1;

  chart_text_size (cr, label, &tick_font, &width, NULL);
  x = MIN (x, box->x + box->width + room - width / 2);
  x = MAX (x, box->x - room + width / 2);
  chart_text (cr, label, &tick_font, x, y, .5, 0);
}

static void
draw_x_ticks (AssayChart *chart, cairo_t *cr, const ChartBox *box, Layout *l, gboolean labels)
{
  double bottom = box->y + box->height;
  g_autoptr (GArray) ticks
      = chart_ticks (&chart->x.scale, x_gap (cr, &chart->x.scale), &l->x_exponent);

  for (guint i = 0; i < ticks->len; i++)
    {
      const ChartTick *tick = &g_array_index (ticks, ChartTick, i);
      double x = chart_scale_map (&chart->x.scale, tick->at);

      tick_line (cr, x, bottom, x, bottom + (tick->label ? TICK : TICK * .6));
      cairo_stroke (cr);
      if (tick->label && labels)
        draw_x_label (cr, box, tick->label, x, bottom + TICK + 2);
    }
}

static void
draw_y_ticks (AssayChart *chart, cairo_t *cr, const ChartBox *box, Layout *l, gboolean labels)
{
  g_autoptr (GArray) ticks = chart_ticks (&chart->y.scale, y_gap (), &l->y_exponent);

  for (guint i = 0; i < ticks->len; i++)
    {
      const ChartTick *tick = &g_array_index (ticks, ChartTick, i);
      double y = chart_scale_map (&chart->y.scale, tick->at);

      if (tick->label && !(chart->mark->flags & CHART_NO_GRID))
        {
          chart_set_grey (cr, .91);
          tick_line (cr, box->x, y, box->x + box->width, y);
          cairo_stroke (cr);
          chart_set_grey (cr, .25);
        }
      tick_line (cr, box->x, y, box->x - (tick->label ? TICK : TICK * .6), y);
      cairo_stroke (cr);
      if (tick->label && labels)
        chart_text (cr, tick->label, &tick_font, box->x - TICK - 3, y, 1, .5);
    }
}

static void
draw_axes (AssayChart *chart, cairo_t *cr, const ChartBox *box, Layout *l, gboolean first_column,
           gboolean last_row)
{
  cairo_set_line_width (cr, .8);
  chart_set_grey (cr, .25);
  if (chart->y.categories)
    {
      if (first_column)
        draw_y_categories (chart, cr, box, l);
    }
  else
    draw_y_ticks (chart, cr, box, l, first_column);
  if (chart->x.categories)
    draw_x_categories (chart, cr, box, l, last_row);
  else
    draw_x_ticks (chart, cr, box, l, last_row);
}

static void
draw_spines (AssayChart *chart, cairo_t *cr, const ChartBox *box)
{
  cairo_set_line_width (cr, .8);
  chart_set_grey (cr, .25);
  if (chart->mark->flags & CHART_NO_GRID)
    cairo_rectangle (cr, box->x, box->y, box->width, box->height);
  else
    {
      cairo_move_to (cr, box->x, box->y);
      cairo_line_to (cr, box->x, box->y + box->height);
      cairo_line_to (cr, box->x + box->width, box->y + box->height);
    }
  cairo_stroke (cr);
}

static void
set_rule_colour (const AssayChart *chart, const ChartRule *rule, cairo_t *cr)
{
  if (rule->color < 0)
    chart_set_grey (cr, .35);
  else
    chart_set_colour (
        cr,
        chart_ground_colour (cr, rule->color, chart_count_colours (chart), chart->color.ordered),
        1);
}

static void
draw_rules (AssayChart *chart, const ChartBox *box, cairo_t *cr)
{
  for (guint i = 0; i < chart->rules->len; i++)
    {
      ChartRule *rule = chart->rules->pdata[i];
      ChartScale *scale = rule->vertical ? &chart->x.scale : &chart->y.scale;
      double at = chart_scale_map (scale, rule->at);
      double low = chart_scale_map (scale, rule->low), high = chart_scale_map (scale, rule->high);

      if (isfinite (low) && isfinite (high))
        {
          chart_set_grey_alpha (cr, 0, .1);
          if (rule->vertical)
            cairo_rectangle (cr, low, box->y, high - low, box->height);
          else
            cairo_rectangle (cr, box->x, high, box->width, low - high);
          cairo_fill (cr);
        }
      if (!isfinite (at) || chart_key_hides (&chart->color, rule->color))
        continue;
      set_rule_colour (chart, rule, cr);
      cairo_set_line_width (cr, 1);
      chart_set_dash (cr, (gint) i + 1, 1.2, 0);
      if (rule->vertical)
        tick_line (cr, at, box->y, at, box->y + box->height);
      else
        tick_line (cr, box->x, at, box->x + box->width, at);
      cairo_stroke (cr);
      cairo_set_dash (cr, NULL, 0, 0);
    }
}

/* y = x as a curve: straight only where both axes have one kind of scale. */
static void
draw_diagonal (AssayChart *chart, const ChartBox *box, cairo_t *cr)
{
  gboolean started = FALSE;

  for (int i = 0; i <= 64; i++)
    {
      double x = box->x + box->width * i / 64;
      double y = chart_scale_map (&chart->y.scale, chart_scale_invert (&chart->x.scale, x));

      if (!isfinite (y))
        started = FALSE;
      else if (started)
        cairo_line_to (cr, x, y);
      else
        cairo_move_to (cr, x, y);
      started = isfinite (y);
    }
  chart_set_grey (cr, .55);
  cairo_set_line_width (cr, 1);
  chart_set_dash (cr, 1, 1.2, 0);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
}

/* The mark sees only what is not hidden. */
static void
draw_series (AssayChart *chart, ChartPanel *panel, cairo_t *cr)
{
  GPtrArray *all = panel->series;
  g_autoptr (GPtrArray) shown = g_ptr_array_new ();

  for (guint i = 0; i < all->len; i++)
    if (!chart_is_hidden (chart, all->pdata[i]))
      g_ptr_array_add (shown, all->pdata[i]);
  panel->series = shown;
  chart->mark->draw (chart, panel, cr);
  panel->series = all;
}

static void
draw_panel (AssayChart *chart, ChartPanel *panel, cairo_t *cr, Layout *l, guint row, guint col)
{
  gboolean axes = chart->mark->flags & CHART_AXES;
  guint i = row * chart->n_cols + col;
  gboolean last_row = i + chart->n_cols >= chart->panels->len;
  gboolean strip = panel->col && (!panel->row || row == 0);
  double strips = strip ? (panel->row ? 1 : row + 1) : panel->col ? 1 : 0;
  double beyond_x, beyond_y;
  ChartBox *box = &panel->box;

  *box = (ChartBox){ l->rest.x + l->left + col * (l->width + GAP),
                     l->rest.y + l->top * strips + row * (l->height + GAP), l->width, l->height };
  chart_aim (chart, panel);
  if (axes)
    draw_axes (chart, cr, box, l, col == 0, last_row);
  cairo_save (cr);
  /* A little beyond the box, so that a marker on the edge is whole; not where data go on. */
  beyond_x = chart->x.from < chart->x.to ? 0 : 4;
  beyond_y
      = chart->y.scale.lo != chart->y.whole.lo || chart->y.scale.hi != chart->y.whole.hi ? 0 : 4;
  cairo_rectangle (cr, box->x - beyond_x, box->y - beyond_y, box->width + 2 * beyond_x,
                   box->height + 2 * beyond_y);
  cairo_clip (cr);
  if (chart->diagonal)
    draw_diagonal (chart, box, cr);
  draw_series (chart, panel, cr);
  draw_rules (chart, box, cr);
  cairo_restore (cr);
  if (axes)
    draw_spines (chart, cr, box);
  chart_set_grey (cr, .2);
  if (strip)
    {
      ChartFont font = with_width (strip_font, box->width, 1);

      chart_text (cr, panel->col, &font, box->x + box->width / 2, box->y - 4, .5, 1);
    }
  if (panel->row && col + 1 == chart->n_cols)
    {
      ChartFont font = with_width (strip_font, box->height, 1);

      font.angle = G_PI / 2;
      chart_text (cr, panel->row, &font, box->x + box->width + 5, box->y + box->height / 2, .5, 1);
    }
}

static void
draw_titles (AssayChart *chart, cairo_t *cr, const Layout *l)
{
  ChartPanel *first = chart->panels->pdata[0];
  double right = l->rest.x + l->rest.width - (first->row ? 18 : 0);
  double top = first->box.y, bottom = l->rest.y + l->rest.height;
  g_autofree char *x = axis_title (&chart->x, l->x_exponent);
  g_autofree char *y = axis_title (&chart->y, l->y_exponent);
  ChartFont x_font = with_width (axis_font, right - l->rest.x - l->left, 1);
  ChartFont y_font = with_width (axis_font, bottom - l->bottom - top, 2);

  chart_set_grey (cr, .1);
  y_font.angle = -G_PI / 2;
  if (*x)
    chart_text (cr, x, &x_font, (l->rest.x + l->left + right) / 2, bottom, .5, 1);
  if (*y)
    chart_text (cr, y, &y_font, l->rest.x, (top + bottom - l->bottom) / 2, .5, 0);
}

/* Room at the right, and later the bar itself. */
static double
bar_room (AssayChart *chart, cairo_t *cr, double height)
{
  int exponent;

  if (!(chart->mark->flags & CHART_BAR) || chart->z.lo > chart->z.hi)
    return 0;
  chart->z.scale.from = height;
  chart->z.scale.to = 0;
  return GAP + BAR_WIDTH + TICK + 4 + widest_tick (cr, &chart->z.scale, y_gap (), &exponent)
         + (chart->z.title ? title_height (cr, chart->z.title) + 5 : 0);
}

static void
draw_bar (AssayChart *chart, cairo_t *cr, const ChartBox *box, double tall)
{
  ChartScale *scale = &chart->z.scale;
  double x = box->x + GAP;
  double length, middle;
  int steps = (int) MIN (box->height, 128), exponent;
  g_autoptr (GArray) ticks = NULL;
  g_autofree char *title = NULL;
  ChartFont font = with_width (axis_font, tall, 1);

  scale->from = box->y + box->height;
  scale->to = box->y;
  for (int i = 0; i < steps; i++)
    {
      double y = box->y + box->height * i / steps;

      chart_set_colour (cr, chart_cell_colour (chart, chart_scale_invert (scale, y)), 1);
      /* Half a pixel more hides the seams. */
      cairo_rectangle (cr, x, y, BAR_WIDTH, box->height / steps + (i + 1 < steps ? .5 : 0));
      cairo_fill (cr);
    }
  cairo_set_line_width (cr, .8);
  chart_set_grey (cr, .25);
  cairo_rectangle (cr, x, box->y, BAR_WIDTH, box->height);
  cairo_stroke (cr);
  ticks = chart_ticks (scale, y_gap (), &exponent);
  for (guint i = 0; i < ticks->len; i++)
    {
      const ChartTick *tick = &g_array_index (ticks, ChartTick, i);
      double y = chart_scale_map (scale, tick->at);

      if (!tick->label)
        continue;
      tick_line (cr, x + BAR_WIDTH, y, x + BAR_WIDTH + TICK, y);
      cairo_stroke (cr);
      chart_text (cr, tick->label, &tick_font, x + BAR_WIDTH + TICK + 3, y, 0, .5);
    }
  title = axis_title (&chart->z, exponent);
  chart_text_size (cr, title, &font, &length, NULL);
  /* A long title of a short bar goes on downwards. */
  middle = box->y + MAX (box->height, length) / 2;
  font.angle = -G_PI / 2;
  chart_set_grey (cr, .1);
  if (*title)
    chart_text (cr, title, &font, box->x + box->width, middle, .5, 1);
}

static void
draw_why (AssayChart *chart, cairo_t *cr, const ChartBox *rest)
{
  ChartFont font = with_width ((ChartFont){ .size = 12 }, MAX (rest->width * .8, 60), 8);

  chart_set_grey (cr, .35);
  chart_text (cr, chart->why, &font, rest->x + rest->width / 2, rest->y + rest->height / 2, .5, .5);
}

static void
draw_panels (AssayChart *chart, cairo_t *cr, ChartBox rest, double least_left)
{
  Layout l = { .rest = rest };
  double bar = bar_room (chart, cr, rest.height);

  l.rest.width -= bar;
  measure (chart, cr, &l, least_left);
  for (guint i = 0; i < chart->panels->len; i++)
    draw_panel (chart, chart->panels->pdata[i], cr, &l, i / chart->n_cols, i % chart->n_cols);
  if (chart->mark->flags & CHART_AXES)
    draw_titles (chart, cr, &l);
  if (bar > 0)
    {
      ChartPanel *first = chart->panels->pdata[0],
                 *last = chart->panels->pdata[chart->panels->len - 1];
      ChartBox box = { rest.x + l.rest.width, first->box.y, bar,
                       last->box.y + last->box.height - first->box.y };

      draw_bar (chart, cr, &box, MAX (box.height, rest.height));
    }
}

/* Left margin that this chart would take by itself. */
static double
own_left (AssayChart *chart, cairo_t *cr, ChartBox rest)
{
  Layout l = { .rest = rest };

  if (chart->why || !chart->panels->len)
    return 0;
  l.rest.width -= bar_room (chart, cr, rest.height);
  measure (chart, cr, &l, 0);
  return l.left;
}

/* In a small window the panels come first. */
static void
take_legend_below (AssayChart *chart, cairo_t *cr, ChartBox *rest)
{
  ChartBox below = *rest;

  chart_take_legend (chart, cr, &below.x, &below.y, &below.width, &below.height, FALSE);
  rest->height = MAX (below.height - 6, rest->height / 2);
  below = *rest;
  below.y += rest->height + 6;
  chart_take_legend (chart, cr, &below.x, &below.y, &below.width, &below.height, TRUE);
}

static void
draw_in (AssayChart *chart, cairo_t *cr, ChartBox rest, double least_left)
{
  take_title (chart, cr, &rest, TRUE);
  take_caption (chart, cr, &rest, TRUE);
  if (chart->why || !chart->panels->len)
    {
      draw_why (chart, cr, &rest);
      return;
    }
  if (chart->compact)
    take_legend_below (chart, cr, &rest);
  else
    chart_take_legend (chart, cr, &rest.x, &rest.y, &rest.width, &rest.height, TRUE);
  draw_panels (chart, cr, rest, least_left);
}

/* What stands around the panels at this width. */
static double
height_around (AssayChart *chart, cairo_t *cr, double width)
{
  ChartBox rest = { 0, 0, width - 2 * PAD, 10000 };
  Layout l = { .rest = rest };

  take_title (chart, cr, &rest, FALSE);
  take_caption (chart, cr, &rest, FALSE);
  if (!chart->why && chart->panels->len)
    {
      chart_take_legend (chart, cr, &rest.x, &rest.y, &rest.width, &rest.height, FALSE);
      l.rest.height = 200. * chart->n_rows;
      measure (chart, cr, &l, 0);
    }
  return 10000 - rest.height + 2 * PAD + l.bottom + l.top * chart->n_rows;
}

static double
strip_width (const ChartPanel *panel, cairo_t *cr)
{
  double width = 0;

  if (panel->col)
    chart_text_size (cr, panel->col, &strip_font, &width, NULL);
  return MIN (width + 4, 260);
}

static void
natural_size (AssayChart *chart, cairo_t *cr, double *width, double *height)
{
  double panel_width = 400, panel_height = 240, left = 0;
  ChartBox rest = { 0, 0, 480, 300 };

  chart_prepare (chart);
  if (!chart->why && chart->mark->size)
    chart->mark->size (chart, &panel_width, &panel_height);
  else if (chart->n_cols > 1 || chart->n_rows > 1)
    {
      panel_width = chart->n_cols > 3 ? 170 : chart->n_cols > 1 ? 230 : 400;
      panel_height = chart->n_rows > 2 ? 130 : 160;
    }
  for (guint i = 0; i < chart->panels->len; i++)
    panel_width = MAX (panel_width, strip_width (chart->panels->pdata[i], cr));
  if (!chart->why && chart->panels->len)
    left = own_left (chart, cr, rest) + bar_room (chart, cr, 240);
  *width = MAX (chart->n_cols * (panel_width + GAP) + left + 2 * PAD, 340);
  *width = MAX (*width, MIN (chart_legend_width (chart, cr) + 2 * PAD, 480));
  *width = MIN (*width, 2000);
  *height = height_around (chart, cr, *width) + chart->n_rows * (panel_height + GAP);
  *height = MIN (*height, 4000);
}

void
assay_chart_draw (AssayChart *chart, cairo_t *cr, double width, double height)
{
  ChartBox rest = { PAD, PAD, MAX (width - 2 * PAD, 20), MAX (height - 2 * PAD, 20) };

  chart_prepare (chart);
  cairo_save (cr);
  chart_set_grey (cr, 1);
  cairo_rectangle (cr, 0, 0, width, height);
  cairo_fill (cr);
  if (chart->beside)
    {
      ChartBox upper = rest, lower = rest;
      double left, width_of, mine, other;

      natural_size (chart, cr, &width_of, &mine);
      natural_size (chart->beside, cr, &width_of, &other);
      upper.height = (rest.height - PAD) * mine / (mine + other);
      lower.y += upper.height + PAD;
      lower.height -= upper.height + PAD;
      left = MAX (own_left (chart, cr, upper), own_left (chart->beside, cr, lower));
      draw_in (chart, cr, upper, left);
      draw_in (chart->beside, cr, lower, left);
    }
  else
    draw_in (chart, cr, rest, 0);
  cairo_restore (cr);
}

void
assay_chart_draw_on (AssayChart *chart, cairo_t *cr, double width, double height,
                     const double ink[3], const double paper[3])
{
  ChartGround ground = { { ink[0], ink[1], ink[2] }, { paper[0], paper[1], paper[2] } };

  for (AssayChart *part = chart; part; part = part->beside)
    {
      part->compact = width < COMPACT;
      part->screen = TRUE;
    }
  chart_set_ground (cr, &ground);
  assay_chart_draw (chart, cr, width, height);
  chart_set_ground (cr, NULL);
  for (AssayChart *part = chart; part; part = part->beside)
    part->compact = part->screen = FALSE;
}

void
assay_chart_natural_size (AssayChart *chart, double *width, double *height)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_A8, 1, 1);
  cairo_t *cr = cairo_create (surface);

  natural_size (chart, cr, width, height);
  if (chart->beside)
    {
      double w, h;

      natural_size (chart->beside, cr, &w, &h);
      *width = MAX (*width, w);
      *height += h;
    }
  *width = ceil (*width);
  *height = ceil (*height);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
}

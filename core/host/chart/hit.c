/* SPDX-License-Identifier: Apache-2.0
 *
 * What is under a pointer: series, point, numbers, and the runs behind them.
 */
#include "host/chart/marks.h"
#include "host/store/filter.h"
#include <math.h>
#include <string.h>

void
chart_aim (AssayChart *chart, const ChartPanel *panel)
{
  chart->x.scale.from = panel->box.x;
  chart->x.scale.to = panel->box.x + panel->box.width;
  chart->y.scale.from = panel->box.y + panel->box.height;
  chart->y.scale.to = panel->box.y;
}

static AssayChart *
part_of (AssayChart *chart, const AssayChartHit *hit)
{
  return hit->beside ? chart->beside : chart;
}

static ChartPanel *
panel_of (AssayChart *chart, const AssayChartHit *hit)
{
  const AssayChart *part = part_of (chart, hit);

  return hit->panel < part->panels->len ? part->panels->pdata[hit->panel] : NULL;
}

static ChartSeries *
series_of (AssayChart *chart, const AssayChartHit *hit)
{
  ChartPanel *panel = panel_of (chart, hit);

  return panel && hit->series < panel->series->len ? panel->series->pdata[hit->series] : NULL;
}

/* Marks whose points are found by distance; of the others by the box they fill. */
static gboolean
has_boxes (const AssayChart *chart)
{
  return chart->kind == ASSAY_HEAT || chart->kind == ASSAY_TABLE_OF_CELLS
         || chart->kind == ASSAY_BAR || chart->kind == ASSAY_HIST;
}

static ChartBox
between (double x0, double x1, double y0, double y1)
{
  return (ChartBox){ MIN (x0, x1), MIN (y0, y1), fabs (x1 - x0), fabs (y1 - y0) };
}

/* The box that a bar, bin or cell fills.  Of stacked bars the whole column is each one's. */
static ChartBox
box_of (const AssayChart *chart, const ChartPanel *panel, const ChartSeries *s, guint i)
{
  double foot = chart->y.kind == ASSAY_LOG10 ? chart->y.scale.lo : 0, width, x;
  double y = chart_scale_map (&chart->y.scale, chart_at (s->y, i));

  if (chart->kind == ASSAY_HEAT || chart->kind == ASSAY_TABLE_OF_CELLS)
    return chart_cell_box (chart, panel, chart_at (s->x, i), chart_at (s->y, i));
  foot = chart_scale_map (&chart->y.scale, foot);
  if (chart->kind == ASSAY_HIST)
    return between (chart_scale_map (&chart->x.scale, chart_at (s->x, i)),
                    chart_scale_map (&chart->x.scale, chart_at (s->xhigh, i)), foot, y);
  x = chart_dodge (chart, chart_at (s->x, i), (guint) MAX (s->color, 0),
                   chart_count_colours (chart), &width);
  return between (x - width / 2, x + width / 2, foot, y);
}

static double
gap (double at, double from, double length)
{
  return MAX (MAX (from - at, at - from - length), 0);
}

/* Distance in pixels; *@x, *@y: where to point at. */
static double
distance_to (const AssayChart *chart, const ChartPanel *panel, const ChartSeries *s, guint i,
             double px, double py, double *x, double *y)
{
  ChartBox box;

  if (!has_boxes (chart))
    {
      chart_point_place (chart, s, i, x, y);
      return hypot (*x - px, *y - py);
    }
  box = box_of (chart, panel, s, i);
  *x = box.x + box.width / 2;
  *y = chart->kind == ASSAY_BAR || chart->kind == ASSAY_HIST
           ? chart_scale_map (&chart->y.scale, chart_at (s->y, i))
           : box.y + box.height / 2;
  return hypot (gap (px, box.x, box.width), gap (py, box.y, box.height));
}

static void
fill (AssayChart *chart, AssayChartHit *hit)
{
  AssayChart *part = part_of (chart, hit);
  const ChartPanel *panel = panel_of (chart, hit);
  const ChartSeries *s = series_of (chart, hit);
  guint i = hit->point;

  chart_aim (part, panel);
  distance_to (part, panel, s, i, 0, 0, &hit->at_x, &hit->at_y);
  hit->x = chart_at (s->x, i);
  hit->y = chart_at (s->y, i);
  hit->z = chart_at (s->z, i);
  hit->low = chart_at (s->low, i);
  hit->high = chart_at (s->high, i);
  hit->n = i < s->n->len ? g_array_index (s->n, guint, i) : 1;
}

/* The points of a series that can lie within @within pixels of px. */
static void
range_near (AssayChart *chart, const ChartSeries *s, double px, double within, guint *from,
            guint *to)
{
  *from = 0;
  *to = s->x->len;
  if (!s->rising || has_boxes (chart) || chart->x.categories)
    return;
  *from = chart_lower_bound (s, chart_scale_invert (&chart->x.scale, px - within));
  *to = chart_lower_bound (s, chart_scale_invert (&chart->x.scale, px + within));
  *to = MIN (*to + 1, s->x->len);
}

static void
search_series (AssayChart *chart, guint panel, guint k, gboolean beside, double px, double py,
               double *best, AssayChartHit *hit)
{
  const ChartPanel *p = chart->panels->pdata[panel];
  const ChartSeries *s = p->series->pdata[k];
  guint from, to;

  if (chart_is_hidden (chart, s))
    return;
  range_near (chart, s, px, *best, &from, &to);
  for (guint i = from; i < to; i++)
    {
      double x, y, away = distance_to (chart, p, s, i, px, py, &x, &y);

      /* Of equals the one drawn last is on top. */
      if (!(away <= *best) || !isfinite (chart_at (s->z->len ? s->z : s->y, i)))
        continue;
      *best = away;
      *hit = (AssayChartHit){ .beside = beside, .panel = panel, .series = k, .point = i };
    }
}

/* A panel that was not drawn yet has no place. */
static gboolean
is_inside (const ChartBox *box, double x, double y)
{
  return box->width > 0 && gap (x, box->x, box->width) <= 4 && gap (y, box->y, box->height) <= 4;
}

static gboolean
search (AssayChart *chart, gboolean beside, double px, double py, double within, AssayChartHit *hit)
{
  for (guint p = 0; p < chart->panels->len; p++)
    {
      const ChartPanel *panel = chart->panels->pdata[p];

      if (!is_inside (&panel->box, px, py))
        continue;
      chart_aim (chart, panel);
      /* A thick line is meant rather than the thin ones around it. */
      for (int thin = 0; thin <= 1 && hit->panel == G_MAXUINT; thin++)
        {
          double best = within;

          for (guint k = 0; k < panel->series->len; k++)
            if (((ChartSeries *) panel->series->pdata[k])->thin == thin)
              search_series (chart, p, k, beside, px, py, &best, hit);
        }
    }
  return hit->panel != G_MAXUINT;
}

gboolean
assay_chart_hit (AssayChart *chart, double x, double y, double within, AssayChartHit *hit)
{
  gboolean found;

  chart_prepare (chart);
  *hit = (AssayChartHit){ .panel = G_MAXUINT };
  found = !chart->why && search (chart, FALSE, x, y, within, hit);
  if (!found && chart->beside && !chart->beside->why)
    found = search (chart->beside, TRUE, x, y, within, hit);
  if (found)
    fill (chart, hit);
  return found;
}

/* ---- along x ---- */

/* The point of a series whose x is nearest. */
static gboolean
nearest_in_x (const ChartSeries *s, double x, guint *point)
{
  guint from = 0, to = s->x->len;
  double best = INFINITY;

  if (s->rising)
    {
      from = chart_lower_bound (s, x);
      to = MIN (from + 1, to);
      from -= from > 0;
    }
  for (guint i = from; i < to; i++)
    if (fabs (chart_at (s->x, i) - x) < best)
      {
        best = fabs (chart_at (s->x, i) - x);
        *point = i;
      }
  return isfinite (best);
}

static int
compare_height (gconstpointer a, gconstpointer b)
{
  double x = ((const AssayChartHit *) a)->at_y, y = ((const AssayChartHit *) b)->at_y;

  return (x > y) - (x < y);
}

#define ALONG 4 /* pixels that a neighbour may be beside the line */

GArray *
assay_chart_hits_along (AssayChart *chart, const AssayChartHit *hit)
{
  GArray *hits = g_array_new (FALSE, FALSE, sizeof (AssayChartHit));
  AssayChart *part = part_of (chart, hit);
  const ChartPanel *panel = panel_of (chart, hit);

  for (guint k = 0; panel && k < panel->series->len; k++)
    {
      const ChartSeries *s = panel->series->pdata[k];
      AssayChartHit other = { .beside = hit->beside, .panel = hit->panel, .series = k };

      if (chart_is_hidden (part, s) || (s->thin && k != hit->series)
          || !nearest_in_x (s, hit->x, &other.point))
        continue;
      fill (chart, &other);
      if (isfinite (other.y)
          && (k == hit->series || other.x == hit->x || fabs (other.at_x - hit->at_x) <= ALONG))
        g_array_append_val (hits, other);
    }
  g_array_sort (hits, compare_height);
  return hits;
}

/* ---- walking ---- */

static gboolean
can_stand (AssayChart *chart, AssayChartHit *hit)
{
  const ChartSeries *s = series_of (chart, hit);

  return s && s->x->len && !chart_is_hidden (part_of (chart, hit), s);
}

/* The series @step further, over the panels. */
static gboolean
next_series (AssayChart *chart, AssayChartHit *hit, int step)
{
  AssayChart *part = part_of (chart, hit);
  AssayChartHit at = *hit;

  if (at.panel == G_MAXUINT)
    {
      at.panel = step > 0 ? 0 : part->panels->len - 1;
      at.series = step > 0 ? 0 : ((ChartPanel *) part->panels->pdata[at.panel])->series->len - 1;
      at.point = G_MAXUINT;
    }
  else
    at.series += (guint) step;
  for (;;)
    {
      const ChartPanel *panel = panel_of (chart, &at);

      if (!panel)
        return FALSE;
      if (at.series < panel->series->len && can_stand (chart, &at))
        break;
      if (at.series < panel->series->len)
        at.series += (guint) step;
      else
        {
          at.panel += (guint) step;
          panel = panel_of (chart, &at);
          at.series = step > 0 || !panel ? 0 : panel->series->len - 1;
        }
    }
  at.point = MIN (at.point, series_of (chart, &at)->x->len - 1);
  *hit = at;
  return TRUE;
}

gboolean
assay_chart_hit_next (AssayChart *chart, AssayChartHit *hit, int series, int points)
{
  const ChartSeries *s;

  chart_prepare (chart);
  if (chart->why || !chart->panels->len)
    return FALSE;
  if (series != 0 && !next_series (chart, hit, series))
    return FALSE;
  if (hit->panel == G_MAXUINT && !next_series (chart, hit, 1))
    return FALSE;
  s = series_of (chart, hit);
  if (points != 0)
    {
      guint point = hit->point;

      do
        point += (guint) points;
      while (point < s->x->len && !isfinite (chart_at (s->z->len ? s->z : s->y, point)));
      if (point >= s->x->len)
        return FALSE;
      hit->point = point;
    }
  fill (chart, hit);
  return TRUE;
}

/* ---- in words ---- */

static char *
coordinate (const ChartAxis *axis, double value)
{
  guint i = (guint) MAX (value, 0);

  return axis->categories && i < axis->categories->len ? g_strdup (axis->categories->pdata[i])
                                                       : chart_number (value);
}

char *
assay_chart_hit_place (AssayChart *chart, const AssayChartHit *hit)
{
  AssayChart *part = part_of (chart, hit);
  const ChartPanel *panel = panel_of (chart, hit);
  g_autofree char *x = coordinate (&part->x, hit->x);
  GString *out = g_string_new (NULL);

  if (panel->row)
    g_string_append_printf (out, "%s · ", panel->row);
  if (panel->col)
    g_string_append_printf (out, "%s · ", panel->col);
  if (part->x.title && *part->x.title && *x)
    g_string_append_printf (out, "%s: ", part->x.title);
  g_string_append (out, x);
  if (part->y.categories)
    {
      g_autofree char *y = coordinate (&part->y, hit->y);

      g_string_append_printf (out, ", %s%s%s", part->y.title ? part->y.title : "",
                              part->y.title ? ": " : "", y);
    }
  return g_string_free (out, FALSE);
}

const char *
assay_chart_hit_name (AssayChart *chart, const AssayChartHit *hit)
{
  const AssayChart *part = part_of (chart, hit);
  const ChartSeries *s = series_of (chart, hit);

  if (s && *s->label)
    return s->label;
  return part->z.title ? part->z.title : part->y.title ? part->y.title : part->title;
}

char *
assay_chart_hit_value (AssayChart *chart, const AssayChartHit *hit)
{
  const ChartSeries *s = series_of (chart, hit);
  double value = isfinite (hit->z) ? hit->z : hit->y;
  g_autofree char *text = chart_number (value), *low = chart_number (hit->low),
                  *high = chart_number (hit->high);
  GString *out = g_string_new (text);

  if (isfinite (hit->low) && isfinite (hit->high))
    g_string_append_printf (out, " [%s, %s]", low, high);
  if (s && s->raw->len)
    {
      g_autofree char *raw = chart_number (chart_at (s->raw, hit->point));

      g_string_append_printf (out, ", raw %s", raw);
    }
  if (hit->n > 1)
    g_string_append_printf (out, ", n = %u", hit->n);
  return g_string_free (out, FALSE);
}

void
assay_chart_hit_colour (AssayChart *chart, const AssayChartHit *hit, const double paper[3],
                        double colour[3])
{
  AssayChart *part = part_of (chart, hit);
  const ChartSeries *s = series_of (chart, hit);
  gboolean dark = chart_lightness ((ChartRgb){ paper[0], paper[1], paper[2] }) < 50;
  ChartRgb c = { .5, .5, .5 };

  if (s && isfinite (hit->z))
    c = chart_cell_colour (part, hit->z);
  else if (s && !s->reference)
    c = chart_screen_colour (dark, s->color, chart_count_colours (part), part->color.ordered);
  colour[0] = c.r;
  colour[1] = c.g;
  colour[2] = c.b;
}

gboolean
assay_chart_hit_entry (AssayChart *chart, const AssayChartHit *hit, AssayChartEntry *entry)
{
  const ChartSeries *s = series_of (chart, hit);
  gint level = s ? s->color : -1;

  if (hit->beside || !chart->color.levels || level < 0)
    level = s && chart->dash.levels && !hit->beside ? s->dash : -1;
  if (level < 0)
    return FALSE;
  *entry = (AssayChartEntry){ chart->color.levels == NULL, (guint) level };
  return TRUE;
}

/* ---- runs ---- */

static void
add_category (GString *out, const ChartAxis *axis, double at)
{
  guint i = (guint) MAX (at, 0);
  const char *level = axis->levels && i < axis->levels->len ? axis->levels->pdata[i] : "";
  g_autofree char *quoted = NULL;

  if (!axis->run_key || !*level)
    return;
  quoted = assay_filter_quote (level);
  g_string_append_printf (out, "%s%s=%s", out->len ? " " : "", axis->dim, quoted);
}

char *
assay_chart_hit_filter (AssayChart *chart, const AssayChartHit *hit)
{
  AssayChart *part = part_of (chart, hit);
  const ChartSeries *s = series_of (chart, hit);
  GString *out = g_string_new (s ? s->filter : NULL);

  add_category (out, &part->x, hit->x);
  add_category (out, &part->y, hit->y);
  return g_string_free (out, FALSE);
}

static const char *
level_of_run (gpointer run, const char *key)
{
  return chart_run_level (run, key);
}

GStrv
assay_chart_hit_runs (AssayChart *chart, const AssayChartHit *hit, AssayRunSet *set)
{
  g_autofree char *text = assay_chart_hit_filter (chart, hit);
  g_autoptr (AssayFilter) filter = assay_filter_parse (text, NULL);
  const ChartSeries *s = series_of (chart, hit);
  gint side = s ? s->side : -1;
  GPtrArray *ids = g_ptr_array_new ();

  for (guint i = 0; filter && i < set->dirs->len; i++)
    {
      AssayRunDir *dir = set->dirs->pdata[i];

      if (assay_filter_match (filter, level_of_run, dir)
          && (side < 0 || assay_run_set_side (set, dir) == side))
        g_ptr_array_add (ids, g_strdup (dir->id));
    }
  g_ptr_array_add (ids, NULL);
  return (GStrv) g_ptr_array_free (ids, FALSE);
}

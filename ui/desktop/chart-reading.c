/* SPDX-License-Identifier: Apache-2.0
 *
 * The read-out over a chart: a cross through the point, and a box of values beside it.
 */
#include "ui/desktop/chart-area-private.h"

#include <math.h>

#define MAX_ROWS 12
#define PAD 8.f
#define SWATCH 14.f

/* One line of the box. */
typedef struct
{
  GdkRGBA colour;
  gboolean swatch;
  PangoLayout *name, *value;
} Row;

static void
row_clear (gpointer data)
{
  Row *row = data;

  g_clear_object (&row->name);
  g_clear_object (&row->value);
}

static PangoLayout *
new_layout (StudioChartArea *area, const char *text, gboolean bold, int most)
{
  PangoLayout *layout = gtk_widget_create_pango_layout (GTK_WIDGET (area), text);
  PangoAttrList *list = pango_attr_list_new ();
  int width;

  if (bold)
    pango_attr_list_insert (list, pango_attr_weight_new (PANGO_WEIGHT_BOLD));
  pango_attr_list_insert (list, pango_attr_font_features_new ("tnum"));
  pango_layout_set_attributes (layout, list);
  pango_attr_list_unref (list);
  pango_layout_get_pixel_size (layout, &width, NULL);
  if (width > most)
    {
      pango_layout_set_width (layout, most * PANGO_SCALE);
      pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
    }
  return layout;
}

static GdkRGBA
rgba (const double c[3], double alpha)
{
  return (GdkRGBA){ (float) c[0], (float) c[1], (float) c[2], (float) alpha };
}

/* @stacked: the value stands below the name. */
static void
add_hit (StudioChartArea *area, GArray *rows, const AssayChartHit *hit, gboolean bold,
         gboolean stacked)
{
  int room = MAX (gtk_widget_get_width (GTK_WIDGET (area)) - (int) (2 * PAD + SWATCH + 4), 60);
  int most = stacked ? room : MAX (room / 3, 90);
  g_autofree char *value = assay_chart_hit_value (area->chart, hit);
  double colour[3];
  Row row = { .swatch = TRUE };

  assay_chart_hit_colour (area->chart, hit, area->paper, colour);
  row.colour = rgba (colour, 1);
  row.name = new_layout (area, assay_chart_hit_name (area->chart, hit), bold, most);
  row.value = new_layout (area, value, bold, room);
  g_array_append_val (rows, row);
}

/* The hits to show: all along x where there is an x, of more than @most those around the point. */
static GArray *
shown_hits (StudioChartArea *area, guint most, guint *own)
{
  GArray *hits = assay_chart_hits_along (area->chart, &area->hit);
  guint at = 0;

  while (at < hits->len && g_array_index (hits, AssayChartHit, at).series != area->hit.series)
    at++;
  if (at == hits->len)
    {
      g_array_set_size (hits, 0);
      g_array_append_val (hits, area->hit);
      at = 0;
    }
  if (hits->len > most)
    {
      guint first = MIN (at > most / 2 ? at - most / 2 : 0, hits->len - most);

      g_array_remove_range (hits, 0, first);
      g_array_set_size (hits, most);
      at -= first;
    }
  *own = at;
  return hits;
}

static GArray *
make_rows (StudioChartArea *area, guint most, gboolean stacked)
{
  GArray *rows = g_array_new (FALSE, TRUE, sizeof (Row));
  guint own;
  g_autoptr (GArray) hits = shown_hits (area, most, &own);
  g_autofree char *place = assay_chart_hit_place (area->chart, &area->hit);
  Row head = { .name = new_layout (area, place, FALSE,
                                   MAX (gtk_widget_get_width (GTK_WIDGET (area)) - 40, 60)) };

  g_array_set_clear_func (rows, row_clear);
  g_array_append_val (rows, head);
  for (guint i = 0; i < hits->len; i++)
    add_hit (area, rows, &g_array_index (hits, AssayChartHit, i), i == own && hits->len > 1,
             stacked);
  return rows;
}

char *
studio_chart_area_reading (StudioChartArea *area)
{
  g_autoptr (GArray) hits = NULL;
  g_autofree char *place = NULL;
  GString *out;
  guint own;

  if (area->chart == NULL || !area->has_hit)
    return NULL;
  hits = shown_hits (area, MAX_ROWS, &own);
  place = assay_chart_hit_place (area->chart, &area->hit);
  out = g_string_new (place);
  for (guint i = 0; i < hits->len; i++)
    {
      const AssayChartHit *hit = &g_array_index (hits, AssayChartHit, i);
      g_autofree char *value = assay_chart_hit_value (area->chart, hit);

      g_string_append_printf (out, "\n%s: %s", assay_chart_hit_name (area->chart, hit), value);
    }
  return g_string_free (out, FALSE);
}

/* ---- drawing ---- */

static void
append_layout (GtkSnapshot *snapshot, PangoLayout *layout, float x, float y, const GdkRGBA *colour)
{
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (x, y));
  gtk_snapshot_append_layout (snapshot, layout, colour);
  gtk_snapshot_restore (snapshot);
}

static void
append_disc (GtkSnapshot *snapshot, float x, float y, float radius, const GdkRGBA *colour)
{
  GskRoundedRect disc;

  gsk_rounded_rect_init_from_rect (
      &disc, &GRAPHENE_RECT_INIT (x - radius, y - radius, 2 * radius, 2 * radius), radius);
  gtk_snapshot_push_rounded_clip (snapshot, &disc);
  gtk_snapshot_append_color (snapshot, colour, &disc.bounds);
  gtk_snapshot_pop (snapshot);
}

/* From the chart's points to the widget's pixels. */
static void
to_widget (const StudioChartArea *area, double x, double y, float *wx, float *wy)
{
  *wx = (float) ((x - area->left) * area->grown * area->text);
  *wy = (float) ((y - area->top) * area->grown * area->text);
}

static void
draw_cross (StudioChartArea *area, GtkSnapshot *snapshot)
{
  GdkRGBA faint = rgba (area->ink, .35), ring = rgba (area->paper, 1), dot;
  double colour[3];
  AssayChartBox box;
  float x, y, left, top, right, bottom;

  to_widget (area, area->hit.at_x, area->hit.at_y, &x, &y);
  if (assay_chart_panel_at (area->chart, area->hit.at_x, area->hit.at_y, &box)
      && assay_chart_axes (area->chart) & ASSAY_CHART_X)
    {
      to_widget (area, box.x, box.y, &left, &top);
      to_widget (area, box.x + box.width, box.y + box.height, &right, &bottom);
      gtk_snapshot_append_color (snapshot, &faint,
                                 &GRAPHENE_RECT_INIT (floorf (x), top, 1, bottom - top));
      gtk_snapshot_append_color (snapshot, &faint,
                                 &GRAPHENE_RECT_INIT (left, floorf (y), right - left, 1));
    }
  assay_chart_hit_colour (area->chart, &area->hit, area->paper, colour);
  dot = rgba (colour, 1);
  append_disc (snapshot, x, y, 6.5f, &ring);
  append_disc (snapshot, x, y, 4.5f, &dot);
}

/* The rows and how they stand: side by side or, where there is no room for that, stacked. */
typedef struct
{
  GArray *rows; /* Row */
  gboolean stacked;
  float name, line, row, width, height;
} Box;

static void
measure (Box *box)
{
  float value = 0;
  int width, height, head = 0;

  for (guint i = 0; i < box->rows->len; i++)
    {
      const Row *row = &g_array_index (box->rows, Row, i);

      pango_layout_get_pixel_size (row->name, &width, &height);
      box->line = MAX (box->line, (float) height + 3);
      if (!row->swatch)
        {
          head = width;
          continue;
        }
      box->name = MAX (box->name, (float) width);
      pango_layout_get_pixel_size (row->value, &width, NULL);
      value = MAX (value, (float) width);
    }
  box->row = box->line * (box->stacked ? 2 : 1);
  box->width = SWATCH + (box->stacked ? MAX (box->name, value) : box->name + 12 + value);
  box->width = MAX (box->width, (float) head) + 2 * PAD;
  box->height = box->line + box->row * (float) (box->rows->len - 1) + 2 * PAD - 3;
}

static Box
box_of (StudioChartArea *area)
{
  float width = (float) gtk_widget_get_width (GTK_WIDGET (area)) - 4,
        height = (float) gtk_widget_get_height (GTK_WIDGET (area)) - 4;
  Box box = { .rows = make_rows (area, MAX_ROWS, FALSE) };
  float fit;

  measure (&box);
  if (box.width <= width && box.height <= height)
    return box;
  g_array_unref (box.rows);
  box.stacked = box.width > width;
  fit = floorf ((height - 2 * PAD - box.line) / (box.line * (box.stacked ? 2 : 1)));
  box = (Box){ .stacked = box.stacked };
  box.rows = make_rows (area, (guint) CLAMP (fit, 1, MAX_ROWS), box.stacked);
  measure (&box);
  return box;
}

static void
draw_row (const Box *box, const Row *row, GtkSnapshot *snapshot, float x, float y,
          const GdkRGBA *ink)
{
  append_disc (snapshot, x + 4, y + box->line / 2 - 1.5f, 4, &row->colour);
  append_layout (snapshot, row->name, x + SWATCH, y, ink);
  if (box->stacked)
    append_layout (snapshot, row->value, x + SWATCH, y + box->line, ink);
  else
    append_layout (snapshot, row->value, x + SWATCH + box->name + 12, y, ink);
}

/* Beside the point, not over it; where there is no room to the right, to the left. */
static GskRoundedRect
frame_of (StudioChartArea *area, const Box *box)
{
  float width = (float) gtk_widget_get_width (GTK_WIDGET (area));
  float height = (float) gtk_widget_get_height (GTK_WIDGET (area)), x, y;
  GskRoundedRect frame;

  to_widget (area, area->hit.at_x, area->hit.at_y, &x, &y);
  x = x + 16 + box->width <= width ? x + 16 : x - 16 - box->width;
  x = CLAMP (x, 2, MAX (width - box->width - 2, 2));
  if (box->stacked) /* at an edge: what is read stays in sight */
    y = y + 16 + box->height / 2 < height - box->height / 2 ? height : 0;
  y = CLAMP (y - box->height / 2, 2, MAX (height - box->height - 2, 2));
  gsk_rounded_rect_init_from_rect (&frame, &GRAPHENE_RECT_INIT (x, y, box->width, box->height), 8);
  return frame;
}

static void
draw_box (StudioChartArea *area, GtkSnapshot *snapshot)
{
  GdkRGBA ink = rgba (area->ink, 1), faint = rgba (area->ink, .65), edge = rgba (area->ink, .2),
          paper = rgba (area->paper, .95), shade = { 0, 0, 0, .25f };
  Box box = box_of (area);
  GskRoundedRect frame = frame_of (area, &box);
  float x = frame.bounds.origin.x + PAD, y = frame.bounds.origin.y + PAD;

  gtk_snapshot_append_outset_shadow (snapshot, &frame, &shade, 0, 1, 0, 5);
  gtk_snapshot_push_rounded_clip (snapshot, &frame);
  gtk_snapshot_append_color (snapshot, &paper, &frame.bounds);
  append_layout (snapshot, g_array_index (box.rows, Row, 0).name, x, y, &faint);
  y += box.line;
  for (guint i = 1; i < box.rows->len; i++, y += box.row)
    draw_row (&box, &g_array_index (box.rows, Row, i), snapshot, x, y, &ink);
  gtk_snapshot_pop (snapshot);
  gtk_snapshot_append_border (snapshot, &frame, (float[4]){ 1, 1, 1, 1 },
                              (GdkRGBA[4]){ edge, edge, edge, edge });
  g_array_unref (box.rows);
}

static void
draw_band (StudioChartArea *area, GtkSnapshot *snapshot)
{
  GdkRGBA accent = { .2f, .5f, .9f, 1 }, inner;
  float x, y, right, bottom;
  GskRoundedRect box;

  gtk_style_context_lookup_color (gtk_widget_get_style_context (GTK_WIDGET (area)),
                                  "accent_bg_color", &accent);
  inner = accent;
  inner.alpha = .2f;
  to_widget (area, area->band.x, area->band.y, &x, &y);
  to_widget (area, area->band.x + area->band.width, area->band.y + area->band.height, &right,
             &bottom);
  gsk_rounded_rect_init_from_rect (&box, &GRAPHENE_RECT_INIT (x, y, right - x, bottom - y), 2);
  gtk_snapshot_append_color (snapshot, &inner, &box.bounds);
  gtk_snapshot_append_border (snapshot, &box, (float[4]){ 1, 1, 1, 1 },
                              (GdkRGBA[4]){ accent, accent, accent, accent });
}

void
studio_chart_area_draw_reading (StudioChartArea *area, GtkSnapshot *snapshot)
{
  if (area->has_band)
    draw_band (area, snapshot);
  else if (area->has_hit)
    {
      draw_cross (area, snapshot);
      draw_box (area, snapshot);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/chart-area-private.h"

#include <math.h>
#include <string.h>

G_DEFINE_FINAL_TYPE (StudioChartArea, studio_chart_area, GTK_TYPE_WIDGET)

enum
{
  PICKED,
  LOOKED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* ---- the picture ---- */

void
studio_chart_area_changed (StudioChartArea *area)
{
  g_clear_object (&area->picture);
  gtk_widget_queue_draw (GTK_WIDGET (area));
}

/* What the picture hangs on. */
static StudioChartLook
look_of (StudioChartArea *area)
{
  StudioChartLook look = { .width = gtk_widget_get_width (GTK_WIDGET (area)),
                           .height = gtk_widget_get_height (GTK_WIDGET (area)),
                           .pixels = gtk_widget_get_scale_factor (GTK_WIDGET (area)),
                           .text = area->text,
                           .grown = area->grown,
                           .left = area->left,
                           .top = area->top };

  memcpy (look.ink, area->ink, sizeof look.ink);
  memcpy (look.paper, area->paper, sizeof look.paper);
  return look;
}

static void
looked (StudioChartArea *area)
{
  area->has_hit = FALSE;
  studio_chart_area_changed (area);
  g_signal_emit (area, signals[LOOKED], 0);
}

/* Ink and paper of the theme, and how large its text is. */
static void
read_style (StudioChartArea *area)
{
  GtkWidget *widget = GTK_WIDGET (area);
  GtkStyleContext *style = gtk_widget_get_style_context (widget);
  GdkRGBA ink, paper = { 1, 1, 1, 1 };
  int dpi = 0;

  gtk_style_context_get_color (style, &ink);
  gtk_style_context_lookup_color (style, "view_bg_color", &paper);
  area->ink[0] = (double) ink.red;
  area->ink[1] = (double) ink.green;
  area->ink[2] = (double) ink.blue;
  area->paper[0] = (double) paper.red;
  area->paper[1] = (double) paper.green;
  area->paper[2] = (double) paper.blue;
  g_object_get (gtk_widget_get_settings (widget), "gtk-xft-dpi", &dpi, NULL);
  area->text = dpi > 0 ? CLAMP (dpi / (96. * 1024), .5, 4) : 1;
}

/* Without axes to zoom the picture itself is made larger. */
static gboolean
has_axes (StudioChartArea *area)
{
  return assay_chart_axes (area->chart) != 0;
}

static void
studio_chart_area_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  StudioChartArea *area = STUDIO_CHART_AREA (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  StudioChartLook look;

  if (area->chart == NULL || width <= 0 || height <= 0)
    return;
  look = look_of (area);
  if (area->painter != NULL)
    studio_chart_painter_snapshot (area->painter, &look, snapshot);
  else
    {
      if (area->picture == NULL)
        area->picture = studio_chart_paint (area->chart, &look, &area->cost);
      studio_chart_append (snapshot, widget, area->picture,
                           &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
    }
  studio_chart_area_draw_reading (area, snapshot);
}

static void
studio_chart_area_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  StudioChartArea *area = STUDIO_CHART_AREA (widget);

  area->has_hit = FALSE;
  g_clear_object (&area->picture);
}

static void
studio_chart_area_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  StudioChartArea *area = STUDIO_CHART_AREA (widget);

  GTK_WIDGET_CLASS (studio_chart_area_parent_class)->css_changed (widget, change);
  read_style (area);
  studio_chart_area_changed (area);
}

/* Panels may shrink, rows of text may not. */
static void
studio_chart_area_measure (GtkWidget *widget, GtkOrientation orientation, int for_size,
                           int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
  StudioChartArea *area = STUDIO_CHART_AREA (widget);
  gboolean shrinks
      = area->chart != NULL && (has_axes (area) || assay_chart_is_picture (area->chart));
  double least = shrinks ? .5 : 1;
  double size
      = area->text * (orientation == GTK_ORIENTATION_HORIZONTAL ? area->width : area->height);

  *natural = (int) size;
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? MIN ((int) size, 280)
                                                       : MAX ((int) (least * size), 160);
  *natural = MAX (*natural, *minimum);
}

/* ---- what is looked at ---- */

void
studio_chart_area_to_chart (StudioChartArea *area, double *x, double *y)
{
  *x = *x / area->text / area->grown + area->left;
  *y = *y / area->text / area->grown + area->top;
}

/* The picture covers the widget. */
static void
keep_corner (StudioChartArea *area)
{
  double width = gtk_widget_get_width (GTK_WIDGET (area)) / area->text;
  double height = gtk_widget_get_height (GTK_WIDGET (area)) / area->text;

  area->grown = CLAMP (area->grown, 1, 32);
  area->left = CLAMP (area->left, 0, width * (1 - 1 / area->grown));
  area->top = CLAMP (area->top, 0, height * (1 - 1 / area->grown));
}

/* A panel under the point, else the first one found from the middle. */
static gboolean
some_panel (StudioChartArea *area, double x, double y, AssayChartBox *box)
{
  return assay_chart_panel_at (area->chart, x, y, box) || assay_chart_panel (area->chart, 0, box);
}

void
studio_chart_area_zoom_at (StudioChartArea *area, double x, double y, double factor,
                           AssayChartAxes axes)
{
  AssayChartBox box, seen;

  if (area->chart == NULL)
    return;
  if (!has_axes (area))
    {
      double before = area->grown;

      area->grown = CLAMP (area->grown * factor, 1, 32);
      area->left = x - (x - area->left) * before / area->grown;
      area->top = y - (y - area->top) * before / area->grown;
      keep_corner (area);
    }
  else if (some_panel (area, x, y, &box))
    {
      x = CLAMP (x, box.x, box.x + box.width);
      y = CLAMP (y, box.y, box.y + box.height);
      seen = (AssayChartBox){ x - (x - box.x) / factor, y - (y - box.y) / factor,
                              box.width / factor, box.height / factor };
      assay_chart_zoom (area->chart, &box, &seen, axes);
    }
  looked (area);
}

void
studio_chart_area_move (StudioChartArea *area, double dx, double dy)
{
  AssayChartView view;
  AssayChartBox box, seen;

  if (area->chart == NULL)
    return;
  view = assay_chart_get_view (area->chart);
  if (!has_axes (area))
    {
      area->left -= dx / area->grown;
      area->top -= dy / area->grown;
      keep_corner (area);
    }
  else if (assay_chart_panel (area->chart, 0, &box))
    {
      seen = box;
      seen.x -= dx;
      seen.y -= dy;
      /* An axis that fits itself goes on doing so. */
      assay_chart_zoom (area->chart, &box, &seen,
                        (view.x_from < view.x_to ? ASSAY_CHART_X : 0)
                            | (view.y_from < view.y_to ? ASSAY_CHART_Y : 0));
    }
  looked (area);
}

#define FLAT 10 /* points: a rectangle thinner than this is a strip */

void
studio_chart_area_zoom_to (StudioChartArea *area, const AssayChartBox *seen)
{
  AssayChartBox box;

  if (!assay_chart_panel_at (area->chart, seen->x + seen->width / 2, seen->y + seen->height / 2,
                             &box)
      || (seen->width < FLAT && seen->height < FLAT))
    return;
  assay_chart_zoom (area->chart, &box, seen,
                    (seen->width >= FLAT ? ASSAY_CHART_X : 0)
                        | (seen->height >= FLAT ? ASSAY_CHART_Y : 0));
  looked (area);
}

void
studio_chart_area_zoom (StudioChartArea *area, double factor)
{
  double x = gtk_widget_get_width (GTK_WIDGET (area)) / 2.;
  double y = gtk_widget_get_height (GTK_WIDGET (area)) / 2.;
  AssayChartBox box;

  if (area->chart == NULL)
    return;
  studio_chart_area_to_chart (area, &x, &y);
  if (has_axes (area) && assay_chart_panel (area->chart, 0, &box))
    {
      x = box.x + box.width / 2;
      y = box.y + box.height / 2;
    }
  studio_chart_area_zoom_at (area, x, y, factor, ASSAY_CHART_X | ASSAY_CHART_Y);
}

void
studio_chart_area_pan (StudioChartArea *area, double right, double up)
{
  AssayChartBox box = { 0, 0, gtk_widget_get_width (GTK_WIDGET (area)) / area->text,
                        gtk_widget_get_height (GTK_WIDGET (area)) / area->text };

  if (area->chart == NULL)
    return;
  assay_chart_panel (area->chart, 0, &box);
  studio_chart_area_move (area, -right * box.width, up * box.height);
}

void
studio_chart_area_reset (StudioChartArea *area)
{
  if (area->chart == NULL)
    return;
  area->grown = 1;
  area->left = area->top = 0;
  assay_chart_set_view (area->chart, NULL);
  looked (area);
}

gboolean
studio_chart_area_is_zoomed (StudioChartArea *area)
{
  AssayChartView view = { 0 };

  if (area->chart != NULL)
    view = assay_chart_get_view (area->chart);
  return area->grown > 1 || view.x_from < view.x_to || view.y_from < view.y_to;
}

/* ---- what is read ---- */

#define NEAR 40 /* points that a pointer may be away */

void
studio_chart_area_set_hit (StudioChartArea *area, const AssayChartHit *hit)
{
  area->has_hit = hit != NULL;
  if (hit != NULL)
    area->hit = *hit;
  gtk_widget_queue_draw (GTK_WIDGET (area));
}

void
studio_chart_area_look (StudioChartArea *area, double x, double y)
{
  AssayChartHit hit;
  gboolean had = area->has_hit;

  if (area->chart != NULL && assay_chart_hit (area->chart, x, y, NEAR, &hit))
    studio_chart_area_set_hit (area, &hit);
  else if (had)
    studio_chart_area_set_hit (area, NULL);
}

gboolean
studio_chart_area_point_at (StudioChartArea *area, double x, double y)
{
  studio_chart_area_to_chart (area, &x, &y);
  studio_chart_area_look (area, x, y);
  return area->has_hit;
}

void
studio_chart_area_reading_place (StudioChartArea *area, double *x, double *y)
{
  *x = (area->hit.at_x - area->left) * area->grown * area->text;
  *y = (area->hit.at_y - area->top) * area->grown * area->text;
}

void
studio_chart_area_pick (StudioChartArea *area)
{
  g_autofree char *filter = NULL;
  g_auto (GStrv) ids = NULL;

  if (!area->has_hit)
    return;
  filter = assay_chart_hit_filter (area->chart, &area->hit);
  if (area->set != NULL)
    ids = assay_chart_hit_runs (area->chart, &area->hit, area->set);
  g_signal_emit (area, signals[PICKED], 0, filter, ids);
}

double
studio_chart_area_cost (StudioChartArea *area)
{
  return area->cost;
}

gboolean
studio_chart_area_is_painted (StudioChartArea *area)
{
  StudioChartLook look = look_of (area);

  return area->painter != NULL ? studio_chart_painter_shows (area->painter, &look)
                               : area->picture != NULL;
}

/* ---- the chart ---- */

static void
describe (StudioChartArea *area)
{
  g_autofree char *text = area->chart != NULL ? assay_chart_describe (area->chart) : g_strdup ("");

  gtk_accessible_update_property (GTK_ACCESSIBLE (area), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  area->chart != NULL ? assay_chart_title (area->chart) : "Figure",
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
}

/* Of the same figure the old picture is seen until there is a new one. */
static void
take_painter (StudioChartArea *area, AssayChart *chart, gboolean same)
{
  AssayChart *shared = chart != NULL ? assay_chart_share_graphs (chart) : NULL;
  StudioChartPainter *old = g_steal_pointer (&area->painter);

  if (shared != NULL)
    area->painter = studio_chart_painter_new (shared, GTK_WIDGET (area), same ? old : NULL);
  g_clear_pointer (&old, studio_chart_painter_free);
}

void
studio_chart_area_look_anew (StudioChartArea *area)
{
  area->anew = TRUE;
}

void
studio_chart_area_tell_look (StudioChartArea *area, GHashTable *options)
{
  if (area->chart != NULL && !area->anew)
    assay_chart_tell_look (area->chart, options);
}

void
studio_chart_area_set_chart (StudioChartArea *area, AssayChart *chart, AssayRunSet *set)
{
  gboolean same = area->chart != NULL && chart != NULL && !area->anew
                  && g_str_equal (assay_chart_title (area->chart), assay_chart_title (chart));

  if (same)
    assay_chart_look_as (chart, area->chart);
  else
    {
      area->grown = 1;
      area->left = area->top = 0;
      area->reads = FALSE;
    }
  area->has_hit = area->anew = FALSE;
  take_painter (area, chart, same);
  g_clear_pointer (&area->chart, assay_chart_free);
  g_clear_pointer (&area->set, assay_run_set_free);
  area->chart = chart;
  area->set = set;
  area->width = 480;
  area->height = 320;
  if (chart != NULL)
    assay_chart_natural_size (chart, &area->width, &area->height);
  describe (area);
  gtk_widget_queue_resize (GTK_WIDGET (area));
  studio_chart_area_changed (area);
}

AssayChart *
studio_chart_area_get_chart (StudioChartArea *area)
{
  return area->chart;
}

/* ---- the widget ---- */

GtkWidget *
studio_chart_area_new (void)
{
  return g_object_new (STUDIO_TYPE_CHART_AREA, NULL);
}

static void
studio_chart_area_finalize (GObject *object)
{
  StudioChartArea *area = STUDIO_CHART_AREA (object);

  g_clear_object (&area->picture);
  g_clear_pointer (&area->painter, studio_chart_painter_free);
  g_clear_pointer (&area->chart, assay_chart_free);
  g_clear_pointer (&area->set, assay_run_set_free);
  G_OBJECT_CLASS (studio_chart_area_parent_class)->finalize (object);
}

static void
studio_chart_area_class_init (StudioChartAreaClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = studio_chart_area_finalize;
  widget_class->snapshot = studio_chart_area_snapshot;
  widget_class->measure = studio_chart_area_measure;
  widget_class->size_allocate = studio_chart_area_size_allocate;
  widget_class->css_changed = studio_chart_area_css_changed;
  studio_chart_area_bind_keys (widget_class);
  gtk_widget_class_set_css_name (widget_class, "chartarea");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  signals[PICKED] = g_signal_new ("picked", STUDIO_TYPE_CHART_AREA, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRV);
  signals[LOOKED] = g_signal_new ("looked", STUDIO_TYPE_CHART_AREA, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);
}

static void
studio_chart_area_init (StudioChartArea *area)
{
  area->grown = area->text = 1;
  area->width = 480;
  area->height = 320;
  gtk_widget_set_focusable (GTK_WIDGET (area), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (area), GTK_OVERFLOW_HIDDEN);
  read_style (area);
  g_signal_connect_swapped (area, "notify::scale-factor", G_CALLBACK (studio_chart_area_changed),
                            area);
  studio_chart_area_add_input (area);
}

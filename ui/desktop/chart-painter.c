/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/chart-painter.h"

#include "ui/desktop/task.h"
#include "ui/desktop/watchdog.h"
#include <gsk/gskcairorenderer.h>
#include <string.h>

static void
draw (AssayChart *chart, const StudioChartLook *look, cairo_surface_t *surface)
{
  cairo_t *cr = cairo_create (surface);

  cairo_scale (cr, look->pixels * look->text, look->pixels * look->text);
  cairo_scale (cr, look->grown, look->grown);
  cairo_translate (cr, -look->left, -look->top);
  assay_chart_draw_on (chart, cr, look->width / look->text, look->height / look->text, look->ink,
                       look->paper);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
}

GdkTexture *
studio_chart_paint (AssayChart *chart, const StudioChartLook *look, double *cost)
{
  int width = look->width * look->pixels, height = look->height * look->pixels;
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width, height);
  gsize stride = (gsize) cairo_image_surface_get_stride (surface);
  double start = studio_processor_ms ();
  g_autoptr (GBytes) bytes = NULL;
  GdkTexture *texture;

  draw (chart, look, surface);
  *cost = studio_processor_ms () - start;
  bytes
      = g_bytes_new_with_free_func (cairo_image_surface_get_data (surface), stride * (gsize) height,
                                    (GDestroyNotify) cairo_surface_destroy, surface);
  texture = gdk_memory_texture_new (width, height, GDK_MEMORY_DEFAULT, bytes, stride);
  g_object_set_data (G_OBJECT (texture), "surface", surface); /* which lives as long as its bytes */
  return texture;
}

static gboolean
is_drawn_by_cairo (GtkWidget *widget)
{
  return GSK_IS_CAIRO_RENDERER (gtk_native_get_renderer (gtk_widget_get_native (widget)));
}

void
studio_chart_append (GtkSnapshot *snapshot, GtkWidget *widget, GdkTexture *picture,
                     const graphene_rect_t *place)
{
  cairo_surface_t *surface = g_object_get_data (G_OBJECT (picture), "surface");
  cairo_t *cr;

  if (!is_drawn_by_cairo (widget))
    {
      gtk_snapshot_append_texture (snapshot, picture, place);
      return;
    }
  cr = gtk_snapshot_append_cairo (snapshot, place);
  cairo_translate (cr, (double) place->origin.x, (double) place->origin.y);
  cairo_scale (cr, (double) place->size.width / gdk_texture_get_width (picture),
               (double) place->size.height / gdk_texture_get_height (picture));
  cairo_set_source_surface (cr, surface, 0, 0);
  cairo_paint (cr);
  cairo_destroy (cr);
}

/* ---- in a thread ---- */

struct _StudioChartPainter
{
  GtkWidget *widget; /* NULL: it has another painter, or is gone */
  AssayChart *chart; /* used by the thread while it paints */
  gboolean painting;
  StudioChartLook look; /* of the picture, or of what is being painted */
  GdkTexture *picture;  /* NULL: none yet */
  StudioChartLook shown;
};

static void
painter_end (StudioChartPainter *painter)
{
  g_clear_object (&painter->picture);
  assay_chart_free (painter->chart);
  g_free (painter);
}

StudioChartPainter *
studio_chart_painter_new (AssayChart *chart, GtkWidget *widget, const StudioChartPainter *before)
{
  StudioChartPainter *painter = g_new0 (StudioChartPainter, 1);

  painter->widget = widget;
  painter->chart = chart;
  if (before != NULL && before->picture != NULL)
    {
      painter->picture = g_object_ref (before->picture);
      painter->shown = before->shown;
    }
  return painter;
}

void
studio_chart_painter_free (StudioChartPainter *painter)
{
  painter->widget = NULL;
  if (!painter->painting)
    painter_end (painter);
}

static gboolean
is_same (const StudioChartLook *a, const StudioChartLook *b)
{
  return a->width == b->width && a->height == b->height && a->pixels == b->pixels
         && a->text == b->text && a->grown == b->grown && a->left == b->left && a->top == b->top
         && memcmp (a->ink, b->ink, sizeof a->ink) == 0
         && memcmp (a->paper, b->paper, sizeof a->paper) == 0;
}

static void
paint_there (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  StudioChartPainter *painter = data;
  double cost;

  g_task_return_pointer (task, studio_chart_paint (painter->chart, &painter->look, &cost),
                         g_object_unref);
}

static void
on_painted (GObject *source, GAsyncResult *result, gpointer data)
{
  StudioChartPainter *painter = data;
  GdkTexture *picture = g_task_propagate_pointer (G_TASK (result), NULL);

  painter->painting = FALSE;
  g_clear_object (&painter->picture);
  painter->picture = picture;
  painter->shown = painter->look;
  if (painter->widget != NULL)
    gtk_widget_queue_draw (painter->widget); /* which asks for another one, if it has moved on */
  else
    painter_end (painter);
}

static void
begin (StudioChartPainter *painter, const StudioChartLook *look)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, on_painted, painter);

  painter->painting = TRUE;
  painter->look = *look;
  g_task_set_task_data (task, painter, NULL);
  studio_task_run (task, paint_there);
}

gboolean
studio_chart_painter_shows (const StudioChartPainter *painter, const StudioChartLook *look)
{
  return painter->picture != NULL && !painter->painting && is_same (&painter->shown, look);
}

/* Where the picture that is there lies in the one that is wanted. */
static graphene_rect_t
place_of (const StudioChartLook *shown, const StudioChartLook *look)
{
  double scale = look->grown * look->text / (shown->grown * shown->text);
  double x = (shown->left - look->left) * look->grown * look->text;
  double y = (shown->top - look->top) * look->grown * look->text;

  return GRAPHENE_RECT_INIT ((float) x, (float) y, (float) (shown->width * scale),
                             (float) (shown->height * scale));
}

void
studio_chart_painter_snapshot (StudioChartPainter *painter, const StudioChartLook *look,
                               GtkSnapshot *snapshot)
{
  graphene_rect_t place;

  if (!painter->painting && !studio_chart_painter_shows (painter, look))
    begin (painter, look);
  if (painter->picture == NULL)
    return;
  place = place_of (&painter->shown, look);
  studio_chart_append (snapshot, painter->widget, painter->picture, &place);
}

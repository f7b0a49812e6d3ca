/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/picture-view.h"

#include "ui/desktop/actions.h"
#include "ui/desktop/task.h"

#include "host/registry/error.h"
#include <math.h>
#include <string.h>

#define MAX_SIDE 16384
#define ZOOM 1.5

struct _StudioPictureView
{
  AdwBin parent_instance;
  GCancellable *cancellable;
  cairo_surface_t *picture; /* NULL: not read yet */
  double zoom;              /* 0: as large as fits */
  GtkStack *states;
  AdwStatusPage *problem;
  GtkDrawingArea *area;
  GtkScrolledWindow *scroller;
  GtkLabel *size;
};

G_DEFINE_FINAL_TYPE (StudioPictureView, studio_picture_view, ADW_TYPE_BIN)

/* ---- reading ---- */

/* A whole number of a head of P6, where comments may stand before it; -1: there is none. */
static int
head_number (const char **at, const char *end)
{
  int number = -1;

  while (*at < end && (g_ascii_isspace (**at) || **at == '#'))
    if (*(*at)++ == '#')
      while (*at < end && **at != '\n')
        (*at)++;
  for (; *at < end && g_ascii_isdigit (**at) && number < MAX_SIDE; (*at)++)
    number = MAX (number, 0) * 10 + (**at - '0');
  return number;
}

static cairo_surface_t *
read_pixels (const guint8 *from, int width, int height)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
  guint8 *data = cairo_image_surface_get_data (surface);
  int stride = cairo_image_surface_get_stride (surface);

  for (int row = 0; data != NULL && row < height; row++)
    for (int column = 0; column < width; column++, from += 3)
      ((guint32 *) (gpointer) (data + (gsize) row * (gsize) stride))[column]
          = (guint32) from[0] << 16 | (guint32) from[1] << 8 | from[2];
  cairo_surface_mark_dirty (surface);
  return surface;
}

static void
read_picture (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const char *path = data, *at, *end;
  g_autofree char *content = NULL;
  GError *error = NULL;
  gsize size;
  int width, height, most;

  if (!g_file_get_contents (path, &content, &size, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  at = content + MIN (size, 2);
  end = content + size;
  width = head_number (&at, end);
  height = head_number (&at, end);
  most = head_number (&at, end);
  if (size < 2 || memcmp (content, "P6", 2) != 0 || width < 1 || height < 1 || width > MAX_SIDE
      || height > MAX_SIDE || most != 255 || end - at - 1 < (gssize) 3 * width * height)
    g_task_return_new_error (task, ASSAY_ERROR, ASSAY_ERROR_FAILED,
                             "%s is no picture as Assay writes them (PPM, 8 bits); it is damaged "
                             "or was not written by Assay.",
                             path);
  else
    g_task_return_pointer (task, read_pixels ((const guint8 *) at + 1, width, height),
                           (GDestroyNotify) cairo_surface_destroy);
}

/* ---- showing ---- */

static double
zoom_of (StudioPictureView *view)
{
  double width = cairo_image_surface_get_width (view->picture),
         height = cairo_image_surface_get_height (view->picture);

  if (view->zoom > 0)
    return view->zoom;
  return MIN (gtk_widget_get_width (GTK_WIDGET (view->scroller)) / width,
              gtk_widget_get_height (GTK_WIDGET (view->scroller)) / height);
}

static void
draw (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
  StudioPictureView *view = data;
  double zoom;

  if (view->picture == NULL)
    return;
  zoom = zoom_of (view);
  cairo_translate (cr, (width - zoom * cairo_image_surface_get_width (view->picture)) / 2,
                   (height - zoom * cairo_image_surface_get_height (view->picture)) / 2);
  cairo_scale (cr, zoom, zoom);
  cairo_set_source_surface (cr, view->picture, 0, 0);
  /* Enlarged, a pixel is a square. */
  cairo_pattern_set_filter (cairo_get_source (cr),
                            zoom >= 1 ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_GOOD);
  cairo_paint (cr);
}

static void
set_zoom (StudioPictureView *view, double zoom)
{
  int width, height;

  if (view->picture == NULL)
    return;
  width = cairo_image_surface_get_width (view->picture);
  height = cairo_image_surface_get_height (view->picture);
  view->zoom = zoom > 0 ? CLAMP (zoom, .02, MIN (64, 30000. / MAX (width, height))) : 0;
  gtk_drawing_area_set_content_width (view->area, (int) ceil (view->zoom * width));
  gtk_drawing_area_set_content_height (view->area, (int) ceil (view->zoom * height));
  gtk_widget_queue_draw (GTK_WIDGET (view->area));
}

static void
on_read (GObject *object, GAsyncResult *result, gpointer data)
{
  StudioPictureView *view = STUDIO_PICTURE_VIEW (object);
  g_autoptr (GError) error = NULL;
  cairo_surface_t *picture = g_task_propagate_pointer (G_TASK (result), &error);
  g_autofree char *words = NULL, *markup = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (picture == NULL)
    {
      markup = g_markup_escape_text (error->message, -1);
      adw_status_page_set_description (view->problem, markup);
      gtk_stack_set_visible_child_name (view->states, "problem");
      return;
    }
  view->picture = picture;
  words = g_strdup_printf ("%d × %d pixels", cairo_image_surface_get_width (picture),
                           cairo_image_surface_get_height (picture));
  gtk_label_set_text (view->size, words);
  gtk_accessible_update_property (GTK_ACCESSIBLE (view->area), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  "Picture", GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, words, -1);
  gtk_stack_set_visible_child_name (view->states, "picture");
  set_zoom (view, 0);
}

/* ---- commands ---- */

static void
zoom_in (GtkWidget *widget, const char *action, GVariant *parameter)
{
  StudioPictureView *view = STUDIO_PICTURE_VIEW (widget);

  if (view->picture != NULL)
    set_zoom (view, zoom_of (view) * ZOOM);
}

static void
zoom_out (GtkWidget *widget, const char *action, GVariant *parameter)
{
  StudioPictureView *view = STUDIO_PICTURE_VIEW (widget);

  if (view->picture != NULL)
    set_zoom (view, zoom_of (view) / ZOOM);
}

static void
fit (GtkWidget *widget, const char *action, GVariant *parameter)
{
  set_zoom (STUDIO_PICTURE_VIEW (widget), 0);
}

static gboolean
on_scroll (StudioPictureView *view, double dx, double dy, GtkEventController *scroll)
{
  if (view->picture == NULL
      || !(gtk_event_controller_get_current_event_state (scroll) & GDK_CONTROL_MASK))
    return FALSE;
  set_zoom (view, zoom_of (view) * pow (ZOOM, -dy));
  return TRUE;
}

/* ---- the view ---- */

GtkWidget *
studio_picture_view_new (const char *path)
{
  StudioPictureView *view = g_object_new (STUDIO_TYPE_PICTURE_VIEW, NULL);
  g_autoptr (GTask) task = g_task_new (view, view->cancellable, on_read, NULL);

  g_task_set_task_data (task, g_strdup (path), g_free);
  studio_task_run (task, read_picture);
  return GTK_WIDGET (view);
}

static void
studio_picture_view_dispose (GObject *object)
{
  StudioPictureView *view = STUDIO_PICTURE_VIEW (object);

  g_cancellable_cancel (view->cancellable);
  g_clear_pointer (&view->picture, cairo_surface_destroy);
  G_OBJECT_CLASS (studio_picture_view_parent_class)->dispose (object);
}

static void
studio_picture_view_finalize (GObject *object)
{
  g_object_unref (STUDIO_PICTURE_VIEW (object)->cancellable);
  G_OBJECT_CLASS (studio_picture_view_parent_class)->finalize (object);
}

static void
studio_picture_view_class_init (StudioPictureViewClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = studio_picture_view_dispose;
  G_OBJECT_CLASS (class)->finalize = studio_picture_view_finalize;
  gtk_widget_class_install_action (widget_class, "picture.zoom-in", NULL, zoom_in);
  gtk_widget_class_install_action (widget_class, "picture.zoom-out", NULL, zoom_out);
  gtk_widget_class_install_action (widget_class, "picture.fit", NULL, fit);
  studio_actions_bind (widget_class, "picture.", NULL);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/assay/Studio/picture-view.ui");
#define BIND(child) gtk_widget_class_bind_template_child (widget_class, StudioPictureView, child)
  BIND (states);
  BIND (problem);
  BIND (area);
  BIND (scroller);
  BIND (size);
#undef BIND
}

static void
studio_picture_view_init (StudioPictureView *view)
{
  GtkEventController *scroll
      = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);

  view->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (view));
  gtk_drawing_area_set_draw_func (view->area, draw, view, NULL);
  gtk_event_controller_set_propagation_phase (scroll, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (scroll, "scroll", G_CALLBACK (on_scroll), view);
  gtk_widget_add_controller (GTK_WIDGET (view->scroller), scroll);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/graph-canvas.h"

#include "host/chart/scale.h"
#include "ui/desktop/actions.h"
#include <math.h>

#define STEP 60        /* pixels that an arrow key moves */
#define ZOOM 1.25      /* of a key or a notch of the wheel */
#define REACH 10       /* pixels around a node that are still it */
#define CLICK 4        /* pixels that a click may move */
#define LABELS 60      /* nodes in view up to which each bears its number */
#define LABEL_RADIUS 7 /* and from which size on */

struct _StudioGraphCanvas
{
  GtkWidget parent_instance;
  const StudioGraphScene *scene;
  StudioGraphLook look;
  gboolean fitted; /* follows the size until somebody moves it */
  double x, y;     /* of the pointer */
  double drag_tx, drag_ty, pinch_scale;
};

G_DEFINE_FINAL_TYPE (StudioGraphCanvas, studio_graph_canvas, GTK_TYPE_WIDGET)

enum
{
  SELECTED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* ---- moving ---- */

static void
moved (StudioGraphCanvas *canvas)
{
  canvas->fitted = FALSE;
  gtk_widget_queue_draw (GTK_WIDGET (canvas));
}

void
studio_graph_canvas_fit (StudioGraphCanvas *canvas)
{
  canvas->look.width = gtk_widget_get_width (GTK_WIDGET (canvas));
  canvas->look.height = gtk_widget_get_height (GTK_WIDGET (canvas));
  if (canvas->scene != NULL)
    studio_graph_look_fit (&canvas->look, canvas->scene);
  canvas->fitted = TRUE;
  gtk_widget_queue_draw (GTK_WIDGET (canvas));
}

void
studio_graph_canvas_pan (StudioGraphCanvas *canvas, double dx, double dy)
{
  canvas->look.tx += dx;
  canvas->look.ty += dy;
  moved (canvas);
}

/* What lies under (x, y) stays there. */
static void
zoom_at (StudioGraphCanvas *canvas, double factor, double x, double y)
{
  StudioGraphLook *look = &canvas->look, whole = *look;
  double scale;

  if (canvas->scene == NULL)
    return;
  studio_graph_look_fit (&whole, canvas->scene);
  scale = CLAMP (look->scale * factor, MIN (whole.scale / 4, look->scale),
                 MAX (150 / MAX (canvas->scene->spacing, 1e-9), whole.scale));
  factor = scale / look->scale;
  look->tx = x + (look->tx - x) * factor;
  look->ty = y + (look->ty - y) * factor;
  look->scale = scale;
  moved (canvas);
}

void
studio_graph_canvas_zoom (StudioGraphCanvas *canvas, double factor)
{
  zoom_at (canvas, factor, canvas->look.width / 2., canvas->look.height / 2.);
}

static void
reveal (StudioGraphCanvas *canvas, int node)
{
  StudioGraphLook *look = &canvas->look;
  double x = look->scale * (double) canvas->scene->x[node] + look->tx,
         y = look->scale * (double) canvas->scene->y[node] + look->ty;
  double margin = MIN (60, MIN (look->width, look->height) / 4.);

  if (x >= margin && y >= margin && x <= look->width - margin && y <= look->height - margin)
    return;
  studio_graph_canvas_pan (canvas, look->width / 2. - x, look->height / 2. - y);
}

void
studio_graph_canvas_select (StudioGraphCanvas *canvas, int node, gboolean show)
{
  g_autofree char *words = NULL;

  if (canvas->scene == NULL || node >= (int) canvas->scene->graph->n_nodes)
    return;
  if (show && node >= 0)
    reveal (canvas, node);
  if (node == canvas->look.selected)
    return;
  canvas->look.selected = node;
  words = node >= 0 ? g_strdup_printf ("Node %d", node) : g_strdup ("No node");
  gtk_accessible_update_property (GTK_ACCESSIBLE (canvas), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT,
                                  words, -1);
  gtk_widget_queue_draw (GTK_WIDGET (canvas));
  g_signal_emit (canvas, signals[SELECTED], 0, node);
}

/* ---- what is shown ---- */

static void
describe (StudioGraphCanvas *canvas)
{
  g_autofree char *words
      = canvas->scene != NULL
            ? g_strdup_printf ("Graph with %u nodes and %u edges. Arrows move it, plus and minus "
                               "zoom, Ctrl and an arrow walks along an edge.",
                               canvas->scene->graph->n_nodes, canvas->scene->graph->n_edges)
            : g_strdup ("Graph");

  gtk_accessible_update_property (GTK_ACCESSIBLE (canvas), GTK_ACCESSIBLE_PROPERTY_LABEL, "Graph",
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, words, -1);
}

void
studio_graph_canvas_set_scene (StudioGraphCanvas *canvas, const StudioGraphScene *scene)
{
  canvas->scene = scene;
  canvas->look.selected = -1;
  canvas->look.column = NULL;
  describe (canvas);
  studio_graph_canvas_fit (canvas);
}

const StudioGraphScene *
studio_graph_canvas_scene (StudioGraphCanvas *canvas)
{
  return canvas->scene;
}

void
studio_graph_canvas_set_column (StudioGraphCanvas *canvas, const AssayGraphColumn *column)
{
  if (canvas->scene == NULL)
    return;
  studio_graph_look_set_column (&canvas->look, canvas->scene, column);
  gtk_widget_queue_draw (GTK_WIDGET (canvas));
}

const StudioGraphLook *
studio_graph_canvas_look (StudioGraphCanvas *canvas)
{
  return &canvas->look;
}

/* ---- pointer ---- */

static int
node_at (StudioGraphCanvas *canvas, double x, double y)
{
  const StudioGraphLook *look = &canvas->look;
  double reach;

  if (canvas->scene == NULL)
    return -1;
  reach = MAX (REACH, studio_graph_look_radius (look, canvas->scene)) / look->scale;
  return studio_graph_scene_nearest (canvas->scene, (x - look->tx) / look->scale,
                                     (y - look->ty) / look->scale, reach);
}

static void
on_drag_begin (StudioGraphCanvas *canvas)
{
  canvas->drag_tx = canvas->look.tx;
  canvas->drag_ty = canvas->look.ty;
  gtk_widget_grab_focus (GTK_WIDGET (canvas));
}

static void
on_drag_update (StudioGraphCanvas *canvas, double dx, double dy)
{
  if (hypot (dx, dy) <= CLICK)
    return;
  canvas->look.tx = canvas->drag_tx + dx;
  canvas->look.ty = canvas->drag_ty + dy;
  gtk_widget_set_cursor_from_name (GTK_WIDGET (canvas), "grabbing");
  moved (canvas);
}

/* A drag that went nowhere was a click. */
static void
on_drag_end (StudioGraphCanvas *canvas, double dx, double dy, GtkGestureDrag *drag)
{
  double x, y;

  gtk_widget_set_cursor (GTK_WIDGET (canvas), NULL);
  if (hypot (dx, dy) <= CLICK && gtk_gesture_drag_get_start_point (drag, &x, &y))
    studio_graph_canvas_select (canvas, node_at (canvas, x, y), FALSE);
}

static void
on_motion (StudioGraphCanvas *canvas, double x, double y)
{
  canvas->x = x;
  canvas->y = y;
}

static gboolean
on_scroll (StudioGraphCanvas *canvas, double dx, double dy)
{
  zoom_at (canvas, pow (ZOOM, -dy), canvas->x, canvas->y);
  return TRUE;
}

static void
on_pinch_begin (StudioGraphCanvas *canvas)
{
  canvas->pinch_scale = canvas->look.scale;
}

static void
on_pinch (StudioGraphCanvas *canvas, double factor, GtkGesture *gesture)
{
  double x = canvas->x, y = canvas->y;

  if (gtk_gesture_is_recognized (gesture))
    gtk_gesture_get_bounding_box_center (gesture, &x, &y);
  zoom_at (canvas, canvas->pinch_scale * factor / canvas->look.scale, x, y);
}

static gboolean
studio_graph_canvas_query_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard,
                                   GtkTooltip *tooltip)
{
  StudioGraphCanvas *canvas = STUDIO_GRAPH_CANVAS (widget);
  const AssayGraphColumn *column = canvas->look.column;
  int node = keyboard ? canvas->look.selected : node_at (canvas, x, y);
  g_autofree char *value = NULL, *words = NULL;

  if (node < 0)
    return FALSE;
  value = column != NULL ? chart_number (column->numbers[node]) : NULL;
  words = g_strdup_printf ("Node %d%s%s%s%s", node, column != NULL ? ": " : "",
                           column != NULL ? column->id : "", column != NULL ? " " : "",
                           column != NULL ? value : "");
  gtk_tooltip_set_text (tooltip, words);
  return TRUE;
}

/* ---- keys ---- */

/* Left, right, up, down, in the order of the table's keys. */
static const struct
{
  int dx, dy;
} ways[] = { { -1, 0 }, { 1, 0 }, { 0, -1 }, { 0, 1 } };

static gboolean
on_move_key (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  int way;

  g_variant_get (arguments, "(i)", &way);
  studio_graph_canvas_pan (STUDIO_GRAPH_CANVAS (widget), -ways[way].dx * STEP,
                           -ways[way].dy * STEP);
  return TRUE;
}

/* Along an edge from the selected node; without one, to the node nearest to the middle. */
static gboolean
on_walk_key (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  StudioGraphCanvas *canvas = STUDIO_GRAPH_CANVAS (widget);
  const StudioGraphLook *look = &canvas->look;
  int way, node;

  if (canvas->scene == NULL)
    return TRUE;
  g_variant_get (arguments, "(i)", &way);
  if (look->selected >= 0)
    node = studio_graph_scene_towards (canvas->scene, (guint) look->selected, ways[way].dx,
                                       ways[way].dy);
  else
    node = studio_graph_scene_nearest (canvas->scene, (look->width / 2. - look->tx) / look->scale,
                                       (look->height / 2. - look->ty) / look->scale,
                                       (look->width + look->height) / look->scale);
  if (node >= 0)
    studio_graph_canvas_select (canvas, node, TRUE);
  return TRUE;
}

static void
add_keys (GtkWidgetClass *class)
{
  static const StudioKeyHandler handlers[]
      = { { "canvas.move", on_move_key }, { "canvas.walk", on_walk_key }, { NULL } };

  studio_actions_bind (class, "canvas.", handlers);
}

/* ---- drawing ---- */

static void
free_pixels (gpointer pixels)
{
  g_free (pixels);
}

static void
draw_graph (StudioGraphCanvas *canvas, GtkSnapshot *snapshot)
{
  StudioGraphLook *look = &canvas->look;
  int width = look->width * look->pixels, height = look->height * look->pixels;
  guint32 *pixels = studio_graph_draw (canvas->scene, look);
  g_autoptr (GBytes) bytes = g_bytes_new_with_free_func (pixels, 4 * (gsize) width * (gsize) height,
                                                         free_pixels, pixels);
  g_autoptr (GdkTexture) texture
      = gdk_memory_texture_new (width, height, GDK_MEMORY_DEFAULT, bytes, 4 * (gsize) width);

  gtk_snapshot_append_texture (
      snapshot, texture, &GRAPHENE_RECT_INIT (0, 0, (float) look->width, (float) look->height));
}

static void
draw_label (StudioGraphCanvas *canvas, GtkSnapshot *snapshot, guint node, const GdkRGBA *colour)
{
  const StudioGraphLook *look = &canvas->look;
  double x = look->scale * (double) canvas->scene->x[node] + look->tx,
         y = look->scale * (double) canvas->scene->y[node] + look->ty
             + studio_graph_look_radius (look, canvas->scene) + 3;
  g_autofree char *number = g_strdup_printf ("%u", node);
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (canvas), number);
  int width;

  pango_layout_get_pixel_size (layout, &width, NULL);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) (x - width / 2.), (float) y));
  gtk_snapshot_append_layout (snapshot, layout, colour);
  gtk_snapshot_restore (snapshot);
}

/* Numbers, where they are few enough to be read. */
static void
draw_labels (StudioGraphCanvas *canvas, GtkSnapshot *snapshot, const GdkRGBA *colour)
{
  const StudioGraphLook *look = &canvas->look;
  const StudioGraphScene *scene = canvas->scene;
  guint shown[LABELS], n = 0;

  if (studio_graph_look_radius (look, scene) >= LABEL_RADIUS)
    for (guint i = 0; i < scene->graph->n_nodes; i++)
      {
        double x = look->scale * (double) scene->x[i] + look->tx,
               y = look->scale * (double) scene->y[i] + look->ty;

        if (x < 0 || y < 0 || x > look->width || y > look->height)
          continue;
        if (n == LABELS)
          {
            n = 0;
            break;
          }
        shown[n++] = i;
      }
  for (guint i = 0; i < n; i++)
    draw_label (canvas, snapshot, shown[i], colour);
  if (n == 0 && look->selected >= 0)
    draw_label (canvas, snapshot, (guint) look->selected, colour);
}

static void
studio_graph_canvas_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  StudioGraphCanvas *canvas = STUDIO_GRAPH_CANVAS (widget);
  GtkStyleContext *style = gtk_widget_get_style_context (widget);
  GdkRGBA colour;

  if (canvas->scene == NULL || canvas->look.width < 4 || canvas->look.height < 4)
    return;
  gtk_style_context_get_color (style, &colour);
  canvas->look.ink[0] = colour.red;
  canvas->look.ink[1] = colour.green;
  canvas->look.ink[2] = colour.blue;
  canvas->look.pixels = gtk_widget_get_scale_factor (widget);
  gtk_snapshot_push_clip (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) canvas->look.width,
                                                         (float) canvas->look.height));
  draw_graph (canvas, snapshot);
  draw_labels (canvas, snapshot, &colour);
  gtk_snapshot_pop (snapshot);
  if (gtk_widget_has_visible_focus (widget))
    gtk_snapshot_render_focus (snapshot, style, 1, 1, canvas->look.width - 2,
                               canvas->look.height - 2);
}

static void
studio_graph_canvas_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  StudioGraphCanvas *canvas = STUDIO_GRAPH_CANVAS (widget);
  double dx = (width - canvas->look.width) / 2., dy = (height - canvas->look.height) / 2.;

  canvas->look.width = width;
  canvas->look.height = height;
  if (canvas->scene == NULL)
    return;
  if (canvas->fitted)
    studio_graph_look_fit (&canvas->look, canvas->scene);
  else
    {
      canvas->look.tx += dx;
      canvas->look.ty += dy;
    }
}

/* ---- the widget ---- */

GtkWidget *
studio_graph_canvas_new (void)
{
  return g_object_new (STUDIO_TYPE_GRAPH_CANVAS, NULL);
}

static void
studio_graph_canvas_class_init (StudioGraphCanvasClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  widget_class->snapshot = studio_graph_canvas_snapshot;
  widget_class->size_allocate = studio_graph_canvas_size_allocate;
  widget_class->query_tooltip = studio_graph_canvas_query_tooltip;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_set_css_name (widget_class, "graphcanvas");
  add_keys (widget_class);
  signals[SELECTED] = g_signal_new ("selected", STUDIO_TYPE_GRAPH_CANVAS, G_SIGNAL_RUN_LAST, 0,
                                    NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
}

static void
studio_graph_canvas_init (StudioGraphCanvas *canvas)
{
  GtkWidget *widget = GTK_WIDGET (canvas);
  GtkGesture *drag = gtk_gesture_drag_new (), *pinch = gtk_gesture_zoom_new ();
  GtkEventController *motion = gtk_event_controller_motion_new (),
                     *scroll
                     = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);

  canvas->look.selected = -1;
  canvas->look.pixels = 1;
  g_signal_connect_swapped (drag, "drag-begin", G_CALLBACK (on_drag_begin), canvas);
  g_signal_connect_swapped (drag, "drag-update", G_CALLBACK (on_drag_update), canvas);
  g_signal_connect_swapped (drag, "drag-end", G_CALLBACK (on_drag_end), canvas);
  g_signal_connect_swapped (pinch, "begin", G_CALLBACK (on_pinch_begin), canvas);
  g_signal_connect_swapped (pinch, "scale-changed", G_CALLBACK (on_pinch), canvas);
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (on_motion), canvas);
  g_signal_connect_swapped (scroll, "scroll", G_CALLBACK (on_scroll), canvas);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (pinch));
  gtk_widget_add_controller (widget, motion);
  gtk_widget_add_controller (widget, scroll);
  gtk_widget_set_focusable (widget, TRUE);
  gtk_widget_set_has_tooltip (widget, TRUE);
  gtk_widget_set_hexpand (widget, TRUE);
  gtk_widget_set_vexpand (widget, TRUE);
  describe (canvas);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Pointer, wheel and keys over a chart.
 */
#include "ui/desktop/chart-area-private.h"

#include "ui/desktop/actions.h"
#include <math.h>

#define CLICK 10 /* points that a click may be beside a curve */
#define STEP 1.25

/* ---- pointer ---- */

static void
set_cursor (StudioChartArea *area, double x, double y)
{
  AssayChartEntry entry;
  AssayChartBox box;
  const char *name = NULL;

  if (area->pans)
    name = "grabbing";
  else if (assay_chart_entry_at (area->chart, x, y, &entry)
           || (area->has_hit && hypot (area->hit.at_x - x, area->hit.at_y - y) <= CLICK))
    name = "pointer";
  else if (assay_chart_axes (area->chart) && assay_chart_panel_at (area->chart, x, y, &box))
    name = "crosshair";
  gtk_widget_set_cursor_from_name (GTK_WIDGET (area), name);
}

static void
on_motion (GtkEventControllerMotion *controller, double x, double y, StudioChartArea *area)
{
  if (area->chart == NULL)
    return;
  studio_chart_area_to_chart (area, &x, &y);
  area->inside = TRUE;
  area->at_x = x;
  area->at_y = y;
  if (area->has_band || area->pans)
    return;
  area->reads = FALSE;
  studio_chart_area_look (area, x, y);
  set_cursor (area, x, y);
}

static void
on_leave (GtkEventControllerMotion *controller, StudioChartArea *area)
{
  area->inside = FALSE;
  if (!area->reads && area->has_hit)
    studio_chart_area_set_hit (area, NULL);
}

/* All others are hidden, or, when they are, shown again. */
static void
show_only (AssayChart *chart, AssayChartEntry only)
{
  guint n = assay_chart_n_entries (chart), others = 0;
  AssayChartEntry entry;

  for (guint i = 0; i < n; i++)
    {
      assay_chart_entry (chart, i, &entry);
      others += entry.dash == only.dash && entry.level != only.level
                && !assay_chart_hides (chart, entry);
    }
  for (guint i = 0; i < n; i++)
    {
      assay_chart_entry (chart, i, &entry);
      if (entry.dash == only.dash)
        assay_chart_hide (chart, entry, others > 0 && entry.level != only.level);
    }
}

static void
toggle (StudioChartArea *area, AssayChartEntry entry, gboolean alone)
{
  if (alone)
    show_only (area->chart, entry);
  else
    assay_chart_hide (area->chart, entry, !assay_chart_hides (area->chart, entry));
  studio_chart_area_set_hit (area, NULL);
  studio_chart_area_changed (area);
  g_signal_emit_by_name (area, "looked");
}

static void
on_released (GtkGestureClick *gesture, int n_press, double x, double y, StudioChartArea *area)
{
  GdkModifierType held
      = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture));
  AssayChartEntry entry;

  if (area->chart == NULL)
    return;
  gtk_widget_grab_focus (GTK_WIDGET (area));
  studio_chart_area_to_chart (area, &x, &y);
  if (assay_chart_entry_at (area->chart, x, y, &entry))
    toggle (area, entry, (held & GDK_CONTROL_MASK) != 0);
  else if (n_press == 2)
    studio_chart_area_reset (area);
  else if (n_press == 1)
    {
      studio_chart_area_look (area, x, y);
      if (area->has_hit && hypot (area->hit.at_x - x, area->hit.at_y - y) <= CLICK)
        studio_chart_area_pick (area);
    }
}

static void
on_drag_begin (GtkGestureDrag *gesture, double x, double y, StudioChartArea *area)
{
  GdkModifierType held
      = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture));
  gboolean middle = gtk_gesture_single_get_current_button (GTK_GESTURE_SINGLE (gesture)) == 2;
  AssayChartBox box;

  if (area->chart == NULL)
    return;
  area->from_x = x;
  area->from_y = y;
  studio_chart_area_to_chart (area, &x, &y);
  area->pans = middle || held & GDK_CONTROL_MASK || !assay_chart_axes (area->chart);
  if (!area->pans && !assay_chart_panel_at (area->chart, x, y, &box))
    gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_DENIED);
}

static void
pan_to (StudioChartArea *area, double x, double y)
{
  studio_chart_area_move (area, (x - area->from_x) / area->text, (y - area->from_y) / area->text);
  area->from_x = x;
  area->from_y = y;
}

static void
band_to (StudioChartArea *area, double x, double y)
{
  double x0 = area->from_x, y0 = area->from_y;
  AssayChartBox box;

  studio_chart_area_to_chart (area, &x0, &y0);
  studio_chart_area_to_chart (area, &x, &y);
  if (!assay_chart_panel_at (area->chart, x0, y0, &box))
    return;
  x = CLAMP (x, box.x, box.x + box.width);
  y = CLAMP (y, box.y, box.y + box.height);
  area->band = (AssayChartBox){ MIN (x0, x), MIN (y0, y), fabs (x - x0), fabs (y - y0) };
  area->has_band = TRUE;
  gtk_widget_queue_draw (GTK_WIDGET (area));
}

static void
on_drag_update (GtkGestureDrag *gesture, double dx, double dy, StudioChartArea *area)
{
  double x, y;

  if (area->chart == NULL || (!area->has_band && !area->pans && hypot (dx, dy) < 6))
    return;
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  gtk_gesture_drag_get_start_point (gesture, &x, &y);
  if (area->pans)
    pan_to (area, x + dx, y + dy);
  else
    band_to (area, x + dx, y + dy);
}

static void
on_drag_end (GtkGestureDrag *gesture, double dx, double dy, StudioChartArea *area)
{
  gboolean band = area->has_band;

  area->has_band = area->pans = FALSE;
  if (area->chart != NULL && band)
    studio_chart_area_zoom_to (area, &area->band);
  gtk_widget_queue_draw (GTK_WIDGET (area));
}

static gboolean
on_scroll (GtkEventControllerScroll *controller, double dx, double dy, StudioChartArea *area)
{
  GdkModifierType held
      = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (controller));
  AssayChartAxes axes = ASSAY_CHART_X | ASSAY_CHART_Y;

  if (area->chart == NULL || !area->inside)
    return FALSE;
  /* A page of text scrolls; it grows with Ctrl only. */
  if (!assay_chart_axes (area->chart) && !(held & GDK_CONTROL_MASK) && area->grown <= 1)
    return FALSE;
  if (held & GDK_SHIFT_MASK)
    {
      axes = ASSAY_CHART_X;
      dy = dy != 0 ? dy : dx;
    }
  studio_chart_area_zoom_at (area, area->at_x, area->at_y, pow (STEP, -dy), axes);
  return TRUE;
}

static void
on_pinch (GtkGestureZoom *gesture, double scale, StudioChartArea *area)
{
  double x = area->at_x, y = area->at_y, factor = scale / area->from_x;

  if (!(factor > 0))
    return;
  if (gtk_gesture_is_recognized (GTK_GESTURE (gesture))
      && gtk_gesture_get_bounding_box_center (GTK_GESTURE (gesture), &x, &y))
    studio_chart_area_to_chart (area, &x, &y);
  area->from_x = scale;
  studio_chart_area_zoom_at (area, x, y, factor, ASSAY_CHART_X | ASSAY_CHART_Y);
}

static void
on_pinch_begin (GtkGesture *gesture, GdkEventSequence *sequence, StudioChartArea *area)
{
  area->from_x = 1;
}

/* ---- keys ---- */

/* The point that is read, in words for those who do not see the cross. */
static void
read_out (StudioChartArea *area)
{
  g_autofree char *place = assay_chart_hit_place (area->chart, &area->hit);
  g_autofree char *value = assay_chart_hit_value (area->chart, &area->hit);
  g_autofree char *text = g_strdup_printf (
      "%s, %s: %s", assay_chart_hit_name (area->chart, &area->hit), place, value);

  gtk_accessible_update_property (GTK_ACCESSIBLE (area), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text,
                                  -1);
}

static gboolean
read_next (StudioChartArea *area, int series, int points)
{
  AssayChartHit hit = area->hit;

  if (!area->reads || !area->has_hit)
    hit = (AssayChartHit){ .panel = G_MAXUINT };
  if (!assay_chart_hit_next (area->chart, &hit, series, points))
    return FALSE;
  area->reads = TRUE;
  studio_chart_area_set_hit (area, &hit);
  read_out (area);
  return TRUE;
}

static void
stop_reading (StudioChartArea *area)
{
  g_autofree char *text = assay_chart_describe (area->chart);

  area->reads = FALSE;
  studio_chart_area_set_hit (area, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (area), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text,
                                  -1);
}

static gboolean
hide_read (StudioChartArea *area)
{
  AssayChartEntry entry;

  if (!area->reads || !assay_chart_hit_entry (area->chart, &area->hit, &entry))
    return FALSE;
  toggle (area, entry, FALSE);
  area->reads = FALSE;
  return TRUE;
}

/* Left, right, up, down, in the order of the table's keys. */
static const struct
{
  int right, up;
} ways[] = { { -1, 0 }, { 1, 0 }, { 0, 1 }, { 0, -1 } };

static gboolean
on_move (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  int way;

  g_variant_get (arguments, "(i)", &way);
  studio_chart_area_pan (STUDIO_CHART_AREA (widget), ways[way].right * .1, ways[way].up * .1);
  return TRUE;
}

static gboolean
on_arrow (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  StudioChartArea *area = STUDIO_CHART_AREA (widget);
  int way;

  if (!area->reads)
    return on_move (widget, arguments, data);
  g_variant_get (arguments, "(i)", &way);
  read_next (area, -ways[way].up, ways[way].right);
  return TRUE;
}

static gboolean
on_next (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  StudioChartArea *area = STUDIO_CHART_AREA (widget);

  return area->chart != NULL && read_next (area, 1, 0);
}

static gboolean
on_previous (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  StudioChartArea *area = STUDIO_CHART_AREA (widget);

  return area->chart != NULL && area->reads && read_next (area, -1, 0);
}

static gboolean
on_hide (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  return hide_read (STUDIO_CHART_AREA (widget));
}

static gboolean
on_pick (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  StudioChartArea *area = STUDIO_CHART_AREA (widget);

  if (area->chart == NULL)
    return FALSE;
  studio_chart_area_pick (area);
  return area->has_hit;
}

static gboolean
on_stop (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  StudioChartArea *area = STUDIO_CHART_AREA (widget);

  if (area->chart == NULL || !area->has_hit)
    return FALSE;
  stop_reading (area);
  return TRUE;
}

static gboolean
on_zoom_in (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  studio_chart_area_zoom (STUDIO_CHART_AREA (widget), STEP);
  return TRUE;
}

static gboolean
on_zoom_out (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  studio_chart_area_zoom (STUDIO_CHART_AREA (widget), 1 / STEP);
  return TRUE;
}

static gboolean
on_reset (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  studio_chart_area_reset (STUDIO_CHART_AREA (widget));
  return TRUE;
}

void
studio_chart_area_bind_keys (GtkWidgetClass *class)
{
  static const StudioKeyHandler handlers[] = { { "chart.next", on_next },
                                               { "chart.previous", on_previous },
                                               { "chart.arrow", on_arrow },
                                               { "chart.move", on_move },
                                               { "chart.hide", on_hide },
                                               { "chart.pick", on_pick },
                                               { "chart.stop", on_stop },
                                               { "chart.zoom-in", on_zoom_in },
                                               { "chart.zoom-out", on_zoom_out },
                                               { "chart.reset", on_reset },
                                               { NULL } };

  studio_actions_bind (class, "chart.", handlers);
}

static void
on_focus_left (GtkEventControllerFocus *controller, StudioChartArea *area)
{
  if (area->chart != NULL && area->reads)
    stop_reading (area);
}

/* ---- all of it ---- */

static void
add (StudioChartArea *area, GtkEventController *controller)
{
  gtk_widget_add_controller (GTK_WIDGET (area), controller);
}

static void
add_drag (StudioChartArea *area, guint button)
{
  GtkGesture *drag = gtk_gesture_drag_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (drag), button);
  g_signal_connect (drag, "drag-begin", G_CALLBACK (on_drag_begin), area);
  g_signal_connect (drag, "drag-update", G_CALLBACK (on_drag_update), area);
  g_signal_connect (drag, "drag-end", G_CALLBACK (on_drag_end), area);
  add (area, GTK_EVENT_CONTROLLER (drag));
}

void
studio_chart_area_add_input (StudioChartArea *area)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *scroll
      = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  GtkEventController *focus = gtk_event_controller_focus_new ();
  GtkGesture *click = gtk_gesture_click_new (), *pinch = gtk_gesture_zoom_new ();

  g_signal_connect (motion, "motion", G_CALLBACK (on_motion), area);
  g_signal_connect (motion, "leave", G_CALLBACK (on_leave), area);
  g_signal_connect (scroll, "scroll", G_CALLBACK (on_scroll), area);
  g_signal_connect (focus, "leave", G_CALLBACK (on_focus_left), area);
  g_signal_connect (click, "released", G_CALLBACK (on_released), area);
  g_signal_connect (pinch, "begin", G_CALLBACK (on_pinch_begin), area);
  g_signal_connect (pinch, "scale-changed", G_CALLBACK (on_pinch), area);
  add (area, motion);
  add (area, scroll);
  add (area, focus);
  add (area, GTK_EVENT_CONTROLLER (click));
  add (area, GTK_EVENT_CONTROLLER (pinch));
  add_drag (area, GDK_BUTTON_PRIMARY);
  add_drag (area, GDK_BUTTON_MIDDLE);
}

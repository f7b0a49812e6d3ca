/* SPDX-License-Identifier: Apache-2.0
 *
 * A chart under the hand: every gesture by events of the X server, at places that are known from
 * the data.
 */
#include "../unit/chart/synthetic.h"
#include "desktop.h"
#include "pointer.h"
#include "ui/desktop/chart-area.h"

#include <math.h>
#include <string.h>

#define WIDTH 900
#define HEIGHT 560

static GtkWindow *window;
static StudioChartArea *area;

static AssayChart *
chart (void)
{
  return studio_chart_area_get_chart (area);
}

/* Shows a chart whole, with the pointer elsewhere; FALSE: the test is skipped. */
static gboolean
show (AssayChart *shown)
{
  if (!desktop_pointer_is_there ())
    {
      assay_chart_free (shown);
      return FALSE;
    }
  desktop_pointer_move (area, 2, 2);
  studio_chart_area_look_anew (area);
  studio_chart_area_set_chart (area, shown, NULL);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (area));
  return TRUE;
}

static gboolean
show_lines (void)
{
  return show (synthetic_chart (ASSAY_LINE, DATA_GOOD, 1));
}

/* Point @point of the line of rank @series, at step 500 (@point + 1). */
static AssayChartHit
place (guint series, guint point)
{
  AssayChartHit hit = { .panel = G_MAXUINT };

  for (guint i = 0; i <= series; i++)
    g_assert_true (assay_chart_hit_next (chart (), &hit, 1, 0));
  hit.point = 0;
  g_assert_true (assay_chart_hit_next (chart (), &hit, 0, (int) point));
  return hit;
}

static AssayChartBox
panel (void)
{
  AssayChartBox box;

  g_assert_true (assay_chart_panel (chart (), 0, &box));
  return box;
}

static AssayChartView
view (void)
{
  return assay_chart_get_view (chart ());
}

/* Steps that a pixel is wide while all is seen. */
static double
step_of_pixel (void)
{
  return 500 / (place (0, 1).at_x - place (0, 0).at_x);
}

static gboolean
reads (const char *text)
{
  g_autofree char *reading = studio_chart_area_reading (area);

  g_test_message ("%s", reading);
  return reading != NULL && strstr (reading, text) != NULL;
}

/* ---- reading ---- */

static void
the_point_under_the_pointer_is_read_to_the_pixel (void)
{
  AssayChartHit hit, next;
  double x, y;

  if (!show_lines ())
    return;
  hit = place (1, 30);
  next = place (1, 31);
  x = (hit.at_x + next.at_x) / 2;
  y = (hit.at_y + next.at_y) / 2;
  for (int off = -1; off <= 1; off++)
    {
      desktop_pointer_move (area, round (hit.at_x) + off, round (hit.at_y) - off);
      g_assert_true (reads ("Environment steps: 15,500\n"));
    }
  /* Half way to the next point it is left for that. */
  desktop_pointer_move (area, floor (x) - 1, y);
  g_assert_true (reads ("Environment steps: 15,500\n"));
  desktop_pointer_move (area, ceil (x) + 1, y);
  g_assert_true (reads ("Environment steps: 16,000\n"));
}

static void
first_and_last_point_are_read_and_nothing_beyond_the_edge (void)
{
  AssayChartBox box;
  AssayChartHit first, last;

  if (!show_lines ())
    return;
  box = panel ();
  first = place (0, 0);
  last = place (0, 59);
  desktop_pointer_move (area, first.at_x, first.at_y);
  g_assert_true (reads ("Environment steps: 500\n"));
  desktop_pointer_move (area, last.at_x + 1, last.at_y);
  g_assert_true (reads ("Environment steps: 30,000\n"));
  desktop_pointer_move (area, box.x + box.width + 6, last.at_y);
  g_assert_false (reads (""));
  desktop_pointer_move (area, first.at_x, box.y - 6);
  g_assert_false (reads (""));
  /* Far from all lines, but within the panel. */
  desktop_pointer_move (area, box.x + box.width / 2, box.y + box.height - 2);
  g_assert_false (reads (""));
}

static void
the_read_out_goes_when_the_pointer_leaves (void)
{
  AssayChartHit hit;

  if (!show_lines ())
    return;
  hit = place (2, 20);
  desktop_pointer_move (area, hit.at_x, hit.at_y);
  g_assert_true (reads ("tree backup: "));
  desktop_pointer_move (area, WIDTH + 300, HEIGHT + 200);
  g_assert_false (reads (""));
}

static void
what_is_missing_is_never_read (void)
{
  AssayChartBox box;

  if (!show (synthetic_chart (ASSAY_LINE, DATA_NAN, 1)))
    return;
  box = panel ();
  for (int i = 0; i < 12; i++)
    {
      g_autofree char *reading = NULL;

      studio_chart_area_point_at (area, box.x + box.width * i / 11,
                                  box.y + box.height * (i * 7 % 12) / 11);
      reading = studio_chart_area_reading (area);
      g_assert_true (reading == NULL || strstr (reading, "nan") == NULL);
    }
  desktop_pointer_move (area, place (0, 3).at_x, place (0, 3).at_y);
  g_assert_true (reads ("Environment steps: "));
  desktop_pointer_drag (area, box.x + 100, box.y + 20, box.x + 400, box.y + 200, 1, NULL);
  g_assert_true (studio_chart_area_is_zoomed (area));
}

/* ---- zooming ---- */

static void
a_drag_zooms_to_its_rectangle (void)
{
  AssayChartHit from, to;
  double pixel;

  if (!show_lines ())
    return;
  from = place (0, 9);
  to = place (3, 39);
  pixel = step_of_pixel ();
  desktop_pointer_drag (area, from.at_x, from.at_y, to.at_x, to.at_y, 1, NULL);
  g_assert_cmpfloat_with_epsilon (view ().x_from, 5000, pixel);
  g_assert_cmpfloat_with_epsilon (view ().x_to, 20000, pixel);
  g_assert_cmpfloat_with_epsilon (view ().y_to, from.y, .01);
  g_assert_cmpfloat_with_epsilon (view ().y_from, to.y, .01);
  /* What was at the corner is at the corner. */
  g_assert_cmpfloat_with_epsilon (place (0, 9).at_x, panel ().x, 4);
}

static void
a_drag_beyond_the_edge_ends_at_it (void)
{
  AssayChartBox box;
  AssayChartHit from;

  if (!show_lines ())
    return;
  box = panel ();
  from = place (0, 39);
  desktop_pointer_drag (area, from.at_x, box.y + 60, box.x + box.width + 400, box.y - 300, 1, NULL);
  g_assert_cmpfloat_with_epsilon (view ().x_from, 20000, step_of_pixel ());
  g_assert_cmpfloat (view ().x_to, >=, 30000);
  g_assert_cmpfloat (view ().x_to, <, 31500);
}

static void
a_flat_drag_zooms_along_one_axis_and_a_short_one_is_a_click (void)
{
  AssayChartBox box;

  if (!show_lines ())
    return;
  box = panel ();
  desktop_pointer_drag (area, box.x + 200, box.y + 50, box.x + 203, box.y + 53, 1, NULL);
  g_assert_false (studio_chart_area_is_zoomed (area));
  desktop_pointer_drag (area, box.x - 20, box.y + 50, box.x + 300, box.y + 200, 1, NULL);
  g_assert_false (studio_chart_area_is_zoomed (area));
  desktop_pointer_drag (area, box.x + 100, box.y + 50, box.x + 300, box.y + 55, 1, NULL);
  g_assert_cmpfloat (view ().x_from, <, view ().x_to);
  g_assert_cmpfloat (view ().y_from, ==, view ().y_to);
}

static void
the_wheel_zooms_around_the_pointer (void)
{
  AssayChartHit before, after;
  double whole;

  if (!show_lines ())
    return;
  before = place (1, 45);
  whole = panel ().width * step_of_pixel ();
  desktop_pointer_scroll (area, before.at_x, before.at_y, 2, NULL);
  after = place (1, 45);
  g_assert_cmpfloat_with_epsilon (view ().x_to - view ().x_from, whole / 1.5625, 20);
  g_assert_cmpfloat_with_epsilon (after.at_x, before.at_x, 1);
  g_assert_cmpfloat_with_epsilon (after.at_y, before.at_y, 1);
  desktop_pointer_scroll (area, before.at_x, before.at_y, -3, NULL);
  g_assert_false (studio_chart_area_is_zoomed (area));
  desktop_pointer_scroll (area, before.at_x, before.at_y, 2, "shift");
  g_assert_cmpfloat (view ().x_from, <, view ().x_to);
  g_assert_cmpfloat (view ().y_from, ==, view ().y_to);
}

static void
a_double_click_shows_all_again (void)
{
  AssayChartBox box;

  if (!show_lines ())
    return;
  box = panel ();
  studio_chart_area_zoom (area, 4);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (area));
  desktop_pointer_click (area, box.x + 30, box.y + box.height - 4, 1, 2);
  g_assert_false (studio_chart_area_is_zoomed (area));
}

static void
ctrl_and_the_middle_button_move_what_is_seen (void)
{
  static const struct
  {
    int button;
    const char *key;
  } ways[] = { { 1, "ctrl" }, { 2, NULL } };
  AssayChartHit before, after;

  if (!show_lines ())
    return;
  studio_chart_area_zoom (area, 4);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (area));
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      double width = view ().x_to - view ().x_from;

      before = place (1, 30);
      desktop_pointer_drag (area, 400, 200, 460, 230, ways[i].button, ways[i].key);
      after = place (1, 30);
      g_assert_cmpfloat_with_epsilon (after.at_x, before.at_x + 60, 1);
      g_assert_cmpfloat_with_epsilon (after.at_y, before.at_y + 30, 1);
      g_assert_cmpfloat_with_epsilon (view ().x_to - view ().x_from, width, 1e-6 * width);
    }
}

/* No server sends the touches of two fingers: the gesture tells what it would. */
static void
a_pinch_zooms (void)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (GTK_WIDGET (area));
  double whole;

  if (!show_lines ())
    return;
  whole = panel ().width * step_of_pixel ();
  desktop_pointer_move (area, 500, 250);
  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (!GTK_IS_GESTURE_ZOOM (controller))
        continue;
      g_signal_emit_by_name (controller, "begin", NULL);
      g_signal_emit_by_name (controller, "scale-changed", 1.5);
      g_signal_emit_by_name (controller, "scale-changed", 2.);
      g_signal_emit_by_name (controller, "scale-changed", 0.);
    }
  g_assert_cmpfloat_with_epsilon (view ().x_to - view ().x_from, whole / 2, 20);
}

/* ---- picking and hiding ---- */

static void
on_picked (StudioChartArea *from, const char *filter, const char *const *ids, gpointer picked)
{
  (*(guint *) picked)++;
}

static void
a_click_on_a_curve_picks_it_and_one_beside_it_does_not (void)
{
  AssayChartHit hit;
  guint picked = 0;
  gulong handler;

  if (!show_lines ())
    return;
  hit = place (0, 10);
  handler = g_signal_connect (area, "picked", G_CALLBACK (on_picked), &picked);
  desktop_pointer_click (area, hit.at_x, hit.at_y, 1, 1);
  g_assert_cmpuint (picked, ==, 1);
  desktop_pointer_click (area, hit.at_x, hit.at_y - 14, 1, 1);
  g_assert_cmpuint (picked, ==, 1);
  g_signal_handler_disconnect (area, handler);
}

static void
find_entry (guint level, double *x, double *y)
{
  AssayChartEntry entry;

  for (*y = 20; *y < 60; *y += 4)
    for (*x = 20; *x < WIDTH; *x += 4)
      if (assay_chart_entry_at (chart (), *x, *y, &entry) && entry.level == level)
        return;
  g_error ("level %u is not in the legend", level);
}

static guint
n_hidden (void)
{
  AssayChartEntry entry;
  guint n = 0;

  for (guint i = 0; i < assay_chart_n_entries (chart ()); i++)
    {
      assay_chart_entry (chart (), i, &entry);
      n += assay_chart_hides (chart (), entry);
    }
  return n;
}

static void
clicks_in_the_legend_hide_show_and_single_out (void)
{
  AssayChartEntry second = { FALSE, 1 };
  double x, y;

  if (!show_lines ())
    return;
  find_entry (1, &x, &y);
  desktop_pointer_click (area, x, y, 1, 1);
  g_assert_true (assay_chart_hides (chart (), second));
  g_assert_cmpuint (n_hidden (), ==, 1);
  desktop_pointer_click (area, x, y, 1, 1);
  g_assert_cmpuint (n_hidden (), ==, 0);
  desktop_pointer_click_with (area, x, y, "ctrl");
  g_assert_cmpuint (n_hidden (), ==, 3);
  g_assert_false (assay_chart_hides (chart (), second));
  desktop_pointer_click_with (area, x, y, "ctrl");
  g_assert_cmpuint (n_hidden (), ==, 0);
}

/* ---- without room, without a chart ---- */

static void
without_room_or_chart_nothing_is_done (void)
{
  g_autoptr (GtkWidget) nowhere = g_object_ref_sink (studio_chart_area_new ());
  StudioChartArea *odd = STUDIO_CHART_AREA (nowhere);
  g_autofree char *reading = NULL;

  for (int i = 0; i < 2; i++)
    {
      g_assert_false (studio_chart_area_point_at (odd, 0, 0));
      studio_chart_area_zoom (odd, 2);
      studio_chart_area_pan (odd, .1, .1);
      studio_chart_area_reset (odd);
      reading = studio_chart_area_reading (odd);
      g_assert_null (reading);
      g_assert_false (studio_chart_area_is_zoomed (odd));
      studio_chart_area_set_chart (odd, synthetic_chart (ASSAY_LINE, DATA_GOOD, 1), NULL);
    }
  /* A figure of one sentence. */
  if (!show (synthetic_chart (ASSAY_LINE, DATA_EMPTY, 1)))
    return;
  desktop_pointer_drag (area, 100, 100, 300, 300, 1, NULL);
  desktop_pointer_click (area, 100, 100, 1, 2);
  g_assert_false (reads (""));
}

static void
open_window (void)
{
  window = GTK_WINDOW (gtk_window_new ());
  area = STUDIO_CHART_AREA (studio_chart_area_new ());
  gtk_window_set_child (window, GTK_WIDGET (area));
  gtk_window_set_default_size (window, WIDTH, HEIGHT);
  gtk_window_present (window);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (area));
}

int
main (int argc, char **argv)
{
  int failed;

  desktop_test_init (&argc, &argv);
  open_window ();
#define ADD(name, function) g_test_add_func ("/desktop/chart-pointer/" name, function)
  ADD ("the-point-under-the-pointer-is-read-to-the-pixel",
       the_point_under_the_pointer_is_read_to_the_pixel);
  ADD ("first-and-last-point-are-read-and-nothing-beyond-the-edge",
       first_and_last_point_are_read_and_nothing_beyond_the_edge);
  ADD ("the-read-out-goes-when-the-pointer-leaves", the_read_out_goes_when_the_pointer_leaves);
  ADD ("what-is-missing-is-never-read", what_is_missing_is_never_read);
  ADD ("a-drag-zooms-to-its-rectangle", a_drag_zooms_to_its_rectangle);
  ADD ("a-drag-beyond-the-edge-ends-at-it", a_drag_beyond_the_edge_ends_at_it);
  ADD ("a-flat-drag-zooms-along-one-axis-and-a-short-one-is-a-click",
       a_flat_drag_zooms_along_one_axis_and_a_short_one_is_a_click);
  ADD ("the-wheel-zooms-around-the-pointer", the_wheel_zooms_around_the_pointer);
  ADD ("a-double-click-shows-all-again", a_double_click_shows_all_again);
  ADD ("ctrl-and-the-middle-button-move-what-is-seen",
       ctrl_and_the_middle_button_move_what_is_seen);
  ADD ("a-pinch-zooms", a_pinch_zooms);
  ADD ("a-click-on-a-curve-picks-it-and-one-beside-it-does-not",
       a_click_on_a_curve_picks_it_and_one_beside_it_does_not);
  ADD ("clicks-in-the-legend-hide-show-and-single-out",
       clicks_in_the_legend_hide_show_and_single_out);
  ADD ("without-room-or-chart-nothing-is-done", without_room_or_chart_nothing_is_done);
  failed = g_test_run ();
  gtk_window_destroy (window);
  desktop_test_settle ();
  return failed;
}

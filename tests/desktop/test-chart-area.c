/* SPDX-License-Identifier: Apache-2.0 */
#include "../unit/chart/synthetic.h"
#include "desktop.h"
#include "ui/desktop/chart-area.h"

#include <math.h>
#include <string.h>

static GtkWindow *window;
static StudioChartArea *area;

static void
open_chart (AssayChart *chart, int width, int height)
{
  window = GTK_WINDOW (gtk_window_new ());
  area = STUDIO_CHART_AREA (studio_chart_area_new ());
  studio_chart_area_set_chart (area, chart, NULL);
  gtk_window_set_child (window, GTK_WIDGET (area));
  gtk_window_set_default_size (window, width, height);
  gtk_window_present (window);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (area));
}

static void
close_chart (void)
{
  gtk_window_destroy (window);
  desktop_test_settle ();
}

static AssayChart *
chart (void)
{
  return studio_chart_area_get_chart (area);
}

/* Pixels of a point of a series. */
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

static void
a_pointer_reads_all_series_at_its_place (void)
{
  AssayChartHit hit;
  g_autofree char *text = NULL;

  open_chart (synthetic_chart (ASSAY_LINE, DATA_GOOD, 1), 900, 560);
  hit = place (1, 30);
  g_assert_true (studio_chart_area_point_at (area, hit.at_x + 2, hit.at_y - 2));
  text = studio_chart_area_reading (area);
  g_test_message ("%s", text);
  g_assert_true (g_str_has_prefix (text, "Environment steps: 15,500\n"));
  g_assert_nonnull (strstr (text, "n-step (tuned): "));
  g_assert_nonnull (strstr (text, "], n = 3"));
  g_assert_nonnull (strstr (text, "one-step: "));
  desktop_test_settle ();
  desktop_test_picture (GTK_WIDGET (area), "chart-reading");
  g_assert_false (studio_chart_area_point_at (area, 3, 3));
  close_chart ();
}

static void
zooming_shows_a_part_and_panning_moves_it (void)
{
  AssayChartHit hit;
  AssayChartView view;

  open_chart (synthetic_chart (ASSAY_LINE, DATA_GOOD, 1), 900, 560);
  g_assert_false (studio_chart_area_is_zoomed (area));
  studio_chart_area_zoom (area, 4);
  g_assert_true (studio_chart_area_is_zoomed (area));
  view = assay_chart_get_view (chart ());
  g_assert_cmpfloat_with_epsilon (view.x_to - view.x_from, 30000 * 1.03 / 4, 400);
  hit = place (0, 30);
  studio_chart_area_pan (area, .5, 0);
  desktop_test_settle ();
  g_assert_cmpfloat (place (0, 30).at_x, <, hit.at_x - 100);
  desktop_test_picture (GTK_WIDGET (area), "chart-zoomed");
  studio_chart_area_reset (area);
  g_assert_false (studio_chart_area_is_zoomed (area));
  close_chart ();
}

static void
a_hidden_level_is_gone_and_the_axes_fit_the_rest (void)
{
  AssayChartEntry entry, first;
  AssayChartHit before, after;

  open_chart (synthetic_chart (ASSAY_LINE, DATA_GOOD, 1), 900, 560);
  g_assert_cmpuint (assay_chart_n_entries (chart ()), ==, 4);
  g_assert_cmpstr (assay_chart_entry (chart (), 0, &first), ==, "graph backup");
  before = place (3, 50);
  assay_chart_hide (chart (), first, TRUE);
  studio_chart_area_changed (area);
  desktop_test_settle ();
  after = place (2, 50);
  g_assert_cmpuint (after.series, ==, 3);
  /* The highest is gone: what is left reaches further up. */
  g_assert_cmpfloat (after.at_y, <, before.at_y - 10);
  desktop_test_picture (GTK_WIDGET (area), "chart-hidden");
  /* The legend itself can be pointed at. */
  g_assert_false (assay_chart_entry_at (chart (), 1, 1, &entry));
  for (double x = 20; x < 880; x += 4)
    if (assay_chart_entry_at (chart (), x, 40, &entry) && entry.level == 0)
      {
        g_assert_true (assay_chart_hides (chart (), entry));
        close_chart ();
        return;
      }
  g_assert_not_reached ();
}

static void
new_data_keep_what_is_looked_at (void)
{
  AssayChartEntry entry;
  AssayChartView view, later;

  open_chart (synthetic_chart (ASSAY_LINE, DATA_GOOD, 1), 900, 560);
  studio_chart_area_zoom (area, 3);
  assay_chart_entry (chart (), 2, &entry);
  assay_chart_hide (chart (), entry, TRUE);
  view = assay_chart_get_view (chart ());
  studio_chart_area_set_chart (area, synthetic_chart (ASSAY_LINE, DATA_GOOD, 1), NULL);
  later = assay_chart_get_view (chart ());
  g_assert_cmpmem (&view, sizeof view, &later, sizeof later);
  g_assert_true (assay_chart_hides (chart (), entry));
  close_chart ();
}

static void
text_and_graphs_are_made_larger_instead (void)
{
  open_chart (synthetic_chart (ASSAY_SAMPLES, DATA_GOOD, 1), 700, 500);
  studio_chart_area_zoom (area, 2);
  g_assert_true (studio_chart_area_is_zoomed (area));
  desktop_test_settle ();
  desktop_test_picture (GTK_WIDGET (area), "chart-samples-larger");
  close_chart ();
}

/* On a telephone with letters half as large again the box of values is still whole. */
static void
read_in_large_letters (void)
{
  AssayChartHit hit;

  desktop_test_text_scale (1.5);
  open_chart (synthetic_chart (ASSAY_LINE, DATA_GOOD, 1), 360, 560);
  desktop_test_settle ();
  hit = place (1, 30);
  g_assert_true (studio_chart_area_point_at (area, 1.5 * hit.at_x, 1.5 * hit.at_y));
  desktop_test_picture (GTK_WIDGET (area), "chart-narrow-large");
  close_chart ();
  desktop_test_text_scale (1);
}

static void
every_mark_is_drawn_on_dark_and_in_narrow_windows (void)
{
  AdwStyleManager *style = adw_style_manager_get_default ();

  adw_style_manager_set_color_scheme (style, ADW_COLOR_SCHEME_FORCE_DARK);
  for (guint32 mark = 0; mark < ASSAY_N_MARKS; mark++)
    {
      g_autofree char *name = g_strdup_printf ("chart-dark-%02u", mark);

      if (mark == ASSAY_GRAPH)
        continue;
      open_chart (synthetic_chart (mark, DATA_GOOD, 1), 760, 480);
      desktop_test_settle ();
      desktop_test_picture (GTK_WIDGET (area), name);
      close_chart ();
    }
  adw_style_manager_set_color_scheme (style, ADW_COLOR_SCHEME_FORCE_LIGHT);
  open_chart (synthetic_chart (ASSAY_LINE, DATA_GOOD, 1), 360, 480);
  desktop_test_settle ();
  desktop_test_picture (GTK_WIDGET (area), "chart-narrow");
  close_chart ();
  read_in_large_letters ();
  adw_style_manager_set_color_scheme (style, ADW_COLOR_SCHEME_DEFAULT);
}

static void
press (const char *key)
{
  g_assert_true (desktop_test_press (area, key));
}

static void
on_picked (StudioChartArea *from, const char *filter, const char *const *ids, gpointer picked)
{
  (*(guint *) picked)++;
}

static void
the_keyboard_reads_hides_and_picks (void)
{
  g_autofree char *first = NULL, *second = NULL, *next = NULL, *none = NULL;
  guint picked = 0;
  AssayChartEntry entry = { 0 };

  open_chart (synthetic_chart (ASSAY_LINE, DATA_GOOD, 1), 900, 560);
  g_signal_connect (area, "picked", G_CALLBACK (on_picked), &picked);
  press ("Tab");
  first = studio_chart_area_reading (area);
  gtk_test_accessible_assert_role (GTK_ACCESSIBLE (area), GTK_ACCESSIBLE_ROLE_IMG);
  gtk_test_accessible_assert_property (
      GTK_ACCESSIBLE (area), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
      "graph backup, Environment steps: 30,000: 0.998 [0.938, 1.06], n = 3");
  press ("Left");
  next = studio_chart_area_reading (area);
  g_assert_cmpstr (first, !=, next);
  g_assert_false (studio_chart_area_is_zoomed (area));
  press ("Return");
  g_assert_cmpuint (picked, ==, 1);
  press ("space");
  g_assert_true (assay_chart_hides (chart (), entry));
  press ("Tab");
  second = studio_chart_area_reading (area);
  g_assert_null (strstr (second, "graph backup"));
  press ("Escape");
  none = studio_chart_area_reading (area);
  g_assert_null (none);
  press ("plus");
  g_assert_true (studio_chart_area_is_zoomed (area));
  press ("0");
  g_assert_false (studio_chart_area_is_zoomed (area));
  close_chart ();
}

int
main (int argc, char **argv)
{
  desktop_test_init (&argc, &argv);
  g_test_add_func ("/desktop/chart-area/a-pointer-reads-all-series-at-its-place",
                   a_pointer_reads_all_series_at_its_place);
  g_test_add_func ("/desktop/chart-area/zooming-shows-a-part-and-panning-moves-it",
                   zooming_shows_a_part_and_panning_moves_it);
  g_test_add_func ("/desktop/chart-area/a-hidden-level-is-gone-and-the-axes-fit-the-rest",
                   a_hidden_level_is_gone_and_the_axes_fit_the_rest);
  g_test_add_func ("/desktop/chart-area/new-data-keep-what-is-looked-at",
                   new_data_keep_what_is_looked_at);
  g_test_add_func ("/desktop/chart-area/text-and-graphs-are-made-larger-instead",
                   text_and_graphs_are_made_larger_instead);
  g_test_add_func ("/desktop/chart-area/the-keyboard-reads-hides-and-picks",
                   the_keyboard_reads_hides_and_picks);
  g_test_add_func ("/desktop/chart-area/every-mark-is-drawn-on-dark-and-in-narrow-windows",
                   every_mark_is_drawn_on_dark_and_in_narrow_windows);
  return g_test_run ();
}

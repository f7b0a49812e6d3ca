/* SPDX-License-Identifier: Apache-2.0
 *
 * A graph under the hand: events of the X server.
 */
#include "graph-tests.h"
#include "pointer.h"

#include "host/chart/scale.h"
#include <math.h>

static const char *workspace;

/* Where a node is seen, in pixels of the canvas. */
static graphene_point_t
place_of (StudioGraphCanvas *canvas, guint node)
{
  const StudioGraphLook *look = studio_graph_canvas_look (canvas);
  const StudioGraphScene *scene = studio_graph_canvas_scene (canvas);

  return GRAPHENE_POINT_INIT ((float) (look->scale * (double) scene->x[node] + look->tx),
                              (float) (look->scale * (double) scene->y[node] + look->ty));
}

/* A node far from all others, which has a picture and neighbours. */
static guint
lone_node (StudioGraphCanvas *canvas)
{
  const StudioGraphScene *scene = studio_graph_canvas_scene (canvas);
  const StudioGraphLook *look = studio_graph_canvas_look (canvas);

  for (guint i = 0; i < scene->graph->n_nodes; i++)
    {
      double reach = 40 / look->scale;
      gboolean alone
          = scene->graph->picture_of[i] >= 0 && scene->link_start[i + 1] > scene->link_start[i];

      for (guint k = 0; k < scene->graph->n_nodes && alone; k++)
        alone
            = k == i
              || hypot ((double) (scene->x[i] - scene->x[k]), (double) (scene->y[i] - scene->y[k]))
                     > reach;
      if (alone)
        return i;
    }
  g_error ("no node stands alone");
}

static void
assert_details (GtkWidget *view, const StudioGraphScene *scene, guint node)
{
  GtkWidget *details = desktop_test_find (view, GTK_TYPE_SCROLLED_WINDOW, "details");
  const AssayGraphColumn *value = assay_graph_node_column (scene->graph, "value");
  g_autofree char *title = g_strdup_printf ("Node %u", node),
                  *number = chart_number (value->numbers[node]), *out = NULL;
  guint n = 0;

  for (guint i = scene->link_start[node]; i < scene->link_start[node + 1]; i++)
    n += scene->links[i].out;
  out = g_strdup_printf ("Leads to %u", n);
  g_assert_nonnull (desktop_test_find (details, GTK_TYPE_LABEL, title));
  g_assert_nonnull (desktop_test_find (details, GTK_TYPE_PICTURE, NULL));
  g_assert_nonnull (desktop_test_find (details, GTK_TYPE_LABEL, number));
  g_assert_nonnull (desktop_test_find (details, GTK_TYPE_LABEL, out));
}

static void
a_click_on_a_node_shows_its_picture_numbers_and_neighbours (void)
{
  StudioWindow *window = desktop_test_open_workspace (workspace);
  GtkWidget *view = graph_open (window, workspace, "graph"), *link;
  StudioGraphCanvas *canvas = graph_canvas (view);
  guint node = lone_node (canvas);
  graphene_point_t at = place_of (canvas, node);
  int neighbour;

  if (!desktop_pointer_is_there ())
    {
      desktop_test_close (window);
      return;
    }
  desktop_pointer_click (canvas, (double) at.x + 1, (double) at.y - 1, 1, 1);
  g_assert_cmpint (studio_graph_canvas_look (canvas)->selected, ==, node);
  assert_details (view, studio_graph_canvas_scene (canvas), node);
  desktop_test_picture (GTK_WIDGET (artifacts_window ()), "graph-clicked");
  /* Its neighbours lead on. */
  link = desktop_test_find (desktop_test_find (view, GTK_TYPE_SCROLLED_WINDOW, "details"),
                            GTK_TYPE_BUTTON, NULL);
  neighbour = g_variant_get_int32 (gtk_actionable_get_action_target_value (GTK_ACTIONABLE (link)));
  g_signal_emit_by_name (link, "clicked");
  g_assert_cmpint (studio_graph_canvas_look (canvas)->selected, ==, neighbour);
  /* Beside it there is none. */
  at = place_of (canvas, node);
  desktop_pointer_click (canvas, (double) at.x, (double) at.y + 20, 1, 1);
  g_assert_cmpint (studio_graph_canvas_look (canvas)->selected, ==, -1);
  desktop_test_close (window);
}

static void
pinch (StudioGraphCanvas *canvas, double factor)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (GTK_WIDGET (canvas));

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (!GTK_IS_GESTURE_ZOOM (controller))
        continue;
      g_signal_emit_by_name (controller, "begin", NULL);
      g_signal_emit_by_name (controller, "scale-changed", factor);
    }
}

static void
a_drag_moves_the_graph_and_the_wheel_zooms_at_the_pointer (void)
{
  StudioWindow *window = desktop_test_open_workspace (workspace);
  GtkWidget *view = graph_open (window, workspace, "graph");
  StudioGraphCanvas *canvas = graph_canvas (view);
  const StudioGraphLook *look = studio_graph_canvas_look (canvas);
  graphene_point_t before = place_of (canvas, 7), after;
  double scale = look->scale;

  if (!desktop_pointer_is_there ())
    {
      desktop_test_close (window);
      return;
    }
  desktop_pointer_drag (canvas, 200, 200, 317, 144, 1, NULL);
  after = place_of (canvas, 7);
  g_assert_cmpfloat_with_epsilon (after.x, before.x + 117, .5);
  g_assert_cmpfloat_with_epsilon (after.y, before.y - 56, .5);
  g_assert_cmpint (look->selected, ==, -1);
  before = after;
  desktop_pointer_scroll (canvas, round ((double) before.x), round ((double) before.y), 3, NULL);
  after = place_of (canvas, 7);
  g_assert_cmpfloat_with_epsilon (look->scale, scale * 1.953125, 1e-6);
  g_assert_cmpfloat_with_epsilon (after.x, before.x, 1);
  g_assert_cmpfloat_with_epsilon (after.y, before.y, 1);
  pinch (canvas, 2);
  g_assert_cmpfloat_with_epsilon (look->scale, scale * 2 * 1.953125, 1e-6);
  desktop_pointer_scroll (canvas, 100, 100, -40, NULL);
  g_assert_cmpfloat (look->scale, >, scale / 5);
  gtk_widget_activate_action (view, "graph.fit", NULL);
  g_assert_cmpfloat_with_epsilon (look->scale, scale, 1e-9);
  desktop_test_close (window);
}

static void
the_legend_tells_column_and_range (void)
{
  StudioWindow *window = desktop_test_open_workspace (workspace);
  GtkWidget *view = graph_open (window, workspace, "graph"),
            *legend = desktop_test_find (view, GTK_TYPE_BOX, "legend");
  GtkDropDown *column = GTK_DROP_DOWN (desktop_test_find (view, GTK_TYPE_DROP_DOWN, "column"));
  const StudioGraphLook *look = studio_graph_canvas_look (graph_canvas (view));
  static const char *const ids[] = { "value", "change" };

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autofree char *lo = NULL, *hi = NULL;

      gtk_drop_down_set_selected (column, i + 1);
      lo = chart_number (look->lo);
      hi = chart_number (look->hi);
      g_assert_cmpstr (look->column->id, ==, ids[i]);
      g_assert_true (gtk_widget_get_visible (legend));
      g_assert_nonnull (desktop_test_find (legend, GTK_TYPE_LABEL, ids[i]));
      g_assert_nonnull (desktop_test_find (legend, GTK_TYPE_LABEL, lo));
      g_assert_nonnull (desktop_test_find (legend, GTK_TYPE_LABEL, hi));
    }
  desktop_test_picture (GTK_WIDGET (artifacts_window ()), "graph-change");
  gtk_drop_down_set_selected (column, 0);
  g_assert_null (look->column);
  g_assert_false (gtk_widget_get_visible (legend));
  desktop_test_close (window);
}

void
graph_add_hand_tests (const char *path)
{
  workspace = path;
#define ADD(name, function) g_test_add_func ("/desktop/graph/" name, function)
  ADD ("a-click-on-a-node-shows-its-picture-numbers-and-neighbours",
       a_click_on_a_node_shows_its_picture_numbers_and_neighbours);
  ADD ("a-drag-moves-the-graph-and-the-wheel-zooms-at-the-pointer",
       a_drag_moves_the_graph_and_the_wheel_zooms_at_the_pointer);
  ADD ("the-legend-tells-column-and-range", the_legend_tells_column_and_range);
}

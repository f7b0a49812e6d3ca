/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/graph-view.h"

#include "host/chart/scale.h"
#include "host/chart/style.h"
#include "ui/desktop/actions.h"
#include "ui/desktop/file-dialog.h"
#include "ui/desktop/flow.h"
#include "ui/desktop/graph-canvas.h"
#include "ui/desktop/graph-export.h"
#include "ui/desktop/graph-node.h"
#include "ui/desktop/task.h"
#include "ui/desktop/width-bin.h"
#include <math.h>

#define SECONDS 120 /* that Graphviz may take; one can cancel it sooner */
#define ZOOM 1.25

struct _StudioGraphView
{
  AdwBin parent_instance;
  char *folder, *name;
  GCancellable *cancellable; /* of what is under way; NULL: nothing */
  StudioGraphScene *scene;   /* NULL: not laid out yet */
  GPtrArray *columns;        /* const AssayGraphColumn *: those with numbers */
  gboolean filling;
  AdwToastOverlay *toasts;
  GtkStack *states;
  GtkLabel *doing, *size, *legend_title, *legend_lo, *legend_hi;
  AdwStatusPage *problem;
  GtkButton *again;
  GtkWidget *problem_export, *legend, *legend_bar;
  GtkDropDown *column, *engine;
  GtkEditable *find;
  AdwFlap *flap;
  StudioWidthBin *width;
  StudioGraphCanvas *canvas;
  GtkScrolledWindow *details;
};

G_DEFINE_FINAL_TYPE (StudioGraphView, studio_graph_view, ADW_TYPE_BIN)

/* In the order of the drop-down. */
static const struct
{
  const char *engine, *title;
} engines[] = { { "twopi", "rings" }, { "sfdp", "springs" } };

static void layout (StudioGraphView *view, AssayGraphData *graph);

static guint
engine_of (StudioGraphView *view)
{
  return MIN (gtk_drop_down_get_selected (view->engine), G_N_ELEMENTS (engines) - 1);
}

/* ---- states ---- */

static void
wait (StudioGraphView *view, const char *doing)
{
  gtk_label_set_text (view->doing, doing);
  gtk_stack_set_visible_child_name (view->states, "waiting");
}

static void
fail (StudioGraphView *view, const char *title, const char *why, gboolean exportable)
{
  g_autofree char *markup = g_markup_escape_text (why, -1);
  g_autofree char *label = exportable
                               ? g_strdup_printf ("Try %s", engines[1 - engine_of (view)].title)
                               : g_strdup ("Try Again");

  adw_status_page_set_title (view->problem, title);
  adw_status_page_set_description (view->problem, markup);
  gtk_button_set_label (view->again, label);
  gtk_widget_set_visible (view->problem_export, exportable);
  gtk_stack_set_visible_child_name (view->states, "problem");
}

/* ---- the legend ---- */

static void
draw_legend (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
  StudioGraphView *view = data;
  const StudioGraphLook *look = studio_graph_canvas_look (view->canvas);

  for (int i = 0; i < width; i++)
    {
      float rgb[3];

      studio_graph_look_colour (look, look->lo + (i + .5) / width * (look->hi - look->lo), rgb);
      cairo_set_source_rgb (cr, (double) rgb[0], (double) rgb[1], (double) rgb[2]);
      cairo_rectangle (cr, i, 0, 1, height);
      cairo_fill (cr);
    }
}

static void
show_legend (StudioGraphView *view)
{
  const StudioGraphLook *look = studio_graph_canvas_look (view->canvas);
  g_autofree char *lo = chart_number (look->lo), *hi = chart_number (look->hi), *title = NULL,
                  *words = NULL;

  /* Where there is little room it is for the graph. */
  gtk_widget_set_visible (view->legend, look->column != NULL && look->lo <= look->hi
                                            && !(studio_width_bin_is_narrow (view->width)
                                                 && adw_flap_get_reveal_flap (view->flap)));
  if (look->column == NULL)
    return;
  title = chart_clean (look->column->id, 40);
  words = g_strdup_printf ("Colors: %s from %s to %s%s", title, lo, hi,
                           look->diverging ? ", zero in the middle" : "");
  gtk_label_set_text (view->legend_title, title);
  gtk_label_set_text (view->legend_lo, lo);
  gtk_label_set_text (view->legend_hi, hi);
  gtk_accessible_update_property (GTK_ACCESSIBLE (view->legend_bar), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  words, -1);
  gtk_widget_queue_draw (view->legend_bar);
}

/* ---- what is shown ---- */

static void
on_column (StudioGraphView *view)
{
  guint i = gtk_drop_down_get_selected (view->column);

  if (view->filling)
    return;
  studio_graph_canvas_set_column (
      view->canvas, i > 0 && i <= view->columns->len ? view->columns->pdata[i - 1] : NULL);
  show_legend (view);
}

static void
fill_columns (StudioGraphView *view)
{
  const AssayGraphData *graph = view->scene->graph;
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);

  g_ptr_array_set_size (view->columns, 0);
  gtk_string_list_append (titles, "One color");
  for (guint i = 0; i < graph->node_columns->len; i++)
    {
      AssayGraphColumn *column = graph->node_columns->pdata[i];
      g_autofree char *title = chart_clean (column->id, 40), *words = NULL;

      if (column->numbers == NULL)
        continue;
      words = g_strdup_printf ("Color by %s", title);
      gtk_string_list_append (titles, words);
      g_ptr_array_add (view->columns, column);
    }
  view->filling = TRUE;
  gtk_drop_down_set_model (view->column, G_LIST_MODEL (titles));
  gtk_drop_down_set_selected (view->column, view->columns->len > 0 ? 1 : 0);
  view->filling = FALSE;
  on_column (view);
}

static void
show_graph (StudioGraphView *view, AssayGraphData *graph)
{
  g_autofree char *nodes = chart_fixed (graph->n_nodes, 0),
                  *edges = chart_fixed (graph->n_edges, 0),
                  *words = g_strdup_printf ("%s nodes, %s edges", nodes, edges);

  studio_graph_canvas_set_scene (view->canvas, NULL);
  g_clear_pointer (&view->scene, studio_graph_scene_free);
  view->scene = studio_graph_scene_new (graph);
  gtk_label_set_text (view->size, words);
  studio_graph_canvas_set_scene (view->canvas, view->scene);
  fill_columns (view);
  gtk_stack_set_visible_child_name (view->states, "graph");
  gtk_widget_grab_focus (GTK_WIDGET (view->canvas));
}

static void
on_selected (StudioGraphView *view, int node)
{
  adw_flap_set_reveal_flap (view->flap, node >= 0);
  gtk_scrolled_window_set_child (
      view->details, node >= 0 ? studio_graph_node_new (view->scene, (guint) node) : NULL);
  show_legend (view);
}

/* A pane beside the graph, or where that is narrow below it. */
static void
on_narrow (StudioGraphView *view)
{
  gboolean narrow = studio_width_bin_is_narrow (view->width);

  gtk_orientable_set_orientation (GTK_ORIENTABLE (view->flap),
                                  narrow ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL);
  gtk_widget_set_size_request (GTK_WIDGET (view->details), narrow ? -1 : 280, narrow ? 240 : -1);
  gtk_widget_set_visible (GTK_WIDGET (view->size), !narrow);
  show_legend (view);
}

static void
on_find (StudioGraphView *view)
{
  guint64 node;

  if (view->scene == NULL)
    return;
  if (g_ascii_string_to_unsigned (gtk_editable_get_text (view->find), 10, 0,
                                  MAX (view->scene->graph->n_nodes, 1) - 1, &node, NULL))
    {
      gtk_widget_remove_css_class (GTK_WIDGET (view->find), "error");
      studio_graph_canvas_select (view->canvas, (int) node, TRUE);
    }
  else
    {
      g_autofree char *words
          = g_strdup_printf ("Nodes have numbers from 0 to %u", view->scene->graph->n_nodes - 1);

      gtk_widget_add_css_class (GTK_WIDGET (view->find), "error");
      adw_toast_overlay_add_toast (view->toasts, adw_toast_new (words));
    }
}

/* ---- reading and laying out ---- */

typedef struct
{
  char *folder, *name, *engine;
  AssayGraphData *graph; /* to be laid out */
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  g_clear_pointer (&job->graph, assay_graph_free);
  g_free (job->folder);
  g_free (job->name);
  g_free (job->engine);
  g_free (job);
}

static void
start (StudioGraphView *view, AssayGraphData *graph, GTaskThreadFunc work,
       GAsyncReadyCallback answer)
{
  Job *job = g_new0 (Job, 1);
  g_autoptr (GTask) task = NULL;

  g_clear_object (&view->cancellable);
  view->cancellable = g_cancellable_new ();
  *job = (Job){ g_strdup (view->folder), g_strdup (view->name),
                g_strdup (engines[engine_of (view)].engine), graph };
  task = g_task_new (view, view->cancellable, answer, NULL);
  g_task_set_task_data (task, job, job_free);
  studio_task_run (task, work);
}

static void
read_graph (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Job *job = data;
  GError *error = NULL;
  AssayGraphData *graph = assay_graph_load (job->folder, job->name, &error);

  if (graph != NULL)
    g_task_return_pointer (task, graph, (GDestroyNotify) assay_graph_free);
  else
    g_task_return_error (task, error);
}

static void
on_read (GObject *object, GAsyncResult *result, gpointer data)
{
  StudioGraphView *view = STUDIO_GRAPH_VIEW (object);
  g_autoptr (GError) error = NULL;
  AssayGraphData *graph = g_task_propagate_pointer (G_TASK (result), &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (graph != NULL)
    layout (view, graph);
  else
    fail (view, "The graph cannot be read", error->message, FALSE);
}

static void
lay_out (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  GError *error = NULL;

  if (assay_graph_layout (job->graph, job->engine, SECONDS, cancellable, &error))
    g_task_return_pointer (task, g_steal_pointer (&job->graph), (GDestroyNotify) assay_graph_free);
  else
    g_task_return_error (task, error);
}

static void
on_laid_out (GObject *object, GAsyncResult *result, gpointer data)
{
  StudioGraphView *view = STUDIO_GRAPH_VIEW (object);
  g_autoptr (GError) error = NULL;
  AssayGraphData *graph = g_task_propagate_pointer (G_TASK (result), &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (graph != NULL)
    show_graph (view, graph);
  else
    fail (view, "The graph cannot be laid out", error->message, TRUE);
}

static void
layout (StudioGraphView *view, AssayGraphData *graph)
{
  g_autofree char *nodes = chart_fixed (graph->n_nodes, 0),
                  *edges = chart_fixed (graph->n_edges, 0),
                  *words = g_strdup_printf ("Laying out %s nodes and %s edges", nodes, edges);

  wait (view, words);
  start (view, graph, lay_out, on_laid_out);
}

static void
load (StudioGraphView *view)
{
  if (view->cancellable != NULL)
    g_cancellable_cancel (view->cancellable);
  wait (view, "Reading the graph");
  start (view, NULL, read_graph, on_read);
}

static void
on_engine (StudioGraphView *view)
{
  if (view->folder != NULL)
    load (view);
}

/* ---- export ---- */

static void
on_exported (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (StudioGraphView) view = data;
  g_autoptr (GError) error = NULL;
  const char *words = "The graph is exported";
  g_autofree char *markup = NULL;

  if (!studio_graph_export_finish (result, &error))
    words = error->message;
  if (view->folder == NULL)
    return; /* it was closed meanwhile */
  markup = g_markup_escape_text (words, -1);
  adw_toast_overlay_add_toast (view->toasts, adw_toast_new (markup));
}

void
studio_graph_view_export (StudioGraphView *view, const char *path)
{
  const AssayGraphColumn *column = studio_graph_canvas_look (view->canvas)->column;

  studio_graph_export (view->folder, view->name, view->scene, column != NULL ? column->id : NULL,
                       path, on_exported, g_object_ref (view));
}

static void
on_export_chosen (gpointer view, const char *path, GtkFileChooser *dialog)
{
  studio_graph_view_export (view, path);
}

static void
export_as (GtkWidget *widget, const char *action, GVariant *parameter)
{
  StudioGraphView *view = STUDIO_GRAPH_VIEW (widget);
  g_autofree char *name
      = g_strdup_printf ("%s.%s", view->name, g_variant_get_string (parameter, NULL));
  GtkFileChooserNative *dialog = studio_file_dialog_new (
      widget, "Export the Graph", GTK_FILE_CHOOSER_ACTION_SAVE, "_Export", on_export_chosen);

  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

/* ---- commands ---- */

static void
zoom_in (GtkWidget *widget, const char *action, GVariant *parameter)
{
  studio_graph_canvas_zoom (STUDIO_GRAPH_VIEW (widget)->canvas, ZOOM);
}

static void
zoom_out (GtkWidget *widget, const char *action, GVariant *parameter)
{
  studio_graph_canvas_zoom (STUDIO_GRAPH_VIEW (widget)->canvas, 1 / ZOOM);
}

static void
fit (GtkWidget *widget, const char *action, GVariant *parameter)
{
  studio_graph_canvas_fit (STUDIO_GRAPH_VIEW (widget)->canvas);
}

static void
select_node (GtkWidget *widget, const char *action, GVariant *parameter)
{
  studio_graph_canvas_select (STUDIO_GRAPH_VIEW (widget)->canvas, g_variant_get_int32 (parameter),
                              TRUE);
}

static void
find (GtkWidget *widget, const char *action, GVariant *parameter)
{
  gtk_widget_grab_focus (GTK_WIDGET (STUDIO_GRAPH_VIEW (widget)->find));
}

static void
cancel (GtkWidget *widget, const char *action, GVariant *parameter)
{
  StudioGraphView *view = STUDIO_GRAPH_VIEW (widget);

  if (view->cancellable != NULL)
    g_cancellable_cancel (view->cancellable);
  if (view->scene != NULL)
    gtk_stack_set_visible_child_name (view->states, "graph");
  else
    fail (view, "Cancelled", "The layout was stopped. Another kind may be quicker.", TRUE);
}

/* The other kind of layout, if the graph could be read at all. */
static void
again (GtkWidget *widget, const char *action, GVariant *parameter)
{
  StudioGraphView *view = STUDIO_GRAPH_VIEW (widget);

  if (gtk_widget_get_visible (view->problem_export))
    gtk_drop_down_set_selected (view->engine, 1 - engine_of (view));
  else
    load (view);
}

/* ---- the view ---- */

GtkWidget *
studio_graph_view_new (const char *folder, const char *name)
{
  StudioGraphView *view = g_object_new (STUDIO_TYPE_GRAPH_VIEW, NULL);

  view->folder = g_strdup (folder);
  view->name = g_strdup (name);
  load (view);
  return GTK_WIDGET (view);
}

static void
studio_graph_view_dispose (GObject *object)
{
  StudioGraphView *view = STUDIO_GRAPH_VIEW (object);

  if (view->cancellable != NULL)
    g_cancellable_cancel (view->cancellable);
  g_clear_object (&view->cancellable);
  if (view->canvas != NULL)
    {
      g_signal_handlers_disconnect_by_data (view->canvas, view);
      studio_graph_canvas_set_scene (view->canvas, NULL);
    }
  g_clear_pointer (&view->scene, studio_graph_scene_free);
  g_clear_pointer (&view->folder, g_free);
  g_clear_pointer (&view->name, g_free);
  g_clear_pointer (&view->columns, g_ptr_array_unref);
  G_OBJECT_CLASS (studio_graph_view_parent_class)->dispose (object);
}

static void
add_actions (GtkWidgetClass *class)
{
  gtk_widget_class_install_action (class, "graph.zoom-in", NULL, zoom_in);
  gtk_widget_class_install_action (class, "graph.zoom-out", NULL, zoom_out);
  gtk_widget_class_install_action (class, "graph.fit", NULL, fit);
  gtk_widget_class_install_action (class, "graph.select", "i", select_node);
  gtk_widget_class_install_action (class, "graph.find", NULL, find);
  gtk_widget_class_install_action (class, "graph.export", "s", export_as);
  gtk_widget_class_install_action (class, "graph.cancel", NULL, cancel);
  gtk_widget_class_install_action (class, "graph.again", NULL, again);
  studio_actions_bind (class, "graph.", NULL);
}

static void
studio_graph_view_class_init (StudioGraphViewClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = studio_graph_view_dispose;
  g_type_ensure (STUDIO_TYPE_GRAPH_CANVAS);
  g_type_ensure (STUDIO_TYPE_WIDTH_BIN);
  g_type_ensure (STUDIO_TYPE_FLOW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/assay/Studio/graph-view.ui");
#define BIND(child) gtk_widget_class_bind_template_child (widget_class, StudioGraphView, child)
  BIND (toasts);
  BIND (states);
  BIND (doing);
  BIND (size);
  BIND (legend);
  BIND (legend_title);
  BIND (legend_bar);
  BIND (legend_lo);
  BIND (legend_hi);
  BIND (problem);
  BIND (again);
  BIND (problem_export);
  BIND (column);
  BIND (engine);
  BIND (find);
  BIND (flap);
  BIND (width);
  BIND (canvas);
  BIND (details);
#undef BIND
  gtk_widget_class_bind_template_callback (widget_class, on_column);
  gtk_widget_class_bind_template_callback (widget_class, on_engine);
  gtk_widget_class_bind_template_callback (widget_class, on_find);
  gtk_widget_class_bind_template_callback (widget_class, on_narrow);
  gtk_widget_class_bind_template_callback (widget_class, on_selected);
  add_actions (widget_class);
}

static void
studio_graph_view_init (StudioGraphView *view)
{
  view->columns = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (view));
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (view->legend_bar), draw_legend, view, NULL);
}

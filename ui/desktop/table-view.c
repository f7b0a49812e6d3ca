/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/table-view.h"

#include "host/chart/scale.h"
#include "host/chart/style.h"
#include "host/registry/json.h"
#include "ui/desktop/actions.h"
#include "ui/desktop/rows.h"
#include "ui/desktop/slices.h"
#include "ui/desktop/tab-leaves.h"
#include "ui/desktop/task.h"
#include <math.h>
#include <string.h>

#define MAX_CHARS 300 /* shown of a cell */

/* ---- the data ---- */

typedef struct
{
  char *id;
  double *numbers; /* or */
  GStrv texts;
} Column;

typedef struct
{
  GPtrArray *columns; /* Column */
  guint n;
} Table;

static void
column_free (gpointer data)
{
  Column *column = data;

  g_free (column->id);
  g_free (column->numbers);
  g_strfreev (column->texts);
  g_free (column);
}

static void
table_free (gpointer data)
{
  Table *table = data;

  g_ptr_array_unref (table->columns);
  g_free (table);
}

static double
number_of (JsonNode *node)
{
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) != G_TYPE_STRING
             ? json_node_get_double (node)
             : (double) NAN;
}

static const char *
text_of (JsonNode *node)
{
  const char *text = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;

  return text != NULL ? text : "";
}

static Column *
read_column (JsonNode *node, guint n)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonArray *numbers = object != NULL ? assay_json_array (object, "numbers") : NULL;
  JsonArray *texts = object != NULL ? assay_json_array (object, "texts") : NULL;
  JsonArray *values = numbers != NULL ? numbers : texts;
  Column *column;

  if (values == NULL || json_array_get_length (values) != n)
    return NULL;
  column = g_new0 (Column, 1);
  column->id = chart_clean (assay_json_text (object, "id", ""), 60);
  if (numbers != NULL)
    column->numbers = g_new (double, n + 1);
  else
    column->texts = g_new0 (char *, n + 1);
  for (guint i = 0; i < n; i++)
    if (numbers != NULL)
      column->numbers[i] = number_of (json_array_get_element (values, i));
    else
      column->texts[i] = g_strdup (text_of (json_array_get_element (values, i)));
  return column;
}

static Table *
read_table (JsonNode *node)
{
  JsonObject *head = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonArray *list = head != NULL ? assay_json_array (head, "columns") : NULL;
  gint64 n = head != NULL ? assay_json_int (head, "rows", -1) : -1;
  Table *table;

  if (list == NULL || n < 0 || n > G_MAXINT32)
    return NULL;
  table = g_new0 (Table, 1);
  table->n = (guint) n;
  table->columns = g_ptr_array_new_with_free_func (column_free);
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      Column *column = read_column (json_array_get_element (list, i), table->n);

      if (column == NULL)
        {
          table_free (table);
          return NULL;
        }
      g_ptr_array_add (table->columns, column);
    }
  return table;
}

static void
load (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  g_autoptr (JsonNode) node = assay_json_load (data, &error);
  Table *table = node != NULL ? read_table (node) : NULL;

  if (table != NULL)
    g_task_return_pointer (task, table, table_free);
  else if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_new_error (task, ASSAY_ERROR, ASSAY_ERROR_FAILED,
                             "%s is no table as Assay writes them; it is damaged or was not "
                             "written by Assay.",
                             (const char *) data);
}

/* ---- the view ---- */

struct _StudioTableView
{
  AdwBin parent_instance;
  GCancellable *cancellable;
  Table *data; /* NULL: not read yet */
  GtkStack *states;
  AdwStatusPage *problem;
  GtkColumnView *table;
  GtkLabel *size;
  StudioSlices *fill; /* adds the columns; NULL: all are there */
};

G_DEFINE_FINAL_TYPE (StudioTableView, studio_table_view, ADW_TYPE_BIN)

static char *
cell_text (const Column *column, guint row)
{
  if (column->texts != NULL)
    return chart_clean (column->texts[row], MAX_CHARS);
  return isfinite (column->numbers[row]) ? chart_number (column->numbers[row]) : g_strdup ("–");
}

static void
setup_cell (GtkSignalListItemFactory *factory, GtkListItem *item, const Column *column)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), column->numbers != NULL ? 1 : 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_single_line_mode (GTK_LABEL (label), TRUE);
  gtk_label_set_width_chars (GTK_LABEL (label), 8);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 40);
  if (column->numbers != NULL)
    gtk_widget_add_css_class (label, "numeric");
  gtk_list_item_set_child (item, label);
}

static void
bind_cell (GtkSignalListItemFactory *factory, GtkListItem *item, const Column *column)
{
  g_autofree char *text
      = cell_text (column, studio_row_number (STUDIO_ROW (gtk_list_item_get_item (item))));

  gtk_label_set_text (GTK_LABEL (gtk_list_item_get_child (item)), text);
}

/* What is missing comes last, whichever way one sorts up. */
static int
compare (gconstpointer a, gconstpointer b, gpointer data)
{
  const Column *column = data;
  guint i = studio_row_number ((StudioRow *) a), k = studio_row_number ((StudioRow *) b);
  double x, y;

  if (column->texts != NULL)
    return strcmp (column->texts[i], column->texts[k]);
  x = column->numbers[i];
  y = column->numbers[k];
  if (isnan (x) || isnan (y))
    return isnan (x) - isnan (y);
  return (x > y) - (x < y);
}

static void
add_column (StudioTableView *view, Column *column)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  g_autoptr (GtkColumnViewColumn) shown = NULL;
  g_autoptr (GtkSorter) sorter = GTK_SORTER (gtk_custom_sorter_new (compare, column, NULL));

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cell), column);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cell), column);
  shown = gtk_column_view_column_new (column->id, factory);
  gtk_column_view_column_set_sorter (shown, sorter);
  gtk_column_view_column_set_resizable (shown, TRUE);
  gtk_column_view_column_set_expand (
      shown, column == g_ptr_array_index (view->data->columns, view->data->columns->len - 1));
  gtk_column_view_append_column (view->table, shown);
}

static guint
n_shown_columns (StudioTableView *view)
{
  return g_list_model_get_n_items (gtk_column_view_get_columns (view->table));
}

/* A column is made for two hundred rows, of which GTK 4.8 keeps the widgets. */
static gboolean
fill_piece (gpointer data)
{
  StudioTableView *view = data;
  guint next = n_shown_columns (view);

  if (next < view->data->columns->len)
    add_column (view, view->data->columns->pdata[next]);
  if (next + 1 < view->data->columns->len)
    return TRUE;
  view->fill = NULL;
  return FALSE;
}

static void
show_table (StudioTableView *view, Table *data)
{
  g_autoptr (GtkSelectionModel) selection = NULL;
  StudioRows *rows = studio_rows_new ();
  g_autofree char *n = chart_fixed (data->n, 0),
                  *words = g_strdup_printf ("%s rows, %u columns", n, data->columns->len);
  GtkSortListModel *sorted;

  view->data = data;
  studio_rows_set (rows, data->n);
  sorted = gtk_sort_list_model_new (G_LIST_MODEL (rows),
                                    g_object_ref (gtk_column_view_get_sorter (view->table)));
  gtk_sort_list_model_set_incremental (sorted, TRUE);
  selection = GTK_SELECTION_MODEL (gtk_single_selection_new (G_LIST_MODEL (sorted)));
  gtk_column_view_set_model (view->table, selection);
  view->fill = studio_slices_start (fill_piece, view);
  gtk_label_set_text (view->size, words);
  gtk_stack_set_visible_child_name (view->states, "table");
}

static void
on_loaded (GObject *object, GAsyncResult *result, gpointer user_data)
{
  StudioTableView *view = STUDIO_TABLE_VIEW (object);
  g_autoptr (GError) error = NULL;
  Table *data = g_task_propagate_pointer (G_TASK (result), &error);
  g_autofree char *markup = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (data != NULL)
    {
      show_table (view, data);
      return;
    }
  markup = g_markup_escape_text (error->message, -1);
  adw_status_page_set_description (view->problem, markup);
  gtk_stack_set_visible_child_name (view->states, "problem");
}

/* In the order that is shown. */
static char *
csv_of (StudioTableView *view)
{
  GListModel *model = G_LIST_MODEL (gtk_column_view_get_model (view->table));
  GPtrArray *columns = view->data->columns;
  GString *out = g_string_new (NULL);

  for (guint c = 0; c < columns->len; c++)
    g_string_append_printf (out, "%s%s", c > 0 ? "," : "", ((Column *) columns->pdata[c])->id);
  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (StudioRow) row = g_list_model_get_item (model, i);
      guint k = studio_row_number (row);

      for (guint c = 0; c < columns->len; c++)
        {
          const Column *column = columns->pdata[c];
          g_autofree char *number = column->numbers != NULL && isfinite (column->numbers[k])
                                        ? assay_json_number (column->numbers[k])
                                        : NULL;
          g_auto (GStrv) parts
              = g_strsplit (column->texts != NULL ? column->texts[k] : "", "\"", -1);
          g_autofree char *quoted = g_strjoinv ("\"\"", parts);

          g_string_append (out, c > 0 ? "," : "\n");
          if (column->texts != NULL)
            g_string_append_printf (out, "\"%s\"", quoted);
          else if (number != NULL)
            g_string_append (out, number);
        }
    }
  g_string_append_c (out, '\n');
  return g_string_free (out, FALSE);
}

static void
copy (GtkWidget *widget, const char *action, GVariant *parameter)
{
  StudioTableView *view = STUDIO_TABLE_VIEW (widget);
  g_autofree char *csv = view->data != NULL ? csv_of (view) : NULL;

  if (csv != NULL)
    gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), csv);
}

GtkWidget *
studio_table_view_new (const char *path)
{
  StudioTableView *view = g_object_new (STUDIO_TYPE_TABLE_VIEW, NULL);
  g_autoptr (GTask) task = g_task_new (view, view->cancellable, on_loaded, NULL);

  g_task_set_task_data (task, g_strdup (path), g_free);
  studio_task_run (task, load);
  return GTK_WIDGET (view);
}

static void
studio_table_view_dispose (GObject *object)
{
  StudioTableView *view = STUDIO_TABLE_VIEW (object);

  g_cancellable_cancel (view->cancellable);
  g_clear_pointer (&view->fill, studio_slices_stop);
  G_OBJECT_CLASS (studio_table_view_parent_class)->dispose (object);
}

static void
studio_table_view_finalize (GObject *object)
{
  StudioTableView *view = STUDIO_TABLE_VIEW (object);

  g_object_unref (view->cancellable);
  g_clear_pointer (&view->data, table_free);
  G_OBJECT_CLASS (studio_table_view_parent_class)->finalize (object);
}

static void
studio_table_view_class_init (StudioTableViewClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = studio_table_view_dispose;
  G_OBJECT_CLASS (class)->finalize = studio_table_view_finalize;
  gtk_widget_class_install_action (widget_class, "table.copy", NULL, copy);
  studio_actions_bind (widget_class, "table.", NULL);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/assay/Studio/table-view.ui");
#define BIND(child) gtk_widget_class_bind_template_child (widget_class, StudioTableView, child)
  BIND (states);
  BIND (problem);
  BIND (table);
  BIND (size);
#undef BIND
}

static void
studio_table_view_init (StudioTableView *view)
{
  view->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (view));
  studio_tab_leaves (GTK_WIDGET (view->table));
}

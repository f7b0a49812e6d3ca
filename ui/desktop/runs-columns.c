/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/runs-columns.h"

#include "ui/desktop/runs-metric.h"
#include "ui/desktop/runs-width.h"
#include "ui/desktop/runs-words.h"
#include <string.h>

typedef struct
{
  StudioRunsColumns *columns;
  char *key;
  GtkColumnViewColumn *column;
  gboolean sizing, by_hand; /* it is us who set the width; the user did */
  gboolean numbers;         /* set to the right */
  GtkWidget *head;          /* NULL: not in the view */
} Column;

struct _StudioRunsColumns
{
  GtkColumnView *view;
  StudioRunsModel *model;
  StudioRunsCells *cells;
  GtkWidget *table;
  GPtrArray *list; /* Column, as they stand */
  GStrv wanted;    /* keys; NULL: none yet */
  guint arranging; /* idle source that brings the columns there */
  gboolean moving; /* it is us who move columns */
  /* What a click on a header asked for. */
  const Column *order;
  gboolean descending, probing;
};

/* GTK 4.8 does not tell which header was clicked.  Each column's sorter says "smaller" and notes
 * that it was asked; what the view makes of that answer is the direction. */
static int
probe (gconstpointer a, gconstpointer b, gpointer data)
{
  Column *column = data;

  if (column->columns->probing && column->columns->order == NULL)
    column->columns->order = column;
  return -1;
}

static void
on_sorted (GtkSorter *sorter, GtkSorterChange change, StudioRunsColumns *columns)
{
  const Column *old = columns->order;
  gboolean was_descending = columns->descending;
  GtkOrdering ordering;

  columns->order = NULL;
  columns->probing = TRUE;
  ordering = gtk_sorter_compare (sorter, columns->view, columns->model);
  columns->probing = FALSE;
  columns->descending = ordering == GTK_ORDERING_LARGER;
  if (columns->order != old || columns->descending != was_descending)
    g_signal_emit_by_name (columns->table, "sorted");
}

static void
column_free (gpointer data)
{
  Column *column = data;

  g_signal_handlers_disconnect_by_data (column->column, column);
  g_object_unref (column->column);
  g_free (column->key);
  g_free (column);
}

static void
on_width (GtkColumnViewColumn *view, GParamSpec *spec, Column *column)
{
  column->by_hand = column->by_hand || !column->sizing;
}

/* It does not become narrower: rows come and go. */
static void
widen_column (Column *column, int width)
{
  int old = gtk_column_view_column_get_fixed_width (column->column);

  if (column->by_hand || strcmp (column->key, "starred") == 0
      || strcmp (column->key, "status") == 0)
    return;
  column->sizing = TRUE;
  gtk_column_view_column_set_fixed_width (column->column, MAX (old, width));
  column->sizing = FALSE;
}

/* What the answer makes of it. */
static void
fit_column (StudioRunsColumns *columns, Column *column)
{
  StudioRunsAnswer *answer = studio_runs_model_answer (columns->model);
  StudioColumnLook look = studio_column_look (GTK_WIDGET (columns->view), answer, column->key);
  g_autofree char *head = studio_column_head (answer, column->key);

  gtk_column_view_column_set_title (column->column, head);
  column->numbers = look.numbers;
  studio_runs_cells_set_numbers (gtk_column_view_column_get_factory (column->column),
                                 column->numbers);
  widen_column (column, look.width);
}

/* GTK 4.8 does not tell which head is that of a column: it is the one that is nobody else's. */
static GtkWidget *
find_head (StudioRunsColumns *columns, const Column *column)
{
  GtkWidget *row = gtk_widget_get_first_child (GTK_WIDGET (columns->view));

  for (GtkWidget *head = gtk_widget_get_first_child (row); head != NULL;
       head = gtk_widget_get_next_sibling (head))
    {
      gboolean taken = FALSE;

      for (guint i = 0; i < columns->list->len && !taken; i++)
        taken = columns->list->pdata[i] != column
                && ((Column *) columns->list->pdata[i])->head == head;
      if (!taken)
        return head;
    }
  return NULL;
}

/* A head stands above what is below it; of numbers to the right, the arrow before the words. */
static void
align_head (Column *column)
{
  GtkWidget *box = column->head != NULL ? gtk_widget_get_first_child (column->head) : NULL;
  GtkWidget *words;

  if (!GTK_IS_BOX (box))
    return;
  words = gtk_widget_get_first_child (box);
  if (!GTK_IS_LABEL (words))
    words = gtk_widget_get_last_child (box);
  gtk_widget_set_halign (box, column->numbers ? GTK_ALIGN_END : GTK_ALIGN_START);
  gtk_box_reorder_child_after (GTK_BOX (box), words,
                               column->numbers ? gtk_widget_get_last_child (box) : NULL);
}

/* Somebody has to take what room is left: what may be long, else the last of the texts. */
static void
share_room (StudioRunsColumns *columns)
{
  const Column *last = NULL;
  gboolean any = FALSE;

  for (guint i = 0; i < columns->list->len; i++)
    {
      const Column *column = columns->list->pdata[i];

      any = any || studio_column_expands (column->key);
      if (last == NULL || !column->numbers)
        last = column;
    }
  for (guint i = 0; i < columns->list->len; i++)
    {
      const Column *column = columns->list->pdata[i];

      gtk_column_view_column_set_expand (column->column, any ? studio_column_expands (column->key)
                                                             : column == last);
    }
}

static Column *
new_column (StudioRunsColumns *columns, const char *key)
{
  Column *column = g_new0 (Column, 1);
  g_autoptr (GtkSorter) sorter = GTK_SORTER (gtk_custom_sorter_new (probe, column, NULL));

  column->columns = columns;
  column->key = g_strdup (key);
  column->column
      = gtk_column_view_column_new (NULL, studio_runs_cells_factory (columns->cells, key));
  gtk_column_view_column_set_resizable (column->column, strcmp (key, "starred") != 0);
  if (!studio_metric_column_is_at (key)) /* all logs would have to be read */
    gtk_column_view_column_set_sorter (column->column, sorter);
  g_object_set_data (G_OBJECT (column->column), "column", column);
  fit_column (columns, column);
  g_signal_connect (column->column, "notify::fixed-width", G_CALLBACK (on_width), column);
  return column;
}

static guint
find_column (StudioRunsColumns *columns, const char *key)
{
  for (guint i = 0; i < columns->list->len; i++)
    if (strcmp (((Column *) columns->list->pdata[i])->key, key) == 0)
      return i;
  return G_MAXUINT;
}

static void
drop_column (StudioRunsColumns *columns, guint i)
{
  Column *column = columns->list->pdata[i];

  if (columns->order == column)
    {
      gtk_column_view_sort_by_column (columns->view, NULL, GTK_SORT_ASCENDING);
      columns->order = NULL;
    }
  gtk_column_view_remove_column (columns->view, column->column);
  g_ptr_array_remove_index (columns->list, i);
}

/* One column at a time: each has a cell in 200 rows.  TRUE: there is more to do. */
static gboolean
arrange_one (StudioRunsColumns *columns)
{
  for (guint i = columns->list->len; i-- > 0;)
    if (!g_strv_contains ((const char *const *) columns->wanted,
                          ((Column *) columns->list->pdata[i])->key))
      {
        drop_column (columns, i);
        return TRUE;
      }
  for (guint i = 0; columns->wanted[i] != NULL; i++)
    {
      guint at = find_column (columns, columns->wanted[i]);
      Column *column;

      if (at == i)
        continue;
      column = at == G_MAXUINT ? new_column (columns, columns->wanted[i])
                               : g_ptr_array_steal_index (columns->list, at);
      g_ptr_array_insert (columns->list, (int) i, column);
      gtk_column_view_insert_column (columns->view, i, column->column);
      column->head = find_head (columns, column);
      align_head (column);
      share_room (columns);
      return TRUE;
    }
  return FALSE;
}

static gboolean
on_arrange (gpointer data)
{
  StudioRunsColumns *columns = data;
  gboolean more;

  columns->moving = TRUE;
  more = arrange_one (columns);
  columns->moving = FALSE;
  if (more)
    return G_SOURCE_CONTINUE;
  columns->arranging = 0;
  return G_SOURCE_REMOVE;
}

gboolean
studio_runs_columns_want (StudioRunsColumns *columns, const char *const *keys)
{
  gboolean first = columns->wanted == NULL;

  if (!first && g_strv_equal ((const char *const *) columns->wanted, keys))
    return FALSE;
  g_strfreev (columns->wanted);
  columns->wanted = g_strdupv ((GStrv) keys);
  /* Without rows it is quick. */
  while (first && on_arrange (columns))
    ;
  if (!first && columns->arranging == 0)
    columns->arranging = g_idle_add_full (STUDIO_RUNS_COLUMNS, on_arrange, columns, NULL);
  return TRUE;
}

const char *const *
studio_runs_columns_wanted (StudioRunsColumns *columns)
{
  return (const char *const *) columns->wanted;
}

GStrv
studio_runs_columns_now (StudioRunsColumns *columns)
{
  GListModel *list = gtk_column_view_get_columns (columns->view);
  guint n = g_list_model_get_n_items (list);
  GStrv keys = g_new0 (char *, n + 1);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GObject) column = g_list_model_get_item (list, i);

      keys[i] = g_strdup (((Column *) g_object_get_data (column, "column"))->key);
    }
  return keys;
}

/* The user drags a header: our list follows. */
static void
on_columns_changed (GListModel *list, guint at, guint removed, guint added,
                    StudioRunsColumns *columns)
{
  guint n = g_list_model_get_n_items (list);

  if (columns->moving || columns->arranging != 0 || n != columns->list->len)
    return;
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GObject) column = g_list_model_get_item (list, i);

      columns->list->pdata[i] = g_object_get_data (column, "column");
    }
  g_strfreev (columns->wanted);
  columns->wanted = studio_runs_columns_now (columns);
  g_signal_emit_by_name (columns->table, "columns-moved");
}

const char *
studio_runs_columns_order (StudioRunsColumns *columns, gboolean *descending)
{
  *descending = columns->descending;
  return columns->order != NULL ? columns->order->key : NULL;
}

void
studio_runs_columns_sort (StudioRunsColumns *columns, const char *key, gboolean descending)
{
  guint at = key != NULL ? find_column (columns, key) : G_MAXUINT;

  gtk_column_view_sort_by_column (
      columns->view, at != G_MAXUINT ? ((Column *) columns->list->pdata[at])->column : NULL,
      descending ? GTK_SORT_DESCENDING : GTK_SORT_ASCENDING);
}

void
studio_runs_columns_fit (StudioRunsColumns *columns)
{
  for (guint i = 0; i < columns->list->len; i++)
    {
      fit_column (columns, columns->list->pdata[i]);
      align_head (columns->list->pdata[i]);
    }
  share_room (columns);
}

StudioRunsColumns *
studio_runs_columns_new (GtkColumnView *view, StudioRunsModel *model, StudioRunsCells *cells,
                         GtkWidget *table)
{
  StudioRunsColumns *columns = g_new0 (StudioRunsColumns, 1);

  columns->view = view;
  columns->model = model;
  columns->cells = cells;
  columns->table = table;
  columns->list = g_ptr_array_new_with_free_func (column_free);
  g_signal_connect (gtk_column_view_get_sorter (view), "changed", G_CALLBACK (on_sorted), columns);
  g_signal_connect (gtk_column_view_get_columns (view), "items-changed",
                    G_CALLBACK (on_columns_changed), columns);
  return columns;
}

void
studio_runs_columns_free (StudioRunsColumns *columns)
{
  if (columns == NULL)
    return;
  g_clear_handle_id (&columns->arranging, g_source_remove);
  g_signal_handlers_disconnect_by_data (gtk_column_view_get_columns (columns->view), columns);
  g_signal_handlers_disconnect_by_data (gtk_column_view_get_sorter (columns->view), columns);
  g_ptr_array_unref (columns->list);
  g_strfreev (columns->wanted);
  g_free (columns);
}

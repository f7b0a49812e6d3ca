/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/rows.h"

struct _StudioRow
{
  GObject parent_instance;
  guint number;
};

G_DEFINE_FINAL_TYPE (StudioRow, studio_row, G_TYPE_OBJECT)

guint
studio_row_number (StudioRow *row)
{
  return row->number;
}

static void
studio_row_class_init (StudioRowClass *class)
{
}

static void
studio_row_init (StudioRow *row)
{
}

struct _StudioRows
{
  GObject parent_instance;
  guint n;
};

static GType
get_item_type (GListModel *list)
{
  return STUDIO_TYPE_ROW;
}

static guint
get_n_items (GListModel *list)
{
  return STUDIO_ROWS (list)->n;
}

static gpointer
get_item (GListModel *list, guint position)
{
  StudioRow *row;

  if (position >= STUDIO_ROWS (list)->n)
    return NULL;
  row = g_object_new (STUDIO_TYPE_ROW, NULL);
  row->number = position;
  return row;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (StudioRows, studio_rows, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

StudioRows *
studio_rows_new (void)
{
  return g_object_new (STUDIO_TYPE_ROWS, NULL);
}

void
studio_rows_set (StudioRows *rows, guint n)
{
  guint old = rows->n;

  rows->n = n;
  g_list_model_items_changed (G_LIST_MODEL (rows), 0, old, n);
}

static void
studio_rows_class_init (StudioRowsClass *class)
{
}

static void
studio_rows_init (StudioRows *rows)
{
}

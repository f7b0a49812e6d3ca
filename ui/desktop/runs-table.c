/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/runs-table.h"

#include "ui/desktop/actions.h"
#include "ui/desktop/runs-columns.h"
#include "ui/desktop/tab-leaves.h"
#include "ui/desktop/width-bin.h"

#define NARROW 640 /* below this width there are cards */
#define SEEN 60    /* rows that may be seen where it is not known how high they are */

struct _StudioRunsTable
{
  AdwBin parent_instance;
  StudioRunsModel *model;
  StudioRunsAt *at;
  StudioRunsCells *cells;
  GtkMultiSelection *selection;
  StudioWidthBin *width;
  GtkStack *stack;
  GtkColumnView *columns;
  GtkListView *cards;
  StudioRunsColumns *heads;
  guint looking;      /* timeout after which what is seen now is looked at */
  gboolean restoring; /* it is us who select */
};

G_DEFINE_FINAL_TYPE (StudioRunsTable, studio_runs_table, ADW_TYPE_BIN)

enum
{
  ACTIVATED,
  STAR,
  SORTED,
  COLUMNS_MOVED,
  SELECTION_CHANGED,
  MENU,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static StudioRunsAnswer *
answer_of (StudioRunsTable *table)
{
  return studio_runs_model_answer (table->model);
}

/* ---- what is seen ---- */

#define LOOK_AFTER 100 /* milliseconds after scrolling */

/* Rows are equally high, so where the view stands tells which are seen. */
static void
seen_rows (StudioRunsTable *table, guint *first, guint *last)
{
  GtkWidget *view = studio_width_bin_is_narrow (table->width) ? GTK_WIDGET (table->cards)
                                                              : GTK_WIDGET (table->columns);
  GtkAdjustment *place = gtk_scrolled_window_get_vadjustment (
      GTK_SCROLLED_WINDOW (gtk_widget_get_ancestor (view, GTK_TYPE_SCROLLED_WINDOW)));
  double upper = gtk_adjustment_get_upper (place), page = gtk_adjustment_get_page_size (place);
  double rows = g_list_model_get_n_items (G_LIST_MODEL (table->model)) / MAX (upper, 1);
  guint top = (guint) (gtk_adjustment_get_value (place) * rows), seen = (guint) (page * rows);

  *first = top > 0 ? top - 1 : 0;
  *last = top + (seen > 0 ? MIN (seen + 2, SEEN) : SEEN);
}

static void
update_cells (StudioRunsTable *table)
{
  guint first, last;

  seen_rows (table, &first, &last);
  studio_runs_cells_update (table->cells, first, last);
}

static gboolean
look (gpointer data)
{
  StudioRunsTable *table = data;
  guint first, last;

  table->looking = 0;
  if (studio_runs_columns_wanted (table->heads) == NULL)
    return G_SOURCE_REMOVE;
  seen_rows (table, &first, &last);
  studio_runs_at_look (table->at, answer_of (table), first, last,
                       studio_runs_columns_wanted (table->heads));
  return G_SOURCE_REMOVE;
}

static void
look_soon (StudioRunsTable *table)
{
  if (table->looking == 0)
    table->looking = g_timeout_add (LOOK_AFTER, look, table);
}

static void
on_at_changed (gpointer data)
{
  update_cells (data);
  look (data);
}

/* ---- columns ---- */

void
studio_runs_table_set_columns (StudioRunsTable *table, const char *const *keys)
{
  if (studio_runs_columns_want (table->heads, keys))
    look_soon (table);
}

GStrv
studio_runs_table_columns (StudioRunsTable *table)
{
  return studio_runs_columns_now (table->heads);
}

const char *
studio_runs_table_order (StudioRunsTable *table, gboolean *descending)
{
  return studio_runs_columns_order (table->heads, descending);
}

void
studio_runs_table_sort (StudioRunsTable *table, const char *key, gboolean descending)
{
  studio_runs_columns_sort (table->heads, key, descending);
}

/* ---- rows and what is chosen ---- */

static void
on_refreshed (StudioRunsModel *model, StudioRunsTable *table)
{
  update_cells (table);
}

void
studio_runs_table_set_workspace (StudioRunsTable *table, const char *path)
{
  studio_runs_at_set_workspace (table->at, path);
}

StudioRunsAnswer *
studio_runs_table_answer (StudioRunsTable *table)
{
  return answer_of (table);
}

static GHashTable *
selected_identities (StudioRunsTable *table)
{
  g_autoptr (GtkBitset) rows
      = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (table->selection));
  StudioRunsAnswer *answer = answer_of (table);
  GHashTable *set = g_hash_table_new (g_str_hash, g_str_equal);
  GtkBitsetIter iter;
  guint row;

  if (answer != NULL && gtk_bitset_iter_init_first (&iter, rows, &row))
    do
      if (row < answer->n)
        g_hash_table_add (set, (gpointer) answer->identities[row]);
    while (gtk_bitset_iter_next (&iter, &row));
  return set;
}

static void
select_identities (StudioRunsTable *table, GHashTable *set)
{
  g_autoptr (GtkBitset) rows = gtk_bitset_new_empty ();
  g_autoptr (GtkBitset) all = gtk_bitset_new_empty ();
  StudioRunsAnswer *answer = answer_of (table);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (table->model));

  for (guint i = 0; answer != NULL && i < MIN (n, answer->n); i++)
    if (g_hash_table_contains (set, answer->identities[i]))
      gtk_bitset_add (rows, i);
  gtk_bitset_add_range (all, 0, n);
  gtk_selection_model_set_selection (GTK_SELECTION_MODEL (table->selection), rows, all);
}

void
studio_runs_table_set_answer (StudioRunsTable *table, StudioRunsAnswer *answer)
{
  StudioRunsAnswer *old = answer_of (table);
  g_autoptr (StudioRunsAnswer) kept = old != NULL ? studio_runs_answer_ref (old) : NULL;
  g_autoptr (GHashTable) selected = selected_identities (table);

  table->restoring = TRUE;
  studio_runs_at_outdate (table->at);
  studio_runs_model_set_answer (table->model, answer);
  look_soon (table);
  studio_runs_columns_fit (table->heads);
  if (g_hash_table_size (selected) > 0)
    select_identities (table, selected);
  table->restoring = FALSE;
  g_signal_emit (table, signals[SELECTION_CHANGED], 0);
}

GtkBitset *
studio_runs_table_selected_rows (StudioRunsTable *table)
{
  return gtk_selection_model_get_selection (GTK_SELECTION_MODEL (table->selection));
}

GStrv
studio_runs_table_selected (StudioRunsTable *table)
{
  g_autoptr (GtkBitset) rows = studio_runs_table_selected_rows (table);
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();
  StudioRunsAnswer *answer = answer_of (table);
  GtkBitsetIter iter;
  guint row;

  if (answer != NULL && gtk_bitset_iter_init_first (&iter, rows, &row))
    do
      {
        const AssayRunRow *run = row < answer->n ? studio_runs_answer_run (answer, row) : NULL;

        if (run != NULL)
          g_strv_builder_add (ids, run->id);
        else if (row < answer->n)
          g_strv_builder_addv (ids, (const char **) studio_runs_answer_group (answer, row)->ids);
      }
    while (gtk_bitset_iter_next (&iter, &row));
  return g_strv_builder_end (ids);
}

void
studio_runs_table_select_all (StudioRunsTable *table, gboolean all)
{
  if (all)
    gtk_selection_model_select_all (GTK_SELECTION_MODEL (table->selection));
  else
    gtk_selection_model_unselect_all (GTK_SELECTION_MODEL (table->selection));
}

void
studio_runs_table_select (StudioRunsTable *table, const char *const *ids)
{
  g_autoptr (GHashTable) set = g_hash_table_new (g_str_hash, g_str_equal);

  for (; *ids != NULL; ids++)
    g_hash_table_add (set, (gpointer) *ids);
  select_identities (table, set);
}

static void
on_selection_changed (GtkSelectionModel *model, guint at, guint n, StudioRunsTable *table)
{
  if (!table->restoring)
    g_signal_emit (table, signals[SELECTION_CHANGED], 0);
}

static void
on_activate (GtkWidget *view, guint row, StudioRunsTable *table)
{
  if (row < answer_of (table)->n) /* else it is about to go */
    g_signal_emit (table, signals[ACTIVATED], 0, row);
}

void
studio_runs_table_grab_focus (StudioRunsTable *table)
{
  gtk_widget_grab_focus (studio_width_bin_is_narrow (table->width) ? GTK_WIDGET (table->cards)
                                                                   : GTK_WIDGET (table->columns));
}

/* ---- the menu of a row ---- */

/* The row under a place of the table; it becomes the chosen one unless it is among them. */
static void
on_right_click (GtkGestureClick *gesture, int n, double x, double y, StudioRunsTable *table)
{
  GtkWidget *widget = gtk_widget_pick (GTK_WIDGET (table), x, y, GTK_PICK_DEFAULT);
  guint row;

  if (!studio_runs_cells_row (widget, &row))
    return;
  if (!gtk_selection_model_is_selected (GTK_SELECTION_MODEL (table->selection), row))
    gtk_selection_model_select_item (GTK_SELECTION_MODEL (table->selection), row, TRUE);
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  g_signal_emit (table, signals[MENU], 0, x, y);
}

static gboolean
on_menu_key (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  g_signal_emit (widget, signals[MENU], 0, 24., 48.);
  return TRUE;
}

/* ---- the widget ---- */

/* Only the view that is seen has rows. */
static void
show_view (StudioRunsTable *table)
{
  GtkSelectionModel *model = GTK_SELECTION_MODEL (table->selection);
  gboolean narrow = studio_width_bin_is_narrow (table->width);

  gtk_list_view_set_model (table->cards, narrow ? model : NULL);
  gtk_column_view_set_model (table->columns, narrow ? NULL : model);
  gtk_stack_set_visible_child_name (table->stack, narrow ? "cards" : "columns");
}

static void
on_narrow (StudioWidthBin *bin, GParamSpec *spec, StudioRunsTable *table)
{
  show_view (table);
}

static GtkWidget *
scrolled (StudioRunsTable *table, GtkWidget *child)
{
  GtkWidget *window = gtk_scrolled_window_new ();

  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (window), child);
  g_signal_connect_object (gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (window)),
                           "value-changed", G_CALLBACK (look_soon), table, G_CONNECT_SWAPPED);
  return window;
}

static void
add_columns_view (StudioRunsTable *table)
{
  GtkWidget *view = gtk_column_view_new (GTK_SELECTION_MODEL (g_object_ref (table->selection)));

  table->columns = GTK_COLUMN_VIEW (view);
  gtk_column_view_set_reorderable (table->columns, TRUE);
  gtk_column_view_set_show_row_separators (table->columns, TRUE);
  gtk_widget_add_css_class (view, "data-table");
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL, "Runs", -1);
  g_signal_connect (view, "activate", G_CALLBACK (on_activate), table);
  studio_tab_leaves (view);
  table->heads
      = studio_runs_columns_new (table->columns, table->model, table->cells, GTK_WIDGET (table));
  gtk_stack_add_named (table->stack, scrolled (table, view), "columns");
}

static void
add_cards_view (StudioRunsTable *table)
{
  GtkWidget *view = gtk_list_view_new (NULL, studio_runs_cells_factory (table->cells, NULL));
  GtkWidget *window;

  table->cards = GTK_LIST_VIEW (view);
  gtk_list_view_set_show_separators (table->cards, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL, "Runs", -1);
  g_signal_connect (view, "activate", G_CALLBACK (on_activate), table);
  studio_tab_leaves (view);
  window = scrolled (table, view);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (window), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_stack_add_named (table->stack, window, "cards");
}

static void
studio_runs_table_dispose (GObject *object)
{
  StudioRunsTable *table = STUDIO_RUNS_TABLE (object);

  g_clear_handle_id (&table->looking, g_source_remove);
  if (table->columns != NULL)
    {
      g_clear_pointer (&table->heads, studio_runs_columns_free);
      gtk_column_view_set_model (table->columns, NULL);
      gtk_list_view_set_model (table->cards, NULL);
      g_signal_handlers_disconnect_by_data (table->width, table);
    }
  table->columns = NULL;
  table->cards = NULL;
  if (table->model != NULL)
    g_signal_handlers_disconnect_by_data (table->model, table);
  g_clear_pointer (&table->cells, studio_runs_cells_free);
  g_clear_pointer (&table->at, studio_runs_at_free);
  g_clear_object (&table->selection);
  g_clear_object (&table->model);
  G_OBJECT_CLASS (studio_runs_table_parent_class)->dispose (object);
}

static void
studio_runs_table_class_init (StudioRunsTableClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  GType type = STUDIO_TYPE_RUNS_TABLE;

  G_OBJECT_CLASS (class)->dispose = studio_runs_table_dispose;
  signals[ACTIVATED] = g_signal_new ("activated", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 1, G_TYPE_UINT);
  signals[STAR] = g_signal_new ("star", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                1, G_TYPE_UINT);
  signals[SORTED]
      = g_signal_new ("sorted", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[COLUMNS_MOVED] = g_signal_new ("columns-moved", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                         NULL, G_TYPE_NONE, 0);
  signals[SELECTION_CHANGED] = g_signal_new ("selection-changed", type, G_SIGNAL_RUN_LAST, 0, NULL,
                                             NULL, NULL, G_TYPE_NONE, 0);
  signals[MENU] = g_signal_new ("menu", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                2, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
  studio_actions_bind (widget_class, "runs.",
                       (const StudioKeyHandler[]){ { "runs.menu", on_menu_key }, { NULL } });
  studio_actions_bind (widget_class, "win.run-delete", NULL);
}

static void
studio_runs_table_init (StudioRunsTable *table)
{
  GtkGesture *click = gtk_gesture_click_new ();

  table->model = studio_runs_model_new ();
  table->selection = gtk_multi_selection_new (G_LIST_MODEL (g_object_ref (table->model)));
  table->at = studio_runs_at_new (on_at_changed, table);
  table->cells = studio_runs_cells_new (table->model, table->at, GTK_WIDGET (table));
  table->stack = GTK_STACK (gtk_stack_new ());
  gtk_stack_set_hhomogeneous (table->stack, FALSE);
  table->width
      = g_object_new (STUDIO_TYPE_WIDTH_BIN, "child", table->stack, "threshold", NARROW, NULL);
  adw_bin_set_child (ADW_BIN (table), GTK_WIDGET (table->width));
  add_columns_view (table);
  add_cards_view (table);
  show_view (table);
  g_signal_connect (table->width, "notify::narrow", G_CALLBACK (on_narrow), table);
  g_signal_connect (table->model, "refreshed", G_CALLBACK (on_refreshed), table);
  g_signal_connect (table->selection, "selection-changed", G_CALLBACK (on_selection_changed),
                    table);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  g_signal_connect (click, "pressed", G_CALLBACK (on_right_click), table);
  gtk_widget_add_controller (GTK_WIDGET (table), GTK_EVENT_CONTROLLER (click));
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/runs-cells.h"

#include "ui/desktop/runs-metric.h"
#include "ui/desktop/runs-words.h"
#include "ui/desktop/words.h"
#include <string.h>

#define LONG_TEXT 9 /* characters of a cell that may not fit */
#define STATE_CHARS 14
#define LEAST_CHARS 3
#define BATCH 3000 /* microseconds of updates between two looks at the main loop */

struct _StudioRunsCells
{
  guint references; /* factories live as long as somebody uses them */
  StudioRunsModel *model;
  StudioRunsAt *at;         /* NULL: gone */
  GtkWidget *table;         /* NULL: gone */
  GHashTable *bound;        /* GtkListItem that shows a row -> Kind */
  GPtrArray *seen, *unseen; /* GtkListItem whose row may have changed since */
  guint updating_seen, updating_unseen;
};

/* Of a factory. */
typedef struct
{
  StudioRunsCells *cells;
  char *key;        /* of the column; NULL: cards */
  gboolean at;      /* a metric at a step */
  gboolean numbers; /* are set to the right */
} Kind;

/* ---- cells ---- */

static StudioRunsAnswer *
answer_of (const Kind *kind)
{
  return studio_runs_model_answer (kind->cells->model);
}

static guint
row_of (GtkListItem *item)
{
  return studio_runs_place_row (gtk_list_item_get_item (item));
}

static void
set_icon (GtkWidget *icon, AssayState state)
{
  const char *const classes[] = { studio_state_style (state), NULL };

  gtk_image_set_from_icon_name (GTK_IMAGE (icon), studio_state_icon (state));
  gtk_widget_set_css_classes (icon, (const char **) classes);
}

static void
set_state (GtkWidget *box, const AssayRunRow *run)
{
  g_autofree char *text = studio_run_state (run);

  set_icon (gtk_widget_get_first_child (box), run->state);
  gtk_inscription_set_text (GTK_INSCRIPTION (gtk_widget_get_last_child (box)), text);
}

static void
set_star (GtkWidget *button, gboolean star)
{
  gtk_button_set_icon_name (GTK_BUTTON (button),
                            star ? "starred-symbolic" : "non-starred-symbolic");
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  star ? "Starred" : "Not starred", -1);
  if (star)
    gtk_widget_remove_css_class (button, "dim-label");
  else
    gtk_widget_add_css_class (button, "dim-label");
}

static void
update_cell (const Kind *kind, GtkListItem *item)
{
  GtkWidget *child = gtk_list_item_get_child (item);
  StudioRunsAnswer *answer = answer_of (kind);
  guint row = row_of (item);
  const AssayRunRow *run;

  if (answer == NULL || row >= answer->n)
    return;
  run = studio_runs_answer_run (answer, row);
  if (GTK_IS_BOX (child))
    {
      if (run != NULL) /* else this column is about to go */
        set_state (child, run);
    }
  else if (GTK_IS_BUTTON (child))
    set_star (child, run != NULL && run->star);
  else
    {
      g_autofree char *text = kind->at && kind->cells->at != NULL && run != NULL
                                  ? studio_runs_at_text (kind->cells->at, run->id, kind->key)
                                  : studio_runs_answer_text (answer, row, kind->key);

      gtk_inscription_set_text (GTK_INSCRIPTION (child), text);
      gtk_inscription_set_xalign (GTK_INSCRIPTION (child), kind->numbers ? 1 : 0);
    }
}

static void
tell_table (GtkWidget *widget, const Kind *kind, const char *signal)
{
  guint row;

  if (kind->cells->table != NULL && studio_runs_cells_row (widget, &row)
      && row < answer_of (kind)->n)
    g_signal_emit_by_name (kind->cells->table, signal, row);
}

static void
on_star_clicked (GtkWidget *button, const Kind *kind)
{
  tell_table (button, kind, "star");
}

/* Setting a tooltip's text asks the display where the pointer is, for every cell: texts are given
 * when they are asked for. */
static gboolean
on_tooltip (GtkWidget *text, int x, int y, gboolean keyboard, GtkTooltip *tooltip, gpointer data)
{
  const char *shown = gtk_inscription_get_text (GTK_INSCRIPTION (text));

  if (shown == NULL || g_utf8_strlen (shown, -1) < LONG_TEXT)
    return FALSE;
  gtk_tooltip_set_text (tooltip, shown);
  return TRUE;
}

static GtkWidget *
new_inscription (guint chars)
{
  GtkWidget *text = gtk_inscription_new (NULL);

  gtk_inscription_set_text_overflow (GTK_INSCRIPTION (text),
                                     GTK_INSCRIPTION_OVERFLOW_ELLIPSIZE_END);
  /* Wider than its column, it would lose the right end, where numbers are. */
  gtk_inscription_set_min_chars (GTK_INSCRIPTION (text), LEAST_CHARS);
  gtk_inscription_set_nat_chars (GTK_INSCRIPTION (text), chars);
  gtk_widget_add_css_class (text, "numeric");
  gtk_widget_set_has_tooltip (text, TRUE);
  g_signal_connect (text, "query-tooltip", G_CALLBACK (on_tooltip), NULL);
  return text;
}

static GtkWidget *
new_state (void)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *text = new_inscription (STATE_CHARS);

  gtk_widget_set_hexpand (text, TRUE);
  gtk_box_append (GTK_BOX (box), gtk_image_new ());
  gtk_box_append (GTK_BOX (box), text);
  return box;
}

static void
on_cell_setup (GtkSignalListItemFactory *factory, GtkListItem *item, Kind *kind)
{
  GtkWidget *child;

  if (strcmp (kind->key, "status") == 0)
    child = new_state ();
  else if (strcmp (kind->key, "starred") == 0)
    {
      child = gtk_button_new ();
      gtk_widget_add_css_class (child, "flat");
      gtk_widget_add_css_class (child, "circular");
      gtk_widget_add_css_class (child, "run-star");
      gtk_widget_set_focusable (child, FALSE);
      g_signal_connect (child, "clicked", G_CALLBACK (on_star_clicked), kind);
    }
  else
    {
      child = new_inscription (studio_column_chars (kind->key));
      if (!studio_column_is_known (kind->key)) /* values often differ in their ends */
        gtk_inscription_set_text_overflow (GTK_INSCRIPTION (child),
                                           GTK_INSCRIPTION_OVERFLOW_ELLIPSIZE_MIDDLE);
    }
  g_object_set_data (G_OBJECT (child), "item", item);
  gtk_list_item_set_child (item, child);
}

/* ---- cards ---- */

typedef struct
{
  GtkWidget *icon, *title, *details;
} Card;

/* Only what tells one from another. */
static void
update_run_card (Card *card, const StudioRunsAnswer *answer, guint row, const AssayRunRow *run)
{
  g_autofree char *parameters = studio_runs_answer_parameters (answer, row);
  g_autofree char *duration = studio_runs_answer_text (answer, row, "duration");
  g_autofree char *study = studio_line_text (answer->one_study ? "" : run->study);
  g_autofree char *reason = studio_line_text (run->reason);
  g_autofree char *state = studio_run_state (run);
  g_autofree char *title
      = g_strdup_printf ("%s%seed %" G_GUINT64_FORMAT "%s", study, *study != '\0' ? " · s" : "S",
                         run->seed, run->star ? " ★" : "");
  const char *const parts[] = { state, duration, reason, parameters };
  g_autoptr (GString) details = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (*parts[i] != '\0')
      g_string_append_printf (details, "%s%s", details->len > 0 ? " · " : "", parts[i]);
  set_icon (card->icon, run->state);
  gtk_inscription_set_text (GTK_INSCRIPTION (card->title), title);
  gtk_inscription_set_text (GTK_INSCRIPTION (card->details), details->str);
}

static void
update_group_card (Card *card, const StudioRunsAnswer *answer, guint row)
{
  const AssayRunGroup *group = studio_runs_answer_group (answer, row);
  g_autofree char *parameters = studio_runs_answer_parameters (answer, row);
  g_autofree char *mean = studio_runs_answer_text (answer, row, "mean");
  g_autofree char *interval = studio_runs_answer_text (answer, row, "interval");
  g_autofree char *runs = studio_count (group->n_runs, "run");
  g_autoptr (GString) details = g_string_new (runs);

  if (group->n_failed > 0)
    g_string_append_printf (details, ", %u failed", group->n_failed);
  if (*mean != '\0')
    g_string_append_printf (details, " · %s %s %s", answer->mean_of, mean, interval);
  gtk_image_set_from_icon_name (GTK_IMAGE (card->icon), "view-list-symbolic");
  gtk_inscription_set_text (GTK_INSCRIPTION (card->title), *parameters ? parameters : "All alike");
  gtk_inscription_set_text (GTK_INSCRIPTION (card->details), details->str);
}

static void
update_card (const Kind *kind, GtkListItem *item)
{
  Card *card = g_object_get_data (G_OBJECT (gtk_list_item_get_child (item)), "card");
  StudioRunsAnswer *answer = answer_of (kind);
  guint row = row_of (item);
  const AssayRunRow *run = row < answer->n ? studio_runs_answer_run (answer, row) : NULL;

  if (run != NULL)
    update_run_card (card, answer, row, run);
  else if (row < answer->n)
    update_group_card (card, answer, row);
}

static void
on_card_open (GtkWidget *button, const Kind *kind)
{
  tell_table (button, kind, "activated");
}

static void
on_card_setup (GtkSignalListItemFactory *factory, GtkListItem *item, Kind *kind)
{
  Card *card = g_new (Card, 1);
  GtkWidget *grid = gtk_grid_new (), *open = gtk_button_new_from_icon_name ("go-next-symbolic");

  *card = (Card){ gtk_image_new (), new_inscription (12), new_inscription (20) };
  gtk_grid_set_column_spacing (GTK_GRID (grid), 12);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 3);
  gtk_widget_add_css_class (grid, "run-card");
  gtk_widget_add_css_class (card->title, "heading");
  gtk_widget_add_css_class (card->details, "caption");
  gtk_widget_set_hexpand (card->title, TRUE);
  gtk_widget_set_valign (open, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (open, "flat");
  gtk_widget_add_css_class (open, "circular");
  gtk_accessible_update_property (GTK_ACCESSIBLE (open), GTK_ACCESSIBLE_PROPERTY_LABEL, "Open", -1);
  g_signal_connect (open, "clicked", G_CALLBACK (on_card_open), kind);
  gtk_grid_attach (GTK_GRID (grid), card->icon, 0, 0, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), card->title, 1, 0, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), card->details, 1, 1, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), open, 2, 0, 1, 2);
  g_object_set_data_full (G_OBJECT (grid), "card", card, g_free);
  g_object_set_data (G_OBJECT (grid), "item", item);
  gtk_list_item_set_child (item, grid);
}

/* ---- bound to rows ---- */

static void
update (const Kind *kind, GtkListItem *item)
{
  StudioRunsAnswer *answer = answer_of (kind);
  gboolean goes = answer == NULL || row_of (item) >= answer->n;

  /* A row that is about to go shows nothing meanwhile. */
  gtk_widget_set_opacity (gtk_list_item_get_child (item), goes ? 0 : 1);
  if (goes)
    return;
  if (kind->key != NULL)
    update_cell (kind, item);
  else
    update_card (kind, item);
}

static void
on_bind (GtkSignalListItemFactory *factory, GtkListItem *item, Kind *kind)
{
  g_hash_table_insert (kind->cells->bound, item, kind);
  update (kind, item);
}

static void
on_unbind (GtkSignalListItemFactory *factory, GtkListItem *item, Kind *kind)
{
  g_hash_table_remove (kind->cells->bound, item);
}

/* TRUE: there are more. */
static gboolean
update_batch (StudioRunsCells *cells, GPtrArray *items)
{
  gint64 end = g_get_monotonic_time () + BATCH;

  while (items->len > 0 && g_get_monotonic_time () < end)
    {
      GtkListItem *item = g_ptr_array_steal_index_fast (items, items->len - 1);
      const Kind *kind = g_hash_table_lookup (cells->bound, item);

      if (kind != NULL) /* else it was unbound meanwhile, and may be gone */
        update (kind, item);
    }
  return items->len > 0;
}

static gboolean
update_seen (gpointer data)
{
  StudioRunsCells *cells = data;

  if (update_batch (cells, cells->seen))
    return G_SOURCE_CONTINUE;
  cells->updating_seen = 0;
  return G_SOURCE_REMOVE;
}

static gboolean
update_unseen (gpointer data)
{
  StudioRunsCells *cells = data;

  if (update_batch (cells, cells->unseen))
    return G_SOURCE_CONTINUE;
  cells->updating_unseen = 0;
  return G_SOURCE_REMOVE;
}

void
studio_runs_cells_update (StudioRunsCells *cells, guint first, guint last)
{
  GHashTableIter iter;
  gpointer item;

  g_ptr_array_set_size (cells->seen, 0);
  g_ptr_array_set_size (cells->unseen, 0);
  g_hash_table_iter_init (&iter, cells->bound);
  while (g_hash_table_iter_next (&iter, &item, NULL))
    g_ptr_array_add (row_of (item) >= first && row_of (item) <= last ? cells->seen : cells->unseen,
                     item);
  /* What is seen changes before the next frame is drawn. */
  if (cells->updating_seen == 0)
    cells->updating_seen = g_idle_add_full (GTK_PRIORITY_RESIZE - 5, update_seen, cells, NULL);
  if (cells->updating_unseen == 0)
    cells->updating_unseen = g_idle_add_full (STUDIO_RUNS_CELLS, update_unseen, cells, NULL);
}

gboolean
studio_runs_cells_row (GtkWidget *widget, guint *row)
{
  for (; widget != NULL; widget = gtk_widget_get_parent (widget))
    {
      GtkWidget *inner = gtk_widget_get_first_child (widget);
      GtkListItem *item = g_object_get_data (G_OBJECT (widget), "item");

      /* Around a cell stands the widget of the list, whose child it is. */
      if (item == NULL && inner != NULL)
        item = g_object_get_data (G_OBJECT (inner), "item");
      if (item != NULL && gtk_list_item_get_item (item) != NULL)
        {
          *row = row_of (item);
          return TRUE;
        }
    }
  return FALSE;
}

/* ---- factories ---- */

static void
stop_updating (StudioRunsCells *cells)
{
  g_clear_handle_id (&cells->updating_seen, g_source_remove);
  g_clear_handle_id (&cells->updating_unseen, g_source_remove);
}

static void
cells_unref (StudioRunsCells *cells)
{
  if (--cells->references > 0)
    return;
  stop_updating (cells);
  g_hash_table_unref (cells->bound);
  g_ptr_array_unref (cells->seen);
  g_ptr_array_unref (cells->unseen);
  g_object_unref (cells->model);
  g_free (cells);
}

static void
kind_free (gpointer data, GClosure *closure)
{
  Kind *kind = data;

  cells_unref (kind->cells);
  g_free (kind->key);
  g_free (kind);
}

GtkListItemFactory *
studio_runs_cells_factory (StudioRunsCells *cells, const char *key)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  Kind *kind = g_new (Kind, 1);

  *kind = (Kind){ cells, g_strdup (key), key != NULL && studio_metric_column_is_at (key), FALSE };
  g_object_set_data (G_OBJECT (factory), "kind", kind);
  cells->references++;
  g_signal_connect_data (factory, "setup",
                         key != NULL ? G_CALLBACK (on_cell_setup) : G_CALLBACK (on_card_setup),
                         kind, kind_free, 0);
  g_signal_connect (factory, "bind", G_CALLBACK (on_bind), kind);
  g_signal_connect (factory, "unbind", G_CALLBACK (on_unbind), kind);
  return factory;
}

void
studio_runs_cells_set_numbers (GtkListItemFactory *factory, gboolean numbers)
{
  Kind *kind = g_object_get_data (G_OBJECT (factory), "kind");

  kind->numbers = numbers;
}

StudioRunsCells *
studio_runs_cells_new (StudioRunsModel *model, StudioRunsAt *at, GtkWidget *table)
{
  StudioRunsCells *cells = g_new0 (StudioRunsCells, 1);

  cells->references = 1;
  cells->model = g_object_ref (model);
  cells->at = at;
  cells->table = table;
  cells->bound = g_hash_table_new (NULL, NULL);
  cells->seen = g_ptr_array_new ();
  cells->unseen = g_ptr_array_new ();
  return cells;
}

void
studio_runs_cells_free (StudioRunsCells *cells)
{
  if (cells == NULL)
    return;
  cells->table = NULL;
  cells->at = NULL;
  stop_updating (cells);
  cells_unref (cells);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/compare-sides.h"

#include "ui/desktop/flow.h"
#include "ui/desktop/rows.h"
#include "ui/desktop/width-bin.h"

struct _StudioCompareSides
{
  AdwBin parent_instance;
  GtkDropDown *way;
  GPtrArray *ways;  /* GStrv or NULL, as in the drop-down */
  gboolean filling; /* what changes is not a person's doing */
  GtkWidget *which; /* the buttons below */
  GtkMenuButton *choose;
  GtkWidget *back, *forward;
  StudioRows *rows;  /* of the popover: one for each side */
  GStrv names, keys; /* of all sides */
  GtkBitset *shown;  /* places of the sides that are shown */
  GtkBitset *chosen; /* in the popover */
  GPtrArray *checks; /* check buttons of the rows that are seen */
};

G_DEFINE_FINAL_TYPE (StudioCompareSides, studio_compare_sides, ADW_TYPE_BIN)

enum
{
  WAY,
  SHOWN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static guint
n_sides (StudioCompareSides *sides)
{
  return sides->keys != NULL ? g_strv_length (sides->keys) : 0;
}

/* ---- what the sides are ---- */

static void
free_keys (gpointer keys)
{
  g_strfreev (keys);
}

static void
on_way (GtkDropDown *drop, GParamSpec *spec, StudioCompareSides *sides)
{
  guint i = gtk_drop_down_get_selected (drop);

  if (!sides->filling && i < sides->ways->len)
    g_signal_emit (sides, signals[WAY], 0, sides->ways->pdata[i]);
}

static void
fill_ways (StudioCompareSides *sides, const StudioComparison *comparison)
{
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);

  sides->filling = TRUE;
  g_ptr_array_set_size (sides->ways, 0);
  for (guint i = 0; i < comparison->ways->len; i++)
    {
      const StudioWay *way = comparison->ways->pdata[i];

      g_ptr_array_add (sides->ways, g_strdupv (way->by));
      gtk_string_list_append (titles, way->title);
    }
  gtk_drop_down_set_model (sides->way, G_LIST_MODEL (titles));
  gtk_drop_down_set_selected (sides->way, comparison->way);
  sides->filling = FALSE;
}

/* ---- which are shown ---- */

static void
show (StudioCompareSides *sides, GtkBitset *places)
{
  g_autoptr (GStrvBuilder) keys = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;
  GtkBitsetIter iter;
  guint place;

  if (!gtk_bitset_iter_init_first (&iter, places, &place))
    return;
  do
    if (place < n_sides (sides))
      g_strv_builder_add (keys, sides->keys[place]);
  while (gtk_bitset_iter_next (&iter, &place));
  list = g_strv_builder_end (keys);
  g_signal_emit (sides, signals[SHOWN], 0, list);
}

/* The next ones, or those before. */
static void
turn (StudioCompareSides *sides, gboolean forward)
{
  guint first = gtk_bitset_get_minimum (sides->shown), n = STUDIO_MAX_SIDES;
  guint from = forward ? gtk_bitset_get_maximum (sides->shown) + 1 : first > n ? first - n : 0;
  g_autoptr (GtkBitset) places = gtk_bitset_new_range (from, n);

  show (sides, places);
}

static void
on_back (StudioCompareSides *sides)
{
  turn (sides, FALSE);
}

static void
on_forward (StudioCompareSides *sides)
{
  turn (sides, TRUE);
}

/* There is room for so many, and one has to stay. */
static void
limit_choice (StudioCompareSides *sides)
{
  guint64 n = gtk_bitset_get_size (sides->chosen);

  for (guint i = 0; i < sides->checks->len; i++)
    {
      GtkCheckButton *check = sides->checks->pdata[i];
      gboolean active = gtk_check_button_get_active (check);

      gtk_widget_set_sensitive (GTK_WIDGET (check), active ? n > 1 : n < STUDIO_MAX_SIDES);
    }
}

static void
on_toggled (GtkCheckButton *check, StudioCompareSides *sides)
{
  guint place = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (check), "place"));

  if (sides->filling)
    return;
  if (gtk_check_button_get_active (check))
    gtk_bitset_add (sides->chosen, place);
  else
    gtk_bitset_remove (sides->chosen, place);
  limit_choice (sides);
}

static void
on_row_made (GtkListItemFactory *factory, GtkListItem *item, StudioCompareSides *sides)
{
  GtkWidget *check = gtk_check_button_new (), *label = gtk_label_new (NULL);

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_check_button_set_child (GTK_CHECK_BUTTON (check), label);
  g_signal_connect (check, "toggled", G_CALLBACK (on_toggled), sides);
  gtk_list_item_set_child (item, check);
  gtk_list_item_set_activatable (item, FALSE);
}

static void
on_row_bound (GtkListItemFactory *factory, GtkListItem *item, StudioCompareSides *sides)
{
  guint place = studio_row_number (gtk_list_item_get_item (item));
  GtkWidget *check = gtk_list_item_get_child (item);
  GtkWidget *label = gtk_check_button_get_child (GTK_CHECK_BUTTON (check));

  sides->filling = TRUE;
  g_object_set_data (G_OBJECT (check), "place", GUINT_TO_POINTER (place));
  gtk_label_set_text (GTK_LABEL (label), sides->names[place]);
  gtk_widget_set_tooltip_text (check, sides->names[place]);
  gtk_accessible_update_property (GTK_ACCESSIBLE (check), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  sides->names[place], -1);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (check),
                               gtk_bitset_contains (sides->chosen, place));
  sides->filling = FALSE;
  g_ptr_array_add (sides->checks, check);
  limit_choice (sides);
}

static void
on_row_left (GtkListItemFactory *factory, GtkListItem *item, StudioCompareSides *sides)
{
  g_ptr_array_remove_fast (sides->checks, gtk_list_item_get_child (item));
}

static void
on_opened (StudioCompareSides *sides)
{
  g_clear_pointer (&sides->chosen, gtk_bitset_unref);
  sides->chosen = gtk_bitset_copy (sides->shown);
  studio_rows_set (sides->rows, 0);
  studio_rows_set (sides->rows, n_sides (sides));
}

static void
on_closed (StudioCompareSides *sides)
{
  if (!gtk_bitset_equals (sides->chosen, sides->shown))
    show (sides, sides->chosen);
}

static void
fill_which (StudioCompareSides *sides, const StudioComparison *comparison)
{
  guint n = comparison->all->len;
  g_autofree char *label = comparison->sides->len == n
                               ? g_strdup_printf ("All %u sides", n)
                               : g_strdup_printf ("%u of %u sides", comparison->sides->len, n);

  g_strfreev (sides->names);
  g_strfreev (sides->keys);
  sides->names = g_new0 (char *, n + 1);
  sides->keys = g_new0 (char *, n + 1);
  gtk_bitset_remove_all (sides->shown);
  for (guint i = 0; i < n; i++)
    {
      const StudioSide *side = comparison->all->pdata[i];

      sides->names[i] = g_strdup (side->name);
      sides->keys[i] = g_strdup (side->key);
      if (g_ptr_array_find (comparison->sides, side, NULL))
        gtk_bitset_add (sides->shown, i);
    }
  gtk_menu_button_set_label (sides->choose, label);
  gtk_widget_set_visible (sides->which, n > 2);
  gtk_widget_set_visible (sides->back, n > STUDIO_MAX_SIDES);
  gtk_widget_set_visible (sides->forward, n > STUDIO_MAX_SIDES);
  gtk_widget_set_sensitive (sides->back, gtk_bitset_get_minimum (sides->shown) > 0);
  gtk_widget_set_sensitive (sides->forward, gtk_bitset_get_maximum (sides->shown) + 1 < n);
}

void
studio_compare_sides_set (StudioCompareSides *sides, const StudioComparison *comparison)
{
  fill_ways (sides, comparison);
  fill_which (sides, comparison);
}

/* ---- the widget ---- */

static GtkWidget *
new_popover (StudioCompareSides *sides)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkWidget *popover = gtk_popover_new (), *scroller = gtk_scrolled_window_new (), *list;

  g_signal_connect (factory, "setup", G_CALLBACK (on_row_made), sides);
  g_signal_connect (factory, "bind", G_CALLBACK (on_row_bound), sides);
  g_signal_connect (factory, "unbind", G_CALLBACK (on_row_left), sides);
  list = gtk_list_view_new (
      GTK_SELECTION_MODEL (gtk_no_selection_new (g_object_ref (G_LIST_MODEL (sides->rows)))),
      factory);
  gtk_accessible_update_property (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  "Sides to be shown, at most six", -1);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroller), 320);
  gtk_widget_set_size_request (scroller, 260, -1);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), list);
  gtk_popover_set_child (GTK_POPOVER (popover), scroller);
  g_signal_connect_swapped (popover, "map", G_CALLBACK (on_opened), sides);
  g_signal_connect_swapped (popover, "closed", G_CALLBACK (on_closed), sides);
  return popover;
}

static GtkWidget *
new_button (StudioCompareSides *sides, const char *icon, const char *name, GCallback callback)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect_swapped (button, "clicked", callback, sides);
  return button;
}

static GtkWidget *
new_ways (StudioCompareSides *sides)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9);
  GtkWidget *label = gtk_label_new ("A side for each");

  sides->way = GTK_DROP_DOWN (gtk_drop_down_new (NULL, NULL));
  studio_drop_down_ellipsize (sides->way);
  gtk_widget_set_tooltip_text (GTK_WIDGET (sides->way), "What tells the sides apart");
  gtk_accessible_update_property (GTK_ACCESSIBLE (sides->way), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  "A side for each", -1);
  g_signal_connect (sides->way, "notify::selected", G_CALLBACK (on_way), sides);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (sides->way));
  return box;
}

static GtkWidget *
new_which (StudioCompareSides *sides)
{
  sides->which = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_widget_add_css_class (sides->which, "linked");
  sides->back
      = new_button (sides, "go-previous-symbolic", "The sides before", G_CALLBACK (on_back));
  sides->forward
      = new_button (sides, "go-next-symbolic", "The next sides", G_CALLBACK (on_forward));
  sides->choose = GTK_MENU_BUTTON (gtk_menu_button_new ());
  gtk_widget_set_tooltip_text (GTK_WIDGET (sides->choose), "Choose the sides to be shown");
  gtk_menu_button_set_popover (sides->choose, new_popover (sides));
  gtk_box_append (GTK_BOX (sides->which), sides->back);
  gtk_box_append (GTK_BOX (sides->which), GTK_WIDGET (sides->choose));
  gtk_box_append (GTK_BOX (sides->which), sides->forward);
  return sides->which;
}

static void
studio_compare_sides_dispose (GObject *object)
{
  StudioCompareSides *sides = STUDIO_COMPARE_SIDES (object);

  if (sides->choose != NULL) /* its rows are left one by one */
    gtk_menu_button_set_popover (sides->choose, NULL);
  sides->choose = NULL;
  G_OBJECT_CLASS (studio_compare_sides_parent_class)->dispose (object);
}

static void
studio_compare_sides_finalize (GObject *object)
{
  StudioCompareSides *sides = STUDIO_COMPARE_SIDES (object);

  g_ptr_array_unref (sides->ways);
  g_ptr_array_unref (sides->checks);
  g_strfreev (sides->names);
  g_strfreev (sides->keys);
  gtk_bitset_unref (sides->shown);
  gtk_bitset_unref (sides->chosen);
  g_object_unref (sides->rows);
  G_OBJECT_CLASS (studio_compare_sides_parent_class)->finalize (object);
}

static void
studio_compare_sides_class_init (StudioCompareSidesClass *class)
{
  GType type = STUDIO_TYPE_COMPARE_SIDES;

  G_OBJECT_CLASS (class)->dispose = studio_compare_sides_dispose;
  G_OBJECT_CLASS (class)->finalize = studio_compare_sides_finalize;
  signals[WAY] = g_signal_new ("way", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                               G_TYPE_STRV);
  signals[SHOWN] = g_signal_new ("shown", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                 1, G_TYPE_STRV);
}

static void
studio_compare_sides_init (StudioCompareSides *sides)
{
  GtkWidget *flow = studio_flow_new ();

  sides->ways = g_ptr_array_new_with_free_func (free_keys);
  sides->checks = g_ptr_array_new ();
  sides->shown = gtk_bitset_new_empty ();
  sides->chosen = gtk_bitset_new_empty ();
  sides->rows = studio_rows_new ();
  studio_flow_append (STUDIO_FLOW (flow), new_ways (sides));
  studio_flow_append (STUDIO_FLOW (flow), new_which (sides));
  gtk_widget_set_halign (flow, GTK_ALIGN_START);
  adw_bin_set_child (ADW_BIN (sides), flow);
}

GtkWidget *
studio_compare_sides_new (void)
{
  return g_object_new (STUDIO_TYPE_COMPARE_SIDES, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/width-bin.h"

struct _StudioWidthBin
{
  GtkWidget parent_instance;
  GtkWidget *child;
  int threshold;
  gboolean narrow;
  guint announce;
};

static void studio_width_bin_buildable_init (GtkBuildableIface *iface);
G_DEFINE_FINAL_TYPE_WITH_CODE (StudioWidthBin, studio_width_bin, GTK_TYPE_WIDGET,
                               G_IMPLEMENT_INTERFACE (GTK_TYPE_BUILDABLE,
                                                      studio_width_bin_buildable_init))

enum
{
  PROP_CHILD = 1,
  PROP_THRESHOLD,
  PROP_NARROW,
  N_PROPERTIES
};

static GParamSpec *properties[N_PROPERTIES];

gboolean
studio_width_bin_is_narrow (StudioWidthBin *bin)
{
  return bin->narrow;
}

static void
set_child (StudioWidthBin *bin, GtkWidget *child)
{
  g_clear_pointer (&bin->child, gtk_widget_unparent);
  bin->child = child;
  if (child != NULL)
    gtk_widget_set_parent (child, GTK_WIDGET (bin));
}

static gboolean
announce (gpointer data)
{
  StudioWidthBin *bin = data;

  bin->announce = 0;
  g_object_notify_by_pspec (G_OBJECT (bin), properties[PROP_NARROW]);
  return G_SOURCE_REMOVE;
}

/* No wish of the child's keeps a window from becoming narrow. */
static void
studio_width_bin_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                          int *natural, int *minimum_baseline, int *natural_baseline)
{
  StudioWidthBin *bin = STUDIO_WIDTH_BIN (widget);
  int least = 0;

  *minimum = *natural = 0;
  if (bin->child == NULL)
    return;
  if (orientation == GTK_ORIENTATION_VERTICAL && for_size >= 0)
    {
      gtk_widget_measure (bin->child, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
      for_size = MAX (for_size, least);
    }
  /* A width for a height makes every label below look for one, by trying: seconds on a long page.
   */
  gtk_widget_measure (bin->child, orientation,
                      orientation == GTK_ORIENTATION_VERTICAL ? for_size : -1, minimum, natural,
                      NULL, NULL);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    *minimum = 0;
}

/* Listeners change the layout, which is not done while one is being made. */
static void
studio_width_bin_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  StudioWidthBin *bin = STUDIO_WIDTH_BIN (widget);
  gboolean narrow = width < bin->threshold;
  int least;

  if (narrow != bin->narrow)
    {
      bin->narrow = narrow;
      if (bin->announce == 0)
        bin->announce = g_idle_add_full (G_PRIORITY_HIGH_IDLE, announce, bin, NULL);
    }
  if (bin->child == NULL)
    return;
  gtk_widget_measure (bin->child, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  width = MAX (width, least);
  gtk_widget_measure (bin->child, GTK_ORIENTATION_VERTICAL, width, &least, NULL, NULL, NULL);
  gtk_widget_allocate (bin->child, width, MAX (height, least), baseline, NULL);
}

static GtkSizeRequestMode
studio_width_bin_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
studio_width_bin_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  StudioWidthBin *bin = STUDIO_WIDTH_BIN (object);

  if (id == PROP_CHILD)
    set_child (bin, g_value_get_object (value));
  else
    bin->threshold = g_value_get_int (value);
}

static void
studio_width_bin_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  StudioWidthBin *bin = STUDIO_WIDTH_BIN (object);

  if (id == PROP_CHILD)
    g_value_set_object (value, bin->child);
  else if (id == PROP_THRESHOLD)
    g_value_set_int (value, bin->threshold);
  else
    g_value_set_boolean (value, bin->narrow);
}

static void
studio_width_bin_dispose (GObject *object)
{
  StudioWidthBin *bin = STUDIO_WIDTH_BIN (object);

  g_clear_handle_id (&bin->announce, g_source_remove);
  set_child (bin, NULL);
  G_OBJECT_CLASS (studio_width_bin_parent_class)->dispose (object);
}

static void
studio_width_bin_class_init (StudioWidthBinClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  object_class->set_property = studio_width_bin_set_property;
  object_class->get_property = studio_width_bin_get_property;
  object_class->dispose = studio_width_bin_dispose;
  widget_class->measure = studio_width_bin_measure;
  widget_class->size_allocate = studio_width_bin_size_allocate;
  widget_class->get_request_mode = studio_width_bin_get_request_mode;
  properties[PROP_CHILD] = g_param_spec_object ("child", NULL, NULL, GTK_TYPE_WIDGET,
                                                G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_THRESHOLD]
      = g_param_spec_int ("threshold", NULL, NULL, 0, G_MAXINT, 600,
                          G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS);
  properties[PROP_NARROW] = g_param_spec_boolean ("narrow", NULL, NULL, FALSE,
                                                  G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
studio_width_bin_init (StudioWidthBin *bin)
{
  gtk_widget_set_overflow (GTK_WIDGET (bin), GTK_OVERFLOW_HIDDEN);
}

static void
add_child (GtkBuildable *buildable, GtkBuilder *builder, GObject *child, const char *type)
{
  set_child (STUDIO_WIDTH_BIN (buildable), GTK_WIDGET (child));
}

static void
studio_width_bin_buildable_init (GtkBuildableIface *iface)
{
  iface->add_child = add_child;
}

/* ---- drop-downs ---- */

static void
setup_item (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_width_chars (GTK_LABEL (label), 4);
  gtk_list_item_set_child (item, label);
}

static void
bind_item (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkStringObject *string = GTK_STRING_OBJECT (gtk_list_item_get_item (item));

  gtk_label_set_text (GTK_LABEL (gtk_list_item_get_child (item)),
                      gtk_string_object_get_string (string));
}

/* The list that drops down has room for whole strings. */
static void
setup_row (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  setup_item (factory, item);
  gtk_label_set_ellipsize (GTK_LABEL (gtk_list_item_get_child (item)), PANGO_ELLIPSIZE_NONE);
  gtk_label_set_wrap (GTK_LABEL (gtk_list_item_get_child (item)), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (gtk_list_item_get_child (item)), 40);
}

static GtkListItemFactory *
factory_new (void (*setup) (GtkSignalListItemFactory *factory, GtkListItem *item))
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_signal_connect (factory, "setup", G_CALLBACK (setup), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_item), NULL);
  return factory;
}

void
studio_drop_down_ellipsize (GtkDropDown *drop)
{
  g_autoptr (GtkListItemFactory) factory = factory_new (setup_item), rows = factory_new (setup_row);

  gtk_drop_down_set_factory (drop, factory);
  gtk_drop_down_set_list_factory (drop, rows);
}

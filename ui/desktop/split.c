/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/split.h"

#define ACROSS 18
#define DOWN 6

struct _StudioSplit
{
  GtkWidget parent_instance;
  GtkWidget *first, *second;
  int width;
};

G_DEFINE_FINAL_TYPE (StudioSplit, studio_split, GTK_TYPE_WIDGET)

static int
natural_width (GtkWidget *widget, int *minimum)
{
  int natural;

  gtk_widget_measure (widget, GTK_ORIENTATION_HORIZONTAL, -1, minimum, &natural, NULL, NULL);
  return natural;
}

static void
heights (GtkWidget *widget, int width, int *minimum, int *natural)
{
  int least;

  gtk_widget_measure (widget, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  gtk_widget_measure (widget, GTK_ORIENTATION_VERTICAL, MAX (width, least), minimum, natural, NULL,
                      NULL);
}

/* The width of the second beside the first; 0: it goes below. */
static int
second_width (StudioSplit *split, int width)
{
  int least, natural = natural_width (split->second, &least);
  int second = MAX (least, MIN (natural, width / 2));
  int first;

  if (gtk_widget_compute_expand (split->second, GTK_ORIENTATION_HORIZONTAL))
    second = MAX (second, width * 9 / 20);
  natural_width (split->first, &first);
  return width >= split->width && first + ACROSS + second <= width ? second : 0;
}

static void
measure_width (StudioSplit *split, int *minimum, int *natural)
{
  int first, second;
  int wide = natural_width (split->first, &first) + natural_width (split->second, &second);

  *minimum = MAX (first, second);
  /* Sentences wrap: more than side by side needs is not wished for. */
  *natural = MAX (*minimum, MIN (wide + ACROSS, split->width));
}

static void
measure_height (StudioSplit *split, int width, int *minimum, int *natural)
{
  int beside = width < 0 ? natural_width (split->second, minimum) : second_width (split, width);
  int least[2], wanted[2];

  heights (split->first, width < 0 ? -1 : width - (beside > 0 ? beside + ACROSS : 0), &least[0],
           &wanted[0]);
  heights (split->second, beside > 0 ? beside : width, &least[1], &wanted[1]);
  *minimum = beside > 0 ? MAX (least[0], least[1]) : least[0] + DOWN + least[1];
  *natural = beside > 0 ? MAX (wanted[0], wanted[1]) : wanted[0] + DOWN + wanted[1];
}

static void
studio_split_measure (GtkWidget *widget, GtkOrientation orientation, int size, int *minimum,
                      int *natural, int *minimum_baseline, int *natural_baseline)
{
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    measure_width (STUDIO_SPLIT (widget), minimum, natural);
  else
    measure_height (STUDIO_SPLIT (widget), size, minimum, natural);
}

static GtkSizeRequestMode
studio_split_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
place (GtkWidget *widget, int x, int y, int width, int height)
{
  int least;

  gtk_widget_measure (widget, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  gtk_widget_size_allocate (widget, &(GtkAllocation){ x, y, MAX (width, least), height }, -1);
}

static void
studio_split_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  StudioSplit *split = STUDIO_SPLIT (widget);
  int beside = second_width (split, width), least, first, second;
  gboolean mirrored = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;

  if (beside > 0)
    {
      place (split->first, mirrored ? beside + ACROSS : 0, 0, width - beside - ACROSS, height);
      heights (split->second, beside, &least, &second);
      place (split->second, mirrored ? 0 : width - beside, MAX (0, (height - second) / 2), beside,
             MIN (second, height));
      return;
    }
  heights (split->first, width, &least, &first);
  heights (split->second, width, &least, &second);
  place (split->first, 0, 0, width, first);
  place (split->second, 0, first + DOWN, width, MAX (second, height - first - DOWN));
}

static void
studio_split_dispose (GObject *object)
{
  StudioSplit *split = STUDIO_SPLIT (object);

  g_clear_pointer (&split->first, gtk_widget_unparent);
  g_clear_pointer (&split->second, gtk_widget_unparent);
  G_OBJECT_CLASS (studio_split_parent_class)->dispose (object);
}

static void
studio_split_class_init (StudioSplitClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = studio_split_dispose;
  widget_class->measure = studio_split_measure;
  widget_class->get_request_mode = studio_split_get_request_mode;
  widget_class->size_allocate = studio_split_size_allocate;
}

static void
studio_split_init (StudioSplit *split)
{
}

GtkWidget *
studio_split_new (GtkWidget *first, GtkWidget *second, int width)
{
  StudioSplit *split = g_object_new (STUDIO_TYPE_SPLIT, NULL);

  split->first = first;
  split->second = second;
  split->width = width;
  gtk_widget_set_parent (first, GTK_WIDGET (split));
  gtk_widget_set_parent (second, GTK_WIDGET (split));
  return GTK_WIDGET (split);
}

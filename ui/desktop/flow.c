/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/flow.h"

#define SPACING 6

struct _StudioFlow
{
  GtkWidget parent_instance;
  gboolean spread;
};

G_DEFINE_FINAL_TYPE (StudioFlow, studio_flow, GTK_TYPE_WIDGET)

enum
{
  PROP_SPREAD = 1
};

/* Some children in sequence that stand side by side. */
typedef struct
{
  GtkWidget *first, *end; /* the end is of the next line, or NULL */
  int width, height;
} Line;

/* As wide as it likes, where the flow is wide enough. */
static int
width_of (GtkWidget *child, int room)
{
  int least, natural;

  gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &least, &natural, NULL, NULL);
  return MAX (least, MIN (natural, room));
}

static int
height_of (GtkWidget *child, int width)
{
  int natural;

  gtk_widget_measure (child, GTK_ORIENTATION_VERTICAL, width, NULL, &natural, NULL, NULL);
  return natural;
}

/* The line that begins with this child. */
static Line
line_from (GtkWidget *child, int room)
{
  Line line = { child, NULL, 0, 0 };

  for (; child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      int width = width_of (child, room), before = line.width > 0 ? line.width + SPACING : 0;

      if (!gtk_widget_should_layout (child))
        continue;
      if (before > 0 && before + width > room)
        break;
      line.width = before + width;
      line.height = MAX (line.height, height_of (child, width));
    }
  line.end = child;
  return line;
}

static void
measure_width (GtkWidget *flow, int *minimum, int *natural)
{
  for (GtkWidget *child = gtk_widget_get_first_child (flow); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (gtk_widget_should_layout (child))
      *minimum = MAX (*minimum, width_of (child, 0));
  *natural = line_from (gtk_widget_get_first_child (flow), G_MAXINT / 2).width;
}

static void
studio_flow_measure (GtkWidget *flow, GtkOrientation orientation, int size, int *minimum,
                     int *natural, int *minimum_baseline, int *natural_baseline)
{
  int room = size < 0 ? G_MAXINT / 2 : size, height = 0;
  Line line;

  *minimum = *natural = 0;
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      measure_width (flow, minimum, natural);
      return;
    }
  for (GtkWidget *at = gtk_widget_get_first_child (flow); at != NULL; at = line.end)
    {
      line = line_from (at, room);
      height += (height > 0 ? SPACING : 0) + line.height;
    }
  *minimum = *natural = height;
}

static void
place (const Line *line, int room, int y, gboolean mirrored, gboolean spread)
{
  int slack = room - line->width, x = spread ? 0 : slack;

  for (GtkWidget *child = line->first; child != line->end;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkAllocation at = { x, y, width_of (child, room), line->height };

      if (!gtk_widget_should_layout (child))
        continue;
      if (spread && gtk_widget_get_next_sibling (child) == NULL)
        at.x += slack;
      x += at.width + SPACING;
      if (mirrored)
        at.x = room - at.x - at.width;
      gtk_widget_size_allocate (child, &at, -1);
    }
}

static void
studio_flow_size_allocate (GtkWidget *flow, int width, int height, int baseline)
{
  gboolean mirrored = gtk_widget_get_direction (flow) == GTK_TEXT_DIR_RTL;
  Line line;
  int y = 0;

  for (GtkWidget *at = gtk_widget_get_first_child (flow); at != NULL; at = line.end)
    {
      line = line_from (at, width);
      place (&line, width, y, mirrored, STUDIO_FLOW (flow)->spread);
      y += line.height + SPACING;
    }
}

static GtkSizeRequestMode
studio_flow_get_request_mode (GtkWidget *flow)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
studio_flow_dispose (GObject *object)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (studio_flow_parent_class)->dispose (object);
}

static void
studio_flow_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  STUDIO_FLOW (object)->spread = g_value_get_boolean (value);
  gtk_widget_queue_allocate (GTK_WIDGET (object));
}

static void
studio_flow_class_init (StudioFlowClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = studio_flow_dispose;
  G_OBJECT_CLASS (class)->set_property = studio_flow_set_property;
  g_object_class_install_property (
      G_OBJECT_CLASS (class), PROP_SPREAD,
      g_param_spec_boolean ("spread", NULL, NULL, FALSE,
                            G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS));
  widget_class->measure = studio_flow_measure;
  widget_class->size_allocate = studio_flow_size_allocate;
  widget_class->get_request_mode = studio_flow_get_request_mode;
}

static void
studio_flow_init (StudioFlow *flow)
{
}

GtkWidget *
studio_flow_new (void)
{
  return g_object_new (STUDIO_TYPE_FLOW, NULL);
}

void
studio_flow_append (StudioFlow *flow, GtkWidget *child)
{
  gtk_widget_set_parent (child, GTK_WIDGET (flow));
}

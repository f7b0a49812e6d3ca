/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/slices.h"

#include "ui/desktop/watchdog.h"

#define SLICE_MS 4.
#define PERIOD_MS 12 /* between two slices there is time for a frame */

struct _StudioSlices
{
  StudioSlice piece;
  gpointer data;
};

static GQueue works = G_QUEUE_INIT; /* StudioSlices, whose turn it is first */
static guint source;                /* 0: there is no work */

/* By turns, so that none waits for another's end. */
static void
do_piece (void)
{
  StudioSlices *slices = g_queue_pop_head (&works);

  g_queue_push_tail (&works, slices); /* a piece may stop it, or start others */
  if (!slices->piece (slices->data) && g_queue_remove (&works, slices))
    g_free (slices);
}

/* By the processor's time: on a busy machine a slice does as much as on an idle one. */
static gboolean
on_slice (gpointer data)
{
  double until = studio_processor_ms () + SLICE_MS;

  while (works.length > 0 && studio_processor_ms () < until)
    do_piece ();
  if (works.length > 0)
    return G_SOURCE_CONTINUE;
  source = 0;
  return G_SOURCE_REMOVE;
}

StudioSlices *
studio_slices_start (StudioSlice piece, gpointer data)
{
  StudioSlices *slices = g_new (StudioSlices, 1);

  *slices = (StudioSlices){ piece, data };
  g_queue_push_tail (&works, slices);
  if (source == 0)
    source = g_timeout_add_full (G_PRIORITY_DEFAULT_IDLE, PERIOD_MS, on_slice, NULL, NULL);
  return slices;
}

void
studio_slices_stop (StudioSlices *slices)
{
  g_queue_remove (&works, slices);
  g_free (slices);
  if (works.length == 0)
    g_clear_handle_id (&source, g_source_remove);
}

gboolean
studio_slices_are_busy (void)
{
  return works.length > 0;
}

void
studio_slices_lay_out (GtkWidget *widget, GtkWidget *list)
{
  int least, width = gtk_widget_get_width (list);

  gtk_widget_measure (widget, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  gtk_widget_measure (widget, GTK_ORIENTATION_VERTICAL, MAX (width, least), NULL, NULL, NULL, NULL);
}

/* ---- taking apart ---- */

static void
take_out (GtkWidget *parent, GtkWidget *child)
{
  if (GTK_IS_LIST_BOX (parent))
    gtk_list_box_remove (GTK_LIST_BOX (parent), child);
  else
    gtk_box_remove (GTK_BOX (parent), child);
}

/* The last leaf of what is in @widget; FALSE: it is one itself. */
static gboolean
take_last (GtkWidget *widget)
{
  GtkWidget *last
      = GTK_IS_BOX (widget) || GTK_IS_LIST_BOX (widget) ? gtk_widget_get_last_child (widget) : NULL;

  if (last != NULL && !take_last (last))
    take_out (widget, last);
  return last != NULL;
}

static gboolean
empty_piece (gpointer data)
{
  GPtrArray *children = data;
  GtkWidget *child = children->pdata[children->len - 1];
  GtkWidget *parent = gtk_widget_get_parent (child);

  if (parent != NULL && take_last (child))
    return TRUE;
  if (parent != NULL)
    take_out (parent, child);
  g_ptr_array_set_size (children, (int) children->len - 1);
  if (children->len > 0)
    return TRUE;
  g_ptr_array_unref (children);
  return FALSE;
}

void
studio_slices_empty (GtkBox *box)
{
  g_autoptr (GPtrArray) children = g_ptr_array_new_with_free_func (g_object_unref);

  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (box)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      gtk_widget_set_visible (child, FALSE);
      g_ptr_array_add (children, g_object_ref (child));
    }
  if (children->len > 0)
    studio_slices_start (empty_piece, g_steal_pointer (&children));
}

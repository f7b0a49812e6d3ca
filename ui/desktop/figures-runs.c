/* SPDX-License-Identifier: Apache-2.0
 *
 * The runs behind a curve that was clicked on.
 */
#include "ui/desktop/figures-view-private.h"

#include "ui/desktop/window.h"

#define MAX_RUNS 12

static void
on_run_clicked (GtkButton *button, gpointer data)
{
  StudioFiguresView *view = data;

  gtk_popover_popdown (GTK_POPOVER (view->popover));
  studio_window_show_run (studio_window_of (view), gtk_button_get_label (button));
}

static void
on_only_these (GtkButton *button, gpointer data)
{
  StudioFiguresView *view = data;
  GStrv ids = g_object_get_data (G_OBJECT (button), "runs");
  g_autofree char *study = g_strdup (studio_run_chooser_study (view->chooser));

  gtk_popover_popdown (GTK_POPOVER (view->popover));
  studio_session_select (view->session, study, NULL, (const char *const *) ids);
}

static GtkWidget *
flat_button (const char *label, GCallback clicked, StudioFiguresView *view)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  gtk_widget_add_css_class (button, "flat");
  g_signal_connect (button, "clicked", clicked, view);
  return button;
}

static GtkWidget *
runs_box (StudioFiguresView *view, const char *filter, const char *const *ids)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3), *label, *only;
  guint n = g_strv_length ((GStrv) ids);
  g_autofree char *text = g_strdup_printf ("%u %s behind it", n, n == 1 ? "run" : "runs");

  label = gtk_label_new (text);
  gtk_widget_add_css_class (label, "heading");
  gtk_box_append (GTK_BOX (box), label);
  if (filter != NULL && *filter != '\0')
    {
      label = gtk_label_new (filter);
      gtk_label_set_wrap (GTK_LABEL (label), TRUE);
      gtk_label_set_max_width_chars (GTK_LABEL (label), 32);
      gtk_label_set_selectable (GTK_LABEL (label), TRUE);
      gtk_widget_add_css_class (label, "dim-label");
      gtk_widget_add_css_class (label, "caption");
      gtk_box_append (GTK_BOX (box), label);
    }
  for (guint i = 0; i < n && i < MAX_RUNS; i++)
    gtk_box_append (GTK_BOX (box), flat_button (ids[i], G_CALLBACK (on_run_clicked), view));
  if (n > MAX_RUNS)
    {
      g_autofree char *more = g_strdup_printf ("and %u more", n - MAX_RUNS);

      gtk_box_append (GTK_BOX (box), gtk_label_new (more));
    }
  only = flat_button ("Look at These Only", G_CALLBACK (on_only_these), view);
  g_object_set_data_full (G_OBJECT (only), "runs", g_strdupv ((GStrv) ids),
                          (GDestroyNotify) g_strfreev);
  gtk_box_append (GTK_BOX (box), only);
  return box;
}

void
studio_figures_view_tell_runs (StudioFiguresView *view, const char *filter, const char *const *ids)
{
  double x, y;
  GdkRectangle at = { .width = 1, .height = 1 };

  if (ids == NULL || ids[0] == NULL)
    {
      studio_session_notice (view->session, "No single run stands behind it");
      return;
    }
  if (ids[1] == NULL)
    {
      studio_window_show_run (studio_window_of (view), ids[0]);
      return;
    }
  g_clear_pointer (&view->popover, gtk_widget_unparent);
  studio_chart_area_reading_place (view->area, &x, &y);
  gtk_widget_translate_coordinates (GTK_WIDGET (view->area), GTK_WIDGET (view), x, y, &x, &y);
  at.x = (int) x;
  at.y = (int) y;
  view->popover = gtk_popover_new ();
  gtk_popover_set_child (GTK_POPOVER (view->popover), runs_box (view, filter, ids));
  gtk_popover_set_pointing_to (GTK_POPOVER (view->popover), &at);
  gtk_widget_set_parent (view->popover, GTK_WIDGET (view));
  gtk_popover_popup (GTK_POPOVER (view->popover));
}

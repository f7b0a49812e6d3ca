/* SPDX-License-Identifier: Apache-2.0 */
#include "desktop.h"
#include "ui/desktop/application.h"

static const char *const pages[] = { "studies", "runs", "figures", "compare", "claims", "queue" };

static void
show_page (StudioWindow *window, const char *page)
{
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.page", "s", page));
  desktop_test_settle ();
}

static void
every_page_shows (void)
{
  StudioWindow *window = desktop_test_open ();

  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      g_autofree char *picture = g_strconcat ("empty-", pages[i], NULL);

      show_page (window, pages[i]);
      desktop_test_picture (GTK_WIDGET (window), picture);
    }
  desktop_test_close (window);
}

typedef struct
{
  GdkFrameClock *clock;
  gint64 frame, since; /* the last frame, and when it was */
} Rest;

#define RESTING (G_USEC_PER_SEC / 4)

static gboolean
rests (gpointer data)
{
  Rest *rest = data;
  gint64 frame = gdk_frame_clock_get_frame_counter (rest->clock), now = g_get_monotonic_time ();

  if (frame != rest->frame)
    *rest = (Rest){ rest->clock, frame, now };
  return now - rest->since > RESTING;
}

/* All pages were seen, so that each has what it shows while it waits. */
static void
nothing_is_drawn_while_nothing_happens (void)
{
  StudioWindow *window = desktop_test_open ();
  Rest rest = { gtk_widget_get_frame_clock (GTK_WIDGET (window)) };

  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", TRUE, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    show_page (window, pages[i]);
  desktop_test_until (rests, &rest);
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
  desktop_test_close (window);
}

/* As a window manager closes it. */
static void
it_closes_with_a_menu_open (void)
{
  StudioWindow *window = desktop_test_open ();
  GtkWidget *menu = desktop_test_find (window, GTK_TYPE_MENU_BUTTON, NULL);

  gtk_menu_button_popup (GTK_MENU_BUTTON (menu));
  desktop_test_settle ();
  gtk_window_close (GTK_WINDOW (window));
  desktop_test_settle ();
  desktop_test_close (desktop_test_open ()); /* GTK asks when another window has come */
}

/* The windows that the menu opens, each on top. */
static void
dialogs_show (void)
{
  static const struct
  {
    const char *action, *picture;
  } dialogs[] = { { "app.preferences", "preferences" },
                  { "app.about", "about" },
                  { "win.shortcuts", "shortcuts" } };
  StudioWindow *window = desktop_test_open ();

  for (guint i = 0; i < G_N_ELEMENTS (dialogs); i++)
    {
      GtkWindow *dialog = NULL;
      g_autoptr (GListModel) all = g_object_ref (gtk_window_get_toplevels ());

      g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), dialogs[i].action, NULL));
      desktop_test_settle ();
      for (guint k = 0; k < g_list_model_get_n_items (all); k++)
        {
          g_autoptr (GtkWindow) shown = g_list_model_get_item (all, k);

          if (shown != GTK_WINDOW (window) && gtk_widget_get_visible (GTK_WIDGET (shown)))
            dialog = shown;
        }
      g_assert_nonnull (dialog);
      desktop_test_picture (GTK_WIDGET (dialog), dialogs[i].picture);
      gtk_window_destroy (dialog);
      desktop_test_settle ();
    }
  desktop_test_close (window);
}

static void
preferences_are_kept_and_take_effect (void)
{
  StudioWindow *window = desktop_test_open ();
  GtkWindow *preferences = studio_application_preferences (GTK_WINDOW (window));
  g_autoptr (GObject) style
      = g_object_ref (G_OBJECT (desktop_test_find (preferences, ADW_TYPE_COMBO_ROW, NULL)));

  adw_combo_row_set_selected (ADW_COMBO_ROW (style), 2);
  g_assert_true (adw_style_manager_get_dark (adw_style_manager_get_default ()));
  adw_combo_row_set_selected (ADW_COMBO_ROW (style), 1);
  g_assert_false (adw_style_manager_get_dark (adw_style_manager_get_default ()));
  adw_combo_row_set_selected (ADW_COMBO_ROW (style), 0);
  gtk_window_destroy (preferences);
  desktop_test_close (window);
}

/* The pages reach down to the edge. */
static gboolean
has_no_bar (gpointer window)
{
  GtkWidget *bar = desktop_test_find (window, ADW_TYPE_VIEW_SWITCHER_BAR, NULL);

  return gtk_widget_get_height (bar) == 0;
}

/* The largest screen, and text half as large again in the smallest window. */
static void
sizes_fit (void)
{
  StudioWindow *window = desktop_test_open ();

  desktop_test_resize (window, 3840, 2160);
  desktop_test_picture (GTK_WIDGET (window), "studies-3840");
  desktop_test_text_scale (1.5);
  desktop_test_resize (window, 1280, 800);
  desktop_test_picture (GTK_WIDGET (window), "studies-large-text");
  desktop_test_text_scale (1);
  desktop_test_resize (window, 360, 640);
  g_assert_false (has_no_bar (window));
  desktop_test_resize (window, 1280, 800);
  desktop_test_until (has_no_bar, window);
  desktop_test_close (window);
}

int
main (int argc, char **argv)
{
  desktop_test_init (&argc, &argv);
  g_test_add_func ("/desktop/window/every-page-shows", every_page_shows);
  g_test_add_func ("/desktop/window/nothing-is-drawn-while-nothing-happens",
                   nothing_is_drawn_while_nothing_happens);
  g_test_add_func ("/desktop/window/it-closes-with-a-menu-open", it_closes_with_a_menu_open);
  g_test_add_func ("/desktop/window/dialogs-show", dialogs_show);
  g_test_add_func ("/desktop/window/preferences-are-kept-and-take-effect",
                   preferences_are_kept_and_take_effect);
  g_test_add_func ("/desktop/window/sizes-fit", sizes_fit);
  return g_test_run ();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "pointer.h"

#include <gdk/x11/gdkx.h>
#include <math.h>

gboolean
desktop_pointer_is_there (void)
{
  g_autofree char *path = g_find_program_in_path ("xdotool");

  if (path == NULL)
    g_test_skip ("xdotool is not installed");
  return path != NULL;
}

/* ---- the words that xdotool takes ---- */

static void
say (GPtrArray *words, const char *format, ...)
{
  va_list arguments;
  g_autofree char *line = NULL;
  g_auto (GStrv) parts = NULL;

  va_start (arguments, format);
  line = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  parts = g_strsplit (line, " ", -1);
  for (char **part = parts; *part != NULL; part++)
    g_ptr_array_add (words, g_strdup (*part));
}

/* Pixels of the window are those of the widget behind what GTK draws around it. */
static void
say_move (GPtrArray *words, GtkWidget *widget, double x, double y)
{
  GtkNative *native = gtk_widget_get_native (widget);
  GdkSurface *surface = gtk_native_get_surface (native);
  double left, top;

  g_assert_true (gtk_widget_translate_coordinates (widget, GTK_WIDGET (native), x, y, &x, &y));
  gtk_native_get_surface_transform (native, &left, &top);
  say (words, "mousemove --window %lu %d %d", gdk_x11_surface_get_xid (surface),
       (int) round (x + left), (int) round (y + top));
}

/* The server has sent all that came of it; motion is handled when a frame begins, and one may have
 * begun before. */
static void
act (GPtrArray *words, GtkWidget *widget)
{
  GtkWidget *root = GTK_WIDGET (gtk_widget_get_native (widget));
  g_autoptr (GError) error = NULL;
  int status;

  g_ptr_array_add (words, NULL);
  g_spawn_sync (NULL, (char **) words->pdata, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL,
                &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
  gdk_display_sync (gtk_widget_get_display (root));
  while (g_main_context_pending (NULL))
    g_main_context_iteration (NULL, FALSE);
  for (int frames = 0; frames < 2; frames++)
    {
      gtk_widget_queue_draw (root);
      gtk_test_widget_wait_for_draw (root);
    }
}

static GPtrArray *
begin (const char *key)
{
  GPtrArray *words = g_ptr_array_new_with_free_func (g_free);

  say (words, "xdotool");
  if (key != NULL)
    say (words, "keydown %s", key);
  return words;
}

static void
end (GPtrArray *words, gpointer widget, const char *key)
{
  if (key != NULL)
    say (words, "keyup %s", key);
  act (words, widget);
}

/* ---- what a hand does ---- */

void
desktop_pointer_move (gpointer widget, double x, double y)
{
  g_autoptr (GPtrArray) words = begin (NULL);

  say_move (words, widget, x, y);
  end (words, widget, NULL);
}

static gboolean
on_time (gpointer over)
{
  *(gboolean *) over = TRUE;
  return G_SOURCE_REMOVE;
}

/* GTK 4.8 takes two presses for two clicks where another place was pressed within this time. */
static void
let_presses_be_forgotten (gpointer widget)
{
  gboolean over = FALSE;
  int time;

  g_object_get (gtk_widget_get_settings (widget), "gtk-double-click-time", &time, NULL);
  g_timeout_add ((guint) time, on_time, &over);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
}

static void
click (gpointer widget, double x, double y, int button, int times, const char *key)
{
  g_autoptr (GPtrArray) words = begin (key);

  say_move (words, widget, x, y);
  say (words, "click --repeat %d --delay 5 %d", times, button);
  end (words, widget, key);
}

void
desktop_pointer_click (gpointer widget, double x, double y, int button, int times)
{
  if (times > 1)
    let_presses_be_forgotten (widget);
  click (widget, x, y, button, times, NULL);
}

void
desktop_pointer_click_with (gpointer widget, double x, double y, const char *key)
{
  click (widget, x, y, 1, 1, key);
}

void
desktop_pointer_drag (gpointer widget, double x, double y, double to_x, double to_y, int button,
                      const char *key)
{
  g_autoptr (GPtrArray) words = begin (key);

  say_move (words, widget, x, y);
  say (words, "mousedown %d", button);
  say_move (words, widget, x + .5 * (to_x - x), y + .5 * (to_y - y));
  say_move (words, widget, to_x, to_y);
  say (words, "mouseup %d", button);
  end (words, widget, key);
}

void
desktop_pointer_scroll (gpointer widget, double x, double y, int notches, const char *key)
{
  click (widget, x, y, notches > 0 ? 4 : 5, ABS (notches), key);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Every command of the desktop and every key that it answers, in one table: name, keys, words.  The
 * accelerators, the bindings of widgets, the windows of shortcuts and the tests that nothing is
 * missing come from it.
 */
#pragma once

#include <gtk/gtk.h>

/** Who is asked first when a key is pressed. */
typedef enum
{
  STUDIO_KEYS_FIRST, /* the command: no text has a use for the key */
  STUDIO_KEYS_LOCAL, /* the widget that has the focus and binds it (studio_actions_bind, or GTK) */
  STUDIO_KEYS_LAST   /* what has the focus, then the command; never while somebody types */
} StudioKeys;

typedef struct
{
  const char *name;    /* detailed action: "win.page::studies"; or what a widget does by itself:
                          "chart.next" */
  const char *keys[5]; /* accelerators, NULL at the end */
  const char *title;   /* what it does: "Cancel the chosen runs" */
  const char *section; /* of the program: a page, a kind of window */
  StudioKeys when;
  const char *group; /* heading above the row; NULL: the section */
} StudioAction;

/** The group of what works in windows of every kind. */
#define STUDIO_EVERY_WINDOW "Windows"

/** Rows of a section stand together, and so do those of a group. */
extern const StudioAction studio_actions[];
extern const guint studio_n_actions;

/** Gives the application the table's accelerators. */
void studio_actions_set_accels (GtkApplication *application);

/** What a widget does by itself: @arguments is "(i)", which of the row's keys was pressed. */
typedef struct
{
  const char *name;
  GtkShortcutFunc func; /* FALSE: the key goes on */
} StudioKeyHandler;

/** Binds the keys, and their twins on the keypad, of all rows whose names begin with @prefix: each
 *  calls its handler or, where there is none (@handlers ends with a NULL name; NULL: none),
 *  activates its action. */
void studio_actions_bind (gpointer widget_class, const char *prefix,
                          const StudioKeyHandler *handlers);
/** Binds, to a class of windows, the keys that come last. */
void studio_actions_bind_last (gpointer window_class);

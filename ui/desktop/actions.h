/* SPDX-License-Identifier: Apache-2.0
 *
 * Every command of the desktop, in one table: its action, its keys, its words.  The shortcuts
 * window, the accelerators and a test that every action exists come from it.
 */
#pragma once

#include <gtk/gtk.h>

typedef struct
{
  const char *name;    /* detailed: "win.page::runs", "app.quit" */
  const char *keys[3]; /* accelerators, NULL at the end; none: it is in a menu only */
  const char *title;   /* what it does: "Cancel the chosen runs" */
  const char *section; /* of the shortcuts window */
  gboolean local;      /* its keys work where the focus is, which binds them itself */
} StudioAction;

extern const StudioAction studio_actions[];
extern const guint studio_n_actions;

/** Gives the application the table's accelerators. */
void studio_actions_set_accels (GtkApplication *application);
/** A shortcuts window of the table, for gtk_window_present. */
GtkWidget *studio_actions_shortcuts (void);

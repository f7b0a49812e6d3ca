/* SPDX-License-Identifier: Apache-2.0
 *
 * Every view of the desktop, each as somebody opens it: pages, what a run wrote, windows, dialogs,
 * popovers.  A test that walks them sees all there is.
 */
#pragma once

#include "desktop.h"

typedef struct DesktopView DesktopView;

struct DesktopView
{
  const char *name;
  const char *page; /* where one stands when one opens it: "study" and "run", too */
  /** Opens it from a window that stands there, and is what has come; NULL: the page itself. */
  GtkWidget *(*open) (StudioWindow *window, const char *what);
  const char *what;
  gboolean resizes; /* its size is the tester's choice: a page, or a window of ours */
};

extern const DesktopView desktop_views[];
extern const guint n_desktop_views;

/** A window on a workspace with runs of the gallery, done and failed, which are selected; made once
 *  in a process, so the test that calls it holds it till its end. */
StudioWindow *desktop_views_window (void);
/** Opens a view and waits until nothing goes on any more: the window, or what is over it. */
GtkWidget *desktop_view_show (StudioWindow *window, const DesktopView *view);
/** Closes what desktop_view_show opened. */
void desktop_view_hide (StudioWindow *window, GtkWidget *shown);

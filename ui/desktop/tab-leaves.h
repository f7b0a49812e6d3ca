/* SPDX-License-Identifier: Apache-2.0
 *
 * Tab in a long list.
 */
#pragma once

#include <gtk/gtk.h>

/** Lets Tab and Shift+Tab leave @list (a GtkListView or GtkColumnView) for what stands after and
 *  before it; the arrows walk its rows. */
void studio_tab_leaves (GtkWidget *list);

/* SPDX-License-Identifier: Apache-2.0
 *
 * The declared figures over the runs that are selected.
 */
#pragma once

#include "ui/desktop/session.h"
#include <adwaita.h>

#define STUDIO_TYPE_FIGURES_VIEW (studio_figures_view_get_type ())
G_DECLARE_FINAL_TYPE (StudioFiguresView, studio_figures_view, STUDIO, FIGURES_VIEW, AdwBin)

/** Adds the view's commands to the window. */
void studio_figures_view_add_actions (gpointer view, GActionMap *map);
/** Shows one figure of the selection; NULL: the first. */
void studio_figures_view_show_figure (StudioFiguresView *view, const char *figure);

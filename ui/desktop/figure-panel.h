/* SPDX-License-Identifier: Apache-2.0
 *
 * What can be changed on a figure: a row for each option of assay_chart_options that means
 * something for it.
 *
 * Signal "changed" (name, value): value NULL is as declared.
 */
#pragma once

#include "host/chart/chart.h"
#include <adwaita.h>

#define STUDIO_TYPE_FIGURE_PANEL (studio_figure_panel_get_type ())
G_DECLARE_FINAL_TYPE (StudioFigurePanel, studio_figure_panel, STUDIO, FIGURE_PANEL, AdwBin)

GtkWidget *studio_figure_panel_new (void);
/** Shows the rows for a figure as drawn, and what is chosen. */
void studio_figure_panel_show (StudioFigurePanel *panel, const AssayStudyInfo *study,
                               AssayChart *chart, GHashTable *options);

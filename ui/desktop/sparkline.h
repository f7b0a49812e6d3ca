/* SPDX-License-Identifier: Apache-2.0
 *
 * A series as a small line without axes.
 */
#pragma once

#include "ui/desktop/run-facts.h"
#include <gtk/gtk.h>

#define STUDIO_TYPE_SPARKLINE (studio_sparkline_get_type ())
G_DECLARE_FINAL_TYPE (StudioSparkline, studio_sparkline, STUDIO, SPARKLINE, GtkWidget)

GtkWidget *studio_sparkline_new (void);
/** Copies what it draws. */
void studio_sparkline_set_series (StudioSparkline *sparkline, const StudioSeries *series);

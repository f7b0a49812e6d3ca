/* SPDX-License-Identifier: Apache-2.0
 *
 * The controls that give a parameter's value as text, one kind for each type; part of
 * param-row.
 */
#pragma once

#include <assay/plugin.h>
#include <gtk/gtk.h>

/** What a control does when a person has changed it. */
typedef void (*StudioEdited) (gpointer row, const char *text, gboolean several);

typedef struct
{
  GtkWidget *widget;
  GtkWidget *entry; /* the text in it, to be marked when wrong; NULL: none */
  void (*show) (GtkWidget *widget, const AssayParam *param, const char *text);
} StudioEditor;

/** A control for one value.  @edited gets @row and the text; not while it is being shown. */
StudioEditor studio_editor_one (const AssayParam *param, StudioEdited edited, gpointer row);
/** A control for several: boxes to tick, or an entry for a list or a range. */
StudioEditor studio_editor_several (const AssayParam *param, StudioEdited edited, gpointer row);
/** Shows a text without a report of it. */
void studio_editor_show (const StudioEditor *editor, const AssayParam *param, const char *text);

/* SPDX-License-Identifier: Apache-2.0
 *
 * A study in a grid of them: title, question, paper, presets, whether it can run.
 */
#pragma once

#include "host/registry/registry.h"
#include <gtk/gtk.h>

/** A child of a GtkFlowBox; it has a reference on the study. */
GtkWidget *studio_card_new (AssayStudyInfo *study);
AssayStudyInfo *studio_card_study (gpointer card);
void studio_card_set_runs (gpointer card, guint n_runs);
/** Whether all of the words occur in what the card says. */
gboolean studio_card_matches (gpointer card, const char *words);

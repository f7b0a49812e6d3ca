/* SPDX-License-Identifier: Apache-2.0
 *
 * An entry for a filter: says in words what is wrong with it, and completes keys, operators and
 * values while it is typed.
 */
#pragma once

#include "ui/desktop/filter-words.h"
#include <adwaita.h>

#define STUDIO_TYPE_FILTER_ENTRY (studio_filter_entry_get_type ())
G_DECLARE_FINAL_TYPE (StudioFilterEntry, studio_filter_entry, STUDIO, FILTER_ENTRY, AdwBin)

/** Signals: "filter-changed" (another filter that parses), "words-wanted" (somebody begins to
 *  type: set_vocabulary is welcome). */

/** The last text that parsed; never NULL. */
const char *studio_filter_entry_filter (StudioFilterEntry *entry);
void studio_filter_entry_set_text (StudioFilterEntry *entry, const char *text);
/** Takes a reference. */
void studio_filter_entry_set_vocabulary (StudioFilterEntry *entry, StudioVocabulary *vocabulary);
/** A key of the filter that no run has; NULL: none, or it is not known yet.  Free with g_free. */
char *studio_filter_entry_strange_key (StudioFilterEntry *entry);
/** The sentence below the entry; NULL: the text is a filter. */
const char *studio_filter_entry_problem (StudioFilterEntry *entry);
void studio_filter_entry_grab_focus (StudioFilterEntry *entry);

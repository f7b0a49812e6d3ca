/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers and spans of time as people read them, in tables of the command line and the desktop;
 * command lines as people type them.
 */
#pragma once

#include <glib.h>

/** Four digits, and whole numbers whole up to ten million, whatever the locale: "0.2219", "377184";
 *  "" of NaN.  Free with g_free. */
char *assay_number_text (double value);
/** Appends a word to a command line of the shell, quoted where it must be; behind a blank where it
 * is not the first. */
void assay_append_word (GString *command, const char *word);
/** "0.3 s", "12 s", "3 min 20 s", "2 h 5 min"; "" where there is none (NaN, or below 0).  Free with
 *  g_free. */
char *assay_duration_text (double seconds);

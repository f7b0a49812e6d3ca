/* SPDX-License-Identifier: Apache-2.0
 *
 * Pieces of HTML; everything from outside goes through html_text.
 */
#pragma once

#include <glib.h>

/** The style sheet of the report. */
extern const char html_style[];

/** Appends a text, escaped for elements and attributes, without control characters. */
void html_text (GString *out, const char *text);
/** Appends trusted markup in which %s are texts to escape. */
void html_printf (GString *out, const char *markup, ...);
/** A row of a table: a heading cell and a cell, both escaped. */
void html_row (GString *out, const char *name, const char *value);

/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows in the groups of a run's page: described at once, made a few at a time.
 */
#pragma once

#include "ui/desktop/run-page-private.h"

/** A row to be made; texts belong to it, any may be NULL but title. */
typedef struct
{
  AdwPreferencesGroup *group; /* NULL: folded away in the row before it that unfolds */
  gboolean unfolds;
  char *title, *subtitle;
  char *value;      /* at its end */
  const char *icon; /* before it; static */
  char *file;       /* of the run, that it opens */
  GtkWidget *made;  /* NULL: not yet */
} StudioRunRow;

GPtrArray *studio_run_rows_new (void);
/** Describes one more, behind the others; the caller sets what else it has. */
StudioRunRow *studio_run_rows_add (StudioRunPage *page, AdwPreferencesGroup *group,
                                   const char *title, const char *subtitle);
/** Makes the next row; FALSE: there was none. */
gboolean studio_run_rows_make (StudioRunPage *page);
/** Takes all out of their groups. */
void studio_run_rows_clear (StudioRunPage *page);

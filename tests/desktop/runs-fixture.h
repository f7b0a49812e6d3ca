/* SPDX-License-Identifier: Apache-2.0
 *
 * The page Runs as tests see it: open on a workspace, asked, waited for.
 */
#pragma once

#include "desktop.h"
#include "ui/desktop/filter-entry.h"
#include "ui/desktop/runs-table.h"

typedef struct
{
  StudioWindow *window;
  GtkWidget *view;
  StudioRunsTable *table;
  StudioFilterEntry *entry;
} RunsFixture;

/** A window on the workspace, which shows Runs; ends by desktop_test_close. */
void runs_open (RunsFixture *f, const char *path);
/** Until there are rows, and the registry. */
void runs_wait_for_rows (RunsFixture *f);
guint runs_n_rows (RunsFixture *f);

/** Until the next answer is shown; returns milliseconds of work of all threads, so that what else
 *  the machine does counts for nothing. */
double runs_wait_for_answer (RunsFixture *f);
/** Until the table says @text of a run; "" also where it is not there. */
void runs_wait_for_cell (RunsFixture *f, const char *run, const char *column, const char *text);

/** Chooses one run. */
void runs_choose (RunsFixture *f, const char *run);
/** An action of the window, "win.run-delete"; and whether it can be taken ("run-delete"). */
void runs_act (RunsFixture *f, const char *action);
gboolean runs_can (RunsFixture *f, const char *name);
/** Opens the popover of a menu button by its name, as a click does, and settles. */
GtkWidget *runs_open_menu (RunsFixture *f, const char *button);
/** Sets a switch in a popover of the table by what is written on it. */
void runs_check (GtkWidget *popover, const char *label, gboolean active);

/** Has the same type as desktop_test_until's. */
gboolean runs_is_shown (gpointer widget);

/** Ids that `assay runs --filter @filter` prints, in its order; free with g_strfreev. */
GStrv runs_of_command_line (const char *path, const char *filter);

/** A workspace for the hostile study. */
char *runs_hostile_workspace (const char *name);
/** A run of it, ended; @set: "behaviour=fail". */
char *runs_run_hostile (const char *path, const char *set, const char *seed);
/** The same, going on behind the tests. */
char *runs_start_hostile (const char *path, const char *set, const char *seed);

/* SPDX-License-Identifier: Apache-2.0
 *
 * What can be done to runs, in a thread: what the command line does by cancel, rm, tag, run,
 * export.
 */
#pragma once

#include "host/store/export.h"
#include "ui/desktop/session.h"

typedef enum
{
  STUDIO_CANCEL_RUNS,
  STUDIO_DELETE_RUNS,
  STUDIO_RESTORE_RUNS, /* from the trash */
  STUDIO_STAR_RUNS,
  STUDIO_UNSTAR_RUNS,
  STUDIO_NOTE_RUNS, /* text: the note; "" takes it away */
  STUDIO_TAG_RUNS,  /* text: tags in lines, "-tag" takes one away */
  STUDIO_RETRY_RUNS,
  STUDIO_RESUME_RUNS,
  STUDIO_PUT_NOTES_BACK, /* by studio_run_command_undo alone */
  STUDIO_N_RUN_COMMANDS
} StudioRunCommand;

/** What came of it. */
typedef struct
{
  StudioRunCommand command;
  GStrv done;        /* runs to which it was done */
  GPtrArray *before; /* JsonNode for each of them: what their notes had in this place, NULL:
                        nothing; NULL: the command changes no notes */
  char *sentence;    /* for a toast: what was done and the first thing that went wrong */
  gboolean failed;   /* for at least one run */
} StudioRunOutcome;
void studio_run_outcome_free (StudioRunOutcome *outcome);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StudioRunOutcome, studio_run_outcome_free)

/** Does @command to runs.  @callback gets the session as source, and an outcome from
 *  g_task_propagate_pointer; runs that fail are part of it. */
void studio_run_command (StudioSession *session, StudioRunCommand command, const char *const *runs,
                         const char *text, GCancellable *cancellable, GAsyncReadyCallback callback,
                         gpointer data);

/** Whether there is something that studio_run_command_undo brings back. */
gboolean studio_run_outcome_can_be_undone (const StudioRunOutcome *outcome);
/** Brings back what runs were before the command, and nothing that was done to them since; answers
 *  as studio_run_command.  @outcome: stolen. */
void studio_run_command_undo (StudioSession *session, StudioRunOutcome *outcome,
                              GCancellable *cancellable, GAsyncReadyCallback callback,
                              gpointer data);

/** Writes runs into a file; the task answers with TRUE. */
void studio_run_export (StudioSession *session, const char *const *runs, AssayExportFormat format,
                        const char *path, GCancellable *cancellable, GAsyncReadyCallback callback,
                        gpointer data);

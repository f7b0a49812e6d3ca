/* SPDX-License-Identifier: Apache-2.0
 *
 * Starting what a draft asks for, as `assay run --detach` does.
 */
#pragma once

#include "ui/desktop/outline.h"
#include "ui/desktop/session.h"

typedef struct
{
  char *plan, *study, *preset; /* preset: NULL: none */
  guint n_runs;
} StudioLaunched;

void studio_launched_free (StudioLaunched *launched);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StudioLaunched, studio_launched_free)

/** Makes the plan of @draft, which @outline describes, and starts it in a thread; @source is the
 *  object of the answer. */
void studio_launch (gpointer source, StudioSession *session, const StudioDraft *draft,
                    StudioOutline *outline, GAsyncReadyCallback callback, gpointer data);
StudioLaunched *studio_launch_finish (GAsyncResult *result, GError **error);

/** What --workspace has to say for this session; NULL: nothing, it is the one without a word. */
char *studio_launch_workspace (StudioSession *session);

/* SPDX-License-Identifier: Apache-2.0
 *
 * What a person has set for a study and not run yet: the form as data.  It becomes a plan, a
 * command line that makes the same plan, and a file that survives a kill.
 */
#pragma once

#include "host/run/plan.h"

typedef struct
{
  char *text;       /* as typed: "5"; several: "1, 3, 5" or "log(1e-4..1e-1, 7)" */
  gboolean several; /* to be swept */
} StudioSetting;

typedef struct
{
  char *preset;         /* NULL: the one that the command line takes */
  char *seeds;          /* as typed; "": as many as the preset has */
  guint cores;          /* 0: all */
  guint minutes;        /* that a run may take; 0: as long as it takes */
  guint megabytes;      /* of memory that it may take; 0: all */
  guint max_failures;   /* no run is started after so many; 0: all are */
  gboolean resume;      /* finished runs of equal settings count */
  GHashTable *settings; /* parameter id -> StudioSetting: what differs from the preset */
} StudioDraft;

StudioDraft *studio_draft_new (void);
StudioDraft *studio_draft_copy (const StudioDraft *draft);
/** Sets all of @draft as it is in @other. */
void studio_draft_assign (StudioDraft *draft, const StudioDraft *other);
void studio_draft_free (StudioDraft *draft);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StudioDraft, studio_draft_free)

/** NULL: as the preset has it. */
const StudioSetting *studio_draft_get (const StudioDraft *draft, const char *param);
void studio_draft_set (StudioDraft *draft, const char *param, const char *text, gboolean several);
void studio_draft_reset (StudioDraft *draft, const char *param);

/** What is wrong with the setting of a parameter, a sentence; NULL: nothing.  A long sweep takes
 *  milliseconds. */
char *studio_draft_problem (const StudioDraft *draft, const AssayParam *param);

/** The plan of the settings.  @uses: for each parameter whether its setting counts; NULL: all that
 *  can be read count, and those that apply in no run are passed over. */
AssayPlan *studio_draft_plan (const StudioDraft *draft, AssayStudyInfo *study, const gboolean *uses,
                              GError **error);
/** `assay run ...`, quoted for a shell, that makes the same plan; @workspace: its folder, NULL: the
 *  one that is taken without a word.  @uses as above. */
char *studio_draft_command (const StudioDraft *draft, AssayStudyInfo *study, const gboolean *uses,
                            const char *workspace);

/** Keeps the draft of a study in the user's state folder; blocks on the disk. */
gboolean studio_draft_save (const StudioDraft *draft, const char *study, GError **error);
/** The kept draft; NULL: there is none, or none that can be read.  Blocks on the disk. */
StudioDraft *studio_draft_load (const char *study);

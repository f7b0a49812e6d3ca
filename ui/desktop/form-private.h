/* SPDX-License-Identifier: Apache-2.0
 *
 * Between the files of the form: state; the draft and its file; preset, seeds and execution.
 */
#pragma once

#include "ui/desktop/form.h"
#include "ui/desktop/outline.h"
#include "ui/desktop/param-list.h"

/** A step that brings back what was before, once the study that it is about is shown. */
typedef struct StudioFormStep StudioFormStep;

struct _StudioForm
{
  AdwBin parent_instance;
  StudioSession *session;
  AssayStudyInfo *study; /* NULL: none */
  StudioDraft *draft;    /* NULL: it is being loaded */
  StudioOutline *outline;
  GCancellable *cancellable; /* of all that is worked out for this study */
  gboolean outlining, stale, filling, running;
  guint save;           /* source */
  guint saving;         /* that are not on the disk yet */
  StudioFormStep *step; /* to be taken when its study's draft is there; NULL: none */
  StudioParamList *parameters;
  AdwComboRow *preset;
  GtkEntry *seeds;
  GtkSpinButton *cores, *minutes, *megabytes, *max_failures;
  AdwExpanderRow *limits;
  GtkSwitch *resume;
  AdwBin *bar;
  GtkLabel *estimate;
};

/** Something was set: it is kept soon, and what it comes to is worked out. */
void studio_form_changed (StudioForm *form);

/** Works out what is set comes to, when what is being worked out is done. */
void studio_form_outline (StudioForm *form);

/** Loads the draft of the study, then shows it and works it out. */
void studio_form_load_draft (StudioForm *form);
/** Keeps the draft a moment after the last change. */
void studio_form_keep_soon (StudioForm *form);
/** What was set a moment ago is written now. */
void studio_form_keep_now (StudioForm *form);
void studio_form_drop_step (StudioForm *form);
/** Takes back what is set of one parameter, or of all. */
void studio_form_reset_param (StudioForm *form, const char *param);
/** Takes another preset, with what was changed. */
void studio_form_set_preset (StudioForm *form, const AssayPreset *preset);

/** Shows what the draft has besides parameters. */
void studio_form_show_draft (StudioForm *form);
/** Whether what is typed there cannot be. */
void studio_form_mark_seeds (StudioForm *form, gboolean wrong);
/** Binds what studio_form_show_draft fills. */
void studio_form_bind_plan (GtkWidgetClass *class);

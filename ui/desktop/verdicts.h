/* SPDX-License-Identifier: Apache-2.0
 *
 * The verdicts on a study's claims, as one job gave them; judged in a thread.
 */
#pragma once

#include "host/claims/claims.h"
#include "ui/desktop/session.h"

/** Immutable, reference counted. */
typedef struct
{
  gatomicrefcount references;
  AssayStudyInfo *study;
  AssayRunSet *set;    /* NULL: no runs yet */
  GPtrArray *verdicts; /* AssayVerdict, in the order of the study's table */
  char *command;       /* the command line that runs all of it again */
} StudioVerdicts;

StudioVerdicts *studio_verdicts_ref (StudioVerdicts *verdicts);
void studio_verdicts_unref (StudioVerdicts *verdicts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StudioVerdicts, studio_verdicts_unref)

/** Judges every claim of the study on what the selection says (its study is there). */
void studio_verdicts_load (StudioSession *session, const StudioSelection *selection,
                           GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
StudioVerdicts *studio_verdicts_load_finish (StudioSession *session, GAsyncResult *result,
                                             GError **error);

/** Writes the study's report, as `assay report` does. */
void studio_verdicts_report (StudioVerdicts *verdicts, const char *path,
                             GAsyncReadyCallback callback, gpointer data);
gboolean studio_verdicts_report_finish (GAsyncResult *result, GError **error);

/** On which runs they rest: "Preset quick, plan 2026…, 12 runs", and what is said of these. */
char *studio_verdicts_summary (const StudioVerdicts *verdicts);
/** Of a verdict: "0.31 [0.12, 0.5]", "—" where there is none. */
char *studio_verdict_effect (double effect, double low, double high);
/** The paper's words; "not stated"; "ours" for gates and controls. */
const char *studio_claim_paper (const AssayClaim *claim);
/** The paper's value where its words are one number; else NaN. */
double studio_claim_paper_number (const AssayClaim *claim);
/** Everything that a person may search for lies in it. */
gboolean studio_verdict_matches (const AssayVerdict *verdict, const char *text);

/** The figures that show what the claim is about: of the same observed metrics, those from the same
 *  figure or table of the paper first.  Elements are const AssayFigure *. */
GPtrArray *studio_claim_figures (const AssayStudyInfo *study, const AssayClaim *claim);

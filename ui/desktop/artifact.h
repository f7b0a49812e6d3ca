/* SPDX-License-Identifier: Apache-2.0
 *
 * What a run wrote for people: graphs, samples, tables, pictures and files of its own.  Each opens
 * in a window beside the main one, so that two can be compared.
 */
#pragma once

#include "ui/desktop/window.h"

typedef enum
{
  STUDIO_ARTIFACT_FILE, /* the study's own: opened by what the system has for it */
  STUDIO_ARTIFACT_GRAPH,
  STUDIO_ARTIFACT_SAMPLES,
  STUDIO_ARTIFACT_TABLE,
  STUDIO_ARTIFACT_PICTURE,
  STUDIO_N_ARTIFACTS
} StudioArtifactKind;

/** By the name of the file within the run, as the log's events "artifact" and "samples" have it:
 *  "artifacts/backup.graph.json", "samples/answers.jsonl", "artifacts/frame.ppm". */
StudioArtifactKind studio_artifact_kind (const char *file);
/** "Graph", "Samples": for lists. */
const char *studio_artifact_kind_title (StudioArtifactKind kind);
const char *studio_artifact_kind_icon (StudioArtifactKind kind);
/** "backup" of "artifacts/backup.graph.json". */
char *studio_artifact_name (const char *file);

/** Shows the file @artifact (a path within the run, as above) of @run in a window of its own; what
 *  is wrong with it is said there.  A file that leaves the run is refused with a toast. */
void studio_artifact_open (StudioWindow *window, const char *run, const char *artifact);

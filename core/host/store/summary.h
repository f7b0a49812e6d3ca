/* SPDX-License-Identifier: Apache-2.0
 *
 * What the index keeps of a log: how its series end, and which arrays there are.
 */
#pragma once

#include "host/store/index.h"

/** An array that the log announces. */
typedef struct
{
  const char *metric, *labels, *axes;
  guint64 cells;
} AssayArrayEntry;

typedef struct
{
  GArray *summaries; /* AssaySummary, in the order of the log */
  GArray *arrays;    /* AssayArrayEntry */
  GStringChunk *texts;
} AssayLogDigest;

/** Reads a whole log; one that is not there is empty.  @step NaN: without `at`. */
AssayLogDigest *assay_log_digest (const char *path, double step, GError **error);
void assay_log_digest_free (AssayLogDigest *digest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AssayLogDigest, assay_log_digest_free)

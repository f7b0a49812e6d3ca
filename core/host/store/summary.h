/* SPDX-License-Identifier: Apache-2.0
 *
 * What the index keeps of a log: how its series end, and which arrays there are.  A digest can be
 * continued when the log has grown.
 */
#pragma once

#include "host/store/index.h"

/** An array that the log announces. */
typedef struct
{
  const char *metric, *labels, *axes;
  guint64 cells;
} AssayArrayEntry;

/** A series so far. */
typedef struct
{
  AssaySummary summary; /* NaN where there is no finite value; `mean` is sum / n_finite */
  guint64 n_finite;
  double sum;
  double before_step, before, after_step, after; /* finite neighbours of the step asked for */
} AssayTally;

typedef struct
{
  GArray *tallies; /* AssayTally, by the series' number in the log */
  GArray *arrays;  /* AssayArrayEntry: those met since the digest was made or continued */
  double progress; /* 0..1, as last said; NaN: not yet */
  guint64 offset;  /* where the log was read to */
  guint32 mark;    /* of the bytes before the offset, to know the log again by */
  GStringChunk *texts;
} AssayLogDigest;

AssayLogDigest *assay_log_digest_new (void);
void assay_log_digest_free (AssayLogDigest *digest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AssayLogDigest, assay_log_digest_free)

/** Adds a series that has seen nothing yet; texts are copied. */
AssayTally *assay_log_digest_add (AssayLogDigest *digest, const char *metric, const char *labels);
/** Reads from the digest's offset to the log's end; a log that is not there is empty.  @step NaN:
 *  without `at`.  FAILED: the log is damaged, or not the one that was read before. */
gboolean assay_log_digest_read (AssayLogDigest *digest, const char *path, double step,
                                GError **error);

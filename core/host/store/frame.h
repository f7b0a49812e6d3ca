/* SPDX-License-Identifier: Apache-2.0
 *
 * A frame: observations of metrics as columns of dimensions and one of values.
 */
#pragma once

#include "host/registry/registry.h"
#include "host/run/rundir.h"

typedef struct
{
  const char *id;     /* interned */
  guint32 kind;       /* AssayDimKind */
  guint32 scale;      /* AssayScale */
  GPtrArray *levels;  /* char *, in display order: as declared, numbers ascending, else sorted;
                         "" is the level of cells that do not have this dimension */
  GArray *numbers;    /* double, one per level: the value of a number, else NaN */
  GArray *codes;      /* gint32, one per cell: index into levels */
} AssayFrameDim;

typedef struct
{
  GPtrArray *dims;  /* AssayFrameDim */
  GArray *values;   /* double, one per cell; NaN: missing */
  GHashTable *properties; /* property id -> GHashTable of item level -> property value (char *);
                             never NULL */
  guint n_runs, n_crashed; /* runs that contributed, and those of them that failed */
  GPtrArray *shared_stages; /* char *: stages that several seeds shared */
} AssayFrame;

AssayFrame *assay_frame_new (void);
void assay_frame_free (AssayFrame *frame);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AssayFrame, assay_frame_free)

guint assay_frame_n (const AssayFrame *frame);
AssayFrameDim *assay_frame_dim (const AssayFrame *frame, const char *id); /* NULL: constant along it */
/** Adds a dimension (before any cell). */
AssayFrameDim *assay_frame_add_dim (AssayFrame *frame, const char *id, guint kind);
/** Index of a level, added if new. */
gint32 assay_frame_level (AssayFrameDim *dim, const char *level);
/** Appends a cell; @codes in the order of frame->dims. */
void assay_frame_add (AssayFrame *frame, const gint32 *codes, double value);
/** Puts levels into display order, fills numbers, and sorts cells by their codes. */
void assay_frame_finish (AssayFrame *frame, const AssayStudyInfo *study);

/** The runs behind a verdict or a picture. */
typedef struct
{
  GPtrArray *dirs;  /* AssayRunDir: done and failed ones */
  guint n_missing;  /* runs of the plan not there or not ended */
  char *plan, *preset; /* or NULL */
  GPtrArray *left_out; /* char *: sentences on what was left out and why */
} AssayRunSet;

/** As `assay claims` takes them: the newest plan of @preset (NULL: of any), completed by
 *  runs of equal key and identity; different code is never mixed.  NOT_FOUND: no plan. */
AssayRunSet *assay_run_set_for_claims (AssayWorkspace *workspace, AssayStudyInfo *study,
                                       const char *preset, GError **error);
/** These runs, whatever they are. */
AssayRunSet *assay_run_set_of (AssayWorkspace *workspace, const char *const *ids, GError **error);
void assay_run_set_free (AssayRunSet *set);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AssayRunSet, assay_run_set_free)

/** Loads observed metrics (several: with dimension `metric`) of the runs, filtered by @where:
 *  parameters that vary or are named in @where or @keep become dimensions, as do labels, axes,
 *  step and seed.  Failed runs and NaN count as the metric's `crash` says.  Steps that differ between runs
 *  are interpolated on the common range; @note then says so (may be NULL).
 *  Derived metrics are not known here (host/claims folds them). */
AssayFrame *assay_frame_load (AssayRunSet *set, const AssayStudyInfo *study,
                              const char *const *metrics, const char *where, char **note,
                              GError **error);

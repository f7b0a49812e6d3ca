/* SPDX-License-Identifier: Apache-2.0
 *
 * A frame: observations of metrics as columns of dimensions and one of values.
 */
#pragma once

#include "host/registry/registry.h"
#include "host/run/rundir.h"

typedef struct
{
  const char *id;    /* interned */
  guint32 kind;      /* AssayDimKind */
  guint32 scale;     /* AssayScale */
  GPtrArray *levels; /* char *, in display order: as declared, numbers ascending, else sorted;
                        "" is the level of cells that do not have this dimension */
  GArray *numbers;   /* double, one per level: the value of a number, else NaN */
  GArray *codes;     /* gint32, one per cell: index into levels */
} AssayFrameDim;

typedef struct
{
  GPtrArray *dims;          /* AssayFrameDim */
  GArray *values;           /* double, one per cell; NaN: missing */
  GHashTable *properties;   /* property id -> GHashTable of item level -> property value (char *);
                               never NULL */
  guint n_runs, n_crashed;  /* runs that contributed, and those of them that failed */
  GPtrArray *runs;          /* char *: ids of the runs that contributed */
  GArray *run_of;           /* guint32, one per cell: which of `runs`; empty: not known */
  GPtrArray *shared_stages; /* char *: stages that several seeds shared */
} AssayFrame;

AssayFrame *assay_frame_new (void);
void assay_frame_free (AssayFrame *frame);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AssayFrame, assay_frame_free)

guint assay_frame_n (const AssayFrame *frame);
AssayFrameDim *assay_frame_dim (const AssayFrame *frame,
                                const char *id); /* NULL: constant along it */
/** Adds a dimension (before any cell). */
AssayFrameDim *assay_frame_add_dim (AssayFrame *frame, const char *id, guint kind);
/** Index of a level, added if new. */
gint32 assay_frame_level (AssayFrameDim *dim, const char *level);
/** Appends a cell; @codes in the order of frame->dims. */
void assay_frame_add (AssayFrame *frame, const gint32 *codes, double value);
/** Puts levels into display order, fills numbers, and sorts cells by their codes.  Levels that
 *  no cell uses stay.  @study (may be NULL) knows declared orders and scales. */
void assay_frame_finish (AssayFrame *frame, const AssayStudyInfo *study);

/** Takes a dimension away; cells that differ in it only are then alike. */
void assay_frame_remove_dim (AssayFrame *frame, AssayFrameDim *dim);
/** Takes levels away that no cell uses. */
void assay_frame_drop_unused_levels (AssayFrame *frame);

/** Runs of a set that stand together in a comparison. */
typedef struct
{
  char *name;
  GHashTable *dirs; /* set of AssayRunDir *, which the run set owns */
} AssayRunSide;

/** The runs behind a verdict or a picture. */
typedef struct
{
  GPtrArray *dirs;     /* AssayRunDir: done and failed ones */
  GPtrArray *live;     /* AssayRunDir: those that run at the moment; no verdict counts them */
  guint n_missing;     /* runs of the plan not there or not ended, live ones too */
  char *plan, *preset; /* or NULL */
  GPtrArray *notes;    /* char *: sentences on what was left out, taken from elsewhere, made by
                          other code or judged by other rules */
  GPtrArray *sides;    /* AssayRunSide; NULL: its runs are not compared with each other */
} AssayRunSet;

/** As `assay claims` takes them: the newest plan of @preset (NULL: of any), completed by
 *  runs of equal key and identity; different code is never mixed.  NOT_FOUND: no plan. */
AssayRunSet *assay_run_set_for_claims (AssayWorkspace *workspace, AssayStudyInfo *study,
                                       const char *preset, GError **error);
/** These runs, whatever they are, of the preset that all of them are of; those that have not ended
 *  count as missing. */
AssayRunSet *assay_run_set_of (AssayWorkspace *workspace, const char *const *ids, GError **error);
/** Runs that are compared: @ids[i] are those of the side called @names[i]; names differ.  Of each
 *  side as assay_run_set_of, so a run may be on several. */
AssayRunSet *assay_run_set_of_sides (AssayWorkspace *workspace, const char *const *names,
                                     const char *const *const *ids, guint n, GError **error);
/** Which side a run of the set is on; -1: none. */
gint assay_run_set_side (const AssayRunSet *set, const AssayRunDir *dir);
void assay_run_set_free (AssayRunSet *set);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AssayRunSet, assay_run_set_free)

/** Loads observed metrics (several: with dimension `metric`) of the runs, filtered by @where:
 *  parameters that vary over the cells or are named in @where or @keep become dimensions, as do
 *  labels, axes, step and seed.  A parameter that does not apply to a run has level "".
 *
 *  A failed run and an observed NaN count as the metric's `crash` says: MISSING gives NaN cells,
 *  LAST the last finite value before, FLOOR the floor; a failed run is expected to have the cells
 *  that the finished ones have.  A NaN in an array is a missing cell whatever `crash` says.
 *
 *  Where the steps of one series (metric and labels) differ between runs, runs that differ in seed
 *  only are interpolated linearly on the range they share; @note then says so (NULL: nothing to
 *  say; the place may be NULL).  A damaged or unreadable run is left out, which @set->notes
 *  says.  More than ASSAY_FRAME_MAX_CELLS cells are an error (USAGE).
 *
 *  Derived metrics are not known here (host/claims folds them). */
AssayFrame *assay_frame_load (AssayRunSet *set, const AssayStudyInfo *study,
                              const char *const *metrics, const char *where, char **note,
                              GError **error);
/** The same; the parameters in @keep (NULL: none) become dimensions even where they do not vary. */
AssayFrame *assay_frame_load_keep (AssayRunSet *set, const AssayStudyInfo *study,
                                   const char *const *metrics, const char *where,
                                   const char *const *keep, char **note, GError **error);

#define ASSAY_FRAME_MAX_CELLS 32000000

/** Order of levels where none is declared: runs of digits compare as numbers. */
int assay_natural_compare (const char *a, const char *b);

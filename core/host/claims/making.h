/* SPDX-License-Identifier: Apache-2.0
 *
 * What the makers of folds share.
 */
#pragma once

#include "host/claims/chain.h"

/* A fold being made. */
typedef struct
{
  ClaimChain *chain;
  ClaimNode *input;
  const AssayFold *fold;
  const ClaimOp *op;
  guint number;
  gboolean up;
  const char *where;
  guint *over, n_over; /* columns of the input's shape that go */
  guint *rest, n_rest; /* and that stay */
} Making;

ClaimAxis *assay_making_axis (const Making *m, guint column);
/** Sets an error that names the fold. */
void assay_making_complain (const Making *m, GError **error, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
/** Column of a dimension; -1 where it is not there, which is an error if it is @needed or the
 *  check is strict. */
gboolean assay_making_column (const Making *m, const char *id, gboolean needed, int *column,
                              GError **error);
/** Splits the input's columns into those named in @over and the rest. */
gboolean assay_making_split (Making *m, const char *over, gboolean needed, GError **error);
/** The node of the fold, without groups. */
ClaimNode *assay_making_node (const Making *m);
/** A shape with these columns of the input: one cell for each of @cells. */
ClaimShape *assay_making_shape (const Making *m, const guint32 *cells, guint n,
                                const guint *columns, guint n_columns);
/** Cuts sorted cells into groups that agree on @columns: start, n_groups, shape. */
void assay_making_groups (const Making *m, ClaimNode *node, const guint32 *cells, guint n,
                          const guint *columns, guint n_columns);
/** All cells of the input, sorted by the columns @before, then @after. */
guint32 *assay_making_sorted (const Making *m, const guint *before, guint n_before,
                              const guint *after, guint n_after);
/** One entry per group, in order. */
void assay_making_singles (ClaimNode *node, guint n);
/** Complains that the cells have no such level (NOT_FOUND); FALSE. */
gboolean assay_making_no_level (const Making *m, const ClaimAxis *axis, const char *level,
                                GError **error);
/** Code of a level, numbers compared as numbers; -1: none. */
gint32 assay_axis_code (const ClaimAxis *axis, const char *level);
/** 0, 1, ..., one for each cell. */
guint32 *assay_shape_cells (const ClaimShape *shape);

/* Makers, by grouping.  NULL: the error says why. */
ClaimNode *assay_make_statistic (Making *m, GError **error);
ClaimNode *assay_make_ordered (Making *m, GError **error);
ClaimNode *assay_make_selection (Making *m, GError **error);
ClaimNode *assay_make_pair (Making *m, GError **error);
ClaimNode *assay_make_anchor (Making *m, GError **error);
ClaimNode *assay_make_contrast (Making *m, GError **error);
ClaimNode *assay_make_cell (Making *m, GError **error);

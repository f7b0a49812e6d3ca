/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside host/claims: a chain of folds compiled into nodes, so that one pass over plain arrays
 * gives its value, and a thousand passes its interval.
 */
#pragma once

#include "host/claims/claims.h"

/** A frame may have so many cells, and so may a node. */
#define CLAIM_MAX_CELLS (32u << 20)

/** A dimension of a chain: the levels of all frames behind it, in display order. */
typedef struct
{
  char *id;
  guint32 kind, scale;
  const AssayDim *dim; /* NULL: not declared */
  GPtrArray *levels;   /* char * */
  GArray *numbers;     /* double: a number's value, else the place in the order */
  GHashTable *codes;   /* level -> code + 1 */
  gboolean numeric;    /* every level is a number */
} ClaimAxis;

/** Which cells there are: codes[cell * n_axes + i] is the level on axis axes[i]; -1: the cell
 *  lacks this dimension. */
typedef struct
{
  guint n_axes;
  guint *axes;
  guint n;
  gint32 *codes;
} ClaimShape;

typedef struct ClaimNode ClaimNode;

/** What a kernel works on: one group of entries of a node. */
typedef struct
{
  const ClaimNode *node;
  const double *in, *in2; /* cells of the input, and of the second input or the input again */
  const double *w;        /* weight of each entry; NULL: all 1 */
  double *x, *y, *v;      /* room for one group each */
  double *scratch;        /* room for 4 groups */
} ClaimWork;

typedef void (*ClaimKernel) (ClaimWork *work, guint group, double *out);

/** How a fold turns cells into groups. */
typedef enum
{
  CLAIM_STATISTIC, /* all cells that differ on `over` only */
  CLAIM_ORDERED,   /* the same, along one ordered dimension */
  CLAIM_SELECT,    /* one level of `over`, chosen by halves of `by` or by a metric */
  CLAIM_PAIR,      /* two levels of `over`, in the same cell of all else */
  CLAIM_ANCHOR,    /* every other level between two levels of `over` */
  CLAIM_CONTRAST,  /* two levels of `between`, over `over` */
  CLAIM_CELL       /* each cell by itself */
} ClaimGrouping;

/** What a fold does to values that are logarithms of ratios. */
typedef enum
{
  CLAIM_LOGS_KEEP,
  CLAIM_LOGS_LEAVE,
  CLAIM_LOGS_ENTER
} ClaimLogs;

/** One row of the closed table of folds. */
typedef struct
{
  const char *name; /* "MEAN" */
  ClaimGrouping grouping;
  ClaimLogs logs;
  ClaimKernel kernel;
  const char *words; /* {over} {between} {a} {b} {by} {x} are filled in */
} ClaimOp;

/** The row of an AssayFoldOp; NULL: no such fold. */
const ClaimOp *assay_claim_op (guint op);
/** Kernels of nodes that are no fold. */
void assay_claim_copy (ClaimWork *work, guint group, double *out);
void assay_claim_exp (ClaimWork *work, guint group, double *out);
/** BEST and DROP by a metric. */
void assay_claim_best_by (ClaimWork *work, guint group, double *out);
void assay_claim_drop_by (ClaimWork *work, guint group, double *out);
/** A number on a dimension's scale; NaN where the scale has no such place. */
double assay_claim_scale (double x, guint scale);

struct ClaimNode
{
  ClaimKernel kernel; /* NULL: a leaf, its values are a frame's */
  const AssayFold *fold;
  ClaimNode *input, *other; /* other: the metric that WHEN, BEST and DROP look at */
  const AssayFrame *frame;  /* of a leaf, whose cells its own are */
  GPtrArray *parts;         /* ClaimNode: their cells one after the other; NULL: not a union */
  ClaimShape *shape;        /* of the outputs */
  guint *over, n_over;      /* axes whose weights count in this fold */
  guint n_groups, n_entries, largest;
  guint32 *start;   /* [n_groups + 1], first entry of a group */
  guint32 *first;   /* [n_groups + 1], first output of a group; NULL: group i gives output i */
  gint32 *in, *in2; /* [n_entries], cells; -1: none.  in2 NULL: not a pair */
  double *at;       /* [n_entries], place along the ordered dimension, or the side of AUROC */
  double *ends;     /* [2 n_groups], first and last place that the group must have */
  guint8 *half;     /* [outputs], which half of `by` an output lies in */
  double threshold; /* fold->x, in logs if the input is */
  gboolean up;      /* the metric's better direction */
  gboolean logs, logs_in;
  GPtrArray *touch; /* per unit: NULL, or GPtrArray of gint32 *, the atom of each entry; -1: none */
  guint32 *group_of; /* [outputs], where first is not NULL */
  guint32 *seen;     /* [n_groups], walk in which a group was last seen */
  gboolean dirty;    /* to be done again in the redraw at hand */
  double *estimate, *redrawn;
  double *now; /* one of the two */
};

/** What is redrawn. */
typedef struct
{
  char *id, *over; /* "seed", "env" in "seed/env"; over NULL: none */
  gboolean seed;
  GArray *axes;       /* guint: its axis, or the item's of a property, and every second axis */
  GPtrArray *code_of; /* one gint32 * per axis: unit code of each level, -1: none */
  int own;            /* place in `axes` of the axis of a property; -1: it is no dimension here */
  guint n_codes, n_strata_codes;
  gint32 *stratum_of; /* unit code -> stratum, by a property that the rule names; NULL: none */
  int stratum;        /* the axis after "/"; -1: none */
  gint32 *atom;       /* [n_strata_codes * n_codes] -> atom, -1: no value hangs on it */
  guint n_atoms, n_strata;
  guint *begin;   /* [n_strata + 1], first atom of a stratum */
  double *weight; /* [n_atoms] */
  guint32 *seen;  /* [n_strata_codes * n_codes], walk in which it was last seen */
} ClaimUnit;

/** Where frames come from: runs, or the type check's made-up ones. */
typedef struct ClaimSource ClaimSource;
struct ClaimSource
{
  const AssayStudyInfo *study; /* NULL: no declarations */
  const AssayFrame *frame;     /* the only one, whatever the metric; NULL: ask `load` */
  /** A frame of one observed metric, owned by the source. */
  const AssayFrame *(*load) (ClaimSource *source, const char *metric, const char *where,
                             char **note, GError **error);
  GStrv keep;      /* parameters that any rule of the study names */
  gboolean strict; /* a fold over what is not there is an error, not the identity */
};

/** An observed metric that a chain stands on. */
typedef struct
{
  char *metric, *where;
  const AssayFrame *frame; /* owned by the source */
} ClaimLeaf;

typedef struct
{
  ClaimSource *source;
  GPtrArray *axes;  /* ClaimAxis */
  GPtrArray *nodes; /* ClaimNode, all that were made */
  GPtrArray *order; /* those behind the result, inputs before users */
  ClaimNode *result;
  const ClaimLeaf *empty; /* a leaf without cells; NULL: none */
  GPtrArray *leaves;      /* ClaimLeaf */
  GPtrArray *leaf_nodes;  /* ClaimNode of each */
  GHashTable *named;      /* ids that any fold, each or unit names */
  GPtrArray *units;       /* ClaimUnit */
  GPtrArray *notes;       /* char * */
  GPtrArray *making;      /* const AssayMetric *: derived ones being looked at, against circles */
  guint32 walk;           /* number of the last walk from outputs to the atoms behind them */
  ClaimWork work;
} ClaimChain;

/** Compiles @metrics, filtered by @where, through @fold (NULL: none), and evaluates it; not if a
 *  leaf is empty: then the result has no cells.
 *  @keep: dimensions besides those of the folds that matter (each, units); may be NULL. */
ClaimChain *assay_chain_new (ClaimSource *source, const char *metrics, const char *where,
                             const AssayFold *fold, const char *keep, GError **error);
/** The dimension that is left besides @each with several levels; NULL: none. */
const ClaimAxis *assay_chain_unfolded (const ClaimChain *chain, const char *each);
/** Drops dimensions of the result that have one level. */
void assay_chain_squeeze (ClaimChain *chain, ClaimNode *node);
void assay_chain_free (ClaimChain *chain);
void assay_claim_unit_free (gpointer unit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClaimChain, assay_chain_free)

/** Declares what is redrawn ("seed/env question"); units that no fold removes are an error. */
gboolean assay_chain_set_units (ClaimChain *chain, const char *units, GError **error);
/** Estimates and intervals of all outputs: AssayVerdictPart, in the result's order. */
GPtrArray *assay_chain_interval (ClaimChain *chain, const char *rule);
/** Share of cells that should be there and are not, by seed and by value. */
double assay_chain_missing (const ClaimChain *chain);
/** Share of REACH results that are capped at the end; NaN: no REACH. */
double assay_chain_capped (const ClaimChain *chain);

/** The runs of whose cells the result was made, crashed ones too: ids, as the frames have them. */
GPtrArray *assay_chain_runs (const ClaimChain *chain);

/** The result as a frame, cells in the order of their levels; @cells: which output each is. */
AssayFrame *assay_chain_frame (const ClaimChain *chain, guint32 **cells);

/** Sees which atoms stand behind an output: their `seen` is then chain->walk. */
void assay_chain_walk (ClaimChain *chain, guint output);

/** Code of a level as it is written; -1: none. */
static inline gint32
assay_axis_lookup (const ClaimAxis *axis, const char *level)
{
  return GPOINTER_TO_INT (g_hash_table_lookup (axis->codes, level)) - 1;
}

/* chain.c */
guint assay_chain_axis_number (const ClaimChain *chain, const char *id);
const AssayMetric *assay_chain_metric (const ClaimChain *chain, const char *id, GError **error);
const ClaimLeaf *assay_chain_leaf (const ClaimChain *chain, const char *metric, const char *where);
/** A filter on a derived metric is a filter on what lies below, unless the folds of the derived
 *  metric use a dimension that it names: then it holds for their results (@after). */
gboolean assay_chain_split_where (const ClaimChain *chain, const AssayMetric *metric,
                                  const char *where, char **below, const char **after,
                                  GError **error);

/* nodes.c */
ClaimNode *assay_chain_leaf_node (ClaimChain *chain, const char *metric, const char *where);
ClaimNode *assay_chain_folds (ClaimChain *chain, ClaimNode *node, const AssayFold *fold,
                              gboolean up, const char *where, GError **error);
ClaimNode *assay_chain_metrics (ClaimChain *chain, const char *metrics, const char *where,
                                GError **error);
ClaimAxis *assay_chain_axis (const ClaimChain *chain, const char *id);
static inline ClaimAxis *
assay_chain_axis_at (const ClaimChain *chain, guint axis)
{
  return chain->axes->pdata[axis];
}

/** The direction of a metric, of the first of several. */
gboolean assay_chain_up (const ClaimChain *chain, const char *metrics);
/** Evaluates a node from its inputs' `now` into @out. */
void assay_chain_run (ClaimChain *chain, const ClaimNode *node, const double *weights, double *out);
ClaimNode *assay_chain_add (ClaimChain *chain, ClaimNode *input, ClaimKernel kernel);

/* fold.c: one fold of a chain, number @i (from 1), of the metric @what with @where; takes no
 * ownership.  NULL: the error names the fold and the mend. */
ClaimNode *assay_chain_fold (ClaimChain *chain, ClaimNode *input, const AssayFold *fold, guint i,
                             gboolean up, const char *where, GError **error);

/* shape.c */
ClaimShape *assay_shape_new (guint n_axes, guint n);
void assay_shape_free (ClaimShape *shape);
/** Column of an axis in the shape; -1: it is not there. */
int assay_shape_column (const ClaimShape *shape, guint axis);
/** Sorts @cells (numbers of cells, n of them) by these columns, first the most significant;
 *  stable. */
void assay_shape_sort (const ClaimShape *shape, guint32 *cells, guint n, const guint *columns,
                       guint n_columns);
gboolean assay_shape_equal (const ClaimShape *shape, guint a, guint b, const guint *columns,
                            guint n_columns);
/** Whether a column tells no two cells apart. */
gboolean assay_shape_has_one_level (const ClaimShape *shape, guint column);
/** A cell of one kind with one of another. */
typedef struct
{
  guint32 a, b;
} ClaimPair;
/** All pairs of a cell of @a and one of @b that agree on @columns, sorted by them.  A column in
 *  which one side has no level at all does not count: that side is constant along it.  More
 *  than CLAIM_MAX_CELLS: there are more pairs, and some are not in. */
GArray *assay_shape_pairs (const ClaimShape *shape, const guint32 *a, guint n_a, const guint32 *b,
                           guint n_b, const guint *columns, guint n_columns);

/* SPDX-License-Identifier: Apache-2.0
 *
 * From run directories to one frame.  Everything becomes blocks: numbers over some axes in one
 * run, with all other dimensions fixed (frame-blocks.c); then blocks become cells (frame-cells.c).
 */
#pragma once

#include "host/store/filter.h"
#include "host/store/frame.h"
#include "host/store/run-data.h"

typedef struct
{
  AssayRunDir *dir;
  AssayRunData *data;
  GPtrArray *levels; /* char *: value of each parameter of the loader; "" where there is none */
  char *config;      /* study and parameters: equal where only the seed differs */
  gboolean failed, live, contributed;
  guint number; /* among the frame's runs, once it contributed */
} AssayFrameRun;

/* Where the cells of a block lie along one dimension. */
typedef struct
{
  gint32 code;   /* fixed */
  GArray *codes; /* gint32, along an axis of the block; NULL: fixed */
} AssayPlace;

typedef struct
{
  AssayFrameRun *run;
  guint metric;
  AssayPlace *places; /* one per dimension of the frame */
  guint *axes;        /* dimensions, slowest first */
  guint n_axes;
  double *values;
  gsize n;
  GArray *owner; /* of values; NULL: lent */
} AssayBlock;

typedef struct
{
  AssayRunSet *set;
  const AssayStudyInfo *study;
  const char *const *metrics;
  guint n_metrics;
  const char *const *keep;
  AssayFilter *where;
  GStrv where_keys;
  GPtrArray *params; /* char *: ids, the study's in its order, then others */
  GPtrArray *runs;   /* AssayFrameRun */
  AssayFrame *frame;
  GPtrArray *blocks;  /* AssayBlock */
  GArray *step_codes; /* of the steps last turned into levels */
  GArray *last_steps;
  guint n_interpolated, n_disjoint;
} AssayLoader;

/** Place of a dimension in the frame; -1: it has none of that name. */
int assay_loader_dim (const AssayLoader *l, const char *id);

/** Makes the blocks of everything that was read; code arrays go to @owned. */
void assay_loader_add_blocks (AssayLoader *l, GPtrArray *owned);
void assay_block_free (gpointer block);

/** USAGE: the filter names what neither study nor runs know. */
gboolean assay_loader_check_where (const AssayLoader *l, GError **error);
/** Appends the cells of a block that pass the filter. */
gboolean assay_loader_append (AssayLoader *l, const AssayBlock *block, GError **error);

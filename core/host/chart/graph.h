/* SPDX-License-Identifier: Apache-2.0
 *
 * Graphs that runs write: read, laid out by Graphviz in a process of its own, drawn by us,
 * and exported as DOT.
 */
#pragma once

#include "host/chart/chart.h"
#include <gio/gio.h>

/** Named values, one per node or edge: numbers or texts, the other is NULL. */
typedef struct
{
  char *id;
  double *numbers;
  char **texts;
} AssayGraphColumn;

/** A graph artifact in memory. */
typedef struct
{
  gint references;
  guint n_nodes, n_edges;
  guint32 *from, *to;      /* [n_edges], below n_nodes */
  GPtrArray *node_columns; /* AssayGraphColumn */
  GPtrArray *edge_columns;
  guint picture_width, picture_height, n_pictures;
  guint8 *pictures;   /* [n_pictures][height][width][3], RGB; NULL: none */
  gint32 *picture_of; /* [n_nodes], -1: none; NULL: none at all */
  double *x, *y;      /* [n_nodes], points, y upwards; NULL until laid out */
} AssayGraphData;

/** An empty graph of this size: the caller fills @from and @to. */
AssayGraphData *assay_graph_new (guint n_nodes, guint n_edges);
/** From then on nobody changes it; in any thread. */
AssayGraphData *assay_graph_ref (AssayGraphData *graph);
/** Gives a reference back. */
void assay_graph_free (AssayGraphData *graph);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AssayGraphData, assay_graph_free)

/** Reads artifacts/<name>.graph.json of a run and the tensors beside it, checking everything.
 *  @dir: the folder that holds both. */
AssayGraphData *assay_graph_load (const char *dir, const char *name, GError **error);

/** The column of this id among the nodes', or NULL. */
const AssayGraphColumn *assay_graph_node_column (const AssayGraphData *graph, const char *id);

#define ASSAY_GRAPH_MAX_NODES 100000
#define ASSAY_GRAPH_MAX_EDGES 1000000

/** Fills x and y.  @engine: "twopi" (rings around a virtual root that is joined to every node
 *  without a predecessor) or "sfdp" (springs).  Graphviz runs in assay-layout for at most
 *  @seconds; its crash, hang or hunger is an error with one sentence. */
gboolean assay_graph_layout (AssayGraphData *graph, const char *engine, double seconds,
                             GCancellable *cancellable, GError **error);

/** The graph in the DOT language, with every column as an attribute. */
char *assay_graph_dot (const AssayGraphData *graph, const char *name);

/** A chart of a graph that has been laid out; @column colours the nodes (NULL: none).  Takes
 *  the graph.  assay_chart_save () writes it as .dot too. */
AssayChart *assay_graph_chart (AssayGraphData *graph, const char *title, const char *column);

/* SPDX-License-Identifier: Apache-2.0
 *
 * A graph that has been laid out, made ready to be looked at: what lies where, who is joined to
 * whom, and a picture of any part of it.  Knows no widget.
 */
#pragma once

#include "host/chart/graph.h"
#include <gtk/gtk.h>

/** An end of an edge, as seen from the other. */
typedef struct
{
  guint node, edge;
  gboolean out; /* the edge leads to `node` */
} StudioGraphLink;

typedef struct
{
  AssayGraphData *graph;          /* laid out */
  float *x, *y;                   /* [n_nodes], y downwards */
  float left, top, right, bottom; /* of all nodes */
  double spacing;                 /* distance at which neighbours typically lie */
  guint columns, rows;            /* a grid over the nodes, for culling and finding */
  double cell;                    /* its side */
  guint *cell_start, *cell_nodes; /* [columns * rows + 1], [n_nodes] */
  guint *link_start;              /* [n_nodes + 1] */
  StudioGraphLink *links;         /* [2 n_edges], by node */
} StudioGraphScene;

/** Takes the graph, which has x and y. */
StudioGraphScene *studio_graph_scene_new (AssayGraphData *graph);
void studio_graph_scene_free (StudioGraphScene *scene);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StudioGraphScene, studio_graph_scene_free)

/** The node nearest to a place, within @reach; -1: none. */
int studio_graph_scene_nearest (const StudioGraphScene *scene, double x, double y, double reach);
/** Of the nodes joined to @node the one that lies most in this direction; -1: none does. */
int studio_graph_scene_towards (const StudioGraphScene *scene, guint node, double dx, double dy);

/** How a part of it is looked at: place (x, y) of the scene is pixel (scale * x + tx, ...). */
typedef struct
{
  double scale, tx, ty;
  int width, height;              /* pixels of the screen */
  int pixels;                     /* device pixels a pixel */
  const AssayGraphColumn *column; /* colours the nodes; NULL: none does */
  double lo, hi;                  /* its range */
  gboolean diverging;
  int selected; /* -1: none */
  float ink[3]; /* of edges */
} StudioGraphLook;

/** Fills lo, hi and diverging: both signs matter if the smaller side reaches a twentieth of the
 *  other. */
void studio_graph_look_set_column (StudioGraphLook *look, const StudioGraphScene *scene,
                                   const AssayGraphColumn *column);
/** Shows all of it with some air. */
void studio_graph_look_fit (StudioGraphLook *look, const StudioGraphScene *scene);
/** Radius of a node in pixels. */
double studio_graph_look_radius (const StudioGraphLook *look, const StudioGraphScene *scene);
/** Colour of a value of the column. */
void studio_graph_look_colour (const StudioGraphLook *look, double value, float rgb[3]);

/** The picture, width * pixels by height * pixels, premultiplied ARGB in native order.  However
 *  much there is to see, its work is bounded: of very many edges some are left out. */
guint32 *studio_graph_draw (const StudioGraphScene *scene, const StudioGraphLook *look);

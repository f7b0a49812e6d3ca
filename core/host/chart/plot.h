/* SPDX-License-Identifier: Apache-2.0
 *
 * What a chart is made of, between the data and the picture.
 */
#pragma once

#include "host/chart/graph.h"
#include "host/chart/scale.h"
#include "host/chart/style.h"
#include <math.h>

typedef struct
{
  double x, y, width, height;
} ChartBox;

/** One line, one set of points, bars or cells.  Columns are as long as x, or empty. */
typedef struct
{
  char *label;          /* in the CSV and the description; the legend has the keys */
  gint color, dash;     /* levels of the keys; -1: none */
  gboolean thin;        /* a member of `per` */
  gboolean reference;   /* a level of `lines` */
  GArray *x, *y;        /* double; y NaN: missing.  Categories are 0, 1, ... */
  GArray *z;            /* HEAT and TABLE: the number */
  GArray *low, *high;   /* interval of y, or of z where there is one */
  GArray *xlow, *xhigh; /* interval of x */
  GArray *n;            /* levels of `over` behind each */
  GArray *raw;          /* y before smoothing; empty: not smoothed */
  gboolean rising;      /* x finite and rising: what is visible is found by halving */
  char *filter;         /* the runs behind it, in the language of `assay runs`; NULL: all */
  gint side;            /* only those on this side of the run set; -1: of all */
} ChartSeries;

/** A line across the panel: where a metric lies that is no channel. */
typedef struct
{
  gboolean vertical;
  gint color;           /* of its series; -1: none */
  double at, low, high; /* NaN: no band */
  char *label;
} ChartRule;

typedef struct
{
  char *row, *col;       /* levels of the small multiple; NULL: none */
  GPtrArray *series;     /* ChartSeries */
  GPtrArray *texts;      /* SAMPLES: ChartSample */
  AssayGraphData *graph; /* GRAPH: laid out; NULL: none */
  char *node_column;     /* what colours its nodes; NULL: nothing */
  ChartBox box;          /* the data area, as last drawn */
} ChartPanel;

/** An axis with its data range; @scale has pixels while a panel is drawn. */
typedef struct
{
  char *title;           /* with unit */
  GPtrArray *categories; /* char *; NULL: numbers */
  GPtrArray *blocks;     /* char * per category, for `order` by a property; NULL: none */
  guint32 kind;          /* AssayScale */
  double lo, hi, least;  /* data; least: smallest distance from 0 above 0 */
  gboolean from_zero;    /* bars and counts stand on zero */
  char *dim;             /* categories: the dimension whose levels they are; NULL: not known */
  GPtrArray *levels;     /* char * per category, as runs have them; NULL: not known */
  gboolean run_key;      /* `dim` is a parameter, or the seed */
  ChartScale whole;      /* all data */
  double from, to;       /* what is looked at; from = to: all */
  ChartScale scale;
} ChartAxis;

/** The levels that a channel shows, for the legend. */
typedef struct
{
  char *title;
  GPtrArray *levels;      /* char *; NULL: channel not used */
  GArray *n_low, *n_high; /* guint per level: observations behind a point */
  gboolean ordered;       /* numbers: a ramp instead of a palette */
  GHashTable *hidden;     /* set of char *: levels whose series are not drawn; NULL: none */
} ChartKey;

/** Where an entry of the legend stands, as last drawn. */
typedef struct
{
  ChartBox box;
  gboolean dash; /* of this key, else of color's */
  guint level;
} ChartLegendPlace;

struct _AssayChart
{
  const struct _ChartMark *mark;
  guint32 kind; /* AssayMark */
  char *id, *title, *source;
  char *why;        /* set: there is nothing to draw, and this is why */
  GPtrArray *notes; /* char *: sentences for the caption */
  ChartAxis x, y, z;
  ChartKey color, dash;
  GPtrArray *panels; /* ChartPanel, row by row */
  guint n_rows, n_cols;
  GPtrArray *rules;      /* ChartRule */
  GPtrArray *references; /* ChartReference */
  gboolean diagonal;     /* y = x */
  char *band;            /* what the band is: "95 % interval over seed" */
  guint bins;            /* HIST: 0 until prepared */
  double modified;       /* Unix time of the newest run: the date in a PDF */
  AssayChart *beside;    /* drawn below, on the same categories */
  GArray *legend;        /* ChartLegendPlace */
  GPtrArray *dims;       /* char *, NULL at the end: what color and the like can show */
  GPtrArray *slider;     /* char *, NULL at the end: levels of the figure's slider; NULL: none */
  gboolean bare, prepared, compact;
  gboolean screen; /* speed is worth a rough edge */
};

/** A cell of the paper, drawn beside ours. */
typedef struct
{
  double x, y, value; /* categories */
  gint color;
  char *source;
} ChartReference;

/** A text to read, in a table: rows are the categories of y, columns those of x. */
typedef struct
{
  guint row, column;
  char *text, *note; /* note: numbers that belong to it; NULL: none */
  guint twins;       /* how many cells show the same text; 1: only this */
  GArray *spans;     /* AssaySpan of text */
} ChartSample;

typedef enum
{
  CHART_AXES = 1 << 0,   /* ticks, grid and titles */
  CHART_LEGEND = 1 << 1, /* shows the keys */
  CHART_BAR = 1 << 2,    /* shows z as a colour bar */
  CHART_NO_GRID = 1 << 3,
  CHART_OF_X = 1 << 4 /* the members are in x; prepare makes y */
} ChartMarkFlags;

typedef struct _ChartMark
{
  const char *name;
  guint flags;
  /** Once, when the data are there: bins, curves, domains.  NULL: nothing to prepare. */
  void (*prepare) (AssayChart *chart);
  /** One panel; the scales have their pixels, the clip is set. */
  void (*draw) (AssayChart *chart, ChartPanel *panel, cairo_t *cr);
  /** Size of a panel that shows the data well. */
  void (*size) (AssayChart *chart, double *width, double *height);
} ChartMark;

extern const ChartMark chart_marks[ASSAY_N_MARKS];

AssayChart *chart_new (guint32 mark, const char *id, const char *title);
ChartPanel *chart_add_panel (AssayChart *chart, const char *row, const char *col);
ChartSeries *chart_add_series (ChartPanel *panel, const char *label, gint color, gint dash);
/** Appends a point; NaN where there is none. */
void chart_series_add (ChartSeries *series, double x, double y, double low, double high, guint n);
void chart_add_category (ChartAxis *axis, const char *name);
gint chart_key_add (ChartKey *key, const char *level);
void chart_note (AssayChart *chart, const char *format, ...) G_GNUC_PRINTF (2, 3);
/** Widens the axis to hold a value, if it can. */
void chart_axis_hold (ChartAxis *axis, double value);
/** Prepares once: domains of all axes, marks' own work, the sentence for an empty chart. */
void chart_prepare (AssayChart *chart);
void chart_clear_series (ChartSeries *series);
gboolean chart_is_hidden (const AssayChart *chart, const ChartSeries *series);
gboolean chart_key_hides (const ChartKey *key, gint level);
/** Sets the pixels of both scales to a panel as last drawn. */
void chart_aim (AssayChart *chart, const ChartPanel *panel);
/** First point and end of what the x axis shows, with a neighbour at either side. */
void chart_visible (const AssayChart *chart, const ChartSeries *series, guint *from, guint *to);
/** Index of the first x of a rising series that is not below @value. */
guint chart_lower_bound (const ChartSeries *series, double value);
/** Fits the axes to what is looked at and not hidden. */
void chart_fit_view (AssayChart *chart);
/** Finds out which series rise; once the series are complete. */
void chart_find_rising (AssayChart *chart);

/** Column @i, NaN when the column is empty. */
static inline double
chart_at (const GArray *column, guint i)
{
  return i < column->len ? g_array_index (column, double, i) : (double) NAN;
}

/* Draws, one file per family. */
void chart_draw_lines (AssayChart *chart, ChartPanel *panel, cairo_t *cr);
void chart_draw_points (AssayChart *chart, ChartPanel *panel, cairo_t *cr);
void chart_draw_bars (AssayChart *chart, ChartPanel *panel, cairo_t *cr);
void chart_draw_spread (AssayChart *chart, ChartPanel *panel, cairo_t *cr);
void chart_draw_heat (AssayChart *chart, ChartPanel *panel, cairo_t *cr);
void chart_draw_hist (AssayChart *chart, ChartPanel *panel, cairo_t *cr);
void chart_draw_net (AssayChart *chart, ChartPanel *panel, cairo_t *cr);
void chart_draw_table (AssayChart *chart, ChartPanel *panel, cairo_t *cr);
void chart_draw_samples (AssayChart *chart, ChartPanel *panel, cairo_t *cr);

/** Both signs matter among the numbers of z: the smaller side reaches a twentieth of the other. */
gboolean chart_is_diverging (const AssayChart *chart);
/** Colour of a number on the z axis: diverging when the data have both signs. */
ChartRgb chart_cell_colour (const AssayChart *chart, double value);
/** Fills a box in a colour with the hatching of dash level @i (0: none). */
void chart_fill_pattern (cairo_t *cr, const ChartBox *box, ChartRgb colour, gint i);
/** The sign of a cell of the paper. */
void chart_draw_paper (cairo_t *cr, double x, double y);

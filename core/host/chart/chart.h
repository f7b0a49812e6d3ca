/* SPDX-License-Identifier: Apache-2.0
 *
 * Figures on cairo and pango.  Knows no widget: the desktop draws the same object.
 */
#pragma once

#include "host/claims/claims.h"
#include <cairo.h>

typedef struct _AssayChart AssayChart;

/** A declared figure of the study over these runs.  A figure without data is no error: it
 *  draws one sentence that says why. */
AssayChart *assay_chart_new (const AssayStudyInfo *study, const AssayFigure *figure,
                             AssayRunSet *set, GError **error);
/** What a face may change on a declared figure. */
typedef struct
{
  const char *name;   /* "x-scale" */
  const char *title;  /* for a person; NULL: it is chosen by looking (assay_chart_tell_look) */
  const char *words;  /* its values, separated by spaces; NULL: a dimension of assay_chart_dims,
                         for "slider" a level of assay_chart_slider, for "smooth" "ema W" (weight
                         of what was, 0 < W < 1) or "mean K" (points at either side), for "x-range"
                         and "y-range" "FROM:TO", for "hide-color" and "hide-dash" levels with "|"
                         between them */
  const char *titles; /* of the values, separated by "|" */
} AssayChartOption;
extern const AssayChartOption assay_chart_options[];
extern const guint assay_n_chart_options;

/** The figure with other options: a table of names and values, both char *; one that is not in
 *  it, or NULL, is as declared.  @live: curves of runs that have not ended are drawn as far as
 *  they have come. */
AssayChart *assay_chart_new_with (const AssayStudyInfo *study, const AssayFigure *figure,
                                  GHashTable *options, gboolean live, AssayRunSet *set,
                                  GError **error);
/** Whether an option means something for it. */
gboolean assay_chart_takes (AssayChart *chart, const char *option);
/** Dimensions with several levels, which color and the like can show. */
const char *const *assay_chart_dims (AssayChart *chart);
/** Levels of the figure's slider. */
const char *const *assay_chart_slider (AssayChart *chart);
/** "Environment" for "env". */
char *assay_chart_dim_title (const AssayStudyInfo *study, const char *dim);
void assay_chart_free (AssayChart *chart);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AssayChart, assay_chart_free)

/** Leaves out title and caption, for a page that sets them itself. */
void assay_chart_set_bare (AssayChart *chart, gboolean bare);

/** Draws into 0,0..width,height, in points of 1/96 inch. */
void assay_chart_draw (AssayChart *chart, cairo_t *cr, double width, double height);
/** The same with other colours for black and white (red, green, blue, 0..1), for a screen: a dark
 *  paper gets another palette, a narrow picture its legend below. */
void assay_chart_draw_on (AssayChart *chart, cairo_t *cr, double width, double height,
                          const double ink[3], const double paper[3]);
/** Another chart of the same graphs, which one thread may draw while another asks the first: they
 *  share what no drawing changes.  NULL: it shows no graph. */
AssayChart *assay_chart_share_graphs (AssayChart *chart);
const char *assay_chart_title (AssayChart *chart);
/** A graph or a sentence: it may be shrunk, as panels may, but not text in rows. */
gboolean assay_chart_is_picture (AssayChart *chart);
/** Size that suits its panels. */
void assay_chart_natural_size (AssayChart *chart, double *width, double *height);
/** Why there is nothing to draw but this sentence; NULL: there is. */
const char *assay_chart_why (AssayChart *chart);
/** By the file's ending: .png (two pixels a point), .svg, .pdf, and of graphs .dot.  0: the
 *  natural size.  Equal data give equal bytes. */
gboolean assay_chart_save (AssayChart *chart, const char *path, double width, double height,
                           GError **error);
/** Whether @path has an ending that assay_chart_save() knows. */
gboolean assay_chart_can_save (const char *path);
/** The same as SVG text whose ids begin with @prefix, so that several fit into one page. */
char *assay_chart_svg (AssayChart *chart, const char *prefix, double width, double height,
                       GError **error);
/** The data behind the figure as CSV: dimensions, center, low, high, n. */
char *assay_chart_csv (AssayChart *chart);
/** The graphs behind it in the DOT language, one after another; NULL: it shows none. */
char *assay_chart_dot (AssayChart *chart);
/** One sentence for those who do not see it: title, axes, series and their last values. */
char *assay_chart_describe (AssayChart *chart);
/** What stands below it: n, the band, crashed runs, interpolation, source. */
char *assay_chart_caption (AssayChart *chart);

/* ---- what is looked at ---- */

/** A window onto the data; where from = to all of the axis is shown, and with a part of x only
 *  what lies in it decides how far y reaches. */
typedef struct
{
  double x_from, x_to, y_from, y_to;
} AssayChartView;
void assay_chart_set_view (AssayChart *chart, const AssayChartView *view); /* NULL: all */
AssayChartView assay_chart_get_view (const AssayChart *chart);

typedef struct
{
  double x, y, width, height;
} AssayChartBox;
typedef enum
{
  ASSAY_CHART_X = 1,
  ASSAY_CHART_Y = 2
} AssayChartAxes;
/** Axes of numbers, of which a part can be looked at. */
AssayChartAxes assay_chart_axes (AssayChart *chart);
/** The data area at a pixel, as last drawn (beside figures have none); FALSE: there is none. */
gboolean assay_chart_panel_at (AssayChart *chart, double x, double y, AssayChartBox *box);
/** The data area of the @i-th panel; FALSE: there is none, or it was not drawn yet. */
gboolean assay_chart_panel (AssayChart *chart, guint i, AssayChartBox *box);
/** What lies in @seen, pixels beside those of @panel, fills the panels from now on: moved, it
 *  pans, smaller, it zooms in.  An axis that would show all is reset. */
void assay_chart_zoom (AssayChart *chart, const AssayChartBox *panel, const AssayChartBox *seen,
                       AssayChartAxes axes);

/** An entry of the legend: a level by which series differ. */
typedef struct
{
  gboolean dash; /* of the second key */
  guint level;
} AssayChartEntry;
gboolean assay_chart_entry_at (AssayChart *chart, double x, double y, AssayChartEntry *entry);
guint assay_chart_n_entries (AssayChart *chart);
/** The @i-th entry: colours first; its name is owned by the chart. */
const char *assay_chart_entry (AssayChart *chart, guint i, AssayChartEntry *entry);
/** Hides what bears this level, or shows it again; the axes fit what is left. */
void assay_chart_hide (AssayChart *chart, AssayChartEntry entry, gboolean hide);
gboolean assay_chart_hides (AssayChart *chart, AssayChartEntry entry);
/** Takes view and hidden levels (by name) of another chart, as when the data have grown. */
void assay_chart_look_as (AssayChart *chart, AssayChart *other);
/** What is looked at as options (char * to char *, both owned by the table), from which a chart of
 *  the same runs comes out the same to the byte: x-range, y-range, hide-color, hide-dash are set,
 * or removed where all is shown.  A level with "|" in its name cannot be told. */
void assay_chart_tell_look (AssayChart *chart, GHashTable *options);

/** A point of a series. */
typedef struct
{
  gboolean beside; /* of the chart beside */
  guint panel, series, point;
  double at_x, at_y; /* pixels, as last drawn */
  double x, y, z;    /* z: HEAT and TABLE.  Categories are 0, 1, ... */
  double low, high;  /* the band; NaN: none */
  guint n;           /* what it is averaged over */
} AssayChartHit;
/** The point next to a pixel, at most @within pixels away; a bar or cell is hit anywhere. */
gboolean assay_chart_hit (AssayChart *chart, double x, double y, double within, AssayChartHit *hit);
/** The points of all series of its panel at the x of @hit, topmost first: AssayChartHit. */
GArray *assay_chart_hits_along (AssayChart *chart, const AssayChartHit *hit);
/** Walks on to a neighbouring series (@series -1, 0, 1), else point; FALSE: there is none.  A
 *  @hit whose panel is G_MAXUINT stands before all. */
gboolean assay_chart_hit_next (AssayChart *chart, AssayChartHit *hit, int series, int points);
/** "Step 500": where it is, with the panel. */
char *assay_chart_hit_place (AssayChart *chart, const AssayChartHit *hit);
/** Name of its series. */
const char *assay_chart_hit_name (AssayChart *chart, const AssayChartHit *hit);
/** "0.93 [0.9, 0.96], n = 5". */
char *assay_chart_hit_value (AssayChart *chart, const AssayChartHit *hit);
/** Colour of its series on such a paper: red, green, blue. */
void assay_chart_hit_colour (AssayChart *chart, const AssayChartHit *hit, const double paper[3],
                             double colour[3]);
/** The entry of the legend that names its series; FALSE: none does. */
gboolean assay_chart_hit_entry (AssayChart *chart, const AssayChartHit *hit,
                                AssayChartEntry *entry);
/** The runs behind its series, in the language of `assay runs`. */
char *assay_chart_hit_filter (AssayChart *chart, const AssayChartHit *hit);
/** Those of them in the set that the chart was made from: ids. */
GStrv assay_chart_hit_runs (AssayChart *chart, const AssayChartHit *hit, AssayRunSet *set);

/** The study's report: one HTML file that needs no other. */
gboolean assay_report_write (const AssayStudyInfo *study, AssayRunSet *set, GPtrArray *verdicts,
                             const char *command, const char *path, GError **error);

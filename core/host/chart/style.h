/* SPDX-License-Identifier: Apache-2.0
 *
 * Colours, dashes, markers and text.
 */
#pragma once

#include <cairo.h>
#include <glib.h>

typedef struct
{
  double r, g, b; /* sRGB, 0..1 */
} ChartRgb;

#define CHART_N_COLOURS 8
#define CHART_N_DASHES 5
#define CHART_N_MARKERS 8

/** Categorical colours, darkest first: they differ in hue for most eyes and in luminance for
 *  all; a test holds the distances under simulated deuteranopia, protanopia and in grey. */
extern const ChartRgb chart_colours[CHART_N_COLOURS];
/** The same hues for a dark ground. */
extern const ChartRgb chart_dark_colours[CHART_N_COLOURS];

/** Colour of level @i of @n; ordered levels walk along the ramp. */
ChartRgb chart_level_colour (gint i, guint n, gboolean ordered);
/** Sequential map: t from 0 (light) to 1 (dark). */
ChartRgb chart_ramp (double t);
/** Diverging map: t from -1 (blue) over 0 (near white) to 1 (brown). */
ChartRgb chart_diverging (double t);
/** CIE lightness, 0..100. */
double chart_lightness (ChartRgb colour);

void chart_set_colour (cairo_t *cr, ChartRgb colour, double alpha);

/** What is drawn on: black on white unless this has been called for @cr (NULL: again).  The
 *  ground must outlive the drawing. */
typedef struct
{
  ChartRgb ink, paper;
} ChartGround;
void chart_set_ground (cairo_t *cr, const ChartGround *ground);
gboolean chart_is_dark (cairo_t *cr);
/** From ink (0) to paper (1). */
void chart_set_grey (cairo_t *cr, double grey);
void chart_set_grey_alpha (cairo_t *cr, double grey, double alpha);
/** As chart_level_colour, for a light or dark ground. */
ChartRgb chart_screen_colour (gboolean dark, gint i, guint n, gboolean ordered);
/** The same for the ground of @cr. */
ChartRgb chart_ground_colour (cairo_t *cr, gint i, guint n, gboolean ordered);
/** A light ground under text, mixed with paper that is dark. */
ChartRgb chart_ground_tint (cairo_t *cr, ChartRgb tint);
/** Sets the dash of level @i (0: solid) for lines of this width; @phase: length already drawn. */
void chart_set_dash (cairo_t *cr, gint i, double width, double phase);
/** Marker of level @i around x, y, filled with the current source. */
void chart_marker (cairo_t *cr, gint i, double x, double y, double radius);

typedef struct
{
  double size; /* pixels */
  gboolean bold;
  double width; /* ellipsised or wrapped there; 0: no limit */
  int lines;    /* at most; 0: one */
  double angle; /* radians, about the anchor */
} ChartFont;

/** Text at x, y; @ax, @ay: which part of its box lies there, 0 left or top, 1 right or bottom.
 *  Any bytes will do: they are made valid, cut, and never read as markup. */
void chart_text (cairo_t *cr, const char *text, const ChartFont *font, double x, double y,
                 double ax, double ay);
void chart_text_size (cairo_t *cr, const char *text, const ChartFont *font, double *width,
                      double *height);
/** Valid UTF-8 without control characters, at most @max characters. */
char *chart_clean (const char *text, glong max);

/** Bytes from..to of a text, on a coloured ground. */
typedef struct
{
  guint from, to;
  ChartRgb colour;
} ChartTint;

/** As chart_text, with tints (element ChartTint).  @text is UTF-8 and stands as it is, so that
 *  the bytes count; it starts at the left and top. */
void chart_text_tinted (cairo_t *cr, const char *text, const ChartFont *font, const GArray *tints,
                        double x, double y);

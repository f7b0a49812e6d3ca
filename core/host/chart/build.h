/* SPDX-License-Identifier: Apache-2.0
 *
 * From a declared figure and its frames to a chart.
 */
#pragma once

#include "host/chart/plot.h"

typedef enum
{
  CHANNEL_X,
  CHANNEL_Y, /* HEAT and TABLE: the second category */
  CHANNEL_COLOR,
  CHANNEL_DASH,
  CHANNEL_ROW,
  CHANNEL_COL,
  N_CHANNELS
} ChartChannelKind;

/** A dimension on a channel. */
typedef struct
{
  char *id;          /* of the dimension; NULL: the channel is free */
  GPtrArray *levels; /* char *: those that occur, in display order */
  GArray *numbers;   /* double, one per level */
  GArray *of_code;   /* gint: index into levels for each code of the frame's dimension; -1: never
                        occurs */
  guint kind;        /* AssayDimKind */
  gint alone;        /* the only one of several levels that has cells; -1: several have */
} ChartChannel;

/** Where frames come from: as assay_fold_metric, or made up in a test. */
typedef AssayFrame *(*ChartFoldFunc) (AssayRunSet *set, const AssayStudyInfo *study,
                                      const char *metrics, const char *where, const AssayFold *fold,
                                      const char *keep, char **note, GError **error);

typedef struct
{
  const AssayStudyInfo *study;
  const AssayFigure *figure;
  AssayRunSet *set;
  ChartFoldFunc fold;
  AssayChart *chart;
  AssayFrame *frame;  /* the value, folded */
  AssayFrame *xframe; /* x where it is a metric; NULL: it is a dimension */
  ChartChannel channels[N_CHANNELS];
  GPtrArray *over, *per; /* char *: dimensions averaged, drawn one by one */
  char *path;            /* LINE against a metric: the dimension along which it runs */
  char *reference_dim, *reference_level;
  GHashTable *caps; /* SURVIVAL: place -> how far it was looked; see chart_build_caps */
  AssayFrame *cap_frame;
  char *slider_level;   /* only this level of the slider is drawn; NULL: all */
  guint n_live;         /* runs that have not ended and are drawn */
  const char *slide_to; /* asked for; NULL: panels */
} ChartBuilder;

/** assay_chart_new with frames from elsewhere. */
AssayChart *chart_of_figure (const AssayStudyInfo *study, const AssayFigure *figure,
                             AssayRunSet *set, ChartFoldFunc fold, GError **error);
/** assay_chart_new_with, likewise. */
AssayChart *chart_of_figure_with (const AssayStudyInfo *study, const AssayFigure *figure,
                                  GHashTable *options, gboolean live, AssayRunSet *set,
                                  ChartFoldFunc fold, GError **error);
gboolean chart_is_metric (const AssayStudyInfo *study, const char *id);
/** Marks that show members, not a centre. */
gboolean chart_shows_members (guint32 mark);
gboolean chart_is_grid (guint32 mark); /* HEAT and TABLE */
/** "Episode return (points)". */
char *chart_metric_title (const AssayStudyInfo *study, const char *metric);
char *chart_dim_title (const AssayStudyInfo *study, const char *dim);
/** How the level of what does not apply is shown. */
#define CHART_NO_LEVEL "–"
/** A level as people read it. */
char *chart_level_text (const AssayStudyInfo *study, const char *dim, const char *level, guint kind,
                        gboolean alone);

/** Decides which dimension is shown how; what no channel names takes a free one, which a note
 *  says. */
void chart_resolve_channels (ChartBuilder *b);
/** SURVIVAL of a REACH metric: for every place of the frame the last position looked at, so that
 *  a value there is known to be not reached yet. */
void chart_build_caps (ChartBuilder *b);
/** A place in words that @frame and @other both know. */
char *chart_place_key (const AssayFrame *frame, guint cell, const AssayFrame *other,
                       const char *without);
/** Averages, joins x and y, and fills the chart's panels. */
gboolean chart_build_cells (ChartBuilder *b, GError **error);
void chart_build_lines (ChartBuilder *b);      /* `lines` */
void chart_build_references (ChartBuilder *b); /* the paper's cells */
void chart_build_order (ChartBuilder *b);      /* `order` */
/** GRAPH and SAMPLES, which have no frame. */
void chart_build_net (ChartBuilder *b);
void chart_build_samples (ChartBuilder *b);
/** Puts the categories of @beside into the order of @chart's, when they are the same. */
void chart_match_categories (const AssayChart *chart, AssayChart *beside);

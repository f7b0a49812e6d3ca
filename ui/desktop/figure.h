/* SPDX-License-Identifier: Apache-2.0
 *
 * A figure over runs, drawn up in a thread.
 */
#pragma once

#include "host/chart/chart.h"
#include "ui/desktop/session.h"

/** Runs that stand together in a comparison. */
typedef struct
{
  const char *name;
  const char *const *runs;
} StudioFigureSide;

/** What is to be drawn. */
typedef struct
{
  const char *study, *preset;    /* preset NULL: the newest plan of any */
  const char *const *runs;       /* these instead; NULL: as `preset` says */
  const StudioFigureSide *sides; /* or these, compared */
  guint n_sides;
  const char *figure;
  GHashTable *options; /* as assay_chart_new_with takes them; NULL: none */
  gboolean live;       /* curves of runs that have not ended, too */
} StudioFigureRequest;

/** What came of it; the taker may steal chart and set. */
typedef struct
{
  AssayStudyInfo *study;
  AssayRunSet *set; /* NULL: there are no runs; then the chart says so */
  AssayChart *chart;
  double seconds; /* that it took */
} StudioFigure;
void studio_figure_free (StudioFigure *figure);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StudioFigure, studio_figure_free)

/** The session has its registry.  Everything of @request is copied. */
void studio_figure_load (StudioSession *session, const StudioFigureRequest *request,
                         GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
StudioFigure *studio_figure_load_finish (StudioSession *session, GAsyncResult *result,
                                         GError **error);

/** Takes a figure and writes it to @path, by its ending .svg, .png, .pdf or .csv: what the command
 *  line writes, to the byte, when it is as declared, without runs that have not ended, and seen
 *  whole.  Answers with a boolean. */
void studio_figure_write (StudioFigure *figure, const char *path, GAsyncReadyCallback callback,
                          gpointer data);
gboolean studio_figure_write_finish (GAsyncResult *result, GError **error);

/** Equal tables of options. */
gboolean studio_figure_options_equal (GHashTable *a, GHashTable *b);
GHashTable *studio_figure_options_copy (GHashTable *options);

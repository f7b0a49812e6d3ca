/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs as files of other programs.  Bytes depend on the runs alone, never on locale or clock.
 */
#pragma once

#include "host/store/index.h"

/** Observations, series and arrays, in long format, one line a cell:
 *
 *  csv    run,study,seed,<one column per parameter: parameters.ID>,metric,labels,step,value
 *         RFC 4180 with CRLF.  NaN is an empty field, infinities are inf and -inf.  Labels are in
 *         the words of the filter language: split=train name="a b".  Texts stand as they are: a
 *         spreadsheet may take one that begins with = + - or @ for a formula.
 *  jsonl  {"labels": {}, "metric", "parameters": {}, "run", "seed", "step", "study", "value"} a
 *         line, canonical; what is not finite is null.  Of arrays the axes are among the labels,
 *         and "step" is null unless it is an axis.
 *  json   an array of the runs as assay_run_row_json has them, with summaries
 *  bundle a tar.gz of one workspace: README.txt with the commands that run all again, plans/, and
 *         of every run all but lock and checkpoints; links are left out, and README.txt says so
 */
typedef enum
{
  ASSAY_EXPORT_CSV,
  ASSAY_EXPORT_JSONL,
  ASSAY_EXPORT_JSON,
  ASSAY_EXPORT_BUNDLE,
  ASSAY_N_EXPORTS
} AssayExportFormat;

/** "csv", "jsonl", "json", "bundle"; an unknown name is an error that lists them. */
gboolean assay_export_format (const char *name, AssayExportFormat *format, GError **error);

/** Writes the runs to @out in the order given.  @where (NULL: all) filters cells of csv and jsonl
 *  by run, study, seed, parameters, metric, labels, axes, step and value. */
gboolean assay_export (AssayWorkspace *workspace, const char *const *ids, AssayExportFormat format,
                       const AssayFilter *where, GOutputStream *out, GError **error);
/** The same into a file, which appears when it is whole.  NULL or "-": standard output. */
gboolean assay_export_file (AssayWorkspace *workspace, const char *const *ids,
                            AssayExportFormat format, const AssayFilter *where, const char *path,
                            GError **error);

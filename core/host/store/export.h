/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs as files of other programs.  Bytes depend on the runs alone, never on locale or clock.
 */
#pragma once

#include "host/store/index.h"

/** Observations, series and arrays, in long format, one line a cell:
 *
 *  csv    run,study,seed,<one column per parameter: parameters.ID>,metric,labels,step,value (RFC
 * 4180, CRLF; a missing value is empty; texts stand as they are: a spreadsheet may take one that
 *         begins with = + - or @ for a formula)
 *  jsonl  {"run","study","seed","parameters":{},"metric","labels":{},"step","value"} a line; of
 *         arrays the axes are among the labels and "step" is null unless it is an axis
 *  json   the rows of the runs as assay_run_row_json has them, with summaries: an array
 *  bundle a tar.gz (ustar) of one folder: README.txt with the commands that run all again, plans/,
 *         and of every run run.json, env.json, status.json, notes.json, the log, console, arrays,
 *         samples and artifacts; symbolic links are left out
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
 *  by the keys run, study, seed, parameters, metric, labels, step and value. */
gboolean assay_export (AssayWorkspace *workspace, const char *const *ids, AssayExportFormat format,
                       const AssayFilter *where, GOutputStream *out, GError **error);
/** The same into a file, which appears when it is whole.  NULL or "-": standard output. */
gboolean assay_export_file (AssayWorkspace *workspace, const char *const *ids,
                            AssayExportFormat format, const AssayFilter *where, const char *path,
                            GError **error);

/* SPDX-License-Identifier: Apache-2.0
 *
 * The `assay` command: one table of verbs; help, completion and man pages come from it.
 */
#pragma once

#include "host/registry/json.h"
#include "host/registry/registry.h"
#include "host/run/workspace.h"

/** One verb.  @run gets the words after the options, NULL-terminated, and returns the
 *  exit code; or it sets an error, whose code is then the exit code. */
typedef struct
{
  const char *name;
  const char *arguments;       /* "STUDY", "RUN..." */
  const char *summary;         /* one line */
  const char *help;            /* a paragraph, or NULL */
  const char *example;         /* "assay run graph-backup --seeds 5" */
  const GOptionEntry *options; /* besides --workspace, --json and --help; or NULL */
  guint min_words, max_words;  /* G_MAXUINT: any number */
  gboolean json;               /* takes --json */
  int (*run) (char **words, GError **error);
} AssayVerb;

/** Every verb, in the order of the help; ends with a NULL name. */
extern const AssayVerb assay_verbs[];
const AssayVerb *assay_verb_find (const char *name);

extern gboolean assay_cli_json; /* --json was given */

/** The workspace that --workspace or the environment names; @create makes it. */
AssayWorkspace *assay_cli_workspace (gboolean create, GError **error);

/** Prints the canonical form and a newline; frees @node. */
void assay_cli_print_json (JsonNode *node);

/** A text table.  Columns whose heading begins with '>' are aligned right. */
typedef struct _AssayTextTable AssayTextTable;
AssayTextTable *assay_text_table_new (const char *heading, ...) G_GNUC_NULL_TERMINATED;
/** Appends a cell; owns nothing, copies. NULL is "". */
void assay_text_table_add (AssayTextTable *table, const char *cell);
void assay_text_table_addf (AssayTextTable *table, const char *format, ...) G_GNUC_PRINTF (2, 3);
/** Wraps the last column at @width columns (0: the terminal's, or none), prints, frees. */
void assay_text_table_print (AssayTextTable *table);
/** Prints if @print, and frees in any case. */
void assay_text_table_finish (AssayTextTable *table, gboolean print);
/** Text with control characters shown as spaces, for terminals; free with g_free. */
char *assay_cli_clean (const char *text);

/* The verbs, one function each, by file. */
int assay_verb_studies (char **words, GError **error); /* verb-studies.c */
int assay_verb_inspect (char **words, GError **error);
int assay_verb_environments (char **words, GError **error);
int assay_verb_plugin (char **words, GError **error);
int assay_verb_run (char **words, GError **error); /* verb-run.c */
extern const GOptionEntry assay_run_options[];
int assay_verb_runs (char **words, GError **error); /* verb-runs.c */
extern const GOptionEntry assay_runs_options[];
int assay_verb_show (char **words, GError **error);
int assay_verb_cat (char **words, GError **error);
int assay_verb_diff (char **words, GError **error);
int assay_verb_cancel (char **words, GError **error); /* verb-change.c */
int assay_verb_rm (char **words, GError **error);
int assay_verb_tag (char **words, GError **error);
extern const GOptionEntry assay_tag_options[];
int assay_verb_gc (char **words, GError **error);
extern const GOptionEntry assay_gc_options[];
int assay_verb_claims (char **words, GError **error); /* verb-results.c */
extern const GOptionEntry assay_claims_options[];
int assay_verb_plot (char **words, GError **error);
extern const GOptionEntry assay_plot_options[];
int assay_verb_report (char **words, GError **error);
extern const GOptionEntry assay_report_options[];
int assay_verb_export (char **words, GError **error); /* verb-export.c */
extern const GOptionEntry assay_export_options[];
int assay_verb_verify (char **words, GError **error);
int assay_verb_index (char **words, GError **error);
extern const GOptionEntry assay_index_options[];
int assay_verb_doctor (char **words, GError **error); /* verb-doctor.c */

/** Prints the man page of the command or of one verb; bash completion; candidates for the
 *  last of @words (hidden calls that the build and the shell make). */
void assay_cli_print_man (const AssayVerb *verb);
void assay_cli_print_completion (void);
void assay_cli_complete (char **words);

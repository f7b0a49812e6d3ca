/* SPDX-License-Identifier: Apache-2.0
 *
 * Verdicts, figures and the report.
 */
#include "host/chart/chart.h"
#include "host/registry/text.h"
#include "host/run/plan.h"
#include "ui/cli/cli.h"
#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static struct
{
  char *preset, *figure, *output, *format;
  char **with; /* "NAME=VALUE" */
  int width, height;
} options;

#define PRESET_OPTION                                                                              \
  {                                                                                                \
    "preset", 'p', 0, G_OPTION_ARG_STRING, &options.preset,                                        \
        "Take the newest plan of this preset (else: the newest plan)", "NAME"                      \
  }

const GOptionEntry assay_claims_options[]
    = { PRESET_OPTION,
        { "format", 0, 0, G_OPTION_ARG_STRING, &options.format,
          "How to write it: a table, a paragraph each, a spreadsheet (else: table)",
          "table|text|csv" },
        G_OPTION_ENTRY_NULL };

const GOptionEntry assay_plot_options[] = {
  PRESET_OPTION,
  { "figure", 'f', 0, G_OPTION_ARG_STRING, &options.figure, "One figure (else: all)", "ID" },
  { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
    "A file ending in .svg, .png or .pdf (a graph's in .dot), or a folder for several figures "
    "(else: .)",
    "PATH" },
  { "format", 0, 0, G_OPTION_ARG_STRING, &options.format, "In a folder: svg,png,pdf (else: svg)",
    "LIST" },
  { "with", 'w', 0, G_OPTION_ARG_STRING_ARRAY, &options.with,
    "Change the figure, as center=iqm, y-scale=log10 or x-range=0:500; may be repeated",
    "NAME=VALUE" },
  { "width", 0, 0, G_OPTION_ARG_INT, &options.width, "Width in pixels of 1/96 inch", "N" },
  { "height", 0, 0, G_OPTION_ARG_INT, &options.height, "Height in pixels of 1/96 inch", "N" },
  G_OPTION_ENTRY_NULL
};

const GOptionEntry assay_report_options[]
    = { PRESET_OPTION,
        { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
          "The file to write (else: report.html)", "FILE.html" },
        G_OPTION_ENTRY_NULL };

/* The study and the runs that `claims`, `plot STUDY` and `report` take. */
static AssayRunSet *
runs_of_study (const char *id, AssayStudyInfo **study, GError **error)
{
  g_autoptr (AssayRegistry) registry = assay_registry_new (error);
  g_autoptr (AssayWorkspace) workspace = NULL;

  if (registry == NULL)
    return NULL;
  *study = assay_registry_study (registry, id, error);
  if (*study == NULL)
    return NULL;
  if (options.preset != NULL && assay_study_preset (*study, options.preset) == NULL)
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
                   "%s has no preset '%s'; `assay inspect %s` lists them", id, options.preset, id);
      return NULL;
    }
  workspace = assay_cli_workspace (FALSE, error);
  return workspace != NULL ? assay_run_set_for_claims (workspace, *study, options.preset, error)
                           : NULL;
}

static void
print_verdicts (AssayRunSet *set, const AssayStudyInfo *study, GPtrArray *verdicts)
{
  AssayTextTable *table = assay_text_table_new ("CLAIM", "PAPER", "OURS, 95 % INTERVAL", "N",
                                                "VERDICT", "SAYS", NULL);

  g_print ("%s — %s\n", study->id, study->title);
  if (set != NULL && set->plan != NULL)
    g_print ("Plan %s%s%s, %u runs\n", set->plan, set->preset != NULL ? ", preset " : "",
             set->preset != NULL ? set->preset : "", set->dirs->len);
  g_print ("\n");
  for (guint i = 0; i < verdicts->len; i++)
    {
      const AssayVerdict *verdict = verdicts->pdata[i];
      g_autofree char *effect = assay_verdict_effect_text (verdict),
                      *n = assay_verdict_count_text (verdict);

      assay_text_table_add (table, verdict->claim->id);
      assay_text_table_add (table, verdict->claim->source == NULL  ? "(ours)"
                                   : verdict->claim->paper != NULL ? verdict->claim->paper
                                                                   : "not stated");
      assay_text_table_add (table, effect);
      assay_text_table_add (table, n);
      assay_text_table_add (table, assay_verdict_name (verdict->kind));
      assay_text_table_addf (
          table, "%s%s%s%s", verdict->claim->says != NULL ? verdict->claim->says : "",
          verdict->reason != NULL ? " (" : "", verdict->reason != NULL ? verdict->reason : "",
          verdict->reason != NULL ? ")" : "");
    }
  assay_text_table_print (table);
  for (guint i = 0; set != NULL && i < set->notes->len; i++)
    g_print ("note: %s\n", (const char *) set->notes->pdata[i]);
  g_print ("\nThe rule of each verdict: assay inspect %s.  Units, variance shares and notes: "
           "--json.\n",
           study->id);
}

static void
print_text (AssayRunSet *set, const AssayStudyInfo *study, GPtrArray *verdicts)
{
  g_autofree char *text = assay_claims_text (set, study, verdicts);

  g_print ("%s", text);
}

static void
print_csv (AssayRunSet *set, const AssayStudyInfo *study, GPtrArray *verdicts)
{
  g_autofree char *text = assay_claims_csv (verdicts);

  g_print ("%s", text);
}

typedef void (*PrintFunc) (AssayRunSet *set, const AssayStudyInfo *study, GPtrArray *verdicts);

/* How the verdicts are wanted; NULL: there is no such format. */
static PrintFunc
print_func (GError **error)
{
  static const struct
  {
    const char *name;
    PrintFunc print;
  } formats[] = { { "table", print_verdicts }, { "text", print_text }, { "csv", print_csv } };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (g_strcmp0 (options.format != NULL ? options.format : "table", formats[i].name) == 0)
      return formats[i].print;
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
               "claims are not written as '%s'; there are table, text and csv", options.format);
  return NULL;
}

int
assay_verb_claims (char **words, GError **error)
{
  PrintFunc print = print_func (error);
  g_autoptr (AssayStudyInfo) study = NULL;
  g_autoptr (GError) no_runs = NULL;
  g_autoptr (AssayRunSet) set = runs_of_study (words[0], &study, &no_runs);
  g_autoptr (GPtrArray) verdicts = NULL;

  if (print == NULL)
    return ASSAY_ERROR_USAGE;
  /* Without any run every claim reads `not run`, which is an answer. */
  if (set == NULL
      && (study == NULL || !g_error_matches (no_runs, ASSAY_ERROR, ASSAY_ERROR_NOT_FOUND)))
    {
      g_propagate_error (error, g_steal_pointer (&no_runs));
      return ASSAY_ERROR_FAILED;
    }
  verdicts = assay_claims_judge (set, study, error);
  if (verdicts == NULL)
    return ASSAY_ERROR_FAILED;
  if (assay_cli_json)
    assay_cli_print_json (assay_claims_json (verdicts));
  else
    print (set, study, verdicts);
  return 0;
}

/* The command that runs all of it again: as typed, or as it would be typed. */
static char *
command_of (AssayRunSet *set, const AssayStudyInfo *study)
{
  g_autoptr (AssayWorkspace) workspace = assay_cli_workspace (FALSE, NULL);
  g_autoptr (AssayRegistry) registry = assay_registry_new (NULL);
  g_autoptr (AssayPlan) plan = NULL;

  if (workspace != NULL && registry != NULL && set->plan != NULL)
    plan = assay_plan_open (workspace, registry, set->plan, NULL);
  if (plan != NULL && plan->command != NULL)
    return g_strdup (plan->command);
  return g_strdup_printf ("assay run %s%s%s", study->id, set->preset != NULL ? " --preset " : "",
                          set->preset != NULL ? set->preset : "");
}

int
assay_verb_report (char **words, GError **error)
{
  const char *path = options.output != NULL ? options.output : "report.html";
  g_autoptr (AssayStudyInfo) study = NULL;
  g_autoptr (AssayRunSet) set = runs_of_study (words[0], &study, error);
  g_autoptr (GPtrArray) verdicts = NULL;
  g_autofree char *command = NULL;

  if (set == NULL)
    return ASSAY_ERROR_FAILED;
  verdicts = assay_claims_judge (set, study, error);
  if (verdicts == NULL)
    return ASSAY_ERROR_FAILED;
  command = command_of (set, study);
  if (!assay_report_write (study, set, verdicts, command, path, error))
    return ASSAY_ERROR_FAILED;
  g_print ("%s\n", path);
  return 0;
}

/* ---- plot ---- */

/* A chart to one file, with the data beside it: as CSV, those of a graph as DOT. */
static gboolean
save_chart (AssayChart *chart, const char *path, GError **error)
{
  g_autofree char *graph = assay_chart_dot (chart);
  g_autofree char *csv = graph == NULL ? assay_chart_csv (chart) : NULL;
  g_autofree char *data_path
      = g_strdup_printf ("%.*s.%s", (int) (strrchr (path, '.') - path), path, csv ? "csv" : "dot");

  if (!assay_chart_save (chart, path, MAX (options.width, 0), MAX (options.height, 0), error)
      || !g_file_set_contents (data_path, csv ? csv : graph, -1, error))
    return FALSE;
  g_print ("%s\n", path);
  return TRUE;
}

/* The names that --with takes, as the end of a sentence. */
static char *
changes_there_are (void)
{
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < assay_n_chart_options; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", assay_chart_options[i].name);
  return g_string_free (names, FALSE);
}

static gboolean
is_change (const char *name)
{
  for (guint i = 0; i < assay_n_chart_options; i++)
    if (strcmp (assay_chart_options[i].name, name) == 0)
      return TRUE;
  return FALSE;
}

/* What --with says; NULL: something that it cannot say. */
static GHashTable *
changes (GError **error)
{
  g_autoptr (GHashTable) table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (char **with = options.with; with != NULL && *with != NULL; with++)
    {
      const char *equals = strchr (*with, '=');
      g_autofree char *name = equals != NULL ? g_strndup (*with, (gsize) (equals - *with)) : NULL;

      if (name == NULL || !is_change (name))
        {
          g_autofree char *names = changes_there_are ();

          g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
                       "--with takes NAME=VALUE, not '%s'; the names are %s", *with, names);
          return NULL;
        }
      g_hash_table_insert (table, g_steal_pointer (&name), g_strdup (equals + 1));
    }
  return g_steal_pointer (&table);
}

static gboolean
save_figure (const AssayStudyInfo *study, const AssayFigure *figure, GHashTable *with,
             AssayRunSet *set, const char *path, GError **error)
{
  g_autoptr (AssayChart) chart = assay_chart_new_with (study, figure, with, FALSE, set, error);

  return chart != NULL && save_chart (chart, path, error);
}

static gboolean
save_formats (AssayChart *chart, const char *id, const char *folder, char **formats, GError **error)
{
  for (char **format = formats; *format != NULL; format++)
    {
      g_autofree char *name = g_strconcat (id, ".", *format, NULL);
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (!save_chart (chart, path, error))
        return FALSE;
    }
  return TRUE;
}

/* One figure, or all that have something to show. */
static gboolean
save_figures (const AssayStudyInfo *study, GHashTable *with, AssayRunSet *set, GError **error)
{
  const char *folder = options.output != NULL ? options.output : ".";
  g_auto (GStrv) formats = assay_words (options.format != NULL ? options.format : "svg");
  g_autoptr (GString) empty = g_string_new (NULL);

  if (g_mkdir_with_parents (folder, 0777) != 0)
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "%s: the folder cannot be made: %s",
                   folder, g_strerror (errno));
      return FALSE;
    }
  for (guint i = 0; i < study->n_figures; i++)
    {
      const AssayFigure *figure = &study->figures[i];
      g_autoptr (AssayChart) chart = NULL;

      if (options.figure != NULL && strcmp (figure->id, options.figure) != 0)
        continue;
      chart = assay_chart_new_with (study, figure, with, FALSE, set, error);
      if (chart == NULL)
        return FALSE;
      if (options.figure == NULL && assay_chart_why (chart) != NULL)
        g_string_append_printf (empty, " %s", figure->id);
      else if (!save_formats (chart, figure->id, folder, formats, error))
        return FALSE;
    }
  if (empty->len > 0)
    g_printerr ("left out, since these runs have nothing to show in them:%s\n", empty->str);
  return TRUE;
}

/* The runs named, which must be of one study. */
static AssayRunSet *
runs_named (char **words, AssayStudyInfo **study, GError **error)
{
  g_autoptr (AssayWorkspace) workspace = assay_cli_workspace (FALSE, error);
  g_autoptr (AssayRegistry) registry = workspace != NULL ? assay_registry_new (error) : NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) ids = NULL;
  AssayRunSet *set;

  if (registry == NULL)
    return NULL;
  for (char **word = words; *word != NULL; word++)
    {
      g_autofree char *id = assay_run_find (workspace, *word, error);

      if (id == NULL)
        return NULL;
      g_strv_builder_add (builder, id);
    }
  ids = g_strv_builder_end (builder);
  set = assay_run_set_of (workspace, (const char *const *) ids, error);
  if (set == NULL)
    return NULL;
  *study = assay_registry_study (registry, ((AssayRunDir *) set->dirs->pdata[0])->study, error);
  for (guint i = 1; *study != NULL && i < set->dirs->len; i++)
    if (strcmp (((AssayRunDir *) set->dirs->pdata[i])->study, (*study)->id) != 0)
      {
        g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
                     "%s and %s are runs of different studies; plot one study at a time", ids[0],
                     ids[i]);
        g_clear_pointer (study, assay_study_info_unref);
      }
  if (*study == NULL)
    g_clear_pointer (&set, assay_run_set_free);
  return set;
}

int
assay_verb_plot (char **words, GError **error)
{
  g_autoptr (AssayStudyInfo) study = NULL;
  g_autoptr (GHashTable) with = changes (error);
  g_autoptr (GError) no_study = NULL;
  g_autoptr (AssayRunSet) set = NULL;
  const AssayFigure *figure = NULL;

  if (with == NULL)
    return ASSAY_ERROR_USAGE;
  if (words[1] == NULL)
    set = runs_of_study (words[0], &study, &no_study);
  if (set == NULL && study == NULL)
    set = runs_named (words, &study, error);
  else if (set == NULL)
    g_propagate_error (error, g_steal_pointer (&no_study));
  if (set == NULL)
    return ASSAY_ERROR_FAILED;
  if (options.figure != NULL)
    {
      figure = assay_study_figure (study, options.figure);
      if (figure == NULL)
        {
          g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_NOT_FOUND,
                       "%s has no figure '%s'; `assay inspect %s` lists them", study->id,
                       options.figure, study->id);
          return ASSAY_ERROR_NOT_FOUND;
        }
    }
  if (options.output != NULL && assay_chart_can_save (options.output))
    {
      if (figure == NULL && study->n_figures == 1)
        figure = &study->figures[0];
      if (figure == NULL)
        {
          g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
                       "%s is one file and %s has %u figures; name one with --figure, or give a "
                       "folder",
                       options.output, study->id, study->n_figures);
          return ASSAY_ERROR_USAGE;
        }
      return save_figure (study, figure, with, set, options.output, error) ? 0 : ASSAY_ERROR_FAILED;
    }
  return save_figures (study, with, set, error) ? 0 : ASSAY_ERROR_FAILED;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/cli/cli.h"
#include <stdio.h>
#include <string.h>

gboolean assay_cli_json;
static char *workspace_path;

AssayWorkspace *
assay_cli_workspace (gboolean create, GError **error)
{
  return assay_workspace_open (workspace_path, create, error);
}

const AssayVerb *
assay_verb_find (const char *name)
{
  for (const AssayVerb *verb = assay_verbs; verb->name != NULL; verb++)
    if (strcmp (verb->name, name) == 0)
      return verb;
  return NULL;
}

static void
print_help (void)
{
  g_print ("Assay runs studies of how learning systems behave and says of every published\n"
           "claim whether it held.\n\nusage: assay VERB [OPTION]... [WORD]...\n\n");
  for (const AssayVerb *verb = assay_verbs; verb->name != NULL; verb++)
    g_print ("  %-13s %s\n", verb->name, verb->summary);
  g_print ("\n`assay VERB --help` explains a verb.  First steps: assay studies; assay run STUDY.\n"
           "Exit codes: 0 ok, 1 failed, 2 usage, 3 not found, 4 incompatible plugin, "
           "130 cancelled.\n");
}

/* The verb nearest to what was typed, for "did you mean". */
static const char *
nearest_verb (const char *name)
{
  for (const AssayVerb *verb = assay_verbs; verb->name != NULL; verb++)
    if (g_str_has_prefix (verb->name, name) || g_str_has_prefix (name, verb->name))
      return verb->name;
  return NULL;
}

static GOptionContext *
option_context (const AssayVerb *verb)
{
  static const GOptionEntry workspace_option[]
      = { { "workspace", 0, 0, G_OPTION_ARG_FILENAME, &workspace_path,
            "Folder of runs (else ASSAY_WORKSPACE, else the user's data folder)", "DIR" },
          G_OPTION_ENTRY_NULL };
  static const GOptionEntry json_option[]
      = { { "json", 0, 0, G_OPTION_ARG_NONE, &assay_cli_json, "Print JSON", NULL },
          G_OPTION_ENTRY_NULL };
  GOptionContext *context = g_option_context_new (verb->arguments);
  g_autofree char *description = NULL;

  if (verb->options != NULL)
    g_option_context_add_main_entries (context, verb->options, NULL);
  if (verb->json)
    g_option_context_add_main_entries (context, json_option, NULL);
  g_option_context_add_main_entries (context, workspace_option, NULL);
  g_option_context_set_summary (context, verb->help != NULL ? verb->help : verb->summary);
  description = g_strdup_printf ("Example:\n  %s\n", verb->example);
  g_option_context_set_description (context, description);
  return context;
}

static int
report_error (const AssayVerb *verb, GError *error)
{
  g_autofree char *clean = assay_cli_clean (error->message);

  g_printerr ("assay %s: %s\n", verb->name, clean);
  if (error->domain == G_OPTION_ERROR)
    {
      g_printerr ("`assay %s --help` lists the options.\n", verb->name);
      return ASSAY_ERROR_USAGE;
    }
  return error->domain == ASSAY_ERROR ? error->code : ASSAY_ERROR_FAILED;
}

static int
run_verb (const AssayVerb *verb, int argc, char **argv)
{
  g_autoptr (GOptionContext) context = option_context (verb);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) words = g_new0 (char *, argc + 1);
  g_autofree char *program = g_strconcat ("assay ", verb->name, NULL);
  int code;
  guint n;

  g_set_prgname (program);
  for (int i = 0; i < argc; i++)
    words[i] = g_strdup (argv[i]);
  if (!g_option_context_parse_strv (context, &words, &error))
    return report_error (verb, error);
  n = g_strv_length (words) - 1;
  if (n < verb->min_words || n > verb->max_words)
    {
      g_printerr ("assay %s: it takes %s, not %u word%s.\nusage: assay %s [OPTION]... %s\n",
                  verb->name, *verb->arguments ? verb->arguments : "no words", n, n == 1 ? "" : "s",
                  verb->name, verb->arguments);
      return ASSAY_ERROR_USAGE;
    }
  code = verb->run (words + 1, &error);
  return error != NULL ? report_error (verb, error) : code;
}

/* UTF-8 whatever the locale: output is for files and other programs, too. */
static void
write_out (const char *text)
{
  fputs (text, stdout);
}

static void
write_error (const char *text)
{
  fflush (stdout);
  fputs (text, stderr);
}

int
main (int argc, char **argv)
{
  const AssayVerb *verb;

  g_set_print_handler (write_out);
  g_set_printerr_handler (write_error);
  if (argc < 2 || strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "-h") == 0
      || (argc == 2 && strcmp (argv[1], "help") == 0))
    {
      print_help ();
      return argc < 2 ? ASSAY_ERROR_USAGE : 0;
    }
  if (strcmp (argv[1], "--version") == 0)
    {
      g_print ("assay %s\n", ASSAY_VERSION);
      return 0;
    }
  if (strcmp (argv[1], "--print-man") == 0)
    {
      assay_cli_print_man (argc > 2 ? assay_verb_find (argv[2]) : NULL);
      return 0;
    }
  if (strcmp (argv[1], "--print-completion") == 0)
    {
      assay_cli_print_completion ();
      return 0;
    }
  if (strcmp (argv[1], "--complete") == 0)
    {
      assay_cli_complete (argv + 2);
      return 0;
    }
  verb = assay_verb_find (argv[1]);
  if (verb == NULL)
    {
      const char *near = nearest_verb (argv[1]);

      g_printerr ("assay: there is no verb '%s'%s%s%s\n`assay --help` lists them.\n", argv[1],
                  near != NULL ? "; did you mean '" : ".", near != NULL ? near : "",
                  near != NULL ? "'?" : "");
      return ASSAY_ERROR_USAGE;
    }
  return run_verb (verb, argc - 1, argv + 1);
}

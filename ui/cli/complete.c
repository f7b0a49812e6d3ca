/* SPDX-License-Identifier: Apache-2.0
 *
 * Man pages and completion, both read off the table of verbs.
 */
#include "host/run/rundir.h"
#include "ui/cli/cli.h"
#include <string.h>

/* Text in roff: backslashes and leading dots are its own. */
static void
print_roff (const char *text)
{
  for (const char *c = text; *c != '\0'; c++)
    {
      if ((c == text || c[-1] == '\n') && (*c == '.' || *c == '\''))
        g_print ("\\&");
      if (*c == '\\')
        g_print ("\\e");
      else if (*c == '-')
        g_print ("\\-");
      else
        g_print ("%c", *c);
    }
}

static void
print_option (const GOptionEntry *option)
{
  g_print (".TP\n");
  if (option->short_name != 0)
    g_print ("\\fB\\-%c\\fR, ", option->short_name);
  g_print ("\\fB\\-\\-");
  print_roff (option->long_name);
  g_print ("\\fR");
  if (option->arg_description != NULL)
    {
      g_print (" \\fI");
      print_roff (option->arg_description);
      g_print ("\\fR");
    }
  g_print ("\n");
  print_roff (option->description);
  g_print ("\n");
}

static void
print_verb_man (const AssayVerb *verb)
{
  g_autofree char *title = g_ascii_strup (verb->name, -1);

  g_print (".TH ASSAY\\-%s 1 \"\" \"assay %s\" \"Assay\"\n.SH NAME\nassay\\-%s \\- ", title,
           ASSAY_VERSION, verb->name);
  print_roff (verb->summary);
  g_print ("\n.SH SYNOPSIS\n\\fBassay %s\\fR [\\fIOPTION\\fR]... \\fI", verb->name);
  print_roff (verb->arguments);
  g_print ("\\fR\n.SH DESCRIPTION\n");
  print_roff (verb->help != NULL ? verb->help : verb->summary);
  g_print ("\n.SH OPTIONS\n");
  for (const GOptionEntry *option = verb->options; option != NULL && option->long_name != NULL;
       option++)
    print_option (option);
  if (verb->json)
    g_print (".TP\n\\fB\\-\\-json\\fR\nPrint JSON.\n");
  g_print (".TP\n\\fB\\-\\-workspace\\fR \\fIDIR\\fR\nFolder of runs.\n.SH EXAMPLE\n.nf\n");
  print_roff (verb->example);
  g_print ("\n.fi\n.SH EXIT STATUS\n0 ok, 1 failed, 2 usage, 3 not found, 4 incompatible plugin, "
           "130 cancelled.\n.SH SEE ALSO\n\\fBassay\\fR(1)\n");
}

void
assay_cli_print_man (const AssayVerb *verb)
{
  if (verb != NULL)
    {
      print_verb_man (verb);
      return;
    }
  g_print (".TH ASSAY 1 \"\" \"assay %s\" \"Assay\"\n.SH NAME\nassay \\- run studies of how "
           "learning systems behave, and check their claims\n.SH SYNOPSIS\n\\fBassay\\fR "
           "\\fIVERB\\fR [\\fIOPTION\\fR]... [\\fIWORD\\fR]...\n.SH VERBS\n",
           ASSAY_VERSION);
  for (verb = assay_verbs; verb->name != NULL; verb++)
    {
      g_print (".TP\n\\fB%s\\fR \\fI", verb->name);
      print_roff (verb->arguments);
      g_print ("\\fR\n");
      print_roff (verb->summary);
      g_print ("\n");
    }
  g_print (".SH ENVIRONMENT\n.TP\nASSAY_WORKSPACE\nThe folder of runs.\n.TP\nASSAY_PLUGIN_PATH\n"
           "Folders of plugins, separated by colons, looked into first.\n.SH SEE ALSO\n");
  for (verb = assay_verbs; verb->name != NULL; verb++)
    g_print ("\\fBassay\\-%s\\fR(1)%s\n", verb->name, verb[1].name != NULL ? "," : "");
}

void
assay_cli_print_completion (void)
{
  g_print ("# bash completion for assay: the program itself knows the candidates\n"
           "_assay ()\n{\n"
           "  local IFS=$'\\n'\n"
           "  COMPREPLY=($(\"${COMP_WORDS[0]}\" --complete "
           "\"${COMP_WORDS[@]:1:COMP_CWORD}\" 2>/dev/null))\n"
           "  [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace\n"
           "}\n"
           "complete -o default -F _assay assay\n");
}

static void
offer (const char *typed, const char *candidate)
{
  if (g_str_has_prefix (candidate, typed))
    g_print ("%s\n", candidate);
}

static void
offer_studies (const char *typed)
{
  g_autoptr (AssayRegistry) registry = assay_registry_new (NULL);

  for (guint i = 0; registry != NULL && i < assay_registry_n_plugins (registry); i++)
    if (assay_registry_plugin (registry, i)->study != NULL)
      offer (typed, assay_registry_plugin (registry, i)->study->id);
}

static void
offer_runs (const char *typed)
{
  g_autoptr (AssayWorkspace) workspace = assay_cli_workspace (FALSE, NULL);
  g_auto (GStrv) runs = workspace != NULL ? assay_workspace_list (workspace, "runs", NULL) : NULL;

  for (char **run = runs; run != NULL && *run != NULL; run++)
    offer (typed, *run);
}

/* What stands after --preset, --figure, --set or --sweep belongs to the study named before. */
static gboolean
offer_of_study (char **words, const char *option, const char *typed)
{
  g_autoptr (AssayRegistry) registry = assay_registry_new (NULL);
  g_autoptr (AssayStudyInfo) study = NULL;

  for (char **word = words + 1; registry != NULL && study == NULL && *word != NULL; word++)
    study = assay_registry_study (registry, *word, NULL);
  if (study == NULL)
    return FALSE;
  if (strcmp (option, "--preset") == 0 || strcmp (option, "-p") == 0)
    {
      for (guint i = 0; i < study->n_presets; i++)
        if (!(study->presets[i].flags & ASSAY_HIDDEN))
          offer (typed, study->presets[i].id);
    }
  else if (strcmp (option, "--figure") == 0 || strcmp (option, "-f") == 0)
    for (guint i = 0; i < study->n_figures; i++)
      offer (typed, study->figures[i].id);
  else if (strcmp (option, "--set") == 0 || strcmp (option, "--sweep") == 0
           || strcmp (option, "-s") == 0)
    for (guint i = 0; i < study->n_params; i++)
      {
        g_autofree char *candidate = g_strconcat (study->params[i].id, "=", NULL);

        offer (typed, candidate);
      }
  else
    return FALSE;
  return TRUE;
}

/* Of "local|inline" or "check FILE.so | list" the words that stand for themselves: in lower case.
 */
static void
offer_alternatives (const char *typed, const char *description)
{
  g_auto (GStrv) words = g_strsplit_set (description != NULL ? description : "", " |", -1);

  for (char **word = words; *word != NULL; word++)
    if (g_ascii_islower (**word))
      offer (typed, *word);
}

/* The option of @verb that @word names, if it takes an argument. */
static const GOptionEntry *
option_with_argument (const AssayVerb *verb, const char *word)
{
  for (const GOptionEntry *option = verb->options; option != NULL && option->long_name != NULL;
       option++)
    if (option->arg != G_OPTION_ARG_NONE && word[0] == '-'
        && ((word[1] == '-' && strcmp (word + 2, option->long_name) == 0)
            || (word[1] == option->short_name && word[1] != '\0' && word[2] == '\0')))
      return option;
  return NULL;
}

void
assay_cli_complete (char **words)
{
  guint n = g_strv_length (words);
  const char *typed = n > 0 ? words[n - 1] : "";
  const AssayVerb *verb = n > 1 ? assay_verb_find (words[0]) : NULL;
  const GOptionEntry *before = verb != NULL ? option_with_argument (verb, words[n - 2]) : NULL;

  if (n <= 1)
    for (verb = assay_verbs; verb->name != NULL; verb++)
      offer (typed, verb->name);
  else if (verb == NULL)
    return;
  else if (*typed == '-')
    {
      for (const GOptionEntry *option = verb->options; option != NULL && option->long_name != NULL;
           option++)
        {
          g_autofree char *candidate = g_strconcat ("--", option->long_name, NULL);

          offer (typed, candidate);
        }
      if (verb->json)
        offer (typed, "--json");
      offer (typed, "--workspace");
      offer (typed, "--help");
    }
  else if (offer_of_study (words, words[n - 2], typed))
    return;
  else if (before != NULL)
    offer_alternatives (typed, before->arg_description);
  else
    {
      offer_alternatives (typed, verb->arguments);
      if (strstr (verb->arguments, "STUDY") != NULL)
        offer_studies (typed);
      if (strstr (verb->arguments, "RUN") != NULL)
        offer_runs (typed);
    }
}

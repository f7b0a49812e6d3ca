/* SPDX-License-Identifier: Apache-2.0 */
#include "host/registry/text.h"
#include "ui/cli/cli.h"
#include "ui/cli/progress.h"
#include <glib-unix.h>
#include <math.h>
#include <signal.h>
#include <string.h>

static struct
{
  char *preset, *seeds, *executor, *time_limit, *memory_limit, *log_limit, *cpu;
  char **set, **sweep;
  int cores, max_failures;
  gboolean detach, resume, dry_run;
} options;

const GOptionEntry assay_run_options[] = {
  { "preset", 'p', 0, G_OPTION_ARG_STRING, &options.preset, "Preset (else: quick)", "NAME" },
  { "set", 's', 0, G_OPTION_ARG_STRING_ARRAY, &options.set, "Set a parameter", "K=V" },
  { "sweep", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.sweep,
    "Several values: a list, lin(0..1,5), log(1e-4..1e-1,7), uniform(0..1,8,SEED), "
    "loguniform(...)",
    "K=A,B,C" },
  { "seeds", 'n', 0, G_OPTION_ARG_STRING, &options.seeds, "Seeds 1..N, or A..B", "N|A..B" },
  { "cores", 'j', 0, G_OPTION_ARG_INT, &options.cores, "Budget of cores (else: all)", "N" },
  { "executor", 0, 0, G_OPTION_ARG_STRING, &options.executor,
    "local: a process per run; inline: in this process, for debuggers", "local|inline" },
  { "detach", 0, 0, G_OPTION_ARG_NONE, &options.detach, "Run in the background and return", NULL },
  { "resume", 0, 0, G_OPTION_ARG_NONE, &options.resume,
    "Keep finished runs of equal key and code; redo the others where they stopped", NULL },
  { "dry-run", 0, 0, G_OPTION_ARG_NONE, &options.dry_run, "Show what would run", NULL },
  { "max-failures", 0, 0, G_OPTION_ARG_INT, &options.max_failures,
    "Start no more runs after so many failed", "N" },
  { "time-limit", 0, 0, G_OPTION_ARG_STRING, &options.time_limit, "Per run: 90, 90s, 5min, 2h",
    "T" },
  { "memory-limit", 0, 0, G_OPTION_ARG_STRING, &options.memory_limit, "Per run: 500M, 2G", "SIZE" },
  { "log-limit", 0, 0, G_OPTION_ARG_STRING, &options.log_limit, "Per run (else: 1G)", "SIZE" },
  { "cpu", 0, 0, G_OPTION_ARG_STRING, &options.cpu, "Instruction set of numerics",
    "auto|generic|avx2|avx512" },
  G_OPTION_ENTRY_NULL
};

typedef struct
{
  const char *suffix;
  double factor;
} Unit;

static const Unit time_units[]
    = { { "", 1 }, { "s", 1 }, { "min", 60 }, { "h", 3600 }, { "d", 86400 }, { NULL } };
static const Unit size_units[] = { { "", 1 },
                                   { "k", 1024 },
                                   { "K", 1024 },
                                   { "M", 1048576 },
                                   { "MB", 1048576 },
                                   { "MiB", 1048576 },
                                   { "G", 1073741824 },
                                   { "GB", 1073741824 },
                                   { "GiB", 1073741824 },
                                   { NULL } };

/* A positive number with a unit; 0 where @text is NULL. */
static gboolean
parse_quantity (const char *option, const char *text, const Unit *units, double *value,
                GError **error)
{
  char *end;

  *value = 0;
  if (text == NULL)
    return TRUE;
  *value = g_ascii_strtod (text, &end);
  while (*end == ' ')
    end++;
  for (const Unit *unit = units; unit->suffix != NULL; unit++)
    if (strcmp (end, unit->suffix) == 0 && isfinite (*value) && *value > 0)
      {
        *value *= unit->factor;
        return TRUE;
      }
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
               "--%s=%s is no positive amount; write a number and a unit, for example %s", option,
               text, units == time_units ? "90s, 5min or 2h" : "500M or 2G");
  return FALSE;
}

static gboolean
supervise_options (AssaySuperviseOptions *supervise, GError **error)
{
  double memory, log;

  if (!parse_quantity ("time-limit", options.time_limit, time_units, &supervise->time_limit, error)
      || !parse_quantity ("memory-limit", options.memory_limit, size_units, &memory, error)
      || !parse_quantity ("log-limit", options.log_limit, size_units, &log, error))
    return FALSE;
  if (options.cores < 0 || options.max_failures < 0)
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
                   "-j and --max-failures take a number of 1 or more");
      return FALSE;
    }
  if (options.executor != NULL && strcmp (options.executor, "local") != 0
      && strcmp (options.executor, "inline") != 0)
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
                   "--executor=%s is not known; the executors are local and inline",
                   options.executor);
      return FALSE;
    }
  supervise->cores = (guint) options.cores;
  supervise->inline_ = g_strcmp0 (options.executor, "inline") == 0;
  supervise->resume = options.resume;
  supervise->max_failures = (guint) options.max_failures;
  supervise->memory_limit = (guint64) memory;
  supervise->log_limit = (guint64) log;
  supervise->cpu = options.cpu;
  if (supervise->inline_ && options.detach)
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
                   "--executor=inline runs in this process and cannot be detached");
      return FALSE;
    }
  return TRUE;
}

static AssayPlan *
make_plan (AssayRegistry *registry, const char *word, GError **error)
{
  AssayPlanRequest request = { .preset = options.preset,
                               .set = (const char *const *) options.set,
                               .sweep = (const char *const *) options.sweep,
                               .seeds = options.seeds };
  g_autoptr (AssayStudyInfo) study = NULL;

  if (g_str_has_suffix (word, ".json"))
    {
      if (options.preset || options.set || options.sweep || options.seeds)
        {
          g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
                       "%s says what to run; leave out --preset, --set, --sweep and --seeds", word);
          return NULL;
        }
      return assay_plan_load_request (registry, word, error);
    }
  study = assay_registry_study (registry, word, error);
  if (study == NULL)
    return NULL;
  return assay_plan_new (study, &request, error);
}

static int
show_plan (AssayPlan *plan)
{
  g_autoptr (JsonArray) runs = json_array_new ();
  const AssayPreset *preset
      = plan->preset != NULL ? assay_study_preset (plan->study, plan->preset) : NULL;

  for (guint i = 0; i < plan->specs->len; i++)
    {
      const AssaySpec *spec = plan->specs->pdata[i];
      JsonObject *run = json_object_new ();

      json_object_set_string_member (run, "key", spec->key);
      json_object_set_int_member (run, "seed", (gint64) spec->seed);
      json_object_set_object_member (run, "parameters", assay_spec_parameters (spec));
      json_array_add_object_element (runs, run);
    }
  if (assay_cli_json)
    {
      JsonNode *node = json_node_new (JSON_NODE_ARRAY);

      json_node_set_array (node, runs);
      assay_cli_print_json (node);
      return 0;
    }
  for (guint i = 0; i < plan->specs->len; i++)
    {
      JsonObject *run = json_array_get_object_element (runs, i);
      g_autoptr (JsonNode) parameters = json_node_new (JSON_NODE_OBJECT);
      g_autofree char *text = NULL;

      json_node_set_object (parameters, json_object_get_object_member (run, "parameters"));
      text = assay_json_canonical (parameters);
      g_print ("%.12s seed %" G_GINT64_FORMAT " %s\n", assay_json_text (run, "key", ""),
               assay_json_int (run, "seed", 0), text);
    }
  g_print ("%u runs", plan->specs->len);
  if (preset != NULL && preset->seconds > 0)
    {
      g_autofree char *time = assay_duration_text (preset->seconds);

      g_print ("; the preset `%s` is expected to take %s on two cores", preset->id, time);
    }
  g_print ("\n");
  return 0;
}

static int
print_result (AssayPlan *plan, const AssayPlanResult *result, double seconds, gboolean cancelled)
{
  g_autofree char *time = assay_duration_text (seconds);

  if (assay_cli_json)
    {
      JsonObject *object = json_object_new ();
      JsonNode *node = json_node_new (JSON_NODE_OBJECT);

      json_object_set_string_member (object, "plan", plan->id);
      json_object_set_string_member (object, "study", plan->study->id);
      json_object_set_int_member (object, "runs", plan->specs->len);
      json_object_set_int_member (object, "done", result->done);
      json_object_set_int_member (object, "reused", result->reused);
      json_object_set_int_member (object, "failed", result->failed);
      json_object_set_int_member (object, "cancelled", result->cancelled);
      json_object_set_int_member (object, "interrupted", result->interrupted);
      json_object_set_int_member (object, "not-started", result->not_started);
      json_object_set_double_member (object, "seconds", seconds);
      json_node_take_object (node, object);
      assay_cli_print_json (node);
    }
  else
    {
      g_print ("%s: %u of %u runs done in %s", plan->study->id, result->done + result->reused,
               plan->specs->len, time);
      if (result->reused > 0)
        g_print (", %u of them before", result->reused);
      if (result->failed + result->interrupted > 0)
        g_print (", %u failed", result->failed + result->interrupted);
      if (result->cancelled > 0)
        g_print (", %u cancelled", result->cancelled);
      if (result->not_started > 0)
        g_print (", %u not started", result->not_started);
      g_print (".  Plan %s.\n", plan->id);
    }
  if (cancelled)
    return ASSAY_ERROR_CANCELLED;
  return result->failed + result->interrupted + result->cancelled + result->not_started > 0;
}

/* Waits in a thread of its own for SIGINT and SIGTERM, so that it works whatever main
 * context the supervisor runs. */
static gpointer
wait_for_signal (gpointer cancellable)
{
  sigset_t set;
  int number;

  sigemptyset (&set);
  sigaddset (&set, SIGINT);
  sigaddset (&set, SIGTERM);
  sigaddset (&set, SIGHUP);
  sigwait (&set, &number);
  g_cancellable_cancel (cancellable);
  g_object_unref (cancellable);
  return NULL;
}

static void
catch_signals (GCancellable *cancellable)
{
  sigset_t set;

  sigemptyset (&set);
  sigaddset (&set, SIGINT);
  sigaddset (&set, SIGTERM);
  sigaddset (&set, SIGHUP);
  pthread_sigmask (SIG_BLOCK, &set, NULL);
  g_thread_unref (g_thread_new ("signals", wait_for_signal, g_object_ref (cancellable)));
}

static int
supervise (AssayPlan *plan, const AssaySuperviseOptions *supervise_with, GError **error)
{
  g_autoptr (AssayWorkspace) workspace = assay_cli_workspace (TRUE, error);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  AssayPlanResult result = { 0 };
  AssayProgress *display;
  gint64 started = g_get_monotonic_time ();
  gboolean ok;

  if (workspace == NULL)
    return ASSAY_ERROR_FAILED;
  if (options.detach)
    {
      if (!assay_supervise_detached (workspace, plan, supervise_with, error))
        return ASSAY_ERROR_FAILED;
      g_print ("%s: %u runs go on in the background.  Plan %s.\n"
               "`assay runs plan=%s` shows them.\n",
               plan->study->id, plan->specs->len, plan->id, plan->id);
      return 0;
    }
  catch_signals (cancellable);
  display = assay_progress_display_new (plan);
  ok = assay_supervise (workspace, plan, supervise_with, cancellable, assay_progress_display_event,
                        display, &result, error);
  assay_progress_display_end (display);
  if (!ok)
    return ASSAY_ERROR_FAILED;
  return print_result (plan, &result, (g_get_monotonic_time () - started) / 1e6,
                       g_cancellable_is_cancelled (cancellable));
}

int
assay_verb_run (char **words, GError **error)
{
  g_autoptr (AssayRegistry) registry = NULL;
  g_autoptr (AssayPlan) plan = NULL;
  AssaySuperviseOptions supervise_with = { 0 };

  if (!supervise_options (&supervise_with, error))
    return ASSAY_ERROR_USAGE;
  registry = assay_registry_new (error);
  if (registry == NULL)
    return ASSAY_ERROR_FAILED;
  plan = make_plan (registry, words[0], error);
  if (plan == NULL)
    return ASSAY_ERROR_USAGE;
  if (options.dry_run)
    return show_plan (plan);
  if (plan->study->blocked != NULL)
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_INCOMPATIBLE, "%s cannot run: %s",
                   plan->study->id, plan->study->blocked);
      return ASSAY_ERROR_INCOMPATIBLE;
    }
  return supervise (plan, &supervise_with, error);
}

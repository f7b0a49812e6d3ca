/* SPDX-License-Identifier: Apache-2.0 */
#include "base/tensors/tensors.h"
#include "engine.h"
#include "host/registry/json.h"
#include "host/run/environ.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static void
test_finishes (void)
{
  g_autoptr (Engine) engine = engine_new ();
  AssayPlanResult result;
  g_autoptr (AssayPlan) plan = engine_run (engine, "behaviour=well steps=50", "3", NULL, &result);
  g_autoptr (AssayRunDir) dir = engine_open (engine, plan, 0),
                          other = engine_open (engine, plan, 1);
  g_autofree char *text = engine_observations (dir), *more = engine_observations (other);

  g_assert_cmpint (result.done, ==, 3);
  g_assert_cmpint (dir->state, ==, ASSAY_DONE);
  g_assert_cmpstr (dir->reason, ==, NULL);
  g_assert_cmpfloat (dir->finished, >=, dir->started);
  g_assert_cmpstr (dir->plan, ==, plan->id);
  g_assert_cmpuint (dir->seed, ==, 1);
  g_assert_true (g_str_has_prefix (text, "value :"));
  g_assert_cmpstr (text, !=, more); /* seeds differ */
}

static JsonObject *
load (AssayRunDir *dir, const char *name)
{
  g_autofree char *path = assay_run_dir_file (dir, name);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = assay_json_load (path, &error);

  g_assert_no_error (error);
  return json_object_ref (json_node_get_object (node));
}

static void
test_provenance (void)
{
  g_autoptr (Engine) engine = engine_new ();
  g_autoptr (AssayPlan) plan = engine_run (engine, "behaviour=all-data", NULL, NULL, NULL);
  g_autoptr (AssayRunDir) dir = engine_open (engine, plan, 0);
  g_autoptr (JsonObject) env = load (dir, "env.json");
  JsonObject *plugin = assay_json_object (env, "plugin");
  g_autofree char *hash = assay_sha256_file (engine->study->plugin_path, NULL);

  g_assert_cmpint (dir->state, ==, ASSAY_DONE);
  g_assert_cmpstr (assay_json_text (plugin, "path", NULL), ==, engine->study->plugin_path);
  g_assert_cmpstr (assay_json_text (plugin, "sha256", NULL), ==, hash);
  g_assert_cmpuint (strlen (assay_json_text (plugin, "build-id", "")), ==, 40);
  g_assert_cmpstr (assay_json_text (env, "identity", NULL), ==, engine->study->identity);
  g_assert_nonnull (strstr (assay_json_text (env, "command", ""), "test-run-supervise"));
  g_assert_cmpstr (assay_json_text (assay_json_object (env, "notes"), "blas", NULL), ==, "none");
}

static void
test_data (void)
{
  g_autoptr (Engine) engine = engine_new ();
  g_autoptr (AssayPlan) plan = engine_run (engine, "behaviour=all-data", NULL, NULL, NULL);
  g_autoptr (AssayRunDir) dir = engine_open (engine, plan, 0);
  g_autofree char *array = assay_run_dir_file (dir, "arrays/correct.safetensors");
  g_autofree char *samples = assay_run_dir_file (dir, "samples/answers.jsonl");
  g_autofree char *picture = assay_run_dir_file (dir, "artifacts/picture.ppm");
  g_autofree char *data = assay_run_dir_file (dir, "artifacts/graph.graph.safetensors");
  g_autofree char *text = NULL, *image = NULL;
  g_autoptr (JsonObject) table = load (dir, "artifacts/cells.table.json");
  g_autoptr (JsonObject) graph = load (dir, "artifacts/graph.graph.json");
  AssayTensorsError problem;
  AssayTensors *tensors = assay_tensors_open (array, &problem);
  gsize size;

  g_assert_nonnull (tensors);
  g_assert_cmpfloat (((const float *) assay_tensors_find (tensors, "values")->data)[4], ==, 5);
  g_assert_cmpstr (assay_tensors_metadata (tensors, "axes"), ==, "arm input");
  g_assert_cmpstr (assay_tensors_metadata (tensors, "axis.arm"), ==, "[\"a\",\"b\"]");
  g_assert_cmpstr (assay_tensors_metadata (tensors, "axis.input"), ==,
                   "[\"one\",\"two \\\"quoted\\\"\",\"drei \xc3\xa4\"]");
  assay_tensors_free (tensors);
  g_file_get_contents (samples, &text, NULL, NULL);
  g_assert_cmpstr (text, ==,
                   "{\"arm\":\"a\",\"input\":\"0\",\"prompt\":\"2+2?\",\"spans\":[[0,3,0.5]],"
                   "\"text\":\"four \xef\xbf\xbd\"}\n");
  g_assert_cmpint (assay_json_int (table, "rows", 0), ==, 3);
  g_assert_cmpint (assay_json_int (graph, "edges", 0), ==, 2);
  tensors = assay_tensors_open (data, &problem);
  g_assert_nonnull (assay_tensors_find (tensors, "pictures"));
  g_assert_nonnull (assay_tensors_find (tensors, "node.1"));
  assay_tensors_free (tensors);
  g_file_get_contents (picture, &image, &size, NULL);
  g_assert_cmpuint (size, ==, strlen ("P6\n2 2\n255\n") + 12);
}

/* ---- what can go wrong in a study's calls ---- */

static void
test_mistakes (void)
{
  const struct
  {
    const char *behaviour, *says;
  } cases[] = {
    { "fail", "the study says so" },
    { "falling-steps", "fall from 0 to -1" },
    { "step-nan", "not a finite number" },
    { "unknown-metric", "no metric \"valeu\"" },
    { "bad-label", "arm=c: it is declared as one of a b" },
    { "no-label", "give lambda=... as a label" },
    { "huge-array", "256 MB" },
    { "name-outside", "cannot be a name" },
    { "many-series", "at most 10000" },
    { "bad-stage", "left no file" },
    { "observe-in-stage", "while a stage is built" },
    { "series-once", "takes one observation" },
  };
  g_autoptr (Engine) engine = engine_new ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *set = g_strdup_printf ("behaviour=%s", cases[i].behaviour);
      AssayPlanResult result;
      g_autoptr (AssayPlan) plan = engine_run (engine, set, NULL, NULL, &result);
      g_autoptr (AssayRunDir) dir = engine_open (engine, plan, 0);

      g_assert_cmpint (result.failed, ==, 1);
      g_assert_cmpint (dir->state, ==, ASSAY_FAILED);
      if (!dir->reason || !strstr (dir->reason, cases[i].says))
        g_error ("%s: \"%s\" lacks \"%s\"", set, dir->reason, cases[i].says);
    }
}

/* ---- resume ---- */

static void
test_resume (void)
{
  g_autoptr (Engine) engine = engine_new ();
  const AssaySuperviseOptions resume = { .cores = 2, .resume = TRUE };
  AssayPlanResult result;
  g_autoptr (AssayPlan) first = engine_run (engine, "behaviour=well", "2", NULL, NULL);
  g_autoptr (AssayPlan) more = engine_run (engine, "behaviour=well", "3", &resume, &result);

  g_assert_cmpint (result.reused, ==, 2);
  g_assert_cmpint (result.done, ==, 1);
  g_assert_cmpstr (more->runs[0], ==, first->runs[0]);
  g_assert_cmpstr (more->runs[1], ==, first->runs[1]);
  {
    g_autoptr (AssayPlan) again = engine_run (engine, "behaviour=well", "1", NULL, &result);

    g_assert_cmpint (result.done, ==, 1); /* without --resume a new one */
    g_assert_cmpstr (again->runs[0], !=, first->runs[0]);
  }
}

static void
test_failed_is_redone_in_place (void)
{
  g_autoptr (Engine) engine = engine_new ();
  const AssaySuperviseOptions resume = { .cores = 1, .resume = TRUE };
  g_autoptr (AssayPlan) first = engine_run (engine, "behaviour=fail", NULL, NULL, NULL);
  g_autoptr (AssayPlan) second = engine_run (engine, "behaviour=fail", NULL, &resume, NULL);
  g_autoptr (AssayRunDir) dir = engine_open (engine, second, 0);

  g_assert_cmpstr (first->runs[0], ==, second->runs[0]);
  g_assert_cmpint (assay_json_int (dir->status, "attempt", 0), ==, 2);
  g_assert_cmpstr (dir->plan, ==, second->id);
}

static void
test_runs_are_run_again (void)
{
  g_autoptr (Engine) engine = engine_new ();
  const AssaySuperviseOptions fresh = { .cores = 2 }, resume = { .cores = 2, .resume = TRUE };
  g_autoptr (AssayPlan) first = engine_run (engine, "behaviour=fail rate=0.25", "2", NULL, NULL);
  g_autoptr (AssayRunDir) a = engine_open (engine, first, 0), b = engine_open (engine, first, 1);
  AssayRunDir *dirs[] = { b, a, b };
  g_autoptr (GError) error = NULL;
  g_autoptr (AssayPlan) again = assay_plan_of_runs (engine->study, dirs, 3, &error);
  g_autoptr (AssayPlan) resumed = assay_plan_of_runs (engine->study, dirs, 2, &error);
  AssayPlanResult result;

  g_assert_no_error (error);
  g_assert_cmpuint (again->specs->len, ==, 2);
  g_assert_cmpstr (again->seeds, ==, "1..2");
  g_assert_true (
      assay_supervise (engine->workspace, resumed, &resume, NULL, NULL, NULL, &result, &error));
  g_assert_cmpstr (resumed->runs[0], ==, first->runs[1]);
  g_assert_true (
      assay_supervise (engine->workspace, again, &fresh, NULL, NULL, NULL, &result, &error));
  g_assert_cmpint (result.failed, ==, 2);
  g_assert_cmpstr (again->runs[0], !=, first->runs[1]);
  json_object_set_double_member (a->parameters, "rate", 0.75);
  g_assert_null (assay_plan_of_runs (engine->study, dirs, 2, &error));
  g_assert_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED);
}

/* ---- scheduling ---- */

typedef struct
{
  guint running, most, events;
  double progress;
  GCancellable *cancellable;
} Watch;

static void
on_event (const AssayRunEvent *event, gpointer data)
{
  static gboolean alive[100];
  Watch *watch = data;

  watch->events++;
  if (event->state == ASSAY_RUNNING && !alive[event->index])
    watch->running++;
  if (event->state != ASSAY_RUNNING && alive[event->index])
    watch->running--;
  alive[event->index] = event->state == ASSAY_RUNNING;
  watch->most = MAX (watch->most, watch->running);
  watch->progress = MAX (watch->progress, event->state == ASSAY_RUNNING ? event->progress : 0);
  if (watch->cancellable && event->state == ASSAY_RUNNING)
    g_cancellable_cancel (watch->cancellable);
}

static void
supervise (Engine *engine, const char *set, const char *seeds, AssaySuperviseOptions options,
           Watch *watch, AssayPlanResult *result, AssayPlan **kept)
{
  g_autoptr (AssayPlan) plan = engine_plan (engine, set, seeds);
  g_autoptr (GError) error = NULL;

  assay_supervise (engine->workspace, plan, &options, watch->cancellable, on_event, watch, result,
                   &error);
  g_assert_no_error (error);
  if (kept)
    *kept = g_steal_pointer (&plan);
}

static void
test_cores (void)
{
  g_autoptr (Engine) engine = engine_new ();
  AssayPlanResult result;
  Watch two = { 0 }, threads = { 0 }, wide = { 0 };

  supervise (engine, "behaviour=slow pause=5", "5", (AssaySuperviseOptions){ .cores = 2 }, &two,
             &result, NULL);
  g_assert_cmpuint (two.most, ==, 2);
  supervise (engine, "behaviour=slow pause=5 threads=2", "3", (AssaySuperviseOptions){ .cores = 3 },
             &threads, &result, NULL);
  g_assert_cmpuint (threads.most, ==, 1);
  supervise (engine, "behaviour=well threads=64", "2", (AssaySuperviseOptions){ .cores = 2 }, &wide,
             &result, NULL);
  g_assert_cmpuint (result.done, ==, 2);
}

static void
test_progress (void)
{
  g_autoptr (Engine) engine = engine_new ();
  AssayPlanResult result;
  Watch watch = { 0 };
  g_autoptr (AssayPlan) plan = NULL;
  g_autoptr (AssayRunDir) dir = NULL;
  g_autofree char *doing = NULL;

  supervise (engine, "behaviour=slow pause=60", NULL, (AssaySuperviseOptions){ .cores = 1 }, &watch,
             &result, &plan);
  dir = engine_open (engine, plan, 0);
  g_assert_cmpfloat (watch.progress, >, 0);
  g_assert_cmpfloat (assay_run_dir_progress (dir, &doing), >, 0.5);
  g_assert_cmpstr (doing, ==, "walking");
}

typedef struct
{
  AssayWorkspace *workspace;
  const AssayPlan *plan; /* NULL: it is done */
} Withdrawal;

/* When the first run begins the second one is taken back, which waits. */
static void
on_event_withdraw (const AssayRunEvent *event, gpointer data)
{
  Withdrawal *withdrawal = data;
  g_autoptr (GError) error = NULL;

  if (event->index != 0 || event->state != ASSAY_RUNNING || withdrawal->plan == NULL)
    return;
  assay_run_cancel (withdrawal->workspace, withdrawal->plan->runs[1], &error);
  g_assert_no_error (error);
  withdrawal->plan = NULL;
}

static void
test_cancel_of_a_waiting_run (void)
{
  for (int inline_ = 0; inline_ < 2; inline_++)
    {
      g_autoptr (Engine) engine = engine_new ();
      g_autoptr (AssayPlan) plan = engine_plan (engine, "behaviour=well", "3");
      Withdrawal withdrawal = { engine->workspace, plan };
      AssayPlanResult result;
      g_autoptr (AssayRunDir) dir = NULL;
      g_autoptr (GError) error = NULL;

      assay_supervise (engine->workspace, plan,
                       &(AssaySuperviseOptions){ .cores = 1, .inline_ = inline_ }, NULL,
                       on_event_withdraw, &withdrawal, &result, &error);
      g_assert_no_error (error);
      g_assert_null (withdrawal.plan);
      g_assert_cmpuint (result.done, ==, 2);
      g_assert_cmpuint (result.cancelled, ==, 1);
      dir = engine_open (engine, plan, 1);
      g_assert_cmpint (dir->state, ==, ASSAY_CANCELLED);
      g_assert_cmpstr (dir->reason, ==, "cancelled before it began");
      g_assert_false (assay_run_cancel (engine->workspace, plan->runs[1], &error));
      g_assert_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED);
    }
}

static void
test_cancel_of_the_plan (void)
{
  g_autoptr (Engine) engine = engine_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  AssayPlanResult result;
  Watch watch = { .cancellable = cancellable };
  g_autoptr (AssayPlan) plan = NULL;
  g_autoptr (AssayRunDir) first = NULL, second = NULL;

  supervise (engine, "behaviour=slow pause=1000", "3", (AssaySuperviseOptions){ .cores = 1 },
             &watch, &result, &plan);
  first = engine_open (engine, plan, 0);
  second = engine_open (engine, plan, 1);
  g_assert_cmpuint (result.cancelled, ==, 1);
  g_assert_cmpuint (result.not_started, ==, 2);
  g_assert_cmpint (first->state, ==, ASSAY_CANCELLED);
  g_assert_cmpint (second->state, ==, ASSAY_CANCELLED);
  g_assert_nonnull (strstr (second->reason, "not started"));
}

static void
test_max_failures (void)
{
  g_autoptr (Engine) engine = engine_new ();
  AssayPlanResult result, all;
  const AssaySuperviseOptions stop = { .cores = 1, .max_failures = 2 }, go = { .cores = 1 };
  g_autoptr (AssayPlan) plan = engine_run (engine, "behaviour=fail", "5", &stop, &result);
  g_autoptr (AssayPlan) on = engine_run (engine, "behaviour=fail", "5", &go, &all);

  g_assert_cmpuint (result.failed, ==, 2);
  g_assert_cmpuint (result.not_started, ==, 3);
  g_assert_cmpuint (all.failed, ==, 5);
}

static void
test_inline (void)
{
  g_autoptr (Engine) engine = engine_new ();
  const AssaySuperviseOptions options = { .inline_ = TRUE };
  AssayPlanResult result;
  g_autoptr (AssayPlan) here = engine_run (engine, "behaviour=well", "2", &options, &result);
  g_autoptr (AssayPlan) there = engine_run (engine, "behaviour=well", "2", NULL, NULL);
  g_autoptr (AssayRunDir) a = engine_open (engine, here, 1), b = engine_open (engine, there, 1);
  g_autofree char *x = engine_observations (a), *y = engine_observations (b);

  g_assert_cmpuint (result.done, ==, 2);
  g_assert_cmpstr (x, ==, y);
}

static void
test_environment (void)
{
  g_auto (GStrv) list = NULL, generic = NULL;
  g_autoptr (GError) error = NULL;

  g_setenv ("OPENBLAS_CORETYPE", "Core2", TRUE);
  g_setenv ("OMP_NUM_THREADS", "7", TRUE);
  g_setenv ("GOTO_NUM_THREADS", "7", TRUE);
  list = assay_runner_environ (NULL, &error);
  g_assert_no_error (error);
  g_assert_null (g_environ_getenv (list, "OPENBLAS_CORETYPE"));
  g_assert_cmpstr (g_environ_getenv (list, "OMP_NUM_THREADS"), ==, "1");
  g_assert_cmpstr (g_environ_getenv (list, "OPENBLAS_NUM_THREADS"), ==, "1");
  g_assert_cmpstr (g_environ_getenv (list, "PATH"), ==, g_getenv ("PATH"));
  generic = assay_runner_environ ("generic", &error);
  g_assert_no_error (error);
#ifdef __x86_64__
  g_assert_cmpstr (g_environ_getenv (generic, "OPENBLAS_CORETYPE"), ==, "Prescott");
#endif
  g_assert_null (assay_runner_environ ("avx9", &error));
  g_assert_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE);
  g_unsetenv ("OPENBLAS_CORETYPE");
  g_unsetenv ("OMP_NUM_THREADS");
  g_unsetenv ("GOTO_NUM_THREADS");
}

/* ---- stages ---- */

static guint
stages_built (AssayRunDir *dir)
{
  g_autofree char *path = assay_run_dir_file (dir, "metrics.alog");
  g_autofree char *text = NULL;
  gsize size;
  guint n = 0;

  g_file_get_contents (path, &text, &size, NULL);
  for (gsize i = 0; i + 14 < size; i++)
    n += memcmp (text + i, "\"built\":true", 12) == 0;
  return n;
}

static void
test_stages (void)
{
  g_autoptr (Engine) engine = engine_new ();
  AssayPlanResult result;
  g_autoptr (AssayPlan) plan = engine_run (engine, "behaviour=stage pause=5", "4", NULL, &result);
  g_autoptr (AssayPlan) other
      = engine_run (engine, "behaviour=stage pause=0 stage-number=2", "1", NULL, NULL);
  guint built = 0;
  g_autofree char *seen = NULL;

  g_assert_cmpuint (result.done, ==, 4);
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (AssayRunDir) dir = engine_open (engine, plan, i);
      g_autofree char *text = engine_observations (dir);

      built += stages_built (dir);
      g_assert_true (!seen || strcmp (seen, text) == 0); /* the shared stage knows no seed */
      g_free (seen);
      seen = g_steal_pointer (&text);
    }
  g_assert_cmpuint (built, ==, 1 + 4); /* one for all, and one a seed */
  {
    g_autoptr (AssayRunDir) dir = engine_open (engine, other, 0);

    g_assert_cmpuint (stages_built (dir), ==, 2);
  }
}

static void
test_damaged_stage (void)
{
  g_autoptr (Engine) engine = engine_new ();
  g_autoptr (AssayPlan) first = engine_run (engine, "behaviour=stage", NULL, NULL, NULL);
  g_autofree char *cache = g_build_filename (engine->path, "cache", NULL);
  g_autoptr (GDir) dir = g_dir_open (cache, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)))
    {
      g_autofree char *result = g_build_filename (cache, name, "result", NULL);
      g_autofree char *text = NULL;
      gsize size;

      if (!g_file_get_contents (result, &text, &size, NULL))
        continue;
      text[size / 2] ^= 1;
      g_file_set_contents (result, text, (gssize) size, NULL);
    }
  {
    g_autoptr (AssayPlan) second = engine_run (engine, "behaviour=stage", NULL, NULL, NULL);
    g_autoptr (AssayRunDir) a = engine_open (engine, first, 0), b = engine_open (engine, second, 0);
    g_autofree char *x = engine_observations (a), *y = engine_observations (b);

    g_assert_cmpstr (x, ==, y);
    g_assert_cmpuint (stages_built (b), ==, 2);
  }
}

/* ---- verify, detached ---- */

static void
test_verify (void)
{
  g_autoptr (Engine) engine = engine_new ();
  const char *const equal[] = { "behaviour=well", "behaviour=all-data", "behaviour=stage",
                                "behaviour=nan", "behaviour=checkpoints" };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (equal); i++)
    {
      g_autoptr (AssayPlan) plan = engine_run (engine, equal[i], NULL, NULL, NULL);
      g_autofree char *difference = NULL;

      g_assert_true (assay_verify (engine->workspace, engine_registry (engine), plan->runs[0], NULL,
                                   &difference, &error));
      g_assert_no_error (error);
      g_assert_cmpstr (difference, ==, NULL);
    }
  {
    g_autoptr (AssayPlan) plan = engine_run (engine, "behaviour=random-array", NULL, NULL, NULL);
    g_autofree char *difference = NULL;

    g_assert_true (assay_verify (engine->workspace, engine->registry, plan->runs[0], NULL,
                                 &difference, &error));
    g_assert_nonnull (difference);
    g_assert_true (g_str_has_prefix (difference, "array correct () at arm=1 input=1: "));
  }
  {
    g_autoptr (AssayPlan) plan = engine_run (engine, "behaviour=fail", NULL, NULL, NULL);
    g_autofree char *difference = NULL;

    g_assert_false (assay_verify (engine->workspace, engine->registry, plan->runs[0], NULL,
                                  &difference, &error));
    g_assert_nonnull (strstr (error->message, "only a finished run"));
  }
}

static void
test_verify_finds_an_edit (void)
{
  g_autoptr (Engine) engine = engine_new ();
  g_autoptr (AssayPlan) plan = engine_run (engine, "behaviour=all-data", NULL, NULL, NULL);
  g_autoptr (AssayRunDir) dir = engine_open (engine, plan, 0);
  g_autofree char *table = assay_run_dir_file (dir, "artifacts/cells.table.json");
  g_autofree char *difference = NULL;
  g_autoptr (GError) error = NULL;

  g_file_set_contents (table, "{}", -1, NULL);
  g_assert_false (assay_verify (engine->workspace, engine_registry (engine), plan->runs[0], NULL,
                                &difference, &error));
  g_assert_nonnull (strstr (error->message, "changed or damaged"));
}

static void
test_detached (void)
{
  g_autoptr (Engine) engine = engine_new ();
  g_autoptr (AssayPlan) plan = engine_plan (engine, "behaviour=slow pause=10", "2"), seen = NULL;
  const AssaySuperviseOptions options = { .cores = 2 };
  g_autoptr (GError) error = NULL;
  guint done = 0;

  g_assert_true (assay_supervise_detached (engine->workspace, plan, &options, &error));
  g_assert_no_error (error);
  for (int i = 0; i < 500 && done < 2; i++)
    {
      g_usleep (20000);
      done = 0;
      g_clear_pointer (&seen, assay_plan_free);
      seen = assay_plan_open (engine->workspace, engine_registry (engine), plan->id, &error);
      for (guint k = 0; k < 2 && seen->runs[k]; k++)
        {
          g_autoptr (AssayRunDir) dir = engine_open (engine, seen, k);

          if (dir->state == ASSAY_INTERRUPTED)
            g_error ("%s: %s (%s)", dir->id, dir->reason,
                     assay_json_text (dir->status, "state", ""));
          done += dir->state == ASSAY_DONE;
        }
    }
  g_assert_cmpuint (done, ==, 2);
}

static void
test_detached_cancel (void)
{
  g_autoptr (Engine) engine = engine_new ();
  g_autoptr (AssayPlan) plan = engine_plan (engine, "behaviour=slow pause=1000", "2"), seen = NULL;
  const AssaySuperviseOptions options = { .cores = 1 };
  g_autoptr (GError) error = NULL;
  guint ended = 0;

  g_assert_true (assay_supervise_detached (engine->workspace, plan, &options, &error));
  seen = assay_plan_open (engine->workspace, engine_registry (engine), plan->id, &error);
  g_assert_no_error (error);
  /* The plan is saved with its runs before the first begins. */
  for (int i = 0; i < 200 && !seen->runs[0]; i++)
    {
      g_usleep (10000);
      assay_plan_free (seen);
      seen = assay_plan_open (engine->workspace, engine->registry, plan->id, NULL);
    }
  g_assert_true (assay_plan_cancel (engine->workspace, plan->id, &error));
  for (int i = 0; i < 500 && ended < 2; i++)
    {
      g_usleep (20000);
      ended = 0;
      for (guint k = 0; k < 2; k++)
        {
          g_autoptr (AssayRunDir) dir = engine_open (engine, seen, k);

          ended += dir->state == ASSAY_CANCELLED;
        }
    }
  g_assert_cmpuint (ended, ==, 2);
  g_usleep (50000);
  g_assert_false (assay_plan_cancel (engine->workspace, plan->id, NULL));
}

static void
test_hidden_change_of_a_file (void)
{
  g_autoptr (Engine) engine = engine_new ();
  g_autofree char *path = g_build_filename (engine->path, "corpus", NULL);
  g_autofree char *set = g_strdup_printf ("behaviour=well corpus=%s", path);
  const AssaySuperviseOptions options = { .cores = 1 };
  g_autoptr (AssayPlan) plan = NULL;
  g_autoptr (AssayRunDir) dir = NULL;

  g_file_set_contents (path, "one", -1, NULL);
  plan = engine_plan (engine, set, NULL);
  g_file_set_contents (path, "other", -1, NULL);
  g_assert_true (assay_supervise (engine->workspace, plan, &options, NULL, NULL, NULL, NULL, NULL));
  dir = engine_open (engine, plan, 0);
  g_assert_cmpint (dir->state, ==, ASSAY_FAILED);
  g_assert_nonnull (strstr (dir->reason, "has changed since"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/run/supervise/finishes-every-run", test_finishes);
  g_test_add_func ("/run/supervise/writes-where-results-come-from", test_provenance);
  g_test_add_func ("/run/supervise/keeps-every-kind-of-data", test_data);
  g_test_add_func ("/run/supervise/mistakes-of-a-study-fail-its-run-with-a-sentence",
                   test_mistakes);
  g_test_add_func ("/run/supervise/resume-takes-what-is-done", test_resume);
  g_test_add_func ("/run/supervise/resume-redoes-in-place", test_failed_is_redone_in_place);
  g_test_add_func ("/run/supervise/runs-are-run-again", test_runs_are_run_again);
  g_test_add_func ("/run/supervise/keeps-to-its-budget-of-cores", test_cores);
  g_test_add_func ("/run/supervise/tells-progress", test_progress);
  g_test_add_func ("/run/supervise/cancel-ends-the-plan", test_cancel_of_the_plan);
  g_test_add_func ("/run/supervise/a-waiting-run-that-is-cancelled-never-begins",
                   test_cancel_of_a_waiting_run);
  g_test_add_func ("/run/supervise/stops-after-max-failures", test_max_failures);
  g_test_add_func ("/run/supervise/inline-gives-the-same", test_inline);
  g_test_add_func ("/run/supervise/runners-inherit-no-blas-settings", test_environment);
  g_test_add_func ("/run/supervise/a-file-that-changed-is-refused", test_hidden_change_of_a_file);
  g_test_add_func ("/run/stages/are-built-once", test_stages);
  g_test_add_func ("/run/stages/damaged-ones-are-built-again", test_damaged_stage);
  g_test_add_func ("/run/verify/finds-equal-and-the-first-difference", test_verify);
  g_test_add_func ("/run/verify/finds-an-edited-file", test_verify_finds_an_edit);
  g_test_add_func ("/run/detached/runs-to-the-end", test_detached);
  g_test_add_func ("/run/detached/can-be-cancelled", test_detached_cancel);
  return g_test_run ();
}

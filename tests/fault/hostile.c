/* SPDX-License-Identifier: Apache-2.0
 *
 * A study that does whatever a study should not, by its parameter `behaviour`.
 */
#include <assay/random.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BEHAVIOURS                                                                                 \
  "well crash abort hang deaf flood-log flood-console allocate nan exit close-files fork fail "    \
  "falling-steps unknown-metric bad-label no-label huge-array name-outside many-series slow "      \
  "checkpoints stage bad-stage observe-in-stage all-data step-nan series-once random-array busy"

#define PARAMS(P)                                                                                  \
  P (CHOICE, behaviour, "well", "Behaviour", .choices = BEHAVIOURS)                                \
  P (INT, steps, 20, "Steps", .min = 0, .max = 1e9)                                                \
  P (INT, pause, 0, "Pause", .min = 0, .max = 10000, .unit = "ms",                                 \
     .when = "behaviour=slow,checkpoints,stage,hang")                                              \
  P (REAL, rate, 0.5, "Rate", .min = 0, .max = 1)                                                  \
  P (BOOL, flag, false, "Flag")                                                                    \
  P (STRING, note, "", "Note")                                                                     \
  P (INT, size, 1, "Size", .min = 0, .max = 1e6, .when = "behaviour!=well,slow rate=0.5,1e0")      \
  P (FILE, corpus, "", "Corpus")                                                                   \
  P (INT, stage_number, 1, "Number", .min = 0, .max = 100, .when = "behaviour=stage")              \
  P (INT, threads, 1, "Threads", .min = 1, .max = 64)
ASSAY_PARAMS (Params, params, PARAMS)

static const AssayDim dims[] = {
  { .id = "arm", .values = "a b" },
  { .id = "lambda", .kind = ASSAY_NUMBER },
  { .id = "input", .kind = ASSAY_ITEM },
  { .id = "author", .kind = ASSAY_LABEL, .of = "input" },
};
static const AssayMetric metrics[] = {
  { .id = "value", .dims = "step" },
  { .id = "by-arm", .dims = "arm lambda step" },
  { .id = "scalar", .dims = "arm" },
  { .id = "correct", .dims = "arm input" },
  { .id = "seconds", .dims = "step", .flags = ASSAY_TIMING },
};
static const AssayPreset presets[] = {
  { .id = "quick", .plan = "behaviour=well", .seeds = 2, .seconds = 1 },
  { .id = "grid",
    .plan = "rate=lin(0..1,3) flag=false,true\nbehaviour=slow pause=1,2",
    .seeds = 2 },
};

static void
rest (int64_t milliseconds)
{
  const struct timespec t = { milliseconds / 1000, milliseconds % 1000 * 1000000 };

  if (milliseconds > 0)
    nanosleep (&t, NULL);
}

/* A random walk: each step depends on all before, so a wrong resume cannot hide. */
typedef struct
{
  AssayStream stream;
  double at;
  int64_t step;
} Walk;

static void
walk (AssayRun *run, bool checkpoints)
{
  const Params *p = run->params;
  uint32_t value = assay_series (run, "value", NULL), seconds;
  uint64_t size;
  const void *kept = assay_restore (run, &size);
  Walk w = { .at = 0 };

  seconds = assay_series (run, "seconds", NULL);
  assay_stream (run, "walk", &w.stream);
  if (kept && size == sizeof w)
    {
      void (*refill) (AssayStream *) = w.stream.refill;

      memcpy (&w, kept, sizeof w);
      w.stream.refill = refill;
    }
  for (; w.step < p->steps && !assay_cancelled (run); w.step++)
    {
      if (checkpoints && w.step % 5 == 0)
        assay_save (run, &w, sizeof w);
      w.at += assay_uniform (&w.stream) - 0.5;
      assay_observe (run, value, (double) w.step, w.at);
      assay_observe (run, seconds, (double) w.step, (double) clock ());
      assay_progress (run, (double) w.step / (double) p->steps, "walking");
      if (checkpoints && w.step % 5 == 2)
        {
          char labels[64];
          snprintf (labels, sizeof labels, "input=%d", (int) w.step);
          assay_sample (run, "walk", labels, "prompt", "text", NULL, 0);
        }
      rest (p->pause);
    }
}

static bool
build_stage (AssayRun *run, const char *path, void *data)
{
  const Params *p = run->params;
  AssayStream stream;
  FILE *file = fopen (path, "w");

  if (!file)
    return false;
  /* Written slowly, so that a kill finds it half done. */
  assay_stream (run, "stage", &stream);
  for (int i = 0; i < 20 && !assay_cancelled (run); i++)
    {
      fprintf (file, "%d %.17g\n", (int) p->stage_number, assay_uniform (&stream));
      fflush (file);
      rest (*(int64_t *) data);
    }
  return fclose (file) == 0 && !assay_cancelled (run);
}

static void
use_stage (AssayRun *run)
{
  const Params *p = run->params;
  int64_t pause = p->pause;
  const AssayStage stage = { .size = sizeof stage,
                             .name = "numbers",
                             .depends = "stage_number",
                             .build = build_stage,
                             .data = &pause };
  const AssayStage child = { .size = sizeof child,
                             .name = "child.x",
                             .per_seed = 1,
                             .parents = "numbers",
                             .build = build_stage,
                             .data = &pause };
  const char *path = assay_stage (run, &stage);
  FILE *file = path ? fopen (path, "r") : NULL;
  double x;
  int n, i = 0;

  while (file && fscanf (file, "%d %lf", &n, &x) == 2)
    assay_observe (run, assay_series (run, "value", NULL), i++, x + n);
  if (file)
    fclose (file);
  if (path)
    assay_stage (run, &child);
}

static bool
observing_build (AssayRun *run, const char *path, void *data)
{
  assay_observe (run, 0, 0, 1);
  return true;
}

static bool
empty_build (AssayRun *run, const char *path, void *data)
{
  return true;
}

static void
stage_with (AssayRun *run, bool (*build) (AssayRun *, const char *, void *))
{
  const AssayStage stage = { .size = sizeof stage, .name = "broken", .build = build };

  assay_stage (run, &stage);
}

static void
write_all_data (AssayRun *run)
{
  static const char *const names[] = { "one", "two \"quoted\"", "drei \xc3\xa4" };
  static const char *const authors[] = { "x", "y", "x" };
  static const double numbers[] = { 0.5, NAN, -INFINITY };
  static const float values[] = { 1, 2, 3, 4, 5, 6 };
  const uint64_t shape[] = { 2, 3 };
  const AssayColumn columns[]
      = { { .id = "name", .texts = names }, { .id = "x", .numbers = numbers } };
  const uint32_t from[] = { 0, 1 }, to[] = { 1, 2 };
  const int32_t picture_of[] = { 0, -1, 0 };
  const uint8_t picture[2 * 2 * 3] = { 255, 0, 9 };
  const AssaySpan spans[] = { { 0, 3, 0.5F } };
  const AssayGraph graph = {
    .size = sizeof graph,
    .n_nodes = 3,
    .n_edges = 2,
    .from = from,
    .to = to,
    .nodes = ASSAY_TABLE (columns),
    .picture_width = 2,
    .picture_height = 2,
    .n_pictures = 1,
    .pictures = picture,
    .picture_of = picture_of,
  };
  const char *path;
  FILE *file;

  assay_axis (run, "input", names, NULL, 3);
  assay_property (run, "input", "author", authors, 3);
  assay_array (run, "correct", NULL, "arm input", shape, ASSAY_F32, values);
  assay_sample (run, "answers", "arm=a input=0", "2+2?", "four \xff", spans, 1);
  assay_table (run, "cells", columns, 2, 3);
  assay_graph (run, "graph", &graph);
  assay_picture (run, "picture", 2, 2, picture);
  assay_note (run, "blas", "none");
  path = assay_file (run, "own.txt");
  file = path ? fopen (path, "w") : NULL;
  if (file)
    {
      fputs ("mine\n", file);
      fclose (file);
    }
}

static void
allocate (void)
{
  for (;;)
    {
      char *block = malloc (1 << 24);

      if (block)
        memset (block, 1, 1 << 24);
      else
        rest (1);
    }
}

static void
flood_log (AssayRun *run)
{
  uint32_t value = assay_series (run, "value", NULL);

  for (double step = 0; !assay_cancelled (run); step++)
    assay_observe (run, value, step, step);
}

static void
many_series (AssayRun *run)
{
  for (int i = 0; i < 10100 && !assay_cancelled (run); i++)
    {
      char labels[64];

      snprintf (labels, sizeof labels, "arm=a lambda=%d", i);
      assay_series (run, "by-arm", labels);
    }
}

static void
huge_array (AssayRun *run)
{
  const uint64_t shape[] = { 2, 1 << 30 };
  const double one = 1;

  assay_array (run, "correct", NULL, "arm input", shape, ASSAY_F64, &one);
}

/* Differs from run to run: what verify is there to find. */
static void
random_array (AssayRun *run)
{
  const uint64_t shape[] = { 2, 2 };
  double values[4] = { 1, 2, 3, (double) getpid () };

  assay_observe (run, assay_series (run, "value", NULL), 0, 1);
  assay_array (run, "correct", NULL, "arm input", shape, ASSAY_F64, values);
}

static void
behave_badly (AssayRun *run, const char *how)
{
  uint32_t value = assay_series (run, "value", NULL);

  assay_observe (run, value, 0, 0);
  if (!strcmp (how, "crash"))
    raise (SIGSEGV);
  else if (!strcmp (how, "abort"))
    {
      fprintf (stderr, "first line\nthe study is at its end\n");
      abort ();
    }
  else if (!strcmp (how, "hang"))
    while (!assay_cancelled (run))
      rest (10);
  else if (!strcmp (how, "busy"))
    for (;;)
      rest (10);
  else if (!strcmp (how, "deaf"))
    {
      signal (SIGTERM, SIG_IGN);
      for (;;)
        rest (1000);
    }
  else if (!strcmp (how, "flood-console"))
    for (;;)
      puts ("................................................................................");
  else if (!strcmp (how, "nan"))
    {
      assay_observe (run, value, 1, NAN);
      assay_observe (run, value, 2, INFINITY);
    }
  else if (!strcmp (how, "exit"))
    exit (0);
  else if (!strcmp (how, "close-files"))
    for (int fd = 3; fd < 1024; fd++)
      close (fd);
  else if (!strcmp (how, "fork"))
    {
      if (fork () == 0)
        for (;;)
          rest (1000);
    }
  else if (!strcmp (how, "fail"))
    assay_fail (run, "the study says so");
  else if (!strcmp (how, "falling-steps"))
    assay_observe (run, value, -1, 0);
  else if (!strcmp (how, "step-nan"))
    assay_observe (run, value, NAN, 0);
  else if (!strcmp (how, "unknown-metric"))
    assay_series (run, "valeu", NULL);
  else if (!strcmp (how, "bad-label"))
    assay_series (run, "by-arm", "arm=c lambda=1");
  else if (!strcmp (how, "no-label"))
    assay_series (run, "by-arm", "arm=a");
  else if (!strcmp (how, "name-outside"))
    assay_file (run, "../../../escaped");
  else if (!strcmp (how, "series-once"))
    for (int i = 0; i < 2; i++)
      assay_observe (run, assay_series (run, "scalar", "arm=a"), i, 1);
}

static const struct
{
  const char *name;
  void (*run) (AssayRun *);
} others[] = {
  { "flood-log", flood_log }, { "many-series", many_series }, { "huge-array", huge_array },
  { "stage", use_stage },     { "all-data", write_all_data }, { "random-array", random_array },
};

static void
run (AssayRun *run)
{
  const Params *p = run->params;
  const char *how = p->behaviour;

  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
    if (!strcmp (how, others[i].name))
      {
        others[i].run (run);
        return;
      }
  if (!strcmp (how, "well") || !strcmp (how, "slow") || !strcmp (how, "checkpoints"))
    walk (run, how[0] == 'c');
  else if (!strcmp (how, "allocate"))
    allocate ();
  else if (!strcmp (how, "bad-stage"))
    stage_with (run, empty_build);
  else if (!strcmp (how, "observe-in-stage"))
    stage_with (run, observing_build);
  else
    behave_badly (run, how);
}

static const AssayStudy study = { ASSAY_STUDY_HEADER (Params, params),
                                  .id = "hostile",
                                  .title = "Misbehaviour",
                                  .question = "What becomes of a run that misbehaves?",
                                  .dims = ASSAY_TABLE (dims),
                                  .metrics = ASSAY_TABLE (metrics),
                                  .presets = ASSAY_TABLE (presets),
                                  .threads = "threads",
                                  .run = run };
ASSAY_STUDY_PLUGIN ("hostile", study, "1.0", "Apache-2.0")

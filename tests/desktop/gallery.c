/* SPDX-License-Identifier: Apache-2.0 */
/* A study for the desktop's tests: a claim of every verdict, an artifact of every kind, and runs
 * that last, or crash, as long as they are told to. */
#include <assay/random.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PARAMS(P)                                                                                  \
  P (CHOICE, agent, "plain", "Agent", .choices = "plain careful bold", .group = "Agent",           \
     .help = "How it explores.")                                                                   \
  P (REAL, rate, 0.1, "Learning rate", .min = 1e-6, .max = 1, .ui_min = 1e-4, .ui_max = 1,         \
     .flags = ASSAY_LOG_SLIDER, .group = "Agent")                                                  \
  P (INT, nodes, 400, "Nodes of the graph", .min = 2, .max = 200000, .group = "Artifacts")         \
  P (INT, texts, 24, "Inputs with texts", .min = 1, .max = 20000, .group = "Artifacts")            \
  P (REAL, seconds, 0, "Seconds that a run lasts", .max = 600, .unit = "s", .group = "Trouble")    \
  P (CHOICE, trouble, "none", "Trouble", .choices = "none abort fail", .group = "Trouble")
ASSAY_PARAMS (Params, params, PARAMS)

static const AssayDim dims[]
    = { { .id = "arm", .title = "Arm", .kind = ASSAY_LABEL, .values = "sft rlhf" },
        { .id = "input", .title = "Input", .kind = ASSAY_ITEM } };
static const AssayMetric metrics[] = {
  { .id = "score", .title = "Score", .dims = "step", .help = "What the agent earns." },
  { .id = "reward", .title = "Reward of an answer", .dims = "arm input" },
  { .id = "length", .title = "Length of an answer", .unit = "characters", .dims = "arm input" },
  { .id = "last-score",
    .title = "Score at the end",
    .of = "score",
    .fold = ASSAY_FOLDS (ASSAY_AT ("step", "last")) },
};
static const AssayFigure figures[] = {
  { .id = "learning",
    .title = "Learning curves",
    .source = "Fig 2",
    .x = "step",
    .y = "score",
    .color = "agent" },
  { .id = "rewards",
    .title = "Rewards by arm",
    .source = "Fig 3",
    .mark = ASSAY_BAR,
    .x = "arm",
    .y = "reward",
    .color = "agent",
    .over = "seed input" },
  { .id = "ways",
    .title = "Ways through the maze",
    .mark = ASSAY_GRAPH,
    .y = "maze",
    .color = "value" },
  { .id = "answers", .title = "Answers", .mark = ASSAY_SAMPLES, .y = "answers", .col = "arm" },
};
static const AssayPreset presets[]
    = { { .id = "quick",
          .title = "Quick look",
          .plan = "agent=plain,careful,bold",
          .seeds = 4,
          .seconds = 2 },
        { .id = "slow", .title = "Runs to watch", .plan = "seconds=2", .seeds = 3, .seconds = 6 },
        { .id = "crash",
          .title = "Runs that crash",
          .plan = "trouble=abort seconds=0.5",
          .seeds = 1,
          .seconds = 1 } };

#define END(a, b) ASSAY_FOLDS (ASSAY_DIFF ("agent", a, b), ASSAY_MEAN ("seed"))
static const AssayClaim claims[] = {
  { "A1", "Careful agents end higher than plain ones, by a wide margin that does not hang on luck",
    .presets = "quick", .source = "Fig 2", .paper = "1.1", .metric = "last-score",
    .fold = END ("careful", "plain"), .expect = ASSAY_ABOVE (0), .needs = "plain-learns" },
  { "A2", "Bold agents end higher than careful ones", .presets = "quick", .source = "Fig 2",
    .paper = "0.4 (small), 0.9 (large models)", .metric = "last-score",
    .fold = END ("bold", "careful"), .expect = ASSAY_ABOVE (0) },
  { "A3", "Learning from preferences raises the reward of every agent", .presets = "quick",
    .source = "Fig 3", .paper = "0.5", .metric = "reward",
    .fold
    = ASSAY_FOLDS (ASSAY_DIFF ("arm", "rlhf", "sft"), ASSAY_MEAN ("input"), ASSAY_MEAN ("seed")),
    .units = "seed input", .each = "agent", .expect = ASSAY_ABOVE (0) },
  { "A4", "It costs no more than a tenth of the length", .presets = "quick", .source = "Table 1",
    .metric = "length",
    .fold = ASSAY_FOLDS (ASSAY_RATIO ("arm", "rlhf", "sft"), ASSAY_MEAN ("input agent"),
                         ASSAY_MEAN ("seed")),
    .units = "seed input", .expect = ASSAY_WITHIN (.9, 1.1) },
  { "A5", "Plain agents are steady", .presets = "quick", .source = "Sec 4", .metric = "last-score",
    .where = "agent=plain", .fold = ASSAY_FOLDS (ASSAY_MEAN ("seed")),
    .expect = ASSAY_WITHIN (.5, .7) },
  { "A6", "Careful agents learn, and so do bold ones", .presets = "quick", .source = "Sec 4",
    .all_of = "A1 A2" },
  { "A7", "Greedy agents never get there", .presets = "quick", .source = "Fig 5",
    .metric = "last-score", .where = "agent=plain", .fold = ASSAY_FOLDS (ASSAY_MEAN ("seed")),
    .expect = ASSAY_BELOW (0), .needs = "impossible" },
  { "A8", "The largest models do it, too", .presets = "quick", .source = "Fig 9",
    .metric = "last-score", .fold = END ("bold", "plain"), .expect = ASSAY_ABOVE (0),
    .not_run = "The paper's largest models need eight accelerators." },
  { "plain-learns", "Plain agents learn at all", .metric = "last-score", .where = "agent=plain",
    .fold = ASSAY_FOLDS (ASSAY_MEAN ("seed")), .expect = ASSAY_ABOVE (.2) },
  { "impossible", "A gate that cannot hold", .metric = "last-score", .where = "agent=plain",
    .fold = ASSAY_FOLDS (ASSAY_MEAN ("seed")), .expect = ASSAY_ABOVE (9) },
};

/* ---- artifacts ---- */

static void
write_graph (AssayRun *run, const Params *p, AssayStream *s)
{
  enum
  {
    SIDE = 8,
    PICTURES = 16
  };
  uint32_t n = (uint32_t) p->nodes, m = 0;
  uint32_t *from = calloc (3 * (size_t) n, sizeof *from), *to = calloc (3 * (size_t) n, sizeof *to);
  double *value = calloc (n, sizeof *value), *change = calloc (n, sizeof *change);
  const char **names = calloc (n, sizeof *names);
  int32_t *picture_of = calloc (n, sizeof *picture_of);
  static uint8_t pictures[PICTURES][SIDE][SIDE][3];

  for (uint32_t i = 0; i < n; i++)
    {
      value[i] = i % 97 == 96 ? (double) NAN : sqrt (i) + assay_uniform (s);
      change[i] = assay_normal (s);
      names[i] = i % 5 == 0 ? "a room with a door" : "corridor <b>&amp;</b> \x01";
      picture_of[i] = i % 3 == 2 ? -1 : (int32_t) (i % PICTURES);
      for (int k = 0; k < 3 && i > 0; k++, m++)
        {
          from[m] = k == 0 ? (i - 1) / 3 : (uint32_t) assay_below (s, i);
          to[m] = i;
          if (k > 0 && assay_uniform (s) < .97)
            from[m] = i - 1;
        }
    }
  for (int i = 0; i < PICTURES * SIDE * SIDE; i++)
    {
      uint8_t *rgb = &pictures[0][0][0][0] + 3 * i;
      int picture = i / (SIDE * SIDE), x = i % SIDE, y = i / SIDE % SIDE;
      int inside = x > 0 && y > 0 && x < SIDE - 1 && y < SIDE - 1;

      rgb[0] = (uint8_t) (inside ? 15 * picture : 90);
      rgb[1] = (uint8_t) (inside && x == 1 + picture % 6 && y == 1 + picture % 5 ? 220 : 90);
      rgb[2] = (uint8_t) (inside ? 60 : 90);
    }
  assay_graph (
      run, "maze",
      &(AssayGraph){ .size = sizeof (AssayGraph),
                     .n_nodes = n,
                     .n_edges = m,
                     .from = from,
                     .to = to,
                     .nodes = ASSAY_TABLE (((AssayColumn[]){
                         { "value", value }, { "change", change }, { "name", NULL, names } })),
                     .picture_width = SIDE,
                     .picture_height = SIDE,
                     .n_pictures = PICTURES,
                     .pictures = &pictures[0][0][0][0],
                     .picture_of = picture_of });
  free (from);
  free (to);
  free (value);
  free (change);
  free (names);
  free (picture_of);
}

/* Short answers, equal ones, very long ones, and such as no terminal should see. */
static void
answer (char *out, size_t size, uint32_t arm, uint32_t input)
{
  static const char *const words[]
      = { "the",  "careful", "agent", "walks",  "a",    "little", "further",
          "each", "day",     "and",   "learns", "what", "pays" };

  if (input % 11 == 3)
    snprintf (out, size, "I do not know.");
  else if (input % 11 == 7 && arm)
    snprintf (out, size, "\x1b[31mred\x1b[0m \xff\xfe <b>bold</b> & \t tab\nline \u202e turned");
  else
    {
      uint32_t n = input % 11 == 5 && arm ? 900 : 6 + input % 9 + 3 * arm;

      for (uint32_t i = 0, at = 0; i < n && at + 12 < size; i++)
        at += (uint32_t) snprintf (out + at, size - at, "%s%s", i ? " " : "",
                                   words[(i * (3 + arm) + input * 5) % 13]);
    }
}

static void
write_texts (AssayRun *run, const Params *p, AssayStream *s)
{
  static char text[16384];
  uint32_t n = (uint32_t) p->texts;
  double *reward = calloc (2 * (size_t) n, sizeof *reward);
  double *length = calloc (2 * (size_t) n, sizeof *length);
  double bonus = p->agent[0] == 'c' ? .6 : p->agent[0] == 'b' ? .05 : .3;

  for (uint32_t arm = 0; arm < 2; arm++)
    for (uint32_t input = 0; input < n; input++)
      {
        char labels[64], prompt[96];
        AssaySpan spans[3];

        answer (text, sizeof text, arm, input);
        snprintf (labels, sizeof labels, "arm=%s input=%u", arm ? "rlhf" : "sft", input);
        snprintf (prompt, sizeof prompt, "Question %u: what pays in the long run?", input);
        for (uint32_t k = 0; k < 3; k++)
          spans[k] = (AssaySpan){ 4 * k, 4 * k + 3, (float) assay_normal (s) };
        assay_sample (run, "answers", labels, prompt, text, spans, strlen (text) > 12 ? 3 : 0);
        reward[arm * n + input] = arm * bonus + .4 * assay_normal (s);
        length[arm * n + input] = 40 + .5 * arm + 4 * assay_uniform (s);
      }
  assay_array (run, "reward", NULL, "arm input", (uint64_t[]){ 2, n }, ASSAY_F64, reward);
  assay_array (run, "length", NULL, "arm input", (uint64_t[]){ 2, n }, ASSAY_F64, length);
  free (reward);
  free (length);
}

static void
write_others (AssayRun *run, AssayStream *s)
{
  enum
  {
    ROWS = 300,
    WIDTH = 96,
    HEIGHT = 64
  };
  static double step[ROWS], loss[ROWS];
  static const char *phase[ROWS];
  static uint8_t rgb[HEIGHT][WIDTH][3];
  const char *path;
  FILE *file;

  for (int i = 0; i < ROWS; i++)
    {
      step[i] = i;
      loss[i] = i % 50 == 49 ? (double) NAN : exp (-i / 90.) + .05 * assay_uniform (s);
      phase[i] = i < 100 ? "warm-up" : i < 250 ? "training" : "cooling";
    }
  for (int i = 0; i < WIDTH * HEIGHT; i++)
    {
      int x = i % WIDTH, y = i / WIDTH;

      rgb[y][x][0] = (uint8_t) (255 * x / WIDTH);
      rgb[y][x][1] = (uint8_t) (255 * y / HEIGHT);
      rgb[y][x][2] = (x / 8 + y / 8) % 2 ? 200 : 60;
    }
  assay_table (run, "losses",
               (AssayColumn[]){ { "step", step }, { "loss", loss }, { "phase", NULL, phase } }, 3,
               ROWS);
  assay_picture (run, "frame", WIDTH, HEIGHT, &rgb[0][0][0]);
  path = assay_file (run, "readme.txt");
  file = path ? fopen (path, "w") : NULL;
  if (file)
    {
      fputs ("What the run would like to say.\n", file);
      fclose (file);
    }
}

/* ---- the run ---- */

/* Sleeps a little; false: the run was cancelled. */
static bool
wait_a_little (AssayRun *run, double seconds)
{
  nanosleep (&(struct timespec){ (time_t) seconds, (long) (1e9 * fmod (seconds, 1)) }, NULL);
  return !assay_cancelled (run);
}

static void
run (AssayRun *run)
{
  const Params *p = run->params;
  double level = p->agent[0] == 'c' ? 1.6 : p->agent[0] == 'b' ? 1 : .6;
  uint32_t score = assay_series (run, "score", NULL);
  AssayStream s;

  assay_stream (run, "gallery", &s);
  for (int step = 1; step <= 100; step++)
    {
      double value = level * (1 - exp (-step / 20.) + .15 * assay_normal (&s));

      assay_observe (run, score, step, value);
      assay_progress (run, step / 100., "learning");
      if (p->seconds > 0 && !wait_a_little (run, p->seconds / 100))
        return;
      if (step == 50 && p->trouble[0] == 'a')
        {
          fputs ("the gallery fell off the wall\n", stderr);
          abort ();
        }
    }
  if (p->trouble[0] == 'f')
    {
      assay_fail (run, "the gallery was told to fail");
      return;
    }
  write_graph (run, p, &s);
  write_texts (run, p, &s);
  write_others (run, &s);
}

static const AssayStudy study = { ASSAY_STUDY_HEADER (Params, params),
                                  .id = "gallery",
                                  .title = "A gallery of everything",
                                  .question = "Does the desktop show everything a run may write?",
                                  .paper = "The desktop's tests",
                                  .dims = ASSAY_TABLE (dims),
                                  .metrics = ASSAY_TABLE (metrics),
                                  .claims = ASSAY_TABLE (claims),
                                  .figures = ASSAY_TABLE (figures),
                                  .presets = ASSAY_TABLE (presets),
                                  .run = run };
ASSAY_STUDY_PLUGIN ("gallery", study, "1.0", "Apache-2.0")

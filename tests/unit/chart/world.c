/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"
#include <math.h>
#include <string.h>

#define PARAMS(P)                                                                                  \
  P (CHOICE, agent, "graph", "Agent", .choices = "graph n-step tree one-step")                     \
  P (INT, depth, 5, "Depth", .min = 1, .max = 100)                                                 \
  P (CHOICE, env, "Empty-8x8", "Environment", .choices = "Empty-8x8 DoorKey-5x5 LavaGapS5")
ASSAY_PARAMS (Params, params, PARAMS)
static const AssayDim dims[] = {
  { .id = "prompt", .title = "Prompt", .kind = ASSAY_ITEM },
  { .id = "prompt-b", .title = "Other prompt", .kind = ASSAY_ITEM, .same_as = "prompt" },
  { .id = "group", .title = "Group", .kind = ASSAY_LABEL, .of = "prompt" },
};
static const AssayFold reach[]
    = { { .op = ASSAY_OP_REACH, .over = "step", .x = .9 }, { .op = ASSAY_FOLD_END } };
static const AssayMetric metrics[] = {
  { .id = "return", .title = "Episode return", .dims = "step" },
  { .id = "loss", .title = "Loss", .unit = "nats", .dims = "step" },
  { .id = "final", .title = "Final return", .dims = "" },
  { .id = "novel", .title = "Novel-state ratio", .dims = "" },
  { .id = "gain", .title = "Gain over one-step", .dims = "" },
  { .id = "reached", .title = "Steps to 0.9", .unit = "step", .of = "return", .fold = reach },
  { .id = "score", .title = "Score", .dims = "prompt" },
  { .id = "correlation", .title = "Correlation", .dims = "prompt prompt-b" },
  { .id = "chance", .title = "Chance", .dims = "" },
};
static const AssayReference references[] = {
  { "final", "agent=graph env=Empty-8x8", .93, "Table 1" },
  { "final", "agent=tree env=DoorKey-5x5", .5, "Table 1" },
  { "gain", "agent=graph", .4, "Table 2" },
};
static const AssayFigure figures[] = {
  { .id = "curves",
    .title = "Learning curves",
    .source = "Fig 3",
    .mark = ASSAY_LINE,
    .x = "step",
    .y = "return",
    .color = "agent",
    .col = "env",
    .center = ASSAY_CENTER_IQM,
    .lines = "chance y=0" },
  { .id = "per-seed",
    .title = "One line a seed",
    .mark = ASSAY_LINE,
    .x = "step",
    .y = "return",
    .color = "agent",
    .per = "seed" },
  { .id = "free", .title = "Swept and not named", .mark = ASSAY_LINE, .x = "step", .y = "return" },
  { .id = "two",
    .title = "Two metrics",
    .mark = ASSAY_LINE,
    .x = "step",
    .y = "return loss",
    .color = "agent" },
  { .id = "against",
    .title = "Return against loss",
    .mark = ASSAY_LINE,
    .x = "loss",
    .y = "return",
    .color = "agent" },
  { .id = "bars",
    .title = "Final return",
    .mark = ASSAY_BAR,
    .x = "env",
    .y = "final",
    .color = "agent",
    .order = "value" },
  { .id = "bars-line",
    .title = "Against one-step",
    .mark = ASSAY_BAR,
    .x = "agent",
    .y = "final",
    .lines = "agent=one-step",
    .beside = "violins" },
  { .id = "scatter",
    .title = "Gain against novelty",
    .mark = ASSAY_POINT,
    .x = "novel",
    .y = "gain",
    .color = "agent",
    .per = "env",
    .over = "seed",
    .lines = "y=x" },
  { .id = "violins",
    .title = "Score by agent",
    .mark = ASSAY_SPREAD_VIOLIN,
    .x = "agent",
    .y = "score",
    .per = "prompt",
    .over = "seed" },
  { .id = "boxes",
    .title = "Score by agent and environment",
    .mark = ASSAY_SPREAD_BOX,
    .x = "agent",
    .y = "score",
    .color = "env",
    .per = "prompt seed" },
  { .id = "strip", .title = "Every seed", .mark = ASSAY_SPREAD_STRIP, .x = "agent", .y = "final" },
  { .id = "heat",
    .title = "Depth by environment",
    .mark = ASSAY_HEAT,
    .x = "env",
    .y = "depth",
    .color = "gain" },
  { .id = "blocks",
    .title = "Correlations in blocks",
    .mark = ASSAY_HEAT,
    .x = "prompt-b",
    .y = "prompt",
    .color = "correlation",
    .order = "group" },
  { .id = "hist",
    .title = "Scores",
    .mark = ASSAY_HIST,
    .x = "score",
    .color = "agent",
    .per = "prompt seed env" },
  { .id = "cumulative",
    .title = "Scores, cumulative",
    .mark = ASSAY_HIST_CUMULATIVE,
    .x = "score",
    .color = "agent",
    .per = "prompt seed env" },
  { .id = "survival",
    .title = "Time to 0.9",
    .mark = ASSAY_SURVIVAL,
    .x = "reached",
    .color = "agent",
    .per = "seed",
    .xscale = ASSAY_LOG10 },
  { .id = "table",
    .title = "Final return",
    .mark = ASSAY_TABLE_OF_CELLS,
    .x = "env",
    .y = "agent",
    .color = "final" },
  { .id = "several",
    .title = "Return and gain",
    .mark = ASSAY_TABLE_OF_CELLS,
    .x = "agent",
    .y = "metric",
    .color = "final gain" },
  { .id = "slider",
    .title = "A map at every step",
    .mark = ASSAY_HEAT,
    .x = "env",
    .y = "agent",
    .color = "return",
    .slider = "step" },
};
static const AssayPreset presets[] = {
  { .id = "quick", .title = "Quick", .plan = "agent=graph,n-step", .seeds = 3, .seconds = 20 }
};

static void
run (AssayRun *r)
{
}

const AssayStudy world_study = {
  .size = sizeof (AssayStudy),
  .id = "world",
  .title = "A made-up world <&>",
  .question = "Does it \"draw\"?",
  .paper = "Nobody (2024)",
  .params_size = sizeof (Params),
  .params = ASSAY_TABLE (params),
  .dims = ASSAY_TABLE (dims),
  .metrics = ASSAY_TABLE (metrics),
  .references = ASSAY_TABLE (references),
  .figures = ASSAY_TABLE (figures),
  .presets = ASSAY_TABLE (presets),
  .run = run,
};

static const char *const agents[] = { "graph", "n-step", "tree", "one-step" };
static const char *const envs[] = { "Empty-8x8", "DoorKey-5x5", "LavaGapS5" };
static const char *const depths[] = { "1", "5", "10" };

/* What a metric is over, and how many of each. */
static const struct
{
  const char *id, *dims;
} shapes[] = { { "return", "agent env step seed" },
               { "loss", "agent step seed" },
               { "final", "agent env seed" },
               { "novel", "agent env seed" },
               { "gain", "agent env seed" },
               { "reached", "agent env seed" },
               { "score", "agent env prompt seed" },
               { "correlation", "prompt prompt-b seed" },
               { "chance", "seed" } };

static guint
n_levels (const char *dim)
{
  return strcmp (dim, "agent") == 0   ? 4
         : strcmp (dim, "env") == 0   ? 3
         : strcmp (dim, "step") == 0  ? 40
         : strcmp (dim, "seed") == 0  ? 5
         : strcmp (dim, "depth") == 0 ? 3
                                      : 24;
}

static char *
level (const char *dim, guint i)
{
  if (strcmp (dim, "agent") == 0)
    return g_strdup (agents[i]);
  if (strcmp (dim, "env") == 0)
    return g_strdup (envs[i]);
  if (strcmp (dim, "depth") == 0)
    return g_strdup (depths[i]);
  if (strcmp (dim, "step") == 0)
    return g_strdup_printf ("%u", 250 * (i + 1));
  return strcmp (dim, "seed") == 0 ? g_strdup_printf ("%u", i + 1) : g_strdup_printf ("p%u", i);
}

static double
noise (guint64 *state)
{
  double sum = 0;

  for (int i = 0; i < 3; i++)
    {
      *state ^= *state >> 12;
      *state ^= *state << 25;
      *state ^= *state >> 27;
      sum += (double) ((*state * 2685821657736338717u) >> 11) / 9007199254740992.0;
    }
  return (sum - 1.5) * 1.1;
}

static double
value (const char *metric, const guint *at, const char *const *names, guint n, guint64 *state)
{
  double agent = 0, env = 0, step = 39, depth = 1, a = 0, b = 0;

  for (guint i = 0; i < n; i++)
    {
      double *places[] = { &agent, &env, &step, &depth, &a, &b };
      static const char *const ids[] = { "agent", "env", "step", "depth", "prompt", "prompt-b" };

      for (guint k = 0; k < G_N_ELEMENTS (ids); k++)
        if (strcmp (names[i], ids[k]) == 0)
          *places[k] = at[i];
    }
  if (strcmp (metric, "loss") == 0)
    return 2 * exp (-step / (8 + 4 * agent)) + .03 * noise (state) + .1;
  if (strcmp (metric, "reached") == 0)
    return MIN (10000, 1500 * (agent + 1) * exp (.5 * noise (state)) * (1 + env));
  if (strcmp (metric, "novel") == 0)
    return .1 + .25 * env + .03 * agent + .02 * noise (state);
  if (strcmp (metric, "gain") == 0)
    return .5 - .3 * env - .15 * agent + .2 * (depth - 1) + .04 * noise (state);
  if (strcmp (metric, "correlation") == 0)
    return ((int) a % 3 == (int) b % 3 ? .6 : -.1) + .15 * noise (state);
  if (strcmp (metric, "score") == 0)
    return .8 - .15 * agent + .2 * noise (state) - .05 * env;
  if (strcmp (metric, "chance") == 0)
    return .08;
  return (1 - .15 * agent - .1 * env) * (1 - exp (-step / (6 + 4 * agent))) + .04 * noise (state);
}

static void
add_property (AssayFrame *frame)
{
  GHashTable *group = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (guint i = 0; i < 24; i++)
    g_hash_table_insert (group, g_strdup_printf ("p%u", i), g_strdup_printf ("group %u", i % 3));
  g_hash_table_insert (frame->properties, g_strdup ("group"), group);
}

static AssayFrame *
make (const AssayStudyInfo *study, const char *const *list, const char *dims_of)
{
  AssayFrame *frame = assay_frame_new ();
  g_auto (GStrv) names = assay_words (dims_of);
  guint n = g_strv_length (names), at[8] = { 0 };
  gboolean several = list[1] != NULL;
  guint64 state = 88172645463325252u;

  if (several)
    assay_frame_add_dim (frame, "metric", ASSAY_LABEL);
  for (guint i = 0; i < n; i++)
    assay_frame_add_dim (frame, names[i],
                         strcmp (names[i], "step") == 0 || strcmp (names[i], "depth") == 0
                             ? ASSAY_NUMBER
                         : names[i][0] == 'p' || strcmp (names[i], "seed") == 0 ? ASSAY_ITEM
                                                                                : ASSAY_LABEL);
  for (guint m = 0; list[m]; m++)
    for (gboolean more = TRUE; more;)
      {
        gint32 codes[9];
        guint d = 0;

        if (several)
          codes[d++] = assay_frame_level (frame->dims->pdata[0], list[m]);
        for (guint i = 0; i < n; i++)
          {
            g_autofree char *text = level (names[i], at[i]);

            codes[d + i] = assay_frame_level (frame->dims->pdata[d + i], text);
          }
        assay_frame_add (frame, codes, value (list[m], at, (const char *const *) names, n, &state));
        more = FALSE;
        for (guint i = n; i-- > 0 && !more;)
          {
            at[i] = (at[i] + 1) % n_levels (names[i]);
            more = at[i] != 0;
          }
      }
  add_property (frame);
  frame->n_runs = 60;
  frame->n_crashed = 2;
  assay_frame_finish (frame, study);
  return frame;
}

AssayFrame *
world_fold (AssayRunSet *set, const AssayStudyInfo *study, const char *metric, const char *where,
            const AssayFold *fold, const char *keep, char **note, GError **error)
{
  g_auto (GStrv) list = assay_words (metric);

  if (note)
    *note = NULL;
  if (!list[0])
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE, "names no metric");
      return NULL;
    }
  if (strcmp (metric, "gain") == 0 && world_depths)
    return make (study, (const char *const *) list, "env depth seed");
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    if (strcmp (shapes[i].id, list[0]) == 0)
      return make (study, (const char *const *) list, list[1] ? "agent step seed" : shapes[i].dims);
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE, "there is no metric \"%s\"", metric);
  return NULL;
}

gboolean world_depths;

AssayRunSet *
world_set (void)
{
  AssayRunSet *set = g_new0 (AssayRunSet, 1);
  AssayRunDir *dir = g_new0 (AssayRunDir, 1), *crashed = g_new0 (AssayRunDir, 1);

  set->dirs = g_ptr_array_new_with_free_func (g_free);
  set->notes = g_ptr_array_new_with_free_func (g_free);
  dir->id = (char *) "0123456789ab";
  dir->path = (char *) "/nonexistent";
  dir->state = ASSAY_DONE;
  dir->seed = 1;
  dir->finished = 1700000000;
  dir->run = dir->status = json_object_new ();
  dir->parameters = dir->run;
  json_object_set_string_member (dir->run, "agent", "graph");
  json_object_set_int_member (dir->run, "depth", 5);
  *crashed = *dir;
  crashed->id = (char *) "ba9876543210";
  crashed->state = ASSAY_FAILED;
  crashed->reason = "killed by signal 11 <script>alert(2)</script>";
  g_ptr_array_add (set->dirs, dir);
  g_ptr_array_add (set->dirs, crashed);
  g_ptr_array_add (set->notes, g_strdup ("3 runs of other code are left out."));
  set->n_missing = 1;
  return set;
}

void
world_set_free (AssayRunSet *set)
{
  json_object_unref (((AssayRunDir *) set->dirs->pdata[0])->run);
  g_ptr_array_unref (set->dirs);
  g_ptr_array_unref (set->notes);
  g_free (set);
}

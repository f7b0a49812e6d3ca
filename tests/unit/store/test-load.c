/* SPDX-License-Identifier: Apache-2.0
 *
 * Frames from run directories, and the run sets they are loaded from.
 */
#include "fixture.h"

#include "host/store/frame.h"
#include <unistd.h>

static const AssayParam params[] = {
  { .id = "agent", .title = "A", .type = ASSAY_CHOICE, .text = "graph", .choices = "graph tree" },
  { .id = "depth",
    .title = "D",
    .type = ASSAY_INT,
    .offset = 8,
    .number = 5,
    .min = 1,
    .max = 100 },
};
static const AssayDim dims[] = {
  { .id = "split", .title = "S", .kind = ASSAY_LABEL, .values = "train test" },
  { .id = "prompt", .title = "P", .kind = ASSAY_ITEM },
  { .id = "author", .title = "Q", .kind = ASSAY_LABEL, .of = "prompt" },
};
static const AssayMetric metrics[] = {
  { .id = "plain", .title = "m", .dims = "step" },
  { .id = "last", .title = "m", .dims = "step", .crash = ASSAY_CRASH_LAST },
  { .id = "floored", .title = "m", .dims = "step", .crash = ASSAY_CRASH_FLOOR, .floor = -1 },
  { .id = "loss", .title = "m", .dims = "split step" },
  { .id = "score", .title = "m", .dims = "prompt" },
  { .id = "floored-score",
    .title = "m",
    .dims = "prompt",
    .crash = ASSAY_CRASH_FLOOR,
    .floor = -1 },
};

static void
no_run (AssayRun *run)
{
}

static AssayStudyInfo *
study_info (void)
{
  static const AssayStudy study = { .size = sizeof study,
                                    .id = "sums",
                                    .title = "Sums",
                                    .question = "How much?",
                                    .params_size = 16,
                                    .params = ASSAY_TABLE (params),
                                    .dims = ASSAY_TABLE (dims),
                                    .metrics = ASSAY_TABLE (metrics),
                                    .run = no_run };
  g_autoptr (GError) error = NULL;
  AssayStudyInfo *info = assay_study_info_from_study (&study, &error);

  g_assert_no_error (error);
  return info;
}

typedef struct
{
  AssayWorkspace *workspace;
  AssayStudyInfo *study;
  GPtrArray *ids;
} World;

static World
new_world (void)
{
  return (World){ fixture_workspace (), study_info (), g_ptr_array_new_with_free_func (g_free) };
}

static void
free_world (World *world)
{
  fixture_free (world->workspace);
  assay_study_info_unref (world->study);
  g_ptr_array_unref (world->ids);
}

/* A run in state @state ("done", "failed") with its log open. */
static AssayLogWriter *
add_run (World *world, const char *id, const char *parameters, guint64 seed, const char *state)
{
  fixture_run (world->workspace,
               &(FixtureRun){ .id = id, .parameters = parameters, .seed = seed, .state = state });
  g_ptr_array_add (world->ids, g_strdup (id));
  return fixture_log (world->workspace, id);
}

static AssayRunSet *
set_of (World *world)
{
  g_autoptr (GError) error = NULL;
  AssayRunSet *set;

  g_ptr_array_add (world->ids, NULL);
  set = assay_run_set_of (world->workspace, (const char *const *) world->ids->pdata, &error);
  g_assert_no_error (error);
  g_ptr_array_set_size (world->ids, (int) world->ids->len - 1);
  return set;
}

/* Cells as "depth=5 seed=1 step=0: 3", one a line. */
static char *
text_of (const AssayFrame *frame)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < assay_frame_n (frame); i++)
    {
      double value = g_array_index (frame->values, double, i);
      g_autofree char *number = isnan (value) ? g_strdup ("-") : assay_json_number (value);

      for (guint d = 0; d < frame->dims->len; d++)
        {
          const AssayFrameDim *dim = frame->dims->pdata[d];

          g_string_append_printf (
              out, "%s=%s ", dim->id,
              (char *) dim->levels->pdata[g_array_index (dim->codes, gint32, i)]);
        }
      g_string_append_printf (out, "%s\n", number);
    }
  return g_string_free (out, FALSE);
}

#define assert_frame(world, names, where, expected)                                                \
  do                                                                                               \
    {                                                                                              \
      g_autoptr (AssayRunSet) set_ = set_of (world);                                               \
      g_autoptr (GError) error_ = NULL;                                                            \
      g_auto (GStrv) names_ = g_strsplit (names, " ", -1);                                         \
      g_autoptr (AssayFrame) frame_ = assay_frame_load (                                           \
          set_, (world)->study, (const char *const *) names_, where, NULL, &error_);               \
      g_autofree char *text_ = NULL;                                                               \
      g_assert_no_error (error_);                                                                  \
      text_ = text_of (frame_);                                                                    \
      g_assert_cmpstr (text_, ==, expected);                                                       \
    }                                                                                              \
  while (0)

static const double one_two[] = { 1, 2 };

static void
test_parameters_that_vary (void)
{
  World world = new_world ();
  g_autoptr (AssayRunSet) set = NULL;
  g_autoptr (AssayFrame) frame = NULL;
  AssayLogWriter *log;

  log = add_run (&world, "a", "{\"agent\":\"tree\",\"depth\":5}", 2, "done");
  fixture_series (log, "plain", NULL, 1, 2, one_two);
  fixture_close (log);
  log = add_run (&world, "b", "{\"agent\":\"graph\"}", 1, "done");
  fixture_series (log, "plain", NULL, 1, 1, one_two);
  fixture_series (log, "last", NULL, 1, 1, one_two);
  fixture_close (log);
  assert_frame (&world, "plain", NULL,
                "agent=graph depth= seed=1 step=0 1\n"
                "agent=tree depth=5 seed=2 step=0 1\n"
                "agent=tree depth=5 seed=2 step=1 2\n");
  /* After the filter depth does not vary: it is no dimension, agent is named and stays. */
  assert_frame (&world, "plain", "agent=tree",
                "agent=tree seed=2 step=0 1\nagent=tree seed=2 step=1 2\n");
  assert_frame (&world, "plain", "seed=1", "seed=1 step=0 1\n");
  assert_frame (&world, "plain", "depth!=5", "depth= seed=1 step=0 1\n");
  assert_frame (&world, "plain", "step>0 status=done", "seed=2 step=1 2\n");
  assert_frame (&world, "plain", "depth>5", "");
  set = set_of (&world);
  frame = assay_frame_load_keep (set, world.study, (const char *[]){ "plain", NULL }, "seed=1",
                                 (const char *[]){ "depth", NULL }, NULL, NULL);
  g_assert_nonnull (assay_frame_dim (frame, "depth"));
  g_assert_cmpuint (frame->n_runs, ==, 1);
  free_world (&world);
}

static void
test_labels_and_several_metrics (void)
{
  World world = new_world ();
  AssayLogWriter *log = add_run (&world, "a", "{}", 1, "done");

  fixture_series (log, "loss", "split=test", 1, 1, (double[]){ 3 });
  fixture_series (log, "loss", "split=train", 1, 2, one_two);
  fixture_series (log, "plain", NULL, 1, 1, (double[]){ 7 });
  fixture_close (log);
  assert_frame (&world, "loss", NULL,
                "split=train seed=1 step=0 1\n"
                "split=train seed=1 step=1 2\n"
                "split=test seed=1 step=0 3\n");
  assert_frame (&world, "loss", "split=test", "split=test seed=1 step=0 3\n");
  /* `plain` has no split: it is constant along it. */
  assert_frame (&world, "loss plain", NULL,
                "metric=loss split=train seed=1 step=0 1\n"
                "metric=loss split=train seed=1 step=1 2\n"
                "metric=loss split=test seed=1 step=0 3\n"
                "metric=plain split=train seed=1 step=0 7\n"
                "metric=plain split=test seed=1 step=0 7\n");
  assert_frame (&world, "plain", NULL, "seed=1 step=0 7\n");
  assert_frame (&world, "nothing", NULL, "");
  free_world (&world);
}

static void
test_arrays_and_properties (void)
{
  World world = new_world ();
  g_autoptr (AssayRunSet) set = NULL;
  g_autoptr (AssayFrame) frame = NULL;
  const char *axes[] = { "prompt", NULL }, *levels[] = { "[\"p10\",\"p9\",\"x y=\\\"\"]", NULL };
  const double values[] = { 1, NAN, 3 };
  AssayLogWriter *log = add_run (&world, "a", "{}", 1, "done");

  assay_log_event (log, "axis", "{\"dim\":\"prompt\",\"names\":[\"p10\",\"p9\",\"x y=\\\"\"]}");
  assay_log_event (log, "property",
                   "{\"item\":\"prompt\",\"property\":\"author\",\"names\":[\"a\",\"b\",\"a\"]}");
  assay_log_event (log, "stage", "{\"name\":\"pretrain\",\"key\":\"k\",\"per-seed\":false}");
  assay_log_event (log, "stage", "{\"name\":\"tune\",\"key\":\"k\",\"per-seed\":true}");
  fixture_array (world.workspace, log, "a", "score", "", axes, levels, (guint64[]){ 3 }, values);
  fixture_series (log, "plain", NULL, 1, 1, one_two);
  fixture_close (log);
  assert_frame (&world, "score", NULL,
                "prompt=p9 seed=1 -\nprompt=p10 seed=1 1\nprompt=x y=\" seed=1 3\n");
  assert_frame (&world, "score", "author=a", "prompt=p10 seed=1 1\nprompt=x y=\" seed=1 3\n");
  assert_frame (&world, "score", "prompt=\"x y=\\\"\"", "prompt=x y=\" seed=1 3\n");
  set = set_of (&world);
  frame = assay_frame_load (set, world.study, (const char *[]){ "score", NULL }, NULL, NULL, NULL);
  g_assert_cmpstr (g_hash_table_lookup (g_hash_table_lookup (frame->properties, "author"), "p9"),
                   ==, "b");
  g_assert_cmpuint (frame->shared_stages->len, ==, 1);
  g_assert_cmpstr (frame->shared_stages->pdata[0], ==, "pretrain");
  free_world (&world);
}

/* A metric may come in either shape; folds see no difference. */
static void
test_array_over_steps (void)
{
  World series = new_world (), array = new_world ();
  const char *axes[] = { "split", "step", NULL };
  const char *levels[] = { "[\"train\",\"test\"]", "[0,1]", NULL };
  AssayLogWriter *log = add_run (&series, "a", "{}", 1, "done");
  const char *expected = "split=train seed=1 step=0 1\nsplit=train seed=1 step=1 2\n"
                         "split=test seed=1 step=0 3\nsplit=test seed=1 step=1 4\n";

  fixture_series (log, "loss", "split=train", 1, 2, one_two);
  fixture_series (log, "loss", "split=test", 1, 2, (double[]){ 3, 4 });
  fixture_close (log);
  log = add_run (&array, "a", "{}", 1, "done");
  fixture_array (array.workspace, log, "a", "loss", "", axes, levels, (guint64[]){ 2, 2 },
                 (double[]){ 1, 2, 3, 4 });
  fixture_close (log);
  assert_frame (&series, "loss", NULL, expected);
  assert_frame (&array, "loss", NULL, expected);
  assert_frame (&array, "loss", "step=1 split=test", "split=test seed=1 step=1 4\n");
  free_world (&series);
  free_world (&array);
}

static void
test_nan_and_crashes (void)
{
  World world = new_world ();
  static const char *const names[] = { "plain", "last", "floored" };
  const double broken[] = { 1, NAN, 3, INFINITY }, whole[] = { 5, 6, 7, 8 };
  AssayLogWriter *log = add_run (&world, "a", "{}", 1, "done");
  g_autoptr (AssayRunSet) set = NULL;
  g_autoptr (AssayFrame) frame = NULL;

  for (guint i = 0; i < 3; i++)
    fixture_series (log, names[i], NULL, 1, 4, broken);
  fixture_close (log);
  log = add_run (&world, "b", "{}", 2, "failed");
  for (guint i = 0; i < 3; i++)
    fixture_series (log, names[i], NULL, 1, 2, whole);
  fixture_close (log);
  log = add_run (&world, "c", "{}", 3, "failed"); /* before it measured anything */
  fixture_close (log);
  assert_frame (&world, "plain", NULL,
                "seed=1 step=0 1\nseed=1 step=1 -\nseed=1 step=2 3\nseed=1 step=3 -\n"
                "seed=2 step=0 -\nseed=2 step=1 -\nseed=2 step=2 -\nseed=2 step=3 -\n"
                "seed=3 step=0 -\nseed=3 step=1 -\nseed=3 step=2 -\nseed=3 step=3 -\n");
  assert_frame (&world, "last", NULL,
                "seed=1 step=0 1\nseed=1 step=1 1\nseed=1 step=2 3\nseed=1 step=3 3\n"
                "seed=2 step=0 5\nseed=2 step=1 6\nseed=2 step=2 6\nseed=2 step=3 6\n"
                "seed=3 step=0 -\nseed=3 step=1 -\nseed=3 step=2 -\nseed=3 step=3 -\n");
  assert_frame (&world, "floored", NULL,
                "seed=1 step=0 1\nseed=1 step=1 -1\nseed=1 step=2 3\nseed=1 step=3 -1\n"
                "seed=2 step=0 5\nseed=2 step=1 6\nseed=2 step=2 -1\nseed=2 step=3 -1\n"
                "seed=3 step=0 -1\nseed=3 step=1 -1\nseed=3 step=2 -1\nseed=3 step=3 -1\n");
  set = set_of (&world);
  frame = assay_frame_load (set, world.study, (const char *[]){ "plain", NULL }, NULL, NULL, NULL);
  g_assert_cmpuint (frame->n_runs, ==, 3);
  g_assert_cmpuint (frame->n_crashed, ==, 2);
  free_world (&world);
}

static void
test_crashed_arrays (void)
{
  World world = new_world ();
  const char *axes[] = { "prompt", NULL }, *levels[] = { "[\"p\",\"q\"]", NULL };
  AssayLogWriter *log = add_run (&world, "a", "{}", 1, "done");

  fixture_array (world.workspace, log, "a", "score", "", axes, levels, (guint64[]){ 2 }, one_two);
  fixture_array (world.workspace, log, "a", "floored-score", "", axes, levels, (guint64[]){ 2 },
                 one_two);
  fixture_close (log);
  log = add_run (&world, "b", "{}", 2, "failed");
  fixture_close (log);
  assert_frame (&world, "score", NULL,
                "prompt=p seed=1 1\nprompt=p seed=2 -\nprompt=q seed=1 2\nprompt=q seed=2 -\n");
  assert_frame (&world, "floored-score", NULL,
                "prompt=p seed=1 1\nprompt=p seed=2 -1\nprompt=q seed=1 2\nprompt=q seed=2 -1\n");
  free_world (&world);
}

static void
test_steps_that_differ (void)
{
  World world = new_world ();
  g_autofree char *note = NULL;
  g_autoptr (AssayRunSet) set = NULL;
  g_autoptr (AssayFrame) frame = NULL;
  AssayLogWriter *log = add_run (&world, "a", "{\"depth\":1}", 1, "done");

  fixture_series (log, "plain", NULL, 2, 4, (double[]){ 0, 20, 40, 60 }); /* 0 2 4 6 */
  fixture_close (log);
  log = add_run (&world, "b", "{\"depth\":1}", 2, "done");
  fixture_series (log, "plain", NULL, 3, 2, (double[]){ 1, 31 }); /* 0 3 */
  fixture_close (log);
  log = add_run (&world, "c", "{\"depth\":2}", 1, "done");          /* alone: keeps its range */
  fixture_series (log, "plain", NULL, 4, 3, (double[]){ 0, 4, 8 }); /* 0 4 8 */
  fixture_close (log);
  assert_frame (&world, "plain", NULL,
                "depth=1 seed=1 step=0 0\ndepth=1 seed=1 step=2 20\ndepth=1 seed=1 step=3 30\n"
                "depth=1 seed=2 step=0 1\ndepth=1 seed=2 step=2 21\ndepth=1 seed=2 step=3 31\n"
                "depth=2 seed=1 step=0 0\ndepth=2 seed=1 step=2 2\ndepth=2 seed=1 step=3 3\n"
                "depth=2 seed=1 step=4 4\ndepth=2 seed=1 step=6 6\ndepth=2 seed=1 step=8 8\n");
  set = set_of (&world);
  frame = assay_frame_load (set, world.study, (const char *[]){ "plain", NULL }, NULL, &note, NULL);
  g_assert_nonnull (strstr (note, "interpolated"));
  free_world (&world);
}

/* Parameters may well make runs longer: nothing is interpolated between them. */
static void
test_steps_that_differ_between_parameters (void)
{
  World world = new_world ();
  g_autofree char *note = g_strdup ("unset");
  g_autoptr (AssayRunSet) set = NULL;
  g_autoptr (AssayFrame) frame = NULL;
  AssayLogWriter *log = add_run (&world, "a", "{\"depth\":1}", 1, "done");

  fixture_series (log, "plain", NULL, 2, 2, one_two);
  fixture_close (log);
  log = add_run (&world, "b", "{\"depth\":2}", 1, "done");
  fixture_series (log, "plain", NULL, 3, 2, one_two);
  fixture_close (log);
  assert_frame (&world, "plain", NULL,
                "depth=1 seed=1 step=0 1\ndepth=1 seed=1 step=2 2\n"
                "depth=2 seed=1 step=0 1\ndepth=2 seed=1 step=3 2\n");
  set = set_of (&world);
  g_free (g_steal_pointer (&note));
  frame = assay_frame_load (set, world.study, (const char *[]){ "plain", NULL }, NULL, &note, NULL);
  g_assert_null (note);
  free_world (&world);
}

/* A crashed run does not cut the others short. */
static void
test_crash_and_interpolation (void)
{
  World world = new_world ();
  AssayLogWriter *log;

  for (guint seed = 1; seed <= 2; seed++)
    {
      log = add_run (&world, seed == 1 ? "a" : "b", "{}", seed, "done");
      fixture_series (log, "last", NULL, seed, 3, (double[]){ 0, 2, 4 }); /* 0 1 2, 0 2 4 */
      fixture_close (log);
    }
  log = add_run (&world, "c", "{}", 3, "failed");
  fixture_series (log, "last", NULL, .5, 2, (double[]){ 8, 9 }); /* 0 0.5 */
  fixture_close (log);
  assert_frame (&world, "last", NULL,
                "seed=1 step=0 0\nseed=1 step=1 2\nseed=1 step=2 4\n"
                "seed=2 step=0 0\nseed=2 step=1 1\nseed=2 step=2 2\n"
                "seed=3 step=0 8\nseed=3 step=1 9\nseed=3 step=2 9\n");
  free_world (&world);
}

static void
test_equal_steps_count_once (void)
{
  World world = new_world ();
  AssayLogWriter *log = add_run (&world, "a", "{}", 1, "done");

  fixture_series (log, "plain", NULL, 0, 3, (double[]){ 1, 2, 3 });
  fixture_close (log);
  assert_frame (&world, "plain", NULL, "seed=1 step=0 3\n");
  free_world (&world);
}

static void
flip (const char *path, gsize from_end)
{
  g_autofree char *bytes = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  bytes[size - from_end] ^= 4;
  g_assert_true (g_file_set_contents (path, bytes, (gssize) size, NULL));
}

static void
test_damage_is_left_out_and_said (void)
{
  World world = new_world ();
  const char *axes[] = { "prompt", NULL }, *levels[] = { "[\"p\",\"q\"]", NULL };
  static const char *const ids[] = { "good", "flipped", "torn", "array", "link", "labelled" };
  g_autoptr (AssayRunSet) set = NULL;
  g_autoptr (AssayFrame) frame = NULL, again = NULL;
  g_autofree char *text = NULL, *said = NULL;
  const char *names[] = { "plain", "score", NULL };

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      AssayLogWriter *log = add_run (&world, ids[i], "{\"depth\":1}", i, "done");
      g_autofree char *file = fixture_path (world.workspace, "runs", ids[i], "metrics.alog");

      fixture_series (log, "plain", i == 5 ? "depth=3" : NULL, 1, 2, one_two);
      if (i == 3)
        fixture_array (world.workspace, log, "array", "score", "", axes, levels, (guint64[]){ 2 },
                       one_two);
      assay_log_flush (log, FALSE);
      fixture_series (log, "last", NULL, 1, 2, one_two);
      fixture_close (log);
      if (i == 1)
        flip (file, 90);
      if (i == 2)
        g_assert_cmpint (truncate (file, 100), ==, 0);
      if (i == 4)
        {
          g_remove (file);
          g_assert_cmpint (symlink ("/etc/passwd", file), ==, 0);
        }
    }
  {
    g_autofree char *file
        = fixture_path (world.workspace, "runs", "array", "arrays/score.safetensors");

    flip (file, 3);
  }
  set = set_of (&world);
  frame = assay_frame_load (set, world.study, names, NULL, NULL, NULL);
  said = g_strjoinv ("\n", (char *[]){ "", NULL });
  g_assert_cmpuint (set->notes->len, ==, 4);
  for (guint i = 0; i < 4; i++)
    {
      const char *sentence = set->notes->pdata[i];
      g_autofree char *start = g_strdup_printf (
          "run %s was left out: ", (const char *[]){ "flipped", "array", "link", "labelled" }[i]);

      g_assert_true (g_str_has_prefix (sentence, start));
    }
  text = text_of (frame);
  g_assert_nonnull (strstr (text, "seed=0 step=1 2"));
  g_assert_null (strstr (text, "seed=1 "));
  again = assay_frame_load (set, world.study, names, NULL, NULL, NULL);
  g_assert_cmpuint (set->notes->len, ==, 4); /* said once */
  free_world (&world);
}

static void
test_wrong_filters (void)
{
  World world = new_world ();
  g_autoptr (AssayRunSet) set = NULL;
  AssayLogWriter *log = add_run (&world, "a", "{}", 1, "done");

  fixture_series (log, "plain", NULL, 1, 2, one_two);
  fixture_close (log);
  set = set_of (&world);
  for (const char **where = (const char *[]){ "agnet=graph", "agent==graph", NULL }; *where;
       where++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (assay_frame_load (set, world.study, (const char *[]){ "plain", NULL }, *where,
                                       NULL, &error));
      g_assert_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE);
    }
  free_world (&world);
}

/* More cells than a frame may have is an error, not a machine without memory. */
static void
test_too_many_cells (void)
{
  World world = new_world ();
  g_autoptr (AssayRunSet) set = NULL;
  g_autoptr (GError) error = NULL;
  const guint n = 6000;
  g_autofree double *values = g_new0 (double, n);
  g_autoptr (GString) levels = g_string_new ("[");
  AssayLogWriter *log = add_run (&world, "a", "{}", 1, "done");

  for (guint i = 0; i < n; i++)
    g_string_append_printf (levels, "%s%u", i > 0 ? "," : "", i);
  g_string_append_c (levels, ']');
  fixture_series (log, "plain", NULL, 1, n, values);
  fixture_array (world.workspace, log, "a", "score", "", (const char *[]){ "prompt", NULL },
                 (const char *[]){ levels->str, NULL }, (guint64[]){ n }, values);
  fixture_close (log);
  set = set_of (&world);
  /* Each metric is constant along the other's dimension: 2 x 36 million cells. */
  g_assert_null (assay_frame_load (set, world.study, (const char *[]){ "plain", "score", NULL },
                                   NULL, NULL, &error));
  g_assert_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE);
  g_assert_nonnull (strstr (error->message, "32000000"));
  free_world (&world);
}

/* ---- Run sets ---- */

static void
add_plan (World *world, const char *id, const char *preset, const char *identity, const char *rules,
          double created, const char *runs)
{
  g_autofree char *name = g_strconcat (id, ".json", NULL);
  g_autofree char *path = fixture_path (world->workspace, "plans", name, NULL);
  g_autofree char *text = g_strdup_printf (
      "{\"format\":1,\"id\":\"%s\",\"study\":\"sums\",\"preset\":\"%s\",\"identity\":\"%s\","
      "\"rules\":\"%s\",\"command\":\"assay run sums\",\"created\":%d,\"runs\":[%s]}",
      id, preset, identity, rules, (int) created, runs);

  fixture_write (path, text);
}

static char *
ids_of (const AssayRunSet *set)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < set->dirs->len; i++)
    g_string_append_printf (out, "%s%s", i > 0 ? " " : "",
                            ((AssayRunDir *) set->dirs->pdata[i])->id);
  return g_string_free (out, FALSE);
}

static gboolean
says (const AssayRunSet *set, const char *part)
{
  for (guint i = 0; i < set->notes->len; i++)
    if (strstr (set->notes->pdata[i], part) != NULL)
      return TRUE;
  return FALSE;
}

static void
test_newest_plan (void)
{
  World world = new_world ();
  g_autoptr (AssayRunSet) any = NULL, standard = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *ids = NULL, *of_standard = NULL;
#define KEY(c) "{\"key\":\"" c c c c c c c c c c c c "ff\",\"run\":"

  g_assert_null (assay_run_set_for_claims (world.workspace, world.study, NULL, &error));
  g_assert_error (error, ASSAY_ERROR, ASSAY_ERROR_NOT_FOUND);
  world.study->identity = "present code";
  /* Run a is of the plan, b of another plan, c of other code, d runs, e never began, f failed. */
  fixture_run (world.workspace, &(FixtureRun){ .id = "aaaaaaaaaaaa", .key = "aaaaaaaaaaaaff" });
  fixture_run (world.workspace, &(FixtureRun){ .id = "bbbbbbbbbbbb", .key = "bbbbbbbbbbbbff" });
  fixture_run (
      world.workspace,
      &(FixtureRun){ .id = "bbbbbbbbbbbb-2", .key = "bbbbbbbbbbbbff", .state = "interrupted" });
  fixture_run (world.workspace,
               &(FixtureRun){ .id = "cccccccccccc", .key = "ccccccccccccff", .identity = "old" });
  fixture_run (world.workspace,
               &(FixtureRun){ .id = "dddddddddddd", .key = "ddddddddddddff", .state = "running" });
  fixture_run (world.workspace,
               &(FixtureRun){ .id = "ffffffffffff", .key = "ffffffffffffff", .state = "failed" });
  add_plan (&world, "20260101-000000-aaaaaa", "standard", "old", "r0", 1,
            KEY ("c") "\"cccccccccccc\"}");
  add_plan (&world, "20260102-000000-ffffff", "quick", "code", "r", 5, "");
  add_plan (
      &world, "20260102-000000-000000", "quick", "code", "r", 7,
      KEY ("a") "\"aaaaaaaaaaaa\"}," KEY ("b") "\"bbbbbbbbbbbb-2\"}," KEY (
          "c") "\"cccccccccccc\"}," KEY ("d") "\"dddddddddddd\"}," KEY ("e") "null}," KEY ("f") "\""
                                                                                                "ff"
                                                                                                "ff"
                                                                                                "ff"
                                                                                                "ff"
                                                                                                "ff"
                                                                                                "ff"
                                                                                                "\""
                                                                                                "},"
                                                                                                "7");
  add_plan (&world, "20260103-000000-000000", "broken", "code", "r", 9, "oh");
  any = assay_run_set_for_claims (world.workspace, world.study, NULL, NULL);
  g_assert_cmpstr (any->plan, ==, "20260102-000000-000000");
  g_assert_cmpstr (any->preset, ==, "quick");
  ids = ids_of (any);
  g_assert_cmpstr (ids, ==, "aaaaaaaaaaaa bbbbbbbbbbbb ffffffffffff");
  g_assert_cmpuint (any->n_missing, ==, 4);
  g_assert_true (says (any, "1 runs were taken from other plans"));
  g_assert_true (says (any, "other code were left out"));
  g_assert_true (says (any, "4 of 7 runs"));
  g_assert_true (says (any, "other code than the study has now"));
  g_assert_true (says (any, "rule changed after the runs"));
  g_assert_true (says (any, "plan 20260103-000000-000000 could not be read"));
  standard = assay_run_set_for_claims (world.workspace, world.study, "standard", NULL);
  of_standard = ids_of (standard);
  g_assert_cmpstr (of_standard, ==, "cccccccccccc");
  free_world (&world);
}

static void
test_present_code_and_rules (void)
{
  World world = new_world ();
  g_autoptr (AssayRunSet) set = NULL;

  add_plan (&world, "20260102-000000-000000", "quick",
            world.study->identity ? world.study->identity : "",
            world.study->rules ? world.study->rules : "", 7, "");
  set = assay_run_set_for_claims (world.workspace, world.study, "quick", NULL);
  g_assert_cmpuint (set->notes->len, ==, 0);
  free_world (&world);
}

static void
test_set_of_runs (void)
{
  World world = new_world ();
  g_autoptr (AssayRunSet) set = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *ids = NULL;

  fixture_run (world.workspace, &(FixtureRun){ .id = "a", .key = "k", .started = 5 });
  fixture_run (world.workspace, &(FixtureRun){ .id = "b", .key = "k", .started = 9 });
  fixture_run (world.workspace, &(FixtureRun){ .id = "c", .key = "l", .state = "cancelled" });
  for (const char **id = (const char *[]){ "a", "b", "a", "c", "b", NULL }; *id != NULL; id++)
    g_ptr_array_add (world.ids, g_strdup (*id));
  set = set_of (&world);
  ids = ids_of (set);
  g_assert_cmpstr (ids, ==, "b");
  g_assert_true (says (set, "run a was left out: b"));
  g_assert_true (says (set, "run c was left out: it is cancelled"));
  g_assert_cmpuint (set->n_missing, ==, 1);
  g_assert_null (assay_run_set_of (world.workspace, (const char *[]){ "none", NULL }, &error));
  g_assert_nonnull (error);
  free_world (&world);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/load/parameters-that-vary-are-dimensions", test_parameters_that_vary);
  g_test_add_func ("/load/labels-and-several-metrics", test_labels_and_several_metrics);
  g_test_add_func ("/load/arrays-and-properties-of-items", test_arrays_and_properties);
  g_test_add_func ("/load/series-and-array-are-alike", test_array_over_steps);
  g_test_add_func ("/load/nan-and-crashes-count-as-declared", test_nan_and_crashes);
  g_test_add_func ("/load/arrays-of-crashed-runs", test_crashed_arrays);
  g_test_add_func ("/load/steps-that-differ-are-interpolated", test_steps_that_differ);
  g_test_add_func ("/load/steps-of-other-parameters-are-left-alone",
                   test_steps_that_differ_between_parameters);
  g_test_add_func ("/load/a-crash-does-not-shorten-the-others", test_crash_and_interpolation);
  g_test_add_func ("/load/of-equal-steps-the-last-counts", test_equal_steps_count_once);
  g_test_add_func ("/load/damaged-runs-are-left-out-and-said", test_damage_is_left_out_and_said);
  g_test_add_func ("/load/wrong-filters-are-errors", test_wrong_filters);
  g_test_add_func ("/load/too-many-cells-are-an-error", test_too_many_cells);
  g_test_add_func ("/run-set/newest-plan-completed-never-mixed", test_newest_plan);
  g_test_add_func ("/run-set/present-code-and-rules-need-no-word", test_present_code_and_rules);
  g_test_add_func ("/run-set/of-equal-runs-the-newest", test_set_of_runs);
  return g_test_run ();
}

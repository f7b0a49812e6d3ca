/* SPDX-License-Identifier: Apache-2.0
 *
 * Where everything in plugin.h lies.  A changed number breaks every plugin that
 * was ever built: a field may be added at the end of a struct, which changes
 * its size and, while the major number is 0, demands a new ASSAY_ABI_MINOR.
 */
#include <assay/plugin.h>
#include <glib.h>

#define ABI "0.2" /* the version that the table describes */

#define SIZE(type, size)                                                                           \
  {                                                                                                \
    "sizeof (" #type ")", sizeof (type), size                                                      \
  }
#define FIELD(type, field, offset)                                                                 \
  {                                                                                                \
#type "." #field, offsetof(type, field), offset                                                \
  }

static const struct
{
  const char *what;
  gsize is, was;
} rows[] = {
  SIZE (AssayTable, 16),
  FIELD (AssayTable, rows, 0),
  FIELD (AssayTable, n, 8),
  FIELD (AssayTable, stride, 12),
  SIZE (AssayParam, 120),
  FIELD (AssayParam, id, 0),
  FIELD (AssayParam, title, 8),
  FIELD (AssayParam, type, 16),
  FIELD (AssayParam, flags, 20),
  FIELD (AssayParam, offset, 24),
  FIELD (AssayParam, number, 32),
  FIELD (AssayParam, text, 40),
  FIELD (AssayParam, min, 48),
  FIELD (AssayParam, max, 56),
  FIELD (AssayParam, ui_min, 64),
  FIELD (AssayParam, ui_max, 72),
  FIELD (AssayParam, choices, 80),
  FIELD (AssayParam, when, 88),
  FIELD (AssayParam, group, 96),
  FIELD (AssayParam, unit, 104),
  FIELD (AssayParam, help, 112),
  SIZE (AssayDim, 48),
  FIELD (AssayDim, id, 0),
  FIELD (AssayDim, title, 8),
  FIELD (AssayDim, kind, 16),
  FIELD (AssayDim, scale, 20),
  FIELD (AssayDim, values, 24),
  FIELD (AssayDim, of, 32),
  FIELD (AssayDim, same_as, 40),
  SIZE (AssayFold, 64),
  FIELD (AssayFold, op, 0),
  FIELD (AssayFold, over, 8),
  FIELD (AssayFold, between, 16),
  FIELD (AssayFold, a, 24),
  FIELD (AssayFold, b, 32),
  FIELD (AssayFold, by, 40),
  FIELD (AssayFold, x, 48),
  FIELD (AssayFold, y, 56),
  SIZE (AssayMetric, 88),
  FIELD (AssayMetric, id, 0),
  FIELD (AssayMetric, title, 8),
  FIELD (AssayMetric, unit, 16),
  FIELD (AssayMetric, dims, 24),
  FIELD (AssayMetric, better, 32),
  FIELD (AssayMetric, crash, 36),
  FIELD (AssayMetric, flags, 40),
  FIELD (AssayMetric, floor, 48),
  FIELD (AssayMetric, of, 56),
  FIELD (AssayMetric, where, 64),
  FIELD (AssayMetric, fold, 72),
  FIELD (AssayMetric, help, 80),
  SIZE (AssayExpect, 24),
  FIELD (AssayExpect, kind, 0),
  FIELD (AssayExpect, lo, 8),
  FIELD (AssayExpect, hi, 16),
  SIZE (AssayClaim, 136),
  FIELD (AssayClaim, id, 0),
  FIELD (AssayClaim, says, 8),
  FIELD (AssayClaim, source, 16),
  FIELD (AssayClaim, paper, 24),
  FIELD (AssayClaim, metric, 32),
  FIELD (AssayClaim, where, 40),
  FIELD (AssayClaim, fold, 48),
  FIELD (AssayClaim, units, 56),
  FIELD (AssayClaim, each, 64),
  FIELD (AssayClaim, expect, 72),
  FIELD (AssayClaim, needs, 96),
  FIELD (AssayClaim, all_of, 104),
  FIELD (AssayClaim, presets, 112),
  FIELD (AssayClaim, not_run, 120),
  FIELD (AssayClaim, caveat, 128),
  SIZE (AssayReference, 32),
  FIELD (AssayReference, metric, 0),
  FIELD (AssayReference, where, 8),
  FIELD (AssayReference, value, 16),
  FIELD (AssayReference, source, 24),
  SIZE (AssayFigure, 160),
  FIELD (AssayFigure, id, 0),
  FIELD (AssayFigure, title, 8),
  FIELD (AssayFigure, source, 16),
  FIELD (AssayFigure, mark, 24),
  FIELD (AssayFigure, x, 32),
  FIELD (AssayFigure, y, 40),
  FIELD (AssayFigure, where, 48),
  FIELD (AssayFigure, fold, 56),
  FIELD (AssayFigure, color, 64),
  FIELD (AssayFigure, dash, 72),
  FIELD (AssayFigure, row, 80),
  FIELD (AssayFigure, col, 88),
  FIELD (AssayFigure, slider, 96),
  FIELD (AssayFigure, per, 104),
  FIELD (AssayFigure, over, 112),
  FIELD (AssayFigure, center, 120),
  FIELD (AssayFigure, band, 124),
  FIELD (AssayFigure, xscale, 128),
  FIELD (AssayFigure, yscale, 132),
  FIELD (AssayFigure, order, 136),
  FIELD (AssayFigure, lines, 144),
  FIELD (AssayFigure, beside, 152),
  SIZE (AssayPreset, 48),
  FIELD (AssayPreset, id, 0),
  FIELD (AssayPreset, title, 8),
  FIELD (AssayPreset, help, 16),
  FIELD (AssayPreset, plan, 24),
  FIELD (AssayPreset, seeds, 32),
  FIELD (AssayPreset, flags, 36),
  FIELD (AssayPreset, seconds, 40),
  SIZE (AssayStream, 296),
  FIELD (AssayStream, key, 0),
  FIELD (AssayStream, name, 8),
  FIELD (AssayStream, block, 16),
  FIELD (AssayStream, used, 24),
  FIELD (AssayStream, reserved, 28),
  FIELD (AssayStream, refill, 32),
  FIELD (AssayStream, words, 40),
  SIZE (AssayView, 56),
  FIELD (AssayView, id, 0),
  FIELD (AssayView, title, 8),
  FIELD (AssayView, type, 16),
  FIELD (AssayView, n_dims, 20),
  FIELD (AssayView, shape, 24),
  FIELD (AssayView, low, 40),
  FIELD (AssayView, high, 48),
  SIZE (AssayOption, 40),
  FIELD (AssayOption, id, 0),
  FIELD (AssayOption, title, 8),
  FIELD (AssayOption, value, 16),
  FIELD (AssayOption, min, 24),
  FIELD (AssayOption, max, 32),
  SIZE (AssayEnvironment, 200),
  FIELD (AssayEnvironment, size, 0),
  FIELD (AssayEnvironment, n_actions, 4),
  FIELD (AssayEnvironment, id, 8),
  FIELD (AssayEnvironment, title, 16),
  FIELD (AssayEnvironment, help, 24),
  FIELD (AssayEnvironment, actions, 32),
  FIELD (AssayEnvironment, views, 40),
  FIELD (AssayEnvironment, reward_min, 56),
  FIELD (AssayEnvironment, reward_max, 64),
  FIELD (AssayEnvironment, max_steps, 72),
  FIELD (AssayEnvironment, rows, 76),
  FIELD (AssayEnvironment, columns, 80),
  FIELD (AssayEnvironment, state_size, 88),
  FIELD (AssayEnvironment, key_size, 96),
  FIELD (AssayEnvironment, create, 104),
  FIELD (AssayEnvironment, destroy, 112),
  FIELD (AssayEnvironment, reset, 120),
  FIELD (AssayEnvironment, step, 128),
  FIELD (AssayEnvironment, get_state, 136),
  FIELD (AssayEnvironment, set_state, 144),
  FIELD (AssayEnvironment, observe, 152),
  FIELD (AssayEnvironment, draw, 160),
  FIELD (AssayEnvironment, text, 168),
  FIELD (AssayEnvironment, options, 176),
  FIELD (AssayEnvironment, set_option, 192),
  SIZE (AssayRun, 32),
  FIELD (AssayRun, size, 0),
  FIELD (AssayRun, reserved, 4),
  FIELD (AssayRun, host, 8),
  FIELD (AssayRun, params, 16),
  FIELD (AssayRun, seed, 24),
  SIZE (AssayColumn, 24),
  FIELD (AssayColumn, id, 0),
  FIELD (AssayColumn, numbers, 8),
  FIELD (AssayColumn, texts, 16),
  SIZE (AssayGraph, 96),
  FIELD (AssayGraph, size, 0),
  FIELD (AssayGraph, n_nodes, 4),
  FIELD (AssayGraph, n_edges, 8),
  FIELD (AssayGraph, from, 16),
  FIELD (AssayGraph, to, 24),
  FIELD (AssayGraph, nodes, 32),
  FIELD (AssayGraph, edges, 48),
  FIELD (AssayGraph, picture_width, 64),
  FIELD (AssayGraph, picture_height, 68),
  FIELD (AssayGraph, n_pictures, 72),
  FIELD (AssayGraph, pictures, 80),
  FIELD (AssayGraph, picture_of, 88),
  SIZE (AssaySpan, 12),
  FIELD (AssaySpan, from, 0),
  FIELD (AssaySpan, to, 4),
  FIELD (AssaySpan, value, 8),
  SIZE (AssayStage, 48),
  FIELD (AssayStage, size, 0),
  FIELD (AssayStage, per_seed, 4),
  FIELD (AssayStage, name, 8),
  FIELD (AssayStage, depends, 16),
  FIELD (AssayStage, parents, 24),
  FIELD (AssayStage, build, 32),
  FIELD (AssayStage, data, 40),
  SIZE (AssayHost, 168),
  FIELD (AssayHost, size, 0),
  FIELD (AssayHost, series, 8),
  FIELD (AssayHost, observe, 16),
  FIELD (AssayHost, axis, 24),
  FIELD (AssayHost, property, 32),
  FIELD (AssayHost, array, 40),
  FIELD (AssayHost, sample, 48),
  FIELD (AssayHost, table, 56),
  FIELD (AssayHost, graph, 64),
  FIELD (AssayHost, picture, 72),
  FIELD (AssayHost, file, 80),
  FIELD (AssayHost, progress, 88),
  FIELD (AssayHost, cancelled, 96),
  FIELD (AssayHost, note, 104),
  FIELD (AssayHost, fail, 112),
  FIELD (AssayHost, stream, 120),
  FIELD (AssayHost, stage, 128),
  FIELD (AssayHost, save, 136),
  FIELD (AssayHost, restore, 144),
  FIELD (AssayHost, environment, 152),
  FIELD (AssayHost, get_extension, 160),
  SIZE (AssayStudy, 192),
  FIELD (AssayStudy, size, 0),
  FIELD (AssayStudy, reserved, 4),
  FIELD (AssayStudy, id, 8),
  FIELD (AssayStudy, title, 16),
  FIELD (AssayStudy, question, 24),
  FIELD (AssayStudy, paper, 32),
  FIELD (AssayStudy, help, 40),
  FIELD (AssayStudy, params_size, 48),
  FIELD (AssayStudy, params, 56),
  FIELD (AssayStudy, dims, 72),
  FIELD (AssayStudy, metrics, 88),
  FIELD (AssayStudy, claims, 104),
  FIELD (AssayStudy, references, 120),
  FIELD (AssayStudy, figures, 136),
  FIELD (AssayStudy, presets, 152),
  FIELD (AssayStudy, plugins, 168),
  FIELD (AssayStudy, threads, 176),
  FIELD (AssayStudy, run, 184),
  SIZE (AssayPlugin, 72),
  FIELD (AssayPlugin, size, 0),
  FIELD (AssayPlugin, abi_major, 4),
  FIELD (AssayPlugin, abi_minor, 6),
  FIELD (AssayPlugin, id, 8),
  FIELD (AssayPlugin, title, 16),
  FIELD (AssayPlugin, version, 24),
  FIELD (AssayPlugin, license, 32),
  FIELD (AssayPlugin, source, 40),
  FIELD (AssayPlugin, study, 48),
  FIELD (AssayPlugin, environments, 56),
};

static void
test_layout (void)
{
  g_autofree char *abi = g_strdup_printf ("%d.%d", ASSAY_ABI_MAJOR, ASSAY_ABI_MINOR);

  if (sizeof (void *) != 8)
    {
      g_test_skip ("the table is of machines with 64 bits");
      return;
    }
  g_assert_cmpstr (abi, ==, ABI);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].is != rows[i].was)
      g_test_fail_printf ("%s is %" G_GSIZE_FORMAT ", was %" G_GSIZE_FORMAT, rows[i].what,
                          rows[i].is, rows[i].was);
}

/* Values that plugins were compiled with. */
static void
test_enums (void)
{
  g_assert_cmpint (ASSAY_FILE, ==, 5);
  g_assert_cmpint (ASSAY_ITEM, ==, 2);
  g_assert_cmpint (ASSAY_SQRT, ==, 3);
  g_assert_cmpint (ASSAY_DOWN, ==, 1);
  g_assert_cmpint (ASSAY_CRASH_FLOOR, ==, 2);
  g_assert_cmpint (ASSAY_OP_MEAN, ==, 1);
  g_assert_cmpint (ASSAY_OP_DIFF, ==, 15);
  g_assert_cmpint (ASSAY_OP_LOG, ==, 21);
  g_assert_cmpint (ASSAY_N_FOLD_OPS, ==, 22);
  g_assert_cmpint (ASSAY_EXPECT_WITHIN, ==, 3);
  g_assert_cmpint (ASSAY_SAMPLES, ==, 12);
  g_assert_cmpint (ASSAY_N_MARKS, ==, 13);
  g_assert_cmpint (ASSAY_CENTER_IQM, ==, 2);
  g_assert_cmpint (ASSAY_BAND_RANGE, ==, 4);
  g_assert_cmpint (ASSAY_I32, ==, 5);
  g_assert_cmpint (ASSAY_LOG_SLIDER | ASSAY_TIMING | ASSAY_HIDDEN, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/abi/fields-lie-where-they-lay", test_layout);
  g_test_add_func ("/abi/enums-have-the-values-they-had", test_enums);
  return g_test_run ();
}

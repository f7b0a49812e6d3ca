/* SPDX-License-Identifier: Apache-2.0 */
#include "host/store/frame.h"

#include <math.h>
#include <string.h>

static const AssayParam params[] = {
  { .id = "agent",
    .title = "Agent",
    .type = ASSAY_CHOICE,
    .text = "graph",
    .choices = "graph tree one-step" },
};
static const AssayDim dims[] = {
  { .id = "split", .title = "Split", .kind = ASSAY_LABEL, .values = "train test ood" },
  { .id = "lambda", .title = "Lambda", .kind = ASSAY_NUMBER, .scale = ASSAY_LOG10 },
};
static const AssayMetric metrics[] = { { .id = "loss", .title = "Loss", .dims = "split lambda" } };

static void
no_run (AssayRun *run)
{
}

static AssayStudyInfo *
study_info (void)
{
  static const AssayStudy study = {
    .size = sizeof study,
    .id = "sums",
    .title = "Sums",
    .question = "How much?",
    .params_size = sizeof (const char *),
    .params = ASSAY_TABLE (params),
    .dims = ASSAY_TABLE (dims),
    .metrics = ASSAY_TABLE (metrics),
    .run = no_run,
  };
  g_autoptr (GError) error = NULL;
  AssayStudyInfo *info = assay_study_info_from_study (&study, &error);

  g_assert_no_error (error);
  return info;
}

/* Adds levels in the order given and says in which order they end up. */
static char *
order_of (const char *id, guint kind, const AssayStudyInfo *study, const char *const *levels)
{
  g_autoptr (AssayFrame) frame = assay_frame_new ();
  AssayFrameDim *dim = assay_frame_add_dim (frame, id, kind);
  GString *out = g_string_new (NULL);

  for (guint i = 0; levels[i] != NULL; i++)
    {
      gint32 code = assay_frame_level (dim, levels[i]);

      g_assert_cmpint (code, ==, i);
      assay_frame_add (frame, &code, i);
    }
  assay_frame_finish (frame, study);
  for (guint i = 0; i < dim->levels->len; i++)
    {
      const char *level = dim->levels->pdata[i];

      g_string_append_printf (out, "%s'%s'", i > 0 ? " " : "", level);
      /* Cells are in this order too, each still with its own level. */
      g_assert_cmpint (g_array_index (dim->codes, gint32, i), ==, i);
      g_assert_cmpstr (levels[(guint) g_array_index (frame->values, double, i)], ==, level);
      g_assert_cmpint (assay_frame_level (dim, level), ==, i);
    }
  return g_string_free (out, FALSE);
}

static void
test_order_of_levels (void)
{
  AssayStudyInfo *study = study_info ();
  const struct
  {
    const char *id;
    guint kind;
    const char *levels[8], *order;
  } cases[] = {
    { "split", ASSAY_LABEL, { "ood", "extra", "test", "train" }, "'train' 'test' 'ood' 'extra'" },
    { "agent", ASSAY_LABEL, { "one-step", "", "graph" }, "'graph' 'one-step' ''" },
    { "seed", ASSAY_ITEM, { "10", "9", "1", "2" }, "'1' '2' '9' '10'" },
    { "lambda", ASSAY_NUMBER, { "10", "-1", "1e-3", "0.5" }, "'-1' '1e-3' '0.5' '10'" },
    { "prompt", ASSAY_ITEM, { "p10", "p9", "p09", "ä", "P1" }, "'P1' 'p09' 'p9' 'p10' 'ä'" },
    { "prompt", ASSAY_ITEM, { "x", "7", "", "-3" }, "'-3' '7' 'x' ''" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *order = order_of (cases[i].id, cases[i].kind, study, cases[i].levels);

      g_assert_cmpstr (order, ==, cases[i].order);
    }
  assay_study_info_unref (study);
}

static void
test_numbers_and_scale (void)
{
  AssayStudyInfo *study = study_info ();
  g_autoptr (AssayFrame) frame = assay_frame_new ();
  AssayFrameDim *lambda = assay_frame_add_dim (frame, "lambda", ASSAY_LABEL);

  assay_frame_level (lambda, "1e-3");
  assay_frame_level (lambda, "");
  assay_frame_finish (frame, study);
  g_assert_cmpuint (lambda->kind, ==, ASSAY_NUMBER);
  g_assert_cmpuint (lambda->scale, ==, ASSAY_LOG10);
  g_assert_cmpfloat (g_array_index (lambda->numbers, double, 0), ==, 1e-3);
  g_assert_true (isnan (g_array_index (lambda->numbers, double, 1)));
  assay_study_info_unref (study);
}

/* Every cell keeps its coordinates when they are sorted. */
static void
test_cells_are_sorted (void)
{
  g_autoptr (AssayFrame) frame = assay_frame_new ();
  const char *ids[] = { "a", "b", "c" };
  gint32 last[3] = { -1, -1, -1 };

  for (guint d = 0; d < 3; d++)
    assay_frame_add_dim (frame, ids[d], ASSAY_ITEM);
  for (guint i = 0; i < 1000; i++)
    {
      guint at[3] = { (i * 7) % 10, (i * 3) / 10 % 10, i / 100 };
      gint32 codes[3];

      for (guint d = 0; d < 3; d++)
        {
          g_autofree char *level = g_strdup_printf ("%u", at[d]);

          codes[d] = assay_frame_level (frame->dims->pdata[d], level);
        }
      assay_frame_add (frame, codes, at[0] * 100 + at[1] * 10 + at[2]);
    }
  assay_frame_finish (frame, NULL);
  g_assert_cmpuint (assay_frame_n (frame), ==, 1000);
  for (guint i = 0; i < 1000; i++)
    {
      gint32 now[3];

      for (guint d = 0; d < 3; d++)
        now[d] = g_array_index (((AssayFrameDim *) frame->dims->pdata[d])->codes, gint32, i);
      g_assert_cmpfloat (g_array_index (frame->values, double, i), ==,
                         now[0] * 100 + now[1] * 10 + now[2]);
      g_assert_cmpint (now[0] * 10000 + now[1] * 100 + now[2], >=,
                       last[0] * 10000 + last[1] * 100 + last[2]);
      memcpy (last, now, sizeof now);
    }
  g_assert_nonnull (assay_frame_dim (frame, "b"));
  g_assert_null (assay_frame_dim (frame, "d"));
}

static void
test_natural_order_is_an_order (void)
{
  const char *words[] = { "",    "0",  "00",  "01",  "1", "1a", "a", "a0",
                          "a00", "a1", "a01", "a10", "b", "10", "9", "é" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    for (guint j = 0; j < G_N_ELEMENTS (words); j++)
      {
        int ij = assay_natural_compare (words[i], words[j]);

        g_assert_cmpint (ij == 0, ==, i == j);
        g_assert_cmpint (ij > 0, ==, assay_natural_compare (words[j], words[i]) < 0);
        for (guint k = 0; k < G_N_ELEMENTS (words); k++)
          if (ij < 0 && assay_natural_compare (words[j], words[k]) < 0)
            g_assert_cmpint (assay_natural_compare (words[i], words[k]), <, 0);
      }
}

static void
test_empty (void)
{
  g_autoptr (AssayFrame) frame = assay_frame_new ();

  assay_frame_add_dim (frame, "seed", ASSAY_ITEM);
  assay_frame_finish (frame, NULL);
  g_assert_cmpuint (assay_frame_n (frame), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/frame/levels-stand-in-display-order", test_order_of_levels);
  g_test_add_func ("/frame/numbers-and-scale-follow-the-declaration", test_numbers_and_scale);
  g_test_add_func ("/frame/cells-are-sorted-by-their-codes", test_cells_are_sorted);
  g_test_add_func ("/frame/natural-order-is-total-and-transitive", test_natural_order_is_an_order);
  g_test_add_func ("/frame/no-cells", test_empty);
  return g_test_run ();
}

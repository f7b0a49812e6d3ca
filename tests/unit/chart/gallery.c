/* SPDX-License-Identifier: Apache-2.0
 *
 * chart-gallery DIR: one picture of every mark, for the eye.
 */
#include "synthetic.h"
#include "world.h"
#include <stdio.h>

static int
draw_figures (const char *dir, const char *ending)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AssayStudyInfo) study = assay_study_info_from_study (&world_study, &error);
  AssayRunSet *set = world_set ();

  g_assert_no_error (error);
  for (guint i = 0; i < study->n_figures; i++)
    {
      const AssayFigure *figure = &study->figures[i];
      g_autoptr (AssayChart) chart = NULL;
      g_autofree char *path = g_strdup_printf ("%s/f%02u-%s.%s", dir, i, figure->id, ending);

      world_depths = g_str_equal (figure->id, "heat");
      chart = chart_of_figure (study, figure, set, world_fold, &error);
      g_assert_no_error (error);
      assay_chart_save (chart, path, 0, 0, &error);
      g_assert_no_error (error);
    }
  world_set_free (set);
  return 0;
}

int
main (int argc, char **argv)
{
  if (argc < 2)
    return 2;
  for (guint32 mark = 0; mark < ASSAY_N_MARKS; mark++)
    for (int kind = 0; kind < N_DATA; kind++)
      {
        g_autoptr (AssayChart) chart = synthetic_chart (mark, kind, 1);
        g_autofree char *path
            = g_strdup_printf ("%s/%02u-%s-%s.%s", argv[1], mark, chart->mark->name,
                               data_names[kind], argc > 2 ? argv[2] : "png");
        g_autoptr (GError) error = NULL;

        if (!assay_chart_save (chart, path, 0, 0, &error))
          fprintf (stderr, "%s\n", error->message);
      }
  return draw_figures (argv[1], argc > 2 ? argv[2] : "png");
}

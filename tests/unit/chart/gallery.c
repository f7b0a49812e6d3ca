/* SPDX-License-Identifier: Apache-2.0
 *
 * chart-gallery DIR: one picture of every mark, for the eye.
 */
#include "synthetic.h"
#include <stdio.h>

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
  return 0;
}

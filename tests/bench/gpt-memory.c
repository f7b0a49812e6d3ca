/* SPDX-License-Identifier: Apache-2.0
 *
 * gpt-memory SIZE: trains for three steps and prints the MiB that were resident at most.
 */
#include "gpt-step.h"

#include <stdio.h>
#include <string.h>

/** Of this program alone; rusage would count what it was forked from.  0: the kernel does not say.
 */
static double
peak_mib (void)
{
  FILE *status = fopen ("/proc/self/status", "re");
  char line[256];
  double kib = 0;

  while (status != NULL && fgets (line, sizeof line, status) != NULL)
    sscanf (line, "VmHWM: %lf", &kib);
  if (status != NULL)
    fclose (status);
  return kib / 1024;
}

int
main (int argc, char **argv)
{
  GptStep *step;

  if (argc != 2 || strlen (argv[1]) != 1 || argv[1][0] < 'a' || argv[1][0] > 'd')
    return 2;
  step = gpt_step_new (argv[1][0]);
  for (int i = 0; i < 3; i++)
    gpt_step (step);
  gpt_step_free (step);
  printf ("%.1f\n", peak_mib ());
  return 0;
}

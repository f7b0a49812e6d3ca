/* SPDX-License-Identifier: Apache-2.0 */
#include "host/run/environ.h"

#include <string.h>

static gboolean
has_nothing_to_ask (void)
{
  return TRUE;
}

#if defined(__x86_64__)
static gboolean
has_sse3 (void)
{
  return __builtin_cpu_supports ("sse3");
}

static gboolean
has_avx2 (void)
{
  return __builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma");
}

static gboolean
has_avx512 (void)
{
  return has_avx2 () && __builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512bw")
         && __builtin_cpu_supports ("avx512dq") && __builtin_cpu_supports ("avx512vl");
}
#endif

/* OpenBLAS's name of the core that stands for a level. */
static const struct
{
  const char *name, *core;
  gboolean (*allowed) (void);
} LEVELS[] = {
  { "auto", NULL, has_nothing_to_ask },
#if defined(__x86_64__)
  { "generic", "Prescott", has_sse3 },
  { "avx2", "Haswell", has_avx2 },
  { "avx512", "SkylakeX", has_avx512 },
#else
  { "generic", NULL, has_nothing_to_ask },
#endif
};

static gboolean
is_scrubbed (const char *variable)
{
  static const char *const prefixes[]
      = { "OPENBLAS_", "GOTO_", "OMP_", "ASSAY_CPU=", "ASSAY_FAULT", NULL };

  for (guint i = 0; prefixes[i]; i++)
    if (g_str_has_prefix (variable, prefixes[i]))
      return TRUE;
  return FALSE;
}

static char **
scrubbed (void)
{
  g_auto (GStrv) ours = g_get_environ ();
  g_autoptr (GPtrArray) kept = g_ptr_array_new ();

  for (guint i = 0; ours[i]; i++)
    if (!is_scrubbed (ours[i]))
      g_ptr_array_add (kept, g_strdup (ours[i]));
  g_ptr_array_add (kept, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&kept), FALSE);
}

static char **
set_threads (char **list)
{
  static const char *const variables[]
      = { "OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS" };

  for (guint i = 0; i < G_N_ELEMENTS (variables); i++)
    list = g_environ_setenv (list, variables[i], "1", TRUE);
#ifdef ASSAY_FAULT_INJECTION
  /* Tests break the runner's writes, not the supervisor's. */
  if (g_getenv ("ASSAY_FAULT_RUNNER"))
    list = g_environ_setenv (list, "ASSAY_FAULT", g_getenv ("ASSAY_FAULT_RUNNER"), TRUE);
#endif
  return list;
}

char **
assay_runner_environ (const char *cpu, GError **error)
{
  guint i = 0;
  char **list;

  while (i < G_N_ELEMENTS (LEVELS) && strcmp (LEVELS[i].name, cpu ? cpu : "auto") != 0)
    i++;
  if (i == G_N_ELEMENTS (LEVELS))
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
                   "--cpu %s: say auto, generic, avx2 or avx512", cpu);
      return NULL;
    }
  if (!LEVELS[i].allowed ())
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
                   "--cpu %s: this CPU does not have it; say auto or a lower level", cpu);
      return NULL;
    }
  list = set_threads (scrubbed ());
  if (i > 0)
    list = g_environ_setenv (list, "ASSAY_CPU", LEVELS[i].name, TRUE);
  if (LEVELS[i].core)
    list = g_environ_setenv (list, "OPENBLAS_CORETYPE", LEVELS[i].core, TRUE);
  return list;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * assay-runner RUNDIR [SUPERVISOR]: executes one run.  SUPERVISOR is the pid without which the
 * run has no reason to go on.  The study has the main thread; a second one watches.
 */
#include "host/run/runner.h"

#include <locale.h>
#include <stdlib.h>
#include <unistd.h>

#define WATCH_PERIOD 50000 /* microseconds */

static const int EXIT_CODES[ASSAY_N_STATES] = {
  [ASSAY_DONE] = 0,
  [ASSAY_FAILED] = 1,
  [ASSAY_CANCELLED] = 130,
};

static pid_t supervisor; /* 0: none */
static GMutex watching;
static GCond watch_ends;
static gboolean watch_is_over; /* under the mutex: the runner is about to be freed */

static void
on_terminate (int number)
{
  if (assay_runner_terminated < 100)
    assay_runner_terminated++;
}

static void
end_by_force (AssayRunner *runner, gboolean failed)
{
  g_autofree char *reason
      = g_strdup_printf ("it did not end within %g s of being asked to", runner->grace);

  if (failed)
    assay_runner_end (runner, ASSAY_FAILED, runner->failure);
  else
    assay_runner_end (runner, ASSAY_CANCELLED,
                      assay_runner_terminated > 1 ? "asked twice to end" : reason);
  _exit (failed ? EXIT_CODES[ASSAY_FAILED] : EXIT_CODES[ASSAY_CANCELLED]);
}

/** Ends the process when its supervisor is gone, or when the study takes no hint. */
static void
look (AssayRunner *runner, gint64 *deadline)
{
  gboolean failed = g_atomic_pointer_get (&runner->failure) != NULL;

  if (supervisor && getppid () != supervisor)
    _exit (EXIT_FAILURE); /* what stands in status.json reads as interrupted */
  if (g_atomic_int_get (&runner->ended) || (!failed && !assay_runner_terminated))
    return;
  if (!*deadline)
    *deadline = g_get_monotonic_time () + (gint64) (runner->grace * 1e6);
  if (assay_runner_terminated > 1 || g_get_monotonic_time () >= *deadline)
    end_by_force (runner, failed);
}

static void *
watch (void *data)
{
  gint64 deadline = 0;

  g_mutex_lock (&watching);
  while (!watch_is_over)
    {
      g_cond_wait_until (&watch_ends, &watching, g_get_monotonic_time () + WATCH_PERIOD);
      if (!watch_is_over)
        look (data, &deadline);
    }
  g_mutex_unlock (&watching);
  return NULL;
}

static void
stop_watch (GThread *thread)
{
  g_mutex_lock (&watching);
  watch_is_over = TRUE;
  g_cond_signal (&watch_ends);
  g_mutex_unlock (&watching);
  g_thread_join (thread);
}

int
main (int argc, char **argv)
{
  const struct sigaction action = { .sa_handler = on_terminate, .sa_flags = SA_RESTART };
  g_autoptr (GError) error = NULL;
  AssayRunner *runner;
  AssayState state;
  GThread *thread;

  if (argc < 2 || argc > 3)
    {
      g_printerr ("usage: assay-runner RUNDIR [SUPERVISOR]\n");
      return 2;
    }
  supervisor = argc > 2 ? (pid_t) atol (argv[2]) : 0;
  if (supervisor && getppid () != supervisor)
    return EXIT_FAILURE; /* it died while we were started */
  sigaction (SIGTERM, &action, NULL);
  runner = assay_runner_new (argv[1]);
  if (!assay_runner_prepare (runner, &error))
    {
      g_printerr ("assay-runner: %s\n", error->message);
      return EXIT_FAILURE;
    }
  thread = g_thread_new ("watch", watch, runner);
  state = assay_runner_work (runner);
  stop_watch (thread);
  assay_runner_free (runner);
  return EXIT_CODES[state];
}

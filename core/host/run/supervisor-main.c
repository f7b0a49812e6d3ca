/* SPDX-License-Identifier: Apache-2.0
 *
 * assay-supervisor WORKSPACE PLAN: executes a saved plan, detached.  SIGTERM and SIGINT cancel
 * it.  Whoever waits on descriptor 3 reads a byte when the runs have been assigned.
 */
#include "host/run/assign.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define READY 3

static sigset_t
ending_signals (void)
{
  sigset_t set;

  sigemptyset (&set);
  sigaddset (&set, SIGTERM);
  sigaddset (&set, SIGINT);
  return set;
}

static void *
wait_for_signal (void *cancellable)
{
  const sigset_t set = ending_signals ();
  int number;

  for (;;)
    if (sigwait (&set, &number) == 0)
      g_cancellable_cancel (cancellable);
  return NULL;
}

static void
say_ready (void)
{
  static gboolean said;

  if (!said && fcntl (READY, F_GETFD) >= 0)
    {
      if (write (READY, "+", 1) != 1)
        g_printerr ("assay-supervisor: nobody waits\n");
      close (READY);
    }
  said = TRUE;
}

static void
on_event (const AssayRunEvent *event, gpointer data)
{
  say_ready ();
  if (event->state == ASSAY_QUEUED || (event->state == ASSAY_RUNNING && event->doing))
    return;
  printf ("%s %s%s%s%s\n", event->run, assay_state_name (event->state),
          event->reused ? " before" : "", event->reason ? ": " : "",
          event->reason ? event->reason : "");
  fflush (stdout);
}

static gboolean
work (const char *path, const char *id, GCancellable *cancellable, AssayPlanResult *result,
      GError **error)
{
  g_autoptr (AssayWorkspace) workspace = assay_workspace_open (path, TRUE, error);
  g_autoptr (AssayRegistry) registry = workspace ? assay_registry_new (error) : NULL;
  g_autoptr (AssayPlan) plan = registry ? assay_plan_open (workspace, registry, id, error) : NULL;
  AssaySuperviseOptions options;

  if (!plan)
    return FALSE;
  assay_plan_get_options (plan, &options);
  {
    g_autofree char *cpu = g_strdup (options.cpu); /* the plan's own goes when options are set */

    options.cpu = cpu;
    return assay_supervise (workspace, plan, &options, cancellable, on_event, NULL, result, error);
  }
}

int
main (int argc, char **argv)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  const sigset_t set = ending_signals ();
  AssayPlanResult result = { 0 };
  pthread_t thread;

  if (argc != 3)
    {
      g_printerr ("usage: assay-supervisor WORKSPACE PLAN\n");
      return ASSAY_ERROR_USAGE;
    }
  fcntl (READY, F_SETFD, FD_CLOEXEC);
  pthread_sigmask (SIG_BLOCK, &set, NULL);
  if (pthread_create (&thread, NULL, wait_for_signal, cancellable) == 0)
    pthread_detach (thread);
  if (!work (argv[1], argv[2], cancellable, &result, &error))
    {
      g_printerr ("%s\n", error->message);
      return error->code;
    }
  if (g_cancellable_is_cancelled (cancellable))
    return ASSAY_ERROR_CANCELLED;
  return result.failed || result.interrupted ? ASSAY_ERROR_FAILED : 0;
}

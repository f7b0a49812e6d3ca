/* SPDX-License-Identifier: Apache-2.0
 *
 * The supervisor as a process of its own, which outlives whoever asked for it.
 */
#include "host/run/assign.h"
#include "host/run/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/** In the new process: only system calls from here on. */
static G_NORETURN void
become_supervisor (char *const *argv, int log, int ready)
{
  int null;
  sigset_t none;

  setsid ();
  if (fork () != 0) /* so that nobody has to reap it */
    _exit (0);
  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
  null = open ("/dev/null", O_RDONLY);
  dup2 (log, 1);
  dup2 (log, 2);
  dup2 (null, 0);
  if (ready == 3) /* last, for 3 may have been any of them */
    fcntl (ready, F_SETFD, 0);
  else
    dup2 (ready, 3);
  execv (argv[0], argv);
  _exit (127);
}

/** Waits for its first word; FALSE: it ended before that. */
static gboolean
is_ready (int fd)
{
  char word;
  ssize_t n;

  do
    n = read (fd, &word, 1);
  while (n < 0 && errno == EINTR);
  return n == 1;
}

/** Starts it with standard output in @log_path. */
static gboolean
start (char *const *argv, const char *log_path, GError **error)
{
  int log = open (log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0666);
  int ready[2] = { -1, -1 };
  pid_t pid = -1;
  gboolean started = FALSE;

  if (log >= 0 && pipe2 (ready, O_CLOEXEC) == 0)
    pid = fork ();
  if (pid == 0)
    become_supervisor (argv, log, ready[1]);
  if (pid < 0)
    g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "Cannot start the supervisor (%s): %s",
                 log_path, g_strerror (errno));
  if (ready[1] >= 0)
    close (ready[1]);
  if (pid > 0)
    {
      waitpid (pid, NULL, 0);
      started = is_ready (ready[0]);
    }
  if (pid > 0 && !started)
    {
      g_autofree char *text = NULL;

      g_file_get_contents (log_path, &text, NULL, NULL);
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "The supervisor ended at once: %s",
                   text && *text ? g_strstrip (text) : "it said nothing");
    }
  if (ready[0] >= 0)
    close (ready[0]);
  if (log >= 0)
    close (log);
  return started;
}

gboolean
assay_supervise_detached (AssayWorkspace *workspace, AssayPlan *plan,
                          const AssaySuperviseOptions *options, GError **error)
{
  g_autofree char *program = assay_program_path ("assay-supervisor", error);
  g_autofree char *name = NULL, *log = NULL;
  gboolean saved;
  int lock;

  if (!program)
    return FALSE;
  assay_plan_set_options (plan, options);
  lock = assay_plan_lock (plan, workspace, error);
  if (lock < 0)
    return FALSE;
  saved = assay_plan_save (plan, workspace, error);
  assay_lock_release (lock); /* the supervisor takes it */
  name = g_strconcat (plan->id, ".log", NULL);
  log = saved ? assay_workspace_file (workspace, "plans", name, error) : NULL;
  if (!log)
    return FALSE;
  {
    char *argv[] = { program, (char *) assay_workspace_path (workspace), plan->id, NULL };

    return start (argv, log, error);
  }
}

gboolean
assay_plan_is_executed (AssayWorkspace *workspace, const char *id)
{
  g_autofree char *name = g_strconcat (id, ".lock", NULL);
  g_autofree char *lock = assay_workspace_file (workspace, "plans", name, NULL);

  return lock && assay_lock_state (lock, 0) == ASSAY_LOCK_HELD;
}

gboolean
assay_plan_cancel (AssayWorkspace *workspace, const char *id, GError **error)
{
  g_autofree char *name = g_strconcat (id, ".lock", NULL);
  g_autofree char *lock = assay_workspace_file (workspace, "plans", name, error);

  if (!lock)
    return FALSE;
  if (assay_lock_signal (lock, 0, SIGTERM))
    return TRUE;
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "Plan %s is not being executed here", id);
  return FALSE;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "host/run/child.h"
#include "host/registry/json.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CONSOLE_LIMIT (16 << 20)
#define LAST_WORDS 200

/* ---- starting ---- */

/** Everything the new process needs, made before fork: after it only system calls are safe. */
typedef struct
{
  const char *program;
  char *const *argv;
  char *const *environ;
  int console, null;
  pid_t supervisor;
  guint64 address_space;
} Launch;

static void
limit_address_space (guint64 bytes)
{
#if !defined(__SANITIZE_ADDRESS__) /* whose shadow alone is 16 TB */
  const struct rlimit limit = { bytes, bytes };

  if (bytes)
    setrlimit (RLIMIT_AS, &limit);
#endif
}

/* It borrows the supervisor's memory until exec (vfork: a third of the cost of fork in a big
   process), so it only makes system calls, and no signal handler may run in it. */
static G_NORETURN void
become_runner (const Launch *launch)
{
  sigset_t none;
  const struct rlimit no_core = { 0, 0 };

  setpgid (0, 0);
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (getppid () != launch->supervisor) /* it died before the line above */
    _exit (1);
  for (int number = 1; number < 32; number++)
    signal (number, SIG_DFL);
  dup2 (launch->null, 0);
  dup2 (launch->console, 1);
  dup2 (launch->console, 2);
  setrlimit (RLIMIT_CORE, &no_core);
  limit_address_space (launch->address_space);
  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
  execve (launch->program, launch->argv, launch->environ);
  _exit (127);
}

static pid_t
start_process (const Launch *launch)
{
  sigset_t all, before;
  pid_t pid;

  sigfillset (&all);
  pthread_sigmask (SIG_SETMASK, &all, &before);
  pid = vfork ();
  if (pid == 0)
    become_runner (launch);
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  return pid;
}

static gboolean
spawn (AssayChild *child, Launch *launch, const char *dir, GError **error)
{
  g_autofree char *console = g_build_filename (dir, "console.log", NULL);

  launch->null = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  launch->console
      = open (console, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0666);
  launch->supervisor = getpid ();
  if (launch->null >= 0 && launch->console >= 0)
    child->pid = start_process (launch);
  if (launch->console < 0 || child->pid < 0)
    g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "Cannot start the run in %s: %s", dir,
                 g_strerror (errno));
  if (launch->null >= 0)
    close (launch->null);
  if (launch->console >= 0)
    close (launch->console);
  if (child->pid > 0)
    setpgid (child->pid, child->pid); /* whoever of the two is first */
  return child->pid > 0;
}

AssayChild *
assay_child_start (const AssayChildOptions *options, const char *dir, guint index, GError **error)
{
  char supervisor[24];
  char *argv[] = { (char *) options->program, (char *) dir, supervisor, NULL };
  Launch launch = { .program = options->program, .argv = argv, .environ = options->environ };
  AssayChild *child = g_new0 (AssayChild, 1);

  g_snprintf (supervisor, sizeof supervisor, "%ld", (long) getpid ());
  /* The poll is the limit; this only keeps the machine alive between two looks. */
  launch.address_space
      = options->memory_limit ? 2 * options->memory_limit + (G_GUINT64_CONSTANT (4) << 30) : 0;
  child->index = index;
  child->pid = -1;
  child->pidfd = -1;
  child->dir = g_strdup (dir);
  child->id = g_path_get_basename (dir);
  child->started = g_get_monotonic_time ();
  if (!spawn (child, &launch, dir, error))
    {
      assay_child_free (child);
      return NULL;
    }
  child->pidfd = (int) syscall (SYS_pidfd_open, child->pid, 0);
  return child;
}

/* ---- while it runs ---- */

static void
kill_group (AssayChild *child)
{
  child->killed = TRUE;
  kill (-child->pid, SIGKILL);
  kill (child->pid, SIGKILL); /* a study may have left its group */
}

void
assay_child_ask_to_end (AssayChild *child, const AssayChildOptions *options)
{
  if (child->kill_at || child->exited)
    return;
  kill (child->pid, SIGTERM);
  /* The runner's own watch ends it after the grace; a little later, so do we. */
  child->kill_at = g_get_monotonic_time () + (gint64) ((options->grace + 0.5) * 1e6);
}

/** Resident bytes. */
static guint64
resident (pid_t pid)
{
  char path[64], text[128];
  unsigned long long size, pages = 0;
  ssize_t n;
  int fd;

  snprintf (path, sizeof path, "/proc/%ld/statm", (long) pid);
  fd = open (path, O_RDONLY | O_CLOEXEC);
  n = fd >= 0 ? read (fd, text, sizeof text - 1) : -1;
  if (fd >= 0)
    close (fd);
  if (n <= 0)
    return 0;
  text[n] = '\0';
  return sscanf (text, "%llu %llu", &size, &pages) == 2 ? pages * (guint64) sysconf (_SC_PAGESIZE)
                                                        : 0;
}

static void
check_console (AssayChild *child)
{
  g_autofree char *path = g_build_filename (child->dir, "console.log", NULL);
  struct stat st;

  if (stat (path, &st) != 0 || st.st_size <= CONSOLE_LIMIT)
    return;
  child->limit = g_strdup_printf ("console limit: it wrote more than %d MB", CONSOLE_LIMIT >> 20);
  kill_group (child);
  if (truncate (path, CONSOLE_LIMIT) != 0)
    return;
}

static void
check_limits (AssayChild *child, const AssayChildOptions *options, gint64 now)
{
  g_autofree char *bytes = NULL;

  check_console (child);
  if (!child->limit && options->memory_limit && resident (child->pid) > options->memory_limit)
    {
      bytes = g_format_size_full (options->memory_limit, G_FORMAT_SIZE_IEC_UNITS);
      child->limit = g_strdup_printf ("memory limit: it used more than %s", bytes);
      kill_group (child);
    }
  if (!child->limit && options->time_limit > 0
      && (double) (now - child->started) > options->time_limit * 1e6)
    {
      child->limit = g_strdup_printf ("time limit: it ran for more than %g s", options->time_limit);
      assay_child_ask_to_end (child, options);
    }
}

void
assay_child_check (AssayChild *child, const AssayChildOptions *options)
{
  gint64 now = g_get_monotonic_time ();

  if (child->exited)
    return;
  if (!child->limit)
    check_limits (child, options, now);
  if (child->kill_at && now >= child->kill_at && !child->killed)
    kill_group (child);
}

gboolean
assay_child_progress (AssayChild *child, double *fraction, const char **doing)
{
  g_autofree char *path = NULL;

  if (!child->tail)
    {
      path = g_build_filename (child->dir, "metrics.alog", NULL);
      child->tail = assay_progress_tail_new (path);
    }
  if (!child->tail)
    return FALSE;
  assay_progress_tail_poll (child->tail);
  *fraction = assay_progress_tail_last (child->tail, doing);
  if (*fraction == child->fraction)
    return FALSE;
  child->fraction = *fraction;
  return TRUE;
}

/* ---- after it ---- */

gboolean
assay_child_reap (AssayChild *child)
{
  siginfo_t info = { 0 };

  if (child->exited)
    return TRUE;
  if (waitid (P_PID, (id_t) child->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 && errno == EINTR)
    return FALSE;
  if (info.si_pid != child->pid && errno != ECHILD)
    return FALSE;
  /* Before it is reaped its number cannot become another group's. */
  kill (-child->pid, SIGKILL);
  while (waitpid (child->pid, &child->exit_status, 0) < 0 && errno == EINTR)
    ;
  child->exited = TRUE;
  return TRUE;
}

/** The last line it wrote, for a sentence; NULL: none. */
static char *
last_words (const char *dir)
{
  g_autofree char *path = g_build_filename (dir, "console.log", NULL);
  char text[2048];
  FILE *file = fopen (path, "re");
  char *line, *end;
  size_t n = 0;

  if (!file)
    return NULL;
  if (fseek (file, -(long) (sizeof text - 1), SEEK_END) != 0)
    rewind (file);
  n = fread (text, 1, sizeof text - 1, file);
  fclose (file);
  text[n] = '\0';
  end = text + strlen (text);
  while (end > text && g_ascii_isspace (end[-1]))
    *--end = '\0';
  line = strrchr (text, '\n');
  line = line ? line + 1 : text;
  return *line ? g_utf8_make_valid (line, MIN (strlen (line), LAST_WORDS)) : NULL;
}

static char *
with_last_words (AssayChild *child, const char *what)
{
  g_autofree char *words = last_words (child->dir);

  return words ? g_strdup_printf ("%s; last words: %s", what, words) : g_strdup (what);
}

/** What a process that wrote no end of its own came to. */
static AssayState
judge (AssayChild *child, char **reason)
{
  int number = WIFSIGNALED (child->exit_status) ? WTERMSIG (child->exit_status) : 0;
  g_autofree char *what = NULL;

  if (child->cancelled)
    {
      *reason = g_strdup (child->killed ? "it did not end when asked, and was killed" : NULL);
      return ASSAY_CANCELLED;
    }
  if (number == SIGKILL)
    {
      *reason = g_strdup ("killed from outside (signal 9); out of memory?");
      return ASSAY_INTERRUPTED;
    }
  if (number == SIGTERM)
    {
      *reason = g_strdup ("asked to end before it began");
      return ASSAY_CANCELLED;
    }
  what = number ? g_strdup_printf ("crashed with signal %d (%s)", number, g_strsignal (number))
                : g_strdup_printf ("its process ended (exit code %d) before the run was finished",
                                   WEXITSTATUS (child->exit_status));
  *reason = with_last_words (child, what);
  return ASSAY_FAILED;
}

static void
write_status (AssayChild *child, AssayRunDir *dir, AssayState state, const char *reason)
{
  const AssayStatus status = {
    .state = state,
    .attempt = (guint) assay_json_int (dir->status, "attempt", 1),
    .pid = child->pid,
    .started = dir->started,
    .finished = (double) g_get_real_time () / 1e6,
    .reason = reason,
    .exit_code = WIFEXITED (child->exit_status) ? WEXITSTATUS (child->exit_status) : -1,
    .signal = WIFSIGNALED (child->exit_status) ? WTERMSIG (child->exit_status) : -1,
  };
  g_autoptr (GError) error = NULL;

  /* If this fails too, a free lock and `running` say the truth: interrupted. */
  if (!assay_status_write (child->dir, &status, TRUE, &error))
    g_printerr ("assay: %s\n", error->message);
}

AssayState
assay_child_settle (AssayChild *child, char **reason)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AssayRunDir) dir = assay_run_dir_open_path (child->dir, &error);
  AssayState written = ASSAY_RUNNING, state;

  *reason = NULL;
  if (!dir)
    {
      *reason = g_strdup (error->message);
      return ASSAY_INTERRUPTED;
    }
  assay_state_from_name (assay_json_text (dir->status, "state", ""), &written);
  if (written != ASSAY_RUNNING && written != ASSAY_QUEUED
      && !(child->limit && written == ASSAY_CANCELLED))
    {
      *reason = g_strdup (assay_json_text (dir->status, "reason", NULL));
      return written;
    }
  if (child->limit)
    {
      state = ASSAY_FAILED;
      *reason = g_strdup (child->limit);
    }
  else
    state = judge (child, reason);
  write_status (child, dir, state, *reason);
  return state;
}

void
assay_child_free (AssayChild *child)
{
  if (child->source)
    {
      g_source_destroy (child->source);
      g_source_unref (child->source);
    }
  if (child->pidfd >= 0)
    close (child->pidfd);
  assay_progress_tail_free (child->tail);
  g_free (child->limit);
  g_free (child->dir);
  g_free (child->id);
  g_free (child);
}

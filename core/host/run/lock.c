/* SPDX-License-Identifier: Apache-2.0 */
#include "host/run/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAX_LOCKS 64

/* Locks of this process: a forked child must not keep them (flock goes with the descriptor). */
static int held[MAX_LOCKS];
static int n_held;
static pthread_mutex_t held_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
close_in_child (void)
{
  for (int i = 0; i < n_held; i++)
    close (held[i]);
  n_held = 0;
}

static void
watch_forks (void)
{
  pthread_atfork (NULL, NULL, close_in_child);
}

static void
remember (int fd)
{
  pthread_once (&once, watch_forks);
  pthread_mutex_lock (&held_mutex);
  if (n_held < MAX_LOCKS)
    held[n_held++] = fd;
  pthread_mutex_unlock (&held_mutex);
}

static void
forget (int fd)
{
  pthread_mutex_lock (&held_mutex);
  for (int i = 0; i < n_held; i++)
    if (held[i] == fd)
      held[i--] = held[--n_held];
  pthread_mutex_unlock (&held_mutex);
}

/** When a process started, in clock ticks since boot: with the pid, who it is.  0: gone. */
static unsigned long long
start_of (long pid)
{
  char path[64], text[1024];
  const char *after;
  unsigned long long start = 0;
  FILE *file;
  size_t n;

  snprintf (path, sizeof path, "/proc/%ld/stat", pid);
  file = fopen (path, "re");
  if (!file)
    return 0;
  n = fread (text, 1, sizeof text - 1, file);
  fclose (file);
  text[n] = '\0';
  after = strrchr (text, ')'); /* the name may hold anything, even ')' */
  /* A zombie (Z) or a dead process (X) holds nothing. */
  if (!after || strlen (after) < 4 || strchr ("ZX", after[2])
      || sscanf (after + 2,
                 "%*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
                 "%*s %*s %llu",
                 &start)
             != 1)
    return 0;
  return start;
}

/** Where pids mean something: this host and this pid namespace. */
static void
own_place (char place[128])
{
  char host[64] = "", space[48] = "";

  gethostname (host, sizeof host - 1);
  if (readlink ("/proc/self/ns/pid", space, sizeof space - 1) < 0)
    space[0] = '\0';
  snprintf (place, 128, "%s/%s", host, space);
}

static void
sign (int fd)
{
  char text[256], place[128];
  int n;

  own_place (place);
  n = snprintf (text, sizeof text, "%ld %llu %s\n", (long) getpid (), start_of (getpid ()), place);
  /* Only a help to others: the lock itself does not depend on it. */
  if (ftruncate (fd, 0) != 0 || pwrite (fd, text, (size_t) n, 0) != n)
    return;
}

static gboolean
is_same_file (int fd, const char *path)
{
  struct stat a, b;

  return fstat (fd, &a) == 0 && stat (path, &b) == 0 && a.st_ino == b.st_ino
         && a.st_dev == b.st_dev;
}

int
assay_lock_take (const char *path, double wait, GError **error)
{
  gint64 end = g_get_monotonic_time () + (gint64) (wait * 1e6);
  gulong pause = 500;
  int problem;

  do
    {
      int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);

      problem = errno;
      if (fd < 0)
        break;
      /* gc removes lock files: a lock on a removed file locks nothing. */
      if (flock (fd, LOCK_EX | LOCK_NB) == 0 && is_same_file (fd, path))
        {
          remember (fd);
          sign (fd);
          return fd;
        }
      problem = EWOULDBLOCK;
      close (fd);
      if (wait > 0)
        g_usleep (pause);
      pause = MIN (2 * pause, 20000);
    }
  while (g_get_monotonic_time () < end);
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "Cannot lock %s: %s", path,
               problem == EWOULDBLOCK ? "another process holds it" : g_strerror (problem));
  return -1;
}

void
assay_lock_release (int lock)
{
  if (lock < 0)
    return;
  forget (lock);
  close (lock);
}

/** FALSE: the holder did not say who it is, or lives elsewhere. */
static gboolean
read_holder (int fd, long *pid, unsigned long long *start)
{
  char text[256], place[128], its_place[128] = "";
  ssize_t n = pread (fd, text, sizeof text - 1, 0);

  if (n <= 0)
    return FALSE;
  text[n] = '\0';
  own_place (place);
  return sscanf (text, "%ld %llu %127s", pid, start, its_place) == 3 && *pid > 1 && *start > 0
         && strcmp (place, its_place) == 0;
}

AssayLockState
assay_lock_state (const char *path, gint64 pid)
{
  AssayLockState state = ASSAY_LOCK_FREE;
  unsigned long long start;
  long holder;
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

  if (fd < 0)
    return errno == ENOENT ? ASSAY_LOCK_ABSENT : ASSAY_LOCK_FREE;
  if (flock (fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    state = !read_holder (fd, &holder, &start)
                    || ((!pid || holder == pid) && start_of (holder) == start)
                ? ASSAY_LOCK_HELD
                : ASSAY_LOCK_FREE;
  close (fd);
  return state;
}

gboolean
assay_lock_signal (const char *path, gint64 pid, int signal)
{
  unsigned long long start = 0;
  gboolean sent = FALSE;
  long holder = 0;
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), process = -1;

  if (fd < 0)
    return FALSE;
  if (flock (fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
      && read_holder (fd, &holder, &start) && (!pid || holder == pid))
    process = (int) syscall (SYS_pidfd_open, (pid_t) holder, 0);
  /* The descriptor names one process for ever; only now can the pid be trusted. */
  if (process >= 0 && start_of (holder) == start)
    sent = syscall (SYS_pidfd_send_signal, process, signal, NULL, 0) == 0;
  if (process >= 0)
    close (process);
  close (fd);
  return sent;
}

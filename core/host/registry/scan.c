/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs assay-scan on files and puts into words what becomes of it.
 */
#include "plugin.h"

#include "host/registry/json.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LIMIT_SECONDS 2
#define LONGEST_SECONDS 20 /* for our own steps, and for a process that gets no time */
#define MAX_ANSWER (4 << 20)
#define MAX_CHILDREN 16

typedef struct
{
  const char *path;
  GPid pid;
  int fd; /* -1: at its end */
  GString *out;
  guint steps;         /* lines so far: it loads after the first, asks the entry after the second */
  gint64 started;      /* the step, monotonic */
  const char *stopped; /* why it was killed */
} Child;

/** What a file gets that cannot be scanned: the answer of a scanner that refuses. */
static JsonObject *
refusal (const char *path, const char *format, ...)
{
  g_autofree char *message = NULL, *reason = NULL;
  JsonObject *answer = json_object_new ();
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  reason = g_strconcat (path, " ", message, NULL);
  json_object_set_string_member (answer, "reason", reason);
  return answer;
}

static gboolean
child_start (Child *child, const char *scanner, const char *path, GError **error)
{
  const char *argv[] = { scanner, path, NULL };

  *child = (Child){ .path = path, .fd = -1 };
  if (!g_spawn_async_with_pipes (NULL, (char **) argv, NULL,
                                 G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL
                                     | G_SPAWN_CLOEXEC_PIPES,
                                 NULL, NULL, &child->pid, NULL, &child->fd, NULL, error))
    return FALSE;
  fcntl (child->fd, F_SETFL, O_NONBLOCK);
  child->out = g_string_new (NULL);
  child->started = g_get_monotonic_time ();
  return TRUE;
}

static void
child_kill (Child *child, const char *why)
{
  child->stopped = why;
  /* Its group too, which it makes its own first thing. */
  kill (-child->pid, SIGKILL);
  kill (child->pid, SIGKILL);
}

static void
child_read (Child *child)
{
  char block[16384];
  gssize n;

  while ((n = read (child->fd, block, sizeof block)) > 0 && child->out->len <= MAX_ANSWER)
    {
      g_string_append_len (child->out, block, n);
      for (gssize i = 0; i < n; i++)
        child->steps += block[i] == '\n';
      child->started = g_get_monotonic_time ();
    }
  if (child->out->len > MAX_ANSWER && !child->stopped)
    child_kill (child, "described itself with more than 4 MB");
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  close (child->fd);
  child->fd = -1;
}

/** On a busy machine 2 s may pass before a process has had a tenth of that.  It is
 *  starved while it wants to run, or waits for a disk, and has run for less. */
static gboolean
child_is_starved (const Child *child)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", (int) child->pid), *text = NULL;
  unsigned long user = 0, kernel = 0;
  const char *at;
  char state;

  if (!g_file_get_contents (path, &text, NULL, NULL) || !(at = strrchr (text, ')'))
      || sscanf (at + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &state, &user,
                 &kernel)
             != 3)
    return FALSE;
  return (state == 'R' || state == 'D')
         && (user + kernel) < (unsigned long) (LIMIT_SECONDS * sysconf (_SC_CLK_TCK));
}

/** Only while the plugin's own code runs is there a short limit. */
static void
child_check_time (Child *child)
{
  gint64 seconds = (g_get_monotonic_time () - child->started) / G_USEC_PER_SEC;
  gboolean foreign = child->steps == 1 || child->steps == 2;

  if (child->stopped || seconds < LIMIT_SECONDS
      || (seconds < LONGEST_SECONDS && (!foreign || child_is_starved (child))))
    return;
  child_kill (child, foreign ? "did not answer within 2 s" : "did not answer within 20 s");
}

/** The last line if it is an answer; @doing gets the last step that was announced. */
static JsonObject *
read_answer (const GString *out, char **doing)
{
  g_auto (GStrv) lines = g_strsplit (out->str, "\n", -1);
  JsonObject *answer = NULL;

  for (guint i = 0; lines[i] && lines[i + 1] && !answer; i++)
    {
      g_autoptr (JsonNode) node = assay_json_parse (lines[i], -1, "answer", NULL);
      JsonObject *object
          = node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      const char *step = assay_json_text (object, "doing", NULL);

      if (step)
        {
          g_free (*doing);
          *doing = g_strdup (step);
        }
      else if (object)
        answer = json_object_ref (object);
    }
  return answer;
}

/** After it has ended: reaps it and says what it was. */
static JsonObject *
child_finish (Child *child)
{
  g_autofree char *doing = NULL;
  JsonObject *answer = NULL;
  int status = 0;
  gboolean reaped;

  kill (-child->pid, SIGKILL); /* whatever it started */
  reaped = waitpid (child->pid, &status, 0) == child->pid;
  if (child->fd >= 0)
    child_read (child);
  if (child->fd >= 0)
    close (child->fd);
  if (!g_utf8_validate (child->out->str, (gssize) child->out->len, NULL))
    g_string_truncate (child->out, 0);
  answer = read_answer (child->out, &doing);
  g_string_free (child->out, TRUE);
  if (child->stopped)
    g_clear_pointer (&answer, json_object_unref);
  if (answer)
    return answer;
  if (child->stopped)
    return refusal (child->path, "%s %s", child->stopped, doing ?: "when it was to be scanned");
  if (reaped && WIFSIGNALED (status))
    return refusal (child->path, "crashed %s (SIG%s)", doing ?: "when it was to be scanned",
                    sigabbrev_np (WTERMSIG (status)) ?: "?");
  return refusal (child->path, "ended the scanner with exit status %d %s",
                  reaped ? WEXITSTATUS (status) : 0, doing ?: "before anything was done");
}

static gboolean
child_has_ended (const Child *child)
{
  siginfo_t info = { 0 };

  return waitid (P_PID, (id_t) child->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0
         || info.si_pid == child->pid;
}

static void
wait_for_news (const Child *children, guint n)
{
  struct pollfd polls[MAX_CHILDREN];
  gboolean closing = FALSE;

  for (guint i = 0; i < n; i++)
    {
      polls[i] = (struct pollfd){ .fd = children[i].fd, .events = POLLIN };
      closing |= children[i].fd < 0;
    }
  /* One that has closed its end is as good as gone, but not waitable yet. */
  poll (polls, n, closing ? 1 : 50);
}

void
scan_files (const char *scanner, const char *const *paths, guint n, JsonObject **answers)
{
  Child children[MAX_CHILDREN];
  guint index[MAX_CHILDREN], running = 0, next = 0;
  guint limit = MIN (2 * g_get_num_processors (), MAX_CHILDREN);

  while (next < n || running > 0)
    {
      while (next < n && running < limit)
        {
          g_autoptr (GError) error = NULL;

          if (child_start (&children[running], scanner, paths[next], &error))
            index[running++] = next;
          else
            answers[next] = refusal (paths[next], "could not be scanned: %s", error->message);
          next++;
        }
      wait_for_news (children, running);
      for (guint i = running; i-- > 0;)
        {
          Child *child = &children[i];

          if (child->fd >= 0)
            child_read (child);
          child_check_time (child);
          if (!child_has_ended (child))
            continue;
          answers[index[i]] = child_finish (child);
          children[i] = children[--running];
          index[i] = index[running];
        }
    }
}

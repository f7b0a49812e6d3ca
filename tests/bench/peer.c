/* SPDX-License-Identifier: Apache-2.0 */
#include "peer.h"

#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PYTHON "/usr/bin/python3" /* Debian's, the one that has Debian's PyTorch */
#define PATIENCE 300              /* seconds for an answer */

struct BenchPeerProcess
{
  const char *name;
  pid_t pid;
  int to, from;
  char setup[512];
};

static char **environment;

void
bench_peer_keep_environment (void)
{
  size_t n = 0;

  while (environ[n] != NULL)
    n++;
  environment = malloc ((n + 1) * sizeof *environment);
  if (environment == NULL)
    abort ();
  for (size_t i = 0; i < n; i++)
    if ((environment[i] = strdup (environ[i])) == NULL)
      abort ();
  environment[n] = NULL;
  signal (SIGPIPE, SIG_IGN); /* a peer that died is found by write's error */
}

/* A line without its end; false: none came. */
static bool
read_line (int fd, char *line, size_t size)
{
  size_t n = 0;

  while (n + 1 < size)
    {
      struct pollfd ready = { .fd = fd, .events = POLLIN };

      if (poll (&ready, 1, 1000 * PATIENCE) != 1 || read (fd, line + n, 1) != 1)
        return false;
      if (line[n] == '\n')
        break;
      n++;
    }
  line[n] = '\0';
  return true;
}

static bool
spawn (BenchPeerProcess *process, const BenchPeer *peer)
{
  char *const arguments[] = { (char *) PYTHON, (char *) BENCH_PEER, (char *) peer->program,
                              (char *) peer->configuration, NULL };
  posix_spawn_file_actions_t actions;
  int in[2], out[2], error;

  if (pipe2 (in, O_CLOEXEC) != 0)
    return false;
  if (pipe2 (out, O_CLOEXEC) != 0)
    {
      close (in[0]);
      close (in[1]);
      return false;
    }
  posix_spawn_file_actions_init (&actions);
  posix_spawn_file_actions_adddup2 (&actions, in[0], 0);
  posix_spawn_file_actions_adddup2 (&actions, out[1], 1);
  error = posix_spawn (&process->pid, PYTHON, &actions, NULL, arguments, environment);
  posix_spawn_file_actions_destroy (&actions);
  close (in[0]);
  close (out[1]);
  process->to = in[1];
  process->from = out[0];
  if (error != 0)
    process->pid = 0;
  return error == 0;
}

BenchPeerProcess *
bench_peer_start (const BenchPeer *peer)
{
  BenchPeerProcess *process = calloc (1, sizeof *process);

  if (process == NULL)
    abort ();
  process->name = peer->name;
  process->to = process->from = -1;
  if (spawn (process, peer) && read_line (process->from, process->setup, sizeof process->setup))
    return process;
  fprintf (stderr, "bench: %s did not start; ./dev bench installs what it needs\n", peer->name);
  bench_peer_stop (process);
  return NULL;
}

void
bench_peer_stop (BenchPeerProcess *process)
{
  if (process->to >= 0)
    close (process->to);
  if (process->from >= 0)
    close (process->from);
  if (process->pid > 0)
    {
      kill (process->pid, SIGKILL); /* it has nothing to lose */
      waitpid (process->pid, NULL, 0);
    }
  free (process);
}

pid_t
bench_peer_pid (const BenchPeerProcess *process)
{
  return process->pid;
}

const char *
bench_peer_setup (const BenchPeerProcess *process)
{
  return process->setup;
}

double
bench_peer_rate (BenchPeerProcess *process, double seconds)
{
  static const struct timespec pause = { .tv_nsec = 100000000 };
  char line[128];
  double rate = NAN;
  int n = snprintf (line, sizeof line, "run %g\n", seconds);

  if (write (process->to, line, (size_t) n) != n || !read_line (process->from, line, sizeof line)
      || sscanf (line, "{\"rate\": %lf}", &rate) != 1)
    {
      fprintf (stderr, "bench: %s broke off\n", process->name);
      return NAN;
    }
  nanosleep (&pause, NULL); /* until its threads have stopped to spin */
  return rate;
}

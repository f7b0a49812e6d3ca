/* SPDX-License-Identifier: Apache-2.0
 *
 * standalone NAME FOLDER: replays a corpus, then a few thousand mutations of it that are
 * the same every time.  An input that kills or holds the program is kept in crash-NAME.
 */
#include "fuzz.h"

#include <dirent.h>
#include <signal.h>
#include <sys/stat.h>

#define MUTATIONS 3000
#define MAX_INPUTS 4096
#define MAX_SIZE 65536
#define SECONDS 30

typedef struct Input
{
  uint8_t *bytes;
  size_t size;
} Input;

static Input corpus[MAX_INPUTS];
static size_t n_corpus;
static struct
{
  const uint8_t *bytes;
  size_t size;
  char file[256];
} current;

/* Only calls that are safe in a signal handler. */
static void
keep_input (int sign)
{
  static const char text[] = "killed or held by the input kept in ";
  int fd = open (current.file, O_WRONLY | O_CREAT | O_TRUNC, 0666);

  if (fd >= 0 && write (fd, current.bytes, current.size) >= 0
      && write (STDERR_FILENO, text, sizeof text - 1) > 0
      && write (STDERR_FILENO, current.file, strlen (current.file)) > 0)
    close (fd);
  signal (sign, SIG_DFL);
  raise (sign);
}

static void
run_input (const uint8_t *bytes, size_t size)
{
  /* A block of just this size, so that sanitizers see the first byte beyond it. */
  uint8_t *copy = malloc (size > 0 ? size : 1);

  memcpy (copy, bytes, size);
  current.bytes = copy;
  current.size = size;
  alarm (SECONDS);
  LLVMFuzzerTestOneInput (copy, size);
  alarm (0);
  free (copy);
}

static int
no_dots (const struct dirent *entry)
{
  return entry->d_name[0] != '.';
}

static void
read_corpus (const char *folder)
{
  struct dirent **entries = NULL;
  int n = scandir (folder, &entries, no_dots, alphasort);

  for (int i = 0; i < n; i++)
    {
      char path[4096];
      FILE *file = NULL;

      snprintf (path, sizeof path, "%s/%s", folder, entries[i]->d_name);
      file = fopen (path, "re");
      if (file != NULL && n_corpus < MAX_INPUTS)
        {
          Input *input = &corpus[n_corpus++];

          input->bytes = malloc (MAX_SIZE);
          input->size = fread (input->bytes, 1, MAX_SIZE, file);
        }
      if (file != NULL)
        fclose (file);
      free (entries[i]);
    }
  free (entries);
}

/* ---- Mutations ---------------------------------------------------------------- */

static uint64_t state = 0x9e3779b97f4a7c15u;

static size_t
below (size_t n)
{
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return n > 0 ? (size_t) ((state >> 16) % n) : 0;
}

static size_t
flip_bit (uint8_t *bytes, size_t size)
{
  if (size > 0)
    bytes[below (size)] ^= (uint8_t) (1 << below (8));
  return size;
}

static size_t
set_byte (uint8_t *bytes, size_t size)
{
  static const uint8_t values[]
      = { 0, 1, 9, 10, 32, 34, 44, 46, 47, 58, 91, 92, 93, 123, 125, 127, 128, 255 };

  if (size > 0)
    bytes[below (size)] = below (4) == 0 ? (uint8_t) below (256) : values[below (sizeof values)];
  return size;
}

static size_t
set_word (uint8_t *bytes, size_t size)
{
  static const uint32_t values[]
      = { 0, 1, 16, 0x7fffffff, 0x80000000, 0xffffffff, 0x01000000, 0x01000001 };
  uint32_t value = values[below (sizeof values / 4)];

  if (size >= 4)
    memcpy (bytes + below (size - 3), &value, 4);
  return size;
}

static size_t
cut_end (uint8_t *bytes, size_t size)
{
  return below (size + 1);
}

static size_t
remove_piece (uint8_t *bytes, size_t size)
{
  size_t at = below (size), n = below (size - at + 1);

  memmove (bytes + at, bytes + at + n, size - at - n);
  return size - n;
}

static size_t
double_piece (uint8_t *bytes, size_t size)
{
  size_t at = below (size), n = below (size - at + 1);

  if (size + n > MAX_SIZE)
    return size;
  memmove (bytes + at + n, bytes + at, size - at);
  return size + n;
}

static size_t
splice_other (uint8_t *bytes, size_t size)
{
  const Input *other = &corpus[below (n_corpus)];
  size_t at = below (size + 1), from = below (other->size + 1), n = other->size - from;

  n = n < MAX_SIZE - at ? n : MAX_SIZE - at;
  memcpy (bytes + at, other->bytes + from, n);
  return at + n;
}

static size_t (*const mutations[]) (uint8_t *, size_t)
    = { flip_bit, set_byte, set_word, cut_end, remove_piece, double_piece, splice_other };
#define N_MUTATIONS (sizeof mutations / sizeof mutations[0])

static void
run_mutation (void)
{
  static uint8_t bytes[MAX_SIZE];
  const Input *input = &corpus[below (n_corpus)];
  size_t size = input->size;

  memcpy (bytes, input->bytes, size);
  for (size_t i = below (4) + 1; i > 0; i--)
    size = mutations[below (N_MUTATIONS)](bytes, size);
  run_input (bytes, size);
}

int
main (int argc, char **argv)
{
  static const int signals[] = { SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGALRM };

  if (argc != 3)
    return 2;
  snprintf (current.file, sizeof current.file, "crash-%.200s", argv[1]);
  for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
    signal (signals[i], keep_input);
  printf ("TAP version 13\n1..2\n");
  fflush (stdout);
  read_corpus (argv[2]);
  for (size_t i = 0; i < n_corpus; i++)
    run_input (corpus[i].bytes, corpus[i].size);
  run_input ((const uint8_t *) "", 0);
  printf ("%s 1 /fuzz/%s/corpus-of-%zu-inputs-is-survived\n", n_corpus > 0 ? "ok" : "not ok",
          argv[1], n_corpus);
  fflush (stdout);
  for (int i = 0; n_corpus > 0 && i < MUTATIONS; i++)
    run_mutation ();
  printf ("%s 2 /fuzz/%s/%d-mutations-are-survived\n", n_corpus > 0 ? "ok" : "not ok", argv[1],
          MUTATIONS);
  for (size_t i = 0; i < n_corpus; i++)
    free (corpus[i].bytes);
  return 0;
}

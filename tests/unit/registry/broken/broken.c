/* SPDX-License-Identifier: Apache-2.0
 *
 * Plugins that are broken, each in its own way: BROKEN is one of the numbers below.
 */
#include <assay/plugin.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum
{
  FINE,
  MINOR,
  MAJOR,
  SIZE,
  RUBBISH_SIZE,
  NO_PLUGIN,
  CRASH_AT_LOAD,
  ABORT_AT_LOAD,
  EXIT_AT_LOAD,
  HANG_AT_LOAD,
  SPIN_AT_LOAD,
  FORK_AT_LOAD,
  CRASH_IN_ENTRY,
  WILD_TABLE,
  WILD_TEXT,
  STRIDE,
  STUDY_SIZE,
  CHATTER,
  FLOOD,
  GREEDY,
  OTHER_ID,
  OFFSETS,
  OVERLAP,
  CONTROL,
  NOT_UTF8,
  ENDLESS_FOLDS,
  EMPTY
};

#ifndef BROKEN
#error "which?"
#endif
#ifndef PLUGINS
#define PLUGINS NULL
#endif

int assay_of_test (void);

static void
run (AssayRun *run)
{
#ifdef LINKED
  assay_of_test ();
#endif
}

void assay_nobody_has_this (void);

/** What happens before the entry is asked for. */
__attribute__ ((constructor)) static void
load (void)
{
  const char *count = getenv ("ASSAY_TEST_COUNT");
  FILE *file = count ? fopen (count, "a") : NULL;

  if (file)
    {
      fprintf (file, "%d\n", BROKEN);
      fclose (file);
    }
  if (BROKEN == CRASH_AT_LOAD)
    raise (SIGSEGV);
  if (BROKEN == ABORT_AT_LOAD)
    abort ();
  if (BROKEN == EXIT_AT_LOAD)
    _exit (3);
  while (BROKEN == HANG_AT_LOAD)
    pause ();
  for (volatile int i = 0; BROKEN == SPIN_AT_LOAD;)
    i = i + 1;
  if (BROKEN == FORK_AT_LOAD && fork () == 0)
    for (;;)
      pause ();
  if (BROKEN == CHATTER)
    {
      puts ("{\"id\": \"somebody else\"}\n{\"reason\": \"none\"}");
      fflush (stdout);
    }
  for (int i = 0; BROKEN == FLOOD && i < 1000000; i++)
    puts ("a line of nothing, a million times");
#ifdef UNRESOLVED_SYMBOL
  assay_nobody_has_this ();
#endif
}

typedef struct
{
  int64_t depth;
  const char *text;
} Params;

static const AssayParam params[] = {
  { .id = "depth",
    .title = BROKEN == CONTROL    ? "red \033[31m"
             : BROKEN == NOT_UTF8 ? "caf\xe9"
                                  : "Depth \xe2\x80\x94 <b>&\"'",
    .type = ASSAY_INT,
    .number = 3,
    .max = 9,
    .offset = BROKEN == OFFSETS ? 4 : offsetof (Params, depth) },
  { .id = "text",
    .type = ASSAY_STRING,
    .help = "Two\nlines\tand a tab",
    .offset = BROKEN == OFFSETS   ? 16
              : BROKEN == OVERLAP ? 0
                                  : offsetof (Params, text) },
};

static const AssayFold endless[40] = { [0 ... 39] = ASSAY_MEAN ("seed") };
static const AssayMetric metrics[]
    = { { .id = "height", .dims = "step" },
        { .id = "mean-height",
          .of = "height",
          .fold = BROKEN == ENDLESS_FOLDS ? endless : ASSAY_FOLDS (ASSAY_AUC ("step")) } };

#define TABLE(rows)                                                                                \
  {                                                                                                \
    rows, sizeof (rows) / sizeof (rows)[0], sizeof (rows)[0]                                       \
  }

static AssayStudy study = { .size = BROKEN == STUDY_SIZE ? 16 : sizeof study,
                            .id = "broken-" NAME,
                            .title = "A study",
                            .params_size = sizeof (Params),
                            .params = TABLE (params),
                            .metrics = TABLE (metrics),
                            .plugins = PLUGINS,
                            .run = run };

static AssayPlugin plugin = { .size = BROKEN == SIZE           ? sizeof plugin - 8
                                      : BROKEN == RUBBISH_SIZE ? 123456789
                                                               : sizeof plugin,
                              .abi_major = BROKEN == MAJOR ? 7 : ASSAY_ABI_MAJOR,
                              .abi_minor = BROKEN == MINOR ? ASSAY_ABI_MINOR + 1 : ASSAY_ABI_MINOR,
                              .id = BROKEN == OTHER_ID ? "another" : NAME,
                              .version = "1",
                              .source = __FILE__,
                              .study = BROKEN == EMPTY ? NULL : &study };

#ifndef SYMBOLLESS
ASSAY_EXPORT const AssayPlugin *
assay_plugin_entry (void)
{
  if (BROKEN == CRASH_IN_ENTRY)
    raise (SIGSEGV);
  if (BROKEN == NO_PLUGIN)
    return NULL;
  if (BROKEN == WILD_TABLE)
    study.metrics.rows = (void *) 0x1000;
  if (BROKEN == WILD_TEXT)
    study.title = (const char *) 0x1000;
  if (BROKEN == STRIDE)
    study.params.stride = 8;
  if (BROKEN == GREEDY && !malloc ((size_t) 3 << 30))
    raise (SIGSEGV);
  return &plugin;
}
#else
const AssayPlugin *assay_test_hidden (void);
const AssayPlugin *
assay_test_hidden (void)
{
  return &plugin;
}
#endif

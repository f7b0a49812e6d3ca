/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/tensor/arena.h"

#include <glib.h>
#include <stdint.h>
#include <string.h>

static void
test_alignment (void)
{
  AssayArena *arena = assay_arena_new ();
  char *last = NULL;

  for (size_t bytes = 0; bytes < 300; bytes++)
    {
      char *memory = assay_arena_alloc (arena, bytes);

      g_assert_cmpuint ((uintptr_t) memory % ASSAY_ALIGNMENT, ==, 0);
      memset (memory, 1, bytes);
      if (last != NULL)
        g_assert_true (memory >= last + (bytes - 1));
      last = memory;
    }
  assay_arena_free (arena);
}

static void
fill (AssayArena *arena, size_t bytes)
{
  memset (assay_arena_alloc (arena, bytes), 1, bytes);
}

static void
test_steady (void)
{
  static const size_t sizes[] = { 100, 3 << 20, 1, 500000, 700000, 5 << 20, 64 };
  AssayArena *arena = assay_arena_new ();
  size_t held = 0;

  for (int step = 0; step < 10; step++)
    {
      assay_arena_reset (arena);
      for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++)
        fill (arena, sizes[i]);
      if (step > 0)
        g_assert_cmpuint (assay_arena_held (arena), ==, held);
      held = assay_arena_held (arena);
    }
  /* What it grew by besides is at most what it held. */
  g_assert_cmpuint (held, <, 2 * (10u << 20));
  assay_arena_free (arena);
}

/* Larger needs than the chunks that are there: they are passed over, not lost. */
static void
test_grows (void)
{
  AssayArena *arena = assay_arena_new ();
  size_t held = 0;

  for (size_t bytes = 1; bytes < (64 << 20); bytes *= 4)
    {
      assay_arena_reset (arena);
      fill (arena, bytes);
      fill (arena, bytes);
      g_assert_cmpuint (assay_arena_held (arena), >=, held);
      held = assay_arena_held (arena);
    }
  assay_arena_reset (arena);
  for (int i = 0; i < 1000; i++)
    fill (arena, 1000);
  g_assert_cmpuint (assay_arena_held (arena), ==, held);
  assay_arena_free (arena);
}

static void
test_nothing (void)
{
  void *zero = assay_alloc_zeroed (0);

  g_assert_nonnull (zero);
  free (zero);
  assay_arena_free (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/learn/arena/aligned-and-apart", test_alignment);
  g_test_add_func ("/learn/arena/a-repeated-step-asks-the-system-for-nothing", test_steady);
  g_test_add_func ("/learn/arena/grows", test_grows);
  g_test_add_func ("/learn/arena/nothing", test_nothing);
  return g_test_run ();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/text/blocks.h"

#include <string.h>

/* A block of fewer would cost more by its calls than padding does. */
#define FEWEST 4

/** Merges the halves of from[n], of which the first ends at @middle. */
static void
merge (AssayItem *to, const AssayItem *from, uint32_t middle, uint32_t n)
{
  uint32_t a = 0, b = middle;

  for (uint32_t i = 0; i < n; i++)
    to[i] = b == n || (a < middle && from[a].length >= from[b].length) ? from[a++] : from[b++];
}

void
assay_sort_items (AssayItem *items, AssayItem *room, uint32_t n)
{
  for (uint32_t width = 1; width < n && width > 0; width *= 2)
    {
      for (uint32_t i = 0; i < n; i += 2 * width)
        {
          uint32_t left = n - i, all = left < 2 * width ? left : 2 * width;

          merge (room + i, items + i, width < all ? width : all, all);
          if (left <= 2 * width)
            break;
        }
      memcpy (items, room, n * sizeof *items);
    }
}

uint32_t
assay_block_size (const AssayItem *items, uint32_t n)
{
  uint32_t least = items[0].length - items[0].length / 8, size = 1;

  while (size < n && (size < FEWEST || items[size].length >= least))
    size++;
  return size;
}

AssayTensor *
assay_block_ids (AssayTape *tape, const AssayIds *spans, const AssayItem *items, uint32_t n)
{
  size_t steps = items[0].length;
  AssayTensor *ids = assay_tensor_new (tape, ASSAY_INT32, 2, (size_t[]){ n, steps });

  for (uint32_t i = 0; i < n; i++)
    {
      const AssayIds *span = &spans[items[i].place];
      int32_t *row = ids->ints + i * steps;

      memcpy (row, span->ids, span->n * sizeof *row);
      memset (row + span->n, 0, (steps - span->n) * sizeof *row);
    }
  return ids;
}

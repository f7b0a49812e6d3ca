/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside core/learn/text: sequences of different lengths for a transformer, which takes matrices
 * of ids.  Sorted by length they are cut into blocks of about equal lengths, so that little is
 * padded.
 */
#ifndef ASSAY_LEARN_BLOCKS_H
#define ASSAY_LEARN_BLOCKS_H

#include "learn/tensor/tensor.h"
#include "learn/text/sequences.h"

/** One of a list of things with lengths. */
typedef struct AssayItem
{
  uint32_t length, place; /* in the list */
} AssayItem;

/** Puts the longest first, equals as they were; room [n]. */
void assay_sort_items (AssayItem *items, AssayItem *room, uint32_t n);
/** How many of items[n], sorted, n >= 1, the first block has: those of at least 7/8 of the first
 *  one's length, but 4 if there are as many. */
uint32_t assay_block_size (const AssayItem *items, uint32_t n);
/** ids int32 [n][length of the first] of a block's spans[place], 0 behind their ends. */
AssayTensor *assay_block_ids (AssayTape *tape, const AssayIds *spans, const AssayItem *items,
                              uint32_t n);

#endif

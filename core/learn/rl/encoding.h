/* SPDX-License-Identifier: Apache-2.0
 *
 * How an observation, as an environment's view gives it, becomes a network's numbers.
 */
#ifndef ASSAY_LEARN_ENCODING_H
#define ASSAY_LEARN_ENCODING_H

#include <assay/plugin.h>

#define ASSAY_MAX_CHANNELS 8

typedef struct AssayEncoding
{
  uint32_t type; /* of an observation's elements: ASSAY_U8 or ASSAY_F32 */
  uint32_t n_dims;
  size_t shape[3];   /* of the numbers, as many dimensions as the view has */
  size_t elements;   /* of an observation */
  size_t bytes;      /* of an observation */
  size_t size;       /* numbers made of it */
  uint32_t n_levels; /* 0: elements are taken as they are */
  uint32_t levels[ASSAY_MAX_CHANNELS];
} AssayEncoding;

/** @n_levels 0: elements become numbers as they are.  Else the last dimension has @n_levels
 *  elements, bytes, and the c-th, 0..levels[c]-1, becomes levels[c] numbers of which one is 1
 *  (MiniGrid's cells: 11, 6, 4); a greater one becomes zeros.  Returns false if this view is not
 *  made so. */
bool assay_encoding_init (AssayEncoding *encoding, const AssayView *view, const uint32_t *levels,
                          uint32_t n_levels);
/** @observations [n][bytes] -> @numbers [n][size]. */
void assay_encode (const AssayEncoding *encoding, const void *observations, size_t n,
                   float *numbers);

#endif

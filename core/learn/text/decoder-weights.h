/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside core/learn/text: a GPT's matrices as inference reads them, and what it does with them.
 * Each row of a product has the same bits whatever rows come along.
 */
#ifndef ASSAY_LEARN_DECODER_WEIGHTS_H
#define ASSAY_LEARN_DECODER_WEIGHTS_H

#include "learn/text/decoder.h"

enum
{
  ASSAY_PANELS_QKV,
  ASSAY_PANELS_ATTENDED,
  ASSAY_PANELS_UP,
  ASSAY_PANELS_DOWN,
  ASSAY_PANELS_PER_LAYER
};

/* x w^T of w [out][in], transposed panel by panel: [in][columns] each, the last ones narrower. */
typedef struct AssayPanels
{
  const AssayWeight *weight, *bias; /* NULL: no bias */
  size_t in, out;
  float *panels;
} AssayPanels;

struct AssayDecoderWeights
{
  const AssayGpt *gpt;
  const float *values;
  uint32_t n;
  AssayPanels *matrices; /* [layers][ASSAY_PANELS_PER_LAYER], and the head */
};

/** Without the head, for who reads states only. */
AssayDecoderWeights *assay_trunk_weights_new (const AssayGpt *gpt);
/** y = act (x w^T + b), or y + x w^T + b; of @rows rows.  @values: the vector that b is in. */
void assay_panels_linear (const float *values, float *y, const float *x, const AssayPanels *m,
                          size_t rows, AssayActivation act, bool accumulate);

#endif

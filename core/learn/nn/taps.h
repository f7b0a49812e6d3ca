/* SPDX-License-Identifier: Apache-2.0
 *
 * Taps: what flows through a transformer at a place, read or changed, for probes, patching,
 * ablations and steering.  They work alike in a forward pass and in a decoder.
 */
#ifndef ASSAY_LEARN_TAPS_H
#define ASSAY_LEARN_TAPS_H

#include "learn/tensor/tensor.h"

typedef enum AssaySite
{
  ASSAY_SITE_STREAM, /* what enters the layer [d]; of the layer behind the last: what leaves it */
  ASSAY_SITE_HEADS,  /* the outputs of the attention's heads, one after another [d] */
  ASSAY_SITE_ATTENTION,   /* what attention adds to the stream [d] */
  ASSAY_SITE_HIDDEN,      /* the feed-forward branch's units [hidden] */
  ASSAY_SITE_FEED_FORWARD /* what that adds to the stream [d] */
} AssaySite;

typedef enum AssayTapKind
{
  ASSAY_TAP_READ,    /* to `values` */
  ASSAY_TAP_ADD,     /* `values` are added */
  ASSAY_TAP_REPLACE, /* by `values` */
  ASSAY_TAP_ABLATE   /* by 0 */
} AssayTapKind;

/* Reading and adding leave gradients as they are; what is replaced has none. */
typedef struct AssayTap
{
  uint32_t layer;
  AssaySite site;
  AssayTapKind kind;
  uint32_t begin, n; /* elements of the site (a head, a unit); n 0: all from @begin on */
  bool each;         /* values [positions][n], one for each of every sequence, not one [n] for all;
                        reading always does so */
  float *values;
} AssayTap;

/** Whether one of taps[n] is at that place. */
bool assay_is_tapped (const AssayTap *taps, uint32_t n, uint32_t layer, AssaySite site);
/** Applies a tap to x [rows][width], in place. */
void assay_tap_apply (const AssayTap *tap, float *x, size_t rows, size_t width);
/** x [..., width], read and changed by those of taps[n] that are at that place, in their order. */
AssayTensor *assay_tap (AssayTape *tape, AssayTensor *x, const AssayTap *taps, uint32_t n,
                        uint32_t layer, AssaySite site);

#endif

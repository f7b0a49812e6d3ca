/* SPDX-License-Identifier: Apache-2.0
 *
 * An environment's views: ways of looking at its state.
 */
#ifndef ASSAY_LEARN_VIEW_H
#define ASSAY_LEARN_VIEW_H

#include <assay/plugin.h>

/** View @number; NULL if there is none of observations of bytes or floats. */
static inline const AssayView *
assay_view (const AssayEnvironment *environment, uint32_t number)
{
  const AssayTable *views = &environment->views;
  const AssayView *view;

  if (number >= views->n)
    return NULL;
  view = (const AssayView *) ((const uint8_t *) views->rows + (size_t) number * views->stride);
  return view->type == ASSAY_U8 || view->type == ASSAY_F32 ? view : NULL;
}

/** Bytes of one observation. */
static inline size_t
assay_view_bytes (const AssayView *view)
{
  size_t bytes = view->type == ASSAY_F32 ? sizeof (float) : 1;

  for (uint32_t i = 0; i < view->n_dims; i++)
    bytes *= view->shape[i];
  return bytes;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/rl/encoding.h"
#include "learn/rl/view.h"
#include "learn/tensor/kernels.h"

#include <string.h>

bool
assay_encoding_init (AssayEncoding *encoding, const AssayView *view, const uint32_t *levels,
                     uint32_t n_levels)
{
  uint32_t last = view->n_dims - 1;
  size_t channels = 0;

  if (view->n_dims < 1 || view->n_dims > 3)
    return false;
  if (n_levels > 0
      && (view->type != ASSAY_U8 || n_levels > ASSAY_MAX_CHANNELS || n_levels != view->shape[last]))
    return false;
  *encoding = (AssayEncoding){
    .type = view->type, .n_dims = view->n_dims, .elements = 1, .size = 1, .n_levels = n_levels
  };
  for (uint32_t c = 0; c < n_levels; c++)
    channels += encoding->levels[c] = levels[c];
  for (uint32_t i = 0; i <= last; i++)
    {
      encoding->shape[i] = i == last && n_levels > 0 ? channels : view->shape[i];
      encoding->elements *= view->shape[i];
      encoding->size *= encoding->shape[i];
    }
  encoding->bytes = assay_view_bytes (view);
  return true;
}

static void
encode_one_hot (const AssayEncoding *encoding, const uint8_t *bytes, size_t n, float *numbers)
{
  memset (numbers, 0, n * encoding->size * sizeof *numbers);
  for (size_t cell = 0; cell < n * encoding->elements / encoding->n_levels; cell++)
    for (uint32_t c = 0; c < encoding->n_levels; numbers += encoding->levels[c++], bytes++)
      if (*bytes < encoding->levels[c])
        numbers[*bytes] = 1;
}

void
assay_encode (const AssayEncoding *encoding, const void *observations, size_t n, float *numbers)
{
  if (encoding->n_levels > 0)
    encode_one_hot (encoding, observations, n, numbers);
  else if (encoding->type == ASSAY_F32)
    memcpy (numbers, observations, n * encoding->bytes);
  else
    assay_kernels ()->widen (numbers, observations, n * encoding->size);
}

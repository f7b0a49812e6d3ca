/* SPDX-License-Identifier: Apache-2.0
 *
 * assay/random.h - what studies draw from a stream beyond bits, uniforms and
 * integers.  The generator itself is core/base/num/random.c; a study gets its
 * streams from assay_stream ().
 */
#ifndef ASSAY_RANDOM_H
#define ASSAY_RANDOM_H

#include <assay/plugin.h>
#include <math.h>

/** Standard normal (Box and Muller 1958, the cosine half). */
static inline double
assay_normal (AssayStream *s)
{
  double u = 1.0 - assay_uniform (s), v = assay_uniform (s);

  return sqrt (-2.0 * log (u)) * cos (6.283185307179586476925286766559 * v);
}

/** Index drawn with probability weights[i] / sum; weights >= 0 and not all 0. */
static inline uint32_t
assay_categorical (AssayStream *s, const double *weights, uint32_t n)
{
  double total = 0, at;
  uint32_t last = 0;

  for (uint32_t i = 0; i < n; i++)
    total += weights[i];
  at = assay_uniform (s) * total;
  for (uint32_t i = 0; i < n; i++)
    {
      if (weights[i] <= 0)
        continue;
      if (at < weights[i])
        return i;
      at -= weights[i];
      last = i;
    }
  return last;
}

/** Shuffles order[n] (Fisher and Yates, from the end). */
static inline void
assay_permute (AssayStream *s, uint32_t *order, uint32_t n)
{
  for (uint32_t i = n; i > 1; i--)
    {
      uint32_t j = assay_below (s, i), kept = order[i - 1];

      order[i - 1] = order[j];
      order[j] = kept;
    }
}

#endif /* ASSAY_RANDOM_H */

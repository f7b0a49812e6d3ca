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

/** Standard normal, by a ratio of uniforms (Leva 1992).  The value is one quotient of
 *  two uniforms, so its bits depend on no mathematics library and no compiler. */
static inline double
assay_normal (AssayStream *s)
{
  for (;;)
    {
      double u = 1.0 - assay_uniform (s), v = 1.7156 * (assay_uniform (s) - 0.5);
      double x = u - 0.449871, y = fabs (v) + 0.386595;
      double q = x * x + y * (0.19600 * y - 0.25472 * x);

      /* Between the two curves, in one case of a hundred, the exact bound decides. */
      if (q < 0.27597 || (q <= 0.27846 && v * v <= -4.0 * u * u * log (u)))
        return v / u;
    }
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

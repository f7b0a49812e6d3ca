/* SPDX-License-Identifier: Apache-2.0
 *
 * Observations of environments.
 */
#include "learn/tensor/kernel.h"

void
KERNEL (widen) (float *y, const uint8_t *x, size_t n)
{
  for (size_t i = 0; i < n; i++)
    y[i] = x[i];
}

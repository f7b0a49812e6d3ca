/* SPDX-License-Identifier: Apache-2.0
 *
 * Noisy layers: the product of a noise per row and one per column.
 */
#include "learn/tensor/kernel.h"

void
KERNEL (perturb) (float *y, const float *mean, const float *deviation, const float *row_noise,
                  const float *column_noise, size_t rows, size_t columns)
{
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < columns; j++)
      y[i * columns + j]
          = mean[i * columns + j] + deviation[i * columns + j] * (row_noise[i] * column_noise[j]);
}

void
KERNEL (perturb_back) (float *ddeviation, bool accumulate, const float *dy, const float *row_noise,
                       const float *column_noise, size_t rows, size_t columns)
{
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < columns; j++)
      {
        float d = dy[i * columns + j] * (row_noise[i] * column_noise[j]);

        ddeviation[i * columns + j] = accumulate ? ddeviation[i * columns + j] + d : d;
      }
}

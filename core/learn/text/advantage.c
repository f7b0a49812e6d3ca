/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/text/advantage.h"

#include <math.h>

void
assay_gae (const double *rewards, const float *values, size_t n, double gamma, double lambda,
           double *advantages, double *returns)
{
  double next_value = 0, advantage = 0;

  for (size_t t = n; t-- > 0;)
    {
      double value = (double) values[t];

      advantage = rewards[t] + gamma * next_value - value + gamma * lambda * advantage;
      advantages[t] = advantage;
      returns[t] = advantage + value;
      next_value = value;
    }
}

void
assay_leave_one_out (const double *returns, size_t n, double *advantages)
{
  double sum = 0;

  for (size_t i = 0; i < n; i++)
    sum += returns[i];
  for (size_t i = 0; i < n; i++)
    advantages[i] = returns[i] - (sum - returns[i]) / (double) (n - 1);
}

void
assay_whiten (double *x, size_t n)
{
  double mean = 0, squares = 0, factor;

  for (size_t i = 0; i < n; i++)
    mean += x[i] / (double) n;
  for (size_t i = 0; i < n; i++)
    {
      x[i] -= mean;
      squares += x[i] * x[i] / (double) n;
    }
  factor = 1 / (sqrt (squares) + 1e-8);
  for (size_t i = 0; i < n; i++)
    x[i] *= factor;
}

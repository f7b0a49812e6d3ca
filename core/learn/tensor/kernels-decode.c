/* SPDX-License-Identifier: Apache-2.0
 *
 * Attention of one new position to those before it.  Values lie as [position][size], keys as
 * [position / LANES][size][LANES], so that a lane is a position.  Independent sums hide the
 * latency of an addition.
 */
#include "learn/tensor/kernel.h"

#include <math.h>

#define SUMS 4

/** @n elements, filled up to whole vectors. */
static inline size_t
whole (size_t n)
{
  return (n + LANES - 1) / LANES * LANES;
}

/* ---- scores ---- */

static inline __attribute__ ((always_inline)) void
score_blocks (size_t n_blocks, float *scores, const float *q, const float *keys, size_t size)
{
  Vector sums[SUMS] = { 0 };

  for (size_t i = 0; i < size; i++)
    for (size_t b = 0; b < n_blocks; b++)
      sums[b] += q[i] * load (keys + (b * size + i) * LANES);
  for (size_t b = 0; b < n_blocks; b++)
    store (scores + b * LANES, sums[b]);
}

/** scores = q k^T for @n positions, rounded up to whole vectors. */
static void
score (float *scores, const float *q, const float *keys, size_t size, size_t n)
{
  for (; n > (SUMS - 1) * LANES; n -= n < SUMS * LANES ? n : SUMS * LANES)
    {
      score_blocks (SUMS, scores, q, keys, size);
      scores += SUMS * LANES;
      keys += SUMS * LANES * size;
    }
  if (n > 2 * LANES)
    score_blocks (3, scores, q, keys, size);
  else if (n > LANES)
    score_blocks (2, scores, q, keys, size);
  else if (n > 0)
    score_blocks (1, scores, q, keys, size);
}

/** Scores to weights that sum to 1; what follows @n becomes 0. */
static void
softmax (float *scores, size_t n)
{
  Vector max = broadcast (-__builtin_inff ()), sum = broadcast (0);
  float inverse;

  for (size_t i = n; i < whole (n); i++)
    scores[i] = -__builtin_inff ();
  for (size_t i = 0; i < n; i += LANES)
    max = vector_max (max, load (scores + i));
  max = broadcast (max_of (max));
  for (size_t i = 0; i < n; i += LANES)
    {
      Vector weight = vector_exp (load (scores + i) - max);

      store (scores + i, weight);
      sum += weight;
    }
  inverse = 1 / sum_of (sum);
  for (size_t i = 0; i < n; i += LANES)
    store (scores + i, load (scores + i) * inverse);
}

/* ---- values ---- */

static inline __attribute__ ((always_inline)) void
weigh_columns (size_t n_vectors, float *out, const float *weights, const float *values,
               size_t stride, size_t n)
{
  Vector sums[SUMS][2] = { 0 };
  size_t i = 0;

  for (; i + SUMS <= n; i += SUMS)
    for (size_t s = 0; s < SUMS; s++)
      for (size_t v = 0; v < n_vectors; v++)
        sums[s][v] += weights[i + s] * load (values + (i + s) * stride + v * LANES);
  for (; i < n; i++)
    for (size_t v = 0; v < n_vectors; v++)
      sums[0][v] += weights[i] * load (values + i * stride + v * LANES);
  for (size_t v = 0; v < n_vectors; v++)
    store (out + v * LANES, (sums[0][v] + sums[1][v]) + (sums[2][v] + sums[3][v]));
}

/** out[stride] = sum of weights[i] values[i] over @n positions. */
static void
weigh (float *out, const float *weights, const float *values, size_t stride, size_t n)
{
  size_t j = 0;

  for (; j + 2 * LANES <= stride; j += 2 * LANES)
    weigh_columns (2, out + j, weights, values + j, stride, n);
  if (j < stride)
    weigh_columns (1, out + j, weights, values + j, stride, n);
}

void
KERNEL (attention_decode) (float *out, float *keys, float *values, const uint32_t *slots,
                           const float *qkv, size_t position, const AssayAttention *a, float *room)
{
  const float scale = 1 / sqrtf ((float) a->size);
  size_t filled = whole (a->size), of_head = whole (a->steps) * filled;
  size_t group = a->n_heads / a->n_kv_heads;
  float *q = room, *sums = q + filled, *scores = sums + filled;

  for (size_t b = 0; b < a->batch; b++)
    for (size_t h = 0; h < a->n_heads; h++, out += a->size)
      {
        const float *row = qkv + b * (a->n_heads + 2 * a->n_kv_heads) * a->size;
        const float *k = row + (a->n_heads + h / group) * a->size;
        const float *v = k + a->n_kv_heads * a->size;
        size_t begin = (slots[b] * a->n_kv_heads + h / group) * of_head;
        float *its_keys = keys + begin, *its_values = values + begin;

        for (size_t i = 0; i < a->size; i++)
          {
            q[i] = row[h * a->size + i] * scale;
            its_keys[(position / LANES * a->size + i) * LANES + position % LANES] = k[i];
          }
        memset (its_values + position * filled, 0, filled * sizeof (float));
        memcpy (its_values + position * filled, v, a->size * sizeof (float));
        score (scores, q, its_keys, a->size, position + 1);
        softmax (scores, position + 1);
        weigh (sums, scores, its_values, filled, position + 1);
        memcpy (out, sums, a->size * sizeof (float));
      }
}

void
KERNEL (attention_fork) (float *cache, size_t from, size_t to, size_t n, const AssayAttention *a)
{
  size_t filled = whole (a->size), of_head = whole (a->steps) * filled;

  for (size_t h = 0; h < a->n_kv_heads; h++)
    memcpy (cache + (to * a->n_kv_heads + h) * of_head,
            cache + (from * a->n_kv_heads + h) * of_head, whole (n) * filled * sizeof *cache);
}

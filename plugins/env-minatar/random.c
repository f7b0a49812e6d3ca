/* SPDX-License-Identifier: Apache-2.0
 *
 * Draws: from the house's stream, or bit for bit as the published games draw.
 */
#include "minatar.h"

enum
{
  N = 624,
  M = 397
};

void
ma_mt_seed (Mt *mt, uint32_t seed)
{
  mt->words[0] = seed;
  for (uint32_t i = 1; i < N; i++)
    mt->words[i] = 1812433253u * (mt->words[i - 1] ^ mt->words[i - 1] >> 30) + i;
  mt->next = N;
}

static void
twist (Mt *mt)
{
  for (uint32_t i = 0; i < N; i++)
    {
      uint32_t y = (mt->words[i] & 0x80000000u) | (mt->words[(i + 1) % N] & 0x7fffffffu);

      mt->words[i] = mt->words[(i + M) % N] ^ y >> 1 ^ (y & 1 ? 0x9908b0dfu : 0);
    }
  mt->next = 0;
}

uint32_t
ma_mt_bits (Mt *mt)
{
  uint32_t y;

  if (mt->next >= N)
    twist (mt);
  y = mt->words[mt->next++];
  y ^= y >> 11;
  y ^= y << 7 & 0x9d2c5680u;
  y ^= y << 15 & 0xefc60000u;
  return y ^ y >> 18;
}

double
ma_uniform (Random *random)
{
  uint64_t high, low;

  if (random->mt == NULL)
    return assay_uniform (&random->stream);
  high = ma_mt_bits (random->mt) >> 5;
  low = ma_mt_bits (random->mt) >> 6;
  return (double) (high * 67108864u + low) * (1.0 / 9007199254740992.0);
}

/* The published draw: words under the smallest mask that holds n - 1, until one fits. */
static uint32_t
masked_below (Mt *mt, uint32_t n)
{
  uint32_t mask = n - 1, drawn;

  if (n == 1)
    return 0;
  for (int shift = 1; shift < 32; shift *= 2)
    mask |= mask >> shift;
  do
    drawn = ma_mt_bits (mt) & mask;
  while (drawn > n - 1);
  return drawn;
}

uint32_t
ma_below (Random *random, uint32_t n)
{
  return random->mt == NULL ? assay_below (&random->stream, n) : masked_below (random->mt, n);
}

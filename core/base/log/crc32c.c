/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log/crc32c.h"

#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#define POLYNOMIAL 0x82f63b78u

static uint32_t table[8][256];
static pthread_once_t once = PTHREAD_ONCE_INIT;
#ifdef __x86_64__
static bool has_instruction;
#endif

static void
prepare (void)
{
  for (uint32_t i = 0; i < 256; i++)
    {
      uint32_t crc = i;

      for (int bit = 0; bit < 8; bit++)
        crc = crc & 1 ? crc >> 1 ^ POLYNOMIAL : crc >> 1;
      table[0][i] = crc;
    }
  for (int k = 1; k < 8; k++)
    for (int i = 0; i < 256; i++)
      table[k][i] = table[k - 1][i] >> 8 ^ table[0][table[k - 1][i] & 255];
#ifdef __x86_64__
  has_instruction = __builtin_cpu_supports ("sse4.2");
#endif
}

uint32_t
assay_crc32c_portable (uint32_t crc, const void *data, size_t size)
{
  const unsigned char *at = data;

  pthread_once (&once, prepare);
  crc = ~crc;
  for (; size >= 8; size -= 8, at += 8)
    {
      uint32_t low = crc ^ (at[0] | at[1] << 8 | at[2] << 16 | (uint32_t) at[3] << 24);

      crc = table[7][low & 255] ^ table[6][low >> 8 & 255] ^ table[5][low >> 16 & 255]
            ^ table[4][low >> 24] ^ table[3][at[4]] ^ table[2][at[5]] ^ table[1][at[6]]
            ^ table[0][at[7]];
    }
  for (; size > 0; size--)
    crc = crc >> 8 ^ table[0][(crc ^ *at++) & 255];
  return ~crc;
}

#ifdef __x86_64__
__attribute__ ((target ("sse4.2"))) static uint32_t
crc32c_instruction (uint32_t crc, const void *data, size_t size)
{
  const unsigned char *at = data;
  uint64_t state = ~crc;

  for (; size >= 8; size -= 8, at += 8)
    {
      uint64_t word = 0;

      memcpy (&word, at, 8);
      state = __builtin_ia32_crc32di (state, word);
    }
  for (; size > 0; size--)
    state = __builtin_ia32_crc32qi ((uint32_t) state, *at++);
  return ~(uint32_t) state;
}
#endif

uint32_t
assay_crc32c (uint32_t crc, const void *data, size_t size)
{
#ifdef __x86_64__
  pthread_once (&once, prepare);
  if (has_instruction)
    return crc32c_instruction (crc, data, size);
#endif
  return assay_crc32c_portable (crc, data, size);
}

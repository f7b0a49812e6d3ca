/* SPDX-License-Identifier: Apache-2.0 */
#include "base/num/random.h"

#include <string.h>

#define ROUNDS 10
#define BLOCKS (ASSAY_STREAM_WORDS / 4)

static void
philox_round (uint32_t c[4], const uint32_t k[2])
{
  uint64_t a = (uint64_t) 0xD2511F53u * c[0], b = (uint64_t) 0xCD9E8D57u * c[2];
  uint32_t c1 = c[1], c3 = c[3];

  c[0] = (uint32_t) (b >> 32) ^ c1 ^ k[0];
  c[1] = (uint32_t) b;
  c[2] = (uint32_t) (a >> 32) ^ c3 ^ k[1];
  c[3] = (uint32_t) a;
}

void
assay_philox (const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
  uint32_t c[4] = { counter[0], counter[1], counter[2], counter[3] };
  uint32_t k[2] = { key[0], key[1] };

  for (int i = 0; i < ROUNDS; i++)
    {
      philox_round (c, k);
      k[0] += 0x9E3779B9u;
      k[1] += 0xBB67AE85u;
    }
  memcpy (out, c, sizeof c);
}

static void
refill (AssayStream *s)
{
  uint32_t key[2] = { (uint32_t) s->key, (uint32_t) (s->key >> 32) };

  for (uint64_t i = 0; i < BLOCKS; i++)
    {
      uint64_t block = s->block + i;
      uint32_t counter[4] = { (uint32_t) block, (uint32_t) (block >> 32), (uint32_t) s->name,
                              (uint32_t) (s->name >> 32) };

      assay_philox (counter, key, s->words + 4 * i);
    }
  s->block += BLOCKS;
  s->used = 0;
}

static uint64_t
hash_name (const char *name)
{
  uint64_t hash = 0xcbf29ce484222325u;

  for (; *name != '\0'; name++)
    hash = (hash ^ (unsigned char) *name) * 0x100000001b3u;
  return hash;
}

void
assay_stream_attach (AssayStream *stream)
{
  stream->refill = refill;
}

void
assay_stream_init (AssayStream *stream, uint64_t seed, const char *name)
{
  memset (stream, 0, sizeof *stream);
  stream->key = seed;
  stream->name = hash_name (name != NULL ? name : "");
  stream->used = ASSAY_STREAM_WORDS;
  assay_stream_attach (stream);
}

void
assay_stream_seek (AssayStream *stream, uint64_t word)
{
  stream->block = word / 4;
  refill (stream);
  stream->used = (uint32_t) (word % 4);
}

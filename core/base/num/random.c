/* SPDX-License-Identifier: Apache-2.0 */
#include "base/num/random.h"

#include <string.h>

#define ROUNDS 10
#define MULTIPLIER_0 0xD2511F53u
#define MULTIPLIER_1 0xCD9E8D57u
#define WEYL_0 0x9E3779B9u
#define WEYL_1 0xBB67AE85u
#define BLOCKS (ASSAY_STREAM_WORDS / 4)

void
assay_philox (const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
  uint32_t c[4] = { counter[0], counter[1], counter[2], counter[3] }, k0 = key[0], k1 = key[1];

  for (int round = 0; round < ROUNDS; round++, k0 += WEYL_0, k1 += WEYL_1)
    {
      uint64_t a = (uint64_t) MULTIPLIER_0 * c[0], b = (uint64_t) MULTIPLIER_1 * c[2];

      c[0] = (uint32_t) (b >> 32) ^ c[1] ^ k0;
      c[1] = (uint32_t) b;
      c[2] = (uint32_t) (a >> 32) ^ c[3] ^ k1;
      c[3] = (uint32_t) a;
    }
  memcpy (out, c, sizeof c);
}

static void
refill (AssayStream *s)
{
  uint32_t key[2] = { (uint32_t) s->key, (uint32_t) (s->key >> 32) };

  for (uint32_t i = 0; i < BLOCKS; i++, s->block++)
    {
      uint32_t counter[4] = { (uint32_t) s->block, (uint32_t) (s->block >> 32), (uint32_t) s->name,
                              (uint32_t) (s->name >> 32) };

      assay_philox (counter, key, s->words + 4 * i);
    }
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

AssayStreamPlace
assay_stream_place (const AssayStream *stream)
{
  uint64_t word = 4 * stream->block + stream->used - ASSAY_STREAM_WORDS;

  return (AssayStreamPlace){ stream->key, stream->name, word };
}

void
assay_stream_restore (AssayStream *stream, const AssayStreamPlace *place)
{
  memset (stream, 0, sizeof *stream);
  stream->key = place->key;
  stream->name = place->name;
  assay_stream_seek (stream, place->word);
  assay_stream_attach (stream);
}

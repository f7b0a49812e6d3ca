/* SPDX-License-Identifier: Apache-2.0 */
#include "base/num/random.h"

#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

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

/* ---- 64 words at once ---- */

static void
fill_plainly (AssayStream *s)
{
  uint32_t key[2] = { (uint32_t) s->key, (uint32_t) (s->key >> 32) };

  for (uint32_t i = 0; i < BLOCKS; i++)
    {
      uint64_t block = s->block + i;
      uint32_t counter[4] = { (uint32_t) block, (uint32_t) (block >> 32), (uint32_t) s->name,
                              (uint32_t) (s->name >> 32) };

      assay_philox (counter, key, s->words + 4 * i);
    }
}

#ifdef __x86_64__
#define ABREAST 4 /* blocks in a vector: a lane of 64 bits each, of which the lower 32 count */
#define VECTORS 2 /* under way at a time, since a round waits for its product */

typedef __m256i Lanes;

__attribute__ ((target ("avx2"))) static inline void
store_blocks (const Lanes c[4], uint32_t *out)
{
  const Lanes low = _mm256_set1_epi64x (0xffffffff);
  Lanes c01 = _mm256_or_si256 (_mm256_and_si256 (c[0], low), _mm256_slli_epi64 (c[1], 32));
  Lanes c23 = _mm256_or_si256 (_mm256_and_si256 (c[2], low), _mm256_slli_epi64 (c[3], 32));
  Lanes even = _mm256_unpacklo_epi64 (c01, c23), odd = _mm256_unpackhi_epi64 (c01, c23);

  _mm256_storeu_si256 ((Lanes *) out, _mm256_permute2x128_si256 (even, odd, 0x20));
  _mm256_storeu_si256 ((Lanes *) (out + 8), _mm256_permute2x128_si256 (even, odd, 0x31));
}

/* The round of assay_philox on four blocks. */
__attribute__ ((target ("avx2"))) static inline void
mix_blocks (Lanes c[4], uint32_t k0, uint32_t k1)
{
  Lanes a = _mm256_mul_epu32 (c[0], _mm256_set1_epi64x (MULTIPLIER_0));
  Lanes b = _mm256_mul_epu32 (c[2], _mm256_set1_epi64x (MULTIPLIER_1));

  c[0] = _mm256_xor_si256 (_mm256_xor_si256 (_mm256_srli_epi64 (b, 32), c[1]),
                           _mm256_set1_epi64x (k0));
  c[1] = b;
  c[2] = _mm256_xor_si256 (_mm256_xor_si256 (_mm256_srli_epi64 (a, 32), c[3]),
                           _mm256_set1_epi64x (k1));
  c[3] = a;
}

__attribute__ ((target ("avx2"))) static void
fill_abreast (AssayStream *s)
{
  for (uint32_t i = 0; i < BLOCKS; i += VECTORS * ABREAST)
    {
      uint32_t k0 = (uint32_t) s->key, k1 = (uint32_t) (s->key >> 32);
      Lanes c[VECTORS][4];

      for (uint32_t v = 0; v < VECTORS; v++)
        {
          c[v][0] = _mm256_add_epi64 (_mm256_set1_epi64x ((long long) s->block + i + ABREAST * v),
                                      _mm256_set_epi64x (3, 2, 1, 0));
          c[v][1] = _mm256_srli_epi64 (c[v][0], 32);
          c[v][2] = _mm256_set1_epi64x ((long long) s->name);
          c[v][3] = _mm256_srli_epi64 (c[v][2], 32);
        }
      for (int round = 0; round < ROUNDS; round++, k0 += WEYL_0, k1 += WEYL_1)
        for (uint32_t v = 0; v < VECTORS; v++)
          mix_blocks (c[v], k0, k1);
      for (uint32_t v = 0; v < VECTORS; v++)
        store_blocks (c[v], s->words + 4 * (i + ABREAST * v));
    }
}
#endif

static void
refill (AssayStream *s)
{
#ifdef __x86_64__
  if (__builtin_cpu_supports ("avx2"))
    fill_abreast (s);
  else
#endif
    fill_plainly (s);
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

/* SPDX-License-Identifier: Apache-2.0
 *
 * Up to three parts with 0x1e between them: a tokenizer.json and a text to encode, or GPT-2's
 * vocab.json, a text and merges.txt.
 */
#include "fuzz.h"
#include "learn/text/bpe-internal.h"

#define N_PARTS 3

typedef struct Part
{
  const char *bytes;
  size_t size;
} Part;

/** How many parts there are; the last one may hold any byte. */
static size_t
split (const uint8_t *data, size_t size, Part *parts)
{
  const char *at = (const char *) data, *end = at + size;
  size_t n = 0;

  while (n < N_PARTS)
    {
      const char *mark
          = n + 1 < N_PARTS && at < end ? memchr (at, 0x1e, (size_t) (end - at)) : NULL;
      const char *stop = mark != NULL ? mark : end;

      parts[n++] = (Part){ at, (size_t) (stop - at) };
      if (mark == NULL)
        break;
      at = mark + 1;
    }
  return n;
}

static int32_t *
encode (const AssayBpe *bpe, Part text, bool specials, size_t *n)
{
  int32_t *ids;

  *n = assay_bpe_encode (bpe, text.bytes, text.size, specials, NULL, 0);
  ids = malloc ((*n + 1) * sizeof *ids);
  FUZZ_CHECK (ids != NULL);
  FUZZ_CHECK (assay_bpe_encode (bpe, text.bytes, text.size, specials, ids, *n) == *n);
  return ids;
}

/** The text comes back, unless the tokenizer changes it by intent. */
static void
check_round_trip (const AssayBpe *bpe, Part text, bool specials)
{
  size_t n, length;
  int32_t *ids = encode (bpe, text, specials, &n);
  char *back = malloc (text.size + 1);

  FUZZ_CHECK (back != NULL);
  for (size_t i = 0; i < n; i++)
    FUZZ_CHECK (assay_bpe_token (bpe, ids[i], &length) != NULL && length > 0);
  length = assay_bpe_decode (bpe, ids, n, back, text.size);
  if (!bpe->nfc && !bpe->add_prefix_space)
    FUZZ_CHECK (length == text.size && memcmp (back, text.bytes, length) == 0);
  free (back);
  free (ids);
}

/** What is saved is read back and encodes the same. */
static void
check_saved (const AssayBpe *bpe, Part text)
{
  AssayTextError error = { "" };
  const char *path = fuzz_path ();
  size_t n, n_again;
  AssayBpe *again;
  int32_t *ids, *ids_again;

  FUZZ_CHECK (assay_bpe_save (bpe, path, &error));
  again = assay_bpe_open (path, &error);
  FUZZ_CHECK (again != NULL && assay_bpe_n (again) == assay_bpe_n (bpe));
  ids = encode (bpe, text, true, &n);
  ids_again = encode (again, text, true, &n_again);
  FUZZ_CHECK (n == n_again && memcmp (ids, ids_again, n * sizeof *ids) == 0);
  free (ids);
  free (ids_again);
  assay_bpe_free (again);
}

static AssayBpe *
open_parts (const Part *parts, size_t n, AssayTextError *error)
{
  static int fd = -1;
  char path[64];

  if (n < N_PARTS)
    return assay_bpe_open (fuzz_file (parts[0].bytes, parts[0].size), error);
  if (fd < 0)
    fd = memfd_create ("merges", MFD_CLOEXEC);
  FUZZ_CHECK (fd >= 0 && ftruncate (fd, 0) == 0);
  FUZZ_CHECK (pwrite (fd, parts[2].bytes, parts[2].size, 0) == (ssize_t) parts[2].size);
  snprintf (path, sizeof path, "/proc/self/fd/%d", fd);
  return assay_bpe_open_gpt2 (fuzz_file (parts[0].bytes, parts[0].size), path, error);
}

/** Merges learnt from any bytes; they come back, too. */
static void
check_training (Part text)
{
  AssayTextError error = { "" };
  AssayBpe *bpe = assay_bpe_train (text.bytes, text.size, 256 + 40, NULL, &error);

  FUZZ_CHECK (bpe != NULL);
  check_round_trip (bpe, text, false);
  check_saved (bpe, text);
  assay_bpe_free (bpe);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  AssayTextError error = { "" };
  Part parts[N_PARTS], text = { (const char *) data, size };
  size_t n = split (data, size, parts);
  AssayBpe *bpe = open_parts (parts, n, &error);

  FUZZ_CHECK ((bpe != NULL) == (error.text[0] == '\0'));
  if (n > 1)
    text = parts[1];
  if (bpe != NULL)
    {
      check_round_trip (bpe, text, true);
      check_round_trip (bpe, text, false);
      check_saved (bpe, text);
    }
  else if (size <= 4096)
    check_training (text);
  assay_bpe_free (bpe);
  return 0;
}

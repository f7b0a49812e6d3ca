/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/text/bpe.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define DATA "/work/shared/data" /* lies outside the project; its tests skip where it is absent */

static const char sample[] = "the cat sat on the mat, the cat ate the rat; that's that.\n"
                             "Der Käse, die Käsereien und das Käsebrot kosten 123 € 456.";
static const char *const specials[] = { "<|user|>", "<|end|>", NULL };

/* Scripts, marks, blanks of every kind, and bytes that are no UTF-8. */
static const char *const texts[] = {
  "",
  " ",
  "  two  blanks \t\n\n end ",
  "I've said we'll, they'd and 'tis",
  "Привет, мир! 12345",
  "日本語のテキスト と 漢字",
  "العربية ١٢٣ हिन्दी ไทย",
  "emoji 👩‍👩‍👧‍👦 e\xcc\x81 \xc3\xa9",
  "no\xff\xfe utf \xc0\x80 \xed\xa0\x80 end\xe2\x82",
  "\xc2\xa0 \xe2\x80\x83wide\xe2\x80\xa8line",
};

static AssayBpe *
train (uint32_t vocabulary)
{
  AssayTextError error = { "" };
  AssayBpe *bpe = assay_bpe_train (sample, strlen (sample), vocabulary, specials, &error);

  g_assert_cmpstr (error.text, ==, "");
  g_assert_nonnull (bpe);
  return bpe;
}

static GArray *
encode (const AssayBpe *bpe, const char *text, size_t length, bool with_specials)
{
  size_t n = assay_bpe_encode (bpe, text, length, with_specials, NULL, 0);
  GArray *ids = g_array_sized_new (FALSE, FALSE, sizeof (int32_t), (guint) n + 1);

  g_array_set_size (ids, (guint) n);
  g_assert_cmpuint (
      assay_bpe_encode (bpe, text, length, with_specials, (int32_t *) (void *) ids->data, n), ==,
      n);
  return ids;
}

static void
check_round_trip (const AssayBpe *bpe, const char *text, size_t length)
{
  g_autoptr (GArray) ids = encode (bpe, text, length, false);
  const int32_t *all = (const int32_t *) (void *) ids->data;
  g_autofree char *back = g_malloc (length + 1);

  g_assert_cmpuint (assay_bpe_decode (bpe, all, ids->len, back, length), ==, length);
  g_assert_cmpmem (back, length, text, length);
}

static void
test_any_bytes_come_back (void)
{
  AssayBpe *bpe = train (300);
  GRand *rand = g_rand_new_with_seed (1);

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    check_round_trip (bpe, texts[i], strlen (texts[i]));
  for (guint i = 0; i < 500; i++)
    {
      char bytes[64];
      gsize n = (gsize) g_rand_int_range (rand, 0, sizeof bytes);

      for (gsize j = 0; j < n; j++)
        bytes[j] = (char) g_rand_int_range (rand, 0, i % 2 ? 256 : 128);
      check_round_trip (bpe, bytes, n);
    }
  g_rand_free (rand);
  assay_bpe_free (bpe);
}

/* ---- training against the textbook's loop ---- */

static gsize
count_pair (GPtrArray *words, int32_t left, int32_t right)
{
  gsize count = 0;

  for (guint w = 0; w < words->len; w++)
    {
      const GArray *word = words->pdata[w];
      const int32_t *ids = (const int32_t *) (const void *) word->data;

      for (guint i = 0; i + 1 < word->len; i++)
        count += ids[i] == left && ids[i + 1] == right;
    }
  return count;
}

/** The most frequent pair of adjacent tokens, ties to the smaller; its count. */
static gsize
naive_best (GPtrArray *words, int32_t n_tokens, int32_t *left, int32_t *right)
{
  gsize best = 1;

  for (int32_t a = 0; a < n_tokens; a++)
    for (int32_t b = 0; b < n_tokens; b++)
      {
        gsize count = count_pair (words, a, b);

        if (count > best)
          {
            best = count;
            *left = a;
            *right = b;
          }
      }
  return best;
}

static void
naive_merge (GPtrArray *words, int32_t left, int32_t right, int32_t result)
{
  for (guint w = 0; w < words->len; w++)
    {
      GArray *word = words->pdata[w];
      int32_t *ids = (int32_t *) (void *) word->data;
      guint n = 0;

      for (guint i = 0; i < word->len; i++)
        if (i + 1 < word->len && ids[i] == left && ids[i + 1] == right)
          {
            ids[n++] = result;
            i++;
          }
        else
          ids[n++] = ids[i];
      g_array_set_size (word, n);
    }
}

static void
test_training_takes_the_most_frequent_pair_each_time (void)
{
  /* Words of letters with the blank before them: what GPT-2's expression makes of this text. */
  static const char text[] = "low lower newest widest low low lower aaaa aaa bababa abab";
  g_auto (GStrv) parts = g_strsplit (text, " ", -1);
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  AssayTextError error;
  AssayBpe *bpe = assay_bpe_train (text, strlen (text), 256 + 15, NULL, &error);
  int32_t left = 0, right = 0;

  g_assert_nonnull (bpe);
  for (guint i = 0; parts[i]; i++)
    {
      g_autofree char *piece = g_strconcat (i > 0 ? " " : "", parts[i], NULL);
      GArray *word = g_array_new (FALSE, FALSE, sizeof (int32_t));

      for (const char *at = piece; *at; at++)
        {
          int32_t id = (unsigned char) *at;

          g_array_append_val (word, id);
        }
      g_ptr_array_add (words, word);
    }
  for (int32_t id = 256; id < 256 + 15; id++)
    {
      size_t length, lengths[2];
      const char *token = assay_bpe_token (bpe, id, &length), *tokens[2];
      g_autofree char *joined = NULL;

      if (naive_best (words, id, &left, &right) < 2)
        {
          g_assert_null (token);
          continue;
        }
      tokens[0] = assay_bpe_token (bpe, left, &lengths[0]);
      tokens[1] = assay_bpe_token (bpe, right, &lengths[1]);
      joined
          = g_strdup_printf ("%.*s%.*s", (int) lengths[0], tokens[0], (int) lengths[1], tokens[1]);
      g_assert_cmpmem (token, length, joined, strlen (joined));
      naive_merge (words, left, right, id);
    }
  assay_bpe_free (bpe);
}

/* ---- special tokens ---- */

static void
test_special_tokens_are_found_only_when_asked (void)
{
  AssayBpe *bpe = train (300);
  static const char text[] = "the<|user|> cat<|end|><|end|>";
  g_autoptr (GArray) with = encode (bpe, text, strlen (text), true);
  g_autoptr (GArray) without = encode (bpe, text, strlen (text), false);
  int32_t user = assay_bpe_id (bpe, "<|user|>", 8), end = assay_bpe_id (bpe, "<|end|>", 7);
  guint users = 0, ends = 0;

  g_assert_cmpint (user, >=, 256);
  g_assert_cmpint (end, ==, user + 1);
  for (guint i = 0; i < with->len; i++)
    {
      users += g_array_index (with, int32_t, i) == user;
      ends += g_array_index (with, int32_t, i) == end;
    }
  g_assert_cmpuint (users, ==, 1);
  g_assert_cmpuint (ends, ==, 2);
  for (guint i = 0; i < without->len; i++)
    g_assert_cmpint (g_array_index (without, int32_t, i), <, user);
  check_round_trip (bpe, text, strlen (text));
  assay_bpe_free (bpe);
}

/* ---- files ---- */

static void
check_same (const AssayBpe *a, const AssayBpe *b)
{
  g_assert_cmpuint (assay_bpe_n (a), ==, assay_bpe_n (b));
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GArray) one = encode (a, texts[i], strlen (texts[i]), true);
      g_autoptr (GArray) other = encode (b, texts[i], strlen (texts[i]), true);

      g_assert_cmpmem (one->data, one->len * 4, other->data, other->len * 4);
    }
}

static void
test_a_saved_tokenizer_is_read_back (void)
{
  g_autofree char *folder = g_dir_make_tmp (NULL, NULL);
  g_autofree char *path = g_build_filename (folder, "tokenizer.json", NULL);
  AssayTextError error = { "" };
  AssayBpe *bpe = train (300), *back;

  g_assert_true (assay_bpe_save (bpe, path, &error));
  back = assay_bpe_open (path, &error);
  g_assert_cmpstr (error.text, ==, "");
  check_same (bpe, back);
  g_assert_cmpint (assay_bpe_id (back, "<|end|>", 7), ==, assay_bpe_id (bpe, "<|end|>", 7));
  assay_bpe_free (bpe);
  assay_bpe_free (back);
  g_unlink (path);
  g_rmdir (folder);
}

static const struct
{
  const char *name, *text, *says;
} wrong_files[] = {
  { "empty", "", "no model" },
  { "no-json", "hello", "no model" },
  { "cut", "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0", "no vocab or no merges" },
  { "unigram", "{\"model\": {\"type\": \"Unigram\"}}", "no BPE" },
  { "fallback", "{\"model\": {\"type\": \"BPE\", \"byte_fallback\": true}}", "fallback" },
  { "not-bytes",
    "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": []},"
    " \"pre_tokenizer\": {\"type\": \"ByteLevel\"}}",
    "no token for byte 0x00" },
  { "twice", "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0, \"b\": 0}, \"merges\": []}}",
    "twice" },
  { "large-id", "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 99999999999}, \"merges\": []}}",
    "larger" },
  { "merge", "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": [\"a b\"]}}",
    "a merge is two tokens" },
  { "normaliser",
    "{\"normalizer\": {\"type\": \"Lowercase\"}, \"model\": {\"type\": \"BPE\", \"vocab\": "
    "{\"a\": 0}, \"merges\": []}}",
    "normaliser" },
};

static void
test_wrong_files_are_refused_by_name (void)
{
  g_autofree char *folder = g_dir_make_tmp (NULL, NULL);
  g_autofree char *path = g_build_filename (folder, "tokenizer.json", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (wrong_files); i++)
    {
      AssayTextError error = { "" };

      g_assert_true (g_file_set_contents (path, wrong_files[i].text, -1, NULL));
      g_assert_null (assay_bpe_open (path, &error));
      g_test_message ("%s: %s", wrong_files[i].name, error.text);
      g_assert_nonnull (strstr (error.text, path));
      g_assert_nonnull (strstr (error.text, wrong_files[i].says));
    }
  g_unlink (path);
  g_rmdir (folder);
}

/* ---- what the fuzzer found ---- */

/* A vocabulary of all bytes, as the files write them, and these members behind; no braces. */
static char *
byte_vocabulary (const char *more)
{
  GString *out = g_string_new (NULL);
  gunichar next = 256;

  for (guint byte = 0; byte < 256; byte++)
    {
      bool itself = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
      gunichar c = itself ? byte : next++;

      g_string_append_printf (out, "%s\"%s", byte > 0 ? ", " : "",
                              c == '"' || c == '\\' ? "\\" : "");
      g_string_append_unichar (out, c);
      g_string_append_printf (out, "\": %u", byte);
    }
  g_string_append (out, more);
  return g_string_free (out, FALSE);
}

static void
test_special_tokens_that_merges_need_are_saved (void)
{
  g_autofree char *folder = g_dir_make_tmp (NULL, NULL);
  g_autofree char *path = g_build_filename (folder, "tokenizer.json", NULL);
  g_autofree char *vocabulary = byte_vocabulary (", \"th\": 256, \"the\": 257");
  g_autofree char *file = g_strdup_printf (
      "{\"added_tokens\": [{\"id\": 256, \"content\": \"th\"}, {\"id\": 101, \"content\": \"e\"}], "
      "\"pre_tokenizer\": {\"type\": \"ByteLevel\", \"add_prefix_space\": false}, "
      "\"model\": {\"type\": \"BPE\", \"vocab\": {%s}, \"merges\": [\"t h\", \"th e\"]}}",
      vocabulary);
  AssayTextError error = { "" };
  AssayBpe *bpe, *back;

  g_assert_true (g_file_set_contents (path, file, -1, NULL));
  bpe = assay_bpe_open (path, &error);
  g_assert_cmpstr (error.text, ==, "");
  g_assert_true (assay_bpe_save (bpe, path, &error));
  back = assay_bpe_open (path, &error);
  g_assert_cmpstr (error.text, ==, "");
  check_same (bpe, back);
  {
    g_autoptr (GArray) ids = encode (back, "the", 3, false);

    g_assert_cmpuint (ids->len, ==, 1);
    g_assert_cmpint (g_array_index (ids, int32_t, 0), ==, 257);
  }
  assay_bpe_free (bpe);
  assay_bpe_free (back);
  g_unlink (path);
  g_rmdir (folder);
}

static void
test_broken_merges_are_refused (void)
{
  static const struct
  {
    const char *text;
    gssize length;
    const char *says;
  } wrong[] = {
    { "t \xc3", -1, "a merge is two tokens" }, /* half a character, at the end of the file */
    { "t \xc3\x28", -1, "a merge is two tokens" },
    { "t h\0e x", 7, "byte 4 is NUL" },
    { "t h\nt h\n", -1, "line 2: a merge is two tokens" },
  };
  g_autofree char *folder = g_dir_make_tmp (NULL, NULL);
  g_autofree char *vocab = g_build_filename (folder, "vocab.json", NULL);
  g_autofree char *merges = g_build_filename (folder, "merges.txt", NULL);
  g_autofree char *vocabulary = byte_vocabulary (", \"th\": 256}");
  g_autofree char *file = g_strconcat ("{", vocabulary, NULL);

  g_assert_true (g_file_set_contents (vocab, file, -1, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      AssayTextError error = { "" };

      g_assert_true (g_file_set_contents (merges, wrong[i].text, wrong[i].length, NULL));
      g_assert_null (assay_bpe_open_gpt2 (vocab, merges, &error));
      g_assert_nonnull (strstr (error.text, merges));
      g_assert_nonnull (strstr (error.text, wrong[i].says));
    }
  g_unlink (vocab);
  g_unlink (merges);
  g_rmdir (folder);
}

/* ---- GPT-2's own ---- */

static AssayBpe *
open_gpt2 (void)
{
  AssayTextError error = { "" };
  AssayBpe *bpe;

  if (access (DATA "/gpt2-bpe/vocab.json", R_OK) != 0)
    {
      g_test_skip ("there is no " DATA "/gpt2-bpe");
      return NULL;
    }
  bpe = assay_bpe_open_gpt2 (DATA "/gpt2-bpe/vocab.json", DATA "/gpt2-bpe/merges.txt", &error);
  g_assert_cmpstr (error.text, ==, "");
  return bpe;
}

static void
test_gpt2_encodes_as_published (void)
{
  static const struct
  {
    const char *text;
    int32_t ids[10];
    guint n;
  } known[] = {
    { "Hello world", { 15496, 995 }, 2 },
    { "The quick brown fox jumps over the lazy dog",
      { 464, 2068, 7586, 21831, 18045, 625, 262, 16931, 3290 },
      9 },
    { "<|endoftext|>", { 50256 }, 1 },
  };
  AssayBpe *bpe = open_gpt2 ();

  if (bpe == NULL)
    return;
  g_assert_cmpuint (assay_bpe_n (bpe), ==, 50257);
  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    {
      g_autoptr (GArray) ids = encode (bpe, known[i].text, strlen (known[i].text), true);

      g_assert_cmpmem (ids->data, ids->len * 4, known[i].ids, known[i].n * 4);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    check_round_trip (bpe, texts[i], strlen (texts[i]));
  assay_bpe_free (bpe);
}

static void
test_a_long_piece_takes_no_square_of_its_time (void)
{
  AssayBpe *bpe = train (300);
  gsize n = 1 << 20;
  g_autofree char *text = g_malloc (n);

  memset (text, 'a', n);
  g_assert_cmpuint (assay_bpe_encode (bpe, text, n, true, NULL, 0), >, 0);
  for (gsize i = 0; i < n; i++)
    text[i] = "that"[i % 4];
  check_round_trip (bpe, text, n);
  assay_bpe_free (bpe);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/bpe/any-bytes-come-back", test_any_bytes_come_back);
  g_test_add_func ("/bpe/training-takes-the-most-frequent-pair-each-time",
                   test_training_takes_the_most_frequent_pair_each_time);
  g_test_add_func ("/bpe/special-tokens-are-found-only-when-asked",
                   test_special_tokens_are_found_only_when_asked);
  g_test_add_func ("/bpe/a-saved-tokenizer-is-read-back", test_a_saved_tokenizer_is_read_back);
  g_test_add_func ("/bpe/wrong-files-are-refused-by-name", test_wrong_files_are_refused_by_name);
  g_test_add_func ("/bpe/special-tokens-that-merges-need-are-saved",
                   test_special_tokens_that_merges_need_are_saved);
  g_test_add_func ("/bpe/broken-merges-are-refused", test_broken_merges_are_refused);
  g_test_add_func ("/bpe/gpt2-encodes-as-published", test_gpt2_encodes_as_published);
  g_test_add_func ("/bpe/a-long-piece-takes-no-square-of-its-time",
                   test_a_long_piece_takes_no_square_of_its_time);
  return g_test_run ();
}

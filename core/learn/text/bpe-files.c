/* SPDX-License-Identifier: Apache-2.0
 *
 * The two file forms.  Both write a byte as a character: printable Latin-1 as itself, the others
 * as U+0100 and on, in order.
 */
#include "base/file/file.h"
#include "base/json/json.h"
#include "learn/text/bpe-internal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FILE ((size_t) 1 << 28)

/* ---- bytes as characters ---- */

static bool
stands_for_itself (uint32_t c)
{
  return (c >= 33 && c <= 126) || (c >= 161 && c <= 172) || (c >= 174 && c <= 255);
}

/** The characters of all bytes. */
static void
fill_characters (uint16_t character[256])
{
  uint16_t next = 256;

  for (uint32_t byte = 0; byte < 256; byte++)
    character[byte] = stands_for_itself (byte) ? (uint16_t) byte : next++;
}

/** Turns @text's characters into the bytes they stand for, in place; its length, or -1 if one
 *  stands for none. */
static long
to_bytes (char *text)
{
  uint16_t character[256];
  const unsigned char *at = (const unsigned char *) text;
  long n = 0;

  fill_characters (character);
  while (*at != '\0')
    {
      /* Every character that stands for a byte has one or two bytes of UTF-8. */
      uint32_t code = at[0] < 0x80 ? at[0] : (uint32_t) (at[0] & 0x1f) << 6 | (at[1] & 0x3f);
      int byte = 255;

      if (at[0] >= 0xe0 || (at[0] >= 0x80 && (at[1] & 0xc0) != 0x80))
        return -1;
      while (byte >= 0 && character[byte] != code)
        byte--;
      if (byte < 0)
        return -1;
      at += at[0] < 0x80 ? 1 : 2;
      text[n++] = (char) byte;
    }
  return n;
}

/* ---- reading ---- */

typedef struct Source
{
  const char *path;
  char *text; /* NUL-terminated */
  size_t length;
  char *room; /* for a decoded string: as long as the text */
  AssayTextError *error;
} Source;

static void
close_source (Source *source)
{
  free (source->text);
  free (source->room);
}

static bool
fail (const Source *source, const JsonCursor *json, const char *format, ...)
{
  char what[256];
  size_t line = 1;
  va_list arguments;

  va_start (arguments, format);
  vsnprintf (what, sizeof what, format, arguments);
  va_end (arguments);
  for (const char *at = source->text; json != NULL && at < json->at; at++)
    line += *at == '\n';
  if (json != NULL)
    bpe_error (source->error, "%s, line %zu: %s", source->path, line,
               json->wrong != NULL ? json->wrong : what);
  else
    bpe_error (source->error, "%s: %s", source->path, what);
  return false;
}

static bool
read_stream (Source *source, FILE *file)
{
  size_t room = 1 << 16, n;

  source->text = bpe_grow (NULL, room, 1);
  while ((n = fread (source->text + source->length, 1, room - 1 - source->length, file)) > 0)
    {
      source->length += n;
      if (source->length > MAX_FILE)
        return fail (source, NULL, "it is larger than %zu MiB: is it a tokenizer?", MAX_FILE >> 20);
      if (source->length == room - 1)
        source->text = bpe_grow (source->text, room *= 2, 1);
    }
  source->text[source->length] = '\0';
  if (ferror (file))
    return fail (source, NULL, "cannot be read: %s", strerror (errno));
  if (strlen (source->text) < source->length)
    return fail (source, NULL, "byte %zu is NUL, which no text holds", strlen (source->text) + 1);
  source->room = bpe_grow (NULL, source->length + 1, 1);
  return true;
}

static bool
open_source (Source *source, const char *path, AssayTextError *error)
{
  FILE *file = fopen (path, "rbe");
  bool ok;

  *source = (Source){ .path = path, .error = error };
  if (file == NULL)
    return fail (source, NULL, "cannot be opened: %s", strerror (errno));
  ok = read_stream (source, file);
  fclose (file);
  return ok;
}

static JsonCursor
cursor_of (const Source *source)
{
  return (JsonCursor){ .at = source->text, .end = source->text + source->length };
}

/** The value of @object's member @name; false: there is none, or `wrong` of @value says why. */
static bool
find_member (const Source *source, JsonCursor object, const char *name, JsonCursor *value)
{
  *value = object;
  if (!json_take (value, '{') || json_take (value, '}'))
    return false;
  do
    {
      if (json_string (value, source->room) == NULL || !json_expect (value, ':'))
        return false;
      if (strcmp (source->room, name) == 0)
        return true;
      if (!json_skip (value))
        return false;
    }
  while (json_take (value, ','));
  json_expect (value, '}');
  return false;
}

/** Whether @object has member @name, with text @text. */
static bool
member_is (const Source *source, JsonCursor object, const char *name, const char *text)
{
  JsonCursor value;

  return find_member (source, object, name, &value) && json_string (&value, source->room) != NULL
         && strcmp (source->room, text) == 0;
}

static bool
stands_at (JsonCursor value, const char *word)
{
  json_take (&value, '\0'); /* only skips blanks */
  return (size_t) (value.end - value.at) >= strlen (word)
         && memcmp (value.at, word, strlen (word)) == 0;
}

/** Whether member @name is true; @otherwise if there is none. */
static bool
member_is_true (const Source *source, JsonCursor object, const char *name, bool otherwise)
{
  JsonCursor value;

  return find_member (source, object, name, &value) ? stands_at (value, "true") : otherwise;
}

/** {"token": id, ...} */
static bool
read_vocabulary (AssayBpe *bpe, const Source *source, JsonCursor json)
{
  uint64_t id;
  long length;

  if (!json_expect (&json, '{'))
    return fail (source, &json, " ");
  do
    {
      if (json_string (&json, source->room) == NULL || !json_expect (&json, ':')
          || !json_whole (&json, &id))
        return fail (source, &json, " ");
      length = to_bytes (source->room);
      if (id >= BPE_MAX_TOKENS)
        return fail (source, &json, "id %llu is larger than %u", (unsigned long long) id,
                     BPE_MAX_TOKENS - 1);
      /* A special token of the vocabulary is no bytes; it is listed among the added ones. */
      if (length > 0 && !bpe_put_token (bpe, (uint32_t) id, source->room, (size_t) length, false))
        return fail (source, &json, "id %llu, or this token, stands there twice",
                     (unsigned long long) id);
    }
  while (json_take (&json, ','));
  return json_expect (&json, '}') || fail (source, &json, " ");
}

/** "left right", characters as in the files; changes the text. */
static bool
add_merge (AssayBpe *bpe, char *left, char *right)
{
  char joined[512];
  long m = to_bytes (left), n = to_bytes (right);
  int32_t ids[3];

  if (m <= 0 || n <= 0 || (size_t) (m + n) > sizeof joined)
    return false;
  memcpy (joined, left, (size_t) m);
  memcpy (joined + m, right, (size_t) n);
  ids[0] = assay_bpe_id (bpe, left, (size_t) m);
  ids[1] = assay_bpe_id (bpe, right, (size_t) n);
  ids[2] = assay_bpe_id (bpe, joined, (size_t) (m + n));
  return ids[0] >= 0 && ids[1] >= 0 && ids[2] >= 0
         && bpe_put_merge (bpe, (uint32_t) ids[0], (uint32_t) ids[1], (uint32_t) ids[2]);
}

static const char wrong_merge[]
    = "a merge is two tokens with a blank between them, once, and what they make is a token";

static bool
add_merge_line (AssayBpe *bpe, char *line)
{
  char *blank = strchr (line, ' ');

  if (blank == NULL)
    return false;
  *blank = '\0';
  return add_merge (bpe, line, blank + 1);
}

/** ["a b", ...] or [["a", "b"], ...] */
static bool
read_merges (AssayBpe *bpe, const Source *source, JsonCursor json)
{
  if (!json_expect (&json, '['))
    return fail (source, &json, " ");
  if (json_take (&json, ']'))
    return true;
  do
    {
      bool pair = json_take (&json, '[');
      char *right = json_string (&json, source->room);

      if (right == NULL
          || (pair
              && (!json_expect (&json, ',') || json_string (&json, right) == NULL
                  || !json_expect (&json, ']'))))
        return fail (source, &json, " ");
      if (pair ? !add_merge (bpe, source->room, right) : !add_merge_line (bpe, source->room))
        return fail (source, &json, wrong_merge);
    }
  while (json_take (&json, ','));
  return json_expect (&json, ']') || fail (source, &json, " ");
}

static bool
read_merge_lines (AssayBpe *bpe, Source *source)
{
  JsonCursor place = cursor_of (source);
  size_t skipped = strncmp (source->text, "#version", 8) == 0 ? strcspn (source->text, "\n") : 0;

  for (char *line = source->text + skipped, *next; *line != '\0'; line = next)
    {
      size_t n = strcspn (line, "\n");

      next = line + n + (line[n] == '\n');
      place.at = line;
      memcpy (source->room, line, n);
      source->room[n - (n > 0 && line[n - 1] == '\r')] = '\0';
      if (source->room[0] != '\0' && !add_merge_line (bpe, source->room))
        return fail (source, &place, wrong_merge);
    }
  return true;
}

AssayBpe *
assay_bpe_open_gpt2 (const char *vocab_json, const char *merges_txt, AssayTextError *error)
{
  static const char end[] = "<|endoftext|>";
  Source vocabulary, merges = { 0 };
  AssayBpe *bpe = bpe_new ();
  int32_t id;
  bool ok = open_source (&vocabulary, vocab_json, error)
            && read_vocabulary (bpe, &vocabulary, cursor_of (&vocabulary))
            && open_source (&merges, merges_txt, error) && read_merge_lines (bpe, &merges);

  if (ok && (id = assay_bpe_id (bpe, end, sizeof end - 1)) >= 0)
    bpe->tokens[id].special = true;
  ok = ok && bpe_finish (bpe, vocab_json, BPE_GPT2_PATTERN, error);
  close_source (&vocabulary);
  close_source (&merges);
  if (ok)
    return bpe;
  assay_bpe_free (bpe);
  return NULL;
}

/* ---- tokenizer.json ---- */

/** [{"id": 0, "content": "<|endoftext|>", "special": true, ...}, ...] */
static bool
read_added (AssayBpe *bpe, const Source *source, JsonCursor json)
{
  if (!json_expect (&json, '['))
    return fail (source, &json, " ");
  if (json_take (&json, ']'))
    return true;
  do
    {
      JsonCursor id, content;
      uint64_t number;

      if (!find_member (source, json, "id", &id) || !json_whole (&id, &number)
          || !find_member (source, json, "content", &content)
          || json_string (&content, source->room) == NULL)
        return fail (source, &json, "an added token needs an id and a content");
      if (number >= BPE_MAX_TOKENS
          || !bpe_put_token (bpe, (uint32_t) number, source->room, strlen (source->room), true))
        return fail (source, &json, "added token \"%.60s\": its id, or the token, is taken",
                     source->room);
      if (!json_skip (&json))
        return fail (source, &json, " ");
    }
  while (json_take (&json, ','));
  return json_expect (&json, ']') || fail (source, &json, " ");
}

static bool
read_normaliser (AssayBpe *bpe, const Source *source, JsonCursor root)
{
  JsonCursor value;

  if (!find_member (source, root, "normalizer", &value) || stands_at (value, "null"))
    return true;
  bpe->nfc = member_is (source, value, "type", "NFC");
  return bpe->nfc || fail (source, &value, "its normaliser is neither null nor NFC");
}

/** One pre-tokenizer: ByteLevel, or Split by a regular expression.  @pattern is replaced by
 *  allocated text where it says one. */
static bool
read_one_pretokenizer (AssayBpe *bpe, const Source *source, JsonCursor value, char **pattern)
{
  JsonCursor member, regex;

  if (member_is (source, value, "type", "ByteLevel"))
    {
      bpe->add_prefix_space = member_is_true (source, value, "add_prefix_space", true);
      return true;
    }
  if (member_is (source, value, "type", "Split") && find_member (source, value, "pattern", &member)
      && find_member (source, member, "Regex", &regex) && json_string (&regex, source->room) != NULL
      && *pattern == NULL && member_is (source, value, "behavior", "Isolated")
      && !member_is_true (source, value, "invert", false))
    {
      regex = member;
      find_member (source, member, "Regex", &regex);
      json_string (&regex, source->room);
      *pattern = strcpy (bpe_grow (NULL, strlen (source->room) + 1, 1), source->room);
      return true;
    }
  return fail (source, &value,
               "its pre_tokenizer is neither ByteLevel nor a Split by one Regex, isolated");
}

static bool
read_pretokenizer (AssayBpe *bpe, const Source *source, JsonCursor root, char **pattern)
{
  JsonCursor value, list;

  if (!find_member (source, root, "pre_tokenizer", &value))
    return fail (source, NULL, "it has no pre_tokenizer");
  if (!member_is (source, value, "type", "Sequence"))
    return read_one_pretokenizer (bpe, source, value, pattern);
  if (!find_member (source, value, "pretokenizers", &list) || !json_take (&list, '['))
    return fail (source, &value, "its Sequence has no list of pretokenizers");
  do
    if (!read_one_pretokenizer (bpe, source, list, pattern) || !json_skip (&list))
      return false;
  while (json_take (&list, ','));
  return true;
}

static bool
read_tokenizer (AssayBpe *bpe, const Source *source)
{
  JsonCursor root = cursor_of (source), model, vocabulary, merges, added;
  char *pattern = NULL;
  bool ok;

  if (!find_member (source, root, "model", &model))
    return fail (source, &model, "it has no model: is it a tokenizer.json?");
  if (!member_is (source, model, "type", "BPE"))
    return fail (source, &model, "its model is no BPE");
  if (member_is_true (source, model, "byte_fallback", false))
    return fail (source, &model, "its BPE is on characters with a fallback to bytes, not on bytes");
  if (!find_member (source, model, "vocab", &vocabulary)
      || !find_member (source, model, "merges", &merges))
    return fail (source, &model, "its model has no vocab or no merges");
  ok = read_vocabulary (bpe, source, vocabulary) && read_merges (bpe, source, merges)
       && (!find_member (source, root, "added_tokens", &added) || read_added (bpe, source, added))
       && read_normaliser (bpe, source, root) && read_pretokenizer (bpe, source, root, &pattern)
       && bpe_finish (bpe, source->path, pattern != NULL ? pattern : BPE_GPT2_PATTERN,
                      source->error);
  free (pattern);
  return ok;
}

AssayBpe *
assay_bpe_open (const char *tokenizer_json, AssayTextError *error)
{
  AssayBpe *bpe = bpe_new ();
  Source source;
  bool ok = open_source (&source, tokenizer_json, error) && read_tokenizer (bpe, &source);

  close_source (&source);
  if (ok)
    return bpe;
  assay_bpe_free (bpe);
  return NULL;
}

/* ---- writing ---- */

/** @bytes as a JSON string: of characters that stand for bytes, or, of a special token, as they
 *  are. */
static void
write_string (FILE *out, const char *bytes, size_t length, bool special)
{
  uint16_t character[256];

  fill_characters (character);
  fputc ('"', out);
  for (size_t i = 0; i < length; i++)
    {
      unsigned char byte = (unsigned char) bytes[i];
      uint32_t code = special ? byte : character[byte];

      if (code == '"' || code == '\\')
        fputc ('\\', out);
      if (code < 0x20)
        fprintf (out, "\\u%04x", code);
      else if (special || code < 0x80)
        fputc ((int) code, out);
      else
        fprintf (out, "%c%c", (int) (0xc0 | code >> 6), (int) (0x80 | (code & 0x3f)));
    }
  fputc ('"', out);
}

static void
write_token (FILE *out, const AssayBpe *bpe, uint32_t id, bool special)
{
  const BpeSpan *span = &bpe->tokens[id];

  write_string (out, bpe->bytes + span->begin, span->length, special);
}

static void
write_added (FILE *out, const AssayBpe *bpe)
{
  for (uint32_t i = 0; i < bpe->n_specials; i++)
    {
      fprintf (out, "%s\n    {\"id\": %u, \"content\": ", i > 0 ? "," : "", bpe->specials[i]);
      write_token (out, bpe, bpe->specials[i], true);
      fputs (", \"single_word\": false, \"lstrip\": false, \"rstrip\": false, "
             "\"normalized\": false, \"special\": true}",
             out);
    }
}

/** Tokens that stand in the vocabulary: all but special ones that no merge needs.  To be freed. */
static bool *
vocabulary_of (const AssayBpe *bpe)
{
  bool *in = bpe_grow (NULL, bpe->n_tokens, sizeof *in);

  for (uint32_t id = 0; id < bpe->n_tokens; id++)
    in[id] = bpe->tokens[id].there && !bpe->tokens[id].special;
  for (uint32_t i = 0; i < 256; i++)
    in[bpe->of_byte[i]] = true;
  for (uint32_t i = 0; i < bpe->n_merges; i++)
    in[bpe->merges[i].left] = in[bpe->merges[i].right] = in[bpe->merges[i].result] = true;
  return in;
}

static void
write_model (FILE *out, const AssayBpe *bpe)
{
  bool *in = vocabulary_of (bpe), any = false;

  fputs ("  \"model\": {\"type\": \"BPE\", \"dropout\": null, \"unk_token\": null,\n"
         "    \"continuing_subword_prefix\": null, \"end_of_word_suffix\": null,\n"
         "    \"fuse_unk\": false, \"byte_fallback\": false, \"vocab\": {",
         out);
  for (uint32_t id = 0; id < bpe->n_tokens; id++)
    if (in[id])
      {
        fputs (any ? ",\n      " : "\n      ", out);
        write_token (out, bpe, id, false);
        fprintf (out, ": %u", id);
        any = true;
      }
  fputs ("},\n    \"merges\": [", out);
  for (uint32_t i = 0; i < bpe->n_merges; i++)
    {
      fputs (i > 0 ? ",\n      [" : "\n      [", out);
      write_token (out, bpe, bpe->merges[i].left, false);
      fputs (", ", out);
      write_token (out, bpe, bpe->merges[i].right, false);
      fputc (']', out);
    }
  fputs ("]}\n}\n", out);
  free (in);
}

static void
write_tokenizer (FILE *out, const AssayBpe *bpe)
{
  static const char byte_level[]
      = "{\"type\": \"ByteLevel\", \"add_prefix_space\": %s, \"trim_offsets\": true, "
        "\"use_regex\": false}";

  fputs ("{\n  \"version\": \"1.0\", \"truncation\": null, \"padding\": null,\n"
         "  \"added_tokens\": [",
         out);
  write_added (out, bpe);
  fprintf (out,
           "],\n  \"normalizer\": %s,\n  \"pre_tokenizer\": {\"type\": \"Sequence\", "
           "\"pretokenizers\": [\n    {\"type\": \"Split\", \"pattern\": {\"Regex\": ",
           bpe->nfc ? "{\"type\": \"NFC\"}" : "null");
  write_string (out, bpe->pattern, strlen (bpe->pattern), true);
  fputs ("}, \"behavior\": \"Isolated\", \"invert\": false},\n    ", out);
  fprintf (out, byte_level, bpe->add_prefix_space ? "true" : "false");
  fputs ("]},\n  \"post_processor\": null,\n  \"decoder\": ", out);
  fprintf (out, byte_level, "false");
  fputs (",\n", out);
  write_model (out, bpe);
}

bool
assay_bpe_save (const AssayBpe *bpe, const char *tokenizer_json, AssayTextError *error)
{
  char *text = NULL;
  size_t length = 0;
  FILE *out = open_memstream (&text, &length);
  bool ok = false;

  if (out != NULL)
    {
      write_tokenizer (out, bpe);
      ok = fclose (out) == 0 && assay_file_replace (tokenizer_json, text, length);
    }
  if (!ok)
    bpe_error (error, "%s cannot be written: %s", tokenizer_json, strerror (errno));
  free (text);
  return ok;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/text/best-of-n-table.h"

#include <stdlib.h>
#include <string.h>

#define MAX_ANSWERS (1u << 24)
#define MAX_MEMBERS 64

enum
{
  INSTRUCTION,
  INPUT,
  ANSWERS,
  GOLD,
  PROXY,
  N_FIELDS
};
static const char *const names[N_FIELDS]
    = { "instruction", "input", "answers", "gold_scores", "proxy_scores" };

struct AssayTablePrompt
{
  const char *instruction, *input; /* first quotes; input may be NULL */
};

/* Lists of a row, kept from row to row for their memory. */
typedef struct Numbers
{
  double *x;
  size_t n, room;
} Numbers;

typedef struct Reader
{
  AssayRows rows;
  AssayScoreOrder order;
  JsonCursor fields[N_FIELDS];
  AssayBestOfNTable *table;
  size_t score_room, hash_room, answer_room, member_room, prompt_room;
  const char **answers; /* first quotes */
  uint64_t *hashes;
  size_t n_answers, text_room, text_hash_room;
  Numbers gold, proxy;
  size_t outer, inner; /* shape of the proxy scores; inner 0: a list of numbers */
  AssayArena *arena;   /* of the text that is hashed */
} Reader;

/* ---- One row --------------------------------------------------------------------- */

static bool
begin_list (Reader *reader, int field, JsonCursor *json)
{
  *json = reader->fields[field];
  if (json->at == NULL)
    return assay_rows_refuse (&reader->rows, "\"%s\" is missing", names[field]);
  return json_take (json, '[')
         || assay_rows_refuse (&reader->rows, "\"%s\" must be a list", names[field]);
}

static bool
take_answer (Reader *reader, JsonCursor *json)
{
  JsonCursor one = { json->at, NULL, NULL };
  AssayText text;

  json_skip (json);
  one.end = json->at;
  if (!assay_row_text (&reader->rows, names[ANSWERS], one, reader->arena, &text))
    return false;
  reader->answers
      = assay_grow (reader->answers, reader->n_answers, &reader->text_room, sizeof one.at);
  reader->hashes = assay_grow (reader->hashes, reader->n_answers, &reader->text_hash_room,
                               sizeof *reader->hashes);
  reader->answers[reader->n_answers] = one.at;
  reader->hashes[reader->n_answers++] = assay_text_hash (text);
  assay_arena_reset (reader->arena);
  return true;
}

static bool
take_answers (Reader *reader)
{
  JsonCursor json;

  reader->n_answers = 0;
  if (!begin_list (reader, ANSWERS, &json))
    return false;
  if (json_take (&json, ']'))
    return assay_rows_refuse (&reader->rows, "there are no answers");
  do
    {
      if (json_peek (&json) != '"')
        return assay_rows_refuse (&reader->rows, "an answer that is no text");
      if (!take_answer (reader, &json))
        return false;
    }
  while (json_take (&json, ','));
  return reader->n_answers <= MAX_ANSWERS
         || assay_rows_refuse (&reader->rows, "more than %u answers", MAX_ANSWERS);
}

/* A list of numbers, its first bracket taken, added to @numbers. */
static bool
take_numbers (Reader *reader, int field, JsonCursor *json, Numbers *numbers)
{
  if (json_take (json, ']'))
    return true;
  do
    {
      numbers->x = assay_grow (numbers->x, numbers->n, &numbers->room, sizeof *numbers->x);
      if (!json_number (json, &numbers->x[numbers->n]))
        return assay_rows_refuse (&reader->rows, "\"%s\": %s", names[field], json->wrong);
      numbers->n++;
    }
  while (json_take (json, ','));
  return true;
}

static bool
take_gold (Reader *reader)
{
  JsonCursor json;

  reader->gold.n = 0;
  if (!begin_list (reader, GOLD, &json) || !take_numbers (reader, GOLD, &json, &reader->gold))
    return false;
  return reader->gold.n == reader->n_answers
         || assay_rows_refuse (&reader->rows, "%zu answers, but %zu \"gold_scores\"",
                               reader->n_answers, reader->gold.n);
}

/* Lists of one length; the first bracket of all is taken. */
static bool
take_lists (Reader *reader, JsonCursor *json)
{
  do
    {
      size_t before = reader->proxy.n;

      if (!json_take (json, '['))
        return assay_rows_refuse (&reader->rows, "\"proxy_scores\" mixes lists with others");
      if (!take_numbers (reader, PROXY, json, &reader->proxy))
        return false;
      if (reader->outer++ == 0)
        reader->inner = reader->proxy.n;
      if (reader->proxy.n - before != reader->inner || reader->inner == 0)
        return assay_rows_refuse (&reader->rows,
                                  "the lists of \"proxy_scores\" must be equally long");
      json_take (json, ']');
    }
  while (json_take (json, ','));
  return true;
}

static bool
take_proxy (Reader *reader)
{
  JsonCursor json;

  reader->proxy.n = reader->outer = reader->inner = 0;
  if (!begin_list (reader, PROXY, &json))
    return false;
  if (json_peek (&json) == '[')
    return take_lists (reader, &json);
  if (!take_numbers (reader, PROXY, &json, &reader->proxy))
    return false;
  reader->outer = reader->proxy.n;
  return true;
}

/* ---- Shapes ----------------------------------------------------------------------- */

/* Members, and whether they are the outer index.  False: refused. */
static bool
find_shape (Reader *reader, size_t *n_members, bool *by_members)
{
  size_t n = reader->n_answers, outer = reader->outer, inner = reader->inner;
  bool members_fit = inner == n && reader->order != ASSAY_SCORES_BY_ANSWERS;
  bool answers_fit = outer == n && reader->order != ASSAY_SCORES_BY_MEMBERS;

  *n_members = 1;
  *by_members = true;
  if (inner == 0)
    return outer == n
           || assay_rows_refuse (&reader->rows, "%zu answers, but %zu \"proxy_scores\"", n, outer);
  if (members_fit && answers_fit && n > 1)
    return assay_rows_refuse (&reader->rows,
                              "%zu answers and %zu x %zu \"proxy_scores\": say whether members or "
                              "answers come first",
                              n, outer, inner);
  if (!members_fit && !answers_fit)
    return assay_rows_refuse (&reader->rows, "%zu answers, but %zu x %zu \"proxy_scores\"", n,
                              outer, inner);
  *by_members = members_fit;
  *n_members = members_fit ? outer : inner;
  return *n_members <= MAX_MEMBERS
         || assay_rows_refuse (&reader->rows, "more than %d members", MAX_MEMBERS);
}

/* The first good row decides for all. */
static bool
agree (Reader *reader, size_t n_members)
{
  AssayBestOfNTable *table = reader->table;

  if (table->n_prompts == 0)
    {
      table->n_answers = (uint32_t) reader->n_answers;
      table->n_members = (uint32_t) n_members;
    }
  if (table->n_answers != reader->n_answers)
    return assay_rows_refuse (&reader->rows, "%zu answers, where the rows before have %u",
                              reader->n_answers, table->n_answers);
  if (table->n_members != n_members)
    return assay_rows_refuse (&reader->rows, "%zu members, where the rows before have %u",
                              n_members, table->n_members);
  return table->n_prompts < UINT32_MAX || assay_rows_refuse (&reader->rows, "too many rows");
}

/* Room for one more row in the table. */
static void
grow_table (Reader *reader)
{
  AssayBestOfNTable *table = reader->table;
  size_t n = (size_t) table->n_prompts, last = (n + 1) * table->n_answers - 1;

  table->gold = assay_grow (table->gold, last, &reader->score_room, sizeof *table->gold);
  table->hashes = assay_grow (table->hashes, last, &reader->hash_room, sizeof *table->hashes);
  table->answers = assay_grow (table->answers, last, &reader->answer_room, sizeof *table->answers);
  table->members = assay_grow (table->members, (last + 1) * table->n_members - 1,
                               &reader->member_room, sizeof *table->members);
  table->prompts = assay_grow (table->prompts, n, &reader->prompt_room, sizeof *table->prompts);
}

static void
put_row (Reader *reader, bool by_members)
{
  AssayBestOfNTable *table = reader->table;
  size_t n = table->n_answers, k = table->n_members, at = n * table->n_prompts;

  grow_table (reader);
  memcpy (table->gold + at, reader->gold.x, n * sizeof *table->gold);
  memcpy (table->hashes + at, reader->hashes, n * sizeof *table->hashes);
  memcpy (table->answers + at, reader->answers, n * sizeof *table->answers);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < k; j++)
      table->members[(at + i) * k + j] = reader->proxy.x[by_members ? j * n + i : i * k + j];
  table->prompts[table->n_prompts++] = (struct AssayTablePrompt){
    reader->fields[INSTRUCTION].at,
    reader->fields[INPUT].at,
  };
}

/* A text that is read when somebody asks for it. */
static bool
check_text (Reader *reader, int field, bool needed)
{
  AssayText text;
  bool ok = (reader->fields[field].at == NULL && !needed)
            || assay_row_text (&reader->rows, names[field], reader->fields[field], reader->arena,
                               &text);

  assay_arena_reset (reader->arena);
  return ok;
}

static void
take_row (Reader *reader)
{
  size_t n_members = 0;
  bool by_members = false;

  if (check_text (reader, INSTRUCTION, true) && check_text (reader, INPUT, false)
      && take_answers (reader) && take_gold (reader) && take_proxy (reader)
      && find_shape (reader, &n_members, &by_members) && agree (reader, n_members))
    put_row (reader, by_members);
}

/* ---- The table --------------------------------------------------------------------- */

AssayBestOfNTable *
assay_best_of_n_table_open (const char *path, AssayScoreOrder order, AssayBadRows *bad,
                            AssayTextError *error)
{
  AssayBestOfNTable *table = assay_alloc_zeroed (sizeof *table);
  Reader reader = { .order = order, .table = table };
  bool ok = assay_text_open (&table->file, path, error);

  if (ok)
    {
      reader.arena = assay_arena_new ();
      assay_rows_begin (&reader.rows, &table->file, bad, error);
      while (assay_rows_next (&reader.rows, names, N_FIELDS, reader.fields))
        take_row (&reader);
      ok = assay_rows_end (&reader.rows, table->n_prompts);
      assay_arena_free (reader.arena);
    }
  free (reader.answers);
  free (reader.hashes);
  free (reader.gold.x);
  free (reader.proxy.x);
  if (ok)
    return table;
  assay_best_of_n_table_free (table);
  return NULL;
}

void
assay_best_of_n_table_free (AssayBestOfNTable *table)
{
  if (table == NULL)
    return;
  assay_text_close (&table->file);
  free (table->gold);
  free (table->members);
  free (table->hashes);
  free (table->prompts);
  free (table->answers);
  free (table);
}

/* The string that begins at @quote; it was checked when the table was read. */
static AssayText
read_text (const AssayBestOfNTable *table, const char *quote, AssayArena *arena)
{
  JsonCursor json = { quote, table->file.text.bytes + table->file.text.length, NULL };
  char *out = NULL, *end = NULL;

  if (quote == NULL)
    return (AssayText){ "", 0 };
  json_skip (&json);
  out = assay_arena_alloc (arena, (size_t) (json.at - quote));
  end = json_string (&(JsonCursor){ quote, json.at, NULL }, out);
  return (AssayText){ out, end != NULL ? (size_t) (end - out) - 1 : 0 };
}

AssayText
assay_best_of_n_instruction (const AssayBestOfNTable *table, uint32_t prompt, AssayArena *arena)
{
  return read_text (table, table->prompts[prompt].instruction, arena);
}

AssayText
assay_best_of_n_input (const AssayBestOfNTable *table, uint32_t prompt, AssayArena *arena)
{
  return read_text (table, table->prompts[prompt].input, arena);
}

AssayText
assay_best_of_n_answer (const AssayBestOfNTable *table, uint32_t prompt, uint32_t answer,
                        AssayArena *arena)
{
  return read_text (table, table->answers[(size_t) prompt * table->n_answers + answer], arena);
}

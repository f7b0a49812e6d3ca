/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/text/jsonl.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_KEY 64 /* bytes of the longest name that a reader asks for */

void *
assay_grow (void *memory, size_t n, size_t *room, size_t size)
{
  size_t larger = *room > 0 ? *room : 16;

  if (n < *room)
    return memory;
  while (larger <= n && larger <= SIZE_MAX / 4 / size)
    larger *= 2;
  memory = larger > n ? realloc (memory, larger * size) : NULL;
  if (memory == NULL)
    {
      fprintf (stderr, "There is no memory for %zu rows: read fewer at once\n", n);
      abort ();
    }
  *room = larger;
  return memory;
}

void
assay_rows_begin (AssayRows *rows, const AssayTextFile *file, AssayBadRows *bad,
                  AssayTextError *error)
{
  JsonCursor json = { file->text.bytes, file->text.bytes + file->text.length, NULL };

  *rows = (AssayRows){ .file = file,
                       .bad = bad,
                       .error = error,
                       .at = json.at,
                       .end = json.end,
                       .counted = json.at,
                       .row = json.at,
                       .line = 1 };
  rows->array = json_take (&json, '[');
  if (rows->array)
    rows->at = json.at;
}

/* ---- Bad rows ------------------------------------------------------------------ */

/* Keeps the sentence that @text has become. */
static bool
refuse (AssayRows *rows, const AssayTextError *text)
{
  if (rows->n_bad++ == 0)
    rows->first = *text;
  if (rows->bad == NULL)
    {
      *rows->error = *text;
      rows->failed = true;
      return false;
    }
  if (rows->bad->n < rows->bad->room)
    rows->bad->texts[rows->bad->n] = *text;
  rows->bad->n++;
  return false;
}

bool
assay_rows_refuse (AssayRows *rows, const char *format, ...)
{
  AssayTextError text;
  int n
      = snprintf (text.text, sizeof text.text, "%.300s: line %zu: ", rows->file->path, rows->line);
  va_list arguments;

  va_start (arguments, format);
  vsnprintf (text.text + n, sizeof text.text - (size_t) n, format, arguments);
  va_end (arguments);
  return refuse (rows, &text);
}

/* What is wrong with the JSON itself. */
static bool
refuse_json (AssayRows *rows, const JsonCursor *json)
{
  bool cut = json->at == rows->file->text.bytes + rows->file->text.length;

  return assay_rows_refuse (rows, "byte %zu of the row: %s%s", (size_t) (json->at - rows->row) + 1,
                            json->wrong, cut ? "; the file ends here, is it whole?" : "");
}

bool
assay_rows_end (AssayRows *rows, size_t n_good)
{
  if (rows->failed || n_good > 0)
    return !rows->failed;
  if (rows->n_bad == 0)
    return assay_text_fail (rows->error, "%.300s: holds no rows", rows->file->path);
  return assay_text_fail (rows->error, "none of %zu rows is good; %.440s", rows->n_bad,
                          rows->first.text);
}

/* ---- Where rows stand ------------------------------------------------------------ */

/* The row begins at @row. */
static void
begin_row (AssayRows *rows, const char *row)
{
  while (rows->counted < row)
    {
      const char *end = memchr (rows->counted, '\n', (size_t) (row - rows->counted));

      rows->line += end != NULL;
      rows->counted = end != NULL ? end + 1 : row;
    }
  rows->row = row;
  rows->n++;
}

static bool
refuse_long (AssayRows *rows)
{
  return assay_rows_refuse (rows, "a row of more than %zu MiB", ASSAY_ROW_MAX >> 20);
}

/* The next line with something on it. */
static bool
find_line (AssayRows *rows)
{
  while (!rows->failed)
    {
      JsonCursor json = { rows->at, rows->end, NULL };
      const char *end = NULL;

      json_peek (&json); /* past blank lines */
      if (json.at == json.end)
        return false;
      end = memchr (json.at, '\n', (size_t) (json.end - json.at));
      rows->row_end = end != NULL ? end : json.end;
      rows->at = rows->row_end;
      begin_row (rows, json.at);
      if ((size_t) (rows->row_end - rows->row) <= ASSAY_ROW_MAX)
        return true;
      refuse_long (rows);
    }
  return false;
}

/* Nothing but blanks may follow the array. */
static bool
end_array (AssayRows *rows, JsonCursor *json)
{
  rows->at = rows->end;
  if (json_peek (json) != '\0' || json->at < json->end)
    {
      begin_row (rows, json->at);
      rows->bad = NULL;
      assay_rows_refuse (rows, "something follows the array of rows");
    }
  return false;
}

/* The next element; where one cannot be told from the next, reading has failed. */
static bool
find_element (AssayRows *rows)
{
  JsonCursor json = { rows->at, rows->end, NULL };

  if (rows->n == 0 && json_take (&json, ']'))
    return end_array (rows, &json);
  if (rows->n > 0)
    {
      if (rows->at == rows->end)
        return false;
      if (json_take (&json, ']'))
        return end_array (rows, &json);
      json_expect (&json, ',');
    }
  json_peek (&json);
  begin_row (rows, json.at);
  if ((size_t) (json.end - json.at) > ASSAY_ROW_MAX)
    json.end = json.at + ASSAY_ROW_MAX;
  if (json.wrong == NULL && json_skip (&json))
    {
      rows->row_end = rows->at = json.at;
      return true;
    }
  rows->bad = NULL;
  if (json.at == json.end && json.end < rows->end)
    return refuse_long (rows);
  return refuse_json (rows, &json);
}

/* ---- Fields ---------------------------------------------------------------------- */

/* The index of the key that stands here among @names; n: it is another one. */
static size_t
find_name (JsonCursor *json, const char *const *names, size_t n)
{
  char key[6 * MAX_KEY + 3]; /* each byte may be an escape */
  const char *start = NULL;
  size_t i = 0;

  json_peek (json);
  start = json->at;
  if (start < json->end && *start != '"')
    json_expect (json, '"');
  if (json->wrong != NULL || !json_skip (json) || (size_t) (json->at - start) >= sizeof key)
    return n;
  json_string (&(JsonCursor){ start, json->at, NULL }, key);
  while (i < n && strcmp (key, names[i]) != 0)
    i++;
  return i;
}

static bool
read_field (AssayRows *rows, JsonCursor *json, const char *const *names, size_t n,
            JsonCursor *fields)
{
  size_t i = find_name (json, names, n);
  const char *start = NULL;

  if (json->wrong != NULL || !json_expect (json, ':'))
    return refuse_json (rows, json);
  json_peek (json);
  start = json->at;
  if (!json_skip (json))
    return refuse_json (rows, json);
  if (i < n && fields[i].at != NULL)
    return assay_rows_refuse (rows, "\"%s\" stands twice", names[i]);
  if (i < n)
    fields[i] = (JsonCursor){ start, json->at, NULL };
  return true;
}

static bool
read_fields (AssayRows *rows, const char *const *names, size_t n, JsonCursor *fields)
{
  JsonCursor json = { rows->row, rows->row_end, NULL };

  memset (fields, 0, n * sizeof *fields);
  if (!json_take (&json, '{'))
    return assay_rows_refuse (rows, "an object in braces must stand here");
  if (!json_take (&json, '}'))
    {
      do
        if (!read_field (rows, &json, names, n, fields))
          return false;
      while (json_take (&json, ','));
      if (!json_expect (&json, '}'))
        return refuse_json (rows, &json);
    }
  json_peek (&json);
  return json.at == json.end || assay_rows_refuse (rows, "something follows the row's last brace");
}

bool
assay_rows_next (AssayRows *rows, const char *const *names, size_t n, JsonCursor *fields)
{
  while (!rows->failed && (rows->array ? find_element : find_line) (rows))
    if (read_fields (rows, names, n, fields))
      return true;
  return false;
}

bool
assay_row_text (AssayRows *rows, const char *name, JsonCursor field, AssayArena *arena,
                AssayText *text)
{
  char *out = NULL, *end = NULL;

  if (field.at == NULL)
    return assay_rows_refuse (rows, "\"%s\" is missing", name);
  if (*field.at != '"')
    return assay_rows_refuse (rows, "\"%s\" must be a text", name);
  out = assay_arena_alloc (arena, (size_t) (field.end - field.at));
  end = json_string (&field, out);
  *text = (AssayText){ out, (size_t) (end - out) - 1 };
  return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/filter-words.h"

#include "host/registry/json.h"
#include <string.h>

#define MAX_VALUES 200 /* remembered of one key */

static const char *const keys[]
    = { "study",   "preset", "plan",   "seed",    "status",   "id",       "tag",
        "starred", "note",   "reason", "started", "finished", "duration", NULL };
static const char *const operators[] = { "=", "!=", "<", "<=", ">", ">=", "~", NULL };
static const char *const joins[] = { "and", "or", NULL };
static const char *const truths[] = { "true", "false", NULL };

/* ---- where the cursor stands ---- */

typedef struct
{
  const char *text, *at, *end;
} Scanner;

static void
skip (Scanner *s, const char *what)
{
  while (s->at < s->end && strchr (what, *s->at) != NULL)
    s->at++;
}

/* The next word, without quotes; its place is *@start. */
static char *
take_word (Scanner *s, const char **start)
{
  GString *word = g_string_new (NULL);

  *start = s->at;
  if (s->at < s->end && *s->at == '"')
    {
      for (s->at++; s->at < s->end && *s->at != '"'; s->at++)
        {
          if (*s->at == '\\' && s->at + 1 < s->end)
            s->at++;
          g_string_append_c (word, *s->at);
        }
      if (s->at < s->end)
        s->at++;
    }
  else
    while (s->at < s->end && (guchar) *s->at > ' ' && strchr (",()\"=!<>~&|\\", *s->at) == NULL)
      g_string_append_c (word, *s->at++);
  return g_string_free (word, FALSE);
}

static void
found (StudioWordPlace *place, const Scanner *s, StudioWordKind kind, const char *start,
       const char *partial)
{
  place->kind = kind;
  place->start = (gsize) (start - s->text);
  g_free (place->partial);
  place->partial = g_strdup (partial);
}

/* One word in @kind's place.  TRUE: the cursor is in it. */
static gboolean
step (Scanner *s, StudioWordPlace *place, StudioWordKind *kind)
{
  g_autofree char *word = NULL;
  const char *start;

  skip (s, *kind == STUDIO_WORD_KEY ? " \t(" : *kind == STUDIO_WORD_JOIN ? " \t)" : " \t");
  if (*kind == STUDIO_WORD_OPERATOR)
    {
      start = s->at;
      skip (s, "=!<>~");
      if (s->at == s->end && s->at == start)
        return found (place, s, STUDIO_WORD_OPERATOR, start, ""), TRUE;
      *kind = STUDIO_WORD_VALUE;
      if (s->at == start) /* no operator where one should be: the text is wrong already */
        *kind = STUDIO_WORD_KEY;
      return s->at == s->end ? found (place, s, *kind, s->at, ""), TRUE : FALSE;
    }
  word = take_word (s, &start);
  if (s->at == s->end)
    return found (place, s, *kind, start, word), TRUE;
  if (s->at == start) /* a sign that has no business here */
    s->at++;
  if (*kind == STUDIO_WORD_VALUE)
    {
      skip (s, " \t");
      if (s->at < s->end && *s->at == ',')
        s->at++;
      else
        *kind = STUDIO_WORD_JOIN;
    }
  else if (strcmp (word, "and") == 0 || strcmp (word, "or") == 0 || strcmp (word, "not") == 0
           || *word == '\0')
    *kind = STUDIO_WORD_KEY;
  else
    {
      g_free (place->key);
      place->key = g_steal_pointer (&word);
      *kind = STUDIO_WORD_OPERATOR;
    }
  return FALSE;
}

StudioWordPlace
studio_word_place (const char *text, gsize cursor)
{
  StudioWordPlace place = { .partial = g_strdup ("") };
  Scanner s = { text, text, text + MIN (cursor, strlen (text)) };
  StudioWordKind kind = STUDIO_WORD_KEY;

  place.start = (gsize) (s.end - text);
  while (!step (&s, &place, &kind))
    ;
  return place;
}

void
studio_word_place_clear (StudioWordPlace *place)
{
  g_clear_pointer (&place->partial, g_free);
  g_clear_pointer (&place->key, g_free);
}

/* ---- what is known ---- */

static GPtrArray *
values_of (GHashTable *vocabulary, const char *key)
{
  GPtrArray *values = g_hash_table_lookup (vocabulary, key);

  if (values == NULL)
    {
      values = g_ptr_array_new_with_free_func (g_free);
      g_hash_table_insert (vocabulary, g_strdup (key), values);
    }
  return values;
}

static void
add_value (GHashTable *vocabulary, const char *key, const char *value)
{
  GPtrArray *values = values_of (vocabulary, key);

  if (value != NULL && values->len < MAX_VALUES
      && !g_ptr_array_find_with_equal_func (values, value, g_str_equal, NULL))
    g_ptr_array_add (values, g_strdup (value));
}

/* Equal texts of one answer are one pointer: each is looked at once. */
static void
add_once (GHashTable *vocabulary, GHashTable *seen, const char *key, const char *value)
{
  if (value != NULL && g_hash_table_add (seen, (gpointer) value))
    add_value (vocabulary, key, value);
}

static void
add_parameters (GHashTable *vocabulary, const AssayRunRow *row)
{
  g_autoptr (JsonNode) node = assay_json_parse (row->parameters, -1, "parameters", NULL);
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return;
  json_object_iter_init (&iter, json_node_get_object (node));
  while (json_object_iter_next (&iter, &name, &value))
    {
      g_autofree char *text = assay_run_row_value (row, name);

      add_value (vocabulary, name, text);
    }
}

static void
add_rows (GHashTable *vocabulary, const AssayRunRows *rows)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < rows->rows->len; i++)
    {
      const AssayRunRow *row = &g_array_index (rows->rows, AssayRunRow, i);

      add_once (vocabulary, seen, "study", row->study);
      add_once (vocabulary, seen, "preset", row->preset);
      add_once (vocabulary, seen, "plan", row->plan);
      for (const char *const *tag = row->tags; *tag != NULL; tag++)
        add_value (vocabulary, "tag", *tag);
      if (row->parameters != NULL && g_hash_table_add (seen, (gpointer) row->parameters))
        add_parameters (vocabulary, row);
    }
}

static void
add_metrics (GHashTable *vocabulary, const AssayCatalogue *catalogue)
{
  static const char *const forms[] = { "%s", "min.%s", "max.%s", "mean.%s" };

  for (guint i = 0; i < catalogue->rows->len; i++)
    {
      const AssayCatalogueRow *row = &g_array_index (catalogue->rows, AssayCatalogueRow, i);

      for (guint k = 0; k < G_N_ELEMENTS (forms) && strcmp (row->axes, "step") == 0; k++)
        {
          g_auto (GStrv) parts = g_strsplit (forms[k], "%s", 2);
          g_autofree char *key = g_strconcat (parts[0], row->metric, NULL);

          values_of (vocabulary, key);
        }
    }
}

void
studio_vocabulary_job (GTask *task, AssayIndex *index)
{
  g_autoptr (GHashTable) vocabulary
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  GError *error = NULL;
  g_autoptr (AssayRunRows) rows = assay_index_query (index, &(AssayIndexQuery){ 0 }, &error);
  g_autoptr (AssayCatalogue) catalogue
      = rows != NULL ? assay_index_catalogue (index, NULL, &error) : NULL;

  if (catalogue == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  add_rows (vocabulary, rows);
  add_metrics (vocabulary, catalogue);
  g_task_return_pointer (task, g_steal_pointer (&vocabulary), (GDestroyNotify) g_hash_table_unref);
}

gboolean
studio_vocabulary_knows (StudioVocabulary *vocabulary, const char *key)
{
  return g_strv_contains (keys, key) || g_hash_table_contains (vocabulary, key);
}

/* ---- words that fit ---- */

typedef struct
{
  GPtrArray *begin, *contain; /* char * */
  char *partial;              /* folded */
  gboolean quote;
} Match;

static void
try_word (Match *match, const char *word)
{
  g_autofree char *folded = g_utf8_casefold (word, -1);
  const char *place = strstr (folded, match->partial);
  char *typed;

  if (place == NULL || strcmp (folded, match->partial) == 0)
    return;
  typed = match->quote ? assay_filter_quote (word) : g_strdup (word);
  g_ptr_array_add (place == folded ? match->begin : match->contain, typed);
}

static void
try_all (Match *match, const char *const *words)
{
  for (; *words != NULL; words++)
    try_word (match, *words);
}

static void
try_keys (Match *match, StudioVocabulary *vocabulary)
{
  GHashTableIter iter;
  gpointer key;

  try_all (match, keys);
  if (vocabulary == NULL)
    return;
  g_hash_table_iter_init (&iter, vocabulary);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (!g_strv_contains (keys, key))
      try_word (match, key);
}

static void
try_values (Match *match, StudioVocabulary *vocabulary, const char *key)
{
  GPtrArray *values
      = vocabulary != NULL && key != NULL ? g_hash_table_lookup (vocabulary, key) : NULL;

  if (g_strcmp0 (key, "status") == 0)
    for (AssayState state = 0; state < ASSAY_N_STATES; state++)
      try_word (match, assay_state_name (state));
  else if (g_strcmp0 (key, "starred") == 0)
    try_all (match, truths);
  for (guint i = 0; values != NULL && i < values->len; i++)
    try_word (match, values->pdata[i]);
}

/* Summaries ("min.loss") after the plain names. */
static int
compare_words (gconstpointer a, gconstpointer b)
{
  const char *x = *(const char *const *) a, *y = *(const char *const *) b;
  gboolean dots = (strchr (x, '.') != NULL) - (strchr (y, '.') != NULL);

  return dots != 0 ? dots : strcmp (x, y);
}

GStrv
studio_words_for (const StudioWordPlace *place, StudioVocabulary *vocabulary, guint most)
{
  g_autoptr (GPtrArray) begin = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) contain = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *partial = g_utf8_casefold (place->partial, -1);
  Match match = { begin, contain, partial, place->kind != STUDIO_WORD_OPERATOR };
  GStrvBuilder *words = g_strv_builder_new ();
  GStrv result;

  if (place->kind == STUDIO_WORD_KEY)
    try_keys (&match, vocabulary);
  else if (place->kind == STUDIO_WORD_OPERATOR)
    try_all (&match, operators);
  else if (place->kind == STUDIO_WORD_VALUE)
    try_values (&match, vocabulary, place->key);
  else
    {
      match.quote = FALSE;
      try_all (&match, joins);
      match.quote = TRUE;
      if (*place->partial != '\0')
        try_keys (&match, vocabulary);
    }
  if (place->kind == STUDIO_WORD_KEY && *partial != '\0')
    g_ptr_array_sort (begin, compare_words);
  g_ptr_array_sort (contain, compare_words);
  for (guint i = 0; i < contain->len; i++)
    g_ptr_array_add (begin, g_strdup (contain->pdata[i]));
  for (guint i = 0; i < begin->len && i < most; i++)
    g_strv_builder_add (words, begin->pdata[i]);
  result = g_strv_builder_end (words);
  g_strv_builder_unref (words);
  return result;
}

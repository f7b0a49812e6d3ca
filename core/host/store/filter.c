/* SPDX-License-Identifier: Apache-2.0 */
#include "host/store/filter-node.h"

#include <string.h>

struct _AssayFilter
{
  AssayFilterNode *root; /* NULL: passes everything */
};

static const char *const op_text[ASSAY_N_TESTS] = { "=", "!=", "<=", "<", ">=", ">", "~" };

/* What people type from habit, longest first, and what it is here. */
static const struct
{
  const char *typed, *meant;
} habits[] = {
  { "===", "=" }, { "!==", "!=" }, { "==", "=" }, { "=<", "<=" },  { "=>", ">=" },
  { "<>", "!=" }, { "=~", "~" },   { "~=", "~" }, { "!~", "not" }, { "&&", "and" },
  { "||", "or" }, { "&", "and" },  { "|", "or" }, { "!", "not" },
};

static void
value_clear (gpointer data)
{
  AssayTestValue *value = data;

  g_free (value->text);
  g_free (value->folded);
}

static void
node_free (AssayFilterNode *node)
{
  if (node == NULL)
    return;
  g_clear_pointer (&node->children, g_ptr_array_unref);
  g_clear_pointer (&node->values, g_array_unref);
  g_free (node->key);
  g_free (node);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AssayFilterNode, node_free)

/* ---- Reading ---- */

typedef struct
{
  const char *text, *at;
  guint depth;
  GError **error;
} Parser;

static gboolean
is_bare (unsigned char c)
{
  return c > ' ' && c != 0x7f && strchr (",()\"=!<>~&|\\", c) == NULL;
}

/* The text about @place on one line, and a caret below the place. */
static char *
point_at (const char *text, const char *place)
{
  const char *from = place, *to = place;
  GString *line = g_string_new ("  ");
  guint before = 0;

  for (; before < 60 && from > text; before++)
    from = g_utf8_prev_char (from);
  for (guint after = 0; after < 60 && *to != '\0'; after++)
    to = g_utf8_next_char (to);
  for (const char *c = from; c < to; c = g_utf8_next_char (c))
    if (g_unichar_isprint (g_utf8_get_char (c)))
      g_string_append_unichar (line, g_utf8_get_char (c));
    else
      g_string_append_c (line, ' ');
  g_string_append_printf (line, "\n  %*s^", (int) before, "");
  return g_string_free (line, FALSE);
}

static void G_GNUC_PRINTF (3, 4) complain (Parser *p, const char *place, const char *format, ...)
{
  g_autofree char *pointer = point_at (p->text, place), *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (p->error, ASSAY_ERROR, ASSAY_ERROR_USAGE, "filter, column %ld: %s\n%s",
               g_utf8_pointer_to_offset (p->text, place) + 1, message, pointer);
}

static void
skip_space (Parser *p)
{
  while (*p->at == ' ' || (*p->at >= '\t' && *p->at <= '\r'))
    p->at++;
}

static const char *
bare_end (const char *at)
{
  while (is_bare ((unsigned char) *at))
    at++;
  return at;
}

static gboolean
at_keyword (Parser *p, const char *word)
{
  gsize length = strlen (word);

  return (gsize) (bare_end (p->at) - p->at) == length && memcmp (p->at, word, length) == 0;
}

static gboolean
is_reserved (const char *word)
{
  return strcmp (word, "and") == 0 || strcmp (word, "or") == 0 || strcmp (word, "not") == 0;
}

static char *
parse_quoted (Parser *p)
{
  g_autoptr (GString) out = g_string_new (NULL);
  const char *opening = p->at++;

  for (; *p->at != '"'; p->at++)
    {
      if (*p->at == '\0')
        {
          complain (p, opening, "this quote is never closed; end the text with \"");
          return NULL;
        }
      if (*p->at == '\\')
        {
          const char *known = "\"\"\\\\n\nt\t", *found = known;

          p->at++;
          while (*found != '\0' && *found != *p->at)
            found += 2;
          if (*found == '\0')
            {
              complain (p, p->at - 1, "after \\ stands one of \" \\ n t");
              return NULL;
            }
          g_string_append_c (out, found[1]);
        }
      else
        g_string_append_c (out, *p->at);
    }
  p->at++;
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* A word, or NULL with an error that says what was expected here. */
static char *
parse_word (Parser *p, const char *expected)
{
  const char *start = p->at;
  g_autofree char *word = NULL;

  if (*p->at == '"')
    return parse_quoted (p);
  p->at = bare_end (p->at);
  word = g_strndup (start, (gsize) (p->at - start));
  if (*word == '\0')
    complain (p, start, "%s is expected here; a text with signs or spaces goes in \"quotes\"",
              expected);
  else if (is_reserved (word))
    complain (p, start, "%s is expected before '%s'; write \"%s\" for the text itself", expected,
              word, word);
  else
    return g_steal_pointer (&word);
  return NULL;
}

static const char *
habit_at (const char *at, const char **meant)
{
  for (guint i = 0; i < G_N_ELEMENTS (habits); i++)
    if (g_str_has_prefix (at, habits[i].typed))
      {
        *meant = habits[i].meant;
        return habits[i].typed;
      }
  return NULL;
}

static gboolean
parse_operator (Parser *p, AssayTestOp *op)
{
  const char *meant = NULL, *typed = habit_at (p->at, &meant);
  /* "!" of "!=" and "=" of "=" are habits only when no operator stands here. */
  gboolean wrong = typed != NULL && !(strcmp (typed, "!") == 0 && p->at[1] == '=');

  if (wrong && strcmp (meant, "not") != 0 && strcmp (meant, "and") != 0
      && strcmp (meant, "or") != 0)
    {
      complain (p, p->at, "there is no operator '%s'; did you mean '%s'?", typed, meant);
      return FALSE;
    }
  for (guint i = 0; i < ASSAY_N_TESTS && !wrong; i++)
    if (g_str_has_prefix (p->at, op_text[i]))
      {
        *op = (AssayTestOp) i;
        p->at += strlen (op_text[i]);
        return TRUE;
      }
  complain (p, p->at, "an operator is expected here: = != < <= > >= or ~");
  return FALSE;
}

static void
add_value (GArray *values, char *text)
{
  AssayTestValue value = { .text = text };

  value.folded = g_utf8_casefold (text, -1);
  value.is_number = assay_filter_number (text, &value.number);
  g_array_append_val (values, value);
}

static AssayFilterNode *
parse_test (Parser *p)
{
  g_autoptr (AssayFilterNode) node = g_new0 (AssayFilterNode, 1);
  const char *meant = NULL, *typed = habit_at (p->at, &meant);

  node->kind = ASSAY_NODE_TEST;
  node->values = g_array_new (FALSE, FALSE, sizeof (AssayTestValue));
  g_array_set_clear_func (node->values, value_clear);
  if (typed != NULL && bare_end (p->at) == p->at)
    {
      complain (p, p->at, "a condition such as depth>=5 is expected, not '%s'; did you mean '%s'?",
                typed, meant);
      return NULL;
    }
  if (!(node->key = parse_word (p, "the name of a parameter, a metric or a field")))
    return NULL;
  skip_space (p);
  if (!parse_operator (p, &node->op))
    return NULL;
  do
    {
      char *text;

      skip_space (p);
      if (!(text = parse_word (p, "a value")))
        return NULL;
      add_value (node->values, text);
      skip_space (p);
    }
  while (*p->at == ',' && p->at++);
  return g_steal_pointer (&node);
}

static AssayFilterNode *
combine (AssayNodeKind kind, AssayFilterNode *first)
{
  AssayFilterNode *node = g_new0 (AssayFilterNode, 1);

  node->kind = kind;
  node->children = g_ptr_array_new_with_free_func ((GDestroyNotify) node_free);
  g_ptr_array_add (node->children, first);
  return node;
}

/* Adds to a list of @kind; a child of the same kind gives up its children, so that
 * parentheses that change nothing leave no trace. */
static AssayFilterNode *
join (AssayNodeKind kind, AssayFilterNode *left, AssayFilterNode *right)
{
  AssayFilterNode *node = left->kind == kind ? left : combine (kind, left);

  if (right->kind != kind)
    g_ptr_array_add (node->children, right);
  else
    {
      g_ptr_array_extend_and_steal (node->children, g_steal_pointer (&right->children));
      node_free (right);
    }
  return node;
}

static AssayFilterNode *parse_or (Parser *p);

static AssayFilterNode *
parse_nested (Parser *p)
{
  const char *opening = p->at;
  g_autoptr (AssayFilterNode) node = NULL;

  if (*p->at != '(')
    return parse_test (p);
  p->at++;
  if (!(node = parse_or (p)))
    return NULL;
  if (*p->at != ')')
    {
      complain (p, opening, "this parenthesis is never closed");
      return NULL;
    }
  p->at++;
  return g_steal_pointer (&node);
}

static AssayFilterNode *
parse_unary (Parser *p)
{
  AssayFilterNode *node;

  skip_space (p);
  if (p->depth >= ASSAY_FILTER_MAX_DEPTH)
    {
      complain (p, p->at, "nested too deeply; at most %d levels", ASSAY_FILTER_MAX_DEPTH);
      return NULL;
    }
  p->depth++;
  if (!at_keyword (p, "not"))
    node = parse_nested (p);
  else
    {
      p->at += strlen ("not");
      if ((node = parse_unary (p)))
        node = combine (ASSAY_NODE_NOT, node);
    }
  p->depth--;
  return node;
}

static gboolean
and_goes_on (Parser *p)
{
  skip_space (p);
  if (!at_keyword (p, "and"))
    return *p->at != '\0' && *p->at != ')' && !at_keyword (p, "or");
  p->at += strlen ("and");
  return TRUE;
}

static AssayFilterNode *
parse_and (Parser *p)
{
  g_autoptr (AssayFilterNode) node = parse_unary (p);

  while (node != NULL && and_goes_on (p))
    {
      AssayFilterNode *next = parse_unary (p);

      if (next == NULL)
        return NULL;
      node = join (ASSAY_NODE_AND, g_steal_pointer (&node), next);
    }
  return g_steal_pointer (&node);
}

static AssayFilterNode *
parse_or (Parser *p)
{
  g_autoptr (AssayFilterNode) node = parse_and (p);

  while (node != NULL && at_keyword (p, "or"))
    {
      AssayFilterNode *next;

      p->at += strlen ("or");
      if (!(next = parse_and (p)))
        return NULL;
      node = join (ASSAY_NODE_OR, g_steal_pointer (&node), next);
    }
  return g_steal_pointer (&node);
}

static gboolean
check_text (const char *text, GError **error)
{
  gsize length = strlen (text);
  const char *bad = NULL;

  if (length > ASSAY_FILTER_MAX_BYTES)
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
                   "the filter is %" G_GSIZE_FORMAT " bytes long; at most %d are allowed", length,
                   ASSAY_FILTER_MAX_BYTES);
      return FALSE;
    }
  if (!g_utf8_validate (text, -1, &bad))
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
                   "filter, column %ld: the byte here is not UTF-8; write the text in UTF-8",
                   g_utf8_strlen (text, bad - text) + 1);
      return FALSE;
    }
  return TRUE;
}

AssayFilter *
assay_filter_parse (const char *text, GError **error)
{
  g_autoptr (AssayFilter) filter = g_new0 (AssayFilter, 1);
  Parser p = { text, text, 0, error };

  if (text == NULL)
    return g_steal_pointer (&filter);
  if (!check_text (text, error))
    return NULL;
  skip_space (&p);
  if (*p.at == '\0')
    return g_steal_pointer (&filter);
  if (!(filter->root = parse_or (&p)))
    return NULL;
  if (*p.at != '\0')
    {
      complain (&p, p.at, "this parenthesis closes nothing");
      return NULL;
    }
  return g_steal_pointer (&filter);
}

void
assay_filter_free (AssayFilter *filter)
{
  if (filter == NULL)
    return;
  node_free (filter->root);
  g_free (filter);
}

const AssayFilterNode *
assay_filter_root (const AssayFilter *filter)
{
  return filter->root;
}

/* ---- Printing ---- */

static void
print_word (GString *out, const char *word)
{
  if (*word != '\0' && *bare_end (word) == '\0' && !is_reserved (word))
    {
      g_string_append (out, word);
      return;
    }
  g_string_append_c (out, '"');
  for (; *word != '\0'; word++)
    if (*word == '"' || *word == '\\')
      g_string_append_printf (out, "\\%c", *word);
    else if (*word == '\n' || *word == '\t')
      g_string_append (out, *word == '\n' ? "\\n" : "\\t");
    else
      g_string_append_c (out, *word);
  g_string_append_c (out, '"');
}

char *
assay_filter_quote (const char *text)
{
  GString *out = g_string_new (NULL);

  print_word (out, text);
  return g_string_free (out, FALSE);
}

static void
print_node (GString *out, const AssayFilterNode *node, AssayNodeKind parent)
{
  /* Kinds stand in order of how loosely they bind: or within and or not needs parentheses. */
  gboolean nest = (node->kind == ASSAY_NODE_OR && parent != ASSAY_NODE_OR)
                  || (node->kind == ASSAY_NODE_AND && parent == ASSAY_NODE_NOT);

  if (nest)
    g_string_append_c (out, '(');
  if (node->kind == ASSAY_NODE_TEST)
    {
      print_word (out, node->key);
      g_string_append (out, op_text[node->op]);
      for (guint i = 0; i < node->values->len; i++)
        {
          g_string_append (out, i > 0 ? "," : "");
          print_word (out, g_array_index (node->values, AssayTestValue, i).text);
        }
    }
  else if (node->kind == ASSAY_NODE_NOT)
    {
      g_string_append (out, "not ");
      print_node (out, node->children->pdata[0], ASSAY_NODE_NOT);
    }
  else
    for (guint i = 0; i < node->children->len; i++)
      {
        g_string_append (out, i == 0 ? "" : node->kind == ASSAY_NODE_AND ? " and " : " or ");
        print_node (out, node->children->pdata[i], node->kind);
      }
  if (nest)
    g_string_append_c (out, ')');
}

char *
assay_filter_print (const AssayFilter *filter)
{
  GString *out = g_string_new (NULL);

  if (filter->root != NULL)
    print_node (out, filter->root, ASSAY_NODE_OR);
  return g_string_free (out, FALSE);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether a row passes a filter, and what a filter asks about.
 */
#include "host/store/filter-node.h"

#include <math.h>
#include <string.h>

/* ---- Matching ---- */

gboolean
assay_filter_number (const char *text, double *value)
{
  char *end = NULL;

  /* Only what starts as a decimal number: strtod also takes spaces, "nan", "inf" and, below, hex.
   */
  if (!g_ascii_isdigit (*text) && strchr ("+-.", *text) == NULL)
    return FALSE;
  if (*text == '\0' || strpbrk (text, "xXnN") != NULL)
    return FALSE;
  *value = g_ascii_strtod (text, &end);
  return end != text && *end == '\0' && isfinite (*value);
}

gboolean
assay_filter_equal (const char *a, const char *b)
{
  double x, y;

  if (assay_filter_number (a, &x) && assay_filter_number (b, &y))
    return x == y;
  return strcmp (a, b) == 0;
}

static gboolean
contains (const char *text, const AssayTestValue *value)
{
  g_autofree char *valid = g_utf8_validate (text, -1, NULL) ? NULL : g_utf8_make_valid (text, -1);
  g_autofree char *folded = g_utf8_casefold (valid != NULL ? valid : text, -1);

  return strstr (folded, value->folded) != NULL;
}

static gboolean
value_holds (AssayTestOp op, const char *text, gboolean is_number, double number,
             const AssayTestValue *value)
{
  gboolean both = is_number && value->is_number;

  switch (op)
    {
    case ASSAY_TEST_EQ:
    case ASSAY_TEST_NE: /* none of the list: the caller negates */
      return both ? number == value->number : strcmp (text, value->text) == 0;
    case ASSAY_TEST_LE:
      return both && number <= value->number;
    case ASSAY_TEST_LT:
      return both && number < value->number;
    case ASSAY_TEST_GE:
      return both && number >= value->number;
    case ASSAY_TEST_GT:
      return both && number > value->number;
    default:
      return contains (text, value);
    }
}

static gboolean
any_value_holds (const AssayFilterNode *test, const char *text)
{
  double number = 0;
  gboolean is_number = assay_filter_number (text, &number);

  for (guint i = 0; i < test->values->len; i++)
    if (value_holds (test->op, text, is_number, number,
                     &g_array_index (test->values, AssayTestValue, i)))
      return TRUE;
  return FALSE;
}

static gboolean
any_part_holds (const AssayFilterNode *test, const char *text)
{
  for (const char *end; (end = strchr (text, '\x1f')); text = end + 1)
    {
      g_autofree char *part = g_strndup (text, (gsize) (end - text));

      if (any_value_holds (test, part))
        return TRUE;
    }
  return FALSE;
}

gboolean
assay_filter_test (const AssayFilterNode *test, const char *text)
{
  gboolean negate = test->op == ASSAY_TEST_NE;

  if (text == NULL)
    return negate;
  if (strchr (text, '\x1f') != NULL)
    return any_part_holds (test, text) != negate;
  return any_value_holds (test, text) != negate;
}

static gboolean
node_holds (const AssayFilterNode *node, AssayFilterLookup lookup, gpointer row)
{
  if (node->kind == ASSAY_NODE_TEST)
    return assay_filter_test (node, lookup (row, node->key));
  if (node->kind == ASSAY_NODE_NOT)
    return !node_holds (node->children->pdata[0], lookup, row);
  for (guint i = 0; i < node->children->len; i++)
    if (node_holds (node->children->pdata[i], lookup, row) == (node->kind == ASSAY_NODE_OR))
      return node->kind == ASSAY_NODE_OR;
  return node->kind == ASSAY_NODE_AND;
}

gboolean
assay_filter_match (const AssayFilter *filter, AssayFilterLookup lookup, gpointer row)
{
  const AssayFilterNode *root = assay_filter_root (filter);

  return root == NULL || node_holds (root, lookup, row);
}

/* ---- Asking about a filter ---- */

static void
collect_keys (const AssayFilterNode *node, GHashTable *seen, GPtrArray *keys)
{
  if (node->kind == ASSAY_NODE_TEST && g_hash_table_add (seen, node->key))
    g_ptr_array_add (keys, g_strdup (node->key));
  for (guint i = 0; node->children != NULL && i < node->children->len; i++)
    collect_keys (node->children->pdata[i], seen, keys);
}

GStrv
assay_filter_keys (const AssayFilter *filter)
{
  GPtrArray *keys = g_ptr_array_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  if (assay_filter_root (filter) != NULL)
    collect_keys (assay_filter_root (filter), seen, keys);
  g_ptr_array_add (keys, NULL);
  return (GStrv) g_ptr_array_free (keys, FALSE);
}

static gboolean
test_admits (const AssayFilterNode *test, const char *value)
{
  for (guint i = 0; i < test->values->len; i++)
    if (assay_filter_equal (g_array_index (test->values, AssayTestValue, i).text, value))
      return TRUE;
  return FALSE;
}

/* Narrows what is admitted so far (NULL: everything) by one more test. */
static GPtrArray *
narrow (GPtrArray *admitted, const AssayFilterNode *test)
{
  if (admitted == NULL)
    {
      admitted = g_ptr_array_new_with_free_func (g_free);
      for (guint i = 0; i < test->values->len; i++)
        g_ptr_array_add (admitted, g_strdup (g_array_index (test->values, AssayTestValue, i).text));
    }
  for (guint i = admitted->len; i-- > 0;)
    if (!test_admits (test, admitted->pdata[i]))
      g_ptr_array_remove_index (admitted, i);
  return admitted;
}

GStrv
assay_filter_values (const AssayFilter *filter, const char *key)
{
  const AssayFilterNode *root = assay_filter_root (filter);
  guint n = root == NULL ? 0 : root->kind == ASSAY_NODE_AND ? root->children->len : 1;
  GPtrArray *admitted = NULL;

  for (guint i = 0; i < n; i++)
    {
      const AssayFilterNode *node = root->kind == ASSAY_NODE_AND ? root->children->pdata[i] : root;

      if (node->kind == ASSAY_NODE_TEST && node->op == ASSAY_TEST_EQ
          && strcmp (node->key, key) == 0)
        admitted = narrow (admitted, node);
    }
  if (admitted == NULL)
    return NULL;
  g_ptr_array_add (admitted, NULL);
  return (GStrv) g_ptr_array_free (admitted, FALSE);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * The tree behind a filter, for those who compile it (index-sql.c).
 */
#pragma once

#include "host/store/filter.h"

typedef enum
{
  ASSAY_NODE_AND,
  ASSAY_NODE_OR,
  ASSAY_NODE_NOT,
  ASSAY_NODE_TEST
} AssayNodeKind;

typedef enum
{
  ASSAY_TEST_EQ,
  ASSAY_TEST_NE,
  ASSAY_TEST_LE,
  ASSAY_TEST_LT,
  ASSAY_TEST_GE,
  ASSAY_TEST_GT,
  ASSAY_TEST_CONTAINS,
  ASSAY_N_TESTS
} AssayTestOp;

/** One value of a test in the three ways it is compared. */
typedef struct
{
  char *text, *folded;
  gboolean is_number;
  double number;
} AssayTestValue;

typedef struct AssayFilterNode
{
  AssayNodeKind kind;
  GPtrArray *children; /* AssayFilterNode: of AND and OR two or more, of NOT one */
  char *key;           /* of a test, as are all below */
  AssayTestOp op;
  GArray *values; /* AssayTestValue, one or more */
} AssayFilterNode;

/** NULL: the filter passes everything. */
const AssayFilterNode *assay_filter_root (const AssayFilter *filter);
/** Whether a test holds for a value; @text NULL: the row has none. */
gboolean assay_filter_test (const AssayFilterNode *test, const char *text);

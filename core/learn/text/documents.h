/* SPDX-License-Identifier: Apache-2.0
 *
 * Plain text in rows: {"text": ...}.  A file of plain text alone is read by assay_text_open.
 */
#ifndef ASSAY_LEARN_DOCUMENTS_H
#define ASSAY_LEARN_DOCUMENTS_H

#include "learn/text/jsonl.h"

typedef struct AssayDocuments
{
  AssayText *texts; /* UTF-8, without NUL, and a NUL follows each */
  size_t n;
  AssayArena *arena;
} AssayDocuments;

/** Reads JSON lines, or one array, of rows with "text"; @bad: see jsonl.h.  NULL: see @error. */
AssayDocuments *assay_documents_open (const char *path, AssayBadRows *bad, AssayTextError *error);
void assay_documents_free (AssayDocuments *documents);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/text/documents.h"

#include <stdlib.h>

AssayDocuments *
assay_documents_open (const char *path, AssayBadRows *bad, AssayTextError *error)
{
  static const char *const names[] = { "text" };
  AssayDocuments *documents = NULL;
  AssayTextFile file;
  AssayRows rows;
  JsonCursor field;
  size_t room = 0;
  bool ok = false;

  if (!assay_text_open (&file, path, error))
    return NULL;
  documents = assay_alloc_zeroed (sizeof *documents);
  documents->arena = assay_arena_new ();
  assay_rows_begin (&rows, &file, bad, error);
  while (assay_rows_next (&rows, names, 1, &field))
    {
      documents->texts = assay_grow (documents->texts, documents->n, &room, sizeof (AssayText));
      documents->n += assay_row_text (&rows, names[0], field, documents->arena,
                                      &documents->texts[documents->n]);
    }
  ok = assay_rows_end (&rows, documents->n);
  assay_text_close (&file);
  if (ok)
    return documents;
  assay_documents_free (documents);
  return NULL;
}

void
assay_documents_free (AssayDocuments *documents)
{
  if (documents == NULL)
    return;
  assay_arena_free (documents->arena);
  free (documents->texts);
  free (documents);
}

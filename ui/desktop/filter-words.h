/* SPDX-License-Identifier: Apache-2.0
 *
 * Completion of filters: what may stand at a place, and the words that are known.
 */
#pragma once

#include "host/store/index.h"
#include <gio/gio.h>

typedef enum
{
  STUDIO_WORD_KEY,
  STUDIO_WORD_OPERATOR,
  STUDIO_WORD_VALUE,
  STUDIO_WORD_JOIN /* and, or, or the next key */
} StudioWordKind;

typedef struct
{
  StudioWordKind kind;
  gsize start;   /* byte where the word begins that ends at the cursor */
  char *partial; /* it, without quotes */
  char *key;     /* of an operator or value; NULL: none */
} StudioWordPlace;
/** What stands before byte @cursor of @text; free with studio_word_place_clear. */
StudioWordPlace studio_word_place (const char *text, gsize cursor);
void studio_word_place_clear (StudioWordPlace *place);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (StudioWordPlace, studio_word_place_clear)

/** key -> GPtrArray of its values (char *, may be empty).  Immutable once made. */
typedef GHashTable StudioVocabulary;
/** A StudioIndexJob; the result is unreffed with g_hash_table_unref. */
void studio_vocabulary_job (GTask *task, AssayIndex *index);

/** Whether a run may have this key. */
gboolean studio_vocabulary_knows (StudioVocabulary *vocabulary, const char *key);

/** Words that fit, best first, as they are to be typed; @vocabulary may be NULL. */
GStrv studio_words_for (const StudioWordPlace *place, StudioVocabulary *vocabulary, guint most);

/* SPDX-License-Identifier: Apache-2.0
 *
 * The rows of plugin.h as tables of fields.  From these follow the check of a
 * plugin's rows, their copy, their JSON and the way back.
 */
#pragma once

#include "host/registry/registry.h"

typedef enum
{
  FIELD_ID,      /* text that must be there and be an id */
  FIELD_TEXT,    /* const char * */
  FIELD_WORD,    /* uint32_t that is an enum: its name */
  FIELD_FLAG,    /* uint32_t of which bit 0 is known */
  FIELD_COUNT,   /* uint32_t */
  FIELD_SIZE,    /* size_t */
  FIELD_REAL,    /* double, finite */
  FIELD_RANGE,   /* two doubles; equal: none */
  FIELD_SHAPE,   /* uint32_t n, then uint32_t[4] */
  FIELD_DEFAULT, /* an AssayParam's `number` or `text`, by its type */
  FIELD_EXPECT,  /* AssayExpect */
  FIELD_FOLDS    /* const AssayFold *, up to ASSAY_FOLD_END */
} FieldKind;

typedef struct
{
  const char *name; /* in JSON and in messages */
  FieldKind kind;
  gsize offset;
  const char *const *words; /* FIELD_WORD */
} Field;

typedef struct
{
  const char *table; /* "params" */
  gsize size;
  const Field *fields; /* the end has no name */
} RowType;

extern const RowType schema_study, schema_param, schema_dim, schema_metric, schema_claim,
    schema_reference, schema_figure, schema_preset, schema_view, schema_option, schema_environment,
    schema_fold;

/** The names of an enum's values in JSON. */
extern const char *const schema_param_types[], *const schema_fold_ops[];

/** Where the texts and rows of one description live. */
typedef struct
{
  GStringChunk *texts;
  GPtrArray *blocks;
} Arena;

void arena_init (Arena *arena);
void arena_clear (Arena *arena);
gpointer arena_alloc (Arena *arena, gsize size);   /* zeroed */
char *arena_text (Arena *arena, const char *text); /* NULL stays NULL */

/** Sentences about one file, at most 50; `path` begins each. */
typedef struct
{
  const char *path;
  GPtrArray *list;
} Problems;

void problems_init (Problems *problems, const char *path);
/** "PATH: params[2] \"depth\", default: MESSAGE"; @id and @field may be NULL. */
void problems_add (Problems *problems, const char *table, guint row, const char *id,
                   const char *field, const char *format, ...) G_GNUC_PRINTF (6, 7);

/** The checks of one row that need no other row. */
void schema_check (const RowType *type, gconstpointer row, guint i, Problems *problems);
/** A copy whose texts and folds are the arena's. */
void schema_copy (const RowType *type, gconstpointer from, gpointer to, Arena *arena);
void schema_to_json (const RowType *type, gconstpointer row, JsonObject *object);
/** Unknown members are left alone, absent ones are 0 or NULL. */
void schema_from_json (const RowType *type, JsonObject *object, gpointer row, guint i, Arena *arena,
                       Problems *problems);

gboolean schema_is_id (const char *text);

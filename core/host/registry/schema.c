/* SPDX-License-Identifier: Apache-2.0 */
#include "schema.h"

#include <math.h>
#include <string.h>

/* A text longer than this is an error, so that a wild pointer is not followed for ever. */
#define MAX_TEXT (64 << 10)
#define MAX_FOLDS 32
#define MAX_PROBLEMS 50
#define MAX_MESSAGE 1000

/* ---- the rows ---- */

const char *const schema_param_types[]
    = { "bool", "int", "real", "choice", "string", "file", NULL };
static const char *const dim_kinds[] = { "label", "number", "item", NULL };
static const char *const scales[] = { "linear", "log10", "symlog", "sqrt", NULL };
static const char *const betters[] = { "up", "down", NULL };
static const char *const crashes[] = { "missing", "last", "floor", NULL };
static const char *const marks[]
    = { "line",      "bar",        "point",    "violin", "box",   "strip",   "heat",
        "histogram", "cumulative", "survival", "graph",  "table", "samples", NULL };
static const char *const centers[] = { "mean", "median", "iqm", NULL };
static const char *const bands[] = { "interval", "none", "sd", "quartiles", "range", NULL };
static const char *const types[] = { "f32", "f64", "u8", "u16", "u32", "i32", NULL };
const char *const schema_fold_ops[]
    = { "end",   "mean",   "iqm",   "sd",    "median",   "quantile", "share", "at",
        "auc",   "slope",  "trend", "reach", "when",     "best",     "drop",  "diff",
        "ratio", "anchor", "win",   "auroc", "spearman", "log",      NULL };

G_STATIC_ASSERT (G_N_ELEMENTS (schema_fold_ops) == ASSAY_N_FOLD_OPS + 1);
G_STATIC_ASSERT (G_N_ELEMENTS (marks) == ASSAY_N_MARKS + 1);

#define F(name, kind, field)                                                                       \
  {                                                                                                \
    name, FIELD_##kind, G_STRUCT_OFFSET (ROW, field), NULL                                         \
  }
#define W(name, field, words)                                                                      \
  {                                                                                                \
    name, FIELD_WORD, G_STRUCT_OFFSET (ROW, field), words                                          \
  }
#define ROW_TYPE(table, fields)                                                                    \
  {                                                                                                \
    table, sizeof (ROW), fields                                                                    \
  }

#define ROW AssayStudyInfo
static const Field study_fields[] = { F ("id", ID, id),
                                      F ("title", TEXT, title),
                                      F ("question", TEXT, question),
                                      F ("paper", TEXT, paper),
                                      F ("help", TEXT, help),
                                      F ("params-size", SIZE, params_size),
                                      F ("plugins", TEXT, plugins),
                                      F ("threads", TEXT, threads),
                                      { 0 } };
const RowType schema_study = ROW_TYPE ("study", study_fields);
#undef ROW

#define ROW AssayParam
static const Field param_fields[] = { F ("id", ID, id),
                                      F ("title", TEXT, title),
                                      W ("type", type, schema_param_types),
                                      F ("log-slider", FLAG, flags),
                                      F ("offset", SIZE, offset),
                                      F ("default", DEFAULT, number),
                                      F ("range", RANGE, min),
                                      F ("slider", RANGE, ui_min),
                                      F ("choices", TEXT, choices),
                                      F ("when", TEXT, when),
                                      F ("group", TEXT, group),
                                      F ("unit", TEXT, unit),
                                      F ("help", TEXT, help),
                                      { 0 } };
const RowType schema_param = ROW_TYPE ("params", param_fields);
#undef ROW

#define ROW AssayDim
static const Field dim_fields[] = { F ("id", ID, id),
                                    F ("title", TEXT, title),
                                    W ("kind", kind, dim_kinds),
                                    W ("scale", scale, scales),
                                    F ("values", TEXT, values),
                                    F ("of", TEXT, of),
                                    F ("same-as", TEXT, same_as),
                                    { 0 } };
const RowType schema_dim = ROW_TYPE ("dims", dim_fields);
#undef ROW

#define ROW AssayMetric
static const Field metric_fields[] = { F ("id", ID, id),
                                       F ("title", TEXT, title),
                                       F ("unit", TEXT, unit),
                                       F ("dims", TEXT, dims),
                                       W ("better", better, betters),
                                       W ("crash", crash, crashes),
                                       F ("timing", FLAG, flags),
                                       F ("floor", REAL, floor),
                                       F ("of", TEXT, of),
                                       F ("where", TEXT, where),
                                       F ("fold", FOLDS, fold),
                                       F ("help", TEXT, help),
                                       { 0 } };
const RowType schema_metric = ROW_TYPE ("metrics", metric_fields);
#undef ROW

#define ROW AssayClaim
static const Field claim_fields[] = { F ("id", ID, id),
                                      F ("says", TEXT, says),
                                      F ("source", TEXT, source),
                                      F ("paper", TEXT, paper),
                                      F ("metric", TEXT, metric),
                                      F ("where", TEXT, where),
                                      F ("fold", FOLDS, fold),
                                      F ("units", TEXT, units),
                                      F ("each", TEXT, each),
                                      F ("expect", EXPECT, expect),
                                      F ("needs", TEXT, needs),
                                      F ("all-of", TEXT, all_of),
                                      F ("presets", TEXT, presets),
                                      F ("not-run", TEXT, not_run),
                                      F ("caveat", TEXT, caveat),
                                      { 0 } };
const RowType schema_claim = ROW_TYPE ("claims", claim_fields);
#undef ROW

#define ROW AssayReference
static const Field reference_fields[] = { F ("metric", TEXT, metric),
                                          F ("where", TEXT, where),
                                          F ("value", REAL, value),
                                          F ("source", TEXT, source),
                                          { 0 } };
const RowType schema_reference = ROW_TYPE ("references", reference_fields);
#undef ROW

#define ROW AssayFigure
static const Field figure_fields[] = { F ("id", ID, id),
                                       F ("title", TEXT, title),
                                       F ("source", TEXT, source),
                                       W ("mark", mark, marks),
                                       F ("x", TEXT, x),
                                       F ("y", TEXT, y),
                                       F ("where", TEXT, where),
                                       F ("fold", FOLDS, fold),
                                       F ("color", TEXT, color),
                                       F ("dash", TEXT, dash),
                                       F ("row", TEXT, row),
                                       F ("col", TEXT, col),
                                       F ("slider", TEXT, slider),
                                       F ("per", TEXT, per),
                                       F ("over", TEXT, over),
                                       W ("center", center, centers),
                                       W ("band", band, bands),
                                       W ("xscale", xscale, scales),
                                       W ("yscale", yscale, scales),
                                       F ("order", TEXT, order),
                                       F ("lines", TEXT, lines),
                                       F ("beside", TEXT, beside),
                                       { 0 } };
const RowType schema_figure = ROW_TYPE ("figures", figure_fields);
#undef ROW

#define ROW AssayPreset
static const Field preset_fields[] = { F ("id", ID, id),
                                       F ("title", TEXT, title),
                                       F ("help", TEXT, help),
                                       F ("plan", TEXT, plan),
                                       F ("seeds", COUNT, seeds),
                                       F ("hidden", FLAG, flags),
                                       F ("seconds", REAL, seconds),
                                       { 0 } };
const RowType schema_preset = ROW_TYPE ("presets", preset_fields);
#undef ROW

#define ROW AssayView
static const Field view_fields[]
    = { F ("id", ID, id),           F ("title", TEXT, title), W ("type", type, types),
        F ("shape", SHAPE, n_dims), F ("range", RANGE, low),  { 0 } };
const RowType schema_view = ROW_TYPE ("views", view_fields);
#undef ROW

#define ROW AssayOption
static const Field option_fields[] = { F ("id", ID, id),
                                       F ("title", TEXT, title),
                                       F ("default", REAL, value),
                                       F ("range", RANGE, min),
                                       { 0 } };
const RowType schema_option = ROW_TYPE ("options", option_fields);
#undef ROW

#define ROW AssayEnvironmentInfo
static const Field environment_fields[] = { F ("id", ID, id),
                                            F ("title", TEXT, title),
                                            F ("help", TEXT, help),
                                            F ("actions", TEXT, actions),
                                            F ("n-actions", COUNT, n_actions),
                                            F ("rows", COUNT, rows),
                                            F ("columns", COUNT, columns),
                                            F ("max-steps", COUNT, max_steps),
                                            { 0 } };
const RowType schema_environment = ROW_TYPE ("environments", environment_fields);
#undef ROW

#define ROW AssayFold
static const Field fold_fields[] = { W ("op", op, schema_fold_ops),
                                     F ("over", TEXT, over),
                                     F ("between", TEXT, between),
                                     F ("a", TEXT, a),
                                     F ("b", TEXT, b),
                                     F ("by", TEXT, by),
                                     F ("x", REAL, x),
                                     F ("y", REAL, y),
                                     { 0 } };
const RowType schema_fold = ROW_TYPE ("fold", fold_fields);
#undef ROW

G_STATIC_ASSERT (offsetof (AssayView, shape) == offsetof (AssayView, n_dims) + sizeof (uint32_t));
G_STATIC_ASSERT (offsetof (AssayView, high) == offsetof (AssayView, low) + sizeof (double));
G_STATIC_ASSERT (offsetof (AssayParam, max) == offsetof (AssayParam, min) + sizeof (double));
G_STATIC_ASSERT (offsetof (AssayParam, ui_max) == offsetof (AssayParam, ui_min) + sizeof (double));

/* ---- arena and problems ---- */

void
arena_init (Arena *arena)
{
  arena->texts = g_string_chunk_new (4096);
  arena->blocks = g_ptr_array_new_with_free_func (g_free);
}

void
arena_clear (Arena *arena)
{
  g_clear_pointer (&arena->texts, g_string_chunk_free);
  g_clear_pointer (&arena->blocks, g_ptr_array_unref);
}

gpointer
arena_alloc (Arena *arena, gsize size)
{
  gpointer block = g_malloc0 (MAX (size, 1));

  g_ptr_array_add (arena->blocks, block);
  return block;
}

char *
arena_text (Arena *arena, const char *text)
{
  return text ? g_string_chunk_insert (arena->texts, text) : NULL;
}

void
problems_init (Problems *problems, const char *path)
{
  problems->path = path;
  problems->list = g_ptr_array_new_with_free_func (g_free);
}

void
problems_add (Problems *problems, const char *table, guint row, const char *id, const char *field,
              const char *format, ...)
{
  g_autofree char *message = NULL;
  GString *out;
  va_list args;

  if (problems->list->len >= MAX_PROBLEMS)
    return;
  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  out = g_string_new (problems->path);
  g_string_append (out, ": ");
  g_string_append (out, table);
  if (row != G_MAXUINT)
    g_string_append_printf (out, "[%u]", row);
  if (id)
    g_string_append_printf (out, " \"%s\"", id);
  if (field)
    g_string_append_printf (out, ", %s", field);
  g_string_append_printf (out, ": %s", message);
  if (out->len > MAX_MESSAGE)
    {
      g_string_truncate (out, g_utf8_find_prev_char (out->str, out->str + MAX_MESSAGE) - out->str);
      g_string_append (out, "...");
    }
  g_ptr_array_add (problems->list, g_string_free (out, FALSE));
}

/* ---- check ---- */

gboolean
schema_is_id (const char *text)
{
  if (!g_ascii_isalnum (*text))
    return FALSE;
  for (; *text; text++)
    if (!g_ascii_isalnum (*text) && *text != '.' && *text != '-' && *text != '_')
      return FALSE;
  return TRUE;
}

/** What is wrong with a text that a plugin handed over; NULL: nothing. */
static const char *
text_fault (const char *text)
{
  gsize n = strnlen (text, MAX_TEXT);

  if (n == MAX_TEXT)
    return "longer than 64 kB, or its end is missing";
  if (!g_utf8_validate (text, (gssize) n, NULL))
    return "not UTF-8";
  for (const guchar *c = (const guchar *) text; *c; c++)
    /* Those of Unicode: below 32, 127, and 128..159, which UTF-8 begins with C2. */
    if ((*c < 32 && *c != '\n' && *c != '\t') || *c == 127 || (*c == 0xc2 && c[1] < 0xa0))
      return "holds a control character; only line ends and tabs may stand in a text";
  return NULL;
}

static const char *
text_at (gconstpointer row, gsize offset)
{
  return G_STRUCT_MEMBER (const char *, row, offset);
}

/** The row's id where it can be shown. */
static const char *
row_id (const RowType *type, gconstpointer row)
{
  const char *id = type->fields[0].kind == FIELD_ID ? text_at (row, type->fields[0].offset) : NULL;

  return id && !text_fault (id) ? id : NULL;
}

static char *
words_joined (const char *const *words)
{
  return g_strjoinv (", ", (char **) words);
}

static char *
check_text (const Field *field, gconstpointer at)
{
  const char *text = *(const char *const *) at, *fault;

  if (!text)
    return field->kind == FIELD_ID ? g_strdup ("missing") : NULL;
  fault = text_fault (text);
  if (fault)
    return g_strdup (fault);
  if (field->kind == FIELD_ID && !schema_is_id (text))
    return g_strdup_printf ("\"%s\" is no id: letters, digits, - and . after a letter or digit",
                            text);
  return NULL;
}

static char *
check_word (const Field *field, gconstpointer at)
{
  uint32_t value = *(const uint32_t *) at;
  g_autofree char *names = NULL;

  if (value < g_strv_length ((GStrv) field->words))
    return NULL;
  names = words_joined (field->words);
  return g_strdup_printf ("%u is none of the values 0.. (%s)", value, names);
}

static char *
check_flag (const Field *field, gconstpointer at)
{
  uint32_t value = *(const uint32_t *) at;

  return value <= 1 ? NULL : g_strdup_printf ("flags 0x%x: only bit 0 is known", value);
}

static char *
check_real (const Field *field, gconstpointer at)
{
  return isfinite (*(const double *) at) ? NULL : g_strdup ("not a finite number");
}

static char *
check_range (const Field *field, gconstpointer at)
{
  const double *pair = at;

  if (!isfinite (pair[0]) || !isfinite (pair[1]))
    return g_strdup ("not finite; equal ends mean no limit");
  if (pair[0] > pair[1])
    return g_strdup_printf ("begins at %g, above its end %g", pair[0], pair[1]);
  return NULL;
}

static char *
check_shape (const Field *field, gconstpointer at)
{
  const uint32_t *shape = at;
  guint64 cells = 1;

  if (shape[0] > 4)
    return g_strdup_printf ("%u dimensions; at most 4 are possible", shape[0]);
  for (guint i = 0; i < shape[0]; i++)
    if (shape[i + 1] == 0 || (cells *= shape[i + 1]) > G_MAXUINT32)
      return g_strdup_printf ("dimension %u has %u entries", i, shape[i + 1]);
  return NULL;
}

static char *
check_default (const Field *field, gconstpointer at)
{
  const AssayParam *param
      = (gconstpointer) ((const char *) at - G_STRUCT_OFFSET (AssayParam, number));
  const Field text = { .kind = FIELD_TEXT };

  return param->type >= ASSAY_CHOICE ? check_text (&text, &param->text) : check_real (field, at);
}

static char *
check_expect (const Field *field, gconstpointer at)
{
  const AssayExpect *expect = at;

  if (expect->kind > ASSAY_EXPECT_WITHIN)
    return g_strdup_printf ("%u is none of the values 0.. (none, above, below, within)",
                            expect->kind);
  if (expect->kind == ASSAY_EXPECT_WITHIN)
    return check_range (field, &expect->lo);
  return check_real (field, &expect->lo) ?: check_real (field, &expect->hi);
}

static char *
check_folds (const Field *field, gconstpointer at)
{
  const AssayFold *fold = *(const AssayFold *const *) at;
  Problems inner;
  char *message = NULL;
  guint n = 0;

  if (!fold)
    return NULL;
  problems_init (&inner, "fold");
  for (; n < MAX_FOLDS && fold[n].op != ASSAY_FOLD_END && inner.list->len == 0; n++)
    schema_check (&schema_fold, &fold[n], n, &inner);
  if (inner.list->len > 0)
    message = g_strdup (strchr (inner.list->pdata[0], ' ') + 1);
  else if (n == MAX_FOLDS)
    message = g_strdup ("more than 31 steps, or the ASSAY_FOLD_END at its end is missing");
  g_ptr_array_unref (inner.list);
  return message;
}

/* By FieldKind. */
static char *(*const checks[]) (const Field *, gconstpointer)
    = { check_text, check_text,  check_word,  check_flag,    NULL,         NULL,
        check_real, check_range, check_shape, check_default, check_expect, check_folds };

void
schema_check (const RowType *type, gconstpointer row, guint i, Problems *problems)
{
  for (const Field *field = type->fields; field->name; field++)
    {
      g_autofree char *message = NULL;

      if (checks[field->kind])
        message = checks[field->kind](field, (const char *) row + field->offset);
      if (message)
        problems_add (problems, type->table, i, row_id (type, row), field->name, "%s", message);
    }
}

/* ---- copy ---- */

static const AssayFold *
copy_folds (const AssayFold *from, Arena *arena)
{
  AssayFold *to;
  guint n = 0;

  if (!from)
    return NULL;
  while (from[n].op != ASSAY_FOLD_END)
    n++;
  to = arena_alloc (arena, (n + 1) * sizeof *to);
  for (guint i = 0; i < n; i++)
    schema_copy (&schema_fold, &from[i], &to[i], arena);
  return to;
}

void
schema_copy (const RowType *type, gconstpointer from, gpointer to, Arena *arena)
{
  memcpy (to, from, type->size);
  for (const Field *field = type->fields; field->name; field++)
    {
      gpointer at = (char *) to + field->offset;

      if (field->kind == FIELD_ID || field->kind == FIELD_TEXT)
        *(char **) at = arena_text (arena, *(char **) at);
      else if (field->kind == FIELD_DEFAULT)
        ((AssayParam *) to)->text = arena_text (arena, ((AssayParam *) to)->text);
      else if (field->kind == FIELD_FOLDS)
        *(const AssayFold **) at = copy_folds (*(const AssayFold **) at, arena);
    }
}

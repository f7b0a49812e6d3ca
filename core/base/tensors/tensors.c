/* SPDX-License-Identifier: Apache-2.0 */
#include "base/tensors/tensors.h"
#include "base/file/file.h"
#include "base/json/json.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_HEADER 100000000u /* as the format's own reader has it */

struct AssayTensors
{
  const char *path; /* while it is opened */
  unsigned char *map;
  uint64_t size;
  const unsigned char *data; /* behind the header */
  uint64_t data_size;
  char *texts, *next; /* all strings of the header, decoded */
  AssayTensorView *views;
  void **copies; /* of data that does not stand aligned in the file; per view, or NULL */
  uint32_t n_views;
  AssayTensorsEntry *metadata;
  uint32_t n_metadata;
};

static const struct
{
  const char *name;
  size_t size;
} types[] = {
  [ASSAY_F32] = { "F32", 4 }, [ASSAY_F64] = { "F64", 8 }, [ASSAY_U8] = { "U8", 1 },
  [ASSAY_U16] = { "U16", 2 }, [ASSAY_U32] = { "U32", 4 }, [ASSAY_I32] = { "I32", 4 },
};
#define N_TYPES (sizeof types / sizeof types[0])

/* What else the format knows; such tensors are listed but not typed. */
static const struct
{
  const char *name;
  size_t size;
} other_types[]
    = { { "BOOL", 1 }, { "I8", 1 },  { "F8_E5M2", 1 }, { "F8_E4M3", 1 }, { "I16", 2 }, { "F16", 2 },
        { "BF16", 2 }, { "I64", 8 }, { "U64", 8 },     { "F8_E8M0", 1 }, { "C64", 8 } };

size_t
assay_type_size (uint32_t type)
{
  return type < N_TYPES ? types[type].size : 0;
}

static bool
find_type (const char *name, uint32_t *type, size_t *size)
{
  for (uint32_t i = 0; i < N_TYPES; i++)
    if (strcmp (name, types[i].name) == 0)
      {
        *type = i;
        *size = types[i].size;
        return true;
      }
  *type = UINT32_MAX;
  for (size_t i = 0; i < sizeof other_types / sizeof other_types[0]; i++)
    if (strcmp (name, other_types[i].name) == 0)
      {
        *size = other_types[i].size;
        return true;
      }
  return false;
}

bool
assay_tensors_fail (AssayTensorsError *error, const char *path, const char *format, ...)
{
  int n = snprintf (error->text, sizeof error->text, "%.300s: ", path);
  va_list arguments;

  va_start (arguments, format);
  vsnprintf (error->text + n, sizeof error->text - (size_t) n, format, arguments);
  va_end (arguments);
  return false;
}

/* ---- Reading ---------------------------------------------------------------- */

/* An array of @n of @size bytes with room for one more, NULL if there is no memory: then
 * the old one stands.  It grows whenever n is a power of 2. */
static void *
grow (void *array, uint32_t n, size_t size)
{
  return (n & (n - 1)) != 0 ? array : realloc (array, (n > 0 ? 2 * (size_t) n : 1) * size);
}

static const char *
take_string (AssayTensors *file, JsonCursor *json)
{
  char *text = file->next, *next = json_string (json, text);

  if (next == NULL)
    return NULL;
  file->next = next;
  return text;
}

static bool
parse_metadata (AssayTensors *file, JsonCursor *json, AssayTensorsError *error)
{
  if (!json_expect (json, '{'))
    return false;
  if (json_take (json, '}'))
    return true;
  do
    {
      AssayTensorsEntry entry = { take_string (file, json), NULL }, *larger = NULL;

      if (entry.key == NULL || !json_expect (json, ':')
          || (entry.value = take_string (file, json)) == NULL)
        return false;
      larger = grow (file->metadata, file->n_metadata, sizeof entry);
      if (larger == NULL)
        return assay_tensors_fail (error, file->path, "%s", strerror (ENOMEM));
      file->metadata = larger;
      file->metadata[file->n_metadata++] = entry;
    }
  while (json_take (json, ','));
  return json_expect (json, '}');
}

/* The fields of a tensor as they were read. */
typedef struct Fields
{
  bool dtype, shape, offsets;
  uint64_t elements, begin, end;
  size_t element;
} Fields;

static bool
parse_dtype (AssayTensors *file, JsonCursor *json, AssayTensorView *view, Fields *fields,
             AssayTensorsError *error)
{
  const char *name = take_string (file, json);

  if (name == NULL)
    return false;
  if (!find_type (name, &view->type, &fields->element))
    return assay_tensors_fail (error, file->path, "tensor \"%.80s\" has the unknown type \"%.40s\"",
                               view->name, name);
  fields->dtype = true;
  return true;
}

static bool
parse_shape (AssayTensors *file, JsonCursor *json, AssayTensorView *view, Fields *fields,
             AssayTensorsError *error)
{
  fields->shape = true;
  fields->elements = 1;
  view->n_dims = 0;
  if (!json_expect (json, '['))
    return false;
  if (json_take (json, ']'))
    return true;
  do
    {
      uint64_t n = 0;

      if (!json_whole (json, &n))
        return false;
      if (view->n_dims == ASSAY_TENSOR_MAX_DIMS)
        return assay_tensors_fail (error, file->path,
                                   "tensor \"%.80s\" has more than %d dimensions", view->name,
                                   ASSAY_TENSOR_MAX_DIMS);
      if (__builtin_mul_overflow (fields->elements, n, &fields->elements))
        return assay_tensors_fail (error, file->path, "the shape of tensor \"%.80s\" is too large",
                                   view->name);
      view->shape[view->n_dims++] = n;
    }
  while (json_take (json, ','));
  return json_expect (json, ']');
}

static bool
parse_offsets (AssayTensors *file, JsonCursor *json, AssayTensorView *view, Fields *fields,
               AssayTensorsError *error)
{
  fields->offsets = true;
  return json_expect (json, '[') && json_whole (json, &fields->begin) && json_expect (json, ',')
         && json_whole (json, &fields->end) && json_expect (json, ']');
}

static const struct
{
  const char *key;
  bool (*parse) (AssayTensors *, JsonCursor *, AssayTensorView *, Fields *, AssayTensorsError *);
} field_parsers[]
    = { { "dtype", parse_dtype }, { "shape", parse_shape }, { "data_offsets", parse_offsets } };

static bool
parse_field (AssayTensors *file, JsonCursor *json, AssayTensorView *view, Fields *fields,
             AssayTensorsError *error)
{
  const char *key = take_string (file, json);

  if (key == NULL || !json_expect (json, ':'))
    return false;
  for (size_t i = 0; i < sizeof field_parsers / sizeof field_parsers[0]; i++)
    if (strcmp (key, field_parsers[i].key) == 0)
      return field_parsers[i].parse (file, json, view, fields, error);
  return json_skip (json);
}

static bool
check_tensor (const AssayTensors *file, AssayTensorView *view, const Fields *fields,
              AssayTensorsError *error)
{
  if (!fields->dtype || !fields->shape || !fields->offsets)
    return assay_tensors_fail (error, file->path, "tensor \"%.80s\" lacks %s", view->name,
                               !fields->dtype   ? "dtype"
                               : !fields->shape ? "shape"
                                                : "data_offsets");
  if (fields->begin > fields->end || fields->end > file->data_size)
    return assay_tensors_fail (error, file->path, "tensor \"%.80s\" lies outside the file",
                               view->name);
  view->bytes = fields->end - fields->begin;
  if (view->bytes / fields->element != fields->elements || view->bytes % fields->element != 0)
    return assay_tensors_fail (error, file->path,
                               "tensor \"%.80s\" has %llu bytes, which is not its shape",
                               view->name, (unsigned long long) view->bytes);
  view->data = file->data + fields->begin;
  return true;
}

static bool
parse_tensor (AssayTensors *file, JsonCursor *json, const char *name, AssayTensorsError *error)
{
  AssayTensorView view = { .name = name }, *larger = NULL;
  Fields fields = { 0 };

  if (!json_expect (json, '{'))
    return false;
  if (!json_take (json, '}'))
    {
      do
        if (!parse_field (file, json, &view, &fields, error))
          return false;
      while (json_take (json, ','));
      if (!json_expect (json, '}'))
        return false;
    }
  if (!check_tensor (file, &view, &fields, error))
    return false;
  larger = grow (file->views, file->n_views, sizeof view);
  if (larger == NULL)
    return assay_tensors_fail (error, file->path, "%s", strerror (ENOMEM));
  file->views = larger;
  file->views[file->n_views++] = view;
  return true;
}

static bool
parse_header (AssayTensors *file, JsonCursor *json, AssayTensorsError *error)
{
  bool metadata = false;

  if (json->at == json->end || *json->at != '{' || !json_expect (json, '{'))
    return assay_tensors_fail (error, file->path, "the header does not begin with {");
  if (!json_take (json, '}'))
    {
      do
        {
          const char *name = take_string (file, json);

          if (name == NULL || !json_expect (json, ':'))
            return false;
          if (strcmp (name, "__metadata__") != 0)
            {
              if (!parse_tensor (file, json, name, error))
                return false;
              continue;
            }
          if (metadata)
            return assay_tensors_fail (error, file->path, "the header has __metadata__ twice");
          metadata = true;
          if (!parse_metadata (file, json, error))
            return false;
        }
      while (json_take (json, ','));
      if (!json_expect (json, '}'))
        return false;
    }
  json_take (json, '\0'); /* blanks */
  return json->at == json->end
         || assay_tensors_fail (error, file->path, "something follows the header");
}

/* ---- Checks over all tensors ------------------------------------------------- */

static int
by_name (const void *a, const void *b)
{
  const AssayTensorView *const *x = a, *const *y = b;

  return strcmp ((*x)->name, (*y)->name);
}

static int
by_place (const void *a, const void *b)
{
  const AssayTensorView *x = *(const AssayTensorView *const *) a;
  const AssayTensorView *y = *(const AssayTensorView *const *) b;

  if (x->data != y->data)
    return (const char *) x->data < (const char *) y->data ? -1 : 1;
  return x->bytes < y->bytes ? -1 : x->bytes > y->bytes;
}

/* The format wants every byte of the data to belong to exactly one tensor. */
static bool
check_places (const AssayTensors *file, const AssayTensorView **order, AssayTensorsError *error)
{
  const unsigned char *at = file->data;

  qsort (order, file->n_views, sizeof *order, by_place);
  for (uint32_t i = 0; i < file->n_views; i++)
    {
      const unsigned char *data = order[i]->data;

      if (data != at)
        return assay_tensors_fail (error, file->path, "tensor \"%.80s\" %s", order[i]->name,
                                   data < at ? "overlaps another one" : "leaves a gap before it");
      at += order[i]->bytes;
    }
  return at == file->data + file->data_size
         || assay_tensors_fail (error, file->path, "bytes at its end belong to no tensor");
}

static bool
check_names (const AssayTensors *file, const AssayTensorView **order, AssayTensorsError *error)
{
  qsort (order, file->n_views, sizeof *order, by_name);
  for (uint32_t i = 1; i < file->n_views; i++)
    if (strcmp (order[i - 1]->name, order[i]->name) == 0)
      return assay_tensors_fail (error, file->path, "tensor \"%.80s\" stands there twice",
                                 order[i]->name);
  return true;
}

static bool
check_all (const AssayTensors *file, AssayTensorsError *error)
{
  const AssayTensorView **order = calloc (file->n_views + 1, sizeof *order);
  bool ok = false;

  if (order == NULL)
    return assay_tensors_fail (error, file->path, "%s", strerror (ENOMEM));
  for (uint32_t i = 0; i < file->n_views; i++)
    order[i] = &file->views[i];
  ok = check_names (file, order, error) && check_places (file, order, error);
  free (order);
  return ok;
}

/* The format does not align; whoever reads a view may rely on it. */
static bool
align_views (AssayTensors *file, AssayTensorsError *error)
{
  file->copies = calloc (file->n_views + 1, sizeof *file->copies);
  if (file->copies == NULL)
    return assay_tensors_fail (error, file->path, "%s", strerror (ENOMEM));
  for (uint32_t i = 0; i < file->n_views; i++)
    {
      AssayTensorView *view = &file->views[i];
      size_t size = assay_type_size (view->type);

      if (view->bytes == 0)
        view->data = file->map;
      if (size == 0 || (uintptr_t) view->data % size == 0)
        continue;
      file->copies[i] = malloc (view->bytes);
      if (file->copies[i] == NULL)
        return assay_tensors_fail (error, file->path, "%s", strerror (ENOMEM));
      memcpy (file->copies[i], view->data, view->bytes);
      view->data = file->copies[i];
    }
  return true;
}

/* ---- Opening ------------------------------------------------------------------ */

static bool
map_file (AssayTensors *file, AssayTensorsError *error)
{
  int fd = assay_file_open (file->path, O_RDONLY | O_NONBLOCK, 0);
  struct stat st = { 0 };
  void *map = MAP_FAILED;

  if (fd < 0)
    return assay_tensors_fail (error, file->path, "could not open: %s", strerror (errno));
  if (fstat (fd, &st) == 0 && S_ISREG (st.st_mode) && st.st_size >= 8)
    map = mmap (NULL, (size_t) st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
  close (fd);
  if (map == MAP_FAILED)
    return assay_tensors_fail (error, file->path, "%s",
                               !S_ISREG (st.st_mode) ? "it is not a file"
                               : st.st_size < 8      ? "it is too short for a tensor file"
                                                     : strerror (errno));
  file->map = map;
  file->size = (uint64_t) st.st_size;
  return true;
}

static bool
read_header (AssayTensors *file, AssayTensorsError *error)
{
  uint64_t size = 0;
  JsonCursor json = { 0 };

  for (int i = 7; i >= 0; i--)
    size = size << 8 | file->map[i];
  if (size > file->size - 8)
    return assay_tensors_fail (error, file->path, "its header is said to be longer than the file");
  if (size > MAX_HEADER)
    return assay_tensors_fail (error, file->path, "its header is longer than 100 MB");
  file->data = file->map + 8 + size;
  file->data_size = file->size - 8 - size;
  /* A decoded string and its 0 are never longer than the string with its quotes. */
  file->texts = file->next = malloc (size + 1);
  if (file->texts == NULL)
    return assay_tensors_fail (error, file->path, "%s", strerror (ENOMEM));
  json.at = (const char *) file->map + 8;
  json.end = json.at + size;
  if (parse_header (file, &json, error))
    return check_all (file, error) && align_views (file, error);
  if (json.wrong != NULL)
    assay_tensors_fail (error, file->path, "byte %llu of the header: %s",
                        (unsigned long long) (json.at - (const char *) file->map - 8), json.wrong);
  return false;
}

AssayTensors *
assay_tensors_open (const char *path, AssayTensorsError *error)
{
  AssayTensors *file = calloc (1, sizeof *file);

  if (file == NULL)
    {
      assay_tensors_fail (error, path, "%s", strerror (ENOMEM));
      return NULL;
    }
  file->path = path;
  if (!map_file (file, error) || !read_header (file, error))
    {
      assay_tensors_free (file);
      return NULL;
    }
  file->path = NULL;
  return file;
}

void
assay_tensors_free (AssayTensors *file)
{
  if (file == NULL)
    return;
  for (uint32_t i = 0; file->copies != NULL && i < file->n_views; i++)
    free (file->copies[i]);
  free (file->copies);
  free (file->views);
  free (file->metadata);
  free (file->texts);
  if (file->map != NULL)
    munmap (file->map, file->size);
  free (file);
}

uint32_t
assay_tensors_n (const AssayTensors *file)
{
  return file->n_views;
}

const AssayTensorView *
assay_tensors_at (const AssayTensors *file, uint32_t i)
{
  return i < file->n_views ? &file->views[i] : NULL;
}

const AssayTensorView *
assay_tensors_find (const AssayTensors *file, const char *name)
{
  for (uint32_t i = 0; i < file->n_views; i++)
    if (strcmp (file->views[i].name, name) == 0)
      return &file->views[i];
  return NULL;
}

const char *
assay_tensors_metadata (const AssayTensors *file, const char *key)
{
  for (uint32_t i = 0; i < file->n_metadata; i++)
    if (strcmp (file->metadata[i].key, key) == 0)
      return file->metadata[i].value;
  return NULL;
}

/* ---- Writing ------------------------------------------------------------------ */

static void
put_string (FILE *out, const char *text)
{
  fputc ('"', out);
  for (; *text != '\0'; text++)
    {
      unsigned char c = (unsigned char) *text;

      if (c == '"' || c == '\\')
        fprintf (out, "\\%c", c);
      else if (c < 0x20)
        fprintf (out, "\\u%04x", c);
      else
        fputc (c, out);
    }
  fputc ('"', out);
}

static void
put_metadata (FILE *out, const AssayTensorsEntry *metadata, uint32_t n)
{
  fputs ("\"__metadata__\":{", out);
  for (uint32_t i = 0; i < n; i++)
    {
      fputs (i > 0 ? "," : "", out);
      put_string (out, metadata[i].key);
      fputc (':', out);
      put_string (out, metadata[i].value);
    }
  fputc ('}', out);
}

static void
put_tensor (FILE *out, const AssayTensorView *view, uint64_t at)
{
  put_string (out, view->name);
  fprintf (out, ":{\"dtype\":\"%s\",\"shape\":[", types[view->type].name);
  for (uint32_t i = 0; i < view->n_dims; i++)
    fprintf (out, "%s%llu", i > 0 ? "," : "", (unsigned long long) view->shape[i]);
  fprintf (out, "],\"data_offsets\":[%llu,%llu]}", (unsigned long long) at,
           (unsigned long long) (at + view->bytes));
}

static bool
check_view (const char *path, const AssayTensorView *view, AssayTensorsError *error)
{
  uint64_t bytes = assay_type_size (view->type);

  if (bytes == 0 || view->n_dims > ASSAY_TENSOR_MAX_DIMS)
    return assay_tensors_fail (
        error, path, "tensor \"%.80s\" has no type that can be written, or too many dimensions",
        view->name);
  for (uint32_t i = 0; i < view->n_dims; i++)
    if (__builtin_mul_overflow (bytes, view->shape[i], &bytes))
      return assay_tensors_fail (error, path, "the shape of tensor \"%.80s\" is too large",
                                 view->name);
  if (bytes != view->bytes)
    return assay_tensors_fail (error, path,
                               "tensor \"%.80s\" has %llu bytes, which is not its shape",
                               view->name, (unsigned long long) view->bytes);
  return true;
}

/* The header with its length before it, padded with spaces to 8 bytes. */
static char *
make_header (const AssayTensorView *tensors, uint32_t n, const AssayTensorsEntry *metadata,
             uint32_t n_metadata, size_t *size)
{
  char *text = NULL;
  FILE *out = open_memstream (&text, size);
  uint64_t at = 0;

  if (out == NULL)
    return NULL;
  fputs ("        {", out);
  if (n_metadata > 0)
    put_metadata (out, metadata, n_metadata);
  for (uint32_t i = 0; i < n; i++)
    {
      fputs (i > 0 || n_metadata > 0 ? "," : "", out);
      put_tensor (out, &tensors[i], at);
      at += tensors[i].bytes;
    }
  fputc ('}', out);
  for (long end = ftell (out); end % 8 != 0; end++)
    fputc (' ', out);
  if (ferror (out) | fclose (out))
    {
      free (text);
      return NULL;
    }
  for (int i = 0; i < 8; i++)
    text[i] = (char) ((*size - 8) >> (8 * i) & 255);
  return text;
}

bool
assay_tensors_write (const char *path, const AssayTensorView *tensors, uint32_t n,
                     const AssayTensorsEntry *metadata, uint32_t n_metadata,
                     AssayTensorsError *error)
{
  AssayFilePart *parts = NULL;
  size_t size = 0;
  char *header = NULL;
  bool ok = false;

  for (uint32_t i = 0; i < n; i++)
    if (!check_view (path, &tensors[i], error))
      return false;
  header = make_header (tensors, n, metadata, n_metadata, &size);
  parts = calloc (n + 1, sizeof *parts);
  if (header != NULL && parts != NULL)
    {
      parts[0] = (AssayFilePart){ header, size };
      for (uint32_t i = 0; i < n; i++)
        parts[i + 1] = (AssayFilePart){ tensors[i].data, tensors[i].bytes };
      ok = assay_file_replace_parts (path, parts, n + 1);
    }
  else
    errno = ENOMEM;
  if (!ok)
    assay_tensors_fail (error, path, "could not write: %s", strerror (errno));
  free (parts);
  free (header);
  return ok;
}

void
assay_tensors_shape_text (const AssayTensorView *view, char *text, size_t size)
{
  size_t n = (size_t) snprintf (text, size, "[");

  for (uint32_t i = 0; i < view->n_dims && n < size; i++)
    n += (size_t) snprintf (text + n, size - n, "%s%llu", i > 0 ? ", " : "",
                            (unsigned long long) view->shape[i]);
  if (n < size)
    snprintf (text + n, size - n, "]");
}

bool
assay_tensors_are_finite (const AssayTensorView *view)
{
  const float *x = view->data;

  for (uint64_t i = 0; i < view->bytes / sizeof *x; i++)
    if (!isfinite (x[i]))
      return false;
  return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/nn/checkpoint.h"

#include "base/num/random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRAINING "training."
#define NUMBERS_OF_A_STREAM 3

/* All tensors of a file: those of the arrays view the vectors themselves, which loading writes;
 * 64-bit numbers, which the format has no common type for, go through `words`. */
typedef struct Contents
{
  AssayTensorView *views;
  uint32_t n;
  uint32_t *words, *next;
} Contents;

/* ---- what a file contains ---- */

static char *
joined (const char *prefix, const char *name)
{
  size_t size = strlen (prefix) + strlen (name) + 1;
  char *text = assay_alloc_zeroed (size);

  snprintf (text, size, "%s%s", prefix, name);
  return text;
}

/** The arrays of @vector, NULL: none. */
static void
add_vector (Contents *contents, const AssayParams *params, const char *prefix, const float *vector)
{
  for (uint32_t i = 0; i < params->n && vector != NULL; i++)
    {
      const AssayWeight *weight = params->params[i];
      AssayTensorView *view = &contents->views[contents->n++];

      *view = (AssayTensorView){ .name = joined (prefix, weight->name),
                                 .type = ASSAY_F32,
                                 .n_dims = weight->n_dims,
                                 .data = vector + weight->offset,
                                 .bytes = weight->size * sizeof (float) };
      for (uint32_t k = 0; k < weight->n_dims; k++)
        view->shape[k] = weight->shape[k];
    }
}

static void
add_numbers (Contents *contents, const char *name, uint32_t rows, uint32_t columns)
{
  if (rows == 0)
    return;
  contents->views[contents->n++] = (AssayTensorView){ .name = joined (TRAINING, name),
                                                      .type = ASSAY_U32,
                                                      .n_dims = 2,
                                                      .shape = { rows, 2 * columns },
                                                      .data = contents->next,
                                                      .bytes = 8ull * rows * columns };
  contents->next += 2 * rows * columns;
}

static Contents
contents_of (const AssayCheckpoint *c)
{
  size_t numbers = 1 + (size_t) NUMBERS_OF_A_STREAM * c->n_streams + c->n_counters;
  Contents contents
      = { .views = assay_alloc_zeroed ((4 * c->params->n + 3) * sizeof (AssayTensorView)),
          .words = assay_alloc_zeroed (2 * numbers * sizeof (uint32_t)) };

  contents.next = contents.words;
  add_vector (&contents, c->params, "", c->params->values);
  add_vector (&contents, c->params, TRAINING "average.", c->average);
  if (c->optimizer != NULL)
    {
      add_vector (&contents, c->params, TRAINING "moments1.", c->optimizer->moments1);
      add_vector (&contents, c->params, TRAINING "moments2.", c->optimizer->moments2);
      add_numbers (&contents, "steps", 1, 1);
    }
  add_numbers (&contents, "streams", c->n_streams, NUMBERS_OF_A_STREAM);
  add_numbers (&contents, "counters", c->n_counters, 1);
  return contents;
}

static void
contents_clear (Contents *contents)
{
  for (uint32_t i = 0; i < contents->n; i++)
    free ((void *) contents->views[i].name);
  free (contents->views);
  free (contents->words);
}

/* ---- numbers, in the order of contents_of ---- */

typedef void (*Pass) (uint32_t **words, uint64_t *number);

static void
put (uint32_t **words, uint64_t *number)
{
  *(*words)++ = (uint32_t) *number;
  *(*words)++ = (uint32_t) (*number >> 32);
}

static void
take (uint32_t **words, uint64_t *number)
{
  uint64_t low = *(*words)++, high = *(*words)++;

  *number = low | high << 32;
}

static void
pass_stream (uint32_t **words, AssayStream *stream, Pass pass)
{
  AssayStreamPlace place = assay_stream_place (stream);

  pass (words, &place.key);
  pass (words, &place.name);
  pass (words, &place.word);
  if (pass == take)
    assay_stream_restore (stream, &place);
}

static void
pass_numbers (const AssayCheckpoint *c, uint32_t *words, Pass pass)
{
  if (c->optimizer != NULL)
    pass (&words, &c->optimizer->steps);
  for (uint32_t i = 0; i < c->n_streams; i++)
    pass_stream (&words, &c->streams[i], pass);
  for (uint32_t i = 0; i < c->n_counters; i++)
    pass (&words, &c->counters[i]);
}

bool
assay_checkpoint_save (const AssayCheckpoint *checkpoint, const char *path,
                       AssayTensorsError *error)
{
  static const AssayTensorsEntry metadata[] = { { "assay-checkpoint", "1" } };
  Contents contents = contents_of (checkpoint);
  bool ok;

  pass_numbers (checkpoint, contents.words, put);
  ok = assay_tensors_write (path, contents.views, contents.n, metadata, 1, error);
  contents_clear (&contents);
  return ok;
}

/* ---- loading ---- */

static bool
check_tensor (const AssayTensorView *wanted, const AssayTensorView *found, const char *path,
              AssayTensorsError *error)
{
  char has[64], needs[64];

  if (found == NULL)
    return assay_tensors_fail (
        error, path, "tensor \"%.80s\" is missing; was it saved from another model?", wanted->name);
  assay_tensors_shape_text (found, has, sizeof has);
  assay_tensors_shape_text (wanted, needs, sizeof needs);
  if (found->n_dims != wanted->n_dims
      || memcmp (found->shape, wanted->shape, found->n_dims * sizeof *found->shape) != 0)
    return assay_tensors_fail (error, path, "tensor \"%.80s\" has the shape %s, the model needs %s",
                               wanted->name, has, needs);
  if (found->type != wanted->type)
    return assay_tensors_fail (error, path, "tensor \"%.80s\" is not of the type %s", wanted->name,
                               wanted->type == ASSAY_F32 ? "F32" : "U32");
  if (wanted->type == ASSAY_F32 && !assay_tensors_are_finite (found))
    return assay_tensors_fail (error, path, "tensor \"%.80s\" has a NaN or an infinity",
                               wanted->name);
  return true;
}

static const AssayTensorView *
find (const Contents *contents, const char *name)
{
  for (uint32_t i = 0; i < contents->n; i++)
    if (strcmp (contents->views[i].name, name) == 0)
      return &contents->views[i];
  return NULL;
}

static bool
check_all (const AssayTensors *file, const Contents *contents, bool training, const char *path,
           AssayTensorsError *error)
{
  const char *version = assay_tensors_metadata (file, "assay-checkpoint");

  if (version != NULL && strcmp (version, "1") != 0)
    return assay_tensors_fail (
        error, path, "its format %.20s is newer than this program, which reads 1", version);
  for (uint32_t i = 0; i < contents->n; i++)
    if (!check_tensor (&contents->views[i], assay_tensors_find (file, contents->views[i].name),
                       path, error))
      return false;
  for (uint32_t i = 0; i < assay_tensors_n (file); i++)
    {
      const char *name = assay_tensors_at (file, i)->name;
      bool left_alone = !training && strncmp (name, TRAINING, strlen (TRAINING)) == 0;

      if (!left_alone && find (contents, name) == NULL)
        return assay_tensors_fail (error, path, "tensor \"%.80s\" is none of the model's", name);
    }
  return true;
}

bool
assay_checkpoint_load (const AssayCheckpoint *checkpoint, const char *path,
                       AssayTensorsError *error)
{
  AssayParams *params = checkpoint->params;
  AssayTensors *file = assay_tensors_open (path, error);
  Contents contents;
  bool ok;

  if (file == NULL)
    return false;
  if (params->values == NULL)
    params->values = assay_params_vector (params);
  contents = contents_of (checkpoint);
  ok = check_all (file, &contents, contents.n > params->n, path, error);
  for (uint32_t i = 0; i < contents.n && ok; i++)
    {
      const AssayTensorView *view = &contents.views[i];

      memcpy ((void *) view->data, assay_tensors_find (file, view->name)->data, view->bytes);
    }
  if (ok)
    pass_numbers (checkpoint, contents.words, take);
  contents_clear (&contents);
  assay_tensors_free (file);
  return ok;
}

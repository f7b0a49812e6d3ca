/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/nn/params.h"

#include <assay/random.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLOATS_PER_LINE (ASSAY_ALIGNMENT / sizeof (float))

typedef struct AssayParamInit
{
  AssayInit init;
  float scale;
} AssayParamInit;

AssayParams *
assay_params_new (void)
{
  return assay_alloc_zeroed (sizeof (AssayParams));
}

void
assay_params_free (AssayParams *params)
{
  if (params == NULL)
    return;
  for (uint32_t i = 0; i < params->n; i++)
    {
      free ((void *) params->params[i]->name);
      free ((void *) params->params[i]);
    }
  free ((void *) params->params);
  free ((void *) params->inits);
  free (params->values);
  free (params);
}

/* ---- adding ---- */

static void *
grown (const void *old, size_t bytes, size_t new_bytes)
{
  void *new = assay_alloc_zeroed (new_bytes);

  if (bytes > 0)
    memcpy (new, old, bytes);
  free ((void *) old);
  return new;
}

static void
make_room (AssayParams *params)
{
  uint32_t n = params->n, capacity = n > 0 ? 2 * n : 16;

  if (n < params->capacity)
    return;
  params->params
      = grown (params->params, n * sizeof *params->params, capacity * sizeof *params->params);
  params->inits
      = grown (params->inits, n * sizeof *params->inits, capacity * sizeof *params->inits);
  params->capacity = capacity;
}

/** @prefix, NULL: none, and the name. */
static const char *
formatted (const char *prefix, const char *format, va_list arguments)
{
  char *name, *text;

  if (vasprintf (&name, format, arguments) < 0)
    abort ();
  if (prefix == NULL)
    return name;
  if (asprintf (&text, "%s%s", prefix, name) < 0)
    abort ();
  free (name);
  return text;
}

const AssayWeight *
assay_params_add (AssayParams *params, const size_t *shape, AssayInit init, float scale,
                  const char *name, ...)
{
  AssayWeight *param = assay_alloc_zeroed (sizeof *param);
  size_t lines;
  va_list arguments;

  make_room (params);
  va_start (arguments, name);
  param->name = formatted (params->prefix, name, arguments);
  va_end (arguments);
  param->index = params->n;
  param->offset = params->size;
  param->size = 1;
  for (; shape[param->n_dims] > 0; param->n_dims++)
    {
      if (param->n_dims == ASSAY_MAX_DIMS)
        {
          fprintf (stderr, "%s: %s has more than %d dimensions\n", __func__, param->name,
                   ASSAY_MAX_DIMS);
          abort ();
        }
      param->shape[param->n_dims] = shape[param->n_dims];
      param->size *= shape[param->n_dims];
    }
  param->decays = param->n_dims > 1;
  lines = (param->size + FLOATS_PER_LINE - 1) / FLOATS_PER_LINE;
  params->size += lines * FLOATS_PER_LINE;
  ((const AssayWeight **) params->params)[params->n] = param;
  ((AssayParamInit *) params->inits)[params->n] = (AssayParamInit){ init, scale };
  params->n++;
  return param;
}

/* ---- drawing ---- */

static void
fill (float *w, size_t n, float value)
{
  for (size_t i = 0; i < n; i++)
    w[i] = value;
}

static void
draw_uniform (float *w, size_t n, double bound, AssayStream *stream)
{
  for (size_t i = 0; i < n; i++)
    w[i] = (float) ((2 * assay_uniform (stream) - 1) * bound);
}

static void
draw_normal (float *w, size_t n, double deviation, AssayStream *stream)
{
  for (size_t i = 0; i < n; i++)
    w[i] = (float) (assay_normal (stream) * deviation);
}

/** v's part along the first @n vectors of @q, orthonormal, taken away; all of @length. */
static void
project_away (double *v, const double *q, size_t n, size_t length)
{
  for (size_t k = 0; k < n; k++)
    {
      double dot = 0;

      for (size_t i = 0; i < length; i++)
        dot += v[i] * q[k * length + i];
      for (size_t i = 0; i < length; i++)
        v[i] -= dot * q[k * length + i];
    }
}

/** Gram and Schmidt's way, each vector twice (Giraud et al. 2005: twice is enough). */
static void
draw_orthogonal (float *w, size_t rows, size_t columns, double scale, AssayStream *stream)
{
  bool wide = rows <= columns;
  size_t n = wide ? rows : columns, length = wide ? columns : rows;
  double *q = assay_alloc_zeroed (n * length * sizeof *q);

  for (size_t k = 0; k < n; k++)
    {
      double *v = q + k * length, norm = 0;

      for (size_t i = 0; i < length; i++)
        v[i] = assay_normal (stream);
      project_away (v, q, k, length);
      project_away (v, q, k, length);
      for (size_t i = 0; i < length; i++)
        norm += v[i] * v[i];
      norm = sqrt (norm);
      for (size_t i = 0; i < length; i++)
        v[i] /= norm;
      for (size_t i = 0; i < length; i++)
        w[wide ? k * columns + i : i * columns + k] = (float) (scale * v[i]);
    }
  free (q);
}

static void
draw (float *w, const AssayWeight *param, AssayParamInit how, AssayStream *stream)
{
  size_t rows = param->n_dims > 0 ? param->shape[0] : 1;
  size_t columns = param->size / rows; /* an output's inputs: the fan in */
  size_t last = param->n_dims > 1 ? param->shape[param->n_dims - 1] : 1;
  size_t fan_out = rows * (columns / last); /* of a filter: every place is an output's */

  switch (how.init)
    {
    case ASSAY_INIT_ZERO:
      fill (w, param->size, 0);
      break;
    case ASSAY_INIT_ONE:
      fill (w, param->size, 1);
      break;
    case ASSAY_INIT_NORMAL:
      draw_normal (w, param->size, how.scale, stream);
      break;
    case ASSAY_INIT_UNIFORM:
      draw_uniform (w, param->size, how.scale, stream);
      break;
    case ASSAY_INIT_KAIMING:
      draw_uniform (w, param->size, how.scale * sqrt (3.0 / (double) columns), stream);
      break;
    case ASSAY_INIT_XAVIER:
      draw_uniform (w, param->size, how.scale * sqrt (6.0 / (double) (columns + fan_out)), stream);
      break;
    case ASSAY_INIT_ORTHOGONAL:
      draw_orthogonal (w, rows, columns, how.scale, stream);
      break;
    }
}

void
assay_params_init (AssayParams *params, AssayStream *stream)
{
  if (params->values == NULL)
    params->values = assay_params_vector (params);
  for (uint32_t i = 0; i < params->n; i++)
    draw (params->values + params->params[i]->offset, params->params[i], params->inits[i], stream);
}

/* ---- looking ---- */

float *
assay_params_vector (const AssayParams *params)
{
  return assay_alloc_zeroed (params->size * sizeof (float));
}

void
assay_params_copy (AssayParams *to, const AssayWeight *array, const AssayParams *from,
                   const float *values)
{
  const AssayWeight *its = assay_params_find (from, array->name);

  if (its == NULL || its->n_dims != array->n_dims
      || memcmp (its->shape, array->shape, sizeof array->shape) != 0)
    {
      fprintf (stderr, "%s: %s is %s\n", __func__, array->name,
               its == NULL ? "missing" : "of another shape");
      abort ();
    }
  memcpy (to->values + array->offset, values + its->offset, array->size * sizeof *values);
}

const AssayWeight *
assay_params_find (const AssayParams *params, const char *name)
{
  for (uint32_t i = 0; i < params->n; i++)
    if (strcmp (params->params[i]->name, name) == 0)
      return params->params[i];
  return NULL;
}

uint32_t
assay_params_freeze (AssayParams *params, const char *prefix, bool frozen)
{
  size_t length = strlen (prefix);
  uint32_t n = 0;

  for (uint32_t i = 0; i < params->n; i++)
    if (strncmp (params->params[i]->name, prefix, length) == 0)
      {
        ((AssayWeight *) params->params[i])->frozen = frozen;
        n++;
      }
  return n;
}

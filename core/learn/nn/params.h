/* SPDX-License-Identifier: Apache-2.0
 *
 * A model's parameters: one flat vector, cut into named arrays.  Models are plain structs of
 * pointers to these; values, gradients and moments are vectors of one layout, so that an
 * optimiser, a sum over shards or a copy is one loop.
 */
#ifndef ASSAY_LEARN_PARAMS_H
#define ASSAY_LEARN_PARAMS_H

#include "base/num/random.h"
#include "learn/tensor/tensor.h"

typedef enum AssayInit
{
  ASSAY_INIT_ZERO,
  ASSAY_INIT_ONE,
  ASSAY_INIT_NORMAL,  /* standard deviation `scale` */
  ASSAY_INIT_UNIFORM, /* in [-scale, scale) */
  ASSAY_INIT_KAIMING, /* uniform, bound scale * sqrt (3 / fan in) (He et al. 2015) */
  ASSAY_INIT_XAVIER,  /* uniform, bound scale * sqrt (6 / (fan in + fan out)) (Glorot, Bengio 2010)
                       */
  ASSAY_INIT_ORTHOGONAL /* rows or columns orthonormal, times scale (Saxe et al. 2014) */
} AssayInit;

typedef struct AssayParams
{
  uint32_t n;                         /* arrays */
  uint32_t capacity;                  /* of `params` */
  const AssayWeight *const *params;   /* [n], in the order in which they were added */
  const struct AssayParamInit *inits; /* [n] */
  size_t size;        /* elements of the flat vector; each array begins on a cache line */
  float *values;      /* [size]; NULL before assay_params_init */
  const char *prefix; /* before the names of arrays added from now on, of two models in one vector;
                         NULL: nothing */
} AssayParams;

AssayParams *assay_params_new (void);
void assay_params_free (AssayParams *params);

/** Adds an array.  @name, of printf's kind with the arguments after @scale, is that of the
 *  array in a checkpoint ("h.0.attn.weight").  A matrix [out][in] (or a filter, [out][...])
 *  decays, a vector does not.  The result lives as long as @params.  @shape ends with 0. */
const AssayWeight *assay_params_add (AssayParams *params, const size_t *shape, AssayInit init,
                                     float scale, const char *name, ...)
    __attribute__ ((format (printf, 5, 6)));
#define ASSAY_SHAPE(...) ((const size_t[]){ __VA_ARGS__, 0 })

/** Allocates the values and draws them, array after array, from @stream. */
void assay_params_init (AssayParams *params, AssayStream *stream);
/** A zeroed vector of this layout (for gradients, moments, averages); for free(). */
float *assay_params_vector (const AssayParams *params);

/** Makes @array, one of @to's, what the array of its name is in @values, a vector of @from's
 *  layout.  There must be one, of the same shape. */
void assay_params_copy (AssayParams *to, const AssayWeight *array, const AssayParams *from,
                        const float *values);

const AssayWeight *assay_params_find (const AssayParams *params, const char *name);
/** Freezes the arrays whose names begin with @prefix ("": all), or lets them be trained again;
 *  returns how many there are. */
uint32_t assay_params_freeze (AssayParams *params, const char *prefix, bool frozen);

#endif

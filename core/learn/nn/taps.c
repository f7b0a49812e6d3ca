/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/nn/taps.h"

#include "learn/tensor/kernels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
is_at (const AssayTap *tap, uint32_t layer, AssaySite site)
{
  return tap->layer == layer && tap->site == site;
}

bool
assay_is_tapped (const AssayTap *taps, uint32_t n, uint32_t layer, AssaySite site)
{
  for (uint32_t i = 0; i < n; i++)
    if (is_at (&taps[i], layer, site))
      return true;
  return false;
}

/** How many of a row's @width elements it is about. */
static size_t
n_elements (const AssayTap *tap, size_t width)
{
  size_t n = tap->n > 0 ? tap->n : width - tap->begin;

  if (tap->begin <= width && n <= width - tap->begin)
    return n;
  fprintf (stderr, "assay_tap: elements %u to %zu of %zu\n", tap->begin, tap->begin + n, width);
  abort ();
}

void
assay_tap_apply (const AssayTap *tap, float *x, size_t rows, size_t width)
{
  size_t n = n_elements (tap, width), bytes = n * sizeof *x;

  x += tap->begin;
  for (size_t i = 0; i < rows; i++, x += width)
    {
      float *values = tap->values + (tap->each ? i * n : 0);

      switch (tap->kind)
        {
        case ASSAY_TAP_READ:
          memcpy (tap->values + i * n, x, bytes);
          break;
        case ASSAY_TAP_ADD:
          assay_kernels ()->add (x, x, values, n);
          break;
        case ASSAY_TAP_REPLACE:
          memcpy (x, values, bytes);
          break;
        case ASSAY_TAP_ABLATE:
          memset (x, 0, bytes);
          break;
        }
    }
}

/* ---- on a tape ---- */

typedef struct Change
{
  AssayTensor *x, *y;
  AssayTap removed; /* from the gradient */
  bool removes;
} Change;

static size_t
width_of (const AssayTensor *x)
{
  return x->shape[x->n_dims - 1];
}

static void
change_back (AssayTape *tape, void *context)
{
  const Change *change = context;
  size_t width = width_of (change->y);

  if (change->removes)
    assay_tap_apply (&change->removed, change->y->grad, change->y->size / width, width);
  assay_tensor_pass_grad (tape, change->y, change->x);
}

static AssayTensor *
changed (AssayTape *tape, AssayTensor *x, const AssayTap *tap)
{
  AssayTensor *y = assay_tensor_new (tape, ASSAY_FP32, x->n_dims, x->shape);
  Change *change = assay_tape_record (tape, change_back, sizeof *change, y, &x, 1);

  if (change != NULL)
    {
      *change = (Change){ x, y, *tap, tap->kind != ASSAY_TAP_ADD };
      change->removed.kind = ASSAY_TAP_ABLATE;
    }
  memcpy (y->data, x->data, x->size * sizeof *y->data);
  assay_tap_apply (tap, y->data, x->size / width_of (x), width_of (x));
  return y;
}

AssayTensor *
assay_tap (AssayTape *tape, AssayTensor *x, const AssayTap *taps, uint32_t n, uint32_t layer,
           AssaySite site)
{
  for (uint32_t i = 0; i < n; i++)
    if (is_at (&taps[i], layer, site))
      {
        if (taps[i].kind == ASSAY_TAP_READ)
          assay_tap_apply (&taps[i], x->data, x->size / width_of (x), width_of (x));
        else
          x = changed (tape, x, &taps[i]);
      }
  return x;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * safetensors: a JSON header with names, types, shapes and offsets, then raw
 * little-endian data.  C11 and libc only; the whole file is mapped.
 * https://huggingface.co/docs/safetensors (format as of 0.4)
 */
#ifndef ASSAY_BASE_TENSORS_H
#define ASSAY_BASE_TENSORS_H

#include <assay/plugin.h>
#include <stdbool.h>

#define ASSAY_TENSOR_MAX_DIMS 8

typedef struct AssayTensorView
{
  const char *name;
  uint32_t type; /* AssayType; other dtypes of the format are listed with type UINT32_MAX */
  uint32_t n_dims;
  uint64_t shape[ASSAY_TENSOR_MAX_DIMS];
  const void *data; /* aligned to its type */
  uint64_t bytes;
} AssayTensorView;

typedef struct AssayTensors AssayTensors;

typedef struct AssayTensorsError
{
  char text[512];
} AssayTensorsError;

/** Maps and checks a file: every offset, size and overlap.  NULL: see @error.  The file
 *  must not be cut while it is open. */
AssayTensors *assay_tensors_open (const char *path, AssayTensorsError *error);
uint32_t assay_tensors_n (const AssayTensors *file);
const AssayTensorView *assay_tensors_at (const AssayTensors *file, uint32_t i);
const AssayTensorView *assay_tensors_find (const AssayTensors *file, const char *name);
/** A value of the header's __metadata__, or NULL. */
const char *assay_tensors_metadata (const AssayTensors *file, const char *key);
void assay_tensors_free (AssayTensors *file);

typedef struct AssayTensorsEntry
{
  const char *key, *value;
} AssayTensorsEntry;

/** Writes a file in one step.  Equal content gives equal bytes: tensors and
 *  metadata stand in the order given. */
bool assay_tensors_write (const char *path, const AssayTensorView *tensors, uint32_t n,
                          const AssayTensorsEntry *metadata, uint32_t n_metadata,
                          AssayTensorsError *error);

/** Writes "PATH: " and the sentence into @error; always false. */
bool assay_tensors_fail (AssayTensorsError *error, const char *path, const char *format, ...)
    __attribute__ ((format (printf, 3, 4)));
/** "[2, 3]", cut to @size. */
void assay_tensors_shape_text (const AssayTensorView *view, char *text, size_t size);
/** Whether none of the values of an F32 is a NaN or an infinity. */
bool assay_tensors_are_finite (const AssayTensorView *view);

/** Bytes of one element; 0 for an unknown type. */
size_t assay_type_size (uint32_t type);

#endif

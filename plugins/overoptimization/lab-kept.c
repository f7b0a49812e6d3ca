/* SPDX-License-Identifier: Apache-2.0 */
#include "lab.h"

#include "learn/nn/checkpoint.h"

#include <stdio.h>
#include <string.h>

#define MOST 16 /* arrays of a result */

bool
lab_keep (AssayRun *run, const char *path, const LabArray *arrays, uint32_t n)
{
  AssayTensorView views[MOST];
  AssayTensorsError error;

  for (uint32_t i = 0; i < n; i++)
    views[i] = (AssayTensorView){ .name = arrays[i].name,
                                  .type = arrays[i].type,
                                  .n_dims = 1,
                                  .shape = { arrays[i].n },
                                  .data = arrays[i].data,
                                  .bytes = arrays[i].n * assay_type_size (arrays[i].type) };
  if (assay_tensors_write (path, views, n, NULL, 0, &error))
    return true;
  assay_fail (run, error.text);
  return false;
}

static bool
find (const AssayTensors *file, LabArray *array)
{
  const AssayTensorView *view = assay_tensors_find (file, array->name);

  if (!view || view->type != array->type || view->n_dims != 1 || view->shape[0] != array->n)
    return false;
  array->data = view->data;
  return true;
}

AssayTensors *
lab_open (AssayRun *run, const char *path, LabArray *arrays, uint32_t n)
{
  AssayTensorsError error;
  AssayTensors *file = assay_tensors_open (path, &error);
  char message[1024];

  for (uint32_t i = 0; file && i < n; i++)
    if (!find (file, &arrays[i]))
      {
        snprintf (error.text, sizeof error.text, "%s: \"%s\" is not what it should be",
                  strrchr (path, '/') ? strrchr (path, '/') + 1 : path, arrays[i].name);
        assay_tensors_free (file);
        file = NULL;
      }
  if (file)
    return file;
  snprintf (message, sizeof message, "A stage's result is damaged (%s); remove %s and run again.",
            error.text, path);
  assay_fail (run, message);
  return NULL;
}

AssaySequences *
lab_sequences (const LabArray *arrays)
{
  uint32_t n = (uint32_t) arrays[1].n;
  AssaySequences *sequences = assay_sequences_new (n, (uint32_t) (arrays[0].n / n));

  memcpy (sequences->ids, arrays[0].data, arrays[0].n * sizeof (int32_t));
  memcpy (sequences->prompts, arrays[1].data, n * sizeof (uint32_t));
  memcpy (sequences->lengths, arrays[2].data, n * sizeof (uint32_t));
  return sequences;
}

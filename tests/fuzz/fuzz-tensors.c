/* SPDX-License-Identifier: Apache-2.0 */
#include "base/tensors/tensors.h"
#include "fuzz.h"

#include <stdlib.h>

/* What was read can be written, if its types are ours, and reads the same. */
static void
write_again (const AssayTensors *file)
{
  AssayTensorsError error = { "" };
  uint32_t n = assay_tensors_n (file);
  AssayTensorView *views = calloc (n + 1, sizeof *views);
  AssayTensors *again = NULL;
  bool ours = true;

  for (uint32_t i = 0; i < n; i++)
    {
      views[i] = *assay_tensors_at (file, i);
      ours = ours && views[i].type != UINT32_MAX;
    }
  if (ours)
    {
      const char *path = fuzz_path ();

      FUZZ_CHECK (assay_tensors_write (path, views, n, NULL, 0, &error));
      again = assay_tensors_open (path, &error);
      FUZZ_CHECK (again != NULL && assay_tensors_n (again) == n);
      for (uint32_t i = 0; i < n; i++)
        {
          const AssayTensorView *view = assay_tensors_at (again, i);

          FUZZ_CHECK (strcmp (view->name, views[i].name) == 0 && view->bytes == views[i].bytes);
          FUZZ_CHECK (view->bytes == 0 || memcmp (view->data, views[i].data, view->bytes) == 0);
        }
      assay_tensors_free (again);
    }
  free (views);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  AssayTensorsError error = { "" };
  AssayTensors *file = assay_tensors_open (fuzz_file (data, size), &error);

  FUZZ_CHECK (file != NULL || error.text[0] != '\0');
  if (file == NULL)
    return 0;
  assay_tensors_metadata (file, "axes");
  assay_tensors_find (file, "values");
  write_again (file);
  assay_tensors_free (file);
  return 0;
}

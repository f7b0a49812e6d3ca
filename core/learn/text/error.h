/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_LEARN_TEXT_ERROR_H
#define ASSAY_LEARN_TEXT_ERROR_H

/** One sentence that names the file, the place and the mend. */
typedef struct AssayTextError
{
  char text[512];
} AssayTextError;

#endif

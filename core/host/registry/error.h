/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/** Every error of the host.  The codes are the exit codes of the command line. */
typedef enum
{
  ASSAY_ERROR_FAILED = 1, /* something was tried and did not work */
  ASSAY_ERROR_USAGE = 2,  /* input that is wrong: the message names file, place and mend */
  ASSAY_ERROR_NOT_FOUND = 3,
  ASSAY_ERROR_INCOMPATIBLE = 4, /* a plugin or a format of another version */
  ASSAY_ERROR_CANCELLED = 130
} AssayError;

#define ASSAY_ERROR (assay_error_quark ())
GQuark assay_error_quark (void);

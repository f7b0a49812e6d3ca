/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "host/registry/error.h"

/** The environment of a runner: ours without any OPENBLAS_, GOTO_ and OMP_ variable, BLAS
 *  with one thread, and a BLAS core only where @cpu (auto, generic, avx2, avx512; NULL: auto)
 *  asks for one that this CPU has.  USAGE: it has not, or there is no such level. */
char **assay_runner_environ (const char *cpu, GError **error);

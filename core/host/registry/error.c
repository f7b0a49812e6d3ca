/* SPDX-License-Identifier: Apache-2.0 */
#include "host/registry/error.h"

G_DEFINE_QUARK (assay - error - quark, assay_error)

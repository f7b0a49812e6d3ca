/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of one kind of CPU; compiled once for each.
 */
#include "learn/tensor/kernel.h"

#define KERNEL_TEXT(kind) #kind
#define KERNEL_NAME(kind) KERNEL_TEXT (kind)
#define ASSAY_KERNEL_ENTRY(type, name, parameters) .name = KERNEL (name),

extern const AssayKernels KERNEL (table);

const AssayKernels KERNEL (table)
    = { .name = KERNEL_NAME (KERNEL_KIND), ASSAY_KERNELS (ASSAY_KERNEL_ENTRY) };

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_BASE_CRC32C_H
#define ASSAY_BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/** CRC-32C (Castagnoli), reflected, as in iSCSI; start with 0. */
uint32_t assay_crc32c (uint32_t crc, const void *data, size_t size);

/** The same without the CPU's instruction, which the above uses where there is one. */
uint32_t assay_crc32c_portable (uint32_t crc, const void *data, size_t size);

#endif

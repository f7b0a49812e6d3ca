/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "host/registry/registry.h"

/** What is read of a shared object without loading it. */
typedef struct
{
  char *build_id;  /* hex; "sha256-..." of the content where there is no note */
  GStrv libraries; /* paths of the libassay* libraries it links; the name where none was found */
} ElfInfo;

gboolean elf_read (const char *path, ElfInfo *info, GError **error);
void elf_info_clear (ElfInfo *info);

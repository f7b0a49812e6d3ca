/* SPDX-License-Identifier: Apache-2.0 */
#include "host/run/tree.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_OPEN 16

static int
remove_one (const char *path, const struct stat *st, int kind, struct FTW *place)
{
  return remove (path);
}

gboolean
assay_tree_remove (const char *path, GError **error)
{
  if (nftw (path, remove_one, MAX_OPEN, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) == 0 || errno == ENOENT)
    return TRUE;
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "Cannot remove %s: %s", path,
               g_strerror (errno));
  return FALSE;
}

static _Thread_local guint64 total; /* nftw hands no data through */

static int
add_one (const char *path, const struct stat *st, int kind, struct FTW *place)
{
  if (kind == FTW_F)
    total += (guint64) st->st_size;
  return 0;
}

guint64
assay_tree_bytes (const char *path)
{
  total = 0;
  nftw (path, add_one, MAX_OPEN, FTW_PHYS | FTW_MOUNT);
  return total;
}

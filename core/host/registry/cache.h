/* SPDX-License-Identifier: Apache-2.0
 *
 * What assay-scan said of each file, kept in $XDG_CACHE_HOME/assay/plugins.json:
 *
 *     {"format": 1, "scanner": build id of assay-scan,
 *      "plugins": {PATH: {"size", "mtime" (ns, as text), "build-id", "answer": {...}}}}
 *
 * An answer counts while all three are what they were.  A cache that cannot be
 * read, or is of another scanner, is empty.
 */
#pragma once

#include <json-glib/json-glib.h>
#include <sys/stat.h>

typedef struct
{
  JsonObject *plugins;
  char *path, *scanner;
  gboolean changed;
} Cache;

void cache_open (Cache *cache, const char *scanner);
/** NULL: not there, or the file is another one. */
JsonObject *cache_find (Cache *cache, const char *path, const struct stat *info,
                        const char *build_id);
void cache_put (Cache *cache, const char *path, const struct stat *info, const char *build_id,
                JsonObject *answer);
/** Writes it if it has changed.  That this may fail is no matter: the next one scans again. */
void cache_close (Cache *cache);

/** The answers in the text of a cache file written by @scanner; never NULL. */
JsonObject *cache_parse (const char *text, gssize length, const char *scanner);

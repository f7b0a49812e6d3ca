/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "host/registry/error.h"
#include <json-glib/json-glib.h>

/** Canonical JSON (RFC 8785): sorted keys, shortest round-trip numbers, NaN and
 *  infinities as null.  Free with g_free. */
char *assay_json_canonical (JsonNode *node);
/** A number as RFC 8785 writes it ("0.1", "1e+21"), independent of locale. */
char *assay_json_number (double value);
#define ASSAY_JSON_MAX_BYTES (64 << 20)

/** Parses a text or a file of at most ASSAY_JSON_MAX_BYTES, strictly as RFC 8259 has it and
 *  nested at most 64 deep; the error (USAGE) names @what or the path, line and column. */
JsonNode *assay_json_parse (const char *text, gssize length, const char *what, GError **error);
JsonNode *assay_json_load (const char *path, GError **error);
/** Replaces @path by the canonical form and a newline, in one durable step. */
gboolean assay_json_save (const char *path, JsonNode *node, GError **error);

/* Members with a fallback when absent or of another type. */
const char *assay_json_text (JsonObject *object, const char *key, const char *fallback);
double assay_json_real (JsonObject *object, const char *key, double fallback);
gint64 assay_json_int (JsonObject *object, const char *key, gint64 fallback);
gboolean assay_json_bool (JsonObject *object, const char *key, gboolean fallback);
JsonObject *assay_json_object (JsonObject *object, const char *key); /* or NULL */
JsonArray *assay_json_array (JsonObject *object, const char *key);   /* or NULL */

/** sha256 in lower-case hex of bytes, or of a file's content. */
char *assay_sha256 (const void *data, gsize size);
char *assay_sha256_file (const char *path, GError **error);

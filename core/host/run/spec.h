/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "host/registry/registry.h"

/** What one run is: study, every applicable parameter, seed.  Immutable once made. */
typedef struct
{
  AssayStudyInfo *study;
  GStrv values; /* text of each parameter in table order, canonical; NULL entry impossible,
                   "" with applies[i] false when its `when` does not hold */
  gboolean *applies;
  guint64 seed;
  char *key; /* sha256 of the canonical JSON {study, parameters, files, seed} */
} AssaySpec;

/** Parses one value of a parameter and gives its canonical text: integers in decimal, reals as
 *  RFC 8785, true or false; the error names parameter, value, legal range or choices. */
char *assay_param_parse (const AssayParam *param, const char *text, GError **error);
/** The canonical text of its default. */
char *assay_param_default (const AssayParam *param);
/** The parameter of this id ('_' is '-'); the error names the nearest one. */
const AssayParam *assay_param_lookup (const AssayStudyInfo *study, const char *id, GError **error);
/** The canonical text of a JSON value of parameter @id. */
char *assay_param_text (const AssayStudyInfo *study, const char *id, JsonNode *node,
                        GError **error);
/** Levenshtein distance of the first 63 bytes, to suggest what was meant. */
guint assay_text_distance (const char *a, const char *b);

/** @settings: {"depth", "5", "agent", "graph", NULL}; all else at its default.  */
AssaySpec *assay_spec_new (AssayStudyInfo *study, const char *const *settings, guint64 seed,
                           GError **error);
/** The same at another seed. */
AssaySpec *assay_spec_with_seed (const AssaySpec *spec, guint64 seed, GError **error);
AssaySpec *assay_spec_ref (AssaySpec *spec);
void assay_spec_unref (AssaySpec *spec);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AssaySpec, assay_spec_unref)

/** {"depth": 5, "agent": "graph"}: applicable parameters only, with their JSON types. */
JsonObject *assay_spec_parameters (const AssaySpec *spec);
/** Canonical text of a parameter; NULL: unknown, or it does not apply. */
const char *assay_spec_value (const AssaySpec *spec, const char *id);
AssaySpec *assay_spec_from_json (AssayStudyInfo *study, JsonObject *parameters, guint64 seed,
                                 GError **error);
/** sha256 of every FILE parameter that applies and is set: {"corpus": "3fa9..."}. */
JsonObject *assay_spec_files (const AssaySpec *spec, GError **error);
/** The same study with the values of these parameters ('_' is '-'), all else at its default. */
AssaySpec *assay_spec_only (const AssaySpec *spec, const char *const *ids);
/** Fills the study's C parameter struct (@size bytes); texts are owned by the spec and its
 *  study.  What does not apply has its default. */
void assay_spec_fill (const AssaySpec *spec, void *params, gsize size);
/** Cores a run of this spec takes. */
guint assay_spec_threads (const AssaySpec *spec);

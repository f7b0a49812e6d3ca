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

/** @settings: {"depth", "5", "agent", "graph", NULL}; all else at its default.  */
AssaySpec *assay_spec_new (AssayStudyInfo *study, const char *const *settings, guint64 seed,
                           GError **error);
AssaySpec *assay_spec_ref (AssaySpec *spec);
void assay_spec_unref (AssaySpec *spec);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AssaySpec, assay_spec_unref)

/** {"depth": 5, "agent": "graph"}: applicable parameters only, with their JSON types. */
JsonObject *assay_spec_parameters (const AssaySpec *spec);
AssaySpec *assay_spec_from_json (AssayStudyInfo *study, JsonObject *parameters, guint64 seed,
                                 GError **error);
/** Fills the study's C parameter struct (params_size bytes); texts are owned by the spec. */
void assay_spec_fill (const AssaySpec *spec, void *params, gsize size);
/** Cores a run of this spec takes. */
guint assay_spec_threads (const AssaySpec *spec);

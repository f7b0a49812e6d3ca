/* SPDX-License-Identifier: Apache-2.0
 *
 * What plugins there are.  The host never loads a plugin: a child process,
 * assay-scan, does, checks it and prints its description as JSON; that is kept
 * in $XDG_CACHE_HOME/assay/plugins.json, keyed by path, size, mtime in
 * nanoseconds and build id, with the reason when a plugin was refused.
 */
#pragma once

#include "host/registry/error.h"
#include <assay/plugin.h>
#include <json-glib/json-glib.h>

/** A study as described: the rows of plugin.h with texts owned by the info.
 *  Parameter ids have '-' for '_'.  Immutable, reference counted. */
typedef struct
{
  const char *id, *title, *question, *paper, *help;
  const AssayParam *params;
  guint n_params;
  const AssayDim *dims;
  guint n_dims;
  const AssayMetric *metrics;
  guint n_metrics;
  const AssayClaim *claims;
  guint n_claims;
  const AssayReference *references;
  guint n_references;
  const AssayFigure *figures;
  guint n_figures;
  const AssayPreset *presets;
  guint n_presets;
  gsize params_size; /* of the C struct that the parameters' offsets point into */
  const char *plugins, *threads;
  const char *plugin_path, *plugin_version, *plugin_source;
  const char *identity; /* code identity: sha256 over the build ids, see DESIGN.md */
  const char *rules;    /* sha256 of all claims and derived metrics */
  const char *blocked;  /* why it cannot run (an environment plugin is missing); NULL: it can */
} AssayStudyInfo;

typedef struct
{
  const char *id, *title, *help, *actions;
  guint n_actions, rows, columns, max_steps;
  const AssayView *views;
  guint n_views;
  const AssayOption *options;
  guint n_options;
  const char *plugin_path;
} AssayEnvironmentInfo;

/** One plugin file that was found, usable or not. */
typedef struct
{
  const char *path, *id, *title, *version, *license, *build_id; /* id: of the file if refused */
  const char *reason;          /* why it is refused, one sentence; NULL: usable */
  const char *const *problems; /* everything that is wrong, `reason` first; empty: usable */
  gboolean incompatible;       /* refused for its version or its machine */
  AssayStudyInfo *study;       /* NULL: none, or refused */
  const AssayEnvironmentInfo *environments;
  guint n_environments;
} AssayPluginInfo;

typedef struct _AssayRegistry AssayRegistry;

/** Scans ASSAY_PLUGIN_PATH, $XDG_DATA_HOME/assay/plugins and the built-in folders
 *  in this order; of two plugins with one id the first wins and the second says so. */
AssayRegistry *assay_registry_new (GError **error);
AssayRegistry *assay_registry_ref (AssayRegistry *registry);
void assay_registry_unref (AssayRegistry *registry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AssayRegistry, assay_registry_unref)

guint assay_registry_n_plugins (AssayRegistry *registry);
const AssayPluginInfo *assay_registry_plugin (AssayRegistry *registry, guint i);
/** The usable study of this id; NOT_FOUND (with the nearest id) or INCOMPATIBLE otherwise. */
AssayStudyInfo *assay_registry_study (AssayRegistry *registry, const char *id, GError **error);
const AssayEnvironmentInfo *assay_registry_environment (AssayRegistry *registry, const char *id);

/** Scans one file, in a child process, without the cache.  Owned by the caller. */
AssayPluginInfo *assay_plugin_scan (const char *path, GError **error);
void assay_plugin_info_free (AssayPluginInfo *plugin);

AssayStudyInfo *assay_study_info_ref (AssayStudyInfo *study);
void assay_study_info_unref (AssayStudyInfo *study);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AssayStudyInfo, assay_study_info_unref)
/** From the JSON that assay-scan printed ("study" member): used by the cache, and by bundles. */
AssayStudyInfo *assay_study_info_from_json (JsonObject *study, GError **error);
/** In tests: from the C tables directly, as the scanner would describe them. */
AssayStudyInfo *assay_study_info_from_study (const AssayStudy *study, GError **error);

const AssayParam *assay_study_param (const AssayStudyInfo *study, const char *id);
const AssayMetric *assay_study_metric (const AssayStudyInfo *study, const char *id);
const AssayClaim *assay_study_claim (const AssayStudyInfo *study, const char *id);
const AssayFigure *assay_study_figure (const AssayStudyInfo *study, const char *id);
const AssayPreset *assay_study_preset (const AssayStudyInfo *study, const char *id);
/** The declared dimension, or one made of the parameter or of step, seed, metric; NULL: unknown. */
const AssayDim *assay_study_dim (const AssayStudyInfo *study, const char *id);
/** Words of a list separated by spaces or commas; NULL gives an empty list. */
GStrv assay_words (const char *list);

/** The study as `assay inspect --json` and bundles give it; assay_study_info_from_json ()
 *  reads it.  Of a parameter: id, type (bool, int, real, choice, string, file), default, and
 *  where declared title, range [min, max], slider [min, max], log-slider, choices, when,
 *  group, unit, help.  Free with json_object_unref. */
JsonObject *assay_study_info_describe (const AssayStudyInfo *study);

/** Runs in the scanner and the runner only: loads the file and returns its entry's
 *  value after checking every table; the handle is never closed. */
const AssayPlugin *assay_plugin_load (const char *path, GError **error);
/** Everything that is wrong with a plugin, a sentence each that begins with @path; empty: nothing.
 *  @incompatible: it is of another version of plugin.h. */
GStrv assay_plugin_check (const AssayPlugin *plugin, const char *path, gboolean *incompatible);
/** What the scanner prints of a plugin that passed the check. */
JsonNode *assay_plugin_describe (const AssayPlugin *plugin);

/** GNU build id (hex; "sha256-..." of the content where a file has none) and, in @libraries, the
 *  paths of the libassay* libraries it links, read without loading it; the error says what is
 *  wrong (truncated, another machine). */
char *assay_elf_build_id (const char *path, GStrv *libraries, GError **error);

/** Code identity of a study's plugin file and the environment plugins it names, read anew from
 *  the files: what AssayStudyInfo.identity is, if nothing has changed. */
char *assay_code_identity (const char *plugin, const char *const *environments, GError **error);

/** Path of a helper program (assay-runner, assay-scan, assay-layout), beside the running
 *  program in the build tree or in the prefix's libexec. */
char *assay_program_path (const char *name, GError **error);

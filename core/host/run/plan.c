/* SPDX-License-Identifier: Apache-2.0
 *
 * From what was asked (preset, set, sweep, seeds) to the list of runs.
 */
#include "host/run/assign.h"

#include <string.h>

#define MAX_COMBINATIONS (4 * ASSAY_PLAN_MAX_RUNS)

/** One parameter and the values it takes in a grid. */
typedef struct
{
  const AssayParam *param;
  GStrv values;
  char *place; /* "--set depth=5": who to blame */
} Axis;

static void
axis_free (gpointer data)
{
  Axis *axis = data;

  g_strfreev (axis->values);
  g_free (axis->place);
  g_free (axis);
}

static GPtrArray *
grid_new (void)
{
  return g_ptr_array_new_with_free_func (axis_free);
}

/* ---- reading what was asked ---- */

/** "k=expression"; @single: one value, else a sweep.  NULL: the error names @place. */
static Axis *
axis_parse (const AssayStudyInfo *study, const char *text, gboolean single, const char *place,
            GError **error)
{
  const char *equals = strchr (text, '=');
  g_autofree char *id = equals ? g_strndup (text, equals - text) : NULL;
  g_autofree char *blame = g_strdup_printf ("%s ", place);
  const AssayParam *param;
  GStrv values = NULL;
  Axis *axis;

  if (!id || !*id)
    {
      g_autofree char *shown = g_utf8_make_valid (text, MIN (strlen (text), 60));

      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE, "%s \"%s\": write parameter=value", place,
                   shown);
      return NULL;
    }
  param = assay_param_lookup (study, id, error);
  if (param && single)
    {
      char *value = assay_param_parse (param, equals + 1, error);

      values = value ? g_new0 (char *, 2) : NULL;
      if (value)
        values[0] = value;
    }
  else if (param)
    values = assay_sweep_values (param, equals + 1, error);
  if (!values)
    {
      g_prefix_error (error, "%s", blame);
      return NULL;
    }
  axis = g_new0 (Axis, 1);
  axis->param = param;
  axis->values = values;
  axis->place = g_strdup_printf ("%s %s", place, text);
  return axis;
}

/** Replaces the grid's values of this parameter, or adds it.  Takes @axis. */
static void
grid_put (GPtrArray *grid, Axis *axis)
{
  for (guint i = 0; i < grid->len; i++)
    if (((Axis *) grid->pdata[i])->param == axis->param)
      {
        axis_free (grid->pdata[i]);
        grid->pdata[i] = axis;
        return;
      }
  g_ptr_array_add (grid, axis);
}

/** Words of a preset's line; blanks inside parentheses do not separate. */
static GStrv
line_words (const char *line)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  const char *start = NULL;
  int depth = 0;

  for (const char *p = line;; p++)
    {
      gboolean blank = *p == '\0' || (depth <= 0 && g_ascii_isspace (*p));

      depth += (*p == '(') - (*p == ')');
      if (!start && !blank)
        start = p;
      if (start && blank)
        {
          g_ptr_array_add (words, g_strndup (start, p - start));
          start = NULL;
        }
      if (*p == '\0')
        break;
    }
  g_ptr_array_add (words, NULL);
  return (GStrv) g_ptr_array_free (g_steal_pointer (&words), FALSE);
}

static GPtrArray *
parse_line (const AssayStudyInfo *study, const AssayPreset *preset, const char *line,
            GError **error)
{
  g_autoptr (GPtrArray) grid = grid_new ();
  g_auto (GStrv) words = line_words (line);
  g_autofree char *place = g_strdup_printf ("preset %s:", preset->id);

  for (guint i = 0; words[i]; i++)
    {
      Axis *axis = axis_parse (study, words[i], FALSE, place, error);

      if (!axis)
        return NULL;
      grid_put (grid, axis);
    }
  return g_steal_pointer (&grid);
}

/** The preset's grids, at least one. */
static GPtrArray *
parse_preset (const AssayStudyInfo *study, const AssayPreset *preset, GError **error)
{
  g_autoptr (GPtrArray) grids = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  g_auto (GStrv) lines = g_strsplit (preset && preset->plan ? preset->plan : "", "\n", -1);

  for (guint i = 0; lines[i]; i++)
    {
      GPtrArray *grid;

      if (!*g_strstrip (lines[i]))
        continue;
      grid = parse_line (study, preset, lines[i], error);
      if (!grid)
        return NULL;
      g_ptr_array_add (grids, grid);
    }
  if (!grids->len)
    g_ptr_array_add (grids, grid_new ());
  return g_steal_pointer (&grids);
}

static Axis *
axis_copy (const Axis *axis)
{
  Axis *copy = g_new0 (Axis, 1);

  copy->param = axis->param;
  copy->values = g_strdupv (axis->values);
  copy->place = g_strdup (axis->place);
  return copy;
}

/** Puts each "k=..." of @texts into every grid; @typed collects them for the check later. */
static gboolean
apply (const AssayStudyInfo *study, GPtrArray *grids, const char *const *texts, gboolean single,
       GPtrArray *typed, GError **error)
{
  for (guint i = 0; texts && texts[i]; i++)
    {
      Axis *axis = axis_parse (study, texts[i], single, single ? "--set" : "--sweep", error);

      if (!axis)
        return FALSE;
      g_ptr_array_add (typed, axis);
      for (guint k = 0; k < grids->len; k++)
        grid_put (grids->pdata[k], axis_copy (axis));
    }
  return TRUE;
}

static gboolean
parse_seeds (const char *text, guint64 *first, guint64 *last, GError **error)
{
  g_auto (GStrv) ends = g_strsplit (text, "..", 3);
  guint n = g_strv_length (ends);
  const guint64 max = G_GUINT64_CONSTANT (1) << 53;

  *first = 1;
  if (n == 1 && g_ascii_string_to_unsigned (ends[0], 10, 1, ASSAY_PLAN_MAX_RUNS, last, NULL))
    return TRUE;
  if (n == 2 && g_ascii_string_to_unsigned (ends[0], 10, 1, max, first, NULL)
      && g_ascii_string_to_unsigned (ends[1], 10, *first, max, last, NULL)
      && *last - *first < ASSAY_PLAN_MAX_RUNS)
    return TRUE;
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
               "--seeds %s: write a number of seeds from 1 to %d, or a range such as 3..7", text,
               ASSAY_PLAN_MAX_RUNS);
  return FALSE;
}

/* ---- the product ---- */

static gboolean
too_many (GError **error)
{
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
               "The plan has more than %d runs: sweep fewer values or seeds, or split it",
               ASSAY_PLAN_MAX_RUNS);
  return FALSE;
}

/** Takes @spec. */
static void
add_once (GPtrArray *specs, GHashTable *keys, AssaySpec *spec)
{
  if (g_hash_table_contains (keys, spec->key))
    {
      assay_spec_unref (spec);
      return;
    }
  g_hash_table_add (keys, spec->key);
  g_ptr_array_add (specs, spec);
}

/** Every combination of one grid, the last axis fastest. */
static gboolean
expand (AssayStudyInfo *study, GPtrArray *grid, guint64 seed, guint64 most, GPtrArray *specs,
        GHashTable *keys, GError **error)
{
  g_autofree const char **settings = g_new0 (const char *, 2 * grid->len + 1);
  guint64 n = 1;

  for (guint i = 0; i < grid->len; i++)
    n *= g_strv_length (((Axis *) grid->pdata[i])->values);
  for (guint64 k = 0; k < n; k++)
    {
      guint64 rest = k;
      AssaySpec *spec;

      for (guint i = grid->len; i-- > 0;)
        {
          Axis *axis = grid->pdata[i];
          guint length = g_strv_length (axis->values);

          settings[2 * i] = axis->param->id;
          settings[2 * i + 1] = axis->values[rest % length];
          rest /= length;
        }
      spec = assay_spec_new (study, settings, seed, error);
      if (!spec)
        return FALSE;
      add_once (specs, keys, spec);
      if (specs->len > most)
        return too_many (error);
    }
  return TRUE;
}

/** Far too many, even if most of them came out equal? */
static gboolean
check_size (GPtrArray *grids, guint64 seeds, GError **error)
{
  guint64 total = 0;

  for (guint i = 0; i < grids->len; i++)
    {
      GPtrArray *grid = grids->pdata[i];
      guint64 n = seeds;

      for (guint k = 0; k < grid->len && n <= MAX_COMBINATIONS; k++)
        n *= g_strv_length (((Axis *) grid->pdata[k])->values);
      total += n;
      if (total > MAX_COMBINATIONS)
        return too_many (error);
    }
  return TRUE;
}

/** All runs: the combinations at the first seed, then the same at the others. */
static gboolean
fill (AssayPlan *plan, GPtrArray *grids, guint64 first, guint64 last, GError **error)
{
  g_autoptr (GHashTable) keys = g_hash_table_new (g_str_hash, g_str_equal);
  guint n;

  if (!check_size (grids, last - first + 1, error))
    return FALSE;
  for (guint i = 0; i < grids->len; i++)
    if (!expand (plan->study, grids->pdata[i], first, ASSAY_PLAN_MAX_RUNS / (last - first + 1),
                 plan->specs, keys, error))
      return FALSE;
  n = plan->specs->len;
  for (guint64 seed = first + 1; seed <= last; seed++)
    for (guint i = 0; i < n; i++)
      {
        AssaySpec *spec = assay_spec_with_seed (plan->specs->pdata[i], seed, error);

        if (!spec)
          return FALSE;
        g_ptr_array_add (plan->specs, spec);
      }
  plan->runs = g_new0 (char *, plan->specs->len + 1);
  return TRUE;
}

/** What was typed must matter in at least one run. */
static gboolean
check_applies (const AssayPlan *plan, GPtrArray *typed, GError **error)
{
  for (guint i = 0; i < typed->len; i++)
    {
      const Axis *axis = typed->pdata[i];
      guint at = (guint) (axis->param - plan->study->params), k = 0;

      while (k < plan->specs->len && !((AssaySpec *) plan->specs->pdata[k])->applies[at])
        k++;
      if (k < plan->specs->len)
        continue;
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
                   "%s: %s applies only when %s, which no run of this plan has", axis->place,
                   axis->param->id, axis->param->when);
      return FALSE;
    }
  return TRUE;
}

/* ---- making ---- */

static const AssayPreset *
find_preset (const AssayStudyInfo *study, const char *id, GError **error)
{
  const AssayPreset *preset = assay_study_preset (study, id);
  g_autoptr (GString) known = g_string_new ("");

  if (preset)
    return preset;
  for (guint i = 0; i < study->n_presets; i++)
    if (!(study->presets[i].flags & ASSAY_HIDDEN))
      g_string_append_printf (known, "%s%s", known->len ? ", " : "", study->presets[i].id);
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE, "%s has no preset \"%s\"; it has %s",
               study->id, id, known->len ? known->str : "none");
  return NULL;
}

/** The command line of this process, quoted for a shell. */
static char *
own_command (void)
{
  g_autofree char *text = NULL;
  g_autoptr (GString) command = g_string_new ("");
  gsize length = 0;

  if (!g_file_get_contents ("/proc/self/cmdline", &text, &length, NULL))
    return g_strdup ("");
  for (gsize at = 0; at < length; at += strlen (text + at) + 1)
    {
      g_autofree char *valid = g_utf8_make_valid (text + at, -1);
      g_autofree char *quoted = g_shell_quote (valid);
      gboolean plain = *valid
                       && strspn (valid, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                         "0123456789-_=+.,/:@%")
                              == strlen (valid);

      g_string_append_printf (command, "%s%s", command->len ? " " : "", plain ? valid : quoted);
    }
  return g_strdup (command->str);
}

static char *
new_id (void)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *time = g_date_time_format (now, "%Y%m%d-%H%M%S");

  return g_strdup_printf ("%s-%06x", time, g_random_int () & 0xffffff);
}

void
assay_plan_renew_id (AssayPlan *plan)
{
  g_free (plan->id);
  plan->id = new_id ();
}

AssayPlan *
assay_plan_empty (AssayStudyInfo *study)
{
  AssayPlan *plan = g_new0 (AssayPlan, 1);

  plan->id = new_id ();
  plan->study = assay_study_info_ref (study);
  plan->specs = g_ptr_array_new_with_free_func ((GDestroyNotify) assay_spec_unref);
  plan->identity = g_strdup (study->identity);
  plan->rules = g_strdup (study->rules);
  plan->command = own_command ();
  plan->created = (double) g_get_real_time () / 1e6;
  return plan;
}

static GStrv
copy_texts (const char *const *texts)
{
  return texts ? g_strdupv ((GStrv) texts) : g_new0 (char *, 1);
}

AssayPlan *
assay_plan_new (AssayStudyInfo *study, const AssayPlanRequest *request, GError **error)
{
  g_autoptr (AssayPlan) plan = assay_plan_empty (study);
  g_autoptr (GPtrArray) grids = NULL, typed = grid_new ();
  const AssayPreset *preset = NULL;
  guint64 first = 1, last;

  if (request->preset)
    preset = find_preset (study, request->preset, error);
  else
    preset = assay_study_preset (study, "quick");
  if (request->preset && !preset)
    return NULL;
  last = preset ? MAX (preset->seeds, 1) : 1;
  if (request->seeds && !parse_seeds (request->seeds, &first, &last, error))
    return NULL;
  plan->preset = g_strdup (preset ? preset->id : NULL);
  plan->set = copy_texts (request->set);
  plan->sweep = copy_texts (request->sweep);
  plan->seeds = g_strdup_printf ("%" G_GUINT64_FORMAT "..%" G_GUINT64_FORMAT, first, last);
  grids = parse_preset (study, preset, error);
  if (!grids || !apply (study, grids, request->set, TRUE, typed, error)
      || !apply (study, grids, request->sweep, FALSE, typed, error)
      || !fill (plan, grids, first, last, error)
      || (!request->keep_idle && !check_applies (plan, typed, error)))
    return NULL;
  return g_steal_pointer (&plan);
}

void
assay_plan_free (AssayPlan *plan)
{
  if (!plan)
    return;
  for (guint i = 0; plan->runs && i < plan->specs->len; i++)
    g_free (plan->runs[i]);
  g_free (plan->runs);
  g_clear_pointer (&plan->specs, g_ptr_array_unref);
  g_clear_pointer (&plan->options, json_object_unref);
  g_strfreev (plan->set);
  g_strfreev (plan->sweep);
  g_free (plan->id);
  g_free (plan->preset);
  g_free (plan->seeds);
  g_free (plan->identity);
  g_free (plan->rules);
  g_free (plan->command);
  assay_study_info_unref (plan->study);
  g_free (plan);
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * What the rows of one study mean to each other.
 */
#include "study.h"

#include <math.h>
#include <string.h>

#define MAX_INTEGER 9007199254740992.0
#define ANY G_MAXUINT

typedef struct
{
  const AssayStudyInfo *study;
  Problems *problems;
} Check;

/* ---- names ---- */

/** Ids that stand in one name space: no two rows of @size may have the same. */
static void
check_twice (Check *c, GHashTable *seen, const char *table, gconstpointer rows, gsize size, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      const char *id = *(const char *const *) ((const char *) rows + i * size);
      const char *before = g_hash_table_lookup (seen, id);

      if (before)
        problems_add (c->problems, table, i, id, "id", "taken already, in %s", before);
      else
        g_hash_table_insert (seen, (gpointer) id, (gpointer) table);
    }
}

static void
check_ids (Check *c)
{
  const AssayStudyInfo *s = c->study;
  g_autoptr (GHashTable) dims = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) claims = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) figures = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) presets = g_hash_table_new (g_str_hash, g_str_equal);

  g_hash_table_insert (dims, "step", "every study");
  g_hash_table_insert (dims, "seed", "every study");
  g_hash_table_insert (dims, "metric", "every study");
  check_twice (c, dims, "params", s->params, sizeof *s->params, s->n_params);
  check_twice (c, dims, "dims", s->dims, sizeof *s->dims, s->n_dims);
  check_twice (c, dims, "metrics", s->metrics, sizeof *s->metrics, s->n_metrics);
  check_twice (c, claims, "claims", s->claims, sizeof *s->claims, s->n_claims);
  check_twice (c, figures, "figures", s->figures, sizeof *s->figures, s->n_figures);
  check_twice (c, presets, "presets", s->presets, sizeof *s->presets, s->n_presets);
}

typedef enum
{
  DIM = 1 << 0,
  METRIC = 1 << 1,
  CLAIM = 1 << 2,
  PRESET = 1 << 3
} Names;

static gboolean
is_known (const AssayStudyInfo *s, const char *id, Names names)
{
  return ((names & DIM) && assay_study_dim (s, id))
         || ((names & METRIC) && assay_study_metric (s, id))
         || ((names & CLAIM) && assay_study_claim (s, id))
         || ((names & PRESET) && assay_study_preset (s, id));
}

/** Every word of @list is the id of something in @names. */
static void
check_known (Check *c, const char *table, guint row, const char *id, const char *field,
             const char *list, Names names)
{
  g_auto (GStrv) words = assay_words (list);

  for (guint i = 0; words[i]; i++)
    if (!is_known (c->study, words[i], names))
      problems_add (c->problems, table, row, id, field, "there is no \"%s\"", words[i]);
}

/* ---- parameters ---- */

/** One setting, "agent=n-step,tree": a known parameter, known choices.  @setting is spoilt. */
static void
check_setting (Check *c, const char *table, guint row, const char *id, const char *field,
               char *setting, guint limit)
{
  char *values = strchr (setting, '=');
  g_autofree char *shown = g_strdup (setting);
  g_auto (GStrv) choices = NULL;
  const AssayParam *param;

  if (values)
    *values++ = '\0';
  /* A condition may also say what must not be. */
  if (values && strcmp (field, "when") == 0 && g_str_has_suffix (setting, "!"))
    setting[strlen (setting) - 1] = '\0';
  if (!values || !*values || !schema_is_id (setting))
    {
      problems_add (c->problems, table, row, id, field, "\"%s\" is not written NAME=VALUE", shown);
      return;
    }
  param = assay_study_param (c->study, g_strdelimit (setting, "_", '-'));
  if (!param || (guint) (param - c->study->params) >= limit)
    problems_add (c->problems, table, row, id, field, "there is no parameter \"%s\"%s", setting,
                  param ? " above this one" : "");
  else if (param->type == ASSAY_CHOICE)
    choices = assay_words (values);
  for (guint i = 0; choices && choices[i]; i++)
    if (!study_has_word (param->choices, choices[i]))
      problems_add (c->problems, table, row, id, field, "\"%s\" is no choice of %s: %s", choices[i],
                    param->id, param->choices);
}

/** Settings between blanks.  @limit: how many parameters may be named, or ANY. */
static void
check_settings (Check *c, const char *table, guint row, const char *id, const char *field,
                const char *text, guint limit)
{
  g_auto (GStrv) words = g_strsplit_set (text ? text : "", " \t\n", -1);

  for (guint i = 0; words[i]; i++)
    if (*words[i])
      check_setting (c, table, row, id, field, words[i], limit);
}

static void
check_number (Check *c, const AssayParam *p, guint i)
{
  gboolean limited = p->min != p->max;

  if (limited && (p->number < p->min || p->number > p->max))
    problems_add (c->problems, "params", i, p->id, "default",
                  "%g is outside the legal range %g..%g", p->number, p->min, p->max);
  if (limited && p->ui_min != p->ui_max && (p->ui_min < p->min || p->ui_max > p->max))
    problems_add (c->problems, "params", i, p->id, "slider", "%g..%g leaves the legal range %g..%g",
                  p->ui_min, p->ui_max, p->min, p->max);
  if ((p->flags & ASSAY_LOG_SLIDER) && (p->ui_min != p->ui_max ? p->ui_min : p->min) <= 0)
    problems_add (c->problems, "params", i, p->id, "log-slider",
                  "a logarithmic slider must begin above 0");
  if (p->type != ASSAY_INT)
    return;
  if (p->number != floor (p->number) || fabs (p->number) > MAX_INTEGER)
    problems_add (c->problems, "params", i, p->id, "default", "%g is no whole number within +-2^53",
                  p->number);
  if (p->min != floor (p->min) || p->max != floor (p->max) || fabs (p->min) > MAX_INTEGER
      || fabs (p->max) > MAX_INTEGER)
    problems_add (c->problems, "params", i, p->id, "range",
                  "%g..%g: the ends must be whole numbers within +-2^53", p->min, p->max);
}

static void
check_choice (Check *c, const AssayParam *p, guint i)
{
  g_auto (GStrv) choices = assay_words (p->choices);

  if (!choices[0])
    problems_add (c->problems, "params", i, p->id, "choices", "empty; a choice needs some");
  else if (!p->text || !g_strv_contains ((const char *const *) choices, p->text))
    problems_add (c->problems, "params", i, p->id, "default", "\"%s\" is none of the choices: %s",
                  p->text ? p->text : "", p->choices);
  for (guint j = 0; choices[j]; j++)
    if (strpbrk (choices[j], "=\"()<>~!"))
      problems_add (c->problems, "params", i, p->id, "choices",
                    "\"%s\" holds one of = \" ( ) < > ~ !, which filters cannot write", choices[j]);
    else if (g_strv_contains ((const char *const *) choices + j + 1, choices[j]))
      problems_add (c->problems, "params", i, p->id, "choices", "\"%s\" stands twice", choices[j]);
}

static gsize
field_size (const AssayParam *p)
{
  return p->type == ASSAY_BOOL ? sizeof (bool) : 8;
}

static void
check_offset (Check *c, const AssayParam *p, guint i)
{
  gsize size = field_size (p);

  if (p->offset > c->study->params_size || size > c->study->params_size - p->offset)
    problems_add (c->problems, "params", i, p->id, "offset",
                  "bytes %" G_GSIZE_FORMAT "..%" G_GSIZE_FORMAT
                  " lie outside params_size, %" G_GSIZE_FORMAT,
                  p->offset, p->offset + size, c->study->params_size);
  else if (p->offset % size != 0)
    problems_add (c->problems, "params", i, p->id, "offset",
                  "%" G_GSIZE_FORMAT " is not aligned for its type", p->offset);
  for (guint j = 0; j < i; j++)
    {
      const AssayParam *q = &c->study->params[j];

      if (p->offset < q->offset + field_size (q) && q->offset < p->offset + size)
        problems_add (c->problems, "params", i, p->id, "offset",
                      "%" G_GSIZE_FORMAT " overlaps \"%s\" at %" G_GSIZE_FORMAT, p->offset, q->id,
                      q->offset);
    }
}

static void
check_params (Check *c)
{
  if (c->study->params_size > (1 << 20))
    problems_add (c->problems, "study", G_MAXUINT, NULL, "params-size", "more than 1 MB");
  for (guint i = 0; i < c->study->n_params; i++)
    {
      const AssayParam *p = &c->study->params[i];

      if (p->type == ASSAY_INT || p->type == ASSAY_REAL)
        check_number (c, p, i);
      else if (p->type == ASSAY_CHOICE)
        check_choice (c, p, i);
      check_offset (c, p, i);
      check_settings (c, "params", i, p->id, "when", p->when, i);
    }
}

/* ---- dimensions and metrics ---- */

static void
check_item (Check *c, guint i, const char *field, const char *of)
{
  const AssayDim *dim = of ? assay_study_dim (c->study, of) : NULL;

  if (of && (!dim || dim->kind != ASSAY_ITEM || dim == &c->study->dims[i]))
    problems_add (c->problems, "dims", i, c->study->dims[i].id, field, "\"%s\" is no other item",
                  of);
}

static void
check_dims (Check *c)
{
  for (guint i = 0; i < c->study->n_dims; i++)
    {
      check_item (c, i, "of", c->study->dims[i].of);
      check_item (c, i, "same-as", c->study->dims[i].same_as);
    }
}

/** A chain of `of` that is longer than the table goes in a circle. */
static gboolean
is_circular (const AssayStudyInfo *s, const AssayMetric *metric)
{
  guint steps = 0;

  while (metric && metric->of && steps <= s->n_metrics)
    {
      metric = assay_study_metric (s, metric->of);
      steps++;
    }
  return steps > s->n_metrics;
}

static void
check_metrics (Check *c)
{
  for (guint i = 0; i < c->study->n_metrics; i++)
    {
      const AssayMetric *m = &c->study->metrics[i];

      check_known (c, "metrics", i, m->id, "dims", m->dims, DIM);
      if (m->of && !assay_study_metric (c->study, m->of))
        problems_add (c->problems, "metrics", i, m->id, "of", "there is no metric \"%s\"", m->of);
      if (m->of && m->dims)
        problems_add (c->problems, "metrics", i, m->id, "dims",
                      "a derived metric has the dimensions that its folds leave");
      if (!m->of && (m->where || m->fold))
        problems_add (c->problems, "metrics", i, m->id, "of",
                      "missing: an observed metric is neither filtered nor folded");
      if (is_circular (c->study, m))
        problems_add (c->problems, "metrics", i, m->id, "of", "derived from itself");
    }
}

/* ---- claims ---- */

/** Depth first over `needs` and `all_of`; @state: 1 on the way, 2 done. */
static gboolean
reaches_itself (const AssayStudyInfo *s, guint i, guint8 *state)
{
  g_autofree char *list
      = g_strjoin (" ", s->claims[i].needs ?: "", s->claims[i].all_of ?: "", NULL);
  g_auto (GStrv) words = assay_words (list);

  if (state[i] != 0)
    return state[i] == 1;
  state[i] = 1;
  for (guint j = 0; words[j]; j++)
    {
      const AssayClaim *next = assay_study_claim (s, words[j]);

      if (next && reaches_itself (s, (guint) (next - s->claims), state))
        return TRUE;
    }
  state[i] = 2;
  return FALSE;
}

static void
check_judgement (Check *c, const AssayClaim *claim, guint i)
{
  if (claim->all_of && (claim->metric || claim->expect.kind != ASSAY_EXPECT_NONE))
    problems_add (c->problems, "claims", i, claim->id, "all-of",
                  "a claim of parts has no metric and no expectation of its own");
  if (claim->all_of || claim->not_run)
    return;
  if (!claim->metric)
    problems_add (c->problems, "claims", i, claim->id, "metric",
                  "missing; a claim has a metric, parts (all_of) or a reason (not_run)");
  if (claim->expect.kind == ASSAY_EXPECT_NONE)
    problems_add (c->problems, "claims", i, claim->id, "expect",
                  "missing: nothing could be judged");
}

static void
check_untimed (Check *c, const AssayClaim *claim, guint i)
{
  g_auto (GStrv) metrics = assay_words (claim->metric);

  for (guint j = 0; metrics[j]; j++)
    {
      const AssayMetric *m = assay_study_metric (c->study, metrics[j]);

      for (guint depth = 0; m && m->of && depth < c->study->n_metrics; depth++)
        m = assay_study_metric (c->study, m->of);
      if (m && (m->flags & ASSAY_TIMING))
        problems_add (c->problems, "claims", i, claim->id, "metric",
                      "\"%s\" is a time, which is drawn but never judged", metrics[j]);
    }
}

static void
check_claims (Check *c)
{
  g_autofree guint8 *state = g_malloc0 (MAX (c->study->n_claims, 1));

  for (guint i = 0; i < c->study->n_claims; i++)
    {
      const AssayClaim *claim = &c->study->claims[i];
      g_autofree char *units = g_strdelimit (g_strdup (claim->units ?: ""), "/", ' ');

      check_known (c, "claims", i, claim->id, "metric", claim->metric, METRIC);
      check_known (c, "claims", i, claim->id, "units", units, DIM);
      check_known (c, "claims", i, claim->id, "each", claim->each, DIM);
      check_known (c, "claims", i, claim->id, "needs", claim->needs, CLAIM);
      check_known (c, "claims", i, claim->id, "all-of", claim->all_of, CLAIM);
      check_known (c, "claims", i, claim->id, "presets", claim->presets, PRESET);
      check_judgement (c, claim, i);
      check_untimed (c, claim, i);
      if (reaches_itself (c->study, i, state))
        {
          problems_add (c->problems, "claims", i, claim->id, "needs", "leads back to itself");
          return;
        }
    }
}

/* ---- figures, presets, the rest ---- */

static void
check_figures (Check *c)
{
  static const struct
  {
    const char *name;
    gsize offset;
  } channels[] = {
#define CHANNEL(name) { #name, G_STRUCT_OFFSET (AssayFigure, name) }
    CHANNEL (x),   CHANNEL (y),   CHANNEL (color), CHANNEL (dash),   CHANNEL (row),
    CHANNEL (col), CHANNEL (per), CHANNEL (over),  CHANNEL (slider),
  };

  for (guint i = 0; i < c->study->n_figures; i++)
    {
      const AssayFigure *f = &c->study->figures[i];
      /* These draw an artifact, whose columns only the run knows. */
      gboolean artifact = f->mark == ASSAY_GRAPH || f->mark == ASSAY_SAMPLES;

      for (guint j = 0; j < G_N_ELEMENTS (channels); j++)
        {
          const char *list = G_STRUCT_MEMBER (const char *, f, channels[j].offset);

          if (!artifact)
            check_known (c, "figures", i, f->id, channels[j].name, list, DIM | METRIC);
        }
      if (f->beside && !assay_study_figure (c->study, f->beside))
        problems_add (c->problems, "figures", i, f->id, "beside", "there is no figure \"%s\"",
                      f->beside);
    }
}

static void
check_presets (Check *c)
{
  for (guint i = 0; i < c->study->n_presets; i++)
    {
      const AssayPreset *p = &c->study->presets[i];

      check_settings (c, "presets", i, p->id, "plan", p->plan, ANY);
      if (p->seeds == 0)
        problems_add (c->problems, "presets", i, p->id, "seeds", "0; a preset runs at least one");
      if (p->seconds < 0)
        problems_add (c->problems, "presets", i, p->id, "seconds", "%g", p->seconds);
    }
}

void
study_check (const AssayStudyInfo *study, Problems *problems)
{
  Check c = { study, problems };
  const AssayParam *threads = assay_study_param (study, study->threads);

  check_ids (&c);
  check_params (&c);
  check_dims (&c);
  check_metrics (&c);
  check_claims (&c);
  check_figures (&c);
  check_presets (&c);
  for (guint i = 0; i < study->n_references; i++)
    check_known (&c, "references", i, NULL, "metric", study->references[i].metric, METRIC);
  if (study->threads && (!threads || threads->type != ASSAY_INT))
    problems_add (problems, "study", G_MAXUINT, study->id, "threads",
                  "\"%s\" is no whole-number parameter", study->threads);
}

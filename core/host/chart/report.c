/* SPDX-License-Identifier: Apache-2.0
 *
 * The report: one HTML file, no script, no reference outwards, the same bytes for the same runs.
 */
#include "host/chart/html.h"
#include "host/chart/plot.h"
#include "host/registry/json.h"
#include <math.h>
#include <string.h>

#define MAX_CSV 40000  /* bytes of a figure's data that the page carries */
#define MAX_CRASHES 50 /* crashed runs that are listed one by one */
#define SHORT 200      /* characters of a rule that stands open */
#define MAX_VALUES 12  /* different values that a row names */

typedef struct
{
  const AssayStudyInfo *study;
  AssayRunSet *set; /* NULL: no runs */
  GPtrArray *verdicts;
  const char *command;
  GString *out;
} Report;

/* ---- verdicts ---- */

static char *
effect_text (double effect, double low, double high)
{
  g_autofree char *value = chart_number (effect), *a = chart_number (low), *b = chart_number (high);

  if (!isfinite (effect))
    return g_strdup ("–");
  return isfinite (low) && isfinite (high) ? g_strdup_printf ("%s [%s, %s]", value, a, b)
                                           : g_strdup (value);
}

static void
add_badge (GString *out, AssayVerdictKind kind)
{
  static const char *const classes[]
      = { "reproduced", "contradicted", "inconclusive", "open", "open" };

  html_printf (out, "<span class=\"verdict %s\">%s</span>", classes[MIN (kind, 4)],
               assay_verdict_name (kind));
}

static void
add_part (GString *out, const AssayVerdictPart *part)
{
  g_autofree char *effect = effect_text (part->effect, part->low, part->high);

  html_printf (out, "<li>%s: <span class=\"number\">%s</span>, ", part->level ? part->level : "all",
               effect);
  g_string_append_printf (out, "n = %u, ", part->n);
  html_printf (out, "%s", assay_verdict_name (part->kind));
  for (guint i = 0; part->shares && part->shares->len > 1 && i < part->shares->len; i++)
    {
      const AssayUnitShare *share = &g_array_index (part->shares, AssayUnitShare, i);

      html_printf (out, i ? ", %s " : "; variance: %s ", share->unit);
      g_string_append_printf (out, "%.0f %%", 100 * share->share);
    }
  g_string_append (out, "</li>");
}

static void
add_details (GString *out, const AssayVerdict *verdict)
{
  if (verdict->claim->source)
    html_printf (out, "<div class=\"small soft\">%s</div>", verdict->claim->source);
  /* Why it is not run is the whole rule then. */
  if (verdict->rule && (verdict->kind != ASSAY_NOT_RUN || !verdict->reason))
    html_printf (out,
                 strlen (verdict->rule) > SHORT
                     ? "<details class=\"small\"><summary>Rule</summary>%s</details>"
                     : "<div class=\"small\">Rule: %s</div>",
                 verdict->rule);
  if (verdict->reason)
    html_printf (out, "<div class=\"small\">Because: %s</div>", verdict->reason);
  for (guint i = 0; verdict->notes && i < verdict->notes->len; i++)
    html_printf (out, "<div class=\"small soft\">Note: %s</div>", verdict->notes->pdata[i]);
  if (!verdict->parts || verdict->parts->len < 2)
    return;
  g_string_append (out, "<details><summary>Parts</summary><ul>");
  for (guint i = 0; i < verdict->parts->len; i++)
    add_part (out, verdict->parts->pdata[i]);
  g_string_append (out, "</ul></details>");
}

static void
add_verdict (GString *out, const AssayVerdict *verdict)
{
  const AssayClaim *claim = verdict->claim;
  g_autofree char *effect = effect_text (verdict->effect, verdict->low, verdict->high);

  html_printf (out, "<tr><th scope=\"row\">%s</th><td data-label=\"Claim\">%s", claim->id,
               claim->says ? claim->says : claim->id);
  add_details (out, verdict);
  html_printf (
      out, "</td><td data-label=\"Paper\">%s</td><td data-label=\"Ours\" class=\"number\">%s</td>",
      claim->paper    ? claim->paper
      : claim->source ? "not stated"
                      : "–",
      effect);
  g_string_append (out, "<td data-label=\"n\" class=\"number\">");
  if (verdict->n)
    g_string_append_printf (out, "%u", verdict->n);
  else
    g_string_append (out, "–");
  if (verdict->n_crashed || verdict->n_missing)
    g_string_append_printf (out, "<div class=\"small soft\">%u crashed, %u missing</div>",
                            verdict->n_crashed, verdict->n_missing);
  g_string_append (out, "</td><td data-label=\"Verdict\">");
  add_badge (out, verdict->kind);
  g_string_append (out, "</td></tr>\n");
}

static void
add_verdicts_of (Report *r, gboolean published)
{
  gboolean begun = FALSE;

  for (guint i = 0; i < r->verdicts->len; i++)
    {
      const AssayVerdict *verdict = r->verdicts->pdata[i];

      if ((verdict->claim->source != NULL) != published)
        continue;
      if (!begun)
        html_printf (
            r->out,
            "<table class=\"stack\"><caption>%s</caption><thead><tr><th scope=\"col\">Id</th>"
            "<th scope=\"col\">Claim</th><th scope=\"col\">Paper</th><th scope=\"col\">Ours, 95 % "
            "interval</th>"
            "<th scope=\"col\">n</th><th scope=\"col\">Verdict</th></tr></thead><tbody>\n",
            published ? "What the paper says" : "Gates and controls of our own");
      begun = TRUE;
      add_verdict (r->out, verdict);
    }
  if (begun)
    g_string_append (r->out, "</tbody></table>\n");
}

static void
add_summary (Report *r)
{
  guint counts[ASSAY_NOT_RUN + 1] = { 0 }, said = 0;

  for (guint i = 0; i < r->verdicts->len; i++)
    {
      const AssayVerdict *verdict = r->verdicts->pdata[i];

      if (verdict->claim->source)
        counts[MIN (verdict->kind, ASSAY_NOT_RUN)]++;
    }
  g_string_append (r->out, "<p>Of the published claims: ");
  for (guint k = 0; k < G_N_ELEMENTS (counts); k++)
    if (counts[k])
      {
        g_string_append_printf (r->out, "%s%u ", said++ ? " · " : "", counts[k]);
        html_printf (r->out, "%s", assay_verdict_name (k));
      }
  g_string_append (r->out, said ? ".</p>\n" : "none.</p>\n");
}

static void
add_verdicts (Report *r)
{
  g_string_append (r->out, "<section><h2 id=\"verdicts\">Verdicts</h2>\n");
  if (r->verdicts && r->verdicts->len)
    {
      add_summary (r);
      add_verdicts_of (r, TRUE);
      add_verdicts_of (r, FALSE);
    }
  else
    g_string_append (r->out, "<p>The study declares no claim.</p>\n");
  g_string_append (r->out, "</section>\n");
}

/* ---- figures ---- */

static void
add_svg (Report *r, AssayChart *chart, guint number)
{
  g_autofree char *prefix = g_strdup_printf ("f%u-", number);
  g_autofree char *about = assay_chart_describe (chart);
  g_autoptr (GError) error = NULL;
  g_autofree char *svg = NULL;
  const char *body;

  assay_chart_set_bare (chart, TRUE);
  svg = assay_chart_svg (chart, prefix, 0, 0, &error);
  body = svg ? strstr (svg, "<svg ") : NULL;
  if (!body)
    {
      html_printf (r->out, "<p>%s</p>", error ? error->message : "The figure could not be drawn.");
      return;
    }
  html_printf (r->out, "<div class=\"card\"><svg role=\"img\" aria-label=\"%s\" ", about);
  g_string_append (r->out, body + strlen ("<svg "));
  g_string_append (r->out, "</div>\n");
}

static void
add_figure (Report *r, const AssayFigure *figure, guint number)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AssayChart) chart = assay_chart_new (r->study, figure, r->set, &error);
  g_autofree char *caption = NULL, *csv = NULL;

  html_printf (r->out, "<figure id=\"figure-%s\">", figure->id);
  if (chart && !assay_chart_why (chart))
    {
      add_svg (r, chart, number);
      caption = assay_chart_caption (chart);
      csv = assay_chart_csv (chart);
    }
  else
    html_printf (r->out, "<p>%s</p>", chart ? assay_chart_why (chart) : error->message);
  html_printf (r->out, "<figcaption><strong>%s.</strong> %s",
               figure->title ? figure->title : figure->id, caption ? caption : "");
  if (csv && strlen (csv) < MAX_CSV && strchr (csv, '\n') && strchr (csv, '\n')[1])
    html_printf (r->out, "<details><summary>Data (CSV)</summary><pre>%s</pre></details>", csv);
  g_string_append (r->out, "</figcaption></figure>\n");
}

static void
add_figures (Report *r)
{
  g_string_append (r->out, "<section><h2 id=\"figures\">Figures</h2>\n");
  for (guint i = 0; i < r->study->n_figures; i++)
    add_figure (r, &r->study->figures[i], i);
  if (!r->study->n_figures)
    g_string_append (r->out, "<p>The study declares no figure.</p>\n");
  g_string_append (r->out, "</section>\n");
}

/* ---- runs ---- */

static char *
node_text (JsonNode *node)
{
  if (!node || JSON_NODE_HOLDS_NULL (node))
    return g_strdup ("–");
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    return g_strdup (json_node_get_string (node));
  return assay_json_canonical (node);
}

/* Different texts in the order in which they came, with how often each did. */
typedef struct
{
  GPtrArray *texts;
  GHashTable *counts;
} Tally;

static Tally *
tally_new (void)
{
  Tally *tally = g_new (Tally, 1);

  tally->texts = g_ptr_array_new_with_free_func (g_free);
  tally->counts = g_hash_table_new (g_str_hash, g_str_equal);
  return tally;
}

static void
tally_free (gpointer data)
{
  Tally *tally = data;

  g_hash_table_unref (tally->counts);
  g_ptr_array_unref (tally->texts);
  g_free (tally);
}

static void
tally_add (Tally *tally, const char *text)
{
  gpointer key = NULL, count = NULL;

  if (!g_hash_table_lookup_extended (tally->counts, text, &key, &count))
    g_ptr_array_add (tally->texts, key = g_strdup (text));
  g_hash_table_insert (tally->counts, key, GUINT_TO_POINTER (GPOINTER_TO_UINT (count) + 1));
}

static char *
tally_text (const Tally *tally)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < tally->texts->len && i < MAX_VALUES; i++)
    g_string_append_printf (out, "%s%s", i ? ", " : "", (char *) tally->texts->pdata[i]);
  if (tally->texts->len > MAX_VALUES)
    g_string_append_printf (out, " and %u more", tally->texts->len - MAX_VALUES);
  return g_string_free (out, FALSE);
}

static void
add_parameter (Report *r, const AssayParam *param)
{
  Tally *tally = tally_new ();
  g_autofree char *values = NULL;

  for (guint i = 0; r->set && i < r->set->dirs->len; i++)
    {
      const AssayRunDir *dir = r->set->dirs->pdata[i];
      JsonNode *node = dir->parameters ? json_object_get_member (dir->parameters, param->id) : NULL;
      g_autofree char *text = node ? node_text (node) : NULL;

      if (text)
        tally_add (tally, text);
    }
  values = tally_text (tally);
  html_printf (r->out, "<tr><th scope=\"row\">%s</th><td>%s</td><td>%s%s%s</td></tr>\n", param->id,
               *values ? values : "–", param->title ? param->title : "", param->unit ? ", " : "",
               param->unit ? param->unit : "");
  tally_free (tally);
}

static void
add_parameters (Report *r)
{
  g_string_append (
      r->out,
      "<section><h2 id=\"parameters\">Parameters</h2>\n<table><caption>Values over the runs of "
      "this report</caption><thead><tr><th scope=\"col\">Parameter</th><th scope=\"col\">"
      "Values</th><th scope=\"col\">Meaning</th></tr></thead><tbody>\n");
  for (guint i = 0; i < r->study->n_params; i++)
    add_parameter (r, &r->study->params[i]);
  g_string_append (r->out, "</tbody></table>\n");
  g_string_append (
      r->out,
      "<details><summary>Presets</summary><table><thead><tr><th scope=\"col\">Preset</th>"
      "<th scope=\"col\">Plan</th><th scope=\"col\">Seeds</th><th scope=\"col\">Expected on "
      "two cores</th></tr></thead><tbody>\n");
  for (guint i = 0; i < r->study->n_presets; i++)
    {
      const AssayPreset *preset = &r->study->presets[i];

      if (preset->flags & ASSAY_HIDDEN)
        continue;
      html_printf (r->out, "<tr><th scope=\"row\">%s</th><td>%s<pre>%s</pre>%s</td>", preset->id,
                   preset->title ? preset->title : "",
                   preset->plan ? preset->plan : "(all at its default)",
                   preset->help ? preset->help : "");
      g_string_append_printf (r->out,
                              "<td class=\"number\">%u</td><td class=\"number\">%.0f s</td></tr>\n",
                              preset->seeds, preset->seconds);
    }
  g_string_append (r->out, "</tbody></table></details></section>\n");
}

static char *
parameters_text (const AssayRunDir *dir)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  if (!dir->parameters)
    return g_strdup ("");
  json_node_set_object (node, dir->parameters);
  return assay_json_canonical (node);
}

static void
add_crashes (Report *r, guint failed)
{
  guint listed = 0;

  if (!failed)
    return;
  g_string_append (
      r->out,
      "<table class=\"stack\"><caption>Crashed runs</caption><thead><tr><th scope=\"col\">Run</th>"
      "<th scope=\"col\">Seed</th><th scope=\"col\">Reason</th><th scope=\"col\">Parameters</th>"
      "</tr></thead><tbody>\n");
  for (guint i = 0; i < r->set->dirs->len && listed < MAX_CRASHES; i++)
    {
      const AssayRunDir *dir = r->set->dirs->pdata[i];
      g_autofree char *parameters = NULL, *seed = NULL;

      if (dir->state == ASSAY_DONE)
        continue;
      listed++;
      parameters = parameters_text (dir);
      seed = g_strdup_printf ("%" G_GUINT64_FORMAT, dir->seed);
      html_printf (r->out,
                   "<tr><th scope=\"row\">%s</th><td data-label=\"Seed\">%s</td><td "
                   "data-label=\"Reason\">%s: %s</td>"
                   "<td data-label=\"Parameters\" class=\"small\">%s</td></tr>\n",
                   dir->id, seed, assay_state_name (dir->state),
                   dir->reason ? dir->reason : "no reason is known", parameters);
    }
  g_string_append (r->out, "</tbody></table>\n");
  if (failed > listed)
    g_string_append_printf (r->out, "<p>and %u more.</p>\n", failed - listed);
}

static void
add_runs (Report *r)
{
  guint done = 0, failed = 0;

  g_string_append (r->out, "<section><h2 id=\"runs\">Runs</h2>\n");
  for (guint i = 0; r->set && i < r->set->dirs->len; i++)
    {
      if (((AssayRunDir *) r->set->dirs->pdata[i])->state == ASSAY_DONE)
        done++;
      else
        failed++;
    }
  g_string_append_printf (r->out, "<p>%u finished, %u crashed, %u missing.", done, failed,
                          r->set ? r->set->n_missing : 0);
  if (r->set && r->set->preset)
    html_printf (r->out, " Preset %s.", r->set->preset);
  if (r->set && r->set->plan)
    html_printf (r->out, " Plan %s.", r->set->plan);
  g_string_append (r->out, "</p>\n");
  for (guint i = 0; r->set && i < r->set->notes->len; i++)
    html_printf (r->out, "<p>%s</p>\n", r->set->notes->pdata[i]);
  add_crashes (r, failed);
  g_string_append (r->out, "</section>\n");
}

/* ---- provenance ---- */

/* Keys in the order of first sight; "library.version" for what lies deeper. */
typedef struct
{
  GPtrArray *keys;
  GHashTable *tallies;
} Facts;

static void
collect (Facts *facts, const char *prefix, JsonObject *object, guint depth)
{
  g_autoptr (GList) members = json_object_get_members (object);

  members = g_list_sort (members, (GCompareFunc) strcmp);
  for (GList *m = members; m; m = m->next)
    {
      JsonNode *node = json_object_get_member (object, m->data);
      g_autofree char *key
          = *prefix ? g_strdup_printf ("%s.%s", prefix, (char *) m->data) : g_strdup (m->data);
      g_autofree char *text = NULL;
      Tally *tally;

      if (JSON_NODE_HOLDS_OBJECT (node) && depth < 3)
        {
          collect (facts, key, json_node_get_object (node), depth + 1);
          continue;
        }
      text = node_text (node);
      tally = g_hash_table_lookup (facts->tallies, key);
      if (!tally)
        {
          tally = tally_new ();
          g_ptr_array_add (facts->keys, g_strdup (key));
          g_hash_table_insert (facts->tallies, g_strdup (key), tally);
        }
      tally_add (tally, text);
    }
}

static void
add_environment (Report *r)
{
  Facts facts = { g_ptr_array_new_with_free_func (g_free),
                  g_hash_table_new_full (g_str_hash, g_str_equal, g_free, tally_free) };

  for (guint i = 0; r->set && i < r->set->dirs->len; i++)
    {
      g_autofree char *path = assay_run_dir_file (r->set->dirs->pdata[i], "env.json");
      g_autoptr (JsonNode) node = path ? assay_json_load (path, NULL) : NULL;

      if (node && JSON_NODE_HOLDS_OBJECT (node))
        collect (&facts, "", json_node_get_object (node), 0);
    }
  for (guint i = 0; i < facts.keys->len; i++)
    {
      const Tally *tally = g_hash_table_lookup (facts.tallies, facts.keys->pdata[i]);
      g_autofree char *text = tally->texts->len > MAX_VALUES
                                  ? g_strdup_printf ("%u different values", tally->texts->len)
                                  : tally_text (tally);

      html_row (r->out, facts.keys->pdata[i], text);
    }
  g_ptr_array_unref (facts.keys);
  g_hash_table_unref (facts.tallies);
}

static void
add_provenance (Report *r)
{
  Tally *identities = tally_new (), *rules = tally_new ();
  g_autofree char *identity = NULL, *rule = NULL;

  for (guint i = 0; r->set && i < r->set->dirs->len; i++)
    {
      const AssayRunDir *dir = r->set->dirs->pdata[i];

      tally_add (identities, dir->identity ? dir->identity : "–");
      tally_add (rules, dir->rules ? dir->rules : "–");
    }
  identity = tally_text (identities);
  rule = tally_text (rules);
  g_string_append (
      r->out,
      "<section><h2 id=\"provenance\">Provenance</h2>\n<table><caption>Of the runs; where they "
      "differ, every value</caption><thead><tr><th scope=\"col\">Fact</th><th scope=\"col\">"
      "Value</th></tr></thead><tbody>\n");
  html_row (r->out, "study", r->study->id);
  html_row (r->out, "plugin version", r->study->plugin_version ? r->study->plugin_version : "–");
  html_row (r->out, "code identity of the runs", *identity ? identity : "–");
  html_row (r->out, "rules when they ran", *rule ? rule : "–");
  html_row (r->out, "rules of this report", r->study->rules ? r->study->rules : "–");
  add_environment (r);
  g_string_append (r->out, "</tbody></table></section>\n");
  tally_free (identities);
  tally_free (rules);
}

static void
add_again (Report *r)
{
  g_string_append (r->out, "<section><h2 id=\"again\">How to run it again</h2>\n");
  if (r->command && *r->command)
    html_printf (r->out, "<pre><code>%s</code></pre>\n", r->command);
  if (r->set && r->set->dirs->len)
    html_printf (
        r->out, "<p>To check one run to the last bit:</p><pre><code>assay verify %s</code></pre>\n",
        ((AssayRunDir *) r->set->dirs->pdata[0])->id);
  g_string_append (r->out, "</section>\n");
}

/* ---- page ---- */

static char *
date_of (const AssayRunSet *set)
{
  double newest = 0;
  g_autoptr (GDateTime) date = NULL;

  for (guint i = 0; set && i < set->dirs->len; i++)
    newest = MAX (newest, ((AssayRunDir *) set->dirs->pdata[i])->finished);
  date = newest > 0 ? g_date_time_new_from_unix_utc ((gint64) newest) : NULL;
  return date ? g_date_time_format (date, "%Y-%m-%d %H:%M UTC") : NULL;
}

static void
add_head (Report *r)
{
  const AssayStudyInfo *study = r->study;
  const char *title = study->title ? study->title : study->id;
  g_autofree char *date = date_of (r->set);

  html_printf (r->out,
               "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
               "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
               "<meta name=\"color-scheme\" content=\"light dark\"/>\n<title>%s – Assay "
               "report</title>\n<style>\n",
               title);
  g_string_append (r->out, html_style);
  html_printf (r->out, "</style>\n</head>\n<body>\n<main>\n<header><h1>%s</h1>\n", title);
  if (study->question)
    html_printf (r->out, "<p>%s</p>\n", study->question);
  if (study->paper)
    html_printf (r->out, "<p class=\"soft\">Paper: %s</p>\n", study->paper);
  if (date)
    html_printf (r->out, "<p class=\"soft small\">Newest run: %s</p>\n", date);
  g_string_append (
      r->out, "<nav class=\"small\" aria-label=\"Contents\"><a href=\"#verdicts\">Verdicts</a> · "
              "<a href=\"#figures\">Figures</a> · <a href=\"#parameters\">Parameters</a> · "
              "<a href=\"#runs\">Runs</a> · <a href=\"#provenance\">Provenance</a> · "
              "<a href=\"#again\">How to run it again</a></nav></header>\n");
}

gboolean
assay_report_write (const AssayStudyInfo *study, AssayRunSet *set, GPtrArray *verdicts,
                    const char *command, const char *path, GError **error)
{
  Report r = { study, set, verdicts, command, NULL };
  g_autoptr (GString) out = g_string_new (NULL);

  r.out = out;
  add_head (&r);
  add_verdicts (&r);
  add_figures (&r);
  add_parameters (&r);
  add_runs (&r);
  add_provenance (&r);
  add_again (&r);
  if (study->help)
    html_printf (out, "<section><h2>About the study</h2><p>%s</p></section>\n", study->help);
  g_string_append (out, "</main>\n</body>\n</html>\n");
  return g_file_set_contents (path, out->str, (gssize) out->len, error);
}

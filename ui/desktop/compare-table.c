/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/compare-table.h"
#include "host/registry/text.h"

#include "ui/desktop/claim-row.h"
#include "ui/desktop/runs-answer.h"
#include "ui/desktop/side-mark.h"
#include <math.h>

#define MOST_ROWS 80

static GtkWidget *
cell (const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_width_chars (GTK_LABEL (label), 9);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 28);
  gtk_widget_add_css_class (label, "numeric");
  if (style != NULL)
    gtk_widget_add_css_class (label, style);
  if (text != NULL && g_utf8_strlen (text, -1) > 9)
    gtk_widget_set_tooltip_text (label, text);
  return label;
}

/* The sign that figures give it, and its name. */
static GtkWidget *
side_title (const StudioSide *side, guint i)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6),
            *title = cell (side->name, "heading");

  gtk_label_set_width_chars (GTK_LABEL (title), 11);
  gtk_label_set_wrap (GTK_LABEL (title), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (title), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_lines (GTK_LABEL (title), 2);
  gtk_widget_set_hexpand (title, TRUE);
  gtk_widget_set_valign (title, GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (box), studio_side_mark_new (i));
  gtk_box_append (GTK_BOX (box), title);
  return box;
}

static GtkWidget *
side_head (const StudioSide *side, guint i)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  g_autoptr (GString) counts = g_string_new (NULL);

  g_string_printf (counts, "%u done", side->n_done);
  if (side->n_failed > 0)
    g_string_append_printf (counts, ", %u failed", side->n_failed);
  if (side->n_live > 0)
    g_string_append_printf (counts, ", %u live", side->n_live);
  gtk_box_append (GTK_BOX (box), side_title (side, i));
  gtk_box_append (GTK_BOX (box), cell (counts->str, "caption"));
  gtk_widget_add_css_class (gtk_widget_get_last_child (box), "dim-label");
  gtk_widget_set_hexpand (box, TRUE);
  return box;
}

/* A grid that is being filled.  Where it is narrow the name of a row stands above its cells. */
typedef struct
{
  GtkGrid *grid;
  gboolean narrow;
  int n, row; /* sides; the row that is filled */
} Table;

static void
put (const Table *table, guint side, GtkWidget *widget)
{
  gtk_grid_attach (table->grid, widget, (int) side + (table->narrow ? 0 : 1), table->row, 1, 1);
}

static void
begin_row (Table *table, GtkWidget *name)
{
  gtk_grid_attach (table->grid, name, 0, ++table->row, table->narrow ? table->n : 1, 1);
  if (!table->narrow)
    return;
  gtk_widget_set_margin_top (name, 6);
  table->row++;
}

static Table
new_table (const StudioComparison *comparison, gboolean narrow)
{
  Table table = { GTK_GRID (gtk_grid_new ()), narrow, (int) comparison->sides->len, 0 };

  gtk_grid_set_column_spacing (table.grid, 18);
  gtk_grid_set_row_spacing (table.grid, narrow ? 3 : 9);
  gtk_widget_add_css_class (GTK_WIDGET (table.grid), "compare-grid");
  if (!narrow)
    gtk_grid_attach (table.grid, cell ("", NULL), 0, 0, 1, 1);
  for (guint i = 0; i < comparison->sides->len; i++)
    put (&table, i, side_head (comparison->sides->pdata[i], i));
  return table;
}

/* As wide as it must be, in a card; scrolled sideways where there is no room. */
static GtkWidget *
in_card (GtkGrid *grid)
{
  GtkWidget *window = gtk_scrolled_window_new ();

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (window), GTK_POLICY_AUTOMATIC,
                                  GTK_POLICY_NEVER);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (window), GTK_WIDGET (grid));
  gtk_widget_add_css_class (window, "card");
  return window;
}

static GtkWidget *
sentence (const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_widget_add_css_class (label, "dim-label");
  return label;
}

/* In the whole width below the rows. */
static void
add_sentence (Table *table, const char *text)
{
  gtk_grid_attach (table->grid, sentence (text), 0, ++table->row,
                   table->n + (table->narrow ? 0 : 1), 1);
}

/* ---- parameters ---- */

GtkWidget *
studio_compare_parameters (const StudioComparison *comparison, gboolean all, gboolean narrow)
{
  Table table = new_table (comparison, narrow);

  for (guint i = 0; i < comparison->parameters->len; i++)
    {
      const StudioComparedParameter *parameter = comparison->parameters->pdata[i];

      if (!parameter->differs && !all)
        continue;
      begin_row (&table, cell (parameter->id, "dim-label"));
      for (guint k = 0; k < comparison->sides->len; k++)
        put (&table, k, cell (parameter->values[k], NULL));
    }
  if (table.row == 0)
    add_sentence (&table, "No parameter differs.");
  return in_card (table.grid);
}

/* ---- metrics ---- */

/* "0.53 [0.4, 0.6]" and below it "+0.12 against A"; @first: the letter of the first side. */
static GtkWidget *
metric_cell (const StudioComparedMetric *metric, guint side, const char *first)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  g_autofree char *mean = assay_number_text (metric->mean[side]);
  g_autofree char *low = assay_number_text (metric->low[side]);
  g_autofree char *high = assay_number_text (metric->high[side]);
  double difference = metric->mean[side] - metric->mean[0];
  g_autofree char *by = assay_number_text (fabs (difference));
  g_autofree char *text = isnan (metric->low[side])
                              ? g_strdup (*mean != '\0' ? mean : "–")
                              : g_strdup_printf ("%s [%s, %s]", mean, low, high);

  gtk_box_append (GTK_BOX (box), cell (text, NULL));
  if (side > 0 && !isnan (difference))
    {
      g_autofree char *words
          = difference == 0
                ? g_strdup_printf ("as %s", first)
                : g_strdup_printf ("%s%s against %s", difference > 0 ? "+" : "−", by, first);

      gtk_box_append (GTK_BOX (box), cell (words, "caption"));
      gtk_widget_add_css_class (gtk_widget_get_last_child (box), "dim-label");
    }
  return box;
}

GtkWidget *
studio_compare_metrics (const StudioComparison *comparison, gboolean narrow)
{
  Table table = new_table (comparison, narrow);
  const char *first = ((const StudioSide *) comparison->sides->pdata[0])->letter;

  for (guint i = 0; i < comparison->metrics->len && i < MOST_ROWS; i++)
    {
      const StudioComparedMetric *metric = comparison->metrics->pdata[i];
      g_autofree char *labels = studio_line_text (metric->labels);
      g_autofree char *name
          = g_strdup_printf ("%s%s%s", metric->metric, *labels != '\0' ? " · " : "", labels);

      begin_row (&table, cell (name, "dim-label"));
      for (guint k = 0; k < comparison->sides->len; k++)
        put (&table, k, metric_cell (metric, k, first));
    }
  if (comparison->metrics->len > MOST_ROWS)
    {
      g_autofree char *words = g_strdup_printf ("%u more are not listed; Figures draws them.",
                                                comparison->metrics->len - MOST_ROWS);

      add_sentence (&table, words);
    }
  return in_card (table.grid);
}

/* ---- claims ---- */

static GtkWidget *
verdict_cell (const AssayVerdict *verdict)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *badge = studio_verdict_badge_new ();
  g_autofree char *effect = studio_verdict_effect (verdict->effect, verdict->low, verdict->high);
  const char *below = verdict->reason != NULL && isnan (verdict->effect) ? verdict->reason : effect;

  studio_verdict_badge_set (badge, verdict->kind);
  gtk_widget_set_halign (badge, GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (box), badge);
  gtk_box_append (GTK_BOX (box), cell (below, "caption"));
  gtk_widget_add_css_class (gtk_widget_get_last_child (box), "dim-label");
  if (verdict->reason != NULL)
    gtk_widget_set_tooltip_text (box, verdict->reason);
  return box;
}

static GtkWidget *
claim_cell (const AssayClaim *claim)
{
  GtkWidget *label = cell (claim->says != NULL ? claim->says : claim->id, "dim-label");

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_lines (GTK_LABEL (label), 3);
  /* One width only, for which the height is right. */
  gtk_label_set_width_chars (GTK_LABEL (label), 26);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 26);
  return label;
}

GtkWidget *
studio_compare_claims_table (const StudioComparison *comparison, gboolean narrow)
{
  return in_card (new_table (comparison, narrow).grid);
}

void
studio_compare_add_claim (GtkWidget *claims, const StudioComparison *comparison,
                          StudioVerdicts *const *verdicts, guint i, gboolean narrow)
{
  GtkWidget *viewport = gtk_scrolled_window_get_child (GTK_SCROLLED_WINDOW (claims));
  Table table = { GTK_GRID (gtk_viewport_get_child (GTK_VIEWPORT (viewport))), narrow,
                  (int) comparison->sides->len, (int) i * (narrow ? 2 : 1) };
  const AssayStudyInfo *study = NULL;

  for (guint k = 0; k < comparison->sides->len; k++)
    study = verdicts[k] != NULL ? verdicts[k]->study : study;
  if (study == NULL)
    return;
  begin_row (&table, claim_cell (&study->claims[i]));
  for (guint k = 0; k < comparison->sides->len; k++)
    if (verdicts[k] != NULL)
      put (&table, k, verdict_cell (verdicts[k]->verdicts->pdata[i]));
}

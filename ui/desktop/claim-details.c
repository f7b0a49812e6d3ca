/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/claim-details.h"

#include "ui/desktop/claim-row.h"
#include "ui/desktop/effect-bar.h"
#include <math.h>

#define MAX_FIGURES 6

typedef struct
{
  const StudioVerdicts *verdicts;
  const AssayVerdict *verdict;
  GtkBox *box;
} Pane;

/* ---- pieces ---- */

static GtkWidget *
text (GtkBox *box, const char *words, const char *style)
{
  GtkWidget *label = gtk_label_new (words);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 40);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  /* A selectable label takes the focus and then selects all of itself; one that is not focusable
   * holds Tab. */
  gtk_widget_set_can_focus (label, FALSE);
  if (style != NULL)
    gtk_widget_add_css_class (label, style);
  gtk_box_append (box, label);
  return label;
}

/* A title with a box below it, in which the section is filled. */
static GtkBox *
section (const Pane *pane, const char *title)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *label = gtk_label_new (title);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_widget_add_css_class (label, "heading");
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (pane->box, box);
  return GTK_BOX (box);
}

static GtkBox *
list (GtkBox *box)
{
  GtkWidget *rows = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_widget_add_css_class (rows, "card");
  gtk_box_append (box, rows);
  return GTK_BOX (rows);
}

static GtkBox *
line (GtkBox *rows)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);

  if (gtk_widget_get_first_child (GTK_WIDGET (rows)) != NULL)
    gtk_box_append (rows, gtk_separator_new (GTK_ORIENTATION_HORIZONTAL));
  gtk_widget_add_css_class (row, "claim-part");
  gtk_box_append (rows, row);
  return GTK_BOX (row);
}

static GtkWidget *
button (GtkBox *box, const char *label, const char *icon, const char *action, const char *target)
{
  GtkWidget *widget = gtk_button_new (), *words = gtk_label_new (label);
  GtkWidget *content = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  /* AdwButtonContent cannot shrink yet. */
  gtk_label_set_ellipsize (GTK_LABEL (words), PANGO_ELLIPSIZE_END);
  gtk_box_append (GTK_BOX (content), gtk_image_new_from_icon_name (icon));
  gtk_box_append (GTK_BOX (content), words);
  gtk_button_set_child (GTK_BUTTON (widget), content);
  gtk_widget_set_halign (widget, GTK_ALIGN_START);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (widget), action);
  if (target != NULL)
    gtk_actionable_set_action_target (GTK_ACTIONABLE (widget), "s", target);
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  gtk_box_append (box, widget);
  return widget;
}

/* ---- sections ---- */

static void
add_head (const Pane *pane)
{
  const AssayClaim *claim = pane->verdict->claim;
  g_autofree char *paper = g_strdup_printf (
      "%s%s%s", claim->source != NULL ? claim->source : "A gate or control of ours",
      claim->source != NULL ? ". The paper: " : "",
      claim->source != NULL ? studio_claim_paper (claim) : "");
  GtkWidget *badge = studio_verdict_badge_new ();

  text (pane->box, claim->id, "title-3");
  studio_verdict_badge_set (badge, pane->verdict->kind);
  gtk_box_append (pane->box, badge);
  if (claim->says != NULL)
    text (pane->box, claim->says, NULL);
  text (pane->box, paper, "dim-label");
  if (pane->verdict->reason != NULL)
    text (pane->box, pane->verdict->reason, NULL);
}

static void
add_effect (const Pane *pane)
{
  const AssayVerdict *verdict = pane->verdict;
  StudioEffect effect = studio_effect_of_verdict (verdict);
  g_autofree char *ours = studio_verdict_effect (verdict->effect, verdict->low, verdict->high);
  g_autofree char *counts = assay_verdict_count_text (verdict);
  g_autofree char *words = g_strdup_printf ("%s with 95 %% interval, n %s", ours, counts);
  GtkBox *box;
  GtkWidget *bar;

  if (isnan (verdict->effect) || verdict->parts->len > 1)
    return;
  box = section (pane, "Effect");
  bar = studio_effect_bar_new ();
  studio_effect_bar_set (STUDIO_EFFECT_BAR (bar), &effect, NULL, TRUE);
  gtk_box_append (box, bar);
  text (box, words, "numeric");
}

/* The bars are as wide as the card, so that they are on one axis. */
static void
add_part (const Pane *pane, GtkBox *rows, const AssayVerdictPart *part, StudioEffectRange range)
{
  StudioEffect effect = studio_effect_of_part (pane->verdict, part);
  g_autofree char *ours = studio_verdict_effect (part->effect, part->low, part->high);
  g_autofree char *words = g_strdup_printf ("%s, n %u", ours, part->n);
  GtkBox *row = line (rows);
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12), *bar = studio_effect_bar_new ();
  GtkWidget *badge = studio_verdict_badge_new ();

  gtk_orientable_set_orientation (GTK_ORIENTABLE (row), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (row, 3);
  gtk_widget_set_hexpand (text (GTK_BOX (head), part->level, "heading"), TRUE);
  studio_verdict_badge_set (badge, part->kind);
  gtk_box_append (GTK_BOX (head), badge);
  gtk_box_append (row, head);
  studio_effect_bar_set (STUDIO_EFFECT_BAR (bar), &effect, &range, FALSE);
  gtk_box_append (row, bar);
  text (row, words, "caption");
}

/* Every level of `each`, on one axis. */
static void
add_parts (const Pane *pane)
{
  const AssayVerdict *verdict = pane->verdict;
  StudioEffectRange range = { 0, 0 };
  g_autofree char *title = NULL;
  GtkBox *rows;

  if (verdict->parts->len < 2)
    return;
  for (guint i = 0; i < verdict->parts->len; i++)
    {
      StudioEffect effect = studio_effect_of_part (verdict, verdict->parts->pdata[i]);

      range = studio_effect_range_join (range, studio_effect_range (&effect));
    }
  title = g_strdup_printf ("For every %s",
                           verdict->claim->each != NULL ? verdict->claim->each : "part");
  rows = list (section (pane, title));
  for (guint i = 0; i < verdict->parts->len; i++)
    add_part (pane, rows, verdict->parts->pdata[i], range);
}

static const AssayVerdict *
verdict_of (const StudioVerdicts *verdicts, const char *claim)
{
  for (guint i = 0; i < verdicts->verdicts->len; i++)
    {
      const AssayVerdict *verdict = verdicts->verdicts->pdata[i];

      if (g_str_equal (verdict->claim->id, claim))
        return verdict;
    }
  return NULL;
}

/* Other claims that this one hangs on, each a way there. */
static void
add_claims (const Pane *pane, const char *title, const char *ids)
{
  g_auto (GStrv) words = assay_words (ids);
  GtkBox *rows;

  if (words[0] == NULL)
    return;
  rows = list (section (pane, title));
  for (char **word = words; *word != NULL; word++)
    {
      const AssayVerdict *other = verdict_of (pane->verdicts, *word);
      GtkBox *row = line (rows);
      GtkWidget *badge = studio_verdict_badge_new (), *link;

      if (other == NULL)
        continue;
      link = button (row, other->claim->id, "go-next-symbolic", "win.claims-show", *word);
      gtk_widget_add_css_class (link, "flat");
      gtk_widget_set_hexpand (link, TRUE);
      studio_verdict_badge_set (badge, other->kind);
      gtk_box_append (row, badge);
    }
}

static void
add_share (GtkBox *box, const AssayUnitShare *share)
{
  g_autofree char *words
      = g_strdup_printf ("%s (%u): %.0f %%", share->unit, share->n, 100 * share->share);
  GtkWidget *bar = gtk_level_bar_new_for_interval (0, 1);

  text (box, words, "caption");
  gtk_level_bar_set_value (GTK_LEVEL_BAR (bar), CLAMP (share->share, 0, 1));
  /* A share is neither low nor high. */
  gtk_level_bar_remove_offset_value (GTK_LEVEL_BAR (bar), GTK_LEVEL_BAR_OFFSET_LOW);
  gtk_level_bar_remove_offset_value (GTK_LEVEL_BAR (bar), GTK_LEVEL_BAR_OFFSET_HIGH);
  gtk_level_bar_remove_offset_value (GTK_LEVEL_BAR (bar), GTK_LEVEL_BAR_OFFSET_FULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (bar), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
  gtk_box_append (box, bar);
}

/* The part whose estimate is the verdict's: the weakest. */
static const AssayVerdictPart *
weakest (const AssayVerdict *verdict)
{
  for (guint i = 0; i < verdict->parts->len; i++)
    {
      const AssayVerdictPart *part = verdict->parts->pdata[i];

      if (part->effect == verdict->effect)
        return part;
    }
  return NULL;
}

static void
add_shares (const Pane *pane)
{
  const AssayVerdictPart *part = weakest (pane->verdict);
  GtkBox *box;

  if (part == NULL || part->shares->len == 0)
    return;
  box = section (pane, "Where the uncertainty comes from");
  for (guint i = 0; i < part->shares->len; i++)
    add_share (box, &g_array_index (part->shares, AssayUnitShare, i));
}

static void
add_sentences (const Pane *pane, const char *title, const GPtrArray *sentences)
{
  GtkBox *box;

  if (sentences == NULL || sentences->len == 0)
    return;
  box = section (pane, title);
  for (guint i = 0; i < sentences->len; i++)
    text (box, sentences->pdata[i], NULL);
}

static void
add_evidence (const Pane *pane)
{
  g_autoptr (GPtrArray) figures
      = studio_claim_figures (pane->verdicts->study, pane->verdict->claim);
  guint n_runs = pane->verdict->runs->len;
  GtkBox *box;

  if (figures->len == 0 && n_runs == 0)
    return;
  box = section (pane, "Evidence");
  for (guint i = 0; i < MIN (figures->len, MAX_FIGURES); i++)
    {
      const AssayFigure *figure = figures->pdata[i];
      g_autofree char *label
          = g_strdup_printf ("Figure: %s", figure->title != NULL ? figure->title : figure->id);

      button (box, label, "image-x-generic-symbolic", "win.claims-figure", figure->id);
    }
  if (n_runs > 0)
    {
      g_autofree char *label = n_runs == 1 ? g_strdup ("The run behind it")
                                           : g_strdup_printf ("The %u runs behind it", n_runs);

      button (box, label, "view-list-symbolic", "win.claims-runs", NULL);
    }
}

GtkWidget *
studio_claim_details_new (const StudioVerdicts *verdicts, guint i)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  Pane pane = { verdicts, verdicts->verdicts->pdata[i], GTK_BOX (box) };

  gtk_widget_add_css_class (box, "claim-details");
  add_head (&pane);
  add_effect (&pane);
  add_parts (&pane);
  add_claims (&pane, "Holds if all of these do", pane.verdict->claim->all_of);
  add_claims (&pane, "Can be judged only if", pane.verdict->claim->needs);
  if (pane.verdict->rule != NULL)
    text (section (&pane, "The rule, fixed before the run"), pane.verdict->rule, NULL);
  add_evidence (&pane);
  add_shares (&pane);
  add_sentences (&pane, "Notes", pane.verdict->notes);
  add_sentences (&pane, "About these runs", verdicts->set != NULL ? verdicts->set->notes : NULL);
  return box;
}

char *
studio_claim_details_state (const StudioVerdicts *verdicts, guint i)
{
  const AssayVerdict *verdict = verdicts->verdicts->pdata[i];
  GString *state = g_string_new (verdict->claim->id);

  g_string_append_printf (state, "|%d|%a|%a|%a|%u|%u|%u|%u|%s", (int) verdict->kind,
                          verdict->effect, verdict->low, verdict->high, verdict->n,
                          verdict->n_crashed, verdict->n_missing, verdict->runs->len,
                          verdict->reason != NULL ? verdict->reason : "");
  for (guint k = 0; k < verdict->parts->len; k++)
    {
      const AssayVerdictPart *part = verdict->parts->pdata[k];

      g_string_append_printf (state, "|%d|%a|%a|%a", (int) part->kind, part->effect, part->low,
                              part->high);
    }
  return g_string_free (state, FALSE);
}

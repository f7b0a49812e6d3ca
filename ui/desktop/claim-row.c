/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/claim-row.h"

#include "ui/desktop/effect-bar.h"

/* Widths of the columns of words, in characters. */
#define EFFECT_CHARS 25
#define PAPER_CHARS 18
#define COUNT_CHARS 12

/* Colour is never alone: the word and the icon say it, too. */
static const struct
{
  const char *title, *icon, *style;
} kinds[] = {
  [ASSAY_REPRODUCED] = { "Reproduced", "emblem-ok-symbolic", "accent" },
  [ASSAY_CONTRADICTED] = { "Contradicted", "process-stop-symbolic", "error" },
  [ASSAY_INCONCLUSIVE] = { "Inconclusive", "dialog-question-symbolic", "warning" },
  [ASSAY_NOT_EVALUABLE] = { "Not evaluable", "action-unavailable-symbolic", "dim-label" },
  [ASSAY_NOT_RUN] = { "Not run", "media-playback-stop-symbolic", "dim-label" },
};

const char *const studio_claim_columns[STUDIO_CLAIM_COLUMNS]
    = { "Verdict", "Claim", "Ours, where it was expected", "Paper", "n" };

enum
{
  CELL_VERDICT,
  CELL_SAYS,
  CELL_EFFECT,
  CELL_PAPER,
  CELL_COUNT
};

/* Column, row and columns taken of each cell. */
static const int wide_places[STUDIO_CLAIM_COLUMNS][3]
    = { { 0, 0, 1 }, { 1, 0, 1 }, { 2, 0, 1 }, { 3, 0, 1 }, { 4, 0, 1 } };
static const int narrow_places[STUDIO_CLAIM_COLUMNS][3]
    = { { 0, 0, 2 }, { 0, 1, 2 }, { 0, 2, 2 }, { 0, 3, 1 }, { 1, 3, 1 } };

struct _StudioClaimRow
{
  GtkListBoxRow parent_instance;
  StudioVerdicts *verdicts;
  guint number;
  GtkGrid *grid;
  GtkWidget *cells[STUDIO_CLAIM_COLUMNS];
  gboolean narrow;
  GtkWidget *badge, *bar;
  GtkLabel *id, *says, *reason, *effect, *paper, *count;
};

G_DEFINE_FINAL_TYPE (StudioClaimRow, studio_claim_row, GTK_TYPE_LIST_BOX_ROW)

/* ---- the badge ---- */

const char *
studio_verdict_icon (AssayVerdictKind kind)
{
  return kinds[kind].icon;
}

const char *
studio_verdict_title (AssayVerdictKind kind)
{
  return kinds[kind].title;
}

GtkWidget *
studio_verdict_badge_new (void)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label = gtk_label_new (NULL);

  gtk_box_append (GTK_BOX (box), g_object_new (GTK_TYPE_IMAGE, "accessible-role",
                                               GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL));
  gtk_widget_add_css_class (box, "verdict");
  gtk_widget_add_css_class (label, "heading");
  gtk_box_append (GTK_BOX (box), label);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  return box;
}

void
studio_verdict_badge_set (GtkWidget *badge, AssayVerdictKind kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    gtk_widget_remove_css_class (badge, kinds[i].style);
  gtk_widget_add_css_class (badge, kinds[kind].style);
  gtk_image_set_from_icon_name (GTK_IMAGE (gtk_widget_get_first_child (badge)), kinds[kind].icon);
  gtk_label_set_text (GTK_LABEL (gtk_widget_get_last_child (badge)), kinds[kind].title);
}

/* ---- the row ---- */

static GtkLabel *
add_label (GtkWidget *box, const char *const *classes)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_widget_set_css_classes (label, (const char **) classes);
  gtk_box_append (GTK_BOX (box), label);
  return GTK_LABEL (label);
}

static GtkWidget *
new_cell (void)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);

  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  return box;
}

static void
place_cells (StudioClaimRow *row)
{
  GtkLayoutManager *layout = gtk_widget_get_layout_manager (GTK_WIDGET (row->grid));

  for (guint i = 0; i < STUDIO_CLAIM_COLUMNS; i++)
    {
      const int *place = row->narrow ? narrow_places[i] : wide_places[i];
      GtkLayoutChild *child = gtk_layout_manager_get_layout_child (layout, row->cells[i]);

      g_object_set (child, "column", place[0], "row", place[1], "column-span", place[2], NULL);
    }
}

/* Widest of all verdicts, as it is in a row. */
static int
width_of_badges (void)
{
  g_autoptr (GtkWidget) badge = g_object_ref_sink (studio_verdict_badge_new ());
  int widest = 0;

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      int width;

      studio_verdict_badge_set (badge, i);
      gtk_widget_measure (badge, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &width, NULL, NULL);
      widest = MAX (widest, width);
    }
  return widest;
}

/* As GtkLabel understands "width-chars". */
static int
width_of_chars (GtkWidget *widget, int n)
{
  PangoContext *context = gtk_widget_get_pango_context (widget);
  PangoFontMetrics *metrics = pango_context_get_metrics (context, NULL, NULL);
  int width = MAX (pango_font_metrics_get_approximate_char_width (metrics),
                   pango_font_metrics_get_approximate_digit_width (metrics));

  pango_font_metrics_unref (metrics);
  return PANGO_PIXELS_CEIL (n * width);
}

/* Alike in all rows without a size group, in which each row's change would lay out all others. */
void
studio_claim_column_widths (GtkWidget *widget, int widths[STUDIO_CLAIM_COLUMNS])
{
  widths[CELL_VERDICT] = width_of_badges ();
  widths[CELL_SAYS] = -1;
  widths[CELL_EFFECT] = width_of_chars (widget, EFFECT_CHARS);
  widths[CELL_PAPER] = width_of_chars (widget, PAPER_CHARS);
  widths[CELL_COUNT] = width_of_chars (widget, COUNT_CHARS);
}

/* Without heads of columns words say what they are. */
static void
set_plain_words (StudioClaimRow *row)
{
  const AssayVerdict *verdict = studio_claim_row_verdict (row);
  g_autofree char *counts = assay_verdict_count_text (verdict),
                  *n = g_strconcat ("n ", counts, NULL),
                  *paper = g_strconcat ("Paper: ", studio_claim_paper (verdict->claim), NULL);

  gtk_label_set_text (row->count, row->narrow ? n : counts);
  gtk_label_set_text (row->paper, row->narrow && verdict->claim->source != NULL
                                      ? paper
                                      : studio_claim_paper (verdict->claim));
}

void
studio_claim_row_set_widths (StudioClaimRow *row, const int *widths)
{
  gboolean narrow = widths == NULL;

  for (guint i = 0; i < STUDIO_CLAIM_COLUMNS; i++)
    gtk_widget_set_size_request (row->cells[i], narrow ? -1 : widths[i], -1);
  if (row->narrow == narrow)
    return;
  row->narrow = narrow;
  place_cells (row);
  if (row->verdicts != NULL)
    set_plain_words (row);
}

static void
set_or_hide (GtkLabel *label, const char *text)
{
  gtk_label_set_text (label, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (label), text != NULL);
}

static void
describe (StudioClaimRow *row, const AssayVerdict *verdict, const StudioEffect *effect)
{
  const AssayClaim *claim = verdict->claim;
  g_autofree char *drawn = studio_effect_describe (effect),
                  *counts = assay_verdict_count_text (verdict);
  g_autofree char *label
      = g_strdup_printf ("%s: %s", claim->id, studio_verdict_title (verdict->kind));
  g_autofree char *description = g_strdup_printf (
      "%s. %s. Paper: %s. n %s.%s%s", claim->says != NULL ? claim->says : "", drawn,
      studio_claim_paper (claim), counts, verdict->reason != NULL ? " " : "",
      verdict->reason != NULL ? verdict->reason : "");

  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, description, -1);
}

void
studio_claim_row_set (StudioClaimRow *row, StudioVerdicts *verdicts, guint i)
{
  const AssayVerdict *verdict = verdicts->verdicts->pdata[i];
  StudioEffect effect = studio_effect_of_verdict (verdict);
  g_autofree char *ours = studio_verdict_effect (verdict->effect, verdict->low, verdict->high);

  studio_verdicts_ref (verdicts);
  g_clear_pointer (&row->verdicts, studio_verdicts_unref);
  row->verdicts = verdicts;
  row->number = i;
  studio_verdict_badge_set (row->badge, verdict->kind);
  gtk_label_set_text (row->id, verdict->claim->id);
  set_or_hide (row->says, verdict->claim->says);
  set_or_hide (row->reason, verdict->reason);
  gtk_label_set_text (row->effect, ours);
  studio_effect_bar_set (STUDIO_EFFECT_BAR (row->bar), &effect, NULL, FALSE);
  gtk_widget_set_visible (row->bar, verdict->effect == verdict->effect);
  set_plain_words (row);
  describe (row, verdict, &effect);
}

const AssayVerdict *
studio_claim_row_verdict (StudioClaimRow *row)
{
  return row->verdicts->verdicts->pdata[row->number];
}

guint
studio_claim_row_number (StudioClaimRow *row)
{
  return row->number;
}

GtkWidget *
studio_claim_row_new (void)
{
  return g_object_new (STUDIO_TYPE_CLAIM_ROW, NULL);
}

static void
studio_claim_row_dispose (GObject *object)
{
  StudioClaimRow *row = STUDIO_CLAIM_ROW (object);

  g_clear_pointer (&row->verdicts, studio_verdicts_unref);
  G_OBJECT_CLASS (studio_claim_row_parent_class)->dispose (object);
}

static void
studio_claim_row_class_init (StudioClaimRowClass *class)
{
  G_OBJECT_CLASS (class)->dispose = studio_claim_row_dispose;
}

static void
add_words (StudioClaimRow *row)
{
  static const char *const heading[] = { "heading", NULL }, *const plain[] = { NULL },
                           *const small[] = { "caption", "dim-label", NULL },
                           *const numeric[] = { "numeric", "caption", NULL };
  GtkWidget **cells = row->cells;

  row->id = add_label (cells[CELL_SAYS], heading);
  row->says = add_label (cells[CELL_SAYS], plain);
  row->reason = add_label (cells[CELL_SAYS], small);
  gtk_widget_set_hexpand (cells[CELL_SAYS], TRUE);
  gtk_box_append (GTK_BOX (cells[CELL_EFFECT]), row->bar);
  row->effect = add_label (cells[CELL_EFFECT], numeric);
  gtk_label_set_xalign (row->effect, .5f);
  gtk_label_set_max_width_chars (row->effect, EFFECT_CHARS);
  row->paper = add_label (cells[CELL_PAPER], plain);
  gtk_label_set_max_width_chars (row->paper, PAPER_CHARS);
  gtk_label_set_width_chars (row->paper, 12);
  row->count = add_label (cells[CELL_COUNT], numeric);
  gtk_label_set_max_width_chars (row->count, COUNT_CHARS);
}

static void
studio_claim_row_init (StudioClaimRow *row)
{
  row->grid = GTK_GRID (gtk_grid_new ());
  gtk_grid_set_column_spacing (row->grid, 18);
  gtk_grid_set_row_spacing (row->grid, 6);
  gtk_widget_add_css_class (GTK_WIDGET (row->grid), "claim");
  for (int i = 0; i < STUDIO_CLAIM_COLUMNS; i++)
    {
      row->cells[i] = new_cell ();
      gtk_grid_attach (row->grid, row->cells[i], i, 0, 1, 1);
    }
  place_cells (row);
  row->badge = studio_verdict_badge_new ();
  row->bar = studio_effect_bar_new ();
  gtk_box_append (GTK_BOX (row->cells[CELL_VERDICT]), row->badge);
  add_words (row);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), GTK_WIDGET (row->grid));
}

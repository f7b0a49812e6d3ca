/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/sample-cell.h"

#include "host/chart/style.h"
#include "ui/desktop/sample-text.h"

#define CHARS 400 /* of a text, at most */
#define LINES 3
#define WIDTH 150
#define GAP 3 /* pixels between text and note */

struct _StudioSampleCell
{
  GtkWidget parent_instance;
  StudioSamples *samples; /* NULL: a text of its own */
  guint sample;
  char *note;
  PangoLayout *text, *words; /* words: the note */
  int line;                  /* height of one; 0: to be measured */
};

G_DEFINE_FINAL_TYPE (StudioSampleCell, studio_sample_cell, GTK_TYPE_WIDGET)

/* ---- what it shows ---- */

/* Spans are places in the text as it is; line ends are shown as blanks, which are as long. */
static void
show (StudioSampleCell *cell, char *text, PangoAttrList *attributes, const char *spoken)
{
  g_autofree char *whole = g_strdelimit (text, "\n\t", ' ');
  g_autofree char *label = g_strconcat (whole, *cell->note != '\0' ? "; " : "", cell->note, NULL);

  pango_layout_set_text (cell->text, whole, -1);
  pango_layout_set_attributes (cell->text, attributes);
  pango_layout_set_text (cell->words, cell->note, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (cell), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, spoken, -1);
  gtk_widget_queue_draw (GTK_WIDGET (cell));
}

static void
mark (StudioSampleCell *cell, gboolean twin)
{
  GtkWidget *widget = GTK_WIDGET (cell);

  if (gtk_widget_has_css_class (widget, "twin") == twin)
    return;
  if (twin)
    gtk_widget_add_css_class (widget, "twin");
  else
    gtk_widget_remove_css_class (widget, "twin");
}

void
studio_sample_cell_set_sample (StudioSampleCell *cell, StudioSamples *samples, guint i)
{
  StudioSamples *old = g_steal_pointer (&cell->samples);
  PangoAttrList *attributes;
  g_autofree char *spoken = studio_sample_speak (samples, i);
  char *text = studio_sample_cut (samples, i, CHARS, &attributes);

  cell->samples = studio_samples_ref (samples);
  cell->sample = i;
  g_free (cell->note);
  cell->note = studio_sample_note (samples, i);
  mark (cell, studio_samples_at (samples, i)->twins > 1);
  gtk_widget_set_has_tooltip (GTK_WIDGET (cell), studio_samples_at (samples, i)->n_spans > 0);
  show (cell, text, attributes, spoken);
  pango_attr_list_unref (attributes);
  g_clear_pointer (&old, studio_samples_unref);
}

void
studio_sample_cell_set_text (StudioSampleCell *cell, const char *text, const char *note)
{
  g_clear_pointer (&cell->samples, studio_samples_unref);
  g_free (cell->note);
  cell->note = g_strdup (note);
  mark (cell, FALSE);
  gtk_widget_set_has_tooltip (GTK_WIDGET (cell), FALSE);
  show (cell, chart_clean (text, CHARS), NULL, "");
}

/* ---- the widget ---- */

static int
line_of (StudioSampleCell *cell)
{
  PangoContext *context = gtk_widget_get_pango_context (GTK_WIDGET (cell));
  PangoFontMetrics *metrics;

  if (cell->line == 0)
    {
      metrics = pango_context_get_metrics (context, NULL, NULL);
      cell->line = PANGO_PIXELS_CEIL (pango_font_metrics_get_height (metrics));
      pango_font_metrics_unref (metrics);
    }
  return cell->line;
}

static void
studio_sample_cell_measure (GtkWidget *widget, GtkOrientation orientation, int size, int *minimum,
                            int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL
                            ? WIDTH
                            : (LINES + 1) * line_of (STUDIO_SAMPLE_CELL (widget)) + GAP;
}

static GtkSizeRequestMode
studio_sample_cell_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_CONSTANT_SIZE;
}

static void
append (GtkSnapshot *snapshot, PangoLayout *layout, int width, int y, const GdkRGBA *colour)
{
  pango_layout_set_width (layout, width * PANGO_SCALE);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (0, (float) y));
  gtk_snapshot_append_layout (snapshot, layout, colour);
  gtk_snapshot_restore (snapshot);
}

static void
studio_sample_cell_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  StudioSampleCell *cell = STUDIO_SAMPLE_CELL (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  GdkRGBA ink, faint;

  if (width <= 0)
    return;
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &ink);
  faint = ink;
  faint.alpha *= .55f;
  gtk_snapshot_push_clip (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  append (snapshot, cell->text, width, 0, &ink);
  if (*cell->note != '\0')
    append (snapshot, cell->words, width, height - line_of (cell), &faint);
  gtk_snapshot_pop (snapshot);
}

static gboolean
studio_sample_cell_query_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard,
                                  GtkTooltip *tooltip)
{
  StudioSampleCell *cell = STUDIO_SAMPLE_CELL (widget);
  g_autofree char *value = NULL;
  int index, trailing;

  if (cell->samples == NULL || keyboard
      || !pango_layout_xy_to_index (cell->text, x * PANGO_SCALE, y * PANGO_SCALE, &index,
                                    &trailing))
    return FALSE;
  value = studio_sample_value_at (cell->samples, cell->sample, (guint) index);
  gtk_tooltip_set_text (tooltip, value);
  return value != NULL;
}

/* The note is a little smaller, as captions are. */
static void
set_caption (PangoLayout *layout)
{
  PangoAttrList *list = pango_attr_list_new ();

  pango_attr_list_insert (list, pango_attr_scale_new (.82));
  pango_layout_set_attributes (layout, list);
  pango_attr_list_unref (list);
}

static void
studio_sample_cell_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  StudioSampleCell *cell = STUDIO_SAMPLE_CELL (widget);
  int line = cell->line;

  GTK_WIDGET_CLASS (studio_sample_cell_parent_class)->css_changed (widget, change);
  pango_layout_context_changed (cell->text);
  pango_layout_context_changed (cell->words);
  cell->line = 0;
  if (line != 0 && line_of (cell) != line)
    gtk_widget_queue_resize (widget);
}

static void
studio_sample_cell_finalize (GObject *object)
{
  StudioSampleCell *cell = STUDIO_SAMPLE_CELL (object);

  g_clear_pointer (&cell->samples, studio_samples_unref);
  g_object_unref (cell->text);
  g_object_unref (cell->words);
  g_free (cell->note);
  G_OBJECT_CLASS (studio_sample_cell_parent_class)->finalize (object);
}

static void
studio_sample_cell_class_init (StudioSampleCellClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = studio_sample_cell_finalize;
  widget_class->measure = studio_sample_cell_measure;
  widget_class->get_request_mode = studio_sample_cell_get_request_mode;
  widget_class->snapshot = studio_sample_cell_snapshot;
  widget_class->query_tooltip = studio_sample_cell_query_tooltip;
  widget_class->css_changed = studio_sample_cell_css_changed;
  gtk_widget_class_set_css_name (widget_class, "samplecell");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LABEL);
}

static void
studio_sample_cell_init (StudioSampleCell *cell)
{
  cell->note = g_strdup ("");
  cell->text = gtk_widget_create_pango_layout (GTK_WIDGET (cell), NULL);
  pango_layout_set_wrap (cell->text, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_height (cell->text, -LINES);
  pango_layout_set_ellipsize (cell->text, PANGO_ELLIPSIZE_END);
  cell->words = gtk_widget_create_pango_layout (GTK_WIDGET (cell), NULL);
  pango_layout_set_ellipsize (cell->words, PANGO_ELLIPSIZE_END);
  set_caption (cell->words);
}

GtkWidget *
studio_sample_cell_new (void)
{
  return g_object_new (STUDIO_TYPE_SAMPLE_CELL, NULL);
}

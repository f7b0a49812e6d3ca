/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/sample-text.h"

#include "host/chart/scale.h"
#include "host/chart/style.h"
#include <math.h>
#include <string.h>

#define MAX_ATTRIBUTES 2000 /* spans coloured in one label */
#define MAX_SPOKEN 30       /* spans that are read aloud */
#define FIRST 4000          /* characters shown at first */
#define MOST 100000         /* characters shown at all */

/* ---- spans ---- */

typedef struct
{
  StudioSamples *samples;
  guint sample;
} Shown;

static void
shown_free (gpointer data)
{
  Shown *shown = data;

  studio_samples_unref (shown->samples);
  g_free (shown);
}

static float
most_of (const StudioSamples *samples, const StudioSample *sample)
{
  float most = 0;

  for (guint i = 0; i < sample->n_spans; i++)
    most = MAX (most,
                fabsf (g_array_index (samples->spans, AssaySpan, sample->first_span + i).value));
  return most;
}

static void
add_attribute (PangoAttrList *list, PangoAttribute *attribute, const AssaySpan *span)
{
  attribute->start_index = span->from;
  attribute->end_index = span->to;
  pango_attr_list_insert (list, attribute);
}

/* Light grounds, and so dark letters, whatever the theme. */
static PangoAttrList *
attributes_of (const StudioSamples *samples, const StudioSample *sample, gsize length)
{
  PangoAttrList *list = pango_attr_list_new ();
  float most = most_of (samples, sample);

  for (guint i = 0; i < MIN (sample->n_spans, MAX_ATTRIBUTES) && most > 0; i++)
    {
      const AssaySpan *span = &g_array_index (samples->spans, AssaySpan, sample->first_span + i);
      ChartRgb rgb = chart_diverging (.5 * (double) (span->value / most));

      if (span->to > length)
        break;
      add_attribute (list,
                     pango_attr_background_new ((guint16) (65535 * rgb.r),
                                                (guint16) (65535 * rgb.g),
                                                (guint16) (65535 * rgb.b)),
                     span);
      add_attribute (list, pango_attr_foreground_new (0x1800, 0x1800, 0x1800), span);
    }
  return list;
}

char *
studio_sample_speak (const StudioSamples *samples, guint i)
{
  const StudioSample *sample = studio_samples_at (samples, i);
  GString *words = g_string_new (NULL);

  for (guint k = 0; k < MIN (sample->n_spans, MAX_SPOKEN); k++)
    {
      const AssaySpan *span = &g_array_index (samples->spans, AssaySpan, sample->first_span + k);
      g_autofree char *value = chart_number ((double) span->value);

      g_string_append_printf (words, "%s%.*s %s",
                              k > 0 ? ", " : "Values: ", (int) MIN (span->to - span->from, 60),
                              sample->text + span->from, value);
    }
  if (sample->n_spans > MAX_SPOKEN)
    g_string_append (words, ", and more");
  return g_string_free (words, FALSE);
}

char *
studio_sample_value_at (const StudioSamples *samples, guint i, guint index)
{
  const StudioSample *sample = studio_samples_at (samples, i);

  for (guint k = 0; k < sample->n_spans; k++)
    {
      const AssaySpan *span = &g_array_index (samples->spans, AssaySpan, sample->first_span + k);

      if (index >= span->from && index < span->to)
        return chart_number ((double) span->value);
    }
  return NULL;
}

char *
studio_sample_cut (const StudioSamples *samples, guint i, glong most, PangoAttrList **attributes)
{
  const StudioSample *sample = studio_samples_at (samples, i);
  gsize length = strlen (sample->text);

  /* Characters have at most four bytes: only then are they worth counting. */
  if (length > (gsize) most && g_utf8_strlen (sample->text, -1) > most)
    length = (gsize) (g_utf8_offset_to_pointer (sample->text, most) - sample->text);
  *attributes = attributes_of (samples, sample, length);
  return g_strndup (sample->text, length);
}

/* ---- a label ---- */

/* The value of the span under the pointer. */
static gboolean
on_tooltip (GtkLabel *label, int x, int y, gboolean keyboard, GtkTooltip *tooltip)
{
  const Shown *shown = g_object_get_data (G_OBJECT (label), "shown");
  g_autofree char *value = NULL;
  int left, top, index, trailing;

  gtk_label_get_layout_offsets (label, &left, &top);
  if (keyboard
      || !pango_layout_xy_to_index (gtk_label_get_layout (label), (x - left) * PANGO_SCALE,
                                    (y - top) * PANGO_SCALE, &index, &trailing))
    return FALSE;
  value = studio_sample_value_at (shown->samples, shown->sample, (guint) index);
  gtk_tooltip_set_text (tooltip, value);
  return value != NULL;
}

static void
set_text (GtkLabel *label, const StudioSamples *samples, guint i, glong most)
{
  PangoAttrList *attributes;
  g_autofree char *text = studio_sample_cut (samples, i, most, &attributes),
                  *spoken = studio_sample_speak (samples, i);
  Shown *shown = g_new (Shown, 1);

  gtk_label_set_text (label, text);
  gtk_label_set_attributes (label, attributes);
  pango_attr_list_unref (attributes);
  *shown = (Shown){ studio_samples_ref ((StudioSamples *) samples), i };
  if (g_object_get_data (G_OBJECT (label), "shown") == NULL)
    g_signal_connect (label, "query-tooltip", G_CALLBACK (on_tooltip), NULL);
  g_object_set_data_full (G_OBJECT (label), "shown", shown, shown_free);
  gtk_widget_set_has_tooltip (GTK_WIDGET (label), studio_samples_at (samples, i)->n_spans > 0);
  gtk_accessible_update_property (GTK_ACCESSIBLE (label), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  spoken, -1);
}

char *
studio_sample_note (const StudioSamples *samples, guint i)
{
  const StudioSample *sample = studio_samples_at (samples, i);
  GString *note = g_string_new (NULL);

  if (sample->twins > 1)
    g_string_append_printf (note, "%u times this text", sample->twins);
  for (guint m = 0; m < samples->metrics->len; m++)
    {
      const StudioSampleMetric *metric = samples->metrics->pdata[m];
      g_autofree char *value = chart_number (metric->values[i]);

      if (isfinite (metric->values[i]))
        g_string_append_printf (note, "%s%s %s", note->len > 0 ? " · " : "", metric->id, value);
    }
  return g_string_free (note, FALSE);
}

/* ---- details ---- */

static GtkWidget *
label_new (GtkBox *box, const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 44);
  if (style != NULL)
    gtk_widget_add_css_class (label, style);
  gtk_box_append (box, label);
  return label;
}

static void
on_expand (GtkButton *button, GtkLabel *label)
{
  const Shown *shown = g_object_get_data (G_OBJECT (label), "shown");
  g_autoptr (StudioSamples) samples = studio_samples_ref (shown->samples);

  gtk_widget_set_visible (GTK_WIDGET (button), FALSE);
  set_text (label, samples, shown->sample, MOST);
}

static void
on_copy (GtkButton *button, GtkLabel *label)
{
  const Shown *shown = g_object_get_data (G_OBJECT (label), "shown");

  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (button)),
                          studio_samples_at (shown->samples, shown->sample)->text);
}

static void
add_expand (GtkBox *box, GtkWidget *label, const StudioSample *sample)
{
  glong n = g_utf8_strlen (sample->text, -1);
  g_autofree char *number = chart_fixed ((double) n, 0), *words = NULL;
  GtkWidget *button;

  if (n <= FIRST)
    return;
  words = n <= MOST ? g_strdup_printf ("Show all %s characters", number)
                    : g_strdup_printf ("Show the first %d of %s characters", MOST, number);
  button = gtk_button_new_with_label (words);
  gtk_widget_set_halign (button, GTK_ALIGN_START);
  g_signal_connect_object (button, "clicked", G_CALLBACK (on_expand), label, 0);
  gtk_box_append (box, button);
}

static GtkWidget *
head_new (const char *title, GtkWidget *label)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *copy = gtk_button_new_from_icon_name ("edit-copy-symbolic");
  g_autofree char *words = g_strdup_printf ("Copy the text of %s", title);

  gtk_widget_set_hexpand (label_new (GTK_BOX (box), title, "heading"), TRUE);
  gtk_widget_add_css_class (copy, "flat");
  gtk_widget_set_tooltip_text (copy, words);
  gtk_accessible_update_property (GTK_ACCESSIBLE (copy), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
  g_signal_connect_object (copy, "clicked", G_CALLBACK (on_copy), label, 0);
  gtk_box_append (GTK_BOX (box), copy);
  return box;
}

static void
add_text (GtkBox *box, StudioSamples *samples, guint i, const char *title)
{
  const StudioSample *sample = studio_samples_at (samples, i);
  GtkWidget *card = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6), *label, *head;
  g_autofree char *note = studio_sample_note (samples, i);

  gtk_widget_add_css_class (card, "card");
  gtk_widget_add_css_class (card, "sample-text");
  label = label_new (GTK_BOX (card), NULL, NULL);
  head = head_new (title, label);
  gtk_box_insert_child_after (GTK_BOX (card), head, NULL);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_widget_set_can_focus (label, FALSE);
  set_text (GTK_LABEL (label), samples, i, FIRST);
  if (*sample->text == '\0')
    label_new (GTK_BOX (card), "The text is empty.", "dim-label");
  add_expand (GTK_BOX (card), label, sample);
  if (*note != '\0')
    label_new (GTK_BOX (card), note, "dim-label");
  gtk_box_append (box, card);
}

/* "input 17, step 3": what the row is of. */
static char *
row_words (const StudioSamples *samples, guint i, int arms)
{
  GString *words = g_string_new (NULL);

  for (guint dim = 0; dim < samples->dims->len; dim++)
    {
      const char *level = studio_samples_level (samples, i, dim);

      if ((int) dim != arms && level != NULL)
        g_string_append_printf (words, "%s%s %s", words->len > 0 ? ", " : "",
                                (const char *) samples->dims->pdata[dim], level);
    }
  return g_string_free (words, FALSE);
}

GtkWidget *
studio_sample_details_new (StudioSamples *samples, const StudioSampleTable *table, guint row,
                           int arms)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  gboolean first = TRUE;

  gtk_widget_add_css_class (box, "claim-details");
  gtk_widget_set_hexpand (box, FALSE);
  for (guint c = 0; c < table->n_columns; c++)
    {
      guint32 i = studio_sample_table_cell (table, row, c);

      if (i == STUDIO_NO_SAMPLE)
        continue;
      if (first)
        {
          const char *prompt = studio_samples_at (samples, i)->prompt;
          g_autofree char *words = row_words (samples, i, arms),
                          *shown = chart_clean (prompt, FIRST);

          label_new (GTK_BOX (box), words, "title-4");
          if (*prompt != '\0')
            {
              label_new (GTK_BOX (box), "Prompt", "caption-heading");
              gtk_widget_add_css_class (label_new (GTK_BOX (box), shown, "sample-prompt"),
                                        "sample-text");
            }
          first = FALSE;
        }
      add_text (GTK_BOX (box), samples, i, arms >= 0 ? table->titles->pdata[c] : "Answer");
    }
  return box;
}

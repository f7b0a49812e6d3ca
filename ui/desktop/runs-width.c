/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/runs-width.h"

#include "ui/desktop/runs-words.h"

#define MEASURED 64 /* rows, from all over the table */
/* Pixels. */
#define MIN_WIDTH 60
#define MAX_WIDTH 240
#define PADDING 16 /* of a cell */
#define ARROW 22   /* in a head */

static int
text_width (GtkWidget *view, const char *text)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (view, text);
  int width;

  pango_layout_get_pixel_size (layout, &width, NULL);
  return width;
}

/* The longest of some values of a column ("": there are none), and whether all are numbers. */
static char *
look_at_values (const StudioRunsAnswer *answer, const char *key, gboolean *numbers)
{
  g_autofree char *longest = g_strdup ("");
  glong length = 0;
  double number;

  *numbers = TRUE;
  for (guint i = 0; answer != NULL && i < MIN (answer->n, MEASURED); i++)
    {
      guint row = answer->n > MEASURED ? (guint) ((guint64) i * answer->n / MEASURED) : i;
      g_autofree char *text = studio_runs_answer_text (answer, row, key);

      *numbers = *numbers && (*text == '\0' || assay_filter_number (text, &number));
      if (g_utf8_strlen (text, -1) <= length)
        continue;
      length = g_utf8_strlen (text, -1);
      g_free (longest);
      longest = g_steal_pointer (&text);
    }
  *numbers = *numbers && length > 0;
  return g_steal_pointer (&longest);
}

StudioColumnLook
studio_column_look (GtkWidget *view, const StudioRunsAnswer *answer, const char *key)
{
  gboolean seen;
  g_autofree char *head = studio_column_head (answer, key);
  g_autofree char *text = look_at_values (answer, key, &seen);
  int above = text_width (view, head) + PADDING + ARROW, width = text_width (view, text) + PADDING;

  return (StudioColumnLook){ CLAMP (MAX (above, width), MIN_WIDTH, MAX_WIDTH),
                             studio_column_has_numbers (answer, key, seen) };
}

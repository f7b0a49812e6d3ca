/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/runs-width.h"

#include "ui/desktop/runs-words.h"

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

/* The longest of the first values of a column; "": there are none. */
static char *
longest_text (const StudioRunsAnswer *answer, const char *key)
{
  char *longest = g_strdup ("");
  glong length = 0;

  for (guint i = 0; answer != NULL && i < MIN (answer->n, STUDIO_MEASURED_ROWS); i++)
    {
      g_autofree char *text = studio_runs_answer_text (answer, i, key);

      if (g_utf8_strlen (text, -1) <= length)
        continue;
      length = g_utf8_strlen (text, -1);
      g_free (longest);
      longest = g_steal_pointer (&text);
    }
  return longest;
}

int
studio_column_width (GtkWidget *view, const StudioRunsAnswer *answer, const char *key)
{
  g_autofree char *title = studio_column_head (answer, key), *text = longest_text (answer, key);
  int head = text_width (view, title) + PADDING + ARROW, width = text_width (view, text) + PADDING;

  return CLAMP (MAX (head, width), MIN_WIDTH, MAX_WIDTH);
}

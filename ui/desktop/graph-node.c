/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/graph-node.h"

#include "host/chart/scale.h"
#include "host/chart/style.h"
#include <math.h>

#define PICTURE 224  /* pixels that a picture may take */
#define MAX_LINKS 60 /* neighbours listed */
#define MAX_CHARS 400

static GtkWidget *
label_new (const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 30);
  if (style != NULL)
    gtk_widget_add_css_class (label, style);
  return label;
}

/* Each pixel of the picture becomes a square: a small world is not blurred. */
static GdkTexture *
enlarge (const AssayGraphData *graph, guint picture)
{
  guint width = graph->picture_width, height = graph->picture_height;
  guint factor = MAX (PICTURE / MAX (MAX (width, height), 1), 1);
  const guint8 *from = graph->pictures + (gsize) picture * width * height * 3;
  gsize stride = 3 * (gsize) width * factor, size = stride * height * factor;
  guint8 *rgb = g_malloc (MAX (size, 1));
  g_autoptr (GBytes) bytes = NULL;

  for (guint y = 0; y < height * factor; y++)
    for (guint x = 0; x < width * factor; x++)
      for (guint k = 0; k < 3; k++)
        rgb[y * stride + 3 * x + k] = from[3 * ((gsize) (y / factor) * width + x / factor) + k];
  bytes = g_bytes_new_take (rgb, size);
  return gdk_memory_texture_new ((int) (width * factor), (int) (height * factor), GDK_MEMORY_R8G8B8,
                                 bytes, stride);
}

static void
add_picture (GtkBox *box, const AssayGraphData *graph, guint node)
{
  g_autoptr (GdkTexture) texture = NULL;
  GtkWidget *picture;
  g_autofree char *words = NULL;

  if (graph->pictures == NULL || graph->picture_of[node] < 0 || graph->picture_width == 0
      || graph->picture_height == 0)
    return;
  words = g_strdup_printf ("Picture of node %u", node);
  texture = enlarge (graph, (guint) graph->picture_of[node]);
  picture = gtk_picture_new_for_paintable (GDK_PAINTABLE (texture));
  gtk_picture_set_can_shrink (GTK_PICTURE (picture), FALSE);
  gtk_picture_set_alternative_text (GTK_PICTURE (picture), words);
  gtk_widget_set_halign (picture, GTK_ALIGN_CENTER);
  gtk_box_append (box, picture);
}

static char *
value_of (const AssayGraphColumn *column, guint i)
{
  if (column->texts != NULL)
    return chart_clean (column->texts[i], MAX_CHARS);
  if (column->numbers == NULL || !isfinite (column->numbers[i]))
    return g_strdup ("missing");
  return chart_number (column->numbers[i]);
}

static void
add_values (GtkBox *box, const GPtrArray *columns, guint node)
{
  GtkWidget *grid = gtk_grid_new ();

  gtk_grid_set_column_spacing (GTK_GRID (grid), 12);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 6);
  for (guint i = 0; i < columns->len; i++)
    {
      const AssayGraphColumn *column = columns->pdata[i];
      g_autofree char *value = value_of (column, node), *id = chart_clean (column->id, 60);
      GtkWidget *words = label_new (value, column->numbers != NULL ? "numeric" : NULL);

      gtk_label_set_selectable (GTK_LABEL (words), TRUE);
      gtk_widget_set_can_focus (words, FALSE);
      gtk_grid_attach (GTK_GRID (grid), label_new (id, "dim-label"), 0, (int) i, 1, 1);
      gtk_grid_attach (GTK_GRID (grid), words, 1, (int) i, 1, 1);
    }
  gtk_box_append (box, grid);
}

/* "weight 0.3, kind door": what the edge says. */
static char *
edge_words (const AssayGraphData *graph, guint edge)
{
  GString *words = g_string_new (NULL);

  for (guint i = 0; i < graph->edge_columns->len; i++)
    {
      const AssayGraphColumn *column = graph->edge_columns->pdata[i];
      g_autofree char *value = value_of (column, edge), *id = chart_clean (column->id, 60);

      g_string_append_printf (words, "%s%s %s", words->len > 0 ? ", " : "", id, value);
    }
  return g_string_free (words, FALSE);
}

static void
add_link (GtkBox *box, const StudioGraphScene *scene, const StudioGraphLink *link)
{
  g_autofree char *words = edge_words (scene->graph, link->edge);
  g_autofree char *label
      = g_strdup_printf ("Node %u%s%s", link->node, *words != '\0' ? ": " : "", words);
  GtkWidget *button = gtk_button_new_with_label (label);

  gtk_label_set_ellipsize (GTK_LABEL (gtk_button_get_child (GTK_BUTTON (button))),
                           PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "node-link");
  gtk_widget_set_halign (button, GTK_ALIGN_START);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "graph.select");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "i", (gint32) link->node);
  gtk_box_append (box, button);
}

static void
add_links (GtkBox *box, const StudioGraphScene *scene, guint node, gboolean out)
{
  guint n = 0;
  g_autofree char *title = NULL;

  for (guint i = scene->link_start[node]; i < scene->link_start[node + 1]; i++)
    n += scene->links[i].out == out;
  title = g_strdup_printf (out ? "Leads to %u" : "Reached from %u", n);
  gtk_box_append (box, label_new (title, "heading"));
  n = 0;
  for (guint i = scene->link_start[node]; i < scene->link_start[node + 1] && n < MAX_LINKS; i++)
    if (scene->links[i].out == out)
      {
        add_link (box, scene, &scene->links[i]);
        n++;
      }
  if (n == MAX_LINKS)
    gtk_box_append (box, label_new ("and more", "dim-label"));
}

GtkWidget *
studio_graph_node_new (const StudioGraphScene *scene, guint node)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 9);
  g_autofree char *title = g_strdup_printf ("Node %u", node);

  gtk_widget_add_css_class (box, "claim-details");
  gtk_box_append (GTK_BOX (box), label_new (title, "title-3"));
  add_picture (GTK_BOX (box), scene->graph, node);
  add_values (GTK_BOX (box), scene->graph->node_columns, node);
  add_links (GTK_BOX (box), scene, node, TRUE);
  add_links (GTK_BOX (box), scene, node, FALSE);
  return box;
}

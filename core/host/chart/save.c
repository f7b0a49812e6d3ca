/* SPDX-License-Identifier: Apache-2.0
 *
 * Pictures as files.  Equal data give equal bytes: no clock, no counter of the process.
 */
#include "host/chart/plot.h"
#include "host/registry/error.h"
#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <math.h>
#include <string.h>

#define PNG_SCALE 2 /* pixels a point */
#define PDF_SCALE (72. / 96)
#define LARGEST 16000

static cairo_status_t
append (void *closure, const unsigned char *data, unsigned int length)
{
  g_byte_array_append (closure, data, length);
  return CAIRO_STATUS_SUCCESS;
}

static GBytes *
finish (cairo_surface_t *surface, cairo_t *cr, GByteArray *bytes, GError **error)
{
  cairo_status_t status = cairo_status (cr);

  cairo_show_page (cr);
  cairo_destroy (cr);
  cairo_surface_finish (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    return g_byte_array_free_to_bytes (bytes);
  g_byte_array_unref (bytes);
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "The figure could not be drawn: %s.",
               cairo_status_to_string (status));
  return NULL;
}

static GBytes *
to_png (AssayChart *chart, double width, double height, GError **error)
{
  GByteArray *bytes = g_byte_array_new ();
  cairo_surface_t *surface = cairo_image_surface_create (
      CAIRO_FORMAT_RGB24, (int) ceil (width * PNG_SCALE), (int) ceil (height * PNG_SCALE));
  cairo_t *cr = cairo_create (surface);

  cairo_scale (cr, PNG_SCALE, PNG_SCALE);
  assay_chart_draw (chart, cr, width, height);
  cairo_surface_write_to_png_stream (surface, append, bytes);
  return finish (surface, cr, bytes, error);
}

static GBytes *
to_pdf (AssayChart *chart, double width, double height, GError **error)
{
  GByteArray *bytes = g_byte_array_new ();
  cairo_surface_t *surface
      = cairo_pdf_surface_create_for_stream (append, bytes, width * PDF_SCALE, height * PDF_SCALE);
  cairo_t *cr = cairo_create (surface);
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc ((gint64) chart->modified);
  g_autofree char *day = date ? g_date_time_format (date, "%Y-%m-%dT%H:%M:%SZ") : NULL;
  g_autofree char *title = chart_clean (chart->title, 200);

  /* The date of the data, not of the drawing. */
  if (day)
    cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_CREATE_DATE, day);
  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_TITLE, title);
  cairo_scale (cr, PDF_SCALE, PDF_SCALE);
  assay_chart_draw (chart, cr, width, height);
  return finish (surface, cr, bytes, error);
}

/* cairo numbers surfaces and clips through the whole process; here they count from 0 in the
 * order of their first mention, behind a prefix of the caller. */
static void
rename_ids (const char *svg, const char *prefix, GString *out)
{
  static const char *const marks[] = { "id=\"", "href=\"#", "url(#" };
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  while (*svg)
    {
      gsize skip = 0, length;

      for (guint i = 0; i < G_N_ELEMENTS (marks) && !skip; i++)
        if (g_str_has_prefix (svg, marks[i]))
          skip = strlen (marks[i]);
      if (!skip)
        {
          g_string_append_c (out, *svg++);
          continue;
        }
      g_string_append_len (out, svg, (gssize) skip);
      svg += skip;
      length = strcspn (svg, "\")");
      if (length)
        {
          g_autofree char *name = g_strndup (svg, length);
          guint number = GPOINTER_TO_UINT (g_hash_table_lookup (names, name));

          if (!number)
            {
              number = g_hash_table_size (names) + 1;
              g_hash_table_insert (names, g_steal_pointer (&name), GUINT_TO_POINTER (number));
            }
          g_string_append_printf (out, "%s%u", prefix, number);
        }
      svg += length;
    }
}

char *
assay_chart_svg (AssayChart *chart, const char *prefix, double width, double height, GError **error)
{
  GByteArray *raw = g_byte_array_new ();
  cairo_surface_t *surface;
  cairo_t *cr;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = NULL, *about = NULL, *escaped = NULL;
  GString *out;
  const char *body;

  if (width <= 0 || height <= 0)
    assay_chart_natural_size (chart, &width, &height);
  width = MIN (width, LARGEST);
  height = MIN (height, LARGEST);
  surface = cairo_svg_surface_create_for_stream (append, raw, width, height);
  cairo_svg_surface_set_document_unit (surface, CAIRO_SVG_UNIT_PX);
  cr = cairo_create (surface);
  assay_chart_draw (chart, cr, width, height);
  bytes = finish (surface, cr, raw, error);
  if (!bytes)
    return NULL;
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  about = assay_chart_describe (chart);
  escaped = g_markup_escape_text (about, -1);
  out = g_string_new (NULL);
  body = strstr (text, "<svg");
  body = body ? strchr (body, '>') : NULL;
  if (body)
    {
      g_string_append_len (out, text, body + 1 - text);
      g_string_append_printf (out, "\n<desc>%s</desc>", escaped);
      rename_ids (body + 1, prefix, out);
    }
  return g_string_free (out, FALSE);
}

static GBytes *
to_svg (AssayChart *chart, double width, double height, GError **error)
{
  char *text = assay_chart_svg (chart, "a", width, height, error);

  return text ? g_bytes_new_take (text, strlen (text)) : NULL;
}

char *
assay_chart_dot (AssayChart *chart)
{
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; i < chart->panels->len; i++)
    {
      const ChartPanel *panel = chart->panels->pdata[i];
      g_autofree char *name
          = g_strjoin (", ", assay_chart_title (chart), panel->row ? panel->row : panel->col,
                       panel->row ? panel->col : NULL, NULL);
      g_autofree char *dot = panel->graph ? assay_graph_dot (panel->graph, name) : NULL;

      if (dot)
        g_string_append (out, dot);
    }
  return out->len ? g_strdup (out->str) : NULL;
}

static GBytes *
to_dot (AssayChart *chart, double width, double height, GError **error)
{
  char *text = assay_chart_dot (chart);

  if (text)
    return g_bytes_new_take (text, strlen (text));
  g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
               "Figure %s shows no graph: only graphs are saved as .dot.", chart->id);
  return NULL;
}

static const struct Format
{
  const char *ending;
  GBytes *(*write) (AssayChart *chart, double width, double height, GError **error);
} formats[] = { { ".png", to_png }, { ".svg", to_svg }, { ".pdf", to_pdf }, { ".dot", to_dot } };

static const struct Format *
format_of (const char *path)
{
  g_autofree char *lower = g_ascii_strdown (path, -1);

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (g_str_has_suffix (lower, formats[i].ending))
      return &formats[i];
  return NULL;
}

gboolean
assay_chart_can_save (const char *path)
{
  return format_of (path) != NULL;
}

gboolean
assay_chart_save (AssayChart *chart, const char *path, double width, double height, GError **error)
{
  const struct Format *format = format_of (path);
  g_autoptr (GBytes) bytes = NULL;

  if (!format)
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_USAGE,
                   "%s: a figure is saved as .svg, .png or .pdf, a graph as .dot too; give the "
                   "file one of these endings.",
                   path);
      return FALSE;
    }
  if (width <= 0 || height <= 0)
    assay_chart_natural_size (chart, &width, &height);
  width = CLAMP (width, 40, LARGEST);
  height = CLAMP (height, 40, LARGEST);
  bytes = format->write (chart, width, height, error);
  return bytes
         && g_file_set_contents (path, g_bytes_get_data (bytes, NULL),
                                 (gssize) g_bytes_get_size (bytes), error);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "host/chart/style.h"
#include <math.h>
#include <pango/pangocairo.h>
#include <string.h>

#define RGB(hex)                                                                                   \
  {                                                                                                \
    ((hex) >> 16) / 255., ((hex) >> 8 & 255) / 255., ((hex) &255) / 255.                           \
  }

const ChartRgb chart_colours[CHART_N_COLOURS]
    = { RGB (0x004270), RGB (0xac2b01), RGB (0x0b7c5e), RGB (0x946e9c),
        RGB (0x3e89fe), RGB (0xe78601), RGB (0x22cac7), RGB (0xbfca92) };

const ChartRgb chart_dark_colours[CHART_N_COLOURS]
    = { RGB (0x367b9e), RGB (0xf3440e), RGB (0x10a768), RGB (0xa1a1a4),
        RGB (0x75b4fd), RGB (0xffb800), RGB (0x47f6eb), RGB (0xf3f0b3) };

/* Anchors with even steps of lightness; between them linear in sRGB. */
static const ChartRgb ramp[] = { RGB (0xf7f4e9), RGB (0xd9e4c4), RGB (0xa5d0b4), RGB (0x67b5b0),
                                 RGB (0x3b94a8), RGB (0x2e7199), RGB (0x2b4d81), RGB (0x1d2b57) };
static const ChartRgb warm[] = { RGB (0xf7f5f2), RGB (0xf3d3b0), RGB (0xe5a76f),
                                 RGB (0xc97839), RGB (0x9e4e18), RGB (0x6b2d08) };
static const ChartRgb cool[] = { RGB (0xf7f5f2), RGB (0xc4daea), RGB (0x8db8da),
                                 RGB (0x5890c2), RGB (0x33679e), RGB (0x1b4170) };

static ChartRgb
walk (const ChartRgb *anchors, guint n, double t)
{
  double at = CLAMP (t, 0, 1) * (n - 1);
  guint i = MIN ((guint) at, n - 2);
  double part = at - i;

  return (ChartRgb){ anchors[i].r + part * (anchors[i + 1].r - anchors[i].r),
                     anchors[i].g + part * (anchors[i + 1].g - anchors[i].g),
                     anchors[i].b + part * (anchors[i + 1].b - anchors[i].b) };
}

ChartRgb
chart_ramp (double t)
{
  return walk (ramp, G_N_ELEMENTS (ramp), isnan (t) ? 0 : t);
}

ChartRgb
chart_diverging (double t)
{
  return t < 0 ? walk (cool, G_N_ELEMENTS (cool), -t) : walk (warm, G_N_ELEMENTS (warm), t);
}

ChartRgb
chart_level_colour (gint i, guint n, gboolean ordered)
{
  if (i < 0)
    return chart_colours[0];
  if (ordered && n > 2)
    return chart_ramp (.35 + .65 * i / (n - 1));
  return chart_colours[i % CHART_N_COLOURS];
}

static double
linear_light (double c)
{
  return c <= .04045 ? c / 12.92 : pow ((c + .055) / 1.055, 2.4);
}

double
chart_lightness (ChartRgb c)
{
  double y = .2126 * linear_light (c.r) + .7152 * linear_light (c.g) + .0722 * linear_light (c.b);

  return y > 216. / 24389 ? 116 * cbrt (y) - 16 : y * 24389 / 27;
}

void
chart_set_colour (cairo_t *cr, ChartRgb colour, double alpha)
{
  if (alpha < 1)
    cairo_set_source_rgba (cr, colour.r, colour.g, colour.b, alpha);
  else
    cairo_set_source_rgb (cr, colour.r, colour.g, colour.b);
}

static cairo_user_data_key_t ground_key;

void
chart_set_ground (cairo_t *cr, const ChartGround *ground)
{
  cairo_set_user_data (cr, &ground_key, (gpointer) ground, NULL);
}

static const ChartGround *
ground_of (cairo_t *cr)
{
  static const ChartGround white = { { 0, 0, 0 }, { 1, 1, 1 } };
  const ChartGround *ground = cairo_get_user_data (cr, &ground_key);

  return ground ? ground : &white;
}

static ChartRgb
mix (ChartRgb a, ChartRgb b, double part)
{
  return (ChartRgb){ a.r + part * (b.r - a.r), a.g + part * (b.g - a.g), a.b + part * (b.b - a.b) };
}

gboolean
chart_is_dark (cairo_t *cr)
{
  return chart_lightness (ground_of (cr)->paper) < 50;
}

void
chart_set_grey (cairo_t *cr, double grey)
{
  chart_set_grey_alpha (cr, grey, 1);
}

void
chart_set_grey_alpha (cairo_t *cr, double grey, double alpha)
{
  const ChartGround *ground = ground_of (cr);

  chart_set_colour (cr, mix (ground->ink, ground->paper, grey), alpha);
}

ChartRgb
chart_ground_colour (cairo_t *cr, gint i, guint n, gboolean ordered)
{
  return chart_screen_colour (chart_is_dark (cr), i, n, ordered);
}

ChartRgb
chart_screen_colour (gboolean dark, gint i, guint n, gboolean ordered)
{
  if (!dark)
    return chart_level_colour (i, n, ordered);
  /* The ramp is walked the other way: what stands out is bright. */
  if (ordered && n > 2 && i >= 0)
    return chart_ramp (.6 - .6 * i / (n - 1));
  return chart_dark_colours[MAX (i, 0) % CHART_N_COLOURS];
}

ChartRgb
chart_ground_tint (cairo_t *cr, ChartRgb tint)
{
  return chart_is_dark (cr) ? mix (ground_of (cr)->paper, tint, .3) : tint;
}

/* In units of the line's width. */
static const struct
{
  int n;
  double lengths[6];
} dashes[CHART_N_DASHES] = { { 0, { 0 } },
                             { 2, { 4, 2 } },
                             { 2, { 1.2, 1.6 } },
                             { 4, { 5, 1.6, 1.2, 1.6 } },
                             { 6, { 5, 1.6, 1.2, 1.6, 1.2, 1.6 } } };

void
chart_set_dash (cairo_t *cr, gint i, double width, double phase)
{
  double lengths[6];
  int k = MAX (i, 0) % CHART_N_DASHES;

  for (int j = 0; j < dashes[k].n; j++)
    lengths[j] = dashes[k].lengths[j] * width;
  cairo_set_dash (cr, lengths, dashes[k].n, phase);
}

static void
polygon (cairo_t *cr, double x, double y, double r, int corners, double turn)
{
  for (int i = 0; i < corners; i++)
    cairo_line_to (cr, x + r * sin (turn + 2 * G_PI * i / corners),
                   y - r * cos (turn + 2 * G_PI * i / corners));
  cairo_close_path (cr);
}

static void
cross (cairo_t *cr, double x, double y, double r, double turn)
{
  static const double arm[][2]
      = { { .34, 1 },   { .34, .34 },   { 1, .34 },   { 1, -.34 }, { .34, -.34 }, { .34, -1 },
          { -.34, -1 }, { -.34, -.34 }, { -1, -.34 }, { -1, .34 }, { -.34, .34 }, { -.34, 1 } };
  double c = cos (turn) * r, s = sin (turn) * r;

  for (guint i = 0; i < G_N_ELEMENTS (arm); i++)
    cairo_line_to (cr, x + arm[i][0] * c - arm[i][1] * s, y + arm[i][0] * s + arm[i][1] * c);
  cairo_close_path (cr);
}

void
chart_marker (cairo_t *cr, gint i, double x, double y, double r)
{
  cairo_new_path (cr);
  i = MAX (i, 0);
  /* Where the colours begin again the markers are others. */
  switch ((i + i / CHART_N_COLOURS) % CHART_N_MARKERS)
    {
    case 0:
      cairo_arc (cr, x, y, r, 0, 2 * G_PI);
      cairo_close_path (cr);
      break;
    case 1:
      polygon (cr, x, y, r * 1.2, 4, G_PI / 4);
      break;
    case 2:
      polygon (cr, x, y + r * .2, r * 1.3, 3, 0);
      break;
    case 3:
      polygon (cr, x, y, r * 1.25, 4, 0);
      break;
    case 4:
      polygon (cr, x, y - r * .2, r * 1.3, 3, G_PI);
      break;
    case 5:
      cross (cr, x, y, r * 1.15, 0);
      break;
    case 6:
      polygon (cr, x, y, r * 1.15, 5, 0);
      break;
    default:
      cross (cr, x, y, r * 1.15, G_PI / 4);
      break;
    }
  cairo_fill (cr);
}

char *
chart_clean (const char *text, glong max)
{
  /* Cut first, so that a label of megabytes costs nothing; 6 bytes hold any character. */
  gsize length = text ? strnlen (text, (gsize) max * 6) : 0;
  g_autofree char *valid = g_utf8_make_valid (text ? text : "", (gssize) length);
  GString *out = g_string_new (NULL);
  glong n = 0;

  for (const char *p = valid; *p; p = g_utf8_next_char (p), n++)
    {
      gunichar c = g_utf8_get_char (p);

      if (n == max)
        {
          g_string_append (out, "…");
          break;
        }
      /* Line and paragraph ends, and the marks that turn the text around them. */
      if (g_unichar_iscntrl (c) || c == 0x2028 || c == 0x2029 || (c >= 0x202a && c <= 0x202e)
          || (c >= 0x2066 && c <= 0x2069))
        g_string_append_c (out, ' ');
      else
        g_string_append_unichar (out, c);
    }
  return g_string_free (out, FALSE);
}

/* @text is shown as it is. */
static PangoLayout *
layout_of (cairo_t *cr, const char *text, const ChartFont *font)
{
  PangoLayout *layout = pango_cairo_create_layout (cr);
  PangoContext *context = pango_layout_get_context (layout);
  PangoFontDescription *face = pango_font_description_new ();
  cairo_font_options_t *options = cairo_font_options_create ();

  /* The same outlines at the same places on every surface. */
  cairo_font_options_set_hint_style (options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics (options, CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_antialias (options, CAIRO_ANTIALIAS_GRAY);
  pango_cairo_context_set_font_options (context, options);
  pango_context_set_round_glyph_positions (context, FALSE);
  cairo_font_options_destroy (options);
  pango_font_description_set_family_static (face, "Sans");
  pango_font_description_set_absolute_size (face, font->size * PANGO_SCALE);
  if (font->bold)
    pango_font_description_set_weight (face, PANGO_WEIGHT_BOLD);
  pango_layout_set_font_description (layout, face);
  pango_font_description_free (face);
  pango_layout_set_text (layout, text, -1);
  pango_layout_set_single_paragraph_mode (layout, TRUE);
  if (font->width > 0)
    {
      pango_layout_set_width (layout, (int) (MIN (font->width, 1e5) * PANGO_SCALE));
      pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
      pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
      pango_layout_set_height (layout, -MAX (font->lines, 1));
    }
  return layout;
}

static PangoLayout *
layout_new (cairo_t *cr, const char *text, const ChartFont *font)
{
  g_autofree char *clean = chart_clean (text, font->lines > 1 ? 2000 : 300);

  return layout_of (cr, clean, font);
}

void
chart_text (cairo_t *cr, const char *text, const ChartFont *font, double x, double y, double ax,
            double ay)
{
  PangoLayout *layout = layout_new (cr, text, font);
  PangoRectangle box;

  pango_layout_get_extents (layout, NULL, &box);
  cairo_save (cr);
  cairo_translate (cr, x, y);
  if (font->angle != 0)
    cairo_rotate (cr, font->angle);
  cairo_move_to (cr, (-box.x - ax * box.width) / PANGO_SCALE,
                 (-box.y - ay * box.height) / PANGO_SCALE);
  pango_cairo_show_layout (cr, layout);
  cairo_restore (cr);
  cairo_new_path (cr);
  g_object_unref (layout);
}

void
chart_text_size (cairo_t *cr, const char *text, const ChartFont *font, double *width,
                 double *height)
{
  PangoLayout *layout = layout_new (cr, text, font);
  PangoRectangle box;

  pango_layout_get_extents (layout, NULL, &box);
  if (width)
    *width = (double) box.width / PANGO_SCALE;
  if (height)
    *height = (double) box.height / PANGO_SCALE;
  g_object_unref (layout);
}

static guint16
channel16 (double part)
{
  return (guint16) lrint (CLAMP (part, 0, 1) * 65535);
}

void
chart_text_tinted (cairo_t *cr, const char *text, const ChartFont *font, const GArray *tints,
                   double x, double y)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  PangoLayout *layout = layout_of (cr, valid, font);
  PangoAttrList *list = pango_attr_list_new ();

  for (guint i = 0; tints && i < tints->len; i++)
    {
      const ChartTint *tint = &g_array_index (tints, ChartTint, i);
      ChartRgb colour = chart_ground_tint (cr, tint->colour);
      PangoAttribute *ground = pango_attr_background_new (
          channel16 (colour.r), channel16 (colour.g), channel16 (colour.b));

      ground->start_index = tint->from;
      ground->end_index = MAX (tint->from, tint->to);
      pango_attr_list_insert (list, ground);
    }
  pango_layout_set_attributes (layout, list);
  pango_attr_list_unref (list);
  cairo_move_to (cr, x, y);
  pango_cairo_show_layout (cr, layout);
  cairo_new_path (cr);
  g_object_unref (layout);
}

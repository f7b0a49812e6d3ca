/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/effect-bar.h"

#include "host/chart/scale.h"
#include "ui/desktop/verdicts.h"
#include <math.h>

#define HEIGHT 26
#define NUMBERS 16 /* pixels below, for the ends of the axis */
#define MARGIN 7
#define WIDTH 90

struct _StudioEffectBar
{
  GtkWidget parent_instance;
  StudioEffect effect;
  StudioEffectRange range;
  gboolean numbers;
};

G_DEFINE_FINAL_TYPE (StudioEffectBar, studio_effect_bar, GTK_TYPE_WIDGET)

/* ---- numbers ---- */

StudioEffect
studio_effect_of_verdict (const AssayVerdict *verdict)
{
  const AssayVerdictPart *part = verdict->parts->len > 0 ? verdict->parts->pdata[0] : NULL;

  return (StudioEffect){ verdict->effect,
                         verdict->low,
                         verdict->high,
                         studio_claim_paper_number (verdict->claim),
                         verdict->claim->expect,
                         verdict->kind,
                         part != NULL && part->ratio };
}

StudioEffect
studio_effect_of_part (const AssayVerdict *verdict, const AssayVerdictPart *part)
{
  return (StudioEffect){
    part->effect,           part->low,  part->high, studio_claim_paper_number (verdict->claim),
    verdict->claim->expect, part->kind, part->ratio
  };
}

static void
hold (StudioEffectRange *range, double value)
{
  if (!isfinite (value))
    return;
  range->lo = MIN (range->lo, value);
  range->hi = MAX (range->hi, value);
}

static gboolean
is_log (const StudioEffect *effect, StudioEffectRange range)
{
  return effect->ratio && range.lo > 0;
}

StudioEffectRange
studio_effect_range (const StudioEffect *effect)
{
  const AssayExpect *expect = &effect->expect;
  StudioEffectRange range = { INFINITY, -INFINITY };
  double air;

  hold (&range, effect->effect);
  hold (&range, effect->low);
  hold (&range, effect->high);
  if (!(range.lo <= range.hi))
    return (StudioEffectRange){ 0, 0 };
  hold (&range, effect->paper);
  if (expect->kind == ASSAY_EXPECT_ABOVE || expect->kind == ASSAY_EXPECT_WITHIN)
    hold (&range, expect->lo);
  if (expect->kind == ASSAY_EXPECT_BELOW || expect->kind == ASSAY_EXPECT_WITHIN)
    hold (&range, expect->hi);
  if (is_log (effect, range))
    {
      air = MAX (pow (range.hi / range.lo, .15), 1.05);
      return (StudioEffectRange){ range.lo / air, range.hi * air };
    }
  air = range.hi > range.lo ? .15 * (range.hi - range.lo) : MAX (fabs (range.hi) * .1, 1e-9);
  return (StudioEffectRange){ range.lo - air, range.hi + air };
}

StudioEffectRange
studio_effect_range_join (StudioEffectRange a, StudioEffectRange b)
{
  if (!(a.lo < a.hi))
    return b;
  if (!(b.lo < b.hi))
    return a;
  return (StudioEffectRange){ MIN (a.lo, b.lo), MAX (a.hi, b.hi) };
}

double
studio_effect_place (const StudioEffect *effect, StudioEffectRange range, double value)
{
  if (is_log (effect, range))
    return value > 0 ? log (value / range.lo) / log (range.hi / range.lo) : -1;
  return (value - range.lo) / (range.hi - range.lo);
}

/* "above 0", the rule's last words. */
static char *
expectation (const AssayExpect *expect)
{
  g_autofree char *lo = chart_number (expect->lo), *hi = chart_number (expect->hi);

  if (expect->kind == ASSAY_EXPECT_ABOVE)
    return g_strdup_printf ("above %s", lo);
  if (expect->kind == ASSAY_EXPECT_BELOW)
    return g_strdup_printf ("below %s", hi);
  if (expect->kind == ASSAY_EXPECT_WITHIN)
    return g_strdup_printf ("between %s and %s", lo, hi);
  return NULL;
}

char *
studio_effect_describe (const StudioEffect *effect)
{
  g_autofree char *value = chart_number (effect->effect), *low = chart_number (effect->low),
                  *high = chart_number (effect->high), *paper = chart_number (effect->paper),
                  *expected = expectation (&effect->expect);
  GString *out;

  if (isnan (effect->effect))
    return g_strdup ("No effect yet");
  out = g_string_new (NULL);
  g_string_append_printf (out, "Ours %s", value);
  if (isfinite (effect->low) && isfinite (effect->high))
    g_string_append_printf (out, ", 95 %% interval %s to %s", low, high);
  if (expected != NULL)
    g_string_append_printf (out, "; expected %s", expected);
  if (isfinite (effect->paper))
    g_string_append_printf (out, "; the paper's value %s", paper);
  return g_string_free (out, FALSE);
}

/* ---- drawing ---- */

typedef struct
{
  const StudioEffectBar *bar;
  cairo_t *cr;
  double width, middle;
  GdkRGBA ink, region, mark;
} Drawing;

static double
x_of (const Drawing *d, double value)
{
  double place = studio_effect_place (&d->bar->effect, d->bar->range, value);

  return MARGIN + CLAMP (place, -.02, 1.02) * (d->width - 2 * MARGIN);
}

static void
set_colour (const Drawing *d, const GdkRGBA *colour, double alpha)
{
  cairo_set_source_rgba (d->cr, (double) colour->red, (double) colour->green, (double) colour->blue,
                         (double) colour->alpha * alpha);
}

static void
line (const Drawing *d, double x0, double y0, double x1, double y1)
{
  cairo_move_to (d->cr, x0, y0);
  cairo_line_to (d->cr, x1, y1);
  cairo_stroke (d->cr);
}

/* Where the effect is expected: shaded, with a line at each of its ends. */
static void
draw_expectation (const Drawing *d)
{
  const AssayExpect *expect = &d->bar->effect.expect;
  gboolean below = expect->kind == ASSAY_EXPECT_BELOW || expect->kind == ASSAY_EXPECT_WITHIN;
  gboolean above = expect->kind == ASSAY_EXPECT_ABOVE || expect->kind == ASSAY_EXPECT_WITHIN;
  double from = above ? x_of (d, expect->lo) : 0, to = below ? x_of (d, expect->hi) : d->width;
  static const double dashes[] = { 3, 2 };

  if (!above && !below)
    return;
  set_colour (d, &d->region, .16);
  cairo_rectangle (d->cr, from, 2, to - from, HEIGHT - 4);
  cairo_fill (d->cr);
  set_colour (d, &d->ink, .75);
  cairo_set_line_width (d->cr, 1);
  cairo_set_dash (d->cr, dashes, 2, 0);
  if (above)
    line (d, round (from) + .5, 2, round (from) + .5, HEIGHT - 2);
  if (below)
    line (d, round (to) + .5, 2, round (to) + .5, HEIGHT - 2);
  cairo_set_dash (d->cr, NULL, 0, 0);
}

static void
draw_interval (const Drawing *d)
{
  const StudioEffect *effect = &d->bar->effect;
  double x = x_of (d, effect->effect), y = d->middle;

  set_colour (d, &d->mark, 1);
  cairo_set_line_width (d->cr, 2);
  if (isfinite (effect->low) && isfinite (effect->high))
    {
      double low = x_of (d, effect->low), high = x_of (d, effect->high);

      line (d, low, y, high, y);
      line (d, low, y - 4, low, y + 4);
      line (d, high, y - 4, high, y + 4);
    }
  cairo_arc (d->cr, x, y, 4.5, 0, 2 * G_PI);
  cairo_fill (d->cr);
}

/* A hollow diamond, the sign of the paper in figures, too. */
static void
draw_paper (const Drawing *d)
{
  double x = x_of (d, d->bar->effect.paper), y = d->middle;

  if (!isfinite (d->bar->effect.paper))
    return;
  cairo_move_to (d->cr, x, y - 6);
  cairo_line_to (d->cr, x + 6, y);
  cairo_line_to (d->cr, x, y + 6);
  cairo_line_to (d->cr, x - 6, y);
  cairo_close_path (d->cr);
  set_colour (d, &d->ink, .95);
  cairo_set_line_width (d->cr, 1.6);
  cairo_stroke (d->cr);
}

static void
draw_number (const Drawing *d, GtkSnapshot *snapshot, double value, gboolean right)
{
  g_autofree char *text = chart_number (value);
  g_autoptr (PangoLayout) layout
      = gtk_widget_create_pango_layout (GTK_WIDGET ((gpointer) d->bar), text);
  PangoAttrList *attributes = pango_attr_list_new ();
  GdkRGBA ink = d->ink;
  int width;

  pango_attr_list_insert (attributes, pango_attr_scale_new (PANGO_SCALE_X_SMALL));
  pango_layout_set_attributes (layout, attributes);
  pango_attr_list_unref (attributes);
  pango_layout_get_pixel_size (layout, &width, NULL);
  ink.alpha *= .7f;
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (
      snapshot, &GRAPHENE_POINT_INIT (right ? (float) d->width - (float) width : 0, HEIGHT));
  gtk_snapshot_append_layout (snapshot, layout, &ink);
  gtk_snapshot_restore (snapshot);
}

static GdkRGBA
named_colour (GtkWidget *widget, const char *name, GdkRGBA fallback)
{
  GdkRGBA colour;

  return gtk_style_context_lookup_color (gtk_widget_get_style_context (widget), name, &colour)
             ? colour
             : fallback;
}

static void
studio_effect_bar_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  static const char *const colours[]
      = { "accent_color", "error_color", "warning_color", NULL, NULL };
  const StudioEffectBar *bar = STUDIO_EFFECT_BAR (widget);
  const char *mark = colours[MIN (bar->effect.kind, ASSAY_NOT_RUN)];
  Drawing d = { .bar = bar, .width = gtk_widget_get_width (widget), .middle = HEIGHT / 2. };

  if (!(bar->range.lo < bar->range.hi))
    return;
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &d.ink);
  d.region = named_colour (widget, "accent_color", d.ink);
  d.mark = mark != NULL ? named_colour (widget, mark, d.ink) : d.ink;
  d.cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) d.width, HEIGHT));
  draw_expectation (&d);
  set_colour (&d, &d.ink, .3);
  cairo_set_line_width (d.cr, 1);
  line (&d, 0, HEIGHT - 1.5, d.width, HEIGHT - 1.5);
  draw_interval (&d);
  draw_paper (&d);
  cairo_destroy (d.cr);
  if (bar->numbers)
    {
      draw_number (&d, snapshot, bar->range.lo, FALSE);
      draw_number (&d, snapshot, bar->range.hi, TRUE);
    }
}

static void
studio_effect_bar_measure (GtkWidget *widget, GtkOrientation orientation, int for_size,
                           int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    *minimum = *natural = WIDTH;
  else
    *minimum = *natural = HEIGHT + (STUDIO_EFFECT_BAR (widget)->numbers ? NUMBERS : 0);
}

void
studio_effect_bar_set (StudioEffectBar *bar, const StudioEffect *effect,
                       const StudioEffectRange *range, gboolean numbers)
{
  g_autofree char *description = studio_effect_describe (effect);

  bar->effect = *effect;
  bar->range = range != NULL ? *range : studio_effect_range (effect);
  bar->numbers = numbers;
  gtk_accessible_update_property (GTK_ACCESSIBLE (bar), GTK_ACCESSIBLE_PROPERTY_LABEL, description,
                                  -1);
  gtk_widget_set_tooltip_text (GTK_WIDGET (bar), description);
  gtk_widget_queue_resize (GTK_WIDGET (bar));
}

GtkWidget *
studio_effect_bar_new (void)
{
  return g_object_new (STUDIO_TYPE_EFFECT_BAR, NULL);
}

static void
studio_effect_bar_class_init (StudioEffectBarClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  widget_class->snapshot = studio_effect_bar_snapshot;
  widget_class->measure = studio_effect_bar_measure;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_set_css_name (widget_class, "effectbar");
}

static void
studio_effect_bar_init (StudioEffectBar *bar)
{
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "host/chart/legend.h"
#include <math.h>

#define SAMPLE 24 /* width of the line before a label */
#define ROW 15.5
#define MAX_ENTRIES 40

static const ChartFont font = { .size = 11 };

typedef enum
{
  ENTRY_TITLE,
  ENTRY_COLOR,
  ENTRY_DASH,
  ENTRY_REFERENCE,
  ENTRY_RULE,
  ENTRY_DIAGONAL,
  ENTRY_PAPER
} EntryKind;

typedef struct
{
  EntryKind kind;
  gint level;
  char *text;
  double width;
} Entry;

static void
entry_clear (gpointer data)
{
  g_free (((Entry *) data)->text);
}

static void
add (GArray *entries, EntryKind kind, gint level, char *text)
{
  Entry entry = { kind, level, text, 0 };

  g_array_append_val (entries, entry);
}

static char *
count_text (guint low, guint high)
{
  return low == high ? g_strdup_printf ("n = %u", low) : g_strdup_printf ("n = %u–%u", low, high);
}

/* "(n = 3)" once when all levels have it, else behind each. */
static void
add_key (GArray *entries, ChartKey *key, EntryKind kind)
{
  guint low = G_MAXUINT, high = 0;
  gboolean same = TRUE;

  if (!key->levels || !key->levels->len)
    return;
  for (guint i = 0; i < key->levels->len; i++)
    {
      guint a = g_array_index (key->n_low, guint, i), b = g_array_index (key->n_high, guint, i);

      if (b == 0)
        continue;
      same = same && (high == 0 || (a == low && b == high));
      low = MIN (low, a);
      high = MAX (high, b);
    }
  if (high > 0 && same && kind == ENTRY_COLOR)
    {
      g_autofree char *count = count_text (low, high);

      add (entries, ENTRY_TITLE, 0,
           g_strdup_printf ("%s (%s)", key->title ? key->title : "", count));
    }
  else
    add (entries, ENTRY_TITLE, 0, g_strdup (key->title ? key->title : ""));
  for (guint i = 0; i < key->levels->len && i < MAX_ENTRIES; i++)
    {
      const char *level = key->levels->pdata[i];
      guint a = g_array_index (key->n_low, guint, i), b = g_array_index (key->n_high, guint, i);
      g_autofree char *count = b > 0 && !same ? count_text (a, b) : NULL;

      add (entries, kind, (gint) i,
           count ? g_strdup_printf ("%s (%s)", level, count) : g_strdup (level));
    }
  if (key->levels->len > MAX_ENTRIES)
    add (entries, ENTRY_TITLE, 0, g_strdup_printf ("and %u more", key->levels->len - MAX_ENTRIES));
}

static const char *
reference_label (AssayChart *chart)
{
  for (guint i = 0; i < chart->panels->len; i++)
    {
      ChartPanel *panel = chart->panels->pdata[i];

      for (guint j = 0; j < panel->series->len; j++)
        if (((ChartSeries *) panel->series->pdata[j])->reference)
          return ((ChartSeries *) panel->series->pdata[j])->label;
    }
  return NULL;
}

static GArray *
entries_of (AssayChart *chart)
{
  GArray *entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  const char *reference = reference_label (chart);

  g_array_set_clear_func (entries, entry_clear);
  add_key (entries, &chart->color, ENTRY_COLOR);
  add_key (entries, &chart->dash, ENTRY_DASH);
  if (reference)
    add (entries, ENTRY_REFERENCE, 0, g_strdup (reference));
  for (guint i = 0; i < chart->rules->len; i++)
    {
      ChartRule *rule = chart->rules->pdata[i];

      if (rule->label)
        add (entries, ENTRY_RULE, (gint) i, g_strdup (rule->label));
    }
  if (chart->diagonal)
    add (entries, ENTRY_DIAGONAL, 0, g_strdup ("y = x"));
  if (chart->references->len && chart->kind != ASSAY_TABLE_OF_CELLS)
    add (entries, ENTRY_PAPER, 0, g_strdup ("paper"));
  return entries;
}

static gboolean
is_line (const AssayChart *chart)
{
  return chart->kind == ASSAY_LINE || chart->kind == ASSAY_SURVIVAL
         || chart->kind == ASSAY_HIST_CUMULATIVE;
}

static void
draw_line_sample (cairo_t *cr, double x, double y, gint dash, double width)
{
  cairo_set_line_width (cr, width);
  chart_set_dash (cr, dash, width, 0);
  cairo_move_to (cr, x, y);
  cairo_line_to (cr, x + SAMPLE - 5, y);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
}

static void
draw_color (AssayChart *chart, cairo_t *cr, gint level, double x, double y)
{
  guint n = chart->color.levels->len;

  chart_set_colour (cr, chart_ground_colour (cr, level, n, chart->color.ordered), 1);
  if (is_line (chart))
    {
      draw_line_sample (cr, x, y, chart->dash.levels ? 0 : level, 1.8);
      if (chart->kind == ASSAY_LINE)
        chart_marker (cr, level, x + (SAMPLE - 5) / 2., y, 3);
    }
  else if (chart->kind == ASSAY_POINT)
    chart_marker (cr, level, x + (SAMPLE - 5) / 2., y, 3.5);
  else
    {
      cairo_rectangle (cr, x + SAMPLE - 19, y - 5, 14, 10);
      cairo_fill (cr);
    }
}

static void
draw_dash (AssayChart *chart, cairo_t *cr, gint level, double x, double y)
{
  chart_set_grey (cr, .3);
  if (is_line (chart))
    draw_line_sample (cr, x, y, level, 1.8);
  else if (chart->kind == ASSAY_BAR)
    {
      ChartBox box = { x + SAMPLE - 19, y - 5, 14, 10 };

      chart_fill_pattern (cr, &box, (ChartRgb){ .3, .3, .3 }, level);
    }
  else
    chart_marker (cr, level, x + (SAMPLE - 5) / 2., y, 3.5);
}

static void
draw_entry (AssayChart *chart, cairo_t *cr, const Entry *entry, double x, double y, double width)
{
  ChartFont clipped = font;
  double indent = entry->kind == ENTRY_TITLE ? 0 : SAMPLE;

  switch (entry->kind)
    {
    case ENTRY_COLOR:
      draw_color (chart, cr, entry->level, x, y);
      break;
    case ENTRY_DASH:
      draw_dash (chart, cr, entry->level, x, y);
      break;
    case ENTRY_REFERENCE:
      chart_set_grey (cr, .25);
      draw_line_sample (cr, x, y, 1, 1.4);
      break;
    case ENTRY_RULE:
      chart_set_grey (cr, .35);
      draw_line_sample (cr, x, y, entry->level + 1, 1.2);
      break;
    case ENTRY_DIAGONAL:
      chart_set_grey (cr, .55);
      draw_line_sample (cr, x, y, 1, 1.2);
      break;
    case ENTRY_PAPER:
      chart_draw_paper (cr, x + (SAMPLE - 5) / 2., y);
      break;
    default:
      break;
    }
  clipped.width = MAX (width - indent, 10);
  chart_set_grey (cr, entry->kind == ENTRY_TITLE ? .4 : .1);
  chart_text (cr, entry->text, &clipped, x + indent, y, 0, .5);
}

/* Where a level can be pointed at; one that is hidden is faint and struck through. */
static void
place_entry (AssayChart *chart, cairo_t *cr, const Entry *entry, double x, double y, double width)
{
  ChartLegendPlace place
      = { { x, y - ROW / 2, width, ROW }, entry->kind == ENTRY_DASH, (guint) entry->level };
  gboolean hidden = chart_key_hides (place.dash ? &chart->dash : &chart->color, entry->level);

  if (entry->kind == ENTRY_COLOR || entry->kind == ENTRY_DASH)
    g_array_append_val (chart->legend, place);
  else
    hidden = FALSE;
  if (hidden)
    cairo_push_group (cr);
  draw_entry (chart, cr, entry, x, y, width);
  if (!hidden)
    return;
  chart_set_grey (cr, .1);
  cairo_set_line_width (cr, 1);
  cairo_move_to (cr, x, y);
  cairo_line_to (cr, x + MIN (width, entry->width - 14), y);
  cairo_stroke (cr);
  cairo_pop_group_to_source (cr);
  cairo_paint_with_alpha (cr, .45);
}

/** Where entries may stand. */
typedef struct
{
  double x, title, room, column;
  guint columns;
} Grid;

/* A title and the entries up to the next. */
static guint
section_length (const GArray *entries, guint from)
{
  guint n = 1;

  while (from + n < entries->len && g_array_index (entries, Entry, from + n).kind != ENTRY_TITLE)
    n++;
  return n;
}

/* Side by side where one row takes them all, else in columns.  Gives the index behind. */
static guint
take_section (AssayChart *chart, cairo_t *cr, const GArray *entries, guint from, guint n,
              const Grid *grid, double *y, gboolean paint)
{
  gboolean titled = g_array_index (entries, Entry, from).kind == ENTRY_TITLE;
  double sum = 0, at = 0;

  if (titled && paint)
    draw_entry (chart, cr, &g_array_index (entries, Entry, from), grid->x, *y, grid->title - 6);
  for (guint i = from + titled; i < from + n; i++)
    sum += g_array_index (entries, Entry, i).width;
  for (guint i = from + titled, place = 0; i < from + n; i++, place++)
    {
      const Entry *entry = &g_array_index (entries, Entry, i);
      double width = sum <= grid->room ? entry->width : grid->column;

      if (sum > grid->room && place == grid->columns)
        {
          place = 0;
          at = 0;
          *y += ROW;
        }
      if (paint)
        place_entry (chart, cr, entry, grid->x + grid->title + at, *y, width - 6);
      at += width;
    }
  *y += ROW;
  return from + n;
}

/* A key's title stands at the left, its entries beside it in columns of one width. */
void
chart_take_legend (AssayChart *chart, cairo_t *cr, double *x, double *y, double *width,
                   double *height, gboolean paint)
{
  g_autoptr (GArray) entries = NULL;
  double column = 40, title = 0, at_y = *y + ROW / 2, room;
  guint columns;

  if (paint)
    g_array_set_size (chart->legend, 0);
  if (!(chart->mark->flags & CHART_LEGEND))
    return;
  entries = entries_of (chart);
  if (!entries->len)
    return;
  for (guint i = 0; i < entries->len; i++)
    {
      Entry *entry = &g_array_index (entries, Entry, i);

      chart_text_size (cr, entry->text, &font, &entry->width, NULL);
      entry->width += entry->kind == ENTRY_TITLE ? 12 : SAMPLE + 14;
      if (entry->kind == ENTRY_TITLE)
        title = MAX (title, entry->width);
      else
        column = MAX (column, entry->width);
    }
  title = MIN (title, *width * .42);
  room = *width - title;
  columns = (guint) CLAMP (floor (room / column), 1, 8);
  column = MIN (column, room / columns);
  for (guint i = 0; i < entries->len;)
    {
      guint n = section_length (entries, i);

      i = take_section (chart, cr, entries, i, n, &(Grid){ *x, title, room, column, columns },
                        &at_y, paint);
    }
  at_y += 5 - ROW / 2;
  *height -= at_y - *y;
  *y = at_y;
}

double
chart_legend_width (AssayChart *chart, cairo_t *cr)
{
  g_autoptr (GArray) entries = chart->mark->flags & CHART_LEGEND ? entries_of (chart) : NULL;
  double widest = 0, title = 0, sum = 0;

  for (guint i = 0; entries && i < entries->len; i++)
    {
      const Entry *entry = &g_array_index (entries, Entry, i);
      double width;

      chart_text_size (cr, entry->text, &font, &width, NULL);
      if (entry->kind == ENTRY_TITLE)
        {
          title = MAX (title, width + 12);
          sum = 0;
        }
      else
        sum += width + SAMPLE + 14;
      widest = MAX (widest, sum);
    }
  return title + widest;
}

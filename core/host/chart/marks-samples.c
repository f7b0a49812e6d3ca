/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts to read, arms side by side.
 */
#include "host/chart/build.h"
#include "host/chart/marks.h"
#include "host/registry/json.h"
#include "host/store/filter.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ROWS 12
#define MAX_COLUMNS 6
#define MAX_BYTES (16 << 20) /* read of one file of samples */
#define MAX_CHARS 600        /* shown of one text */
#define ROW 84
#define HEAD 22

static guint
n_categories (const ChartAxis *axis)
{
  return axis->categories ? MAX (axis->categories->len, 1) : 1;
}

void
chart_size_samples (AssayChart *chart, double *width, double *height)
{
  *width = CLAMP (150 + 230. * n_categories (&chart->x), 420, 1200);
  *height = HEAD + (double) ROW * n_categories (&chart->y);
}

static void
draw_rule (cairo_t *cr, const ChartBox *box, double y, double width, double grey)
{
  chart_set_grey (cr, grey);
  cairo_set_line_width (cr, width);
  cairo_move_to (cr, box->x, y);
  cairo_line_to (cr, box->x + box->width, y);
  cairo_stroke (cr);
}

/* Light, so that black text stands on it. */
static GArray *
tints_of (const ChartSample *sample)
{
  GArray *tints = g_array_new (FALSE, FALSE, sizeof (ChartTint));
  double most = 0;

  for (guint i = 0; i < sample->spans->len; i++)
    {
      double value = (double) g_array_index (sample->spans, AssaySpan, i).value;

      most = isfinite (value) ? MAX (most, fabs (value)) : most;
    }
  for (guint i = 0; i < sample->spans->len && most > 0; i++)
    {
      const AssaySpan *span = &g_array_index (sample->spans, AssaySpan, i);
      ChartTint tint = { span->from, span->to, chart_diverging (.5 * (double) span->value / most) };

      g_array_append_val (tints, tint);
    }
  return tints;
}

static void
draw_sample (const ChartSample *sample, const ChartBox *box, cairo_t *cr)
{
  ChartFont font = { .size = 10, .width = box->width - 10, .lines = 3 };
  ChartFont small = { .size = 9, .width = box->width - 10, .lines = 3 };
  g_autoptr (GArray) tints = tints_of (sample);
  g_autofree char *twins
      = sample->twins > 1 ? g_strdup_printf ("the same text %u times", sample->twins) : NULL;
  g_autofree char *below = g_strdup_printf ("%s%s%s", sample->note ? sample->note : "",
                                            sample->note && twins ? " · " : "", twins ? twins : "");

  if (twins)
    {
      ChartRgb light = { 1, .96, .85 }, strong = { 1, .72, .2 };

      chart_set_colour (cr, chart_ground_tint (cr, chart_is_dark (cr) ? strong : light), 1);
      cairo_rectangle (cr, box->x + 1, box->y + 1, box->width - 3, box->height - 2);
      cairo_fill (cr);
    }
  chart_set_grey (cr, .1);
  chart_text_tinted (cr, sample->text, &font, tints, box->x + 4, box->y + 4);
  chart_set_grey (cr, .4);
  if (*below)
    chart_text (cr, below, &small, box->x + 4, box->y + box->height - 3, 0, 1);
}

void
chart_draw_samples (AssayChart *chart, ChartPanel *panel, cairo_t *cr)
{
  guint columns = n_categories (&chart->x), rows = n_categories (&chart->y);
  const ChartBox *b = &panel->box;
  double names = MIN (150, b->width * .25), width = (b->width - names) / columns;
  double height = MAX ((b->height - HEAD) / rows, 24);
  ChartFont head = { .size = 11, .bold = TRUE, .width = MAX (width - 8, 8) };
  ChartFont name = { .size = 10, .width = names - 8, .lines = 4 };

  draw_rule (cr, b, b->y + .5, 1.2, .1);
  draw_rule (cr, b, b->y + HEAD, .7, .1);
  for (guint i = 0; chart->x.categories && i < columns; i++)
    chart_text (cr, chart->x.categories->pdata[i], &head, b->x + names + i * width + 4,
                b->y + HEAD / 2., 0, .5);
  for (guint i = 0; chart->y.categories && i < rows; i++)
    {
      chart_set_grey (cr, .3);
      chart_text (cr, chart->y.categories->pdata[i], &name, b->x + 2, b->y + HEAD + i * height + 4,
                  0, 0);
      draw_rule (cr, b, b->y + HEAD + (i + 1) * height, i + 1 < rows ? .4 : 1.2,
                 i + 1 < rows ? .7 : .1);
    }
  for (guint i = 0; i < panel->texts->len; i++)
    {
      const ChartSample *sample = panel->texts->pdata[i];
      ChartBox box = { b->x + names + sample->column * width, b->y + HEAD + sample->row * height,
                       width, height };

      draw_sample (sample, &box, cr);
    }
}

/* ---- from runs ---- */

/** Where a text belongs. */
typedef struct
{
  ChartBuilder *b;
  AssayRunDir *dir;
  JsonObject *sample;
  GHashTable *frames; /* metric -> AssayFrame of this run */
} Source;

static const char *
lookup (gpointer row, const char *key)
{
  const Source *source = row;
  const char *label = assay_json_text (source->sample, key, NULL);

  return label ? label : chart_run_level (source->dir, key);
}

static gint
place (ChartAxis *axis, const char *name, guint most)
{
  for (guint i = 0; axis->categories && i < axis->categories->len; i++)
    if (strcmp (axis->categories->pdata[i], name) == 0)
      return (gint) i;
  if (n_categories (axis) >= most && axis->categories)
    return -1;
  chart_add_category (axis, name);
  return (gint) axis->categories->len - 1;
}

static gboolean
is_label (const char *key)
{
  return strcmp (key, "prompt") != 0 && strcmp (key, "text") != 0 && strcmp (key, "spans") != 0;
}

/* The prompt, or where there is none the labels; both tell rows apart. */
static char *
row_name (const Source *source)
{
  const char *prompt = assay_json_text (source->sample, "prompt", "");
  g_autoptr (GList) members = json_object_get_members (source->sample);
  GString *out = g_string_new (prompt);

  members = g_list_sort (members, (GCompareFunc) strcmp);
  for (GList *m = members; m; m = m->next)
    if (is_label (m->data) && g_strcmp0 (m->data, source->b->figure->col) != 0)
      g_string_append_printf (out, "%s%s=%s", out->len ? " · " : "", (char *) m->data,
                              assay_json_text (source->sample, m->data, ""));
  return g_string_free (out, FALSE);
}

/* A metric that has just the sample's labels as dimensions belongs to the text. */
static gboolean
has_same_dims (const Source *source, const AssayMetric *metric)
{
  g_auto (GStrv) dims = assay_words (metric->dims);
  g_autoptr (GList) members = json_object_get_members (source->sample);
  guint labels = 0;

  if (metric->of || !dims[0])
    return FALSE;
  for (GList *m = members; m; m = m->next)
    labels += is_label (m->data);
  for (guint i = 0; dims[i]; i++)
    if (!assay_json_text (source->sample, dims[i], NULL))
      return FALSE;
  return g_strv_length (dims) == labels;
}

static AssayFrame *
frame_of (const Source *source, const char *metric)
{
  AssayFrame *frame = g_hash_table_lookup (source->frames, metric);
  const char *const metrics[] = { metric, NULL };
  g_autoptr (GPtrArray) dirs = g_ptr_array_new (), none = g_ptr_array_new ();
  AssayRunSet one = { .dirs = dirs, .notes = none };

  if (frame || g_hash_table_contains (source->frames, metric))
    return frame;
  g_ptr_array_add (dirs, source->dir);
  frame = assay_frame_load (&one, source->b->study, metrics, NULL, NULL, NULL);
  g_hash_table_insert (source->frames, g_strdup (metric), frame);
  return frame;
}

static gboolean
cell_matches (const AssayFrame *frame, guint cell, const Source *source)
{
  for (guint d = 0; d < frame->dims->len; d++)
    {
      const AssayFrameDim *dim = frame->dims->pdata[d];
      const char *mine = assay_json_text (source->sample, dim->id, NULL);

      if (mine && strcmp (mine, dim->levels->pdata[g_array_index (dim->codes, gint32, cell)]) != 0)
        return FALSE;
    }
  return TRUE;
}

static char *
numbers_of (const Source *source)
{
  GString *out = g_string_new (NULL);

  for (guint m = 0; m < source->b->study->n_metrics; m++)
    {
      const AssayMetric *metric = &source->b->study->metrics[m];
      AssayFrame *frame = has_same_dims (source, metric) ? frame_of (source, metric->id) : NULL;

      for (guint i = 0; frame && i < assay_frame_n (frame); i++)
        if (cell_matches (frame, i, source))
          {
            g_autofree char *number = chart_number (g_array_index (frame->values, double, i));

            g_string_append_printf (out, "%s%s %s", out->len ? " · " : "", metric->id, number);
            break;
          }
    }
  return g_string_free (out, out->len == 0);
}

/* Bytes stay where they are, for the spans: what must not be shown becomes a space. */
static char *
cut_text (const char *text)
{
  glong length = g_utf8_strlen (text, -1);
  char *cut = length > MAX_CHARS ? g_utf8_substring (text, 0, MAX_CHARS) : g_strdup (text);

  for (char *p = cut; *p; p++)
    if ((guchar) *p < 0x20 || *p == 0x7f)
      *p = ' ';
  return cut;
}

static GArray *
read_spans (JsonObject *object)
{
  JsonArray *list = assay_json_array (object, "spans");
  GArray *spans = g_array_new (FALSE, FALSE, sizeof (AssaySpan));

  for (guint i = 0; list && i < MIN (json_array_get_length (list), 1000); i++)
    {
      JsonNode *node = json_array_get_element (list, i);
      JsonArray *parts = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
      AssaySpan span;

      if (!parts || json_array_get_length (parts) != 3)
        continue;
      span.from = (guint32) CLAMP (json_array_get_int_element (parts, 0), 0, MAX_BYTES);
      span.to = (guint32) CLAMP (json_array_get_int_element (parts, 1), 0, MAX_BYTES);
      span.value = (float) json_array_get_double_element (parts, 2);
      g_array_append_val (spans, span);
    }
  return spans;
}

static const char *
side_name (const ChartBuilder *b, const AssayRunDir *dir)
{
  gint side = assay_run_set_side (b->set, dir);

  return side < 0 ? NULL : ((AssayRunSide *) b->set->sides->pdata[side])->name;
}

static void
add_sample (Source *source, ChartPanel *panel)
{
  AssayChart *chart = source->b->chart;
  const char *col = source->b->figure->col ? lookup (source, source->b->figure->col) : NULL;
  const char *side = side_name (source->b, source->dir);
  g_autofree char *column_name
      = side ? g_strconcat (side, col ? " · " : NULL, col, NULL) : g_strdup (col ? col : "text");
  g_autofree char *name = row_name (source);
  gint row = place (&chart->y, name, MAX_ROWS);
  gint column = row >= 0 ? place (&chart->x, column_name, MAX_COLUMNS) : -1;
  ChartSample *sample;

  if (row < 0 || column < 0)
    return;
  for (guint i = 0; i < panel->texts->len; i++)
    {
      const ChartSample *other = panel->texts->pdata[i];

      /* Of several runs with the same labels the first speaks. */
      if (other->row == (guint) row && other->column == (guint) column)
        return;
    }
  sample = g_new0 (ChartSample, 1);
  sample->row = (guint) row;
  sample->column = (guint) column;
  sample->text = cut_text (assay_json_text (source->sample, "text", ""));
  sample->note = numbers_of (source);
  sample->spans = read_spans (source->sample);
  g_ptr_array_add (panel->texts, sample);
}

static void
add_file (Source *source, ChartPanel *panel, const AssayFilter *filter)
{
  g_autofree char *name = g_strdup_printf ("samples/%s.jsonl", source->b->figure->y);
  g_autofree char *path = assay_run_dir_file (source->dir, name);
  g_autofree char *text = NULL;
  FILE *file = path ? fopen (path, "re") : NULL;
  gsize size = 0;
  gssize length;

  for (gsize read = 0; file && read < MAX_BYTES && (length = getline (&text, &size, file)) > 0;
       read += (gsize) length)
    {
      g_autoptr (JsonNode) node = assay_json_parse (text, length, name, NULL);

      if (!node || !JSON_NODE_HOLDS_OBJECT (node))
        continue; /* a torn last line */
      source->sample = json_node_get_object (node);
      if (!filter || assay_filter_match (filter, lookup, source))
        add_sample (source, panel);
    }
  if (file)
    fclose (file);
}

static void
count_twins (ChartPanel *panel)
{
  g_autoptr (GHashTable) counts = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < panel->texts->len; i++)
    {
      char *text = ((ChartSample *) panel->texts->pdata[i])->text;

      g_hash_table_insert (
          counts, text,
          GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (counts, text)) + 1));
    }
  for (guint i = 0; i < panel->texts->len; i++)
    {
      ChartSample *sample = panel->texts->pdata[i];

      sample->twins = GPOINTER_TO_UINT (g_hash_table_lookup (counts, sample->text));
    }
}

static void
free_frame (gpointer frame)
{
  if (frame)
    assay_frame_free (frame);
}

/* The smallest seed of each side; [0]: of runs that are on none. */
static guint64 *
first_seeds (const AssayRunSet *set)
{
  guint n = set->sides ? set->sides->len : 0;
  guint64 *seeds = g_new (guint64, n + 1);

  for (guint i = 0; i <= n; i++)
    seeds[i] = G_MAXUINT64;
  for (guint i = 0; i < set->dirs->len; i++)
    {
      const AssayRunDir *dir = set->dirs->pdata[i];
      guint64 *seed = &seeds[assay_run_set_side (set, dir) + 1];

      *seed = MIN (*seed, dir->seed);
    }
  return seeds;
}

void
chart_build_samples (ChartBuilder *b)
{
  ChartPanel *panel = chart_add_panel (b->chart, NULL, NULL);
  g_autoptr (AssayFilter) filter = assay_filter_parse (b->figure->where, NULL);
  g_autofree guint64 *seeds = first_seeds (b->set);

  for (guint i = 0; i < b->set->dirs->len; i++)
    {
      Source source = { .b = b, .dir = b->set->dirs->pdata[i] };

      if (source.dir->state != ASSAY_DONE
          || source.dir->seed != seeds[assay_run_set_side (b->set, source.dir) + 1])
        continue;
      source.frames = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_frame);
      add_file (&source, panel, filter);
      g_hash_table_unref (source.frames);
    }
  count_twins (panel);
  if (!panel->texts->len)
    b->chart->why = g_strdup_printf ("No finished run has written the samples \"%s\".",
                                     b->figure->y ? b->figure->y : "");
  else if (b->set->sides)
    chart_note (b->chart, "The first %u of the samples of each side's first seed",
                n_categories (&b->chart->y));
  else
    chart_note (b->chart, "The first %u of the samples of seed %" G_GUINT64_FORMAT,
                n_categories (&b->chart->y), seeds[0]);
}

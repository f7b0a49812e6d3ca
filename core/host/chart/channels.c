/* SPDX-License-Identifier: Apache-2.0
 *
 * Which dimension of the frame is shown by what.
 */
#include "host/chart/build.h"
#include <math.h>
#include <string.h>

#define MAX_PANELS 36
#define MAX_SLIDER 6

static gboolean
has_word (const GPtrArray *words, const char *word)
{
  for (guint i = 0; i < words->len; i++)
    if (strcmp (words->pdata[i], word) == 0)
      return TRUE;
  return FALSE;
}

static void
add_words (GPtrArray *words, const char *list)
{
  g_auto (GStrv) split = assay_words (list);

  for (guint i = 0; split[i]; i++)
    if (!has_word (words, split[i]))
      g_ptr_array_add (words, g_strdup (split[i]));
}

static const AssayFrameDim *
find_dim (const ChartBuilder *b, const char *id)
{
  const AssayFrameDim *dim = assay_frame_dim (b->frame, id);

  return dim || !b->xframe ? dim : assay_frame_dim (b->xframe, id);
}

/* Which codes occur among the cells. */
static GArray *
codes_that_occur (const AssayFrameDim *dim)
{
  GArray *seen = g_array_sized_new (FALSE, TRUE, sizeof (gint), dim->levels->len);

  g_array_set_size (seen, dim->levels->len);
  for (guint i = 0; i < dim->codes->len; i++)
    g_array_index (seen, gint, g_array_index (dim->codes, gint32, i)) = 1;
  return seen;
}

static guint
count_levels (const AssayFrameDim *dim)
{
  g_autoptr (GArray) seen = codes_that_occur (dim);
  guint n = 0;

  for (guint i = 0; i < seen->len; i++)
    n += (guint) g_array_index (seen, gint, i);
  return n;
}

static const char *
last_level (const AssayFrameDim *dim)
{
  g_autoptr (GArray) seen = codes_that_occur (dim);

  for (guint i = seen->len; i-- > 0;)
    if (g_array_index (seen, gint, i))
      return dim->levels->pdata[i];
  return "";
}

static void
take (ChartBuilder *b, ChartChannelKind kind, const char *id)
{
  const AssayFrameDim *dim = id ? find_dim (b, id) : NULL;
  ChartChannel *channel = &b->channels[kind];

  if (!dim || channel->id || count_levels (dim) == 0)
    return;
  channel->id = g_strdup (id);
  channel->kind = dim->kind;
  channel->alone = -1;
  channel->levels = g_ptr_array_new_with_free_func (g_free);
  channel->numbers = g_array_new (FALSE, FALSE, sizeof (double));
  channel->of_code = codes_that_occur (dim);
  for (guint i = 0; i < dim->levels->len; i++)
    {
      gint *index = &g_array_index (channel->of_code, gint, i);

      if (*index)
        {
          g_ptr_array_add (channel->levels, g_strdup (dim->levels->pdata[i]));
          g_array_append_val (channel->numbers, g_array_index (dim->numbers, double, i));
        }
      *index = *index ? (gint) channel->levels->len - 1 : -1;
    }
}

/* ---- sides ---- */

static gint
side_named (const AssayRunSet *set, const char *name)
{
  guint i = 0;

  while (strcmp (((AssayRunSide *) set->sides->pdata[i])->name, name) != 0)
    i++;
  return (gint) i;
}

/* Every side keeps its place, and with it its colour, where it has nothing to show, too. */
static void
take_sides (ChartBuilder *b, ChartChannelKind kind)
{
  const AssayFrameDim *dim = find_dim (b, ASSAY_SIDE_DIM);
  ChartChannel *channel = &b->channels[kind];
  const double none = NAN;

  channel->id = g_strdup (ASSAY_SIDE_DIM);
  channel->kind = ASSAY_LABEL;
  channel->levels = g_ptr_array_new_with_free_func (g_free);
  channel->numbers = g_array_new (FALSE, FALSE, sizeof (double));
  channel->of_code = g_array_new (FALSE, FALSE, sizeof (gint));
  for (guint i = 0; i < b->set->sides->len; i++)
    {
      g_ptr_array_add (channel->levels,
                       g_strdup (((AssayRunSide *) b->set->sides->pdata[i])->name));
      g_array_append_val (channel->numbers, none);
    }
  for (guint i = 0; i < dim->levels->len; i++)
    {
      gint side = side_named (b->set, dim->levels->pdata[i]);

      g_array_append_val (channel->of_code, side);
    }
  channel->alone = dim->levels->len == 1 ? g_array_index (channel->of_code, gint, 0) : -1;
}

/* Whether the side says which level it is. */
static gboolean
is_told_by_side (const AssayFrame *frame, const AssayFrameDim *dim)
{
  const AssayFrameDim *side = assay_frame_dim (frame, ASSAY_SIDE_DIM);
  g_autofree gint32 *told = g_new (gint32, side->levels->len + 1);

  memset (told, -1, side->levels->len * sizeof *told);
  for (guint i = 0; i < dim->codes->len; i++)
    {
      gint32 *known = &told[g_array_index (side->codes, gint32, i)];
      gint32 code = g_array_index (dim->codes, gint32, i);

      if (*known >= 0 && *known != code)
        return FALSE;
      *known = code;
    }
  return TRUE;
}

/* Parameters (and the seed) that the side tells need no channel, unless they are an axis. */
static void
drop_told (const ChartBuilder *b, AssayFrame *frame)
{
  const AssayFigure *f = b->figure;

  for (guint i = frame != NULL ? frame->dims->len : 0; i-- > 0;)
    {
      AssayFrameDim *dim = frame->dims->pdata[i];

      if ((assay_study_param (b->study, dim->id) || strcmp (dim->id, "seed") == 0)
          && g_strcmp0 (f->x, dim->id) != 0
          && !(chart_is_grid (f->mark) && g_strcmp0 (f->y, dim->id) == 0)
          && is_told_by_side (frame, dim))
        assay_frame_remove_dim (frame, dim);
    }
}

static void
put_sides (ChartBuilder *b)
{
  drop_told (b, b->frame);
  drop_told (b, b->xframe);
  take_sides (b, chart_is_grid (b->figure->mark) ? CHANNEL_COL : CHANNEL_COLOR);
}

/* ---- sliders ---- */

/* Keeps only @keep evenly spaced levels, the last among them. */
static void
thin_out (ChartChannel *channel, guint keep)
{
  guint n = channel->levels->len;
  g_autofree gboolean *kept = g_new0 (gboolean, n);
  g_autofree gint *renamed = g_new (gint, n);
  gint next = 0;

  for (guint i = 0; i < keep; i++)
    kept[n - 1 - i * (n - 1) / MAX (keep - 1, 1)] = TRUE;
  if (keep == 1)
    kept[n - 1] = TRUE;
  for (guint i = 0; i < n; i++)
    renamed[i] = kept[i] ? next++ : -1;
  for (guint i = n; i-- > 0;)
    if (!kept[i])
      {
        g_ptr_array_remove_index (channel->levels, i);
        g_array_remove_index (channel->numbers, i);
      }
  for (guint i = 0; i < channel->of_code->len; i++)
    {
      gint *index = &g_array_index (channel->of_code, gint, i);

      if (*index >= 0)
        *index = renamed[*index];
    }
}

static void
note_slider (ChartBuilder *b, const AssayFrameDim *dim)
{
  g_autoptr (GArray) seen = codes_that_occur (dim);

  b->chart->slider = g_ptr_array_new_null_terminated (dim->levels->len + 1, g_free, TRUE);
  for (guint i = 0; i < seen->len; i++)
    if (g_array_index (seen, gint, i))
      g_ptr_array_add (b->chart->slider, g_strdup (dim->levels->pdata[i]));
}

/* Dimensions that a person may put on a channel: with levels, and no place along an axis. */
static void
note_dims (ChartBuilder *b)
{
  const AssayFrame *frames[] = { b->frame, b->xframe };

  b->chart->dims = g_ptr_array_new_null_terminated (8, g_free, TRUE);
  for (guint f = 0; f < G_N_ELEMENTS (frames); f++)
    for (guint i = 0; frames[f] && i < frames[f]->dims->len; i++)
      {
        const AssayFrameDim *dim = frames[f]->dims->pdata[i];

        if (count_levels (dim) > 1 && g_strcmp0 (b->channels[CHANNEL_X].id, dim->id) != 0
            && g_strcmp0 (b->channels[CHANNEL_Y].id, dim->id) != 0
            && g_strcmp0 (b->path, dim->id) != 0 && strcmp (dim->id, "step") != 0
            && !has_word (b->chart->dims, dim->id))
          g_ptr_array_add (b->chart->dims, g_strdup (dim->id));
      }
}

/* A picture cannot be moved: panels stand for the slider, or its last level does. */
static void
take_slider (ChartBuilder *b)
{
  const char *id = b->figure->slider;
  ChartChannelKind kind = b->channels[CHANNEL_COL].id ? CHANNEL_ROW : CHANNEL_COL;
  gboolean last_only = b->channels[kind].id != NULL;
  const AssayFrameDim *dim = id ? find_dim (b, id) : NULL;
  guint n = dim ? count_levels (dim) : 0;
  g_autofree char *title = id ? chart_dim_title (b->study, id) : NULL;

  if (n < 2 || has_word (b->over, id) || has_word (b->per, id))
    return;
  note_slider (b, dim);
  if (b->slide_to && has_word (b->chart->slider, b->slide_to))
    {
      b->slider_level = g_strdup (b->slide_to);
      chart_note (b->chart, "%s: %s", title, b->slide_to);
      return;
    }
  if (last_only)
    {
      b->slider_level = g_strdup (last_level (dim));
      chart_note (b->chart, "Of the %u levels of %s the last is drawn", n, title);
      return;
    }
  take (b, kind, id);
  if (n > MAX_SLIDER)
    {
      thin_out (&b->channels[kind], MAX_SLIDER);
      chart_note (b->chart, "Of the %u levels of %s %d are drawn", n, title, MAX_SLIDER);
    }
}

static gboolean
is_shown (const ChartBuilder *b, const char *id)
{
  for (guint i = 0; i < N_CHANNELS; i++)
    if (g_strcmp0 (b->channels[i].id, id) == 0)
      return TRUE;
  return g_strcmp0 (b->path, id) == 0
         || (b->slider_level && g_strcmp0 (b->figure->slider, id) == 0);
}

static const char *
channel_word (ChartChannelKind kind)
{
  static const char *const words[N_CHANNELS]
      = { "position", "position", "colour", "dash", "row", "column" };

  return words[kind];
}

/* A dimension that the figure does not name: a parameter someone swept. */
static void
take_free (ChartBuilder *b, const AssayFrameDim *dim)
{
  static const ChartChannelKind order[] = { CHANNEL_COLOR, CHANNEL_DASH, CHANNEL_COL, CHANNEL_ROW };
  guint n = count_levels (dim);
  g_autofree char *title = chart_dim_title (b->study, dim->id);
  gboolean metric = strcmp (dim->id, "metric") == 0;

  if (n < 2 || is_shown (b, dim->id) || has_word (b->over, dim->id) || has_word (b->per, dim->id))
    return;
  if (g_strcmp0 (b->reference_dim, dim->id) == 0 && n == 2)
    return;
  if (dim->kind != ASSAY_ITEM && strcmp (dim->id, "seed") != 0)
    for (guint i = chart_is_grid (b->figure->mark) ? 2 : 0; i < G_N_ELEMENTS (order); i++)
      {
        if (b->channels[order[i]].id || (n > MAX_PANELS && order[i] >= CHANNEL_ROW))
          continue;
        /* Metrics differ by dash rather than colour. */
        if (metric && order[i] == CHANNEL_COLOR && !b->channels[CHANNEL_DASH].id
            && b->figure->mark == ASSAY_LINE)
          continue;
        take (b, order[i], dim->id);
        if (!metric)
          chart_note (b->chart, "%s varies too and is shown by %s", title, channel_word (order[i]));
        return;
      }
  if (chart_shows_members (b->figure->mark))
    g_ptr_array_add (b->per, g_strdup (dim->id));
  else
    {
      g_ptr_array_add (b->over, g_strdup (dim->id));
      if (strcmp (dim->id, "seed") != 0)
        chart_note (b->chart, "Averaged over %s", title);
    }
}

/* A line against a metric runs along the dimension that both share. */
static void
find_path (ChartBuilder *b)
{
  if (!b->xframe || b->figure->mark != ASSAY_LINE)
    return;
  for (guint i = 0; i < b->frame->dims->len && !b->path; i++)
    {
      const AssayFrameDim *dim = b->frame->dims->pdata[i];

      if (dim->kind == ASSAY_NUMBER && !is_shown (b, dim->id) && !has_word (b->over, dim->id)
          && !has_word (b->per, dim->id) && assay_frame_dim (b->xframe, dim->id))
        b->path = g_strdup (dim->id);
    }
}

static void
limit_panels (ChartBuilder *b)
{
  for (guint kind = CHANNEL_ROW; kind <= CHANNEL_COL; kind++)
    {
      ChartChannel *channel = &b->channels[kind];
      guint most = b->channels[CHANNEL_ROW].id && b->channels[CHANNEL_COL].id ? 8 : MAX_PANELS;

      if (channel->id && channel->levels->len > most)
        {
          chart_note (b->chart, "Of the %u levels of %s %u are drawn", channel->levels->len,
                      channel->id, most);
          thin_out (channel, most);
        }
    }
}

void
chart_resolve_channels (ChartBuilder *b)
{
  const AssayFigure *f = b->figure;
  gboolean grid = chart_is_grid (f->mark), members = chart_shows_members (f->mark);

  add_words (b->per, f->per);
  add_words (b->over, f->over);
  if (!f->over && !f->per)
    add_words (members ? b->per : b->over, "seed");
  else if (members && !f->per)
    {
      /* Members are what else would be averaged. */
      GPtrArray *none = b->per;

      b->per = b->over;
      b->over = none;
    }
  if (f->mark != ASSAY_HIST && f->mark != ASSAY_HIST_CUMULATIVE && f->mark != ASSAY_SURVIVAL
      && !b->xframe)
    take (b, CHANNEL_X, f->x);
  if (b->set->sides)
    put_sides (b);
  if (grid)
    take (b, CHANNEL_Y, f->y);
  else
    take (b, CHANNEL_COLOR, f->color);
  take (b, CHANNEL_DASH, f->dash);
  take (b, CHANNEL_ROW, f->row);
  take (b, CHANNEL_COL, f->col);
  take_slider (b);
  find_path (b);
  for (guint i = 0; i < b->frame->dims->len; i++)
    take_free (b, b->frame->dims->pdata[i]);
  for (guint i = 0; b->xframe && i < b->xframe->dims->len; i++)
    take_free (b, b->xframe->dims->pdata[i]);
  limit_panels (b);
  note_dims (b);
}

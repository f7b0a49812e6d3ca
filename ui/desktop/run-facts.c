/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/run-facts.h"

#include "ui/desktop/task.h"

#include "base/log/log.h"
#include "host/registry/json.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#define LONGEST_LINE 1000 /* bytes: longer ones are broken, for their layout takes ages */
#define MOST_POINTS 512   /* of a series; beyond, every four become two */

static void
series_free (gpointer data)
{
  StudioSeries *series = data;

  g_free (series->metric);
  g_free (series->labels);
  g_array_unref (series->steps);
  g_array_unref (series->values);
  g_free (series);
}

static void
piece_free (gpointer data)
{
  StudioPiece *piece = data;

  g_free (piece->kind);
  g_free (piece->name);
  g_free (piece->file);
  g_free (piece);
}

void
studio_run_facts_free (StudioRunFacts *facts)
{
  if (facts == NULL)
    return;
  assay_run_dir_free (facts->dir);
  g_clear_pointer (&facts->env, json_object_unref);
  g_clear_pointer (&facts->series, g_ptr_array_unref);
  g_clear_pointer (&facts->pieces, g_ptr_array_unref);
  g_clear_pointer (&facts->stages, g_ptr_array_unref);
  g_free (facts->doing);
  g_free (facts->console);
  g_free (facts->damage);
  g_free (facts);
}

/* ---- the log ---- */

static void
add_series (StudioRunFacts *facts, const AssayLogFrame *frame)
{
  StudioSeries *series = g_new0 (StudioSeries, 1);

  series->metric = g_utf8_make_valid (frame->metric, -1);
  series->labels = g_utf8_make_valid (frame->labels, -1);
  series->steps = g_array_new (FALSE, FALSE, sizeof (double));
  series->values = g_array_new (FALSE, FALSE, sizeof (double));
  series->last = series->min = series->max = series->last_step = NAN;
  g_ptr_array_add (facts->series, series);
}

/* Of every four points the smallest and the largest stay, in their order. */
static void
thin (StudioSeries *series)
{
  double *x = (double *) series->steps->data, *y = (double *) series->values->data;
  guint n = 0;

  for (guint i = 0; i + 4 <= series->values->len; i += 4)
    {
      guint low = i, high = i;

      for (guint k = i + 1; k < i + 4; k++)
        {
          low = y[k] < y[low] ? k : low;
          high = y[k] > y[high] ? k : high;
        }
      if (low == high)
        high = i + 3;
      for (guint k = 0; k < 2; k++)
        {
          guint from = (low < high) == (k == 0) ? low : high;

          x[n] = x[from];
          y[n++] = y[from];
        }
    }
  g_array_set_size (series->steps, n);
  g_array_set_size (series->values, n);
}

static void
add_observations (StudioRunFacts *facts, const AssayLogFrame *frame)
{
  StudioSeries *series
      = frame->series < facts->series->len ? facts->series->pdata[frame->series] : NULL;

  for (guint i = 0; series != NULL && i < frame->n; i++)
    {
      double value = frame->values[i], step = frame->steps[i];

      series->n++;
      series->last_step = step;
      if (!isfinite (value))
        continue;
      series->last = value;
      series->min = series->min <= value ? series->min : value;
      series->max = series->max >= value ? series->max : value;
      g_array_append_val (series->steps, step);
      g_array_append_val (series->values, value);
      if (series->values->len >= MOST_POINTS)
        thin (series);
    }
}

static JsonObject *
parse_object (const char *text)
{
  g_autoptr (JsonNode) node = assay_json_parse (text, -1, "event", NULL);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_dup_object (node) : NULL;
}

static StudioPiece *
piece_of (JsonObject *event, const char *kind)
{
  StudioPiece *piece = g_new0 (StudioPiece, 1);

  piece->kind = g_strdup (kind);
  piece->name = g_strdup (assay_json_text (event, "name", ""));
  piece->file = g_strdup (assay_json_text (event, "file", NULL));
  piece->bytes = (guint64) MAX (0, assay_json_int (event, "bytes", 0));
  piece->built = assay_json_bool (event, "built", FALSE);
  return piece;
}

/* What was announced before is replaced: samples are settled again and again. */
static void
put_piece (GPtrArray *pieces, StudioPiece *piece)
{
  for (guint i = 0; i < pieces->len; i++)
    {
      const StudioPiece *other = pieces->pdata[i];

      if (g_strcmp0 (other->kind, piece->kind) == 0 && strcmp (other->name, piece->name) == 0)
        {
          piece_free (pieces->pdata[i]);
          pieces->pdata[i] = piece;
          return;
        }
    }
  g_ptr_array_add (pieces, piece);
}

static void
add_event (StudioRunFacts *facts, const AssayLogFrame *frame, char **progress)
{
  gboolean artifact = strcmp (frame->name, "artifact") == 0;
  gboolean samples = strcmp (frame->name, "samples") == 0;
  g_autoptr (JsonObject) event = NULL;

  if (strcmp (frame->name, "progress") == 0)
    {
      g_free (*progress);
      *progress = g_strdup (frame->text);
    }
  if (!artifact && !samples && strcmp (frame->name, "stage") != 0)
    return;
  event = parse_object (frame->text);
  if (event == NULL)
    return;
  if (artifact || samples)
    put_piece (facts->pieces,
               piece_of (event, samples ? "samples" : assay_json_text (event, "kind", "file")));
  else
    put_piece (facts->stages, piece_of (event, NULL));
}

static void
read_log (StudioRunFacts *facts)
{
  g_autofree char *path = assay_run_dir_file (facts->dir, "metrics.alog"), *last = NULL;
  AssayLogError error = { "" };
  AssayLogReader *log = path != NULL ? assay_log_open (path, &error) : NULL;
  AssayLogFrame frame;
  AssayLogKind kind = ASSAY_LOG_END;

  while (log != NULL && (kind = assay_log_next (log, &frame, &error)) != ASSAY_LOG_END
         && kind != ASSAY_LOG_DAMAGED)
    if (kind == ASSAY_LOG_SERIES)
      add_series (facts, &frame);
    else if (kind == ASSAY_LOG_OBSERVATIONS)
      add_observations (facts, &frame);
    else
      add_event (facts, &frame, &last);
  if (kind == ASSAY_LOG_DAMAGED)
    facts->damage = g_utf8_make_valid (error.text, -1);
  assay_log_free (log);
  if (last != NULL)
    {
      g_autoptr (JsonObject) progress = parse_object (last);

      if (progress != NULL)
        {
          facts->progress = CLAMP (assay_json_real (progress, "fraction", 0), 0, 1);
          facts->doing = g_strdup (assay_json_text (progress, "doing", NULL));
        }
    }
}

/* ---- the console ---- */

/* Behind an escape: "[ ... letter", "] ... bell", or one character. */
static const char *
skip_escape (const char *at)
{
  if (*at == '[')
    {
      for (at++; *at != '\0' && (*at < '@' || *at > '~'); at++)
        ;
      return *at != '\0' ? at + 1 : at;
    }
  if (*at == ']')
    {
      for (at++; *at != '\0' && *at != '\a' && *at != '\x1b'; at++)
        ;
      return *at == '\a' ? at + 1 : at;
    }
  return *at != '\0' ? g_utf8_next_char (at) : at;
}

char *
studio_console_text (const char *bytes, gsize n)
{
  g_autofree char *valid = g_utf8_make_valid (bytes, (gssize) n);
  GString *text = g_string_sized_new (n);
  gsize line = 0; /* where it begins */

  for (const char *at = valid; *at != '\0';)
    {
      gunichar c = g_utf8_get_char (at);
      const char *next = g_utf8_next_char (at);

      if (c == '\x1b')
        next = skip_escape (next);
      else if (c == '\r' && *next != '\n') /* a bar of progress: the line is written anew */
        g_string_truncate (text, line);
      else if (c == '\n' || c == '\t' || !g_unichar_iscntrl (c))
        g_string_append_unichar (text, c);
      if (text->len - line >= LONGEST_LINE && c != '\n')
        g_string_append_c (text, '\n');
      if (text->len > 0 && text->str[text->len - 1] == '\n')
        line = text->len;
      at = next;
    }
  return g_string_free (text, FALSE);
}

static void
read_console (StudioRunFacts *facts)
{
  g_autofree char *path = assay_run_dir_file (facts->dir, "console.log");
  g_autofree char *bytes = g_malloc (STUDIO_CONSOLE_BYTES);
  FILE *file
      = path != NULL && g_file_test (path, G_FILE_TEST_IS_REGULAR) ? fopen (path, "re") : NULL;
  const char *from = bytes;
  gsize n = 0;
  long size = 0;

  if (file != NULL && fseek (file, 0, SEEK_END) == 0 && (size = ftell (file)) > 0
      && fseek (file, MAX (0, size - STUDIO_CONSOLE_BYTES), SEEK_SET) == 0)
    n = fread (bytes, 1, STUDIO_CONSOLE_BYTES, file);
  if (file != NULL)
    fclose (file);
  facts->console_bytes = (guint64) MAX (0, size);
  /* From the beginning of a line, if there is one. */
  if (size > STUDIO_CONSOLE_BYTES && (from = memchr (bytes, '\n', n)) != NULL)
    n -= (gsize) (++from - bytes);
  else
    from = bytes;
  facts->console = studio_console_text (from, n);
}

/* ---- all of it ---- */

StudioRunFacts *
studio_run_facts_read (AssayWorkspace *workspace, const char *run, GError **error)
{
  g_autoptr (StudioRunFacts) facts = g_new0 (StudioRunFacts, 1);
  g_autofree char *env = NULL;
  g_autoptr (JsonNode) node = NULL;

  facts->series = g_ptr_array_new_with_free_func (series_free);
  facts->pieces = g_ptr_array_new_with_free_func (piece_free);
  facts->stages = g_ptr_array_new_with_free_func (piece_free);
  facts->dir = assay_run_dir_open (workspace, run, error);
  if (facts->dir == NULL)
    return NULL;
  env = assay_run_dir_file (facts->dir, "env.json");
  node = env != NULL ? assay_json_load (env, NULL) : NULL;
  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    facts->env = json_node_dup_object (node);
  read_log (facts);
  read_console (facts);
  return g_steal_pointer (&facts);
}

static void
load (GTask *task, gpointer session, gpointer run, GCancellable *cancellable)
{
  GError *error = NULL;
  StudioRunFacts *facts = studio_run_facts_read (studio_session_workspace (session), run, &error);

  if (facts != NULL)
    g_task_return_pointer (task, facts, (GDestroyNotify) studio_run_facts_free);
  else
    g_task_return_error (task, error);
}

void
studio_run_facts_load (StudioSession *session, const char *run, GCancellable *cancellable,
                       GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (session, cancellable, callback, data);

  g_task_set_task_data (task, g_strdup (run), g_free);
  studio_task_run (task, load);
}

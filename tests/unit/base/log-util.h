/* SPDX-License-Identifier: Apache-2.0
 *
 * What the tests of the log share: a log of known content, and a reader of all of it.
 */
#ifndef LOG_UTIL_H
#define LOG_UTIL_H

#include "base/file/file.h"
#include "base/log/format.h"
#include "base/log/log.h"

#include <glib.h>
#include <glib/gstdio.h>

/** One line per frame: what it says and where it ends. */
static inline char *
describe_frame (const AssayLogFrame *frame)
{
  GString *line = g_string_new (NULL);

  if (frame->kind == ASSAY_LOG_SERIES)
    g_string_append_printf (line, "series %u %s|%s", frame->series, frame->metric, frame->labels);
  else if (frame->kind == ASSAY_LOG_EVENT)
    g_string_append_printf (line, "event %s %s", frame->name, frame->text);
  else
    {
      g_string_append_printf (line, "observations %u", frame->series);
      for (uint32_t i = 0; i < frame->n; i++)
        g_string_append_printf (line, " %g:%g", frame->steps[i], frame->values[i]);
    }
  return g_string_free (line, FALSE);
}

/** All frames of a log as lines; @end: the kind that ended it; @error may be NULL. */
static inline GPtrArray *
read_all (const char *path, AssayLogKind *end, AssayLogError *error)
{
  AssayLogError ignored = { "" };
  AssayLogReader *reader = assay_log_open (path, error != NULL ? error : &ignored);
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);
  AssayLogFrame frame;

  *end = ASSAY_LOG_DAMAGED;
  if (reader == NULL)
    return lines;
  for (;;)
    {
      *end = assay_log_next (reader, &frame, error != NULL ? error : &ignored);
      if (*end == ASSAY_LOG_END || *end == ASSAY_LOG_DAMAGED)
        break;
      g_ptr_array_add (lines, describe_frame (&frame));
    }
  assay_log_free (reader);
  return lines;
}

/** Whether @part is what @whole begins with. */
static inline gboolean
is_beginning (const GPtrArray *part, const GPtrArray *whole)
{
  if (part->len > whole->len)
    return FALSE;
  for (guint i = 0; i < part->len; i++)
    if (!g_str_equal (part->pdata[i], whole->pdata[i]))
      return FALSE;
  return TRUE;
}

/** Two series, a few observations, three events. */
static inline gboolean
write_example (const char *path)
{
  AssayLogError error = { "" };
  AssayLogWriter *log = assay_log_create (path, &error);
  uint32_t a, b;

  if (log == NULL)
    return FALSE;
  a = assay_log_series (log, "return", "arm=a split=train");
  b = assay_log_series (log, "loss", NULL);
  for (int i = 0; i < 3; i++)
    {
      assay_log_observe (log, a, i, i * 0.5);
      assay_log_observe (log, b, i, -i);
    }
  assay_log_event (log, "progress", "{\"fraction\":0.5}");
  assay_log_observe (log, b, 3, -3);
  assay_log_event (log, "checkpoint", "{\"file\":\"checkpoints/1\"}");
  assay_log_observe (log, a, 4, 2);
  assay_log_event (log, "progress", "{}");
  return assay_log_close (log, &error);
}

#endif

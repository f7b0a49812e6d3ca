/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/comparison-private.h"

#include "ui/desktop/task.h"
#include <string.h>

void
studio_comparison_free (StudioComparison *comparison)
{
  if (comparison == NULL)
    return;
  g_free (comparison->study);
  g_clear_pointer (&comparison->ways, g_ptr_array_unref);
  g_clear_pointer (&comparison->sides, g_ptr_array_unref);
  g_clear_pointer (&comparison->all, g_ptr_array_unref);
  g_clear_pointer (&comparison->parameters, g_ptr_array_unref);
  g_clear_pointer (&comparison->metrics, g_ptr_array_unref);
  g_free (comparison->left_out);
  g_free (comparison);
}

/* ---- the question ---- */

typedef struct
{
  char *study;
  GStrv runs, plans, by, shown;
} Request;

static Request *
request_new (const StudioComparisonRequest *from)
{
  Request *request = g_new (Request, 1);

  *request = (Request){ g_strdup (from->study), g_strdupv ((GStrv) from->runs),
                        g_strdupv ((GStrv) from->plans), g_strdupv ((GStrv) from->by),
                        g_strdupv ((GStrv) from->shown) };
  return request;
}

static void
request_free (gpointer data)
{
  Request *request = data;

  g_free (request->study);
  g_strfreev (request->runs);
  g_strfreev (request->plans);
  g_strfreev (request->by);
  g_strfreev (request->shown);
  g_free (request);
}

/* ---- which sides ---- */

/* Where the keys tell none apart: by setting, and where all have one setting, run by run. */
static GPtrArray *
split (const AssayRunRows *rows, const Request *request, const char *const **by)
{
  static const char *const run_by_run[] = { "id", NULL };
  const char *const *const tries[] = { (const char *const *) request->by, NULL, run_by_run };
  GPtrArray *sides = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (tries) && (sides == NULL || sides->len < 2); i++)
    {
      g_clear_pointer (&sides, g_ptr_array_unref);
      *by = tries[i];
      sides = studio_comparison_split (rows, *by, (const char *const *) request->plans);
    }
  return sides;
}

static gboolean
is_wanted (const StudioSide *side, const Request *request)
{
  return request->shown == NULL
         || g_strv_contains ((const char *const *) request->shown, side->key);
}

/* The sides to be shown, and their members. */
static void
choose (StudioComparison *comparison, const Request *request, const GPtrArray *all,
        GPtrArray *chosen)
{
  for (guint i = 0; i < all->len && chosen->len < STUDIO_MAX_SIDES; i++)
    if (is_wanted (comparison->all->pdata[i], request))
      {
        g_ptr_array_add (comparison->sides, comparison->all->pdata[i]);
        g_ptr_array_add (chosen, all->pdata[i]);
      }
}

/* "9 sides; A, B, C, D, E and F are shown" */
static void
say_left_out (StudioComparison *comparison, guint n_rows, guint n_asked)
{
  g_autoptr (GString) words = g_string_new (NULL);
  guint n = comparison->sides->len;

  if (n < comparison->all->len)
    {
      g_string_append_printf (words, "%u sides; ", comparison->all->len);
      for (guint i = 0; i < n; i++)
        g_string_append_printf (words, "%s%s",
                                i == 0      ? ""
                                : i + 1 < n ? ", "
                                            : " and ",
                                ((StudioSide *) comparison->sides->pdata[i])->letter);
      g_string_append_printf (words, " %s shown", n == 1 ? "is" : "are");
    }
  if (n_rows < n_asked)
    g_string_append_printf (words, "%s%u of %u runs are compared", words->len > 0 ? ". " : "",
                            n_rows, n_asked);
  if (words->len > 0)
    comparison->left_out = g_string_free (g_steal_pointer (&words), FALSE);
}

/* ---- all of it ---- */

static StudioComparison *
compare (const Request *request, const AssayRunRows *rows)
{
  StudioComparison *comparison = g_new0 (StudioComparison, 1);
  g_auto (GStrv) ids = studio_comparison_parameter_ids (rows);
  const char *const *parameters = (const char *const *) ids, *const * by;
  g_autoptr (GPtrArray) all = split (rows, request, &by), chosen = g_ptr_array_new ();

  comparison->study = g_strdup (request->study);
  comparison->ways = studio_comparison_ways (rows, by, parameters, &comparison->way);
  comparison->all = studio_comparison_sides (all, by, parameters);
  comparison->sides = g_ptr_array_new ();
  choose (comparison, request, all, chosen);
  if (chosen->len == 0) /* what was chosen is gone */
    choose (comparison, &(Request){ 0 }, all, chosen);
  comparison->parameters = studio_comparison_parameters (chosen, parameters);
  comparison->metrics = studio_comparison_metrics (chosen);
  say_left_out (comparison, rows->rows->len,
                request->runs != NULL ? g_strv_length (request->runs) : rows->rows->len);
  return comparison;
}

/* ---- asking the index ---- */

static AssayFilter *
filter_of (const Request *request, GError **error)
{
  GStrv list = request->runs != NULL ? request->runs : request->plans;
  g_autofree char *study = assay_filter_quote (request->study);
  g_autoptr (GString) text = g_string_new ("study=");

  g_string_append_printf (text, "%s %s=", study, request->runs != NULL ? "id" : "plan");
  for (guint i = 0; list[i] != NULL && i < STUDIO_MAX_COMPARED; i++)
    {
      g_autofree char *quoted = assay_filter_quote (list[i]);

      g_string_append_printf (text, "%s%s", i > 0 ? "," : "", quoted);
    }
  return assay_filter_parse (text->str, error);
}

static void
ask_rows (GTask *task, AssayIndex *index)
{
  GError *error = NULL;
  g_autoptr (AssayFilter) filter = filter_of (g_task_get_task_data (task), &error);
  AssayRunRows *rows
      = filter != NULL ? assay_index_query (
            index, &(AssayIndexQuery){ .filter = filter, .order = "seed", .summaries = TRUE },
            &error)
                       : NULL;

  if (rows != NULL)
    g_task_return_pointer (task, rows, (GDestroyNotify) assay_run_rows_free);
  else
    g_task_return_error (task, error);
}

static void
compare_rows (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Request *request = data;
  const AssayRunRows *rows = g_object_get_data (G_OBJECT (task), "rows");

  g_task_return_pointer (task, compare (request, rows), (GDestroyNotify) studio_comparison_free);
}

/* The index has answered: the rest is no work for its thread.  @data: the task that was promised.
 */
static void
on_rows (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  AssayRunRows *rows = g_task_propagate_pointer (G_TASK (result), &error);

  if (rows == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  g_object_set_data_full (G_OBJECT (task), "rows", rows, (GDestroyNotify) assay_run_rows_free);
  studio_task_run (task, compare_rows);
}

void
studio_comparison_load (StudioSession *session, const StudioComparisonRequest *request,
                        GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (session, cancellable, callback, data);
  GTask *rows = g_task_new (session, cancellable, on_rows, task);

  g_task_set_task_data (task, request_new (request), request_free);
  g_task_set_task_data (rows, request_new (request), request_free);
  studio_session_run (session, rows, ask_rows);
}

StudioComparison *
studio_comparison_load_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

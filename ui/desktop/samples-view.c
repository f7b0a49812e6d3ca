/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/samples-view.h"

#include "host/chart/scale.h"
#include "host/chart/style.h"
#include "ui/desktop/actions.h"
#include "ui/desktop/flow.h"
#include "ui/desktop/rows.h"
#include "ui/desktop/sample-cell.h"
#include "ui/desktop/sample-text.h"
#include "ui/desktop/tab-leaves.h"
#include "ui/desktop/task.h"
#include "ui/desktop/width-bin.h"

struct _StudioSamplesView
{
  AdwBin parent_instance;
  GCancellable *closing;     /* of reading */
  GCancellable *cancellable; /* of the table being made; NULL: none is */
  StudioSamples *samples;    /* NULL: not read yet */
  StudioSampleTable *made;   /* what is shown; NULL: nothing yet */
  int made_arms;
  GPtrArray *sorts; /* StudioSampleSort, as in the drop-down */
  gboolean filling;
  StudioRows *rows;
  GtkSingleSelection *selection;
  GtkStack *states;
  AdwStatusPage *problem;
  AdwLeaflet *leaflet;
  GtkEditable *search;
  GtkDropDown *arms, *sort;
  GtkToggleButton *descending, *twins;
  GtkLabel *count;
  GtkColumnView *table;
  GtkScrolledWindow *details;
};

G_DEFINE_FINAL_TYPE (StudioSamplesView, studio_samples_view, ADW_TYPE_BIN)

static void
fail (StudioSamplesView *view, const char *why)
{
  g_autofree char *markup = g_markup_escape_text (why, -1);

  adw_status_page_set_description (view->problem, markup);
  gtk_stack_set_visible_child_name (view->states, "problem");
}

/* ---- cells ---- */

static void
setup_cell (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  gtk_list_item_set_child (item, studio_sample_cell_new ());
}

static void
bind_text (StudioSamplesView *view, GtkListItem *item, guint column)
{
  guint row = studio_row_number (STUDIO_ROW (gtk_list_item_get_item (item)));
  StudioSampleCell *cell = STUDIO_SAMPLE_CELL (gtk_list_item_get_child (item));
  guint32 i = row < view->made->n_rows ? studio_sample_table_cell (view->made, row, column)
                                       : STUDIO_NO_SAMPLE;

  if (i != STUDIO_NO_SAMPLE)
    studio_sample_cell_set_sample (cell, view->samples, i);
  else
    studio_sample_cell_set_text (cell, "–", "");
}

static void
bind_cell (GtkSignalListItemFactory *factory, GtkListItem *item, StudioSamplesView *view)
{
  bind_text (view, item, GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (factory), "column")));
}

/* Of the first sample of the row: what it is of, and the prompt. */
static void
bind_head (GtkSignalListItemFactory *factory, GtkListItem *item, StudioSamplesView *view)
{
  guint row = studio_row_number (STUDIO_ROW (gtk_list_item_get_item (item)));
  StudioSampleCell *cell = STUDIO_SAMPLE_CELL (gtk_list_item_get_child (item));
  g_autoptr (GString) words = g_string_new (NULL);
  guint32 i = STUDIO_NO_SAMPLE;

  for (guint c = 0; row < view->made->n_rows && c < view->made->n_columns && i == STUDIO_NO_SAMPLE;
       c++)
    i = studio_sample_table_cell (view->made, row, c);
  for (guint dim = 0; i != STUDIO_NO_SAMPLE && dim < view->samples->dims->len; dim++)
    {
      const char *level = studio_samples_level (view->samples, i, dim);

      if ((int) dim != view->made_arms && level != NULL)
        g_string_append_printf (words, "%s%s %s", words->len > 0 ? ", " : "",
                                (const char *) view->samples->dims->pdata[dim], level);
    }
  studio_sample_cell_set_text (
      cell, i != STUDIO_NO_SAMPLE ? studio_samples_at (view->samples, i)->prompt : "", words->str);
}

static void
add_column (StudioSamplesView *view, const char *title, guint column, gboolean head)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  g_autoptr (GtkColumnViewColumn) shown = NULL;

  g_object_set_data (G_OBJECT (factory), "column", GUINT_TO_POINTER (column));
  g_signal_connect (factory, "setup", G_CALLBACK (setup_cell), NULL);
  g_signal_connect (factory, "bind", head ? G_CALLBACK (bind_head) : G_CALLBACK (bind_cell), view);
  shown = gtk_column_view_column_new (title, factory);
  gtk_column_view_column_set_resizable (shown, TRUE);
  gtk_column_view_column_set_expand (shown, TRUE);
  gtk_column_view_append_column (view->table, shown);
}

static void
clear_columns (StudioSamplesView *view)
{
  GListModel *columns = gtk_column_view_get_columns (view->table);

  while (g_list_model_get_n_items (columns) > 0)
    {
      g_autoptr (GtkColumnViewColumn) column = g_list_model_get_item (columns, 0);

      gtk_column_view_remove_column (view->table, column);
    }
}

/* ---- the table ---- */

static void
show_details (StudioSamplesView *view)
{
  guint row = gtk_single_selection_get_selected (view->selection);

  gtk_scrolled_window_set_child (
      view->details, view->made != NULL && row < view->made->n_rows ? studio_sample_details_new (
                         view->samples, view->made, row, view->made_arms)
                                                                    : NULL);
}

static void
show_count (StudioSamplesView *view)
{
  g_autofree char *rows = chart_fixed (view->made->n_rows, 0);
  GString *words = g_string_new (NULL);

  g_string_append_printf (words, "%s rows", rows);
  if (view->samples->n_bad > 0)
    g_string_append_printf (words, ", %u lines unreadable", view->samples->n_bad);
  if (view->samples->cut)
    g_string_append (words, ", the file's beginning");
  gtk_label_set_text (view->count, words->str);
  g_string_free (words, TRUE);
}

typedef struct
{
  StudioSamples *samples;
  char *search, *title;
  StudioSampleSort sort;
  StudioSampleQuery query;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  studio_samples_unref (job->samples);
  g_free (job->search);
  g_free (job);
}

static void
make_table (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Job *job = data;

  g_task_return_pointer (task, studio_sample_table_new (job->samples, &job->query, cancellable),
                         (GDestroyNotify) studio_sample_table_free);
}

/* Rows without any column are looked at by nobody while the columns change. */
static void
show_table (StudioSamplesView *view, StudioSampleTable *made, int arms)
{
  gboolean same = view->made != NULL && view->made_arms == arms;
  g_autoptr (StudioSampleTable) old = view->made;

  studio_rows_set (view->rows, 0);
  view->made = made;
  view->made_arms = arms;
  if (!same)
    {
      clear_columns (view);
      add_column (view, "Prompt", 0, TRUE);
      for (guint c = 0; c < made->n_columns; c++)
        add_column (view, made->titles->pdata[c], c, FALSE);
    }
  studio_rows_set (view->rows, made->n_rows);
  show_count (view);
  show_details (view);
}

static void
on_made (GObject *object, GAsyncResult *result, gpointer data)
{
  StudioSamplesView *view = STUDIO_SAMPLES_VIEW (object);
  const Job *job = g_task_get_task_data (G_TASK (result));
  StudioSampleTable *made = g_task_propagate_pointer (G_TASK (result), NULL);

  if (made == NULL)
    return;
  show_table (view, made, job->query.arms);
  gtk_stack_set_visible_child_name (view->states, "samples");
}

static void
cancel (StudioSamplesView *view)
{
  if (view->cancellable != NULL)
    g_cancellable_cancel (view->cancellable);
  g_clear_object (&view->cancellable);
}

static void
on_query (StudioSamplesView *view)
{
  guint sort = gtk_drop_down_get_selected (view->sort);
  Job *job;
  g_autoptr (GTask) task = NULL;

  if (view->filling || view->samples == NULL)
    return;
  cancel (view);
  view->cancellable = g_cancellable_new ();
  job = g_new0 (Job, 1);
  job->samples = studio_samples_ref (view->samples);
  job->search = g_strdup (gtk_editable_get_text (view->search));
  job->query = (StudioSampleQuery){ .search = job->search,
                                    .arms = (int) gtk_drop_down_get_selected (view->arms) - 1,
                                    .descending = gtk_toggle_button_get_active (view->descending),
                                    .twins = gtk_toggle_button_get_active (view->twins) };
  if (sort < view->sorts->len)
    {
      job->sort = *(StudioSampleSort *) view->sorts->pdata[sort];
      job->sort.title = NULL;
      job->query.sort = &job->sort;
    }
  task = g_task_new (view, view->cancellable, on_made, NULL);
  g_task_set_task_data (task, job, job_free);
  studio_task_run (task, make_table);
}

/* ---- choosing ---- */

static void
fill_sorts (StudioSamplesView *view)
{
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);

  g_clear_pointer (&view->sorts, g_ptr_array_unref);
  view->sorts
      = studio_samples_sorts (view->samples, (int) gtk_drop_down_get_selected (view->arms) - 1);
  for (guint i = 0; i < view->sorts->len; i++)
    {
      g_autofree char *title
          = chart_clean (((StudioSampleSort *) view->sorts->pdata[i])->title, 60);

      gtk_string_list_append (titles, title);
    }
  view->filling = TRUE;
  gtk_drop_down_set_model (view->sort, G_LIST_MODEL (titles));
  view->filling = FALSE;
}

static void
on_arms (StudioSamplesView *view)
{
  if (view->filling || view->samples == NULL)
    return;
  fill_sorts (view);
  on_query (view);
}

static void
fill_arms (StudioSamplesView *view)
{
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);

  gtk_string_list_append (titles, "One column");
  for (guint i = 0; i < view->samples->dims->len; i++)
    {
      g_autofree char *dim = chart_clean (view->samples->dims->pdata[i], 40),
                      *title = g_strdup_printf ("By %s", dim);

      gtk_string_list_append (titles, title);
    }
  view->filling = TRUE;
  gtk_drop_down_set_model (view->arms, G_LIST_MODEL (titles));
  gtk_drop_down_set_selected (view->arms, (guint) (studio_samples_arms (view->samples) + 1));
  view->filling = FALSE;
}

static void
on_activate (StudioSamplesView *view)
{
  adw_leaflet_set_visible_child_name (view->leaflet, "details");
}

static void
on_back (StudioSamplesView *view)
{
  adw_leaflet_set_visible_child_name (view->leaflet, "list");
}

static void
find (GtkWidget *widget, const char *action, GVariant *parameter)
{
  gtk_widget_grab_focus (GTK_WIDGET (STUDIO_SAMPLES_VIEW (widget)->search));
}

/* ---- reading ---- */

typedef struct
{
  StudioSession *session;
  char *run, *name;
} Reading;

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  g_object_unref (reading->session);
  g_free (reading->run);
  g_free (reading->name);
  g_free (reading);
}

/* Numbers are a help: texts are shown without them if the run's log is damaged. */
static void
join_numbers (StudioSamples *samples, AssayRunDir *dir)
{
  g_autoptr (AssayRunData) data = assay_run_data_read (dir, NULL, NULL);

  if (data != NULL)
    studio_samples_join (samples, data);
}

static void
read_samples (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Reading *reading = data;
  g_autofree char *name = g_strdup_printf ("samples/%s.jsonl", reading->name), *path = NULL;
  GError *error = NULL;
  g_autoptr (AssayRunDir) dir
      = assay_run_dir_open (studio_session_workspace (reading->session), reading->run, &error);
  StudioSamples *samples = NULL;

  if (dir != NULL)
    path = assay_run_dir_file (dir, name);
  if (path != NULL)
    samples = studio_samples_read (path, cancellable, &error);
  else if (error == NULL)
    g_set_error (&error, ASSAY_ERROR, ASSAY_ERROR_NOT_FOUND, "%s lies outside of the run.", name);
  if (samples == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  join_numbers (samples, dir);
  g_task_return_pointer (task, samples, (GDestroyNotify) studio_samples_unref);
}

static void
on_read (GObject *object, GAsyncResult *result, gpointer data)
{
  StudioSamplesView *view = STUDIO_SAMPLES_VIEW (object);
  g_autoptr (GError) error = NULL;
  StudioSamples *samples = g_task_propagate_pointer (G_TASK (result), &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (samples == NULL)
    {
      fail (view, error->message);
      return;
    }
  view->samples = samples;
  if (studio_samples_n (samples) == 0)
    {
      fail (view, samples->n_bad > 0 ? "No line of the file is a sample."
                                     : "The run has not written any sample yet.");
      return;
    }
  fill_arms (view);
  fill_sorts (view);
  on_query (view);
}

GtkWidget *
studio_samples_view_new (StudioSession *session, const char *run, const char *name)
{
  StudioSamplesView *view = g_object_new (STUDIO_TYPE_SAMPLES_VIEW, NULL);
  g_autoptr (GTask) task = g_task_new (view, view->closing, on_read, NULL);
  Reading *reading = g_new (Reading, 1);

  *reading = (Reading){ g_object_ref (session), g_strdup (run), g_strdup (name) };
  g_task_set_task_data (task, reading, reading_free);
  studio_task_run (task, read_samples);
  return GTK_WIDGET (view);
}

/* ---- the view ---- */

static void
studio_samples_view_dispose (GObject *object)
{
  StudioSamplesView *view = STUDIO_SAMPLES_VIEW (object);

  g_cancellable_cancel (view->closing);
  cancel (view);
  if (view->selection != NULL)
    g_signal_handlers_disconnect_by_data (view->selection, view);
  if (view->rows != NULL)
    studio_rows_set (view->rows, 0);
  g_clear_object (&view->selection);
  g_clear_object (&view->rows);
  G_OBJECT_CLASS (studio_samples_view_parent_class)->dispose (object);
}

static void
studio_samples_view_finalize (GObject *object)
{
  StudioSamplesView *view = STUDIO_SAMPLES_VIEW (object);

  g_object_unref (view->closing);
  g_clear_pointer (&view->made, studio_sample_table_free);
  g_clear_pointer (&view->samples, studio_samples_unref);
  g_clear_pointer (&view->sorts, g_ptr_array_unref);
  G_OBJECT_CLASS (studio_samples_view_parent_class)->finalize (object);
}

static void
studio_samples_view_class_init (StudioSamplesViewClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = studio_samples_view_dispose;
  G_OBJECT_CLASS (class)->finalize = studio_samples_view_finalize;
  g_type_ensure (STUDIO_TYPE_FLOW);
  gtk_widget_class_install_action (widget_class, "samples.find", NULL, find);
  studio_actions_bind (widget_class, "samples.", NULL);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/assay/Studio/samples-view.ui");
#define BIND(child) gtk_widget_class_bind_template_child (widget_class, StudioSamplesView, child)
  BIND (states);
  BIND (problem);
  BIND (leaflet);
  BIND (search);
  BIND (arms);
  BIND (sort);
  BIND (descending);
  BIND (twins);
  BIND (count);
  BIND (table);
  BIND (details);
#undef BIND
  gtk_widget_class_bind_template_callback (widget_class, on_query);
  gtk_widget_class_bind_template_callback (widget_class, on_arms);
  gtk_widget_class_bind_template_callback (widget_class, on_activate);
  gtk_widget_class_bind_template_callback (widget_class, on_back);
}

static void
studio_samples_view_init (StudioSamplesView *view)
{
  view->closing = g_cancellable_new ();
  view->rows = studio_rows_new ();
  gtk_widget_init_template (GTK_WIDGET (view));
  studio_tab_leaves (GTK_WIDGET (view->table));
  view->selection = gtk_single_selection_new (g_object_ref (G_LIST_MODEL (view->rows)));
  gtk_column_view_set_model (view->table, GTK_SELECTION_MODEL (view->selection));
  g_signal_connect_swapped (view->selection, "notify::selected", G_CALLBACK (show_details), view);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/runs-view-private.h"

#include "ui/desktop/window.h"
#include <string.h>

/* Words for completion are gathered anew when they are older, in microseconds. */
#define WORDS_AGE (20 * G_USEC_PER_SEC)

G_DEFINE_FINAL_TYPE (StudioRunsView, studio_runs_view, ADW_TYPE_BIN)

enum
{
  PROP_SESSION = 1
};

/* ---- words for the filter ---- */

/* A name that was mistyped finds nothing, too. */
static void
explain_none (StudioRunsView *view)
{
  g_autofree char *strange = studio_filter_entry_strange_key (view->entry);
  g_autofree char *line = studio_line_text (strange);
  g_autofree char *name = g_markup_escape_text (line, -1);
  g_autofree char *words
      = strange != NULL
            ? g_strdup_printf ("No run has a parameter, metric or field called “%s”.", name)
            : g_strdup ("No run is as the filter says.");

  adw_status_page_set_description (view->none, words);
}

static void
on_words (GObject *source, GAsyncResult *result, gpointer data)
{
  StudioRunsView *view = data;
  g_autoptr (GError) error = NULL;
  GHashTable *words = g_task_propagate_pointer (G_TASK (result), &error);

  if (words == NULL)
    return;
  studio_filter_entry_set_vocabulary (view->entry, words);
  g_hash_table_unref (words);
  explain_none (view);
}

static void
on_words_wanted (StudioFilterEntry *entry, StudioRunsView *view)
{
  gint64 now = g_get_monotonic_time ();

  if (view->words_made != 0 && now - view->words_made < WORDS_AGE)
    return;
  view->words_made = now;
  studio_session_run (view->session, g_task_new (NULL, view->closing, on_words, view),
                      studio_vocabulary_job);
}

/* ---- what is shown ---- */

static void
show_counts (StudioRunsView *view, const StudioRunsAnswer *answer)
{
  static const AssayState told[] = { ASSAY_RUNNING, ASSAY_QUEUED, ASSAY_FAILED, ASSAY_INTERRUPTED };
  g_autoptr (GString) text = g_string_new (NULL);

  if (answer->groups != NULL)
    g_string_printf (text, "%'u groups of %'u runs", answer->n, answer->n_runs);
  else
    g_string_printf (text, answer->n == 1 ? "%'u run" : "%'u runs", answer->n);
  for (guint i = 0; i < G_N_ELEMENTS (told); i++)
    if (answer->states[told[i]] > 0)
      g_string_append_printf (text, " · %u %s", answer->states[told[i]],
                              assay_state_name (told[i]));
  gtk_label_set_text (view->counts, text->str);
  gtk_widget_set_tooltip_text (GTK_WIDGET (view->counts), text->str);
}

static void
show_answer (StudioRunsView *view, StudioRunsAnswer *answer)
{
  gboolean filtered = *studio_filter_entry_filter (view->entry) != '\0';
  g_auto (GStrv) columns = NULL;

  studio_runs_choice_see (view->choice, answer);
  columns = studio_runs_choice_columns (view->choice, answer, (const char *const *) view->metrics);
  if (!view->choice->grouped || view->choice->by == NULL)
    {
      g_strfreev (view->parameters);
      view->parameters = g_strdupv (answer->parameters);
    }
  studio_runs_table_set_columns (view->table, (const char *const *) columns);
  studio_runs_table_set_answer (view->table, answer);
  show_counts (view, answer);
  if (answer->n == 0 && filtered)
    {
      explain_none (view);
      on_words_wanted (view->entry, view);
    }
  gtk_stack_set_visible_child_name (view->contents, answer->n > 0 ? "table"
                                                    : filtered    ? "none"
                                                                  : "empty");
}

/* No metric was chosen: the first of each study that is there.  TRUE: they differ from those that
 * were asked for. */
static gboolean
choose_metrics (StudioRunsView *view, const StudioRunsAnswer *answer)
{
  g_auto (GStrv) metrics
      = view->choice->metrics != NULL
            ? g_strdupv (view->choice->metrics)
            : studio_runs_default_metrics (studio_session_registry (view->session), answer);

  if (g_strv_equal ((const char *const *) metrics, (const char *const *) view->metrics)
      || (*metrics == NULL && view->choice->metrics == NULL))
    return FALSE;
  g_strfreev (view->metrics);
  view->metrics = g_steal_pointer (&metrics);
  return TRUE;
}

static void
on_answer (GObject *source, GAsyncResult *result, gpointer data)
{
  StudioRunsView *view = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (StudioRunsAnswer) answer = g_task_propagate_pointer (G_TASK (result), &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
      || g_task_get_cancellable (G_TASK (result)) != view->asking)
    return;
  g_clear_object (&view->asking);
  if (answer == NULL)
    {
      g_autofree char *words = g_markup_escape_text (error->message, -1);

      adw_status_page_set_description (view->failed, words);
      gtk_stack_set_visible_child_name (view->contents, "failed");
      return;
    }
  show_answer (view, answer);
  if (choose_metrics (view, answer) || view->stale)
    studio_runs_view_ask (view);
}

void
studio_runs_view_ask (StudioRunsView *view)
{
  gboolean descending;
  const char *order = studio_runs_table_order (view->table, &descending);
  GTask *task;

  if (view->asking != NULL)
    g_cancellable_cancel (view->asking);
  g_clear_object (&view->asking);
  view->asking = g_cancellable_new ();
  view->stale = FALSE;
  task = g_task_new (NULL, view->asking, on_answer, view);
  g_task_set_task_data (
      task,
      studio_runs_choice_question (view->choice, studio_filter_entry_filter (view->entry), order,
                                   descending, (const char *const *) view->metrics),
      (GDestroyNotify) studio_runs_question_free);
  studio_session_run (view->session, task, studio_runs_answer_job);
}

/* A live workspace changes faster than 20,000 rows are read: one question at a time. */
static void
on_runs_changed (StudioSession *session, StudioRunsView *view)
{
  if (view->asking != NULL)
    view->stale = TRUE;
  else
    studio_runs_view_ask (view);
  studio_run_page_runs_changed (view->page);
}

static void
on_studies_changed (StudioSession *session, StudioRunsView *view)
{
  StudioRunsAnswer *answer = studio_runs_table_answer (view->table);

  if (answer != NULL && choose_metrics (view, answer))
    studio_runs_view_ask (view);
}

/* ---- what is chosen ---- */

static gboolean
page_is_open (StudioRunsView *view)
{
  return g_strcmp0 (gtk_stack_get_visible_child_name (view->pages), "run") == 0;
}

GStrv
studio_runs_view_runs (StudioRunsView *view)
{
  const char *run = page_is_open (view) ? studio_run_page_run (view->page) : NULL;

  if (run != NULL)
    return g_strdupv ((char *[]){ (char *) run, NULL });
  return studio_runs_table_selected (view->table);
}

const AssayRunRow *
studio_runs_view_one (StudioRunsView *view)
{
  StudioRunsAnswer *answer = studio_runs_table_answer (view->table);
  g_auto (GStrv) runs = studio_runs_view_runs (view);

  for (guint i = 0; answer != NULL && g_strv_length (runs) == 1 && i < answer->n; i++)
    if (strcmp (answer->identities[i], runs[0]) == 0)
      return studio_runs_answer_run (answer, i);
  return NULL;
}

static void
on_selection_changed (StudioRunsTable *table, StudioRunsView *view)
{
  StudioRunsAnswer *answer = studio_runs_table_answer (table);
  g_autoptr (GtkBitset) rows = studio_runs_table_selected_rows (table);
  guint64 n = gtk_bitset_get_size (rows);
  g_autofree char *text = g_strdup_printf (answer != NULL && answer->groups != NULL
                                               ? (n == 1 ? "%u group" : "%u groups")
                                               : (n == 1 ? "%u run" : "%u runs"),
                                           (guint) n);

  gtk_label_set_text (view->chosen, text);
  gtk_action_bar_set_revealed (view->bar, n > 0);
  studio_runs_view_update_actions (view);
}

/* ---- opening ---- */

static void
on_activated (StudioRunsTable *table, guint row, StudioRunsView *view)
{
  StudioRunsAnswer *answer = studio_runs_table_answer (table);
  const AssayRunRow *run = studio_runs_answer_run (answer, row);

  if (run != NULL)
    {
      studio_runs_view_show_run (view, run->id);
      return;
    }
  {
    g_autofree char *filter
        = studio_runs_answer_group_filter (answer, row, studio_filter_entry_filter (view->entry));

    studio_runs_choice_ungroup (view->choice);
    gtk_menu_button_set_label (view->group_button, "Group");
    studio_filter_entry_set_text (view->entry, filter);
    studio_runs_view_ask (view);
  }
}

static void
on_star (StudioRunsTable *table, guint row, StudioRunsView *view)
{
  const AssayRunRow *run = studio_runs_answer_run (studio_runs_table_answer (table), row);
  const char *const runs[] = { run != NULL ? run->id : NULL, NULL };

  if (run != NULL)
    studio_runs_view_command (view, run->star ? STUDIO_UNSTAR_RUNS : STUDIO_STAR_RUNS, runs, NULL);
}

static void
on_menu (StudioRunsTable *table, double x, double y, StudioRunsView *view)
{
  const GdkRectangle place = { (int) x, (int) y, 1, 1 };

  gtk_popover_set_pointing_to (view->menu, &place);
  gtk_popover_popup (view->menu);
}

static void
on_columns_moved (StudioRunsTable *table, StudioRunsView *view)
{
  if (view->choice->grouped)
    return;
  g_strfreev (view->choice->order);
  view->choice->order = studio_runs_table_columns (table);
  studio_runs_choice_save (view->choice);
}

static void
on_sorted (StudioRunsTable *table, StudioRunsView *view)
{
  studio_runs_view_ask (view);
}

static void
on_filter_changed (StudioFilterEntry *entry, StudioRunsView *view)
{
  studio_runs_view_ask (view);
}

void
studio_runs_view_show_run (StudioRunsView *view, const char *run)
{
  studio_run_page_show (view->page, run);
  gtk_stack_set_visible_child_name (view->pages, "run");
  studio_runs_view_update_actions (view);
}

void
studio_runs_view_show_filter (StudioRunsView *view, const char *filter)
{
  if (page_is_open (view))
    studio_run_page_leave (view->page);
  studio_filter_entry_set_text (view->entry, filter);
  studio_runs_view_ask (view);
}

static void
on_page_left (StudioRunPage *page, StudioRunsView *view)
{
  gtk_stack_set_visible_child_name (view->pages, "list");
  studio_run_page_show (view->page, NULL);
  studio_runs_view_update_actions (view);
  studio_runs_table_grab_focus (view->table);
}

static void
search_here (GtkWidget *widget, const char *name, GVariant *parameter)
{
  StudioRunsView *view = STUDIO_RUNS_VIEW (widget);

  if (page_is_open (view))
    studio_run_page_leave (view->page);
  studio_filter_entry_grab_focus (view->entry);
}

static void
go_back (GtkWidget *widget, const char *name, GVariant *parameter)
{
  StudioRunsView *view = STUDIO_RUNS_VIEW (widget);

  if (page_is_open (view))
    studio_run_page_leave (view->page);
}

static void
on_page_changed (StudioRunPage *page, StudioRunsView *view)
{
  studio_runs_view_update_actions (view);
}

/* ---- the widget ---- */

static void
studio_runs_view_constructed (GObject *object)
{
  StudioRunsView *view = STUDIO_RUNS_VIEW (object);

  G_OBJECT_CLASS (studio_runs_view_parent_class)->constructed (object);
  studio_run_page_set_session (view->page, view->session);
  studio_runs_table_set_workspace (view->table,
                                   assay_workspace_path (studio_session_workspace (view->session)));
  g_signal_connect_object (view->session, "runs-changed", G_CALLBACK (on_runs_changed), view, 0);
  g_signal_connect_object (view->session, "studies-changed", G_CALLBACK (on_studies_changed), view,
                           0);
}

static void
studio_runs_view_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  StudioRunsView *view = STUDIO_RUNS_VIEW (object);

  view->session = g_value_dup_object (value);
}

static void
studio_runs_view_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (studio_runs_view_parent_class)->map (widget);
  studio_runs_view_update_actions (STUDIO_RUNS_VIEW (widget));
}

static void
studio_runs_view_unmap (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (studio_runs_view_parent_class)->unmap (widget);
  studio_runs_view_update_actions (STUDIO_RUNS_VIEW (widget));
}

static void
studio_runs_view_dispose (GObject *object)
{
  StudioRunsView *view = STUDIO_RUNS_VIEW (object);

  view->actions = NULL;
  g_cancellable_cancel (view->closing);
  if (view->asking != NULL)
    g_cancellable_cancel (view->asking);
  if (view->menu != NULL)
    gtk_widget_unparent (GTK_WIDGET (g_steal_pointer (&view->menu)));
  g_clear_object (&view->session);
  G_OBJECT_CLASS (studio_runs_view_parent_class)->dispose (object);
}

static void
studio_runs_view_finalize (GObject *object)
{
  StudioRunsView *view = STUDIO_RUNS_VIEW (object);

  g_clear_object (&view->asking);
  g_clear_object (&view->closing);
  studio_runs_choice_free (view->choice);
  g_strfreev (view->metrics);
  g_strfreev (view->parameters);
  G_OBJECT_CLASS (studio_runs_view_parent_class)->finalize (object);
}

static void
studio_runs_view_class_init (StudioRunsViewClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->set_property = studio_runs_view_set_property;
  G_OBJECT_CLASS (class)->constructed = studio_runs_view_constructed;
  G_OBJECT_CLASS (class)->dispose = studio_runs_view_dispose;
  G_OBJECT_CLASS (class)->finalize = studio_runs_view_finalize;
  widget_class->map = studio_runs_view_map;
  widget_class->unmap = studio_runs_view_unmap;
  g_object_class_install_property (
      G_OBJECT_CLASS (class), PROP_SESSION,
      g_param_spec_object ("session", NULL, NULL, STUDIO_TYPE_SESSION,
                           G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));
  g_type_ensure (STUDIO_TYPE_FILTER_ENTRY);
  g_type_ensure (STUDIO_TYPE_RUNS_TABLE);
  g_type_ensure (STUDIO_TYPE_RUN_PAGE);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/assay/Studio/runs-view.ui");
  gtk_widget_class_bind_template_child (widget_class, StudioRunsView, pages);
  gtk_widget_class_bind_template_child (widget_class, StudioRunsView, contents);
  gtk_widget_class_bind_template_child (widget_class, StudioRunsView, entry);
  gtk_widget_class_bind_template_child (widget_class, StudioRunsView, group_button);
  gtk_widget_class_bind_template_child (widget_class, StudioRunsView, columns_button);
  gtk_widget_class_bind_template_child (widget_class, StudioRunsView, counts);
  gtk_widget_class_bind_template_child (widget_class, StudioRunsView, chosen);
  gtk_widget_class_bind_template_child (widget_class, StudioRunsView, table);
  gtk_widget_class_bind_template_child (widget_class, StudioRunsView, none);
  gtk_widget_class_bind_template_child (widget_class, StudioRunsView, failed);
  gtk_widget_class_bind_template_child (widget_class, StudioRunsView, bar);
  gtk_widget_class_bind_template_child (widget_class, StudioRunsView, page);
  gtk_widget_class_bind_template_child (widget_class, StudioRunsView, row_menu);
  gtk_widget_class_install_action (widget_class, "view.search", NULL, search_here);
  gtk_widget_class_install_action (widget_class, "view.back", NULL, go_back);
}

static void
studio_runs_view_init (StudioRunsView *view)
{
  view->closing = g_cancellable_new ();
  view->choice = studio_runs_choice_new ();
  view->metrics
      = view->choice->metrics != NULL ? g_strdupv (view->choice->metrics) : g_new0 (char *, 1);
  gtk_widget_init_template (GTK_WIDGET (view));
  view->menu = GTK_POPOVER (gtk_popover_menu_new_from_model (view->row_menu));
  gtk_popover_set_has_arrow (view->menu, FALSE);
  gtk_widget_set_halign (GTK_WIDGET (view->menu), GTK_ALIGN_START);
  gtk_widget_set_parent (GTK_WIDGET (view->menu), GTK_WIDGET (view->table));
  studio_runs_view_set_up_popovers (view);
  g_signal_connect (view->entry, "filter-changed", G_CALLBACK (on_filter_changed), view);
  g_signal_connect (view->entry, "words-wanted", G_CALLBACK (on_words_wanted), view);
  g_signal_connect (view->table, "activated", G_CALLBACK (on_activated), view);
  g_signal_connect (view->table, "star", G_CALLBACK (on_star), view);
  g_signal_connect (view->table, "sorted", G_CALLBACK (on_sorted), view);
  g_signal_connect (view->table, "columns-moved", G_CALLBACK (on_columns_moved), view);
  g_signal_connect (view->table, "selection-changed", G_CALLBACK (on_selection_changed), view);
  g_signal_connect (view->table, "menu", G_CALLBACK (on_menu), view);
  g_signal_connect (view->page, "left", G_CALLBACK (on_page_left), view);
  g_signal_connect (view->page, "changed", G_CALLBACK (on_page_changed), view);
}

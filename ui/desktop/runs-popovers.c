/* SPDX-License-Identifier: Apache-2.0
 *
 * How runs are grouped, and which columns there are.  What can be chosen is found when a popover
 * opens.
 */
#include "ui/desktop/runs-view-private.h"

#include "ui/desktop/runs-metric.h"
#include "ui/desktop/runs-words.h"
#include <math.h>
#include <string.h>

#define MAX_METRICS 60 /* offered */

static GtkWidget *
heading (const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_margin_top (label, 6);
  gtk_widget_add_css_class (label, "heading");
  return label;
}

static GtkWidget *
explanation (const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 32);
  gtk_widget_add_css_class (label, "dim-label");
  gtk_widget_add_css_class (label, "caption");
  return label;
}

/* A check button with a key; @text NULL: the key itself. */
static GtkWidget *
check_button (const char *text, const char *key, gboolean active, GCallback toggled, gpointer data)
{
  GtkWidget *button = gtk_check_button_new_with_label (text != NULL ? text : key);

  gtk_check_button_set_active (GTK_CHECK_BUTTON (button), active);
  g_object_set_data_full (G_OBJECT (button), "key", g_strdup (key), g_free);
  g_signal_connect (button, "toggled", toggled, data);
  return button;
}

static const char *
key_of (GtkCheckButton *button)
{
  return g_object_get_data (G_OBJECT (button), "key");
}

/* The box in which a popover's choices stand, emptied. */
static GtkBox *
fresh_box (GtkMenuButton *button)
{
  GtkPopover *popover = gtk_menu_button_get_popover (button);
  GtkWidget *window = gtk_scrolled_window_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (window), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (window), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (window), 420);
  gtk_widget_set_margin_start (box, 6);
  gtk_widget_set_margin_end (box, 12);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (window), box);
  gtk_popover_set_child (popover, window);
  return GTK_BOX (box);
}

/* ---- groups ---- */

/* Keys of the two that stand for no key of a run. */
#define SINGLE "\x1fsingle"
#define BUT_SEED                                                                                   \
  "\x1f"                                                                                           \
  "but-seed"

static gboolean
is_chosen (const StudioRunsChoice *choice, const char *key)
{
  if (strcmp (key, SINGLE) == 0)
    return !choice->grouped;
  if (strcmp (key, BUT_SEED) == 0)
    return choice->grouped && choice->by == NULL;
  return choice->by != NULL && g_strv_contains ((const char *const *) choice->by, key);
}

/* One choice changes what others show. */
static void
show_choice (StudioRunsView *view)
{
  view->checking = TRUE;
  for (GtkWidget *child = view->groups ? gtk_widget_get_first_child (view->groups) : NULL; child;
       child = gtk_widget_get_next_sibling (child))
    if (GTK_IS_CHECK_BUTTON (child))
      gtk_check_button_set_active (GTK_CHECK_BUTTON (child),
                                   is_chosen (view->choice, key_of (GTK_CHECK_BUTTON (child))));
  view->checking = FALSE;
}

static void
regroup (StudioRunsView *view)
{
  g_autofree char *by
      = view->choice->by != NULL ? g_strjoinv (", ", view->choice->by) : g_strdup ("all but seed");
  g_autofree char *label = g_strdup_printf ("By %s", by);

  gtk_menu_button_set_label (view->group_button, view->choice->grouped ? label : "Group");
  show_choice (view);
  studio_runs_view_ask (view);
}

static void
on_single (GtkCheckButton *button, StudioRunsView *view)
{
  if (view->checking || !gtk_check_button_get_active (button))
    return;
  studio_runs_choice_ungroup (view->choice);
  regroup (view);
}

static void
on_all_but_seed (GtkCheckButton *button, StudioRunsView *view)
{
  if (view->checking || !gtk_check_button_get_active (button))
    return;
  g_clear_pointer (&view->choice->by, g_strfreev);
  view->choice->grouped = TRUE;
  regroup (view);
}

static void
on_by (GtkCheckButton *button, StudioRunsView *view)
{
  g_autoptr (GStrvBuilder) by = g_strv_builder_new ();
  gboolean active = gtk_check_button_get_active (button);

  if (view->checking)
    return;
  for (char **key = view->choice->by; key != NULL && *key != NULL; key++)
    if (strcmp (*key, key_of (button)) != 0)
      g_strv_builder_add (by, *key);
  if (active)
    g_strv_builder_add (by, key_of (button));
  g_clear_pointer (&view->choice->by, g_strfreev);
  view->choice->by = g_strv_builder_end (by);
  view->choice->grouped = view->choice->by[0] != NULL;
  if (!view->choice->grouped)
    g_clear_pointer (&view->choice->by, g_strfreev);
  regroup (view);
}

static void
on_group_metric (GtkDropDown *drop, GParamSpec *spec, StudioRunsView *view)
{
  GtkStringObject *item = gtk_drop_down_get_selected_item (drop);

  g_free (view->choice->metric);
  view->choice->metric = item != NULL ? g_strdup (gtk_string_object_get_string (item)) : NULL;
  if (view->choice->grouped)
    studio_runs_view_ask (view);
}

static void
add_metric_of_groups (StudioRunsView *view, GtkBox *box)
{
  GtkStringList *list = gtk_string_list_new (NULL); /* which the drop-down takes */
  GtkWidget *drop = gtk_drop_down_new (G_LIST_MODEL (list), NULL);

  for (char **metric = view->metrics; *metric != NULL; metric++)
    {
      guint at = g_list_model_get_n_items (G_LIST_MODEL (list));

      if (studio_metric_column_is_at (*metric))
        continue;
      gtk_string_list_append (list, *metric);
      if (g_strcmp0 (*metric, view->choice->metric) == 0)
        gtk_drop_down_set_selected (GTK_DROP_DOWN (drop), at);
    }
  g_signal_connect (drop, "notify::selected", G_CALLBACK (on_group_metric), view);
  gtk_accessible_update_property (GTK_ACCESSIBLE (drop), GTK_ACCESSIBLE_PROPERTY_LABEL, "Mean of",
                                  -1);
  gtk_box_append (box, heading ("Mean of"));
  gtk_box_append (box, drop);
}

static void
add_choice (StudioRunsView *view, GtkBox *box, const char *text, const char *key, GCallback toggled)
{
  gtk_box_append (box, check_button (text, key, is_chosen (view->choice, key), toggled, view));
}

static void
fill_groups (GtkMenuButton *button, gpointer data)
{
  static const char *const always[] = { "study", "preset", "plan", "status", "tag", NULL };
  StudioRunsView *view = data;
  GtkBox *box = fresh_box (button);
  GtkWidget *single;

  view->groups = GTK_WIDGET (box);
  add_choice (view, box, "Single runs", SINGLE, G_CALLBACK (on_single));
  single = gtk_widget_get_last_child (view->groups);
  add_choice (view, box, "All but the seed", BUT_SEED, G_CALLBACK (on_all_but_seed));
  gtk_check_button_set_group (GTK_CHECK_BUTTON (gtk_widget_get_last_child (view->groups)),
                              GTK_CHECK_BUTTON (single));
  gtk_box_append (box, heading ("By"));
  for (const char *const *key = always; *key != NULL; key++)
    add_choice (view, box, NULL, *key, G_CALLBACK (on_by));
  for (char **key = view->parameters; key != NULL && *key != NULL; key++)
    add_choice (view, box, NULL, *key, G_CALLBACK (on_by));
  if (view->metrics[0] != NULL)
    add_metric_of_groups (view, box);
}

/* ---- columns ---- */

static void
on_column (GtkCheckButton *button, StudioRunsView *view)
{
  studio_runs_choice_show (view->choice, key_of (button), gtk_check_button_get_active (button));
  studio_runs_choice_save (view->choice);
  studio_runs_view_ask (view);
}

static void
on_all_parameters (GtkCheckButton *button, StudioRunsView *view)
{
  view->choice->all_parameters = gtk_check_button_get_active (button);
  studio_runs_choice_save (view->choice);
  studio_runs_view_ask (view);
}

/* Takes @metrics (emptied) as the columns. */
static void
set_metrics (StudioRunsView *view, GStrv metrics)
{
  g_strfreev (view->metrics);
  view->metrics = metrics;
  g_strfreev (view->choice->metrics);
  view->choice->metrics = g_strdupv (metrics);
  studio_runs_choice_save (view->choice);
  studio_runs_view_ask (view);
}

static void
show_metric (StudioRunsView *view, const char *key, gboolean shown)
{
  g_autoptr (GStrvBuilder) metrics = g_strv_builder_new ();

  for (char **metric = view->metrics; *metric != NULL; metric++)
    if (strcmp (*metric, key) != 0)
      g_strv_builder_add (metrics, *metric);
  if (shown)
    g_strv_builder_add (metrics, key);
  set_metrics (view, g_strv_builder_end (metrics));
}

static void
on_metric (GtkToggleButton *button, StudioRunsView *view)
{
  show_metric (view, g_object_get_data (G_OBJECT (button), "key"),
               gtk_toggle_button_get_active (button));
}

/* ---- at a step ---- */

/* "loss@", behind which the step stands. */
static gsize
before_step (const char *key)
{
  return studio_metric_column_is_at (key) ? (gsize) (strrchr (key, '@') + 1 - key) : 0;
}

/* The step that columns have, and else the last of the runs that are shown. */
static double
step_of (StudioRunsView *view)
{
  StudioRunsAnswer *answer = studio_runs_table_answer (view->table);
  double last = 0;

  for (char **key = view->metrics; *key != NULL; key++)
    if (before_step (*key) > 0)
      return g_ascii_strtod (*key + before_step (*key), NULL);
  for (guint i = 0; answer != NULL && answer->rows != NULL && i < MIN (answer->n, 200); i++)
    {
      const GArray *summaries = studio_runs_answer_run (answer, i)->summaries;

      for (guint k = 0; summaries != NULL && k < summaries->len; k++)
        if (g_array_index (summaries, AssaySummary, k).step > last)
          last = g_array_index (summaries, AssaySummary, k).step;
    }
  return last;
}

static char *
key_at (const char *series, gsize length, double step)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup_printf ("%.*s@%s", (int) length, series,
                          g_ascii_formatd (number, sizeof number, "%.15g", step));
}

/* The column of this series at a step; as it is if there is one. */
static char *
at_key (StudioRunsView *view, const char *series)
{
  for (char **key = view->metrics; *key != NULL; key++)
    if (before_step (*key) == strlen (series) + 1 && g_str_has_prefix (*key, series))
      return g_strdup (*key);
  return key_at (series, strlen (series), view->step);
}

static void
on_metric_at (GtkToggleButton *button, StudioRunsView *view)
{
  const char *key = g_object_get_data (G_OBJECT (button), "key");

  if (!gtk_toggle_button_get_active (button))
    {
      g_autofree char *series = g_strndup (key, before_step (key) - 1);
      g_autofree char *shown = at_key (view, series);

      show_metric (view, shown, FALSE);
    }
  else
    {
      g_autofree char *now = key_at (key, before_step (key) - 1, view->step);

      show_metric (view, now, TRUE);
    }
}

/* Columns at another step follow. */
static void
on_step (GtkSpinButton *spin, StudioRunsView *view)
{
  g_autoptr (GStrvBuilder) metrics = g_strv_builder_new ();
  gboolean any = FALSE;

  view->step = gtk_spin_button_get_value (spin);
  for (char **key = view->metrics; *key != NULL; key++)
    {
      gsize length = before_step (*key);
      g_autofree char *now = length > 0 ? key_at (*key, length - 1, view->step) : g_strdup (*key);

      any = any || length > 0;
      g_strv_builder_add (metrics, now);
    }
  if (any)
    set_metrics (view, g_strv_builder_end (metrics));
}

static GtkWidget *
step_row (StudioRunsView *view)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *label = gtk_label_new ("At step"), *spin;

  view->step = step_of (view);
  spin = gtk_spin_button_new_with_range (0, 1e15, MAX (1, floor (view->step / 20)));
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (spin), view->step);
  gtk_widget_set_name (spin, "step");
  gtk_widget_set_hexpand (label, TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), spin);
  gtk_accessible_update_property (GTK_ACCESSIBLE (spin), GTK_ACCESSIBLE_PROPERTY_LABEL, "At step",
                                  -1);
  g_signal_connect (spin, "value-changed", G_CALLBACK (on_step), view);
  gtk_box_append (GTK_BOX (row), label);
  gtk_box_append (GTK_BOX (row), spin);
  return row;
}

/* Takes @key. */
static GtkWidget *
metric_button (StudioRunsView *view, const char *title, char *key, GCallback toggled)
{
  GtkWidget *button = gtk_toggle_button_new_with_label (title);
  g_autofree char *name = studio_column_title (key);

  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button),
                                g_strv_contains ((const char *const *) view->metrics, key));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_object_set_data_full (G_OBJECT (button), "key", key, g_free);
  g_signal_connect (button, "toggled", toggled, view);
  gtk_widget_add_css_class (button, "caption");
  return button;
}

/* last, min, max and mean of one metric, or of one label set ("{split=train}") of it; and its value
 * at the step that is asked for. */
static GtkWidget *
metric_row (StudioRunsView *view, const char *metric, const char *set, const char *title)
{
  static const struct
  {
    const char *prefix, *title;
  } forms[] = { { "", "Last" }, { "min.", "Min" }, { "max.", "Max" }, { "mean.", "Mean" } };
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  GtkWidget *buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0), *label = gtk_label_new (title);
  g_autofree char *series = g_strconcat (metric, set, NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 30);
  gtk_widget_add_css_class (buttons, "linked");
  gtk_widget_add_css_class (buttons, "metric-folds");
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      char *key = g_strconcat (forms[i].prefix, series, NULL);

      gtk_box_append (GTK_BOX (buttons),
                      metric_button (view, forms[i].title, key, G_CALLBACK (on_metric)));
    }
  gtk_box_append (GTK_BOX (buttons),
                  metric_button (view, "At", at_key (view, series), G_CALLBACK (on_metric_at)));
  gtk_box_append (GTK_BOX (row), label);
  gtk_box_append (GTK_BOX (row), buttons);
  return row;
}

static void
metrics_job (GTask *task, AssayIndex *index)
{
  GError *error = NULL;
  g_autoptr (AssayFilter) filter = assay_filter_parse (g_task_get_task_data (task), &error);
  AssayCatalogue *catalogue = filter != NULL ? assay_index_catalogue (index, filter, &error) : NULL;

  if (catalogue != NULL)
    g_task_return_pointer (task, catalogue, (GDestroyNotify) assay_catalogue_free);
  else
    g_task_return_error (task, error);
}

/* What label sets of a metric stand under. */
static GtkWidget *
label_sets (GtkBox *box, const char *metric)
{
  g_autofree char *title = g_strdup_printf ("Label sets of %s", metric);
  GtkWidget *expander = gtk_expander_new (title);
  GtkWidget *sets = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  gtk_expander_set_child (GTK_EXPANDER (expander), sets);
  gtk_box_append (box, expander);
  return sets;
}

static void
add_metrics (StudioRunsView *view, GtkBox *box, const GArray *rows)
{
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) boxes = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < rows->len && g_hash_table_size (known) < MAX_METRICS; i++)
    {
      const AssayCatalogueRow *row = &g_array_index (rows, AssayCatalogueRow, i);
      g_autofree char *set = g_strdup_printf ("{%s}", row->labels);
      char *series = g_strconcat (row->metric, set, NULL);
      GtkWidget *sets;

      if (strcmp (row->axes, "step") != 0)
        {
          g_free (series);
          continue;
        }
      if (g_hash_table_add (known, g_strdup (row->metric)))
        gtk_box_append (box, metric_row (view, row->metric, "", row->metric));
      if (!g_hash_table_add (known, series) || *row->labels == '\0')
        continue;
      sets = g_hash_table_lookup (boxes, row->metric);
      if (sets == NULL)
        g_hash_table_insert (boxes, (gpointer) row->metric, sets = label_sets (box, row->metric));
      gtk_box_append (GTK_BOX (sets), metric_row (view, row->metric, set, row->labels));
    }
}

/* @source is the box to be filled. */
static void
on_metrics (GObject *source, GAsyncResult *result, gpointer data)
{
  StudioRunsView *view = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (AssayCatalogue) catalogue = g_task_propagate_pointer (G_TASK (result), &error);

  if (catalogue == NULL)
    return;
  add_metrics (view, GTK_BOX (source), catalogue->rows);
  if (gtk_widget_get_first_child (GTK_WIDGET (source)) == NULL)
    gtk_box_append (GTK_BOX (source), explanation ("These runs have measured nothing yet."));
}

static void
fill_columns (GtkMenuButton *button, gpointer data)
{
  StudioRunsView *view = data;
  GtkBox *box = fresh_box (button);
  GtkWidget *metrics = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GTask *task;

  gtk_box_append (box, heading ("Metrics"));
  gtk_box_append (box, step_row (view));
  gtk_box_append (box, metrics);
  gtk_box_append (box, heading ("Parameters"));
  gtk_box_append (box,
                  check_button ("Also those that do not differ", "", view->choice->all_parameters,
                                G_CALLBACK (on_all_parameters), view));
  gtk_box_append (box, heading ("Columns"));
  for (const char *const *key = studio_runs_columns; *key != NULL; key++)
    {
      g_autofree char *title = studio_column_title (*key);

      gtk_box_append (box, check_button (strcmp (*key, "starred") == 0 ? "Star" : title, *key,
                                         studio_runs_choice_shows (view->choice, *key),
                                         G_CALLBACK (on_column), view));
    }
  gtk_box_append (box, explanation ("Tags, notes and reasons are shown where a run has one. Drag "
                                    "the head of a column to move it."));
  task = g_task_new (metrics, view->closing, on_metrics, view);
  g_task_set_task_data (task, g_strdup (studio_filter_entry_filter (view->entry)), g_free);
  studio_session_run (view->session, task, metrics_job);
}

void
studio_runs_view_set_up_popovers (StudioRunsView *view)
{
  gtk_menu_button_set_popover (view->group_button, gtk_popover_new ());
  gtk_menu_button_set_popover (view->columns_button, gtk_popover_new ());
  gtk_menu_button_set_create_popup_func (view->group_button, fill_groups, view, NULL);
  gtk_menu_button_set_create_popup_func (view->columns_button, fill_columns, view, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/figures-view-private.h"

#include "ui/desktop/actions.h"

#include "ui/desktop/window.h"
#include <string.h>

G_DEFINE_FINAL_TYPE (StudioFiguresView, studio_figures_view, ADW_TYPE_BIN)

enum
{
  PROP_SESSION = 1
};

#define PACE 1000    /* ms between two pictures while runs go on */
#define SLOWEST 5000 /* however long one takes */

static void schedule (StudioFiguresView *view);

/* ---- the picture ---- */

gboolean
studio_figures_view_request (StudioFiguresView *view, StudioFigureRequest *request)
{
  const StudioSelection *selection = studio_session_selection (view->session);
  const char *study = studio_run_chooser_study (view->chooser);

  *request = (StudioFigureRequest){ .study = study,
                                    .preset = selection->preset,
                                    .runs = (const char *const *) selection->runs,
                                    .figure = view->figure,
                                    .options = view->options };
  return study != NULL && view->figure != NULL && studio_session_registry (view->session) != NULL;
}

static void
show_problem (StudioFiguresView *view, const char *title, const char *text)
{
  g_autofree char *markup = g_markup_escape_text (text, -1);

  adw_status_page_set_title (view->problem, title);
  adw_status_page_set_description (view->problem, markup);
  gtk_stack_set_visible_child_name (view->states, "problem");
  studio_chart_area_set_chart (view->area, NULL, NULL);
  gtk_label_set_text (view->status, "");
}

/* "12 runs, 3 at work"; "1 run at work". */
static void
append_runs (GString *text, guint ended, guint live)
{
  guint first = ended > 0 ? ended : live;

  g_string_append_printf (text, "%u %s", first, first == 1 ? "run" : "runs");
  if (live > 0 && ended > 0)
    g_string_append_printf (text, ", %u", live);
  if (live > 0)
    g_string_append (text, " at work");
}

static void
show_status (StudioFiguresView *view, const AssayRunSet *set)
{
  GString *text = g_string_new (NULL);

  if (set != NULL)
    {
      append_runs (text, set->dirs->len, set->live->len);
      if (set->preset != NULL)
        g_string_append_printf (text, " · %s", set->preset);
      if (set->plan != NULL)
        g_string_append_printf (text, " · plan %s", set->plan);
    }
  gtk_label_set_text (view->status, text->str);
  g_string_free (text, TRUE);
}

static void
show_slider (StudioFiguresView *view)
{
  AssayChart *chart = studio_chart_area_get_chart (view->area);
  const char *const *levels = assay_chart_slider (chart);
  const char *level = g_hash_table_lookup (view->options, "slider");
  guint n = g_strv_length ((GStrv) levels), at = 0;

  /* The first place is all of it, side by side. */
  for (guint i = 0; i < n; i++)
    if (g_strcmp0 (levels[i], level) == 0)
      at = i + 1;
  view->filling = TRUE;
  gtk_widget_set_visible (GTK_WIDGET (view->slider_box), n > 1);
  gtk_adjustment_configure (view->slider_at, at, 0, n, 1, 5, 0);
  gtk_label_set_text (view->slider_level, at > 0 ? levels[at - 1] : "all");
  view->filling = FALSE;
}

static void
show_figure (StudioFiguresView *view, StudioFigure *figure)
{
  AssayChart *chart = g_steal_pointer (&figure->chart);
  AssayRunSet *set = g_steal_pointer (&figure->set);

  if (view->declared != figure->study)
    {
      g_clear_pointer (&view->declared, assay_study_info_unref);
      view->declared = assay_study_info_ref (figure->study);
    }
  show_status (view, set);
  studio_chart_area_set_chart (view->area, chart, set);
  studio_figure_panel_show (view->panel, view->declared, chart, view->options);
  show_slider (view);
  gtk_stack_set_visible_child_name (view->states, "chart");
  studio_figures_view_update_actions (view);
}

static void
on_loaded (GObject *session, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (StudioFigure) figure
      = studio_figure_load_finish (STUDIO_SESSION (session), result, &error);
  g_autoptr (StudioFiguresView) view = data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&view->cancellable);
  gtk_spinner_stop (view->busy);
  view->drawn = g_get_monotonic_time ();
  if (figure != NULL)
    {
      view->seconds = figure->seconds;
      show_figure (view, figure);
    }
  else
    show_problem (view, "The figure cannot be drawn", error->message);
  if (view->again)
    studio_figures_view_load (view);
  else if (view->stale)
    schedule (view);
}

static void
load (StudioFiguresView *view)
{
  StudioFigureRequest request;

  view->stale = view->again = FALSE;
  if (!studio_figures_view_request (view, &request))
    return;
  request.live = TRUE;
  view->cancellable = g_cancellable_new ();
  gtk_spinner_start (view->busy);
  studio_figure_load (view->session, &request, view->cancellable, on_loaded, g_object_ref (view));
}

static gboolean
on_timer (gpointer data)
{
  StudioFiguresView *view = data;

  view->timer = 0;
  if (view->cancellable == NULL && gtk_widget_get_mapped (GTK_WIDGET (view)))
    load (view);
  return G_SOURCE_REMOVE;
}

/* Draws soon, but not more than once a second, nor most of the time, and only what somebody
 * sees. */
static void
schedule (StudioFiguresView *view)
{
  gint64 since = (g_get_monotonic_time () - view->drawn) / 1000;
  gint64 pace = CLAMP ((gint64) (3000 * view->seconds), PACE, SLOWEST);

  view->stale = TRUE;
  if (view->timer == 0 && view->cancellable == NULL && gtk_widget_get_mapped (GTK_WIDGET (view)))
    view->timer = g_timeout_add ((guint) CLAMP (pace - since, 10, pace), on_timer, view);
}

static void
cancel (StudioFiguresView *view)
{
  g_cancellable_cancel (view->cancellable);
  g_clear_object (&view->cancellable);
  g_clear_handle_id (&view->timer, g_source_remove);
}

/* One picture at a time, however fast a slider is moved: the next begins when this one is there. */
void
studio_figures_view_load (StudioFiguresView *view)
{
  view->stale = TRUE;
  if (view->cancellable != NULL)
    view->again = TRUE;
  else if (gtk_widget_get_mapped (GTK_WIDGET (view)))
    load (view);
}

/* What is being drawn does not matter any more. */
static void
load_other (StudioFiguresView *view)
{
  cancel (view);
  studio_figures_view_load (view);
}

/* ---- options ---- */

/* Changes stay with a declared figure while the window is open, and so does what is looked at. */
static void
remember (StudioFiguresView *view)
{
  const char *study = studio_run_chooser_study (view->chooser);

  if (view->saved == NULL && view->figure != NULL && study != NULL)
    g_hash_table_insert (view->changes, g_strconcat (study, " ", view->figure, NULL),
                         studio_figure_options_copy (view->options));
}

void
studio_figures_view_set_option (StudioFiguresView *view, const char *name, const char *value)
{
  if (g_strcmp0 (g_hash_table_lookup (view->options, name), value) == 0)
    return;
  if (value != NULL && *value != '\0')
    g_hash_table_insert (view->options, g_strdup (name), g_strdup (value));
  else
    g_hash_table_remove (view->options, name);
  remember (view);
  studio_figures_view_load (view);
}

void
studio_figures_view_as_declared (StudioFiguresView *view)
{
  g_hash_table_remove_all (view->options);
  studio_chart_area_look_anew (view->area);
  remember (view);
  studio_figures_view_load (view);
}

static void
on_option (StudioFiguresView *view, const char *name, const char *value)
{
  studio_figures_view_set_option (view, name, value);
}

static void
on_slider (StudioFiguresView *view)
{
  guint at = (guint) gtk_adjustment_get_value (view->slider_at);
  AssayChart *chart = studio_chart_area_get_chart (view->area);
  const char *const *levels;

  if (view->filling || chart == NULL)
    return;
  levels = assay_chart_slider (chart);
  if (at > g_strv_length ((GStrv) levels))
    return;
  gtk_label_set_text (view->slider_level, at > 0 ? levels[at - 1] : "all");
  studio_figures_view_set_option (view, "slider", at > 0 ? levels[at - 1] : NULL);
}

/* Shows a figure, as it was left or as it was kept. */
static void
choose (StudioFiguresView *view, const char *figure, const char *saved)
{
  const StudioSavedFigure *kept
      = saved != NULL ? studio_figure_store_find (view->store, saved) : NULL;
  g_autofree char *key = g_strconcat (studio_run_chooser_study (view->chooser), " ", figure, NULL);
  GHashTable *options = kept != NULL ? kept->options : g_hash_table_lookup (view->changes, key);
  g_autofree char *new_figure = g_strdup (figure), *new_saved = g_strdup (saved);

  g_free (view->figure);
  g_free (view->saved);
  view->figure = g_steal_pointer (&new_figure);
  view->saved = g_steal_pointer (&new_saved);
  g_hash_table_unref (view->options);
  view->options = studio_figure_options_copy (options);
  studio_chart_area_look_anew (view->area);
  if (studio_chart_area_get_chart (view->area) == NULL)
    gtk_stack_set_visible_child_name (view->states, "loading");
  load_other (view);
}

static void
fill_list (StudioFiguresView *view)
{
  AssayRegistry *registry = studio_session_registry (view->session);
  const char *id = studio_run_chooser_study (view->chooser);
  AssayStudyInfo *study
      = registry != NULL && id != NULL ? assay_registry_study (registry, id, NULL) : NULL;

  studio_figures_view_list (view, study);
  if (study != NULL && study->n_figures > 0)
    {
      if (!studio_figures_view_lists_shown (view))
        choose (view, study->figures[0].id, NULL);
    }
  else if (study != NULL)
    show_problem (view, "No figures", "This study declares no figure.");
  else if (registry != NULL)
    show_problem (view, "No studies",
                  "No plugin with a study was found. `assay plugin list` says where they are "
                  "looked for and what was refused.");
}

static void
on_row_selected (StudioFiguresView *view, GtkListBoxRow *row)
{
  if (!view->filling && row != NULL && !studio_figures_view_is_shown (view, row))
    choose (view, studio_figures_view_row (row, "figure"), studio_figures_view_row (row, "saved"));
}

static void
on_row_activated (StudioFiguresView *view, GtkListBoxRow *row)
{
  adw_leaflet_set_visible_child_name (view->leaflet, "figure");
}

static void
on_back (StudioFiguresView *view)
{
  adw_leaflet_set_visible_child_name (view->leaflet, "list");
}

static void
on_close_options (StudioFiguresView *view)
{
  gtk_widget_activate_action (GTK_WIDGET (view), "win.figure-options", NULL);
}

void
studio_figures_view_show (StudioFiguresView *view, const char *figure, const char *saved)
{
  choose (view, figure, saved);
  studio_figures_view_select_shown (view);
  adw_leaflet_set_visible_child_name (view->leaflet, "figure");
}

void
studio_figures_view_show_figure (StudioFiguresView *view, const char *figure)
{
  if (figure != NULL)
    studio_figures_view_show (view, figure, NULL);
}

void
studio_figures_view_step (StudioFiguresView *view, int step)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (view->list);
  int at = row != NULL ? gtk_list_box_row_get_index (row) : -1;

  row = at + step >= 0 ? gtk_list_box_get_row_at_index (view->list, at + step) : NULL;
  if (row != NULL)
    gtk_list_box_select_row (view->list, row);
}

/* ---- signals ---- */

static void
on_changed (StudioFiguresView *view)
{
  g_autofree char *before = g_strdup (view->figure);

  fill_list (view);
  /* Other runs of the same figure. */
  if (g_strcmp0 (before, view->figure) == 0)
    load_other (view);
}

static void
on_store_changed (StudioFiguresView *view)
{
  fill_list (view);
}

static void
on_runs_changed (StudioFiguresView *view)
{
  schedule (view);
}

static void
on_picked (StudioFiguresView *view, const char *filter, GStrv ids)
{
  studio_figures_view_tell_runs (view, filter, (const char *const *) ids);
}

static void
on_looked (StudioFiguresView *view)
{
  studio_chart_area_tell_look (view->area, view->options);
  remember (view);
  studio_figures_view_update_actions (view);
}

static void
on_map (StudioFiguresView *view)
{
  studio_figures_view_update_actions (view);
  if (view->stale || studio_chart_area_get_chart (view->area) == NULL)
    schedule (view);
}

/* ---- the widget ---- */

static void
studio_figures_view_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  StudioFiguresView *view = STUDIO_FIGURES_VIEW (object);

  view->session = g_value_dup_object (value);
}

static void
studio_figures_view_constructed (GObject *object)
{
  StudioFiguresView *view = STUDIO_FIGURES_VIEW (object);

  G_OBJECT_CLASS (studio_figures_view_parent_class)->constructed (object);
  view->store
      = studio_figure_store_new (assay_workspace_path (studio_session_workspace (view->session)));
  g_signal_connect_object (view->store, "changed", G_CALLBACK (on_store_changed), view,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (view->chooser, "changed", G_CALLBACK (on_changed), view,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (view->session, "runs-changed", G_CALLBACK (on_runs_changed), view,
                           G_CONNECT_SWAPPED);
  studio_run_chooser_set_session (view->chooser, view->session);
  fill_list (view);
}

static void
studio_figures_view_dispose (GObject *object)
{
  StudioFiguresView *view = STUDIO_FIGURES_VIEW (object);

  cancel (view);
  studio_figures_view_unlist (view);
  g_clear_weak_pointer (&view->actions);
  g_clear_pointer (&view->popover, gtk_widget_unparent);
  g_clear_object (&view->store);
  g_clear_object (&view->session);
  G_OBJECT_CLASS (studio_figures_view_parent_class)->dispose (object);
}

static void
studio_figures_view_finalize (GObject *object)
{
  StudioFiguresView *view = STUDIO_FIGURES_VIEW (object);

  g_clear_pointer (&view->declared, assay_study_info_unref);
  g_hash_table_unref (view->options);
  g_hash_table_unref (view->changes);
  g_free (view->figure);
  g_free (view->saved);
  G_OBJECT_CLASS (studio_figures_view_parent_class)->finalize (object);
}

static void
bind_template (GtkWidgetClass *class)
{
  gtk_widget_class_set_template_from_resource (class, "/org/assay/Studio/figures-view.ui");
  gtk_widget_class_bind_template_child (class, StudioFiguresView, leaflet);
  gtk_widget_class_bind_template_child (class, StudioFiguresView, flap);
  gtk_widget_class_bind_template_child (class, StudioFiguresView, chooser);
  gtk_widget_class_bind_template_child (class, StudioFiguresView, list);
  gtk_widget_class_bind_template_child (class, StudioFiguresView, status);
  gtk_widget_class_bind_template_child (class, StudioFiguresView, busy);
  gtk_widget_class_bind_template_child (class, StudioFiguresView, states);
  gtk_widget_class_bind_template_child (class, StudioFiguresView, problem);
  gtk_widget_class_bind_template_child (class, StudioFiguresView, area);
  gtk_widget_class_bind_template_child (class, StudioFiguresView, slider_box);
  gtk_widget_class_bind_template_child (class, StudioFiguresView, slider_at);
  gtk_widget_class_bind_template_child (class, StudioFiguresView, slider_level);
  gtk_widget_class_bind_template_child (class, StudioFiguresView, panel);
  gtk_widget_class_bind_template_callback (class, on_row_selected);
  gtk_widget_class_bind_template_callback (class, on_row_activated);
  gtk_widget_class_bind_template_callback (class, on_back);
  gtk_widget_class_bind_template_callback (class, on_close_options);
  gtk_widget_class_bind_template_callback (class, on_picked);
  gtk_widget_class_bind_template_callback (class, on_looked);
  gtk_widget_class_bind_template_callback (class, on_slider);
  gtk_widget_class_bind_template_callback (class, on_option);
}

static void
studio_figures_view_class_init (StudioFiguresViewClass *class)
{
  G_OBJECT_CLASS (class)->set_property = studio_figures_view_set_property;
  G_OBJECT_CLASS (class)->constructed = studio_figures_view_constructed;
  G_OBJECT_CLASS (class)->dispose = studio_figures_view_dispose;
  G_OBJECT_CLASS (class)->finalize = studio_figures_view_finalize;
  g_object_class_install_property (
      G_OBJECT_CLASS (class), PROP_SESSION,
      g_param_spec_object ("session", NULL, NULL, STUDIO_TYPE_SESSION,
                           G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));
  g_type_ensure (STUDIO_TYPE_RUN_CHOOSER);
  g_type_ensure (STUDIO_TYPE_CHART_AREA);
  g_type_ensure (STUDIO_TYPE_FIGURE_PANEL);
  bind_template (GTK_WIDGET_CLASS (class));
  studio_actions_bind (class, "win.figure-remove", NULL);
}

static void
studio_figures_view_init (StudioFiguresView *view)
{
  view->options = studio_figure_options_copy (NULL);
  view->changes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                         (GDestroyNotify) g_hash_table_unref);
  gtk_widget_init_template (GTK_WIDGET (view));
  studio_figures_view_group_list (view);
  g_signal_connect (view, "map", G_CALLBACK (on_map), NULL);
  g_signal_connect_after (view, "unmap", G_CALLBACK (studio_figures_view_update_actions), NULL);
}

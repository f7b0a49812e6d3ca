/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/compare-view.h"

#include "ui/desktop/chart-area.h"
#include "ui/desktop/compare-claims.h"
#include "ui/desktop/compare-plans.h"
#include "ui/desktop/compare-sides.h"
#include "ui/desktop/compare-table.h"
#include "ui/desktop/figure.h"
#include "ui/desktop/width-bin.h"
#include "ui/desktop/window.h"

struct _StudioCompareView
{
  AdwBin parent_instance;
  StudioSession *session;
  char *study;
  GStrv runs, plans;     /* what is compared: either; NULL: nothing */
  GStrv by, shown;       /* as in StudioComparisonRequest */
  GCancellable *loading; /* of all that belongs to it; NULL: nothing is shown */
  StudioComparison *comparison;
  GCancellable *drawing; /* of the figure */
  gboolean stale;        /* runs changed while nobody looked */
  guint filling, step;   /* idle source that fills the page, a part at a time */

  GtkStack *states;
  AdwStatusPage *failure;
  GtkMenuButton *plans_here, *plans_above;
  GtkLabel *title, *left_out;
  StudioWidthBin *width;
  AdwBin *sides_place;
  StudioCompareSides *sides;
  GtkCheckButton *only_differing;
  AdwBin *parameters, *metrics;
  StudioCompareClaims *claims;
  GtkWidget *figures_title, *metrics_title, *claims_title;
  GtkBox *figures;
  GtkDropDown *figure;
  GtkLabel *caption;
  StudioChartArea *area;
};

G_DEFINE_FINAL_TYPE (StudioCompareView, studio_compare_view, ADW_TYPE_BIN)

enum
{
  PROP_SESSION = 1
};

static AssayStudyInfo *
study_of (StudioCompareView *view)
{
  AssayRegistry *registry = studio_session_registry (view->session);

  return registry != NULL && view->study != NULL
             ? assay_registry_study (registry, view->study, NULL)
             : NULL;
}

/* ---- figures ---- */

static void
on_figure_loaded (GObject *session, GAsyncResult *result, gpointer data)
{
  g_autoptr (StudioCompareView) view = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (StudioFigure) figure
      = studio_figure_load_finish (STUDIO_SESSION (session), result, &error);
  g_autofree char *caption = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  caption = figure != NULL ? assay_chart_caption (figure->chart) : g_strdup (error->message);
  gtk_label_set_text (view->caption, caption);
  if (figure == NULL)
    {
      studio_chart_area_set_chart (view->area, NULL, NULL);
      return;
    }
  assay_chart_set_bare (figure->chart, TRUE); /* title and caption stand around it */
  studio_chart_area_set_chart (view->area, g_steal_pointer (&figure->chart),
                               g_steal_pointer (&figure->set));
}

static void
draw_figure (StudioCompareView *view)
{
  g_autoptr (AssayStudyInfo) study = study_of (view);
  StudioFigureSide sides[STUDIO_MAX_SIDES];
  guint figure = gtk_drop_down_get_selected (view->figure), n;

  if (view->drawing != NULL)
    g_cancellable_cancel (view->drawing);
  g_clear_object (&view->drawing);
  if (view->comparison == NULL || study == NULL || figure >= study->n_figures)
    return;
  for (n = 0; n < view->comparison->sides->len; n++)
    {
      const StudioSide *side = view->comparison->sides->pdata[n];

      sides[n] = (StudioFigureSide){ side->name, (const char *const *) side->runs };
    }
  view->drawing = g_cancellable_new ();
  studio_figure_load (view->session,
                      &(StudioFigureRequest){ .study = view->study,
                                              .sides = sides,
                                              .n_sides = n,
                                              .figure = study->figures[figure].id,
                                              .live = TRUE },
                      view->drawing, on_figure_loaded, g_object_ref (view));
}

static void
on_figure (GtkDropDown *drop, GParamSpec *spec, StudioCompareView *view)
{
  draw_figure (view);
}

/* The study's figures; what is chosen stays. */
static void
offer_figures (StudioCompareView *view)
{
  g_autoptr (AssayStudyInfo) study = study_of (view);
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);
  guint chosen = gtk_drop_down_get_selected (view->figure);
  gboolean any = study != NULL && study->n_figures > 0;

  gtk_widget_set_visible (view->figures_title, any);
  gtk_widget_set_visible (GTK_WIDGET (view->figures), any);
  for (guint i = 0; any && i < study->n_figures; i++)
    gtk_string_list_append (titles, study->figures[i].title != NULL ? study->figures[i].title
                                                                    : study->figures[i].id);
  g_signal_handlers_block_by_func (view->figure, on_figure, view);
  gtk_drop_down_set_model (view->figure, G_LIST_MODEL (titles));
  if (any && chosen < study->n_figures)
    gtk_drop_down_set_selected (view->figure, chosen);
  g_signal_handlers_unblock_by_func (view->figure, on_figure, view);
  draw_figure (view);
}

/* ---- claims ---- */

static void
judge (StudioCompareView *view)
{
  g_autoptr (AssayStudyInfo) study = study_of (view);
  gboolean any = study != NULL && study->n_claims > 0;

  gtk_widget_set_visible (view->claims_title, any);
  gtk_widget_set_visible (GTK_WIDGET (view->claims), any);
  if (any)
    studio_compare_claims_judge (view->claims, view->session, view->comparison);
}

/* ---- the page ---- */

static void
show_parameters (StudioCompareView *view)
{
  if (view->comparison != NULL)
    adw_bin_set_child (view->parameters,
                       studio_compare_parameters (
                           view->comparison, !gtk_check_button_get_active (view->only_differing),
                           studio_width_bin_is_narrow (view->width)));
}

static void
show_metrics (StudioCompareView *view)
{
  gboolean any = view->comparison->metrics->len > 0;

  gtk_widget_set_visible (view->metrics_title, any);
  adw_bin_set_child (view->metrics, any ? studio_compare_metrics (
                                        view->comparison, studio_width_bin_is_narrow (view->width))
                                        : NULL);
}

/* A part at a time, so that no callback holds the main thread for long. */
static gboolean
on_fill (gpointer data)
{
  static void (*const parts[]) (StudioCompareView * view)
      = { show_parameters, offer_figures, show_metrics, judge };
  StudioCompareView *view = data;

  parts[view->step++](view);
  if (view->step < G_N_ELEMENTS (parts))
    return G_SOURCE_CONTINUE;
  view->filling = 0;
  return G_SOURCE_REMOVE;
}

static void
show_comparison (StudioCompareView *view)
{
  g_autoptr (AssayStudyInfo) study = study_of (view);
  const char *left_out = view->comparison->left_out;

  gtk_label_set_text (view->title, study != NULL ? study->title : view->study);
  gtk_label_set_text (view->left_out, left_out != NULL ? left_out : "");
  gtk_widget_set_visible (GTK_WIDGET (view->left_out), left_out != NULL);
  studio_compare_sides_set (view->sides, view->comparison);
  gtk_stack_set_visible_child_name (view->states, "page");
  view->step = 0;
  if (view->filling == 0)
    view->filling = g_idle_add (on_fill, view);
}

static void
on_compared (GObject *session, GAsyncResult *result, gpointer data)
{
  g_autoptr (StudioCompareView) view = data;
  g_autoptr (GError) error = NULL;
  StudioComparison *comparison = studio_comparison_load_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (comparison == NULL)
    {
      g_autofree char *words = g_markup_escape_text (error->message, -1);

      adw_status_page_set_description (view->failure, words);
      gtk_stack_set_visible_child_name (view->states, "failed");
      return;
    }
  g_clear_pointer (&view->comparison, studio_comparison_free);
  view->comparison = comparison;
  if (comparison->sides->len > 1)
    show_comparison (view);
  else
    gtk_stack_set_visible_child_name (view->states, "empty");
}

static void
stop (StudioCompareView *view)
{
  if (view->loading != NULL)
    g_cancellable_cancel (view->loading);
  g_clear_object (&view->loading);
  if (view->drawing != NULL)
    g_cancellable_cancel (view->drawing);
  g_clear_object (&view->drawing);
  g_clear_handle_id (&view->filling, g_source_remove);
  studio_compare_claims_clear (view->claims);
}

static void
load (StudioCompareView *view)
{
  StudioComparisonRequest request
      = { view->study, (const char *const *) view->runs, (const char *const *) view->plans,
          (const char *const *) view->by, (const char *const *) view->shown };

  stop (view);
  view->stale = FALSE;
  if (view->study == NULL)
    {
      gtk_stack_set_visible_child_name (view->states, "empty");
      return;
    }
  view->loading = g_cancellable_new ();
  studio_comparison_load (view->session, &request, view->loading, on_compared, g_object_ref (view));
}

static void
set_list (GStrv *list, const char *const *to)
{
  GStrv old = *list;

  *list = g_strdupv ((GStrv) to);
  g_strfreev (old);
}

static void
compare (StudioCompareView *view, const StudioComparisonRequest *request)
{
  g_free (view->study);
  view->study = g_strdup (request->study);
  set_list (&view->runs, request->runs);
  set_list (&view->plans, request->plans);
  set_list (&view->by, request->by);
  set_list (&view->shown, request->shown);
  gtk_stack_set_visible_child_name (view->states, "loading");
  load (view);
}

static void
on_way (StudioCompareSides *sides, GStrv by, StudioCompareView *view)
{
  set_list (&view->by, (const char *const *) by);
  set_list (&view->shown, NULL);
  load (view);
}

static void
on_shown (StudioCompareSides *sides, GStrv shown, StudioCompareView *view)
{
  set_list (&view->shown, (const char *const *) shown);
  load (view);
}

/* ---- from outside ---- */

/* Two runs or more were chosen: they are compared.  Any other selection leaves what is here. */
static void
on_selection_changed (StudioSession *session, StudioCompareView *view)
{
  const StudioSelection *selection = studio_session_selection (session);

  if (selection->study != NULL && selection->runs != NULL && selection->runs[0] != NULL
      && selection->runs[1] != NULL)
    compare (view, &(StudioComparisonRequest){ .study = selection->study,
                                               .runs = (const char *const *) selection->runs,
                                               .by = (const char *const *) selection->by });
}

static void
on_runs_changed (StudioSession *session, StudioCompareView *view)
{
  gboolean live = FALSE;

  for (guint i = 0; view->comparison != NULL && i < view->comparison->all->len; i++)
    live = live || ((StudioSide *) view->comparison->all->pdata[i])->n_live > 0;
  if (!live)
    return;
  if (gtk_widget_get_mapped (GTK_WIDGET (view)))
    load (view);
  else
    view->stale = TRUE;
}

static void
on_studies_changed (StudioSession *session, StudioCompareView *view)
{
  if (view->comparison != NULL && view->comparison->sides->len > 1)
    show_comparison (view);
}

static void
on_plans_chosen (StudioComparePlans *popover, const char *study, const char *first,
                 const char *second, StudioCompareView *view)
{
  static const char *const by[] = { "plan", NULL };
  const char *const plans[] = { first, second, NULL };

  compare (view, &(StudioComparisonRequest){ .study = study, .plans = plans, .by = by });
}

/* The runs behind a curve. */
static void
on_picked (StudioChartArea *area, const char *filter, GStrv ids, StudioCompareView *view)
{
  g_autofree char *list = ids != NULL ? g_strjoinv (",", ids) : NULL;
  g_autofree char *of_ids = g_strconcat ("id=", list, NULL);

  if (list == NULL || *list == '\0' || strlen (of_ids) > ASSAY_FILTER_MAX_BYTES)
    studio_session_notice (view->session, "No few runs stand behind it");
  else
    studio_window_show_runs (studio_window_of (view), of_ids);
}

static void
on_narrow (StudioWidthBin *bin, GParamSpec *spec, StudioCompareView *view)
{
  if (view->comparison != NULL && view->filling == 0)
    {
      show_parameters (view);
      show_metrics (view);
    }
  studio_compare_claims_set_narrow (view->claims, studio_width_bin_is_narrow (bin));
}

static void
on_only_differing (GtkCheckButton *button, StudioCompareView *view)
{
  show_parameters (view);
}

void
studio_compare_view_add_actions (gpointer view, GActionMap *map)
{
}

/* ---- the widget ---- */

static void
set_up_plans (StudioCompareView *view, GtkMenuButton *button)
{
  GtkWidget *popover = studio_compare_plans_new (view->session);

  g_signal_connect (popover, "chosen", G_CALLBACK (on_plans_chosen), view);
  gtk_menu_button_set_popover (button, popover);
}

static void
studio_compare_view_constructed (GObject *object)
{
  StudioCompareView *view = STUDIO_COMPARE_VIEW (object);

  G_OBJECT_CLASS (studio_compare_view_parent_class)->constructed (object);
  set_up_plans (view, view->plans_here);
  set_up_plans (view, view->plans_above);
  g_signal_connect_object (view->session, "selection-changed", G_CALLBACK (on_selection_changed),
                           view, 0);
  g_signal_connect_object (view->session, "runs-changed", G_CALLBACK (on_runs_changed), view, 0);
  g_signal_connect_object (view->session, "studies-changed", G_CALLBACK (on_studies_changed), view,
                           0);
}

static void
studio_compare_view_map (GtkWidget *widget)
{
  StudioCompareView *view = STUDIO_COMPARE_VIEW (widget);

  GTK_WIDGET_CLASS (studio_compare_view_parent_class)->map (widget);
  if (view->stale)
    load (view);
}

static void
studio_compare_view_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  StudioCompareView *view = STUDIO_COMPARE_VIEW (object);

  view->session = g_value_dup_object (value);
}

static void
studio_compare_view_dispose (GObject *object)
{
  StudioCompareView *view = STUDIO_COMPARE_VIEW (object);

  stop (view);
  g_clear_pointer (&view->comparison, studio_comparison_free);
  g_clear_object (&view->session);
  G_OBJECT_CLASS (studio_compare_view_parent_class)->dispose (object);
}

static void
studio_compare_view_finalize (GObject *object)
{
  StudioCompareView *view = STUDIO_COMPARE_VIEW (object);

  g_free (view->study);
  g_strfreev (view->runs);
  g_strfreev (view->plans);
  g_strfreev (view->by);
  g_strfreev (view->shown);
  G_OBJECT_CLASS (studio_compare_view_parent_class)->finalize (object);
}

static void
studio_compare_view_class_init (StudioCompareViewClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->set_property = studio_compare_view_set_property;
  G_OBJECT_CLASS (class)->constructed = studio_compare_view_constructed;
  G_OBJECT_CLASS (class)->dispose = studio_compare_view_dispose;
  G_OBJECT_CLASS (class)->finalize = studio_compare_view_finalize;
  widget_class->map = studio_compare_view_map;
  g_object_class_install_property (
      G_OBJECT_CLASS (class), PROP_SESSION,
      g_param_spec_object ("session", NULL, NULL, STUDIO_TYPE_SESSION,
                           G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));
  g_type_ensure (STUDIO_TYPE_COMPARE_CLAIMS);
  g_type_ensure (STUDIO_TYPE_WIDTH_BIN);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/assay/Studio/compare-view.ui");
#define BIND(child) gtk_widget_class_bind_template_child (widget_class, StudioCompareView, child)
  BIND (states);
  BIND (failure);
  BIND (plans_here);
  BIND (plans_above);
  BIND (title);
  BIND (left_out);
  BIND (sides_place);
  BIND (width);
  BIND (only_differing);
  BIND (parameters);
  BIND (metrics);
  BIND (claims);
  BIND (figures_title);
  BIND (metrics_title);
  BIND (claims_title);
  BIND (figures);
#undef BIND
}

static void
add_figure (StudioCompareView *view)
{
  GtkWidget *area = studio_chart_area_new (), *caption = gtk_label_new (NULL);

  view->figure = GTK_DROP_DOWN (gtk_drop_down_new (NULL, NULL));
  view->area = STUDIO_CHART_AREA (area);
  view->caption = GTK_LABEL (caption);
  gtk_widget_set_halign (GTK_WIDGET (view->figure), GTK_ALIGN_START);
  gtk_accessible_update_property (GTK_ACCESSIBLE (view->figure), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  "Figure", -1);
  studio_drop_down_ellipsize (view->figure);
  gtk_widget_set_size_request (area, -1, 320);
  gtk_label_set_xalign (view->caption, 0);
  gtk_label_set_wrap (view->caption, TRUE);
  gtk_widget_add_css_class (caption, "caption");
  gtk_widget_add_css_class (caption, "dim-label");
  gtk_box_append (view->figures, GTK_WIDGET (view->figure));
  gtk_box_append (view->figures, area);
  gtk_box_append (view->figures, caption);
  g_signal_connect (view->figure, "notify::selected", G_CALLBACK (on_figure), view);
  g_signal_connect (area, "picked", G_CALLBACK (on_picked), view);
}

static void
studio_compare_view_init (StudioCompareView *view)
{
  gtk_widget_init_template (GTK_WIDGET (view));
  add_figure (view);
  view->sides = STUDIO_COMPARE_SIDES (studio_compare_sides_new ());
  g_signal_connect (view->sides, "way", G_CALLBACK (on_way), view);
  g_signal_connect (view->sides, "shown", G_CALLBACK (on_shown), view);
  adw_bin_set_child (view->sides_place, GTK_WIDGET (view->sides));
  g_signal_connect (view->only_differing, "toggled", G_CALLBACK (on_only_differing), view);
  g_signal_connect (view->width, "notify::narrow", G_CALLBACK (on_narrow), view);
}

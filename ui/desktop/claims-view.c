/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/claims-view-private.h"

#include "ui/desktop/claim-details.h"
#include <string.h>

#define PACE 2000 /* ms between two judgements while runs go on */

G_DEFINE_FINAL_TYPE (StudioClaimsView, studio_claims_view, ADW_TYPE_BIN)

enum
{
  PROP_SESSION = 1
};

static void schedule (StudioClaimsView *view);
static void fill (StudioClaimsView *view);

/* ---- details ---- */

static StudioClaimRow *
selected (StudioClaimsView *view)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (view->claims);

  return row != NULL ? STUDIO_CLAIM_ROW (row) : NULL;
}

/* Made anew only if it would look different: somebody may be reading it. */
static void
show_details (StudioClaimsView *view)
{
  StudioClaimRow *row = selected (view);
  g_autofree char *state = NULL;

  if (row == NULL || view->verdicts == NULL)
    {
      gtk_scrolled_window_set_child (view->details, NULL);
      g_clear_pointer (&view->shown_state, g_free);
      return;
    }
  state = studio_claim_details_state (view->verdicts, studio_claim_row_number (row));
  if (g_strcmp0 (state, view->shown_state) == 0)
    return;
  g_free (view->shown_state);
  view->shown_state = g_steal_pointer (&state);
  gtk_scrolled_window_set_child (
      view->details, studio_claim_details_new (view->verdicts, studio_claim_row_number (row)));
}

static void
on_selected (StudioClaimsView *view)
{
  show_details (view);
}

static void
on_activated (StudioClaimsView *view)
{
  adw_leaflet_set_visible_child_name (view->leaflet, "details");
}

static void
on_back (StudioClaimsView *view)
{
  adw_leaflet_set_visible_child_name (view->leaflet, "list");
}

/* ---- the list ---- */

static gboolean
chip_is_on (StudioClaimsView *view, AssayVerdictKind kind)
{
  return gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (view->chip[kind]));
}

/* No chip chosen shows all. */
static gboolean
passes (GtkListBoxRow *row, gpointer data)
{
  StudioClaimsView *view = data;
  const AssayVerdict *verdict = studio_claim_row_verdict (STUDIO_CLAIM_ROW (row));
  const char *text = gtk_editable_get_text (view->search);
  gboolean any = FALSE;

  for (guint i = 0; i <= ASSAY_NOT_RUN; i++)
    any |= chip_is_on (view, i);
  return (!any || chip_is_on (view, verdict->kind))
         && (*text == '\0' || studio_verdict_matches (verdict, text));
}

static gboolean
is_ours (GtkListBoxRow *row)
{
  return row != NULL && studio_claim_row_verdict (STUDIO_CLAIM_ROW (row))->claim->source == NULL;
}

static void
set_header (GtkListBoxRow *row, GtkListBoxRow *before, gpointer data)
{
  GtkWidget *label;

  if (before != NULL && is_ours (before) == is_ours (row))
    {
      gtk_list_box_row_set_header (row, NULL);
      return;
    }
  label = gtk_label_new (is_ours (row) ? "Gates and controls of ours" : "What the paper claims");
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_widget_add_css_class (label, "heading");
  gtk_widget_add_css_class (label, "claim-group");
  gtk_list_box_row_set_header (row, label);
}

/* The claim that was asked for, else the first one. */
static void
select_wanted (StudioClaimsView *view, StudioClaimRow *row)
{
  const char *id = studio_claim_row_verdict (row)->claim->id;

  if (view->wanted != NULL ? !g_str_equal (view->wanted, id) : selected (view) != NULL)
    return;
  g_clear_pointer (&view->wanted, g_free);
  gtk_list_box_select_row (view->claims, GTK_LIST_BOX_ROW (row));
}

const AssayVerdict *
studio_claims_view_verdict (StudioClaimsView *view)
{
  StudioClaimRow *row = selected (view);

  return row != NULL && view->verdicts != NULL ? studio_claim_row_verdict (row) : NULL;
}

void
studio_claims_view_show_claim (StudioClaimsView *view, const char *id)
{
  GtkListBoxRow *row;

  g_free (view->wanted);
  view->wanted = g_strdup (id);
  for (int i = 0;
       view->wanted != NULL && (row = gtk_list_box_get_row_at_index (view->claims, i)) != NULL; i++)
    select_wanted (view, STUDIO_CLAIM_ROW (row));
}

static void
on_filter (StudioClaimsView *view)
{
  gtk_list_box_invalidate_filter (view->claims);
  gtk_list_box_invalidate_headers (view->claims);
}

static void
on_narrow (StudioClaimsView *view)
{
  gtk_widget_set_visible (GTK_WIDGET (view->head), !studio_width_bin_is_narrow (view->width));
  if (view->verdicts != NULL)
    fill (view);
}

static void
fill_chips (StudioClaimsView *view)
{
  guint counts[ASSAY_NOT_RUN + 1] = { 0 };

  for (guint i = 0; i < view->verdicts->verdicts->len; i++)
    counts[((AssayVerdict *) view->verdicts->verdicts->pdata[i])->kind]++;
  for (guint i = 0; i <= ASSAY_NOT_RUN; i++)
    {
      g_autofree char *label = g_strdup_printf ("%s %u", studio_verdict_title (i), counts[i]);

      adw_button_content_set_label (
          ADW_BUTTON_CONTENT (gtk_button_get_child (GTK_BUTTON (view->chip[i]))), label);
      gtk_accessible_update_property (GTK_ACCESSIBLE (view->chip[i]), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      label, -1);
      gtk_widget_set_visible (view->chip[i], counts[i] > 0 || chip_is_on (view, i));
    }
}

static void
fill_summary (StudioClaimsView *view)
{
  g_autofree char *text = studio_verdicts_summary (view->verdicts);

  gtk_label_set_text (view->summary, text);
  gtk_widget_set_visible (GTK_WIDGET (view->summary), view->verdicts->set != NULL);
}

static const AssayPreset *
first_preset (const AssayStudyInfo *study)
{
  for (guint i = 0; i < study->n_presets; i++)
    if (!(study->presets[i].flags & ASSAY_HIDDEN))
      return &study->presets[i];
  return NULL;
}

static void
fill_no_runs (StudioClaimsView *view)
{
  const AssayStudyInfo *study = view->verdicts->study;
  const AssayPreset *preset = first_preset (study);
  g_autofree char *text
      = g_strdup_printf ("“%s” has no runs yet; the claims below wait for them.", study->title);
  g_autofree char *label = preset != NULL ? g_strdup_printf ("Run preset %s…", preset->id)
                                          : g_strdup ("Run the study…");

  gtk_label_set_text (view->no_runs_text, text);
  gtk_button_set_label (view->no_runs_button, label);
  gtk_widget_set_visible (GTK_WIDGET (view->no_runs), view->verdicts->set == NULL);
}

static void
clear_rows (StudioClaimsView *view)
{
  GtkListBoxRow *row;

  g_clear_pointer (&view->fill, studio_slices_stop);
  g_clear_pointer (&view->order, g_free);
  while ((row = gtk_list_box_get_row_at_index (view->claims, 0)) != NULL)
    gtk_list_box_remove (view->claims, GTK_WIDGET (row));
}

/* The paper's claims, then ours. */
static guint *
list_order (const StudioVerdicts *verdicts)
{
  guint n = verdicts->verdicts->len, next = 0;
  guint *order = g_new (guint, n + 1);

  for (int ours = 0; ours <= 1; ours++)
    for (guint i = 0; i < n; i++)
      if ((((AssayVerdict *) verdicts->verdicts->pdata[i])->claim->source == NULL) == ours)
        order[next++] = i;
  return order;
}

static void
size_columns (StudioClaimsView *view)
{
  GtkWidget *head = GTK_WIDGET (view->head);

  studio_claim_column_widths (head, view->widths);
  for (int i = 0; i < STUDIO_CLAIM_COLUMNS; i++)
    gtk_widget_set_size_request (gtk_grid_get_child_at (view->head, i, 0), view->widths[i], -1);
}

/* A row stays where it is, with focus and selection, and shows the verdict as it is now. */
static void
show_row (StudioClaimsView *view, guint i)
{
  GtkListBoxRow *old = gtk_list_box_get_row_at_index (view->claims, (int) i);
  StudioClaimRow *row = old != NULL ? STUDIO_CLAIM_ROW (old) : NULL;

  if (row == NULL)
    {
      row = STUDIO_CLAIM_ROW (studio_claim_row_new ());
      studio_claim_row_set (row, view->verdicts, view->order[i]);
      gtk_list_box_append (view->claims, GTK_WIDGET (row));
    }
  else
    studio_claim_row_set (row, view->verdicts, view->order[i]);
  studio_claim_row_set_widths (row, studio_width_bin_is_narrow (view->width) ? NULL : view->widths);
  gtk_list_box_row_changed (GTK_LIST_BOX_ROW (row));
  studio_slices_lay_out (GTK_WIDGET (row), GTK_WIDGET (view->claims));
  select_wanted (view, row);
}

static gboolean
fill_piece (gpointer data)
{
  StudioClaimsView *view = data;
  guint n = view->verdicts->verdicts->len;

  if (view->next < n)
    show_row (view, view->next++);
  if (view->next < n)
    return TRUE;
  view->fill = NULL;
  return FALSE;
}

/* Shows every row as it is now, a few at a time: fifty claims take a tenth of a second. */
static void
fill (StudioClaimsView *view)
{
  size_columns (view);
  view->next = 0;
  if (view->fill == NULL)
    view->fill = studio_slices_start (fill_piece, view);
}

static void
show_verdicts (StudioClaimsView *view, StudioVerdicts *verdicts)
{
  g_autoptr (StudioVerdicts) old = view->verdicts;

  view->verdicts = verdicts;
  if (old == NULL || old->study != verdicts->study)
    {
      clear_rows (view);
      view->order = list_order (verdicts);
    }
  fill_chips (view);
  fill_summary (view);
  fill_no_runs (view);
  fill (view);
  show_details (view);
  gtk_stack_set_visible_child_name (view->states, "list");
}

static void
show_problem (StudioClaimsView *view, const char *title, const char *text)
{
  g_autofree char *markup = g_markup_escape_text (text, -1);

  adw_status_page_set_title (view->problem, title);
  adw_status_page_set_description (view->problem, markup);
  gtk_stack_set_visible_child_name (view->states, "problem");
  clear_rows (view);
  g_clear_pointer (&view->verdicts, studio_verdicts_unref);
  show_details (view);
  for (guint i = 0; i <= ASSAY_NOT_RUN; i++)
    gtk_widget_set_visible (view->chip[i], FALSE);
}

/* ---- judging ---- */

static void
on_judged (GObject *session, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (StudioVerdicts) verdicts
      = studio_verdicts_load_finish (STUDIO_SESSION (session), result, &error);
  g_autoptr (StudioClaimsView) view = data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&view->cancellable);
  view->judged = g_get_monotonic_time ();
  if (verdicts != NULL)
    show_verdicts (view, g_steal_pointer (&verdicts));
  else
    show_problem (view, "The claims cannot be judged", error->message);
  if (view->stale)
    schedule (view);
}

static void
cancel (StudioClaimsView *view)
{
  if (view->cancellable != NULL)
    g_cancellable_cancel (view->cancellable);
  g_clear_object (&view->cancellable);
}

static void
judge (StudioClaimsView *view)
{
  StudioSelection selection = *studio_session_selection (view->session);

  view->stale = FALSE;
  if (studio_session_registry (view->session) == NULL)
    return;
  selection.study = (char *) studio_run_chooser_study (view->chooser);
  if (selection.study == NULL)
    {
      show_problem (view, "No studies",
                    "No plugin with a study was found. `assay plugin list` says where they are "
                    "looked for and what was refused.");
      return;
    }
  view->cancellable = g_cancellable_new ();
  studio_verdicts_load (view->session, &selection, view->cancellable, on_judged,
                        g_object_ref (view));
}

static gboolean
on_timer (gpointer data)
{
  StudioClaimsView *view = data;

  view->timer = 0;
  if (view->cancellable == NULL && gtk_widget_get_mapped (GTK_WIDGET (view)))
    judge (view);
  return G_SOURCE_REMOVE;
}

/* Judges soon, but not too often, not two at once, and only what somebody sees. */
static void
schedule (StudioClaimsView *view)
{
  gint64 since = (g_get_monotonic_time () - view->judged) / 1000;

  view->stale = TRUE;
  if (view->timer == 0 && view->cancellable == NULL && gtk_widget_get_mapped (GTK_WIDGET (view)))
    view->timer = g_timeout_add ((guint) CLAMP (PACE - since, 10, PACE), on_timer, view);
}

/* Something else is to be judged: what is under way does not matter any more. */
static void
judge_now (StudioClaimsView *view)
{
  cancel (view);
  g_clear_handle_id (&view->timer, g_source_remove);
  view->stale = TRUE;
  if (gtk_widget_get_mapped (GTK_WIDGET (view)))
    judge (view);
}

static void
on_map (StudioClaimsView *view)
{
  if (view->stale || view->verdicts == NULL)
    schedule (view);
}

/* ---- the view ---- */

static void
search_here (GtkWidget *widget, const char *name, GVariant *parameter)
{
  StudioClaimsView *view = STUDIO_CLAIMS_VIEW (widget);

  on_back (view);
  gtk_toggle_button_set_active (view->search_button, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (view->search));
}

static void
back_here (GtkWidget *widget, const char *name, GVariant *parameter)
{
  on_back (STUDIO_CLAIMS_VIEW (widget));
}

static void
studio_claims_view_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  StudioClaimsView *view = STUDIO_CLAIMS_VIEW (object);

  view->session = g_value_dup_object (value);
}

static void
studio_claims_view_constructed (GObject *object)
{
  StudioClaimsView *view = STUDIO_CLAIMS_VIEW (object);

  G_OBJECT_CLASS (studio_claims_view_parent_class)->constructed (object);
  g_signal_connect_object (view->chooser, "changed", G_CALLBACK (judge_now), view,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (view->session, "runs-changed", G_CALLBACK (schedule), view,
                           G_CONNECT_SWAPPED);
  studio_run_chooser_set_session (view->chooser, view->session);
}

static void
studio_claims_view_dispose (GObject *object)
{
  StudioClaimsView *view = STUDIO_CLAIMS_VIEW (object);

  cancel (view);
  g_clear_handle_id (&view->timer, g_source_remove);
  if (view->claims != NULL)
    g_signal_handlers_disconnect_by_data (view->claims, view);
  g_clear_pointer (&view->fill, studio_slices_stop);
  g_clear_pointer (&view->verdicts, studio_verdicts_unref);
  g_clear_object (&view->session);
  G_OBJECT_CLASS (studio_claims_view_parent_class)->dispose (object);
}

static void
studio_claims_view_finalize (GObject *object)
{
  StudioClaimsView *view = STUDIO_CLAIMS_VIEW (object);

  g_free (view->report);
  g_free (view->shown_state);
  g_free (view->order);
  g_free (view->wanted);
  G_OBJECT_CLASS (studio_claims_view_parent_class)->finalize (object);
}

static void
studio_claims_view_class_init (StudioClaimsViewClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->set_property = studio_claims_view_set_property;
  object_class->constructed = studio_claims_view_constructed;
  object_class->dispose = studio_claims_view_dispose;
  object_class->finalize = studio_claims_view_finalize;
  g_object_class_install_property (
      object_class, PROP_SESSION,
      g_param_spec_object ("session", NULL, NULL, STUDIO_TYPE_SESSION,
                           G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));
  g_type_ensure (STUDIO_TYPE_RUN_CHOOSER);
  g_type_ensure (STUDIO_TYPE_WIDTH_BIN);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/assay/Studio/claims-view.ui");
#define BIND(child) gtk_widget_class_bind_template_child (widget_class, StudioClaimsView, child)
  BIND (leaflet);
  BIND (chooser);
  BIND (search_button);
  BIND (search_bar);
  BIND (search);
  BIND (chips);
  BIND (states);
  BIND (problem);
  BIND (width);
  BIND (no_runs);
  BIND (no_runs_text);
  BIND (no_runs_button);
  BIND (summary);
  BIND (head);
  BIND (claims);
  BIND (details);
#undef BIND
  gtk_widget_class_bind_template_callback (widget_class, on_filter);
  gtk_widget_class_bind_template_callback (widget_class, on_narrow);
  gtk_widget_class_bind_template_callback (widget_class, on_selected);
  gtk_widget_class_bind_template_callback (widget_class, on_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_back);
  gtk_widget_class_install_action (widget_class, "view.search", NULL, search_here);
  gtk_widget_class_install_action (widget_class, "view.back", NULL, back_here);
}

static void
make_head (StudioClaimsView *view)
{
  for (int i = 0; i < STUDIO_CLAIM_COLUMNS; i++)
    {
      GtkWidget *label = gtk_label_new (studio_claim_columns[i]);

      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_widget_add_css_class (label, "caption-heading");
      gtk_widget_add_css_class (label, "dim-label");
      gtk_grid_attach (view->head, label, i, 0, 1, 1);
      gtk_label_set_wrap (GTK_LABEL (label), TRUE);
      gtk_label_set_max_width_chars (GTK_LABEL (label), 12); /* columns are as wide as the rows' */
      gtk_widget_set_hexpand (label, i == 1);
    }
}

static void
make_chips (StudioClaimsView *view)
{
  for (guint i = 0; i <= ASSAY_NOT_RUN; i++)
    {
      GtkWidget *content = adw_button_content_new ();

      view->chip[i] = gtk_toggle_button_new ();
      adw_button_content_set_icon_name (ADW_BUTTON_CONTENT (content), studio_verdict_icon (i));
      gtk_button_set_child (GTK_BUTTON (view->chip[i]), content);
      gtk_widget_add_css_class (view->chip[i], "pill-chip");
      gtk_widget_set_visible (view->chip[i], FALSE);
      g_signal_connect_swapped (view->chip[i], "toggled", G_CALLBACK (on_filter), view);
      gtk_box_append (view->chips, view->chip[i]);
    }
}

static void
studio_claims_view_init (StudioClaimsView *view)
{
  GtkWidget *nothing = gtk_label_new ("No claim is like that");

  gtk_widget_init_template (GTK_WIDGET (view));
  make_head (view);
  make_chips (view);
  gtk_widget_add_css_class (nothing, "dim-label");
  gtk_list_box_set_placeholder (view->claims, nothing);
  gtk_list_box_set_filter_func (view->claims, passes, view, NULL);
  gtk_list_box_set_header_func (view->claims, set_header, NULL, NULL);
  gtk_search_bar_connect_entry (view->search_bar, view->search);
  g_signal_connect (view, "map", G_CALLBACK (on_map), NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/studies-view.h"

#include "ui/desktop/card.h"
#include "ui/desktop/study-page.h"
#include "ui/desktop/welcome.h"
#include "ui/desktop/window.h"
#include <string.h>

struct _StudioStudiesView
{
  AdwBin parent_instance;
  StudioSession *session;
  AssayStudyInfo *study; /* whose page is shown; NULL: the cards */
  GCancellable *cancellable;
  gboolean counting;
  GtkStack *states;
  GtkWidget *welcome, *nothing;
  GtkSearchEntry *search;
  GtkFlowBox *cards;
  AdwPreferencesGroup *refused;
  GPtrArray *refusals; /* rows in it */
  StudioStudyPage *page;
};

G_DEFINE_FINAL_TYPE (StudioStudiesView, studio_studies_view, ADW_TYPE_BIN)

enum
{
  PROP_SESSION = 1
};

/* ---- cards ---- */

static void
clear_cards (StudioStudiesView *view)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (view->cards))) != NULL)
    gtk_flow_box_remove (view->cards, child);
  for (guint i = 0; i < view->refusals->len; i++)
    adw_preferences_group_remove (view->refused, view->refusals->pdata[i]);
  g_ptr_array_set_size (view->refusals, 0);
}

static void
add_refusal (StudioStudiesView *view, const AssayPluginInfo *plugin)
{
  g_autofree char *text = g_strdup_printf (
      "%s\n%s", plugin->reason,
      plugin->incompatible ? "Build it again for this version of Assay, or remove the file."
                           : "`assay plugin check` lists all that is wrong with it.");
  GtkWidget *row = g_object_new (ADW_TYPE_ACTION_ROW, "use-markup", FALSE, "title",
                                 plugin->id != NULL ? plugin->id : plugin->path, "subtitle", text,
                                 "subtitle-lines", 0, NULL);

  adw_action_row_add_prefix (ADW_ACTION_ROW (row),
                             gtk_image_new_from_icon_name ("dialog-warning-symbolic"));
  adw_preferences_group_add (view->refused, row);
  g_ptr_array_add (view->refusals, row);
}

static void
fill_cards (StudioStudiesView *view, AssayRegistry *registry)
{
  clear_cards (view);
  for (guint i = 0; i < assay_registry_n_plugins (registry); i++)
    {
      const AssayPluginInfo *plugin = assay_registry_plugin (registry, i);

      if (plugin->reason != NULL)
        add_refusal (view, plugin);
      else if (plugin->study != NULL)
        gtk_flow_box_insert (view->cards, studio_card_new (plugin->study), -1);
    }
  gtk_widget_set_visible (GTK_WIDGET (view->refused), view->refusals->len > 0);
}

static gboolean
is_found (GtkFlowBoxChild *card, gpointer search)
{
  const char *words = gtk_editable_get_text (search);

  return *words == '\0' || studio_card_matches (card, words);
}

static void
on_search (GtkSearchEntry *search, StudioStudiesView *view)
{
  gboolean found = FALSE;

  gtk_flow_box_invalidate_filter (view->cards);
  for (GtkWidget *card = gtk_widget_get_first_child (GTK_WIDGET (view->cards)); card != NULL;
       card = gtk_widget_get_next_sibling (card))
    found = found || is_found (GTK_FLOW_BOX_CHILD (card), search);
  gtk_widget_set_visible (view->nothing, !found);
}

/* ---- how many runs there are ---- */

static void
count_runs (GTask *task, AssayIndex *index)
{
  static const char *const by[] = { "study", NULL };
  const AssayGroupQuery query = { .by = by };
  GError *error = NULL;
  AssayRunGroups *groups = assay_index_group (index, &query, &error);

  if (groups != NULL)
    g_task_return_pointer (task, groups, (GDestroyNotify) assay_run_groups_free);
  else
    g_task_return_error (task, error);
}

static guint
runs_of (const AssayRunGroups *groups, const char *study)
{
  for (guint i = 0; i < groups->groups->len; i++)
    {
      const AssayRunGroup *group = &g_array_index (groups->groups, AssayRunGroup, i);

      if (g_strcmp0 (group->values[0], study) == 0)
        return group->n_runs;
    }
  return 0;
}

static void
on_counted (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (AssayRunGroups) groups = g_task_propagate_pointer (G_TASK (result), NULL);
  StudioStudiesView *view = STUDIO_STUDIES_VIEW (object);

  view->counting = FALSE;
  if (groups == NULL)
    return;
  gtk_widget_set_visible (view->welcome, groups->groups->len == 0);
  for (GtkWidget *card = gtk_widget_get_first_child (GTK_WIDGET (view->cards)); card != NULL;
       card = gtk_widget_get_next_sibling (card))
    studio_card_set_runs (card, runs_of (groups, studio_card_study (card)->id));
}

/* Only while somebody sees them. */
static void
count (StudioStudiesView *view)
{
  if (view->counting || !gtk_widget_get_mapped (GTK_WIDGET (view->cards)))
    return;
  view->counting = TRUE;
  studio_session_run (view->session, g_task_new (view, view->cancellable, on_counted, NULL),
                      count_runs);
}

/* ---- one study ---- */

static void
update_actions (StudioStudiesView *view)
{
  gboolean seen = gtk_widget_get_mapped (GTK_WIDGET (view));

  studio_window_enable (view, "try-study", seen);
  studio_window_enable (view, "study-figure",
                        seen && view->study != NULL && view->study->n_figures > 0);
}

static void
show_cards (StudioStudiesView *view)
{
  gboolean any
      = gtk_widget_get_first_child (GTK_WIDGET (view->cards)) != NULL || view->refusals->len > 0;

  g_clear_pointer (&view->study, assay_study_info_unref);
  gtk_stack_set_visible_child_name (view->states, any ? "cards" : "none");
  update_actions (view);
  count (view);
}

static void
show_page (StudioStudiesView *view, AssayStudyInfo *study)
{
  assay_study_info_ref (study);
  g_clear_pointer (&view->study, assay_study_info_unref);
  view->study = study;
  studio_study_page_set_study (view->page, study);
  gtk_stack_set_visible_child_name (view->states, "study");
  update_actions (view);
}

void
studio_studies_view_show_study (StudioStudiesView *view, const char *id)
{
  AssayRegistry *registry = studio_session_registry (view->session);
  g_autoptr (AssayStudyInfo) study = NULL;
  g_autoptr (GError) error = NULL;

  if (id == NULL || registry == NULL)
    {
      show_cards (view);
      return;
    }
  study = assay_registry_study (registry, id, &error);
  if (study != NULL)
    show_page (view, study);
  else
    studio_session_notice (view->session, "%s", error->message);
}

StudioForm *
studio_studies_view_form (StudioStudiesView *view)
{
  return studio_study_page_form (view->page);
}

static void
on_card (GtkFlowBox *cards, GtkFlowBoxChild *card, StudioStudiesView *view)
{
  show_page (view, studio_card_study (card));
}

/* A plugin that was built anew is another study of the same id. */
static void
on_studies (StudioSession *session, StudioStudiesView *view)
{
  g_autoptr (AssayStudyInfo) same = NULL;
  AssayRegistry *registry = studio_session_registry (session);

  fill_cards (view, registry);
  if (view->study == NULL)
    {
      show_cards (view);
      return;
    }
  same = assay_registry_study (registry, view->study->id, NULL);
  if (same == NULL)
    show_cards (view);
  else if (g_strcmp0 (same->identity, view->study->identity) != 0
           || g_strcmp0 (same->blocked, view->study->blocked) != 0)
    show_page (view, same);
}

/* ---- commands ---- */

static void
on_run (GSimpleAction *action, GVariant *parameter, gpointer view)
{
  studio_form_run (studio_studies_view_form (view));
}

static void
on_copy_command (GSimpleAction *action, GVariant *parameter, gpointer view)
{
  studio_form_copy_command (studio_studies_view_form (view));
}

static void
on_reset (GSimpleAction *action, GVariant *parameter, gpointer view)
{
  studio_form_reset (studio_studies_view_form (view));
}

/* A figure of the study that is shown, the first if none is named, over the runs of all its plans.
 */
static void
on_figure (GSimpleAction *action, GVariant *figure, gpointer data)
{
  StudioStudiesView *view = data;
  const char *id = g_variant_get_string (figure, NULL);

  if (view->study == NULL || view->study->n_figures == 0)
    return;
  studio_session_select (view->session, view->study->id, NULL, NULL);
  studio_window_show_figure (studio_window_of (view),
                             *id != '\0' ? id : view->study->figures[0].id);
}

/* Seconds of the preset that is taken without a word; far away where nothing is said. */
static double
seconds_of (const AssayStudyInfo *study)
{
  const AssayPreset *preset = assay_study_preset (study, "quick");

  return preset != NULL && preset->seconds > 0 ? preset->seconds : G_MAXDOUBLE;
}

static void
on_try_study (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  StudioStudiesView *view = data;
  AssayRegistry *registry = studio_session_registry (view->session);
  AssayStudyInfo *shortest = NULL;

  for (guint i = 0; registry != NULL && i < assay_registry_n_plugins (registry); i++)
    {
      AssayStudyInfo *study = assay_registry_plugin (registry, i)->study;

      if (study != NULL && study->blocked == NULL
          && (shortest == NULL || seconds_of (study) < seconds_of (shortest)))
        shortest = study;
    }
  if (shortest != NULL)
    show_page (view, shortest);
}

void
studio_studies_view_add_actions (gpointer view, GActionMap *map)
{
  static const GActionEntry entries[] = {
    { .name = "run", .activate = on_run },
    { .name = "copy-command", .activate = on_copy_command },
    { .name = "reset", .activate = on_reset },
    { .name = "try-study", .activate = on_try_study },
    { .name = "study-figure", .activate = on_figure, .parameter_type = "s" },
  };

  g_action_map_add_action_entries (map, entries, G_N_ELEMENTS (entries), view);
}

static void
search_here (GtkWidget *widget, const char *name, GVariant *parameter)
{
  StudioStudiesView *view = STUDIO_STUDIES_VIEW (widget);

  show_cards (view);
  gtk_widget_grab_focus (GTK_WIDGET (view->search));
}

static void
back_here (GtkWidget *widget, const char *name, GVariant *parameter)
{
  if (STUDIO_STUDIES_VIEW (widget)->study != NULL)
    show_cards (STUDIO_STUDIES_VIEW (widget));
}

/* ---- the widget ---- */

static void
studio_studies_view_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  StudioStudiesView *view = STUDIO_STUDIES_VIEW (object);

  view->session = g_value_dup_object (value);
  studio_study_page_set_session (view->page, view->session);
  g_signal_connect_object (view->session, "studies-changed", G_CALLBACK (on_studies), view, 0);
  g_signal_connect_object (view->session, "runs-changed", G_CALLBACK (count), view,
                           G_CONNECT_SWAPPED);
}

static void
studio_studies_view_dispose (GObject *object)
{
  StudioStudiesView *view = STUDIO_STUDIES_VIEW (object);

  g_cancellable_cancel (view->cancellable);
  g_clear_object (&view->cancellable);
  g_clear_object (&view->session);
  g_clear_pointer (&view->study, assay_study_info_unref);
  g_clear_pointer (&view->refusals, g_ptr_array_unref);
  G_OBJECT_CLASS (studio_studies_view_parent_class)->dispose (object);
}

static void
studio_studies_view_class_init (StudioStudiesViewClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->set_property = studio_studies_view_set_property;
  G_OBJECT_CLASS (class)->dispose = studio_studies_view_dispose;
  g_object_class_install_property (
      G_OBJECT_CLASS (class), PROP_SESSION,
      g_param_spec_object ("session", NULL, NULL, STUDIO_TYPE_SESSION,
                           G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));
  g_type_ensure (STUDIO_TYPE_STUDY_PAGE);
  g_type_ensure (STUDIO_TYPE_WELCOME);
  gtk_widget_class_install_action (widget_class, "view.search", NULL, search_here);
  gtk_widget_class_install_action (widget_class, "view.back", NULL, back_here);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/assay/Studio/studies-view.ui");
  gtk_widget_class_bind_template_child (widget_class, StudioStudiesView, states);
  gtk_widget_class_bind_template_child (widget_class, StudioStudiesView, welcome);
  gtk_widget_class_bind_template_child (widget_class, StudioStudiesView, nothing);
  gtk_widget_class_bind_template_child (widget_class, StudioStudiesView, search);
  gtk_widget_class_bind_template_child (widget_class, StudioStudiesView, cards);
  gtk_widget_class_bind_template_child (widget_class, StudioStudiesView, refused);
  gtk_widget_class_bind_template_child (widget_class, StudioStudiesView, page);
  gtk_widget_class_bind_template_callback (widget_class, on_search);
  gtk_widget_class_bind_template_callback (widget_class, on_card);
}

static void
studio_studies_view_init (StudioStudiesView *view)
{
  view->cancellable = g_cancellable_new ();
  view->refusals = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (view));
  gtk_flow_box_set_filter_func (view->cards, is_found, view->search, NULL);
  g_signal_connect_swapped (view->cards, "map", G_CALLBACK (count), view);
  g_signal_connect (view, "map", G_CALLBACK (update_actions), NULL);
  g_signal_connect (view, "unmap", G_CALLBACK (update_actions), NULL);
}

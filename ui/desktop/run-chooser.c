/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/run-chooser.h"

#include "ui/desktop/width-bin.h"

struct _StudioRunChooser
{
  GtkBox parent_instance;
  StudioSession *session;
  GtkDropDown *study, *runs;
  GPtrArray *studies;  /* char *: ids, as in the drop-down */
  GPtrArray *presets;  /* char *: ids; NULL for the newest plan, "" for chosen runs */
  GHashTable *planned; /* set of "study preset" that have runs */
  char *newest;        /* study of the newest run; NULL: there is none */
  char *shown;         /* as last announced */
  gboolean filling;
};

G_DEFINE_FINAL_TYPE (StudioRunChooser, studio_run_chooser, GTK_TYPE_BOX)

static guint changed_signal;

const char *
studio_run_chooser_study (StudioRunChooser *chooser)
{
  const StudioSelection *selection = studio_session_selection (chooser->session);

  if (selection->study != NULL)
    return selection->study;
  if (chooser->newest != NULL)
    return chooser->newest;
  return chooser->studies->len > 0 ? chooser->studies->pdata[0] : NULL;
}

/* ---- filling ---- */

static void
set_items (GtkDropDown *drop, GPtrArray *titles, guint chosen)
{
  g_autoptr (GtkStringList) model = NULL;

  g_ptr_array_add (titles, NULL);
  model = gtk_string_list_new ((const char *const *) titles->pdata);
  gtk_drop_down_set_model (drop, G_LIST_MODEL (model));
  gtk_drop_down_set_selected (drop, chosen);
}

static void
fill_studies (StudioRunChooser *chooser)
{
  AssayRegistry *registry = studio_session_registry (chooser->session);
  g_autoptr (GPtrArray) titles = g_ptr_array_new ();
  guint chosen = GTK_INVALID_LIST_POSITION;

  g_ptr_array_set_size (chooser->studies, 0);
  for (guint i = 0; registry != NULL && i < assay_registry_n_plugins (registry); i++)
    {
      const AssayPluginInfo *plugin = assay_registry_plugin (registry, i);

      if (plugin->study == NULL || plugin->reason != NULL)
        continue;
      g_ptr_array_add (chooser->studies, g_strdup (plugin->study->id));
      g_ptr_array_add (titles, (gpointer) plugin->study->title);
    }
  for (guint i = 0; i < chooser->studies->len; i++)
    if (g_strcmp0 (chooser->studies->pdata[i], studio_run_chooser_study (chooser)) == 0)
      chosen = i;
  set_items (chooser->study, titles, chosen);
}

static gboolean
has_runs (StudioRunChooser *chooser, const char *study, const char *preset)
{
  g_autofree char *key = g_strconcat (study, " ", preset, NULL);

  return chooser->planned != NULL && g_hash_table_contains (chooser->planned, key);
}

static void
add_preset (StudioRunChooser *chooser, GPtrArray *titles, const char *id, const char *title)
{
  g_ptr_array_add (chooser->presets, g_strdup (id));
  g_ptr_array_add (titles, g_strdup (title));
}

static void
fill_runs (StudioRunChooser *chooser)
{
  const StudioSelection *selection = studio_session_selection (chooser->session);
  AssayRegistry *registry = studio_session_registry (chooser->session);
  const char *id = studio_run_chooser_study (chooser);
  g_autoptr (AssayStudyInfo) study
      = registry != NULL && id != NULL ? assay_registry_study (registry, id, NULL) : NULL;
  g_autoptr (GPtrArray) titles = g_ptr_array_new_with_free_func (g_free);
  guint chosen = 0;

  g_ptr_array_set_size (chooser->presets, 0);
  add_preset (chooser, titles, NULL, "Newest plan");
  for (guint i = 0; study != NULL && i < study->n_presets; i++)
    {
      const char *preset = study->presets[i].id;
      gboolean wanted = g_strcmp0 (preset, selection->preset) == 0;

      if (!wanted && !has_runs (chooser, study->id, preset))
        continue;
      if (wanted)
        chosen = chooser->presets->len;
      add_preset (chooser, titles, preset, preset);
    }
  if (selection->runs != NULL && selection->runs[0] != NULL)
    {
      guint n = g_strv_length (selection->runs);
      g_autofree char *title = g_strdup_printf ("%u chosen %s", n, n == 1 ? "run" : "runs");

      chosen = chooser->presets->len;
      add_preset (chooser, titles, "", title);
    }
  set_items (chooser->runs, titles, chosen);
}

static void
fill (StudioRunChooser *chooser)
{
  chooser->filling = TRUE;
  fill_studies (chooser);
  fill_runs (chooser);
  chooser->filling = FALSE;
}

static void
announce (StudioRunChooser *chooser)
{
  g_free (chooser->shown);
  chooser->shown = g_strdup (studio_run_chooser_study (chooser));
  g_signal_emit (chooser, changed_signal, 0);
}

/* ---- what there is ---- */

typedef struct
{
  GHashTable *planned;
  char *newest;
} Found;

static void
found_free (gpointer data)
{
  Found *found = data;

  g_clear_pointer (&found->planned, g_hash_table_unref);
  g_free (found->newest);
  g_free (found);
}

static GHashTable *
planned_of (const AssayRunGroups *groups)
{
  GHashTable *planned = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < groups->groups->len; i++)
    {
      const AssayRunGroup *group = &g_array_index (groups->groups, AssayRunGroup, i);

      if (group->values[0] != NULL && group->values[1] != NULL)
        g_hash_table_add (planned, g_strconcat (group->values[0], " ", group->values[1], NULL));
    }
  return planned;
}

static void
look_for_runs (GTask *task, AssayIndex *index)
{
  const char *const by[] = { "study", "preset", NULL };
  GError *error = NULL;
  g_autoptr (AssayRunGroups) groups
      = assay_index_group (index, &(AssayGroupQuery){ .by = by }, &error);
  g_autoptr (AssayRunRows) rows
      = groups != NULL ? assay_index_query (index, &(AssayIndexQuery){ .limit = 1 }, &error) : NULL;
  Found *found;

  if (rows == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  found = g_new0 (Found, 1);
  found->planned = planned_of (groups);
  if (rows->rows->len > 0)
    found->newest = g_strdup (g_array_index (rows->rows, AssayRunRow, 0).study);
  g_task_return_pointer (task, found, found_free);
}

static gboolean
equal_sets (GHashTable *a, GHashTable *b)
{
  GHashTableIter iter;
  gpointer key;

  if (a == NULL || g_hash_table_size (a) != g_hash_table_size (b))
    return FALSE;
  g_hash_table_iter_init (&iter, a);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (!g_hash_table_contains (b, key))
      return FALSE;
  return TRUE;
}

static void
on_found (GObject *object, GAsyncResult *result, gpointer data)
{
  StudioRunChooser *chooser = STUDIO_RUN_CHOOSER (object);
  Found *found = g_task_propagate_pointer (G_TASK (result), NULL);
  gboolean same;

  if (found == NULL)
    return;
  same = equal_sets (chooser->planned, found->planned)
         && g_strcmp0 (chooser->newest, found->newest) == 0;
  g_clear_pointer (&chooser->planned, g_hash_table_unref);
  chooser->planned = g_steal_pointer (&found->planned);
  g_free (chooser->newest);
  chooser->newest = g_steal_pointer (&found->newest);
  found_free (found);
  if (same)
    return; /* an open list stays open */
  fill (chooser);
  if (g_strcmp0 (chooser->shown, studio_run_chooser_study (chooser)) != 0)
    announce (chooser);
}

/* ---- signals ---- */

static void
on_runs_changed (StudioRunChooser *chooser)
{
  studio_session_run (chooser->session, g_task_new (chooser, NULL, on_found, NULL), look_for_runs);
}

static void
on_selection_changed (StudioRunChooser *chooser)
{
  fill (chooser);
  announce (chooser);
}

static void
on_study (StudioRunChooser *chooser)
{
  guint i = gtk_drop_down_get_selected (chooser->study);

  if (!chooser->filling && i < chooser->studies->len)
    studio_session_select (chooser->session, chooser->studies->pdata[i], NULL, NULL);
}

static void
on_runs (StudioRunChooser *chooser)
{
  guint i = gtk_drop_down_get_selected (chooser->runs);
  const char *preset = i < chooser->presets->len ? chooser->presets->pdata[i] : NULL;
  g_autofree char *study = g_strdup (studio_run_chooser_study (chooser));

  if (!chooser->filling && study != NULL && g_strcmp0 (preset, "") != 0)
    studio_session_select (chooser->session, study, preset, NULL);
}

void
studio_run_chooser_set_session (StudioRunChooser *chooser, StudioSession *session)
{
  chooser->session = g_object_ref (session);
  g_signal_connect_object (session, "studies-changed", G_CALLBACK (on_selection_changed), chooser,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "selection-changed", G_CALLBACK (on_selection_changed), chooser,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "runs-changed", G_CALLBACK (on_runs_changed), chooser,
                           G_CONNECT_SWAPPED);
  fill (chooser);
  on_runs_changed (chooser);
}

/* ---- the widget ---- */

static GtkDropDown *
add_drop (StudioRunChooser *chooser, const char *name, const char *tip, gboolean search)
{
  g_autoptr (GtkExpression) string
      = gtk_property_expression_new (GTK_TYPE_STRING_OBJECT, NULL, "string");
  GtkWidget *drop = gtk_drop_down_new (NULL, g_steal_pointer (&string));

  gtk_drop_down_set_enable_search (GTK_DROP_DOWN (drop), search);
  gtk_widget_set_tooltip_text (drop, tip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (drop), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  studio_drop_down_ellipsize (GTK_DROP_DOWN (drop));
  gtk_box_append (GTK_BOX (chooser), drop);
  return GTK_DROP_DOWN (drop);
}

static void
studio_run_chooser_dispose (GObject *object)
{
  StudioRunChooser *chooser = STUDIO_RUN_CHOOSER (object);

  g_clear_object (&chooser->session);
  G_OBJECT_CLASS (studio_run_chooser_parent_class)->dispose (object);
}

static void
studio_run_chooser_finalize (GObject *object)
{
  StudioRunChooser *chooser = STUDIO_RUN_CHOOSER (object);

  g_ptr_array_unref (chooser->studies);
  g_ptr_array_unref (chooser->presets);
  g_clear_pointer (&chooser->planned, g_hash_table_unref);
  g_free (chooser->newest);
  g_free (chooser->shown);
  G_OBJECT_CLASS (studio_run_chooser_parent_class)->finalize (object);
}

static void
studio_run_chooser_class_init (StudioRunChooserClass *class)
{
  G_OBJECT_CLASS (class)->dispose = studio_run_chooser_dispose;
  G_OBJECT_CLASS (class)->finalize = studio_run_chooser_finalize;
  changed_signal = g_signal_new ("changed", STUDIO_TYPE_RUN_CHOOSER, G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 0);
}

static void
studio_run_chooser_init (StudioRunChooser *chooser)
{
  chooser->studies = g_ptr_array_new_with_free_func (g_free);
  chooser->presets = g_ptr_array_new_with_free_func (g_free);
  gtk_box_set_spacing (GTK_BOX (chooser), 6);
  chooser->study = add_drop (chooser, "Study", "The study that is looked at", TRUE);
  chooser->runs
      = add_drop (chooser, "Runs", "Its runs: the newest plan, or that of a preset", FALSE);
  gtk_widget_set_hexpand (GTK_WIDGET (chooser->study), TRUE);
  g_signal_connect_swapped (chooser->study, "notify::selected", G_CALLBACK (on_study), chooser);
  g_signal_connect_swapped (chooser->runs, "notify::selected", G_CALLBACK (on_runs), chooser);
}

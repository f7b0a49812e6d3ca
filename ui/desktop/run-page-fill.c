/* SPDX-License-Identifier: Apache-2.0
 *
 * From what was read of a run to the widgets of its page.
 */
#include "host/registry/text.h"
#include "ui/desktop/run-rows.h"

#include "host/registry/json.h"
#include "host/run/spec.h"
#include "ui/desktop/artifact.h"
#include "ui/desktop/runs-answer.h"
#include "ui/desktop/runs-words.h"
#include "ui/desktop/slices.h"
#include "ui/desktop/sparkline.h"
#include "ui/desktop/words.h"
#include <math.h>
#include <string.h>

#define LONGEST_REASON 600 /* bytes; the console has all of it */
#define MOST_CARDS 60

/* ---- state ---- */

static char *
state_text (const StudioRunFacts *facts)
{
  const char *title = studio_state_title (facts->dir->state);
  g_autofree char *doing = studio_line_text (facts->doing);

  if (facts->dir->state != ASSAY_RUNNING)
    return g_strdup (title);
  return g_strdup_printf ("%s · %.0f %%%s%s", title, 100 * facts->progress,
                          *doing != '\0' ? " · " : "", doing);
}

static char *
times_text (const AssayRunDir *dir)
{
  double end = dir->state == ASSAY_RUNNING ? (double) g_get_real_time () / 1e6 : dir->finished;
  g_autofree char *started = studio_time_text (dir->started);
  g_autofree char *duration
      = dir->started > 0 && end > dir->started ? assay_duration_text (end - dir->started) : NULL;
  gint64 attempt = assay_json_int (dir->status, "attempt", 1);
  GString *text = g_string_new (NULL);

  if (*started != '\0')
    g_string_append_printf (text, "Started %s", started);
  if (duration != NULL)
    g_string_append_printf (text, "%s%s", text->len > 0 ? " · " : "", duration);
  if (attempt > 1)
    g_string_append_printf (text, " · attempt %" G_GINT64_FORMAT, attempt);
  return g_string_free (text, FALSE);
}

/* What has happened to it, and what can be done now. */
static const char *
advice_of (const AssayRunDir *dir)
{
  static const char *const advice[ASSAY_N_STATES] = {
    [ASSAY_FAILED]
    = "What it had written until then is kept. Look at the end of its console; Resume "
      "goes on from its last checkpoint, Run Again makes a new run.",
    [ASSAY_CANCELLED] = "Resume goes on from its last checkpoint, Run Again makes a new run.",
    [ASSAY_INTERRUPTED] = "The machine or the supervisor went away from under it. Resume goes on "
                          "from its last checkpoint, Run Again makes a new run.",
  };

  if (dir->state == ASSAY_FAILED && assay_json_int (dir->status, "signal", 0) > 0)
    return "The study’s code crashed in a process of its own, so nothing else was harmed, and what "
           "it had written until then is kept. Look at the end of its console; Resume goes on from "
           "its last checkpoint, Run Again makes a new run.";
  return advice[dir->state];
}

static void
fill_advice (StudioRunPage *page, const AssayRunDir *dir)
{
  const char *advice = advice_of (dir);

  gtk_label_set_text (page->advice, advice != NULL ? advice : "");
  gtk_widget_set_visible (GTK_WIDGET (page->advice), advice != NULL);
  gtk_widget_set_visible (page->remedies, advice != NULL);
}

static void
fill_state (StudioRunPage *page)
{
  const AssayRunDir *dir = page->facts->dir;
  const char *const classes[] = { studio_state_style (dir->state), NULL };
  g_autofree char *state = state_text (page->facts), *times = times_text (dir);
  g_autofree char *reason
      = studio_console_text (dir->reason != NULL ? dir->reason : "",
                             dir->reason != NULL ? MIN (strlen (dir->reason), LONGEST_REASON) : 0);
  g_autofree char *study = studio_line_text (dir->study);
  g_autofree char *title = g_strdup_printf ("%s · seed %" G_GUINT64_FORMAT, study, dir->seed);
  g_autofree char *subtitle = dir->preset != NULL
                                  ? g_strdup_printf ("%s · preset %s", dir->id, dir->preset)
                                  : g_strdup (dir->id);

  gtk_label_set_text (page->title, title);
  gtk_label_set_text (page->subtitle, subtitle);
  gtk_image_set_from_icon_name (page->state_icon, studio_state_icon (dir->state));
  gtk_widget_set_css_classes (GTK_WIDGET (page->state_icon), (const char **) classes);
  gtk_label_set_text (page->state, state);
  gtk_label_set_text (page->reason, reason);
  gtk_widget_set_visible (GTK_WIDGET (page->reason), *reason != '\0');
  fill_advice (page, dir);
  gtk_label_set_text (page->times, times);
  gtk_widget_set_visible (GTK_WIDGET (page->progress), dir->state == ASSAY_RUNNING);
  gtk_progress_bar_set_fraction (page->progress, page->facts->progress);
}

/* ---- series ---- */

static GtkWidget *
label (const char *style, gboolean ellipsize)
{
  GtkWidget *widget = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (widget), 0);
  if (ellipsize)
    gtk_label_set_ellipsize (GTK_LABEL (widget), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_width_chars (GTK_LABEL (widget), 8);
  gtk_label_set_max_width_chars (GTK_LABEL (widget), 24);
  gtk_widget_add_css_class (widget, style);
  return widget;
}

static GtkWidget *
new_card (void)
{
  GtkWidget *card = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  GtkWidget *value = label ("title-4", FALSE);

  gtk_widget_add_css_class (card, "card");
  gtk_widget_add_css_class (card, "run-series");
  gtk_widget_add_css_class (value, "numeric");
  gtk_box_append (GTK_BOX (card), label ("caption-heading", TRUE));
  gtk_box_append (GTK_BOX (card), value);
  gtk_box_append (GTK_BOX (card), studio_sparkline_new ());
  gtk_box_append (GTK_BOX (card), label ("caption", TRUE));
  gtk_widget_add_css_class (gtk_widget_get_last_child (card), "dim-label");
  return card;
}

static void
fill_card (GtkWidget *card, const StudioSeries *series)
{
  GtkWidget *name = gtk_widget_get_first_child (card), *value = gtk_widget_get_next_sibling (name);
  GtkWidget *line = gtk_widget_get_next_sibling (value),
            *range = gtk_widget_get_next_sibling (line);
  g_autofree char *metric = studio_line_text (series->metric);
  g_autofree char *labels = studio_line_text (series->labels);
  g_autofree char *title = g_strdup_printf ("%s%s%s", metric, *labels != '\0' ? " · " : "", labels);
  g_autofree char *last = assay_number_text (series->last);
  g_autofree char *low = assay_number_text (series->min), *high = assay_number_text (series->max);
  g_autofree char *step = assay_number_text (series->last_step);
  g_autofree char *words = isnan (series->last) ? g_strdup ("")
                           : series->n == 1
                               ? g_strdup ("one observation")
                               : g_strdup_printf ("%s to %s, step %s", low, high, step);

  gtk_label_set_text (GTK_LABEL (name), title);
  gtk_widget_set_tooltip_text (name, title);
  gtk_label_set_text (GTK_LABEL (value), *last != '\0' ? last : "no number");
  gtk_label_set_text (GTK_LABEL (range), words);
  gtk_widget_set_visible (line, series->values->len > 1);
  studio_sparkline_set_series (STUDIO_SPARKLINE (line), series);
}

static guint
n_cards (const StudioRunPage *page)
{
  return MIN (page->facts->series->len, MOST_CARDS);
}

static void
add_card (StudioRunPage *page, guint i)
{
  GtkWidget *card = new_card ();

  fill_card (card, page->facts->series->pdata[i]);
  gtk_flow_box_insert (page->cards, card, -1);
  studio_slices_lay_out (card, card);
}

/* Cards that are not there yet come with the slices. */
static void
fill_series (StudioRunPage *page)
{
  guint n = n_cards (page);

  gtk_widget_set_visible (page->measured, n > 0 || page->facts->damage != NULL);
  gtk_label_set_text (page->damage, page->facts->damage != NULL ? page->facts->damage : "");
  gtk_widget_set_visible (GTK_WIDGET (page->damage), page->facts->damage != NULL);
  for (guint i = 0; i < n; i++)
    {
      GtkFlowBoxChild *child = gtk_flow_box_get_child_at_index (page->cards, (int) i);

      if (child != NULL)
        fill_card (gtk_flow_box_child_get_child (child), page->facts->series->pdata[i]);
    }
  for (GtkFlowBoxChild *child;
       (child = gtk_flow_box_get_child_at_index (page->cards, (int) n)) != NULL;)
    gtk_flow_box_remove (page->cards, GTK_WIDGET (child));
}

/* ---- console ---- */

static gboolean
scroll_to_end (gpointer window)
{
  GtkAdjustment *place = gtk_scrolled_window_get_vadjustment (window);

  gtk_adjustment_set_value (place, gtk_adjustment_get_upper (place));
  return G_SOURCE_REMOVE;
}

/* Follows the end unless somebody has scrolled away from it. */
static void
fill_console (StudioRunPage *page)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (page->console);
  GtkAdjustment *place = gtk_scrolled_window_get_vadjustment (page->console_window);
  gboolean at_end = gtk_adjustment_get_value (place) + gtk_adjustment_get_page_size (place)
                    >= gtk_adjustment_get_upper (place) - 4;
  g_autofree char *old = NULL, *size = g_format_size (page->facts->console_bytes);
  g_autofree char *title = page->facts->console_bytes > STUDIO_CONSOLE_BYTES
                               ? g_strdup_printf ("Console · the end of %s", size)
                               : g_strdup ("Console");

  gtk_widget_set_visible (page->console_box, *page->facts->console != '\0');
  gtk_label_set_text (page->console_title, title);
  g_object_get (buffer, "text", &old, NULL);
  if (strcmp (old, page->facts->console) == 0)
    return;
  gtk_text_buffer_set_text (buffer, page->facts->console, -1);
  if (at_end)
    g_idle_add_full (G_PRIORITY_LOW, scroll_to_end, g_object_ref (page->console_window),
                     g_object_unref);
}

static char *
value_of (JsonNode *node)
{
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    return json_node_dup_string (node);
  return assay_json_canonical (node);
}

/* ---- parameters ---- */

typedef struct
{
  const AssayParam *param; /* NULL: the study is not known, or has it no more */
  const char *id;
  char *value;
} Setting;

static void
setting_clear (gpointer data)
{
  g_free (((Setting *) data)->value);
}

static GArray *
settings_of (JsonObject *parameters, const AssayStudyInfo *study)
{
  g_autoptr (GList) ids = g_list_sort (json_object_get_members (parameters), (GCompareFunc) strcmp);
  GArray *settings = g_array_new (FALSE, FALSE, sizeof (Setting));

  g_array_set_clear_func (settings, setting_clear);
  for (GList *id = ids; id != NULL; id = id->next)
    {
      Setting setting = { .id = id->data };

      setting.param = study != NULL ? assay_study_param (study, id->data) : NULL;
      setting.value = value_of (json_object_get_member (parameters, id->data));
      g_array_append_val (settings, setting);
    }
  return settings;
}

static gboolean
is_default (const Setting *setting)
{
  g_autofree char *initial = setting->param != NULL ? assay_param_default (setting->param) : NULL;

  return initial != NULL && assay_filter_equal (initial, setting->value);
}

/* @group NULL: folded away. */
static void
add_setting (StudioRunPage *page, AdwPreferencesGroup *group, const Setting *setting)
{
  const AssayParam *param = setting->param;
  const char *title = param != NULL && param->title != NULL ? param->title : setting->id;
  StudioRunRow *row = studio_run_rows_add (page, group, title,
                                           strcmp (title, setting->id) != 0 ? setting->id : NULL);

  row->value = param != NULL && param->unit != NULL
                   ? g_strdup_printf ("%s %s", setting->value, param->unit)
                   : g_strdup (setting->value);
}

/* Those that differ from their default, then the others folded away. */
static void
fill_parameters (StudioRunPage *page, const AssayStudyInfo *study)
{
  g_autoptr (GArray) settings = settings_of (page->facts->dir->parameters, study);
  g_autofree char *title = NULL;
  guint n_others = 0;

  for (guint i = 0; i < settings->len; i++)
    if (is_default (&g_array_index (settings, Setting, i)))
      n_others++;
    else
      add_setting (page, page->parameters, &g_array_index (settings, Setting, i));
  title = g_strdup_printf (n_others < settings->len ? "%u more at their defaults"
                                                    : "All %u at their defaults",
                           n_others);
  if (n_others > 0)
    studio_run_rows_add (page, page->parameters, title, NULL)->unfolds = TRUE;
  for (guint i = 0; i < settings->len; i++)
    if (is_default (&g_array_index (settings, Setting, i)))
      add_setting (page, NULL, &g_array_index (settings, Setting, i));
  gtk_widget_set_visible (GTK_WIDGET (page->parameters), settings->len > 0);
}

/* ---- results and stages ---- */

static void
fill_results (StudioRunPage *page)
{
  for (guint i = 0; i < page->facts->pieces->len; i++)
    {
      const StudioPiece *piece = page->facts->pieces->pdata[i];
      g_autofree char *size = g_format_size (piece->bytes);
      StudioArtifactKind kind = studio_artifact_kind (piece->file != NULL ? piece->file : "");
      g_autofree char *under = g_strdup_printf ("%s · %s", studio_artifact_kind_title (kind), size);
      StudioRunRow *row = studio_run_rows_add (page, page->results, piece->name, under);

      row->icon = studio_artifact_kind_icon (kind);
      row->file = g_strdup (piece->file);
    }
  gtk_widget_set_visible (GTK_WIDGET (page->results), page->facts->pieces->len > 0);
}

static void
fill_stages (StudioRunPage *page)
{
  for (guint i = 0; i < page->facts->stages->len; i++)
    {
      const StudioPiece *stage = page->facts->stages->pdata[i];

      studio_run_rows_add (page, page->stages, stage->name,
                           stage->built ? "built by this run" : "taken from the cache");
    }
  gtk_widget_set_visible (GTK_WIDGET (page->stages), page->facts->stages->len > 0);
}

/* ---- provenance ---- */

static void
add_members (StudioRunPage *page, const char *prefix, JsonObject *object)
{
  g_autoptr (GList) keys = g_list_sort (json_object_get_members (object), (GCompareFunc) strcmp);

  for (GList *key = keys; key != NULL; key = key->next)
    {
      JsonNode *node = json_object_get_member (object, key->data);
      g_autofree char *name = prefix != NULL
                                  ? g_strdup_printf ("%s, %s", prefix, (const char *) key->data)
                                  : g_strdup (key->data);

      if (JSON_NODE_HOLDS_OBJECT (node))
        add_members (page, name, json_node_get_object (node));
      else if (!JSON_NODE_HOLDS_NULL (node))
        {
          g_autofree char *value = value_of (node);

          studio_run_rows_add (page, NULL, name, value);
        }
    }
}

static void
fill_provenance (StudioRunPage *page)
{
  JsonObject *env = page->facts->env;
  JsonObject *machine = env != NULL ? assay_json_object (env, "machine") : NULL;
  g_autofree char *line = NULL;

  if (env != NULL)
    line = g_strdup_printf ("Assay %s%s%s", assay_json_text (env, "assay-version", "?"),
                            machine != NULL ? " on " : "",
                            machine != NULL ? assay_json_text (machine, "cpu", "?") : "");
  studio_run_rows_add (page, page->provenance, "Code, machine and command", line)->unfolds = TRUE;
  if (env != NULL)
    add_members (page, NULL, env);
  add_members (page, "run", page->facts->dir->run);
}

/* ---- all of it ---- */

static guint
n_made_cards (StudioRunPage *page)
{
  guint n = 0;

  while (gtk_flow_box_get_child_at_index (page->cards, (int) n) != NULL)
    n++;
  return n;
}

static gboolean
fill_piece (gpointer data)
{
  StudioRunPage *page = data;
  guint made = n_made_cards (page);

  if (made < n_cards (page))
    add_card (page, made);
  else if (!studio_run_rows_make (page))
    {
      page->fill = NULL;
      return FALSE;
    }
  return TRUE;
}

void
studio_run_page_stop_filling (StudioRunPage *page)
{
  g_clear_pointer (&page->fill, studio_slices_stop);
}

void
studio_run_page_fill (StudioRunPage *page)
{
  const StudioRunFacts *facts = page->facts;
  AssayRegistry *registry = studio_session_registry (page->session);
  g_autoptr (AssayStudyInfo) study
      = registry != NULL ? assay_registry_study (registry, facts->dir->study, NULL) : NULL;
  g_autofree char *told
      = g_strdup_printf ("%s %p %u %u %d", facts->dir->id, (void *) study, facts->pieces->len,
                         facts->stages->len, facts->env != NULL);
  gboolean first = page->told == NULL;

  fill_state (page);
  fill_series (page);
  fill_console (page);
  studio_run_page_fill_notes (page, first);
  if (page->fill == NULL)
    page->fill = studio_slices_start (fill_piece, page);
  if (g_strcmp0 (told, page->told) == 0)
    return;
  studio_run_rows_clear (page);
  fill_parameters (page, study);
  fill_results (page);
  fill_stages (page);
  fill_provenance (page);
  g_free (page->told);
  page->told = g_steal_pointer (&told);
}

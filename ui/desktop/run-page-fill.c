/* SPDX-License-Identifier: Apache-2.0
 *
 * From what was read of a run to the widgets of its page.
 */
#include "ui/desktop/run-page-private.h"

#include "host/registry/json.h"
#include "host/run/spec.h"
#include "ui/desktop/artifact.h"
#include "ui/desktop/run-commands.h"
#include "ui/desktop/runs-answer.h"
#include "ui/desktop/runs-cells.h"
#include "ui/desktop/slices.h"
#include "ui/desktop/sparkline.h"
#include "ui/desktop/words.h"
#include <math.h>
#include <string.h>

#define LONGEST_REASON 600 /* bytes; the console has all of it */
#define MOST_CARDS 60
#define SAVE_AFTER 700 /* milliseconds after the last key */

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
      = dir->started > 0 && end > dir->started ? studio_duration_text (end - dir->started) : NULL;
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
  g_autofree char *last = studio_number_text (series->last);
  g_autofree char *low = studio_number_text (series->min), *high = studio_number_text (series->max);
  g_autofree char *step = studio_number_text (series->last_step);
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
  gtk_widget_set_focusable (gtk_widget_get_parent (card), FALSE);
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

/* ---- groups of rows ---- */

static GtkWidget *
new_row (const char *title, const char *subtitle)
{
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *line = studio_line_text (title), *under = studio_line_text (subtitle);

  g_object_set (row, "use-markup", FALSE, "title", line, NULL);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 2);
  if (*under != '\0')
    {
      g_autofree char *markup = g_markup_escape_text (under, -1);

      adw_action_row_set_subtitle (ADW_ACTION_ROW (row), markup);
    }
  return row;
}

static void
add_value (GtkWidget *row, const char *value)
{
  g_autofree char *line = studio_line_text (value);
  GtkWidget *text = gtk_label_new (line);

  gtk_label_set_ellipsize (GTK_LABEL (text), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_selectable (GTK_LABEL (text), TRUE);
  gtk_widget_set_can_focus (text, FALSE);
  gtk_label_set_max_width_chars (GTK_LABEL (text), 40);
  gtk_label_set_xalign (GTK_LABEL (text), 1);
  gtk_widget_set_tooltip_text (text, strlen (line) > 20 ? line : NULL);
  gtk_widget_add_css_class (text, "numeric");
  gtk_widget_add_css_class (text, "dim-label");
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), text);
}

/* It comes into the group with the slices: a row costs little when it is made, and much when it is
 * laid out. */
static void
add_row (StudioRunPage *page, AdwPreferencesGroup *group, GtkWidget *row)
{
  g_ptr_array_add (page->rows, g_object_ref_sink (row));
  g_object_set_data (G_OBJECT (row), "group", group);
}

/* The same for one that is folded away in a row that comes before it. */
static void
add_folded (StudioRunPage *page, GtkWidget *expander, GtkWidget *row)
{
  g_ptr_array_add (page->rows, g_object_ref_sink (row));
  g_object_set_data (G_OBJECT (row), "expander", expander);
}

static void
place_row (GtkWidget *row)
{
  GtkWidget *expander = g_object_get_data (G_OBJECT (row), "expander");
  GtkWidget *group = g_object_get_data (G_OBJECT (row), "group");

  if (expander != NULL)
    adw_expander_row_add_row (ADW_EXPANDER_ROW (expander), row);
  else
    adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
  studio_slices_lay_out (row, expander != NULL ? expander : group);
}

/* What is folded away goes with the row that holds it. */
static void
clear_rows (StudioRunPage *page)
{
  for (guint i = 0; i < page->n_placed; i++)
    {
      gpointer group = g_object_get_data (page->rows->pdata[i], "group");

      if (group != NULL)
        adw_preferences_group_remove (group, page->rows->pdata[i]);
    }
  g_ptr_array_set_size (page->rows, 0);
  page->n_placed = 0;
}

static char *
value_of (JsonNode *node)
{
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    return json_node_dup_string (node);
  return assay_json_canonical (node);
}

/* ---- parameters ---- */

static GtkWidget *
parameter_row (const AssayParam *param, const char *id, const char *value)
{
  const char *title = param != NULL && param->title != NULL ? param->title : id;
  GtkWidget *row = new_row (title, strcmp (title, id) != 0 ? id : NULL);
  g_autofree char *with_unit = param != NULL && param->unit != NULL
                                   ? g_strdup_printf ("%s %s", value, param->unit)
                                   : g_strdup (value);

  add_value (row, with_unit);
  return row;
}

/* @rows, of @n in all, under a row that unfolds. */
static void
fold_parameters (StudioRunPage *page, GPtrArray *rows, guint n)
{
  g_autofree char *title = g_strdup_printf (
      rows->len < n ? "%u more at their defaults" : "All %u at their defaults", rows->len);
  GtkWidget *expander;

  if (rows->len == 0)
    return;
  expander = adw_expander_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (expander), title);
  add_row (page, page->parameters, expander);
  for (guint i = 0; i < rows->len; i++)
    add_folded (page, expander, rows->pdata[i]);
}

static gboolean
is_default (const AssayParam *param, const char *value)
{
  g_autofree char *initial = param != NULL ? assay_param_default (param) : NULL;

  return initial != NULL && assay_filter_equal (initial, value);
}

/* Those that differ from their default, then the others folded away. */
static void
fill_parameters (StudioRunPage *page, const AssayStudyInfo *study)
{
  g_autoptr (GList) ids = json_object_get_members (page->facts->dir->parameters);
  g_autoptr (GPtrArray) others = g_ptr_array_new ();
  guint n = 0;

  ids = g_list_sort (ids, (GCompareFunc) strcmp);
  for (GList *id = ids; id != NULL; id = id->next, n++)
    {
      const AssayParam *param = study != NULL ? assay_study_param (study, id->data) : NULL;
      g_autofree char *value
          = value_of (json_object_get_member (page->facts->dir->parameters, id->data));
      GtkWidget *row = parameter_row (param, id->data, value);

      if (is_default (param, value))
        g_ptr_array_add (others, row);
      else
        add_row (page, page->parameters, row);
    }
  fold_parameters (page, others, n);
  gtk_widget_set_visible (GTK_WIDGET (page->parameters), n > 0);
}

/* ---- results and stages ---- */

static void
on_open_piece (AdwActionRow *row, StudioRunPage *page)
{
  studio_artifact_open (studio_window_of (page), page->run,
                        g_object_get_data (G_OBJECT (row), "file"));
}

static void
fill_results (StudioRunPage *page)
{
  for (guint i = 0; i < page->facts->pieces->len; i++)
    {
      const StudioPiece *piece = page->facts->pieces->pdata[i];
      g_autofree char *size = g_format_size (piece->bytes);
      StudioArtifactKind kind = studio_artifact_kind (piece->file != NULL ? piece->file : "");
      g_autofree char *under = g_strdup_printf ("%s · %s", studio_artifact_kind_title (kind), size);
      GtkWidget *row = new_row (piece->name, under);

      adw_action_row_add_prefix (ADW_ACTION_ROW (row),
                                 gtk_image_new_from_icon_name (studio_artifact_kind_icon (kind)));
      if (piece->file != NULL)
        {
          g_object_set_data_full (G_OBJECT (row), "file", g_strdup (piece->file), g_free);
          gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
          adw_action_row_add_suffix (ADW_ACTION_ROW (row),
                                     gtk_image_new_from_icon_name ("go-next-symbolic"));
          g_signal_connect (row, "activated", G_CALLBACK (on_open_piece), page);
        }
      add_row (page, page->results, row);
    }
  gtk_widget_set_visible (GTK_WIDGET (page->results), page->facts->pieces->len > 0);
}

static void
fill_stages (StudioRunPage *page)
{
  for (guint i = 0; i < page->facts->stages->len; i++)
    {
      const StudioPiece *stage = page->facts->stages->pdata[i];

      add_row (page, page->stages,
               new_row (stage->name, stage->built ? "built by this run" : "taken from the cache"));
    }
  gtk_widget_set_visible (GTK_WIDGET (page->stages), page->facts->stages->len > 0);
}

/* ---- provenance ---- */

static void
add_members (StudioRunPage *page, GtkWidget *expander, const char *prefix, JsonObject *object)
{
  g_autoptr (GList) keys = g_list_sort (json_object_get_members (object), (GCompareFunc) strcmp);

  for (GList *key = keys; key != NULL; key = key->next)
    {
      JsonNode *node = json_object_get_member (object, key->data);
      g_autofree char *name = prefix != NULL
                                  ? g_strdup_printf ("%s, %s", prefix, (const char *) key->data)
                                  : g_strdup (key->data);

      if (JSON_NODE_HOLDS_OBJECT (node))
        add_members (page, expander, name, json_node_get_object (node));
      else if (!JSON_NODE_HOLDS_NULL (node))
        {
          g_autofree char *value = value_of (node);

          add_folded (page, expander, new_row (name, value));
        }
    }
}

static void
fill_provenance (StudioRunPage *page)
{
  JsonObject *env = page->facts->env;
  JsonObject *machine = env != NULL ? assay_json_object (env, "machine") : NULL;
  GtkWidget *expander = adw_expander_row_new ();
  g_autofree char *under = NULL, *line = NULL;

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (expander), "Code, machine and command");
  add_row (page, page->provenance, expander);
  if (env != NULL)
    {
      line = g_strdup_printf ("Assay %s%s%s", assay_json_text (env, "assay-version", "?"),
                              machine != NULL ? " on " : "",
                              machine != NULL ? assay_json_text (machine, "cpu", "?") : "");
      under = g_markup_escape_text (line, -1);
      adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (expander), under);
      add_members (page, expander, NULL, env);
    }
  add_members (page, expander, "run", page->facts->dir->run);
}

/* ---- notes ---- */

static char *
text_of_note (StudioRunPage *page)
{
  char *text = NULL;

  g_object_get (gtk_text_view_get_buffer (page->note), "text", &text, NULL);
  return text;
}

/* Tags in lines: those typed, and behind "-" those that are gone. */
static char *
changed_tags (const char *typed, const char *before)
{
  g_auto (GStrv) new = g_strsplit (typed, ",", -1), old = g_strsplit (before, ",", -1);
  GString *lines = g_string_new (NULL);

  for (char **tag = new; *tag != NULL; tag++)
    if (*g_strstrip (*tag) != '\0')
      g_string_append_printf (lines, "%s\n", *tag);
  for (char **tag = old; *tag != NULL; tag++)
    if (*g_strstrip (*tag) != '\0' && !g_strv_contains ((const char *const *) new, *tag))
      g_string_append_printf (lines, "-%s\n", *tag);
  return g_string_free (lines, FALSE);
}

static void
on_saved (GObject *session, GAsyncResult *result, gpointer data)
{
  g_autoptr (StudioRunOutcome) outcome = g_task_propagate_pointer (G_TASK (result), NULL);

  if (outcome != NULL && outcome->failed)
    studio_session_notice (STUDIO_SESSION (session), "%s", outcome->sentence);
  studio_session_refresh (STUDIO_SESSION (session));
}

void
studio_run_page_save_notes (StudioRunPage *page)
{
  const char *const runs[] = { page->run, NULL };
  const char *tags = gtk_editable_get_text (GTK_EDITABLE (page->tags));
  g_autofree char *note = text_of_note (page);

  g_clear_handle_id (&page->saving, g_source_remove);
  if (page->run == NULL || page->kept_note == NULL)
    return;
  if (strcmp (note, page->kept_note) != 0)
    {
      studio_run_command (page->session, STUDIO_NOTE_RUNS, runs, note, NULL, on_saved, NULL);
      g_free (page->kept_note);
      page->kept_note = g_steal_pointer (&note);
    }
  if (strcmp (tags, page->kept_tags) != 0)
    {
      g_autofree char *changes = changed_tags (tags, page->kept_tags);

      studio_run_command (page->session, STUDIO_TAG_RUNS, runs, changes, NULL, on_saved, NULL);
      g_free (page->kept_tags);
      page->kept_tags = g_strdup (tags);
    }
}

static gboolean
on_save (gpointer data)
{
  StudioRunPage *page = data;

  page->saving = 0;
  studio_run_page_save_notes (page);
  return G_SOURCE_REMOVE;
}

static void
on_typed (gpointer widget, StudioRunPage *page)
{
  if (page->filling)
    return;
  g_clear_handle_id (&page->saving, g_source_remove);
  page->saving = g_timeout_add (SAVE_AFTER, on_save, page);
}

void
studio_run_page_watch_notes (StudioRunPage *page)
{
  g_signal_connect (page->tags, "changed", G_CALLBACK (on_typed), page);
  g_signal_connect (gtk_text_view_get_buffer (page->note), "changed", G_CALLBACK (on_typed), page);
}

static char *
tags_of (JsonObject *notes)
{
  JsonArray *array = notes != NULL ? assay_json_array (notes, "tags") : NULL;
  GString *text = g_string_new (NULL);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *tag = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_VALUE (tag) && json_node_get_value_type (tag) == G_TYPE_STRING)
        g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "",
                                json_node_get_string (tag));
    }
  return g_string_free (text, FALSE);
}

/* Not over what somebody is typing. */
static void
fill_notes (StudioRunPage *page, gboolean first)
{
  JsonObject *notes = page->facts->dir->notes;
  g_autofree char *tags = tags_of (notes), *now = text_of_note (page);
  const char *note = notes != NULL ? assay_json_text (notes, "note", "") : "";
  gboolean typed
      = !first
        && (page->saving != 0 || g_strcmp0 (now, page->kept_note) != 0
            || g_strcmp0 (gtk_editable_get_text (GTK_EDITABLE (page->tags)), page->kept_tags) != 0);

  if (typed)
    return;
  page->filling = TRUE;
  if (strcmp (now, note) != 0)
    gtk_text_buffer_set_text (gtk_text_view_get_buffer (page->note), note, -1);
  if (strcmp (gtk_editable_get_text (GTK_EDITABLE (page->tags)), tags) != 0)
    gtk_editable_set_text (GTK_EDITABLE (page->tags), tags);
  page->filling = FALSE;
  g_free (page->kept_note);
  page->kept_note = g_strdup (note);
  g_free (page->kept_tags);
  page->kept_tags = g_strdup (gtk_editable_get_text (GTK_EDITABLE (page->tags)));
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
  else if (page->n_placed < page->rows->len)
    place_row (page->rows->pdata[page->n_placed++]);
  else
    {
      page->fill = 0;
      return FALSE;
    }
  return TRUE;
}

void
studio_run_page_stop_filling (StudioRunPage *page)
{
  g_clear_handle_id (&page->fill, g_source_remove);
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
  fill_notes (page, first);
  if (page->fill == 0)
    page->fill = studio_slices_start (fill_piece, page);
  if (g_strcmp0 (told, page->told) == 0)
    return;
  clear_rows (page);
  fill_parameters (page, study);
  fill_results (page);
  fill_stages (page);
  fill_provenance (page);
  g_free (page->told);
  page->told = g_steal_pointer (&told);
}

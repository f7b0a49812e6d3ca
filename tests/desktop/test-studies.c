/* SPDX-License-Identifier: Apache-2.0
 *
 * From a card to a run: the form that a study's parameters make, and what it comes to.
 */
#include "desktop.h"
#include "ui/desktop/param-row.h"
#include "ui/desktop/studies-view.h"
#include "ui/desktop/words.h"
#include <signal.h>
#include <string.h>

static StudioStudiesView *
view_of (StudioWindow *window)
{
  return STUDIO_STUDIES_VIEW (desktop_test_find (window, STUDIO_TYPE_STUDIES_VIEW, NULL));
}

static gboolean
has_studies (gpointer window)
{
  return studio_session_registry (studio_window_session (window)) != NULL;
}

static gboolean
is_settled (gpointer view)
{
  return studio_form_is_settled (studio_studies_view_form (view));
}

static void
picture_in_all_ways (StudioWindow *window, const char *name)
{
  static const struct
  {
    const char *name;
    int width, height;
    gboolean dark;
  } ways[] = {
    { "wide", 1280, 800, FALSE },
    { "narrow", 360, 640, FALSE },
    { "narrow-dark", 360, 640, TRUE },
    { "wide-dark", 1280, 800, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autofree char *picture = g_strdup_printf ("%s-%s", name, ways[i].name);

      desktop_test_dark (ways[i].dark);
      desktop_test_resize (window, ways[i].width, ways[i].height);
      desktop_test_picture (GTK_WIDGET (window), picture);
    }
  desktop_test_dark (FALSE);
  desktop_test_resize (window, 1280, 800);
}

static void
cards_show (void)
{
  StudioWindow *window = desktop_test_open ();

  desktop_test_until (has_studies, window);
  desktop_test_settle ();
  picture_in_all_ways (window, "cards");
  desktop_test_close (window);
}

static void
study_pages_show (void)
{
  static const char *const studies[] = { "template", "graph-backup" };
  StudioWindow *window = desktop_test_open ();

  desktop_test_until (has_studies, window);
  for (guint i = 0; i < G_N_ELEMENTS (studies); i++)
    {
      g_autofree char *picture = g_strconcat ("study-", studies[i], NULL);

      studio_studies_view_show_study (view_of (window), studies[i]);
      desktop_test_until (is_settled, view_of (window));
      desktop_test_settle ();
      if (i > 0)
        picture_in_all_ways (window, picture);
      else
        desktop_test_picture (GTK_WIDGET (window), picture);
    }
  desktop_test_close (window);
}

/* ---- the form ---- */

static StudioForm *
form_of (StudioWindow *window)
{
  return studio_studies_view_form (view_of (window));
}

static StudioWindow *
open_study (const char *study)
{
  StudioWindow *window = desktop_test_open ();

  desktop_test_until (has_studies, window);
  studio_studies_view_show_study (view_of (window), study);
  desktop_test_until (is_settled, view_of (window));
  return window;
}

/* The row of a parameter; NULL: it was never needed. */
static StudioParamRow *
find_row (gpointer widget, const char *id)
{
  if (STUDIO_IS_PARAM_ROW (widget)
      && g_str_equal (studio_param_row_param (STUDIO_PARAM_ROW (widget))->id, id))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      StudioParamRow *found = find_row (child, id);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static gboolean
is_asked (StudioWindow *window, const char *id)
{
  StudioParamRow *row = find_row (form_of (window), id);

  return row != NULL && gtk_widget_get_visible (GTK_WIDGET (row));
}

/* The control that is shown in a parameter's row. */
static gpointer
control (StudioWindow *window, const char *id, GType type)
{
  StudioParamRow *row = find_row (form_of (window), id);
  GtkWidget *stack, *found;

  g_assert_nonnull (row);
  stack = desktop_test_find (row, GTK_TYPE_STACK, NULL);
  found = desktop_test_find (gtk_stack_get_visible_child (GTK_STACK (stack)), type, NULL);
  g_assert_nonnull (found);
  return found;
}

static void
settle (StudioWindow *window)
{
  desktop_test_until (is_settled, view_of (window));
}

static void
type (StudioWindow *window, const char *id, const char *text)
{
  gtk_editable_set_text (control (window, id, GTK_TYPE_ENTRY), text);
  settle (window);
}

static void
choose (StudioWindow *window, const char *id, const char *value)
{
  GtkDropDown *list = control (window, id, GTK_TYPE_DROP_DOWN);
  GListModel *model = gtk_drop_down_get_model (list);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (GtkStringObject) item = g_list_model_get_item (model, i);

      if (g_str_equal (gtk_string_object_get_string (item), value))
        gtk_drop_down_set_selected (list, i);
    }
  settle (window);
}

static void
toggle_sweep (StudioWindow *window, const char *id)
{
  StudioParamRow *row = find_row (form_of (window), id);
  GtkWidget *button = desktop_test_find (row, GTK_TYPE_TOGGLE_BUTTON, "sweep");

  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button),
                                !gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (button)));
  settle (window);
}

static const char *
estimate (StudioWindow *window)
{
  return gtk_label_get_text (
      GTK_LABEL (desktop_test_find (form_of (window), GTK_TYPE_LABEL, "estimate")));
}

static gboolean
is_enabled (StudioWindow *window, const char *action)
{
  return g_action_group_get_action_enabled (G_ACTION_GROUP (window), action);
}

static void
a_setting_is_marked_and_can_be_taken_back (void)
{
  StudioWindow *window = open_study ("template");
  StudioParamRow *row = find_row (form_of (window), "epsilon");

  g_assert_true (g_str_has_prefix (estimate (window), "120 runs"));
  type (window, "epsilon", "0.25");
  g_assert_cmpstr (studio_draft_get (studio_form_draft (form_of (window)), "epsilon")->text, ==,
                   "0.25");
  g_assert_true (gtk_widget_has_css_class (GTK_WIDGET (row), "changed"));
  g_assert_cmpfloat_with_epsilon (gtk_range_get_value (control (window, "epsilon", GTK_TYPE_SCALE)),
                                  .25, 1e-9);
  g_signal_emit_by_name (desktop_test_find (row, GTK_TYPE_BUTTON, "reset"), "clicked");
  settle (window);
  g_assert_null (studio_draft_get (studio_form_draft (form_of (window)), "epsilon"));
  g_assert_false (gtk_widget_has_css_class (GTK_WIDGET (row), "changed"));
  g_assert_cmpstr (gtk_editable_get_text (control (window, "epsilon", GTK_TYPE_ENTRY)), ==, "0.1");
  gtk_range_set_value (control (window, "epsilon", GTK_TYPE_SCALE), .5);
  settle (window);
  g_assert_cmpstr (studio_draft_get (studio_form_draft (form_of (window)), "epsilon")->text, ==,
                   "0.5");
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.reset", NULL));
  settle (window);
  desktop_test_close (window);
}

static void
what_cannot_be_is_said_in_words (void)
{
  StudioWindow *window = open_study ("template");

  type (window, "epsilon", "2");
  g_assert_nonnull (desktop_test_find (find_row (form_of (window), "epsilon"), GTK_TYPE_LABEL,
                                       "It must be a number from 0 to 1"));
  g_assert_false (is_enabled (window, "run"));
  g_assert_null (studio_form_command (form_of (window)));
  desktop_test_picture (GTK_WIDGET (window), "study-template-wrong");
  type (window, "epsilon", "0.5");
  g_assert_true (is_enabled (window, "run"));
  gtk_editable_set_text (
      GTK_EDITABLE (desktop_test_find (form_of (window), GTK_TYPE_ENTRY, "seeds")), "0");
  settle (window);
  g_assert_false (is_enabled (window, "run"));
  g_assert_cmpstr (estimate (window), ==,
                   "Seeds: write a number of seeds from 1 to 100000, or a range such as 3..7");
  g_assert_true (gtk_widget_has_css_class (
      desktop_test_find (form_of (window), GTK_TYPE_ENTRY, "seeds"), "error"));
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.reset", NULL));
  settle (window);
  desktop_test_close (window);
}

static void
only_what_applies_is_asked (void)
{
  StudioWindow *window = open_study ("graph-backup");

  g_assert_true (is_asked (window, "depth"));
  g_assert_true (is_asked (window, "n"));
  toggle_sweep (window, "agent"); /* to the first of many: graph */
  g_assert_true (is_asked (window, "depth"));
  g_assert_false (is_asked (window, "n"));
  choose (window, "agent", "n-step");
  g_assert_false (is_asked (window, "depth"));
  g_assert_true (is_asked (window, "n"));
  type (window, "n", "7");
  choose (window, "agent", "one-step"); /* and n=7 waits */
  g_assert_false (is_asked (window, "n"));
  g_assert_true (is_enabled (window, "run"));
  choose (window, "agent", "tree");
  g_assert_cmpstr (gtk_editable_get_text (control (window, "n", GTK_TYPE_ENTRY)), ==, "7");
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.reset", NULL));
  settle (window);
  desktop_test_close (window);
}

/* What a shell prints that is given @line, with the program in its path. */
static char *
shell (const char *line)
{
  const char *const words[] = { "/bin/sh", "-c", line, NULL };
  g_autofree char *folder = g_path_get_dirname (g_getenv ("ASSAY_TEST_PROGRAM"));
  g_autofree char *path = g_strdup_printf ("%s:%s", folder, g_getenv ("PATH"));
  g_auto (GStrv) env = g_environ_setenv (g_get_environ (), "PATH", path, TRUE);
  g_autoptr (GError) error = NULL;
  char *out = NULL;
  int status;

  g_spawn_sync (NULL, (char **) words, env, 0, NULL, NULL, &out, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
  return out;
}

/* The keys of the runs that `assay run ... --dry-run` prints. */
static GHashTable *
keys_of_command (const char *command)
{
  g_autofree char *line = g_strconcat (command, " --dry-run --json", NULL), *out = shell (line);
  GHashTable *keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;

  node = json_from_string (out, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < json_array_get_length (json_node_get_array (node)); i++)
    g_hash_table_add (keys,
                      g_strdup (json_object_get_string_member (
                          json_array_get_object_element (json_node_get_array (node), i), "key")));
  return keys;
}

typedef struct
{
  char *text;
  gboolean read;
} Pasted;

static void
on_pasted (GObject *clipboard, GAsyncResult *result, gpointer data)
{
  Pasted *pasted = data;

  pasted->text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (clipboard), result, NULL);
  pasted->read = TRUE;
}

static gboolean
is_pasted (gpointer pasted)
{
  return ((Pasted *) pasted)->read;
}

/* What is in the clipboard after "Copy as Command". */
static char *
copied_command (StudioWindow *window)
{
  Pasted pasted = { 0 };

  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.copy-command", NULL));
  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (GTK_WIDGET (window)), NULL, on_pasted,
                                 &pasted);
  desktop_test_until (is_pasted, &pasted);
  g_assert_nonnull (pasted.text);
  return pasted.text;
}

/* What the form runs, and what a shell would that is given the command it copies. */
static void
check_command (StudioWindow *window)
{
  g_autofree char *command = copied_command (window);
  const AssayPlan *plan = studio_form_plan (form_of (window));
  g_autoptr (GHashTable) keys = keys_of_command (command);

  g_assert_cmpuint (g_hash_table_size (keys), ==, plan->specs->len);
  for (guint i = 0; i < plan->specs->len; i++)
    g_assert_true (g_hash_table_contains (keys, ((AssaySpec *) plan->specs->pdata[i])->key));
}

static void
set_amount (StudioWindow *window, const char *name, double value)
{
  gtk_spin_button_set_value (
      GTK_SPIN_BUTTON (desktop_test_find (form_of (window), GTK_TYPE_SPIN_BUTTON, name)), value);
  settle (window);
}

/* A plan that ends after its first failure says so, and was told so. */
/* ---- presets, and what is undone ---- */

static void
choose_preset (StudioWindow *window, guint i)
{
  adw_combo_row_set_selected (
      ADW_COMBO_ROW (desktop_test_find (form_of (window), ADW_TYPE_COMBO_ROW, "preset")), i);
  settle (window);
}

typedef struct
{
  StudioWindow *window;
  const char *text;
} Said;

static gboolean
is_said (gpointer data)
{
  const Said *said = data;

  return g_strcmp0 (estimate (said->window), said->text) == 0;
}

/* What the preset says of its time on two cores, and no run of which is there. */
static void
check_estimate (StudioWindow *window, guint cores)
{
  const AssayPlan *plan = studio_form_plan (form_of (window));
  const AssayPreset *preset = assay_study_preset (plan->study, plan->preset);
  g_autofree char *time = studio_duration (2 * preset->seconds / MIN (cores, plan->specs->len));
  g_autofree char *runs = studio_count (plan->specs->len, "run");
  g_autofree char *text = g_strdup_printf ("%s · about %s", runs, time);

  desktop_test_until (is_said, &(Said){ window, text });
}

static void
a_preset_brings_its_values_seeds_and_time (void)
{
  StudioWindow *window = open_study ("graph-backup");
  GtkEntry *seeds = GTK_ENTRY (desktop_test_find (form_of (window), GTK_TYPE_ENTRY, "seeds"));

  for (guint i = 0; i < 3; i++)
    {
      const AssayPlan *plan;
      g_autofree char *n = NULL;

      choose_preset (window, i);
      plan = studio_form_plan (form_of (window));
      g_assert_nonnull (plan->preset);
      n = g_strdup_printf ("%u", assay_study_preset (plan->study, plan->preset)->seeds);
      g_assert_cmpstr (gtk_entry_get_placeholder_text (seeds), ==, n);
      check_estimate (window, g_get_num_processors ());
      check_command (window);
    }
  set_amount (window, "cores", 1);
  check_estimate (window, 1);
  choose_preset (window, 0);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.reset", NULL));
  settle (window);
  desktop_test_close (window);
}

static void
undo (StudioWindow *window)
{
  g_assert_true (is_enabled (window, "undo"));
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.undo", NULL));
  settle (window);
}

static void
assert_set (StudioWindow *window, const char *param, const char *text)
{
  const StudioSetting *setting = studio_draft_get (studio_form_draft (form_of (window)), param);

  g_assert_cmpstr (setting != NULL ? setting->text : NULL, ==, text);
}

static GtkWidget *
toast_of (StudioWindow *window, const char *text)
{
  return desktop_test_find (window, GTK_TYPE_LABEL, text);
}

static void
what_was_set_comes_back (void)
{
  StudioWindow *window = open_study ("graph-backup");
  const StudioDraft *draft = studio_form_draft (form_of (window));
  g_autofree char *preset = NULL, *file = NULL, *kept = NULL;

  toggle_sweep (window, "gamma");
  type (window, "gamma", "0.9, 0.99");
  type (window, "learning-rate", "0.30");
  set_amount (window, "minutes", 30);
  preset = g_strdup (draft->preset);
  choose_preset (window, 2);
  g_assert_cmpstr (draft->preset, !=, preset);
  g_assert_nonnull (toast_of (window, "Another preset; 2 values stay as you set them"));
  undo (window);
  g_assert_cmpstr (draft->preset, ==, preset);
  assert_set (window, "gamma", "0.9, 0.99");
  g_signal_emit_by_name (
      desktop_test_find (find_row (form_of (window), "gamma"), GTK_TYPE_BUTTON, "reset"),
      "clicked");
  settle (window);
  assert_set (window, "gamma", NULL);
  undo (window);
  assert_set (window, "gamma", "0.9, 0.99");
  g_assert_true (studio_draft_get (draft, "gamma")->several);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.reset", NULL));
  settle (window);
  assert_set (window, "gamma", NULL);
  g_assert_cmpuint (draft->minutes, ==, 0);
  desktop_test_picture (GTK_WIDGET (window), "study-undo");
  /* From elsewhere, too: it is shown, and kept. */
  studio_studies_view_show_study (view_of (window), "template");
  settle (window);
  studio_window_show_page (window, "runs");
  undo (window);
  g_assert_true (gtk_widget_get_mapped (GTK_WIDGET (form_of (window))));
  draft = studio_form_draft (form_of (window));
  assert_set (window, "gamma", "0.9, 0.99");
  assert_set (window, "learning-rate", "0.30");
  g_assert_cmpuint (draft->minutes, ==, 30);
  g_assert_cmpfloat (gtk_spin_button_get_value (GTK_SPIN_BUTTON (
                         desktop_test_find (form_of (window), GTK_TYPE_SPIN_BUTTON, "minutes"))),
                     ==, 30);
  file = g_build_filename (g_get_user_state_dir (), "assay", "drafts", "graph-backup.json", NULL);
  g_assert_true (g_file_get_contents (file, &kept, NULL, NULL));
  g_assert_nonnull (strstr (kept, "0.9, 0.99"));
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.reset", NULL));
  settle (window);
  desktop_test_close (window);
}

static void
limits_are_set_and_kept (void)
{
  StudioWindow *window = open_study ("template");
  g_autofree char *command = NULL, *without = NULL;

  set_amount (window, "minutes", 30);
  set_amount (window, "megabytes", 2048);
  set_amount (window, "max_failures", 1);
  g_assert_nonnull (desktop_test_find (form_of (window), GTK_TYPE_LABEL,
                                       "30 min a run, 2048 MB a run, end after 1 failure"));
  command = studio_form_command (form_of (window));
  g_assert_nonnull (strstr (command, " --time-limit 30min --memory-limit 2048M --max-failures 1"));
  check_command (window);
  studio_studies_view_show_study (view_of (window), "graph-backup");
  settle (window);
  without = studio_form_command (form_of (window));
  g_assert_null (strstr (without, "limit"));
  studio_studies_view_show_study (view_of (window), "template");
  settle (window);
  g_assert_cmpuint (studio_form_draft (form_of (window))->megabytes, ==, 2048);
  desktop_test_picture (GTK_WIDGET (window), "study-limits");
  set_amount (window, "minutes", 0);
  set_amount (window, "megabytes", 0);
  set_amount (window, "max_failures", 0);
  g_assert_nonnull (desktop_test_find (form_of (window), GTK_TYPE_LABEL, "None"));
  desktop_test_close (window);
}

static void
the_command_line_makes_the_same_runs (void)
{
  StudioWindow *window = open_study ("graph-backup");

  check_command (window);
  toggle_sweep (window, "agent");
  choose (window, "agent", "graph");
  toggle_sweep (window, "gamma");
  type (window, "gamma", "0.9, 0.99");
  toggle_sweep (window, "steps");
  type (window, "steps", "log(1000..4000, 3)");
  type (window, "learning-rate", "0.30");
  gtk_editable_set_text (
      GTK_EDITABLE (desktop_test_find (form_of (window), GTK_TYPE_ENTRY, "seeds")), " 3..4 ");
  settle (window);
  check_command (window);
  desktop_test_picture (GTK_WIDGET (window), "study-graph-backup-sweep");
  studio_studies_view_show_study (view_of (window), "template");
  settle (window);
  check_command (window);
  studio_studies_view_show_study (view_of (window), "graph-backup");
  settle (window);
  check_command (window); /* of the draft as it was kept */
  g_assert_cmpstr (studio_form_draft (form_of (window))->seeds, ==, " 3..4 ");
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.reset", NULL));
  settle (window);
  desktop_test_close (window);
}

/* Typed in a process of its own, that is killed. */
static void
a_draft_survives_a_kill (void)
{
  StudioWindow *window;

  if (g_test_subprocess ())
    {
      window = open_study ("template");
      type (window, "epsilon", "0.375");
      raise (SIGKILL);
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_assert_false (g_test_trap_has_passed ());
  window = open_study ("template");
  g_assert_cmpstr (gtk_editable_get_text (control (window, "epsilon", GTK_TYPE_ENTRY)), ==,
                   "0.375");
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.reset", NULL));
  settle (window);
  desktop_test_close (window);
}

/* ---- a study with a parameter of every type ---- */

#define EVERY_TYPE(P)                                                                              \
  P (BOOL, yes, true, "A switch")                                                                  \
  P (INT, whole, 3, "A whole number", .min = 1, .max = 9, .unit = "things")                        \
  P (REAL, wide, 0.01, "On a logarithm", .min = 1e-6, .max = 1, .flags = ASSAY_LOG_SLIDER)         \
  P (REAL, narrow, 0.001, "As far as is wise", .min = 1e-7, .max = 1, .ui_min = 1e-5,              \
     .ui_max = 0.1, .flags = ASSAY_LOG_SLIDER)                                                     \
  P (REAL, free_number, 2, "Without a range")                                                      \
  P (CHOICE, choice, "a", "A choice", .choices = "a b c", .help = "One of three.")                 \
  P (STRING, words, "some words", "A text")                                                        \
  P (FILE, file, "", "A file")                                                                     \
  P (INT, only_with_b, 1, "Asked of b only", .min = 0, .max = 5, .when = "choice=b")
ASSAY_PARAMS (EveryType, every_type, EVERY_TYPE)

static const AssayMetric no_metrics[] = { { .id = "value", .dims = "step" } };

static void
run_nothing (AssayRun *run)
{
}

static const AssayStudy every_study
    = { ASSAY_STUDY_HEADER (EveryType, every_type), .id = "every-type", .title = "Every type",
        .metrics = ASSAY_TABLE (no_metrics), .run = run_nothing };

static StudioWindow *
open_every_type (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AssayStudyInfo) study = assay_study_info_from_study (&every_study, &error);
  StudioWindow *window = open_study ("template"); /* the page is seen */

  g_assert_no_error (error);
  studio_form_set_study (form_of (window), study);
  settle (window);
  return window;
}

/* As far as the schema suggests, each step as large a part as the last. */
static void
sliders_go_where_the_schema_suggests (void)
{
  StudioWindow *window = open_every_type ();
  GtkRange *narrow = control (window, "narrow", GTK_TYPE_SCALE);
  GtkRange *whole = control (window, "whole", GTK_TYPE_SCALE);
  GtkAdjustment *range = gtk_range_get_adjustment (narrow);
  GtkEditable *entry = control (window, "narrow", GTK_TYPE_ENTRY);

  g_assert_cmpfloat_with_epsilon (gtk_adjustment_get_lower (range), -5, 1e-9);
  g_assert_cmpfloat_with_epsilon (gtk_adjustment_get_upper (range), -1, 1e-9);
  g_signal_emit_by_name (narrow, "move-slider", GTK_SCROLL_STEP_RIGHT);
  g_assert_cmpstr (gtk_editable_get_text (entry), ==, "0.0011"); /* 10^0.04 more */
  g_signal_emit_by_name (narrow, "move-slider", GTK_SCROLL_STEP_LEFT);
  g_assert_cmpstr (gtk_editable_get_text (entry), ==, "0.001");
  g_signal_emit_by_name (narrow, "move-slider", GTK_SCROLL_END);
  g_assert_cmpstr (gtk_editable_get_text (entry), ==, "0.1");
  g_signal_emit_by_name (whole, "move-slider", GTK_SCROLL_STEP_RIGHT);
  g_assert_cmpstr (gtk_editable_get_text (control (window, "whole", GTK_TYPE_ENTRY)), ==, "4");
  /* What may be, though no slider goes there. */
  type (window, "narrow", "0.5");
  g_assert_true (is_enabled (window, "run"));
  g_assert_cmpfloat_with_epsilon (gtk_range_get_value (narrow), -1, 1e-9);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.reset", NULL));
  settle (window);
  desktop_test_close (window);
}

typedef struct
{
  StudioWindow *window;
  const char *param, *sentence; /* NULL: none */
} Told;

static gboolean
is_told (gpointer data)
{
  const Told *told = data;
  StudioParamRow *row = find_row (form_of (told->window), told->param);
  GtkWidget *label
      = told->sentence != NULL ? desktop_test_find (row, GTK_TYPE_LABEL, told->sentence) : NULL;

  return told->sentence == NULL || (label != NULL && gtk_widget_get_visible (label));
}

/* While it is typed, and before anything is kept. */
static void
every_kind_says_what_it_wants (void)
{
  static const struct
  {
    const char *param, *text, *sentence;
  } wrong[] = {
    { "whole", "x", "It must be a whole number from 1 to 9" },
    { "whole", "2.5", "It must be a whole number from 1 to 9" },
    { "whole", "10", "It must be a whole number from 1 to 9" },
    { "whole", "", "It must be a whole number from 1 to 9" },
    { "wide", "2", "It must be a number from 0.000001 to 1" },
    { "free-number", "nan", "It must be a number" },
    { "free-number", "0x10", "It must be a number" },
  };
  StudioWindow *window = open_every_type ();
  g_autofree char *command = NULL, *line = NULL, *words = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_test_message ("%s=%s", wrong[i].param, wrong[i].text);
      gtk_editable_set_text (control (window, wrong[i].param, GTK_TYPE_ENTRY), wrong[i].text);
      desktop_test_until (is_told, &(Told){ window, wrong[i].param, wrong[i].sentence });
    }
  g_assert_false (is_enabled (window, "run"));
  toggle_sweep (window, "whole");
  gtk_editable_set_text (control (window, "whole", GTK_TYPE_ENTRY), "1, 2, x");
  desktop_test_until (is_told, &(Told){ window, "whole", "It must be a whole number from 1 to 9" });
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.reset", NULL));
  settle (window);
  g_assert_true (is_enabled (window, "run"));
  /* A shell leaves alone what is typed. */
  type (window, "words", "it's \"so\" $HOME, `too` \\ *");
  command = copied_command (window);
  line = g_strdup_printf ("set -- %s; printf '%%s\\n' \"$@\"", command);
  words = shell (line);
  g_assert_nonnull (strstr (words, "\nwords=it's \"so\" $HOME, `too` \\ *\n"));
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.reset", NULL));
  settle (window);
  desktop_test_close (window);
}

static void
every_type_has_a_control (void)
{
  StudioWindow *window = open_every_type ();
  g_autofree char *command = NULL;

  g_assert_true (gtk_switch_get_active (control (window, "yes", GTK_TYPE_SWITCH)));
  g_assert_cmpfloat_with_epsilon (gtk_range_get_value (control (window, "wide", GTK_TYPE_SCALE)),
                                  -2, 1e-9);
  g_assert_null (
      desktop_test_find (find_row (form_of (window), "free-number"), GTK_TYPE_SCALE, NULL));
  g_assert_null (find_row (form_of (window), "only-with-b"));
  gtk_switch_set_active (control (window, "yes", GTK_TYPE_SWITCH), FALSE);
  gtk_range_set_value (control (window, "whole", GTK_TYPE_SCALE), 7.4);
  gtk_range_set_value (control (window, "wide", GTK_TYPE_SCALE), -3);
  type (window, "free-number", "-12.5");
  type (window, "words", "it's \"so\" $HOME, too");
  choose (window, "choice", "b");
  g_assert_true (is_asked (window, "only-with-b"));
  toggle_sweep (window, "choice");
  gtk_check_button_set_active (
      GTK_CHECK_BUTTON (desktop_test_find (
          gtk_menu_button_get_popover (control (window, "choice", GTK_TYPE_MENU_BUTTON)),
          GTK_TYPE_CHECK_BUTTON, NULL)),
      TRUE);
  settle (window);
  g_assert_cmpuint (studio_form_plan (form_of (window))->specs->len, ==, 2);
  command = studio_form_command (form_of (window));
  g_assert_nonnull (strstr (command, "--set yes=false --set whole=7 --set wide=0.001 "
                                     "--set free-number=-12.5 --set 'words="));
  g_assert_nonnull (strstr (command, "--sweep choice=a,b"));
  type (window, "file", "/no/such/file");
  g_assert_nonnull (strstr (estimate (window), "No such file"));
  g_assert_false (is_enabled (window, "run"));
  desktop_test_picture (GTK_WIDGET (window), "study-every-type");
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.reset", NULL));
  settle (window);
  g_assert_true (gtk_switch_get_active (control (window, "yes", GTK_TYPE_SWITCH)));
  desktop_test_close (window);
}

static gboolean
is_judged (gpointer window)
{
  return desktop_test_find (window, GTK_TYPE_LABEL, "Reproduced") != NULL;
}

static gboolean
has_runs (gpointer window)
{
  return gtk_widget_get_visible (
             desktop_test_find (window, g_type_from_name ("StudioWelcome"), NULL))
         == FALSE;
}

/* The first minute of somebody who has never seen it. */
static void
from_a_click_to_a_verdict (void)
{
  StudioWindow *window = desktop_test_open ();

  desktop_test_until (has_studies, window);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.try-study", NULL));
  settle (window);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.run", NULL));
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.page", "s", "claims"));
  desktop_test_until (is_judged, window);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.page", "s", "studies"));
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.back", NULL));
  desktop_test_until (has_runs, window);
  desktop_test_close (window);
}

int
main (int argc, char **argv)
{
  desktop_test_init (&argc, &argv);
  g_test_add_func ("/desktop/studies/cards-show", cards_show);
  g_test_add_func ("/desktop/studies/study-pages-show", study_pages_show);
  g_test_add_func ("/desktop/form/a-setting-is-marked-and-can-be-taken-back",
                   a_setting_is_marked_and_can_be_taken_back);
  g_test_add_func ("/desktop/form/every-type-has-a-control", every_type_has_a_control);
  g_test_add_func ("/desktop/form/what-cannot-be-is-said-in-words",
                   what_cannot_be_is_said_in_words);
  g_test_add_func ("/desktop/form/only-what-applies-is-asked", only_what_applies_is_asked);
  g_test_add_func ("/desktop/form/limits-are-set-and-kept", limits_are_set_and_kept);
  g_test_add_func ("/desktop/form/the-command-line-makes-the-same-runs",
                   the_command_line_makes_the_same_runs);
  g_test_add_func ("/desktop/form/sliders-go-where-the-schema-suggests",
                   sliders_go_where_the_schema_suggests);
  g_test_add_func ("/desktop/form/every-kind-says-what-it-wants", every_kind_says_what_it_wants);
  g_test_add_func ("/desktop/form/a-preset-brings-its-values-seeds-and-time",
                   a_preset_brings_its_values_seeds_and_time);
  g_test_add_func ("/desktop/form/what-was-set-comes-back", what_was_set_comes_back);
  g_test_add_func ("/desktop/form/a-draft-survives-a-kill", a_draft_survives_a_kill);
  g_test_add_func ("/desktop/studies/from-a-click-to-a-verdict", from_a_click_to_a_verdict);
  return g_test_run ();
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Presets, seeds, limits, the command line that does the same, and what is undone. */
#include "form.h"

#include "ui/desktop/words.h"
#include <signal.h>
#include <string.h>

static void
choose_preset (StudioWindow *window, guint i)
{
  adw_combo_row_set_selected (
      ADW_COMBO_ROW (desktop_test_find (form_of (window), ADW_TYPE_COMBO_ROW, "preset")), i);
  form_settle (window);
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

  form_wait_estimate (window, text);
}

static void
a_preset_brings_its_values_seeds_and_time (void)
{
  StudioWindow *window = form_open ("graph-backup");
  GtkEntry *seeds = GTK_ENTRY (desktop_test_find (form_of (window), GTK_TYPE_ENTRY, "seeds"));

  for (guint i = 0; i < 2; i++) /* the others have tens of thousands of runs */
    {
      const AssayPlan *plan;
      g_autofree char *n = NULL, *command = NULL, *option = NULL;

      choose_preset (window, i);
      plan = studio_form_plan (form_of (window));
      g_assert_nonnull (plan->preset);
      n = g_strdup_printf ("%u", assay_study_preset (plan->study, plan->preset)->seeds);
      g_assert_cmpstr (gtk_entry_get_placeholder_text (seeds), ==, n);
      check_estimate (window, g_get_num_processors ());
      option = g_strdup_printf (" --preset %s", plan->preset);
      command = form_copied_command (window);
      g_assert_true ((strstr (command, option) != NULL) == (i > 0)); /* the first goes unsaid */
    }
  form_set_amount (window, "cores", 1);
  check_estimate (window, 1);
  choose_preset (window, 0);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.reset", NULL));
  form_settle (window);
  form_close (window);
}

/* ---- what is undone ---- */

static void
undo (StudioWindow *window)
{
  g_assert_true (form_can (window, "undo"));
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.undo", NULL));
  form_settle (window);
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
  StudioWindow *window = form_open ("graph-backup");
  const StudioDraft *draft = studio_form_draft (form_of (window));
  g_autofree char *preset = NULL, *file = NULL, *kept = NULL;

  form_toggle_sweep (window, "gamma");
  form_type (window, "gamma", "0.9, 0.99");
  form_type (window, "learning-rate", "0.30");
  form_set_amount (window, "minutes", 30);
  preset = g_strdup (draft->preset);
  choose_preset (window, 1);
  g_assert_cmpstr (draft->preset, !=, preset);
  g_assert_nonnull (toast_of (window, "Another preset; 2 values stay as you set them"));
  undo (window);
  g_assert_cmpstr (draft->preset, ==, preset);
  assert_set (window, "gamma", "0.9, 0.99");
  g_signal_emit_by_name (
      desktop_test_find (form_row (form_of (window), "gamma"), GTK_TYPE_BUTTON, "reset"),
      "clicked");
  form_settle (window);
  assert_set (window, "gamma", NULL);
  undo (window);
  assert_set (window, "gamma", "0.9, 0.99");
  g_assert_true (studio_draft_get (draft, "gamma")->several);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.reset", NULL));
  form_settle (window);
  assert_set (window, "gamma", NULL);
  g_assert_cmpuint (draft->minutes, ==, 0);
  desktop_test_picture (GTK_WIDGET (window), "study-undo");
  /* From elsewhere, too: it is shown, and kept. */
  studio_studies_view_show_study (desktop_test_studies (window), "template");
  form_settle (window);
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
  form_wait_kept (window);
  file = g_build_filename (g_get_user_state_dir (), "assay", "drafts", "graph-backup.json", NULL);
  g_assert_true (g_file_get_contents (file, &kept, NULL, NULL));
  g_assert_nonnull (strstr (kept, "0.9, 0.99"));
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.reset", NULL));
  form_settle (window);
  form_close (window);
}

/* ---- limits, commands, drafts ---- */

static void
limits_are_set_and_kept (void)
{
  StudioWindow *window = form_open ("template");
  g_autofree char *command = NULL, *without = NULL;

  form_set_amount (window, "minutes", 30);
  form_set_amount (window, "megabytes", 2048);
  form_set_amount (window, "max_failures", 1);
  g_assert_nonnull (desktop_test_find (form_of (window), GTK_TYPE_LABEL,
                                       "30 min a run, 2048 MB a run, end after 1 failure"));
  command = studio_form_command (form_of (window));
  g_assert_nonnull (strstr (command, " --time-limit 30min --memory-limit 2048M --max-failures 1"));
  form_check_command (window);
  studio_studies_view_show_study (desktop_test_studies (window), "graph-backup");
  form_settle (window);
  without = studio_form_command (form_of (window));
  g_assert_null (strstr (without, "limit"));
  studio_studies_view_show_study (desktop_test_studies (window), "template");
  form_settle (window);
  g_assert_cmpuint (studio_form_draft (form_of (window))->megabytes, ==, 2048);
  desktop_test_picture (GTK_WIDGET (window), "study-limits");
  form_set_amount (window, "minutes", 0);
  form_set_amount (window, "megabytes", 0);
  form_set_amount (window, "max_failures", 0);
  g_assert_nonnull (desktop_test_find (form_of (window), GTK_TYPE_LABEL, "None"));
  form_close (window);
}

static void
the_command_line_makes_the_same_runs (void)
{
  StudioWindow *window = form_open ("graph-backup");

  form_check_command (window);
  form_toggle_sweep (window, "agent");
  form_choose (window, "agent", "graph");
  form_toggle_sweep (window, "gamma");
  form_type (window, "gamma", "0.9, 0.99");
  form_toggle_sweep (window, "steps");
  form_type (window, "steps", "log(1000..4000, 3)");
  form_type (window, "learning-rate", "0.30");
  gtk_editable_set_text (
      GTK_EDITABLE (desktop_test_find (form_of (window), GTK_TYPE_ENTRY, "seeds")), " 3..4 ");
  form_settle (window);
  form_check_command (window);
  desktop_test_picture (GTK_WIDGET (window), "study-graph-backup-sweep");
  studio_studies_view_show_study (desktop_test_studies (window), "template");
  form_settle (window);
  form_check_command (window);
  studio_studies_view_show_study (desktop_test_studies (window), "graph-backup");
  form_settle (window);
  form_check_command (window); /* of the draft as it was kept */
  g_assert_cmpstr (studio_form_draft (form_of (window))->seeds, ==, " 3..4 ");
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.reset", NULL));
  form_settle (window);
  form_close (window);
}

/* Typed in a process of its own, that is killed. */
static void
a_draft_survives_a_kill (void)
{
  StudioWindow *window;

  if (g_test_subprocess ())
    {
      window = form_open ("template");
      form_type (window, "epsilon", "0.375");
      form_wait_kept (window);
      raise (SIGKILL);
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_assert_false (g_test_trap_has_passed ());
  window = form_open ("template");
  g_assert_cmpstr (gtk_editable_get_text (form_control (window, "epsilon", GTK_TYPE_ENTRY)), ==,
                   "0.375");
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.reset", NULL));
  form_settle (window);
  form_close (window);
}

void
form_add_plan_tests (void)
{
#define ADD(name, test) g_test_add_func ("/desktop/form/" name, test)
  ADD ("a-preset-brings-its-values-seeds-and-time", a_preset_brings_its_values_seeds_and_time);
  ADD ("what-was-set-comes-back", what_was_set_comes_back);
  ADD ("limits-are-set-and-kept", limits_are_set_and_kept);
  ADD ("the-command-line-makes-the-same-runs", the_command_line_makes_the_same_runs);
  ADD ("a-draft-survives-a-kill", a_draft_survives_a_kill);
#undef ADD
}

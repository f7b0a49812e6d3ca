/* SPDX-License-Identifier: Apache-2.0 */
/* Values and their controls. */
#include "form.h"

#include <string.h>

static void
a_setting_is_marked_and_can_be_taken_back (void)
{
  StudioWindow *window = form_open ("template");
  StudioParamRow *row = form_row (form_of (window), "epsilon");

  g_assert_true (g_str_has_prefix (form_estimate (window), "120 runs"));
  form_type (window, "epsilon", "0.25");
  g_assert_cmpstr (studio_draft_get (studio_form_draft (form_of (window)), "epsilon")->text, ==,
                   "0.25");
  g_assert_true (gtk_widget_has_css_class (GTK_WIDGET (row), "changed"));
  g_assert_cmpfloat_with_epsilon (
      gtk_range_get_value (form_control (window, "epsilon", GTK_TYPE_SCALE)), .25, 1e-9);
  g_signal_emit_by_name (desktop_test_find (row, GTK_TYPE_BUTTON, "reset"), "clicked");
  form_settle (window);
  g_assert_null (studio_draft_get (studio_form_draft (form_of (window)), "epsilon"));
  g_assert_false (gtk_widget_has_css_class (GTK_WIDGET (row), "changed"));
  g_assert_cmpstr (gtk_editable_get_text (form_control (window, "epsilon", GTK_TYPE_ENTRY)), ==,
                   "0.1");
  gtk_range_set_value (form_control (window, "epsilon", GTK_TYPE_SCALE), .5);
  form_settle (window);
  g_assert_cmpstr (studio_draft_get (studio_form_draft (form_of (window)), "epsilon")->text, ==,
                   "0.5");
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.reset", NULL));
  form_settle (window);
  form_close (window);
}

static void
what_cannot_be_is_said_in_words (void)
{
  StudioWindow *window = form_open ("template");

  form_type (window, "epsilon", "2");
  g_assert_nonnull (desktop_test_find (form_row (form_of (window), "epsilon"), GTK_TYPE_LABEL,
                                       "It must be a number from 0 to 1"));
  g_assert_false (form_can (window, "run"));
  g_assert_null (studio_form_command (form_of (window)));
  desktop_test_picture (GTK_WIDGET (window), "study-template-wrong");
  form_type (window, "epsilon", "0.5");
  g_assert_true (form_can (window, "run"));
  gtk_editable_set_text (
      GTK_EDITABLE (desktop_test_find (form_of (window), GTK_TYPE_ENTRY, "seeds")), "0");
  form_settle (window);
  g_assert_false (form_can (window, "run"));
  g_assert_cmpstr (form_estimate (window), ==,
                   "Seeds: write a number of seeds from 1 to 100000, or a range such as 3..7");
  g_assert_true (gtk_widget_has_css_class (
      desktop_test_find (form_of (window), GTK_TYPE_ENTRY, "seeds"), "error"));
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.reset", NULL));
  form_settle (window);
  form_close (window);
}

static void
only_what_applies_is_asked (void)
{
  StudioWindow *window = form_open ("graph-backup");

  g_assert_true (form_asks (window, "depth"));
  g_assert_true (form_asks (window, "n"));
  form_toggle_sweep (window, "agent"); /* to the first of many: graph */
  g_assert_true (form_asks (window, "depth"));
  g_assert_false (form_asks (window, "n"));
  form_choose (window, "agent", "n-step");
  g_assert_false (form_asks (window, "depth"));
  g_assert_true (form_asks (window, "n"));
  form_type (window, "n", "7");
  form_choose (window, "agent", "one-step"); /* and n=7 waits */
  g_assert_false (form_asks (window, "n"));
  g_assert_true (form_can (window, "run"));
  form_choose (window, "agent", "tree");
  g_assert_cmpstr (gtk_editable_get_text (form_control (window, "n", GTK_TYPE_ENTRY)), ==, "7");
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.reset", NULL));
  form_settle (window);
  form_close (window);
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
  StudioWindow *window = form_open ("template"); /* the page is seen */

  g_assert_no_error (error);
  studio_form_set_study (form_of (window), study);
  form_settle (window);
  return window;
}

/* As far as the schema suggests, each step as large a part as the last. */
static void
sliders_go_where_the_schema_suggests (void)
{
  StudioWindow *window = open_every_type ();
  GtkRange *narrow = form_control (window, "narrow", GTK_TYPE_SCALE);
  GtkRange *whole = form_control (window, "whole", GTK_TYPE_SCALE);
  GtkAdjustment *range = gtk_range_get_adjustment (narrow);
  GtkEditable *entry = form_control (window, "narrow", GTK_TYPE_ENTRY);

  g_assert_cmpfloat_with_epsilon (gtk_adjustment_get_lower (range), -5, 1e-9);
  g_assert_cmpfloat_with_epsilon (gtk_adjustment_get_upper (range), -1, 1e-9);
  g_signal_emit_by_name (narrow, "move-slider", GTK_SCROLL_STEP_RIGHT);
  g_assert_cmpstr (gtk_editable_get_text (entry), ==, "0.0011"); /* 10^0.04 more */
  g_signal_emit_by_name (narrow, "move-slider", GTK_SCROLL_STEP_LEFT);
  g_assert_cmpstr (gtk_editable_get_text (entry), ==, "0.001");
  g_signal_emit_by_name (narrow, "move-slider", GTK_SCROLL_END);
  g_assert_cmpstr (gtk_editable_get_text (entry), ==, "0.1");
  g_signal_emit_by_name (whole, "move-slider", GTK_SCROLL_STEP_RIGHT);
  g_assert_cmpstr (gtk_editable_get_text (form_control (window, "whole", GTK_TYPE_ENTRY)), ==, "4");
  /* What may be, though no slider goes there. */
  form_type (window, "narrow", "0.5");
  g_assert_true (form_can (window, "run"));
  g_assert_cmpfloat_with_epsilon (gtk_range_get_value (narrow), -1, 1e-9);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.reset", NULL));
  form_settle (window);
  form_close (window);
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
  StudioParamRow *row = form_row (form_of (told->window), told->param);
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
      gtk_editable_set_text (form_control (window, wrong[i].param, GTK_TYPE_ENTRY), wrong[i].text);
      desktop_test_until (is_told, &(Told){ window, wrong[i].param, wrong[i].sentence });
    }
  g_assert_false (form_can (window, "run"));
  form_toggle_sweep (window, "whole");
  gtk_editable_set_text (form_control (window, "whole", GTK_TYPE_ENTRY), "1, 2, x");
  desktop_test_until (is_told, &(Told){ window, "whole", "It must be a whole number from 1 to 9" });
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.reset", NULL));
  form_settle (window);
  g_assert_true (form_can (window, "run"));
  /* A shell leaves alone what is typed. */
  form_type (window, "words", "it's \"so\" $HOME, `too` \\ *");
  command = form_copied_command (window);
  line = g_strdup_printf ("set -- %s; printf '%%s\\n' \"$@\"", command);
  words = form_shell (line);
  g_assert_nonnull (strstr (words, "\nwords=it's \"so\" $HOME, `too` \\ *\n"));
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.reset", NULL));
  form_settle (window);
  form_close (window);
}

static void
every_type_has_a_control (void)
{
  StudioWindow *window = open_every_type ();
  g_autofree char *command = NULL;

  g_assert_true (gtk_switch_get_active (form_control (window, "yes", GTK_TYPE_SWITCH)));
  g_assert_cmpfloat_with_epsilon (
      gtk_range_get_value (form_control (window, "wide", GTK_TYPE_SCALE)), -2, 1e-9);
  g_assert_null (
      desktop_test_find (form_row (form_of (window), "free-number"), GTK_TYPE_SCALE, NULL));
  g_assert_null (form_row (form_of (window), "only-with-b"));
  gtk_switch_set_active (form_control (window, "yes", GTK_TYPE_SWITCH), FALSE);
  gtk_range_set_value (form_control (window, "whole", GTK_TYPE_SCALE), 7.4);
  gtk_range_set_value (form_control (window, "wide", GTK_TYPE_SCALE), -3);
  form_type (window, "free-number", "-12.5");
  form_type (window, "words", "it's \"so\" $HOME, too");
  form_choose (window, "choice", "b");
  g_assert_true (form_asks (window, "only-with-b"));
  form_toggle_sweep (window, "choice");
  gtk_check_button_set_active (
      GTK_CHECK_BUTTON (desktop_test_find (
          gtk_menu_button_get_popover (form_control (window, "choice", GTK_TYPE_MENU_BUTTON)),
          GTK_TYPE_CHECK_BUTTON, NULL)),
      TRUE);
  form_settle (window);
  g_assert_cmpuint (studio_form_plan (form_of (window))->specs->len, ==, 2);
  command = studio_form_command (form_of (window));
  g_assert_nonnull (strstr (command, "--set yes=false --set whole=7 --set wide=0.001 "
                                     "--set free-number=-12.5 --set 'words="));
  g_assert_nonnull (strstr (command, "--sweep choice=a,b"));
  form_type (window, "file", "/no/such/file");
  g_assert_nonnull (strstr (form_estimate (window), "No such file"));
  g_assert_false (form_can (window, "run"));
  desktop_test_picture (GTK_WIDGET (window), "study-every-type");
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.reset", NULL));
  form_settle (window);
  g_assert_true (gtk_switch_get_active (form_control (window, "yes", GTK_TYPE_SWITCH)));
  form_close (window);
}

void
form_add_value_tests (void)
{
#define ADD(name, test) g_test_add_func ("/desktop/form/" name, test)
  ADD ("a-setting-is-marked-and-can-be-taken-back", a_setting_is_marked_and_can_be_taken_back);
  ADD ("every-type-has-a-control", every_type_has_a_control);
  ADD ("sliders-go-where-the-schema-suggests", sliders_go_where_the_schema_suggests);
  ADD ("every-kind-says-what-it-wants", every_kind_says_what_it_wants);
  ADD ("what-cannot-be-is-said-in-words", what_cannot_be_is_said_in_words);
  ADD ("only-what-applies-is-asked", only_what_applies_is_asked);
#undef ADD
}

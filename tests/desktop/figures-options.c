/* SPDX-License-Identifier: Apache-2.0
 *
 * Figures that are changed in the panel: the chart says so, and what is exported is what `assay
 * plot` writes with the same changes.
 */
#include "figures.h"

#include "host/chart/plot.h"
#include "ui/desktop/figures-view.h"
#include <string.h>

static const char *workspace;
static StudioWindow *window; /* of all these tests, as declared when each begins */

static void
begin (void)
{
  if (window == NULL)
    window = figures_open (workspace);
  figures_give (window, "figure", "learning");
  figures_give (window, "figure-as-declared", NULL);
  g_action_group_change_action_state (G_ACTION_GROUP (window), "figure-options",
                                      g_variant_new_boolean (TRUE));
  figures_wait (window, "Learning curves", "95 % interval (n = 4)");
}

void
figures_end_option_tests (void)
{
  if (window != NULL)
    desktop_test_close (window);
}

/* ---- the panel ---- */

static AdwComboRow *
row_titled (GtkWidget *widget, const char *title)
{
  if (ADW_IS_COMBO_ROW (widget)
      && g_strcmp0 (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)), title) == 0)
    return ADW_COMBO_ROW (widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      AdwComboRow *row = row_titled (child, title);

      if (row != NULL)
        return row;
    }
  return NULL;
}

static AdwComboRow *
panel_row (const char *title)
{
  AdwComboRow *row = row_titled (desktop_test_find (window, STUDIO_TYPE_FIGURES_VIEW, NULL), title);

  g_assert_nonnull (row);
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (row)));
  return row;
}

static void
choose (const char *row, const char *choice)
{
  AdwComboRow *combo = panel_row (row);
  GtkStringList *choices = GTK_STRING_LIST (adw_combo_row_get_model (combo));

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (choices)); i++)
    if (g_str_equal (gtk_string_list_get_string (choices, i), choice))
      {
        adw_combo_row_set_selected (combo, i);
        return;
      }
  g_error ("%s cannot be %s", row, choice);
}

/* ---- what is exported ---- */

/* "Copy as Command". */
static char *
command_of (void)
{
  figures_give (window, "figure-copy-command", NULL);
  return desktop_test_clipboard (window);
}

/* The command that the desktop itself tells writes the files that it exports. */
static void
assert_export_is_the_commands (const char *figure, const char *const *endings)
{
  static guint n;
  g_autofree char *name = g_strdup_printf ("exports-%u", n++), *mine = desktop_test_folder (name);
  g_autofree char *theirs = g_build_filename (mine, "command", NULL);
  g_autofree char *command = command_of (), *all = NULL;
  char *output = strstr (command, " -o ");

  /* Into a folder, in every format. */
  g_assert_nonnull (output);
  *output = '\0';
  all = g_strdup_printf ("%s -o command --format svg,pdf,png --workspace %s", command, workspace);
  figures_run (all, mine);
  for (; *endings != NULL; endings++)
    {
      g_autofree char *file = g_strconcat (figure, ".", *endings, NULL);
      g_autofree char *one = g_build_filename (mine, file, NULL);
      g_autofree char *other = g_build_filename (theirs, file, NULL);

      figures_export (window, one);
      figures_assert_equal_files (one, other);
    }
}

static const char *const vectors[] = { "svg", "csv", NULL };
static const char *const every[] = { "svg", "pdf", "png", "csv", NULL };

/* ---- tests ---- */

static const char *
option_of (const char *name)
{
  static char value[200];
  g_autofree char *command = command_of (), *word = g_strdup_printf ("%s=", name);
  const char *at = strstr (command, word);

  g_strlcpy (value, at != NULL ? at + strlen (word) : "", sizeof value);
  value[strcspn (value, " '")] = '\0';
  return value;
}

static void
centers_bands_and_axes_are_chosen_in_the_panel (void)
{
  static const struct
  {
    const char *row, *choice, *option, *value, *says;
  } cases[] = {
    { "Center", "Interquartile mean", "center", "iqm", "Interquartile mean over seed" },
    { "Center", "Median", "center", "median", "Median over seed" },
    { "Center", "Mean", "center", "mean", "Mean over seed" },
    { "Band", "95 % interval, Student’s t", "band", "t", "Student's t" },
    { "Band", "2.5 % to 97.5 %", "band", "percentiles", "2.5 % to 97.5 %" },
    { "Band", "Standard deviation", "band", "sd", "standard deviation" },
    { "Band", "Quartiles", "band", "quartiles", "quartiles" },
    { "Band", "Range", "band", "range", "range" },
    { "Band", "95 % interval, as claims are judged", "band", "interval", "95 % interval (n = 4)" },
    { "Horizontal axis", "Square root", "x-scale", "sqrt", NULL },
    { "Vertical axis", "Logarithmic with zero", "y-scale", "symlog", NULL },
  };
  begin ();
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      choose (cases[i].row, cases[i].choice);
      figures_wait (window, "Learning curves", cases[i].says);
      g_assert_cmpstr (option_of (cases[i].option), ==, cases[i].value);
    }
  g_assert_cmpuint (figures_chart (window)->x.kind, ==, ASSAY_SQRT);
  g_assert_cmpuint (figures_chart (window)->y.kind, ==, ASSAY_SYMLOG);
  assert_export_is_the_commands ("learning", every);
  desktop_test_picture (GTK_WIDGET (window), "figures-options-scales");
  figures_give (window, "figure-as-declared", NULL);
  figures_wait (window, "Learning curves", "95 % interval (n = 4)");
  g_assert_cmpuint (figures_chart (window)->x.kind, ==, ASSAY_LINEAR);
  g_assert_cmpuint (adw_combo_row_get_selected (panel_row ("Center")), ==, 0);
  assert_export_is_the_commands ("learning", every);
}

static guint
n_thin (AssayChart *chart)
{
  guint n = 0;

  for (guint p = 0; p < chart->panels->len; p++)
    {
      const ChartPanel *panel = chart->panels->pdata[p];

      for (guint i = 0; i < panel->series->len; i++)
        n += ((ChartSeries *) panel->series->pdata[i])->thin;
    }
  return n;
}

static void
seeds_are_drawn_one_by_one_and_dimensions_by_color_and_panel (void)
{
  begin ();
  choose ("One line per", "Seed");
  figures_wait (window, "Learning curves", "Thin lines: one per seed");
  g_assert_cmpuint (n_thin (figures_chart (window)), ==, 12);
  choose ("Rows", "Agent");
  figures_wait (window, "Learning curves", NULL);
  g_assert_cmpuint (figures_chart (window)->n_rows, ==, 3);
  assert_export_is_the_commands ("learning", vectors);
  desktop_test_picture (GTK_WIDGET (window), "figures-options-rows");
  choose ("One line per", "As declared");
  choose ("Color", "Seed");
  figures_wait (window, "Learning curves", NULL);
  g_assert_cmpstr (figures_chart (window)->color.title, ==, "Seed");
  g_assert_cmpuint (figures_chart (window)->color.levels->len, ==, 4);
  assert_export_is_the_commands ("learning", vectors);
}

static void
smoothing_leaves_the_raw_trace (void)
{
  GtkRange *amount;
  const ChartSeries *first;

  begin ();
  choose ("Smoothing", "Moving mean");
  figures_wait (window, "Learning curves", "Smoothed: mean of");
  amount = GTK_RANGE (desktop_test_find (window, GTK_TYPE_SCALE, "amount"));
  gtk_range_set_value (amount, .5);
  figures_wait (window, "Learning curves", "Smoothed: mean of");
  g_assert_cmpstr (option_of ("smooth"), ==, "mean");
  first = ((ChartPanel *) figures_chart (window)->panels->pdata[0])->series->pdata[0];
  g_assert_cmpuint (first->raw->len, ==, first->y->len);
  g_assert_cmpfloat (chart_at (first->raw, 50), !=, chart_at (first->y, 50));
  assert_export_is_the_commands ("learning", vectors);
  desktop_test_picture (GTK_WIDGET (window), "figures-options-smooth");
  choose ("Smoothing", "Exponential mean");
  figures_wait (window, "Learning curves", "Smoothed: exponential mean");
  assert_export_is_the_commands ("learning", vectors);
}

static void
what_is_zoomed_and_hidden_is_exported_so (void)
{
  StudioChartArea *area;
  AssayChartEntry entry;

  begin ();
  area = figures_area (window);
  studio_chart_area_zoom (area, 2.7);
  studio_chart_area_pan (area, .13, -.1);
  g_assert_cmpstr (assay_chart_entry (figures_chart (window), 1, &entry), ==, "careful");
  assay_chart_hide (figures_chart (window), entry, TRUE);
  studio_chart_area_changed (area);
  g_signal_emit_by_name (area, "looked");
  g_assert_cmpstr (option_of ("hide-color"), ==, "careful");
  assert_export_is_the_commands ("learning", every);
  desktop_test_picture (GTK_WIDGET (window), "figures-zoomed");
  /* A graph has its data as DOT. */
  figures_give (window, "figure", "ways");
  figures_wait (window, "Ways through the maze", NULL);
  assert_export_is_the_commands ("ways", (const char *const[]){ "svg", "dot", NULL });
  /* Back: what was looked at still is. */
  figures_give (window, "figure", "learning");
  figures_wait (window, "Learning curves", NULL);
  g_assert_true (assay_chart_hides (figures_chart (window), entry));
  g_assert_true (studio_chart_area_is_zoomed (area));
  figures_give (window, "figure-as-declared", NULL);
  figures_wait (window, "Learning curves", NULL);
  g_assert_false (assay_chart_hides (figures_chart (window), entry));
  g_assert_false (studio_chart_area_is_zoomed (area));
}

static void
every_figure_has_its_own_options (void)
{
  begin ();
  figures_set_option (window, "center", "median");
  figures_set_option (window, "band", "t");
  figures_set_option (window, "smooth", "ema 0.8");
  figures_set_option (window, "x-scale", "log10");
  figures_wait (window, "Learning curves", "Smoothed: exponential mean");
  desktop_test_picture (GTK_WIDGET (window), "figures-options");
  figures_give (window, "figure", "rewards");
  figures_wait (window, "Rewards by arm", NULL);
  figures_give (window, "figure", "learning");
  figures_wait (window, "Learning curves", "Student's t");
}

void
figures_add_option_tests (const char *runs)
{
  workspace = runs;
#define ADD(name, function) g_test_add_func ("/desktop/figures/" name, function)
  ADD ("every-figure-has-its-own-options", every_figure_has_its_own_options);
  ADD ("centers-bands-and-axes-are-chosen-in-the-panel",
       centers_bands_and_axes_are_chosen_in_the_panel);
  ADD ("seeds-are-drawn-one-by-one-and-dimensions-by-color-and-panel",
       seeds_are_drawn_one_by_one_and_dimensions_by_color_and_panel);
  ADD ("smoothing-leaves-the-raw-trace", smoothing_leaves_the_raw_trace);
  ADD ("what-is-zoomed-and-hidden-is-exported-so", what_is_zoomed_and_hidden_is_exported_so);
}

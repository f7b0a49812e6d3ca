/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of 20,000 runs: filtered, sorted, grouped, with the columns that are asked for, while
 * nothing holds the main thread.
 */
#include "many.h"
#include "runs-fixture.h"
#include "ui/desktop/watchdog.h"

#include <math.h>
#include <string.h>

#define MANY 20000
#define SETTINGS (MANY / 10)

/* A busy machine is no failure; the messages tell what was measured. */
#ifdef __SANITIZE_ADDRESS__
#define SLOWER 12
#define HELD_MS (12 * STUDIO_WATCHDOG_MS)
#else
#define SLOWER 3
#define HELD_MS (2 * STUDIO_WATCHDOG_MS)
#endif

static char *workspace;
static RunsFixture f; /* a window for all tests */

static gboolean
has_many (gpointer data)
{
  return runs_n_rows (&f) == MANY;
}

/* ---- how long the main thread is held ---- */

/* Milliseconds of the longest callback since the last look, drawing of frames apart. */
static double
longest_callback (void)
{
  double longest;

  desktop_test_settle ();
  longest = studio_watchdog_read ().longest;
  studio_watchdog_start ();
  return longest;
}

#define TRIES 4

/* There (@ask (0), which is timed) and back (@ask (1)).  Another try is given, since meanwhile the
 * session looks at all run directories, and others use the machine's caches.  @most: milliseconds
 * of work, in a plain build on a quiet machine. */
static void
assert_answered (const char *what, void (*ask) (guint i), double most)
{
  double answered = G_MAXDOUBLE, held = G_MAXDOUBLE;

  for (guint try = 0; try < TRIES && (answered >= SLOWER * most || held >= HELD_MS); try++)
    {
      double took, there, back;

      longest_callback (); /* of what was before */
      ask (0);
      took = runs_wait_for_answer (&f);
      there = longest_callback ();
      ask (1);
      runs_wait_for_answer (&f);
      back = longest_callback ();
      answered = MIN (answered, took);
      held = MIN (held, MAX (there, back));
    }
  g_test_message ("%s: answered in %.1f ms, callbacks at most %.1f ms", what, answered, held);
  g_assert_cmpfloat (answered, <, SLOWER * most);
  g_assert_cmpfloat (held, <, HELD_MS);
}

static void
they_open (void)
{
  double held = G_MAXDOUBLE;

  for (guint try = 0; try < TRIES && held >= HELD_MS; try++)
    {
      double took;

      if (f.window != NULL)
        desktop_test_close (f.window);
      runs_open (&f, workspace);
      studio_watchdog_start ();
      desktop_test_until (has_many, NULL);
      took = longest_callback ();
      held = MIN (held, took);
    }
  g_test_message ("open: callbacks at most %.1f ms", held);
  g_assert_cmpfloat (held, <, HELD_MS);
  desktop_test_picture (GTK_WIDGET (f.window), "runs-many");
}

/* ---- filtered and sorted ---- */

static void
ask_filter (guint i)
{
  studio_filter_entry_set_text (f.entry, i ? "" : "agent=graph and depth>=15 and status=done");
}

static void
ask_metric (guint i)
{
  studio_filter_entry_set_text (f.entry, i ? "" : "loss<0.5");
}

static void
ask_order (guint i)
{
  studio_runs_table_sort (f.table, i ? "seed" : "rate", i == 0);
}

static void
they_are_filtered_and_sorted (void)
{
  longest_callback ();
  assert_answered ("filter", ask_filter, 100);
  assert_answered ("filter by a metric", ask_metric, 100);
  assert_answered ("sort", ask_order, 100);
  studio_runs_table_select_all (f.table, TRUE);
  assert_answered ("sort what is chosen", ask_order, 100);
  studio_runs_table_select_all (f.table, FALSE);
}

/* ---- columns ---- */

static gboolean
has_column (gpointer key)
{
  g_auto (GStrv) columns = studio_runs_table_columns (f.table);

  return g_strv_contains ((const char *const *) columns, key);
}

static gboolean
has_no_column (gpointer key)
{
  return !has_column (key);
}

static gboolean
is_offered (gpointer popover)
{
  return desktop_test_find (popover, GTK_TYPE_TOGGLE_BUTTON, "Max") != NULL;
}

/* Clicks on what is written on a button of the popover. */
static void
toggle (GtkWidget *popover, const char *words)
{
  GtkToggleButton *button
      = GTK_TOGGLE_BUTTON (desktop_test_find (popover, GTK_TYPE_TOGGLE_BUTTON, words));

  gtk_toggle_button_set_active (button, !gtk_toggle_button_get_active (button));
}

/* Of the run in row 0: setting and seed are in its id (many.c). */
static double
loss_of_first (guint step)
{
  const AssayRunRow *run = studio_runs_answer_run (studio_runs_table_answer (f.table), 0);
  g_autofree char *rate = assay_run_row_value (run, "rate");
  guint setting = (guint) g_ascii_strtod (rate, NULL);

  return exp (-.2 * step) + .01 * (setting % 100) + .001 * run->seed;
}

static void
assert_cell (const char *column, double value)
{
  g_autofree char *text = studio_runs_answer_text (studio_runs_table_answer (f.table), 0, column);

  g_assert_cmpfloat_with_epsilon (g_ascii_strtod (text, NULL), value, 1e-3 * fabs (value));
}

/* last, min and max of a metric; the value at a step is test-columns'. */
static void
summaries_are_columns (void)
{
  GtkWidget *popover = runs_open_menu (&f, "columns_button");

  desktop_test_until (is_offered, popover);
  toggle (popover, "Min");
  desktop_test_until (has_column, "min.loss");
  toggle (popover, "Max");
  desktop_test_until (has_column, "max.loss");
  toggle (popover, "Last");
  desktop_test_until (has_column, "loss");
  assert_cell ("loss", loss_of_first (11));
  assert_cell ("min.loss", loss_of_first (11));
  assert_cell ("max.loss", loss_of_first (0));
  toggle (popover, "Min");
  toggle (popover, "Max");
  desktop_test_until (has_no_column, "min.loss");
  gtk_popover_popdown (GTK_POPOVER (popover));
}

/* gamma is the same everywhere. */
static void
parameters_that_do_not_differ_are_a_switch_away (void)
{
  GtkWidget *popover = runs_open_menu (&f, "columns_button");

  g_assert_false (has_column ("gamma"));
  runs_check (popover, "Also those that do not differ", TRUE);
  desktop_test_until (has_column, "gamma");
  assert_cell ("gamma", .99);
  runs_check (popover, "Also those that do not differ", FALSE);
  desktop_test_until (has_no_column, "gamma");
  gtk_popover_popdown (GTK_POPOVER (popover));
}

/* ---- groups ---- */

static void
group_by (const char *words, gboolean active)
{
  GtkWidget *popover = runs_open_menu (&f, "group_button");

  runs_check (popover, words, active);
  gtk_popover_popdown (GTK_POPOVER (popover));
}

static const AssayRunGroup *
group (guint i)
{
  return studio_runs_answer_group (studio_runs_table_answer (f.table), i);
}

static void
ask_few (guint i)
{
  group_by (i ? "Single runs" : "agent", TRUE);
}

static void
ask_many (guint i)
{
  group_by (i ? "Single runs" : "All but the seed", TRUE);
}

static void
ask_group_order (guint i)
{
  studio_runs_table_sort (f.table, "mean", i == 1);
}

/* By the formula of many.c. */
static double
mean_of_agent (guint odd)
{
  double sum = 0;
  guint n = 0;

  for (guint setting = odd; setting < SETTINGS; setting += 2)
    for (guint seed = 1; setting % 25 != 0 && seed <= 10; seed++, n++)
      sum += exp (-.2 * 11) + .01 * (setting % 100) + .001 * seed;
  return sum / n;
}

static void
assert_agent (guint i, const char *agent, guint odd)
{
  g_assert_cmpstr (group (i)->values[0], ==, agent);
  g_assert_cmpuint (group (i)->n_runs, ==, MANY / 2);
  g_assert_cmpuint (group (i)->n_failed, ==, MANY / 2 / 25);
  g_assert_cmpfloat_with_epsilon (group (i)->mean, mean_of_agent (odd), 1e-9);
  g_assert_cmpfloat (group (i)->low, <, group (i)->mean);
  g_assert_cmpfloat (group (i)->high, >, group (i)->mean);
}

static void
assert_descending (void)
{
  double last = INFINITY;

  for (guint i = 0; i < runs_n_rows (&f); i++)
    {
      g_assert_true (isnan (group (i)->mean) || group (i)->mean <= last);
      last = group (i)->mean;
    }
}

/* Opens a group: the filter that is written then finds its runs, here and on the command line. */
static void
assert_opens (guint i)
{
  g_auto (GStrv) ids = g_strdupv ((GStrv) group (i)->ids), theirs = NULL;
  guint n = group (i)->n_runs;
  StudioRunsAnswer *answer;

  g_signal_emit_by_name (f.table, "activated", i);
  runs_wait_for_answer (&f);
  answer = studio_runs_table_answer (f.table);
  g_assert_null (studio_filter_entry_problem (f.entry));
  g_assert_cmpuint (answer->n, ==, n);
  for (guint k = 0; k < n && n <= 10; k++)
    g_assert_true (g_strv_contains ((const char *const *) ids, answer->identities[k]));
  if (n > 10)
    return;
  theirs = runs_of_command_line (workspace, studio_filter_entry_filter (f.entry));
  g_assert_cmpuint (g_strv_length (theirs), ==, n);
  for (guint k = 0; k < n; k++)
    g_assert_true (g_strv_contains ((const char *const *) ids, theirs[k]));
}

static void
few_groups (void)
{
  assert_answered ("two groups", ask_few, 250);
  ask_few (0);
  runs_wait_for_answer (&f);
  g_assert_cmpuint (runs_n_rows (&f), ==, 2);
  assert_agent (0, "graph", 1);
  assert_agent (1, "tree", 0);
  desktop_test_until (has_column, "mean");
  desktop_test_settle ();
  desktop_test_picture (GTK_WIDGET (f.window), "runs-groups");
  assert_opens (1);
  studio_filter_entry_set_text (f.entry, "");
  runs_wait_for_answer (&f);
}

static void
many_groups (void)
{
  assert_answered ("2,000 groups", ask_many, 250);
  ask_many (0);
  runs_wait_for_answer (&f);
  g_assert_cmpuint (runs_n_rows (&f), ==, SETTINGS);
  desktop_test_until (has_column, "mean");
  assert_answered ("groups sorted", ask_group_order, 250);
  assert_descending ();
  assert_opens (3);
  studio_filter_entry_set_text (f.entry, "");
  runs_wait_for_answer (&f);
  studio_runs_table_sort (f.table, NULL, FALSE);
  desktop_test_settle ();
}

/* One dimension after the other, within a filter. */
static void
groups_by_chosen_dimensions (void)
{
  studio_filter_entry_set_text (f.entry, "seed<=2 status=done");
  runs_wait_for_answer (&f);
  group_by ("depth", TRUE);
  runs_wait_for_answer (&f);
  g_assert_cmpuint (runs_n_rows (&f), ==, 20);
  group_by ("agent", TRUE);
  runs_wait_for_answer (&f);
  g_assert_cmpuint (runs_n_rows (&f), ==, 40);
  g_assert_cmpstr (group (0)->values[0], ==, "0");
  g_assert_cmpstr (group (0)->values[1], ==, "graph");
  g_assert_cmpuint (group (0)->n_failed, ==, 0);
  group_by ("depth", FALSE);
  runs_wait_for_answer (&f);
  g_assert_cmpuint (runs_n_rows (&f), ==, 2);
  g_assert_cmpuint (group (0)->n_runs, ==, 2 * (SETTINGS / 2 - SETTINGS / 50));
  group_by ("Single runs", TRUE);
  runs_wait_for_answer (&f);
  studio_filter_entry_set_text (f.entry, "");
  runs_wait_for_answer (&f);
}

int
main (int argc, char **argv)
{
  int failed;

  desktop_test_init (&argc, &argv);
  workspace = many_runs_folder ();
  many_runs_write (workspace, MANY);
#define ADD(name, test) g_test_add_func ("/desktop/runs/" name, test)
  ADD ("twenty-thousand-rows-open", they_open);
  ADD ("twenty-thousand-rows-are-filtered-and-sorted", they_are_filtered_and_sorted);
  ADD ("last-smallest-and-largest-values-are-columns", summaries_are_columns);
  ADD ("parameters-that-do-not-differ-are-a-switch-away",
       parameters_that_do_not_differ_are_a_switch_away);
  ADD ("twenty-thousand-rows-make-two-groups", few_groups);
  ADD ("twenty-thousand-rows-make-two-thousand-groups", many_groups);
  ADD ("chosen-dimensions-make-groups-of-what-a-filter-leaves", groups_by_chosen_dimensions);
#undef ADD
  failed = g_test_run ();
  if (f.window != NULL)
    desktop_test_close (f.window);
  many_runs_remove (workspace);
  g_free (workspace);
  return failed;
}

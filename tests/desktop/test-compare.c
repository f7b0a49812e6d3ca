/* SPDX-License-Identifier: Apache-2.0 */
#include "desktop.h"
#include "host/chart/style.h"
#include "host/registry/json.h"
#include "host/registry/text.h"
#include "ui/desktop/chart-area.h"
#include "ui/desktop/claim-row.h"
#include "ui/desktop/compare-plans.h"
#include "ui/desktop/compare-sides.h"
#include "ui/desktop/comparison.h"
#include "ui/desktop/runs-table.h"
#include "ui/desktop/verdicts.h"

#include <math.h>
#include <string.h>

/* Two plans of twelve runs: three agents, four seeds, at the rates 0.1 and 0.2; a failed run. */
static char *workspace;
static StudioWindow *window; /* of all tests */

static StudioSession *
session (void)
{
  return studio_window_session (window);
}

static GtkWidget *
view (void)
{
  return desktop_test_find (window, g_type_from_name ("StudioCompareView"), NULL);
}

static gboolean
has_registry (gpointer data)
{
  return studio_session_registry (data) != NULL;
}

static gboolean
is_mapped (gpointer widget)
{
  return gtk_widget_get_mapped (widget);
}

static gboolean
has_runs (gpointer table)
{
  StudioRunsAnswer *answer = studio_runs_table_answer (table);

  return answer != NULL && answer->rows != NULL && answer->n == 24;
}

static gboolean
has_groups (gpointer table)
{
  StudioRunsAnswer *answer = studio_runs_table_answer (table);

  return answer != NULL && answer->groups != NULL && answer->n == 3;
}

/* ---- the page ---- */

typedef struct
{
  const char *part, *title;
} Shown;

static GtkWidget *
part (const char *name)
{
  return desktop_test_find (view (), ADW_TYPE_BIN, name);
}

static gboolean
is_titled (gpointer data)
{
  const Shown *shown = data;

  return desktop_test_find (part (shown->part), GTK_TYPE_LABEL, shown->title) != NULL;
}

static AssayChart *
chart (void)
{
  return studio_chart_area_get_chart (
      STUDIO_CHART_AREA (desktop_test_find (view (), STUDIO_TYPE_CHART_AREA, NULL)));
}

/* The names of its legend, in lines. */
static char *
legend (void)
{
  GString *names = g_string_new (NULL);
  AssayChartEntry entry;

  for (guint i = 0; chart () != NULL && i < assay_chart_n_entries (chart ()); i++)
    g_string_append_printf (names, "%s%s", i > 0 ? "\n" : "",
                            assay_chart_entry (chart (), i, &entry));
  return g_string_free (names, FALSE);
}

static gboolean
has_legend (gpointer wanted)
{
  g_autofree char *names = legend ();

  return strcmp (names, wanted) == 0;
}

/* Compares the runs that a filter finds, and waits until parameters and figure are theirs. */
static void
show (const char *filter, const char *const *by, const char *first, const char *names)
{
  g_auto (GStrv) runs = desktop_test_runs (session (), filter);

  studio_session_select_groups (session (), "gallery", (const char *const *) runs, by);
  studio_window_show_page (window, "compare");
  desktop_test_until (is_titled, &(Shown){ "parameters", first });
  desktop_test_until (is_titled, &(Shown){ "metrics", first });
  desktop_test_until (has_legend, (gpointer) names);
}

/* To the last row: they come a few at a time. */
static gboolean
all_judged (gpointer claims)
{
  GtkWidget *last = desktop_test_find (claims, GTK_TYPE_LABEL, "A gate that cannot hold");

  return last != NULL && gtk_widget_get_next_sibling (last) != NULL;
}

static GtkGrid *
grid_of (const char *name)
{
  return GTK_GRID (desktop_test_find (part (name), GTK_TYPE_GRID, NULL));
}

static void
settings_stand_side_by_side (void)
{
  GtkCheckButton *only;

  show ("agent=plain,bold rate=0.1 trouble=none", NULL, "A · agent=bold",
        "A · agent=bold\nB · agent=plain");
  only = GTK_CHECK_BUTTON (desktop_test_find (view (), GTK_TYPE_CHECK_BUTTON, "only_differing"));
  /* They differ in the agent alone: seeds stand together. */
  g_assert_nonnull (desktop_test_find (part ("parameters"), GTK_TYPE_LABEL, "B · agent=plain"));
  g_assert_nonnull (desktop_test_find (part ("parameters"), GTK_TYPE_LABEL, "4 done"));
  g_assert_null (desktop_test_find (part ("parameters"), GTK_TYPE_LABEL, "nodes"));
  gtk_check_button_set_active (only, FALSE);
  g_assert_nonnull (desktop_test_find (part ("parameters"), GTK_TYPE_LABEL, "nodes"));
  gtk_check_button_set_active (only, TRUE);
  g_assert_null (desktop_test_find (part ("parameters"), GTK_TYPE_LABEL, "nodes"));
}

/* One identity: name, colour and marker, whatever differs. */
static void
figures_have_the_colours_of_the_sides (void)
{
  static const double paper[3] = { 1, 1, 1 };
  AssayChartHit hit = { .panel = G_MAXUINT };
  guint n = 0;

  show ("trouble=none agent=plain,bold", NULL, "A · agent=bold rate=0.1",
        "A · agent=bold rate=0.1\nB · agent=bold rate=0.2\nC · agent=plain rate=0.1\n"
        "D · agent=plain rate=0.2");
  while (assay_chart_hit_next (chart (), &hit, 1, 0))
    {
      ChartRgb side = chart_screen_colour (FALSE, (gint) n, STUDIO_MAX_SIDES, FALSE);
      double colour[3];
      AssayChartEntry entry;

      assay_chart_hit_colour (chart (), &hit, paper, colour);
      g_assert_true (assay_chart_hit_entry (chart (), &hit, &entry));
      g_assert_false (entry.dash);
      g_assert_cmpuint (entry.level, ==, n++);
      g_assert_true (colour[0] == side.r && colour[1] == side.g && colour[2] == side.b);
    }
  g_assert_cmpuint (n, ==, 4);
}

static gboolean
shows_rewards (gpointer data)
{
  return chart () != NULL && strcmp (assay_chart_title (chart ()), "Rewards by arm") == 0;
}

/* The failed run has no answers: the other side is B all the same, in B's colour. */
static void
a_side_without_data_keeps_its_colour (void)
{
  GtkDropDown *figure;
  AssayChartHit hit = { .panel = G_MAXUINT };
  AssayChartEntry entry;

  show ("agent=plain rate=0.1", NULL, "A · trouble=fail", "A · trouble=fail\nB · trouble=none");
  figure = GTK_DROP_DOWN (desktop_test_find (desktop_test_find (view (), GTK_TYPE_BOX, "figures"),
                                             GTK_TYPE_DROP_DOWN, NULL));
  gtk_drop_down_set_selected (figure, 1);
  desktop_test_until (shows_rewards, NULL);
  g_assert_true (has_legend ((gpointer) "A · trouble=fail\nB · trouble=none"));
  g_assert_true (assay_chart_hit_next (chart (), &hit, 1, 0));
  g_assert_true (assay_chart_hit_entry (chart (), &hit, &entry));
  g_assert_cmpuint (entry.level, ==, 1);
  gtk_drop_down_set_selected (figure, 0);
}

static gboolean
lists_plain_runs (gpointer data)
{
  StudioRunsAnswer *answer = studio_runs_table_answer (
      STUDIO_RUNS_TABLE (desktop_test_find (window, STUDIO_TYPE_RUNS_TABLE, NULL)));
  gboolean plain = answer != NULL && answer->rows != NULL && answer->n == 4;

  for (guint i = 0; plain && i < answer->n; i++)
    {
      g_autofree char *agent = studio_runs_answer_text (answer, i, "agent");

      plain = strcmp (agent, "plain") == 0;
    }
  return plain;
}

static void
a_curve_leads_to_the_runs_of_its_side (void)
{
  GtkWidget *area = desktop_test_find (view (), STUDIO_TYPE_CHART_AREA, NULL);
  AssayChartHit hit = { .panel = G_MAXUINT };
  g_auto (GStrv) plain = desktop_test_runs (session (), "agent=plain rate=0.2");
  g_auto (GStrv) all = desktop_test_runs (session (), "agent=plain,bold rate=0.2");
  const char *const *const sides[] = { (const char *const *) all, (const char *const *) plain };
  static const char *const names[] = { "all", "plain" };
  g_autoptr (AssayRunSet) set
      = assay_run_set_of_sides (studio_session_workspace (session ()), names, sides, 2, NULL);
  g_auto (GStrv) found = NULL;

  show ("agent=plain,bold rate=0.2", NULL, "B · agent=plain", "A · agent=bold\nB · agent=plain");
  while (assay_chart_hit_next (chart (), &hit, 1, 0) && hit.series == 0)
    ;
  /* Of that side of any set of runs. */
  found = assay_chart_hit_runs (chart (), &hit, set);
  g_assert_cmpuint (g_strv_length (found), ==, 4);
  for (char **id = found; *id != NULL; id++)
    g_assert_true (g_strv_contains ((const char *const *) plain, *id));
  g_signal_emit_by_name (area, "picked", "", plain);
  desktop_test_until (lists_plain_runs, NULL);
}

/* ---- numbers and verdicts ---- */

static double
number (JsonArray *groups, guint i, const char *member)
{
  return json_object_get_double_member (json_array_get_object_element (groups, i), member);
}

static void
intervals_are_those_of_groups (void)
{
  g_autofree char *text
      = desktop_test_command (workspace, "runs rate=0.2 --group agent -m score --json");
  g_autoptr (JsonNode) node = json_from_string (text, NULL);
  JsonArray *groups = json_node_get_array (node);

  show ("rate=0.2", NULL, "C · agent=plain", "A · agent=bold\nB · agent=careful\nC · agent=plain");
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *mean = assay_number_text (number (groups, i, "mean")),
                      *low = assay_number_text (number (groups, i, "low")),
                      *high = assay_number_text (number (groups, i, "high")),
                      *words = g_strdup_printf ("%s [%s, %s]", mean, low, high);
      GtkWidget *cell = gtk_grid_get_child_at (grid_of ("metrics"), (int) i + 1, 1);

      g_assert_nonnull (desktop_test_find (cell, GTK_TYPE_LABEL, words));
    }
}

static void
keep (GObject *object, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static gboolean
is_set (gpointer place)
{
  return *(gpointer *) place != NULL;
}

static StudioVerdicts *
judged (GStrv runs)
{
  StudioSelection selection = { .study = (char *) "gallery", .runs = runs };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  StudioVerdicts *verdicts;

  studio_verdicts_load (session (), &selection, NULL, keep, &result);
  desktop_test_until (is_set, &result);
  verdicts = studio_verdicts_load_finish (session (), result, &error);
  g_assert_no_error (error);
  return verdicts;
}

/* Each side's verdicts are those on its runs, beside each other. */
static void
claims_stand_beside_each_other (void)
{
  static const char *const by[] = { "rate", NULL }, *const filters[]
                                                    = { "rate=0.1 trouble=none", "rate=0.2" };
  guint reproduced = 0;

  show ("trouble=none", by, "A · rate=0.1", "A · rate=0.1\nB · rate=0.2\nplain\ncareful\nbold");
  desktop_test_until (all_judged, part ("claims"));
  for (int side = 0; side < 2; side++)
    {
      g_auto (GStrv) runs = desktop_test_runs (session (), filters[side]);
      g_autoptr (StudioVerdicts) verdicts = judged (runs);

      for (guint i = 0; i < verdicts->verdicts->len; i++)
        {
          const AssayVerdict *verdict = verdicts->verdicts->pdata[i];
          GtkWidget *cell = gtk_grid_get_child_at (grid_of ("claims"), side + 1, (int) i + 1);
          g_autofree char *effect
              = studio_verdict_effect (verdict->effect, verdict->low, verdict->high);

          g_assert_nonnull (
              desktop_test_find (cell, GTK_TYPE_LABEL, studio_verdict_title (verdict->kind)));
          if (!isnan (verdict->effect))
            g_assert_nonnull (desktop_test_find (cell, GTK_TYPE_LABEL, effect));
          reproduced += verdict->kind == ASSAY_REPRODUCED;
        }
    }
  g_assert_cmpuint (reproduced, >, 3); /* runs of one preset are judged as of it */
}

/* ---- what the sides are ---- */

static void
groups_of_the_runs_page_are_sides (void)
{
  GtkWidget *runs = desktop_test_find (window, g_type_from_name ("StudioRunsView"), NULL);
  GtkWidget *group = desktop_test_find (runs, GTK_TYPE_MENU_BUTTON, "group_button"), *check;
  StudioRunsTable *table
      = STUDIO_RUNS_TABLE (desktop_test_find (runs, STUDIO_TYPE_RUNS_TABLE, NULL));

  studio_window_show_runs (window, "trouble=none");
  desktop_test_until (has_runs, table);
  gtk_menu_button_popup (GTK_MENU_BUTTON (group));
  desktop_test_settle ();
  check = gtk_widget_get_ancestor (desktop_test_find (group, GTK_TYPE_LABEL, "agent"),
                                   GTK_TYPE_CHECK_BUTTON);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (check), TRUE);
  desktop_test_until (has_groups, table);
  gtk_menu_button_popdown (GTK_MENU_BUTTON (group));
  studio_runs_table_select_all (table, TRUE);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.run-compare", NULL));
  desktop_test_until (is_titled, &(Shown){ "parameters", "C · agent=plain" });
  g_assert_nonnull (desktop_test_find (part ("parameters"), GTK_TYPE_LABEL, "8 done"));
  /* What differs within the sides is told by the dash. */
  desktop_test_until (has_legend, (gpointer) "A · agent=bold\nB · agent=careful\n"
                                             "C · agent=plain\n0.1\n0.2");
  studio_window_show_page (window, "runs");
  desktop_test_until (is_mapped, runs);
  gtk_menu_button_popup (GTK_MENU_BUTTON (group));
  desktop_test_settle ();
  check = gtk_widget_get_ancestor (desktop_test_find (group, GTK_TYPE_LABEL, "Single runs"),
                                   GTK_TYPE_CHECK_BUTTON);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (check), TRUE);
  gtk_menu_button_popdown (GTK_MENU_BUTTON (group));
}

/* The titles of what can tell these runs apart, in lines. */
static char *
ways (GtkDropDown *drop)
{
  GListModel *model = gtk_drop_down_get_model (drop);
  g_autoptr (GStrvBuilder) titles = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (GtkStringObject) item = g_list_model_get_item (model, i);

      g_strv_builder_add (titles, gtk_string_object_get_string (item));
    }
  list = g_strv_builder_end (titles);
  return g_strjoinv (" ", list);
}

static void
a_person_says_what_the_sides_are (void)
{
  static const struct
  {
    guint way;
    const char *first;
  } cases[] = { { 3, "C · agent=plain" },
                { 5, "D · seed=4" },
                { 4, "B · rate=0.2" },
                { 0, "F · agent=plain rate=0.2" } };
  GtkDropDown *drop;
  g_autofree char *titles = NULL;

  show ("trouble=none", NULL, "F · agent=plain rate=0.2",
        "A · agent=bold rate=0.1\nB · agent=bold rate=0.2\nC · agent=careful rate=0.1\n"
        "D · agent=careful rate=0.2\nE · agent=plain rate=0.1\nF · agent=plain rate=0.2");
  drop = GTK_DROP_DOWN (desktop_test_find (
      desktop_test_find (view (), STUDIO_TYPE_COMPARE_SIDES, NULL), GTK_TYPE_DROP_DOWN, NULL));
  titles = ways (drop);
  g_assert_cmpstr (titles, ==, "setting run plan agent rate seed");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gtk_drop_down_set_selected (drop, cases[i].way);
      desktop_test_until (is_titled, &(Shown){ "parameters", cases[i].first });
      g_assert_cmpuint (gtk_drop_down_get_selected (drop), ==, cases[i].way);
    }
}

static GtkButton *
turner (const char *tip)
{
  GtkWidget *sides = desktop_test_find (view (), STUDIO_TYPE_COMPARE_SIDES, NULL);

  for (GtkWidget *child = gtk_widget_get_first_child (
           gtk_widget_get_parent (desktop_test_find (sides, GTK_TYPE_MENU_BUTTON, NULL)));
       child != NULL; child = gtk_widget_get_next_sibling (child))
    if (g_strcmp0 (gtk_widget_get_tooltip_text (child), tip) == 0)
      return GTK_BUTTON (child);
  return NULL;
}

static void
more_than_six_sides_are_turned_over_and_chosen (void)
{
  static const char *const by[] = { "id", NULL };
  GtkWidget *sides = desktop_test_find (view (), STUDIO_TYPE_COMPARE_SIDES, NULL);
  GtkWidget *choose = desktop_test_find (sides, GTK_TYPE_MENU_BUTTON, NULL), *check;
  GtkLabel *left_out = GTK_LABEL (desktop_test_find (view (), GTK_TYPE_LABEL, "left_out"));

  show ("trouble=none rate=0.1", by, "A · agent=bold seed=1",
        "A · agent=bold seed=1\nB · agent=bold seed=2\nC · agent=bold seed=3\n"
        "D · agent=bold seed=4\nE · agent=careful seed=1\nF · agent=careful seed=2");
  g_assert_cmpstr (gtk_label_get_text (left_out), ==, "12 sides; A, B, C, D, E and F are shown");
  g_assert_true (gtk_widget_get_mapped (GTK_WIDGET (left_out)));
  g_assert_cmpstr (gtk_menu_button_get_label (GTK_MENU_BUTTON (choose)), ==, "6 of 12 sides");
  g_assert_false (gtk_widget_is_sensitive (GTK_WIDGET (turner ("The sides before"))));
  g_signal_emit_by_name (turner ("The next sides"), "clicked");
  desktop_test_until (is_titled, &(Shown){ "parameters", "G · agent=careful seed=3" });
  g_assert_cmpstr (gtk_label_get_text (left_out), ==, "12 sides; G, H, I, J, K and L are shown");
  g_assert_false (gtk_widget_is_sensitive (GTK_WIDGET (turner ("The next sides"))));
  /* One out, another one in; letters stay. */
  gtk_menu_button_popup (GTK_MENU_BUTTON (choose));
  desktop_test_settle ();
  check = gtk_widget_get_ancestor (
      desktop_test_find (choose, GTK_TYPE_LABEL, "A · agent=bold seed=1"), GTK_TYPE_CHECK_BUTTON);
  g_assert_false (gtk_widget_is_sensitive (check)); /* six are chosen */
  gtk_check_button_set_active (
      GTK_CHECK_BUTTON (gtk_widget_get_ancestor (
          desktop_test_find (choose, GTK_TYPE_LABEL, "G · agent=careful seed=3"),
          GTK_TYPE_CHECK_BUTTON)),
      FALSE);
  g_assert_true (gtk_widget_is_sensitive (check));
  gtk_check_button_set_active (GTK_CHECK_BUTTON (check), TRUE);
  desktop_test_picture (GTK_WIDGET (gtk_menu_button_get_popover (GTK_MENU_BUTTON (choose))),
                        "compare-sides");
  gtk_menu_button_popdown (GTK_MENU_BUTTON (choose));
  desktop_test_until (is_titled, &(Shown){ "parameters", "A · agent=bold seed=1" });
  g_assert_cmpstr (gtk_label_get_text (left_out), ==, "12 sides; A, H, I, J, K and L are shown");
  desktop_test_until (has_legend, (gpointer) "A · agent=bold seed=1\nH · agent=careful seed=4\n"
                                             "I · agent=plain seed=1\nJ · agent=plain seed=2\n"
                                             "K · agent=plain seed=3\nL · agent=plain seed=4");
}

/* ---- plans ---- */

/* Just one parameter differs. */
static gboolean
is_rates (gpointer data)
{
  GtkWidget *first = gtk_grid_get_child_at (grid_of ("parameters"), 0, 1);

  return GTK_IS_LABEL (first) && strcmp (gtk_label_get_text (GTK_LABEL (first)), "rate") == 0
         && gtk_grid_get_child_at (grid_of ("parameters"), 3, 0) == NULL;
}

static gboolean
offers_plans (gpointer drop)
{
  GListModel *model = gtk_drop_down_get_model (drop);

  return model != NULL && g_list_model_get_n_items (model) >= 3;
}

/* The places of the two plans of twelve runs: of one second they have any order. */
static void
find_plans (GtkDropDown *drop, guint places[2])
{
  GListModel *model = gtk_drop_down_get_model (drop);
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (GtkStringObject) item = g_list_model_get_item (model, i);

      if (g_str_has_suffix (gtk_string_object_get_string (item), " · 12 runs"))
        places[n++] = i;
    }
  g_assert_cmpuint (n, ==, 2);
}

static gboolean
begins_with_rate (gpointer rate)
{
  GtkWidget *first = gtk_grid_get_child_at (grid_of ("parameters"), 1, 1);

  return is_rates (NULL) && strcmp (gtk_label_get_text (GTK_LABEL (first)), rate) == 0;
}

static void
two_plans_are_chosen (void)
{
  GtkMenuButton *button
      = GTK_MENU_BUTTON (desktop_test_find (view (), GTK_TYPE_MENU_BUTTON, "plans_above"));
  GtkWidget *popover = GTK_WIDGET (gtk_menu_button_get_popover (button));
  GtkWidget *box = gtk_popover_get_child (GTK_POPOVER (popover));
  GtkWidget *compare = desktop_test_find (box, GTK_TYPE_BUTTON, "Compare");
  g_autofree char *first = NULL;
  GtkDropDown *drops[3];
  guint n = 0, places[2];

  show ("rate=0.2", NULL, "C · agent=plain", "A · agent=bold\nB · agent=careful\nC · agent=plain");
  gtk_menu_button_popup (button);
  for (GtkWidget *child = gtk_widget_get_first_child (box); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (GTK_IS_DROP_DOWN (child))
      drops[n++] = GTK_DROP_DOWN (child);
  g_assert_cmpuint (n, ==, 3);
  desktop_test_until (offers_plans, drops[1]);
  find_plans (drops[1], places);
  gtk_drop_down_set_selected (drops[1], places[0]);
  gtk_drop_down_set_selected (drops[2], places[1]);
  desktop_test_picture (popover, "compare-plans");
  g_signal_emit_by_name (compare, "clicked");
  desktop_test_until (is_rates, NULL);
  first = g_strdup (
      gtk_label_get_text (GTK_LABEL (gtk_grid_get_child_at (grid_of ("parameters"), 1, 1))));
  /* The other way round. */
  gtk_drop_down_set_selected (drops[1], places[1]);
  gtk_drop_down_set_selected (drops[2], places[0]);
  g_signal_emit_by_name (compare, "clicked");
  desktop_test_until (begins_with_rate, strcmp (first, "0.1") == 0 ? "0.2" : "0.1");
  desktop_test_until (all_judged, part ("claims"));
}

static void
pictures (void)
{
  static const char *const by[] = { "rate", NULL };
  GtkWidget *scroller = gtk_widget_get_ancestor (part ("claims"), GTK_TYPE_SCROLLED_WINDOW);
  GtkAdjustment *at = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scroller));

  show ("trouble=none", by, "A · rate=0.1", "A · rate=0.1\nB · rate=0.2\nplain\ncareful\nbold");
  desktop_test_resize (window, 1280, 1700);
  desktop_test_until (all_judged, part ("claims"));
  desktop_test_settle ();
  desktop_test_picture (GTK_WIDGET (window), "compare");
  desktop_test_dark (TRUE);
  desktop_test_picture (GTK_WIDGET (window), "compare-dark");
  desktop_test_dark (FALSE);
  desktop_test_resize (window, 360, 640);
  desktop_test_picture (GTK_WIDGET (window), "compare-narrow");
  gtk_adjustment_set_value (at, 450);
  desktop_test_settle ();
  desktop_test_picture (GTK_WIDGET (window), "compare-narrow-below");
  gtk_adjustment_set_value (at, 0);
  desktop_test_resize (window, 1280, 800);
}

int
main (int argc, char **argv)
{
  int failed;

  desktop_test_init (&argc, &argv);
  workspace = desktop_test_folder ("compare");
  desktop_test_run_gallery (workspace, "--preset quick -j 2");
  desktop_test_run_gallery (workspace, "--preset quick --set rate=0.2 -j 2");
  desktop_test_run_gallery (workspace, "--set trouble=fail --seeds 1");
  window = desktop_test_open_workspace (workspace);
  desktop_test_resize (window, 1280, 800);
  desktop_test_until (has_registry, session ());
#define ADD(name, function) g_test_add_func ("/desktop/compare/" name, function)
  ADD ("settings-stand-side-by-side", settings_stand_side_by_side);
  ADD ("figures-have-the-colours-of-the-sides", figures_have_the_colours_of_the_sides);
  ADD ("a-side-without-data-keeps-its-colour", a_side_without_data_keeps_its_colour);
  ADD ("a-curve-leads-to-the-runs-of-its-side", a_curve_leads_to_the_runs_of_its_side);
  ADD ("intervals-are-those-of-groups", intervals_are_those_of_groups);
  ADD ("claims-stand-beside-each-other", claims_stand_beside_each_other);
  ADD ("groups-of-the-runs-page-are-sides", groups_of_the_runs_page_are_sides);
  ADD ("a-person-says-what-the-sides-are", a_person_says_what_the_sides_are);
  ADD ("more-than-six-sides-are-turned-over-and-chosen",
       more_than_six_sides_are_turned_over_and_chosen);
  ADD ("two-plans-are-chosen", two_plans_are_chosen);
  ADD ("pictures", pictures);
  failed = g_test_run ();
  desktop_test_close (window);
  return failed;
}

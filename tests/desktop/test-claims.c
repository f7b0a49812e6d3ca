/* SPDX-License-Identifier: Apache-2.0 */
#include "desktop.h"
#include "ui/desktop/chart-area.h"
#include "ui/desktop/claim-details.h"
#include "ui/desktop/claim-row.h"
#include "ui/desktop/claims-view.h"
#include "ui/desktop/effect-bar.h"
#include "ui/desktop/figures-view.h"
#include "ui/desktop/runs-table.h"
#include <math.h>
#include <string.h>

static char *runs; /* a workspace with the preset quick of the gallery */

static GtkWidget *
claims_of (StudioWindow *window)
{
  return desktop_test_find (window, STUDIO_TYPE_CLAIMS_VIEW, NULL);
}

static StudioClaimRow *
row_of (StudioWindow *window, const char *claim)
{
  GtkListBox *list
      = GTK_LIST_BOX (desktop_test_find (claims_of (window), GTK_TYPE_LIST_BOX, "claims"));
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (list, i)) != NULL; i++)
    if (strcmp (studio_claim_row_verdict (STUDIO_CLAIM_ROW (row))->claim->id, claim) == 0)
      return STUDIO_CLAIM_ROW (row);
  return NULL;
}

/* To the last row: they come and change a few at a time. */
static gboolean
is_listed (gpointer window)
{
  return row_of (window, "impossible") != NULL;
}

static gboolean
is_judged (gpointer window)
{
  return is_listed (window)
         && studio_claim_row_verdict (row_of (window, "A1"))->kind == ASSAY_REPRODUCED
         && studio_claim_row_verdict (row_of (window, "impossible"))->kind == ASSAY_CONTRADICTED;
}

static StudioWindow *
open_claims (void)
{
  StudioWindow *window = desktop_test_open_workspace (runs);

  studio_window_show_page (window, "claims");
  studio_session_select (studio_window_session (window), "gallery", NULL, NULL);
  desktop_test_until (is_judged, window);
  desktop_test_settle ();
  return window;
}

static gboolean
is_shown (StudioWindow *window, const char *claim)
{
  return gtk_widget_get_child_visible (GTK_WIDGET (row_of (window, claim)));
}

static void
activate (StudioWindow *window, const char *action, const char *target)
{
  GVariant *value = target != NULL ? g_variant_new_string (target) : NULL;

  g_action_group_activate_action (G_ACTION_GROUP (window), action, value);
}

static void
every_verdict_has_its_word_and_its_reason (void)
{
  static const struct
  {
    const char *claim, *word, *paper;
  } rows[] = {
    { "A1", "Reproduced", "1.1" },
    { "A2", "Contradicted", "0.4 (small), 0.9 (large models)" },
    { "A5", "Inconclusive", "not stated" },
    { "A7", "Not evaluable", "not stated" },
    { "A8", "Not run", "not stated" },
    { "plain-learns", "Reproduced", "ours" },
  };
  StudioWindow *window = open_claims ();

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      StudioClaimRow *row = row_of (window, rows[i].claim);
      const AssayVerdict *verdict = studio_claim_row_verdict (row);

      g_assert_nonnull (desktop_test_find (row, GTK_TYPE_LABEL, rows[i].word));
      g_assert_nonnull (desktop_test_find (row, GTK_TYPE_LABEL, rows[i].paper));
      if (verdict->reason != NULL)
        g_assert_nonnull (desktop_test_find (row, GTK_TYPE_LABEL, verdict->reason));
    }
  desktop_test_close (window);
}

static void
chips_and_words_filter (void)
{
  StudioWindow *window = open_claims ();
  GtkWidget *view = claims_of (window);
  GtkWidget *chips = desktop_test_find (view, GTK_TYPE_BOX, "chips");
  GtkWidget *reproduced = gtk_widget_get_first_child (chips);
  GtkEditable *search = GTK_EDITABLE (desktop_test_find (view, GTK_TYPE_SEARCH_ENTRY, "search"));

  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (reproduced), TRUE);
  g_assert_true (is_shown (window, "A1"));
  g_assert_false (is_shown (window, "A2"));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (gtk_widget_get_next_sibling (reproduced)), TRUE);
  g_assert_true (is_shown (window, "A2"));
  g_assert_false (is_shown (window, "A5"));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (reproduced), FALSE);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (gtk_widget_get_next_sibling (reproduced)),
                                FALSE);
  gtk_editable_set_text (search, "ACCELERATORS");
  g_signal_emit_by_name (search, "search-changed");
  g_assert_true (is_shown (window, "A8"));
  g_assert_false (is_shown (window, "A1"));
  desktop_test_close (window);
}

static gboolean
shows_rewards (gpointer window)
{
  GtkWidget *figures = desktop_test_find (window, STUDIO_TYPE_FIGURES_VIEW, NULL);
  AssayChart *chart = studio_chart_area_get_chart (
      STUDIO_CHART_AREA (desktop_test_find (figures, STUDIO_TYPE_CHART_AREA, NULL)));

  return chart != NULL && strcmp (assay_chart_title (chart), "Rewards by arm") == 0;
}

static const char *
page_of (StudioWindow *window)
{
  return adw_view_stack_get_visible_child_name (
      ADW_VIEW_STACK (desktop_test_find (window, ADW_TYPE_VIEW_STACK, NULL)));
}

static void
details_say_the_rule_and_lead_to_the_figure (void)
{
  StudioWindow *window = open_claims ();
  GtkWidget *details = desktop_test_find (claims_of (window), GTK_TYPE_SCROLLED_WINDOW, "details");

  activate (window, "claims-show", "A3");
  g_assert_nonnull (desktop_test_find (details, GTK_TYPE_LABEL,
                                       studio_claim_row_verdict (row_of (window, "A3"))->rule));
  g_assert_nonnull (desktop_test_find (details, GTK_TYPE_LABEL, "careful"));
  g_assert_nonnull (desktop_test_find (details, GTK_TYPE_LABEL, "Figure: Rewards by arm"));
  activate (window, "claims-figure", "rewards");
  g_assert_cmpstr (page_of (window), ==, "figures");
  desktop_test_until (shows_rewards, window);
  desktop_test_close (window);
}

typedef struct
{
  StudioWindow *window;
  GStrv runs;
} Listed;

static gboolean
lists_just_these (gpointer data)
{
  const Listed *listed = data;
  StudioRunsAnswer *answer = studio_runs_table_answer (
      STUDIO_RUNS_TABLE (desktop_test_find (listed->window, STUDIO_TYPE_RUNS_TABLE, NULL)));
  gboolean same = answer != NULL && answer->n == g_strv_length (listed->runs);

  for (guint i = 0; same && i < answer->n; i++)
    same = g_strv_contains ((const char *const *) listed->runs, answer->identities[i]);
  return same;
}

/* Not all that were judged: those of which the claim's folds took cells. */
static void
runs_behind_a_claim_are_its_own (void)
{
  static const struct
  {
    const char *claim, *filter, *label;
  } cases[] = { { "A1", "agent=plain,careful", "The 8 runs behind it" },
                { "plain-learns", "agent=plain", "The 4 runs behind it" },
                { "A3", "", "The 12 runs behind it" },
                { "A6", "", "The 12 runs behind it" } };
  StudioWindow *window = open_claims ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (GStrv) wanted = desktop_test_runs (studio_window_session (window), cases[i].filter);

      studio_window_show_page (window, "claims");
      activate (window, "claims-show", cases[i].claim);
      g_assert_nonnull (desktop_test_find (claims_of (window), GTK_TYPE_LABEL, cases[i].label));
      activate (window, "claims-runs", NULL);
      g_assert_cmpstr (page_of (window), ==, "runs");
      desktop_test_until (lists_just_these, &(Listed){ window, wanted });
    }
  studio_window_show_page (window, "claims");
  activate (window, "claims-show", "A8");
  g_assert_cmpuint (studio_claim_row_verdict (row_of (window, "A8"))->runs->len, ==, 0);
  desktop_test_close (window);
}

static void
new_runs_are_judged_where_one_reads (void)
{
  g_autofree char *path = desktop_test_folder ("live");
  StudioWindow *window;

  desktop_test_run_gallery (path, "--set agent=plain --seeds 4 -j 2");
  window = desktop_test_open_workspace (path);
  studio_window_show_page (window, "claims");
  studio_session_select (studio_window_session (window), "gallery", NULL, NULL);
  desktop_test_until (is_listed, window);
  activate (window, "claims-show", "A1");
  g_assert_cmpint (studio_claim_row_verdict (row_of (window, "A1"))->kind, !=, ASSAY_REPRODUCED);
  desktop_test_run_gallery (path, "--preset quick --seeds 3 --set nodes=9 --set texts=8 -j 2");
  desktop_test_until (is_judged, window);
  g_assert_true (gtk_list_box_row_is_selected (GTK_LIST_BOX_ROW (row_of (window, "A1"))));
  desktop_test_close (window);
}

static void
without_runs_it_leads_to_the_study (void)
{
  StudioWindow *window = desktop_test_open ();
  GtkWidget *button;

  studio_window_show_page (window, "claims");
  studio_session_select (studio_window_session (window), "gallery", NULL, NULL);
  desktop_test_until (is_listed, window);
  button = desktop_test_find (claims_of (window), GTK_TYPE_BUTTON, "Run preset quick…");
  g_assert_nonnull (button);
  g_assert_true (gtk_widget_get_visible (gtk_widget_get_parent (button)));
  desktop_test_settle ();
  desktop_test_picture (GTK_WIDGET (window), "claims-no-runs");
  g_signal_emit_by_name (button, "clicked");
  g_assert_cmpstr (page_of (window), ==, "studies");
  desktop_test_close (window);
}

/* ---- without a window ---- */

static void
keep (GObject *object, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static gboolean
is_there (gpointer data)
{
  return *(gpointer *) data != NULL;
}

static StudioVerdicts *
judged (StudioSession *session)
{
  StudioSelection selection = { (char *) "gallery", NULL, NULL };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  StudioVerdicts *verdicts;

  studio_verdicts_load (session, &selection, NULL, keep, &result);
  desktop_test_until (is_there, &result);
  verdicts = studio_verdicts_load_finish (session, result, &error);
  g_assert_no_error (error);
  return verdicts;
}

/* What lies in the clipboard after an action. */
static char *
copied (StudioWindow *window, const char *action)
{
  activate (window, action, NULL);
  return desktop_test_clipboard (window);
}

static void
what_is_copied_is_what_the_command_line_writes (void)
{
  StudioWindow *window = open_claims ();
  g_autofree char *csv = copied (window, "claims-copy-csv"), *text = copied (window, "claims-copy");
  g_autofree char *their_csv = desktop_test_command (runs, "claims gallery --format csv"),
                  *their_text = desktop_test_command (runs, "claims gallery --format text");
  g_auto (GStrv) lines = g_strsplit (csv, "\n", -1);

  g_assert_cmpstr (csv, ==, their_csv);
  g_assert_cmpstr (text, ==, their_text);
  g_assert_cmpuint (g_strv_length (lines), ==, 1 + 10 + 1);
  g_assert_true (g_str_has_prefix (lines[2], "\"A2\",\"Bold agents end higher than careful ones\","
                                             "\"Fig 2\",\"0.4 (small), 0.9 (large models)\",-"));
  g_assert_true (g_str_has_prefix (lines[8], "\"A8\",\"The largest models do it, too\",\"Fig 9\","
                                             "\"\",,,,0,0,0,\"not run\","));
  g_assert_nonnull (strstr (text, "\nA7: not evaluable\n"));
  desktop_test_close (window);
}

static void
the_report_is_the_command_lines (void)
{
  StudioWindow *window = open_claims ();
  g_autoptr (StudioVerdicts) verdicts = judged (studio_window_session (window));
  g_autofree char *path = desktop_test_folder ("reports"),
                  *file = g_build_filename (path, "ours.html", NULL),
                  *other = g_build_filename (path, "theirs.html", NULL),
                  *command = g_strdup_printf ("report gallery -o %s", other), *ours = NULL,
                  *theirs = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  studio_verdicts_report (verdicts, file, keep, &result);
  desktop_test_until (is_there, &result);
  g_assert_true (studio_verdicts_report_finish (result, &error));
  g_free (desktop_test_command (runs, command));
  g_assert_true (g_file_get_contents (file, &ours, NULL, NULL));
  g_assert_true (g_file_get_contents (other, &theirs, NULL, NULL));
  g_assert_nonnull (strstr (ours, "Bold agents end higher than careful ones"));
  g_assert_true (strcmp (ours, theirs) == 0);
  desktop_test_close (window);
}

static void
figures_of_a_claim_show_its_metric (void)
{
  StudioWindow *window = open_claims ();
  g_autoptr (StudioVerdicts) verdicts = judged (studio_window_session (window));
  const AssayStudyInfo *study = verdicts->study;
  g_autoptr (GPtrArray) derived
      = studio_claim_figures (study, assay_study_claim (study, "plain-learns"));
  g_autoptr (GPtrArray) parts = studio_claim_figures (study, assay_study_claim (study, "A6"));
  g_autoptr (GPtrArray) none = studio_claim_figures (study, assay_study_claim (study, "A4"));

  g_assert_cmpuint (derived->len, ==, 1);
  g_assert_cmpstr (((AssayFigure *) derived->pdata[0])->id, ==, "learning");
  g_assert_cmpuint (parts->len, ==, 1);
  g_assert_cmpuint (none->len, ==, 0);
  desktop_test_close (window);
}

static void
the_axis_holds_effect_threshold_and_paper (void)
{
  StudioEffect effect = { .effect = 2,
                          .low = 1,
                          .high = 3,
                          .paper = 9,
                          .expect = ASSAY_ABOVE (-4),
                          .kind = ASSAY_REPRODUCED };
  StudioEffectRange range = studio_effect_range (&effect), other;
  StudioEffect ratio = {
    .effect = 1, .low = .5, .high = 2, .paper = NAN, .expect = ASSAY_WITHIN (.25, 4), .ratio = TRUE
  };
  StudioEffect none = { NAN, NAN, NAN, NAN, ASSAY_ABOVE (0), ASSAY_NOT_RUN, FALSE };
  g_autofree char *words = studio_effect_describe (&effect);

  g_assert_cmpfloat (range.lo, <, -4);
  g_assert_cmpfloat (range.hi, >, 9);
  g_assert_cmpfloat (studio_effect_place (&effect, range, -4), >, 0);
  g_assert_cmpfloat (studio_effect_place (&effect, range, 2), <, .5 + 1e-9);
  g_assert_cmpstr (words, ==,
                   "Ours 2, 95 % interval 1 to 3; expected above −4; the paper's value 9");
  /* Ratios are as far from 1 on both sides. */
  other = studio_effect_range (&ratio);
  g_assert_cmpfloat_with_epsilon (studio_effect_place (&ratio, other, 1), .5, 1e-9);
  other = studio_effect_range (&none);
  g_assert_false (other.lo < other.hi);
}

/* ---- the bar as it is drawn ---- */

#define BAR 214 /* pixels: 200 between the margins */
#define MIDDLE 13

typedef struct
{
  guchar *data; /* blue, green, red, alpha, multiplied by alpha */
  int width, height;
} Pixels;

static Pixels
pixels_of (GtkWidget *bar)
{
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (bar);
  g_autoptr (GtkSnapshot) snapshot = gtk_snapshot_new ();
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  Pixels pixels = { NULL, gtk_widget_get_width (bar), gtk_widget_get_height (bar) };

  g_assert_cmpint (pixels.width, ==, BAR);
  gdk_paintable_snapshot (paintable, GDK_SNAPSHOT (snapshot), pixels.width, pixels.height);
  node = gtk_snapshot_to_node (snapshot);
  texture = gsk_renderer_render_texture (
      gtk_native_get_renderer (gtk_widget_get_native (bar)), node,
      &GRAPHENE_RECT_INIT (0, 0, (float) pixels.width, (float) pixels.height));
  pixels.data = g_malloc0 ((gsize) 4 * pixels.width * pixels.height);
  gdk_texture_download (texture, pixels.data, (gsize) 4 * pixels.width);
  return pixels;
}

/* Place of a value of 0..10. */
static int
x_of (double value)
{
  return 7 + (int) (20 * value);
}

/* Whether something of this colour is drawn about there. */
static gboolean
is_drawn (const Pixels *pixels, int x, int y, const GdkRGBA *colour)
{
  const float channels[] = { colour->blue, colour->green, colour->red };

  for (int row = y - 1; row <= y + 1; row++)
    for (int column = x - 1; column <= x + 1; column++)
      {
        const guchar *pixel = pixels->data + 4 * (row * pixels->width + column);
        double off = pixel[3] < 150 ? 1 : 0; /* what is shaded is no mark */

        for (guint k = 0; k < 3; k++)
          off = MAX (off, fabs (pixel[k] / (double) MAX (pixel[3], 1) - (double) channels[k]));
        if (off < .12)
          return TRUE;
      }
  return FALSE;
}

static guint
alpha_at (const Pixels *pixels, int x, int y)
{
  return pixels->data[4 * (y * pixels->width + x) + 3];
}

static void
check_bar (StudioEffectBar *bar, AssayVerdictKind kind, const char *colour)
{
  StudioEffect effect
      = { .effect = 5, .low = 3, .high = 7, .paper = 9, .expect = ASSAY_ABOVE (1), .kind = kind };
  StudioEffectRange range = { 0, 10 };
  GtkStyleContext *style = gtk_widget_get_style_context (GTK_WIDGET (bar));
  GdkRGBA mark, ink;
  Pixels pixels;

  studio_effect_bar_set (bar, &effect, &range, FALSE);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (bar));
  gtk_style_context_get_color (style, &ink);
  g_assert_true (gtk_style_context_lookup_color (style, colour, &mark));
  pixels = pixels_of (GTK_WIDGET (bar));
  g_assert_true (is_drawn (&pixels, x_of (5), MIDDLE, &mark));
  g_assert_true (is_drawn (&pixels, x_of (3), MIDDLE - 3, &mark)); /* the interval's ends */
  g_assert_true (is_drawn (&pixels, x_of (7), MIDDLE + 3, &mark));
  g_assert_true (is_drawn (&pixels, x_of (4), MIDDLE, &mark));
  g_assert_false (is_drawn (&pixels, x_of (2), MIDDLE, &mark));
  g_assert_true (is_drawn (&pixels, x_of (9), MIDDLE - 6, &ink)); /* the paper's diamond */
  g_assert_true (is_drawn (&pixels, x_of (9) - 6, MIDDLE, &ink));
  g_assert_false (is_drawn (&pixels, x_of (9), MIDDLE, &ink)); /* is hollow */
  g_assert_cmpuint (alpha_at (&pixels, x_of (2), 5), >, 20);   /* where it was expected */
  g_assert_cmpuint (alpha_at (&pixels, x_of (.5), 5), ==, 0);
  g_free (pixels.data);
  effect.paper = NAN;
  studio_effect_bar_set (bar, &effect, &range, FALSE);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (bar));
  pixels = pixels_of (GTK_WIDGET (bar));
  g_assert_false (is_drawn (&pixels, x_of (9), MIDDLE - 6, &ink));
  g_free (pixels.data);
}

static void
an_effect_is_drawn_where_it_is (void)
{
  GtkWidget *window = gtk_window_new (), *bar = studio_effect_bar_new ();

  gtk_widget_set_halign (bar, GTK_ALIGN_START);
  gtk_widget_set_valign (bar, GTK_ALIGN_START);
  gtk_widget_set_size_request (bar, BAR, -1);
  gtk_window_set_child (GTK_WINDOW (window), bar);
  gtk_window_set_default_size (GTK_WINDOW (window), 300, 100);
  gtk_window_present (GTK_WINDOW (window));
  for (int dark = 0; dark < 2; dark++)
    {
      desktop_test_dark (dark);
      check_bar (STUDIO_EFFECT_BAR (bar), ASSAY_REPRODUCED, "accent_color");
      check_bar (STUDIO_EFFECT_BAR (bar), ASSAY_CONTRADICTED, "error_color");
      check_bar (STUDIO_EFFECT_BAR (bar), ASSAY_INCONCLUSIVE, "warning_color");
    }
  desktop_test_dark (FALSE);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* What test-pictures does not show. */
static void
details_fill_a_narrow_window (void)
{
  StudioWindow *window = open_claims ();
  GtkWidget *leaflet = desktop_test_find (claims_of (window), ADW_TYPE_LEAFLET, NULL);

  desktop_test_resize (window, 360, 640);
  activate (window, "claims-show", "A3");
  g_assert_true (adw_leaflet_get_folded (ADW_LEAFLET (leaflet)));
  adw_leaflet_set_visible_child_name (ADW_LEAFLET (leaflet), "details");
  for (int i = 0; i < 5; i++)
    desktop_test_settle ();
  desktop_test_picture (GTK_WIDGET (window), "claims-details-narrow");
  gtk_widget_activate_action (GTK_WIDGET (window), "win.back", NULL);
  g_assert_cmpstr (adw_leaflet_get_visible_child_name (ADW_LEAFLET (leaflet)), ==, "list");
  desktop_test_close (window);
}

int
main (int argc, char **argv)
{
  desktop_test_init (&argc, &argv);
  runs = desktop_test_folder ("quick");
  desktop_test_run_gallery (runs, "--preset quick -j 2");
#define ADD(name, function) g_test_add_func ("/desktop/claims/" name, function)
  ADD ("the-axis-holds-effect-threshold-and-paper", the_axis_holds_effect_threshold_and_paper);
  ADD ("an-effect-is-drawn-where-it-is", an_effect_is_drawn_where_it_is);
  ADD ("every-verdict-has-its-word-and-its-reason", every_verdict_has_its_word_and_its_reason);
  ADD ("chips-and-words-filter", chips_and_words_filter);
  ADD ("details-say-the-rule-and-lead-to-the-figure", details_say_the_rule_and_lead_to_the_figure);
  ADD ("runs-behind-a-claim-are-its-own", runs_behind_a_claim_are_its_own);
  ADD ("new-runs-are-judged-where-one-reads", new_runs_are_judged_where_one_reads);
  ADD ("without-runs-it-leads-to-the-study", without_runs_it_leads_to_the_study);
  ADD ("what-is-copied-is-what-the-command-line-writes",
       what_is_copied_is_what_the_command_line_writes);
  ADD ("the-report-is-the-command-lines", the_report_is_the_command_lines);
  ADD ("figures-of-a-claim-show-its-metric", figures_of_a_claim_show_its_metric);
  ADD ("details-fill-a-narrow-window", details_fill_a_narrow_window);
  return g_test_run ();
}

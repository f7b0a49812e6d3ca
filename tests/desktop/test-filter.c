/* SPDX-License-Identifier: Apache-2.0 */
/* The filter of the runs: the command line's language, and what is offered while one types. */
#include "many.h"
#include "runs-fixture.h"

#include <string.h>

#define RUNS 300

static char *workspace;
static RunsFixture f; /* a window for all tests */

/* ---- the same rows as the command line's ---- */

static void
filters_are_the_command_lines (void)
{
  static const char *const filters[]
      = { "agent=graph and depth>=9", "status=failed or seed<=2 and not agent=tree", "loss<0.5",
          "rate~9", "seed=1,2 min.loss>0.3" };

  for (guint i = 0; i < G_N_ELEMENTS (filters); i++)
    {
      g_auto (GStrv) theirs = runs_of_command_line (workspace, filters[i]);
      StudioRunsAnswer *answer;

      studio_filter_entry_set_text (f.entry, filters[i]);
      runs_wait_for_answer (&f);
      answer = studio_runs_table_answer (f.table);
      g_assert_cmpuint (answer->n, ==, g_strv_length (theirs));
      g_assert_cmpuint (answer->n, >, 0);
      for (guint k = 0; k < answer->n; k++)
        g_assert_cmpstr (answer->identities[k], ==, theirs[k]);
    }
  studio_filter_entry_set_text (f.entry, "agent==graph");
  g_assert_nonnull (strstr (studio_filter_entry_problem (f.entry), "did you mean '='?"));
  g_assert_cmpstr (studio_filter_entry_filter (f.entry), ==, filters[4]);
  desktop_test_picture (GTK_WIDGET (f.window), "runs-wrong-filter");
}

static gboolean
says_strange (gpointer page)
{
  return g_strcmp0 (adw_status_page_get_description (page),
                    "No run has a parameter, metric or field called “agnt&lt;”.")
         == 0;
}

/* What is mistyped is told from what is not there. */
static void
a_name_that_no_run_has_is_told (void)
{
  GtkWidget *page = desktop_test_find (f.view, ADW_TYPE_STATUS_PAGE, "none");

  studio_filter_entry_set_text (f.entry, "agent=graph \"agnt<\"=tree");
  runs_wait_for_answer (&f);
  g_assert_cmpuint (runs_n_rows (&f), ==, 0);
  desktop_test_until (says_strange, page);
  desktop_test_picture (GTK_WIDGET (f.window), "runs-none");
  studio_filter_entry_set_text (f.entry, "agent=nobody");
  runs_wait_for_answer (&f);
  g_assert_cmpstr (adw_status_page_get_description (ADW_STATUS_PAGE (page)), ==,
                   "No run is as the filter says.");
  runs_act (&f, "win.run-clear-filter");
  runs_wait_for_answer (&f);
  g_assert_cmpuint (runs_n_rows (&f), ==, RUNS);
}

/* ---- completion ---- */

static void
assert_words (const char *text, StudioVocabulary *vocabulary, const char *expected)
{
  g_auto (StudioWordPlace) place = studio_word_place (text, strlen (text));
  g_auto (GStrv) words = studio_words_for (&place, vocabulary, 20);
  g_autofree char *joined = g_strjoinv (" ", words);

  g_assert_cmpstr (joined, ==, expected);
}

static void
words_are_completed (void)
{
  g_autoptr (GHashTable) vocabulary
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  GPtrArray *agents = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (agents, g_strdup ("graph"));
  g_ptr_array_add (agents, g_strdup ("a tree"));
  g_hash_table_insert (vocabulary, g_strdup ("agent"), agents);
  assert_words ("ag", vocabulary, "agent tag");
  assert_words ("agent", vocabulary, "");
  assert_words ("agent ", vocabulary, "= != < <= > >= ~");
  assert_words ("agent=", vocabulary, "graph \"a tree\"");
  assert_words ("agent=graph,", vocabulary, "graph \"a tree\"");
  assert_words ("agent=graph,\"a ", vocabulary, "\"a tree\"");
  assert_words ("agent=graph ", vocabulary, "and or");
  assert_words ("(not status=d", vocabulary, "done cancelled failed interrupted queued");
  assert_words ("agent=graph and starred=", vocabulary, "true false");
  for (guint i = 0; i < 2000; i++)
    {
      /* Any text: nothing but that it ends. */
      char text[24];
      g_auto (StudioWordPlace) place = { 0 };

      for (guint k = 0; k < sizeof text - 1; k++)
        text[k] = " =\"(),a\\<~!and or"[g_test_rand_int_range (0, 17)];
      text[sizeof text - 1] = '\0';
      place = studio_word_place (text, (gsize) g_test_rand_int_range (0, sizeof text));
      g_assert_cmpuint (place.start, <=, strlen (text));
    }
}

/* What the popover offers; "": it is closed. */
static char *
offered (void)
{
  GtkWidget *popover = desktop_test_find (f.entry, GTK_TYPE_POPOVER, NULL);
  GtkListBox *list = GTK_LIST_BOX (desktop_test_find (popover, GTK_TYPE_LIST_BOX, NULL));
  GString *words = g_string_new (NULL);

  for (int i = 0; gtk_widget_get_visible (popover) && gtk_list_box_get_row_at_index (list, i); i++)
    {
      GtkWidget *label = gtk_list_box_row_get_child (gtk_list_box_get_row_at_index (list, i));

      g_string_append_printf (words, "%s%s", i > 0 ? " " : "",
                              gtk_label_get_text (GTK_LABEL (label)));
    }
  return g_string_free (words, FALSE);
}

static gboolean
is_offered (gpointer words)
{
  g_autofree char *now = offered ();

  return strcmp (now, words) == 0;
}

/* What is typed is looked at in the next idle moment. */
static void
assert_offered (const char *words)
{
  g_autofree char *now = NULL;

  for (guint i = 0; i < 20 && g_main_context_pending (NULL); i++)
    g_main_context_iteration (NULL, FALSE);
  now = offered ();
  g_assert_cmpstr (now, ==, words);
}

static GtkEntry *
entry_widget (void)
{
  return GTK_ENTRY (desktop_test_find (f.entry, GTK_TYPE_ENTRY, NULL));
}

/* The keys of @widget that come to it in @phase. */
static GtkEventController *
keys_of (gpointer widget, GtkPropagationPhase phase)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) keys = g_list_model_get_item (controllers, i);

      if (GTK_IS_EVENT_CONTROLLER_KEY (keys)
          && gtk_event_controller_get_propagation_phase (keys) == phase)
        return keys; /* the widget holds it */
    }
  g_assert_not_reached ();
}

/* As an input method does. */
static void
type (const char *text)
{
  GtkEditable *inner = gtk_editable_get_delegate (GTK_EDITABLE (entry_widget ()));
  GtkEventController *keys = keys_of (inner, GTK_PHASE_TARGET);

  g_signal_emit_by_name (gtk_event_controller_key_get_im_context (GTK_EVENT_CONTROLLER_KEY (keys)),
                         "commit", text);
}

static void
type_anew (const char *text)
{
  studio_filter_entry_set_text (f.entry, "");
  type (text);
}

/* FALSE: the entry leaves the key to others. */
static gboolean
press (guint key)
{
  gboolean taken = FALSE;

  g_signal_emit_by_name (keys_of (entry_widget (), GTK_PHASE_CAPTURE), "key-pressed", key, 0, 0,
                         &taken);
  return taken;
}

static void
assert_text (const char *text)
{
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (entry_widget ())), ==, text);
}

static void
words_come_while_one_types (void)
{
  studio_filter_entry_set_text (f.entry, "");
  studio_filter_entry_grab_focus (f.entry);
  type ("ag");
  desktop_test_until (is_offered, "agent tag");
  desktop_test_picture (
      gtk_widget_get_first_child (desktop_test_find (f.entry, GTK_TYPE_POPOVER, NULL)),
      "runs-completion");
  /* Escape closes, Down opens again and walks. */
  g_assert_true (press (GDK_KEY_Escape));
  assert_offered ("");
  g_assert_false (press (GDK_KEY_Escape));
  g_assert_true (press (GDK_KEY_Down));
  assert_offered ("agent tag");
  g_assert_true (press (GDK_KEY_Down));
  g_assert_true (press (GDK_KEY_Down));
  g_assert_true (press (GDK_KEY_Up));
  g_assert_true (press (GDK_KEY_Return));
  assert_text ("agent");
  /* Tab finishes what is begun, and else leads on. */
  type_anew ("ag");
  g_assert_true (press (GDK_KEY_Tab));
  assert_text ("agent");
  type ("=");
  assert_offered ("graph tree");
  g_assert_false (press (GDK_KEY_Tab));
  type ("t");
  g_assert_true (press (GDK_KEY_Tab));
  assert_text ("agent=tree ");
  assert_offered ("and or");
  g_assert_false (press (GDK_KEY_Return)); /* none is chosen */
}

/* Behind every operator stand the values that there are. */
static void
every_operator_has_its_words (void)
{
  static const char *const operators[] = { "=", "!=", "<", "<=", ">", ">=", "~" };
  static const struct
  {
    const char *key, *words;
  } rows[] = { { "agent", "graph tree" },
               { "study", "many" },
               { "starred", "true false" },
               { "status", "queued running done failed cancelled interrupted" },
               { "preset", "standard" },
               { "loss", "" },
               { "nobody", "" } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint k = 0; k < G_N_ELEMENTS (operators); k++)
      {
        g_autofree char *text = g_strconcat (rows[i].key, operators[k], NULL);

        type_anew (text);
        assert_offered (rows[i].words);
      }
  type_anew ("agent");
  type (" ");
  assert_offered ("= != < <= > >= ~");
  type_anew ("agent=graph and lo");
  assert_offered ("loss max.loss mean.loss min.loss");
  studio_filter_entry_set_text (f.entry, "");
}

int
main (int argc, char **argv)
{
  int failed;

  desktop_test_init (&argc, &argv);
  workspace = many_runs_folder ();
  many_runs_write (workspace, RUNS);
  runs_open (&f, workspace);
  runs_wait_for_rows (&f);
#define ADD(name, test) g_test_add_func ("/desktop/filter/" name, test)
  ADD ("filters-are-the-command-lines", filters_are_the_command_lines);
  ADD ("a-name-that-no-run-has-is-told", a_name_that_no_run_has_is_told);
  ADD ("words-are-completed", words_are_completed);
  ADD ("words-come-while-one-types", words_come_while_one_types);
  ADD ("every-operator-has-its-words", every_operator_has_its_words);
#undef ADD
  failed = g_test_run ();
  desktop_test_close (f.window);
  many_runs_remove (workspace);
  g_free (workspace);
  return failed;
}

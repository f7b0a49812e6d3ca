/* SPDX-License-Identifier: Apache-2.0 */
/* The page of a run, live and ended, and what is done to runs one after the other. */
#include "host/registry/json.h"
#include "host/run/lock.h"
#include "host/run/record.h"
#include "runs-fixture.h"
#include "ui/desktop/run-facts.h"
#include "ui/desktop/runs-words.h"

#include "base/log/log.h"
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static void
a_failed_run_says_why (void)
{
  g_autofree char *path = runs_hostile_workspace ("failed");
  g_autofree char *run = runs_run_hostile (path, "behaviour=fail rate=0.25", "1");
  GtkWidget *reason;
  RunsFixture f;

  runs_open (&f, path);
  runs_wait_for_rows (&f);
  studio_window_show_run (f.window, run);
  reason = desktop_test_find (f.view, GTK_TYPE_LABEL, "reason");
  desktop_test_until (runs_is_shown, reason);
  g_assert_cmpstr (gtk_label_get_text (GTK_LABEL (reason)), ==, "the study says so");
  g_assert_true (runs_can (&f, "run-resume"));
  g_assert_false (runs_can (&f, "run-cancel"));
  desktop_test_picture (GTK_WIDGET (f.window), "run-failed");
  gtk_widget_activate_action (f.view, "view.back", NULL);
  desktop_test_settle ();
  g_assert_false (gtk_widget_get_mapped (reason));
  desktop_test_close (f.window);
}

/* ---- commands ---- */

static void
deleting_can_be_undone (void)
{
  g_autofree char *path = runs_hostile_workspace ("delete");
  g_autofree char *run = runs_run_hostile (path, "behaviour=well", "2");
  g_autofree char *folder = g_build_filename (path, "runs", run, NULL);
  RunsFixture f;

  runs_open (&f, path);
  runs_wait_for_cell (&f, run, "status", "done");
  g_assert_false (runs_can (&f, "run-delete"));
  runs_choose (&f, run);
  runs_act (&f, "win.run-delete");
  runs_wait_for_cell (&f, run, "status", "");
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  g_assert_true (runs_can (&f, "undo"));
  desktop_test_picture (GTK_WIDGET (f.window), "runs-deleted");
  runs_act (&f, "win.undo");
  runs_wait_for_cell (&f, run, "status", "done");
  g_assert_false (runs_can (&f, "undo"));
  desktop_test_close (f.window);
}

static gboolean
has_two_rows (gpointer f)
{
  return runs_n_rows (f) == 2;
}

/* Time in seconds, as `--time-limit` set it. */
static double
time_limit_of (const char *workspace, const char *run)
{
  g_autofree char *path = g_build_filename (workspace, "runs", run, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (AssayRunDir) dir = assay_run_dir_open_path (path, &error);

  g_assert_no_error (error);
  return assay_json_real (assay_json_object (dir->run, "limits"), "time", 0);
}

static void
runs_are_run_again (void)
{
  g_autofree char *path = runs_hostile_workspace ("again");
  g_autofree char *run = runs_run_hostile (path, "behaviour=fail", "1");
  g_autofree char *second = g_strconcat (run, "-2", NULL);
  RunsFixture f;

  runs_open (&f, path);
  runs_wait_for_cell (&f, run, "status", "failed");
  runs_choose (&f, run);
  runs_act (&f, "win.run-retry");
  desktop_test_until (has_two_rows, &f);
  runs_wait_for_cell (&f, second, "status", "failed");
  g_assert_cmpfloat (time_limit_of (path, run), ==, 300);
  g_assert_cmpfloat (time_limit_of (path, second), ==, 300);
  runs_act (&f, "win.run-star");
  runs_wait_for_cell (&f, run, "starred", "true");
  runs_act (&f, "win.run-resume");
  runs_wait_for_cell (&f, run, "status", "failed");
  desktop_test_close (f.window);
}

static gboolean
says_how_far (gpointer f)
{
  StudioRunsAnswer *answer = studio_runs_table_answer (((RunsFixture *) f)->table);
  g_autofree char *state = studio_run_state (studio_runs_answer_run (answer, 0));

  return g_str_has_prefix (state, "Running · ") && g_str_has_suffix (state, " %");
}

static void
a_live_run_is_cancelled (void)
{
  g_autofree char *path = runs_hostile_workspace ("live");
  g_autofree char *first = runs_run_hostile (path, "behaviour=slow steps=2 pause=1", "1");
  g_autofree char *run = NULL;
  RunsFixture f;

  runs_open (&f, path);
  runs_wait_for_cell (&f, first, "status", "done");
  run = runs_start_hostile (path, "behaviour=slow steps=100000 pause=5", "1");
  runs_wait_for_cell (&f, run, "status", "running");
  runs_choose (&f, run);
  desktop_test_until (says_how_far, &f);
  desktop_test_picture (GTK_WIDGET (f.window), "runs-live");
  g_assert_true (runs_can (&f, "run-cancel"));
  g_assert_false (runs_can (&f, "run-delete"));
  runs_act (&f, "win.run-cancel");
  runs_wait_for_cell (&f, run, "status", "cancelled");
  desktop_test_close (f.window);
}

/* ---- live ---- */

#define SECONDS_AGO 100

typedef struct
{
  char *path, *run, *console;
  int lock;
} Feigned;

/* A run that ended, made up to be one that has come a quarter of its way. */
static Feigned
feign_running (const char *name)
{
  char *path = runs_hostile_workspace (name), *run = runs_run_hostile (path, "behaviour=well", "1");
  g_autofree char *folder = g_build_filename (path, "runs", run, NULL);
  g_autofree char *lock = g_build_filename (folder, "lock", NULL);
  g_autofree char *log_path = g_build_filename (folder, "metrics.alog", NULL);
  g_autofree char *status_path = g_build_filename (folder, "status.json", NULL);
  g_autofree char *status = g_strdup_printf (
      "{\"format\":1,\"state\":\"running\",\"started\":%" G_GINT64_FORMAT ",\"pid\":%d}",
      g_get_real_time () / G_USEC_PER_SEC - SECONDS_AGO, (int) getpid ());
  AssayLogError error = { "" };
  AssayLogWriter *log;

  g_unlink (log_path);
  log = assay_log_create (log_path, &error);
  g_assert_true (assay_log_event (log, "progress", "{\"fraction\":0.25,\"doing\":\"walking\"}"));
  g_assert_true (assay_log_close (log, &error));
  g_assert_true (g_file_set_contents (status_path, status, -1, NULL));
  return (Feigned){ path, run, g_build_filename (folder, "console.log", NULL),
                    assay_lock_take (lock, 1, NULL) };
}

static void
feigned_clear (Feigned *feigned)
{
  assay_lock_release (feigned->lock);
  g_free (feigned->path);
  g_free (feigned->run);
  g_free (feigned->console);
}

/* Five minutes are left, or a little more where the machine is slow. */
static gboolean
tells_what_is_left (gpointer data)
{
  StudioRunsAnswer *answer = studio_runs_table_answer (((RunsFixture *) data)->table);
  const AssayRunRow *run = studio_runs_answer_run (answer, 0);
  g_autofree char *text = studio_runs_answer_text (answer, 0, "duration");

  return run->state == ASSAY_RUNNING && studio_run_remaining (run) >= 3 * SECONDS_AGO
         && studio_run_remaining (run) < 4 * SECONDS_AGO && g_str_has_prefix (text, "1 min 4")
         && g_str_has_suffix (text, " left") && strstr (text, ", 5 min") != NULL;
}

static void
write_console (const Feigned *feigned, const char *text)
{
  FILE *file = fopen (feigned->console, "ae");

  g_assert_nonnull (file);
  g_assert_cmpint (fputs (text, file), >=, 0);
  g_assert_cmpint (fclose (file), ==, 0);
}

typedef struct
{
  GtkWidget *console;
  const char *end;
} Console;

static gboolean
console_ends (gpointer data)
{
  const Console *console = data;
  g_autofree char *text = NULL;

  g_object_get (gtk_text_view_get_buffer (GTK_TEXT_VIEW (console->console)), "text", &text, NULL);
  return g_str_has_suffix (text, console->end);
}

/* The end is seen, as long as nobody scrolled elsewhere. */
static gboolean
is_at_end (gpointer console)
{
  GtkAdjustment *place = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (console));

  return gtk_adjustment_get_upper (place) > gtk_adjustment_get_page_size (place)
         && gtk_adjustment_get_value (place) + gtk_adjustment_get_page_size (place)
                >= gtk_adjustment_get_upper (place) - 4;
}

static void
a_running_run_tells_when_it_ends (void)
{
  Feigned feigned = feign_running ("remaining");
  g_autofree char *many = g_strnfill (200, '\n');
  GtkWidget *state, *console;
  RunsFixture f;

  write_console (&feigned, "first\n");
  runs_open (&f, feigned.path);
  runs_wait_for_rows (&f);
  desktop_test_until (tells_what_is_left, &f);
  studio_window_show_run (f.window, feigned.run);
  state = desktop_test_find (f.view, GTK_TYPE_LABEL, "state");
  console = desktop_test_find (f.view, GTK_TYPE_TEXT_VIEW, "console");
  desktop_test_until (runs_is_shown, state);
  g_assert_cmpstr (gtk_label_get_text (GTK_LABEL (state)), ==, "Running · 25 % · walking");
  desktop_test_until (console_ends, &(Console){ console, "first\n" });
  /* It goes on while somebody looks. */
  write_console (&feigned, many);
  write_console (&feigned, "\x1b[31msecond\x1b[0m 1%\rthird 2%\n");
  desktop_test_until (console_ends, &(Console){ console, "\nthird 2%\n" });
  desktop_test_until (is_at_end, console);
  desktop_test_close (f.window);
  feigned_clear (&feigned);
}

/* ---- a plugin that crashes while somebody looks ---- */

static gboolean
has_failed (gpointer state)
{
  return strcmp (gtk_label_get_text (state), "Failed") == 0;
}

/* A card tells how far its series came: "... to ..., step 37". */
static gboolean
has_measured_something (gpointer cards)
{
  for (GtkWidget *child = gtk_widget_get_first_child (cards); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *card = gtk_widget_get_first_child (child);
      const char *range = gtk_label_get_text (GTK_LABEL (gtk_widget_get_last_child (card)));
      const char *step = strstr (range, ", step ");

      if (step != NULL)
        {
          g_assert_cmpint (atoi (step + strlen (", step ")), <=, 50); /* where it crashed */
          return TRUE;
        }
    }
  return FALSE;
}

static void
start_crashing (const char *path)
{
  const char *words[] = { g_getenv ("ASSAY_TEST_PROGRAM"),
                          "run",
                          "gallery",
                          "--detach",
                          "--preset",
                          "crash",
                          "--workspace",
                          path,
                          NULL };
  g_autoptr (GError) error = NULL;

  g_setenv ("ASSAY_PLUGIN_PATH", g_getenv ("ASSAY_TEST_PLUGINS"), TRUE);
  g_spawn_sync (NULL, (char **) words, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, NULL,
                NULL, &error);
  g_assert_no_error (error);
}

static void
a_crash_is_survived_and_explained (void)
{
  g_autofree char *path = desktop_test_folder ("crash");
  GtkWidget *state, *console;
  g_autofree char *run = NULL;
  const char *reason;
  RunsFixture f;

  runs_open (&f, path);
  start_crashing (path);
  runs_wait_for_rows (&f);
  run = g_strdup (studio_runs_table_answer (f.table)->identities[0]);
  studio_window_show_run (f.window, run);
  state = desktop_test_find (f.view, GTK_TYPE_LABEL, "state");
  console = desktop_test_find (f.view, GTK_TYPE_TEXT_VIEW, "console");
  desktop_test_until (has_failed, state);
  /* What happened, and its last words. */
  reason = gtk_label_get_text (GTK_LABEL (desktop_test_find (f.view, GTK_TYPE_LABEL, "reason")));
  g_assert_nonnull (strstr (reason, "crashed with signal 6"));
  desktop_test_until (console_ends, &(Console){ console, "the gallery fell off the wall\n" });
  /* What it wrote until then. */
  desktop_test_until (has_measured_something,
                      desktop_test_find (f.view, GTK_TYPE_FLOW_BOX, "cards"));
  /* What can be done. */
  g_assert_nonnull (
      strstr (gtk_label_get_text (GTK_LABEL (desktop_test_find (f.view, GTK_TYPE_LABEL, "advice"))),
              "crashed in a process of its own"));
  desktop_test_until (runs_is_shown, desktop_test_find (f.view, GTK_TYPE_BUTTON, "Run Again"));
  g_assert_true (runs_can (&f, "run-retry") && runs_can (&f, "run-resume"));
  desktop_test_picture (GTK_WIDGET (f.window), "run-crashed");
  gtk_widget_activate_action (f.view, "view.back", NULL);
  runs_wait_for_cell (&f, run, "status", "failed");
  desktop_test_close (f.window);
}

/* ---- where it comes from ---- */

/* The row says this of its title, be it unfolded or not. */
static gboolean
says (GtkWidget *page, const char *title, const char *value)
{
  if (ADW_IS_ACTION_ROW (page)
      && strcmp (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (page)), title) == 0)
    return g_strcmp0 (adw_action_row_get_subtitle (ADW_ACTION_ROW (page)), value) == 0;
  for (GtkWidget *child = gtk_widget_get_first_child (page); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (says (child, title, value))
      return TRUE;
  return FALSE;
}

typedef struct
{
  GtkWidget *page;
  const char *title;
  char *value;
} Fact;

static gboolean
is_told (gpointer data)
{
  const Fact *fact = data;

  return says (fact->page, fact->title, fact->value);
}

static void
assert_told (RunsFixture *f, const char *prefix, const char *member, JsonObject *object)
{
  const char *value = object != NULL ? assay_json_text (object, member, NULL) : NULL;
  g_autofree char *line = studio_line_text (value), *markup = g_markup_escape_text (line, -1);
  g_autofree char *title
      = prefix != NULL ? g_strdup_printf ("%s, %s", prefix, member) : g_strdup (member);

  g_assert_cmpstr (value, !=, NULL);
  desktop_test_until (is_told, &(Fact){ f->view, title, markup });
}

/* All that env.json and run.json say. */
static void
provenance_is_told (void)
{
  static const char *const members[] = { "assay-version", "command", "identity", "source" };
  static const char *const of_plugin[] = { "path", "build-id", "sha256" };
  static const char *const of_run[] = { "key", "identity", "rules" };
  g_autofree char *path = runs_hostile_workspace ("provenance");
  g_autofree char *run = runs_run_hostile (path, "behaviour=well", "1");
  g_autofree char *env_path = g_build_filename (path, "runs", run, "env.json", NULL);
  g_autofree char *run_path = g_build_filename (path, "runs", run, "run.json", NULL);
  g_autoptr (JsonNode) env = assay_json_load (env_path, NULL);
  g_autoptr (JsonNode) record = assay_json_load (run_path, NULL);
  RunsFixture f;

  runs_open (&f, path);
  runs_wait_for_rows (&f);
  studio_window_show_run (f.window, run);
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    assert_told (&f, NULL, members[i], json_node_get_object (env));
  for (guint i = 0; i < G_N_ELEMENTS (of_plugin); i++)
    assert_told (&f, "plugin", of_plugin[i],
                 assay_json_object (json_node_get_object (env), "plugin"));
  assert_told (&f, "git", "commit", assay_json_object (json_node_get_object (env), "git"));
  assert_told (&f, "machine", "cpu", assay_json_object (json_node_get_object (env), "machine"));
  for (guint i = 0; i < G_N_ELEMENTS (of_run); i++)
    assert_told (&f, "run", of_run[i], json_node_get_object (record));
  desktop_test_close (f.window);
}

/* ---- notes ---- */

static gboolean
note_is_kept (gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = assay_json_load (data, NULL);
  JsonObject *notes = node != NULL ? json_node_get_object (node) : NULL;
  JsonArray *tags = notes != NULL ? assay_json_array (notes, "tags") : NULL;

  return tags != NULL && json_array_get_length (tags) == 2
         && strcmp (assay_json_text (notes, "note", ""), "odd: <b>look</b> again") == 0;
}

static void
notes_are_kept_while_they_are_typed (void)
{
  g_autofree char *path = runs_hostile_workspace ("notes");
  g_autofree char *run = runs_run_hostile (path, "behaviour=well", "1");
  g_autofree char *file = g_build_filename (path, "runs", run, "notes.json", NULL);
  GtkWidget *note, *tags;
  RunsFixture f;

  runs_open (&f, path);
  runs_wait_for_cell (&f, run, "status", "done");
  studio_window_show_run (f.window, run);
  note = desktop_test_find (f.view, GTK_TYPE_TEXT_VIEW, "note");
  tags = desktop_test_find (f.view, GTK_TYPE_ENTRY, "tags");
  desktop_test_until (runs_is_shown, note);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (note)),
                            "odd: <b>look</b> again", -1);
  gtk_editable_set_text (GTK_EDITABLE (tags), "good, for the paper");
  desktop_test_until (note_is_kept, file); /* nobody pressed anything */
  desktop_test_close (f.window);
  runs_open (&f, path);
  runs_wait_for_cell (&f, run, "note", "odd: <b>look</b> again");
  runs_wait_for_cell (&f, run, "tag", "good, for the paper");
  desktop_test_close (f.window);
}

/* ---- hostile texts ---- */

static void
hostile_texts_do_no_harm (void)
{
  g_autofree char *path = runs_hostile_workspace ("texts");
  g_autofree char *run = runs_run_hostile (path, "behaviour=well note=x", "1");
  g_autofree char *folder = g_build_filename (path, "runs", run, NULL);
  g_autofree char *long_text = g_strnfill (3000, 'w');
  g_autofree char *note
      = g_strdup_printf ("{\"tags\":[\"<b>\",\"\u202e right to left \u05d0\u05d1\",\"%s\"],"
                         "\"note\":\"\\u0001\\n<span foreground='red'>&amp;\",\"star\":7}",
                         long_text);
  g_autofree char *status = g_strdup_printf ("{\"format\":1,\"state\":\"failed\",\"started\":1e300,"
                                             "\"finished\":-5,\"reason\":\"<i>&\\t\\u001b[31m%s\"}",
                                             long_text);
  g_autofree char *notes_file = g_build_filename (folder, "notes.json", NULL);
  g_autofree char *status_file = g_build_filename (folder, "status.json", NULL);
  g_autofree char *console = g_build_filename (folder, "console.log", NULL);
  GtkWidget *reason;
  RunsFixture f;

  g_assert_true (g_file_set_contents (notes_file, note, -1, NULL));
  g_assert_true (g_file_set_contents (status_file, status, -1, NULL));
  g_assert_true (
      g_file_set_contents (console, "\xff\xfe\x1b[31mred\x1b]0;t\a 1%\r 2%\n\0x", 26, NULL));
  runs_open (&f, path);
  runs_wait_for_rows (&f);
  studio_runs_table_set_columns (f.table, (const char *const[]){ "status", "tag", "note", "reason",
                                                                 "started", "duration", NULL });
  desktop_test_settle ();
  desktop_test_picture (GTK_WIDGET (f.window), "runs-hostile-texts");
  studio_window_show_run (f.window, run);
  reason = desktop_test_find (f.view, GTK_TYPE_LABEL, "reason");
  desktop_test_until (runs_is_shown, reason);
  desktop_test_picture (GTK_WIDGET (f.window), "run-hostile-texts");
  desktop_test_close (f.window);
}

static void
consoles_are_read_as_text (void)
{
  const char bytes[] = "a\x1b[1;31mb\x1b[0m\xff\r\nlast 1%\rlast 2%\n\x1b";
  g_autofree char *text = studio_console_text (bytes, sizeof bytes - 1);

  g_assert_cmpstr (text, ==, "ab\xef\xbf\xbd\nlast 2%\n");
}

/* ---- pictures ---- */

static void
pictures (void)
{
  g_autofree char *path = desktop_test_folder ("pictures");
  RunsFixture f;
  StudioRunsAnswer *answer;

  desktop_test_run_gallery (path, "--preset quick");
  desktop_test_run_gallery (path, "--preset crash");
  runs_open (&f, path);
  runs_wait_for_rows (&f);
  desktop_test_settle ();
  desktop_test_settle ();
  desktop_test_picture (GTK_WIDGET (f.window), "runs");
  answer = studio_runs_table_answer (f.table);
  studio_runs_table_select (
      f.table, (const char *const[]){ answer->identities[2], answer->identities[4], NULL });
  desktop_test_dark (TRUE);
  desktop_test_picture (GTK_WIDGET (f.window), "runs-dark");
  desktop_test_resize (f.window, 360, 640);
  desktop_test_picture (GTK_WIDGET (f.window), "runs-narrow-dark");
  desktop_test_dark (FALSE);
  desktop_test_picture (GTK_WIDGET (f.window), "runs-narrow");
  studio_window_show_run (f.window, answer->identities[3]);
  desktop_test_until (runs_is_shown, desktop_test_find (f.view, GTK_TYPE_LABEL, "times"));
  desktop_test_picture (GTK_WIDGET (f.window), "run-narrow");
  desktop_test_resize (f.window, 1280, 1400);
  desktop_test_picture (GTK_WIDGET (f.window), "run");
  desktop_test_dark (TRUE);
  desktop_test_picture (GTK_WIDGET (f.window), "run-dark");
  desktop_test_dark (FALSE);
  desktop_test_close (f.window);
}

int
main (int argc, char **argv)
{
  desktop_test_init (&argc, &argv);
#define ADD(name, test) g_test_add_func ("/desktop/run-page/" name, test)
  ADD ("a-failed-run-says-why", a_failed_run_says_why);
  ADD ("deleting-can-be-undone", deleting_can_be_undone);
  ADD ("runs-are-run-again", runs_are_run_again);
  ADD ("a-live-run-is-cancelled", a_live_run_is_cancelled);
  ADD ("a-running-run-tells-when-it-ends", a_running_run_tells_when_it_ends);
  ADD ("a-crash-is-survived-and-explained", a_crash_is_survived_and_explained);
  ADD ("provenance-is-told", provenance_is_told);
  ADD ("notes-are-kept-while-they-are-typed", notes_are_kept_while_they_are_typed);
  ADD ("hostile-texts-do-no-harm", hostile_texts_do_no_harm);
  ADD ("consoles-are-read-as-text", consoles_are_read_as_text);
  ADD ("pictures", pictures);
#undef ADD
  return g_test_run ();
}

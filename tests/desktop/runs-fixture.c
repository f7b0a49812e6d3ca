/* SPDX-License-Identifier: Apache-2.0 */
#include "runs-fixture.h"

#include "host/registry/json.h"
#include "host/run/supervisor.h"
#include <string.h>
#include <time.h>

void
runs_open (RunsFixture *f, const char *path)
{
  f->window = desktop_test_open_workspace (path);
  studio_window_show_page (f->window, "runs");
  f->view = desktop_test_find (f->window, g_type_from_name ("StudioRunsView"), NULL);
  f->table = STUDIO_RUNS_TABLE (desktop_test_find (f->view, STUDIO_TYPE_RUNS_TABLE, NULL));
  f->entry = STUDIO_FILTER_ENTRY (desktop_test_find (f->view, STUDIO_TYPE_FILTER_ENTRY, NULL));
}

guint
runs_n_rows (RunsFixture *f)
{
  StudioRunsAnswer *answer = studio_runs_table_answer (f->table);

  return answer != NULL ? answer->n : 0;
}

static gboolean
is_ready (gpointer f)
{
  return runs_n_rows (f) > 0
         && studio_session_registry (studio_window_session (((RunsFixture *) f)->window)) != NULL;
}

void
runs_wait_for_rows (RunsFixture *f)
{
  desktop_test_until (is_ready, f);
}

/* ---- answers ---- */

static gint64
work_done (void)
{
  struct timespec time;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &time);
  return (gint64) time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

typedef struct
{
  RunsFixture *f;
  StudioRunsAnswer *old;
} Waiting;

static gboolean
has_answer (gpointer data)
{
  Waiting *waiting = data;

  return studio_runs_table_answer (waiting->f->table) != waiting->old;
}

double
runs_wait_for_answer (RunsFixture *f)
{
  StudioRunsAnswer *old = studio_runs_table_answer (f->table);
  Waiting waiting = { f, studio_runs_answer_ref (old) };
  gint64 start = work_done ();

  desktop_test_until (has_answer, &waiting);
  studio_runs_answer_unref (waiting.old);
  return (double) (work_done () - start) / 1e3;
}

/* What the table says of a run, asked again and again. */
typedef struct
{
  RunsFixture *f;
  const char *run, *column, *text;
} Cell;

static gboolean
cell_is (gpointer data)
{
  const Cell *cell = data;
  StudioRunsAnswer *answer = studio_runs_table_answer (cell->f->table);

  for (guint i = 0; answer != NULL && i < answer->n; i++)
    if (strcmp (answer->identities[i], cell->run) == 0)
      {
        g_autofree char *text = studio_runs_answer_text (answer, i, cell->column);

        return strcmp (text, cell->text) == 0;
      }
  return cell->text[0] == '\0' && answer != NULL;
}

void
runs_wait_for_cell (RunsFixture *f, const char *run, const char *column, const char *text)
{
  Cell cell = { f, run, column, text };

  desktop_test_until (cell_is, &cell);
}

/* ---- what a person does ---- */

void
runs_choose (RunsFixture *f, const char *run)
{
  studio_runs_table_select (f->table, (const char *const[]){ run, NULL });
}

void
runs_act (RunsFixture *f, const char *action)
{
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (f->window), action, NULL));
}

gboolean
runs_can (RunsFixture *f, const char *name)
{
  return g_action_group_get_action_enabled (G_ACTION_GROUP (f->window), name);
}

GtkWidget *
runs_open_menu (RunsFixture *f, const char *button)
{
  GtkMenuButton *menu = GTK_MENU_BUTTON (desktop_test_find (f->view, GTK_TYPE_MENU_BUTTON, button));

  gtk_menu_button_popup (menu);
  return GTK_WIDGET (gtk_menu_button_get_popover (menu));
}

void
runs_check (GtkWidget *popover, const char *label, gboolean active)
{
  GtkWidget *words = desktop_test_find (popover, GTK_TYPE_LABEL, label);

  g_assert_nonnull (words);
  gtk_check_button_set_active (
      GTK_CHECK_BUTTON (gtk_widget_get_ancestor (words, GTK_TYPE_CHECK_BUTTON)), active);
}

gboolean
runs_is_shown (gpointer widget)
{
  return gtk_widget_get_mapped (widget);
}

/* ---- the command line ---- */

GStrv
runs_of_command_line (const char *path, const char *filter)
{
  const char *words[]
      = { g_getenv ("ASSAY_TEST_PROGRAM"), "runs", "--json", "--workspace", path, filter, NULL };
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();
  g_autofree char *output = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;
  JsonArray *rows;

  g_spawn_sync (NULL, (char **) words, NULL, 0, NULL, NULL, &output, NULL, NULL, &error);
  g_assert_no_error (error);
  node = json_from_string (output, &error);
  g_assert_no_error (error);
  rows = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (rows); i++)
    g_strv_builder_add (
        ids, json_object_get_string_member (json_array_get_object_element (rows, i), "id"));
  return g_strv_builder_end (ids);
}

/* ---- real runs ---- */

char *
runs_hostile_workspace (const char *name)
{
  g_autofree char *plugins = g_test_build_filename (G_TEST_BUILT, "fault", NULL);

  g_setenv ("ASSAY_PLUGIN_PATH", plugins, TRUE);
  return desktop_test_folder (name);
}

static char *
run_hostile (const char *path, const char *set, const char *seed, gboolean wait)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AssayWorkspace) workspace = assay_workspace_open (path, TRUE, &error);
  g_autoptr (AssayRegistry) registry = assay_registry_new (&error);
  g_autoptr (AssayStudyInfo) study = assay_registry_study (registry, "hostile", &error);
  g_auto (GStrv) words = g_strsplit (set, " ", -1);
  const AssaySuperviseOptions options = { .cores = 2, .time_limit = 300 };
  g_autoptr (AssayPlan) plan = NULL;

  g_assert_no_error (error);
  plan = assay_plan_new (
      study, &(AssayPlanRequest){ .set = (const char *const *) words, .seeds = seed }, &error);
  g_assert_no_error (error);
  g_assert_true (wait ? assay_supervise (workspace, plan, &options, NULL, NULL, NULL, NULL, &error)
                      : assay_supervise_detached (workspace, plan, &options, &error));
  g_assert_no_error (error);
  return wait ? g_strdup (plan->runs[0])
              : g_strndup (((AssaySpec *) plan->specs->pdata[0])->key, 12);
}

char *
runs_run_hostile (const char *path, const char *set, const char *seed)
{
  return run_hostile (path, set, seed, TRUE);
}

char *
runs_start_hostile (const char *path, const char *set, const char *seed)
{
  return run_hostile (path, set, seed, FALSE);
}

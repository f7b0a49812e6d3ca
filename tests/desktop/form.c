/* SPDX-License-Identifier: Apache-2.0 */
#include "form.h"

#include <string.h>

StudioForm *
form_of (StudioWindow *window)
{
  return studio_studies_view_form (desktop_test_studies (window));
}

gboolean
form_is_settled (gpointer view)
{
  return studio_form_is_settled (studio_studies_view_form (view));
}

void
form_settle (StudioWindow *window)
{
  desktop_test_until (form_is_settled, desktop_test_studies (window));
}

static gboolean
is_kept (gpointer form)
{
  return studio_form_is_kept (form);
}

void
form_wait_kept (StudioWindow *window)
{
  desktop_test_until (is_kept, form_of (window));
}

void
form_close (StudioWindow *window)
{
  form_wait_kept (window);
  desktop_test_close (window);
}

StudioWindow *
form_open (const char *study)
{
  StudioWindow *window = desktop_test_open ();

  desktop_test_until (desktop_test_has_studies, window);
  studio_studies_view_show_study (desktop_test_studies (window), study);
  desktop_test_until (form_is_settled, desktop_test_studies (window));
  return window;
}

/* The row of a parameter; NULL: it was never needed. */
StudioParamRow *
form_row (gpointer widget, const char *id)
{
  if (STUDIO_IS_PARAM_ROW (widget)
      && g_str_equal (studio_param_row_param (STUDIO_PARAM_ROW (widget))->id, id))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      StudioParamRow *found = form_row (child, id);

      if (found != NULL)
        return found;
    }
  return NULL;
}

gboolean
form_asks (StudioWindow *window, const char *id)
{
  StudioParamRow *row = form_row (form_of (window), id);

  return row != NULL && gtk_widget_get_visible (GTK_WIDGET (row));
}

/* The control that is shown in a parameter's row. */
gpointer
form_control (StudioWindow *window, const char *id, GType type)
{
  StudioParamRow *row = form_row (form_of (window), id);
  GtkWidget *stack, *found;

  g_assert_nonnull (row);
  stack = desktop_test_find (row, GTK_TYPE_STACK, NULL);
  found = desktop_test_find (gtk_stack_get_visible_child (GTK_STACK (stack)), type, NULL);
  g_assert_nonnull (found);
  return found;
}

void
form_type (StudioWindow *window, const char *id, const char *text)
{
  gtk_editable_set_text (form_control (window, id, GTK_TYPE_ENTRY), text);
  form_settle (window);
}

void
form_choose (StudioWindow *window, const char *id, const char *value)
{
  GtkDropDown *list = form_control (window, id, GTK_TYPE_DROP_DOWN);
  GListModel *model = gtk_drop_down_get_model (list);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (GtkStringObject) item = g_list_model_get_item (model, i);

      if (g_str_equal (gtk_string_object_get_string (item), value))
        gtk_drop_down_set_selected (list, i);
    }
  form_settle (window);
}

void
form_toggle_sweep (StudioWindow *window, const char *id)
{
  StudioParamRow *row = form_row (form_of (window), id);
  GtkWidget *button = desktop_test_find (row, GTK_TYPE_TOGGLE_BUTTON, "sweep");

  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button),
                                !gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (button)));
  form_settle (window);
}

void
form_set_amount (StudioWindow *window, const char *name, double value)
{
  gtk_spin_button_set_value (
      GTK_SPIN_BUTTON (desktop_test_find (form_of (window), GTK_TYPE_SPIN_BUTTON, name)), value);
  form_settle (window);
}

const char *
form_estimate (StudioWindow *window)
{
  return gtk_label_get_text (
      GTK_LABEL (desktop_test_find (form_of (window), GTK_TYPE_LABEL, "estimate")));
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

  return g_strcmp0 (form_estimate (said->window), said->text) == 0;
}

void
form_wait_estimate (StudioWindow *window, const char *text)
{
  desktop_test_until (is_said, &(Said){ window, text });
}

gboolean
form_can (StudioWindow *window, const char *action)
{
  return g_action_group_get_action_enabled (G_ACTION_GROUP (window), action);
}

/* ---- the command line ---- */

/* What a shell prints that is given @line, with the program in its path. */
char *
form_shell (const char *line)
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
  g_autofree char *line = g_strconcat (command, " --dry-run --json", NULL),
                  *out = form_shell (line);
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

/* What is in the clipboard after "Copy as Command". */
char *
form_copied_command (StudioWindow *window)
{
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.copy-command", NULL));
  return desktop_test_clipboard (window);
}

/* What the form runs, and what a shell would that is given the command it copies. */
void
form_check_command (StudioWindow *window)
{
  g_autofree char *command = form_copied_command (window);
  const AssayPlan *plan = studio_form_plan (form_of (window));
  g_autoptr (GHashTable) keys = keys_of_command (command);

  g_assert_cmpuint (g_hash_table_size (keys), ==, plan->specs->len);
  for (guint i = 0; i < plan->specs->len; i++)
    g_assert_true (g_hash_table_contains (keys, ((AssaySpec *) plan->specs->pdata[i])->key));
}

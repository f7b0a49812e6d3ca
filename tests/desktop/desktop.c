/* SPDX-License-Identifier: Apache-2.0 */
#include "desktop.h"

#include "ui/desktop/application.h"
#include "ui/desktop/slices.h"
#include "ui/desktop/task.h"
#include <glib/gstdio.h>
#include <unistd.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

#define SECONDS 40 /* the machine may be busy */
#define FRAME 5    /* that GTK draws around a window where there is no compositor */

#ifdef __SANITIZE_ADDRESS__
void __sanitizer_malloc_hook (const volatile void *block, size_t size);

/* GLib's first table of quarks, from its constructor: it is left behind when the 2,049th comes, so
 * that readers need no lock.  No suppression knows it, since fast unwinding ends in g_malloc. */
void
__sanitizer_malloc_hook (const volatile void *block, size_t size)
{
  static gboolean seen;

  if (seen || size != 2048 * sizeof (char *))
    return;
  seen = TRUE;
  __lsan_ignore_object ((const void *) block);
}
#endif

static GtkApplication *application;

/* Of a process that a test starts, the test's own.  The user's folders only:
 * G_TEST_OPTION_ISOLATE_DIRS takes the system's away, too, and with them schemas, icons and the
 * types of files. */
static void
isolate (void)
{
  static const char *const names[] = { "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME",
                                       "XDG_STATE_HOME", "XDG_RUNTIME_DIR" };
  g_autofree char *folder = g_strdup (g_getenv ("DESKTOP_TEST_FOLDER"));

  if (folder == NULL)
    folder = g_dir_make_tmp ("assay-desktop-XXXXXX", NULL);
  g_setenv ("DESKTOP_TEST_FOLDER", folder, TRUE);
  g_chdir (folder); /* where a file dialog begins */
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      g_mkdir_with_parents (path, 0700);
      g_setenv (names[i], path, TRUE);
    }
  g_unsetenv ("ASSAY_WORKSPACE");
  g_unsetenv ("ASSAY_PLUGIN_PATH");
}

void
desktop_test_init (int *argc, char ***argv)
{
  (*argv)[0] = g_canonicalize_filename ((*argv)[0], NULL); /* for processes that a test starts */
  isolate ();
  g_test_init (argc, argv, NULL);
  gtk_init ();
  adw_init ();
  /* Pictures show how things are, not how they come.  GTK 4.8 warns of a cursor that blinks when a
   * text which has just got the focus is selected. */
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, "gtk-cursor-blink",
                FALSE, NULL);
}

StudioWindow *
desktop_test_open_workspace (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (StudioSession) session = studio_session_new (path, &error);
  StudioWindow *window;

  g_assert_no_error (error);
  if (application == NULL)
    {
      application = GTK_APPLICATION (studio_application_new ());
      g_application_set_flags (G_APPLICATION (application), G_APPLICATION_NON_UNIQUE);
      g_application_register (G_APPLICATION (application), NULL, &error);
      g_assert_no_error (error);
    }
  window = studio_window_new (application, session);
  gtk_window_present (GTK_WINDOW (window));
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window));
  return window;
}

StudioWindow *
desktop_test_open (void)
{
  g_autofree char *path = g_build_filename (g_get_user_data_dir (), "workspace", NULL);

  g_mkdir_with_parents (g_get_user_data_dir (), 0700);
  return desktop_test_open_workspace (path);
}

char *
desktop_test_folder (const char *name)
{
  char *path = g_build_filename (g_get_user_data_dir (), name, NULL);

  g_mkdir_with_parents (path, 0700);
  return path;
}

void
desktop_test_run_gallery (const char *workspace, const char *arguments)
{
  const char *program = g_getenv ("ASSAY_TEST_PROGRAM");
  g_autofree char *line
      = g_strdup_printf ("%s run gallery %s --workspace %s", program, arguments, workspace);
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  g_autoptr (GError) error = NULL;
  int status;

  g_assert_nonnull (program);
  g_setenv ("ASSAY_PLUGIN_PATH", g_getenv ("ASSAY_TEST_PLUGINS"), TRUE);
  g_spawn_sync (NULL, words, NULL, G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL,
                NULL, NULL, NULL, &status, &error);
  g_assert_no_error (error);
}

char *
desktop_test_command (const char *workspace, const char *arguments)
{
  g_autofree char *line = g_strdup_printf ("%s %s --workspace %s", g_getenv ("ASSAY_TEST_PROGRAM"),
                                           arguments, workspace);
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  g_autoptr (GError) error = NULL;
  char *output = NULL;
  int status;

  g_spawn_sync (NULL, words, NULL, 0, NULL, NULL, &output, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_true (g_spawn_check_wait_status (status, &error));
  return output;
}

typedef struct
{
  GStrv runs; /* NULL: not answered yet */
  const char *filter;
} Ids;

static void
find_ids (GTask *task, AssayIndex *index)
{
  Ids *ids = g_task_get_task_data (task);
  g_autoptr (AssayFilter) filter = assay_filter_parse (ids->filter, NULL);
  g_autoptr (AssayRunRows) rows
      = assay_index_query (index, &(AssayIndexQuery){ .filter = filter, .order = "seed" }, NULL);
  GStrv list = g_new0 (char *, rows->rows->len + 1);

  for (guint i = 0; i < rows->rows->len; i++)
    list[i] = g_strdup (g_array_index (rows->rows, AssayRunRow, i).id);
  g_task_return_pointer (task, list, (GDestroyNotify) g_strfreev);
}

static void
on_ids (GObject *source, GAsyncResult *result, gpointer data)
{
  ((Ids *) data)->runs = g_task_propagate_pointer (G_TASK (result), NULL);
}

static gboolean
has_ids (gpointer data)
{
  return ((Ids *) data)->runs != NULL;
}

GStrv
desktop_test_runs (StudioSession *session, const char *filter)
{
  Ids ids = { NULL, filter };
  GTask *task = g_task_new (session, NULL, on_ids, &ids);

  g_task_set_task_data (task, &ids, NULL);
  studio_session_run (session, task, find_ids);
  desktop_test_until (has_ids, &ids);
  return ids.runs;
}

void
desktop_test_dark (gboolean dark)
{
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (),
                                      dark ? ADW_COLOR_SCHEME_FORCE_DARK
                                           : ADW_COLOR_SCHEME_FORCE_LIGHT);
  desktop_test_settle ();
}

static gboolean
on_moment (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static char *
thread_name (const char *id)
{
  g_autofree char *path = g_build_filename ("/proc/self/task", id, "comm", NULL);
  char *name = NULL;

  g_file_get_contents (path, &name, NULL, NULL); /* it may have ended meanwhile */
  return name;
}

/* Pango's threads, which look for fonts, are the only ones without a name of their own. */
static gboolean
has_its_fonts (gpointer data)
{
  g_autofree char *main_id = g_strdup_printf ("%d", (int) getpid ());
  g_autofree char *program = thread_name (main_id);
  g_autoptr (GDir) threads = g_dir_open ("/proc/self/task", 0, NULL);
  const char *id;

  while ((id = g_dir_read_name (threads)) != NULL)
    {
      g_autofree char *name = thread_name (id);

      if (g_strcmp0 (id, main_id) != 0 && g_strcmp0 (name, program) == 0)
        return FALSE;
    }
  return TRUE;
}

/* Pango 1.50 frees what its threads still write to when its fonts change. */
void
desktop_test_text_scale (double scale)
{
  guint source = g_timeout_add (2, on_moment, NULL);

  desktop_test_until (has_its_fonts, NULL);
  g_source_remove (source);
  g_object_set (gtk_settings_get_default (), "gtk-xft-dpi", (int) (96 * 1024 * scale), NULL);
}

typedef struct
{
  GtkWidget *widget;
  int width, height;
} Size;

static gboolean
has_size (gpointer data)
{
  const Size *size = data;

  return gtk_widget_get_width (size->widget) + 2 * FRAME == size->width
         && gtk_widget_get_height (size->widget) + 2 * FRAME == size->height;
}

void
desktop_test_resize (gpointer window, int width, int height)
{
  Size size = { window, width, height };

  gtk_window_set_default_size (GTK_WINDOW (window), width, height);
  desktop_test_until (has_size, &size);
  desktop_test_settle ();
}

void
desktop_test_close (StudioWindow *window)
{
  gtk_window_destroy (GTK_WINDOW (window));
  desktop_test_settle ();
}

static gboolean
on_deadline (gpointer late)
{
  *(gboolean *) late = TRUE;
  return G_SOURCE_REMOVE;
}

void
desktop_test_until (gboolean (*holds) (gpointer data), gpointer data)
{
  gboolean late = FALSE;
  guint source = g_timeout_add_seconds (SECONDS, on_deadline, &late);

  while (!late && !holds (data))
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (late);
  g_source_remove (source);
}

static gboolean
has_passed (gpointer until)
{
  return g_get_monotonic_time () > *(gint64 *) until;
}

void
desktop_test_settle (void)
{
  gint64 until = g_get_monotonic_time () + 100000;
  guint source = g_timeout_add (10, on_moment, NULL);

  desktop_test_until (has_passed, &until);
  g_source_remove (source);
}

static gboolean
is_idle (gpointer data)
{
  return !g_main_context_pending (NULL) && studio_tasks_under_way () == 0
         && !studio_slices_are_busy ();
}

void
desktop_test_rest (GtkWidget *widget)
{
  guint source = g_timeout_add (2, on_moment, NULL); /* the last task may end without a word */

  for (guint quiet = 0; quiet < 2; quiet++)
    {
      if (!is_idle (NULL))
        quiet = 0;
      desktop_test_until (is_idle, NULL);
      gtk_test_widget_wait_for_draw (widget);
    }
  g_source_remove (source);
}

GdkTexture *
desktop_test_look (GtkWidget *widget)
{
  GskRenderer *renderer = gtk_native_get_renderer (gtk_widget_get_native (widget));
  g_autoptr (GskRenderNode) node = NULL;
  int width = 0, height = 0;

  /* On a busy machine the frame that has everything in its place may be one later. */
  for (int tries = 0; node == NULL && tries < 20; tries++)
    {
      GtkSnapshot *snapshot = gtk_snapshot_new ();
      g_autoptr (GdkPaintable) paintable = NULL;

      if (tries > 0)
        gtk_test_widget_wait_for_draw (widget);
      paintable = gtk_widget_paintable_new (widget);
      width = gtk_widget_get_width (widget);
      height = gtk_widget_get_height (widget);
      gdk_paintable_snapshot (paintable, GDK_SNAPSHOT (snapshot), width, height);
      node = gtk_snapshot_free_to_node (snapshot);
    }
  g_assert_nonnull (node);
  return gsk_renderer_render_texture (renderer, node, &GRAPHENE_RECT_INIT (0, 0, width, height));
}

void
desktop_test_save (GdkTexture *picture, const char *name)
{
#ifndef __SANITIZE_ADDRESS__
  g_autofree char *folder = g_test_build_filename (G_TEST_BUILT, "desktop", "pictures", NULL);
  g_autofree char *path = g_strdup_printf ("%s/%s.png", folder, name);

  g_autoptr (GdkPixbuf) pixels = gdk_pixbuf_get_from_texture (picture);
  g_autoptr (GError) error = NULL;

  g_mkdir_with_parents (folder, 0777);
  gdk_pixbuf_save (pixels, path, "png", &error, "compression", "1", NULL); /* a third of the time */
  g_assert_no_error (error);
#endif
}

void
desktop_test_picture (GtkWidget *widget, const char *name)
{
  g_autoptr (GdkTexture) picture = NULL;

  gtk_test_widget_wait_for_draw (widget);
  picture = desktop_test_look (widget);
  desktop_test_save (picture, name);
}

void
desktop_test_give (gpointer widget, const char *detailed)
{
  g_autofree char *name = NULL;
  g_autoptr (GVariant) target = NULL;

  g_assert_true (g_action_parse_detailed_name (detailed, &name, &target, NULL));
  g_assert_true (gtk_widget_activate_action_variant (widget, name, target));
}

gboolean
desktop_test_has_studies (gpointer window)
{
  return studio_session_registry (studio_window_session (window)) != NULL;
}

StudioStudiesView *
desktop_test_studies (StudioWindow *window)
{
  return STUDIO_STUDIES_VIEW (desktop_test_find (window, STUDIO_TYPE_STUDIES_VIEW, NULL));
}

static gboolean
is_named (GtkWidget *widget, const char *name)
{
  return name == NULL || g_strcmp0 (gtk_widget_get_name (widget), name) == 0
         || g_strcmp0 (gtk_buildable_get_buildable_id (GTK_BUILDABLE (widget)), name) == 0
         || (GTK_IS_LABEL (widget)
             && g_strcmp0 (gtk_label_get_text (GTK_LABEL (widget)), name) == 0)
         || (GTK_IS_BUTTON (widget)
             && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), name) == 0);
}

GtkWidget *
desktop_test_find (gpointer widget, GType type, const char *name)
{
  if (g_type_is_a (G_OBJECT_TYPE (widget), type) && is_named (widget, name))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = desktop_test_find (child, type, name);

      if (found != NULL)
        return found;
    }
  return NULL;
}

/* No Xlib here: actions are activated as the controller would. */
static gboolean
press_shortcut (GListModel *shortcuts, GtkWidget *widget, GtkShortcutTrigger *trigger)
{
  for (guint i = 0; i < g_list_model_get_n_items (shortcuts); i++)
    {
      g_autoptr (GtkShortcut) shortcut = g_list_model_get_item (shortcuts, i);

      if (gtk_shortcut_trigger_equal (gtk_shortcut_get_trigger (shortcut), trigger)
          && gtk_shortcut_action_activate (gtk_shortcut_get_action (shortcut), 0, widget,
                                           gtk_shortcut_get_arguments (shortcut)))
        return TRUE;
    }
  return FALSE;
}

gboolean
desktop_test_press (gpointer widget, const char *accelerator)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);
  g_autoptr (GtkShortcutTrigger) trigger = NULL;
  GdkModifierType held;
  gboolean taken = FALSE;
  guint key;

  g_assert_true (gtk_accelerator_parse (accelerator, &key, &held));
  trigger = gtk_keyval_trigger_new (key, held);
  for (guint i = 0; !taken && i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_EVENT_CONTROLLER_KEY (controller))
        g_signal_emit_by_name (controller, "key-pressed", key, 0, held, &taken);
      else if (GTK_IS_SHORTCUT_CONTROLLER (controller))
        taken = press_shortcut (G_LIST_MODEL (controller), widget, trigger);
    }
  return taken;
}

static void
on_copied (GObject *clipboard, GAsyncResult *result, gpointer text)
{
  *(char **) text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (clipboard), result, NULL);
}

static gboolean
is_copied (gpointer text)
{
  return *(char **) text != NULL;
}

char *
desktop_test_clipboard (gpointer widget)
{
  char *text = NULL;

  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (widget), NULL, on_copied, &text);
  desktop_test_until (is_copied, &text);
  return text;
}

gpointer
desktop_test_dialog (gpointer window, GType type)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) dialog = g_list_model_get_item (windows, i);

      if (g_type_is_a (G_OBJECT_TYPE (dialog), type)
          && gtk_window_get_transient_for (dialog) == window)
        return dialog; /* GTK holds it */
    }
  return NULL;
}

static gboolean
has_file_dialog (gpointer window)
{
  return desktop_test_dialog (window, GTK_TYPE_FILE_CHOOSER_DIALOG) != NULL;
}

/* One that has just come goes to a folder of its own first, and may forget ours. */
static gboolean
goes_to (GtkFileChooser *chooser, GFile *wanted)
{
  g_autoptr (GFile) place = g_file_get_parent (wanted), file = NULL;
  g_autofree char *name = g_file_get_basename (wanted);

  if (gtk_file_chooser_get_action (chooser) == GTK_FILE_CHOOSER_ACTION_SAVE)
    {
      g_assert_true (gtk_file_chooser_set_current_folder (chooser, place, NULL));
      gtk_file_chooser_set_current_name (chooser, name);
    }
  else
    g_assert_true (gtk_file_chooser_set_file (chooser, wanted, NULL));
  desktop_test_settle ();
  desktop_test_settle ();
  file = gtk_file_chooser_get_file (chooser);
  return file != NULL && g_file_equal (file, wanted);
}

void
desktop_test_choose_file (gpointer window, const char *path)
{
  g_autoptr (GFile) wanted = g_file_new_for_path (path);
  guint tries = 0;
  GtkDialog *dialog;

  desktop_test_until (has_file_dialog, window);
  dialog = desktop_test_dialog (window, GTK_TYPE_FILE_CHOOSER_DIALOG);
  while (!goes_to (GTK_FILE_CHOOSER (dialog), wanted))
    if (++tries == 40)
      g_error ("the dialog does not go to %s", path);
  /* It looks at the disk first, and may then find that it was not ready. */
  for (tries = 0; has_file_dialog (window) && tries < 20; tries++)
    {
      gtk_dialog_response (dialog, GTK_RESPONSE_ACCEPT);
      desktop_test_settle ();
      desktop_test_settle ();
    }
  g_assert_false (has_file_dialog (window));
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * What tests of the desktop share: folders of their own, a window, waiting, pictures.
 */
#pragma once

#include "ui/desktop/studies-view.h"
#include "ui/desktop/window.h"

/** As g_test_init and gtk_test_init, in folders of the test's own; then g_test_run (). */
void desktop_test_init (int *argc, char ***argv);

/** A window on an empty workspace, presented; ends by desktop_test_close. */
StudioWindow *desktop_test_open (void);
/** The same on a workspace that the test filled. */
StudioWindow *desktop_test_open_workspace (const char *path);
void desktop_test_close (StudioWindow *window);

/** A folder of the test's own, freed by the caller. */
char *desktop_test_folder (const char *name);
/** Lets the study "gallery" (gallery.c) be found, and runs `assay run gallery @arguments` in
 *  @workspace until it ends. */
void desktop_test_run_gallery (const char *workspace, const char *arguments);
/** What `assay @arguments` prints in @workspace; it ends well. */
char *desktop_test_command (const char *workspace, const char *arguments);
/** Ids of the runs that a filter finds, by seed; free with g_strfreev. */
GStrv desktop_test_runs (StudioSession *session, const char *filter);
/** Light or dark, for pictures. */
void desktop_test_dark (gboolean dark);
/** Letters @scale times as large as usual, as the system's setting says it. */
void desktop_test_text_scale (double scale);
/** Gives a window another size, as a person would, and waits until it has it. */
void desktop_test_resize (gpointer window, int width, int height);

/** Runs the main loop until @holds (@data) or forty seconds have gone (then the test fails). */
void desktop_test_until (gboolean (*holds) (gpointer data), gpointer data);
/** Runs the main loop for a frame or two. */
void desktop_test_settle (void);
/** Runs it until nothing goes on any more: no task, no slices, nothing to do in two frames of
 *  @widget. */
void desktop_test_rest (GtkWidget *widget);

/** What is seen of the widget, freed by the caller. */
GdkTexture *desktop_test_look (GtkWidget *widget);
/** Saves the widget as PNG in the folder of test pictures (build/tests/desktop/pictures): @name
 *  without ending.  Under sanitizers it is drawn only. */
void desktop_test_picture (GtkWidget *widget, const char *name);
void desktop_test_save (GdkTexture *picture, const char *name);

/** The first descendant of this type, and buildable name or text if not NULL; NULL: none. */
GtkWidget *desktop_test_find (gpointer widget, GType type, const char *name);

/** Presses a key, such as "<Shift>Tab", in this widget, as far as its own controllers go; FALSE: it
 *  does not take it. */
gboolean desktop_test_press (gpointer widget, const char *accelerator);

/** Activates an action, which has to be there: "win.page::runs". */
void desktop_test_give (gpointer widget, const char *detailed);
/** Whether the window's plugins were scanned; to wait for. */
gboolean desktop_test_has_studies (gpointer window);
StudioStudiesView *desktop_test_studies (StudioWindow *window);
/** The text that was copied last, freed by the caller. */
char *desktop_test_clipboard (gpointer widget);
/** A dialog over the window; NULL: none. */
gpointer desktop_test_dialog (gpointer window, GType type);
/** Waits for the file dialog over the window, chooses @path in it and accepts. */
void desktop_test_choose_file (gpointer window, const char *path);

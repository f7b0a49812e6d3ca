/* SPDX-License-Identifier: Apache-2.0
 *
 * Work in threads for widgets.  g_task_run_in_thread may drop the last reference on a task, and so
 * on the widget that is its source, in the thread; widgets end in the main thread only.
 */
#pragma once

#include <gio/gio.h>

/** As g_task_run_in_thread, but @task ends in the main thread.  Up to as many at once as there. */
void studio_task_run (GTask *task, GTaskThreadFunc func);
/** Hands the caller's reference on @task, from any thread, to the main thread, which drops it. */
void studio_task_release (GTask *task);
/** For who gives @task to another thread, which ends it by studio_task_release: it is under way. */
void studio_task_begin (GTask *task);
/** How many tasks are under way, their answers not given yet: 0 is for the main thread to ask. */
int studio_tasks_under_way (void);

/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/task.h"

#define MOST_THREADS 10

typedef struct
{
  GTask *task;
  GTaskThreadFunc func;
} Work;

static int under_way; /* atomic */

void
studio_task_begin (GTask *task)
{
  g_atomic_int_inc (&under_way);
}

int
studio_tasks_under_way (void)
{
  return g_atomic_int_get (&under_way);
}

/* The source's end drops the reference.  The answer, an idle call as well, came before. */
static gboolean
on_released (gpointer task)
{
  g_atomic_int_add (&under_way, -1);
  return G_SOURCE_REMOVE;
}

void
studio_task_release (GTask *task)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, on_released, task, g_object_unref);
}

static void
run_work (gpointer data, gpointer user_data)
{
  g_autofree Work *work = data;
  GTask *task = work->task;

  work->func (task, g_task_get_source_object (task), g_task_get_task_data (task),
              g_task_get_cancellable (task));
  studio_task_release (task);
}

void
studio_task_run (GTask *task, GTaskThreadFunc func)
{
  static GThreadPool *pool;
  Work *work = g_new (Work, 1);

  if (g_once_init_enter (&pool))
    g_once_init_leave (&pool, g_thread_pool_new (run_work, NULL, MOST_THREADS, FALSE, NULL));
  *work = (Work){ g_object_ref (task), func };
  studio_task_begin (task);
  g_thread_pool_push (pool, work, NULL);
}

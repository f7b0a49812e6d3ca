/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/tensor/parallel.h"

#include "learn/tensor/arena.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* A step of a small model takes a few hundred microseconds, a sleeping thread wakes in tens: look
 * this often before sleeping, 20 to 120 microseconds' worth (a pause takes 40 to 140 cycles), so
 * that nobody spins for long. */
#define LOOKS 2000

typedef struct Member
{
  AssayWorkers *workers;
  pthread_t thread;
  uint32_t index;
} Member;

struct AssayWorkers
{
  uint32_t n_threads;
  Member *members; /* [n_threads]; the first is the caller */
  pthread_mutex_t mutex;
  pthread_cond_t begun, ended;
  _Atomic uint64_t round; /* of work; UINT64_MAX: leave */
  _Atomic uint32_t busy;  /* members that have not finished this round */
  AssayWork work;
  void *data;
  uint32_t n_items;
};

static void
work_share (AssayWorkers *workers, uint32_t index)
{
  for (uint32_t i = index; i < workers->n_items; i += workers->n_threads)
    workers->work (workers->data, i);
}

static inline void
pause_cpu (void)
{
#if defined __x86_64__
  __builtin_ia32_pause ();
#elif defined __aarch64__
  __asm__ volatile("isb"); /* waits about as long; yield does nothing on most */
#endif
}

/** Waits until a round other than @seen has begun. */
static uint64_t
wait_for_round (AssayWorkers *workers, uint64_t seen)
{
  for (uint32_t i = 0; i < LOOKS && workers->round == seen; i++)
    pause_cpu ();
  if (workers->round == seen)
    {
      pthread_mutex_lock (&workers->mutex);
      while (workers->round == seen)
        pthread_cond_wait (&workers->begun, &workers->mutex);
      pthread_mutex_unlock (&workers->mutex);
    }
  return workers->round;
}

static void *
member_main (void *data)
{
  const Member *member = data;
  AssayWorkers *workers = member->workers;
  uint64_t round = 0;

  while ((round = wait_for_round (workers, round)) != UINT64_MAX)
    {
      work_share (workers, member->index);
      if (atomic_fetch_sub (&workers->busy, 1) == 1)
        {
          pthread_mutex_lock (&workers->mutex);
          pthread_cond_signal (&workers->ended);
          pthread_mutex_unlock (&workers->mutex);
        }
    }
  return NULL;
}

static void
begin_round (AssayWorkers *workers, uint64_t round)
{
  pthread_mutex_lock (&workers->mutex);
  workers->round = round;
  pthread_cond_broadcast (&workers->begun);
  pthread_mutex_unlock (&workers->mutex);
}

static void
wait_for_members (AssayWorkers *workers)
{
  for (uint32_t i = 0; i < LOOKS && workers->busy > 0; i++)
    pause_cpu ();
  if (workers->busy == 0)
    return;
  pthread_mutex_lock (&workers->mutex);
  while (workers->busy > 0)
    pthread_cond_wait (&workers->ended, &workers->mutex);
  pthread_mutex_unlock (&workers->mutex);
}

AssayWorkers *
assay_workers_new (uint32_t n_threads)
{
  AssayWorkers *workers = assay_alloc_zeroed (sizeof *workers);

  workers->n_threads = n_threads > 1 ? n_threads : 1;
  workers->members = assay_alloc_zeroed (workers->n_threads * sizeof *workers->members);
  pthread_mutex_init (&workers->mutex, NULL);
  pthread_cond_init (&workers->begun, NULL);
  pthread_cond_init (&workers->ended, NULL);
  for (uint32_t i = 1; i < workers->n_threads; i++)
    {
      Member *member = &workers->members[i];

      member->workers = workers;
      member->index = i;
      if (pthread_create (&member->thread, NULL, member_main, member) != 0)
        {
          fprintf (stderr, "Cannot start thread %u of %u\n", i + 1, workers->n_threads);
          abort ();
        }
    }
  return workers;
}

void
assay_workers_free (AssayWorkers *workers)
{
  if (workers == NULL)
    return;
  begin_round (workers, UINT64_MAX);
  for (uint32_t i = 1; i < workers->n_threads; i++)
    pthread_join (workers->members[i].thread, NULL);
  pthread_cond_destroy (&workers->ended);
  pthread_cond_destroy (&workers->begun);
  pthread_mutex_destroy (&workers->mutex);
  free (workers->members);
  free (workers);
}

uint32_t
assay_workers_n (const AssayWorkers *workers)
{
  return workers != NULL ? workers->n_threads : 1;
}

void
assay_workers_run (AssayWorkers *workers, AssayWork work, void *data, uint32_t n_items)
{
  if (workers == NULL || workers->n_threads == 1 || n_items < 2)
    {
      for (uint32_t i = 0; i < n_items; i++)
        work (data, i);
      return;
    }
  workers->work = work;
  workers->data = data;
  workers->n_items = n_items;
  workers->busy = workers->n_threads - 1;
  begin_round (workers, workers->round + 1);
  work_share (workers, 0);
  wait_for_members (workers);
}

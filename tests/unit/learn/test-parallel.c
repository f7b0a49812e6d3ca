/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/tensor/parallel.h"

#include <glib.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#define N 37

typedef struct Job
{
  uint32_t n_threads;
  _Atomic uint32_t done[N];
  pthread_t threads[N];
} Job;

static void
work (void *data, uint32_t item)
{
  Job *job = data;

  job->done[item]++;
  job->threads[item] = pthread_self ();
}

static void
check_run (AssayWorkers *workers, uint32_t n_items)
{
  Job job = { .n_threads = assay_workers_n (workers) };

  assay_workers_run (workers, work, &job, n_items);
  for (uint32_t i = 0; i < N; i++)
    {
      g_assert_cmpuint (job.done[i], ==, i < n_items ? 1 : 0);
      /* Item i is done by thread i mod n_threads, the first of which is the caller. */
      if (i < n_items && n_items > 1)
        g_assert_true (pthread_equal (job.threads[i], job.threads[i % job.n_threads]));
      if (i < n_items && (i % job.n_threads == 0 || n_items == 1))
        g_assert_true (pthread_equal (job.threads[i], pthread_self ()));
    }
}

static void
test_every_item_once (void)
{
  for (uint32_t n_threads = 0; n_threads <= 5; n_threads++)
    {
      AssayWorkers *workers = assay_workers_new (n_threads);

      g_assert_cmpuint (assay_workers_n (workers), ==, MAX (n_threads, 1));
      for (uint32_t n_items = 0; n_items <= N; n_items++)
        check_run (workers, n_items);
      assay_workers_free (workers);
    }
}

static void
test_on_the_caller (void)
{
  g_assert_cmpuint (assay_workers_n (NULL), ==, 1);
  check_run (NULL, N);
  assay_workers_free (NULL);
}

typedef struct Sum
{
  uint64_t parts[N], total;
} Sum;

static void
add (void *data, uint32_t item)
{
  Sum *sum = data;

  sum->parts[item] += sum->total + item;
}

/* Each round reads what the one before wrote, on other threads and without atomics. */
static void
test_rounds_follow_each_other (void)
{
  AssayWorkers *workers = assay_workers_new (3);
  Sum sum = { 0 }, expected = { 0 };

  for (int round = 0; round < 2000; round++)
    {
      uint32_t n_items = (uint32_t) round % N;

      assay_workers_run (workers, add, &sum, n_items);
      assay_workers_run (NULL, add, &expected, n_items);
      sum.total = sum.parts[round % 7] % 1000;
      expected.total = expected.parts[round % 7] % 1000;
      if (round % 100 == 0)
        g_usleep (1000); /* long enough that the others sleep */
    }
  g_assert_cmpmem (&sum, sizeof sum, &expected, sizeof expected);
  assay_workers_free (workers);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/learn/parallel/every-item-once-on-its-thread", test_every_item_once);
  g_test_add_func ("/learn/parallel/without-workers", test_on_the_caller);
  g_test_add_func ("/learn/parallel/rounds-follow-each-other", test_rounds_follow_each_other);
  return g_test_run ();
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Worker threads.  Work is cut into items that do not depend on the number of threads, so that
 * results do not either.
 */
#ifndef ASSAY_LEARN_PARALLEL_H
#define ASSAY_LEARN_PARALLEL_H

#include <stdint.h>

typedef struct AssayWorkers AssayWorkers;

typedef void (*AssayWork) (void *data, uint32_t item);

/** @n_threads >= 1, with the caller's own. */
AssayWorkers *assay_workers_new (uint32_t n_threads);
void assay_workers_free (AssayWorkers *workers);
uint32_t assay_workers_n (const AssayWorkers *workers);
/** Calls work (data, i) for every i < n_items, item i on thread i mod n_threads; returns when
 *  all are done.  From one thread at a time; NULL: on the caller's alone. */
void assay_workers_run (AssayWorkers *workers, AssayWork work, void *data, uint32_t n_items);

#endif

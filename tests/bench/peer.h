/* SPDX-License-Identifier: Apache-2.0
 *
 * A peer as a child process that waits for its turns (peer/peer.py).
 */
#ifndef ASSAY_BENCH_PEER_H
#define ASSAY_BENCH_PEER_H

#include "bench.h"

#include <sys/types.h>

typedef struct BenchPeerProcess BenchPeerProcess;

/** Keeps the environment for peers as it is now, before a library of ours changes it. */
void bench_peer_keep_environment (void);
/** Starts @peer and waits until it is warm.  NULL: failed, the reason is on stderr. */
BenchPeerProcess *bench_peer_start (const BenchPeer *peer);
void bench_peer_stop (BenchPeerProcess *process);
pid_t bench_peer_pid (const BenchPeerProcess *process);
/** What it said of itself: a JSON object. */
const char *bench_peer_setup (const BenchPeerProcess *process);
/** One repetition of @seconds; NaN: failed, the reason is on stderr. */
double bench_peer_rate (BenchPeerProcess *process, double seconds);

#endif

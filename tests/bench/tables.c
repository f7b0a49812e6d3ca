/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

const BenchTable *const bench_tables[]
    = { &bench_base,         &bench_chart,        &bench_run,    &bench_store,
        &bench_environments, &bench_graph_backup, &bench_dqn,    &bench_gpt,
        &bench_ppo,          &bench_best_of_n,    &bench_reward, &bench_self };
const size_t bench_n_tables = sizeof bench_tables / sizeof bench_tables[0];

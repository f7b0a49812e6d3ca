/* SPDX-License-Identifier: Apache-2.0
 *
 * Between the files of the suite "desktop".
 */
#pragma once

#include "bench.h"

/** Whole views: a workspace that is opened, samples that are scrolled. */
extern const BenchTable bench_desktop_views;

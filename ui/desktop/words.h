/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers and times as people say them.
 */
#pragma once

#include <glib.h>

/** About how long: "4 s", "3 min 20 s", "2 h 5 min", "3 days"; free with g_free. */
char *studio_duration (double seconds);
/** "1 run", "1,234 runs"; @noun in the singular, regular. */
char *studio_count (guint n, const char *noun);
/** "just now", "5 min ago", "today, 14:02", "2026-11-28, 14:02" of Unix seconds. */
char *studio_when (double time);

/** "2026-11-28 14:02" of Unix seconds above 0, else ""; free with g_free. */
char *studio_time_text (double unix_seconds);

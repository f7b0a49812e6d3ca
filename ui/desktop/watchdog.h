/* SPDX-License-Identifier: Apache-2.0
 *
 * Counts how long callbacks hold the main thread.  A frame of GTK's (layout, drawing) is
 * counted apart: what takes its time there is mostly not ours, and with the cairo renderer it hangs
 * on the window's size.
 */
#pragma once

#include <gtk/gtk.h>

/** A callback may hold the main thread this long. */
#define STUDIO_WATCHDOG_MS 16

/** Milliseconds are of the processor's time that the thread took, which other programs do not
 * change; waiting shows in `longest_wait` only. */
typedef struct
{
  guint turns, late;    /* of the main loop; those that took longer than allowed */
  double longest;       /* of a turn, without its frames */
  double longest_wait;  /* of a turn by the clock on the wall */
  guint frames;         /* drawn */
  double longest_frame; /* of these */
} StudioWatch;

/** Of the processor's time that this thread took, milliseconds. */
double studio_processor_ms (void);
/** Watches the default main context and all windows from now on: what was counted before is
 *  forgotten. */
void studio_watchdog_start (void);
/** What was counted. */
StudioWatch studio_watchdog_read (void);

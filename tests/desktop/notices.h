/* SPDX-License-Identifier: Apache-2.0
 *
 * A server of desktop notifications on the test's bus, which keeps the last one.
 */
#pragma once

#include <gio/gio.h>

typedef struct
{
  GDBusConnection *bus;
  guint object, name;
  char *body; /* of the last notification; NULL: none yet */
} Notices;

void notices_serve (Notices *notices);
void notices_end (Notices *notices);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/** Processes that this one starts from now on unwind the stack of an allocation by frame pointers,
 *  which takes half of the time under AddressSanitizer.  A test itself can't where GLib gives it
 *  folders of its own: that leak is known by its whole stack only. */
static inline void
test_children_unwind_fast (void)
{
  static const char fast[] = ":fast_unwind_on_malloc=1";
  const char *options = g_getenv ("ASAN_OPTIONS");
  g_autofree char *all = g_strconcat (options, fast, NULL);

  if (options != NULL && !g_str_has_suffix (options, fast))
    g_setenv ("ASAN_OPTIONS", all, TRUE);
}

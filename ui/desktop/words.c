/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/words.h"

char *
studio_duration (double seconds)
{
  gint64 s = (gint64) (seconds + .5);

  if (s < 60)
    return g_strdup_printf ("%" G_GINT64_FORMAT " s", MAX (s, 1));
  if (s < 600 && s % 60 != 0)
    return g_strdup_printf ("%" G_GINT64_FORMAT " min %" G_GINT64_FORMAT " s", s / 60, s % 60);
  if (s < 3600)
    return g_strdup_printf ("%" G_GINT64_FORMAT " min", (s + 30) / 60);
  if (s < 48 * 3600)
    return g_strdup_printf ("%" G_GINT64_FORMAT " h %" G_GINT64_FORMAT " min", s / 3600,
                            s % 3600 / 60);
  return g_strdup_printf ("%" G_GINT64_FORMAT " days", (s + 43200) / 86400);
}

char *
studio_count (guint n, const char *noun)
{
  if (n >= 1000)
    return g_strdup_printf ("%u,%03u %ss", n / 1000, n % 1000, noun);
  return g_strdup_printf ("%u %s%s", n, noun, n == 1 ? "" : "s");
}

char *
studio_when (double time)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (GDateTime) then = g_date_time_new_from_unix_local ((gint64) time);
  double ago = (double) g_get_real_time () / 1e6 - time;

  if (then == NULL)
    return g_strdup ("");
  if (ago < 60)
    return g_strdup ("just now");
  if (ago < 3600)
    return g_strdup_printf ("%d min ago", (int) ago / 60);
  if (g_date_time_get_year (now) == g_date_time_get_year (then)
      && g_date_time_get_day_of_year (now) == g_date_time_get_day_of_year (then))
    return g_date_time_format (then, "today, %H:%M");
  return g_date_time_format (then, "%Y-%m-%d, %H:%M");
}

char *
studio_time_text (double unix_seconds)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local ((gint64) unix_seconds);

  return unix_seconds > 0 && time != NULL ? g_date_time_format (time, "%Y-%m-%d %H:%M")
                                          : g_strdup ("");
}

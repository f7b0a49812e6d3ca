/* SPDX-License-Identifier: Apache-2.0 */
#include "host/registry/text.h"

#include <math.h>
#include <string.h>

char *
assay_number_text (double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (isnan (value))
    return g_strdup ("");
  /* Nobody reads 3.772e+05 as quickly as 377184. */
  return g_strdup (g_ascii_formatd (
      text, sizeof text, fabs (value) >= 9999.5 && fabs (value) < 1e7 ? "%.0f" : "%.4g", value));
}

char *
assay_duration_text (double seconds)
{
  gint64 s = (gint64) (seconds + .5);

  if (!(seconds >= 0 && seconds < 1e12))
    return g_strdup ("");
  if (seconds < 10)
    return g_strdup_printf ("%.1f s", seconds);
  if (s < 60)
    return g_strdup_printf ("%" G_GINT64_FORMAT " s", s);
  if (s < 3600)
    return g_strdup_printf ("%" G_GINT64_FORMAT " min %" G_GINT64_FORMAT " s", s / 60, s % 60);
  return g_strdup_printf ("%" G_GINT64_FORMAT " h %" G_GINT64_FORMAT " min", s / 3600,
                          s % 3600 / 60);
}

void
assay_append_word (GString *command, const char *word)
{
  gboolean plain = *word != '\0'
                   && word[strspn (word, "abcdefghijklmnopqrstuvwxyz"
                                         "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                         "0123456789-_=.,:/+@%")]
                          == '\0';
  g_autofree char *quoted = plain ? g_strdup (word) : g_shell_quote (word);

  g_string_append_printf (command, "%s%s", command->len > 0 ? " " : "", quoted);
}

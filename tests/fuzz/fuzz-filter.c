/* SPDX-License-Identifier: Apache-2.0
 *
 * Any text is a filter or an error; a filter's normal form is stable and means the same.
 */
#include "fuzz.h"
#include "host/store/filter.h"

/* A row of one value for every key; NULL: the way each key is spelled, and nothing for some. */
static const char *
lookup (gpointer row, const char *key)
{
  return row != NULL ? row : *key == 'a' ? NULL : key;
}

static void
check (const AssayFilter *filter)
{
  static const char *const rows[] = { NULL, "", "1", "x",
                                      "b\x1f"
                                      "2\x1f" };
  g_autofree char *print = assay_filter_print (filter), *print_again = NULL;
  g_autoptr (AssayFilter) again = assay_filter_parse (print, NULL);
  g_auto (GStrv) keys = assay_filter_keys (filter);

  for (guint i = 0; keys[i] != NULL; i++)
    g_strfreev (assay_filter_values (filter, keys[i]));
  if (strlen (print) > ASSAY_FILTER_MAX_BYTES) /* escapes made it longer than the limit */
    return;
  FUZZ_CHECK (again != NULL);
  print_again = assay_filter_print (again);
  FUZZ_CHECK (strcmp (print, print_again) == 0);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    FUZZ_CHECK (assay_filter_match (filter, lookup, (gpointer) rows[i])
                == assay_filter_match (again, lookup, (gpointer) rows[i]));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (AssayFilter) filter = assay_filter_parse (text, &error);

  FUZZ_CHECK ((filter == NULL) == (error != NULL));
  if (filter != NULL)
    check (filter);
  return 0;
}

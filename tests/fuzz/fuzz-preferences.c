/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"
#include "learn/text/preferences.h"

/* What is passed over and counted leaves the rows that are read the same. */
static void
read_on (const char *path, const AssayPreferences *strict)
{
  AssayTextError texts[2], error = { "" };
  AssayBadRows bad = { .texts = texts, .room = 2 };
  AssayPreferences *rows = assay_preferences_open (path, &bad, &error);

  FUZZ_CHECK (strict == NULL || (rows != NULL && bad.n == 0 && rows->n == strict->n));
  FUZZ_CHECK (rows != NULL || error.text[0] != '\0');
  for (size_t i = 0; i < bad.n && i < bad.room; i++)
    FUZZ_CHECK (strstr (texts[i].text, ": line ") != NULL);
  assay_preferences_free (rows);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  AssayTextError error = { "" };
  const char *path = fuzz_file (data, size);
  AssayPreferences *rows = assay_preferences_open (path, NULL, &error);

  FUZZ_CHECK (rows != NULL || error.text[0] != '\0');
  for (size_t i = 0; rows != NULL && i < rows->n; i++)
    {
      const AssayPreference *row = &rows->rows[i];

      FUZZ_CHECK (memchr (row->prompt.bytes, 0, row->prompt.length) == NULL);
      FUZZ_CHECK (row->chosen.bytes[row->chosen.length] == '\0');
      FUZZ_CHECK (strlen (row->rejected.bytes) == row->rejected.length);
      FUZZ_CHECK (!assay_text_equal (row->chosen, row->rejected));
    }
  read_on (path, rows);
  assay_preferences_free (rows);
  return 0;
}

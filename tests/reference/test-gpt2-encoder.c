/* SPDX-License-Identifier: Apache-2.0
 *
 * The tokenizer against gpt2_encoder.py, an encoder of GPT-2's written without it, on text of every
 * script.  Both read OpenAI's files, which lie outside the project: skipped where they are absent.
 */
#include "learn/text/bpe.h"

#include <glib.h>
#include <string.h>
#include <unistd.h>

#define DATA "/work/shared/data/gpt2-bpe"
#define VOCABULARY DATA "/vocab.json"
#define MERGES DATA "/merges.txt"
#define PYTHON "/usr/bin/python3"
#define FEWEST 1000 /* texts, so that nothing printed is no success */

static char *
run_reference (void)
{
  g_autofree char *script
      = g_test_build_filename (G_TEST_DIST, "reference", "gpt2_encoder.py", NULL);
  char *arguments[] = { PYTHON, script, VOCABULARY, MERGES, NULL };
  g_autoptr (GError) error = NULL;
  char *out = NULL;
  int status = 0;

  g_spawn_sync (NULL, arguments, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
  return out;
}

static char *
from_hexadecimal (const char *hex, gsize *length)
{
  char *text = g_malloc (strlen (hex) / 2 + 1);

  *length = strlen (hex) / 2;
  for (gsize i = 0; i < *length; i++)
    text[i]
        = (char) (g_ascii_xdigit_value (hex[2 * i]) << 4 | g_ascii_xdigit_value (hex[2 * i + 1]));
  return text;
}

/* "HEX id id ...": the text, and what it must become. */
static void
check_line (const AssayBpe *bpe, const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  guint n = g_strv_length (words) - 1;
  gsize length;
  g_autofree char *text = from_hexadecimal (words[0], &length);
  g_autofree int32_t *ids = g_new (int32_t, n + 1);
  size_t n_ids = assay_bpe_encode (bpe, text, length, false, ids, n);

  for (guint i = 0; i < n && i < n_ids; i++)
    if (ids[i] != (int32_t) g_ascii_strtoll (words[i + 1], NULL, 10))
      {
        g_test_message ("token %u of %s: %d instead of %s", i, words[0], ids[i], words[i + 1]);
        g_test_fail ();
        return;
      }
  if (n_ids != n)
    {
      g_test_message ("%" G_GSIZE_FORMAT " tokens instead of %u: %s", n_ids, n, words[0]);
      g_test_fail ();
    }
}

static void
text_of_every_script_is_encoded_alike (void)
{
  g_autofree char *out = NULL;
  g_auto (GStrv) lines = NULL;
  AssayTextError error = { "" };
  AssayBpe *bpe;
  guint n = 0;

  if (access (VOCABULARY, R_OK) != 0 || access (PYTHON, X_OK) != 0)
    {
      g_test_skip ("there is no " DATA " or no " PYTHON);
      return;
    }
  bpe = assay_bpe_open_gpt2 (VOCABULARY, MERGES, &error);
  g_assert_cmpstr (error.text, ==, "");
  out = run_reference ();
  lines = g_strsplit (out, "\n", -1);
  for (guint i = 0; lines[i] && *lines[i]; i++, n++)
    check_line (bpe, lines[i]);
  g_test_message ("%u texts", n);
  g_assert_cmpuint (n, >=, FEWEST);
  assay_bpe_free (bpe);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gpt2-encoder/text-of-every-script-is-encoded-alike",
                   text_of_every_script_is_encoded_alike);
  return g_test_run ();
}

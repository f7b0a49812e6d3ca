/* SPDX-License-Identifier: Apache-2.0
 *
 * Text for terminals: tables, durations, numbers.
 */
#include "ui/cli/cli.h"
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct _AssayTextTable
{
  GPtrArray *headings, *cells; /* char * */
};

void
assay_cli_print_json (JsonNode *node)
{
  g_autofree char *text = assay_json_canonical (node);

  g_print ("%s\n", text);
  json_node_unref (node);
}

char *
assay_cli_clean (const char *text)
{
  char *clean = g_utf8_make_valid (text != NULL ? text : "", -1);

  for (char *c = clean; *c != '\0'; c = g_utf8_next_char (c))
    if (g_unichar_iscntrl (g_utf8_get_char (c)))
      for (char *end = g_utf8_next_char (c), *b = c; b < end; b++)
        *b = ' ';
  return clean;
}

AssayTextTable *
assay_text_table_new (const char *heading, ...)
{
  AssayTextTable *table = g_new (AssayTextTable, 1);
  va_list more;

  table->headings = g_ptr_array_new_with_free_func (g_free);
  table->cells = g_ptr_array_new_with_free_func (g_free);
  va_start (more, heading);
  for (const char *h = heading; h != NULL; h = va_arg (more, const char *))
    g_ptr_array_add (table->headings, g_strdup (h));
  va_end (more);
  return table;
}

void
assay_text_table_add (AssayTextTable *table, const char *cell)
{
  g_ptr_array_add (table->cells, assay_cli_clean (cell));
}

void
assay_text_table_addf (AssayTextTable *table, const char *format, ...)
{
  g_autofree char *cell = NULL;
  va_list values;

  va_start (values, format);
  cell = g_strdup_vprintf (format, values);
  va_end (values);
  assay_text_table_add (table, cell);
}

static guint
columns_of (const char *text)
{
  guint n = 0;

  for (const char *c = text; *c != '\0'; c = g_utf8_next_char (c))
    {
      gunichar u = g_utf8_get_char (c);

      n += g_unichar_iszerowidth (u) ? 0 : g_unichar_iswide (u) ? 2 : 1;
    }
  return n;
}

static guint
terminal_columns (void)
{
  struct winsize size;

  if (!isatty (STDOUT_FILENO) || ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
    return 0;
  return size.ws_col;
}

/* Bytes of @text that fit into @room columns, broken at a space where there is one. */
static gsize
line_length (const char *text, guint room)
{
  const char *c = text, *space = NULL;
  guint n = 0;

  for (; *c != '\0'; c = g_utf8_next_char (c))
    {
      n += g_unichar_iswide (g_utf8_get_char (c)) ? 2 : 1;
      if (n > room && c > text)
        return space != NULL && space > text ? (gsize) (space - text) : (gsize) (c - text);
      if (*c == ' ')
        space = c;
    }
  return (gsize) (c - text);
}

static void
print_last_cell (const char *cell, guint indent, guint room)
{
  for (;;)
    {
      gsize n = line_length (cell, room);

      g_print ("%.*s\n", (int) n, cell);
      cell += n;
      while (*cell == ' ')
        cell++;
      if (*cell == '\0')
        return;
      g_print ("%*s", (int) indent, "");
    }
}

static void
print_row (char **cells, const guint *widths, const gboolean *right, guint n, guint total)
{
  guint indent = 0;

  for (guint i = 0; i + 1 < n; i++)
    {
      guint pad = widths[i] - columns_of (cells[i]);

      if (right[i])
        g_print ("%*s%s  ", (int) pad, "", cells[i]);
      else
        g_print ("%s%*s  ", cells[i], (int) pad, "");
      indent += widths[i] + 2;
    }
  print_last_cell (cells[n - 1], indent, total > indent + 20 ? total - indent : G_MAXUINT);
}

void
assay_text_table_print (AssayTextTable *table)
{
  guint n = table->headings->len, total = terminal_columns ();
  g_autofree guint *widths = g_new0 (guint, n);
  g_autofree gboolean *right = g_new0 (gboolean, n);
  g_autofree char **heads = g_new (char *, n);

  for (guint i = 0; i < n; i++)
    {
      char *heading = table->headings->pdata[i];

      right[i] = heading[0] == '>';
      heads[i] = heading + right[i];
      widths[i] = columns_of (heads[i]);
    }
  for (guint i = 0; i < table->cells->len; i++)
    widths[i % n] = MAX (widths[i % n], columns_of (table->cells->pdata[i]));
  print_row (heads, widths, right, n, total);
  for (guint i = 0; i + n <= table->cells->len; i += n)
    print_row ((char **) table->cells->pdata + i, widths, right, n, total);
  assay_text_table_finish (table, FALSE);
}

void
assay_text_table_finish (AssayTextTable *table, gboolean print)
{
  if (print)
    {
      assay_text_table_print (table);
      return;
    }
  g_ptr_array_unref (table->headings);
  g_ptr_array_unref (table->cells);
  g_free (table);
}

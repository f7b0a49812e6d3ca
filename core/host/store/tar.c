/* SPDX-License-Identifier: Apache-2.0 */
#include "host/store/tar.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK 512

typedef struct
{
  char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], check[8], type, link[100];
  char magic[6], version[2], user[32], group[32], major[8], minor[8], prefix[155], pad[12];
} Header;
G_STATIC_ASSERT (sizeof (Header) == BLOCK);

static gboolean
write_bytes (GOutputStream *out, const void *data, gsize size, GError **error)
{
  return g_output_stream_write_all (out, data, size, NULL, NULL, error);
}

static gboolean
write_padding (GOutputStream *out, guint64 size, GError **error)
{
  static const char zeros[BLOCK];

  return size % BLOCK == 0 || write_bytes (out, zeros, BLOCK - size % BLOCK, error);
}

/* One header; a name that does not fit is cut: the pax header before it has the whole. */
static gboolean
write_ustar (GOutputStream *out, const char *name, char type, guint64 size, GError **error)
{
  Header header = { .type = type };
  guint sum = 0;
  char octal[16];

  memcpy (header.name, name, MIN (strlen (name), sizeof header.name));
  memcpy (header.mode, "0000644", 8);
  memcpy (header.uid, "0000000", 8);
  memcpy (header.gid, "0000000", 8);
  g_snprintf (octal, sizeof octal, "%011" G_GINT64_MODIFIER "o", MIN (size, 077777777777u));
  memcpy (header.size, octal, 12);
  memcpy (header.mtime, "00000000000", 12);
  memcpy (header.magic, "ustar", 6);
  memcpy (header.version, "00", 2);
  memset (header.check, ' ', 8);
  for (guint i = 0; i < BLOCK; i++)
    sum += ((const guchar *) &header)[i];
  g_snprintf (octal, sizeof octal, "%06o", sum);
  memcpy (header.check, octal, 7);
  return write_bytes (out, &header, sizeof header, error);
}

/* "27 path=...\n": the length counts itself. */
static void
add_record (GString *records, const char *key, const char *value)
{
  gsize rest = strlen (key) + strlen (value) + 3, length = rest;

  for (gsize power = 1; power <= length; power *= 10)
    length++;
  g_string_append_printf (records, "%" G_GSIZE_FORMAT " %s=%s\n", length, key, value);
}

static gboolean
write_header (GOutputStream *out, const char *name, guint64 size, GError **error)
{
  gboolean is_long = strlen (name) > sizeof ((Header *) NULL)->name, is_big = size > 077777777777u;
  g_autoptr (GString) records = g_string_new (NULL);

  for (const char *c = name; *c != '\0'; c++)
    is_long = is_long || (guchar) *c >= 0x80;
  if (is_long)
    add_record (records, "path", name);
  if (is_big)
    {
      g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, size);

      add_record (records, "size", number);
    }
  if (records->len > 0
      && !(write_ustar (out, "pax", 'x', records->len, error)
           && write_bytes (out, records->str, records->len, error)
           && write_padding (out, records->len, error)))
    return FALSE;
  return write_ustar (out, name, '0', size, error);
}

gboolean
assay_tar_add (GOutputStream *out, const char *name, const void *data, gsize size, GError **error)
{
  return write_header (out, name, size, error) && write_bytes (out, data, size, error)
         && write_padding (out, size, error);
}

/* The size is that of the first look: a log may grow meanwhile. */
static gboolean
copy_file (GOutputStream *out, int fd, guint64 size, const char *path, GError **error)
{
  char buffer[65536];

  for (guint64 left = size; left > 0;)
    {
      gssize got = read (fd, buffer, MIN (left, sizeof buffer));

      if (got < 0 && errno == EINTR)
        continue;
      if (got <= 0)
        {
          g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "%s: %s", path,
                       got < 0 ? g_strerror (errno)
                               : "the file shrank while it was read; try again");
          return FALSE;
        }
      if (!write_bytes (out, buffer, (gsize) got, error))
        return FALSE;
      left -= (guint64) got;
    }
  return TRUE;
}

gboolean
assay_tar_add_file (GOutputStream *out, const char *name, const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  struct stat st;
  gboolean ok = FALSE;

  if (fd < 0 && errno != ELOOP)
    g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED, "%s: %s", path, g_strerror (errno));
  else if (fd < 0 || fstat (fd, &st) != 0 || !S_ISREG (st.st_mode))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE, "%s: not a regular file", path);
  else
    ok = write_header (out, name, (guint64) st.st_size, error)
         && copy_file (out, fd, (guint64) st.st_size, path, error)
         && write_padding (out, (guint64) st.st_size, error);
  if (fd >= 0)
    close (fd);
  return ok;
}

gboolean
assay_tar_end (GOutputStream *out, GError **error)
{
  static const char zeros[2 * BLOCK];

  return write_bytes (out, zeros, sizeof zeros, error);
}

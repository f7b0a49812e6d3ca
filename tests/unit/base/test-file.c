/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file/file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char *folder;

static char *
path_of (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

static void
assert_content (const char *path, const char *expected)
{
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, expected);
}

static guint
count_entries (void)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
test_replace (void)
{
  g_autofree char *path = path_of ("replaced");

  g_assert_true (assay_file_replace (path, "first", 5));
  assert_content (path, "first");
  g_assert_true (assay_file_replace (path, "", 0));
  assert_content (path, "");
  g_assert_true (assay_file_replace_parts (
      path, (AssayFilePart[]){ { "sec", 3 }, { NULL, 0 }, { "ond", 3 } }, 3));
  assert_content (path, "second");
  g_assert_cmpuint (count_entries (), ==, 1);
  g_unlink (path);
}

static void
test_long_name (void)
{
  char name[256] = { 0 };
  g_autofree char *path = NULL;

  memset (name, 'n', 255);
  path = path_of (name);
  g_assert_true (assay_file_replace (path, "long", 4));
  assert_content (path, "long");
  g_unlink (path);
}

static void
test_plain_name (void)
{
  g_autofree char *before = g_get_current_dir ();

  g_assert_cmpint (g_chdir (folder), ==, 0);
  g_assert_true (assay_file_replace ("plain", "x", 1));
  assert_content ("plain", "x");
  g_unlink ("plain");
  g_assert_cmpint (g_chdir (before), ==, 0);
}

static void
test_link (void)
{
  g_autofree char *target = path_of ("target"), *link = path_of ("link");
  struct stat st;

  g_assert_true (assay_file_replace (target, "kept", 4));
  g_assert_cmpint (symlink (target, link), ==, 0);
  g_assert_true (assay_file_replace (link, "new", 3));
  assert_content (target, "kept");
  assert_content (link, "new");
  g_assert_cmpint (lstat (link, &st), ==, 0);
  g_assert_true (S_ISREG (st.st_mode));
  g_unlink (target);
  g_unlink (link);
}

static void
test_no_folder (void)
{
  g_autofree char *path = path_of ("missing/file");

  g_assert_false (assay_file_replace (path, "x", 1));
  g_assert_cmpint (errno, ==, ENOENT);
}

static void
test_closed_on_exec (void)
{
  int fd = assay_file_open ("/dev/null", O_RDONLY, 0);

  g_assert_cmpint (fd, >=, 0);
  g_assert_true (fcntl (fd, F_GETFD) & FD_CLOEXEC);
  close (fd);
}

#ifdef ASSAY_FAULT_INJECTION

/* Replaces with the n-th call of @call failing, n = 1, 2, ... until none fails. */
static void
fail_until_pass (const char *call, const char *how, int error, guint at_least)
{
  g_autofree char *path = path_of ("faulty");
  guint n = 1;

  for (gboolean ok = FALSE; !ok; n++)
    {
      g_autofree char *spec = g_strdup_printf ("%s:%u%s", call, n, how);
      int found = 0;

      assay_file_fault (NULL);
      g_assert_true (assay_file_replace (path, "the old content", 15));
      assay_file_fault (spec);
      ok = assay_file_replace_parts (path, (AssayFilePart[]){ { "the new ", 8 }, { "one", 3 } }, 2);
      found = errno;
      assay_file_fault (NULL);
      if (!ok)
        g_assert_cmpint (found, ==, error);
      /* Only the last call, which keeps the folder, fails after the deed. */
      if (ok || (g_str_equal (call, "fsync") && n == 2) || (g_str_equal (call, "open") && n == 2))
        assert_content (path, "the new one");
      else
        assert_content (path, "the old content");
      g_assert_cmpuint (count_entries (), ==, 1);
    }
  g_assert_cmpuint (n - 2, >=, at_least);
  g_unlink (path);
}

static void
test_write_fails (void)
{
  fail_until_pass ("write", "", ENOSPC, 2);
}

static void
test_short_write_fails (void)
{
  fail_until_pass ("write", ":short", ENOSPC, 2);
}

static void
test_disk_stays_full (void)
{
  fail_until_pass ("write", "+", ENOSPC, 2);
}

static void
test_sync_fails (void)
{
  fail_until_pass ("fsync", "", EIO, 2);
}

static void
test_rename_fails (void)
{
  fail_until_pass ("rename", "", EIO, 1);
}

static void
test_open_fails (void)
{
  fail_until_pass ("open", "", EMFILE, 2);
}

static void
test_fault_by_environment (void)
{
  g_autofree char *path = path_of ("environment");

  if (g_test_subprocess ())
    {
      g_assert_true (assay_file_replace (path, "1", 1));
      g_assert_false (assay_file_replace (path, "2", 1));
      g_assert_cmpint (errno, ==, ENOSPC);
      g_assert_true (assay_file_replace (path, "3", 1));
      return;
    }
  if (g_getenv ("ASSAY_EMULATED") != NULL)
    {
      g_test_skip ("an emulated program cannot start itself");
      return;
    }
  g_setenv ("ASSAY_FAULT", "write:2", TRUE);
  g_test_trap_subprocess (NULL, 0, 0);
  g_unsetenv ("ASSAY_FAULT");
  g_test_trap_assert_passed ();
}

#endif

int
main (int argc, char **argv)
{
  int result = 0;

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  folder = g_dir_make_tmp ("assay-file-XXXXXX", NULL);
  g_test_add_func ("/file/replace-writes-one-or-several-pieces", test_replace);
  g_test_add_func ("/file/a-name-of-255-bytes-can-be-replaced", test_long_name);
  g_test_add_func ("/file/a-name-without-folder-can-be-replaced", test_plain_name);
  g_test_add_func ("/file/a-link-is-replaced-not-followed", test_link);
  g_test_add_func ("/file/a-missing-folder-is-reported", test_no_folder);
  g_test_add_func ("/file/descriptors-do-not-survive-exec", test_closed_on_exec);
#ifdef ASSAY_FAULT_INJECTION
  g_test_add_func ("/file/old-content-stands-when-any-write-fails", test_write_fails);
  g_test_add_func ("/file/old-content-stands-when-a-write-is-short", test_short_write_fails);
  g_test_add_func ("/file/old-content-stands-when-the-disk-is-full", test_disk_stays_full);
  g_test_add_func ("/file/content-is-whole-when-any-fsync-fails", test_sync_fails);
  g_test_add_func ("/file/old-content-stands-when-rename-fails", test_rename_fails);
  g_test_add_func ("/file/content-is-whole-when-any-open-fails", test_open_fails);
  g_test_add_func ("/file/the-environment-arms-a-fault", test_fault_by_environment);
#endif
  result = g_test_run ();
  g_rmdir (folder);
  g_free (folder);
  return result;
}

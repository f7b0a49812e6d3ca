/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding and scanning plugins, most of them broken.
 */
#include "../../children.h"
#include "host/registry/json.h"
#include "host/registry/registry.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED TRUE
#else
#define SANITIZED FALSE
#endif

static char *
built (const char *name)
{
  return g_test_build_filename (G_TEST_BUILT, "unit", "registry", name, NULL);
}

static char *
broken_file (const char *id)
{
  g_autofree char *folder = built ("broken"), *base = g_strdup_printf ("assay-%s.so", id);

  return g_build_filename (folder, base, NULL);
}

static char *
read_file (const char *path, gsize *size)
{
  g_autoptr (GError) error = NULL;
  char *data = NULL;

  g_file_get_contents (path, &data, size, &error);
  g_assert_no_error (error);
  return data;
}

static void
write_file (const char *folder, const char *name, const void *data, gsize size)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, data, (gssize) size, &error);
  g_assert_no_error (error);
}

static void
remove_tree (const char *folder)
{
  const char *argv[] = { "rm", "-rf", folder, NULL };

  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                NULL);
}

static const AssayPluginInfo *
find (AssayRegistry *registry, const char *path)
{
  for (guint i = 0; i < assay_registry_n_plugins (registry); i++)
    if (strcmp (assay_registry_plugin (registry, i)->path, path) == 0)
      return assay_registry_plugin (registry, i);
  g_error ("%s was not found", path);
}

/** A refused file: its reason begins with the path and holds @expected. */
static void
assert_refused (const AssayPluginInfo *plugin, const char *expected, gboolean incompatible)
{
  if (!plugin->reason || !g_str_has_prefix (plugin->reason, plugin->path)
      || !strstr (plugin->reason, expected))
    g_error ("%s: expected \"... %s ...\", got \"%s\"", plugin->path, expected, plugin->reason);
  g_assert_cmpint (plugin->incompatible, ==, incompatible);
  g_assert_null (plugin->study);
  g_assert_cmpuint (plugin->n_environments, ==, 0);
  g_assert_cmpstr (plugin->problems[0], ==, plugin->reason);
}

static const struct
{
  const char *id, *reason; /* NULL: usable */
  gboolean incompatible;
} broken[] = {
  { "fine", NULL, FALSE },
  { "chatter", NULL, FALSE },
  { "fork-at-load", NULL, FALSE },
  { "minor", "plugin, abi_minor: 3, where this Assay has 2", TRUE },
  { "major", "plugin, abi_major: 7, where this Assay has 0", TRUE },
  { "size", "plugin, size: 64, where this Assay has 72", TRUE },
  { "rubbish-size", "123456789 cannot be the size of an AssayPlugin", TRUE },
  { "no-plugin", "it returned NULL", FALSE },
  { "symbolless", "does not export assay_plugin_entry", FALSE },
  { "unresolved", "could not be loaded: undefined symbol: assay_nobody_has_this", FALSE },
  { "crash-at-load", "crashed while it was loaded (SIGSEGV)", FALSE },
  { "abort-at-load", "crashed while it was loaded (SIGABRT)", FALSE },
  { "exit-at-load", "ended the scanner with exit status 3 while it was loaded", FALSE },
  { "hang-at-load", "did not answer within 2 s while it was loaded", FALSE },
  { "spin-at-load", "did not answer within 2 s while it was loaded", FALSE },
  { "crash-in-entry", "crashed in assay_plugin_entry (SIGSEGV)", FALSE },
  { "wild-table", "crashed while its tables were read", FALSE },
  { "wild-text", "crashed while its tables were read", FALSE },
  { "stride", "params, stride: rows of 8 bytes", FALSE },
  { "study-size", "study, size: 16", FALSE },
  { "other-id", "plugin, id: the file of plugin \"another\" must be called assay-another.so",
    FALSE },
  { "offsets", "params[0] \"depth\", offset: 4 is not aligned", FALSE },
  { "overlap", "params[1] \"text\", offset: 0 overlaps \"depth\" at 0", FALSE },
  { "control", "params[0] \"depth\", title: holds a control character", FALSE },
  { "not-utf8", "params[0] \"depth\", title: not UTF-8", FALSE },
  { "endless-folds", "metrics[1] \"mean-height\", fold: more than 31 steps", FALSE },
  { "empty", "the plugin offers nothing", FALSE },
};

/** Files that are no plugins at all, made of one that is. */
static char *
make_oddities (void)
{
  char *folder = g_dir_make_tmp (NULL, NULL);
  g_autofree char *fine = broken_file ("fine"), *whole = NULL, *path = NULL;
  gsize size;

  whole = read_file (fine, &size);
  write_file (folder, "assay-fine.so", whole, size);
  write_file (folder, "assay-renamed.so", whole, size);
  write_file (folder, "assay-truncated.so", whole, size / 2);
  write_file (folder, "assay-head.so", whole, 100);
  write_file (folder, "assay-nothing.so", "", 0);
  write_file (folder, "assay-text.so", "#!/bin/sh\necho a plugin\n", 23);
  ((Elf64_Ehdr *) whole)->e_machine ^= EM_X86_64 ^ EM_AARCH64;
  write_file (folder, "assay-foreign.so", whole, size);
  ((Elf64_Ehdr *) whole)->e_machine ^= EM_X86_64 ^ EM_AARCH64;
  whole[EI_CLASS] = ELFCLASS32;
  write_file (folder, "assay-narrow.so", whole, size);
  whole[EI_CLASS] = ELFCLASS64;
  ((Elf64_Ehdr *) whole)->e_type = ET_EXEC;
  write_file (folder, "assay-program.so", whole, size);
  path = g_build_filename (folder, "assay-folder.so", NULL);
  g_mkdir (path, 0700);
  g_free (path);
  path = g_build_filename (folder, "assay-dangling.so", NULL);
  g_assert_no_errno (symlink ("/nowhere/at-all.so", path));
  g_free (path);
  path = g_build_filename (folder, "assay-caf\xe9.so", NULL);
  g_assert_no_errno (symlink (fine, path));
  g_free (path);
  path = g_build_filename (folder, "assay-pipe.so", NULL);
  g_assert_no_errno (mkfifo (path, 0700));
  return folder;
}

static const struct
{
  const char *name, *reason;
  gboolean incompatible;
} oddities[] = {
  { "assay-fine.so", "is not used: the plugin \"fine\" comes from", FALSE },
  { "assay-renamed.so", "must be called assay-fine.so", FALSE },
  { "assay-truncated.so", "is truncated", FALSE },
  { "assay-head.so", "is truncated", FALSE },
  { "assay-nothing.so", "is empty", FALSE },
  { "assay-text.so", "no ELF header", FALSE },
  { "assay-foreign.so", "is built for", TRUE },
  { "assay-narrow.so", "32 bit", TRUE },
  { "assay-program.so", "no shared object", FALSE },
  { "assay-folder.so", "is a folder, not a file", FALSE },
  { "assay-dangling.so", "is a symbolic link to a file that is not there", FALSE },
  { "assay-pipe.so", "is a device or a pipe, not a file", FALSE },
};

static char *
use_broken_and (const char *folder)
{
  g_autofree char *broken_folder = built ("broken");
  g_autofree char *list = g_strjoin (":", broken_folder, "/nowhere", folder, broken_folder, NULL);

  g_setenv ("ASSAY_PLUGIN_PATH", list, TRUE);
  return g_steal_pointer (&broken_folder);
}

static void
check_all (AssayRegistry *registry, const char *folder)
{
  g_autofree char *strange = g_build_filename (folder, "assay-caf\xe9.so", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autofree char *path = broken_file (broken[i].id);
      const AssayPluginInfo *plugin = find (registry, path);

      if (broken[i].reason)
        assert_refused (plugin, broken[i].reason, broken[i].incompatible);
      else
        g_assert_cmpstr (plugin->reason, ==, NULL);
      g_assert_cmpstr (plugin->id, ==, broken[i].id);
    }
  g_assert_nonnull (strstr (find (registry, strange)->reason, "its path is not UTF-8"));
  for (guint i = 0; i < G_N_ELEMENTS (oddities); i++)
    {
      g_autofree char *path = g_build_filename (folder, oddities[i].name, NULL);

      assert_refused (find (registry, path), oddities[i].reason, oddities[i].incompatible);
    }
}

static guint
count_lines (const char *path)
{
  g_autofree char *text = NULL;
  guint n = 0;

  if (g_file_get_contents (path, &text, NULL, NULL))
    for (const char *c = text; *c; c++)
      n += *c == '\n';
  return n;
}

/* All of them at once, twice: the second time not one of them is loaded. */
static void
test_a_registry_full_of_them (void)
{
  g_autofree char *folder = make_oddities (), *used = use_broken_and (folder), *count = NULL;
  g_autoptr (AssayRegistry) registry = NULL, again = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *flood = broken_file ("flood"), *greedy = broken_file ("greedy");
  guint loaded;

  count = g_build_filename (folder, "count", NULL);
  g_setenv ("ASSAY_TEST_COUNT", count, TRUE);
  registry = assay_registry_new (&error);
  g_assert_no_error (error);
  check_all (registry, folder);
  /* What the plugin prints goes nowhere, however much it is. */
  g_assert_null (find (registry, flood)->reason);
  if (!SANITIZED)
    assert_refused (find (registry, greedy), "crashed in assay_plugin_entry (SIGSEGV)", FALSE);

  loaded = count_lines (count);
  g_assert_cmpuint (loaded, >=, 25);
  again = assay_registry_new (&error);
  g_assert_no_error (error);
  check_all (again, folder);
  g_assert_cmpuint (count_lines (count), ==, loaded);
  g_unsetenv ("ASSAY_TEST_COUNT");
  g_unsetenv ("ASSAY_PLUGIN_PATH");
  remove_tree (folder);
}

static char *
cache_path (void)
{
  return g_build_filename (g_get_user_cache_dir (), "assay", "plugins.json", NULL);
}

/** A folder with a copy of the fine plugin; ASSAY_PLUGIN_PATH is that folder. */
static char *
make_fine_folder (void)
{
  char *folder = g_dir_make_tmp (NULL, NULL);
  g_autofree char *fine = broken_file ("fine"), *data = NULL, *count = NULL;
  gsize size;

  data = read_file (fine, &size);
  write_file (folder, "assay-fine.so", data, size);
  count = g_build_filename (folder, "count", NULL);
  g_setenv ("ASSAY_PLUGIN_PATH", folder, TRUE);
  g_setenv ("ASSAY_TEST_COUNT", count, TRUE);
  return folder;
}

/** How often the plugin was loaded by one more start. */
static guint
loads_of_one_start (const char *folder)
{
  g_autofree char *count = g_build_filename (folder, "count", NULL);
  g_autoptr (AssayRegistry) registry = NULL;
  g_autoptr (GError) error = NULL;
  guint before = count_lines (count);

  registry = assay_registry_new (&error);
  g_assert_no_error (error);
  g_assert_null (assay_registry_plugin (registry, 0)->reason);
  return count_lines (count) - before;
}

static void
test_cache_is_keyed_by_the_file (void)
{
  g_autofree char *folder = make_fine_folder (), *cache = cache_path ();
  g_autofree char *path = g_build_filename (folder, "assay-fine.so", NULL);
  struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { 0 } };
  struct stat info;

  g_assert_cmpuint (loads_of_one_start (folder), ==, 1);
  g_assert_cmpuint (loads_of_one_start (folder), ==, 0);
  /* One nanosecond is enough. */
  g_assert_no_errno (stat (path, &info));
  times[1] = info.st_mtim;
  times[1].tv_nsec = (times[1].tv_nsec + 1) % 1000000000;
  g_assert_no_errno (utimensat (AT_FDCWD, path, times, 0));
  g_assert_cmpuint (loads_of_one_start (folder), ==, 1);
  g_assert_cmpuint (loads_of_one_start (folder), ==, 0);
  g_unlink (cache);
  g_assert_cmpuint (loads_of_one_start (folder), ==, 1);
  g_unsetenv ("ASSAY_PLUGIN_PATH");
  g_unsetenv ("ASSAY_TEST_COUNT");
  remove_tree (folder);
}

static void
test_a_broken_cache_is_rewritten (void)
{
  g_autofree char *folder = make_fine_folder (), *cache = cache_path (), *good = NULL;
  gsize size;

  g_assert_cmpuint (loads_of_one_start (folder), ==, 1);
  good = read_file (cache, &size);
  for (guint i = 0; i < 3; i++)
    {
      static const char *const texts[] = { "", "{\"format\":2,\"plugins\":{}}" };
      g_autofree char *now = NULL;

      if (i < G_N_ELEMENTS (texts))
        g_assert_true (g_file_set_contents (cache, texts[i], -1, NULL));
      else
        g_assert_true (g_file_set_contents (cache, good, (gssize) size / 2, NULL));
      g_assert_cmpuint (loads_of_one_start (folder), ==, 1);
      now = read_file (cache, NULL);
      g_assert_cmpstr (now, ==, good);
    }
  g_unsetenv ("ASSAY_PLUGIN_PATH");
  g_unsetenv ("ASSAY_TEST_COUNT");
  remove_tree (folder);
}

/** The cache's text with one member of the fine plugin's answer replaced. */
static void
test_a_cache_that_lies_is_refused (void)
{
  g_autofree char *folder = make_fine_folder (), *cache = cache_path ();
  g_autofree char *path = g_build_filename (folder, "assay-fine.so", NULL), *text = NULL;
  g_autofree char *changed = NULL;
  g_autoptr (GString) answer = NULL;
  g_autoptr (AssayRegistry) registry = NULL;
  g_auto (GStrv) parts = NULL;

  g_assert_cmpuint (loads_of_one_start (folder), ==, 1);
  text = read_file (cache, NULL);
  parts = g_strsplit (text, path, 2); /* other plugins may stand before it */
  g_assert_cmpuint (g_strv_length (parts), ==, 2);
  answer = g_string_new (parts[1]);
  g_assert_cmpuint (g_string_replace (answer, "\"offset\":8", "\"offset\":80", 1), ==, 1);
  changed = g_strconcat (parts[0], path, answer->str, NULL);
  g_assert_true (g_file_set_contents (cache, changed, -1, NULL));
  registry = assay_registry_new (NULL);
  assert_refused (find (registry, path), "params[1] \"text\", offset", FALSE);
  g_unsetenv ("ASSAY_PLUGIN_PATH");
  g_unsetenv ("ASSAY_TEST_COUNT");
  remove_tree (folder);
}

static void
test_without_a_cache_folder (void)
{
  g_autofree char *folder = make_fine_folder (), *cache = cache_path ();
  g_autofree char *parent = g_path_get_dirname (cache);

  remove_tree (parent);
  g_assert_true (g_mkdir_with_parents (g_get_user_cache_dir (), 0700) == 0);
  g_assert_true (g_file_set_contents (parent, "a file in its place", -1, NULL));
  g_assert_cmpuint (loads_of_one_start (folder), ==, 1);
  g_assert_cmpuint (loads_of_one_start (folder), ==, 1);
  g_unsetenv ("ASSAY_PLUGIN_PATH");
  g_unsetenv ("ASSAY_TEST_COUNT");
  remove_tree (folder);
}

static void
test_unreadable_file (void)
{
  g_autofree char *folder = make_fine_folder ();
  g_autofree char *path = g_build_filename (folder, "assay-fine.so", NULL), *id = NULL;
  g_autoptr (GError) error = NULL;
  uid_t user = geteuid ();

  g_chmod (path, 0);
  g_chmod (folder, 0755);
  if (user == 0 && seteuid (65534) != 0)
    {
      g_test_skip ("root reads everything, and cannot be somebody else");
      return;
    }
  id = assay_elf_build_id (path, NULL, &error);
  if (user == 0)
    g_assert_no_errno (seteuid (user));
  g_assert_null (id);
  g_assert_error (error, ASSAY_ERROR, ASSAY_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "Permission denied"));
  g_unsetenv ("ASSAY_PLUGIN_PATH");
  g_unsetenv ("ASSAY_TEST_COUNT");
  remove_tree (folder);
}

static void
test_study_ids (void)
{
  g_autofree char *folder = make_fine_folder (), *minor = broken_file ("minor"), *data = NULL;
  g_autoptr (AssayRegistry) registry = NULL;
  g_autoptr (AssayStudyInfo) study = NULL, template = NULL;
  g_autoptr (GError) error = NULL;
  gsize size;

  data = read_file (minor, &size);
  write_file (folder, "assay-minor.so", data, size);
  registry = assay_registry_new (NULL);
  study = assay_registry_study (registry, "broken-fine", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (study->plugin_version, ==, "1");
  g_assert_cmpuint (strlen (study->identity), ==, 64);
  template = assay_registry_study (registry, "template", &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_suffix (template->plugin_source, "/data/plugin-template/study.c"));
  g_assert_true (g_file_test (template->plugin_source, G_FILE_TEST_EXISTS));
  g_assert_cmpstr (template->identity, !=, study->identity);
  g_assert_cmpstr (template->rules, !=, study->rules);

  g_assert_null (assay_registry_study (registry, "templte", &error));
  g_assert_error (error, ASSAY_ERROR, ASSAY_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "did you mean \"template\"?"));
  g_clear_error (&error);
  g_assert_null (assay_registry_study (registry, "something-else-entirely", &error));
  g_assert_error (error, ASSAY_ERROR, ASSAY_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (assay_registry_study (registry, "minor", &error));
  g_assert_error (error, ASSAY_ERROR, ASSAY_ERROR_INCOMPATIBLE);
  g_assert_nonnull (strstr (error->message, "abi_minor"));
  g_unsetenv ("ASSAY_PLUGIN_PATH");
  g_unsetenv ("ASSAY_TEST_COUNT");
  remove_tree (folder);
}

static void
copy_broken (const char *id, const char *folder)
{
  g_autofree char *path = broken_file (id), *base = g_path_get_basename (path), *data = NULL;
  gsize size;

  data = read_file (path, &size);
  write_file (folder, base, data, size);
}

static AssayStudyInfo *
study_of (AssayRegistry *registry, const char *id)
{
  g_autoptr (GError) error = NULL;
  AssayStudyInfo *study = assay_registry_study (registry, id, &error);

  g_assert_no_error (error);
  return study;
}

/* The plugin, the libraries of ours that it links, the plugins that it names. */
static void
test_identity (void)
{
  static const char *const ids[]
      = { "minor", "needs-nothing-else", "needs-absent", "needs-refused" };
  g_autofree char *folder = make_fine_folder (), *linked = broken_file ("linked"), *id = NULL;
  g_autoptr (AssayRegistry) registry = NULL;
  g_autoptr (AssayStudyInfo) fine = NULL, well = NULL, absent = NULL, refused = NULL;
  g_auto (GStrv) libraries = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *build_ids = NULL, *sum = NULL;
  const char *first, *second;

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    copy_broken (ids[i], folder);
  registry = assay_registry_new (NULL);
  fine = study_of (registry, "broken-fine");
  well = study_of (registry, "broken-needs-nothing-else");
  absent = study_of (registry, "broken-needs-absent");
  refused = study_of (registry, "broken-needs-refused");
  g_assert_null (fine->blocked);
  g_assert_null (well->blocked);
  g_assert_cmpstr (absent->blocked, ==, "It needs the plugin nowhere, which is not there");
  g_assert_true (
      g_str_has_prefix (refused->blocked, "It needs the plugin minor, which is refused"));

  first = find (registry, fine->plugin_path)->build_id;
  second = find (registry, well->plugin_path)->build_id;
  build_ids = strcmp (first, second) < 0 ? g_strdup_printf ("%s\n%s\n", first, second)
                                         : g_strdup_printf ("%s\n%s\n", second, first);
  sum = assay_sha256 (build_ids, strlen (build_ids));
  g_assert_cmpstr (well->identity, ==, sum);

  id = assay_elf_build_id (linked, &libraries, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (strlen (id), ==, 40);
  g_assert_cmpuint (g_strv_length (libraries), ==, 1);
  g_assert_true (g_str_has_suffix (libraries[0], "/registry/broken/libassay-of-test.so"));
  g_assert_true (g_file_test (libraries[0], G_FILE_TEST_EXISTS));
  g_unsetenv ("ASSAY_PLUGIN_PATH");
  g_unsetenv ("ASSAY_TEST_COUNT");
  remove_tree (folder);
}

static void
test_scan_of_one_file (void)
{
  g_autofree char *fine = broken_file ("fine"), *offsets = broken_file ("offsets");
  g_autoptr (GError) error = NULL;
  AssayPluginInfo *plugin = assay_plugin_scan (fine, &error);

  g_assert_no_error (error);
  g_assert_null (plugin->reason);
  g_assert_nonnull (plugin->study->identity);
  g_assert_cmpstr (plugin->study->params[0].title, ==, "Depth \xe2\x80\x94 <b>&\"'");
  assay_plugin_info_free (plugin);
  /* Everything that is wrong, not the first thing only. */
  plugin = assay_plugin_scan (offsets, &error);
  g_assert_nonnull (plugin->problems[1]);
  g_assert_nonnull (strstr (plugin->problems[1], "params[1] \"text\", offset"));
  assay_plugin_info_free (plugin);
  g_assert_null (assay_plugin_scan ("/nowhere/assay-x.so", &error));
  g_assert_error (error, ASSAY_ERROR, ASSAY_ERROR_NOT_FOUND);
}

/* ---- programs that find their helpers ---- */

static char *
run_program (const char *path, const char *home)
{
  const char *argv[] = { path, NULL };
  g_auto (GStrv) environment = g_environ_setenv (g_get_environ (), "XDG_DATA_HOME", home, TRUE);
  g_autofree char *out = NULL, *err = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  environment = g_environ_setenv (environment, "XDG_CACHE_HOME", home, TRUE);
  g_spawn_sync (NULL, (char **) argv, environment, 0, NULL, NULL, &out, &err, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (err, ==, "");
  g_assert_cmpint (status, ==, 0);
  return g_steal_pointer (&out);
}

static void
copy_program (const char *from, const char *folder, const char *name)
{
  g_autofree char *data = NULL, *path = g_build_filename (folder, name, NULL);
  gsize size;

  data = read_file (from, &size);
  g_mkdir_with_parents (folder, 0755);
  write_file (folder, name, data, size);
  g_chmod (path, 0755);
}

static void
test_in_a_prefix (void)
{
  g_autofree char *prefix = g_dir_make_tmp (NULL, NULL), *real = realpath (prefix, NULL);
  g_autofree char *bin = g_build_filename (real, "bin", NULL);
  g_autofree char *libexec = g_build_filename (real, "libexec", "assay", NULL);
  g_autofree char *plugins = g_build_filename (real, TEST_PLUGINDIR, NULL);
  g_autofree char *program = built ("list-plugins"), *fine = broken_file ("fine");
  g_autofree char *scanner = assay_program_path ("assay-scan", NULL), *moved = NULL, *out = NULL,
                  *expected = NULL;

  copy_program (program, bin, "list-plugins");
  copy_program (scanner, libexec, "assay-scan");
  copy_program (fine, plugins, "assay-fine.so");
  moved = g_build_filename (bin, "list-plugins", NULL);
  out = run_program (moved, real);
  expected = g_strdup_printf ("%s/assay-scan\n%s/assay-fine.so usable\n", libexec, plugins);
  g_assert_cmpstr (out, ==, expected);
  remove_tree (prefix);
}

static void
test_in_the_build_tree (void)
{
  g_autofree char *program = built ("list-plugins"), *home = g_dir_make_tmp (NULL, NULL);
  g_autofree char *out = run_program (program, home);
  g_auto (GStrv) lines = g_strsplit (out, "\n", -1);

  /* Every plugin of ours, and a reason where one is refused. */
  for (guint i = 1; *lines[i]; i++)
    if (!g_str_has_suffix (lines[i], ".so usable"))
      g_test_fail_printf ("%s", lines[i]);
  g_assert_nonnull (strstr (out, "/core/host/registry/assay-scan\n"));
  g_assert_nonnull (strstr (out, "/data/plugin-template/assay-template.so usable\n"));
  remove_tree (home);
}

static void
test_many_programs_at_once (void)
{
  g_autofree char *program = built ("list-plugins"), *home = g_dir_make_tmp (NULL, NULL);
  g_autofree char *cache = g_build_filename (home, "assay", "plugins.json", NULL);
  const char *argv[] = { program, NULL };
  g_auto (GStrv) environment = g_environ_setenv (g_get_environ (), "XDG_CACHE_HOME", home, TRUE);
  g_autofree char *expected = NULL;
  g_autoptr (JsonNode) node = NULL;
  GSubprocess *programs[6];

  for (guint i = 0; i < G_N_ELEMENTS (programs); i++)
    {
      g_autoptr (GSubprocessLauncher) launcher
          = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);

      g_subprocess_launcher_set_environ (launcher, environment);
      programs[i] = g_subprocess_launcher_spawnv (launcher, argv, NULL);
    }
  for (guint i = 0; i < G_N_ELEMENTS (programs); i++)
    {
      g_autofree char *out = NULL;

      g_assert_true (g_subprocess_communicate_utf8 (programs[i], NULL, NULL, &out, NULL, NULL));
      g_assert_true (g_subprocess_get_successful (programs[i]));
      if (!expected)
        expected = g_strdup (out);
      g_assert_cmpstr (out, ==, expected);
      g_object_unref (programs[i]);
    }
  node = assay_json_load (cache, NULL);
  g_assert_nonnull (node);
  remove_tree (home);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  test_children_unwind_fast ();
  g_test_add_func ("/plugins/a-registry-full-of-broken-ones", test_a_registry_full_of_them);
  g_test_add_func ("/plugins/cache-is-keyed-by-the-file", test_cache_is_keyed_by_the_file);
  g_test_add_func ("/plugins/a-broken-cache-is-rewritten", test_a_broken_cache_is_rewritten);
  g_test_add_func ("/plugins/a-cache-that-lies-is-refused", test_a_cache_that_lies_is_refused);
  g_test_add_func ("/plugins/without-a-cache-folder-all-works", test_without_a_cache_folder);
  g_test_add_func ("/plugins/an-unreadable-file-is-reported", test_unreadable_file);
  g_test_add_func ("/plugins/studies-are-found-by-id", test_study_ids);
  g_test_add_func ("/plugins/code-identity-is-of-all-that-is-loaded", test_identity);
  g_test_add_func ("/plugins/one-file-is-scanned-with-every-problem", test_scan_of_one_file);
  g_test_add_func ("/plugins/an-installed-program-finds-its-own", test_in_a_prefix);
  g_test_add_func ("/plugins/a-built-program-finds-the-build-tree", test_in_the_build_tree);
  g_test_add_func ("/plugins/many-programs-at-once-agree", test_many_programs_at_once);
  return g_test_run ();
}

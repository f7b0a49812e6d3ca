/* SPDX-License-Identifier: Apache-2.0 */
#include <glib.h>
#include <json-glib/json-glib.h>
#include <string.h>

static const char *program;

/* Runs bench with these arguments; the exit status. */
static int
run (const char *const *arguments, char **out, char **err)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  int status = 0;

  g_ptr_array_add (argv, (char *) program);
  for (guint i = 0; arguments[i] != NULL; i++)
    g_ptr_array_add (argv, (char *) arguments[i]);
  g_ptr_array_add (argv, NULL);
  g_spawn_sync (NULL, (char **) argv->pdata, NULL, G_SPAWN_DEFAULT, NULL, NULL, out, err, &status,
                &error);
  g_assert_no_error (error);
  g_assert_true (WIFEXITED (status));
  return WEXITSTATUS (status);
}

static void
test_json (void)
{
  static const char *const keys[]
      = { "name", "value", "unit", "yardstick", "ratio", "spread", "discarded" };
  g_autofree char *out = NULL, *err = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *line = NULL;

  g_assert_cmpint (
      run ((const char *const[]){ "workbench", "--only", "observe-bytes", "--json", NULL }, &out,
           &err),
      ==, 0);
  g_assert_cmpstr (err, ==, "");
  g_assert_true (g_str_has_suffix (out, "\n") && strchr (out, '\n') == out + strlen (out) - 1);
  node = json_from_string (out, &error);
  g_assert_no_error (error);
  line = json_node_get_object (node);
  g_assert_cmpuint (json_object_get_size (line), ==, G_N_ELEMENTS (keys));
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    g_assert_true (json_object_has_member (line, keys[i]));
  g_assert_cmpstr (json_object_get_string_member (line, "name"), ==, "observe-bytes");
  g_assert_cmpfloat (json_object_get_double_member (line, "value"), <=, 32);
}

static void
test_peer (void)
{
  g_autofree char *out = NULL, *err = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *line = NULL, *roof, *peer;

  g_assert_cmpint (
      run ((const char *const[]){ "self", "--peer", "torch", "--json", NULL }, &out, &err), ==, 0);
  g_assert_cmpstr (err, ==, "");
  node = json_from_string (out, &error);
  g_assert_no_error (error);
  line = json_node_get_object (node);
  roof = json_object_get_object_member (line, "roof");
  g_assert_cmpstr (json_object_get_string_member (roof, "name"), ==, "gemm-1");
  g_assert_cmpstr (json_object_get_string_member (roof, "by"), !=, "");
  g_assert_cmpfloat (json_object_get_double_member (roof, "value"), >, 0);
  peer = json_array_get_object_element (json_object_get_array_member (line, "peers"), 0);
  g_assert_cmpfloat (json_object_get_double_member (peer, "value"), >, 0);
  /* Both nap for a millisecond and a little. */
  g_assert_cmpfloat (json_object_get_double_member (peer, "value"), <, 1000);
  g_assert_cmpstr (json_object_get_string_member (json_object_get_object_member (peer, "setup"),
                                                  "configuration"),
                   ==, "installed");
}

static void
test_usage (void)
{
  static const char *const rows[][4] = { { NULL },
                                         { "nonsense", NULL },
                                         { "workbench", "--only", "nonsense", NULL },
                                         { "workbench", "--only", NULL },
                                         { "workbench", "--nonsense", NULL },
                                         { "workbench", "--peer", "nonsense", NULL },
                                         { "workbench", "--peer", NULL } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *out = NULL, *err = NULL;

      g_assert_cmpint (run (rows[i], &out, &err), ==, 2);
      g_assert_cmpstr (out, ==, "");
      g_assert_nonnull (strstr (err, "usage: bench SUITE"));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  program = argv[1];
  g_test_add_func ("/bench/json-is-one-object-a-line", test_json);
  g_test_add_func ("/bench/peers-and-roof-are-measured-in-turn", test_peer);
  g_test_add_func ("/bench/what-is-unknown-is-a-usage-error", test_usage);
  return g_test_run ();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "engine.h"
#include "host/registry/json.h"

#include <string.h>

static void
test_finishes (void)
{
  g_autoptr (Engine) engine = engine_new ();
  AssayPlanResult result;
  g_autoptr (AssayPlan) plan = engine_run (engine, "behaviour=well steps=50", "3", NULL, &result);
  g_autoptr (AssayRunDir) dir = engine_open (engine, plan, 0);
  g_autofree char *text = engine_observations (dir);

  g_assert_cmpint (result.done, ==, 3);
  g_assert_cmpint (dir->state, ==, ASSAY_DONE);
  g_assert_cmpstr (dir->reason, ==, NULL);
  g_assert_cmpfloat (dir->finished, >=, dir->started);
  g_assert_true (g_str_has_prefix (text, "value :"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/run/supervise/finishes-every-run", test_finishes);
  return g_test_run ();
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers and spans of time as people read them.
 */
#include "host/registry/text.h"

#include <math.h>

static void
check_number (double value, const char *expected)
{
  g_autofree char *text = assay_number_text (value);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_numbers (void)
{
  check_number (0, "0");
  check_number (-0.22187, "-0.2219");
  check_number (9999.4, "9999");
  check_number (9999.5, "10000");
  check_number (-377184, "-377184");
  check_number (20000, "20000");
  check_number (1e7, "1e+07");
  check_number (3.2e-6, "3.2e-06");
  check_number (INFINITY, "inf");
  check_number (NAN, "");
}

static void
check_duration (double seconds, const char *expected)
{
  g_autofree char *text = assay_duration_text (seconds);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_durations (void)
{
  check_duration (0.26, "0.3 s");
  check_duration (59.4, "59 s");
  check_duration (59.6, "1 min 0 s");
  check_duration (7500, "2 h 5 min");
  check_duration (-1, "");
  check_duration (NAN, "");
  check_duration (1e300, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/numbers-show-four-digits-and-whole-ones-whole", test_numbers);
  g_test_add_func ("/text/durations-show-two-units", test_durations);
  return g_test_run ();
}

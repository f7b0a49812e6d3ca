/* SPDX-License-Identifier: Apache-2.0 */
int assay_of_test (void);

int
assay_of_test (void)
{
  return 1;
}

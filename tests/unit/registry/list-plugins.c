/* SPDX-License-Identifier: Apache-2.0
 *
 * Prints where its scanner is and what plugins it finds: a program to be moved about.
 */
#include "host/registry/registry.h"

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AssayRegistry) registry = assay_registry_new (&error);
  g_autofree char *scanner = assay_program_path ("assay-scan", NULL);

  if (!registry)
    {
      g_printerr ("%s\n", error->message);
      return error->code;
    }
  g_print ("%s\n", scanner);
  for (guint i = 0; i < assay_registry_n_plugins (registry); i++)
    {
      const AssayPluginInfo *plugin = assay_registry_plugin (registry, i);

      g_print ("%s %s\n", plugin->path, plugin->reason ? plugin->reason : "usable");
    }
  return 0;
}

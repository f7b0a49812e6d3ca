/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/welcome.h"

struct _StudioWelcome
{
  AdwBin parent_instance;
};

G_DEFINE_FINAL_TYPE (StudioWelcome, studio_welcome, ADW_TYPE_BIN)

static void
studio_welcome_class_init (StudioWelcomeClass *class)
{
  gtk_widget_class_set_template_from_resource (GTK_WIDGET_CLASS (class),
                                               "/org/assay/Studio/welcome.ui");
}

static void
studio_welcome_init (StudioWelcome *welcome)
{
  gtk_widget_init_template (GTK_WIDGET (welcome));
}

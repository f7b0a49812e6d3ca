/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/studies-view.h"

struct _StudioStudiesView
{
  AdwBin parent_instance;
  StudioSession *session;
};

G_DEFINE_FINAL_TYPE (StudioStudiesView, studio_studies_view, ADW_TYPE_BIN)

enum
{
  PROP_SESSION = 1
};

void
studio_studies_view_add_actions (gpointer view, GActionMap *map)
{
}

static void
studio_studies_view_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  StudioStudiesView *view = STUDIO_STUDIES_VIEW (object);

  view->session = g_value_dup_object (value);
}

static void
studio_studies_view_dispose (GObject *object)
{
  StudioStudiesView *view = STUDIO_STUDIES_VIEW (object);

  g_clear_object (&view->session);
  G_OBJECT_CLASS (studio_studies_view_parent_class)->dispose (object);
}

static void
studio_studies_view_class_init (StudioStudiesViewClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->set_property = studio_studies_view_set_property;
  G_OBJECT_CLASS (class)->dispose = studio_studies_view_dispose;
  g_object_class_install_property (
      G_OBJECT_CLASS (class), PROP_SESSION,
      g_param_spec_object ("session", NULL, NULL, STUDIO_TYPE_SESSION,
                           G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));
  gtk_widget_class_set_template_from_resource (widget_class, "/org/assay/Studio/studies-view.ui");
}

static void
studio_studies_view_init (StudioStudiesView *view)
{
  gtk_widget_init_template (GTK_WIDGET (view));
}

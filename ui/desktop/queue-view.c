/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/queue-view.h"

struct _StudioQueueView
{
  AdwBin parent_instance;
  StudioSession *session;
};

G_DEFINE_FINAL_TYPE (StudioQueueView, studio_queue_view, ADW_TYPE_BIN)

enum
{
  PROP_SESSION = 1
};

void
studio_queue_view_add_actions (gpointer view, GActionMap *map)
{
}

static void
studio_queue_view_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  StudioQueueView *view = STUDIO_QUEUE_VIEW (object);

  view->session = g_value_dup_object (value);
}

static void
studio_queue_view_dispose (GObject *object)
{
  StudioQueueView *view = STUDIO_QUEUE_VIEW (object);

  g_clear_object (&view->session);
  G_OBJECT_CLASS (studio_queue_view_parent_class)->dispose (object);
}

static void
studio_queue_view_class_init (StudioQueueViewClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->set_property = studio_queue_view_set_property;
  G_OBJECT_CLASS (class)->dispose = studio_queue_view_dispose;
  g_object_class_install_property (
      G_OBJECT_CLASS (class), PROP_SESSION,
      g_param_spec_object ("session", NULL, NULL, STUDIO_TYPE_SESSION,
                           G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));
  gtk_widget_class_set_template_from_resource (widget_class, "/org/assay/Studio/queue-view.ui");
}

static void
studio_queue_view_init (StudioQueueView *view)
{
  gtk_widget_init_template (GTK_WIDGET (view));
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/file-dialog.h"

typedef struct
{
  GWeakRef object;
  StudioPathChosen chosen;
} Asked;

static void
asked_free (gpointer data, GClosure *closure)
{
  Asked *asked = data;

  g_weak_ref_clear (&asked->object);
  g_free (asked);
}

static void
on_response (GtkNativeDialog *dialog, int response, gpointer data)
{
  Asked *asked = data;
  g_autoptr (GObject) object = g_weak_ref_get (&asked->object);
  g_autoptr (GFile) file = NULL;
  g_autofree char *path = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  path = file != NULL ? g_file_get_path (file) : NULL;
  if (path != NULL && object != NULL)
    asked->chosen (object, path, GTK_FILE_CHOOSER (dialog));
  g_object_unref (dialog);
}

GtkFileChooserNative *
studio_file_dialog_new (gpointer object, const char *title, GtkFileChooserAction action,
                        const char *accept, StudioPathChosen chosen)
{
  GtkWindow *window = GTK_WINDOW (gtk_widget_get_root (object));
  GtkFileChooserNative *dialog
      = gtk_file_chooser_native_new (title, window, action, accept, "_Cancel");
  Asked *asked = g_new0 (Asked, 1);

  g_weak_ref_init (&asked->object, object);
  asked->chosen = chosen;
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_response), asked, asked_free, 0);
  return dialog;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * Tags and note of a run on its page: shown, and saved while they are typed.
 */
#include "ui/desktop/run-page-private.h"

#include "host/registry/json.h"
#include "ui/desktop/run-commands.h"
#include <string.h>

#define SAVE_AFTER 700 /* milliseconds after the last key */

static char *
text_of_note (StudioRunPage *page)
{
  char *text = NULL;

  g_object_get (gtk_text_view_get_buffer (page->note), "text", &text, NULL);
  return text;
}

/* Tags in lines: those typed, and behind "-" those that are gone. */
static char *
changed_tags (const char *typed, const char *before)
{
  g_auto (GStrv) new = g_strsplit (typed, ",", -1), old = g_strsplit (before, ",", -1);
  GString *lines = g_string_new (NULL);

  for (char **tag = new; *tag != NULL; tag++)
    if (*g_strstrip (*tag) != '\0')
      g_string_append_printf (lines, "%s\n", *tag);
  for (char **tag = old; *tag != NULL; tag++)
    if (*g_strstrip (*tag) != '\0' && !g_strv_contains ((const char *const *) new, *tag))
      g_string_append_printf (lines, "-%s\n", *tag);
  return g_string_free (lines, FALSE);
}

static void
on_saved (GObject *session, GAsyncResult *result, gpointer data)
{
  g_autoptr (StudioRunOutcome) outcome = g_task_propagate_pointer (G_TASK (result), NULL);

  if (outcome != NULL && outcome->failed)
    studio_session_notice (STUDIO_SESSION (session), "%s", outcome->sentence);
  studio_session_refresh (STUDIO_SESSION (session));
}

void
studio_run_page_save_notes (StudioRunPage *page)
{
  const char *const runs[] = { page->run, NULL };
  const char *tags = gtk_editable_get_text (GTK_EDITABLE (page->tags));
  g_autofree char *note = text_of_note (page);

  g_clear_handle_id (&page->saving, g_source_remove);
  if (page->run == NULL || page->kept_note == NULL)
    return;
  if (strcmp (note, page->kept_note) != 0)
    {
      studio_run_command (page->session, STUDIO_NOTE_RUNS, runs, note, NULL, on_saved, NULL);
      g_free (page->kept_note);
      page->kept_note = g_steal_pointer (&note);
    }
  if (strcmp (tags, page->kept_tags) != 0)
    {
      g_autofree char *changes = changed_tags (tags, page->kept_tags);

      studio_run_command (page->session, STUDIO_TAG_RUNS, runs, changes, NULL, on_saved, NULL);
      g_free (page->kept_tags);
      page->kept_tags = g_strdup (tags);
    }
}

static gboolean
on_save (gpointer data)
{
  StudioRunPage *page = data;

  page->saving = 0;
  studio_run_page_save_notes (page);
  return G_SOURCE_REMOVE;
}

static void
on_typed (gpointer widget, StudioRunPage *page)
{
  if (page->filling)
    return;
  g_clear_handle_id (&page->saving, g_source_remove);
  page->saving = g_timeout_add (SAVE_AFTER, on_save, page);
}

void
studio_run_page_watch_notes (StudioRunPage *page)
{
  g_signal_connect (page->tags, "changed", G_CALLBACK (on_typed), page);
  g_signal_connect (gtk_text_view_get_buffer (page->note), "changed", G_CALLBACK (on_typed), page);
}

static char *
tags_of (JsonObject *notes)
{
  JsonArray *array = notes != NULL ? assay_json_array (notes, "tags") : NULL;
  GString *text = g_string_new (NULL);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *tag = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_VALUE (tag) && json_node_get_value_type (tag) == G_TYPE_STRING)
        g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "",
                                json_node_get_string (tag));
    }
  return g_string_free (text, FALSE);
}

void
studio_run_page_fill_notes (StudioRunPage *page, gboolean first)
{
  JsonObject *notes = page->facts->dir->notes;
  g_autofree char *tags = tags_of (notes), *now = text_of_note (page);
  const char *note = notes != NULL ? assay_json_text (notes, "note", "") : "";
  gboolean typed
      = !first
        && (page->saving != 0 || g_strcmp0 (now, page->kept_note) != 0
            || g_strcmp0 (gtk_editable_get_text (GTK_EDITABLE (page->tags)), page->kept_tags) != 0);

  if (typed)
    return;
  page->filling = TRUE;
  if (strcmp (now, note) != 0)
    gtk_text_buffer_set_text (gtk_text_view_get_buffer (page->note), note, -1);
  if (strcmp (gtk_editable_get_text (GTK_EDITABLE (page->tags)), tags) != 0)
    gtk_editable_set_text (GTK_EDITABLE (page->tags), tags);
  page->filling = FALSE;
  g_free (page->kept_note);
  page->kept_note = g_strdup (note);
  g_free (page->kept_tags);
  page->kept_tags = g_strdup (gtk_editable_get_text (GTK_EDITABLE (page->tags)));
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/filter-entry.h"

#include <string.h>

#define MOST_WORDS 8

struct _StudioFilterEntry
{
  AdwBin parent_instance;
  GtkText *text;
  GtkEntry *entry;
  GtkRevealer *revealer;
  GtkLabel *problem;
  GtkPopover *popover;
  GtkListBox *list;
  StudioVocabulary *vocabulary;
  char *filter; /* the last text that parsed */
  gsize start;  /* byte where the word begins that a completion replaces */
  gboolean setting;
  guint offering;   /* idle source */
  gboolean waiting; /* something was typed for which no words are known yet */
};

G_DEFINE_FINAL_TYPE (StudioFilterEntry, studio_filter_entry, ADW_TYPE_BIN)

enum
{
  FILTER_CHANGED,
  WORDS_WANTED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static const char *
text_of (StudioFilterEntry *entry)
{
  return gtk_editable_get_text (GTK_EDITABLE (entry->entry));
}

/* ---- what is wrong ---- */

/* Underlines from the place that the message names ("filter, column 12: ..."). */
static void
mark_place (StudioFilterEntry *entry, const char *message)
{
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();
  const char *text = text_of (entry),
             *number = message != NULL ? strstr (message, "column ") : NULL;
  glong column = number != NULL ? strtol (number + strlen ("column "), NULL, 10) - 1 : -1;
  PangoAttribute *line;

  if (column >= 0 && column < g_utf8_strlen (text, -1))
    {
      line = pango_attr_underline_new (PANGO_UNDERLINE_ERROR);
      line->start_index = (guint) (g_utf8_offset_to_pointer (text, column) - text);
      pango_attr_list_insert (attributes, line);
    }
  gtk_entry_set_attributes (entry->entry, attributes);
}

static void
show_problem (StudioFilterEntry *entry, const char *message)
{
  g_auto (GStrv) lines = g_strsplit (message != NULL ? message : "", "\n", 2);
  const char *sentence = lines[0] != NULL ? lines[0] : "";

  if (g_str_has_prefix (sentence, "filter, "))
    sentence += strlen ("filter, ");
  mark_place (entry, message);
  gtk_label_set_text (entry->problem, sentence);
  gtk_revealer_set_reveal_child (entry->revealer, message != NULL);
  gtk_accessible_update_state (
      GTK_ACCESSIBLE (entry->entry), GTK_ACCESSIBLE_STATE_INVALID,
      message != NULL ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE, -1);
  if (message != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (entry->entry), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (entry->entry), "error");
}

static void
check (StudioFilterEntry *entry)
{
  const char *text = text_of (entry);
  g_autoptr (GError) error = NULL;
  g_autoptr (AssayFilter) filter = assay_filter_parse (text, &error);

  gtk_entry_set_icon_from_icon_name (entry->entry, GTK_ENTRY_ICON_SECONDARY,
                                     *text != '\0' ? "edit-clear-symbolic" : NULL);
  show_problem (entry, error != NULL ? error->message : NULL);
  if (filter == NULL || strcmp (text, entry->filter) == 0)
    return;
  g_free (entry->filter);
  entry->filter = g_strdup (text);
  g_signal_emit (entry, signals[FILTER_CHANGED], 0);
}

/* ---- completion ---- */

static void
clear_list (StudioFilterEntry *entry)
{
  GtkWidget *row;

  while ((row = gtk_widget_get_first_child (GTK_WIDGET (entry->list))) != NULL)
    gtk_list_box_remove (entry->list, row);
}

static gsize
cursor_of (StudioFilterEntry *entry)
{
  const char *text = text_of (entry);

  return (gsize) (g_utf8_offset_to_pointer (text,
                                            gtk_editable_get_position (GTK_EDITABLE (entry->entry)))
                  - text);
}

static void
offer (StudioFilterEntry *entry)
{
  g_auto (StudioWordPlace) place = studio_word_place (text_of (entry), cursor_of (entry));
  g_auto (GStrv) words = studio_words_for (&place, entry->vocabulary, MOST_WORDS);

  clear_list (entry);
  entry->start = place.start;
  for (char **word = words; *word != NULL; word++)
    {
      GtkWidget *label = gtk_label_new (*word);

      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
      gtk_label_set_max_width_chars (GTK_LABEL (label), 40);
      gtk_list_box_append (entry->list, label);
    }
  if (*words == NULL || !gtk_widget_has_focus (GTK_WIDGET (entry->text)))
    gtk_popover_popdown (entry->popover);
  else
    gtk_popover_popup (entry->popover);
}

static gboolean
on_offer (gpointer data)
{
  StudioFilterEntry *entry = data;

  entry->offering = 0;
  if (gtk_widget_has_focus (GTK_WIDGET (entry->text)))
    offer (entry);
  return G_SOURCE_REMOVE;
}

/* GTK tells of another text before the cursor has moved behind it. */
static void
offer_soon (StudioFilterEntry *entry)
{
  if (entry->offering == 0)
    entry->offering = g_idle_add_full (G_PRIORITY_HIGH_IDLE, on_offer, entry, NULL);
}

/* An editable that is given a text is empty for a moment: that is no filter to be asked. */
static void
put_text (StudioFilterEntry *entry, const char *text)
{
  entry->setting = TRUE;
  gtk_editable_set_text (GTK_EDITABLE (entry->entry), text);
  entry->setting = FALSE;
  check (entry);
}

static void
accept (StudioFilterEntry *entry, GtkListBoxRow *row)
{
  const char *word = gtk_label_get_text (GTK_LABEL (gtk_list_box_row_get_child (row)));
  const char *text = text_of (entry);
  gsize cursor = cursor_of (entry);
  g_auto (StudioWordPlace) place = studio_word_place (text, cursor);
  gboolean ends = place.kind == STUDIO_WORD_VALUE
                  || (place.kind == STUDIO_WORD_JOIN
                      && (strcmp (word, "and") == 0 || strcmp (word, "or") == 0));
  g_autofree char *new = g_strdup_printf ("%.*s%s%s%s", (int) entry->start, text, word,
                                          ends && text[cursor] != ' ' ? " " : "", text + cursor);
  glong at = g_utf8_strlen (new, (gssize) (entry->start + strlen (word))) + (ends ? 1 : 0);

  put_text (entry, new);
  gtk_editable_set_position (GTK_EDITABLE (entry->entry), (int) at);
  offer (entry);
}

static void
on_row_activated (GtkListBox *list, GtkListBoxRow *row, StudioFilterEntry *entry)
{
  accept (entry, row);
  gtk_entry_grab_focus_without_selecting (entry->entry);
}

/* The first word, if it would finish one that is begun.  Else Tab leads on, as it does anywhere. */
static GtkListBoxRow *
finishing_row (StudioFilterEntry *entry)
{
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (entry->list, 0);
  gsize cursor = cursor_of (entry), begun = cursor - MIN (cursor, entry->start);
  const char *word
      = row != NULL ? gtk_label_get_text (GTK_LABEL (gtk_list_box_row_get_child (row))) : "";

  return begun > 0 && strlen (word) != begun ? row : NULL;
}

/* Arrows walk through the words, Tab and Enter take one. */
static gboolean
on_key (GtkEventControllerKey *keys, guint key, guint code, GdkModifierType state,
        StudioFilterEntry *entry)
{
  GtkListBoxRow *row;
  int place;

  if (entry->offering != 0) /* somebody types faster than words come */
    {
      g_clear_handle_id (&entry->offering, g_source_remove);
      on_offer (entry);
    }
  row = gtk_list_box_get_selected_row (entry->list);
  place = row != NULL ? gtk_list_box_row_get_index (row) : -1;

  if (key == GDK_KEY_Down && !gtk_widget_get_visible (GTK_WIDGET (entry->popover)))
    {
      offer (entry);
      return TRUE;
    }
  if (!gtk_widget_get_visible (GTK_WIDGET (entry->popover)))
    return FALSE;
  if (key == GDK_KEY_Down || key == GDK_KEY_Up)
    {
      row = gtk_list_box_get_row_at_index (entry->list,
                                           MAX (0, place + (key == GDK_KEY_Down ? 1 : -1)));
      if (row != NULL)
        gtk_list_box_select_row (entry->list, row);
      return TRUE;
    }
  if (key == GDK_KEY_Escape)
    {
      gtk_popover_popdown (entry->popover);
      return TRUE;
    }
  if (key == GDK_KEY_Tab && row == NULL)
    row = finishing_row (entry);
  if ((key != GDK_KEY_Tab && key != GDK_KEY_Return && key != GDK_KEY_KP_Enter) || row == NULL)
    return FALSE;
  accept (entry, row);
  return TRUE;
}

static void
on_changed (GtkEditable *editable, StudioFilterEntry *entry)
{
  if (entry->setting)
    return;
  check (entry);
  offer_soon (entry);
  entry->waiting = entry->vocabulary == NULL;
}

/* What is offered is for the word in which the cursor stands. */
static void
on_cursor (GtkEditable *editable, GParamSpec *spec, StudioFilterEntry *entry)
{
  if (!entry->setting && gtk_widget_get_visible (GTK_WIDGET (entry->popover)))
    offer_soon (entry);
}

static void
on_focus (GtkEventControllerFocus *focus, StudioFilterEntry *entry)
{
  g_signal_emit (entry, signals[WORDS_WANTED], 0);
}

static void
on_unfocus (GtkEventControllerFocus *focus, StudioFilterEntry *entry)
{
  gtk_popover_popdown (entry->popover);
}

static void
on_icon (GtkEntry *widget, GtkEntryIconPosition position, StudioFilterEntry *entry)
{
  if (position == GTK_ENTRY_ICON_SECONDARY)
    gtk_editable_set_text (GTK_EDITABLE (entry->entry), "");
}

/* ---- from outside ---- */

const char *
studio_filter_entry_filter (StudioFilterEntry *entry)
{
  return entry->filter;
}

void
studio_filter_entry_set_text (StudioFilterEntry *entry, const char *text)
{
  put_text (entry, text);
  gtk_editable_set_position (GTK_EDITABLE (entry->entry), -1);
}

void
studio_filter_entry_set_vocabulary (StudioFilterEntry *entry, StudioVocabulary *vocabulary)
{
  g_clear_pointer (&entry->vocabulary, g_hash_table_unref);
  entry->vocabulary = g_hash_table_ref (vocabulary);
  if (entry->waiting)
    offer_soon (entry);
  entry->waiting = FALSE;
}

const char *
studio_filter_entry_problem (StudioFilterEntry *entry)
{
  return gtk_revealer_get_reveal_child (entry->revealer) ? gtk_label_get_text (entry->problem)
                                                         : NULL;
}

char *
studio_filter_entry_strange_key (StudioFilterEntry *entry)
{
  g_autoptr (AssayFilter) filter = assay_filter_parse (entry->filter, NULL);
  g_auto (GStrv) keys = filter != NULL ? assay_filter_keys (filter) : NULL;

  for (char **key = keys; entry->vocabulary != NULL && key != NULL && *key != NULL; key++)
    if (!studio_vocabulary_knows (entry->vocabulary, *key))
      return g_strdup (*key);
  return NULL;
}

void
studio_filter_entry_grab_focus (StudioFilterEntry *entry)
{
  gtk_widget_grab_focus (GTK_WIDGET (entry->entry));
}

static void
studio_filter_entry_dispose (GObject *object)
{
  StudioFilterEntry *entry = STUDIO_FILTER_ENTRY (object);

  g_clear_handle_id (&entry->offering, g_source_remove);
  if (entry->popover != NULL)
    gtk_widget_unparent (GTK_WIDGET (g_steal_pointer (&entry->popover)));
  g_clear_pointer (&entry->vocabulary, g_hash_table_unref);
  g_clear_pointer (&entry->filter, g_free);
  G_OBJECT_CLASS (studio_filter_entry_parent_class)->dispose (object);
}

static void
studio_filter_entry_class_init (StudioFilterEntryClass *class)
{
  G_OBJECT_CLASS (class)->dispose = studio_filter_entry_dispose;
  signals[FILTER_CHANGED] = g_signal_new ("filter-changed", STUDIO_TYPE_FILTER_ENTRY,
                                          G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[WORDS_WANTED] = g_signal_new ("words-wanted", STUDIO_TYPE_FILTER_ENTRY, G_SIGNAL_RUN_LAST,
                                        0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
add_popover (StudioFilterEntry *entry)
{
  entry->popover = GTK_POPOVER (gtk_popover_new ());
  entry->list = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_popover_set_child (entry->popover, GTK_WIDGET (entry->list));
  gtk_popover_set_autohide (entry->popover, FALSE);
  gtk_popover_set_has_arrow (entry->popover, FALSE);
  gtk_popover_set_position (entry->popover, GTK_POS_BOTTOM);
  gtk_widget_set_halign (GTK_WIDGET (entry->popover), GTK_ALIGN_START);
  gtk_widget_set_can_focus (GTK_WIDGET (entry->popover), FALSE);
  gtk_widget_add_css_class (GTK_WIDGET (entry->popover), "menu");
  gtk_widget_set_parent (GTK_WIDGET (entry->popover), GTK_WIDGET (entry->entry));
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry->list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  "Words that fit", -1);
  g_signal_connect (entry->list, "row-activated", G_CALLBACK (on_row_activated), entry);
}

static void
add_entry (StudioFilterEntry *entry)
{
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();

  entry->entry = GTK_ENTRY (gtk_entry_new ());
  entry->text = GTK_TEXT (gtk_editable_get_delegate (GTK_EDITABLE (entry->entry)));
  gtk_entry_set_placeholder_text (entry->entry, "Filter, such as status=done and seed<=3");
  gtk_entry_set_icon_from_icon_name (entry->entry, GTK_ENTRY_ICON_PRIMARY,
                                     "system-search-symbolic");
  gtk_widget_set_hexpand (GTK_WIDGET (entry->entry), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry->entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  "Filter runs", -1);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (on_key), entry);
  g_signal_connect (focus, "enter", G_CALLBACK (on_focus), entry);
  g_signal_connect (focus, "leave", G_CALLBACK (on_unfocus), entry);
  gtk_widget_add_controller (GTK_WIDGET (entry->entry), keys);
  gtk_widget_add_controller (GTK_WIDGET (entry->entry), focus);
  g_signal_connect (entry->entry, "changed", G_CALLBACK (on_changed), entry);
  g_signal_connect (entry->entry, "notify::cursor-position", G_CALLBACK (on_cursor), entry);
  g_signal_connect (entry->entry, "icon-release", G_CALLBACK (on_icon), entry);
}

static void
studio_filter_entry_init (StudioFilterEntry *entry)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  entry->filter = g_strdup ("");
  entry->revealer = GTK_REVEALER (gtk_revealer_new ());
  entry->problem = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (entry->problem, 0);
  gtk_label_set_wrap (entry->problem, TRUE);
  gtk_label_set_wrap_mode (entry->problem, PANGO_WRAP_WORD_CHAR);
  gtk_widget_add_css_class (GTK_WIDGET (entry->problem), "error");
  gtk_widget_add_css_class (GTK_WIDGET (entry->problem), "caption");
  gtk_widget_set_margin_top (GTK_WIDGET (entry->problem), 6);
  gtk_revealer_set_child (entry->revealer, GTK_WIDGET (entry->problem));
  add_entry (entry);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (entry->entry));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (entry->revealer));
  adw_bin_set_child (ADW_BIN (entry), box);
  add_popover (entry);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/card.h"

#include "ui/desktop/words.h"

AssayStudyInfo *
studio_card_study (gpointer card)
{
  return g_object_get_data (card, "study");
}

static GtkWidget *
add_label (GtkWidget *box, const char *text, const char *class, int lines)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), lines > 1);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_lines (GTK_LABEL (label), lines);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 40);
  if (class != NULL)
    gtk_widget_add_css_class (label, class);
  gtk_box_append (GTK_BOX (box), label);
  return label;
}

/* "quick · standard · paper" of what is offered. */
static char *
preset_names (const AssayStudyInfo *study)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < study->n_presets; i++)
    if (!(study->presets[i].flags & ASSAY_HIDDEN))
      g_string_append_printf (names, "%s%s", names->len > 0 ? " · " : "", study->presets[i].id);
  return g_strdup (names->str);
}

static void
add_state (GtkWidget *box, const AssayStudyInfo *study)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *icon = gtk_image_new_from_icon_name ("dialog-warning-symbolic");
  GtkWidget *label;

  gtk_widget_add_css_class (icon, "warning");
  gtk_widget_set_valign (icon, GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (line), icon);
  label = add_label (line, study->blocked, "warning", 3);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (box), line);
}

GtkWidget *
studio_card_new (AssayStudyInfo *study)
{
  GtkWidget *child = gtk_flow_box_child_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6), *foot;
  const char *title = study->title != NULL ? study->title : study->id;
  g_autofree char *presets = preset_names (study);

  add_label (box, title, "title-4", 2);
  if (study->question != NULL)
    add_label (box, study->question, NULL, 3);
  if (study->paper != NULL)
    gtk_widget_add_css_class (add_label (box, study->paper, "dim-label", 2), "caption");
  if (study->blocked != NULL)
    add_state (box, study);
  foot = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  gtk_widget_set_valign (foot, GTK_ALIGN_END);
  gtk_widget_set_vexpand (foot, TRUE);
  gtk_widget_add_css_class (foot, "caption");
  gtk_widget_set_hexpand (add_label (foot, presets, "dim-label", 1), TRUE);
  g_object_set_data (G_OBJECT (child), "runs", add_label (foot, "", "dim-label", 1));
  gtk_box_append (GTK_BOX (box), foot);
  gtk_widget_add_css_class (box, "study");
  gtk_widget_add_css_class (child, "card");
  gtk_widget_add_css_class (child, "activatable");
  gtk_flow_box_child_set_child (GTK_FLOW_BOX_CHILD (child), box);
  g_object_set_data_full (G_OBJECT (child), "study", assay_study_info_ref (study),
                          (GDestroyNotify) assay_study_info_unref);
  gtk_accessible_update_property (GTK_ACCESSIBLE (child), GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  study->blocked != NULL    ? study->blocked
                                  : study->question != NULL ? study->question
                                                            : "",
                                  -1);
  return child;
}

void
studio_card_set_runs (gpointer card, guint n_runs)
{
  g_autofree char *text = n_runs > 0 ? studio_count (n_runs, "run") : g_strdup ("");

  gtk_label_set_text (GTK_LABEL (g_object_get_data (card, "runs")), text);
}

gboolean
studio_card_matches (gpointer card, const char *words)
{
  const AssayStudyInfo *study = studio_card_study (card);
  g_autofree char *presets = preset_names (study);
  g_autofree char *all = g_strjoin (" ", study->id, study->title ? study->title : "",
                                    study->question ? study->question : "",
                                    study->paper ? study->paper : "", presets, NULL);

  return g_str_match_string (words, all, TRUE);
}

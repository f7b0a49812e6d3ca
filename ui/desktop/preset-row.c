/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/preset-row.h"

#define NONE "none"

static AssayStudyInfo *
study_of (gpointer row)
{
  return g_object_get_data (row, "study");
}

static const char *
name_at (AdwComboRow *row, guint i)
{
  GListModel *names = adw_combo_row_get_model (row);

  return names != NULL && i < g_list_model_get_n_items (names)
             ? gtk_string_list_get_string (GTK_STRING_LIST (names), i)
             : NULL;
}

static const AssayPreset *
preset_at (AdwComboRow *row, guint i)
{
  const char *name = name_at (row, i);

  return name != NULL ? assay_study_preset (study_of (row), name) : NULL;
}

const AssayPreset *
studio_preset_row_chosen (AdwComboRow *row)
{
  return preset_at (row, adw_combo_row_get_selected (row));
}

gboolean
studio_preset_row_offers (AdwComboRow *row, const char *id)
{
  const char *name;

  for (guint i = 0; (name = name_at (row, i)) != NULL; i++)
    if (g_strcmp0 (name, id) == 0 && preset_at (row, i) != NULL)
      return TRUE;
  return FALSE;
}

void
studio_preset_row_choose (AdwComboRow *row, const char *id)
{
  const char *wanted = studio_preset_row_offers (row, id)        ? id
                       : studio_preset_row_offers (row, "quick") ? "quick"
                                                                 : NONE;
  const char *name;

  for (guint i = 0; (name = name_at (row, i)) != NULL; i++)
    if (g_str_equal (name, wanted))
      adw_combo_row_set_selected (row, i);
}

/* ---- what it says ---- */

/* Its title, and its help where there is room. */
static char *
words_of (const AssayPreset *preset, gboolean help)
{
  const char *first = preset != NULL ? preset->title : "All at their defaults";
  const char *second = preset != NULL && help ? preset->help : NULL;

  if (first != NULL && second != NULL)
    return g_strdup_printf ("%s. %s", first, second);
  return g_strdup (first != NULL ? first : second != NULL ? second : "");
}

static void
on_setup (GtkListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);

  for (guint i = 0; i < 2; i++)
    {
      GtkWidget *label = gtk_label_new (NULL);

      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_label_set_wrap (GTK_LABEL (label), TRUE);
      gtk_label_set_max_width_chars (GTK_LABEL (label), 36);
      if (i == 1)
        gtk_widget_add_css_class (label, "caption");
      gtk_box_append (GTK_BOX (box), label);
    }
  gtk_list_item_set_child (item, box);
}

static void
on_bind (GtkListItemFactory *factory, GtkListItem *item, AdwComboRow *row)
{
  GtkWidget *name = gtk_widget_get_first_child (gtk_list_item_get_child (item));
  guint i = gtk_list_item_get_position (item);
  g_autofree char *words = words_of (preset_at (row, i), FALSE);

  gtk_label_set_text (GTK_LABEL (name), name_at (row, i));
  gtk_label_set_text (GTK_LABEL (gtk_widget_get_next_sibling (name)), words);
}

static void
on_chosen (AdwComboRow *row, GParamSpec *spec, gpointer data)
{
  g_autofree char *words = words_of (studio_preset_row_chosen (row), TRUE);

  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), words);
}

static void
make_ready (AdwComboRow *row)
{
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();

  g_signal_connect (factory, "setup", G_CALLBACK (on_setup), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (on_bind), row);
  adw_combo_row_set_list_factory (row, factory);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  g_signal_connect (row, "notify::selected", G_CALLBACK (on_chosen), NULL);
}

void
studio_preset_row_set_study (AdwComboRow *row, AssayStudyInfo *study)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);

  if (adw_combo_row_get_list_factory (row) == NULL)
    make_ready (row);
  adw_combo_row_set_model (row, NULL); /* its names are of the study that it had */
  g_object_set_data_full (G_OBJECT (row), "study", assay_study_info_ref (study),
                          (GDestroyNotify) assay_study_info_unref);
  if (assay_study_preset (study, "quick") == NULL)
    gtk_string_list_append (names, NONE);
  for (guint i = 0; i < study->n_presets; i++)
    if (!(study->presets[i].flags & ASSAY_HIDDEN))
      gtk_string_list_append (names, study->presets[i].id);
  adw_combo_row_set_model (row, G_LIST_MODEL (names));
  on_chosen (row, NULL, NULL);
}

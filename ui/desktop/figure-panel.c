/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/figure-panel.h"

#include <math.h>
#include <string.h>

#define MAX_OPTIONS 16

/* A row of choices: the first is as declared. */
typedef struct
{
  const AssayChartOption *option;
  AdwComboRow *row;
  GPtrArray *values; /* char *; NULL the first */
} Choice;

struct _StudioFigurePanel
{
  AdwBin parent_instance;
  AdwPreferencesGroup *axes, *values, *shown, *lines;
  Choice choices[MAX_OPTIONS];
  guint n_choices;
  AdwComboRow *smooth;
  AdwActionRow *amount_row;
  GtkScale *amount;
  gboolean filling;
};

G_DEFINE_FINAL_TYPE (StudioFigurePanel, studio_figure_panel, ADW_TYPE_BIN)

static guint changed_signal;

static void
tell (StudioFigurePanel *panel, const char *name, const char *value)
{
  g_signal_emit (panel, changed_signal, 0, name, value);
}

/* ---- choices ---- */

static void
on_chosen (AdwComboRow *row, GParamSpec *spec, StudioFigurePanel *panel)
{
  guint i = adw_combo_row_get_selected (row);

  for (guint k = 0; k < panel->n_choices && !panel->filling; k++)
    if (panel->choices[k].row == row && i < panel->choices[k].values->len)
      tell (panel, panel->choices[k].option->name, panel->choices[k].values->pdata[i]);
}

static void
add_value (Choice *choice, GPtrArray *titles, const char *value, const char *title)
{
  g_ptr_array_add (choice->values, g_strdup (value));
  g_ptr_array_add (titles, g_strdup (title));
}

/* The texts of a choice; FALSE: they are as before. */
static gboolean
set_titles (Choice *choice, GPtrArray *titles)
{
  GListModel *old = adw_combo_row_get_model (choice->row);
  g_autoptr (GtkStringList) model = NULL;
  gboolean same = old != NULL && g_list_model_get_n_items (old) == titles->len;

  for (guint i = 0; same && i < titles->len; i++)
    same = g_str_equal (gtk_string_list_get_string (GTK_STRING_LIST (old), i), titles->pdata[i]);
  if (same)
    return FALSE;
  g_ptr_array_add (titles, NULL);
  model = gtk_string_list_new ((const char *const *) titles->pdata);
  adw_combo_row_set_model (choice->row, G_LIST_MODEL (model));
  return TRUE;
}

static void
fill_words (Choice *choice, GPtrArray *titles)
{
  g_auto (GStrv) words = assay_words (choice->option->words);
  g_auto (GStrv) names = g_strsplit (choice->option->titles, "|", -1);

  for (guint i = 0; words[i] != NULL && names[i] != NULL; i++)
    add_value (choice, titles, words[i], names[i]);
}

static void
fill_dims (Choice *choice, GPtrArray *titles, const AssayStudyInfo *study, AssayChart *chart)
{
  const char *const *dims = assay_chart_dims (chart);

  for (guint i = 0; dims[i] != NULL; i++)
    {
      g_autofree char *title = assay_chart_dim_title (study, dims[i]);

      add_value (choice, titles, dims[i], title);
    }
}

static void
show_choice (Choice *choice, const AssayStudyInfo *study, AssayChart *chart, GHashTable *options)
{
  const char *value = g_hash_table_lookup (options, choice->option->name);
  g_autoptr (GPtrArray) titles = g_ptr_array_new_with_free_func (g_free);
  guint chosen = 0;

  gtk_widget_set_visible (GTK_WIDGET (choice->row),
                          assay_chart_takes (chart, choice->option->name));
  g_ptr_array_set_size (choice->values, 0);
  add_value (choice, titles, NULL, "As declared");
  if (choice->option->words != NULL)
    fill_words (choice, titles);
  else
    fill_dims (choice, titles, study, chart);
  for (guint i = 1; i < choice->values->len; i++)
    if (g_strcmp0 (choice->values->pdata[i], value) == 0)
      chosen = i;
  set_titles (choice, titles);
  adw_combo_row_set_selected (choice->row, chosen);
}

static void
add_choice (StudioFigurePanel *panel, const AssayChartOption *option, AdwPreferencesGroup *group)
{
  Choice *choice = &panel->choices[panel->n_choices++];
  GtkWidget *row = adw_combo_row_new ();

  *choice = (Choice){ option, ADW_COMBO_ROW (row), g_ptr_array_new_with_free_func (g_free) };
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), option->title);
  g_signal_connect (row, "notify::selected", G_CALLBACK (on_chosen), panel);
  adw_preferences_group_add (group, row);
}

/* ---- smoothing ---- */

/* The scale goes from little to much; so does the weight of what was. */
#define DECADES 2.5

static char *
smoothing (guint kind, double part)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  if (kind == 0)
    return NULL;
  if (kind == 1)
    return g_strconcat (
        "ema ",
        g_ascii_formatd (number, sizeof number, "%.4f", 1 - pow (10, -DECADES * MAX (part, .02))),
        NULL);
  return g_strdup_printf ("mean %.0f", MAX (1, round (pow (10, DECADES * part))));
}

static void
on_smoothed (StudioFigurePanel *panel)
{
  guint kind = adw_combo_row_get_selected (panel->smooth);
  g_autofree char *value = smoothing (kind, gtk_range_get_value (GTK_RANGE (panel->amount)));

  gtk_widget_set_visible (GTK_WIDGET (panel->amount_row), kind > 0);
  if (!panel->filling)
    tell (panel, "smooth", value);
}

static void
show_smoothing (StudioFigurePanel *panel, const char *value)
{
  gboolean ema = value != NULL && g_str_has_prefix (value, "ema ");
  const char *space = value != NULL ? strchr (value, ' ') : NULL;
  double number = space != NULL ? g_ascii_strtod (space, NULL) : 0;
  double part = ema ? -log10 (1 - number) / DECADES : log10 (MAX (number, 1)) / DECADES;

  adw_combo_row_set_selected (panel->smooth, value == NULL ? 0 : ema ? 1 : 2);
  gtk_widget_set_visible (GTK_WIDGET (panel->amount_row), value != NULL);
  if (value != NULL && fabs (part - gtk_range_get_value (GTK_RANGE (panel->amount))) > .01)
    gtk_range_set_value (GTK_RANGE (panel->amount), part);
}

static void
add_smoothing (StudioFigurePanel *panel)
{
  const char *const kinds[] = { "None", "Exponential mean", "Moving mean", NULL };
  g_autoptr (GtkStringList) model = gtk_string_list_new (kinds);

  panel->smooth = ADW_COMBO_ROW (adw_combo_row_new ());
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (panel->smooth), "Smoothing");
  adw_action_row_set_subtitle (ADW_ACTION_ROW (panel->smooth), "What was measured stays, faint");
  adw_combo_row_set_model (panel->smooth, G_LIST_MODEL (model));
  panel->amount = GTK_SCALE (gtk_scale_new_with_range (GTK_ORIENTATION_HORIZONTAL, 0, 1, .02));
  gtk_range_set_value (GTK_RANGE (panel->amount), .4);
  gtk_widget_set_name (GTK_WIDGET (panel->amount), "amount");
  gtk_widget_set_hexpand (GTK_WIDGET (panel->amount), TRUE);
  gtk_widget_set_size_request (GTK_WIDGET (panel->amount), 140, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (panel->amount), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  "How much it is smoothed", -1);
  panel->amount_row = ADW_ACTION_ROW (adw_action_row_new ());
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (panel->amount_row), "How much");
  adw_action_row_add_suffix (panel->amount_row, GTK_WIDGET (panel->amount));
  adw_preferences_group_add (panel->lines, GTK_WIDGET (panel->smooth));
  adw_preferences_group_add (panel->lines, GTK_WIDGET (panel->amount_row));
  g_signal_connect_swapped (panel->smooth, "notify::selected", G_CALLBACK (on_smoothed), panel);
  g_signal_connect_swapped (panel->amount, "value-changed", G_CALLBACK (on_smoothed), panel);
}

/* ---- all of it ---- */

void
studio_figure_panel_show (StudioFigurePanel *panel, const AssayStudyInfo *study, AssayChart *chart,
                          GHashTable *options)
{
  panel->filling = TRUE;
  for (guint i = 0; i < panel->n_choices; i++)
    show_choice (&panel->choices[i], study, chart, options);
  show_smoothing (panel, g_hash_table_lookup (options, "smooth"));
  gtk_widget_set_visible (GTK_WIDGET (panel->lines), assay_chart_takes (chart, "smooth"));
  gtk_widget_set_visible (GTK_WIDGET (panel->axes), assay_chart_takes (chart, "x-scale")
                                                        || assay_chart_takes (chart, "y-scale"));
  gtk_widget_set_visible (GTK_WIDGET (panel->values),
                          assay_chart_takes (chart, "center") || assay_chart_takes (chart, "band"));
  gtk_widget_set_visible (GTK_WIDGET (panel->shown), assay_chart_takes (chart, "row"));
  panel->filling = FALSE;
}

GtkWidget *
studio_figure_panel_new (void)
{
  return g_object_new (STUDIO_TYPE_FIGURE_PANEL, NULL);
}

static AdwPreferencesGroup *
add_group (GtkBox *box, const char *title)
{
  GtkWidget *group = adw_preferences_group_new ();

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), title);
  gtk_box_append (box, group);
  return ADW_PREFERENCES_GROUP (group);
}

static AdwPreferencesGroup *
group_of (StudioFigurePanel *panel, const AssayChartOption *option)
{
  if (g_str_has_suffix (option->name, "-scale"))
    return panel->axes;
  if (option->words != NULL)
    return panel->values;
  return g_str_equal (option->name, "per") ? panel->lines : panel->shown;
}

static void
studio_figure_panel_finalize (GObject *object)
{
  StudioFigurePanel *panel = STUDIO_FIGURE_PANEL (object);

  for (guint i = 0; i < panel->n_choices; i++)
    g_ptr_array_unref (panel->choices[i].values);
  G_OBJECT_CLASS (studio_figure_panel_parent_class)->finalize (object);
}

static void
studio_figure_panel_class_init (StudioFigurePanelClass *class)
{
  G_OBJECT_CLASS (class)->finalize = studio_figure_panel_finalize;
  changed_signal = g_signal_new ("changed", STUDIO_TYPE_FIGURE_PANEL, G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
}

static void
studio_figure_panel_init (StudioFigurePanel *panel)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);

  panel->axes = add_group (GTK_BOX (box), "Axes");
  panel->values = add_group (GTK_BOX (box), "Center and band");
  panel->lines = add_group (GTK_BOX (box), "Lines");
  panel->shown = add_group (GTK_BOX (box), "Shown by");
  for (guint i = 0; i < assay_n_chart_options && panel->n_choices < MAX_OPTIONS; i++)
    if (assay_chart_options[i].title != NULL && !g_str_equal (assay_chart_options[i].name, "smooth")
        && !g_str_equal (assay_chart_options[i].name, "slider"))
      add_choice (panel, &assay_chart_options[i], group_of (panel, &assay_chart_options[i]));
  add_smoothing (panel);
  adw_bin_set_child (ADW_BIN (panel), box);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/param-row.h"

#include "ui/desktop/param-editor.h"
#include "ui/desktop/split.h"
#include <string.h>

#define SIDE_BY_SIDE 480
#define CONTROLS 296

struct _StudioParamRow
{
  AdwPreferencesRow parent_instance;
  const AssayParam *param;
  GtkStack *editors;
  StudioEditor one, several; /* the second is made when first wanted */
  GtkToggleButton *sweep;
  GtkButton *reset;
  GtkLabel *problem;
  char *text; /* as shown */
  gboolean showing;
};

G_DEFINE_FINAL_TYPE (StudioParamRow, studio_param_row, ADW_TYPE_PREFERENCES_ROW)

enum
{
  EDITED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

const AssayParam *
studio_param_row_param (StudioParamRow *row)
{
  return row->param;
}

static void
on_edited (gpointer data, const char *text, gboolean several)
{
  StudioParamRow *row = data;

  g_free (row->text);
  row->text = g_strdup (text);
  g_signal_emit (row, signals[EDITED], 0, text, several);
}

static void
ensure_several (StudioParamRow *row)
{
  if (row->several.widget != NULL)
    return;
  row->several = studio_editor_several (row->param, on_edited, row);
  gtk_stack_add_named (row->editors, row->several.widget, "several");
}

/* From several values to the first of them. */
static void
on_sweep_toggled (GtkToggleButton *button, StudioParamRow *row)
{
  gboolean several = gtk_toggle_button_get_active (button);
  g_autofree char *text = g_strdup (row->text != NULL ? row->text : "");

  if (row->showing)
    return;
  if (!several)
    text[strcspn (text, ",")] = '\0';
  g_signal_emit (row, signals[EDITED], 0, text, several);
}

static void
on_reset (GtkButton *button, StudioParamRow *row)
{
  g_signal_emit (row, signals[EDITED], 0, NULL, FALSE);
}

/* ---- showing ---- */

static void
mark (GtkWidget *widget, const char *class, gboolean on)
{
  if (widget == NULL)
    return;
  if (on)
    gtk_widget_add_css_class (widget, class);
  else
    gtk_widget_remove_css_class (widget, class);
}

static void
show_problem (StudioParamRow *row, const char *problem)
{
  gtk_label_set_text (row->problem, problem != NULL ? problem : "");
  gtk_widget_set_visible (GTK_WIDGET (row->problem), problem != NULL);
  mark (row->one.entry, "error", problem != NULL);
  mark (row->several.entry, "error", problem != NULL);
  gtk_accessible_update_state (
      GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_STATE_INVALID,
      problem != NULL ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE, -1);
}

void
studio_param_row_show (StudioParamRow *row, const StudioSetting *setting, const char *const *values,
                       const char *problem)
{
  gboolean several = setting != NULL ? setting->several : values[0] != NULL && values[1] != NULL;
  g_autofree char *joined = setting == NULL ? g_strjoinv (", ", (GStrv) values) : NULL;
  const char *text = setting != NULL ? setting->text : joined;

  row->showing = TRUE;
  g_free (row->text);
  row->text = g_strdup (text);
  if (several)
    ensure_several (row);
  studio_editor_show (several ? &row->several : &row->one, row->param, text);
  gtk_stack_set_visible_child (row->editors, several ? row->several.widget : row->one.widget);
  gtk_toggle_button_set_active (row->sweep, several);
  gtk_widget_set_opacity (GTK_WIDGET (row->reset), setting != NULL ? 1 : 0);
  gtk_widget_set_sensitive (GTK_WIDGET (row->reset), setting != NULL);
  mark (GTK_WIDGET (row), "changed", setting != NULL);
  show_problem (row, problem);
  row->showing = FALSE;
}

/* ---- the row ---- */

static GtkWidget *
label_new (const char *text, const char *class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  if (class != NULL)
    gtk_widget_add_css_class (label, class);
  return label;
}

/* What the parameter is: title and unit, help. */
static GtkWidget *
words_new (const AssayParam *param)
{
  GtkWidget *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  const char *title = param->title != NULL ? param->title : param->id;
  g_autofree char *text
      = param->unit != NULL ? g_strdup_printf ("%s (%s)", title, param->unit) : g_strdup (title);
  g_autofree char *typed = g_strdup_printf ("On the command line: %s", param->id);
  GtkWidget *label = label_new (text, "param-title");

  gtk_widget_set_tooltip_text (label, typed);
  gtk_box_append (GTK_BOX (words), label);
  if (param->help != NULL)
    {
      GtkWidget *help = label_new (param->help, "dim-label");

      gtk_widget_add_css_class (help, "caption");
      gtk_box_append (GTK_BOX (words), help);
    }
  gtk_widget_set_valign (words, GTK_ALIGN_CENTER);
  return words;
}

static void
name_button (GtkWidget *button, const AssayParam *param, const char *does)
{
  g_autofree char *name
      = g_strdup_printf ("%s, %s", param->title != NULL ? param->title : param->id, does);

  gtk_widget_set_tooltip_text (button, does);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static GtkWidget *
controls_new (StudioParamRow *row)
{
  GtkWidget *controls = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *sweep = gtk_toggle_button_new (), *reset = gtk_button_new ();

  gtk_widget_set_size_request (controls, CONTROLS, -1); /* so that they stand in a column */

  row->editors = GTK_STACK (gtk_stack_new ());
  gtk_stack_set_hhomogeneous (row->editors, FALSE);
  gtk_widget_set_hexpand (GTK_WIDGET (row->editors), TRUE);
  gtk_stack_add_named (row->editors, row->one.widget, "one");
  gtk_button_set_icon_name (GTK_BUTTON (sweep), "studio-sweep-symbolic");
  name_button (sweep, row->param, "several values, to be swept");
  g_signal_connect (sweep, "toggled", G_CALLBACK (on_sweep_toggled), row);
  gtk_button_set_icon_name (GTK_BUTTON (reset), "edit-undo-symbolic");
  name_button (reset, row->param, "back to the preset's value");
  g_signal_connect (reset, "clicked", G_CALLBACK (on_reset), row);
  gtk_widget_set_name (sweep, "sweep");
  gtk_widget_set_name (reset, "reset");
  row->sweep = GTK_TOGGLE_BUTTON (sweep);
  row->reset = GTK_BUTTON (reset);
  gtk_box_append (GTK_BOX (controls), GTK_WIDGET (row->editors));
  gtk_box_append (GTK_BOX (controls), sweep);
  gtk_box_append (GTK_BOX (controls), reset);
  return controls;
}

StudioParamRow *
studio_param_row_new (const AssayParam *param)
{
  StudioParamRow *row = g_object_new (STUDIO_TYPE_PARAM_ROW, "activatable", FALSE, "title",
                                      param->title != NULL ? param->title : param->id, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  row->param = param;
  row->one = studio_editor_one (param, on_edited, row);
  row->problem = GTK_LABEL (label_new ("", "error"));
  gtk_widget_add_css_class (GTK_WIDGET (row->problem), "caption");
  gtk_widget_add_css_class (box, "param");
  gtk_box_append (GTK_BOX (box),
                  studio_split_new (words_new (param), controls_new (row), SIDE_BY_SIDE));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (row->problem));
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  return row;
}

static void
studio_param_row_finalize (GObject *object)
{
  g_free (STUDIO_PARAM_ROW (object)->text);
  G_OBJECT_CLASS (studio_param_row_parent_class)->finalize (object);
}

static void
studio_param_row_class_init (StudioParamRowClass *class)
{
  G_OBJECT_CLASS (class)->finalize = studio_param_row_finalize;
  signals[EDITED] = g_signal_new ("edited", STUDIO_TYPE_PARAM_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_BOOLEAN);
}

static void
studio_param_row_init (StudioParamRow *row)
{
}

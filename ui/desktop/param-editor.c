/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/param-editor.h"

#include "host/registry/registry.h"
#include "ui/desktop/file-dialog.h"
#include <math.h>
#include <string.h>

#define LEAST 5     /* letters that an entry shows wherever it is */
#define SEARCHED 10 /* choices from which on the list can be searched */

/* What a control remembers; kept with its widget. */
typedef struct
{
  const AssayParam *param;
  StudioEdited edited;
  gpointer row;
  gboolean several, showing;
  GtkWidget *entry, *scale, *button; /* of those that have them */
} Control;

static Control *
control_of (gpointer widget)
{
  return g_object_get_data (widget, "control");
}

static Control *
control_new (GtkWidget *widget, const AssayParam *param, StudioEdited edited, gpointer row,
             gboolean several)
{
  Control *control = g_new0 (Control, 1);

  control->param = param;
  control->edited = edited;
  control->row = row;
  control->several = several;
  g_object_set_data_full (G_OBJECT (widget), "control", control, g_free);
  return control;
}

static void
report (Control *control, const char *text)
{
  if (!control->showing)
    control->edited (control->row, text, control->several);
}

static const char *
title_of (const AssayParam *param)
{
  return param->title != NULL ? param->title : param->id;
}

static void
name_control (GtkWidget *widget, const AssayParam *param, const char *more)
{
  g_autofree char *name = g_strconcat (title_of (param), more, NULL);

  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  param->help != NULL ? param->help : "", -1);
}

/* ---- entries ---- */

static void
on_entry_changed (GtkEditable *entry, GtkWidget *widget)
{
  report (control_of (widget), gtk_editable_get_text (entry));
}

static GtkWidget *
entry_new (GtkWidget *widget, Control *control, int width)
{
  GtkWidget *entry = gtk_entry_new ();

  gtk_widget_set_valign (entry, GTK_ALIGN_CENTER);
  gtk_editable_set_width_chars (GTK_EDITABLE (entry), LEAST);
  gtk_editable_set_max_width_chars (GTK_EDITABLE (entry), width);
  g_signal_connect (entry, "changed", G_CALLBACK (on_entry_changed), widget);
  control->entry = entry;
  return entry;
}

/* Only where it differs, so that the cursor stays while somebody types. */
static void
show_entry (GtkWidget *widget, const AssayParam *param, const char *text)
{
  GtkEditable *entry = GTK_EDITABLE (control_of (widget)->entry);

  if (strcmp (gtk_editable_get_text (entry), text) != 0)
    gtk_editable_set_text (entry, text);
}

static StudioEditor
text_editor (const AssayParam *param, StudioEdited edited, gpointer row)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  Control *control = control_new (box, param, edited, row, FALSE);
  GtkWidget *entry = entry_new (box, control, 22);

  gtk_widget_set_hexpand (entry, TRUE);
  name_control (entry, param, "");
  gtk_box_append (GTK_BOX (box), entry);
  return (StudioEditor){ box, entry, show_entry };
}

/* ---- numbers: an entry, and a slider where there is a range ---- */

static gboolean
slider_range (const AssayParam *param, double *low, double *high)
{
  gboolean limited = param->min != param->max, ui = param->ui_min != param->ui_max;

  *low = ui ? param->ui_min : param->min;
  *high = ui ? param->ui_max : param->max;
  if (limited)
    {
      *low = MAX (*low, param->min);
      *high = MIN (*high, param->max);
    }
  return (limited || ui) && *low < *high;
}

static gboolean
is_logarithmic (const AssayParam *param)
{
  double low, high;

  return (param->flags & ASSAY_LOG_SLIDER) && slider_range (param, &low, &high) && low > 0;
}

static void
on_slid (GtkRange *scale, GtkWidget *widget)
{
  Control *control = control_of (widget);
  double at = gtk_range_get_value (scale);
  double value = is_logarithmic (control->param) ? pow (10, at) : at;
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (control->showing)
    return;
  if (control->param->type == ASSAY_INT)
    g_snprintf (text, sizeof text, "%.0f", round (value));
  else
    g_ascii_formatd (text, sizeof text, "%.3g", value);
  gtk_editable_set_text (GTK_EDITABLE (control->entry), text); /* which reports it */
}

static void
show_number (GtkWidget *widget, const AssayParam *param, const char *text)
{
  Control *control = control_of (widget);
  double value = g_ascii_strtod (text, NULL);

  show_entry (widget, param, text);
  if (control->scale == NULL || !isfinite (value))
    return;
  if (is_logarithmic (param))
    value = value > 0 ? log10 (value) : -G_MAXDOUBLE;
  gtk_range_set_value (GTK_RANGE (control->scale), value);
}

/* Turning the wheel over a form scrolls it; it must not change what lies under the pointer. */
static void
ignore_wheel (GtkWidget *scale)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (scale);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_EVENT_CONTROLLER_SCROLL (controller))
        gtk_event_controller_set_propagation_phase (controller, GTK_PHASE_NONE);
    }
}

static GtkWidget *
scale_new (GtkWidget *widget, const AssayParam *param)
{
  double low, high, step;
  GtkWidget *scale;

  if (!slider_range (param, &low, &high))
    return NULL;
  if (is_logarithmic (param))
    {
      low = log10 (low);
      high = log10 (high);
    }
  step = param->type == ASSAY_INT && !is_logarithmic (param) ? 1 : (high - low) / 100;
  scale = gtk_scale_new_with_range (GTK_ORIENTATION_HORIZONTAL, low, high, step);
  gtk_scale_set_draw_value (GTK_SCALE (scale), FALSE);
  gtk_widget_set_hexpand (scale, TRUE);
  gtk_widget_set_size_request (scale, 110, -1);
  name_control (scale, param, ", slider");
  ignore_wheel (scale);
  g_signal_connect (scale, "value-changed", G_CALLBACK (on_slid), widget);
  return scale;
}

static StudioEditor
number_editor (const AssayParam *param, StudioEdited edited, gpointer row)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  Control *control = control_new (box, param, edited, row, FALSE);
  GtkWidget *entry = entry_new (box, control, 9);

  control->scale = scale_new (box, param);
  if (control->scale != NULL)
    gtk_box_append (GTK_BOX (box), control->scale);
  gtk_entry_set_alignment (GTK_ENTRY (entry), 1);
  gtk_entry_set_input_purpose (GTK_ENTRY (entry), GTK_INPUT_PURPOSE_NUMBER);
  gtk_widget_add_css_class (entry, "numeric");
  gtk_widget_set_hexpand (entry, control->scale == NULL);
  gtk_widget_set_halign (entry, GTK_ALIGN_END);
  name_control (entry, param, "");
  gtk_box_append (GTK_BOX (box), entry);
  return (StudioEditor){ box, entry, show_number };
}

/* ---- switches and choices ---- */

static void
on_switched (GtkSwitch *sw, GParamSpec *spec, gpointer data)
{
  report (control_of (sw), gtk_switch_get_active (sw) ? "true" : "false");
}

static void
show_switch (GtkWidget *widget, const AssayParam *param, const char *text)
{
  gtk_switch_set_active (GTK_SWITCH (widget), strcmp (text, "true") == 0);
}

static StudioEditor
switch_editor (const AssayParam *param, StudioEdited edited, gpointer row)
{
  GtkWidget *sw = gtk_switch_new ();

  control_new (sw, param, edited, row, FALSE);
  gtk_widget_set_halign (sw, GTK_ALIGN_END);
  gtk_widget_set_valign (sw, GTK_ALIGN_CENTER);
  name_control (sw, param, "");
  g_signal_connect (sw, "notify::active", G_CALLBACK (on_switched), NULL);
  return (StudioEditor){ sw, NULL, show_switch };
}

static GStrv
choices_of (const AssayParam *param)
{
  return assay_words (param->type == ASSAY_BOOL ? "true false" : param->choices);
}

static void
on_chosen (GtkDropDown *list, GParamSpec *spec, gpointer data)
{
  GtkStringObject *chosen = gtk_drop_down_get_selected_item (list);

  if (chosen != NULL)
    report (control_of (list), gtk_string_object_get_string (chosen));
}

static void
show_choice (GtkWidget *widget, const AssayParam *param, const char *text)
{
  g_auto (GStrv) choices = choices_of (param);

  for (guint i = 0; choices[i] != NULL; i++)
    if (strcmp (choices[i], text) == 0)
      gtk_drop_down_set_selected (GTK_DROP_DOWN (widget), i);
}

static StudioEditor
choice_editor (const AssayParam *param, StudioEdited edited, gpointer row)
{
  g_auto (GStrv) choices = choices_of (param);
  GtkWidget *list = gtk_drop_down_new_from_strings ((const char *const *) choices);

  control_new (list, param, edited, row, FALSE);
  if (g_strv_length (choices) > SEARCHED)
    {
      g_autoptr (GtkExpression) text
          = gtk_property_expression_new (GTK_TYPE_STRING_OBJECT, NULL, "string");

      gtk_drop_down_set_expression (GTK_DROP_DOWN (list), text);
      gtk_drop_down_set_enable_search (GTK_DROP_DOWN (list), TRUE);
    }
  gtk_widget_set_halign (list, GTK_ALIGN_END);
  gtk_widget_set_valign (list, GTK_ALIGN_CENTER);
  name_control (list, param, "");
  g_signal_connect (list, "notify::selected", G_CALLBACK (on_chosen), NULL);
  return (StudioEditor){ list, NULL, show_choice };
}

/* ---- files ---- */

static void
on_file_chosen (gpointer widget, const char *path, GtkFileChooser *dialog)
{
  gtk_editable_set_text (GTK_EDITABLE (control_of (widget)->entry), path);
}

static void
on_browse (GtkButton *button, GtkWidget *widget)
{
  GtkFileChooserNative *dialog
      = studio_file_dialog_new (widget, title_of (control_of (widget)->param),
                                GTK_FILE_CHOOSER_ACTION_OPEN, "_Choose", on_file_chosen);

  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static StudioEditor
file_editor (const AssayParam *param, StudioEdited edited, gpointer row)
{
  StudioEditor editor = text_editor (param, edited, row);
  GtkWidget *button = gtk_button_new_from_icon_name ("document-open-symbolic");

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_name (button, "browse");
  gtk_widget_set_tooltip_text (button, "Choose a file");
  name_control (button, param, ", choose a file");
  g_signal_connect (button, "clicked", G_CALLBACK (on_browse), editor.widget);
  gtk_box_append (GTK_BOX (editor.widget), button);
  return editor;
}

/* ---- several values ---- */

static StudioEditor
sweep_editor (const AssayParam *param, StudioEdited edited, gpointer row)
{
  StudioEditor editor = text_editor (param, edited, row);
  GtkWidget *entry = editor.entry;
  gboolean number = param->type == ASSAY_INT || param->type == ASSAY_REAL;

  control_of (editor.widget)->several = TRUE;
  gtk_entry_set_placeholder_text (GTK_ENTRY (entry),
                                  number ? "1, 3, 5 or log(1..100, 5)" : "one, two, three");
  gtk_widget_set_tooltip_text (entry,
                               number ? "A list, or a range: lin(0..1, 5), log(1e-4..1e-1, 7), "
                                        "uniform(0..1, 8, SEED), loguniform(1e-4..1e-1, 8, SEED)"
                                      : "A list, separated by commas");
  name_control (entry, param, ", several values");
  return editor;
}

static GtkWidget *
boxes_of (GtkWidget *button)
{
  return g_object_get_data (G_OBJECT (button), "boxes");
}

static char *
ticked (GtkWidget *button, guint *n, guint *of)
{
  g_autoptr (GString) text = g_string_new (NULL);

  *n = *of = 0;
  for (GtkWidget *box = gtk_widget_get_first_child (boxes_of (button)); box != NULL;
       box = gtk_widget_get_next_sibling (box))
    {
      ++*of;
      if (!gtk_check_button_get_active (GTK_CHECK_BUTTON (box)))
        continue;
      g_string_append_printf (text, "%s%s", ++*n > 1 ? ", " : "",
                              gtk_check_button_get_label (GTK_CHECK_BUTTON (box)));
    }
  return g_strdup (text->str);
}

static void
label_ticked (GtkWidget *button)
{
  guint n, of;
  g_autofree char *text = ticked (button, &n, &of);
  g_autofree char *count = g_strdup_printf ("%u of %u", n, of);
  gboolean brief = g_utf8_strlen (text, -1) <= 24 && n > 0;

  gtk_label_set_text (GTK_LABEL (gtk_menu_button_get_child (GTK_MENU_BUTTON (button))),
                      brief ? text : count);
  gtk_widget_set_tooltip_text (button, n > 0 ? text : NULL);
}

static void
on_ticked (GtkCheckButton *box, GtkWidget *button)
{
  guint n, of;
  g_autofree char *text = ticked (button, &n, &of);

  if (control_of (button)->showing)
    return;
  label_ticked (button);
  report (control_of (button), text);
}

static void
show_ticks (GtkWidget *button, const AssayParam *param, const char *text)
{
  g_auto (GStrv) words = assay_words (text);

  for (GtkWidget *box = gtk_widget_get_first_child (boxes_of (button)); box != NULL;
       box = gtk_widget_get_next_sibling (box))
    gtk_check_button_set_active (
        GTK_CHECK_BUTTON (box),
        g_strv_contains ((const char *const *) words,
                         gtk_check_button_get_label (GTK_CHECK_BUTTON (box))));
  label_ticked (button);
}

static StudioEditor
ticks_editor (const AssayParam *param, StudioEdited edited, gpointer row)
{
  GtkWidget *button = gtk_menu_button_new (), *popover = gtk_popover_new ();
  GtkWidget *label = gtk_label_new (NULL);
  GtkWidget *scroll = gtk_scrolled_window_new (),
            *boxes = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  g_auto (GStrv) choices = choices_of (param);

  control_new (button, param, edited, row, TRUE);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END); /* the tooltip has it all */
  gtk_menu_button_set_child (GTK_MENU_BUTTON (button), label);
  gtk_menu_button_set_always_show_arrow (GTK_MENU_BUTTON (button), TRUE);
  g_object_set_data (G_OBJECT (button), "boxes", boxes);
  for (guint i = 0; choices[i] != NULL; i++)
    {
      GtkWidget *box = gtk_check_button_new_with_label (choices[i]);

      g_signal_connect (box, "toggled", G_CALLBACK (on_ticked), button);
      gtk_box_append (GTK_BOX (boxes), box);
    }
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroll), boxes);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroll), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroll), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroll), 320);
  gtk_popover_set_child (GTK_POPOVER (popover), scroll);
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (button), popover);
  gtk_widget_set_halign (button, GTK_ALIGN_END);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  name_control (button, param, ", several values");
  return (StudioEditor){ button, NULL, show_ticks };
}

/* ---- ---- */

StudioEditor
studio_editor_one (const AssayParam *param, StudioEdited edited, gpointer row)
{
  static StudioEditor (*const make[]) (const AssayParam *, StudioEdited, gpointer) = {
    [ASSAY_BOOL] = switch_editor,   [ASSAY_INT] = number_editor,  [ASSAY_REAL] = number_editor,
    [ASSAY_CHOICE] = choice_editor, [ASSAY_STRING] = text_editor, [ASSAY_FILE] = file_editor,
  };

  return make[param->type](param, edited, row);
}

StudioEditor
studio_editor_several (const AssayParam *param, StudioEdited edited, gpointer row)
{
  return param->type == ASSAY_CHOICE || param->type == ASSAY_BOOL
             ? ticks_editor (param, edited, row)
             : sweep_editor (param, edited, row);
}

void
studio_editor_show (const StudioEditor *editor, const AssayParam *param, const char *text)
{
  Control *control = control_of (editor->widget);

  control->showing = TRUE;
  editor->show (editor->widget, param, text);
  control->showing = FALSE;
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * What the form sets besides parameters: preset and seeds, cores, limits, what counts.
 */
#include "ui/desktop/form-private.h"

#include "ui/desktop/preset-row.h"

static void
show_seeds (StudioForm *form)
{
  const AssayPreset *preset = studio_preset_row_chosen (form->preset);
  g_autofree char *seeds = g_strdup_printf ("%u", preset != NULL ? MAX (preset->seeds, 1) : 1);

  gtk_entry_set_placeholder_text (form->seeds, seeds);
}

static void
on_preset (AdwComboRow *row, GParamSpec *spec, StudioForm *form)
{
  const AssayPreset *preset = studio_preset_row_chosen (row);

  if (form->filling || form->draft == NULL)
    return;
  studio_form_set_preset (form, preset);
  show_seeds (form);
}

void
studio_form_mark_seeds (StudioForm *form, gboolean wrong)
{
  if (wrong)
    gtk_widget_add_css_class (GTK_WIDGET (form->seeds), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (form->seeds), "error");
  gtk_accessible_update_state (GTK_ACCESSIBLE (form->seeds), GTK_ACCESSIBLE_STATE_INVALID,
                               wrong ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE,
                               -1);
}

static void
on_seeds (GtkEditable *entry, StudioForm *form)
{
  if (form->filling || form->draft == NULL)
    return;
  g_free (form->draft->seeds);
  form->draft->seeds = g_strdup (gtk_editable_get_text (entry));
  studio_form_changed (form);
}

/* All cores are written as 0, so that the draft means the same on another machine. */
static void
on_cores (GtkSpinButton *spin, StudioForm *form)
{
  guint cores = (guint) gtk_spin_button_get_value_as_int (spin);

  if (form->filling || form->draft == NULL)
    return;
  form->draft->cores = cores == g_get_num_processors () ? 0 : cores;
  studio_form_changed (form);
}

/* "30 min, 2,048 MB": what is set is seen while the row is closed. */
static void
show_limits (StudioForm *form)
{
  const StudioDraft *draft = form->draft;
  g_autoptr (GString) text = g_string_new (NULL);
  const struct
  {
    guint amount;
    const char *before, *after;
  } parts[] = { { draft->minutes, "", " min a run" },
                { draft->megabytes, "", " MB a run" },
                { draft->max_failures, "end after ",
                  draft->max_failures == 1 ? " failure" : " failures" } };

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (parts[i].amount > 0)
      g_string_append_printf (text, "%s%s%u%s", text->len > 0 ? ", " : "", parts[i].before,
                              parts[i].amount, parts[i].after);
  adw_expander_row_set_subtitle (form->limits, text->len > 0 ? text->str : "None");
}

static void
on_limit (GtkSpinButton *spin, StudioForm *form)
{
  StudioDraft *draft = form->draft;

  if (form->filling || draft == NULL)
    return;
  draft->minutes = (guint) gtk_spin_button_get_value_as_int (form->minutes);
  draft->megabytes = (guint) gtk_spin_button_get_value_as_int (form->megabytes);
  draft->max_failures = (guint) gtk_spin_button_get_value_as_int (form->max_failures);
  show_limits (form);
  studio_form_changed (form);
}

static void
on_resume (GtkSwitch *sw, GParamSpec *spec, StudioForm *form)
{
  if (form->filling || form->draft == NULL)
    return;
  form->draft->resume = gtk_switch_get_active (sw);
  studio_form_changed (form);
}

void
studio_form_show_draft (StudioForm *form)
{
  const StudioDraft *draft = form->draft;

  form->filling = TRUE;
  studio_preset_row_choose (form->preset, draft->preset);
  gtk_editable_set_text (GTK_EDITABLE (form->seeds), draft->seeds);
  gtk_spin_button_set_range (form->cores, 1, g_get_num_processors ());
  gtk_spin_button_set_increments (form->cores, 1, 4);
  gtk_spin_button_set_value (form->cores,
                             draft->cores > 0 ? draft->cores : g_get_num_processors ());
  gtk_spin_button_set_value (form->minutes, draft->minutes);
  gtk_spin_button_set_value (form->megabytes, draft->megabytes);
  gtk_spin_button_set_value (form->max_failures, draft->max_failures);
  show_limits (form);
  gtk_switch_set_active (form->resume, draft->resume);
  form->filling = FALSE;
  show_seeds (form);
}

void
studio_form_bind_plan (GtkWidgetClass *class)
{
#define CHILD(child) gtk_widget_class_bind_template_child (class, StudioForm, child)
  CHILD (preset);
  CHILD (seeds);
  CHILD (cores);
  CHILD (limits);
  CHILD (minutes);
  CHILD (megabytes);
  CHILD (max_failures);
  CHILD (resume);
#undef CHILD
  gtk_widget_class_bind_template_callback (class, on_preset);
  gtk_widget_class_bind_template_callback (class, on_seeds);
  gtk_widget_class_bind_template_callback (class, on_cores);
  gtk_widget_class_bind_template_callback (class, on_limit);
  gtk_widget_class_bind_template_callback (class, on_resume);
}

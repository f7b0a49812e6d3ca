/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/study-page.h"

#include "host/claims/claims.h"
#include "ui/desktop/slices.h"
#include "ui/desktop/task.h"
#include "ui/desktop/width-bin.h"
#include <string.h>

/* A line of the page, to be made when there is time. */
typedef struct
{
  const char *heading; /* of the list that begins with it; NULL: it goes into the last one */
  char *title, *subtitle;
  char *figure; /* that it leads to; NULL: none */
} Line;

struct _StudioStudyPage
{
  AdwBin parent_instance;
  StudioSession *session;
  AssayStudyInfo *study;
  GCancellable *cancellable; /* of this study */
  GPtrArray *lines;          /* of Line */
  StudioSlices *fill;        /* shows the lines; NULL: all are there */
  guint next, fold;          /* line to be shown; source */
  GtkWidget *list;
  GtkLabel *title;
  GtkWidget *switcher;
  AdwLeaflet *panes;
  GtkBox *about;
  StudioForm *form;
};

G_DEFINE_FINAL_TYPE (StudioStudyPage, studio_study_page, ADW_TYPE_BIN)

static void
line_free (gpointer data)
{
  Line *line = data;

  g_free (line->title);
  g_free (line->subtitle);
  g_free (line->figure);
  g_free (line);
}

/* ---- what there is to say, in a thread: rules are compiled ---- */

static void
add_line (GPtrArray *lines, const char *heading, const char *title, const char *subtitle,
          const char *figure)
{
  Line *line = g_new (Line, 1);

  *line = (Line){ heading, g_strdup (title), g_strdup (subtitle), g_strdup (figure) };
  g_ptr_array_add (lines, line);
}

static void
append_sentence (GString *text, const char *label, const char *words)
{
  if (words != NULL)
    g_string_append_printf (text, "%s%s%s", text->len > 0 ? "\n" : "", label, words);
}

static void
add_claim (GPtrArray *lines, const AssayStudyInfo *study, const AssayClaim *claim, gboolean first)
{
  g_autofree char *rule = assay_claim_rule (study, claim);
  g_autoptr (GString) text = g_string_new (NULL);

  append_sentence (text, "", claim->not_run != NULL ? claim->not_run : rule);
  append_sentence (text, "Paper: ", claim->paper);
  append_sentence (text, "Where: ", claim->source);
  append_sentence (text, "Needs: ", claim->needs);
  append_sentence (text, "It may not hold here: ", claim->caveat);
  add_line (lines, first ? "Claims" : NULL, claim->says != NULL ? claim->says : claim->id,
            text->str, NULL);
}

static void
add_origin (GPtrArray *lines, const AssayStudyInfo *study)
{
  g_autofree char *identity = g_strndup (study->identity != NULL ? study->identity : "", 12);

  add_line (lines, "Environment", "Plugin", study->plugin_path, NULL);
  if (study->plugin_version != NULL)
    add_line (lines, NULL, "Version", study->plugin_version, NULL);
  add_line (lines, NULL, "Code identity", identity, NULL);
  if (study->plugins != NULL)
    add_line (lines, NULL, "Environments come from", study->plugins, NULL);
}

static void
collect_lines (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const AssayStudyInfo *study = data;
  GPtrArray *lines = g_ptr_array_new_with_free_func (line_free);

  for (guint i = 0; i < study->n_claims; i++)
    add_claim (lines, study, &study->claims[i], i == 0);
  for (guint i = 0; i < study->n_figures; i++)
    {
      const AssayFigure *figure = &study->figures[i];

      add_line (lines, i == 0 ? "Figures" : NULL,
                figure->title != NULL ? figure->title : figure->id, figure->source, figure->id);
    }
  add_origin (lines, study);
  g_task_return_pointer (task, lines, (GDestroyNotify) g_ptr_array_unref);
}

/* ---- showing it ---- */

static void
add_label (GtkWidget *box, const char *text, const char *class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  /* By words where that does: to find its least width GTK lays each piece out on a line. */
  if (strchr (text, '/') != NULL)
    gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_width_chars (GTK_LABEL (label), 24);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 44);
  if (class != NULL)
    gtk_widget_add_css_class (label, class);
  gtk_box_append (GTK_BOX (box), label);
}

/* The sentences of a claim are laid out when somebody wants to read them: fifty rules take GTK a
 * second. */
static void
on_row (GtkListBox *list, GtkListBoxRow *row, StudioStudyPage *page)
{
  const char *text = g_object_get_data (G_OBJECT (row), "text");
  GtkWidget *words = g_object_get_data (G_OBJECT (row), "words");
  GtkWidget *shown = g_object_get_data (G_OBJECT (row), "shown");
  gboolean show = shown == NULL || !gtk_widget_get_visible (shown);

  if (text == NULL)
    return;
  if (shown == NULL)
    {
      add_label (words, text, "caption");
      shown = gtk_widget_get_last_child (words);
      g_object_set_data (G_OBJECT (row), "shown", shown);
    }
  gtk_widget_set_visible (shown, show);
  gtk_image_set_from_icon_name (g_object_get_data (G_OBJECT (row), "arrow"),
                                show ? "pan-up-symbolic" : "pan-down-symbolic");
  gtk_accessible_update_state (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_STATE_EXPANDED, show, -1);
}

static void
begin_list (StudioStudyPage *page, const char *heading)
{
  GtkWidget *label = gtk_label_new (heading);

  page->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (page->list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (page->list, "boxed-list");
  g_signal_connect (page->list, "row-activated", G_CALLBACK (on_row), page);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "heading");
  gtk_box_append (page->about, label);
  gtk_box_append (page->about, page->list);
}

static void
show_arrow (GtkWidget *row, GtkWidget *box, const char *icon)
{
  GtkWidget *arrow = gtk_image_new_from_icon_name (icon);

  gtk_widget_set_valign (arrow, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), arrow);
  g_object_set_data (G_OBJECT (row), "arrow", arrow);
}

static void
show_line (StudioStudyPage *page, const Line *line)
{
  GtkWidget *row = gtk_list_box_row_new (), *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);

  if (line->heading != NULL)
    begin_list (page, line->heading);
  gtk_widget_add_css_class (box, "param");
  gtk_widget_set_hexpand (words, TRUE);
  add_label (words, line->title, NULL);
  gtk_box_append (GTK_BOX (box), words);
  if (line->figure != NULL)
    {
      show_arrow (row, box, "go-next-symbolic");
      gtk_actionable_set_action_target (GTK_ACTIONABLE (row), "s", line->figure);
      gtk_actionable_set_action_name (GTK_ACTIONABLE (row), "win.study-figure");
    }
  else if (line->subtitle != NULL && *line->subtitle != '\0')
    {
      show_arrow (row, box, "pan-down-symbolic");
      g_object_set_data_full (G_OBJECT (row), "text", g_strdup (line->subtitle), g_free);
      g_object_set_data (G_OBJECT (row), "words", words);
    }
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, line->title,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  line->subtitle != NULL ? line->subtitle : "", -1);
  gtk_list_box_append (GTK_LIST_BOX (page->list), row);
  studio_slices_lay_out (row, GTK_WIDGET (page->about));
}

static gboolean
fill_piece (gpointer data)
{
  StudioStudyPage *page = data;

  if (page->next < page->lines->len)
    show_line (page, page->lines->pdata[page->next++]);
  if (page->next < page->lines->len)
    return TRUE;
  page->fill = NULL;
  return FALSE;
}

static void
on_lines (GObject *object, GAsyncResult *result, gpointer data)
{
  StudioStudyPage *page = STUDIO_STUDY_PAGE (object);
  GPtrArray *lines = g_task_propagate_pointer (G_TASK (result), NULL);

  if (lines == NULL)
    return;
  page->lines = lines;
  page->next = 0;
  page->fill = studio_slices_start (fill_piece, page);
}

static void
add_words (StudioStudyPage *page, const char *text, const char *class)
{
  GtkWidget *label;

  if (text == NULL)
    return;
  label = gtk_label_new (text);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label),
                                 class != NULL && strcmp (class, "title-2") == 0 ? 26 : 44);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable (GTK_LABEL (label), FALSE);
  if (class != NULL)
    gtk_widget_add_css_class (label, class);
  gtk_box_append (page->about, label);
}

static void
forget_study (StudioStudyPage *page)
{
  g_cancellable_cancel (page->cancellable);
  g_clear_object (&page->cancellable);
  g_clear_pointer (&page->fill, studio_slices_stop);
  g_clear_pointer (&page->lines, g_ptr_array_unref);
  if (page->about != NULL)
    studio_slices_empty (page->about);
  g_clear_pointer (&page->study, assay_study_info_unref);
}

void
studio_study_page_set_study (StudioStudyPage *page, AssayStudyInfo *study)
{
  g_autoptr (GTask) task = NULL;

  forget_study (page);
  studio_form_set_study (page->form, study);
  if (study == NULL)
    return;
  page->study = assay_study_info_ref (study);
  page->cancellable = g_cancellable_new ();
  gtk_label_set_text (page->title, study->title != NULL ? study->title : study->id);
  add_words (page, study->question, "title-2");
  add_words (page, study->paper, "dim-label");
  add_words (page, study->help, NULL);
  task = g_task_new (page, page->cancellable, on_lines, NULL);
  g_task_set_task_data (task, assay_study_info_ref (study),
                        (GDestroyNotify) assay_study_info_unref);
  studio_task_run (task, collect_lines);
}

void
studio_study_page_set_session (StudioStudyPage *page, StudioSession *session)
{
  g_set_object (&page->session, session);
  studio_form_set_session (page->form, session);
}

StudioForm *
studio_study_page_form (StudioStudyPage *page)
{
  return page->form;
}

/* ---- the widget ---- */

static void
on_asking (GtkToggleButton *button, StudioStudyPage *page)
{
  adw_leaflet_set_visible_child_name (page->panes,
                                      gtk_toggle_button_get_active (button) ? "about" : "form");
}

static gboolean
show_switcher (gpointer data)
{
  StudioStudyPage *page = data;

  page->fold = 0;
  gtk_widget_set_visible (page->switcher, adw_leaflet_get_folded (page->panes));
  return G_SOURCE_REMOVE;
}

/* It folds while it is given its place, when nothing may ask for another. */
static void
on_folded (AdwLeaflet *panes, GParamSpec *spec, StudioStudyPage *page)
{
  if (page->fold == 0)
    page->fold = g_idle_add_full (G_PRIORITY_HIGH_IDLE, show_switcher, page, NULL);
}

static void
studio_study_page_dispose (GObject *object)
{
  StudioStudyPage *page = STUDIO_STUDY_PAGE (object);

  page->about = NULL;
  forget_study (page);
  g_clear_handle_id (&page->fold, g_source_remove);
  g_clear_object (&page->session);
  G_OBJECT_CLASS (studio_study_page_parent_class)->dispose (object);
}

static void
studio_study_page_class_init (StudioStudyPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = studio_study_page_dispose;
  g_type_ensure (STUDIO_TYPE_FORM);
  g_type_ensure (STUDIO_TYPE_WIDTH_BIN);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/assay/Studio/study-page.ui");
  gtk_widget_class_bind_template_child (widget_class, StudioStudyPage, title);
  gtk_widget_class_bind_template_child (widget_class, StudioStudyPage, switcher);
  gtk_widget_class_bind_template_child (widget_class, StudioStudyPage, panes);
  gtk_widget_class_bind_template_child (widget_class, StudioStudyPage, about);
  gtk_widget_class_bind_template_child (widget_class, StudioStudyPage, form);
  gtk_widget_class_bind_template_callback (widget_class, on_asking);
  gtk_widget_class_bind_template_callback (widget_class, on_folded);
}

static void
studio_study_page_init (StudioStudyPage *page)
{
  gtk_widget_init_template (GTK_WIDGET (page));
}

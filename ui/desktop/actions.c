/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/actions.h"

#define GENERAL "General"
#define PAGES "Pages"
#define STUDIES "Studies"
#define CLAIMS "Claims"
#define FIGURES "Figures"
#define RUNS "Runs"
#define QUEUE "Queue"

const StudioAction studio_actions[] = {
  { "win.page::studies", { "<Alt>1" }, "Studies", PAGES },
  { "win.page::runs", { "<Alt>2" }, "Runs", PAGES },
  { "win.page::figures", { "<Alt>3" }, "Figures", PAGES },
  { "win.page::compare", { "<Alt>4" }, "Compare", PAGES },
  { "win.page::claims", { "<Alt>5" }, "Claims", PAGES },
  { "win.page::queue", { "<Alt>6" }, "Queue", PAGES },
  { "win.run-clear-filter", { NULL }, "Show all runs again", RUNS },
  { "win.run-open", { "Return" }, "Open the chosen run", RUNS, TRUE },
  { "win.run-cancel", { "<Control><Shift>Delete" }, "Cancel the chosen runs", RUNS },
  { "win.run-retry", { "<Control>r" }, "Run again, as new runs", RUNS },
  { "win.run-resume", { "<Control>g" }, "Let ended runs go on", RUNS },
  { "win.run-delete", { "Delete" }, "Move the chosen runs to the trash", RUNS, TRUE },
  { "win.run-star", { "<Control>d" }, "Star the chosen runs", RUNS },
  { "win.run-tag", { "<Control>t" }, "Tags of the chosen runs", RUNS },
  { "win.run-note", { "F2" }, "Note on the chosen runs", RUNS },
  { "win.run-copy-id", { "<Control>i" }, "Copy the ids of the chosen runs", RUNS },
  { "win.run-folder", { "<Control><Shift>o" }, "Open the folder of the run", RUNS },
  { "win.run-export::csv", { NULL }, "Export observations as CSV", RUNS },
  { "win.run-export::jsonl", { NULL }, "Export observations as JSON lines", RUNS },
  { "win.run-export::json", { NULL }, "Export summaries as JSON", RUNS },
  { "win.run-export::bundle", { NULL }, "Export a bundle to run again", RUNS },
  { "win.run-figures", { "<Control><Shift>f" }, "Figures of the chosen runs", RUNS },
  { "win.run-claims", { "<Control><Shift>j" }, "Judge the claims on the chosen runs", RUNS },
  { "win.run-compare", { "<Control><Shift>m" }, "Compare the chosen runs", RUNS },
  { "win.run-verify", { NULL }, "Verify: run it again and compare every bit", RUNS },
  { "win.run", { "<Control>Return" }, "Run what is set", STUDIES },
  { "win.copy-command", { "<Control><Shift>c" }, "Copy it as a command line", STUDIES },
  { "win.reset", { "<Control><Shift>z" }, "Back to what the preset has", STUDIES },
  { "win.try-study", { NULL }, "Open the shortest study", STUDIES },
  { "win.claims-copy", { "<Control><Shift>v" }, "Copy the verdicts as text", CLAIMS },
  { "win.claims-copy-csv", { NULL }, "Copy the verdicts as CSV", CLAIMS },
  { "win.claims-runs", { NULL }, "Show the runs behind the verdicts", CLAIMS },
  { "win.claims-report", { "<Control><Shift>r" }, "Write a report", CLAIMS },
  { "win.claims-run", { NULL }, "Set the study up to run it", CLAIMS },
  { "win.undo", { "<Control>z" }, "Undo", GENERAL, TRUE },
  { "win.search", { "<Control>f" }, "Search on this page", GENERAL },
  { "win.back", { "<Alt>Left" }, "Back", GENERAL },
  { "win.figure-next", { "<Control>Page_Down" }, "Next figure", FIGURES },
  { "win.figure-previous", { "<Control>Page_Up" }, "Previous figure", FIGURES },
  { "win.figure-options", { "F9" }, "Axes, band and color of the figure", FIGURES },
  { "win.figure-as-declared", { NULL }, "The figure as the study declares it", FIGURES },
  { "win.figure-zoom-in", { "<Control>plus", "<Control>equal" }, "Zoom in", FIGURES },
  { "win.figure-zoom-out", { "<Control>minus" }, "Zoom out", FIGURES },
  { "win.figure-reset", { "<Control>0" }, "Show all of the figure", FIGURES },
  { "win.figure-keep", { "<Control>s" }, "Keep the figure as it is", FIGURES },
  { "win.figure-export", { "<Control>e" }, "Export the figure", FIGURES },
  { "win.figure-copy", { "<Control><Shift>p" }, "Copy the figure as a picture", FIGURES },
  { "win.figure-copy-data", { NULL }, "Copy the data of the figure", FIGURES },
  { "win.figure-copy-command", { NULL }, "Copy the figure as a command line", FIGURES },
  { "win.queue-cancel::", { "<Control><Shift>Delete" }, "Cancel the plan", QUEUE },
  { "win.queue-cancel-run::", { "<Control>Delete" }, "Cancel the chosen run", QUEUE },
  { "win.queue-resume::", { "<Control>g" }, "Run what is not done", QUEUE },
  { "win.queue-retry::", { "<Control>r" }, "Run what failed again, as new runs", QUEUE },
  { "win.queue-failed::", { "<Control><Shift>l" }, "Show the runs that failed", QUEUE },
  { "win.queue-figures::", { "<Control><Shift>f" }, "Figures of the plan", QUEUE },
  { "win.queue-claims::", { "<Control><Shift>j" }, "Claims, judged on the plan", QUEUE },
  { "win.open-workspace", { "<Control>o" }, "Open another workspace", GENERAL },
  { "app.preferences", { "<Control>comma" }, "Preferences", GENERAL },
  { "app.about", { NULL }, "About Assay", GENERAL },
  { "win.menu", { "F10" }, "Main menu", GENERAL },
  { "win.refresh", { "F5" }, "Look for new runs and plugins", GENERAL },
  { "win.shortcuts", { "<Control>question" }, "Show the keys", GENERAL },
  { "app.quit", { "<Control>q" }, "Quit; runs go on", GENERAL },
};

const guint studio_n_actions = G_N_ELEMENTS (studio_actions);

void
studio_actions_set_accels (GtkApplication *application)
{
  for (guint i = 0; i < studio_n_actions; i++)
    if (!studio_actions[i].local)
      gtk_application_set_accels_for_action (application, studio_actions[i].name,
                                             (const char *const *) studio_actions[i].keys);
}

static gboolean
is_first_of_section (guint i)
{
  for (guint k = 0; k < i; k++)
    if (studio_actions[k].keys[0] != NULL
        && g_str_equal (studio_actions[k].section, studio_actions[i].section))
      return FALSE;
  return studio_actions[i].keys[0] != NULL;
}

static void
append_section (GString *xml, const char *section)
{
  g_string_append_printf (
      xml,
      "<child><object class='GtkShortcutsSection'><property name='section-name'>%s</property>"
      "<property name='title'>%s</property><property name='max-height'>60</property>"
      "<child><object class='GtkShortcutsGroup'><property name='title'>%s</property>",
      section, section, section);
  for (guint i = 0; i < studio_n_actions; i++)
    {
      const StudioAction *action = &studio_actions[i];
      g_autofree char *keys = g_strjoinv (" ", (GStrv) action->keys), *shortcut = NULL;

      if (action->keys[0] == NULL || !g_str_equal (action->section, section))
        continue;
      shortcut = g_markup_printf_escaped (
          "<child><object class='GtkShortcutsShortcut'><property name='title'>%s</property>"
          "<property name='accelerator'>%s</property></object></child>",
          action->title, keys);
      g_string_append (xml, shortcut);
    }
  g_string_append (xml, "</object></child></object></child>");
}

/* GTK 4.8 fills a shortcuts window from XML only.  A page for each section: where one is cut into
 * several, the buttons between them have widths below 0. */
GtkWidget *
studio_actions_shortcuts (void)
{
  g_autoptr (GString) xml
      = g_string_new ("<interface><object class='GtkShortcutsWindow' id='window'>"
                      "<property name='modal'>1</property>");
  g_autoptr (GtkBuilder) builder = NULL;

  for (guint i = 0; i < studio_n_actions; i++)
    if (is_first_of_section (i))
      append_section (xml, studio_actions[i].section);
  g_string_append (xml, "</object></interface>");
  builder = gtk_builder_new_from_string (xml->str, (gssize) xml->len);
  return GTK_WIDGET (gtk_builder_get_object (builder, "window")); /* GTK has it as it has each */
}

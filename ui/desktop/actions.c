/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/actions.h"

#include <string.h>

#define GENERAL "General"
#define PAGES "Pages"
#define WINDOWS STUDIO_EVERY_WINDOW
#define STUDIES "Studies"
#define RUNS "Runs"
#define FIGURES "Figures"
#define ELSEWHERE "Chosen Runs Elsewhere"
#define EXPORT "Export Runs"
#define FILTER "In the Filter of Runs"
#define KEEP "Keep and Copy Figures"
#define ON_A_CHART "On a Chart"
#define CLAIMS "Claims"
#define QUEUE "Queue"
#define GRAPH "Graph"
#define SAMPLES "Samples"
#define TABLE "Table"
#define PICTURE "Picture"

#define LOCAL STUDIO_KEYS_LOCAL
#define LAST STUDIO_KEYS_LAST

/* "::" names nothing: it is about what has the focus or is chosen, or asks. */
const StudioAction studio_actions[] = {
  { "win.search", { "<Control>f" }, "Search on this page", GENERAL },
  { "win.back", { "<Alt>Left" }, "Back", GENERAL },
  { "win.undo", { "<Control>z" }, "Undo", GENERAL, LAST },
  { "win.refresh", { "F5" }, "Look for new runs and plugins", GENERAL },
  { "win.open-workspace", { "<Control>o" }, "Open another workspace", GENERAL },
  { "app.workspace::", { "<Control><Shift>w" }, "Open the workspace before this one", GENERAL },
  { "win.menu", { "F10" }, "Main menu", GENERAL },
  { "win.page::studies", { "<Alt>1" }, "Studies", GENERAL, 0, PAGES },
  { "win.page::runs", { "<Alt>2" }, "Runs", GENERAL, 0, PAGES },
  { "win.page::figures", { "<Alt>3" }, "Figures", GENERAL, 0, PAGES },
  { "win.page::compare", { "<Alt>4" }, "Compare", GENERAL, 0, PAGES },
  { "win.page::claims", { "<Alt>5" }, "Claims", GENERAL, 0, PAGES },
  { "win.page::queue", { "<Alt>6" }, "Queue", GENERAL, 0, PAGES },
  { "win.shortcuts", { "<Control>question", "F1" }, "Show the keys", GENERAL, 0, WINDOWS },
  { "window.close", { "<Control>w" }, "Close the window", GENERAL, 0, WINDOWS },
  { "app.preferences", { "<Control>comma" }, "Preferences", GENERAL, 0, WINDOWS },
  { "app.about", { "<Shift>F1" }, "About Assay", GENERAL, 0, WINDOWS },
  { "app.quit", { "<Control>q" }, "Quit; runs go on", GENERAL, 0, WINDOWS },

  { "win.try-study", { "<Control><Shift>t" }, "Open the shortest study", STUDIES },
  { "win.run", { "<Control>Return" }, "Run what is set", STUDIES },
  { "win.copy-command", { "<Control><Shift>c" }, "Copy it as a command line", STUDIES },
  { "win.reset", { "<Control><Shift>d" }, "Everything as the preset has it", STUDIES },
  { "win.study-figure::", { "<Control><Shift>f" }, "A figure of the study", STUDIES },

  { "win.run-open", { "Return" }, "Open the chosen run", RUNS, LOCAL },
  { "win.run-cancel", { "<Control><Shift>Delete" }, "Cancel the chosen runs", RUNS, LAST },
  { "win.run-retry", { "<Control>r" }, "Run again, as new runs", RUNS },
  { "win.run-resume", { "<Control>g" }, "Let ended runs go on", RUNS },
  { "win.run-delete", { "Delete" }, "Move the chosen runs to the trash", RUNS, LOCAL },
  { "win.run-verify", { "<Control><Shift>y" }, "Run it again and compare every bit", RUNS },
  { "win.run-star", { "<Control>d" }, "Star the chosen runs", RUNS },
  { "win.run-tag", { "<Control>t" }, "Tags of the chosen runs", RUNS },
  { "win.run-note", { "F2" }, "Note on the chosen runs", RUNS },
  { "runs.menu", { "Menu", "<Shift>F10" }, "What can be done with them", RUNS, LOCAL },
  { "win.run-figures", { "<Control><Shift>f" }, "Their figures", RUNS, 0, ELSEWHERE },
  { "win.run-claims", { "<Control><Shift>j" }, "Their claims, judged", RUNS, 0, ELSEWHERE },
  { "win.run-compare", { "<Control><Shift>m" }, "Compare them", RUNS, 0, ELSEWHERE },
  { "win.run-copy-id", { "<Control>i" }, "Copy their ids", RUNS, 0, ELSEWHERE },
  { "win.run-folder", { "<Control><Shift>o" }, "Open their folders", RUNS, 0, ELSEWHERE },
  { "win.run-export::csv", { "<Control>e" }, "Observations as CSV", RUNS, 0, EXPORT },
  { "win.run-export::jsonl", { "<Control>l" }, "Observations as JSON lines", RUNS, 0, EXPORT },
  { "win.run-export::json", { "<Control>j" }, "Summaries as JSON", RUNS, 0, EXPORT },
  { "win.run-export::bundle", { "<Control>b" }, "A bundle to run again", RUNS, 0, EXPORT },
  { "win.run-clear-filter", { "<Control><Shift>l" }, "Show all runs again", RUNS, 0, FILTER },
  { "filter.offer", { "Down" }, "Words that fit here, and on through them", RUNS, LOCAL, FILTER },
  { "filter.take", { "Tab", "Return" }, "Take the word", RUNS, LOCAL, FILTER },
  { "filter.close", { "Escape" }, "Put the words away", RUNS, LOCAL, FILTER },

  { "win.figure::", { "Return" }, "The figure of the row", FIGURES, LOCAL },
  { "win.figure-next", { "<Control>Page_Down" }, "Next figure", FIGURES },
  { "win.figure-previous", { "<Control>Page_Up" }, "Previous figure", FIGURES },
  { "win.figure-options", { "F9" }, "Axes, band and color", FIGURES },
  { "win.figure-option(('y-scale','log10'))",
    { "<Control>l" },
    "Logarithmic vertical axis",
    FIGURES },
  { "win.figure-as-declared", { "<Control><Shift>d" }, "As the study declares it", FIGURES },
  { "win.figure-zoom-in", { "<Control>plus", "<Control>equal" }, "Zoom in", FIGURES },
  { "win.figure-zoom-out", { "<Control>minus" }, "Zoom out", FIGURES },
  { "win.figure-reset", { "<Control>0" }, "Show all of it", FIGURES },
  { "win.figure-keep::", { "<Control>s" }, "Keep it as it is", FIGURES, 0, KEEP },
  { "win.figure-remove::", { "Delete" }, "Delete the kept figure", FIGURES, LOCAL, KEEP },
  { "win.figure-export::", { "<Control>e" }, "Export it", FIGURES, 0, KEEP },
  { "win.figure-copy", { "<Control><Shift>p" }, "Copy it as a picture", FIGURES, 0, KEEP },
  { "win.figure-copy-command",
    { "<Control><Shift>c" },
    "Copy it as a command line",
    FIGURES,
    0,
    KEEP },
  { "win.figure-copy-data", { "<Control><Alt>c" }, "Copy its data", FIGURES, 0, KEEP },
  { "chart.next", { "Tab" }, "Read the next curve", FIGURES, LOCAL, ON_A_CHART },
  { "chart.previous", { "<Shift>Tab" }, "Read the curve before", FIGURES, LOCAL, ON_A_CHART },
  { "chart.arrow",
    { "Left", "Right", "Up", "Down" },
    "Read on; move, where nothing is read",
    FIGURES,
    LOCAL,
    ON_A_CHART },
  { "chart.move",
    { "<Shift>Left", "<Shift>Right", "<Shift>Up", "<Shift>Down" },
    "Move",
    FIGURES,
    LOCAL,
    ON_A_CHART },
  { "chart.hide", { "space", "h" }, "Hide what is read", FIGURES, LOCAL, ON_A_CHART },
  { "chart.pick", { "Return" }, "Show the runs behind it", FIGURES, LOCAL, ON_A_CHART },
  { "chart.stop", { "Escape" }, "Stop reading", FIGURES, LOCAL, ON_A_CHART },
  { "chart.zoom-in", { "plus", "equal" }, "Zoom in", FIGURES, LOCAL, ON_A_CHART },
  { "chart.zoom-out", { "minus" }, "Zoom out", FIGURES, LOCAL, ON_A_CHART },
  { "chart.reset", { "0" }, "Show all of it", FIGURES, LOCAL, ON_A_CHART },

  { "win.claims-show::", { "Return" }, "The claim of the row", CLAIMS, LOCAL },
  { "win.claims-figure::", { "<Control><Alt>f" }, "The figure behind the claim", CLAIMS },
  { "win.claims-runs", { "<Control><Alt>r" }, "The runs behind the claim", CLAIMS },
  { "win.claims-run", { "<Control><Alt>s" }, "Set the study up to run it", CLAIMS },
  { "win.claims-copy", { "<Control><Shift>v" }, "Copy the verdicts as text", CLAIMS },
  { "win.claims-copy-csv", { "<Control><Alt>v" }, "Copy the verdicts as CSV", CLAIMS },
  { "win.claims-report", { "<Control><Shift>r" }, "Write a report", CLAIMS },
  { "win.claims-open-report::", { "<Control><Alt>o" }, "Open the report", CLAIMS },

  { "win.queue-cancel::", { "<Control><Shift>Delete" }, "Cancel the plan", QUEUE, LAST },
  { "win.queue-cancel-run::", { "<Control>Delete" }, "Cancel the chosen run", QUEUE, LAST },
  { "win.queue-resume::", { "<Control>g" }, "Run what is not done", QUEUE },
  { "win.queue-retry::", { "<Control>r" }, "Run what failed again, as new runs", QUEUE },
  { "win.queue-failed::", { "<Control><Shift>l" }, "Show the runs that failed", QUEUE },
  { "win.queue-figures::", { "<Control><Shift>f" }, "Figures of the plan", QUEUE },
  { "win.queue-claims::", { "<Control><Shift>j" }, "Claims, judged on the plan", QUEUE },
  { "win.show-run::", { "Return" }, "Open the run of the row", QUEUE, LOCAL },

  { "graph.find", { "<Control>f" }, "Find a node", GRAPH, LOCAL },
  { "graph.zoom-in", { "plus", "equal" }, "Zoom in", GRAPH, LOCAL },
  { "graph.zoom-out", { "minus" }, "Zoom out", GRAPH, LOCAL },
  { "graph.fit", { "0", "Home" }, "Show all of it", GRAPH, LOCAL },
  { "canvas.move", { "Left", "Right", "Up", "Down" }, "Move", GRAPH, LOCAL },
  { "canvas.walk",
    { "<Control>Left", "<Control>Right", "<Control>Up", "<Control>Down" },
    "To the node that lies there",
    GRAPH,
    LOCAL },
  { "graph.select(-1)", { "Escape" }, "Choose no node", GRAPH, LOCAL },
  { "graph.export::svg", { "<Control>e" }, "Export as SVG", GRAPH, LOCAL },
  { "graph.export::png", { "<Control><Shift>p" }, "Export as PNG", GRAPH, LOCAL },
  { "graph.export::dot", { "<Control>d" }, "Export as DOT, for Graphviz", GRAPH, LOCAL },
  { "graph.cancel", { "<Control>period" }, "Stop laying it out", GRAPH, LOCAL },
  { "graph.again", { "F5" }, "Lay it out again", GRAPH, LOCAL },

  { "samples.find", { "<Control>f" }, "Search the texts", SAMPLES, LOCAL },

  { "table.copy", { "<Control>c" }, "Copy the table", TABLE, LOCAL },

  { "picture.zoom-in", { "plus", "equal" }, "Zoom in", PICTURE, LOCAL },
  { "picture.zoom-out", { "minus" }, "Zoom out", PICTURE, LOCAL },
  { "picture.fit", { "0" }, "Fit the window", PICTURE, LOCAL },
};

const guint studio_n_actions = G_N_ELEMENTS (studio_actions);

void
studio_actions_set_accels (GtkApplication *application)
{
  for (guint i = 0; i < studio_n_actions; i++)
    if (studio_actions[i].when == STUDIO_KEYS_FIRST)
      gtk_application_set_accels_for_action (application, studio_actions[i].name,
                                             (const char *const *) studio_actions[i].keys);
}

/* ---- keys of widgets ---- */

static const struct
{
  guint key, pad;
} twins[] = { { GDK_KEY_plus, GDK_KEY_KP_Add },      { GDK_KEY_minus, GDK_KEY_KP_Subtract },
              { GDK_KEY_0, GDK_KEY_KP_0 },           { GDK_KEY_Return, GDK_KEY_KP_Enter },
              { GDK_KEY_Left, GDK_KEY_KP_Left },     { GDK_KEY_Right, GDK_KEY_KP_Right },
              { GDK_KEY_Up, GDK_KEY_KP_Up },         { GDK_KEY_Down, GDK_KEY_KP_Down },
              { GDK_KEY_Home, GDK_KEY_KP_Home },     { GDK_KEY_space, GDK_KEY_KP_Space },
              { GDK_KEY_Delete, GDK_KEY_KP_Delete }, { GDK_KEY_Tab, GDK_KEY_KP_Tab } };

static GtkShortcutFunc
handler_of (const char *name, const StudioKeyHandler *handlers)
{
  for (; handlers != NULL && handlers->name != NULL; handlers++)
    if (g_str_equal (handlers->name, name))
      return handlers->func;
  return NULL;
}

static void
bind_key (GtkWidgetClass *class, guint key, GdkModifierType held, const StudioAction *action,
          guint which, GtkShortcutFunc func)
{
  g_autofree char *name = NULL;
  g_autoptr (GVariant) target = NULL;
  g_autoptr (GtkShortcut) shortcut = NULL;

  if (func != NULL)
    {
      gtk_widget_class_add_binding (class, key, held, func, "(i)", (int) which);
      return;
    }
  g_action_parse_detailed_name (action->name, &name, &target, NULL);
  shortcut = gtk_shortcut_new (gtk_keyval_trigger_new (key, held), gtk_named_action_new (name));
  gtk_shortcut_set_arguments (shortcut, target);
  gtk_widget_class_add_shortcut (class, shortcut);
}

static void
bind_row (GtkWidgetClass *class, const StudioAction *action, GtkShortcutFunc func)
{
  for (guint k = 0; action->keys[k] != NULL; k++)
    {
      GdkModifierType held;
      guint key;

      gtk_accelerator_parse (action->keys[k], &key, &held);
      bind_key (class, key, held, action, k, func);
      for (guint i = 0; i < G_N_ELEMENTS (twins); i++)
        if (twins[i].key == key)
          bind_key (class, twins[i].pad, held, action, k, func);
    }
}

void
studio_actions_bind (gpointer widget_class, const char *prefix, const StudioKeyHandler *handlers)
{
  for (guint i = 0; i < studio_n_actions; i++)
    if (g_str_has_prefix (studio_actions[i].name, prefix))
      bind_row (widget_class, &studio_actions[i], handler_of (studio_actions[i].name, handlers));
}

static gboolean
has_key (const StudioAction *action, const char *accelerator)
{
  return action->when == STUDIO_KEYS_LAST
         && g_strv_contains ((const char *const *) action->keys, accelerator);
}

/* Of those that share the key, the one that can be done now. */
static gboolean
on_last_key (GtkWidget *window, GVariant *arguments, gpointer accelerator)
{
  GtkWidget *focus = gtk_root_get_focus (GTK_ROOT (window));

  if (GTK_IS_TEXT (focus) || GTK_IS_TEXT_VIEW (focus))
    return FALSE;
  for (guint i = 0; i < studio_n_actions; i++)
    {
      g_autofree char *name = NULL;
      g_autoptr (GVariant) target = NULL;

      if (!has_key (&studio_actions[i], accelerator))
        continue;
      g_action_parse_detailed_name (studio_actions[i].name, &name, &target, NULL);
      if (!g_action_group_get_action_enabled (G_ACTION_GROUP (window), name + strlen ("win.")))
        continue;
      gtk_widget_activate_action_variant (window, name, target);
      return TRUE;
    }
  return FALSE;
}

void
studio_actions_bind_last (gpointer window_class)
{
  for (guint i = 0; i < studio_n_actions; i++)
    for (guint k = 0; studio_actions[i].keys[k] != NULL; k++)
      {
        const char *keys = studio_actions[i].keys[k];
        g_autoptr (GtkShortcut) shortcut = NULL;

        if (studio_actions[i].when != STUDIO_KEYS_LAST)
          continue;
        shortcut = gtk_shortcut_new (gtk_shortcut_trigger_parse_string (keys),
                                     gtk_callback_action_new (on_last_key, (gpointer) keys, NULL));
        gtk_widget_class_add_shortcut (window_class, shortcut);
      }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/cli/progress.h"
#include "host/registry/text.h"
#include "ui/cli/cli.h"
#include <sys/ioctl.h>
#include <unistd.h>

#define BAR 24
#define REDRAW_MICROSECONDS 100000

typedef struct
{
  AssayState state;
  gboolean reused;
  double progress;
  char *doing;
} Run;

struct _AssayProgress
{
  AssayPlan *plan;
  Run *runs;
  guint n, lines; /* lines now on the screen */
  gint64 started, drawn;
  gboolean terminal;
};

AssayProgress *
assay_progress_display_new (AssayPlan *plan)
{
  AssayProgress *display = g_new0 (AssayProgress, 1);

  display->plan = plan;
  display->n = plan->specs->len;
  display->runs = g_new0 (Run, display->n);
  display->started = g_get_monotonic_time ();
  display->terminal = isatty (STDERR_FILENO);
  return display;
}

static void
clear_lines (AssayProgress *display)
{
  for (; display->lines > 0; display->lines--)
    g_printerr ("\033[1A\033[2K");
}

/* What tells this run from its neighbours: the values of swept parameters, and the seed. */
static char *
run_label (AssayProgress *display, guint index)
{
  const AssaySpec *spec = display->plan->specs->pdata[index];
  const AssaySpec *first = display->plan->specs->pdata[0];
  GString *label = g_string_new (NULL);

  for (guint p = 0; p < spec->study->n_params; p++)
    {
      gboolean varies = FALSE;

      for (guint i = 0; i < display->n && !varies; i++)
        {
          const AssaySpec *other = display->plan->specs->pdata[i];

          varies = other->applies[p] && first->applies[p]
                   && g_strcmp0 (other->values[p], first->values[p]) != 0;
        }
      if (varies && spec->applies[p])
        g_string_append_printf (label, "%s=%s ", spec->study->params[p].id, spec->values[p]);
    }
  g_string_append_printf (label, "seed=%" G_GUINT64_FORMAT, spec->seed);
  return g_string_free (label, FALSE);
}

static guint
terminal_columns (void)
{
  struct winsize size;

  return ioctl (STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

static void G_GNUC_PRINTF (2, 3) print_line (AssayProgress *display, const char *format, ...)
{
  g_autofree char *text = NULL, *clean = NULL;
  g_autofree char *cut = NULL;
  va_list values;

  va_start (values, format);
  text = g_strdup_vprintf (format, values);
  va_end (values);
  clean = assay_cli_clean (text);
  cut = g_utf8_substring (clean, 0,
                          MIN (g_utf8_strlen (clean, -1), (glong) terminal_columns () - 1));
  g_printerr ("%s\n", cut);
  display->lines++;
}

static void
print_bar (AssayProgress *display, const char *label, double fraction, const char *doing)
{
  char bar[BAR * 3 + 1] = "";
  guint full = (guint) (CLAMP (fraction, 0, 1) * BAR);

  for (guint i = 0; i < BAR; i++)
    g_strlcat (bar, i < full ? "█" : "░", sizeof bar);
  print_line (display, "%s %3.0f %%  %s%s%s", bar, 100 * CLAMP (fraction, 0, 1), label,
              doing != NULL && *doing ? "  " : "", doing != NULL ? doing : "");
}

static void
redraw (AssayProgress *display)
{
  double work = 0, reused = 0, elapsed;
  guint counts[ASSAY_N_STATES] = { 0 };
  g_autofree char *eta = NULL, *whole = NULL;

  for (guint i = 0; i < display->n; i++)
    {
      const Run *run = &display->runs[i];
      gboolean ended = run->state != ASSAY_QUEUED && run->state != ASSAY_RUNNING;

      counts[run->state]++;
      reused += run->reused;
      work += run->reused ? 0 : ended ? 1 : run->progress;
    }
  clear_lines (display);
  for (guint i = 0, shown = 0; i < display->n && shown < 8; i++)
    if (display->runs[i].state == ASSAY_RUNNING)
      {
        g_autofree char *label = run_label (display, i);

        print_bar (display, label, display->runs[i].progress, display->runs[i].doing);
        shown++;
      }
  elapsed = (g_get_monotonic_time () - display->started) / 1e6;
  if (work > .5 && elapsed > 1)
    {
      g_autofree char *left = assay_duration_text (elapsed * (display->n - reused - work) / work);

      eta = g_strconcat ("ETA ", left, NULL);
    }
  whole = g_strdup_printf ("%u of %u done%s", counts[ASSAY_DONE], display->n,
                           counts[ASSAY_FAILED] ? ", some failed" : "");
  print_bar (display, whole, (work + reused) / MAX (display->n, 1), eta);
}

void
assay_progress_display_event (const AssayRunEvent *event, gpointer data)
{
  AssayProgress *display = data;
  Run *run = &display->runs[event->index];
  gboolean ended = event->state != run->state;
  gint64 now = g_get_monotonic_time ();

  run->state = event->state;
  run->reused = event->reused;
  run->progress = event->progress;
  g_free (run->doing);
  run->doing = g_strdup (event->doing);
  if (ended && (event->state == ASSAY_FAILED || event->state == ASSAY_INTERRUPTED))
    {
      g_autofree char *label = run_label (display, event->index);
      g_autofree char *reason = assay_cli_clean (event->reason);

      if (display->terminal)
        clear_lines (display);
      g_printerr ("%s %s (%s): %s\n", assay_state_name (event->state),
                  event->run != NULL ? event->run : "run", label, reason);
      display->drawn = 0;
    }
  if (display->terminal && now - display->drawn > REDRAW_MICROSECONDS)
    {
      redraw (display);
      display->drawn = now;
    }
}

void
assay_progress_display_end (AssayProgress *display)
{
  clear_lines (display);
  for (guint i = 0; i < display->n; i++)
    g_free (display->runs[i].doing);
  g_free (display->runs);
  g_free (display);
}

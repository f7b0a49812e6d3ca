/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/compare-claims.h"

#include "ui/desktop/compare-table.h"
#include "ui/desktop/slices.h"
#include "ui/desktop/verdicts.h"

struct _StudioCompareClaims
{
  AdwBin parent_instance;
  const StudioComparison *comparison; /* NULL: nothing is judged */
  StudioVerdicts *verdicts[STUDIO_MAX_SIDES];
  GCancellable *judging; /* NULL: nothing is judged */
  guint n_open;          /* sides that are being judged */
  StudioSlices *fill;    /* shows the verdicts; NULL: all of them are shown */
  guint next;            /* claim to be shown */
  gboolean narrow;
};

G_DEFINE_FINAL_TYPE (StudioCompareClaims, studio_compare_claims, ADW_TYPE_BIN)

/* ---- showing ---- */

/* Of any side: all have the study's claims. */
static const StudioVerdicts *
any_verdicts (StudioCompareClaims *claims)
{
  for (guint i = 0; i < STUDIO_MAX_SIDES; i++)
    if (claims->verdicts[i] != NULL)
      return claims->verdicts[i];
  return NULL;
}

static gboolean
claim_piece (gpointer data)
{
  StudioCompareClaims *claims = data;
  const StudioVerdicts *any = any_verdicts (claims);
  guint n = any != NULL ? any->verdicts->len : 0;

  if (claims->next < n)
    studio_compare_add_claim (adw_bin_get_child (ADW_BIN (claims)), claims->comparison,
                              claims->verdicts, claims->next++, claims->narrow);
  if (claims->next < n)
    return TRUE;
  claims->fill = NULL;
  return FALSE;
}

/* Claim by claim: those of a large study on six sides are a thousand widgets. */
static void
show (StudioCompareClaims *claims)
{
  g_clear_pointer (&claims->fill, studio_slices_stop);
  adw_bin_set_child (ADW_BIN (claims),
                     studio_compare_claims_table (claims->comparison, claims->narrow));
  claims->next = 0;
  claims->fill = studio_slices_start (claim_piece, claims);
}

static void
show_waiting (StudioCompareClaims *claims)
{
  GtkWidget *spinner = gtk_spinner_new ();

  /* Spinning out of sight, it would ask for sixty frames a second. */
  g_signal_connect (spinner, "map", G_CALLBACK (gtk_spinner_start), NULL);
  g_signal_connect (spinner, "unmap", G_CALLBACK (gtk_spinner_stop), NULL);
  gtk_widget_set_halign (spinner, GTK_ALIGN_START);
  gtk_accessible_update_property (GTK_ACCESSIBLE (spinner), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  "The claims are being judged", -1);
  adw_bin_set_child (ADW_BIN (claims), spinner);
}

/* ---- judging ---- */

typedef struct
{
  StudioCompareClaims *claims;
  guint side;
} Judging;

static void
on_judged (GObject *session, GAsyncResult *result, gpointer data)
{
  g_autofree Judging *judging = data;
  g_autoptr (StudioCompareClaims) claims = judging->claims;
  g_autoptr (GError) error = NULL;
  StudioVerdicts *verdicts = studio_verdicts_load_finish (STUDIO_SESSION (session), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (verdicts == NULL)
    studio_session_notice (STUDIO_SESSION (session), "%s", error->message);
  claims->verdicts[judging->side] = verdicts;
  if (--claims->n_open == 0)
    show (claims);
}

void
studio_compare_claims_judge (StudioCompareClaims *claims, StudioSession *session,
                             const StudioComparison *comparison)
{
  studio_compare_claims_clear (claims);
  show_waiting (claims);
  claims->comparison = comparison;
  claims->judging = g_cancellable_new ();
  claims->n_open = comparison->sides->len;
  for (guint i = 0; i < comparison->sides->len; i++)
    {
      StudioSide *side = comparison->sides->pdata[i];
      StudioSelection selection = { .study = comparison->study, .runs = side->runs };
      Judging *judging = g_new (Judging, 1);

      *judging = (Judging){ g_object_ref (claims), i };
      studio_verdicts_load (session, &selection, claims->judging, on_judged, judging);
    }
}

void
studio_compare_claims_clear (StudioCompareClaims *claims)
{
  if (claims->judging != NULL)
    g_cancellable_cancel (claims->judging);
  g_clear_object (&claims->judging);
  g_clear_pointer (&claims->fill, studio_slices_stop);
  for (guint i = 0; i < STUDIO_MAX_SIDES; i++)
    g_clear_pointer (&claims->verdicts[i], studio_verdicts_unref);
  claims->comparison = NULL;
}

void
studio_compare_claims_set_narrow (StudioCompareClaims *claims, gboolean narrow)
{
  if (claims->narrow == narrow)
    return;
  claims->narrow = narrow;
  if (claims->comparison != NULL && claims->n_open == 0)
    show (claims);
}

/* ---- the widget ---- */

static void
studio_compare_claims_dispose (GObject *object)
{
  studio_compare_claims_clear (STUDIO_COMPARE_CLAIMS (object));
  G_OBJECT_CLASS (studio_compare_claims_parent_class)->dispose (object);
}

static void
studio_compare_claims_class_init (StudioCompareClaimsClass *class)
{
  G_OBJECT_CLASS (class)->dispose = studio_compare_claims_dispose;
}

static void
studio_compare_claims_init (StudioCompareClaims *claims)
{
}

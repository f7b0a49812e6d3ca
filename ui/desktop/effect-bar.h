/* SPDX-License-Identifier: Apache-2.0
 *
 * An effect with its interval, where a claim expects it, and the paper's value, on one axis.
 */
#pragma once

#include "host/claims/claims.h"
#include <adwaita.h>

#define STUDIO_TYPE_EFFECT_BAR (studio_effect_bar_get_type ())
G_DECLARE_FINAL_TYPE (StudioEffectBar, studio_effect_bar, STUDIO, EFFECT_BAR, GtkWidget)

typedef struct
{
  double effect, low, high, paper; /* NaN: none */
  AssayExpect expect;
  AssayVerdictKind kind;
  gboolean ratio; /* a logarithmic axis */
} StudioEffect;

typedef struct
{
  double lo, hi; /* data; lo >= hi: there is nothing to show */
} StudioEffectRange;

GtkWidget *studio_effect_bar_new (void);
/** @range NULL: the effect's own.  @numbers: the ends of the axis are written below it. */
void studio_effect_bar_set (StudioEffectBar *bar, const StudioEffect *effect,
                            const StudioEffectRange *range, gboolean numbers);

/** Of the whole verdict, and of one of its parts. */
StudioEffect studio_effect_of_verdict (const AssayVerdict *verdict);
StudioEffect studio_effect_of_part (const AssayVerdict *verdict, const AssayVerdictPart *part);
/** What holds everything of the effect with some air, and then of another, too. */
StudioEffectRange studio_effect_range (const StudioEffect *effect);
StudioEffectRange studio_effect_range_join (StudioEffectRange a, StudioEffectRange b);
/** Place of a value in a range: 0 at the left, 1 at the right; beyond where it lies beyond. */
double studio_effect_place (const StudioEffect *effect, StudioEffectRange range, double value);
/** One sentence for those who do not see it. */
char *studio_effect_describe (const StudioEffect *effect);

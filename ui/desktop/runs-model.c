/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/runs-model.h"

#include <string.h>

/* A list view makes widgets for 200 rows at once, which takes longer than a frame: the first rows
 * of an empty table come in pieces, and rows of a table that becomes short go in pieces. */
#define FIRST_ROWS 8
#define MORE_ROWS 6
#define LESS_ROWS 20
#define ROWS_WITH_WIDGETS 220

struct _StudioRunsPlace
{
  GObject parent_instance;
  StudioRunsModel *model; /* NULL: gone */
  guint row;
};

struct _StudioRunsModel
{
  GObject parent_instance;
  StudioRunsAnswer *answer;
  guint shown;        /* rows announced so far, or not taken back yet */
  GHashTable *places; /* row -> StudioRunsPlace, not owned: those that somebody looks at */
  guint settling;
};

static guint refreshed;

G_DEFINE_FINAL_TYPE (StudioRunsPlace, studio_runs_place, G_TYPE_OBJECT)

guint
studio_runs_place_row (StudioRunsPlace *place)
{
  return place->row;
}

static void
studio_runs_place_finalize (GObject *object)
{
  StudioRunsPlace *place = STUDIO_RUNS_PLACE (object);

  if (place->model != NULL)
    g_hash_table_remove (place->model->places, GUINT_TO_POINTER (place->row));
  G_OBJECT_CLASS (studio_runs_place_parent_class)->finalize (object);
}

static void
studio_runs_place_class_init (StudioRunsPlaceClass *class)
{
  G_OBJECT_CLASS (class)->finalize = studio_runs_place_finalize;
}

static void
studio_runs_place_init (StudioRunsPlace *place)
{
}

/* ---- the list ---- */

static GType
get_item_type (GListModel *list)
{
  return STUDIO_TYPE_RUNS_PLACE;
}

static guint
get_n_items (GListModel *list)
{
  return STUDIO_RUNS_MODEL (list)->shown;
}

static gpointer
get_item (GListModel *list, guint row)
{
  StudioRunsModel *model = STUDIO_RUNS_MODEL (list);
  StudioRunsPlace *place = g_hash_table_lookup (model->places, GUINT_TO_POINTER (row));

  if (row >= model->shown)
    return NULL;
  if (place != NULL)
    return g_object_ref (place);
  place = g_object_new (STUDIO_TYPE_RUNS_PLACE, NULL);
  place->model = model;
  place->row = row;
  g_hash_table_insert (model->places, GUINT_TO_POINTER (row), place);
  return place;
}

static void
list_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (StudioRunsModel, studio_runs_model, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_init))

/* ---- changes ---- */

/* Rows from @at on: @removed go, @added come; the places behind them move. */
static void
splice (StudioRunsModel *model, guint at, guint removed, guint added)
{
  g_autoptr (GHashTable) old = NULL;
  GHashTableIter iter;
  gpointer value;

  if (removed == 0 && added == 0)
    return;
  old = model->places;
  model->places = g_hash_table_new (NULL, NULL);
  g_hash_table_iter_init (&iter, old);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      StudioRunsPlace *place = value;

      if (place->row >= at && place->row < at + removed)
        {
          place->model = NULL;
          continue;
        }
      if (place->row >= at + removed)
        place->row = place->row - removed + added;
      g_hash_table_insert (model->places, GUINT_TO_POINTER (place->row), place);
    }
  model->shown = model->shown - removed + added;
  g_list_model_items_changed (G_LIST_MODEL (model), at, removed, added);
}

static void
grow (StudioRunsModel *model)
{
  guint left = model->answer->n - model->shown;

  if (model->shown < ROWS_WITH_WIDGETS)
    left = MIN (left, MORE_ROWS);
  splice (model, model->shown, 0, left);
}

static void
shrink (StudioRunsModel *model)
{
  guint removed = MIN (model->shown - model->answer->n, LESS_ROWS);

  splice (model, model->shown - removed, removed, 0);
}

static gboolean
settle (gpointer data)
{
  StudioRunsModel *model = data;

  if (model->shown < model->answer->n)
    grow (model);
  else if (model->shown > model->answer->n)
    shrink (model);
  if (model->shown != model->answer->n)
    return G_SOURCE_CONTINUE;
  model->settling = 0;
  return G_SOURCE_REMOVE;
}

static const char *
identity (const StudioRunsAnswer *answer, guint i)
{
  return answer->identities[i];
}

/* Rows at the beginning and the end that both answers have. */
static void
find_common (const StudioRunsAnswer *old, guint n_old, const StudioRunsAnswer *new, guint n_new,
             guint *before, guint *after)
{
  guint least = MIN (n_old, n_new);

  *before = *after = 0;
  while (*before < least && strcmp (identity (old, *before), identity (new, *before)) == 0)
    ++*before;
  while (*before + *after < least
         && strcmp (identity (old, n_old - 1 - *after), identity (new, n_new - 1 - *after)) == 0)
    ++*after;
}

/* How many rows there are now, of those that are to be at last. */
static guint
rows_at_once (const StudioRunsModel *model, guint n)
{
  if (model->shown < ROWS_WITH_WIDGETS && n > MAX (model->shown, FIRST_ROWS))
    return MAX (model->shown, FIRST_ROWS);
  if (n < ROWS_WITH_WIDGETS && model->shown > n + LESS_ROWS)
    return MIN (model->shown, ROWS_WITH_WIDGETS);
  return n;
}

void
studio_runs_model_set_answer (StudioRunsModel *model, StudioRunsAnswer *answer)
{
  g_autoptr (StudioRunsAnswer) old = model->answer;
  guint target = answer != NULL ? rows_at_once (model, answer->n) : 0;
  guint before = 0, after = 0, removed, added, common;

  g_clear_handle_id (&model->settling, g_source_remove);
  model->answer = answer != NULL ? studio_runs_answer_ref (answer) : NULL;
  if (old != NULL && answer != NULL && target <= answer->n && model->shown <= old->n)
    find_common (old, model->shown, answer, target, &before, &after);
  removed = model->shown - before - after;
  added = target - before - after;
  common = MIN (removed, added);
  splice (model, before + common, removed - common, added - common);
  g_signal_emit (model, refreshed, 0);
  if (answer != NULL && model->shown != answer->n)
    model->settling
        = g_idle_add_full (model->shown < answer->n ? STUDIO_RUNS_ROWS_COME : STUDIO_RUNS_ROWS_GO,
                           settle, model, NULL);
}

StudioRunsAnswer *
studio_runs_model_answer (StudioRunsModel *model)
{
  return model->answer;
}

StudioRunsModel *
studio_runs_model_new (void)
{
  return g_object_new (STUDIO_TYPE_RUNS_MODEL, NULL);
}

static void
studio_runs_model_finalize (GObject *object)
{
  StudioRunsModel *model = STUDIO_RUNS_MODEL (object);
  GHashTableIter iter;
  gpointer place;

  g_clear_handle_id (&model->settling, g_source_remove);
  g_hash_table_iter_init (&iter, model->places);
  while (g_hash_table_iter_next (&iter, NULL, &place))
    STUDIO_RUNS_PLACE (place)->model = NULL;
  g_hash_table_unref (model->places);
  studio_runs_answer_unref (model->answer);
  G_OBJECT_CLASS (studio_runs_model_parent_class)->finalize (object);
}

static void
studio_runs_model_class_init (StudioRunsModelClass *class)
{
  G_OBJECT_CLASS (class)->finalize = studio_runs_model_finalize;
  refreshed = g_signal_new ("refreshed", STUDIO_TYPE_RUNS_MODEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                            NULL, G_TYPE_NONE, 0);
}

static void
studio_runs_model_init (StudioRunsModel *model)
{
  model->places = g_hash_table_new (NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include "host/claims/source.h"
#include <math.h>
#include <string.h>

AssayFrame *
world_new (const char *dims)
{
  AssayFrame *frame = assay_frame_new ();
  g_auto (GStrv) words = g_strsplit (dims, " ", -1);

  for (guint i = 0; words[i]; i++)
    {
      g_auto (GStrv) pair = g_strsplit (words[i], ":", 2);

      assay_frame_add_dim (frame, pair[0],
                           *pair[1] == 'i'   ? ASSAY_ITEM
                           : *pair[1] == 'n' ? ASSAY_NUMBER
                                             : ASSAY_LABEL);
    }
  return frame;
}

void
world_put (AssayFrame *frame, const char *levels, double value)
{
  g_auto (GStrv) words = g_strsplit (levels, " ", -1);
  gint32 codes[16];

  g_assert_cmpuint (g_strv_length (words), ==, frame->dims->len);
  for (guint i = 0; words[i]; i++)
    codes[i] = assay_frame_level (frame->dims->pdata[i], strcmp (words[i], "-") ? words[i] : "");
  assay_frame_add (frame, codes, value);
}

void
world_property (AssayFrame *frame, const char *property, const char *item, const char *value)
{
  GHashTable *values = g_hash_table_lookup (frame->properties, property);

  if (!values)
    {
      values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      g_hash_table_insert (frame->properties, g_strdup (property), values);
    }
  g_hash_table_insert (values, g_strdup (item), g_strdup (value));
}

static const AssayFrame *
load (ClaimSource *source, const char *metric, const char *where, char **note, GError **error)
{
  World *world = (World *) source;
  AssayFrame *frame = g_hash_table_lookup (world->frames, metric);

  if (!frame)
    {
      g_set_error (error, ASSAY_ERROR, ASSAY_ERROR_NOT_FOUND, "no frame of %s", metric);
      return NULL;
    }
  frame = assay_claim_filter_frame (frame, source->study, where, error);
  if (frame)
    g_ptr_array_add (world->filtered, frame);
  return frame;
}

World *
world_source (const AssayStudy *study)
{
  World *world = g_new0 (World, 1);
  g_autoptr (GError) error = NULL;

  world->study = study ? assay_study_info_from_study (study, &error) : NULL;
  g_assert_no_error (error);
  world->source.study = world->study;
  world->source.load = load;
  world->frames
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) assay_frame_free);
  world->filtered = g_ptr_array_new_with_free_func ((GDestroyNotify) assay_frame_free);
  return world;
}

void
world_add (World *world, const char *metric, AssayFrame *frame)
{
  assay_frame_finish (frame, world->study);
  g_hash_table_insert (world->frames, g_strdup (metric), frame);
}

void
world_free (World *world)
{
  g_hash_table_unref (world->frames);
  g_ptr_array_unref (world->filtered);
  g_clear_pointer (&world->study, assay_study_info_unref);
  g_free (world);
}

/* xorshift64*: not the generator under test. */
double
world_uniform (guint64 *state)
{
  *state ^= *state >> 12;
  *state ^= *state << 25;
  *state ^= *state >> 27;
  return (double) ((*state * 2685821657736338717u) >> 11) / 9007199254740992.0;
}

double
world_normal (guint64 *state)
{
  double u = 1 - world_uniform (state), v = world_uniform (state);

  return sqrt (-2 * log (u)) * cos (2 * G_PI * v);
}

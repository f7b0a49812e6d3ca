/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/desktop/figure-store.h"

#include "host/registry/json.h"
#include "ui/desktop/figure.h"
#include "ui/desktop/task.h"
#include <glib/gstdio.h>

struct _StudioFigureStore
{
  GObject parent_instance;
  char *workspace, *path;
  GPtrArray *figures; /* StudioSavedFigure */
  GPtrArray *removed; /* Removed, the last one last */
  gboolean loaded;
  GThreadPool *writer; /* one thread: the last change is written last */
};

G_DEFINE_FINAL_TYPE (StudioFigureStore, studio_figure_store, G_TYPE_OBJECT)

static guint changed_signal;

typedef struct
{
  StudioSavedFigure *saved;
  guint place;
} Removed;

static void
saved_free (gpointer data)
{
  StudioSavedFigure *saved = data;

  g_free (saved->id);
  g_free (saved->name);
  g_free (saved->study);
  g_free (saved->figure);
  g_hash_table_unref (saved->options);
  g_free (saved);
}

static void
removed_free (gpointer data)
{
  Removed *removed = data;

  saved_free (removed->saved);
  g_free (removed);
}

/* ---- JSON ---- */

static GHashTable *
read_options (JsonObject *object)
{
  GHashTable *options = studio_figure_options_copy (NULL);
  g_autoptr (GList) names = object != NULL ? json_object_get_members (object) : NULL;

  for (GList *name = names; name != NULL; name = name->next)
    {
      const char *value = assay_json_text (object, name->data, NULL);

      if (value != NULL)
        g_hash_table_insert (options, g_strdup (name->data), g_strdup (value));
    }
  return options;
}

static StudioSavedFigure *
read_figure (JsonNode *node)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  StudioSavedFigure *saved;

  if (object == NULL || assay_json_text (object, "id", NULL) == NULL
      || assay_json_text (object, "study", NULL) == NULL
      || assay_json_text (object, "figure", NULL) == NULL)
    return NULL;
  saved = g_new (StudioSavedFigure, 1);
  *saved = (StudioSavedFigure){ g_strdup (assay_json_text (object, "id", NULL)),
                                g_strdup (assay_json_text (object, "name", "")),
                                g_strdup (assay_json_text (object, "study", NULL)),
                                g_strdup (assay_json_text (object, "figure", NULL)),
                                read_options (assay_json_object (object, "options")) };
  return saved;
}

/* NULL: there is no file, or none that says so. */
static GPtrArray *
read_list (const char *path)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (saved_free);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = assay_json_load (path, &error);
  JsonObject *root
      = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonArray *figures = root != NULL ? assay_json_array (root, "figures") : NULL;

  for (guint i = 0; figures != NULL && i < json_array_get_length (figures); i++)
    {
      StudioSavedFigure *saved = read_figure (json_array_get_element (figures, i));

      if (saved != NULL)
        g_ptr_array_add (list, saved);
    }
  if (figures == NULL && g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_autofree char *aside = g_strconcat (path, ".broken", NULL);

      g_rename (path, aside);
    }
  return list;
}

static JsonNode *
figure_to_json (const StudioSavedFigure *saved)
{
  JsonObject *object = json_object_new (), *options = json_object_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  GHashTableIter iter;
  gpointer name, value;

  g_hash_table_iter_init (&iter, saved->options);
  while (g_hash_table_iter_next (&iter, &name, &value))
    json_object_set_string_member (options, name, value);
  json_object_set_string_member (object, "id", saved->id);
  json_object_set_string_member (object, "name", saved->name);
  json_object_set_string_member (object, "study", saved->study);
  json_object_set_string_member (object, "figure", saved->figure);
  json_object_set_object_member (object, "options", options);
  json_node_take_object (node, object);
  return node;
}

static char *
list_to_text (StudioFigureStore *store)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *root = json_object_new ();
  JsonArray *figures = json_array_new ();

  for (guint i = 0; i < store->figures->len; i++)
    json_array_add_element (figures, figure_to_json (store->figures->pdata[i]));
  json_object_set_int_member (root, "format", 1);
  json_object_set_string_member (root, "workspace", store->workspace);
  json_object_set_array_member (root, "figures", figures);
  json_node_take_object (node, root);
  return assay_json_canonical (node);
}

/* ---- the disk ---- */

static void
write_text (gpointer data, gpointer path)
{
  g_autofree char *text = data, *folder = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;

  g_mkdir_with_parents (folder, 0700);
  if (!g_file_set_contents (path, text, -1, &error))
    g_message ("The figures that were kept could not be written: %s", error->message);
}

static void
save (StudioFigureStore *store)
{
  if (store->writer != NULL)
    g_thread_pool_push (store->writer, list_to_text (store), NULL);
  g_signal_emit (store, changed_signal, 0);
}

void
studio_figure_store_flush (StudioFigureStore *store)
{
  if (store->writer != NULL)
    g_thread_pool_free (g_steal_pointer (&store->writer), FALSE, TRUE);
  store->writer = g_thread_pool_new (write_text, store->path, 1, TRUE, NULL);
}

static void
load (GTask *task, gpointer source, gpointer path, GCancellable *cancellable)
{
  g_task_return_pointer (task, read_list (path), (GDestroyNotify) g_ptr_array_unref);
}

/* What was kept while the file was read comes behind. */
static void
on_loaded (GObject *object, GAsyncResult *result, gpointer data)
{
  StudioFigureStore *store = STUDIO_FIGURE_STORE (object);
  GPtrArray *list = g_task_propagate_pointer (G_TASK (result), NULL);
  gboolean early = store->figures->len > 0;

  store->loaded = TRUE;
  g_ptr_array_extend_and_steal (list, g_steal_pointer (&store->figures));
  store->figures = list;
  if (early)
    save (store);
  else
    g_signal_emit (store, changed_signal, 0);
}

/* ---- the list ---- */

GPtrArray *
studio_figure_store_list (StudioFigureStore *store)
{
  return store->figures;
}

static gboolean
find (StudioFigureStore *store, const char *id, guint *place)
{
  for (*place = 0; *place < store->figures->len; (*place)++)
    if (g_strcmp0 (((StudioSavedFigure *) store->figures->pdata[*place])->id, id) == 0)
      return TRUE;
  return FALSE;
}

const StudioSavedFigure *
studio_figure_store_find (StudioFigureStore *store, const char *id)
{
  guint place;

  return find (store, id, &place) ? store->figures->pdata[place] : NULL;
}

/* Before the file has been read nothing may be written over it. */
static void
keep (StudioFigureStore *store)
{
  if (store->loaded)
    save (store);
  else
    g_signal_emit (store, changed_signal, 0);
}

const char *
studio_figure_store_add (StudioFigureStore *store, const char *name, const char *study,
                         const char *figure, GHashTable *options)
{
  StudioSavedFigure *saved = g_new (StudioSavedFigure, 1);

  *saved = (StudioSavedFigure){ g_uuid_string_random (), g_strdup (name), g_strdup (study),
                                g_strdup (figure), studio_figure_options_copy (options) };
  g_ptr_array_add (store->figures, saved);
  keep (store);
  return saved->id;
}

void
studio_figure_store_remove (StudioFigureStore *store, const char *id)
{
  Removed *removed;
  guint place;

  if (!find (store, id, &place))
    return;
  removed = g_new (Removed, 1);
  *removed = (Removed){ g_ptr_array_steal_index (store->figures, place), place };
  g_ptr_array_add (store->removed, removed);
  keep (store);
}

void
studio_figure_store_restore (StudioFigureStore *store)
{
  g_autofree Removed *last = NULL;

  if (store->removed->len == 0)
    return;
  last = g_ptr_array_steal_index (store->removed, store->removed->len - 1);
  g_ptr_array_insert (store->figures, (int) MIN (last->place, store->figures->len), last->saved);
  keep (store);
}

/* ---- the object ---- */

StudioFigureStore *
studio_figure_store_new (const char *workspace)
{
  StudioFigureStore *store = g_object_new (STUDIO_TYPE_FIGURE_STORE, NULL);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, workspace, -1);
  g_autofree char *name = g_strdup_printf ("%.16s.json", hash);
  g_autoptr (GTask) task = g_task_new (store, NULL, on_loaded, NULL);

  store->workspace = g_strdup (workspace);
  store->path = g_build_filename (g_get_user_data_dir (), "assay", "figures", name, NULL);
  studio_figure_store_flush (store);
  g_task_set_task_data (task, g_strdup (store->path), g_free);
  studio_task_run (task, load);
  return store;
}

static void
studio_figure_store_finalize (GObject *object)
{
  StudioFigureStore *store = STUDIO_FIGURE_STORE (object);

  if (store->writer != NULL)
    g_thread_pool_free (store->writer, FALSE, TRUE);
  g_ptr_array_unref (store->removed);
  g_ptr_array_unref (store->figures);
  g_free (store->workspace);
  g_free (store->path);
  G_OBJECT_CLASS (studio_figure_store_parent_class)->finalize (object);
}

static void
studio_figure_store_class_init (StudioFigureStoreClass *class)
{
  G_OBJECT_CLASS (class)->finalize = studio_figure_store_finalize;
  changed_signal = g_signal_new ("changed", STUDIO_TYPE_FIGURE_STORE, G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 0);
}

static void
studio_figure_store_init (StudioFigureStore *store)
{
  store->figures = g_ptr_array_new_with_free_func (saved_free);
  store->removed = g_ptr_array_new_with_free_func (removed_free);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/nn/gpt2.h"

#include "base/file/file.h"
#include "base/json/json.h"
#include "learn/tensor/kernels.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_CONFIG (1u << 20)
#define MAX_NUMBER (1u << 20) /* of each number in a config */
#define PREFIX "transformer."

/* ---- config.json ---- */

/* Its members that are numbers, and where they go. */
static const struct
{
  const char *key;
  size_t offset;
  bool required;
} numbers[] = {
  { "n_embd", offsetof (AssayGptConfig, d), true },
  { "n_layer", offsetof (AssayGptConfig, layers), true },
  { "n_head", offsetof (AssayGptConfig, heads), true },
  { "n_positions", offsetof (AssayGptConfig, context), true },
  { "vocab_size", offsetof (AssayGptConfig, vocabulary), true },
  { "n_inner", offsetof (AssayGptConfig, hidden), false },
};
#define N_NUMBERS (sizeof numbers / sizeof numbers[0])

static const struct
{
  const char *name;
  AssayFeedForward feed_forward;
} activations[] = { { "gelu_new", ASSAY_FEED_FORWARD_GELU_TANH },
                    { "gelu_pytorch_tanh", ASSAY_FEED_FORWARD_GELU_TANH },
                    { "gelu", ASSAY_FEED_FORWARD_GELU } };

/* Options that change what is computed, and the only value that is computed here. */
static const struct
{
  const char *key;
  bool value;
} fixed[] = { { "scale_attn_weights", true },
              { "scale_attn_by_inverse_layer_idx", false },
              { "add_cross_attention", false } };

typedef struct Reader
{
  const char *path;
  JsonCursor json;
  char *text; /* room for any string of the file */
  AssayGptConfig *config;
  AssayTensorsError *error;
} Reader;

static bool
take_word (JsonCursor *json, const char *word)
{
  size_t n = strlen (word);

  json_peek (json);
  if ((size_t) (json->end - json->at) < n || memcmp (json->at, word, n) != 0)
    return false;
  json->at += n;
  return true;
}

static bool
read_flag (Reader *reader, const char *key, bool *value)
{
  *value = take_word (&reader->json, "true");
  return *value || take_word (&reader->json, "false")
         || assay_tensors_fail (reader->error, reader->path, "\"%s\" is neither true nor false",
                                key);
}

static bool
read_number (Reader *reader, size_t i)
{
  uint32_t *place = (uint32_t *) ((char *) reader->config + numbers[i].offset);
  uint64_t value = 0;

  *place = 0;
  if (!numbers[i].required && take_word (&reader->json, "null"))
    return true;
  if (!json_whole (&reader->json, &value))
    return false;
  if (value == 0 || value > MAX_NUMBER)
    return assay_tensors_fail (reader->error, reader->path, "\"%s\" is %llu; it must be 1 to %u",
                               numbers[i].key, (unsigned long long) value, MAX_NUMBER);
  *place = (uint32_t) value;
  return true;
}

static bool
read_activation (Reader *reader)
{
  if (json_string (&reader->json, reader->text) == NULL)
    return false;
  for (size_t i = 0; i < sizeof activations / sizeof activations[0]; i++)
    if (strcmp (reader->text, activations[i].name) == 0)
      {
        reader->config->feed_forward = activations[i].feed_forward;
        return true;
      }
  return assay_tensors_fail (
      reader->error, reader->path,
      "its activation_function is \"%.40s\"; gelu_new and gelu can be computed", reader->text);
}

static bool
read_architecture (Reader *reader)
{
  if (json_string (&reader->json, reader->text) == NULL)
    return false;
  return strcmp (reader->text, "gpt2") == 0
         || assay_tensors_fail (reader->error, reader->path,
                                "its model_type is \"%.40s\", not gpt2", reader->text);
}

static bool
read_epsilon (Reader *reader)
{
  double epsilon = 0;

  if (!json_number (&reader->json, &epsilon))
    return false;
  return (float) epsilon == ASSAY_GPT_EPSILON
         || assay_tensors_fail (reader->error, reader->path,
                                "its layer_norm_epsilon is %g; norms here have %g", epsilon,
                                (double) ASSAY_GPT_EPSILON);
}

static bool
read_tied (Reader *reader)
{
  bool tied = false;
  bool ok = read_flag (reader, "tie_word_embeddings", &tied);

  reader->config->untied = !tied;
  return ok;
}

static const struct
{
  const char *key;
  bool (*read) (Reader *reader);
} others[] = { { "activation_function", read_activation },
               { "model_type", read_architecture },
               { "layer_norm_epsilon", read_epsilon },
               { "tie_word_embeddings", read_tied } };

static bool
read_fixed (Reader *reader, size_t i)
{
  bool value = false;

  if (!read_flag (reader, fixed[i].key, &value))
    return false;
  return value == fixed[i].value
         || assay_tensors_fail (reader->error, reader->path,
                                "its %s is %s, which cannot be computed here", fixed[i].key,
                                value ? "true" : "false");
}

static bool
read_member (Reader *reader)
{
  if (json_string (&reader->json, reader->text) == NULL || !json_expect (&reader->json, ':'))
    return false;
  for (size_t i = 0; i < N_NUMBERS; i++)
    if (strcmp (reader->text, numbers[i].key) == 0)
      return read_number (reader, i);
  for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
    if (strcmp (reader->text, fixed[i].key) == 0)
      return read_fixed (reader, i);
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
    if (strcmp (reader->text, others[i].key) == 0)
      return others[i].read (reader);
  return json_skip (&reader->json);
}

static bool
read_members (Reader *reader)
{
  JsonCursor *json = &reader->json;

  if (!json_expect (json, '{'))
    return false;
  if (json_take (json, '}'))
    return true;
  do
    if (!read_member (reader))
      return false;
  while (json_take (json, ','));
  return json_expect (json, '}');
}

static bool
check_config (const Reader *reader)
{
  const AssayGptConfig *config = reader->config;

  for (size_t i = 0; i < N_NUMBERS; i++)
    if (numbers[i].required && *(const uint32_t *) ((const char *) config + numbers[i].offset) == 0)
      return assay_tensors_fail (reader->error, reader->path, "it lacks \"%s\"", numbers[i].key);
  return config->d % config->heads == 0
         || assay_tensors_fail (reader->error, reader->path,
                                "n_embd %u is no multiple of n_head %u", config->d, config->heads);
}

static bool
read_text (const char *path, char *text, size_t *size, AssayTensorsError *error)
{
  int fd = assay_file_open (path, O_RDONLY | O_NONBLOCK, 0);
  ssize_t n = 1;

  if (fd < 0)
    return assay_tensors_fail (error, path, "could not open: %s", strerror (errno));
  for (*size = 0; n > 0 && *size <= MAX_CONFIG; *size += n > 0 ? (size_t) n : 0)
    n = read (fd, text + *size, MAX_CONFIG + 1 - *size);
  if (n < 0)
    assay_tensors_fail (error, path, "could not read: %s", strerror (errno));
  close (fd);
  if (n >= 0 && *size > MAX_CONFIG)
    return assay_tensors_fail (error, path, "it is longer than 1 MB: is it a config.json?");
  return n >= 0;
}

bool
assay_gpt2_config (const char *config_json, AssayGptConfig *config, AssayTensorsError *error)
{
  char *text = assay_alloc_zeroed (2 * (MAX_CONFIG + 2));
  Reader reader
      = { .path = config_json, .text = text + MAX_CONFIG + 2, .config = config, .error = error };
  size_t size = 0;
  bool ok = read_text (config_json, text, &size, error);

  *config = (AssayGptConfig){ .feed_forward = ASSAY_FEED_FORWARD_GELU_TANH };
  if (ok)
    {
      reader.json = (JsonCursor){ .at = text, .end = text + size };
      ok = read_members (&reader);
      if (ok && json_peek (&reader.json) != '\0')
        ok = assay_tensors_fail (error, config_json, "something follows its object");
      else if (!ok && reader.json.wrong != NULL)
        assay_tensors_fail (error, config_json, "byte %zu: %s", (size_t) (reader.json.at - text),
                            reader.json.wrong);
      ok = ok && check_config (&reader);
    }
  free (text);
  return ok;
}

/* ---- model.safetensors ---- */

/* Of a linear layer: "h.0.attn.c_attn.weight". */
static bool
is_turned (const AssayWeight *weight)
{
  return weight->n_dims == 2 && strstr (weight->name, ".c_") != NULL;
}

static AssayTensorView
view_of (const AssayWeight *weight)
{
  AssayTensorView view = { .name = weight->name,
                           .type = ASSAY_F32,
                           .n_dims = weight->n_dims,
                           .bytes = weight->size * sizeof (float) };

  for (uint32_t k = 0; k < weight->n_dims; k++)
    view.shape[k] = weight->shape[is_turned (weight) ? weight->n_dims - 1 - k : k];
  return view;
}

static const char *
without_prefix (const char *name)
{
  size_t n = strlen (PREFIX);

  return strncmp (name, PREFIX, n) == 0 ? name + n : name;
}

static const AssayTensorView *
find (const AssayTensors *file, const char *name)
{
  for (uint32_t i = 0; i < assay_tensors_n (file); i++)
    if (strcmp (without_prefix (assay_tensors_at (file, i)->name), name) == 0)
      return assay_tensors_at (file, i);
  return NULL;
}

static bool
check_tensor (const AssayWeight *weight, const AssayTensorView *found, const char *path,
              AssayTensorsError *error)
{
  AssayTensorView wanted = view_of (weight);
  char has[64], needs[64];

  if (found == NULL)
    return assay_tensors_fail (error, path,
                               "tensor \"%.80s\" is missing; is its config.json another model's?",
                               wanted.name);
  assay_tensors_shape_text (found, has, sizeof has);
  assay_tensors_shape_text (&wanted, needs, sizeof needs);
  if (found->n_dims != wanted.n_dims
      || memcmp (found->shape, wanted.shape, found->n_dims * sizeof *found->shape) != 0)
    return assay_tensors_fail (
        error, path,
        "tensor \"%.80s\" has the shape %s, the model needs %s; is its config.json "
        "another model's?",
        wanted.name, has, needs);
  if (found->type != ASSAY_F32)
    return assay_tensors_fail (error, path,
                               "tensor \"%.80s\" is not of the type F32; save the model in float32",
                               wanted.name);
  return assay_tensors_are_finite (found)
         || assay_tensors_fail (error, path, "tensor \"%.80s\" has a NaN or an infinity",
                                wanted.name);
}

/* "h.3.attn.bias" and "h.3.attn.masked_bias", which older versions saved: constants. */
static bool
is_mask (const char *name)
{
  if (strncmp (name, "h.", 2) != 0 || !isdigit ((unsigned char) name[2]))
    return false;
  for (name += 2; isdigit ((unsigned char) *name); name++)
    ;
  return strcmp (name, ".attn.bias") == 0 || strcmp (name, ".attn.masked_bias") == 0;
}

static bool
check_head (const AssayTensorView *head, const AssayTensorView *embedding, const char *path,
            AssayTensorsError *error)
{
  if (embedding != NULL && head->type == embedding->type && head->bytes == embedding->bytes
      && memcmp (head->data, embedding->data, head->bytes) == 0)
    return true;
  return assay_tensors_fail (
      error, path,
      "its head, lm_head.weight, is not its embedding: config.json must say that "
      "\"tie_word_embeddings\" is false");
}

static bool
check_stranger (const AssayTensors *file, const AssayTensorView *view, const char *path,
                AssayTensorsError *error)
{
  const char *name = without_prefix (view->name);

  if (strcmp (name, "lm_head.weight") == 0)
    return check_head (view, find (file, "wte.weight"), path, error);
  return is_mask (name)
         || assay_tensors_fail (error, path, "tensor \"%.80s\" is none of the model's", view->name);
}

static bool
check_all (const AssayParams *params, const AssayTensors *file, const char *path,
           AssayTensorsError *error)
{
  for (uint32_t i = 0; i < params->n; i++)
    if (!check_tensor (params->params[i], find (file, params->params[i]->name), path, error))
      return false;
  for (uint32_t i = 0; i < assay_tensors_n (file); i++)
    {
      const AssayTensorView *view = assay_tensors_at (file, i);
      const char *name = without_prefix (view->name);

      if (find (file, name) != view)
        return assay_tensors_fail (
            error, path, "tensor \"%.80s\" stands there with and without \"" PREFIX "\"", name);
      if (assay_params_find (params, name) == NULL && !check_stranger (file, view, path, error))
        return false;
    }
  return true;
}

/** Copies the array @from, whose last dimension has @columns, turned where it is to lie so. */
static void
copy (const AssayWeight *weight, float *to, const float *from, size_t columns)
{
  size_t rows = weight->size / columns;

  if (is_turned (weight))
    assay_kernels ()->transpose (to, rows, from, columns, rows, columns);
  else
    memcpy (to, from, weight->size * sizeof *to);
}

bool
assay_gpt2_load (AssayParams *params, const char *path, AssayTensorsError *error)
{
  AssayTensors *file = assay_tensors_open (path, error);
  bool ok = file != NULL && check_all (params, file, path, error);

  if (ok && params->values == NULL)
    params->values = assay_params_vector (params);
  for (uint32_t i = 0; i < params->n && ok; i++)
    {
      const AssayWeight *weight = params->params[i];
      const AssayTensorView *view = find (file, weight->name);

      copy (weight, params->values + weight->offset, view->data, view->shape[view->n_dims - 1]);
    }
  assay_tensors_free (file);
  return ok;
}

bool
assay_gpt2_save (const AssayParams *params, const char *path, AssayTensorsError *error)
{
  static const AssayTensorsEntry metadata[] = { { "format", "pt" } };
  AssayTensorView *views = assay_alloc_zeroed ((params->n + 1) * sizeof *views);
  float *values = assay_params_vector (params);
  bool ok;

  for (uint32_t i = 0; i < params->n; i++)
    {
      const AssayWeight *weight = params->params[i];

      copy (weight, values + weight->offset, params->values + weight->offset,
            weight->shape[weight->n_dims - 1]);
      views[i] = view_of (weight);
      views[i].data = values + weight->offset;
    }
  ok = assay_tensors_write (path, views, params->n, metadata, 1, error);
  free (values);
  free (views);
  return ok;
}

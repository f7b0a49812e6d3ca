/* SPDX-License-Identifier: Apache-2.0
 *
 * GPT-2 in Hugging Face's form.  gpt2/ is what tests/reference/gpt2_fixture.py wrote.
 */
#include "check.h"
#include "learn/nn/checkpoint.h"
#include "learn/nn/gpt2.h"
#include "learn/text/decoder.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define MOST_TENSORS 64

static const char *folder; /* for files of ours */

typedef struct Model
{
  AssayParams *params;
  AssayGpt *gpt;
} Model;

static char *
fixture (const char *name)
{
  return g_test_build_filename (G_TEST_DIST, "unit", "learn", "gpt2", name, NULL);
}

static char *
ours (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

/** Without values. */
static Model
model_new (void)
{
  g_autofree char *path = fixture ("config.json");
  AssayTensorsError error = { "" };
  AssayGptConfig config;
  Model model = { .params = assay_params_new () };

  if (!assay_gpt2_config (path, &config, &error))
    g_error ("%s", error.text);
  model.gpt = assay_gpt_new (model.params, &config);
  return model;
}

static void
model_clear (Model *model)
{
  assay_gpt_free (model->gpt);
  assay_params_free (model->params);
}

static Model
model_read (void)
{
  g_autofree char *path = fixture ("model.safetensors");
  AssayTensorsError error = { "" };
  Model model = model_new ();

  if (!assay_gpt2_load (model.params, path, &error))
    g_error ("%s", error.text);
  return model;
}

/* ---- logits ---- */

static double
distance (const float *ours, const double *theirs, size_t n)
{
  double most = 0;

  for (size_t i = 0; i < n; i++)
    most = MAX (most, fabs (ours[i] - theirs[i]));
  return most;
}

static void
check_decoder (const Model *model, const AssayTensorView *ids, const double *expected)
{
  size_t n = ids->shape[0], length = ids->shape[1], words = model->gpt->config.vocabulary;
  AssayDecoderWeights *weights = assay_decoder_weights_new (model->gpt);
  AssayDecoder *decoder = assay_decoder_new (model->gpt, (uint32_t) n);

  assay_decoder_weights_set (weights, model->params->values, NULL);
  assay_decoder_begin (decoder, (uint32_t) n);
  for (size_t t = 0; t < length; t++)
    {
      int32_t next[8];
      const float *logits;

      g_assert_cmpuint (n, <=, G_N_ELEMENTS (next));
      for (size_t i = 0; i < n; i++)
        next[i] = ((const int32_t *) ids->data)[i * length + t];
      logits = assay_decoder_next (decoder, weights, next, 1);
      for (size_t i = 0; i < n; i++)
        g_assert_cmpfloat (
            distance (logits + i * words, expected + (i * length + t) * words, words), <, 2e-5);
    }
  assay_decoder_free (decoder);
  assay_decoder_weights_free (weights);
}

static void
test_logits (void)
{
  g_autofree char *path = fixture ("logits.safetensors");
  AssayTensorsError error = { "" };
  AssayTensors *truth = assay_tensors_open (path, &error);
  const AssayTensorView *ids = assay_tensors_find (truth, "ids"),
                        *expected = assay_tensors_find (truth, "logits");
  size_t shape[] = { ids->shape[0], ids->shape[1] };
  Model model = model_read ();
  AssayTape *tape = assay_tape_new (model.params->n);
  AssayTensor *logits;

  assay_tape_begin (tape, model.params->values, NULL, false);
  logits = assay_gpt_logits (tape, model.gpt, assay_tensor_wrap_ints (tape, ids->data, 2, shape));
  g_assert_cmpuint (logits->size * sizeof (double), ==, expected->bytes);
  g_assert_cmpfloat (distance (logits->data, expected->data, logits->size), <, 2e-5);
  check_decoder (&model, ids, expected->data);
  assay_tape_free (tape);
  model_clear (&model);
  assay_tensors_free (truth);
}

static void
test_saved (void)
{
  g_autofree char *path = ours ("saved.safetensors");
  AssayTensorsError error = { "" };
  Model model = model_read (), again = model_new ();
  AssayTensors *file;
  const AssayTensorView *matrix;

  g_assert_true (assay_gpt2_save (model.params, path, &error));
  file = assay_tensors_open (path, &error);
  matrix = assay_tensors_find (file, "h.1.attn.c_attn.weight");
  g_assert_cmpuint (matrix->shape[0], ==, 8);
  g_assert_cmpuint (matrix->shape[1], ==, 24);
  g_assert_cmpstr (assay_tensors_metadata (file, "format"), ==, "pt");
  g_assert_true (assay_gpt2_load (again.params, path, &error));
  g_assert_cmpmem (again.params->values, again.params->size * sizeof (float), model.params->values,
                   model.params->size * sizeof (float));
  assay_tensors_free (file);
  model_clear (&model);
  model_clear (&again);
}

/* ---- configs that are refused ---- */

#define REST "\"n_head\": 2, \"n_positions\": 9, \"vocab_size\": 13"
#define GOOD "\"n_embd\": 8, \"n_layer\": 2, " REST

static const struct
{
  const char *text, *wrong;
} configs[] = {
  { "{" GOOD "}", NULL },
  { "{\"n_inner\": null, \"tie_word_embeddings\": false, \"unknown\": [1, {}], " GOOD "} ", NULL },
  { "", "byte 0" },
  { "[]", "byte 0" },
  { "{" GOOD, "byte" },
  { "{" GOOD "} {}", "something follows its object" },
  { "{\"n_layer\": 2, " REST "}", "it lacks \"n_embd\"" },
  { "{\"n_embd\": 0, \"n_layer\": 2, " REST "}", "\"n_embd\" is 0; it must be 1 to 1048576" },
  { "{\"n_embd\": -8, \"n_layer\": 2, " REST "}", "byte 11" },
  { "{\"n_embd\": 9, \"n_layer\": 2, " REST "}", "n_embd 9 is no multiple of n_head 2" },
  { "{\"n_embd\": 99999999999, \"n_layer\": 2, " REST "}", "\"n_embd\" is 99999999999" },
  { "{\"model_type\": \"llama\", " GOOD "}", "its model_type is \"llama\", not gpt2" },
  { "{\"activation_function\": \"relu\", " GOOD "}", "its activation_function is \"relu\"" },
  { "{\"layer_norm_epsilon\": 1e-6, " GOOD "}", "its layer_norm_epsilon is 1e-06" },
  { "{\"scale_attn_weights\": false, " GOOD "}", "its scale_attn_weights is false" },
  { "{\"add_cross_attention\": true, " GOOD "}", "its add_cross_attention is true" },
  { "{\"add_cross_attention\": 1, " GOOD "}", "\"add_cross_attention\" is neither true nor false" },
  { "{\"scale_attn_by_inverse_layer_idx\": true, " GOOD "}", "scale_attn_by_inverse_layer_idx" },
};

static void
test_configs (void)
{
  g_autofree char *path = ours ("config.json");
  AssayTensorsError error = { "" };
  AssayGptConfig config;

  for (guint i = 0; i < G_N_ELEMENTS (configs); i++)
    {
      bool ok;

      g_assert_true (g_file_set_contents (path, configs[i].text, -1, NULL));
      ok = assay_gpt2_config (path, &config, &error);
      if (ok != (configs[i].wrong == NULL))
        g_error ("%s: %s", configs[i].text, ok ? "accepted" : error.text);
      if (!ok && (!strstr (error.text, configs[i].wrong) || !strstr (error.text, path)))
        g_error ("\"%s\" does not say \"%s\" of its file", error.text, configs[i].wrong);
    }
  g_assert_false (assay_gpt2_config ("/nowhere/config.json", &config, &error));
  g_assert_nonnull (strstr (error.text, "could not open"));
  g_assert_false (assay_gpt2_config ("/dev/zero", &config, &error));
  g_assert_nonnull (strstr (error.text, "longer than 1 MB"));
}

/* ---- files that are refused ---- */

/* The fixture's tensors, to be changed. */
typedef struct Copy
{
  AssayTensors *file;
  AssayTensorView views[MOST_TENSORS];
  uint32_t n;
} Copy;

static AssayTensorView *
view_of (Copy *copy, const char *name)
{
  for (uint32_t i = 0; i < copy->n; i++)
    if (strcmp (copy->views[i].name, name) == 0)
      return &copy->views[i];
  g_assert_not_reached ();
}

static void
copy_open (Copy *copy)
{
  g_autofree char *path = fixture ("model.safetensors");
  AssayTensorsError error = { "" };

  copy->file = assay_tensors_open (path, &error);
  copy->n = assay_tensors_n (copy->file);
  g_assert_cmpuint (copy->n, <, MOST_TENSORS - 1);
  for (uint32_t i = 0; i < copy->n; i++)
    copy->views[i] = *assay_tensors_at (copy->file, i);
}

static void
turn (Copy *copy)
{
  AssayTensorView *view = view_of (copy, "transformer.h.0.mlp.c_fc.weight");
  uint64_t rows = view->shape[0];

  view->shape[0] = view->shape[1];
  view->shape[1] = rows;
}

static void
rename_one (Copy *copy)
{
  view_of (copy, "transformer.ln_f.bias")->name = "transformer.ln_g.bias";
}

static void
add_stranger (Copy *copy)
{
  copy->views[copy->n] = *view_of (copy, "transformer.ln_f.bias");
  copy->views[copy->n++].name = "transformer.h.2.attn.bias.more";
}

static void
add_twice (Copy *copy)
{
  copy->views[copy->n] = *view_of (copy, "transformer.ln_f.bias");
  copy->views[copy->n++].name = "ln_f.bias";
}

static void
make_words (Copy *copy)
{
  view_of (copy, "transformer.ln_f.bias")->type = ASSAY_U32;
}

static void
make_nan (Copy *copy)
{
  static const float none[8] = { 1, 2, NAN };

  view_of (copy, "transformer.ln_f.bias")->data = none;
}

static void
add_head (Copy *copy)
{
  copy->views[copy->n] = *view_of (copy, "transformer.wte.weight");
  copy->views[copy->n++].name = "lm_head.weight";
}

static void
add_other_head (Copy *copy)
{
  static const float other[13 * 8] = { 1 };

  add_head (copy);
  copy->views[copy->n - 1].data = other;
}

static const struct
{
  void (*change) (Copy *copy);
  const char *wrong; /* NULL: nothing is */
} files[] = {
  { add_head, NULL },
  { add_other_head, "its head, lm_head.weight, is not its embedding" },
  { turn, "tensor \"h.0.mlp.c_fc.weight\" has the shape [32, 8], the model needs [8, 32]" },
  { rename_one, "tensor \"ln_f.bias\" is missing" },
  { add_stranger, "tensor \"transformer.h.2.attn.bias.more\" is none of the model's" },
  { add_twice, "tensor \"ln_f.bias\" stands there with and without" },
  { make_words, "tensor \"ln_f.bias\" is not of the type F32; save the model in float32" },
  { make_nan, "tensor \"ln_f.bias\" has a NaN or an infinity" },
};

static void
check_refused (const char *path, const char *wrong)
{
  AssayTensorsError error = { "" };
  Model model = model_read ();
  g_autofree float *before = g_memdup2 (model.params->values, model.params->size * sizeof *before);
  bool ok = assay_gpt2_load (model.params, path, &error);

  g_assert_true (ok == (wrong == NULL));
  if (!ok && (!strstr (error.text, wrong) || !strstr (error.text, path)))
    g_error ("\"%s\" does not say \"%s\" of its file", error.text, wrong);
  g_assert_cmpmem (model.params->values, model.params->size * sizeof *before, before,
                   model.params->size * sizeof *before);
  model_clear (&model);
}

static void
test_files (void)
{
  g_autofree char *path = ours ("changed.safetensors");
  AssayTensorsError error = { "" };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      Copy copy;

      copy_open (&copy);
      files[i].change (&copy);
      g_assert_true (assay_tensors_write (path, copy.views, copy.n, NULL, 0, &error));
      check_refused (path, files[i].wrong);
      assay_tensors_free (copy.file);
    }
  check_refused ("/nowhere/model.safetensors", "could not open");
}

/** Neither form is taken for the other, though names are the same. */
static void
test_checkpoints (void)
{
  g_autofree char *path = ours ("checkpoint.safetensors"), *theirs = fixture ("model.safetensors");
  AssayTensorsError error = { "" };
  Model model = model_read ();
  const AssayCheckpoint checkpoint = { .params = model.params };

  g_assert_true (assay_checkpoint_save (&checkpoint, path, &error));
  check_refused (path, "tensor \"h.0.attn.c_attn.weight\" has the shape [24, 8]");
  g_assert_true (assay_gpt2_save (model.params, path, &error));
  g_assert_false (assay_checkpoint_load (&checkpoint, path, &error));
  g_assert_nonnull (strstr (error.text, "has the shape [8, 24], the model needs [24, 8]"));
  g_assert_false (assay_checkpoint_load (&checkpoint, theirs, &error));
  model_clear (&model);
}

/* ---- bytes that went wrong ---- */

static void
test_mutations (void)
{
  g_autofree char *config = fixture ("config.json"), *file = fixture ("model.safetensors");
  g_autofree char *path = ours ("mutated"), *json = NULL, *tensors = NULL;
  gsize json_size, size;
  guint refused = 0;

  g_assert_true (g_file_get_contents (config, &json, &json_size, NULL));
  g_assert_true (g_file_get_contents (file, &tensors, &size, NULL));
  for (guint i = 0; i < 600; i++)
    {
      gboolean is_json = i % 2;
      gsize whole = is_json ? json_size : size, left = whole - (i % 5 == 4 ? i % whole : 0);
      g_autofree char *bytes = g_memdup2 (is_json ? json : tensors, whole);
      AssayTensorsError error = { "" };
      AssayGptConfig read;
      Model model = model_new ();

      /* In a file of tensors the header is what counts. */
      for (guint k = 0; k < 1 + i % 3; k++)
        bytes[g_test_rand_int_range (0, (gint) MIN (whole, 3000))]
            = (char) g_test_rand_int_range (0, 256);
      g_assert_true (g_file_set_contents (path, bytes, (gssize) left, NULL));
      if (!(is_json ? assay_gpt2_config (path, &read, &error)
                    : assay_gpt2_load (model.params, path, &error)))
        {
          g_assert_nonnull (strstr (error.text, path));
          refused++;
        }
      model_clear (&model);
    }
  g_assert_cmpuint (refused, >, 300);
}

static void
remove_folder (void)
{
  GDir *dir = g_dir_open (folder, 0, NULL);

  for (const char *name; (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *path = ours (name);

      g_unlink (path);
    }
  g_dir_close (dir);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_autofree char *made = NULL;
  int failed;

  g_test_init (&argc, &argv, NULL);
  made = g_dir_make_tmp ("assay-gpt2-XXXXXX", NULL);
  folder = made;
  g_test_add_func ("/gpt2/logits-are-those-of-another-implementation", test_logits);
  g_test_add_func ("/gpt2/what-is-saved-is-read-again", test_saved);
  g_test_add_func ("/gpt2/configs-that-cannot-be-computed-are-refused-by-name", test_configs);
  g_test_add_func ("/gpt2/files-that-do-not-fit-change-nothing", test_files);
  g_test_add_func ("/gpt2/a-checkpoint-is-not-taken-for-their-form-nor-back", test_checkpoints);
  g_test_add_func ("/gpt2/bytes-that-went-wrong-end-in-a-sentence", test_mutations);
  failed = g_test_run ();
  remove_folder ();
  return failed;
}

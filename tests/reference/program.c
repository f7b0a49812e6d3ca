/* SPDX-License-Identifier: Apache-2.0 */
#include "program.h"

#include <glib.h>
#include <string.h>

#define MAX_ARGUMENTS 8

typedef struct Call
{
  AssayTape *tape;
  AssayTensor *x[MAX_ARGUMENTS + 1]; /* NULL behind the last */
  uint32_t n;
  char **words; /* of the line, options among them */
} Call;

/* ---- options ---- */

static const char *
option (const Call *call, const char *name)
{
  for (char **word = call->words; *word != NULL; word++)
    if (g_str_has_prefix (*word, name) && (*word)[strlen (name)] == '=')
      return *word + strlen (name) + 1;
  return NULL;
}

static double
number (const Call *call, const char *name, double otherwise)
{
  const char *text = option (call, name);

  return text != NULL ? g_ascii_strtod (text, NULL) : otherwise;
}

static size_t
whole (const Call *call, const char *name)
{
  return (size_t) number (call, name, 0);
}

static AssayActivation
activation (const Call *call)
{
  static const char *const names[]
      = { [ASSAY_IDENTITY] = "identity",   [ASSAY_RELU] = "relu", [ASSAY_GELU] = "gelu",
          [ASSAY_GELU_TANH] = "gelu_tanh", [ASSAY_SILU] = "silu", [ASSAY_TANH] = "tanh",
          [ASSAY_SIGMOID] = "sigmoid" };
  const char *name = option (call, "act");

  for (int i = 0; name != NULL && i < (int) G_N_ELEMENTS (names); i++)
    if (g_strcmp0 (name, names[i]) == 0)
      return (AssayActivation) i;
  g_assert_null (name);
  return ASSAY_IDENTITY;
}

/* ---- operations ---- */

static AssayTensor *
linear (const Call *call)
{
  return assay_linear (call->tape, call->x[0], call->x[1], call->x[2], activation (call));
}

static AssayTensor *
linear_residual (const Call *call)
{
  return assay_linear_residual (call->tape, call->x[0], call->x[1], call->x[2], call->x[3]);
}

static AssayTensor *
layer_norm (const Call *call)
{
  return assay_layer_norm (call->tape, call->x[0], call->x[1], call->x[2],
                           (float) number (call, "epsilon", 0));
}

static AssayTensor *
rms_norm (const Call *call)
{
  return assay_rms_norm (call->tape, call->x[0], call->x[1], (float) number (call, "epsilon", 0));
}

static AssayTensor *
embedding (const Call *call)
{
  return assay_embedding (call->tape, call->x[0], call->x[1], call->x[2]);
}

static AssayTensor *
rotary (const Call *call)
{
  size_t heads = whole (call, "heads"), kv = whole (call, "kv"), steps = call->x[0]->shape[1];
  size_t size = call->x[0]->shape[2] / (heads + 2 * kv);
  AssayTensor *table
      = assay_tensor_new (call->tape, ASSAY_FP32, 2, (const size_t[]){ steps, size });

  assay_rotary_table (table->data, steps, size, number (call, "base", 0));
  return assay_rotary (call->tape, call->x[0], (uint32_t) heads, (uint32_t) kv, table);
}

static AssayTensor *
attention (const Call *call)
{
  return assay_attention (call->tape, call->x[0], (uint32_t) whole (call, "heads"),
                          (uint32_t) whole (call, "kv"));
}

static AssayTensor *
cross_entropy (const Call *call)
{
  return assay_cross_entropy (call->tape, call->x[0], call->x[1],
                              (float) number (call, "divisor", 0));
}

static AssayTensor *
gaussian_nll (const Call *call)
{
  return assay_gaussian_nll (call->tape, call->x[0], call->x[1], call->x[2]);
}

static AssayTensor *
huber (const Call *call)
{
  return assay_huber (call->tape, call->x[0], call->x[1], call->x[2],
                      (float) number (call, "delta", 0), (float) number (call, "divisor", 0));
}

static AssayTensor *
conv2d (const Call *call)
{
  return assay_conv2d (call->tape, call->x[0], call->x[1], call->x[2], whole (call, "stride"),
                       whole (call, "padding"), activation (call));
}

static AssayTensor *
max_pool (const Call *call)
{
  return assay_max_pool (call->tape, call->x[0], whole (call, "size"), whole (call, "stride"));
}

static AssayTensor *
mean_pool (const Call *call)
{
  return assay_mean_pool (call->tape, call->x[0], whole (call, "size"), whole (call, "stride"));
}

static AssayTensor *
gru_cell (const Call *call)
{
  return assay_gru_cell (call->tape, call->x[0], call->x[1], call->x[2], call->x[3], call->x[4],
                         call->x[5]);
}

static AssayTensor *
matmul (const Call *call)
{
  return assay_matmul (call->tape, call->x[0], call->x[1], whole (call, "transpose") != 0);
}

static AssayTensor *
clamp (const Call *call)
{
  return assay_clamp (call->tape, call->x[0], (float) number (call, "low", 0),
                      (float) number (call, "high", 0));
}

static AssayTensor *
affine (const Call *call)
{
  return assay_affine (call->tape, call->x[0], (float) number (call, "scale", 0),
                       (float) number (call, "shift", 0));
}

static AssayTensor *
concat (const Call *call)
{
  return assay_concat (call->tape, call->x, call->n, (uint32_t) whole (call, "dim"));
}

static AssayTensor *
slice (const Call *call)
{
  return assay_slice (call->tape, call->x[0], (uint32_t) whole (call, "dim"), whole (call, "begin"),
                      whole (call, "n"));
}

static AssayTensor *
scatter_add (const Call *call)
{
  return assay_scatter_add (call->tape, call->x[0], call->x[1], whole (call, "rows"));
}

static AssayTensor *
reshape (const Call *call)
{
  size_t shape[ASSAY_MAX_DIMS];
  uint32_t n = 0;

  for (const char *text = option (call, "shape"); text != NULL; text = strchr (text, ','))
    {
      text += n > 0;
      shape[n++] = g_ascii_strtoull (text, NULL, 10);
    }
  return assay_reshape (call->tape, call->x[0], n, shape);
}

static const struct Operation
{
  const char *name;
  double nmse; /* bound of the error of values and gradients, over rounding once */
  AssayTensor *(*call) (const Call *call);
  AssayTensor *(*unary) (AssayTape *tape, AssayTensor *x);
  AssayTensor *(*binary) (AssayTape *tape, AssayTensor *a, AssayTensor *b);
  AssayTensor *(*reduce) (AssayTape *tape, AssayTensor *x, uint32_t dim);
} operations[] = {
  { "linear", 1e-11, linear },
  { "linear_residual", 1e-11, linear_residual },
  { "layer_norm", 1e-12, layer_norm },
  { "rms_norm", 1e-12, rms_norm },
  { "embedding", 1e-12, embedding },
  { "rotary", 1e-12, rotary },
  { "attention", 1e-12, attention },
  { "cross_entropy", 1e-12, cross_entropy },
  { "gaussian_nll", 1e-12, gaussian_nll },
  { "huber", 1e-12, huber },
  { "conv2d", 1e-11, conv2d },
  { "max_pool", 1e-12, max_pool },
  { "mean_pool", 1e-12, mean_pool },
  { "gru_cell", 1e-12, gru_cell },
  { "matmul", 1e-12, matmul },
  { "clamp", 1e-12, clamp },
  { "affine", 1e-12, affine },
  { "concat", 1e-12, concat },
  { "slice", 1e-12, slice },
  { "scatter_add", 1e-12, scatter_add },
  { "reshape", 1e-12, reshape },
  { "entropy", 1e-12, .unary = assay_entropy },
  { "swiglu", 1e-12, .unary = assay_swiglu },
  { "softmax", 1e-12, .unary = assay_softmax },
  { "log_softmax", 1e-12, .unary = assay_log_softmax },
  { "exp", 1e-12, .unary = assay_exp },
  { "log", 1e-12, .unary = assay_log },
  { "sqrt", 1e-12, .unary = assay_sqrt },
  { "abs", 1e-12, .unary = assay_abs },
  { "square", 1e-12, .unary = assay_square },
  { "tanh", 1e-12, .unary = assay_tanh },
  { "sigmoid", 1e-12, .unary = assay_sigmoid },
  { "log_sigmoid", 1e-12, .unary = assay_log_sigmoid },
  { "relu", 1e-12, .unary = assay_relu },
  { "gelu", 1e-12, .unary = assay_gelu },
  { "gelu_tanh", 1e-12, .unary = assay_gelu_tanh },
  { "silu", 1e-12, .unary = assay_silu },
  { "sum_all", 1e-11, .unary = assay_sum_all },
  { "mean_all", 1e-11, .unary = assay_mean_all },
  { "log_prob", 1e-12, .binary = assay_log_prob },
  { "kl", 1e-12, .binary = assay_kl },
  { "gather", 1e-12, .binary = assay_gather },
  { "mse", 1e-12, .binary = assay_mse },
  { "add", 1e-12, .binary = assay_add },
  { "sub", 1e-12, .binary = assay_sub },
  { "mul", 1e-12, .binary = assay_mul },
  { "div", 1e-12, .binary = assay_div },
  { "maximum", 1e-12, .binary = assay_maximum },
  { "minimum", 1e-12, .binary = assay_minimum },
  { "sum", 1e-11, .reduce = assay_sum },
  { "mean", 1e-11, .reduce = assay_mean },
  { "max", 1e-12, .reduce = assay_max },
  { "log_sum_exp", 1e-12, .reduce = assay_log_sum_exp },
};

static const struct Operation *
find_operation (const char *name)
{
  for (size_t i = 0; i < G_N_ELEMENTS (operations); i++)
    if (strcmp (operations[i].name, name) == 0)
      return &operations[i];
  g_error ("no operation %s", name);
}

static AssayTensor *
run (const struct Operation *is, const Call *call)
{
  if (is->unary != NULL)
    return is->unary (call->tape, call->x[0]);
  if (is->binary != NULL)
    return is->binary (call->tape, call->x[0], call->x[1]);
  if (is->reduce != NULL)
    return is->reduce (call->tape, call->x[0], (uint32_t) whole (call, "dim"));
  return is->call (call);
}

/* ---- programs ---- */

static AssayTensor *
find (const ProgramValue *values, size_t n, const char *name)
{
  for (size_t i = 0; i < n; i++)
    if (strcmp (values[i].name, name) == 0)
      return values[i].tensor;
  g_error ("no value %s", name);
}

AssayTensor *
program_run (AssayTape *tape, const char *text, ProgramValue *values, size_t *n)
{
  g_auto (GStrv) lines = g_strsplit (text, "; ", -1);

  for (char **line = lines; *line != NULL; line++)
    {
      g_auto (GStrv) words = g_strsplit (*line, " ", -1);
      Call call = { .tape = tape, .words = words };

      for (char **word = words + 2; *word != NULL; word++)
        if (strchr (*word, '=') == NULL)
          {
            g_assert_cmpuint (call.n, <, MAX_ARGUMENTS);
            call.x[call.n++] = find (values, *n, *word);
          }
      g_assert_cmpuint (*n, <, PROGRAM_MAX_VALUES);
      values[*n].tensor = run (find_operation (words[1]), &call);
      values[(*n)++].name = g_intern_string (words[0]);
    }
  return values[*n - 1].tensor;
}

double
program_bound (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "; ", -1);
  double bound = 0;

  for (char **line = lines; *line != NULL; line++)
    {
      g_auto (GStrv) words = g_strsplit (*line, " ", 3);
      const char *asked = strstr (*line, " nmse=");

      bound += asked != NULL ? g_ascii_strtod (asked + strlen (" nmse="), NULL)
                             : find_operation (words[1])->nmse;
    }
  /* Operations enlarge the errors of those before them. */
  return g_strv_length (lines) > 1 ? 10 * bound : bound;
}

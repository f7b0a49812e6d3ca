/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

#include "learn/tensor/kernels.h"

/* ---- the reference: scores of all positions, in double ---- */

/* Where element 0 of a head's q, k or v (part 0, 1, 2) at a position lies. */
static size_t
place (const AssayAttention *a, uint32_t part, size_t b, size_t t, size_t head)
{
  size_t kv_head = head / (a->n_heads / a->n_kv_heads);
  size_t heads = part == 0   ? head
                 : part == 1 ? a->n_heads + kv_head
                             : a->n_heads + a->n_kv_heads + kv_head;

  return ((b * a->steps + t) * (a->n_heads + 2 * a->n_kv_heads) + heads) * a->size;
}

static double
dot (const double *x, const double *y, size_t n)
{
  double sum = 0;

  for (size_t i = 0; i < n; i++)
    sum += x[i] * y[i];
  return sum;
}

/** The weights of the positions 0 to @t in the row of position @t. */
static void
reference_weights (double *weights, const double *qkv, const AssayAttention *a, size_t b, size_t t,
                   size_t head)
{
  double max = -INFINITY, sum = 0;

  for (size_t s = 0; s <= t; s++)
    {
      weights[s] = dot (qkv + place (a, 0, b, t, head), qkv + place (a, 1, b, s, head), a->size)
                   / sqrt (a->size);
      max = fmax (max, weights[s]);
    }
  for (size_t s = 0; s <= t; s++)
    sum += weights[s] = exp (weights[s] - max);
  for (size_t s = 0; s <= t; s++)
    weights[s] /= sum;
}

static void
reference (double *out, const double *qkv, const AssayAttention *a)
{
  g_autofree double *weights = g_new (double, a->steps + 1);

  for (size_t b = 0; b < a->batch; b++)
    for (size_t t = 0; t < a->steps; t++)
      for (size_t h = 0; h < a->n_heads; h++, out += a->size)
        {
          reference_weights (weights, qkv, a, b, t, h);
          for (size_t i = 0; i < a->size; i++)
            {
              out[i] = 0;
              for (size_t s = 0; s <= t; s++)
                out[i] += weights[s] * qkv[place (a, 2, b, s, h) + i];
            }
        }
}

/** @dqkv: zeros before. */
static void
reference_backward (double *dqkv, const double *dout, const double *qkv, const AssayAttention *a)
{
  g_autofree double *weights = g_new (double, a->steps + 1);
  g_autofree double *grads = g_new (double, a->steps + 1);

  for (size_t b = 0; b < a->batch; b++)
    for (size_t t = 0; t < a->steps; t++)
      for (size_t h = 0; h < a->n_heads; h++, dout += a->size)
        {
          size_t q = place (a, 0, b, t, h);
          double mean = 0;

          reference_weights (weights, qkv, a, b, t, h);
          for (size_t s = 0; s <= t; s++)
            {
              grads[s] = dot (dout, qkv + place (a, 2, b, s, h), a->size);
              mean += weights[s] * grads[s];
            }
          for (size_t s = 0; s <= t; s++)
            {
              size_t k = place (a, 1, b, s, h), v = place (a, 2, b, s, h);
              double grad = weights[s] * (grads[s] - mean) / sqrt (a->size);

              for (size_t i = 0; i < a->size; i++)
                {
                  dqkv[q + i] += grad * qkv[k + i];
                  dqkv[k + i] += grad * qkv[q + i];
                  dqkv[v + i] += weights[s] * dout[i];
                }
            }
        }
}

/* ---- the operation: finite differences ---- */

static AssayTensor *
op (AssayTape *tape, AssayTensor *const *inputs, const Check *check)
{
  const AssayAttention *a = check->data;

  return assay_attention (tape, inputs[0], (uint32_t) a->n_heads, (uint32_t) a->n_kv_heads);
}

static void
op_reference (double *y, const double *const *inputs, const Check *check)
{
  reference (y, inputs[0], check->data);
}

#define ATTENTION(b, t, heads, kv_heads, hd)                                                       \
  {                                                                                                \
    .name = "gradients-" #b "x" #t "-heads-" #heads "-of-" #kv_heads "-size-" #hd, .op = op,       \
    .reference = op_reference,                                                                     \
    .inputs = { { -1.5, 1.5, { b, t, ((heads) + 2 * (kv_heads)) * (hd) } } },                      \
    .data = &(const AssayAttention)                                                                \
    {                                                                                              \
      b, t, heads, kv_heads, hd                                                                    \
    }                                                                                              \
  }

static const Check checks[] = {
  ATTENTION (1, 1, 1, 1, 1),  ATTENTION (2, 1, 2, 1, 16),  ATTENTION (2, 17, 4, 2, 3),
  ATTENTION (1, 20, 2, 2, 1), ATTENTION (1, 19, 1, 1, 16), ATTENTION (2, 7, 6, 2, 20),
  ATTENTION (3, 5, 1, 1, 32), ATTENTION (1, 6, 2, 2, 64),
};

/* ---- the kernels: every kind of CPU, longer sequences ---- */

typedef struct Scene
{
  AssayAttention sizes;
  size_t n_out, n_qkv;
  float *qkv, *dout, *out, *dqkv, *lse, *room;
  double *expected_out, *expected_dqkv;
} Scene;

static double *
doubles (const float *x, size_t n)
{
  double *y = g_new (double, n);

  for (size_t i = 0; i < n; i++)
    y[i] = x[i];
  return y;
}

static void
scene_init (Scene *scene, const AssayAttention *a, double range)
{
  size_t tokens = a->batch * a->steps;
  g_autofree double *qkv = NULL, *dout = NULL;

  *scene = (Scene){ .sizes = *a,
                    .n_out = tokens * a->n_heads * a->size,
                    .n_qkv = tokens * (a->n_heads + 2 * a->n_kv_heads) * a->size };
  scene->qkv = g_new (float, scene->n_qkv);
  scene->dqkv = g_new0 (float, scene->n_qkv);
  scene->out = g_new (float, scene->n_out);
  scene->dout = g_new (float, scene->n_out);
  scene->lse = g_new (float, tokens * a->n_heads);
  check_fill (scene->qkv, scene->n_qkv, -range, range, "qkv");
  check_fill (scene->dout, scene->n_out, -1, 1, "dout");
  qkv = doubles (scene->qkv, scene->n_qkv);
  dout = doubles (scene->dout, scene->n_out);
  scene->expected_out = g_new0 (double, scene->n_out);
  scene->expected_dqkv = g_new0 (double, scene->n_qkv);
  reference (scene->expected_out, qkv, a);
  reference_backward (scene->expected_dqkv, dout, qkv, a);
}

static void
scene_clear (Scene *scene)
{
  g_free (scene->qkv);
  g_free (scene->dqkv);
  g_free (scene->out);
  g_free (scene->dout);
  g_free (scene->lse);
  g_free (scene->expected_out);
  g_free (scene->expected_dqkv);
}

static void
forward (Scene *scene, const AssayKernels *kernels)
{
  g_autofree float *room = g_new (float, kernels->attention_room (&scene->sizes));

  kernels->attention (scene->out, scene->lse, scene->qkv, &scene->sizes, room);
}

static void
backward (Scene *scene, const AssayKernels *kernels, bool accumulate)
{
  g_autofree float *room = g_new (float, kernels->attention_room (&scene->sizes));

  kernels->attention_backward (scene->dqkv, accumulate, scene->dout, scene->out, scene->lse,
                               scene->qkv, &scene->sizes, room);
}

static const char *const kinds[] = { "generic", "avx2", "avx512" };

#define FOR_EACH_KIND(kernels)                                                                     \
  for (size_t kind_ = 0; kind_ < G_N_ELEMENTS (kinds); kind_++)                                    \
    for (const AssayKernels *kernels = assay_kernels_of (kinds[kind_]); kernels != NULL;           \
         kernels = NULL)

static void
assert_near (const float *x, const double *expected, size_t n, double bound)
{
  g_assert_cmpfloat (check_nmse (x, expected, n), <=, bound);
}

static void
test_every_kind_and_length (void)
{
  static const AssayAttention sizes[] = {
    { 2, 1, 2, 1, 16 },   { 1, 15, 1, 1, 16 },  { 1, 16, 2, 2, 32 },  { 2, 17, 2, 1, 20 },
    { 1, 63, 1, 1, 1 },   { 1, 64, 4, 4, 16 },  { 1, 65, 2, 2, 3 },   { 2, 100, 4, 2, 32 },
    { 1, 129, 2, 1, 64 }, { 1, 200, 3, 1, 16 }, { 1, 257, 1, 1, 48 }, { 1, 70, 1, 1, 128 },
    { 1, 66, 1, 1, 100 },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      Scene scene;

      scene_init (&scene, &sizes[i], 1.5);
      FOR_EACH_KIND (kernels)
      {
        forward (&scene, kernels);
        assert_near (scene.out, scene.expected_out, scene.n_out, 1e-12);
        memset (scene.dqkv, 0xff, scene.n_qkv * sizeof (float));
        backward (&scene, kernels, false);
        assert_near (scene.dqkv, scene.expected_dqkv, scene.n_qkv, 1e-12);
      }
      scene_clear (&scene);
    }
}

static void
test_gradients_are_added (void)
{
  const AssayAttention sizes = { 1, 70, 2, 1, 16 };
  Scene scene;

  scene_init (&scene, &sizes, 1);
  for (size_t i = 0; i < scene.n_qkv; i++)
    {
      scene.dqkv[i] = 3;
      scene.expected_dqkv[i] += 3;
    }
  forward (&scene, assay_kernels ());
  backward (&scene, assay_kernels (), true);
  assert_near (scene.dqkv, scene.expected_dqkv, scene.n_qkv, 1e-12);
  scene_clear (&scene);
}

/* Scores of +-1e4: all weight is on few positions, and nothing overflows. */
static void
test_great_scores (void)
{
  const AssayAttention sizes = { 1, 130, 2, 2, 16 };
  Scene scene;

  scene_init (&scene, &sizes, 90);
  FOR_EACH_KIND (kernels)
  {
    forward (&scene, kernels);
    assert_near (scene.out, scene.expected_out, scene.n_out, 1e-6);
    backward (&scene, kernels, false);
    for (size_t i = 0; i < scene.n_qkv; i++)
      g_assert_true (isfinite (scene.dqkv[i]));
  }
  scene_clear (&scene);
}

/* A NaN in q reaches its own position, in k or v this and the later ones, of its sequence only. */
static void
test_nan_reaches_later_positions_only (void)
{
  const AssayAttention a = { 2, 150, 2, 1, 20 };
  const float bad[] = { NAN, INFINITY, -INFINITY };
  const size_t at = 77;

  FOR_EACH_KIND (kernels)
  for (uint32_t part = 0; part < 3; part++)
    for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
      {
        Scene scene;
        g_autofree float *before = NULL;

        scene_init (&scene, &a, 1);
        forward (&scene, kernels);
        before = g_memdup2 (scene.out, scene.n_out * sizeof (float));
        scene.qkv[place (&a, part, 1, at, 0) + 1] = bad[i];
        forward (&scene, kernels);
        for (size_t j = 0; j < scene.n_out; j++)
          {
            size_t t = j / (a.n_heads * a.size), h = j / a.size % a.n_heads;
            bool reached = part == 0 ? t == a.steps + at && h == 0
                                     : t >= a.steps + at && (part == 1 || j % a.size == 1);

            if (!reached)
              g_assert_cmpfloat (scene.out[j], ==, before[j]);
            else if (part != 1 || isnan (bad[i]))
              g_assert_false (isfinite (scene.out[j]));
          }
        scene_clear (&scene);
      }
}

static void
test_nothing_to_attend (void)
{
  const AssayWeight weight = { .name = "qkv", .n_dims = 3, .shape = { 2, 0, 12 } };
  const AssayWeight *list = &weight;
  AssayTape *tape = assay_tape_new (1);
  float nothing[1] = { 7 };
  AssayTensor *y;

  assay_tape_begin (tape, nothing, nothing, false);
  y = assay_attention (tape, assay_tape_param (tape, &weight), 2, 1);
  g_assert_cmpuint (y->size, ==, 0);
  g_assert_cmpuint (y->shape[2], ==, 6);
  assay_tape_backward (tape, check_dot (tape, y, nothing), 1, &list, 1);
  g_assert_cmpfloat (nothing[0], ==, 7);
  assay_tape_free (tape);
}

/* Position by position against the cache is the same as all at once. */
static void
test_decoding (void)
{
  static const AssayAttention sizes[] = {
    { 3, 37, 4, 2, 16 },
    { 2, 16, 2, 2, 20 },
    { 1, 70, 1, 1, 64 },
    { 2, 5, 2, 1, 1 },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      const AssayAttention *a = &sizes[i];
      size_t row = (a->n_heads + 2 * a->n_kv_heads) * a->size, out_row = a->n_heads * a->size;
      g_autofree float *qkv = g_new (float, a->batch *row);
      g_autofree uint32_t *slots = g_new (uint32_t, a->batch);
      Scene scene;

      for (uint32_t b = 0; b < a->batch; b++)
        slots[b] = (b + 1) % (uint32_t) a->batch;

      scene_init (&scene, a, 1.5);
      FOR_EACH_KIND (kernels)
      {
        g_autofree float *keys = g_new (float, assay_attention_cache (a));
        g_autofree float *values = g_new (float, assay_attention_cache (a));
        g_autofree float *out = g_new (float, a->batch *out_row);
        g_autofree float *room = g_new (float, kernels->attention_room (a));

        memset (keys, 0xff, assay_attention_cache (a) * sizeof (float));
        memset (values, 0xff, assay_attention_cache (a) * sizeof (float));
        for (size_t t = 0; t < a->steps; t++)
          {
            for (size_t b = 0; b < a->batch; b++)
              memcpy (qkv + b * row, scene.qkv + (b * a->steps + t) * row, row * sizeof (float));
            kernels->attention_decode (out, keys, values, slots, qkv, t, a, room);
            for (size_t b = 0; b < a->batch; b++)
              memcpy (scene.out + (b * a->steps + t) * out_row, out + b * out_row,
                      out_row * sizeof (float));
          }
        assert_near (scene.out, scene.expected_out, scene.n_out, 1e-12);
      }
      scene_clear (&scene);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  check_add ("attention", checks, G_N_ELEMENTS (checks));
  g_test_add_func ("/attention/every-kind-and-length", test_every_kind_and_length);
  g_test_add_func ("/attention/gradients-are-added", test_gradients_are_added);
  g_test_add_func ("/attention/great-scores", test_great_scores);
  g_test_add_func ("/attention/nan-reaches-later-positions-only",
                   test_nan_reaches_later_positions_only);
  g_test_add_func ("/attention/nothing-to-attend", test_nothing_to_attend);
  g_test_add_func ("/attention/decoding", test_decoding);
  return g_test_run ();
}

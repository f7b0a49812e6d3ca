/* SPDX-License-Identifier: Apache-2.0
 *
 * The kernels: plain loops over floats, compiled once for each kind of CPU (generic, AVX2,
 * AVX-512) from the same source and chosen at run time.  Each file kernels-*.c is compiled
 * once per kind with KERNEL(name) naming its functions apart; kernels-table.c makes the kind's
 * table.  Sums run in a fixed order: sixteen lanes, then the lanes pairwise, whatever the CPU.
 */
#ifndef ASSAY_LEARN_KERNELS_H
#define ASSAY_LEARN_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum AssayActivation
{
  ASSAY_IDENTITY,
  ASSAY_RELU,
  ASSAY_GELU, /* x Phi(x), by the error function (Hendrycks and Gimpel 2016) */
  ASSAY_SILU, /* x sigmoid(x) */
  ASSAY_TANH,
  ASSAY_SIGMOID,
  ASSAY_N_ACTIVATIONS
} AssayActivation;

/** One step of Adam or AdamW, for `adam`. */
typedef struct AssayAdamStep
{
  float scale;        /* of the gradient (clipping) */
  float decay;        /* times the weight, added to the gradient (Adam's way) */
  float keep;         /* of the weight, before the step (AdamW's way) */
  float beta1, rest1; /* rest1 = 1 - beta1 */
  float beta2, rest2;
  float rate;       /* over 1 - beta1^t */
  float correction; /* 1 / sqrt (1 - beta2^t) */
  float epsilon;
} AssayAdamStep;

/** What is attended to: n_heads a multiple of n_kv_heads, size the elements of one head. */
typedef struct AssayAttention
{
  size_t batch, steps, n_heads, n_kv_heads, size;
} AssayAttention;

/** Floats of the keys, or of the values, that attention_decode keeps. */
static inline size_t
assay_attention_cache (const AssayAttention *a)
{
  return a->batch * a->n_kv_heads * ((a->steps + 15) / 16 * 16) * ((a->size + 15) / 16 * 16);
}

/** Windows over an image [height][width][channels], which @padding zeros surround. */
typedef struct AssayWindows
{
  size_t height, width, channels;
  size_t kernel_height, kernel_width, stride, padding;
  size_t out_height, out_width; /* windows down and across */
} AssayWindows;

/* Every kernel, K (return type, name, parameters), by the files that hold them. */

/* `room` is attention_room's number of floats, aligned; lse [batch][n_heads][steps].
 *
 * attention_decode takes the next position of each sequence, @position < steps: qkv [batch]
 * [(n_heads + 2 n_kv_heads) size] -> out [batch][n_heads size].  Its k and v join those of the
 * positions before it in keys and values: assay_attention_cache floats each, sequence by
 * sequence, in an order that suits the CPU. */
#define ASSAY_KERNELS_ATTENTION(K)                                                                 \
  K (size_t, attention_room, (const AssayAttention *a))                                            \
  K (void, attention,                                                                              \
     (float *out, float *lse, const float *qkv, const AssayAttention *a, float *room))             \
  K (void, attention_backward,                                                                     \
     (float *dqkv, bool accumulate, const float *dout, const float *out, const float *lse,         \
      const float *qkv, const AssayAttention *a, float *room))                                     \
  K (void, attention_decode,                                                                       \
     (float *out, float *keys, float *values, const float *qkv, size_t position,                   \
      const AssayAttention *a, float *room))

#define ASSAY_KERNELS_ELEMENTWISE(K)                                                               \
  K (void, bias_activation,                                                                        \
     (float *y, float *slope, size_t rows, size_t columns, const float *bias,                      \
      AssayActivation act))                                                                        \
  K (void, multiply, (float *y, const float *a, const float *b, size_t n))                         \
  K (void, add, (float *y, const float *a, const float *b, size_t n))                              \
  K (void, axpy, (float *y, float a, const float *x, size_t n))                                    \
  K (void, scale, (float *y, const float *x, float a, size_t n))                                   \
  K (void, column_sums, (float *sums, const float *x, size_t rows, size_t columns, bool accumulate))

/* Of one image.  columns [out_height][out_width][kernel_height][kernel_width][channels]: each
 * window's content; col2im adds it to the image.  The pools know no padding; `from` receives where
 * in the image each maximum lies. */
#define ASSAY_KERNELS_CONV(K)                                                                      \
  K (void, im2col, (float *columns, const float *image, const AssayWindows *windows))              \
  K (void, col2im, (float *image, const float *columns, const AssayWindows *windows))              \
  K (void, max_pool, (float *out, int32_t *from, const float *image, const AssayWindows *windows)) \
  K (void, mean_pool, (float *out, const float *image, const AssayWindows *windows))               \
  K (void, mean_pool_back, (float *image, const float *out, const AssayWindows *windows))

/* gradient: for a loss divided by @divisor; may be the logits' own memory, or NULL.  Returns the
 * sum, undivided. */
#define ASSAY_KERNELS_LOSS(K)                                                                      \
  K (double, cross_entropy,                                                                        \
     (float *gradient, const float *logits, const int32_t *targets, size_t rows, size_t columns,   \
      float divisor))

/* means NULL: RMS norm.  The gradients of gain and bias are added to. */
#define ASSAY_KERNELS_NORM(K)                                                                      \
  K (void, norm,                                                                                   \
     (float *y, float *means, float *scales, const float *x, const float *gain, const float *bias, \
      size_t rows, size_t columns, float epsilon))                                                 \
  K (void, norm_back,                                                                              \
     (float *dx, bool accumulate, float *dgain, float *dbias, const float *dy, const float *x,     \
      const float *gain, const float *means, const float *scales, size_t rows, size_t columns))

/* mean + deviation * (row_noise x column_noise). */
#define ASSAY_KERNELS_NOISE(K)                                                                     \
  K (void, perturb,                                                                                \
     (float *y, const float *mean, const float *deviation, const float *row_noise,                 \
      const float *column_noise, size_t rows, size_t columns))                                     \
  K (void, perturb_back,                                                                           \
     (float *ddeviation, bool accumulate, const float *dy, const float *row_noise,                 \
      const float *column_noise, size_t rows, size_t columns))

/* Bytes become floats. */
#define ASSAY_KERNELS_OBSERVATIONS(K) K (void, widen, (float *y, const uint8_t *x, size_t n))

#define ASSAY_KERNELS_OPTIM(K)                                                                     \
  K (void, adam,                                                                                   \
     (float *w, float *m, float *v, const float *g, size_t n, const AssayAdamStep *step))          \
  K (void, sgd,                                                                                    \
     (float *w, float *v, const float *g, size_t n, float scale, float momentum, float rate,       \
      float decay))                                                                                \
  K (void, blend, (float *y, const float *x, float keep, size_t n))                                \
  K (double, sum_squares, (const float *x, size_t n))

/* product: c[m][n] = sum over k of a[i a_row + k a_step] b[k][n] (+ c), where one of a_row and
 * a_step is 1 and n >= 16.  Each element's sum runs in the order of k, whatever m, n and the CPU.
 * transpose: from [rows][columns]. */
#define ASSAY_KERNELS_PRODUCT(K)                                                                   \
  K (void, product,                                                                                \
     (float *c, size_t ldc, const float *a, size_t a_row, size_t a_step, const float *b,           \
      size_t ldb, size_t m, size_t n, size_t k, bool accumulate))                                  \
  K (void, transpose, (float *to, const float *from, size_t rows, size_t columns))

/* The gates of a GRU cell, [rows][3][size] (r, z, n): @input from x, @hidden from h, both with
 * their biases; @gates keeps them for the way back, which overwrites them by the gradients of
 * @input, and @dhidden by those of @hidden; @dh gets h's through the gate z. */
#define ASSAY_KERNELS_RECURRENT(K)                                                                 \
  K (void, gru,                                                                                    \
     (float *y, float *gates, const float *input, const float *hidden, const float *h,             \
      size_t rows, size_t size))                                                                   \
  K (void, gru_back,                                                                               \
     (float *gates, float *dhidden, float *dh, const float *dy, const float *hidden,               \
      const float *h, size_t rows, size_t size))

/* clang-format off */
#define ASSAY_KERNELS(K) \
  ASSAY_KERNELS_ATTENTION (K) \
  ASSAY_KERNELS_CONV (K) \
  ASSAY_KERNELS_ELEMENTWISE (K) \
  ASSAY_KERNELS_LOSS (K) \
  ASSAY_KERNELS_NOISE (K) \
  ASSAY_KERNELS_NORM (K) \
  ASSAY_KERNELS_OBSERVATIONS (K) \
  ASSAY_KERNELS_OPTIM (K) \
  ASSAY_KERNELS_PRODUCT (K) \
  ASSAY_KERNELS_RECURRENT (K)
/* clang-format on */

typedef struct AssayKernels
{
  const char *name; /* "generic", "avx2", "avx512" */
#define ASSAY_KERNEL_FIELD(type, name, parameters) type (*name) parameters;
  ASSAY_KERNELS (ASSAY_KERNEL_FIELD)
#undef ASSAY_KERNEL_FIELD
} AssayKernels;

/** The fastest table this CPU can run; ASSAY_CPU=generic|avx2|avx512 in the environment
 *  (assay run --cpu) asks for another (one that the CPU lacks ends the program). */
const AssayKernels *assay_kernels (void);
/** The table named @kind, for tests; NULL: this CPU cannot run it. */
const AssayKernels *assay_kernels_of (const char *kind);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * The kernels: plain loops over floats, compiled once for each kind of CPU (generic, AVX2,
 * AVX-512) from the same source and chosen at run time.  Each file kernels-*.c is compiled
 * once per kind with KERNEL(name) naming its functions apart; kernels-table.c makes the kind's
 * table.  Of one kind, sums run in a fixed order: a register's lanes, then the lanes pairwise.
 */
#ifndef ASSAY_LEARN_KERNELS_H
#define ASSAY_LEARN_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Functions of one number. */
typedef enum AssayActivation
{
  ASSAY_IDENTITY,
  ASSAY_RELU,
  ASSAY_GELU,      /* x Phi(x), by the error function (Hendrycks and Gimpel 2016) */
  ASSAY_GELU_TANH, /* x (1 + tanh (sqrt (2 / pi) (x + 0.044715 x^3))) / 2: theirs, as GPT-2 has it
                    */
  ASSAY_SILU,      /* x sigmoid(x) */
  ASSAY_TANH,
  ASSAY_SIGMOID,
  ASSAY_LOG_SIGMOID,
  ASSAY_EXPONENTIAL,
  ASSAY_LOGARITHM,
  ASSAY_SQUARE_ROOT,
  ASSAY_ABSOLUTE,
  ASSAY_SQUARED,
  ASSAY_N_ACTIVATIONS
} AssayActivation;

typedef enum AssayBinary
{
  ASSAY_ADD,
  ASSAY_SUB,
  ASSAY_MUL,
  ASSAY_DIV,
  ASSAY_MAXIMUM, /* NaN if either is; of equal ones, each has half the gradient */
  ASSAY_MINIMUM,
  ASSAY_N_BINARIES
} AssayBinary;

typedef enum AssayReduction
{
  ASSAY_REDUCE_SUM,
  ASSAY_REDUCE_MAX, /* NaN if there is one; the gradient goes to the first of equal ones */
  ASSAY_REDUCE_LOG_SUM_EXP
} AssayReduction;

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

/** Windows over an image [height][width][channels]. */
typedef struct AssayWindows
{
  size_t height, width, channels;
  size_t kernel_height, kernel_width, stride;
  size_t out_height, out_width; /* windows down and across */
} AssayWindows;

/* Every kernel, K (return type, name, parameters), by the files that hold them. */

/* Outputs may be inputs.  slope: the derivative at each element, or NULL.  spread_rows: y = x +
 * bias in every row, where one of x and bias may be NULL, which is 0.  swiglu: x [rows][2 columns],
 * gates first, y [rows][columns]. */
#define ASSAY_KERNELS_ACTIVATION(K)                                                                \
  K (void, activation, (float *y, float *slope, const float *x, size_t n, AssayActivation act))    \
  K (void, spread_rows,                                                                            \
     (float *y, const float *x, const float *bias, size_t rows, size_t columns))                   \
  K (void, bias_activation,                                                                        \
     (float *y, float *slope, size_t rows, size_t columns, const float *bias,                      \
      AssayActivation act))                                                                        \
  K (void, swiglu, (float *y, const float *x, size_t rows, size_t columns))                        \
  K (void, swiglu_back,                                                                            \
     (float *dx, bool accumulate, const float *dy, const float *x, size_t rows, size_t columns))

/* `room` is attention_room's number of floats, aligned; lse [batch][n_heads][steps].
 *
 * attention_decode takes the next position of each sequence, @position < steps: qkv [batch]
 * [(n_heads + 2 n_kv_heads) size] -> out [batch][n_heads size].  Its k and v join those of the
 * positions before it in keys and values: assay_attention_cache floats each, sequence by
 * sequence, in an order that suits the CPU; the i-th is the slots[i]-th there.
 *
 * attention_fork gives the slot @to of keys or values the first @n positions of the slot @from. */
#define ASSAY_KERNELS_ATTENTION(K)                                                                 \
  K (size_t, attention_room, (const AssayAttention *a))                                            \
  K (void, attention,                                                                              \
     (float *out, float *lse, const float *qkv, const AssayAttention *a, float *room))             \
  K (void, attention_backward,                                                                     \
     (float *dqkv, bool accumulate, const float *dout, const float *out, const float *lse,         \
      const float *qkv, const AssayAttention *a, float *room))                                     \
  K (void, attention_decode,                                                                       \
     (float *out, float *keys, float *values, const uint32_t *slots, const float *qkv,             \
      size_t position, const AssayAttention *a, float *room))                                      \
  K (void, attention_fork,                                                                         \
     (float *cache, size_t from, size_t to, size_t n, const AssayAttention *a))

/* Of one image.  col2im adds columns [out_height][out_width][kernel_height][kernel_width]
 * [channels], what each window's places get, to the image.  `from` receives where in the image each
 * maximum lies. */
#define ASSAY_KERNELS_CONV(K)                                                                      \
  K (void, col2im, (float *image, const float *columns, const AssayWindows *windows))              \
  K (void, max_pool, (float *out, int32_t *from, const float *image, const AssayWindows *windows)) \
  K (void, mean_pool, (float *out, const float *image, const AssayWindows *windows))               \
  K (void, mean_pool_back, (float *image, const float *out, const AssayWindows *windows))

/* Outputs may be inputs.  period: elements of b, which is repeated; n is a multiple of it.  Of
 * gradients, da or db may be NULL. */
#define ASSAY_KERNELS_ELEMENTWISE(K)                                                               \
  K (void, add, (float *y, const float *a, const float *b, size_t n))                              \
  K (void, multiply, (float *y, const float *a, const float *b, size_t n))                         \
  K (void, multiply_add, (float *y, const float *a, const float *b, size_t n))                     \
  K (void, axpy, (float *y, float a, const float *x, size_t n))                                    \
  K (void, affine, (float *y, const float *x, float scale, float shift, size_t n))                 \
  K (void, clamp, (float *y, const float *x, float low, float high, size_t n))                     \
  K (void, clamp_back,                                                                             \
     (float *dx, bool accumulate, const float *dy, const float *x, float low, float high,          \
      size_t n))                                                                                   \
  K (void, binary,                                                                                 \
     (AssayBinary op, float *y, const float *a, const float *b, size_t n, size_t period))          \
  K (void, binary_back,                                                                            \
     (AssayBinary op, float *da, bool add_a, float *db, bool add_b, const float *dy,               \
      const float *a, const float *b, size_t n, size_t period))

/* Losses return their sum; gradients are of the sum times @factor, and may lie over the first
 * input or be NULL.  cross_entropy: of a target < 0, the row does not count. */
#define ASSAY_KERNELS_LOSS(K)                                                                      \
  K (double, cross_entropy,                                                                        \
     (float *gradient, const float *logits, const int32_t *targets, size_t rows, size_t columns,   \
      float factor))                                                                               \
  K (double, gaussian_nll,                                                                         \
     (float *dmean, float *dlog_variance, const float *mean, const float *log_variance,            \
      const float *target, size_t n, float factor))                                                \
  K (double, huber,                                                                                \
     (float *gradient, const float *prediction, const float *target, const float *weights,         \
      float delta, size_t n, float factor))                                                        \
  K (double, squared_error,                                                                        \
     (float *gradient, const float *prediction, const float *target, size_t n, float factor))

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
 * product_packed: the same for large m and k > 0 of a [m][k]; b, transposed if it lies as [n][k],
 * is copied by panels.
 * gather_product: the same of a[rows[i] + steps[k]].
 * transpose: to [columns][rows], from [rows][columns]; to_row and from_row are rows' strides. */
#define ASSAY_KERNELS_PRODUCT(K)                                                                   \
  K (void, product,                                                                                \
     (float *c, size_t ldc, const float *a, size_t a_row, size_t a_step, const float *b,           \
      size_t ldb, size_t m, size_t n, size_t k, bool accumulate))                                  \
  K (void, product_packed,                                                                         \
     (float *c, size_t ldc, const float *a, size_t lda, const float *b, size_t ldb,                \
      bool transposed, size_t m, size_t n, size_t k, bool accumulate))                             \
  K (void, gather_product,                                                                         \
     (float *c, const float *a, const uint32_t *rows, const uint32_t *steps, const float *b,       \
      size_t m, size_t n, size_t k, bool accumulate))                                              \
  K (void, transpose,                                                                              \
     (float *to, size_t to_row, const float *from, size_t from_row, size_t rows, size_t columns))

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

/* x [outer][n][inner] -> y [outer][inner]; a sum is multiplied by @factor. */
#define ASSAY_KERNELS_REDUCE(K)                                                                    \
  K (void, column_sums,                                                                            \
     (float *sums, const float *x, size_t rows, size_t columns, bool accumulate))                  \
  K (void, reduce,                                                                                 \
     (AssayReduction op, float factor, float *y, const float *x, size_t outer, size_t n,           \
      size_t inner))                                                                               \
  K (void, reduce_back,                                                                            \
     (AssayReduction op, float factor, float *dx, bool accumulate, const float *dy,                \
      const float *y, const float *x, size_t outer, size_t n, size_t inner))

/* norms: log of the sum of e^x of each row.  Of gradients, dp or dq may be NULL. */
#define ASSAY_KERNELS_SOFTMAX(K)                                                                   \
  K (void, softmax, (float *y, const float *x, size_t rows, size_t columns))                       \
  K (void, softmax_back,                                                                           \
     (float *dx, bool accumulate, const float *dy, const float *y, size_t rows, size_t columns))   \
  K (void, log_softmax, (float *y, const float *x, size_t rows, size_t columns))                   \
  K (void, log_softmax_back,                                                                       \
     (float *dx, bool accumulate, const float *dy, const float *y, size_t rows, size_t columns))   \
  K (void, log_prob,                                                                               \
     (float *y, float *norms, const float *x, const int32_t *ids, size_t rows, size_t columns))    \
  K (void, log_prob_back,                                                                          \
     (float *dx, bool accumulate, const float *dy, const float *norms, const float *x,             \
      const int32_t *ids, size_t rows, size_t columns))                                            \
  K (void, entropy, (float *y, float *norms, const float *x, size_t rows, size_t columns))         \
  K (void, entropy_back,                                                                           \
     (float *dx, bool accumulate, const float *dy, const float *y, const float *norms,             \
      const float *x, size_t rows, size_t columns))                                                \
  K (void, kl,                                                                                     \
     (float *y, float *norms_p, float *norms_q, const float *p, const float *q, size_t rows,       \
      size_t columns))                                                                             \
  K (void, kl_back,                                                                                \
     (float *dp, bool add_p, float *dq, bool add_q, const float *dy, const float *y,               \
      const float *norms_p, const float *norms_q, const float *p, const float *q, size_t rows,     \
      size_t columns))

/* qkv [batch][steps][(n_heads + 2 n_kv_heads) size] with q and k turned, back if @back; table
 * [steps][size] of assay_rotary_table, from its row of the first position on; y may be x. */
#define ASSAY_KERNELS_ROTARY(K)                                                                    \
  K (void, rotary,                                                                                 \
     (float *y, const float *x, const float *table, const AssayAttention *a, bool back))

/* greatest: the first place of the greatest element, whatever is NaN; 0 if there is none.
 * draw: a place with the probabilities of softmax (sharpness logits) among the logits that are no
 * less than @least, by u in [0, 1); NaN is never drawn unless there is nothing else.  room [n]. */
#define ASSAY_KERNELS_SAMPLE(K)                                                                    \
  K (size_t, greatest, (const float *x, size_t n))                                                 \
  K (size_t, draw,                                                                                 \
     (float *room, const float *logits, size_t n, float least, float sharpness, double u))

/* clang-format off */
#define ASSAY_KERNELS(K) \
  ASSAY_KERNELS_ACTIVATION (K) \
  ASSAY_KERNELS_ATTENTION (K) \
  ASSAY_KERNELS_CONV (K) \
  ASSAY_KERNELS_ELEMENTWISE (K) \
  ASSAY_KERNELS_LOSS (K) \
  ASSAY_KERNELS_NOISE (K) \
  ASSAY_KERNELS_NORM (K) \
  ASSAY_KERNELS_OBSERVATIONS (K) \
  ASSAY_KERNELS_OPTIM (K) \
  ASSAY_KERNELS_PRODUCT (K) \
  ASSAY_KERNELS_RECURRENT (K) \
  ASSAY_KERNELS_REDUCE (K) \
  ASSAY_KERNELS_ROTARY (K) \
  ASSAY_KERNELS_SAMPLE (K) \
  ASSAY_KERNELS_SOFTMAX (K)
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

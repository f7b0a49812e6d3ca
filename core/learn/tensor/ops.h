/* SPDX-License-Identifier: Apache-2.0
 *
 * Differentiable operations.  Each returns a new tensor of the tape; shapes are checked, and a
 * wrong one ends the program with the operation's name (a programmer's error).
 */
#ifndef ASSAY_LEARN_OPS_H
#define ASSAY_LEARN_OPS_H

#include "learn/tensor/kernels.h"
#include "learn/tensor/tensor.h"

/* ---- op-linear.c ---- */

/** act (x w^T + b): x [..., in], w [out][in], b [out] or NULL -> [..., out]. */
AssayTensor *assay_linear (AssayTape *tape, AssayTensor *x, AssayTensor *w, AssayTensor *b,
                           AssayActivation act);
/** residual + x w^T + b, of the shape of @residual: the end of a transformer's branch. */
AssayTensor *assay_linear_residual (AssayTape *tape, AssayTensor *x, AssayTensor *w, AssayTensor *b,
                                    AssayTensor *residual);

/* ---- op-norm.c ---- */

/** gain (x - mean) / sqrt (variance + epsilon) + bias over the last dimension (Ba et al. 2016);
 *  bias may be NULL. */
AssayTensor *assay_layer_norm (AssayTape *tape, AssayTensor *x, AssayTensor *gain,
                               AssayTensor *bias, float epsilon);
/** gain x / sqrt (mean of x^2 + epsilon) over the last dimension (Zhang and Sennrich 2019). */
AssayTensor *assay_rms_norm (AssayTape *tape, AssayTensor *x, AssayTensor *gain, float epsilon);

/* ---- op-embedding.c ---- */

/** Rows @ids [..., T] of @w [V][d] -> [..., T][d]; row t of @positions [>= T][d], if not NULL, is
 *  added to the t-th of each sequence. */
AssayTensor *assay_embedding (AssayTape *tape, AssayTensor *w, AssayTensor *ids,
                              AssayTensor *positions);

/* ---- op-loss.c: scalars ---- */

/** The sum over rows of -log softmax (logits)[target], over @divisor.  logits [..., V], targets
 *  int32 of as many rows, -1: the row does not count.  While recording, the gradient is written
 *  over logits that an operation made and no other has used; assay_tensor_keep() prevents it. */
AssayTensor *assay_cross_entropy (AssayTape *tape, AssayTensor *logits, AssayTensor *targets,
                                  float divisor);
/** The mean of (log_variance + (target - mean)^2 / e^log_variance) / 2: the negative log
 *  likelihood but for its constant, log (2 pi) / 2. */
AssayTensor *assay_gaussian_nll (AssayTape *tape, AssayTensor *mean, AssayTensor *log_variance,
                                 AssayTensor *target);
/** The sum of weights times h (prediction - target), over @divisor; h (d) is d^2 / 2 up to
 *  |d| = delta and a line from there (Huber 1964).  weights: constants; NULL: 1. */
AssayTensor *assay_huber (AssayTape *tape, AssayTensor *prediction, AssayTensor *target,
                          AssayTensor *weights, float delta, float divisor);
/** The mean of (prediction - target)^2. */
AssayTensor *assay_mse (AssayTape *tape, AssayTensor *prediction, AssayTensor *target);

/* ---- op-softmax.c: over the last dimension ---- */

AssayTensor *assay_softmax (AssayTape *tape, AssayTensor *x);
AssayTensor *assay_log_softmax (AssayTape *tape, AssayTensor *x);
/** log softmax (logits)[id] of each row: logits [..., V], ids int32 of as many rows N -> [N]. */
AssayTensor *assay_log_prob (AssayTape *tape, AssayTensor *logits, AssayTensor *ids);
/** -sum p log p of each row's p = softmax (logits), in nats: logits [..., V] of N rows -> [N]. */
AssayTensor *assay_entropy (AssayTape *tape, AssayTensor *logits);
/** sum p log (p / q) of each row, in nats; p and q are the softmax of logits [..., V] -> [N].  What
 *  has p = 0 counts 0. */
AssayTensor *assay_kl (AssayTape *tape, AssayTensor *logits_p, AssayTensor *logits_q);

/* ---- op-elementwise.c ---- */

AssayTensor *assay_relu (AssayTape *tape, AssayTensor *x);
AssayTensor *assay_gelu (AssayTape *tape, AssayTensor *x);
AssayTensor *assay_gelu_tanh (AssayTape *tape, AssayTensor *x);
AssayTensor *assay_silu (AssayTape *tape, AssayTensor *x);
AssayTensor *assay_tanh (AssayTape *tape, AssayTensor *x);
AssayTensor *assay_sigmoid (AssayTape *tape, AssayTensor *x);
/** log sigmoid (x) = -log (1 + e^-x): with the digits of a float however large |x| is. */
AssayTensor *assay_log_sigmoid (AssayTape *tape, AssayTensor *x);
AssayTensor *assay_exp (AssayTape *tape, AssayTensor *x);
AssayTensor *assay_log (AssayTape *tape, AssayTensor *x);
AssayTensor *assay_sqrt (AssayTape *tape, AssayTensor *x);
AssayTensor *assay_abs (AssayTape *tape, AssayTensor *x);
AssayTensor *assay_square (AssayTape *tape, AssayTensor *x);
/** silu (gates) units of x [..., 2 n], the gates before the units -> [..., n] (Shazeer 2020). */
AssayTensor *assay_swiglu (AssayTape *tape, AssayTensor *x);
/** x scale + shift. */
AssayTensor *assay_affine (AssayTape *tape, AssayTensor *x, float scale, float shift);
/** @x cut off at @low and @high; no gradient where it was. */
AssayTensor *assay_clamp (AssayTape *tape, AssayTensor *x, float low, float high);
/** @x's values, a constant. */
AssayTensor *assay_detach (AssayTape *tape, AssayTensor *x);

/* Of two tensors: b has the shape of a, or the end of it (and is repeated), or is one number.
 * Of equal ones, each part of a maximum or minimum has half the gradient. */
AssayTensor *assay_add (AssayTape *tape, AssayTensor *a, AssayTensor *b);
AssayTensor *assay_sub (AssayTape *tape, AssayTensor *a, AssayTensor *b);
AssayTensor *assay_mul (AssayTape *tape, AssayTensor *a, AssayTensor *b);
AssayTensor *assay_div (AssayTape *tape, AssayTensor *a, AssayTensor *b);
AssayTensor *assay_maximum (AssayTape *tape, AssayTensor *a, AssayTensor *b);
AssayTensor *assay_minimum (AssayTape *tape, AssayTensor *a, AssayTensor *b);

/* ---- op-reduce.c: dimension @dim goes away ---- */

AssayTensor *assay_sum (AssayTape *tape, AssayTensor *x, uint32_t dim);
AssayTensor *assay_mean (AssayTape *tape, AssayTensor *x, uint32_t dim);
/** NaN if there is one; the gradient goes to the first of equal ones. */
AssayTensor *assay_max (AssayTape *tape, AssayTensor *x, uint32_t dim);
AssayTensor *assay_log_sum_exp (AssayTape *tape, AssayTensor *x, uint32_t dim);
AssayTensor *assay_sum_all (AssayTape *tape, AssayTensor *x);
AssayTensor *assay_mean_all (AssayTape *tape, AssayTensor *x);

/* ---- op-shape.c (views: assay_reshape, assay_rows) ---- */

/** The @n tensors one after another along @dim; their other dimensions are the same. */
AssayTensor *assay_concat (AssayTape *tape, AssayTensor *const *xs, uint32_t n, uint32_t dim);
/** Indices begin..begin+n-1 of @dim; of the first dimension a view, else a copy. */
AssayTensor *assay_slice (AssayTape *tape, AssayTensor *x, uint32_t dim, size_t begin, size_t n);
/** x [N][K], ids int32 [N] -> x[i][ids[i]]: [N]. */
AssayTensor *assay_gather (AssayTape *tape, AssayTensor *x, AssayTensor *ids);
/** x [N][d], ids int32 [N] -> [rows][d], row r the sum of the x[i] with ids[i] = r. */
AssayTensor *assay_scatter_add (AssayTape *tape, AssayTensor *x, AssayTensor *ids, size_t rows);

/* ---- op-matmul.c ---- */

/** a b, or a b^T: a [..., m, k], b [k][n] (or [n][k]) -> [..., m, n]; or b a batch of the same
 *  size as a's, [..., k, n]. */
AssayTensor *assay_matmul (AssayTape *tape, AssayTensor *a, AssayTensor *b, bool transpose_b);

/* ---- op-attention.c ---- */

/** Causal attention softmax (q k^T / sqrt (hd)) v of each head: qkv [B][T][(n_heads + 2 n_kv_heads)
 *  hd], all heads' q, then k, then v -> [B][T][n_heads hd].  Consecutive n_heads / n_kv_heads heads
 *  share their k and v (Ainslie et al. 2023).  Computed by tiles (Dao et al. 2022): neither way
 *  holds T x T scores. */
AssayTensor *assay_attention (AssayTape *tape, AssayTensor *qkv, uint32_t n_heads,
                              uint32_t n_kv_heads);

/* ---- op-rotary.c ---- */

/** Rotary positions (Su et al. 2021) as GPT-NeoX and Llama lay them out: elements i and i + hd / 2
 *  of every q and k head turn at position t by the angle in row t of @table; v stays.  qkv as for
 *  assay_attention, hd even, table [>= T][hd] -> the same shape. */
AssayTensor *assay_rotary (AssayTape *tape, AssayTensor *qkv, uint32_t n_heads, uint32_t n_kv_heads,
                           AssayTensor *table);
/** The table [steps][size] of heads of @size: of the angles t base^(-2 i / size) half a row of
 *  cosines, then of sines. */
void assay_rotary_table (float *table, size_t steps, size_t size, double base);

/* ---- op-conv.c ---- */

/** act (x * w + b), a convolution: x [B][H][W][C], w [out][kh][kw][C], b [out] or NULL ->
 *  [B][H'][W'][out] with H' = (H + 2 padding - kh) / stride + 1, rounded down; the zeros of
 *  @padding lie on all four sides. */
AssayTensor *assay_conv2d (AssayTape *tape, AssayTensor *x, AssayTensor *w, AssayTensor *b,
                           size_t stride, size_t padding, AssayActivation act);

/* ---- op-pool.c ---- */

/** The greatest of each window of @size by @size, channel by channel: x [B][H][W][C] ->
 *  [B][H'][W'][C] with H' = (H - size) / stride + 1, rounded down.  NaN is the greatest; of equals
 *  the first gets the gradient. */
AssayTensor *assay_max_pool (AssayTape *tape, AssayTensor *x, size_t size, size_t stride);
/** The same with the mean. */
AssayTensor *assay_mean_pool (AssayTape *tape, AssayTensor *x, size_t size, size_t stride);

/* ---- op-recurrent.c ---- */

/** A gated recurrent unit's next state (Cho et al. 2014, in the form of cuDNN and PyTorch):
 *  r = sigmoid (i_r + h_r), z = sigmoid (i_z + h_z), n = tanh (i_n + r h_n), (1 - z) n + z h, where
 *  @input [B][3H] is r, z and n's share of x and @hidden that of @h [B][H]. */
AssayTensor *assay_gru_gates (AssayTape *tape, AssayTensor *input, AssayTensor *hidden,
                              AssayTensor *h);
/** The same from x [B][in]: w_ih [3H][in], w_hh [3H][H], b_ih and b_hh [3H] or NULL. */
AssayTensor *assay_gru_cell (AssayTape *tape, AssayTensor *x, AssayTensor *h, AssayTensor *w_ih,
                             AssayTensor *w_hh, AssayTensor *b_ih, AssayTensor *b_hh);

#endif

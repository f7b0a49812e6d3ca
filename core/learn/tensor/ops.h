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

/* ---- op-loss.c ---- */

/** The sum over rows of -log softmax (logits)[target], over @divisor: a scalar.  logits [..., V],
 *  targets int32 of as many rows, -1: the row does not count.  While recording, logits that an
 *  operation let go of (assay_tensor_take) hold their gradient afterwards. */
AssayTensor *assay_cross_entropy (AssayTape *tape, AssayTensor *logits, AssayTensor *targets,
                                  float divisor);

/* ---- op-attention.c ---- */

/** Causal attention softmax (q k^T / sqrt (hd)) v of each head: qkv [B][T][(n_heads + 2 n_kv_heads)
 *  hd], all heads' q, then k, then v -> [B][T][n_heads hd].  Consecutive n_heads / n_kv_heads heads
 *  share their k and v (Ainslie et al. 2023).  Computed by tiles (Dao et al. 2022): neither way
 *  holds T x T scores. */
AssayTensor *assay_attention (AssayTape *tape, AssayTensor *qkv, uint32_t n_heads,
                              uint32_t n_kv_heads);

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

/* SPDX-License-Identifier: Apache-2.0
 *
 * The network of the DQN family: convolutions or none, dense layers, and a head of one value per
 * action, or of a distribution over atoms; the head may be split into the state's value and the
 * actions' advantages (dueling), and dense layers may be noisy.
 */
#ifndef ASSAY_LEARN_Q_NETWORK_H
#define ASSAY_LEARN_Q_NETWORK_H

#include "learn/nn/params.h"
#include "learn/rl/encoding.h"
#include "learn/tensor/ops.h"

#define ASSAY_Q_LAYERS 4 /* at most, of a kind */

typedef struct AssayQConv
{
  uint32_t filters, size, stride, padding; /* size x size */
} AssayQConv;

typedef struct AssayQNetworkOptions
{
  AssayEncoding encoding; /* with convolutions: [height][width][channels] */
  uint32_t n_actions;
  uint32_t n_convs;
  AssayQConv convs[ASSAY_Q_LAYERS];
  uint32_t n_hidden;
  uint32_t hidden[ASSAY_Q_LAYERS]; /* units of the dense layers before the head */
  bool dueling;     /* Wang et al. 2016: the last hidden layer, too, is made once for each stream */
  bool noisy;       /* Fortunato et al. 2018, factorised: all dense layers */
  float noise;      /* their sigma 0; usually 0.5 */
  uint32_t n_atoms; /* Bellemare et al. 2017; 0: expected values only */
  float v_min, v_max;
} AssayQNetworkOptions;

typedef struct AssayQNetwork AssayQNetwork;

/** Adds its arrays to @params; weights and biases are drawn as PyTorch's layers draw them
 *  (uniformly, bound 1 / sqrt (inputs)).  NULL: these options make no network, and *@why says
 *  why. */
AssayQNetwork *assay_q_network_new (AssayParams *params, const AssayQNetworkOptions *options,
                                    const char **why);
void assay_q_network_free (AssayQNetwork *network);
/** Sets what the initialisers of @params cannot: the deviations of noisy layers.  After
 *  assay_params_init. */
void assay_q_network_init (const AssayQNetwork *network, AssayParams *params);

/** Numbers that a draw of noise takes; 0: the network is not noisy. */
size_t assay_q_network_noise_size (const AssayQNetwork *network);
void assay_q_network_draw_noise (const AssayQNetwork *network, AssayStream *stream, float *noise);

/** x [n][encoding.size] -> values [n][n_actions], or logits [n][n_actions * n_atoms].  @noise
 *  NULL: the means only. */
AssayTensor *assay_q_network (AssayTape *tape, const AssayQNetwork *network, AssayTensor *x,
                              const float *noise);

#endif

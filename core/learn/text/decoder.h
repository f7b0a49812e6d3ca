/* SPDX-License-Identifier: Apache-2.0
 *
 * A GPT's logits for the next token: keys and values of the positions before are kept.  A sequence
 * gets the same bits alone and in a batch, taken token by token or many at once.
 */
#ifndef ASSAY_LEARN_DECODER_H
#define ASSAY_LEARN_DECODER_H

#include "learn/nn/gpt.h"
#include "learn/tensor/parallel.h"

/** A GPT's matrices in the order in which a decoder reads them; one for many decoders. */
typedef struct AssayDecoderWeights AssayDecoderWeights;

AssayDecoderWeights *assay_decoder_weights_new (const AssayGpt *gpt);
void assay_decoder_weights_free (AssayDecoderWeights *weights);
/** Takes the matrices from the flat vector @values, which stays in use for the rest; again
 *  whenever it changed. */
void assay_decoder_weights_set (AssayDecoderWeights *weights, const float *values,
                                AssayWorkers *workers);

typedef struct AssayDecoder AssayDecoder;

/** For up to @capacity sequences at once. */
AssayDecoder *assay_decoder_new (const AssayGpt *gpt, uint32_t capacity);
void assay_decoder_free (AssayDecoder *decoder);
/** Forgets all positions; the next are of @n <= capacity sequences. */
void assay_decoder_begin (AssayDecoder *decoder, uint32_t n);
/** Takes ids [steps][n], the next tokens of each sequence (at most as many as the GPT's context),
 *  and returns logits [n][vocabulary] of the last, valid until the next call. */
const float *assay_decoder_next (AssayDecoder *decoder, const AssayDecoderWeights *weights,
                                 const int32_t *ids, uint32_t steps);
/** Makes them @n sequences, the i-th of which goes on from where sequence sources[i] is: sources[0]
 *  is 0, each of the others the one before or 1 more, up to the last there is; none has been
 *  dropped.  Returns the logits [n][vocabulary] of the last position. */
const float *assay_decoder_fork (AssayDecoder *decoder, const uint32_t *sources, uint32_t n);
/** Sequence @i has come to its end; the last one takes its number. */
void assay_decoder_drop (AssayDecoder *decoder, uint32_t i);
/** Sets the taps, which live as long as they are in use; values are the same for all positions,
 *  but for those read, [sequences][n], of the last position taken. */
void assay_decoder_tap (AssayDecoder *decoder, const AssayTap *taps, uint32_t n);

#endif

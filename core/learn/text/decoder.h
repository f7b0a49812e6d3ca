/* SPDX-License-Identifier: Apache-2.0
 *
 * A GPT's logits for the next token, one position at a time: keys and values of the positions
 * before are kept.  A sequence gets the same bits alone and in a batch.
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

/** For up to @rows sequences at once. */
AssayDecoder *assay_decoder_new (const AssayGpt *gpt, uint32_t rows);
void assay_decoder_free (AssayDecoder *decoder);
/** Forgets all positions; the next are of @n <= rows sequences. */
void assay_decoder_begin (AssayDecoder *decoder, uint32_t n);
/** Takes ids[n], the next token of each sequence (at most as many as the GPT's context), and
 *  returns logits [n][vocabulary], valid until the next call. */
const float *assay_decoder_next (AssayDecoder *decoder, const AssayDecoderWeights *weights,
                                 const int32_t *ids);

#endif

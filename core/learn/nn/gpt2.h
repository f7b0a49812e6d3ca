/* SPDX-License-Identifier: Apache-2.0
 *
 * GPT-2 as Hugging Face's library saves it: config.json, and model.safetensors, whose linear
 * weights lie [in][out] (its Conv1D), not [out][in] as ours and PyTorch's Linear.
 */
#ifndef ASSAY_LEARN_GPT2_H
#define ASSAY_LEARN_GPT2_H

#include "base/tensors/tensors.h"
#include "learn/nn/gpt.h"

/** Reads a config.json of at most 1 MB.  What the file does not say is as in GPT-2: GELU by the
 *  tangent, the head tied to the embedding, 4 d hidden units.  Another architecture, activation or
 *  option that changes what is computed is refused by name. */
bool assay_gpt2_config (const char *config_json, AssayGptConfig *config, AssayTensorsError *error);

/** Takes the values of all arrays of @params, which are those of one GPT of GPT-2's names, from a
 *  model.safetensors in F32.  Names may begin with "transformer.", masks are passed over, and so is
 *  a head that equals the embedding.  Nothing is changed, and nothing large allocated, unless all
 *  arrays are there in their shapes, finite, and no others. */
bool assay_gpt2_load (AssayParams *params, const char *path, AssayTensorsError *error);
/** Writes such a file in one step. */
bool assay_gpt2_save (const AssayParams *params, const char *path, AssayTensorsError *error);

#endif

/* SPDX-License-Identifier: Apache-2.0
 *
 * The models of models.py, made from a case's metadata.
 */
#ifndef ASSAY_TESTS_MODEL_H
#define ASSAY_TESTS_MODEL_H

#include "base/tensors/tensors.h"
#include "learn/nn/params.h"

typedef struct Model Model;

/** The model that @file's metadata "model" names, its arrays in @params. */
Model *model_new (AssayParams *params, const AssayTensors *file);
void model_free (Model *model);
AssayTensor *model_logits (const Model *model, AssayTape *tape, AssayTensor *inputs);

#endif

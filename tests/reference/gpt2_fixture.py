#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a tiny GPT-2 in Hugging Face's form and its logits: gpt2_fixture.py FOLDER

The files in tests/unit/learn/gpt2 are its output (PyTorch 1.13), kept so that the test needs no Python.  The model is
written down here as Radford et al. (2019) and the library's file format have it, without anything of ours: weights
[in][out] (Conv1D), scores by an explicit mask, GELU by the tangent, the head tied; computed in double.
"""
import json
import math
import os
import sys

import torch
import torch.nn.functional as F

from tensors import write

D, LAYERS, HEADS, CONTEXT, VOCABULARY = 8, 2, 2, 9, 13


def draw():
    torch.manual_seed(1)
    arrays = {'wte.weight': torch.randn(VOCABULARY, D), 'wpe.weight': torch.randn(CONTEXT, D) * 0.5}
    for i in range(LAYERS):
        for name, shape in (('attn.c_attn', (D, 3 * D)), ('attn.c_proj', (D, D)), ('mlp.c_fc', (D, 4 * D)),
                            ('mlp.c_proj', (4 * D, D))):
            arrays[f'h.{i}.{name}.weight'] = torch.randn(shape) * 0.4
            arrays[f'h.{i}.{name}.bias'] = torch.randn(shape[1]) * 0.2
        for name in ('ln_1', 'ln_2'):
            arrays[f'h.{i}.{name}.weight'] = 1 + torch.randn(D) * 0.2
            arrays[f'h.{i}.{name}.bias'] = torch.randn(D) * 0.2
    arrays['ln_f.weight'], arrays['ln_f.bias'] = 1 + torch.randn(D) * 0.2, torch.randn(D) * 0.2
    return arrays


def logits(arrays, ids):
    a = {k: v.double() for k, v in arrays.items()}
    length = ids.shape[1]
    mask = torch.ones(length, length).tril().bool()

    def norm(x, name):
        return F.layer_norm(x, (D,), a[f'{name}.weight'], a[f'{name}.bias'], 1e-5)

    def conv1d(x, name):
        return x @ a[f'{name}.weight'] + a[f'{name}.bias']

    def heads(x):
        return x.view(*x.shape[:2], HEADS, D // HEADS).transpose(1, 2)

    x = a['wte.weight'][ids] + a['wpe.weight'][:length]
    for i in range(LAYERS):
        q, k, v = map(heads, conv1d(norm(x, f'h.{i}.ln_1'), f'h.{i}.attn.c_attn').split(D, -1))
        scores = (q @ k.transpose(-1, -2) / math.sqrt(D // HEADS)).masked_fill(~mask, -math.inf)
        attended = (scores.softmax(-1) @ v).transpose(1, 2).reshape(x.shape)
        x = x + conv1d(attended, f'h.{i}.attn.c_proj')
        up = conv1d(norm(x, f'h.{i}.ln_2'), f'h.{i}.mlp.c_fc')
        up = 0.5 * up * (1 + torch.tanh(math.sqrt(2 / math.pi) * (up + 0.044715 * up ** 3)))
        x = x + conv1d(up, f'h.{i}.mlp.c_proj')
    return norm(x, 'ln_f') @ a['wte.weight'].T


def main(folder):
    os.makedirs(folder, exist_ok=True)
    arrays = draw()
    ids = torch.randint(VOCABULARY, (2, CONTEXT))
    masks = {f'h.{i}.attn.bias': torch.ones(1, 1, CONTEXT, CONTEXT).tril() for i in range(LAYERS)}
    write(f'{folder}/model.safetensors', {f'transformer.{k}': v for k, v in {**arrays, **masks}.items()},
          {'format': 'pt'})
    write(f'{folder}/logits.safetensors', {'ids': ids.int(), 'logits': logits(arrays, ids)}, {})
    with open(f'{folder}/config.json', 'w') as out:
        json.dump({'activation_function': 'gelu_new', 'architectures': ['GPT2LMHeadModel'], 'attn_pdrop': 0.1,
                   'layer_norm_epsilon': 1e-05, 'model_type': 'gpt2', 'n_ctx': CONTEXT, 'n_embd': D, 'n_head': HEADS,
                   'n_inner': None, 'n_layer': LAYERS, 'n_positions': CONTEXT, 'scale_attn_weights': True,
                   'torch_dtype': 'float32', 'vocab_size': VOCABULARY}, out, indent=2)
        out.write('\n')


if __name__ == '__main__':
    main(sys.argv[1])

# SPDX-License-Identifier: Apache-2.0
"""Whole models: "const.NAME" what goes in, "param.NAME", then "logits", "loss", "grad.NAME", and "step10.NAME",
how far the parameter went in ten steps of AdamW with decay of the matrices and clipping (metadata "rate", ...)."""
import copy
import os
import sys

import torch
import torch.nn.functional as F
from torch import nn

from tensors import errors, write

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'bench', 'peer'))
import gpt

STEPS = 10
OPTIONS = {'rate': 1e-3, 'beta1': 0.9, 'beta2': 0.95, 'epsilon': 1e-8, 'decay': 0.1, 'max_norm': 0.25}
# Our names of the arrays of peer/gpt.py: those of GPT-2.
GPT_NAMES = {'attn.': 'attn.c_attn.', 'proj.': 'attn.c_proj.', 'fc.': 'mlp.c_fc.', 'out.': 'mlp.c_proj.'}


class Mlp(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.mlp = nn.ModuleList(nn.Linear(n, m) for n, m in zip(sizes[:-1], sizes[1:]))

    def forward(self, x):
        for layer in self.mlp[:-1]:
            x = F.gelu(layer(x))
        return self.mlp[-1](x)


def our_name(name):
    for theirs, ours in GPT_NAMES.items():
        name = name.replace('.' + theirs, '.' + ours) if name.startswith('h.') else name
    return name


def train(model, inputs, targets):
    """-> logits, loss and gradients before the first step, and how far the parameters are after the last."""
    optimizer = gpt.adamw(model, decay=OPTIONS['decay'], lr=OPTIONS['rate'], eps=OPTIONS['epsilon'],
                          betas=(OPTIONS['beta1'], OPTIONS['beta2']))
    before = {k: p.detach().clone() for k, p in model.named_parameters()}
    for step in range(STEPS):
        logits = model(inputs)
        loss = F.cross_entropy(logits.flatten(0, -2), targets.flatten(), ignore_index=-1)
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            first = {'logits': logits, 'loss': loss,
                     **{f'grad.{our_name(k)}': p.grad.clone() for k, p in model.named_parameters()}}
        nn.utils.clip_grad_norm_(model.parameters(), OPTIONS['max_norm'])
        optimizer.step()
    return {**first, **{f'step10.{our_name(k)}': p - before[k] for k, p in model.named_parameters()}}


def write_model(path, kind, model, inputs, targets, **config):
    inputs = inputs.int() if inputs.dtype == torch.int64 else inputs
    for p in model.parameters():  # no bias at 0, no gain at 1
        p.data += 0.05 * torch.randn(p.shape)
    tensors = {'const.inputs': inputs, 'const.targets': targets.int(),
               **{f'param.{our_name(k)}': p.data.clone() for k, p in model.named_parameters()}}
    truth, single = (train(copy.deepcopy(model).to(dtype), inputs.long() if inputs.dtype == torch.int32 else
                           inputs.to(dtype), targets) for dtype in (torch.float64, torch.float32))
    write(path, {**tensors, **truth}, {'model': kind, **{k: str(v) for k, v in {**OPTIONS, **config}.items()},
                                       **errors(single, truth)})


def write_gpt(path, batch, length, d, layers, heads, context, vocabulary):
    tokens = torch.randint(vocabulary, (batch, length + 1))
    targets = tokens[:, 1:].clone()
    if length < context:
        targets.view(-1)[::5] = -1
    write_model(path, 'gpt', gpt.Gpt(d, layers, heads, context, vocabulary), tokens[:, :-1], targets, d=d,
                layers=layers, heads=heads, context=context, vocabulary=vocabulary)


def write_models(folder):
    torch.manual_seed(1)
    write_gpt(f'{folder}/gpt-a.safetensors', 2, 64, *gpt.SIZES['a'])
    write_gpt(f'{folder}/gpt-ragged.safetensors', 3, 13, 24, 3, 3, 19, 37)
    write_model(f'{folder}/mlp.safetensors', 'mlp', Mlp((7, 33, 17, 5)), torch.randn(19, 7), torch.randint(5, (19,)),
                sizes='7,33,17,5')

# SPDX-License-Identifier: Apache-2.0
"""Whole models: "const.NAME" what goes in, "param.NAME", then "logits", "loss", "grad.NAME", and "step10.NAME",
how far the parameter went in ten steps of AdamW with decay of the matrices and clipping (metadata "rate", ...)."""
import copy
import os
import sys
from types import SimpleNamespace

import torch
import torch.nn.functional as F
from torch import nn

from ops import attention, conv2d, gelu_tanh, rotary
from tensors import errors, write

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'bench', 'peer'))
import gpt

STEPS = 10
OPTIONS = {'rate': 1e-3, 'beta1': 0.9, 'beta2': 0.95, 'epsilon': 1e-8, 'decay': 0.1, 'max_norm': 0.25}
# Our names of the arrays of peer/gpt.py: those of GPT-2.
AS_GPT2 = dict.fromkeys(('kv_heads', 'hidden', 'positions', 'norm', 'feed_forward', 'untied'), 0)
GPT2 = {'embedding': 'wte', 'positions': 'wpe', 'layers': 'h', 'norm1': 'ln_1', 'q': 'attn.c_attn', 'k': 'attn.c_attn',
        'v': 'attn.c_attn', 'attended': 'attn.c_proj', 'norm2': 'ln_2', 'gate': 'mlp.c_fc', 'up': 'mlp.c_fc',
        'down': 'mlp.c_proj', 'last': 'ln_f', 'head': 'lm_head'}
PHI3 = {'embedding': 'model.embed_tokens', 'layers': 'model.layers', 'norm1': 'input_layernorm',
        'q': 'self_attn.qkv_proj', 'k': 'self_attn.qkv_proj', 'v': 'self_attn.qkv_proj',
        'attended': 'self_attn.o_proj', 'norm2': 'post_attention_layernorm', 'gate': 'mlp.gate_up_proj',
        'up': 'mlp.gate_up_proj', 'down': 'mlp.down_proj', 'last': 'model.norm', 'head': 'lm_head'}
GPT_NAMES = {'attn.': 'attn.c_attn.', 'proj.': 'attn.c_proj.', 'fc.': 'mlp.c_fc.', 'out.': 'mlp.c_proj.'}


class Mlp(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.mlp = nn.ModuleList(nn.Linear(n, m) for n, m in zip(sizes[:-1], sizes[1:]))

    def forward(self, x):
        for layer in self.mlp[:-1]:
            x = F.gelu(layer(x))
        return self.mlp[-1](x)


class Filters(nn.Module):
    """A convolution's arrays as ours: [out][height][width][in]."""
    def __init__(self, channels, filters, window):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(filters, window, window, channels) * 0.2)
        self.bias = nn.Parameter(torch.zeros(filters))


class Cnn(nn.Module):
    def __init__(self, image, convs, dense):
        super().__init__()
        self.convs, (height, width, channels) = convs, image
        self.cnn = nn.ModuleDict({'conv': nn.ModuleList()})
        for filters, window, stride, padding in convs:
            self.cnn['conv'].append(Filters(channels, filters, window))
            height, width = ((n + 2 * padding - window) // stride + 1 for n in (height, width))
            channels = filters
        sizes = [height * width * channels, *dense]
        self.cnn['dense'] = nn.ModuleList(nn.Linear(n, m) for n, m in zip(sizes[:-1], sizes[1:]))

    def forward(self, x):
        for layer, (_, _, stride, padding) in zip(self.cnn['conv'], self.convs):
            x = conv2d(x, layer.weight, layer.bias, stride, padding, act='silu')
        x = x.flatten(1)
        for layer in self.cnn['dense'][:-1]:
            x = F.silu(layer(x))
        return self.cnn['dense'][-1](x)


class Gru(nn.Module):
    def __init__(self, inputs, size, classes):
        super().__init__()
        self.gru = nn.GRUCell(inputs, size)
        self.head = nn.ModuleList([nn.Linear(size, classes)])

    def forward(self, x):
        h = torch.zeros(x.shape[1], self.gru.hidden_size, dtype=x.dtype)
        for step in x:
            h = self.gru(step, h)
        return self.head[0](h)


class RmsNorm(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d))

    def forward(self, x):
        return x * (x.square().mean(-1, keepdim=True) + 1e-5).rsqrt() * self.weight


class Layer(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.c, self.norm1, self.norm2 = c, c.norm(c.d), c.norm(c.d)
        size = c.d // c.heads
        self.q = nn.Linear(c.d, c.d, bias=c.biases)
        self.k, self.v = (nn.Linear(c.d, c.kv_heads * size, bias=c.biases) for _ in range(2))
        self.attended = nn.Linear(c.d, c.d, bias=c.biases)
        self.gate = nn.Linear(c.d, c.hidden, bias=c.biases) if c.feed_forward == 1 else None
        self.up, self.down = nn.Linear(c.d, c.hidden, bias=c.biases), nn.Linear(c.hidden, c.d, bias=c.biases)

    def forward(self, x):
        y, c = self.norm1(x), self.c
        qkv = torch.cat([self.q(y), self.k(y), self.v(y)], -1)
        if c.positions:
            qkv = rotary(qkv, c.heads, c.kv_heads)
        x = x + self.attended(attention(qkv, c.heads, c.kv_heads))
        y = self.norm2(x)
        y = (F.gelu(self.up(y)), None if self.gate is None else F.silu(self.gate(y)) * self.up(y),
             gelu_tanh(self.up(y)))[c.feed_forward]
        return x + self.down(y)


class Transformer(nn.Module):
    """With the options of AssayGptConfig, every matrix apart: named_parameters puts them together as ours are."""
    def __init__(self, d, layers, heads, context, vocabulary, kv_heads, hidden, positions, norm, feed_forward, untied):
        super().__init__()
        c = SimpleNamespace(d=d, heads=heads, kv_heads=kv_heads, hidden=hidden, positions=positions,
                            feed_forward=feed_forward, norm=RmsNorm if norm else nn.LayerNorm, biases=not norm)
        self.names = PHI3 if positions and norm and feed_forward == 1 else GPT2
        self.embedding = nn.Embedding(vocabulary, d)
        self.positions = None if positions else nn.Embedding(context, d)
        self.layers, self.norm = nn.ModuleList(Layer(c) for _ in range(layers)), c.norm(d)
        self.head = nn.Linear(d, vocabulary, bias=False) if untied else None

    def forward(self, tokens):
        x = self.embedding(tokens)
        if self.positions is not None:
            x = x + self.positions.weight[:tokens.shape[1]]
        for layer in self.layers:
            x = layer(x)
        return self.norm(x) @ (self.embedding if self.head is None else self.head).weight.T

    def together(self, of):
        """-> our arrays, of what `of` gives of each parameter."""
        arrays = {}
        for name, p in self.named_parameters():
            *layer, part, kind = name.removeprefix('layers.').split('.')
            ours = self.names[part if layer or part != 'norm' else 'last']
            ours = (f"{self.names['layers']}.{layer[0]}." if layer else '') + f'{ours}.{kind}'
            arrays[ours] = torch.cat([arrays[ours], of(p)]) if ours in arrays else of(p)
        return arrays


def arrays_of(model, of):
    if isinstance(model, Transformer):
        return model.together(of)
    return {our_name(k): of(p) for k, p in model.named_parameters()}


def our_name(name):
    for theirs, ours in GPT_NAMES.items():
        name = name.replace('.' + theirs, '.' + ours) if name.startswith('h.') else name
    return name


def train(model, inputs, targets):
    """-> logits, loss and gradients before the first step, and how far the parameters are after the last."""
    optimizer = gpt.adamw(model, decay=OPTIONS['decay'], lr=OPTIONS['rate'], eps=OPTIONS['epsilon'],
                          betas=(OPTIONS['beta1'], OPTIONS['beta2']))
    before = arrays_of(model, lambda p: p.detach().clone())
    for step in range(STEPS):
        logits = model(inputs)
        loss = F.cross_entropy(logits.flatten(0, -2), targets.flatten(), ignore_index=-1)
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            first = {'logits': logits, 'loss': loss,
                     **{f'grad.{k}': g for k, g in arrays_of(model, lambda p: p.grad.clone()).items()}}
        nn.utils.clip_grad_norm_(model.parameters(), OPTIONS['max_norm'])
        optimizer.step()
    return {**first, **{f'step10.{k}': p - before[k] for k, p in arrays_of(model, lambda p: p).items()}}


def write_model(path, kind, model, inputs, targets, **config):
    inputs = inputs.int() if inputs.dtype == torch.int64 else inputs
    for p in model.parameters():  # no bias at 0, no gain at 1
        p.data += 0.05 * torch.randn(p.shape)
    tensors = {'const.inputs': inputs, 'const.targets': targets.int(),
               **{f'param.{k}': p for k, p in arrays_of(model, lambda p: p.data.clone()).items()}}
    truth, single = (train(copy.deepcopy(model).to(dtype), inputs.long() if inputs.dtype == torch.int32 else
                           inputs.to(dtype), targets) for dtype in (torch.float64, torch.float32))
    write(path, {**tensors, **truth}, {'model': kind, **{k: str(v) for k, v in {**OPTIONS, **config}.items()},
                                       **errors(single, truth)})


def write_transformer(path, batch, length, **options):
    tokens = torch.randint(options['vocabulary'], (batch, length + 1))
    write_model(path, 'gpt', Transformer(**options), tokens[:, :-1], tokens[:, 1:].clone(), **options)


def write_gpt(path, batch, length, d, layers, heads, context, vocabulary):
    tokens = torch.randint(vocabulary, (batch, length + 1))
    targets = tokens[:, 1:].clone()
    if length < context:
        targets.view(-1)[::5] = -1
    write_model(path, 'gpt', gpt.Gpt(d, layers, heads, context, vocabulary), tokens[:, :-1], targets, d=d,
                layers=layers, heads=heads, context=context, vocabulary=vocabulary, **AS_GPT2)


def write_models(folder):
    torch.manual_seed(1)
    write_gpt(f'{folder}/gpt-a.safetensors', 2, 64, *gpt.SIZES['a'])
    write_gpt(f'{folder}/gpt-ragged.safetensors', 3, 13, 24, 3, 3, 19, 37)
    # Llama's, with heads that share keys and values; then some options of either side.
    for name, kv_heads, hidden, *choices in (('llama', 2, 53, 1, 1, 1, 1), ('tied', 1, 40, 1, 0, 1, 0),
                                             ('bare', 4, 48, 0, 1, 0, 1), ('gpt2', 4, 128, 0, 0, 2, 0)):
        write_transformer(f'{folder}/transformer-{name}.safetensors', 3, 29, d=32, layers=3, heads=4, context=31,
                          vocabulary=41, kv_heads=kv_heads, hidden=hidden,
                          **dict(zip(('positions', 'norm', 'feed_forward', 'untied'), choices)))
    write_model(f'{folder}/mlp.safetensors', 'mlp', Mlp((7, 33, 17, 5)), torch.randn(19, 7), torch.randint(5, (19,)),
                sizes='7,33,17,5')
    convs = ((6, 3, 1, 1), (8, 3, 2, 0))
    columns = dict(zip(('filters', 'windows', 'strides', 'paddings'), (','.join(map(str, c)) for c in zip(*convs))))
    write_model(f'{folder}/cnn.safetensors', 'cnn', Cnn((9, 8, 3), convs, (17, 5)), torch.randn(7, 9, 8, 3),
                torch.randint(5, (7,)), image='9,8,3', dense='17,5', **columns)
    write_model(f'{folder}/gru.safetensors', 'gru', Gru(5, 11, 4), torch.randn(8, 6, 5), torch.randint(4, (6,)),
                **{'in': 5, 'size': 11, 'classes': 4})

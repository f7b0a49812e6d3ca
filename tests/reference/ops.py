# SPDX-License-Identifier: Apache-2.0
"""The operations of core/learn/tensor/ops.h in PyTorch, by the same names, and programs of them.

A program is lines "result operation argument... option=value..." between semicolons; its result is `out`.
The option nmse is the bound of the error where it is not the operation's own (program.c).
"""
import math

import torch
import torch.nn.functional as F

def gelu_tanh(x):
    return F.gelu(x, approximate='tanh')


ACTIVATIONS = {'identity': lambda x: x, 'relu': F.relu, 'gelu': F.gelu, 'gelu_tanh': gelu_tanh, 'silu': F.silu, 'tanh': torch.tanh,
               'sigmoid': torch.sigmoid}


def linear(x, w, b=None, act='identity'):
    return ACTIVATIONS[act](F.linear(x, w, b))


def embedding(w, ids, positions=None):
    y = F.embedding(ids, w)
    return y if positions is None else y + positions[:ids.shape[-1]]


def heads(qkv, n, n_kv):
    """-> q, k, v, each [B, its heads, T, hd]."""
    head = qkv.shape[-1] // (n + 2 * n_kv)
    parts = qkv.split([n * head, n_kv * head, n_kv * head], dim=-1)
    return [p.unflatten(-1, (-1, head)).transpose(1, 2) for p in parts]


def attention(qkv, heads_=1, kv=None):
    q, k, v = heads(qkv, heads_, kv or heads_)
    k, v = (p.repeat_interleave(heads_ // (kv or heads_), dim=1) for p in (k, v))
    scores = q @ k.transpose(2, 3) / math.sqrt(q.shape[-1])
    future = torch.ones(scores.shape[-2:]).triu(1).bool()
    return (scores.masked_fill(future, -math.inf).softmax(-1) @ v).transpose(1, 2).flatten(2)


def rotary(qkv, heads_=1, kv=None, base=10000):
    """GPT-NeoX's: dimension i turns with dimension i + hd / 2."""
    q, k, v = heads(qkv, heads_, kv or heads_)
    half = q.shape[-1] // 2
    angle = torch.arange(q.shape[2]).double()[:, None] * base ** (-torch.arange(half).double() / half)
    cos, sin = angle.cos().to(qkv.dtype), angle.sin().to(qkv.dtype)

    def turn(x):
        a, b = x[..., :half], x[..., half:]
        return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)
    return torch.cat([p.transpose(1, 2).flatten(2) for p in (turn(q), turn(k), v)], -1)


def conv2d(x, w, b=None, stride=1, padding=0, act='identity'):
    images, filters = x.permute(0, 3, 1, 2).contiguous(), w.permute(0, 3, 1, 2).contiguous()
    y = F.conv2d(images, filters, b, stride, padding)
    return ACTIVATIONS[act](y.permute(0, 2, 3, 1))


def pool(kind):
    return lambda x, size, stride: kind(x.permute(0, 3, 1, 2), size, stride).permute(0, 2, 3, 1)


def cross_entropy(logits, targets, divisor):
    return F.cross_entropy(logits.flatten(0, -2), targets.flatten(), ignore_index=-1, reduction='sum') / divisor


def huber(prediction, target, weights=None, delta=1.0, divisor=1.0):
    losses = F.huber_loss(prediction, target, delta=delta, reduction='none')
    return (losses if weights is None else losses * weights).sum() / divisor


def scatter_add(x, ids, rows):
    return torch.zeros(rows, x.shape[1], dtype=x.dtype).index_add(0, ids, x)


OPERATIONS = {
    'linear': linear,
    'linear_residual': lambda x, w, b, residual: residual + F.linear(x, w, b),
    'embedding': embedding,
    'layer_norm': lambda x, gain, bias=None, epsilon=1e-5: F.layer_norm(x, gain.shape, gain, bias, epsilon),
    'rms_norm': lambda x, gain, epsilon: gain * x / (x.square().mean(-1, keepdim=True) + epsilon).sqrt(),
    'rotary': rotary,
    'attention': attention,
    'softmax': lambda x: x.softmax(-1),
    'log_softmax': lambda x: x.log_softmax(-1),
    'cross_entropy': cross_entropy,
    'log_prob': lambda x, ids: x.log_softmax(-1).gather(-1, ids.unsqueeze(-1)).squeeze(-1),
    'entropy': lambda x: torch.special.entr(x.softmax(-1)).sum(-1),
    'kl': lambda p, q: F.kl_div(q.log_softmax(-1), p.log_softmax(-1), log_target=True, reduction='none').sum(-1),
    'swiglu': lambda x: F.silu(x.chunk(2, -1)[0]) * x.chunk(2, -1)[1],
    'gaussian_nll': lambda mean, log_variance, target:
        F.gaussian_nll_loss(mean, target, log_variance.exp(), full=False, eps=0.0),
    'huber': huber,
    'mse': F.mse_loss,
    'conv2d': conv2d,
    'max_pool': pool(F.max_pool2d),
    'mean_pool': pool(F.avg_pool2d),
    'gru_cell': torch.gru_cell,
    'matmul': lambda a, b, transpose=0: a @ (b.transpose(-1, -2) if transpose else b),
    'add': torch.add, 'sub': torch.sub, 'mul': torch.mul, 'div': torch.div,
    'maximum': torch.maximum, 'minimum': torch.minimum,
    'exp': torch.exp, 'log': torch.log, 'sqrt': torch.sqrt, 'abs': torch.abs, 'square': torch.square,
    'tanh': torch.tanh, 'sigmoid': torch.sigmoid, 'relu': F.relu, 'gelu': F.gelu, 'gelu_tanh': gelu_tanh,
    'silu': F.silu, 'log_sigmoid': F.logsigmoid,
    'clamp': lambda x, low, high: x.clamp(low, high),
    'affine': lambda x, scale, shift: x * scale + shift,
    'sum': lambda x, dim: x.sum(dim), 'mean': lambda x, dim: x.mean(dim), 'max': lambda x, dim: x.amax(dim),
    'log_sum_exp': lambda x, dim: x.logsumexp(dim),
    'sum_all': torch.sum, 'mean_all': torch.mean,
    'concat': lambda *xs, dim: torch.cat(xs, dim),
    'slice': lambda x, dim, begin, n: x.narrow(dim, begin, n),
    'gather': lambda x, ids: x.gather(1, ids.unsqueeze(1)).squeeze(1),
    'scatter_add': scatter_add,
    'reshape': lambda x, shape: x.reshape(shape),
}
NAMES = {'heads': 'heads_'}


def option(text):
    """A number, numbers between commas, or a word."""
    for kind in (int, float, lambda t: [int(n) for n in t.split(',')]):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


def evaluate(program, tensors):
    """-> `out`, of a program over named tensors."""
    values = dict(tensors)
    for line in program.split(';'):
        result, name, *words = line.split()
        arguments = [values[w] for w in words if '=' not in w]
        options = {NAMES.get(k, k): option(v) for k, v in (w.split('=') for w in words if '=' in w) if k != 'nmse'}
        values[result] = OPERATIONS[name](*arguments, **options)
    return values['out']

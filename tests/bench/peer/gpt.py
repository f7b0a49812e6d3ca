# SPDX-License-Identifier: Apache-2.0
"""The decoder-only GPT in PyTorch: a training step, and sampling with a KV cache."""
import math
import time

import torch
import torch.nn.functional as F
from torch import nn

# d, layers, heads, context, vocabulary
SIZES = {'a': (64, 2, 4, 64, 256), 'b': (128, 4, 4, 128, 512),
         'c': (256, 6, 8, 256, 2048), 'd': (512, 8, 8, 256, 8192)}
TOKENS_A_STEP = 2048


class Block(nn.Module):
    def __init__(self, d, heads, context):
        super().__init__()
        self.heads = heads
        self.ln_1, self.ln_2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.attn, self.proj = nn.Linear(d, 3 * d), nn.Linear(d, d)
        self.fc, self.out = nn.Linear(d, 4 * d), nn.Linear(4 * d, d)
        self.register_buffer('mask', torch.full((context, context), -math.inf).triu(1), persistent=False)

    def split(self, x):
        """[n, t, 3d] -> three of [n, heads, t, d / heads]."""
        n, t, _ = x.shape
        return (p.view(n, t, self.heads, -1).transpose(1, 2) for p in self.attn(self.ln_1(x)).chunk(3, dim=2))

    def feed_forward(self, x):
        return x + self.out(F.gelu(self.fc(self.ln_2(x))))

    def forward(self, x):
        n, t, d = x.shape
        q, k, v = (p.reshape(n * self.heads, t, -1) for p in self.split(x))
        # One call scales, multiplies and masks: 12 % of a step less than masked_fill.
        weights = torch.baddbmm(self.mask[:t, :t], q * (1 / math.sqrt(q.shape[-1])), k.transpose(1, 2)).softmax(dim=-1)
        y = (weights @ v).view(n, self.heads, t, -1).transpose(1, 2).reshape(n, t, d)
        return self.feed_forward(x + self.proj(y))

    def extend(self, x, keys, values, at, products):
        """One more position, x [n, 1, d]; keys and values are [n, heads, context, d / heads]."""
        q, k, v = self.split(x)
        keys[:, :, at:at + 1], values[:, :, at:at + 1] = k, v
        k, v = keys[:, :, :at + 1], values[:, :, :at + 1]
        q = q * (1 / math.sqrt(q.shape[-1]))
        if products:
            y = (q @ k.transpose(2, 3)).softmax(dim=-1) @ v
        else:  # these products are too small for a BLAS
            y = ((q * k).sum(-1).softmax(dim=-1).unsqueeze(-1) * v).sum(2, keepdim=True)
        return self.feed_forward(x + self.proj(y.transpose(1, 2).reshape(x.shape)))


class Gpt(nn.Module):
    def __init__(self, d, layers, heads, context, vocabulary):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(vocabulary, d), nn.Embedding(context, d)
        self.h = nn.ModuleList(Block(d, heads, context) for _ in range(layers))
        self.ln_f = nn.LayerNorm(d)
        for p in self.parameters():
            if p.dim() == 2:
                nn.init.normal_(p, std=0.02)

    def embed(self, tokens, at=0):
        return self.wte(tokens) + self.wpe.weight[at:at + tokens.shape[1]]

    def forward(self, tokens):
        x = self.embed(tokens)
        for block in self.h:
            x = block(x)
        return self.ln_f(x) @ self.wte.weight.T


def adamw(model, decay=0.1, **options):
    """Decay on matrices only."""
    groups = [{'params': [p for p in model.parameters() if p.dim() >= 2], 'weight_decay': decay},
              {'params': [p for p in model.parameters() if p.dim() < 2], 'weight_decay': 0.0}]
    return torch.optim.AdamW(groups, **options)


def train(size):
    """-> a function that takes one step and returns tokens a second."""
    torch.manual_seed(1)
    model = Gpt(*SIZES[size])
    context, vocabulary = SIZES[size][3:]
    optimizer = adamw(model)
    tokens = torch.randint(vocabulary, (TOKENS_A_STEP // context, context + 1))

    def step():
        start = time.perf_counter()
        loss = F.cross_entropy(model(tokens[:, :-1]).flatten(0, 1), tokens[:, 1:].flatten())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return TOKENS_A_STEP / (time.perf_counter() - start)
    return step


def sample(size, batch, products):
    """-> a function that fills the context from its first token and returns new tokens a second."""
    torch.manual_seed(1)
    model = Gpt(*SIZES[size])
    d, layers, heads, context, vocabulary = SIZES[size]
    keys, values = torch.zeros(2, layers, batch, heads, context, d // heads)

    @torch.inference_mode()
    def generate():
        start = time.perf_counter()
        tokens = torch.zeros(batch, 1, dtype=torch.long)
        for at in range(context - 1):
            x = model.embed(tokens, at)
            for i, block in enumerate(model.h):
                x = block.extend(x, keys[i], values[i], at, products)
            logits = model.ln_f(x[:, 0]) @ model.wte.weight.T
            tokens = torch.multinomial(logits.softmax(dim=-1), 1)
        return batch * (context - 1) / (time.perf_counter() - start)
    return generate

#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What products in bfloat16 would give: bf16.py [STEPS]

Prints, by PyTorch on oneDNN and one thread (set OPENBLAS_CORETYPE to the best core that the CPU has): the rate of a model's products in float32 and in bfloat16 (sums in
float32), and how far a model of size b trained with such products goes from one trained without: gradients of the
first step, and the loss after STEPS (100) steps on a pattern that can be learnt.
"""
import statistics
import sys
import time

import torch
import torch.nn.functional as F

from gpt import SIZES, TOKENS_A_STEP, Gpt, adamw

REPETITIONS = 21


def rate(rows, inner, columns, kind):
    """GFLOP/s of x w^T."""
    x, w = torch.randn(rows, inner).to(kind), torch.randn(columns, inner).to(kind)
    seconds = []
    for _ in range(REPETITIONS):
        start = time.perf_counter()
        F.linear(x, w)
        seconds.append(time.perf_counter() - start)
    return 2e-9 * rows * inner * columns / statistics.median(seconds[3:])


def print_rates():
    print('product                float32    bfloat16   ratio')
    for size, (d, *_) in SIZES.items():
        for inner, columns in ((d, 3 * d), (d, 4 * d), (4 * d, d)):
            one, half = (rate(TOKENS_A_STEP, inner, columns, kind) for kind in (torch.float32, torch.bfloat16))
            print(f'{size} {TOKENS_A_STEP}x{inner}x{columns:<9} {one:8.0f} {half:10.0f} {half / one:8.2f}')


def batch(generator):
    """Rows that count on by a step of their own: every token but the first two can be known."""
    context, vocabulary = SIZES['b'][3:]
    rows = TOKENS_A_STEP // context
    first, step = (torch.randint(1, vocabulary, (rows, 1), generator=generator) for _ in range(2))
    return (first + step * torch.arange(context + 1)) % vocabulary


def train(steps, half):
    torch.manual_seed(1)
    model, generator = Gpt(*SIZES['b']), torch.Generator().manual_seed(2)
    optimizer = adamw(model)
    losses, first = [], None
    for _ in range(steps):
        tokens = batch(generator)
        with torch.autocast('cpu', dtype=torch.bfloat16, enabled=half):
            logits = model(tokens[:, :-1])
        loss = F.cross_entropy(logits.float().flatten(0, 1), tokens[:, 1:].flatten())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        if first is None:
            first = torch.cat([p.grad.flatten() for p in model.parameters()])
        optimizer.step()
        losses.append(loss.item())
    return losses, first


def print_parity(steps):
    (one, g1), (half, g2) = train(steps, False), train(steps, True)
    print(f'gradient of the first step: NMSE {((g1 - g2).square().sum() / g1.square().sum()).item():.2g}, '
          f'cosine {F.cosine_similarity(g1, g2, dim=0).item():.6f}')
    for at in sorted({0, steps // 4, steps // 2, steps - 1}):
        print(f'loss of step {at + 1}: float32 {one[at]:.4f}, bfloat16 {half[at]:.4f}')


torch.set_num_threads(1)
print_rates()
print_parity(int(sys.argv[1]) if len(sys.argv) > 1 else 100)

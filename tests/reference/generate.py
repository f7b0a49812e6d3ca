#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes what PyTorch computes, for test-torch.c: generate.py FOLDER

A file is a case.  Of a program (metadata "program", see ops.py): its arguments "in.NAME" (numbers
with a gradient), "const.NAME" (numbers and ids without), its result "out", the gradient "up" that
flows into it, and "grad.NAME".  Of a model: see models.py.  Inputs are float32, what is computed
from them is float64: this is the truth that both PyTorch's and our float32 come near.  How near
PyTorch's comes is in the metadata ("float32.NAME", normalised mean squared errors).

Ends with status 77 where there is no PyTorch.
"""
import glob
import os
import sys
import zlib

try:
    import torch
except ImportError:
    sys.exit(77)

import cases
import models
import networks
from ops import evaluate
from tensors import errors, write

NETWORKS = 60


def draw(spec, generator):
    """-> a tensor, and whether it has a gradient."""
    if isinstance(spec, cases.Ids):
        ids = torch.randint(spec.bound, spec.shape, generator=generator, dtype=torch.int32)
        if spec.ignored:
            ids.view(-1)[::3] = -1
        return ids, False
    if isinstance(spec, cases.Fixed):
        x = torch.randn(spec.shape, generator=generator)
        return x if spec.above is None else x.abs() + spec.above, False
    if isinstance(spec, cases.Positive):
        return torch.rand(spec.shape, generator=generator) * 2 + 0.25, True
    if isinstance(spec, cases.Large):
        return torch.randn(spec.shape, generator=generator) * 200, True
    # Weights keep what flows through them near one.
    scale = 1 if len(spec) < 2 else max(1, spec[-1] * (spec[1] * spec[2] if len(spec) == 4 else 1)) ** -0.5
    return torch.randn(spec, generator=generator) * (scale if len(spec) != 3 else 1), True


def differentiate(program, drawn, up, dtype):
    """-> the result, and the gradient of each argument that has one."""
    values = {k: x.to(dtype).requires_grad_() if graded else x.long() if x.dtype == torch.int32 else x.to(dtype)
              for k, (x, graded) in drawn.items()}
    out = evaluate(program, values)
    up = torch.randn(out.shape, generator=up)
    inputs = {k: values[k] for k, (_, graded) in drawn.items() if graded}
    grads = torch.autograd.grad((out * up.to(dtype)).sum(), inputs.values(), allow_unused=True)
    grads = [torch.zeros_like(x) if g is None else g for x, g in zip(inputs.values(), grads)]
    return {'out': out, **{f'grad.{k}': g for k, g in zip(inputs, grads)}}, up


def write_program(path, name, program, arguments):
    generator = torch.Generator().manual_seed(zlib.crc32(name.encode()))
    drawn = {k: draw(spec, generator) for k, spec in arguments.items()}
    truth, up = differentiate(program, drawn, generator.manual_seed(1), torch.float64)
    single, _ = differentiate(program, drawn, generator.manual_seed(1), torch.float32)
    assert all(x.isfinite().all() for x in truth.values()), name
    inputs = {f"{'in' if graded else 'const'}.{k}": x for k, (x, graded) in drawn.items()}
    write(path, {**inputs, **truth, 'up': up}, {'program': program, **errors(single, truth)})


def main(folder):
    torch.set_num_threads(1)
    os.makedirs(folder, exist_ok=True)
    for old in glob.glob(f'{folder}/*.safetensors'):
        os.remove(old)
    for name, program, arguments in [*cases.cases(), *networks.networks(NETWORKS)]:
        write_program(f'{folder}/{name}.safetensors', name, program, arguments)
    models.write_models(folder)


if __name__ == '__main__':
    main(sys.argv[1])

# SPDX-License-Identifier: Apache-2.0
"""Programs put together at random: name -> program and its arguments, as in cases.py."""
import random

from cases import Fixed, Ids


class Network:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.lines, self.arguments = [], {}

    def argument(self, shape):
        name = f'p{len(self.arguments)}'
        self.arguments[name] = shape
        return name

    def line(self, words, shape):
        """-> the new value, by name and shape."""
        name = f't{len(self.lines)}'
        self.lines.append(f'{name} {words}')
        return name, shape

    def weights(self, m, k):
        return f'{self.argument((m, k))} {self.argument((m,))}'

    def linear(self, x, m):
        act = self.random.choice(['identity', 'relu', 'gelu', 'silu', 'tanh', 'sigmoid'])
        name, (n, d) = x
        return self.line(f'linear {name} {self.weights(m, d)} act={act}', (n, m))

    def step(self, earlier):
        """One operation on the last of `earlier` (all [n, something])."""
        pick = self.random.choice
        x = name, (n, d) = earlier[-1]
        kind = pick(['linear', 'linear', 'norm', 'rms', 'unary', 'binary', 'residual', 'concat', 'slice', 'softmax',
                     'matmul', 'gru', 'attention', 'vector', 'scatter'])
        if kind == 'linear':
            return self.linear(x, pick([1, 3, 8, 17, 32]))
        if kind == 'norm':
            return self.line(f'layer_norm {name} {self.argument((d,))} {self.argument((d,))} epsilon=1e-5', (n, d))
        if kind == 'rms':
            return self.line(f'rms_norm {name} {self.argument((d,))} epsilon=1e-6', (n, d))
        if kind == 'unary':
            return self.line(f"{pick(['tanh', 'sigmoid', 'gelu', 'silu', 'relu', 'abs'])} {name}", (n, d))
        if kind == 'binary':
            other = pick([e for e in earlier if e[1] == (n, d)])[0]
            return self.line(f"{pick(['add', 'sub', 'maximum', 'minimum'])} {name} {other}", (n, d))
        if kind == 'vector':
            bounded, _ = self.line(f'tanh {name}', (n, d))
            return self.line(f"{pick(['add', 'mul'])} {bounded} {self.argument((d,))}", (n, d))
        if kind == 'residual':
            y, (_, m) = self.linear(x, pick([5, 16]))
            return self.line(f'linear_residual {y} {self.weights(d, m)} {name}', (n, d))
        if kind == 'concat':
            other, (_, m) = pick(earlier)
            return self.line(f'concat {name} {other} dim=1', (n, d + m))
        if kind == 'slice':
            m = self.random.randint(1, d)
            return self.line(f'slice {name} dim=1 begin={self.random.randint(0, d - m)} n={m}', (n, m))
        if kind == 'softmax':
            return self.line(f"{pick(['softmax', 'log_softmax'])} {name}", (n, d))
        if kind == 'matmul':
            return self.line(f'matmul {name} {self.argument((d, 6))} transpose=0', (n, 6))
        if kind == 'gru':
            h = pick([3, 12])
            state = self.linear(x, h)[0]
            names = ' '.join(self.argument(s) for s in ((3 * h, d), (3 * h, h), (3 * h,), (3 * h,)))
            return self.line(f'gru_cell {name} {state} {names}', (n, h))
        if kind == 'scatter':
            ids = self.argument(Ids((n,), n))
            return self.line(f'scatter_add {name} {ids} rows={n}', (n, d))
        qkv = self.linear(x, 24)[0]
        sequence = self.line(f'reshape {qkv} shape=1,{n},24', None)[0]
        turned = self.line(f'rotary {sequence} heads=2 kv=1 base=100', None)[0]
        seen = self.line(f'attention {turned} heads=2 kv=1', None)[0]
        return self.line(f'reshape {seen} shape={n},12', (n, 12))

    def image(self):
        """Convolutions and pools down to [n, something]."""
        pick = self.random.choice
        n, h, w, c = pick([1, 3]), pick([6, 9, 10]), pick([7, 10]), pick([1, 4])
        name = self.argument((n, h, w, c))
        for _ in range(self.random.randint(1, 3)):
            if min(h, w) >= 4 and self.random.random() < 0.3:
                name = self.line(f"{pick(['max', 'mean'])}_pool {name} size=2 stride=2", None)[0]
                h, w = h // 2, w // 2
            elif min(h, w) >= 3:
                out, stride, padding = pick([3, 8]), pick([1, 2]), pick([0, 1])
                act = pick(['relu', 'gelu', 'tanh'])
                weights = f'{self.argument((out, 3, 3, c))} {self.argument((out,))}'
                name = self.line(f'conv2d {name} {weights} stride={stride} padding={padding} act={act}', None)[0]
                h, w, c = (h + 2 * padding - 3) // stride + 1, (w + 2 * padding - 3) // stride + 1, out
        return self.line(f'reshape {name} shape={n},{h * w * c}', (n, h * w * c))

    def loss(self, x):
        name, (n, d) = x
        kind = self.random.choice(['cross_entropy', 'huber', 'mse', 'none', 'log_prob', 'reduce'])
        if kind == 'cross_entropy':
            self.lines.append(f'out cross_entropy {name} {self.argument(Ids((n,), d))} divisor={n}')
        elif kind == 'huber':
            self.lines.append(f'out huber {name} {self.argument(Fixed((n, d)))} delta=1 divisor={n}')
        elif kind == 'mse':
            self.lines.append(f'out mse {name} {self.argument(Fixed((n, d)))}')
        elif kind == 'log_prob':
            self.lines.append(f'out log_prob {name} {self.argument(Ids((n,), d))}')
        elif kind == 'reduce':
            op = self.random.choice(['sum', 'mean', 'max', 'log_sum_exp'])
            self.lines.append(f'out {op} {name} dim={self.random.randint(0, 1)}')
        else:
            self.lines.append(f'out affine {name} scale=0.5 shift=1')


def networks(n):
    for seed in range(n):
        network = Network(seed)
        if seed % 3 == 0:
            values = [network.image()]
        else:
            shape = (network.random.choice([1, 2, 7, 20]), network.random.choice([1, 6, 19]))
            values = [(network.argument(shape), shape)]
        for _ in range(network.random.randint(4, 14)):
            values.append(network.step(values))
        network.loss(values[-1])
        yield f'network-{seed}', '; '.join(network.lines), network.arguments

# SPDX-License-Identifier: Apache-2.0
"""Programs of one operation each: name -> program and its arguments.

Arguments are shapes of numbers to draw, which have gradients; ids below a bound; or numbers without gradients.
"""
from dataclasses import dataclass


@dataclass
class Ids:
    shape: tuple
    bound: int
    ignored: bool = False  # every third is -1


@dataclass
class Fixed:
    """Numbers without gradients, at least `above` where that is given."""
    shape: tuple
    above: float = None


@dataclass
class Positive:
    shape: tuple


@dataclass
class Large:
    """Numbers whose exponentials overflow."""
    shape: tuple


def cases():
    yield from layers()
    yield from attentions()
    yield from losses()
    yield from gates()
    yield from images()
    yield from elementwise()
    yield from shapes()


# rows, inputs, outputs: ragged, of size 1, empty, larger
LINEAR = [(5, 7, 3), (1, 1, 1), (0, 4, 3), (33, 1, 17), (1, 65, 1), (257, 96, 130)]


def layers():
    for act in ('identity', 'relu', 'gelu', 'gelu_tanh', 'silu', 'tanh', 'sigmoid'):
        for n, k, m in LINEAR:
            yield f'linear-{act}-{n}x{k}x{m}', f'out linear x w b act={act}', dict(x=(n, k), w=(m, k), b=(m,))
    yield 'linear-no-bias', 'out linear x w', dict(x=(2, 3, 5), w=(4, 5))
    yield 'linear-residual', 'out linear_residual x w b r', dict(x=(2, 9, 5), w=(7, 5), b=(7,), r=(2, 9, 7))
    for n, d in ((5, 7), (1, 1), (0, 3), (6, 17), (130, 256)):
        epsilon = 1e-5 if d > 1 else 0.1
        yield f'layer-norm-{n}x{d}', f'out layer_norm x g b epsilon={epsilon}', dict(x=(n, d), g=(d,), b=(d,))
        yield f'rms-norm-{n}x{d}', f'out rms_norm x g epsilon={epsilon}', dict(x=(n, d), g=(d,))
    yield 'layer-norm-no-bias', 'out layer_norm x g epsilon=1e-5', dict(x=(2, 3, 19), g=(19,))
    yield 'embedding', 'out embedding w ids', dict(w=(11, 5), ids=Ids((3, 4), 11))
    yield 'embedding-positions', 'out embedding w ids p', dict(w=(11, 5), ids=Ids((3, 4), 11), p=(6, 5))
    yield 'embedding-repeated', 'out embedding w ids', dict(w=(2, 33), ids=Ids((7, 19), 2))
    yield 'embedding-empty', 'out embedding w ids', dict(w=(3, 2), ids=Ids((0, 4), 3))
    for n, i, h in ((1, 1, 1), (3, 5, 7), (32, 40, 64)):
        yield (f'gru-cell-{n}x{i}x{h}', 'out gru_cell x h wi wh bi bh',
               dict(x=(n, i), h=(n, h), wi=(3 * h, i), wh=(3 * h, h), bi=(3 * h,), bh=(3 * h,)))


def attentions():
    # batch, time, heads, heads of k and v, size of a head
    for b, t, n, kv, hd in ((1, 1, 1, 1, 2), (2, 7, 3, 3, 4), (1, 65, 2, 2, 16), (2, 33, 4, 2, 8), (1, 130, 4, 1, 32),
                            (0, 5, 2, 2, 4), (3, 64, 4, 4, 16)):
        shape, name = (b, t, (n + 2 * kv) * hd), f'{b}x{t}-{n}-{kv}-{hd}'
        yield f'attention-{name}', f'out attention x heads={n} kv={kv}', dict(x=shape)
        yield f'rotary-{name}', f'out rotary x heads={n} kv={kv} base=10000', dict(x=shape)
    # Scores near 1e5: tiles recompute the weights from their rounded logarithm.
    yield 'attention-large', 'out attention x heads=2 kv=2 nmse=1e-4', dict(x=Large((1, 19, 24)))
    yield ('attention-rotary', 'q rotary x heads=2 kv=1 base=500; out attention q heads=2 kv=1', dict(x=(2, 21, 32)))


def losses():
    for n, v in ((1, 1), (1, 5), (7, 33), (64, 513), (0, 3)):
        x, ids = (n, v), Ids((n,), v)
        yield f'cross-entropy-{n}x{v}', f'out cross_entropy x ids divisor={max(n, 1)}', dict(x=x, ids=ids)
        yield f'log-prob-{n}x{v}', 'out log_prob x ids', dict(x=x, ids=ids)
        yield f'softmax-{n}x{v}', 'out softmax x', dict(x=x)
        yield f'entropy-{n}x{v}', 'out entropy x', dict(x=x)
        yield f'kl-{n}x{v}', 'out kl p q', dict(p=x, q=x)
        yield f'log-softmax-{n}x{v}', 'out log_softmax x', dict(x=x)
    yield 'cross-entropy-ignored', 'out cross_entropy x ids divisor=5', dict(x=(2, 4, 9), ids=Ids((2, 4), 9, True))
    yield 'cross-entropy-large', 'out cross_entropy x ids divisor=5', dict(x=Large((5, 9)), ids=Ids((5,), 9))
    yield 'softmax-large', 'out softmax x', dict(x=Large((5, 9)))
    yield 'log-softmax-large', 'out log_softmax x', dict(x=Large((5, 9)))
    for shape in ((1,), (5, 3), (257,)):
        name = 'x'.join(map(str, shape))
        yield f'gaussian-nll-{name}', 'out gaussian_nll m v t', dict(m=shape, v=shape, t=Fixed(shape))
        yield f'mse-{name}', 'out mse p t', dict(p=shape, t=Fixed(shape))
        yield f'huber-{name}', 'out huber p t delta=1 divisor=3', dict(p=shape, t=Fixed(shape))
    yield 'huber-weights', 'out huber p t w delta=0.5 divisor=33', dict(p=(33,), t=Fixed((33,)), w=Fixed((33,), 0.0))


def images():
    # batch, height, width, channels, filters, kernel, stride, padding
    for b, h, w, c, o, k, s, p in ((2, 10, 10, 4, 16, 3, 1, 0), (2, 10, 10, 4, 16, 3, 1, 1), (3, 7, 9, 3, 5, 3, 2, 0),
                                   (1, 8, 6, 2, 7, 3, 2, 1), (1, 3, 3, 1, 1, 3, 1, 0), (2, 5, 4, 3, 6, 1, 1, 0),
                                   (1, 9, 9, 2, 3, 5, 3, 2), (0, 5, 5, 2, 3, 3, 1, 0), (32, 10, 10, 7, 16, 3, 1, 0)):
        yield (f'conv2d-{b}x{h}x{w}x{c}-{o}-{k}-{s}-{p}', f'out conv2d x w b stride={s} padding={p} act=relu',
               dict(x=(b, h, w, c), w=(o, k, k, c), b=(o,)))
    yield 'conv2d-gelu', 'out conv2d x w b stride=1 padding=0 act=gelu', dict(x=(2, 6, 6, 3), w=(4, 3, 3, 3), b=(4,))
    yield 'conv2d-no-bias', 'out conv2d x w stride=1 padding=1', dict(x=(2, 6, 6, 3), w=(4, 3, 3, 3))
    for kind in ('max', 'mean'):
        for b, h, w, c, k, s in ((2, 8, 8, 3, 2, 2), (1, 7, 5, 2, 2, 2), (2, 6, 7, 1, 3, 1), (1, 4, 4, 17, 4, 4)):
            yield (f'{kind}-pool-{b}x{h}x{w}x{c}-{k}-{s}', f'out {kind}_pool x size={k} stride={s}',
                   dict(x=(b, h, w, c)))


def gates():
    for shape in ((1, 2), (3, 34), (2, 5, 66), (0, 4)):
        yield f"swiglu-{'x'.join(map(str, shape))}", 'out swiglu x', dict(x=shape)


SHAPES = [(1,), (3, 5), (0, 4), (2, 3, 17), (1031,)]


def elementwise():
    for shape in SHAPES:
        name = 'x'.join(map(str, shape))
        for op in ('exp', 'abs', 'square', 'tanh', 'sigmoid', 'log_sigmoid', 'relu', 'gelu', 'gelu_tanh', 'silu'):
            yield f'{op}-{name}', f'out {op} x', dict(x=shape)
        for op in ('log', 'sqrt'):
            yield f'{op}-{name}', f'out {op} x', dict(x=Positive(shape))
        for op in ('add', 'sub', 'mul', 'maximum', 'minimum'):
            yield f'{op}-{name}', f'out {op} a b', dict(a=shape, b=shape)
        yield f'div-{name}', 'out div a b', dict(a=shape, b=Positive(shape))
        yield f'clamp-{name}', 'out clamp x low=-0.5 high=0.75', dict(x=shape)
        yield f'affine-{name}', 'out affine x scale=-1.5 shift=0.25', dict(x=shape)
    for op in ('add', 'sub', 'mul', 'maximum', 'minimum'):
        yield f'{op}-suffix', f'out {op} a b', dict(a=(4, 3, 5), b=(3, 5))
        yield f'{op}-scalar', f'out {op} a b', dict(a=(4, 7), b=(1,))
    yield 'div-suffix', 'out div a b', dict(a=(4, 3, 5), b=Positive((5,)))
    for op in ('tanh', 'sigmoid', 'log_sigmoid', 'gelu', 'silu'):
        yield f'{op}-large', f'out {op} x', dict(x=Large((37,)))
    yield ('preference-loss', 'd sub c r; l log_sigmoid d; s sum_all l; a affine s scale=-0.125 shift=0; cc square c; '
           'e sum_all cc; b affine e scale=0.0005 shift=0; out add a b', dict(c=(8,), r=(8,)))
    yield 'one-tensor-twice', 'y mul x x; out add y x', dict(x=(5, 3))


def shapes():
    for shape in ((1, 1), (3, 5), (2, 3, 17), (4, 65, 2)):
        name = 'x'.join(map(str, shape))
        for op in ('sum', 'mean', 'max', 'log_sum_exp'):
            for dim in range(len(shape)):
                yield f'{op}-{name}-{dim}', f'out {op} x dim={dim}', dict(x=shape)
        for op in ('sum_all', 'mean_all'):
            yield f'{op}-{name}', f'out {op} x', dict(x=shape)
    for dim in range(3):
        a, b = [2, 3, 4], [2, 3, 4]
        b[dim] = 5
        yield f'concat-{dim}', f'out concat a b a dim={dim}', dict(a=tuple(a), b=tuple(b))
        yield f'slice-{dim}', f'out slice x dim={dim} begin=1 n=2', dict(x=(4, 3, 5))
    yield 'slice-nothing', 'out slice x dim=0 begin=2 n=0', dict(x=(4, 3))
    yield 'gather', 'out gather x ids', dict(x=(7, 5), ids=Ids((7,), 5))
    yield 'gather-one', 'out gather x ids', dict(x=(1, 1), ids=Ids((1,), 1))
    yield 'scatter-add', 'out scatter_add x ids rows=4', dict(x=(9, 5), ids=Ids((9,), 4))
    yield 'scatter-add-one', 'out scatter_add x ids rows=3', dict(x=(1, 1), ids=Ids((1,), 3))
    for m, k, n in ((1, 1, 1), (5, 7, 3), (64, 33, 65), (3, 1, 4)):
        for transpose in (0, 1):
            b = (n, k) if transpose else (k, n)
            yield f'matmul-{m}x{k}x{n}-{transpose}', f'out matmul a b transpose={transpose}', dict(a=(m, k), b=b)
            yield (f'matmul-batch-{m}x{k}x{n}-{transpose}', f'out matmul a b transpose={transpose}',
                   dict(a=(3, m, k), b=(3,) + b))
    yield 'reshape', 'out reshape x shape=3,2,2', dict(x=(4, 3))

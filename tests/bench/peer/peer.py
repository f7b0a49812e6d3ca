#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Measures what Assay is compared with: peer.py CASE CONFIGURATION

Prints a line of JSON when warm ({"ready": ...}), then one ({"rate": ...}) for each line
"run SECONDS" on its input: the median rate over at least that time.  Ends with its input.
"""
import glob
import json
import os
import statistics
import sys
import time

CASES = {
    **{f'gpt-train-{size}': lambda size=size: gpt('train')(size) for size in 'abcd'},
    **{f'gpt-sample-b-{n}-products': lambda n=n: gpt('sample')('b', n, products=True) for n in (64, 256)},
    **{f'gpt-sample-b-{n}-sums': lambda n=n: gpt('sample')('b', n, products=False) for n in (64, 256)},
    'dqn-mlp': lambda: dqn('torch_update')('mlp'),
    'dqn-mlp-numpy': lambda: dqn('numpy_update')(),
    'dqn-cnn': lambda: dqn('torch_update')('cnn'),
    'nap': lambda: nap,
}
# Pages that were freed are kept; else PyTorch spends much of its time in page faults.
KEEP_PAGES = f'glibc.malloc.mmap_threshold={4 << 30}:glibc.malloc.trim_threshold={16 << 30}'


def nap():
    """Tests the bench."""
    start = time.perf_counter()
    time.sleep(0.001)
    return 1 / (time.perf_counter() - start)


def gpt(name):
    import gpt
    return getattr(gpt, name)


def dqn(name):
    import dqn
    return getattr(dqn, name)


def core_type():
    """OpenBLAS's fastest kernels for this CPU: it does not know CPUs newer than itself."""
    with open('/proc/cpuinfo', encoding='utf-8') as info:
        flags = set(next((line for line in info if line.startswith('flags')), '').split())
    if {'avx512f', 'avx512dq', 'avx512bw', 'avx512vl'} <= flags:
        return {'OPENBLAS_CORETYPE': 'SkylakeX'}
    return {'OPENBLAS_CORETYPE': 'Haswell'} if {'avx2', 'fma'} <= flags else {}


def tuned(threads):
    """The best single process: the CPU's own kernels, one pool of threads for PyTorch and BLAS."""
    folder, = glob.glob('/usr/lib/*/openblas-openmp')
    environment = {k: v for k, v in os.environ.items() if not k.startswith(('OPENBLAS_', 'OMP_', 'GOTO_'))}
    return {**environment, **core_type(), 'LD_LIBRARY_PATH': folder, 'OMP_NUM_THREADS': str(threads),
            'GLIBC_TUNABLES': KEEP_PAGES}


CONFIGURATIONS = {
    'installed': lambda: None,  # the environment is left as it is
    'tuned': lambda: tuned(2),
    'tuned-1': lambda: tuned(1),
}


def blas():
    """The kernels of the OpenBLAS in this process."""
    import ctypes
    with open('/proc/self/maps', encoding='utf-8') as maps:
        paths = {line.split()[-1] for line in maps if 'openblas' in line}
    for path in sorted(paths):
        library = ctypes.CDLL(path)
        if hasattr(library, 'openblas_get_corename'):
            library.openblas_get_corename.restype = ctypes.c_char_p
            return f'{os.path.basename(path)} {library.openblas_get_corename().decode()}'
    return 'none'


def main(case, configuration):
    environment = CONFIGURATIONS[configuration]()
    if environment is not None and 'ASSAY_PEER' not in os.environ:
        os.execve(sys.executable, [sys.executable] + sys.argv, {**environment, 'ASSAY_PEER': configuration})
    measure = CASES[case]()
    measure()
    measure()
    print(json.dumps({'ready': case, 'configuration': configuration, 'blas': blas(),
                      'threads': os.environ.get('OMP_NUM_THREADS', 'default')}), flush=True)
    for line in sys.stdin:
        seconds = float(line.removeprefix('run'))
        rates, start = [], time.perf_counter()
        while not rates or time.perf_counter() - start < seconds:
            rates.append(measure())
        print(json.dumps({'rate': statistics.median(rates)}), flush=True)


if __name__ == '__main__':
    if len(sys.argv) != 3 or sys.argv[1] not in CASES or sys.argv[2] not in CONFIGURATIONS:
        sys.exit(f"usage: peer.py CASE CONFIGURATION\n  {' '.join(CASES)}\n  {' '.join(CONFIGURATIONS)}")
    main(*sys.argv[1:])

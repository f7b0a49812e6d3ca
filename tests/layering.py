#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads every #include and checks the layering of DESIGN.md: no arrow up, no circle,
the two wings strangers, a plugin knows only assay/*.h and the learning library."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
# What a folder may include besides itself; longest prefix wins.
BASE = ['base', 'assay']
REGISTRY = BASE + ['host/registry']
RUN = REGISTRY + ['host/run']
STORE = RUN + ['host/store']
CLAIMS = STORE + ['host/claims']
TENSOR = BASE + ['learn/tensor']
NN = TENSOR + ['learn/nn']
MAY = {
    'core/include': ['assay'],
    'core/base/file': [],
    'core/base': ['assay', 'base/file'],
    'core/base/tensors': ['assay', 'base/file', 'base/json'],
    'core/host/registry': BASE,
    'core/host/run': REGISTRY,
    'core/host/store': RUN,
    'core/host/claims': STORE,
    'core/host/chart': CLAIMS,
    'core/learn/tensor': [],
    'core/learn/nn': TENSOR,
    'core/learn/text': NN,
    'core/learn/rl': NN,
    'plugins': ['assay', 'learn', 'base/num'],
    'ui/cli': CLAIMS + ['host/chart'],
    'ui/desktop': CLAIMS + ['host/chart'],
    'data': ['assay'],
}
INCLUDE = re.compile(r'^\s*#\s*include\s+["<]((?:assay|base|host|learn|ui)/[^">]+)[">]', re.M)


def rule(path):
    return max((p for p in MAY if path.startswith(p + '/')), key=len, default=None)


def main():
    bad, checked = [], 0
    for source in sorted(ROOT.glob('*/**/*.[ch]')):
        path = source.relative_to(ROOT).as_posix()
        owner = rule(path)
        if owner is None or '/tests/' in path or path.startswith('build'):
            continue
        checked += 1
        own = path.rsplit('/', 1)[0].removeprefix('core/')
        for target in INCLUDE.findall(source.read_text(encoding='utf-8')):
            if not any(target.startswith(may + '/') for may in MAY[owner] + [own]):
                bad.append(f'{path} includes {target}, which {owner} must not know')
    print('TAP version 13\n1..1')
    for line in bad:
        print('#', line)
    print('not ok' if bad or not checked else 'ok', f'1 /layering/no-arrow-up # {checked} files'.replace(' # ', ' - '))
    return 1 if bad else 0


sys.exit(main())

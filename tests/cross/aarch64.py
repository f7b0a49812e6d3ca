#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds core/base and core/learn for aarch64 and runs their tests under qemu-user, as one test for each program.

aarch64.py SOURCE BUILD
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys

SUITES = ('base', 'learn', 'reference')
source, build = map(pathlib.Path, sys.argv[1:])
glib = source / 'build-aarch64-glib'


def missing():
    for program, package in (('aarch64-linux-gnu-gcc', 'gcc-aarch64-linux-gnu'), ('qemu-aarch64', 'qemu-user')):
        if not shutil.which(program):
            return f"Debian's {package} is not installed"
    if not (glib / 'done').exists():
        return 'there is no GLib for arm64: ./dev test --cross fetches it'
    return None


def run(*command):
    """Whether it succeeded; its output, if not, as comments."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors='replace')
    if done.returncode:
        print('\n'.join('# ' + line for line in done.stdout.splitlines()[-60:]))
    return done.returncode == 0


def set_up():
    root = build.with_suffix('.ini')
    root.write_text(f"[constants]\nroot = '{glib}'\n", encoding='utf-8')
    # GCC 12 for aarch64 dies of vectorising test-random.c; the kernels have -O3 of their own.
    return run('meson', 'setup', build, source, '--cross-file', root, '--cross-file', source / 'tests/cross/aarch64.ini',
               '-Dparts=learn', '-Dfault=true', '-Doptimization=1')


def report(number, name, ok, skipped=False):
    print('ok' if ok else 'not ok', number, f'/cross/aarch64/{name}', '# SKIP' if skipped else '', flush=True)


def main():
    print('TAP version 13')
    reason = missing()
    if reason:
        print(f'1..0 # SKIP {reason}')
        return 0
    os.environ['ASSAY_EMULATED'] = '1'
    built = ((build / 'build.ninja').exists() or set_up()) and run('ninja', '-C', build)
    report(1, 'builds', built)
    if not built:
        print('1..1')
        return 1
    ok = run('meson', 'test', '-C', build, '--no-rebuild', '-t', '10', *(a for s in SUITES for a in ('--suite', s)))
    log = (build / 'meson-logs/testlog.json').read_text(encoding='utf-8').splitlines()
    results = sorted((test['name'].split(' / ')[-1], test['result']) for test in map(json.loads, log))
    for number, (name, result) in enumerate(results, 2):
        report(number, name, result in ('OK', 'SKIP'), result == 'SKIP')
    print(f'1..{len(results) + 1}')
    return 0 if ok and results else 1


sys.exit(main())

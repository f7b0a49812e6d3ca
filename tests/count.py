#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counts TAP lines of a meson test log and prints `N passed, N failed, N skipped`.

count.py TESTLOG.json      one log; --add FILE...  the sum of such lines.
Exit 1 on any failure, and when not one test ran.
"""
import json
import re
import sys

POINT = re.compile(r'^(not ok|ok) \d+')


def of_log(path):
    passed = failed = skipped = 0
    with open(path, encoding='utf-8') as log:
        for line in log:
            test = json.loads(line)
            points = [m.group(1, 0) + (text,) for text in test.get('stdout', '').splitlines()
                      if (m := POINT.match(text))]
            for kind, _, text in points:
                if '# SKIP' in text:
                    skipped += 1
                elif kind == 'ok':
                    passed += 1
                else:
                    failed += 1
            # A program that died says so only by its result.
            if test['result'] not in ('OK', 'SKIP', 'EXPECTEDFAIL') and not any(k == 'not ok' for k, _, _ in points):
                failed += 1
                print(f"{test['name']}: {test['result']}", file=sys.stderr)
    return passed, failed, skipped


def of_line(path):
    with open(path, encoding='utf-8') as file:
        lines = file.read().split('\n')
    found = [re.fullmatch(r'(\d+) passed, (\d+) failed, (\d+) skipped', line) for line in lines]
    found = [m for m in found if m]
    return tuple(map(int, found[-1].groups())) if found else (0, 1, 0)


paths = sys.argv[1:]
counts = [of_line(p) for p in paths[1:]] if paths[0] == '--add' else [of_log(paths[0])]
passed, failed, skipped = map(sum, zip(*counts))
print(f'{passed} passed, {failed} failed, {skipped} skipped')
sys.exit(1 if failed or not passed else 0)

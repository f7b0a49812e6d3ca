#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""count.py TESTLOG.json...: prints `N passed, N failed, N skipped` over all TAP lines of meson's test logs.

What failed is said on stderr, with the last of what its program said.  Exit 1 on any failure, and when not one test ran.
"""
import json
import re
import sys

POINT = re.compile(r'^(not ok|ok) \d+')
LAST_LINES = 12


def explain(test, points):
    print(f"{test['name']}: {test['result']}", file=sys.stderr)
    said = points + test.get('stderr', '').splitlines()[-LAST_LINES:]
    print(*('    ' + line for line in said), sep='\n', file=sys.stderr)


def of_test(test):
    points = [line for line in test.get('stdout', '').splitlines() if POINT.match(line)]
    skipped = sum('# SKIP' in line for line in points)
    bad = [line for line in points if line.startswith('not ok') and '# SKIP' not in line]
    # A program that died says so only by its result.
    died = not bad and test['result'] not in ('OK', 'SKIP', 'EXPECTEDFAIL')
    if bad or died:
        explain(test, bad)
    return len(points) - len(bad) - skipped, len(bad) + died, skipped


def of_log(path):
    try:
        with open(path, encoding='utf-8') as log:
            return [of_test(json.loads(line)) for line in log]
    except OSError as error:
        print(f'No tests ran: {error}', file=sys.stderr)
        return [(0, 1, 0)]


counts = [count for path in sys.argv[1:] for count in of_log(path)]
passed, failed, skipped = map(sum, zip(*counts)) if counts else (0, 0, 0)
print(f'{passed} passed, {failed} failed, {skipped} skipped')
sys.exit(1 if failed or not passed else 0)

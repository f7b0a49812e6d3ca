#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""golden.py ASSAY [--update]: every study's `golden` preset gives the bits it always gave.

<study>.json holds, per run and metric, the number of cells, the last one and the sha256 of
all.  A preset `deep-golden` has networks in it, whose bits change with the kernels and the BLAS:
<study>-deep.json holds cells themselves, of many some, and they may differ by a thousandth.
--update writes both anew: say in the commit why they changed.
"""
import hashlib
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile

MOST = 24  # cells of a metric that a deep run keeps
HERE = pathlib.Path(__file__).resolve().parent


def result_of(*words):
    return subprocess.run(sys.argv[1:2] + list(words), check=True, capture_output=True, text=True)


def assay(*words):
    return result_of(*words).stdout


def cells_of_run(run, skip):
    cells = {}
    for line in assay('export', run['id'], '--format', 'jsonl').splitlines():
        row = json.loads(line)
        if row['metric'] not in skip:
            cells.setdefault(row['metric'], []).append([f"{row['labels']} {row['step']}", row['value']])
    return cells


def digest_of_run(run, skip):
    lines = {key: [f'{at} {value}' for at, value in cells] for key, cells in cells_of_run(run, skip).items()}
    return {key: [len(line), line[-1], hashlib.sha256('\n'.join(line).encode()).hexdigest()]
            for key, line in lines.items()}


def some_cells_of_run(run, skip):
    """Of a metric with many cells some that are spread over all."""
    return {key: cells[::len(cells) // MOST + 1] for key, cells in cells_of_run(run, skip).items()}


def same(found, wanted):
    """Equal, or cells of which all numbers are close."""
    if found == wanted or not (found and wanted) or not isinstance(found[0], list):
        return found == wanted
    return [at for at, _ in found] == [at for at, _ in wanted] and all(
        a == b or math.isclose(a, b, rel_tol=1e-3, abs_tol=1e-6) for (_, a), (_, b) in zip(found, wanted))


def presets(study):
    """[(preset, name of its file)]"""
    description = json.loads(assay('inspect', study, '--json'))
    ids = [p['id'] for p in description['presets'] if p['id'].endswith('golden')]
    return [(i, study + ('-' + i)[:-len('-golden')]) for i in ids]


def digest(study, preset):
    """{run: {metric: [cells, last, sha256]}} of a golden preset; {run: {metric: cells}} of a deep one."""
    description = json.loads(assay('inspect', study, '--json'))
    skip = {m['id'] for m in description['metrics'] if m.get('timing')}
    of_run = digest_of_run if preset == 'golden' else some_cells_of_run
    assay('run', study, '--preset', preset, '--cpu', 'avx2')
    result = {}
    for run in json.loads(assay('runs', f'study={study} preset={preset}', '--json')):
        if run['status'] != 'done':
            raise RuntimeError(f"{study}: run {run['id']} is {run['status']}: {run['reason']}")
        result[json.dumps({**run['parameters'], 'seed': run['seed']}, sort_keys=True)] = of_run(run, skip)
    return result


def differences(study, preset, name, update):
    path = HERE / f'{name}.json'
    found = digest(study, preset)
    if update:
        path.write_text(json.dumps(found, indent=1, sort_keys=True) + '\n', encoding='utf-8')
    if not path.exists():
        return [f'{path} is missing; golden.py ASSAY --update writes it']
    wanted = json.loads(path.read_text(encoding='utf-8'))
    bad = [f'not in both: {run}' for run in set(found) ^ set(wanted)]
    for run in set(found) & set(wanted):
        for key in sorted(set(found[run]) | set(wanted[run])):
            if not same(found[run].get(key), wanted[run].get(key)):
                bad.append(f'{run}: {key}: wanted {wanted[run].get(key)}, found {found[run].get(key)}')
    return bad if found else ['no run']


def faults_of_faces(study, preset, folder):
    """The tables are sound, every figure draws or is named as empty, every claim is judged, and the report holds all."""
    try:
        assay('plugin', 'check', next(s['path'] for s in json.loads(assay('studies', '--json')) if s['id'] == study))
        empty = result_of('plot', study, '--preset', preset, '-o', folder).stderr.split()
        assay('claims', study, '--preset', preset, '--json')
        assay('report', study, '--preset', preset, '-o', folder + '/report.html')
    except subprocess.CalledProcessError as error:
        return [error.stderr.strip()]
    figures = json.loads(assay('inspect', study, '--json'))['figures']
    missing = [f['id'] for f in figures if not os.path.exists(f"{folder}/{f['id']}.svg") and f['id'] not in empty]
    return [f'no picture of {figure}' for figure in missing]


def report(number, name, bad):
    for line in bad[:10]:
        print('#', line)
    print('not ok' if bad else 'ok', number, name)
    return bool(bad)


def main():
    with open('/proc/cpuinfo', encoding='utf-8') as info:
        has_avx2 = ' avx2' in info.read()
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        os.environ['ASSAY_WORKSPACE'] = folder + '/workspace'
        studies = [s['id'] for s in json.loads(assay('studies', '--json')) if not s['blocked']]
        goldens = [(study, *rest) for study in studies for rest in presets(study)]
        print(f'TAP version 13\n1..{2 * len(goldens)}')
        for number, (study, preset, file) in enumerate(goldens):
            if has_avx2:
                bad = differences(study, preset, file, '--update' in sys.argv)
                failed |= report(2 * number + 1, f'/golden/{file}-gives-what-it-always-gave', bad)
                bad = faults_of_faces(study, preset, f'{folder}/{file}')
                failed |= report(2 * number + 2, f'/golden/{file}-has-every-figure-and-verdict', bad)
            else:
                print(f'ok {2 * number + 1} /golden/{file} # SKIP this CPU has no AVX2')
                print(f'ok {2 * number + 2} /golden/{file} # SKIP this CPU has no AVX2')
    return 1 if failed else 0


sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""real_data.py ASSAY: overoptimization on files, from the command to verdicts and figures.

The files are made up here: a best-of-n table and preference rows, of nobody's data.
"""
import csv
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

STUDY = 'overoptimization'
PROMPTS = 16
VERDICTS = {'reproduced', 'contradicted', 'inconclusive'}


def assay(*words):
    done = subprocess.run([sys.argv[1], *words], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def run(preset, *words):
    code, said = assay('run', STUDY, '--preset', preset, *words)
    assert code == 0, said


def table(folder, draw):
    """A member is gold, an error of its own, and one that all have."""
    path = folder / 'scores.jsonl'
    with open(path, 'w', encoding='utf-8') as out:
        for prompt in range(PROMPTS):
            gold = [draw.gauss(0, 1) for _ in range(96)]
            shared = [draw.gauss(0, 0.5) for _ in gold]
            members = [[g + s + draw.gauss(0, 1) for g, s in zip(gold, shared)] for _ in range(5)]
            out.write(json.dumps({'instruction': f'Prompt {prompt}', 'input': '', 'answers':
                                  [f'Answer {i}' for i in range(96)], 'gold_scores': gold, 'proxy_scores': members}) + '\n')
    return path


def preferences(folder, draw):
    """People like kind words, mostly."""
    path = folder / 'rows.jsonl'
    kind, rude = 'kind clear warm gentle'.split(), 'rude cold harsh bitter'.split()
    with open(path, 'w', encoding='utf-8') as out:
        for i in range(240):
            pair = [f'It is {draw.choice(words)}' + draw.choice(['.', ', as they say.', '!\n- So it is.']) for words in (kind, rude)]
            pair = pair if draw.random() < 0.85 else pair[::-1]
            out.write(json.dumps({'prompt': f'Tell me about number {i}.', 'chosen': pair[0], 'rejected': pair[1]}) + '\n')
    return path


def judged(marker):
    """-> the claims whose statement begins with the marker; every one has a verdict."""
    code, said = assay('claims', STUDY, '--json')
    claims = [c for c in json.loads(said) if c['statement'].startswith(marker)]
    assert code == 0 and claims, said
    for claim in claims:
        assert claim['verdict'] in VERDICTS, (claim['id'], claim['verdict'], claim['reason'])
    return {c['id']: c for c in claims}


def drawn(folder, begin):
    """Every figure whose name begins so has a picture, and data, but for texts, which are no table."""
    code, said = assay('plot', STUDY, '-o', str(folder / 'figures'), '--format', 'svg')
    assert code == 0, said
    pictures = sorted((folder / 'figures').glob(begin + '*.svg'))
    assert len(pictures) > 8, pictures
    for picture in pictures:
        with open(picture.with_suffix('.csv'), encoding='utf-8', newline='') as rows:
            assert len(list(csv.reader(rows))) > 1 or picture.name == 'replay-samples.svg', f'{picture.name} has no data'


def without_a_file_the_parameter_is_named(folder):
    for preset, parameter in (('replay', 'scores'), ('preferences', 'rows')):
        code, said = assay('run', STUDY, '--preset', preset)
        assert code != 0 and f'--set {parameter}=FILE' in said, said


def a_table_is_judged_and_drawn(folder):
    run('replay', '--set', f'scores={table(folder, random.Random(1))}')
    claims = judged('Replay:')
    assert claims['B4-replay']['n'] == PROMPTS
    assert claims['gate-replay-gold']['verdict'] == 'reproduced'
    assert claims['control-replay-twins']['verdict'] == 'reproduced'
    drawn(folder, 'replay-')
    assert list(folder.glob('workspace/runs/*/samples/best.jsonl'))


def preferences_are_judged_and_drawn(folder):
    run('preferences', '--set', f'rows={preferences(folder, random.Random(1))}', '--seeds', '3', '--set', 'members=2',
        '--set', 'width=16', '--set', 'vocabulary=300', '--set', 'context=24', '--set', 'rm-rate=0.005')
    claims = judged('Preferences:')
    assert claims['gate-text-learns']['verdict'] == 'reproduced', claims['gate-text-learns']
    drawn(folder, 'text-')


def main():
    tests = (without_a_file_the_parameter_is_named, a_table_is_judged_and_drawn, preferences_are_judged_and_drawn)
    print(f'TAP version 13\n1..{len(tests)}', flush=True)
    for i, test in enumerate(tests):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            os.environ.update(ASSAY_WORKSPACE=str(folder / 'workspace'), XDG_CACHE_HOME=str(folder / 'cache'))
            try:
                test(folder)
                verdict = 'ok'
            except AssertionError as wrong:
                verdict = 'not ok'
                print('# ' + str(wrong).replace('\n', '\n# '))
            print(f'{verdict} {i + 1} /real-data/{test.__name__.replace("_", "-")}', flush=True)


if __name__ == '__main__':
    main()

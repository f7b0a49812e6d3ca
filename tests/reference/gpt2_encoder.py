#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""GPT-2's encoder from its description (Radford et al. 2019, section 2.2), for test-gpt2-encoder.c:
gpt2_encoder.py VOCAB MERGES

Prints a line a text: its UTF-8 in hexadecimal, then its tokens.  The texts have characters of every script that
this Python's Unicode names, with blanks, digits and marks between them, and mixtures of all drawn at random.
No line of it comes from the library that is tested, and it cuts texts without a regular expression.
"""
import json
import random
import sys
import unicodedata

SUFFIXES = ('re', 've', 'll', 's', 't', 'm', 'd')


def characters_of_bytes():
    """Printable Latin-1 stands for itself, the other bytes for U+0100 and on."""
    printable = [*range(0x21, 0x7f), *range(0xa1, 0xad), *range(0xae, 0x100)]
    others = [b for b in range(256) if b not in printable]
    return {**{b: chr(b) for b in printable}, **{b: chr(256 + i) for i, b in enumerate(others)}}


def kind(c):
    """Unicode's White_Space (Python's isspace counts four separators of information, too), letters, numbers, rest."""
    if c.isspace() and not '\x1c' <= c <= '\x1f':
        return 'space'
    return {'L': 'letter', 'N': 'number'}.get(unicodedata.category(c)[0], 'mark')


def run_end(text, at):
    """-> where the run of characters of text[at]'s kind ends."""
    end = at
    while end < len(text) and kind(text[end]) == kind(text[at]):
        end += 1
    return end


def pieces(text):
    at = 0
    while at < len(text):
        suffix = next((s for s in SUFFIXES if text[at] == "'" and text.startswith(s, at + 1)), None)
        behind = at + 1 if text[at] == ' ' and at + 1 < len(text) and kind(text[at + 1]) != 'space' else at
        if suffix:
            end = at + 1 + len(suffix)
        elif kind(text[behind]) != 'space':
            end = run_end(text, behind)
        else:
            # Blanks, without the last one where something follows it that is none.
            end = run_end(text, at)
            end = end - 1 if end < len(text) and end - at > 1 else end
        yield text[at:end]
        at = end


class Encoder:
    def __init__(self, vocabulary, merges):
        with open(vocabulary, encoding='utf-8') as file:
            self.ids = json.load(file)
        with open(merges, encoding='utf-8') as file:
            lines = file.read().split('\n')
        pairs = [tuple(line.split()) for line in lines if line and not line.startswith('#version')]
        self.ranks = {pair: rank for rank, pair in enumerate(pairs)}
        self.characters = characters_of_bytes()

    def merge(self, parts):
        while len(parts) > 1:
            best = min(zip(parts, parts[1:]), key=lambda pair: self.ranks.get(pair, len(self.ranks)))
            if best not in self.ranks:
                break
            merged, i = [], 0
            while i < len(parts):
                joins = tuple(parts[i:i + 2]) == best
                merged.append(''.join(best) if joins else parts[i])
                i += 2 if joins else 1
            parts = merged
        return parts

    def encode(self, text):
        return [self.ids[part] for piece in pieces(text)
                for part in self.merge([self.characters[b] for b in piece.encode('utf-8')])]


def scripts():
    """Characters by the first word of their names, which is the script's of letters."""
    groups = {}
    for code in range(0x110000):
        name = unicodedata.name(chr(code), '')
        if name:
            groups.setdefault(name.split(' ')[0].split('-')[0], []).append(chr(code))
    return groups


def texts(draw):
    groups = scripts()
    every = [c for group in groups.values() for c in group[:400]]
    blanks = [c for c in map(chr, range(0x3001)) if kind(c) == 'space'] + ['\x1c', '\x85', '\u180e', '\u200b']
    for group in groups.values():
        some = draw.sample(group, min(len(group), 24))
        yield ''.join(some) + ' ' + ' '.join(some[:8]) + "'s 12" + ''.join(some[8:12]) + '  ' + some[0] + '\n'
    for _ in range(1500):
        words = (''.join(draw.choices(every, k=draw.randint(1, 5))) for _ in range(draw.randint(1, 8)))
        yield ''.join(word + ''.join(draw.choices(blanks if draw.random() < 0.3 else ' ', k=draw.randint(0, 3)))
                      for word in words)
    for _ in range(500):
        yield ''.join(draw.choice(["'", "'s", "'ll", "'re", 'don', ' ', '  ', '\n', '\t', '1', '٣', '½', '...', '!?', 'é',
                                   'e\u0301', 'the', ' the', '日本', '👩\u200d👧', '\x00', '\u00a0']) for _ in range(20))


def main():
    encoder = Encoder(*sys.argv[1:3])
    for text in texts(random.Random(1)):
        print(text.encode('utf-8').hex(), *encoder.encode(text))


if __name__ == '__main__':
    main()

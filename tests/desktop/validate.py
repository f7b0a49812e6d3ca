#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a desktop reads of ours besides the program: desktop file, metainfo, settings, D-Bus service, icons.  TAP.

    validate.py DATA BUILT ICONS    folders: data/desktop, the same in the build, the icons in the program

A validator that is not installed is a skip with its name; under CI, which installs them, a failure."""
import configparser
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import xml.etree.ElementTree as xml
import zlib

DATA, BUILT, ICONS = map(pathlib.Path, sys.argv[1:4])
ID = 'org.assay.Studio'


class Missing(Exception):
    """A validator is."""


def run(*command):
    if shutil.which(command[0]) is None:
        raise Missing(f'{command[0]} is not installed')
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr).decode(errors='replace')
    return done.stdout


def keys(path, section):
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str
    parser.read_string(path.read_text(encoding='utf-8'))
    return dict(parser[section])


def desktop_file_is_valid():
    run('desktop-file-validate', str(BUILT / f'{ID}.desktop'))


def metainfo_is_valid():
    run('appstreamcli', 'validate', '--no-net', '--explain', str(DATA / f'{ID}.metainfo.xml'))


def settings_are_valid():
    run('glib-compile-schemas', '--strict', '--dry-run', str(DATA))


def one_name_goes_through_all():
    metainfo = xml.parse(DATA / f'{ID}.metainfo.xml').getroot()
    schema = xml.parse(DATA / f'{ID}.gschema.xml').getroot().find('schema')
    entry = keys(BUILT / f'{ID}.desktop', 'Desktop Entry')
    assert metainfo.findtext('id') == ID
    assert metainfo.find("launchable[@type='desktop-id']").text == f'{ID}.desktop'
    assert schema.get('id') == ID and schema.get('path') == '/' + ID.replace('.', '/') + '/'
    assert entry['Icon'] == ID and (DATA / f'{ID}.svg').exists() and (DATA / f'{ID}-symbolic.svg').exists()
    assert metainfo.findtext('provides/binary') == pathlib.Path(entry['Exec'].split()[0]).name


def bus_starts_the_program_of_the_desktop_file():
    """D-Bus knows a service by its file's name, and starts it without a shell."""
    service = keys(BUILT / f'{ID}.service', 'D-BUS Service')
    entry = keys(BUILT / f'{ID}.desktop', 'Desktop Entry')
    program, *options = service['Exec'].split()
    assert service['Name'] == ID
    assert os.path.isabs(program) and program == entry['Exec'].split()[0], program
    assert options == ['--gapplication-service'], options
    assert entry['DBusActivatable'] == 'true'


def pixels(png):
    """Width, height, and all bytes of a PNG with filters left in: enough to see that something is drawn."""
    width, height = struct.unpack('>II', png[16:24])
    data, at = b'', 8
    while at < len(png):
        length, kind = struct.unpack('>I4s', png[at:at + 8])
        data += png[at + 8:at + 8 + length] if kind == b'IDAT' else b''
        at += length + 12
    return width, height, zlib.decompress(data)


def icons_are_drawn():
    paths = [DATA / f'{ID}.svg', DATA / f'{ID}-symbolic.svg', *sorted(ICONS.rglob('*.svg'))]
    assert len(paths) > 2
    for path in paths:
        root = xml.parse(path).getroot()
        side = 16 if path.stem.endswith('-symbolic') else 128
        assert (root.get('width'), root.get('height')) == (str(side), str(side)), f'{path.name} is not of {side} pixels'
        for size in (16, 64, 512):
            width, height, drawn = pixels(run('rsvg-convert', '-w', str(size), '-h', str(size), str(path)))
            assert (width, height) == (size, size) and any(drawn), f'{path.name} is empty at {size} pixels'


TESTS = [desktop_file_is_valid, metainfo_is_valid, settings_are_valid, one_name_goes_through_all,
         bus_starts_the_program_of_the_desktop_file, icons_are_drawn]


def result(test):
    """ok or not, what is said after the name, what went wrong."""
    try:
        test()
        return True, '', ''
    except Missing as missing:
        return os.environ.get('CI') != 'true', f' # SKIP {missing}', f'{missing}, and CI is to have it'
    except Exception as problem:  # whatever goes wrong is a test that failed
        return False, '', f'{type(problem).__name__}: {problem}'


def main():
    failures = 0
    print(f'1..{len(TESTS)}')
    for i, test in enumerate(TESTS, 1):
        holds, note, problem = result(test)
        name = f'/desktop/data/{test.__name__.replace("_", "-")}'
        print(f'{"ok" if holds else "not ok"} {i} {name}{note if holds else ""}')
        if not holds:
            failures += 1
            print(*(f'# {line}' for line in problem.splitlines()), sep='\n')
    return 1 if failures else 0


sys.exit(main())

#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Uses assay-studio as somebody does who has a keyboard and a screen reader: the real program on a
display and a bus of the test's own, looked at through AT-SPI, driven by keys.  TAP.

    walk.py BUILD      BUILD: the build's folder"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import traceback

try:
    import pyatspi
except ImportError:
    pyatspi = None
for what, there in (('python3-pyatspi', pyatspi), ('xdotool', shutil.which('xdotool'))):
    if not there:
        sys.exit(subprocess.run([pathlib.Path(__file__).with_name('lacking.sh'), 'walk', what], check=False).returncode)

BUILD = pathlib.Path(sys.argv[1]).resolve()
STUDIO, ASSAY = BUILD / 'ui/desktop/assay-studio', BUILD / 'ui/cli/assay'
SECONDS = 20
NAMED = {'push button', 'toggle button', 'entry', 'text', 'combo box', 'check box', 'slider', 'spin button',
         'radio button', 'image', 'table', 'tree table'}
VIEWS = ['StudioStudiesView', 'StudioRunsView', 'StudioFiguresView', 'StudioCompareView', 'StudioClaimsView', 'StudioQueueView']
PARTS = {'list item', 'label', 'table cell', 'menu item', 'page tab'}  # what has a name and consists of such


def until(what, holds, seconds=SECONDS):
    """The first true value of `holds`."""
    end = time.monotonic() + seconds
    while True:
        value = holds()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f'waited {seconds} s for {what}')
        time.sleep(.1)


def children(node):
    try:
        return [child for child in (node.getChildAtIndex(i) for i in range(min(node.childCount, 400))) if child]
    except Exception:  # it is gone
        return []


def is_showing(node):
    """GTK 4.8 says of windows only that they are showing; of all else, how large it is."""
    try:
        box = node.queryComponent().getExtents(pyatspi.WINDOW_COORDS)
    except NotImplementedError:  # a page of a stack: what is in it may be showing
        return True
    except Exception:  # it is gone
        return False
    return box.width > 0 and box.height > 0


def is_nameless(node):
    """Without a name it has none, or that of its type.  A menu's button is one in another."""
    if node.name == 'GtkMenuButton':
        return all(is_nameless(child) for child in children(node))
    return re.fullmatch(r'\s*|(Gtk|Adw|Studio)[A-Z]\w*', node.name or '') is not None


def walk(node):
    """What a screen reader finds: all that is showing."""
    for child in children(node):
        if is_showing(child):
            yield child
            yield from walk(child)


def find(node, role, name):
    """A descendant of this role whose name begins so, and that is showing."""
    for child in children(node):
        try:
            if (child.name or '').startswith(name) and (role is None or child.getRoleName() == role) and is_showing(child):
                return child
        except Exception:  # it is gone
            continue
        found = find(child, role, name)
        if found:
            return found
    return None


class Studio:
    """The program on a workspace."""

    open = []

    def __init__(self, workspace):
        Studio.open.append(self)
        self.workspace = workspace
        self.errors = tempfile.TemporaryFile('w+')
        self.process = subprocess.Popen([STUDIO, '--workspace', workspace], stderr=self.errors)
        self.app = until('the window', self.find_app)
        self.window = until('the window on the display', self.find_window)

    def find_app(self):
        assert self.process.poll() is None, f'assay-studio ended with {self.process.returncode}: {self.said()}'
        for app in children(pyatspi.Registry.getDesktop(0)):
            try:
                if app.get_process_id() == self.process.pid and app.childCount:
                    return app
            except Exception:
                continue
        return None

    def find_window(self):
        found = subprocess.run(['xdotool', 'search', '--onlyvisible', '--pid', str(self.process.pid)],
                               capture_output=True, text=True, check=False).stdout.split()
        return found[-1] if found else None

    def said(self):
        self.errors.seek(0)
        return self.errors.read()

    def find(self, role, name, seconds=SECONDS):
        return until(f'{role or "something"} "{name}"', lambda: find(self.app, role, name), seconds)

    def keys(self, *keys):
        subprocess.run(['xdotool', 'windowfocus', self.window], check=False)
        for key in keys:
            subprocess.run(['xdotool', 'key', '--clearmodifiers', key], check=True)
            time.sleep(.15)

    def type(self, text):
        subprocess.run(['xdotool', 'type', '--clearmodifiers', text], check=True)
        time.sleep(.5)

    def focused(self):
        for node in walk(self.app):
            try:
                if node.getState().contains(pyatspi.STATE_FOCUSED):
                    return node
            except Exception:
                continue
        return None

    def tab_to(self, name):
        """Tab after Tab, until what has the focus is called so."""
        met = []
        for _ in range(60):
            node = self.focused()
            if node is not None and (node.name or '').startswith(name):
                return node
            met.append(node.name if node is not None else None)
            self.keys('Tab')
        raise AssertionError(f'60 times Tab did not lead to "{name}", but to {met}')

    def kill(self):
        self.process.kill()
        self.process.wait()

    def quit(self):
        self.keys('ctrl+q')
        self.process.wait(timeout=SECONDS)
        said = self.said()
        assert self.process.returncode == 0, said
        for word in ('CRITICAL', 'WARNING', 'ERROR: AddressSanitizer', 'runtime error'):
            assert word not in said, said


def states(workspace):
    """The state of every run, as any reader sees it."""
    out = subprocess.run([ASSAY, 'runs', '--json', '--workspace', workspace], capture_output=True, text=True,
                         check=False).stdout
    return [run['status'] for run in json.loads(out or '[]')]


def assay(workspace, *words):
    subprocess.run([ASSAY, *words, '--workspace', workspace], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def open_study(studio):
    studio.find('table cell', 'A gallery of everything')
    studio.keys('ctrl+f')
    studio.type('gallery')
    studio.tab_to('A gallery of everything')
    studio.keys('Return')
    studio.find('push button', '_Run')


def a_study_runs_without_a_mouse(workspace):
    studio = Studio(workspace)
    open_study(studio)
    studio.keys('ctrl+Return')
    until('12 finished runs', lambda: states(workspace) == ['done'] * 12)
    studio.keys('alt+5')
    studio.find('list item', 'A1: Reproduced')
    row = studio.find('list item', 'A2: Contradicted')
    assert 'expected above 0' in row.description and "Paper: 0.4 (small)" in row.description, row.description
    studio.quit()


def pages_are_named_for_screen_readers(workspace):
    assay(workspace, 'run', 'gallery', '--preset', 'quick', '-j', '2')
    studio = Studio(workspace)
    nameless = []
    open_study(studio)
    for page, view in enumerate(VIEWS, 1):
        studio.keys(f'alt+{page}')
        time.sleep(.5)
        for node in walk(studio.find('filler', view)):
            if node.getRoleName() in NAMED and is_nameless(node) and node.name != 'GtkImage' and not has_named_parent(node):
                nameless.append(f'page {page}: {path_of(node)}')
    studio.quit()
    assert not nameless, '\n'.join(sorted(set(nameless)))


def has_named_parent(node):
    """A part of a control that has a name: the button in a drop-down, the image in a button."""
    for _ in range(4):
        node = node.parent
        if node is None:
            return False
        if node.getRoleName() in NAMED | PARTS and not is_nameless(node):
            return True
    return False


def path_of(node):
    parts = []
    while node is not None and len(parts) < 8:
        parts.append(f'{node.getRoleName()} "{node.name or ""}"')
        node = node.parent
    return ' < '.join(parts)


def killed_while_runs_go_on(workspace):
    studio = Studio(workspace)
    open_study(studio)
    rate = studio.find('text', 'Learning rate')
    rate.queryEditableText().setTextContents('0.25')
    time.sleep(2)
    assay(workspace, 'run', 'gallery', '--preset', 'slow', '-j', '2', '--detach')
    until('runs that go on', lambda: 'running' in states(workspace))
    studio.kill()
    until('the end of all runs', lambda: states(workspace) == ['done'] * 3)
    studio = Studio(workspace)
    open_study(studio)
    rate = studio.find('text', 'Learning rate')
    text = rate.queryText()
    assert text.getText(0, text.characterCount) == '0.25', text.getText(0, text.characterCount)
    studio.quit()


def a_run_crashes_while_it_is_watched(workspace):
    studio = Studio(workspace)
    studio.keys('alt+2')
    studio.app.set_cache_mask(0)  # what is kept is brought up to date by a main loop, which we have not
    view = studio.find('filler', 'StudioRunsView')
    assay(workspace, 'run', 'gallery', '--set', 'agent=plain', '--set', 'trouble=abort', '--set', 'seconds=10', '--seeds', '1',
          '--detach')
    until('a running run in the table', lambda: find(view, 'label', 'Running'))
    until('the crash', lambda: states(workspace) == ['failed'])
    until('a failed run in the table', lambda: find(view, 'label', 'Failed'))
    studio.quit()


TESTS = [a_study_runs_without_a_mouse, pages_are_named_for_screen_readers, killed_while_runs_go_on,
         a_run_crashes_while_it_is_watched]


def main():
    failures = 0
    wanted = sys.argv[2:]
    tests = [test for test in TESTS if not wanted or test.__name__ in wanted]
    home = pathlib.Path(tempfile.mkdtemp(prefix='assay-walk-'))
    print(f'1..{len(tests)}', flush=True)
    for i, test in enumerate(tests, 1):
        for name in ('XDG_DATA_HOME', 'XDG_CONFIG_HOME', 'XDG_CACHE_HOME', 'XDG_STATE_HOME'):
            os.environ[name] = str(home / str(i) / name)
            os.makedirs(os.environ[name])
        started = time.monotonic()
        try:
            test(str(home / str(i) / 'workspace'))
            print(f'ok {i} /desktop/walk/{test.__name__.replace("_", "-")} # {time.monotonic() - started:.1f} s', flush=True)
        except Exception as problem:  # whatever goes wrong is a test that failed
            failures += 1
            print(f'not ok {i} /desktop/walk/{test.__name__.replace("_", "-")}')
            for line in traceback.format_exc().splitlines():
                print('#', line, flush=True)
        for studio in Studio.open:
            studio.kill()
        Studio.open = []
    shutil.rmtree(home, ignore_errors=True)
    return 1 if failures else 0


sys.exit(main())

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
    from screen import Screen, SECONDS, until
except (ImportError, ValueError):
    print('1..0 # SKIP gir1.2-atspi-2.0 is not installed')
    sys.exit(0)
if shutil.which('xdotool') is None:
    print('1..0 # SKIP xdotool is not installed')
    sys.exit(0)

BUILD = pathlib.Path(sys.argv[1]).resolve()
STUDIO, ASSAY = BUILD / 'ui/desktop/assay-studio', BUILD / 'ui/cli/assay'
NAMED = {'push button', 'toggle button', 'entry', 'text', 'combo box', 'check box', 'slider', 'spin button',
         'radio button', 'image', 'table', 'tree table'}
PARTS = {'list item', 'label', 'table cell', 'menu item', 'page tab'}  # what has a name and consists of such
PAGES = ['Studies', 'Runs', 'Figures', 'Compare', 'Claims', 'Queue']
# What a program says that has a fault, whoever wrote the line.
FAULTS = ('CRITICAL', 'WARNING', 'ERROR: AddressSanitizer', 'runtime error')
LATE_TURNS, LONGEST_MS = 8, 100  # GTK's file dialog takes two turns of some 25 ms, twice that on a busy machine
SANITIZED = b'__asan_init' in STUDIO.read_bytes()


def has_named_parent(node):
    """A part of a control that has a name: the button in a drop-down, the image in a button."""
    for _ in range(4):
        node = node.parent
        if node is None:
            return False
        if node.role in NAMED | PARTS and not node.is_nameless():
            return True
    return False


# ---- the program ----

class Studio:
    """The program on a workspace."""

    all = []

    def __init__(self, workspace):
        Studio.all.append(self)
        self.errors = tempfile.TemporaryFile('w+')
        self.process = subprocess.Popen([STUDIO, '--workspace', workspace], stderr=self.errors,
                                        env={**os.environ, 'ASSAY_STUDIO_WATCHDOG': '1'})
        self.mapped = set()  # files in its memory when it ended
        self.views = {}
        self.screen = Screen(self.process.pid)
        until('the window', self.is_there)
        self.window = until('the window on the display', self.windows)[-1]

    def is_there(self):
        assert self.process.poll() is None, f'assay-studio ended with {self.process.returncode}: {self.said()}'
        return self.screen.connect()

    def windows(self):
        return subprocess.run(['xdotool', 'search', '--onlyvisible', '--pid', str(self.process.pid)],
                              capture_output=True, text=True, check=False).stdout.split()

    def dialog(self):
        """The window over the other."""
        return until('a dialog', lambda: [window for window in self.windows() if window != self.window])[-1]

    def said(self):
        self.errors.seek(0)
        return self.errors.read()

    def view(self, page, key=True):
        """Of a page; Alt and its number show it."""
        if key:
            self.keys(f'alt+{PAGES.index(page) + 1}')
        if page not in self.views:
            self.views[page] = self.screen.root.find('filler', f'Studio{page}View')
        until(f'{page} to be shown', self.views[page].is_showing)
        return self.views[page]

    def keys(self, *keys, window=None):
        subprocess.run(['xdotool', 'windowfocus', window or self.window, 'key', '--clearmodifiers', *keys], check=True)

    def type(self, text, window=None):
        subprocess.run(['xdotool', 'windowfocus', window or self.window, 'type', '--clearmodifiers', '--delay', '4', text],
                       check=True)

    def search(self, view, text):
        """On the page that is seen."""
        self.keys('ctrl+f')
        until('a focused entry', view.focus)
        self.keys('ctrl+a')
        self.type(text)
        until(f'"{text}" in the entry', lambda: view.focus().text() == text)

    def tab_to(self, view, holds, what):
        """Tab after Tab, until what has the focus is it."""
        met = []
        for _ in range(60):
            node = view.focus()
            if node is not None and holds(node):
                return node
            met.append(f'{node.role} "{node.name}"' if node else '')
            self.keys('Tab')
            end = time.monotonic() + (.3 if node else .06)
            while time.monotonic() < end and getattr(view.focus(), 'path', None) == getattr(node, 'path', None):
                pass
        raise AssertionError(f'60 times Tab did not lead to {what}, but to {met}')

    def look_at_memory(self):
        maps = pathlib.Path(f'/proc/{self.process.pid}/maps').read_text()
        self.mapped.update(line.split(maxsplit=5)[5] for line in maps.splitlines() if len(line.split(maxsplit=5)) == 6)

    def kill(self):
        if self.process.poll() is None:
            self.look_at_memory()
            self.process.kill()
        self.process.wait()

    def quit(self):
        self.look_at_memory()
        self.keys('ctrl+q')
        self.process.wait(timeout=SECONDS)
        assert self.process.returncode == 0, self.said()


def states(workspace):
    """Of every run, as any reader sees it."""
    out = subprocess.run([ASSAY, 'runs', '--json', '--workspace', workspace], capture_output=True, text=True,
                         check=False).stdout
    return [run['status'] for run in json.loads(out or '[]')]


def assay(workspace, *words):
    subprocess.run([ASSAY, *words, '--workspace', workspace], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


# ---- the steps, in their order: a workspace and the program on it go from one to the next ----

class Walk:
    workspace = studio = draft = None
    bus_said = ''

    def start(self):
        if self.studio is not None:  # of a step that failed
            self.studio.kill()
        self.studio = Studio(self.workspace)


def the_first_page_says_what_to_do(at):
    at.start()
    view = at.studio.view('Studies', key=False)
    view.find('label', 'Nothing has been run here yet')
    view.find('label', 'Try the Shortest Study')


def open_study(studio, runs):
    """To be read: how many runs its settings make."""
    view = studio.view('Studies')
    view.find('table cell', 'A gallery of everything')
    studio.search(view, 'gallery')
    studio.tab_to(view, lambda node: node.name.startswith('A gallery of everything'), 'the study')
    studio.keys('Return')
    view.find('label', runs)
    return view


def a_study_runs_without_a_mouse(at):
    open_study(at.studio, '12 runs')
    at.studio.keys('ctrl+Return')
    until('12 finished runs', lambda: states(at.workspace) == ['done'] * 12)
    view = at.studio.view('Claims')
    view.find('list item', 'A1: Reproduced')
    description = view.find('list item', 'A2: Contradicted').description()
    assert 'expected above 0' in description and 'Paper: 0.4 (small)' in description, description


def a_figure_is_exported_by_keys(at):
    file = pathlib.Path(at.workspace).parent / 'curves.svg'
    at.studio.view('Figures').find('image', 'Learning curves')
    at.studio.keys('ctrl+e')
    dialog = at.studio.dialog()
    name = at.studio.screen.root.find('text', 'Name:')
    until('a name in the dialog', lambda: name.text() == 'learning.svg')
    at.studio.keys('ctrl+a', window=dialog)
    at.studio.type(str(file), window=dialog)
    until('the typed name', lambda: name.text() == str(file))
    at.studio.keys('Return', window=dialog)
    until('the file', file.exists)
    assert '<svg' in file.read_text(), file.read_text()[:200]


def settings_are_compared_by_keys(at):
    view = at.studio.view('Runs')
    at.studio.search(view, 'seed=1')
    view.find('label', '3 runs')
    at.studio.tab_to(view, lambda node: node.role == 'table row', 'the table')
    at.studio.keys('ctrl+a', 'ctrl+shift+m')
    view = at.studio.view('Compare', key=False)
    for setting in ('plain', 'careful', 'bold'):
        view.find('label', setting)


def pages_are_named_for_screen_readers(at):
    nameless = set()  # or with a name that is read out with the mark of its key
    for page in PAGES:
        for node in list(at.studio.view(page).look()):
            if node.role in NAMED and (re.match(r'(.*\s)?_\w', node.name) or node.is_nameless() and node.name != 'GtkImage'
                                       and not has_named_parent(node)) and node.is_showing():
                nameless.add(f'{page}: {node.way()}')
    assert not nameless, '\n'.join(sorted(nameless))


def why_a_run_crashed_is_found_by_keys(at):
    """While it is watched."""
    view = at.studio.view('Runs')
    at.studio.search(view, 'trouble=abort')
    assay(at.workspace, 'run', 'gallery', '--set', 'agent=plain', '--set', 'trouble=abort', '--set', 'seconds=4', '--seeds', '1',
          '--detach')
    view.find('label', 'Running')
    view.find('label', 'Failed')
    view = at.studio.view('Queue')
    # Until its supervisor has said how it ended, it has "ended without a word".
    until('its last words', lambda: 'the gallery fell off the wall' in view.find('list item', 'seed 1').description())
    at.studio.tab_to(view, lambda node: node.name.startswith('seed 1'), 'the run that failed')
    at.studio.keys('Return')
    page = at.studio.view('Runs', key=False).find('filler', 'StudioRunPage')
    page.find('label', 'crashed with signal 6 (Aborted); last words: the gallery fell off the wall')
    assert page.find('text', 'Console').text().strip() == 'the gallery fell off the wall'
    at.studio.quit()


def is_kept(draft, values):
    try:
        kept = draft.read_text()
    except OSError:
        return False
    return all(value in kept for value in values)


def runs_outlive_a_killed_desktop(at):
    at.draft = {'Learning rate': '0.25', 'Seconds that a run lasts': '1.5', 'Seeds': '1'}
    before = len(states(at.workspace))
    at.start()
    view = open_study(at.studio, '12 runs')
    for name, value in at.draft.items():
        view.find('text', name).set_text(value)
    view.find('label', '3 runs')
    draft = pathlib.Path(os.environ['XDG_STATE_HOME']) / 'assay/drafts/gallery.json'
    until('the draft', lambda: is_kept(draft, ('0.25', '1.5')))
    at.studio.keys('ctrl+Return')
    at.studio.view('Queue').find('label', '1 plan: 0 of 3 runs')
    at.studio.kill()
    assert 'running' in states(at.workspace), states(at.workspace)
    until('the end of all runs', lambda: len(states(at.workspace)) == before + 3
          and not {'running', 'queued'} & set(states(at.workspace)))


def what_ran_meanwhile_is_found_and_drafts_are_there(at):
    at.start()
    at.studio.view('Queue').find('label', '3 done')
    at.studio.keys('ctrl+shift+j')
    at.studio.view('Claims', key=False).find('list item', 'A1: ')
    view = open_study(at.studio, '3 runs')
    for name, value in at.draft.items():
        kept = view.find('text', name).text()
        assert kept == value, f'{name} was {value}, and is {kept}'
    at.studio.quit()


class Bus:
    """A session bus of its own, which knows the program by its service file."""

    def __init__(self, home):
        services = home / 'dbus-1/services'
        services.mkdir(parents=True, exist_ok=True)
        text = (BUILD / 'data/desktop/org.assay.Studio.service').read_text()
        (services / 'org.assay.Studio.service').write_text(re.sub(r'^Exec=\S*/assay-studio ', f'Exec={STUDIO} ', text, flags=re.M))
        self.errors = tempfile.TemporaryFile('w+')
        self.process = subprocess.Popen(['dbus-daemon', '--session', '--nofork', '--print-address=1'], stdout=subprocess.PIPE,
                                        stderr=self.errors, text=True)
        self.environment = {**os.environ, 'DBUS_SESSION_BUS_ADDRESS': self.process.stdout.readline().strip()}

    def gapplication(self, verb, *words):
        subprocess.run(['gapplication', verb, 'org.assay.Studio', *words], check=True, env=self.environment)

    def windows(self):
        return subprocess.run(['xdotool', 'search', '--onlyvisible', '--name', '^Assay$'], capture_output=True, text=True,
                              check=False).stdout.split()


def it_starts_by_its_name_on_the_bus(at):
    """As a desktop starts it; a second time the window that is there comes to the front."""
    bus = Bus(pathlib.Path(os.environ['XDG_DATA_HOME']))
    try:
        bus.gapplication('launch')
        window = until('the window', bus.windows)[0]
        pid = subprocess.run(['xdotool', 'getwindowpid', window], capture_output=True, text=True, check=True).stdout.strip()
        words = pathlib.Path(f'/proc/{pid}/cmdline').read_bytes().split(b'\0')
        assert words[:2] == [str(STUDIO).encode(), b'--gapplication-service'], words
        bus.gapplication('launch')
        assert bus.windows() == [window], bus.windows()
        bus.gapplication('action', 'quit')
        until('the end', lambda: not bus.windows())
    finally:
        bus.process.terminate()
        bus.process.wait()
    bus.errors.seek(0)
    at.bus_said = bus.errors.read()


def nothing_was_warned_of(at):
    """Of any instance, the killed one too."""
    for said in [studio.said() for studio in Studio.all] + [at.bus_said]:
        faults = [line for line in said.splitlines() if any(fault in line for fault in FAULTS)]
        assert not faults, '\n'.join(faults)


def no_study_code_was_loaded(at):
    for studio in Studio.all:
        assert any('libgtk-4' in path for path in studio.mapped), studio.mapped
        plugins = [path for path in studio.mapped if re.search(r'/assay-[^/]*\.so|/plugins/', path)]
        assert not plugins, plugins


def the_main_thread_was_not_held(at):
    for studio in Studio.all:
        told = re.search(r'watchdog: (\d+) of (\d+) turns took more than \d+ ms, the longest ([\d.]+) ms', studio.said())
        if told is None:  # it was killed
            continue
        print('#', told[0], flush=True)
        if not SANITIZED:
            assert int(told[1]) <= LATE_TURNS and float(told[3]) <= LONGEST_MS, told[0]


STEPS = [
    the_first_page_says_what_to_do,
    a_study_runs_without_a_mouse,
    a_figure_is_exported_by_keys,
    settings_are_compared_by_keys,
    pages_are_named_for_screen_readers,
    why_a_run_crashed_is_found_by_keys,
    runs_outlive_a_killed_desktop,
    what_ran_meanwhile_is_found_and_drafts_are_there,
    it_starts_by_its_name_on_the_bus,
    nothing_was_warned_of,
    no_study_code_was_loaded,
    the_main_thread_was_not_held,
]


def main():
    failures = 0
    home = pathlib.Path(tempfile.mkdtemp(prefix='assay-walk-'))
    for name in ('XDG_DATA_HOME', 'XDG_CONFIG_HOME', 'XDG_CACHE_HOME', 'XDG_STATE_HOME'):
        os.environ[name] = str(home / name)
        os.makedirs(os.environ[name])
    at = Walk()
    at.workspace = str(home / 'workspace')
    print(f'1..{len(STEPS)}', flush=True)
    for i, step in enumerate(STEPS, 1):
        name = f'{i} /desktop/walk/{step.__name__.replace("_", "-")}'
        started = time.monotonic()
        try:
            step(at)
            print(f'ok {name} # {time.monotonic() - started:.1f} s', flush=True)
        except Exception:  # whatever goes wrong is a test that failed
            failures += 1
            print(f'not ok {name}')
            for line in traceback.format_exc().splitlines():
                print('#', line, flush=True)
    for studio in Studio.all:
        studio.kill()
    shutil.rmtree(home, ignore_errors=True)
    return 1 if failures else 0


sys.exit(main())

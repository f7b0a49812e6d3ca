# SPDX-License-Identifier: Apache-2.0
"""What a screen reader finds in a program: its tree of accessible objects, asked for over AT-SPI's own
bus.  A look asks all that a level of the tree has at once, and keeps nothing, so that it is quick and
never a stale copy."""
import re
import time

import gi

gi.require_version('Atspi', '2.0')
from gi.repository import Atspi, Gio, GLib  # noqa: E402

ROOT = '/org/a11y/atspi/accessible/root'
FOCUSED = 1 << int(Atspi.StateType.FOCUSED)
SECONDS = 20


def until(what, holds, seconds=SECONDS):
    """The first true value of `holds`."""
    end = time.monotonic() + seconds
    while True:
        value = holds()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f'waited {seconds} s for {what}')
        time.sleep(.03)


class Node:
    """One object, as it was when it was looked at."""

    def __init__(self, screen, path, parent=None):
        self.screen, self.path, self.parent, self.children = screen, path, parent, []
        self.name = self.role = ''

    def look(self):
        """Itself and all below, level by level, as they are now."""
        level = [self]
        while level:
            questions = [question for node in level for question in (
                (node.path, 'Accessible', 'GetChildren', ''), (node.path, 'Accessible', 'GetRole', ''),
                (node.path, 'Properties', 'Get', 'ss', 'org.a11y.atspi.Accessible', 'Name'))]
            answers = self.screen.ask(questions)
            for i, node in enumerate(level):
                node.take(*answers[3 * i:3 * i + 3])
            yield from level
            level = [child for node in level for child in node.children]

    def take(self, children, role, name):
        """Answers; None where it is gone."""
        self.children = [Node(self.screen, path, self) for _, path in (children or [[]])[0]]
        self.role = Atspi.role_get_name(Atspi.Role(role[0])) if role else ''
        self.name = name[0] if name else ''

    def ask(self, interface, method, kinds='', *values):
        """None: it is gone, or has no such thing."""
        return self.screen.ask([(self.path, interface, method, kinds, *values)])[0]

    def box(self):
        return (self.ask('Component', 'GetExtents', 'u', 1) or [(0, 0, 0, 0)])[0]

    def is_showing(self):
        """GTK 4.8 says of windows only that they are showing; of all else, how large it is."""
        return min(self.box()[2:]) > 0

    def seen(self, role, name):
        """The first below that is showing and whose name begins so; None: none."""
        return next((node for node in self.look() if node.name.startswith(name) and role in (None, node.role)
                     and node.is_showing()), None)

    def find(self, role, name, seconds=SECONDS):
        return until(f'{role or "something"} "{name}"', lambda: self.seen(role, name), seconds)

    def focus(self):
        """What has the focus below; None: nothing."""
        level = [self]
        while level:
            answers = self.screen.ask([(node.path, 'Accessible', method, '') for node in level
                                       for method in ('GetState', 'GetChildren')])
            for node, state in zip(level, answers[::2]):
                if state and state[0][0] & FOCUSED:
                    return next(node.look())
            level = [Node(self.screen, path, node) for node, answer in zip(level, answers[1::2])
                     for _, path in (answer or [[]])[0]]
        return None

    def description(self):
        return (self.ask('Properties', 'Get', 'ss', 'org.a11y.atspi.Accessible', 'Description') or [''])[0]

    def text(self):
        count = self.ask('Properties', 'Get', 'ss', 'org.a11y.atspi.Text', 'CharacterCount')
        return self.ask('Text', 'GetText', 'ii', 0, count[0])[0] if count else ''

    def set_text(self, text):
        self.ask('EditableText', 'SetTextContents', 's', text)

    def is_nameless(self):
        """Without a name it has none, or that of its type.  A menu's button is one in another."""
        if self.name == 'GtkMenuButton':
            return all(child.is_nameless() for child in self.children)
        return re.fullmatch(r'\s*|(Gtk|Adw|Studio)[A-Z]\w*', self.name) is not None

    def way(self):
        parts, node = [], self
        while node is not None and len(parts) < 8:
            parts.append(f'{node.role} "{node.name}"')
            node = node.parent
        return ' < '.join(parts)


class Screen:
    """The program of a process."""

    def __init__(self, pid):
        session = Gio.bus_get_sync(Gio.BusType.SESSION)
        address = session.call_sync('org.a11y.Bus', '/org/a11y/bus', 'org.a11y.Bus', 'GetAddress', None, None, 0, -1, None)
        flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
        self.bus = Gio.DBusConnection.new_for_address_sync(address.unpack()[0], flags, None, None)
        self.pid, self.name = pid, None
        self.root = Node(self, ROOT)

    def connect(self):
        """Whether the program is there, with a window."""
        self.name = 'org.a11y.atspi.Registry'
        programs = self.root.ask('Accessible', 'GetChildren') or [[]]
        for self.name, _ in programs[0]:
            pid = self.bus.call_sync('org.freedesktop.DBus', '/', 'org.freedesktop.DBus', 'GetConnectionUnixProcessID',
                                     GLib.Variant('(s)', (self.name,)), None, 0, -1, None).unpack()[0]
            if pid == self.pid:
                return bool((self.root.ask('Accessible', 'GetChildren') or [[]])[0])
        return False

    def ask(self, questions):
        """All at once; the answers, None for those that failed."""
        answers, context = {}, GLib.MainContext.default()

        def take(bus, result, i):
            try:
                answers[i] = bus.call_finish(result).unpack()
            except GLib.Error:
                answers[i] = None

        for i, (path, interface, method, kinds, *values) in enumerate(questions):
            name = 'org.freedesktop.DBus.Properties' if interface == 'Properties' else 'org.a11y.atspi.' + interface
            self.bus.call(self.name, path, name, method, GLib.Variant(f'({kinds})', tuple(values)), None, 0, 10000, None, take, i)
        while len(answers) < len(questions):
            context.iteration(True)
        return [answers[i] for i in range(len(questions))]

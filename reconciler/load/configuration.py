"""A configuration that was loaded and found sound."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from reconciler.desired import Desired
from reconciler.diagnostic import Diagnostic
from reconciler.kinds import KINDS
from reconciler.kinds.serials import clean_serial
from reconciler.load.document import read_document
from reconciler.load.files import inside
from reconciler.load.sealed import Opener
from reconciler.load.table import read_table
from reconciler.load.tree import Map, Node, find, scalars, unpack
from reconciler.resource import Declared, Source
from reconciler.roster.part import Roster
from reconciler.settings import Settings


@dataclass(slots=True)
class Configuration:
    """`folder` with its settings and what they want. `today` is the day, in the organization's time zone, that entries were judged by.

    `roster`: everybody and every class, from all sources; empty where none is declared. `opener` reads the files, sealed ones too.
    """

    folder: Path
    settings: Settings
    desired: Desired
    warnings: list[Diagnostic]
    today: date
    roster: Roster = field(default_factory=Roster)
    opener: Opener = field(default_factory=Opener)

    def locate(self, kind: str, name: str) -> Source:
        """The exact place of one declared name: its own line in a list or a CSV file, else its entry's.

        Bulk entries keep one place for all their names, so the files are read again. KeyError if nothing declares the name.
        """
        declared = self.desired.items[kind][name]
        if declared.origin == name:
            return declared.source
        tree = read_document(self.folder / declared.source.file, declared.source.file, [], self.opener)
        return self._in_entry(tree, kind, name, declared) if tree else declared.source

    def _in_entry(self, tree: Map, kind: str, name: str, declared: Declared) -> Source:
        path = (KINDS[kind].plural, declared.origin)
        entries = tree.get(path[0])
        entry = entries.get(path[1]) if isinstance(entries, Map) else None
        for text, mark in scalars(entry, find(tree, path)):
            if clean_serial(text) == name:
                return Source(declared.source.file, *unpack(mark))
        return self._in_tables(entry, name) or declared.source

    def _in_tables(self, entry: Node, name: str) -> Source | None:
        devices = entry.get("devices") if isinstance(entry, Map) else None
        if not isinstance(devices, Map):
            return None
        column = devices.get("column")
        for file, _ in scalars(devices.get("file"), 0):
            path = inside(self.folder, file)
            listed = read_table(path, file, column if isinstance(column, str) else None, []) if path else None
            if listed and name in listed.serials:
                return listed.place(listed.serials.index(name))
        return None

"""The top level of every file: settings sections and the entries of each kind, gathered from however many files they were split into."""

from __future__ import annotations

from dataclasses import dataclass, field

from reconciler.diagnostic import Diagnostic
from reconciler.kinds import KINDS
from reconciler.kinds.fields import NAME, what
from reconciler.kinds.suggest import did_you_mean, short
from reconciler.load.files import MAIN
from reconciler.load.sentences import keys_of
from reconciler.load.tree import Map, Node, find, unpack
from reconciler.resource import Source
from reconciler.settings import Settings

BAD_NAME = "Use letters, digits, hyphens, dots and underscores, at most 63, a letter or digit first."


@dataclass(frozen=True, slots=True)
class Document:
    """One file's tree."""

    file: str
    tree: Map

    def source(self, *path: str | int, key: bool = False) -> Source:
        """Where the value (or the key) at a path stands."""
        return Source(self.file, *unpack(find(self.tree, path, key=key)))


@dataclass(frozen=True, slots=True)
class Written:
    """One entry as written: its value, its file, and the mark of its name."""

    value: Node
    document: Document
    mark: int

    @property
    def source(self) -> Source:
        """Where its name stands."""
        return Source(self.document.file, *unpack(self.mark))


@dataclass(slots=True)
class Sections:
    """`entries`: kind → name → entry. `settings`: the tree of reconciler.yaml's settings sections."""

    findings: list[Diagnostic]
    entries: dict[str, dict[str, Written]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    settings: dict[str, Node] = field(default_factory=dict)

    def add(self, document: Document) -> None:
        """Sort a file's sections to where they belong; unknown and misplaced ones are findings."""
        plurals = {kind.plural: kind.name for kind in KINDS.values() if kind.plural}
        for key, value in document.tree.items():
            if key in plurals:
                self._entries(document, key, plurals[key], value)
            elif key in keys_of(Settings):
                self._setting(document, key, value)
            else:
                hint = did_you_mean(key, [*plurals, *keys_of(Settings)])
                self._say(document.source(key, key=True), f"{short(key)} is not a section of these files.", hint)

    def _setting(self, document: Document, key: str, value: Node) -> None:
        if document.file == MAIN:
            self.settings[key] = value
        else:
            self._say(document.source(key, key=True), f"{key}: belongs into {MAIN} at the top of the folder.", "Move the section there.")

    def _entries(self, document: Document, section: str, kind: str, value: Node) -> None:
        if not isinstance(value, Map):
            hint = "Write {} if there are none." if value is None else "It has one entry below it per name, name first."
            shape = "is empty" if value is None else f"must be a group of entries, not {what(value)}"
            self._say(document.source(section, key=value is None), f"{section}: {shape}.", hint)
            return
        known = self.entries[kind]
        for (name, mark), entry in zip(value.keys_with_marks(), value.values(), strict=True):
            written = Written(entry, document, mark)
            if not NAME.fullmatch(name):
                shown = "This key" if KINDS[kind].personal else short(name)
                self._say(written.source, f"{shown} cannot be a name here.", BAD_NAME)
            elif name in known:
                hint = "Delete one of them, or give it another name."
                self._say(written.source, f"{short(name)} is declared twice; the first is at {known[name].source}.", hint)
            else:
                known[name] = written

    def _say(self, source: Source, message: str, hint: str) -> None:
        self.findings.append(Diagnostic(source, message, hint))

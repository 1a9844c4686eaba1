"""What changed in the files between two states of a configuration, offline: settings, entries, listed things, and people as numbers.

Which things a match claims is known only from the live organization; so of a match only its own words are compared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from reconciler.diff import Difference, explain
from reconciler.errors import ConfigurationError
from reconciler.kinds import KINDS
from reconciler.kinds.kind import Kind
from reconciler.load import Configuration, Surroundings, load
from reconciler.load.sections import Sections, Written
from reconciler.load.tree import Map, Node, Seq
from reconciler.load.written import read_written
from reconciler.resource import Declared, Source, Spec
from reconciler.roster.layout import LAYOUTS
from reconciler.roster.part import Roster


@dataclass(frozen=True, slots=True)
class State:
    """A configuration as it was at some time: what it wants, and its files as written."""

    configuration: Configuration
    written: Sections


@dataclass(frozen=True, slots=True)
class Edit:
    """One value: its path, and how it was and is; of a list what was added and removed. Empty text where there is nothing."""

    path: str
    before: str = ""
    after: str = ""
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EntryChange:
    """An entry that is new (`before` is None), gone (`after` is None) or written otherwise; the places are its name's."""

    kind: Kind
    name: str
    before: Source | None
    after: Source | None
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Regrouped:
    """Things that are named outright and wanted otherwise than before, in one way: their places by name, None where nothing was wanted."""

    kind: Kind
    before: str | None
    after: str | None
    differences: tuple[Difference, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """Rows of one of Apple's roster files, which tell of people and are therefore only counted."""

    file: str
    added: int
    removed: int
    changed: int


@dataclass(frozen=True, slots=True)
class Intent:
    """Everything that changed between two states. `titles`: what people call a place."""

    settings: tuple[Edit, ...]
    entries: tuple[EntryChange, ...]
    things: tuple[Regrouped, ...]
    people: tuple[Counted, ...]
    titles: Mapping[str, str]

    def __bool__(self) -> bool:
        return bool(self.settings or self.entries or self.things or self.people)


def read_state(folder: Path, called: str, around: Surroundings, today: date | None = None) -> State:
    """Load a folder. Raises ConfigurationError, which says that it is the one `called` so."""
    try:
        configuration = load(folder, today, around)
        return State(configuration, read_written(folder, configuration.opener))
    except ConfigurationError as error:
        error.message = f"{error.message} {called}"
        raise


def compare(before: State, after: State) -> Intent:
    """What changed. Both are judged by the same day."""
    old, new = before.configuration, after.configuration
    return Intent(
        tuple(_edits(before.written.settings, after.written.settings)),
        tuple(_entries(before.written, after.written)),
        tuple(_things(old, new, old.settings.organization.time_zone)),
        tuple(_people(old.roster, new.roster)),
        _titles(old) | _titles(new),
    )


def _titles(configuration: Configuration) -> dict[str, str]:
    return {name: str(getattr(one.spec, "name", name)) for name, one in configuration.desired.of("mdm_server").items()}


def _edits(before: Mapping[str, Node], after: Mapping[str, Node], path: str = "") -> Iterator[Edit]:
    """Every value that differs, the order of the later state first."""
    for key in dict.fromkeys((*after, *before)):
        old, new, at = before.get(key), after.get(key), f"{path}{key}"
        if old == new and (key in before) == (key in after):
            continue
        if isinstance(old, Map | None) and isinstance(new, Map | None) and (old or new):
            yield from _edits(old or {}, new or {}, f"{at}.")
        elif isinstance(old, Seq) or isinstance(new, Seq):
            was, now = _items(old), _items(new)
            yield Edit(at, added=tuple(item for item in now if item not in set(was)), removed=tuple(x for x in was if x not in set(now)))
        else:
            yield Edit(at, _text(old), _text(new))


def _items(node: Node) -> list[str]:
    return [_text(item) for item in node] if isinstance(node, Seq) else [] if node is None else [_text(node)]


def _text(node: Node) -> str:
    if isinstance(node, Map):
        return ", ".join(f"{key}: {_text(value)}" for key, value in node.items()) or "none"
    if isinstance(node, Seq):
        return ", ".join(map(_text, node)) or "none"
    return node or ""


def _entries(before: Sections, after: Sections) -> Iterator[EntryChange]:
    """Entries of people and classes are left to `_people`: their names and lists tell who somebody is."""
    for kind in KINDS.values():
        if kind.whole or kind.personal:
            continue
        old, new = before.entries[kind.name], after.entries[kind.name]
        for name in dict.fromkeys((*new, *old)):
            change = _entry(kind, name, old.get(name), new.get(name))
            if change is not None:
                yield change


def _entry(kind: Kind, name: str, old: Written | None, new: Written | None) -> EntryChange | None:
    edits = tuple(_edits(_map(old), _map(new))) if old and new else ()
    if old and new and not edits:
        return None
    return EntryChange(kind, name, old.source if old else None, new.source if new else None, edits)


def _map(written: Written) -> Map:
    return written.value if isinstance(written.value, Map) else Map()


def _things(old: Configuration, new: Configuration, time_zone: str) -> Iterator[Regrouped]:
    for kind in (kind for kind in KINDS.values() if kind.placed):
        was, now = old.desired.of(kind.name), new.desired.of(kind.name)
        for (before, after), names in _moved(was, now).items():
            differences = tuple(item for item in explain(before, after, time_zone) if before and after and item.path != kind.placed)
            old_place, new_place = (kind.place(spec) if spec else None for spec in (before, after))
            yield Regrouped(kind, old_place, new_place, differences, tuple(sorted(names)))


def _moved(was: Mapping[str, Declared], now: Mapping[str, Declared]) -> Mapping[tuple[Spec | None, Spec | None], list[str]]:
    """What is wanted before and after → the names; a million names share few specs."""
    groups: dict[tuple[Spec | None, Spec | None], list[str]] = defaultdict(list)
    for name in dict.fromkeys((*now, *was)):
        old, new = was.get(name), now.get(name)
        if old is None or new is None or old.spec != new.spec:
            groups[old.spec if old else None, new.spec if new else None].append(name)
    return groups


def _people(old: Roster, new: Roster) -> Iterator[Counted]:
    for file in LAYOUTS:
        was, now = _rows(old, file), _rows(new, file)
        changed = sum(now[key] != row for key, row in was.items() if key in now)
        counted = Counted(file, len(now.keys() - was.keys()), len(was.keys() - now.keys()), changed)
        if counted.added or counted.removed or counted.changed:
            yield counted


def _rows(roster: Roster, file: str) -> dict[str, tuple[tuple[str, str], ...]]:
    rows: dict[str, tuple[tuple[str, str], ...]] = {}
    for part in roster.of(file):
        names: Sequence[str] = sorted(part.columns)
        for key, values in zip(part.keys, zip(*(part.columns[name] for name in names), strict=True), strict=True):
            rows[key] = tuple((name, value) for name, value in zip(names, values, strict=True) if value)
    return rows
